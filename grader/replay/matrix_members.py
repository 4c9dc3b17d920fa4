"""Which names x_1, x_2, ..., x_i are members of a family of vectors, and not entries of one vector.

x_i is a vector, and not a number, where it stands by itself or in a sum under a transposition, in a norm, in an inner or outer product, or right behind something
transposed (w^T x_i). A name whose own domain is a matrix is left out: X_i has no such reading.
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
    declared = {n for n, d in domains.items() if d.shape in ("matrix", "function", "density", "variable")}
    return frozenset(found - declared - {"delta", "e", "I", "ones", "indicator"})


def _held(term: Term) -> Iterable[str]:
    """Names of x_i where the term is x_i, or a sum with it."""
    if term.is_apply("index", 2) and term.args[0].kind == "symbol":
        sub = term.args[1]
        if sub.kind == "symbol" and len(sub.name) == 1 and sub.name.islower() or sub.kind == "number":
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
