"""Looks for what limits, endless sums, integrals and common divisors come to, so that the claim can be decided with these values in their place.

The values and their conditions are found or checked again by `replay.values`; what is proposed here is how a sum is made of known series, an
antiderivative, a divisor. Limits are looked at with balls first: a limit that the function does not come near is not put forward.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from grader.decide.budget import Budget, OutOfBudget
from grader.decide.strategy import decide
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Status
from grader.replay.values import MAX_SIGNS, with_values
from grader.term import Term, constant, free_names, number, to_data, walk

OO = constant("oo")
INNER_SECONDS = 1.5


def by_values(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Evidence with all such parts of the claim replaced, or why there is none."""
    if not isinstance(claim.conclusion, Equal):
        return None
    nodes = list(dict.fromkeys(n for t in (claim.conclusion.left, claim.conclusion.right) for n in outermost(t)))
    if not nodes:
        return None
    entries, reasons = [], []
    for node in nodes[:8]:
        try:
            entries.append({"node": to_data(node), **_entry(claim, node, budget)})
        except (Refused, ValueError, ArithmeticError) as error:
            reasons.append(str(error))
    if not entries:
        return "; ".join(reasons)
    try:
        claims, exact = with_values(claim, entries)
    except Refused as error:
        return str(error)
    return _decided(claims, exact, entries, budget, reasons)


def _decided(claims: list[Claim], exact: bool, entries: list[dict[str, Any]], budget: Budget, reasons: list[str]) -> Evidence | str:
    refuted = []
    for index, inner in enumerate(claims[:MAX_SIGNS]):
        verdict = decide(inner, Budget(min(INNER_SECONDS * 2, budget.remaining), budget.seed, budget.oracles))
        given = [verdict.evidence.method, dict(verdict.evidence.data)]
        if verdict.status in (Status.PROVED, Status.AGREES):
            data = {"how": "values", "values": entries, "evidence": [given]}
            return Evidence("structure", data | ({"choice": index} if index else {}))
        if verdict.status is Status.REFUTED:
            refuted.append(given)
        else:
            reasons += verdict.finding.words
    if exact and len(refuted) == len(claims):
        return Evidence("structure", {"how": "values", "values": entries, "evidence": refuted})
    return "; ".join(reasons) or "equal up to a factor only"


def outermost(term: Term, bound: frozenset[str] = frozenset()) -> Iterator[Term]:
    """The limits, endless sums, integrals and common divisors that contain no symbol bound outside of them, the outer ones first."""
    if is_valued(term) and not (free_names(term) & bound):
        yield term
        return
    inside = bound | {b.name for b in term.bound if b.kind == "symbol"}
    for a in term.args:
        yield from outermost(a, inside)


def is_valued(term: Term) -> bool:
    """Is it of a kind that `replay.values` works out?"""
    if term.kind == "binder":
        if term.name == "limit":
            return True
        if len(term.args) != 3:
            return False
        return term.name in ("sum", "product") and term.args[2] == OO or term.name == "integral" and not any(free_names(a) for a in term.args[1:])
    return term.kind == "apply" and term.name in ("gcd", "lcm") and any(free_names(a) or any(
        n == constant("pi") or n.is_apply("sqrt") for n in walk(a)) for a in term.args)


def _entry(claim: Claim, node: Term, budget: Budget) -> dict[str, Any]:
    if node.name == "limit":
        _looks_right(claim, node)
        return {"how": "limit"}
    if node.name == "sum":
        return _sum(claim, node, budget)
    if node.name == "product":
        return _product(claim, node, budget)
    if node.name == "integral":
        return _integral(claim, node, budget)
    from grader.algebra.divisors import divisor

    return {"how": "divisor", **divisor(claim, node)}


class _Inner:
    """Settles the claims that a checker asks, and keeps the evidence."""

    def __init__(self, budget: Budget) -> None:
        self.budget, self.evidence = budget, []  # type: ignore[var-annotated]

    def __call__(self, claim: Claim, given: Any) -> Any:
        verdict = decide(claim, Budget(min(INNER_SECONDS, self.budget.remaining), self.budget.seed, frozenset()))
        self.evidence.append([verdict.evidence.method, dict(verdict.evidence.data)])
        return verdict.finding


