"""Reports of a run, however many papers it has: workers put records together and write each learner's pages; only counts are held."""

from __future__ import annotations

import hashlib
import heapq
import json
import os
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from grader.report.record import Record, read_records, to_line
from grader.run.index import KEY, Index, Streams
from grader.run.workers import Limits, pack, run_tasks, unpack

if TYPE_CHECKING:
    from grader.report.class_view import Column

RECORDS = "records.jsonl"
PAPERS = "papers.jsonl"
"""What pages say of papers beside their answers, one a line, and what could not be used, so that pages can be made again from records alone."""
CPU_SECONDS, WALL_SECONDS = 60.0, 180.0
"""For the pages of some learners, or of one with many answers."""
AHEAD = 16
"""Groups of papers that may be ready before one that comes first in order."""
TOGETHER, ANSWERS = 32, 400
"""Papers, and answers of them (but for one paper that has more), that a worker renders in one go, at most."""
SORTED = 20_000
"""Learners whose keys are sorted in memory."""
_PLACE = struct.Struct("<QI")
Paper = Callable[[int], tuple[Record, list[str], list[Record], list[str]]]
"""For the number of a paper what its pages say beside the answers, its records as lines and as values, and for each what `Pages.write` calls `same`."""


class Papers(Protocol):
    """The papers of a run: how many, whose they are, and what is said of each."""

    count: int

    def learner(self, index: int) -> str:
        """The key of a paper."""

    def size(self, index: int) -> int:
        """How many answers a paper has."""


def write_all(out: Path, papers: Papers, paper: Paper, problems: Sequence[Record], columns: Sequence[Column], errors: Sequence[str] = (), *, jobs: int = 1,
              progress: Callable[[int], None] | None = None) -> Mapping[str, int]:
    """Write records, pages and table of a run; how many answers have each status or wait for a person ("waiting").

    `problems` is an `outline`, `columns` are those of the table. Workers make every byte and write the learners' pages; the command puts together in order
    what is about all of them. The records come last, in one move: a folder that has new records has all that belongs to them. Fails with `OSError`.
    """
    from grader.report import files  # with the templates, once, before the workers are forked

    named = _Names(papers, files.slug, files.page_names)
    pages = files.Pages(out, problems, columns, named)

    def one(index: int, plain: bool = False) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
        """What is to be put together of a paper: what pages say of it, its records, its rows of the class."""
        about, lines, records, same = paper(index)
        made = pages.write(about["learner"], list(map(_without_trees, records)), about) if plain else pages.write(about["learner"], records, about, same)
        return _line(about).encode("ascii"), "".join(line + "\n" for line in lines).encode("ascii"), made

    def work(task: Sequence[int], plain: bool = False) -> bytes:
        pages.counts = files.Counts()
        try:
            made = [one(index, plain) for index in range(*task)]
        except OSError as error:
            return pack([json.dumps([error.errno or 5]).encode()])
        own = [_joined([rows for *_, rows in made])] if named.in_order else [_joined([rows]) for *_, rows in made]
        return pack([json.dumps([0, pages.counts.to_data()]).encode(), b"".join(m[0] for m in made), b"".join(m[1] for m in made), *own])

    limits = Limits(CPU_SECONDS, WALL_SECONDS, writes=(os.path.realpath(out),))
    counts, rows = files.Counts(), _Rows(papers, named.in_order)
    fresh = {name: out / f".{name}.new" for name in (RECORDS, PAPERS)}
    for left in fresh.values():
        left.unlink(missing_ok=True)  # of a killed run; whatever stands there, nothing is written through it
    with fresh[RECORDS].open("xb") as records, fresh[PAPERS].open("xb") as about:
        def keep(made: bytes) -> None:
            said, *parts = unpack(made)
            failed, *counted = json.loads(said)
            if failed:
                raise OSError(failed, os.strerror(failed))
            counts.merge(counted[0])
            about.write(parts[0])
            records.write(parts[1])
            for own in parts[2:]:
                rows.keep(own)

        for task, outcome in run_tasks(work, _groups(papers, jobs), jobs=jobs, limits=limits, ahead=AHEAD):
            if not outcome.failed:
                keep(outcome.value)
            else:  # one of them is to blame: each for itself
                for alone, found in run_tasks(work, ([index, index + 1] for index in range(*task)), jobs=jobs, limits=limits, ahead=AHEAD):
                    keep(work(alone, plain=True) if found.failed else found.value)
            if progress:
                progress(task[1])
        about.write(_line({"errors": list(errors)}).encode("ascii") if errors else b"")
        pages.finish(rows.together(), counts, _Learners(papers), errors)
        for file in (records, about):
            file.flush()
            os.fsync(file.fileno())
    rows.close()
    for name in (PAPERS, RECORDS):
        os.replace(fresh[name], out / name)
    return counts.statuses


