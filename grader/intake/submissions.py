"""A folder of papers: every file that can be read becomes submissions, every other is named with the reason.

Only regular files under the folder are opened, by handle and without following links; nothing in a file's name or text is ever used as a path.
Where two papers are under one learner's key, or one file names several learners, all are kept apart, their keys are marked, and a note asks for a
person: papers are never merged.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from grader.intake.labels import Book
from grader.intake.paper import Paper, PaperError, front_matter, split_learners
from grader.intake.placing import place
from grader.intake.template import Handout
from grader.model import Note, Problem, Submission

MAX_BYTES = 1024 * 1024
"""Larger files are skipped."""
MAX_FILES = 20_000
MAX_FOLDERS = 20
"""Folders within folders deeper than this are skipped."""

FORMATS = {".yaml": "yaml", ".yml": "yaml", ".md": "markdown", ".markdown": "markdown", ".tex": "latex", ".ltx": "latex", ".ipynb": "notebook",
           ".txt": "text", ".text": "text"}


class Skipped(NamedTuple):
    """A file that was not used: its place ("folder/file:line") and why."""

    place: str
    reason: str


def load_submissions(folder: str | os.PathLike[str], problems: Sequence[Problem]) -> tuple[list[Submission], list[Skipped]]:
    """The papers in a folder and in the folders below it, in the order of their names, and the files that could not be used.

    A file given instead of a folder is read alone. Formats go by the end of the name: .yaml .yml .md .tex .ipynb .txt, and `.ocr.md` (or Markdown
    whose front matter says `source: ocr`) for recognised papers. The learner's key is what the paper says of itself (front matter, `learner:`, a
    line such as "Student s001"), else the file's name without its ending. Never raises because of what a file holds.
    """
    book = Book(problems)
    handout = Handout(book)
    found: list[Submission] = []
    skipped: list[Skipped] = []
    for name, content in _files(Path(folder), skipped):
        try:
            found += _read(name, content, book, handout)
        except PaperError as error:
            skipped.append(Skipped(f"{name}:{error.line}" if error.line else name, error.reason))
    return _kept_apart(found), skipped


def read_paper(name: str, content: bytes, book: Book) -> list[Submission]:
    """The submissions in one file's bytes. Fails with `PaperError` where it cannot be used."""
    return _kept_apart(_read(name, content, book, Handout(book)))


# ------------------------------------------------------------------------------------------------------------- folder


def _files(root: Path, skipped: list[Skipped]) -> Iterator[tuple[str, bytes]]:
    """(name relative to the folder, bytes) of the regular files, in order."""
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)
    if not root.is_dir():
        content = _bytes(os.fspath(root), None, _shown(root.name), skipped)
        if content is not None:
            yield _shown(root.name), content
        return
    try:
        top = os.open(root, flags | getattr(os, "O_DIRECTORY", 0))
    except OSError as error:
        skipped.append(Skipped(_shown(root.name), f"cannot be opened ({error.strerror})"))
        return
    count = 0
    try:
        for name, handle, entry in _walk(top, "", 0, skipped):
            count += 1
            if count > MAX_FILES:
                skipped.append(Skipped(name, f"more than {MAX_FILES} files; the rest is left out"))
                return
            content = _bytes(entry, handle, name, skipped)
            if content is not None:
                yield name, content
    finally:
        os.close(top)


def _walk(handle: int, prefix: str, depth: int, skipped: list[Skipped]) -> Iterator[tuple[str, int, str]]:
    """(shown name, handle of the folder, entry's name) of everything that may be a file, in order; folders are opened without following links."""
    try:
        entries = sorted(os.listdir(handle), key=os.fsencode)
    except OSError as error:
        skipped.append(Skipped(prefix or ".", f"cannot be listed ({error.strerror})"))
        return
    for entry in entries:
        shown = prefix + _shown(entry)
        if entry.startswith("."):
            skipped.append(Skipped(shown, "hidden files are not read"))
            continue
        try:
            mode = os.stat(entry, dir_fd=handle, follow_symlinks=False).st_mode
        except OSError as error:
            skipped.append(Skipped(shown, f"cannot be looked at ({error.strerror})"))
            continue
        if not stat.S_ISDIR(mode):
            yield shown, handle, entry
            continue
        if depth >= MAX_FOLDERS:
            skipped.append(Skipped(shown, f"folders deeper than {MAX_FOLDERS} are not read"))
            continue
        try:
            below = os.open(entry, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0),
                            dir_fd=handle)
        except OSError as error:
            skipped.append(Skipped(shown, f"cannot be opened ({error.strerror})"))
            continue
        try:
            yield from _walk(below, shown + "/", depth + 1, skipped)
        finally:
            os.close(below)