def _sum(claim: Claim, node: Term, budget: Budget) -> dict[str, Any]:
    from grader.algebra.series import parts_of
    from grader.replay.series import sum_of

    low, k = node.args[1], node.bound[0]
    sign, size = (-1, low.args[0]) if low.is_apply("neg") else (1, low)
    if k.kind != "symbol" or size.kind != "number" or size.value.denominator != 1:
        raise ValueError("a sum that does not begin at a number")
    start, parts = parts_of(node.args[0], k.name, sign * int(size.value))
    inner = _Inner(budget)
    follows = _Recorder(inner)
    data: dict[str, Any] = {"how": "sum", "from": start, "parts": parts, "equal": None, "follows": follows}
    sum_of(claim, node, data, inner)  # fails where the parts do not make the sum
    return {**data, "equal": inner.evidence[-1], "follows": dict(zip(follows.asked, inner.evidence))}


def _product(claim: Claim, node: Term, budget: Budget) -> dict[str, Any]:
    from grader.algebra.factoring import linear_factors
    from grader.replay.products import product_of

    if node.bound[0].kind != "symbol":
        raise ValueError("a product over something that is no symbol")
    tops, bottoms = linear_factors(node.args[0], node.bound[0].name)
    inner = _Inner(budget)
    data: dict[str, Any] = {"how": "product", "tops": [str(v) for v in tops], "bottoms": [str(v) for v in bottoms], "equal": None}
    product_of(claim, node, data, inner)
    return {**data, "equal": inner.evidence[-1]}


class _Recorder(dict):  # type: ignore[type-arg]
    """Stands for the evidence on parameters while it is still being looked for: notes what is asked."""

    def __init__(self, inner: _Inner) -> None:
        super().__init__()
        self.asked: list[str] = []

    def __getitem__(self, key: str) -> None:
        self.asked.append(key)


def _integral(claim: Claim, node: Term, budget: Budget) -> dict[str, Any]:
    from grader.algebra.antiderivative import NoAntiderivative, antiderivative, named_integral
    from grader.replay.improper import integral_of

    body, x = node.args[0], node.bound[0]
    if x.kind != "symbol":
        raise ValueError("an integral in something that is no symbol")
    tries: list[dict[str, Any]] = []
    try:
        tries.append({"antiderivative": to_data(antiderivative(body, x.name))})
    except NoAntiderivative:
        pass
    tries += named_integral(body, x.name, node.args[1], node.args[2])
    if not tries and "sympy" in budget.oracles and budget.ask is not None:  # a proposal, differentiated again like any other
        proposed = budget.ask("antiderivative", (claim, body, x.name))
        tries += [{"antiderivative": to_data(proposed)}] if proposed is not None else []
    reason = "no antiderivative"
    for data in tries:
        inner = _Inner(budget)
        try:
            integral_of(claim, node, {**data, "equal": None}, inner)
            return {"how": "integral", **data, "equal": inner.evidence[-1]}
        except OutOfBudget:
            raise
        except Refused as refused:
            reason = str(refused)
    raise ValueError(reason)


# ---- a first look at limits


def _looks_right(claim: Claim, node: Term) -> None:
    """The function comes nearer to the proposed limit. Fails with `ValueError` where it certainly does not."""
    from grader.algebra import sampling
    from grader.algebra.balls import Balls, precision
    from grader.replay.limits import INFINITE, MINUS_INFINITE, limit_of

    side = node.args[2].name if len(node.args) == 3 else ""
    value, _ = limit_of(claim, node.args[0], node.bound[0].name, node.args[1], side)
    names = tuple(sorted(free_names(node)))
    point = next(iter(sampling.generic_points(names, claim.domain, 5)), {}) if names else {}
    away, x = [], node.bound[0]
    for size in (2**12, 2**24):
        with precision(400):
            try:
                at = Balls(point, real=True)
                step = number(size) if node.args[1] == INFINITE else number(-size) if node.args[1] == MINUS_INFINITE else None
                aside = at.value(number(Fraction(1 if side != "-" else -1, size)))
                place = at.value(step) if step is not None else at.value(node.args[1]) + aside
                at.point[x.name] = place
                found = at.value(node.args[0])
                target = None if value in (INFINITE, MINUS_INFINITE) else Balls(point, real=True).value(value)
                away.append(abs(found) if target is None else abs(found - target))
            except ArithmeticError:
                return
    if value in (INFINITE, MINUS_INFINITE):
        if away[1] < away[0] * 0.99:
            raise ValueError("the function does not seem to grow")
    elif away[1] > away[0] * 1.01 and away[1] > 1e-6:
        raise ValueError("the function does not seem to come near")


PROCEDURES = (("values", by_values),)
