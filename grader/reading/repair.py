"""Small named filters over tokens, in order. Each mends one kind of slip, and leaves a note with its place where it changed what was typed.

`mend` runs them all and returns tokens whose brackets match, with the partner of every bracket.
"""

from __future__ import annotations

from grader.model import Note
from grader.reading.brackets import CLOSERS, ENDS, OPENERS, STARTS, match_brackets
from grader.reading.company import (drop_label, drop_questions, drop_remarks, name_arrows, name_connectives, name_distributions, name_placeholders,
                                    name_sums, name_times, name_unions, part_cases, part_from_sets, part_ranges, part_rows, read_by_company,
                                    settle_stars_and_dots, spell_ranges)
from grader.reading.names import GREEK
from grader.reading.tokens import Token, is_latex
from grader.reading.vocabulary import Vocabulary
from grader.term import Span

_STATEMENT = frozenset("rel forall exists implies iff impliedby".split())
_CONNECTIVES = frozenset("and or not implies iff impliedby".split())
_ALIGNED = frozenset("align aligned alignat alignedat gather gathered split multline eqnarray flalign".split())
_BEFORE_FACTOR = frozenset("num name const ) ] rel + - * / , = ( [ lset quad and or where pm dollar".split())


__all__ = ["CLOSERS", "ENDS", "OPENERS", "STARTS", "Mended", "mend"]


class Mended:
    """Tokens after the repairs. `partner[i]` is the index of the bracket that closes (or opens) bracket i."""

    __slots__ = ("tokens", "partner")

    def __init__(self, tokens: list[Token], partner: dict[int, int]) -> None:
        self.tokens, self.partner = tokens, partner


def mend(tokens: list[Token], text: str, vocabulary: Vocabulary, notes: list[Note]) -> Mended:
    """All filters in order. Fails with `ReadError` where a bracket closes nothing, or is never closed inside the text."""
    kinds = {t.kind for t in tokens}
    latex = is_latex(text)
    if kinds & {"dollar", "math"}:
        tokens = drop_delimiters(tokens, notes)
    if "tilde" in kinds:
        tokens = settle_tildes(tokens, not latex, notes)
    names = {t.text for t in tokens if t.kind == "name"}
    if not vocabulary.knows("I"):
        read_by_company(tokens, names, kinds, notes)
    if names & {"Sigma", "Pi"}:
        name_sums(tokens, notes)
    if "x" in names:
        name_times(tokens, vocabulary, notes)
    if names & {"U", "u"}:
        name_unions(tokens, latex, notes)
    if "rel" in kinds and names and ("v" in names or "^" in kinds):
        name_connectives(tokens, notes)
    if "rel" in kinds and kinds & {"not", "and", "or", "iff"}:
        name_arrows(tokens, notes)
    if "rel" in kinds and " to " in text:
        spell_ranges(tokens, text, notes)
        kinds.add("dots")
    if kinds & {"dots", "exists"}:
        tokens = part_ranges(tokens)
    if "begin" in kinds and "quad" in kinds:
        part_cases(tokens)
        kinds.add("amp")
    if "[" in kinds and ";" in kinds:
        tokens = part_rows(tokens)
    if "lset" in kinds:
        tokens = part_from_sets(tokens, text)
    if "func" in kinds and any([t.text == "arg" for t in tokens]):
        tokens = join_words(tokens)
    if "func" in kinds and "{" in kinds:
        tokens = free_functions(tokens)
    if "*" in kinds:
        name_placeholders(tokens)
    if kinds & {"*", "."}:
        tokens = settle_stars_and_dots(tokens, vocabulary, notes)
    if kinds & {"unknown", "text"} or any([len(n) > 1 and n not in GREEK for n in names]):
        tokens = drop_remarks(tokens, notes)
    if kinds & {"frac", "binom"}:
        tokens = split_digits(tokens)
    if kinds & {"left", "right", "middle"}:
        tokens = pair_left_right(tokens)
    if "func" in kinds and kinds & {"rel", "tilde"}:
        name_distributions(tokens, text)
    if "rel" in kinds and "," in kinds:
        pair_angles(tokens)
    if "rel" in kinds or ":" in kinds:
        tokens = join_spaced_signs(tokens, notes)
    if "amp" in kinds or "row" in kinds:
        tokens = drop_alignment(tokens, latex, notes)
    tokens = trim_edges(tokens, notes)
    partner = match_brackets(tokens, text, notes)
    if "quad" in kinds or "row" in kinds or "\n" in text and any([t.gap == 2 for t in tokens]):
        tokens, changed = soft_separators(tokens, partner, latex)
        if changed:
            partner = match_brackets(tokens, text, notes)
    return Mended(tokens, partner)


