"""Why a gap of scores grows: facts combined by a linear program.

Columns are facts (premises; products that are positive or grow; products that leave others behind), rows the products that are not bounded
anyway. See `grader.decide.attention` for why the search is complete where everything is linear.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from grader.algebra.limits import size_of
from grader.algebra.scales import Product, Scale, inverse, multiply, sign_of
from grader.algebra.simplex import maximize
from grader.algebra.vectors import Space
from grader.decide.attention_statements import Fact
from grader.term import to_data

ONE_SIDED = frozenset({"inf", "pos", "nonneg", "floor"})
BOUNDED = frozenset({"bounded", "constant", "vanishes"})
MAX_PRODUCTS = 24
MAX_MULTIPLE = Fraction(10**9)

_EVERY = frozenset({"inf", "pos", "nonneg", "floor", "bounded", "limit", "zero"})
USABLE = {
    "inf": _EVERY, "floor": _EVERY,
    "bounded": frozenset({"bounded", "limit", "zero"}), "limit": frozenset({"limit", "zero"}), "zero": frozenset({"zero"}),
    "nonneg": frozenset({"nonneg", "pos", "zero"}), "pos": frozenset({"nonneg", "pos", "zero"}),
}
"""Kinds of facts that may carry a goal of each kind (nonneg and pos also follow like inf)."""

Column = tuple[list[Any], Fact]


def prove(goal: Fact, given: Sequence[Column], space: Space) -> list[Any] | None:
    """The combination as [[fact, multiplier], ...], or None where there is none."""
    columns = [*given, *_derived(goal, given, space)]
    if goal.kind in ("inf", "nonneg", "pos"):
        found = _combine(goal, columns, space, "inf", strong=True)
        if found is not None or goal.kind == "inf":
            return found
    return _combine(goal, columns, space, goal.kind, strong=False)


def _derived(goal: Fact, given: Sequence[Column], space: Space) -> Iterator[Column]:
    """What is known of the products that occur."""
    occurring = list(dict.fromkeys(p for x in (goal.of, *(f.of for _, f in given)) for p in x.parts))[:MAX_PRODUCTS]
    signed = {p: sign_of(p, space.modes) for p in occurring}
    sizes = {p: size_of(p, space.modes) for p in occurring}
    widest = max([abs(c) for c in goal.of.parts.values()], default=Fraction(1))
    factor = 1000 * (1 + widest.numerator // widest.denominator)
    for p in occurring:
        if signed[p] and sizes[p] not in BOUNDED:
            x = Scale({p: Fraction(signed[p])})
            kind = "inf" if sizes[p] == "grows" else "nonneg"
            yield ["product", to_data(x.term())], Fact(kind, x)
            for q in occurring:
                if q != p and sizes[q] not in BOUNDED and size_of(multiply(q, inverse(p))[0], space.modes) == "vanishes":
                    for side in (1, -1):
                        rest = Scale({q: Fraction(side * factor)})
                        yield ["dominates", to_data(x.term()), to_data(rest.term())], Fact(kind, x + rest)


def _combine(goal: Fact, columns: Sequence[Column], space: Space, kind: str, *, strong: bool) -> list[Any] | None:
    """Multipliers with goal = sum of multiplier * fact, up to what may be left over; with `strong`, at least one fact "-> oo" takes part."""
    usable = [(name, fact) for name, fact in columns if fact.kind in USABLE[kind]]
    spare = {"inf": BOUNDED, "floor": BOUNDED, "bounded": BOUNDED, "limit": {"vanishes"}}.get(kind, frozenset())
    signs = [(k, side) for k, (_, fact) in enumerate(usable) for side in ((1,) if fact.kind in ONE_SIDED else (1, -1))]
    products: dict[Product, None] = {}
    for x in (goal.of, *(fact.of for _, fact in usable)):
        products.update(dict.fromkeys(p for p in x.parts if size_of(p, space.modes) not in spare))
    if kind in ("nonneg", "pos"):
        products.setdefault((), None)
    width = len(signs) + 3
    rows, right = [], []
    for p in products:
        row = [side * usable[k][1].of.parts.get(p, Fraction(0)) for k, side in signs] + [Fraction(0)] * 3
        row[-3] = -goal.of.parts.get(p, Fraction(0))  # multiplier of the goal
        row[-2] = Fraction(1) if p == () and kind in ("nonneg", "pos") else Fraction(0)  # a number left over
        rows.append(row)
        right.append(Fraction(0))
    rows.append([Fraction(0)] * (width - 3) + [Fraction(1), Fraction(0), Fraction(1)])  # a bound for the goal's multiplier
    right.append(MAX_MULTIPLE if strong else Fraction(1))
    if strong:
        rows.append([Fraction(1 if usable[k][1].kind == "inf" else 0) for k, _ in signs] + [Fraction(0)] * 3)
        right.append(Fraction(1))
    best = maximize(rows, right, [Fraction(0)] * (width - 3) + [Fraction(1), Fraction(0), Fraction(0)])
    if best is None or best.value <= 0:
        return None
    weights: dict[int, Fraction] = {}
    for (k, side), value in zip(signs, best.point):
        weights[k] = weights.get(k, Fraction(0)) + side * value / best.value
    made = [[usable[k][0], str(w)] for k, w in weights.items() if w]
    if kind == "pos" and not _is_strict(goal, usable, weights):
        return None
    return made


def _is_strict(goal: Fact, usable: Sequence[Column], weights: dict[int, Fraction]) -> bool:
    left = goal.of
    for k, w in weights.items():
        left = left - usable[k][1].of.times(w)
    number = left.rational
    return number is not None and (number > 0 or number == 0 and any(usable[k][1].kind == "pos" and w for k, w in weights.items()))
