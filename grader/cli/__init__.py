"""The `grade` command: thin skins over public functions. Each command is a module of this room, and is loaded when it is called."""

from __future__ import annotations

import difflib
import errno
import importlib
import os
import pkgutil
import sys
from typing import TYPE_CHECKING

import click

from grader import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

RUN_OPTIONS = ("--problems", "--out", "--jobs", "--resume", "--fresh")
"""Options of `run` with which a command line may begin: `grade --out DIR FOLDER`."""


class _Group(click.Group):
    """The modules of this room as commands; `grade PATH` is `grade run PATH`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = getattr(importlib.import_module(f"grader.cli.{name}"), name)
        return command

    def parse_args(self, ctx: click.Context, args: Sequence[str]) -> list[str]:
        args = list(args)
        if args and args[0] not in self.list_commands(ctx) and (not args[0].startswith("-") or args[0] in RUN_OPTIONS):
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1, 0.75)
            if near and not os.path.exists(args[0]):
                raise click.UsageError(f"there is no folder {args[0]!r}, and no such command; did you mean 'grade {near[0]}'?", ctx)
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def main(self, *args: Any, **options: Any) -> Any:
        _open_streams()
        return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """What the system refuses and no command foresees (no processes, no files, no memory left) is told in words, too."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody listens any more
                raise
            where = f" ({error.filename})" if error.filename else ""
            raise click.ClickException(f"the system refused: {error.strerror or error}{where}") from error
        except MemoryError as error:
            raise click.ClickException("the system refused: not enough memory") from error


def _open_streams() -> None:
    """Have something behind standard input, output and error where they were closed: what is opened next would take their numbers, and get their text."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - it lives as long as the command


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]},
             epilog="Exit codes: 0 done (a person may still be needed), 1 some input could not be used (named; everything else is done), 2 wrong usage, 130 interrupted.")
@click.version_option(__version__, prog_name="grade")
def main() -> None:
    """Decide every claim of an answer with evidence, mark it, and report.

    `grade FOLDER` marks the papers in FOLDER (short for `grade run FOLDER`).
    """
