"""Derivations as people write them: what is to be shown, shapes and suppositions in words, other readings, rounding, reasons, recursions, tables, names without
a meaning."""

from __future__ import annotations

import pytest

from grader.domain import Domain
from grader.proof import check_proof
from grader.reading import read
from grader.theories._chain_rule import chained
from grader.theories._maybe_matrices import may_differ
from grader.theories._shape_words import shapes_in_words
from grader.theories._turns import claims_in
from grader.term import symbol

RULE = "$u_{t+1} = u_t/2 + 1$, $u_0 = 4$"
SPLIT = "C(n) = 2C(n/2) + n"

CASES = [
    # what is to be shown is no ground
    (["Claim: $uv \\le (u^2+v^2)/3$ for all real $u, v$.", "$3uv \\le u^2 + v^2$"], [None, None], None),
    (["Prove that $2uv \\le u^2 + v^2$.", "$(u-v)^2 \\ge 0$", "$u^2 - 2uv + v^2 \\ge 0$", "$2uv \\le u^2 + v^2$"], [None, "implies", "equivalent", "equivalent"], None),
    (["Prove that $2uv \\le u^2 + v^2$.", "$(u-v)^2 \\ge 1$", "$u^2 - 2uv + v^2 \\ge 1$", "$2uv \\le u^2 + v^2$"], [None, None, "equivalent", "implies"], None),
    # shapes in words
    (["Let A and B be square matrices.", "(A+B)^2 = A^2 + 2AB + B^2"], [None, "fails"], 1),
    (["Let A and B be square matrices.", "(A+B)^2 = A^2 + AB + BA + B^2"], [None, "equal"], None),
    (["Let A be an n x n matrix. det(3A) = 3^n det(A)"], ["equal"], None),
    (["$(UV)^{-1} = U^{-1}V^{-1}$"], [None], None),
    (["$\\|u+v\\|^2 = \\langle u+v, u+v\\rangle$", "$= \\|u\\|^2 + \\langle u, v\\rangle + \\|v\\|^2$"], ["equal", "fails"], 1),
    # roots that an earlier line rules out
    (["$\\sqrt{2t+3} = t$", "$2t + 3 = t^2$", "$(t-3)(t+1) = 0$", "$t = 3$"], [None, "implies", "equivalent", "implied_by"], None),
    (["$t^2 = 3t$", "$t(t-3) = 0$", "$t = 3$"], [None, "equivalent", "implied_by"], 2),
    (["$\\sqrt{2t+3} = t$", "$(t-3)(t+1) = 0$", "$\\iff t = 3$"], [None, "implies", "implied_by"], 2),
    # systems
    (["$u + 2v = 8$", "$u - v = 2$", "$3v = 6$", "$v = 2$"], [None, None, "implies", "equivalent"], None),
    (["$2u + 4v = 6$", "$u + 2v = 4$", "$v = (4-u)/2$"], [None, "fails", "equivalent"], 1),
    # other readings and rounding
    (["f(t) = ln(3t)/4", "f'(t) = 1/4t"], [None, "equal"], None),
    (["$\\ln (1+1/m)^m$", "$= m\\ln(1+1/m)$"], [None, "equal"], None),
    (["7u = 3", "u = 0.43"], [None, None], None),
    (["7u = 3", "u = 0.45"], [None, "fails"], 1),
    # reasons
    (["u > 0", "u + 1/u >= 2 because (u-1)^2/u = u - 2 + 1/u >= 0"], [None, "equivalent"], None),
    (["u > 0", "u + 1/u >= 2 because (u-1)^2/u = u - 1 + 1/u >= 0"], [None, "fails"], 1),
    (["From $u < v$ and $w < 0$ we get $uw > vw$."], ["implies"], None),
    # names without a meaning
    (["$\\sum_i r_i = \\frac{\\sum_i e^{u_i}}{\\sum_j e^{u_j}} = 1$"], [None], None),
    (["$\\frac{1}{1+e^{-u}}$", "$= \\sigma(u)$"], [None, "equal"], None),
    (["$|\\sin u - \\sin v| = |\\cos w||u - v|$ for some $w$ between $u$ and $v$"], [None], None),
    # orders
    (["$2n^2 + 3n = O(n^2)$", "$\\le 2n^2 + 3n^2 = 5n^2$"], ["equal", "implies"], None),
    (["n^2 + n = O(n^2)", "n^2 log n = O(n^2)"], ["equal", "fails"], 1),
    # recursions
    ([SPLIT, "= 4C(n/4) + 2n", "= ...", "= 2^k C(n/2^k) + kn"], [None, "equal", None, "equal"], None),
    ([SPLIT, "= 4C(n/4) + 2n", "= 2^k C(n/2^k) + 2^k n"], [None, "equal", "fails"], 2),
    (["C(n) = C(n-1) + n, C(0) = 0", "C(n) = n(n+1)/2"], [None, "equivalent"], None),
    (["C(n) = C(n-1) + n, C(0) = 0", "C(n) = n(n-1)/2"], [None, "fails"], 1),
    # iterates
    ([RULE, "$u_1 = 4/2 + 1 = 3$", "$u_2 = 3/2 + 1 = 2.5$"], [None, "equivalent", "equivalent"], None),
    ([RULE, "$u_1 = 4/2 + 1 = 2$"], [None, "fails"], 1),
    ([RULE, "| t | u_t |", "|---|---|", "| 0 | 4 |", "| 1 | 3 |", "| 2 | 2.4 |"], [None, None, None, None, "equivalent", "fails"], 5),
    (["$u_{t+1} = u_t - \\eta u_t$", "It converges iff $|1-\\eta| < 1$", "iff $0 < \\eta < 2$"], [None, "equivalent", "equivalent"], None),
    (["$u_{t+1} = u_t - \\eta u_t$", "It converges iff $|1+\\eta| < 1$"], [None, "fails"], 1),
    (["So it converges iff $|1-2h| < 1$, i.e. $0 < h < 2$."], ["implies"], 0),
    # the chain rule over names that are defined step by step
    (["q = b v", "E = (c - q)^2", "dE/dv = dE/dq * dq/dv", "= -2(c - q) b"], [None, None, "equal", "equal"], None),
    (["q = b v", "E = (c - q)^2", "dE/dv = dE/dq * dq/dv", "= 2(c - q) b"], [None, None, "equal", "fails"], 3),
    # names that a hypothesis defines
    (["$u^2 + v^2$ with $u = m^2 - n^2$ and $v = 2mn$", "$= (m^2 + 2n^2)^2$"], [None, "fails"], 1),
    # suppositions behind a formula, statements that nothing goes on from
    (["Var(U + V) = Var(U) + Var(V) since U and V are independent"], ["equal"], None),
    (["$p(u) = \\sum_v p(u|v)p(u)$"], ["fails"], 0),
    (["Base case: $1 = 2$."], ["fails"], 0),
]


