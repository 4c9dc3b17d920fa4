"""Where the answers of a recognised (OCR) paper belong: its paragraphs aligned with the parts in their order.

A text recogniser drops labels, misreads them ("o)" for "a)"), and puts marks from the margin before or after the text they belong to. So no single
label is believed. Each paragraph is a step of a path through the parts; the path earns points where a label agrees, where the words are those of
the question, where the form is that of the answer (formulas, words, a table), and pays for parts passed over, for a part begun without its label,
and for going back. The best path is found exactly (Viterbi, "Error bounds for convolutional codes", 1967). How sure a place is, is the distance to
the best path that puts the paragraph elsewhere: places that a close rival contests, and places without their own label, are notes for a person.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from math import log

from grader.intake.labels import Book, Group, Label, find_label
from grader.intake.paper import Paper
from grader.intake.sections import Section
from grader.model import Note, Problem
from grader.reading.grids import line_grids

Line = tuple[int, str]
MAX_BLOCKS = 1_500
"""Longer papers are aligned up to here; the rest stays with the last part, with a note."""
MAX_WORK = 2_000_000
"""Paragraphs times the square of the number of labels is kept below this."""

_LABEL, _PROBLEM, _MISMATCH, _GARBLED = 3.0, 4.0, -3.0, 1.5
_UNLABELLED, _PENDING, _OPENER, _NEW_PROBLEM, _SKIPPED, _BACK = -2.0, -0.5, 1.5, -1.5, -0.3, -6.0
_AFTER_TEXT = -1.0
"""For a label behind the text that it labels."""
_FAIR = 1.5
"""Distance to the best rival path from which a place is believed."""

_LOOKALIKES = {"a": "o0q@", "b": "6h8", "c": "ce(<", "d": "ocl", "e": "ec", "f": "ft"}
_OPENING = re.compile(r"[\s\-*•·]*(?:given|given that|we are given|we have to|to (?:show|prove|find))\b", re.IGNORECASE)
_GARBLED_LABEL = re.compile(r"[\s\-*•·>]*[(\[]?([a-z0-9@])\s?[)\]][ .:]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph: its lines without the label, and the label."""

    lines: tuple[Line, ...]
    label: Label | None
    garbled: str
    number: str = ""
    """The problem that its label names, or that a label right before it does."""
    pending: frozenset[str] = frozenset()
    margin: bool = False
    """Is it one of several labels without text that stand out of order, so that they may be marks from the margin?"""
    upcoming: str = ""
    """The problem whose label is the next in the paper."""

    @property
    def text(self) -> str:
        return "\n".join(t for _, t in self.lines)

    @property
    def is_bare(self) -> bool:
        """A label and nothing else."""
        return not self.text.strip()


