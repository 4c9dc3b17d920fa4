"""Markdown papers: headings, fenced code, tables and displays are found by a Markdown parser, the rest is lines in which labels are looked for."""

from __future__ import annotations

import re

from grader.intake.labels import find_label
from grader.intake.markup import comments, plain_markup
from grader.intake.paper import Paper, Piece, front_matter, learner_line, listed
from grader.reading.passages import delimited

_TAG = re.compile(r"\s*<!--\s*answer\s*[:=]\s*(?P<key>[^<>]{1,80}?)\s*-->\s*", re.IGNORECASE)


def read_markdown(text: str, file: str = "") -> Paper:
    """The paper in a Markdown text. Front matter may give `learner`, `problem` and `source: ocr`."""
    matter, body = front_matter(text)
    learner = next((matter[k] for k in ("learner", "student", "name", "author", "id") if matter.get(k)), "")
    problems = listed(matter.get("problem") or matter.get("problems") or "")
    return Paper(learner, tuple(markdown_pieces(body)), "markdown", file, matter.get("source", "").lower() == "ocr", problems=problems)


def markdown_pieces(text: str, first: int = 1) -> list[Piece]:
    """The pieces of a Markdown text whose first line has the number `first`."""
    hidden = comments(text)
    text = plain_markup(text)
    lines = text.split("\n")
    roles: list[str] = ["text"] * len(lines)
    levels = [0] * len(lines)
    content = [re.sub(r"^\s{0,3}>[ \t]?", "", line) for line in lines]
    masked, inside = _without_displays(text)
    for k in inside:
        roles[k] = "block"
    for kind, start, end, level, inline in _structure(masked):
        if kind == "heading" and roles[start] == "text":
            if end - start == 1:
                roles[start], levels[start], content[start] = "heading", level, _heading_text(lines[start], inline)
            else:  # underlined: the text stays a line, the rule goes
                content[end - 1] = ""
        elif kind in ("fence", "table"):
            for k in range(start, min(end, len(lines))):
                roles[k] = "block"
    _callouts(content, roles, levels, lines)
    for k, line in enumerate(lines):
        tag = _TAG.fullmatch(line)
        if tag and roles[k] in ("text", "block"):
            roles[k], content[k] = "key", tag["key"]
    made = _runs(content, roles, levels, first)
    return _with_comments(made, hidden, first) if hidden else made


def _with_comments(pieces: list[Piece], hidden: list[tuple[int, str]], first: int) -> list[Piece]:
    """The pieces with each comment behind the line it begins on; a piece of text is cut there."""
    made: list[Piece] = []
    left = [(first + k, words) for k, words in hidden]
    for piece in pieces:
        rows = piece.text.split("\n") if piece.role != "key" else [""]
        while left and left[0][0] < piece.line + len(rows):
            line, words = left.pop(0)
            cut = line + 1 - piece.line
            if piece.role in ("text", "handout") and 0 < cut:
                made.append(Piece(piece.role, "\n".join(rows[:cut]), piece.line))
                rows = rows[cut:]
                piece = Piece(piece.role, "\n".join(rows), piece.line + cut)
            made.append(Piece("comment", words, line))
            if not rows:
                break
        if rows:
            made.append(piece)
    return made + [Piece("comment", words, line) for line, words in left]


_CALLOUT = re.compile(r"\s*\[!(?P<kind>[\w-]{1,20})\][+-]?[ \t]*(?P<title>.*)")
_ASKING = frozenset("question help faq quote cite abstract summary".split())


def _callouts(content: list[str], roles: list[str], levels: list[int], lines: list[str]) -> None:
    """`> [!question] a`: a title that is a label becomes a heading; what stands in a callout for questions was handed out."""
    asking = False
    for k, line in enumerate(lines):
        quoted = re.match(r"\s{0,3}>", line) is not None
        found = _CALLOUT.fullmatch(content[k]) if quoted and roles[k] == "text" else None
        if found:
            asking = found["kind"].lower() in _ASKING
            title = found["title"].strip()
            content[k] = title
            if find_label("# " + title) or re.fullmatch(r"[A-Za-z]|\d{1,2}[A-Za-z]?", title):
                roles[k], levels[k] = "heading", 6
        elif not quoted:
            asking = False
        elif asking and roles[k] == "text" and not find_label(content[k]):
            roles[k] = "handout"


def _heading_text(line: str, inline: str) -> str:
    """The heading's text as typed, without its marks (the parser's text has its displays masked)."""
    bare = re.sub(r"^\s*(?:>\s*)*#{1,6}[ \t]*|[ \t]+#+[ \t]*$", "", line).strip()
    return bare or inline


def _without_displays(text: str) -> tuple[str, list[int]]:
    """The text with displays masked (a lone `=` in one would make a heading), and the lines that begin inside one."""
    pieces: list[str] = []
    inside: list[int] = []
    position = 0
    line, counted = 0, 0
    for passage in delimited(text):
        if passage.kind != "display" or text.startswith(("```", "~~~"), passage.outer.start):
            continue
        start, end = passage.outer
        pieces += [text[position:start], re.sub(r"[^\n]", "x", text[start:end])]
        line += text.count("\n", counted, start)
        counted = start
        inside += range(line + 1, line + 1 + text.count("\n", start, end))
        position = end
    return "".join([*pieces, text[position:]]), inside


def _structure(text: str) -> list[tuple[str, int, int, int, str]]:
    """(kind, first line, line after the last, heading level, heading text) of headings, fences and tables."""
    from markdown_it import MarkdownIt

    found = []
    parser = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")
    parser.core.ruler.disable(["inline"])  # only blocks are wanted, and links in links take long
    tokens = parser.parse(text)
    for k, token in enumerate(tokens):
        if token.map is None:
            continue
        if token.type == "heading_open":
            found.append(("heading", token.map[0], token.map[1], int(token.tag[1]), tokens[k + 1].content))
        elif token.type in ("fence", "table_open"):
            found.append(("fence" if token.type == "fence" else "table", token.map[0], token.map[1], 0, ""))
    return found


def _runs(lines: list[str], roles: list[str], levels: list[int], first: int) -> list[Piece]:
    """Lines of one role that follow one another as one piece; headings and keys are pieces of their own."""
    made: list[Piece] = []
    start = 0
    for k in range(1, len(lines) + 1):
        if k < len(lines) and roles[k] == roles[start] and roles[k] in ("text", "block", "handout"):
            continue
        if roles[start] == "key":
            made.append(Piece("key", "", first + start, key=(lines[start],)))
        else:
            made.append(Piece(roles[start], "\n".join(lines[start:k]), first + start, levels[start]))
        start = k
    return made


__all__ = ["learner_line", "markdown_pieces", "read_markdown"]
