"""A table of iterates as a learner wrote it: which cell holds which value of which variable at which step.

Cells are judged by nobody here. What is no number stays what it is: empty, a formula, or unread.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from grader import reading
from grader.model import Note, Read
from grader.reading.tables import Row, Table, counting, tables
from grader.reading.vocabulary import Vocabulary
from grader.term import Span, Term, fold, free_names

Place = tuple[str, int]
"""A variable and a step."""
MAX_DIGITS = 400


@dataclass(frozen=True)
class Entry:
    """What stands in a cell: "number" with its value (and its decimals, where it was typed as a decimal), "blank", "formula", or "unread"."""

    kind: str
    text: str
    value: Fraction | None = None
    digits: int = -1

    def agrees(self, right: Fraction, least: int) -> bool:
        """Is it that number, or that number rounded to the decimals shown, which must be `least` or more?"""
        if self.value is None or self.value == right:
            return self.value is not None
        return self.digits >= max(0, least) and abs(self.value - right) * 2 * 10 ** self.digits <= 1


@dataclass
class Grid:
    """The cells of a table by place, what was noted on the way, and whether nothing says which row is whose (`free`)."""

    cells: dict[Place, Entry] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    span: Span | None = None
    free: bool = False

    def renamed(self, names: Mapping[str, str]) -> Grid:
        """The same table with its rows given to other variables."""
        return Grid({(names[n], k): e for (n, k), e in self.cells.items()}, self.notes, self.span, self.free)

    def numbers(self) -> dict[Place, Fraction]:
        """The cells that hold numbers."""
        return {p: e.value for p, e in self.cells.items() if e.value is not None}


def find_grid(text: str, variables: Sequence[str], start: Mapping[str, Fraction], steps: int, vocabulary: Vocabulary) -> Grid | None:
    """The table that counts, or None where none has a filled cell."""
    every = tables(text, vocabulary)
    found = tuple(t for t in every if t.form != "assignments")
    found += _assigned(text, variables) or tuple(t for t in every if t.form == "assignments")
    fit = [t for t in found if _rows(t, variables)]
    if not any(set(_rows(t, variables)) == set(variables) for t in fit):
        fit = [t for t in _listed(text, variables) if not t.blank] or fit
    chosen, notes = counting(tuple(fit), frozenset(variables))
    if chosen is None:
        return None
    made = _grid(chosen, variables, start, steps, vocabulary)
    made.notes = [*notes, *made.notes]
    for other in fit:
        if other is not chosen and not other.blank:
            earlier = _grid(other, variables, start, steps, vocabulary).numbers()
            own = made.numbers()
            between = text[other.span.end:chosen.span.start]
            if any(own.get(p, v) != v for p, v in earlier.items() if p[1] > 0) and not _REJECTS.search(between):
                said = "two tables with different values stand here, of which the last is taken"
                made.notes.append(Note(said, chosen.span, "guess", "iteration.tables"))
                break
    return made


_REJECTS = re.compile(r"(?i)\b(?:wrong|mistake|wait|correct(?:ion|ed)?|instead|better|actually|sorry|scrap|ignore|again|redone?|(?:first|second|new|next|last)\s+(?:try|attempt)|fixed)\b")
"""Between two tables: the first is taken back."""


def is_template(text: str, variables: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Does the text hold a table that was handed out and not filled in?"""
    return any(t.blank and _rows(t, variables) for t in tables(text, vocabulary))


def _rows(table: Table, variables: Sequence[str]) -> dict[str, Row]:
    """A row for each variable: by its name, else the rows in the order of the variables where there are just as many."""
    low = {n.lower(): n for n in variables}
    named: dict[str, Row] = {}
    for row in table.rows:
        name = row.name if row.name in variables else low.get(row.name.lower(), "")
        if name and name not in named:
            named[name] = row
    if named:
        rest = [r for r in table.rows if not r.name]
        missing = [n for n in variables if n not in named]
        if len(missing) == 1 and len(rest) == 1:
            named[missing[0]] = rest[0]
        return named
    strange = [r for r in table.rows if r.filled > 1]
    return dict(zip(variables, strange)) if len(strange) == len(variables) else {}


