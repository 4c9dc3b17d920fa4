"""Which names x_1, x_2, ..., x_i are members of a family of vectors, and not entries of one vector.

x_i is a vector, and not a number, where it stands by itself or in a sum under a transposition, in a norm, in an inner or outer product, or right behind something
transposed (w^T x_i). A name whose own domain is a matrix is left out: X_i has no such reading; and one that occurs as x_{t+1}, whose marks are part of names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from grader.domain import Domain
from grader.term import Term, walk

_HOLDERS = frozenset("transpose norm inner outer".split())


def members(domains: Mapping[str, Domain], terms: Sequence[Term]) -> frozenset[str]:
    """Names whose members are vectors."""
    found: set[str] = set()
    for term in terms:
        for node in walk(term):
            if node.kind == "apply" and node.name in _HOLDERS:
                for argument in node.args[:2 if node.name in ("inner", "outer") else 1]:
                    found |= set(_held(argument))
            if node.is_apply("mul"):
                for before, after in zip(node.args, node.args[1:]):
                    if before.is_apply("transpose", 1):
                        found |= set(_held(after))
    whole = {n.args[0].name for t in terms for n in walk(t) if n.is_apply("index", 2) and n.args[0].kind == "symbol" and not _is_index(n.args[1])}
    declared = whole | {n for n, d in domains.items() if d.shape in ("matrix", "function", "density", "variable")}
    return frozenset(found - declared - {"delta", "e", "I", "ones", "indicator"})


def _is_index(sub: Term) -> bool:
    """Is it a number or a small letter, and not t + 1 or "new", which are part of a name?"""
    return sub.kind == "symbol" and len(sub.name) == 1 and sub.name.islower() or sub.kind in ("number", "constant")


def _held(term: Term) -> Iterable[str]:
    """Names of x_i where the term is x_i, or a sum with it."""
    if term.is_apply("index", 2) and term.args[0].kind == "symbol":
        if _is_index(term.args[1]):
            yield term.args[0].name
    elif term.kind == "apply" and term.name in ("add", "neg", "pm"):
        for a in term.args:
            yield from _held(a)
    elif term.is_apply("mul"):
        yield from _held(term.args[-1])


def alone(terms: Sequence[Term]) -> frozenset[str]:
    """Names that occur without an index."""
    found: set[str] = set()

    def visit(term: Term) -> None:
        if term.kind == "symbol":
            found.add(term.name)
        elif term.is_apply("index", 2) and term.args[0].kind == "symbol":
            visit(term.args[1])
        else:
            for a in term.args:
                visit(a)

    for term in terms:
        visit(term)
    return frozenset(found)
