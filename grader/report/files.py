"""A run's folder: records, the page of the class, the pages of the learners, the table. Written anew as a whole, each file in one move.

Every byte follows from the arguments: no clock, no folder of the machine. Learners' keys never become paths: a page is named by a slug, with a digest where
the key is anything but a plain word.
"""

from __future__ import annotations

import filecmp
import hashlib
import itertools
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from grader.model import Problem, Submission
from grader.report import markdown
from grader.report.class_view import FOLDER, Column, Counts, Summary, class_page, columns_of, sheet_names, sheets_of, summary_of
from grader.report.markdown import learner_markdown
from grader.report.pages import class_html, class_row, learner_html, unplaced_row, waiting_row
from grader.report.pages import cell as cell_html
from grader.report.record import Record, to_line
from grader.report.table import head_row, learner_row
from grader.report.view import Shared, learner_page, nice, outline, paper_of, sum_of

MAX_SUMMARIES = 2_000
"""Of so many different records what the class needs of them is kept while pages are written."""
_MARK = b'<meta name="generator" content="grader"/>'
_ABSOLUTE = re.compile(r"\A(?:[A-Za-z]:)?[/\\](?:[^/\\:\n]*[/\\])*")
"""Folders of the machine before the file that a message is about."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|index)", re.IGNORECASE)


def write_report(out: str | Path, records: Sequence[Record], *, problems: Sequence[Problem] = (), papers: Sequence[Submission] = (),
                 errors: Sequence[str] = ()) -> None:
    """Write records.jsonl and everything that is rendered from it into the folder `out`.

    `problems` lend titles, questions and rubrics, `papers` what could not be placed; `errors` are shown on the page of the class.
    Fails with `OSError` when a file cannot be written; each file is either the old one or the new one.
    """
    render(out, records, outline(problems), [paper_of(p) for p in papers], errors)
    write(Path(out).absolute() / "records.jsonl", "".join(to_line(r) + "\n" for r in records))


def render(out: str | Path, records: Sequence[Record], problems: Sequence[Record], papers: Iterable[Record] = (), errors: Sequence[str] = ()) -> None:
    """Write all that is rendered from records (as `read_records` gives them back), an `outline` and `paper_of` values."""
    by_learner = {p["learner"]: p for p in papers}
    mine: dict[str, list[Record]] = {learner: [] for learner in by_learner}
    for record in records:
        mine.setdefault(record["learner"], []).append(record)
    names = page_names(mine)
    pages, rows = Pages(out, problems, columns_of(records, problems), names.__getitem__), Held()
    for learner in names:
        for name, more in pages.write(learner, mine[learner], by_learner.get(learner)):
            rows.add(name, more)
    pages.finish(rows, pages.counts, names, errors)


class Rows(Protocol):
    """Rows of bytes under names, each growing on its own."""

    def add(self, name: str, more: bytes) -> None:
        """Put more at the end of a row."""

    def read(self, name: str) -> Iterable[bytes]:
        """A row in pieces, in order; nothing for a name that has none."""


class Held:
    """`Rows` in memory."""

    def __init__(self) -> None:
        self._rows: dict[str, list[bytes]] = {}

    def add(self, name: str, more: bytes) -> None:
        """Put more at the end of a row."""
        self._rows.setdefault(name, []).append(more)

    def read(self, name: str) -> Iterable[bytes]:
        """A row in pieces."""
        return self._rows.get(name, ())


class Pages:
    """The pages of a run: `write` each learner's and put the rows that it gives beside those of the others, in order; then `finish`.

    Holds counts only. Rows are "rowsK.html", "rowsK.md" (the table of sheet K), "grades.csv", "waitsN.S.html" and "waitsN.S.md" (answers to the part of column N
    that wait for a person for reason S of `class_view.WAITS`), "alikeN.S.html" and "alikeN.S.md" (the same without the reason), "unplaced.html" and "unplaced.md".
    """

    def __init__(self, out: str | Path, problems: Sequence[Record], columns: Sequence[Column], name: Callable[[str], str]) -> None:
        """`columns` are those of the table, `name` gives the file of a learner's page, without its ending."""
        self.out, self.problems, self.columns, self.name = os.path.abspath(out), problems, columns, name
        self.counts = Counts()
        """Of the learners whose pages were written."""
        self._numbers = {column: number for number, column in enumerate(columns)}
        self._sheets = sheets_of(problems)
        names = sheet_names(columns, self._sheets)
        self._tables = [[column for column in columns if self._sheets.get(column[0], "") == name] for name in names]
        self._shared = Shared()
        self._summaries: dict[str, tuple[Summary, list[str]]] = {}
        self._empty = cell_html(None)
        Path(self.out, FOLDER).mkdir(parents=True, exist_ok=True)

    def write(self, learner: str, records: Sequence[Record], paper: Record | None = None, same: Sequence[str] = ()) -> list[tuple[str, bytes]]:
        """Write the pages of one learner, count the answers, and give the rows of the page of the class that are about them. `same` has for each record a text
        that it shares only with those that differ in nothing but learner and place. May run in another process. Fails with `OSError`."""
        page = learner_page(learner, records, self.problems, paper, self._shared, same)
        name = self.name(learner)
        write(f"{self.out}/{FOLDER}/{name}.html", learner_html(page))
        write(f"{self.out}/{FOLDER}/{name}.md", learner_markdown(page))
        return [(row, text.encode("utf-8", "backslashreplace")) for row, text in self._rows(learner, name, records, paper, same)]

    def _rows(self, learner: str, name: str, records: Sequence[Record], paper: Record | None, same: Sequence[str]) -> Iterator[tuple[str, str]]:
        link, plain_link = f"{FOLDER}/{name}.html", f"{FOLDER}/{name}.md"
        made = list(map(self._summary, records, same or [""] * len(records)))
        own, found = [summary for summary, _ in made], {summary.column: (summary, cell) for summary, cell in made}
        self.counts.add(own, self._sheets, learner, name)
        for number, columns in enumerate(self._tables):
            mine = [found[column][0] for column in columns if column in found]
            if not mine and (number or own):
                continue
            points, out_of, waiting = nice(sum_of(e.points for e in mine)), nice(sum_of(e.out_of for e in mine)), sum(e.waits for e in mine)
            cells = [found.get(column) for column in columns]
            yield f"rows{number}.html", class_row(learner, link, "".join(link.join(self._empty if c is None else c[1]) for c in cells), points, out_of, waiting)
            yield f"rows{number}.md", markdown.class_row(learner, plain_link, [c and c[0].cell for c in cells], points, out_of, waiting)
        yield "grades.csv", learner_row(learner, self.columns, own)
        for each in own:
            if each.waiting:
                row = f"{self._numbers[each.column]}.{each.waiting.sort}"
                for alike in (False, True):
                    head = "alike" if alike else "waits"
                    yield f"{head}{row}.html", waiting_row(learner, f"{link}#{each.cell.anchor}", each.waiting, alike)
                    yield f"{head}{row}.md", markdown.waiting_row(learner, f"{plain_link}#{each.cell.anchor}", each.waiting, alike)
        if paper and paper["unplaced"]:
            yield "unplaced.html", unplaced_row(learner, link, len(paper["unplaced"]))
            yield "unplaced.md", f"- {markdown.plain(learner)}: {len(paper['unplaced'])}\n"

    def _summary(self, record: Record, same: str) -> tuple[Summary, list[str]]:
        """What the class needs of a record, and its cell around the name of the page."""
        made = self._summaries.get(same) if same else None
        if made is None:
            summary = summary_of(record)
            made = summary, cell_html(summary.cell)
            if same:
                if len(self._summaries) >= MAX_SUMMARIES:
                    self._summaries.clear()
                self._summaries[same] = made
        return made

    def finish(self, rows: Rows, counts: Counts, learners: Iterable[str], errors: Sequence[str] = ()) -> None:
        """Write the page of the class and the table from the rows and counts of all, and remove pages of learners who are gone; `learners` may be gone through
        any number of times. Fails with `OSError`."""
        about = class_page(counts, self.problems, self.columns, any(rows.read("unplaced.md")), [_ABSOLUTE.sub("", error) for error in errors])
        write_pieces(f"{self.out}/index.html", _filled(class_html(about), rows))
        write_pieces(f"{self.out}/index.md", _filled([markdown.class_markdown(about)], rows))
        write_pieces(f"{self.out}/grades.csv", itertools.chain([head_row(self.columns).encode("utf-8", "backslashreplace")], rows.read("grades.csv")))
        _remove_stale(Path(self.out), counts.learners, (self.name(learner) for learner in learners))


