"""One answer, one paper: reading, claims, verdicts, mark."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable
from fractions import Fraction

from grader import __version__, answers
from grader.answers import _kind
from grader.answers._stance import AS_TYPED, held_back
from grader.decide import Budget, decide
from grader.model import (Answer, Award, Claim, Mark, Note, Part, PartReport, Problem, Provenance, Read, Reading, Report, Submission, Unread,
                          Verdict)
from grader.reading.declarations import adopted
from grader.reading.leads import bare
from grader.term import Term

MAX_ROUNDS = 500
"""Rounds of claims for one answer; a derivation asks one a line, so this is far above the limits on lines."""
UNPLACED = "paper.unplaced"
"""Code of the note of an empty answer whose paper has text that nobody could place."""
MAY_ANSWER = "unplaced.may_answer"
"""Code of the note of unplaced text that may answer an empty part of what it stands under."""
DOUBLED = "placing.two"
"""Code of the note of an answer to a field under whose label two stand: one of them may answer an empty field beside it."""
IDENTITY = ("learner.twice", "learner.several")
"""Codes of the notes of a paper of which it is not certain whose it is: its answers earn nothing until a person agrees."""
Decide = Callable[[Claim, Budget], Verdict]
MAX_CHARACTERS = 20_000
"""Longer answers go to a person unread."""


def preload() -> None:
    """Load what decides answers, so that processes forked later share it and no answer's time goes into loading."""
    for room in ("grader.decide", "grader.replay", "grader.algebra"):
        for module in pkgutil.iter_modules(importlib.import_module(room).__path__):
            importlib.import_module(f"{room}.{module.name}")


def grade_answer(problem: Problem, part: Part, answer: Answer, *, learner: str = "", budget: Budget | None = None, by: Decide = decide) -> PartReport:
    """Read, settle and mark one answer; `by` is what decides its claims.

    The mark of a reading that is only proposed, or that rests on a guess, or that has alternatives which would be marked differently, is
    withheld: no points, a person looks, and the awards say why. Nothing here raises because of what the answer says.
    """
    budget = budget or Budget()
    kind = answers.load(part.kind)
    part, letters = adopted(part, answer)
    answer = dataclasses.replace(answer, notes=(*answer.notes, *[n for n in letters if n not in answer.notes]))
    if len(answer.text) > MAX_CHARACTERS:
        reading: Reading = Unread(f"it has {len(answer.text)} characters; at most {MAX_CHARACTERS} are read")
    else:
        reading = kind.read(answer if part.kind in AS_TYPED else dataclasses.replace(answer, text=bare(answer.text)), part)
    if isinstance(reading, Unread):
        verdicts: tuple[Verdict, ...] = ()
        made = _kind.unread(part, reading)
        if reading.blank and any(n.code == UNPLACED for n in answer.notes):
            said = "No answer was found for this part, but this paper has text that could not be placed: a person looks."
            made = _kind.person(part, "blank.unplaced", said, status="unread")
    else:
        verdicts, made = _settle(kind, reading, part, budget, by)
        made = _withhold(kind, reading, part, answer, made, budget, by)
    return PartReport(learner, problem.id, part.id, answer, reading, verdicts, made, problem.digest, __version__)


def _settle(kind: _kind.Kind, reading: Read, part: Part, budget: Budget, by: Decide) -> tuple[tuple[Verdict, ...], Mark]:
    """Ask the kind for claims until it has no new ones, decide each, and let it mark."""
    settled: dict[str, Verdict] = {}
    for _ in range(MAX_ROUNDS):
        fresh = [c for c in kind.claims(reading, part, settled) if c.label not in settled]
        if not fresh:
            break
        for claim in fresh:
            settled[claim.label] = by(claim, budget)
    return tuple(settled.values()), kind.mark(reading, part, settled)


