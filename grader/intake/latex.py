"""LaTeX papers: answer environments, comment tags, `\\ifans{...}`, sections and list items as labels; the document's own commands are written out.

Understood as keys: `\\begin{answer}[5c]`, `\\begin{answer}{5c}`, `% answer: 5c`. As labels: sections, `\\item[(a)]`, numbered items, `\\question` and
`\\part`, and lines that begin with a label. Under a problem that has answer environments or `\\ifans`, what stands outside of them was handed out,
but for the text after an empty `\\ifans{}`; a problem without any is the learner's own text throughout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from grader.intake.labels import find_label
from grader.intake.latex_macros import definitions, expand
from grader.intake.paper import Paper, Piece, learner_line
from grader.reading.passages import delimited
from grader.reading.splitting import groups

_ANSWERS = "answer|answers|ans|solution|soln|sol|response|myanswer|studentanswer|youranswer"
_COMMAND_ANSWERS = f"ifans|{_ANSWERS}"
_ENVIRONMENTS = (f"{_ANSWERS}|enumerate|itemize|description|parts|subparts|questions|problem|exercise|question|document|center|proof|quote|flushleft|"
                 "framed|tcolorbox|mdframed")
_STRUCTURE = re.compile(
    rf"\\begin\s*\{{(?P<begin>{_ENVIRONMENTS})\*?\}}"
    r"|\\end\s*\{(?P<end>[A-Za-z]+)\*?\}"
    r"|\\(?P<heading>section|subsection|subsubsection|paragraph|subparagraph|chapter)\*?\s*(?:\[[^\]\n]*\]\s*)?(?=\{)"
    r"|\\(?P<item>item|question|part|subpart|titledquestion)(?![A-Za-z])\s*(?:\[(?P<label>[^\]\n]*)\])?"
    r"|\\(?P<change>setcounter|addtocounter)\s*\{enum(?P<depth>i{1,3}|iv)\}\s*\{\s*(?P<amount>-?\d{1,3})\s*\}"
    rf"|\\(?P<command>{_COMMAND_ANSWERS})\s*(?=\{{)"
    r"|\x00(?P<tag>[^\x00]*)\x00")
_LEVELS = {"chapter": 1, "section": 1, "subsection": 2, "subsubsection": 3, "paragraph": 4, "subparagraph": 5}
_OWN_ANSWER = re.compile(r"\\(begin|end)\s*\{(?!(?:" + _ANSWERS + r")\*?\})\w*(?:answer|solution|antwort|loesung|respuesta|reponse|risposta)\w*\*?\}",
                         re.IGNORECASE)
"""An environment whose name says that it holds answers ("solutionbox")."""
_TARGET = re.compile(r"\\hypertarget\s*\{[^{}]*\}\s*\{\s*"
                     r"(?P<head>\\(?:sub){0,2}section\*?\s*\{[^{}]*\}(?:\\label\s*\{[^{}]*\})?)\s*\}")
"""A section with an anchor around it, as document converters write them."""
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%([^\n]*)")
_TAG = re.compile(r"\s*answers?\s*[:=]\s*(?P<key>[^\n]{1,80}?)\s*$", re.IGNORECASE)
_IGNORED = re.compile(r"\\(?:maketitle|tightlist|newpage|clearpage|pagebreak|noindent|centering|bigskip|medskip|smallskip|par|hfill|indent|tableofcontents|"
                      r"qed|large|Large|small|normalsize|bfseries|itshape)(?![A-Za-z])"
                      r"|\\(?:vspace|hspace|label|pagestyle|thispagestyle|title|date|usepackage|documentclass|setlength|setcounter|input|include|"
                      r"bibliography|bibliographystyle|geometry|author|lstset|hypersetup|newcounter)"
                      r"\*?\s*(?:\[[^\]\n]*\]\s*)?(?:\{[^{}\n]*\}\s*){1,2}")


@dataclass
class _List:
    """An open list: its environment, its counter, and how its items are labelled ("letters", "numbers", "roman", or "" for content)."""

    name: str
    style: str
    count: int = 0
    labelled: bool = False
    """Has an item named a part (`\\item[(a)]`)?"""


@dataclass
class _Draft:
    """A piece that may still grow."""

    role: str
    rows: list[str]
    line: int
    level: int = 0
    key: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        """The line of its last row."""
        return self.line + len(self.rows) - 1


@dataclass
class _Reader:
    pieces: list[_Draft] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)
    """Where brace groups end."""
    lists: list[_List] = field(default_factory=list)
    handout: bool = False
    """Does the problem at hand set its answers apart?"""
    regions: list[tuple[int, bool]] = field(default_factory=list)
    """Where problems begin, and whether each sets its answers apart."""
    inside: int = 0
    """Open answer environments."""
    after_empty: bool = False
    heading_is_part: bool = False
    headed: bool = False
    keyed: bool = False


def read_latex(text: str, file: str = "") -> Paper:
    """The paper in a LaTeX document (or a part of one)."""
    marked, learner, problems = _without_comments(text)
    marked = _TARGET.sub(lambda m: "\n" * m[0].count("\n") + m["head"], marked)
    macros, body = definitions(_OWN_ANSWER.sub(r"\\\1{answer}", marked))
    author = re.search(r"\\author\s*\{([^{}\n]{1,60})\}", body)
    kept = frozenset(_COMMAND_ANSWERS.split("|")) | {"item", "begin", "end", "section", "part", "question"}
    body = _document(body)
    body, origin = expand(body, macros, kept)
    reader = _Reader()
    _walk(reader, body, origin)
    pieces = tuple(Piece(d.role, "\n".join(d.rows), d.line, d.level, d.key) for d in reader.pieces)
    name = learner or (author[1].strip() if author else "")
    return Paper(name, pieces, "latex", file, problems=problems)


def _without_comments(text: str) -> tuple[str, str, tuple[str, ...]]:
    """The text without comments; answer tags become marks. Also the learner and problems that comments of the form `% learner: s004` name."""
    learner, problems = "", ()

    def mark(found: re.Match[str]) -> str:
        nonlocal learner, problems
        words = found[2]
        tag = _TAG.match(words)
        if tag:
            return f"{found[1]}\x00{tag['key']}\x00"
        named = re.fullmatch(r"\s*problems?\s*:\s*(.+?)\s*", words, re.IGNORECASE)
        if named:
            problems = tuple(re.split(r"[,\s]+", named[1]))
        learner = learner or learner_line(words.strip())
        return found[1]

    return _COMMENT.sub(mark, text.replace("\x00", "")), learner, problems


def _document(text: str) -> str:
    """What stands between `\\begin{document}` and `\\end{document}`, with the line breaks before it; the text itself where there is no such."""
    begin = re.search(r"\\begin\s*\{document\}", text)
    if not begin:
        return text
    end = re.search(r"\\end\s*\{document\}", text)
    return "\n" * text.count("\n", 0, begin.end()) + text[begin.end():end.start() if end and end.start() > begin.end() else len(text)]


def _walk(reader: _Reader, body: str, origin: list[int]) -> None:
    opaque = [p.outer for p in delimited(body) if p.kind in ("inline", "display", "code", "table")]
    reader.regions = _regions(body)
    reader.handout = reader.regions.pop(0)[1]
    reader.ends = groups(body)
    breaks = [m.start() for m in re.finditer("\n", body)]
    inner: list[tuple[int, int]] = []
    k = 0
    position = 0
    for found in _STRUCTURE.finditer(body):
        while k < len(opaque) and opaque[k].end <= found.start():
            k += 1
        if found.start() < position or k < len(opaque) and opaque[k].start <= found.start() < opaque[k].end:
            continue
        while inner and found.start() >= inner[-1][1]:
            position = _close(reader, body, position, inner.pop(), origin, breaks)
        _text(reader, body, position, found.start(), origin, breaks)
        while reader.regions and reader.regions[0][0] <= found.start():
            reader.handout = reader.regions.pop(0)[1]
        position = _structure(reader, body, found, origin, breaks, inner)
    while inner:
        position = _close(reader, body, position, inner.pop(), origin, breaks)
    _text(reader, body, position, len(body), origin, breaks)


def _regions(body: str) -> list[tuple[int, bool]]:
    """Where each problem begins (sections and questions; the document's head before them), and whether answers are set apart in it.

    The head counts as handed out where any problem sets its answers apart.
    """
    made: list[tuple[int, bool]] = [(0, False)]
    for found in _STRUCTURE.finditer(body):
        if found["heading"] and _names_a_problem(found["heading"], body[found.end():found.end() + 80]) \
                or found["item"] in ("question", "titledquestion"):
            made.append((found.start(), False))
        elif found["begin"] in _ANSWERS.split("|") or found["command"]:
            made[-1] = (made[-1][0], True)
    return [(0, any(apart for _, apart in made)), *made[1:]]


def _names_a_problem(kind: str, title: str) -> bool:
    """Is a heading that of a problem: with its number, or a section with any title but `{(a) ...}`?"""
    label = find_label("# " + title.lstrip("{ ").split("}")[0])
    return bool(label and label.problem and not label.part) or kind in ("chapter", "section") and not (label and label.part)


def _close(reader: _Reader, body: str, position: int, opened: tuple[int, int], origin: list[int], breaks: list[int]) -> int:
    _text(reader, body, position, opened[1] - 1, origin, breaks)
    reader.inside -= 1
    return max(position, opened[1])


def _line(at: int, origin: list[int], breaks: list[int]) -> int:
    from bisect import bisect_left

    return origin[min(bisect_left(breaks, at), len(origin) - 1)]


def _structure(reader: _Reader, body: str, found: re.Match[str], origin: list[int], breaks: list[int], inner: list[tuple[int, int]]) -> int:
    """Take one structural command; returns where the text goes on."""
    line = _line(found.start(), origin, breaks)
    if found["tag"] is not None:
        reader.pieces.append(_Draft("key", [""], line, key=(found["tag"].strip(),)))
        reader.after_empty, reader.keyed = True, True
        return found.end()
    if found["heading"]:
        end = reader.ends.get(found.end(), -1)
        if end < 0:
            return found.end()
        _head(reader, _plain(body[found.end() + 1:end - 1]), line, _LEVELS[found["heading"]])
        return end
    if found["command"]:
        return _command(reader, body, found, line, inner)
    if found["item"]:
        return _item(reader, found, line, _line(found.end(), origin, breaks))
    if found["change"]:
        return _counter(reader, found)
    if found["begin"]:
        return _begin(reader, body, found, line)
    return _end(reader, found, line)


def _head(reader: _Reader, text: str, line: int, level: int) -> None:
    label = find_label("# " + text)
    reader.pieces.append(_Draft("heading", [text], line, level))
    reader.heading_is_part = bool(label and label.part)
    reader.headed, reader.after_empty, reader.keyed = True, False, False


def _command(reader: _Reader, body: str, found: re.Match[str], line: int, inner: list[tuple[int, int]]) -> int:
    """`\\ifans{...}`; `\\answer{5c}{...}` names its part first."""
    end = reader.ends.get(found.end(), -1)
    if end < 0:
        reader.pieces.append(_Draft("answer", [""], line))
        reader.after_empty = True
        return found.end() + 1
    content = body[found.end() + 1:end - 1]
    following = re.compile(r"\s*(?=\{)").match(body, end)
    label = find_label(content.strip() + ":") if len(content) < 30 else None
    if following and label and label.part and following.end() in reader.ends:
        reader.pieces.append(_Draft("key", [""], line, key=(content.strip(),)))
        end, start = reader.ends[following.end()], following.end() + 1
    else:
        start = found.end() + 1
        reader.pieces.append(_Draft("answer", [""], line))
        if not content.strip():
            reader.after_empty = True
            return end
    reader.inside += 1
    inner.append((start, end))
    return start


_STYLES = ((re.compile(r"\\alph|^\(?a[).]"), "letters"), (re.compile(r"\\Alph|^\(?A[).]"), "letters"), (re.compile(r"\\roman|^\(?i[).]"), "roman"),
           (re.compile(r"\\arabic|^\(?1[).]"), "numbers"))
_NAMED_STYLES = {"questions": "numbers", "parts": "letters", "subparts": "roman"}
_INNER_STYLES = {"": "numbers", "numbers": "letters", "headings": "letters", "letters": "roman"}
"""How a list is labelled that does not say so, by what it stands in."""
_ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")


def _begin(reader: _Reader, body: str, found: re.Match[str], line: int) -> int:
    name, end = found["begin"], found.end()
    argument = re.compile(r"[ \t]*\n?[ \t]*\[(?P<square>[^\]\n]*)\]|[ \t]*\{(?P<curly>[^{}\n]{1,60})\}").match(body, end)
    given = (argument["square"] or argument["curly"] or "").strip() if argument else ""
    if re.fullmatch(_ANSWERS, name):
        reader.inside += 1
        if given and argument:
            key = re.sub(r"(?i)^\s*(?:answer|solution)\s*(?:to|for)?\s*", "", given)
            reader.pieces.append(_Draft("key", [""], line, key=(key,)))
            reader.keyed = True
            return argument.end()
        reader.pieces.append(_Draft("answer", [""], line))
        return end
    if name in ("enumerate", "parts", "subparts", "questions", "itemize", "description"):
        style = next((s for pattern, s in _STYLES if argument and argument["square"] and pattern.search(given.replace("label=", "").strip())), "")
        labelling = not _part_known(reader) if reader.inside else not reader.heading_is_part and not reader.keyed
        if name in ("itemize", "description") or not labelling:
            style = ""
        elif not style:
            outer = next((entry.style for entry in reversed(reader.lists) if entry.style), "headings" if reader.headed else "")
            style = _NAMED_STYLES.get(name) or _INNER_STYLES.get(outer, "")
        start = re.search(r"\bstart\s*=\s*(\d{1,3})\b", given) if argument and argument["square"] else None
        reader.lists.append(_List(name, style, max(0, int(start[1]) - 1) if start else 0))
        return argument.end() if argument and argument["square"] is not None else end
    if name in ("problem", "exercise", "question") and given and argument and find_label(given):
        _head(reader, given, line, 1)
        return argument.end()
    return argument.end() if argument and argument["square"] is not None and name in ("tcolorbox", "mdframed", "framed") else end


def _counter(reader: _Reader, found: re.Match[str]) -> int:
    """`\\setcounter{enumi}{3}`: the next item of the outermost enumeration is the fourth."""
    numbered = [entry for entry in reader.lists if entry.name == "enumerate"]
    depth = ("i", "ii", "iii", "iv").index(found["depth"])
    if depth < len(numbered):
        amount = int(found["amount"])
        numbered[depth].count = max(0, amount + (numbered[depth].count if found["change"] == "addtocounter" else 0))
    return found.end()


def _end(reader: _Reader, found: re.Match[str], line: int) -> int:
    name = found["end"]
    if re.fullmatch(_ANSWERS, name):
        reader.inside = max(0, reader.inside - 1)
        if reader.keyed:
            reader.pieces.append(_Draft("key", [""], line))
            reader.keyed = False
    elif reader.lists and reader.lists[-1].name == name:
        reader.lists.pop()
    return found.end()


def _part_known(reader: _Reader, but: int = 0) -> bool:
    """Does what stands around say which part is answered? The innermost `but` lists are not asked."""
    outer = reader.lists[:len(reader.lists) - but]
    return reader.keyed or reader.heading_is_part or any(entry.style in ("letters", "roman") or entry.labelled for entry in outer)


def _item(reader: _Reader, found: re.Match[str], line: int, text_line: int) -> int:
    alone = {"question": "numbers", "part": "letters"}.get(found["item"], "")
    current = reader.lists[-1] if reader.lists else _List("", alone)
    current.count += 1
    label = (found["label"] or "").strip()
    known = reader.inside and _part_known(reader, but=1)
    named = find_label(f"{label}:" if label and label[-1:] not in ")].:" else label) if label and not known else None
    reader.after_empty = False if not reader.inside else reader.after_empty
    if named:
        current.labelled = True
        reader.pieces.append(_Draft("heading", [_plain(label)], line, 5))
    elif current.style and not (found["item"] == "part" and not reader.lists):
        number = current.count
        text = {"letters": f"({chr(96 + min(number, 26))})", "roman": f"({_ROMAN[min(number, 10)]})"}.get(current.style, f"{number}.")
        reader.pieces.append(_Draft("text", [text], line))
        reader.headed = reader.headed or current.style == "numbers"
    else:
        bullet = f"{label} " if label else f"{current.count}. " if current.name == "enumerate" else "- "
        rest_is_handout = reader.handout and not reader.inside and not reader.after_empty
        reader.pieces.append(_Draft("handout" if rest_is_handout else "block", [bullet], text_line))
    return found.end()


def _text(reader: _Reader, body: str, start: int, end: int, origin: list[int], breaks: list[int]) -> None:
    """Text between structural commands, line by line of the source, displays as blocks."""
    text = body[start:end]
    if not text.strip():
        return
    outside = reader.handout and not reader.inside and not reader.after_empty and not reader.keyed
    inside_display: set[int] = set()
    for passage in delimited(text):
        if passage.kind in ("display", "code", "table"):
            first = text.count("\n", 0, passage.outer.start)
            inside_display |= set(range(first + 1, first + 1 + text.count("\n", passage.outer.start, passage.outer.end)))
    inside_display = set() if outside else inside_display
    at = start
    for k, row in enumerate(text.split("\n")):
        line = _line(at, origin, breaks)
        at += len(row) + 1
        if k not in inside_display:
            row = _plain(_IGNORED.sub("", row))
        role = "handout" if outside else "block" if k in inside_display else "text"
        label = find_label(row) if role == "text" and not reader.headed else None
        reader.headed = reader.headed or bool(label and label.problem and label.strong)
        last = reader.pieces[-1] if reader.pieces else None
        if last and last.role == role and k and last.end + 1 == line:
            last.rows.append(row)
        elif last and last.role in ("text", "block") and role in ("text", "block") and not k and last.end == line:
            last.rows[-1] += row if last.role == "block" else f" {row}"
        elif row.strip() or k:
            reader.pieces.append(_Draft(role, [row], line))


def _plain(text: str) -> str:
    """Text without the commands that only set type: bold becomes `**...**`, the others vanish."""
    text = re.sub(r"\\(?:textbf|textsc)\s*\{([^{}]*)\}", r"**\1**", text)
    text = re.sub(r"\\(?:textcolor|colorbox|fcolorbox\s*\{[^{}]*\})\s*(?:\[[^\]\n]*\])?\{[^{}]*\}\s*(?=\{)|\\color\s*\{[^{}]*\}", r"\\emph", text)
    text = re.sub(r"\\emph(?!\s*\{)", "", text)
    text = re.sub(r"\\(?:textit|emph|underline|textrm|texttt|textsf|uline)\s*\{([^{}]*)\}", r"\1", text)
    return re.sub(r"\\(?:section|subsection)\*?\s*\{([^{}]*)\}", r"\1", text)
