"""How a run is getting on: a line on a terminal, nothing in a pipe, and events as JSON lines where they are asked for."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import IO, Any

import click

_MARKS = {"proved": "✓", "refuted": "✗", "agrees": "≈", "undecided": "?", "unread": "✎"}
_EVERY = 0.2
"""Seconds between two looks of the line."""
_LOG_EVERY = 1.0


class Progress:
    """Phases of a run, each with so many things to do. The clock is used for rates here and for nothing else."""

    def __init__(self, log: IO[str] | None = None) -> None:
        self._log = log
        self._start = self._phase_start = time.monotonic()
        self._phase, self._shown, self._logged = "", 0.0, 0.0
        self._first: int | None = None
        self._terminal = sys.stderr.isatty()
        self._open = False

    def event(self, name: str, **values: Any) -> None:
        """A line in the log."""
        if self._log is not None:
            seconds = round(time.monotonic() - self._start, 3)
            spent = os.times()
            cpu = {"cpu": round(spent.user + spent.system, 3), "workers_cpu": round(spent.children_user + spent.children_system, 3)}
            try:
                self._log.write(json.dumps({"event": name, "seconds": seconds, **cpu, **values}, ensure_ascii=False) + "\n")
                self._log.flush()
            except OSError as error:  # marking goes on
                self._log = None
                click.echo(f"note: the log cannot be written any more ({error.strerror})", err=True)

    def phase(self, name: str) -> None:
        """Something else begins."""
        self._end_line()
        self._phase, self._phase_start, self._first = name, time.monotonic(), None
        self._shown = self._logged = 0.0
        self.event("phase", phase=name)

    def __call__(self, done: int, wanted: int | None = None, statuses: Mapping[str, int] | None = None) -> None:
        """So many are done, of so many where that is known."""
        now = time.monotonic()
        if self._first is None:
            self._first, self._phase_start = done - 1, now
        if self._terminal and now - self._shown >= _EVERY:
            self._shown = now
            self._draw(now, done, wanted, statuses or {})
        if self._log is not None and now - self._logged >= _LOG_EVERY:
            self._logged = now
            self.event("progress", phase=self._phase, done=done, wanted=wanted, statuses=dict(statuses or {}))

    def _draw(self, now: float, done: int, wanted: int | None, statuses: Mapping[str, int]) -> None:
        rate = (done - (self._first or 0)) / max(now - self._phase_start, 1e-3)
        said = [f"{self._phase} {done}"]
        if wanted:
            left = (wanted - done) / rate if rate > 0 else 0
            said = [f"{self._phase} {done}/{wanted} {100 * done // wanted} %", f"{rate:,.0f}/s", f"{int(left) // 60}:{int(left) % 60:02d} left"]
        said += [f"{_MARKS.get(s, s)} {n}" for s, n in sorted(statuses.items())]
        click.echo("\r\033[K" + "  ".join(said)[:118], nl=False, err=True)
        self._open = True

    def _end_line(self) -> None:
        if self._open:
            click.echo("\r\033[K", nl=False, err=True)
            self._open = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_line()
