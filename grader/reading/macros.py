"""Commands that a document defines for itself: read from its preamble, expanded with bounds, places kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from grader.reading.tokens import ReadError
from grader.term import Span

Macro: TypeAlias = tuple[int, str] | tuple[int, str, str]
"""Number of arguments, body, and the default of the first argument where it is optional."""
MAX_EXPANDED = 40_000
MAX_ROUNDS = 12

_HEAD = re.compile(r"\\(?:(?:re)?newcommand|providecommand)\*?\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*(?:\[(\d)\])?\s*(?:\[(?P<default>[^\]]*)\])?\s*\{|"
                   r"\\def\s*\\(?P<defined>[A-Za-z]+)\s*(?P<slots>(?:#\d)*)\s*\{|"
                   r"\\DeclareMathOperator\*?\s*\{?\s*\\(?P<operator>[A-Za-z]+)\s*\}?\s*\{")
_PAIR = re.compile(r"\\DeclarePairedDelimiter\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*\{([^{}]{1,20})\}\s*\{([^{}]{1,20})\}")
_ALIAS = re.compile(r"\\let\s*\\([A-Za-z]+)\s*=?\s*(\\[A-Za-z]+)")
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


def read_macros(preamble: str) -> dict[str, Macro]:
    r"""The `\newcommand`, `\renewcommand`, `\def`, `\let`, `\DeclareMathOperator` and `\DeclarePairedDelimiter` of a document: name to (number of
    arguments, body), with the first argument's default behind it where it has one. A definition that never closes its brace is left out."""
    found: dict[str, Macro] = {}
    for match in _HEAD.finditer(preamble):
        end = _closing(preamble, match.end())
        if end < 0 or len(found) >= 500:
            continue
        body = preamble[match.end():end]
        if match[1]:
            count = int(match[2] or 0)
            found[match[1]] = (count, body) if match["default"] is None or not count else (count, body, match["default"])
        elif match["defined"]:
            found[match["defined"]] = (len(match["slots"]) // 2, body)
        else:
            found[match["operator"]] = (0, rf"\operatorname{{{body}}}")
    for match in list(_PAIR.finditer(preamble))[:200]:
        found[match[1]] = (1, f"{match[2]} #1 {match[3]}")
    for match in list(_ALIAS.finditer(preamble))[:200]:
        found[match[1]] = found.get(match[2][1:], (0, match[2]))
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


def expand(text: str, macros: Mapping[str, Macro]) -> Expanded:
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
            count, body, *default = macros[match[1]]
            arguments, end = _arguments(text, match.end(), count, default)
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


def _arguments(text: str, k: int, count: int, default: list[str]) -> tuple[list[str] | None, int]:
    found: list[str] = []
    k += count > 0 and text[k:k + 1] == "*"
    if default:
        end = text.find("]", k) if text[k:k + 1] == "[" else -1
        found.append(text[k + 1:end] if end > 0 else default[0])
        k = end + 1 if end > 0 else k
    for _ in range(count - len(found)):
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
