"""What a certificate's table of generators knows: signs, zeros, conjugates; and the arithmetic of fractions over it. See `generators`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Claim
from grader.replay import polynomial as P
from grader.replay.generators import MAX_GENERATORS, Builders, Frac, Generator
from grader.replay.polynomial import Poly
from grader.term import Term, apply, constant, number, symbol


MAX_DIVISIONS = 1200
"""Most attempts to divide by a factor of known sign, for one certificate."""


class Table(Builders):
    """The generators of one certificate, for one claim; `real` is the claim's reading.

    They are built in order, and only when they are first named: a root needs to know by then that its operand is not negative.
    """

    def __init__(self, claim: Claim, entries: list[Any], real: bool) -> None:
        if len(entries) > MAX_GENERATORS:
            raise Refused("too many generators")
        self.claim = claim
        self.real_reading = real
        self.entries = entries
        self.count = len(entries)
        self.generators: list[Generator] = []
        self.relations: dict[int, tuple[int, Poly]] = {}
        self.units: list[Poly] = []
        self.divisions = 0
        self.hidden: set[int] = set()
        self.facts: list[tuple[Poly, int]] = []
        self.reported: dict[str, None] = {}

    # ---- building

    def poly(self, data: Any, within: int | None = None) -> Poly:
        """A polynomial of the certificate, in generators below `within` where that is said; those not built yet are built."""
        p = P.read(data, self.count)
        top = max(P.used(p), default=-1)
        if within is not None and top >= within:
            raise Refused("a generator that comes later")
        self.grow(top)
        return p

    def grow(self, upto: int) -> None:
        """Build the generators up to that index."""
        while len(self.generators) <= upto:
            kind, *parts = self.entries[len(self.generators)]
            build = getattr(self, f"_build_{kind}", None)
            if build is None:
                raise Refused(f"no generator is called {kind!r}")
            self.generators.append(build(*parts))

    def frac(self, data: Any, within: int | None = None) -> Frac:
        """A fraction of the certificate; its denominator must be known not to vanish (see `require_unit`)."""
        top, bottom = self.poly(data[0], within), self.poly(data[1], within)
        if not bottom:
            raise Refused("a denominator that is zero")
        self.require_unit(bottom)
        return top, bottom

    def find(self, kind: str, *parts: Any) -> int:
        """Index of the entry of that kind and parts (names and numbers). Fails with `Refused` when the table has none."""
        try:
            index = self.entries.index([kind, *parts])
        except ValueError:
            raise Refused(f"the table has no generator for {' '.join(map(str, (kind, *parts)))}") from None
        self.grow(index)
        return index

    def at(self, index: Any, kind: str) -> Generator:
        """The generator of that index, which must be of that kind."""
        if type(index) is not int or not 0 <= index < self.count:
            raise Refused("a generator that the table does not have")
        self.grow(index)
        if self.generators[index].kind != kind:
            raise Refused(f"generator {index} is no {kind}")
        return self.generators[index]

    # ---- what is known

    def is_real(self, p: Poly) -> bool:
        """Is the polynomial real at every point?"""
        return all(self.generators[k].real for k in P.used(p))

    def is_integer(self, p: Poly) -> bool:
        """Is it an integer at every point (integer coefficients, integer generators)?"""
        return all(c.denominator == 1 for c in p.values()) and all(self.generators[k].integer for k in P.used(p))

    def sign(self, p: Poly, depth: int = 0) -> int:
        """1 (> 0), 2 (>= 0), -1, -2, or 0 (not known)."""
        if not p:
            return 2
        found = self._sign_of_sum(p)
        if found or depth > 4 or len(p) > 80 or not self.is_real(p):
            return found
        for f, s in [*self.facts, *((P.generator(k, self.count), g.sign) for k, g in enumerate(self.generators) if g.sign)]:
            c = P.same_up_to_factor(p, f)
            if c is not None:
                self._report(f, s)
                return s if c > 0 else -s
            self.divisions += 1
            if self.divisions > MAX_DIVISIONS:
                return 0
            rest = P.quotient(p, f) if not P.is_constant(f) else None
            if rest is not None:
                t = self.sign(rest, depth + 1)
                if t:
                    self._report(f, s)
                    return _times(s, t)
        for u in self.units:  # the square of a real unit is positive
            if P.is_constant(u) or not self.is_real(u):
                continue
            once = P.quotient(p, u)
            twice = P.quotient(once, u) if once else None
            if twice:
                return self.sign(twice, depth + 1)
        return 0

    def frac_sign(self, q: Frac) -> int:
        """Sign of a fraction (its denominator is not zero)."""
        s, t = self.sign(q[0]), self.sign(q[1])
        return _times(s, 1 if t > 0 else -1) if t else 0

    def _sign_of_sum(self, p: Poly) -> int:
        total, strict = 0, False
        for m, c in p.items():
            s, firm = (1 if c > 0 else -1), True
            for k, e in enumerate(m):
                if not e:
                    continue
                g = self.generators[k]
                if not g.real:
                    return 0
                if e % 2 == 0:
                    firm = firm and (g.nonzero or abs(g.sign) == 1)
                elif g.sign:
                    s, firm = (s if g.sign > 0 else -s), firm and abs(g.sign) == 1
                else:
                    return 0
            if total and s != total:
                return 0
            total, strict = s, strict or firm
        return total if strict else 2 * total

    def is_unit(self, p: Poly) -> bool:
        """Is it known not to be zero wherever both sides of the claim are defined?"""
        if not p:
            return False
        if P.is_constant(p):
            return True
        content = [min(m[k] for m in p) for k in range(self.count)]
        if any(content):
            if not all(self._generator_is_unit(k) for k, e in enumerate(content) if e):
                return any(P.quotient(u, p) is not None for u in self.units)
            p = {tuple(x - y for x, y in zip(m, content)): c for m, c in p.items()}
            if P.is_constant(p):
                return True
        if abs(self.sign(p)) == 1:
            return True
        for u in self.units:
            if P.quotient(u, p) is not None:
                return True
        for u in self.units:
            rest = P.quotient(p, u) if not P.is_constant(u) else None
            if rest is not None and len(rest) < len(p) + 1 and sum(map(sum, rest)) < sum(map(sum, p)) and self.is_unit(rest):
                return True
        return False

    def _generator_is_unit(self, k: int) -> bool:
        g = self.generators[k]
        if g.nonzero or abs(g.sign) == 1:
            return True
        one = P.generator(k, self.count)
        if any(P.quotient(u, one) is not None for u in self.units):
            return True
        return g.kind in ("root", "oddroot", "abs", "croot") and self.is_unit(g.parts[0])

    def unit(self, p: Poly) -> None:
        """Definedness of the claim says that p is not zero."""
        if p and not P.is_constant(p) and p not in self.units:
            self.units.append(p)

    def require_unit(self, p: Poly) -> None:
        """p must not vanish: known, or a polynomial in continuous symbols without conditions, whose zeros are then left out and reported."""
        if self.is_unit(p):
            return
        if not p or self.claim.conditions or any(not self._is_continuous(k) for k in P.used(p)):
            raise Refused("a denominator that may vanish")
        self.units.append(p)
        self.reported.setdefault(f"{self.show(p)} != 0")

    def _is_continuous(self, k: int) -> bool:
        """Is it a symbol that runs over more than single numbers?"""
        g = self.generators[k]
        if g.kind != "symbol" or g.integer:
            return False
        domain = self.claim.domain(g.parts[0])
        return domain.lower is None or domain.upper is None or domain.lower < domain.upper

    def fact(self, p: Poly, strict: bool) -> None:
        """Definedness of the claim says that p >= 0 (> 0)."""
        if not self.is_real(p):
            raise Refused("a condition on something that is not real")
        if self.sign(p) not in ((1,) if strict else (1, 2)):
            self.facts.append((p, 1 if strict else 2))

    def _report(self, p: Poly, sign: int) -> None:
        used = P.used(p)
        if len(used) == 1 and self.generators[used[0]].kind == "symbol" and self.generators[used[0]].sign == sign and len(p) == 1:
            return  # its domain says so
        if all(self.generators[k].kind in ("symbol", "pi") for k in used):
            self.reported.setdefault(f"{self.show(p)} {'>' if sign == 1 else '>=' if sign == 2 else '<' if sign == -1 else '<='} 0")

    # ---- conjugates and words

    def conjugate(self, q: Frac) -> Frac:
        """Complex conjugate. Fails with `Refused` where the table's generators do not tell it."""
        image = {k: self._conjugate(k) for p in q for k in P.used(p)}
        parts = []
        for p in q:
            total = self.number(Fraction(0))
            for m, c in p.items():
                term = self.number(c)
                for k, e in enumerate(m):
                    if e:
                        term = self.times(term, self.power(image[k], e))
                total = self.plus(total, term)
            parts.append(total)
        return self.times(parts[0], (parts[1][1], parts[1][0]))

    def _conjugate(self, k: int) -> Frac:
        g = self.generators[k]
        if g.real:
            return self.whole(P.generator(k, self.count))
        if g.kind == "i":
            return self.whole(P.scale(P.generator(k, self.count), -1))
        if g.kind in ("symbol", "conj"):
            return self.whole(P.generator(self.find("conj" if g.kind == "symbol" else "symbol", *g.parts), self.count))
        if g.kind == "exp":
            arg = self.conjugate(g.parts[0])
            for j, entry in enumerate(self.entries):
                if entry[0] != "exp":
                    continue
                self.grow(j)
                h = self.generators[j]
                if self.same(h.parts[0], arg):
                    return self.whole(P.generator(j, self.count))
                if self.same((P.scale(h.parts[0][0], -1), h.parts[0][1]), arg):
                    return P.constant(1, self.count), P.generator(j, self.count)
        raise Refused("a conjugate that is not known")

    # ---- fractions

    def whole(self, p: Poly) -> Frac:
        """A polynomial as a fraction."""
        return p, P.constant(1, self.count)

    def number(self, c: Fraction) -> Frac:
        """A number as a fraction."""
        return P.constant(c, self.count), P.constant(1, self.count)

    def as_number(self, q: Frac) -> Fraction | None:
        """The number that a fraction is, or None."""
        return P.value(q[0]) / P.value(q[1]) if P.is_constant(q[0]) and P.is_constant(q[1]) else None

    def reduced(self, p: Poly) -> Poly:
        """Rewritten by the relations."""
        return P.reduce(p, self.relations)

    def plus(self, a: Frac, b: Frac) -> Frac:
        """Sum."""
        if a[1] == b[1]:
            return P.add(a[0], b[0]), a[1]
        if P.is_constant(a[1]) and P.is_constant(b[1]):
            return P.add(P.scale(a[0], 1 / P.value(a[1])), P.scale(b[0], 1 / P.value(b[1]))), P.constant(1, self.count)
        return self.reduced(P.add(P.multiply(a[0], b[1]), P.multiply(b[0], a[1]))), self.reduced(P.multiply(a[1], b[1]))

    def times(self, a: Frac, b: Frac) -> Frac:
        """Product."""
        return self.reduced(P.multiply(a[0], b[0])), self.reduced(P.multiply(a[1], b[1]))

    def power(self, a: Frac, n: int) -> Frac:
        """a^n, n >= 0."""
        out = self.number(Fraction(1))
        while n:
            if n & 1:
                out = self.times(out, a)
            n >>= 1
            a = self.times(a, a) if n else a
        return out

    def same(self, a: Frac, b: Frac) -> bool:
        """Are two fractions equal by the relations?"""
        difference = P.add(P.multiply(a[0], b[1]), P.scale(P.multiply(b[0], a[1]), -1))
        return not self.reduced(difference)

    def is_croot(self, v: Frac, k: int, u: Frac) -> bool:
        """Is v = c g with a principal root g and a real c > 0?"""
        used = [j for j in P.used(v[0]) if self.generators[j].kind == "croot"]
        if len(used) != 1 or self.generators[used[0]].parts[1] != k or P.degree(v[0], used[0]) != 1:
            return False
        rest = P.quotient(v[0], P.generator(used[0], self.count))
        return rest is not None and self.is_real(rest) and self.frac_sign((rest, v[1])) == 1

    def show(self, p: Poly) -> str:
        """The polynomial as text."""
        return str(self.term(p))

    def term(self, p: Poly) -> Term:
        """A polynomial in symbols and pi as a term."""
        parts = []
        for m, c in p.items():
            factors = [] if abs(c) == 1 and any(m) else [number(abs(c))]
            for k, e in enumerate(m):
                if e:
                    g = self.generators[k]
                    base = symbol(g.parts[0]) if g.kind == "symbol" else constant("pi")
                    factors.append(base if e == 1 else apply("pow", base, number(e)))
            whole = factors[0] if len(factors) == 1 else apply("mul", *factors)
            parts.append(whole if c > 0 else apply("neg", whole))
        return number(0) if not parts else parts[0] if len(parts) == 1 else apply("add", *parts)


def _times(s: int, t: int) -> int:
    if not s or not t:
        return 0
    size = 1 if abs(s) == abs(t) == 1 else 2
    return size if (s > 0) == (t > 0) else -size
