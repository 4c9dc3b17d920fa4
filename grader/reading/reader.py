"""The front door: one text to one `Reading`."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model import Read, Reading, Unread
from grader.reading.vocabulary import OPEN, Vocabulary
from grader.term import Span

MAX_LENGTH = 20_000
"""Longest text that is read, in characters."""


def read(text: str, vocabulary: Vocabulary = OPEN, *, expect: str = "any", macros: Mapping[str, tuple[int, str]] | None = None) -> Reading:
    """One formula or statement as a tree; spans are places in `text`.

    `expect` decides between readings that only the question can decide: "set" and "interval" make `(0, 1)` and `[0, 1]` intervals and `1, 2` a set,
    "list" keeps `[x]` a list of one. `macros` are the document's own commands, from `read_macros`. Never raises; takes time linear in the text.
    """
    return Unread("the reader is not there yet")


def propose(text: str, vocabulary: Vocabulary = OPEN) -> Read | None:
    """The nearest reading of a misread text inside the vocabulary, or None where none is near or two are equally near."""
    return None


def split_relations(text: str, vocabulary: Vocabulary = OPEN) -> tuple[tuple[str, Span], ...]:
    """The sides of a chain outside all brackets: (sign before it, where it stands); the first sign is "" unless the text begins with a sign."""
    return (("", Span(0, len(text))),)


def leading_sign(text: str, vocabulary: Vocabulary = OPEN) -> tuple[str, int]:
    """The relation sign that the text begins with ("" where none), and where the rest begins."""
    return "", 0
