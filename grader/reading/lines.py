"""A derivation as a list of lines: what each claims, by which sign it hangs on the side before it, and what was said as its reason.

`lines` takes LaTeX displays (`align`, `split`, `gathered`, rows at `\\\\`, `&=`, `&=&`), one statement a line, bullets, and prose with formulas in
it. A line may lack its left side ("= b <= c" goes on from the line before), hold several signs, or carry remarks ("by Jensen", `\\text{(Jensen)}`,
`% comment`, `\\overset{(a)}{=}`). Sides are read one by one, so that one that cannot be read costs only itself. What the mathematics means is not
asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from grader.model import Note, Read, Reading, Unread
from grader.reading.inline import is_numbered, joined_by_or, last_sentence, with_claim, with_names
from grader.reading.passages import Passage, passages
from grader.reading.prose import Lead, Remark, belongs_to_words, condition_of, is_label, label_before, lead_of, prose_words, remark_at_end
from grader.reading.rows import rows_of_display, starts_rows, statements, strip_row
from grader.reading.splitting import CONNECTIVES, Names, shifted, signs, trim
from grader.reading.vocabulary import OPEN, Vocabulary
from grader.term import Span, Term

MAX_LINES = 2_000
"""More lines than this are left unread, in one line that says so."""


@dataclass(frozen=True, slots=True)
class Step:
    """One sign and the side after it. `reason` is what was written over or under the sign."""

    sign: str
    reading: Reading
    span: Span
    text: str
    reason: str = ""

    @property
    def side(self) -> Term | Unread:
        """The side as a tree, or why it is none."""
        return self.reading.term if isinstance(self.reading, Read) else self.reading


@dataclass(frozen=True, slots=True)
class Line:
    """One statement of a derivation.

    - `role`: "formula", "definition" ("let x := ..."), "premise" ("assume ...", "we know that ..."), "prose" (words only; they are in `reason`).
    - `left_reading`, `left`: the side before the first sign; None where the line begins with its sign and so goes on from the line before. A line
      without any sign (a statement such as `x = 1 or x = 2`, or a bare expression) has only a left side.
    - `connective`: "=>", "<=>", "<==" where that joins the line to the one before; "" where nothing does.
    - `conditions`: side conditions glued on ("where beta > 0"), each a term or Unread.
    """

    role: str
    left_reading: Reading | None
    steps: tuple[Step, ...]
    span: Span
    text: str
    reason: str = ""
    connective: str = ""
    conditions: tuple[Term | Unread, ...] = ()
    notes: tuple[Note, ...] = ()
    number: int = 0
    """The line of the text that it begins on, counted from 0."""
    mention: bool = False
    """Does it stand among words that do not lead to it, as a thing spoken of?"""
    apart: bool = False
    """Does something new begin here ("base case", "case 2", "inductive step")?"""
    beside: bool = False
    """Does it stand in the same row as the one before, behind a comma, a wide space or "and"?"""
    words: str = ""
    """The words right before it in its row."""
    label: str = ""
    """"LHS" or "RHS" where these letters stand for its left side, which is then the side behind them."""
    case: bool = False
    """Does a case of several begin here ("case 2: ...")?"""
    tagged: bool = False
    """Does a number such as (1) stand behind it?"""
    worded: bool = False
    """Do words stand before it that do not say how it hangs on what was before ("the length is ...")?"""

    @property
    def left(self) -> Term | Unread | None:
        """The side before the first sign."""
        return self.left_reading.term if isinstance(self.left_reading, Read) else self.left_reading

    @property
    def unread(self) -> Unread | None:
        """The first thing in the line that cannot be read."""
        every = (self.left, *[s.side for s in self.steps], *self.conditions)
        return next((side for side in every if isinstance(side, Unread)), None)

    @property
    def guessed(self) -> bool:
        """Does any side rest on a guess, a proposal, or one of several readings?"""
        read = [r for r in (self.left_reading, *[s.reading for s in self.steps]) if isinstance(r, Read)]
        return any(r.proposed or r.alternatives or any(n.severity == "guess" for n in r.notes) for r in read) or any(n.severity == "guess"
            for n in self.notes)

    @property
    def signs(self) -> tuple[str, ...]:
        """The signs of the line in order."""
        return tuple(s.sign for s in self.steps)


@dataclass
class _State:
    """What the words so far say of the next formula."""

    text: str
    vocabulary: Vocabulary
    macros: Mapping[str, tuple[int, str]] | None
    names: Names
    opening: re.Pattern[str]
    made: list[Line] = field(default_factory=list)
    reason: str = ""
    connective: str = ""
    role: str = ""
    sign: str = ""
    """A sign that ended the last row: its side stands in the next."""
    mention: bool = False
    apart: bool = False
    case: bool = False
    worded: bool = False
    words: str = ""
    beside: bool = False


def lines(text: str, vocabulary: Vocabulary = OPEN, *, macros: Mapping[str, tuple[int, str]] | None = None) -> tuple[Line, ...]:
    """The lines of a derivation in order. Never raises; what cannot be read is an Unread in its place. `macros` are the document's own commands."""
    state = _State(text, vocabulary, macros, Names.of(vocabulary), _opening(text))
    position = 0
    found = [p for p in passages(text, vocabulary) if p.kind in ("display", "table")]
    apart, whole = [], []
    for p in found:
        if p.kind == "display" and p.span == p.outer and not starts_rows(p.text):
            whole.append(p.outer)  # `cases` and matrices are part of a statement
        else:
            apart.append(p)
    for passage in [*apart, None]:
        end = passage.outer.start if passage else len(text)
        for span in _physical_lines(text, position, end, whole):
            if len(state.made) > MAX_LINES:
                return tuple([*state.made[:MAX_LINES], _too_many(state, span)])
            _plain_line(state, span)
        if passage is None:
            break
        if passage.kind == "display":
            _display(state, passage)
        else:
            state.made.append(_words_line(state, passage.outer))
        position = passage.outer.end
    return tuple(state.made)


