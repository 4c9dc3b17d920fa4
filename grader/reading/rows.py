"""Rows of a LaTeX display, and the statements of a row. Texts keep their length: what is no mathematics is blanked out, so that places stay true."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.reading.prose import Remark, latex_remark
from grader.reading.splitting import CONNECTIVES, Cut, blank_out, group, levels, signs, trim, words_of
from grader.term import Span


@dataclass(frozen=True, slots=True)
class DisplayRow:
    """One row: `text` has the length of `span`; `words` stand before its formula, or instead of it (`\\intertext`), then the text is blank."""

    text: str
    span: Span
    remark: Remark = Remark()
    words: str = ""


_WRAPPER = re.compile(r"\\(?:begin|end)\s*\{(?:equation|align|aligned|alignat|alignedat|flalign|gather|gathered|multline|multlined|split|eqnarray|"
                      r"displaymath|math|dmath|subequations|"
                      r"IEEEeqnarray)\*?\}(?:\s*\[[a-z]\])?(?:(?<=at\})\s*\{\d+\}|(?<=at\*\})\s*\{\d+\}|(?<=array\})\s*\{[a-zA-Z]*\})?|"
                      r"\\(?:nonumber|notag|displaystyle|centering|hfill)(?![A-Za-z])|"
                      r"\\(?:label|tag\*?|hspace|vspace)\s*\{[^{}]*\}")
_ROW_END = r"\\\\(?:\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in)\s*\])?|\\newline(?![A-Za-z])|\\cr(?![A-Za-z])"
_TEXT = re.compile(r"\\(?:text(?:rm|it|bf|sf|normal|up)?|mbox|hbox|intertext|shortintertext)\s*(?=\{)")
_KEPT_TEXT = re.compile(r"\s*(?:and|or|KL|ELBO|Var|Cov|softmax|max|min|argmax|argmin|const\.?|constant|tr|det|diag|rank|sign|Pr|E|O|D|D_KL|if|"
                        r"otherwise|else|LHS|RHS|L\.H\.S\.|R\.H\.S\.)\s*")
_CONTINUES = re.compile(r"(?:\s|&|\\q?quad(?![A-Za-z])|\\[,;:! ])*(?:[+*/·×]|\\(?:times|cdot|pm|mp|oplus|otimes|circ)(?![A-Za-z]))")
_MINUS = re.compile(r"(?:\s|&|\\q?quad(?![A-Za-z])|\\[,;:! ])*[-−]")
_ENDS_OPEN = re.compile(r"(?:[+\-*/·×−]|\\(?:times|cdot|pm))\s*$")


def starts_rows(content: str) -> bool:
    """Does the text begin with an environment whose rows are lines of a derivation (`align`, not `cases`)?"""
    return _WRAPPER.match(content) is not None


def rows_of_display(content: str, offset: int) -> list[DisplayRow]:
    """The rows of a display (or of a formula in dollars) that stands at `offset` in the text."""
    clean = blank_out(_unboxed(content), _WRAPPER)
    clean, comments = _without_comments(clean)
    clean = _without_alignment(clean)
    made: list[DisplayRow] = []
    for span in _row_spans(clean):
        body, remark, words = _without_text(clean[span.start:span.end], offset + span.start)
        said = "; ".join(words_of(c) for at, c in comments if span.start <= at <= span.end + 2 and c.strip())
        if said:
            remark = remark.joined(Remark(said))
        body = _without_row_ends(body)
        where = Span(offset + span.start, offset + span.end)
        if body.strip(" .,;~\n\t"):
            made.append(DisplayRow(body, where, remark, words))
        elif words or remark.reason:
            made.append(DisplayRow("", where, Remark(), words or remark.reason))
    return made


def _unboxed(text: str) -> str:
    """`\\boxed{...}` with its command and braces blanked out."""
    for found in reversed(list(re.finditer(r"\\(?:boxed|fbox)\s*(?=\{)", text))[:20]):
        close = group(text, found.end())
        if close > 0:
            text = text[:found.start()] + " " * (found.end() + 1 - found.start()) + text[found.end() + 1:close - 1] + " " + text[close:]
    return text


def _without_row_ends(row: str) -> str:
    """`\\\\` blanked out where a row goes on; inside `cases` and matrices it stays."""
    depth, done, made = 0, 0, []
    for found in re.finditer(rf"\\(begin|end)\s*\{{|{_ROW_END}", row):
        depth += {"begin": 1, "end": -1}.get(found[1], 0)
        if not found[1] and depth <= 0:
            made += [row[done:found.start()], re.sub(r"[^\n]", " ", found[0])]
            done = found.end()
    return "".join([*made, row[done:]])


def _without_comments(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The text with `% ...` blanked out, and the comments with their places. `25\\%` and `25%` before a bracket or sign are no comments."""
    comments = []
    for found in re.finditer(r"(?<![\\\d])%([^\n]*)", text):
        comments.append((found.start(), found[1]))
    return blank_out(text, r"(?<![\\\d])%[^\n]*"), comments