def drop_delimiters(tokens: list[Token], notes: list[Note]) -> list[Token]:
    """`$`, `$$`, `\\(`, `\\[` around formulas are spaces; an odd `$` is noted."""
    dollars = [t for t in tokens if t.kind == "dollar"]
    if len(dollars) % 2:
        notes.append(Note("an unpaired $ is left out", Span(dollars[-1].start, dollars[-1].end), "repair", "dollar"))
    kept: list[Token] = []
    gap = 0
    for t in tokens:
        if t.kind in ("dollar", "math"):
            gap = max(gap, t.gap, 1)
            continue
        if gap:
            t.gap, gap = max(t.gap, gap), 0
        kept.append(t)
    return kept


def settle_tildes(tokens: list[Token], typed: bool, notes: list[Note]) -> list[Token]:
    """`~` between two operands is "is distributed as"; elsewhere it is TeX's space, or in typed text "about"."""
    kept: list[Token] = []
    for k, t in enumerate(tokens):
        if t.kind != "tilde":
            kept.append(t)
            continue
        before = kept[-1].kind if kept else "eof"
        after = tokens[k + 1]
        if after.kind == "rel" and after.text == "=" and t.mark == "~" and after.start == t.end and typed:
            after.text = "approx"
        elif before in ENDS and (after.kind in STARTS or after.kind in ("|", "-", "pm")) and after.kind != "text":
            kept.append(Token("rel", "~", t.start, t.end, t.gap, "~"))
        else:
            if typed and t.mark == "~" and not _CONNECTIVES.isdisjoint([u.kind for u in tokens]):
                kept.append(Token("not", "not", t.start, t.end, t.gap, "~"))
                continue
            if typed and t.mark == "~" and after.kind != "eof":
                notes.append(Note("`~` in front is left out; it may mean \"about\", or \"not\"", Span(t.start, t.end), "guess", "about"))
            after.gap = max(after.gap, 1)
    return kept


def free_functions(tokens: list[Token]) -> list[Token]:
    r"""`{\rm KL}(q||p)`: braces around a lone function name say nothing."""
    kept: list[Token] = []
    k = 0
    while k < len(tokens):
        lone = tokens[k].kind == "{" and k + 2 < len(tokens) and tokens[k + 1].kind == "func" and tokens[k + 2].kind == "}"
        if lone and (k == 0 or tokens[k - 1].kind in _BEFORE_FACTOR):
            tokens[k + 1].gap = tokens[k].gap
            kept.append(tokens[k + 1])
            k += 3
        else:
            kept.append(tokens[k])
            k += 1
    return kept


def split_digits(tokens: list[Token]) -> list[Token]:
    r"""`\frac12` takes one digit for each argument, as TeX does."""
    kept: list[Token] = []
    wanted = 0
    outer: list[int] = []  # how many arguments were wanted where each open brace stands
    for t in tokens:
        if t.kind in ("frac", "binom"):
            wanted = 2
        elif t.kind == "{":
            outer.append(wanted)
            wanted = 0
        elif t.kind == "}":
            wanted = max(0, outer.pop() - 1) if outer else 0
        elif wanted:
            if t.kind == "num" and t.text.isdigit():
                while wanted and len(t.text) > 1:
                    kept.append(Token("num", t.text[0], t.start, t.start + 1, t.gap))
                    t = Token("num", t.text[1:], t.start + 1, t.end)
                    wanted -= 1
            wanted = max(0, wanted - 1)
        kept.append(t)
    return kept


def join_words(tokens: list[Token]) -> list[Token]:
    r"""`\arg\max` is one word."""
    kept: list[Token] = []
    for t in tokens:
        if t.kind == "func" and t.text in ("max", "min") and kept and kept[-1].kind == "func" and kept[-1].text == "arg":
            kept[-1] = Token("func", "arg" + t.text, kept[-1].start, t.end, kept[-1].gap)
        else:
            kept.append(t)
    return kept


