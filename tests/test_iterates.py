"""Lines about update rules: rules put in, formulas by induction, and when iterates converge."""

import pytest

from grader.proof import check_proof

POSITIVE = {"lambda": "positive"}

DERIVATIONS = {
    "a quadratic": (r"""
f(w) = \frac{\lambda}{2} w^2
w_{t+1} = w_t - \eta f'(w_t)
= w_t - \eta\lambda w_t = (1-\eta\lambda) w_t
w_t = (1-\eta\lambda)^t w_0
w_t \to 0 \iff |1-\eta\lambda| < 1
\iff -1 < 1 - \eta\lambda < 1
\iff 0 < \eta\lambda < 2
\iff 0 < \eta < 2/\lambda
""", "- - equal equivalent equivalent equivalent equivalent equivalent"),
    "a gradient": (r"""
f(w) = \frac{1}{2} (w - 3)^2
w_{t+1} = w_t - \eta \nabla f(w_t)
= w_t - \eta (w_t - 3)
w_1 = w_0 - \eta(w_0 - 3)
w_1 = w_0 - \eta w_0
""", "- - equal equivalent fails"),
    "marks above": (r"""
x^{(k+1)} = \frac12 x^{(k)} + 1
x^{(k)} = 2 + 2^{-k}(x^{(0)} - 2)
x^{(k)} \to 2
""", "- equivalent equivalent"),
    "the wrong rate": (r"""
w_{t+1} = w_t - \eta w_t
w_t = (1+\eta)^t w_0
w_2 = (1-\eta)^2 w_0
w_t \to 0 \iff 0 < \eta < 1
""", "- fails equivalent implied_by"),
    "the wrong start": (r"""
w_{t+1} = 2 w_t
w_t = 2^{t+1} w_0
""", "- fails"),
    "simultaneous steps": (r"""
p_{t+1} = p_t - \eta q_t
q_{t+1} = q_t + \eta p_t
p_{t+1}^2 + q_{t+1}^2
= p_t^2 - 2\eta p_t q_t + \eta^2 q_t^2 + q_t^2 + 2 \eta p_t q_t + \eta^2 p_t^2
= (1+\eta^2)(p_t^2+q_t^2)
""", "- - - equal equal"),
    "alternating steps": (r"""
p_{t+1} = p_t - \eta q_t
q_{t+1} = q_t + \eta p_{t+1}
= q_t + \eta p_t - \eta^2 q_t
= \eta p_t + (1-\eta^2) q_t
p_{t+1}^2 + q_{t+1}^2 = (1+\eta^2)(p_t^2+q_t^2)
""", "- - equal equal fails"),
    "a limit that is not one": (r"""
w_{t+1} = \frac12 w_t + 1
w_t \to 1
""", "- fails"),
}


@pytest.mark.parametrize("name", DERIVATIONS)
def test_derivations(name):
    lines, expected = DERIVATIONS[name]
    proof = check_proof(lines.strip().splitlines(), assume=POSITIVE)
    assert [(s.relation if s else None) or "-" for s in proof.steps] == expected.split()
    assert proof.theory == "dynamics"


def test_a_start_that_stays_is_named():
    steps = check_proof([r"w_{t+1} = (1-\eta) w_t", r"w_t \to 0", r"\iff 0 < \eta < 2"]).steps
    assert any("w_0 is not 0" in c for c in steps[2].conditions)


def test_a_rule_that_is_not_affine_is_left_open():
    steps = check_proof(["w_{t+1} = w_t^2", r"w_t \to 0", r"\iff |w_0| < 1"]).steps
    assert steps[2].relation is None


def test_the_example_of_a_wrong_formula_is_worked_out():
    step = check_proof(["w_{t+1} = 3 w_t", "w_t = 2^t w_0"]).steps[1]
    assert step.tags == ("formula",) and step.example


RECURSIONS = {
    "merge sort": ("T(n) = 2T(n/2) + n ;; = 2(2T(n/4) + n/2) + n ;; = 4T(n/4) + 2n ;; = 8T(n/8) + 3n", "- equal equal equal"),
    "one too many": ("T(n) = 2T(n/2) + n ;; = 4T(n/4) + 3n ;; = 8T(n/8) + 4n", "- fails equal"),
    "a line each": ("T(n) = T(n-1) + n ;; T(n) = T(n-2) + (n-1) + n ;; T(n) = T(n-3) + 3n - 3", "- equivalent equivalent"),
    "a line each, one wrong": ("T(n) = T(n-1) + n ;; T(n) = T(n-2) + n + n ;; T(n) = T(n-3) + 3n - 3", "- fails equivalent"),
    "with an order": ("T(n) = T(n-1) + 2n - 1 ;; = T(n-2) + 4n - 4 ;; = T(n-3) + 6n - 9", "- equal equal"),
    "the other way": ("F(n) = F(n-1) + F(n-2) ;; = 2F(n-2) + F(n-3)", "- equal"),
}


