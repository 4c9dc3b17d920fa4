"""Expansions of functions of t as t tends to 0 from above: sums of c exp(E) t^a L^b with L = log(1/t), and an error.

E is a sum of multiples of monomials t^-p L^q that grow. Monomials with different E are ordered by the growing monomial in which they differ, all
those with the same E by a and then b. `error` of a level E is a number N: what is left out there is O(exp(E) t^(N - eps)) for every eps > 0; None
means nothing is left out. After a level with an error nothing smaller is kept. This is the class of transseries of exponential height one (J. van der
Hoeven, Transseries and Real Differential Algebra, 2006, chapter 4; G. H. Hardy, Orders of Infinity, 1910), with finitely many terms and a true
asymptotic meaning at each step: sums, products, quotients, powers, exponentials and logarithms of germs with such expansions have them too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from grader.kernel import Refused
from grader.replay.coefficients import ONE, Coefficient, Field

Monomial = tuple[Fraction, Fraction]
"""(a, b): t^a L^b"""
Large = tuple[tuple[Monomial, tuple], ...]
"""E as sorted pairs (monomial, frozen coefficient)."""
MAX_KEPT = 400


@dataclass
class Level:
    """Terms with the same exponential factor."""

    exponent: dict[Monomial, Coefficient]
    terms: dict[Monomial, Coefficient] = field(default_factory=dict)
    error: Fraction | None = None


Expansion = list[Level]
"""Levels, the largest first."""


def _order(m: Monomial) -> tuple[Fraction, Fraction]:
    return -m[0], m[1]


class Expansions:
    """Arithmetic of expansions over one field of coefficients, keeping `depth` powers of t beyond the leading one."""

    def __init__(self, k: Field, depth: int) -> None:
        self.k, self.depth = k, depth
        self.work = 0

    # ---- making

    def constant(self, c: Coefficient) -> Expansion:
        """A constant."""
        return self.monomial(c, Fraction(0), Fraction(0))

    def monomial(self, c: Coefficient, a: Fraction, b: Fraction = Fraction(0)) -> Expansion:
        """c t^a L^b."""
        return [Level({}, {(a, b): c} if c[0] else {})]

    def bounded(self) -> Expansion:
        """Something of which only is known that it is bounded."""
        return [Level({}, {}, Fraction(0))]

    # ---- order

    def compare(self, e: dict[Monomial, Coefficient], f: dict[Monomial, Coefficient]) -> int:
        """Sign of E - F for t -> 0; 0 where they are the same."""
        keys = sorted(e.keys() | f.keys(), key=_order, reverse=True)
        for m in keys:
            c = self.k.add(e.get(m, ({}, ONE[1])), self.k.neg(f.get(m, ({}, ONE[1]))))
            if c[0]:
                if m[0] == 0 and m[1] <= 1:
                    raise Refused("powers of t with exponents that are not numbers")
                return self.k.sign(c)
        return 0

    def _normal(self, levels: list[Level]) -> Expansion:
        self.work += sum(len(v.terms) for v in levels)
        if self.work > 60_000 or sum(len(v.terms) for v in levels) > MAX_KEPT:
            raise Refused("an expansion with too many terms")
        out: list[Level] = []
        for level in levels:
            place = 0
            while place < len(out):
                s = self.compare(level.exponent, out[place].exponent)
                if s >= 0:
                    break
                place += 1
            if place < len(out) and s == 0:
                out[place] = self._joined(out[place], level)
            else:
                out.insert(place, level)
        kept: list[Level] = []
        for level in out:
            if level.error is not None:
                level.terms = {m: c for m, c in level.terms.items() if m[0] < level.error}
            level.terms = {m: c for m, c in level.terms.items() if c[0]}
            if level.terms or level.error is not None:
                kept.append(level)
            if level.error is not None:
                break
        return kept

    def _joined(self, a: Level, b: Level) -> Level:
        terms = dict(a.terms)
        for m, c in b.terms.items():
            terms[m] = self.k.add(terms[m], c) if m in terms else c
        errors = [x for x in (a.error, b.error) if x is not None]
        return Level(a.exponent, terms, min(errors) if errors else None)

    # ---- arithmetic

    def add(self, *parts: Expansion) -> Expansion:
        """Sum."""
        return self._normal([Level(v.exponent, dict(v.terms), v.error) for p in parts for v in p])

    def scale(self, x: Expansion, c: Coefficient) -> Expansion:
        """Multiple by a coefficient other than zero."""
        return [Level(v.exponent, {m: self.k.mul(c, d) for m, d in v.terms.items()}, v.error) for v in x]

    def neg(self, x: Expansion) -> Expansion:
        """Minus."""
        return self.scale(x, self.k.rational(-1))

    def mul(self, x: Expansion, y: Expansion) -> Expansion:
        """Product."""
        made = []
        for u in x:
            for v in y:
                exponent = dict(u.exponent)
                for m, c in v.exponent.items():
                    total = self.k.add(exponent[m], c) if m in exponent else c
                    exponent[m] = total
                    if not total[0]:
                        del exponent[m]
                errors = []
                for own, other in ((u, v), (v, u)):
                    if own.error is not None:
                        low = [m[0] for m in other.terms] + ([other.error] if other.error is not None else [])
                        if low:
                            errors.append(own.error + min(low))
                error = min(errors) if errors else None
                terms: dict[Monomial, Coefficient] = {}
                for m, c in u.terms.items():
                    for n, d in v.terms.items():
                        key = m[0] + n[0], m[1] + n[1]
                        if error is not None and key[0] >= error:
                            continue
                        step = self.k.mul(c, d)
                        terms[key] = self.k.add(terms[key], step) if key in terms else step
                made.append(Level(exponent, terms, error))
        return self._normal(made)

    def leading(self, x: Expansion) -> tuple[Level, Monomial, Coefficient]:
        """The largest term. Fails with `Refused` where it is not known."""
        if not x or not x[0].terms:
            raise Refused("the leading term is not known" if x else "it is zero")
        first = max(x[0].terms, key=_order)
        if x[0].error is not None and first[0] >= x[0].error:
            raise Refused("the leading term is not known")
        return x[0], first, x[0].terms[first]

    def _relative(self, x: Expansion) -> tuple[dict[Monomial, Coefficient], Monomial, Coefficient, Expansion]:
        """x = c exp(E) t^a L^b (1 + u): E, (a, b), c and u, which must be small in powers of t."""
        level, m, c = self.leading(x)
        self.k.nonzero(c)
        down = self.k.inverse(c)
        terms = {(n[0] - m[0], n[1] - m[1]): self.k.mul(d, down) for n, d in level.terms.items() if n != m}
        if any(n[0] <= 0 for n in terms):
            raise Refused("an expansion in powers of logarithms")
        error = level.error - m[0] if level.error is not None else None
        if len(x) > 1 and error is None:
            error = Fraction(self.depth)
        return level.exponent, m, c, [Level({}, terms, error)]

    def _composed(self, u: Expansion, coefficient: Callable[[int], Coefficient]) -> Expansion:
        """Sum of coefficient(k) u^k for a u that tends to 0 like a power of t."""
        low = [m[0] for v in u for m in v.terms] + [v.error for v in u if v.error is not None]
        exact = all(v.error is None for v in u)
        if any(v.exponent for v in u):
            raise Refused("an exponential inside")
        if not low:
            return self.constant(coefficient(0))
        least = min(low)
        if least <= 0:
            raise Refused("a part that does not tend to zero")
        bound = Fraction(self.depth)
        u = [Level(v.exponent, {m: c for m, c in v.terms.items() if m[0] < bound}, bound if exact else min(v.error, bound)  # type: ignore[type-var]
                   if v.error is not None else bound) for v in u]
        out, power, j = self.constant(coefficient(0)), self.constant(ONE), 0
        while least * (j + 1) < bound and j < 40:
            j += 1
            power = self.mul(power, u)
            c = coefficient(j)
            if c[0]:
                out = self.add(out, self.scale(power, c))
        return self.add(out, [Level({}, {}, min(bound, least * (j + 1)))])

    def power(self, x: Expansion, q: Fraction) -> Expansion:
        """x^q; for a q that is no integer x must be positive."""
        if q.denominator == 1 and 0 <= q <= 60:
            out = self.constant(ONE)
            for _ in range(int(q)):
                out = self.mul(out, x)
            return out
        if abs(q) > 60:
            raise Refused("a power too high")
        exponent, m, c, u = self._relative(x)
        if q.denominator != 1 and self.k.sign(c) < 0:
            raise Refused("a power of something negative")
        head = self.k.power(c, q) if q.denominator != 1 else _whole_power(self.k, c, int(q))
        binomials = [Fraction(1)]
        for j in range(1, 60):
            binomials.append(binomials[-1] * (q - j + 1) / j)
        series = self._composed(u, lambda j: self.k.rational(binomials[j]))
        large = {n: self.k.mul(self.k.rational(q), d) for n, d in exponent.items()}
        return self.mul([Level(large, {(m[0] * q, m[1] * q): head})], series)

    def inverse(self, x: Expansion) -> Expansion:
        """1/x."""
        return self.power(x, Fraction(-1))

    def log(self, x: Expansion) -> Expansion:
        """log x for a positive x."""
        exponent, m, c, u = self._relative(x)
        if self.k.sign(c) < 0:
            raise Refused("a logarithm of something negative")
        if m[1] != 0:
            raise Refused("a logarithm of a logarithm")
        parts = [Level({}, dict(exponent)), Level({}, {(Fraction(0), Fraction(1)): self.k.rational(-m[0])}),
                 *self.constant(self.k.log(c)), *self._composed(u, lambda j: self.k.rational(Fraction((-1) ** (j + 1), j) if j else 0))]
        return self._normal(parts)

    def split(self, x: Expansion) -> tuple[dict[Monomial, Coefficient], Coefficient, Expansion]:
        """The parts that grow, the constant, and the parts that vanish. Fails with `Refused` where they are not told apart."""
        large: dict[Monomial, Coefficient] = {}
        small: dict[Monomial, Coefficient] = {}
        constant: Coefficient = ({}, ONE[1])
        error = None
        for level in x:
            if level.exponent:
                m = max(level.exponent, key=_order)
                if self.k.sign(level.exponent[m]) > 0 or m[0] == 0:
                    raise Refused("a function that grows too fast")
                error = Fraction(self.depth)
                break
            for m, c in level.terms.items():
                if m[0] < 0 or m[0] == 0 and m[1] > 0:
                    large[m] = c
                elif m == (0, 0):
                    constant = c
                elif m[0] == 0:
                    raise Refused("an expansion in powers of logarithms")
                else:
                    small[m] = c
            error = level.error
        if error is not None and error <= 0:
            raise Refused("the part that does not vanish is not known")
        return large, constant, [Level({}, small, error)]

    def exp(self, x: Expansion) -> Expansion:
        """exp x."""
        large, constant, small = self.split(x)
        at, exponent = Fraction(0), dict(large)
        log_part = exponent.pop((Fraction(0), Fraction(1)), None)
        if log_part is not None:
            q = self.k.as_number(log_part)
            if q is None:
                exponent[Fraction(0), Fraction(1)] = log_part
            else:
                at = -q
        factorials = [Fraction(1)]
        for j in range(1, 60):
            factorials.append(factorials[-1] / j)
        series = self._composed(small, lambda j: self.k.rational(factorials[j]))
        return self.mul([Level(exponent, {(at, Fraction(0)): self.k.exp(constant)})], series)

    def at_constant(self, x: Expansion, coefficient: Callable[[Coefficient, int], Coefficient]) -> Expansion:
        """An analytic function of x, which tends to a constant, from its Taylor coefficients there."""
        large, constant, small = self.split(x)
        if large:
            raise Refused("a part that grows")
        return self._composed(small, lambda j: coefficient(constant, j))


def _whole_power(k: Field, c: Coefficient, n: int) -> Coefficient:
    out, base = ONE, c if n >= 0 else k.inverse(c)
    for _ in range(abs(n)):
        out = k.mul(out, base)
    return out
