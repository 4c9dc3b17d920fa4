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
from grader.intake.bullets import without_bullets
from grader.intake.encodings import GUESSED
from grader.intake.fields import Field, Line, split_fields
from grader.intake.labels import Book, Group
from grader.intake.paper import Paper
from grader.intake.sections import Section, Walk
from grader.intake.targets import stem
from grader.intake.template import Handout, is_blank_template, without_struck
from grader.intake.unplaced import joined, leftover, loose
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
            unplaced += loose(paper, section, section.scope)
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
    kept = _counting(paper, sections, unplaced)
    lines = [line for s in kept for line in s.lines]
    notes = _section_notes(kept)
    own_sections = {part.id: _counting(paper, by_part.get((problem.id, part.id), []), unplaced) for part in group.parts}
    for part in group.whole:
        own = own_sections[part.id]
        if own:
            answers.append(_answer(paper, problem, part, [line for s in own for line in s.lines], _section_notes(own), own[0].line))
        elif sections:
            answers.append(_answer(paper, problem, part, lines, notes, sections[0].line))
    found, rest = split_fields(lines, group.fields) if group.fields and not _enumerated(group) else _enumerated_fields(lines, group)
    if group.fields and not group.whole:
        unplaced += leftover(paper, rest, problem, stem(group))
    for part, _ in group.fields:
        if any(a.part == f"{problem.id}/{part.id}" for a in answers):
            continue
        own = own_sections[part.id]
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


def _counting(paper: Paper, sections: Sequence[Section], unplaced: list[Answer]) -> list[Section]:
    """Of several places that answer the same, those that count; the others become unplaced text, each with the reason.

    Where a label says `Answer to 5c`, what stood under the same label before was the question. Where a label says that it is a further attempt, what
    came before is taken back. A place that only repeats what another says counts once.
    """
    kept = list(sections)
    filled = [s for s in kept if _written(s)]
    answer = next((k for k, s in enumerate(filled) if s.says == "answer"), 0)
    again = max((k for k, s in enumerate(filled) if s.says == "again"), default=0)
    for k, section in enumerate(filled):
        after = filled[max(again, answer)].line
        why = f"a further attempt in line {after} replaces it" if k < again else f"it stands before the answer in line {after}" if k < answer else ""
        if why:
            unplaced += loose(paper, Section(section.problem, None, None, section.lines, [], why))
            kept.remove(section)
    same: dict[str, Section] = {}
    for section in [s for s in kept if _written(s)]:
        if same.setdefault(re.sub(r"\s", "", joined(section.lines)), section) is not section:
            kept.remove(section)
    return kept


def _written(section: Section) -> bool:
    text = joined(section.lines)
    return bool(text.strip()) and not is_blank_template(text)


def _section_notes(sections: Sequence[Section]) -> tuple[Note, ...]:
    """What was noted under a label; several places with different text that do not say how they hang together are a guess."""
    notes = [n for s in sections for n in s.notes]
    filled = [s for s in sections if _written(s)]
    if len(filled) > 1:
        named = ", ".join(str(s.lines[0][0]) for s in filled)
        if all(s.says == "goes on" for s in filled[1:]):
            notes.append(Note(f"put together from {len(filled)} places: lines {named}", code="placing.joined"))
        else:
            said = f"several places answer this part, in lines {named}, and none says which counts"
            notes.append(Note(said, severity="guess", code="placing.joined"))
    return tuple(dict.fromkeys(notes))


def _answer(paper: Paper, problem: Problem, part: Part, lines: Sequence[Line], notes: Sequence[Note], line: int) -> Answer:
    text = joined(lines)
    first = next((n for n, t in lines if t.strip()), line)
    if text and is_blank_template(text):
        text, notes = "", (*notes, Note("the template was handed back as it was", code="blank.template"))
    rest, struck = without_struck(text)
    if struck and any(c.isalnum() for c in rest):
        text, notes = rest, (*notes, Note(f"struck out, and left out: {' '.join(struck)[:500]}", code="placing.struck"))
    elif struck:
        notes = (*notes, Note("everything here is struck out", severity="guess", code="placing.struck"))
    if not paper.ocr and paper.format != "yaml" and part.kind != "prose" and len(text) <= MAX_ANSWER:
        text, doubtful = without_bullets(text)
        if doubtful:
            notes = (*notes, Note("the dash before the answer may begin a list or be a minus sign", severity="guess", code="placing.dash"))
    if not text.isascii() and any(n.code == GUESSED for n in paper.notes):
        said = "the encoding of the file had to be guessed, and this answer has characters that depend on it"
        notes = (*notes, Note(said, severity="guess", code=GUESSED))
    if len(text) > MAX_ANSWER:
        text, notes = text[:MAX_ANSWER], (*notes, Note(f"only the first {MAX_ANSWER} characters are kept", severity="guess", code="placing.cut"))
    return Answer(f"{problem.id}/{part.id}", text, Provenance(paper.file, first, paper.format, paper.ocr), tuple(notes))


def _preamble(problem: Problem, sections: Sequence[Section]) -> str:
    """What stands under the problem before any part ("let T be the length"). With what a part's fields leave over it is put beside each answer, as a
    note of code "context": the learner's own letters may be declared there."""
    texts = [joined(s.lines) for s in sections if s.problem is problem and s.group is None and s.part is None
             and s.why.startswith("it stands under")]
    return "\n".join(t for t in texts if t.strip())


__all__ = ["place"]
