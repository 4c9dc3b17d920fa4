"""Procedures for `left = right`: a counterexample, the same tree, the exact normal form, agreement at many points.

Order: refuting is cheaper than proving, and a wrong answer then has a concrete point to show; a proof comes next; agreement last.
Nothing here is believed: points are evaluated again, and proofs replayed, by checkers with other arithmetic (`grader.replay`).
"""

from __future__ import annotations

from grader.algebra.compare import Comparison
from grader.decide.budget import Budget
from grader.model import Claim, Equal, Evidence
from grader.replay.semantics import NoMeaning


def _comparison(claim: Claim) -> Comparison | str | None:
    if not isinstance(claim.conclusion, Equal):
        return None
    try:
        comparison = Comparison(claim)
    except NoMeaning as error:
        return str(error)
    return comparison if comparison.is_numeric else "a symbol that is no number"


def refute_by_point(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Look for a point where both sides are defined and certainly differ."""
    comparison = _comparison(claim)
    if not isinstance(comparison, Comparison):
        return comparison
    seen, missing = 0, ""
    enough = 30 if comparison.is_stepped else 10 if comparison.is_branched else 3
    for k, point in enumerate(comparison.points(budget.seed)):
        budget.check()
        level = 0 if k < 5 else 1
        look = comparison.look(point, 64, level)
        if look.both and not look.differ and (not seen or not comparison.names) or "unsure" in (look.left, look.right):
            look = comparison.look(point, 400, level)
        if look.differ:
            return Evidence("point", comparison.evidence_point(point, level))
        for side in (look.left, look.right):
            if side.startswith("unsupported"):
                return side
        missing = missing or (look.left if look.left != "defined" else look.right)
        seen += look.both
        if seen >= enough:
            break
    return f"no difference at {seen} points" if seen else f"no point where both sides are defined ({missing})"



PROCEDURES = (("counterexample", refute_by_point),)
