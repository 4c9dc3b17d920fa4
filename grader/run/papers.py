"""The papers of a folder on their way to be marked: read by workers under limits, and kept in files without a name, so that memory stays flat.

A paper becomes one line of JSON: whose it is, what its pages say beside the answers, and for each part that it is marked on the answer that was found. What
decides an answer's mark is in its `key`: the part as its author wrote it, and the text with its notes; not whose it is, nor where it stood. The keys of all
answers stand in a row beside the lines, so that whoever looks for the distinct ones need not read the lines again. Workers make lines and keys; the command
puts them where they belong.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

from grader.encoding import decode, digest, encode
from grader.model import Answer, Note, Problem, Provenance, Submission
from grader.report.view import paper_of
from grader.run.index import KEY, Index
from grader.run.one import doubted, find_answer
from grader.run.store import code_digest, file_digest
from grader.run.workers import Limits, pack, run_tasks, unpack

READING = Limits(cpu_seconds=30.0, wall_seconds=120.0)
"""For one file of at most a MiB, which may hold a thousand answers, or for some small ones."""
TOGETHER, TOGETHER_BYTES = 32, 128 * 1024
"""Files that are read by one worker in one go, at most."""
AHEAD = 64
"""Such tasks that may be ready before one that comes first in order."""
Fetch = Callable[[str, bytes], Sequence[Submission]]
"""Reads one file; raises an exception with `reason` and `line` where it cannot be used."""
Apart = Callable[[Sequence[tuple[str, str]], Callable[[str], bool]], Sequence[tuple[str, Note | None]]]
"""For the learner and file of each paper of which several are under one key the key it is kept under, and a note for a person; the function says whether a
further paper is under a key."""


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


_HEAD = struct.Struct("<QQIII")
"""Of a paper: where its line begins, the number of its first answer, bytes of its learner's key and of its line, how many answers."""
_BLOCK = 1024


def _packed_paper(paper: Mapping[str, Any], same: Callable[[str], str]) -> bytes:
    """A described paper for the way from worker to command: what equal keys share, key, line, the answers' keys, the problems it is marked on."""
    learner = paper["about"]["learner"]
    on = ",".join(map(str, dict.fromkeys(entry[0] for entry in paper["answers"])))
    keys = b"".join(bytes.fromhex(entry[2]) for entry in paper["answers"])
    return pack([_mark(same(learner)), learner.encode("utf-8", "surrogatepass"), json.dumps(paper, separators=(",", ":")).encode("ascii"), keys, on.encode("ascii")])


def _mark(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=KEY).digest()


