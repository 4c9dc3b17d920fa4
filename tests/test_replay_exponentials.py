"""Quotients of exponential polynomials: what the small checker proves, and what it leaves to others."""

from __future__ import annotations

import cmath
import math
import random
from fractions import Fraction

import pytest

from grader.algebra import exact_values
from grader.algebra.glance import looks_same
from grader.domain import Domain
from grader.kernel import Refused, settle
from grader.model import Claim, Equal, Evidence, Status
from grader.reading import read
from grader.replay import exponentials
from grader.term import Term, apply, constant, number, symbol
from grader.verify import verify

REAL = (("*", Domain("real")),)
COMPLEX = (("*", Domain()),)


def term(said: str) -> Term:
    found = read(said)
    assert hasattr(found, "term"), found
    return found.term


def shown(left: str, right: str, domains: tuple[tuple[str, Domain], ...] = REAL) -> Status:
    return exponentials.check(Claim(Equal(term(left), term(right)), domains), {}).status


@pytest.mark.parametrize(("left", "right"), [
    (r"\frac{3}{x+1}+\frac{2}{x-4}", r"\frac{5x-10}{(x+1)(x-4)}"),
    (r"\frac{5x-10}{x^2-3x-4}", r"2(x-4)^{-1}+3(x+1)^{-1}"),
    ("x+1", r"\frac{x^2-1}{x-1}"),
    (r"\frac{1}{1+\frac1x}", r"\frac{x}{x+1}\cdot\frac{x}{x}"),
    (r"\frac{x}{x^2}", r"\frac{x+1}{x(x+1)}\cdot\frac{y^2}{y^2}"),
    (r"3\sin(2x)+1", r"6\sin x\cos x+\sin^2x+\cos^2x"),
    (r"\sin(a+b)\sin(a-b)", r"\sin^2a-\sin^2b"),
    (r"\tan x+\cot x", r"\sec x\csc x"),
    (r"\tan(2x)\cdot\frac{\cos x}{\cos x}", r"\frac{2\tan x}{1-\tan^2x}"),
    (r"\frac{1}{1+e^{-x}}", r"\frac{e^x}{1+e^x}"),
    (r"\tanh x", r"\frac{e^{2x}-1}{e^{2x}+1}"),
    (r"\cosh(x+y)", r"\cosh x\cosh y+\sinh x\sinh y"),
    (r"(e^x)^3e^{-2}", "e^{3x-2}"),
    (r"8\cdot2^x", "2^{x+3}"), ("4^x6^x", r"24^x"), (r"e^{x\ln2}", "2^x"),
    (r"\frac{6}{\sqrt2}", r"\sqrt{18}"), (r"\sqrt[3]{16}", r"2\cdot2^{1/3}"), (r"\frac{\ln8}{\ln2}\ln2", r"3\ln2"),
    (r"\sin(x+\frac\pi3)", r"\frac12\sin x+\frac{\sqrt3}{2}\cos x"), (r"\cos\frac\pi4", r"\frac{1}{\sqrt2}"), (r"\cos(\frac{5\pi}{2}-x)", r"\sin x"),
    (r"\sin30^\circ", r"\frac12"), (r"60\cdot10^{26}", r"6\cdot10^{27}"), ("x_1^2-x_2^2", "(x_1-x_2)(x_1+x_2)"),
])
def test_what_is_proved(left: str, right: str) -> None:
    for domains in (REAL, COMPLEX):
        assert shown(left, right, domains) is Status.PROVED
    assert looks_same(term(left), term(right))
    assert verify(term(right), term(left)).status is Status.PROVED


@pytest.mark.parametrize(("left", "right"), [
    (r"e^{i\pi}+1", "0"), ("(4+i)(3+2i)", "10+11i"), (r"\frac{1}{1+2i}", r"\frac{1-2i}{5}"), (r"e^{ix}", r"\cos x+i\sin x"),
    (r"\cos(ix)", r"\cosh x"), (r"2^{i}", r"\cos(\ln2)+i\sin(\ln2)"),
])
def test_what_is_proved_of_complex_numbers(left: str, right: str) -> None:
    assert shown(left, right, COMPLEX) is Status.PROVED


