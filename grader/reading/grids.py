"""Rows of cells in a learner's text, however they were typed: pipes, tabs, spaced columns, LaTeX `tabular`, lists, assignments, pairs.

Only the cutting is done here; `tables` finds out what the rows mean. A cell keeps the characters that were typed, without padding, dollars and
emphasis around them; what it says is for the reader of cells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.reading.splitting import group, levels, trim
from grader.term import Span

MAX_CELLS = 20_000
"""A grid with more cells is cut off there; no answer needs as many."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry: the text as typed and where it stands. An empty cell has an empty text."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells. `ruled` is the number of rows above the rule (the header), 0 where there is none."""

    form: str
    rows: tuple[tuple[Cell, ...], ...]
    span: Span
    ruled: int = 0


_RULE = re.compile(r"[ \t]*(?=[^\n]*[-=])(?=[^\n]*[|+])[|+:\-= \t]*[-=][|+:\-= \t]*|[ \t]*:?-{2,}:?(?:[ \t]+:?-{2,}:?)+[ \t]*")
_MATH = re.compile(r"\\\$|\$[^$\n]*\$|\\\([^\n]*?\\\)|`[^`\n]*`|\\\|")
NUMBER = r"[+\-−–]?\s?(?:\d+(?:\.\d+)?(?:\s?/\s?\d+)?|\.\d+)"
_NUMBERISH = re.compile(NUMBER + r"\Z")
_ENVIRONMENT = re.compile(r"\\begin\s*\{(tabular\*?|tabularx|longtable|tabu|array|[pbvBV]?matrix|smallmatrix)\}")
_WRAPPING = re.compile(r"(\$\$?|\\\(|\*\*|__|\*|`|\\mathbf\{|\\textbf\{|\\text\{|\\boxed\{)")
_CLOSING = {"$": "$", "$$": "$$", "\\(": "\\)", "**": "**", "__": "__", "*": "*", "`": "`"}


def cell(text: str, start: int, end: int) -> Cell:
    """The cell at text[start:end] without padding, dollars, emphasis and line breaks of HTML."""
    span = trim(text, start, end)
    while found := _WRAPPING.match(text, span.start, span.end):
        close = _CLOSING.get(found[1], "}")
        inner = span.end - len(close)
        if inner < found.end() or not text.startswith(close, inner) or text.find(close, found.end(), inner) >= 0:
            break
        span = trim(text, found.end(), inner)
    return Cell(text[span.start:span.end], span)


def is_number(text: str) -> bool:
    """Is this a plain number with an optional sign (`-1`, `−1/2`, `0.5`)?"""
    return _NUMBERISH.match(text.strip()) is not None


def line_grids(text: str) -> list[Grid]:
    """Grids made of whole lines: pipe tables, and rows set apart by tabs or runs of blanks."""
    found: list[Grid] = []
    block: list[tuple[Span, str]] = []
    forms: set[str] = set()
    position = 0
    for line in [*text.split("\n"), ""]:
        span = Span(position, position + len(line))
        form = _form(text, span)
        if form and (not block or _fit(forms, form)):
            block.append((span, form))
        else:
            found += _grid(text, block)
            block, forms = [(span, form)] if form else [], set()
        forms |= {form} - {"rule", ""}
        position += len(line) + 1
    return found


def _form(text: str, span: Span) -> str:
    line = text[span.start:span.end]
    if not line.strip():
        return ""
    if _RULE.fullmatch(line):
        return "rule"
    pipes = len(_pipes(text, span))
    if pipes and (pipes > 1 or line.strip()[0] == "|" or line.strip()[-1] == "|" or " | " in line):
        return "pipe"
    if len([c for c in re.split(r"\t+", line.strip()) if c.strip()]) >= 3:
        return "tab"
    words = line.split()
    numbers = sum(1 for w in words if is_number(w))
    if _COMMAS.fullmatch(line):
        return "comma"
    if 3 <= len(words) <= 60 and (numbers >= max(3, len(words) - 2) or _counted(words)):
        return "spaced"
    return ""


_COMMA_CELL = rf"(?:{NUMBER}|[A-Za-z](?:_\{{?\w{{1,3}}\}}?)?|[A-Za-z]{{4,9}})"
_COMMAS = re.compile(rf"(?:[ \t]*+{_COMMA_CELL}?[ \t]*+[,;]){{1,30}}[ \t]*+{_COMMA_CELL}[ \t]*+")
"""`1,2,-1`, `t,q,p`: a line of a file of values."""


def _counted(words: list[str]) -> bool:
    """`q0 q1 q2 ...`, `$q_0$ $q_1$ ...`: names that count up from 0 or 1 with one letter before."""
    found = [re.fullmatch(r"\$?([^\W\d_])_?\{?(\d{1,3})\}?\$?", w) for w in words]
    if not all(found) or len({m[1] for m in found if m}) != 1:
        return False
    indices = [int(m[2]) for m in found if m]
    return indices == list(range(indices[0], indices[0] + len(indices)))


def _fit(forms: set[str], form: str) -> bool:
    return form == "rule" or not forms or form in forms or {form, *forms} <= {"tab", "spaced"}


def _pipes(text: str, span: Span) -> list[int]:
    """Places of the pipes that part cells: not those of a formula in dollars, nor escaped ones, nor bars that touch what they enclose."""
    line = text[span.start:span.end]
    hidden = bytearray(len(line))
    for found in _MATH.finditer(line):
        hidden[found.start():found.end()] = b"\1" * (found.end() - found.start())
    return [span.start + m.start() for m in re.finditer(r"\|", line) if not hidden[m.start()]]


def _grid(text: str, block: list[tuple[Span, str]]) -> list[Grid]:
    while block and block[-1][1] == "rule":
        block = block[:-1]
    while block and block[0][1] == "rule":
        block = block[1:]
    if not block:
        return []
    rules = [k for k, (_, form) in enumerate(block) if form == "rule"]
    forms = {form for _, form in block} - {"rule"}
    rows = []
    for span, form in block:
        if form == "pipe":
            rows.append(_pipe_row(text, span))
        elif form != "rule":
            rows.append(_spaced_row(text, span, forms))
    whole = Span(block[0][0].start, block[-1][0].end)
    if forms == {"comma"}:
        widths = {len(row) for row in rows}
        named = [not is_number(c.text) for c in rows[0]]
        fits = len(rows) >= 3 and len(widths) == 1 and all(named) and all(is_number(c.text) for row in rows[1:] for c in row)
        return [Grid("spaced", tuple(rows), whole)] if fits else []
    made = Grid("pipe" if "pipe" in forms else "spaced", tuple(rows), whole, rules[0] if rules else 0)
    return [made] if _is_grid(text, made, bool(rules)) else []


def _is_grid(text: str, made: Grid, ruled: bool) -> bool:
    """With a rule it is a table; without one the rows must look like it: three cells or more, none with an open bracket or a sentence."""
    widths = [len(row) for row in made.rows]
    if ruled and max(widths) >= 2:
        return True
    if min(widths) < 3 or max(widths) - min(widths) > 2:
        return False
    if any(sum(c.text.count(b) for b in "([{") != sum(c.text.count(b) for b in ")]}") for row in made.rows for c in row) and made.form == "pipe":
        return False
    if any(len(c.text.split()) > 6 for row in made.rows for c in row) or not any(2 * sum(bool(re.search(r"[\d$\\(?]", c.text)) or not c.text
        for c in row[1:]) >= len(row[1:]) for row in made.rows):
        return False
    return len(made.rows) > 1 or sum(is_number(c.text) or not c.text for c in made.rows[0]) >= len(made.rows[0]) - 1


def _pipe_row(text: str, span: Span) -> tuple[Cell, ...]:
    bars = _pipes(text, span)
    edges = [span.start - 1, *bars, span.end]
    pieces = [(a + 1, b) for a, b in zip(edges, edges[1:])]
    if len(pieces) > 1 and not text[slice(*pieces[0])].strip():
        pieces = pieces[1:]
    if len(pieces) > 1 and not text[slice(*pieces[-1])].strip():
        pieces = pieces[:-1]
    return tuple(cell(text, a, b) for a, b in pieces[:MAX_CELLS])


def _spaced_row(text: str, span: Span, forms: set[str]) -> tuple[Cell, ...]:
    gap = r"[ ]*\t[ ]*" if forms == {"tab"} else r"[ \t]*[,;][ \t]*" if forms == {"comma"} else r"[ \t]+"
    inner = trim(text, span.start, span.end)
    cells, start = [], inner.start
    for found in re.compile(gap).finditer(text, inner.start, inner.end):
        cells.append(cell(text, start, found.start()))
        start = found.end()
    return tuple([*cells, cell(text, start, inner.end)][:MAX_CELLS])


_RULES = re.compile(r"\\(?:hline|toprule|midrule|bottomrule|noalign\s*\{\}|end(?:first)?head|end(?:last)?foot|cline\s*\{[^{}]*\}|"
                    r"cmidrule(?:\([a-z]*\))?\s*\{[^{}]*\})")


def latex_grids(text: str) -> list[Grid]:
    """`tabular`, `array` and matrix environments, rows cut at `\\\\` and cells at `&`."""
    found = []
    done = 0
    for begin in _ENVIRONMENT.finditer(text):
        if begin.start() < done:
            continue
        end = text.find(f"\\end{{{begin[1]}}}", begin.end())
        if end < 0:
            break
        start = begin.end()
        while spec := re.compile(r"\s*(\[[^\]\n]*\])?\s*(?=\{)").match(text, start):
            close = group(text, spec.end()) if begin[1][0] in "tal" else -1
            if close < 0 or close > end:
                break
            start = close
        body = _RULES.sub(lambda m: " " * len(m[0]), text[start:end])
        masked = text[:start] + body + text[end:]
        rows = []
        for row in _cut(body, r"\\\\(?:\s*\[[^\]\n]*\])?|\\tabularnewline"):
            if body[row.start:row.end].strip():
                cells = [Span(row.start + c.start, row.start + c.end) for c in _cut(body[row.start:row.end], r"(?<!\\)&")]
                rows.append(tuple(cell(masked, start + c.start, start + c.end) for c in cells))
        done = end
        if rows and sum(map(len, rows)) <= MAX_CELLS:
            found.append(Grid("tabular", tuple(rows), Span(begin.start(), text.index("}", end) + 1)))
    return found


_HTML_TABLE = re.compile(r"<(?P<close>/?)table\b[^<>]{0,200}>", re.IGNORECASE)
_HTML_ROW = re.compile(r"<tr\b[^>]{0,200}>(.*?)(?=</tr\s*>|<tr\b|\Z)", re.IGNORECASE | re.DOTALL)
_HTML_CELL = re.compile(r"<t(?P<kind>[dh])\b[^>]{0,200}>(?:\s*<(?:b|i|strong|em|p)>)*(.*?)(?=(?:</(?:b|i|strong|em|p)>\s*)*</t[dh]\s*>|<t[dh]\b|\Z)",
                        re.IGNORECASE | re.DOTALL)


def html_grids(text: str) -> list[Grid]:
    """`<table>` with `<tr>`, `<td>`, `<th>`; a first row of headings alone is the header."""
    found: list[Grid] = []
    opened: re.Match[str] | None = None
    for mark in _HTML_TABLE.finditer(text):
        opening, opened = opened, None if mark["close"] else mark
        if opening is None or not mark["close"]:
            continue
        rows, ruled = [], 0
        for k, row in enumerate(_HTML_ROW.finditer(text, opening.end(), mark.start())):
            cells = list(_HTML_CELL.finditer(text, *row.span(1)))
            ruled = 1 if k == 0 and cells and all(c["kind"] in "hH" for c in cells) else ruled
            rows.append(tuple(cell(text, *c.span(2)) for c in cells))
        if any(rows) and sum(map(len, rows)) <= MAX_CELLS:
            found.append(Grid("html", tuple(r for r in rows if r), Span(opening.start(), mark.end()), ruled))
    return found


def _cut(text: str, pattern: str) -> list[Span]:
    """As `splitting.split_at`, but only braces hide a cut: a tabular's cells may hold lone brackets."""
    deep = bytearray(len(text))
    for found in re.finditer(r"\{[^{}]*\}", text):
        deep[found.start():found.end()] = b"\1" * (found.end() - found.start())
    pieces, start = [], 0
    for found in re.finditer(pattern, text):
        if not deep[found.start()]:
            pieces.append(Span(start, found.start()))
            start = found.end()
    return [*pieces, Span(start, len(text))]