def pair_left_right(tokens: list[Token]) -> list[Token]:
    """`\\left(`, `\\bigr|`, `\\middle|`: the next bracket knows its side; `\\left.` and `\\right.` are invisible brackets."""
    kept: list[Token] = []
    lefts: list[str] = []
    k = 0
    while k < len(tokens):
        t = tokens[k]
        if t.kind not in ("left", "right", "middle"):
            kept.append(t)
            k += 1
            continue
        after = tokens[k + 1]
        after.gap, after.start = max(after.gap, t.gap), t.start
        side = {"left": "L", "right": "R", "middle": "M"}[t.kind]
        if after.kind in ("|", "‖"):
            after.mark = side
            if side == "M":
                after.kind = "mid" if after.kind == "|" else "dmid"
        elif after.kind == ".":
            after.kind = "lnull" if side == "L" else "rnull"
        elif after.kind == "rel" and after.text in "<>":
            after.kind = "langle" if side == "L" else "rangle"
        if side == "L":
            lefts.append(after.kind)
        elif side == "R" and lefts and lefts.pop() == "lnull" and after.kind == "|":
            kept.append(Token("rnull", "", after.start, after.start))
            after.kind = "evalbar"
        k += 1
    return kept


def pair_angles(tokens: list[Token]) -> None:
    """`<u, v>`: a smaller-than sign where an operand should begin, with a comma and a greater-than sign after it, is a bracket."""
    for k, t in enumerate(tokens):
        if t.kind != "rel" or t.text != "<" or k and tokens[k - 1].kind in ENDS:
            continue
        depth, comma = 0, False
        for u in tokens[k + 1:k + 40]:
            depth += (u.kind in OPENERS) - (u.kind in CLOSERS)
            comma = comma or u.kind == "," and depth == 0
            if depth < 0 or u.kind == "rel" and depth == 0 and u.text != ">":
                break
            if u.kind == "rel" and depth == 0:
                if comma:
                    t.kind, u.kind = "langle", "rangle"
                break


_SPACED = {(">", ">"): ">>", ("<", "<"): "<<", ("<", "="): "<=", (">", "="): ">=", (">>", ">"): ">>", ("<<", "<"): "<<", ("=", "="): "=",
           (":", "="): ":="}


def join_spaced_signs(tokens: list[Token], notes: list[Note]) -> list[Token]:
    """`> >` is `>>`, `: =` is `:=`, `- >` is `->`: signs that were pulled apart."""
    kept: list[Token] = []
    for t in tokens:
        before = kept[-1] if kept else None
        if before is not None and t.kind == "rel" and before.kind in ("rel", ":", "-"):
            joined = _SPACED.get((before.text, t.text)) if before.kind != "-" else "->" if t.text == ">" else None
            if joined:
                notes.append(Note(f"`{before.text} {t.text}` is read as `{joined}`", Span(before.start, t.end), "repair", "spaced_sign"))
                kept[-1] = Token("rel", joined, before.start, t.end, before.gap)
                continue
        kept.append(t)
    return kept


def drop_alignment(tokens: list[Token], latex: bool, notes: list[Note]) -> list[Token]:
    """`&` outside an environment: dropped beside a relation (`&=&`), "and" between two statements; in an alignment a space or a comma."""
    kept: list[Token] = []
    inside: list[str] = []
    for k, t in enumerate(tokens):
        if t.kind == "begin":
            inside.append(t.text)
        elif t.kind == "end" and inside:
            inside.pop()
        if t.kind != "amp" or inside and inside[-1] not in _ALIGNED:
            kept.append(t)
            continue
        if inside:
            beside = kept[-1].kind not in ENDS or tokens[k + 1].kind not in STARTS
            if beside:
                tokens[k + 1].gap = max(tokens[k + 1].gap, 1)
            else:
                kept.append(Token(",", ",", t.start, t.end, 0, "soft"))
            continue
        before, after = (kept[-1] if kept else tokens[-1]), tokens[k + 1]
        spaced = t.gap and after.gap and before.kind in ENDS and after.kind in STARTS
        if spaced and (not latex or any(u.kind == "rel" for u in kept)):
            kept.append(Token("and", "and", t.start, t.end, 1))
            notes.append(Note("`&` is read as \"and\"", Span(t.start, t.end), "repair", "ampersand"))
            continue
        notes.append(Note("`&` outside an alignment is left out", Span(t.start, t.end), "repair", "ampersand"))
        after.gap = max(after.gap, 1)
    return kept