def _filled(pieces: Iterable[str], rows: Rows) -> Iterator[bytes]:
    """A text in pieces, with rows where it has holes for them."""
    for piece in pieces:
        for number, part in enumerate(piece.split("\0")):
            if number % 2:
                yield from rows.read(part)
            else:
                yield part.encode("utf-8", "backslashreplace")


def page_names(learners: Iterable[str]) -> dict[str, str]:
    """File names (without ending) for learners, in the order of their keys; no two alike, also where letter case does not count."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for learner in sorted(set(learners)):
        name, length = slug(learner), 8
        while name in taken:
            length += 8
            name = slug(learner, length)
        taken.add(name)
        names[learner] = name
    return names


def slug(key: str, digits: int = 8) -> str:
    """A file name for a key: the key itself where it is a plain word in small letters, else what is plain in it and `digits` of its digest.

    >>> slug("s001"), slug("../Zoë")
    ('s001', 'zoe-8840d1f4')
    """
    if digits == 8 and re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", key) and not re.search(r"-[0-9a-f]{8,}\Z", key) and not _RESERVED.fullmatch(key):
        return key
    ascii_key = unicodedata.normalize("NFKD", key[:200]).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", ascii_key).strip("-")[:32].strip("-") or "learner"
    return f"{plain}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:digits]}"


def write(path: str | Path, text: str) -> None:
    """Put a text into a file in one move: whoever looks sees the old file or the new one. A file that holds it already is left as it is."""
    content = text.encode("utf-8", "backslashreplace")
    try:
        seen = os.lstat(path)
        if stat.S_ISREG(seen.st_mode) and seen.st_size == len(content) and Path(path).read_bytes() == content:
            return
    except OSError:
        pass
    folder, name = os.path.split(path)
    fresh = f"{folder}/.{name}.new"
    try:
        _put(fresh, [content])
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
        _put(fresh, [content])
    os.replace(fresh, path)


def _put(path: str, pieces: Iterable[bytes]) -> None:
    """Make a file that was not there; what a killed run has left under its name goes, and no link is followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    try:
        file = os.open(path, flags, 0o666)
    except FileExistsError:
        os.unlink(path)
        file = os.open(path, flags, 0o666)
    try:
        for piece in pieces:
            while piece:
                piece = piece[os.write(file, piece):]
    finally:
        os.close(file)


