"""Counterexamples are evaluated again, exactly or with intervals; whatever does not hold up is refused, for the right reason."""

from fractions import Fraction as F

import pytest

from grader.domain import Domain
from grader.kernel import Refused, settle
from grader.model import AtMost, Claim, Equal, Evidence, Status
from grader.replay.point import check, shown
from grader.term import apply, binder, constant, number, relation, symbol, to_data

x, y = symbol("x"), symbol("y")
REAL = Domain("real")


def claim(left, right, *conditions, strict=None, **domains):
    table = tuple((n, Domain.parse(d)) for n, d in domains.items()) + (("*", REAL),)
    conclusion = Equal(left, right) if strict is None else AtMost(left, right, strict)
    return Claim(conclusion, table, tuple(conditions))


def power(a, n):
    return apply("pow", a, number(n))


ROOT = claim(apply("sqrt", power(x, 2)), x)


def test_a_witness_refutes():
    finding = check(ROOT, {"point": {"x": "-3/2"}})
    assert finding.status is Status.REFUTED and not finding.oracles
    assert finding.words == ("For x = -3/2 this comes to 3/2, which is not the value asked for.",)
    assert "right side -3/2" in finding.teacher_words[0]
    assert settle(ROOT, Evidence("point", {"point": {"x": "-1"}})).status is Status.REFUTED


def test_words_do_not_show_the_right_side():
    finding = check(claim(x, apply("add", x, number(17))), {"point": {"x": "2"}})
    assert "19" not in finding.words[0] and "19" in finding.teacher_words[0]


@pytest.mark.parametrize("data, reason", [
    ({"point": {"x": "3/2"}}, "the claim holds"),
    ({"point": {}}, "names"),
    ({"point": {"x": "1", "y": "2"}}, "names"),
    ({"point": {"x": ["1", "2"]}}, "domain"),
    ({"point": {"x": "nan"}}, "malformed"),
    ({"point": {"x": 1.5}}, "malformed"),
    ({"point": {"x": "1" * 500}}, "not a number"),
    ({"point": {"x": ["1", "0", "0"]}}, "not a number"),
    ({}, "malformed"),
    ({"point": {"x": "-1"}, "functions": {"f": ["symbol", "x"]}}, "polynomial"),
])
def test_forged_witnesses_are_refused(data, reason):
    with pytest.raises(Refused, match=reason):
        settle(ROOT, Evidence("point", data))


def test_a_point_outside_the_domain_or_the_conditions_is_refused():
    positive = claim(apply("sqrt", power(x, 2)), x, x="positive")
    with pytest.raises(Refused, match="domain"):
        check(positive, {"point": {"x": "-1"}})
    with pytest.raises(Refused, match="domain"):
        check(claim(x, y, x="integer"), {"point": {"x": "1/2", "y": "0"}})
    conditional = claim(apply("abs", x), x, relation(">", x, number(0)))
    with pytest.raises(Refused, match="conditions"):
        check(conditional, {"point": {"x": "-1"}})
    with pytest.raises(Refused, match="domain"):
        check(claim(x, y, x="vector"), {"point": {"x": "1", "y": "0"}})


def test_undefined_is_no_witness():
    for bad in (apply("div", number(1), x), apply("log", x), power(x, 0), apply("mul", number(0), apply("div", number(1), x))):
        with pytest.raises(Refused, match="undefined"):
            check(claim(bad, number(7)), {"point": {"x": "0"}})


def test_what_cannot_be_evaluated_is_refused():
    limit = binder("limit", (x,), x, number(0))
    with pytest.raises(Refused, match="cannot be evaluated"):
        check(claim(limit, number(1)), {"point": {}})
    with pytest.raises(Refused):
        check(claim(apply("call", symbol("f"), x), x), {"point": {"x": "1"}})


