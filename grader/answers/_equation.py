"""The claim that an answer equals a reference: what the letters mean, which domains they have, and how both sides are laid out to be compared.

Symbols without a declared domain are real, unless something complex is written (i, re, im, arg, conj): then they are complex and functions have
their principal values. A symbol that bounds a sum or product, or stands in the exponent of a negative number, is an integer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from grader.domain import Domain
from grader.model import Claim, Equal, Read
from grader.replay import natures
from grader.replay.semantics import COMPLEX_WORDS
from grader.term import Term, apply, collection, constant, free_names, replace, symbol, walk


def equation(answer: Term, reference: Term, domains: Mapping[str, Domain], label: str = "") -> Claim:
    """The claim "answer = reference", the answer on the left, with a domain for every symbol ("*" in `domains` is for those not named)."""
    answer, reference = _dependent(*_settled_letters(answer, reference, domains))
    answer, reference = natures.named_sets(answer, reference)
    table = dict(domains)
    table.setdefault("*", Domain("complex" if any(is_complex(t) for t in (answer, reference)) else "real"))
    for name in sorted(bounding(answer) | bounding(reference)):
        table.setdefault(name, Domain("integer"))
    return Claim(Equal(answer, reference), tuple(sorted(table.items(), key=lambda item: item[0])), label=label)


def aligned(side: Read, other: Term) -> Read:
    """(1, 3) and [1, 3] are intervals where the other side is made of intervals; 2, -2 is a set where the other side is a formula with +-."""
    if side.term.kind == "tuple" and side.term.name == "list" and other.kind == "apply" and natures.nature(other) == "pair":
        return dataclasses.replace(side, term=collection("set", *side.term.args, span=side.term.span))
    if not any(node.kind == "tuple" and node.name == "interval" for node in walk(other)) or natures.nature(other) not in ("set", "interval"):
        return side
    return dataclasses.replace(side, term=as_interval(side.term), alternatives=tuple(as_interval(t) for t in side.alternatives))


def as_interval(term: Term) -> Term:
    """The term with pairs read as intervals, also inside unions and intersections."""
    if term.kind == "tuple" and term.name in ("tuple", "list") and len(term.args) == 2:
        return collection("interval", *term.args, signs=("(", ")") if term.name == "tuple" else ("[", "]"), span=term.span)
    if term.kind == "apply" and term.name in natures.SETS:
        return term.with_args(tuple(as_interval(a) for a in term.args))
    return term


def is_complex(term: Term) -> bool:
    """Is something complex written in the term?"""
    return any(node.kind == "constant" and node.name == "i" or node.kind == "apply" and node.name in COMPLEX_WORDS for node in walk(term))


def bounding(term: Term) -> frozenset[str]:
    """Names of the symbols in the ranges of sums and products and in the exponents of negative numbers: they are integers."""
    found: list[Term] = []
    for node in walk(term):
        if node.kind == "binder" and node.name in ("sum", "product"):
            found += node.args[1:]
        elif node.kind == "apply" and node.name == "pow" and node.args[0].is_apply("neg") and not free_names(node.args[0]):
            found.append(node.args[1])
    return frozenset().union(*[free_names(t) for t in found])


def _settled_letters(answer: Term, reference: Term, domains: Mapping[str, Domain]) -> tuple[Term, Term]:
    """E and I that are not declared and stand on one side only mean the constants, as computer algebra writes them; I also beside re, im, arg,
    conj. Among vectors and matrices they do not: there I is the identity."""
    names = free_names(answer) | free_names(reference)
    if "E" not in names and "I" not in names or any(d.shape in ("vector", "matrix") for d in domains.values()):
        return answer, reference
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
    if not per_side[0] or not per_side[1]:
        return answer, reference
    for name in sorted(per_side[0].keys() & per_side[1].keys()):
        variables = sorted(per_side[0][name] | per_side[1][name])
        change = {symbol(name): apply("call", symbol(name), *[symbol(v) for v in variables])}
        answer, reference = replace(answer, change), replace(reference, change)
    return answer, reference


def _differentiated(term: Term) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for node in walk(term):
        if node.kind != "apply" or node.name not in ("derivative", "partial"):
            continue
        variables, base = set(), node
        while base.kind == "apply" and base.name in ("derivative", "partial") and base.args[1].kind == "symbol":
            variables.add(base.args[1].name)
            base = base.args[0]
        if variables and base.kind == "symbol" and base.name not in variables:
            found[base.name] = found.get(base.name, frozenset()) | variables
    return found
