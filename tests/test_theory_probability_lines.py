"""Derivations about random quantities as people write them: every line holds, and a planted fault breaks the line it stands in."""

import pytest

from grader.model import Status
from grader.proof import check_proof

KNOWN = ("equal", "implies", "equivalent")

DERIVATIONS = {
    "likelihood of coins": ([
        r"\ell(\theta) = \sum_{i=1}^n \log\left(\theta^{x_i}(1-\theta)^{1-x_i}\right)",
        r"= \sum_{i=1}^n x_i\log\theta + \sum_{i=1}^n (1-x_i)\log(1-\theta)",
        r"= \log\theta\sum_{i=1}^n x_i + \left(n-\sum_{i=1}^n x_i\right)\log(1-\theta)",
        r"\ell'(\theta) = \frac{1}{\theta}\sum_{i=1}^n x_i - \frac{1}{1-\theta}\left(n-\sum_{i=1}^n x_i\right)"],
        {1: r"= \sum_{i=1}^n x_i\log\theta - \sum_{i=1}^n (1-x_i)\log(1-\theta)", 2: r"= \log\theta\sum_{i=1}^n x_i + \left(1-\sum_{i=1}^n x_i\right)\log(1-\theta)",
         3: r"\ell'(\theta) = \frac{1}{\theta}\sum_{i=1}^n x_i + \frac{1}{1-\theta}\left(n-\sum_{i=1}^n x_i\right)"}),
    "counts": ([r"\log \prod_{i=1}^n \frac{\lambda^{x_i}e^{-\lambda}}{x_i!} = \sum_{i=1}^n \left(x_i\log\lambda - \lambda - \log x_i!\right)"],
               {0: r"\log \prod_{i=1}^n \frac{\lambda^{x_i}e^{-\lambda}}{x_i!} = \sum_{i=1}^n \left(x_i\log\lambda + \lambda - \log x_i!\right)"}),
    "all observations": ([
        r"\log p(D|\theta) = \log\prod_{i=1}^n p(x_i|\theta)", r"= \sum_{i=1}^n \log p(x_i|\theta)"],
        {0: r"\log p(D|\theta) = \log\sum_{i=1}^n p(x_i|\theta)", 1: r"= \prod_{i=1}^n \log p(x_i|\theta)"}),
    "most probable parameter": ([
        r"\hat\theta = \arg\max_\theta p(\theta|x)", r"= \arg\max_\theta p(x|\theta)p(\theta)", r"= \arg\max_\theta \log p(x|\theta) + \log p(\theta)",
        r"= \arg\min_\theta -\frac{1}{n}\log p(x|\theta) - \frac{1}{n}\log p(\theta)"],
        {1: r"= \arg\max_\theta p(x|\theta)", 2: r"= \arg\max_\theta \log p(x|\theta) - \log p(\theta)", 3: r"= \arg\min_\theta \log p(x|\theta) + \log p(\theta)"}),
    "up to a constant": ([
        r"\log p(\theta|x) = \log p(x|\theta) + \log p(\theta) - \log p(x)", r"= \log p(x|\theta) + \log p(\theta) + const"],
        {1: r"= \log p(x|\theta) + const"}),
    "tight bound": ([
        "Let $q(z) = p(z|x)$.", r"\mathbb{E}_{q(z)}\left[\log\frac{p(x,z)}{q(z)}\right] = \mathbb{E}_{p(z|x)}[\log p(x)]", r"= \log p(x)"],
        {1: r"\mathbb{E}_{q(z)}\left[\log\frac{p(x,z)}{q(z)}\right] = \mathbb{E}_{p(z|x)}[\log p(z)]"}),
    "total probability": ([
        r"Let $B_1,\dots,B_n$ be a partition of the sample space.", r"P(B_j|A) = \frac{P(A|B_j)P(B_j)}{P(A)}",
        r"= \frac{P(A|B_j)P(B_j)}{\sum_{i=1}^n P(A|B_i)P(B_i)}"],
        {1: r"P(B_j|A) = \frac{P(A|B_j)P(A)}{P(B_j)}", 2: r"= \frac{P(A|B_j)P(B_j)}{\sum_{i=1}^n P(A|B_i)}"}),
    "values of a variable": (["E[X] = Σ_y E[X|Y=y] P(Y=y)", "= E[E[X|Y]]"], {0: "E[X] = Σ_y E[X|Y=y]"}),
    "Markov's inequality": ([
        r"Let $X \ge 0$ and $a > 0$.", r"\mathbb{E}[X] \ge \mathbb{E}[X \mathbf{1}_{X\ge a}]", r"\ge \mathbb{E}[a \mathbf{1}_{X\ge a}]", r"= a P(X \ge a)"],
        {1: r"\mathbb{E}[X] \le \mathbb{E}[X \mathbf{1}_{X\ge a}]", 3: r"= P(X \ge a)"}),
    "plain letters": (["-KL(p||q) = Σ_x p(x) log (q(x)/p(x))", "<= log Σ_x p(x) (q(x)/p(x))", "= log Σ_x q(x)", "= 0"],
                      {0: "-KL(p||q) = Σ_x p(x) log (p(x)/q(x))", 1: ">= log Σ_x p(x) (q(x)/p(x))"}),
    "indexed distributions": ([r"H(p) = -\sum_i p_i \log p_i", r"\le -\sum_i p_i \log q_i"], {1: r"\ge -\sum_i p_i \log q_i"}),
    "vector of normals": ([
        r"Let $q(z) = \mathcal{N}(z; \mu, \mathrm{diag}(\sigma^2))$ and $p(z) = \mathcal{N}(z; 0, I)$.",
        r"\mathrm{KL}(q\|p) = \sum_{j=1}^d \mathrm{KL}(\mathcal{N}(\mu_j,\sigma_j^2)\,\|\,\mathcal{N}(0,1))",
        r"= \frac12 \sum_{j=1}^d \left(\mu_j^2 + \sigma_j^2 - \log\sigma_j^2 - 1\right)"],
        {2: r"= \frac12 \sum_{j=1}^d \left(\mu_j^2 + \sigma_j^2 - \log\sigma_j - 1\right)"}),
    "reparametrisation": ([
        r"\nabla_\mu \mathbb{E}_{z\sim\mathcal{N}(\mu,\sigma^2)}[f(z)] = \nabla_\mu \mathbb{E}_{\epsilon\sim\mathcal{N}(0,1)}[f(\mu+\sigma\epsilon)]",
        r"= \mathbb{E}_{\epsilon\sim\mathcal{N}(0,1)}[\nabla_\mu f(\mu+\sigma\epsilon)]", r"= \mathbb{E}_{\epsilon\sim\mathcal{N}(0,1)}[f'(\mu+\sigma\epsilon)]"],
        {0: r"\nabla_\mu \mathbb{E}_{z\sim\mathcal{N}(\mu,\sigma^2)}[f(z)] = \nabla_\mu \mathbb{E}_{\epsilon\sim\mathcal{N}(0,1)}[f(\mu+\sigma^2\epsilon)]",
         2: r"= \mathbb{E}_{\epsilon\sim\mathcal{N}(0,1)}[\epsilon f'(\mu+\sigma\epsilon)]"}),
    "total and members": ([
        r"Let $X = \sum_{i=1}^n X_i$ with $X_i \sim \mathrm{Bernoulli}(p)$ i.i.d.", r"\mathbb{E}[X] = \sum_{i=1}^n \mathbb{E}[X_i]", "= np"], {2: "= p"}),
    "noise in plain words": (["Let z = μ + σ ε with ε ~ N(0,1).", "E[z^2] = E[(μ + σ ε)^2]", "= μ^2 + σ^2"], {2: "= μ^2 + 2σ^2"}),
}


