"""The short ways: polynomials (both sides multiplied out), sums of logarithms of products (both taken apart), and quotients of exponential
polynomials. They take no points and need no certificate, so there is nothing to find: the checker is asked at once, and what it refuses is left to the
other procedures without a word."""

from __future__ import annotations

from grader.decide.budget import Budget
from grader.model import Claim, Equal, Evidence
from grader.term import walk


def prove_polynomials(claim: Claim, budget: Budget) -> Evidence | None:
    """Two polynomials that are the same."""
    return Evidence("ring", {}) if isinstance(claim.conclusion, Equal) else None


def prove_logarithms(claim: Claim, budget: Budget) -> Evidence | None:
    """Two sums of logarithms that are the same."""
    if not isinstance(claim.conclusion, Equal) or not any(node.is_apply("log", 1) for node in walk(claim.conclusion.left)):
        return None
    return Evidence("logarithms", {})


def prove_exponentials(claim: Claim, budget: Budget) -> Evidence | None:
    """Two quotients of exponential polynomials that are the same; None where they do not look the same."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Equal) or claim.conditions:
        return None
    from grader.algebra.glance import looks_same  # a polynomial needs no glance

    return Evidence("exponentials", {}) if looks_same(conclusion.left, conclusion.right) else None


PROCEDURES = (("polynomials", prove_polynomials), ("logarithms", prove_logarithms), ("exponentials", prove_exponentials))
