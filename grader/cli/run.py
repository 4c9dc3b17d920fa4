"""`grade run`: mark a folder of papers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli._shared import SYMBOLS, usable_problems

if TYPE_CHECKING:
    from grader.model import Problem


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--problems", "problem_folder", type=click.Path(exists=True, path_type=Path), default=Path("problems"), show_default=True, help="Folder of problem files, or one file.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("reports"), show_default=True, help="Where records and reports go.")
@click.option("--jobs", type=click.IntRange(1), default=None, help="Worker processes (default: one a core).")
@click.option("--resume/--fresh", default=True, help="Go on with an interrupted run, or start anew.")
def run(folder: Path, problem_folder: Path, out: Path, jobs: int | None, resume: bool) -> None:
    """Mark the papers in FOLDER and write the reports.

    Writes OUT/records.jsonl (a line a learner and part), OUT/index.html (the class), a page in HTML and Markdown a learner, and OUT/grades.csv.
    Exit code 1 says that some input could not be used; everything else is marked all the same.
    """
    from grader.intake.submissions import load_submissions
    from grader.report import write_report
    from grader.run.folder import Journal, mark_papers
    from grader.run.workers import default_jobs

    jobs = jobs or default_jobs()
    problems, errors = usable_problems(problem_folder, jobs)
    papers, skipped = load_submissions(folder, problems)
    for place, reason in skipped:
        if Path(place).name.startswith("."):
            click.echo(f"note: {place}: {reason}", err=True)
        else:
            errors.append(f"{place}: {reason}")
    if not papers:
        errors.append(f"{folder}: no papers were found (looked for .yaml .yml .md .tex .ipynb .txt)")
    for message in errors:
        click.echo(f"error: {message}", err=True)
    if not problems or not papers:
        sys.exit(1)
    try:
        out.mkdir(parents=True, exist_ok=True)
        journal = Journal(out / "journal.jsonl", fresh=not resume)
    except OSError as error:
        raise click.ClickException(f"{out}: cannot write there ({error.strerror})") from error
    if journal.kept:
        click.echo(f"going on after {len(journal.kept)} answers of an interrupted run (--fresh starts anew)", err=True)
    records: list[dict[str, Any]] = []
    try:
        with _Progress() as progress:
            records.extend(mark_papers(problems, papers, jobs=jobs, journal=journal, progress=progress))
        write_report(out, records, problems=problems, papers=papers, errors=errors)
    except OSError as error:
        raise click.ClickException(f"{out}: writing failed ({error.strerror}); what is marked is kept in {journal.path.name}, run again to go on") from error
    except KeyboardInterrupt:
        raise click.ClickException(f"interrupted; what is marked is kept in {journal.path}, run again to go on") from None
    journal.finish()
    _summary(records, papers, problems, out)
    sys.exit(1 if errors else 0)


class _Progress:
    """A bar on a terminal; nothing in a pipe."""

    def __enter__(self) -> _Progress:
        self.bar: Any = None
        return self

    def __call__(self, done: int, total: int) -> None:
        if self.bar is None and sys.stderr.isatty():
            self.bar = click.progressbar(length=total, label="marking", file=sys.stderr, show_pos=True)
        if self.bar is not None:
            self.bar.update(done - self.bar.pos)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.render_finish()


def _summary(records: list[dict[str, Any]], papers: Any, problems: list[Problem], out: Path) -> None:
    counts = {s: sum(r["status"] == s for r in records) for s in SYMBOLS}
    waiting = sum(r["needs_human"] for r in records)
    click.echo(f"{len(papers)} papers, {len(problems)} problems, {len(records)} answers: "
               + ", ".join(f"{n} {s}" for s, n in counts.items() if n) + f"; {waiting} wait for a person")
    click.echo(f"report: {out / 'index.html'}")
