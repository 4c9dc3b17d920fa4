"""`grade lint`: problem files and the tests in them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._shared import cache_of, cache_options, usable_problems

if TYPE_CHECKING:
    from grader.model import Part, Problem, Reading


@click.command(short_help="Look for mistakes in problem files, and run their tests.")
@click.argument("folder", metavar="[PATH]", type=click.Path(exists=True, path_type=Path), default=Path("problems"))
@click.option("--readings", is_flag=True, help="Show how the answer of every part is read.")
@click.option("--fresh", is_flag=True, help="Run every test, also those of parts that have not changed since they were last run.")
@cache_options
def lint(folder: Path, readings: bool, fresh: bool, cache_folder: Path | None, no_cache: bool) -> None:
    """Load the problem files in PATH (a folder or one file; default: problems) and run the tests they contain.

    A mistake is named with file, line, key and what was expected. A note is no mistake: it says what may not be meant, such as a letter in an answer that
    `symbols` does not name. Exit code 1 where a file cannot be used.
    """
    from grader.run.workers import default_jobs

    cache = cache_of(cache_folder, no_cache or fresh)
    try:
        problems, errors = usable_problems(folder, default_jobs(), cache)
    finally:
        cache.close()
    for message in errors:
        click.echo(f"error: {message}", err=True)
    for problem in problems:
        tests = sum(len(p.tests) for p in problem.parts)
        click.echo(f"{problem.id}: {_counted(len(problem.parts), 'part')}, {_counted(tests, 'test')} passed" if tests else
                   f"{problem.id}: {_counted(len(problem.parts), 'part')}; no tests (add a right and a wrong answer under `tests`)")
        for line in _remarks(problem, readings):
            click.echo(line)
    sys.exit(1 if errors else 0)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _remarks(problem: Problem, readings: bool) -> Iterator[str]:
    """How the answers of the parts are read, and what of it may not be meant."""
    from grader.model import Read

    for part in problem.parts:
        reading = _reading(part) if part.answer else None
        if reading is None or part.kind == "prose":
            continue
        if readings and isinstance(reading, Read):
            yield f"  {part.id}: {reading.term}"
        for words in _doubts(part, reading):
            yield f"note: {part.place}: {part.id}: {words}"


def _reading(part: Part) -> Reading | None:
    """The answer as a learner's would be read; None where the kind keeps it in a form of its own."""
    from grader import answers
    from grader.model import Answer, Provenance, SpecError

    try:
        return answers.load(part.kind).read(Answer(part.id, part.answer, Provenance("", 0, "text")), part)
    except (SpecError, ValueError):
        return None


def _doubts(part: Part, reading: Reading) -> Iterator[str]:
    from grader.model import Read
    from grader.term import free_names

    for note in reading.notes:
        if note.severity in ("repair", "guess"):
            yield f"the answer was mended in reading: {note.text}"
    if isinstance(reading, Read) and part.symbols:
        declared = {name for symbol in part.symbols for name in (symbol.name, *symbol.spellings)}
        strange = sorted(name for name in free_names(reading.term) if len(name) == 1 and name.islower() and name not in declared)
        if strange:
            yield f"the answer uses {', '.join(strange)}, which `symbols` does not name; it is taken as a real number"
