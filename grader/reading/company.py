"""Letters, dots and bracketed words that only the text around them decides, as filters over tokens that are not parsed yet."""

from __future__ import annotations

import re

from grader.model import Note
from grader.reading.brackets import CLOSERS, ENDS, OPENERS, STARTS
from grader.reading.names import REMARK_WORDS
from grader.reading.tokens import Token
from grader.reading.vocabulary import Vocabulary
from grader.term import Span

_BEFORE_DOT = frozenset("( [ , ; lset".split())
_AFTER_DOT = frozenset(") ] , ; | ‖ mid rset right".split())
_COMPLEX = frozenset("re im conj abs arg exp sqrt".split())


def read_by_company(tokens: list[Token], names: set[str], kinds: set[str], notes: list[Note]) -> None:
    """Letters that the rest of the text decides: `A u B'` among capitals alone are sets, `2 + 3I` with no other name is a complex number."""
    called = any(t.kind == "name" and u.kind in ("(", "left") for t, u in zip(tokens, tokens[1:]))
    if names == {"I"} and not called and any(t.kind == "func" and t.text in _COMPLEX or t.kind == "const" and t.text in ("pi", "e")
                              or t.kind in "+-" and k and tokens[k - 1].kind in ENDS for k, t in enumerate(tokens)):
        for t in tokens:
            if t.kind == "name":
                t.kind, t.text = "const", "i"
        notes.append(Note("I is read as the imaginary unit", None, "info", "imaginary"))
    elif names & {"n", "u"} and len(tokens) < 100 and kinds <= {"name", "'", "(", ")", "eof", "dollar", "math"}:
        joins = [t for k, t in enumerate(tokens) if t.kind == "name" and t.text in ("n", "u") and t.gap and tokens[k + 1].gap and k]
        others = [t for t in tokens if t.kind == "name" and t not in joins]
        if joins and len(others) == len(joins) + 1 and all(t.text.isupper() for t in others):
            for t in joins:
                t.kind, t.text = ("cap", "intersection") if t.text == "n" else ("cup", "union")
            notes.append(Note("u and n between capitals are read as union and intersection", None, "info", "set_letters"))


def name_placeholders(tokens: list[Token]) -> None:
    r"""`f(\cdot)`, `\|\cdot\|`, `p(\cdot | x)`: a lone dot between brackets is the name of nothing in particular."""
    for k, t in enumerate(tokens):
        if t.kind != "*" or t.text != "cdot" or not k or tokens[k + 1].kind not in _AFTER_DOT:
            continue
        before = tokens[k - 1].kind
        if before in _BEFORE_DOT or before in ("|", "‖") and (k == 1 or tokens[k - 2].kind not in ENDS):
            t.kind = "name"


def _root(tokens: list[Token]) -> str:
    """The name that ends the tokens, without its subscript."""
    if len(tokens) > 2 and tokens[-2].kind == "_":
        return tokens[-3].text
    if tokens[-1].kind == "}":
        opened = next((k for k in range(len(tokens) - 1, max(1, len(tokens) - 9), -1) if tokens[k].kind == "{"), 0)
        return tokens[opened - 2].text if opened > 1 and tokens[opened - 1].kind == "_" else ""
    return tokens[-1].text


_AFTER_STAR = frozenset("rel , ; ) ] } eof where and or".split())
_WORDS = frozenset("unknown text where all such".split())
_JOINTS = frozenset("- / amp ,".split())
_CLOSED = frozenset(") ] } rset rfloor rceil rangle num".split())
_FLAT = 12
"""Longest remark in brackets, in tokens."""


