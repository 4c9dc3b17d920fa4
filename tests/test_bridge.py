"""Terms to SymPy and back: nothing is lost, nothing is evaluated, and values agree."""

from fractions import Fraction as F

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.algebra.bridge import NoBridge, domains_of, from_sympy, to_sympy
from grader.model import Status
from grader.reading import read
from grader.term import Term, apply, binder, constant, number, symbol

x, y, n = symbol("x"), symbol("y"), symbol("n")

FORMULAS = ["x + y", "x - y", "2*x*y", "x/y", "-x", "x^2", "x^y", "sqrt(x)", "sin(x) + cos(y)", "log(x)", "exp(x)", "abs(x)", "x!", "binomial(n, 2)", "max(x, y)",
            "floor(x)", "pi + i", "1 + 1", "x*x", "f(x)", "x = y", "x < y", "x >= 1", "{x, y}", "(x, y)", "x > 1 and y > 1", "not x > 1", "oo", "1/2", "gamma(x)", "conj(x)",
            "sum(k^2, k, 1, n)", "product(k, k, 1, n)", "int(x^2, x, 0, 1)", "atan2(x, y)", "erf(x)", "-x/y", "(x + y)/(x - y)", "(0, 1] union [2, 3)"]


@pytest.mark.parametrize("text", FORMULAS)
def test_there_and_back(text):
    term = read(text).term
    assert from_sympy(to_sympy(term)) == term


def test_nothing_is_evaluated():
    assert str(to_sympy(apply("add", number(1), number(1)))) == "1 + 1"
    assert to_sympy(apply("div", x, x)) != 1


def test_sympy_objects():
    X, N = sp.symbols("x n")
    assert from_sympy(sp.Integral(X**2, X)) == binder("antiderivative", (x,), apply("pow", x, number(2)))
    assert from_sympy(sp.Matrix([[1, X]])).name == "matrix"
    assert from_sympy(sp.zoo) == from_sympy(sp.nan) == constant("undefined")
    assert from_sympy(sp.Float("0.25")).value == F(1, 4)
    assert from_sympy([1, 2.5]).args[1].value == F(5, 2)
    assert from_sympy(sp.Limit(sp.sin(X) / X, X, 0)).name == "limit"
    assert from_sympy(sp.Piecewise((X, X > 0), (0, True))).name == "cases"
    assert from_sympy(sp.Derivative(sp.Function("f")(X), X, 2)).is_apply("derivative")
    for bad in (object(), sp.Function, "x"):
        with pytest.raises(NoBridge):
            from_sympy(bad)


def test_assumptions_count():
    p, r = sp.Symbol("p", positive=True), sp.Symbol("r", real=True)
    assert domains_of(p * r) == {"p": "real positive", "r": "real"}
    assert grader.verify(p, sp.sqrt(sp.Pow(sp.Symbol("p", positive=True), 2, evaluate=False), evaluate=False)).status is Status.PROVED
    assert grader.verify(sp.Symbol("q"), "sqrt(q^2)").status is Status.REFUTED
    assert grader.verify(sp.Symbol("x") ** 2 - 1, "(x-1)(x+1)").status is Status.PROVED
    assert grader.verify(sp.Eq(sp.Symbol("x"), 1), "1 = x").status is Status.PROVED
    assert grader.verify(sp.FiniteSet(1, 2), "{2, 1}").status is Status.PROVED


leaves = st.one_of(st.sampled_from([x, y]), st.integers(1, 5).map(number))
trees = st.recursive(leaves, lambda t: st.one_of(
    st.tuples(t, t).map(lambda p: apply("add", *p)), st.tuples(t, t).map(lambda p: apply("mul", *p)), st.tuples(t, t).map(lambda p: apply("div", *p)),
    t.map(lambda a: apply("neg", a)), t.map(lambda a: apply("sqrt", a)), t.map(lambda a: apply("sin", a)), t.map(lambda a: apply("exp", a)),
    st.tuples(t, st.integers(2, 3)).map(lambda p: apply("pow", p[0], number(p[1])))), max_leaves=6)


@settings(max_examples=60, deadline=None)
@given(trees)
def test_values_are_kept(t: Term):
    again = from_sympy(to_sympy(t))
    verdict = grader.verify(t, again)
    assert verdict.status in (Status.PROVED, Status.AGREES, Status.UNDECIDED), verdict.finding.words
