"""From a paper's pieces to placed answers: every part gets the text that stands under its labels, and what cannot be placed is kept beside them.

Typed papers are walked label by label (`sections`); papers from a text recogniser, whose labels are misread, misplaced or missing, are aligned with
the order of the parts (`alignment`). Then each label's text goes to its parts: to all parts that have exactly this label, and by further labels to
the others (`fields`). Nothing is dropped: text that belongs nowhere becomes an unplaced fragment with its line and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.intake.alignment import align
from grader.intake.fields import Line, split_fields
from grader.intake.labels import Book, Group
from grader.intake.paper import Paper
from grader.intake.sections import Section, Walk
from grader.intake.template import Handout, is_blank_template
from grader.model import Answer, Note, Part, Problem, Provenance, Submission

MAX_ANSWER = 200_000
"""Longer answers are cut off there, with a note (no kind reads as much)."""


def place(paper: Paper, book: Book, handout: Handout, digest: str = "") -> Submission:
    """The submission that a paper is: an answer for each part under whose label something stands, the rest unplaced."""
    sections = align(paper, book) if paper.ocr else Walk(book, paper, handout).run()
    answers: list[Answer] = []
    unplaced: list[Answer] = []
    by_group: dict[tuple[str, tuple[str, ...]], list[Section]] = {}
    by_part: dict[tuple[str, str], list[Section]] = {}
    for section in sections:
        if section.part is not None and section.problem is not None:
            by_part.setdefault((section.problem.id, section.part.id), []).append(section)
        elif section.group is not None and section.problem is not None:
            by_group.setdefault((section.problem.id, section.group.names), []).append(section)
        else:
            unplaced += _loose(paper, section)
    for problem in book.problems:
        placed: list[Answer] = []
        beside: list[str] = [_preamble(problem, sections)]
        for group in book.groups[problem.id]:
            made, rest = _group_answers(paper, problem, group, by_group.get((problem.id, group.names), []), by_part)
            placed += made
            unplaced += rest
            beside += [a.text for a in rest]
        context = "\n".join(t for t in beside if t.strip())
        answers += [replace(a, notes=(*a.notes, Note(context, code="context"))) for a in placed] if context else placed
    in_order = {f"{p.id}/{part.id}": k for p in book.problems for k, part in enumerate(p.parts)}
    order = {p.id: k for k, p in enumerate(book.problems)}
    answers.sort(key=lambda a: (order[a.part.split("/")[0]], in_order[a.part]))
    unplaced.sort(key=lambda a: a.provenance.line)
    problems = tuple(p.id for p in (book.problem(name) for name in paper.problems) if p)
    return Submission(paper.learner, tuple(answers), tuple(unplaced), _paper_notes(paper, book), digest, paper.file, problems)


def _paper_notes(paper: Paper, book: Book) -> tuple[Note, ...]:
    unknown = [name for name in paper.problems if book.problem(name) is None]
    return (*paper.notes, *[Note(f"the paper names the problem \"{name}\", which there is none of", severity="guess", code="problem.unknown")
                            for name in unknown])


def _group_answers(paper: Paper, problem: Problem, group: Group, sections: Sequence[Section],
                   by_part: dict[tuple[str, str], list[Section]]) -> tuple[list[Answer], list[Answer]]:
    """The answers to the parts under one label, and what under it belongs to none of them."""
    answers: list[Answer] = []
    unplaced: list[Answer] = []
    lines = [line for s in sections for line in s.lines]
    notes = _section_notes(sections)
    for part in group.whole:
        own = by_part.get((problem.id, part.id), [])
        if own:
            answers.append(_answer(paper, problem, part, [line for s in own for line in s.lines], _section_notes(own), own[0].line))
        elif sections:
            answers.append(_answer(paper, problem, part, lines, notes, sections[0].line))
    found, rest = split_fields(lines, group.fields) if group.fields and not _enumerated(group) else _enumerated_fields(lines, group)
    if group.fields and not group.whole:
        unplaced += _leftover(paper, rest, f"it stands under {group.parts[0].id.split('.')[0]} and names none of its fields")
    for part, _ in group.fields:
        if any(a.part == f"{problem.id}/{part.id}" for a in answers):
            continue
        own = by_part.get((problem.id, part.id), [])
        held = found.get(part.id)
        if own:
            answers.append(_answer(paper, problem, part, [line for s in own for line in s.lines], _section_notes(own), own[0].line))
        elif held:
            answers.append(_answer(paper, problem, part, held.fragments, (*notes, *held.notes), held.fragments[0][0]))
    return answers, unplaced


def _enumerated(group: Group) -> bool:
    """Are the further labels those of a list: (i), (ii), 1), 2)?"""
    names = [name for _, facets in group.fields for label in facets for name in label]
    single = all(len(facets) == 1 for _, facets in group.fields)
    return bool(names) and single and all(re.fullmatch(r"[ivx]{1,4}|[a-z]|\d{1,2}", name) for name in names)


def _enumerated_fields(lines: Sequence[Line], group: Group):
    """As `split_fields`, for list labels at the head of a line."""
    from grader.intake.fields import Field

    found: dict[str, Field] = {}
    rest: list[Line] = []
    current: Field | None = None
    for number, text in lines:
        label = re.match(r"[\s>*_\-•·]*[(\[]?([ivx]{1,4}|[a-z]|\d{1,2})[)\].:]+[*_]*\s*", text, re.IGNORECASE)
        part = next((p for p, facets in group.fields if label and label[1].lower() in facets[0]), None)
        if part is not None and label:
            current = found.setdefault(part.id, Field())
            text = text[label.end():]
        if current is None:
            rest.append((number, text))
        else:
            current.fragments.append((number, text))
    return found, rest


def _section_notes(sections: Sequence[Section]) -> tuple[Note, ...]:
    notes = [n for s in sections for n in s.notes]
    filled = [s for s in sections if any(t.strip() for _, t in s.lines)]
    if len(filled) > 1:
        notes.append(Note(f"put together from {len(filled)} places: lines {', '.join(str(s.lines[0][0]) for s in filled)}", code="placing.joined"))
    return tuple(dict.fromkeys(notes))


def _answer(paper: Paper, problem: Problem, part: Part, lines: Sequence[Line], notes: Sequence[Note], line: int) -> Answer:
    text = _joined(lines)
    first = next((n for n, t in lines if t.strip()), line)
    if text and is_blank_template(text):
        text, notes = "", (*notes, Note("the template was handed back as it was", code="blank.template"))
    if len(text) > MAX_ANSWER:
        text, notes = text[:MAX_ANSWER], (*notes, Note(f"only the first {MAX_ANSWER} characters are kept", severity="guess", code="placing.cut"))
    return Answer(f"{problem.id}/{part.id}", text, Provenance(paper.file, first, paper.format, paper.ocr), tuple(notes))


def _joined(lines: Sequence[Line]) -> str:
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


def _loose(paper: Paper, section: Section) -> list[Answer]:
    text = _joined(section.lines)
    if not text.strip():
        return []
    severity = "guess" if section.why.startswith("unknown part") else "info"
    first = next(n for n, t in section.lines if t.strip())
    notes = (*section.notes, Note(f"not placed: {section.why or 'no label says what it answers'}", severity=severity, code="unplaced"))
    under = f"{section.problem.id}/" if section.problem else ""
    return [Answer(under, text, Provenance(paper.file, first, paper.format, paper.ocr), notes)]


def _leftover(paper: Paper, lines: Sequence[Line], why: str) -> list[Answer]:
    """Unplaced lines of a section, those that follow one another together."""
    made: list[Answer] = []
    block: list[Line] = []
    for number, text in [*lines, (0, "")]:
        if block and (not text.strip() or number > block[-1][0] + 1):
            made += _loose(paper, Section(None, None, None, block, [], why))
            block = []
        if text.strip():
            block.append((number, text))
    return made


def _preamble(problem: Problem, sections: Sequence[Section]) -> str:
    """What stands under the problem before any part ("let T be the length"). With what a part's fields leave over it is put beside each answer, as a
    note of code "context": the learner's own letters may be declared there."""
    texts = [_joined(s.lines) for s in sections if s.problem is problem and s.group is None and s.part is None
             and s.why.startswith("it stands under")]
    return "\n".join(t for t in texts if t.strip())


__all__ = ["place"]
