"""What every format of paper is brought to before its answers are placed: the learner's key and a row of pieces, each with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.model import Note


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paper.

    - role "text": lines in which labels are looked for; "block": lines in which none are (fenced code, displays, tables, code cells);
      "heading": a heading, with its `level` from 1; "key": a label that the format itself states (a YAML key, a cell tag, an answer environment), in
      `key`, which holds until the next key or until an empty one ends it; "handout": text that was handed out with the questions; "answer": an answer
      begins here, as the format itself says (its text is empty); "comment": what a comment hides; "code": a program.
    - `line` counts from 1.
    """

    role: str
    text: str
    line: int
    level: int = 0
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """One learner's paper as a row of pieces. `problems` are those that its front matter says it answers."""

    learner: str
    pieces: tuple[Piece, ...]
    format: str
    file: str = ""
    ocr: bool = False
    notes: tuple[Note, ...] = ()
    problems: tuple[str, ...] = ()
    macros: tuple[tuple[str, int, str], ...] = ()
    """The document's own LaTeX commands, where they could not be expanded: name, number of arguments, body."""


class PaperError(Exception):
    """A file that cannot be used as a paper: what is wrong with it, and the line (0 where no line is to blame)."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


_HEADER = re.compile(r"[ \t>#*_%]*(?:(?P<word>student\s*(?:id|number|name|key)|student|learner|name|author|id|"
                     r"matriculation\s*number)\s*(?P<mark>[:=]|\bis\b)?[ \t]*)"
                     r"[*_]*[ \t]*(?P<key>[^\n*_#]{1,60}?)[ \t*_.]*", re.IGNORECASE)
_PLAIN_KEY = re.compile(r"[A-Za-z]{0,12}[-_]?\d{1,12}\w{0,8}")
MAX_LEARNERS = 20
"""A file that names more learners is not taken apart."""
HEADER_LINES = 12
"""A line that names the learner is looked for in so many lines that are not blank."""


def learner_line(line: str) -> str:
    """The learner's key in a line such as "Student s001", "Name: Ada L." or "learner: s001"; "" where the line is none.

    Without a colon only a key that holds digits is taken, so that "Student answers" is not a name.
    """
    found = _HEADER.fullmatch(line)
    if not found:
        return ""
    key = " ".join(found["key"].split())
    if found["mark"] or _PLAIN_KEY.fullmatch(key):
        return key
    return ""


_MATTER = frozenset(
    "learner student name author authors id problem problems source title subtitle date course subject format output lang language tags tag "
    "version aliases categories category keywords abstract documentclass classoption geometry fontsize mainfont header-includes toc layout permalink "
    "cssclass cssclasses created modified updated jupyter jupytext kernelspec institute affiliation semester term instructor due assignment homework "
    "group email bibliography csl colorlinks linkcolor numbersections theme draft status type".split())


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The `key: value` lines between two rules `---` at the head of a text, keys in lower case, and the text with these lines left empty.

    Only plain lines are understood, and indented or dashed ones below them as their value; it is no YAML, so that nothing in it can do more than say
    a word. A line with another key stays in the text, and where there are other lines too it is no front matter.
    """
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return {}, text
    known: dict[str, str] = {}
    kept = [""]
    key = ""
    for k, line in enumerate(lines[1:60], 1):
        if line.strip() in ("---", "..."):
            return known, "\n".join([*kept, "", *lines[k + 1:]])
        found = re.fullmatch(r"([A-Za-z][\w -]{0,30}?)\s*:(?:\s+(.*?))?\s*", line)
        below = re.fullmatch(r"(?:\s+|-\s)[\s-]*(?:name\s*:\s*)?(.*?)\s*", line) if key else None
        if found:
            key = found[1].lower()
            if key in _MATTER:
                known.setdefault(key, (found[2] or "").strip("\"'"))
        elif below and line.strip():
            if key in _MATTER and not known[key].strip("|>-"):
                known[key] = below[1].strip("\"'")
        elif line.strip() and not line.lstrip().startswith("#"):
            return {}, text
        kept.append("" if key in _MATTER or not found and not below else line)
    return {}, text


