"""Means over several independent draws: importance-weighted bounds for any number of draws, their reading, and evidence that does not hold up."""

import pytest

from grader import kernel
from grader.decide import Budget, decide
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence, Status
from grader.proof import check_proof
from grader.reading import read
from grader.reading.vocabulary import OPEN
from grader.replay.draws import block_of, with_count, worked_out

DENSITIES = (("K", Domain.parse("integer >= 1")), ("p", Domain(shape="density")), ("q", Domain(shape="density")))
MEAN = r"\mathbb{E}_{\prod_{k=1}^{K} q(z_k|x)}"
WEIGHT = r"\frac{p(x,z_k)}{q(z_k|x)}"
BOUND = MEAN + r"\left[\log\left(\frac{1}{K}\sum_{k=1}^{K} " + WEIGHT + r"\right)\right]"
MORE = BOUND.replace("{K}", "{K+1}")
ELBO = r"\mathbb{E}_{q(z|x)}\left[\log\frac{p(x,z)}{q(z|x)}\right]"


def claim(left: str, sign: str, right: str) -> Claim:
    a, b = read(left, OPEN).term, read(right, OPEN).term
    return Claim(Equal(a, b) if sign == "=" else AtMost(a, b, sign == "<"), DENSITIES)


@pytest.mark.parametrize(("left", "sign", "right", "status"), [
    (BOUND, "<=", r"\log p(x)", Status.PROVED),
    (r"\log p(x)", "<=", BOUND, Status.REFUTED),
    (BOUND, "<=", r"\log " + MEAN + r"\left[\frac{1}{K}\sum_{k=1}^{K} " + WEIGHT + r"\right]", Status.PROVED),
    (r"\log " + MEAN + r"\left[\frac{1}{K}\sum_{k=1}^{K} " + WEIGHT + r"\right]", "=", r"\log p(x)", Status.PROVED),
    (r"\log " + MEAN + r"\left[\sum_{k=1}^{K} " + WEIGHT + r"\right]", "=", r"\log p(x)", Status.REFUTED),
    (ELBO, "<=", BOUND, Status.PROVED),
    (BOUND, "<=", ELBO, Status.REFUTED),
    (BOUND, "<=", MORE, Status.PROVED),
    (MORE, "<=", BOUND, Status.REFUTED),
    (BOUND, "=", MEAN + r"\left[\log\left(\sum_{k=1}^{K} " + WEIGHT + r"\right)\right] - \log K", Status.PROVED),
    (BOUND, "=", MEAN + r"\left[\log\left(\frac{1}{K}\sum_{j=1}^{K} \frac{p(x|z_j) p(z_j)}{q(z_j|x)}\right)\right]", Status.PROVED),
    (BOUND, "=", MEAN + r"\left[\log\left(\frac{1}{K}\sum_{j=1}^{K} \frac{p(x|z_j)}{q(z_j|x)}\right)\right]", Status.REFUTED),
    (MEAN + r"\left[\frac{1}{K}\sum_{k=1}^{K} \log " + WEIGHT + r"\right]", "=", ELBO, Status.PROVED),
    (MEAN + r"\left[\sum_{k=1}^{K} \log " + WEIGHT + r"\right]", "=", ELBO, Status.REFUTED),
])
def test_claims_for_any_number_of_draws(left, sign, right, status):
    assert decide(claim(left, sign, right), Budget(4)).status is status


def test_a_strict_bound_does_not_follow_from_equality_of_what_is_left():
    assert decide(claim(BOUND, "<", MORE), Budget(2)).status is not Status.PROVED


