"""A learner's text cut into prose, formulas, tables and code, and the answer that it states.

`passages` covers the whole text: delimited mathematics (`$`, `$$`, `\\(`, `\\[`, environments, fenced maths), tables, code, and, in what is left, typed
mathematics without delimiters as far as it can be told from English. `stated` finds what a short answer claims: in "Train time = tn²l" the right side,
in "the order is Θ(tn²l) because each step costs n²" the order and not the reason, in "either O(n) or O(n²)" both, so that a hedge is never taken for an
answer. Everything is linear in the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from grader.reading.bare import Run, bare_runs
from grader.reading.grids import latex_grids, line_grids
from grader.reading.splitting import Names, signs, trim, words_of
from grader.term import Span


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the text. `span` is its content, `outer` includes the delimiters; `text` is text[span].

    Kinds: "prose", "inline" (formula in a sentence), "display" (formula apart), "bare" (typed without delimiters), "table", "code".
    `closed` is False where the closing delimiter was missing; `mention` marks a bare name or number that may be no more than a word of the sentence.
    """

    kind: str
    text: str
    span: Span
    outer: Span
    closed: bool = True
    mention: bool = False

    @property
    def is_formula(self) -> bool:
        """Is it mathematics to be read?"""
        return self.kind in ("inline", "display", "bare")


_OPENERS = re.compile(
    r"\\\\|\\[$`%]|(?P<fence>^[ \t]*(?P<marks>```+|~~~+)[ \t]*(?P<language>[\w-]*)[^\n`]*$)|\\begin\s*\{(?P<name>[A-Za-z]+\*?)\}|(?P<dollars>\$\$?)|(?P<bracket>\\[\[(])|(?P<ticks>`+)",
    re.MULTILINE)
_FORMULA_ENVIRONMENTS = frozenset(
    "equation align alignat flalign gather multline eqnarray displaymath math split gathered aligned alignedat array cases matrix pmatrix bmatrix vmatrix "
    "Vmatrix Bmatrix smallmatrix dmath IEEEeqnarray empheq subequations".split())
_TABLE_ENVIRONMENTS = frozenset(("tabular", "tabularx", "longtable", "tabu"))
_CODE_ENVIRONMENTS = frozenset("verbatim lstlisting minted alltt Verbatim".split())
_FENCED_MATHS = frozenset("math latex tex katex asciimath typst".split())
_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")


class _Scan:
    """One pass over the text that finds what is delimited. Searches that failed once are not made again, so that the whole stays linear."""

    def __init__(self, text: str) -> None:
        self.text, self.missing = text, set()
        self.breaks = [m.start() for m in _BLANK_LINE.finditer(text)] + [len(text)]
        self.at_break = 0
        self.ends = _environment_ends(text)

    def find(self, mark: str, start: int) -> int:
        if mark in self.missing:
            return -1
        at = self.text.find(mark, start)
        while at > 0 and mark[0] == "$" and _escaped(self.text, at):
            at = self.text.find(mark, at + 1)
        if at < 0:
            self.missing.add(mark)
        return at

    def paragraph_end(self, start: int) -> int:
        while self.breaks[self.at_break] < start:
            self.at_break += 1
        return self.breaks[self.at_break]

    def passages(self) -> list[Passage]:
        found: list[Passage] = []
        position = 0
        while opener := _OPENERS.search(self.text, position):
            made = self._at(opener)
            position = made.outer.end if made else opener.end()
            if made:
                found.append(made)
        return found

    def _at(self, opener: re.Match[str]) -> Passage | None:
        if opener["fence"]:
            return self._fence(opener)
        if opener["name"]:
            return self._environment(opener)
        if opener["dollars"]:
            return self._dollars(opener.start(), opener["dollars"])
        if opener["bracket"]:
            return self._brackets(opener.start(), opener["bracket"])
        return self._ticks(opener) if opener["ticks"] else None

    def _make(self, kind: str, start: int, end: int, outer: Span, closed: bool = True) -> Passage:
        span = trim(self.text, start, end)
        return Passage(kind, self.text[span.start:span.end], span, outer, closed)

    def _fence(self, opener: re.Match[str]) -> Passage:
        marks = opener["marks"]
        close = re.compile(rf"^[ \t]*{marks[0]}{{{len(marks)},}}[ \t]*$", re.MULTILINE).search(self.text, opener.end())
        start, end = opener.end(), close.start() if close else len(self.text)
        kind = "display" if opener["language"].lower() in _FENCED_MATHS else "code"
        return self._make(kind, start, end, Span(opener.start(), close.end() if close else end), close is not None)

    def _environment(self, opener: re.Match[str]) -> Passage | None:
        name = opener["name"].rstrip("*")
        kind = "display" if name in _FORMULA_ENVIRONMENTS else "table" if name in _TABLE_ENVIRONMENTS else "code" if name in _CODE_ENVIRONMENTS else ""
        if not kind:
            return None
        end = self.ends.get(opener.start())
        closed = end is not None
        end = end if end is not None else self.paragraph_end(opener.end())
        return self._make(kind, opener.start(), end, Span(opener.start(), end), closed)

    def _dollars(self, start: int, mark: str) -> Passage | None:
        text, inside = self.text, start + len(mark)
        close = self.find(mark, inside)
        limit = self.paragraph_end(inside)
        if mark == "$$":
            if close < 0 or close > limit and _sentence(text[inside:close]):
                return self._make("display", inside, limit, Span(start, limit), False)
            return self._make("display", inside, close, Span(start, close + 2))
        if close < 0 or close > limit:
            end = min(x for x in (text.find("\n", inside), limit, len(text)) if x >= 0)
            content = text[inside:end]
            stray = _sentence(content) or not content.strip() or re.match(r"\d[\d.,]*(?![\w^_{*/+\\-])", content)
            return None if stray else self._make("inline", inside, end, Span(start, end), False)
        content = text[inside:close]
        money = text[close + 1:close + 2].isdigit() or content[-1:].isspace() and not content[:1].isspace() and content[:1].isdigit()
        if not content.strip() or money or _sentence(content):
            return None
        return self._make("inline", inside, close, Span(start, close + 1))

    def _brackets(self, start: int, mark: str) -> Passage:
        close = self.find({"\\[": "\\]", "\\(": "\\)"}[mark], start + 2)
        kind = "display" if mark == "\\[" else "inline"
        if close < 0:
            end = self.paragraph_end(start + 2)
            return self._make(kind, start + 2, end, Span(start, end), False)
        return self._make(kind, start + 2, close, Span(start, close + 2))

    def _ticks(self, opener: re.Match[str]) -> Passage | None:
        close = self.find(opener["ticks"], opener.end())
        if close < 0 or close > self.paragraph_end(opener.end()) or not self.text[opener.end():close].strip():
            return None
        kind = "code" if "\n" in self.text[opener.end():close] else "inline"
        return self._make(kind, opener.end(), close, Span(opener.start(), close + len(opener["ticks"])))