def _joined(papers: Iterable[Iterable[tuple[str, bytes]]]) -> bytes:
    """The rows of some papers, those of one name after another."""
    joined: dict[str, bytearray] = {}
    for rows in papers:
        for name, row in rows:
            joined.setdefault(name, bytearray()).extend(row)
    return pack([part for name, row in joined.items() for part in (name.encode(), row)])


class _Rows:
    """What the page of the class shows of each paper, put together in the order of the learners' keys though it comes in that of the papers."""

    def __init__(self, papers: Papers, in_order: bool) -> None:
        self._papers, self._streams = papers, Streams()
        self._waiting, self._places = (None, None) if in_order else (tempfile.TemporaryFile(), tempfile.TemporaryFile())

    def keep(self, own: bytes) -> None:
        """The rows of the next paper; where papers come in the order of their keys, of some of them."""
        if self._waiting is None or self._places is None:
            self._add(own)
        else:
            self._places.write(_PLACE.pack(self._waiting.tell(), len(own)))
            self._waiting.write(own)

    def _add(self, own: bytes) -> None:
        parts = unpack(own)
        for name, row in zip(parts[::2], parts[1::2]):
            self._streams.add(name.decode(), row)

    def together(self) -> Streams:
        """All of them, once every paper's are there."""
        if self._waiting is not None and self._places is not None:
            self._waiting.flush()
            self._places.flush()
            for index in _by_key(self._papers):
                start, length = _PLACE.unpack(os.pread(self._places.fileno(), _PLACE.size, index * _PLACE.size))
                self._add(os.pread(self._waiting.fileno(), length, start))
        return self._streams

    def close(self) -> None:
        """Let go of the files."""
        for file in (self._streams, self._waiting, self._places):
            if file is not None:
                file.close()


def _by_key(papers: Papers) -> Iterator[int]:
    """The numbers of the papers in the order of their learners' keys: sorted runs on disk, merged."""
    runs: list[IO[str]] = []
    for start in range(0, papers.count, SORTED):
        run = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115 - closed when it is merged
        run.writelines(json.dumps(entry) + "\n" for entry in sorted((papers.learner(i), i) for i in range(start, min(papers.count, start + SORTED))))
        run.seek(0)
        runs.append(run)
    for _, index in heapq.merge(*(map(json.loads, run) for run in runs)):
        yield index
    for run in runs:
        run.close()


