"""How the labels of fields are found in a line: which words name one, where a label ends and its value begins, which labels stand behind a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.intake.labels import Facets
from grader.model import Part
from grader.reading.bare import bare_runs
from grader.reading.splitting import Names


@dataclass(frozen=True, slots=True)
class LabelWord:
    """A label word in a line: dimension, number of the label within it, place; `exact` is False where letters had to be changed."""

    dimension: int
    value: int
    start: int
    end: int
    exact: bool
    idiom: bool


_FILLERS = frozenset("complexity complexities cost costs of the for at during in a an phase usage requirement requirements needed required "
                     "computational asymptotic and per & "
                     "while when on model architecture network overall total order".split())
_JOINING = frozenset("both cases case either each same all as well respectively".split())
_IDIOMS = frozenset("time phase stage step".split())
"""After another label word these may only say when ("test time"); a heading's word of their dimension counts more."""
_SEPARATOR = re.compile(r"[ \t*_`]*(?::=|[:=→]|->|\b(?:is|are|takes?|needs?|costs?|grows? (?:like|as)|equals?|would be|will be)\b)[ \t*_`]*:?",
                        re.IGNORECASE)
_TOKEN = re.compile(r"[^\W\d_]+")
_AFTER = re.compile(r"\b(?:for|at|during|in|when|while|to|on)\b|[(]", re.IGNORECASE)


class Fields:
    """The fields under one label, and how their labels are found in a line."""

    def __init__(self, fields: Sequence[tuple[Part, Facets]]) -> None:
        self.parts: dict[str, Part] = {}
        self.paths: list[tuple[str, tuple[int, ...]]] = []
        depth = max(len(f) for _, f in fields)
        self.labels: list[list[tuple[str, ...]]] = [[] for _ in range(depth)]
        self.phrases: list[tuple[int, int, list[str]]] = []
        for part, facets in fields:
            if len(facets) != depth:
                continue
            path = []
            for dimension, names in enumerate(facets):
                known = self.labels[dimension]
                if names not in known:
                    known.append(names)
                path.append(known.index(names))
            self.parts[part.id] = part
            self.paths.append((part.id, tuple(path)))
        for dimension, labels in enumerate(self.labels):
            self.phrases += [(dimension, value, re.findall(r"[^\W_]+", name)) for value, names in enumerate(labels) for name in names]

    def matching(self, chosen: dict[int, frozenset[int]]) -> list[str]:
        """The parts that agree with the labels chosen so far; several labels of one dimension mean all of them."""
        return list(dict.fromkeys(id for id, path in self.paths if all(path[d] in values for d, values in chosen.items())))

    def words(self, line: str) -> list[LabelWord]:
        """The label words of a line, longest phrases first."""
        tokens = list(_TOKEN.finditer(line))
        lower = [t[0].casefold() for t in tokens]
        found: list[LabelWord] = []
        k = 0
        while k < len(tokens):
            hit = self._phrase(lower, k)
            if hit is None:
                k += 1
                continue
            dimension, value, size, exact = hit
            last = found[-1] if found else None
            beside = last is not None and last.dimension != dimension and not line[last.end:tokens[k].start()].strip(" \t*_-")
            idiom = lower[k] in _IDIOMS and beside
            found.append(LabelWord(dimension, value, tokens[k].start(), tokens[k + size - 1].end(), exact, idiom))
            k += size
        return found

    def _phrase(self, words: list[str], k: int) -> tuple[int, int, int, bool] | None:
        best: tuple[int, int, int, bool] | None = None
        for dimension, value, parts in self.phrases:
            if not _alike(words[k], parts[0]) or len(words) - k < len(parts):
                continue
            alike = [_alike(a, b) for a, b in zip(words[k:k + len(parts)], parts)]
            if all(alike) and (best is None or (len(parts), min(alike)) > (best[2], best[3] + 1)):
                best = (dimension, value, len(parts), min(alike) == 2)
        return best


def _alike(word: str, label: str) -> int:
    """2: the label's word or a form of it; 1: one letter off in a long word; 0: another word."""
    if word == label or len(label) >= 4 and (word.startswith(label) or word.endswith(label)) and len(word) <= len(label) + 5 or word == label + "s":
        return 2
    if len(label) >= 6 and abs(len(word) - len(label)) <= 1 and _one_apart(word, label):
        return 1
    return 0


