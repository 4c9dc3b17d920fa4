"""The labels under which problems are answered, and how a line of a paper names one: "## Question 5", "Q5 (c)", "- b).", "**5c**", "Part a:".

A `Book` knows the problems of a course by every label their files give them. Parts that share the labels down to a letter form a `Group`: the parts
that have exactly these labels share the whole text under them (`whole`), the others are told apart by further labels (`fields`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from grader.intake.label_words import ANSWER_WORDS, PART_WORDS, QUESTION_WORDS, REMARK
from grader.model import Part, Problem

Facets = tuple[tuple[str, ...], ...]
"""Further labels of a part below its letter: for each, the alternatives in lower case."""


@dataclass(frozen=True, slots=True)
class Group:
    """The parts under one label of a problem. `names` are the alternatives of that label, normal; ("",) where the parts are the problem itself."""

    problem: str
    names: tuple[str, ...]
    whole: tuple[Part, ...]
    fields: tuple[tuple[Part, Facets], ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts under the label, in the order of the problem file."""
        return tuple({p.id: p for p in (*self.whole, *[p for p, _ in self.fields])}.values())

    @property
    def name(self) -> str:
        """The first of its names."""
        return self.names[0]


def normal(label: str) -> str:
    """A label as it is compared: lower case, letters and digits only, words parted by one blank, without "question" and "part" before a number or
    letter."""
    return _short_normal(label) if len(label) <= 100 else _normal(label)


@lru_cache(maxsize=2048)
def _short_normal(label: str) -> str:
    return _normal(label)  # papers of a class have the same labels


def _normal(label: str) -> str:
    text = unicodedata.normalize("NFKC", label).casefold()
    text = " ".join(re.findall(r"[^\W_]+", text))
    text = re.sub(rf"^(?:{QUESTION_WORDS}|{PART_WORDS}|q|ex|number|no)\s*(?=\d{{1,2}}(?:\b|[题題问問])|[a-z]\b$|[ivx]+$)", "", text)
    return re.sub(r"^(\d{1,2})\s*[题題问問]$", r"\1", text)


class Book:
    """The problems by their labels."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        self.by_label: dict[str, Problem] = {}
        self.groups: dict[str, tuple[Group, ...]] = {}
        for problem in self.problems:
            heads = _heads(problem)
            for label in (problem.id, *heads, problem.title):
                for alternative in label.split("|"):
                    self.by_label.setdefault(normal(alternative), problem)
            self.groups[problem.id] = _groups(problem, {normal(a) for label in (problem.id, *heads) for a in label.split("|")})
        self.by_label.pop("", None)

    def problem(self, label: str) -> Problem | None:
        """The problem of that label."""
        return self.by_label.get(normal(label))

    def group(self, problem: Problem | None, label: str) -> Group | None:
        """The group of that label within the problem."""
        wanted = normal(label)
        return next((g for g in self.groups[problem.id] if wanted in g.names), None) if problem else None

    def only_group(self, problem: Problem) -> Group | None:
        """The group that the problem itself is, or its only one."""
        groups = self.groups[problem.id]
        return next((g for g in groups if "" in g.names), groups[0] if len(groups) == 1 else None)

    def part(self, id: str, problem: Problem | None = None) -> tuple[Problem, Part] | None:
        """The part of that id (also "problem/part"), in the problem or anywhere."""
        wanted = id.strip().casefold()
        for candidate in (problem,) if problem else self.problems:
            for part in candidate.parts:
                if wanted in (part.id.casefold(), f"{candidate.id}/{part.id}".casefold()):
                    return candidate, part
        return None


def _heads(problem: Problem) -> tuple[str, ...]:
    """Labels of the problem: its own, else the number that its parts' ids begin with."""
    if problem.labels:
        return problem.labels
    numbers = {m[0] for part in problem.parts if (m := re.match(r"\d+", part.id))}
    return tuple(sorted(numbers)) if len(numbers) == 1 else ()


