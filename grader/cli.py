"""The `grade` command: thin skins over public functions."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import __version__

if TYPE_CHECKING:
    from grader.model import Part, Problem

SYMBOLS = {"proved": "✓ proved", "refuted": "✗ refuted", "agrees": "≈ agrees", "undecided": "? undecided", "unread": "✎ not read"}


class _Group(click.Group):
    """`grade PATH` is `grade run PATH`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and (not args[0].startswith("-") or args[0] in ("--problems", "--out", "--jobs", "--resume", "--fresh")):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grade")
def main() -> None:
    """Decide every claim of an answer with evidence, mark it, and report.

    `grade FOLDER` marks the papers in FOLDER (short for `grade run FOLDER`).
    """


# ------------------------------------------------------------------------------------------------------------------- run


@main.command()
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
    problems, errors = _usable_problems(problem_folder, jobs)
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


def _usable_problems(folder: Path, jobs: int) -> tuple[list[Problem], list[str]]:
    """The problems that load and pass their own tests, and a message for each that does not."""
    from grader.intake.spec import load_problem, load_problems
    from grader.model import SpecError
    from grader.run.spec_tests import run_all_tests

    errors: list[str] = []
    if folder.is_dir():
        loaded, spec_errors = load_problems(folder)
        errors += [str(e) for e in spec_errors]
        if not loaded and not errors:
            errors.append(f"{folder}: no problem files (*.yaml) in there")
    else:
        try:
            loaded = [load_problem(folder)]
        except SpecError as error:
            return [], [str(error)]
    usable = []
    for problem, failures in zip(loaded, run_all_tests(loaded, jobs=jobs)):
        if failures:
            errors += [str(f) for f in failures]
            errors.append(f"{problem.place}: {problem.id} fails {len(failures)} of its own tests and is not used")
        else:
            usable.append(problem)
    return usable, errors


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


# ----------------------------------------------------------------------------------------------------------------- check


@main.command()
@click.argument("problem")
@click.argument("part")
@click.argument("answer", required=False)
@click.option("--problems", "problem_folder", type=click.Path(exists=True, path_type=Path), default=Path("problems"), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The record as JSON (for learners: without evidence that shows the reference).")
def check(problem: str, part: str, answer: str | None, problem_folder: Path, as_json: bool) -> None:
    """Check one answer: how it is read, then what holds. Never shows the reference.

    PROBLEM is an id in the problems folder or a problem file; ANSWER is read from standard input where it is left out.
    """
    from grader.model import Answer, Provenance
    from grader.reading import echo
    from grader.report.record import learner_view, to_record
    from grader.run.one import failed, grade_answer
    from grader.run.workers import run_tasks

    found = _find_problem(problem, problem_folder)
    asked = _find_part(found, part)
    text = answer if answer is not None else _standard_input()
    typed = Answer(f"{found.id}/{asked.id}", text, Provenance("", 0, "text"))

    def work(_: object) -> dict[str, Any]:
        report = grade_answer(found, asked, typed)
        return {"view": learner_view(to_record(report)), "echo": echo(text, report.reading)}

    (_, outcome), = run_tasks(work, [None])  # in a process that can be ended, like any other answer
    shown = outcome.value
    if outcome.failed:
        stopped = failed(found, asked, typed, "", outcome.failed, outcome.why)
        shown = {"view": learner_view(to_record(stopped)), "echo": "not read"}
    if as_json:
        click.echo(json.dumps(shown["view"], ensure_ascii=False, indent=2))
    else:
        _show(shown["view"], shown["echo"])


def _standard_input() -> str:
    """What stands on standard input. Fails with a usage error where it is no UTF-8."""
    try:
        return click.get_binary_stream("stdin").read().decode()
    except UnicodeDecodeError as error:
        raise click.UsageError(f"standard input is no UTF-8 text (byte {error.start + 1})") from None


def _find_problem(name: str, folder: Path) -> Problem:
    from grader.intake.spec import load_problem, load_problems
    from grader.model import SpecError

    try:
        if Path(name).is_file():
            return load_problem(Path(name))
        loaded, errors = load_problems(folder) if folder.is_dir() else ([load_problem(folder)], [])
    except SpecError as error:
        raise click.ClickException(str(error)) from error
    for problem in loaded:
        if problem.id == name:
            return problem
    for error in errors:
        click.echo(f"error: {error}", err=True)
    raise click.UsageError(f"no problem {name!r}; there are: {', '.join(p.id for p in loaded) or 'none'}")


def _find_part(problem: Problem, name: str) -> Part:
    try:
        return problem.part(name)
    except KeyError:
        raise click.UsageError(f"{problem.id} has no part {name!r}; its parts: {', '.join(p.id for p in problem.parts)}") from None


def _show(view: dict[str, Any], reading: str) -> None:
    click.echo(reading)
    click.echo(f"verdict:  {SYMBOLS[view['status']]}" + ("  (a person will look)" if view["needs_human"] else ""))
    told = [line for line in view["feedback"].splitlines() if line]
    told += [w for entry in view["evidence"] for w in entry["words"] if w not in view["feedback"]]
    for line in told:
        click.echo(f"          {line}")
    click.echo(f"points:   {view['points']} of {view['out_of']}")


# --------------------------------------------------------------------------------------------------------- lint, kinds


@main.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path), default=Path("problems"))
def lint(folder: Path) -> None:
    """Load the problem files in FOLDER and run the tests they contain."""
    from grader.run.workers import default_jobs

    problems, errors = _usable_problems(folder, default_jobs())
    for message in errors:
        click.echo(f"error: {message}", err=True)
    for problem in problems:
        click.echo(f"{problem.id}: {len(problem.parts)} parts, {sum(len(p.tests) for p in problem.parts)} tests passed")
    sys.exit(1 if errors else 0)