def _escaped(text: str, at: int) -> bool:
    back = 0
    while at - back > 0 and text[at - back - 1] == "\\" and back < 50:
        back += 1
    return back % 2 == 1


def _environment_ends(text: str) -> dict[int, int]:
    """Where each `\\begin` ends; those that nothing closes are left out."""
    ends: dict[int, int] = {}
    stacks: dict[str, list[int]] = {}
    for found in re.finditer(r"\\(begin|end)\s*\{([A-Za-z]+\*?)\}", text):
        stack = stacks.setdefault(found[2], [])
        if found[1] == "begin":
            stack.append(found.start())
        elif stack:
            ends[stack.pop()] = found.end()
    return ends


def _sentence(content: str) -> bool:
    """Four English words or more, and more words than anything else: no formula."""
    bare = re.sub(r"\\(?:text\w*|mathrm|mbox|operatorname\*?)\s*\{[^{}]*\}|\\[A-Za-z]+", " ", content)
    words = re.findall(r"(?<![\w\\])[A-Za-z]{2,}(?![\w(])", bare)
    return len(words) >= 4 and 2 * len(words) > len(bare.split())


def delimited(text: str) -> tuple[Passage, ...]:
    """Only the passages that delimiters set apart: formulas in dollars and brackets, environments, code."""
    return tuple(_Scan(text).passages())


def passages(text: str, vocabulary: object = None) -> tuple[Passage, ...]:
    """The text in order, cut into passages; every character that is not blank lies in exactly one `outer` span.

    Without a vocabulary only typed mathematics that its signs give away is told from prose; with one, its names and words made of its letters too.
    """
    return tuple(_passages(text, Names.of(vocabulary)))


def _passages(text: str, names: Names) -> list[Passage]:
    fixed = _Scan(text).passages()
    apart = [p.outer for p in fixed if p.kind in ("display", "code", "table")]
    for grid in sorted([*line_grids(text), *latex_grids(text)], key=lambda g: g.span):
        if not any(s.start < grid.span.end and grid.span.start < s.end for s in apart):
            span = trim(text, *grid.span)
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
    return [r for a, b in zip(edges, edges[1:]) for r in bare_runs(text, a, b, names) if r.strong or names.spellings]


def _words(text: str, start: int, end: int) -> list[Passage]:
    span = trim(text, start, end)
    return [Passage("prose", text[span.start:span.end], span, span)] if span.start < span.end else []


def formulas(text: str, vocabulary: object = None) -> tuple[Passage, ...]:
    """The formulas of the text, in order; lone names and numbers in a sentence are not among them."""
    return tuple(p for p in passages(text, vocabulary) if p.is_formula and not p.mention)


