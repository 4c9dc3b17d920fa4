"""Points at which one formula is undefined and another is not: zeros of divisors and of the operands of logarithms, ends and outsides of domains."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

from grader.algebra.compare import Comparison
from grader.algebra.rational import NotRational, rational
from grader.replay.semantics import atom_name
from grader.term import Term, free_names, walk


def lost_points(comparison: Comparison, seed: int = 0, most: int = 40) -> Iterator[dict[str, Any]]:
    """Certificate points where the left side is certainly undefined and the right side defined."""
    tried: set[str] = set()
    for point in islice(_candidates(comparison, seed), most):
        if str(point) in tried:
            continue
        tried.add(str(point))
        look = comparison.look(point, 80)
        if look.right == "defined" and look.left in ("undefined", "unsure"):
            yield comparison.evidence_point(point, 0)


def _candidates(comparison: Comparison, seed: int) -> Iterator[dict[str, Any]]:
    points = list(islice(comparison.points(seed), 8)) if comparison.names else []
    for critical in _critical(comparison.left):
        for base in points[:2]:
            yield from _zeros(critical, base, comparison)
    yield from points


def _critical(term: Term) -> list[Term]:
    """Divisors and operands at whose zeros something may be undefined, simplest first."""
    found: dict[Term, None] = {}
    for node in walk(term):
        if node.is_apply("div"):
            found.setdefault(node.args[1])
        elif node.is_apply("pow") and (node.args[1].is_apply("neg") or node.args[1].kind == "number" and node.args[1].value == 0):
            found.setdefault(node.args[0])
        elif node.kind == "apply" and node.name in ("log", "sqrt"):
            found.setdefault(node.args[0])
    return sorted((t for t in found if free_names(t)), key=lambda t: t.size)[:8]


def _zeros(critical: Term, base: dict[str, Any], comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Rational zeros in one variable, the others as at the point; and points just beside them where a bound may lie."""
    try:
        f = rational(critical, atom=lambda t: atom_name(t) if t.kind == "apply" else None)
    except NotRational:
        f = None
    for name in sorted(free_names(critical)):
        if name not in base or isinstance(base[name], tuple):
            continue
        others = {n: v for n, v in base.items() if n != name and not isinstance(v, tuple)}
        roots: list[Fraction] = []
        if f is not None and name in f.names:
            try:
                roots = _rational_roots([c.as_fraction() for c in f.substitute(others).coefficients(name)])
            except (NotRational, ZeroDivisionError):
                roots = []
        for root in roots or [Fraction(0)]:
            for value in (root, root - 1, root + 1):
                if comparison.domain(name).admits(value):
                    yield base | {name: value}


def _rational_roots(coefficients: list[Fraction | None]) -> list[Fraction]:
    """Rational roots of a polynomial of degree 1 or 2 (lowest coefficient first); small candidates for higher ones."""
    if any(c is None for c in coefficients):
        return []
    c = [Fraction(v) for v in coefficients]  # type: ignore[arg-type]
    while c and not c[-1]:
        c.pop()
    if len(c) == 2:
        return [-c[0] / c[1]]
    small = [Fraction(p, q) for q in (1, 2, 3) for p in range(-6, 7)]
    return [v for v in dict.fromkeys(small) if len(c) > 2 and sum(a * v**k for k, a in enumerate(c)) == 0]