def test_forged_evidence_is_refused():
    better = claim(BOUND, "<=", MORE)
    good = decide(better, Budget(4)).evidence
    for change in ({"bounds": [["draws_more", 1, 0]]}, {"bounds": []}, {"bounds": [["draws_less", 0, 1]]}, {"same": [[0, 1, list(good.data["inner"])]]},
                   {"inner": ["draws", {"form": "worked"}]}, {"form": "few", "count": 2}, {"inner": ["gap", {}]}):
        with pytest.raises(Refused):
            kernel.settle(better, Evidence("draws", {**good.data, **change}))
    with pytest.raises(Refused):
        kernel.settle(claim(MORE, "<=", BOUND), good)
    wrong = decide(claim(MORE, "<=", BOUND), Budget(4)).evidence
    assert wrong.data["form"] == "few"
    with pytest.raises(Refused):
        kernel.settle(better, wrong)
    with pytest.raises(Refused):
        kernel.settle(better, Evidence("draws", {**wrong.data, "count": 9}))


def test_what_is_no_mean_over_draws_of_one_density():
    for over in (r"\prod_{k=1}^K q_k(z_k|x)", r"\prod_{k=1}^K q(z_k|x_k)", r"\prod_{k=2}^K q(z_k|x)", r"\prod_{k=1}^K q(z|x)", r"\sum_{k=1}^K q(z_k|x)"):
        assert block_of(read(over, OPEN).term) is None, over
    with pytest.raises(Refused):
        worked_out(claim(MEAN + r"[z_1 z_2]", "=", "1"))
    with pytest.raises(Refused):
        with_count(claim(BOUND, "<=", r"\log p(x)"), 7)


IWAE = [
    r"\mathcal{L}_K = \mathbb{E}_{z_1,\dots,z_K \sim q(z|x)}\left[\log \frac{1}{K}\sum_{k=1}^K \frac{p(x,z_k)}{q(z_k|x)}\right]",
    r"\le \log \mathbb{E}_{z_{1:K} \sim q(z|x)}\left[\frac{1}{K}\sum_{k=1}^K \frac{p(x,z_k)}{q(z_k|x)}\right]",
    r"= \log \frac{1}{K}\sum_{k=1}^K \mathbb{E}_{z_k \sim q(z|x)}\left[\frac{p(x,z_k)}{q(z_k|x)}\right]",
    r"= \log \frac{1}{K}\sum_{k=1}^K p(x)",
    r"= \log p(x)",
]
WEIGHTS = [
    r"Let $w_k = \frac{p(x,z_k)}{q(z_k|x)}$ with $z_1,\dots,z_K \stackrel{iid}{\sim} q(z|x)$.",
    r"\mathbb{E}\left[\log \frac1K \sum_{k=1}^K w_k\right] \le \log \mathbb{E}\left[\frac1K \sum_k w_k\right]",
    r"= \log \frac1K \sum_{k=1}^K \mathbb{E}[w_k]",
    r"= \log p(x)",
]
GROWS = [r"Let $L_K = \mathbb{E}_{z_1,\dots,z_K \sim q}\left[\log \frac1K\sum_{k=1}^K \frac{p(x,z_k)}{q(z_k)}\right]$.", r"L_K \le L_{K+1}"]


@pytest.mark.parametrize("lines", [IWAE, WEIGHTS, GROWS])
def test_derivations_in_which_each_line_holds(lines):
    steps = check_proof(lines).steps
    assert all(s is None or s.relation in ("equal", "implies") and s.status is Status.PROVED for s in steps), [s and s.reason for s in steps]
    assert any(steps)


@pytest.mark.parametrize(("lines", "k", "text"), [
    (IWAE, 1, IWAE[1].replace(r"\le ", r"\ge ")), (IWAE, 2, IWAE[2].replace(r"\frac{1}{K}", "")), (IWAE, 4, r"= \log K p(x)"),
    (IWAE, 3, r"= \log \frac{1}{K}\sum_{k=1}^K p(x|z_k)"), (WEIGHTS, 1, WEIGHTS[1].replace(r"\le ", r"\ge ")), (WEIGHTS, 3, "= p(x)"),
    (GROWS, 1, r"L_K \ge L_{K+1}"),
])
def test_a_planted_fault_breaks_its_line(lines, k, text):
    assert check_proof([*lines[:k], text, *lines[k + 1:]]).first_break == k