def trim_edges(tokens: list[Token], notes: list[Note]) -> list[Token]:
    """A sign that introduces the formula (`= 5`, `∴ x = 1`, `: 3`) and the full stop or comma after it."""
    last = len(tokens) - 1
    last = drop_questions(tokens, last, notes)
    while last > 0 and tokens[last - 1].kind in (".", ",", ";", ":", "quad", "row"):
        last -= 1
    if last > 4 and [t.kind for t in tokens[last - 4:last]] == ["quad", "(", "num", ")"]:
        t = tokens[last - 3]
        said = f"({tokens[last - 2].text}) at the end is read as the number of the equation"
        notes.append(Note(said, Span(t.start, t.end), "info", "equation_number"))
        last -= 4
    first = drop_label(tokens, last, notes)
    while first < last and (tokens[first].kind in ("implies", "iff", "impliedby", "then", ":", ",", ".", ";", "quad", "row")
                            or tokens[first].kind == "rel" and tokens[first].text == "=" and first + 1 < last):
        t = tokens[first]
        if t.kind in ("rel", "implies", "iff", "impliedby", ":"):
            notes.append(Note(f"the leading `{t.text}` is left out", Span(t.start, t.end), "repair" if t.kind == "rel" else "info", "leading_sign"))
        first += 1
    if first == 0 and last == len(tokens) - 1:
        return tokens
    return tokens[first:last] + tokens[-1:]


def soft_separators(tokens: list[Token], partner: dict[int, int], latex: bool) -> tuple[list[Token], bool]:
    """`\\quad`, `\\\\` and line breaks outside brackets part two statements; elsewhere they are spaces."""
    cuts: list[int] = []
    k = 0
    while k < len(tokens) - 1:
        t = tokens[k]
        if t.kind in OPENERS:
            k = partner.get(k, k)
        elif t.kind in ("quad", "row") or k and t.gap == 2:
            cuts.append(k)
        elif t.kind in (",", ";"):
            cuts.append(k)
        k += 1
    if not cuts:
        kept = [t for t in tokens if t.kind != "quad"]
        return kept, len(kept) != len(tokens)
    bounds = [-1, *cuts, len(tokens) - 1]
    parts = {k for k, left, right in zip(cuts, bounds, bounds[2:]) if tokens[k].kind not in (",", ";") and _parts(tokens, left, k, right, latex)}
    kept: list[Token] = []
    inside = 0
    for k, t in enumerate(tokens):
        inside += (t.kind == "begin" or t.kind == "substack") - (t.kind == "end")
        if k in parts:
            kept.append(Token(",", ",", t.start, t.start, 0, "soft"))
        if t.kind == "quad" or t.kind == "row" and k in cuts:
            if k + 1 < len(tokens):
                tokens[k + 1].gap = max(1, tokens[k + 1].gap)
            continue
        kept.append(t)
    return kept, True


def _parts(tokens: list[Token], left: int, k: int, right: int, latex: bool) -> bool:
    """Does the soft separator at k part two statements (or, in typed text, two lines that are whole by themselves)?"""
    first = k + 1 if tokens[k].kind in ("quad", "row") else k
    before = {t.kind for t in tokens[left + 1:k]}
    after = {t.kind for t in tokens[first:right]}
    if not before or first >= right or tokens[first].kind in ("rel", "where", "and", "or", "implies", "iff", "impliedby", "then"):
        return False
    if tokens[k - 1].kind not in ENDS and tokens[k - 1].kind not in ("|", "‖"):
        return False
    if tokens[first].kind == "forall":
        return True
    if before & _STATEMENT and after & _STATEMENT:
        return True
    return not latex and tokens[k].gap == 2 and tokens[first].kind in STARTS
