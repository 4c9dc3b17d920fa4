"""A list or tuple, entry by entry.

What it checks
    Whether the answer has as many entries as the reference, each equal to the one in its place (or, with `order: free`, to one of them).

What learners may write
    [1, 2, 3], (1, 2, 3), (x, y) = (1, 2), or the entries alone: 1, 2, 3.

Definition used
    Entries are compared like answers of the kind that they are: numbers and formulas, conditions, sets, lists. Brackets and parentheses mean
    the same.

Fails when
    An entry cannot be decided.

Example
    kind: list
    answer: "(1, 2, 3)"
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Claim, Mark, Part, Read, Reading, Settled, full, nothing, person
from grader.model import Answer, Status
from grader.term import Term, collection

TAGS = _compare.tags("list", "The same entries in the same order.")
MANNER = Manner("list", frozenset({"list", "tuple", "set"}), "a list", "(1, 2, 3)", expect="list", label=True)


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    order: Literal["matters", "free"] = field(default="matters", metadata={"help": "whether the entries must stand in the order of the reference"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference, a variant or a foreseen answer is no list."""
    _compare.check(part, MANNER)


def _as_tuple(term: Term) -> Term:
    return collection("tuple", *term.args, span=term.span)


def read(answer: Answer, part: Part) -> Reading:
    """The answer as a list of entries."""
    found = _compare.read(answer, part, MANNER)
    if not isinstance(found, Read):
        return found
    return Read(_as_tuple(found.term), found.notes, tuple(_as_tuple(t) for t in found.alternatives), found.proposed)


def _wanted(part: Part, text: str) -> Term:
    return _as_tuple(_compare.of(part, text, MANNER))


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Entry by entry in one claim; with a free order, every pair of entries."""
    if not isinstance(reading, Read):
        return ()
    reference = _wanted(part, part.answer)
    if part.options.order == "free" and len(reference.args) == len(reading.term.args) <= 12:
        return tuple(_compare.claim(part, a, b, f"pair {i} {j}") for i, a in enumerate(reading.term.args) for j, b in enumerate(reference.args))
    made = [_compare.claim(part, reading.term, reference, "equal")]
    first = settled.get("equal")
    if first is not None and first.status not in _compare.EQUAL:
        made += [_compare.claim(part, reading.term, _wanted(part, e.answer), f"{name} {k}") for name, entries in (("accept", part.accept), ("wrong",
            part.wrong))
                 for k, e in enumerate(entries) if e.answer]
    return tuple(made)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points where every entry has its equal."""
    if "equal" in settled or not isinstance(reading, Read):
        return _compare.mark(reading, part, settled, "list")
    count = len(reading.term.args)
    status = {(i, j): settled[f"pair {i} {j}"].status for i in range(count) for j in range(count)}
    if _matches({k for k, s in status.items() if s is Status.PROVED}, count):
        return full(part, "list.right", "", "pair 0 0")
    if _matches({k for k, s in status.items() if s in _compare.EQUAL}, count):
        return person(part, "list.steps", "The entries agree at every point tried, which is not a proof: a person decides.", "pair 0 0",
                      Status.AGREES)
    if not _matches({k for k, s in status.items() if s is not Status.REFUTED}, count):
        return nothing(part, "list.wrong", "An entry has no equal.", "pair 0 0")
    return person(part, "list.undecided", "Whether every entry has its equal could not be decided.", "pair 0 0")


def _matches(edges: set[tuple[int, int]], count: int) -> bool:
    """Is there a pairing of all entries along these edges? (Augmenting paths.)"""
    partner: dict[int, int] = {}

    def place(i: int, seen: set[int]) -> bool:
        for j in range(count):
            if (i, j) in edges and j not in seen:
                seen.add(j)
                if j not in partner or place(partner[j], seen):
                    partner[j] = i
                    return True
        return False

    return all(place(i, set()) for i in range(count))
