"""Equality of formulas with cases, branch by branch.

Data: {"how": "branches", "parts": [["equal" | "follows" | "never", [method, data]], ...]}: one part for each choice of a row in every `cases` of the
claim. Under the conditions of these rows (and against those of the rows above them) the claim with the chosen formulas is settled by the evidence, or
the equation is shown to follow from them (where they leave single points only), or they are shown to contradict each other. Where no row applies a
side is undefined. Conditions must be comparisons of formulas that have a value everywhere, so that one that does not hold is its opposite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace as changed
from itertools import product
from typing import Any

from grader import kernel
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Follows, Status
from grader.replay.series import always_defined
from grader.term import Term, apply, constant, relation, replace

MAX_BRANCHES = 24
OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "="}


def branches(claim: Claim) -> list[Claim]:
    """The claims of which all must hold. Fails with `Refused` where the cases cannot be taken apart."""
    if not isinstance(claim.conclusion, Equal):
        raise Refused("no equation")
    sides = (claim.conclusion.left, claim.conclusion.right)
    nodes = list(dict.fromkeys(n for s in sides for n in outermost(s)))
    if not nodes:
        raise Refused("no cases")
    made = []
    for rows in product(*[list(_rows(n)) for n in nodes]):
        change = dict(zip(nodes, [value for value, _ in rows]))
        left, right = (replace(s, change) for s in sides)
        conditions = [c for _, own in rows for c in own]
        made.append(changed(claim, conclusion=Equal(left, right), conditions=(*claim.conditions, *conditions), label=""))
        if len(made) > MAX_BRANCHES:
            raise Refused("too many branches")
    return made


def outermost(term: Term) -> Iterator[Term]:
    """The cases of a term that stand under no bound symbol."""
    if term.kind == "tuple" and term.name == "cases":
        yield term
    elif term.kind != "binder":
        for a in term.args:
            yield from outermost(a)


def _rows(node: Term) -> Iterator[tuple[Term, list[Term]]]:
    """Each row's formula and the conditions under which it is the one taken."""
    above: list[Term] = []
    for row in node.args:
        if not row.is_apply("where"):
            yield row, list(above)
            return
        own = [c for c in row.args[1:] if not _otherwise(c)]
        if len(own) != 1 and own or len(row.args) > 2:
            raise Refused("a row with several conditions")
        if not own:
            yield row.args[0], list(above)
            return
        parts = own[0].args if own[0].is_apply("and") else (own[0],)
        simple = [s for p in parts for s in _simple(p)]
        yield row.args[0], [*above, *simple]
        if len(simple) == 1:
            (c,) = simple
            above.append(relation(OPPOSITE[c.signs[0]], *c.args))
        else:
            above.append(apply("or", *[relation(OPPOSITE[c.signs[0]], *c.args) for c in simple]))


def _otherwise(condition: Term) -> bool:
    return condition == constant("true") or condition.kind == "text" and condition.name.strip().lower() in ("otherwise", "else")


def _simple(condition: Term) -> list[Term]:
    if condition.kind != "relation" or not set(condition.signs) <= OPPOSITE.keys() or not all(always_defined(a) for a in condition.args):
        raise Refused("a condition that is no comparison of formulas with a value everywhere")
    return [relation(s, a, b) for s, a, b in zip(condition.signs, condition.args, condition.args[1:])]


def impossible(claim: Claim) -> Claim:
    """The claim that its conditions are never met."""
    return changed(claim, conclusion=Follows(claim.conditions, constant("false")), conditions=(), label="")


def as_consequence(claim: Claim) -> Claim:
    """The claim that the equation follows from its conditions."""
    pair = claim.conclusion
    wanted = relation("=", pair.left, pair.right)  # type: ignore[union-attr]
    return changed(claim, conclusion=Follows(claim.conditions, wanted), conditions=(), label="")


def check_branches(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """The finding that the branches support. Fails with `Refused`."""
    found, oracles = [], []
    for part, (how, (method, inner)) in zip(branches(claim), data["parts"], strict=True):
        if how == "never":
            finding = kernel.settle(impossible(part), Evidence(method, inner)).finding
            if finding.status is not Status.PROVED:
                raise Refused("the conditions are not shown to contradict each other")
            oracles += finding.oracles
        elif how == "follows":
            finding = kernel.settle(as_consequence(part), Evidence(method, inner)).finding
            if finding.status is not Status.PROVED:
                raise Refused("the equation does not follow from the conditions")
            found.append(finding)
        elif how == "equal":
            found.append(kernel.settle(part, Evidence(method, inner)).finding)
        else:
            raise Refused("a branch of another form")
    if not found:
        raise Refused("no branch is ever taken")
    status = kernel.conjunction(f.status for f in found)
    if status not in (Status.PROVED, Status.AGREES):
        raise Refused("a branch is not shown to be equal")

    def collected(name: str) -> list[str]:
        return list(dict.fromkeys(v for f in found for v in getattr(f, name)))

    return Finding(status, tuple(collected("facts")), tuple(dict.fromkeys([*collected("oracles"), *oracles])), tuple(collected("lemmas")),
                   ("It is equal in every case.",))
