"""Evidence that was found before, replayed instead of found again.

For a claim, decided under a budget by this very code, the evidence is kept that settled it, and the kernel replays it like any other: even an entry with a
valid seal supports no more than it shows. A gap cannot be replayed; it counts only for the very answer it was found in. A hit is charged to the budget
with what the decision had cost, so that what comes after it in the same answer has the time it would have had.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from grader import kernel
from grader.decide import Budget, decide
from grader.encoding import decode, digest
from grader.model import Claim, Evidence, Verdict
from grader.run.cache import Cache
from grader.run.store import code_digest

MAX_MEMORY = 20_000
"""Pieces of evidence that a worker remembers of its own."""


class Remembering:
    """`decide` with a memory; `scope` names the answer at work, and `fresh` collects what was found out and not known before."""

    def __init__(self, cache: Cache | None) -> None:
        self.cache = cache
        self.scope = ""
        self.fresh: list[list[Any]] = []
        self._own: dict[str, list[Any]] = {}

    def __call__(self, claim: Claim, budget: Budget) -> Verdict:
        """The verdict on the claim, by evidence that is known where there is such evidence."""
        start = time.thread_time()
        known = _key(claim, budget)
        scoped = digest([known, self.scope])
        for key in (known, scoped):
            entry = self._own.get(key) or (self.cache.get(key) if self.cache else None)
            verdict = _replayed(claim, entry, budget, gap=key == scoped)
            if verdict is not None:
                budget.charge(entry[2] - (time.thread_time() - start))
                return verdict
        verdict = decide(claim, budget)
        key = scoped if verdict.evidence.method == "gap" else known
        entry = [verdict.evidence.method, dict(verdict.evidence.data), round(time.thread_time() - start, 4)]
        if len(self._own) >= MAX_MEMORY:
            self._own.clear()
        self._own[key] = entry
        self.fresh.append([key, entry])
        return verdict

    def take(self, entries: Iterable[Mapping[str, Any]], budget: Budget) -> None:
        """Remember the evidence of a record (its entries), to be replayed for claims under such a budget. Gaps, and what is malformed, are passed over."""
        for entry in entries:
            try:
                claim = decode(entry["claim"])
                if isinstance(claim, Claim) and entry["method"] != "gap":
                    self._own[_key(claim, budget)] = [entry["method"], entry["data"], 0.0]
            except (ValueError, KeyError, TypeError, AttributeError):
                continue

    def taken(self) -> list[list[Any]]:
        """What is new since it was last asked for: pairs of a key and an entry."""
        fresh, self.fresh = self.fresh, []
        return fresh


def _key(claim: Claim, budget: Budget) -> str:
    return digest([code_digest(), claim.fingerprint, budget.cpu_seconds, budget.seed, sorted(budget.oracles)])


def _replayed(claim: Claim, entry: Any, budget: Budget, gap: bool) -> Verdict | None:
    """What the kernel makes of a remembered entry; None where it is none, or is refused."""
    if not (isinstance(entry, list) and len(entry) == 3 and isinstance(entry[1], dict) and isinstance(entry[2], (int, float))):
        return None
    if (entry[0] == "gap") != gap:
        return None
    try:
        return kernel.settle(claim, Evidence(str(entry[0]), entry[1]), permitted=budget.oracles)
    except kernel.Refused:
        return None
