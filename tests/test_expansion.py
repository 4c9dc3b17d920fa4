"""Limits and cancelling orders by asymptotic expansion: verdicts, agreement with numbers far out, and evidence that must be refused."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.decide import decide
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, GrowsLike, Status, TendsTo
from grader.reading import read
from grader.replay import expansion
from grader.replay.expansion_numbers import Numbers, Unknown
from grader.replay.expansion_series import Field
from grader.replay.expansion_terms import Expander
from grader.term import Term, apply, binder, constant, number, symbol

DOMAINS = (("*", Domain.parse("real")), ("a", Domain.parse("positive")), ("b", Domain.parse("positive")), ("n", Domain.parse("integer > 0")),
           ("p", Domain.parse("> 0, < 1")))
OO = constant("oo")

LIMITS = r"""
\sqrt{n^2+n}-n | n | oo | 1/2 | proved
\sqrt{n^2+n}-n | n | oo | 1/4 | refuted
\sqrt{n+1}-\sqrt{n} | n | oo | 0 | proved
(1+1/n)^n | n | oo | e | proved
(1+a/n)^n | n | oo | e^a | proved
(1-a/n)^n | n | oo | e^a | refuted
(1+1/n^2)^n | n | oo | 1 | proved
n(\log(n+1)-\log n) | n | oo | 1 | proved
\frac{n!}{n^n e^{-n} \sqrt{2\pi n}} | n | oo | 1 | proved
\frac{\log n!}{n\log n} | n | oo | 1 | proved
\sum_{k=1}^n \frac1{k^2} | n | oo | \frac{\pi^2}{6} | proved
\sum_{k=1}^n \frac1k - \log n | n | oo | 1/2 | refuted
\frac1{n^3}\sum_{k=1}^n k^2 | n | oo | 1/3 | proved
\sum_{k=0}^n (1/2)^k | n | oo | 2 | proved
\sum_{k=0}^n p^k | n | oo | \frac{1}{1-p} | undecided
\frac{\log n}{n^{1/10}} | n | oo | 0 | proved
\frac{n^{100}}{2^n} | n | oo | 0 | proved
\frac{2^n}{n^{100}} | n | oo | \infty | proved
n^{1/n} | n | oo | 1 | proved
\sin(n)/n | n | oo | 0 | proved
\sin(n) | n | oo | 0 | undecided
\lfloor n/2 \rfloor / n | n | oo | 1/2 | proved
\frac{e^x}{e^x+1} | x | oo | 1 | proved
\frac{e^x}{e^x+1} | x | -oo | 0 | proved
\frac{e^{a x}}{e^{a x}+e^{2 a x}} | x | oo | 0 | proved
\frac{e^{a x}}{e^{a x}+e^{b x}} | x | oo | 1 | refuted
\tanh x | x | oo | 1 | proved
\sqrt{x^2+1}+x | x | -oo | 0 | proved
\sin(x)/x | x | 0 | 1 | proved
\frac{1-\cos x}{x^2} | x | 0 | 1/2 | proved
\frac{1-\cos x}{x^2} | x | 0 | 1 | refuted
\frac{e^x-1-x}{x^2} | x | 0 | 1/2 | proved
\frac{x^2-1}{x-1} | x | 1 | 2 | proved
\frac{\sqrt{x+4}-2}{x} | x | 0 | 1/4 | proved
|x|/x | x | 0 | 1 | refuted
1/x | x | 0 | \infty | refuted
1/x^2 | x | 0 | \infty | proved
x\log x | x | 0+ | 0 | proved
x^x | x | 0+ | 1 | proved
\frac{(x+h)^2-x^2}{h} | h | 0 | 2x | proved
\frac{(x+h)^2-x^2}{h} | h | 0 | x | refuted
\frac{\log(1+a x)}{x} | x | 0 | a | proved
"""

ORDERS = r"""
(n+1)^2-n^2 | Theta | n | proved
(n+1)^2-n^2 | O | 1 | refuted
\sqrt{n^2+n}-n | Theta | 1 | proved
\log(n+1)-\log n | Theta | 1/n | proved
\log(n!) - n\log n | Theta | n | proved
\log(n!) - n\log n + n | Theta | \log n | proved
\log(n!) - n\log n + n | O | 1 | refuted
\sum_{k=1}^n \frac1k - \log n | O | 1 | proved
2^{n+1}-2^n | Theta | 2^n | proved
\sum_{k=1}^n \sqrt k - \frac23 n^{3/2} | Theta | \sqrt n | proved
\frac{1}{1+1/n} - 1 | o | 1/n | refuted
e^{1/n} - 1 - \frac1n | O | \frac{1}{n^2} | proved
"""


def row(line):
    return [cell.strip() for cell in line.split("|")] if "|x|" not in line else [c.replace("ABS", "|") for c in
            [cell.strip() for cell in line.replace("|x|", "ABSxABS").split("|")]]


def point(text):
    if text in ("oo", "-oo"):
        return OO if text == "oo" else apply("neg", OO)
    return apply("sup", number(0), symbol("plus")) if text == "0+" else read(text).term


@pytest.mark.parametrize("line", LIMITS.strip().splitlines())
def test_limits(line):
    expression, variable, where, target, status = row(line)
    claim = Claim(TendsTo(read(expression).term, variable, point(where), read(target).term), DOMAINS)
    assert decide(claim).status == status


@pytest.mark.parametrize("line", ORDERS.strip().splitlines())
def test_orders_whose_largest_terms_cancel(line):
    left, order, right, status = row(line)
    claim = Claim(GrowsLike(read(left).term, read(right).term, order, ("n",)), DOMAINS)
    assert decide(claim).status == status


LEAVES = st.one_of(st.integers(1, 5).map(number), st.just(symbol("x")), st.just(symbol("x")))


def grown(inner):
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda p: apply("add", *p)), two.map(lambda p: apply("add", p[0], apply("neg", p[1]))), two.map(lambda p: apply("mul", *p)),
        two.map(lambda p: apply("div", *p)), inner.map(lambda t: apply("sqrt", t)), inner.map(lambda t: apply("log", t)),
        inner.map(lambda t: apply("exp", apply("div", number(1), t))), inner.map(lambda t: apply("atan", apply("div", number(1), t))),
        inner.map(lambda t: apply("tanh", t)), inner.map(lambda t: apply("sin", apply("div", number(1), t))),
        st.tuples(inner, st.sampled_from([Fraction(1, 3), Fraction(2), Fraction(-1, 2)])).map(lambda p: apply("pow", p[0], number(p[1]))))


TERMS = st.recursive(LEAVES, grown, max_leaves=7)


def value(term: Term, x):
    if term.kind == "number":
        return mpmath.mpf(term.value.numerator) / term.value.denominator
    if term.kind == "symbol":
        return x
    args = [value(a, x) for a in term.args]
    rules = {"add": lambda *a: mpmath.fsum(a), "neg": lambda a: -a, "mul": lambda a, b: a * b, "div": lambda a, b: a / b, "sqrt": mpmath.sqrt,
             "log": mpmath.log, "exp": mpmath.exp, "atan": mpmath.atan, "tanh": mpmath.tanh, "sin": mpmath.sin, "pow": lambda a, b: a ** b}
    return rules[term.name](*args)


def number_value(c):
    from grader.replay.expansion_numbers import _enclose

    mpmath.iv.dps = 900
    try:
        return mpmath.mpf(_enclose(c).mid)
    finally:
        mpmath.iv.dps = 15


def scale_value(scale, x):
    log = mpmath.log(x)
    exponent = mpmath.fsum(number_value(dict(c)) * x ** int(a) * log ** int(b) for (a, b), c in scale[0])
    return mpmath.exp(exponent) * log ** (mpmath.mpf(scale[1].numerator) / scale[1].denominator)


@settings(max_examples=200, deadline=None)
@given(TERMS)
def test_an_expansion_is_near_its_term_far_out(term):
    """The sum of the terms that were kept differs from the term by no more than the error allows, at x = 10^30 and 10^40."""
    try:
        made = Expander("x", Field(Numbers({}), 8)).series(term)
    except Unknown:
        return
    with mpmath.workdps(900):
        for x in (mpmath.mpf(10) ** 30, mpmath.mpf(10) ** 40):
            if any(a.denominator != 1 or b.denominator != 1 for s, _ in made.terms for (a, b), _ in s[0]):
                return
            try:
                exact = value(term, x)
            except (ZeroDivisionError, ValueError, OverflowError):
                return
            near = mpmath.fsum(number_value(dict(c)) * scale_value(s, x) for s, c in made.terms)
            allowed = 0 if made.error is None else mpmath.mpf(10) ** 20 * abs(scale_value(made.error, x))
            assert abs(exact - near) <= allowed + (1 + abs(exact)) * mpmath.mpf(10) ** -700


@pytest.mark.parametrize("data", [{"terms": 1}, {"terms": 10 ** 6}, {"terms": "5"}, {"terms": 5, "values": {"a": "-1"}}, {"terms": 5, "values": {"a": "1"}}])
def test_evidence_that_does_not_fit_is_refused(data):
    claim = Claim(TendsTo(read("(1+a/n)^n").term, "n", OO, read("e^a").term), DOMAINS)
    with pytest.raises(Refused):
        expansion.check(claim, data)


def test_a_parameter_that_may_be_complex_is_not_expanded():
    claim = Claim(TendsTo(read(r"\sin(c n)/n").term, "n", OO, number(0)), (("c", Domain()), ("n", Domain.parse("positive"))))
    assert decide(claim).status is Status.UNDECIDED


def test_values_must_meet_the_conditions():
    expression = read("e^{a x}/(e^{a x} + e^{b x})").term
    claim = Claim(TendsTo(expression, "x", OO, number(1)), DOMAINS, (read("a > b").term,))
    assert decide(claim).status is Status.PROVED
    with pytest.raises(Refused, match="condition"):
        expansion.check(claim, {"terms": 5, "values": {"a": "1", "b": "2"}})
    turned = Claim(TendsTo(expression, "x", OO, number(1)), DOMAINS, (read("a < b").term,))
    assert decide(turned).status is Status.REFUTED


def test_bound_names_do_not_escape():
    inner = binder("sum", (symbol("k"),), symbol("k"), number(1), symbol("n"))
    claim = Claim(TendsTo(apply("div", inner, apply("pow", symbol("n"), number(2))), "n", OO, number(Fraction(1, 2))), DOMAINS)
    assert decide(claim).status is Status.PROVED


@pytest.mark.parametrize("line", LIMITS.strip().splitlines())
def test_limits_within_formulas_never_say_the_opposite(line):
    """The same limit as a formula is worked out by other arithmetic (`replay.limits`)."""
    expression, variable, where, target, status = row(line)
    limit = binder("limit", (symbol(variable),), read(expression).term, *((number(0), symbol("+")) if where == "0+" else (point(where),)))
    other = decide(Claim(Equal(limit, read(target).term), DOMAINS)).status
    assert {str(other), status} != {"proved", "refuted"}