def _too_many(state: _State, span: Span) -> Line:
    rest = Span(span.start, len(state.text))
    return Line("formula", Unread(f"more than {MAX_LINES} lines", rest), (), rest, "", number=state.text.count("\n", 0, span.start))


def _physical_lines(text: str, start: int, end: int, whole: list[Span]) -> list[Span]:
    """Lines of the text, also at `<br>`; formulas in dollars that go over a line's end are kept whole, and so are `cases` and matrices."""
    spans: list[Span] = []
    inline = [m.span() for m in re.compile(r"(?<!\\)\$[^$]+\$|\\\(.+?\\\)", re.DOTALL).finditer(text, start, end) if "\n" in m[0]
              and "\n\n" not in m[0]]
    inline += [w for w in whole if start <= w.start < end and "\n" in text[w.start:w.end]]
    position = start
    for found in [*re.compile(r"\n|<br\s*/?>").finditer(text, start, end), None]:
        stop = found.start() if found else end
        if found and any(a < stop < b for a, b in inline):
            continue
        spans.append(Span(position, stop))
        position = found.end() if found else end
    return [s for s in spans if text[s.start:s.end].strip() and not re.match(r"[ \t]*(?:```|~~~)", text[s.start:s.end])]


# ------------------------------------------------------------------------------------------------------------ displays


def _display(state: _State, passage: Passage) -> None:
    for row in rows_of_display(passage.text, passage.span.start):
        if row.words and not (row.text and is_label(row.words)):
            _take_words(state, row.words, row.span)
        if row.text:
            _row(state, row.text, row.span, row.remark)


