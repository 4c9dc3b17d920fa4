"""Replays a proof of `left = right` by normal forms: the algebra is done again with dictionary polynomials, rule by rule.

Data: {"generators": [...], "rows": {fingerprint: row}, "facts": [fingerprint, ...], "point": {...}, "functions"?: {...}, "lost"?: {...}}.

1. The table of generators is built (`table`): what each means and what follows from that.
2. "conditions" names comparisons among the claim's conditions, which hold wherever it is to hold. "facts" names parts of the claim whose
   definedness says that something is positive or at least zero (the operand of a root or logarithm); undefined parts make a side undefined, so these
   hold wherever both sides are defined.
3. Both sides are evaluated over the generators. Sums, products and quotients are computed here; for a function the row says which generator or
   fraction is its value, and the rule for that operator is checked (`rules`): a root by its power and its sign, a logarithm and an exponential by
   known pairs (q, exp q), and so on.
4. left - right must reduce to zero by the relations.
5. "lost", where given, is a point at which only the left side is undefined; it is named among the facts.
6. At the point (and in a ball around it) both sides must be defined, so that the claim says something.

PROVED means: equal wherever both sides are defined; the facts name what was used beyond the declared domains ("x >= 0"), and points left out
("r - 1 != 0"), where a denominator of the proof, and not of the claim, vanishes.

A claim of two trees that are the same up to the order of operands and bound names (`alike`) needs no table: {"same": true, "point"?: ...}.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Status
from grader.replay import alike
from grader.replay.definedness import undefined_at
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.point import read_point
from grader.replay.rules import Proof
from grader.replay.semantics import NoMeaning, functions_of, is_real, symbols_of
from grader.term import Term, binder, number, symbol, walk

RADIUS = Fraction(1, 2**30)
"""Both sides must be defined in a box of this half-width around the point."""


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when the certificate shows that both sides are equal. Fails with `Refused` at the first step that does not hold."""
    if not isinstance(claim.conclusion, Equal):
        raise Refused("this shows equations only")
    left, right = claim.conclusion.left, claim.conclusion.right
    if data.get("same") is True:
        return _same(claim, left, right, data)
    try:
        real = is_real(claim)
    except NoMeaning as error:
        raise Refused(str(error)) from error
    proof = Proof(claim, data, real)
    proof.learn_conditions(data.get("conditions", []))
    proof.learn(data.get("facts", []), left, right)
    if not proof.table.same(proof.value(left), proof.value(right)):
        raise Refused("the difference of the two sides does not reduce to zero")
    proof.finish()
    inhabited(claim, data, left, right)
    facts = tuple(proof.table.reported)
    if "lost" in data:
        where, why = undefined_at(claim, data["lost"])
        facts += (f"the left side has no value at {where} ({why}) and the right side has one",)
    return Finding(Status.PROVED, facts=facts, words=("It is equal wherever both are defined" + "".join(f"; used {f}" for f in facts) + ".",))


def _same(claim: Claim, left: Term, right: Term, data: Mapping[str, Any]) -> Finding:
    """Two trees that are equal up to order and bound names are equal where they are defined; what can be evaluated must be seen to be defined
    somewhere."""
    if not alike.same(left, right, lambda name: claim.domain(name).shape in ("scalar", "function")):
        raise Refused("the two sides are not written alike")
    said = Finding(Status.PROVED, words=("It is written in the same way.",))
    if "point" in data:
        inhabited(claim, data, left, right)
        return said
    ends = {id(a) for node in walk(left) if node.kind in ("binder", "tuple") for a in node.args[node.kind == "binder":]}
    for node in walk(left):
        infinite = node.kind == "apply" and any(a.kind == "constant" and a.name == "oo" for a in node.args)
        if node.kind == "constant" and node.name == "undefined" or infinite and not (node.is_apply("neg") and (node is left or id(node) in ends)):
            raise Refused("a part that has no value")
    if _is_numeric(claim, left):
        raise Refused("a point is needed at which it has a value")
    return said


def _is_numeric(claim: Claim, term: Term) -> bool:
    """Can the term be evaluated here at all? (At any numbers: operators without an enclosure show at the first try.)"""
    try:
        names = symbols_of(term)
        point = {name: Fraction(k + 2) for k, name in enumerate(sorted(names))}
        made = {name: _constant_function(count) for name, count in functions_of(term)}
        if any(claim.domain(name).shape != "scalar" for name in names):
            return False
        Evaluator(point, real=is_real(claim), is_integer=lambda name: True, interpretations=made).value(term)
    except (Unsupported, NoMeaning):
        return False
    except (Undefined, Unsure):
        pass
    return True


def _constant_function(count: int) -> Term:
    return binder("lambda", tuple(symbol(f"x{k}") for k in range(count)), number(2))


def inhabited(claim: Claim, data: Mapping[str, Any], left: Term, right: Term) -> None:
    """Both sides are defined at the point and around it. Fails with `Refused`."""
    point, interpretations = read_point(claim, data)
    real = is_real(claim)
    integers = {name for name in point if claim.domain(name).field == "integer"}
    reason = ""
    for digits in (30, 100):
        boxes = Evaluator({}, real=real, digits=digits)
        box = {name: value if name in integers else boxes.e.around(value, RADIUS) for name, value in point.items()}
        at = Evaluator(box, real=real, is_integer=lambda name: claim.domain(name).field == "integer", interpretations=interpretations, digits=digits,
                       coarse=True)
        exact = Evaluator(point, real=real, is_integer=lambda name: claim.domain(name).field == "integer", interpretations=interpretations,
                          digits=digits)
        try:
            if not all(exact.holds(c) for c in claim.conditions):
                raise Refused("the point does not satisfy the conditions")
            for side in (left, right):
                at.value(side)
            return
        except Unsure as error:
            reason = str(error)
        except (Undefined, Unsupported) as error:
            raise Refused(f"the sides are not seen to be defined around the point: {error}") from error
    raise Refused(f"the sides are not seen to be defined around the point: {reason}")
