"""grades.csv: a row a learner, a column a part, then the total, what it is out of, and what waits for a person.

A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` (or their full-width forms, or blanks before them) for a formula, and `1/3` for a date. Such a cell,
and one that begins with an apostrophe, is written with an apostrophe in front; taking one apostrophe off the front of every cell that has one gives
back what was meant (`original`). Every cell is quoted, so that no separator inside a cell begins another. Points that end as decimals are written as
decimals ("1.5"), others as exact fractions ("'1/3").
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from grader.report.record import Record
from grader.report.view import by_problem, total

_RISKY = re.compile(r"[\s\0]*[=+\-@＝＋－＠|%]|['\t\r\n]|\d+/\d+\Z")


def neutral(cell: str) -> str:
    """The cell as no spreadsheet takes it for anything but text; `original` is its inverse."""
    return "'" + cell if _RISKY.match(cell) else cell


def original(cell: str) -> str:
    """What was meant by a cell that `neutral` wrote."""
    return cell.removeprefix("'")


@lru_cache(maxsize=4096)
def amount(value: str | Fraction) -> str:
    """An exact number for a cell: a decimal where it ends, else a fraction."""
    exact = Fraction(value)
    for digits in range(13):
        scaled = exact * 10**digits
        if scaled.denominator == 1:
            sign, whole = "-" if scaled < 0 else "", str(abs(scaled.numerator)).rjust(digits + 1, "0")
            return sign + (f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole)
    return str(exact)


def grades_csv(records: Sequence[Record], problems: Sequence[Record], learners: Sequence[str]) -> str:
    """The table of the class. A part that a learner has no record for is an empty cell; parts that wait are named in the last column."""
    columns = [(about["id"], part) for about, own in by_problem(records, problems) for part in dict.fromkeys(r["part"] for r in own)]
    mine: dict[str, list[Record]] = {}
    for record in records:
        mine.setdefault(record["learner"], []).append(record)
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    table.writerow(map(neutral, ["learner", *[f"{problem}/{part}" for problem, part in columns], "total", "out_of", "waiting", "waits_for_person"]))
    for learner in learners:
        found = {(r["problem"], r["part"]): r for r in mine.get(learner, ())}
        own = [found.get(column) for column in columns]
        there = [r for r in own if r is not None]
        waits = [f"{r['problem']}/{r['part']}" for r in there if r["needs_human"]]
        table.writerow(map(neutral, [learner, *[amount(r["points"]) if r is not None else "" for r in own], amount(total(there, "points")),
                                     amount(total(there, "out_of")), str(len(waits)), " ".join(waits)]))
    return text.getvalue()
