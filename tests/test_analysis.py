"""Equality by analysis, from the inside of integrals, case by case of remainders: right and wrong pairs, and evidence that is forged."""

from __future__ import annotations

import copy

import pytest

from grader import kernel, verify
from grader.kernel import Refused
from grader.model import Evidence, Status
from grader.term import number, to_data

INSIDE = {"x": "> -1 and < 1"}
PROVED = [
    (r"\ln(2+\sqrt3)", r"-\ln(2-\sqrt3)", {}), (r"\ln(x+\sqrt{x^2+1})", r"-\ln(\sqrt{x^2+1}-x)", {}), (r"\operatorname{arcosh} x", r"\ln(x+\sqrt{x^2-1})", {}),
    (r"\ln|\tan(x/2)|", r"-\ln|\csc x+\cot x|", {}), (r"\operatorname{artanh} x", r"\ln\sqrt{\frac{1+x}{1-x}}", {}),
    (r"\sqrt{x+2\sqrt{x-1}}", r"1+\sqrt{x-1}", {}), (r"\sqrt{x-2\sqrt{x-1}}", r"|1-\sqrt{x-1}|", {}), (r"\sqrt[3]{x^3+3x^2+3x+1}", "x+1", {}),
    (r"\frac{1}{(x+1)^2\sqrt{1-(\frac{x}{x+1})^2}}", r"\frac{1}{(x+1)\sqrt{2x+1}}", {}), (r"\sqrt{x+\sqrt{x^2-1}}", r"\frac{\sqrt{x+1}+\sqrt{x-1}}{\sqrt2}", {}),
    (r"\sqrt{\frac{1-\cos x}{2}}", r"|\sin\frac x2|", {}), (r"\sin(\arcsin x)", "x", {}), (r"\cosh(\operatorname{arcosh} x)", "x", {}),
    (r"\arctan x+\arctan\frac1x", r"\frac\pi2", {"x": "positive"}), (r"\arctan x+\arctan\frac1x", r"-\frac\pi2", {"x": "negative"}),
    (r"\arctan x", r"\arcsin\frac{x}{\sqrt{1+x^2}}", {}), (r"2\arctan x", r"\arcsin\frac{2x}{1+x^2}", INSIDE), (r"2\arcsin x", r"\arccos(1-2x^2)", {"x": "nonnegative"}),
    (r"\arccos x", r"2\arctan\sqrt{\frac{1-x}{1+x}}", {}), (r"\arctan(\sinh x)", r"2\arctan(e^x)-\pi/2", {}), (r"\arctan(\tan x)", "x", INSIDE),
    (r"\int_0^1\int_0^{x} xy\,dy\,dx", "1/8", {}), (r"\int_0^1\int_{x^2}^{x} dy\,dx", "1/6", {}), (r"\int_0^{2\pi}\int_0^R r\,dr\,d\theta", r"\pi R^2", {}),
    (r"\int_0^1\int_0^{1-x}\int_0^{1-x-y} dz\,dy\,dx", "1/6", {}), (r"\int_0^1\int_y^1 e^{x^2}\,dx\,dy", r"\frac{e-1}{2}", {}),
    (r"\int_0^\infty\int_0^\infty e^{-x-y}\,dx\,dy", "1", {}), (r"\int_0^1\int_0^{\sqrt{1-x^2}} x\,dy\,dx", "1/3", {}),
    (r"\prod_{k=2}^\infty(1-\frac1{k^2})", "1/2", {}), (r"\prod_{k=1}^\infty\frac{4k^2}{4k^2-1}", r"\frac\pi2", {}),
    (r"\lfloor x\rfloor+\lfloor x+\frac12\rfloor", r"\lfloor 2x\rfloor", {}), (r"\lfloor\lfloor x/2\rfloor/3\rfloor", r"\lfloor x/6\rfloor", {}),
    (r"n \bmod 2", r"\frac{1-(-1)^n}{2}", {"n": "integer"}), (r"\lfloor n^2/4\rfloor", r"\lfloor n/2\rfloor\lceil n/2\rceil", {"n": "integer"}),
]
REFUTED = [
    (r"\sqrt{x-2\sqrt{x-1}}", r"1-\sqrt{x-1}", {}), (r"\arctan x+\arctan\frac1x", r"\frac\pi2", {}), (r"2\arctan x", r"\arcsin\frac{2x}{1+x^2}", {}),
    (r"2\arcsin x", r"\arccos(1-2x^2)", {}), (r"\arctan(\tan x)", "x", {}), (r"\int_0^1\int_0^{x} xy\,dy\,dx", "1/4", {}),
    (r"\int_0^1\int_y^1 e^{x^2}\,dx\,dy", r"\frac{e+1}{2}", {}), (r"\prod_{k=2}^\infty(1-\frac1{k^2})", "1/3", {}),
    (r"\lfloor x\rfloor+\lfloor x+\frac13\rfloor", r"\lfloor 2x\rfloor", {}), (r"n^2 \bmod 3", r"n \bmod 3", {"n": "integer"}),
]


@pytest.mark.parametrize(("left", "right", "assume"), PROVED)
def test_proved(left: str, right: str, assume: dict[str, str]) -> None:
    assert verify(left, right, assume=assume).status is Status.PROVED


@pytest.mark.parametrize(("left", "right", "assume"), REFUTED)
def test_refuted(left: str, right: str, assume: dict[str, str]) -> None:
    assert verify(left, right, assume=assume).status is Status.REFUTED


def test_the_logarithms_of_negative_numbers_have_no_value() -> None:
    assert verify(r"\ln 6", r"\ln(-2)+\ln(-3)", assume={"*": "real"}).equal is None