def write_pieces(path: str, pieces: Iterable[bytes]) -> None:
    """`write` for a text that comes in pieces and is not held as a whole."""
    folder, name = os.path.split(path)
    fresh = f"{folder}/.{name}.new"
    _put(fresh, _blocks(pieces))
    if os.path.isfile(path) and not os.path.islink(path) and filecmp.cmp(fresh, path, shallow=False):
        os.unlink(fresh)
    else:
        os.replace(fresh, path)


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are worth a write."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= 1 << 16:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _remove_stale(out: Path, pages: int, names: Iterable[str]) -> None:
    """Remove pages of ours whose learner is in no record any more, and what a killed run left half written; what we did not write stays. `pages` is how many
    there should be: where there are no more, none is stale."""
    there, left = 0, []
    for folder in (out, out / FOLDER):
        with os.scandir(folder) as entries:
            for entry in entries:
                there += folder != out and entry.name.endswith(".html")
                if entry.name.startswith(".") and entry.name.endswith(".new") and entry.name not in (".records.jsonl.new", ".papers.jsonl.new"):  # at work
                    left.append(entry.path)
    for path in left:
        Path(path).unlink(missing_ok=True)
    if there <= pages:
        return
    kept = set(names)
    for path in sorted((out / FOLDER).glob("*.html")):
        if path.stem not in kept and path.is_file() and _MARK in path.read_bytes()[:2000]:
            path.unlink()
            path.with_suffix(".md").unlink(missing_ok=True)
