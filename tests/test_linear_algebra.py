"""Vectors and matrices: true statements proved, false ones refuted by a model, forged evidence refused, derivations judged line by line."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import kernel
from grader.decide import decide
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence, Follows, Satisfies, Status
from grader.proof import check_proof
from grader.reading import Vocabulary, read
from grader.replay.matrix_claims import forms_of, understood
from grader.replay.matrix_hypotheses import is_definite
from grader.replay.matrix_values import determinant, inverted, product
from grader.verify import verify

ROWS = [[p.strip() for p in (line + " ").split(" | ")]
        for line in (Path(__file__).parent / "linear_algebra_statements.txt").read_text(encoding="utf-8").splitlines() if line[:1] not in ("#", "")]


def domains_of(text: str) -> dict[str, str]:
    return {name.strip(): words.strip() for name, words in (d.split(":") for d in text.strip(" |").split(",") if d)}


def claim_of(kind, *texts: str, given: tuple[str, ...] = (), label: str = "", **domains: str) -> Claim:
    vocabulary = Vocabulary.declared(domains)
    terms = [read(t, vocabulary).term for t in texts]
    made = {"=": lambda: Equal(*terms), "<=": lambda: AtMost(*terms), "<": lambda: AtMost(*terms, True), "=>": lambda: Follows((terms[0],), terms[1])}.get(kind)
    conclusion = made() if made else Satisfies((terms[0],), f"linear_algebra.{kind}")
    return Claim(conclusion, tuple((n, Domain.parse(d)) for n, d in domains.items()), tuple(read(g, vocabulary).term for g in given), label)


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r[1]} = {r[2]}")
def test_statements(row):
    truth, left, right, domains, *given = row
    conditions = tuple(c for c in (given[0].split(";") if given else ()) if c.strip())
    verdict = decide(claim_of("=", right, left, given=conditions, **domains_of(domains)))
    assert verdict.status is (Status.PROVED if truth == "true" else Status.REFUTED), verdict.finding
    assert verdict.evidence.method == "linear_algebra"
    assert json.loads(json.dumps(verdict.evidence.data)) == verdict.evidence.data


def test_the_set_is_large_enough():
    assert sum(r[0] == "true" for r in ROWS) >= 80 and sum(r[0] == "false" for r in ROWS) >= 30


BOUNDS = [
    (r"x^\top y", r"\|x\|\|y\|", True), (r"|x^\top y|", r"\|x\|\|y\|", True), (r"(x^\top y)^2", r"\|x\|^2\|y\|^2", True),
    (r"\|x+y\|", r"\|x\|+\|y\|", True), (r"\|x\|-\|y\|", r"\|x-y\|", True), (r"2x^\top y", r"\|x\|^2+\|y\|^2", True), ("0", r"x^\top S x", True),
    ("0", r"\operatorname{tr}(A^\top A)", True), (r"(s^\top x)^2", r"s^\top (x\odot x)", True), (r"\lambda\|x\|^2", r"\|Ax\|^2 + \lambda\|x\|^2", True),
    ("0", r"x^\top A x", False), (r"\|x\|+\|y\|", r"\|x+y\|", False), (r"\|x+y\|^2", r"\|x\|^2+\|y\|^2", False), (r"\|x\|^2", r"\|x\|", False),
    (r"\|x\|\|y\|", r"x^\top y", False),
]


@pytest.mark.parametrize(("left", "right", "holds"), BOUNDS)
def test_bounds(left, right, holds):
    claim = claim_of("<=", left, right, x="vector", y="vector", A="matrix n x n", S="psd matrix", s="simplex vector", **{"lambda": "positive"})
    assert decide(claim).status is (Status.PROVED if holds else Status.REFUTED)


def test_a_bound_that_may_be_an_equality_is_not_strict():
    assert decide(claim_of("<", "0", r"\|x\|^2", x="vector")).status is Status.REFUTED
    assert decide(claim_of("<", "0", r"\|x\|^2 + a", x="vector", a="positive")).status is Status.PROVED


DEFINITE = [
    (r"X^\top X", "semidefinite", {}, "proved"), (r"X^\top X", "definite", {}, "refuted"), (r"X^\top X + \lambda I", "definite", {"lambda": "positive"}, "proved"),
    (r"X^\top X - I", "semidefinite", {}, "refuted"), (r"\operatorname{diag}(s) - s s^\top", "semidefinite", {"s": "simplex vector"}, "proved"),
    (r"X^\top D X", "semidefinite", {"D": "diagonal matrix n x n nonnegative"}, "proved"), (r"X^\top D X", "semidefinite", {"D": "diagonal matrix n x n"}, "refuted"),
    (r"X^\top \operatorname{diag}(\sigma(Xw)\odot(1-\sigma(Xw))) X", "semidefinite", {"w": "vector d"}, "proved"),
    (r"\nabla_w^2 (\|Xw-y\|^2 + \lambda\|w\|^2)", "definite", {"w": "vector d", "y": "vector n", "lambda": "positive"}, "proved"),
    (r"A B", "semidefinite", {"A": "psd matrix m x m", "B": "psd matrix m x m"}, "refuted"), (r"I - x x^\top", "semidefinite", {"x": "unit vector"}, "proved"),
    (r"I - x x^\top", "semidefinite", {"x": "vector"}, "refuted"),
]


@pytest.mark.parametrize(("matrix", "kind", "domains", "status"), DEFINITE)
def test_definiteness(matrix, kind, domains, status):
    assert decide(claim_of(kind, matrix, X="matrix n x d", **domains)).status == status


RIDGE = {"X": "matrix n x d", "w": "vector d", "y": "vector n"}
FOLLOWING = [
    (r"X^\top X w = X^\top y", r"w = (X^\top X)^{-1}X^\top y", (), "refuted"),
    (r"X^\top X w = X^\top y", r"w = (X^\top X)^{-1}X^\top y", (r"\det(X^\top X) \ne 0",), "proved"),
    (r"X^\top X w = X^\top y", "Xw = y", (), "refuted"), ("Xw = y", r"X^\top X w = X^\top y", (), "proved"),
    (r"(X^\top X + \lambda I)w = X^\top y", r"w = (X^\top X + \lambda I)^{-1}X^\top y", (), "proved"),
    (r"w = (X^\top X + \lambda I)^{-1}X^\top y", r"(X^\top X + \lambda I)w = X^\top y", (), "proved"),
    (r"2X^\top(Xw-y) + 2\lambda w = 0", r"(X^\top X + \lambda I)w = X^\top y", (), "proved"),
    (r"X^\top X w = 0", "Xw = 0", (), "undecided"), (r"\|Xw\|^2 = 0", "Xw = 0", (), "proved"), (r"\|Xw\|^2 = 0", "w = 0", (), "refuted"),
    (r"X^\top X w = X^\top y", r"w = (X^\top X)^{-1}X y", (), "refuted"),
]


@pytest.mark.parametrize(("premise", "conclusion", "given", "status"), FOLLOWING)
def test_what_follows(premise, conclusion, given, status):
    claim = claim_of("=>", premise, conclusion, given=given, **RIDGE, **{"lambda": "positive"})
    assert decide(claim).status == status


def test_what_has_no_shape_equals_nothing():
    verdict = decide(claim_of("=", "X w", r"X^\top w", X="matrix n x d", w="vector d"))
    assert verdict.status is Status.REFUTED and "d x n times d x 1" in " ".join(verdict.finding.teacher_words)
    assert decide(claim_of("=", r"A^{-1}B", r"A^{-1}B", A="matrix", B="matrix")).status is Status.PROVED
    assert decide(claim_of("=", "(A-A)^{-1}", "2(A-A)^{-1}", A="matrix")).status is Status.UNDECIDED


def test_a_gradient_laid_out_as_a_row_goes_to_a_person():
    assert decide(claim_of("=", r"x^\top(A + A^\top)", r"\frac{\partial}{\partial x} x^\top A x", A="matrix", x="vector")).status is Status.UNDECIDED
    assert decide(claim_of("=", r"x^\top A", r"\frac{\partial}{\partial x} x^\top A x", A="matrix", x="vector")).status is Status.REFUTED


def test_a_derivative_of_something_of_which_nothing_is_said_is_not_zero():
    for left in (r"\frac{\partial s_i}{\partial x_j}", r"\nabla_x L"):
        assert decide(claim_of("=", "0", left, s="vector", x="vector", L="real")).status is Status.UNDECIDED


def test_verify_compares_matrices():
    assert verify("(AB)^T", "B^T A^T", assume={"A": "matrix", "B": "matrix"}).status is Status.PROVED
    verdict = verify("AB", "BA", assume={"A": "matrix", "B": "matrix"})
    assert verdict.status is Status.REFUTED
    shown = verdict.evidence.data["model"]["letters"]
    a, b = [[[Fraction(x) for x in r] for r in shown[n]] for n in ("A", "B")]
    assert len(a) == 2 and product(a, b) != product(b, a)


def test_words_for_learners_do_not_show_the_other_side():
    verdict = decide(claim_of("=", "2X(Xw-y)", r"\nabla_w \|Xw-y\|^2", X="matrix n x n", w="vector n", y="vector n"))
    shown, whole = " ".join(verdict.finding.words), " ".join(verdict.finding.teacher_words)
    assert "your expression is" in shown and "right side" in whole and "right side" not in shown


# ------------------------------------------------------------------------------------------------------ forged evidence


def refusal(claim: Claim, data: dict) -> str:
    with pytest.raises(Refused) as error:
        kernel.settle(claim, Evidence("linear_algebra", data))
    return str(error.value)


def test_forged_models_are_refused():
    claim = claim_of("=", "QQ", "I", Q="orthogonal matrix")
    data = decide(claim).evidence.data

    def changed(**letters):
        made = copy.deepcopy(data)
        made["model"]["letters"].update(letters)
        made["model"]["sizes"] = {}
        return made

    assert "not orthogonal" in refusal(claim, changed(Q=[["1", "1"], ["0", "1"]]))
    assert "the claim holds" in refusal(claim, changed(Q=[["1", "0"], ["0", "-1"]]))
    assert "no matrix" in refusal(claim, changed(Q=[["1", "0"], ["0"]]))
    assert "the size" in refusal(claim, changed(Q=[["1", "0"]]))
    assert "has no value" in refusal(claim, {"form": "model", "model": {"letters": {}, "sizes": {}}})
    assert "no form" in refusal(claim, {"form": "oracle"})
    assert "come to the same" in refusal(claim, {"form": "identity", "steps": [], "model": data["model"]})


def test_a_model_must_satisfy_the_conditions():
    claim = claim_of("=", r"A^\top x", r"\lambda x", given=(r"A x = \lambda x",), A="square matrix", x="vector", **{"lambda": "real"})
    verdict = decide(claim)
    assert verdict.status is Status.REFUTED
    data = copy.deepcopy(verdict.evidence.data)
    data["model"]["letters"]["lambda"] = [[str(Fraction(data["model"]["letters"]["lambda"][0][0]) + 1)]]
    data["model"]["letters"]["x"] = [["1"]] * len(data["model"]["letters"]["x"])
    assert "hypotheses does not hold" in refusal(claim, data)


def test_forged_proofs_are_refused():
    claim = claim_of("=", r"X^\top(XX^\top + \lambda I)^{-1}", r"(X^\top X + \lambda I)^{-1}X^\top", X="matrix", **{"lambda": "positive"})
    data = decide(claim).evidence.data
    assert kernel.settle(claim, Evidence("linear_algebra", data)).status is Status.PROVED
    assert "come to the same" in refusal(claim, {**data, "steps": []})
    assert "does not occur" in refusal(claim, {**data, "steps": [["left", "0" * 20], *data["steps"]]})
    bound = claim_of("<=", "0", r"x^\top A x", A="matrix n x n", x="vector")
    model = {"letters": {"A": [["1"]], "x": [["1"]]}, "sizes": {}}
    form = ["form", ["number", "1"], ["symbol", "A"], ["symbol", "x"]]
    assert "not known to be positive semidefinite" in refusal(bound, {"form": "bound", "terms": [form], "model": model})
    square = ["square", ["number", "1"], ["symbol", "x"]]
    assert "another one" in refusal(bound, {"form": "bound", "terms": [square], "model": model})
    minus = ["square", ["apply", "neg", ["number", "1"]], ["symbol", "x"]]
    assert "not known to be nonnegative" in refusal(bound, {"form": "bound", "terms": [minus], "model": model})


def test_what_follows_must_be_defined():
    claim = claim_of("=>", r"X^\top X w = X^\top y", r"w = (X^\top X)^{-1}X^\top y", X="matrix n x d", w="vector d", y="vector n")
    given = claim_of("=>", r"X^\top X w = X^\top y", r"w = (X^\top X)^{-1}X^\top y", given=(r"\det(X^\top X) \ne 0",), X="matrix n x d", w="vector d", y="vector n")
    data = decide(given).evidence.data
    assert "may not exist" in refusal(claim, data)


def test_too_few_models_agree_to_nothing():
    claim = claim_of("=", r"\tanh(-x)", r"-\tanh(x)", x="vector")
    model = {"letters": {"x": [["1"]]}, "sizes": {}}
    assert "too few" in refusal(claim, {"form": "agreement", "models": [model] * 20})


# ----------------------------------------------------------------------------------------------------------------- laws

ENTRIES = st.integers(-3, 3).map(Fraction)
SQUARES = st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(ENTRIES, min_size=n, max_size=n), min_size=n, max_size=n))


@settings(max_examples=60, deadline=None)
@given(SQUARES)
def test_values_obey_the_laws_of_matrices(a):
    n = len(a)
    turned = [list(c) for c in zip(*a)]
    assert determinant(a) == determinant(turned)
    gram = product(turned, a)
    assert is_definite(gram, False) and is_definite(gram, True) == (determinant(a) != 0)
    if determinant(a):
        assert product(a, inverted(a)) == [[Fraction(i == j) for j in range(n)] for i in range(n)]


WORDS = st.lists(st.sampled_from(["A", "B", "A^T", "B^T", "S"]), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(WORDS, st.integers(0, 4))
def test_normal_forms_know_cyclic_and_transposed_traces(word, k):
    names = dict(A="matrix n x n", B="matrix n x n", S="symmetric matrix n x n")
    k %= len(word)
    back = [{"A": "A^T", "B": "B^T", "A^T": "A", "B^T": "B", "S": "S"}[x] for x in reversed(word)]
    whole, turned, back_text = [r"\operatorname{tr}(" + " ".join(w) + ")" for w in (word, word[k:] + word[:k], back)]
    for other in (turned, back_text):
        s = understood(claim_of("=", whole, other, **names))
        forms = forms_of(s)
        assert forms.poly(s.sides[0]) == forms.poly(s.sides[1])


# ---------------------------------------------------------------------------------------------------------- derivations


def relations(lines, **assume):
    proof = check_proof(lines, assume=assume)
    return [s.relation if s else "-" for s in proof.steps], proof


def test_a_derivation_of_ridge_regression():
    lines = [r"$L(w) = \|Xw - y\|^2 + \lambda\|w\|^2$", r"$\nabla_w L(w) = 2X^\top(Xw-y) + 2\lambda w = 0$", r"$\Rightarrow X^\top X w + \lambda w = X^\top y$",
             r"$\Rightarrow w = (X^\top X + \lambda I)^{-1}X^\top y$"]
    found, proof = relations(lines, **RIDGE, **{"lambda": "positive"})
    assert proof.theory == "linear_algebra" and found[2:] == ["equivalent", "equivalent"] and proof.first_break is None
    assert proof.steps[1].relation == "equal"  # and "= 0" claims nothing
    lines[1] = r"$\nabla_w L(w) = 2X^\top(Xw+y) + 2\lambda w$"
    assert relations(lines, **RIDGE, **{"lambda": "positive"})[1].first_break == 1


def test_an_inverse_that_may_not_exist_is_a_condition_of_the_step():
    found, proof = relations([r"$X^\top X w = X^\top y$", r"$w = (X^\top X)^{-1}X^\top y$"], **RIDGE)
    assert found[1] == "equivalent" and "transpose(X)*X is invertible" in proof.steps[1].conditions
    found, proof = relations([r"$(X^\top X + \lambda I) w = X^\top y$", r"$w = (X^\top X + \lambda I)^{-1}X^\top y$"], **RIDGE, **{"lambda": "positive"})
    assert found[1] == "equivalent" and any("positive definite" in c for c in proof.steps[1].conditions)


def test_definitions_and_earlier_lines_are_used():
    found, _ = relations([r"Let $P = X(X^\top X)^{-1}X^\top$.", r"$P^2 = X(X^\top X)^{-1}X^\top$", r"$= P$"], X="matrix n x d")
    assert found[1:] == ["equal", "equal"]
    found, _ = relations([r"$A x = \lambda x$", r"$\Rightarrow A^2 x = \lambda A x$", r"$\Rightarrow A^2 x = \lambda^2 x$"], A="square matrix", x="vector")
    assert found[1:] == ["implies", "implies"]


def test_shapes_are_found_where_nothing_is_declared():
    found, proof = relations([r"$\|Xw - y\|^2$", r"$= w^\top X^\top X w - 2 y^\top X w + y^\top y$", r"$= w^\top X^\top X w + y^\top y$"])
    assert found[1:] == ["equal", "fails"] and proof.first_break == 2


def test_samples_are_the_rows_of_their_matrix():
    found, proof = relations([r"$\sum_{i=1}^n (y_i - w^\top x_i)^2$", r"$= \|y - Xw\|^2$"], **RIDGE, x="vector d")
    assert found[1] == "equal" and any("rows of their matrix" in c for c in proof.steps[1].conditions)
    assert relations([r"$\sum_{i=1}^n (y_i - w^\top x_i)^2$", r"$= \|y + Xw\|^2$"], **RIDGE, x="vector d")[0][1] == "fails"


def test_matrices_are_ordered_by_definiteness():
    found, _ = relations([r"$X^\top X + \lambda I \succeq \lambda I \succ 0$"], X="matrix n x d", **{"lambda": "positive"})
    assert found == ["implies"]
    assert relations([r"$X^\top X \succ 0$"], X="matrix n x d")[0] == ["fails"]


def test_conditions_that_name_the_identity_define_nothing():
    Q = {"Q": "square matrix", "x": "vector", "y": "vector"}
    assert decide(claim_of("=", r"x^\top y", r"x^\top Q^\top Q y", given=(r"Q^\top Q = I",), **Q)).status is Status.PROVED
    assert decide(claim_of("=", r"x^\top y", r"x^\top Q Q y", given=(r"Q^\top Q = I",), **Q)).status is Status.REFUTED
    assert decide(claim_of("=", r"2 + 2u^\top v", r"\|u+v\|^2", given=(r"\|u\| = 1", r"\|v\| = 1"), u="vector", v="vector")).status is Status.PROVED


def test_a_defined_name_keeps_what_is_said_of_it():
    claim = claim_of("=", r"B^\top A", r"A B^\top", given=("S = AB",), S="symmetric matrix", A="square matrix", B="square matrix")
    assert decide(claim_of("=", "AB", r"B^\top A^\top", given=("S = AB",), S="symmetric matrix", A="square matrix", B="square matrix")).status \
        is not Status.REFUTED
    assert decide(claim).status is not Status.PROVED


def test_reasons_are_used_and_named():
    found, proof = relations([r"$x^\top Q^\top Q y$", r"$= x^\top y$ since $Q^\top Q = I$"], Q="square matrix", x="vector", y="vector")
    assert found[1] == "equal" and any("since" in c for c in proof.steps[1].conditions)
    assert relations([r"$x^\top Q^\top Q y$", r"$= 2x^\top y$ since $Q^\top Q = I$"], Q="square matrix", x="vector", y="vector")[0][1] == "fails"
    assert relations([r"$x^\top Q^\top Q y$", r"$= x^\top y$"], Q="square matrix", x="vector", y="vector")[0][1] == "fails"


def test_a_statement_of_several_equations_follows_where_each_does():
    names = {"A": "square matrix", "Q": "orthogonal matrix", "D": "diagonal matrix"}
    lines = [r"$A = Q D Q^\top$", r"$A^2 = Q D Q^\top Q D Q^\top = Q D^2 Q^\top$"]
    assert relations(lines, **names)[0][1] == "implies"
    assert relations([lines[0], r"$A^2 = Q D Q^\top Q D Q^\top = Q^2 D^2 Q^\top$"], **names)[0][1] == "fails"
