"""Limits, and orders of growth whose largest terms cancel: by asymptotic expansion.

The checker (`replay.expansion`) expands and compares by itself; what is looked for here is how many terms are needed, and, where a parameter's sign
decides, a value of it for which the claim fails.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

from grader.decide.budget import Budget
from grader.kernel import Refused
from grader.model import Claim, Evidence, GrowsLike, TendsTo
from grader.replay import expansion
from grader.term import free_names

LENGTHS = (5, 10, 18)
"""Terms that are kept, one try after the other."""
VALUES = (Fraction(1), Fraction(2), Fraction(1, 2), Fraction(-1), Fraction(3), Fraction(0))
MAX_PARAMETERS = 3
MAX_TRIES = 40


def expand(claim: Claim, budget: Budget) -> Evidence | str | None:
    """An expansion that is long enough, for all parameters at once."""
    if not isinstance(claim.conclusion, (TendsTo, GrowsLike)):
        return None
    why = ""
    for most in LENGTHS:
        budget.check()
        try:
            expansion.check(claim, {"terms": most})
            return Evidence("expansion", {"terms": most})
        except Refused as refused:
            why = str(refused)
    return why


def expand_at_values(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Values of the parameters for which the claim fails."""
    conclusion = claim.conclusion
    if isinstance(conclusion, TendsTo):
        names = free_names(conclusion.expression) | free_names(conclusion.target)
        growing = {conclusion.variable}
    elif isinstance(conclusion, GrowsLike):
        names, growing = free_names(conclusion.left) | free_names(conclusion.right), set(conclusion.growing)
    else:
        return None
    for condition in claim.conditions:
        names |= free_names(condition)
    parameters = sorted(names - growing)
    if not parameters or len(parameters) > MAX_PARAMETERS:
        return "no parameter to choose" if not parameters else "too many parameters"
    choices = [[v for v in VALUES if claim.domain(p).admits(v) and (isinstance(conclusion, TendsTo) or v > 0)] for p in parameters]
    why = "no values of the parameters refute it"
    for chosen in itertools.islice(itertools.product(*choices), MAX_TRIES):
        budget.check()
        data = {"terms": LENGTHS[1], "values": {p: str(v) for p, v in zip(parameters, chosen)}}
        try:
            expansion.check(claim, data)
            return Evidence("expansion", data)
        except Refused:
            continue
    return why


PROCEDURES = (("asymptotic expansion", expand), ("expansion at values", expand_at_values))
