"""Tables of values in a learner's text, whatever they were typed as: one row a variable, the cells in order of the index.

`tables(text)` brings every form into that one: pipe tables padded by hand, with separators of any width, without pipes, with a cell too many or an
empty tail; LaTeX `tabular` and `array`; lists `q: 1, 2, 1`; assignments `x_0 = 1, y_0 = 1, ...`; pairs `(1,1), (1,2), ...`; tables with a row a
step, which are turned; and a row of names `q_0 q_1 q_2 ...` over a row of values, also where a text recogniser garbled the names. Cells keep what
was typed: what cannot be read stays as it is and is nobody's mistake here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from grader.model import Note
from grader.reading.grids import Cell, Grid, assignments, cell, html_grids, is_number, latex_grids, line_grids, list_rows
from grader.reading.splitting import Names
from grader.reading.value_pairs import pair_runs
from grader.term import Span

MAX_INDEX = 500
"""Assignments with a larger index are left out (a table has a cell for every index up to the largest)."""


@dataclass(frozen=True, slots=True)
class Row:
    """The values of one variable.

    `label` is what stood before them or over them ("$q_t$"), `name` the variable's letter in it ("q", "" where there is none), `header` the index
    cells, `first` the index of the first cell where the header or the names say it.
    """

    cells: tuple[Cell, ...]
    label: str = ""
    name: str = ""
    header: tuple[Cell, ...] = ()
    first: int | None = None
    span: Span = Span(0, 0)

    @property
    def filled(self) -> int:
        """How many cells have something in them."""
        return sum(1 for c in self.cells if c.text)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that stand together, with notes on what had to be guessed. `form` says how it was typed; `turned` that it had a row a step."""

    rows: tuple[Row, ...]
    form: str
    span: Span
    notes: tuple[Note, ...] = ()
    turned: bool = False

    @property
    def blank(self) -> bool:
        """Has no row any value? (A template that was handed out and not filled in.)"""
        return all(not c.text for row in self.rows for c in (row.cells[1:] if len(row.cells) > 1 else row.cells)) if self.rows else True

    def row(self, name: str) -> Row | None:
        """The row of that variable, the first where there are several."""
        return next((r for r in self.rows if r.name == name), None)


_INDEX_WORDS = frozenset("t k n i j step steps iteration iterations iter time round epoch index # no no. ".split()) | {""}
_LOOKALIKES = {0: "0oOQD°", 1: "1lIi|!¡", 2: "2zZQ", 3: "3E", 4: "4yAHu", 5: "5sS", 6: "6bG", 7: "7TZ", 8: "8B", 9: "9gq"}
_SAME_LETTER = {"q": "9g2y", "g": "9q", "p": "PρP", "x": "X×", "y": "Yv4", "z": "2Z"}
_NAME = re.compile(r"\\?(?:mathbf|mathrm|vec|hat|bar)?\s*\{?\s*(?P<base>\\[A-Za-z]+|[^\W\d_])\s*\}?\s*(?:_\s*\{?\s*(?P<index>[^{}]*?)\s*\}?|"
                   r"\^\s*\{?\s*\(?(?P<upper>[^{}()]*)\)?\s*\}?"
                   r"|\(\s*(?P<round>\w+)\s*\)|\[(?P<square>\w*)\]|(?P<digits>\d{1,3})|(?P<low>[₀₁₂₃₄₅₆₇₈₉ₜₖₙᵢ]+))?")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def tables(text: str, vocabulary: object = None) -> tuple[Table, ...]:
    """All tables of values in the text, in order. The vocabulary's names decide what a garbled label may mean; without one it stays "".

    Rows that stand alone (a line `q: 1, 2, 1`, a row of names over its values) are put together until a variable comes for the second time.
    """
    names = Names.of(vocabulary)
    found: list[Table] = []
    taken: list[Span] = []
    for pairs in _from_pairs(text, names):
        if "\\begin" in text[pairs.span.start:pairs.span.end]:  # columns of two, which would be grids of their own
            taken.append(pairs.span)
            found.append(pairs)
    columns = bool(found)
    for grid in sorted([*html_grids(text), *latex_grids(text), *line_grids(text)], key=lambda g: g.span):
        named = columns and all(len(row) == 1 and not is_number(row[0].text) for row in grid.rows)  # the column that names the two
        if not named and not any(_overlap(grid.span, s) for s in taken):
            taken.append(grid.span)
            found += _from_grid(grid, names)
    for made in (_from_lists(text, names), _from_pairs(text, names), _from_assignments(text, names)):
        for table in made:
            if not any(_overlap(table.span, s) for s in taken):
                taken.append(table.span)
                found.append(table)
    return tuple(_together(sorted(found, key=lambda t: t.span)))


