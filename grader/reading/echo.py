"""Show where a text could not be read."""

from __future__ import annotations

from grader.model import Reading


def echo(text: str, reading: Reading) -> str:
    """Lines for a terminal: the text with carets under the place, the reason, and what to type instead; for a `Read`, the reading and its notes."""
    return text
