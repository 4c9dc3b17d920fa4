"""What is known of the moments in a claim: instances of lemmas as inequalities between polynomials.

- variance_nonnegative: E[X]^2 <= E[X^2], for each monomial in sight;
- cauchy_schwarz: E[XY]^2 <= E[X^2] E[Y^2], and Cov(X, Y)^2 <= Var X Var Y;
- jensen: exp E[X] <= E[exp X], E[log X] <= log E[X], E[sqrt X] <= sqrt E[X], |E X| <= E|X|, 1 / E[X] <= E[1/X] for X > 0;
- markov: c P(U >= c) <= E[U] for U >= 0, and c^2 P(|V| >= c) <= E[V^2] for c >= 0;
- monotone_mean: E[f 1_A] <= E[f] for f >= 0, and c P(U >= c) <= E[U 1_{U >= c}];
- probability: every atom of the field of the events has a probability between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from grader.kernel import Refused
from grader.replay.moments_algebra import ONE, Atom, Mono, Poly, basics, frozen, minus, mul, reciprocal, single, spelled
from grader.replay.moments_reduce import Reduction

MAX_EVENTS = 3
MAX_INSTANCES = 24

Instance = tuple[str, Poly, Poly]


def instances(work: Reduction, sides: tuple[Poly, Poly]) -> Iterator[Instance]:
    """(lemma, low, high) with low <= high, from what stands in the sides; a bounded number, in an order that does not change."""
    moments = sorted({a for side in sides for m in side for a in _inside(m)}, key=spelled)
    count = 0
    for made in (_events, _markov, _ordered, _convex, _squares):
        for found in made(work, moments):
            yield found
            count += 1
            if count >= MAX_INSTANCES:
                return


def _inside(mono: Any) -> Iterator[Atom]:
    """Moments in a monomial, also inside functions."""
    for atom, _ in mono:
        if atom[0] == "E":
            yield atom
        elif atom[0] == "f":
            for poly in atom[2]:
                for inner, _ in poly:
                    yield from _inside(inner)
        elif atom[0] == "sum":
            yield from _inside(atom[2])


def _mean(work: Reduction, poly: Poly) -> Poly | None:
    try:
        return work.expect(poly)
    except Refused:
        return None


def _squares(work: Reduction, moments: list[Atom]) -> Iterator[Instance]:
    """Second moments against squares of first ones, for monomials whose squares or products are in sight."""
    seen: dict[Mono, None] = {}
    for atom in moments:
        mono = atom[1]
        if all(e % 2 == 0 for _, e in mono):
            seen[frozenset([(a, e // 2) for a, e in mono])] = None
        seen[mono] = None
        if len(mono) == 2:
            for a, e in sorted(mono, key=lambda f: spelled(f[0])):
                seen[frozenset({(a, e)})] = None
    roots = [m for m in seen if all(a[0] in ("rv", "f", "C") for a, _ in m) and sum(abs(e) for _, e in m) <= 4][:6]
    zero: Poly = {}
    for mono in roots:
        first, second = _mean(work, {mono: Fraction(1)}), _mean(work, mul({mono: Fraction(1)}, {mono: Fraction(1)}))
        if first is not None and second is not None:
            yield "variance_nonnegative", mul(first, first), second
            yield "variance_nonnegative", zero, second
    for atom in moments:
        for (inner, e) in atom[1]:
            if len(atom[1]) == 1 and inner[0] == "C" and e % 2 == 0:
                whole = _mean(work, {frozenset([(a, k * e) for a, k in inner[1]]): Fraction(1)})
                if whole is not None:
                    yield "jensen", single(atom), whole
    for a, b in combinations(roots, 2):
        if any(a == m[1] for m in moments) and any(b == m[1] for m in moments) or frozenset(a | b) in seen:
            yield from _schwarz(work, {a: Fraction(1)}, {b: Fraction(1)})


def _schwarz(work: Reduction, x: Poly, y: Poly) -> Iterator[Instance]:
    xx, yy, xy, mx, my = [_mean(work, p) for p in (mul(x, x), mul(y, y), mul(x, y), x, y)]
    if None in (xx, yy, xy, mx, my):
        return
    yield "cauchy_schwarz", mul(xy, xy), mul(xx, yy)  # type: ignore[arg-type]
    cov = minus(xy, mul(mx, my))  # type: ignore[arg-type]
    yield "cauchy_schwarz", mul(cov, cov), mul(minus(xx, mul(mx, mx)), minus(yy, mul(my, my)))  # type: ignore[arg-type]


def _convex(work: Reduction, moments: list[Atom]) -> Iterator[Instance]:
    """Jensen's inequality for functions that are convex or concave."""
    for atom in moments:
        if len(atom[1]) != 1:
            continue
        (inner, e), = atom[1]
        whole = single(atom)
        if inner[0] == "f" and e == 1 and len(inner[2]) == 1 and inner[1] in ("exp", "log", "sqrt", "abs"):
            mean = _mean(work, dict(inner[2][0]))
            if mean is None:
                continue
            at = {"exp": lambda m: work.exponential(m), "log": work.log, "sqrt": work.root, "abs": lambda m: single(("f", "abs",
                    (frozen(m),)))}[inner[1]](mean)
            yield ("jensen", at, whole) if inner[1] in ("exp", "abs") else ("jensen", whole, at)
        elif e == -1 and work.positive(inner) or inner[:2] == ("f", "recip") and e == 1 and work.positive(inner):
            base = single(inner) if e == -1 else dict(inner[2][0])
            mean = _mean(work, base)
            if mean:
                yield "jensen", reciprocal(mean), whole


