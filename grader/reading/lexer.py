"""Text to tokens, one pass. Places are places in the text; whatever a token is known to be (function, relation, bracket) is decided here by tables.

Token kinds are the grammar's terminals: `num name const func unknown text word`-like kinds and one kind for each sign (see `signs`).
"""

from __future__ import annotations

import re
import unicodedata

from grader.model import Note
from grader.reading import words
from grader.reading.commands import NEXT, Commands
from grader.reading.names import (ACCENTS, BIG, CONSTANT_WORDS, FUNCTIONS, GREEK, LETTERS, MISSING_BACKSLASH, PREPOSITIONS, SUBSCRIPTS,
                                  SUPERSCRIPTS, TYPST, TYPST_FONTS, VARIANTS, VULGAR, WORDS)
from grader.reading.signs import ASCII, SIGNS
from grader.reading.tokens import ReadError, Token, is_latex
from grader.reading.vocabulary import Vocabulary
from grader.term import Span

MAX_DIGITS = 1000
"""Longest run of digits, and largest decimal exponent, that is read as a number."""


_THOUSANDS = r"\d{1,3}(?:(?:\{,\}|,\\!|\\,|\\;)\d{3})+(?!\d)"
_DECIMAL = r"\d+\{,\}(?:\d{1,2}|\d{4,})(?![\d{])"
"""A decimal comma, set without the space behind a comma."""
_EXPONENT = r"(?:[eE][+-]?\d+(?![A-Za-z_^.\d]))?"


def _pattern(number: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<gap>\s+)|(?P<number>(?:{_DECIMAL}|{_THOUSANDS}(?:\.\d+)?|{number}){_EXPONENT})|(?P<word>[A-Za-z]+)|(?P<command>\\(?:[A-Za-z]+\*?|.|$))"
        rf"|(?P<entity>&(?:lt|gt|le|ge|ne|amp|times|nbsp|infin);)|(?P<maps>(?<=\s)\|->)|(?P<sign>{ASCII})"
        r"|(?P<quote>\"[^\"\n]{1,200}\")|(?P<other>.)", re.DOTALL)


_POINT = _pattern(r"\d{1,3}(?:_\d{3})+(?![\w.])|\d+\.(?!\.)\d*|\.\d+|\d+")
_COMMA = _pattern(r"\d{1,3}(?:\.\d{3})+,\d+|\d+(?:[.,]\d+)?|[.,]\d+")
_MODULE = re.compile(r"(?:np|numpy|math|cmath|sp|sympy|torch|jnp|jax|tf|scipy|linalg|special|nn|F)\.(?=[A-Za-z])")
_DOTTED = re.compile(r"[a-z]+(?:\.[a-z]+)+")
_FONT_CALL = re.compile(r"\(\s*([A-Za-z]+)\s*\)")
_SPOKEN_INTEGRAL = re.compile(r"\s+(?:of\s+)?(?=[^()\n]{1,80}?(?:\bdif\s+[a-z]|\bd[a-z])\b)")
_WORD_NEXT = re.compile(r" +([A-Za-z]{3,})")
_SNAKE = re.compile(r"_[A-Za-z]{2,}")
_NEEDS_GROUP = frozenset("frac dfrac tfrac binom mathbb mathcal mathrm mathbf text operatorname boldsymbol overline".split())
_EXTREMUM = re.compile(r"\s*(max|min)(?![A-Za-z])")
_MAPPING = re.compile(r"\s+[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*){0,8}\s*:(?!=)")
_BLACKBOARD = {"R": "RR", "Z": "ZZ", "N": "NN", "Q": "QQ", "C": "CC"}


def lex(text: str, vocabulary: Vocabulary, notes: list[Note], words_met: dict[int, Note], swapped: int = -1) -> list[Token]:
    """The tokens of a text, an `eof` token last. `words_met` collects runs of letters with two splits; the one at `swapped` is split the other way.
    Fails with `ReadError` at a character, command or number that cannot be read."""
    return _Lexer(text, vocabulary, notes, words_met, swapped).run()