def _grid(table: Table, variables: Sequence[str], start: Mapping[str, Fraction], steps: int, vocabulary: Vocabulary) -> Grid:
    rows = _rows(table, variables)
    made = Grid(span=table.span)
    entries = {n: [entry(c.text, vocabulary) for c in row.cells] for n, row in rows.items()}
    unnamed = not any(r.name in variables or r.name.lower() in {v.lower() for v in variables} for r in rows.values())
    if unnamed:
        letters = [r.name for r in rows.values() if r.name]
        said = f"the rows are called {', '.join(letters)}" if letters else "the rows have no names"
        made.notes.append(Note(said, table.span, "info", "iteration.names"))
        made.free = True
    first = _first(rows, entries, start, steps)
    for name, row in rows.items():
        for k, found in enumerate(entries[name]):
            made.cells[name, first[name] + k] = found
    return made


def _first(rows: Mapping[str, Row], entries: Mapping[str, list[Entry]], start: Mapping[str, Fraction], steps: int) -> dict[str, int]:
    """The step of each row's first cell: what its heading says; without one 0, or 1 where the row is a cell short and does not begin at the start.

    Headings that count from 1 over a cell for the start as well as one for each step count the start as number 1.
    """
    begins = all(e[0].value is None or e[0].value == start[n] for n, e in entries.items() if e)
    made = {}
    for name, row in rows.items():
        width = len([e for e in entries[name] if e.kind != "blank"])
        if row.first is not None:
            made[name] = 0 if row.first == 1 and begins and width == steps + 1 else row.first
        else:
            made[name] = 0 if begins or width > steps else 1
    return made


_NUMBER = re.compile(r"([+\-]?)\s*(\d+)(?:\s*/\s*(\d+)|\.(\d+))?")


def entry(text: str, vocabulary: Vocabulary) -> Entry:
    """What a cell holds. `1+1` and `q_0 + p_0 = 2` are numbers, `q_0 + p_0` alone is a formula."""
    bare = re.sub(r"[−–]", "-", text.strip().strip("$* "))
    if not bare or bare in ("-", "--", "_", "...", "…", r"\ldots", "?", "."):
        return Entry("blank" if bare != "?" else "unread", text)
    plain = _NUMBER.fullmatch(bare)
    if plain and len(bare) <= MAX_DIGITS:
        value = Fraction(bare.replace(" ", "").lstrip("+")) if not (plain[3] and int(plain[3]) == 0) else None
        return Entry("number" if value is not None else "unread", text, value, min(100, len(plain[4])) if plain[4] else -1)
    found = reading.read(bare, vocabulary) if len(bare) <= MAX_DIGITS else None
    if not isinstance(found, Read) or found.proposed or found.alternatives or any(n.severity == "guess" for n in found.notes):
        return Entry("unread", text)
    term = found.term.args[-1] if found.term.kind == "relation" and set(found.term.signs) == {"="} else found.term
    value = number_of(term)
    if value is not None:
        return Entry("number", text, value)
    return Entry("formula" if free_names(term) and term.kind == "apply" else "unread", text)


def number_of(term: Term) -> Fraction | None:
    """The value of plain arithmetic with small numbers, None for anything else."""

    def combine(node: Term, parts: tuple[Fraction | None, ...]) -> Fraction | None:
        if node.kind == "number":
            return node.value
        if node.kind != "apply" or not parts or any(p is None or p.numerator.bit_length() > 600 for p in parts):
            return None
        if node.name == "neg":
            return -parts[0]
        if node.name == "add":
            return sum(parts, Fraction(0))
        if node.name == "mul":
            made = Fraction(1)
            for p in parts:
                made *= p
            return made
        return parts[0] / parts[1] if node.name == "div" and parts[1] else None

    return fold(term, combine)