# ----------------------------------------------------------------------------------------------------------- stated answer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A formula that a text puts forward. `label` is what was said before its equality sign ("Train time"), `role` what it is there for: "answer",
    "working" (an earlier line), "definition" (after let), "condition" (after if, when, where), "reason" (after because, since), "negated" (after not),
    "struck". `link` is "and" or "or" where such a word joins it to the formula before."""

    text: str
    span: Span
    role: str = "answer"
    label: str = ""
    link: str = ""

    @property
    def last_side(self) -> Candidate:
        """What stands after the last relation sign; itself where there is none."""
        cuts = [c for c in signs(self.text) if c.sign in ("=", "approx", "equiv", "~", ":=")]
        if not cuts:
            return self
        span = trim(self.text, cuts[-1].end, len(self.text))
        return Candidate(self.text[span.start:span.end], Span(self.span.start + span.start, self.span.start + span.end), self.role, self.label or self.text[:cuts[0].start].strip())


_REASON = re.compile(r"\b(?:because|since|due to|as (?:each|every|the|there|we|it|all)|denot(?:es|ing)|stands? for|is the (?:number|length|size|width|depth)|per)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|when(?:ever)?|provided(?: that)?|as long as|so long as|in case|unless|assuming|suppos(?:e|ing)|given(?: that)?(?! by)|where|with|for)\b", re.IGNORECASE)
_COMPARED = re.compile(r"\b(?:than|exceeds?|at least|at most|larger?|small(?:er)?|fixed|constant)\b", re.IGNORECASE)
_DEFINES = re.compile(r"\b(?:let|set|define|put|take|choose|pick)\b[^.]{0,20}$", re.IGNORECASE)
_NEGATION = re.compile(r"(?:\b(?:not|never|isn['’]t|rather than|instead of|and no longer|no)\b|\bnot (?:a|an|the|equal to|just|only))\s*$", re.IGNORECASE)
_VERDICT = re.compile(r"\b(?:final answer|answer|total|totally|overall|in all|altogether|therefore|hence|thus|so|finally|conclusion|concluding|result|we get|we obtain|"
                      r"this gives|gives|giving|yields?)\b|∴|\\therefore", re.IGNORECASE)
_CLAUSE = re.compile(r"(?<=[.;:!?])\s+|\n+|,\s+(?=[a-z]+\b)|\s[–—]\s|\s-\s")
_STRUCK = re.compile(r"~~.+?~~|<(?:del|s|strike)>.*?</(?:del|s|strike)>|\\(?:sout|cancel|st|xcancel)\s*\{[^{}]*\}", re.DOTALL)
_HEDGE = re.compile(r"\b(?:or|maybe|perhaps|possibly|either|alternatively)\b", re.IGNORECASE)


def stated(text: str, vocabulary: object = None) -> tuple[Candidate, ...]:
    """The formulas that the text puts forward as its answer, best first.

    One candidate: that is the answer. Several: the text names several and does not say which counts ("either O(n) or O(n²)", two lines that differ), or
    joins them by "or"; a caller must not pick one silently. Formulas in reasons, conditions, negations and struck-out text are left out (`candidates`
    lists them), as are earlier lines of working where a later one is marked as the conclusion. What is boxed counts alone. Equal texts count once.
    """
    every = candidates(text, vocabulary)
    boxed = _boxed(text)
    if boxed:
        return boxed
    answers = [c for c in every if c.role == "answer"] or [c for c in every if c.role == "definition"]
    unique: dict[str, Candidate] = {}
    for candidate in reversed(answers):
        unique.setdefault(re.sub(r"[\s$]|\\[,;!:]", "", candidate.text), candidate)
    return tuple(unique.values())


def candidates(text: str, vocabulary: object = None) -> tuple[Candidate, ...]:
    """Every formula of the text with its role, in order."""
    names = Names.of(vocabulary)
    found = [p for p in _passages(text, names) if p.is_formula]
    struck = [Span(*m.span()) for m in _STRUCK.finditer(text)]
    marks = [m.start() for m in _CLAUSE.finditer(text) if not any(p.outer.start < m.start() < p.outer.end for p in found)]
    only = len(found) == 1 and not re.search(r"[A-Za-z]{3}", text[:found[0].outer.start] + text[found[0].outer.end:]) if found else False
    made: list[Candidate] = []
    for k, passage in enumerate(found):
        candidate = _candidate(text, passage, found[k - 1] if k else None, marks, struck, only)
        if candidate is not None:
            made.append(candidate)
    return tuple(_without_working(text, made))


def _candidate(text: str, passage: Passage, before: Passage | None, marks: list[int], struck: list[Span], only: bool) -> Candidate | None:
    clause = max((m for m in marks if m <= passage.outer.start), default=0)
    begin = max(clause, before.outer.end if before else 0)
    head = text[begin:passage.outer.start]
    whole = text[clause:passage.outer.start]
    span, content = passage.span, passage.text
    cuts = signs(content)
    label = ""
    if cuts and not content[:cuts[0].start].strip() and cuts[0].sign in ("=", ":=", "approx", "~", "equiv", "->", "=>"):
        label = head.strip(" \t\n:*-–—·•_")
        span = trim(text, span.start + cuts[0].end, span.end)
    elif re.search(r"[=:]\s*$", head):
        label = head.strip(" \t\n:=*-–—·•_")
    content = text[span.start:span.end]
    if not content:
        return None
    link = re.search(r"\b(and|or)\b[\s$*_]*$", head)
    joined = link[1] if link and before else ""
    if any(s.start <= span.start < s.end for s in struck):
        return Candidate(content, span, "struck", label, joined)
    if _NEGATION.search(head.rstrip(" $*_`")):
        return Candidate(content, span, "negated", label, joined)
    role = "answer" if cuts and cuts[0].sign in ("->", "=>") and label else _role(whole, content)
    if role == "answer" and passage.mention and not (label or only or _claims(head, text[passage.outer.end:passage.outer.end + 40])):
        return None
    return Candidate(content, span, role, label, joined)


def _claims(head: str, tail: str) -> bool:
    """Is a lone name or number between these words what the sentence claims ("it is n.", "1 or 2"), and not one of its nouns ("the t steps")?"""
    followed = re.match(r"[\s$*_`]*(?:$|[.,;:!?)\n]|(?:or|and|because|since|if|when|where|as|for|which|but|in total|overall|units?|steps? in total)\b)", tail)
    led = re.search(r"(?:^|[=:.;,(\n]|\b(?:is|are|be|equals?|to|takes?|costs?|order|or|and|answer|about|either))[\s$*_`(]*$", head)
    return followed is not None and led is not None


def _role(head: str, content: str) -> str:
    """What the words of its clause before a formula make of it."""
    verdict = max((m.end() for m in _VERDICT.finditer(head)), default=-1)
    reason = max((m.end() for m in _REASON.finditer(head)), default=-1)
    condition = max((m.end() for m in _CONDITION.finditer(head)), default=-1)
    if reason > max(verdict, condition):
        return "reason"
    if condition > verdict:
        gap = head[condition:]
        if signs(content) and not re.search(r"\b(?:is|takes?|costs?|get)\b|[=:]\s*$", gap) or _COMPARED.search(gap) or len(gap.split()) < 2 and not re.search(r"\bwith\b\W*$", head):
            return "condition"
        return "reason" if re.search(r"\bwhere\b", head) else "answer"
    return "definition" if _DEFINES.search(head) else "answer"


def _without_working(text: str, made: list[Candidate]) -> list[Candidate]:
    """Where a later clause is marked as the conclusion, or a chain goes on in the next line, what went before is working."""
    answers = [k for k, c in enumerate(made) if c.role == "answer"]
    for a, b in zip(answers, answers[1:]):
        between = text[made[a].span.end:made[b].span.start]
        goes_on = re.fullmatch(r"[\s$&\\]*(?:=|\\approx|≈|\\equiv|≡)[\s$&]*", between) is not None
        concluded = _VERDICT.search(words_of(between)) is not None and not _HEDGE.search(between) or re.search(r"\\(?:Rightarrow|implies|to)\b|⇒|=>|→", between) is not None
        if goes_on or concluded:
            for k in answers[:answers.index(a) + 1]:
                if not _HEDGE.search(text[made[k].span.end:made[a].span.start]):
                    made[k] = replace(made[k], role="working")
    return made


def _boxed(text: str) -> tuple[Candidate, ...]:
    """Contents of `\\boxed{...}`, the last first; boxes joined to the last one by words only count with it, earlier ones are working."""
    found = []
    for opening in re.finditer(r"\\(?:boxed|fbox)\s*(?=\{)", text):
        depth, end = 0, opening.end()
        for brace in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, opening.end()):
            depth += {"{": 1, "}": -1}.get(brace[0], 0)
            if depth == 0:
                end = brace.start()
                break
        span = trim(text, opening.end() + 1, end if end > opening.end() else len(text))
        if span.start < span.end:
            found.append(Candidate(text[span.start:span.end], span))
    kept = found[-1:]
    for earlier, later in zip(reversed(found[:-1]), reversed(found)):
        if len(text[earlier.span.end:later.span.start]) > 60:
            break
        kept.append(earlier)
    return tuple(kept)


__all__ = ["Candidate", "Passage", "candidates", "delimited", "formulas", "passages", "stated"]
