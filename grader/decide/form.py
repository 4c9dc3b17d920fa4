"""The one procedure for forms: the checker's rules decide; here a factor that still splits is taken apart, so that it can be shown."""

from __future__ import annotations

from typing import Any

from grader.decide.budget import Budget
from grader.model import Claim, Evidence, Satisfies
from grader.replay.form import VARIABLE, factors_of
from grader.term import Term, free_names, replace, to_data


def by_rule(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Data for `replay.form`."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies):
        return None
    data: dict[str, Any] = {}
    if conclusion.property == "form.factored":
        split = _split(conclusion)
        if split is not None:
            data["split"] = split
    return Evidence("form", data)


def _split(conclusion: Satisfies) -> list[Any] | None:
    variable = dict(conclusion.parameters).get("variable")
    term = conclusion.subject[0]
    if isinstance(variable, Term):
        term = replace(term, {variable: VARIABLE})
    parts = [f for f in factors_of(term) if not isinstance(variable, Term) or VARIABLE.name in free_names(f)]
    from grader.algebra.factoring import two_factors

    for k, factor in enumerate(parts):
        found = two_factors(factor, VARIABLE.name if isinstance(variable, Term) else None)
        if found is not None:
            return [k, to_data(found[0]), to_data(found[1])]
    return None


PROCEDURES = (("rules", by_rule),)
