"""The front door: one text to one `Reading`.

Characters are cleaned, the document's macros expanded, the text is cut into tokens, slips are mended, bars are settled, and the parser runs. Where it
met sites with two readings it runs again with them flipped; what comes out differently is an alternative.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from grader.model import Note, Read, Reading, Unread
from grader.reading.bars import settle_bars
from grader.reading.characters import clean
from grader.reading.grammar import Parser
from grader.reading.lexer import lex
from grader.reading.macros import Expanded, Macro, expand
from grader.reading.places import complete, moved
from grader.reading.repair import CLOSERS, OPENERS, Mended, mend
from grader.reading.tokens import ReadError, Token
from grader.reading.vocabulary import OPEN, Vocabulary
from grader.term import Span, Term, TooDeep

MAX_LENGTH = 20_000
"""Longest text that is read, in characters."""
MAX_ALTERNATIVES = 6
_QUOTED = re.compile(r"""\s*(?:["`']+|\*{1,3}|__?)([^"`'*_]+)(?:["`']+|\*{1,3}|__?)\s*""")
"""A text in quotation marks, back quotes, or marks of emphasis as a whole."""
MAX_SITES = 60
"""More doubtful places than these in one text are not followed up: the reading is then a guess."""
_CONSISTENT = frozenset("transpose letter_digit letter_digit_power call index_reach gamma superscript digit_groups".split())
"""Sites that one writer reads the same way throughout a text."""
_FAULTS = (IndexError, KeyError, TypeError, ValueError, AttributeError, AssertionError, ArithmeticError)


def read(text: str, vocabulary: Vocabulary = OPEN, *, expect: str = "any", macros: Mapping[str, Macro] | None = None) -> Reading:
    """One formula or statement as a tree; spans are places in `text`.

    `expect` decides between readings that only the question can decide: "set" and "interval" make `(0, 1)` and `[0, 1]` intervals and `1, 2` a set,
    "list" keeps `[x]` a list of one. `macros` are the document's own commands, from `read_macros`. Never raises; takes time linear in the text.
    """
    try:
        return read_or_fail(text, vocabulary, expect, macros)
    except _FAULTS as fault:
        return Unread(f"the reader failed here ({type(fault).__name__}); this is a fault of the program", Span(0, len(text)), "Write it another way.")


def read_or_fail(text: str, vocabulary: Vocabulary, expect: str, macros: Mapping[str, Macro] | None) -> Reading:
    """`read` without the net under it: a fault of the program comes out as the exception it is."""
    if len(text) > MAX_LENGTH:
        return Unread(f"the text is longer than {MAX_LENGTH} characters", Span(0, len(text)), "Shorten it.")
    if not text.strip():
        return Unread("nothing is written here", Span(0, len(text)), blank=True)
    notes: list[Note] = []
    expanded: Expanded | None = None
    try:
        plain, found = clean(text)
        notes += found
        if (quoted := _QUOTED.fullmatch(plain)) is not None:
            plain = " " * quoted.start(1) + quoted[1] + " " * (len(plain) - quoted.end(1))
        if "%" in plain and "\\" not in plain:
            plain = _MAXIMA.sub(" ", plain)
        if macros and "\\" in plain:
            expanded = expand(plain, macros)
            plain = expanded.text
        term, parsed, others = parse(plain, vocabulary, expect, notes)
    except ReadError as error:
        span = Span(error.start, max(error.end, min(error.start + 1, len(text))))
        return Unread(error.reason, expanded.place(span) if expanded else span, error.hint, tuple(notes))
    except (TooDeep, RecursionError):
        return Unread("the formula is nested too deeply", Span(0, len(text)), "Write it in several steps.", tuple(notes))
    every = (*notes, *parsed)
    if expanded:
        every = tuple(replace(n, span=expanded.place(n.span)) if n.span else n for n in every)
        term, others = moved(term, expanded.place), tuple(moved(t, expanded.place) for t in others)
    return Read(term, every, others)


_MAXIMA = re.compile(r"(?<![\w)\]}.!°'])(?<![\w)\]}.!°'] )%(?=(?:e|pi|i)(?![A-Za-z0-9_]))")
"""The sign before the constants %e, %pi, %i of Maxima, where no number stands before it that it could make a percentage of."""


def parse(text: str, vocabulary: Vocabulary, expect: str, notes: list[Note]) -> tuple[Term, list[Note], tuple[Term, ...]]:
    """The tree, the parser's notes, and the other readings. Fails with `ReadError`."""
    words: dict[int, Note] = {}
    tokens = lex(text, vocabulary, notes, words)
    if len(tokens) == 1:
        raise ReadError("nothing is written here", 0, len(text))
    mended = _mended(tokens, text, vocabulary, notes)
    parser = Parser(mended, vocabulary, text, expect, frozenset())
    term = complete(parser.whole(), Span(0, len(text)))
    found = parser.notes + [*parser.sites.values(), *words.values()]
    if vocabulary.closed:
        found += _unknown_names(term, vocabulary)
    if not parser.sites and not words:
        return term, found, ()
    if len(parser.sites) > MAX_SITES:
        found.append(Note("there are too many places with two readings to tell them apart", None, "guess", "many_sites"))
        return term, found, ()
    others: list[Term] = []
    for flips in _flips(list(parser.sites)):
        _add_other(others, term, mended, vocabulary, text, expect, flips)
    for place in list(words)[:3]:
        scratch: list[Note] = []
        try:
            again = _mended(lex(text, vocabulary, scratch, {}, place), text, vocabulary, scratch)
            _add_other(others, term, again, vocabulary, text, expect, frozenset())
        except ReadError:
            continue
    return term, found, tuple(others[:MAX_ALTERNATIVES])


def _mended(tokens: list[Token], text: str, vocabulary: Vocabulary, notes: list[Note]) -> Mended:
    mended = mend(tokens, text, vocabulary, notes)
    settle_bars(mended)
    if any(t.kind == "skip" for t in mended.tokens):
        kept = [t for t in mended.tokens if t.kind != "skip"]
        mended = Mended(kept, _partners(kept))
    return mended


def _partners(tokens: list[Token]) -> dict[int, int]:
    partner: dict[int, int] = {}
    stack: list[int] = []
    for k, t in enumerate(tokens):
        if t.kind in OPENERS:
            stack.append(k)
        elif t.kind in CLOSERS and stack:
            partner[k] = stack[-1]
            partner[stack.pop()] = k
    return partner


def _flips(sites: list[tuple[str, int]]) -> list[frozenset[tuple[str, int]]]:
    """Which sites to read the other way: each kind of site throughout, then each site alone while they are few."""
    codes = list(dict.fromkeys(code for code, _ in sites))
    tries = [frozenset(s for s in sites if s[0] == code) for code in codes]
    if len(sites) <= 4:
        tries += [frozenset({s}) for s in sites if s[0] not in _CONSISTENT]
        if len(codes) > 1:
            tries.append(frozenset(sites))
    return list(dict.fromkeys(tries))[:8]


def _add_other(others: list[Term], term: Term, mended: Mended, vocabulary: Vocabulary, text: str, expect: str,
               flips: frozenset[tuple[str, int]]) -> None:
    try:
        other = complete(Parser(mended, vocabulary, text, expect, flips).whole(), Span(0, len(text)))
    except (ReadError, TooDeep, RecursionError):
        return
    if other != term and other not in others:
        others.append(other)


def _unknown_names(term: Term, vocabulary: Vocabulary) -> list[Note]:
    """A note for each name that a closed vocabulary does not declare, at its first place. Indices, marks and bound names need no declaration."""
    seen: dict[str, Note] = {}

    def visit(node: Term, bound: frozenset[str]) -> None:
        if node.kind == "symbol":
            if node.name not in bound and node.name not in seen and not vocabulary.knows(node.name):
                seen[node.name] = Note(f"`{node.name}` is not a name of this problem", node.span, "info", "unknown_name")
            return
        inner = bound | {b.name for b in node.bound if b.kind == "symbol"} if node.bound else bound
        for child in node.args[:1] if node.kind == "apply" and node.name in ("index", "sup", "norm", "prime") else node.args:
            visit(child, inner)

    visit(term, frozenset())
    return list(seen.values())
