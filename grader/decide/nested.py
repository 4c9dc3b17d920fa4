"""Looks for what integrals within integrals come to; `replay.nested` says why they may be put in their places."""

from __future__ import annotations

from dataclasses import replace as changed

from grader.decide.budget import Budget
from grader.decide.parts import proved_part
from grader.decide.strategy import decide
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Status
from grader.replay import nested
from grader.term import Term, apply, replace, to_data

SECONDS = 3.0


def by_nested_integrals(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Evidence with the innermost integrals worked out, or with two integrals in the other order."""
    if not isinstance(claim.conclusion, Equal):
        return None
    sides = (claim.conclusion.left, claim.conclusion.right)
    found = {node: outer for t in sides for node, outer in nested.inner(t)}
    if not found:
        return None
    reason = _by_values(claim, found, budget)
    if isinstance(reason, Evidence):
        return reason
    try:
        other = nested.with_swap(claim)
    except Refused as error:
        return f"{reason}; {error}"
    values = _by_values(other, {node: outer for t in (other.conclusion.left, other.conclusion.right)  # type: ignore[union-attr]
                                for node, outer in nested.inner(t)}, budget)
    return values if isinstance(values, str) else Evidence("structure", {"how": "inside", "swap": True, "evidence": [values.method, dict(values.data)]})


def _by_values(claim: Claim, found: dict[Term, tuple[Term, ...]], budget: Budget) -> Evidence | str:
    entries = []
    for node, outer in list(found.items())[:nested.MAX_NODES]:
        try:
            at = nested.place(claim, node, outer)
            if nested.is_improper(node):
                entries.append(_improper(changed(at, conclusion=Equal(node, node)), node, budget))
                continue
            needs = [proved_part(c.conclusion, dict(c.domains), c.conditions, budget) for c in nested.needed(claim, node, outer)]
            value = _value(node)
        except (Refused, ValueError) as error:
            return str(error)
        evidence = None if None in needs else proved_part(Equal(node, value), dict(at.domains), at.conditions, budget)
        if evidence is None:
            return "the value of an inner integral is not shown"
        entries.append({"node": to_data(node), "value": to_data(value), "evidence": evidence, "needs": needs})
    if not entries:
        return "no inner integral"
    verdict = decide(nested.with_inside(claim, entries), Budget(min(SECONDS, budget.remaining), budget.seed, budget.oracles))
    if verdict.status is Status.UNDECIDED:
        return "; ".join(verdict.finding.words)
    return Evidence("structure", {"how": "inside", "values": entries, "evidence": [verdict.evidence.method, dict(verdict.evidence.data)]})


def _improper(claim: Claim, node: Term, budget: Budget) -> dict[str, object]:
    from grader.decide.values import _integral
    from grader.replay.improper import integral_of

    found = _integral(claim, node, budget)
    value, _ = integral_of(claim, node, found, nested._settled)
    return {"node": to_data(node), "value": to_data(value), "improper": found}


def _value(node: Term) -> Term:
    """The difference of an antiderivative at the ends. Fails with ValueError where there is none."""
    from grader.algebra.antiderivative import NoAntiderivative, antiderivative

    (body, low, high), x = node.args, node.bound[0]
    try:
        whole = antiderivative(body, x.name)
    except NoAntiderivative as error:
        raise ValueError("no antiderivative of an inner integrand") from error
    return apply("add", replace(whole, {x: high}), apply("neg", replace(whole, {x: low})))


__all__ = ["by_nested_integrals"]