def settle_stars_and_dots(tokens: list[Token], vocabulary: Vocabulary, notes: list[Note]) -> list[Token]:
    """`p* = q* = 0`: a star behind a name with nothing on its right marks the name. `k . q`: a full stop between two operands, with a space on either
    side, or between two declared vectors (`k_j.q`), is a product sign."""
    kept: list[Token] = []
    for k, t in enumerate(tokens):
        before = kept[-1] if kept else None
        if t.kind == "*" and t.mark == "*" and before is not None and before.kind == "name" and not t.gap and tokens[k + 1].kind in _AFTER_STAR:
            kept.append(Token("^", "^", t.start, t.start))
            t.kind, t.text = "mark", "star"
        elif t.kind == "." and before is not None and before.kind in ENDS and tokens[k + 1].kind in STARTS - {"unknown", "text"} and (
                t.gap == 1 and tokens[k + 1].gap == 1 or vocabulary.is_array(_root(kept)) and vocabulary.is_array(tokens[k + 1].text)):
            t.kind, t.text = "*", "cdot"
            notes.append(Note("a full stop between two factors is read as a product sign", Span(t.start, t.end), "repair", "dot_product"))
        kept.append(t)
    return kept


def drop_remarks(tokens: list[Token], notes: list[Note]) -> list[Token]:
    """`O(t^2 n) (attention) + O(t n^2) (FFN)`: words in brackets behind an operand are no factor. Words that only say what a term belongs to are
    harmless; any other might change what is meant, and are a guess."""
    kept: list[Token] = []
    k = 0
    while k < len(tokens):
        t = tokens[k]
        behind = bool(kept) and kept[-1].kind in ENDS
        end = 0
        if behind and t.kind == "(" and (t.gap or kept[-1].kind in _CLOSED):
            end = _end_of_words(tokens, k)
        elif behind and t.kind == "text" and t.text[:1] == "(" and t.text[-1:] == ")":
            end = k + 1
        if not end or tokens[end].kind == "rel" and end - k < 3:
            kept.append(t)
            k += 1
            continue
        words = " ".join(u.text for u in tokens[k:end] if u.kind not in ("(", ")")).strip("() ").lower()
        harmless = REMARK_WORDS.issuperset(words.replace("-", " ").replace("/", " ").replace("&", " ").replace(",", " ").split())
        said = "the words in brackets were not read"
        notes.append(Note(said, Span(t.start, tokens[end - 1].end), "info" if harmless else "guess", "words"))
        if end < len(tokens):
            tokens[end].gap = max(tokens[end].gap, 1)
        k = end
    return kept


def _end_of_words(tokens: list[Token], k: int) -> int:
    """The index behind the bracket at k where it holds nothing but words; 0 where it holds anything else."""
    words = False
    for j in range(k + 1, min(k + _FLAT, len(tokens))):
        t = tokens[j]
        if t.kind == ")":
            return j + 1 if words else 0
        named = t.kind == "name" and len(t.text) > 1 and (t.text.isupper() or t.mark in ("text", "rm"))
        words = words or named or t.kind in ("unknown", "text")
        if not named and t.kind not in _WORDS and t.kind not in _JOINTS and not (t.kind == "rel" and t.text == "approx"):
            return 0
    return 0


def drop_questions(tokens: list[Token], last: int, notes: list[Note]) -> int:
    """Question marks behind the formula: left out with a note; the new end."""
    while last > 1 and tokens[last - 1].kind == "question":
        last -= 1
        notes.append(Note("the question mark is left out", Span(tokens[last].start, tokens[last].end), "info", "question_mark"))
    return last


def name_times(tokens: list[Token], vocabulary: Vocabulary, notes: list[Note]) -> None:
    """`1.5 x 10^3`, `t x n^2 x l`: an x that the problem does not know, apart from its neighbours, between numbers or declared names, is a
    times sign."""
    if vocabulary.knows("x"):
        return
    strangers = any(t.kind == "name" and t.text != "x" and not vocabulary.knows(t.text) for t in tokens)
    for k, t in enumerate(tokens):
        if t.kind != "name" or t.text != "x" or t.mark or not t.gap or not k or not tokens[k + 1].gap:
            continue
        before, after = tokens[k - 1], tokens[k + 1]
        numbers = before.kind == "num" and after.kind == "num"
        if numbers or vocabulary.symbols and not strangers and before.kind in ENDS and after.kind in ("name", "num", "("):
            t.kind, t.text = "*", "times"
            notes.append(Note("x between two factors is read as a times sign", Span(t.start, t.end), "repair", "times_letter"))