def _row(state: _State, clean: str, span: Span, remark: Remark) -> None:
    """One row of formulas: `clean` has the length of text[span], with everything that is no mathematics blanked out."""
    pieces = statements(clean)
    for k, (connective, piece) in enumerate(pieces):
        last = k == len(pieces) - 1
        before = len(state.made)
        _statement(state, clean, piece, span.start, connective, remark if last else Remark())
        if k and not connective and len(state.made) == before + 1:
            state.made[-1] = replace(state.made[-1], beside=True)


def _statement(state: _State, clean: str, piece: Span, offset: int, connective: str, remark: Remark) -> None:
    content = clean[piece.start:piece.end]
    start = offset + piece.start
    cuts = [c for c in signs(content) if c.sign not in CONNECTIVES]
    joined = re.search(r"(?<![A-Za-z\\])(?:and|or|iff|implies)(?![A-Za-z])|\\(?:land|lor|wedge|vee|text\w*\s*\{\s*(?:and|or)\s*\})", content)
    if joined:
        cuts = []
    sides = [Span(a, b) for a, b in zip([0, *[c.end for c in cuts]], [*[c.start for c in cuts], len(content)])]
    left: Reading | None = None
    steps: list[Step] = []
    pending, state.sign = state.sign, ""
    for k, side in enumerate(sides):
        inner = strip_row(content, side)
        sign = cuts[k - 1].sign if k else pending
        empty = inner.start >= inner.end
        if empty and k == len(sides) - 1 and k:
            state.sign = sign
            break
        if empty and k == 0:
            continue
        where = Span(start + inner.start, start + inner.end)
        typed = state.text[where.start:where.end]
        reading = Unread("nothing stands between two signs", where, "Write what the sign relates.") if empty else _read(state,
            content[inner.start:inner.end], where.start)
        if k == 0 and not pending:
            left = reading
        else:
            steps.append(Step(sign, reading, where, typed, cuts[k - 1].note if k else ""))
    if left is None and not steps:
        state.connective = connective or state.connective
        return
    label = label_before(state.text, start + cuts[0].start if cuts else start + len(content) - len(content.lstrip()))
    if label and steps:
        left, steps = steps[0].reading, steps[1:]
    role = state.role or ("definition" if any(s.sign == ":=" for s in steps) else "formula")
    said = "; ".join(x for x in (state.reason, remark.reason) if x)
    spans = [s.span for s in steps]
    begin = start + trim(content, 0, len(content)).start
    whole = Span(begin, max([s.end for s in spans], default=start + trim(content, 0, len(content)).end))
    conditions = tuple(condition_of(_read(state, c.text, c.span.start)) for c in remark.conditions)
    state.made.append(Line(role, left, tuple(steps), whole, state.text[whole.start:whole.end], said, connective or state.connective, conditions,
                           remark.notes, state.text.count("\n", 0, whole.start), state.mention, state.apart, state.beside, state.words,
                           label, state.case,
                           is_numbered(state.text, whole), state.worded))
    state.words, state.beside = "", False
    state.reason = state.connective = state.role = ""
    state.apart = state.case = state.worded = False


def _read(state: _State, content: str, offset: int) -> Reading:
    from grader.reading.reader import read  # the reader may use this module's neighbours

    reading = read(content, state.vocabulary, macros=state.macros) if state.macros else read(content, state.vocabulary)
    if isinstance(reading, Unread) and reading.span is None:
        reading = replace(reading, span=Span(0, len(content)))
    return shifted(reading, offset)


# -------------------------------------------------------------------------------------------------------- lines of text

_NUMBER = r"(?:(?:\(?\d{1,2}[.)]|\(?[ivx]{1,4}\)|[Ss]tep\s+\d{1,2}\s*[:.)])[ \t]+)?"


