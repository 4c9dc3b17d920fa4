"""Is an answer equal to a reference? One call, one verdict, for expressions, numbers, equations, inequalities, sets, lists, matrices and the rest.

Symbols without a declared domain are real, unless something complex is written (i, re, im, arg, conj): then they are complex and functions have their principal
values. A symbol that bounds a sum or product is an integer. Equality means: wherever both sides are defined, and they must be defined together somewhere;
where the answer is undefined and the reference is not, the verdict's facts say so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from grader import kernel
from grader.decide import Budget, decide
from grader.domain import Domain
from grader.model import Claim, Equal, Read, Reading, Unread, Verdict
from grader.reading import Vocabulary
from grader.reading import read as read_text
from grader.replay import natures
from grader.replay.semantics import COMPLEX_WORDS
from grader.term import Term, apply, collection, constant, free_names, replace, symbol, text, walk

MAX_READINGS = 4
"""Other readings of an answer that are looked at; with more it stays undecided."""


def verify(reference: Any, answer: Any, *, assume: Mapping[str, str] | None = None, kind: str | None = None, budget: Budget | None = None) -> Verdict:
    """The verdict on "answer = reference".

    Both are strings (LaTeX, plain, Unicode), SymPy objects, or terms. `assume` declares domains in words ({"n": "integer > 0", "*": "real"}); "*" is for
    all others. `kind` is the answer kind to compare under ("expression", "set", "interval", ...); without it the reference's own type decides. Never raises
    because of what the strings say: an unread one gives an undecided verdict that says so.

    Fails with ValueError when `assume` has a word that is no domain, KeyError when there is no such kind.
    """
    domains = {name: Domain.parse(words) for name, words in (assume or {}).items()}
    vocabulary = Vocabulary.declared({name: words for name, words in (assume or {}).items() if name != "*"})
    sides = [_reading(side, vocabulary, kind) for side in (answer, reference)]
    for side, what in zip(sides, ("answer", "reference")):
        if isinstance(side, Unread) or side.proposed:
            why = side.reason if isinstance(side, Unread) else "it was read only after a repair that is a guess"
            return kernel.give_up(Claim(Equal(text(str(answer)[:200]), text(str(reference)[:200]))), [("unread", f"the {what}: {why}")])
    return compare(sides[0], sides[1], domains, budget or Budget())  # type: ignore[arg-type]


def compare(answer: Read, reference: Read, domains: Mapping[str, Domain], budget: Budget) -> Verdict:
    """The verdict on two readings. The preferred readings decide; where they differ and another reading of either side would not, it stays undecided."""
    answer, reference = _aligned(answer, reference.term), _aligned(reference, answer.term)
    verdict = _decide(answer.term, reference.term, domains, budget)
    if verdict.equal or answer.term == reference.term:
        return verdict
    others = [(t, reference.term) for t in answer.alternatives] + [(answer.term, t) for t in reference.alternatives]
    others += list(zip(answer.alternatives, reference.alternatives))
    for k, other in enumerate(others):
        if k >= MAX_READINGS or _decide(*other, domains, budget).equal:
            return kernel.give_up(verdict.claim, [("reading", "it can be read in two ways that are judged differently")])
    return verdict


def _aligned(side: Read, other: Term) -> Read:
    """(1, 3) and [1, 3] are intervals where the other side is made of intervals."""
    if not any(node.kind == "tuple" and node.name == "interval" for node in walk(other)) or natures.nature(other) not in ("set", "interval"):
        return side
    return dataclasses.replace(side, term=_as_interval(side.term), alternatives=tuple(_as_interval(t) for t in side.alternatives))


def _as_interval(term: Term) -> Term:
    if term.kind == "tuple" and term.name in ("tuple", "list") and len(term.args) == 2:
        return collection("interval", *term.args, signs=("(", ")") if term.name == "tuple" else ("[", "]"), span=term.span)
    if term.kind == "apply" and term.name in natures.SETS:
        return term.with_args(tuple(_as_interval(a) for a in term.args))
    return term


def _decide(answer: Term, reference: Term, domains: Mapping[str, Domain], budget: Budget) -> Verdict:
    return decide(equation(answer, reference, domains), budget)


def _settled_letters(answer: Term, reference: Term, domains: Mapping[str, Domain]) -> tuple[Term, Term]:
    """E and I that are not declared and stand on one side only mean the constants, as computer algebra writes them; I also beside re, im, arg, conj."""
    for letter, name in (("E", "e"), ("I", "i")):
        beside = name == "i" and any(is_complex(t) for t in (answer, reference))
        if letter in domains or (letter in free_names(answer)) == (letter in free_names(reference)) and not beside:
            continue
        change = {symbol(letter): constant(name)}
        answer, reference = replace(answer, change), replace(reference, change)
    return answer, reference


def _dependent(answer: Term, reference: Term) -> tuple[Term, Term]:
    """A bare symbol that both sides differentiate by others is a function of them: dy/dx is dy(x)/dx."""
    per_side = [_differentiated(t) for t in (answer, reference)]
    for name in sorted(per_side[0].keys() & per_side[1].keys()):
        variables = sorted(per_side[0][name] | per_side[1][name])
        change = {symbol(name): apply("call", symbol(name), *[symbol(v) for v in variables])}
        answer, reference = replace(answer, change), replace(reference, change)
    return answer, reference


def _differentiated(term: Term) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for node in walk(term):
        variables, base = set(), node
        while base.kind == "apply" and base.name in ("derivative", "partial") and base.args[1].kind == "symbol":
            variables.add(base.args[1].name)
            base = base.args[0]
        if variables and base.kind == "symbol" and base.name not in variables:
            found[base.name] = found.get(base.name, frozenset()) | variables
    return found


def equation(answer: Term, reference: Term, domains: Mapping[str, Domain]) -> Claim:
    """The claim "answer = reference" with a domain for every symbol."""
    answer, reference = _dependent(*_settled_letters(answer, reference, domains))
    answer, reference = natures.named_sets(answer, reference)
    table = dict(domains)
    table.setdefault("*", Domain("complex" if any(is_complex(t) for t in (answer, reference)) else "real"))
    for name in sorted(bounding(answer) | bounding(reference)):
        table.setdefault(name, Domain("integer"))
    return Claim(Equal(answer, reference), tuple(sorted(table.items(), key=lambda item: item[0])))


def is_complex(term: Term) -> bool:
    """Is something complex written in the term?"""
    return any(node.kind == "constant" and node.name == "i" or node.kind == "apply" and node.name in COMPLEX_WORDS for node in walk(term))


def bounding(term: Term) -> frozenset[str]:
    """Names of the symbols in the ranges of sums and products and in the exponents of negative numbers: they are integers."""
    ranges = [a for node in walk(term) if node.kind == "binder" and node.name in ("sum", "product") for a in node.args[1:]]
    exponents = [node.args[1] for node in walk(term) if node.is_apply("pow", 2) and node.args[0].is_apply("neg") and not free_names(node.args[0])]
    return frozenset().union(*[free_names(t) for t in (*ranges, *exponents)])


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
