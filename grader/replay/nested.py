"""Integrals within integrals: inner ones replaced by what they come to for every value of the outer variables.

Data: {"how": "inside", "values": [{"node": term, "value": term, "evidence": ..., "needs": [...]}, ...], "evidence": [method, data]}. Each node is a
definite
integral that stands under outer integral signs. The claim "node = value" is settled with the outer variables in their ranges (between rational ends,
else
anywhere), and the node is seen to have a value for all of them: its integrand and its ends are made of operators that have values there ("needs" has
evidence for what the way they are built does not show). One with an infinite end has "improper" in place of both: `improper.integral_of` finds its
value
there, without further conditions. The claim with the values in place is settled by "evidence". Or the order of two integrals over a triangle, or a
rectangle with ends that are numbers, is
changed ("swap", Fubini's theorem for a continuous integrand): the integrand has a value everywhere there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace as changed
from fractions import Fraction
from typing import Any

from grader import kernel
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Follows, Status
from grader.replay.analysis import is_nonnegative
from grader.replay.improper import integral_of
from grader.term import Term, binder, constant, free_names, from_data, number, relation, walk

MAX_NODES = 6
OO = constant("oo")


def is_definite(term: Term) -> bool:
    """Is it a definite integral in a symbol?"""
    return term.kind == "binder" and term.name == "integral" and len(term.args) == 3 and len(term.bound) == 1 and term.bound[0].kind == "symbol"


def is_improper(term: Term) -> bool:
    """Has it an infinite end?"""
    return any(n == OO for a in term.args[1:] for n in walk(a))


def inner(term: Term, outer: tuple[Term, ...] = ()) -> Iterator[tuple[Term, tuple[Term, ...]]]:
    """The innermost integrals under other integral signs, each with the integrals around it, the outermost first."""
    if outer and is_definite(term) and not any(is_definite(n) for a in term.args for n in walk(a)):
        yield term, outer
        return
    around = (*outer, term) if is_definite(term) else outer
    if term.bound and not is_definite(term):
        return
    for a in term.args[:1] if is_definite(term) else term.args:
        yield from inner(a, around)


def rational(term: Term) -> Fraction | None:
    """The number that an end is, if it is written as a rational one."""
    if term.kind == "number":
        return term.value
    if term.is_apply("neg", 1) and term.args[0].kind == "number":
        return -(term.args[0].value or Fraction(0))
    if term.is_apply("div", 2) and all(a.kind == "number" for a in term.args) and term.args[1].value:
        return term.args[0].value / term.args[1].value  # type: ignore[operator]
    return None


def _range(integral: Term, closed: bool = False) -> Domain:
    low, high = (rational(a) for a in integral.args[1:])
    if low is not None and integral.args[2] == OO:
        return Domain("real", low, not closed)
    if low is None or high is None or low >= high:
        return Domain("real")
    return Domain("real", low, not closed, high, not closed)


def place(claim: Claim, node: Term, outer: tuple[Term, ...]) -> Claim:
    """The claim's domains and conditions with the outer variables in their ranges. Fails with `Refused` where a name has two meanings."""
    names = [o.bound[0].name for o in (*outer, node)]
    used = frozenset().union(*[free_names(t) for t in (claim.conclusion.left, claim.conclusion.right, *claim.conditions)])  # type: ignore[union-attr]
    if len(set(names)) != len(names) or used & set(names):
        raise Refused("a variable with two meanings")
    made = [(o.bound[0].name, _range(o)) for o in outer]
    return changed(claim, domains=(*made, *((n, d) for n, d in claim.domains if n not in names)), label="")


def has_value(claim: Claim, term: Term, needs: list[Term] | None = None) -> bool:
    """Has the term a value for all values of its symbols in their domains, by the way it is built, and does it change continuously? What the way it is
    built does not show is put among `needs`, where that is given: it has a value where they hold."""
    if term.kind in ("number", "symbol") or term.kind == "constant" and term.name in ("pi", "e"):
        return True
    if term.kind != "apply" or not all(has_value(claim, a, needs) for a in term.args):
        return False
    op, args = term.name, term.args

    def built(holds: bool, sign: str, part: Term) -> bool:
        if not holds and needs is not None:
            needs.append(relation(sign, part, number(0)))
        return holds or needs is not None

    if op == "pow":
        e = args[1]
        whole = e.kind == "number" and e.value is not None and e.value.denominator == 1 and e.value > 0
        return built(args[0] == constant("e") or whole or is_nonnegative(claim, args[0], True), ">", args[0])
    if op == "div":
        return built(is_nonnegative(claim, args[1], True) or args[1].kind == "number" and bool(args[1].value), "!=", args[1])
    if op == "sqrt":
        return built(is_nonnegative(claim, args[0]), ">=", args[0])
    if op == "log" and len(args) == 1:
        return built(is_nonnegative(claim, args[0], True), ">", args[0])
    return op in ("add", "neg", "mul", "exp", "sin", "cos", "atan", "abs", "sinh", "cosh", "tanh", "asinh", "erf")


