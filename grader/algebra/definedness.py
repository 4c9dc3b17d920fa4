"""Points at which one formula is undefined and another is not: zeros of divisors and of the operands of logarithms, ends and outsides of domains."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from math import gcd, isqrt, lcm
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
        if comparison.has_value(point, 80):
            continue
        look = comparison.look(point, 80)
        if look.right == "defined" and look.left in ("undefined", "unsure"):
            yield comparison.evidence_point(point, 0)


def _candidates(comparison: Comparison, seed: int) -> Iterator[dict[str, Any]]:
    points = list(islice(comparison.points(seed), 8)) if comparison.names else []
    shared = _critical(comparison.right)
    for critical, edged in _critical(comparison.left).items():
        if shared.get(critical) is edged:
            continue  # undefined there on both sides
        for base in points[:2 if len(comparison.names) > 1 else 1]:
            yield from _zeros(critical, edged, base, comparison)
    if not _is_total(comparison.left):
        yield from points


def _critical(term: Term) -> dict[Term, bool]:
    """Divisors and operands at whose zeros something may be undefined, simplest first, and whether it may be undefined on one side of a zero too."""
    found: dict[Term, bool] = {}
    for node in walk(term):
        if node.is_apply("div"):
            found.setdefault(node.args[1], False)
        elif node.is_apply("pow") and (node.args[1].is_apply("neg") or node.args[1].kind == "number" and node.args[1].value == 0):
            found.setdefault(node.args[0], node.args[1].is_apply("neg") and node.args[1].args[0].kind != "number")
        elif node.kind == "apply" and node.name in ("log", "sqrt"):
            found[node.args[0]] = True
    return dict(sorted(((t, edged) for t, edged in found.items() if free_names(t)), key=lambda item: item[0].size)[:8])


def _is_total(term: Term) -> bool:
    """Is every operation in the term, but for division by zero, defined everywhere?"""
    for node in walk(term):
        if node.is_apply("pow", 2):
            exponent = node.args[1].args[0] if node.args[1].is_apply("neg", 1) else node.args[1]
            if exponent.kind != "number" or exponent.value.denominator != 1:  # type: ignore[union-attr]
                return False
        elif not (node.kind in ("number", "symbol") or node.kind == "constant" and node.name in ("pi", "e", "i")
                  or node.kind == "apply" and node.name in _TOTAL):
            return False
    return True


_TOTAL = frozenset("add neg mul div pow sin cos exp sinh cosh abs".split())


def _zeros(critical: Term, edged: bool, base: dict[str, Any], comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Rational zeros in one variable, the others as at the point; where a bound may lie there, points just beside them too."""
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
            for value in (root, root - 1, root + 1) if edged or f is None else (root,):
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
    whole = [int(v * lcm(*[v.denominator for v in c])) for v in c]
    if len(c) == 3:
        square = whole[1] ** 2 - 4 * whole[0] * whole[2]
        root = isqrt(square) if square >= 0 else -1
        return sorted({Fraction(-whole[1] + s * root, 2 * whole[2]) for s in (1, -1)}) if root >= 0 and root * root == square else []
    degree = len(c) - 1
    small = dict.fromkeys((p // gcd(p, q), q // gcd(p, q)) for q in (1, 2, 3) for p in range(-6, 7))
    return [Fraction(p, q) for p, q in small if degree > 1 and sum(a * p**k * q ** (degree - k) for k, a in enumerate(whole)) == 0]
