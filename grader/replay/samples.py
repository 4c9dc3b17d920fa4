"""Replays agreement at sample points: both sides have the same value to the stated digits at every point. That is no proof, and is never called one.

Data: {"points": [{"point": ..., "functions"?: ...}, ...], "bits": b}; points as for `point`. AGREES when |left - right| <= 2^-b (1 + |left|) at all
of them, in enclosures; at least `LEAST` different points unless there is nothing to choose. `facts` say what was not looked at: an absolute value,
a maximum or a case whose operand had one sign at all points, and operators with steps, about which agreement says little.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Status
from grader.replay.enclosure import Complex, Enclosures, Undefined, Unsupported, Unsure, Value
from grader.replay.evaluate import Evaluator
from grader.replay.point import read_point
from grader.replay.rules import certain_parts
from grader.replay.semantics import is_real, sides
from grader.term import Term, apply, walk

LEAST = 8
MOST = 40
STEPS = frozenset("floor ceil round mod gcd lcm".split())


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """AGREES when both sides have the same value at all points. Fails with `Refused`."""
    if not isinstance(claim.conclusion, Equal):
        raise Refused("this shows equations only")
    bits, points = data["bits"], data["points"]
    if type(bits) is not int or not 60 <= bits <= 20_000 or not isinstance(points, list) or not 1 <= len(points) <= MOST:
        raise Refused("samples of another form")
    if len({str(sorted(p["point"].items())) for p in points}) < (LEAST if points[0]["point"] else 1):
        raise Refused(f"fewer than {LEAST} different points")
    branches = branch_terms(*sides(claim))
    seen: dict[Term, set[int]] = {b: set() for b in branches}
    for sample in points:
        _agree(claim, sample, bits, seen)
    facts = [f"only points with {b} {'> 0' if signs == {1} else '< 0'}" for b, signs in seen.items() if len(signs - {0}) == 1 and sample["point"]]
    if any(node.kind == "apply" and node.name in STEPS for side in sides(claim) for node in walk(side)):
        facts.append("an operator with steps occurs")
    digits = int(bits * 0.30103)
    where = f"at {len(points)} points" if points[0]["point"] or points[0].get("functions") else "as numbers"
    return Finding(Status.AGREES, facts=tuple(facts), words=(f"Both agree to {digits} digits {where}; that is not a proof.",))


def branch_terms(*terms: Term) -> tuple[Term, ...]:
    """Terms on whose sign the branch of an absolute value, a sign or a maximum depends."""
    found: dict[Term, None] = {}
    for term in terms:
        for node in certain_parts(term):
            if node.kind != "apply":
                continue
            if node.name in ("abs", "sign", "relu"):
                found.setdefault(node.args[0])
            elif node.name in ("max", "min"):
                for a, b in zip(node.args, node.args[1:]):
                    found.setdefault(apply("add", a, apply("neg", b)))
            elif node.name == "sqrt" and node.args[0].is_apply("pow"):
                found.setdefault(node.args[0].args[0])
    return tuple(found)[:12]


def _agree(claim: Claim, sample: Mapping[str, Any], bits: int, seen: dict[Term, set[int]]) -> None:
    point, interpretations = read_point(claim, sample)
    reason = ""
    for digits in (int(bits * 0.302) + 20, int(bits * 0.302) + 120):
        evaluator = Evaluator(point, real=is_real(claim), is_integer=lambda name: claim.domain(name).field == "integer",
                              interpretations=interpretations, digits=digits)
        try:
            if not all(evaluator.holds(c) for c in claim.conditions):
                raise Refused("a point does not satisfy the conditions")
            left, right = (evaluator.value(side) for side in sides(claim))
            if not _close(evaluator.e, left, right, bits):
                raise Unsure("the sides do not agree to the stated digits")
        except Unsure as error:
            reason = str(error)
            continue
        except (Undefined, Unsupported) as error:
            raise Refused(f"a side has no value at a point: {error}") from error
        for branch in seen:
            try:
                value = evaluator.value(branch)
                seen[branch].add(0 if isinstance(value, Complex) else evaluator.e.sign(value))
            except ArithmeticError:
                seen[branch].add(0)
        return
    raise Refused(reason)


def _close(e: Enclosures, left: Value, right: Value, bits: int) -> bool:
    """Is |left - right| certainly at most 2^-bits (1 + |left|)?"""
    limit = e.mul(Fraction(1, 2**bits), e.add(Fraction(1), _size(e, left)))
    try:
        return e.sign(e.sub(limit, _size(e, e.sub(left, right)))) >= 0
    except Unsure:
        return False


def _size(e: Enclosures, value: Value) -> Value:
    """An upper bound of the modulus, at most twice too large."""
    return e.add(abs(value.re), abs(value.im)) if isinstance(value, Complex) else abs(value)
