"""A folder of papers: every file that can be read becomes submissions, every other is named with the reason.

What is opened, and what is not, is the business of `files`; here bytes become papers. Where two papers are under one learner's key, or one file names several
learners, all are kept apart, their keys are marked, and a note asks for a person: papers are never merged.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from grader.intake.encodings import GUESSED, western
from grader.intake.files import FORMATS, MAX_BYTES, Skipped, files, format_of
from grader.intake.labels import Book
from grader.intake.paper import Paper, PaperError, front_matter, split_learners
from grader.intake.placing import place
from grader.intake.template import Handout
from grader.model import Note, Problem, Submission


def load_submissions(folder: str | os.PathLike[str], problems: Sequence[Problem], *, unpack: bool = False) -> tuple[list[Submission], list[Skipped]]:
    """The papers in a folder and in the folders below it, in the order of their names, and the files that could not be used.

    A file given instead of a folder is read alone. Formats go by the end of the name: .yaml .yml .md .tex .ipynb .txt, and `.ocr.md` (or Markdown
    whose front matter says `source: ocr`) for recognised papers. The learner's key is what the paper says of itself (front matter, `learner:`, a
    line such as "Student s001"), else the file's name without its ending. With `unpack` archives are opened as if they were folders. Never raises
    because of what a file holds.
    """
    reader = Reader(problems)
    found: list[Submission] = []
    skipped: list[Skipped] = []
    for name, content in files(folder, skipped, unpack=unpack):
        try:
            found += reader.read(name, content)
        except PaperError as error:
            skipped.append(Skipped(f"{name}:{error.line}" if error.line else name, error.reason))
    return _kept_apart(found), skipped


class Reader:
    """What reads papers for a set of problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.book = Book(problems)
        self.handout = Handout(self.book)

    def read(self, name: str, content: bytes) -> list[Submission]:
        """The submissions in one file's bytes, before papers under one key are kept `apart`. Fails with `PaperError` where it cannot be used."""
        return _read(name, content, self.book, self.handout)


def read_paper(name: str, content: bytes, book: Book) -> list[Submission]:
    """The submissions in one file's bytes. Fails with `PaperError` where it cannot be used."""
    return _kept_apart(_read(name, content, book, Handout(book)))


# -------------------------------------------------------------------------------------------------------------- paper


def _read(name: str, content: bytes, book: Book, handout: Handout) -> list[Submission]:
    digest = hashlib.sha256(content).hexdigest()
    text, notes = _text(content)
    paper = _paper(name, text, book)
    paper = replace(paper, notes=(*paper.notes, *notes)) if notes else paper
    made = []
    for part in split_learners(paper):
        made.append(place(replace(part, learner=_key(part.learner) or _stem(name)), book, handout, digest))
    return made


def _text(content: bytes) -> tuple[str, tuple[Note, ...]]:
    """The text of a file, and a note where it is not UTF-8."""
    notes: tuple[Note, ...] = ()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise PaperError("it begins like UTF-16 text and is none; save the file as UTF-8", 1) from None
        if "\0" in text:
            raise PaperError("binary data, not text", text.count("\n", 0, text.index("\0")) + 1)
        notes = (Note("the file is UTF-16 text", code="file.encoding"),)
    elif b"\0" in content:
        raise PaperError("binary data, not text", content.count(b"\n", 0, content.index(b"\0")) + 1)
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            guessed = western(content)
            if guessed is None:
                raise PaperError("not UTF-8 text here; save the file as UTF-8", content.count(b"\n", 0, error.start) + 1) from None
            text, notes = guessed, (Note("the file is not UTF-8; it is taken for Windows-1252 text", code=GUESSED),)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _paper(name: str, text: str, book: Book) -> Paper:
    form = format_of(name)
    if form == "yaml":
        from grader.intake.yaml_paper import read_yaml_paper

        return read_yaml_paper(text, book, name)
    if form == "latex":
        from grader.intake.latex import read_latex

        return read_latex(text, name)
    if form == "notebook":
        from grader.intake.notebook import read_notebook

        return read_notebook(text, name)
    if form == "text":
        from grader.intake.plain import read_plain

        return read_plain(text, name)
    from grader.intake.markdown import read_markdown
    from grader.intake.ocr import looks_recognised, read_ocr

    matter, _ = front_matter(text)
    if form == "ocr" or matter.get("source", "").lower() == "ocr" or looks_recognised(text):
        return read_ocr(text, name)
    return read_markdown(text, name)


def _key(learner: str) -> str:
    """A learner's key as it is kept: one line, no control characters, at most 80 characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in learner).split())[:80]


def _stem(name: str) -> str:
    base = name.rsplit("/", 1)[-1]
    lower = base.lower()
    for end in sorted((".ocr.md", ".ocr.markdown", *FORMATS), key=len, reverse=True):
        if lower.endswith(end) and len(base) > len(end):
            return _key(base[:-len(end)])
    return _key(base)


def _kept_apart(found: list[Submission]) -> list[Submission]:
    """The submissions under keys of their own."""
    made = []
    for submission, (key, note) in zip(found, apart([(s.learner, s.file) for s in found])):
        made.append(submission if note is None else replace(submission, learner=key, notes=(*submission.notes, note)))
    return made


def same_key(key: str) -> str:
    """What two keys have in common that differ only in case or look."""
    return unicodedata.normalize("NFKC", key).casefold()


def apart(named: Sequence[tuple[str, str]], other: Callable[[str], bool] = lambda key: False) -> list[tuple[str, Note | None]]:
    """For the learner and file of each paper a key that no other has, and a note for a person where several are under one; keys that differ only in
    case or look count as one. `other` says whether a paper that is not among these, and whose key no other has, is under a `same_key`."""
    places: dict[str, list[str]] = {}
    for learner, file in named:
        places.setdefault(same_key(learner), []).append(file)
    taken = {key for key, found in places.items() if len(found) == 1}
    made: list[tuple[str, Note | None]] = []
    for learner, file in named:
        found = places[same_key(learner)]
        if len(found) == 1:
            made.append((learner, None))
            continue
        key = base = f"{learner} ({file})"
        number = 2
        while same_key(key) in taken or other(same_key(key)):
            key, number = f"{base} {number}", number + 1
        taken.add(same_key(key))
        listed = list(dict.fromkeys(sorted(found)))
        shown = ", ".join(listed[:_NAMED]) + (f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else "")
        made.append((key, Note(f"several papers are under the key {learner} ({shown}): a person must say which one counts", severity="guess",
                               code="learner.twice")))
    return made


_NAMED = 10
"""Files that a note names at most."""

__all__ = ["MAX_BYTES", "Reader", "Skipped", "apart", "load_submissions", "read_paper", "same_key"]