_LIST = re.compile(r"^[ \t]*(?:[-*•·][ \t]+)?(?P<label>[^\n:=\[\](){},|]{1,40}?(?:\([^()\n]{0,12}\))?)[ \t]*(?P<sign>:=|=|:|"
                   r"→)[ \t]*(?P<body>[^\n]+?)[ \t]*[.;]?[ \t]*$", re.MULTILINE)
_BETWEEN = r"\s*(?:,|;|→|->|\\to\b|\\rightarrow\b)\s*"
_IN_SENTENCE = re.compile(rf"(?<![A-Za-z\\_])\$?(?P<label>[A-Za-z](?:_\{{?[a-z]\}}?)?)\$?[ \t]*[:=][ \t]*\$?[\[(]?"
                          rf"(?P<body>{NUMBER}(?:{_BETWEEN}{NUMBER}){{3,}})(?![\w.])")
"""A list of four numbers or more after a letter, wherever it stands: "q = 1, 2, 1, -1 and p = 1, -1, -2, -1"."""
_BODY = re.compile(r"^(?:np\.array\s*\(|numpy\.array\s*\(|list\s*\()?\s*(?:\\?[\[({])?(?P<inner>.*?)(?:\\?[\])}])?\)?\s*(?:#.*)?$", re.DOTALL)