def listed(value: str) -> tuple[str, ...]:
    """The entries of `a, b` or `[a, b]`."""
    return tuple(v for v in re.split(r"[,\s]+", value.strip("[]() ")) if v)


def split_learners(paper: Paper) -> tuple[Paper, ...]:
    """The papers in a file that names several learners on lines of their own, each with a note; the paper itself where it names one or none."""
    marks: list[tuple[int, str]] = []
    for k, piece in enumerate(paper.pieces):
        if piece.role in ("text", "heading"):
            marks += [(k, key) for key in [learner_line(line) for line in piece.text.split("\n")] if key]
    names = [paper.learner] if paper.learner else []
    names += [key for _, key in marks]
    distinct = list(dict.fromkeys(n.casefold() for n in names))
    if len(distinct) < 2:
        first = next((key for _, key in marks), "") or _handed_out_name(paper)
        return (_without_header(paper, paper.learner or first),)
    if len(distinct) > MAX_LEARNERS:
        note = Note(f"this file names {len(distinct)} learners: a person must say whose answers these are", severity="guess", code="learner.several")
        return (Paper(paper.learner, paper.pieces, paper.format, paper.file, paper.ocr, (*paper.notes, note), paper.problems, paper.macros),)
    note = Note(f"this file names several learners ({', '.join(dict.fromkeys(names))}): a person must say whose answers these are", severity="guess",
                code="learner.several")
    made: list[Paper] = []
    current, pieces = paper.learner, []
    for piece in paper.pieces:
        rest: list[str] = []
        start = piece.line
        for k, line in enumerate(piece.text.split("\n")):
            key = learner_line(line) if piece.role in ("text", "heading") else ""
            if key and key.casefold() != current.casefold():
                pieces += [Piece(piece.role, "\n".join(rest), start, piece.level, piece.key)] if any(r.strip() for r in rest) else []
                if current or any(p.text.strip() for p in pieces):
                    made.append(_part_of(paper, current, pieces, note))
                current, pieces, rest, start = key, [], [], piece.line + k + 1
            elif not key:
                rest.append(line)
        if any(r.strip() for r in rest) or piece.role in ("key", "answer"):
            pieces.append(Piece(piece.role, "\n".join(rest), start, piece.level, piece.key))
    made.append(_part_of(paper, current, pieces, note))
    return tuple(made)


def _handed_out_name(paper: Paper) -> str:
    """The key on a line such as "Name: s001" of the sheet that was handed out; "" where it was left empty."""
    lines = [line for p in paper.pieces[:6] if p.role == "handout" for line in p.text.split("\n") if line.strip()][:HEADER_LINES]
    return next((key for key in map(learner_line, lines) if key and re.fullmatch(r"[\w .,'’-]*\w[\w .,'’-]*", key) and "_" not in key), "")


def _part_of(paper: Paper, learner: str, pieces: list[Piece], note: Note) -> Paper:
    return Paper(learner, tuple(pieces), paper.format, paper.file, paper.ocr, (*paper.notes, note), paper.problems, paper.macros)


def _without_header(paper: Paper, learner: str) -> Paper:
    """The paper under its learner's key, without the lines near its head that only name the learner."""
    pieces: list[Piece] = []
    seen = 0
    for piece in paper.pieces:
        if piece.role in ("text", "heading") and seen < HEADER_LINES:
            kept = []
            for line in piece.text.split("\n"):
                seen += bool(line.strip())
                kept.append("" if seen <= HEADER_LINES and learner_line(line) else line)
            piece = Piece(piece.role, "\n".join(kept), piece.line, piece.level, piece.key)
        if piece.text.strip() or piece.role in ("key", "answer"):
            pieces.append(piece)
    return Paper(learner, tuple(pieces), paper.format, paper.file, paper.ocr, paper.notes, paper.problems, paper.macros)
