"""What the page of the class says, as plain values; it is for the teacher, and may quote why something was left open.

A class may be large: what grows with it (rows of the table, answers that wait) is put out paper by paper as text by whoever renders, and the page itself is
made from counts, which add up in any grouping.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.report.record import Record
from grader.report.view import Chip, anchor, by_problem, chip, exact, nice, part_name, reason_of, sheet_title
from grader.report.visible import one_line

FOLDER = "learners"
"""Of the learners' pages, beside the page of the class."""
GROUPS = (("right", "right", "✓"), ("partly", "partly right", "◐"), ("wrong", "not right", "✗"), ("person", "waiting for a person", "☞"), ("blank", "no answer", "–"))
"""How answers to a part are counted: name for the style sheet, words, symbol."""
PERSON, BLANK = ([name for name, _, _ in GROUPS].index(name) for name in ("person", "blank"))
_PLACES = {name: k for k, (name, _, _) in enumerate(GROUPS)}
WAITS = ("Explanations to mark", "Read on a guess: was this meant?", "Not readable as typed; a reading is proposed", "Could not be read",
         "Nothing was placed here, but the paper has text that may answer it", "Stopped at a limit", "Not decided")
"""Why answers wait for a person, in the order in which a page lists them."""
MISTAKES_SHOWN = 3
"""Of a part, at most."""
LEAST = 5
"""Parts that are named as those with the lowest means, at most, and only below `LEAST_BELOW` percent."""
LEAST_BELOW = 60
_FORESEEN = re.compile(r"(?:wrong|pattern)\b")
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
    """An answer that a person must look at, and why: `sort` counts `WAITS`, `tried` says what the procedures stopped at."""

    chip: Chip
    sort: int
    reason: str
    tried: str
    typed: str
    """How the answer begins."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What a decided answer lost points for. Equal keys are counted together: a foreseen answer, or else the tag."""

    key: str
    foreseen: bool
    """Does the problem file foresee it? Then the words are the same for everybody."""
    words: str


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
    mistake: Mistake | None
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
        waiting = Waiting(seen, _sort_of(record), reason_of(record), tried, one_line(record["answer"][:1000], 120))
    claims = [e["status"] for e in record["evidence"]] + [f"by {name}" for e in record["evidence"] for name in e["oracles"]]
    claims += [f"note {n['severity']}" for n in [*record["reading"]["notes"], *record["source"]["notes"]]]
    return Summary((record["problem"], record["part"]), exact(record["points"]), exact(record["out_of"]), _PLACES[kind], record["status"], waits, cell, waiting,
                   _mistake(record) if kind in ("wrong", "partly") else None, tuple(claims))


def _sort_of(record: Record) -> int:
    """Why an answer waits: the number in `WAITS`."""
    first = next(iter(record["tags"]), "")
    if first in ("reading.guess", "reading.ambiguous"):
        return 1
    if record["reading"]["proposed"] or record["reading"]["nearest"]:
        return 2
    if first == "blank.unplaced":
        return 4
    if first == "internal.error" or first.startswith("limit."):
        return 5
    return 0 if first.startswith("prose.") else 3 if record["status"] == "unread" else 6


def _mistake(record: Record) -> Mistake | None:
    """The foreseen answer that the mark rests on, else the first award that says why."""
    said = [a for a in record["awards"] if a["text"] and a["tag"]]
    award = next((a for a in said if _FORESEEN.match(a["claim"])), next(iter(said), None))
    if award is None:
        return None
    foreseen = bool(_FORESEEN.match(award["claim"]))
    return Mistake(f"{award['tag']} {award['claim']}" if foreseen else award["tag"], foreseen, one_line(award["text"], 160))


class PartCounts:
    """What the answers to one part add up to."""

    def __init__(self, out_of: Fraction) -> None:
        self.out_of = out_of
        """Of the first of them."""
        self.points = self.possible = Fraction(0)
        """Of those that do not wait: what they earned, and could have."""
        self.groups = [0] * len(GROUPS)
        self.waits: dict[int, list[Any]] = {}
        """By number in `WAITS`: how many, and what is said of all of them alike, else None."""
        self.mistakes: dict[str, list[Any]] = {}
        """By key: how many, whether it is foreseen, and words, learner and page of the first."""

    def add(self, each: Summary, learner: str, page: str) -> None:
        """Count an answer."""
        self.groups[each.group] += 1
        if each.waiting is None:
            self.points += each.points
            self.possible += each.out_of
        else:
            self._wait(each.waiting.sort, 1, [each.waiting.reason, each.waiting.tried])
        if each.mistake is not None:
            mistake = self.mistakes.setdefault(each.mistake.key, [0, each.mistake.foreseen, each.mistake.words, learner, page])
            mistake[0] += 1

    def _wait(self, sort: int, count: int, said: list[str] | None) -> None:
        own = self.waits.setdefault(sort, [0, said])
        own[0] += count
        if own[1] != said:
            own[1] = None

    def to_data(self) -> list[Any]:
        """JSON values; `merge` takes them."""
        waits = [[sort, *own] for sort, own in self.waits.items()]
        return [str(self.out_of), str(self.points), str(self.possible), self.groups, waits, [[key, *own] for key, own in self.mistakes.items()]]

    def merge(self, other: Sequence[Any]) -> None:
        """Add the counts of further answers."""
        _, points, possible, groups, waits, mistakes = other
        self.points += Fraction(points)
        self.possible += Fraction(possible)
        self.groups = [a + b for a, b in zip(self.groups, groups, strict=True)]
        for sort, count, said in waits:
            self._wait(sort, count, said)
        for key, count, *about in mistakes:
            self.mistakes.setdefault(key, [0, *about])[0] += count


