"""Attention claims: what is proved and refuted, that forged evidence is refused, and that verdicts agree with softmax numbers."""

import copy
import json
from fractions import Fraction

import mpmath
import pytest
from attention_claims import (HALVES, add, at, bounded, condition, dot, down, every, key, mul, neg, others, power, rel, same, sub, term, up, weights)
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import kernel
from grader.decide import decide
from grader.model import Evidence, Status
from grader.term import apply, binder, number, symbol, to_data

A, B = key("a"), key("b")
PAIR = add(A, B)
GAP = up(sub(dot("j"), dot("i")))
ALL = every(mul(at("beta", "l"), key("l")))
PROVED, REFUTED, UNDECIDED = Status.PROVED, Status.REFUTED, Status.UNDECIDED

WEIGHTS = {
    "scaled sum": (weights(mul("beta", PAIR), up("beta")), PROVED),
    "minus, to minus infinity": (weights(neg(mul("beta", PAIR)), down("beta")), PROVED),
    "square": (weights(mul(power("u", 2), PAIR), up("u")), PROVED),
    "exponential": (weights(mul(apply("exp", symbol("u")), PAIR), up("u")), PROVED),
    "logarithm": (weights(mul(apply("log", symbol("u")), PAIR), up("u")), PROVED),
    "power of two": (weights(mul(power(2, "u"), PAIR), up("u")), PROVED),
    "over the norm": (weights(apply("div", mul("beta", PAIR), apply("norm", PAIR)), up("beta")), PROVED),
    "one over a vanishing temperature": (weights(apply("div", PAIR, symbol("tau")), rel("tau", "->", 0), rel("tau", ">", 0)), PROVED),
    "two scales": (weights(sub(mul("beta", PAIR), mul("gamma", others(key("l"), "a", "b"))), up("beta"), up("gamma")), PROVED),
    "any constant on the others": (weights(sub(mul("beta", PAIR), mul("gamma", others(key("l"), "a", "b"))), up("beta"), constants=["gamma"]),
        PROVED),
    "minus the mean": (weights(mul("beta", sub(PAIR, apply("div", every(key("l")), symbol("m")))), up("beta")), PROVED),
    "minus all": (weights(neg(mul("beta", sub(every(key("l")), PAIR))), up("beta")), PROVED),
    "vanishing perturbation": (weights(add(mul("beta", PAIR), apply("div", sub(A, B), symbol("beta"))), up("beta")), PROVED),
    "exponential beats the scale on the others": (weights(add(mul(apply("exp", symbol("beta")), PAIR), mul("beta", others(key("l"), "a", "b"))),
        up("beta")), PROVED),
    "equal scales": (weights(add(mul("x", A), mul("y", B)), rel("x", "=", "y"), up("y")), PROVED),
    "positive constant factor": (weights(mul("c", "beta", PAIR), up("beta"), rel("c", ">", 0), constants=["c"]), PROVED),
    "coefficients, others down": (weights(ALL, rel(at("beta", "a"), "=", at("beta", "b")), up(at("beta", "b")), down(at("beta", "i"))), PROVED),
    "coefficients, others not positive": (weights(ALL, rel(at("beta", "a"), "=", at("beta", "b")), up(at("beta", "b")), rel(at("beta", "i"),
        "<=", 0)), PROVED),
    "coefficients, others bounded": (weights(ALL, rel(at("beta", "a"), "=", at("beta", "b")), up(at("beta", "b")), bounded(at("beta", "i"))), PROVED),
    "coefficients, growing gap": (weights(ALL, rel(at("beta", "a"), "=", at("beta", "b")), up(sub(at("beta", "a"), at("beta", "i")))), PROVED),
    "scores as conditions": (weights("q", rel(dot("a"), "=", dot("b")), up(sub(dot("a"), dot("i")))), PROVED),
    "two thirds": (weights(add(mul("beta", PAIR), mul(apply("log", number(2)), A)), up("beta"), target={"a": Fraction(2, 3), "b": Fraction(1,
        3)}), PROVED),
    "one key": (weights(mul("beta", A), up("beta"), target={"a": Fraction(1)}), PROVED),
    "three keys": (weights(mul("beta", add(A, B, key("c"))), up("beta"), target=dict.fromkeys("abc", Fraction(1, 3))), PROVED),
    "norms divided out": (weights(mul("beta", add(apply("div", A, power(apply("norm", A), 2)), apply("div", B, power(apply("norm", B), 2)))),
        up("beta"), norms="unknown"), PROVED),
    "known norms": (weights(mul("beta", add(mul(9, A), mul(4, B))), up("beta"), norms=(Fraction(2), Fraction(3), Fraction(1))), PROVED),

    "no growth": (weights(PAIR), REFUTED),
    "half the sum": (weights(apply("div", PAIR, number(2))), REFUTED),
    "scale without a word": (weights(mul("beta", PAIR)), REFUTED),
    "scale only positive": (weights(mul("beta", PAIR), rel("beta", ">", 0)), REFUTED),
    "unequal": (weights(add(mul("beta", A), mul(2, "beta", B)), up("beta")), REFUTED),
    "one of the two": (weights(mul("beta", A), up("beta")), REFUTED),
    "difference": (weights(mul("beta", sub(A, B)), up("beta")), REFUTED),
    "constant surplus": (weights(add(mul("beta", PAIR), A), up("beta")), REFUTED),
    "wrong direction": (weights(neg(mul("beta", PAIR)), up("beta")), REFUTED),
    "vanishing scale": (weights(apply("div", PAIR, symbol("beta")), up("beta")), REFUTED),
    "two speeds": (weights(add(mul("x", A), mul("y", B)), up("x"), up("y")), REFUTED),
    "two speeds against each other": (weights(add(mul("beta", PAIR), mul("gamma", others(key("l"), "a", "b"))), up("beta"), up("gamma")), REFUTED),
    "all keys alike": (weights(mul("beta", every(key("l"))), up("beta")), REFUTED),
    "constant of unknown sign": (weights(mul("c", "beta", PAIR), up("beta"), constants=["c"]), REFUTED),
    "others left open": (weights(ALL, rel(at("beta", "a"), "=", at("beta", "b")), up(at("beta", "b"))), REFUTED),
    "others only smaller": (weights(ALL, rel(at("beta", "a"), "=", at("beta", "b")), up(at("beta", "b")), rel(at("beta", "i"), "<", at("beta",
        "a"))), REFUTED),
    "only equal": (weights("q", rel(mul(apply("transpose", symbol("q")), sub(A, B)), "=", 0)), REFUTED),
    "norms left in": (weights(mul("beta", PAIR), up("beta"), norms="unknown"), REFUTED),
    "nothing": (weights(0), REFUTED),
    "a number": (weights(mul("beta", 2), up("beta")), REFUTED),
    "halves for thirds": (weights(mul("beta", PAIR), up("beta"), target={"a": Fraction(2, 3), "b": Fraction(1, 3)}), REFUTED),

    "contradiction proves nothing": (weights(mul("beta", PAIR), up("beta"), down("beta")), UNDECIDED),
    "temperature of unknown sign": (weights(apply("div", PAIR, symbol("tau")), rel("tau", "->", 0)), UNDECIDED),
    "sine": (weights(mul(apply("sin", symbol("beta")), PAIR), up("beta")), UNDECIDED),
}

