"""Commands that a document defines for itself: read from its preamble, expanded with bounds, places kept."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.reading.tokens import ReadError
from grader.term import Span

MAX_EXPANDED = 40_000
MAX_ROUNDS = 12

_HEAD = re.compile(r"\\(?:re|provide)?newcommand\*?\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*(?:\[(\d)\])?\s*(?:\[[^\]]*\])?\s*\{|"
                   r"\\def\s*\\([A-Za-z]+)\s*((?:#\d)*)\s*\{|\\DeclareMathOperator(\*)?\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*\{")
_USE = re.compile(r"\\([A-Za-z]+)(?![A-Za-z])")


class Expanded:
    """The text after expansion, and for each of its characters where what it comes from begins and ends in the original."""

    __slots__ = ("text", "starts", "ends")

    def __init__(self, text: str, starts: list[int], ends: list[int]) -> None:
        self.text, self.starts, self.ends = text, starts, ends

    def place(self, span: Span) -> Span:
        """Where a piece of the expanded text stands in the original."""
        if not self.starts:
            return span
        last = len(self.starts) - 1
        start = self.starts[min(span.start, last)]
        return Span(start, max(start, self.ends[min(max(span.end - 1, span.start), last)]))


def read_macros(preamble: str) -> dict[str, tuple[int, str]]:
    r"""The `\newcommand`, `\renewcommand`, `\def` and `\DeclareMathOperator` of a document: name to (number of arguments, body).
    A definition that never closes its brace is left out."""
    found: dict[str, tuple[int, str]] = {}
    for match in _HEAD.finditer(preamble):
        end = _closing(preamble, match.end())
        if end < 0 or len(found) >= 500:
            continue
        body = preamble[match.end():end]
        if match[1]:
            found[match[1]] = (int(match[2] or 0), body)
        elif match[3]:
            found[match[3]] = (len(match[4]) // 2, body)
        else:
            found[match[6]] = (0, rf"\operatorname{{{body}}}")
    return found


def _closing(text: str, start: int) -> int:
    """The brace that closes a group whose content begins at `start`, or -1."""
    depth = 1
    for k in range(start, min(len(text), start + 5000)):
        if text[k] == "\\":
            continue
        depth += (text[k] == "{" and text[k - 1] != "\\") - (text[k] == "}" and text[k - 1] != "\\")
        if depth == 0:
            return k
    return -1


def expand(text: str, macros: Mapping[str, tuple[int, str]]) -> Expanded:
    """The text with the macros put in, from the outside in. Fails with `ReadError` where that does not end or grows too long."""
    starts, ends = list(range(len(text))), list(range(1, len(text) + 1))
    for _ in range(MAX_ROUNDS):
        pieces: list[str] = []
        first: list[int] = []
        final: list[int] = []
        last = 0
        changed = False
        for match in _USE.finditer(text):
            if match.start() < last or match[1] not in macros:
                continue
            count, body = macros[match[1]]
            arguments, end = _arguments(text, match.end(), count)
            if arguments is None:
                place = starts[match.start()]
                raise ReadError(f"\\{match[1]} lacks an argument", place, place + len(match[0]))
            pieces.append(text[last:match.start()])
            first += starts[last:match.start()]
            final += ends[last:match.start()]
            made = re.sub(r"#(\d)", lambda m: arguments[int(m[1]) - 1] if 0 < int(m[1]) <= count else "", body)
            made += " " if made[-1:].isalpha() else ""
            pieces.append(made)
            first += [starts[match.start()]] * len(made)
            final += [ends[end - 1]] * len(made)
            last, changed = end, True
            if len(first) > MAX_EXPANDED:
                raise ReadError("the document's own commands grow without end", 0, 0)
        if not changed:
            return Expanded(text, starts, ends)
        text = "".join(pieces) + text[last:]
        starts, ends = first + starts[last:], final + ends[last:]
        if len(text) > MAX_EXPANDED:
            break
    raise ReadError("the document's own commands grow without end", 0, 0)


def _arguments(text: str, k: int, count: int) -> tuple[list[str] | None, int]:
    found: list[str] = []
    for _ in range(count):
        while k < len(text) and text[k].isspace():
            k += 1
        if k >= len(text):
            return None, k
        if text[k] == "{":
            end = _closing(text, k + 1)
            if end < 0:
                return None, k
            found.append(text[k + 1:end])
            k = end + 1
        else:
            step = _USE.match(text, k)
            end = step.end() if step else k + 1
            found.append(text[k:end])
            k = end
    return found, k
