"""Final answers: the answer that a long text puts forward, found, read, and compared with the reference's.

How the answer is found is said in `grader.reading.final`, how two answers are laid out to be compared in `grader.answers._layouts`. A text that puts
forward several answers is open unless they are judged alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from grader.answers._final import Thing, is_answer, meaning, thing
from grader.answers._layouts import Layout, layouts
from grader.decide import Budget, decide
from grader.domain import Domain
from grader.model import Claim, Read, Satisfies, Verdict
from grader.reading import Vocabulary
from grader.reading.final import finals
from grader.replay import natures
from grader.verify import compare

MAX_TEXT = 200_000
"""Of a longer text only the end is looked at: that is where the final answer is."""
Declared = tuple[tuple[str, str], ...]
MAX_KEPT = 20_000
"""Readings of longer texts are not kept."""
MAX_DECIDED = 512
_decided: dict[Any, Compared] = {}
"""Verdicts on pairs that were compared in this process: the answers of a class, and the rollouts of a prompt, repeat."""


@dataclass(frozen=True)
class Parsed:
    """What a text puts forward: for each answer its reading (or why it is not read) and the word that joins its parts. `text` is the snippet."""

    text: str
    things: tuple[tuple[Thing | str, str], ...]

    def __str__(self) -> str:
        return " | ".join(str(t.term) if isinstance(t, Thing) else f"unread: {t}" for t, _ in self.things)

    @property
    def readable(self) -> bool:
        return bool(self.things) and all(isinstance(t, Thing) for t, _ in self.things)


@dataclass(frozen=True)
class Compared:
    """The verdict; `doubt` says why it is open although a verdict was reached, or why there is none (`unread`: a side has no answer to be read)."""

    verdict: Verdict | None
    doubt: str = ""
    unread: bool = False

    @property
    def equal(self) -> bool | None:
        return None if self.verdict is None or self.doubt else self.verdict.equal


def parsed(text: str, declared: Declared = ()) -> Parsed:
    """The answers that the text puts forward, the strongest first; several where it is not certain that they agree; none where it says nothing.
    `declared` are pairs of a name and its domain in words."""
    return _kept(text, declared) if len(text) <= MAX_KEPT else _read(text, declared)


def _read(text: str, declared: Declared) -> Parsed:
    vocabulary = _vocabulary(declared)
    found = finals(text[-MAX_TEXT:], lambda said: is_answer(said, vocabulary), vocabulary)
    return Parsed("; ".join(f"{f.link} ".join(f.parts) for f in found), tuple((meaning(f, vocabulary), f.link) for f in found))


_kept = lru_cache(maxsize=512)(_read)


def compare_final(reference: str, answer: str, *, assume: Mapping[str, str] | None = None, budget: Budget | None = None) -> Compared:
    """The verdict on the answer that the text `answer` puts forward, against that of `reference`. Fails with ValueError when `assume` has a word that
    is no domain."""
    declared = tuple(sorted((assume or {}).items()))
    return compare_parsed(parsed(reference, declared), parsed(answer, declared), assume=assume, budget=budget)


def compare_parsed(reference: Parsed, answer: Parsed, *, assume: Mapping[str, str] | None = None, budget: Budget | None = None,
                   restated: bool = False) -> Compared:
    """The same for texts that are read already. With `restated` an answer counts that is equal but only restates the question: an integral left
    standing, 2x = 10 beside x = 5."""
    budget = budget or Budget()
    key = (reference, answer, tuple(sorted((assume or {}).items())), budget.oracles, budget.seed, restated)
    known = _decided.get(key)
    if known is None:
        known = _compare(reference, answer, assume or {}, budget, restated)
        if known.equal is not None:  # what ran out of its budget is tried again
            if len(_decided) >= MAX_DECIDED:
                _decided.clear()
            _decided[key] = known
    return known


def forget() -> None:
    """Empty the caches of readings and verdicts."""
    _kept.cache_clear()
    thing.cache_clear()
    _decided.clear()


def _compare(reference: Parsed, answer: Parsed, assume: Mapping[str, str], budget: Budget, restated: bool) -> Compared:
    domains = {name: Domain.parse(words) for name, words in assume.items()}
    wanted = _wanted(reference)
    if isinstance(wanted, str):
        return Compared(None, f"the reference: {wanted}", True)
    if not answer.things:
        return Compared(None, "the answer: it puts no answer forward", True)
    found = [_one(wanted, given, link, domains, budget, restated) for given, link in answer.things]
    if len({f.equal for f in found}) > 1:
        return Compared(None, "the answer puts forward several answers, and they are judged differently")
    if len(found) > 1 and found[0].equal is False and natures.nature(wanted.term) in ("list", "set", "tuple", "pair"):
        return Compared(None, "the answer puts forward several answers, which may belong together")
    return found[0]


def _wanted(reference: Parsed) -> Thing | str:
    if not reference.things:
        return "it puts no answer forward"
    first, *others = [t for t, _ in reference.things]
    if isinstance(first, str):
        return first
    if any(isinstance(t, str) or t.term != first.term for t in others):
        return "it puts forward several answers"
    return first


def _one(wanted: Thing, given: Thing | str, link: str, domains: Mapping[str, Domain], budget: Budget, restated: bool) -> Compared:
    if isinstance(given, str):
        return Compared(None, f"the answer: {given}", True)
    ways = layouts(wanted, given, link == "or", restated)
    return Compared(None, ways) if isinstance(ways, str) else _compared(ways, domains, budget)


def _compared(ways: list[Layout], domains: Mapping[str, Domain], budget: Budget) -> Compared:
    first: Compared | None = None
    for way in ways:
        words = _in_words(way)
        verdict = compare(way.answer, way.reference, domains, budget) if words is None else decide(words, budget)
        if verdict.equal:
            sure = way.doubt and way.confirm is not None and compare(Read(way.confirm), way.reference, domains, budget).equal
            return Compared(verdict, "" if sure else way.doubt)
        first = first or Compared(verdict)
    assert first is not None  # there is always a way
    return first


def _in_words(way: Layout) -> Claim | None:
    """Two answers in words: is the one picked that is asked for?"""
    given, wanted = way.answer.term, way.reference.term
    if not given.kind == wanted.kind == "text":
        return None
    parameters: tuple[tuple[str, Any], ...] = (("choices", tuple(sorted({given.name, wanted.name}))), ("key", (wanted.name,)), ("optional", ()),
                                               ("picked", "yes"))
    return Claim(Satisfies((given,), "choice.pick", parameters))


@lru_cache(maxsize=128)
def _vocabulary(declared: Declared) -> Vocabulary:
    return Vocabulary.declared({name: words for name, words in declared if name != "*"})


__all__ = ["Compared", "Parsed", "compare_final", "compare_parsed", "forget", "parsed"]
