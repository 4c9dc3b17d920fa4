"""Antiderivatives of rational functions with rational coefficients by partial fractions.

Linear factors of any multiplicity, quadratic factors without real zeros of multiplicity one or two (for two: integral of 1/(y^2 + d)^2 by the
reduction formula, NIST DLMF 4.26 and any table). Coefficients come from one linear system over the rationals.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat, fmpq_poly

from grader.algebra.calculus import raised, times, total
from grader.algebra.rational import Rational
from grader.term import Term, apply, number, symbol

MAX_DEGREE = 16


def partial_fractions(f: Rational, name: str) -> Term | None:
    """The antiderivative of a rational function in one symbol, or None."""
    top, bottom = _poly(f.numerator), _poly(f.denominator)
    if bottom.degree() > MAX_DEGREE or top.degree() > 40:
        return None
    whole, rest = divmod(top, bottom)
    x, parts = symbol(name), []
    for j in range(whole.degree() + 1):
        c = _fraction(whole[j])
        if c:
            parts.append(times(number(c / (j + 1)), raised(x, j + 1)))
    pieces = _pieces(bottom)
    if pieces is None:
        return None
    columns = [(g, e, j) for g, e in pieces for j in range(1, e + 1)]
    basis: list[tuple[Any, int, int, Any]] = []
    for g, _, j in columns:
        share = bottom // g**j
        basis += [(g, j, d, share * fmpq_poly([0] * d + [1])) for d in range(g.degree())]
    n = bottom.degree()
    if len(basis) != n:
        return None
    matrix = fmpq_mat(n, n, [b[3][i] if i <= b[3].degree() else fmpq(0) for i in range(n) for b in basis])
    found = matrix.solve(fmpq_mat(n, 1, [rest[i] if i <= rest.degree() else fmpq(0) for i in range(n)]))
    weights: dict[tuple[int, int], list[Fraction]] = {}
    order: dict[tuple[int, int], Any] = {}
    for k, (g, j, _, _) in enumerate(basis):
        key = next((i for i, (h, _) in enumerate(pieces) if h == g), 0), j
        order[key] = g
        weights.setdefault(key, []).append(_fraction(found[k, 0]))
    for key, c in weights.items():
        parts += _one(order[key], key[1], c, x)
    return total(*parts) if parts else number(0)


def _poly(p: Any) -> fmpq_poly:
    items = {int(m[0]) if m else 0: c for m, c in p.to_dict().items()}
    return fmpq_poly([items.get(j, fmpq(0)) for j in range(max(items, default=0) + 1)])


def _fraction(c: fmpq) -> Fraction:
    return Fraction(int(c.p), int(c.q))


def _pieces(bottom: fmpq_poly) -> list[tuple[fmpq_poly, int]] | None:
    """The factors over the rationals, monic, in a fixed order; None where one is not linear or quadratic."""
    made = []
    for g, e in bottom.numer().factor()[1]:
        h = fmpq_poly(g)
        if h.degree() > 2 or h.degree() == 2 and int(e) > 2:
            return None
        made.append((h / h[h.degree()], int(e)))
    return sorted(made, key=lambda item: (item[0].degree(), str(item[0])))


def _one(g: fmpq_poly, j: int, c: list[Fraction], x: Term) -> list[Term]:
    """c(x)/g^j for a linear or quadratic g."""
    if not any(c):
        return []
    if g.degree() == 1:
        y = total(x, number(_fraction(g[0]))) if g[0] != 0 else x
        if j == 1:
            return [times(number(c[0]), apply("log", apply("abs", y)))]
        return [apply("neg", apply("div", number(c[0] / (j - 1)), raised(y, j - 1)))]
    p, q = _fraction(g[1]), _fraction(g[0])
    d = q - p * p / 4
    y = total(x, number(p / 2)) if p else x
    square = total(raised(y, 2), number(d))
    a, b = c[1], c[0] - c[1] * p / 2  # c = a y + b
    if d < 0:
        return _real_zeros(a, b, d, y, square) if j == 1 else _refuse()
    root = _root(d)
    angle = apply("div", apply("atan", apply("div", y, root)), root)
    if j == 1:
        return [t for t, w in ((times(number(a / 2), apply("log", square)), a), (times(number(b), angle), b)) if w]
    first = apply("neg", apply("div", number(a / 2), square))
    second = times(number(b / (2 * d)), total(apply("div", y, square), angle))
    return [t for t, w in ((first, a), (second, b)) if w]


def _refuse() -> list[Term]:
    raise ArithmeticError("a squared factor with real zeros that are not rational")


def _real_zeros(a: Fraction, b: Fraction, d: Fraction, y: Term, square: Term) -> list[Term]:
    """y^2 + d with d < 0: zeros +- sqrt(-d)."""
    r = _root(-d)
    ratio = apply("log", apply("abs", apply("div", total(y, apply("neg", r)), total(y, r))))
    made = [times(number(a / 2), apply("log", apply("abs", square)))] if a else []
    return made + ([times(number(b / 2), apply("div", ratio, r))] if b else [])


def _root(d: Fraction) -> Term:
    from math import isqrt

    tops = isqrt(d.numerator), isqrt(d.denominator)
    return number(Fraction(*tops)) if tops[0] ** 2 == d.numerator and tops[1] ** 2 == d.denominator else apply("sqrt", number(d))
