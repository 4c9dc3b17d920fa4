"""Solutions for every whole number: families that are the same, those that are not, and evidence that is no evidence."""

from __future__ import annotations

import copy

import pytest

from grader import kernel, verify
from grader.final import compare_final
from grader.model import Evidence, Status

SAME = [
    (r"x=k\pi,\ k\in\mathbb Z", r"x=-n\pi,\ n\in\mathbb Z"), (r"x=\frac\pi4+2k\pi, k\in\mathbb Z", r"x=2n\pi-\frac{7\pi}4, n\in\mathbb Z"),
    (r"x=\frac\pi6+2k\pi\text{ or }x=\frac{5\pi}6+2k\pi, k\in\mathbb Z", r"x=(-1)^n\frac\pi6+n\pi, n\in\mathbb Z"),
    (r"x=\pm\frac\pi4+2k\pi, k\in\mathbb Z", r"x=2\pi n\pm\frac{\pi}{4}, n\in\mathbb Z"), (r"\{4k+3\mid k\in\mathbb Z\}", r"\{4m-1: m\in\mathbb Z\}"),
    (r"x=\frac{k\pi}{2}, k\in\mathbb Z", r"x=n\pi\text{ or }x=\frac\pi2+n\pi, n\in\mathbb Z"), (r"x=\frac\pi3+k\pi, k\in\mathbb Z", r"x=\frac\pi3+n\pi"),
    (r"x=60^\circ+360^\circ k, k\in\mathbb Z", r"x=420^\circ+360^\circ n, n\in\mathbb Z"),
]
OTHER = [
    (r"x=\frac\pi4+2k\pi, k\in\mathbb Z", r"x=\frac\pi4+n\pi, n\in\mathbb Z"), (r"x=\frac\pi4+k\pi, k\in\mathbb Z", r"x=\frac\pi4+2n\pi, n\in\mathbb Z"),
    (r"x=\frac\pi4+2k\pi, k\in\mathbb Z", r"x=-\frac\pi4+2n\pi, n\in\mathbb Z"), (r"\{2k\mid k\in\mathbb Z\}", r"\{2k+1\mid k\in\mathbb Z\}"),
    (r"x=\pm\frac\pi4+2k\pi, k\in\mathbb Z", r"x=\frac\pi4+2n\pi, n\in\mathbb Z"), (r"x=\frac\pi4+2k\pi, k\in\mathbb Z", r"x=\frac\pi4"),
]
OPEN = [(r"\sin x=0", r"x=k\pi, k\in\mathbb Z"), (r"x=a+k\pi, k\in\mathbb Z", r"x=a+2n\pi, n\in\mathbb Z")]


@pytest.mark.parametrize(("reference", "answer"), SAME)
def test_the_same_values(reference: str, answer: str) -> None:
    assert verify(reference, answer).status is Status.PROVED and verify(answer, reference).status is Status.PROVED
    assert compare_final(f"${reference}$", rf"\boxed{{{answer}}}").equal is True


@pytest.mark.parametrize(("reference", "answer"), OTHER)
def test_other_values(reference: str, answer: str) -> None:
    assert verify(reference, answer).status is Status.REFUTED and verify(answer, reference).status is Status.REFUTED


@pytest.mark.parametrize(("reference", "answer"), OPEN)
def test_open(reference: str, answer: str) -> None:
    assert verify(reference, answer).equal is None


def _refused(verdict, change) -> str:
    forged = copy.deepcopy(dict(verdict.evidence.data))
    change(forged)
    with pytest.raises(kernel.Refused) as refused:
        kernel.settle(verdict.claim, Evidence("structure", forged))
    return str(refused.value)


def test_forged_links_are_refused() -> None:
    verdict = verify(*SAME[2])
    assert verdict.evidence.data["modulus"] == 2
    for change in (lambda d: d["to_left"][0].__setitem__(2, 3), lambda d: d["to_left"][0].__setitem__(0, 5), lambda d: d.__setitem__("modulus", 0),
                   lambda d: d["to_right"].pop(), lambda d: d["to_right"][0].__setitem__(1, "2")):
        with pytest.raises((kernel.Refused, ValueError)):
            forged = copy.deepcopy(dict(verdict.evidence.data))
            change(forged)
            kernel.settle(verdict.claim, Evidence("structure", forged))


def test_a_value_that_the_other_side_has_refutes_nothing() -> None:
    verdict = verify(*OTHER[0])
    assert "sign is not known" in _refused(verdict, lambda d: d.__setitem__("at", 0))
    assert "may give the value" in _refused(verdict, lambda d: d.__setitem__("between", [d["between"][0] + 1]))
    assert "no such side" in _refused(verdict, lambda d: d.__setitem__("side", "both"))
    same = verify(*SAME[0]).claim
    with pytest.raises(kernel.Refused):
        kernel.settle(same, Evidence("structure", {"how": "family lacks", "side": "left", "index": 0, "at": 1, "between": [0]}))
