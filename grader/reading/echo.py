"""Show how a text was read, or where it could not be read: lines for a terminal."""

from __future__ import annotations

import unicodedata

from grader.model import Note, Read, Reading
from grader.printing import to_text
from grader.term import Span

WIDTH = 76
"""Columns of the widest line."""
_SEVERITIES = {"info": "note", "repair": "mended", "guess": "guessed"}


def echo(text: str, reading: Reading) -> str:
    """The text with carets under the place that could not be read, the reason, and what to type instead; for a `Read` the reading in linear text, the
    other readings, and the notes. Control characters are shown as escapes, and a long text as the part around the place."""
    if isinstance(reading, Read):
        lines = [f"read as  {to_text(reading.term)}"]
        lines += [f"     or  {to_text(other)}" for other in reading.alternatives]
        if reading.proposed:
            lines.append("         This is only a proposal: it counts when a person agrees.")
        return "\n".join(lines + [_note(text, n) for n in reading.notes])
    if reading.blank:
        return "nothing is written here"
    lines = _carets(text, reading.span) if reading.span is not None else [_shown(text)[:WIDTH]]
    lines.append(f"not read: {reading.reason}")
    if reading.hint:
        lines.append(reading.hint)
    if reading.proposed is not None:
        lines.append(f"the nearest reading is  {to_text(reading.proposed)}")
    return "\n".join(lines + [_note(text, n) for n in reading.notes])


def _note(text: str, note: Note) -> str:
    place = f" (column {note.span.start + 1})" if note.span is not None and "\n" not in text else ""
    return f"{_SEVERITIES.get(note.severity, note.severity)}: {note.text}{place}"


def _carets(text: str, span: Span) -> list[str]:
    """The line of the place, cut to the width, and carets below it."""
    start = min(span.start, len(text))
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    last = len(text) if last < 0 else last
    left = max(first, start - WIDTH // 2)
    right = min(last, left + WIDTH - 8)
    before = ("… " if left > first else "") + _shown(text[left:start])
    end = min(max(span.end, start + 1), right)
    inside = _shown(text[start:end]) or " "
    after = _shown(text[end:right]) + (" …" if right < last else "")
    return [before + inside + after, " " * _columns(before) + "^" * max(1, _columns(inside))]


def _shown(text: str) -> str:
    """Control and direction characters as escapes; everything else as it is."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" if c not in "\n\t" else " " for c in text)


def _columns(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