def _withhold(kind: _kind.Kind, reading: Read, part: Part, answer: Answer, made: Mark, budget: Budget, by: Decide) -> Mark:
    """Credit only for what was surely read as meant; otherwise the same mark without its points, for a person."""
    why = ""
    if reading.proposed:
        why = f"This could not be read as typed. The nearest reading is {reading.term}; it earns nothing until a person agrees."
    guess = next((n for n in (*answer.notes, *reading.notes) if n.severity == "guess"), None) \
        or held_back(answer, reading, part, made)
    if guess and not why:
        why = f"A person must confirm how this was read: {guess.text}."
    for other in reading.alternatives if not why else ():
        _, mark = _settle(kind, dataclasses.replace(reading, term=other, alternatives=()), part, budget, by)
        if (mark.points, mark.needs_human) != (made.points, made.needs_human):
            why = f"This can be read as {reading.term} or as {other}, and the two are marked differently: a person decides."
            break
    if not why:
        return made
    tag = "reading.proposed" if reading.proposed else "reading.guess" if guess else "reading.ambiguous"
    held = Award("set", Fraction(0), tag, why)
    kept = tuple(dataclasses.replace(a, operation="none", text=_if_accepted(a, part)) if a.operation != "none" else a for a in made.awards)
    return Mark((held, *kept), Fraction(0), part.points, True, "unread" if reading.proposed else made.status)


def _if_accepted(award: Award, part: Part) -> str:
    head = f"If so read: {award.amount} of {part.points} points."
    return f"{head} {award.text}".strip()


def grade(problem: Problem, submission: Submission, *, budget_seconds: float = 4.0) -> Report:
    """Mark one paper on one problem: every part gets a report; parts without an answer are blank."""
    reports = []
    for part in problem.parts:
        answer = find_answer(submission, problem, part)
        reports.append(grade_answer(problem, part, answer, learner=submission.learner, budget=Budget(budget_seconds)))
    return Report(submission.learner, tuple(reports), submission.unplaced, submission.notes)


def find_answer(submission: Submission, problem: Problem, part: Part) -> Answer:
    """The learner's answer to a part, or an empty one.

    An empty one says (note `UNPLACED`) where the paper's unplaced text may well be the answer: nothing of the paper was placed, or nothing of
    this problem while text stands under its heading, the text was noted as a possible answer to a part like this, or a field beside it has two.
    """
    name, under = f"{problem.id}/{part.id}", f"{problem.id}/"
    found = next((a for a in submission.answers if a.part == name), Answer(name, "", Provenance(submission.file)))
    if found.text.strip():
        return doubted(found, next((n for n in submission.notes if n.code in IDENTITY), None))
    written = [a.part for a in submission.answers if a.text.strip()]
    loose = [a.part for a in submission.unplaced if any(c.isalnum() for c in a.text)]
    lost = loose if not written else [p for p in loose if p == under] if not any(p.startswith(under) for p in written) else []
    lost = lost or [a.part for a in submission.unplaced if any(n.code == MAY_ANSWER for n in a.notes) and name.startswith(a.part)]
    stem = name.rpartition(".")[0]
    lost = lost or [a.part for a in submission.answers if stem and a.part.startswith(stem + ".") and any(n.code == DOUBLED for n in a.notes)]
    return dataclasses.replace(found, notes=(*found.notes, Note("text of this paper could not be placed", code=UNPLACED))) if lost else found


def doubted(answer: Answer, note: Note | None) -> Answer:
    """The answer with the note that says why it is not certain whose it is."""
    return answer if note is None or note in answer.notes else dataclasses.replace(answer, notes=(*answer.notes, note))


def failed(problem: Problem, part: Part, answer: Answer, learner: str, what: str, why: str) -> PartReport:
    """The report of an answer whose worker was stopped or broke: not decided, to a person, with the reason."""
    text = f"This answer could not be decided within the limits ({why})." if what != "crash" else f"The checker failed on this answer ({why})."
    made = _kind.person(part, "limit." + what.replace(" ", "_") if what != "crash" else "internal.error", text + " A person marks it.")
    return PartReport(learner, problem.id, part.id, answer, Unread(text, notes=(Note(why, severity="info", code=what),)), (), made, problem.digest, __version__)


def as_term(reading: Reading) -> Term | None:
    """The reading's tree, if it has one."""
    return reading.term if isinstance(reading, Read) else reading.proposed
