"""A typed paper cut into the sections that its labels make.

A walk over the pieces keeps the problem and the label under which the text stands. Strong labels ("Question 5", "**b)**", "5c.") always count; weak
ones ("1. text", "a. text"), which a numbered list would look like, only where the paper has no strong ones of that sort. A letter that was already
used under the same heading belongs to the answer (an enumeration). A label that names nothing known opens a section that stays unplaced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from grader.intake.fields import Line
from grader.intake.labels import Book, Group, Label, find_label, normal, title_line
from grader.intake.ordinals import renumbered
from grader.intake.paper import Paper, Piece
from grader.intake.remarks import ANSWER_LABEL, BEHIND, LEADS_ON, MENTIONS, POINTS, label_words, says
from grader.intake.targets import resolve, stem
from grader.intake.template import LEADING, LEADING_ARROW, MARKER, Handout, is_placeholder
from grader.model import Note, Part, Problem


@dataclass
class Section:
    """The lines that stand under one label: a group's, a part's own, or (group and part None) nothing that is known, with the reason why."""

    problem: Problem | None
    group: Group | None
    part: Part | None = None
    lines: list[Line] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    why: str = ""
    line: int = 0
    says: str = ""
    """What its label says of it: "again" (a further attempt), "goes on", "answer" (`Answer to 5c`), or nothing."""
    marked: bool = False
    """Did the format mark where the answer begins?"""
    outside: list[Line] = field(default_factory=list)
    """Its lines outside of the marked answers."""
    scope: str = ""
    """Of text without a place: the part, or the start of the parts' ids, beside which it stands."""


_TITLE = re.compile(r"[\w\s,.:&'’#/–-]{0,80}")
"""A heading before the first label that is a title and nothing else."""