@pytest.mark.parametrize("name", RECURSIONS)
def test_recursive_definitions(name):
    lines, expected = RECURSIONS[name]
    proof = check_proof([line.strip() for line in lines.split(";;")])
    assert [(s.relation if s else None) or "-" for s in proof.steps] == expected.split()


RULES = r"p_{t+1} = p_t - \eta q_t ;; q_{t+1} = q_t + \eta p_t ;; "
MATRIX = r"M = \begin{pmatrix} 1 & -\eta \\ \eta & 1 \end{pmatrix} ;; "
ROOTS = MATRIX + r"\det(M - \lambda I) = (1-\lambda)^2 + \eta^2 = 0 ;; "
GAMES = {
    "what stays": (RULES + r"p = p - \eta q, q = q + \eta p ;; \Rightarrow p = q = 0", "- - equivalent equivalent"),
    "what does not stay": (r"w_{t+1} = w_t - \eta (w_t - 3) ;; w = w + \eta (w - 2) ;; \Rightarrow w = 2", "- fails equivalent"),
    "eigenvalues": (ROOTS + r"\Rightarrow \lambda = 1 \pm i\eta ;; |\lambda|^2 = 1 + \eta^2 > 1", "- equal equivalent implies"),
    "with the rules": (RULES + ROOTS + r"\Rightarrow \lambda = 1 \pm i\eta ;; |\lambda|^2 = 1 + \eta^2 > 1", "- - - equal equivalent implies"),
    "not the eigenvalues": (ROOTS + r"\Rightarrow \lambda = 1 \pm \eta", "- equal fails"),
    "not their size": (ROOTS + r"\Rightarrow \lambda = 1 \pm i\eta ;; |\lambda|^2 = 1 - \eta^2", "- equal equivalent fails"),
    "one of two is not all": (ROOTS + r"\iff \lambda = 1 + i\eta", "- equal implied_by"),
    "not the determinant": (MATRIX + r"\det(M - \lambda I) = (1-\lambda)^2 - \eta^2 = 0", "- fails"),
    "a spectral radius": (r"\rho = \max(|1-\eta|, |1-4\eta|) ;; \rho < 1 \iff |1-\eta| < 1, |1-4\eta| < 1 ;; \iff 0 < \eta < 1/2", "- equivalent equivalent"),
    "gradients of a game": (r"f(p,q) = pq ;; \frac{\partial f}{\partial p} = q = 0 ;; \frac{\partial f}{\partial q} = p = 0 ;; \Rightarrow p = q = 0",
                            "- equal equal implies"),
    "a wrong gradient": (r"f(p,q) = pq ;; \frac{\partial f}{\partial p} = p", "- fails"),
    "gradients in rules": (r"f(p,q) = pq ;; p_{t+1} = p_t - \eta \frac{\partial f}{\partial p}(p_t,q_t) ;; = p_t - \eta q_t ;; = p_t - \eta p_t", "- - equal fails"),
    "a stationary point": (r"f(p,q) = p^2 - q^2 ;; \frac{\partial f}{\partial p} = 2p = 0 ;; \Rightarrow p^* = 0", "- equal equivalent"),
    "a saddle": (r"f(p,q) = p^2 - q^2 ;; p^* = 0, q^* = 0 ;; f(p^*, q) \le f(p^*, q^*) \le f(p, q^*)", "- - implies"),
    "a saddle the wrong way": (r"f(p,q) = p^2 - q^2 ;; p^* = 0, q^* = 0 ;; f(p, q^*) \le f(p^*, q^*) \le f(p^*, q)", "- - fails"),
}


@pytest.mark.parametrize("name", GAMES)
def test_games_and_stability(name):
    lines, expected = GAMES[name]
    proof = check_proof([line.strip() for line in lines.split(";;") if line.strip()], assume={"eta": "positive"})
    assert [(s.relation if s else None) or "-" for s in proof.steps] == expected.split()
