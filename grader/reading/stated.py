"""The answer that a text states.

`stated` finds what a short answer claims: in "Train time = tn²l" the right side, in "the order is Θ(tn²l) because each step costs n²" the order and
not the reason, in "either O(n) or O(n²)" both, so that a hedge is never taken for an answer. Everything is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace

from grader.reading.passages import Passage, passages
from grader.reading.splitting import signs, trim, words_of
from grader.term import Span


@dataclass(frozen=True, slots=True)
class Candidate:
    """A formula that a text puts forward. `label` is what was said before its equality sign ("Train time"), `role` what it is there for: "answer",
    "working" (an earlier line), "definition" (after let), "condition" (after if, when, where), "reason" (after because, since), "negated" (after
    not), "struck". `link` is "and" or "or" where such a word joins it to the formula before."""

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
        return Candidate(self.text[span.start:span.end], Span(self.span.start + span.start, self.span.start + span.end), self.role, self.label
                         or self.text[:cuts[0].start].strip())


MAX_CLAUSE = 300
"""Words farther before a formula than this say nothing about it."""
MAX_FORMULAS = 300
"""Of more formulas than this only the last ones are looked at: no short answer has as many."""
MAX_BOXES = 20
_REASON = re.compile(r"\b(?:because|since|due to|as (?:each|every|the|there|we|it|all)|denot(?:es|ing)|stands? for|is the (?:number|length|size|"
                     r"width|depth)|per)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|when(?:ever)?|provided(?: that)?|as long as|so long as|in case|unless|assuming|suppos(?:e|ing)|"
                        r"given(?: that)?(?! by)|where|with|for)\b", re.IGNORECASE)
_COMPARED = re.compile(r"\b(?:than|exceeds?|at least|at most|larger?|small(?:er)?|fixed|constant)\b", re.IGNORECASE)
_DEFINES = re.compile(r"\b(?:let|set|define|put|take|choose|pick)\b[^.]{0,20}$", re.IGNORECASE)
_NEGATION = re.compile(r"(?:\b(?:not|never|isn['’]t|rather than|instead of|and no longer|no)\b|\bnot (?:a|an|the|equal to|just|only))\s*$",
                       re.IGNORECASE)
_VERDICT = re.compile(r"\b(?:final answer|answer|total|totally|overall|in all|altogether|therefore|hence|thus|so|finally|conclusion|concluding|"
                      r"result|we get|we obtain|"
                      r"this gives|gives|giving|yields?)\b|∴|\\therefore", re.IGNORECASE)
_CLAUSE = re.compile(r"(?<=[.;:!?])\s+|\n+|,\s+(?=[a-z]+\b)|\s[–—]\s|\s-\s")
_STRUCK = re.compile(r"~~.+?~~|<(?:del|s|strike)>.*?</(?:del|s|strike)>|\\(?:sout|cancel|st|xcancel)\s*\{[^{}]*\}", re.DOTALL)
_HEDGE = re.compile(r"\b(?:or|maybe|perhaps|possibly|either|alternatively)\b", re.IGNORECASE)


def stated(text: str, vocabulary: object = None) -> tuple[Candidate, ...]:
    """The formulas that the text puts forward as its answer, best first.

    One candidate: that is the answer. Several: the text names several and does not say which counts ("either O(n) or O(n²)", two lines that
    differ), or joins them by "or"; a caller must not pick one silently. Formulas in reasons, conditions, negations and struck-out text are left out
    (`candidates` lists them), as are earlier lines of working where a later one is marked as the conclusion. What is boxed counts alone. Equal
    texts count once.
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
    found = [p for p in passages(text, vocabulary) if p.is_formula][-MAX_FORMULAS:]
    struck = [Span(*m.span()) for m in _STRUCK.finditer(text)]
    marks = _clause_ends(text, found)
    only = len(found) == 1 and not re.search(r"[A-Za-z]{3}", text[:found[0].outer.start] + text[found[0].outer.end:]) if found else False
    made: list[Candidate] = []
    for k, passage in enumerate(found):
        candidate = _candidate(text, passage, found[k - 1] if k else None, marks, struck, only)
        if candidate is not None:
            made.append(candidate)
    return tuple(_without_working(text, made))


