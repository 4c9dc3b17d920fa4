"""Formulas in dollars (or bare) within a row of words: which of them are one statement, and which sentence leads to each."""

from __future__ import annotations

import re

from grader.reading.delimiters import Passage
from grader.term import Span

_NAMES_BEFORE = re.compile(r"(?<![A-Za-z])((?:[A-Za-z](?:_\w)?\s*,\s*)+)$")
_TAGGED = re.compile(r"[\s$.,;]*(?:\\q?quad|\.{2,}|\\dots|\\hfill|\s)*(?:\(\s*(?:\d{1,2}|\*{1,3}|[a-dA-D]|[ivxIVX]{1,4})\s*\)|\\tag\*?\s*\{[^{}]{1,8}\}|\[\d\])[\s$.]*"
                     r"(?:\\\\)?[ \t]*(?=\n|$|\\end|\\\])")
_LETTERED = re.compile(r"\W*(?:[A-DI]|I{1,3}|IV)\s*[:)][\s$]*")


_PRODUCT_BEFORE = re.compile(r"(?<![A-Za-z\\$\d])(?!(?:so|and|is|by|we|get|has|it|now|the|as|or|for|but|lhs|rhs|if|can|are|to|in|at|of|on|up|yet|be|do|has|had|was|not|one|two|all|any|our|"
                             r"its|this|that|thus|then|i\.?e|e\.?g|eq|via|say|see|let|use|sum|var|cov|det|tr|log|ln|exp|sin|cos|tan|min|max|lim|sup|inf|gcd|lcm|mod|div|elbo|kl|pr|area|no|yes|ok|hence|"
                             r"value|mean|put|set|gd|lr|rank|dim|ker|vs|us|my|an|am|he|she|you|they|who|why|how|too|out|off|per|own|new|old|way|end|try|here)\b)([A-Za-z]{2,3})[ \t]*$", re.IGNORECASE)
_SIGN_FIRST = re.compile(r"\s*(?:=(?!>)|<=(?!>)|>=|<|>|≤|≥|≠|!=)")


def with_names(inner: list[Passage], text: str) -> list[Passage]:
    """`a, b > 0` typed bare among words: the names before the comma belong to the formula. So does `ab` before a sign with which the formula begins."""
    made: list[Passage] = []
    for passage in inner:
        end = made[-1].outer.end if made else 0
        names = _NAMES_BEFORE.search(text[end:passage.outer.start]) if passage.kind == "bare" else None
        if names is None and passage.kind == "bare" and _SIGN_FIRST.match(passage.text):
            names = _PRODUCT_BEFORE.search(text[end:passage.outer.start])
        if names:
            start = end + names.start(1)
            passage = Passage("bare", text[start:passage.span.end], Span(start, passage.span.end), Span(start, passage.outer.end))
        made.append(passage)
    return made


def joined_by_or(inner: list[Passage], text: str) -> list[Passage]:
    """`$x = 2$ or $x = -2$` is one statement: its formulas as one passage, the delimiters between them blanked out."""
    made: list[Passage] = []
    for passage in inner:
        last = made[-1] if made else None
        between = text[last.outer.end:passage.outer.start] if last else ""
        if last and re.fullmatch(r"[\s,]*or[\s,]*", between):
            start = last.span.start
            content = last.text + " " * (last.outer.end - last.span.end) + between + " " * (passage.span.start - passage.outer.start) + passage.text
            made[-1] = Passage("inline", content, Span(start, passage.span.end), Span(last.outer.start, passage.outer.end))
        else:
            made.append(passage)
    return made


_REASON = re.compile(r"\W*(?:since|because|as|using|by the fact that|from the fact that|given|knowing)\s*(?:that\s*)?", re.IGNORECASE)


def with_claim(inner: list[Passage], text: str) -> list[Passage]:
    """`since x > 0, x = 2` typed bare: what stands behind the last comma is claimed, what stands before it is the reason."""
    first = inner[0]
    if len(inner) > 1 or first.kind != "bare" or not _REASON.fullmatch(text[:first.outer.start]) or text[first.outer.end:].strip(" .,;"):
        return inner
    depth, cut = 0, -1
    for k, c in enumerate(first.text):
        depth += (c in "([{") - (c in ")]}")
        if c == "," and not depth:
            cut = k
    before, after = first.text[:cut], first.text[cut + 1:]
    if cut < 0 or not all(re.search(r"[<>=≤≥≠]|\\(?:leq?|geq?|neq?)(?![A-Za-z])", side) for side in (before, after)):
        return inner
    start = first.span.start
    begin = start + cut + 1 + len(after) - len(after.lstrip())
    return [Passage("bare", before, Span(start, start + cut), Span(start, start + cut)),
            Passage("bare", after.lstrip(), Span(begin, first.span.end), Span(begin, first.outer.end))]


def last_sentence(words: str) -> tuple[str, bool]:
    """The words of the sentence that leads to the formula, and whether it begins there."""
    ends = [m.end() for m in re.finditer(r"(?<!\bi\.e)(?<!\be\.g)(?<!\bw\.r\.t)[.!?](?:\s+|$)", words)]
    return (words[ends[-1]:], True) if ends else (words, False)


def is_numbered(text: str, span: Span) -> bool:
    """Does a number such as (1) stand behind the formula at `span`, or a letter such as "A:" before it?"""
    return _TAGGED.match(text, span.end) is not None or _LETTERED.fullmatch(text, text.rfind("\n", 0, span.start) + 1, span.start) is not None