class Walk:
    """The state of one walk over a paper."""

    def __init__(self, book: Book, paper: Paper, handout: Handout) -> None:
        paper, self.ordinals = (paper, {}) if paper.format == "yaml" else renumbered(paper, book)
        self.book, self.paper, self.handout = book, paper, handout
        named = [p for p in (book.problem(name) for name in paper.problems) if p]
        self.problem: Problem | None = named[0] if len(named) == 1 else book.problems[0] if len(book.problems) == 1 else None
        self.sections: list[Section] = []
        self.used: set[str] = set()
        self.home: tuple[Problem, set[str]] | None = None
        """The problem of the last label that names a problem alone, and the letters used there."""
        self.last = ""
        """The last letter that was entered."""
        self.says = ""
        """What the label of the problem says of all under it."""
        self.caveat: Note | None = None
        """What is doubtful about the label of the problem."""
        self.level = 0
        self.started = False
        self.seen: set[str] = set()
        self.combined = False
        """Does the paper label parts with number and letter, "5c."?"""
        self.strong_problems, self.strong_letters = self._census()
        only = book.only_group(self.problem) if self.problem else None
        self._open(self.problem, only, line=1, why="" if only else "it stands before the first label")

    def run(self) -> list[Section]:
        for piece in self.paper.pieces:
            if piece.role == "key":
                self._key(piece)
            elif piece.role == "heading":
                self._heading(piece)
            elif piece.role == "handout":
                self._handout(piece)
            elif piece.role == "answer":
                self.sections[-1].marked = True
            elif piece.role == "comment" or piece.role == "code" and any(t.strip() for _, t in self.sections[-1].lines):
                self._beside(piece, "it stands in a comment" if piece.role == "comment" else "it is a program beside an answer")
            elif piece.role in ("block", "code"):
                self._content(piece.line, piece.text)
            else:
                self._lines(piece)
        made: list[Section] = []
        for section in self.sections:
            if section.outside and (section.marked or section.lines or not (section.group or section.part)):
                why = "it stands outside of the answers"
                made.append(Section(section.problem, None, None, section.outside, [], why, section.outside[0][0]))
            elif section.outside:
                section.lines = section.outside
                section.notes.append(Note("nothing marks an answer here; all that stands under the label is taken for it", severity="guess",
                                          code="placing.unmarked"))
            if section.lines or section.group or section.part:
                made.append(section)
        return made

    def _census(self) -> tuple[bool, bool]:
        """Does the paper label problems, and parts, in a way that no numbered list would?"""
        problems = letters = False
        for piece in self.paper.pieces:
            if piece.role in ("text", "heading"):
                for line in piece.text.split("\n"):
                    label = find_label(line if piece.role == "text" else "# " + line)
                    if label and label.strong:
                        self.combined = self.combined or bool(label.problem and label.part)
                        problems = problems or bool(label.problem and self.book.problem(label.problem))
                        letters = letters or bool(label.part)
        return problems, letters

    def _open(self, problem: Problem | None, group: Group | None, *, part: Part | None = None, line: int = 0, why: str = "") -> None:
        self.sections.append(Section(problem, group, part, [], [self.caveat] if self.caveat and group else [], why, line, self.says))

    def _content(self, line: int, text: str) -> None:
        """Text that stands where the walk is; it may hold several lines."""
        section = self.sections[-1]
        for k, row in enumerate(text.split("\n")):
            if section.lines or row.strip():
                section.lines.append((line + k, row))

    # ------------------------------------------------------------------------------------------------------ keys

    def _key(self, piece: Piece) -> None:
        if not piece.key:
            self._open(self.problem, None, line=piece.line, why="it stands outside of the answers")
            return
        target = resolve(self.book, piece.key, self.problem)
        if target.unknown or target.group is None:
            self._open(target.problem, None, line=piece.line, why=f"unknown part {target.unknown or '/'.join(piece.key)}")
            return
        if len(target.parts) > 1:
            self._open(target.problem, None, line=piece.line, why=f"{'/'.join(piece.key)} names several parts")
            return
        part = target.parts[0] if target.parts else None
        before = next((s for s in reversed(self.sections) if s.lines), None)
        self._open(target.problem, target.group, part=part, line=piece.line)
        if self.paper.format == "notebook" and before is not None and (before.group, before.part) == (target.group, part):
            self.sections[-1].says = "goes on"

    # -------------------------------------------------------------------------------------------------- headings

    def _heading(self, piece: Piece) -> None:
        label = find_label("# " + piece.text)
        if label and self._enter(label, "# " + piece.text, piece.line, piece.level):
            return
        head = re.split(r"\s*[:(–—,]\s*|\s-\s", piece.text, maxsplit=1)
        problem = self.book.problem(piece.text) or self.book.problem(head[0])
        if problem and not self.book.problem(piece.text) and self._titled_part(problem, piece, head[-1]):
            return
        group = self.book.group(self.problem, piece.text) or self.book.group(self.problem, head[0]) if self.problem else None
        if problem and not (group and "" not in group.names):
            self._enter_problem(problem, piece.line, piece.level, typed=piece.text)
        elif group:
            self.used.add(group.name)
            self._open(self.problem, group, line=piece.line)
            self._described(piece.text)
        elif label and (label.problem or label.part) and self.started and label.strong:
            self._unknown(label.typed.strip("# *_"), piece.line)
            if label.part:
                self._rest(piece.line, f"# {piece.text}"[label.rest:])
        elif self.started and self.level and piece.level <= self.level:
            self.says = ""
            self._open(None, None, line=piece.line, why=f"the heading \"{piece.text.strip()[:60]}\" names no problem")
            self.problem = self.home = None
        elif self.sections[-1].group is None and self.sections[-1].part is None:
            if self.started or label or not _TITLE.fullmatch(piece.text):
                self._marked(piece.line, piece.text)
        elif self.started:
            self._marked(piece.line, piece.text)

    def _titled_part(self, problem: Problem, piece: Piece, rest: str) -> bool:
        """Take a heading such as "Attention, part b", a problem's title with a label of a part behind it."""
        label = find_label("# " + rest)
        if label is None or label.problem or not label.part or self.book.group(problem, label.part) is None:
            return False
        if problem is not self.problem:
            self._enter_problem(problem, piece.line, piece.level, typed=piece.text)
        return self._enter(label, "# " + rest, piece.line, piece.level)

    def _described(self, typed: str) -> None:
        """Note what the label of the section that was just opened says of it."""
        section = self.sections[-1]
        section.says = says(typed) or section.says or ("answer" if ANSWER_LABEL.search(typed) else "")

    def _enter_problem(self, problem: Problem, line: int, level: int = 0, rest: str = "", typed: str = "", caveat: Note | None = None) -> None:
        self.problem, self.used, self.started, self.caveat = problem, set(), True, caveat
        self.home, self.last, self.says = (problem, self.used), "", says(typed)
        self.level = level or self.level
        self.seen.add(problem.id)
        only = self.book.only_group(problem)
        self._open(problem, only, line=line, why="" if only else f"it stands under {problem.id}, before any label of a part")
        if rest.strip() and only:
            self._rest(line, rest)

    def _unknown(self, typed: str, line: int, problem: Problem | None = None) -> None:
        self.problem, self.started = problem, True
        self._open(problem, None, line=line, why=f"unknown part {typed}")

    # ----------------------------------------------------------------------------------------------------- lines

    def _lines(self, piece: Piece) -> None:
        text, removed = self.handout.without(piece.text)
        if removed:
            self.sections[-1].notes.append(Note(f"line {piece.line}: text of the question itself is left out", code="handout"))
        before = ""
        rows = text.split("\n")
        for k, line in enumerate(rows):
            number = piece.line + k
            label = find_label(line) if not LEADS_ON.search(before[-60:]) else None
            before = line
            if label and self._enter(label, line, number):
                continue
            named = title_line(self.book, rows, k)
            if named:
                self._enter_problem(named, number)
                continue
            self._marked(number, line)

    def _marked(self, number: int, line: str) -> None:
        """A line of content, without "Your answer:" and without placeholders; what stood between the label and the marker was the question."""
        section = self.sections[-1]
        marker = MARKER.match(line)
        if marker and (":" in marker[0] or not line[marker.end():].strip()):
            asked = [entry for entry in section.lines if entry[1].strip()]
            if asked and (section.group or section.part):
                section.lines.clear()
                self.sections.insert(-1, Section(section.problem, None, None, asked, [], "it stands before \"Your answer:\"", asked[0][0]))
            line = line[marker.end():]
        elif not any(t.strip() for _, t in section.lines):
            leading = LEADING.match(line) or LEADING_ARROW.match(line)
            line = line[leading.end():] if leading else line
        if not is_placeholder(line):
            self._content(number, line)

    def _beside(self, piece: Piece, why: str) -> None:
        """Text that is no answer, kept beside the part it stands under, and shown."""
        text, _ = self.handout.without(piece.text)
        lines = [(piece.line + k, row) for k, row in enumerate(text.split("\n")) if row.strip() and not is_placeholder(row)]
        here = self.sections[-1]
        scope = here.part.id if here.part else stem(here.group) if here.group else ""
        if lines:
            self.sections.insert(-1, Section(here.problem, None, None, lines, [], why, piece.line, scope=scope))

    def _handout(self, piece: Piece) -> None:
        text, _ = self.handout.without(piece.text)
        for k, row in enumerate(text.split("\n")):
            label = find_label(row)
            if label and label.strong and self._enter(label, row[:label.rest], piece.line + k):
                row = row[label.rest:]
            if row.strip() and not is_placeholder(row) and normal(row) not in self.book.by_label:
                self.sections[-1].outside.append((piece.line + k, row))

    def _enter(self, label: Label, line: str, number: int, level: int = 0) -> bool:
        """Take a label; False where the line is no label after all."""
        if label.problem:
            return self._enter_numbered(label, line, number, level)
        problem, doubt = self._meant(label.part)
        if problem is None or not label.strong and self.strong_letters:
            return False
        group = self.book.group(problem, label.part)
        if group is not None and problem is not self.problem and self.home:
            self.problem, self.used = self.home
        if group is None:
            follows = label.strong and len(label.part) == 1 and (chr(ord(label.part) - 1) in self.used or label.part not in "aivx" and self.used)
            if follows and not self._has_field(label.part):
                self._unknown(f"{label.part}) of {problem.id}", number, problem)
                self._rest(number, line[label.rest:])
                return True
            return False
        if group.name in self.used and level == 0:
            empty = self.sections[-1].group is group and not any(t.strip() for _, t in self.sections[-1].lines)
            if not empty:
                text = f"line {number}: \"{label.typed}\" was used before in this problem; here it is taken for a part of the answer"
                self.sections[-1].notes.append(Note(text, severity="guess", code="placing.again"))
                return False
        self.used.add(group.name)
        self.last = group.name
        self._open(problem, group, line=number)
        self._described(label_words(line, label))
        if note := self.ordinals.get((number, problem.id, group.name)):
            self.sections[-1].notes.append(note)
        if doubt:
            home = self.home[0].id if self.home else ""
            text = f"line {number}: \"{label.typed}\" may belong to {home} or to the problem named in the label before it"
            self.sections[-1].notes.append(Note(text, severity="guess", code="placing.stray"))
        self._rest(number, line[label.rest:])
        return True

    def _meant(self, letter: str) -> tuple[Problem | None, bool]:
        """The problem that a lone letter belongs to, and whether that is in doubt.

        After a label such as "1b)" among the answers to question 5, "a)" may go on with question 1 or with 5: with 1 where it is the next letter
        there and not the next one of 5, with 5 where that still has this letter to come.
        """
        if self.home is None or self.problem is None or self.home[0] is self.problem:
            return self.problem, False
        home, used = self.home
        group = self.book.group(home, letter)
        if group is None or group.name in used:
            return self.problem, False
        follows = len(self.last) == 1 and letter == chr(ord(self.last) + 1)
        due = max(used, default="`") < letter
        if follows and not (due and (not used and letter == "a" or letter == chr(ord(max(used, default="`")[0]) + 1))):
            return self.problem, False
        return home, True

    def _has_field(self, letter: str) -> bool:
        group = self.sections[-1].group
        return group is not None and any((letter,) in facets for _, facets in group.fields)

    def _enter_numbered(self, label: Label, line: str, number: int, level: int) -> bool:
        problem = self.book.problem(label.problem)
        caveat: Note | None = None
        titled = self.book.problem(line[label.rest:]) if not label.part and re.search(r"[^\W\d_]{3}", line[label.rest:]) else None
        if titled is not None and titled is not problem:
            if problem is not None:
                said = f"line {number}: the number is that of {problem.id}, the title that of {titled.id}; the title counts"
                caveat = Note(said, severity="guess", code="placing.title")
            problem, label = titled, replace(label, strong=True)
        if problem is not None and not label.part and not label.strong and self.book.problem(line[label.rest:]) is problem:
            label = replace(label, strong=True)  # "1. Sequence models": the problem's own title
        if label.part and label.number_end and self.book.group(problem, label.part) is None:
            label = replace(label, part="", sub="", rest=label.number_end)
        if not label.strong:
            again = problem is not None and problem.id in self.seen
            if label.part:
                group = self.book.group(problem, label.part)
                again = group is None or problem is self.problem and group.name in self.used
            if self.strong_problems and not (label.part and self.combined) or problem is None or again or MENTIONS.match(line, label.rest):
                return False
        if problem is None:
            worded = re.search(r"[^\W\d_]{4,}|[\u4e00-\u9fff\uac00-\ud7af]|#|\*\*", label.typed) is not None or bool(label.part)
            if not worded and not (self.started and not line[label.rest:].strip()):
                return False
            self._unknown(label.typed.strip("#*_ "), number)
            self._rest(number, line[label.rest:])
            return True
        if not label.part:
            inner = find_label(line[label.rest:])
            if inner and inner.part and not inner.problem and self.book.group(problem, inner.part):
                self._enter_problem(problem, number, level, typed=line[:label.rest], caveat=caveat)
                return self._enter(inner, line[label.rest:], number)
            rest = line[label.rest:] if normal(line[label.rest:]) not in self.book.by_label else ""
            self._enter_problem(problem, number, level, rest, typed=label_words(line, label), caveat=caveat)
            if self.sections[-1].group is None and rest.strip() and level == 0:
                self._rest(number, rest)
            return True
        group = self.book.group(problem, label.part)
        if group is None:
            self.problem = problem
            self._unknown(label.typed.strip("#*_ "), number, problem)
            self._rest(number, line[label.rest:])
            return True
        if problem is not self.problem:
            self.used = self.home[1] if self.home and self.home[0] is problem else set()
            self.caveat = None
        self.problem, self.started = problem, True
        self.level = level or self.level
        self.seen.add(problem.id)
        self.used.add(group.name)
        self.last = group.name
        rest = line[label.rest:]
        suffix = re.match(r"\s*([A-Za-z][\w-]*)\s*:", rest)
        own = self.book.part(f"{stem(group)}.{suffix[1]}", problem) if suffix else None
        self._open(problem, group, part=own[1] if own else None, line=number)
        if note := self.ordinals.get((number, problem.id, group.name)):
            self.sections[-1].notes.append(note)
        self._described(label_words(line, label))
        if label.sub:
            rest = f"({label.sub}) {rest}"
        self._rest(number, rest[suffix.end():] if own and suffix else rest)
        return True

    def _rest(self, number: int, rest: str) -> None:
        """What follows a label in its line, without the points that the question is worth."""
        text, _ = self.handout.without(POINTS.sub("", BEHIND.sub("", rest, count=1) if BEHIND.match(rest) else rest, count=1))
        if text.count("**") % 2:
            text = "".join(text.rsplit("**", 1))
        again = find_label(text) if text.strip() else None
        if again and again.strong and again.part and not again.problem and self.sections[-1].group is None and self._enter(again, text, number):
            return
        if text.strip(" \t*_"):
            self._marked(number, text)