def _bytes(entry: str, handle: int | None, shown: str, skipped: list[Skipped]) -> bytes | None:
    """The bytes of a regular file that is not too large, read once; None with a reason where it is something else."""
    if _format(shown) is None:
        kind = "a link" if handle is not None and stat.S_ISLNK(os.stat(entry, dir_fd=handle, follow_symlinks=False).st_mode) else ""
        skipped.append(Skipped(shown, "links are not followed" if kind
                               else f"not a format that is read (expected {' '.join(dict.fromkeys(FORMATS))})"))
        return None
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | (getattr(os, "O_NOFOLLOW", 0) if handle is not None else 0)
    try:
        opened = os.open(entry, flags, dir_fd=handle)
    except OSError as error:
        reason = "links are not followed" if error.errno in (errno.ELOOP, errno.EMLINK) else f"cannot be opened ({error.strerror})"
        skipped.append(Skipped(shown, reason))
        return None
    try:
        held = os.fstat(opened)
        if not stat.S_ISREG(held.st_mode):
            skipped.append(Skipped(shown, "not a regular file"))
            return None
        if held.st_size > MAX_BYTES:
            skipped.append(Skipped(shown, f"{held.st_size} bytes; at most {MAX_BYTES} are read"))
            return None
        with os.fdopen(os.dup(opened), "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        skipped.append(Skipped(shown, f"cannot be read ({error.strerror})"))
        return None
    finally:
        os.close(opened)
    if len(content) > MAX_BYTES:
        skipped.append(Skipped(shown, f"more than {MAX_BYTES} bytes"))
        return None
    return content


def _shown(name: str) -> str:
    """A file's name as it may be shown: control characters and broken bytes as escapes."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _format(name: str) -> str | None:
    lower = name.lower()
    if lower.endswith((".ocr.md", ".ocr.markdown")):
        return "ocr"
    return next((FORMATS[end] for end in FORMATS if lower.endswith(end)), None)


# -------------------------------------------------------------------------------------------------------------- paper


def _read(name: str, content: bytes, book: Book, handout: Handout) -> list[Submission]:
    digest = hashlib.sha256(content).hexdigest()
    text = _text(content)
    paper = _paper(name, text, book)
    made = []
    for part in split_learners(paper):
        made.append(place(replace(part, learner=_key(part.learner) or _stem(name)), book, handout, digest))
    return made


def _text(content: bytes) -> str:
    if b"\0" in content:
        raise PaperError("binary data, not text", content.count(b"\n", 0, content.index(b"\0")) + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PaperError("not UTF-8 text here; save the file as UTF-8", content.count(b"\n", 0, error.start) + 1) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _paper(name: str, text: str, book: Book) -> Paper:
    form = _format(name)
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
    """Submissions under one key get keys of their own and a note for a person; keys that differ only in case or look count as one."""
    def same(key: str) -> str:
        return unicodedata.normalize("NFKC", key).casefold()

    files: dict[str, list[str]] = {}
    for submission in found:
        files.setdefault(same(submission.learner), []).append(submission.file)
    taken = {key for key, places in files.items() if len(places) == 1}
    made = []
    for submission in found:
        places = files[same(submission.learner)]
        if len(places) == 1:
            made.append(submission)
            continue
        key = base = f"{submission.learner} ({submission.file})"
        number = 2
        while same(key) in taken:
            key, number = f"{base} {number}", number + 1
        taken.add(same(key))
        named = ", ".join(dict.fromkeys(sorted(places)))
        note = Note(f"several papers are under the key {submission.learner} ({named}): a person must say which one counts", severity="guess",
                    code="learner.twice")
        made.append(replace(submission, learner=key, notes=(*submission.notes, note)))
    return made
