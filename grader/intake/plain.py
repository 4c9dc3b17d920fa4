"""Plain text papers: every line may carry a label, except inside displays."""

from __future__ import annotations

from grader.intake.paper import Paper, Piece, front_matter, listed
from grader.reading.passages import delimited


def read_plain(text: str, file: str = "") -> Paper:
    """The paper in a plain text. Front matter is understood as in Markdown."""
    matter, text = front_matter(text)
    learner = next((matter[k] for k in ("learner", "student", "name", "author", "id") if matter.get(k)), "")
    lines = text.split("\n")
    inside = set()
    for passage in delimited(text):
        if passage.kind in ("display", "code"):
            first = text.count("\n", 0, passage.outer.start)
            inside |= set(range(first + 1, first + 1 + text.count("\n", passage.outer.start, passage.outer.end)))
    pieces: list[Piece] = []
    start = 0
    for k in range(1, len(lines) + 1):
        if k < len(lines) and (k in inside) == (start in inside):
            continue
        pieces.append(Piece("block" if start in inside else "text", "\n".join(lines[start:k]), start + 1))
        start = k
    return Paper(learner, tuple(pieces), "text", file, problems=listed(matter.get("problem") or matter.get("problems") or ""))