def _groups(problem: Problem, heads: set[str]) -> tuple[Group, ...]:
    found: dict[tuple[str, ...], tuple[list[Part], list[tuple[Part, Facets]]]] = {}
    for part in problem.parts:
        for tail in _tails(part, heads):
            names = tuple(normal(a) for a in tail[0].split("|")) if tail else ("",)
            facets = tuple(tuple(" ".join(a.casefold().split()) for a in label.split("|")) for label in tail[1:])
            key = next((k for k in found if set(k) & set(names)), names)
            whole, fields = found.setdefault(key, ([], []))
            if not facets and part not in whole:
                whole.append(part)
            elif facets and (part, facets) not in fields:
                fields.append((part, facets))
    groups = []
    for names, (whole, fields) in found.items():
        groups.append(Group(problem.id, names, tuple(whole), tuple((p, f) for p, f in fields if p not in whole)))
    return tuple(groups)


def _tails(part: Part, heads: set[str]) -> tuple[tuple[str, ...], ...]:
    """The label paths of the part below the problem's own label; from its id where its file gives none."""
    tails: list[tuple[str, ...]] = []
    own = re.fullmatch(r"\d*([A-Za-z]?)(?:[-_.]?(.*))", part.id.split(".")[0])
    base = (own[1].lower(),) if own and own[1] else ()
    for path in part.labels:
        if any(normal(a) in heads for a in path[0].split("|")):
            tail = path[1:]
        else:
            tail = path if base and normal(path[0]) == base[0] or len(normal(path[0])) == 1 else (*base, *path)
        if tail not in tails:
            tails.append(tail)
    return tuple(tails or [base])


def title_line(book: Book, rows: Sequence[str], k: int) -> Problem | None:
    """The problem whose label or title line k is: in bold, or of several words alone between blank lines."""
    bold = re.fullmatch(r"\s*(?:\*\*|__)([^*_]{3,60}?)[:.]?(?:\*\*|__)[:.]?\s*", rows[k])
    if bold:
        return book.problem(bold[1])
    words = rows[k].strip().rstrip(":")
    alone = not (k and rows[k - 1].strip()) and not (k + 1 < len(rows) and rows[k + 1].strip())
    return book.problem(words) if alone and 3 <= len(words) <= 80 and " " in normal(words) else None


# --------------------------------------------------------------------------------------------------------------- lines


@dataclass(frozen=True, slots=True)
class Label:
    """A label at the head of a line. `problem` and `part` are as typed ("" where it does not say), `rest` is where the text after it begins.

    `strong`: no numbered list would look like it; a weak label ("1. text", "a. text") is a label only where the paper labels that way.
    """

    problem: str
    part: str
    sub: str
    rest: int
    strong: bool
    typed: str
    number_end: int = 0
    """Where the text after the number begins, if the letter may belong to it ("5.) x"); else 0."""


_EMPHASIS = r"(?:\*{1,3}|__?|`)?"
_SYMBOLS = "(?:[\u2190-\u21ff\u25a0-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]\ufe0f?[ \\t]*)*"
"""Arrows, bullets and pictures that decorate a heading."""
_LEAD = rf"[\s>]*(?:#{{1,6}}[ \t]+)?(?:[-*+•·‣▪][ \t]+)*{_SYMBOLS}{_EMPHASIS}[ \t]*{_SYMBOLS}"
_TAIL = rf"(?P<tail>[ \t]*{_EMPHASIS}[ \t]*{REMARK}[.:)\]]*(?:[ \t]*[–—](?=\s))?[ \t]*{_EMPHASIS})"
_ANSWER = (r"(?P<answer>(?:my[ \t]+)?(?:solutions?|sol|answers?|ans|response|reply|" + ANSWER_WORDS + r")\.?[ \t]*"
           r"(?:(?:to|for|of|zu|a|à)\b)?[ \t]*[:：]?[ \t]*)?")
