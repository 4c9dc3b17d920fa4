"""Inequalities by the sign of a derivative and by ranges."""

import copy

import pytest

from grader import kernel
from grader.decide import decide
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import AtMost, Claim, Evidence
from grader.reading import read

ROWS = r"""
\log x <= x - 1 | x | positive | proved
\log x < x - 1 | x | positive | refuted
\log x < x - 1 | x | > 1 | proved
1 + x <= e^x | x | real | proved
1 + x < e^x | x | real | refuted
1 + x < e^x | x | positive | proved
1 + x + x^2/2 <= e^x | x | nonnegative | proved
1 + x + x^2/2 <= e^x | x | real | refuted
1 - x <= e^{-x} | x | real | proved
\log(1+x) <= x | x | > -1 | proved
\frac{x}{1+x} <= \log(1+x) | x | > -1 | proved
x - x^2/2 <= \log(1+x) | x | nonnegative | proved
x - x^2/2 <= \log(1+x) | x | > -1 | refuted
\sin x <= x | x | nonnegative | proved
\sin x <= x | x | real | refuted
1 - x^2/2 <= \cos x | x | nonnegative | proved
\tanh x <= x | x | nonnegative | proved
\frac{1}{1+e^{-x}} <= 1 | x | real | proved
x <= \log(1+e^x) | x | real | proved
2^n > n | n | integer > 0 | proved
n^2 <= 2^n | n | integer >= 4 | proved
n^2 <= 2^n | n | integer > 0 | refuted
\frac{1}{n+1} <= \log(n+1)-\log n | n | > 0 | proved
"""


def claim_of(row):
    statement, name, domain, status = [c.strip() for c in row.split(" | ")]
    term = read(statement).term
    (left, right), sign = term.args, term.signs[0]
    if sign.startswith(">"):
        left, right = right, left
    return Claim(AtMost(left, right, len(sign) == 1), ((name, Domain.parse(domain)),)), status


@pytest.mark.parametrize("row", ROWS.strip().splitlines())
def test_inequalities(row):
    claim, status = claim_of(row)
    assert decide(claim).status == status


def evidence_for(row):
    claim, _ = claim_of(row)
    verdict = decide(claim)
    assert verdict.evidence.method == "monotone"
    return claim, verdict.evidence.data


@pytest.mark.parametrize("change", [
    lambda d: d["pieces"][0].update(rises=not d["pieces"][0]["rises"]), lambda d: d["pieces"][0].update({"from": "1"}),
    lambda d: d["pieces"].pop(), lambda d: d["pieces"][0].update(needs=[]), lambda d: d["pieces"][0].update(derivative=["order", {"how": "value"}]),
    lambda d: d.update(name="y")])
def test_changed_evidence_is_refused(change):
    claim, data = evidence_for(r"\log x <= x - 1 | x | positive | proved")
    data = copy.deepcopy(dict(data))
    change(data)
    with pytest.raises(Refused):
        kernel.settle(claim, Evidence("monotone", data))


def test_evidence_does_not_carry_over():
    _, data = evidence_for(r"\log x <= x - 1 | x | positive | proved")
    for other in (r"\log x <= x - 2 | x | positive | -", r"\log x <= x - 1 | x | real | -", r"\log x < x - 1 | x | positive | -"):
        with pytest.raises(Refused):
            kernel.settle(claim_of(other)[0], Evidence("monotone", data))