class SheetCounts:
    """What the papers that were marked on one sheet add up to."""

    def __init__(self) -> None:
        self.papers = 0
        self.points = self.held = Fraction(0)
        """Points earned, and those that what waits for a person could still earn."""
        self.least: Fraction | None = None
        self.most = Fraction(0)
        """What a paper was marked out of, at least and at most."""

    def add(self, own: Sequence[Summary]) -> None:
        """Count the answers of one learner."""
        out_of = sum((each.out_of for each in own), Fraction(0))
        self.papers += 1
        self.points += sum((each.points for each in own), Fraction(0))
        self.held += sum((each.out_of - each.points for each in own if each.waits), Fraction(0))
        self._span(out_of, out_of)

    def _span(self, least: Fraction, most: Fraction) -> None:
        self.least = least if self.least is None else min(self.least, least)
        self.most = max(self.most, most)

    def to_data(self) -> list[Any]:
        """JSON values; `merge` takes them."""
        return [self.papers, str(self.points), str(self.held), str(self.least or 0), str(self.most)]

    def merge(self, other: Sequence[Any]) -> None:
        """Add the counts of further papers."""
        papers, points, held, least, most = other
        self.papers += papers
        self.points += Fraction(points)
        self.held += Fraction(held)
        self._span(Fraction(least), Fraction(most))


class Counts:
    """What a class adds up to; `merge` puts the counts of two groups of learners together, those of the first before those of the second."""

    def __init__(self) -> None:
        self.learners = self.answers = self.decided = 0
        self.statuses: Counter[str] = Counter()
        """Answers by status, those that wait for a person ("waiting"), and parts without an answer ("blank"), which are among the unread."""
        self.claims: Counter[str] = Counter()
        self.parts: dict[Column, PartCounts] = {}
        self.sheets: dict[str, SheetCounts] = {}

    def add(self, own: Sequence[Summary], sheets: Mapping[str, str], learner: str = "", page: str = "") -> None:
        """Count the answers of one learner; `sheets` gives the sheet of a problem, `page` the file of the learner's page without its ending."""
        self.learners += 1
        mine: dict[str, list[Summary]] = {}
        for each in own:
            mine.setdefault(sheets.get(each.column[0], ""), []).append(each)
            blank = each.group == BLANK
            self.answers += not blank
            self.decided += not each.waits and not blank and each.status != "undecided"
            self.statuses[each.status] += 1
            if each.waits or blank:
                self.statuses["waiting" if each.waits else "blank"] += 1
            self.claims.update(each.claims)
            self.parts.setdefault(each.column, PartCounts(each.out_of)).add(each, learner, page)
        for sheet, there in mine.items():
            self.sheets.setdefault(sheet, SheetCounts()).add(there)

    def to_data(self) -> list[Any]:
        """The counts as JSON values; `merge` takes them."""
        return [self.learners, self.answers, self.decided, self.statuses, self.claims, [[*column, part.to_data()] for column, part in self.parts.items()],
                [[name, sheet.to_data()] for name, sheet in self.sheets.items()]]

    def merge(self, other: Sequence[Any]) -> None:
        """Add the counts of further learners, as `to_data` gives them."""
        learners, answers, decided, statuses, claims, parts, sheets = other
        self.learners += learners
        self.answers += answers
        self.decided += decided
        self.statuses.update(statuses)
        self.claims.update(claims)
        for problem, part, counted in parts:
            self.parts.setdefault((problem, part), PartCounts(Fraction(counted[0]))).merge(counted)
        for name, counted in sheets:
            self.sheets.setdefault(name, SheetCounts()).merge(counted)


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """Answers to a part that wait for a person for one of `WAITS`; `reason` and `tried` where they are the same for all of them."""

    number: int
    words: str
    count: int
    alike: bool
    reason: str
    tried: str


@dataclass(frozen=True, slots=True)
class CommonMistake:
    """How many answers to a part lost points in one way, and where one of them stands."""

    count: int
    tag: str
    """Where it is not foreseen: its tag in words; the words are then those of one answer."""
    words: str
    learner: str
    page: str


@dataclass(frozen=True, slots=True)
class PartStatistics:
    """How a part went: the mean of what does not wait, in percent of its points (None where all that was written waits), and how many answers fell in each of
    `GROUPS`."""

    number: int
    """Of its column."""
    name: str
    anchor: str
    ask: str
    out_of: str
    mean: int | None
    counts: tuple[int, ...]
    answers: int
    waits: tuple[WaitingGroup, ...]
    mistakes: tuple[CommonMistake, ...]

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
class SheetStatistics:
    """The papers that were marked on one sheet: its mean, what that is out of, and how much what waits could add to it."""

    number: int
    """Of the rows of its table."""
    title: str
    """Empty where there is one sheet only."""
    papers: int
    mean: str
    out_of: str
    held: str
    groups: tuple[PartGroup, ...]


