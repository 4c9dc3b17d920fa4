"""The last resort: asking SymPy, where the budget allows it (`oracles` names it and `ask` reaches it).

Its "equal" is worth agreement and no more; its "different" is worth nothing. It is off unless asked for: it needs a process of its own that can be
ended, and half a second to load.
"""

from __future__ import annotations

from grader.decide.budget import Budget
from grader.model import Claim, Equal, Evidence


def ask_sympy(claim: Claim, budget: Budget) -> Evidence | str | None:
    """SymPy's opinion."""
    if not isinstance(claim.conclusion, Equal) or "sympy" not in budget.oracles or budget.ask is None or budget.depth:
        return None
    said = budget.ask("equal", claim)
    return Evidence("opinion", {"oracle": "sympy"}) if said == "equal" else f"SymPy: {said}"


PROCEDURES = (("SymPy", ask_sympy),)
