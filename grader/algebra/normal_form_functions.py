"""Normal forms of trigonometric functions, gamma and its kin, floor, conjugates, derivatives, and functions of which only the name is known."""

from __future__ import annotations

import cmath
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grader.algebra.kernels import Bail, Frac, fmpq_of, rational
from grader.replay.definitions import binomial_parts
from grader.replay.derivative import derivative
from grader.replay.enclosure import Unsupported
from grader.replay.semantics import function_name
from grader.term import Term, apply, free_names, walk

if TYPE_CHECKING:
    from grader.algebra.kernels import Kernels, Plan

_TURNS = sorted({Fraction(p, q) for q in (1, 2, 3, 4, 5, 6, 8, 10, 12) for p in range(-q // 2, q // 2 + 1) if abs(Fraction(p, q)) <= Fraction(1, 2)})
_INVERSE = {"asin": math.asin, "atan": math.atan}


class FunctionRules:
    """The rules for functions; mixed into `NormalForm`."""

    OPAQUE = frozenset("asin atan erf sign floor round zeta atan2 arg double_factorial gcd lcm acot".split())
    ODD = frozenset("asin atan erf sign".split())
    k: Kernels
    plan: Plan
    real: bool

    # ---- sine and cosine

    def _wave(self, term: Term) -> tuple[Frac, Frac]:
        k = self.k
        q = k.times(k.at(k.i()), self.value(term.args[0]))
        w = self.exponential_row(term, q)
        return w, self.exponential(k.negative(q))[0]

    def rule_cos(self, term: Term) -> Frac:
        """Cosine."""
        up, down = self._wave(term)
        return self.k.times(self.k.plus(up, down), self.k.number(Fraction(1, 2)))

    def rule_sin(self, term: Term) -> Frac:
        """Sine."""
        up, down = self._wave(term)
        k = self.k
        return k.times(k.times(k.minus(up, down), k.at(k.i())), k.number(Fraction(-1, 2)))

    # ---- gamma

    def rule_gamma(self, term: Term) -> Frac:
        """Gamma."""
        return self.divide(self._reciprocal_gamma(term))

    def rule_binomial(self, term: Term) -> Frac:
        """Binomial coefficient."""
        k, (n, lower) = self.k, term.args
        if lower.kind == "number" and lower.value.denominator == 1 and lower.value <= 60:
            u, out = self.value(n), k.number(Fraction(1, math.factorial(int(lower.value))))
            for j in range(int(lower.value)):
                out = k.times(out, k.plus(u, k.number(-j)))
            return out
        u, v, w = (self._reciprocal_gamma(apply("gamma", part)) for part in binomial_parts(n, lower))
        return k.times(k.times(v, w), self.divide(u))

    def rule_beta_function(self, term: Term) -> Frac:
        """Beta function."""
        a, b = term.args
        out = self._reciprocal_gamma(apply("gamma", apply("add", a, b)))
        for part in (a, b):
            out = self.k.times(out, self.divide(self._reciprocal_gamma(apply("gamma", part))))
        return out

    def _reciprocal_gamma(self, term: Term) -> Frac:
        k, u = self.k, self.value(term.args[0])
        c = k.constant_of(u)
        if c is not None and c.denominator == 1:
            if c > 300:
                raise Bail("a factorial too large")
            return k.number(Fraction(1, math.factorial(int(c) - 1)) if c > 0 else 0)
        start, shift = self._without_integer(u)
        key = ("rgamma", str(start[0]), str(start[1]))
        top = self.plan.shift(key, shift)
        if top - shift > 60:
            raise Bail("gamma functions far apart")
        arg = k.plus(start, k.number(top))
        g = k.generator(key, ["rgamma", k.write_frac(arg)])
        self.row(term).update(gamma=g, steps=top - shift)
        out = k.at(g)
        for j in range(top - shift):
            out = k.times(out, k.plus(u, k.number(j)))
        return out

    def _without_integer(self, u: Frac) -> tuple[Frac, int]:
        """u without the integer part of its constant term."""
        if not u[1].is_constant():
            return u, 0
        c = rational(u[0].to_dict().get((0,) * self.k.size, fmpq_of(Fraction(0)))) / rational(u[1].leading_coefficient())
        whole = c.numerator // c.denominator
        return self.k.plus(u, self.k.number(-whole)), whole

    # ---- functions that stay what they are

    def opaque(self, term: Term) -> Frac:
        """A generator for the value; odd functions of operands with positive leading coefficient."""
        k, row = self.k, self.row(term)
        args = [self.value(a) for a in term.args]
        if term.name in ("asin", "atan"):
            known = self._known_angle(term, args[0])
            if known is not None:
                return known
        sign, shift = 1, k.number(0)
        if term.name in self.ODD and not args[0][0].is_zero() and rational(args[0][0].leading_coefficient()) < 0:
            sign, args[0] = -1, k.negative(args[0])
            row["sign"] = -1
        if term.name == "floor":
            shift, args[0] = self._integer_part(args[0])
            if not shift[0].is_zero():
                row["shift"] = k.write(shift[0])
        key = ("function", term.name, *[str(p) for q in args for p in q])
        g = k.generator(key, ["function", term.name, *[k.write_frac(q) for q in args]])
        row["generator"] = g
        return k.plus((k.gens[g] * sign, k.one), shift)

    def _integer_part(self, u: Frac) -> tuple[Frac, Frac]:
        """Integer products with integer coefficients, and the rest."""
        k = self.k
        if not u[1].is_constant():
            return k.number(0), u
        scale, out = rational(u[1].leading_coefficient()), {}
        for m, c in u[0].to_dict().items():
            value = rational(c) / scale
            if all(k.table.generators[j].integer for j, e in enumerate(m) if e):
                whole = value.numerator // value.denominator
                if whole:
                    out[m] = fmpq_of(Fraction(whole))
        part = k.whole(k.context.from_dict(out))
        return part, k.minus(u, part)

    def _known_angle(self, term: Term, u: Frac) -> Frac | None:
        """arcsin and arctan of the sines and tangents of simple fractions of pi."""
        k = self.k
        value = self._float(u)
        if value is None or abs(value) > (1.0000001 if term.name == "asin" else 1e6):
            return None
        angle = _INVERSE[term.name](max(-1.0, min(1.0, value)) if term.name == "asin" else value) / math.pi
        turn = next((t for t in _TURNS if abs(float(t) - angle) < 1e-9), None)
        if turn is None:
            return None
        w, steps = self.exponential((k.gens[k.i()] * k.gens[k.pi()] * fmpq_of(turn), k.one))
        self.row(term).update(turn=str(turn), steps=steps)
        return k.whole(k.gens[k.pi()] * fmpq_of(turn))

    def _float(self, u: Frac) -> float | None:
        """Value of a number made of roots of integers."""
        def evaluate(p: Any) -> complex | None:
            total = 0j
            for m, c in p.to_dict().items():
                term = complex(float(rational(c)))
                for j, e in enumerate(m):
                    if e:
                        g = self.k.table.generators[j]
                        base = self.k.table.generators[j].parts[0] if g.kind == "root" else None
                        if base is None or any(any(x) for x in base):
                            return None
                        term *= float(next(iter(base.values()))) ** (int(e) / g.parts[1])
                total += term
            return total

        n, d = evaluate(u[0]), evaluate(u[1])
        return None if n is None or not d or abs(cmath.phase(n / d if n else 1)) not in (0.0, math.pi) else (n / d).real

    def rule_call(self, term: Term) -> Frac:
        """A function that is only a name."""
        k, primes, head = self.k, 0, term.args[0]
        while head.is_apply("prime"):
            head, primes = head.args[0], primes + int(head.args[1].value)
        name, args = function_name(term), [self.value(a) for a in term.args[1:]]
        if name is None:
            raise Bail("a function without a name")
        g = k.generator(("call", name, primes, *[str(p) for q in args for p in q]), ["call", name, primes, *[k.write_frac(q) for q in args]])
        self.row(term)["generator"] = g
        return k.at(g)

    # ---- conjugates and derivatives

    def rule_conj(self, term: Term) -> Frac:
        """Complex conjugate."""
        return self.conjugate(self.value(term.args[0]))

    def conjugate(self, u: Frac) -> Frac:
        """The conjugate of a value made of real generators, symbols, i and exponentials."""
        k = self.k
        image: dict[int, Frac] = {}
        for j in {*k.used(u[0]), *k.used(u[1])}:
            g = k.table.generators[j]
            if g.real:
                image[j] = k.at(j)
            elif g.kind == "i":
                image[j] = k.negative(k.at(j))
            elif g.kind == "symbol":
                image[j] = k.at(k.generator(("conj", g.parts[0]), ["conj", g.parts[0]]))
            elif g.kind == "conj":
                image[j] = k.at(k.generator(("symbol", g.parts[0]), ["symbol", g.parts[0]]))
            elif g.kind == "exp":
                image[j] = self._conjugate_of_exp(j)
            else:
                raise Bail("a conjugate that is not known")
        parts = []
        for p in u:
            total = k.number(0)
            for m, c in p.to_dict().items():
                product = k.number(rational(c))
                for j, e in enumerate(m):
                    if e:
                        product = k.times(product, k.power(image[j], int(e)))
                total = k.plus(total, product)
            parts.append(total)
        return k.times(parts[0], k.inverse(parts[1]))

    def _conjugate_of_exp(self, j: int) -> Frac:
        return self.exponential(self.conjugate(self._back(self.k.table.generators[j].parts[0])))[0]

    def rule_derivative(self, term: Term) -> Frac:
        """A derivative, carried out by the checker's own rules."""
        body, variable = term.args[0], term.args[1]
        order = int(term.args[2].value) if len(term.args) == 3 and term.args[2].kind == "number" else 1
        if variable.kind != "symbol" or variable.name not in free_names(body) or not 1 <= order <= 6:
            raise Bail("a derivative of that form")
        if not self.real and any(node.is_apply("abs") for node in walk(body)):
            raise Bail("the derivative of a complex absolute value")
        try:
            for _ in range(order):
                body = derivative(body, variable.name)
        except Unsupported as error:
            raise Bail(str(error)) from error
        try:
            self.value(term.args[0])
            self.row(term)["body"] = True
        except Bail:
            pass
        before, self.auxiliary = self.auxiliary, True
        try:
            return self.value(body)
        finally:
            self.auxiliary = before

    rule_partial = rule_derivative
