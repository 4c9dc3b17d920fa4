"""Inequalities in one variable by the sign of a derivative, or by the ranges of what they consist of.

The difference h of the sides is followed along the line: where h' has one sign, h is nowhere below its value or limit at one end. The sign of h' is a
claim of the same kind, one derivative deeper. The checker is `replay.monotone`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from grader.decide.budget import Budget
from grader.decide.parts import proved_part
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import AtMost, Claim, Conclusion, TendsTo
from grader.model import Evidence as Found
from grader.replay.derivative import derivative
from grader.replay.enclosure import Unsupported
from grader.replay.monotone import BOUNDED, ZERO, bounds, conditions_of, difference, piece_domain
from grader.term import Term, apply, constant, free_names, number, replace, symbol, to_data, walk

MAX_SIZE = 120
MAX_SLOPE = 400
MAX_DEPTH = 3
SPLITS: tuple[Fraction | None, ...] = (None, Fraction(0), Fraction(1), Fraction(-1), Fraction(2))
"""Points at which the domain is cut in two: not at all, or where h and h' often vanish together."""


def by_calculus(claim: Claim, budget: Budget) -> Found | str | None:
    """h rises or falls on each of at most two pieces."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, AtMost) or claim.conditions:
        return None
    h = difference(conclusion)
    names = free_names(h)
    if len(names) != 1 or h.size > (MAX_SIZE if budget.depth == 0 else MAX_SLOPE):
        return "more than one variable, or a large expression"
    name, = names
    domain = claim.domain(name)
    if not domain.is_real or domain.shape != "scalar":
        return "the variable is not real"
    if budget.depth >= MAX_DEPTH:
        return "too many derivatives"
    try:
        conditions_of(h, name)
        slope = derivative(h, name)
    except (Refused, Unsupported) as why:
        return str(why)
    if slope.size > MAX_SLOPE:
        return "a large derivative"
    for split in SPLITS:
        if split is not None and not _inside(domain, split):
            continue
        pieces = []
        for low, high in _cut(domain, split):
            budget.check()
            made = _piece(claim, h, slope, name, low, high, conclusion.strict, budget)
            if made is None:
                break
            pieces.append(made)
        else:
            return Found("monotone", {"how": "calculus", "name": name, "pieces": pieces})
    return "the sign of a derivative is not known"


def _inside(domain: Domain, split: Fraction) -> bool:
    low, high = bounds(domain)
    return (low is None or low < split) and (high is None or split < high)


def _cut(domain: Domain, split: Fraction | None) -> list[tuple[Fraction | None, Fraction | None]]:
    low, high = bounds(domain)
    return [(low, high)] if split is None else [(low, split), (split, high)]


def _piece(claim: Claim, h: Term, slope: Term, name: str, low: Fraction | None, high: Fraction | None, strict: bool,
           budget: Budget) -> dict[str, Any] | None:
    """Evidence for one piece, or None."""
    inside = (name, piece_domain(low, high))
    needed = conditions_of(h, name)
    needs = [_nonzero(claim, term, inside, budget) for term in needed]
    if any(n is None for n in needs):
        return None
    for rises in _directions(slope, name, low, high):
        place = low if rises else high
        end = _at_end(claim, h, needed, name, place, rises, strict, budget)
        if end is None:
            continue
        for steady in ((True, False) if strict else (False,)):
            sides = (ZERO, slope) if rises else (slope, ZERO)
            found = _proved(claim, AtMost(*sides, steady), inside, budget, 1)
            if found is not None:
                return {"from": "-oo" if low is None else str(low), "to": "oo" if high is None else str(high), "rises": rises, "needs": needs,
                        "derivative": found, "strict": steady, "end": end}
    return None


def _directions(slope: Term, name: str, low: Fraction | None, high: Fraction | None) -> Iterator[bool]:
    """Rising or falling, by the slope at a point of the piece; both where that tells nothing."""
    from grader.replay.enclosure import Complex, Unsure
    from grader.replay.evaluate import Evaluator

    point = Fraction(1, 3)
    if low is not None or high is not None:
        point = low + 2 if low is not None and high is None else high - 2 if high is not None and low is None else (low + high) / 2  # type: ignore[operator]
    try:
        ev = Evaluator({}, real=True, digits=30)
        value = ev.value(replace(slope, {symbol(name): number(point)}))
        sign = 0 if isinstance(value, Complex) else ev.e.sign(value)
    except (Unsure, ArithmeticError, Refused):
        sign = 0
    yield from ((sign > 0,) if sign else (True, False))


def _at_end(claim: Claim, h: Term, needed: tuple[Term, ...], name: str, place: Fraction | None, rises: bool, strict: bool,
            budget: Budget) -> dict[str, Any] | None:
    """Evidence for the value, or the limit, at the end from which h departs."""
    if place is not None:
        at = {symbol(name): number(place)}
        closed = [_nonzero(claim, replace(term, at), None, budget) for term in needed]
        if all(c is not None for c in closed):
            attained = claim.domain(name).admits(place)
            for positive in ((True, False) if strict and not attained else (strict,)):
                value = _proved(claim, AtMost(ZERO, replace(h, at), positive), None, budget)
                if value is not None:
                    return {"closed": closed, "value": value}
            return None
        if claim.domain(name).admits(place):
            return None
    point = apply("sup", number(place), symbol("plus" if rises else "minus")) if place is not None else \
        apply("neg", constant("oo")) if rises else constant("oo")
    inside = (name, piece_domain(place, None) if rises else piece_domain(None, place)) if place is not None else (name, Domain("real"))
    for limit in (ZERO, constant("oo"), number(1)):
        found = _proved(claim, TendsTo(h, name, point, limit), inside, budget)
        if found is not None:
            sign = None if limit.kind == "constant" else _proved(claim, AtMost(ZERO, limit, strict and limit != ZERO), None, budget)
            return {"limit": to_data(limit), "evidence": found, "sign": sign}
    return None


def _nonzero(claim: Claim, term: Term, inside: tuple[str, Domain] | None, budget: Budget) -> list[Any] | None:
    for sign, conclusion in (("+", AtMost(ZERO, term, True)), ("-", AtMost(term, ZERO, True))):
        found = _proved(claim, conclusion, inside, budget)
        if found is not None:
            return [sign, found]
    return None


def _proved(claim: Claim, conclusion: Conclusion, inside: tuple[str, Domain] | None, budget: Budget, deeper: int = MAX_DEPTH) -> list[Any] | None:
    """Evidence for a smaller claim, as [method, data]; `deeper` counts towards the derivatives that may still be taken."""
    domains = dict(claim.domains)
    if inside is not None:
        domains[inside[0]] = inside[1]
    return proved_part(conclusion, domains, claim.conditions, budget, deeper)


def by_range(claim: Claim, budget: Budget) -> Found | str | None:
    """The checker computes the range; sines and the like are what it is for."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, AtMost) or not any(n.name in BOUNDED for t in (conclusion.left, conclusion.right) for n in walk(t)):
        return None
    return Found("monotone", {"how": "range"})


PROCEDURES = (("ranges of functions", by_range), ("sign of the derivative", by_calculus))
