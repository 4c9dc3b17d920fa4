"""Checker for limits and orders of growth along one variable, by asymptotic expansion.

Claims
    `TendsTo(expression, variable, point, target)`, where the point is infinite, a number, or a number approached from one side (`sup(a, +)`);
    `GrowsLike(left, right, order, (n,))`, where the largest terms may cancel: the quotient of leading terms decides.
Evidence data
    `terms`: how many terms of an expansion are kept; `values` (optional): parameter -> number within its domain, for which the claim is refuted.
    Everything else is computed here, in exact arithmetic: see `expansion_series`.

A limit is proved when expression - target expands to something that tends to 0; it is refuted when the difference has a leading term that does not,
with a coefficient of known sign. A parameter counts as any number of its domain, so one value of it refutes.
"""

from __future__ import annotations

from dataclasses import replace as changed
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Finding, GrowsLike, Status, TendsTo
from grader.replay import expansion_numbers as n
from grader.replay.expansion_numbers import Number, Numbers, Unknown
from grader.replay.expansion_series import ONE, Field, Series
from grader.replay.expansion_terms import Expander
from grader.term import Term, apply, free_names, number, replace, symbol

MOST = 24
LARGEST = 800
FAR = "growing"
"""The variable after a limit at a finite point was moved to infinity."""


def check(claim: Claim, data: dict[str, Any]) -> Finding:
    """Replay: expand and compare. Fails with `Refused` where that decides nothing."""
    most = data["terms"]
    if not isinstance(most, int) or not 2 <= most <= MOST:
        raise Refused(f"expected between 2 and {MOST} terms")
    values = {str(name): Fraction(value) for name, value in dict(data.get("values", {})).items()}
    conclusion = claim.conclusion
    if isinstance(conclusion, TendsTo):
        return _limit(claim, conclusion, values, most)
    if isinstance(conclusion, GrowsLike):
        return _order(claim, conclusion, values, most)
    raise Refused("this checker decides limits and orders of growth only")


def _field(claim: Claim, values: dict[str, Fraction], growing: str, most: int) -> Field:
    """The arithmetic for a claim's parameters. Refuses values that its domains or conditions do not admit."""
    for name, value in values.items():
        if name == growing or not claim.domain(name).admits(value):
            raise Refused(f"{name} = {value} is not in its domain")
    conclusion = claim.conclusion
    every = claim.conditions + ((conclusion.expression, conclusion.target) if isinstance(conclusion, TendsTo) else ())
    names = frozenset().union(*[free_names(t) for t in every])
    domains = {name: claim.domain(name) for name in sorted(names)} | {name: d for name, d in claim.domains if name != "*"}
    field = Field(Numbers(domains), most)
    greater = []
    for condition in claim.conditions:
        known = _greater(condition, growing, field, values)
        if known is None and values:
            raise Refused("a condition that cannot be checked at the values")
        greater += known or []
    return Field(Numbers(domains, tuple(greater)), most)


def _greater(condition: Term, growing: str, field: Field, values: dict[str, Fraction]) -> list[tuple[str, Number]] | None:
    """What a condition between parameters says: pairs name > number; None where it is not understood. With values it is checked."""
    if condition.kind != "relation" or growing in free_names(condition):
        return None
    made: list[tuple[str, Number]] = []
    for left, sign, right in zip(condition.args, condition.signs, condition.args[1:]):
        if sign in ("<", "<="):
            left, right, sign = right, left, {"<": ">", "<=": ">="}[sign]
        if sign not in (">", ">="):
            return None
        try:
            if values:
                difference = Expander(growing, field, values).series(apply("add", left, apply("neg", right)))
                order = field.numbers.sign(difference.number(0)) if difference.terms else 0
                if order < 0 or order == 0 and sign == ">":
                    raise Refused("a condition does not hold at the values")
            elif sign == ">" and left.kind == "symbol":
                bound = Expander(growing, field, {}).series(right)
                made.append((left.name, bound.number(0) if bound.terms else {}))
        except Unknown:
            return None
    return made


# --------------------------------------------------------------------------------------------------------------- limits


def _limit(claim: Claim, conclusion: TendsTo, values: dict[str, Fraction], most: int) -> Finding:
    if conclusion.expression.size + conclusion.target.size > LARGEST:
        raise Refused("the expressions are too large")
    if conclusion.variable in free_names(conclusion.target):
        raise Refused("the limit depends on the variable")
    name = conclusion.variable
    outcomes = []
    for moved, where in _approaches(conclusion):
        expander = Expander(FAR, _field(claim, values, name, most), values)
        if FAR in free_names(conclusion.expression):
            raise Refused("a name that is reserved")
        outcomes.append(_one_side(expander, replace(conclusion.expression, {symbol(name): moved}), conclusion.target, where))
    refuted = [words for status, words in outcomes if status is Status.REFUTED]
    if refuted:
        at = "".join(f"With {k} = {v}: " for k, v in values.items())
        return Finding(Status.REFUTED, words=(at + refuted[0],))
    if values:
        raise Refused("values are for refuting only")
    return Finding(Status.PROVED, words=tuple(dict.fromkeys([words for _, words in outcomes])))


