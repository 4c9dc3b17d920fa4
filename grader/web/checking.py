"""What the keeper's side of the page does: problems become what everybody may know, and answers become pieces of HTML, made in guarded workers.

The process that speaks to the network gets titles, questions, symbols and points from here, and finished pieces; never a reference, a claim or a record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.model import Part, Problem, SpecError, Symbol
from grader.report.mathml import to_mathml
from grader.report.view import nice, part_name, part_view
from grader.run import self_check
from grader.run.self_check import Looked
from grader.run.workers import Outcome
from grader.term import symbol
from grader.web import skin

LONG_HTML = 400_000
"""Characters of a piece from which on formulas are shown in one line only."""
MANY_LINES, SOME_LINES = ("derivation",), ("prose", "iteration", "update_rule", "convergence", "construction", "limit_condition", "identity", "matrix")
Task = Sequence[str]
"""What is to be done ("read" or "check"), ids of problem and part, the text."""


def prepared(folder: Path) -> tuple[Any, Callable[[Any], Any], Callable[[Any, Outcome], Any]]:
    """For a desk: the public part of the problems in a folder (or file) with the mistakes of those that cannot be used; the work; the words for a worker
    that was ended."""
    problems, errors = _loaded(folder)
    parts = {(problem.id, part.id): (problem, part) for problem in problems for part in problem.parts}

    def work(task: Task) -> dict[str, Any]:
        do, problem_id, part_id, text = task
        problem, part = parts[problem_id, part_id]
        looked = self_check.check(problem, part, text) if do == "check" else self_check.look(problem, part, text)
        return _piece(looked, part, do == "check")

    def failed(task: Task, outcome: Outcome) -> dict[str, Any]:
        problem, part = parts[task[1], task[2]]
        return _piece(self_check.stopped(problem, part, task[3], outcome.failed, outcome.why), part, True)

    return {"problems": [_public(p) for p in problems], "errors": errors}, work, failed


def warm() -> None:
    """Load what lanes and workers share."""
    from grader.run.one import preload

    preload()
    skin.environment()


def _loaded(folder: Path) -> tuple[list[Problem], list[str]]:
    from grader.intake.spec import load_problem, load_problems

    if folder.is_dir():
        problems, errors = load_problems(folder)
        return problems, [str(e) for e in errors]
    try:
        return [load_problem(folder)], []
    except SpecError as error:
        return [], [str(error)]


# --------------------------------------------------------------------------------------------------------------- public


def _public(problem: Problem) -> dict[str, Any]:
    shared = [s for s in problem.parts[0].symbols if all(s in part.symbols for part in problem.parts)]
    groups: list[dict[str, Any]] = []
    for part in problem.parts:
        stem, _, field = part.id.partition(".")
        if not groups or groups[-1]["id"] != stem:
            groups.append({"id": stem, "parts": []})
        groups[-1]["parts"].append({
            "id": part.id, "name": part_name(part.id), "field": part_name(f".{field}").removeprefix(" · ") if field else "", "points": nice(part.points),
            "ask": part.ask, "symbols": [_symbol(s) for s in part.symbols if s not in shared], "rows": _rows(part), "person": part.kind == "prose",
            "told": part.self_check})
    for group in groups:
        asks = {p["ask"] for p in group["parts"]}
        group["ask"] = asks.pop() if len(asks) == 1 else ""
        group["points"] = nice(sum(part.points for part in problem.parts if part.id.partition(".")[0] == group["id"]))
        groups_symbols = [p["symbols"] for p in group["parts"]]
        group["symbols"] = groups_symbols[0] if all(s == groups_symbols[0] for s in groups_symbols) else []
    return {"id": problem.id, "title": problem.title, "sheet": problem.sheet, "symbols": [_symbol(s) for s in shared], "groups": groups,
            "points": nice(sum(part.points for part in problem.parts))}


def _symbol(given: Symbol) -> dict[str, str]:
    return {"math": to_mathml(symbol(given.name)), "domain": str(given.domain).replace(">=", "≥").replace("<=", "≤"), "words": given.words[0] if given.words else ""}


def _rows(part: Part) -> int:
    """Lines that the field for an answer shows at first."""
    return 8 if part.kind in MANY_LINES else 3 if part.kind in SOME_LINES else 1


# ---------------------------------------------------------------------------------------------------------------- pieces


def _piece(looked: Looked, part: Part, asked: bool) -> dict[str, Any]:
    """The reply about one answer: its state, one sentence for those who listen, and the HTML."""
    view = part_view(looked.view, part.kind)
    html = skin.outcome(view, looked, asked, part.kind)
    if len(html) > LONG_HTML:
        html = skin.outcome(view, looked, asked, part.kind, plain=True)
    return {"state": looked.view["reading"]["state"], "decided": looked.decided, "said": skin.said(view, looked, asked), "html": html}
