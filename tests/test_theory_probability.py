"""The theory of probability: lines about densities, random variables, events and entropies, with what words suppose of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.proof import check_proof
from grader.reading import Vocabulary
from grader.theories._suppositions import supposed

HOLDS = ("equal", "implies", "equivalent")


def relations(*lines: str) -> list[str | None]:
    return [None if s is None else s.relation for s in check_proof(lines).steps]


def _row(line: str) -> tuple[str, str, str]:
    """truth | what is supposed | statement, which may hold bars itself."""
    truth, rest = line.split(" | ", 1)
    said, statement = ("", rest[2:]) if rest.startswith("| ") else rest.split(" | ", 1)
    return truth, said, statement


TABLE = [_row(line) for line in Path(__file__).with_name("random_statements.txt").read_text().splitlines() if line[:2] in ("T ", "F ")]


@pytest.mark.parametrize("truth, said, statement", TABLE)
def test_statements(truth, said, statement):
    proof = check_proof([said, statement] if said else [statement])
    step = proof.steps[-1]
    assert proof.theory == "probability" and step is not None
    assert step.relation in HOLDS if truth == "T" else step.relation == "fails", step.reason


@pytest.mark.parametrize("text, conditions", [
    ("Let $X$ and $Y$ be independent with mean $\\mu$ and variance $\\sigma^2$.",
     ["independent(X, Y)", "E[X] = mu", "E[Y] = mu", "Var[X] = sigma^2", "Var[Y] = sigma^2"]),
    ("Assume $q_i, k_i$ are i.i.d. with mean 0 and variance 1.",
     ["independent(q, k)", "identical(q, k)", "E[q_i] = 0", "E[k_i] = 0", "Var[q_i] = 1", "Var[k_i] = 1"]),
    ("where $\\epsilon$ has mean zero and variance $\\sigma^2$ and is independent of $\\hat{f}$",
     ["independent(epsilon, hat(f))", "E[epsilon] = 0", "Var[epsilon] = sigma^2"]),
    ("Let $m \\sim \\mathrm{Bernoulli}(1-p)$.", ["m ~ Bernoulli(1 - p)"]),
    ("X ~ N(mu, sigma^2)", ["X ~ N(mu, sigma^2)"]),
    ("where the entries are independent with zero mean and unit variance", ["independent(entries)", "E[entries] = 0", "Var[entries] = 1"]),
])
def test_what_sentences_suppose(text, conditions):
    found = supposed(text, Vocabulary())
    assert found is not None and [str(c) for c in found.conditions] == conditions


@pytest.mark.parametrize("text", [
    "= \\mathbb{E}[X]\\mathbb{E}[Y]", "By Jensen's inequality, $\\log E[X] \\ge E[\\log X]$.", "$\\mathrm{Var}(X+Y) = \\mathrm{Var}(X)+\\mathrm{Var}(Y)$ since $X$ and $Y$ are independent",
    "Since $X$ and $Y$ are independent, $E[XY] = E[X]E[Y]$.", "where the rows are linearly independent", "Assume $X$ and $Y$ are not independent.",
])
def test_claims_and_denials_are_no_suppositions(text):
    assert supposed(text, Vocabulary()) is None


def test_a_sentence_that_is_not_understood_makes_no_line_wrong():
    said = "Assume $X$ and $Y$ are exchangeable, negatively dependent random variables with mean as in the table."
    assert relations(said, "\\mathrm{Var}(X+Y) = \\mathrm{Var}(X)+\\mathrm{Var}(Y)")[-1] is None


def test_a_constant_of_which_nothing_was_said_is_left_to_a_person():
    step = check_proof([r"D_{KL}(q(z|x) \| p(z|x)) = E_q[\log q(z|x) - \log p(x,z)] + \log p(x)", r"= -\mathcal{L} + \log p(x)"]).steps[-1]
    assert step.relation is None and "L" in step.reason


def test_the_first_side_may_name_what_follows():
    assert relations(r"\mathcal{L}(\theta,\phi;x) = E_{q_\phi(z|x)}[\log p_\theta(x,z) - \log q_\phi(z|x)]",
                     r"= E_{q_\phi(z|x)}[\log p_\theta(x|z)] - KL(q_\phi(z|x) \| p(z))") == ["equal", "equal"]


def test_proportional_lines():
    assert relations(r"p(\theta|x) \propto p(x|\theta)p(\theta)", r"\propto p(x,\theta)", r"\propto p(x|\theta)") == ["implies", "implies", "fails"]


def test_a_logarithm_before_a_fraction_and_a_bracket_is_of_both():
    assert relations(r"\log \frac{p(x,z)}{p(z|x)} = \log \frac{p(x,z)}{q(z|x)}\frac{q(z|x)}{p(z|x)}") == ["equal"]


def test_the_score_function():
    assert relations(r"\nabla_\theta E_{p_\theta(x)}[f(x)] = \int \nabla_\theta p_\theta(x) f(x) dx",
                     r"= \int p_\theta(x) f(x) \nabla_\theta \log p_\theta(x) dx", r"= E_{p_\theta(x)}[f(x) \nabla_\theta \log p_\theta(x)]") == ["equal"] * 3


def test_a_law_that_is_not_given_refutes_nothing():
    """E over x ~ p where p has no law that a table could hold."""
    lines = ["Let $p(x) = \\mathcal{N}(x; m, s^2)$.", r"E_{x \sim p}[(x-m)^2] = s^2"]
    assert check_proof(lines, assume={"p": "density", "x": "variable", "s": "> 0", "m": "real"}).steps[-1].relation == "equal"


def test_reasons_may_bring_a_supposition_which_is_named():
    step = check_proof([r"\mathbb{E}[XY] = \mathbb{E}[X]\mathbb{E}[Y] \quad \text{(since X and Y are independent)}"]).steps[-1]
    assert step.relation == "equal" and any("independent" in c for c in step.conditions)
