"""`grade pairs`: many pairs of reference and answer."""

from __future__ import annotations

from typing import Any

import click

from grader.cli._shared import cluster_option, lines_runner


@click.command(short_help="Decide pairs of reference and answer.")
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"))
@click.option("--out", type=click.File("w", encoding="utf-8"), default="-", help="Where the lines go (default: standard output).")
@click.option("--jobs", type=click.IntRange(1), default=None, help="Worker processes, here or for each worker of the cluster (default: one a core here).")
@cluster_option
def pairs(file: Any, out: Any, jobs: int | None, cluster: str | None) -> None:
    """Decide FILE.jsonl, a line of JSON a pair: {"id", "reference", "answer", "assume"?, "kind"?, "options"?, "extract"?}.

    One line comes out for each, in order: {"id", "status", "equal", "reason", "evidence", "ms"}. With "extract": true the final answer of a text is
    compared (docs/final-answers.md says which that is).
    """
    from grader.pairs import LIMITS, run_pairs
    from grader.run.workers import default_jobs

    run_pairs(file, out, jobs or default_jobs(), lines_runner(cluster, "pairs", jobs or default_jobs(), LIMITS))