@dataclass(frozen=True, slots=True)
class ClassPage:
    """Everything the page of the class says but its rows: those of the tables, of what waits by part, and of what was not placed."""

    learners: int
    answers: int
    decided: int
    waiting: int
    blank: int
    sheets: tuple[SheetStatistics, ...]
    queue: tuple[PartStatistics, ...]
    least: tuple[PartStatistics, ...]
    unplaced: bool
    rests_on: tuple[tuple[str, int], ...]
    errors: tuple[str, ...]


def sheets_of(problems: Sequence[Record]) -> dict[str, str]:
    """The sheet of each problem of an outline."""
    return {about["id"]: about.get("sheet", "") for about in problems}


def sheet_names(columns: Sequence[Column], sheets: Mapping[str, str]) -> list[str]:
    """The sheets that columns belong to, in order; each has a table of its own."""
    return list(dict.fromkeys(sheets.get(problem, "") for problem, _ in columns)) or [""]


def class_page(counts: Counts, problems: Sequence[Record], columns: Sequence[Column], unplaced: bool, errors: Sequence[str] = ()) -> ClassPage:
    """The page of the class. `unplaced` says whether some paper has text that could not be placed."""
    by_id, sheets = {about["id"]: about for about in problems}, sheets_of(problems)
    statistics = {column: _statistics(by_id.get(column[0], {"parts": []}), number, column, counts.parts[column])
                  for number, column in enumerate(columns) if column in counts.parts}
    names = sheet_names(columns, sheets)
    shown = []
    for number, name in enumerate(names):
        ids = dict.fromkeys(problem for problem, _ in statistics if sheets.get(problem, "") == name)
        groups = tuple(PartGroup(by_id[id]["title"] if id in by_id else id, tuple(s for column, s in statistics.items() if column[0] == id)) for id in ids)
        title = "" if len(names) == 1 else sheet_title(name)
        shown.append(_sheet(number, title, counts.sheets.get(name, SheetCounts()), groups))
    low = sorted((s for s in statistics.values() if s.mean is not None and s.mean < LEAST_BELOW), key=lambda s: s.mean or 0)
    return ClassPage(counts.learners, counts.answers, counts.decided, counts.statuses["waiting"], counts.statuses["blank"], tuple(shown),
                     tuple(s for s in statistics.values() if s.waiting), tuple(low[:LEAST]), unplaced, _rests_on(counts.claims), tuple(errors))


def _sheet(number: int, title: str, counted: SheetCounts, groups: tuple[PartGroup, ...]) -> SheetStatistics:
    papers = counted.papers or 1
    out_of = nice(counted.most) if counted.least in (None, counted.most) else f"up to {nice(counted.most)}"
    held = _rounded(counted.held / papers) if counted.held else ""
    return SheetStatistics(number, title, counted.papers, _rounded(counted.points / papers), out_of, held, groups)


def _rounded(value: Fraction) -> str:
    return f"{float(round(value, 1)):g}"


def _statistics(about: Record, number: int, column: Column, counted: PartCounts) -> PartStatistics:
    asked = next((p for p in about["parts"] if p["id"] == column[1]), {"ask": ""})
    judged = counted.possible and sum(counted.groups) > counted.groups[PERSON] + (counted.groups[BLANK] if counted.groups[PERSON] else 0)
    mean = round(100 * counted.points / counted.possible) if judged else None
    waits = tuple(WaitingGroup(sort, WAITS[sort], count, said is not None, *(said or ("", ""))) for sort, (count, said) in sorted(counted.waits.items()))
    mistakes = sorted(counted.mistakes.items(), key=lambda entry: -entry[1][0])[:MISTAKES_SHOWN]
    common = tuple(CommonMistake(count, "" if foreseen else key.rpartition(".")[2].replace("_", " "), words, learner, page)
                   for key, (count, foreseen, words, learner, page) in mistakes)
    return PartStatistics(number, part_name(column[1]), anchor(*column), asked["ask"], nice(counted.out_of), mean, tuple(counted.groups), sum(counted.groups),
                          waits, common)


def _rests_on(claims: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """What the verdicts of the run rest on, in words with counts."""
    words = {"proved": "claims proved, the certificate replayed", "refuted": "claims refuted by a witness that was replayed",
             "agrees": "claims that agree at every point tried, which is no proof", "undecided": "claims left open"}
    made = [(words[status], claims[status]) for status in words if claims[status]]
    made += [(f"claims in which a step is believed from {name.removeprefix('by ')}", claims[name]) for name in sorted(claims) if name.startswith("by ")]
    spoken = {"note repair": "slips mended in reading", "note guess": "readings that rest on a guess"}
    return tuple(made + [(spoken[s], claims[s]) for s in spoken if claims[s]])
