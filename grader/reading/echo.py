"""Show how a text was read, or where it could not be read: lines for a terminal."""

from __future__ import annotations

import sys
import unicodedata
from types import ModuleType
from typing import Any

from grader.model import Note, Read, Reading, Unread
from grader.printing import to_text
from grader.reading.lines import Line, lines
from grader.reading.passages import passages
from grader.reading.tables import tables
from grader.reading.vocabulary import OPEN, Vocabulary
from grader.term import Span

WIDTH = 76
"""Columns of the widest line."""
_SEVERITIES = {"info": "note", "repair": "mended", "guess": "guessed"}


def echo(text: str, reading: Reading) -> str:
    """The text with carets under the place that could not be read, the reason, and what to type instead; for a `Read` the reading in linear text, the
    other readings, and the notes. Control characters are shown as escapes, and a long text as the part around the place."""
    if isinstance(reading, Read):
        told = [f"read as  {to_text(reading.term)}"]
        told += [f"     or  {to_text(other)}" for other in reading.alternatives]
        if reading.proposed:
            told.append("         This is only a proposal: it counts when a person agrees.")
        return "\n".join(told + [_note(text, n) for n in reading.notes])
    if reading.blank and not text.strip():
        return "nothing is written here"
    told = _carets(text, reading.span) if reading.span is not None else [_cut(visible(text))]
    told.append(f"not read: {reading.reason}" + (_place(text, reading.span) if "\n" in text.strip() else ""))
    if reading.hint:
        told.append(reading.hint)
    if reading.proposed is not None:
        told.append(f"the nearest reading is  {to_text(reading.proposed)}")
    return "\n".join(told + [_note(text, n) for n in reading.notes])


def is_mixed(text: str) -> bool:
    """Is the text more than one formula: several lines, words with formulas in them, a table?"""
    found = passages(text)
    formulas = [p for p in found if p.is_formula and not p.mention]
    apart = any(p.span != p.outer for p in formulas) and len(found) > 1
    return any(p.kind == "table" for p in found) or bool(formulas) and ("\n" in text.strip() or apart)


def echo_lines(text: str, vocabulary: Vocabulary = OPEN) -> str:
    """A text of several lines, or of words with formulas, statement by statement: each with the number of its line and what it was read as, words as
    words, tables by their rows."""
    told: list[str] = []
    for line in lines(text, vocabulary):
        head = f"line {line.number + 1}:"
        if line.role == "prose":
            told += _words_or_table(head, line, vocabulary)
        elif line.unread is not None:
            told += [head, *(f"  {row}" for row in echo(text, line.unread).split("\n"))]
        else:
            told += [f"{head} read as  {_statement(line)}", *(f"  {_note(text, n)}" for n in _notes(line))]
            told += [f"  said with it: {_cut(visible(line.reason))}"] if line.reason else []
    return "\n".join(told) or "nothing is written here"


def _words_or_table(head: str, line: Line, vocabulary: Vocabulary) -> list[str]:
    told = [f"{head} words  {_cut(visible(line.reason))}"]
    found = tables(line.text, vocabulary)
    for table in found:
        rows = [f"  {row.label or row.name or '?'}: {', '.join(c.text or '·' for c in row.cells)}" for row in table.rows]
        told = [f"{head} a table", *map(_cut, map(visible, rows)), *(f"  {_note(line.text, n)}" for n in table.notes)]
    return told


def _statement(line: Line) -> str:
    pieces = [] if line.left is None else [_side(line.left)]
    for step in line.steps:
        pieces += [step.sign, _side(step.side)]
    said = " ".join(pieces)
    conditions = ", ".join(_side(c) for c in line.conditions)
    return f"{line.connective} {said}".strip() + (f"  where {conditions}" if conditions else "")


def _side(side: object) -> str:
    return "?" if isinstance(side, Unread) else to_text(side)  # type: ignore[arg-type]


def _notes(line: Line) -> list[Note]:
    read = [r for r in (line.left_reading, *[s.reading for s in line.steps]) if isinstance(r, Read)]
    return [*line.notes, *[n for r in read for n in r.notes]]


def _note(text: str, note: Note) -> str:
    return f"{_SEVERITIES.get(note.severity, note.severity)}: {note.text}{_place(text, note.span)}"


def _place(text: str, span: Span | None) -> str:
    """Where in the text a span begins, in words; lines are named where there are several, columns count characters."""
    if span is None or span.start > len(text):
        return ""
    first = text.rfind("\n", 0, span.start) + 1
    column = f"column {span.start - first + 1}"
    return f" (line {text.count(chr(10), 0, span.start) + 1}, {column})" if "\n" in text.strip() else f" ({column})"


def _carets(text: str, span: Span) -> list[str]:
    """The line of the place, cut to the width, and carets below it."""
    start = min(span.start, len(text))
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    last = len(text) if last < 0 else last
    left = _back(text, first, start)
    end = min(max(span.end, start + 1), last)
    before = ("… " if left > first else "") + visible(text[left:start])
    inside = _cut(visible(text[start:end]), WIDTH - _columns(before) - 2) or " "
    whole = inside == (visible(text[start:end]) or " ")
    after = _cut(visible(text[end:last]), WIDTH - _columns(before) - _columns(inside)) if whole else ""
    return [before + inside + after, " " * _columns(before) + "^" * max(1, _columns(inside))]


def _back(text: str, first: int, start: int) -> int:
    """The place from which the text before `start` fills half of the width at most; never between a letter and its marks."""
    left, columns = start, 0
    while left > first and columns < WIDTH // 2:
        left -= 1
        columns += _columns(visible(text[left]))
    while left < start and left > first and not _columns(text[left]):
        left += 1
    return left


def _cut(text: str, width: int = WIDTH) -> str:
    """The text, with "…" for what goes beyond the width."""
    if _columns(text) <= width:
        return text
    kept, columns = [], 2
    for c in text:
        columns += _columns(c)
        if columns > width:
            break
        kept.append(c)
    return "".join(kept) + " …"


def visible(text: str) -> str:
    """Control and direction characters as escapes; everything else as it is."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" if c not in "\n\t" else " " for c in text)


def _columns(text: str) -> int:
    """How many columns a terminal needs: two for wide characters, none for marks on the character before."""
    return sum(0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class _Face(ModuleType):
    """`grader.reading.echo` names this module once it is imported, and the function before: so the module can be called like the function."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        return echo(*args, **named)


sys.modules[__name__].__class__ = _Face
