"""`grade check`: one answer, for the learner who wrote it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from grader.cli._shared import SYMBOLS, find_part, find_problem, standard_input


@click.command()
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
    from grader.model import Answer, Provenance
    from grader.reading import echo
    from grader.report.record import learner_view, to_record
    from grader.run.one import failed, grade_answer
    from grader.run.workers import run_tasks

    found = find_problem(problem, problem_folder)
    asked = find_part(found, part)
    text = answer if answer is not None else standard_input()
    typed = Answer(f"{found.id}/{asked.id}", text, Provenance("", 0, "text"))

    def work(_: object) -> dict[str, Any]:
        report = grade_answer(found, asked, typed)
        return {"view": learner_view(to_record(report)), "echo": echo(text, report.reading)}

    (_, outcome), = run_tasks(work, [None])  # in a process that can be ended, like any other answer
    shown = outcome.value
    if outcome.failed:
        stopped = failed(found, asked, typed, "", outcome.failed, outcome.why)
        shown = {"view": learner_view(to_record(stopped)), "echo": "not read"}
    if as_json:
        click.echo(json.dumps(shown["view"], ensure_ascii=False, indent=2))
    else:
        _show(shown["view"], shown["echo"])


def _show(view: dict[str, Any], reading: str) -> None:
    click.echo(reading)
    click.echo(f"verdict:  {SYMBOLS[view['status']]}" + ("  (a person will look)" if view["needs_human"] else ""))
    told = [line for line in view["feedback"].splitlines() if line]
    told += [w for entry in view["evidence"] for w in entry["words"] if w not in view["feedback"]]
    for line in told:
        click.echo(f"          {line}")
    click.echo(f"points:   {view['points']} of {view['out_of']}")
