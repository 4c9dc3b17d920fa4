"""Deciding equations: what is proved, what is refuted, and the traps that must not pass. Every verdict here has been replayed."""

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import kernel
from grader.decide import Budget, OutOfBudget
from grader.decide.equal import PROCEDURES
from grader.domain import Domain
from grader.model import Claim, Equal, Evidence, Status
from grader.reading import read
from grader.term import Term, apply, binder, collection, constant, number, relation, symbol

x, y, z, n, k, a, b = (symbol(s) for s in "xyznkab")
pi, i, e = constant("pi"), constant("i"), constant("e")


def op(name):
    return lambda *args: apply(name, *[number(t) if isinstance(t, (int, F)) else t for t in args])


add, mul, div, power, neg = op("add"), op("mul"), op("div"), op("pow"), op("neg")
sqrt, root, exp, log, sin, cos, tan, size = op("sqrt"), op("root"), op("exp"), op("log"), op("sin"), op("cos"), op("tan"), op("abs")
atan, asin, fact, binom, gamma, floor, top, low, conj = (op(s) for s in "atan asin factorial binomial gamma floor max min conj".split())


def minus(p, q):
    return add(p, neg(q))


def decide(left, right, default="real", conditions=(), **domains):
    """Only this module's procedures, each through the kernel."""
    left, right = (number(t) if isinstance(t, (int, F)) else t for t in (left, right))
    claim = Claim(Equal(left, right), (*((s, Domain.parse(d)) for s, d in domains.items()), ("*", Domain.parse(default))), tuple(conditions))
    for _, procedure in PROCEDURES:
        try:
            found = procedure(claim, Budget())
        except OutOfBudget:
            break
        if isinstance(found, Evidence):
            try:
                return kernel.settle(claim, found)
            except kernel.Refused:
                continue
    return kernel.give_up(claim, [])


PROVED = [
    (power(add(x, y), 2), add(power(x, 2), mul(2, x, y), power(y, 2)), {}),
    (div(minus(power(x, 2), 1), minus(x, 1)), add(x, 1), {}),
    (div(x, x), 1, {}),
    (minus(div(1, n), div(1, add(n, 1))), div(1, mul(n, add(n, 1))), {}),
    (sqrt(power(x, 2)), size(x), {}),
    (sqrt(power(x, 2)), x, {"x": "nonnegative"}),
    (mul(sqrt(x), sqrt(y)), sqrt(mul(x, y)), {}),
    (sqrt(div(x, y)), div(sqrt(x), sqrt(y)), {}),
    (power(sqrt(x), 2), x, {}),
    (power(x, F(1, 3)), root(x, 3), {}),
    (root(mul(8, power(x, 3)), 3), mul(2, x), {}),
    (power(power(x, F(1, 2)), F(1, 3)), power(x, F(1, 6)), {}),
    (size(mul(-2, x, power(y, 3))), mul(2, size(x), power(size(y), 3)), {}),
    (log(power(x, 2)), mul(2, log(x)), {}),
    (log(power(x, 2)), mul(2, log(size(x))), {}),
    (log(mul(x, y)), add(log(x), log(y)), {}),
    (log(number(8), number(2)), 3, {}),
    (exp(add(x, y)), mul(exp(x), exp(y)), {}),
    (power(number(2), add(n, 1)), mul(2, power(number(2), n)), {}),
    (power(number(4), n), power(number(2), mul(2, n)), {}),
    (power(power(a, b), x), power(a, mul(b, x)), {"a": "positive"}),
    (exp(mul(x, log(y))), power(y, x), {}),
    (add(power(sin(x), 2), power(cos(x), 2)), 1, {}),
    (sin(mul(2, x)), mul(2, sin(x), cos(x)), {}),
    (tan(add(x, y)), div(add(tan(x), tan(y)), minus(1, mul(tan(x), tan(y)))), {}),
    (cos(div(pi, 12)), div(add(sqrt(6), sqrt(2)), 4), {}),
    (cos(mul(n, pi)), power(number(-1), n), {"n": "integer"}),
    (sin(atan(x)), div(x, sqrt(add(1, power(x, 2)))), {}),
    (asin(neg(x)), neg(asin(x)), {}),
    (atan(1), div(pi, 4), {}),
    (sqrt(minus(1, power(sin(x), 2))), size(cos(x)), {}),
    (minus(power(op("cosh")(x), 2), power(op("sinh")(x), 2)), 1, {}),
    (op("asinh")(x), log(add(x, sqrt(add(power(x, 2), 1)))), {}),
    (op("sigmoid")(neg(x)), minus(1, op("sigmoid")(x)), {}),
    (fact(add(n, 1)), mul(add(n, 1), fact(n)), {}),
    (div(n, fact(n)), div(1, fact(minus(n, 1))), {}),
    (binom(add(n, 1), add(k, 1)), add(binom(n, k), binom(n, add(k, 1))), {}),
    (binom(n, minus(n, k)), binom(n, k), {}),
    (power(neg(cos(x)), n), mul(power(number(-1), n), power(cos(x), n)), {"n": "integer > 0"}),
    (floor(add(x, 2)), add(floor(x), 2), {}),
    (top(x, y), div(add(x, y, size(minus(x, y))), 2), {}),
    (apply("derivative", mul(x, exp(x)), x), mul(add(x, 1), exp(x)), {}),
    (apply("derivative", tan(x), x), power(op("sec")(x), 2), {}),
    (power(minus(a, x), 6000), power(minus(x, a), 6000), {}),
    (apply("call", symbol("f"), add(x, x)), apply("call", symbol("f"), mul(2, x)), {}),
]