def _opening(text: str) -> re.Pattern[str]:
    """What stands before a line and is no mathematics: marks of quotation, list marks, numbers.

    `>` is a quotation where the text begins with it or two lines in a row do (else a sign); `- ` is a list mark where at least half of the lines
    have it (else a minus).
    """
    begun = [line.lstrip()[:2] for line in text.split("\n") if line.strip()]
    quoted = [line[:1] == ">" and line != ">=" for line in begun]
    quotes = bool(quoted) and (quoted[0] or any(a and b for a, b in zip(quoted, quoted[1:])))
    stated = [re.match(r"\s*-[ \t]+\S[^=<>]*[=<>]", line) is not None for line in text.split("\n") if line.strip()]
    dashes = 2 * sum(line in ("- ", "-\t") for line in begun) >= len(begun) or any(a and b for a, b in zip(stated, stated[1:]))
    marks = "-*•·‣▪◦" if dashes or quotes else "*•·‣▪◦"
    quotation = r"(?:>(?!=)[ \t]*)*" if quotes else ""
    return re.compile(rf"[ \t]*{quotation}(?:[{marks}][ \t]+)?{_NUMBER}")


_COMMENT = re.compile(r"(?<!\\)(?:%|\s#|\s//|\s--\s(?=[A-Za-z ]{4,}$))\s?(?P<words>.*)$")


_STRUCTURE = re.compile(r"\\(?:(?:sub)*section|chapter|(?:sub)?paragraph|title|author|date|maketitle|label|documentclass|usepackage|bigskip|medskip|smallskip|"
                        r"newpage|noindent\s*$|centering|qed(?![a-z])|(?:begin|end)\s*\{(?:document|proof|theorem|lemma|solution|enumerate|itemize|center|"
                        r"quote|problem|exercise|claim|proposition|corollary)\})")
"""What arranges a document and says no mathematics."""
_ITEM = re.compile(r"\\item\s*(?:\[[^\]]*\]\s*)?")
_APART = re.compile(r"^\W*(?:the\s+)?(?:base\s+case|case\s+\(?\w{1,3}\)?\s*[:.,]|induct(?:ive|ion)\s+(?:step|hypothesis)|basis\b|step\s+case)", re.IGNORECASE)
"""Words with which a part of a proof begins that does not go on from the line before."""
_DEFINES = re.compile(r"\s*[A-Za-z]\s*\([A-Za-z](?:_\w)?(?:\s*,\s*[A-Za-z](?:_\w)?)*\)\s*=(?!=)")
"""f(x) = ...: "the minimum of" before it speaks of f."""
_CASE = re.compile(r"^\W*case\s+\(?\w{1,3}\)?\s*[:.,(]", re.IGNORECASE)
_NOUN = re.compile(r"(?:^|\b)(?:the|its|his|her|their|our|a|an)\s+(?!line|equation|same|last|first|second|above|previous|form|expression|following|answer|result|solution|root|derivative|gradient|"
                   r"sum|integral|limit|value|minimum|maximum)"
                   r"[a-z]+\b[^.:]*\b(?:is|are|be|of|has|as|equals)\s*$", re.IGNORECASE)
"""Words that say of what thing the formula behind them speaks."""
_SAID = re.compile(r"[\s$*_,]*(?:has|have|had|is|are|admits?|holds?|does|can|cannot|vanish\w*|converges?|diverges?|exists?)\s+(?!equivalent|equal|therefore|thus|then|so\b|the same)\w+", re.IGNORECASE)
"""Words behind a formula that say something of it."""
_LEADING = re.compile(r"(?:[:=]|\b(?:is|are|be|gives?|giving|get|gets|obtain|obtains|to|equals?|becomes|as|yields?|have|has|find|into|now|then|therefore|"
                      r"hence|thus|so))\s*$", re.IGNORECASE)
"""Words that lead to the formula behind them, so that it is a step and no mention."""

_OPENS = re.compile(r"(?:then|since|because|i\.e\.)[\s,:]+(?=[\w\\(|-])", re.IGNORECASE)
"""Words that may stand within a formula, before a line that they lead to."""
_JOINT = re.compile(r"[*_]*(?:and|and also|&)[*_]*[ \t]*[:,.]?", re.IGNORECASE)
"""A line that only joins the one before and the one after it."""


