"""What several commands need: problem files that can be used, one problem or part by name, standard input."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from grader.model import Part, Problem
    from grader.run.cache import Cache
    from grader.run.lines import Runner
    from grader.run.workers import Limits

SYMBOLS = {"proved": "✓ proved", "refuted": "✗ refuted", "agrees": "≈ agrees", "undecided": "? undecided", "unread": "✎ not read"}
"""How a status is shown on a terminal."""


def cache_options(command: Any) -> Any:
    """The options that say where the cache is."""
    command = click.option("--no-cache", is_flag=True, help="Neither use nor keep what runs find out.")(command)
    return click.option("--cache", "cache_folder", type=click.Path(file_okay=False, path_type=Path), default=None,
                        help="Folder for what runs find out (default: $XDG_CACHE_HOME/grader or ~/.cache/grader).")(command)


def cluster_option(command: Any) -> Any:
    """The option that says where else lines are decided."""
    return click.option("--cluster", metavar="ADDRESS", default=None,
                        help="For lines: decide on the workers of a Dask scheduler such as tcp://host:8786 (needs grader[cluster]).")(command)


def lines_runner(address: str | None, what: str, jobs: int, limits: Limits, theory: str | None = None) -> Runner | None:
    """The runner that the option means; None for this machine alone. Fails with a message where the cluster cannot be used."""
    if address is None:
        return None
    from grader.run.cluster import Unreachable, lines_on_cluster
    from grader.run.lines import local

    try:
        return lines_on_cluster(address, what, theory=theory, jobs=jobs, here=local(jobs, limits), tell=lambda words: click.echo(f"note: {words}", err=True))
    except Unreachable as error:
        raise click.ClickException(str(error)) from error


def cache_of(folder: Path | None, off: bool) -> Cache:
    """The cache that these options mean."""
    from grader.run.cache import Cache, default_folder

    return Cache(None if off else folder or default_folder())


def usable_problems(folder: Path, jobs: int, cache: Cache | None = None) -> tuple[list[Problem], list[str]]:
    """The problems that load and pass their own tests, and a message for each that does not; outcomes of tests that the cache knows are believed."""
    from grader.intake.files import shown_name
    from grader.intake.spec import load_problem, load_problems, part_digest
    from grader.model import SpecError
    from grader.run.spec_tests import run_all_tests

    errors: list[str] = []
    if folder.is_dir():
        loaded, spec_errors = load_problems(folder)
        errors += [shown_name(str(e)) for e in spec_errors]
        if not loaded and not errors:
            errors.append(f"{folder}: no problem files (*.yaml) in there")
    else:
        try:
            loaded = [load_problem(folder)]
        except SpecError as error:
            return [], [shown_name(str(error))]
    usable = []
    digests = {(problem.id, part.id): part_digest(part) for problem in loaded for part in problem.parts}
    for problem, failures in zip(loaded, run_all_tests(loaded, jobs=jobs, cache=cache, part_digests=digests)):
        if failures:
            errors += [shown_name(str(f)) for f in failures]
            errors.append(f"{problem.place}: {problem.id} fails {len(failures)} of its own tests and is not used")
        else:
            usable.append(problem)
    return usable, errors


def find_problem(name: str, folder: Path) -> Problem:
    """The problem of that id in the folder, or in the file of that name. Fails with a usage error that lists the ids."""
    from grader.intake.spec import load_problem, load_problems
    from grader.model import SpecError

    try:
        if Path(name).is_file():
            return load_problem(Path(name))
        if not folder.exists():
            raise click.UsageError(f"no problem file {name!r}, and no folder {str(folder)!r} of problem files (--problems names another)")
        loaded, errors = load_problems(folder) if folder.is_dir() else ([load_problem(folder)], [])
    except SpecError as error:
        raise click.ClickException(str(error)) from error
    for problem in loaded:
        if problem.id == name:
            return problem
    for error in errors:
        click.echo(f"error: {error}", err=True)
    raise click.UsageError(f"no problem {name!r}; there are: {', '.join(p.id for p in loaded) or 'none'}")


def find_part(problem: Problem, name: str) -> Part:
    """The part of that name. Fails with a usage error that lists the names."""
    try:
        return problem.part(name)
    except KeyError:
        raise click.UsageError(f"{problem.id} has no part {name!r}; its parts: {', '.join(p.id for p in problem.parts)}") from None


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Go on when what is said reaches nobody: a pipe that was closed, a terminal that went away, a full disk. What counts is in files."""
    before = sys.stdout, sys.stderr
    try:
        sys.stdout, sys.stderr = _forgiving(sys.stdout, 1), _forgiving(sys.stderr, 2)
        yield
    finally:
        sys.stdout, sys.stderr = before


class _Forgiving(io.FileIO):
    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or len(data)
        except OSError:
            return len(data)


def _forgiving(stream: Any, number: int) -> Any:
    """The stream without errors in writing, where it is the standard one of that number."""
    try:
        if stream.fileno() != number:
            return stream
        stream.flush()
        raw = _Forgiving(number, "wb", closefd=False)
        return io.TextIOWrapper(io.BufferedWriter(raw), stream.encoding, stream.errors, line_buffering=True)
    except (OSError, ValueError, AttributeError):
        return stream


def standard_input() -> str:
    """What stands on standard input. Fails with a usage error where it is no UTF-8."""
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise click.UsageError(f"standard input is no UTF-8 text (byte {error.start + 1})") from None
