"""Conditions: verdicts, agreement with points, the checker's numbers, and evidence that must be refused."""

import copy
import json
import random
from fractions import Fraction

import pytest
from typed_terms import term

from grader import kernel
from grader.algebra.regions import Truth
from grader.decide import Budget, decide
from grader.domain import Domain
from grader.model import Claim, Evidence, Follows, Status
from grader.replay import exact_polynomials as ep
from grader.replay import radicals
from grader.replay.region_signs import divide, isolate
from grader.term import apply, collection, constant, number, relation, symbol

ROWS = """
n < t | t > n | positive | proved
n/t < 1 | n < t | positive | proved
n < t | n/t < 1 | positive | proved
n/t < 1 | n < t | real | refuted
a*n^2 < a^2*n | n < a | positive | proved
n <= t | n < t | positive | refuted
n < t | n <= t - 1 | integer > 0 | proved
n < t | n <= t - 1 | positive | refuted
2*n <= 2*t + 1 | n <= t | integer | proved
n < t and t < m | n < m | real | proved
n < t and m >= 1 | n < t*m | positive | proved
n < t | n^3 < t^3 | positive | proved
n^2 < t^2 | n < t | real | refuted
10*n <= t | n < t | positive | proved
x > 3 | x^2 > 9 | real | proved
x^2 > 9 | x > 3 | real | refuted
x^2 > 9 | x > 3 or x < -3 | real | proved
x^2 < 3 | x < 2 | real | proved
x^2 == 3 | x == sqrt(3) | real | refuted
x^2 == 3 | x == sqrt(3) or x == -sqrt(3) | real | proved
x^2 == 3 | x == 2 | integer | proved
x^3 == 5 | x > 1.7 and x < 1.71 | real | proved
x^3 == 5 | x > 1.71 | real | refuted
x^3 - 6*x^2 + 11*x == 6 | x == 1 or x == 2 or x == 3 | real | proved
x^2 + x + 1 == 0 | x == 7 | real | proved
abs(x - 2) <= 3 | -1 <= x and x <= 5 | real | proved
-1 <= x and x <= 5 | abs(x - 2) <= 3 | real | proved
abs(x) + abs(x - 1) < 2 | x < 1.5 | real | proved
abs(x) + abs(x - 1) < 2 | x < 1.4 | real | refuted
1/x > 2 | x < 0.5 | real | proved
1/x > 2 | 0 < x and x < 0.5 | real | proved
x < 0.5 | 1/x > 2 | real | refuted
(x^2 - 1)/(x - 1) == 2 | x == 5 | real | proved
x == 1 | (x^2 - 1)/(x - 1) == 2 | real | refuted
sqrt(x) < 3 | x < 9 | real | proved
x < 9 | sqrt(x) < 3 | real | refuted
sqrt(x + 6) == x | x == 3 | real | proved
x == 3 or x == -2 | sqrt(x + 6) == x | real | refuted
sqrt(x)*sqrt(y) == sqrt(x*y) | x >= 0 and y >= 0 | real | proved
x > 0 | sqrt(x + 1) - sqrt(x) < 1 | real | proved
x >= 0 | sqrt(x + 1) - sqrt(x) < 1 | real | refuted
x^(1/2) == 2 | x == 4 | real | proved
x == x and y == y | x^2 + y^2 >= 2*x*y | real | proved
x > 0 and y > 0 | (x + y)/2 >= sqrt(x*y) | real | proved
x^2 + y^2 < 1 | x + y < 1 | real | refuted
x^2 + y^2 < 1 | x < 1 | real | proved
max(x, y) <= z | x <= z and y <= z | real | proved
x <= z and y <= z | max(x, y) <= z | real | proved
min(x, y) < z | x < z | real | refuted
x*y > 0 | (x > 0 and y > 0) or (x < 0 and y < 0) | real | proved
log(x) < log(y) | x < y | real | proved
x < y | log(x) < log(y) | real | refuted
log(x) >= 0 | x >= 1 | real | proved
3^x < 3^y | x < y | real | proved
exp(x) > 3 | x > 2 | real | refuted
sin(x) > 2 | x == 0 | real | proved
not x <= 2 | x > 2 | real | proved
not 1/x <= 2 | 1/x > 2 | real | refuted
floor(x) == 2 | x >= 2 and x < 3 | real | proved
x >= 2 and x <= 3 | floor(x) == 2 | real | refuted
n >= 1 | n > 0 | real | proved
true | x^2 >= 0 | real | proved
false | x == 1 | real | proved
x > 0 | x > 0 or y/y == 3 | real | proved
x > 1 | x > 0 | complex | undecided
"""
CLAIMS = ROWS.strip().splitlines()


