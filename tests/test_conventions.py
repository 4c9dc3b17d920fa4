"""Pairs that conventions tell apart, or hold together: letters, constants, units, columns and tuples, conditions and sets."""

from __future__ import annotations

import pytest

from grader import verify

SAME = [
    (r"|a+bi|", r"\sqrt{a^2+b^2}"), (r"\operatorname{Re}(a+bi)", "a"), (r"|e^{ix}|", "1"), (r"\overline{a+bi}", "a-bi"), (r"\overline{2+3i}", "2-3i"),
    (r"\sum_{k=0}^n \binom nk", "2^n"), (r"n2^{n-1}", r"n \cdot 2^{n-1}"), (r"0.\overline{3}", "1/3"), (r"0.1666...", "1/6"), ("1/7", "0.(142857)"),
    (r"\begin{pmatrix}1\\2\end{pmatrix}", "(1, 2)"), (r"\langle 1,2,3\rangle", r"\begin{pmatrix}1\\2\\3\end{pmatrix}"), ("3i + 4j", r"\langle 3, 4\rangle"),
    (r"\{1,2\}", "2, 1"), (r"\{x: x^2<4\}", "(-2,2)"), ("f(x) := 2x", "f(x) = x + x"), (r"p\to q", r"\neg q\to\neg p"), (r"p\oplus q", r"q\oplus p"),
    ("36 km/h", "10 m/s"), ("5 m", "500 cm"), (r"9.8\text{ m/s}^2", r"9.8\ \mathrm{m\,s^{-2}}"), ("25°C", "298.15 K"),
    (r"\Gamma(-3/2)", r"\frac43\sqrt\pi"), (r"\{x\in\mathbb R: x>2\}", r"(2,\infty)"), (r"\{n^2 : n\in\{-1,1,2\}\}", r"\{1,4\}"),
    (r"(1,2,3)\times(4,5,6)", "(-3,6,-3)"), (r"\langle 1,2\rangle\cdot\langle 3,4\rangle", "11"), (r"\|(3,4)\|", "5"), ("2(1,2)+(3,4)", "(5,8)"),
    (r"\vec{v} = \langle 2, -1\rangle", r"\vec v=(2,-1)"), ("60 mph", "26.8224 m/s"), (r"2\times 10^3\text{ N}", "2 kN"), (r"5 \Omega", "5 ohm"),
    (r"\arccos(\cos 4)", r"2\pi-4"), (r"\frac{(2n)!}{n!\,2^n}", "(2n-1)!!"), (r"\frac12\frac12", "1/4"),
    (r"\lim_{n\to\infty}\sqrt[n]{n}", "1"), (r"\lim_{x\to\infty}\frac{\ln\ln x}{\ln x}", "0"), (r"\lim_{x\to 0^+}\frac{\ln(-\ln x)}{\ln x}", "0"),
]
OTHER = [
    (r"|z|^2 + i", "z^2 + i"), (r"\overline{2+3i}", "2+3i"), (r"\sum_{k=1}^n \binom nk", "2^n"), (r"\begin{pmatrix}1\\2\end{pmatrix}", "(2, 1)"),
    ("36 km/h", "36 m/s"), ("0", "0.(3)"), (r"p\to q", r"q\to p"), (r"p\lor q", r"p\oplus q"), (r"\lim_{n\to\infty}\sqrt[n]{n}", "0"),
    (r"\{x: x^2<4\}", "[-2,2]"), (r"\ln 100", "2"), (r"\sin x=0", r"x=k\pi/2"), (r"\ln|y|=x+C", "y=Ce^{2x}"), ("[1,2]", "[2,1]"), ("2m^2", "2 mm"),
    (r"\{x\in\mathbb R: x>2\}", r"[2,\infty)"), ("2(1,2)+(3,4)", "(8,5)"), ("C x + K", "C x^2 + K"), ("A e^x + B e^{-x}", r"C_1 e^x + C_2 e^{2x}"), ("x = 1", "1"), ("a", "A"),
]
OPEN = [
    (r"\operatorname{arccot} x", r"\pi/2 - \arctan x"), (r"x^3/3 + C", "x^3/3 + 7 + K"), (r"-\frac{\cos 2x}{4}+C", r"\frac12\sin^2 x+C"),
    ("C_1 e^x + C_2 e^{-x}", r"A\cosh x+B\sinh x"), ("e^{x+C}", "K e^x"), ("y = C e^{2x}", "y = A e^{2x}"), (r"(-\infty, 3]", r"x \le 3"),
    (r"\{-2, 2\}", r"x = \pm 2"), ("f(x) = 2x", "y = 2x"), ("1 J", "1 N m"), (r"\log 100", "2"),
    (r"\frac{1+\sqrt5}{2}", r"\phi"), ("(2,3),(4,5)", "(4,5),(2,3)"), (r"\sin x=0", r"x=k\pi"), (r"\ln|y|=x+C", "y=Ce^x"), ("(1, 2)", "[1, 2]"),
]


@pytest.mark.parametrize(("reference", "answer"), SAME)
def test_the_same(reference: str, answer: str) -> None:
    assert verify(reference, answer).equal is True and verify(answer, reference).equal is True


@pytest.mark.parametrize(("reference", "answer"), OTHER)
def test_another(reference: str, answer: str) -> None:
    assert verify(reference, answer).equal is False and verify(answer, reference).equal is False


@pytest.mark.parametrize(("reference", "answer"), OPEN)
def test_only_a_convention_decides(reference: str, answer: str) -> None:
    assert verify(reference, answer).equal is None and verify(answer, reference).equal is None


def test_what_is_declared_is_no_arbitrary_constant() -> None:
    assert verify("C x + 1", "K x + 1", assume={"C": "real", "K": "real"}).equal is False
    assert verify("C x + 1", "K x + 1").equal is None
