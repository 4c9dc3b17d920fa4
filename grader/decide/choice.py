"""Claims about selections are settled by enumeration, which the checker does itself."""

from __future__ import annotations

from grader.decide.budget import Budget
from grader.model import Claim, Evidence, Satisfies


def enumerate_choices(claim: Claim, budget: Budget) -> Evidence | None:
    """The key is in the claim; nothing has to be found."""
    conclusion = claim.conclusion
    return Evidence("choice", {"enumerated": True}) if isinstance(conclusion, Satisfies) and conclusion.property == "choice.pick" else None


PROCEDURES = (("enumerate the choices", enumerate_choices),)
