"""Replays equality of real functions of one real number by their slopes.

left - right is constant on an interval on which it has the derivative zero (mean value theorem), and zero there if it is zero at one point
of the interval or, being continuous, at an end. The real line is cut at `breaks`; on each open piece between them (within the symbol's
domain) either both sides are smooth throughout ("in", with a place where they are equal) or one has no value throughout ("out"). A break
with no piece "in" beside it must be a place without values, or of equality.

Each part is a claim, settled by the evidence given for it. The operators allowed are continuous wherever they have a value, and differentiable where
`smooth` holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as changed
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Follows, Status
from grader.replay.analysis import ONE, ZERO, is_nonnegative, less, proved, sides_of
from grader.replay.derivative import derivative
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.semantics import symbols_of
from grader.term import Term, apply, constant, free_names, from_data, number, relation, replace, symbol, walk

MAX_BREAKS = 8
MAX_BOXES = 256
PLAIN = frozenset("add neg mul exp sin cos atan sinh cosh tanh asinh sech erf sigmoid softplus".split())
"""Operators that are smooth wherever their operands are."""


def smooth(term: Term, name: str) -> list[tuple[Term, Term | None]]:
    """Pairs of a condition under which a part is smooth, and one under which it certainly has no value (None where there is no such). Fails with
    `Refused` for operators that are not among the continuous ones."""
    found: list[tuple[Term, Term | None]] = []
    for node in dict.fromkeys(walk(term)):
        if node.kind in ("number", "symbol") or node.kind == "constant" and node.name in ("pi", "e") or name not in free_names(node) and node.kind == "apply":
            continue
        if node.kind != "apply":
            raise Refused(f"a {node.name or node.kind} is not looked at")
        op, u = node.name, node.args[0]
        if op in PLAIN:
            continue
        within = apply("add", ONE, apply("neg", apply("pow", u, number(2))))
        if op == "div":
            found.append((relation("!=", node.args[1], ZERO), None))
        elif op in ("sqrt", "log") and len(node.args) == 1:
            found.append((relation(">", u, ZERO), relation("<" if op == "sqrt" else "<=", u, ZERO)))
        elif op in ("asin", "acos", "atanh"):
            found.append((relation(">", within, ZERO), relation("<", within, ZERO)))
        elif op == "acosh":
            found.append((relation(">", u, ONE), relation("<", u, ONE)))
        elif op in ("tan", "sec"):
            found.append((relation("!=", apply("cos", u), ZERO), None))
        elif op in ("cot", "csc"):
            found.append((relation("!=", apply("sin", u), ZERO), None))
        elif op in ("coth", "csch", "acot"):
            found.append((relation("!=", u, ZERO), None))
        elif op == "root" and node.args[1].kind == "number" and (node.args[1].value or 0).denominator == 1 and (node.args[1].value or 0) > 1:
            odd = node.args[1].value % 2 == 1  # type: ignore[operator]
            found.append((relation("!=" if odd else ">", u, ZERO), None if odd else relation("<", u, ZERO)))
        elif op == "pow" and (u == constant("e") or is_whole(node.args[1])):
            if not (u == constant("e") or node.args[1].kind == "number"):
                found.append((relation("!=", u, ZERO), None))
        elif op == "pow":
            found.append((relation(">", u, ZERO), None))
        else:
            raise Refused(f"{op} is not looked at")
    return list(dict.fromkeys(found))


def is_whole(term: Term) -> bool:
    """Is it a whole number as written?"""
    term = term.args[0] if term.is_apply("neg", 1) else term
    return term.kind == "number" and term.value is not None and term.value.denominator == 1


def slopes(claim: Claim, name: str) -> Claim:
    """The claim that both sides have the same derivative. Fails with `Refused`."""
    left, right = sides_of(claim)
    domain = claim.domain(name)
    if claim.conditions or domain.field == "integer" or domain.shape != "scalar" or (symbols_of(left) | symbols_of(right)) != {name}:
        raise Refused("not a claim about one real number")
    try:
        return changed(claim, conclusion=Equal(derivative(left, name), derivative(right, name)), label="")
    except Unsupported as error:
        raise Refused(str(error)) from error


def pieces(claim: Claim, name: str, breaks: list[Term]) -> list[tuple[Term | None, Term | None]]:
    """The open intervals between the breaks within the domain; None for an endless end. Fails with `Refused` where the breaks do not grow."""
    domain = claim.domain(name)
    low = None if domain.lower is None else number(domain.lower)
    high = None if domain.upper is None else number(domain.upper)
    ends = [low, *breaks, high]
    for a, b in zip(ends, ends[1:]):
        if a is not None and b is not None and not less(a, b):
            raise Refused("breaks that do not grow, or lie outside of the domain")
    return list(zip(ends, ends[1:]))


def check_slope(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when the derivatives are equal and each piece has a place where the sides are. Fails with `Refused`."""
    name = data["name"]
    breaks = [from_data(b) for b in data["breaks"]]
    if len(breaks) > MAX_BREAKS or any(free_names(b) for b in breaks):
        raise Refused("breaks of another form")
    rates = slopes(claim, name)
    if data["derivative"] is not None:
        _rate(rates, name, data["derivative"])
    left, right = sides_of(claim)
    conditions = smooth(left, name) + smooth(right, name)
    cut = pieces(claim, name, breaks)
    kinds = []
    for (low, high), piece in zip(cut, data["pieces"], strict=True):
        kinds.append(piece["kind"])
        if piece["kind"] == "out":
            _, never = conditions[_index(piece["index"], len(conditions))]
            if never is None:
                raise Refused("that part may have a value")
            _holds(claim, name, low, high, never, piece["evidence"])
        elif piece["kind"] == "in":
            for (condition, _), evidence in zip(conditions, piece["evidence"], strict=True):
                _holds(claim, name, low, high, condition, evidence)
            if data["derivative"] is None:
                _rate(on_piece(rates, name, low, high, [c for c, _ in conditions]), name, piece["derivative"])
            place = from_data(piece["place"])
            if free_names(place) or low is not None and not less(low, place, False) or high is not None and not less(place, high, False):
                raise Refused("a place outside of its piece")
            proved(at_place(claim, name, place), piece["equal"])
        else:
            raise Refused("no such piece")
    if "in" not in kinds:
        raise Refused("no piece on which both sides have values")
    ends = [*breaks, *([cut[0][0]] if cut[0][0] is not None else []), *([cut[-1][1]] if cut[-1][1] is not None else [])]
    for b in ends:
        beside = [k for k, (low, high) in zip(kinds, cut) if b in (low, high)]
        if "in" not in beside and not _is_undefined(claim, name, b):
            proved(at_place(claim, name, b), data["lone"][str(b)])
    words = ("Both sides change at the same rate, and they are equal at one place of each interval on which they have values.",)
    return Finding(Status.PROVED, facts=(), words=words)