def test_near_equal_values_and_far_branches():
    near = claim(apply("add", x, apply("mul", number(F(1, 10**20)), x)), x)
    assert check(near, {"point": {"x": "1"}}).status is Status.REFUTED
    tiny = claim(apply("sin", apply("add", x, number(F(1, 10**60)))), apply("sin", x))
    assert check(tiny, {"point": {"x": "1"}}).status is Status.REFUTED
    far = claim(apply("max", number(0), apply("add", x, number(-(10**6)))), number(0))
    assert check(far, {"point": {"x": "1000001"}}).status is Status.REFUTED
    with pytest.raises(Refused, match="holds"):
        check(far, {"point": {"x": "7"}})


def test_equal_values_that_are_not_exact_never_refute():
    same = claim(apply("add", power(apply("sin", x), 2), power(apply("cos", x), 2)), number(1))
    with pytest.raises(Refused, match="do not separate"):
        check(same, {"point": {"x": "1"}})


def test_complex_points_and_branch_cuts():
    table = (("x", Domain()),)
    principal = Claim(Equal(apply("sqrt", power(x, 2)), x), table)
    assert check(principal, {"point": {"x": ["-1", "1"]}}).status is Status.REFUTED
    logs = Claim(Equal(apply("log", power(x, 2)), apply("mul", number(2), apply("log", x))), table)
    assert check(logs, {"point": {"x": ["-1", "0"]}}).status is Status.REFUTED
    with pytest.raises(Refused, match="do not separate"):
        check(logs, {"point": {"x": ["2", "1"]}})
    euler = claim(apply("exp", apply("mul", constant("i"), constant("pi"))), number(1))
    assert check(euler, {"point": {}}).status is Status.REFUTED


def test_unknown_functions_are_read_as_polynomials():
    f = symbol("f")
    linear = claim(apply("call", f, apply("add", x, y)), apply("add", apply("call", f, x), apply("call", f, y)))
    square = to_data(binder("lambda", (x,), power(x, 2)))
    finding = check(linear, {"point": {"x": "1", "y": "2"}, "functions": {"f": square}})
    assert finding.status is Status.REFUTED and "f(x)" in finding.words[0]
    with pytest.raises(Refused, match="polynomial"):
        check(linear, {"point": {"x": "1", "y": "2"}, "functions": {"f": to_data(binder("lambda", (x,), apply("call", f, x)))}})
    slope = claim(apply("call", apply("prime", f, number(1)), x), apply("mul", number(2), x))
    cube = to_data(binder("lambda", (y,), power(y, 3)))
    assert check(slope, {"point": {"x": "1"}, "functions": {"f": cube}}).status is Status.REFUTED
    both = claim(apply("add", f, apply("call", f, x)), x)
    with pytest.raises(Refused, match="symbol and as a function"):
        check(both, {"point": {"x": "1", "f": "2"}, "functions": {"f": square}})


def test_inequalities():
    holds = claim(x, power(x, 2), strict=False)
    assert check(holds, {"point": {"x": "1/2"}}).status is Status.REFUTED
    with pytest.raises(Refused):
        check(holds, {"point": {"x": "1"}})
    assert check(claim(x, power(x, 2), strict=True), {"point": {"x": "1"}}).status is Status.REFUTED


@pytest.mark.parametrize("value, text", [
    (F(3), "3"), (F(-7, 4), "-7/4"), (F(1, 3) ** 30, "about 4.85694 * 10^-15"), (F(2) ** 60, "about 1.15292 * 10^18"),
    (F(123456789, 10**5), "1234.56789"), (F(10**13 + 1, 10**13), "about 1"), (F(999999999, 10**10), "0.0999999999"), (F(10**12 + 1, 3 * 10**12), "about 0.333333"),
    (F(-1, 3 * 10**13), "about -3.33333 * 10^-14"),
])
def test_numbers_for_people(value, text):
    assert shown(value) == text


def test_a_density_is_not_any_function():
    p = symbol("p")
    root = apply("sqrt", power(apply("call", p, x), 2))
    minus = to_data(binder("lambda", (x,), apply("neg", power(x, 2))))
    assert check(claim(root, apply("call", p, x)), {"point": {"x": "1"}, "functions": {"p": minus}}).status is Status.REFUTED
    with pytest.raises(Refused, match="density"):
        check(claim(root, apply("call", p, x), p="density"), {"point": {"x": "1"}, "functions": {"p": minus}})
