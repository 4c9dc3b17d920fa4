"""The only maker of verdicts.

A procedure that believes something about a claim hands over `Evidence`: the name of a checker and JSON data. `settle` replays the data through that
checker (`grader/replay/`: small, exact, and independent of what found the evidence) and makes the verdict that the replay supports, never
the one the procedure hoped for. Evidence that does not hold up raises `Refused` with the reason; nothing else comes out of here.

The trusted base is this file, `lemmas.py`, `term.py` and `replay/`. A bug anywhere else can leave a claim undecided; it cannot prove or refute one.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence

from grader import model
from grader.model import Claim, Evidence, Finding, Status, Verdict

CHECKERS = frozenset(
    "growth point region attention_limit probability dynamics equality samples constant structure definedness "
    "order form choice expansion monotone induction ring opinion linear_algebra step zeros moments entropies "
    "quantity logarithms exponentials draws".split())
"""Evidence methods, each the module `grader.replay.NAME` with `check(claim, data) -> Finding`."""

PERMITTED_ORACLES = frozenset({"z3"})
"""Oracles whose word may carry a PROVED unless a run says otherwise; the verdict then names them."""


class Refused(Exception):
    """The evidence does not show what it should; the text says at which point it fails."""


def settle(claim: Claim, evidence: Evidence, *, permitted: Iterable[str] = PERMITTED_ORACLES) -> Verdict:
    """The verdict on the claim that the evidence supports when it is replayed.

    Fails with `Refused` when the checker is unknown, the data is malformed, a step does not replay, a refutation leans on an oracle, or an
    oracle is used that is not permitted.
    """
    if evidence.method == "gap":
        return _seal(claim, Finding(Status.UNDECIDED, words=_gap_words(evidence)), evidence)
    if evidence.method not in CHECKERS:
        raise Refused(f"no checker is called {evidence.method!r}")
    checker = importlib.import_module(f"grader.replay.{evidence.method}")
    try:
        finding = checker.check(claim, evidence.data)
    except Refused:
        raise
    except (KeyError, IndexError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        raise Refused(f"malformed evidence: {type(error).__name__}: {error}") from error
    if finding.status is Status.REFUTED and finding.oracles:
        raise Refused(f"a refutation may not rest on {', '.join(finding.oracles)}")
    missing = sorted(set(finding.oracles) - set(permitted))
    if missing:
        raise Refused(f"oracle not permitted: {', '.join(missing)}")
    return _seal(claim, finding, evidence)


def give_up(claim: Claim, tried: Sequence[tuple[str, str]]) -> Verdict:
    """UNDECIDED, with what was tried and why each try stopped."""
    return settle(claim, Evidence("gap", {"tried": [list(pair) for pair in tried]}))


def conjunction(statuses: Iterable[Status]) -> Status:
    """The status of "all of these": refuted if any is, else the weakest (PROVED > AGREES > UNDECIDED). PROVED for none at all."""
    order = [Status.PROVED, Status.AGREES, Status.UNDECIDED, Status.REFUTED]
    return order[max((order.index(s) for s in statuses), default=0)]


def _gap_words(evidence: Evidence) -> tuple[str, ...]:
    return tuple(f"{name}: {why}" for name, why in evidence.data.get("tried", ()))


def _seal(claim: Claim, finding: Finding, evidence: Evidence) -> Verdict:
    return Verdict(claim, finding, evidence, model._SEAL)