def align(paper: Paper, book: Book) -> list[Section]:
    """The sections of a recognised paper."""
    letters = frozenset(name for groups in book.groups.values() for g in groups for name in g.names)
    blocks = _with_context(_blocks(paper, letters))
    states = [(p, g) for p in _in_order(book, paper) for g in book.groups[p.id]]
    if not states or not blocks:
        return [Section(None, None, None, list(b.lines), [], "no label says what it answers", b.lines[0][0]) for b in blocks if b.lines]
    limit = max(50, min(MAX_BLOCKS, MAX_WORK // len(states) ** 2))
    over, blocks = blocks[limit:], blocks[:limit]
    start = next((k for k, b in enumerate(blocks) if b.label or b.garbled), None)
    if start is None:
        return [Section(None, None, None, [line for b in blocks for line in b.lines], [], "no label says what it answers", blocks[0].lines[0][0])]
    path, margins = _best_path(blocks, states, _Affinity(states))
    sections = _sections(blocks, states, path, margins)
    if over and sections:
        sections[-1].lines += [line for b in over for line in b.lines]
        sections[-1].notes.append(Note(f"the paper has more than {limit} paragraphs; the rest stands here", severity="guess", code="placing.long"))
    return sections


def _in_order(book: Book, paper: Paper) -> list[Problem]:
    """The problems in the order of their numbers (those without one last), or those that the paper names."""
    named = [p for p in (book.problem(name) for name in paper.problems) if p]

    def number(problem: Problem) -> tuple[int, int]:
        digits = [m[0] for label in (*problem.labels, *[p.id for p in problem.parts]) if (m := re.search(r"\d+", label))]
        return (int(digits[0]) if digits else 10**6, book.problems.index(problem))

    return sorted(dict.fromkeys(named) or book.problems, key=number)


# -------------------------------------------------------------------------------------------------------------- blocks


def _blocks(paper: Paper, letters: frozenset[str]) -> list[_Block]:
    """Paragraphs, each begun by a blank line or a label. A letter that labels no part is a misread one."""
    made: list[_Block] = []
    current: list[Line] = []
    label: Label | None = None
    garbled = ""

    def close() -> None:
        nonlocal current, label, garbled
        if label or garbled or any(t.strip() for _, t in current):
            made.append(_Block(tuple(current), label, garbled))
        current, label, garbled = [], None, ""

    for piece in paper.pieces:
        for k, row in enumerate(piece.text.split("\n")):
            number = piece.line + k
            found = find_label("# " + row if piece.role == "heading" else row) if piece.role in ("text", "heading") else None
            shift = 2 if piece.role == "heading" else 0
            known = found is not None and (found.problem != "" or found.part in letters)
            misread = _GARBLED_LABEL.match(row) if piece.role == "text" and not known else None
            if found and known and (found.strong or found.problem) and not (found.problem and not found.strong):
                close()
                label = found
                current = [(number, row[max(0, found.rest - shift):])]
                inner = find_label(current[0][1]) if not found.part else None
                if inner and inner.part and not inner.problem:
                    rest = current[0][1][inner.rest:]
                    current = []
                    close()
                    label, current = inner, [(number, rest)]
            elif misread and misread[0].strip() not in ("", ")"):
                close()
                garbled = misread[1].lower()
                current = [(number, row[misread.end():])]
            elif not row.strip() and piece.role != "block":
                close()
            else:
                current.append((number, row))
        if piece.role == "heading":
            close()
    close()
    return made


def _with_context(blocks: list[_Block]) -> list[_Block]:
    """Each block with what its neighbourhood says of labels: which wait for their text, which may be margin marks, which problem comes next."""
    made: list[_Block] = []
    pending: frozenset[str] = frozenset()
    k = 0
    while k < len(blocks):
        j = k
        while j < len(blocks) and (blocks[j].label or blocks[j].garbled) and blocks[j].is_bare:
            j += 1
        cluster = blocks[k:j + 1] if j > k and j < len(blocks) and (blocks[j].label or blocks[j].garbled) else blocks[k:j]
        letters = [b.label.part if b.label else b.garbled for b in cluster if b.garbled or b.label and b.label.part]
        if len(letters) > 1 and letters != sorted(letters) or len(letters) > 1 and any(b.garbled for b in cluster):
            pending = frozenset(x for x in letters if x)
            made += [replace(b, pending=pending, margin=b.is_bare) for b in _numbered(cluster)]
            k += len(cluster)
            continue
        if cluster:
            pending = frozenset()
            made += _numbered(cluster)
            k += len(cluster)
            continue
        block = blocks[k]
        if block.label or block.garbled:
            pending = frozenset()
        made.append(replace(block, pending=pending, number=block.label.problem if block.label else ""))
        k += 1
    upcoming = ""
    for k in range(len(made) - 1, -1, -1):
        made[k] = replace(made[k], upcoming=upcoming)
        label = made[k].label
        if label:
            upcoming = label.problem
        elif made[k].garbled:
            upcoming = ""
    return made


def _numbered(cluster: list[_Block]) -> list[_Block]:
    """Labels that stand together share the problem that one of them names."""
    number = next((b.label.problem for b in reversed(cluster) if b.label and b.label.problem), "")
    return [replace(b, number=number) for b in cluster]


# ------------------------------------------------------------------------------------------------------------ affinity

_STOP = frozenset("the and for that this with are was not but can its have has from when what which where does only each also then than there "
                  "their they will would should could our you "
                  "your one two three say says show line given give find using use following step".split())


def _words(text: str) -> list[str]:
    plain = re.sub(r"\\[A-Za-z]+|[_^{}$\\]", " ", text)
    return [w[:5] for w in re.findall(r"[a-z]{3,}", plain.casefold()) if w not in _STOP]


class _Affinity:
    """How much a paragraph is like what a group asks for: rare words shared with the question, and the form that its kinds of answer have."""

    def __init__(self, states: list[tuple[Problem, Group]]) -> None:
        self.words: list[set[str]] = []
        self.letters: list[set[str]] = []
        self.forms: list[set[str]] = []
        for problem, group in states:
            said = [problem.title, *[p.ask for p in group.parts], *[r.text for p in group.parts for r in p.rubric]]
            said += [w for p in group.parts for s in p.symbols for w in s.words]
            self.words.append({w for text in said for w in _words(text)})
            self.letters.append({c for p in group.parts for s in p.symbols for c in s.name if len(s.name) == 1})
            self.forms.append({_FORMS.get(p.kind, "formula") for p in group.parts})
        counts = Counter(w for ws in self.words for w in ws)
        self.weight = {w: log((1 + len(states)) / n) / 2 for w, n in counts.items()}

    def scores(self, block: _Block) -> list[float]:
        """For each group, how well the paragraph fits it: words in common, symbols in common, form."""
        text = block.text
        if not text.strip():
            return [0.0] * len(self.words)
        words = set(_words(text))
        formulas = len(re.findall(r"\$\$|\\\[|[=∑∫]", text))
        lone = set(re.findall(r"(?<![A-Za-z\\])([A-Za-z])(?![A-Za-z])", re.sub(r"\\[A-Za-z]+", " ", text))) if formulas else set()
        prose = len(re.findall(r"[a-z]{3,}", re.sub(r"\$+[^$]*\$+", " ", text))) >= 6
        table = any(g.form == "pipe" or len(g.rows) > 1 for g in line_grids(text))
        made = []
        for own, letters, forms in zip(self.words, self.letters, self.forms):
            lexical = min(2.0, sum(self.weight[w] for w in sorted(words & own)))
            made.append(lexical + min(0.5, 0.1 * len(lone & letters)) + _form(forms, bool(formulas), prose, table))
        return made


def _form(forms: set[str], formulas: bool, prose: bool, table: bool) -> float:
    if table:
        return 1.5 if "table" in forms else 0.0
    if forms == {"words"}:
        return 0.5 if prose and not formulas else -0.5 if formulas and not prose else 0.0
    return 0.4 if formulas and not prose else -0.3 if prose and not formulas and "words" not in forms else 0.0


_FORMS = {"prose": "words", "choice": "words", "convergence": "words", "iteration": "table"}


# ---------------------------------------------------------------------------------------------------------------- path


def _emission(block: _Block, problem: Problem, group: Group) -> float:
    label = block.label
    score = 0.0
    if block.number:
        score += _PROBLEM if block.number in _numbers(problem) else -_PROBLEM
    if label and label.part:
        agrees = label.part in group.names
        score += 0.0 if block.margin else (_LABEL if agrees else _MISMATCH)
    elif block.garbled:
        letter = group.name[:1]
        alike = block.garbled == letter or block.garbled in _LOOKALIKES.get(letter, "")
        score += 0.0 if block.margin else _LABEL if block.garbled == letter else _GARBLED if alike else -0.5
    return score


def _numbers(problem: Problem) -> set[str]:
    labels = [a for label in problem.labels for a in label.split("|")]
    found = {m[0] for label in labels if (m := re.search(r"\d+", label))}
    return found or {m[0] for part in problem.parts if (m := re.match(r"\d+", part.id))}


def _entry_costs(block: _Block, states: list[tuple[Problem, Group]]) -> tuple[list[float], list[float]]:
    """What it costs to begin each state at this block, coming from the same problem and from another one; the way from there is not counted."""
    labelled = block.label is not None or bool(block.garbled) and not block.margin
    opener = _OPENER if _OPENING.match(block.text) else 0.0
    same, other = [], []
    for problem, group in states:
        if labelled:
            cost = 0.0
            fresh = 0.0 if block.number else _NEW_PROBLEM
        else:
            cost = (_PENDING if group.name in block.pending else _UNLABELLED) + opener
            fresh = 0.0 if block.upcoming in _numbers(problem) else _NEW_PROBLEM
        same.append(cost)
        other.append(cost + fresh)
    return same, other


def _moves(block: _Block, states: list[tuple[Problem, Group]]) -> list[list[float]]:
    """moves[a][b]: the price of going from state a to state b at this block."""
    same, other = _entry_costs(block, states)
    size = len(states)
    owner = [p.id for p, _ in states]
    stay = [_AFTER_TEXT if block.label and block.label.part in g.names and not block.pending else 0.0 for _, g in states]
    return [[stay[b] if a == b else (_BACK if b < a else _SKIPPED * (b - a - 1)) + (same[b] if owner[a] == owner[b] else other[b])
             for b in range(size)]
            for a in range(size)]


def _best_path(blocks: list[_Block], states: list[tuple[Problem, Group]], affinity: _Affinity) -> tuple[list[int], list[float]]:
    """The best path, and for each block the distance to the best path that puts it elsewhere."""
    size = len(states)
    every = range(size)
    emit = [[round(_emission(b, *s) + fit, 6) for s, fit in zip(states, affinity.scores(b))] for b in blocks]  # rounded: logarithms differ by machine
    forward = [[emit[0][k] + _SKIPPED * k for k in every]]
    came: list[list[int]] = []
    for t in range(1, len(blocks)):
        move = _moves(blocks[t], states)
        best = [max(every, key=lambda a: (forward[-1][a] + move[a][b], -a)) for b in every]
        came.append(best)
        forward.append([forward[-1][best[b]] + move[best[b]][b] + emit[t][b] for b in every])
    backward = [[0.0] * size]
    for t in range(len(blocks) - 1, 0, -1):
        move = _moves(blocks[t], states)
        ahead = [emit[t][b] + backward[-1][b] for b in every]
        backward.append([max(map(float.__add__, move[a], ahead)) for a in every])
    backward.reverse()
    path = [max(every, key=lambda k: (forward[-1][k], -k))]
    for best in reversed(came):
        path.append(best[path[-1]])
    path.reverse()
    total = [[f + b for f, b in zip(forward[t], backward[t])] for t in range(len(blocks))]
    margins = [round(total[t][path[t]] - max((total[t][k] for k in every if k != path[t]), default=float("-inf")), 6) for t in range(len(blocks))]
    return path, margins


def _sections(blocks: list[_Block], states: list[tuple[Problem, Group]], path: list[int], margins: list[float]) -> list[Section]:
    sections: list[Section] = []
    previous = -1
    for t, block in enumerate(blocks):
        problem, group = states[path[t]]
        if path[t] != previous:
            sections.append(Section(problem, group, None, [], [], "", block.lines[0][0] if block.lines else 0))
            note = _opening_note(block, problem, group, states, path, blocks, t)
            sections[-1].notes += [note] if note else []
        section = sections[-1]
        if section.lines and block.lines and section.lines[-1][0] + 1 < block.lines[0][0]:
            section.lines.append((section.lines[-1][0] + 1, ""))
        section.lines += [line for line in block.lines if line[1].strip() or section.lines]
        if not block.is_bare and margins[t] < _FAIR:
            section.notes.append(Note(f"line {block.lines[0][0]}: it is not certain that this belongs here", severity="guess", code="placing.unsure"))
        previous = path[t]
    return [_tidied(s) for s in sections]


def _tidied(section: Section) -> Section:
    guesses = [n for n in section.notes if n.code == "placing.unsure"]
    if len(guesses) > 3:
        rest = [n for n in section.notes if n.code != "placing.unsure"]
        section.notes = [*rest, *guesses[:3], Note(f"and {len(guesses) - 3} more paragraphs whose place is not certain", severity="guess",
                                                   code="placing.unsure")]
    return section


def _opening_note(block: _Block, problem: Problem, group: Group, states: list[tuple[Problem, Group]], path: list[int], blocks: list[_Block],
                  t: int) -> Note | None:
    """What must be said of the way a section was found: nothing where its own label opens it under its problem's label."""
    name = group.parts[0].id.split(".")[0]
    own = [b for k, b in enumerate(blocks) if states[path[k]][1] is group and not b.margin and b.label and b.label.part in group.names]
    garbled = [b for k, b in enumerate(blocks) if states[path[k]][1] is group and b.garbled and not b.label]
    numbered = any(b.number in _numbers(problem) for k, b in enumerate(blocks) if states[path[k]][0] is problem)
    line = block.lines[0][0] if block.lines else 0
    if own and numbered:
        return None
    if own:
        return Note(f"line {line}: the label of problem {problem.id} is missing; {name} is found by its letter and its place in the order",
                    severity="repair", code="placing.problem")
    if garbled:
        return Note(f"line {line}: a label that reads \"{garbled[0].garbled})\" is taken for {name}", severity="guess", code="placing.label")
    return Note(f"line {line}: no label of {name} stands here; it is taken for it by its place in the order and its words", severity="guess",
                code="placing.unlabelled")
