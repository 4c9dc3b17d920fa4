"""The lemma book: what a proof may cite, each entry with its hypotheses, its source, and an instance that can be tested.

A lemma is data. Whoever checks a proof checks that a step is an instance; the book says what the lemma is called, what it needs, and where it is
proved. `left` and `right` are the lemma's instance for abstract densities p, q, functions f and variables x, z (`relation` says how they
compare), so that every entry can be tried on random finite models; entries of other fields leave them empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.term import Term, apply, binder, number, symbol


@dataclass(frozen=True, slots=True)
class Lemma:
    """A named fact: `title` for learners, `statement` in full, its hypotheses, where it is proved, and a testable instance."""

    name: str
    title: str
    statement: str
    hypotheses: tuple[str, ...]
    source: str
    relation: str = "="
    left: Term | None = None
    right: Term | None = None


_P, _Q, _F, _G, _X, _Z, _N, _I = map(symbol, "pqfgxzni")
_ONE = number(1)


def _call(name: Term, *args: Term) -> Term:
    return apply("call", name, *args)


def _bar(name: Term, left: Term, right: Term) -> Term:
    return apply("call", name, apply("given", left, right))


def _sum(var: Term, body: Term) -> Term:
    return binder("sum", (var,), body)


def _mul(*terms: Term) -> Term:
    return apply("mul", *terms)


def _minus(a: Term, b: Term) -> Term:
    return apply("add", a, apply("neg", b))


def _log(t: Term) -> Term:
    return apply("log", t)


_FZ, _GZ, _QZ, _PZ = _call(_F, _Z), _call(_G, _Z), _bar(_Q, _Z, _X), _bar(_P, _Z, _X)
_RATIO = apply("div", _call(_P, _X, _Z), _QZ)
_COVER = "T. M. Cover, J. A. Thomas, Elements of Information Theory, 2nd ed. (2006)"
_RUDIN = "W. Rudin, Real and Complex Analysis, 3rd ed. (1987)"
_PRINCIPLES = "W. Rudin, Principles of Mathematical Analysis, 3rd ed. (1976)"
_BILLINGSLEY = "P. Billingsley, Probability and Measure, 3rd ed. (1995)"
_HORN = "R. A. Horn, C. R. Johnson, Matrix Analysis, 2nd ed. (2013)"
_EXIST = "the sums or integrals exist"

_ENTRIES = (
    Lemma("conditional", "the definition of a conditional density",
          "p(x | z) = p(x, z) / p(z)", ("p(z) > 0",),
          f"{_COVER}, section 2.2", "=", _call(_P, _X, _Z), _mul(_bar(_P, _X, _Z), _call(_P, _Z))),
    Lemma("expectation", "the definition of an expectation",
          "E_q f = sum_z q(z) f(z), an integral for a continuous z", (_EXIST,),
          f"{_COVER}, section 2.1", "=", apply("expectation", _FZ, _call(_Q, _Z)), _sum(_Z, _mul(_call(_Q, _Z), _FZ))),
    Lemma("kl", "the definition of the KL divergence",
          "KL(q || p) = sum_z q(z) log(q(z) / p(z))", ("p, q > 0", _EXIST),
          f"{_COVER}, section 2.3", "=", apply("kl", _QZ, _PZ), _sum(_Z, _mul(_QZ, _minus(_log(_QZ), _log(_PZ))))),
    Lemma("entropy", "the definition of the entropy",
          "H(q) = - sum_z q(z) log q(z)", ("q > 0", _EXIST),
          f"{_COVER}, sections 2.1 and 8.1", "=", apply("entropy", _QZ), apply("neg", _sum(_Z, _mul(_QZ, _log(_QZ))))),
    Lemma("variance", "the definition of the variance",
          "Var f = E f^2 - (E f)^2 = E (f - E f)^2", (_EXIST,),
          f"{_COVER}, section 2.1", "=", apply("variance", _FZ, _call(_Q, _Z)),
          apply("expectation", apply("pow", _minus(_FZ, apply("expectation", _FZ, _call(_Q, _Z))), number(2)), _call(_Q, _Z))),
    Lemma("linearity", "sums, integrals and expectations are linear",
          "sum_z (a f + b g) = a sum_z f + b sum_z g where a, b are free of z; sums may be exchanged",
          ("the sums or integrals converge absolutely",), f"{_RUDIN}, theorems 1.32 and 8.8", "=",
          _sum(_Z, _mul(_QZ, apply("add", _mul(number(3), _FZ), _GZ))),
          apply("add", _mul(number(3), _sum(_Z, _mul(_QZ, _FZ))), _sum(_Z, _mul(_QZ, _GZ)))),
    Lemma("marginal", "summing or integrating a density over one of its variables (a density comes to one over all of them)",
          "sum_z p(x, z) w(x) = p(x) w(x), sum_z q(z | x) = 1", ("the other factors do not depend on the variable summed",),
          f"{_COVER}, section 2.2", "=", _sum(_Z, _mul(_call(_P, _X, _Z), _call(_F, _X))), _mul(_call(_P, _X), _call(_F, _X))),
    Lemma("log_product", "the logarithm of a product or quotient",
          "log(a^k b) = k log a + log b, log exp t = t", ("a > 0", "b > 0", "k an integer"),
          f"functional equation of the logarithm; {_PRINCIPLES}, chapter 8", "=", _log(_RATIO), _minus(_log(_call(_P, _X, _Z)), _log(_QZ))),
    Lemma("exp_sum", "the exponential of a sum or of a logarithm",
          "exp(s + t) = exp(s) exp(t), exp(log a) = a", ("a > 0",),
          f"functional equation of the exponential; {_PRINCIPLES}, theorem 8.6", "=",
          apply("exp", apply("add", _FZ, _log(_PZ))), _mul(_PZ, apply("exp", _FZ))),
    Lemma("count", "a sum of n ones", "sum_{i=1}^n 1 = n", ("n a natural number",), "definition of a finite sum", "=",
          binder("sum", (_I,), _ONE, _ONE, _N), _N),
    Lemma("jensen", "Jensen's inequality for the logarithm",
          "log sum_z w g >= sum_z w log g", ("w >= 0", "sum_z w = 1", "g > 0", _EXIST),
          f"{_COVER}, theorem 2.6.2; {_RUDIN}, theorem 3.3", "<=", _sum(_Z, _mul(_QZ, _log(_RATIO))), _log(_sum(_Z, _mul(_QZ, _RATIO)))),
    Lemma("gibbs", "a KL divergence is never negative",
          "KL(q || p) >= 0, with equality only where q = p", ("q and p are densities of the same variables", "p, q > 0"),
          f"{_COVER}, theorems 2.6.3 and 8.6.1", "<=", number(0), apply("kl", _QZ, _PZ)),
    Lemma("draws_mean", "Jensen's inequality for a mean over independent draws",
          "E log sum_{k=1}^K w(z_k) <= log K + log E w", ("z_1, ..., z_K are draws of one density", "w > 0", _EXIST),
          f"{_RUDIN}, theorem 3.3; linearity of the mean"),
    Lemma("draws_each", "Jensen's inequality for the mean of several weights",
          "log K + E log w <= E log sum_{k=1}^K w(z_k)", ("z_1, ..., z_K are draws of one density", "w > 0", _EXIST),
          f"{_RUDIN}, theorem 3.3 for the K weights 1/K; linearity of the mean"),
    Lemma("draws_more", "an importance-weighted bound does not fall with more draws",
          "E log (1/K) sum_{k=1}^K w(z_k) <= E log (1/M) sum_{k=1}^M w(z_k)", ("K <= M", "z_1, ..., z_M are draws of one density", "w > 0", _EXIST),
          "Y. Burda, R. Grosse, R. Salakhutdinov, Importance Weighted Autoencoders, ICLR 2016, theorem 1"),
    Lemma("tangent", "the logarithm lies below its tangent, log t <= t - 1",
          "log t <= t - 1", ("t > 0",), "concavity of the logarithm", "<=", _log(_RATIO), _minus(_RATIO, _ONE)),
    Lemma("variance_nonnegative", "a variance is never negative",
          "(E h)^2 <= E h^2", ("w >= 0", "sum_z w = 1", _EXIST),
          f"{_RUDIN}, theorem 3.3 for the square", "<=",
          apply("pow", apply("expectation", _FZ, _QZ), number(2)), apply("expectation", apply("pow", _FZ, number(2)), _QZ)),
    Lemma("tower", "the tower rule for conditional means",
          "E[E[X | Y] g(Y)] = E[X g(Y)]", ("the means exist",), f"{_BILLINGSLEY}, theorem 34.4", "=",
          apply("expectation", apply("expectation", _FZ, _bar(_P, _Z, _X)), _call(_P, _X)), apply("expectation", _FZ, _call(_P, _Z))),
    Lemma("independence", "the mean of a product of independent factors",
          "E[XY] = E[X] E[Y]", ("X and Y are independent", "the means exist"), f"{_BILLINGSLEY}, section 21, formula (21.18)"),
    Lemma("law_moments", "the moments of a named law",
          "E X = m, E X^2 = v + m^2, E exp(tX) = exp(m t + v t^2 / 2) for X ~ N(m, v), and the like", ("the law is the one named",),
          "N. L. Johnson, S. Kotz, N. Balakrishnan, Continuous Univariate Distributions, 2nd ed. (1994), chapters 13, 19, 26"),
    Lemma("cauchy_schwarz", "the Cauchy-Schwarz inequality",
          "(E XY)^2 <= E X^2 E Y^2, Cov(X, Y)^2 <= Var X Var Y", ("the means exist",), f"{_RUDIN}, theorem 3.5", "<=",
          apply("pow", apply("expectation", _mul(_FZ, _GZ), _QZ), number(2)),
          _mul(apply("expectation", apply("pow", _FZ, number(2)), _QZ), apply("expectation", apply("pow", _GZ, number(2)), _QZ))),
    Lemma("markov", "Markov's inequality, and Chebyshev's, which is it for the square",
          "c P(X >= c) <= E X, c^2 P(|Y| >= c) <= E Y^2", ("X >= 0", "c >= 0 for the second"), f"{_BILLINGSLEY}, formulas (21.12) and (21.13)"),
    Lemma("monotone_mean", "a mean of what is never negative is not negative",
          "E[f 1_A] <= E[f], c P(U >= c) <= E[U 1_{U >= c}]", ("f >= 0", "the means exist"), f"{_RUDIN}, 1.24"),
    Lemma("probability", "probabilities are not negative and add up to one",
          "0 <= P(A), and P of disjoint events is the sum", (), f"{_BILLINGSLEY}, section 2"),
    Lemma("partition", "the law of total probability",
          "sum_i E[f 1_{B_i}] = E[f]", ("just one of the events B_1, ..., B_n occurs",),
          "W. Feller, An Introduction to Probability Theory and Its Applications I, chapter V"),
    Lemma("shannon", "conditional entropies and mutual informations are not negative",
          "H(X | Z) >= 0 for discrete X, I(X; Y | Z) >= 0", ("H(X | Z) >= 0 only for discrete variables",), f"{_COVER}, section 2.6; R. W. Yeung, "
          "A framework for linear information inequalities (1997)"),
    Lemma("entropy_chain", "the chain rules of entropy and information",
          "H(X | Z) = H(X, Z) - H(Z), I(X; Y | Z) = H(X, Z) + H(Y, Z) - H(X, Y, Z) - H(Z)", ("the entropies are finite",), f"{_COVER}, sections 2.2 to 2.5"),
    Lemma("cauchy_schwarz", "the Cauchy-Schwarz inequality",
          "u^T v <= ||u|| ||v||", ("u and v are real vectors of one length",), f"{_HORN}, theorem 5.1.4"),
    Lemma("triangle_inequality", "the triangle inequality",
          "||u + v|| <= ||u|| + ||v||", ("u and v are real vectors of one length",), f"{_HORN}, corollary 5.1.7"),
)

LEMMAS: Mapping[str, Lemma] = {lemma.name: lemma for lemma in _ENTRIES}
"""Every lemma by its name."""
