"""Lines about eigenvalues, flows, sequences, vectors that are iterated, bounds of functions and block matrices, as learners write them: what each comes to."""

import pytest

from grader.proof import check_proof

ETA = {"eta": "positive"}
MATRIX = r"$M = \begin{pmatrix} 1 & -\eta \\ \eta & 1 \end{pmatrix}$ ;; "
DERIVATIONS = {
    "complex eigenvalues": (MATRIX + r"$(1-\lambda)^2 + \eta^2 = 0$ ;; $(1-\lambda)^2 = -\eta^2$ ;; $1 - \lambda = \pm i\eta$ ;; $\lambda = 1 \pm i\eta$ ;; $|\lambda|^2 = 1 + \eta^2 > 1$",
                            {}, "- equivalent equivalent equivalent equivalent implies"),
    "a square that is no minus square": (MATRIX + r"$(1-\lambda)^2 + \eta^2 = 0$ ;; $(1-\lambda)^2 = \eta^2$", {}, "- equivalent fails"),
    "real roots of a complex pair": (MATRIX + r"$(1-\lambda)^2 + \eta^2 = 0$ ;; $\lambda = 1 \pm \eta$", {}, "- equivalent fails"),
    "eigenvalues by number": (r"Let $A = \begin{pmatrix} 2 & 1 \\ 1 & 2\end{pmatrix}$. ;; $\det(A-\lambda I) = (2-\lambda)^2 - 1$ ;; $= (\lambda-1)(\lambda-3)$ ;; so $\lambda_1 = 1$ and $\lambda_2 = 3$.",
                              {}, "- equal equal equivalent"),
    "a wrong eigenvalue": (r"Let $A = \begin{pmatrix} 2 & 1 \\ 1 & 2\end{pmatrix}$. ;; $\det(A-\lambda I) = (2-\lambda)^2 - 1$ ;; so $\lambda_1 = 1$ and $\lambda_2 = -3$.", {}, "- equal fails"),
    "an eigenvalue twice": (r"Let $A = \begin{pmatrix} 2 & 1 \\ 1 & 2\end{pmatrix}$. ;; $\det(A-\lambda I) = (2-\lambda)^2 - 1$ ;; so $\lambda_1 = 1$ and $\lambda_2 = 1$.", {}, "- equal implied_by"),
    "sum and product": (r"$A = \begin{pmatrix} 1 & -\eta \\ \eta & 1 - \eta^2 \end{pmatrix}$ ;; $\det(A - \lambda I) = \lambda^2 - (2-\eta^2)\lambda + 1$ ;; $\lambda_1 \lambda_2 = 1$ ;; "
                        r"$\lambda_1 + \lambda_2 = 2 + \eta^2$", ETA, "- equal implies fails"),
    "trace and determinant": (r"$A = \begin{pmatrix} 4 & 1 \\ 2 & 3 \end{pmatrix}$ ;; $\operatorname{tr}(A) = 7$ and $\det(A) = 10$ ;; $\lambda^2 - 7\lambda + 10 = 0$ ;; $\lambda \in \{2, 5\}$",
                              {}, "- equal equivalent equivalent"),
    "a spectral radius of a matrix": (MATRIX + r"The eigenvalues are $\lambda_{1,2} = 1 \pm i\eta$. ;; $\rho(M) = \sqrt{1+\eta^2} > 1$", ETA, "- equivalent implies"),
    "a matrix that is not given": (r"$\det(A - \lambda I) = 0 \iff (1-\lambda)^2 + \eta^2 = 0$ ;; $\iff \lambda = 1 \pm i\eta$", ETA, "- equivalent"),
    "a flow": (r"$\dot p = -q$, $\dot q = p$ ;; $\frac{d}{dt}(p^2+q^2) = 2p\dot p + 2q\dot q$ ;; $= -2pq + 2qp$ ;; $= 0$", {}, "- equal equal equal"),
    "a flow with a sign lost": (r"$\dot p = -q$, $\dot q = p$ ;; $\frac{d}{dt}(p^2+q^2) = 2p\dot p - 2q\dot q$ ;; $= -2pq - 2qp$", {}, "- fails equal"),
    "a flow, half the derivative": (r"$\dot p = -q$, $\dot q = p$ ;; $\frac{d}{dt}(p^2+q^2) = p\dot p + q\dot q$", {}, "- -"),  # both vanish: for a person
    "an energy": (r"Gradient flow: $\dot w = -\lambda w$. Consider $V = \frac12 w^2$. ;; $\dot V = w \dot w$ ;; $= -\lambda w^2$ ;; $= -\lambda V$", {}, "- equal equal fails"),
    "norms by induction": (r"p_{t+1} = p_t - eta q_t ;; q_{t+1} = q_t + eta p_t ;; p_t^2 + q_t^2 = (1+eta^2)^t (p_0^2 + q_0^2) ;; p_t^2 + q_t^2 = (1+eta)^t (p_0^2 + q_0^2)", {}, "- - equivalent fails"),
    "a first value": (r"$a_{n+1} = 2a_n + 1$ with $a_0 = 0$ ;; $a_{n+1} + 1 = 2(a_n + 1)$ ;; $a_n + 1 = 2^n (a_0 + 1)$ ;; $a_n = 2^n - 1$", {}, "- equivalent equivalent equivalent"),
    "an implicit step": (r"$p_{t+1} = p_t - \eta q_{t+1}$, $q_{t+1} = q_t + \eta p_{t+1}$ ;; $(1+\eta^2)p_{t+1} = p_t - \eta q_t$ ;; $(1-\eta^2)q_{t+1} = q_t + \eta p_t$", ETA, "- equivalent fails"),
    "half steps": (r"$p_{t+1/2} = p_t - \eta q_t$, $q_{t+1/2} = q_t + \eta p_t$ ;; $p_{t+1} = p_t - \eta q_{t+1/2}$ ;; $= (1-\eta^2)p_t - \eta q_t$ ;; $= (1+\eta^2)p_t - \eta q_t$", {}, "- - equal fails"),
    "two steps back": (r"$w_{t+1} = w_t - \eta\lambda w_t + \beta(w_t - w_{t-1})$ ;; $= (1 - \eta\lambda + \beta) w_t - \beta w_{t-1}$", {}, "- equal"),
    "a sequence of others": ("p_{t+1} = p_t - eta*q_t ;; q_{t+1} = q_t + eta*p_t ;; r_t = p_t^2 + q_t^2 ;; r_{t+1} = (p_t - eta*q_t)^2 + (q_t + eta*p_t)^2 ;; = (1 + eta^2) r_t ;; = (1 - eta^2) r_t",
                             {}, "- - - equal equal fails"),
    "rows of an update": (r"$\begin{pmatrix} p_{t+1} \\ q_{t+1} \end{pmatrix} = \frac{1}{1+\eta^2}\begin{pmatrix} 1 & -\eta \\ \eta & 1\end{pmatrix}\begin{pmatrix} p_t \\ q_t \end{pmatrix}$ ;; "
                          r"$p_{t+1}^2 + q_{t+1}^2 = \frac{p_t^2+q_t^2}{1+\eta^2}$", ETA, "- equivalent"),
    "what is needed": (r"Each coordinate evolves as $w_t = (1-\eta\lambda)^t w_0$ with $\lambda>0$. ;; We need $|1-\eta\lambda| < 1$ ;; $\iff 0 < \eta < 2/\lambda$", {}, "- - equivalent"),
    "vectors": (r"$w_{t+1} = (I - \eta A) w_t$ ;; $w_t = (I-\eta A)^t w_0$ ;; $w_2 = (I - \eta^2 A^2) w_0$", {}, "- equivalent fails"),
    "the descent lemma": (r"$f(y) \le f(x) + \nabla f(x)^\top (y-x) + \frac{L}{2}\|y-x\|^2$ ;; Put $y = x - \frac1L \nabla f(x)$: ;; $f(y) \le f(x) - \frac{1}{L}\|\nabla f(x)\|^2 + \frac{1}{2L}\|\nabla f(x)\|^2$ ;; "
                          r"$= f(x) - \frac{3}{2L}\|\nabla f(x)\|^2$", {"L": "positive"}, "- - implies fails"),
    "numbers for norms": (r"Assume $\eta \le 1/L$. ;; $-\eta \|g\|^2 + \frac{L\eta^2}{2}\|g\|^2$ ;; $\le -\eta\|g\|^2 + \frac{\eta}{2}\|g\|^2$", {**ETA, "L": "positive", "g": "vector d"}, "- - implies"),
    "members of a family": (r"Let $k_i^T k_j = \delta_{ij}$ and $W = \sum_i v_i k_i^T$. ;; $W k_j = \sum_i v_i k_i^T k_j$ ;; $= \sum_i v_i \delta_{ij}$ ;; $= v_j$", {}, "- equal equal equal"),
    "blocks": (r"$\begin{pmatrix} A & B\end{pmatrix}^T \begin{pmatrix} A & B\end{pmatrix}$ ;; $= \begin{pmatrix} A^TA & A^TB \\ B^TA & B^TB\end{pmatrix}$", {"A": "matrix n x d", "B": "matrix n x k"}, "- equal"),
    "eigenvectors shifted": (r"$Av = \lambda v$ ;; $(A + cI)v = Av + cv$ ;; $= \lambda v + cv$ ;; $= (\lambda + c)v$", {}, "- equal equal equal"),
    "a gradient of two numbers": (r"$f(x,y) = x^2 y + y^3$ ;; $\nabla f(x,y) = (2xy, x^2 + 3y^2)$ ;; $\nabla f(x,y) = (2xy, x^2 + 3y)$", {}, "- equal fails"),
    "payoffs by number": (r"$u_1(x,y) = x(1 - x - y)$ ;; $\frac{\partial u_1}{\partial x} = 1 - 2x - y$ ;; $= 1 - x - y$", {}, "- equal fails"),
    "a function explained behind": (r"$\frac{d}{dx}\sigma(x) = \frac{e^{-x}}{(1+e^{-x})^2}$ where $\sigma(x) = \frac{1}{1+e^{-x}}$ ;; $= \sigma(x)(1-\sigma(x))$ ;; $= \sigma(x)(1+\sigma(x))$", {}, "equal equal fails"),
}


@pytest.mark.parametrize("name", DERIVATIONS)
def test_lines(name):
    lines, assume, expected = DERIVATIONS[name]
    proof = check_proof([line.strip() for line in lines.split(";;")], assume=assume)
    assert [(s.relation if s else None) or "-" for s in proof.steps] == expected.split()


def test_a_bound_that_needs_a_positive_step_names_it():
    step = check_proof([r"$p_{t+1} = p_t - \eta q_t$", r"$1 + \eta^2$", r"$> 1$"]).steps[2]
    assert step.relation == "implies" and "eta > 0" in step.conditions


def test_agreement_needs_models_that_tell_something():
    lines = [r"Suppose $Au = \lambda u$ and $Av = \mu v$.", r"$u^TAv = \lambda\mu u^Tv$"]
    step = check_proof(lines, assume={"A": "symmetric matrix n x n", "u": "vector n", "v": "vector n"}).steps[1]
    assert step.relation is None
