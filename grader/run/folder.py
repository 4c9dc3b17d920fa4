"""A folder of papers: each answer as a task for the workers, records in order, a journal to resume from.

The caller loads problems and submissions (`intake`) and renders the records (`report`); this module only decides and keeps.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from grader import __version__
from grader.encoding import digest
from grader.model import Answer, Part, Problem, Submission
from grader.report.record import to_record
from grader.run.one import failed, find_answer, grade_answer
from grader.run.workers import Limits, run_tasks

Record = dict[str, Any]


class Journal:
    """Records of an unfinished run, one JSON line each, flushed to the disk as they are made; removed when the run is complete.

    A line that was cut off by a crash is ignored. `key` digests everything that a record depends on, so that a changed answer, spec or
    version is decided again.
    """

    def __init__(self, path: Path, fresh: bool = False) -> None:
        self.path = path
        self.kept: dict[str, Record] = {}
        if fresh:
            path.unlink(missing_ok=True)
        elif path.exists():
            for line in path.read_bytes().split(b"\n"):
                try:
                    entry = json.loads(line)
                    self.kept[entry["key"]] = entry["record"]
                except (ValueError, KeyError, TypeError):
                    continue
        self._file = path.open("ab")
        if self._file.tell():
            self._file.write(b"\n")  # ends a line that a crash cut off

    def add(self, key: str, record: Record) -> None:
        """Keep a record for good before the next one is asked for."""
        self._file.write(json.dumps({"key": key, "record": record}).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def finish(self) -> None:
        """The run is complete and its records are written elsewhere."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def mark_papers(problems: Sequence[Problem], papers: Sequence[Submission], *, jobs: int = 1, journal: Journal | None = None,
                limits: Limits = Limits(), progress: Callable[[int, int], None] | None = None) -> Iterator[Record]:
    """The records of all papers on all problems: by paper in the given order, then by problem, then by part.

    A paper is marked on the problems that it names in its front matter, else on all: what is missing there is blank and not left out.
    """
    wanted = [(s, p, k) for s, paper in enumerate(papers) for p, problem in enumerate(problems)
              if problem.id in (paper.problems or (problem.id,)) for k in range(len(problem.parts))]

    def at(task: Sequence[int]) -> tuple[Submission, Problem, Part, Answer]:
        paper, problem = papers[task[0]], problems[task[1]]
        part = problem.parts[task[2]]
        return paper, problem, part, find_answer(paper, problem, part)

    def work(task: Sequence[int]) -> Record:
        paper, problem, part, answer = at(task)
        return to_record(grade_answer(problem, part, answer, learner=paper.learner))

    def key(task: Sequence[int]) -> str:
        paper, problem, part, answer = at(task)
        return digest([__version__, problem.digest, part.id, paper.learner, paper.file, answer.text, answer.provenance.ocr,
                       [n.text for n in answer.notes]])

    keys = [key(t) for t in wanted]
    kept = journal.kept if journal else {}
    todo = [t for t, k in zip(wanted, keys) if k not in kept]
    fresh = run_tasks(work, todo, jobs=jobs, limits=limits)
    for count, (task, k) in enumerate(zip(wanted, keys), 1):
        if k in kept:
            record = kept[k]
        else:
            _, outcome = next(fresh)
            record = outcome.value
            if outcome.failed:
                paper, problem, part, answer = at(task)
                record = to_record(failed(problem, part, answer, paper.learner, outcome.failed, outcome.why))
            if journal:
                journal.add(k, record)
        if progress:
            progress(count, len(wanted))
        yield record