def _one_apart(a: str, b: str) -> bool:
    if len(a) == len(b):
        differ = [k for k in range(len(a)) if a[k] != b[k]]
        return len(differ) == 1 or len(differ) == 2 and differ[1] == differ[0] + 1 and a[differ[0]] == b[differ[1]] and a[differ[1]] == b[differ[0]]
    short, long = sorted((a, b), key=len)
    k = next((k for k in range(len(short)) if short[k] != long[k]), len(short))
    return short[k:] == long[k + 1:]


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a line with the label words before and behind it; a heading has labels only."""

    words: tuple[LabelWord, ...]
    text: str
    """Empty for a heading."""
    clash: bool = False
    """Do the words behind the value contradict its label?"""


def values_of(book: Fields, line: str) -> list[Value] | None:
    """The labels and values of a line: [(words, "")] for a heading; None where it begins with no label."""
    words = book.words(line)
    heads = [k for k, w in enumerate(words) if _begins(line, w.start)]
    made: list[Value] = []
    taken = 0
    starts: list[tuple[int, int, tuple[LabelWord, ...]]] = []
    for k in heads:
        if words[k].start < taken:
            continue
        end, group = _label_span(line, words, k)
        separator = _SEPARATOR.match(line, end)
        rest = line[separator.end():] if separator else line[end:]
        if not separator and _stands_behind(line, words[k].start, rest):
            continue
        if separator or not starts and not line[end:].strip(" \t*_:.`#|") or _is_formula_next(rest):
            starts.append((words[k].start, separator.end() if separator else end, group))
            taken = separator.end() if separator else end
    if not starts:
        return _trailing_labels(book, line, words)
    if re.search(r"[^\W\d_]{2}", re.sub(r"^[\s>#*_\-•·.\d)(]*", "", line[:starts[0][0]])) and not _begins(line, starts[0][0]):
        return None
    pieces = _pieces(book, line[starts[0][1]:])
    if pieces and len(starts[0][2]) < len(book.labels):
        return [Value((*starts[0][2], *inner), piece) for piece, inner in pieces]
    for j, (_, begin, group) in enumerate(starts):
        stop = starts[j + 1][0] if j + 1 < len(starts) else len(line)
        value = line[begin:stop].strip()
        value = re.sub(r"[\s,;.]*(?:\band\b)?[\s,;.*_(]*$", "", value) if j + 1 < len(starts) else value.strip("*_ ")
        value = re.sub(r"^[*_`\s]+", "", value)
        if j + 1 < len(starts) and value.casefold() in ("the", "its", "our", "a", "an"):
            if not {w.dimension for w in group} <= {w.dimension for w in starts[j + 1][2]}:  # else "train time: the train time is ..."
                made.append(Value(group, ""))
            continue
        parted = _pieces(book, value) if len(group) < len(book.labels) else None
        if parted and len(parted) > 1:
            made += [Value((*group, *inner), piece) for piece, inner in parted]
            continue
        behind = tuple(_behind(book, value))
        clash = any(a.dimension == b.dimension and a.value != b.value for a in group for b in behind)
        made.append(Value(group if clash else (*group, *behind), value, clash))
    return made


def _begins(line: str, at: int) -> bool:
    """Can a label begin here: at the line's head, or after the end of a value?"""
    head = line[:at].rstrip("*_`( \t")
    bare = re.sub(r"^[\s>#*_\-–•·‣|]*(?:\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])?[\s*_`]*", "", head)
    if not bare or head[-1] in ",;.:|" or re.search(r"\S(?:[ ]{2,}|[ ]*\t\s*)[*_`(]*$", line[:at]):
        return True
    return re.search(r"(?:^|[\s,;.])(?:and|the|for|an?|while|but|at|during|in|its)$", head, re.IGNORECASE) is not None and _open_head(bare)


def _stands_behind(line: str, at: int, rest: str) -> bool:
    """Does a label here close what is said of the formula before it ("$O(n)$ during training, $O(1)$ ...")?"""
    return re.match(r"[ \t*_)]*(?:[,;.]|$)", rest) is not None and re.search(
        r"[)$\]}²³\w][ \t*_]*\b(?:for|at|during|in|when|while)\b(?:[ \t]+the)?[ \t*_]*$", line[:at], re.IGNORECASE) is not None


def _open_head(bare: str) -> bool:
    bare = re.sub(r"(?:\b(?:and|the|for|an?|of|while|but|at|during|in|its)\b[\s*_]*)+$", "", bare, flags=re.IGNORECASE).rstrip(" *_")
    return not bare or bare[-1] in ",;.:$)|" or re.search(r"[\d²³^)}\]$]$", bare) is not None


