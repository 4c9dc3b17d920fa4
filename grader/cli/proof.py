"""`grade proof`: a derivation, judged line by line; or many, as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from grader.cli._shared import cluster_option, lines_runner

COLOURS = {"✓": "green", "⇒": "cyan", "✗": "red", "?": "yellow"}


@click.command(short_help="Check a derivation, line by line.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print {steps, first_break} instead of the margin.")
@click.option("--theory", default=None, help="The language of the derivation (default: found from what is written).")
@click.option("--assume", multiple=True, metavar="NAME=DOMAIN", help="A domain in words, such as 'x=positive'; '*' is for all symbols not named.")
@click.option("--out", type=click.File("w", encoding="utf-8"), default=None, help="For a .jsonl FILE: where the lines go (default: standard output).")
@click.option("--jobs", type=click.IntRange(1), default=None, help="For a .jsonl FILE: worker processes (default: one a core).")
@cluster_option
def proof(file: str, as_json: bool, theory: str | None, assume: tuple[str, ...], out: Any, jobs: int | None, cluster: str | None) -> None:
    """Check the derivation in FILE (Markdown, LaTeX or plain lines) and mark each line in the margin.

    A .jsonl FILE holds many: {"id", "lines", "assume"?} a line; one line comes out for each, in order: {"id", "steps", "first_break"}.
    """
    from grader import theories

    if theory is not None and theory not in theories.names():
        raise click.UsageError(f"no theory {theory!r}; there are: {', '.join(theories.names())}")
    if file.endswith(".jsonl") or out is not None:
        from grader.proofs import LIMITS, run_proofs
        from grader.run.workers import default_jobs

        runner = lines_runner(cluster, "proofs", jobs or default_jobs(), LIMITS, theory)
        with click.open_file(file, encoding="utf-8", errors="replace") as source:
            run_proofs(source, out or click.get_text_stream("stdout"), jobs or default_jobs(), theory, runner)
        return
    with click.open_file(file, encoding="utf-8", errors="replace") as source:
        text = source.read()
    if Path(file).suffix == ".tex" and "\\begin{document}" in text:
        preamble, _, rest = text.partition("\\begin{document}")
        text = "\n" * preamble.count("\n") + rest.partition("\\end{document}")[0]
    from grader.proof import TOTAL_SECONDS, check_proof
    from grader.run.workers import Limits, run_tasks

    named = _assumed(assume)

    def work(_: object) -> dict[str, Any]:
        try:
            made = check_proof(text, assume=named, theory=theory)
        except ValueError as error:
            return {"usage": str(error)}
        return {"shown": json.dumps(made.to_data(), ensure_ascii=False, indent=1) if as_json else shown(made)}

    (_, outcome), = run_tasks(work, [None], limits=Limits(cpu_seconds=TOTAL_SECONDS + 1.5))  # in a process that can be ended
    if outcome.failed:
        raise click.ClickException(f"the derivation was not judged: {outcome.why}")
    if "usage" in outcome.value:
        raise click.UsageError(outcome.value["usage"])
    click.echo(outcome.value["shown"])


def _assumed(pairs: tuple[str, ...]) -> dict[str, str]:
    made = {}
    for pair in pairs:
        name, sign, words = pair.partition("=")
        if not sign:
            raise click.UsageError(f"expected NAME=DOMAIN; found {pair!r}")
        made[name.strip()] = words.strip()
    return made


def mark_of(step: Any) -> str:
    """What stands in the margin: holds (✓); follows, but says less (⇒); does not follow (✗); not decided (?)."""
    from grader.proof import breaks

    if breaks(step):
        return "✗"
    return "?" if step.relation is None else "⇒" if step.relation == "implies" else "✓"


def shown(made: Any) -> str:
    """The derivation with a mark in the margin of each line, and words under the lines that need them."""
    from grader.reading.echo import visible

    rows = []
    for text, step in zip(made.lines, made.steps):
        mark = mark_of(step) if step else " "
        rows.append(f"{click.style(mark, fg=COLOURS.get(mark))}  {visible(text)}".rstrip())
        if step is None:
            continue
        if mark in "✗⇒?" or str(step.status) == "agrees":
            rows.append(f"      {step.reason} {step.example}".rstrip())
        rows += [f"      where {c}" for c in step.conditions]
    if made.first_break is not None:
        rows.append(f"\nThe first line that does not follow is line {made.first_break + 1}.")
    elif any(s is not None and s.relation is None for s in made.steps):
        rows.append("\nNo line is wrong; those marked ? are for a person.")
    elif any(s is not None for s in made.steps):
        rows.append("\nEvery line follows.")
    else:
        rows.append("\nNo line claims anything: write one step a line, each beginning with its sign or an equation of its own.")
    while rows and not rows[0].strip():
        del rows[0]
    return "\n".join([*rows, *[f"note: {n}" for n in made.notes]])