@main.command()
@click.argument("name", required=False)
def kinds(name: str | None) -> None:
    """List the answer kinds, or document one: what it checks, what learners may write, its options and tags."""
    from grader.answers import load, names
    from grader.answers._document import document

    if name is None:
        for each in names():
            click.echo(f"{each:18} {load(each).doc.strip().splitlines()[0]}")
        return
    try:
        click.echo(document(load(name)))
    except KeyError:
        raise click.UsageError(f"no kind {name!r}; there are: {', '.join(names())}") from None


# ---------------------------------------------------------------------------------------------------------- read, pairs


@main.command()
@click.argument("text", required=False)
@click.option("--problem", help="Read with the vocabulary of this problem (an id in the problems folder, or a file) ...")
@click.option("--part", help="... and this part of it.")
@click.option("--problems", "problem_folder", type=click.Path(exists=True, path_type=Path), default=Path("problems"), show_default=True)
@click.option("--mathml", is_flag=True, help="The reading as MathML too.")
def read(text: str | None, problem: str | None, part: str | None, problem_folder: Path, mathml: bool) -> None:
    """Show how TEXT (or standard input) is read: the tree in linear text, other readings, notes; or the place where reading stopped."""
    from grader.model import Read
    from grader.reading import OPEN, Vocabulary, echo
    from grader.reading import read as read_text

    vocabulary = OPEN
    if problem:
        found = _find_problem(problem, problem_folder)
        vocabulary = Vocabulary.of(_find_part(found, part) if part else found.parts[0])
    typed = text if text is not None else _standard_input()
    reading = read_text(typed, vocabulary)
    click.echo(echo(typed, reading))
    if mathml and isinstance(reading, Read):
        from grader.report.mathml import to_mathml

        click.echo(to_mathml(reading.term))


@main.command()
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"))
@click.option("--out", type=click.File("w", encoding="utf-8"), default="-", help="Where the lines go (default: standard output).")
@click.option("--jobs", type=click.IntRange(1), default=None, help="Worker processes (default: one a core).")
def pairs(file: Any, out: Any, jobs: int | None) -> None:
    """Decide FILE.jsonl, a line of JSON a pair: {"id", "reference", "answer", "assume"?, "kind"?, "options"?}.

    One line comes out for each, in order: {"id", "status", "equal", "reason", "evidence", "ms"}.
    """
    from grader.pairs import run_pairs
    from grader.run.workers import default_jobs

    run_pairs(file, out, jobs or default_jobs())


# ----------------------------------------------------------------------------------------------------------------- audit


@main.command()
@click.argument("records", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def audit(records: Path) -> None:
    """Replay every certificate and witness in RECORDS (a records.jsonl) and list what was believed: oracles, lemmas, gaps, repairs."""
    from grader.run.audit import audit_records

    outcome = audit_records(records.open(encoding="utf-8"))
    for line in outcome.lines():
        click.echo(line)
    sys.exit(1 if outcome.refused else 0)