def needed(claim: Claim, node: Term, outer: tuple[Term, ...]) -> list[Claim]:
    """What must hold so that the inner integral has a value for all outer ones. Fails with `Refused` where the way it is built does not say."""
    at = place(claim, node, outer)
    inside = changed(at, domains=((node.bound[0].name, _range(node, True)), *at.domains))
    made: list[Claim] = []
    for where, terms in ((inside, node.args[:1]), (at, node.args[1:])):
        needs: list[Term] = []
        if not all(has_value(where, t, needs) for t in terms):
            raise Refused("an integrand that need not have a value")
        made += [changed(where, conclusion=Follows((), need), label="") for need in dict.fromkeys(needs)]
    return made


def put_in(term: Term, values: Mapping[Term, Term], outer: frozenset[str] = frozenset()) -> Term:
    """The term with values in place of inner integrals, also under integral signs (the values speak of the outer variables)."""
    if outer and term in values:
        return values[term]
    under = outer | {term.bound[0].name} if is_definite(term) else outer
    return term.with_args(tuple(put_in(a, values, under) for a in term.args)) if term.args else term


def swapped(integral: Term) -> Term | None:
    """The double integral in the other order, where it goes over a rectangle or a triangle of numbers."""
    if not is_definite(integral) or not is_definite(integral.args[0]):
        return None
    (body, low, high), y = integral.args[0].args, integral.args[0].bound
    (_, a, b), x = integral.args, integral.bound
    ends = rational(a), rational(b)
    if None in ends or ends[0] >= ends[1] or x == y or any(is_definite(n) for n in walk(body)):  # type: ignore[operator]
        return None
    if rational(low) is not None and rational(high) is not None:
        return binder("integral", y, binder("integral", x, body, a, b), low, high) if rational(low) < rational(high) else None  # type: ignore[operator]
    if (low, high) == (a, x[0]) or rational(low) == ends[0] and high == x[0]:  # a < y < x < b
        return binder("integral", y, binder("integral", x, body, y[0], b), a, b)
    if low == x[0] and rational(high) == ends[1]:  # a < x < y < b
        return binder("integral", y, binder("integral", x, body, a, y[0]), a, b)
    return None


def _settled(claim: Claim, evidence: Any) -> Finding:
    method, data = evidence
    return kernel.settle(claim, Evidence(method, data), permitted=()).finding


def with_inside(claim: Claim, entries: Any) -> Claim:
    """The claim with the entries' values in place; each is shown. Fails with `Refused`."""
    if not isinstance(claim.conclusion, Equal) or not 1 <= len(entries) <= MAX_NODES:
        raise Refused("no integrals to put values in for")
    sides = (claim.conclusion.left, claim.conclusion.right)
    around = {node: outer for t in sides for node, outer in inner(t)}
    values: dict[Term, Term] = {}
    for entry in entries:
        node, value = from_data(entry["node"]), from_data(entry["value"])
        if node not in around or free_names(value) - free_names(node) or any(outer != around[node] for t in sides for n, outer in inner(t) if n == node):
            raise Refused("no such integral within one")
        part = changed(place(claim, node, around[node]), conclusion=Equal(node, value))
        if is_improper(node):
            found, conditions = integral_of(part, node, entry["improper"], lambda c, given: _settled(c, given))
            if conditions or found != value:
                raise Refused("an improper integral that need not have that value")
        else:
            for need, evidence in zip(needed(claim, node, around[node]), entry["needs"], strict=True):
                if _settled(need, evidence).status is not Status.PROVED:
                    raise Refused("an integrand that need not have a value")
            if _settled(part, entry["evidence"]).status is not Status.PROVED:
                raise Refused("the value of an inner integral is not shown")
        values[node] = value
    return changed(claim, conclusion=Equal(*[put_in(t, values) for t in sides]), label="")


def with_swap(claim: Claim) -> Claim:
    """The claim with one double integral in the other order. Fails with `Refused`."""
    if not isinstance(claim.conclusion, Equal):
        raise Refused("this shows equations only")
    sides = []
    for side in (claim.conclusion.left, claim.conclusion.right):
        other = swapped(side)
        if other is not None:
            box = side.args[0]
            both = changed(place(claim, box, (side,)), domains=((box.bound[0].name, Domain("real")), (side.bound[0].name, _range(side, True)), *claim.domains))
            if not has_value(both, box.args[0]):
                raise Refused("an integrand that need not have a value")
        sides.append(side if other is None else other)
    if sides == [claim.conclusion.left, claim.conclusion.right]:
        raise Refused("nothing to change the order of")
    return changed(claim, conclusion=Equal(*sides), label="")


def check_inside(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """The finding for the claim with inner integrals worked out. Fails with `Refused`."""
    made = with_swap(claim) if data.get("swap") is True else with_inside(claim, data["values"])
    found = _settled(made, data["evidence"])
    if found.status not in (Status.PROVED, Status.REFUTED, Status.AGREES):
        raise Refused("the claim with the values is not decided")
    return found


RULES = {"inside": check_inside}
