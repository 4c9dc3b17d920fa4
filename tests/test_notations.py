"""Notations that are put in plain terms before sides are compared: dots, sums over conditions, compositions, signs before `mod`."""

from __future__ import annotations

import pytest

from grader import verify
from grader.model import Read
from grader.reading import read

SAME = [
    (r"\sum_{1\le i<j\le m} 1", r"\binom m2"), (r"\sum_{1\le i<j\le 5} ij", "85"), (r"\sum_{1\le i\le j\le m} 1", r"\frac{m^2+m}2"),
    (r"\sum_{i,j=1}^{m} (i+j)", "m^2(m+1)"), (r"\sum_{1\le i,j\le 2} ij", "9"), (r"\sum_{n\ge 2} 3^{-n}", "1/6"), (r"\sum_{n>0} 3^{-n}", "1/2"),
    (r"\sum_{d\mid 6} d^2", "50"), (r"\prod_{d\mid 6} d", "36"), (r"\sum_{k\in\{2,5\}} k^2", "29"),
    (r"1+2+\dots+m", r"\binom{m+1}{2}"), (r"1+3+5+\cdots+(2m-1)", "m^2"), (r"1+q+q^2+\dots+q^{m}", r"\frac{1-q^{m+1}}{1-q}"),
    (r"1\cdot 2\cdot 3\cdots m", "m!"), (r"m(m-1)\cdots 2\cdot 1", "m!"), (r"m(m-1)(m-2)\cdots 1", "m!"), (r"2\cdot4\cdot6\cdots(2m)", "2^m m!"), ("3+6+9+...+30", "165"),
    (r"1+\frac12+\frac14+\dots+\frac1{64}", "127/64"), (r"\{1,2,\dots,4\}", r"\{1,2,3,4\}"), (r"\{0,2,4,\ldots,8\}", r"\{0,2,4,6,8\}"),
    (r"(f\circ g)(t)", "f(g(t))"), (r"3\operatorname{cis}\frac\pi2", "3i"), (r"-7 \bmod 4", "1"), ("-(7 mod 4)", "-3"),
    ("3{,}5", "7/2"), (r"\sin{x}^2", r"(\sin x)^2"), ("1{,}234", "1234"), (r"\frac{1}{\frac12}", "2"), (r"\frac{\Delta s}{\Delta t}", r"\Delta s\cdot\frac{1}{\Delta t}"), (r"\sqrt\Delta", r"\Delta^{1/2}"),
    (r"x\ne\pm2", r"x\ne 2\text{ and }x\ne -2"), (r"|\langle 5,12\rangle|", "13"), ("y''+2y'=0", r"\frac{d^2y}{dx^2}=-2\frac{dy}{dx}"),
    (r"\vec{PQ}", r"-\vec{QP}"), (r"\vec{PQ}+\vec{QR}", r"\vec{PR}"), (r"\nabla(x^2y)", "(2xy, x^2)"), (r"\langle 1,2\rangle+t\langle 3,4\rangle", r"\langle 1+3t,2+4t\rangle"),
    ("R", r"(-\infty,\infty)"), ("nCr(6,2)", "15"), (r"\begin{pmatrix}1\\0\\2\end{pmatrix}\times\begin{pmatrix}0\\1\\1\end{pmatrix}", r"\begin{pmatrix}-2\\-1\\1\end{pmatrix}"),
    (r"\left\|\begin{pmatrix}5\\12\end{pmatrix}\right\|", "13"), (r"\begin{pmatrix}2&1\\0&2\end{pmatrix}^{12}", r"\begin{pmatrix}4096&24576\\0&4096\end{pmatrix}"),
    (r"\{k\in\mathbb Z\mid -1\le k<3\}", r"\{-1,0,1,2\}"), (r"\{x\in\mathbb Z: 3>x>2\}", r"\emptyset"), (r"z\bar z", "|z|^2"), (r"\overline{zw}", r"\bar z\bar w"), (r"(A\cap B)^c", r"A^c\cup B^c"), (r"\left]2;+\infty\right[", r"(2,\infty)"), (r"x\in\mathbb R,\ x\ne 1", r"x\ne 1"),
]
OTHER = [
    (r"\frac{\Delta s}{\Delta t}", r"\frac{s}{t}"), (r"\Delta s", "s"), (r"x\ne\pm2", r"x\ne 2"), (r"x\ne\pm2", r"x\ne 2\text{ or }x\ne -2"), ("y'=y", r"\frac{dy}{dx}=2y"),
    (r"\vec{PQ}", r"\vec{QP}"), (r"\vec{PQ}+\vec{QR}", r"\vec{RP}"), (r"\nabla(x^2y)", "(x^2, 2xy)"), (r"z+\bar z", "2z"), ("C(6,2)", "16"), (r"\phi(12)", "5"),
    (r"\sum_{1\le i<j\le m} 1", r"\frac{m(m+1)}{2}"), (r"1+2+\dots+m", r"\binom{m}{2}"), (r"1\cdot 2\cdots m", "m^2"), (r"\{1,2,\dots,4\}", r"\{1,2,4\}"),
    (r"(f\circ g)(t)", "g(f(t))"), (r"-7 \bmod 4", "-3"), (r"(A\cap B)^c", r"A^c\cap B^c"), (r"\sum_{d\mid 6} d", "6"), ("3+6+9+...+30", "135"),
]
OPEN = [
    (r"\sin{x}^2", r"\sin(x^2)"),
    (r"g''(t)", "g^{(2)}(t)"),
    ("C(6,2)", "15"), (r"\phi(12)", "4"), ("B(1,2)", "1/2"), ("(1+t, 2t)", "(1+s, 2s)"),
    (r"1+4+\dots+m", "m^2"), (r"\frac12+\frac14+\cdots", "1"), (r"2+5 \bmod 3", "1"), (r"\sum_{i<j} 1", "3"),
]


@pytest.mark.parametrize(("reference", "answer"), SAME)
def test_the_same(reference: str, answer: str) -> None:
    assert verify(reference, answer).equal is True and verify(answer, reference).equal is True


@pytest.mark.parametrize(("reference", "answer"), OTHER)
def test_another(reference: str, answer: str) -> None:
    assert verify(reference, answer).equal is False


def test_a_declared_delta_is_a_number() -> None:
    assert verify(r"\frac{\Delta s}{\Delta t}", r"\frac{s}{t}", assume={"Delta": "positive"}).equal is True


@pytest.mark.parametrize(("reference", "answer"), OPEN)
def test_left_open(reference: str, answer: str) -> None:
    """What the dots leave out is not clear, or a sign may reach further."""
    assert verify(reference, answer).equal is None


@pytest.mark.parametrize(("text", "tree"), [
    ("-1 mod 3", "mod(-1, 3)"), ("-mod(7, 3)", "-mod(7, 3)"), (r"1\cdot 2\cdots m", '1*2*"..."*m'), ("1...m", '[1, "...", m]'),
    (r"\sum_{i,j=1}^{m} ij", "sum(i*j, (i, j), 1 <= i <= m and 1 <= j <= m)"), ("[0;1[", "[0, 1)"), (r"A^c\cap B", "complement(A) intersect B"), ("A^c", "A^c"),
])
def test_readings(text: str, tree: str) -> None:
    found = read(text)
    assert isinstance(found, Read) and str(found.term) == tree
