"""Lines of JSON in, lines of JSON out: one for each that is not blank, in order, whatever the input, with memory that does not grow.

A worker makes the whole line that goes out; the command hands lines on. `ms` is processor time, the only field that differs between runs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

from grader.run.workers import Limits, Outcome, run_tasks

Decide = Callable[[str], dict[str, Any]]
"""The object that goes out for a line that comes in."""
Runner = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[tuple[Any, Outcome]]]
"""Does the work on tasks somewhere, and gives tasks and outcomes in order."""


def local(jobs: int, limits: Limits) -> Runner:
    """A runner on this machine."""
    def run(work: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[tuple[Any, Outcome]]:
        return run_tasks(work, tasks, jobs=jobs, limits=limits)
    return run


def made_by(decide: Decide) -> Callable[[str], bytes]:
    """What workers do: the line that goes out, without its end, for one that comes in."""
    def work(line: str) -> bytes:
        start = time.thread_time()
        made = decide(line)
        made["ms"] = round(1000 * (time.thread_time() - start), 3)
        return as_line(made)
    return work


def as_line(made: dict[str, Any]) -> bytes:
    """An object on one line of UTF-8; halves of characters that stand alone stay escapes."""
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def write_lines(lines: Iterable[str], out: TextIO, decide: Decide, failed: Callable[[str, Outcome], dict[str, Any]], runner: Runner) -> int:
    """Write one line for every line that is not blank, in order; how many there were. `failed` makes the object for a line whose worker was stopped."""
    count = 0
    for line, outcome in runner(made_by(decide), (line for line in lines if line.strip())):
        made = as_line(failed(line, outcome)) if outcome.failed else outcome.value
        out.write((made if isinstance(made, str) else made.decode()) + "\n")
        count += 1
    return count
