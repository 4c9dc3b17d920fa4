"""Reports of a run, however many papers it has: each learner's pages are made by a worker, records are written as they pass, summaries alone are held."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.report.record import Record
from grader.run.workers import Limits, run_tasks

RECORDS = "records.jsonl"
PAPERS = "papers.jsonl"
"""What pages say of papers beside their answers, one a line, so that pages can be made again from records alone."""
RENDERING = Limits(cpu_seconds=60.0, wall_seconds=180.0)
"""For the pages of one learner."""


def write_all(out: Path, learners: Sequence[str], marked: Iterable[tuple[Record, list[str]]], problems: Sequence[Record], errors: Sequence[str] = (), *,
              jobs: int = 1, progress: Callable[[int], None] | None = None) -> list[str]:
    """Write records, pages and table of a run; the names of all files, relative to `out`.

    `marked` gives for each paper what its pages say beside the answers, and its records as lines, `problems` is an `outline`. The records come last, in one
    move: a folder that has new records has all that belongs to them. Fails with `OSError`.
    """
    from grader.report import files  # with the templates, once, before the workers are forked

    def work(task: list[Any]) -> Record:
        paper, lines = task
        return files.rendered(paper["learner"], [json.loads(line) for line in lines], problems, paper)

    pages = files.Pages(out, problems, learners)
    fresh, beside = out / f".{RECORDS}.new", out / f".{PAPERS}.new"
    with fresh.open("wb") as records, beside.open("wb") as papers:
        def tasks() -> Iterator[list[Any]]:
            for paper, lines in marked:
                records.write("".join(line + "\n" for line in lines).encode("ascii"))
                papers.write(json.dumps(paper, separators=(",", ":")).encode("ascii") + b"\n")
                yield [paper, lines]

        for count, (task, outcome) in enumerate(run_tasks(work, tasks(), jobs=jobs, limits=RENDERING, ordered=False), 1):
            made = outcome.value
            if outcome.failed:
                paper, lines = task
                made = files.rendered(paper["learner"], [_without_trees(json.loads(line)) for line in lines], problems, paper)
            pages.keep(task[0]["learner"], made)
            if progress:
                progress(count)
        for file in (records, papers):
            file.flush()
            os.fsync(file.fileno())
    os.replace(beside, out / PAPERS)
    os.replace(fresh, out / RECORDS)
    return [*pages.finish(errors), RECORDS, PAPERS]


def _without_trees(record: Record) -> Record:
    """The record without formulas and with less text, for a page that could not be made within the limits."""
    reading = {**record["reading"], "term": None, "alternatives": [], "nearest": None}
    return {**record, "reading": reading, "answer": record["answer"][:2000]}
