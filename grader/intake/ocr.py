"""Papers that a text recogniser typed: how they are known, and the loops in which such tools get caught."""

from __future__ import annotations

import re
from dataclasses import replace

from grader.intake.markdown import read_markdown
from grader.intake.paper import Paper
from grader.model import Note

LOOP = 4
"""So many long lines of formulas that are the same, one after the other, show that no person typed a paper."""


def read_ocr(text: str, file: str = "") -> Paper:
    """A recognised Markdown paper, with a note for each line that was repeated over and over."""
    paper = read_markdown(text, file)
    written = tuple(piece for piece in paper.pieces if piece.role != "comment")  # those are the tool's ("page 2")
    return replace(paper, pieces=written, format="ocr", ocr=True, notes=(*paper.notes, *loop_notes(text)))


def looks_recognised(text: str) -> bool:
    """Does a loop give the text away as recognised?"""
    return any(len(run) >= LOOP and len(key) >= 30 for key, run in _runs(text) if "\\" in run[0][1])


def loop_notes(text: str) -> tuple[Note, ...]:
    """A note for each run of the same line."""
    notes = []
    for key, run in _runs(text):
        if len(run) > 1 and len(key) >= 12:
            numbers = [n for n, _ in run]
            notes.append(Note(f"lines {', '.join(map(str, numbers))} are the same line over and over: the text recogniser looped", code="ocr.loop"))
    return tuple(notes)


def _runs(text: str) -> list[tuple[str, list[tuple[int, str]]]]:
    """Lines that follow one another (but for blank ones) with the same characters, or the last one cut short."""
    runs: list[tuple[str, list[tuple[int, str]]]] = []
    for number, line in enumerate(text.split("\n"), 1):
        key = re.sub(r"\s|\$", "", line)
        if not key:
            continue
        last = runs[-1] if runs else None
        if last and (key == last[0] or len(key) >= 12 and last[0].startswith(key)):
            last[1].append((number, line))
        else:
            runs.append((key, [(number, line)]))
    return runs