_WORD = rf"(?P<word>{QUESTION_WORDS}|{PART_WORDS}|q|p|ex|no|number)"
_NUMBERED = re.compile(rf"{_LEAD}{_ANSWER}(?:{_WORD}[ \t]*[.]?[ \t]*)?(?P<wrap>[(\[#]?)(?P<number>\d{{1,2}})"
                       rf"(?P<mark>[ \t]*[题題问問]?[.:)\]]*[-–—/,]?)(?:(?P<gap>[ \t]*(?:\*\*[ \t]*)?)(?P<part>,?[ \t]*(?:{PART_WORDS})[ \t]+)?"
                       rf"(?P<open>[(\[]?)(?P<letter>[A-Za-z])(?P<close>[.]?[)\]]|)(?:(?<=[)\]])|(?![A-Za-z0-9^{{(=]|_(?!_)))"
                       rf"(?:[ \t]*[-.]?[ \t]*[(\[]?(?P<sub>iii|ii|iv|i|vi{{0,3}})[)\]]?(?![A-Za-z]))?)?{_TAIL}", re.IGNORECASE)
_LETTERED = re.compile(rf"{_LEAD}{_ANSWER}(?:(?P<word>{PART_WORDS}|sub-?question|question|"
                       rf"pt\.?)[ \t]+)?(?P<open>[(\[]?)(?P<letter>[A-Za-z])(?P<mark>(?:[ \t]?[.]?[)\]])?)"
                       rf"(?P<stop>[ \t]*{_EMPHASIS}[ \t]*{REMARK}[.:)]*[ \t]*{_EMPHASIS})", re.IGNORECASE)
_REVERSED = re.compile(rf"{_LEAD}{_ANSWER}(?:{PART_WORDS}|sub-?question|pt\.?)[ \t]*[(\[]?(?P<letter>[A-Za-z])[)\].]?,?[ \t]*"
                       rf"(?:of|from|in|to|zu|von|aus|de|del|di)[ \t]+(?:the[ \t]+)?{_WORD}[ \t]*[.]?[ \t]*[(\[#]?(?P<number>\d{{1,2}})(?!\d)"
                       rf"{_TAIL}", re.IGNORECASE)
"""`Part (c) of question 5`."""
_JOINING = (r"cdot|times|div|pm|mp|leq?|leqslant|geq?|geqslant|lt|gt|ll|gg|neq?|in|notin|approx|sim|simeq|equiv|cong|propto|to|(?:long)?rightarrow|"
            r"Rightarrow|implies|iff|mapsto|mid|parallel|perp|subset|subseteq|cup|cap|land|lor|wedge|vee|circ|ast|star|oplus|otimes|over|choose|"
            r"q?quad")
_NO_LABEL_AFTER = re.compile(rf"[ \t]*(?:[=+*/^>≤≥≈∈_|&]|<(?!/?[A-Za-z]{{1,9}}>)|~(?!~)|\\(?:(?:{_JOINING})(?![A-Za-z])|[\\,;:! |])|-\s*\d|-?>)")
"""What makes the letter before it a factor, a side or an index instead of a label."""


_WIDE = {0xFF01 + k: 0x21 + k for k in range(94)} | {ord("、"): ord("."), ord("。"): ord(".")}
"""Full-width characters, one for one."""


_GAP = re.compile(r"[ \t]{9,}")
"""Blanks that are squeezed before a label is looked for: patterns with several optional blanks take long on them."""


def find_label(line: str) -> Label | None:
    """The label that a line begins with, whatever the course; None where it begins with none."""
    if not _GAP.search(line):
        return _found_label(line)
    label = _found_label(_GAP.sub(" " * 8, line))
    return label and replace(label, rest=_unsqueezed(line, label.rest), number_end=_unsqueezed(line, label.number_end))


def _unsqueezed(line: str, place: int) -> int:
    """Where a place of the squeezed line is in the line."""
    for gap in _GAP.finditer(line):
        if place <= gap.start():
            break
        place = max(gap.start(), place + len(gap[0]) - 8)
    return place


