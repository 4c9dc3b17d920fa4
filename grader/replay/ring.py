"""Replays proofs that two polynomials are the same: both sides are multiplied out with exact fractions.

Data: {}. Symbols are letters, and so are pi and e (an identity of polynomials holds for every value of its letters). What is no polynomial with
rational coefficients and natural exponents is refused; so is x^0, which has no value at 0. This is the small road: it needs no enclosure and no
certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Status
from grader.replay import exact_polynomials as ep
from grader.term import Term, apply, symbol, walk

MAX_SIZE = 400
PLAIN = frozenset("add neg mul div pow".split())


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when both sides are the same polynomial. Fails with `Refused`."""
    if not isinstance(claim.conclusion, Equal) or claim.conditions or data:
        raise Refused("this shows equations of polynomials without conditions only")
    left, right = claim.conclusion.left, claim.conclusion.right
    for side in (left, right):
        for node in walk(side):
            _plain(claim, node)
    if left.size + right.size > MAX_SIZE or ep.polynomial(_lettered(left)) != ep.polynomial(_lettered(right)):
        raise Refused("not the same polynomial")
    return Finding(Status.PROVED, words=("It is equal wherever both are defined.",))


def _plain(claim: Claim, node: Term) -> None:
    """The node belongs to a polynomial. Fails with `Refused`."""
    if node.kind == "number" or node.kind == "constant" and node.name in ("pi", "e"):
        return
    if node.kind == "symbol":
        domain = claim.domain(node.name)
        if node.name.startswith("#") or domain.shape != "scalar" or is_empty(domain):
            raise Refused(f"{node.name} is no number")
        return
    if node.kind != "apply" or node.name not in PLAIN:
        raise Refused(f"{node.name or node.kind} in a polynomial")
    if node.name == "pow" and not (node.args[1].kind == "number" and node.args[1].value.denominator == 1 and 1 <= node.args[1].value <= ep.MAX_POWER):
        raise Refused("a power that is no small natural number")


def is_empty(domain: Domain) -> bool:
    """Is there no real number between a domain's bounds (or perhaps no integer)?"""
    if domain.lower is None or domain.upper is None:
        return False
    return domain.lower >= domain.upper or domain.field == "integer" and domain.upper - domain.lower < 2


def _lettered(term: Term) -> Term:
    if term.kind == "constant":
        return symbol(f"#{term.name}")
    return apply(term.name, *[_lettered(a) for a in term.args]) if term.args else term
