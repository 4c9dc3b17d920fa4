r"""Values of two variables written side by side, pair after pair: `(1,1), (2,-1), ...`, `t = 1: (q, p) = (2, -1)`, and columns of two
`\begin{pmatrix} 1 \\ 1 \end{pmatrix}`."""

from __future__ import annotations

import re
from typing import NamedTuple

from grader.reading.grids import MAX_CELLS, NUMBER, Cell, cell
from grader.term import Span


class PairRun(NamedTuple):
    """Pairs in a row: the two names ("" where none is written), the pairs, the index of the first where it is written, and the place."""

    names: tuple[str, str]
    pairs: tuple[tuple[Cell, Cell], ...]
    first: int | None
    span: Span


_OPEN, _CLOSE = r"\\begin\s*\{[pb]matrix\}\s*", r"\s*\\end\s*\{[pb]matrix\}"
_PAIR = re.compile(rf"\(\s*\$?({NUMBER})\$?\s*[,;]\s*\$?({NUMBER})\$?\s*\)|{_OPEN}({NUMBER})\s*\\\\\s*({NUMBER}){_CLOSE}")
_LETTER = r"\$?([A-Za-z])(?:_\{?\w{1,3}(?:\s*[+-]\s*1)?\}?|[₀-₉]{1,2}|\d{1,2})?\$?"
_NAMES = re.compile(rf"\(\s*{_LETTER}\s*[,;]\s*{_LETTER}\s*\)|{_OPEN}{_LETTER}\s*\\\\\s*{_LETTER}{_CLOSE}")
_STEP = (r"\(?\$?(?:(?:step|iteration|iter|time|round)\s*|[tkni]\s*=\s*)?\$?(?P<index>\d{1,3})\$?\)?\s*"
         r"(?:[:.)=]|->|→|\\to|–|—|-)+")
_FILL = r"(?:[\s,;.$&*•]|-(?!>))*+"
_GAP = re.compile(rf"{_FILL}(?:->|→|⇒|=>|\\to\b|\\rightarrow\b|\\mapsto\b|\\\\|and\b|then\b)?{_FILL}(?:{_STEP})?[\s$]*+"
                  r"(?:(?P<named>[(\\][^=\n]{1,60}?)\s*+&?=)?[\s$]*+", re.IGNORECASE)
_HEAD = re.compile(rf"(?:^|[\n,;(])[ \t*•-]*+{_STEP}[\s$]*+(?:[(\\][^=\n]{{1,60}}?\s*+&?=)?[\s$]*+\Z", re.IGNORECASE)
_INDEX = re.compile(r"_\{?(\d{1,3})\}?|([₀-₉]{1,2})")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def pair_runs(text: str) -> list[PairRun]:
    """Three or more pairs of numbers in a row; the names are those of a pair `(q, p)` written before or between them."""
    runs: list[PairRun] = []
    current: list[re.Match[str]] = []
    done = 0
    for found in [*_PAIR.finditer(text), None]:
        gap = text[current[-1].end():found.start()] if current and found else ""
        if found and (not current or len(gap) <= 120 and _continues(gap)):
            current.append(found)
            continue
        if len(current) >= 3:
            runs.append(_run(text, current, done))
            done = current[-1].end()
        current = [found] if found else []
    return runs


def _continues(gap: str) -> bool:
    found = _GAP.fullmatch(gap)
    return found is not None and (not found["named"] or _NAMES.fullmatch(found["named"].strip(" $")) is not None)


def _run(text: str, found: list[re.Match[str]], done: int) -> PairRun:
    head = text[max(done, found[0].start() - 200):found[0].start()]
    named = next(reversed(list(_NAMES.finditer(head))), None) or _NAMES.search(text, found[0].end(), found[-1].start())
    letters = [g for g in named.groups() if g] if named else ["", ""]
    step = _HEAD.search(head)
    index = _INDEX.search(named[0]) if named and named.end() > len(head) - 8 and named.string is head else None
    first = int(step["index"]) if step else int((index[1] or index[2]).translate(_DIGITS)) if index else None
    pairs = tuple((cell(text, *m.span(1 if m[1] else 3)), cell(text, *m.span(2 if m[2] else 4))) for m in found[:MAX_CELLS])
    return PairRun((letters[0], letters[1]), pairs, first, Span(found[0].start(), found[-1].end()))