_OTHER_COMMANDS = re.compile(r"\\(?![{} ])|\$")
_NUMBER_SETS = frozenset("R Z N Q C RR ZZ NN QQ CC".split())
_LOGICAL = frozenset("name ( ) [ ] not and or iff implies impliedby eof dollar math const".split())
_ARROWS = {"->": ("implies", "implies"), "equiv": ("iff", "iff")}


def name_distributions(tokens: list[Token], text: str) -> None:
    """`X ~ Exp(λ)`: behind "is distributed as" a capitalised word is the name of a distribution and no function."""
    for before, t, after in zip(tokens, tokens[1:], tokens[2:]):
        behind = before.kind == "rel" and before.text == "~" and t.kind == "func" and after.kind == "("
        if behind and (word := re.search(r"(?<![A-Za-z])[A-Z][a-z]+", text[t.start:t.end])) is not None:
            t.kind, t.text, t.mark = "name", word[0], "word"


def part_from_sets(tokens: list[Token], text: str) -> list[Token]:
    r"""`R\{0}` in typed text: the backslash is the sign of a set difference, and not TeX's brace."""
    if _OTHER_COMMANDS.search(text):
        return tokens
    kept: list[Token] = []
    for t in tokens:
        if t.kind == "lset" and kept and kept[-1].kind in ("name", "const") and kept[-1].text in _NUMBER_SETS and not t.gap:
            kept.append(Token("+", "setminus", t.start, t.start + 1, 0, "\\"))
            t.start += 1
        kept.append(t)
    return kept


def part_rows(tokens: list[Token]) -> list[Token]:
    """`[1 2; 3 4]`: in square brackets with rows but without a comma, spaces part the entries."""
    kept: list[Token] = []
    stack: list[bool] = []
    for k, t in enumerate(tokens):
        if t.kind == "[":
            stack.append(_is_spaced_matrix(tokens, k))
        elif t.kind in OPENERS:
            stack.append(False)
        elif stack and stack[-1] and t.gap and kept[-1].kind in ENDS and t.kind in STARTS:
            kept.append(Token(",", ",", t.start, t.start, 0, "soft"))
        if t.kind in CLOSERS and stack:
            stack.pop()
        kept.append(t)
    return kept


def _is_spaced_matrix(tokens: list[Token], k: int) -> bool:
    rows = False
    for t in tokens[k + 1:k + 60]:
        if t.kind in (",", "[", "(", "{", "rel"):
            return False
        if t.kind == "]":
            return rows
        rows = rows or t.kind == ";"
    return False


def name_arrows(tokens: list[Token], notes: list[Note]) -> None:
    """`(p → q) ↔ (¬q → ¬p)`: among nothing but letters and connectives an arrow is an implication, and ≡ an equivalence."""
    if not all(t.kind in _LOGICAL or t.kind == "rel" and t.text in _ARROWS for t in tokens):
        return
    for t in tokens:
        if t.kind == "rel":
            said = f"`{t.mark or t.text}` is read as \"{_ARROWS[t.text][1]}\""
            t.kind, t.text = _ARROWS[t.text]
            notes.append(Note(said, Span(t.start, t.end), "info", "logic_arrow"))


_ENDS_OF_RANGE = frozenset(("num", "name", "const"))


def spell_ranges(tokens: list[Token], text: str, notes: list[Note]) -> None:
    """`for i = 1 to n`: the word between the ends of a range is its dots."""
    spelt: set[Span] = set()
    for k, t in enumerate(tokens):
        if t.kind == "rel" and t.text == "->" and text[t.start:t.end] == "to" and k > 1 and any(u.text == "=" for u in tokens[max(0, k - 4):k]):
            t.kind = t.text = "dots"
            spelt.add(Span(t.start, t.end))
    notes[:] = [n for n in notes if n.span not in spelt]


