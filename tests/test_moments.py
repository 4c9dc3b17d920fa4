"""Claims about random variables and entropies: what is proved holds in small spaces, and evidence that does not hold up is refused for that
reason."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import kernel
from grader.decide import Budget, decide
from grader.decide.moments import _gap, _models
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence, Status
from grader.reading import Vocabulary, read
from grader.replay.moments import worked_out
from grader.term import Term, apply, number, symbol

VARIABLE = Domain(shape="variable")
X, Y, Z = map(symbol, "XYZ")


def term(text: str) -> Term:
    return read(text, Vocabulary()).term


def claim(text: str, random: str = "X Y", given: tuple = (), domains: tuple = ()) -> Claim:
    t = term(text)
    (a, b), sign = t.args, t.signs[0]
    conclusion = Equal(a, b) if sign == "=" else AtMost(a, b) if sign == "<=" else AtMost(b, a)
    held = tuple(c if isinstance(c, Term) else term(c) for c in given)
    return Claim(conclusion, (*[(n, VARIABLE) for n in random.split()], *domains), held)


def independent(*names: str) -> Term:
    return apply("call", symbol("independent"), *map(symbol, names))


# --------------------------------------------------------------------------------------------------------------- evidence

HALVES = {"size": 2, "weights": ["1/2", "1/2"], "values": [["X", [], ["0", "1"]], ["Y", [], ["0", "1"]]], "letters": [], "functions": [],
        "outcome": 0}
FOURTHS = {**HALVES, "weights": ["1/4"] * 4, "values": [["X", [], ["0", "0", "1", "1"]], ["Y", [], ["0", "1", "0", "1"]]]}
ADDED = "\\mathrm{Var}(X+Y) = \\mathrm{Var}(X) + \\mathrm{Var}(Y)"


def model(data: dict) -> Evidence:
    return Evidence("moments", {"form": "model", "model": data})


def test_a_model_refutes_and_says_why():
    found = kernel.settle(claim(ADDED), model(HALVES))
    assert found.status is Status.REFUTED and "0" in found.finding.words[0]


@pytest.mark.parametrize("data, given, why", [
    (FOURTHS, (), "holds in the model"),
    (HALVES, (independent("X", "Y"),), "not independent"),
    ({**HALVES, "weights": ["1/2", "1/3"]}, (), "no probability space"),
    ({**HALVES, "weights": ["3/2", "-1/2"]}, (), "no probability space"),
    ({**HALVES, "values": HALVES["values"][:1]}, (), "no value"),
    (HALVES, ("X \\sim \\mathrm{Bernoulli}(1/3)",), "does not have its law"),
    (HALVES, ("X \\sim N(0,1)",), "does not have its law"),
    (HALVES, ("\\mathbb{E}[X] = 1/3",), "does not satisfy a hypothesis"),
    (HALVES, ("\\mathbb{E}[X] = 1/2", "X \\le 2"), "not understood"),
])
def test_models_that_show_nothing_are_refused(data, given, why):
    with pytest.raises(Refused, match=why):
        kernel.settle(claim(ADDED, given=given), model(data))


def test_domains_are_kept():
    positive = (("X", Domain("real", lower=Fraction(0), lower_strict=True, shape="variable")), ("Y", VARIABLE))
    with pytest.raises(Refused, match="leaves its domain"):
        kernel.settle(Claim(claim(ADDED).conclusion, positive), model(HALVES))


@pytest.mark.parametrize("text, evidence, why", [
    (ADDED, {"form": "identity"}, "do not come to the same"),
    ("\\mathrm{Var}(X) \\ge 0", {"form": "identity"}, "do not come to the same"),
    ("\\mathbb{E}[X^2] = \\mathbb{E}[X]", {"form": "worked", "inner": ["point", {}]}, "malformed|moments|no"),
    ("\\mathrm{Var}(X) = \\mathrm{Var}(X)", {"form": "worked", "inner": ["moments", {"form": "identity"}]}, "about numbers"),
    ("\\mathrm{Var}(X) = \\mathrm{Var}(X)", {"form": "agreement", "models": []}, "too few"),
    ("\\mathrm{Var}(X) = \\mathrm{Var}(X)", {"form": "word of honour"}, "no form"),
    ("\\mathbb{E}[f(X)] = f(\\mathbb{E}[X])", {"form": "identity"}, "do not come to the same"),
])
def test_forged_proofs_are_refused(text, evidence, why):
    with pytest.raises(Refused, match=why):
        kernel.settle(claim(text), Evidence("moments", evidence))


def test_what_fails_for_numbers_need_not_fail_for_moments():
    """E[X]^2 <= E[X^2] without what is known of moments: a point is no counterexample."""
    worked = worked_out(claim("\\mathbb{E}[X^4] = \\mathbb{E}[X^2]^2"))
    inner = decide(worked.claim, Budget(2.0))
    assert inner.status is Status.REFUTED and worked.left_over
    with pytest.raises(Refused, match="may hold for moments"):
        kernel.settle(claim("\\mathbb{E}[X^4] = \\mathbb{E}[X^2]^2"), Evidence("moments", {"form": "worked", "inner": [inner.evidence.method,
                dict(inner.evidence.data)]}))


@pytest.mark.parametrize("given", [("\\mathbb{E}[X+Y] = 0",), ("X^2 = Y",), ("\\mathrm{Var}(X) = 1", "\\mathrm{Var}(X) = 2")])
def test_hypotheses_that_are_not_understood_prove_nothing(given):
    assert decide(claim("\\mathbb{E}[X] = -\\mathbb{E}[Y]", given=given), Budget(2.0)).status in (Status.UNDECIDED, Status.REFUTED)
    with pytest.raises(Refused):
        kernel.settle(claim("\\mathbb{E}[X] = \\mathbb{E}[X]", given=("X^2 = Y",)), Evidence("moments", {"form": "identity"}))


@pytest.mark.parametrize("text", ["\\mathbb{E}[x^2] = x^2", "\\mathrm{Var}(x) = 0", "\\mathbb{E}[\\log p(x)] = \\log p(x)"])
def test_nothing_is_constant_because_nobody_said_it_is_random(text):
    assert decide(claim(text, ""), Budget(2.0)).status is not Status.PROVED


# ------------------------------------------------------------------------------------------------------------------- laws

polynomials = st.recursive(
    st.sampled_from([X, Y, symbol("a"), number(2)]),
    lambda inner: st.one_of(st.tuples(inner, inner).map(lambda p: apply("add", *p)), st.tuples(inner, inner).map(lambda p: apply("mul", *p)),
                            inner.map(lambda t: apply("neg", t))), max_leaves=4)


@given(polynomials, polynomials, st.booleans())
@settings(max_examples=25, deadline=None)
def test_what_is_proved_holds_in_small_spaces(u, v, apart):
    """The variance of a sum is proved for any two polynomials, and no small space disagrees; the same without the covariance only where it
    vanishes."""
    whole = apply("variance", apply("add", u, v))
    parts = apply("add", apply("variance", u), apply("variance", v))
    full = apply("add", parts, apply("mul", number(2), apply("covariance", u, v)))
    held = (independent("X", "Y"),) if apart else ()
    made = [Claim(Equal(whole, side), (("X", VARIABLE), ("Y", VARIABLE)), held) for side in (full, parts)]
    assert not worked_out(made[0]).gap
    for one in made:
        if not worked_out(one).gap:
            assert all(_gap(one, space) in (0.0, None) for space, _ in _models(one, Budget(4.0), 4, 0))


def test_verdicts_do_not_depend_on_names_or_order():
    first = decide(claim("\\mathrm{Cov}(X,Y) = \\mathbb{E}[XY] - \\mathbb{E}[X]\\mathbb{E}[Y]"), Budget(2.0))
    second = decide(claim("\\mathbb{E}[VU] - \\mathbb{E}[V]\\mathbb{E}[U] = \\mathrm{Cov}(U,V)", "U V"), Budget(2.0))
    assert first.status is second.status is Status.PROVED


# -------------------------------------------------------------------------------------------------------------- entropies


def entropic(left: Term, right: Term, bound: bool = False, given: tuple = ()) -> Claim:
    return Claim(AtMost(left, right) if bound else Equal(left, right), (), given)


def h(*names: Term) -> Term:
    return apply("entropy", names[0] if len(names) == 1 else Term("tuple", "tuple", names))


def test_entropies_are_proved_by_combination_and_refuted_by_tables():
    assert decide(entropic(h(X, Y), apply("add", h(X), h(Y)), bound=True), Budget(2.0)).status is Status.PROVED
    assert decide(entropic(h(X, Y), apply("add", h(X), h(Y))), Budget(2.0)).status is Status.REFUTED
    assert decide(entropic(h(X, Y), apply("add", h(X), h(Y)), given=(Term("relation", args=(X, Y), signs=("perp",)),)),
            Budget(2.0)).status is Status.PROVED


@pytest.mark.parametrize("data, why", [
    ({"form": "linear", "zero": [], "shannon": [["-1", ["I", ["X"], ["Y"]]]]}, "none may stand"),
    ({"form": "linear", "zero": [], "shannon": [["2", ["I", ["X"], ["Y"]]]]}, "another one"),
    ({"form": "linear", "zero": [], "shannon": [["1", ["J", ["X"], ["Y"]]]]}, "never negative"),
    ({"form": "model", "names": ["X", "Y"], "table": [[[0, 0], "1/2"], [[1, 1], "1/2"]]}, "holds in the table"),
    ({"form": "model", "names": ["X", "Y"], "table": [[[0, 0], "1/2"], [[1, 1], "1/3"]]}, "no table"),
    ({"form": "model", "names": ["X"], "table": [[[0], "1"]]}, "another form"),
])
def test_forged_evidence_on_entropies_is_refused(data, why):
    with pytest.raises(Refused, match=why):
        kernel.settle(entropic(h(X, Y), apply("add", h(X), h(Y)), bound=True), Evidence("entropies", data))


def test_a_density_may_have_a_negative_entropy():
    differential = apply("call", symbol("differential entropy"), X)
    assert decide(entropic(number(0), differential, bound=True), Budget(2.0)).status is not Status.PROVED
    assert decide(entropic(number(0), h(X), bound=True), Budget(2.0)).status is Status.PROVED