@pytest.mark.parametrize("name", sorted(DERIVATIONS))
def test_each_line_holds(name):
    lines, _ = DERIVATIONS[name]
    steps = [s for s in check_proof(lines).steps if s is not None]
    assert steps and all(s.relation in KNOWN and s.status in (Status.PROVED, Status.AGREES) for s in steps), [s.reason for s in steps]


@pytest.mark.parametrize(("name", "k"), [(n, k) for n in sorted(DERIVATIONS) for k in sorted(DERIVATIONS[n][1])])
def test_a_fault_breaks_its_line(name, k):
    lines, faults = DERIVATIONS[name]
    assert check_proof([*lines[:k], faults[k], *lines[k + 1:]]).first_break == k


@pytest.mark.parametrize("lines", [
    ["log p(x) = E_{q(z)}[log p(x)]", "= E_{q(z)}[log p(x,z) - log q(z)] + KL(q(z)||p(z|x))", "= ELBO + KL(q(z)||p(z|x))"],
    [r"\log p(x) = \mathcal{L}(x) + KL(q(z|x)\|p(z|x))"],
    [r"\gamma_k = p(z=k|x)", r"= \frac{p(x|z=k)p(z=k)}{\sum_j p(x|z=j)p(z=j)}"],
    [r"p(x'|x) = \int p(x'|\theta)p(\theta|x)\,d\theta"],
    [r"\log p(\mu|x) = \log p(x|\mu) + \log p(\mu) + const", r"= -\frac{(x-\mu)^2}{2} - \frac{\mu^2}{2} + const"],
    [r"P(D|T) = \frac{P(T|D)P(D)}{P(T)}", r"= \frac{0.99\cdot 0.01}{0.0594}"],
    [r"KL(p\|m) = H(p,m) - H(p)", "= 3 m"],
])
def test_nothing_is_called_wrong_of_which_something_is_left_unsaid(lines):
    assert check_proof(lines).first_break is None


@pytest.mark.parametrize("lines", [
    [r"E_{z\sim N(0,1)}[f(z)]", r"= E_{z\sim N(\mu,\sigma^2)}[f(z)]"],
    [r"E_{z\sim N(0,1)}[\sin z]", r"= E_{z\sim N(0,2)}[\sin z]"],
])
def test_means_under_different_laws_are_never_the_same(lines):
    assert all(s is None or s.relation != "equal" for s in check_proof(lines).steps)
