"""The short way for polynomials: both sides multiplied out. What goes beyond is left to the other procedures without a word."""

from __future__ import annotations

from grader.decide.budget import Budget
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence
from grader.replay import ring


def prove_polynomials(claim: Claim, budget: Budget) -> Evidence | None:
    """Two polynomials that are the same; None otherwise."""
    if not isinstance(claim.conclusion, Equal):
        return None
    try:
        ring.check(claim, {})
    except Refused:
        return None
    return Evidence("ring", {})


PROCEDURES = (("polynomials", prove_polynomials),)
