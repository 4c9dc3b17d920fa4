"""The `grade` command: thin skins over public functions. Each command is a module of this room, and is loaded when it is called."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import click

from grader import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

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
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grade")
def main() -> None:
    """Decide every claim of an answer with evidence, mark it, and report.

    `grade FOLDER` marks the papers in FOLDER (short for `grade run FOLDER`).
    """
