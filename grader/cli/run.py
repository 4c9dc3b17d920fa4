"""`grade run`: mark a folder of papers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from grader.cli._shared import cache_of, cache_options, unheard


@click.command(short_help="Mark the papers in a folder.")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--problems", "problem_folder", type=click.Path(exists=True, path_type=Path), default=Path("problems"), show_default=True, help="Folder of problem files, or one file.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("reports"), show_default=True, help="Where records and reports go.")
@click.option("--jobs", type=click.IntRange(1), default=None, help="Worker processes, here or for each worker of the cluster (default: one a core here).")
@click.option("--cluster", metavar="ADDRESS", default=None, help="Decide on the workers of a Dask scheduler such as tcp://host:8786 (needs grader[cluster]).")
@click.option("--resume/--fresh", default=True, help="Go on with an interrupted run and use what earlier runs found out, or start anew.")
@click.option("--unpack", is_flag=True, help="Open archives (.zip, .tar, .tar.gz ...) in FOLDER as if they were folders.")
@click.option("--json-log", type=click.Path(dir_okay=False, allow_dash=True), default=None, help="Events as JSON lines, into a file, or - for standard error.")
@cache_options
def run(folder: Path, problem_folder: Path, out: Path, jobs: int | None, cluster: str | None, resume: bool, unpack: bool, json_log: str | None,
        cache_folder: Path | None, no_cache: bool) -> None:
    """Mark the papers in FOLDER and write the reports.

    Writes OUT/records.jsonl (a line a learner and part), OUT/index.html (the class), a page in HTML and Markdown a learner, OUT/grades.csv and
    OUT/papers.jsonl. A run that was interrupted goes on where it stood; where nothing has changed since the last one there is nothing to do. Exit code 1
    says that some input could not be used; everything else is marked all the same.
    """
    from grader.cli._marking import Marker
    from grader.cli._progress import Progress
    from grader.run.workers import default_jobs, interruptible

    _keep_apart(folder, problem_folder, out)
    log: Any = None
    try:
        if json_log:
            log = sys.stderr if json_log == "-" else open(json_log, "a", encoding="utf-8")  # noqa: SIM115 - it lives as long as the command
    except OSError as error:
        raise click.ClickException(f"{json_log}: cannot write there ({error.strerror})") from error
    cache = cache_of(cache_folder, no_cache)
    try:
        with interruptible(), unheard(), Progress(log) as progress:
            marker = Marker(folder, problem_folder, out, cache, progress, jobs=jobs or default_jobs(), resume=resume, unpack=unpack)
            code = marker.unchanged() if resume else None
            code = marker.mark(cluster) if code is None else code
            progress.event("end", code=code)
    except KeyboardInterrupt:
        click.echo("interrupted before anything was decided; run again", err=True)
        code = 130
    finally:
        cache.close()
    sys.exit(code)


def _keep_apart(folder: Path, problem_folder: Path, out: Path) -> None:
    """Refuse reports in the very folder of the papers, and what counts as problem files or decisions of a person only because of its name and lies where
    learners could have put it."""
    if not folder.is_dir():
        return
    from grader.run.decisions import DECISIONS

    if out.exists() and out.samefile(folder):
        raise click.UsageError(f"{out}: the reports would lie among the papers; name another folder with --out")
    asked = click.get_current_context()
    for name, path, what in (("problem_folder", problem_folder, "--problems"), ("out", out / DECISIONS, "--out")):
        named = asked.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
        if not named and path.exists() and path.resolve().is_relative_to(folder.resolve()):
            raise click.UsageError(f"{path} lies among the papers, where anybody could have put it; name its folder with {what} if it is yours")