def list_rows(text: str) -> list[tuple[Cell, tuple[Cell, ...], Span]]:
    """Lines such as `q: 1, 2, 1, -1`, `q = [1, 2, 1]` or `$q$: 1 → 2 → 1`, each as label, cells, place."""
    rows = []
    for found in _IN_SENTENCE.finditer(text):
        start, end = found.span("body")
        parts = _top_commas(text[start:end], _BETWEEN)
        rows.append((cell(text, *found.span("label")), tuple(cell(text, start + p.start, start + p.end) for p in parts[:MAX_CELLS]),
                     Span(*found.span())))
    taken = [span for _, _, span in rows]
    for found in _LIST.finditer(text):
        start, end = found.span("body")
        body = trim(text, start, end, "$")
        inner = _BODY.match(text[body.start:body.end])
        if inner is None:
            continue
        a, b = body.start + inner.start("inner"), body.start + inner.end("inner")
        parts = [p for p in _top_commas(text[a:b], _BETWEEN)]
        if len(parts) == 1:
            parts = [Span(m.start(), m.end()) for m in re.finditer(r"\S+", text[a:b])]
        cells = _without_keys(tuple(cell(text, a + p.start, a + p.end) for p in parts[:MAX_CELLS]))
        plain = sum(1 for c in cells if is_number(c.text))
        if any(s.start < found.end() and found.start() < s.end for s in taken):
            continue
        if len(cells) >= 3 and plain >= 2 and plain * 2 >= len(cells) and all(len(c.text.split()) <= 2 and "=" not in c.text for c in cells):
            rows.append((cell(text, *trim(text, *found.span("label"), " $")), cells, Span(*found.span())))
    return sorted(rows, key=lambda r: r[2])


