"""Replays a proof of `left <= right` (or <): by enclosing two numbers, by the sign of a normal form, or by what follows from the domains.

Data: {"how": "value"} for constants: both sides are enclosed and certainly in that order (equal exact numbers count for <=);
{"how": "sign", ...} as `equality`: the value of right - left over generators is a fraction whose sign is known from meanings, domains and positive
sums; {"how": "follows", "evidence": [method, data]}: the claim without premises "left <= right" as a `Follows` claim, settled by that evidence.
PROVED holds wherever both sides are defined; a counterexample is checked by `point`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader import kernel
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence, Finding, Follows, Status
from grader.replay import polynomial as P
from grader.replay.enclosure import Complex, Unsure
from grader.replay.equality import inhabited
from grader.replay.evaluate import Evaluator
from grader.replay.rules import Proof
from grader.replay.semantics import functions_of, is_real, symbols_of
from grader.term import relation

DIGITS = (30, 120, 500)


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED, or the finding of the `Follows` claim. Fails with `Refused`."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, AtMost):
        raise Refused("this shows inequalities only")
    how = data["how"]
    if how == "value":
        return _by_value(claim, conclusion)
    if how == "follows":
        method, inner = data["evidence"]
        follows = replace(claim, conclusion=Follows((), relation("<" if conclusion.strict else "<=", conclusion.left, conclusion.right)), label="")
        found = kernel.settle(follows, Evidence(method, inner)).finding
        if found.status is not Status.PROVED:
            raise Refused("it does not follow")
        return found
    if how == "sign":
        return _by_sign(claim, conclusion, data)
    raise Refused(f"no way of comparing is called {how!r}")


def _by_value(claim: Claim, conclusion: AtMost) -> Finding:
    sides = (conclusion.left, conclusion.right)
    if claim.conditions or any(symbols_of(t) or functions_of(t) for t in sides):
        raise Refused("a side that is no constant")
    for digits in DIGITS:
        ev = Evaluator({}, real=is_real(claim), digits=digits)
        try:
            left, right = (ev.value(t) for t in sides)
            if isinstance(left, Complex) or isinstance(right, Complex):
                raise Refused("complex numbers have no order")
            order = ev.e.sign(ev.e.sub(right, left))
        except Unsure:
            continue
        except ArithmeticError as error:
            raise Refused(f"a side has no value: {error}") from error
        if order > 0 or order == 0 and not conclusion.strict:
            return Finding(Status.PROVED, words=("The numbers are in this order.",))
        raise Refused("the numbers are not in this order")
    raise Refused("the numbers are not told apart")


def _by_sign(claim: Claim, conclusion: AtMost, data: Mapping[str, Any]) -> Finding:
    if not is_real(claim):
        raise Refused("complex numbers have no order")
    proof = Proof(claim, data, True)
    proof.learn_conditions(data.get("conditions", []))
    proof.learn(data.get("facts", []), conclusion.left, conclusion.right)
    left, right = proof.value(conclusion.left), proof.value(conclusion.right)
    t = proof.table
    difference = t.plus(right, (P.scale(left[0], -1), left[1]))
    if "difference" in data:  # the same in lowest terms
        short = t.poly(data["difference"][0]), t.poly(data["difference"][1])
        if not short[1] or not t.same(difference, short) or not t.is_unit(short[1]):
            raise Refused("a difference of something else")
        difference = short
    sign = t.frac_sign(difference)
    if sign not in ((1,) if conclusion.strict else (1, 2)):
        raise Refused("the sign of the difference is not known")
    proof.finish()
    inhabited(replace(claim, conclusion=Equal(conclusion.left, conclusion.right)), data, conclusion.left, conclusion.right)
    return Finding(Status.PROVED, facts=tuple(t.reported), words=("The difference cannot be negative.",))
