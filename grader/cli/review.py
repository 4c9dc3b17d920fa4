"""`grade review`: what waits for a person, and what the person decided."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from grader.run.decisions import Decisions


@click.command(short_help="List and decide what waits for a person.")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("reports"))
@click.argument("learner", required=False)
@click.argument("part", required=False, metavar="[PROBLEM/PART]")
@click.option("--points", default=None, help="The points that the answer gets, such as 2 or 3/2.")
@click.option("--accept", is_flag=True, help="The points that the report says the answer would earn if it was read as meant.")
@click.option("--reason", default="", help="Why, for the learner.")
@click.option("--everyone", is_flag=True, help="The same for everybody who typed the same text for that part.")
def review(out: Path, learner: str | None, part: str | None, points: str | None, accept: bool, reason: str, everyone: bool) -> None:
    """List the answers in OUT that wait for a person, equal ones together; or decide one of LEARNER.

    Decisions are kept in OUT/decisions.jsonl and merged by the next `grade run` into that folder (and by `grade regrade --write`); they hold as long as the
    learner's text is the same.
    """
    from grader.report.record import read_records
    from grader.run.decisions import DECISIONS, Decisions

    try:
        records = read_records(out / "records.jsonl")
        decisions = Decisions(out / DECISIONS)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if learner is None:
        _list(records, decisions)
        return
    if part is None or (points is None) == (not accept):
        raise click.UsageError("to decide an answer name the learner, PROBLEM/PART, and either --points or --accept")
    _decide(records, decisions, learner, part, points, reason, everyone)


def _list(records: list[dict[str, Any]], decisions: Decisions) -> None:
    from grader.report.view import reason_of
    from grader.report.visible import one_line

    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for record in records:
        if record["needs_human"]:
            groups.setdefault((f"{record['problem']}/{record['part']}", record["answer"]), []).append(record)
    for (part, text), own in groups.items():
        decided = [r for r in own if decisions.on(r["learner"], r["problem"], r["part"], text)]
        state = "" if not decided else "  decided" if len(decided) == len(own) else f"  {len(decided)} of {len(own)} decided"
        names = ", ".join(one_line(r["learner"], 40) for r in own[:5]) + (f" and {len(own) - 5} more" if len(own) > 5 else "")
        click.echo(f"{part}  {names}{state}\n    {one_line(text, 100) or '(nothing typed)'}\n    {one_line(reason_of(own[0]), 160)}")
    waiting = sum(len(own) for own in groups.values())
    click.echo(f"{waiting} {'answer waits' if waiting == 1 else 'answers wait'}, {len(groups)} different; {len(decisions)} decisions are kept")


def _decide(records: list[dict[str, Any]], decisions: Decisions, learner: str, part: str, points: str | None, reason: str, everyone: bool) -> None:
    from grader.run.decisions import EVERYBODY, Decision, points_of, text_digest

    found = next((r for r in records if r["learner"] == learner and part in (f"{r['problem']}/{r['part']}", r["part"])), None)
    if found is None:
        raise click.UsageError(f"there is no record of {learner!r} for {part!r}")
    earned = _if_accepted(found) if points is None else points
    try:
        amount = points_of(earned)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if not 0 <= amount <= Fraction(found["out_of"]):
        raise click.UsageError(f"{earned} points; the part is worth {found['out_of']}")
    try:
        decisions.add(Decision(EVERYBODY if everyone else learner, found["problem"], found["part"], text_digest(found["answer"]), str(amount), reason))
    except OSError as error:
        raise click.ClickException(f"{decisions.path}: cannot write there ({error.strerror}); nothing is kept") from error
    others = sum(r["answer"] == found["answer"] and (r["problem"], r["part"]) == (found["problem"], found["part"]) for r in records) if everyone else 1
    click.echo(f"kept: {amount} of {found['out_of']} points for {others} {'answer' if others == 1 else 'answers'} to {found['problem']}/{found['part']}; "
               "mark the folder again to merge it")


def _if_accepted(record: dict[str, Any]) -> str:
    """The points of a mark that was withheld, from the words of its awards."""
    for award in record["awards"][1:]:
        words = award["text"].split()
        if award["text"].startswith("If so read: "):
            return str(words[3])
    raise click.UsageError("nothing was withheld from this answer; name the points with --points")