def part_ranges(tokens: list[Token]) -> list[Token]:
    """`i = 1...n`: dots between two ends are parted from them by commas; "there exists" is "exists"."""
    kept: list[Token] = []
    for k, t in enumerate(tokens):
        before = kept[-1] if kept else None
        if t.kind == "exists" and before is not None and before.kind == "unknown" and before.text == "there":
            t.gap = before.gap
            kept.pop()
        two = t.end - t.start == 2 and not any(u.kind in ("rel", "{", "lset") for u in kept)  # `1..2` alone is rather a slip of 1.2
        if t.kind == "dots" and not two and before is not None:
            after = tokens[k + 1]
            product = len(kept) > 1 and (kept[-2].kind == "*" or before.kind == ")" or after.kind == "(")  # 1 · 2 ⋯ n is a product
            ends = _ENDS_OF_RANGE | {"(", ")"} if product else _ENDS_OF_RANGE
            if before.kind in ends - {"("} and after.kind in ends - {")"}:
                sign = "*" if product else ","
                kept += (Token(sign, sign, t.start, t.start, 0, "soft"), t, Token(sign, sign, t.end, t.end, 0, "soft"))
                continue
        kept.append(t)
    return kept


_CASES = frozenset("cases dcases rcases".split())


def part_cases(tokens: list[Token]) -> None:
    r"""`x^2 \quad x < 1 \\`: in a row of cases without `&` the wide space parts the value from its condition."""
    inside: list[bool] = []
    parted = False
    for k, t in enumerate(tokens):
        if t.kind == "begin":
            inside.append(t.text in _CASES or t.text == "array" and k > 0 and tokens[k - 1].kind == "lset")
            parted = False
        elif t.kind == "end" and inside:
            inside.pop()
        elif t.kind in ("row", "amp"):
            parted = t.kind == "amp"
        elif t.kind == "quad" and inside and inside[-1] and not parted and tokens[k - 1].kind in ENDS and tokens[k + 1].kind != "amp":
            if tokens[k + 1].kind not in ("rel", "row", "end", "quad"):
                t.kind, parted = "amp", True


_LABELS = frozenset("a b c d e f g h i".split())


def drop_label(tokens: list[Token], last: int, notes: list[Note]) -> int:
    """`(a) x = 2`, `1. x = 2`: the number of the answer in front is no factor; where the formula begins."""
    lone = last > 3 and tokens[0].kind == "(" and tokens[2].kind == ")" and tokens[3].gap and (
        tokens[1].kind in ("name", "const") and tokens[1].text in _LABELS and not any(t.text == tokens[1].text for t in tokens[3:last]))
    pointed = last > 1 and tokens[0].kind == "num" and tokens[0].text[-1] == "." and tokens[1].gap
    first = 3 if lone else 1 if pointed else 0
    if not first or tokens[first].kind not in STARTS or tokens[first].kind == "(":
        return 0
    notes.append(Note("the label in front is left out", Span(tokens[0].start, tokens[first - 1].end), "repair", "label"))
    return first


_SUM_LETTERS = {"Sigma": "sum", "Pi": "product"}


def name_sums(tokens: list[Token], notes: list[Note]) -> None:
    """`Σ_{i=1}^n i`, `Σ_i α_i v_i`: the Greek capital with a range below it, or with an index that what follows bears, is the sign of a sum."""
    for k, t in enumerate(tokens):
        if t.kind != "name" or t.text not in _SUM_LETTERS or t.mark:
            continue
        below = tokens[k + 1].kind == "_"
        first = k + 2 + (tokens[k + 2].kind == "{") if below else 0
        ranged = below and tokens[first + 1].kind == "rel" if first + 1 < len(tokens) else False
        bears = below and not ranged and any(a.kind == "_" and b.text == tokens[first].text or b.text == tokens[first].text and a.kind == "{"
                                             for a, b in zip(tokens[first + 1:first + 14], tokens[first + 2:first + 15]))
        bears = bears or below and not ranged and _is_over_arguments(tokens[first - 1:], k)
        bare = not below and tokens[k + 1].kind in ("name", "func") and any(
            a.kind == "_" and b.text in "ijk" for a, b in zip(tokens[k + 1:k + 6], tokens[k + 2:k + 7]))
        if ranged or bears or bare:
            said = f"the letter {t.text} is read as the sign of a {_SUM_LETTERS[t.text]}"
            notes.append(Note(said, Span(t.start, t.end), "guess" if bare else "info", "sum_letter"))
            t.kind, t.text = "big", _SUM_LETTERS[t.text]


