"""The lemma book: every entry says what it needs and where it is proved, holds in random finite models, and fails without its hypotheses."""

from __future__ import annotations

import pytest

from density_notation import read_statement
from grader.lemmas import LEMMAS
from grader.model import AtMost, Claim, Equal, Status
from test_probability_laws import DENSITIES, decide, holds_in_models


def claim_of(lemma) -> Claim:
    return Claim(Equal(lemma.left, lemma.right) if lemma.relation == "=" else AtMost(lemma.left, lemma.right), DENSITIES)


WITHOUT_PROOF = {"count": "an index is no variable", "cauchy_schwarz": "it is used for moments (test_moments)"}


@pytest.mark.parametrize("name", sorted(n for n in LEMMAS if LEMMAS[n].left is not None))
def test_every_lemma_holds_in_random_models_and_is_provable(name):
    claim = claim_of(LEMMAS[name])
    assert holds_in_models(claim)
    assert name in WITHOUT_PROOF or decide(claim).status is Status.PROVED


@pytest.mark.parametrize("name", sorted(LEMMAS))
def test_every_lemma_says_what_it_needs_and_where_it_is_proved(name):
    lemma = LEMMAS[name]
    assert lemma.name == name and lemma.title and lemma.statement and lemma.source
    assert lemma.hypotheses or name == "probability"
    assert (lemma.left is None) == (lemma.right is None)


@pytest.mark.parametrize("statement", [
    "sum[z](p(x,z)*f(z)) = p(x)*f(z)",                                          # marginal: the other factor depends on z
    "log(sum[z](2*q(z|x)*f(z))) >= sum[z](2*q(z|x)*log(f(z)))",                 # jensen: weights that sum to two
    "sum[z](q(z|x)*log(q(z|x)/(3*p(z|x)))) >= 0",                               # gibbs: p is no density
    "sum[z](3*q(z)*f(z))^2 <= sum[z](3*q(z)*f(z)^2)",                           # variance: weights that sum to three
    "log(p(x) + q(x)) = log(p(x)) + log(q(x))",                                 # log_product: a sum
    "exp(p(x)*q(x)) = exp(p(x))*exp(q(x))",                                     # exp_sum: a product
])
def test_without_its_hypotheses_a_lemma_fails(statement):
    sign, left, right = read_statement(statement)
    claim = Claim(Equal(left, right) if sign == "=" else AtMost(left, right), DENSITIES)
    assert decide(claim).status is Status.REFUTED