def counting(found: tuple[Table, ...], names: frozenset[str] = frozenset()) -> tuple[Table | None, tuple[Note, ...]]:
    """The table that counts: of those that are filled (and, where names are given, have a row for each), the last; with a note where there were
    several.

    A table is filled when at least half of its cells hold something beyond its first value.
    """
    fit = [t for t in found if not t.blank]
    if names:
        fit = [t for t in fit if names <= {r.name for r in t.rows}] or fit
    if not fit:
        return None, ()
    full = [t for t in fit if all(2 * r.filled >= len(r.cells) for r in t.rows)] or fit
    last = full[-1]
    if len(full) == 1:
        return last, last.notes
    return last, (*last.notes, Note(f"{len(full)} filled tables stand here; the last one counts", last.span, "info", "tables.last"))


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def name_of(label: str, names: Names) -> str:
    """The variable that a label names ("$q_t$", "q_{t+1}", "x:", "Player p"), or "" where it names none."""
    bare = re.sub(r"[$`*]|\\(?:mathbf|mathrm|text|textbf)\b", "", label).strip(" :=.|{}")
    found = _NAME.fullmatch(bare)
    if found:
        base = found["base"].lstrip("\\")
        return names.spellings.get(base, base)
    letters = [w for w in re.findall(r"(?<![\w\\])[^\W\d_](?![\w])", bare) if w not in "aAI"]
    if len(set(letters)) == 1:
        return names.spellings.get(letters[0], letters[0])
    return names.words.get(tuple(bare.lower().split()), "")


# ---------------------------------------------------------------------------------------------------------------- grids


def _from_grid(grid: Grid, names: Names) -> list[Table]:
    rows = [list(r) for r in grid.rows]
    if all(len(r) > 2 and not r[0].text for r in rows):
        rows = [r[1:] for r in rows]  # an empty column at the left, kept for labels
    rows = [_unglue(r, rows) for r in rows]
    turned = _turned(grid, rows, names)
    if turned is not None:
        return [turned]
    made: list[Row] = []
    notes: list[Note] = []
    header: tuple[Cell, ...] = ()
    over: tuple[str, str, int | None] = ("", "", None)
    for k, row in enumerate(rows):
        named = _name_row(row, names, followed=k + 1 < len(rows) and len(rows[k + 1]) >= len(row) - 1)
        if named is not None:
            cells, label, name, note = named
            header, over = cells, (label, name, 0 if _counts_from(cells) is None else _counts_from(cells))
            notes += [note] if note else []
        elif _is_index_row(row, k, grid, len(rows)):
            header, over = tuple(row if is_number(row[0].text) else row[1:]), ("", "", None)
            over = ("", "", _counts_from(header))
        elif k < grid.ruled and all(not is_number(c.text) for c in row):
            header = tuple(row)
        else:
            made.append(_value_row(row, header, over, names))
            over = ("", "", over[2])
    made = [_fitted(r, notes) for r in made if r.cells]
    return [Table(tuple(made), grid.form, grid.span, tuple(notes))] if made else []


def _unglue(row: list[Cell], rows: list[list[Cell]]) -> list[Cell]:
    """A first cell `q: 1` is a label and a value, unless it is the only one that would be."""
    found = re.match(r"(?P<label>[^:=\d\-−+]{0,15}?[^\W\d][^:=\-−+]{0,8}?)\s*[:=]\s*(?P<value>\S.*)\Z", row[0].text) if row else None
    if not found or not (is_number(found["value"]) or len(found["value"]) < 3):
        return row
    start = row[0].span.start
    label = Cell(found["label"], Span(start, start + found.end("label")))
    return [label, Cell(found["value"], Span(start + found.start("value"), row[0].span.end)), *row[1:]]


def _is_index_row(row: list[Cell], k: int, grid: Grid, count: int) -> bool:
    """`t | 0 | 1 | 2 ...`: whole numbers that count up by one, as a header or under a label for the index."""
    label, cells = ("", row) if is_number(row[0].text) else (row[0].text, row[1:])
    if len(cells) < 2 or _counts_from(tuple(cells)) is None:
        return False
    word = re.sub(r"[$\\*:=]", "", label).strip().lower()
    stepwise = word in _INDEX_WORDS and (bool(word) or label == "" and row[0] not in cells)
    return k == 0 and count > 1 and (grid.ruled > 0 or stepwise) or k > 0 and bool(word) and stepwise


