"""Several answers under one heading: "RNN - Test time = tn²l" and its like, told apart by the words of their labels.

Each field has a label for each dimension ("RNN" or "Transformer"; "time" or "space"; "train" or "test"). Lines that only name labels are headings for
what follows; a label before a value holds for the value and, where nothing else is said, for the next one. What a value's line leaves open is taken, in
this order, from its headings, from the value before, from the next value (a guess); where one dimension stays open, the value is every such field's
(a guess). A pipe table gives each cell the labels of its row and column. What names no field is handed back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.intake.labels import Facets
from grader.model import Note, Part
from grader.reading.bare import bare_runs
from grader.reading.grids import latex_grids, line_grids
from grader.reading.splitting import Names

MAX_LINE = 2_000
"""In longer lines no labels are looked for."""
Line = tuple[int, str]
"""A line of a paper: its number and its text."""


@dataclass
class Field:
    """What was found for one part: (line, text) in order, and notes."""

    fragments: list[Line] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Word:
    """A label word in a line: dimension, number of the label within it, place; `exact` is False where letters had to be changed."""

    dimension: int
    value: int
    start: int
    end: int
    exact: bool
    idiom: bool


_FILLERS = frozenset("complexity complexities cost costs of the for at during in a an phase usage requirement requirements needed required computational asymptotic and per & "
                     "while when on model architecture network overall total order".split())
_JOINING = frozenset("both cases case either each same all as well respectively".split())
_IDIOMS = frozenset("time phase stage step".split())
"""After another label word these may only say when ("test time"); a heading's word of their dimension counts more."""
_SEPARATOR = re.compile(r"[ \t*_`]*(?::=|[:=→]|->|\b(?:is|are|takes?|needs?|costs?|grows? (?:like|as)|equals?|would be|will be)\b)[ \t*_`]*:?", re.IGNORECASE)
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

    def words(self, line: str) -> list[_Word]:
        """The label words of a line, longest phrases first."""
        tokens = list(_TOKEN.finditer(line))
        lower = [t[0].casefold() for t in tokens]
        found: list[_Word] = []
        k = 0
        while k < len(tokens):
            hit = self._phrase(lower, k)
            if hit is None:
                k += 1
                continue
            dimension, value, size, exact = hit
            idiom = lower[k] in _IDIOMS and bool(found) and found[-1].dimension != dimension and re.fullmatch(r"[\s*_-]*", line[found[-1].end:tokens[k].start()]) is not None
            found.append(_Word(dimension, value, tokens[k].start(), tokens[k + size - 1].end(), exact, idiom))
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


