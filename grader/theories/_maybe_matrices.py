"""Capitals that may be matrices although nothing says so: A, B beside an inverse or the unit matrix I.

"(AB)^{-1} = A^{-1} B^{-1}" holds for numbers and not for matrices. Where all names of an equation are single capitals, one is inverted or I stands among them, and
the two sides differ for some matrices, the equation is left to a person. Both sides are worked out exactly for fixed matrices of whole numbers.
"""

from __future__ import annotations

from fractions import Fraction

from grader.term import Term, free_names, walk

Matrix = tuple[Fraction, Fraction, Fraction, Fraction]
"""(a, b, c, d) for [[a, b], [c, d]]."""
_SAMPLES = ((2, 1, 1, 1), (1, 3, 0, 1), (1, 0, 2, 1), (3, 2, 1, 1), (1, 1, -1, 2), (0, 1, -1, 3))
MOST_NAMES, MOST_POWER = 6, 8


def may_differ(left: Term, right: Term) -> bool:
    """Are the two sides, which are equal for numbers, of the kind that matrices make, and unequal for some matrices?"""
    names = sorted(free_names(left) | free_names(right))
    if not 2 <= len(names) <= MOST_NAMES or not all(len(n) == 1 and n.isupper() for n in names):
        return False
    nodes = [n for t in (left, right) for n in walk(t)]
    if "I" not in names and not any(n.is_apply("pow", 2) and n.args[1].is_apply("neg", 1) and free_names(n.args[0]) for n in nodes):
        return False
    values = {n: tuple(map(Fraction, _SAMPLES[k])) for k, n in enumerate(n for n in names if n != "I")} | {"I": tuple(map(Fraction, (1, 0, 0, 1)))}
    try:
        return _value(left, values) != _value(right, values)  # type: ignore[arg-type]
    except (ValueError, ZeroDivisionError):
        return False


def _value(term: Term, values: dict[str, Matrix]) -> Matrix:
    if term.kind == "symbol":
        return values[term.name]
    if term.kind == "number" and term.value is not None:
        return term.value, Fraction(0), Fraction(0), term.value
    if term.kind != "apply":
        raise ValueError
    if term.name == "pow" and len(term.args) == 2:
        return _power(_value(term.args[0], values), term.args[1])
    parts = [_value(a, values) for a in term.args]
    if term.name == "neg":
        return tuple(-x for x in parts[0])  # type: ignore[return-value]
    if term.name == "add":
        return tuple(sum(xs, Fraction(0)) for xs in zip(*parts))  # type: ignore[return-value]
    if term.name == "mul":
        made = parts[0]
        for p in parts[1:]:
            made = _times(made, p)
        return made
    raise ValueError


def _times(x: Matrix, y: Matrix) -> Matrix:
    return x[0] * y[0] + x[1] * y[2], x[0] * y[1] + x[1] * y[3], x[2] * y[0] + x[3] * y[2], x[2] * y[1] + x[3] * y[3]


def _power(base: Matrix, exponent: Term) -> Matrix:
    turned = exponent.is_apply("neg", 1)
    size = exponent.args[0] if turned else exponent
    if size.kind != "number" or size.value is None or size.value.denominator != 1 or size.value > MOST_POWER:
        raise ValueError
    if turned:
        a, b, c, d = base
        area = a * d - b * c
        base = d / area, -b / area, -c / area, a / area
    made: Matrix = (Fraction(1), Fraction(0), Fraction(0), Fraction(1))
    for _ in range(int(size.value)):
        made = _times(made, base)
    return made


__all__ = ["may_differ"]
