"""What the page of the class says, as plain values; it is for the teacher, and may quote why something was left open.

A class may be large: what grows with it (rows of the table, answers that wait) is put out paper by paper as text by whoever renders, and the page itself is
made from counts, which add up in any grouping.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.report.record import Record
from grader.report.view import Chip, anchor, by_problem, chip, exact, nice, part_name, reason_of

GROUPS = (("right", "right", "✓"), ("partly", "partly right", "◐"), ("wrong", "not right", "✗"), ("person", "waiting for a person", "☞"), ("blank", "no answer", "–"))
"""How answers to a part are counted: name for the style sheet, words, symbol."""
PERSON = [name for name, _, _ in GROUPS].index("person")
_PLACES = {name: k for k, (name, _, _) in enumerate(GROUPS)}
Column = tuple[str, str]
"""Problem and part of a column of the table."""


def columns_of(records: Sequence[Mapping[str, Any]], problems: Sequence[Record]) -> list[Column]:
    """The columns of a table of records, in the order of the outline; what it does not know comes last."""
    return [(about["id"], part) for about, own in by_problem(records, problems) for part in dict.fromkeys(r["part"] for r in own)]


@dataclass(frozen=True, slots=True)
class Cell:
    """One learner's answer to one part, in the table."""

    chip: Chip
    points: str
    waits: bool
    anchor: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that a person must look at, and why; `tried` says what the procedures stopped at."""

    chip: Chip
    reason: str
    tried: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Of a record what the table, the page of the class and its counts need; the same for all that differ in learner and place only."""

    column: Column
    points: Fraction
    out_of: Fraction
    group: int
    """Which of `GROUPS` counts it."""
    status: str
    waits: bool
    cell: Cell
    waiting: Waiting | None
    claims: tuple[str, ...]
    """What became of each claim, the oracles that are believed ("by NAME"), and how the reading was mended or guessed ("note SEVERITY")."""


def summary_of(record: Record) -> Summary:
    """What the class needs of a record."""
    seen, waits = chip(record), record["needs_human"]
    kind = "person" if waits else seen.kind if seen.kind in _PLACES else "wrong"
    cell = Cell(seen, nice(record["points"]), waits, anchor(record["problem"], record["part"]))
    waiting = None
    if waits:
        tried = "; ".join(words for e in record["evidence"] if e["method"] == "gap" for words in e["words"])
        waiting = Waiting(seen, reason_of(record), tried)
    claims = [e["status"] for e in record["evidence"]] + [f"by {name}" for e in record["evidence"] for name in e["oracles"]]
    claims += [f"note {n['severity']}" for n in [*record["reading"]["notes"], *record["source"]["notes"]]]
    return Summary((record["problem"], record["part"]), exact(record["points"]), exact(record["out_of"]), _PLACES[kind], record["status"], waits, cell, waiting,
                   tuple(claims))


class Counts:
    """What a class adds up to; `merge` puts the counts of two groups of learners together, those of the first before those of the second."""

    def __init__(self) -> None:
        self.learners = self.answers = self.decided = 0
        self.statuses: Counter[str] = Counter()
        """Answers by status, and those that wait for a person ("waiting")."""
        self.points = self.highest = Fraction(0)
        self.claims: Counter[str] = Counter()
        self.parts: dict[Column, list[Any]] = {}
        """By column: what its first answer is out of, points, what they are out of, and how many fell in each of `GROUPS`."""

    def add(self, own: Sequence[Summary]) -> None:
        """Count the answers of one learner."""
        self.learners += 1
        self.answers += len(own)
        out_of = Fraction(0)
        for each in own:
            self.points += each.points
            out_of += each.out_of
            self.decided += not each.waits and each.status != "undecided"
            self.statuses[each.status] += 1
            if each.waits:
                self.statuses["waiting"] += 1
            self.claims.update(each.claims)
            part = self.parts.setdefault(each.column, [each.out_of, Fraction(0), Fraction(0), [0] * len(GROUPS)])
            part[1] += each.points
            part[2] += each.out_of
            part[3][each.group] += 1
        self.highest = max(self.highest, out_of)

    def to_data(self) -> list[Any]:
        """The counts as JSON values; `merge` takes them."""
        parts = [[*column, str(first), str(points), str(out_of), groups] for column, (first, points, out_of, groups) in self.parts.items()]
        return [self.learners, self.answers, self.decided, self.statuses, str(self.points), str(self.highest), self.claims, parts]

    def merge(self, other: Sequence[Any]) -> None:
        """Add the counts of further learners, as `to_data` gives them."""
        learners, answers, decided, statuses, points, highest, claims, parts = other
        self.learners += learners
        self.answers += answers
        self.decided += decided
        self.statuses.update(statuses)
        self.points += Fraction(points)
        self.highest = max(self.highest, Fraction(highest))
        self.claims.update(claims)
        for problem, part, first, earned, out_of, groups in parts:
            own = self.parts.setdefault((problem, part), [Fraction(first), Fraction(0), Fraction(0), [0] * len(GROUPS)])
            own[1] += Fraction(earned)
            own[2] += Fraction(out_of)
            own[3] = [a + b for a, b in zip(own[3], groups, strict=True)]


