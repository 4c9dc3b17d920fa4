"""Reports of a run, however many papers it has: workers put records together and write each learner's pages; summaries alone are held."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.report.record import Record, read_records, to_line
from grader.run.workers import Limits, run_tasks

RECORDS = "records.jsonl"
PAPERS = "papers.jsonl"
"""What pages say of papers beside their answers, one a line, and what could not be used, so that pages can be made again from records alone."""
CPU_SECONDS, WALL_SECONDS = 60.0, 180.0
"""For the pages of one learner."""
AHEAD = 64
"""Papers that may be ready before one that comes first in order."""
Paper = Callable[[int], tuple[Record, list[str]]]
"""For the number of a paper what its pages say beside the answers, and its records as lines."""


def write_all(out: Path, learners: Sequence[str], papers: Paper, problems: Sequence[Record], errors: Sequence[str] = (), *, jobs: int = 1,
              progress: Callable[[int], None] | None = None) -> tuple[list[str], dict[str, int]]:
    """Write records, pages and table of a run; the names of all files, relative to `out`, and how many answers have each status or wait for a person
    ("waiting").

    `learners` are the papers' keys, `problems` is an `outline`. The records come last, in one move: a folder that has new records has all that belongs to
    them. Fails with `OSError`.
    """
    from grader.report import files  # with the templates, once, before the workers are forked

    pages = files.Pages(out, problems, learners)

    def work(index: int) -> list[Any]:
        paper, lines = papers(index)
        try:
            records = [json.loads(line) for line in lines]
            summaries = pages.write(paper["learner"], records, paper, list(map(_same, records, lines)))
        except OSError as error:
            return [error.errno or 5]
        return [_line(paper), "".join(line + "\n" for line in lines), summaries, len(paper["unplaced"])]

    fresh, beside = out / f".{RECORDS}.new", out / f".{PAPERS}.new"
    limits = Limits(CPU_SECONDS, WALL_SECONDS, writes=(os.path.realpath(out),))
    with fresh.open("wb") as records, beside.open("wb") as about:
        for index, outcome in run_tasks(work, range(len(learners)), jobs=jobs, limits=limits, ahead=AHEAD):
            if outcome.failed:
                paper, lines = papers(index)
                bare = [_without_trees(json.loads(line)) for line in lines]
                made = [_line(paper), "".join(line + "\n" for line in lines), pages.write(paper["learner"], bare, paper), len(paper["unplaced"])]
            elif len(outcome.value) == 1:
                raise OSError(outcome.value[0], os.strerror(outcome.value[0]))
            else:
                made = outcome.value
            about.write(made[0].encode("ascii"))
            records.write(made[1].encode("ascii"))
            pages.keep(learners[index], made[2], made[3])
            if progress:
                progress(index + 1)
        about.write(_line({"errors": list(errors)}).encode("ascii") if errors else b"")
        names = pages.finish(errors)
        for file in (records, about):
            file.flush()
            os.fsync(file.fileno())
    os.replace(beside, out / PAPERS)
    os.replace(fresh, out / RECORDS)
    return [*names, RECORDS, PAPERS], pages.counts


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

    def write(self, out: Path, records: Sequence[Record], problems: Sequence[Record], *, jobs: int = 1) -> dict[str, int]:
        """Write the folder anew with other records of the same papers; how many answers have each status. Fails with `OSError`."""
        mine: dict[str, list[str]] = {learner: [] for learner in self.papers}
        for record in records:
            mine.setdefault(record["learner"], []).append(to_line(record))
        learners = list(mine)

        def paper(index: int) -> tuple[Record, list[str]]:
            learner = learners[index]
            return self.papers.get(learner) or {"learner": learner, "file": "", "notes": [], "unplaced": []}, mine[learner]

        return write_all(out, learners, paper, problems, self.errors, jobs=jobs)[1]


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
