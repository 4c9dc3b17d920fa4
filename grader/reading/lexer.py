"""Text to tokens, one pass. Places are places in the text; whatever a token is known to be (function, relation, bracket) is decided here by tables.

Token kinds are the grammar's terminals: `num name const func unknown text word`-like kinds and one kind for each sign (see `signs`).
"""

from __future__ import annotations

import re
import unicodedata

from grader.model import Note
from grader.reading import words
from grader.reading.names import (ACCENTS, BIG, CONSTANT_WORDS, FONTS, FUNCTIONS, GREEK, LETTERS, MISSING_BACKSLASH, SPACES, SUBSCRIPTS, SUPERSCRIPTS,
                                  SWALLOW, TRANSPARENT, UNITS, UPRIGHT, VARIANTS, VULGAR, WORDS)
from grader.reading.signs import ASCII, DIRECTED, SIGNS, SIZES
from grader.reading.vocabulary import Vocabulary
from grader.term import Span

MAX_DIGITS = 1000
"""Longest run of digits, and largest decimal exponent, that is read as a number."""


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


_THOUSANDS = r"\d{1,3}(?:(?:\{,\}|,\\!|\\,|\\;)\d{3})+(?!\d)"
_EXPONENT = r"(?:[eE][+-]?\d+(?![A-Za-z_^.\d]))?"


def _pattern(number: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<gap>\s+)|(?P<number>(?:{_THOUSANDS}|{number}){_EXPONENT})|(?P<word>[A-Za-z]+)|(?P<command>\\(?:[A-Za-z]+\*?|.|$))"
        rf"|(?P<entity>&(?:lt|gt|le|ge|ne|amp|times|nbsp|infin);)|(?P<maps>(?<=\s)\|->)|(?P<sign>{ASCII})|(?P<quote>\"[^\"\n]{{1,200}}\")|(?P<other>.)", re.DOTALL)


_POINT = _pattern(r"\d+\.(?!\.)\d*|\.\d+|\d+")
_COMMA = _pattern(r"\d+(?:[.,]\d+)?|[.,]\d+")
_MODULE = re.compile(r"(?:np|numpy|math|cmath|sp|sympy|torch|jnp|jax|tf|scipy|linalg|special|nn|F)\.(?=[A-Za-z])")
_GROUP = re.compile(r"\s*\{([^{}$]*)\}")
_FONT_ARGUMENT = re.compile(r"\s*(?:\{\s*(\\?)([A-Za-z]+)\s*\}|\\([A-Za-z]+)|([A-Za-z0-9]))")
_ENVIRONMENT = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}(?:\s*\{[lcr|@{} .*\d]*\}|\s*\[[tbc]\])?")
_EXTREMUM = re.compile(r"\s*(max|min)(?![A-Za-z])")
_MAPPING = re.compile(r"\s+[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*\s*:(?!=)")
_NULL = re.compile(r"\s*\.")
_NEXT = re.compile(r"\s*(\\left\s*)?(\S)?")
_BLACKBOARD = {"R": "RR", "Z": "ZZ", "N": "NN", "Q": "QQ", "C": "CC"}


def lex(text: str, vocabulary: Vocabulary, notes: list[Note], words_met: dict[int, Note], swapped: int = -1) -> list[Token]:
    """The tokens of a text, an `eof` token last. `words_met` collects runs of letters with two splits; the one at `swapped` is split the other way.
    Fails with `ReadError` at a character, command or number that cannot be read."""
    return _Lexer(text, vocabulary, notes, words_met, swapped).run()


