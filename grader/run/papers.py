"""The papers of a folder on their way to be marked: read by workers under limits, and kept in a file without a name, so that memory stays flat.

A paper becomes one line of JSON: whose it is, what its pages say beside the answers, and for each part that it is marked on the answer that was found. What
decides an answer's mark is in its `key`: the part as its author wrote it, and the text with its notes; not whose it is, nor where it stood.
"""

from __future__ import annotations

import array
import base64
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.encoding import decode, digest, encode
from grader.model import Answer, Note, Problem, Provenance, Submission
from grader.report.view import paper_of
from grader.run.one import doubted, find_answer
from grader.run.store import code_digest, file_digest, files_digest
from grader.run.workers import Limits, run_tasks

READING = Limits(cpu_seconds=30.0, wall_seconds=120.0)
"""For one file of at most a MiB, which may hold a thousand answers."""
Fetch = Callable[[str, bytes], Sequence[Submission]]
"""Reads one file; raises an exception with `reason` and `line` where it cannot be used."""
Apart = Callable[[Sequence[tuple[str, str]]], Sequence[tuple[str, Note | None]]]
"""For the learner and file of each paper the key it is kept under, and a note where a person must look."""


class Keys:
    """What identifies the work that an answer is: one key for every answer that must come out alike."""

    def __init__(self, problems: Sequence[Problem], part_digests: Mapping[tuple[str, str], str], cpu_seconds: float) -> None:
        self._settings = digest([code_digest(), cpu_seconds])
        self._parts = {(p, k): part_digests.get((problem.id, part.id)) or f"{problem.digest}/{part.id}"
                       for p, problem in enumerate(problems) for k, part in enumerate(problem.parts)}

    def of(self, p: int, k: int, shown: Sequence[Any]) -> str:
        """The key of an answer (as `packed` gives it) to part k of problem p."""
        return digest([self._settings, self._parts[p, k], *shown])


def packed(answer: Answer) -> list[Any]:
    """What of an answer decides its mark, as JSON values: text, format, whether it was read by a recogniser, notes."""
    return [answer.text, answer.provenance.format, answer.provenance.ocr, encode(answer.notes)]


def unpacked(name: str, shown: Sequence[Any]) -> Answer:
    """The answer that `packed` described, without its place."""
    text, form, ocr, notes = shown
    return Answer(name, text, Provenance("", 0, form, ocr), decode(notes))


def described(paper: Submission, problems: Sequence[Problem], keys: Keys) -> dict[str, Any]:
    """A paper as JSON values. `answers` holds [problem, part, key, packed answer, file, line] for each part, by problem, then by part.

    A paper is marked on the problems that it names in its front matter, else on those of every sheet that it answers something of; one that answers
    nothing on those without a sheet (on all, where every problem has one). What is missing there is blank and not left out.
    """
    answers = []
    begun = {a.part.partition("/")[0] for a in paper.answers if a.text.strip()}
    every = {problem.sheet for problem in problems}
    sheets = {problem.sheet for problem in problems if problem.id in begun} or ({""} & every) or every
    for p, problem in enumerate(problems):
        if problem.id not in paper.problems if paper.problems else problem.sheet not in sheets:
            continue
        for k, part in enumerate(problem.parts):
            found = find_answer(paper, problem, part)
            shown = packed(found)
            answers.append([p, k, keys.of(p, k, shown), shown, found.provenance.file, found.provenance.line])
    return {"about": paper_of(paper), "answers": answers}


def _line(paper: Mapping[str, Any]) -> tuple[str, int]:
    return json.dumps(paper, separators=(",", ":")), len(paper["answers"])


@dataclass
class Papers:
    """The papers of a run, in order; may be gone through any number of times. `learners` are their keys, each once."""

    keys: Keys
    count: int = 0
    answers: int = 0
    digest: str = ""
    """Of every file's name and bytes."""
    learners: list[str] = field(default_factory=list)
    notes: list[Note | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="grader-papers-")  # noqa: SIM115 - it lives as long as the run
        self._starts = array.array("Q", [0])

    def add(self, paper: str, answers: int) -> None:
        """Keep a described paper, as JSON, with so many answers."""
        line = paper.encode("ascii")
        self._file.write(line)
        self._starts.append(self._starts[-1] + len(line))
        self.count += 1
        self.answers += answers

    def keep_apart(self, apart: Apart, named: Sequence[tuple[str, str]]) -> None:
        """Give every paper a key of its own; called once, after the last was added."""
        for key, note in apart(named):
            self.learners.append(key)
            self.notes.append(note)
        self._file.flush()

    def at(self, index: int) -> dict[str, Any]:
        """A paper; may be called in processes that were forked after the last was added."""
        start = self._starts[index]
        paper: dict[str, Any] = json.loads(os.pread(self._file.fileno(), self._starts[index + 1] - start, start))
        learner, note = self.learners[index], self.notes[index]
        paper["about"]["learner"] = learner
        if note is not None:
            paper["about"]["notes"].append({"text": note.text, "severity": note.severity})
            paper["answers"] = [self._doubted(entry, note) for entry in paper["answers"]]
        return paper

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(self.at, range(self.count))

    def _doubted(self, entry: list[Any], note: Note) -> list[Any]:
        p, k, _, shown, file, line = entry
        shown = packed(doubted(unpacked("", shown), note)) if shown[0].strip() else shown
        return [p, k, self.keys.of(p, k, shown), shown, file, line]

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def described_papers(papers: Iterable[Submission], problems: Sequence[Problem], keys: Keys) -> Papers:
    """Papers that are at hand; their learners' keys must differ."""
    kept, named = Papers(keys), []
    for paper in papers:
        kept.add(*_line(described(paper, problems, keys)))
        named.append((paper.learner, paper.file))
    kept.keep_apart(lambda found: [(learner, None) for learner, _ in found], named)
    return kept


def read_papers(files: Iterable[tuple[str, bytes]], fetch: Fetch, apart: Apart, problems: Sequence[Problem], keys: Keys, *, jobs: int = 1,
                skip: Callable[[str, str], None], progress: Callable[[int], None] | None = None) -> Papers:
    """The papers in files, in the order of the files. A file that cannot be used, or whose reading does not end, is told to `skip`."""
    def work(task: Sequence[str]) -> Any:
        try:
            return [[s.learner, s.file, *_line(described(s, problems, keys))] for s in fetch(task[0], base64.b64decode(task[1]))]
        except Exception as error:
            if not hasattr(error, "reason"):
                raise
            return [error.reason, getattr(error, "line", 0)]

    read: list[bytes] = []

    def tasks() -> Iterator[list[str]]:
        for name, content in files:
            read.append(file_digest(name, content))
            yield [name, base64.b64encode(content).decode("ascii")]

    kept = Papers(keys)
    named: list[tuple[str, str]] = []
    for count, (task, outcome) in enumerate(run_tasks(work, tasks(), jobs=jobs, limits=READING), 1):
        if outcome.failed:
            skip(task[0], f"the reader failed on it ({outcome.why})" if outcome.failed == "crash" else f"it could not be read within the limits ({outcome.why})")
        elif outcome.value and isinstance(outcome.value[0], str):
            reason, line = outcome.value
            skip(f"{task[0]}:{line}" if line else task[0], reason)
        else:
            for learner, file, paper, answers in outcome.value:
                named.append((learner, file))
                kept.add(paper, answers)
        if progress:
            progress(count)
    kept.keep_apart(apart, named)
    kept.digest = files_digest(read)
    return kept
