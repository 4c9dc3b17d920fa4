"""`grade regrade`: marks under problem files that have changed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from grader.cli._shared import cache_of, cache_options, usable_problems


@click.command(short_help="Mark a run again under changed problems.")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("reports"))
@click.option("--problems", "problem_folder", type=click.Path(exists=True, path_type=Path), default=Path("problems"), show_default=True, help="Folder of problem files, or one file.")
@click.option("--write", is_flag=True, help="Write the new marks and reports into OUT; without it nothing is written.")
@click.option("--lower", is_flag=True, help="Let marks fall too; without it an answer that would lose points keeps its old record.")
@click.option("--jobs", type=click.IntRange(1), default=None, help="Worker processes (default: one a core).")
@cache_options
def regrade(out: Path, problem_folder: Path, write: bool, lower: bool, jobs: int | None, cache_folder: Path | None, no_cache: bool) -> None:
    """Mark the records in OUT again under problem files that have changed, from the verdicts that were recorded.

    Shows who moves, in which part, from what to what, and why, before anything is written. What the recorded evidence settles is replayed and not decided
    again. Answers are those of the records: run `grade` on the papers for new ones.
    """
    from grader.cli._marking import JOURNAL, decisions_of
    from grader.report.view import outline
    from grader.report.visible import visible
    from grader.run.remark import marked_again
    from grader.run.rendering import Finished
    from grader.run.workers import default_jobs

    if (out / JOURNAL).exists():
        with _alone(out / JOURNAL):
            pass
    jobs = jobs or default_jobs()
    try:
        before = Finished(out)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    cache = cache_of(cache_folder, no_cache)
    try:
        problems, errors = usable_problems(problem_folder, jobs, cache)
    finally:
        cache.close()
    for message in errors:
        click.echo(f"error: {message}", err=True)
    records, moves = [], []
    for record, move in marked_again(before.records, problems, jobs=jobs, lower=lower, decisions=decisions_of(out)):
        records.append(record)
        moves += [move] if move else []
    for move in moves:
        click.echo(" ".join(visible(str(move)).splitlines()))
    kept = sum(move.kept for move in moves)
    click.echo(f"{len(records)} answers: {len(moves) - kept} move" + (f", {kept} would fall and are kept (--lower lets them)" if kept else "")
               + ("" if write else "; nothing is written (--write writes it)"))
    if write:
        missing = {record["problem"] for record in records} - {problem.id for problem in problems}
        if missing:
            raise click.ClickException(f"{problem_folder} has no usable {', '.join(sorted(missing))}: the reports need them; nothing is written")
        with _alone(out / JOURNAL):  # a run that begins now waits its turn
            try:
                before.write(out, records, outline(problems), jobs=jobs)
            except OSError as error:
                raise click.ClickException(f"{out}: writing failed ({error.strerror}); the records are as they were") from error
        click.echo(f"report: {out / 'index.html'}")
    sys.exit(1 if errors else 0)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the folder's journal, so that nobody else writes there. Fails with a message where a run is at work, or has left something to go on from."""
    from grader.run.folder import Journal
    from grader.run.store import Busy

    try:
        journal = Journal(path)
    except Busy:
        raise click.ClickException(f"{path.parent}: a run is at work there; wait for it") from None
    except OSError as error:
        raise click.ClickException(f"{path.parent}: cannot write there ({error.strerror or error})") from error
    try:
        if journal.kept:
            raise click.ClickException(f"{path.parent}: a run was interrupted there; finish it first")
        yield
    finally:
        if journal.kept:
            journal.close()
        else:
            journal.finish()
