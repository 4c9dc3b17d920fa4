"""Certificates of equality are replayed with dictionary polynomials; forged, mutated or foreign ones are refused, for the right reason."""

import copy
from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.decide import Budget
from grader.decide.equal import prove_by_normal_form
from grader.domain import Domain
from grader.kernel import Refused, settle
from grader.model import Claim, Equal, Evidence, Status
from grader.replay import polynomial as P
from grader.replay.equality import check
from grader.replay.generators import cyclotomic
from grader.term import apply, constant, number, symbol

x, y = symbol("x"), symbol("y")


def op(name):
    return lambda *args: apply(name, *[number(t) if isinstance(t, (int, F)) else t for t in args])


add, mul, div, power, sqrt, log, exp, sin, cos, size = (op(s) for s in "add mul div pow sqrt log exp sin cos abs".split())


def claim(left, right, default="real", **domains):
    return Claim(Equal(left, right), (*((s, Domain.parse(d)) for s, d in domains.items()), ("*", Domain.parse(default))))


def proof(c):
    found = prove_by_normal_form(c, Budget())
    assert isinstance(found, Evidence), found
    return copy.deepcopy(dict(found.data))


ROOTS = claim(sqrt(power(x, 2)), size(x))
LOGS = claim(log(mul(x, y)), add(log(x), log(y)))
WAVES = claim(add(power(sin(x), 2), power(cos(x), 2)), number(1))
EULER = claim(exp(mul(constant("i"), x)), add(cos(x), mul(constant("i"), sin(x))))
MIXED = claim(mul(sqrt(add(x, 1)), exp(mul(2, x))), div(mul(add(x, 1), power(exp(x), 2)), sqrt(add(x, 1))))


@pytest.mark.parametrize("c", [ROOTS, LOGS, WAVES, EULER, MIXED])
def test_a_certificate_proves(c):
    finding = check(c, proof(c))
    assert finding.status is Status.PROVED and not finding.oracles


@pytest.mark.parametrize("c", [ROOTS, LOGS, WAVES, EULER, MIXED])
def test_it_proves_nothing_else(c):
    for other in (Claim(Equal(c.conclusion.left, add(c.conclusion.right, 1)), c.domains), Claim(Equal(add(x, 1), c.conclusion.right), c.domains)):
        with pytest.raises(Refused):
            settle(other, Evidence("equality", proof(c)))


def test_the_domain_matters():
    positive = claim(sqrt(power(x, 2)), x, x="nonnegative")
    data = proof(positive)
    assert check(positive, data).status is Status.PROVED
    with pytest.raises(Refused, match="sign is not known"):
        check(claim(sqrt(power(x, 2)), x), data | {"rows": {k: dict(v) for k, v in data["rows"].items()}})


def only_row(data, field):
    return next(row for row in data["rows"].values() if field in row)


def test_a_root_of_the_wrong_sign():
    c = claim(sqrt(power(x, 2)), apply("neg", size(x)))
    data = proof(ROOTS)
    row = only_row(data, "value")
    row["value"][0][0][0] = "-1"
    with pytest.raises(Refused, match="sign is not known"):
        check(c, data)


def test_a_root_of_something_else():
    data = proof(ROOTS)
    only_row(data, "value")["value"][0][0][0] = "2"
    with pytest.raises(Refused, match="power is something else"):
        check(ROOTS, data)


def test_steps_that_do_not_add_up():
    data = proof(WAVES)
    only_row(data, "steps")["steps"][0][-1] += 1
    with pytest.raises(Refused, match="do not add up"):
        check(WAVES, data)


def test_a_logarithm_of_something_else():
    data = proof(LOGS)
    row = only_row(data, "log_steps")
    row["log_steps"].append(row["log_steps"][0])
    with pytest.raises(Refused):
        check(LOGS, data)


def test_generators_are_what_they_say():
    data = proof(ROOTS)
    for entry in data["generators"]:
        if entry[0] == "abs":
            entry[0] = "symbol"
            entry[1] = "A"
    with pytest.raises(Refused):
        check(ROOTS, data)
    for bad in (["magic", "x"], ["root", [["-1", []]], 2], ["zeta", 10**9], ["sin", 0], ["log", []]):
        forged = proof(ROOTS)
        forged["generators"] = [["symbol", "x"], bad, *forged["generators"][1:]]
        with pytest.raises(Refused):
            settle(ROOTS, Evidence("equality", forged))


