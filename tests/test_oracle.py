"""SymPy as an oracle: off unless asked for, never above agreement, in a process that ends at its limits; and as a second opinion in audits."""

import json

import pytest

from grader import kernel
from grader.decide import Budget
from grader.domain import Domain
from grader.encoding import encode
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence, Status
from grader.run.audit import audit_records
from grader.run.oracle import opinions, sympy_asker
from grader.run.workers import Limits
from grader.term import apply, number, symbol
from grader.verify import verify

X = symbol("x")
REAL = (("*", Domain("real")),)
SQUARE = Claim(Equal(apply("pow", apply("add", X, number(1)), number(2)), apply("add", apply("pow", X, number(2)), apply("mul", number(2), X), number(1))), REAL)


def test_an_opinion_is_agreement_and_must_be_permitted():
    evidence = Evidence("opinion", {"oracle": "sympy"})
    with pytest.raises(Refused, match="not permitted: sympy"):
        kernel.settle(SQUARE, evidence)
    verdict = kernel.settle(SQUARE, evidence, permitted={"sympy"})
    assert verdict.status is Status.AGREES and verdict.finding.oracles == ("sympy",)
    for claim, data in [(SQUARE, {"oracle": "me"}), (SQUARE, {"oracle": "sympy", "more": 1}), (Claim(AtMost(X, X), REAL), {"oracle": "sympy"})]:
        with pytest.raises(Refused, match="no opinion"):
            kernel.settle(claim, Evidence("opinion", data), permitted={"sympy"})


def test_asked_only_where_the_budget_says_so():
    asked = []
    budget = Budget(oracles=frozenset({"z3"}), ask=lambda *a: asked.append(a))
    verify("1", r"\int_0^1 x^{x}\,dx", budget=budget)
    assert not asked


def test_opinions_and_a_question_without_end():
    wrong = Claim(Equal(X, apply("neg", X)), REAL)
    assert list(opinions([SQUARE, wrong])) == ["equal", "different"]
    assert sympy_asker(Limits(cpu_seconds=0.01))("equal", Claim(Equal(apply("pow", apply("add", X, number(1)), number(60)), number(1)), REAL)) in (
        "unknown", "different")


def test_an_audit_lists_where_sympy_differs():
    verdict = verify("x^2", "x*x")
    entry = {"claim": encode(verdict.claim), "method": verdict.evidence.method, "data": dict(verdict.evidence.data), "status": "proved", "label": "equal"}
    record = {"learner": "s001", "problem": "p", "part": "1", "evidence": [entry], "reading": {}}
    audit = audit_records([json.dumps(record)])
    assert not audit.refused and audit.methods == {verdict.evidence.method: 1}
    audit.ask_sympy()
    assert audit.asked == {"equal": 1} and not audit.second and "differing: none" in audit.lines()[-1]
