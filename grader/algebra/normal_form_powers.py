"""Normal forms of powers, roots, absolute values, exponentials and logarithms. See `normal_form` for the method and `replay.pairs` for the steps."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from flint import fmpz

from grader.algebra.kernels import Bail, Frac, fmpq_of, rational
from grader.replay.semantics import integer_built
from grader.term import Term, apply, constant, number

if TYPE_CHECKING:
    from flint import fmpq_mpoly

    from grader.algebra.kernels import Kernels, Plan

Factors = list[tuple["fmpq_mpoly", Fraction]]
def prime_factors(n: int) -> list[tuple[int, int]]:
    """Prime factors of a positive integer below 10^24, else `Bail`."""
    if n > 10**24:
        raise Bail("an integer too large to be factored")
    return [(int(p), int(e)) for p, e in fmpz(n).factor()] if n > 1 else []


class PowerRules:
    """The rules for powers; mixed into `NormalForm`."""

    k: Kernels
    plan: Plan
    real: bool

    # ---- sizes: |p|^c for a factor p and a rational c

    def size_of(self, p: fmpq_mpoly, c: Fraction) -> Frac:
        """|p|^c, p a real factor (no constant)."""
        k = self.k
        if c.denominator == 1 and c % 2 == 0:
            return self._integer_power(k.whole(p), int(c))
        kind, parts = self._single(p)
        if kind == "exp" and k.table.generators[parts[0]].real:
            return self.exponential(self._scaled(parts[1], c))[0]
        if kind in ("root", "abs", "oddroot"):
            base, order = parts[1], parts[2]
            return self.size_of(base, c / order)
        sign = k.sign(p)
        if c.denominator == 1:
            base = k.whole(p if sign > 0 else -p) if sign else k.at(self._abs_generator(p))
            return self._integer_power(base, int(c))
        return self._rooted(self._sized(p, sign), c)

    def _sized(self, p: fmpq_mpoly, sign: int) -> fmpq_mpoly:
        return (p if sign > 0 else -p) if sign else self.k.gens[self._abs_generator(p)]

    def _rooted(self, base: fmpq_mpoly, c: Fraction) -> Frac:
        """base^c for a base that is known to be at least zero."""
        k = self.k
        order = self.plan.order(("root", str(base)), c.denominator)
        if order == 1:
            return self._integer_power(k.whole(base), int(c))
        g = k.generator(("root", str(base)), ["root", k.write(base), order])
        return self._integer_power(k.at(g), int(c * order))

    def _integer_power(self, q: Frac, n: int) -> Frac:
        if n < 0:
            self.k.require_unit(q[0])
            q, n = self.k.inverse(q), -n
        return self.k.power(q, n)

    def _abs_generator(self, p: fmpq_mpoly) -> int:
        return self.k.generator(("abs", str(p)), ["abs", self.k.write(p)])

    def _single(self, p: fmpq_mpoly) -> tuple[str, Any]:
        """Kind of the generator that p is, with what is needed to look through it: (index, operand, order)."""
        k = self.k
        if len(p) != 1 or p not in k.gens:
            return "", None
        index = k.gens.index(p)
        g = k.table.generators[index]
        if g.kind == "exp":
            return "exp", (index, self._back(g.parts[0]))
        if g.kind in ("root", "oddroot"):
            return g.kind, (index, k.relations[index][1], g.parts[1])
        if g.kind == "abs":
            return "abs", (index, k.context.from_dict({m: fmpq_of(c) for m, c in g.parts[0].items()}), 1)
        return g.kind, (index,)

    def _back(self, q: Any) -> Frac:
        n, d = (self.k.context.from_dict({m: fmpq_of(c) for m, c in p.items()}) for p in q)
        return n, d

    def _scaled(self, q: Frac, c: Fraction | int) -> Frac:
        return q[0] * fmpq_of(Fraction(c)), q[1]

    def factored(self, u: Frac) -> tuple[Fraction, Factors]:
        """A constant and the factors of numerator and denominator, exponents of the latter negative."""
        if u[0].is_zero():
            raise Bail("zero")
        (c, top), (d, bottom) = self.k.factors(u[0]), self.k.factors(u[1])
        return c / d, [(f, Fraction(e)) for f, e in top] + [(f, Fraction(-e)) for f, e in bottom]

    def _number_size(self, c: Fraction, exponent: Fraction) -> Frac:
        """|c|^exponent by prime factors."""
        out = self.k.number(1)
        for n, sign in ((abs(c.numerator), 1), (c.denominator, -1)):
            if exponent.denominator == 1:
                if n.bit_length() * abs(exponent) > 20_000:
                    raise Bail("a number too large to write out")
                out = self.k.times(out, self.k.number(Fraction(n) ** int(exponent * sign)))
                continue
            for p, e in prime_factors(n):
                out = self.k.times(out, self._rooted(self.k.context.constant(p), exponent * e * sign))
        return out

    def _merged(self, c: Fraction, factors: Factors) -> tuple[Fraction, Factors]:
        """Factors of odd multiplicity whose sign is not known, taken together where their product has a known sign: sqrt(x y), log(x y)."""
        k = self.k
        open_ = [(f, e) for f, e in factors if k.is_real(k.whole(f)) and not k.sign(f) and e % 2]
        if len(open_) < 2:
            return c, factors
        product = k.one
        for f, _ in open_:
            product = product * f
        product = k.reduce(product)
        if not k.sign(product):
            return c, factors
        rest = [(f, e) for f, e in factors if (f, e) not in open_] + [(f, e - 1) for f, e in open_ if e != 1]
        return c, [(product, Fraction(1)), *rest]

    # ---- roots

    def rule_sqrt(self, term: Term) -> Frac:
        """Square root."""
        u = self.value(term.args[0])
        self.learn_from(term, u)
        return self.root_row(term, u, 2, odd=False)

    def rule_root(self, term: Term) -> Frac:
        """n-th root for a literal n, else a power."""
        order = term.args[1]
        if order.kind != "number" or order.value.denominator != 1 or not 1 <= order.value <= 60:
            return self.value(apply("pow", term.args[0], apply("div", number(1), order)))
        u = self.value(term.args[0])
        self.learn_from(term, u)
        return self.root_row(term, u, int(order.value), odd=order.value % 2 == 1)

    def root_row(self, term: Term, u: Frac, n: int, *, odd: bool) -> Frac:
        """The n-th root of u, noted in the certificate."""
        found = self._root(u, n, odd=odd and self.real)
        self.row(term)["value"] = self.k.write_frac(found)
        return found

    def _root(self, u: Frac, n: int, *, odd: bool) -> Frac:
        k = self.k
        if u[0].is_zero() or n == 1:
            return u
        if odd:
            return self._odd_root(u, n)
        if not k.is_real(u) or not self.real and k.table.frac_sign((k.plain(u[0]), k.plain(u[1]))) not in (1, 2):
            return self._principal_root(u, n)
        try:
            c, factors = self._merged(*self.factored(u))
        except Bail:
            c, factors = Fraction(1), [(u[0], Fraction(1))] if u[1].is_one() else []
            if not factors:
                raise
        out = self._number_size(c, Fraction(1, n))
        for f, e in factors:
            out = k.times(out, self.size_of(f, e / n))
        if k.minus(k.power(out, n), u)[0].is_zero():
            return out
        if not u[1].is_constant():
            raise Bail("a root whose sign is not known")
        return self._rooted(u[0] / u[1].leading_coefficient(), Fraction(1, n))

    def _odd_root(self, u: Frac, n: int) -> Frac:
        k = self.k
        c, factors = self.factored(u)
        out = self._scaled(self._number_size(abs(c), Fraction(1, n)), 1 if c > 0 else -1)
        for f, e in factors:
            whole, rest = divmod(int(e), n)
            out = k.times(out, self._integer_power(k.whole(f), whole))
            if not rest:
                continue
            sign = k.sign(f)
            if sign:
                out = k.times(out, self._scaled(self._rooted(f if sign > 0 else -f, Fraction(rest, n)), 1 if sign > 0 or rest % 2 == 0 else -1))
                continue
            order = self.plan.order(("oddroot", str(f)), n)
            if order % 2 == 0:
                raise Bail("an odd and an even root")
            g = k.generator(("oddroot", str(f)), ["oddroot", k.write(f), order])
            out = k.times(out, self._integer_power(k.at(g), rest * order // n))
        return out

    def _principal_root(self, u: Frac, n: int) -> Frac:
        """The principal n-th root of something not known to be real and positive: a positive number times a generator."""
        k = self.k
        if not u[1].is_constant():
            raise Bail("the principal root of a fraction")
        p = u[0] / u[1].leading_coefficient()
        scale = abs(rational(p.leading_coefficient()))
        order = self.plan.order(("croot", str(p / fmpq_of(scale))), n)
        g = k.generator(("croot", str(p / fmpq_of(scale))), ["croot", k.write(p / fmpq_of(scale)), order])
        if order != n:
            raise Bail("two principal roots of one thing")
        return k.times(self._number_size(scale, Fraction(1, n)), k.at(g))

    # ---- absolute values

    def rule_abs(self, term: Term) -> Frac:
        """Absolute value."""
        k, u = self.k, self.value(term.args[0])
        found = k.number(0)
        if not u[0].is_zero():
            found = self._real_size(u) if k.is_real(u) else self._modulus(u)
        self.row(term)["value"] = k.write_frac(found)
        return found

    def _real_size(self, u: Frac) -> Frac:
        c, factors = self.factored(u)
        out = self.k.number(abs(c))
        for f, e in factors:
            out = self.k.times(out, self.size_of(f, e))
        return out

    def _modulus(self, u: Frac) -> Frac:
        k = self.k
        square = k.times(u, self.conjugate(u))
        c = k.constant_of(square)
        if c is not None and c > 0:
            return self._number_size(c, Fraction(1, 2))
        if not u[1].is_constant():
            raise Bail("the size of a complex fraction")
        p = u[0] / u[1].leading_coefficient()
        return k.at(k.generator(("modulus", str(p)), ["modulus", k.write(p)]))

    # ---- powers

    def rule_pow(self, term: Term) -> Frac:
        """Power."""
        k, (base, exponent) = self.k, term.args
        if base == constant("e"):
            return self.exponential_row(term, self.value(exponent))
        q = self.value(exponent)
        e = k.constant_of(q)
        u = self.value(base)
        if e is not None and e.denominator == 1:
            return self._whole_power(term, self.divide(u) if e <= 0 else u, abs(int(e)))
        if e is not None:
            if e.denominator > 60 or abs(e) > 5000:
                raise Bail("power")
            self.learn_from(term, u)
            found = self.root_row(term, u, e.denominator, odd=False)
            if e < 0:
                self.divide(u)
                found = self.divide(found)
            return k.power(found, abs(e.numerator))
        self.learn_from(term, u)
        if integer_built(exponent, self.integer) and not (k.is_real(u) and k.table.frac_sign((k.plain(u[0]), k.plain(u[1]))) == 1):
            return self.integer_power(term, u, q)
        log, steps = self.logarithm(u)
        found, more = self.exponential(k.times(q, log))
        self.row(term).update(log=k.write_frac(log), log_steps=steps, steps=more)
        return found

    def _whole_power(self, term: Term, u: Frac, n: int) -> Frac:
        """u^n for a literal n; a sum to a high power keeps a name of its own."""
        k = self.k
        try:
            return k.power(u, n)
        except Bail as bail:
            if str(bail) != "power" or n < 2 or n > 10**12:
                raise
        upside_down = not u[1].is_constant() and u[0].is_constant()
        p, d = (u[1], u[0]) if upside_down else u
        if not d.is_constant():
            raise Bail("a high power of a fraction")
        p = p / d.leading_coefficient()
        sign = 1 if rational(p.leading_coefficient()) > 0 else -1
        g = k.generator(("bigpower", str(p * sign), n), ["bigpower", k.write(p * sign), n])
        self.row(term)["big"] = [g, sign, upside_down]
        w = k.whole(k.gens[g] * (sign if n % 2 else 1))
        return k.inverse(w) if upside_down else w

    def integer_power(self, term: Term, u: Frac, q: Frac) -> Frac:
        """u^q for an exponent that is an integer by the way it is built and a base of any sign."""
        k = self.k
        if not q[1].is_constant():
            raise Bail("an integer exponent that is a fraction")
        c, factors = self.factored(u)
        bases: list[tuple[fmpq_mpoly, int]] = [(f, int(e)) for f, e in factors]
        if c < 0:
            bases.insert(0, (k.context.constant(-1), 1))
        for n, sign in ((abs(c.numerator), 1), (c.denominator, -1)):
            bases += [(k.context.constant(p), e * sign) for p, e in prime_factors(n)]
        scale = rational(q[1].leading_coefficient())
        out, written = k.number(1), []
        for f, a in bases:
            powers = []
            for m, v in q[0].to_dict().items():
                count, mono = rational(v) / scale, k.context.from_dict({m: 1})
                if count.denominator != 1 or abs(count) > 5000:
                    raise Bail("an integer exponent of parts that are no integers")
                index, w = None, k.whole(f)
                if not mono.is_constant() and k.sign(f) == 1:
                    log, log_steps = self.logarithm(k.whole(f))
                    w, steps = self.exponential(k.times(k.whole(mono), log))
                    index = {"log": k.write_frac(log), "log_steps": log_steps, "steps": steps}
                elif not mono.is_constant():
                    kind = ["alternating", k.write(mono)] if f == -1 else ["power", k.write(f), k.write(mono)]
                    index = k.generator((kind[0], str(f), str(mono)), kind)
                    w = k.at(index)
                powers.append([int(count), k.write(mono), index])
                out = k.times(out, self._integer_power(w, int(count) * a))
            written.append(powers)
        self.row(term)["integer"] = {"factors": [[k.write(f), a] for f, a in bases], "powers": written}
        return out