def _counts_from(cells: tuple[Cell, ...]) -> int | None:
    """The first index where the cells (or their subscripts) are 0, 1, 2, ... or 1, 2, 3, ...; else None."""
    values = []
    for c in cells:
        found = re.fullmatch(r"(?:[^\d\s]*?[_\s(\[{=]*)(\d{1,4})[)\]}]*", c.text)
        if not found:
            return None
        values.append(int(found[1]))
    return values[0] if values and values[0] in (0, 1) and values == list(range(values[0], values[0] + len(values))) else None


def _name_row(row: list[Cell], names: Names, followed: bool) -> tuple[tuple[Cell, ...], str, str, Note | None] | None:
    """A row `q_0 q_1 q_2 ...` that names the cells of the row below: its cells, label, name, and a note where it had to be guessed."""
    cells = row
    if len(cells) < 3 or not followed:
        return None
    bases, exact = [], 0
    for c in cells:
        found = _NAME.fullmatch(re.sub(r"[$`*{}]", "", c.text))
        index = next((g for g in found.group("index", "upper", "round", "square", "digits", "low") if g), "") if found else ""
        if found and index:
            bases.append(found["base"].lstrip("\\"))
            exact += index.translate(_DIGITS).isdigit()
    counted = Counter(bases).most_common(1)
    if counted and counted[0][1] >= len(cells) - 1 and exact >= len(cells) // 2:
        base = counted[0][0]
        return tuple(cells), cells[0].text, names.spellings.get(base, base), None
    return _garbled_names(cells, names)


def _garbled_names(cells: list[Cell], names: Names) -> tuple[tuple[Cell, ...], str, str, Note | None] | None:
    """As `_name_row`, for names that a text recogniser misread: most cells have two characters, the second like the cell's number."""
    squeezed = [re.sub(r"[^\w]", "", c.text) or c.text for c in cells]
    alike = sum(1 for k, s in enumerate(squeezed) if k in _LOOKALIKES and len(s) >= 2 and s[-1] in _LOOKALIKES[k])
    heads = Counter(s[0] for s in squeezed if len(s) >= 2)
    if len(cells) < 4 or alike * 4 < len(cells) * 3 or sum(len(s) in (2, 3) for s in squeezed) < len(cells) - 1:
        return None
    common = heads.most_common(1)[0][0]
    fits = [n for n in (*names.spellings, *_SAME_LETTER) if len(n) == 1 and all(h in n + n.upper() + _SAME_LETTER.get(n, "") for h in heads)]
    fits = [n for n in fits if n in names.spellings] if names.spellings else fits[:1] if common.isdigit() else [common.lower()]
    name = names.spellings.get(fits[0], fits[0]) if fits else ""
    span = Span(cells[0].span.start, cells[-1].span.end)
    if heads[common] == len(squeezed) and common.isalpha() and not all(s[-1].isdigit() for s in squeezed) or not name or common.isdigit():
        said = f" (taken for {name}_0, {name}_1, ...)" if name else ""
        note = Note(f"the row of names reads {' '.join(c.text for c in cells)}{said}; the values below it count", span, "repair" if name else "guess",
                    "tables.names")
        return tuple(cells), cells[0].text, name, note
    return tuple(cells), cells[0].text, name, None


def _value_row(row: list[Cell], header: tuple[Cell, ...], over: tuple[str, str, int | None], names: Names) -> Row:
    """A row of values: a first cell that is no value is its label."""
    label, name, first = over
    span = Span(row[0].span.start, row[-1].span.end)
    headless = header and len(row) == len(header) and label
    lettered = re.search(r"[^\W\d]", row[0].text) is not None and name_of(row[0].text, names) != "" and len(row) > 2
    blank_corner = not row[0].text and len(row) > 2 and len(row) > len(header) > 0
    if not headless and (lettered and not is_number(row[0].text) or blank_corner):
        own = name_of(row[0].text, names)
        kept = header[1:] if len(header) == len(row) and header and not is_number(header[0].text) else header
        return Row(tuple(row[1:]), row[0].text, own or name, kept, first, span)
    return Row(tuple(row), label, name, header, first, span)


def _fitted(row: Row, notes: list[Note]) -> Row:
    """Drop empty cells beyond the header; note a filled cell too many."""
    width = len(row.header)
    cells = row.cells
    while width and len(cells) > width and not cells[-1].text:
        cells = cells[:-1]
    if width and len(cells) > width:
        notes.append(Note(f"the row {row.label or row.name or 'here'} has {len(cells)} cells under {width} headings", row.span, "info",
                          "tables.width"))
    return replace(row, cells=cells)