class _Lexer:
    def __init__(self, text: str, vocabulary: Vocabulary, notes: list[Note], words_met: dict[int, Note], swapped: int) -> None:
        self.text, self.vocabulary, self.notes, self.words_met, self.swapped = text, vocabulary, notes, words_met, swapped
        self.latex = "\\" in text or "$" in text
        self.out: list[Token] = []
        self.gap = 0
        self.pos = 0

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
        if "{" in raw or "\\" in raw:
            raw = re.sub(r"\{,\}|,\\!|\\,|\\;", "", raw)
        self.put("num", raw.replace(",", "."), start, end)

    def word(self, raw: str, start: int, end: int) -> None:
        if self.pos < len(self.text) and self.text[end] == "." and (module := _MODULE.match(self.text, start)):
            self.pos = module.end()
            return
        after = _NEXT.match(self.text, end)
        follows = "(" if after[1] else after[2] or ""
        if len(raw) > 1 and raw in MISSING_BACKSLASH and raw not in self.vocabulary.spelled and self.missing_backslash(raw, start, end, follows):
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
        if len(raw) > 60:
            raise ReadError("a very long run of letters", start, end)
        after_number = bool(self.gap and self.out and self.out[-1].kind == "num")
        self.pieces(words.split(raw, self.vocabulary, follows, after_number), start, raw)

    def pieces(self, found: words.Split, start: int, raw: str) -> None:
        pieces = found.pieces
        if found.other:
            shown = " ".join(p.text for p in pieces)
            self.words_met[start] = Note(f"`{raw}` is read as {shown}; it may be {' '.join(p.text for p in found.other)}", Span(start, start + len(raw)),
                                         "info", "word_split")
            pieces = found.other if start == self.swapped else pieces
        for piece in pieces:
            self.put(piece.kind, piece.text, start + piece.start, start + piece.end)

    def missing_backslash(self, raw: str, start: int, end: int, follows: str) -> bool:
        """`frac{1}{2}`, `beta gg 0`: the command without its backslash, where nothing else is meant."""
        apart = (start == 0 or self.text[start - 1] in " $(){}\n") and self.text[end:end + 1] in (" ", "", "\n", "(", "{", "\\", "^", "_", ".")
        known = raw in WORDS or raw in FUNCTIONS and (raw != "frac" or follows != "{") or raw in BIG or raw in CONSTANT_WORDS
        if known or not apart or (raw in ("left", "right") and follows not in "()[]{}|.\\"):
            return False
        needs_group = raw in ("frac", "dfrac", "tfrac", "binom", "mathbb", "mathcal", "mathrm", "mathbf", "text", "operatorname", "boldsymbol", "overline")
        if needs_group and follows != "{":
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

    # --------------------------------------------------------------------------------------------------------- commands

    def command(self, raw: str, start: int, end: int) -> None:
        name = raw[1:].rstrip("*")
        hit = SIGNS.get("\\" + name)
        if "\\" + name == "\\\\" and end < len(self.text) and self.text[end] == "[":
            self.pos = self.text.find("]", end) + 1 or end
        if hit is not None and name not in self.vocabulary.spelled:
            self.command_sign(name, hit, start, end)
        elif name in SPACES or not name:
            self.gap = self.gap or 1
        elif (known := VARIANTS.get(name, name)) in GREEK or known in self.vocabulary.spelled:
            self.letter(known, start, end)
        elif name in UPRIGHT:
            self.upright(name, start, end)
        elif name in FONTS:
            self.font(name, start, end)
        elif name in FUNCTIONS or name in BIG:
            self.put("func", name, start, end, "\\")
        elif name in WORDS:
            self.put(*WORDS[name], start, end)
        elif name in CONSTANT_WORDS:
            self.put("const", CONSTANT_WORDS[name], start, end)
        elif name in TRANSPARENT or "\\" + name in SIZES[0] or "\\" + name in SIZES[1]:
            self.size(name)
        elif name in SWALLOW:
            self.swallow(SWALLOW[name], end)
        elif len(name) == 1 and not name.isascii():
            self.notes.append(Note(f"`{raw}` is read as {name}", Span(start, end), "repair", "stray_backslash"))
            self.other(name, end - 1, end)
        else:
            self.unknown_command(name, start, end)

    def command_sign(self, name: str, hit: tuple[str, str], start: int, end: int) -> None:
        kind, text = hit
        if kind == "space":
            self.gap = 1
        elif kind in ("begin", "end"):
            found = _ENVIRONMENT.match(self.text, end)
            if found is None:
                raise ReadError(f"\\{name} without the name of an environment", start, end)
            self.pos = found.end()
            self.put(kind, found[1].rstrip("*"), start, found.end())
        elif kind == "left" or kind == "right":
            self.put(kind, text, start, end)
            null = _NULL.match(self.text, end)
            if null:
                self.put(".", ".", null.end() - 1, null.end())
                self.pos = null.end()
        else:
            self.put(kind, text, start, end, DIRECTED.get("\\" + name, "\\" + name))

    def size(self, name: str) -> None:
        if "\\" + name in SIZES[0] or "\\" + name in SIZES[1]:
            self.put("left" if "\\" + name in SIZES[0] else "right", "size", self.pos, self.pos)

    def swallow(self, count: int, end: int) -> None:
        for _ in range(count):
            depth, k = 0, end
            while k < len(self.text):
                depth += (self.text[k] == "{") - (self.text[k] == "}")
                k += 1
                if depth <= 0 and not self.text[k - 1].isspace():
                    break
            end = k
        self.pos = end
        self.gap = 1

    def upright(self, name: str, start: int, end: int) -> None:
        r"""`\mathrm{KL}`, `\text{if }`: one word, a connective, a single upright letter, or words that are kept as they are."""
        found = _GROUP.match(self.text, end)
        if found is None or "\\" in found[1] or re.search(r"[_^]", found[1]):
            return
        inner = found[1].replace("~", " ").strip()
        self.pos = found.end()
        if not inner:
            self.gap = 1
            return
        end = found.end()
        if len(inner) == 1 and inner.isalpha():
            self.styled(LETTERS.get(inner, inner), "rm", start, end)
        elif inner in UNITS and self.out and self.out[-1].kind == "num":
            self.put("text", inner, start, end)
        elif inner == "mod" and (_NEXT.match(self.text, end)[1] or _NEXT.match(self.text, end)[2] == "("):
            self.put("func", "mod", start, end, "\\")
        elif self.connective(inner, start, end):
            return
        elif self.vocabulary.spelled.get(inner):
            self.put("name", self.vocabulary.spelled[inner], start, end)
        elif inner in FUNCTIONS or inner in BIG or inner.lower() in FUNCTIONS and len(inner) > 1:
            self.put("func", inner if inner in FUNCTIONS or inner in BIG else inner.lower(), start, end, "\\")
        elif inner in CONSTANT_WORDS or inner in GREEK:
            self.letter(inner, start, end) if inner in GREEK else self.put("const", CONSTANT_WORDS[inner], start, end)
        elif re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", inner) and name not in ("text", "mbox", "textit", "hbox"):
            self.put("name", inner, start, end, "rm")
        elif re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", inner):
            self.put("name", inner, start, end, "text")
        elif re.fullmatch(r"[\d.]+", inner):
            self.put("num", inner, start, end)
        elif re.fullmatch(r"[=<>+*/()\[\],;:|-]", inner):
            self.sign(inner, start, end) if inner in ("<=", ">=") else self.other(inner, start, end)
        else:
            self.put("text", inner, start, end)

    def connective(self, inner: str, start: int, end: int) -> bool:
        """Words such as "for all" or "if": their tokens. False when other words are among them."""
        parts = inner.lower().replace("s.t.", "such that").replace(",", " ").split()
        if not parts or not all(p in WORDS for p in parts):
            return False
        if inner[:1] == "," or inner[-1:] == ",":
            self.put(",", ",", start, start)
        for part in parts:
            self.put(*WORDS[part], start, end)
        return True

    def font(self, name: str, start: int, end: int) -> None:
        found = _FONT_ARGUMENT.match(self.text, end)
        style = FONTS[name]
        if found is None:
            return
        letters = found[2] or found[3] or found[4]
        command = bool(found[1] or found[3])
        known = VARIANTS.get(letters, letters)
        if command and known not in GREEK:
            return
        self.pos = found.end()
        if command or len(letters) == 1:
            if letters == "1" and style == "bb":
                self.put("name", "indicator", start, self.pos)
            elif letters.isdigit():
                self.put("num", letters, start, self.pos)
            else:
                self.styled(known, style, start, self.pos)
        elif letters in FUNCTIONS or letters in BIG:
            self.put("func", letters, start, self.pos, "\\")
        elif letters in self.vocabulary.spelled:
            self.put("name", self.vocabulary.spelled[letters], start, self.pos, style)
        else:
            first = self.text.index(letters, end)
            for k, letter in enumerate(letters):
                self.styled(letter, style, first + k, first + k + 1)

    def unknown_command(self, name: str, start: int, end: int) -> None:
        """A known command that runs into the letters after it (`\\quadx`) is cut; any other cannot be read."""
        for cut in range(len(name) - 1, max(2, len(name) - 3), -1):
            head = name[:cut]
            if "\\" + head in SIGNS or head in GREEK or head in FUNCTIONS or head in SPACES:
                self.notes.append(Note(f"`\\{name}` is read as `\\{head} {name[cut:]}`", Span(start, end), "repair", "run_on_command"))
                self.pos = start + 1 + cut
                self.command("\\" + head, start, self.pos)
                return
        raise ReadError(f"the command \\{name} is not known", start, end, "Write it out, or use the usual LaTeX command.")
