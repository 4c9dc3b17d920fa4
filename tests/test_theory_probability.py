"""The theory of probability: lines about densities, random variables, events and entropies, with what words suppose of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader import kernel
from grader.model import Evidence, Status
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


Q = r"Let $Q(\theta',\theta) = E_{p_\theta(z|x)}[\log p_{\theta'}(x,z)]$."
BETTER = r"Assume $E_{p_\theta(z|x)}[\log p_{\theta'}(x,z)] \ge E_{p_\theta(z|x)}[\log p_\theta(x,z)]$."


@pytest.mark.parametrize("said", [(BETTER,), (Q, r"Assume $Q(\theta',\theta) \ge Q(\theta,\theta)$.")])
def test_a_better_m_step_makes_the_evidence_no_worse(said):
    assert relations(*said, r"\log p_{\theta'}(x) \ge \log p_\theta(x)")[-1] == "implies"


def test_the_bound_that_is_supposed_may_stand_inside_a_chain():
    assert relations(BETTER, r"\log p_{\theta'}(x) \ge E_{p_\theta(z|x)}[\log p_{\theta'}(x,z)] - E_{p_\theta(z|x)}[\log p_\theta(z|x)]",
                     r"\ge E_{p_\theta(z|x)}[\log p_\theta(x,z)] - E_{p_\theta(z|x)}[\log p_\theta(z|x)]",
                     r"= \log p_\theta(x)") == [None, "implies", "implies", "equal"]


@pytest.mark.parametrize("supposed_sign, sign", [("\\le", "\\ge"), ("\\ge", ">")])
def test_a_worse_m_step_shows_no_improvement(supposed_sign, sign):
    """A turned supposition is refuted; from a weak one no strict improvement follows (the model theta' = theta)."""
    found = relations(BETTER.replace("\\ge", supposed_sign), rf"\log p_{{\theta'}}(x) {sign} \log p_\theta(x)")[-1]
    assert found == ("fails" if supposed_sign == "\\le" else None)


def test_a_defined_name_takes_its_arguments():
    """Q(theta, theta) is not Q(theta', theta)."""
    assert relations(Q, r"Q(\theta',\theta) - Q(\theta,\theta) = 0")[-1] == "fails"


def test_the_other_direction_fails_for_a_better_m_step():
    step = check_proof([BETTER, r"\log p_{\theta'}(x) \le \log p_\theta(x)"]).steps[-1]
    assert step is not None and step.relation == "fails" and step.status is Status.REFUTED


def test_evidence_from_a_supposed_bound_names_a_condition_that_is_there():
    verdict = check_proof([BETTER, r"\log p_{\theta'}(x) \ge \log p_\theta(x)"]).steps[-1].evidence[-1]
    evidence = verdict.evidence
    assert evidence.data["form"] == "given" and kernel.settle(verdict.claim, evidence).status is Status.PROVED
    for change in ({"condition": 1}, {"condition": -1}, {"inner": {"form": "identity", "steps": []}}):
        with pytest.raises(kernel.Refused):
            kernel.settle(verdict.claim, Evidence("probability", {**evidence.data, **change}))
    with pytest.raises(kernel.Refused):
        kernel.settle(replace(verdict.claim, conditions=()), evidence)
