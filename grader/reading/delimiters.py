"""What delimiters set apart in a text: `$`, `$$`, `\\(`, `\\[`, environments, fences, backquotes. One pass, linear in the length of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.reading.splitting import trim
from grader.term import Span


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the text. `span` is its content, `outer` includes the delimiters; `text` is text[span].

    Kinds: "prose", "inline" (formula in a sentence), "display" (formula apart), "bare" (typed without delimiters), "table", "code".
    `closed` is False where the closing delimiter was missing; `mention` marks a bare name or number that may be no more than a word of the sentence.
    """

    kind: str
    text: str
    span: Span
    outer: Span
    closed: bool = True
    mention: bool = False

    @property
    def is_formula(self) -> bool:
        """Is it mathematics to be read?"""
        return self.kind in ("inline", "display", "bare")


_OPENERS = re.compile(
    r"\\\\|\\[$`%]|(?P<fence>^[ \t]*(?P<marks>```+|~~~+)[ \t]*(?P<language>[\w-]*)[^\n`]*$)|\\begin\s*\{(?P<name>[A-Za-z]+\*?)\}|"
    r"(?P<dollars>\$\$?)|(?P<bracket>\\[\[(])|(?P<ticks>`+)",
    re.MULTILINE)
_FORMULA_ENVIRONMENTS = frozenset(
    "equation align alignat flalign gather multline eqnarray displaymath math split gathered aligned alignedat array cases matrix pmatrix bmatrix "
    "vmatrix "
    "Vmatrix Bmatrix smallmatrix dmath IEEEeqnarray empheq subequations".split())
_TABLE_ENVIRONMENTS = frozenset(("tabular", "tabularx", "longtable", "tabu"))
_CODE_ENVIRONMENTS = frozenset("verbatim lstlisting minted alltt Verbatim".split())
_FENCED_MATHS = frozenset("math latex tex katex asciimath typst".split())
_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")


