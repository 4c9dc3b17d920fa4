"""grades.csv: a row a learner, a column a part, then the total, what it is out of, and what waits for a person.

A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` (or their full-width forms, or blanks before them) for a formula, and `1/3` for a date. Such a cell,
and one that begins with an apostrophe, is written with an apostrophe in front; taking one apostrophe off the front of every cell that has one gives
back what was meant (`original`). Every cell is quoted, so that no separator inside a cell begins another. Points that end as decimals are written as
decimals ("1.5"), others as exact fractions ("'1/3").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from grader.report.class_view import Column, Summary, columns_of, summary_of
from grader.report.record import Record
from grader.report.view import sum_of

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


def head_row(columns: Sequence[Column]) -> str:
    """The first row of the table."""
    return _row(["learner", *[f"{problem}/{part}" for problem, part in columns], "total", "out_of", "waiting", "waits_for_person"])


def learner_row(learner: str, columns: Sequence[Column], own: Sequence[Summary]) -> str:
    """A learner's row. A part without a record is an empty cell; parts that wait are named in the last column."""
    found = {each.column: each for each in own}
    there = [found[column] for column in columns if column in found]
    waits = [f"{problem}/{part}" for problem, part in (each.column for each in there if each.waits)]
    return _row([learner, *[amount(found[column].points) if column in found else "" for column in columns], amount(sum_of(each.points for each in there)),
                 amount(sum_of(each.out_of for each in there)), str(len(waits)), " ".join(waits)])


def _row(cells: Sequence[str]) -> str:
    return ",".join('"' + neutral(cell).replace('"', '""') + '"' for cell in cells) + "\n"


def grades_csv(records: Sequence[Record], problems: Sequence[Record], learners: Sequence[str]) -> str:
    """The table of the class."""
    columns = columns_of(records, problems)
    mine: dict[str, list[Summary]] = {}
    for record in records:
        mine.setdefault(record["learner"], []).append(summary_of(record))
    return "".join([head_row(columns), *[learner_row(learner, columns, mine.get(learner, ())) for learner in learners]])
