"""Many derivations: JSON lines in, JSON lines out, one for each, in order, whatever the input.

In: {"id", "lines": [...], "assume"?: {...}, "theory"?: ...}. Out: {"id", "steps": [...], "first_break", "theory", "ms"}; `steps[k]` belongs to `lines[k]` and is null
where that line claims nothing, else {"relation", "status", "reason", "evidence", "conditions", "tags"}. A line of input that cannot be used, and a
derivation that runs out of its limits, give no steps and an "error". `ms` is processor time (the only field that differs between runs).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from grader.run.lines import Runner, local, write_lines
from grader.run.workers import Limits, Outcome

CPU_SECONDS = 4.0
"""Processor time for one derivation: when it is spent, the lines that are left stay undecided."""
LIMITS = Limits(cpu_seconds=CPU_SECONDS + 1.5, wall_seconds=180.0)
MAX_LINE = 200_000
"""Longest input line, in characters."""


def run_proofs(source_lines: Iterable[str], out: TextIO, jobs: int = 1, theory: str | None = None, runner: Runner | None = None) -> int:
    """Write one output line for every input line that is not blank, in order; how many there were. Each derivation is checked in a worker process that is
    ended when it exceeds its limits, on this machine or where `runner` says."""
    preload()
    return write_lines(source_lines, out, lambda line: check_line(line, theory), _stopped, runner or local(jobs, LIMITS))


def preload() -> None:
    """Load what checks derivations, before workers are forked."""
    import grader.algebra.normal_form  # noqa: F401
    import grader.proof  # noqa: F401


def _stopped(line: str, outcome: Outcome) -> dict[str, Any]:
    return _line(_row(line).get("id"), [], None, f"stopped by its limits: {outcome.failed}") | {"ms": 1000.0 * CPU_SECONDS}


def check_line(line: str, theory: str | None = None) -> dict[str, Any]:
    """The output object for one input line; never raises because of what the line says."""
    if len(line) > MAX_LINE:
        return _line(None, [], None, f"the line is longer than {MAX_LINE} characters")
    row = _row(line)
    lines, assume, named = row.get("lines"), row.get("assume") or {}, row.get("theory") or theory
    if not isinstance(lines, list) or not all(isinstance(text, str) for text in lines):
        return _line(row.get("id"), [], None, 'expected an object with "lines", a list of texts')
    if not isinstance(assume, dict) or not all(isinstance(v, str) for v in assume.values()):
        return _line(row.get("id"), [], None, 'expected "assume" to map names to domains in words')
    from grader.decide import Budget
    from grader.proof import check_proof

    try:
        proof = check_proof(lines, assume=assume, theory=named, budget=Budget(CPU_SECONDS))
    except (ValueError, KeyError, TypeError) as error:
        return _line(row.get("id"), [], None, f"it cannot be used: {error}")
    except (RecursionError, MemoryError) as error:
        return _line(row.get("id"), [], None, f"stopped by {type(error).__name__}")
    return {"id": row.get("id"), **proof.to_data(), "theory": proof.theory}


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _line(id: Any, steps: list[Any], first_break: int | None, error: str) -> dict[str, Any]:
    return {"id": id, "steps": steps, "first_break": first_break, "theory": "", "error": error}
