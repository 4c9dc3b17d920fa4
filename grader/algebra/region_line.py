"""One variable: where the polynomials of an implication change sign, and what signs they take there and between.

Real roots are isolated by FLINT (`fmpz_poly.complex_roots`: real roots come as real balls). Atoms are irreducible and different, so at a root one of
them vanishes and the others have the signs that they have beside it.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

from flint import arb, fmpq, fmpz_poly

from grader.algebra import balls
from grader.algebra.region_signs import Implication
from grader.term import Term, apply, number

MAX_INTEGERS = 2000
MAX_DEGREE = 36


class Place:
    """A real root of some atoms: a ball around it, and which atoms vanish there."""

    def __init__(self, ball: arb, atom: int) -> None:
        self.ball, self.vanishing = ball, {atom}


def _coefficients(atom: dict[tuple[int, ...], Fraction]) -> list[Fraction]:
    made = [Fraction(0)] * (max(m[0] for m in atom) + 1)
    for m, c in atom.items():
        made[m[0]] = c
    return made


def _polynomial(items: list[Fraction]) -> fmpz_poly:
    common = lcm(*[c.denominator for c in items])
    return fmpz_poly([int(c * common) for c in items])


def places(implication: Implication) -> list[Place] | None:
    """Real roots in order; None where balls overlap or the degrees are too high. Atoms are irreducible and different, so no two share a root."""
    found: list[Place] = []
    if sum(max(m[0] for m in atom) for atom in implication.atoms) > MAX_DEGREE:
        return None
    for k, atom in enumerate(implication.atoms):
        items = _coefficients(atom)
        with balls.precision(256):
            for root, _ in _polynomial(items).complex_roots():
                if root.imag == 0:
                    found.append(Place(root.real, k))
    with balls.precision(256):
        found.sort(key=lambda p: p.ball.mid())
        if any(not a.ball < b.ball for a, b in zip(found, found[1:])):
            return None
    return found


def _rational(x: arb) -> Fraction:
    q: fmpq = x.fmpq()
    return Fraction(int(q.p), int(q.q))


def _simple_between(low: Fraction | None, high: Fraction | None) -> Fraction:
    """A rational number with a small denominator strictly between (Stern-Brocot); an end that is None is infinite."""
    if low is None and high is None:
        return Fraction(0)
    if low is None or high is None:
        return Fraction(low.__floor__() + 1) if low is not None else Fraction(high.__ceil__() - 1)  # type: ignore[union-attr]
    if low < 0 < high:
        return Fraction(0)
    if high <= 0:
        return -_simple_between(-high, -low)
    whole = low.__floor__()
    if whole + 1 < high:
        return Fraction(whole + 1)
    if low == whole:
        return whole + 1 / Fraction((1 / (high - whole)).__floor__() + 1)
    return whole + 1 / _simple_between(1 / (high - whole), 1 / (low - whole))


def cells(found: list[Place]) -> list[Fraction]:
    """A point of each interval between neighbouring roots, and before and after all."""
    with balls.precision(256):
        lows = [_rational(p.ball.lower()) for p in found]
        highs = [_rational(p.ball.upper()) for p in found]
    return [_simple_between(a, b) for a, b in zip([None, *highs], [*lows, None])]


def _signs_at(implication: Implication, x: Fraction) -> tuple[int, ...]:
    values = [sum((c * x ** m[0] for m, c in atom.items()), Fraction(0)) for atom in implication.atoms]
    return tuple((v > 0) - (v < 0) for v in values)


def vectors_on_the_line(implication: Implication, integer: bool) -> list[tuple[int, ...]] | None:
    """Every vector of signs that occurs; None where the roots are not told apart."""
    found = places(implication)
    if found is None:
        return None
    between = cells(found)
    if integer:
        first, last = between[0].__floor__(), between[-1].__ceil__()
        if last - first > MAX_INTEGERS:
            return None
        return [_signs_at(implication, Fraction(z)) for z in range(first, last + 1)]
    made = [_signs_at(implication, x) for x in between]
    for k, place in enumerate(found):
        made.append(tuple(0 if j in place.vanishing else s for j, s in enumerate(made[k])))
    return made


def landmarks(implication: Implication) -> list[Fraction]:
    """Rational points worth trying: between the roots, rational roots, and integers beside the roots."""
    found = places(implication)
    if found is None:
        return []
    made = list(cells(found))
    for place in found:
        k = min(place.vanishing)
        items = _coefficients(implication.atoms[k])
        if len(items) == 2:
            made.append(-items[0] / items[1])
        with balls.precision(256):
            below = _rational(place.ball.lower()).__floor__()
        made += [Fraction(below + d) for d in (0, 1)]
    return list(dict.fromkeys(made))


def quadratic_roots(implication: Implication) -> list[tuple[Term, tuple[int, ...]]]:
    """Irrational roots of quadratic atoms, as trees, with the signs of all atoms there."""
    found = places(implication)
    if found is None:
        return []
    between = cells(found)
    made = []
    for k, place in enumerate(found):
        items = _coefficients(implication.atoms[min(place.vanishing)])
        if len(items) != 3:
            continue
        middle, under = -items[1] / (2 * items[2]), (items[1] ** 2 - 4 * items[0] * items[2]) / (4 * items[2] ** 2)
        with balls.precision(256):
            upper = place.ball > balls.exact(middle)
        vector = tuple(0 if j in place.vanishing else s for j, s in enumerate(_signs_at(implication, between[k])))
        made.append((surd(middle, under, bool(upper)), vector))
    return made


def surd(middle: Fraction, under: Fraction, upper: bool) -> Term:
    """middle +- sqrt(under), with the square part of `under` taken out."""
    outside, inside = 1, under.numerator * under.denominator
    for p in range(2, 1000):
        while inside % (p * p) == 0:
            outside, inside = outside * p, inside // (p * p)
    factor = Fraction(outside, under.denominator)
    root: Any = apply("sqrt", number(inside))
    if factor != 1:
        root = apply("mul", number(factor), root)
    if not upper:
        root = apply("neg", root)
    return root if not middle else apply("add", number(middle), root)