def _is_over_arguments(tokens: list[Token], k: int) -> bool:
    """`Σ_x p(x) log q(x)`, `Σ_{x,y} p(x,y)`: are the names below the sign arguments of what follows at once? (A covariance `Σ_x` has a power or an
    operator behind it, or nothing.) The first token is the one before the names."""
    names = [t.text for t in tokens[1:8] if t.kind == "name"][:1]
    after = 2
    if tokens[0].kind == "{":
        after = next((j + 1 for j, t in enumerate(tokens[:10]) if t.kind == "}"), 0)
        names = [t.text for t in tokens[1:max(1, after - 1)] if t.kind == "name"]
        if not after or any(t.kind not in ("name", ",") for t in tokens[1:after - 1]):
            return False
    elif len(tokens) < 3 or tokens[1].kind != "name":
        return False
    if not names or after >= len(tokens) or tokens[after].kind in ("^", "_", "+", "-", "rel", ")", "]", "}", "end", "'", ",", "*", "/"):
        return False
    near = tokens[after:after + 16]
    inside = {b.text for j, b in enumerate(near) if b.kind == "name" and j and near[j - 1].kind in ("(", ",", "|", "bar", "rel")}
    return all(n in inside for n in names)


_SET_ENDS = frozenset(") ] rset const".split())
_SET_STARTS = frozenset("( [ lset const".split())


def name_unions(tokens: list[Token], latex: bool, notes: list[Note]) -> None:
    """`(-oo, 3) U [5, oo)`: the letter between two sets is the sign of their union."""
    for k, t in enumerate(tokens):
        if t.kind != "name" or t.text not in ("U", "u") or not k:
            continue
        before, after = tokens[k - 1], tokens[k + 1]
        if not _may_be_set(before, tokens[max(0, k - 15):k], _SET_ENDS, "}", latex) or not _may_be_set(
                after, tokens[k + 1:k + 16], _SET_STARTS, "{", latex):
            continue
        t.kind, t.text = "cup", "union"
        notes.append(Note(f"{t.mark or 'u'} between two sets is read as their union", Span(t.start, t.end), "info", "set_letters"))


def _may_be_set(beside: Token, near: list[Token], kinds: frozenset[str], brace: str, latex: bool) -> bool:
    if beside.kind == brace:
        return not latex
    if beside.kind == "const":
        return beside.text in ("RR", "ZZ", "NN", "QQ", "CC", "emptyset")
    return beside.kind in kinds and (beside.kind in ("lset", "rset") or any(t.kind == "," for t in near))


def name_connectives(tokens: list[Token], notes: list[Note]) -> None:
    """`x=2 v x=3` and `x>1 ^ x<5`: between two relations about the same name the sign is "or" or "and"."""
    about = ""
    for k, t in enumerate(tokens):
        if t.kind == "rel" and k and tokens[k - 1].kind == "name":
            about = tokens[k - 1].text
        sign = t.kind == "^" or t.kind == "name" and t.text == "v"
        joins = sign and about and k + 2 < len(tokens) and t.gap and tokens[k + 1].gap
        if joins and tokens[k + 1].text == about and tokens[k + 2].kind == "rel" and tokens[k - 1].kind in ENDS and tokens[k - 1].kind != "rel":
            said = "and" if t.kind == "^" else "or"
            shown = f"`{'^' if t.kind == '^' else 'v'}` between two relations is read as \"{said}\""
            notes.append(Note(shown, Span(t.start, t.end), "info", "set_letters"))
            t.kind = t.text = said
