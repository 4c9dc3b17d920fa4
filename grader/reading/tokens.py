"""What the lexer makes and the parser takes, and the complaint of both."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"\\(?![ \n]|$)|\$")


def is_latex(text: str) -> bool:
    r"""Has the text a command or a dollar? A lone backslash before a space (`A \ B`) is the difference of sets in typed text."""
    return "$" in text or "\\" in text and _COMMAND.search(text) is not None


class ReadError(Exception):
    """The text cannot be read: why, where, and what to write instead."""

    def __init__(self, reason: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(reason)
        self.reason, self.start, self.end, self.hint = reason, start, end, hint


class Token:
    """A terminal. `gap` counts what stood before it: 0 nothing, 1 space, 2 a line break. `mark` holds a font, a side of a bar, or the raw text."""

    __slots__ = ("kind", "text", "start", "end", "gap", "mark")

    def __init__(self, kind: str, text: str, start: int, end: int, gap: int = 0, mark: str = "") -> None:
        self.kind, self.text, self.start, self.end, self.gap, self.mark = kind, text, start, end, gap, mark

    def __repr__(self) -> str:
        return f"{self.kind}:{self.text}"