def _without_keys(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """The values of `{0: 1, 1: 2, ...}`, whose keys count up from 0."""
    found = [re.fullmatch(r"(\d{1,3})\s*:\s*(\S+)", c.text) for c in cells]
    if not all(m and int(m[1]) == k for k, m in enumerate(found)):
        return cells
    return tuple(Cell(m[2], Span(c.span.start + m.start(2), c.span.end)) for c, m in zip(cells, found) if m)


def _top_commas(text: str, pattern: str) -> list[Span]:
    deep = levels(text)
    pieces, start = [], 0
    for found in re.finditer(pattern, text):
        if not deep[found.start() + len(found[0]) - len(found[0].lstrip())]:
            pieces.append(Span(start, found.start()))
            start = found.end()
    return [*pieces, Span(start, len(text))]


_INDEXED = re.compile(r"(?<![A-Za-z\\_])(?P<name>[A-Za-z]|\\[A-Za-z]+)\s?(?:_\s?\{\s?(?P<a>\d{1,3})\s?\}|_(?P<b>\d{1,3})|(?P<c>\d{1,3})|"
                      r"\[(?P<d>\d{1,3})\]"
                      r"|\^\s?\{?\((?P<e>\d{1,3})\)\}?|\((?P<f>\d{1,3})\)|(?P<g>[₀₁₂₃₄₅₆₇₈₉]{1,3}))[ $]{0,3}=(?!=)")
_LINE_INDEX = re.compile(r"^[ \t]*(?:[-*•·][ \t]+)?(?:(?:[Ss]tep|[Ii]teration|[Tt]ime|[Ii]ter|[Rr]ound)\s*(?P<a>\d{1,3})|\$?(?:t|k|n|i|"
                         r"step)\s*=\s*(?P<b>\d{1,3})\$?)\s*[:.),;\-–]",
                         re.MULTILINE)
_NAMED = re.compile(r"(?<![A-Za-z\\_])(?P<name>[A-Za-z]|\\[A-Za-z]+)(?:_\{?[a-z]\}?)?[ $]{0,3}(?:=|:)(?!=)")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def assignments(text: str) -> list[tuple[str, int, Cell]]:
    """`x_0 = 1, y_0 = 1, x_1 = ...` and lines such as `t = 1: q = 2, p = -1`: name, index and value, in order of writing.

    Of `q_1 = q_0 + p_0 = 2` the last side is the value. What is not followed by a number is left out.
    """
    made: list[tuple[int, str, int, Cell]] = []
    for found in _INDEXED.finditer(text):
        index = next(int(found[g].translate(_DIGITS)) for g in "abcdefg" if found[g] is not None)
        value = _value(text, found.end()) if _begins_statement(text, found.start()) else None
        if value:
            made.append((found.start(), found["name"].lstrip("\\"), index, value))
    for line in _LINE_INDEX.finditer(text):
        end = text.find("\n", line.end())
        for found in _NAMED.finditer(text, line.end(), end if end >= 0 else len(text)):
            value = _value(text, found.end())
            if value:
                made.append((found.start(), found["name"].lstrip("\\"), int(line["a"] or line["b"]), value))
    return [(name, index, value) for _, name, index, value in sorted(made, key=lambda m: m[0])]


def _begins_statement(text: str, start: int) -> bool:
    """Is the name what a statement is about ("q_1 = ...", "p_0 = q_0 = 1"), and not an operand of the side before ("q_0 + p_0 = 2")?"""
    head = text[max(0, start - 12):start].rstrip(" $")
    return not head or re.search(r"[=,;:\n&({\[|>•]$|[A-Za-z]{2}$|\.\s*$|[-*]$(?<=\n.)", head) is not None


def _value(text: str, start: int) -> Cell | None:
    """The number that ends the chain of equalities from here to the next comma, semicolon, word or line's end."""
    stop = re.compile(r"[,;\n]|\\\\|\s(?:and|so|then)\b|\.\s|\\q?quad|$").search(text, start)
    end = stop.start() if stop else len(text)
    last = text.rfind("=", start, end) + 1
    span = trim(text, max(start, last), end, "$. *)")
    return Cell(text[span.start:span.end], span) if is_number(text[span.start:span.end]) else None