def _without_alignment(text: str) -> str:
    """`&` outside matrices and cases, blanked out."""
    deep = levels(text)
    return "".join(" " if c == "&" and not deep[k] and text[k - 1:k] != "\\" else c for k, c in enumerate(text))


def _row_spans(text: str) -> list[Span]:
    deep = levels(text)
    ends = [m for m in re.finditer(_ROW_END, text) if not deep[m.start()]]
    spans, start = [], 0
    for k, found in enumerate([*ends, None]):
        stop = found.start() if found else len(text)
        goes_on = found is not None and (_CONTINUES.match(text, found.end()) or _ENDS_OPEN.search(text[start:stop].rstrip())
                                         or _MINUS.match(text, found.end()) and not signs(text[found.end():ends[k + 1].start() if k + 1 < len(ends)
                                             else len(text)]))
        if not goes_on:
            spans += _at_newlines(text, start, stop)
            start = found.end() if found else stop
    return [s for s in spans if text[s.start:s.end].strip()]


def _at_newlines(text: str, start: int, stop: int) -> list[Span]:
    """Two equations on two lines of a display without `\\\\` between them are two rows."""
    deep = levels(text[start:stop])
    spans, begin = [], start
    for found in re.compile(r"\n").finditer(text, start, stop):
        if deep[found.start() - start]:
            continue
        before, after = text[begin:found.start()], text[found.end():stop].split("\n")[0]
        cuts, following = signs(before), signs(after)
        starts_anew = following and after[:following[0].start].strip() and not _CONTINUES.match(after) and not _MINUS.match(after)
        ends = cuts and before[cuts[-1].end:].strip() and not _ENDS_OPEN.search(before.rstrip())
        if starts_anew and ends:
            spans.append(Span(begin, found.start()))
            begin = found.end()
    return [*spans, Span(begin, stop)]


def _without_text(row: str, offset: int) -> tuple[str, Remark, str]:
    """The row with its remarks in `\\text{...}` (or behind `\\because`) blanked out, the remark, and the words before the formula."""
    deep = levels(row)
    remark, lead = Remark(), ""
    for because in re.finditer(r"\\because(?![A-Za-z])|∵", row):
        if not deep[because.start()]:
            return row[:because.start()] + " " * (len(row) - because.start()), latex_remark(row[because.end():], offset + because.end()), ""
    for found in _TEXT.finditer(row):
        close = group(row, found.end())
        content = row[found.end() + 1:close - 1] if close > 0 else ""
        inside = deep[found.start()]
        bracket = re.search(r"[(\[]\s*$", row[:found.start()])
        lone = bracket is not None and re.match(r"\s*[^()\[\]]*[)\]]\s*[.,;]?\s*$", row[close:]) is not None
        if close < 0 or _KEPT_TEXT.fullmatch(content) or inside and not lone or re.match(r"\s*[_^({]", row[close:]):
            continue
        begin = bracket.start() if lone and bracket else found.start()
        rest = row[begin:]
        only_words = re.fullmatch(r"(?:\\[,;:! ]|\\q?quad|[\s~.,;:()\[\]])*", row[:begin]) is not None
        if only_words and signs(row[close:]):  # `\text{so } a = b`: words first, then the formula
            lead = words_of(content)
            row = row[:begin] + " " * (close - begin) + row[close:]
            continue
        if only_words:
            return " " * len(row), Remark(), words_of(rest).strip()
        return row[:begin] + " " * len(rest), remark.joined(latex_remark(rest, offset + begin)), lead
    numbered = re.search(r"\\q?quad\s*\(\s*(?:\d{1,2}|\*+|[a-z])\s*\)\s*$", row)
    if numbered:
        row = row[:numbered.start()] + " " * (len(row) - numbered.start())
    operation = re.search(r"(?:\s|\\q?quad|\\[,;: ])(?:\||\\mid|\\vert)\s*(?P<words>(?:[-+*/:·−÷]|\\(?:cdot|times|div)(?![A-Za-z]))\s*[^|]{1,20})$", row)
    if operation and row[:operation.start()].count("|") % 2 == 0 and signs(row[:operation.start()]):
        return row[:operation.start()] + " " * (len(row) - operation.start()), remark.joined(Remark(operation["words"].strip())), lead
    return row, remark, lead


