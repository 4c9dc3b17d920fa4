"""Replays claims in which limits, endless sums and products, integrals and common divisors are replaced by what they come to.

Data: {"how": "values", "values": [{"node": term, "how": ..., ...}, ...], "evidence": [[method, data], ...], "choice"?: k}. Each node must
be a part of a side in which no bound symbol of a part around it occurs. What it comes to is found or checked here, with the conditions under which it
exists (`limits`, `series`, `products`, `improper`, `divisors`); then the claim with these values, under these conditions in addition, is settled by
"evidence". A node has no value where its conditions fail, so that PROVED says: equal wherever both sides are defined.

A common divisor of polynomials is written with either sign: a proof for one is a proof; a refutation needs evidence for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as changed
from itertools import product
from typing import Any

from grader import kernel
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Status
from grader.replay.divisors import divisor_of
from grader.replay.improper import integral_of
from grader.replay.limits import limit_of
from grader.replay.products import product_of
from grader.replay.series import sum_of
from grader.term import Term, from_data, replace, walk

MAX_VALUES = 8
MAX_SIGNS = 8


def _settle(claim: Claim, evidence: Any) -> Finding:
    method, data = evidence
    return kernel.settle(claim, Evidence(method, data), permitted=()).finding


def value_of(claim: Claim, node: Term, data: Mapping[str, Any]) -> tuple[tuple[Term, ...], tuple[Term, ...], bool]:
    """The values that a node may be written as, the conditions under which it has one, and whether it is determined (not only up to a factor)."""
    how = data["how"]
    if how == "limit":
        if node.kind != "binder" or node.name != "limit" or len(node.bound) != 1 or node.bound[0].kind != "symbol" or len(node.args) not in (2, 3):
            raise Refused("not a limit")
        side = node.args[2].name if len(node.args) == 3 else ""
        if side not in ("", "+", "-"):
            raise Refused("a side of another name")
        value, conditions = limit_of(claim, node.args[0], node.bound[0].name, node.args[1], side)
        return (value,), conditions, True
    if how == "sum":
        value, conditions = sum_of(claim, node, data, _settle)
        return (value,), conditions, True
    if how == "integral":
        value, conditions = integral_of(claim, node, data, _settle)
        return (value,), conditions, True
    if how == "product":
        return (product_of(claim, node, data, _settle),), (), True
    if how == "divisor":
        values, exact = divisor_of(claim, node, data)
        return values, (), exact
    raise Refused(f"nothing is worked out by {how!r}")


def with_values(claim: Claim, entries: Any) -> tuple[list[Claim], bool]:
    """The claims with the values put in, one for each choice of signs, and whether a refutation of them all refutes the claim."""
    if not isinstance(claim.conclusion, Equal) or not 1 <= len(entries) <= MAX_VALUES:
        raise Refused("no values to put in")
    left, right = claim.conclusion.left, claim.conclusion.right
    parts = {node for t in (left, right) for node in walk(t)}
    nodes, choices, conditions, exact = [], [], dict.fromkeys(claim.conditions), True
    for entry in entries:
        node = from_data(entry["node"])
        if node not in parts or node in nodes:
            raise Refused("a part that the claim does not have")
        values, needed, determined = value_of(claim, node, entry)
        nodes.append(node)
        choices.append(values)
        conditions.update(dict.fromkeys(needed))
        exact = exact and determined
    made = []
    for chosen in product(*choices):
        change = dict(zip(nodes, chosen))
        try:
            sides = [replace(t, change) for t in (left, right)]
        except ValueError as error:
            raise Refused(str(error)) from error
        made.append(changed(claim, conclusion=Equal(*sides), conditions=tuple(conditions), label=""))
        if len(made) > MAX_SIGNS:
            raise Refused("too many signs")
    if all(c.conclusion == claim.conclusion for c in made):
        raise Refused("nothing is replaced")
    return made, exact


def check_values(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """The finding that the evidence supports for the claim with the values. Fails with `Refused`."""
    claims, exact = with_values(claim, data["values"])
    given = data["evidence"]
    if len(given) != len(claims) and len(given) != 1:
        raise Refused("not one piece of evidence for each choice of signs")
    index = data.get("choice", 0)
    if len(given) == 1 and (type(index) is not int or not 0 <= index < len(claims)):
        raise Refused("no such choice of signs")
    method, inner = given[0]
    finding = kernel.settle(claims[index] if len(given) == 1 else claims[0], Evidence(method, inner)).finding
    if finding.status is Status.REFUTED:
        if not exact or len(given) != len(claims):
            raise Refused("another choice may be equal")
        for other, (method, inner) in zip(claims[1:], given[1:]):
            if kernel.settle(other, Evidence(method, inner)).finding.status is not Status.REFUTED:
                raise Refused("another choice is not refuted")
        return finding
    if finding.status not in (Status.PROVED, Status.AGREES):
        raise Refused("the claim with the values is not decided")
    added = tuple(str(c) for c in claims[0].conditions if c not in claim.conditions and not _is_definedness(c))
    facts = tuple(dict.fromkeys((*finding.facts, *added)))
    return changed(finding, facts=facts)


def _is_definedness(condition: Term) -> bool:
    return condition.kind == "relation" and condition.signs == ("=",) and condition.args[0] == condition.args[1]
