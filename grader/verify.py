"""Is an answer equal to a reference? One call, one verdict, for expressions, numbers, equations, inequalities, sets, lists, matrices and the rest.

Symbols without a declared domain are real, unless something complex is written (i, re, im, arg, conj): then they are complex and functions have
their principal values. A symbol that bounds a sum or product is an integer. Equality means: wherever both sides are defined, and they must be
defined together somewhere; where the answer is undefined and the reference is not, the verdict's facts say so.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from grader import kernel
from grader.answers._equation import aligned, equation
from grader.decide import Budget, decide
from grader.domain import Domain
from grader.model import Claim, Equal, Read, Reading, Unread, Verdict
from grader.reading import Vocabulary
from grader.reading import read as read_text
from grader.term import Term, text

MAX_READINGS = 4
"""Other readings of an answer that are looked at; with more it stays undecided."""


def verify(reference: Any, answer: Any, *, assume: Mapping[str, str] | None = None, kind: str | None = None, budget: Budget | None = None) -> Verdict:
    """The verdict on "answer = reference".

    Both are strings (LaTeX, plain, Unicode), SymPy objects (their assumptions count), or terms. `assume` declares domains in words ({"n": "integer
    > 0", "*": "real"}); "*" is for all others. `kind` is the answer kind to compare under ("expression", "set", "interval", ...); without it the
    reference's own type decides. Never raises because of what the strings say: an unread one gives an undecided verdict that says so.

    Fails with ValueError when `assume` has a word that is no domain, KeyError when there is no such kind.
    """
    assume = {**_assumed(reference), **_assumed(answer), **(assume or {})}
    domains = {name: Domain.parse(words) for name, words in assume.items()}
    vocabulary = Vocabulary.declared({name: words for name, words in assume.items() if name != "*"})
    sides = [_reading(side, vocabulary, kind) for side in (answer, reference)]
    for side, what in zip(sides, ("answer", "reference")):
        if isinstance(side, Unread) or side.proposed:
            why = side.reason if isinstance(side, Unread) else "it was read only after a repair that is a guess"
            return kernel.give_up(Claim(Equal(text(str(answer)[:200]), text(str(reference)[:200]))), [("unread", f"the {what}: {why}")])
    return compare(sides[0], sides[1], domains, budget or Budget())  # type: ignore[arg-type]


def compare(answer: Read, reference: Read, domains: Mapping[str, Domain], budget: Budget) -> Verdict:
    """The verdict on two readings. The preferred readings decide; where they differ and another reading of either side would not, it stays
    undecided."""
    answer, reference = aligned(answer, reference.term), aligned(reference, answer.term)
    verdict = _decide(answer.term, reference.term, domains, budget)
    if verdict.equal or answer.term == reference.term:
        return verdict
    others = [(t, reference.term) for t in answer.alternatives] + [(answer.term, t) for t in reference.alternatives]
    others += list(zip(answer.alternatives, reference.alternatives))
    for k, other in enumerate(others):
        if k >= MAX_READINGS or _decide(*other, domains, budget).equal:
            return kernel.give_up(verdict.claim, [("reading", "it can be read in two ways that are judged differently")])
    return verdict


def _decide(answer: Term, reference: Term, domains: Mapping[str, Domain], budget: Budget) -> Verdict:
    return decide(equation(answer, reference, domains), budget)


def _assumed(side: Any) -> Mapping[str, str]:
    """What the symbols of a SymPy object are assumed to be."""
    if isinstance(side, (str, Term)) or not hasattr(side, "free_symbols"):
        return {}
    from grader.algebra.bridge import domains_of

    return domains_of(side)


def _reading(side: Any, vocabulary: Vocabulary, kind: str | None) -> Reading:
    if isinstance(side, Term):
        return Read(side)
    if isinstance(side, str):
        return read_text(side, vocabulary, expect=kind if kind in ("set", "interval", "list") else "any")
    from grader.algebra.bridge import from_sympy

    try:
        return Read(from_sympy(side))
    except ValueError as error:
        return Unread(str(error))


class _Face(ModuleType):
    """`grader.verify` names this module once it is imported, and the function before: so the module can be called like the function."""

    def __call__(self, *args: Any, **named: Any) -> Verdict:
        return verify(*args, **named)


sys.modules[__name__].__class__ = _Face
