"""What the words around a label say: a further attempt, a continuation, the answer to a question repeated before; and what is no label after all."""

from __future__ import annotations

import re

from grader.intake.label_words import AGAIN, ANSWER_WORDS, GOES_ON
from grader.intake.labels import Label

LEADS_ON = re.compile(r"[\w,;)][\s(]+(?:in|and|of|from|see|by|parts?|as|to|questions?|problems?|with|for|the|or|both|than|using|via|under)[ \t]*$")
"""The end of a line of words that the next line goes on with: "as we saw in" before "(b) above" is no label."""
MENTIONS = re.compile(r"\s*(?:and|or|is|was|are|were|above|below|says?|shows?)\b", re.IGNORECASE)
"""What goes on after a part that is only spoken of: "5c is where they rest"."""
POINTS = re.compile(r"^[ \t]*[\[(][ \t]*\d+(?:\.\d+)?[ \t]*(?:points?|pts?|marks?|p|pt)\.?[ \t]*[\])][ \t]*[:.]?", re.IGNORECASE)
"""Points that a question is worth, behind its label."""
_SAYS = tuple((says, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE))
              for says, words in (("again", AGAIN), ("goes on", GOES_ON)))
BEHIND = re.compile(rf"[\s*_]*[-–—]?\s*[(\[]?\s*(?:{AGAIN}|{GOES_ON})(?:\s+(?:answer|solution))?\s*(?:[)\]:.]+|$)[*_]*", re.IGNORECASE)
"""What may stand between a label and its answer: `5c – corrected: ...`."""
ANSWER_LABEL = re.compile(rf"(?:\b(?:answers?|ans|solutions?|sol|response|reply)\b|{ANSWER_WORDS})", re.IGNORECASE)
"""A label that says that the answer follows: `Answer to 5c`."""


def says(label: str) -> str:
    """What the words of a label say of the text under it."""
    return next((word for word, pattern in _SAYS if pattern.search(label)), "")


def label_words(line: str, label: Label) -> str:
    """The label as typed, with a remark such as "(corrected)" behind it."""
    behind = BEHIND.match(line, label.rest)
    return line if line.lstrip().startswith("#") else line[:behind.end() if behind else label.rest]