@pytest.mark.parametrize(("left", "right", "why"), [
    (r"\sin 2x", r"2\sin x", "not the same"),
    ("2^{x+3}", r"6\cdot2^x", "not the same"),
    (r"\frac{x^2-1}{x-1}", "x+1", "left side alone"),
    (r"\frac xx", "1", "left side alone"),
    (r"\frac{\sin2x}{2\cos x}", r"\sin x", "left side alone"),
    (r"\sec^2x-\tan^2x", "1", "left side alone"),
    (r"\frac{1}{x}+\frac{1}{y}-\frac{1}{y}", r"\frac1x", "left side alone"),
    (r"0\cdot\frac10", "0", "division by zero"),
    (r"\frac{x}{x-x}", r"\frac{x}{x-x}", "division by zero"),
    (r"\frac{x}{\sin^2x+\cos^2x-1}", r"\frac{x}{\sin^2x+\cos^2x-1}", "division by zero"),
    (r"\frac{1}{\pi^2-\ln2}", r"\frac{1}{\pi^2-\ln2}", "other than zero"),
    (r"\frac{1}{e^{\pi^2x}+e^{x\ln2}}", r"\frac{1}{e^{\pi^2x}+e^{x\ln2}}", "other than zero"),
    ("x^0", "1", "no value at zero"), ("0^0", "1", "no value at zero"), ("0^{-1}", "0", "zero"),
    (r"\sqrt{x^2}", "x", "no positive number"), ("(-8)^{1/3}", "-2", "no positive number"), (r"(e^x)^{1/2}", r"e^{x/2}", "no positive number"),
    (r"\ln(e^x)", "x", "no positive number"), (r"\sqrt{-4}", "2i", "no positive number"), ("x^y", "x^y", "no positive number"),
    (r"e^{1/x}", r"e^{1/x}", "quotient under"), ("e^{e^x}", "e^{e^x}", "exponential under"),
    ("|x|", "x", "abs"), (r"\arcsin(\sin x)", "x", "asin"), (r"\bar z", "z", "bar"), (r"\frac{\infty}{\infty}", "1", "no number"),
    ("(x+1)^{30}", "(x+1)^{30}", "large power"), ("3^{10000}", "3^{10000}", "large numbers"), (r"2^{1/2+10^9}", r"2^{1/2+10^9}", "large numbers"),
    ("((a+b+c+d)^{20}+1)^{20}", "0", "too many terms"),
])
def test_what_is_left_to_others(left: str, right: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        shown(left, right)


def test_domains() -> None:
    few, many, positive = Domain.parse("integer >= 0 <= 5"), Domain.parse("integer >= 0"), Domain.parse("> 0")
    assert shown(r"\frac{1}{n}", r"\frac{2}{2n}", (("n", many),)) is Status.PROVED
    assert shown(r"\frac{x}{x}", "1", (("x", positive),)) is Status.PROVED  # nothing is lost where x is not zero
    for left, right, domain in ((r"\frac{1}{n}", r"\frac{2}{2n}", few), (r"\frac{1}{\sin(\pi n)}", r"\frac{1}{\sin(\pi n)}", many),
                                ("n", "n", Domain.parse("> 1 < 1")), ("n", "n", Domain.parse("vector d"))):
        with pytest.raises(Refused):
            shown(left, right, (("n", domain),))
    with pytest.raises(Refused, match="no number"):  # no symbol passes for pi
        exponentials.check(Claim(Equal(apply("sin", symbol("#pi")), number(0)), REAL), {})


def test_evidence_is_empty_and_conditions_are_none() -> None:
    claim = Claim(Equal(term("2^{x+1}"), term(r"2\cdot2^x")), REAL)
    assert settle(claim, Evidence("exponentials", {})).status is Status.PROVED
    with pytest.raises(Refused):
        settle(claim, Evidence("exponentials", {"same": True}))
    with pytest.raises(Refused):
        settle(Claim(claim.conclusion, REAL, (term("x < 0"),)), Evidence("exponentials", {}))


def _value(node: Term, point: dict[str, complex]) -> complex:
    if node.kind == "number":
        return complex(node.value)
    if node.kind == "symbol":
        return point[node.name]
    if node.kind == "constant":
        return {"pi": math.pi, "e": math.e, "i": 1j}[node.name]
    a = [_value(x, point) for x in node.args]
    return {"add": lambda: sum(a), "neg": lambda: -a[0], "mul": lambda: math.prod(a), "div": lambda: a[0] / a[1], "pow": lambda: a[0] ** a[1],
            "exp": lambda: cmath.exp(a[0]), "sin": lambda: cmath.sin(a[0]), "cos": lambda: cmath.cos(a[0]), "sinh": lambda: cmath.sinh(a[0]),
            "cosh": lambda: cmath.cosh(a[0]), "tan": lambda: cmath.tan(a[0]), "sqrt": lambda: cmath.sqrt(a[0])}[node.name]()


def _formula(r: random.Random, depth: int) -> Term:
    if depth == 0 or r.random() < 0.15:
        return r.choice((symbol("x"), symbol("y"), number(r.randint(1, 3)), number("1/2"), constant("pi"), constant("e"), constant("i")))
    name = r.choice(("add", "add", "mul", "mul", "div", "neg", "square", "exp", "sin", "cos", "sinh", "tan", "two", "root"))
    inner = [_formula(r, depth - 1) for _ in range(2)]
    if name == "square":
        return apply("pow", inner[0], number(2))
    if name == "two":
        return apply("pow", number(r.choice((2, 6))), inner[0])
    if name == "root":
        return apply("sqrt", number(r.choice((2, 3, 12))))
    return apply(name, *inner[:2 if name in ("add", "mul", "div") else 1])


def test_normal_forms_have_the_value_of_the_formula() -> None:
    """The quotient that the checker computes, evaluated in floating point, beside the formula itself."""
    r, seen = random.Random(4), 0
    claim = Claim(Equal(symbol("x"), symbol("y")), COMPLEX)
    for _ in range(1500):
        formula, point = _formula(r, 3), {"x": complex(0.3, 0.2), "y": complex(-0.4, 0.7)}
        try:
            side = exponentials._Side(formula, exponentials.Sums(), claim)
            wanted = _value(formula, point)
            got = _sum(side.top, point) / _sum(side.bottom, point)
        except (Refused, ArithmeticError):
            continue
        if abs(wanted) < 1e8:
            seen += 1
            assert abs(got - wanted) < 1e-6 * (1 + abs(wanted)), str(formula)
    assert seen > 500


def _sum(item: dict, point: dict[str, complex]) -> complex:
    def letter(name: str) -> complex:
        return math.pi if name == "#pi" else math.log(int(name[5:])) if name.startswith("#") else point[name]

    def product(letters: tuple) -> complex:
        return math.prod([letter(name) ** power for name, power in letters], start=1 + 0j)

    return sum((complex(c) * product(letters) * 1j**k * cmath.exp(sum(complex(q) * product(inside) * 1j**j for (inside, j), q in exponent))
                for (letters, exponent, k), c in item.items()), 0j)


def _rewritten(r: random.Random, node: Term) -> Term:
    """The same value where both are defined: factors and summands put in and taken out again at random places."""
    made = node.with_args(tuple(_rewritten(r, a) if k == 0 or node.name != "pow" else a for k, a in enumerate(node.args))) if node.args else node
    other = r.choice((symbol("x"), apply("add", symbol("x"), number(r.randint(1, 2))), apply("mul", symbol("x"), symbol("y")),
                      apply("add", apply("pow", symbol("x"), number(2)), apply("neg", number(1)))))
    how = r.random()
    if how < 0.15:
        return apply("div", apply("mul", made, other), other)
    if how < 0.2:
        return apply("add", made, apply("div", number(0), other))
    if how < 0.3:
        return apply("add", apply("neg", other), made, other)
    return made


def test_nothing_is_lost_without_a_word() -> None:
    """At whole points: where the left side of a pair that the checker accepts has no value, neither has the right one; else they are equal."""
    r, accepted, left_alone = random.Random(11), 0, 0
    for _ in range(500):
        base = _rational(r, 2)
        left, right = _rewritten(r, base), _rewritten(r, base)
        try:
            exponentials.check(Claim(Equal(left, right), REAL), {})
        except Refused as why:
            left_alone += "left side alone" in str(why)
            continue
        accepted += 1
        for x in range(-4, 5):
            values = [_exact(side, {"x": x, "y": x + 2}) for side in (left, right)]
            assert values[1] is None if values[0] is None else values[1] in (None, values[0]), f"{left} | {right} at {x}"
    assert accepted > 120 and left_alone > 20


def _rational(r: random.Random, depth: int) -> Term:
    if depth == 0:
        return r.choice((symbol("x"), symbol("y"), number(r.randint(0, 3)), apply("add", symbol("x"), number(1))))
    name = r.choice(("add", "mul", "div", "div", "neg", "pow"))
    inner = [_rational(r, depth - 1) for _ in range(2)]
    if name == "pow":
        return apply("pow", inner[0], r.choice((number(2), apply("neg", number(1)), apply("neg", number(2)))))
    return apply(name, *inner[:1 if name == "neg" else 2])


def _exact(node: Term, point: dict[str, int]):
    try:
        return exact_values.value(node, {name: Fraction(v) for name, v in point.items()})
    except ZeroDivisionError:
        return None
