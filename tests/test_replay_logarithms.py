"""Sums of logarithms of products: what the small checker proves, what it names as lost, and what it leaves to others."""

from __future__ import annotations

import math
import random

import pytest

from grader.domain import Domain
from grader.kernel import Refused, settle
from grader.model import Claim, Equal, Evidence, Status
from grader.reading import read
from grader.replay import logarithms
from grader.term import Term
from grader.verify import verify

REAL = (("*", Domain("real")),)


def term(said: str) -> Term:
    found = read(said)
    assert hasattr(found, "term"), found
    return found.term


def shown(left: str, right: str, domains: tuple[tuple[str, Domain], ...] = REAL) -> tuple[str, ...]:
    return logarithms.check(Claim(Equal(term(left), term(right)), domains), {}).facts


@pytest.mark.parametrize(("left", "right", "lost"), [
    (r"\ln(6x^3/y^2)", r"\ln 6 + 3\ln x - 2\ln y", ""),
    (r"\ln 6 + 3\ln x - 2\ln y", r"\ln(6x^3/y^2)", "x = 1, y = -1"),
    (r"2\ln x", r"\ln(x^2)", "x = -1"),
    (r"\ln(x^2)", r"2\ln x", ""),
    (r"\ln(x/x)", "0", "x = 0"),
    (r"0\ln x", "0", "x = -1"),
    (r"\ln(-x) - \ln(-1/x)", r"\ln(x^2)", "x = 1"),
    (r"-\ln(y^{-2}/4)", r"2\ln y + 2\ln 2", ""),
    (r"\frac{\ln 8}{3} + 1", r"1 + \ln 2", ""),
])
def test_what_is_proved_and_lost(left: str, right: str, lost: str) -> None:
    facts = shown(left, right)
    assert facts == () if not lost else len(facts) == 1 and f"at {lost} (" in facts[0]
    assert verify(term(right), term(left)).status is Status.PROVED


@pytest.mark.parametrize(("left", "right", "why"), [
    (r"\ln(6x^3)", r"\ln 6 + 2\ln x", "not the same"),
    (r"\ln(6x)", r"\ln 5 + \ln x", "not the same"),
    (r"\ln x", r"\ln(-x)", "nowhere"),
    (r"\ln(-2) + \ln(-3)", r"\ln 6", "nowhere"),
    (r"\ln x \ln y", r"\ln y \ln x", "product of logarithms"),
    (r"\ln(0x)", r"\ln 0", "zero under"),
    (r"\ln(x^0)", "0", "no rational number"),
    (r"\ln(x+1)", r"\ln(1+x)", "under a logarithm"),
    (r"\ln(x^{99})", r"99\ln x", "no small integer"),
    (r"\ln(10000019)", r"\ln(10000019)", "large number"),
    ("x", "x", "in a sum of logarithms"),
    ("1", "1", "no logarithm"),
    (r"\ln(abcde)", r"\ln(abcd) + \ln e", "under a logarithm"),
])
def test_what_is_refused(left: str, right: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        shown(left, right)


@pytest.mark.parametrize("words", ["complex", "positive", "integer", "> 0 < 1", "nonzero"])
def test_other_domains_are_left_to_the_normal_form(words: str) -> None:
    with pytest.raises(Refused, match="real without bounds"):
        shown(r"\ln(x^2)", r"2\ln x", (("x", Domain.parse(words)), *REAL))


def test_evidence_has_nothing_in_it_and_no_condition_beside_it() -> None:
    claim = Claim(Equal(term(r"\ln(xy)"), term(r"\ln x + \ln y")), REAL)
    assert settle(claim, Evidence("logarithms", {})).status is Status.PROVED
    with pytest.raises(Refused):
        settle(claim, Evidence("logarithms", {"same": True}))
    with pytest.raises(Refused):
        settle(Claim(claim.conclusion, REAL, (term("x < 0"),)), Evidence("logarithms", {}))


def test_against_floating_point() -> None:
    """Random sums and rewritten ones: what is proved has equal values wherever both have one, and a lost point has a value on the right only."""
    r = random.Random(3)
    Parts = list[tuple[int, int, int, int]]

    def written(parts: Parts) -> str:
        return " + ".join(f"({k})\\ln(({c})" + "".join(f" {n}^{{{e}}}" for n, e in (("x", a), ("y", b)) if e) + ")" for k, c, a, b in parts)

    def rewritten(parts: Parts) -> Parts:
        made: Parts = []
        for k, c, a, b in parts:
            s = 1 if k > 0 else -1
            made += r.choice(([(k, abs(c), 0, 0), (k * a, r.choice((1, -1)), 1, 0), (k * b, r.choice((1, -1)), 0, 1)],
                              [(s, c ** abs(k), abs(k) * a, abs(k) * b)], [(-k, r.choice((1, -1)), -a, -b), (k, abs(c), 0, 0)]))
        return made

    def value(parts: Parts, x: float, y: float) -> float | None:
        try:
            return sum(k * math.log(c * x**a * y**b) for k, c, a, b in parts)
        except (ValueError, ZeroDivisionError):
            return None

    proved = 0
    for _ in range(400):
        p = [(r.choice((-2, -1, 1, 2)), r.choice((-4, -2, 1, 2, 4)), r.randint(-2, 2), r.randint(-2, 2)) for _ in range(r.randint(1, 2))]
        q = rewritten(p)
        p, q = r.choice(((p, q), (q, p)))
        left, right = written(p), written(q)
        try:
            lost = shown(left, right)
        except Refused:
            continue
        proved += 1
        grid = [(x, y) for x in (-1.5, 0.0, 0.7, 2.0) for y in (-3.0, 0.0, 0.4, 1.3)]
        pairs = [(value(p, x, y), value(q, x, y)) for x, y in grid]
        assert all(abs(a - b) < 1e-9 for a, b in pairs if a is not None and b is not None)
        assert bool(lost) == any(a is None and b is not None for a, b in pairs), (left, right)
    assert proved >= 100
