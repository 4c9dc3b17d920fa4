"""A run's folder: records, the page of the class, the pages of the learners, the table. Written anew as a whole, each file in one move.

Every byte follows from the arguments: no clock, no folder of the machine. Learners' keys never become paths: a page is named by a slug, with a digest where
the key is anything but a plain word.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from grader.model import Problem, Submission
from grader.report.class_view import class_page
from grader.report.pages import class_html, learner_html
from grader.report.markdown import class_markdown, learner_markdown
from grader.report.record import Record, to_line
from grader.report.table import grades_csv
from grader.report.view import learner_page, outline, paper_of

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
    out = Path(out)
    by_learner = {p["learner"]: p for p in papers}
    pages = page_names([*(r["learner"] for r in records), *by_learner])
    mine: dict[str, list[Record]] = {learner: [] for learner in pages}
    for record in records:
        mine[record["learner"]].append(record)
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    for learner, own in mine.items():
        page = learner_page(learner, own, problems, by_learner.get(learner))
        write(out / FOLDER / f"{pages[learner]}.html", learner_html(page))
        write(out / FOLDER / f"{pages[learner]}.md", learner_markdown(page))
    links = {learner: f"{FOLDER}/{name}.html" for learner, name in pages.items()}
    about = class_page(records, problems, by_learner, links, [_ABSOLUTE.sub("", error) for error in errors])
    write(out / "index.html", class_html(about))
    write(out / "index.md", class_markdown(about))
    write(out / "grades.csv", grades_csv(records, problems, list(pages)))
    _remove_stale(out / FOLDER, set(pages.values()))


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
    """Put a text into a file in one move: whoever looks sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(text.encode("utf-8", "backslashreplace"))
    os.replace(fresh, path)


def _remove_stale(folder: Path, names: Mapping[str, str] | set[str]) -> None:
    """Remove pages of ours whose learner is in no record any more; what we did not write stays."""
    for path in sorted(folder.glob("*.html")):
        if path.stem not in names and path.is_file() and _MARK in path.read_bytes()[:2000]:
            path.unlink()
            path.with_suffix(".md").unlink(missing_ok=True)