SUM = others(apply("exp", dot("l")), "j")
CONDITIONS = {  # sufficient, necessary
    "gap": ([GAP], PROVED, PROVED),
    "gap as one product": ([up(mul(apply("transpose", sub(key("j"), key("i"))), "q"))], PROVED, PROVED),
    "exponential against the sum": ([up(apply("div", apply("exp", dot("j")), SUM))], PROVED, PROVED),
    "exponential against each": ([up(apply("div", apply("exp", dot("j")), apply("exp", dot("i"))))], PROVED, PROVED),
    "gap beyond a growing letter": ([rel(sub(dot("j"), dot("i")), ">=", "M"), up("M")], PROVED, REFUTED),
    "own score grows, others bounded": ([up(dot("j")), bounded(dot("i"))], PROVED, REFUTED),
    "own score grows, others zero": ([up(dot("j")), rel(dot("i"), "=", 0)], PROVED, REFUTED),
    "up and down": ([up(dot("j")), down(dot("i"))], PROVED, REFUTED),
    "own score grows": ([up(dot("j"))], REFUTED, REFUTED),
    "others fall": ([down(dot("i"))], REFUTED, REFUTED),
    "largest": ([rel(dot("j"), ">", dot("i"))], REFUTED, PROVED),
    "one": ([rel(dot("j"), "=", 1)], REFUTED, REFUTED),
    "one and zero": ([rel(dot("j"), "=", 1), rel(dot("i"), "=", 0)], REFUTED, REFUTED),
    "for some other key": ([binder("exists", (symbol("i"),), GAP)], REFUTED, UNDECIDED),
    "more than the sum of scores": ([up(sub(dot("j"), others(dot("l"), "j")))], REFUTED, REFUTED),
    "same vector": ([rel("q", "=", key("j"))], REFUTED, REFUTED),
    "close vector": ([rel(apply("norm", sub("q", key("j"))), "->", 0)], REFUTED, UNDECIDED),
    "multiple of the key": ([rel("q", "=", mul("c", key("j"))), up("c")], REFUTED, REFUTED),
    "long key": ([up(apply("div", apply("norm", key("j")), apply("norm", key("i"))))], REFUTED, REFUTED),
    "ratio of positive scores": ([up(apply("div", dot("j"), dot("i"))), rel(dot("i"), ">", 0)], REFUTED, REFUTED),
    "contradiction": ([up(dot("j")), down(dot("j"))], UNDECIDED, REFUTED),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights(name):
    claim, status = WEIGHTS[name]
    verdict = decide(claim)
    assert verdict.status is status, verdict.finding.words
    json.dumps(verdict.evidence.data)
    if status is not UNDECIDED:
        assert verdict.finding.words
        assert kernel.settle(claim, verdict.evidence).status is status


@pytest.mark.parametrize("name", CONDITIONS)
def test_conditions(name):
    statements, sufficient, necessary = CONDITIONS[name]
    assert decide(condition(statements, [GAP])).status is sufficient
    assert decide(condition([GAP], statements)).status is necessary


def test_a_multiple_of_a_unit_key_is_enough_for_orthonormal_keys():
    assert decide(condition([rel("q", "=", mul("c", key("j"))), up("c")], [GAP], norms="unit")).status is PROVED


def test_equivalent_and_same():
    ratio = up(apply("div", apply("exp", dot("j")), apply("exp", dot("i"))))
    assert decide(condition([GAP], [ratio], name="attention.equivalent")).status is PROVED
    assert decide(condition([GAP], [up(dot("j"))], name="attention.equivalent")).status is UNDECIDED
    assert decide(same(mul("u", PAIR), add(mul("u", A), mul("u", B)))).status is PROVED
    assert decide(same(mul("u", PAIR), mul("u", A))).status is UNDECIDED


@pytest.mark.parametrize("scale, most, status", [(1000, 10**6, PROVED), (10, 10**6, REFUTED), (30, 10**6, PROVED), (1, 10, REFUTED), (20, 10,
    PROVED)])
def test_fixed_queries_within_a_tolerance(scale, most, status):
    claim = weights(mul(scale, PAIR), tolerance=Fraction(1, 10**6), most=Fraction(most))
    assert decide(claim).status is status


def test_the_number_for_ten_keys():
    words = " ".join(decide(WEIGHTS["no growth"][0]).finding.words)
    assert "α_a = e/(2 e + 8) = 0.2023" in words


# ------------------------------------------------------------------------------------------------------- forged evidence


def forged(claim, change):
    data = copy.deepcopy(dict(decide(claim).evidence.data))
    change(data)
    return Evidence("attention_limit", data)


def number_data(x):
    return to_data(term(x))


FORGERIES = [
    ("scaled sum", lambda d: d["gaps"][1].clear(), "combination"),
    ("scaled sum", lambda d: d["gaps"].pop(), "one proof for each gap"),
    ("scaled sum", lambda d: d["gaps"][1][0].__setitem__(1, "-1"), "not positive"),
    ("scaled sum", lambda d: d["gaps"][1][0].__setitem__(0, ["product", to_data(power("beta", 2))]), "combination"),
    ("scaled sum", lambda d: d["gaps"][1][0].__setitem__(0, ["product", to_data(neg("beta"))]), "may be negative"),
    ("scaled sum", lambda d: d["gaps"][1][0].__setitem__(0, ["magic"]), "no fact magic"),
    ("scaled sum", lambda d: d["instance"]["letters"].__setitem__("beta", number_data(1)), "does not satisfy the premises"),
    ("scaled sum", lambda d: d["instance"].__setitem__("keys", 2), "number of keys"),
    ("scaled sum", lambda d: d.__setitem__("verdict", "refuted"), "agree with the weights"),
    ("scaled sum", lambda d: d.__setitem__("verdict", "no vector"), "is a vector"),
    ("unequal", lambda d: d.__setitem__("verdict", "proved") or d.__setitem__("gaps", [[], []]), "other limits"),
    ("unequal", lambda d: d["instance"]["letters"].__setitem__("beta", number_data(1)), "does not satisfy the premises"),
    ("scale only positive", lambda d: d["instance"]["letters"].__setitem__("beta", number_data(-1)), "does not satisfy the premises"),
    ("constant of unknown sign", lambda d: d["instance"]["letters"].__setitem__("c", to_data(apply("div", number(1), symbol("t")))), "is a constant"),
    ("norms left in", lambda d: d["instance"]["letters"].__setitem__("norm:a", number_data(-1)), "norm is positive"),
    ("exponential beats the scale on the others", lambda d: d["gaps"][1].__setitem__(0, [["dominates", to_data(symbol("beta")),
        to_data(apply("exp", symbol("beta")))], "1"]), "leave the other"),
]


@pytest.mark.parametrize("name, change, why", FORGERIES, ids=[f"{n}-{w}" for n, _, w in FORGERIES])
def test_forged_weights_are_refused(name, change, why):
    claim = WEIGHTS[name][0]
    with pytest.raises(kernel.Refused, match=why):
        kernel.settle(claim, forged(claim, change))


CONDITION_FORGERIES = [
    ("largest", lambda d: d["keys"].__setitem__("j", [number_data(0)]), "does not satisfy the premises"),
    ("own score grows", lambda d: d["others"][0][1].__setitem__(0, number_data(0)), "satisfies the conclusion"),
    ("own score grows", lambda d: d["others"].clear(), "wrong shape"),
    ("own score grows", lambda d: d["query"].append(number_data(1)), "wrong shape"),
    ("own score grows", lambda d: d["others"][0].__setitem__(0, 0), "wrong shape"),
]


@pytest.mark.parametrize("name, change, why", CONDITION_FORGERIES, ids=[f"{n}-{w}-{k}" for k, (n, _, w) in enumerate(CONDITION_FORGERIES)])
def test_forged_conditions_are_refused(name, change, why):
    claim = condition(CONDITIONS[name][0], [GAP])
    with pytest.raises(kernel.Refused, match=why):
        kernel.settle(claim, forged(claim, lambda d: change(d["instance"])))


def test_a_proof_of_one_condition_does_not_serve_another():
    proof = decide(condition([up(dot("j")), bounded(dot("i"))], [GAP])).evidence
    with pytest.raises(kernel.Refused):
        kernel.settle(condition([up(dot("j"))], [GAP]), proof)


def test_orthogonality_of_an_instance_is_checked():
    claim = condition([rel("q", "=", key("j"))], [GAP], norms="unit")
    assert decide(claim).status is REFUTED
    with pytest.raises(kernel.Refused, match="orthogonal"):
        kernel.settle(claim, decide(condition([rel("q", "=", key("j"))], [GAP])).evidence)


def test_malformed_evidence_is_refused():
    claim = WEIGHTS["scaled sum"][0]
    for data in ({}, {"verdict": "proved"}, {"verdict": "proved", "instance": 3}, {"verdict": "refuted", "instance": {"keys": "x", "letters": {}}}):
        with pytest.raises(kernel.Refused):
            kernel.settle(claim, Evidence("attention_limit", data))


def test_hostile_sizes_end_quickly():
    huge = power(power(10, 10**9), 10**9)
    for query in (mul(huge, PAIR), mul(power(add("x", "y", "z", 1), 400), PAIR), mul(number(10**900), PAIR), mul(apply("exp", apply("exp",
        apply("exp", symbol("x")))), PAIR)):
        assert decide(weights(query, up("x"), up("y"), up("z"))).status is not PROVED


# ---------------------------------------------------------------------------------------------- agreement with numbers

SCALES = {"t": (symbol("t"), lambda t: t), "2t": (mul(2, "t"), lambda t: 2 * t), "t^2": (power("t", 2), lambda t: t * t), "sqrt": (apply("sqrt",
    symbol("t")), mpmath.sqrt),
          "1": (number(1), lambda t: mpmath.mpf(1)), "0": (number(0), lambda t: mpmath.mpf(0)), "1/t": (apply("div", number(1), symbol("t")),
              lambda t: 1 / t),
          "-t": (neg("t"), lambda t: -t), "log": (apply("log", symbol("t")), mpmath.log)}


def softmax(scores):
    top = max(scores)
    parts = [mpmath.exp(s - top) for s in scores]
    return [p / sum(parts) for p in parts]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(*[st.lists(st.sampled_from(sorted(SCALES)), min_size=1, max_size=3) for _ in range(3)])
def test_verdicts_agree_with_softmax_numbers(on_a, on_b, on_others):
    def form(names):
        return add(*[SCALES[n][0] for n in names], 0)

    def at_time(names, t):
        return sum(SCALES[n][1](t) for n in names)

    query = add(mul(form(on_a), A), mul(form(on_b), B), mul(form(on_others), others(key("l"), "a", "b")))
    status = decide(weights(query, up("t"))).status
    assert status is not UNDECIDED
    with mpmath.workdps(60):
        t = mpmath.mpf(10) ** 12
        first, second, *_ = softmax([at_time(on_a, t), at_time(on_b, t)] + [at_time(on_others, t)] * 8)
        error = abs(first - 0.5) + abs(second - 0.5)
    assert error < 1e-3 if status is PROVED else error > 1e-3


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.permutations(["x", "y", "z"]), st.integers(1, 5))
def test_verdicts_do_not_depend_on_the_names_of_letters_or_the_order_of_terms(names, factor):
    x, y, z = names
    forward = weights(sub(mul(factor, x, PAIR), mul(y, others(key("l"), "a", "b"))), up(x), up(y))
    backward = weights(add(neg(mul(z, others(key("l"), "b", "a"))), mul(y, B, factor), mul(y, factor, A)), up(z), up(y))
    assert decide(forward).status is decide(backward).status is PROVED


