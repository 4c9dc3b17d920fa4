"""Replays evidence about the points that an iteration leaves where they are.

A set of points is a formula: equations (also chains) between polynomials, joined by "and" and "or"; `true` and `false` are allowed. Every point of
a branch stays when each polynomial that must vanish is a combination of the branch's own ("multipliers"); likewise the other way round.
A point shows the opposite by substitution. Where an oracle decided (z3), its word is believed only after simple points have been
tried against it, and the finding names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import islice, product
from typing import Any

from grader.kernel import Refused
from grader.model import Finding, Satisfies, Status
from grader.replay import exact_polynomials as ep
from grader.replay import systems
from grader.replay.exact_polynomials import Polynomial
from grader.term import Term

MAX_BRANCHES = 64
Branch = list[Polynomial]


def branches(formula: Term) -> list[Branch]:
    """The formula as alternatives, each a list of polynomials that vanish together."""
    if formula.kind == "constant" and formula.name in ("true", "false"):
        return [[]] if formula.name == "true" else []
    if formula.kind == "relation" and set(formula.signs) == {"="}:
        sides = [ep.polynomial(s) for s in formula.args]
        return [[ep.add(a, ep.scale(b, -1)) for a, b in zip(sides, sides[1:])]]
    if formula.is_apply("or"):
        made = [b for part in formula.args for b in branches(part)]
    elif formula.is_apply("and"):
        made = [[]]
        for part in formula.args:
            made = [left + right for left in made for right in branches(part)]
            if len(made) > MAX_BRANCHES:
                raise Refused("a formula with too many alternatives")
    else:
        raise Refused("no formula of equations")
    if len(made) > MAX_BRANCHES:
        raise Refused("a formula with too many alternatives")
    return made


def holds(alternatives: Sequence[Branch], point: Mapping[str, Fraction]) -> bool:
    """Does the point satisfy one of the alternatives?"""
    return any(all(ep.value(p, point) == 0 for p in branch) for branch in alternatives)


def check_stay(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    """Every point of the subject stays."""
    made, said = systems.system(parameters), branches(conclusion.subject[0])
    if "multipliers" in data:
        for branch, table in zip(said, data["multipliers"], strict=True):
            _combination(branch, made.stays, table)
        return Finding(Status.PROVED, words=("Each point of the answer stays where it is.",))
    if "point" in data:
        point = _point(made, data)
        if not holds(said, point):
            raise Refused("the point is not one of the answer's")
        if all(ep.value(p, point) == 0 for p in made.stays):
            raise Refused("the point stays")
        return Finding(Status.REFUTED, words=(_moves(made, point),))
    _believe(made.order, said, [list(made.stays)], data)
    return Finding(Status.PROVED, oracles=("z3",), words=("Each point of the answer stays where it is.",))


def check_complete(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    """Every point that stays is one of the subject's."""
    made, said = systems.system(parameters), branches(conclusion.subject[0])
    if "multipliers" in data:
        if len(said) != 1:
            raise Refused("a formula with alternatives")
        _combination(made.stays, said[0], data["multipliers"])
        return Finding(Status.PROVED, words=("No other point stays where it is.",))
    if "point" in data:
        point = _point(made, data)
        if any(ep.value(p, point) for p in made.stays):
            raise Refused("the point moves")
        if holds(said, point):
            raise Refused("the point is one of the answer's")
        shown = ", ".join(f"{n} = {v}" for n, v in point.items())
        return Finding(Status.REFUTED, words=("A point that stays where it is does not satisfy the answer.",), teacher_words=(f"{shown} stays.",))
    _believe(made.order, [list(made.stays)], said, data)
    return Finding(Status.PROVED, oracles=("z3",), words=("No other point stays where it is.",))


def check_same(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    """Two formulas with the same points."""
    first, second = (branches(t) for t in conclusion.subject)
    if "point" in data:
        point = {n: Fraction(v) for n, v in data["point"].items()}
        if holds(first, point) == holds(second, point):
            raise Refused("the point tells nothing")
        return Finding(Status.REFUTED)
    if len(first) != 1 or len(second) != 1:
        raise Refused("a formula with alternatives")
    _combination(first[0], second[0], data["forward"])
    _combination(second[0], first[0], data["back"])
    return Finding(Status.PROVED)


def _combination(given: Sequence[Polynomial], wanted: Sequence[Polynomial], table: Sequence[Sequence[str]]) -> None:
    """Each wanted polynomial is the sum of the given ones times the numbers in its row."""
    for target, row in zip(wanted, table, strict=True):
        made = ep.add(*[ep.scale(p, Fraction(c)) for p, c in zip(given, row, strict=True)])
        if made != target:
            raise Refused("a combination does not give the equation")


def _point(made: systems.System, data: Mapping[str, Any]) -> dict[str, Fraction]:
    point = {n: Fraction(v) for n, v in data["point"].items()}
    if sorted(point) != sorted(made.order):
        raise Refused("the point does not name each variable")
    return point


def _moves(made: systems.System, point: Mapping[str, Fraction]) -> str:
    shown = ", ".join(f"{n} = {v}" for n, v in point.items())
    if not any(made.parameters() & ep.names(rule) for rule in made.rules.values()):
        after = made.step(point)
        name = next((n for n in made.order if after[n] != point[n]), None)
        if name is not None:
            return f"{shown} satisfies your answer, but the next step moves {name} from {point[name]} to {after[name]}."
    return f"{shown} satisfies your answer, but the values do not stay there."


def _believe(order: Sequence[str], premise: Sequence[Branch], conclusion: Sequence[Branch], data: Mapping[str, Any]) -> None:
    """An oracle's word that each real point of the premise satisfies the conclusion, unless a simple point says otherwise."""
    if data.get("oracle") != "z3":
        raise Refused("the evidence shows nothing")
    for chosen in islice(product((0, 1, -1, 2, -2, Fraction(1, 2), 3), repeat=len(order)), 3000):
        point = dict(zip(order, map(Fraction, chosen)))
        if holds(premise, point) and not holds(conclusion, point):
            raise Refused("a point speaks against the oracle")
