"""Marking papers: equal answers are decided once, what is decided is kept in a journal, and records come out in the order of the papers.

The work has two halves. First every distinct answer is decided, in any order, and its `body` (all of its record but whose it is and where it stood) goes
to the journal as soon as it is there. Then the records are put together from papers and journal, in order. A run that is killed, in either half, goes on from
its journal and ends in the bytes of one that was not: the second half follows from the papers and the bodies alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader import __version__
from grader.decide import Budget
from grader.model import Problem, Submission
from grader.report.record import to_line, to_record
from grader.run.cache import Cache
from grader.run.decisions import Decisions
from grader.run.memory import Remembering
from grader.run.one import failed, grade_answer, preload
from grader.run.papers import Keys, Papers, described_papers, unpacked
from grader.run.store import Store, secret
from grader.run.workers import Limits, Outcome, run_tasks

CPU_SECONDS = 4.0
"""Budget of processor time for one answer; its worker is ended a second later."""
MAX_HELD = 2_000
"""Bodies held in memory while records are put together."""
Runner = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[tuple[Any, Outcome]]]
"""Does the work on tasks somewhere, and gives tasks and outcomes in any order."""


class Journal(Store):
    """What an unfinished run has decided so far; removed when the run is complete."""

    def __init__(self, path: Path, fresh: bool = False) -> None:
        super().__init__(path, secret() or b"", fresh=fresh)
        self.kept = len(self)
        """Answers that an interrupted run has left."""

    def finish(self) -> None:
        """The run is complete and its records are written elsewhere."""
        self.remove()


@dataclass
class Tally:
    """How a run is getting on, for whoever watches: answers done and wanted, bodies decided anew, statuses of the answers done."""

    wanted: int = 0
    done: int = 0
    distinct: int = 0
    decided: int = 0
    kept: int = 0
    statuses: dict[str, int] = field(default_factory=dict)

    def count(self, status: str, answers: int) -> None:
        """So many answers have come out with that status."""
        self.done += answers
        self.statuses[status] = self.statuses.get(status, 0) + answers


class Marking:
    """One run over papers: `decide` first, then `records`."""

    def __init__(self, problems: Sequence[Problem], papers: Papers, journal: Store, *, cache: Cache | None = None,
                 decisions: Decisions | None = None) -> None:
        self.problems, self.papers, self.journal, self.cache, self.decisions = problems, papers, journal, cache, decisions
        self.tally = Tally(wanted=papers.answers)
        self._held: dict[str, str] = {}

    def decide(self, runner: Runner, watch: Callable[[Tally], None] = lambda tally: None) -> None:
        """Decide every distinct answer that the journal does not hold yet. Fails with `OSError` where the journal cannot be written."""
        memory = Remembering(self.cache)
        problems = self.problems

        def work(task: Sequence[Any]) -> dict[str, Any]:
            key, p, k, shown = task
            memory.scope = key
            body = decided_body(problems[p], k, shown, memory)
            return {"body": body, "evidence": memory.taken()}

        shared: dict[str, int] = {}
        statuses: dict[bytes, str] = {}
        for (key, p, k, shown), outcome in runner(work, self._open(shared, statuses)):
            if outcome.failed:
                body = _body_of_failure(problems[p], k, shown, outcome)
            else:
                body = outcome.value["body"]
                for name, entry in outcome.value["evidence"] if self.cache else ():
                    self.cache.add(name, entry)
            if key not in shared:
                continue  # told twice
            self.journal.add(key, body)
            self.tally.decided += 1
            statuses[bytes.fromhex(key)] = _status(body)
            self.tally.count(_status(body), shared.pop(key))
            watch(self.tally)
        self.journal.sync()

    def _open(self, shared: dict[str, int], statuses: dict[bytes, str]) -> Iterator[list[Any]]:
        """The distinct answers that are still to be decided; `shared` counts, while one is at work, how many answers wait for it."""
        for paper in self.papers:
            for p, k, key, shown, _, _ in paper["answers"]:
                known = statuses.get(bytes.fromhex(key))
                if known is None and key not in shared and (body := self.journal.get(key) if key in self.journal else None) is not None:
                    known = statuses[bytes.fromhex(key)] = _status(body)
                    self.tally.distinct += 1
                    self.tally.kept += 1
                if known is not None:
                    self.tally.count(known, 1)
                elif key in shared:
                    shared[key] += 1
                else:
                    if not self.tally.distinct - self.tally.kept:
                        preload()
                    shared[key] = 1
                    self.tally.distinct += 1
                    yield [key, p, k, shown]

    def records(self, index: int) -> tuple[dict[str, Any], list[str]]:
        """What pages say of a paper, and its records as lines without their ends, once all is decided; also in processes forked after that."""
        paper = self.papers.at(index)
        lines = []
        for p, k, key, shown, file, line in paper["answers"]:
            body = self._held.get(key)
            if body is None:
                body = self.journal.get(key)
                if body is None:
                    raise RuntimeError("the journal lost an entry while the run went on; run again")
                if len(self._held) >= MAX_HELD:
                    self._held.clear()
                self._held[key] = body
            made = joined(body, paper["about"]["learner"], self.problems[p], k, shown[0], file, line)
            if self.decisions and self.decisions.on(paper["about"]["learner"], self.problems[p].id, self.problems[p].parts[k].id, shown[0]):
                made = to_line(self.decisions.merged(json.loads(made)))
            lines.append(made)
        return paper["about"], lines


def decided_body(problem: Problem, k: int, shown: Sequence[Any], memory: Remembering) -> str:
    """The body of an answer to part k of a problem."""
    part = problem.parts[k]
    answer = unpacked(f"{problem.id}/{part.id}", shown)
    return _body(to_record(grade_answer(problem, part, answer, budget=Budget(CPU_SECONDS), by=memory)))


def _body_of_failure(problem: Problem, k: int, shown: Sequence[Any], outcome: Outcome) -> str:
    part = problem.parts[k]
    answer = unpacked(f"{problem.id}/{part.id}", shown)
    return _body(to_record(failed(problem, part, answer, "", outcome.failed, outcome.why)))


_WHOSE = ("learner", "problem", "part", "answer", "spec", "version")
_PLACE = ("file", "line")


def _body(record: Mapping[str, Any]) -> str:
    """What a record says besides whose it is and where it stood: one line of JSON that begins with its source."""
    source = {name: value for name, value in record["source"].items() if name not in _PLACE}
    return to_line({"source": source, **{name: value for name, value in record.items() if name not in (*_WHOSE, "source")}})


def _status(body: str) -> str:
    start = body.index('"status":"', body.index('"hint":')) + len('"status":"')
    return body[start:body.index('"', start)]


def joined(body: str, learner: str, problem: Problem, k: int, text: str, file: str, line: int) -> str:
    """The record of a learner's answer on one line: its keys stand in the order of `report.record.to_record`."""
    whose = to_line({"learner": learner, "problem": problem.id, "part": problem.parts[k].id, "answer": text})
    place = to_line({"file": file, "line": line})
    tail = to_line({"spec": problem.digest, "version": __version__})
    return f'{whose[:-1]},"source":{place[:-1]},{body[len(_SOURCE):-1]},{tail[1:]}'


_SOURCE = '{"source":{'


def local(jobs: int, limits: Limits = Limits(cpu_seconds=CPU_SECONDS + 1)) -> Runner:
    """A runner on this machine."""
    def run(work: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[tuple[Any, Outcome]]:
        return run_tasks(work, tasks, jobs=jobs, limits=limits, ordered=False)
    return run


def mark_papers(problems: Sequence[Problem], papers: Sequence[Submission], *, journal: Store, jobs: int = 1, cache: Cache | None = None) -> Iterator[dict[str, Any]]:
    """The records of papers that are at hand: by paper in the given order, then by problem, then by part. Their learners' keys must differ."""
    kept = described_papers(papers, problems, Keys(problems, {}, CPU_SECONDS))
    try:
        marking = Marking(problems, kept, journal, cache=cache)
        marking.decide(local(jobs))
        for index in range(kept.count):
            yield from map(json.loads, marking.records(index)[1])
    finally:
        kept.close()
