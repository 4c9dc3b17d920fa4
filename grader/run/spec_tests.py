"""The tests that a problem file contains: its `tests` rows, and those that its reference and its known answers imply.

A problem file that fails its own tests is not used for marking, so that a slip in a reference is found before a learner pays for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.model import Answer, Award, Mark, Part, PartReport, Problem, Provenance, SpecTest

WRONG = "a known wrong answer"
Grade = Callable[[Problem, Part, str], PartReport]


@dataclass(frozen=True, slots=True)
class SpecFailure:
    """A test of a problem file that came out otherwise: `str` gives "file:line: part: answer: expected ..., got ..."."""

    place: str
    part: str
    answer: str
    expected: str
    got: str

    def __str__(self) -> str:
        shown = " ".join(self.answer.split())
        shown = shown if len(shown) <= 80 else shown[:79] + "…"
        return f"{self.place}: {self.part}: {shown!r}: expected {self.expected}, got {self.got}"


def rows(part: Part) -> Iterator[tuple[str, SpecTest]]:
    """Every test of a part, with what it is: the reference and accepted answers get all points and need nobody, a known wrong answer gets its own
    points (where it names none: not all of them) and its feedback, then the rows as written. Only a person marks prose: its reference implies
    nothing."""
    if part.answer.strip() and part.kind != "prose":
        yield "the reference", SpecTest(part.answer, part.points, needs_human=False, place=part.place)
    for known in part.accept:
        yield "an accepted answer", SpecTest(known.answer, part.points, needs_human=False, place=known.place or part.place)
    for known in part.wrong:
        if known.answer:
            yield WRONG, SpecTest(known.answer, known.points, known.tag, "", known.feedback, place=known.place or part.place)
    for test in part.tests:
        yield "", test if test.place else SpecTest(test.answer, test.points, test.tag, test.status, test.feedback, test.needs_human, part.place)


def run_tests(problem: Problem, grade: Grade) -> list[SpecFailure]:
    """The tests of a problem that fail, in the order of the file. `grade` marks a text as an answer to a part; what it raises is a failure too."""
    failures = []
    for part in problem.parts:
        for what, test in rows(part):
            failures += _failures(problem, part, what, test, grade)
    return failures


def _failures(problem: Problem, part: Part, what: str, test: SpecTest, grade: Grade) -> list[SpecFailure]:
    try:
        wanted, got = compare(test, grade(problem, part, test.answer).mark, wrong=what == WRONG)
    except Exception as error:  # whatever breaks on a test row would break on a paper
        wanted, got = ["an answer that can be marked"], [f"{type(error).__name__}: {error}"]
    if not wanted:
        return []
    return [_failure(problem, part, test, [f"{what} to get {wanted[0]}" if what else wanted[0], *wanted[1:]], got)]


def _failure(problem: Problem, part: Part, test: SpecTest, wanted: list[str], got: list[str]) -> SpecFailure:
    return SpecFailure(test.place, f"{problem.id}/{part.id}", test.answer, ", ".join(wanted), ", ".join(got))


def compare(test: SpecTest, mark: Mark, wrong: bool = False) -> tuple[list[str], list[str]]:
    """What the row expects and the mark does not give, and what it gives instead; two empty lists where all is as expected.

    A `wrong` answer whose row names no points may get any but all.
    """
    fits = mark.points == test.points if test.points is not None else not wrong or mark.points < mark.out_of or not mark.out_of
    points = f"{test.points} points" if test.points is not None else f"less than {mark.out_of} points"
    said = "\n".join(a.text for a in mark.awards if a.text)
    checks = (
        (fits, points, f"{mark.points} of {mark.out_of}{_why(mark.awards)}"),
        (not test.status or mark.status == test.status, f"status {test.status}", f"status {mark.status}"),
        (not test.tag or test.tag in mark.tags, f"tag {test.tag}", "tags " + (", ".join(mark.tags) or "none")),
        (test.needs_human is None or mark.needs_human == test.needs_human, "a person asked" if test.needs_human else "no person asked",
         "a person asked" + _why(mark.awards) if mark.needs_human else "no person asked"),
        (test.feedback in said, f"the feedback {test.feedback!r}", f"the feedback {said!r}"),
    )
    missed = [(wanted, got) for holds, wanted, got in checks if not holds]
    return [wanted for wanted, _ in missed], [got for _, got in missed]


def _why(awards: tuple[Award, ...]) -> str:
    said = "; ".join(a.text for a in awards if a.text)
    return f" ({said if len(said) <= 200 else said[:199] + '…'})" if said else ""


def run_all_tests(problems: Sequence[Problem], *, jobs: int = 1) -> list[list[SpecFailure]]:
    """For each problem its failures, in order, each row under the limits of an answer in a worker of its own."""
    from grader.run.one import grade_answer
    from grader.run.workers import run_tasks

    wanted = [(p, k, what, test) for p, problem in enumerate(problems) for k, part in enumerate(problem.parts) for what, test in rows(part)]

    def grade(problem: Problem, part: Part, text: str) -> PartReport:
        return grade_answer(problem, part, Answer(f"{problem.id}/{part.id}", text, Provenance()))

    def work(task: int) -> list[list[str]]:
        p, k, what, test = wanted[task]
        found = _failures(problems[p], problems[p].parts[k], what, test, grade)
        return [[f.place, f.part, f.answer, f.expected, f.got] for f in found]

    made: list[list[SpecFailure]] = [[] for _ in problems]
    for task, outcome in run_tasks(work, range(len(wanted)), jobs=jobs):
        p, k, what, test = wanted[task]
        if outcome.failed:
            part = problems[p].parts[k]
            made[p].append(_failure(problems[p], part, test, [f"{what} to be decided".strip()], [f"{outcome.failed} ({outcome.why})"]))
        else:
            made[p] += [SpecFailure(*f) for f in outcome.value]
    return made
