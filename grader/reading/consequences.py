"""What a sentence says beside a condition: whether it speaks for what the question asks, for the contrary, or of the case in which both are alike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.term import Span, Term

CONDITION_CUE = re.compile(r"\b(?:if|when|whenever|provided|as long as|so long as|in (?:the )?case|given that|for|where|once|assuming|iff|with|"
                           r"under the condition)\b", re.IGNORECASE)
"""Words that begin a condition."""
_BETTER = (r"faster|quicker|cheaper|better|less|lower|fewer|smaller|shorter|(?<!less )efficient|wins?|beats?|outperforms?|prefer\w*|favou?r\w*|"
           r"advantage\w*|superior|saves?")
_WORSE = (r"slower|costlier|dearer|expensive|worse|more(?! efficient)|higher|greater|larger|longer|bigger|exceeds?|inefficient|less efficient|loses?|"
          r"inferior|disadvantage\w*")
EVEN = re.compile(r"\b(?:equal(?:ly)?|the same|tied?|as fast as|no difference|identical)\b", re.IGNORECASE)
"""What is said of a case beside the one that is asked for: "if n = t they are equal"."""
_POLAR = re.compile(rf"\b(?:(?P<worse>{_WORSE})|(?P<better>{_BETTER}))\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A comparison: the relation, where it stands, whether in a condition clause, whether a negation makes it unsure."""

    term: Term
    span: Span
    conditional: bool
    denied: bool
    sentence: Span
    polarity: int = 0
    """1: the consequence says what the question asks for; -1: the contrary; 0: not known."""
    aside: bool = False
    """Is it the case in which both are alike, said beside the one that is asked for?"""


def consequence(text: str, found: Found, every: list[Found]) -> str:
    """What the sentence says beside its condition, without reasons; where it has several conditions, only the words that belong to this one."""
    others = [f for f in every if f.sentence == found.sentence and f is not found and f.conditional]
    start = max((f.span.end for f in others if f.span.end <= found.span.start), default=found.sentence.start)
    end = min((f.span.start for f in others if f.span.start >= found.span.end), default=found.sentence.end)
    head, tail = text[start:found.span.start], text[found.span.end:end]
    if others:
        cue = max((m.start() for m in CONDITION_CUE.finditer(head)), default=len(head))
        said_before = head[:cue].strip(" ,.;")
        if re.search(r"[A-Za-z]{2}", re.sub(r"\b(?:and|but|while|whereas|or)\b", "", said_before)):
            tail = ""
        else:
            head, later = "", [m.start() for m in CONDITION_CUE.finditer(tail)]
            tail = tail[:later[-1]] if later and end < found.sentence.end else tail
    reason = re.search(r"\b(?:because|since|as|due to)\b", tail, re.IGNORECASE)
    return f"{head} | {tail[:reason.start()] if reason else tail}".strip(" |.,")


def polarity_of(said: str, ask: str) -> int:
    """1 where the consequence says what is asked ("the RNN is faster"), -1 where it says the contrary, 0 where neither can be told."""
    rivals = list(dict.fromkeys(m[0].lower() for m in re.finditer(r"(?<!^)(?<![.?!] )\b[A-Z][A-Za-z-]{2,}\b", ask)))[:2]
    wanted = _POLAR.search(ask)
    if not rivals or not wanted:
        return 0
    places = sorted((m.start(), r) for r in rivals for m in re.finditer(r"[A-Za-z-]+", said.lower()) if _alike(m[0], r))
    if not places:
        return 0
    polar = _POLAR.search(said)
    if polar is None:
        named = {r for _, r in places}
        return 0 if len(named) > 1 else 1 if named == {rivals[0]} else -1
    before = [r for at, r in places if at < polar.start()]
    subject = before[-1] if before else places[0][1]
    sense = 1 if bool(polar["better"]) == bool(wanted["better"]) else -1
    return sense if subject == rivals[0] else -sense


def _alike(word: str, name: str) -> bool:
    word, name = word.removesuffix("s"), name.removesuffix("s")
    if word == name:
        return True
    return len(name) >= 6 and len(word) == len(name) and sum(a != b for a, b in zip(word, name)) == 1


__all__ = ["CONDITION_CUE", "EVEN", "Found", "consequence", "polarity_of"]
