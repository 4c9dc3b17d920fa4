"""Recurrences for sums of products of binomial coefficients, powers and rational functions: the search (D. Zeilberger 1991).

With c_0 F(n, k) + ... + c_J F(n + J, k) = G(n, k + 1) - G(n, k) and G = z(k) q(k - 1) B(n, k), where B is made of binomial coefficients that the F(n
+ j, k)
are polynomial multiples of and B(k + 1)/B(k) = p(k)/q(k), the unknown c_j and the coefficients of z solve linear equations over the rational
functions
of n and the parameters. What is found is checked by whoever uses it.
"""

from __future__ import annotations

from typing import Any

from grader.term import Term, apply, free_names, number, walk

MAX_SIZE = 60
MAX_SHIFT = 4


class NoRecurrence(ValueError):
    """No recurrence of the form looked for."""


class _Factor:
    """binomial(A, K)^e, base^L, or a rational function."""

    def __init__(self, kind: str, parts: tuple[Any, ...], power: int) -> None:
        self.kind, self.parts, self.power = kind, parts, power


class Summand:
    """F(n, k) as a product. Fails with `NoRecurrence` for other terms."""

    def __init__(self, term: Term, n: str, k: str) -> None:
        import sympy

        if term.size > MAX_SIZE:
            raise NoRecurrence("a large summand")
        self.s = sympy
        self.names = {name: sympy.Symbol(name) for name in free_names(term) | {n, k}}
        self.n, self.k = self.names[n], self.names[k]
        self.factors: list[_Factor] = []
        self._take(term, 1)

    def polynomial(self, term: Term) -> Any:
        """The SymPy expression of a polynomial or rational function."""
        if term.kind == "number":
            return self.s.Rational(term.value.numerator, term.value.denominator)
        if term.kind == "symbol":
            return self.names[term.name]
        if term.kind == "apply":
            if term.name == "pow" and term.args[1].kind == "number" and term.args[1].value.denominator == 1 and abs(term.args[1].value) <= 6:
                return self.polynomial(term.args[0]) ** int(term.args[1].value)
            args = [self.polynomial(a) for a in term.args] if term.name in ("add", "neg", "mul", "div") else []
            if term.name == "add":
                return self.s.Add(*args)
            if term.name == "neg":
                return -args[0]
            if term.name == "mul":
                return self.s.Mul(*args)
            if term.name == "div" and args[1] != 0:
                return args[0] / args[1]
        raise NoRecurrence("no product of binomial coefficients, powers and rational functions")

    def _take(self, term: Term, power: int) -> None:
        moving = {self.n.name, self.k.name}
        if term.is_apply("mul"):
            for a in term.args:
                self._take(a, power)
        elif term.is_apply("div", 2):
            self._take(term.args[0], power)
            self._take(term.args[1], -power)
        elif term.is_apply("neg", 1):
            self._take(term.args[0], power)
            self.factors.append(_Factor("rational", (self.s.Integer(-1),), power))
        elif term.is_apply("binomial", 2) and power > 0:
            self.factors.append(_Factor("binomial", tuple(self.polynomial(a) for a in term.args), power))
        elif term.is_apply("pow", 2) and free_names(term.args[1]) & moving:
            if free_names(term.args[0]) & moving:
                raise NoRecurrence("a power whose base moves")
            self.factors.append(_Factor("power", (self.polynomial(term.args[0]), self.polynomial(term.args[1])), power))
        elif term.is_apply("pow", 2) and term.args[1].kind == "number" and term.args[1].value.denominator == 1 and 1 <= term.args[1].value <= 4 and any(
                x.is_apply("binomial") for x in walk(term.args[0])):
            self._take(term.args[0], power * int(term.args[1].value))
        else:
            self.factors.append(_Factor("rational", (self.polynomial(term),), power))

    def shift(self, linear: Any, i: int, j: int) -> int:
        """By how much a linear form grows with n + i and k + j."""
        grown = self.s.expand(linear.subs({self.n: self.n + i, self.k: self.k + j}, simultaneous=True) - linear)
        if not grown.is_Integer or abs(int(grown)) > MAX_SHIFT:
            raise NoRecurrence("a part that is not linear in whole steps")
        return int(grown)

    def rising(self, start: Any, count: int) -> Any:
        """gamma(start + count) / gamma(start)."""
        out = self.s.Integer(1)
        for m in range(abs(count)):
            out *= start + m if count > 0 else 1 / (start - 1 - m)
        return out


