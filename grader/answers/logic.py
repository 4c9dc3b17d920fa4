"""A statement made of propositions, equivalent to the reference.

What it checks
    Whether the answer has the truth table of the reference.

What learners may write
    A and (B or C), ¬A ∨ B, A implies B, A iff B, A xor B, not A, true, false.

Definition used
    Letters are propositions, each true or false independently of the others; "implies" is false only for true premise and false conclusion.

Fails when
    The answer contains anything else than propositions and connectives, or more than ten letters.

Example
    kind: logic
    answer: A implies B
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Claim, Mark, Part, Reading, Settled
from grader.model import Answer

TAGS = _compare.tags("logic", "The same truth table.")
MANNER = Manner("logic", frozenset({"condition", "number"}), "a statement", "A and not B", label=False)


@dataclass(frozen=True)
class Options:
    """This kind has no options of its own."""


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference, a variant or a foreseen answer cannot be used."""
    _compare.check(part, MANNER)


def read(answer: Answer, part: Part) -> Reading:
    """The answer as a statement."""
    return _compare.read(answer, part, MANNER)


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Equal to the reference; where not, to a variant or a foreseen wrong answer."""
    return _compare.claims(reading, part, settled, MANNER)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points where they are equal."""
    return _compare.mark(reading, part, settled, "logic")
