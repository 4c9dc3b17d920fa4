"""Curves through the growing symbols, by which an order is refuted.

Along a curve each growing symbol is a function of one parameter r, a whole number for whole r and tending to infinity, or is held fixed at an
arbitrarily large value. Where the conditions hold along it and the ratio is unbounded, no constant serves: for every bound N some point of it
(or, with symbols held fixed, of the curve with the fixed ones at N) has every growing symbol beyond N.

`curves` lists curves worth trying, plain ones first; `guided_curve` finds powers of r by a linear program.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import gcd, lcm

from grader.algebra import growth_conditions
from grader.algebra import growth_constants as constants
from grader.algebra.growth import Line, compare
from grader.algebra.growth_conditions import Bound
from grader.algebra.growth_constants import Unfit
from grader.algebra.growth_scales import Form, Order
from grader.algebra.growth_terms import Converter
from grader.algebra.simplex import maximize
from grader.domain import Domain
from grader.term import Term, apply, number, replace, symbol

PARAMETER = "growing parameter"
"""The curve's parameter; no learner can type this name."""
FIXED = "fixed at a large value"
LARGE = Domain("integer", Fraction(10 ** 9))
"""Where a symbol that is held fixed lies: anywhere above."""

CONSTANT = Domain("real", Fraction(0), True)
"""Where a symbol lies that does not grow and is not declared."""

R = symbol(PARAMETER)
_STEPS: tuple[Term | None, ...] = (
    None, R, apply("pow", R, number(2)), apply("pow", R, number(3)), apply("pow", number(2), R), apply("pow", R, number(6)),
    apply("pow", number(2), apply("pow", R, number(2))), apply("pow", number(2), apply("mul", number(3), R)), apply("pow", R, number(12)),
    apply("mul", number(2), R), apply("pow", number(2), apply("pow", number(2), R)),
)
"""Values for one symbol along a curve (None: held fixed), plain ones first."""


def curves(names: tuple[str, ...], limit: int) -> Iterator[dict[str, Term | None]]:
    """Curves for the growing symbols, plain ones first, at most `limit`."""
    if len(names) == 1:
        yield {names[0]: R}
        return
    seen, made = set(), 0
    for width in (2, 3, 4, 5, 7, 9, len(_STEPS)):
        for choice in sorted(itertools.product(range(width), repeat=len(names)), key=lambda c: (sum(c), c)):
            if choice in seen or not any(choice):
                continue
            seen.add(choice)
            if len(set(choice) - {0}) == 1 and max(choice) > 1:
                continue  # the same curve in another parameter
            made += 1
            if made > limit:
                return
            yield {name: _STEPS[c] for name, c in zip(names, choice)}


