"""`grade check`: one answer, for the learner who wrote it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from grader.cli._shared import SYMBOLS, find_part, find_problem, standard_input


@click.command(short_help="Check one answer, without showing the reference.")
@click.argument("problem")
@click.argument("part")
@click.argument("answer", required=False)
@click.option("--problems", "problem_folder", type=click.Path(path_type=Path), default=Path("problems"), show_default=True,
              help="Folder of problem files, or one file.")
@click.option("--json", "as_json", is_flag=True, help="The record as JSON (for learners: without evidence that shows the reference).")
def check(problem: str, part: str, answer: str | None, problem_folder: Path, as_json: bool) -> None:
    """Check one answer: how it is read, then what holds. Never shows the reference.

    PROBLEM is an id in the problems folder or a problem file; ANSWER is read from standard input where it is left out.
    """
    from grader.run import self_check
    from grader.run.workers import run_tasks

    found = find_problem(problem, problem_folder)
    asked = find_part(found, part)
    text = answer if answer is not None else standard_input()

    def work(_: object) -> list[Any]:
        looked = self_check.check(found, asked, text)
        return [looked.view, looked.echo, looked.decided]

    (_, outcome), = run_tasks(work, [None])  # in a process that can be ended, like any other answer
    looked = self_check.stopped(found, asked, text, outcome.failed, outcome.why) if outcome.failed else self_check.Looked(*outcome.value)
    if as_json:
        click.echo(json.dumps(looked.view, ensure_ascii=False, indent=2))
    else:
        _show(looked.view, looked.echo, looked.decided)


def _show(view: dict[str, Any], reading: str, decided: bool) -> None:
    from grader.report.view import told
    from grader.run.self_check import KEPT_BACK

    click.echo(reading)
    if not decided:
        click.echo(f"verdict:  – {KEPT_BACK}")
        return
    click.echo(f"verdict:  {SYMBOLS[view['status']]}" + ("  (a person will look)" if view["needs_human"] else ""))
    lines = [line for line in view["feedback"].splitlines() if line]
    lines += [w for entry in view["evidence"] if not told(entry, [view["feedback"]]) for w in entry["words"] if w not in view["feedback"]]
    for line in lines:
        click.echo(f"          {line}")
    click.echo(f"points:   {view['points']} of {view['out_of']}")