def _plain_line(state: _State, span: Span) -> None:
    text = state.text
    start = state.opening.match(text, span.start, span.end)
    span = trim(text, start.end() if start else span.start, span.end)
    content = text[span.start:span.end]
    if not content:
        return
    item = _ITEM.match(content)
    if item:
        span = trim(text, span.start + item.end(), span.end)
        content = text[span.start:span.end]
    if not content or _JOINT.fullmatch(content) or _STRUCTURE.match(content):
        state.made.append(_words_line(state, span))
        return
    state.apart = state.apart or _APART.match(content) is not None
    state.case = state.case or _CASE.match(content) is not None
    remark = Remark()
    comment = _COMMENT.search(content)
    if comment and prose_words(comment["words"], state.names):
        remark = Remark(comment["words"].strip())
        span = trim(text, span.start, span.start + comment.start())
        content = text[span.start:span.end]
        if not content:
            _take_words(state, remark.reason, span)
            return
    if "$" not in content and "\\(" not in content and "`" not in content and not _OPENS.match(content):
        kept, more = remark_at_end(content, span.start, state.names)
        if not prose_words(content[:kept], state.names) and kept and re.search(r"[\w{}]|\\[A-Za-z]", content[:kept]):
            rows = rows_of_display(content[:kept], span.start)
            for k, row in enumerate(rows):
                if row.text:
                    _row(state, row.text, row.span, row.remark.joined(remark).joined(more) if k == len(rows) - 1 else row.remark)
            return
    _mixed_line(state, span, remark)


def _mixed_line(state: _State, span: Span, remark: Remark) -> None:
    """Words and formulas: the words before a formula say what it is there for, those after it are its reason."""
    text = state.text
    inner = joined_by_or([p for p in passages(text[span.start:span.end], state.vocabulary) if p.is_formula and not (p.mention and p.kind == "bare")],
                          text[span.start:span.end])
    if not inner:
        _take_words(state, text[span.start:span.end], span)
        return
    position = 0
    lead, spoken, begun = Lead(), "", False
    inner = with_claim(with_names(inner, text[span.start:span.end]), text[span.start:span.end])
    for k, passage in enumerate(inner):
        words, opens = last_sentence(text[span.start + position:span.start + passage.outer.start])
        listed = k and not opens and re.fullmatch(r"[\s,$*_]*(?:and|,)?[\s,$*_]*", words) and lead.use in ("reason", "condition", "premise", "definition", "ahead")
        if not listed or re.fullmatch(r"\s*for\s+(?:any|all|every|each)\b.*", spoken, re.IGNORECASE | re.DOTALL) and signs(passage.text) and not signs(inner[k - 1].text):
            spoken = words
            lead = lead_of(words, first=k == 0 or opens)
            begun = lead.use == "reason" and not opens and k == 0
        elif k == len(inner) - 1 and re.fullmatch(r"[\s,$*_]*", words) and (lead.use == "condition" and lead.role == "premise" or
                                                                          lead.use == "reason" and begun and signs(passage.text)):
            lead = Lead()  # "when x = 1, 3 = 2 a", "since x > 0, x = 2": what comes last is what is said
        last = k == len(inner) - 1
        where = Span(span.start + passage.span.start, span.start + passage.span.end)
        position = passage.outer.end
        tail = text[span.start + position:span.end] if last else ""
        closes = re.match(r"[\s$]*(?:\.(?:\s|$)|$)", text[span.start + position:span.end]) is not None
        if lead.use in ("reason",
                        "condition") and k and not state.reason or lead.use == "condition" and lead.role == "premise" and closes and state.made:
            _attach(state, lead.use, words, where)
        elif lead.use == "reason":
            state.reason = _said(state.reason, f"{words.strip()} {passage.text}".strip())
        else:
            state.role = lead.role or state.role
            state.connective = lead.connective or state.connective
            state.reason = _said(state.reason, lead.reason)
            if belongs_to_words(words, text[span.start + position:span.end]) and not _DEFINES.match(passage.text):
                reading = Unread("the words beside this formula may belong to it", where, "Write the whole statement as a formula.")
                state.made.append(Line("formula", reading, (), where, text[where.start:where.end], state.reason, state.connective,
                                       number=text.count("\n", 0, where.start)))
                state.reason = state.connective = state.role = ""
                continue
            leads = passage.kind != "bare" and (not words.strip() or _LEADING.search(words.rstrip(" $:*_") + (":" if words.rstrip().endswith(":") else "")))
            state.mention = not leads and bool(words.strip(" $*_"))
            state.worded = _NOUN.search(words.rstrip(" $:*_")) is not None or k > 0 and _SAID.match(words) is not None
            state.words, state.beside = words.strip(" $*_,;:."), k > 0 and not begun and re.fullmatch(r"[\s,$*_]*(?:and|,)[\s,$*_]*", words) is not None
            for row in rows_of_display(passage.text, where.start):
                _row(state, row.text, row.span, row.remark.joined(remark) if last else row.remark)
            state.mention, state.words, state.beside = False, "", False
        if tail.strip(" .,;:)]*_"):
            _tail(state, tail, Span(span.start + position, span.end))


