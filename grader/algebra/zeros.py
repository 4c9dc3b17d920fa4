"""Divisibility of polynomials with algebraic coefficients, proposed by SymPy: cofactors and Bezout pairs. Who uses them has the identities checked."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.algebra.bridge import NoBridge, from_sympy, to_sympy
from grader.term import Term, constant, free_names, number, walk

MAX_DEGREE = 24


def _poly(term: Term, names: list[str]) -> Any:
    """SymPy's polynomial over the field of the numbers that are written. Fails with `NoBridge` where it is too large or none."""
    import sympy

    expression = to_sympy(term).doit()
    fields = [sympy.I] if any(n == constant("i") for n in walk(term)) else []
    fields += [to_sympy(n).doit() for n in dict.fromkeys(n for n in walk(term) if n.is_apply("sqrt"))]
    made = sympy.Poly(sympy.expand(expression), *[sympy.Symbol(n) for n in names], **({"extension": fields} if fields else {"domain": "QQ"}))
    if made.total_degree() > MAX_DEGREE:
        raise NoBridge("the degree is too high")
    return made


def _written(value: Any) -> Term:
    import sympy

    return from_sympy(sympy.expand(value.as_expr() if hasattr(value, "as_expr") else value))


def cofactor(p: Term, q: Term, most: int) -> tuple[int, Term] | None:
    """k and c with q^k = p c, the least k up to `most`; None where there is none. Fails with `NoBridge` or SymPy's errors."""
    names = sorted(free_names(p) | free_names(q))
    if not names:
        return None
    a, b = _poly(p, names), _poly(q, names)
    if b.is_zero:
        return 1, number(0)
    if a.is_zero:
        return None
    a, b = a.unify(b)
    power = b
    for k in range(1, most + 1):
        quotient, rest = power.div(a)
        if rest.is_zero:
            return k, _written(quotient)
        if power.total_degree() + b.total_degree() > 2 * MAX_DEGREE:
            return None
        power = power * b
    return None


def apart(p: Term, q: Term, name: str) -> tuple[list[Term], Term, Term, Term] | None:
    """(coefficients of g, c, u, v) with p = g c, u g + v q = 1 and g monic of degree >= 1; None where every root of p is one of q."""
    a, b = _poly(p, [name]), _poly(q, [name])
    if a.is_zero:
        return None
    a, b = a.unify(b)
    g = a
    while True:
        common = g.gcd(b)
        if common.degree() < 1:
            break
        g = g.quo(common)
    if g.degree() < 1:
        return None
    g = g.monic()
    u, v, one = g.gcdex(b)
    if one.degree() > 0:
        return None
    scale = one.as_expr()
    coefficients = [_written(c) for c in reversed(g.all_coeffs())]
    return coefficients, _written(a.quo(g)), _written(u.as_expr() / scale), _written(v.as_expr() / scale)


def values(names: list[str], k: int) -> dict[str, Fraction]:
    """Small values for the other symbols."""
    small = (2, 3, 5, 1, 7, 4)
    return {n: Fraction(small[(j + k) % len(small)]) for j, n in enumerate(names)}


__all__ = ["NoBridge", "apart", "cofactor", "values"]