class _Lexer(Commands):
    def __init__(self, text: str, vocabulary: Vocabulary, notes: list[Note], words_met: dict[int, Note], swapped: int) -> None:
        self.text, self.vocabulary, self.notes, self.words_met, self.swapped = text, vocabulary, notes, words_met, swapped
        self.latex = is_latex(text)
        self.out: list[Token] = []
        self.gap = 0
        self.pos = 0
        self.roots = 0

    def run(self) -> list[Token]:
        text, out = self.text, self.out
        scan = (_COMMA if self.vocabulary.decimal_comma else _POINT).match
        handlers = {name: getattr(self, name) for name in ("number", "word", "command", "entity", "maps", "sign", "quote", "other")}
        letters: dict[str, tuple[str, str]] = {}
        size = len(text)
        while self.pos < size:
            start = self.pos
            found = scan(text, start)
            kind = found.lastgroup
            self.pos = end = found.end()
            if kind == "gap":
                self.gap = 2 if "\n" in found[0] else self.gap or 1
                continue
            raw = found[0]
            if end == start + 1:  # single letters and signs, most of any formula
                hit = SIGNS.get(raw)
                if hit is None and kind == "word" and not text.startswith(".", end) and raw != "T":
                    hit = letters.get(raw)
                    if hit is None:
                        piece = words.split(raw, self.vocabulary).pieces[0]
                        hit = letters[raw] = (piece.kind, piece.text)
                    raw = ""
                if hit is not None:
                    out.append(Token(hit[0], hit[1], start, end, self.gap, raw))
                    self.gap = 0
                    continue
            handlers[kind](raw, start, end)
        out.append(Token("eof", "", size, size, 1))
        return out

    def put(self, kind: str, text: str, start: int, end: int, mark: str = "") -> None:
        self.out.append(Token(kind, text, start, end, self.gap, mark))
        self.gap = 0

    # ------------------------------------------------------------------------------------------------------ numbers, words

    def number(self, raw: str, start: int, end: int) -> None:
        if len(raw) > MAX_DIGITS:
            raise ReadError(f"a number of {len(raw)} digits", start, end, "Write it as a power.")
        exponent = raw.lower().partition("e")[2]
        if exponent and abs(int(exponent)) > MAX_DIGITS:
            raise ReadError("a number too large to write out", start, end, "Write it as a power.")
        if re.fullmatch(_DECIMAL, raw):
            raw = raw.replace("{,}", ".")
        if "{" in raw or "\\" in raw:
            raw = re.sub(r"\{,\}|,\\!|\\,|\\;", "", raw)
        if "," in raw and "." in raw:
            raw = raw.replace(".", "")
        self.put("num", raw.replace(",", ".").replace("_", ""), start, end)

    def word(self, raw: str, start: int, end: int) -> None:
        opens = self.text[end:end + 1]
        if opens == "." and self.dotted(start) or opens in ("(", "_", "[") and self.typst(raw, start, end):
            return
        if raw in ("integral", "integrate") and (spoken := _SPOKEN_INTEGRAL.match(self.text, end)) is not None:
            self.put("big", "integral", start, end)
            self.pos = spoken.end()
            return
        after = NEXT.match(self.text, end)
        follows = "(" if after[1] else after[2] or ""
        if len(raw) > 1 and raw in MISSING_BACKSLASH and raw not in self.vocabulary.spelled and self.missing_backslash(raw, start, end, follows):
            return
        if len(raw) == 2 and start and self.text[start - 1] == "_" and self.text[end:end + 1] == "_" and raw.isalpha() and raw not in self.vocabulary.spelled:
            for k, letter in enumerate(raw):  # `s_is_j`: a factor begins behind the index, whatever the two letters spell
                self.word(letter, start + k, start + k + 1)
            return
        if raw in ("top", "intercal") and self.out and self.out[-1].kind == "^":
            self.put("top", "top", start, end)
            return
        if raw == "arg" and (extremum := _EXTREMUM.match(self.text, end)):
            self.pos = extremum.end()
            self.put("func", "arg" + extremum[1], start, self.pos)
            return
        if raw == "lambda" and _MAPPING.match(self.text, end):
            self.put("lambda", "lambda", start, end)
            return
        if raw == "T" and self.out and self.text[start - 1:start] == "." and self.out[-1].kind == ".":
            self.out.pop()
            self.out += (Token("^", "^", start - 1, start), Token("top", "top", start, end))
            return
        if self.is_prose(raw, end):
            self.put("unknown", raw, start, end)
            return
        if len(raw) > 60:
            raise ReadError("a very long run of letters", start, end)
        after_number = bool(self.gap and self.out and self.out[-1].kind == "num")
        self.pieces(words.split(raw, self.vocabulary, follows, after_number), start, raw)

    def dotted(self, start: int) -> bool:
        """`np.exp`: the module's name says nothing; `arrow.r`: Typst's name of a sign."""
        if (module := _MODULE.match(self.text, start)) is not None:
            self.pos = module.end()
            return True
        found = _DOTTED.match(self.text, start)
        name = found[0] if found else ""
        while name and name not in TYPST:
            name = name.rpartition(".")[0]
        if not name:
            return False
        self.pos = start + len(name)
        self.put(*SIGNS[TYPST[name]], start, self.pos)
        return True

    def typst(self, raw: str, start: int, end: int) -> bool:
        """`EE_q`, `bb(E)`, `cal(L)`, `bold(k)_a`: Typst's fonts."""
        if raw in ("EE", "PP") and raw not in self.vocabulary.spelled:
            self.styled(raw[0], "bb", start, end)
            return True
        if raw not in TYPST_FONTS or self.latex or raw in self.vocabulary.spelled or (found := _FONT_CALL.match(self.text, end)) is None:
            return False
        name = VARIANTS.get(found[1], found[1])
        if len(name) > 1 and name not in GREEK or raw == "bb" and not name.isupper():
            return False
        self.pos = found.end()
        self.styled(name, TYPST_FONTS[raw], start, self.pos)
        return True

    def is_prose(self, raw: str, end: int) -> bool:
        """Is the run of letters a word by its company: `to` or `in` behind a word, `at` before one, or the first part of `num_layers`?"""
        if raw in ("to", "in"):
            return bool(self.out) and self.out[-1].kind == "unknown"
        if raw in PREPOSITIONS and (following := _WORD_NEXT.match(self.text, end)):
            known = following[1]
            return known not in FUNCTIONS and known not in GREEK and known not in WORDS and known not in self.vocabulary.spelled
        if len(raw) < 3 or self.latex or raw in FUNCTIONS or raw in GREEK or raw in CONSTANT_WORDS or raw in WORDS or raw in BIG:
            return False
        return bool(_SNAKE.match(self.text, end)) and not all(self.vocabulary.knows(c) for c in raw) and raw not in self.vocabulary.spelled

    def pieces(self, found: words.Split, start: int, raw: str) -> None:
        pieces = found.pieces
        if found.other:
            shown = " ".join(p.text for p in pieces)
            said = f"`{raw}` is read as {shown}; it may be {' '.join(p.text for p in found.other)}"
            self.words_met[start] = Note(said, Span(start, start + len(raw)), "info", "word_split")
            pieces = found.other if start == self.swapped else pieces
        for piece in pieces:
            self.put(piece.kind, piece.text, start + piece.start, start + piece.end)

    def missing_backslash(self, raw: str, start: int, end: int, follows: str) -> bool:
        """`frac{1}{2}`, `beta gg 0`: the command without its backslash, where nothing else is meant."""
        apart = (start == 0 or self.text[start - 1] in " $(){}\n") and self.text[end:end + 1] in (" ", "", "\n", "(", "{", "\\", "^", "_", ".")
        known = raw in WORDS or raw in FUNCTIONS and (raw != "frac" or follows != "{") or raw in BIG or raw in CONSTANT_WORDS
        behind_word = raw == "to" and self.out and self.out[-1].kind == "unknown"
        if known or not apart or behind_word or (raw in ("left", "right") and follows not in "()[]{}|.\\"):
            return False
        if raw in _NEEDS_GROUP and follows != "{":
            return False
        self.notes.append(Note(f"`{raw}` is read as `\\{raw}`", Span(start, end), "repair", "missing_backslash"))
        self.command("\\" + raw, start, end)
        return True

    # ------------------------------------------------------------------------------------------------------------ signs

    def sign(self, raw: str, start: int, end: int) -> None:
        if raw == "~~" and self.latex:
            self.gap = 1
            return
        if raw == "+-" and end < len(self.text) and self.text[end] in "-+":
            raw, end = "+", start + 1
            self.pos = end
        kind, text = SIGNS[raw]
        self.put(kind, text, start, end, raw)

    def maps(self, raw: str, start: int, end: int) -> None:
        self.put("mapsto", "mapsto", start, end)

    def entity(self, raw: str, start: int, end: int) -> None:
        kind, text = SIGNS[raw]
        if kind == "space":
            self.gap = 1
        else:
            self.put(kind, text, start, end, raw)

    def quote(self, raw: str, start: int, end: int) -> None:
        inner = raw[1:-1].strip()
        if not self.connective(inner, start, end):
            self.put("text", inner, start, end)

    def other(self, raw: str, start: int, end: int) -> None:
        hit = SIGNS.get(raw)
        if hit is not None:
            self.put(hit[0], hit[1], start, end, raw)
        elif raw in LETTERS:
            self.letter(LETTERS[raw], start, end)
        elif raw in SUPERSCRIPTS:
            self.script(SUPERSCRIPTS, "^", start)
        elif raw in SUBSCRIPTS:
            self.script(SUBSCRIPTS, "_", start)
        elif raw in VULGAR:
            self.put("vulgar", raw, start, end)
        elif raw in ACCENTS:
            self.put("accent", ACCENTS[raw], start, end)
        else:
            self.strange(raw, start, end)

    def letter(self, name: str, start: int, end: int, style: str = "") -> None:
        """A single letter or Greek name, as the vocabulary spells it."""
        vocabulary = self.vocabulary
        spelled = vocabulary.spelled.get(f"{style} {name}") or vocabulary.spelled.get(name)
        if spelled is None and name == "ell" and vocabulary.knows("l"):
            spelled = "l"
        if spelled is not None:
            self.put("name", spelled, start, end, style)
        elif name in vocabulary.constants and style in ("", "rm"):
            self.put("const", name, start, end)
        else:
            self.put("name", name, start, end, style)

    def script(self, table: dict[str, str], sign: str, start: int) -> None:
        """A run of raised or lowered characters: `^{...}` or `_{...}` with the same places."""
        text, end = self.text, start
        while end < len(text) and text[end] in table:
            end += 1
        self.pos = end
        raised = "".join(table[c] for c in text[start:end])
        if raised in ("T", "'", "*") and sign == "^":
            kind = {"T": "top", "'": "'", "*": "mark"}[raised]
            self.out += (Token("^", "^", start, start), Token(kind, "star" if raised == "*" else raised, start, end))
            return
        inner = _Lexer(raised, self.vocabulary, self.notes, {}, -1)
        tokens = inner.run()[:-1]
        self.out.append(Token(sign, sign, start, start, 0, "script"))
        self.out.append(Token("{", "{", start, start))
        for token in tokens:
            token.start, token.end = start + token.start, start + token.end
        self.out += tokens
        self.out.append(Token("}", "}", end, end))
        self.gap = 0

    def strange(self, raw: str, start: int, end: int) -> None:
        """A letter with an accent, or of a mathematical alphabet; anything else cannot be read."""
        plain = unicodedata.normalize("NFKC", raw)
        if len(plain) == 1 and plain != raw and (plain.isascii() and plain.isalpha() or plain in LETTERS):
            title = unicodedata.name(raw, "")
            style = "bb" if "DOUBLE-STRUCK" in title else "cal" if "SCRIPT" in title else "bold" if "BOLD" in title else ""
            self.styled(LETTERS.get(plain, plain), style, start, end)
            return
        parts = unicodedata.normalize("NFD", raw)
        if len(parts) == 2 and parts[1] in ACCENTS and parts[0].isascii():
            self.letter(parts[0], start, end)
            self.put("accent", ACCENTS[parts[1]], start, end)
            return
        if parts == "=\u0338" or raw == "\u0338":
            raise ReadError("a stroke through a sign", start, end, "Write != for not equal.")
        shown = raw if raw.isprintable() else f"U+{ord(raw):04X}"
        raise ReadError(f"`{shown}` is no mathematical sign ({unicodedata.name(raw, 'unnamed').lower()})", start, end)

    def styled(self, name: str, style: str, start: int, end: int) -> None:
        if style == "bb" and name in _BLACKBOARD and f"bb {name}" not in self.vocabulary.spelled:
            self.put("const", _BLACKBOARD[name], start, end)
        else:
            self.letter(name, start, end, style)
