"""LaTeX commands in the lexer: signs, letters, fonts, upright words, functions; an unknown command cannot be read."""

from __future__ import annotations

import re

from grader.model import Note
from grader.reading.names import (BIG, CONSTANT_WORDS, ENGLISH, FONTS, FUNCTIONS, GREEK, LETTERS, PROSE_PAIRS, SPACES, SWALLOW, TRANSPARENT, UNITS,
                                  UPRIGHT, VARIANTS, WORDS)
from grader.reading.signs import DIRECTED, SIGNS, SIZES
from grader.reading.tokens import ReadError
from grader.term import Span

_GROUP = re.compile(r"\s*\{((?:[^{}$\\]|\\[,;:! ])*)\}")
_THIN_SPACE = re.compile(r"\\[,;:!]")
_FONT_ARGUMENT = re.compile(r"\s*(?:\{\s*(\\?)([A-Za-z]+|[0-9])\s*\}|\\([A-Za-z]+)|([A-Za-z0-9]))")
_ENVIRONMENT = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}(?:\s*\{[lcr|@{} .*\d]*\}|\s*\[[tbc]\])?")
_ROOT_OF = re.compile(r"[^\\$]{1,20}\\of(?![A-Za-z])")
_NULL = re.compile(r"\s*\.")
NEXT = re.compile(r"\s*(\\left\s*)?(\S)?")
"""The next sign of a text, past `\\left`."""


class Commands:
    """The part of the lexer for words that begin with a backslash."""

    def command(self, raw: str, start: int, end: int) -> None:
        name = raw[1:].rstrip("*")
        hit = SIGNS.get("\\" + name)
        if "\\" + name == "\\\\" and end < len(self.text) and self.text[end] == "[":
            self.pos = self.text.find("]", end) + 1 or end
        if name == "root" and _ROOT_OF.match(self.text, end) or name == "of" and self.roots:
            self.plain_root(name, start, end)
            return
        if hit is not None and name not in self.vocabulary.spelled and (name != " " or self.latex):
            self.command_sign(name, hit, start, end)
        elif name in SPACES or not name:
            if name == " " and not self.latex:
                self.put("+", "setminus", start, start + 1, "\\")
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

    def plain_root(self, name: str, start: int, end: int) -> None:
        r"""`\root 3 \of {x}` is `\sqrt[3]{x}`."""
        if name == "root":
            self.put("sqrt", "sqrt", start, end)
            self.put("[", "[", end, end)
        else:
            self.put("]", "]", start, end)
        self.roots += 1 if name == "root" else -1

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
        if found is None or re.search(r"[_^]", found[1]):
            return
        inner = _THIN_SPACE.sub("", found[1]).replace("\\ ", " ").replace("~", " ").strip()
        self.pos = found.end()
        if not inner:
            self.gap = 1
            return
        end = found.end()
        if len(inner) == 1 and inner.isalpha():
            self.styled(LETTERS.get(inner, inner), "rm", start, end)
        elif inner in UNITS and self.out and self.out[-1].kind == "num":
            self.put("text", inner, start, end)
        elif inner == "mod" and (NEXT.match(self.text, end)[1] or NEXT.match(self.text, end)[2] == "("):
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
        elif inner.lower() in ENGLISH or inner.lower() in PROSE_PAIRS:
            self.put("unknown", inner, start, end)
        elif re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", inner):
            self.put("name", inner, start, end, "text")
        elif re.fullmatch(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+", inner):
            self.put("num", inner, start, end)
        elif re.fullmatch(r"[=<>+*/()\[\],;:|-]", inner):
            self.sign(inner, start, end) if inner in ("<=", ">=") else self.other(inner, start, end)
        else:
            self.put("text", inner, start, end)

    def connective(self, inner: str, start: int, end: int) -> bool:
        """Words such as "for all" or "if": their tokens. False when other words are among them."""
        parts = inner.lower().replace("s.t.", "such that").replace(",", " ").removesuffix(".").split()
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
            elif letters == "1" and style == "bold":
                self.put("name", "ones", start, self.pos, "bold")
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
