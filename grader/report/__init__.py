"""Reports: the public record of an answer, and everything that is rendered from records alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.model import Problem, Submission
    from grader.report.record import Record


def write_report(out: str | Path, records: Sequence[Record], *, problems: Sequence[Problem] = (), papers: Sequence[Submission] = (),
                 errors: Sequence[str] = ()) -> None:
    """Write records, pages and table of a run into a folder; see `grader.report.files.write_report`."""
    from grader.report import files  # the templates are loaded when there is something to render

    files.write_report(out, records, problems=problems, papers=papers, errors=errors)