def claim_of(row):
    premise, conclusion, domain, expected = [cell.strip() for cell in row.split("|")]
    one = {"true": constant("true"), "false": constant("false")}
    return Claim(Follows((one.get(premise) or term(premise),), term(conclusion)), (("*", Domain.parse(domain)),)), expected


@pytest.mark.parametrize("row", CLAIMS)
def test_verdict(row):
    claim, expected = claim_of(row)
    verdict = decide(claim, Budget(8))
    assert verdict.status == expected, verdict.finding
    assert not any("refused" in word for word in verdict.finding.words)
    assert json.loads(json.dumps(verdict.evidence.data)) == verdict.evidence.data
    if verdict.finding.oracles:
        assert verdict.status is Status.PROVED and verdict.finding.oracles == ("z3",)


def test_sets_chains_and_plus_minus():
    x, oo = symbol("x"), constant("oo")
    interval = collection("interval", number(1), number(3), signs=("(", "]"))
    ray = collection("interval", apply("neg", oo), number(3), signs=("(", "]"))
    inside = relation("in", x, interval)
    real = (("*", Domain("real")),)

    def follows(a, b):
        return decide(Claim(Follows((a,), b), real)).status

    assert follows(inside, term("1 < x <= 3")) is Status.PROVED
    assert follows(term("1 < x <= 3"), inside) is Status.PROVED
    assert follows(inside, relation("in", x, ray)) is Status.PROVED
    assert follows(relation("in", x, ray), inside) is Status.REFUTED
    assert follows(relation("in", x, collection("set", number(1), number(2))), term("x^2 - 3*x + 2 == 0")) is Status.PROVED
    assert follows(term("x^2 == 4"), relation("=", x, apply("pm", number(2)))) is Status.PROVED
    assert follows(relation("=", x, apply("pm", number(2))), term("x == 2")) is Status.REFUTED
    assert follows(relation("notin", x, ray), term("x > 3")) is Status.PROVED


def test_what_is_undefined_does_not_hold():
    assert decide(claim_of("1/x == 1/x | x != 0 | real | ")[0]).status is Status.PROVED
    assert decide(claim_of("x == x | 1/x == 1/x | real | ")[0]).status is Status.REFUTED
    assert decide(claim_of("0*log(x) == 0 | x > 0 | real | ")[0]).status is not Status.REFUTED


def polynomial(r, names, depth=0):
    kind = r.random()
    if kind < 0.4 or depth > 2:
        return r.choice(names)
    if kind < 0.55:
        return str(r.choice([1, 2, 3]))
    a, b = polynomial(r, names, depth + 1), polynomial(r, names, depth + 1)
    if kind < 0.92:
        return f"({a} {r.choice('+-*/')} {b})"
    return f"{r.choice(['sqrt', 'abs'])}({a})"


def formula(r, names):
    one, other = (f"{polynomial(r, names)} {r.choice(['<', '<=', '>', '==', '!='])} {polynomial(r, names)}" for _ in range(2))
    return r.choice([one, f"({one}) and ({other})", f"({one}) or ({other})", f"not ({one})"])


