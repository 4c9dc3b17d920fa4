"""Values of formulas at rational points in exact fractions, for formulas made of numbers, symbols, sums, products, quotients and whole powers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any

from grader.term import Term, walk

RATIONAL = frozenset("add neg mul div pow".split())
MAX_BITS = 20_000


class NotExact(ValueError):
    """No value in exact fractions: a coordinate is complex, or numbers grow too large."""


def is_rational(term: Term) -> bool:
    """Is the term made of numbers, symbols, and these operations alone?"""
    return all(node.kind in ("number", "symbol") or node.kind == "apply" and node.name in RATIONAL and (
        node.name != "pow" or _exponent(node.args[1]) is not None) for node in walk(term))


def _exponent(term: Term) -> int | None:
    sign, literal = (-1, term.args[0]) if term.is_apply("neg", 1) else (1, term)
    return sign * int(literal.value) if literal.kind == "number" and literal.value.denominator == 1 else None  # type: ignore[union-attr, arg-type]


def value(term: Term, point: Mapping[str, Any]) -> Fraction:
    """The value of such a term. Fails with `ZeroDivisionError` where it has none (0^0 has none), with `NotExact` where it is not worked out."""
    if term.kind == "number":
        return term.value  # type: ignore[return-value]
    if term.kind == "symbol":
        found = point[term.name]
        if not isinstance(found, Fraction):
            raise NotExact("a complex coordinate")
        return found
    values = [value(a, point) for a in (term.args[:1] if term.name == "pow" else term.args)]
    if term.name == "add":
        made = sum(values[1:], values[0])
    elif term.name == "mul":
        made = prod(values[1:], start=values[0])
    elif term.name == "neg":
        return -values[0]
    elif term.name == "div":
        made = values[0] / values[1]
    else:
        made = _power(values[0], _exponent(term.args[1]) or 0)
    if made.numerator.bit_length() + made.denominator.bit_length() > MAX_BITS:
        raise NotExact("large numbers")
    return made


def _power(base: Fraction, exponent: int) -> Fraction:
    if not base and exponent <= 0:
        raise ZeroDivisionError("zero to a power that is not positive")
    if (base.numerator.bit_length() + base.denominator.bit_length()) * abs(exponent) > MAX_BITS:
        raise NotExact("large numbers")
    return base**exponent