def guided_curve(left: tuple[Form, ...], right: tuple[Form, ...], bounds: list[tuple[Form, Form, bool]],
                 names: tuple[str, ...]) -> dict[str, Term | None] | None:
    """Powers of r along which min(left) outgrows every scale of `right` within the bounds (small, large, strictly), logarithms left out of account.

    The exponents d >= 0 maximise a margin s <= 1 with l . d - g . d >= s for l in left, g in right: a linear program. None where s cannot be
    positive, or a scale holds exponentials.
    """
    rows, values = [], []
    for upper, lower, strict in [*[(f, g, True) for f in left for g in right], *[(large, small, strict) for small, large, strict in bounds]]:
        difference = upper - lower
        if any(a[0] == "T" for a in difference.terms):
            return None
        rates = [difference.terms.get(("L", 1, name), constants.ZERO).rational for name in names]
        if None in rates:
            return None
        rows.append([*rates, Fraction(-1 if strict else 0)])
        values.append(Fraction(0))
    rows += [[Fraction(1)] * len(names) + [Fraction(0)], [Fraction(0)] * len(names) + [Fraction(1)]]
    slack = [[Fraction(-1 if i == j else 0) for j in range(len(rows))] for i in range(len(rows) - 2)]
    slack += [[Fraction(1 if i == j else 0) for j in range(len(rows))] for i in range(len(rows) - 2, len(rows))]
    best = maximize([row + more for row, more in zip(rows, slack)], [*values, Fraction(1), Fraction(1)],
                    [Fraction(0)] * len(names) + [Fraction(1)] + [Fraction(0)] * len(rows))
    if best is None or best.value <= 0:
        return None
    exponents = best.point[:len(names)]
    scale = lcm(*[d.denominator for d in exponents])
    powers = [int(d * scale) for d in exponents]
    common = gcd(*powers)
    if max(powers) > 1000 * common:
        return None
    return {name: None if not d else R if d == common else apply("pow", R, number(d // common)) for name, d in zip(names, powers)}


def along(term: Term, curve: Mapping[str, Term | None], fixed: Mapping[str, Term]) -> Term:
    """The tree along the curve: growing symbols replaced by their values, those held fixed by a constant, other constants by the values given."""
    change = {symbol(name): symbol(FIXED) if value is None else value for name, value in curve.items()}
    change |= {symbol(name): value for name, value in fixed.items()}
    return replace(term, change)


def constant_values(names: tuple[str, ...], domains: dict[str, Domain]) -> Iterator[dict[str, Term]]:
    """Values for the symbols that do not grow, a few at most."""
    tried = [Fraction(2), Fraction(3), Fraction(1), Fraction(5), Fraction(1, 2), Fraction(10)]
    choices = []
    for name in names:
        fitting = [v for v in tried if domains[name].admits(v)] or [v for v in (Fraction(k, 4) for k in range(1, 80)) if domains[name].admits(v)][:2]
        choices.append(fitting[:4] if len(names) < 3 else fitting[:1])
    for values in itertools.islice(itertools.product(*choices), 12):
        yield {name: number(v) for name, v in zip(names, values)}


def fails_along(left: Term, right: Term, strict: bool, conditions: tuple[Bound, ...], curve: dict[str, Term | None], values: dict[str, Term]) -> bool:
    """Do the conditions hold along the curve, and is left/right unbounded there (where strict: does not tend to 0)? Fails with `Unfit`."""
    line = Line(PARAMETER, {FIXED: LARGE})
    if not all(holds_along(bound, line, curve, values) for bound in conditions):
        return False
    held = any(value is None for value in curve.values())
    limit = compare(along(left, curve, values), along(right, curve, values), line)
    return limit > 0 or limit == 0 and strict and not held


def holds_along(bound: Bound, line: Line, curve: dict[str, Term | None], values: dict[str, Term]) -> bool:
    """Does the bound hold on the curve from some point on? Fails with `Unfit` where that is not seen."""
    small, large = along(bound.small, curve, values), along(bound.large, curve, values)
    if bound.sign in ("O", "o"):
        limit = compare(small, large, line)
        return limit < 0 or limit == 0 and bound.sign == "O"
    converter = Converter(line, (PARAMETER,))
    difference = converter.scales.subtract(converter.quantity(large), converter.quantity(small))
    if not isinstance(difference, Order) and not difference.terms and not difference.errors:
        return bound.sign == "<="
    try:
        converter.scales.order(difference)
    except Unfit:
        return False
    return True


class Hopeless:
    """Passes over curves of plain powers along which two sums of plain powers obviously keep their order."""

    def __init__(self, growing: tuple[str, ...], left: Term, right: Term, strict: bool) -> None:
        self.strict = strict
        converter = Converter(growth_conditions.Never({}), growing)
        try:
            self.sides = [self._powers(converter.order(t)) for t in (left, right)]
        except Unfit:
            self.sides = [None]

    @staticmethod
    def _powers(order: Order) -> list[list[dict[str, Fraction]]] | None:
        made = []
        for alternative in order.alternatives:
            rows = []
            for form in alternative:
                if any(a[0] != "L" or a[1] != 1 or c.rational is None for a, c in form.terms.items()):
                    return None
                rows.append({a[2]: _lighter(c.rational) for a, c in form.terms.items()})
            made.append(rows)
        return made

    def __call__(self, curve: dict[str, Term | None]) -> bool:
        if None in self.sides:
            return False
        exponent: dict[str, Fraction | int] = {}
        for name, value in curve.items():
            if value is None:
                exponent[name] = 0
            elif value.kind == "symbol":
                exponent[name] = 1
            elif value.is_apply("pow", 2) and value.args[0].kind == "symbol":
                exponent[name] = _lighter(value.args[1].value)
            else:
                return False
        left, right = (min(max(sum([q * exponent[x] for x, q in row.items()]) for row in rows) for rows in side) for side in self.sides)
        return left < right or left == right and not self.strict


def _lighter(q: Fraction) -> Fraction | int:
    """A whole number as an int, with which Python reckons faster."""
    return q.numerator if q.denominator == 1 else q


def admits_a_curve(conditions: tuple[Bound, ...], growing: tuple[str, ...], fixed: tuple[str, ...], domains: Mapping[str, Domain]) -> bool:
    """Do the conditions leave room for the symbols to grow? Under contradictory conditions every order holds, and means nothing."""
    line = Line(PARAMETER, {FIXED: LARGE})
    for values in constant_values(fixed, dict(domains)):
        for curve in curves(growing, 600):
            try:
                if all(holds_along(bound, line, curve, values) for bound in conditions):
                    return True
            except Unfit:
                continue
    return False
