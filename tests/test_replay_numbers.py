"""Checkers of constants, samples, inequalities, domains, forms and integrals: what they accept, and what they refuse for the right reason."""

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.decide import decide
from grader.domain import Domain
from grader.kernel import Refused, settle
from grader.model import AtMost, Claim, Equal, Evidence, Satisfies, Status
from grader.reading import read
from grader.replay import constant, irreducible, samples
from grader.replay.arrangement import alike
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.form import RULES
from grader.term import symbol


def term(text):
    return read(text).term


def equal(left, right, default="real"):
    return Claim(Equal(term(left), term(right)), (("*", Domain.parse(default)),))


# ---- algebraic numbers by a separation bound

SAME = [("sqrt(5 + 2 sqrt(6))", "sqrt(2) + sqrt(3)"), ("cos(2 pi/5)", "(sqrt(5) - 1)/4"), ("root(2 + sqrt(5), 3) + root(2 - sqrt(5), 3)", "1"),
        ("cos(pi/7) cos(2 pi/7) cos(3 pi/7)", "1/8"), ("tan(pi/8)", "sqrt(2) - 1"), ("(1 + sqrt(5))/2", "2 cos(pi/5)"), ("|sqrt(2) - 2|", "2 - sqrt(2)")]


@pytest.mark.parametrize("left, right", SAME)
def test_equal_algebraic_numbers(left, right):
    assert settle(equal(left, right), Evidence("constant", {})).status is Status.PROVED
    for off in ("1/10^9", "1/10^40"):
        with pytest.raises(Refused, match="not small enough"):
            settle(equal(left, f"{right} + {off}"), Evidence("constant", {}))


def test_algebraic_complex_numbers():
    assert settle(equal("((1 + i)/sqrt(2))^8", "1", "complex"), Evidence("constant", {})).status is Status.PROVED
    assert settle(equal("8^(1/5) (cos(pi/15) + i sin(pi/15))", "(4 sqrt(3) i + 4)^(1/5)", "complex"), Evidence("constant", {})).status is Status.PROVED


@pytest.mark.parametrize("left, right, reason", [
    ("x", "x", "constant"), ("e", "2718281828/10^9", "algebraic"), ("pi", "3", "algebraic"), ("sin(1)", "1", "rational multiple"), ("2^(sqrt(2))", "2", "algebraic"),
    ("+".join(f"root({p}, 40)" for p in (2, 3, 5, 7)), "4", "bits"), ("sqrt(2)/(sqrt(3)^2 - 3)", "1", "no value"), ("|1 + i|", "sqrt(2)", "not be algebraic")])
def test_other_constants_are_refused(left, right, reason):
    with pytest.raises(Refused, match=reason):
        settle(equal(left, right, "complex" if "i|" in left else "real"), Evidence("constant", {}))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 9))
def test_the_bound_is_below_true_differences(a, b, c):
    left, right = term(f"sqrt({a}) + sqrt({b})"), term(f"sqrt({a + b + c})")
    bits = constant.bits_needed(left, right, True)
    e = Evaluator({}, digits=60).e
    gap = Evaluator({}, digits=60)
    difference = gap.e.sub(gap.value(left), gap.value(right))
    if (a**0.5 + b**0.5 - (a + b + c) ** 0.5) ** 2 > 1e-20:
        assert e.sign(e.sub(abs(difference), F(1, 2**bits))) > 0


# ---- samples


def test_samples_must_be_many_and_agree():
    claim = equal("arctan(x) + arctan(1/x)", "pi/2")
    claim = Claim(claim.conclusion, (("x", Domain.parse("positive")),))
    good = [{"point": {"x": str(F(k, 3))}} for k in range(1, 9)]
    assert samples.check(claim, {"points": good, "bits": 100}).status is Status.AGREES
    for bad, reason in (({"points": good[:7], "bits": 100}, "fewer"), ({"points": good[:7] + good[:1], "bits": 100}, "fewer"), ({"points": good, "bits": 10}, "another form"),
                        ({"points": good[:7] + [{"point": {"x": "-1"}}], "bits": 100}, "domain")):
        with pytest.raises(Refused, match=reason):
            settle(claim, Evidence("samples", bad))
    near = Claim(Equal(term("arctan(x) + arctan(1/x) + 10^(-20)"), term("pi/2")), claim.domains)
    with pytest.raises(Refused, match="do not agree"):
        settle(near, Evidence("samples", {"points": good, "bits": 100}))


def test_one_sided_samples_say_so():
    claim = equal("|x|", "x")
    points = [{"point": {"x": str(k)}} for k in range(1, 9)]
    facts = samples.check(claim, {"points": points, "bits": 80}).facts
    assert any(f.startswith("only points with") for f in facts)


# ---- inequalities


@pytest.mark.parametrize("left, right, strict, status", [
    ("2 x y", "x^2 + y^2", False, "proved"), ("x", "x^2", False, "refuted"), ("0", "x^2 + 1", True, "proved"), ("sqrt(2)", "3/2", True, "proved"),
    ("22/7", "pi", False, "refuted"), ("x", "x", True, "refuted"), ("x", "x", False, "proved"), ("|x + y|", "|x| + |y|", False, "proved"), ("1", "1", True, "refuted")])
