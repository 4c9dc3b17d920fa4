"""`grade audit`: replay the evidence of a run."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("records", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def audit(records: Path) -> None:
    """Replay every certificate and witness in RECORDS (a records.jsonl) and list what was believed: oracles, lemmas, gaps, repairs."""
    from grader.run.audit import audit_records

    outcome = audit_records(records.open(encoding="utf-8"))
    for line in outcome.lines():
        click.echo(line)
    sys.exit(1 if outcome.refused else 0)