def test_a_later_generator_cannot_be_used_earlier():
    data = proof(ROOTS)
    data["generators"].insert(0, ["abs", [["1", [[1, 1]]]]])
    with pytest.raises(Refused):
        check(ROOTS, data)


def test_a_point_is_needed_and_must_be_one():
    for point in ({}, {"x": "1", "y": "2"}, {"x": ["1", "1"]}):
        with pytest.raises(Refused):
            check(ROOTS, proof(ROOTS) | {"point": point})
    inverse = claim(div(x, x), number(1))
    with pytest.raises(Refused, match="not seen to be defined"):
        check(inverse, proof(inverse) | {"point": {"x": "0"}})


def test_facts_must_come_from_the_claim():
    data = proof(MIXED)
    with pytest.raises(Refused, match="does not have"):
        check(MIXED, data | {"facts": ["0" * 32]})


def test_equal_trees():
    same = claim(sin(x), sin(x))
    assert check(same, {"same": True, "point": {"x": "1"}}).status is Status.PROVED
    with pytest.raises(Refused, match="written alike"):
        check(claim(sin(x), cos(x)), {"same": True, "point": {"x": "1"}})
    with pytest.raises(Refused, match="point is needed"):
        check(same, {"same": True})
    nothing = div(number(0), number(0))
    with pytest.raises(Refused):
        check(claim(nothing, nothing), {"same": True})
    unknown = apply("expectation", apply("call", symbol("f"), x))
    assert check(claim(unknown, unknown), {"same": True}).status is Status.PROVED
    endless = add(constant("oo"), apply("neg", constant("oo")))
    with pytest.raises(Refused, match="no value"):
        check(claim(endless, endless), {"same": True})
    assert check(claim(constant("oo"), constant("oo")), {"same": True}).status is Status.PROVED


def mutate(value, seed):
    """Change one leaf of nested data."""
    leaves = []

    def collect(v, path):
        if isinstance(v, dict):
            for k in v:
                collect(v[k], (*path, k))
        elif isinstance(v, list):
            for k, w in enumerate(v):
                collect(w, (*path, k))
        else:
            leaves.append(path)

    collect(value, ())
    path = leaves[seed % len(leaves)]
    at = value
    for step in path[:-1]:
        at = at[step]
    old = at[path[-1]]
    at[path[-1]] = old + 1 if type(old) is int else not old if isinstance(old, bool) else {"1": "-1", "-1": "1"}.get(old, old + "1")
    return value


WRONG = claim(mul(sqrt(add(x, 1)), exp(mul(2, x))), div(mul(add(x, 1), power(exp(x), 2)), sqrt(add(x, 2))))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6))
def test_mutated_certificates_never_prove_a_wrong_claim(seed):
    for wrong, right in ((WRONG, MIXED), (claim(sqrt(power(x, 2)), x), ROOTS)):
        data = mutate(proof(right), seed)
        with pytest.raises(Refused):
            settle(wrong, Evidence("equality", data))


def test_cyclotomic_polynomials():
    assert cyclotomic(1) == [-1, 1] and cyclotomic(6) == [1, -1, 1] and cyclotomic(12) == [1, 0, -1, 0, 1]


polys = st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.fractions(-4, 4, max_denominator=3).filter(bool), max_size=5)


@settings(max_examples=80, deadline=None)
@given(polys, polys)
def test_exact_division(a, b):
    if b:
        assert P.quotient(P.multiply(a, b), b) == a
    at = lambda p, u, v: sum(c * u ** m[0] * v ** m[1] for m, c in p.items())  # noqa: E731
    assert at(P.multiply(a, b), 2, -3) == at(a, 2, -3) * at(b, 2, -3)
    assert at(P.add(a, b), 2, -3) == at(a, 2, -3) + at(b, 2, -3)


def test_reduction_by_relations():
    square = {0: (2, {(0, 1): F(1)})}  # g0^2 = g1
    assert P.reduce({(5, 0): F(3)}, square) == {(1, 2): F(3)}
