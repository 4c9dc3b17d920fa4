"""What SymPy thinks of an equation, and antiderivatives that it proposes. Only ever run in a process that can be ended (`run.oracle`).

Its "equal" is an opinion (simplify and the like are heuristics over formal objects), its "different" too (`equals` compares floating values and has
called true identities different): neither proves nor refutes. Symbols carry the assumptions of their domains.
"""

from __future__ import annotations

from typing import Any

from grader.algebra.bridge import NoBridge, from_sympy, to_sympy
from grader.domain import Domain
from grader.model import Claim, Equal
from grader.term import Term

_VALUED = ("Sum", "Product", "Integral", "Limit", "Derivative")


def opinion(claim: Claim) -> str:
    """"equal", "different" or "unknown" (also where SymPy has no counterpart of a side)."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Equal) or claim.conditions:
        return "unknown"
    import sympy

    try:
        left, right = (_assumed(to_sympy(t), claim) for t in (conclusion.left, conclusion.right))
    except (NoBridge, ValueError, TypeError, AttributeError, KeyError):
        return "unknown"
    try:
        if not all(isinstance(v, sympy.Expr) for v in (left, right)):
            return "equal" if left == right else "unknown"
        difference = (left - right).doit()
        if difference.has(*[getattr(sympy, n) for n in _VALUED if n != "Derivative"]) or difference.has(sympy.nan):
            return "unknown"
        if sympy.simplify(difference) == 0:
            return "equal"
        said = difference.equals(0)
    except Exception:  # noqa: BLE001 - whatever SymPy raises, it has no opinion then
        return "unknown"
    return {True: "equal", False: "different"}.get(said, "unknown")


def antiderivative(term: Term, name: str, claim: Claim) -> Term | None:
    """What SymPy takes for an antiderivative, for others to differentiate; None where it has none."""
    import sympy

    try:
        body = _assumed(to_sympy(term), claim)
        found = sympy.integrate(body, next((s for s in body.free_symbols if s.name == name), sympy.Symbol(name)))
        if found.has(sympy.Integral, sympy.Piecewise):
            return None
        return from_sympy(found)
    except Exception:  # noqa: BLE001 - as above
        return None


def _assumed(value: Any, claim: Claim) -> Any:
    """The object with symbols that SymPy knows to be real, positive, integer as the domains say."""
    import sympy

    return value.xreplace({s: sympy.Symbol(s.name, **_assumptions(claim.domain(s.name))) for s in value.atoms(sympy.Symbol)})


def _assumptions(domain: Domain) -> dict[str, bool]:
    made: dict[str, bool] = {}
    if domain.field == "integer":
        made["integer"] = True
    elif domain.is_real:
        made["real"] = True
    if domain.is_positive:
        made["positive"] = True
    elif domain.is_nonnegative:
        made["nonnegative"] = True
    return made

