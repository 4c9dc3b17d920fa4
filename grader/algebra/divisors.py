"""Proposes greatest common divisors: of polynomials by FLINT, of two integers by small combinations (`replay.divisors` checks them)."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Any

from flint import fmpq, fmpq_mpoly

from grader.algebra.rational import NotRational, Rational, rational
from grader.model import Claim
from grader.replay.semantics import integer_built
from grader.term import Term, apply, constant, free_names, number, to_data, walk

PI, ROOT = "pi#", "root#"


def divisor(claim: Claim, node: Term) -> dict[str, Any]:
    """The data for a node gcd(...) or lcm(...). Fails with `ValueError`."""
    if not any(free_names(a) or any(n == constant("pi") for n in walk(a)) for a in node.args):
        return {"steps": []}
    if all(integer_built(a, lambda n: claim.domain(n).field == "integer") for a in node.args):
        return _combination(node)
    roots = {n.args[0].name for n in walk(node) if n.is_apply("sqrt") and n.args[0].kind == "symbol"}
    atoms: dict[str, Term] = {}

    def lettered(term: Term) -> Term:
        if term == constant("pi"):
            atoms[PI] = term
            return Term("symbol", PI)
        if term.is_apply("sqrt") and term.args[0].kind == "symbol":
            atoms[ROOT + term.args[0].name] = term
            return Term("symbol", ROOT + term.args[0].name)
        if term.kind == "symbol" and term.name in roots:
            return apply("pow", lettered(apply("sqrt", term)), number(2))
        return term.with_args(tuple(lettered(a) for a in term.args)) if term.args else term

    try:
        parts = [rational(lettered(a)) for a in node.args]
    except NotRational as error:
        raise ValueError(str(error)) from error
    if any(not p.denominator.is_constant() or p.numerator.is_zero() for p in parts):
        raise ValueError("no polynomials")
    names = tuple(sorted({n for p in parts for n in p.names}))
    polys = [p.over(names) for p in parts]
    polys = [Rational(names, p.numerator / p.denominator.leading_coefficient(), p.denominator / p.denominator.leading_coefficient()) for p in polys]
    whole = all(int(c.q) == 1 for p in polys for c in p.numerator.coeffs())
    found, steps = polys[0].numerator, []
    for p in polys[1:]:
        g = _gcd(found, p.numerator, whole)
        steps.append(to_data(Rational(names, g, polys[0].denominator).to_term(atoms)))
        found = g if node.name == "gcd" else found * p.numerator / g
    return {"steps": steps}


def _gcd(u: fmpq_mpoly, v: fmpq_mpoly, whole: bool) -> fmpq_mpoly:
    g = u.gcd(v)
    g = g / g.leading_coefficient()
    if not whole:
        return g
    scale = lcm(*[int(c.q) for c in g.coeffs()])
    primitive = g * fmpq(scale)
    content = gcd(*[int(c.p) for p in (u, v) for c in p.coeffs()])
    return primitive * fmpq(content)


def _combination(node: Term) -> dict[str, Any]:
    """Small integers s, t with s u + t v dividing both."""
    if node.name != "gcd" or len(node.args) != 2:
        raise ValueError("only the greatest common divisor of two integers")
    try:
        u, v = (rational(a) for a in node.args)
        for size in range(1, 12):
            for s in range(-size, size + 1):
                for t in {size - abs(s), abs(s) - size}:
                    w = u * Fraction(s) + v * Fraction(t)
                    if w.numerator.is_zero():
                        continue
                    if all((p / w).denominator.is_constant() and _integral(p / w) for p in (u, v)):
                        return {"divisor": to_data(w.to_term()), "factors": [to_data(number(s)), to_data(number(t))]}
    except (NotRational, ZeroDivisionError) as error:
        raise ValueError(str(error)) from error
    raise ValueError("no small combination")


def _integral(r: Rational) -> bool:
    lead = r.denominator.leading_coefficient()
    return all(int((c / lead).q) == 1 for c in r.numerator.coeffs())


