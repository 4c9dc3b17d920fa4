"""Equations between powers: A = B says the same as log A = log B where both sides are positive.

Used where 5^x = 3^(x + 1) becomes x log 5 = (x + 1) log 3, or back: one equation's logarithm is the other up to a number as factor.
"""

from __future__ import annotations

from collections.abc import Callable

from grader.model import AtMost, Claim, Equal
from grader.term import Term, apply, number, relation, walk
from grader.theories._theory import Context, Settled

ZERO = number(0)


def claims(one: Term, two: Term, context: Context, stated: Callable[[object, str], Claim], factor: Callable[[Term, Term, Context], object],
           times: Callable[..., Term], label: str) -> list[Claim]:
    """That the logarithm of one equation is the other, whichever way round; [] where no powers are equated."""
    for first, second in ((one, two), (two, one)):
        a, b = first.args
        if not all(any(n.kind == "apply" and n.name in ("pow", "exp") for n in walk(t)) or t.kind == "number" and t.value > 0 for t in (a, b)):
            continue
        logs = relation("=", apply("log", a), apply("log", b))
        found = factor(logs, second, context)
        if found is None:
            continue
        difference, other = [apply("add", t.args[0], apply("neg", t.args[1])) for t in (logs, second)]
        return [stated(Equal(difference, times(found, other)), f"{label} logarithm"), stated(AtMost(ZERO, a, True), f"{label} above"),
                stated(AtMost(ZERO, b, True), f"{label} below")]
    return []


def holds(settled: Settled, label: str) -> bool:
    """Are all of them shown?"""
    found = [settled.get(f"{label} {what}") for what in ("logarithm", "above", "below")]
    return all(v is not None and v.equal for v in found)


__all__ = ["claims", "holds"]
