"""Procedures for `left <= right`: a counterexample, two numbers compared, the sign of the normal form of the difference, what follows from the
domains."""

from __future__ import annotations

from dataclasses import replace

from grader.algebra.compare import NEIGHBOURHOOD, Comparison
from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.model import AtMost, Claim, Equal, Evidence, Follows, Status
from grader.replay.semantics import NoMeaning
from grader.term import relation


def _comparison(claim: Claim) -> Comparison | str | None:
    if not isinstance(claim.conclusion, AtMost):
        return None
    try:
        comparison = Comparison(claim)
    except NoMeaning as error:
        return str(error)
    if not comparison.real:
        return "complex numbers have no order"
    return comparison if comparison.is_numeric else "a symbol that is no number"


def refute_by_point(claim: Claim, budget: Budget) -> Evidence | str | None:
    """A point where both sides are defined and certainly in the wrong order."""
    comparison = _comparison(claim)
    if not isinstance(comparison, Comparison):
        return comparison
    seen = 0
    for k, point in enumerate(comparison.points(budget.seed, generic=12)):
        budget.check()
        level = 0 if k < 5 else 1
        look = comparison.look(point, 80, level)
        seen += look.both
        if look.both and (look.order > 0 or claim.conclusion.strict and look.touching):
            return Evidence("point", comparison.evidence_point(point, level))
    return f"it holds at {seen} points"


def prove_by_value(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Two constants."""
    comparison = _comparison(claim)
    if not isinstance(comparison, Comparison) or comparison.names or comparison.functions or claim.conditions:
        return None
    return Evidence("order", {"how": "value"})


def prove_by_sign(claim: Claim, budget: Budget) -> Evidence | str | None:
    """right - left is a fraction of sums whose sign is known."""
    comparison = _comparison(claim)
    if not isinstance(comparison, Comparison):
        return None
    from grader.algebra.normal_form import signed

    found = signed(claim, comparison.left, comparison.right, claim.conclusion.strict, budget.check)
    if isinstance(found, str):
        return found
    for point in comparison.points(budget.seed):
        look = replace_conclusion(claim).look(point, 80, radius=NEIGHBOURHOOD)
        if look.both:
            return Evidence("order", {"how": "sign", **found, **comparison.evidence_point(point, 0)})
    return "no point around which both sides are defined"


def replace_conclusion(claim: Claim) -> Comparison:
    """The same two sides, as an equation."""
    return Comparison(replace(claim, conclusion=Equal(claim.conclusion.left, claim.conclusion.right)))


def prove_as_consequence(claim: Claim, budget: Budget) -> Evidence | str | None:
    """As a claim about what follows from the domains and conditions."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, AtMost):
        return None
    wanted = relation("<" if conclusion.strict else "<=", conclusion.left, conclusion.right)
    verdict = decide(replace(claim, conclusion=Follows((), wanted)), budget)
    if verdict.status is not Status.PROVED:
        return "; ".join(verdict.finding.words)
    return Evidence("order", {"how": "follows", "evidence": [verdict.evidence.method, dict(verdict.evidence.data)]})


PROCEDURES = (("counterexample", refute_by_point), ("numbers", prove_by_value), ("sign", prove_by_sign), ("consequence", prove_as_consequence))
