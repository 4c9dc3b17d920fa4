"""`grade lint`: problem files and the tests in them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli._shared import cache_of, cache_options, usable_problems


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path), default=Path("problems"))
@click.option("--fresh", is_flag=True, help="Run every test, also those of parts that have not changed since they were last run.")
@cache_options
def lint(folder: Path, fresh: bool, cache_folder: Path | None, no_cache: bool) -> None:
    """Load the problem files in FOLDER and run the tests they contain."""
    from grader.run.workers import default_jobs

    cache = cache_of(cache_folder, no_cache or fresh)
    try:
        problems, errors = usable_problems(folder, default_jobs(), cache)
    finally:
        cache.close()
    for message in errors:
        click.echo(f"error: {message}", err=True)
    for problem in problems:
        click.echo(f"{problem.id}: {len(problem.parts)} parts, {sum(len(p.tests) for p in problem.parts)} tests passed")
    sys.exit(1 if errors else 0)