class Papers:
    """The papers of a run, in order; may be gone through any number of times, also in processes forked after the last was added."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.count = self.answers = 0
        self.digest = ""
        """Of every file's name and bytes."""
        self._lines, self._heads, self._keys = (_nameless() for _ in range(3))
        self._end = 0
        self._first = Index(4)
        self._doubled: dict[bytes, list[int]] = {}
        self._apart: dict[int, tuple[str, Note]] = {}
        self._on: set[bytes] = set()
        self._last: tuple[int, dict[str, Any]] | None = None

    def add(self, packed_paper: bytes) -> None:
        """Keep a paper as the worker gave it. Fails with `OSError` where there is no room."""
        mark, learner, line, keys, on = unpack(packed_paper)
        self._lines.write(learner)
        self._lines.write(line)
        self._keys.write(keys)
        self._heads.write(_HEAD.pack(self._end, self.answers, len(learner), len(line), len(keys) // KEY))
        self._end += len(learner) + len(line)
        self.answers += len(keys) // KEY
        self._on.add(on)
        before = self._first.get(mark)
        if before is None:
            self._first.put(mark, (self.count + 1).to_bytes(4, "little"))
        else:
            self._doubled.setdefault(mark, [int.from_bytes(before, "little") - 1]).append(self.count)
        self.count += 1

    def keep_apart(self, apart: Apart, same: Callable[[str], str]) -> None:
        """Give every paper a key of its own; called once, after the last was added."""
        for file in (self._lines, self._heads, self._keys):
            file.flush()
        several = sorted(index for found in self._doubled.values() for index in found)
        named = [(paper["about"]["learner"], paper["about"]["file"]) for paper in map(self._read, several)]
        made = apart(named, lambda key: (mark := _mark(key)) in self._first and mark not in self._doubled) if named else ()
        for index, (key, note) in zip(several, made, strict=True):
            if note is not None:
                self._apart[index] = key, note
                keys = b"".join(bytes.fromhex(entry[2]) for entry in self.at(index)["answers"])
                os.pwrite(self._keys.fileno(), keys, self._head(index)[1] * KEY)
        self._first.close()

    def _head(self, index: int) -> tuple[int, ...]:
        return _HEAD.unpack(os.pread(self._heads.fileno(), _HEAD.size, index * _HEAD.size))

    def _read(self, index: int) -> dict[str, Any]:
        start, _, named, length, _ = self._head(index)
        paper: dict[str, Any] = json.loads(os.pread(self._lines.fileno(), length, start + named))
        return paper

    def learner(self, index: int) -> str:
        """The key that a paper is kept under."""
        if index in self._apart:
            return self._apart[index][0]
        start, _, named, _, _ = self._head(index)
        return os.pread(self._lines.fileno(), named, start).decode("utf-8", "surrogatepass")

    def size(self, index: int) -> int:
        """How many answers a paper has."""
        return self._head(index)[4]

    def on(self) -> list[int]:
        """The numbers of the problems that some paper is marked on."""
        return sorted({int(number) for each in self._on for number in each.split(b",") if number})

    def at(self, index: int) -> dict[str, Any]:
        """A paper, as `described`, under the key it is kept under."""
        if self._last is not None and self._last[0] == index:
            return self._last[1]
        paper = self._read(index)
        if index in self._apart:
            learner, note = self._apart[index]
            paper["about"]["learner"] = learner
            paper["about"]["notes"].append({"text": note.text, "severity": note.severity})
            paper["answers"] = [self._doubted(entry, note) for entry in paper["answers"]]
        self._last = index, paper
        return paper

    def _doubted(self, entry: list[Any], note: Note) -> list[Any]:
        p, k, _, shown, file, line = entry
        shown = packed(doubted(unpacked("", shown), note)) if shown[0].strip() else shown
        return [p, k, self.keys.of(p, k, shown), shown, file, line]

    def entries(self) -> Iterator[tuple[bytes, int, int]]:
        """Every answer: its key, the number of its paper, and its place there."""
        for index in range(self.count):
            if index % _BLOCK == 0:
                heads = os.pread(self._heads.fileno(), _BLOCK * _HEAD.size, index * _HEAD.size)
            _, first, _, _, count = _HEAD.unpack_from(heads, index % _BLOCK * _HEAD.size)
            keys = os.pread(self._keys.fileno(), count * KEY, first * KEY)
            for place in range(count):
                yield keys[place * KEY:place * KEY + KEY], index, place

    def close(self) -> None:
        """Let go of the files."""
        for file in (self._lines, self._heads, self._keys):
            file.close()


def _nameless() -> IO[bytes]:
    return tempfile.TemporaryFile(prefix="grader-papers-")


def described_papers(papers: Iterable[Submission], problems: Sequence[Problem], keys: Keys) -> Papers:
    """Papers that are at hand; their learners' keys must differ."""
    kept = Papers(keys)
    for paper in papers:
        kept.add(_packed_paper(described(paper, problems, keys), str))
    kept.keep_apart(lambda named, other: [(learner, None) for learner, _ in named], str)
    return kept


def read_papers(files: Iterable[tuple[str, bytes]], fetch: Fetch, apart: Apart, same: Callable[[str], str], problems: Sequence[Problem], keys: Keys, *,
                jobs: int = 1, skip: Callable[[str, str], None], progress: Callable[[int], None] | None = None) -> Papers:
    """The papers in files, in the order of the files. A file that cannot be used, or whose reading does not end, is told to `skip`; `same` makes of two
    keys that count as one the same text. Fails with `OSError` where there is no room for them."""
    def one(name: str, content: bytes) -> bytes:
        try:
            return b"P" + pack([_packed_paper(described(s, problems, keys), same) for s in fetch(name, content)])
        except Exception as error:
            if not hasattr(error, "reason"):
                raise
            return b"E" + json.dumps([error.reason, getattr(error, "line", 0)]).encode()

    def work(task: bytes) -> bytes:
        rows = unpack(task)
        return pack([one(name.decode("utf-8", "surrogatepass"), content) for name, content in zip(rows[::2], rows[1::2])])

    def keep(name: str, found: bytes) -> None:
        if found[:1] == b"P":
            for paper in unpack(found[1:]):
                kept.add(paper)
        else:
            reason, line = json.loads(found[1:])
            skip(f"{name}:{line}" if line else name, reason)

    kept = Papers(keys)
    digest = hashlib.blake2b(digest_size=16)
    count = 0
    for task, outcome in run_tasks(work, _together(files, digest.update, jobs), jobs=jobs, limits=READING, ahead=AHEAD):
        rows = unpack(task)
        names = [name.decode("utf-8", "surrogatepass") for name in rows[::2]]
        if not outcome.failed:
            found = list(zip(names, unpack(outcome.value), strict=True))
        else:  # one of them is to blame: each for itself
            found = []
            for name, (_, alone) in zip(names, run_tasks(work, (pack(rows[k:k + 2]) for k in range(0, len(rows), 2)), jobs=jobs, limits=READING)):
                why = f"the reader failed on it ({alone.why})" if alone.failed == "crash" else f"it could not be read within the limits ({alone.why})"
                found.append((name, b"E" + json.dumps([why, 0]).encode() if alone.failed else unpack(alone.value)[0]))
        for name, each in found:
            keep(name, each)
        count += len(names)
        if progress:
            progress(count)
    kept.keep_apart(apart, same)
    kept.digest = digest.hexdigest()
    return kept


def _together(files: Iterable[tuple[str, bytes]], seen: Callable[[bytes], None], jobs: int) -> Iterator[bytes]:
    """Tasks of several small files, fewer at the beginning so that every worker has something to do; `seen` hears of every file."""
    rows: list[bytes] = []
    size = count = 0
    for name, content in files:
        seen(file_digest(name, content))
        if rows and (len(rows) // 2 >= min(TOGETHER, 1 + count // (8 * jobs)) or size + len(content) > TOGETHER_BYTES):
            yield pack(rows)
            rows, size = [], 0
        rows += [name.encode("utf-8", "surrogatepass"), content]
        size += len(content)
        count += 1
    if rows:
        yield pack(rows)
