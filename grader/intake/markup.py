r"""What Markdown is written with beside formulas and tables, brought to plain text: escapes, HTML, sub- and superscripts of editors, highlights,
comments.

Only text outside of formulas and code is changed, and the number of lines stays. In CommonMark a backslash before punctuation says that the sign is
meant as typed (`q\_t`, `a\)`), as word processors write it; but `\(`, `\[`, `\{`, `\|`, `\,` are also LaTeX, so that these are left alone unless the
text is escaped throughout: then other escapes stand in it that no formula has (`\*`, `\<`, `\_`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from grader.reading.delimiters import delimited

_ESCAPED = re.compile(r"(?<!\\)\\(?:_(?=[\w{(\\])|[*<>~^](?![A-Za-z{])|\$[^$\n]{1,400}?\\\$)|^[ \t>]*(?:\d{1,2}|[A-Za-z])\\[.)](?=\s)", re.MULTILINE)
"""Signs that a text is escaped."""
_ESCAPE = re.compile(r"\\([_*#<>~^=+\-.)\]'\"`&@/%|])|\\(\\)(?=[A-Za-z])")
_LABEL = re.compile(r"^(?P<head>[ \t>]*)\\?\((?P<name>[A-Za-z]|\d{1,2})\\\)(?=\s)", re.MULTILINE)
_DISPLAY = re.compile(r"\\\$\\\$([^$]{1,4000}?)\\\$\\\$")
_INLINE = re.compile(r"\\\$([^$\n]+?)\\\$")
_TAGS = "font|span|div|p|b|i|u|em|strong|center|mark|small|big|details|summary|tt|code|kbd"
_TAG = re.compile(rf"</?(?P<name>{_TAGS})(?:\s+[\w-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[\w#%;:.-]+))*\s*/?>", re.IGNORECASE)
_TICKED = re.compile(r"\$`([^`\n]+)`\$")
_HEADING = re.compile(r"^[ \t]*<h([1-6])(?:\s[^<>\n]{0,200})?>([^\n]*?)</h\1\s*>[ \t]*$", re.MULTILINE | re.IGNORECASE)
_SCRIPT = re.compile(r"<(?P<name>sub|sup)>(?P<inner>[^<>\n]{0,60})</(?P=name)>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_SIMPLE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=[\w)\]}])~([^~\s]{1,12})~(?![\w~])"), r"_{\1}"),  # q~t+1~
    (re.compile(r"(?<=[\w)\]}])\^([^\^\s{}]{1,12})\^(?![\w(\\{^])"), r"^{\1}"),  # n^2^
    (re.compile(r"(?<![\w=<>!:])==(?=\S)([^=\n]+?)(?<=\S)==(?!=)"), r"\1"),  # ==marked==
    (re.compile(r"\[\[(?:[^\[\]|\n]*\|)?(?=[^\[\]\n]*[A-Za-z]{3})([^\[\]|\n]+)\]\]"), r"\1"),  # [[page|shown]]
    (re.compile(r"(?<=\S)\[\^[\w-]{1,20}\](?!:)"), ""),  # a footnote's mark
    (re.compile(r"^[ \t]*:{3,}[^\n]*$", re.MULTILINE), ""),  # ::: answer
    (re.compile(r"(?:\A|(?<=[\w)}.*]))[ \t]+\{[#.][^{}\n]*\}[ \t]*$|(?<![ \t])[ \t]+\{-\}[ \t]*$", re.MULTILINE), ""),  # {#sec:one}
)
_BLOCK_ID = re.compile(r"(?:\A|(?<=[.*)]))[ \t]+\^[a-z][a-z0-9]*-[a-z0-9-]+[ \t]*$", re.MULTILINE)
_OPENS = re.compile(r"%%|<!--(?!\s*answer\s*[:=])", re.IGNORECASE)
MAX_COMMENT = 4000
"""Longer comments are taken for text: they may hold the whole paper."""


def plain_markup(text: str) -> str:
    """The text with as many lines, and without the markup that is neither formula, table, code nor heading."""
    text = _uncommented(text)
    if _outside(text, lambda t: "\0" if _ESCAPED.search(t) else "", "") and "\\" in text:
        text = _unescaped(text)
    return _outside(_TICKED.sub(r"$\1$", text), _plain, None)


def comments(text: str) -> list[tuple[int, str]]:
    """What stands in comments outside of code: the number of the line, from 0, on which the words begin, and the words."""
    made = []
    line, counted = 0, 0
    for start, end in _commented(text):
        mark = 2 if text[start] == "%" else 4
        inner = text[start + mark:end - min(mark, 3)]
        begins = start + mark + len(inner) - len(inner.lstrip())
        line, counted = line + text.count("\n", counted, begins), begins
        made.append((line, inner.strip()))
    return [(line, words) for line, words in made if words]


def _commented(text: str) -> list[tuple[int, int]]:
    """Where comments outside of code begin and end, whatever formulas they hold."""
    if "%%" not in text and "<!--" not in text:
        return []
    code = [p.outer for p in delimited(text) if p.kind == "code"]
    made: list[tuple[int, int]] = []
    position, k = 0, 0
    while found := _OPENS.search(text, position):
        position = found.end()
        while k < len(code) and code[k][1] <= found.start():
            k += 1
        if k < len(code) and code[k][0] <= found.start():
            continue
        close = "%%" if found[0] == "%%" else "-->"
        end = text.find(close, found.end(), found.end() + MAX_COMMENT)
        if end >= 0:
            position = end + len(close)
            made.append((found.start(), position))
    return made


def _uncommented(text: str) -> str:
    """The text without comments, with as many lines."""
    pieces, position = [], 0
    for start, end in _commented(text):
        pieces += [text[position:start], "\n" * text.count("\n", start, end)]
        position = end
    return "".join([*pieces, text[position:]])


def _outside(text: str, change: Callable[[str], str], fixed: str | None) -> str:
    """The text with `change` made in what stands outside of formulas and code; these as they are, or as `fixed`."""
    pieces: list[str] = []
    position = 0
    for passage in delimited(text):
        start, end = passage.outer
        pieces += [change(text[position:start]), text[start:end] if fixed is None else fixed]
        position = end
    return "".join([*pieces, change(text[position:])])


def _unescaped(text: str) -> str:
    text = _LABEL.sub(r"\g<head>(\g<name>)", text)

    def change(piece: str) -> str:
        piece = _DISPLAY.sub(r"$$\1$$", piece)
        return _ESCAPE.sub(lambda m: m[1] or m[2], _INLINE.sub(r"$\1$", piece))

    return _outside(text, change, None)


def _plain(text: str) -> str:
    text = _HEADING.sub(lambda m: f"{'#' * int(m[1])} {m[2].strip()}", text)
    if "<" in text:
        text = _SCRIPT.sub(lambda m: ("_" if m["name"].lower() == "sub" else "^") + "{" + m["inner"] + "}", text)
        closed = {name.lower() for name in re.findall(rf"</({_TAGS})\s*>", text, re.IGNORECASE)}
        text = _TAG.sub(lambda m: "" if m["name"].lower() in closed else m[0], text)
    if "&" in text:
        text = _ENTITY.sub(lambda m: re.sub(r"[\n\r]", " ", html.unescape(m[0])), text)
    for pattern, value in _SIMPLE:
        text = pattern.sub(value, text)
    return _BLOCK_ID.sub("", text)
