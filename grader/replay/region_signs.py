"""The checker's decision over sign tests: no combination of signs that can occur makes all premises hold and the conclusion fail.

Every polynomial of the tests is a number times powers of *atoms* (polynomials given with the evidence; the division is done here). So a vector of
signs, one for each atom, decides every test. Which vectors can occur is shown in one of two ways:

- one variable (`occurring`): the atoms' real roots are isolated by Sturm's theorem, and the signs read off at each root and between neighbours;
- several variables (`check_cuts`): a *cut* is a set of signs of some atoms together with products of atoms, each at least 0 under these signs and
  one above 0, that add up to the zero polynomial: a contradiction. A pair [k, 0] stands for |atom k| - 1, for whole-numbered atoms. Every vector that
  would refute the claim must contain a cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any, NamedTuple

from grader.kernel import Refused
from grader.replay import exact_polynomials as ep
from grader.replay.exact_polynomials import Polynomial

MOST_ATOMS = 12
MOST_VECTORS = 3000
MOST_POINTS = 2000
MOST_DEGREE = 40
Vector = tuple[int, ...]


class Atoms:
    """Polynomials of which all others are products."""

    def __init__(self, items: Sequence[Polynomial]) -> None:
        if len(items) > MOST_ATOMS or any(not ep.names(p) for p in items):
            raise Refused("too many factors, or a factor that is a number")
        self.items = list(items)
        self._known: dict[frozenset, tuple[int, list[tuple[int, int]]]] = {}

    def sign(self, p: Polynomial, vector: Sequence[int]) -> int:
        """The sign of a polynomial where the atoms have these signs."""
        key = frozenset(p.items())
        if key not in self._known:
            self._known[key] = self._factors(p)
        total, powers = self._known[key]
        for k, e in powers:
            total *= vector[k] if e % 2 else vector[k] ** 2
        return total

    def _factors(self, p: Polynomial) -> tuple[int, list[tuple[int, int]]]:
        if not p:
            return 0, []
        powers = []
        for k, atom in enumerate(self.items):
            if not ep.names(atom) <= ep.names(p):
                continue
            e = 0
            while ep.names(p) and (quotient := divide(p, atom)) is not None:
                p, e = quotient, e + 1
            if e:
                powers.append((k, e))
        if ep.names(p):
            raise Refused("a polynomial is no product of the factors given")
        return (1 if p[()] > 0 else -1), powers


def divide(p: Polynomial, by: Polynomial) -> Polynomial | None:
    """p / by where that is a polynomial, else None: long division by the lexicographically largest term."""
    order = sorted(ep.names(p) | ep.names(by))

    def rank(monomial: ep.Monomial) -> tuple[int, ...]:
        powers = dict(monomial)
        return tuple(powers.get(name, 0) for name in order)

    lead = max(by, key=rank)
    rest, quotient = dict(p), {}
    while rest:
        top = max(rest, key=rank)
        powers = [a - b for a, b in zip(rank(top), rank(lead))]
        if powers and min(powers) < 0:
            return None
        monomial = tuple((name, e) for name, e in zip(order, powers) if e)
        quotient[monomial] = rest[top] / by[lead]
        rest = ep.add(rest, ep.scale(ep.multiply({monomial: quotient[monomial]}, by), -1))
    return quotient


# ---------------------------------------------------------------------------------------------------------- one variable


class Place(NamedTuple):
    """Signs that the atoms take, and where: low < x <= high."""

    vector: Vector
    low: Fraction
    high: Fraction


def occurring(atoms: Atoms, name: str, integer: bool) -> Iterator[Place]:
    """Every vector of signs that the atoms, polynomials in this one variable, take somewhere on the line (at integers only, where said)."""
    if any(ep.names(p) != {name} for p in atoms.items):
        raise Refused("more than one variable")
    lists = [[c.get((), Fraction(0)) for c in ep.coefficients(p, name)] for p in atoms.items]
    roots = isolate(lists)
    if integer:
        yield from _at_integers(lists, roots)
        return
    chains = [sturm(c) for c in lists]
    sample = roots[0][0] if roots else Fraction(0)
    yield Place(tuple(_sign(ep.evaluate(c, sample)) for c in lists), sample, sample)
    for low, high in roots:
        zeros = [changes(chain, low) > changes(chain, high) for chain in chains]
        beside = tuple(_sign(ep.evaluate(c, high)) for c in lists)
        yield Place(tuple(0 if zero else s for zero, s in zip(zeros, beside)), *_narrow(chains[zeros.index(True)], low, high))
        yield Place(beside, high, high)


def _narrow(chain: list[list[int]], low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """A narrow interval around the one root of the polynomial in (low, high]; an exact one where bisection meets it."""
    for _ in range(60):
        middle = (low + high) / 2
        if _value(chain[0], middle) == 0:
            return middle, middle
        if high - low < Fraction(1, 10 ** 9):
            break
        low, high = (low, middle) if changes(chain, low) > changes(chain, middle) else (middle, high)
    return low, high


def _at_integers(lists: list[list[Fraction]], roots: list[tuple[Fraction, Fraction]]) -> Iterator[Place]:
    first, last = (roots[0][0].__floor__() - 1, roots[-1][1].__ceil__() + 1) if roots else (0, 0)
    if last - first > MOST_POINTS:
        raise Refused("too many integers to look at")
    for z in range(first, last + 1):
        yield Place(tuple(_sign(ep.evaluate(c, Fraction(z))) for c in lists), Fraction(z), Fraction(z))


def _sign(q: Fraction) -> int:
    return (q > 0) - (q < 0)


def isolate(lists: Sequence[Sequence[Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """Disjoint intervals (low, high], in order, with one root of one or more of the polynomials in each; no end is a root."""
    product = [Fraction(1)]
    for c in lists:
        made = [Fraction(0)] * (len(product) + len(c) - 1)
        for i, a in enumerate(product):
            for j, b in enumerate(c):
                made[i + j] += a * b
        product = made
    if len(product) == 1:
        return []
    if len(product) > MOST_DEGREE:
        raise Refused("the degrees are too high")
    chain = sturm(product)
    bound = 1 + max(abs(c / product[-1]) for c in product)
    found, stack = [], [(-bound, bound)]
    while stack:
        low, high = stack.pop()
        count = changes(chain, low) - changes(chain, high)
        if count == 1:
            found.append((low, high))
        elif count:
            step = (high - low) / (2 * len(product) + 1)
            middle = next(m for m in (low + step * k for k in _from_the_middle(len(product))) if _value(chain[0], m))
            stack += [(low, middle), (middle, high)]
    return sorted(found)


def sturm(items: Sequence[Fraction]) -> list[list[int]]:
    """Sturm's chain of a polynomial (lowest coefficient first), each member with whole coefficients without a common factor."""
    first = _whole(items)
    chain = [first, _whole([Fraction(k * c) for k, c in enumerate(first)][1:])]
    while len(chain[-1]) > 1:
        rest = [Fraction(c) for c in chain[-2]]
        by = chain[-1]
        while len(rest) >= len(by):
            factor, shift = rest[-1] / by[-1], len(rest) - len(by)
            for k, c in enumerate(by):
                rest[k + shift] -= factor * c
            rest.pop()
            while rest and not rest[-1]:
                rest.pop()
        if not rest:
            break
        chain.append([-c for c in _whole(rest)])
    return chain


