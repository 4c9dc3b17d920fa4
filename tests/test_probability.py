"""Densities: true statements proved, false ones refuted, and forged evidence refused for the right reason."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from pathlib import Path

import pytest

from density_notation import read_expression, read_statement
from grader import kernel
from grader.decide import probability
from grader.decide.budget import Budget
from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, Evidence, Satisfies, Status
from grader.term import apply, number, relation, symbol, to_data
from test_probability_laws import decide

ROWS = [line.split(" | ", 1) for line in (Path(__file__).parent / "density_statements.txt").read_text().splitlines() if line[:1] not in ("#", "")]


def claim_of(statement: str, *conditions: str, label: str = "step", **domains: str) -> Claim:
    sign, left, right = read_statement(statement)
    given = tuple(relation("=", *[read_expression(side) for side in c.split(" == ")]) for c in conditions)
    conclusion = Equal(left, right) if sign == "=" else AtMost(left, right, sign == "<")
    declared = {"p": "density", "q": "density", **domains}
    return Claim(conclusion, tuple((n, Domain.parse(d)) for n, d in declared.items()), given, label)


@pytest.mark.parametrize(("truth", "statement"), ROWS)
def test_statements(truth, statement):
    verdict = decide(claim_of(statement))
    assert verdict.status is (Status.PROVED if truth == "true" else Status.REFUTED), verdict.finding
    assert json.loads(json.dumps(verdict.evidence.data)) == verdict.evidence.data
    if truth == "true":
        assert "every density is positive" in verdict.finding.facts


def test_the_set_is_large_enough():
    assert sum(t == "true" for t, _ in ROWS) >= 60 and sum(t == "false" for t, _ in ROWS) >= 40


INDEPENDENT = "p(x,z) == p(x)*p(z)"
EXACT = "q(z|x) == p(z|x)"


@pytest.mark.parametrize(("statement", "condition", "status"), [
    ("H(p(x,z)) = H(p(x)) + H(p(z))", INDEPENDENT, "proved"),
    ("E[p(x,z)](f(x)*g(z)) = E[p(x)](f(x))*E[p(z)](g(z))", INDEPENDENT, "proved"),
    ("p(x|z) = p(z)", INDEPENDENT, "refuted"),
    ("log(p(x)) = E[q(z|x)](log(p(x,z)/q(z|x)))", EXACT, "proved"),
    ("KL(q(z|x), p(z|x)) = 0", EXACT, "proved"),
    ("KL(q(z|x), p(z)) = 0", EXACT, "refuted"),
    ("p(x|y,z) = p(x|z)", "p(x,y|z) == p(x|z)*p(y|z)", "proved"),
    ("p(x|y,z) = p(x)", "p(x,y|z) == p(x|z)*p(y|z)", "refuted"),
])
def test_conditions_of_a_claim_are_used(statement, condition, status):
    assert decide(claim_of(statement, condition)).status == status
    assert status == "refuted" or decide(claim_of(statement)).status is Status.REFUTED


@pytest.mark.parametrize(("statement", "domains", "status"), [
    ("E[q(z|x)](log(p(x|z))) - b*KL(q(z|x), p(z)) <= E[q(z|x)](log(p(x|z)))", {"b": "positive"}, "proved"),
    ("E[q(z|x)](log(p(x|z))) - b*KL(q(z|x), p(z)) <= E[q(z|x)](log(p(x|z)))", {"b": "real"}, "refuted"),
    ("E[r(z)](log(D(z))) <= log(E[r(z)](D(z)))", {"r": "density", "D": "function"}, "proved"),
    ("log(g(x)) = log(sum[z](g(x,z)))", {"g": "density"}, "proved"),
    ("log(p(x|t)) = log(sum[z](p(x,z|t)))", {"t": "real"}, "proved"),
    ("E[p(x)](log(D(x))) + E[q(x)](log(1 - D(x))) <= 0", {"D": "function > 0, < 1"}, "agrees"),
])
def test_declared_domains_are_used(statement, domains, status):
    assert decide(claim_of(statement, **domains)).status == status


def test_a_name_with_and_without_its_parameter_is_not_refuted():
    verdict = decide(claim_of("log(p_t(x)) = E[q(z|x)](log(p_t(x|z))) - KL(q(z|x), p(z)) + KL(q(z|x), p_t(z|x))"))
    assert verdict.status is Status.UNDECIDED
    assert "with and without" in " ".join(verdict.finding.words + tuple(w for _, w in tried(verdict)))


def tried(verdict):
    claim = verdict.claim
    return [(n, found) for n, procedure in probability.PROCEDURES if isinstance(found := procedure(claim, Budget()), str)]


def test_what_holds_for_discrete_variables_only_is_not_agreed():
    assert decide(claim_of("H(p(x)) >= 0")).status is Status.UNDECIDED
    assert decide(claim_of("sum[x](-p(x)*log(p(x))) >= 0")).status is Status.AGREES
    assert decide(claim_of("int[x](-p(x)*log(p(x))) >= 0")).status is Status.REFUTED


def test_other_claims_are_none_of_its_business():
    plain = Claim(Equal(apply("add", symbol("a"), symbol("b")), symbol("c")))
    function = Claim(Equal(apply("call", symbol("f"), symbol("x")), symbol("y")))
    letter = Claim(Equal(*[read_expression(t) for t in ("p(x) - 1", "log(p(x)^2)")]))
    for claim in (plain, function, letter, Claim(Satisfies((symbol("x"),), "iterates.table"))):
        assert [procedure(claim, Budget()) for _, procedure in probability.PROCEDURES] == [None] * 4


# ---------------------------------------------------------------------------------------------------- evidence is replayed


def evidence_for(statement: str, **options) -> tuple[Claim, dict]:
    claim = claim_of(statement, **options)
    return claim, copy.deepcopy(dict(decide(claim).evidence.data))


def refusal(claim: Claim, data: dict) -> str:
    with pytest.raises(kernel.Refused) as refused:
        kernel.settle(claim, Evidence("probability", data))
    return str(refused.value)


ELBO = "log(p(x)) = E[q(z|x)](log(p(x,z)/q(z|x))) + KL(q(z|x), p(z|x))"
BOUND = "log(p(x)) >= E[q(z|x)](log(p(x,z)/q(z|x)))"
WRONG = "log(p(x)) = E[q(z|x)](log(p(x,z)/q(z|x)))"


def test_every_step_of_a_proof_is_needed_and_checked():
    claim, data = evidence_for(ELBO)
    assert data["form"] == "identity" and len(data["steps"]) == 3
    for k in range(len(data["steps"])):
        shorter = copy.deepcopy(data)
        del shorter["steps"][k]
        assert "do not come to the same" in refusal(claim, shorter)
        other = copy.deepcopy(data)
        other["steps"][k][2] = to_data(number(2))
        assert "not an instance" in refusal(claim, other)
        renamed = copy.deepcopy(data)
        renamed["steps"][k][0] = "magic"
        assert "no lemma is called" in refusal(claim, renamed)


def test_steps_that_are_no_lemma_are_refused():
    claim, data = evidence_for(ELBO)
    claims = {
        "marginal": ("sum[z](p(x,z)*f(z))", "p(x)*f(z)"), "log_product": ("log(p(x)+q(x))", "log(p(x))+log(q(x))"),
        "exp_sum": ("exp(f(x)*g(x))", "exp(f(x))*exp(g(x))"), "count": ("sum[i,n](1)", "n+1"),
    }
    for lemma, (before, after) in claims.items():
        forged = {**data, "steps": [[lemma, to_data(read_expression(before)), to_data(read_expression(after))], *data["steps"]]}
        assert f"not an instance of {lemma}" in refusal(claim, forged)
    unsigned = {**data, "steps": [["log_product", to_data(read_expression("log(f(x)*g(x))")), to_data(read_expression("log(f(x))+log(g(x))"))]]}
    assert "not an instance of log_product" in refusal(claim, unsigned)
    whole = {**data, "steps": [["marginal", to_data(read_expression("p(x)+q(x)")), to_data(read_expression("0"))]]}
    assert "no single" in refusal(claim, whole)


def test_positivity_must_follow_from_a_logarithm():
    claim, data = evidence_for("log(E[q(z)](f(z))) >= E[q(z)](log(f(z)))")
    assert data["positive"] == [["function", ["f", []]]]
    assert "nothing says" in refusal(claim, {**data, "positive": [["function", ["g", []]]]})
    assert kernel.settle(claim, Evidence("probability", data)).finding.facts[-1].startswith("f > 0")


def test_a_bound_needs_quantities_that_are_never_negative():
    claim, data = evidence_for(BOUND)
    assert data["form"] == "bound"
    kl = data["gap"][0][1]
    negative = copy.deepcopy(data)
    negative["gap"][0][0] = to_data(apply("neg", number(1)))
    assert "not known to be positive" in refusal(claim, negative)
    assert "the difference is another" in refusal(claim, {**data, "gap": data["gap"] * 2})
    heavy = copy.deepcopy(data)
    heavy["gap"][0][1] = [kl[0], kl[1], to_data(apply("mul", number(2), read_expression("q(z|x)"))), kl[3]]
    assert "do not sum to one" in refusal(claim, heavy)
    signed = copy.deepcopy(data)
    signed["gap"][0][1] = [kl[0], kl[1], to_data(read_expression("f(z)")), kl[3]]
    assert "weight" in refusal(claim, signed)
    strict = claim_of("log(p(x)) > E[q(z|x)](log(p(x,z)/q(z|x)))")
    assert "strict" in refusal(strict, data)
    assert "does not settle" in refusal(claim_of(WRONG), data)


def test_a_model_must_be_a_distribution_in_which_the_claim_fails():
    claim, data = evidence_for(WRONG)
    model = data["model"]
    assert data["form"] == "model"

    def changed(**new) -> dict:
        return {"form": "model", "model": {**copy.deepcopy(model), **new}}

    tables = copy.deepcopy(model["densities"])
    tables[0][2][0] = "0"
    assert "not positive" in refusal(claim, changed(densities=tables))
    tables = copy.deepcopy(model["densities"])
    tables[0][2][0] = "9/10"
    assert "sum to one" in refusal(claim, changed(densities=tables))
    assert "KeyError" in refusal(claim, changed(densities=model["densities"][:1]))
    assert "another form" in refusal(claim, changed(densities=[*model["densities"], model["densities"][0]]))
    assert "outside the model" in refusal(claim, changed(point=[["x", [], 7]]))
    assert "holds in the model" in refusal(claim_of(ELBO), data)
    dense = [[n, s, [str(2 * Fraction(v)) for v in t]] for n, s, t in model["densities"]]
    assert "volumes are for integrals" in refusal(claim, changed(densities=dense, volumes={"x": ["1/2", "1/2"], "z": ["1", "1"]}))
    assert "condition" in refusal(claim_of(WRONG, "q(z|x) == p(z|x)"), data)


def test_letters_and_functions_stay_in_their_domains():
    claim, data = evidence_for("E[q(z)](a*f(z)) = E[q(z)](f(z))")
    data["model"]["letters"]["a"] = "-5"
    assert kernel.settle(claim, Evidence("probability", data)).status is Status.REFUTED
    assert "outside its domain" in refusal(claim_of("E[q(z)](a*f(z)) = E[q(z)](f(z))", a="positive"), data)


def test_agreement_needs_enough_models():
    claim, data = evidence_for("sum[x](-p(x)*log(p(x))) >= 0")
    assert data["form"] == "agreement"
    assert "too few" in refusal(claim, {**data, "models": data["models"][:5]})
    assert "fails in one" in refusal(claim_of("sum[x](p(x)*log(p(x))) >= 0"), data)


def test_names_of_bound_variables_cannot_be_forged():
    claim, data = evidence_for(ELBO)
    data["steps"][0][1] = ["apply", "log", ["symbol", "#1"]]
    assert "kept for bound" in refusal(claim, data)
    assert "no form of evidence" in refusal(claim, {**data, "form": "belief"})


# ---------------------------------------------------------------------------------------------------------------- words


def test_a_refutation_shows_the_numbers_of_the_learners_own_lines_only():
    own = decide(claim_of(WRONG, label="step 2")).finding
    assert "Let x and z take the values 0 or 1" in own.words[0] and "the left side is" in own.words[1]
    against = decide(claim_of(WRONG, label="answer")).finding
    assert "the left side" not in " ".join(against.words) and "the left side is" in against.teacher_words[1]
    values = own.words[1].split("the left side is ")[1].rstrip(".").split(" and the right side ")
    assert values[0] != values[1]


def test_a_proof_names_its_lemmas():
    finding = decide(claim_of(BOUND)).finding
    assert "gibbs" in finding.lemmas and "a KL divergence is never negative" in finding.words[0]
    assert "jensen" in decide(claim_of("log(E[q(z|x)](p(x,z)/q(z|x))) >= E[q(z|x)](log(p(x,z)/q(z|x)))")).finding.lemmas


# -------------------------------------------------------------------------------------------------------------- hostile


@pytest.mark.parametrize("statement", [
    "E[q(z)](" + "*".join(["(f(z)+g(z)+h(z)+1)"] * 12) + ") = 1",
    "KL(" + "+".join(["p(x)"] * 60) + ", q(x)) = 0",
    "log(" * 60 + "p(x)" + ")" * 60 + " = 1",
    "E[p(a,b,c,d,f,g,h,i,j,k,l,m)](1) = 2",
    "p(x)^12^12 = p(x)",
    "p(x) = 10000000000000000000000000000000000000001*p(x)",
    "sum[x](sum[y](sum[z](sum[u](sum[v](sum[w](p(x,y,z,u,v,w)*q(x,y,z,u,v,w)*r(x,y,z,u,v,w))))))) = 1",
    "p(x,x) = 1", "p(3) = 1", "E[f(z)](1) = 1", "E[q(z)](f_z(x)) = f_z(x)", "sum[i,n](f(x_i)) = f(x_n)", "exp(exp(exp(exp(9*p(x))))) = 1",
])
def test_hostile_claims_end_soon_and_are_never_proved(statement):
    import time

    start = time.thread_time()
    verdict = decide(claim_of(statement))
    assert verdict.status is not Status.PROVED and time.thread_time() - start < 2.0


def test_the_same_claim_gets_the_same_evidence():
    first = [json.dumps(decide(claim_of(s)).evidence.data) for _, s in ROWS[::9]]
    probability.understood.cache_clear()
    assert first == [json.dumps(decide(claim_of(s)).evidence.data) for _, s in ROWS[::9]]