def _turned(grid: Grid, rows: list[list[Cell]], names: Names) -> Table | None:
    """A table with a row a step and a column a variable, turned; None where it is not one."""
    if len(rows) < 3 or not 2 <= len(rows[0]) <= 8:
        return None
    head, body = rows[0], [r for r in rows[1:] if any(c.text for c in r)]
    own = [name_of(c.text, names) for c in head]
    named = [k for k, c in enumerate(head) if own[k] and not is_number(c.text) and not re.search(r"\d", c.text)]
    if len(set(own[k] for k in named)) < 2 or any(is_number(c.text) for c in head) or any(len(r) > len(head) + 1 for r in body):
        return None
    lefts = [r[0].text for r in body]
    if any(re.search(r"[^\W\d_]", t) and name_of(t, names) and not re.search(r"\d", t) for t in lefts):
        return None
    indexed = _counts_from(tuple(r[0] for r in body))
    word = re.sub(r"[$\\*:=]", "", head[0].text).strip().lower()
    is_index = indexed is not None and (word in _INDEX_WORDS or own[0] not in names.spellings.values() and len(named) > 2)
    made = []
    for k in named:
        if k == 0 and is_index:
            continue
        column = tuple(r[k] if k < len(r) else Cell("", r[-1].span) for r in body)
        heads = tuple(r[0] for r in body) if is_index else ()
        made.append(Row(column, head[k].text, own[k], heads, indexed if is_index else None, grid.span))
    return Table(tuple(made), grid.form, grid.span, (), True) if made else None


# ------------------------------------------------------------------------------------------------------- loose rows


def _from_lists(text: str, names: Names) -> list[Table]:
    made = []
    for label, cells, span in list_rows(text):
        made.append(Table((Row(cells, label.text, name_of(label.text, names), span=span),), "list", span))
    return made


def _from_pairs(text: str, names: Names) -> list[Table]:
    made = []
    for labels, pairs, first, span in pair_runs(text):
        rows = tuple(Row(tuple(p[k] for p in pairs), labels[k], names.spellings.get(labels[k], labels[k]), (), first, span) for k in (0, 1))
        made.append(Table(rows, "pairs", span))
    return made


def _from_assignments(text: str, names: Names) -> list[Table]:
    """Groups of `x_0 = 1`; a new group begins where a name and index come again with another value."""
    groups: list[dict[str, dict[int, Cell]]] = [{}]
    for name, index, value in assignments(text):
        if index > MAX_INDEX:
            continue
        held = groups[-1].setdefault(name, {})
        if index in held and held[index].text != value.text:
            groups.append({name: {index: value}})
        else:
            held.setdefault(index, value)
    made = []
    for group in groups:
        if not group or max(len(cells) for cells in group.values()) < 3:
            continue
        rows = []
        for name, held in group.items():
            low, high = min(held), max(held)
            cells = tuple(held.get(k) or Cell("", Span(held[low].span.start, held[low].span.start)) for k in range(low, high + 1))
            spans = [c.span for c in held.values()]
            rows.append(Row(cells, name, names.spellings.get(name, name), (), low, Span(min(s.start for s in spans), max(s.end for s in spans))))
        whole = Span(min(r.span.start for r in rows), max(r.span.end for r in rows))
        made.append(Table(tuple(rows), "assignments", whole))
    return made


def _together(found: list[Table]) -> list[Table]:
    """Tables of one row, and rows of names over values, put together until a variable comes for the second time."""
    made: list[Table] = []
    for table in found:
        parts = [table] if len({r.name for r in table.rows}) == len(table.rows) or not all(r.name for r in table.rows) else _apart(table)
        for part in parts:
            last = made[-1] if made else None
            new = {r.name for r in part.rows}
            if last and len(part.rows) == 1 and not part.turned and not last.turned and not (new & {r.name for r in last.rows}) and _alike(last,
                part):
                made[-1] = Table((*last.rows, *part.rows), last.form, Span(last.span.start, part.span.end), (*last.notes, *part.notes))
            else:
                made.append(part)
    return made


def _apart(table: Table) -> list[Table]:
    """One grid in which a variable comes again holds two tables, one under the other."""
    groups: list[list[Row]] = [[]]
    for row in table.rows:
        if row.name in {r.name for r in groups[-1]}:
            groups.append([])
        groups[-1].append(row)
    return [Table(tuple(g), table.form, Span(g[0].span.start, g[-1].span.end), table.notes) for g in groups]


def _alike(table: Table, part: Table) -> bool:
    return part.form == table.form and abs(len(part.rows[0].cells) - len(table.rows[-1].cells)) <= 2 and bool(part.rows[0].name
        or not table.rows[-1].name)


__all__ = ["Cell", "Row", "Table", "cell", "counting", "name_of", "tables"]
