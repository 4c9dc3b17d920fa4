"""`grade read`: how a text is read."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli._shared import find_part, find_problem, standard_input


@click.command()
@click.argument("text", required=False)
@click.option("--problem", help="Read with the vocabulary of this problem (an id in the problems folder, or a file) ...")
@click.option("--part", help="... and this part of it.")
@click.option("--problems", "problem_folder", type=click.Path(exists=True, path_type=Path), default=Path("problems"), show_default=True)
@click.option("--mathml", is_flag=True, help="The reading as MathML too.")
def read(text: str | None, problem: str | None, part: str | None, problem_folder: Path, mathml: bool) -> None:
    """Show how TEXT (or standard input) is read: the tree in linear text, other readings, notes; or the place where reading stopped."""
    from grader.model import Read
    from grader.reading import OPEN, Vocabulary, echo
    from grader.reading import read as read_text

    vocabulary = OPEN
    if problem:
        found = find_problem(problem, problem_folder)
        vocabulary = Vocabulary.of(find_part(found, part) if part else found.parts[0])
    typed = text if text is not None else standard_input()
    reading = read_text(typed, vocabulary)
    click.echo(echo(typed, reading))
    if mathml and isinstance(reading, Read):
        from grader.report.mathml import to_mathml

        click.echo(to_mathml(reading.term))
