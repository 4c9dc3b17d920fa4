"""Counterexamples and shape faults in plain words. Words for learners show the model and the value of the left side, which is theirs; never the right."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.model import AtMost, Claim
from grader.replay.matrix_shapes import Unfit
from grader.replay.matrix_values import Matrix, Value, Values, main
from grader.term import number

OWN_LABELS = ("step", "own")
"""Labels of claims whose two sides are both the learner's own: their values may be shown."""


def number_words(x: Value) -> str:
    """A number: exact, or five digits."""
    x = main(x)
    if isinstance(x, Fraction):
        return str(x)
    return f"{float(x.mid.a):.5g}"


def matrix_words(a: Matrix) -> str:
    """A number as itself, a column as (1, 2)^T, a matrix as [[1, 2], [3, 4]]."""
    if len(a) == len(a[0]) == 1:
        return number_words(a[0][0])
    if len(a[0]) == 1:
        return f"({', '.join(number_words(r[0]) for r in a)})^T"
    if len(a) == 1:
        return f"({', '.join(number_words(x) for x in a[0])})"
    return "[" + ", ".join("[" + ", ".join(number_words(x) for x in r) + "]" for r in a) + "]"


def at_model(s: Any, v: Values, place: Mapping[str, int]) -> str:
    """ "With A = ..., i = 1:" """
    said = [f"{name} = {matrix_words(a)}" for name, a in sorted(v.letters.items())]
    said += [f"{label} = {k + 1}" for label, k in sorted(place.items())]
    return f"With {', '.join(said)}:" if said else "There:"


def sides_words(claim: Claim, s: Any, v: Values, place: Mapping[str, int], left: Matrix, right: Matrix) -> dict[str, tuple[str, ...]]:
    """Both sides in the model, for the teacher; the left one for the learner."""
    start, mine, other = at_model(s, v, place), matrix_words(left), matrix_words(right)
    if isinstance(claim.conclusion, AtMost):
        sign = "less than" if claim.conclusion.strict else "at most"
        if claim.conclusion.left == number(0):
            said = f"{start} it is {other}, which is not {'positive' if claim.conclusion.strict else 'nonnegative'}."
            return {"words": (said,), "teacher_words": (said,)}
        both = f"{start} the left side is {mine} and the right side {other}, so it is not {sign} that."
    else:
        both = f"{start} the left side is {mine} and the right side {other}."
    own = both if claim.label in OWN_LABELS else f"{start} your expression is {mine}, which is not what is asked for."
    return {"words": (own,), "teacher_words": (both,)}


def shapes_words(error: Unfit, side: int | None, claim: Claim) -> dict[str, tuple[str, ...]]:
    """Which shapes do not fit; of the right side the learner hears only that it is another shape."""
    where = {None: "the two sides do not have the same shape", 0: "the left side is not defined", 1: "the right side is not defined"}[side]
    both = f"The shapes do not fit, {where}: {error.words}."
    if claim.label in OWN_LABELS or side == 0:
        return {"words": (f"The shapes do not fit: {error.words}.",), "teacher_words": (both,)}
    return {"words": ("The shapes do not fit what is asked for.",), "teacher_words": (both,)}


__all__ = ["at_model", "matrix_words", "shapes_words", "sides_words"]