@pytest.mark.parametrize("row", range(len(PROVED)))
def test_proved(row):
    left, right, domains = PROVED[row]
    for sides in ((left, right), (right, left)):
        verdict = decide(*sides, **domains)
        assert verdict.status is Status.PROVED, verdict.finding.words
    assert not verdict.finding.oracles


COMPLEX_PROVED = [
    (exp(mul(i, pi)), -1), (exp(mul(3, i, k)), power(add(cos(k), mul(i, sin(k))), 3)), (mul(x, conj(x)), power(size(x), 2)),
    (add(op("re")(x), mul(i, op("im")(x))), x), (exp(log(x)), x), (power(sqrt(x), 2), x), (size(exp(mul(i, symbol("t")))), 1),
    (mul(exp(x), conj(exp(x))), exp(add(x, conj(x)))),
]


@pytest.mark.parametrize("row", range(len(COMPLEX_PROVED)))
def test_proved_over_the_complex_numbers(row):
    left, right = COMPLEX_PROVED[row]
    assert decide(left, right, "complex", t="real").status is Status.PROVED


REFUTED = [
    (power(add(x, y), 2), add(power(x, 2), power(y, 2)), {}), (sqrt(power(x, 2)), x, {}), (sqrt(add(power(x, 2), power(y, 2))), add(x, y), {}),
    (power(minus(x, a), 5999), power(minus(x, a), 6000), {}), (log(add(x, y)), add(log(x), log(y)), {}), (sin(mul(2, x)), mul(2, sin(x)), {}),
    (sin(mul(pi, n)), 0, {}), (add(sin(mul(pi, n)), n), n, {}), (power(op("sign")(x), 2), 1, {}), (op("ceil")(x), add(floor(x), 1), {}),
    (sqrt(add(power(x, 2), mul(2, x), 1)), add(x, 1), {}), (fact(add(n, 1)), mul(n, fact(n)), {}),
    (binom(n, k), binom(n, minus(k, 1)), {"n": "integer > 0", "k": "integer > 0"}),
    (apply("derivative", power(x, 3), x), power(x, 2), {}), (power(number(2), n), power(number(2), add(n, F(1, 10**25))), {}),
    (mul(x, add(1, F(1, 10**20))), x, {}), (top(0, minus(x, 10**6)), 0, {}), (floor(add(x, F(1, 10**9))), floor(x), {}),
    (F(99999998, 99999999), F(99999999, 10**8), {}), (exp(mul(i, 199, symbol("t"))), exp(mul(i, 200, symbol("t"))), {}),
    (apply("call", symbol("f"), x), apply("call", symbol("g"), x), {}), (power(number(-2), minus(n, 1)), power(number(-2), n), {"n": "integer"}),
]


@pytest.mark.parametrize("row", range(len(REFUTED)))
def test_refuted(row):
    left, right, domains = REFUTED[row]
    for sides in ((left, right), (right, left)):
        verdict = decide(*sides, **domains)
        assert verdict.status is Status.REFUTED, verdict.finding.words


def test_counterexamples_are_small():
    point = decide(power(add(x, y), 2), add(power(x, 2), power(y, 2))).evidence.data["point"]
    assert all(len(v) <= 3 for v in point.values())


def test_branch_cuts():
    assert decide(log(power(x, 2)), mul(2, log(x)), "complex").status is Status.REFUTED
    assert decide(sqrt(mul(x, y)), mul(sqrt(x), sqrt(y)), "complex").status is Status.REFUTED
    assert decide(power(power(x, 2), F(1, 3)), power(x, F(2, 3)), "complex").status is Status.REFUTED
    assert decide(log(exp(x)), x, "complex").status is Status.REFUTED
    assert decide(log(exp(x)), x, "real").status is Status.PROVED