class Search:
    """Looks for a recurrence of the sum over k."""

    def __init__(self, term: Term, n: str, k: str) -> None:
        self.f = Summand(term, n, k)

    def _cover(self, order: int) -> list[tuple[int, int]]:
        made = []
        for factor in self.f.factors:
            if factor.kind == "binomial":
                shifts = [tuple(self.f.shift(p, j, 0) for p in factor.parts) for j in range(order + 1)]
                below = max(b for _, b in shifts)
                moves = factor.parts[0].has(self.f.k)  # then its gamma function stands above, and the least shift covers the others
                made.append((min(a for a, _ in shifts) if moves else below + max(a - b for a, b in shifts), below))
            else:
                made.append((0, 0))
        return made

    def _over_cover(self, cover: list[tuple[int, int]], i: int, j: int, moved: bool) -> Any:
        """F(n + i, k + j), or with `moved` the cover at (n + i, k + j), divided by the cover."""
        f, out = self.f, self.f.s.Integer(1)
        for factor, (alpha, beta) in zip(self.f.factors, cover):
            if factor.kind == "binomial":
                top, bottom = factor.parts
                a, b = f.shift(top, i, j), f.shift(bottom, i, j)
                if moved:
                    a, b = a + alpha, b + beta
                ratio = f.rising(top + alpha + 1, a - alpha) * f.rising(bottom + b + 1, beta - b) * f.rising(top - bottom + a - b + 1, alpha - beta - a + b)
                out *= ratio**factor.power
            elif factor.kind == "power":
                base, exponent = factor.parts
                out *= base ** (factor.power * f.shift(exponent, i, j))
            elif not moved:
                out *= factor.parts[0].subs({f.n: f.n + i, f.k: f.k + j}, simultaneous=True) ** factor.power
        return out

    def recurrence(self, order: int, degree: int) -> tuple[list[Term], Term]:
        """The coefficients and the certificate G. Fails with `NoRecurrence`."""
        from grader.algebra.bridge import from_sympy

        f, s = self.f, self.f.s
        cover = self._cover(order)
        p, q = s.fraction(s.cancel(self._over_cover(cover, 0, 1, True)))
        before = q.subs(f.k, f.k - 1)
        columns = [-self._over_cover(cover, j, 0, False) for j in range(order + 1)]
        columns += [p * (f.k + 1) ** d - before * f.k**d for d in range(degree + 1)]
        whole = s.cancel(s.together(sum(c * s.Symbol(f"#{m}") for m, c in enumerate(columns))))
        top = s.Poly(s.numer(whole), f.k)
        unknown = [s.Symbol(f"#{m}") for m in range(len(columns))]
        rows = [[s.cancel(s.diff(c, u)) for u in unknown] for c in top.all_coeffs()]
        found = s.Matrix(rows).nullspace(simplify=s.cancel)
        for vector in found:
            if s.cancel(vector[order]) != 0:
                break
        else:
            raise NoRecurrence("no recurrence of that order")
        scale = s.lcm([s.denom(s.together(v)) for v in vector])
        values = [s.cancel(v * scale) for v in vector]
        common = s.gcd(values)
        values = [s.factor(s.cancel(v / common)) for v in values] if common != 0 else values
        if s.Poly(values[order], *sorted(values[order].free_symbols, key=str)).LC() < 0 if values[order].free_symbols else values[order] < 0:
            values = [-v for v in values]
        polynomial = s.factor(s.cancel(sum(v * f.k**d for d, v in enumerate(values[order + 1:])) * before))
        return [from_sympy(s.factor(v)) for v in values[:order + 1]], self._certificate(from_sympy(polynomial), cover)

    def _certificate(self, polynomial: Term, cover: list[tuple[int, int]]) -> Term:
        from grader.algebra.bridge import from_sympy

        parts = [polynomial]
        for factor, (alpha, beta) in zip(self.f.factors, cover):
            if factor.kind == "binomial":
                made = apply("binomial", *(from_sympy(self.f.s.expand(x + shift)) for x, shift in zip(factor.parts, (alpha, beta))))
                parts.append(made if factor.power == 1 else apply("pow", made, number(factor.power)))
            elif factor.kind == "power":
                base, exponent = factor.parts
                parts.append(apply("pow", from_sympy(base), from_sympy(self.f.s.expand(factor.power * exponent))))
        return parts[0] if len(parts) == 1 else apply("mul", *parts)


__all__ = ["NoRecurrence", "Search"]
