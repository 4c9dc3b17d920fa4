"""Text that was handed out with the questions: the questions themselves, "Your answer:", "write your answer here", tables left empty."""

from __future__ import annotations

import re
from functools import lru_cache

from grader.intake.label_words import ANSWER_WORDS
from grader.intake.labels import Book
from grader.reading.prose import prose_words
from grader.reading.splitting import Names
from grader.reading.tables import tables

MARKER = re.compile(r"[ \t>#*_]*(?:your|my|student(?:'s)?)\s+(?:answer|solution|response|reply|"
                    r"work)s?(?:\s+here)?\s*[*_]*\s*[:.]?[ \t]*[*_]*[ \t]*(?:[:.][ \t]*)?", re.IGNORECASE)
"""`Your answer:` at the head of a line."""
LEADING = re.compile(rf"[ \t>#*_]*(?:(?:my|final|our)[ \t]+)?(?:answer|solution|response|ans|sol|{ANSWER_WORDS})\s*[*_]*\s*[:：.][ \t]*[*_]*[ \t]*",
                     re.IGNORECASE)
"""`Answer:`, which is a marker only where an answer begins."""
LEADING_ARROW = re.compile(r"[ \t]*(?:-{1,2}>|={1,2}>|[→⇒⟶⟹➜➔])[ \t]+")
"""`Which point? -> p = 0`: an arrow before anything is said points to the answer."""
_PLACEHOLDER = re.compile(
    r"[\s>#*_\[\](){}<!%/-]*(?:(?:please\s+)?(?:write|type|put|enter|insert|add|give|fill\s+in|replace\s+this)\b[^.:]{0,30}\b(?:answers?|"
    r"solutions?|response|work|text|code)\b[^.:]{0,40}"
    r"|(?:your|student)\s+(?:answer|solution|response|text|code|work)s?\s*(?:goes\s+)?here|todo|tbd|raise\s+NotImplementedError\(?\)?|"
    r"double.click to edit.*|(?:(?:my|our|final|the)\s+)?(?:answer|solution|response|" + ANSWER_WORDS + r")s?|"
    r"\.\.\.|…|_{3,})[\s>*_\[\](){}.:!-]*", re.IGNORECASE)


_SHORT = 500
"""Characters up to which what was found out about a text is kept."""
_STRUCK = re.compile(r"~~(?=\S)[^~]{1,2000}?~~|<(?P<tag>del|s|strike)>[^<>]{0,2000}?</(?P=tag)>|\\(?:sout|st)\s*\{[^{}]{0,2000}\}", re.IGNORECASE)


def without_struck(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without what is struck out in it, and the pieces that were; blank where everything was."""
    struck = tuple(m[0] for m in _STRUCK.finditer(text))
    return (_STRUCK.sub("", text).strip(), struck) if struck else (text, ())


def is_placeholder(line: str) -> bool:
    """Is the line only a place to be filled in?"""
    return _PLACEHOLDER.fullmatch(line) is not None


def is_blank_template(text: str) -> bool:
    """Does the text hold nothing but tables without values and placeholders?"""
    return _short_is_blank(text) if len(text) <= _SHORT else _is_blank(text)


@lru_cache(maxsize=2048)
def _short_is_blank(text: str) -> bool:
    return _is_blank(text)  # a class gives the same short answers over and over


def _is_blank(text: str) -> bool:
    kept = "\n".join(line for line in text.split("\n") if not is_placeholder(line))
    found = tables(kept)
    if not found:
        return not kept.strip()
    if not all(t.blank for t in found):
        return False
    rest = kept
    for table in reversed(found):
        rest = rest[:table.span.start] + rest[table.span.end:]
    return not re.sub(r"[|:\-\s]", "", rest)


class Handout:
    """The sentences of the questions of a course, found again in papers however they are wrapped and whichever way their formulas are typed."""

    def __init__(self, book: Book) -> None:
        nobody = Names({}, {})
        self.sentences: set[str] = set()
        for problem in book.problems:
            for part in problem.parts:
                for sentence in _sentences(part.ask):
                    if len(prose_words(sentence, nobody)) >= 2:
                        self.sentences.add(_squeezed(sentence))
        self.sentences.discard("")

    def without(self, text: str) -> tuple[str, bool]:
        """The text without whole sentences of the questions, and whether there were any. Line breaks stay, so that lines keep their numbers."""
        if not self.sentences or not text.strip():
            return text, False
        pieces: list[str] = []
        position, removed = 0, False
        for start, end in _sentence_spans(text):
            if _squeezed(text[start:end]) in self.sentences:
                pieces += [text[position:start], re.sub(r"[^\n]", "", text[start:end])]
                position, removed = end, True
        return "".join([*pieces, text[position:]]), removed


def _sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in _sentence_spans(text)]


def _sentence_spans(text: str) -> list[tuple[int, int]]:
    """Sentences, ended by a point, question or exclamation mark before a blank, or by a blank line; also pairs of sentences that a line break
    parts."""
    spans, start = [], 0
    for found in [*re.finditer(r"(?<=[.?!])[ \t*_]*(?=\s|$)|(?<=[.?!][*_])(?=\s)|\n[ \t]*\n", text), None]:
        end = found.start() if found else len(text)
        if text[start:end].strip():
            spans.append((start, end))
        start = found.end() if found else end
    return spans


def _squeezed(text: str) -> str:
    r"""ASCII letters and digits only, without LaTeX commands: "What makes $z \approx v_j$?" and "What makes z ≈ v_j?" are the same."""
    bare = re.sub(r"\\[A-Za-z]+", " ", text)
    return re.sub(r"[^a-z0-9]", "", bare.casefold())
