"""Answers in a table whose rows and columns name the fields: which cells are labels, and which labels each other cell stands under.

The first row, and rows below it that hold nothing but labels, are headers; the first column, and columns beside it that hold nothing but labels, are
sides. A cell that spans columns or rows (`\\multicolumn`, `\\multirow`, or empty cells beside it) labels all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.intake.field_labels import Fields, LabelWord
from grader.reading.grids import Cell, Grid
from grader.reading.splitting import groups

Labels = dict[int, frozenset[int]]
"""The labels chosen so far, by dimension."""
_SPANNING = re.compile(r"\s*\\multi(?P<what>column|row)\s*(?=\{)")
_FORMULA = re.compile(r"[\d^=+*{}\\$<>]")
MAX_SPAN = 20


@dataclass(frozen=True, slots=True)
class Labelled:
    """A cell with an answer, and the labels of its row and of its column."""

    cell: Cell
    side: Labels
    head: Labels


def labelled_cells(grid: Grid, book: Fields, chosen: Callable[[Sequence[LabelWord]], Labels]) -> list[Labelled] | None:
    """The cells of the table that are no labels; None where its first rows or columns name no field, so that it is none of answers."""
    rows = [_spread(row) for row in grid.rows]
    labels = [[chosen(book.words(c.text)) if c is not None and not _FORMULA.search(c.text) else {} for c in row] for row in rows]
    headers = _headers(rows, labels)
    if headers == len(rows):
        return None
    sides = _sides(rows[headers:], labels[headers:])
    heads = [_carried(row, across=headers > 1 and k < headers - 1) for k, row in enumerate(_filled(rows[:headers], labels[:headers]))]
    width = max(len(h) for h in heads)
    named = [_merged([h[k] for h in heads if k < len(h)]) for k in range(width)]
    if not any(any(row[:sides]) for row in labels[headers:]) or not any(named[1:]):
        return None
    shift = max(0, max(len(r) for r in rows[headers:]) - width)
    made: list[Labelled] = []
    above: list[Labels] = [{}] * sides
    for row, own in zip(rows[headers:], labels[headers:]):
        above = [own[k] if k < len(own) and (own[k] or row[k] is not None and row[k].text) else above[k] for k in range(sides)]
        for k, cell in enumerate(row[sides:], sides):
            if cell is not None and cell.text:
                made.append(Labelled(cell, _merged(above), named[k - shift] if 0 <= k - shift < width else {}))
    return made


def _merged(labels: Sequence[Labels]) -> Labels:
    return {d: v for each in labels for d, v in each.items()}


def _headers(rows: Sequence[Sequence[Cell | None]], labels: Sequence[Sequence[Labels]]) -> int:
    """How many rows at the top are headers: the first, and those after it of which every cell but the first is a label or empty."""
    count = 1
    while count < len(rows):
        beside = [(c, own) for c, own in zip(rows[count][1:], labels[count][1:]) if c is not None and c.text]
        if len(beside) < 2 or not all(own for _, own in beside):
            break
        count += 1
    return count


def _sides(rows: Sequence[Sequence[Cell | None]], labels: Sequence[Sequence[Labels]]) -> int:
    """How many columns at the left hold labels: the first, and those after it with nothing but labels and empty cells."""
    count = 1
    while count < min(len(r) for r in rows) - 1:
        column = [(row[count], own[count]) for row, own in zip(rows, labels)]
        filled = [own for c, own in column if c is not None and c.text]
        if not filled or not all(filled):
            break
        count += 1
    return count


def _filled(rows: Sequence[Sequence[Cell | None]], labels: Sequence[Sequence[Labels]]) -> Iterator[list[Labels | None]]:
    """The labels of header rows, None where a cell is empty."""
    for row, own in zip(rows, labels):
        yield [labels if c is not None and c.text else None for c, labels in zip(row, own)]


def _carried(row: list[Labels | None], across: bool) -> list[Labels]:
    """Empty cells of an upper header row stand under the label on their left."""
    made: list[Labels] = []
    for k, own in enumerate(row):
        made.append(own if own is not None else made[-1] if across and k > 1 else {})
    return made


def _spread(row: Sequence[Cell]) -> list[Cell | None]:
    """The row with spanning cells once for each column (those that span rows once, as the cells under them are empty)."""
    made: list[Cell | None] = []
    for cell in row:
        found = _SPANNING.match(cell.text)
        ends = groups(cell.text) if found else {}
        arguments: list[str] = []
        at = found.end() if found else 0
        while len(arguments) < 3 and at in ends:
            arguments.append(cell.text[at + 1:ends[at] - 1])
            at = ends[at]
            at += len(cell.text[at:]) - len(cell.text[at:].lstrip())
        if not found or len(arguments) < 3:
            made.append(cell)
            continue
        inner = Cell(re.sub(r"\\(?:textbf|textit|emph|text)\s*\{([^{}]*)\}", r"\1", arguments[2]).strip(" $"), cell.span)
        digits = arguments[0].strip()
        columns = min(int(digits), MAX_SPAN) if found["what"] == "column" and re.fullmatch(r"\d{1,2}", digits) else 1
        made += [inner] * max(1, columns)
    return made
