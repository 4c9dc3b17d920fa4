"""Checker for `left <= right` (or <) by how the difference rises and falls, or by its range.

`{"how": "calculus", "name": x, "pieces": [...]}`: one real variable x. h = right - left; the pieces cover the domain of x, from left to right:
    `from`, `to`: "-oo", "oo", or a number; `rises` (bool); `derivative`: evidence for 0 <= h' (h' <= 0 where it falls) on the open piece;
    `needs`: evidence for each condition under which h is defined and differentiable, in the order of `conditions_of`, on the open piece;
    `end`: {"value": evidence for 0 <= h(a)} where a is the piece's lower end (its upper end where h falls) and h is continuous there, with `closed`:
    evidence for the conditions at a; or {"limit": term, "evidence": evidence that h tends to it there, "sign": evidence for 0 <= that limit}.
A differentiable function whose derivative has one sign on an interval is monotone there, so it is nowhere below its value, or limit, at the lower
end. (W. Rudin, Principles of Mathematical Analysis, 5.11.) For `<` the value at the end, or its limit, must not be attained: the derivative is
strictly positive, or the value is.

`{"how": "range"}`: the range of right - left, by interval arithmetic over the domains, with sin, cos and tanh in [-1, 1], sigmoid in [0, 1] and exp
not below 0; it holds for `<` only where the range stays above 0. Only operators that are defined everywhere are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader import kernel
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import AtMost, Claim, Conclusion, Evidence, Finding, Status, TendsTo
from grader.replay.derivative import derivative
from grader.replay.enclosure import Unsupported
from grader.term import Term, apply, constant, free_names, from_data, number, replace, symbol, walk

ZERO = number(0)
MAX_PIECES = 8
SMOOTH = frozenset("add neg mul exp sin cos sinh cosh tanh atan asinh sigmoid softplus".split())
"""Operators without a condition: differentiable wherever their operands are."""


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED; fails with `Refused` at the first thing that does not hold."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, AtMost) or claim.conditions:
        raise Refused("this shows inequalities without further conditions only")
    if data["how"] == "range":
        return _range(claim, conclusion)
    if data["how"] == "calculus":
        return _calculus(claim, conclusion, data)
    raise Refused("no such way")


def difference(conclusion: AtMost) -> Term:
    """right - left."""
    if conclusion.left == ZERO:
        return conclusion.right
    return apply("neg", conclusion.left) if conclusion.right == ZERO else apply("add", conclusion.right, apply("neg", conclusion.left))


def conditions_of(term: Term, name: str) -> tuple[Term, ...]:
    """Terms that must be positive, or nonzero in a piece (either sign, proved by either of two claims), for the term to be differentiable by `name`;
    in the order of a walk. Fails with `Refused` for operators without a known condition."""
    found: list[Term] = []
    for node in walk(term):
        if node.kind in ("number", "symbol") or node.kind == "constant" and node.name in ("pi", "e"):
            continue
        if node.kind != "apply":
            raise Refused("something that is not differentiated")
        if node.is_apply("div", 2):
            found.append(node.args[1])
        elif node.is_apply("log", 1) or node.is_apply("sqrt", 1):
            found.append(node.args[0])
        elif node.is_apply("pow", 2):
            base, exponent = node.args
            whole = exponent.kind == "number" and exponent.value is not None and exponent.value.denominator == 1
            if not whole and not (base.kind == "constant" and base.name == "e"):
                found.append(base)
        elif node.name not in SMOOTH:
            raise Refused(f"{node.name} is not differentiated here")
    return tuple(dict.fromkeys([t for t in found if name in free_names(t) or t.kind != "number" or not t.value]))


# --------------------------------------------------------------------------------------------------------------- nested


def _settled(claim: Claim, conclusion: Conclusion, domain: tuple[str, Domain] | None, evidence: Any) -> Finding:
    """The finding on a smaller claim, which must be proved."""
    domains = dict(claim.domains)
    if domain is not None:
        domains[domain[0]] = domain[1]
    return proved_part(conclusion, domains, claim.conditions, evidence)


def proved_part(conclusion: Conclusion, domains: Mapping[str, Domain], conditions: tuple[Term, ...], evidence: Any) -> Finding:
    """The finding on a claim that a larger one rests on, from its evidence [method, data]. Fails with `Refused` where it is not proved."""
    method, inner = evidence
    found = kernel.settle(Claim(conclusion, tuple(sorted(domains.items())), conditions), Evidence(str(method), inner)).finding
    if found.status is not Status.PROVED:
        raise Refused("a part is not proved")
    return found


def _end(value: Any) -> Fraction | None:
    return None if value in ("-oo", "oo") else Fraction(value)


def bounds(domain: Domain) -> tuple[Fraction | None, Fraction | None]:
    """The least and the greatest number of a domain (for an open one its ends; None: no end)."""
    low, high = domain.lower, domain.upper
    if domain.field == "integer":
        if low is not None and (domain.lower_strict or low.denominator != 1):
            low = Fraction(low.numerator // low.denominator + 1)
        if high is not None and (domain.upper_strict or high.denominator != 1):
            high = Fraction(-(-high.numerator // high.denominator) - 1)
    return low, high


def piece_domain(low: Fraction | None, high: Fraction | None) -> Domain:
    """The open interval between two ends (None: no end)."""
    return Domain("real", low, low is not None, high, high is not None)


# -------------------------------------------------------------------------------------------------------------- calculus


def _calculus(claim: Claim, conclusion: AtMost, data: Mapping[str, Any]) -> Finding:
    name, pieces = str(data["name"]), list(data["pieces"])
    h = difference(conclusion)
    if free_names(h) - {name} or not 1 <= len(pieces) <= MAX_PIECES:
        raise Refused("more than one variable, or too many pieces")
    whole = claim.domain(name)
    if not whole.is_real or whole.shape != "scalar":
        raise Refused("the variable is not real")
    ends = [(_end(p["from"]), _end(p["to"])) for p in pieces]
    _covered(whole, ends)
    try:
        slope = derivative(h, name)
    except Unsupported as unsupported:
        raise Refused(str(unsupported)) from unsupported
    findings = []
    for piece, (low, high) in zip(pieces, ends):
        findings += _piece(claim, h, slope, name, piece, low, high, conclusion.strict)
    oracles = tuple(dict.fromkeys([o for f in findings for o in f.oracles]))
    return Finding(Status.PROVED, oracles=oracles, words=("The difference of the sides was followed along the line: it rises or falls from ends "
                                                          "where it is not negative.",))


def _covered(whole: Domain, ends: list[tuple[Fraction | None, Fraction | None]]) -> None:
    """Do the closed pieces cover the domain?"""
    for (low, high), (after, _) in zip(ends, ends[1:]):
        if high is None or high != after or low is not None and low >= high:
            raise Refused("the pieces do not meet")
    first, last = ends[0][0], ends[-1][1]
    lower, upper = bounds(whole)
    if first is not None and (lower is None or first > lower) or last is not None and (upper is None or last < upper):
        raise Refused("the pieces do not cover the domain")


def _piece(claim: Claim, h: Term, slope: Term, name: str, piece: Mapping[str, Any], low: Fraction | None, high: Fraction | None,
           strict: bool) -> list[Finding]:
    inside = (name, piece_domain(low, high))
    rises = bool(piece["rises"])
    needed = conditions_of(h, name)
    evidence = list(piece["needs"])
    if len(evidence) != len(needed):
        raise Refused("a condition without evidence")
    found = [_nonzero(claim, term, inside, e) for term, e in zip(needed, evidence)]
    end, steady = piece["end"], bool(piece.get("strict"))
    sides = (ZERO, slope) if rises else (slope, ZERO)
    found.append(_settled(claim, AtMost(*sides, steady), inside, piece["derivative"]))
    place = low if rises else high
    if "value" in end:
        if place is None:
            raise Refused("there is no such end")
        at = {symbol(name): number(place)}
        closed = list(end["closed"])
        if len(closed) != len(needed):
            raise Refused("a condition without evidence at the end")
        found += [_nonzero(claim, replace(term, at), None, e) for term, e in zip(needed, closed)]
        # the end itself belongs to the piece, so for a strict inequality its value must be positive unless the domain leaves it out
        attained = claim.domain(name).admits(place) if strict else False
        found.append(_settled(claim, AtMost(ZERO, replace(h, at), strict and (attained or not steady)), None, end["value"]))
        return found
    limit = from_data(end["limit"])
    if free_names(limit):
        raise Refused("a limit that is no number")
    if place is not None and claim.domain(name).admits(place):
        raise Refused("the end belongs to the domain and needs a value")
    found.append(_settled(claim, TendsTo(h, name, _point(place, rises), limit), inside, end["evidence"]))
    if not (limit.kind == "constant" and limit.name == "oo"):
        found.append(_settled(claim, AtMost(ZERO, limit, strict and not steady), None, end["sign"]))
    return found


def _point(place: Fraction | None, rises: bool) -> Term:
    """Where the limit is taken: at the lower end from above, at the upper end from below."""
    if place is None:
        return apply("neg", constant("oo")) if rises else constant("oo")
    return apply("sup", number(place), symbol("plus" if rises else "minus"))


def _nonzero(claim: Claim, term: Term, inside: tuple[str, Domain] | None, evidence: Any) -> Finding:
    """A condition: positive, or for divisors negative, as the evidence says."""
    sign, inner = evidence
    if sign == "-":
        return _settled(claim, AtMost(term, ZERO, True), inside, inner)
    return _settled(claim, AtMost(ZERO, term, True), inside, inner)


# ---------------------------------------------------------------------------------------------------------------- range


def _range(claim: Claim, conclusion: AtMost) -> Finding:
    h = difference(conclusion)
    low, _ = _interval(h, claim)
    if low is None or low < 0 or conclusion.strict and low == 0:
        raise Refused("the range of the difference is not on one side of 0")
    return Finding(Status.PROVED, words=("The difference cannot be negative, by the ranges of its parts.",))


Range = tuple[Fraction | None, Fraction | None]
BOUNDED: Mapping[str, Range] = {"sin": (Fraction(-1), Fraction(1)), "cos": (Fraction(-1), Fraction(1)), "tanh": (Fraction(-1), Fraction(1)),
                                "sigmoid": (Fraction(0), Fraction(1)), "exp": (Fraction(0), None), "cosh": (Fraction(1), None)}
"""Ranges of functions that are defined for all real numbers."""


def _interval(term: Term, claim: Claim) -> Range:
    """A closed interval that holds all values of a real term (None: no bound). Fails with `Refused` for other operators."""
    if term.kind == "number":
        return term.value, term.value
    if term.kind == "symbol":
        domain = claim.domain(term.name)
        if not domain.is_real or domain.shape != "scalar":
            raise Refused("a symbol that is not real")
        return bounds(domain)
    if term.kind != "apply":
        raise Refused("something without a known range")
    ranges = [_interval(a, claim) for a in term.args]
    if term.name in BOUNDED:
        return BOUNDED[term.name]
    if term.name == "neg":
        low, high = ranges[0]
        return None if high is None else -high, None if low is None else -low
    if term.name == "add":
        return _total([r[0] for r in ranges]), _total([r[1] for r in ranges])
    if term.name == "mul":
        made = ranges[0]
        for other in ranges[1:]:
            made = _times(made, other)
        return made
    if term.name == "div" and ranges[1][0] is not None and ranges[1][0] > 0:
        low, high = ranges[1]
        return _times(ranges[0], (Fraction(0) if high is None else 1 / high, 1 / low))
    if term.name == "pow" and term.args[1].kind == "number" and term.args[1].value is not None and term.args[1].value.denominator == 1:
        count = int(term.args[1].value)
        if not 0 < count <= 8:
            raise Refused("a power without a known range")
        low, high = ranges[0]
        if count % 2 == 0:
            ends = [None if e is None else abs(e) for e in (low, high)]
            most = None if None in ends else max(e for e in ends if e is not None) ** count
            least = Fraction(0) if low is None or high is None or low <= 0 <= high else min(abs(low), abs(high)) ** count
            if low is not None and low > 0 or high is not None and high < 0:
                least = (low if low is not None and low > 0 else abs(high or 0)) ** count
            return least, most
        return None if low is None else low ** count, None if high is None else high ** count
    raise Refused("something without a known range")


def _total(ends: list[Fraction | None]) -> Fraction | None:
    return None if any(e is None for e in ends) else sum((e for e in ends if e is not None), Fraction(0))


def _times(a: Range, b: Range) -> Range:
    """The product of two intervals; unbounded ones only where both are nonnegative."""
    if a[0] is not None and b[0] is not None and a[0] >= 0 and b[0] >= 0:
        return a[0] * b[0], None if a[1] is None or b[1] is None else a[1] * b[1]
    if None in (*a, *b):
        return None, None
    products = [x * y for x in a for y in b if x is not None and y is not None]
    return min(products), max(products)