@pytest.mark.parametrize("seed", range(60))
def test_no_proof_is_contradicted_by_a_point(seed):
    r = random.Random(seed)
    names = r.choice([["x"], ["x", "y"]])
    domain = Domain.parse(r.choice(["real", "positive", "integer", "nonnegative"]))
    premise = formula(r, names)
    conclusion = r.choice([formula(r, names), premise.replace("<=", "<"), f"({premise}) or ({formula(r, names)})"])
    claim = Claim(Follows((term(premise),), term(conclusion)), (("*", domain),))
    verdict = decide(claim, Budget(3))
    assert not any("refused" in word for word in verdict.finding.words), (premise, conclusion)
    if verdict.status is not Status.PROVED:
        return
    for _ in range(150):
        point = {n: Fraction(r.randint(-40, 40), r.choice([1, 1, 2, 3, 6])) for n in names}
        if all(domain.admits(v) for v in point.values()):
            truth = Truth(point, {n: domain for n in names})
            assert not (truth.holds(term(premise)) is True and truth.holds(term(conclusion)) is False), (premise, conclusion, domain, point)


# ------------------------------------------------------------------------------------------------------------ forged evidence


def refused(claim, data, words=None):
    with pytest.raises(kernel.Refused, match=words):
        kernel.settle(claim, Evidence("region", data))


def test_points_are_checked():
    claim, _ = claim_of("n <= t | n < t | integer > 0 | ")
    for point, words in [({"n": "1", "t": "2"}, "satisfies the conclusion"), ({"n": "2", "t": "1"}, "does not satisfy a premise"),
                         ({"n": "1"}, "every symbol"), ({"n": "0", "t": "0"}, "domain"), ({"n": "1/2", "t": "1/2"}, "domain"), ({"n": ["symbol", "t"], "t": "1"}, "square roots")]:
        refused(claim, {"how": "point", "point": point}, words)
    assert kernel.settle(claim, Evidence("region", {"how": "point", "point": {"n": "3", "t": "3"}})).status is Status.REFUTED


def test_irrational_points_are_told_from_their_neighbours():
    claim, _ = claim_of("x^2 == 2 | x == 1 | real | ")
    root = ["apply", "sqrt", ["number", "2"]]
    assert kernel.settle(claim, Evidence("region", {"how": "point", "point": {"x": root}})).status is Status.REFUTED
    near = ["apply", "add", root, ["number", "1/1000000000000000000000000000000"]]
    refused(claim, {"how": "point", "point": {"x": near}}, "does not satisfy a premise")
    whole = Claim(claim.conclusion, (("*", Domain.parse("integer")),))
    refused(whole, {"how": "point", "point": {"x": root}}, "domain")


def test_cuts_are_checked():
    claim, _ = claim_of("n < t and t < m | n < m | real | ")
    data = copy.deepcopy(dict(decide(claim).evidence.data))
    assert data["how"] == "signs" and data["cuts"]
    refused(claim_of("n < t and t < m | m < n | real | ")[0], data, "not excluded")
    less = copy.deepcopy(data)
    less["cuts"] = less["cuts"][1:]
    refused(claim, less, "not excluded")
    wrong = copy.deepcopy(data)
    wrong["cuts"][0]["sum"][0][0] = "-1"
    refused(claim, wrong, "cut")
    without = copy.deepcopy(data)
    without["atoms"] = without["atoms"][1:]
    refused(claim, without)
    strange = copy.deepcopy(data)
    strange["cuts"][0]["signs"] = {"0": 1}
    refused(claim, strange, "cut")


def test_whole_numbers_are_used_only_where_they_are_whole():
    claim, _ = claim_of("n < t | n <= t - 1 | integer > 0 | ")
    data = dict(decide(claim).evidence.data)
    assert any(e == 0 for cut in data["cuts"] for _, powers in cut["sum"] for _, e in powers)
    refused(Claim(claim.conclusion, (("*", Domain.parse("positive")),)), data, "whole number")


