"""The nearest reading of a misread text, inside a problem's vocabulary.

A tool that types handwriting mistakes letters for one another: l for 1, O for 0, σ for o, n² for ri. The text is taken as a distorted string of
declared names, digits, signs and known functions; a table gives what may have been seen for what, and at which cost. The cheapest undistorted strings
are found by dynamic programming over the places of the text (at each place the few cheapest beginnings are kept). The best is proposed when it is
near enough, clearly nearer than any other, and reads without a guess. It is never more than a proposal, and never looks at the reference.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, NamedTuple

from grader.model import Note, Read
from grader.reading.names import EMBEDDED, LETTERS
from grader.reading.places import moved
from grader.reading.reader import read
from grader.reading.vocabulary import OPEN, Vocabulary
from grader.term import Span, Term

MAX_LENGTH = 200
KEPT = 8
"""Beginnings kept at each place."""
MARGIN = 0.4
"""How much nearer the best must be than any other reading."""

_POWER = "²"
_SAME = 0.5
_SEEN_FOR: dict[str, str] = {
    "1": "l i", "l": "1 i", "i": "l 1 j", "I": "l 1 i", "|": "l 1 i", "j": "i", "ℓ": "l", "e": "l c", "c": "e", "0": "O o", "O": "0", "o": "0 σ a",
    "σ": "o", "6": "σ b", "b": "6", "x": "α z", "α": "a", "a": "α", "B": "β", "ß": "β", "β": "B", "v": "ν u", "u": "μ v n", "μ": "u", "w": "ω",
    "n": "η h u m", "η": "n", "h": "n k", "p": "ρ", "ρ": "p", "y": "γ", "γ": "y r", "9": "q g", "q": "9 g", "g": "q 9", "t": "+ l",
    "+": "t", "†": "t",
    "z": "2", "2": "z", "s": "5", "S": "5", "5": "s", "κ": "k", "k": "κ h", "ω": "w", "ν": "v", "T": "t", "rn": "m", "m": "n", "d": "a",
    "cl": "d", "f": "t",
    "K": "k κ", "χ": "x", "π": "n", "τ": "t", "θ": "0", "ι": "i", "х": "x",
}
"""What was typed: what may have stood there."""
_POWERS = {"r": 1.0, "2": 0.8, "z": 1.0, "?": 1.0, "'": 1.2, "\"": 1.2, "v": 1.3, "*": 1.3}
"""Signs that a raised 2 is taken for, after an operand."""
_PAIRS = {"ri": "n", "rr": "r", "ni": "n", "hr": "n", "nr": "n", "li": "l", "ti": "t"}
"""Two letters that a letter with a raised 2 is taken for."""
_ORDERS = frozenset("OoΘΩω")
_DIGITS = frozenset("0123456789")
_DIGIT_BEHIND = 1.2
"""A digit behind a letter (`n1`) is hardly ever meant as a factor."""
_COPIED = frozenset("0123456789.+-*/=<>()[]{},;^_ $|!&≤≥≠≪≫·×−→∞√²³⁴ⁿ'~")


class _Beginning(NamedTuple):
    cost: float
    text: str
    places: tuple[int, ...]
    open: bool
    """Did it end in an operand, so that a power may follow?"""


def propose(text: str, vocabulary: Vocabulary = OPEN) -> Read | None:
    """The nearest reading of a misread text inside the vocabulary, marked as proposed; None where the vocabulary declares nothing, the text is
    readable as it stands, none is near, or two are about equally near."""
    names = {spelling: name for spelling, name in vocabulary.spelled.items() if spelling.isalpha()}
    letters = sum(c.isalpha() for c in text)
    if not names or letters < 2 or len(text) > MAX_LENGTH:
        return None
    bound = min(2.5, 0.4 + 0.34 * letters)
    found: dict[Term, tuple[float, _Beginning, Read]] = {}
    for candidate in _undistorted(text, names, bound + MARGIN):
        reading = read(candidate.text, vocabulary)
        if not isinstance(reading, Read) or reading.alternatives:
            continue
        if not any(n.severity == "guess" or n.code == "unknown_name" for n in reading.notes):
            found.setdefault(reading.term, (candidate.cost, candidate, reading))
    ranked = sorted(found.values(), key=lambda entry: (entry[0], entry[1].text))
    if not ranked or ranked[0][0] == 0 or ranked[0][0] > bound or len(ranked) > 1 and ranked[1][0] < ranked[0][0] + MARGIN:
        return None
    _, best, reading = ranked[0]
    note = Note(f"`{text.strip()}` may stand for `{' '.join(best.text.split())}`", Span(0, len(text)), "guess", "nearest")
    last = len(best.places) - 1

    def typed(span: Span) -> Span:
        start = best.places[min(span.start, last)]
        return Span(start, max(start, best.places[min(max(span.end - 1, 0), last)] + 1))

    return Read(moved(reading.term, typed), (note,), proposed=True)


def _undistorted(text: str, names: dict[str, str], bound: float) -> list[_Beginning]:
    """Strings of the vocabulary that may have been typed as `text`, cheapest first."""
    at: list[dict[str, _Beginning]] = [{} for _ in range(len(text) + 1)]
    at[0][""] = _Beginning(0.0, "", (), False)
    for k in range(len(text)):
        kept = sorted(at[k].values(), key=lambda b: (b.cost, b.text))[:KEPT]
        for step, typed, cost, kind in _steps(text, k, names):
            for begin in kept:
                if begin.cost + cost > bound or kind == "power" and not begin.open:
                    continue
                behind = begin.text.rstrip()[-1:]
                if kind == "digit" and (behind.isalpha() or behind == _POWER):
                    cost += _DIGIT_BEHIND
                made = f" {typed} " if kind == "name" and len(typed) > 1 else typed
                operand = kind in ("name", "digit", "power", "close")
                longer = _Beginning(round(begin.cost + cost, 3), begin.text + made, begin.places + (k,) * len(made), operand)
                key = longer.text.replace(" ", "")
                if key not in at[k + step] or longer.cost < at[k + step][key].cost:
                    at[k + step][key] = longer
    return sorted(at[len(text)].values(), key=lambda b: (b.cost, b.text))[:KEPT]


def _steps(text: str, k: int, names: dict[str, str]) -> list[tuple[int, str, float, str]]:
    """What the text at k may stand for: (characters used, meant, cost, kind)."""
    char = text[k]
    steps: list[tuple[int, str, float, str]] = []
    if char == "\\":
        end = k + 1
        while end < len(text) and text[end].isalpha():
            end += 1
        return [(max(end - k, 1), text[k:end], 0.0, "name")]
    if char in _COPIED:
        steps.append((1, char, 0.0, "digit" if char in _DIGITS else "close" if char in ")]}" else "sign"))
    elif char in _ORDERS and text[k + 1:k + 2] == "(" or k and text[k - 1] == "_" and char.isalnum():
        steps.append((1, char, 0.0, "sign" if char in _ORDERS else "name"))
    for spelling in names:
        if text.startswith(spelling, k):
            steps.append((len(spelling), spelling, 0.0, "name"))
    steps += [(len(f), f" {f} ", 0.0, "sign") for f in EMBEDDED if text.startswith(f, k)]
    name = LETTERS.get(char)
    if name in names:
        steps.append((1, name, 0.0, "name"))
    if char in _POWERS:
        steps.append((1, _POWER, _POWERS[char], "power"))
    pair = _PAIRS.get(text[k:k + 2])
    if pair in names:
        steps.append((2, pair + _POWER, 1.0, "power_of_name"))
    for seen in (char, text[k:k + 2]):
        for meant in _SEEN_FOR.get(seen, "").split():
            known = meant if meant in names else LETTERS.get(meant, "")
            if known in names:
                steps.append((len(seen), known, 0.7 if len(seen) == 1 else 1.0, "name"))
            elif meant.isdigit() or meant == "+":
                steps.append((len(seen), meant, 0.8, "digit" if meant.isdigit() else "sign"))
    if char.swapcase() != char and char.swapcase() in names and char not in names:
        steps.append((1, char.swapcase(), _SAME, "name"))
    return steps


class _Face(ModuleType):
    """`grader.reading.propose` names this module once it is imported, and the function before: so the module can be called like the function."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        return propose(*args, **named)


sys.modules[__name__].__class__ = _Face
