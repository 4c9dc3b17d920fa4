"""What the page of the class says, as plain values; it is for the teacher, and may quote why something was left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.report.record import Record
from grader.report.view import Chip, anchor, by_problem, chip, nice, part_name, reason_of, total

GROUPS = (("right", "right", "✓"), ("partly", "partly right", "◐"), ("wrong", "not right", "✗"), ("person", "waiting for a person", "☞"), ("blank", "no answer", "–"))
"""How answers to a part are counted: name for the style sheet, words, symbol."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One learner's answer to one part, in the table: `href` leads to it."""

    chip: Chip
    points: str
    waits: bool
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    """One learner in the table; a cell is None where there is no record."""

    learner: str
    href: str
    cells: tuple[Cell | None, ...]
    points: str
    out_of: str
    waiting: int


class Rows(Sequence[Row]):
    """The rows of the table, each made when it is looked at: those of a large class are never held together."""

    def __init__(self, learners: Sequence[str], make: Callable[[str], Row]) -> None:
        self._learners, self._make = learners, make

    def __len__(self) -> int:
        return len(self._learners)

    def __getitem__(self, index: Any) -> Any:
        chosen = self._learners[index]
        return self._make(chosen) if isinstance(chosen, str) else Rows(chosen, self._make)


@dataclass(frozen=True, slots=True)
class PartStatistics:
    """How a part went: the mean of what is certain so far, in percent of its points, and how many answers fell in each of `GROUPS`."""

    name: str
    anchor: str
    ask: str
    out_of: str
    mean: int
    counts: tuple[int, ...]
    answers: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that a person must look at, and why; `tried` says what the procedures stopped at."""

    learner: str
    href: str
    chip: Chip
    reason: str
    tried: str


@dataclass(frozen=True, slots=True)
class PartGroup:
    """The parts of a problem, for the head of the table."""

    title: str
    parts: tuple[PartStatistics, ...]


@dataclass(frozen=True, slots=True)
class ClassPage:
    """Everything the page of the class says."""

    learners: int
    answers: int
    decided: int
    waiting: int
    mean: str
    out_of: str
    groups: tuple[PartGroup, ...]
    rows: Sequence[Row]
    queue: tuple[tuple[PartStatistics, tuple[Waiting, ...]], ...]
    unplaced: tuple[tuple[str, str, int], ...]
    rests_on: tuple[tuple[str, int], ...]
    errors: tuple[str, ...]


def class_page(records: Sequence[Mapping[str, Any]], problems: Sequence[Record], unplaced: Mapping[str, int], pages: Mapping[str, str],
               errors: Sequence[str] = ()) -> ClassPage:
    """The page of the class. `unplaced` counts by learner what could not be placed, `pages` has the file of each learner's page."""
    mine: dict[str, list[Record]] = {learner: [] for learner in pages}
    by_part: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        mine[record["learner"]].append(record)
        by_part.setdefault((record["problem"], record["part"]), []).append(record)
    columns = [(about, part) for about, own in by_problem(records, problems) for part in dict.fromkeys(r["part"] for r in own)]
    statistics = {(about["id"], part): _statistics(about, part, by_part[about["id"], part])
                  for about, part in columns}

    def row(learner: str) -> Row:
        found = {(r["problem"], r["part"]): r for r in mine[learner]}
        return _row(learner, mine[learner], [found.get((a["id"], p)) for a, p in columns], pages[learner])

    rows = Rows(list(pages), row)
    groups = tuple(PartGroup(about["title"], tuple(statistics[about["id"], p] for a, p in columns if a is about))
                   for about in {id(a): a for a, _ in columns}.values())
    queue = []
    for about, part in columns:
        waits = tuple(_waiting(r, pages) for r in by_part[about["id"], part] if r["needs_human"])
        if waits:
            queue.append((statistics[about["id"], part], waits))
    totals = [total(own, "points") for own in mine.values()]
    highest = max((total(own, "out_of") for own in mine.values()), default=Fraction(0))
    mean = sum(totals, Fraction(0)) / len(totals) if totals else Fraction(0)
    loose = tuple((learner, pages[learner], unplaced[learner]) for learner in pages if learner in unplaced)
    waiting = sum(r["needs_human"] for r in records)
    return ClassPage(len(pages), len(records), sum(not r["needs_human"] and r["status"] != "undecided" for r in records), waiting,
                     f"{float(round(mean, 1)):g}", nice(highest), groups, rows, tuple(queue), loose, _rests_on(records), tuple(errors))


def group_of(record: Record) -> str:
    """Which of `GROUPS` counts an answer."""
    if record["needs_human"]:
        return "person"
    kind = chip(record).kind
    return kind if kind in ("right", "partly", "wrong", "blank") else "wrong"


def _statistics(about: Record, part: str, records: Sequence[Record]) -> PartStatistics:
    asked = next((p for p in about["parts"] if p["id"] == part), {"ask": ""})
    counts = Counter(group_of(r) for r in records)
    most = total(records, "out_of")
    mean = round(100 * total(records, "points") / most) if most else 0
    out_of = nice(records[0]["out_of"]) if records else "0"
    return PartStatistics(part_name(part), anchor(about["id"], part), asked["ask"], out_of, mean, tuple(counts[name] for name, _, _ in GROUPS), len(records))


def _row(learner: str, own: Sequence[Record], cells: Sequence[Record | None], page: str) -> Row:
    made = tuple(None if r is None else Cell(chip(r), nice(r["points"]), r["needs_human"], f"{page}#{anchor(r['problem'], r['part'])}") for r in cells)
    return Row(learner, page, made, nice(total(own, "points")), nice(total(own, "out_of")), sum(r["needs_human"] for r in own))


def _waiting(record: Record, pages: Mapping[str, str]) -> Waiting:
    tried = "; ".join(words for e in record["evidence"] if e["method"] == "gap" for words in e["words"])
    href = f"{pages[record['learner']]}#{anchor(record['problem'], record['part'])}"
    return Waiting(record["learner"], href, chip(record), reason_of(record), tried)


def _rests_on(records: Sequence[Record]) -> tuple[tuple[str, int], ...]:
    """What the verdicts of the run rest on, in words with counts."""
    words = {"proved": "claims proved, the certificate replayed", "refuted": "claims refuted by a witness that was replayed",
             "agrees": "claims that agree at every point tried, which is no proof", "undecided": "claims left open"}
    counts = Counter(e["status"] for r in records for e in r["evidence"])
    made = [(words[status], counts[status]) for status in words if counts[status]]
    oracles = Counter(name for r in records for e in r["evidence"] for name in e["oracles"])
    made += [(f"claims in which a step is believed from {name}", oracles[name]) for name in sorted(oracles)]
    notes = Counter(n["severity"] for r in records for n in [*r["reading"]["notes"], *r["source"]["notes"]])
    spoken = {"repair": "slips mended in reading", "guess": "readings that rest on a guess"}
    return tuple(made + [(spoken[s], notes[s]) for s in spoken if notes[s]])
