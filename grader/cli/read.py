"""`grade read`: how a text is read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli._shared import find_part, find_problem, standard_input

if TYPE_CHECKING:
    from grader.model import Part, Problem, Reading


@click.command(short_help="Show how a text is read.", context_settings={"ignore_unknown_options": True})
@click.argument("text", required=False)
@click.option("--problem", help="Read with the vocabulary of this problem (an id in the problems folder, or a file) ...")
@click.option("--part", help="... as an answer to this part of it, the way its kind reads answers.")
@click.option("--problems", "problem_folder", type=click.Path(path_type=Path), default=Path("problems"), show_default=True,
              help="Folder of problem files, or one file.")
@click.option("--mathml", is_flag=True, help="The reading as MathML too.")
@click.option("--json", "as_json", is_flag=True, help="The reading as one JSON object: linear text, MathML, notes, other readings, or place and reason.")
def read(text: str | None, problem: str | None, part: str | None, problem_folder: Path, mathml: bool, as_json: bool) -> None:
    """Show how TEXT (or standard input) is read: the tree in linear text, other readings, notes; or the place where reading stopped.

    Without --part, TEXT is a formula, or a text whose lines, formulas and tables are shown one by one.
    """
    from grader.model import Read
    from grader.reading import OPEN, Vocabulary, echo
    from grader.reading import read as read_text
    from grader.reading.echo import echo_lines, is_mixed

    if part and not problem:
        raise click.UsageError("--part needs --problem: name the problem that has this part")
    if text is not None and re.match(r"--[a-z]{2}[a-z-]*(?:=|$)", text):
        raise click.UsageError(f"no such option {text}")
    typed = text if text is not None else standard_input()
    vocabulary, reading, lines = OPEN, None, ""
    if problem:
        found = find_problem(problem, problem_folder)
        asked = find_part(found, part) if part else found.parts[0]
        vocabulary = Vocabulary.of(asked)
        reading = _as_answer(found, asked, typed) if part else None
    if reading is None:
        reading = read_text(typed, vocabulary)
        lines = echo_lines(typed, vocabulary) if is_mixed(typed) and not (isinstance(reading, Read) and "|" not in typed) else ""
    if as_json:
        click.echo(json.dumps(_record(typed, reading), ensure_ascii=False, indent=2))
        return
    click.echo(lines or echo(typed, reading))
    if mathml and isinstance(reading, Read) and not lines:
        from grader.report.mathml import to_mathml

        click.echo(to_mathml(reading.term))


def _as_answer(problem: Problem, part: Part, text: str) -> Reading:
    """The text as the part's kind reads it."""
    from grader import answers
    from grader.model import Answer, Provenance
    from grader.reading.declarations import adopted

    answer = Answer(f"{problem.id}/{part.id}", text, Provenance("", 0, "text"))
    return answers.load(part.kind).read(answer, adopted(part, answer)[0])


def _record(text: str, reading: Reading) -> dict[str, Any]:
    from grader.model import Read
    from grader.printing import to_latex, to_text
    from grader.report.mathml import to_mathml

    notes = [{"severity": n.severity, "text": n.text, "span": list(n.span) if n.span else None} for n in reading.notes]
    if isinstance(reading, Read):
        return {"text": text, "state": "read", "reading": to_text(reading.term), "latex": to_latex(reading.term), "mathml": to_mathml(reading.term),
                "proposed": reading.proposed, "alternatives": [to_text(other) for other in reading.alternatives], "notes": notes}
    return {"text": text, "state": "blank" if reading.blank and not text.strip() else "unread", "reason": reading.reason, "hint": reading.hint,
            "span": list(reading.span) if reading.span else None,
            "nearest": to_text(reading.proposed) if reading.proposed is not None else None, "notes": notes}
