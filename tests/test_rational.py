"""Rational functions of terms against Python's own fractions."""

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.algebra.rational import NotRational, Rational, rational
from grader.term import apply, number, symbol

x, y = symbol("x"), symbol("y")


def add(*a):
    return apply("add", *a)


def mul(*a):
    return apply("mul", *a)


def power(a, n):
    return apply("pow", a, number(n))


def div(a, b):
    return apply("div", a, b)


def test_lowest_terms_and_equality():
    left = rational(div(add(power(x, 2), number(-1)), add(x, number(-1))))
    assert left == rational(add(x, number(1)))
    assert left.is_polynomial() and left.degree("x") == 1
    assert not left == rational(add(x, number(2)))


def test_terms_coefficients_and_names():
    f = rational(add(mul(number(3), power(x, 2), y), number(F(1, 2))))
    assert f.names == ("x", "y")
    assert f.terms() == {(2, 1): F(3), (0, 0): F(1, 2)}
    assert [c.as_fraction() for c in f.substitute({"y": 2}).coefficients("x")] == [F(1, 2), F(0), F(6)]
    assert f.coefficients("y")[1] == rational(mul(number(3), power(x, 2)))
    assert rational(add(x, y, apply("neg", y))).used_names() == ("x",)


def test_calculus():
    f = rational(div(x, add(x, y)))
    assert f.derivative("x") == rational(div(y, power(add(x, y), 2)))
    assert f.derivative("z").is_zero()
    assert f.substitute({"x": rational(div(number(1), y))}) == rational(div(number(1), add(number(1), power(y, 2))))
    assert f.substitute({"x": Rational.variable("y"), "y": Rational.variable("x")}) == rational(div(y, add(x, y)))


def test_poles_and_undefined():
    f = rational(div(number(1), add(x, y)))
    assert f.value({"x": F(1, 2), "y": 1}) == F(2, 3)
    with pytest.raises(ZeroDivisionError):
        f.value({"x": 1, "y": -1})
    with pytest.raises(ZeroDivisionError):
        f.substitute({"x": -Rational.variable("y")})
    for bad in (div(number(1), add(x, apply("neg", x))), power(add(x, apply("neg", x)), 0), div(number(0), number(0))):
        with pytest.raises(NotRational):
            rational(bad)


@pytest.mark.parametrize("big", [
    power(add(x, y), 61), power(number(7), 10**6), power(power(power(x, 500), 500), 500), power(number(2), 2**70),
    power(add(x, y, number(1), power(x, 2), power(y, 2), mul(x, y)), 30), apply("pow", x, y), apply("sin", x),
])
def test_limits(big):
    with pytest.raises(NotRational):
        rational(big)


def test_high_monomials_are_cheap():
    assert rational(div(power(x, 5999), power(x, 5998))) == rational(x)


def test_atoms():
    k1 = apply("index", symbol("k"), number(1))
    f = rational(add(k1, mul(number(2), k1)), atom=lambda t: "k_1" if t == k1 else None)
    assert f.names == ("k_1",) and f == Rational.variable("k_1") * 3
    assert f.to_term({"k_1": k1}) == mul(number(3), k1)
    assert rational(number(0)).to_term() == number(0)


leaves = st.one_of(st.sampled_from([x, y]), st.integers(-4, 4).map(number))
trees = st.recursive(leaves, lambda t: st.one_of(
    st.tuples(t, t).map(lambda p: add(*p)), st.tuples(t, t).map(lambda p: mul(*p)), st.tuples(t, t).map(lambda p: div(*p)),
    st.tuples(t, st.integers(-3, 3)).map(lambda p: power(*p)), t.map(lambda a: apply("neg", a))), max_leaves=8)


def evaluate(t, point):
    if t.kind == "number":
        return t.value
    if t.kind == "symbol":
        return point[t.name]
    v = [evaluate(a, point) for a in t.args]
    return {"add": sum, "neg": lambda v: -v[0], "mul": lambda v: v[0] * v[1], "div": lambda v: v[0] / v[1],
            "pow": lambda v: v[0] ** int(v[1]) if v[0] or v[1] else F(1) / 0}[t.name](v)


@settings(max_examples=150, deadline=None)
@given(trees, st.fractions(-3, 3, max_denominator=7), st.fractions(-3, 3, max_denominator=7))
def test_same_value_as_fractions(t, a, b):
    try:
        expected = evaluate(t, {"x": a, "y": b})
    except ZeroDivisionError:
        return
    f = rational(t)
    assert f.value({"x": a, "y": b}) == expected
    assert rational(f.to_term()) == f
