"""The steps of `grade run`, from a folder to its reports."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._progress import Progress
from grader.cli._shared import SYMBOLS, usable_problems
from grader.intake.files import HARMLESS, MAX_BYTES, files, regular_bytes

if TYPE_CHECKING:
    from grader.model import Problem
    from grader.run.cache import Cache
    from grader.run.decisions import Decisions
    from grader.run.folder import Journal, Runner
    from grader.run.papers import Papers

JOURNAL = "journal.log"
DECISIONS = "decisions.jsonl"


class Marker:
    """One command: what goes in, what is said, and the exit code."""

    def __init__(self, folder: Path, problem_folder: Path, out: Path, cache: Cache, progress: Progress, *, jobs: int = 1, resume: bool = True,
                 unpack: bool = False) -> None:
        self.folder, self.problem_folder, self.out, self.cache, self.progress = folder, problem_folder, out, cache, progress
        self.jobs, self.resume, self.unpack = jobs, resume, unpack
        self.passed_over: list[tuple[str, str]] = []
        self.errors: list[str] = []

    # ------------------------------------------------------------------------------------------------- where nothing moved

    def unchanged(self) -> int | None:
        """The exit code of the last run, where it wrote the output folder from this very input and nothing in it has been touched; else None."""
        if self.cache.off or not self.out.is_dir() or (self.out / JOURNAL).exists():
            return None
        from grader.run.store import file_digest, files_digest

        read = files_digest(file_digest(name, content) for name, content in self._files())
        found = self.cache.finished(self.out, self._inputs(read, self._texts()))
        self.passed_over.clear()
        if found is None:
            return None
        for line in found["said"]:
            click.echo(line, err=True)
        click.echo("nothing has changed since the last run", err=True)
        for line in found["summary"]:
            click.echo(line)
        return int(found["code"])

    def _files(self) -> Iterator[tuple[str, bytes]]:
        self.passed_over.clear()
        return files(self.folder, self.passed_over, unpack=self.unpack, others=(self.out, self.problem_folder))  # type: ignore[arg-type]

    def _inputs(self, read: str, texts: Sequence[bytes]) -> str:
        """Digest of everything that the output follows from."""
        from grader.run.store import code_digest, files_digest

        said = repr([code_digest(), str(self.problem_folder), str(self.folder), read, sorted(map(tuple, self.passed_over)), self.unpack])
        return files_digest([said.encode("utf-8", "backslashreplace"), *texts])

    def _texts(self) -> list[bytes]:
        """Digests of problem files and decisions, as they are now."""
        from grader.run.store import file_digest

        specs = sorted(self.problem_folder.iterdir()) if self.problem_folder.is_dir() else [self.problem_folder]
        texts = [file_digest(str(p), regular_bytes(p, MAX_BYTES)) for p in specs if p.suffix.lower() in (".yaml", ".yml") and p.is_file()]
        decided = self.out / DECISIONS
        return texts + ([file_digest(DECISIONS, decided.read_bytes())] if decided.is_file() else [])

    # -------------------------------------------------------------------------------------------------------------- marking

    def mark(self, cluster: str | None = None) -> int:
        """Mark everything; the exit code."""
        texts = self._texts()  # before they are read: what changes meanwhile has the next run work
        self.progress.phase("testing")
        problems, errors = usable_problems(self.problem_folder, self.jobs, self.cache if self.resume else None)
        self.progress.phase("reading")
        papers = self._read(problems)
        said = self._passed_over()
        self.errors = errors + [line.removeprefix("error: ") for line in said if line.startswith("error: ")]
        if not papers.count:
            self.errors.append(f"{self.folder}: no papers were found (looked for .yaml .yml .md .tex .ipynb .txt)")
        said = [line for line in said if not line.startswith("error: ")] + [f"error: {e}" for e in self.errors]
        for line in said:
            click.echo(line, err=True)
        if not problems or not papers.count:
            return 1
        with self._journal() as journal:
            summary = self._decide_and_write(problems, papers, journal, self._runner(cluster, problems), cluster is not None)
            journal.finish()
        for line in summary:
            click.echo(line)
        code = 1 if self.errors else 0
        self.cache.finish(self.out, self._inputs(papers.digest, texts), {"said": said, "summary": summary, "code": code})
        return code

    def _read(self, problems: Sequence[Problem]) -> Papers:
        from grader.intake.submissions import Reader, apart, same_key
        from grader.run.folder import CPU_SECONDS
        from grader.run.papers import Keys, read_papers

        from grader.intake import latex, markdown, notebook, ocr, plain, yaml_paper  # noqa: F401 - loaded once, before the workers are forked

        keys = Keys(problems, _part_digests(problems), CPU_SECONDS)
        self.unread: list[tuple[str, str]] = []
        try:
            return read_papers(self._files(), Reader(problems).read, apart, same_key, problems, keys, jobs=self.jobs,
                               skip=lambda *s: self.unread.append(s), progress=self.progress)
        except OSError as error:
            raise click.ClickException(f"{tempfile.gettempdir()}: no room there to keep the papers while they are marked ({error.strerror or error})") from error

    def _passed_over(self) -> list[str]:
        """A line for every file that was not used, in the order of their names; a note for what is no paper."""
        lines = []
        for place, reason in sorted([*map(tuple, self.passed_over), *self.unread]):
            lines.append(f"{'note' if reason in HARMLESS else 'error'}: {place}: {reason}")
        return lines

    def _runner(self, cluster: str | None, problems: Sequence[Problem]) -> Runner:
        from grader.run.folder import local

        here = local(self.jobs)
        if cluster is None:
            return here
        from grader.run.cluster import Unreachable, on_cluster

        specs = {problem.id: Path(problem.place.rsplit(":", 1)[0]).read_text(encoding="utf-8-sig") for problem in problems}
        try:
            return on_cluster(cluster, problems, specs, jobs=self.jobs, here=here, tell=lambda words: click.echo(f"note: {words}", err=True))
        except Unreachable as error:
            raise click.ClickException(str(error)) from error

    @contextlib.contextmanager
    def _journal(self) -> Iterator[Journal]:
        from grader.run.folder import Journal
        from grader.run.store import Busy

        path = self.out / JOURNAL
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            journal = Journal(path, fresh=not self.resume)
        except Busy:
            raise click.ClickException(f"{self.out}: another run is writing there; wait for it, or name another folder with --out") from None
        except OSError as error:
            raise click.ClickException(f"{self.out}: cannot write there ({error.strerror or error})") from error
        if journal.kept:
            click.echo(f"going on after {journal.kept} decided answers of an interrupted run (--fresh starts anew)", err=True)
        try:
            yield journal
        except OSError as error:
            raise click.ClickException(f"{self.out}: writing failed ({error.strerror or error}); what is decided is kept in {path}, "
                                       "make room and run again to go on") from error
        except KeyboardInterrupt:
            click.echo(f"interrupted; {len(journal)} decided answers are kept in {path}, run again to go on", err=True)
            raise SystemExit(130) from None
        finally:
            with contextlib.suppress(OSError):
                journal.close()

    def _decide_and_write(self, problems: Sequence[Problem], papers: Papers, journal: Journal, runner: Runner, elsewhere: bool) -> list[str]:
        from grader.report.view import outline
        from grader.run.folder import Marking
        from grader.run.rendering import write_all

        marking = Marking(problems, papers, journal, cache=self.cache if self.resume else None, decisions=decisions_of(self.out))
        self.progress.phase("marking")
        marking.decide(runner, lambda tally: self.progress(tally.done, tally.wanted, tally.statuses), whole=elsewhere)
        self.progress.event("decided", distinct=marking.tally.distinct, kept=marking.tally.kept, decided=marking.tally.decided, answers=marking.tally.wanted)
        self.progress.phase("reporting")
        columns = [(problems[p].id, part.id) for p in papers.on() for part in problems[p].parts]
        counts = write_all(self.out, papers, marking.records, outline(problems), columns, self.errors, jobs=self.jobs,
                           progress=lambda done: self.progress(done, papers.count))
        blank = counts.get("blank", 0)  # their status is "unread"
        said = {**counts, "unread": counts.get("unread", 0) - blank}
        heads = [f"{count} {what}" + ("" if count == 1 else "s") for count, what in ((papers.count, "paper"), (len(problems), "problem"), (papers.answers - blank, "answer"))]
        return [f"{', '.join(heads)}: "
                + ", ".join(f"{said[s]} {s}" for s in SYMBOLS if said.get(s)) + (f"; {blank} without an answer" if blank else "")
                + f"; {counts.get('waiting', 0)} {'waits' if counts.get('waiting') == 1 else 'wait'} for a person",
                f"report: {self.out / 'index.html'}"]


def decisions_of(out: Path) -> Decisions:
    """What a person decided about the answers in an output folder. Fails with a message that names file and line."""
    from grader.run.decisions import Decisions

    try:
        return Decisions(out / DECISIONS)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error


def _part_digests(problems: Sequence[Problem]) -> dict[tuple[str, str], str]:
    from grader.intake.spec import part_digest

    return {(problem.id, part.id): part_digest(part) for problem in problems for part in problem.parts}