@dataclass(frozen=True, slots=True)
class PartStatistics:
    """How a part went: the mean of what is certain so far, in percent of its points, and how many answers fell in each of `GROUPS`."""

    number: int
    """Of its column."""
    name: str
    anchor: str
    ask: str
    out_of: str
    mean: int
    counts: tuple[int, ...]
    answers: int

    @property
    def waiting(self) -> int:
        """How many wait for a person."""
        return self.counts[PERSON]


@dataclass(frozen=True, slots=True)
class PartGroup:
    """The parts of a problem, for the head of the table."""

    title: str
    parts: tuple[PartStatistics, ...]


@dataclass(frozen=True, slots=True)
class ClassPage:
    """Everything the page of the class says but its rows: those of the table, of what waits by part, and of what was not placed."""

    learners: int
    answers: int
    decided: int
    waiting: int
    mean: str
    out_of: str
    groups: tuple[PartGroup, ...]
    queue: tuple[PartStatistics, ...]
    unplaced: bool
    rests_on: tuple[tuple[str, int], ...]
    errors: tuple[str, ...]


def class_page(counts: Counts, problems: Sequence[Record], columns: Sequence[Column], unplaced: bool, errors: Sequence[str] = ()) -> ClassPage:
    """The page of the class. `unplaced` says whether some paper has text that could not be placed."""
    by_id = {about["id"]: about for about in problems}
    statistics = {column: _statistics(by_id.get(column[0], {"parts": []}), number, column, counts.parts[column])
                  for number, column in enumerate(columns) if column in counts.parts}
    groups = tuple(PartGroup(by_id[id]["title"] if id in by_id else id, tuple(s for column, s in statistics.items() if column[0] == id))
                   for id in dict.fromkeys(problem for problem, _ in statistics))
    mean = counts.points / counts.learners if counts.learners else Fraction(0)
    return ClassPage(counts.learners, counts.answers, counts.decided, counts.statuses["waiting"], f"{float(round(mean, 1)):g}", nice(counts.highest), groups,
                     tuple(s for s in statistics.values() if s.waiting), unplaced, _rests_on(counts.claims), tuple(errors))


def _statistics(about: Record, number: int, column: Column, counted: Sequence[Any]) -> PartStatistics:
    first, points, out_of, groups = counted
    asked = next((p for p in about["parts"] if p["id"] == column[1]), {"ask": ""})
    mean = round(100 * points / out_of) if out_of else 0
    return PartStatistics(number, part_name(column[1]), anchor(*column), asked["ask"], nice(first), mean, tuple(groups), sum(groups))


def _rests_on(claims: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """What the verdicts of the run rest on, in words with counts."""
    words = {"proved": "claims proved, the certificate replayed", "refuted": "claims refuted by a witness that was replayed",
             "agrees": "claims that agree at every point tried, which is no proof", "undecided": "claims left open"}
    made = [(words[status], claims[status]) for status in words if claims[status]]
    made += [(f"claims in which a step is believed from {name.removeprefix('by ')}", claims[name]) for name in sorted(claims) if name.startswith("by ")]
    spoken = {"note repair": "slips mended in reading", "note guess": "readings that rest on a guess"}
    return tuple(made + [(spoken[s], claims[s]) for s in spoken if claims[s]])
