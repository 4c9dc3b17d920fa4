"""Does a polynomial split over the rational numbers? Simple sufficient arguments, each of which a person can follow.

`why` returns "linear", "roots" (degree 2 or 3 without rational root), "discriminant" (quadratic whose discriminant is no square), "prime p"
(irreducible modulo a prime that does not divide the leading coefficient), "splits" (a rational root, or a discriminant that is a square of a
number), or "open".
Sources: Gauss's lemma; von zur Gathen and Gerhard, "Modern Computer Algebra", 14.3 (Rabin's test modulo a prime).
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import gcd, isqrt, lcm

from grader.replay import polynomial as P
from grader.replay.polynomial import Poly

PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43)
MAX_DEGREE = 60
MAX_DIVISORS = 4000


def why(p: Poly, variable: int | None) -> str:
    """See the module. With a variable, factors free of it do not count."""
    used = P.used(p)
    if not used:
        return "linear"
    if variable is None:
        linear = [k for k in used if P.degree(p, k) == 1]
        if linear:  # a x + b with a, b free of x splits only by a common factor of a and b
            return "linear" if _coprime_parts(p, linear[0]) else "open"
        variable = used[0]
    if variable not in used or P.degree(p, variable) == 1:
        return "linear"
    if used == [variable]:
        return _one_variable(_integers(p, variable))
    if P.degree(p, variable) == 2:
        return _quadratic(p, variable)
    return "open"


def _coprime_parts(p: Poly, k: int) -> bool:
    """Is a or b in a x + b a number, or a single product without anything in common with the other?"""
    a = {m: c for m, c in p.items() if m[k]}
    b = {m: c for m, c in p.items() if not m[k]}
    if any(all(not any(e for j, e in enumerate(m) if j != k) for m in part) for part in (a, b) if part):
        return True
    if len(a) == 1 or len(b) == 1:
        single, other = (a, b) if len(a) == 1 else (b, a)
        (m,) = single
        return all(min(n[j] for n in other) == 0 for j, e in enumerate(m) if e and j != k)
    return False


def _integers(p: Poly, k: int) -> list[int]:
    """Integer coefficients without common factor, lowest first."""
    line = [Fraction(0)] * (P.degree(p, k) + 1)
    for m, c in p.items():
        line[m[k]] += c
    scale = lcm(*[c.denominator for c in line])
    whole = [int(c * scale) for c in line]
    common = gcd(*whole)
    return [c // common for c in whole]


def _one_variable(a: list[int]) -> str:
    degree = len(a) - 1
    if degree > MAX_DEGREE:
        return "open"
    if degree == 2:
        under = a[1] * a[1] - 4 * a[0] * a[2]
        return "splits" if under >= 0 and isqrt(under) ** 2 == under else "discriminant"
    root = _has_root(a)
    if root:
        return "splits"
    if degree == 3 and root is False:
        return "roots"
    for p in PRIMES:
        if a[-1] % p and _irreducible_modulo(a, p):
            return f"prime {p}"
    return "open"


def _has_root(a: list[int]) -> bool | None:
    """Is there a rational root? None where there are too many candidates."""
    if a[0] == 0:
        return True
    tops, bottoms = _divisors(abs(a[0])), _divisors(abs(a[-1]))
    if tops is None or bottoms is None or len(tops) * len(bottoms) > MAX_DIVISORS:
        return None
    for top, bottom, sign in itertools.product(tops, bottoms, (1, -1)):
        x = Fraction(sign * top, bottom)
        total = Fraction(0)
        for c in reversed(a):
            total = total * x + c
        if total == 0:
            return True
    return False


def _divisors(n: int) -> list[int] | None:
    if n > 10**10:
        return None
    found = [d for d in range(1, min(isqrt(n), 100_000) + 1) if n % d == 0]
    return sorted({*found, *[n // d for d in found]})


def _quadratic(p: Poly, k: int) -> str:
    """With other symbols: if the discriminant is no square at some integers, it is the square of no polynomial."""
    parts: list[Poly] = [{}, {}, {}]
    for m, c in p.items():
        parts[m[k]][tuple(0 if j == k else e for j, e in enumerate(m))] = c
    under = P.add(P.multiply(parts[1], parts[1]), P.scale(P.multiply(parts[0], parts[2]), -4))
    others = P.used(under)
    if not others:
        value = P.value(under)
        return "splits" if value >= 0 and _is_square(value) else "discriminant"
    for point in itertools.islice(itertools.product((1, 2, 3, 5, -2), repeat=len(others)), 60):
        value = Fraction(0)
        for m, c in under.items():
            for j, x in zip(others, point):
                c = c * x ** m[j]
            value += c
        if value < 0 or not _is_square(value):
            return "discriminant"
    return "open"


def _is_square(value: Fraction) -> bool:
    return isqrt(value.numerator) ** 2 == value.numerator and isqrt(value.denominator) ** 2 == value.denominator


# ---- modulo a prime (coefficients lowest first)


def _trim(a: list[int]) -> list[int]:
    while a and a[-1] == 0:
        a.pop()
    return a


def _rest(a: list[int], b: list[int], p: int) -> list[int]:
    a, inverse = [c % p for c in a], pow(b[-1], -1, p)
    _trim(a)
    while len(a) >= len(b):
        q = a[-1] * inverse % p
        for j, c in enumerate(b):
            a[len(a) - len(b) + j] = (a[len(a) - len(b) + j] - q * c) % p
        _trim(a)
    return a


def _times(a: list[int], b: list[int], f: list[int], p: int) -> list[int]:
    out = [0] * max(len(a) + len(b) - 1, 0)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            out[i + j] = (out[i + j] + x * y) % p
    return _rest(out, f, p)


def _common(a: list[int], b: list[int], p: int) -> list[int]:
    while b:
        a, b = b, _rest(a, b, p)
    return a


def _irreducible_modulo(a: list[int], p: int) -> bool:
    """Rabin's test: x^(p^n) = x modulo f, and gcd(x^(p^(n/q)) - x, f) = 1 for the primes q that divide n."""
    f = _trim([c % p for c in a])
    n = len(f) - 1
    if n != len(a) - 1:
        return False
    primes = [q for q in range(2, n + 1) if n % q == 0 and all(q % r for r in range(2, q))]
    powers: dict[int, list[int]] = {}
    x = [0, 1]
    current = _rest(x, f, p)
    for k in range(1, n + 1):
        result, base, e = [1], current, p
        while e:
            if e & 1:
                result = _times(result, base, f, p)
            base, e = _times(base, base, f, p), e >> 1
        current = result
        powers[k] = current
    if _trim(_minus(powers[n], x, p)):
        return False
    return all(len(_common(f, _trim(_minus(powers[n // q], x, p)), p)) == 1 for q in primes)


def _minus(a: list[int], b: list[int], p: int) -> list[int]:
    size = max(len(a), len(b))
    return [((a[k] if k < len(a) else 0) - (b[k] if k < len(b) else 0)) % p for k in range(size)]
