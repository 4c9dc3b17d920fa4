"""`grade export`: marks for learning platforms."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click


@click.command(short_help="Fill marks into a platform's sheet.")
@click.argument("form", metavar="FORMAT", type=click.Choice(["canvas", "moodle", "gradescope"]))
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("reports"))
@click.option("--sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None, help="The gradebook or worksheet as downloaded (canvas, moodle).")
@click.option("--column", default=None, help='The column to fill in, as the sheet calls it, such as "Theory 1 (48213)" (default for moodle: Grade).')
@click.option("--key", default="", help="The sheet's column that holds the learners' keys (default: the one that knows most of them).")
@click.option("--learner", default=None, help="Whose results.json (gradescope).")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
def export(form: str, out: Path, sheet: Path | None, column: str | None, key: str, learner: str | None, target: Path) -> None:
    """Write the marks in OUT for a platform: FORMAT is canvas or moodle (a downloaded sheet, filled in), or gradescope (results.json of one learner).

    Learners with an answer that waits for a person, and learners whom the sheet does not know, are named and left as they are; exit code 1 then.
    """
    from grader.report.files import write
    from grader.report.lms import SheetError, fill_sheet, gradescope
    from grader.report.record import learner_view, read_records

    try:
        records = read_records(out / "records.jsonl")
        if form == "gradescope":
            own = [learner_view(record) for record in records if record["learner"] == learner]
            if not own:
                raise click.UsageError(f"there is no record of {learner!r}; name one with --learner")
            write(target, json.dumps(gradescope(own), ensure_ascii=False, indent=1) + "\n")
            click.echo(f"{target}: {len(own)} answers")
            return
        column = column or ("Grade" if form == "moodle" else None)
        if sheet is None or column is None:
            raise click.UsageError("name the downloaded sheet with --sheet and the column to fill in with --column")
        filled = fill_sheet(sheet.read_bytes().decode("utf-8"), records, form, column, key)
        write(target, filled.text)
    except (SheetError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{sheet}: {error}") from error
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    for note in filled.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(f"{target}: {filled.filled} marks filled in")
    sys.exit(1 if filled.notes else 0)
