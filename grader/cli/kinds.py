"""`grade kinds`: the answer kinds and their documentation."""

from __future__ import annotations

import click


@click.command(short_help="List the kinds of answers, or document one.")
@click.argument("name", required=False)
def kinds(name: str | None) -> None:
    """List the answer kinds, or document one: what it checks, what learners may write, its options and tags."""
    from grader.answers import load, names
    from grader.answers._document import document

    if name is None:
        for each in names():
            click.echo(f"{each:18} {load(each).doc.strip().splitlines()[0]}")
        return
    try:
        click.echo(document(load(name)))
    except KeyError:
        raise click.UsageError(f"no kind {name!r}; there are: {', '.join(names())}") from None
