"""`grade audit`: replay the evidence of a run."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(short_help="Replay the evidence of a run.")
@click.argument("records", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sympy", is_flag=True, help="Also ask SymPy about every equation, and list where it differs.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes for SymPy.")
def audit(records: Path, sympy: bool, jobs: int) -> None:
    """Replay every certificate and witness in RECORDS (a records.jsonl) and list what was believed: oracles, lemmas, gaps, repairs.

    The checkers share no code with the procedures that found the evidence; they compute in exact fractions and in interval arithmetic.
    """
    from grader.report.visible import visible
    from grader.run.audit import audit_records

    with records.open("rb") as lines:
        outcome = audit_records(lines)
    if sympy:
        outcome.ask_sympy(jobs)
    for line in outcome.lines():
        click.echo(visible(line))
    sys.exit(1 if outcome.refused else 0)