def _groups(papers: Papers, jobs: int) -> Iterator[list[int]]:
    """The numbers of all papers in groups [first, after the last], small ones at both ends so that no worker waits long for another."""
    start = 0
    while start < papers.count:
        most = max(1, min(TOGETHER, 1 + start // (4 * jobs), (papers.count - start) // (2 * jobs)))
        end, answers = start + 1, papers.size(start)
        while end < start + most and (answers := answers + papers.size(end)) <= ANSWERS:
            end += 1
        yield [start, end]
        start = end


class _Learners(Iterable[str]):
    """The keys of the papers, one after another."""

    def __init__(self, papers: Papers) -> None:
        self.papers = papers

    def __iter__(self) -> Iterator[str]:
        return map(self.papers.learner, range(self.papers.count))


class _Names:
    """The file of each learner's page, without its ending: what `files.page_names` gives for all of them, of which only those are held whose slugs clash."""

    def __init__(self, papers: Papers, slug: Callable[[str], str], together: Callable[[Iterable[str]], dict[str, str]]) -> None:
        self._slug = slug
        seen, clashing, before = Index(4), set(), ""
        self.in_order = True
        """Do the papers come in the order of their learners' keys?"""
        for index, learner in enumerate(_Learners(papers)):
            self.in_order, before = self.in_order and before <= learner, learner
            name = slug(learner)
            if name != learner:  # plain keys are their own names, and all keys differ
                digest = hashlib.blake2b(name.encode(), digest_size=KEY).digest()
                if digest in seen:
                    clashing.add(name)
                seen.put(digest, (index + 1).to_bytes(4, "little"))
        seen.close()
        self._own = together(learner for learner in _Learners(papers) if slug(learner) in clashing) if clashing else {}

    def __call__(self, learner: str) -> str:
        return self._own.get(learner) or self._slug(learner)


class Finished:
    """A finished output folder, read again: its records, what pages say of its papers, and what could not be used."""

    def __init__(self, out: Path) -> None:
        """Fails with `ValueError` (naming file and line) and `OSError`."""
        self.records = read_records(out / RECORDS)
        self.papers: dict[str, Record] = {}
        self.errors: list[str] = []
        for number, line in enumerate((out / PAPERS).read_text(encoding="utf-8").splitlines(), 1):
            try:
                found = json.loads(line)
                if isinstance(found, dict) and isinstance(found.get("errors"), list):
                    self.errors += map(str, found["errors"])
                else:
                    self.papers[found["learner"]] = {key: found[key] for key in ("learner", "file", "notes", "unplaced")}
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{out / PAPERS}:{number}: describes no paper ({type(error).__name__})") from None

    def write(self, out: Path, records: Sequence[Record], problems: Sequence[Record], *, jobs: int = 1) -> Mapping[str, int]:
        """Write the folder anew with other records of the same papers; how many answers have each status. Fails with `OSError`."""
        from grader.report.class_view import columns_of

        mine: dict[str, list[Record]] = {learner: [] for learner in self.papers}
        for record in records:
            mine.setdefault(record["learner"], []).append(record)
        learners = _AtHand(list(mine), [len(own) for own in mine.values()])

        def paper(index: int) -> tuple[Record, list[str], list[Record], list[str]]:
            learner = learners.learner(index)
            lines = list(map(to_line, mine[learner]))
            about = self.papers.get(learner) or {"learner": learner, "file": "", "notes": [], "unplaced": []}
            return about, lines, mine[learner], list(map(_same, mine[learner], lines))

        return write_all(out, learners, paper, problems, columns_of(records, problems), self.errors, jobs=jobs)


class _AtHand:
    """Learners in a list, and how many answers each has."""

    def __init__(self, learners: Sequence[str], sizes: Sequence[int]) -> None:
        self.count, self.learner, self.size = len(learners), learners.__getitem__, sizes.__getitem__


def _line(paper: Record) -> str:
    return json.dumps(paper, separators=(",", ":")) + "\n"


def _same(record: Record, line: str) -> str:
    """The record's line without its learner and its place; "" where it does not begin as ours do."""
    source, place = record["source"], f'{to_line({key: record[key] for key in ("learner", "problem", "part", "answer")})[:-1]},"source":'
    head = f'{place}{to_line({"file": source["file"], "line": source["line"]})[:-1]}'
    return f"{record['problem']}\0{record['part']}\0{record['answer']}\0{line[len(head):]}" if line.startswith(head) else ""


def _without_trees(record: Record) -> Record:
    """The record without formulas and with less text, for a page that could not be made within the limits."""
    reading = {**record["reading"], "term": None, "alternatives": [], "nearest": None}
    return {**record, "reading": reading, "answer": record["answer"][:2000]}
