"""Claims that a procedure states for itself: evidence of a part goes into the evidence of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.domain import Domain
from grader.model import Claim, Conclusion, Status
from grader.term import Term


def proved_part(conclusion: Conclusion, domains: Mapping[str, Domain], conditions: tuple[Term, ...], budget: Budget,
                deeper: int = 1) -> list[Any] | None:
    """Evidence for a smaller claim as [method, data], None where it is not proved. `deeper` counts towards the depth of claims within claims."""
    budget.check()
    budget.depth += deeper
    try:
        verdict = decide(Claim(conclusion, tuple(sorted(domains.items())), conditions), budget)
    finally:
        budget.depth -= deeper
    return [verdict.evidence.method, dict(verdict.evidence.data)] if verdict.status is Status.PROVED else None
