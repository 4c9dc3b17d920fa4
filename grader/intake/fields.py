"""Several answers under one heading: "RNN - Test time = tn²l" and its like, told apart by the words of their labels.

Each field has a label for each dimension ("RNN" or "Transformer"; "time" or "space"; "train" or "test"). Lines that only name labels are headings
for what follows; a label before a value holds for the value and, where nothing else is said, for the next one. What a value's line leaves open is
taken, in this order, from its headings, from the value before, from the next value (a guess); where one dimension stays open, the value is every
such field's (a guess). A pipe table gives each cell the labels of its row and column. What names no field is handed back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.intake.field_labels import Fields, LabelWord, Value, values_of, without_labels
from grader.intake.field_tables import labelled_cells
from grader.intake.labels import Facets
from grader.model import Note, Part
from grader.reading.grids import latex_grids, line_grids

MAX_LINE = 2_000
"""In longer lines no labels are looked for."""
Line = tuple[int, str]
"""A line of a paper: its number and its text."""


@dataclass
class Field:
    """What was found for one part: (line, text) in order, and notes."""

    fragments: list[Line] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass
class _State:
    fields: Fields
    found: dict[str, Field]
    unplaced: list[Line] = field(default_factory=list)
    stack: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    said: list[Note] = field(default_factory=list)
    """What had to be guessed about the headings in force."""
    carry: dict[int, frozenset[int]] = field(default_factory=dict)
    rivals: list[tuple[list[str], list[str], int, str]] = field(default_factory=list)
    """Values whose label may mean something else than the heading above it: the parts they went to, those they may belong to, line and label."""
    open: list[str] = field(default_factory=list)
    """The parts whose value the next line may go on with."""


def split_fields(lines: Sequence[Line], fields: Sequence[tuple[Part, Facets]]) -> tuple[dict[str, Field], list[Line]]:
    """The text under a heading, given to its fields by their labels: part id to what was found, and the lines that name no field."""
    book = Fields(fields)
    state = _State(book, {})
    text = "\n".join(t for _, t in lines)
    in_table = _table_cells(state, text, lines)
    values = [values_of(book, t) if k not in in_table and len(t) <= MAX_LINE else None for k, (_, t) in enumerate(lines)]
    upcoming: list[list[Value]] = [[] for _ in lines]
    for k in range(len(lines) - 2, -1, -1):
        upcoming[k] = values[k + 1] or upcoming[k + 1]
    for k, (number, line) in enumerate(lines):
        if k in in_table:
            continue
        if not line.strip():
            state.open = []
        else:
            _line(state, number, line, values[k], upcoming[k])
    for ids, others, number, said in state.rivals:
        if not any(other in state.found for other in others):
            text = f"line {number}: \"{said}\" stands under a heading that says otherwise, and nothing else answers it"
            for id in ids:
                state.found[id].notes.append(Note(text, severity="guess", code="placing.heading"))
    return state.found, state.unplaced


# ------------------------------------------------------------------------------------------------------------- context


def _line(state: _State, number: int, line: str, values: list[Value] | None, later: list[Value]) -> None:
    if values is None:
        if state.open and _goes_on(line):
            for id in state.open:
                state.found[id].fragments.append((number, line.strip()))
        else:
            state.unplaced.append((number, line))
            state.open = []
        return
    for k, value in enumerate(values):
        if not value.text:
            _push(state, _chosen(value.words, {}))
            state.said = _guessed_words(state, number, line, value)
            state.open = []
        else:
            _place(state, number, line, value, first=k == 0, later=later)


def _goes_on(line: str) -> bool:
    return re.match(r"\s*(?:[-*•·]\s*)?(?:[a-z=+(\\$&≤≈]|because|since|where)", line) is not None


def _chosen(words: Sequence[LabelWord], section: dict[int, frozenset[int]]) -> dict[int, frozenset[int]]:
    """The labels that the words choose; an idiom ("test time") says nothing where a heading or another word has spoken of its dimension."""
    chosen: dict[int, frozenset[int]] = {}
    said = {w.dimension for w in words if not w.idiom}
    for word in words:
        if not (word.idiom and (word.dimension in section or word.dimension in said)):
            chosen[word.dimension] = chosen.get(word.dimension, frozenset()) | {word.value}
    return chosen


def _push(state: _State, chosen: dict[int, frozenset[int]]) -> None:
    depth = next((k for k, (d, _) in enumerate(state.stack) if d in chosen), len(state.stack))
    del state.stack[depth:]
    state.stack += sorted(chosen.items())
    state.carry = {}


def _place(state: _State, number: int, line: str, value: Value, first: bool, later: list[Value]) -> None:
    section = dict(state.stack)
    own = _chosen(value.words, section)
    chosen = {**section, **own}
    notes = [*state.said, *_guessed_words(state, number, line, value)]
    if value.clash:
        for word in state.fields.words(value.text):
            chosen[word.dimension] = chosen.get(word.dimension, frozenset()) | {word.value}
        notes.append(Note(f"line {number}: the words behind this value contradict its label", severity="guess", code="placing.clash"))
    if first:  # from the line before only what is named first in a label goes on: the model, not the moment
        state.carry = {d: v for d, v in state.carry.items() if d < min(own, default=0)}
    for dimension in range(len(state.fields.labels)):
        if dimension not in chosen and dimension in state.carry:
            chosen[dimension] = state.carry[dimension]
    ids = state.fields.matching(chosen)
    if len(ids) > 1 and len(chosen) < len(state.fields.labels):
        ids = _completed(state, number, value, chosen, ids, later, notes)
    if not ids:
        state.unplaced.append((number, line if first else value.text))
        return
    state.carry = {**state.carry, **{d: v for d, v in chosen.items() if d in own or d in state.carry}}
    text = value.text if value.clash else without_labels(state.fields, value.text)
    for id in ids:
        _add(state, id, number, text, notes)
    state.open = [id for id in ids if id in state.found]
    for word in value.words:
        if word.idiom and word.dimension in section and word.value not in section[word.dimension]:
            others = state.fields.matching({**chosen, word.dimension: frozenset({word.value})})
            state.rivals.append((state.open, others, number, line[:40].strip()))


def _guessed_words(state: _State, number: int, line: str, value: Value) -> list[Note]:
    notes = []
    for word in value.words:
        if not word.exact:
            named = state.fields.labels[word.dimension][word.value][0]
            notes.append(Note(f"line {number}: a label like \"{named}\" is taken for it in: {line.strip()[:60]}", severity="guess",
                              code="placing.label"))
    return notes


def _completed(state: _State, number: int, value: Value, chosen: dict[int, frozenset[int]], ids: list[str], later: list[Value],
               notes: list[Note]) -> list[str]:
    """The labels that a value leaves open, from the next value that has them; else all fields that fit and are still empty."""
    missing = [d for d in range(len(state.fields.labels)) if d not in chosen]
    names = "/".join(state.fields.labels[d][0][0] + "..." for d in missing)
    ahead = _chosen(later[0].words, {}) if later and later[0].text else {}
    if all(d in ahead for d in missing):
        chosen.update({d: ahead[d] for d in missing})
        notes.append(Note(f"line {number}: the label does not say which of {names} is meant; taken from the line after it", severity="guess",
                          code="placing.ahead"))
        return state.fields.matching(chosen)
    if re.search(r"\b(?:both|either case|all cases|each case|the same)\b", value.text, re.IGNORECASE):
        notes.append(Note(f"line {number}: said of several answers at once", severity="info", code="placing.both"))
        return ids
    empty = [id for id in ids if id not in state.found]
    notes.append(Note(f"line {number}: the label does not say which of {names} is meant; it is taken for each that has no answer of its own",
                      severity="guess", code="placing.several"))
    return empty or ids


def _add(state: _State, id: str, number: int, text: str, notes: list[Note]) -> None:
    held = state.found.setdefault(id, Field())
    for before, earlier in held.fragments:
        if re.sub(r"[\s$]", "", earlier) == re.sub(r"[\s$]", "", text):
            held.notes.append(Note(f"the same answer stands in lines {before} and {number}", severity="info", code="placing.twice"))
            return
    if held.fragments:
        held.notes.append(Note(f"two answers stand under the same label, in lines {held.fragments[0][0]} and {number}", severity="guess",
                               code="placing.two"))
    held.fragments.append((number, text))
    held.notes += notes


def _table_cells(state: _State, text: str, lines: Sequence[Line]) -> set[int]:
    """Answers in a table with the labels in its first rows and columns; the indices of the lines that such tables take."""
    taken: set[int] = set()
    for grid in [*line_grids(text), *latex_grids(text)]:
        cells = labelled_cells(grid, state.fields, lambda words: _chosen(words, {}))
        if cells is None:
            continue
        first = text.count("\n", 0, grid.span.start)
        before = dict(_stack_before(state, lines[:first]))
        for found in cells:
            number = lines[text.count("\n", 0, found.cell.span.start)][0]
            ids = state.fields.matching({**before, **found.side, **found.head})
            open_label = Note(f"line {number}: the table does not say which of several this answers; it is taken for each of them",
                              severity="guess", code="placing.several")
            notes = [] if len(ids) == 1 else [open_label]
            if not ids or not found.head or not found.side:
                state.unplaced.append((number, found.cell.text))
                continue
            for id in ids:
                _add(state, id, number, found.cell.text, notes)
        taken |= set(range(first, text.count("\n", 0, grid.span.end) + 1))
    return taken


def _stack_before(state: _State, lines: Sequence[Line]) -> list[tuple[int, frozenset[int]]]:
    kept = _State(state.fields, {})
    for _, line in lines:
        for value in values_of(state.fields, line) or []:
            if not value.text:
                _push(kept, _chosen(value.words, {}))
    return kept.stack
