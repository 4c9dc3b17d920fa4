"""Checker for equalities and inequalities with sums (or products' logarithms) whose length grows: by induction over the length.

Data: `name` n and `start` (the least number of its domain), `base` and `step`: evidence [method, data] for the two claims below; `integrals` (optional):
pairs [term, evidence], a closed form for each definite integral of the claim in the order of a walk, with evidence that it is equal to it.

After the integrals are replaced, each side is put together by sums, differences and factors free of n from sums over k = a .. n + b of terms free of n,
and from terms without a sum. With D(side) what the side gains from n to n + 1 (for a sum its next term) the claim follows for all n >= start from
    base: the claim at n = start with every sum written out;
    step: D(left) = D(right), for inequalities D(left) <= D(right), for all n >= start.
An empty sum is 0. (The principle of mathematical induction.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as changed
from typing import Any

from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Finding, Status
from grader.replay.monotone import ZERO, bounds, proved_part
from grader.term import Term, apply, free_names, from_data, number, replace, symbol, walk

MAX_WRITTEN_OUT = 30
MAX_INTEGRALS = 4


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED; fails with `Refused` at the first thing that does not hold."""
    name, start = str(data["name"]), int(data["start"])
    if any(name in free_names(c) for c in claim.conditions):
        raise Refused("a condition on the length of the sum")
    domain = claim.domain(name)
    if domain.field != "integer" or domain.shape != "scalar" or bounds(domain)[0] != start:
        raise Refused("the induction does not begin where the domain does")
    conclusion, found = _without_integrals(claim, data.get("integrals", []))
    base, step = claims(conclusion, name, start)
    found.append(proved_part(base, dict(claim.domains), claim.conditions, data["base"]))
    longer = changed(domain, field="real") if data.get("real") else domain
    found.append(proved_part(step, {**dict(claim.domains), name: longer}, claim.conditions, data["step"]))
    oracles = tuple(dict.fromkeys([o for f in found for o in f.oracles]))
    facts = tuple(dict.fromkeys([fact for f in found for fact in f.facts]))
    words = f"By induction over {name}: it holds for {name} = {start}, and each further term keeps it."
    return Finding(Status.PROVED, facts=facts, oracles=oracles, words=(words,))


# ------------------------------------------------------------------------------------------------------------- integrals


def integrals_in(conclusion: Equal | AtMost) -> list[Term]:
    """Definite integrals in the order of a walk, each once."""
    sides = (conclusion.left, conclusion.right)
    return list(dict.fromkeys([n for t in sides for n in walk(t) if n.kind == "binder" and n.name == "integral" and len(n.args) == 3]))


def put_in(conclusion: Equal | AtMost, values: Mapping[Term, Term]) -> Equal | AtMost:
    """The claim with closed forms in place of integrals."""
    return changed(conclusion, left=replace(conclusion.left, values), right=replace(conclusion.right, values))


def _without_integrals(claim: Claim, given: Any) -> tuple[Equal | AtMost, list[Finding]]:
    conclusion = claim.conclusion
    if not isinstance(conclusion, (Equal, AtMost)):
        raise Refused("this shows equalities and inequalities only")
    integrals = integrals_in(conclusion)
    if len(integrals) > MAX_INTEGRALS or len(integrals) != len(given):
        raise Refused("an integral without a closed form")
    found, values = [], {}
    for integral, (value, evidence) in zip(integrals, given):
        values[integral] = from_data(value)
        found.append(proved_part(Equal(integral, values[integral]), dict(claim.domains), claim.conditions, evidence))
    return put_in(conclusion, values), found


# ----------------------------------------------------------------------------------------------------------- base and step


def claims(conclusion: Equal | AtMost, name: str, start: int) -> tuple[Equal | AtMost, Equal | AtMost]:
    """The base and the step of the induction. Fails with `Refused` where a side has not the form."""
    base = changed(conclusion, left=written_out(conclusion.left, name, start), right=written_out(conclusion.right, name, start))
    gains = gained(conclusion.left, name), gained(conclusion.right, name)
    return base, Equal(*gains) if isinstance(conclusion, Equal) else AtMost(*gains)


def written_out(side: Term, name: str, start: int) -> Term:
    """The side at n = start, with sums written out."""
    if _is_sum(side):
        index, (body, lower, upper) = side.bound[0], side.args
        first, last = _whole(lower), start + _shift(upper, name)
        if last - first + 1 > MAX_WRITTEN_OUT or last < first - 1:
            raise Refused("a base that is too long, or a sum that runs backwards")
        _check_body(body, name)
        parts = [replace(body, {index: number(k)}) for k in range(first, last + 1)]
        return parts[0] if len(parts) == 1 else apply("add", *parts) if parts else ZERO
    if not any(n.kind == "binder" for n in walk(side)):
        return replace(side, {symbol(name): number(start)})
    return side.with_args(tuple([written_out(a, name, start) for a in _operands(side, name)]))


def gained(side: Term, name: str) -> Term:
    """What the side gains from n to n + 1."""
    n = symbol(name)
    if _is_sum(side):
        index, (body, lower, upper) = side.bound[0], side.args
        _whole(lower)
        _check_body(body, name)
        by = _shift(upper, name) + 1
        return replace(body, {index: n if not by else apply("add", n, number(by)) if by > 0 else apply("add", n, apply("neg", number(-by)))})
    if not any(node.kind == "binder" for node in walk(side)):
        return apply("add", replace(side, {n: apply("add", n, number(1))}), apply("neg", side)) if name in free_names(side) else ZERO
    operands = _operands(side, name)
    if side.name == "mul":
        return side.with_args(tuple([gained(a, name) if any(x.kind == "binder" for x in walk(a)) else a for a in operands]))
    if side.name == "div":
        return side.with_args((gained(operands[0], name), operands[1]))
    gains = [gained(a, name) for a in operands]
    return apply("neg", gains[0]) if side.name == "neg" else apply("add", *gains)


def _operands(side: Term, name: str) -> tuple[Term, ...]:
    """The operands of a side with sums in it: a sum, difference, or product with one sum and factors free of n."""
    if side.is_apply("add") or side.is_apply("neg", 1):
        return side.args
    with_sum = [k for k, a in enumerate(side.args) if any(n.kind == "binder" for n in walk(a))]
    if len(with_sum) == 1 and (side.is_apply("mul") or side.is_apply("div", 2) and with_sum == [0]):
        if all(name not in free_names(a) for k, a in enumerate(side.args) if k not in with_sum):
            return side.args
    raise Refused("a side that is not put together from sums")


def _is_sum(term: Term) -> bool:
    return term.kind == "binder" and term.name == "sum" and len(term.args) == 3 and len(term.bound) == 1


def _check_body(body: Term, name: str) -> None:
    if name in free_names(body) or any(n.kind == "binder" for n in walk(body)):
        raise Refused("a sum whose terms depend on its length")


def _whole(term: Term) -> int:
    sign, term = (-1, term.args[0]) if term.is_apply("neg", 1) else (1, term)
    if term.kind != "number" or term.value is None or term.value.denominator != 1:
        raise Refused("a sum that does not begin at a number")
    return sign * int(term.value)


def _shift(upper: Term, name: str) -> int:
    """b with upper = n + b."""
    if upper == symbol(name):
        return 0
    if upper.is_apply("add", 2) and upper.args[0] == symbol(name):
        return _whole(upper.args[1])
    raise Refused("a sum whose last index is not n plus a number")
