"""A number with a unit, cut in two: `9.81 \\mathrm{m\\,s^{-2}}`, `90 km/h`, `5\\text{ m}/\\text{s}^2`, `20 °C`, `3 metres per second`, `$5`.

Which names are units is an argument, so that nothing here knows of sizes. A unit is a term of unit names with `mul`, `div`, `pow`. What stands
before it must end like a number (a digit, a bracket, a brace, a constant), so that `x m` stays algebra.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.reading.names import SUPERSCRIPTS
from grader.term import Term, apply, number, symbol

Named = Callable[[str], "str | None"]
MAX_UNIT = 120
_FONT = re.compile(r"\\(?:text|mathrm|mathsf|mathit|textrm|textnormal|rm|mbox|operatorname|unit|si|textbf|mathbf|textit|text\s*rm)\b\s*")
_WRAPPED = re.compile(_FONT.pattern + r"\{([^{}]*)\}")
_SPACE = re.compile(r"\\(?:[,;:! ]|quad|qquad|thinspace|hspace\{[^{}]*\})|~")
_TOKEN = re.compile(r"\s*(?:(?P<power>\^|\*\*)|(?P<dot>\\cdot(?![A-Za-z])|\\times(?![A-Za-z])|[·⋅*.×])|(?P<per>/|\bper\b)|(?P<frac>\\[dt]?frac)"
                    r"|(?P<open>[({])|(?P<close>[)}])"
                    r"|(?P<number>-?\d+)|(?P<name>\\?%|\\\$|US\$|[$€£¥₹¢]|°\s?[CF]\b|℃|℉|°|\\(?:circ|degree|Omega|ohm|mu|AA)\b|Å|[A-Za-zµμΩΩ]+)"
                    r"|(?P<sup>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))")
_COMMANDS = {"\\circ": "deg", "\\degree": "deg", "\\Omega": "ohm", "\\ohm": "ohm", "\\mu": "u", "\\AA": "angstrom", "Å": "angstrom"}
_POWERS = {"square": 2, "squared": 2, "cubic": 3, "cubed": 3}
_BOUNDARY = re.compile(r"([\d.)\]}½⅓⅔¼¾π]|\\pi|\\infty)(?=(?:[\s~]|\\[,;:! ]|\^\s*\{?\s*(?=\\circ|\\degree))*[A-Za-z\\°℃℉µμΩΩ%€£¥₹¢Å])")
"""Where an amount may end and a unit begin."""



def read_unit(text: str, named: Named) -> Term | None:
    """The unit that the whole text is, or None."""
    if not text.strip() or len(text) > MAX_UNIT:
        return None
    try:
        words = _words(_plain(text), named)
        made, rest = _product(words, 0, named)
    except ValueError:
        return None
    return made if made is not None and rest == len(words) else None


def split(text: str, named: Named) -> tuple[str, Term] | None:
    """The amount and its unit, the longest unit that fits; None where the text does not end in one. A currency sign may stand before the amount."""
    text = text.strip()
    ahead = re.match(r"([-+]?)\s*(\\\$|US\$|[$€£¥₹])\s*(?=[\d.\\(])", text)
    if ahead and not text.endswith("$"):
        unit = read_unit(ahead[2], named)
        if unit is not None:
            return ahead[1] + text[ahead.end():], unit
    for boundary in _BOUNDARY.finditer(text):
        start = boundary.end(1)
        if len(text) - start <= MAX_UNIT and text.count("{", 0, start) == text.count("}", 0, start):
            found = read_unit(text[start:], named)
            if found is not None:
                return text[:start], found
    return None


def _plain(text: str) -> str:
    text = _SPACE.sub(" ", text)
    text = re.sub(r"\\mu\s*(?:(?:\\(?:text|mathrm)\s*)?\{\s*([A-Za-z]+)\s*\}|(?<=\s)([A-Za-z]))", r" µ\1\2", text)
    text = re.sub(r"(?<![A-Za-z])([kMGTm])\s*\\(?:Omega|ohm)\b", r"\1Ω", _FONT.sub(" ", _WRAPPED.sub(r" \1", text)))
    text = re.sub(r"\^\s*\{?\s*\\?circ\s*\}?\s*(?=[{\s]*([CF]?)\b)", r" °", text)
    text = re.sub(r"°[\s{]*([CF])\b[\s}]*", r" °\1 ", text)
    return re.sub(r"(?i)\bdegrees?\s+(celsius|fahrenheit|c|f)\b", lambda m: " °" + m[1][0].upper() + " ", text)


def _words(text: str, named: Named) -> list[tuple[str, str]]:
    made: list[tuple[str, str]] = []
    position, length = 0, len(text.rstrip())
    while position < length:
        found = _TOKEN.match(text, position)
        if found is None or found.end() == position:
            raise ValueError("no unit")
        kind = found.lastgroup or ""
        word = found[kind]
        position = found.end()
        if kind == "sup":
            made += [("power", "^"), ("number", "".join(SUPERSCRIPTS[c] for c in word))]
        elif kind == "name":
            made += _name(word, named)
        else:
            made.append((kind, word))
    return made


def _name(word: str, named: Named) -> list[tuple[str, str]]:
    word = _COMMANDS.get(word, word.lstrip("\\").replace(" ", "") if word[0] in "\\°" else word)
    if word in _POWERS:
        return [("square", word)]
    known = named(word)
    if known is not None:
        return [("unit", known)]
    raise ValueError("no unit")


def _product(words: list[tuple[str, str]], at: int, named: Named) -> tuple[Term | None, int]:
    made: Term | None = None
    divide, start = False, at
    while at < len(words):
        kind, word = words[at]
        if kind == "close":
            break
        if kind in ("dot", "per"):
            if at == start and kind == "dot":
                raise ValueError("no unit")
            divide, at = kind == "per", at + 1
            made = number(1) if made is None else made
            continue
        piece, at = _piece(words, at, named)
        made = piece if made is None else apply("div" if divide else "mul", made, piece)
        divide = False
    if divide:
        raise ValueError("no unit")
    return made, at


def _piece(words: list[tuple[str, str]], at: int, named: Named) -> tuple[Term, int]:
    kind, word = words[at]
    if kind == "frac":
        above, at = _group(words, at + 1, named)
        below, at = _group(words, at, named)
        return apply("div", above, below), at
    if kind == "square":
        piece, at = _piece(words, at + 1, named) if at + 1 < len(words) else (None, at)
        if piece is None:
            raise ValueError("no unit")
        return apply("pow", piece, number(_POWERS[word])), at
    if kind == "open":
        piece, at = _group(words, at, named)
    elif kind == "unit":
        piece, at = symbol(word), at + 1
    elif kind == "number" and word == "1":
        piece, at = number(1), at + 1
    else:
        raise ValueError("no unit")
    if at < len(words) and words[at][0] == "square":
        return apply("pow", piece, number(_POWERS[words[at][1]])), at + 1
    if at < len(words) and words[at][0] == "power":
        exponent, at = _exponent(words, at + 1)
        return apply("pow", piece, exponent), at
    if at < len(words) and words[at][0] == "number" and piece.kind == "symbol" and words[at][1] in ("2", "3", "-1", "-2", "-3"):
        return apply("pow", piece, number(int(words[at][1]))), at + 1
    return piece, at


def _group(words: list[tuple[str, str]], at: int, named: Named) -> tuple[Term, int]:
    if at >= len(words) or words[at][0] != "open":
        raise ValueError("no unit")
    piece, at = _product(words, at + 1, named)
    if piece is None or at >= len(words) or words[at][0] != "close":
        raise ValueError("no unit")
    return piece, at + 1


def _exponent(words: list[tuple[str, str]], at: int) -> tuple[Term, int]:
    opened = at < len(words) and words[at][0] == "open"
    at += opened
    if at >= len(words) or words[at][0] != "number" or len(words[at][1]) > 3:
        raise ValueError("no unit")
    value, at = number(int(words[at][1])), at + 1
    if at + 1 < len(words) and words[at][0] == "per" and words[at + 1][0] == "number" and int(words[at + 1][1]) > 0 and opened:
        value, at = apply("div", value, number(int(words[at + 1][1]))), at + 2
    if opened:
        if at >= len(words) or words[at][0] != "close":
            raise ValueError("no unit")
        at += 1
    return value, at