UNDEFINED = [div(0, 0), mul(0, div(1, 0)), power(div(0, 0), 0), power(number(0), 0), log(0), constant("undefined"),
    minus(constant("oo"), constant("oo")),
             mul(0, div(1, minus(x, x))), sqrt(minus(neg(power(x, 2)), 1)), add(x, mul(0, log(neg(power(x, 2)))))]


@pytest.mark.parametrize("row", range(len(UNDEFINED)))
def test_what_is_undefined_equals_nothing(row):
    bad = UNDEFINED[row]
    for other in (number(0), number(1), x, bad):
        assert decide(bad, other).status in (Status.UNDECIDED, Status.REFUTED)


def test_a_side_defined_at_a_single_point_proves_nothing():
    lonely = add(x, mul(5, sqrt(neg(power(minus(x, 1), 2)))))
    assert decide(lonely, x).status is Status.UNDECIDED


def test_functions_that_agree_on_integers_only():
    assert decide(sin(mul(pi, n)), 0).status is Status.REFUTED
    assert decide(sin(mul(pi, n)), 0, n="integer").status is Status.PROVED
    assert decide(cos(mul(2, pi, x)), 1).status is Status.REFUTED


@pytest.mark.parametrize("tower", [
    power(number(9), power(number(9), power(number(9), 9))), fact(fact(fact(9))), power(add(x, 1), 10**9), power(add(x, y, z, 1), 60),
    power(add(power(x, 279936), 1), 2), exp(exp(exp(exp(exp(number(9)))))), binom(10**9, 5 * 10**8), power(power(power(x, 999), 999), 999),
])
def test_towers_end(tower):
    budget = Budget(cpu_seconds=5)
    verdict = decide(tower, add(tower, 1))
    assert verdict.status in (Status.UNDECIDED, Status.REFUTED) and budget.remaining > 0
    assert decide(tower, mul(tower, 1)).status is not Status.REFUTED


def test_constants():
    pairs = [(sqrt(add(5, mul(2, sqrt(6)))), add(sqrt(2), sqrt(3))), (cos(div(mul(2, pi), 5)), div(minus(sqrt(5), 1), 4)),
             (add(root(add(2, sqrt(5)), 3), root(minus(2, sqrt(5)), 3)), 1), (tan(div(pi, 8)), minus(sqrt(2), 1))]
    for left, right in pairs:
        assert decide(left, right).status is Status.PROVED
        assert decide(left, add(right, F(1, 10**30))).status is Status.REFUTED


def test_agreement_is_no_proof():
    verdict = decide(add(atan(x), atan(y)), atan(div(add(x, y), minus(1, mul(x, y)))), x="> 0 < 1", y="> 0 < 1")
    assert verdict.status is Status.AGREES and "not a proof" in verdict.finding.words[0]


def test_conditions_limit_the_points():
    assert decide(size(x), x, conditions=[relation(">", x, number(0))]).status in (Status.AGREES, Status.PROVED)
    assert decide(size(x), x, conditions=[relation("<", x, number(0))]).status is Status.REFUTED


def test_piecewise():
    cases = collection("cases", apply("where", x, relation(">=", x, number(0))), apply("where", neg(x), relation("<", x, number(0))))
    assert decide(cases, size(x)).status in (Status.AGREES, Status.PROVED)
    assert decide(cases, x).status is Status.REFUTED


def test_facts_are_named():
    facts = decide(power(sqrt(x), 2), x).finding.facts
    assert facts == () or any("x" in f for f in facts)
    assert any("x" in f for f in decide(sqrt(power(x, 2)), power(sqrt(x), 2)).finding.facts)


# ---- laws

leaves = st.one_of(st.sampled_from([x, y]), st.integers(1, 4).map(number))
trees = st.recursive(leaves, lambda t: st.one_of(
    st.tuples(t, t).map(lambda p: add(*p)), st.tuples(t, t).map(lambda p: mul(*p)), st.tuples(t, t).map(lambda p: minus(*p)),
    st.tuples(t, t).map(lambda p: div(*p)),
    st.tuples(t, st.integers(-2, 3)).map(lambda p: power(p[0], number(p[1]))), t.map(sqrt), t.map(exp), t.map(log), t.map(sin), t.map(size)),
    max_leaves=5)


@settings(max_examples=60, deadline=None)
@given(trees, trees)
def test_symmetric_and_never_both(s, t):
    there, back = decide(s, t), decide(t, s)
    assert {there.status, back.status} not in ({Status.PROVED, Status.REFUTED}, {Status.AGREES, Status.REFUTED})
    if there.status is Status.REFUTED:
        assert back.status is Status.REFUTED


