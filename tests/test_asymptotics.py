"""Lines with O, o, Theta, `~`, `<<` and `->`: what holds of each."""

import pytest

from grader.proof import check_proof

ROWS = r"""
2n^2+3n ;; = 2n^2 + O(n) ;; = O(n^2) | equal equal
2n^2+3n ;; = 2n^2 + O(1) | fails
2n^2+3n ;; = \Theta(n^2) ;; = O(n^3) | equal equal
2n^2+3n ;; = \Theta(n^3) | fails
2n^2+3n ;; = \Omega(n) | equal
2n^2+3n ;; = \Omega(n^3) | fails
2n^2+3n ;; = o(n^3) ;; = O(n^3) | equal equal
2n^2+3n ;; = o(n^2) | fails
n^2 + O(n) ;; = n^2 | fails
n^2 + O(n) ;; \sim n^2 | implies
n^2 + O(n^2) ;; \sim n^2 | fails
O(n) + O(n^2) ;; = O(n^2) | equal
n \cdot O(n) ;; = O(n^2) | equal
O(n) \cdot O(\log n) ;; = O(n \log n) | equal
O(n^2) ;; = O(n) | fails
O(n^2) ;; = \Theta(n^2) | fails
\Theta(n^2) ;; = O(n^2) | equal
\log n! ;; = n \log n - n + O(\log n) ;; = \Theta(n \log n) | equal equal
\sum_{k=1}^n k^2 ;; = n^3/3 + O(n^2) ;; \sim n^3/3 | equal implies
\sum_{k=1}^n k^2 ;; \sim n^3/2 | fails
\sum_{k=1}^n 1/k ;; = \ln n + O(1) | equal
\sum_{k=1}^n 1/k ;; = \log_2 n + O(1) | fails
n \log n ;; \ll n^2 | implies
n^2 ;; \ll n \log n | fails
(1+1/n)^n ;; \to e | implies
(1+1/n)^n ;; \to 1 | fails
\sqrt{n^2+n} - n ;; = \frac{n}{\sqrt{n^2+n}+n} ;; \to \frac12 | equal implies
t n^2 + t^2 n ;; = O(t n^2 + t^2 n) | equal
assume n \le t ;; t n^2 + t^2 n ;; = O(t^2 n) | - equal
assume t \gg n ;; t n^2 + t^2 n ;; = \Theta(t^2 n) | - equal
assume n/t \to 0 ;; t n^2 + t^2 n ;; = \Theta(t^2 n) | - equal
assume t \ll n ;; t n^2 + t^2 n ;; = \Theta(t^2 n) | - fails
t n^2 + t^2 n ;; = O(t^2 n) | fails
e^x ;; = 1 + x + x^2/2 + O(x^3) | equal
e^x ;; = 1 + x + x^2 + O(x^3) | fails
\sin x ;; = x + O(x^3) | equal
\log(1+x) ;; = x - x^2/2 + O(x^3) | equal
\frac{1}{1-x} ;; = 1 + x + O(x^2) | equal
\frac{1}{1-x} ;; = 1 - x + O(x^2) | fails
let n \to \infty ;; \frac{n^2+1}{2n^2} ;; \to 1/2 | - implies
assume a > b and \beta \to \infty ;; \frac{e^{\beta a}}{e^{\beta a} + e^{\beta b}} ;; = \frac{1}{1+e^{-\beta(a-b)}} ;; \to 1 | - equal implies
assume a < b and \beta \to \infty ;; \frac{e^{\beta a}}{e^{\beta a} + e^{\beta b}} ;; \to 1 | - fails
\frac{e^{\beta a}}{e^{\beta a} + e^{\beta b}} ;; \to 1 | -
f(n) ;; = O(n^2) | -
\sin(n) \cdot n ;; \to 0 | -
e^{O(n)} ;; = O(2^n) | -
"""


@pytest.mark.parametrize("row", ROWS.strip().splitlines())
def test_lines(row):
    lines, _, expected = row.rpartition(" | ")
    proof = check_proof([line.strip() for line in lines.split(";;")])
    assert [(s.relation if s else None) or "-" for s in proof.steps[1:]] == expected.split()


def test_the_point_that_was_assumed_is_named():
    step = check_proof([r"\sin x", "= x + O(x^3)"]).steps[1]
    assert step.conditions == ("x tends to 0",)
    assert not check_proof([r"let x \to 0", r"\sin x", "= x + O(x^3)"]).steps[2].conditions


def test_a_dropped_remainder_is_told():
    step = check_proof(["n^2 + O(n)", "= n^2"]).steps[1]
    assert step.tags == ("remainder_dropped",) and step.example
