"""What an answer kind is, how one is found, and the marking steps that kinds share.

A kind is a module with

- a docstring under the headings `What it checks`, `What learners may write`, `Definition used`, `Fails when`, `Example`;
- `Options`, a frozen dataclass: its fields, defaults and `metadata["help"]` are the YAML schema of a part of this kind;
- `read(answer, part) -> Reading`: text to tree, nothing decided;
- `claims(reading, part, settled) -> tuple[Claim, ...]`: what must be settled next, given the verdicts so far (by label); called again until it
  returns nothing new, so that a kind may ask about a learner's own line only after the line before it is known;
- `mark(reading, part, settled) -> Mark`: verdicts to awards;
- optionally `check(part) -> None`: raises `SpecError` (with `key`) when the reference or an option cannot be used;
- optionally `TAGS`: the stable tags it can give, each with a sentence for the documentation.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import ModuleType

from grader.model import Award, Claim, KnownAnswer, Mark, Part, Read, Reading, Status, Unread, Verdict

Settled = Mapping[str, Verdict]


@dataclass(frozen=True)
class Kind:
    """A loaded kind; the fields are the module's own."""

    name: str
    module: ModuleType

    @property
    def Options(self) -> type:  # noqa: N802 - it is a class
        return self.module.Options

    @property
    def doc(self) -> str:
        return self.module.__doc__ or ""

    def __getattr__(self, name: str):  # read, claims, mark, check, TAGS
        return getattr(self.module, name)


def names() -> tuple[str, ...]:
    """Names of all kinds, sorted."""
    from importlib.metadata import entry_points  # it takes longer to load than most answers to decide

    import grader.answers

    own = {m.name for m in pkgutil.iter_modules(grader.answers.__path__) if not m.name.startswith("_")}
    return tuple(sorted(own | {e.name for e in entry_points(group="grader.answers")}))


def load(name: str) -> Kind:
    """The kind of that name. Fails when there is none (`KeyError`)."""
    if name.isidentifier() and not name.startswith("_"):
        try:
            return Kind(name, importlib.import_module(f"grader.answers.{name}"))
        except ModuleNotFoundError as error:
            if error.name != f"grader.answers.{name}":
                raise
        from importlib.metadata import entry_points

        for entry in entry_points(group="grader.answers", name=name):
            return Kind(name, entry.load())
    raise KeyError(name)


# ------------------------------------------------------------------------------------------------------- marking steps


def mark(part: Part, *awards: Award, needs_human: bool = False, status: str | Status = Status.UNDECIDED) -> Mark:
    """Run the awards in order ("add" adds, "set" sets, "none" only speaks) and clamp to 0..points."""
    points = Fraction(0)
    for award in awards:
        if award.operation == "add":
            points += award.amount
        elif award.operation == "set":
            points = award.amount
    return Mark(tuple(awards), max(Fraction(0), min(points, part.points)), part.points, needs_human, str(status))


def full(part: Part, tag: str, text: str = "", claim: str = "", status: str | Status = Status.PROVED) -> Mark:
    """All points."""
    return mark(part, Award("set", part.points, tag, text, claim), status=status)


def nothing(part: Part, tag: str, text: str = "", claim: str = "", status: str | Status = Status.REFUTED) -> Mark:
    """No points, decided."""
    return mark(part, Award("set", Fraction(0), tag, text, claim), status=status)


def person(part: Part, tag: str, text: str, claim: str = "", status: str | Status = Status.UNDECIDED, points: Fraction = Fraction(0)) -> Mark:
    """To a person, with the reason; `points` are those already certain."""
    return mark(part, Award("set", points, tag, text, claim), needs_human=True, status=status)


def agreed(part: Part, tag: str, text: str = "", claim: str = "") -> Mark:
    """What AGREES earns under the part's policy."""
    if part.agrees == "credit":
        return full(part, tag, text, claim, Status.AGREES)
    return person(part, tag, (text + " " if text else "") + "It agrees at every point tried, which is not a proof: a person decides.", claim, Status.AGREES)


def unread(part: Part, reading: Unread) -> Mark:
    """Nothing there: no points. Something there that cannot be read: a person."""
    if reading.blank:
        return nothing(part, "blank", "No answer was found for this part.", status="unread")
    hint = f" {reading.hint}" if reading.hint else ""
    near = f" The nearest reading is {reading.proposed}; it earns nothing until a person agrees." if reading.proposed is not None else ""
    return person(part, "unread", f"This could not be read: {reading.reason}.{hint}{near}", status="unread")


def known_wrong(part: Part, settled: Settled) -> tuple[KnownAnswer, str] | None:
    """The first foreseen wrong answer that the learner's equals: the entry and the label "wrong K" of the claim that shows it."""
    for k, entry in enumerate(part.wrong):
        verdict = settled.get(f"wrong {k}")
        if verdict is not None and verdict.status in (Status.PROVED, Status.AGREES):
            return entry, f"wrong {k}"
    return None


def mark_known_wrong(part: Part, settled: Settled, tag: str, text: str = "", claim: str = "") -> Mark:
    """No points under `tag`, or what the spec says of the foreseen wrong answer that it equals: the author's feedback, then `text`, which tells the
    counterexample behind the refuted `claim` in the learner's terms."""
    found = known_wrong(part, settled)
    if found is None:
        return nothing(part, tag, text, claim)
    entry, label = found
    said = Award("set", entry.points or Fraction(0), entry.tag or tag, entry.feedback or text, label)
    shown = entry.feedback and text and claim in settled and settled[claim].status is Status.REFUTED
    return mark(part, said, *[Award("none", Fraction(0), said.tag, text, claim)] * bool(shown), status=Status.REFUTED)


__all__ = ["Award", "Claim", "Kind", "KnownAnswer", "Mark", "Part", "Read", "Reading", "Settled", "Unread", "agreed", "full", "known_wrong",
           "load", "mark", "mark_known_wrong", "names", "nothing", "person", "unread"]