def _markov(work: Reduction, moments: list[Atom]) -> Iterator[Instance]:
    for atom in moments:
        if len(atom[1]) != 1:
            continue
        (event, _), = atom[1]
        gap = work.gaps.get(event) if event[0] == "ev" else None
        if gap is None or event[1][0][0] == "=":
            continue
        if event in work.squares:
            value, level = work.squares[event]
            mean = _mean(work, value)
            if mean is not None:
                yield "markov", mul(level, single(atom)), mean
            continue
        random = {m: c for m, c in gap.items() if basics(m)}
        level = {m: -c for m, c in gap.items() if not basics(m)}
        if not all(c > 0 and all(e % 2 == 0 or _positive(work, a) for a, e in m) for m, c in random.items()):
            continue
        mean = _mean(work, random)
        if mean is not None:
            yield "markov", mul(level, single(atom)), mean
        mean = _mean(work, mul(random, random)) if all(c > 0 and all(e % 2 == 0 or work.positive(a) for a, e in m) for m,
                c in level.items()) else None
        if mean is not None:
            yield "markov", mul(mul(level, level), single(atom)), mean


def _ordered(work: Reduction, moments: list[Atom]) -> Iterator[Instance]:
    """E[f 1_A] <= E[f] for f >= 0, and E[(u - c) 1_{u >= c}] >= 0."""
    zero: Poly = {}
    for atom in moments:
        for event, power in sorted(atom[1], key=lambda f: spelled(f[0])):
            if event[0] != "ev" or power != 1:
                continue
            rest = atom[1] - {(event, power)}
            whole, part = _mean(work, {rest: Fraction(1)}) if rest else None, _mean(work, {atom[1]: Fraction(1)})
            if rest and all(e % 2 == 0 or _positive(work, a) or a[0] == "ev" for a, e in rest) and whole is not None and part is not None:
                yield "monotone_mean", part, whole
                yield "monotone_mean", zero, part
            gap = work.gaps.get(event)
            if gap is not None and event[1][0][0] in (">", ">="):
                low = _mean(work, mul(gap, single(event)))
                if low is not None:
                    yield "monotone_mean", zero, low


def _positive(work: Reduction, atom: Atom) -> bool:
    if atom[0] == "rv":
        domain = work.roles.domains.get(atom[1])
        return domain is not None and domain.is_nonnegative
    return atom[:2] == ("f", "abs") or work.positive(atom)


def _events(work: Reduction, moments: list[Atom]) -> Iterator[Instance]:
    """Probabilities of all atoms of the field that the events generate."""
    events = sorted({a for m in moments for a, _ in m[1] if a[0] == "ev"}, key=spelled)
    events = [e for e in events if not e[1][1]]
    if not 1 < len(events) <= MAX_EVENTS:
        return
    zero: Poly = {}
    for choice in product((True, False), repeat=len(events)):
        whole = ONE
        for event, inside in zip(events, choice):
            whole = mul(whole, single(event) if inside else minus(ONE, single(event)))
        mean = _mean(work, whole)
        if mean is not None:
            yield "probability", zero, mean