def test_inequalities(left, right, strict, status):
    claim = Claim(AtMost(term(left), term(right), strict), (("*", Domain("real")),))
    assert str(decide(claim).status) == status


def test_forged_orders_are_refused():
    wrong = Claim(AtMost(term("x"), term("x^2")), (("*", Domain("real")),))
    for data in ({"how": "value"}, {"how": "sign", "generators": [], "rows": {}}, {"how": "follows", "evidence": ["region", {"how": "logic"}]}, {"how": "luck"}):
        with pytest.raises(Refused):
            settle(wrong, Evidence("order", data))


# ---- where formulas are defined


def definedness(answer, reference):
    return decide(Claim(Satisfies((term(answer), term(reference)), "definedness"), (("*", Domain("real")),)))


def test_definedness():
    lost = definedness("(x^2 - 1)/(x - 1)", "x + 1")
    assert lost.status is Status.REFUTED and "x = 1" in lost.finding.words[0]
    assert definedness("x + 1", "(x^2 - 1)/(x - 1)").status is Status.PROVED
    assert definedness("2 log(x)", "log(x^2)").status is Status.REFUTED
    assert definedness("1/x + 1", "(1 + x)/x").status is Status.PROVED
    claim = definedness("x + 1", "1/x").claim
    with pytest.raises(Refused):
        settle(claim, Evidence("definedness", {"how": "point", "point": {"x": "1"}}))


# ---- forms


def test_same_up_to_order():
    assert alike(term("2x + 1")) == alike(term("1 + x*2")) and alike(term("a (b/c)")) == alike(term("(a b)/c"))
    for a, b in (("1/2", "2/4"), ("x^2", "x x"), ("x", "1 x"), ("x", "x + 0"), ("4", "4.0"), ("sqrt(3)", "3^(1/2)"), ("(x - 1)^2", "(1 - x)^2")):
        assert alike(term(a)) != alike(term(b))


def test_every_form_has_a_rule_and_unknown_ones_are_refused():
    assert set(RULES) >= {"factored", "expanded"}
    with pytest.raises(Refused, match="no form"):
        settle(Claim(Satisfies((symbol("x"),), "form.pretty")), Evidence("form", {}))


def test_a_false_split_is_refused():
    claim = Claim(Satisfies((term("x^2 + 1"),), "form.factored", (("variable", symbol("x")),)))
    forged = {"split": [0, ["symbol", "#v"], ["symbol", "#v"]]}
    with pytest.raises(Refused, match="do not make"):
        settle(claim, Evidence("form", forged))
    assert settle(claim, Evidence("form", {})).status is Status.PROVED


@pytest.mark.parametrize("coefficients, expected", [
    ([1, 0, 1], "discriminant"), ([-1, 0, 1], "splits"), ([2, -3, 1], "splits"), ([-2, 0, 0, 1], "roots"), ([-1, -1, 0, 0, 0, 1], "prime 3"), ([1, 0, 0, 0, 1], "open"),
    ([6, 5, 1, 0], "splits")])
def test_irreducible(coefficients, expected):
    p = {(k,): F(c) for k, c in enumerate(coefficients) if c}
    assert irreducible.why(p, 0) == expected


# ---- integrals by Taylor coefficients


@pytest.mark.parametrize("text, value", [
    ("int(x^2, x, 0, 3)", 9.0), ("int(sin(x), x, 0, pi)", 2.0), ("int(1/x, x, 1, 2)", 0.6931471805599453), ("int(exp(-x^2), x, 0, 1)", 0.746824132812427),
    ("int(sqrt(x), x, 0, 4)", 16 / 3), ("int(|x - 1/3|, x, 0, 1)", 5 / 18), ("int(1/(1 + x^2), x, 0, 1)", 0.7853981633974483), ("int(x, x, 2, 1)", -1.5),
    ("int(x^x, x, 1, 2)", 2.050446234534731), ("int(arcsin(x), x, 0, 1/2)", 0.1278247915835880)])
def test_integrals_are_enclosed(text, value):
    found = Evaluator({}, digits=30).value(term(text))
    low, high = (found, found) if isinstance(found, F) else (float(str(found.a).strip("[]").split(",")[0]), float(str(found.b).strip("[]").split(",")[0]))
    assert low - 1e-9 <= value <= high + 1e-9 and high - low < 1e-6


@pytest.mark.parametrize("text", ["int(1/x, x, -1, 1)", "int(1/x^2, x, -1, 1)", "int(log(x), x, 0, 1)", "int(sqrt(x), x, -1, 1)", "int(floor(x), x, 0, 2)"])
def test_integrals_over_gaps_have_no_value_here(text):
    with pytest.raises((Undefined, Unsupported, Unsure)):
        Evaluator({}, digits=30).value(term(text))