def statements(row: str) -> list[tuple[str, Span]]:
    """The statements of a row: (connective before it, where it stands). Cut at arrows between statements, and at commas and wide spaces between
    relations."""
    pieces: list[tuple[str, Span]] = []
    start, connective = 0, ""
    every = signs(row)
    cuts = [c._replace(sign="=>") if c.sign == "->" else c for k, c in enumerate(every) if c.sign in CONNECTIVES or _joins_equations(every, k)]
    for cut in [*cuts, None]:
        stop = cut.start if cut else len(row)
        parts = _relations(row, start, stop)
        for k, part in enumerate(parts):
            if row[part.start:part.end].strip() or k == 0 and connective:
                pieces.append((connective if k == 0 else "", part))
        connective, start = (cut.sign, cut.end) if cut else ("", stop)
    return pieces


def _joins_equations(cuts: tuple[Cut, ...], k: int) -> bool:
    """ "2x = 6 -> x = 3": an arrow between two equations leads from one to the other."""
    around = [next((c.sign for c in part if c.sign != "->" or c is cuts[k]), "") for part in (cuts[:k][::-1], cuts[k + 1:])]
    return cuts[k].sign == "->" and all(sign in ("=", "<", ">", "<=", ">=") for sign in around)


def _relations(row: str, start: int, stop: int) -> list[Span]:
    """Cut at `,`, `;`, `\\quad` and `\\text{and}` where both sides are relations of their own."""
    piece = row[start:stop]
    deep = levels(piece)
    marks = [m for m in re.finditer(r"(?:\s|\\[,;:! ])*(?:(?<!\\)[,;]|\\q?quad(?![A-Za-z]))(?:\s|[,;]|\\[,;:! ]|"
                                    r"\\q?quad(?![A-Za-z]))*(?:\\text\w*\s*\{\s*and\s*\})?", piece) if not deep[m.start()] and not deep[m.end() - 1]]
    spans, begin = [], 0
    for k, mark in enumerate(marks):
        after = piece[mark.end():marks[k + 1].start() if k + 1 < len(marks) else len(piece)]
        if _is_relation(piece[begin:mark.start()]) and _is_relation(after):
            spans.append(Span(start + begin, start + mark.start()))
            begin = mark.end()
    return [*spans, Span(start + begin, stop)]


def _is_relation(text: str) -> bool:
    return any(c.sign not in CONNECTIVES for c in signs(text))


_CLOSING = re.compile(r"(?:\\(?:q?quad|,|;|:|!| |square|blacksquare|qed(?:here|symbol)?|Box|hfill)|[□∎■◻✓✔☑])\s*$|"
                      r"(?:^|\s)(?:QED|Q\.E\.D\.|q\.e\.d\.)\s*$")


def strip_row(text: str, span: Span) -> Span:
    """The side without blanks, closing punctuation, spacing commands and the mark that ends a proof."""
    while True:
        span = trim(text, span.start, span.end, ".,;~&")
        tail = _CLOSING.search(text, span.start, span.end)
        head = re.compile(r"\\(?:q?quad|,|;|:|!| )\s*").match(text, span.start, span.end)
        if tail and not tail[0].startswith("\\") or tail and text[tail.start() - 1:tail.start()] != "\\":
            span = Span(span.start, tail.start())
        elif head and head.end() > span.start:
            span = Span(head.end(), span.end)
        else:
            return span