class _Scan:
    """One pass over the text that finds what is delimited. Searches that failed once are not made again, so that the whole stays linear."""

    def __init__(self, text: str) -> None:
        self.text, self.missing = text, set()
        self.breaks = [m.start() for m in _BLANK_LINE.finditer(text)] + [len(text)]
        self.at_break = 0
        self.ends = _environment_ends(text)

    def find(self, mark: str, start: int) -> int:
        if mark in self.missing:
            return -1
        at = self.text.find(mark, start)
        while at > 0 and mark[0] == "$" and _escaped(self.text, at):
            at = self.text.find(mark, at + 1)
        if at < 0:
            self.missing.add(mark)
        return at

    def paragraph_end(self, start: int) -> int:
        while self.breaks[self.at_break] < start:
            self.at_break += 1
        return self.breaks[self.at_break]

    def passages(self) -> list[Passage]:
        found: list[Passage] = []
        position = 0
        while opener := _OPENERS.search(self.text, position):
            made = self._at(opener)
            position = made.outer.end if made else opener.end()
            if made:
                found.append(made)
        return found

    def _at(self, opener: re.Match[str]) -> Passage | None:
        if opener["fence"]:
            return self._fence(opener)
        if opener["name"]:
            return self._environment(opener)
        if opener["dollars"]:
            return self._dollars(opener.start(), opener["dollars"])
        if opener["bracket"]:
            return self._brackets(opener.start(), opener["bracket"])
        return self._ticks(opener) if opener["ticks"] else None

    def _make(self, kind: str, start: int, end: int, outer: Span, closed: bool = True) -> Passage:
        span = trim(self.text, start, end)
        return Passage(kind, self.text[span.start:span.end], span, outer, closed)

    def _fence(self, opener: re.Match[str]) -> Passage:
        marks = opener["marks"]
        close = re.compile(rf"^[ \t]*{marks[0]}{{{len(marks)},}}[ \t]*$", re.MULTILINE).search(self.text, opener.end())
        start, end = opener.end(), close.start() if close else len(self.text)
        kind = "display" if opener["language"].lower() in _FENCED_MATHS else "code"
        return self._make(kind, start, end, Span(opener.start(), close.end() if close else end), close is not None)

    def _environment(self, opener: re.Match[str]) -> Passage | None:
        name = opener["name"].rstrip("*")
        kinds = (("display", _FORMULA_ENVIRONMENTS), ("table", _TABLE_ENVIRONMENTS), ("code", _CODE_ENVIRONMENTS))
        kind = next((kind for kind, held in kinds if name in held), "")
        if not kind:
            return None
        end = self.ends.get(opener.start())
        closed = end is not None
        end = end if end is not None else self.paragraph_end(opener.end())
        return self._make(kind, opener.start(), end, Span(opener.start(), end), closed)

    def _dollars(self, start: int, mark: str) -> Passage | None:
        text, inside = self.text, start + len(mark)
        close = self.find(mark, inside)
        limit = self.paragraph_end(inside)
        if mark == "$$":
            if close < 0 or close > limit and _sentence(text[inside:close]):
                return self._make("display", inside, limit, Span(start, limit), False)
            return self._make("display", inside, close, Span(start, close + 2))
        if close < 0 or close > limit:
            end = min(x for x in (text.find("\n", inside), limit, len(text)) if x >= 0)
            content = text[inside:end]
            stray = _sentence(content) or not content.strip() or re.match(r"\d[\d.,]*(?![\w^_{*/+\\-])", content)
            return None if stray else self._make("inline", inside, end, Span(start, end), False)
        content = text[inside:close]
        money = text[close + 1:close + 2].isdigit() or content[-1:].isspace() and not content[:1].isspace() and content[:1].isdigit()
        if not content.strip() or money or _sentence(content):
            return None
        return self._make("inline", inside, close, Span(start, close + 1))

    def _brackets(self, start: int, mark: str) -> Passage:
        close = self.find({"\\[": "\\]", "\\(": "\\)"}[mark], start + 2)
        kind = "display" if mark == "\\[" else "inline"
        if close < 0:
            end = self.paragraph_end(start + 2)
            return self._make(kind, start + 2, end, Span(start, end), False)
        return self._make(kind, start + 2, close, Span(start, close + 2))

    def _ticks(self, opener: re.Match[str]) -> Passage | None:
        close = self.find(opener["ticks"], opener.end())
        if close < 0 or close > self.paragraph_end(opener.end()) or not self.text[opener.end():close].strip():
            return None
        kind = "code" if "\n" in self.text[opener.end():close] else "inline"
        return self._make(kind, opener.end(), close, Span(opener.start(), close + len(opener["ticks"])))


def _escaped(text: str, at: int) -> bool:
    back = 0
    while at - back > 0 and text[at - back - 1] == "\\" and back < 50:
        back += 1
    return back % 2 == 1


def _environment_ends(text: str) -> dict[int, int]:
    """Where each `\\begin` ends; those that nothing closes are left out."""
    ends: dict[int, int] = {}
    stacks: dict[str, list[int]] = {}
    for found in re.finditer(r"\\(begin|end)\s*\{([A-Za-z]+\*?)\}", text):
        stack = stacks.setdefault(found[2], [])
        if found[1] == "begin":
            stack.append(found.start())
        elif stack:
            ends[stack.pop()] = found.end()
    return ends


def _sentence(content: str) -> bool:
    """Four English words or more, and more words than anything else: no formula."""
    bare = re.sub(r"\\(?:text\w*|mathrm|mbox|operatorname\*?)\s*\{[^{}]*\}|\\[A-Za-z]+", " ", content)
    words = [w for w in re.findall(r"(?<![\w\\])[A-Za-z]{2,}(?![\w(])", bare) if re.search(r"[aeiouyAEIOUY]", w) and not re.fullmatch(r"[a-z]?[A-Z]+[a-z]?", w)]
    return len(words) >= 4 and 2 * len(words) > len(bare.split())


def delimited(text: str) -> tuple[Passage, ...]:
    """Only the passages that delimiters set apart: formulas in dollars and brackets, environments, code."""
    return tuple(_Scan(text).passages())