@settings(max_examples=60, deadline=None)
@given(trees)
def test_rewritten_alike_is_never_refuted(t):
    again = Term(t.kind, t.name, tuple(reversed(t.args)), value=t.value) if t.kind == "apply" and t.name in ("add", "mul") else t
    assert decide(t, mul(1, add(0, again))).status is not Status.REFUTED


@settings(max_examples=40, deadline=None)
@given(trees)
def test_off_by_one_is_never_accepted(t):
    assert decide(t, add(t, 1)).status in (Status.REFUTED, Status.UNDECIDED)


def test_sums_evaluate():
    total = binder("sum", (k,), power(k, 2), number(1), n)
    assert decide(total, div(mul(n, add(n, 1), add(mul(2, n), 1)), 6), n="integer > 0").status in (Status.PROVED, Status.AGREES)
    assert decide(total, div(mul(n, add(n, 1), minus(mul(2, n), 1)), 6), n="integer > 0").status is Status.REFUTED


def test_numbers_of_a_wrong_shape():
    assert decide(x, y, x="vector").status is Status.UNDECIDED
    assert decide(collection("set", x), collection("set", y)).status is Status.UNDECIDED
    assert e.kind == "constant"


# ---- sums, products, integrals

BOUND = [
    ("sum(k, k, 1, n)", "n(n+1)/2"), ("sum(k^2, k, 1, n)", "n(n+1)(2n+1)/6"), ("sum(2k - 1, k, 1, n)", "n^2"), ("sum(2^k, k, 0, n-1)", "2^n - 1"),
    ("sum(k 2^k, k, 1, n)", "(n-1) 2^(n+1) + 2"), ("sum(1/(k(k+1)), k, 1, n)", "n/(n+1)"), ("sum(k^2, k, 1, n)", "sum((j+1)^2, j, 0, n-1)"),
    ("sum(1/k, k, 1, n+1)", "sum(1/j, j, 1, n) + 1/(n+1)"), ("sum(a f(k) + b, k, 1, n)", "a sum(f(k), k, 1, n) + n b"), ("product(k, k, 1, n)", "n!"),
    ("product(cos(k x), k, 1, 3)", "cos(x) cos(2x) cos(3x)"), ("product(x, k, 1, n)", "x^n"), ("sum(3 + j, k, 1, n)", "n(3 + j)"),
    ("sum((-1)^k, k, 0, n)", "(1 + (-1)^n)/2"),
    ("int(x^2, x, 0, t)", "t^3/3"), ("int(sin(x), x, 0, pi)", "2"), ("int(1/x, x, 1, c)", "log(c)"), ("int(exp(-c x), x, 0, 1)", "(1 - exp(-c))/c"),
    ("int(cos(x)^2, x, 0, pi)", "pi/2"), ("int(x exp(x), x, 0, 1)", "1"), ("int(1/(1 + x^2), x, 0, 1)", "pi/4"),
    ("int(f(x), x, 0, 1)", "int(f(u), u, 0, 1)"),
    ("int(3 x y, x, 0, 2)", "6y"), ("int(sqrt(x + 1), x, 0, 3)", "14/3"), ("int(log(x), x, 1, 2)", "2 log(2) - 1"),
]


@pytest.mark.parametrize("left, right", BOUND)
def test_sums_products_and_integrals_are_proved(left, right):
    sides = [read(t).term for t in (left, right)]
    given = {"n": "integer > 0", "c": "positive"}
    assert decide(*sides, **given).status is Status.PROVED
    assert decide(sides[0], add(sides[1], F(1, 10**6)), **given).status is Status.REFUTED


def test_a_short_sum_needs_its_range():
    total = read("sum(r^k, k, 0, n)").term
    closed = read("(r^(n+1) - 1)/(r - 1)").term
    assert decide(total, closed, n="integer >= 0").status is Status.PROVED
    assert decide(total, read("(r^n - 1)/(r - 1)").term, n="integer >= 0").status is Status.REFUTED


@pytest.mark.parametrize("gap, value", [("int(1/x^2, x, -1, 1)", -2), ("int(1/x^2, x, -c, c)", "-2/c"), ("int(1/x, x, -1, 1)", 0),
    ("int(tan(x), x, 0, pi)", 0)])
def test_integrals_over_a_pole_equal_nothing(gap, value):
    other = read(value).term if isinstance(value, str) else number(value)
    assert decide(read(gap).term, other, c="positive").status is Status.UNDECIDED
