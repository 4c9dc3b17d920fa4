"""Factors of a term that is a polynomial, by FLINT, within limits on degree and size (beyond them factoring may take for ever)."""

from __future__ import annotations

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