def test_the_line_and_the_oracle_are_asked_again():
    claim, _ = claim_of("x^2 > 9 | x > 3 | real | ")
    good = dict(decide(claim_of("x > 3 | x^2 > 9 | real | ")[0]).evidence.data)
    refused(claim, good, "fails somewhere")
    refused(claim, {"how": "z3"}, "no contradiction")
    refused(claim, {"how": "logic"}, "logic alone")
    refused(claim_of("x > 3 | x^2 > 9 | real | ")[0], good | {"how": "exception"}, "no exception")
    refused(claim_of("x > 1 | x > 0 | complex | ")[0], {"how": "z3"}, "real number")
    permitted = claim_of("x^2 + y^2 < 1 | x < 1 | real | ")[0]
    with pytest.raises(kernel.Refused, match="not permitted"):
        kernel.settle(permitted, Evidence("region", {"how": "z3"}), permitted=())


def test_a_refutation_of_a_complex_claim_needs_defined_values():
    claim = Claim(Follows((term("x == -1"),), term("sqrt(x)^2 == x")), (("*", Domain()),))
    refused(claim, {"how": "point", "point": {"x": "-1"}}, "undefined")


# ------------------------------------------------------------------------------------------------------- the checker's numbers


@pytest.mark.parametrize("text, sign", [
    ("sqrt(2)*sqrt(3) - sqrt(6)", 0), ("sqrt(5 + 2*sqrt(6)) - sqrt(2) - sqrt(3)", None), ("sqrt(8) - 2*sqrt(2)", 0), ("sqrt(2) - 1.41421356237", 1),
    ("(1 + sqrt(5))/2 - 2/(sqrt(5) - 1)", 0), ("sqrt(2)^12 - 64", 0), ("sqrt(3 + sqrt(8)) - 1 - sqrt(2)", 0), ("1/3 + 1/6 - 1/2", 0),
    ("-sqrt(7) + 2.6457513110645906", 1),
])
def test_signs_of_radicals(text, sign):
    if sign is None:
        with pytest.raises(kernel.Refused):
            radicals.sign(term(text))
    else:
        assert radicals.sign(term(text)) == sign


def test_radicals_that_do_not_exist():
    for text in ("sqrt(1 - 2)", "1/(sqrt(4) - 2)", "sqrt(sqrt(2) - 2)"):
        with pytest.raises(radicals.Undefined):
            radicals.sign(term(text))


def test_division_and_isolation():
    x, y = ep.variable("x"), ep.variable("y")
    p, q = ep.add(ep.multiply(x, y), ep.constant(1)), ep.add(x, ep.scale(y, -2))
    assert divide(ep.multiply(p, q), q) == p
    assert divide(ep.add(ep.multiply(p, q), ep.constant(1)), q) is None
    roots = isolate([[Fraction(-2), Fraction(0), Fraction(1)], [Fraction(-1), Fraction(1)]])
    assert [low < high for low, high in roots] == [True] * 3
    for (low, high), root in zip(roots, (-2 ** 0.5, 1, 2 ** 0.5)):
        assert low < root <= high


def test_nothing_leaks_and_nothing_hangs():
    hostile = ["x^(10^9) > 1", "sqrt(" * 40 + "x" + ")" * 40 + " > 1", " and ".join(f"abs(x - {k}) > {k}" for k in range(30)), "1/(x - x) > 0",
               "0^x > 1", "x^60 - x^59 + 3 > x^7*y", "gamma(x) > 2", "(x + y + z)^20 > 1", "fact(x) > 3",
               "max(" + ", ".join(f"x^{k}" for k in range(1, 15)) + ") < 2"]
    for text in hostile:
        for domain in ("real", "integer > 0"):
            claim = Claim(Follows((term(text),), term("x > 5 or y < x")), (("*", Domain.parse(domain)),))
            assert decide(claim, Budget(1)).status in set(Status)
