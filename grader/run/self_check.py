"""One answer for the learner who wrote it: how it is read, and what holds of it as far as the problem's author lets a self-check tell.

The command `grade check` and the page of `grade serve` say the same because both ask here. What is returned passed through `learner_view`: no claim, no
evidence data, no teacher's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader import __version__, answers
from grader.model import Answer, Mark, Part, PartReport, Problem, Provenance, Reading, Status, Unread
from grader.reading import echo
from grader.reading.declarations import adopted
from grader.report.record import learner_view, to_record
from grader.run.one import MAX_CHARACTERS, failed, grade_answer

Record = dict[str, Any]
KEPT_BACK = "What holds of an answer to this part is told when it is handed in."


@dataclass(frozen=True, slots=True)
class Looked:
    """What a self-check found: `view` is a record as learners may see it, `echo` the reading in plain lines; `decided` is False where nothing but the
    reading was looked at (then the view's status, points and feedback say nothing)."""

    view: Record
    echo: str
    decided: bool


def typed(problem: Problem, part: Part, text: str) -> Answer:
    """The text as an answer that was typed for the part."""
    return Answer(f"{problem.id}/{part.id}", text, Provenance("", 0, "text"))


def look(problem: Problem, part: Part, text: str) -> Looked:
    """How the text is read as an answer to the part; nothing is decided."""
    answer = typed(problem, part, text)
    if len(text) > MAX_CHARACTERS:
        reading: Reading = Unread(f"it has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    else:
        reading = answers.load(part.kind).read(answer, adopted(part, answer)[0])
    mark = Mark((), Fraction(0), part.points, False, Status.UNDECIDED)
    return _looked(PartReport("", problem.id, part.id, answer, reading, (), mark, problem.digest, __version__), False)


def check(problem: Problem, part: Part, text: str) -> Looked:
    """How the text is read, and what holds of it: the very mark that it would get in a paper. Only the reading where the part keeps the rest back."""
    if part.self_check == "reading":
        return look(problem, part, text)
    return _looked(grade_answer(problem, part, typed(problem, part, text)), True)


def stopped(problem: Problem, part: Part, text: str, what: str, why: str) -> Looked:
    """What is said of an answer whose worker was ended (`what` and `why` as in `workers.Outcome`)."""
    return Looked(learner_view(to_record(failed(problem, part, typed(problem, part, text), "", what, why))), "not read", True)


def _looked(report: PartReport, decided: bool) -> Looked:
    return Looked(learner_view(to_record(report)), echo(report.answer.text, report.reading), decided)
