"""Replays a point at which the first of two formulas is undefined and the second has a value; or sees that the first asks for no more than the
second.

For a claim `Satisfies((answer, reference), "definedness")`: wherever the reference is defined, so is the answer. Data: {"how": "point", "point":
..., "functions"?: ...} refutes it; {"how": "alike"} proves it where every part of the answer that may be undefined (a divisor, the operand of a
root or logarithm, ...) also stands in the reference, in a place that is always evaluated, or has a value as a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Satisfies, Status
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.point import DIGITS, coordinate, read_point, shown
from grader.replay.rules import certain_parts
from grader.replay.semantics import NoMeaning, is_real
from grader.term import Term, free_names, walk

TOTAL = frozenset("add neg mul exp sin cos abs max min atan conj re im sigmoid softplus relu floor ceil sign percent degree sinh cosh tanh sech "
                  "erf".split())
"""Operators that have a value wherever their operands have (in the real reading)."""


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """REFUTED by a point, PROVED by comparing parts. Fails with `Refused`."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or conclusion.property != "definedness" or len(conclusion.subject) != 2:
        raise Refused("not a claim about where a formula is defined")
    answer, reference = conclusion.subject
    pair = replace(claim, conclusion=Equal(answer, reference))
    try:
        if data["how"] == "alike":
            return _alike(pair, answer, reference)
        where, why = undefined_at(pair, data)
    except NoMeaning as error:
        raise Refused(str(error)) from error
    return Finding(Status.REFUTED, words=(f"At {where} it has no value ({why}), and the function asked for has one.",))


def undefined_at(pair: Claim, data: Mapping[str, Any]) -> tuple[str, str]:
    """The point as text and why the left side has no value there, while the right side has one. Fails with `Refused`."""
    assert isinstance(pair.conclusion, Equal)
    point, interpretations = read_point(pair, data)
    for digits in DIGITS[:2]:
        ev = Evaluator(point, real=is_real(pair), is_integer=lambda n: pair.domain(n).field == "integer", interpretations=interpretations,
                       digits=digits)
        try:
            if not all(ev.holds(c) for c in pair.conditions):
                raise Refused("the point does not satisfy the conditions")
            ev.value(pair.conclusion.right)
        except Unsure:
            continue
        except (Undefined, Unsupported) as error:
            raise Refused(f"the second formula has no value there: {error}") from error
        try:
            ev.value(pair.conclusion.left)
        except Undefined as error:
            return ", ".join(f"{n} = {shown(coordinate(v))}" for n, v in sorted(data["point"].items())), str(error)
        except Unsure:
            continue
        except Unsupported as error:
            raise Refused(f"the first formula cannot be evaluated: {error}") from error
        raise Refused("the first formula has a value there")
    raise Refused("not decided with so many digits")


def _alike(pair: Claim, answer: Term, reference: Term) -> Finding:
    allowed = set(certain_parts(reference)) if is_real(pair) else set()
    for node in walk(answer):
        if node.kind in ("number", "symbol", "constant") or node.kind == "apply" and node.name in TOTAL or node in allowed:
            continue
        if node.is_apply("pow") and node.args[1].kind == "number" and node.args[1].value.denominator == 1 and node.args[1].value > 0:
            continue
        if node.kind == "apply" and not free_names(node) and _has_value(node):
            continue
        if node.is_apply("div") and (not free_names(node.args[1]) and _nonzero(node.args[1]) or _divides_somewhere(node.args[1], allowed)):
            continue
        raise Refused(f"{node.name or node.kind} may be undefined where the other formula is not")
    return Finding(Status.PROVED, words=("It is defined wherever it should be.",))


def _divides_somewhere(divisor: Term, allowed: set[Term]) -> bool:
    return any(part.is_apply("div") and part.args[1] == divisor for part in allowed)


def _has_value(term: Term) -> bool:
    try:
        Evaluator({}, real=True).value(term)
    except ArithmeticError:
        return False
    return True


def _nonzero(term: Term) -> bool:
    ev = Evaluator({}, real=True)
    try:
        return ev.e.sign(ev.value(term)) != 0
    except ArithmeticError:
        return False
