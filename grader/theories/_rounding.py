"""Decimals that were rounded: "1/3 = 0.333", "3x = 7, so x = 2.33".

A decimal is exact, so that such a line does not hold as it stands; but where both sides differ by less than the last digit that was written, it is rounded, and no
slip in the reasoning. Only decimals of two and more digits are taken for rounded ones.
"""

from __future__ import annotations

from grader.model import Equal, Follows, Read, Status, Verdict
from grader.reading import read
from grader.term import Term, free_names, from_data, symbol, walk
from grader.term import replace as put
from grader.theories._theory import Step


def is_rounded(step: Step) -> bool:
    """Does the step break only by less than the last digit of a decimal in it?"""
    refuted = [v for v in step.evidence if v.status is Status.REFUTED and v.claim.label not in ("back", "turned")]
    return bool(refuted) and all(_is_near(v) for v in refuted)


def _is_near(verdict: Verdict) -> bool:
    conclusion = verdict.claim.conclusion
    if isinstance(conclusion, Equal):
        return _near(conclusion.left, conclusion.right)
    point = verdict.evidence.data.get("point")
    if not isinstance(conclusion, Follows) or not isinstance(point, dict):
        return False
    change = {symbol(n): heard.term for n, v in point.items() if isinstance(v, str) and isinstance(heard := read(v), Read)}
    change |= {symbol(n): from_data(v) for n, v in point.items() if isinstance(v, list)}
    return _holds_nearly(conclusion.conclusion, change)


def _holds_nearly(statement: Term, change: dict[Term, Term]) -> bool:
    """Do the equations hold there but for the digits that were not written?"""
    if statement.is_apply("and") or statement.is_apply("or"):
        found = [_holds_nearly(a, change) for a in statement.args]
        return all(found) if statement.name == "and" else any(found)
    if statement.kind != "relation" or set(statement.signs) != {"="}:
        return False
    sides = [put(t, change) for t in statement.args]
    return all(_near(a, b, digits=_digits(statement)) for a, b in zip(sides, sides[1:]))


def _digits(*terms: Term) -> int:
    """The fewest digits behind the point of a decimal; 0 where there is none."""
    found = [len(n.text.rpartition(".")[2]) for t in terms for n in walk(t) if n.kind == "number" and "." in n.text]
    return min(found, default=0)


def _near(left: Term, right: Term, digits: int | None = None) -> bool:
    from grader.algebra.balls import Balls, Undefined, Unsupported, Unsure, precision

    digits = _digits(left, right) if digits is None else digits
    if digits < 2 or free_names(left) or free_names(right):
        return False
    with precision(80):
        balls = Balls({}, real=True, is_integer=lambda n: False)
        try:
            return abs(float(balls.value(left) - balls.value(right))) < 10.0 ** -digits * (1 - 1e-9)
        except (Undefined, Unsure, Unsupported, ZeroDivisionError, OverflowError, ValueError):
            return False


__all__ = ["is_rounded"]
