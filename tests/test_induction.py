"""Equalities and inequalities with sums whose length grows, by induction."""

import copy

import pytest

from grader import kernel
from grader.decide import decide
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence
from grader.reading import read

DOMAINS = (("*", Domain.parse("real")), ("n", Domain.parse("integer > 0")), ("r", Domain.parse("> 1")))

ROWS = r"""
\sum_{k=1}^n \frac1k <= 1 + \log n | proved
\sum_{k=1}^n \frac1k <= \log n | refuted
\log(n+1) <= \sum_{k=1}^n \frac1k | proved
\sum_{k=1}^n \frac{1}{k^2} <= 2 - \frac1n | proved
\sum_{k=1}^n \frac{1}{\sqrt k} <= 2\sqrt n | proved
2\sqrt{n+1} - 2 <= \sum_{k=1}^n \frac{1}{\sqrt k} | proved
\sum_{k=1}^n \sqrt k <= \frac23 (n+1)^{3/2} | proved
\sum_{k=1}^n \log k <= n \log n | proved
n \log n - n <= \sum_{k=1}^n \log k | proved
\sum_{k=1}^n \frac1k = 1 + \sum_{k=2}^n \frac1k | proved
\sum_{k=1}^n \frac1k = \sum_{k=2}^n \frac1k | refuted
\sum_{k=1}^{n+1} \frac1k = \frac{1}{n+1} + \sum_{k=1}^n \frac1k | proved
\sum_{k=1}^n (2k - 1) = n^2 | proved
\sum_{k=1}^n k r^k = \frac{r - (n+1) r^{n+1} + n r^{n+2}}{(1-r)^2} | proved
\sum_{k=1}^n \frac{1}{k(k+1)} = 1 - \frac{1}{n+1} | proved
2 \sum_{k=1}^n \frac1k - \sum_{k=1}^n \frac1k = \sum_{k=1}^n \frac1k | proved
1 + \sum_{k=2}^n \frac1k <= 1 + \int_1^n \frac{1}{x} dx | proved
1 + \sum_{k=2}^n \frac1k <= \int_1^n \frac{1}{x} dx | refuted
\int_1^{n+1} \frac{1}{x} dx <= \sum_{k=1}^n \frac1k | proved
\sum_{k=1}^n \frac{1}{k^2} <= 1 + \int_1^n \frac{1}{x^2} dx | proved
\sum_{k=1}^n \frac{1}{k+1} <= \sum_{k=1}^n \frac1k | proved
"""


def claim_of(row):
    statement, status = row.rsplit(" | ", 1)
    term = read(statement).term
    (left, right), sign = term.args, term.signs[0]
    return Claim(Equal(left, right) if sign == "=" else AtMost(left, right), DOMAINS), status


@pytest.mark.parametrize("row", ROWS.strip().splitlines())
def test_sums(row):
    claim, status = claim_of(row)
    assert decide(claim).status == status


@pytest.mark.parametrize("change", [{"start": 2}, {"name": "k"}, {"start": 0}, {"base": ["order", {"how": "value"}], "step": ["order", {"how": "value"}]},
                                    {"integrals": [[["number", "1"], ["order", {}]]]}])
def test_changed_evidence_is_refused(change):
    claim, _ = claim_of(r"\sum_{k=1}^n \frac1k <= 1 + \log n | proved")
    verdict = decide(claim)
    assert verdict.evidence.method == "induction"
    with pytest.raises(Refused):
        kernel.settle(claim, Evidence("induction", {**copy.deepcopy(dict(verdict.evidence.data)), **change}))


def test_the_evidence_of_one_bound_is_none_of_another():
    claim, _ = claim_of(r"\sum_{k=1}^n \frac1k <= 1 + \log n | proved")
    other, _ = claim_of(r"\sum_{k=1}^n \frac1k <= \frac12 + \log n | refuted")
    with pytest.raises(Refused):
        kernel.settle(other, Evidence("induction", decide(claim).evidence.data))


def test_a_length_that_begins_nowhere_is_not_induced_over():
    claim, _ = claim_of(r"\sum_{k=1}^n \frac1k <= 1 + \log n | proved")
    assert decide(Claim(claim.conclusion, (("n", Domain.parse("integer")),))).evidence.method != "induction"
