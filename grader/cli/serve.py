"""`grade serve`: the page on which learners check answers before they hand them in."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import click


@click.command(short_help="Serve a page for checking oneself.")
@click.option("--problems", "problem_folder", type=click.Path(exists=True, path_type=Path), default=Path("problems"), show_default=True,
              help="Folder of problem files, or one file.")
@click.option("--port", type=click.IntRange(0, 65535), default=8471, show_default=True, help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; another than this machine's own lets others use the page.")
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
def serve(problem_folder: Path, port: int, host: str, open_page: bool) -> None:
    """Serve a local page on which learners see how their answers are read and what holds, before they hand in.

    It says what `grade check` says and never shows the reference. Nothing is stored: what is typed stays in the browser's tab, from where it can be
    downloaded as a file to hand in. Ctrl-C ends it.
    """
    from grader.run.workers import interruptible
    from grader.web.serving import NothingToServe, serve

    def told(address: str) -> None:
        click.echo(f"{address}  (Ctrl-C ends)")
        if open_page:
            click.launch(address)

    def log(words: str) -> None:
        click.echo(words, err=True)

    if host in ("0.0.0.0", "::"):
        log("warning: everybody who reaches this machine can use the page")
    try:
        with interruptible():
            click.echo(serve(problem_folder, host, port, told, log))
    except OSError as error:
        why = os.strerror(error.errno) if (error.errno or 0) > 0 else str(error.strerror or error).partition(" (")[0]
        hint = "; --port 0 takes any free one" if error.errno == errno.EADDRINUSE else ""
        raise click.ClickException(f"{host}:{port}: cannot listen there ({why}){hint}") from error
    except NothingToServe as error:
        raise click.ClickException(str(error)) from error