def test_what_has_no_value_has_no_derivative() -> None:
    assert verify(r"\frac{2x}{x^2+1}", r"\frac{d}{dx}\ln(-x^2-1)").equal is None


def _forged(left: str, right: str, assume: dict[str, str], change: object, match: str) -> None:
    verdict = verify(left, right, assume=assume)
    assert verdict.status is Status.PROVED
    data = copy.deepcopy(dict(verdict.evidence.data))
    change(data)  # type: ignore[operator]
    with pytest.raises(Refused, match=match):
        kernel.settle(verdict.claim, Evidence(verdict.evidence.method, data))


def test_forged_evidence_is_refused() -> None:
    atan = (r"\arctan x+\arctan\frac1x", r"\frac\pi2", {"x": "positive"})
    _forged(*atan, lambda d: d["pieces"][0].update(place=to_data(number(-1))), "outside of its piece")
    _forged(*atan, lambda d: d["pieces"][0].update(kind="out", index=0, evidence="built"), "may have a value")
    _forged(*atan, lambda d: d.update(pieces=[]), "malformed|pieces")
    _forged(*atan, lambda d: d.update(breaks=[to_data(number(1))]), "malformed|breaks")
    _forged(r"\arccos x", r"2\arctan\sqrt{\frac{1-x}{1+x}}", {}, lambda d: d["pieces"][1]["evidence"].__setitem__(0, "built"), "the way it is built")
    _forged(r"\sqrt{x+2\sqrt{x-1}}", r"1+\sqrt{x-1}", {}, lambda d: d.update(k=7), "no such one-to-one function")
    _forged(r"\lfloor x\rfloor+\lfloor x+\frac12\rfloor", r"\lfloor 2x\rfloor", {}, lambda d: d.update(grid=1), "jump within a case")
    _forged(r"n \bmod 2", r"\frac{1-(-1)^n}{2}", {"n": "integer"}, lambda d: d.update(period=3), "period|malformed|cases")
    _forged(r"\int_0^1\int_0^{x} xy\,dy\,dx", "1/8", {}, lambda d: d["values"][0].update(value=to_data(number(1))), "differ|reduce|proved|shown|no row|malformed")
    _forged(r"\prod_{k=2}^\infty(1-\frac1{k^2})", "1/2", {}, lambda d: d["values"][0].update(tops=["-1", "2"]), "converge")


def test_a_power_that_loses_a_sign_shows_nothing() -> None:
    """(-1)^2 = 1^2: an even power needs sides that are not negative."""
    right = verify(r"|1-\sqrt{x-1}|", r"\sqrt{x-2\sqrt{x-1}}")
    wrong = verify(r"1-\sqrt{x-1}", r"\sqrt{x-2\sqrt{x-1}}")
    assert right.status is Status.PROVED and wrong.status is Status.REFUTED
    with pytest.raises(Refused):
        kernel.settle(wrong.claim, right.evidence)


SUMS = [
    (r"\sum_{k=0}^n \binom nk", "2^n", {}), (r"\sum_{k=0}^n k\binom nk", r"n \cdot 2^{n-1}", {}), (r"\sum_{k=0}^n k^2\binom nk", "n(n+1)2^{n-2}", {}),
    (r"\sum_{k=0}^n \binom nk^2", r"\binom{2n}{n}", {}), (r"\sum_{k=0}^n \binom nk x^k y^{n-k}", "(x+y)^n", {}),
    (r"\sum_{k=0}^{r}\binom mk\binom n{r-k}", r"\binom{m+n}{r}", {}), (r"\sum_{k=m}^n \binom km", r"\binom{n+1}{m+1}", {"m": "natural", "n": "natural"}),
    (r"\sum_{k=0}^n \frac{1}{k+1}\binom nk", r"\frac{2^{n+1}-1}{n+1}", {}), (r"\sum_{k=0}^{m} (-1)^k\binom{n}{k}", r"(-1)^m\binom{n-1}{m}", {}),
    (r"\sum_{k=0}^{n} \binom{n+k}{k} 2^{-k}", "2^n", {}), (r"\sum_{k=0}^{n} k\binom{n}{k} p^k (1-p)^{n-k}", "np", {"p": "> 0 < 1"}),
    (r"\sum_{k=1}^n k\cdot k!", "(n+1)!-1", {}),
]


@pytest.mark.parametrize(("left", "right", "assume"), SUMS)
def test_sums_whose_terms_depend_on_the_length(left: str, right: str, assume: dict[str, str]) -> None:
    assert verify(left, right, assume=assume).status is Status.PROVED
    assert verify(left, f"{right} + 10^{{-30}}", assume=assume).status is Status.REFUTED


def test_an_alternating_sum_is_one_without_terms_to_cancel() -> None:
    assert verify(r"\sum_{k=0}^n (-1)^k\binom nk", "0").status is Status.REFUTED
    assert verify(r"\sum_{k=0}^n (-1)^k\binom nk", "0", assume={"n": "integer > 0"}).status is Status.PROVED


def test_forged_recurrences_are_refused() -> None:
    square = (r"\sum_{k=0}^n \binom nk^2", r"\binom{2n}{n}", {})
    _forged(*square, lambda d: d.update(base=[]), "base")
    _forged(*square, lambda d: d["coefficients"].__setitem__(-1, to_data(number(0))), "may be zero")
    _forged(*square, lambda d: d.update(certificate=to_data(number(0))), "reduce to zero|no row|malformed|proved|differ")
    _forged(*square, lambda d: d.update({"from": 3}), "base")
    _forged(*square, lambda d: d.update(side=1 - d["side"]), "finite sum|number|malformed")
    _forged(r"\sum_{k=0}^n k\binom nk", r"n \cdot 2^{n-1}", {}, lambda d: d.update({"from": 0}), "may be zero")
