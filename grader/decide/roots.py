"""Refuting `Follows` claims at roots that are no fractions: an equation among the premises changes its sign, and the conclusion fails all around.

All variables but one are given simple values; the difference of the equation's sides is followed along the line of the last one, in ball arithmetic,
until it changes its sign; the interval is halved until the conclusion is certainly false on it. `replay.step` checks the ends and the interval anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, product

from grader.algebra import regions
from grader.algebra.balls import Balls, Undefined, Unsupported, Unsure, precision
from grader.algebra.region_plain import plain
from grader.algebra.regions import NotACondition
from grader.decide.budget import Budget
from grader.kernel import Refused, settle
from grader.model import Claim, Evidence, Follows
from grader.term import Term, free_names, to_data, walk

GRID = tuple(sorted({Fraction(n, 7) + Fraction(1, 97) for n in range(-80, 81, 2)} | {Fraction(n) * 5 + Fraction(1, 97) for n in range(-12, 13)}))
MAX_TRIES = 12
HALVINGS = 34
MOST_CANDIDATES = 24


def refute_by_a_sign_change(claim: Claim, budget: Budget) -> Evidence | str | None:
    """An interval in which a premise has a root and the conclusion fails."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Follows):
        return None
    formulas = [*claim.conditions, *conclusion.premises, conclusion.conclusion]
    names = regions.names_of(formulas)
    if any(claim.domain(n).shape != "scalar" or not claim.domain(n).is_real for n in names) or sum(f.size for f in formulas) > 400:
        return "some symbol is no real number"
    try:
        plains = [plain(f) for f in formulas]
    except NotACondition as error:
        return str(error)
    equations = list(dict.fromkeys(n for f in plains[:-1] for n in walk(f) if n.kind == "relation" and n.signs == ("=",)))[:6]
    candidates = 0
    for equation in equations:
        for variable in sorted(free_names(equation)):
            if claim.domain(variable).field != "real":
                continue
            others = [n for n in names if n != variable]
            for point in islice(_points(claim, others, formulas), MAX_TRIES):
                budget.check()
                for low, high in _brackets(equation, variable, point, claim):
                    candidates += 1
                    if candidates > MOST_CANDIDATES:
                        return "no sign change makes an exception"
                    data = {"how": "root", "variable": variable, "low": str(low), "high": str(high), "point": {n: str(v) for n, v in point.items()}}
                    try:
                        settle(claim, Evidence("step", data))
                    except Refused:
                        continue
                    return Evidence("step", data)
    return "no sign change makes an exception"


def _points(claim: Claim, names: list[str], formulas: list[Term]) -> Iterator[dict[str, Fraction]]:
    """Simple values of the other variables, different ones first."""
    if not names:
        yield {}
        return
    small = [Fraction(v) for v in (2, 3, 5, 1, -1, 7, -2)] + [Fraction(1, 2), Fraction(3, 2), Fraction(0)]
    per_name = [[v for v in small[k % 4:] + small[:k % 4] if claim.domain(n).admits(v)][:6] for k, n in enumerate(names)]
    yield from (dict(zip(names, values)) for values in zip(*per_name))
    yield from (dict(zip(names, values)) for values in product(*per_name))


def _sign(equation: Term, variable: str, value: Fraction, point: dict[str, Fraction], claim: Claim) -> int:
    balls = Balls({**point, variable: value}, real=True, is_integer=lambda n: claim.domain(n).field == "integer")
    try:
        difference = balls.value(equation.args[0]) - balls.value(equation.args[1])
    except (Undefined, Unsure, Unsupported):
        return 0
    return 1 if difference > 0 else -1 if difference < 0 else 0


def _brackets(equation: Term, variable: str, point: dict[str, Fraction], claim: Claim) -> Iterator[tuple[Fraction, Fraction]]:
    """Short intervals around changes of sign, those near 0 first."""
    domain = claim.domain(variable)
    with precision(120):
        signs = [(v, _sign(equation, variable, v, point, claim)) for v in GRID if domain.admits(v)]
    changes = [pair for pair in zip(signs, signs[1:]) if pair[0][1] * pair[1][1] < 0]
    for (low, a), (high, b) in sorted(changes, key=lambda pair: abs(pair[0][0] + pair[1][0])):
        with precision(120):
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                s = _sign(equation, variable, middle, point, claim)
                if s == 0:
                    break
                low, high = (middle, high) if s == a else (low, middle)
        yield low, high


def refute_by_an_explicit_value(claim: Claim, budget: Budget) -> Evidence | str | None:
    """A premise that names its value, `x = c` with a number c written with square roots: that point."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Follows) or len(conclusion.premises) != 1 or claim.conditions:
        return None
    try:
        wanted = plain(conclusion.premises[0])
    except NotACondition as error:
        return str(error)
    for node in walk(wanted):
        if node.kind == "relation" and node.signs == ("=",) and node.args[0].kind == "symbol" and not free_names(node.args[1]):
            names = regions.names_of([conclusion.premises[0], conclusion.conclusion])
            if names != (node.args[0].name,):
                return None
            evidence = Evidence("region", {"how": "point", "point": {names[0]: to_data(node.args[1])}})
            try:
                settle(claim, evidence)
            except Refused:
                continue
            return evidence
    return "no value that it names is an exception"


PROCEDURES = (("values", refute_by_an_explicit_value), ("sign changes", refute_by_a_sign_change))
