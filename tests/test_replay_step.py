"""The checkers `step` and `zeros`: what they accept, and that mutated evidence is refused for the right reason."""

import copy

import pytest

from grader import kernel
from grader.decide import Budget, decide
from grader.domain import Domain
from grader.model import Claim, Evidence, Follows, Status
from grader.reading import read


def claim(premise: str, conclusion: str, domain: str = "real") -> Claim:
    terms = [read(t).term for t in (premise, conclusion)]
    return Claim(Follows((terms[0],), terms[1]), (("*", Domain.parse(domain)),))


def settled(made: Claim, method: str):
    verdict = decide(made, Budget(4.0))
    assert verdict.evidence.method == method, verdict
    return verdict


ROWS = [
    ("log(x) + log(x - 3) = log(10)", "x = 5", "real", "step", Status.PROVED),
    ("e^(2x) = 9", "x = log(3)", "real", "step", Status.PROVED),
    ("2^x = 8", "x = 3", "real", "step", Status.PROVED),
    ("x = pi/6", "2 sin(x) = 1", "real", "step", Status.PROVED),
    ("tan(x) cos(x) = 2", "x = 0", "real", "step", Status.PROVED),
    ("x^3 = x + 1", "x = 4/3", "real", None, Status.REFUTED),
    ("e^x = 7", "x = 2", "real", "step", Status.REFUTED),
    ("sin(x) = x/2", "x = 0", "real", "step", Status.REFUTED),
    ("z^3 = 1", "z^6 = 1", "complex", "zeros", Status.PROVED),
    ("z^2 = 2z - 1", "z = 1", "complex", "zeros", Status.PROVED),
    ("z^3 = 1", "z = 1", "complex", "zeros", Status.REFUTED),
    ("a^2 = b^2", "a = b", "complex", None, Status.REFUTED),
]


@pytest.mark.parametrize(("premise", "conclusion", "domain", "method", "status"), ROWS)
def test_verdicts(premise, conclusion, domain, method, status):
    verdict = decide(claim(premise, conclusion, domain), Budget(4.0))
    assert verdict.status is status
    assert method is None or verdict.evidence.method == method


def refused(made: Claim, method: str, data: dict, reason: str) -> None:
    with pytest.raises(kernel.Refused, match=reason):
        kernel.settle(made, Evidence(method, data))


def test_a_translation_proves_only_its_own_claim():
    right, wrong = claim("e^x = 5", "x = log(5)"), claim("e^x = 5", "x = log(6)")
    data = dict(settled(right, "step").evidence.data)
    refused(wrong, "step", data, "truth of the relations|does not follow by logic|exception|contradicts|signs|claim fails")
    refused(claim("log(x^2) = 0", "x = 1"), "step", data, "does not follow|exception|contradicts|signs|claim fails")


def test_an_interval_without_a_change_of_sign_is_refused():
    made = claim("e^x = 7", "x = 2")
    data = dict(settled(made, "step").evidence.data)
    refused(made, "step", data | {"low": "3", "high": "4"}, "no root is certain")
    refused(made, "step", data | {"low": "1", "high": "3"}, "the conclusion may hold")
    refused(made, "step", data | {"variable": "y"}, "does not name every symbol")


def test_a_jump_is_no_root():
    made = claim("1/x = 0", "x = 5")
    refused(made, "step", {"how": "root", "variable": "x", "low": "-1", "high": "1", "point": {}}, "no root is certain")
    floored = claim("floor(x) = 1/2", "x = 5")
    refused(floored, "step", {"how": "root", "variable": "x", "low": "0", "high": "3/2", "point": {}}, "no root is certain")


def test_an_integer_has_no_value_inside_an_interval():
    made = Claim(claim("n^2 = 2", "n = 5").conclusion, (("*", Domain.parse("integer")),))
    refused(made, "step", {"how": "root", "variable": "n", "low": "1", "high": "2", "point": {}}, "need not take all values")


def test_cofactors_are_multiplied_out():
    made = claim("z^3 = 1", "z^6 = 1", "complex")
    data = copy.deepcopy(dict(settled(made, "zeros").evidence.data))
    data["parts"][0]["cofactor"] = ["number", "2"]
    refused(made, "zeros", data, "reduce to zero|same polynomial|differ")
    made = claim("z^3 = 1", "z = 1", "complex")
    data = copy.deepcopy(dict(settled(made, "zeros").evidence.data))
    refused(made, "zeros", data | {"roots": [["number", "1"]]}, "monic")
    refused(made, "zeros", data | {"u": ["number", "1"]}, "reduce to zero|same polynomial|differ")


def test_divisions_are_no_polynomials():
    made = claim("1/z = 0", "z = 1", "complex")
    refused(made, "zeros", {"how": "divides", "parts": []}, "not an equation of polynomials")
