"""Text that no label places: kept with its line and the reason, and with a word on whether it may be an answer to a part that was found empty."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.intake.fields import Line
from grader.intake.paper import Paper
from grader.intake.sections import Section
from grader.model import Answer, Note, Problem, Provenance
from grader.reading.passages import passages

MAY_ANSWER = "unplaced.may_answer"
"""Code of the note of unplaced text that may answer an empty part of the problem (or group of parts) it stands under: a person looks at those."""
_ELSEWHERE = re.compile(r"\b(?:see|cf\.?|refer to|as in|same as|done|attached|overleaf|next page|other page|appendix|scan|photo|picture|notebook|"
                        r"above|below)\b", re.IGNORECASE)
_DECLARES = re.compile(r"[^\n=:]{1,12}(?:=|:|\bis\b|\bbe\b|\bdenotes?\b)\s*(?:the\s+|a\s+)?(?:no\.?\s+of|[A-Za-z]{3,})\b[^\n=<>≤≥]*")
"""`t = sequence length`."""
_NO_ANSWER = ("it stands before \"Your answer:\"", "it stands outside of the answers", "it stands before the answer", "a further attempt",
              "the heading ")


def joined(lines: Sequence[Line]) -> str:
    """The lines as one text; where lines of the paper lie between, a blank line does too."""
    made: list[str] = []
    for k, (number, text) in enumerate(lines):
        if k and number > lines[k - 1][0] + 1 and made and made[-1].strip():
            made.append("")
        if text.strip() or not made or made[-1].strip():
            made.append(text.rstrip())
    while made and not made[-1].strip():
        made.pop()
    while made and not made[0].strip():
        made.pop(0)
    return "\n".join(made).lstrip()



def loose(paper: Paper, section: Section, scope: str = "") -> list[Answer]:
    """A section that no part has, as unplaced text. `scope` is the part, or the start of the parts' ids, that it stands under."""
    text = joined(section.lines)
    if not text.strip():
        return []
    unknown = section.why.startswith("unknown part")
    first = next(n for n, t in section.lines if t.strip())
    said = f"not placed: {section.why or 'no label says what it answers'}"
    notes = (*section.notes, Note(said, severity="guess" if unknown else "info", code="unplaced"))
    if not section.why.startswith(_NO_ANSWER) and (section.problem or not unknown) and may_answer(text, section.problem):
        notes += (Note("it may answer a part that was found empty", code=MAY_ANSWER),)
    under = f"{section.problem.id}/{scope}" if section.problem else ""
    return [Answer(under, text, Provenance(paper.file, first, paper.format, paper.ocr), notes)]


def leftover(paper: Paper, lines: Sequence[Line], problem: Problem, stem: str) -> list[Answer]:
    """What the fields under a label leave over, lines that follow one another together."""
    made: list[Answer] = []
    block: list[Line] = []
    why = f"it stands under {stem} and names none of its fields"
    for number, text in [*lines, (0, "")]:
        if block and (not text.strip() or number > block[-1][0] + 1):
            made += loose(paper, Section(problem, None, None, block, [], why), stem)
            block = []
        if text.strip():
            block.append((number, text))
    return made


def may_answer(text: str, problem: Problem | None) -> bool:
    """Does the text hold a table, a formula that is neither a declaration of letters nor one of the question's, or a word that points elsewhere?"""
    asked = _squeezed(" ".join(p.ask for p in problem.parts)) if problem else ""
    if _ELSEWHERE.search(text):
        return True
    kept = "\n".join(line for line in text.split("\n") if not _DECLARES.fullmatch(line.strip(" \t$*_.,;-")))
    found = passages(kept)
    formulas = [_squeezed(p.text) for p in found if p.is_formula and not p.mention]
    return any(p.kind == "table" for p in found) or any(len(f) > 2 and f not in asked for f in formulas)


def _squeezed(text: str) -> str:
    return re.sub(r"[^\w=<>+\-]|_", "", text)
