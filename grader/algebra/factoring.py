"""Factors of a term that is a polynomial, by FLINT, within limits on degree and size (beyond them factoring may take for ever)."""

from __future__ import annotations

from fractions import Fraction

from grader.algebra.rational import NotRational, Rational, rational
from grader.term import Term

MAX_DEGREE = 40
MAX_TERMS = 120


def two_factors(term: Term, variable: str | None) -> tuple[Term, Term] | None:
    """Two polynomials that are no numbers and make the term (both with the variable, where one is given), or None where none are found."""
    atoms: dict[str, Term] = {}

    def atom(node: Term) -> str | None:
        if node.kind in ("number", "symbol") or node.kind == "apply" and node.name in ("add", "mul", "neg", "div", "pow", "percent"):
            return None
        name = f"#{len(atoms)}"
        known = next((n for n, t in atoms.items() if t == node), None)
        if known is None:
            atoms[name] = node
        return known or name

    try:
        value = rational(term, atom=atom)
        if not value.is_polynomial() or len(value.terms()) > MAX_TERMS or max((value.degree(n) for n in value.names), default=0) > MAX_DEGREE:
            return None
    except NotRational:
        return None
    constant, found = value.numerator.factor()
    pieces = [Rational(value.names, f, value.denominator) for f, e in found for _ in range(int(e))]
    own = [p for p in pieces if variable is None or p.degree(variable)]
    if len(own) < 2:
        return None
    first = own[0]
    return first.to_term(atoms), (value / first).to_term(atoms)


def linear_factors(term: Term, variable: str) -> tuple[list[Fraction], list[Fraction]]:
    """Numbers a_i and b_i with term = (x + a_1)...(x + a_n) / ((x + b_1)...(x + b_m)). Fails with ValueError for other terms."""
    try:
        value = rational(term)
    except NotRational as error:
        raise ValueError(str(error)) from error
    if value.names != (variable,) or value.degree(variable) > MAX_DEGREE:
        raise ValueError("no rational function of the index alone")
    made: list[list[Fraction]] = []
    leading = []
    for polynomial in (value.numerator, value.denominator):
        constant, found = polynomial.factor()
        top, roots = Fraction(int(constant.p), int(constant.q)), []
        for factor, exponent in found:
            low, high = (Rational(value.names, factor, value.denominator * 0 + 1).coefficients(variable) + [None])[:2]
            slope, rest = (high.as_fraction() if high is not None else None), low.as_fraction()
            if slope is None or rest is None or sum(factor.degrees()) != 1:
                raise ValueError("a factor that is not linear")
            top *= slope ** int(exponent)
            roots += [rest / slope] * int(exponent)
        made.append(sorted(roots))
        leading.append(top)
    if leading[0] != leading[1]:
        raise ValueError("factors that do not tend to one")
    return made[0], made[1]
