"""How long families of random variables are, and which numbers a bound is about: what is left unsaid of ranges in lines about random variables.

    X_1, ..., X_n iid, sum_i X_i     the sum runs from 1 to n, and n is a positive integer
    P(|X - m| >= t), a P(X >= a)     the threshold is positive (Markov's and Chebyshev's inequalities say nothing of others)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.domain import Domain
from grader.term import Term, number, symbol, walk
from grader.theories._random_names import rebuilt

_LISTED = re.compile(r"([A-Za-z\\]+)_\{?1\}?\s*,\s*(?:[A-Za-z\\]+_\{?2\}?\s*,\s*)?(?:\\[lc]?dots|\.\.\.|…)\s*,\s*\1_\{?([A-Za-z])\}?(?![A-Za-z])")
_COUNTED = re.compile(r"(?<![A-Za-z])[ijk]\s*=\s*1\s*,\s*(?:2\s*,\s*)?(?:\\[lc]?dots|\.\.\.|…)\s*,\s*([A-Za-z])(?![A-Za-z])")


def ends_in(words: Iterable[str]) -> set[str]:
    """The n of "X_1, ..., X_n" and of "i = 1, ..., n"."""
    return {m.group(m.lastindex or 1) for text in words for pattern in (_LISTED, _COUNTED) for m in pattern.finditer(text)}


def _ranged(terms: Iterable[Term]) -> set[str]:
    return {n.args[2].name for t in terms for n in walk(t) if n.kind == "binder" and n.name in ("sum", "product") and len(n.args) == 3
            and n.args[2].kind == "symbol"}


def counted(terms: Iterable[Term], words: Iterable[str]) -> list[str]:
    """Letters that say how many there are."""
    return sorted(_ranged(terms) | ends_in(words))


def with_ends(terms: list[Term], words: Iterable[str]) -> list[Term]:
    """Sums over an index without a range run from 1 to n, where one letter n is said to be the number."""
    ends = ends_in(words) or _ranged(terms)
    if len(ends) != 1:
        return terms
    end = symbol(next(iter(ends)))

    def ranged(t: Term) -> Term | None:
        if t.kind != "binder" or t.name not in ("sum", "product") or len(t.args) != 1 or len(t.bound) != 1 or t.bound[0].kind != "symbol":
            return None
        used = any(n.kind == "apply" and n.name == "index" and t.bound[0] in n.args[1:] for n in walk(t.args[0]))
        return Term("binder", t.name, (t.args[0], number(1), end), bound=t.bound, span=t.span) if used else None

    return [rebuilt(t, ranged) for t in terms]


def thresholds(terms: Iterable[Term], domains: dict[str, Domain]) -> list[str]:
    """Letters t of P(|X| >= t), and of P(X >= t) where something is divided or multiplied by t."""
    found: dict[str, None] = {}
    terms = tuple(terms)
    scales = {f.name for term in terms for n in walk(term) for f in _factors(n) if f.kind == "symbol"}
    for term in terms:
        for node in walk(term):
            event = node.args[0] if node.is_apply("probability") else node
            if event.kind != "relation" or event is node or event.signs not in ((">=",), (">",)):
                continue
            sized = event.args[0].is_apply("abs")
            for factor in (event.args[1].args if event.args[1].is_apply("mul") else event.args[1:]):
                if factor.kind == "symbol" and (sized or factor.name in scales):
                    found[factor.name] = None
    return [n for n in found if n not in domains or domains[n].shape == "scalar" and domains[n].lower is None]


def _factors(n: Term) -> tuple[Term, ...]:
    """Factors below a line, and beside a probability."""
    if n.is_apply("div", 2):
        below = n.args[1]
        parts = below.args if below.is_apply("mul") else (below,)
        return tuple([p.args[0] if p.is_apply("pow") else p for p in parts])
    if n.is_apply("mul") and any(a.is_apply("probability") for a in n.args):
        return n.args
    return ()
