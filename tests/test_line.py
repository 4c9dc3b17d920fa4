"""Linear conditions on one number: decided exactly, beside trying many points; what is not linear is refused."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.kernel import Refused, settle
from grader.model import Claim, Equal, Evidence, Status
from grader.domain import Domain
from grader.reading import read
from grader.replay.line import _formula, _holds

REAL = (("*", Domain("real")),)


def condition(text):
    return read(text).term


def verdict(a, b, domains=REAL):
    return settle(Claim(Equal(condition(a), condition(b)), domains), Evidence("structure", {"how": "line"}))


@pytest.mark.parametrize("a, b, equal", [
    ("x < -3", "2x < -6", True), ("x < -3", "-2x > 6", True), ("x < -3", "x <= -3", False), ("1 < x < 3", "x > 1 and x < 3", True),
    ("x < 1 or x > 0", "true", True), ("x < 0 and x > 1", "false", True), ("not (x < 2)", "x >= 2", True), ("x != 1", "x < 1 or x > 1", True),
    ("x in [0, 1)", "0 <= x < 1", True), ("x in [0, 1)", "0 <= x <= 1", False), ("x < 1 implies x < 2", "true", True), ("-oo < x < 2", "x < 2", True),
    ("x/2 + 1/3 >= 1", "x >= 4/3", True), ("2(x - 1) = x", "x = 2", True), ("x = 2 or x = 3", "x = 3 or x = 2", True), ("x = 2", "x = 2 or x = 3", False),
])
def test_conditions(a, b, equal):
    for left, right in ((a, b), (b, a)):
        assert verdict(left, right).status is (Status.PROVED if equal else Status.REFUTED)


def test_domains_cut_the_line():
    assert verdict("x > -1", "x >= 0", (("x", Domain.parse("nonnegative")),)).status is Status.PROVED
    assert verdict("x > -1", "x >= 0").status is Status.REFUTED
    assert verdict("x < 5", "x < 7", (("x", Domain.parse("real < 5")),)).status is Status.PROVED
    for domain in (Domain("integer"), Domain("complex")):
        with pytest.raises(Refused):
            verdict("x > 0", "x >= 1", (("x", domain),))
    assert grader.verify("x > 0", "x >= 1", assume={"x": "integer"}).equal is not False


@pytest.mark.parametrize("a", ["x^2 < 4", "x y < 1", "x < y", "1/x > 0", "sqrt(x) < 2", "|x| < 1", "pi x < 1", "x in ZZ", "1 < 2"])
def test_what_is_not_linear_is_refused(a):
    with pytest.raises(Refused):
        verdict(a, "x < 1" if a != "1 < 2" else "2 < 3")


comparisons = st.builds(lambda a, b, s: f"{a} x + {b} {s} 0", st.integers(-3, 3), st.integers(-4, 4), st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
formulas = st.recursive(comparisons, lambda below: st.builds(lambda a, b, o: f"(({a}) {o} ({b}))", below, below, st.sampled_from(["and", "or"])), max_leaves=4)


@settings(max_examples=150, deadline=None)
@given(formulas, formulas)
def test_beside_many_points(a, b):
    try:
        found = verdict(a, b)
    except Refused:
        return
    left, right = (_formula(condition(t), "x", set()) for t in (a, b))
    agree = all(_holds(left, Fraction(k, 24)) == _holds(right, Fraction(k, 24)) for k in range(-240, 241))
    assert (found.status is Status.PROVED) == agree
