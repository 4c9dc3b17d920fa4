"""Points of the domains at which formulas are compared: first those a person can check by hand, then generic ones.

Deterministic: the order depends on the names, the domains, the numbers written in the formulas, and the seed. Small points come first because a
counterexample should be checkable by hand; the numbers written in the formulas are visited (and stepped around) because max(0, x - 10^6) shows
only beyond them; generic points come last because a non-zero analytic difference vanishes at them with probability zero.
Signs of real variables follow the rows of a Hadamard matrix, so that every pair of variables meets every pair of signs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction as F

from grader.domain import Domain
from grader.term import Term, walk

Coordinate = F | tuple[F, F]

_SMALL = [F(2), F(3), F(1, 2), F(-1), F(5), F(-2), F(3, 2), F(1), F(-3), F(1, 3), F(-1, 2), F(7), F(4), F(0), F(-3, 2), F(2, 3), F(6), F(5, 2),
          F(-5), F(1, 4),
          F(11), F(-7), F(3, 4), F(10), F(1, 5), F(-1, 3), F(13), F(8), F(-4), F(9)]
_COMPLEX = [(F(1), F(1)), (F(-2), F(1)), (F(-1), F(0)), (F(2), F(-1)), (F(-1), F(-2)), (F(2), F(0)), (F(0), F(1)), (F(-3), F(0)), (F(1, 2), F(-3, 2)),
            (F(3), F(2)), (F(-1, 2), F(1, 2)), (F(0), F(-2)), (F(1, 3), F(0)), (F(-2), F(-3))]
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)


def candidates(domain: Domain) -> list[F]:
    """Small rational members of a real domain, simplest first; more are made inside narrow or far-away bounds."""
    found = [v for v in _SMALL if domain.admits(v)]
    if len(found) >= 6:
        return found
    low, high = domain.lower, domain.upper
    if low is not None and high is not None:
        steps = [F(k, d) for d in (2, 3, 4, 5, 7, 10) for k in range(1, d)]
        found += [v for v in (low + (high - low) * s for s in steps) if domain.admits(v)]
    if low is not None or high is not None:
        start, sign = (low, 1) if low is not None else (high, -1)
        whole = F(start.numerator // start.denominator)
        found += [v for v in (whole + sign * s for s in _SMALL + [F(k) for k in range(12, 40)]) if domain.admits(v)]
        found += [v for v in (start * s for s in (F(2), F(3), F(3, 2), F(10))) if domain.admits(v)]
    return list(dict.fromkeys(found)) or [v for v in (low, high) if v is not None and domain.admits(v)]


def constants_of(terms: Iterable[Term]) -> list[F]:
    """The numbers written in the formulas that are large or very small, at most six, by size."""
    found = {node.value for t in terms for node in walk(t) if node.kind == "number" and node.value}
    found |= {F(10) ** int(node.args[1].value) for t in terms for node in walk(t) if node.is_apply("pow", 2) and node.args[0].kind == "number"
              and node.args[0].value == 10 and node.args[1].kind == "number" and node.args[1].value.denominator == 1 and node.args[1].value <= 30}
    return sorted((v for v in found if v.numerator.bit_length() < 120 and v.denominator.bit_length() < 120), key=lambda v: (-abs(v - F(1)), v))[:6]


def simple_points(names: Iterable[str], domain: Callable[[str], Domain], count: int = 14) -> Iterator[dict[str, Coordinate]]:
    """Points with small coordinates, in the order in which they should be tried."""
    ordered = sorted(names)
    lists: dict[str, list[Coordinate]] = {n: list(_COMPLEX) if domain(n).field == "complex" else candidates(domain(n))
                                          for n in ordered}  # type: ignore[arg-type]
    if any(not options for options in lists.values()):
        return
    seen = set()
    for t in range(3 * count):
        point = {n: _spread(lists[n], j, t, _PRIMES[j % len(_PRIMES)]) for j, n in enumerate(ordered)}
        key = tuple(point.items())
        if key not in seen:
            seen.add(key)
            yield point
        if len(seen) >= count or not ordered:
            return


def _spread(options: list[Coordinate], j: int, t: int, stride: int) -> Coordinate:
    """The j-th variable starts at its own place in the list and moves at its own pace."""
    return options[(j + t * (1 if j == 0 else stride)) % len(options)]


def around(constants: Iterable[F], names: Iterable[str], domain: Callable[[str], Domain]) -> Iterator[dict[str, Coordinate]]:
    """Points at, just beside and beyond the given numbers, one variable at a time, the others small."""
    ordered = sorted(names)
    base = next(iter(simple_points(ordered, domain, 1)), None)
    if base is None:
        return
    for c in constants:
        near = [c, c + 1, c - 1, 2 * c, -c, -2 * c, c / 2] if abs(c) >= 1 else [c, -c, c / 2, 1 - c / 2, -c / 2, 1 + c / 2, 2 * c]
        for n in ordered:
            for v in near:
                if domain(n).field == "complex":
                    yield base | {n: (v, F(0))}
                elif domain(n).admits(v):
                    yield base | {n: v}
        for v in near[:4]:
            if len(ordered) > 1 and all(domain(n).is_real and domain(n).admits(v) for n in ordered):
                yield dict.fromkeys(ordered, v)


def generic_points(names: Iterable[str], domain: Callable[[str], Domain], seed: int) -> Iterator[dict[str, Coordinate]]:
    """An endless stream of points with coordinates p/1024 (integers for integer domains) of varying size."""
    ordered, rng = sorted(names), random.Random(seed)
    round_ = 0
    while True:
        scale = (4, 1, 16, 2, 64, F(1, 8), 256, F(1, 64))[round_ % 8]
        point = {}
        for j, n in enumerate(ordered):
            positive = bin(round_ & (j % 7 + 1)).count("1") % 2 == 0
            point[n] = _draw(domain(n), rng, scale, positive)
            if point[n] is None:
                return
        yield point  # type: ignore[misc]
        round_ += 1


def _draw(domain: Domain, rng: random.Random, scale: F | int, positive: bool) -> Coordinate | None:
    if domain.field == "complex":
        return F(rng.randint(-1024, 1024), 1024) * scale, F(rng.randint(-1024, 1024), 1024) * scale
    low, high = domain.lower, domain.upper
    if domain.field == "integer":
        first = -(-low.numerator // low.denominator) if low is not None else (-12 if high is None else high.numerator // high.denominator - 14)
        last = high.numerator // high.denominator if high is not None else first + (24 if low is None else (9, 6, 14, 30)[rng.randrange(4)])
        options = [v for v in (F(rng.randint(first, last)) for _ in range(8)) if domain.admits(v)] if first <= last else []
        return options[0] if options else None
    for _ in range(8):
        step = F(rng.randint(1, 4096), 4096)
        if low is not None and high is not None:
            v = low + (high - low) * step
        elif low is not None or high is not None:
            v = low + step * scale if low is not None else high - step * scale  # type: ignore[operator]
        else:
            v = step * scale * (1 if positive else -1)
        if domain.admits(v):
            return v
    return None