_PIECE = re.compile(r"[,;\n]|\\\\|\\q?quad\b|\s(?:and|so|then)\s|&(?!=)")
_TARGET = re.compile(r"\s*(?:(?:[-*•·]|\(?\d{1,2}[.)])\s+)?\$?\s*(?P<name>\\?[A-Za-z]+)\s*(?:_\s*\{?\s*(?P<a>\d{1,3})\s*\}?|\^\s*\{?\s*\((?P<b>\d{1,3})\)\s*\}?"
                     r"|\((?P<c>\d{1,3})\)|\[(?P<d>\d{1,3})\]|(?P<e>\d{1,3}))"
                     r"\s*\$?\s*(?:&?=(?!=)|:)\s*(?P<rest>.+?)\s*\$?\s*\.?\s*\Z", re.DOTALL)


_LISTED = (r"(?<![A-Za-z0-9_\\])(?P<name>{names})(?:_\{{?[a-z]\}}?)?\s*\$?\s*[=:]\s*\$?\s*[\[({{]?\s*"
           r"(?P<run>{number}(?:\s*(?:,|;|→|->|\s)\s*{number}){{2,}})")


def _listed(text: str, variables: Sequence[str]) -> tuple[Table, ...]:
    """Runs of numbers after a variable's name, several on a line ("q = 1, 2, 1 and p = 1, -1, -2")."""
    from grader.reading.grids import Cell

    low = {n.lower(): n for n in variables}
    names = "|".join(sorted({re.escape(v) for n in variables for v in (n, n.upper(), n.lower())}, key=len, reverse=True))
    pattern = re.compile(_LISTED.format(names=names, number=r"[+\-−–]?\d+(?:[./]\d+)?"))
    rows = []
    for found in pattern.finditer(text):
        at = found.start("run")
        cells = tuple(Cell(m[0], Span(at + m.start(), at + m.end())) for m in re.finditer(r"[^\s,;→>]+(?<!-)", found["run"]))
        rows.append(Row(cells, found["name"], low[found["name"].lower()], span=Span(*found.span())))
    distinct = {r.name for r in rows}
    if not rows or len(distinct) != len(rows):
        return ()
    return (Table(tuple(rows), "list", Span(rows[0].span.start, rows[-1].span.end)),)


def _assigned(text: str, variables: Sequence[str]) -> tuple[Table, ...]:
    """`q_1 = q_0 + p_0 = 2, p_1 = ...` as a table: of a chain the last side counts; the last value where one comes twice."""
    from grader.reading.grids import Cell

    low = {n.lower(): n for n in variables}
    held: dict[str, dict[int, Cell]] = {}
    text = re.sub(r"\\(?:begin|end)\{[^{}]*\}|\\[\[\]]|\$\$", lambda m: "\n" * len(m[0]), text)
    start = 0
    for stop in [*(m for m in _PIECE.finditer(text)), None]:
        end = stop.start() if stop else len(text)
        found = _TARGET.match(text[start:end].replace("**", "  "))
        if found and found["name"].lower() in low:
            index = int(next(found[g] for g in "abcde" if found[g]))
            last = found["rest"].rpartition("=")[2].strip(" $*&.")
            held.setdefault(low[found["name"].lower()], {})[index] = Cell(last, Span(start + found.start("rest"), start + found.end("rest")))
        start = stop.end() if stop else end
    if not held or sum(map(len, held.values())) < 3:
        return ()
    rows = []
    for name, cells in held.items():
        low_, high = min(cells), min(max(cells), min(cells) + 500)
        blank = Cell("", cells[low_].span)
        rows.append(Row(tuple(cells.get(k, blank) for k in range(low_, high + 1)), name, name, (), low_, cells[low_].span))
    spans = [c.span for cells in held.values() for c in cells.values()]
    return (Table(tuple(rows), "assignments", Span(min(s.start for s in spans), max(s.end for s in spans))),)