def _clause_ends(text: str, found: list[Passage]) -> list[int]:
    """Places outside of the formulas where a clause ends."""
    marks, k = [], 0
    for mark in _CLAUSE.finditer(text):
        while k < len(found) and found[k].outer.end <= mark.start():
            k += 1
        if k == len(found) or not found[k].outer.start < mark.start():
            marks.append(mark.start())
    return marks


def _candidate(text: str, passage: Passage, before: Passage | None, marks: list[int], struck: list[Span], only: bool) -> Candidate | None:
    at = bisect_right(marks, passage.outer.start)
    clause = max(marks[at - 1] if at else 0, passage.outer.start - MAX_CLAUSE)
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
    if struck and any(s.start <= span.start < s.end for s in struck):
        return Candidate(content, span, "struck", label, joined)
    if _NEGATION.search(head.rstrip(" $*_`")):
        return Candidate(content, span, "negated", label, joined)
    role = "answer" if cuts and cuts[0].sign in ("->", "=>") and label else _role(whole, content)
    if role == "answer" and passage.mention and not (label or only or _claims(head, text[passage.outer.end:passage.outer.end + 40])):
        return None
    return Candidate(content, span, role, label, joined)


def _claims(head: str, tail: str) -> bool:
    """Is a lone name or number between these words what the sentence claims ("it is n.", "1 or 2"), and not one of its nouns ("the t steps")?"""
    followed = re.match(r"[\s$*_`]*(?:$|[.,;:!?)\n]|(?:or|and|because|since|if|when|where|as|for|which|but|in total|overall|units?|"
                        r"steps? in total)\b)", tail)
    led = re.search(r"(?:^|[=:.;,(\n]|\b(?:is|are|be|equals?|to|takes?|costs?|order|or|and|answer|about|either))[\s$*_`(]*$", head)
    return followed is not None and led is not None


def _role(head: str, content: str) -> str:
    """What the words of its clause before a formula make of it."""
    if re.search(r"(?:→|->|=>|⇒|\\to)[\s$*_`]*$", head):
        return "answer"
    verdict = max((m.end() for m in _VERDICT.finditer(head)), default=-1)
    reason = max((m.end() for m in _REASON.finditer(head)), default=-1)
    condition = max((m.end() for m in _CONDITION.finditer(head)), default=-1)
    if reason > max(verdict, condition):
        return "reason"
    if condition > verdict:
        gap = head[condition:]
        if signs(content) and not re.search(r"\b(?:is|takes?|costs?|get)\b|[=:]\s*$",
                                            gap) or _COMPARED.search(gap) or len(gap.split()) < 2 and not re.search(r"\bwith\b\W*$", head):
            return "condition"
        return "reason" if re.search(r"\bwhere\b", head) else "answer"
    return "definition" if _DEFINES.search(head) else "answer"


def _without_working(text: str, made: list[Candidate]) -> list[Candidate]:
    """Where a later clause is marked as the conclusion, or a chain goes on in the next line, what went before is working."""
    answers = [k for k, c in enumerate(made) if c.role == "answer"]
    first = 0
    for j, (a, b) in enumerate(zip(answers, answers[1:])):
        between = text[made[a].span.end:made[b].span.start][:MAX_CLAUSE]
        goes_on = re.fullmatch(r"[\s$&\\]*(?:=|\\approx|≈|\\equiv|≡)[\s$&]*", between) is not None
        hedged = _HEDGE.search(between) is not None
        concluded = _VERDICT.search(words_of(between)) is not None and not hedged or re.search(r"\\(?:Rightarrow|implies|to)\b|⇒|=>|→|->",
            between) is not None
        if goes_on or concluded:
            for k in answers[first:j + 1]:
                made[k] = replace(made[k], role="working")
            first = j + 1
        elif hedged:
            first = j + 1
    return made


def _boxed(text: str) -> tuple[Candidate, ...]:
    """Contents of `\\boxed{...}`, the last first; boxes joined to the last one by words only count with it, earlier ones are working."""
    found = []
    for opening in list(re.finditer(r"\\(?:boxed|fbox)\s*(?=\{)", text))[-MAX_BOXES:]:
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

