"""Whether terms are about vectors and matrices, and in which ways their symbols can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from grader.domain import Domain
from grader.replay.matrix_language import Language
from grader.replay.matrix_shapes import is_array
from grader.term import Term, free_names, walk

SIZES_TOGETHER = 3
"""Bases that may be families at once, when readings are tried."""


def speaks_of_arrays(domains: Sequence[tuple[str, Domain]], terms: Iterable[Term]) -> bool:
    """Does a declared vector or matrix occur in the terms, or an operation that only they have?"""
    declared = {name for name, d in domains if is_array(d)}
    bases = {name.partition("_")[0].partition("^")[0] for name in declared} | declared
    for term in terms:
        for node in walk(term):
            if node.kind == "symbol" and (node.name in bases or node.name == "ones" or node.name == "I" and declared):
                return True
            if node.kind == "apply" and (node.name in ("softmax", "rank") or node.name in ("trace", "det", "transpose") and any(
                    a.kind != "tuple" for a in node.args)):
                return True
            if node.is_apply("index", 3) and node.args[0].kind == "symbol" and node.args[0].name == "delta":
                return True
    return False


def languages(domains: Sequence[tuple[str, Domain]], terms: Sequence[Term]) -> Iterable[Language]:
    """Readings of the terms, the plainest first: with x_i as entries, then with some x_i as members of a family."""
    yield Language(domains, terms)
    table: Mapping[str, Domain] = dict(domains)
    bases = sorted({n.args[0].name for t in terms for n in walk(t) if n.is_apply("index", 2) and n.args[0].kind == "symbol" and n.args[0].name in table
                    and table[n.args[0].name].shape == "vector"})
    plain = set().union(*[free_names(t) for t in terms]) if terms else set()
    bases = [b for b in bases if b in plain][:4]
    for count in range(1, min(len(bases), SIZES_TOGETHER) + 1):
        for chosen in combinations(bases, count):
            yield Language(domains, terms, frozenset(chosen))