def _whole(items: Sequence[Fraction]) -> list[int]:
    """A positive multiple with whole coefficients without a common factor."""
    made = list(items)
    while made and not made[-1]:
        made.pop()
    common = lcm(*[Fraction(c).denominator for c in made])
    whole = [int(c * common) for c in made]
    divisor = gcd(*whole)
    return [c // divisor for c in whole]


def _value(items: Sequence[int], x: Fraction) -> int:
    """The polynomial's value at x times a positive number."""
    p, q = x.numerator, x.denominator
    total, power = 0, 1
    for c in reversed(items):
        total = total * p + c * power
        power *= q
    return total


def changes(chain: Sequence[Sequence[int]], x: Fraction) -> int:
    """Changes of sign along the chain at x; between two ends that are no roots their difference counts the distinct roots (Sturm)."""
    signs = [v > 0 for v in (_value(p, x) for p in chain) if v]
    return sum(a != b for a, b in zip(signs, signs[1:]))


def _from_the_middle(n: int) -> Iterable[int]:
    """The numbers 1..2n, those near n first: more of them than a polynomial of degree below n has roots."""
    return sorted(range(1, 2 * n + 1), key=lambda k: (abs(k - n), k))


# ------------------------------------------------------------------------------------------------------ several variables


def check_cuts(atoms: Atoms, cuts: Sequence[dict[str, Any]], refutes: Callable[[Vector], bool], integers: frozenset[str],
               bounds: Iterable[tuple[Polynomial, frozenset[int]]]) -> None:
    """Every vector within the bounds that `refutes` contains a cut. Fails with `Refused` where a cut contradicts nothing, or one has none."""
    options = [(1, 0, -1) for _ in atoms.items]
    for polynomial, allowed in bounds:
        for k, atom in enumerate(atoms.items):
            quotient = divide(polynomial, atom) if polynomial.keys() == atom.keys() else None
            if quotient is not None and not ep.names(quotient):
                options[k] = tuple(s for s in options[k] if s * _sign(quotient[()]) in allowed)
    shown = [_check_cut(atoms, cut, integers) for cut in cuts]
    looked = 0

    def visit(vector: list[int]) -> None:
        nonlocal looked
        for cut in shown:
            if all(k < len(vector) and vector[k] == s for k, s in cut.items()):
                return
        if len(vector) < len(atoms.items):
            for s in options[len(vector)]:
                visit([*vector, s])
            return
        looked += 1
        if looked > MOST_VECTORS:
            raise Refused("too many combinations of signs")
        if refutes(tuple(vector)):
            raise Refused("a combination of signs that would refute the claim is not excluded")

    visit([])


def _beyond_one(atoms: Atoms, k: int, sign: int, integers: frozenset[str], powers: Sequence[Any], weight: Polynomial) -> Polynomial:
    """weight * (|atom| - 1), at least 0 where the atom is a whole number and not 0."""
    atom = atoms.items[k]
    if len(powers) != 1 or not sign or not ep.names(atom) <= integers or any(c.denominator != 1 for c in atom.values()):
        raise Refused("a factor that need not be a whole number, or may be 0")
    return ep.multiply(ep.add(ep.scale(atom, sign), ep.constant(-1)), weight)


def _check_cut(atoms: Atoms, cut: dict[str, Any], integers: frozenset[str]) -> dict[int, int]:
    signs = {int(k): int(s) for k, s in cut["signs"].items()}
    if any(not 0 <= k < len(atoms.items) or s not in (-1, 0, 1) for k, s in signs.items()):
        raise Refused("a cut speaks of a factor that is not there")
    total: Polynomial = {}
    strict = False
    for weight, powers in cut["sum"]:
        product, sign = ep.constant(Fraction(weight)), _sign(Fraction(weight))
        for k, e in powers:
            if k not in signs or not 0 <= e <= 8:
                raise Refused("a cut uses a factor whose sign it does not say")
            if e == 0:
                product, sign = _beyond_one(atoms, k, signs[k], integers, powers, product), 0 if sign > 0 else -1
                continue
            product = ep.multiply(product, ep.power(atoms.items[k], e))
            sign *= signs[k] if e % 2 else signs[k] ** 2
        if sign < 0:
            raise Refused("a part of a cut is negative")
        strict = strict or sign > 0
        total = ep.add(total, product)
    if total or not strict:
        raise Refused("the parts of a cut do not add up to a contradiction")
    return signs
