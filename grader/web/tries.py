"""Counters: how often verdicts and readings are asked for, by whom, and how soon the next may come. Counters are all that the page keeps.

A verdict told often enough finds out what it is about: a tolerance by halving, a number by digits. So the first `FREE` verdicts on a part come at once;
after that there is one in `SECONDS`, and after `MANY` one in `LONGER`, for each client (an address) and part for as long as the page is served. Readings
tell nothing of the reference and are only kept from flooding.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

K, V = TypeVar("K"), TypeVar("V")

FREE, SECONDS = 12, 15.0
MANY, LONGER = 40, 60.0
READINGS, PER_SECOND = 60, 20.0
"""Requests that may come at once from one client, and how many more each second."""
MAX_HELD = 4_096
"""Counters held; the one not used for longest is given up first."""


@dataclass(slots=True)
class _Tries:
    count: int = 0
    next_at: float = 0.0


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Counters:
    """Tries by client and part, and requests by client. The clock's readings are arguments, in seconds."""

    def __init__(self, log: Callable[[str], None]) -> None:
        """`log` hears where tries begin to be slowed."""
        self._tries: OrderedDict[tuple[str, str], _Tries] = OrderedDict()
        self._requests: OrderedDict[str, _Bucket] = OrderedDict()
        self._log = log
        self.readings = self.verdicts = self.slowed = 0

    def verdict(self, client: str, part: str, now: float) -> tuple[int, float]:
        """Ask for a verdict: how many the client has had on the part, this one included, and 0; or how many it has had, and how many seconds to wait."""
        tries = _held(self._tries, (client, part), _Tries)
        if now < tries.next_at:
            self.slowed += 1
            return tries.count, tries.next_at - now
        tries.count += 1
        self.verdicts += 1
        if tries.count >= FREE:
            tries.next_at = now + (LONGER if tries.count >= MANY else SECONDS)
        if tries.count in (FREE, MANY) or tries.count % 100 == 0:
            self._log(f"{part}: {tries.count} verdicts asked for by {client}; from now on one in {LONGER if tries.count >= MANY else SECONDS:g} s")
        return tries.count, 0.0

    def tries(self, client: str, part: str) -> int:
        """How many verdicts the client has had on the part."""
        found = self._tries.get((client, part))
        return found.count if found else 0

    def request(self, client: str, now: float) -> float:
        """Ask for anything to be looked at: 0, or how many seconds to wait."""
        bucket = _held(self._requests, client, lambda: _Bucket(READINGS, now))
        bucket.left, bucket.at = min(READINGS, bucket.left + (now - bucket.at) * PER_SECOND), now
        if bucket.left < 1:
            self.slowed += 1
            return (1 - bucket.left) / PER_SECOND
        bucket.left -= 1
        return 0.0


def _held(table: OrderedDict[K, V], key: K, make: Callable[[], V]) -> V:
    found = table.get(key)
    if found is None:
        if len(table) >= MAX_HELD:
            table.popitem(last=False)
        found = table[key] = make()
    table.move_to_end(key)
    return found
