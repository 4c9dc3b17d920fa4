"""Many pairs of reference and answer: JSON lines in, JSON lines out, one for each, in order, whatever the input.

In: {"id", "reference", "answer", "assume"?: {...}, "kind"?: ..., "options"?: {...}, "extract"?: bool}. Out: {"id", "status", "equal", "reason",
"evidence", "ms"} with status proved, refuted, agrees, undecided or unread, and `equal` true, false or null. A line that is no JSON object, lacks a
key, or names no known kind is answered as unread with the reason; with "extract" the one answer that a text puts forward is compared; a pair that
runs out of its limits as undecided. `ms` is processor time (the only field that differs between runs).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, TextIO

from grader.model import SpecError
from grader.run.lines import Runner, local, write_lines
from grader.run.workers import Limits, Outcome

CPU_SECONDS = 4.0
LIMITS = Limits(cpu_seconds=CPU_SECONDS + 1.5)
MAX_LINE = 200_000
"""Longest input line, in characters."""


def run_pairs(source_lines: Iterable[str], out: TextIO, jobs: int = 1, runner: Runner | None = None) -> int:
    """Write one output line for every input line that is not blank, in order; how many there were. Each pair is decided in a worker process that is ended
    when it exceeds its limits, on this machine or where `runner` says."""
    preload()
    return write_lines(source_lines, out, decide_line, _stopped, runner or local(jobs, LIMITS))


def preload() -> None:
    """Load what decides pairs, before workers are forked."""
    import grader.algebra.normal_form  # noqa: F401
    import grader.verify  # noqa: F401


def _stopped(line: str, outcome: Outcome) -> dict[str, Any]:
    return _line(_id_of(line), "undecided", None, f"stopped by its limits: {outcome.failed}", None, 1000.0 * CPU_SECONDS)


def decide_line(line: str) -> dict[str, Any]:
    """The output object for one input line; never raises because of what the line says."""
    row: Any = None
    try:
        if len(line) > MAX_LINE:
            return _line(None, "unread", None, f"the line is longer than {MAX_LINE} characters")
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _line(None, "unread", None, f"not a line of JSON: {error}")
    if not isinstance(row, dict) or not isinstance(row.get("reference"), str) or not isinstance(row.get("answer"), str):
        return _line(row.get("id") if isinstance(row, dict) else None, "unread", None, 'expected an object with the texts "reference" and "answer"')
    assume = row.get("assume") or {}
    if not isinstance(assume, dict) or not all(isinstance(v, str) for v in assume.values()):
        return _line(row.get("id"), "unread", None, 'expected "assume" to map names to domains in words')
    try:
        return _decide(row, assume)
    except (ValueError, KeyError, TypeError, SpecError) as error:
        return _line(row.get("id"), "unread", None, f"the line cannot be used: {error}")
    except (RecursionError, MemoryError) as error:
        return _line(row.get("id"), "undecided", None, f"stopped by {type(error).__name__}")


def _decide(row: Mapping[str, Any], assume: Mapping[str, str]) -> dict[str, Any]:
    from grader.decide import Budget
    from grader.verify import verify

    if row.get("kind") and row["kind"] != "expression" or row.get("options"):
        return _by_kind(row, assume)
    if row.get("extract"):
        return _extracted(row, assume)
    verdict = verify(row["reference"], row["answer"], assume=assume, budget=Budget(CPU_SECONDS))
    return _said(row.get("id"), verdict)


def _said(id: Any, verdict: Any, doubt: str = "") -> dict[str, Any]:
    tried = verdict.evidence.data.get("tried", ()) if verdict.evidence.method == "gap" else ()
    if tried and tried[0][0] == "unread":
        return _line(id, "unread", None, str(tried[0][1]))
    evidence = {"method": verdict.evidence.method, "data": verdict.evidence.data}
    reason = " ".join(verdict.finding.teacher_words or verdict.finding.words)
    facts = "".join(f" [{f}]" for f in verdict.finding.facts) + "".join(f" [relying on {o}]" for o in verdict.finding.oracles)
    if doubt:
        return _line(id, "undecided", None, f"{doubt}: {reason + facts}".rstrip(": "), evidence)
    return _line(id, str(verdict.status), verdict.equal, reason + facts, evidence)


def _extracted(row: Mapping[str, Any], assume: Mapping[str, str]) -> dict[str, Any]:
    from grader.decide import Budget
    from grader.final import compare_final

    found = compare_final(row["reference"], row["answer"], assume=assume, budget=Budget(CPU_SECONDS))
    if found.verdict is None:
        return _line(row.get("id"), "unread" if found.unread else "undecided", None, found.doubt)
    return _said(row.get("id"), found.verdict, found.doubt)


def _by_kind(row: Mapping[str, Any], assume: Mapping[str, str]) -> dict[str, Any]:
    """Through an answer kind: the pair is a part with that reference, the answer is marked, and the mark's status counts."""
    from grader import answers
    from grader.decide import Budget
    from grader.domain import Domain
    from grader.model import Answer, Part, Problem, Symbol
    from grader.run.one import grade_answer

    name = str(row.get("kind") or "expression")
    kind = answers.load(name)
    options = kind.Options(**_options(kind.Options, row.get("options") or {}))
    symbols = tuple(Symbol(n, Domain.parse(words)) for n, words in assume.items() if n != "*")
    part = Part("1", name, Fraction(1), answer=row["reference"], options=options, symbols=symbols)
    if hasattr(kind.module, "check"):
        kind.check(part)
    report = grade_answer(Problem("pairs", "", (part,), ""), part, Answer("pairs/1", row["answer"]), budget=Budget(CPU_SECONDS))
    status = report.mark.status
    equal = {"proved": True, "agrees": True, "refuted": False}.get(status)
    if report.mark.needs_human:
        equal = None
    elif equal is True and report.mark.points < report.mark.out_of:
        equal = False
    evidence = [{"method": v.evidence.method, "data": v.evidence.data} for v in report.verdicts]
    return _line(row.get("id"), status, equal, " ".join(a.text for a in report.mark.awards if a.text), evidence)


def _options(kind: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a kind from JSON: exact numbers may be written as numbers or texts. Fails with ValueError for unknown ones and wrong types."""
    fields = {f.name: str(f.type) for f in dataclasses.fields(kind)}
    made: dict[str, Any] = {}
    for key, value in given.items():
        if key not in fields:
            raise ValueError(f"no option {key!r}; expected one of {', '.join(fields)}")
        words = fields[key]
        if isinstance(value, list):
            made[key] = tuple(value)
        elif "Fraction" in words and value is not None:
            made[key] = Fraction(str(value))
        elif words == "bool" and not isinstance(value, bool):
            raise ValueError(f"expected true or false for {key}")
        elif words.startswith("Literal") and repr(value) not in words.replace('"', "'"):
            raise ValueError(f"expected one of {words.removeprefix('Literal')} for {key}, found {value!r}")
        elif words.startswith("int") and (isinstance(value, bool) or not isinstance(value, int)):
            raise ValueError(f"expected a whole number for {key}")
        else:
            made[key] = value
    return made


def _line(id: Any, status: str, equal: bool | None, reason: str, evidence: Any = None, ms: float = 0.0) -> dict[str, Any]:
    return {"id": id, "status": status, "equal": equal, "reason": reason[:2000], "evidence": evidence, "ms": ms}


def _id_of(line: str) -> Any:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row.get("id") if isinstance(row, dict) else None
