"""Jupyter notebooks: Markdown cells as Markdown, code cells as blocks, and the keys that cell tags and metadata give."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

from grader.intake.markdown import markdown_pieces
from grader.intake.paper import Paper, PaperError, Piece, listed
from grader.intake.template import is_placeholder

MAX_CELLS = 5_000
_TAG = re.compile(r"answers?\s*[:=_ -]\s*(.+)", re.IGNORECASE)


def read_notebook(text: str, file: str = "") -> Paper:
    """The paper in a notebook.

    The learner's key is the notebook's metadata `learner` (or `student`, `name`, the first of `authors`), or a line in its first cells. A cell
    answers a part when its metadata say `answer: 5c` or it has a tag `answer: 5c`; cells that are locked for marking tools count as handed out.
    Outputs of code cells are not read. Fails with `PaperError` where the file is no notebook.
    """
    notebook = _parse(text)
    metadata = notebook.get("metadata") or {}
    pieces: list[Piece] = []
    places = _Places(text)
    cells = notebook.get("cells") or []
    if len(cells) > MAX_CELLS:
        raise PaperError(f"{len(cells)} cells; at most {MAX_CELLS} are read")
    for cell in cells:
        source = cell.get("source") or ""
        pieces += _cell(cell, "".join(map(str, source)) if isinstance(source, list) else str(source), places)
    return Paper(_learner(metadata), tuple(pieces), "notebook", file, problems=listed(str(metadata.get("problem") or "")))


def _parse(text: str) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import nbformat

            notebook = nbformat.reads(text, as_version=4)
    except RecursionError:
        raise PaperError("nested too deeply to be a notebook") from None
    except Exception as error:  # the parser and the validator raise many types; each means the same here
        reason = " ".join(str(error).split())[:160]
        raise PaperError(f"no Jupyter notebook: {reason}", getattr(error, "lineno", 0) or 0) from None
    if not isinstance(notebook.get("cells"), list):
        raise PaperError("no Jupyter notebook: it has no cells")
    return notebook


_PROGRAM = re.compile(r"^(?:import\s+\w|from\s+[\w.]+\s+import\s|def\s+\w+\(|class\s+\w|(?:for|while|if)\s.*:\s*(?:#.*)?$|print\(|[%!]\w|(?:plt|np|ax|torch)\.\w)", re.MULTILINE)
"""Lines that only a program has; values and formulas in a code cell are answers like others."""


class _Places:
    """Lines of the file in which the lines of the cells stand, found one after the other."""

    def __init__(self, text: str) -> None:
        self.text, self.position, self.line = text, 0, 1

    def of(self, source: str) -> int:
        first = next((row for row in source.split("\n") if row.strip()), "")
        for wanted in dict.fromkeys((json.dumps(first, ensure_ascii=False)[1:-1], json.dumps(first)[1:-1])):
            at = self.text.find(wanted, self.position) if wanted else -1
            if at >= 0:
                self.line += self.text.count("\n", self.position, at)
                self.position = at
                break
        return self.line


def _cell(cell: dict[str, Any], source: str, places: _Places) -> list[Piece]:
    line = places.of(source)
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    key = _key(metadata)
    marking = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    source += "\n"  # a blank line parts cells
    if cell.get("cell_type") == "code":
        kept = "\n".join("" if is_placeholder(row) else row for row in source.split("\n"))
        pieces = [Piece("code" if _PROGRAM.search(kept) else "block", kept, line)] if kept.strip() else []
    else:
        pieces = markdown_pieces(source, line)
    if marking.get("solution"):
        pieces = [Piece("answer", "", line), *pieces]
    if marking.get("locked") and not marking.get("solution") and not key:
        pieces = [Piece("handout", p.text, p.line) if p.role in ("text", "block", "code") else p for p in pieces]
    return [Piece("key", "", line, key=(key,)), *pieces, Piece("key", "", line)] if key else pieces


def _key(metadata: dict[str, Any]) -> str:
    """The part that the cell's metadata name, or ""."""
    given = metadata.get("answer")
    if isinstance(given, str) and given.strip():
        return given.strip()
    tags = metadata.get("tags")
    for tag in tags if isinstance(tags, list) else []:
        found = _TAG.fullmatch(str(tag).strip())
        if found:
            return found[1].strip()
    return ""


def _learner(metadata: dict[str, Any]) -> str:
    for name in ("learner", "student", "name"):
        if isinstance(metadata.get(name), str):
            return metadata[name].strip()
    authors = metadata.get("authors")
    if isinstance(authors, list) and authors and isinstance(authors[0], dict):
        return str(authors[0].get("name") or "").strip()
    return ""
