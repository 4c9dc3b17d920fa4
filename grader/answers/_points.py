"""May a learner see the point at which two regions differ? Not where the reference's own numbers could be read off it.

A point on the edge of what is asked ("try n = 6173") gives the edge away. A number is shown where the learner wrote it, or one beside it, or where it
is small and stands at no number of the reference; otherwise the point is left out of the words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from grader.model import Part
from grader.term import Term

_POINT = re.compile(r"\s*Try (?P<point>[^.]*(?:\.\d[^.]*)*)\.(?:\s*There the first condition[^.]*\.)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:\s?/\s?\d+)?")
SMALL = 20
EDGE = 3
"""Numbers up to this are tried by everybody."""


def shown(words: Sequence[str], own: Term, part: Part) -> str:
    """The words as one text, without a point from which the part's reference could be read off."""
    text = " ".join(words)
    found = _POINT.search(text)
    if not found:
        return text
    mine = _numbers(str(own))
    theirs = _numbers(" ".join((part.answer, *(e.answer for e in part.accept)))) - mine
    point = _numbers(found["point"])
    if all(_harmless(value, mine, theirs) for value in point):
        return text
    return (text[:found.start()] + text[found.end():]).strip()


def _harmless(value: Fraction, mine: set[Fraction], theirs: set[Fraction]) -> bool:
    if any(value in (n, n + 1, n - 1, 2 * n, n / 2, n + Fraction(1, 2), n - Fraction(1, 2)) for n in mine):
        return True
    if value > SMALL or value.denominator > SMALL:
        return False
    return all(abs(value - n) > 1 or n <= EDGE for n in theirs)


def _numbers(text: str) -> set[Fraction]:
    """The numbers of a text, and of quotients both sides too."""
    made: set[Fraction] = set()
    for found in _NUMBER.finditer(text):
        pieces = [Fraction(p.strip()) for p in found[0].split("/")]
        made.update(pieces)
        if len(pieces) == 2 and pieces[1]:
            made.add(pieces[0] / pieces[1])
    return made


__all__ = ["shown"]