@dataclass
class _State:
    fields: Fields
    found: dict[str, Field]
    unplaced: list[Line] = field(default_factory=list)
    stack: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    said: list[Note] = field(default_factory=list)
    """What had to be guessed about the headings in force."""
    carry: dict[int, frozenset[int]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    """The parts whose value the next line may go on with."""


def split_fields(lines: Sequence[Line], fields: Sequence[tuple[Part, Facets]]) -> tuple[dict[str, Field], list[Line]]:
    """The text under a heading, given to its fields by their labels: part id to what was found, and the lines that name no field."""
    book = Fields(fields)
    state = _State(book, {})
    text = "\n".join(t for _, t in lines)
    in_table = _table_cells(state, text, lines)
    values = [_values(book, t) if k not in in_table and len(t) <= MAX_LINE else None for k, (_, t) in enumerate(lines)]
    for k, (number, line) in enumerate(lines):
        if k in in_table:
            continue
        if not line.strip():
            state.open = []
        else:
            _line(state, number, line, values[k], [v for v in values[k + 1:] if v])
    return state.found, state.unplaced


@dataclass(frozen=True, slots=True)
class _Value:
    words: tuple[_Word, ...]
    text: str
    """Empty for a heading."""
    clash: bool = False
    """Do the words behind the value contradict its label?"""


def _values(book: Fields, line: str) -> list[_Value] | None:
    """The labels and values of a line: [(words, "")] for a heading; None where it begins with no label."""
    words = book.words(line)
    heads = [k for k, w in enumerate(words) if _begins(line, w.start)]
    made: list[_Value] = []
    taken = 0
    starts: list[tuple[int, int, tuple[_Word, ...]]] = []
    for k in heads:
        if words[k].start < taken:
            continue
        end, group = _label_span(line, words, k)
        separator = _SEPARATOR.match(line, end)
        rest = line[separator.end():] if separator else line[end:]
        if separator or not starts and not line[end:].strip(" \t*_:.`#|") or _is_formula_next(rest):
            starts.append((words[k].start, separator.end() if separator else end, group))
            taken = separator.end() if separator else end
    if not starts:
        return _trailing_labels(book, line, words)
    if re.search(r"[^\W\d_]{2}", re.sub(r"^[\s>#*_\-•·.\d)(]*", "", line[:starts[0][0]])) and not _begins(line, starts[0][0]):
        return None
    pieces = _pieces(book, line[starts[0][1]:])
    if pieces and len(starts[0][2]) < len(book.labels):
        return [_Value((*starts[0][2], *inner), piece) for piece, inner in pieces]
    for j, (_, begin, group) in enumerate(starts):
        stop = starts[j + 1][0] if j + 1 < len(starts) else len(line)
        value = line[begin:stop].strip()
        value = re.sub(r"[\s,;.]*(?:\band\b)?[\s,;.*_(]*$", "", value) if j + 1 < len(starts) else value.strip("*_ ")
        value = re.sub(r"^[*_`\s]+", "", value)
        parted = _pieces(book, value) if len(group) < len(book.labels) else None
        if parted and len(parted) > 1:
            made += [_Value((*group, *inner), piece) for piece, inner in parted]
            continue
        behind = tuple(_behind(book, value))
        clash = any(a.dimension == b.dimension and a.value != b.value for a in group for b in behind)
        made.append(_Value(group if clash else (*group, *behind), value, clash))
    return made


def _begins(line: str, at: int) -> bool:
    """Can a label begin here: at the line's head, or after the end of a value?"""
    head = line[:at].rstrip("*_`( \t")
    bare = re.sub(r"^[\s>#*_\-–•·‣|]*(?:\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])?[\s*_`]*", "", head)
    return not bare or head[-1] in ",;.:|" or re.search(r"(?:^|[\s,;.])(?:and|the|for|an?|for the|of the|while|but|at|during|in|its)$", head, re.IGNORECASE) is not None and _open_head(bare)


def _open_head(bare: str) -> bool:
    bare = re.sub(r"(?:\b(?:and|the|for|an?|of|while|but|at|during|in|its)\b[\s*_]*)+$", "", bare, flags=re.IGNORECASE).rstrip(" *_")
    return not bare or bare[-1] in ",;.:$)|" or re.search(r"[\d²³^)}\]$]$", bare) is not None


def _label_span(line: str, words: list[_Word], k: int) -> tuple[int, tuple[_Word, ...]]:
    """Where a label that begins with word k ends, and its words: label words, fillers and light punctuation."""
    group = [words[k]]
    end = words[k].end
    while True:
        following = next((w for w in words if w.start >= end), None)
        gap = line[end:following.start] if following else ""
        if following and re.fullmatch(r"[\s,/&()*_\-–—|+]*", re.sub(r"[^\W\d_]+", lambda m: "" if m[0].casefold() in _FILLERS else "x" * 9, gap)) and ":" not in gap and "=" not in gap:
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
    return first is not None and (first.strong or re.match(r"[\s*_]*(?:[,.;)]|$)", rest[first.span.end:]) is not None)


def _trailing_labels(book: Fields, line: str, words: list[_Word]) -> list[_Value] | None:
    """`O(t n) for training, O(n) at test time`: labels behind their values."""
    if not words or not _AFTER.search(line):
        return None
    pieces = _pieces(book, line)
    return [_Value(tuple(inner), piece) for piece, inner in pieces] if pieces else None


def _pieces(book: Fields, text: str) -> list[tuple[str, list[_Word]]] | None:
    """The pieces of a line of which each has a formula with its labels behind it; None where some piece has not."""
    made = []
    for piece in re.split(r"[,;]\s+(?![^(]*\))|\s+and\s+|\s+/\s+|(?<=[)$\w])\.\s+", text):
        piece = piece.strip(" \t*_-•·.,;")
        if piece:
            inner = _behind(book, piece)
            if not inner or book.words(piece)[0] is not inner[0] and book.words(piece)[0].start < inner[0].start:
                return None
            made.append((piece, inner))
    return made or None


def _behind(book: Fields, text: str) -> list[_Word]:
    """The label words that stand behind the (first) formula of a text."""
    end = _formula_end(text)
    return [w for w in book.words(text) if w.start >= end] if end >= 0 else []


def _formula_end(text: str) -> int:
    """Where the first formula of the text ends; -1 where there is none."""
    dollars = re.search(r"\$[^$]+\$|\\\(.+?\\\)", text)
    runs = [r for r in bare_runs(text, 0, len(text), Names({}, {})) if r.strong]
    return dollars.end() if dollars else runs[0].span.end if runs else -1


def _without_labels(book: Fields, text: str) -> str:
    """A value without the labels behind it ("$O(n)$ for training" is $O(n)$), where nothing else stands there."""
    end = _formula_end(text)
    if end < 0 or text[:end].lstrip("*_ ")[:1] not in ("$", "\\") and not re.match(r"[\s*_]*\S*[\d({]", text):
        return text
    labels = book.words(text)
    rest = [w for w in _TOKEN.finditer(text, end) if not any(x.start <= w.start() < x.end for x in labels)]
    if (len(rest) or any(x.start >= end for x in labels)) and all(w[0].casefold() in _FILLERS | _JOINING for w in rest) and not re.search(r"[\d=+^\\$<>]", text[end:]):
        return text[:end].strip()
    return text


# ------------------------------------------------------------------------------------------------------------- context


def _line(state: _State, number: int, line: str, values: list[_Value] | None, later: list[list[_Value]]) -> None:
    if values is None:
        if state.open and _goes_on(line):
            for id in state.open:
                state.found[id].fragments.append((number, line.strip()))
        else:
            state.unplaced.append((number, line))
            state.open = []
        return
    for k, value in enumerate(values):
        if not value.text:
            _push(state, _chosen(value.words, {}))
            state.said = _guessed_words(state, number, line, value)
            state.open = []
        else:
            _place(state, number, line, value, first=k == 0, later=later)


def _goes_on(line: str) -> bool:
    return re.match(r"\s*(?:[-*•·]\s*)?(?:[a-z=+(\\$&≤≈]|because|since|where)", line) is not None


def _chosen(words: Sequence[_Word], section: dict[int, frozenset[int]]) -> dict[int, frozenset[int]]:
    """The labels that the words choose; an idiom ("test time") says nothing where a heading has spoken of its dimension."""
    chosen: dict[int, frozenset[int]] = {}
    for word in words:
        if not (word.idiom and word.dimension in section):
            chosen[word.dimension] = chosen.get(word.dimension, frozenset()) | {word.value}
    return chosen


def _push(state: _State, chosen: dict[int, frozenset[int]]) -> None:
    depth = next((k for k, (d, _) in enumerate(state.stack) if d in chosen), len(state.stack))
    del state.stack[depth:]
    state.stack += sorted(chosen.items())
    state.carry = {}


def _place(state: _State, number: int, line: str, value: _Value, first: bool, later: list[list[_Value]]) -> None:
    section = dict(state.stack)
    own = _chosen(value.words, section)
    chosen = {**section, **own}
    notes = [*state.said, *_guessed_words(state, number, line, value)]
    if value.clash:
        notes.append(Note(f"line {number}: the words behind this value contradict its label", severity="guess", code="placing.clash"))
    if first:  # from the line before only what is named first in a label goes on: the model, not the moment
        state.carry = {d: v for d, v in state.carry.items() if d < min(own, default=0)}
    for dimension in range(len(state.fields.labels)):
        if dimension not in chosen and dimension in state.carry:
            chosen[dimension] = state.carry[dimension]
    ids = state.fields.matching(chosen)
    if len(ids) > 1 and len(chosen) < len(state.fields.labels):
        ids = _completed(state, number, value, chosen, ids, later, notes)
    if not ids:
        state.unplaced.append((number, line if first else value.text))
        return
    state.carry = {**state.carry, **{d: v for d, v in chosen.items() if d in own or d in state.carry}}
    text = value.text if value.clash else _without_labels(state.fields, value.text)
    for id in ids:
        _add(state, id, number, text, notes)
    state.open = [id for id in ids if id in state.found]


def _guessed_words(state: _State, number: int, line: str, value: _Value) -> list[Note]:
    notes = []
    for word in value.words:
        if not word.exact:
            named = state.fields.labels[word.dimension][word.value][0]
            notes.append(Note(f"line {number}: a label like \"{named}\" is taken for it in: {line.strip()[:60]}", severity="guess", code="placing.label"))
    return notes


def _completed(state: _State, number: int, value: _Value, chosen: dict[int, frozenset[int]], ids: list[str], later: list[list[_Value]], notes: list[Note]) -> list[str]:
    """The labels that a value leaves open, from the next value that has them; else all fields that fit and are still empty."""
    missing = [d for d in range(len(state.fields.labels)) if d not in chosen]
    names = "/".join(state.fields.labels[d][0][0] + "..." for d in missing)
    for values in later[:1]:
        upcoming = _chosen(values[0].words, {}) if values and values[0].text else {}
        if all(d in upcoming for d in missing):
            ids = state.fields.matching({**chosen, **{d: upcoming[d] for d in missing}})
            notes.append(Note(f"line {number}: the label does not say which of {names} is meant; taken from the line after it", severity="guess", code="placing.ahead"))
            chosen.update({d: upcoming[d] for d in missing})
            return ids
    if re.search(r"\b(?:both|either|same|each|all)\b", value.text, re.IGNORECASE):
        notes.append(Note(f"line {number}: said of several answers at once", severity="info", code="placing.both"))
        return ids
    empty = [id for id in ids if id not in state.found]
    notes.append(Note(f"line {number}: the label does not say which of {names} is meant; it is taken for each that has no answer of its own", severity="guess", code="placing.several"))
    return empty or ids


def _add(state: _State, id: str, number: int, text: str, notes: list[Note]) -> None:
    held = state.found.setdefault(id, Field())
    for before, earlier in held.fragments:
        if re.sub(r"\W", "", earlier) == re.sub(r"\W", "", text):
            held.notes.append(Note(f"the same answer stands in lines {before} and {number}", severity="info", code="placing.twice"))
            return
    if held.fragments:
        held.notes.append(Note(f"two answers stand under the same label, in lines {held.fragments[0][0]} and {number}", severity="guess", code="placing.two"))
    held.fragments.append((number, text))
    held.notes += notes


def _table_cells(state: _State, text: str, lines: Sequence[Line]) -> set[int]:
    """Answers in a table with the labels in its first row and column; the indices of the lines that such tables take."""
    taken: set[int] = set()
    for grid in [*line_grids(text), *latex_grids(text)]:
        heads = [_chosen(state.fields.words(c.text), {}) for c in grid.rows[0]]
        sides = [_chosen(state.fields.words(r[0].text), {}) if r else {} for r in grid.rows]
        if not any(heads[1:]) or not any(sides[1:]):
            continue
        shift = max(len(r) for r in grid.rows[1:]) - len(heads)
        first = text.count("\n", 0, grid.span.start)
        before = dict(_stack_before(state, lines[:first]))
        for row, side in list(zip(grid.rows, sides))[1:]:
            for k, cell in enumerate(row[1:], 1):
                head = heads[k - shift] if 0 <= k - shift < len(heads) else {}
                ids = state.fields.matching({**before, **side, **head})
                if cell.text and len(ids) == 1 and head and side:
                    at = text.count("\n", 0, cell.span.start)
                    _add(state, ids[0], lines[at][0], cell.text, [])
                elif cell.text:
                    at = text.count("\n", 0, cell.span.start)
                    state.unplaced.append((lines[at][0], cell.text))
        taken |= set(range(first, text.count("\n", 0, grid.span.end) + 1))
    return taken


def _stack_before(state: _State, lines: Sequence[Line]) -> list[tuple[int, frozenset[int]]]:
    kept = _State(state.fields, {})
    for _, line in lines:
        for value in _values(state.fields, line) or []:
            if not value.text:
                _push(kept, _chosen(value.words, {}))
    return kept.stack
