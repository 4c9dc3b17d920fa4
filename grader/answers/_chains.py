"""A derivation as chains of sides: who hangs on whom, which signs stand between, and what could not be read.

A line that begins with a sign goes on from the side before it. A line that repeats the left side of its chain ("L = a", "L = b") or its last side
goes on as well. Any other line with a left side begins a chain of its own; a bare expression is a chain of one side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.answers._densities import SAME_SIGN, TURNED
from grader.model import Read, Reading
from grader.reading.lines import Line
from grader.term import Span, Term


MAX_LINKS = 80
"""Longer derivations go to a person unread."""


@dataclass(frozen=True)
class Side:
    """One side: as read (`typed`), or why it was not; which line of the derivation it stands on, from 1."""

    typed: Term | None
    why: str
    line: int
    text: str
    span: Span | None = None
    proposed: Term | None = None
    others: tuple[Term, ...] = ()
    """Other readings that nothing rules out."""


@dataclass(frozen=True)
class Link:
    """side `left` SIGN side `right`, as claimed. `again` is the first side of the chain where the line repeats it. `role` is the line's."""

    number: int
    chain: int
    left: int
    right: int
    sign: str
    again: int | None = None
    role: str = "formula"
    conditions: tuple[Term, ...] = ()

    @property
    def label(self) -> str:
        return f"step {self.number}"


@dataclass(frozen=True)
class Derivation:
    """All sides in order, the links between them, and the sides of each chain."""

    sides: tuple[Side, ...]
    links: tuple[Link, ...]
    chains: tuple[tuple[int, ...], ...]

    @property
    def unread(self) -> tuple[Side, ...]:
        return tuple([s for s in self.sides if s.typed is None])

    def link_into(self, side: int) -> Link | None:
        """The link whose right side it is."""
        return next((k for k in self.links if k.right == side), None)


def _side(reading: Reading, number: int, text: str, span: Span | None) -> Side:
    if isinstance(reading, Read):
        guess = next((n.text for n in reading.notes if n.severity == "guess"), "")
        if reading.proposed or guess:
            return Side(None, guess or "what stands here is only the nearest reading", number, text, span, reading.term)
        return Side(reading.term, "", number, text, span, others=reading.alternatives)
    return Side(None, reading.reason, number, text, span, reading.proposed)


def _left_text(line: Line) -> str:
    """What was typed before the first sign."""
    if not line.steps:
        return line.text
    before = line.text[:max(0, line.steps[0].span.start - line.span.start)]
    return re.sub(r"(?:[\s&=<>≤≥:≈≡~]|\\(?:leq?|geq?|lt|gt|leqslant|geqslant|approx|equiv|coloneqq)\b)+$", "", before)


def build(found: Iterable[Line]) -> Derivation:
    """The chains of these lines."""
    sides: list[Side] = []
    links: list[Link] = []
    chains: list[list[int]] = []
    for number, line in enumerate([line for line in found if line.role != "prose"], 1):
        conditions = tuple([c for c in line.conditions if isinstance(c, Term)])
        again: int | None = None
        if line.left_reading is not None:
            where = line.span if isinstance(line.left_reading, Read) else line.left_reading.span
            left = _side(line.left_reading, number, _left_text(line), where)
            chain = chains[-1] if chains else []
            ends = [sides[k].typed for k in (chain[:1] + chain[-1:])]
            if left.typed is not None and line.steps and len(chain) > 1 and left.typed in ends:
                again = chain[0] if left.typed == ends[0] else None
            else:
                sides.append(left)
                chains.append([len(sides) - 1])
        elif not chains:
            sides.append(Side(None, "it begins with a sign and nothing stands before it", number, line.text, line.span))
            chains.append([0])
        for step in line.steps:
            sides.append(_side(step.reading, number, step.text, step.span))
            sign = SAME_SIGN.get(step.sign, step.sign)
            links.append(Link(len(links) + 1, len(chains) - 1, chains[-1][-1], len(sides) - 1, sign, again, line.role, conditions))
            chains[-1].append(len(sides) - 1)
            again = None
    return Derivation(tuple(sides), tuple(links), tuple([tuple(c) for c in chains]))


def composed(signs: Iterable[str]) -> str | None:
    """What signs in a row come to: "=", a direction, or None where directions are mixed or a sign says nothing of sizes."""
    found = "="
    for sign in signs:
        if sign not in TURNED:
            return None
        if sign == "=":
            continue
        if found != "=" and found[0] != sign[0]:
            return None
        found = sign if found in ("=", sign) else sign[0]
    return found
