"""Reasons that are formulas: "since x > 0", "because a != 0", "as n >= 1".

Where a line does not follow from the one before, or it could not be decided, what its reason says of the names in it is taken as a hypothesis of that line,
and is named among the step's conditions: whether it is so is not checked there.
"""

from __future__ import annotations

import re

from grader.model import Read
from grader.reading import read
from grader.reading.lines import lines
from grader.reading.vocabulary import Vocabulary
from grader.term import Term, free_names, relation
from grader.theories._hypotheses import assuming
from grader.theories._theory import Context, Link

_SINCE = re.compile(r"\b(?:since|because|as|for|from|if|when(?:ever)?|and|given(?: that)?|assuming(?: that)?|using(?: that)?|provided(?: that)?)\s+(?P<formula>\$[^$]{1,60}\$|[^$;.()]{1,60})",
                    re.IGNORECASE)
_WORDS = re.compile(r"\s*(?:,|\b(?:we|so|then|and|is|by|this|it|which|both|here|on|in)\b).*$", re.DOTALL)
_SIGNS = frozenset(["<", ">", "<=", ">=", "!="])


def said_in(reason: str, vocabulary: Vocabulary) -> tuple[Term, ...]:
    """The inequalities that a reason states."""
    found = []
    for match in list(_SINCE.finditer(reason))[:3]:
        text = match["formula"].strip()
        text = text.strip("$") if text.startswith("$") else _WORDS.sub("", text)
        if not text or not re.search(r"[<>≤≥≠]|\\(?:leq?|geq?|neq?|lt|gt)(?![a-z])|!=", text):
            continue
        reading = read(text, vocabulary)
        if isinstance(reading, Read) and reading.term.kind == "relation" and set(reading.term.signs) <= _SIGNS:
            found.append(reading.term)
    return tuple(found)


_BECAUSE = re.compile(r"\b(?:since|because|as|by)\s+(?P<formula>\$[^$]{3,200}\$|[^$;]{3,200})", re.IGNORECASE)
_COMPARED = frozenset(["=", "<", ">", "<=", ">="])


def chains_in(link: Link, context: Context) -> list[Link]:
    """The links of a chain that the reason is ("because a = b >= 0"), and an equation in it between two formulas of the same names."""
    made: list[Link] = []
    for match in list(_BECAUSE.finditer(link.reason))[:2]:
        found = [line for line in lines(match["formula"].strip("$ .,"), context.vocabulary) if line.role == "formula" and line.steps]
        for line in found[:1]:
            sides = [line.left, *[s.side for s in line.steps]]
            if line.unread is not None or line.guessed or not all(isinstance(t, Term) and t.kind != "relation" for t in sides) or not set(line.signs) <= _COMPARED:
                continue
            if len(sides) == 2 and (line.signs != ("=",) or not _is_identity(*sides) or relation("=", *sides) in (link.left, *context.earlier)):  # type: ignore[misc, arg-type]
                continue
            made += [Link(1, a, sign, b, "", link.line) for a, sign, b in zip(sides, line.signs, sides[1:])]  # type: ignore[arg-type]
    return made


def _is_identity(left: Term, right: Term) -> bool:
    """Does the equation look like one for all values?"""
    return left.size > 3 and right.size > 3 and free_names(left) == free_names(right) != frozenset()


def under_reason(link: Link, context: Context) -> tuple[Context, tuple[str, ...]] | None:
    """The context with what the link's reason says of its names, and that in words; None where it says nothing."""
    names = free_names(link.left) | free_names(link.right)
    said = tuple([t for t in said_in(link.reason, context.vocabulary) if free_names(t) and free_names(t) <= names])
    if not said:
        return None
    for term in said:
        context = assuming(context, term)
    return context, tuple([f"{term} (as the reason says)" for term in said])


__all__ = ["chains_in", "said_in", "under_reason"]
