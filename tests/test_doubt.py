"""What words suppose that were not understood: nothing is called wrong because of them, and nothing is called right."""

import pytest

from grader.model import Status
from grader.proof import check_proof


def relations(text):
    return [s.relation if s else None for s in check_proof(text).steps]


@pytest.mark.parametrize("text, line", [
    ("Let $v$ be a vector of length 1 in equilibrium.\n$2 x + v = 3 x$\n$x = 1$", 2),
    ("Here a is odd, and b even.\n$(-1)^a$\n$= -(-1)^b$", 2),
    ("2 q^2 = p^2\nso p is even, p = 2 k", 1),
    ("$x^2 = 4$\n$y = 3$", 1),
    ("$f(x) = g(x)$ when the arguments are orthogonal.\n$\\sin x + 1 = \\sin x \\cos y$\n$\\sin x = 2 \\cos y$", 2),
])
def test_a_break_that_words_may_heal_is_for_a_person(text, line):
    proof = check_proof(text)
    assert proof.first_break is None
    assert proof.steps[line].relation is None and proof.steps[line].status is Status.UNDECIDED and proof.steps[line].reason


@pytest.mark.parametrize("text, line", [
    ("We take the derivative of the loss.\n$(x + 1)^2$\n$= x^2 + 1$", 2),
    ("Let $n$ be a positive integer.\n$n + n$\n$= 3 n$", 2),
    ("With $n$ large and even we compute\n$(n + 1)^2$\n$= n^2 + n + 1$", 2),  # no restriction makes these equal
    ("Similarly, add the positive parts.\n$2 x = 4$\n$x = 3$", 2),
])
def test_words_that_suppose_nothing_that_matters_heal_nothing(text, line):
    assert check_proof(text).first_break == line


@pytest.mark.parametrize("text", [
    "$\\sqrt{x + 3} = x - 3$\n$x + 3 = x^2 - 6 x + 9$\n$x = 1$ or $x = 6$\nCheck: $x = 1$ gives $\\sqrt4 = -2$, false. So $x = 6$.",
    "$\\sqrt{x + 3} = x - 3$\n$(x - 1)(x - 6) = 0$\n$x = 6$ ($x = 1$ is extraneous)",
])
def test_rejected_values_are_checked_against_the_lines_above(text):
    proof = check_proof(text)
    assert proof.first_break is None and proof.steps[-1].relation == "equivalent"


def test_a_rejection_without_ground_is_for_a_person_and_a_root_lost_silently_is_lost():
    assert check_proof("$x^2 - x - 2 = 0$\n$x = 2$ or $x = -1$\n$x = -1$ is not a solution.\nSo $x = 2$.").steps[-1].relation is None
    assert check_proof("$x^2 - x - 2 = 0$\n$x = 2$ or $x = -1$\nSo $x = 2$.").first_break == 2


def test_names_with_letters_behind_them_are_given_by_their_first_line():
    assert relations("$D_{KL} = \\int q(z) \\log\\frac{q(z)}{p(z)} dz$\n$= E_q[\\log q(z)] - E_q[\\log p(z)]$") == [None, "equal"]


@pytest.mark.parametrize("text", [
    "Let $\\bar x = 2 y$.\n$\\bar x + y$\n$= 3 y$",
    "Let $X_1,\\dots,X_n$ be i.i.d. with variance $\\sigma^2$. Let $\\bar X = \\frac1n\\sum_{i=1}^n X_i$.\n$\\mathrm{Var}(\\bar X)$\n$= \\frac{\\sigma^2}{n}$",
    "Show $\\mathrm{Var}(q\\cdot k) = d$ when the entries of $q$ and $k$ are independent with mean 0 and variance 1.\n"
    "$\\mathrm{Var}(q\\cdot k)$\n$= \\sum_{i=1}^d \\mathrm{Var}(q_i k_i)$\n$= d$",
    "Let $m \\sim \\mathrm{Bernoulli}(p)$ be independent of $x$.\n$E[m x]$\n$= p\\,E[x]$",
])
def test_definitions_and_suppositions_of_any_sentence_count(text):
    proof = check_proof(text)
    assert proof.first_break is None and proof.steps[-1].relation == "equal"


@pytest.mark.parametrize("text, line", [
    ("Bias-variance decomposition. Let $\\hat\\theta$ be an estimator of $\\theta$ (a constant).\n$E[(\\hat\\theta - \\theta)^2]$\n"
     "$= \\mathrm{Var}(\\hat\\theta) - (E[\\hat\\theta] - \\theta)^2$", 2),
    ("$\\sum_x q(x) \\log\\frac{q(x)}{p(x)}$\n$\\le -\\log \\sum_x q(x) \\frac{p(x)}{q(x)}$ (Jensen, $-\\log$ is convex)", 1),
    ("Let $x > 0$, $y > 0$. Minimise $f(x) = (x - 2)^2$.\n$f(x)$\n$= x^2 - 2 x + 4$", 2),
])
def test_headings_and_reasons_heal_nothing(text, line):
    assert check_proof(text).first_break == line


def test_a_row_that_says_what_is_to_be_done_claims_nothing():
    proof = check_proof("Show that descent with $0 < \\eta < 2/L$ decreases $f$.\n$2 x = 4$\n$x = 2$")
    assert proof.steps[0] is None and proof.first_break is None
