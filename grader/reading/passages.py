"""A learner's text cut into prose, formulas, tables and code.

`passages` covers the whole text: delimited mathematics (`$`, `$$`, `\\(`, `\\[`, environments, fenced maths), tables, code, and, in what is left,
typed mathematics without delimiters as far as it can be told from English. Everything is linear in the length of the text.
"""

from __future__ import annotations

import re

from grader.reading.bare import Run, bare_runs
from grader.reading.delimiters import Passage, delimited
from grader.reading.grids import html_grids, latex_grids, line_grids
from grader.reading.splitting import Names, trim


def passages(text: str, vocabulary: object = None) -> tuple[Passage, ...]:
    """The text in order, cut into passages; every character that is not blank lies in exactly one `outer` span.

    Without a vocabulary only typed mathematics that its signs give away is told from prose; with one, its names and words made of its letters too.
    """
    return tuple(_passages(text, Names.of(vocabulary)))


def _passages(text: str, names: Names) -> list[Passage]:
    fixed = list(delimited(text))
    apart = [p.outer for p in fixed if p.kind in ("display", "code", "table")]
    for grid in sorted([*html_grids(text), *line_grids(text), *latex_grids(text)], key=lambda g: g.span):
        if not any(s.start < grid.span.end and grid.span.start < s.end for s in apart):
            span = trim(text, *grid.span)
            if any(p.kind == "inline" and p.span.start <= span.start and span.end <= p.span.end and p.span != span for p in fixed):
                continue  # a matrix within a formula
            fixed = [p for p in fixed if p.outer.end <= span.start or p.outer.start >= span.end]
            fixed.append(Passage("table", text[span.start:span.end], span, span))
    made: list[Passage] = []
    position = 0
    for passage in sorted(fixed, key=lambda p: p.outer.start):
        if passage.outer.start < position:
            continue
        made += _prose(text, position, passage.outer.start, names)
        made.append(passage)
        position = passage.outer.end
    return made + _prose(text, position, len(text), names)


def _prose(text: str, start: int, end: int, names: Names) -> list[Passage]:
    made: list[Passage] = []
    position = start
    for run in _kept_runs(text, start, end, names):
        made += _words(text, position, run.span.start)
        made.append(Passage("bare", text[run.span.start:run.span.end], run.span, run.span, True, not run.strong))
        position = run.span.end
    return made + _words(text, position, end)


def _kept_runs(text: str, start: int, end: int, names: Names) -> list[Run]:
    """Typed formulas; none goes across the tildes of struck-out text."""
    edges = [start, *(m.start() for m in re.compile("~~").finditer(text, start, end)), end]
    return [r for a, b in zip(edges, edges[1:]) for r in bare_runs(text, a, b, names) if r.strong or names.spellings or text[r.span.start].isdigit()]


def _words(text: str, start: int, end: int) -> list[Passage]:
    span = trim(text, start, end)
    return [Passage("prose", text[span.start:span.end], span, span)] if span.start < span.end else []


def formulas(text: str, vocabulary: object = None) -> tuple[Passage, ...]:
    """The formulas of the text, in order; lone names and numbers in a sentence are not among them."""
    return tuple(p for p in passages(text, vocabulary) if p.is_formula and not p.mention)


__all__ = ["Passage", "delimited", "formulas", "passages"]
