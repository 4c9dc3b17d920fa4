"""Generators for exact normal forms, and fractions of FLINT polynomials in them.

A part of a formula that is no rational function gets a generator: x^(1/2), exp(x), log|x + 1|, 1/gamma(n + 1). What each means, the relation it obeys
and its sign are those of `grader.replay.table`, which is asked here as well: the finder then never uses a fact that the checker would not grant.
The arithmetic is FLINT's; the checker does it again with dictionaries.

Orders of roots and units of exponents are fixed before a normal form begins (`Plan`): when x^(1/3) turns up after x^(1/2), everything is started
again with x^(1/6) as the generator, so that each thing has one name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import comb, gcd, lcm, prod
from typing import Any, TypeAlias

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from grader.kernel import Refused
from grader.model import Claim
from grader.replay.table import Table

Frac: TypeAlias = tuple[fmpq_mpoly, fmpq_mpoly]
MAX_TERMS = 2500
GCD_DEGREE = 200
FACTOR_DEGREE = 60
FACTOR_TERMS = 200
MAX_POWER = 60
MOST_MONOMIALS = 20_000


class Bail(Exception):
    """The normal form does not go that far; the text says why."""


class Restart(Exception):
    """A finer generator is needed; the plan has been changed."""


@dataclass
class Plan:
    """What must be known before generators are made: the order of each root, the unit of each exponent, the highest shift of each gamma."""

    orders: dict[Any, int] = field(default_factory=dict)
    shifts: dict[Any, int] = field(default_factory=dict)

    def order(self, key: Any, denominator: int) -> int:
        """The order planned for that key. Fails with `Restart` when it has to grow, with `Bail` when it would grow too far."""
        known = self.orders.get(key, 1)
        whole = lcm(known, denominator)
        if whole > 120:
            raise Bail("a root of too high an order")
        if whole != known and key in self.orders:
            self.orders[key] = whole
            raise Restart
        self.orders[key] = whole
        return whole

    def shift(self, key: Any, steps: int) -> int:
        """The highest shift planned. Fails with `Restart` when it has to grow."""
        known = self.shifts.get(key)
        if known is None or steps > known:
            self.shifts[key] = steps
            if known is not None:
                raise Restart
        return self.shifts[key]


@lru_cache(maxsize=8)
def _context(count: int) -> fmpq_mpoly_ctx:
    return fmpq_mpoly_ctx.get(tuple(f"g{k}" for k in range(count)), Ordering.degrevlex)


def rational(value: Any) -> Fraction:
    """A FLINT rational as a fraction."""
    return Fraction(int(value.p), int(value.q))


def fmpq_of(value: Fraction) -> fmpq:
    """A fraction as a FLINT rational."""
    return fmpq(value.numerator, value.denominator)


class Kernels:
    """The generators of one normal form and the arithmetic over them."""

    def __init__(self, claim: Claim, real: bool, plan: Plan, count: int = 16, check: Callable[[], None] = lambda: None) -> None:
        self.claim, self.real, self.plan, self.size, self.check = claim, real, plan, count, check
        self.context = _context(count)
        self.gens = self.context.gens()
        self.one, self.zero = self.context.constant(1), self.context.constant(0)
        self.entries: list[list[Any]] = []
        self.table = Table(claim, self.entries, real)
        self.table.count = count
        self.index: dict[Any, int] = {}
        self.relations: dict[int, tuple[int, fmpq_mpoly]] = {}

    # ---- generators

    def generator(self, key: Any, entry: list[Any]) -> int:
        """Index of the generator for that key; it is made from the entry where it is new. Fails with `Bail` where the checker would refuse it."""
        found = self.index.get(key)
        if found is None:
            if len(self.entries) >= self.size:
                raise Bail("generators")
            found = len(self.entries)
            self.entries.append(entry)
            try:
                self.table.grow(found)
            except Refused as error:
                self.entries.pop()
                raise Bail(str(error)) from error
            self.index[key] = found
            relation = self.table.relations.get(found)
            if relation is not None:
                self.relations[found] = relation[0], self.context.from_dict({m: fmpq_of(c) for m, c in relation[1].items()})
        return found

    def whole(self, p: fmpq_mpoly) -> Frac:
        """A polynomial as a fraction."""
        return p, self.one

    def at(self, index: int) -> Frac:
        """A generator as a fraction."""
        return self.gens[index], self.one

    def number(self, value: Fraction | int) -> Frac:
        """A number as a fraction."""
        return self.context.constant(fmpq_of(Fraction(value))), self.one

    def pi(self) -> int:
        """The generator of pi."""
        return self.generator("pi", ["pi"])

    def i(self) -> int:
        """The generator of i."""
        return self.generator("i", ["i"])

    # ---- what the checker's table knows

    def plain(self, p: fmpq_mpoly) -> dict[tuple[int, ...], Fraction]:
        """The polynomial as the checkers write it."""
        return {tuple(int(e) for e in m): rational(c) for m, c in p.to_dict().items()}

    def sign(self, p: fmpq_mpoly) -> int:
        """Sign as the checker would grant it: 1, 2, -1, -2, or 0."""
        self.check()
        return self.table.sign(self.plain(p)) if len(p) <= 60 else 0

    def is_real(self, q: Frac) -> bool:
        """Is the value real everywhere?"""
        return all(self.table.generators[k].real for p in q for k in self.used(p))

    def is_integer(self, p: fmpq_mpoly) -> bool:
        """Is the polynomial an integer everywhere, by coefficients and generators?"""
        return self.table.is_integer(self.plain(p))

    def require_unit(self, p: fmpq_mpoly) -> None:
        """p must not vanish. Fails with `Bail`."""
        try:
            self.table.require_unit(self.plain(p))
        except Refused as error:
            raise Bail(str(error)) from error

    # ---- polynomials

    def used(self, p: fmpq_mpoly) -> list[int]:
        """Generators that occur."""
        return [k for k, e in enumerate(p.degrees()) if e > 0]

    def constant_of(self, q: Frac) -> Fraction | None:
        """The number that a fraction is, or None."""
        if q[0].is_zero():
            return Fraction(0)
        if q[0].is_constant() and q[1].is_constant():
            return rational(q[0].leading_coefficient()) / rational(q[1].leading_coefficient())
        return None

    def reduce(self, p: fmpq_mpoly) -> fmpq_mpoly:
        """Rewrite by the relations g^k = q."""
        if not self.relations:
            return p
        for _ in range(40):
            degrees = p.degrees()
            hit = next((j for j in reversed(self.relations) if degrees[j] >= self.relations[j][0]), None)
            if hit is None:
                return p
            order, image = self.relations[hit]
            parts: dict[int, dict[Any, Any]] = {}
            for m, c in p.to_dict().items():
                times, rest = divmod(int(m[hit]), order)
                parts.setdefault(times, {})[(*m[:hit], rest, *m[hit + 1:])] = c
            p, power = self.zero, self.one
            for times in range(max(parts) + 1):
                if times in parts:
                    p = p + self.context.from_dict(parts[times]) * power
                if times < max(parts):
                    power = power * image
                    if len(power) > MAX_TERMS:
                        raise Bail("terms")
            if len(p) > MAX_TERMS:
                raise Bail("terms")
        raise Bail("relations")

    def fraction(self, n: fmpq_mpoly, d: fmpq_mpoly) -> Frac:
        """n/d reduced: no root in a monomial denominator, no common factor (up to `GCD_DEGREE`), leading coefficient of the denominator 1."""
        self.check()
        n, d = self.reduce(n), self.reduce(d)
        if d.is_zero():
            raise Bail("division by zero")
        if n.is_zero():
            return self.zero, self.one
        for j in self.relations:
            if d.is_constant():
                break
            least = min(int(m[j]) for m in d.to_dict()) if d.degrees()[j] > 0 else 0
            if least:  # 1/r = r^(k-1)/q
                factor = self.gens[j] ** (self.relations[j][0] - least)
                n, d = self.reduce(n * factor), self.reduce(d * factor)
        if len(n) > MAX_TERMS or len(d) > MAX_TERMS:
            raise Bail("terms")
        if not d.is_constant():
            if max(*n.degrees(), *d.degrees()) <= GCD_DEGREE and len(n) * len(d) <= 100_000:
                common = n.gcd(d)
            else:
                common = n.term_content().gcd(d.term_content())
            if not common.is_constant():
                n, d = n / common, d / common
        lead = d.leading_coefficient()
        return (n / lead, d / lead) if lead != 1 else (n, d)

    # ---- fractions

    def plus(self, a: Frac, b: Frac) -> Frac:
        """Sum."""
        if a[1] == b[1]:
            return (a[0] + b[0], self.one) if a[1].is_one() else self.fraction(a[0] + b[0], a[1])
        self._check(a[0], b[1])
        self._check(b[0], a[1])
        return self.fraction(a[0] * b[1] + b[0] * a[1], a[1] * b[1])

    def times(self, a: Frac, b: Frac) -> Frac:
        """Product."""
        self._check(a[0], b[0])
        self._check(a[1], b[1])
        return self.fraction(a[0] * b[0], a[1] * b[1])

    def _check(self, a: fmpq_mpoly, b: fmpq_mpoly) -> None:
        if len(a) * len(b) > 200_000:
            raise Bail("terms")

    def negative(self, a: Frac) -> Frac:
        """-a."""
        return -a[0], a[1]

    def minus(self, a: Frac, b: Frac) -> Frac:
        """Difference."""
        return self.plus(a, self.negative(b))

    def inverse(self, a: Frac) -> Frac:
        """1/a; says nothing about where that is defined."""
        return self.fraction(a[1], a[0])

    def power(self, a: Frac, n: int) -> Frac:
        """a^n, n >= 0, within limits."""
        terms = max(len(a[0]), len(a[1]))
        if n > 1 and terms > 1 and (n > MAX_POWER or terms * n > 3000):
            raise Bail("power")
        degrees = [*a[0].degrees(), *a[1].degrees()]
        if n > 10_000 or max(degrees, default=0) * n > 15_000:
            raise Bail("power")
        if n > 1 and terms > 1 and min(comb(terms + n - 1, n), max(prod(d * n + 1 for d in p.degrees()) for p in a)) > MOST_MONOMIALS:
            raise Bail("power")  # FLINT would multiply it out, or end the process for want of memory
        bits = max((max(int(c.p).bit_length(), int(c.q).bit_length()) for p in a for c in p.coeffs() if abs(c) != 1), default=0)
        if bits * n > 20_000:
            raise Bail("power")
        if not self.relations or n < 4:
            return self.fraction(a[0] ** n, a[1] ** n)
        out = self.number(1)
        while n:
            if n & 1:
                out = self.times(out, a)
            n >>= 1
            a = self.times(a, a) if n else a
        return out

    # ---- factors

    def factors(self, p: fmpq_mpoly) -> tuple[Fraction, list[tuple[fmpq_mpoly, int]]]:
        """c and irreducible factors with multiplicities, p = c * product; primitive with positive leading coefficient. Bounded (`Bail`)."""
        if p.is_constant():
            return rational(p.leading_coefficient()), []
        if len(p) == 1:
            (m, c), = p.to_dict().items()
            return rational(c), [(self.gens[k], int(e)) for k, e in enumerate(m) if e]
        if max(p.degrees()) > FACTOR_DEGREE or len(p) > FACTOR_TERMS:
            raise Bail("a polynomial too large to be factored")
        lifted = self._lifted(p)
        used = self.used(lifted)
        small = _context(len(used))
        c, found = small.from_dict({tuple(m[k] for k in used): v for m, v in lifted.to_dict().items()}).factor()
        constant, out = rational(c), []
        for f, e in found:
            wide = {}
            for m, v in f.to_dict().items():
                place = [0] * self.size
                for k, x in zip(used, m):
                    place[k] = int(x)
                wide[tuple(place)] = v
            q = self.reduce(self.context.from_dict(wide))
            scale = self._content(q)
            constant *= scale ** int(e)
            if not q.is_constant():
                out.append((q / fmpq_of(scale), int(e)))
        return constant, out

    def _content(self, p: fmpq_mpoly) -> Fraction:
        values = [rational(c) for c in p.coeffs()]
        bottom = lcm(*[v.denominator for v in values])
        top = gcd(*[int(v * bottom) for v in values])
        return Fraction(top if rational(p.leading_coefficient()) > 0 else -top, bottom)

    def _lifted(self, p: fmpq_mpoly) -> fmpq_mpoly:
        """x + 2 x^(1/2) + 1 factors only when x is written as the square of its root."""
        for j, (order, image) in self.relations.items():
            if p.degrees()[j] > 0 and self.entries[j][0] == "root" and len(image) == 1 and image in self.gens:
                b = self.gens.index(image)
                p = self.context.from_dict({tuple(0 if k == b else int(e) + (order * int(m[b]) if k == j else 0) for k, e in enumerate(m)): c
                                            for m, c in p.to_dict().items()})
        return p

    # ---- writing

    def write(self, p: fmpq_mpoly) -> list[Any]:
        """The polynomial as certificate data."""
        return [[str(rational(c)), [[k, int(e)] for k, e in enumerate(m) if e]] for m, c in p.to_dict().items()]

    def write_frac(self, q: Frac) -> list[Any]:
        """The fraction as certificate data."""
        return [self.write(q[0]), self.write(q[1])]
