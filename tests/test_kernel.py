"""The kernel makes verdicts from evidence that replays, and from nothing else."""

import pytest

from grader import kernel, model
from grader.model import Claim, Equal, Evidence, Finding, Status
from grader.term import number, symbol

CLAIM = Claim(Equal(symbol("x"), number(2)))


def test_nobody_else_makes_a_verdict():
    with pytest.raises(TypeError, match="only the kernel"):
        model.Verdict(CLAIM, Finding(Status.PROVED), Evidence("gap", {}))


def test_a_gap_is_undecided_and_says_what_was_tried():
    verdict = kernel.give_up(CLAIM, [("normal form", "no rule for zeta"), ("balls", "0 is not excluded")])
    assert verdict.status is Status.UNDECIDED and verdict.equal is None
    assert verdict.finding.words == ("normal form: no rule for zeta", "balls: 0 is not excluded")


def test_unknown_evidence_is_refused():
    with pytest.raises(kernel.Refused, match="no checker is called 'trust me'"):
        kernel.settle(CLAIM, Evidence("trust me", {}))


@pytest.mark.parametrize("method", sorted(kernel.CHECKERS))
@pytest.mark.parametrize("data", [{}, {"status": "proved"}, {"steps": 3}, {"point": {"x": "one"}}, {"point": []}, {"kind": "nothing"}])
def test_malformed_evidence_is_refused_by_every_checker(method, data):
    with pytest.raises(kernel.Refused):
        kernel.settle(CLAIM, Evidence(method, data))


def test_conjunction():
    P, A, U, R = Status.PROVED, Status.AGREES, Status.UNDECIDED, Status.REFUTED
    assert kernel.conjunction([]) is P
    assert kernel.conjunction([P, A]) is A
    assert kernel.conjunction([A, U, P]) is U
    assert kernel.conjunction([U, R, P]) is R


def test_claims_survive_a_record_and_labels_do_not_count():
    from grader.domain import Domain
    from grader.encoding import decode, encode

    claim = Claim(Equal(symbol("x"), number("1/2")), (("x", Domain.parse("real > 0")),), label="one")
    assert decode(encode(claim)) == claim
    assert claim.fingerprint == Claim(claim.conclusion, claim.domains, label="two").fingerprint
    assert claim.fingerprint != Claim(claim.conclusion).fingerprint
