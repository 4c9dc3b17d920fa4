"""Words of a learner's sentence: tokens with places, sentences, and phrases found in spite of misspellings.

Misspelt words are matched by edit distance (Levenshtein's, with neighbours exchanged), the more freely the longer the word is and for text that came
through a recogniser. A match that is not exact says so, so that a kind can note it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.term import Span

MAX_WORDS = 3000
"""Longer answers are cut off there; no short answer needs as many words."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a number or a sign of punctuation: in small letters without accents, and where it stands."""

    text: str
    span: Span

    @property
    def is_word(self) -> bool:
        """Is it made of letters?"""
        return self.text[:1].isalpha()


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase that was found: its words first..last (last not included) and the number of characters that differ."""

    phrase: str
    first: int
    last: int
    distance: int


_TOKEN = re.compile(r"\\[A-Za-z]+|[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:\.\d+)?|\S")
_MARKUP = re.compile(r"[*_`~#$]+|\\(?:text|textbf|textit|mathrm|mathbf|emph)\b\s*|</?[a-zA-Z][^<>\n]{0,80}>|[{}]")
_BREAK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*•·+]|\(?\w{1,2}[.)])[ \t])")


def words(text: str) -> list[Word]:
    """The words, numbers and signs of a text. Markup gives none; a blank line or the next item of a list gives a line feed."""
    bare = _MARKUP.sub(lambda m: " " * len(m[0]), text)
    breaks = {m.start() for m in _BREAK.finditer(text)}
    marks = sorted(breaks, reverse=True)
    made: list[Word] = []
    for found in _TOKEN.finditer(bare):
        while marks and marks[-1] <= found.start():
            made.append(Word("\n", Span(marks[-1], marks[-1] + 1)))
            marks.pop()
        made.append(Word(_plain(found[0]), Span(*found.span())))
        if len(made) >= MAX_WORDS:
            break
    return made


def _plain(word: str) -> str:
    if word.isascii():
        return word.lower().replace("’", "'")
    bare = unicodedata.normalize("NFKD", word.replace("’", "'"))
    return "".join(c for c in bare if not unicodedata.combining(c)).lower() or word


def sentences(tokens: Sequence[Word], stops: str = ".;!?\n•·") -> Iterator[list[Word]]:
    """Runs of words between full stops and the like; signs of punctuation inside them stay."""
    held: list[Word] = []
    for token in tokens:
        if token.text in stops:
            if held:
                yield held
            held = []
        else:
            held.append(token)
    if held:
        yield held


def tolerance(length: int, loose: bool) -> int:
    """How many characters of a word of that length may differ; `loose` for text that came through a recogniser."""
    if loose:
        return 0 if length < 4 else 1 if length < 7 else 2 if length < 11 else 3
    return 0 if length < 5 else 1 if length < 9 else 2


@lru_cache(maxsize=20_000)
def distance(a: str, b: str, most: int) -> int:
    """Edits (insert, delete, replace, exchange neighbours) from a to b, or most + 1 where more than `most` are needed."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        following = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        if min(following) > most:
            return most + 1
        before, row = row, following
    return min(row[-1], most + 1)


def alike(word: str, wanted: str, loose: bool = False) -> int | None:
    """The distance of a word from a wanted one (its plural counts as itself), None where it is too far."""
    if word == wanted or word == wanted + "s":
        return 0
    most = tolerance(min(len(word), len(wanted)), loose)
    if not most:
        return None
    found = distance(word, wanted, most)
    return found if found <= most else None


def find(tokens: Sequence[Word], phrase: str, loose: bool = False) -> list[Found]:
    """Places where the phrase stands, however it is joined ("feed-forward network", "feedforward network", "feed forward networks")."""
    target = "".join(_plain(w) for w in re.findall(r"[^\W_]+", phrase))
    most = tolerance(len(target), loose) if len(target) > 4 else 0
    made = []
    if not target:
        return made
    for first, token in enumerate(tokens):
        if not (token.is_word or token.text[:1].isdigit()):
            continue
        joined, best = "", None
        for last in range(first, min(len(tokens), first + 8)):
            text = tokens[last].text
            if text in ("-", "–", "/", "'"):
                continue
            if not (text[:1].isalpha() or text[:1].isdigit()):
                break
            joined += text
            if len(joined) > len(target) + most + 1:
                break
            off = 0 if joined == target + "s" else distance(joined, target, most)
            if off <= most and (best is None or off < best.distance):
                best = Found(phrase, first, last + 1, off)
        if best is not None:
            made.append(best)
    return made


def shown(text: str, tokens: Sequence[Word], found: Found) -> str:
    """What stands there, as typed."""
    return " ".join(text[tokens[found.first].span.start:tokens[found.last - 1].span.end].split())
