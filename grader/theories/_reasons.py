"""Reasons that are formulas: "since x > 0", "because a != 0", "as n >= 1".

Where a line does not follow from the one before, or it could not be decided, what its reason says of the names in it is taken as a hypothesis of that line,
and is named among the step's conditions: whether it is so is not checked there.
"""

from __future__ import annotations

import re

from grader.model import Read
from grader.reading import read
from grader.reading.vocabulary import Vocabulary
from grader.term import Term, free_names
from grader.theories._hypotheses import assuming
from grader.theories._theory import Context, Link

_SINCE = re.compile(r"\b(?:since|because|as|for|given(?: that)?|assuming(?: that)?|using(?: that)?|provided(?: that)?)\s+(?P<formula>\$[^$]{1,60}\$|[^$;.()]{1,60})",
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


def under_reason(link: Link, context: Context) -> tuple[Context, tuple[str, ...]] | None:
    """The context with what the link's reason says of its names, and that in words; None where it says nothing."""
    names = free_names(link.left) | free_names(link.right)
    said = tuple([t for t in said_in(link.reason, context.vocabulary) if free_names(t) and free_names(t) <= names])
    if not said:
        return None
    for term in said:
        context = assuming(context, term)
    return context, tuple([f"{term} (as the reason says)" for term in said])


__all__ = ["said_in", "under_reason"]
