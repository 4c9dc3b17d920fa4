"""Conditions on one real number that are made of linear comparisons: decided by trying finitely many points.

Each comparison `a x + b < 0` (or <=, >, >=, =, !=) with rational a, b is true or false throughout each of the open pieces into which its root -b/a
cuts the line, and at the root. So a formula of such comparisons, with and, or, not, implies, iff, xor, is constant on every open piece between the
roots of all its comparisons. Two formulas are equivalent just when they agree at every root and at one point of every piece (of those that lie in
the domain, whose bounds count as roots). All arithmetic is exact. Nothing is taken from the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Status
from grader.replay import natures
from grader.term import Term, free_names

MAX_ROOTS = 200
_TESTS: Mapping[str, Callable[[Fraction], bool]] = {
    "<": lambda v: v < 0, "<=": lambda v: v <= 0, ">": lambda v: v > 0, ">=": lambda v: v >= 0, "=": lambda v: v == 0, "!=": lambda v: v != 0}
Line = tuple[Fraction, Fraction]
Formula = Any
"""True, False, (slope, intercept, sign), or an operator's name followed by formulas."""


def check_line(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED where both conditions agree everywhere, REFUTED with a number where they do not. Fails with `Refused` for other conditions."""
    if not isinstance(claim.conclusion, Equal) or claim.conditions:
        raise Refused("not two conditions")
    sides = (claim.conclusion.left, claim.conclusion.right)
    names = sorted(free_names(sides[0]) | free_names(sides[1]))
    if len(names) != 1:
        raise Refused("conditions on more than one number")
    (name,) = names
    domain = claim.domain(name)
    if domain.field != "real" or domain.shape != "scalar":
        raise Refused(f"{name} is no real number")
    roots: set[Fraction] = set()
    left, right = (_formula(natures.finite(s), name, roots) for s in sides)
    pieces, ends = _points(sorted(roots), domain)
    different = [(v, _holds(left, v), v in ends) for v in (*pieces, *ends) if _holds(left, v) != _holds(right, v)]
    if not different:
        return Finding(Status.PROVED, words=("It holds for the same numbers.",))
    value, holds, at_end = min(different, key=lambda d: (d[2], not d[1]))  # the first, and an end at which only the reference holds at last
    said = (f"At {name} = {value} it {'holds, and should not' if holds else 'does not hold, and should'}.",)
    if at_end and not holds:
        return Finding(Status.REFUTED, words=("A number that satisfies it is missing.",), teacher_words=said)
    return Finding(Status.REFUTED, words=said)


def _points(roots: list[Fraction], domain: Domain) -> tuple[list[Fraction], list[Fraction]]:
    """A round number of each piece between and beyond the roots, and the roots, as far as they lie in the domain."""
    if len(roots) > MAX_ROOTS:
        raise Refused("too many comparisons")
    ends = sorted({*roots, *(b for b in (domain.lower, domain.upper) if b is not None)})
    if not ends:
        return [Fraction(0)] if domain.admits(Fraction(0)) else [Fraction(1)], []
    pieces = [_between(a, b) for a, b in zip(ends, ends[1:])] + [-_beyond(-ends[0]), _beyond(ends[-1])]
    return [p for p in pieces if domain.admits(p)], [p for p in ends if domain.admits(p)]


def _beyond(a: Fraction) -> Fraction:
    """A power of ten, or 0, above a number."""
    return Fraction(0) if a < 0 else Fraction(10) ** len(str(a // 1))


def _between(a: Fraction, b: Fraction) -> Fraction:
    """The middle of an interval, with as few digits as it may have: nothing from which an end could be read off."""
    middle, step = (a + b) / 2, Fraction(10) ** len(str(abs(b - a) // 1))
    while True:
        found = round(middle / step) * step
        if a < found < b:
            return found
        step /= 10


def _formula(term: Term, name: str, roots: set[Fraction]) -> Formula:
    """The condition over its lines; the roots of the lines are collected."""
    if term.kind == "constant" and term.name in ("true", "false"):
        return term.name == "true"
    if term.kind == "apply" and term.name in natures.LOGIC:
        return (term.name, *[_formula(a, name, roots) for a in term.args])
    if term.kind != "relation":
        raise Refused("not a condition")
    parts: list[Formula] = []
    for a, sign, b in zip(term.args, term.signs, term.args[1:]):
        if sign in ("in", "notin"):
            inside = _formula(natures.finite(natures.membership(a, b)), name, roots)
            parts.append(inside if sign == "in" else ("not", inside))
            continue
        if sign not in _TESTS:
            raise Refused(f"a comparison with {sign}")
        (p, q), (r, s) = _line(a), _line(b)
        if p != r:
            roots.add((s - q) / (p - r))
        parts.append((p - r, q - s, sign))
    return parts[0] if len(parts) == 1 else ("and", *parts)


def _line(term: Term) -> Line:
    """slope * x + intercept. Fails with `Refused` for anything else."""
    if term.kind == "symbol":
        return Fraction(1), Fraction(0)
    if term.kind == "number" and term.value is not None:
        return Fraction(0), term.value
    if term.is_apply("neg", 1):
        a, b = _line(term.args[0])
        return -a, -b
    if term.is_apply("add"):
        parts = [_line(t) for t in term.args]
        return sum((p[0] for p in parts), Fraction(0)), sum((p[1] for p in parts), Fraction(0))
    if term.is_apply("mul"):
        made = (Fraction(0), Fraction(1))
        for t in term.args:
            a, b = _line(t)
            if a and made[0]:
                raise Refused("not linear")
            made = (made[0] * b + made[1] * a, made[1] * b)
        return made
    if term.is_apply("div", 2):
        (a, b), (c, d) = _line(term.args[0]), _line(term.args[1])
        if c or not d:
            raise Refused("not linear")
        return a / d, b / d
    raise Refused("not linear")


def _holds(formula: Formula, value: Fraction) -> bool:
    if isinstance(formula, bool):
        return formula
    if not isinstance(formula[0], str):
        slope, intercept, sign = formula
        return _TESTS[sign](slope * value + intercept)
    name, *parts = formula
    values = [_holds(p, value) for p in parts]
    return {"and": all(values), "or": any(values), "not": not values[0], "implies": not values[0] or values[-1], "iff": values[0] == values[-1],
            "xor": sum(values) % 2 == 1}[name]
