"""Steps from a line that nothing satisfies: anything follows from it, so that such a step shows nothing.

Whether real numbers satisfy an equation is asked only where its sides are not seen to cross (a continuous difference that changes its sign has a zero).
Two cases are looked into, where the new line follows over the real numbers:

- *nothing*: "no real number satisfies the line before" is proved;
- *touching*: an equation in two or more variables whose difference never changes its sign, such as (1 - l)^2 + h^2 = 0, which holds at few points only.

Such a step is taken all the same where the work that leads to it is sound without that: where it also follows over the complex numbers (x^2 + 4 = 0, then
x^2 = -4), where it squares both sides (sqrt x = -3, then x = 9), and where it says that there is no solution. Else it is not decided: a person looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, Follows, Status
from grader.term import Term, apply, constant, free_names, number, relation, walk
from grader.theories._theory import Context, Link, Settled, Step

FALSE = constant("false")
GRID = tuple(Fraction(v) for v in (0, 1, -1, 2, -2, 3, -3, 5, -7, 10, -13, 40, -60)) + (Fraction(1, 2), Fraction(-1, 2), Fraction(1, 7), Fraction(-5, 3))
"""Values at which the difference of two sides is looked at."""
_POLYNOMIAL = frozenset("add neg mul div pow sqrt pm mp and or".split())


def claims(link: Link, context: Context, settled: Settled, stated: Callable[[object, str], Claim]) -> list[Claim]:
    """What must be settled about a step that follows over the real numbers."""
    left, right = link.left, link.right
    if not free_names(left) or not free_names(right) or not _is_real(context, left, right):
        return []
    signs = _signs(left, context) if _is_equation(left) else None
    if signs is not None and len(signs) != 1:
        return []
    made = [stated(Follows((left,), FALSE), "nothing before")]
    if "nothing before" not in settled:
        return made
    empty = settled["nothing before"].status is Status.PROVED
    if not empty:
        if signs is None or len(free_names(left)) < 2 or settled["back"].equal:
            return made
        low, high = (number(0), _difference(left)) if 1 in signs else (_difference(left), number(0))
        made.append(stated(AtMost(low, high, False), "one sign"))
        if "one sign" not in settled or settled["one sign"].status is not Status.PROVED:
            return made
    if all(n.kind in ("relation", "symbol", "number") or n.kind == "apply" and n.name in _POLYNOMIAL for t in (left, right) for n in walk(t)):
        domains = tuple([(n, Domain("complex")) for n in sorted({"*", *dict(context.domains), *free_names(left), *free_names(right)})])
        made.append(Claim(Follows((left,), right), domains, (), "complex forward"))
        if settled["back"].equal:
            made.append(Claim(Follows((right,), left), domains, (), "complex back"))
    squared = _squared(left, right, context)
    if squared is not None:
        made.append(stated(squared, "squared"))
    return made


def noticed(step: Step, settled: Settled) -> Step:
    """The step, or that it is not decided because nothing satisfies the line before."""
    empty, touching = settled.get("nothing before"), settled.get("one sign")
    nothing = empty is not None and empty.status is Status.PROVED
    if step.relation not in ("implies", "equivalent") or not nothing and not (touching is not None and touching.status is Status.PROVED):
        return step
    squared, over = settled.get("squared"), [settled[label] for label in ("complex forward", "complex back") if label in settled]
    if squared is not None and squared.equal:
        return replace(step, relation="implies", conditions=("no real number satisfies the line before",), tags=("roots_gained",)) if nothing else step
    if over and all(v.equal for v in over):
        return step
    why = "no real number satisfies the line before, so anything follows from it" if nothing else \
        "the line before holds at few points only, because its sides touch and do not cross"
    return Step(step.line, None, Status.UNDECIDED, f"{why}; a person decides whether the step is meant.", step.evidence, tags=("vacuous",))


def _is_equation(term: Term) -> bool:
    return term.kind == "relation" and term.signs == ("=",)


def _is_real(context: Context, *terms: Term) -> bool:
    return all(context.domain(n).is_real and context.domain(n).shape == "scalar" for t in terms for n in free_names(t))


def _difference(equation: Term) -> Term:
    return apply("add", equation.args[0], apply("neg", equation.args[1]))


def _signs(equation: Term, context: Context) -> frozenset[int] | None:
    """The signs of the difference of the two sides at a few points of the domains; None where it is looked at no further (it may have poles)."""
    from grader.algebra.balls import Balls, Undefined, Unsupported, Unsure, precision

    difference = _difference(equation)
    if not all(n.kind in ("symbol", "number") or n.kind == "apply" and n.name in ("add", "neg", "mul", "pow") or n.is_apply("div") and not free_names(n.args[1])
               for n in walk(difference)) or any(n.is_apply("pow") and n.args[1].kind != "number" for n in walk(difference)):
        return None
    names = sorted(free_names(difference))
    found: set[int] = set()
    with precision(60):
        for k in range(len(GRID)):
            point = {n: GRID[(k * (2 * j + 1) + 3 * j) % len(GRID)] for j, n in enumerate(names)}
            if not all(context.domain(n).admits(v) for n, v in point.items()):
                continue
            try:
                value = Balls(point, real=True, is_integer=lambda n: False).value(difference)
                found.add((value > 0) - (value < 0))
            except (Undefined, Unsure, Unsupported, ZeroDivisionError, OverflowError):
                return None
            if {1, -1} <= found:
                return frozenset([1, -1])
    return frozenset(found - {0}) or frozenset([1, -1])


def _squared(left: Term, right: Term, context: Context) -> Equal | None:
    """That the new equation is the line before with both sides squared, up to a number as factor."""
    from grader.theories._statements import _factor, _times

    if not _is_equation(left) or not _is_equation(right) or not any(n.is_apply("sqrt") or n.is_apply("abs") or n.is_apply("root") for n in walk(left)):
        return None
    a, b = [apply("pow", t, number(2)) for t in left.args]
    factor = _factor(relation("=", a, b), right, context)
    return None if factor is None else Equal(apply("add", a, apply("neg", b)), _times(factor, _difference(right)))


__all__ = ["claims", "noticed"]
