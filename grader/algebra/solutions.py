"""Exact points at which one of two conditions holds and the other does not.

Points come from small values of the symbols; where a condition is an equation, one symbol is solved for: the difference of the sides is looked at
for four values of that symbol, and if it is a polynomial of degree one or two in it there (checked by a fifth), its rational or Gaussian roots give
points on the solution set.
All arithmetic is exact (`replay.evaluate` with fractions); what cannot be had exactly is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from math import isqrt
from typing import Any

from grader.algebra import sampling
from grader.domain import Domain
from grader.model import Claim
from grader.replay.enclosure import Complex, Value
from grader.replay.evaluate import Evaluator
from grader.replay.semantics import symbols_of
from grader.term import Term, apply, walk

Point = dict[str, Value]


def exceptions(claim: Claim, real: bool, check: Callable[[], None], most: int = 24) -> Iterator[dict[str, Any]]:
    """Data {"point", "holds"} for `replay.multiples.check_exception`."""
    sides = (claim.conclusion.left, claim.conclusion.right)  # type: ignore[union-attr]
    names = sorted(frozenset().union(*[symbols_of(s) for s in sides]))
    domains = {n: claim.domain(n) for n in names}
    if any(d.shape != "scalar" for d in domains.values()):
        return
    for point in _points(sides, names, domains, real, most):
        check()
        if not all(_admits(domains[n], v) for n, v in point.items()):
            continue
        truths = [_truth(side, point, real, domains) for side in sides]
        if None not in truths and truths[0] != truths[1]:
            yield {"point": {n: [str(v.re), str(v.im)] if isinstance(v, Complex) else str(v) for n, v in point.items()},
                   "holds": "left" if truths[0] else "right"}


def _points(sides: tuple[Term, Term], names: list[str], domains: dict[str, Domain], real: bool, most: int) -> Iterator[Point]:
    if not names:
        yield {}
        return
    equations = [node for side in sides for node in walk(side) if node.kind == "relation" and node.signs == ("=",)][:6]
    for base in islice(sampling.simple_points(names, domains.__getitem__, most), most):
        start = {n: _value(v) for n, v in base.items()}
        for equation in equations:
            difference = apply("add", equation.args[0], apply("neg", equation.args[1]))
            for n in names:
                for root in _roots(difference, n, start, real, domains):
                    yield start | {n: root}
        yield start


def _value(coordinate: Any) -> Value:
    return coordinate if isinstance(coordinate, Fraction) else Complex(*coordinate) if coordinate[1] else coordinate[0]


def _admits(domain: Domain, value: Value) -> bool:
    return domain.field == "complex" if isinstance(value, Complex) else domain.admits(value)


def _evaluator(point: Point, real: bool, domains: dict[str, Domain]) -> Evaluator:
    return Evaluator(point, real=real, is_integer=lambda n: n in domains and domains[n].field == "integer", digits=30)


def _truth(side: Term, point: Point, real: bool, domains: dict[str, Domain]) -> bool | None:
    """Truth where every relation's sides have values, else None."""
    ev = _evaluator(point, real, domains)
    try:
        for node in walk(side):
            if node.kind == "relation":
                for a in node.args:
                    ev.value(a)
        return ev.holds(side)
    except ArithmeticError:
        return None


def _exact(difference: Term, point: Point, real: bool, domains: dict[str, Domain]) -> Value | None:
    try:
        value = _evaluator(point, real, domains).value(difference)
    except ArithmeticError:
        return None
    parts = (value.re, value.im) if isinstance(value, Complex) else (value,)
    return value if all(isinstance(p, Fraction) for p in parts) else None


def _roots(difference: Term, name: str, point: Point, real: bool, domains: dict[str, Domain]) -> list[Value]:
    """Rational (or Gaussian) roots in one symbol, the others fixed, where the difference is a polynomial of degree 1 or 2."""
    e = _evaluator({}, real, domains).e
    at = [_exact(difference, point | {name: Fraction(k)}, real, domains) for k in (-1, 0, 1, 2)]
    if any(v is None for v in at):
        return []
    low, c, high, more = at
    a = e.mul(Fraction(1, 2), e.sub(e.add(low, high), e.mul(Fraction(2), c)))
    b = e.mul(Fraction(1, 2), e.sub(high, low))
    if e.add(e.add(e.mul(Fraction(4), a), e.mul(Fraction(2), b)), c) != more:
        return []
    if a == 0:
        return [] if b == 0 else [e.neg(e.div(c, b))]
    if any(isinstance(v, Complex) for v in (a, b, c)):
        return []
    under = b * b - 4 * a * c
    root = _square_root(under) if under >= 0 else None
    return [] if root is None else list(dict.fromkeys([(-b + root) / (2 * a), (-b - root) / (2 * a)]))


def _square_root(value: Fraction) -> Fraction | None:
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    return Fraction(top, bottom) if top * top == value.numerator and bottom * bottom == value.denominator else None
