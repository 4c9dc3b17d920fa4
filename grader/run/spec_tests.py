"""The tests that a problem file contains: its `tests` rows, and those that its reference and its known answers imply.

A problem file that fails its own tests is not used for marking, so that a slip in a reference is found before a learner pays for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.encoding import digest
from grader.model import Answer, Award, Mark, Part, PartReport, Problem, Provenance, SpecTest
from grader.run.cache import Cache
from grader.run.memory import Remembering
from grader.run.store import code_digest

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


def run_all_tests(problems: Sequence[Problem], *, jobs: int = 1, cache: Cache | None = None,
                  part_digests: Mapping[tuple[str, str], str] | None = None) -> list[list[SpecFailure]]:
    """For each problem its failures, in order, each row under the limits of an answer in a worker of its own.

    With a cache the outcome of a row is not worked out again while the part (by `part_digests`, else the whole problem), the row and the code are the same.
    """
    from grader.run.one import grade_answer, preload
    from grader.run.workers import run_tasks

    wanted = [(p, k, what, test) for p, problem in enumerate(problems) for k, part in enumerate(problem.parts) for what, test in rows(part)]
    memory = Remembering(cache)

    def grade(problem: Problem, part: Part, text: str) -> PartReport:
        return grade_answer(problem, part, Answer(f"{problem.id}/{part.id}", text, Provenance()), by=memory)

    def work(task: int) -> dict[str, list[list[Any]]]:
        p, k, what, test = wanted[task]
        memory.scope = keys[task]
        found = _failures(problems[p], problems[p].parts[k], what, test, grade)
        return {"failures": [[f.expected, f.got] for f in found], "evidence": memory.taken()}

    keys = [_key(problems[p], problems[p].parts[k], what, test, part_digests or {}) for p, k, what, test in wanted]
    outcomes: dict[int, list[list[str]]] = {}
    if cache is not None:
        known = {task: cache.get(key) for task, key in enumerate(keys)}
        outcomes = {task: found for task, found in known.items() if isinstance(found, list)}
    todo = [task for task in range(len(wanted)) if task not in outcomes]
    if todo:
        preload()
    for task, outcome in run_tasks(work, todo, jobs=jobs):
        if outcome.failed:
            outcomes[task] = [[f"{wanted[task][2]} to be decided".strip(), f"{outcome.failed} ({outcome.why})"]]
            continue
        outcomes[task] = outcome.value["failures"]
        if cache is not None:
            for name, entry in [*outcome.value["evidence"], [keys[task], outcomes[task]]]:
                cache.add(name, entry)
    made: list[list[SpecFailure]] = [[] for _ in problems]
    for task, (p, k, _, test) in enumerate(wanted):
        made[p] += [_failure(problems[p], problems[p].parts[k], test, [expected], [got]) for expected, got in outcomes[task]]
    return made


def _key(problem: Problem, part: Part, what: str, test: SpecTest, part_digests: Mapping[tuple[str, str], str]) -> str:
    row = [what, test.answer, str(test.points), test.tag, test.status, test.feedback, test.needs_human]
    return digest(["test", code_digest(), part_digests.get((problem.id, part.id)) or [problem.digest, part.id], row])
