"""When two terms are written alike: the same sums, products and quotients up to order, signs, and numbers that are worked out; nothing is multiplied
out, cancelled between sums, or put under one fraction. (x + 2)(x + 1) is alike 2 + x times (1 + x), and not x^2 + 3x + 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.term import Term

_TURN = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
Shape = tuple[Any, ...]


@lru_cache(maxsize=4096)
def shape(term: Term) -> Shape:
    """What two terms that are written alike have in common, comparable and hashable."""
    if term.kind == "relation":
        return _relation(term)
    if term.kind == "apply" and term.name in ("and", "or"):
        parts = {shape(a) for t in term.args for a in (t.args if t.is_apply(term.name) else (t,))}
        return (term.name, *sorted(parts, key=repr))
    summands = _sum(term)
    if len(summands) == 1:
        (coefficient, factors), = summands
        if coefficient == 1 and len(factors) == 1 and factors[0][1] == 1:
            return factors[0][0]
    return ("sum", *sorted(summands, key=repr))


def alike(a: Term, b: Term) -> bool:
    """Are the terms written alike?"""
    return shape(a) == shape(b)


def skeleton(term: Term) -> Shape:
    """The shape with every number left out but exponents: what a slip in a number leaves as it was."""

    def blank(node: Any) -> Any:
        if isinstance(node, Fraction):
            return "n"
        if not isinstance(node, tuple):
            return node
        made = tuple([blank(x) for x in node])
        return (made[0], *sorted(made[1:], key=repr)) if made[:1] in (("sum",), ("and",), ("or",)) else made

    return blank(shape(term))  # type: ignore[no-any-return]


def _relation(term: Term) -> Shape:
    sides, signs = [shape(a) for a in term.args], list(term.signs)
    if signs == ["="] or signs == ["!="]:
        return ("relation", signs[0], *sorted(sides, key=repr))
    if all(s in (">", ">=") for s in signs):
        sides, signs = sides[::-1], [_TURN[s] for s in signs[::-1]]
    return ("relation", *signs, *sides)


Factors = tuple[tuple[Shape, Fraction], ...]


def _sum(term: Term) -> list[tuple[Fraction, Factors]]:
    """Summands with rational coefficients; numbers are added up, and nothing else."""
    made: list[tuple[Fraction, Factors]] = []
    constant = Fraction(0)

    def visit(t: Term, sign: int) -> None:
        nonlocal constant
        if t.is_apply("add"):
            for a in t.args:
                visit(a, sign)
        elif t.is_apply("neg"):
            visit(t.args[0], -sign)
        else:
            coefficient, powers = _product(t)
            factors = tuple(sorted(((b, e) for b, e in powers.items() if e), key=repr))
            if factors and coefficient:
                made.append((sign * coefficient, factors))
            else:
                constant += sign * coefficient

    visit(term, 1)
    return [*made, (constant, ())] if constant or not made else made


def _product(term: Term) -> tuple[Fraction, dict[Shape, Fraction]]:
    """A rational coefficient and the exponents of the factors."""
    if term.kind == "number":
        return term.value, {}
    if term.is_apply("neg"):
        c, powers = _product(term.args[0])
        return -c, powers
    if term.is_apply("mul"):
        coefficient, total = Fraction(1), {}
        for a in term.args:
            c, powers = _product(a)
            coefficient *= c
            _merge(total, powers, Fraction(1))
        return coefficient, total
    if term.is_apply("div"):
        (a, top), (b, bottom) = _product(term.args[0]), _product(term.args[1])
        if b:
            total = dict(top)
            _merge(total, bottom, Fraction(-1))
            return a / b, total
    if term.is_apply("sqrt"):
        c, powers = _product(term.args[0])
        if c == 1 or not powers:
            return Fraction(1), {_atom(term.args[0]): Fraction(1, 2)}
    if term.is_apply("pow") and (exponent := _exponent(term.args[1])) is not None:
        c, powers = _product(term.args[0])
        if exponent.denominator == 1 and abs(exponent) <= 60 and (c or exponent > 0) and not term.args[0].is_apply("add"):
            return c ** int(exponent), {b: e * exponent for b, e in powers.items()}
        return Fraction(1), {_atom(term.args[0]): exponent}
    if term.is_apply("exp", 1):
        return Fraction(1), {("apply", "pow", ("constant", "e"), shape(term.args[0])): Fraction(1)}
    if term.is_apply("add"):
        summands = _sum(term)
        if len(summands) == 1:
            (c, factors), = summands
            return c, dict(factors)
    return Fraction(1), {_atom(term): Fraction(1)}


def _merge(total: dict[Shape, Fraction], powers: Mapping[Shape, Fraction], scale: Fraction) -> None:
    for base, e in powers.items():
        total[base] = total.get(base, Fraction(0)) + scale * e


def _exponent(term: Term) -> Fraction | None:
    if term.kind == "number":
        return term.value
    if term.is_apply("neg") and term.args[0].kind == "number":
        return -term.args[0].value
    if term.is_apply("div") and all(t.kind == "number" for t in term.args) and term.args[1].value:
        return term.args[0].value / term.args[1].value
    return None


def _atom(term: Term) -> Shape:
    if term.kind in ("symbol", "constant", "text"):
        return (term.kind, term.name)
    if term.kind == "number":
        return ("number", term.value)
    if term.is_apply("add"):
        return shape(term)
    bound = tuple(shape(b) for b in term.bound)
    return (term.kind, term.name, *term.signs, *bound, *[shape(a) for a in term.args])


__all__ = ["alike", "shape", "skeleton"]
