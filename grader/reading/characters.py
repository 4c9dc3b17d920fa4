"""Odd characters: named in a note, replaced one for one (places in the text stay what they were), never passed over in silence.

Full-width and look-alike letters become what they look like; marks that change the order of display and invisible characters become spaces. A
character that is left alone here is one the lexer knows, or one it will refuse by name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from grader.model import Note
from grader.reading.names import ACCENTS, LETTERS, SUBSCRIPTS, SUPERSCRIPTS, VULGAR
from grader.reading.signs import SIGNS
from grader.term import Span

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DASHES = frozenset("‐‑‒–—―﹣－")
_LOOK_ALIKES = {
    **dict(zip("аеорсухіјѕһԁԛԝкмтнвӏ", "aeopcyxijshdqwkmthbl")), **dict(zip("АВЕКМНОРСТХУІЈЅ", "ABEKMHOPCTXYIJS")),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")), "ο": "o", "օ": "o", "ǀ": "|", "ǃ": "!", "⁎": "*", "ꓲ": "I", "Ⅰ": "I", "Ⅴ": "V", "Ⅹ": "X",
    "ⅼ": "l", "ⅰ": "i", "ⅹ": "x", "ⅴ": "v", "˄": "^", "‸": "^", "ꞏ": "·", "᛫": "·", "〜": "~", "～": "~", "＝": "=", "⁓": "~", "‗": "_",
}
_PUNCTUATION = {"、": ",", "。": ".", "，": ",", "．": ".", "【": "[", "】": "]", "〔": "(", "〕": ")", "“": '"', "”": '"', "„": '"', "‘": "'", "«": '"',
                "»": '"', "´": "'", "ʼ": "'", "՚": "'", "،": ",", "؛": ";", "٫": ".", "٬": ","}
_KNOWN = frozenset(c for c in SIGNS if len(c) == 1) | LETTERS.keys() | SUPERSCRIPTS.keys() | SUBSCRIPTS.keys() | VULGAR.keys() | ACCENTS.keys()


def clean(text: str) -> tuple[str, list[Note]]:
    """The text with odd characters replaced by plain ones of the same width, and a note for each kind of them at its first place."""
    if text.isascii() and not _CONTROL.search(text):
        return text, []
    change: dict[int, str] = {}
    notes: list[Note] = []
    for char in dict.fromkeys(text):
        if char.isascii() and not _CONTROL.match(char):
            continue
        plain, severity, code, words = _plain(char)
        if plain != char:
            change[ord(char)] = plain
        if code:
            place = text.index(char)
            many = text.count(char)
            times = f", {many} times" if many > 1 else ""
            notes.append(Note(f"{words}{times}", Span(place, place + 1), severity, code))
    return (text.translate(change) if change else text), notes


def name_of(char: str) -> str:
    """A character in words: U+200B ZERO WIDTH SPACE."""
    return f"U+{ord(char):04X} {unicodedata.name(char, 'without a name')}"


@lru_cache(maxsize=4096)
def _plain(char: str) -> tuple[str, str, str, str]:
    """Replacement, and the severity, code and words of its note ("" for no note)."""
    category = unicodedata.category(char)
    if char in _BIDI:
        return " ", "guess", "text_direction", f"{name_of(char)} changes the order in which the text is shown; it was read in the order of typing"
    if char in _DASHES and char != "－":
        return "-", "info", "dash", f"the dash {char} is read as minus"
    if char in _LOOK_ALIKES:
        return _LOOK_ALIKES[char], "repair", "look_alike", f"{name_of(char)} is read as {_LOOK_ALIKES[char]}, which looks the same"
    if char in _PUNCTUATION:
        return _PUNCTUATION[char], "info", "punctuation", f"{char} is read as {_PUNCTUATION[char]}"
    if char in _KNOWN:
        return char, "", "", ""
    if category == "Zs" or char in "\u2028\u2029\x0b\x0c\x85":
        return " ", "", "", ""
    if category in ("Cf", "Cc", "Co", "Cn", "Cs") or char in "\u034f\u115f\u1160\u3164\uffa0" or "VARIATION SELECTOR" in unicodedata.name(char, ""):
        return " ", "repair", "invisible", f"the invisible character {name_of(char)} is left out"
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0), "repair", "full_width", f"the full-width {char} is read as {chr(ord(char) - 0xFEE0)}"
    if category == "Nd" and not char.isascii():
        plain = str(unicodedata.digit(char))
        return plain, "info" if "MATHEMATICAL" in unicodedata.name(char, "") else "repair", "digit", f"{name_of(char)} is read as {plain}"
    return char, "", "", ""
