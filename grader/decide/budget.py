"""What a decision may spend: processor time, a seed, the oracles it may ask. All of it is an argument, so that verdicts reproduce."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class OutOfBudget(Exception):
    """The budget is spent; whoever holds the claim gives it up as undecided."""


@dataclass
class Budget:
    """`cpu_seconds` of this thread's processor time from the moment the budget is made; `seed` for sampling; `oracles` that may be asked."""

    cpu_seconds: float = 4.0
    seed: int = 0
    oracles: frozenset[str] = frozenset({"z3"})
    depth: int = 0
    """How many claims within claims deep the search is; a procedure that states claims of its own counts them here."""
    ask: Callable[[str, Any], Any] | None = field(default=None, compare=False, repr=False)
    """How oracles that need a process of their own are reached (`run.oracle`); None: they are not."""
    _end: float = field(init=False, default=0.0)
    _sure: float = field(init=False, default=0.0, compare=False, repr=False)
    """Up to here on the wall clock, which is cheap to read, the time cannot be spent: a thread has no more processor time than has passed."""

    def __post_init__(self) -> None:
        self._end = time.thread_time() + self.cpu_seconds

    def check(self) -> None:
        """Call in every loop that may run long. Fails with `OutOfBudget` when the time is spent."""
        now = time.monotonic()
        if now < self._sure:
            return
        left = self._end - time.thread_time()
        self._sure = now + left
        if left < 0:
            raise OutOfBudget(f"{self.cpu_seconds:g} s of processor time are spent")

    def charge(self, seconds: float) -> None:
        """Count seconds as spent that were spent elsewhere; what is negative counts as nothing."""
        self._end -= max(0.0, seconds)
        self._sure = 0.0

    @property
    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - time.thread_time())
