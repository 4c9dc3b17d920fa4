"""Sums whose terms depend on their length: looks for a recurrence (`algebra.zeilberger`) and for evidence that both sides obey it
(`replay.telescoping`)."""

from __future__ import annotations

from grader.decide.budget import Budget
from grader.decide.parts import proved_part
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence
from grader.replay.telescoping import Parts, first_value
from grader.term import free_names, to_data

SHAPES = ((0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (2, 3))
"""Orders of the recurrence and degrees of the certificate, in turn."""
MAX_DEPTH = 2


def prove_by_recurrence(claim: Claim, budget: Budget) -> Evidence | str | None:
    """For the side that is a finite sum, over each symbol of its ends or terms that is a whole number from some number on."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Equal) or claim.conditions or budget.depth >= MAX_DEPTH:
        return None
    reason: str | None = None
    for side, term in enumerate((conclusion.left, conclusion.right)):
        if term.kind != "binder" or term.name != "sum" or len(term.args) != 3:
            continue
        ends, inside = free_names(term.args[2]), free_names(term.args[0])
        for name in (*sorted(ends), *sorted(inside - ends - {term.bound[0].name})):
            try:
                found = _over(Parts(claim, side, name), side, name, budget)
            except (Refused, ValueError) as error:
                reason = str(error)
                continue
            if isinstance(found, Evidence):
                return found
            reason = found
    return reason


def _over(parts: Parts, side: int, name: str, budget: Budget) -> Evidence | str:
    from grader.algebra.zeilberger import NoRecurrence, Search

    if not parts.valued(parts.term) or not parts.valued(parts.other):
        return "terms that need not have a value"
    search = Search(parts.term, name, parts.k.name)
    reason = "no recurrence"
    for order, degree in SHAPES:
        budget.check()
        if order and parts.low.kind != "number":
            break
        try:
            coefficients, g = search.recurrence(order, degree)
        except NoRecurrence:
            continue
        stated = [parts.step(coefficients, g), parts.close(coefficients, g)]
        begin = None
        if order:
            start = first_value(parts.claim.domain(name))
            begin = next((m for m in range(start, start + 5) if parts.leads(coefficients[-1], m)), start)
            stated += [parts.base(value) for value in range(start, begin + order)]
        found = [proved_part(c.conclusion, dict(c.domains), (), budget) for c in stated]
        if None not in found:
            return Evidence("structure", {"how": "telescoping", "side": side, "name": name, "from": begin, "coefficients": [to_data(c) for c in coefficients],
                                          "certificate": to_data(g), "step": found[0], "close": found[1], "base": found[2:]})
        reason = "a recurrence that is not shown"
    return reason


__all__ = ["prove_by_recurrence"]