def _label_span(line: str, words: list[LabelWord], k: int) -> tuple[int, tuple[LabelWord, ...]]:
    """Where a label that begins with word k ends, and its words: label words, fillers and light punctuation."""
    group = [words[k]]
    end = words[k].end
    while True:
        following = next((w for w in words if w.start >= end), None)
        gap = line[end:following.start] if following else ""
        if following and not _TOKEN.sub(lambda m: "" if m[0].casefold() in _FILLERS else m[0], gap).strip(" \t,/&()*_-–—|+"):
            group.append(following)
            end = following.end
            continue
        tail = re.compile(r"(?:[\s*_]*(?:" + "|".join(_FILLERS) + r")\b)*[\s)*_\]]*", re.IGNORECASE).match(line, end)
        return (tail.end() if tail else end), tuple(group)


def _is_formula_next(rest: str) -> bool:
    rest = rest.lstrip(" \t-–—*_,(")
    if rest[:1] in ("$", "\\") or rest[:2] in ("O(", "o(", "Θ(", "Ω("):
        return True
    first = next((r for r in bare_runs(rest[:120], 0, len(rest[:120]), Names({}, {})) if r.span.start < 3), None)
    return first is not None and (first.strong or re.match(r"[\s*_]*(?:[,.;()]|$)", rest[first.span.end:]) is not None)


def _trailing_labels(book: Fields, line: str, words: list[LabelWord]) -> list[Value] | None:
    """`O(t n) for training, O(n) at test time`: labels behind their values."""
    if not words or not _AFTER.search(line):
        return None
    pieces = _pieces(book, line)
    return [Value(tuple(inner), piece) for piece, inner in pieces] if pieces else None


def _pieces(book: Fields, text: str) -> list[tuple[str, list[LabelWord]]] | None:
    """The pieces of a line of which each has a formula with its labels behind it; None where some piece has not."""
    made = []
    for piece in re.split(r"[,;]\s+(?![^(]*\))|\s+and\s+|\s+/\s+|(?<=[)$\w])\.\s+", text):
        piece = piece.strip(" \t*_-•·.,;")
        if piece:
            inner = _behind(book, piece)
            if inner and re.match(r"[ \t*_]*[:=]", piece[inner[-1].end:]):
                return None  # "O(n)  Test space: O(m)": the label of the next value
            if not inner or book.words(piece)[0] is not inner[0] and book.words(piece)[0].start < inner[0].start:
                return None
            made.append((piece, inner))
    return made or None


def _behind(book: Fields, text: str) -> list[LabelWord]:
    """The label words that stand behind the (first) formula of a text."""
    end = _formula_end(text)
    return [w for w in book.words(text) if w.start >= end] if end >= 0 else []


def _formula_end(text: str) -> int:
    """Where the first formula of the text ends; -1 where there is none."""
    dollars = re.search(r"\$[^$]+\$|\\\(.+?\\\)", text)
    runs = [r for r in bare_runs(text, 0, len(text), Names({}, {})) if r.strong or r.span.start < 3 and _LABELLED.match(text, r.span.end)]
    return dollars.end() if dollars else runs[0].span.end if runs else -1


_LABELLED = re.compile(r"[ \t]*(?:\(|(?:for|at|in|during|when)\b)")
"""What may follow "t n l", which has no sign of a formula, where labels stand behind it."""


def without_labels(book: Fields, text: str) -> str:
    """A value without the labels behind it ("$O(n)$ for training" is $O(n)$), where nothing else stands there."""
    end = _formula_end(text)
    head = text[:end].lstrip("*_ ") if end >= 0 else ""
    begins = next((r.span.start for r in bare_runs(head, 0, len(head), Names({}, {}))), 1) == 0
    if not head or head[0] not in ("$", "\\") and not begins and not re.match(r"\S*[\d({]", head):
        return text
    labels = book.words(text)
    rest = [w for w in _TOKEN.finditer(text, end) if not any(x.start <= w.start() < x.end for x in labels)]
    said = bool(rest) or any(x.start >= end for x in labels)
    only_labels = all(w[0].casefold() in _FILLERS | _JOINING for w in rest) and not re.search(r"[\d=+^\\$<>]", text[end:])
    return text[:end].strip() if said and only_labels else text
