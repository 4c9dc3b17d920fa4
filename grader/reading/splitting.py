"""Where a formula's text falls apart: brackets, relation signs, connectives, commas, rows. Nothing is read here, only cut.

All cuts are made at the top level: outside round, square and curly brackets, `\\left ... \\right`, and environments. An unclosed bracket swallows the
rest of the text, so that a cut is never made where it is not certain to be one. Everything is linear in the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from grader.model import Reading, Unread
from grader.reading.signs import SIGNS
from grader.term import Span, Term

CONNECTIVES = frozenset(("=>", "<=>", "<=="))
"""Signs between statements; all other signs stand between values."""

_CHAINED = frozenset("= != < <= > >= := -> ~ << >> approx propto equiv succeq succ preceq prec".split())
_SENTENCE = {"implies": "=>", "iff": "<=>", "impliedby": "<=="}
_CUTTING = {form: sign if kind == "rel" else _SENTENCE[kind] for form, (kind, sign) in SIGNS.items()
            if kind == "rel" and sign in _CHAINED or kind in _SENTENCE and form not in ("∵", "\\because")}
_COMMANDS = {form[1:]: sign for form, sign in _CUTTING.items() if form[0] == "\\" and form[1:].isalpha()}
_TYPED = {form: sign for form, sign in _CUTTING.items() if form[0] != "\\"} | {"~": "~", "<->": "<=>", "＝": "=", "＜": "<", "＞": ">"}
_SIGN = re.compile(r"\\(?:(?P<not>not\s*)\\?)?(?P<command>" + "|".join(sorted(_COMMANDS, key=len, reverse=True)) + r")(?![A-Za-z])"
                   r"|(?P<negated>\\not\s*(?=[=<>]))?(?P<typed>" + "|".join(re.escape(s) for s in sorted(_TYPED, key=len, reverse=True)) + ")")
_NEGATED = {"=": "!=", "!=": "=", "<=": ">", ">=": "<", "<": ">=", ">": "<="}
_STACKED = re.compile(r"\\(?:stackrel|overset|underset|overunderset)\s*(?=\{)")
_ARROW = re.compile(r"\\(?P<name>xrightarrow|xlongrightarrow|xRightarrow|xlongequal|xLeftrightarrow)\s*(?:\[[^\]{}]*\]\s*)?(?=\{)")
_ARROWS = {"xrightarrow": "->", "xlongrightarrow": "->", "xRightarrow": "=>", "xlongequal": "=", "xLeftrightarrow": "<=>"}
_ANGLES = re.compile(r"<[^<>=\n]{1,40},[^<>=\n]{1,40}>")
"""`<x, y>`, an inner product typed with the signs of order."""
_DEPTH = re.compile(r"\\\\|\\begin\s*\{[^{}]*\}|\\end\s*\{[^{}]*\}|\\left(?![A-Za-z])|\\right(?![A-Za-z])|\\[{}]|[()\[\]{}]")


class Cut(NamedTuple):
    """A relation sign in a text: the sign as `term.RELATIONS` writes it, where it stands, and what is written over or under it."""

    sign: str
    start: int
    end: int
    note: str = ""


def levels(text: str) -> bytearray:
    """For each character 0 when it stands at the top level, else 1. `[0, 1)` closes as well as `[0, 1]` does."""
    deep = bytearray(len(text))
    depth, done, skip = 0, 0, False
    for found in _DEPTH.finditer(text):
        token = found[0]
        if depth and done < found.start():
            deep[done:found.start()] = b"\1" * (found.start() - done)
        done = found.start()
        if token == "\\\\":
            continue
        if skip and token in "()[]\\{\\}":  # the bracket after \left or \right is counted already
            skip = False
            deep[found.start():found.end()] = b"\1" * len(token)
            done = found.end()
            continue
        opens = token.startswith(("\\begin", "\\left", "\\{")) or token in "([{"
        closes = not opens
        skip = token in ("\\left", "\\right")
        if closes:
            depth = max(0, depth - 1)
        deep[found.start():found.end()] = b"\1" * len(token)
        done = found.end()
        if opens:
            depth += 1
    if depth:
        deep[done:] = b"\1" * (len(text) - done)
    return deep


def group(text: str, start: int) -> int:
    """The end of the brace group that opens at `start` (after its brace), or -1 where it is not closed."""
    depth = 0
    for found in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, start):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
            if depth == 0:
                return found.end()
    return -1


def groups(text: str) -> dict[int, int]:
    """Where each brace group ends (after its brace), by where it opens; groups that nothing closes are left out."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for found in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        if found[0] == "{":
            opened.append(found.start())
        elif found[0] == "}" and opened:
            ends[opened.pop()] = found.end()
    return ends


def signs(text: str) -> tuple[Cut, ...]:
    """The relation signs and connectives at the top level of a formula, in order."""
    deep = levels(text)
    for found in _ANGLES.finditer(text):
        deep[found.start():found.end()] = b"\1" * (found.end() - found.start())
    cuts: list[Cut] = []
    taken = 0
    for pattern in (_STACKED, _ARROW):
        for found in pattern.finditer(text):
            cut = None if deep[found.start()] else _annotated(text, found, pattern is _ARROW)
            if cut is not None:
                cuts.append(cut)
                deep[cut.start:cut.end] = b"\1" * (cut.end - cut.start)
    for found in _SIGN.finditer(text):
        if found.start() < taken or deep[found.start()] or _is_part_of_another(text, found):
            continue
        sign = _sign(found, "\\" in text)
        if (found["not"] or found["negated"]) is not None:
            sign = _NEGATED.get(sign, "")
        if sign:
            end, note = _scripts(text, found.end())
            taken = end
            cuts.append(Cut(sign, found.start(), end, note))
    return tuple(_joined(text, sorted(cuts, key=lambda c: c.start)))


def _joined(text: str, cuts: list[Cut]) -> list[Cut]:
    """`> >` and `< <` with nothing between are one sign."""
    made: list[Cut] = []
    for cut in cuts:
        before = made[-1] if made else None
        if before and cut.sign == before.sign and cut.sign in "<>" and before.end < cut.start and not text[before.end:cut.start].strip():
            made[-1] = Cut(cut.sign * 2, before.start, cut.end, before.note)
        else:
            made.append(cut)
    return made


def _is_part_of_another(text: str, found: re.Match[str]) -> bool:
    """A tilde that is a LaTeX blank, a sign behind a backslash, or the arrow of `lim x -> 0`."""
    sign, start = found["typed"], found.start()
    if sign is None:
        return False
    if start and text[start - 1] == "\\":
        return True
    if sign == "~" and "\\" in text and text[start - 1:found.end() + 1] != " ~ ":
        return True
    return sign == "->" and re.search(r"\blim(?:it)?\s*_?\s*[A-Za-z]\w*\s*$", text[max(0, start - 24):start]) is not None


def _sign(found: re.Match[str], latex: bool) -> str:
    """The sign that was found; `~=` is "nearly equal" when typed plainly, and a blank before an equality sign in LaTeX."""
    if found["command"]:
        return _COMMANDS[found["command"]]
    return "=" if latex and found["typed"] == "~=" else _TYPED[found["typed"]]


def _scripts(text: str, end: int) -> tuple[int, str]:
    """A script on a sign, as in `=^{(a)}` or `\\leq_{\\text{Jensen}}`, is a remark on the step."""
    found = re.compile(r"\s*[\^_]\s*(?=\{)").match(text, end)
    if found is None:
        return end, ""
    close = group(text, found.end())
    return (close, words_of(text[found.end() + 1:close - 1])) if close > 0 else (end, "")


def _annotated(text: str, found: re.Match[str], arrow: bool) -> Cut | None:
    """`\\stackrel{(a)}{=}`, `\\underset{...}{\\leq}`, `\\xrightarrow{...}`: a sign with a remark."""
    first = group(text, found.end())
    if first < 0:
        return None
    note = words_of(text[found.end() + 1:first - 1])
    if arrow:
        return Cut(_ARROWS[found["name"]], found.start(), first, note)
    second = re.compile(r"\s*(?=\{)").match(text, first)
    close = group(text, second.end()) if second else -1
    inner = _SIGN.fullmatch(text[second.end() + 1:close - 1].strip()) if second and close > 0 else None
    if inner is None or inner["not"] or inner["negated"]:
        return None
    sign = _sign(inner, True)
    if sign == "=" and re.fullmatch(r"(?i)\s*(def\.?|defn|defined|\\triangle|△|!)\s*", note):
        sign, note = ":=", ""
    return Cut(sign, found.start(), close, note)


def split_at(text: str, pattern: str) -> list[Span]:
    """The pieces of the text between matches of the pattern at the top level."""
    deep = levels(text)
    pieces: list[Span] = []
    start = 0
    for found in re.finditer(pattern, text):
        if found.start() >= start and not deep[found.start()]:
            pieces.append(Span(start, found.start()))
            start = found.end()
    pieces.append(Span(start, len(text)))
    return pieces


def trim(text: str, start: int, end: int, extra: str = "") -> Span:
    """The span without blanks (and the characters of `extra`) at its ends."""
    drop = " \t\n\r\f\v\u00a0\u2003" + extra
    while start < end and text[start] in drop:
        start += 1
    while end > start and text[end - 1] in drop:
        end -= 1
    return Span(start, end)


def blank_out(text: str, pattern: str | re.Pattern[str]) -> str:
    """The text with each match replaced by as many blanks, so that all places stay what they were."""
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def words_of(latex: str) -> str:
    r"""A remark without its LaTeX wrapping: `\text{by Jensen}` is "by Jensen"."""
    bare = re.sub(r"\\(?:text(?:rm|it|bf|sf|normal)?|mathrm|mbox|hbox|tag\*?|small|footnotesize|scriptsize|tiny)\b\s*", "", latex)
    bare = re.sub(r"\\[,;:! ]|~|\\q?quad\b", " ", bare).replace("{", "").replace("}", "").replace("$", "")
    return " ".join(bare.split())


def shifted_term(term: Term, by: int) -> Term:
    """The same tree said to stand `by` characters later."""
    if not by:
        return term
    span = Span(term.span.start + by, term.span.end + by) if term.span else None
    args = tuple([shifted_term(a, by) for a in term.args])
    bound = tuple([shifted_term(b, by) for b in term.bound])
    return Term(term.kind, term.name, args, bound=bound, signs=term.signs, value=term.value, text=term.text, span=span)


def shifted(reading: Reading, by: int) -> Reading:
    """A reading of a piece of a text, with its places counted in the whole text."""
    notes = tuple(replace(n, span=_moved(n.span, by)) for n in reading.notes)
    if isinstance(reading, Unread):
        near = shifted_term(reading.proposed, by) if reading.proposed is not None else None
        return replace(reading, span=_moved(reading.span, by), notes=notes, proposed=near)
    return replace(reading, term=shifted_term(reading.term, by), notes=notes, alternatives=tuple(shifted_term(a, by) for a in reading.alternatives))


def _moved(span: Span | None, by: int) -> Span | None:
    return Span(span.start + by, span.end + by) if span else None


@dataclass(frozen=True, slots=True)
class Names:
    """What a vocabulary says about spelling, as far as cutting text needs it: letters and words to the symbol they name."""

    spellings: dict[str, str]
    words: dict[tuple[str, ...], str]

    @staticmethod
    def of(vocabulary: object) -> Names:
        """From a vocabulary (its `symbols` with name, words, spellings), or from None."""
        spellings: dict[str, str] = {}
        words: dict[tuple[str, ...], str] = {}
        for symbol in getattr(vocabulary, "symbols", ()) or ():
            for spelling in (symbol.name, *symbol.spellings):
                spellings.setdefault(spelling, symbol.name)
            for phrase in symbol.words:
                words.setdefault(tuple(phrase.lower().split()), symbol.name)
        return Names(spellings, words)


__all__ = ["CONNECTIVES", "Cut", "Names", "blank_out", "group", "groups", "levels", "shifted", "shifted_term", "signs", "split_at", "trim",
           "words_of"]
