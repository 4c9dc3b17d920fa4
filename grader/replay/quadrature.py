"""Enclosure of a definite integral over a bounded interval, for the checkers.

On a panel with middle m and half-width h, f(t) = c_0 + c_1 (t - m) + ... + c_{n-1} (t - m)^{n-1} + r (t - m)^n with c_k the Taylor coefficients at
m and r in the enclosure of the n-th coefficient over the whole panel (n even), so the integral is sum over even k of 2 c_k h^(k+1)/(k+1) plus r 2
h^(n+1)/(n+1).
Coefficients are computed by the recurrences of automatic differentiation (Moore, "Interval Analysis", 1966; Neidinger, SIAM Review 52, 2010). Panels
that are too wide are halved; at an end where a derivative is unbounded (sqrt at 0) the last piece is enclosed by its range. The integrand must have
a value on the whole closed interval: improper integrals are not supported.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grader.replay.definitions import by_definition
from grader.replay.enclosure import Complex, Unsupported, Unsure, Value
from grader.replay.semantics import integer_built
from grader.term import Term, apply, constant, free_names

if TYPE_CHECKING:
    from grader.replay.evaluate import Evaluator

MAX_PANELS = 160
ALIKE = 10
"""After so many good pieces of one width it is asked how many more of that width there would be."""
Jet = list[Any]
ONE, HALF = Fraction(1), Fraction(1, 2)


def integral(evaluator: Evaluator, term: Term) -> Value:
    """Enclosure of a definite integral at the evaluator's point. Fails with `Undefined`, `Unsure`, `Unsupported`."""
    e, name = evaluator.e, term.bound[0].name
    low, high = (evaluator.value(a) for a in term.args[1:])
    if isinstance(low, Complex) or isinstance(high, Complex):
        raise Unsupported("an integral along a path")
    length = e.sub(high, low)
    if isinstance(length, Fraction) and length == 0:
        return Fraction(0)
    if evaluator.coarse:
        return _range(evaluator, term, low, length)
    order = 14 if e.iv.dps <= 35 else 26
    tolerance = e.iv.mpf(10) ** (-min(e.iv.dps, 70) * 2 // 5)
    total: Value = Fraction(0)
    with evaluator.binding(name, integer=False):
        jets = Jets(evaluator, term.args[0], name, order)
        todo = [(Fraction(k, 4), Fraction(k + 1, 4)) for k in reversed(range(4))]
        good_ones: dict[Fraction, int] = {}
        for _ in range(MAX_PANELS):
            if not todo:
                return e.mul(length, total)
            a, b = todo.pop()
            part, good = jets.panel(low, length, a, b)
            if part is None or not good and b - a > Fraction(1, 2**60) and not _small(e, part, tolerance):
                middle = (a + b) / 2
                if b - a <= Fraction(1, 2**60):
                    raise Unsupported("an integrand without bound")
                todo += [(middle, b), (a, middle)]
                continue
            total = e.add(total, part)
            good_ones[b - a] = good_ones.get(b - a, 0) + 1
            if good_ones[b - a] >= ALIKE and (1 - b) / (b - a) > 4 * MAX_PANELS:
                break
        raise Unsupported("an integral that takes too many pieces")


def _range(evaluator: Evaluator, term: Term, low: Value, length: Value) -> Value:
    """A wide enclosure: the range of the integrand on eight pieces. It shows that the integrand has values everywhere."""
    e, total = evaluator.e, Fraction(0)
    with evaluator.binding(term.bound[0].name, integer=False):
        for k in range(8):
            piece = e.iv.mpf([e.interval(Fraction(k, 8)).a, e.interval(Fraction(k + 1, 8)).b])
            evaluator.point[term.bound[0].name] = e.add(low, e.mul(length, piece))
            total = e.add(total, e.mul(evaluator.value(term.args[0]), Fraction(1, 8)))
    return e.mul(length, total)


def _small(e: Any, part: Value, tolerance: Any) -> bool:
    """Is the enclosure narrow enough?"""
    parts = (part.re, part.im) if isinstance(part, Complex) else (part,)
    return all(isinstance(p, Fraction) or bool(p.delta < tolerance) for p in parts)


class Jets:
    """Taylor coefficients of terms in one bound variable."""

    def __init__(self, evaluator: Evaluator, body: Term, name: str, order: int) -> None:
        self.ev, self.e, self.body, self.name, self.order = evaluator, evaluator.e, body, name, order

    def panel(self, low: Value, length: Value, a: Fraction, b: Fraction) -> tuple[Value | None, bool]:
        """The integral over t in [a, b] where x = low + length t, and whether it is by Taylor coefficients (else by the range: coarse)."""
        e, h = self.e, (b - a) / 2
        over = e.iv.mpf([e.interval(a).a, e.interval(b).b])
        body = self.body
        try:
            rest = self._coefficients(body, e.add(low, e.mul(length, over)), length)[self.order]
            centre = self._coefficients(body, e.add(low, e.mul(length, (a + b) / 2)), length)
            total = e.mul(rest, 2 * h ** (self.order + 1) / (self.order + 1))
            for k in range(0, self.order, 2):
                total = e.add(total, e.mul(centre[k], 2 * h ** (k + 1) / (k + 1)))
            return total, b - a <= Fraction(1, 4) and _small(e, total, e.iv.mpf(10) ** (-min(e.iv.dps, 70) * 2 // 5))
        except Unsure:
            pass
        self.ev.point[self.name] = e.add(low, e.mul(length, over))
        try:
            return e.mul(self.ev.value(body), 2 * h), False
        except Unsure:
            return None, False

    def _coefficients(self, body: Term, at: Value, slope: Value) -> Jet:
        self.memo: dict[Term, Jet] = {}
        self.variable: Jet = [at, slope, *[Fraction(0)] * (self.order - 1)]
        self.ev.point[self.name] = at
        return self.jet(body)

    def jet(self, term: Term) -> Jet:
        """Coefficients 0..order of the term."""
        found = self.memo.get(term)
        if found is None:
            found = self.memo[term] = self._jet(term)
        return found

    def _constant(self, value: Value) -> Jet:
        return [value, *[Fraction(0)] * self.order]

    def _jet(self, term: Term) -> Jet:
        if term.kind == "symbol" and term.name == self.name:
            return self.variable
        if self.name not in free_names(term):
            return self._constant(self.ev.value(term))
        if term.kind != "apply":
            raise Unsupported(f"a {term.name or term.kind} inside an integral")
        if term.name == "call":
            return self.jet(self.ev.unfold(term))
        rule = getattr(self, f"_jet_{term.name}", None)
        if rule is not None:
            return rule(*term.args)
        defined = by_definition(term)
        if defined is None:
            raise Unsupported(f"{term.name} inside an integral")
        return self.jet(defined)

    # ---- arithmetic

    def _sum(self, a: Jet, b: Jet) -> Jet:
        return [self.e.add(x, y) for x, y in zip(a, b)]

    def _scaled(self, a: Jet, c: Value) -> Jet:
        return [self.e.mul(x, c) for x in a]

    def _product(self, a: Jet, b: Jet) -> Jet:
        out = []
        for k in range(self.order + 1):
            total: Value = Fraction(0)
            for j in range(k + 1):
                total = self.e.add(total, self.e.mul(a[j], b[k - j]))
            out.append(total)
        return out

    def _quotient(self, a: Jet, b: Jet) -> Jet:
        down, out = self.e.inverse(b[0]), []
        for k in range(self.order + 1):
            total = a[k]
            for j in range(1, k + 1):
                total = self.e.sub(total, self.e.mul(b[j], out[k - j]))
            out.append(self.e.mul(total, down))
        return out

    def _from_slope(self, start: Value, slope: Jet, inner: Jet) -> Jet:
        """f(u) from f'(u): k f_k = sum over j of j u_j slope_{k-j}."""
        out = [start]
        for k in range(1, self.order + 1):
            total: Value = Fraction(0)
            for j in range(1, k + 1):
                total = self.e.add(total, self.e.mul(self.e.mul(inner[j], Fraction(j)), slope[k - j]))
            out.append(self.e.mul(total, Fraction(1, k)))
        return out

    def _jet_add(self, *args: Term) -> Jet:
        total = self.jet(args[0])
        for a in args[1:]:
            total = self._sum(total, self.jet(a))
        return total

    def _jet_neg(self, a: Term) -> Jet:
        return [self.e.neg(x) for x in self.jet(a)]

    def _jet_mul(self, *args: Term) -> Jet:
        total = self.jet(args[0])
        for a in args[1:]:
            total = self._product(total, self.jet(a))
        return total

    def _jet_div(self, a: Term, b: Term) -> Jet:
        return self._quotient(self.jet(a), self.jet(b))

    # ---- powers, exponentials, waves

    def _jet_exp(self, a: Term) -> Jet:
        return self._exponential(self.jet(a))

    def _exponential(self, u: Jet) -> Jet:
        out = [self.e.exp(u[0])]
        for k in range(1, self.order + 1):
            total: Value = Fraction(0)
            for j in range(1, k + 1):
                total = self.e.add(total, self.e.mul(self.e.mul(u[j], Fraction(j)), out[k - j]))
            out.append(self.e.mul(total, Fraction(1, k)))
        return out

    def _jet_log(self, a: Term, base: Term | None = None) -> Jet:
        u = self.jet(a)
        found = self._from_slope(self.e.log(u[0]), self._quotient(self._constant(ONE), u), u)
        return found if base is None else self._quotient(found, self.jet(apply("log", base)))

    def _jet_pow(self, a: Term, b: Term) -> Jet:
        if a == constant("e"):
            return self._exponential(self.jet(b))
        if self.name in free_names(b):
            return self._exponential(self._product(self.jet(b), self._jet_log(a)))
        exponent = self.ev.value(b)
        if isinstance(exponent, Fraction) and exponent.denominator == 1 and (not self.e.real or integer_built(b, self.ev.is_integer)):
            return self._whole_power(self.jet(a), int(exponent))
        u = self.jet(a)
        start = self.e.exp(self.e.mul(exponent, self.e.log(u[0])))  # a positive base, or a principal power
        return self._real_power(u, exponent, start)

    def _whole_power(self, u: Jet, n: int) -> Jet:
        if abs(n) > 400:
            raise Unsupported("a power too high inside an integral")
        if n <= 0:
            u, n = self._quotient(self._constant(ONE), u), -n
        out = self._constant(ONE)
        while n:
            if n & 1:
                out = self._product(out, u)
            n >>= 1
            u = self._product(u, u) if n else u
        return out

    def _real_power(self, u: Jet, c: Value, start: Value) -> Jet:
        """u^c: k u_0 p_k = sum over j >= 1 of (c j - (k - j)) u_j p_{k-j}."""
        down, out = self.e.inverse(u[0]), [start]
        for k in range(1, self.order + 1):
            total: Value = Fraction(0)
            for j in range(1, k + 1):
                factor = self.e.sub(self.e.mul(c, Fraction(j)), Fraction(k - j))
                total = self.e.add(total, self.e.mul(self.e.mul(factor, u[j]), out[k - j]))
            out.append(self.e.mul(self.e.mul(total, down), Fraction(1, k)))
        return out

    def _jet_sqrt(self, a: Term) -> Jet:
        u = self.jet(a)
        return self._real_power(u, HALF, self.e.sqrt(u[0]))

    def _jet_root(self, a: Term, n: Term) -> Jet:
        order = self.ev.value(n)
        if not (isinstance(order, Fraction) and order.denominator == 1 and 1 <= order <= 60):
            raise Unsupported("a root of that order inside an integral")
        u = self.jet(a)
        return self._real_power(u, 1 / order, self.e.root(u[0], int(order)))

    def _waves(self, u: Jet) -> tuple[Jet, Jet]:
        e = self.e
        sine, cosine = [e.sin(u[0])], [e.cos(u[0])]
        for k in range(1, self.order + 1):
            s: Value = Fraction(0)
            c: Value = Fraction(0)
            for j in range(1, k + 1):
                step = e.mul(u[j], Fraction(j, k))
                s, c = e.add(s, e.mul(step, cosine[k - j])), e.sub(c, e.mul(step, sine[k - j]))
            sine.append(s)
            cosine.append(c)
        return sine, cosine

    def _jet_sin(self, a: Term) -> Jet:
        return self._waves(self.jet(a))[0]

    def _jet_cos(self, a: Term) -> Jet:
        return self._waves(self.jet(a))[1]

    def _jet_atan(self, a: Term) -> Jet:
        u = self.jet(a)
        return self._from_slope(self.e.atan(u[0]), self._quotient(self._constant(ONE), self._sum(self._constant(ONE), self._product(u, u))), u)

    def _jet_asin(self, a: Term) -> Jet:
        from grader.replay.functions import TABLE

        u = self.jet(a)
        inside = self._sum(self._constant(ONE), self._scaled(self._product(u, u), Fraction(-1)))
        slope = self._quotient(self._constant(ONE), self._real_power(inside, HALF, self.e.sqrt(inside[0])))
        return self._from_slope(TABLE["asin"](self.e, u[0]), slope, u)

    def _jet_abs(self, a: Term) -> Jet:
        u = self.jet(a)
        if isinstance(u[0], Complex):
            raise Unsupported("a complex absolute value inside an integral")
        return u if self.e.sign(u[0]) > 0 else [self.e.neg(x) for x in u] if self.e.sign(u[0]) < 0 else self._unsure()

    def _unsure(self) -> Jet:
        raise Unsure("a corner")

