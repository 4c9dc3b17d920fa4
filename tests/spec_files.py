"""Stand-in answer kinds and problem files written to a folder, for the tests of problem files."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction as Q
from types import SimpleNamespace
from typing import Literal

import pytest

from grader import answers
from grader.answers import _kind
from grader.domain import Domain
from grader.intake.spec import load_problem
from grader.model import SpecError


@dataclass(frozen=True)
class Move:
    who: str
    by: Q = Q(1)


@dataclass(frozen=True)
class PlainOptions:
    relation: Literal["Theta", "O"] = field(default="Theta", metadata={"help": "which order is asked for"})
    growing: tuple[str, ...] = ()
    steps: int = 0
    size: Q | None = None
    strict: bool = False
    start: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    paths: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    where: Domain = Domain()
    move: Move | None = None
    moves: tuple[Move, ...] = ()
    either: int | str = 0


@dataclass(frozen=True)
class NeedyOptions:
    game: Mapping[str, str] = field(metadata={"help": "who moves which variable"})


@dataclass(frozen=True)
class NoOptions:
    pass


def refuse_banana(part):
    if "banana" in part.answer:
        raise SpecError("a banana is no reference; expected a formula", key="answer")
    for k, entry in enumerate(part.wrong):
        if "banana" in entry.answer:
            raise SpecError("no bananas", key=f"wrong[{k}].answer")
    if part.options.start.get("x") == "banana":
        raise SpecError("no banana at the start", key="start.x")
    if part.answer == "crash":
        raise RuntimeError("deep inside")


KINDS = {
    "plain": SimpleNamespace(__doc__="x", Options=PlainOptions, check=refuse_banana),
    "needy": SimpleNamespace(__doc__="x", Options=NeedyOptions),
    "prose": SimpleNamespace(__doc__="x", Options=NoOptions),
}


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setattr(answers, "names", lambda: tuple(sorted(KINDS)))

    def load(name):
        if name == "broken":
            raise ImportError("no module inside")
        return _kind.Kind(name, KINDS[name])

    monkeypatch.setattr(answers, "load", load)


def write(tmp_path, text, name="p.yaml"):
    path = tmp_path / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def load(tmp_path, text, name="p.yaml"):
    return load_problem(write(tmp_path, text, name))


SHORT = """\
    parts:
      a: {kind: plain, answer: n log n, symbols: {n: integer > 0}}
    """
