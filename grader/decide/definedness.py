"""Procedures for "wherever the reference is defined, so is the answer": a point where it is not, or the same parts in both."""

from __future__ import annotations

from dataclasses import replace

from grader import kernel
from grader.decide.budget import Budget
from grader.model import Claim, Equal, Evidence, Satisfies
from grader.replay.semantics import NoMeaning


def refute_by_point(claim: Claim, budget: Budget) -> Evidence | str | None:
    """A point where the reference has a value and the answer has none."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or len(conclusion.subject) != 2:
        return None
    from grader.algebra.compare import Comparison
    from grader.algebra.definedness import lost_points

    try:
        comparison = Comparison(replace(claim, conclusion=Equal(*conclusion.subject)))
    except NoMeaning as error:
        return str(error)
    if not comparison.is_numeric:
        return "a symbol that is no number"
    for point in lost_points(comparison, budget.seed):
        budget.check()
        evidence = Evidence("definedness", {"how": "point", **point})
        try:
            kernel.settle(claim, evidence)
        except kernel.Refused:
            continue
        return evidence
    return "no point found where only the answer is undefined"


def prove_alike(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Every part of the answer that may be undefined stands in the reference too."""
    return Evidence("definedness", {"how": "alike"}) if isinstance(claim.conclusion, Satisfies) else None


PROCEDURES = (("lost point", refute_by_point), ("same parts", prove_alike))
