"""Which points are certainly no exception to "premises, hence conclusion": rational arithmetic on whole numbers, made ready once for many points.

A formula of relations between sides of numbers, letters, +, -, *, / and whole powers becomes functions on pairs (numerator, denominator > 0), which are not
brought to lowest terms: some whole multiplications a point instead of fractions. Where a side is anything else, a value has no quotient, or a number grows
beyond `MAX_BITS`, nothing is said. So `passes` may be asked first, and `regions.Truth`, which knows all of it, for the few points that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

from grader.term import Term

MAX_BITS = 4000
MAX_POWER = 24
_COMPARE: Mapping[str, Callable[[int, int], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
Pair = tuple[int, int]
Point = Mapping[str, Pair]
Side = Callable[[Point], Pair]
Test = Callable[[Point], bool]


class _Open(ArithmeticError):
    """Nothing is said here."""


class Screen:
    """The formulas of one claim, made ready."""

    def __init__(self, premises: Sequence[Term], conclusion: Term) -> None:
        try:
            self._conclusion: Test | None = _formula(conclusion)
        except _Open:
            self._conclusion = None
        self._premises = []
        for premise in premises:
            try:
                self._premises.append(_formula(premise))
            except _Open:
                pass

    def passes(self, point: Mapping[str, Fraction]) -> bool:
        """Does the conclusion certainly hold there, or some premise certainly not?"""
        pairs = {name: (value.numerator, value.denominator) for name, value in point.items()}
        for k, test in enumerate((self._conclusion, *self._premises)):
            try:
                if test is not None and test(pairs) == (k == 0):
                    return True
            except _Open:
                pass
        return False


def _formula(term: Term) -> Test:
    if term.kind == "relation":
        links = [_link(a, sign, b) for a, sign, b in zip(term.args, term.signs, term.args[1:])]
        return links[0] if len(links) == 1 else lambda at: all([link(at) for link in links])
    if term.kind == "apply" and term.name in ("and", "or"):
        parts = [_formula(a) for a in term.args]
        return (lambda at: all([part(at) for part in parts])) if term.name == "and" else lambda at: any([part(at) for part in parts])
    if term.is_apply("not", 1):
        inner = _formula(term.args[0])
        return lambda at: not inner(at)
    raise _Open


def _link(left: Term, sign: str, right: Term) -> Test:
    if sign not in _COMPARE:
        raise _Open
    first, second, compare = _side(left), _side(right), _COMPARE[sign]

    def holds(at: Point) -> bool:
        (a, b), (c, d) = first(at), second(at)
        return compare(a * d, c * b)

    return holds


def _side(term: Term) -> Side:
    if term.kind == "number":
        fixed = (term.value.numerator, term.value.denominator)
        return lambda at: fixed
    if term.kind == "symbol":
        name = term.name
        return lambda at: _named(at, name)
    if term.kind != "apply" or term.name not in _MADE:
        raise _Open
    return _MADE[term.name](term)


def _named(at: Point, name: str) -> Pair:
    if name not in at:
        raise _Open
    return at[name]


def _sized(top: int, bottom: int) -> Pair:
    if top.bit_length() + bottom.bit_length() > MAX_BITS:
        raise _Open
    return top, bottom


def _sum(term: Term) -> Side:
    parts = [_side(a) for a in term.args]

    def value(at: Point) -> Pair:
        top, bottom = 0, 1
        for part in parts:
            a, b = part(at)
            top, bottom = top * b + a * bottom, bottom * b
        return _sized(top, bottom)

    return value


def _product(term: Term) -> Side:
    parts = [_side(a) for a in term.args]

    def value(at: Point) -> Pair:
        top = bottom = 1
        for part in parts:
            a, b = part(at)
            top, bottom = top * a, bottom * b
        return _sized(top, bottom)

    return value


def _negative(term: Term) -> Side:
    inner = _side(term.args[0])

    def value(at: Point) -> Pair:
        a, b = inner(at)
        return -a, b

    return value


def _quotient(term: Term) -> Side:
    first, second = map(_side, term.args)

    def value(at: Point) -> Pair:
        (a, b), (c, d) = first(at), second(at)
        if not c:
            raise _Open
        return _sized(a * d, b * c) if c > 0 else _sized(-a * d, -b * c)

    return value


def _power(term: Term) -> Side:
    base, exponent = term.args
    if exponent.kind != "number" or exponent.value.denominator != 1 or not 0 < exponent.value <= MAX_POWER:
        raise _Open
    inner, e = _side(base), int(exponent.value)

    def value(at: Point) -> Pair:
        a, b = inner(at)
        return _sized(a ** e, b ** e)

    return value


_MADE: Mapping[str, Callable[[Term], Side]] = {"add": _sum, "mul": _product, "neg": _negative, "div": _quotient, "pow": _power}