def _found_label(line: str) -> Label | None:
    line = line.translate(_WIDE)
    reversed_ = _REVERSED.match(line)
    if reversed_:
        return Label(reversed_["number"], reversed_["letter"].lower(), "", reversed_.end(), True, line[:reversed_.end()].strip())
    numbered = _NUMBERED.match(line)
    if numbered:
        label = _numbered(line, numbered)
        if label:
            return label
    return _lettered(line)


def _numbered(line: str, found: re.Match[str]) -> Label | None:
    word, mark, letter = found["word"] or found["answer"], found["mark"].strip(), found["letter"]
    tail = found["tail"].strip()
    emphasised = "**" in line[:found.start("number")] or line.lstrip().startswith("#")
    if letter:
        label = _combined(line, found, bool(word), emphasised)
        if label:
            return label
        tail = ""
    end = found.end("mark") if letter else found.end()
    wrapped = found["wrap"] == "(" or found["wrap"] == "["
    more_digits = re.match(r"[.,]?\d", line[found.end("number"):])
    if not (word or mark or tail or emphasised) or wrapped and not word or _NO_LABEL_AFTER.match(line, end) or more_digits:
        return None
    alone = not line[end:].strip()
    short = (found["word"] or "").lower() in ("q", "p", "no", "ex")
    of_part = re.fullmatch(PART_WORDS, found["word"] or "", re.IGNORECASE)
    if short and (not (mark or alone or emphasised) or found["word"] in ("q", "p", "P")) or of_part:
        return None  # "q 1 2 1" and "p1: 2" are rows of values
    if not word and not emphasised and not alone and mark not in (".", ")", ":", ".)"):
        return None
    return Label(found["number"], "", "", end, bool(word or emphasised or alone), line[:end].strip())


def _combined(line: str, found: re.Match[str], worded: bool, emphasised: bool) -> Label | None:
    """A number with a letter: "5c.", "(5c)", "5 (c)", "5. c)", "Question 5, part c"."""
    mark, tail, end = found["mark"].strip(), found["tail"].strip(), found.end()
    rest = line[end:]
    if found["open"] and not found["close"] and tail[:1] not in (")", "]"):
        return None  # "7. (a - b)^2" begins with a bracket of a formula
    glued = found.start("letter") == found.end("number")
    wrapped = found["wrap"] in ("(", "[") and bool(found["close"] or tail[:1] in (")", "]"))
    closed = bool(found["close"] or tail.strip("*_`") or found["open"] or found["sub"] or found["part"])
    begun = mark or found["open"] or glued or worded or wrapped or closed or not rest.strip()
    if _NO_LABEL_AFTER.match(line, end) or not begun or rest.strip() and not (closed or glued or worded):
        return None
    if found["word"] in ("q", "p", "P") and rest.strip() and not closed:
        return None
    strong = worded or emphasised or closed or glued and not rest.strip()
    if not strong and rest.strip() and not line[end - 1].isspace():
        return None
    return Label(found["number"], found["letter"].lower(), (found["sub"] or "").lower(), end, strong, line[:end].strip(), 0 if closed or glued
                 else found.end("mark"))


def _lettered(line: str) -> Label | None:
    found = _LETTERED.match(line)
    if not found:
        return None
    mark, stop, end = found["mark"].strip(), found["stop"].strip(), found.end()
    rest = line[end:]
    word = found["word"] or found["answer"]
    bracketed = bool(mark) or ")" in stop and not found["open"]
    if found["open"] and not bracketed or _NO_LABEL_AFTER.match(line, end) or not (bracketed or stop.strip("*_`") or found["word"]):
        return None
    if rest and rest[0].isalnum() and not line[end - 1:end].isspace() and not bracketed:
        return None
    if bracketed or word:
        return Label("", found["letter"].lower(), "", end, True, line[:end].strip())
    emphasised = stop.endswith(("**", "__")) and line[:found.start("letter")].rstrip().endswith(("**", "__"))
    if not emphasised and (not re.match(r"[.:]", stop) or rest and not line[end - 1:end].isspace()):
        return None
    return Label("", found["letter"].lower(), "", end, emphasised and not rest.strip(), line[:end].strip())
