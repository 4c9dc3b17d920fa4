"""Marks for learning platforms, from records alone: a downloaded sheet with one column filled in, or Gradescope's results.json.

A sheet is never made, only filled in: every other column, every row and their order stay as they came, for platforms drop or invent what they do not know. Keys are
read as texts. Learners who wait for a person get nothing in the sheet, because a blank is no zero. What cannot be matched is said, and nothing is guessed.

Formats: Canvas gradebook CSV (a second row with the points possible; a column that is not there would become a new assignment), Moodle's offline grading
worksheet (rows that are locked are left alone), Gradescope autograder `results.json` (score, tests with score, max_score, name, output, visibility).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from grader.report.record import Record
from grader.report.view import by_problem, part_name, total
from grader.report.visible import visible

KEYS = {"canvas": ("ID", "SIS User ID", "SIS Login ID", "Integration ID", "Student"),
        "moodle": ("ID number", "Username", "Email address", "Identifier", "Full name")}
"""Columns in which learners are looked for, by format; the one that knows most of them is taken."""
LOCK = "Grade can be changed"
POSSIBLE = "Points Possible"
MOST = "Maximum grade"
EXCUSED = "EX"


class SheetError(Exception):
    """A sheet that cannot be filled in, in words."""


@dataclass
class Filled:
    """A sheet with the marks in it, and what is to be said of it."""

    text: str
    filled: int = 0
    notes: list[str] = field(default_factory=list)
    """What the sheet does not have now: learners it does not know, who wait, or whose rows are locked."""


def decimal(points: Fraction, digits: int = 4) -> str:
    """A number as platforms read it: a decimal with a point, rounded half to even where it does not end."""
    scaled = round(points * 10**digits)
    whole, rest = divmod(abs(scaled), 10**digits)
    return f"{'-' if scaled < 0 else ''}{whole}" + (f".{rest:0{digits}d}".rstrip("0") if rest else "")


def fill_sheet(text: str, records: Sequence[Record], form: str, column: str, key: str = "") -> Filled:
    """The sheet with each learner's total in `column`, found by `key` (else by the best of `KEYS`). Fails with `SheetError`."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix("\ufeff")
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise SheetError(f"it is no table ({error})") from error
    if not rows or len(rows[0]) < 2:
        raise SheetError("it has no columns")
    names = rows[0]
    if names.count(column) != 1:
        raise SheetError(f"it has {'no' if column not in names else 'more than one'} column {column!r}; there are: {', '.join(n for n in names if n)}")
    mine: dict[str, list[Record]] = {}
    for record in records:
        mine.setdefault(record["learner"], []).append(record)
    at = names.index(column)
    where = _places(rows, names, form, key, mine)
    made = Filled("")
    for learner, own in mine.items():
        row = where.get(learner)
        waits = sum(r["needs_human"] for r in own)
        if row is None:
            made.notes.append(f"{learner}: not in the sheet")
        elif waits:
            made.notes.append(f"{learner}: {waits} {'answer waits' if waits == 1 else 'answers wait'} for a person; left as it was")
        elif LOCK in names and _cell(rows[row], names.index(LOCK)).strip().lower() == "no":
            made.notes.append(f"{learner}: the sheet says that this mark cannot be changed")
        elif form == "canvas" and _cell(rows[row], at).strip().upper() == EXCUSED:
            made.notes.append(f"{learner}: excused in the sheet; left as it was")
        else:
            rows[row] += [""] * (at + 1 - len(rows[row]))
            rows[row][at] = decimal(total(own, "points"))
            made.filled += 1
    _compare_possible(rows, at, mine, made)
    held = io.StringIO()
    csv.writer(held, delimiter=separator, lineterminator="\r\n" if "\r\n" in text else "\n").writerows(rows)
    made.text = mark + held.getvalue()
    return made


def _cell(row: Sequence[str], k: int) -> str:
    return row[k] if k < len(row) else ""


def _places(rows: Sequence[Sequence[str]], names: Sequence[str], form: str, key: str, mine: Mapping[str, object]) -> dict[str, int]:
    """For each learner the row; a key that stands in several rows is an error."""
    if key and key not in names:
        raise SheetError(f"it has no column {key!r}; there are: {', '.join(n for n in names if n)}")
    candidates = [key] if key else [n for n in KEYS[form] if n in names]
    best: dict[str, list[int]] = {}
    for name in candidates:
        k = names.index(name)
        found: dict[str, list[int]] = {}
        for number, row in enumerate(rows[1:], 1):
            if _cell(row, k).strip() in mine and _cell(row, 0).strip() != POSSIBLE:
                found.setdefault(_cell(row, k).strip(), []).append(number)
        best = found if len(found) > len(best) else best
    if not best:
        raise SheetError(f"no learner was found in it (looked in {', '.join(candidates) or 'no column'}; --key names another)")
    twice = sorted(learner for learner, found in best.items() if len(found) > 1)
    if twice:
        raise SheetError(f"{', '.join(twice[:5])}: in more than one row")
    return {learner: found[0] for learner, found in best.items()}


def _compare_possible(rows: Sequence[Sequence[str]], at: int, mine: Mapping[str, Sequence[Record]], made: Filled) -> None:
    """Say where the sheet counts out of another total: Canvas names one for the column, Moodle one in each row (and drops marks above it in silence)."""
    row = next((r for r in rows[1:3] if r and r[0].strip() == POSSIBLE), None)
    most = max((total(own, "out_of") for own in mine.values()), default=Fraction(0))
    named = [_cell(row, at)] if row is not None else [_cell(r, rows[0].index(MOST)) for r in rows[1:]] if MOST in rows[0] else []
    for said in dict.fromkeys(cell.strip() for cell in named):
        if re.fullmatch(r"[0-9]{1,9}(?:[.,][0-9]{1,9})?", said) and Fraction(said.replace(",", ".")) != most:
            made.notes.append(f"the column is out of {said} in the sheet, and the marks are out of {decimal(most)}")
        elif "read only" in said.lower():
            made.notes.append("the column is read only: the platform will ignore what is in it")


def gradescope(records: Sequence[Record], problems: Sequence[Record] = ()) -> Record:
    """Gradescope's results.json for the records of one learner. What waits for a person says so and has the points that are certain."""
    tests = []
    for about, own in by_problem(records, problems):
        for record in own:
            said = [f"Read as: {record['reading']['text']}"] if record["reading"]["text"] else []
            said += [record["feedback"]] if record["feedback"] else []
            said += ["A person will look at this answer; its points can still change."] if record["needs_human"] else []
            right = Fraction(record["points"]) >= Fraction(record["out_of"])
            test = {"name": f"{about['title']}: {part_name(record['part'])}", "number": record["part"], "score": float(Fraction(record["points"])),
                    "max_score": float(Fraction(record["out_of"])), "output": visible("\n".join(said)), "output_format": "text", "visibility": "visible",
                    "tags": record["tags"]}
            tests.append(test if record["needs_human"] else {**test, "status": "passed" if right else "failed"})
    return {"score": float(total(records, "points")), "output_format": "text", "visibility": "visible", "stdout_visibility": "hidden", "tests": tests}