def _rate(rates: Claim, name: str, evidence: Any) -> None:
    found = proved(rates, evidence)
    if any("!=" in fact and not _is_polynomial(fact, name) for fact in found.facts):
        raise Refused("the derivatives are equal with exceptions")


def on_piece(rates: Claim, name: str, low: Term | None, high: Term | None, conditions: list[Term]) -> Claim:
    """The claim about derivatives on one open piece, where everything is smooth."""
    x = symbol(name)
    ends = [relation(">", x, low)] if low is not None else []
    ends += [relation("<", x, high)] if high is not None else []
    signs = [relation(">", apply("add", x, apply("neg", low)), ZERO)] if low is not None else []
    signs += [relation(">", apply("add", high, apply("neg", x)), ZERO)] if high is not None else []
    return changed(rates, conditions=tuple(dict.fromkeys((*rates.conditions, *ends, *signs, *conditions))), label="")


def _index(k: Any, count: int) -> int:
    if type(k) is not int or not 0 <= k < count:
        raise Refused("no condition of that number")
    return k


def _is_polynomial(fact: str, name: str) -> bool:
    """Is it `polynomial in the symbol != 0`? Such a fact leaves out finitely many points, and there the derivatives are equal by continuity."""
    return set(fact.replace(name, "")) <= set("0123456789+-*^()/!= ") and name in fact and "/" not in fact


def at_place(claim: Claim, name: str, place: Term) -> Claim:
    """The claim at one place."""
    sides = [replace(t, {symbol(name): place}) for t in sides_of(claim)]
    return changed(claim, conclusion=Equal(*sides), domains=tuple((n, d) for n, d in claim.domains if n != name), label="")


def _is_undefined(claim: Claim, name: str, place: Term) -> bool:
    for side in at_place(claim, name, place).conclusion.left, at_place(claim, name, place).conclusion.right:  # type: ignore[union-attr]
        try:
            Evaluator({}, real=True, digits=60).value(side)
        except Undefined:
            return True
        except (Unsure, Unsupported):
            continue
    return False


def within(claim: Claim, name: str, low: Term | None, high: Term | None, condition: Term) -> Claim:
    """The claim that the condition holds on the open interval."""
    x = symbol(name)
    premises = [relation("<", low, x)] if low is not None else []
    premises += [relation("<", x, high)] if high is not None else []
    return changed(claim, conclusion=Follows(tuple(premises), condition), label="")


def _holds(claim: Claim, name: str, low: Term | None, high: Term | None, condition: Term, evidence: Any) -> None:
    """The condition holds on the open interval: by the way it is built, by boxes, or by evidence. Fails with `Refused`."""
    if evidence == "built":
        if not is_built(claim, condition):
            raise Refused("a condition that is not seen to hold by the way it is built")
    elif isinstance(evidence, int):
        if low is None or high is None or not 1 <= evidence <= MAX_BOXES or not in_boxes(name, low, high, condition, evidence):
            raise Refused("a condition that is not seen to hold in boxes")
    else:
        proved(within(claim, name, low, high, condition), evidence)


def is_built(claim: Claim, condition: Term) -> bool:
    """Does the condition hold by the way its left side is built?"""
    left, right = condition.args
    return right == ZERO and condition.signs[0] in (">", "!=") and is_nonnegative(claim, left, True)


def in_boxes(name: str, low: Term, high: Term, condition: Term, count: int) -> bool:
    """Does the condition hold on each of `count` equal boxes that cover the closed interval between two rational ends?"""
    if low.kind == "apply" and low.name == "neg" and low.args[0].kind == "number":
        a = -(low.args[0].value or Fraction(0))
    elif low.kind == "number":
        a = low.value or Fraction(0)
    else:
        return False
    sign = -1 if high.is_apply("neg", 1) else 1
    end = high.args[0] if sign < 0 else high
    if end.kind != "number":
        return False
    b = sign * (end.value or Fraction(0))
    left, right = condition.args
    difference = apply("add", left, apply("neg", right))
    half = (b - a) / (2 * count)
    ev = Evaluator({}, real=True, digits=30)
    for k in range(count):
        box = Evaluator({name: ev.e.around(a + half * (2 * k + 1), half)}, real=True, digits=30)
        try:
            s = box.e.sign(box.value(difference))
        except (Undefined, Unsure, Unsupported):
            return False
        if {">": s <= 0, ">=": s < 0, "<": s >= 0, "<=": s > 0, "!=": s == 0}[condition.signs[0]]:
            return False
    return True


RULES = {"slope": check_slope}
