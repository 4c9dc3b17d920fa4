"""An interval, or a union of intervals.

What it checks
    Whether the answer is the same set of real numbers as the reference: ends, brackets and all.

What learners may write
    [0, 1), (-oo, 2], (1, 2] u [2, 3), ]0, 1[, {x : 0 < x < 1}, R \\ {0}.

Definition used
    Two sets are equal when each real number that belongs to one belongs to the other: (1, 2] together with [2, 3) is (1, 3). (a, b) and [a, b]
    are read as intervals.

Fails when
    The answer describes no set of real numbers.

Example
    kind: interval
    answer: "[0, oo)"
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Claim, Mark, Part, Reading, Settled
from grader.model import Answer

TAGS = _compare.tags("interval", "The same interval.")
MANNER = Manner("interval", frozenset({"interval", "set", "tuple", "list"}), "an interval", "[0, 1)", expect="interval", label=True)


@dataclass(frozen=True)
class Options:
    """This kind has no options of its own."""


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference, a variant or a foreseen answer cannot be used."""
    _compare.check(part, MANNER)


def read(answer: Answer, part: Part) -> Reading:
    """The answer as a set of real numbers."""
    return _compare.read(answer, part, MANNER)


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Equal to the reference; where not, to a variant or a foreseen wrong answer."""
    return _compare.claims(reading, part, settled, MANNER)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points where they are equal."""
    return _compare.mark(reading, part, settled, "interval")