@pytest.mark.parametrize(("lines", "relations", "first"), CASES)
def test_steps(lines, relations, first):
    proof = check_proof(lines)
    assert [s and s.relation for s in proof.steps] == relations
    assert proof.first_break == first


def test_a_line_whose_shapes_do_not_fit_spoils_no_line_before_it():
    lines = ["$\\|b - Xv\\|^2 = (b-Xv)^T(b-Xv)$", "$= b^Tb - 2v^TX^Tb + v^TX^TXv$", "Setting the gradient to zero: $X^TXv = X^Tb$", "$v = X^Tb(X^TX)^{-1}$"]
    proof = check_proof(lines)
    assert proof.first_break == 3
    assert [s and s.relation for s in proof.steps[:2]] == ["equal", "equal"]


def test_shapes_are_heard_where_they_are_said():
    assert shapes_in_words("Let $A$ and $B$ be $n \\times m$ matrices", {}) == {"A": Domain.parse("matrix n x m"), "B": Domain.parse("matrix n x m")}
    assert shapes_in_words("v is a unit vector", {})["v"].unit
    assert not shapes_in_words("the matrix A = [[1, 2], [3, 4]]", {})
    assert not shapes_in_words("Let x be a random vector", {})
    assert not shapes_in_words("Let A be a matrix", {"A": Domain.parse("real")})


def test_claims_end_where_the_proof_begins():
    text = "Claim: x = 1. Proof: y = 2"
    (start, end), = claims_in(text)
    assert start == 0 and text[:end] == "Claim: x = 1"
    assert claims_in("So we have shown x = 1") == ()


def test_numbers_are_no_matrices():
    assert may_differ(read("(AB)^{-1}").term, read("A^{-1}B^{-1}").term)
    assert not may_differ(read("(AB)^{-1}").term, read("B^{-1}A^{-1}").term)
    assert not may_differ(read("AB").term, read("BA").term)  # nothing says that these are matrices
    assert not may_differ(read("(ab)^{-1}").term, read("a^{-1}b^{-1}").term)


def test_a_derivative_stops_at_the_name_it_is_taken_by():
    definitions = ((symbol("q"), read("b v").term), (symbol("E"), read("q^2 + v").term))
    assert "v" not in str(chained(read("dE/dq").term, definitions)).replace("derivative", "")
    assert chained(read("dE/dx").term, definitions) == read("dE/dx").term
