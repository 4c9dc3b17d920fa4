"""A text cut at its relation signs, for those who read it line by line."""

from __future__ import annotations

from grader.model import Note
from grader.reading.characters import clean
from grader.reading.lexer import lex
from grader.reading.repair import CLOSERS, OPENERS, drop_delimiters, join_spaced_signs, pair_left_right, settle_tildes
from grader.reading.tokens import ReadError, Token
from grader.reading.vocabulary import OPEN, Vocabulary
from grader.term import Span

_SIGNS = {"implies": "=>", "iff": "<=>", "impliedby": "<=="}


def split_relations(text: str, vocabulary: Vocabulary = OPEN) -> tuple[tuple[str, Span], ...]:
    """The sides of a chain outside all brackets: (sign before it, where it stands); the first sign is "" unless the text begins with a sign.
    Implications count as signs (`=>`, `<=>`, `<==`). A text that cannot be cut into tokens is one side."""
    tokens = _tokens(text, vocabulary)
    if tokens is None:
        return (("", Span(0, len(text))),)
    found: list[tuple[str, Span]] = []
    sign, side, depth = "", [], 0
    for t in tokens:
        depth += (t.kind in OPENERS) - (t.kind in CLOSERS)
        here = t.text if t.kind == "rel" else _SIGNS.get(t.kind)
        if depth <= 0 and here is not None:
            if side or found:
                found.append((sign, _span(side, t.start)))
            sign, side = here, []
        elif t.kind != "eof":
            side.append(t)
    found.append((sign, _span(side, len(text))))
    return tuple(found)


def leading_sign(text: str, vocabulary: Vocabulary = OPEN) -> tuple[str, int]:
    """The relation sign that the text begins with ("" where none), and where the rest begins."""
    tokens = _tokens(text, vocabulary)
    if not tokens:
        return "", 0
    head = tokens[0]
    sign = head.text if head.kind == "rel" else _SIGNS.get(head.kind, "")
    if not sign:
        return "", 0
    after = tokens[1]
    return sign, after.start if after.kind != "eof" else len(text)


def _tokens(text: str, vocabulary: Vocabulary) -> list[Token] | None:
    notes: list[Note] = []
    try:
        tokens = drop_delimiters(lex(clean(text)[0], vocabulary, notes, {}), notes)
    except ReadError:
        return None
    return join_spaced_signs(pair_left_right(settle_tildes([t for t in tokens if t.kind != "amp"], "\\" not in text, notes)), notes)


def _span(side: list[Token], place: int) -> Span:
    return Span(side[0].start, side[-1].end) if side else Span(place, place)