def _approaches(conclusion: TendsTo) -> list[tuple[Term, str]]:
    """The variable in terms of one that tends to infinity, for each side of the point; and words for that side."""
    point, far, name = conclusion.point, symbol(FAR), conclusion.variable
    if name in free_names(point):
        raise Refused("the point depends on the variable")
    if point.kind == "constant" and point.name == "oo":
        return [(far, f"as {name} grows")]
    if point.is_apply("neg", 1) and point.args[0].kind == "constant" and point.args[0].name == "oo":
        return [(apply("neg", far), f"as {name} tends to minus infinity")]
    sides = ("+", "-")
    if point.is_apply("sup", 2):
        sides = {"plus": ("+",), "minus": ("-",), "+": ("+",), "-": ("-",)}.get(point.args[1].name) or ()  # type: ignore[assignment]
        point = point.args[0]
    step = apply("div", number(1), far)
    made = []
    for side in sides:
        words = f"as {name} tends to {point} from {'above' if side == '+' else 'below'}"
        made.append((apply("add", point, step if side == "+" else apply("neg", step)), words))
    if not made:
        raise Refused("a point that is not understood")
    return made


def _one_side(expander: Expander, expression: Term, target: Term, where: str) -> tuple[Status, str]:
    field = expander.field
    infinite = target.kind == "constant" and target.name == "oo" or target.is_apply("neg", 1) and target.args[0].kind == "constant" \
        and target.args[0].name == "oo"
    made = expander.series(expression)
    if infinite:
        wanted = 1 if target.kind == "constant" else -1
        if made.terms:
            scale, c = field.leading(made)
            if field.compare(scale, ONE) > 0:
                same = field.numbers.sign(c) == wanted
                return (Status.PROVED if same else Status.REFUTED), f"{where} it grows beyond all bounds" + ("." if same else ", the other way.")
            return Status.REFUTED, f"{where} it stays bounded."
        if made.error is None or field.compare(made.error, ONE) <= 0:
            return Status.REFUTED, f"{where} it stays bounded."
        raise Unknown("its growth is not known")
    difference = field.add(made, field.scaled(expander.series(target), n.fraction(-1)))
    if not difference.terms:
        if difference.error is None or field.compare(difference.error, ONE) < 0:
            return Status.PROVED, f"{where} the difference from the limit tends to 0."
        raise Unknown("its limit is not known")
    scale, c = difference.terms[0][0], difference.number(0)
    order = field.compare(scale, ONE)
    if order < 0:
        return Status.PROVED, f"{where} the difference from the limit tends to 0."
    field.leading(difference)
    return Status.REFUTED, f"{where} it " + ("grows beyond all bounds." if order > 0 else f"tends to {_shown(made, field)}.")


def _shown(series: Series, field: Field) -> str:
    """The constant that a series tends to, in figures."""
    constant = next((dict(c) for s, c in series.terms if field.compare(s, ONE) == 0), {})
    if set(constant) <= {()}:
        return str(constant.get((), Fraction(0)))
    try:
        low, _ = field.numbers.enclosure(constant)
    except Unknown:
        return "another value"
    return f"about {float(low):.6g}"


# --------------------------------------------------------------------------------------------------------------- orders


def _order(claim: Claim, conclusion: GrowsLike, values: dict[str, Fraction], most: int) -> Finding:
    if conclusion.left.size + conclusion.right.size > LARGEST:
        raise Refused("the expressions are too large")
    if len(conclusion.growing) != 1 or any(conclusion.growing[0] in free_names(c) for c in claim.conditions):
        raise Refused("more than one symbol grows, or within conditions")
    name, = conclusion.growing
    positive = {s: Domain("real", Fraction(0), True) for s in free_names(conclusion.left) | free_names(conclusion.right)}
    domains = {**positive, **{s: d if d.is_positive else changed(d, field="real", lower=Fraction(0), lower_strict=True, shape="scalar")
                              for s, d in claim.domains if s in positive}}
    expander = Expander(name, _field(changed(claim, domains=tuple(sorted(domains.items()))), values, name, most), values)
    field = expander.field
    left, right = expander.series(conclusion.left), expander.series(conclusion.right)
    below = field.leading(right)
    if left.terms:
        above = field.leading(left)[0]
        order, exact = field.compare(above, below[0]), True
    elif left.error is not None:
        order, exact = field.compare(left.error, below[0]), False
    else:
        order, exact = -1, True
        if conclusion.order in ("Omega", "omega", "Theta"):
            return Finding(Status.REFUTED, words=(f"The left side is 0 for all large {name}.",))
    holds = {"O": order <= 0, "o": order < 0, "Omega": order >= 0, "omega": order > 0, "Theta": order == 0}[conclusion.order]
    if not exact and (not holds or conclusion.order not in ("O", "o")):
        raise Unknown("only an upper bound of the left side is known")
    if values and holds:
        raise Refused("values are for refuting only")
    how = {1: "faster than", 0: "as fast as", -1: "more slowly than"}[order]
    words = f"The leading terms were compared as {name} grows: the left side grows {how} the right side" + ("." if exact else ", or less.")
    return Finding(Status.PROVED if holds else Status.REFUTED, words=(words,))
