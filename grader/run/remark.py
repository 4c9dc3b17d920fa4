"""Marks that move: records of an earlier run marked again under problem files that have changed, from the verdicts that were recorded.

Nothing is believed because it was recorded. An answer is read again and its claims are stated under the new spec; a claim that the old run had settled is
settled by the recorded evidence, which the kernel replays, and only a claim that is new, or was left open, is decided. So a change of points, feedback or
policy moves marks without deciding anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader import __version__
from grader.decide import Budget
from grader.model import Answer, Note, Problem, Provenance
from grader.report.record import Record, to_record
from grader.run.decisions import TAG, Decisions
from grader.run.folder import CPU_SECONDS
from grader.run.memory import Remembering
from grader.run.one import failed, grade_answer, preload
from grader.run.workers import Limits, run_tasks
from grader.term import Span


@dataclass(frozen=True, slots=True)
class Move:
    """One answer whose mark is not what it was: who, which part, from what to what, why, and whether the old record is kept."""

    learner: str
    problem: str
    part: str
    before: str
    after: str
    why: str
    lower: bool
    kept: bool = False

    def __str__(self) -> str:
        return f"{self.learner}  {self.problem}/{self.part}  {self.before} → {self.after}{' (kept as it was)' if self.kept else ''}  {self.why}"


def marked_again(records: Sequence[Record], problems: Sequence[Problem], *, jobs: int = 1, lower: bool = False,
                 decisions: Decisions | None = None) -> Iterator[tuple[Record, Move | None]]:
    """Each record as it is under these problems, and what moved; in order.

    Records of problems and parts that are not among these, and records of the same problem file and version, stay as they are, but for what a person decided
    (or took back) meanwhile. A record whose points would fall is kept unless `lower` is on, or a person decided so about that very answer.
    """
    by_id = {problem.id: problem for problem in problems}
    todo = [k for k, record in enumerate(records) if _changed(record, by_id) or _taken_back(record, by_id, decisions)]
    if todo:
        preload()

    def work(k: int) -> Record:
        problem, part = by_id[records[k]["problem"]], by_id[records[k]["problem"]].part(records[k]["part"])
        memory = Remembering(None)
        budget = Budget(CPU_SECONDS)
        memory.take(records[k]["evidence"], budget)
        return to_record(grade_answer(problem, part, answer_of(records[k]), learner=records[k]["learner"], budget=budget, by=memory))

    fresh = run_tasks(work, todo, jobs=jobs, limits=Limits(cpu_seconds=CPU_SECONDS + 1))
    at = set(todo)
    for k, record in enumerate(records):
        if k not in at:
            made = decisions.merged(_undecided(record)) if decisions and _decided(record, decisions) else record
            yield made, moved(record, made)
            continue
        _, outcome = next(fresh)
        made = outcome.value
        if outcome.failed:
            problem = by_id[record["problem"]]
            made = to_record(failed(problem, problem.part(record["part"]), answer_of(record), record["learner"], outcome.failed, outcome.why))
        made = decisions.merged(made) if decisions else made
        move = moved(record, made)
        if move and move.lower and not lower and TAG not in made["tags"]:
            yield record, replace(move, kept=True)
        else:
            yield made, move


def _changed(record: Record, problems: Mapping[str, Problem]) -> bool:
    problem = problems.get(record["problem"])
    if problem is None or record["part"] not in {part.id for part in problem.parts}:
        return False
    return bool(record["spec"] != problem.digest or record["version"] != __version__)


def _decided(record: Record, decisions: Decisions | None) -> bool:
    return decisions is not None and decisions.on(record["learner"], record["problem"], record["part"], record["answer"]) is not None


def _taken_back(record: Record, problems: Mapping[str, Problem], decisions: Decisions | None) -> bool:
    """Is it marked by a person's decision that stands nowhere any more?"""
    problem = problems.get(record["problem"])
    return TAG in record["tags"] and problem is not None and record["part"] in {part.id for part in problem.parts} and not _decided(record, decisions)


def _undecided(record: Record) -> Record:
    """The record without what a person decided earlier, so that a later decision takes its place."""
    if TAG not in record["tags"]:
        return record
    return {**record, "awards": [a for a in record["awards"] if a["tag"] != TAG], "tags": [t for t in record["tags"] if t != TAG]}


def answer_of(record: Record) -> Answer:
    """The answer that a record is about, as it was handed in."""
    source = record["source"]
    notes = tuple(Note(n["text"], Span(*n["span"]) if n["span"] else None, n["severity"], n["code"]) for n in source["notes"])
    return Answer(f"{record['problem']}/{record['part']}", record["answer"], Provenance(source["file"], source["line"], source["format"], source["ocr"]), notes)


def moved(before: Record, after: Record) -> Move | None:
    """What a learner or a teacher would see change; None where nothing is to be seen."""
    old, new = _mark(before), _mark(after)
    if old == new and before["status"] == after["status"]:
        return None
    tags = [t for t in after["tags"] if t not in before["tags"]] or after["tags"]
    why = ", ".join(tags)
    if before["out_of"] != after["out_of"]:
        why = f"out of {after['out_of']} instead of {before['out_of']}" + (f"; {why}" if why else "")
    elif before["status"] != after["status"]:
        why = f"{before['status']} → {after['status']}" + (f"; {why}" if why else "")
    fell = Fraction(after["points"]) < Fraction(before["points"])
    return Move(before["learner"], before["problem"], before["part"], old, new, why, fell)


def _mark(record: Record) -> str:
    waits = ", waits for a person" if record["needs_human"] else ""
    return f"{record['points']} of {record['out_of']}{waits}"
