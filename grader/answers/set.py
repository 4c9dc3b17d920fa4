"""A set: listed elements, or described by conditions.

What it checks
    Whether the answer has the same elements as the reference; neither order nor repetition matters.

What learners may write
    {1, 2}, {2, 1, 1}, 1 and 2 without braces where `bare: yes`, ±1, {x : x^2 = 1}, {} and the empty set, unions and intersections of sets and
    intervals.

Definition used
    Every element of one side equals an element of the other. Sets of real numbers described by conditions are equal when the conditions are.

Fails when
    It cannot be decided whether an element belongs to the other side.

Example
    kind: set
    answer: "{-1, 1}"
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Claim, Mark, Part, Read, Reading, Settled, Unread
from grader.model import Answer
from grader.replay import natures
from grader.term import Term, collection

TAGS = _compare.tags("set", "The same elements.")
MANNER = Manner("set", frozenset({"set", "interval", "pair", "tuple", "list", "number"}), "a set", "{1, 2}", expect="set", label=True)


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    bare: bool = field(default=True, metadata={"help": "whether elements without braces (1, 2 or a single 1) are read as a set"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference, a variant or a foreseen answer is no set."""
    _compare.check(part, MANNER)


def _as_set(term: Term) -> Term:
    """Elements without braces as a set."""
    kind = natures.nature(term)
    if kind in ("tuple", "list"):
        return collection("set", *term.args, span=term.span)
    return collection("set", term, span=term.span) if kind == "number" else term


def read(answer: Answer, part: Part) -> Reading:
    """The answer as a set."""
    found = _compare.read(answer, part, MANNER if part.options.bare else dataclasses.replace(MANNER, expect="any"))
    if not isinstance(found, Read):
        return found
    if not part.options.bare and natures.nature(found.term) in ("tuple", "list", "number"):
        return Unread("its elements are not written as a set", found.term.span, f"Write {MANNER.noun}, such as {MANNER.example}.", found.notes)
    if natures.nature(_compare.of(part, part.answer, MANNER)) == "interval":
        return found
    return Read(_as_set(found.term), found.notes, tuple(_as_set(t) for t in found.alternatives), found.proposed)


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Equal to the reference; where not, to a variant or a foreseen wrong answer."""
    if not isinstance(reading, Read):
        return ()

    def against(text: str, label: str) -> Claim:
        other = _compare.of(part, text, MANNER)
        return _compare.claim(part, reading.term, other if natures.nature(other) == "interval" else _as_set(other), label)

    made = [against(part.answer, "equal")]
    first = settled.get("equal")
    if first is not None and first.status not in _compare.EQUAL:
        made += [against(e.answer, f"{name} {k}") for name, entries in (("accept", part.accept), ("wrong", part.wrong))
                 for k, e in enumerate(entries) if e.answer]
    return tuple(made)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points where the elements are the same."""
    return _compare.mark(reading, part, settled, "set")
