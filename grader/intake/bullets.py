"""List marks before formulas: in "- n < t" the dash begins an item of a list and is no minus sign."""

from __future__ import annotations

import re

from grader.reading.bare import bare_runs
from grader.reading.passages import delimited
from grader.reading.splitting import Names, signs

_MARK = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[-*+•·–—‣▪◦]|\(?\d{1,2}[.)]|\([ivx]{1,4}\))[ \t]+(?=\S)")
MAX_ROWS = 1_000
"""Longer answers are left as they are."""
_NOBODY = Names({}, {})


def without_bullets(text: str) -> tuple[str, bool]:
    """The text without the list marks before formulas, and whether one of them may have been a minus sign.

    A mark begins an item where it begins the text or stands behind a blank line, behind a line of words, or behind another item; behind a formula "-
    p_t" goes on with it. Alone before an expression without a relation sign ("- 1/2") it may be either: then it stays, and is in doubt. Marks before
    words stay.
    """
    if not _MARK.search(text) or text.count("\n") > MAX_ROWS:
        return text, False
    fixed = {line for p in delimited(text) if p.kind in ("display", "code", "table")
             for line in range(text.count("\n", 0, p.outer.start) + 1, text.count("\n", 0, p.outer.end) + 1)}
    rows = text.split("\n")
    items = [k for k, row in enumerate(rows) if k not in fixed and _is_item(rows, k)]
    marked = [k for k in items if _begins_formula(_MARK.sub("", rows[k], count=1))]
    if len(items) == 1 and marked and _may_be_minus(rows[marked[0]]):
        return text, len([r for r in rows if r.strip()]) == 1
    for k in marked:
        rows[k] = _MARK.sub(lambda m: m["indent"], rows[k], count=1)
    return "\n".join(rows), False


def _may_be_minus(row: str) -> bool:
    """Is the mark a dash before an expression that is neither set apart nor part of a relation?"""
    found = _MARK.match(row)
    return found is not None and found["mark"] in "-–—+" and not re.match(r"\$|\\[(\[]", row[found.end():]) and not signs(row)


def _is_item(rows: list[str], k: int) -> bool:
    if not _MARK.match(rows[k]):
        return False
    before = rows[k - 1] if k else ""
    return not before.strip() or _MARK.match(before) is not None or not _begins_formula(before.strip()) or before.rstrip().endswith(":")


def _begins_formula(row: str) -> bool:
    row = row.lstrip("*_ \t")
    if row[:1] in ("$", "\\"):
        return True
    run = next(iter(bare_runs(row, 0, len(row), _NOBODY)), None)
    return run is not None and run.span.start == 0 and (run.strong or run.span.end == len(row.rstrip(" \t.,;*_")))
