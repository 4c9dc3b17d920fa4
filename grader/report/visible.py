"""Text of learners made safe to look at: characters that nobody sees, or that reorder what others see, get a visible name.

A report shows what was typed. Control characters, marks of text direction, zero-width characters, lone surrogates, unassigned and private code points
would vanish, hide other text or break the page; they appear as ⟨U+202E⟩. Line feeds and tabs stay. Towers of combining marks are cut at three.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

SHOWN_AT_MOST = 20_000
"""Characters of one text that a page shows; the record keeps all of them."""
COMBINING_AT_MOST = 3

_HIDDEN = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d")
"""Letters and marks that draw nothing, though their categories do not say so."""
_CONTROL_NAMES = {0: "NULL", 7: "BELL", 8: "BACKSPACE", 11: "LINE TABULATION", 12: "FORM FEED", 13: "CARRIAGE RETURN", 27: "ESCAPE", 127: "DELETE"}


class Piece(NamedTuple):
    """A run of plain text (`name` empty), or a mark that stands for hidden characters: "U+202E", with their name."""

    text: str
    name: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """The text, cut where characters must be made visible; equal ones in a row share a mark ("U+200B ×12")."""
    text = text.replace("\r\n", "\n")
    start = k = combining = 0
    while k < len(text):
        character = text[k]
        combining = combining + 1 if unicodedata.combining(character) else 0
        if not _is_hidden(character) and combining <= COMBINING_AT_MOST:
            k += 1
            continue
        if start < k:
            yield Piece(text[start:k])
        end = k + 1
        while end < len(text) and text[end] == character:
            end += 1
        count = f" ×{end - k}" if end - k > 1 else ""
        yield Piece(f"U+{ord(character):04X}{count}", _name(character))
        start = k = end
    if start < k:
        yield Piece(text[start:k])


def visible(text: str) -> str:
    """The text with marks like ⟨U+202E⟩ in it. What it returns holds no control character but line feeds and tabs, and nothing that XML forbids."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"⟨{p.text}⟩" if p.name else p.text for p in pieces(text))


def shortened(text: str, most: int = SHOWN_AT_MOST) -> tuple[str, int]:
    """The head of a text, and how many characters are left out."""
    return text[:most], max(0, len(text) - most)


def one_line(text: str, most: int = 160) -> str:
    """The text on one line, cut to `most` characters."""
    words = " ".join(visible(text[:4 * most]).split())
    return words if len(words) <= most else words[:most - 1] + "…"


def _is_hidden(character: str) -> bool:
    if " " <= character <= "~" or character in "\n\t":
        return False
    code = ord(character)
    return (unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or character in _HIDDEN
            or 0xE0100 <= code <= 0xE01EF or 0xFE00 <= code <= 0xFE0D)


def _name(character: str) -> str:
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "LONE SURROGATE"
    return unicodedata.name(character, "") or _CONTROL_NAMES.get(code) or "CONTROL OR UNASSIGNED CHARACTER"
