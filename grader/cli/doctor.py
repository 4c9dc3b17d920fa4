"""`grade doctor`: what there is on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli._shared import cache_of, cache_options


@click.command(short_help="Say what this machine offers.")
@cache_options
def doctor(cache_folder: Path | None, no_cache: bool) -> None:
    """Say what this machine offers: Python, packages, cores, memory, limits, sandbox, cache; try that a worker that does not end is ended.

    Exit code 1 where something is missing without which marking does not work. What is only less than it could be is marked with ~.
    """
    from grader.run.machine import examine

    cache = cache_of(cache_folder, no_cache)
    broken = 0
    try:
        for what, words, well in examine(cache):
            click.echo(f"{'✓' if well else '✗' if well is False else '~'} {what:12} {words}")
            broken += well is False
    finally:
        cache.close()
    sys.exit(1 if broken else 0)
