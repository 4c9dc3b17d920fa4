"""Polynomials as dictionaries {exponents: Fraction}, for checkers that redo algebra: plain schoolbook arithmetic, nothing clever.

Exponents are tuples as long as the table of generators. `Relations` rewrite g^k by a polynomial until no power is left that is k or higher.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypeAlias

from grader.kernel import Refused

Exponents: TypeAlias = tuple[int, ...]
Poly: TypeAlias = dict[Exponents, Fraction]

MAX_TERMS = 6000
MAX_QUOTIENT = 400
"""Most terms of a quotient that is looked for."""
MAX_WORK = 1_500_000
"""Most products of terms in one multiplication."""


def constant(value: Fraction | int, count: int) -> Poly:
    """A constant in so many generators."""
    return {(0,) * count: Fraction(value)} if value else {}


def generator(index: int, count: int) -> Poly:
    """One generator."""
    return {tuple(int(k == index) for k in range(count)): Fraction(1)}


def is_constant(p: Poly) -> bool:
    """Is it a number?"""
    return all(not any(m) for m in p)


def value(p: Poly) -> Fraction:
    """The number that a constant is."""
    return next(iter(p.values()), Fraction(0))


def add(a: Poly, b: Poly) -> Poly:
    """Sum."""
    out = dict(a)
    for m, c in b.items():
        total = out.get(m, 0) + c
        if total:
            out[m] = total
        else:
            del out[m]
    return out


def scale(a: Poly, c: Fraction | int) -> Poly:
    """Multiple."""
    return {m: v * c for m, v in a.items()} if c else {}


def multiply(a: Poly, b: Poly) -> Poly:
    """Product. Fails with `Refused` when it is too large to be replayed."""
    if len(a) * len(b) > MAX_WORK:
        raise Refused("an expression too large to be replayed")
    out: Poly = {}
    for m, c in a.items():
        for n, d in b.items():
            k = tuple([x + y for x, y in zip(m, n)])
            out[k] = out.get(k, 0) + c * d
    out = {k: v for k, v in out.items() if v}
    if len(out) > MAX_TERMS:
        raise Refused("an expression too large to be replayed")
    return out


def degree(p: Poly, index: int) -> int:
    """Degree in one generator."""
    return max((m[index] for m in p), default=0)


def used(p: Poly) -> list[int]:
    """Indices of the generators that occur."""
    return sorted({k for m in p for k, e in enumerate(m) if e})


def reduce(p: Poly, relations: dict[int, tuple[int, Poly]]) -> Poly:
    """Rewrite by the relations g_j^k = q_j until nothing changes."""
    for _ in range(60):
        hit = next((j for j in relations if degree(p, j) >= relations[j][0]), None)
        if hit is None:
            return p
        order, image = relations[hit]
        parts: dict[int, Poly] = {}
        for m, c in p.items():
            times, rest = divmod(m[hit], order)
            parts.setdefault(times, {})[(*m[:hit], rest, *m[hit + 1:])] = c
        out: Poly = {}
        image_power: Poly | None = None
        for times in range(max(parts) + 1):
            image_power = constant(1, len(next(iter(p)))) if image_power is None else multiply(image_power, image)
            if times in parts:
                out = add(out, multiply(parts[times], image_power))
        p = out
        if not p:
            return p
    raise Refused("the relations do not come to an end")


def _divides(m: Exponents, n: Exponents) -> bool:
    return all(x <= y for x, y in zip(m, n))


def quotient(a: Poly, b: Poly) -> Poly | None:
    """a / b where b divides a exactly, else None (lexicographic division)."""
    if not b:
        return None
    lead, least = max(b), min(b)
    if a and not (_divides(lead, max(a)) and _divides(least, min(a)) and all(degree(b, k) <= degree(a, k) for k in used(b))):
        return None
    out: Poly = {}
    rest = dict(a)
    for _ in range(MAX_QUOTIENT):
        if not rest:
            return out
        m = max(rest)
        shift = tuple([x - y for x, y in zip(m, lead)])
        if min(shift, default=0) < 0:
            return None
        c = rest[m] / b[lead]
        out[shift] = c
        for n, d in b.items():
            k = tuple([x + y for x, y in zip(shift, n)])
            left = rest.get(k, 0) - c * d
            if left:
                rest[k] = left
            else:
                rest.pop(k, None)
    return None


def read(data: Any, count: int) -> Poly:
    """The polynomial that a certificate writes: [[coefficient, [[generator, exponent], ...]], ...]. Fails with `Refused`."""
    out: Poly = {}
    if len(data) > MAX_TERMS:
        raise Refused("a polynomial with too many terms")
    for coefficient, powers in data:
        m = [0] * count
        for index, exponent in powers:
            if not (type(index) is int and type(exponent) is int and 0 <= index < count and 0 < exponent <= 20_000):
                raise Refused("an exponent out of range")
            m[index] += exponent
        key = tuple(m)
        if not isinstance(coefficient, (str, int)) or isinstance(coefficient, bool) or key in out:
            raise Refused("a polynomial of another form")
        out[key] = Fraction(coefficient)
    return {m: c for m, c in out.items() if c}


def same_up_to_factor(a: Poly, b: Poly) -> Fraction | None:
    """c with a = c b, or None."""
    if len(a) != len(b) or not a or a.keys() != b.keys():
        return None
    m = next(iter(a))
    c = a[m] / b[m]
    return c if all(v == c * b[k] for k, v in a.items()) else None


def product(parts: Iterable[Poly], count: int) -> Poly:
    """Product of several."""
    out = constant(1, count)
    for p in parts:
        out = multiply(out, p)
    return out