def test_targets_are_part_of_the_claim():
    claim = weights(mul("beta", PAIR), up("beta"))
    proof = decide(claim).evidence
    with pytest.raises(kernel.Refused):
        kernel.settle(weights(mul("beta", PAIR), up("beta"), target={"a": Fraction(2, 3), "b": Fraction(1, 3)}), proof)
    with pytest.raises(kernel.Refused, match="sum to 1"):
        kernel.settle(weights(mul("beta", PAIR), up("beta"), target={**HALVES, "b": Fraction(1, 3)}), proof)




@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(["x", "y", "xy", "x^2"]), st.integers(-2, 2)), min_size=1, max_size=3),
       st.lists(st.tuples(st.sampled_from(["x", "y", "xy", "x^2"]), st.integers(-2, 2)), min_size=1, max_size=3))
def test_two_free_scales_are_proved_only_if_every_relative_speed_agrees(on_pair, on_others):
    terms = {"x": symbol("x"), "y": symbol("y"), "xy": mul("x", "y"), "x^2": power("x", 2)}
    values = {"x": lambda x, y: x, "y": lambda x, y: y, "xy": lambda x, y: x * y, "x^2": lambda x, y: x * x}

    def form(parts):
        return add(*[mul(c, terms[n]) for n, c in parts], 0)

    verdict = decide(weights(add(mul(form(on_pair), PAIR), mul(form(on_others), others(key("l"), "a", "b"))), up("x"), up("y")))
    gaps = []
    for x, y in ((10**4, 10**4), (10**4, 10**9), (10**9, 10**4), (10**5, 10**4), (10**4, 10**5 + 1)):
        gaps.append(sum(c * values[n](x, y) for n, c in on_pair) - sum(c * values[n](x, y) for n, c in on_others))
    if verdict.status is PROVED:
        assert min(gaps) > 1000
    elif verdict.status is UNDECIDED:
        assert min(gaps) < max(gaps)


def test_limits_of_terms():
    from grader.algebra.limits import limit_of

    t = symbol("t")
    rows = [(apply("div", add(mul(3, power("t", 2)), 1), power("t", 2)), "3"), (sub(apply("exp", t), power("t", 9)), "oo"), (sub(apply("log", t),
        apply("sqrt", t)), "-oo"),
            (apply("div", apply("log", t), t), "0"), (power(2, neg("t")), "0"), (sub(mul(apply("sqrt", number(2)), "t"), mul(Fraction(7, 5),
                "t")), "oo"), (apply("sin", t), None),
            (mul("c", "t"), None)]
    shown = {"3": to_data(number(3)), "0": to_data(number(0)), "oo": ["constant", "oo"], "-oo": ["apply", "neg", ["constant", "oo"]], None: None}
    for x, wanted in rows:
        found = limit_of(x, "t")
        assert (None if found is None else to_data(found)) == shown[wanted], x
