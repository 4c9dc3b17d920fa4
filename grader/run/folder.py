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
from grader.model import Problem, Status, Submission
from grader.report.record import Record, to_line, to_record
from grader.run.cache import Cache
from grader.run.decisions import Decisions
from grader.run.index import Index
from grader.run.memory import Remembering
from grader.run.one import failed, grade_answer, preload
from grader.run.papers import Keys, Papers, described_papers, unpacked
from grader.run.store import Store, secret
from grader.run.workers import Limits, Outcome, run_tasks

CPU_SECONDS = 4.0
"""Budget of processor time for one answer; its worker is ended a second later."""
_STATUSES = [str(status) for status in Status] + ["unread"]
MAX_HELD = 500
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
        self._held: dict[str, tuple[str, Record]] = {}

    def decide(self, runner: Runner, watch: Callable[[Tally], None] = lambda tally: None, *, whole: bool = False) -> None:
        """Decide every distinct answer that the journal does not hold yet. Fails with `OSError` where the journal cannot be written.

        A task is [key, paper, place] or, with `whole` (for workers that do not share our files), [key, problem, part, answer].
        """
        memory = Remembering(self.cache)
        problems = self.problems

        def work(task: Sequence[Any]) -> bytes:
            return told(problems, self._whole(task), memory, with_evidence=self.cache is not None).encode("ascii")

        shared: dict[str, int] = {}
        tasks = self._open(shared)
        for task, outcome in runner(work, map(self._whole, tasks) if whole else tasks):
            key = task[0]
            if outcome.failed:
                _, p, k, shown = self._whole(task)
                body = _body_of_failure(problems[p], k, shown, outcome)
            else:
                said = outcome.value if isinstance(outcome.value, str) else outcome.value.decode("ascii")
                body, _, evidence = said.partition("\n")
                for name, entry in json.loads(evidence) if self.cache is not None and evidence else ():
                    self.cache.add(name, entry)
            if key not in shared:
                continue  # told twice
            self.journal.add(key, body)
            self.tally.decided += 1
            status = _status(body)
            self._statuses.put(bytes.fromhex(key), bytes((1 + _STATUSES.index(status),)))
            self.tally.count(status, shared.pop(key))
            watch(self.tally)
        self.journal.sync()
        self._statuses.close()

    def _whole(self, task: Sequence[Any]) -> list[Any]:
        """[key, problem, part, answer] of a task."""
        if len(task) == 4:
            return list(task)
        p, k, _, shown, _, _ = self.papers.at(task[1])["answers"][task[2]]
        return [task[0], p, k, shown]

    def _open(self, shared: dict[str, int]) -> Iterator[list[Any]]:
        """The distinct answers that are still to be decided; `shared` counts, while one is at work, how many answers wait for it."""
        self._statuses = Index(1)
        begun = False
        for digest, index, place in self.papers.entries():
            status = self._statuses.get(digest)
            if status is not None:
                self.tally.count(_STATUSES[status[0] - 1], 1)
                continue
            key = digest.hex()
            if key in shared:
                shared[key] += 1
                continue
            self.tally.distinct += 1
            body = self.journal.get(key)
            if body is not None:
                self.tally.kept += 1
                self._statuses.put(digest, bytes((1 + _STATUSES.index(_status(body)),)))
                self.tally.count(_status(body), 1)
                continue
            if not begun:
                preload()
                begun = True
            shared[key] = 1
            yield [key, index, place]

    def records(self, index: int) -> tuple[Record, list[str], list[Record], list[str]]:
        """What pages say of a paper; its records, as lines without their ends and as values; and for each a text that it shares only with those that differ
        in nothing but learner and place. Once all is decided; also in processes forked after that."""
        paper = self.papers.at(index)
        learner = paper["about"]["learner"]
        lines, records, same = [], [], []
        for p, k, key, shown, file, line in paper["answers"]:
            held = self._held.get(key)
            if held is None:
                body = self.journal.get(key)
                if body is None:
                    raise RuntimeError("the journal lost an entry while the run went on; run again")
                if len(self._held) >= MAX_HELD:
                    self._held.clear()
                held = self._held[key] = body, json.loads(body)
            problem = self.problems[p]
            lines.append(joined(held[0], learner, problem, k, shown[0], file, line))
            whose = {"learner": learner, "problem": problem.id, "part": problem.parts[k].id, "answer": shown[0]}
            records.append({**whose, **held[1], "source": {"file": file, "line": line, **held[1]["source"]}, "spec": problem.digest, "version": __version__})
            same.append(f"{key}/{p}/{k}")
            if self.decisions and self.decisions.on(learner, problem.id, problem.parts[k].id, shown[0]):
                records[-1] = self.decisions.merged(records[-1])
                lines[-1], same[-1] = to_line(records[-1]), ""
        return paper["about"], lines, records, same


def told(problems: Sequence[Problem], task: Sequence[Any], memory: Remembering, *, with_evidence: bool) -> str:
    """What a worker says of the answer in a task [key, problem, part, answer]: its body on one line, and on the next the evidence found for it as JSON, where
    that is wanted. Text, since the command keeps the body as it is."""
    key, p, k, shown = task
    memory.scope = key
    part = problems[p].parts[k]
    answer = unpacked(f"{problems[p].id}/{part.id}", shown)
    body = _body(to_record(grade_answer(problems[p], part, answer, budget=Budget(CPU_SECONDS), by=memory)))
    evidence = memory.taken()
    return f"{body}\n{json.dumps(evidence)}" if with_evidence and evidence else body


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
            yield from marking.records(index)[2]
    finally:
        kept.close()
