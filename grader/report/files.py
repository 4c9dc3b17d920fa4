"""A run's folder: records, the page of the class, the pages of the learners, the table. Written anew as a whole, each file in one move.

Every byte follows from the arguments: no clock, no folder of the machine. Learners' keys never become paths: a page is named by a slug, with a digest where
the key is anything but a plain word.
"""

from __future__ import annotations

import filecmp
import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.model import Problem, Submission
from grader.report.class_view import class_page
from grader.report.pages import class_pieces, learner_html
from grader.report.markdown import class_markdown, learner_markdown
from grader.report.record import Record, to_line
from grader.report.table import grades_csv
from grader.report.view import DECIDED, Shared, learner_page, outline, paper_of

FOLDER = "learners"
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
    write(Path(out) / "records.jsonl", "".join(to_line(r) + "\n" for r in records))


def render(out: str | Path, records: Sequence[Record], problems: Sequence[Record], papers: Iterable[Record] = (), errors: Sequence[str] = ()) -> None:
    """Write all that is rendered from records (as `read_records` gives them back), an `outline` and `paper_of` values."""
    by_learner = {p["learner"]: p for p in papers}
    mine: dict[str, list[Record]] = {learner: [] for learner in by_learner}
    for record in records:
        mine.setdefault(record["learner"], []).append(record)
    pages = Pages(out, problems, mine)
    for learner in pages.names:
        paper = by_learner.get(learner)
        pages.keep(learner, pages.write(learner, mine[learner], paper), len(paper["unplaced"]) if paper else 0)
    pages.finish(errors)


class Pages:
    """The pages of a run: `write` each learner's, `keep` what the page of the class needs of them, then `finish`. Holds summaries only."""

    def __init__(self, out: str | Path, problems: Sequence[Record], learners: Iterable[str]) -> None:
        self.out, self.problems = Path(out).absolute(), problems
        self.names = page_names(learners)
        self.counts: dict[str, int] = {}
        """How many answers have each status, and how many wait for a person ("waiting")."""
        self._rows: dict[str, list[Summary]] = {}
        self._unplaced: dict[str, int] = {}
        self._bodies: dict[str, Record] = {}
        self._shared = Shared()
        (self.out / FOLDER).mkdir(parents=True, exist_ok=True)

    def write(self, learner: str, records: Sequence[Record], paper: Record | None = None, same: Sequence[str] = ()) -> list[str]:
        """Write the pages of one learner, and give for each record the summary to `keep`. `same` has for each record a text that it shares only
        with those that differ in nothing but learner and place. May run in another process. Fails with `OSError`."""
        page = learner_page(learner, records, self.problems, paper, self._shared, same)
        name = self.names[learner]
        write(self.out / FOLDER / f"{name}.html", learner_html(page))
        write(self.out / FOLDER / f"{name}.md", learner_markdown(page))
        return [json.dumps(_summary(r), separators=(",", ":")) for r in records]

    def keep(self, learner: str, summaries: Sequence[str], unplaced: int = 0) -> None:
        """Keep a learner's row; `unplaced` counts passages of the paper that could not be placed."""
        if unplaced:
            self._unplaced[learner] = unplaced
        self._rows[learner] = [Summary(learner, self._body(text)) for text in summaries]
        for row in self._rows[learner]:
            for name in (row["status"], "waiting") if row["needs_human"] else (row["status"],):
                self.counts[name] = self.counts.get(name, 0) + 1

    def _body(self, text: str) -> Record:
        if text not in self._bodies:
            self._bodies[text] = json.loads(text)
        return self._bodies[text]

    def finish(self, errors: Sequence[str] = ()) -> list[str]:
        """Write the page of the class and the table, remove pages of learners who are gone; the names of all files written. Fails with `OSError`."""
        links = {learner: f"{FOLDER}/{name}.html" for learner, name in self.names.items()}
        records = [r for learner in links for r in self._rows.get(learner, ())]
        about = class_page(records, self.problems, self._unplaced, links, [_ABSOLUTE.sub("", error) for error in errors])
        write_pieces(self.out / "index.html", class_pieces(about))
        write(self.out / "index.md", class_markdown(about))
        write(self.out / "grades.csv", grades_csv(records, self.problems, list(self.names)))
        _remove_stale(self.out, set(self.names.values()))
        return ["index.html", "index.md", "grades.csv", *[f"{FOLDER}/{name}{end}" for name in self.names.values() for end in (".html", ".md")]]


class Summary(Mapping[str, Any]):
    """Of a record what the page of the class and the table need; equal ones share all but whose they are."""

    __slots__ = ("_body", "_learner")

    def __init__(self, learner: str, body: Record) -> None:
        self._learner, self._body = learner, body

    def __getitem__(self, key: str) -> Any:
        return self._learner if key == "learner" else self._body[key]

    def __iter__(self) -> Iterator[str]:
        return iter(("learner", *self._body))

    def __len__(self) -> int:
        return 1 + len(self._body)


def _summary(record: Record) -> Record:
    waits = record["needs_human"]
    kept = {key: record[key] for key in ("problem", "part", "status", "points", "out_of", "needs_human")}
    evidence = [{"status": e["status"], "method": e["method"], "oracles": e["oracles"], "words": e["words"] if waits and e["method"] == "gap" else []}
                for e in record["evidence"]]
    severities = [[{"severity": n["severity"]} for n in notes if n["severity"] != "info"] for notes in (record["reading"]["notes"], record["source"]["notes"])]
    said = {"awards": [{"text": a["text"]} for a in record.get("awards", ())], "feedback": record["feedback"]} if waits else {"awards": [], "feedback": ""}
    return {**kept, **said, "tags": [t for t in record["tags"] if t == DECIDED], "reading": {"state": record["reading"]["state"], "notes": severities[0]}, "source": {"notes": severities[1]}, "evidence": evidence}


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


def write(path: Path, text: str) -> None:
    """Put a text into a file in one move: whoever looks sees the old file or the new one. A file that holds it already is left as it is."""
    content = text.encode("utf-8", "backslashreplace")
    try:
        if path.stat().st_size == len(content) and not path.is_symlink() and path.read_bytes() == content:
            return
    except OSError:
        pass
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_bytes(content)
        os.replace(fresh, path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(content)
        os.replace(fresh, path)


def write_pieces(path: Path, pieces: Iterable[str]) -> None:
    """`write` for a text that comes in pieces and is not held as a whole."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "backslashreplace"))
    if path.is_file() and not path.is_symlink() and filecmp.cmp(fresh, path, shallow=False):
        fresh.unlink()
    else:
        os.replace(fresh, path)


def _remove_stale(out: Path, names: set[str]) -> None:
    """Remove pages of ours whose learner is in no record any more, and what a killed run left half written; what we did not write stays."""
    for path in sorted((out / FOLDER).glob("*.html")):
        if path.stem not in names and path.is_file() and _MARK in path.read_bytes()[:2000]:
            path.unlink()
            path.with_suffix(".md").unlink(missing_ok=True)
    for path in sorted([*out.glob(".*.new"), *(out / FOLDER).glob(".*.new")]):
        if path.name not in (".records.jsonl.new", ".papers.jsonl.new"):  # those are at work
            path.unlink(missing_ok=True)