def _tail(state: _State, words: str, span: Span) -> None:
    lead = lead_of(words, first=False)
    clause = re.search(r",\s*(so|hence|thus|therefore|then|giving|which gives|and so|and thus|and hence)(?: that)?\s*[,:]?\s*$", words, re.IGNORECASE)
    if clause and state.made:
        state.connective = "=>"
        words = words[:clause.start()]
        if not words.strip(" .,;:"):
            return
    if lead.use == "connective" and state.made:
        state.connective = lead.connective
    elif state.made and state.made[-1].role != "prose":
        last = state.made[-1]
        state.made[-1] = replace(last, reason=_said(last.reason, words.strip(" .,;:")))
    else:
        _take_words(state, words, span)


def _attach(state: _State, use: str, words: str, where: Span) -> None:
    """A formula that is a reason or a side condition of the line before."""
    if not state.made:
        state.reason = _said(state.reason, state.text[where.start:where.end])
        return
    last = state.made[-1]
    if use == "condition":
        reading = _read(state, state.text[where.start:where.end], where.start)
        state.made[-1] = replace(last, conditions=(*last.conditions, condition_of(reading)))
    else:
        state.made[-1] = replace(last, reason=_said(last.reason, f"{words.strip(' ,;.')} {state.text[where.start:where.end]}"))


def _take_words(state: _State, words: str, span: Span) -> None:
    """A line without formulas: a reason for the line before or after, a word that joins, or prose."""
    lead = lead_of(words, first=True)
    opens_next = re.search(r"[:,]\s*$", words) is not None
    if lead.use == "ahead":
        state.reason, state.connective = _said(state.reason, lead.reason), lead.connective or state.connective
    elif lead.use in ("connective", "definition", "premise") and len(words.split()) <= 8 and not (lead.role and re.search(r"[a-z][.!][\s*_]*$", words)):
        state.connective, state.role = lead.connective or state.connective, lead.role or state.role
        state.reason = _said(state.reason, lead.reason)
    elif lead.use == "reason" and opens_next or not state.made and lead.use == "reason":
        state.reason = _said(state.reason, words.strip(" .,:;"))
    elif lead.use == "reason" and state.made[-1].role != "prose":
        state.made[-1] = replace(state.made[-1], reason=_said(state.made[-1].reason, words.strip(" .,:;")))
    else:
        state.made.append(_words_line(state, span))


def _words_line(state: _State, span: Span) -> Line:
    words = state.text[span.start:span.end]
    return Line("prose", None, (), span, words, " ".join(words.split()), number=state.text.count("\n", 0, span.start))


def _said(before: str, more: str) -> str:
    more = " ".join(more.split())
    return f"{before}; {more}" if before and more else before or more
