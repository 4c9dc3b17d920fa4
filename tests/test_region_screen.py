"""Points that are passed over are no exceptions: what the quick tests say agrees with the exact truth of the formulas."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.algebra.region_screen import MAX_BITS, Screen
from grader.algebra.regions import Truth
from grader.domain import Domain
from grader.reading import Vocabulary, read
from grader.term import Term, apply, number, relation, symbol

NAMES = ("x", "y")
REAL = {name: Domain("real") for name in NAMES}
NUMBERS = st.fractions(min_value=-5, max_value=5, max_denominator=4)
SIDES = st.recursive(st.sampled_from([symbol(n) for n in NAMES]) | NUMBERS.map(number), lambda inner: st.one_of(
    st.builds(lambda a, b: apply("add", a, b), inner, inner), st.builds(lambda a, b: apply("mul", a, b), inner, inner), st.builds(lambda a: apply("neg", a), inner),
    st.builds(lambda a, b: apply("div", a, b), inner, inner), st.builds(lambda a, e: apply("pow", a, number(e)), inner, st.integers(-2, 3)),
    st.builds(lambda a: apply("abs", a), inner)), max_leaves=6)
RELATIONS = st.builds(relation, st.sampled_from(("=", "!=", "<", "<=", ">", ">=")), SIDES, SIDES)
FORMULAS = st.recursive(RELATIONS, lambda inner: st.one_of(
    st.builds(lambda a, b: apply("and", a, b), inner, inner), st.builds(lambda a, b: apply("or", a, b), inner, inner), st.builds(lambda a: apply("not", a), inner)),
    max_leaves=3)


@settings(max_examples=300, deadline=None)
@given(st.lists(FORMULAS, max_size=2), FORMULAS, NUMBERS, NUMBERS)
def test_no_exception_is_passed_over(premises: list[Term], conclusion: Term, x: Fraction, y: Fraction) -> None:
    """A point that meets all premises and misses the conclusion is never passed over."""
    point = dict(zip(NAMES, (x, y)))
    truth = Truth(point, REAL)
    exception = all(truth.holds(p) is True for p in premises) and truth.holds(conclusion) is False
    assert not (exception and Screen(premises, conclusion).passes(point))


@pytest.mark.parametrize(("premise", "conclusion", "point", "passes"), [
    ("x < y", "x^2 < y^2", (1, 2), True), ("x < y", "x^2 < y^2", (-2, 1), False), ("x < y", "x^2 < y^2", (2, 1), True), ("x != 0", "x/y >= 1", (1, 0), False),
    ("x/y < 1", "x < y", (-2, -1), True), ("x/y < 1", "x < y", (1, -2), False), ("1 < x < 3 and not y < 0", "x y >= 0", (2, -1), True), ("x < y", "sin(x) < 1", (1, 2), False)])
def test_what_is_passed_over(premise: str, conclusion: str, point: tuple[int, int], passes: bool) -> None:
    """Worked by hand: quotients by negative numbers, chains, a division by zero and a function, of which nothing is said."""
    vocabulary = Vocabulary()
    at = dict(zip(NAMES, map(Fraction, point)))
    assert Screen([read(premise, vocabulary).term], read(conclusion, vocabulary).term).passes(at) is passes


def test_numbers_that_grow_say_nothing() -> None:
    """Beyond the bound on digits the point is left to the exact truth."""
    tower = symbol("x")
    for _ in range(4):
        tower = apply("pow", tower, number(24))
    assert not Screen([], relation(">", tower, number(0))).passes({"x": Fraction(2)})
    assert Screen([], relation(">", apply("pow", symbol("x"), number(24)), number(0))).passes({"x": Fraction(2)}) and MAX_BITS > 24
