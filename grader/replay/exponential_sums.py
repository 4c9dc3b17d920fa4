"""Sums of c x^a exp(p) i^k with exact arithmetic, for the checker of exponential polynomials.

A key is (letters, exponent, k): letters are sorted (name, power) pairs; the exponent is p as sorted pairs of ((letters, k), coefficient); k is 0 or
1. A sum maps keys to rational numbers other than zero. "#pi" and "#log 2" are letters too: positive constants, so their powers may be negative. Two
sums with the same keys and coefficients are equal; of others nothing is known.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor

from grader.kernel import Refused
from grader.replay import polynomial

Number = int | Fraction
Letters = tuple[tuple[str, int], ...]
Exponent = tuple[tuple[tuple[Letters, int], Number], ...]
Key = tuple[Letters, Exponent, int]
Sum = dict[Key, Number]

ONE: Key = ((), (), 0)
UNIT: Sum = {ONE: 1}
MAX_PRODUCTS = 20_000
"""Products of keys in one check; those with long exponents count for more."""
MAX_BITS = 4000
MAX_NUMBER = 10**6
"""Largest number that is taken apart into primes."""
_PI_I = ((("#pi", 1),), 1)
_HALF = Fraction(1, 2)


class Sums:
    """Arithmetic with sums. Refused when a check takes too many steps or its numbers grow too large."""

    def __init__(self) -> None:
        self.left = MAX_PRODUCTS
        self._merged: dict[tuple[Exponent, Exponent], tuple[Exponent, Number, int]] = {}

    def times(self, a: Sum, b: Sum) -> Sum:
        """a b."""
        for one, other in ((a, b), (b, a)):
            if len(one) == 1 and ONE in one:
                return other if one[ONE] == 1 else polynomial.scale(other, one[ONE])
        widest = max((len(exponent) for _, exponent, _ in (*a, *b)), default=0)
        self.left -= len(a) * len(b) * (1 + widest // 8)
        if self.left < 0:
            raise Refused("too many terms")
        made: Sum = {}
        for (letters, exponent, k), c in a.items():
            for (letters_b, exponent_b, j), d in b.items():
                factor: Number = c * d
                turns = k + j
                if exponent and exponent_b:
                    both, number, more = self._exponents(exponent, exponent_b)
                    factor, turns = factor * number, turns + more
                else:
                    both = exponent or exponent_b
                key = (_letters(letters, letters_b) if letters and letters_b else letters or letters_b, both, turns & 1)
                total = made.get(key, 0) + (-factor if turns & 2 else factor)
                if total:
                    made[key] = total
                else:
                    del made[key]
        return made

    def _exponents(self, a: Exponent, b: Exponent) -> tuple[Exponent, Number, int]:
        """exp(a) exp(b) as (exponent, number, k): number exp(exponent) i^k."""
        known = self._merged.get((a, b))
        if known is None:
            total = dict(a)
            for key, c in b:
                total[key] = total.get(key, 0) + c
            known = self._merged[a, b] = _reduced(total)
        return known

    def power(self, a: Sum, count: int) -> Sum:
        """a^count for a count of at least 1."""
        made = a
        for _ in range(count - 1):
            made = self.times(made, a)
            if any(abs(c.numerator).bit_length() + c.denominator.bit_length() > MAX_BITS for c in made.values()):
                raise Refused("large numbers")
        return made

    def number_power(self, n: Sum, d: Sum, count: int) -> Sum:
        """(n/d)^count of two numbers."""
        if not n:
            raise Refused("a power of zero")
        value = Fraction(n[ONE]) / d[ONE]
        if (abs(value.numerator).bit_length() + value.denominator.bit_length()) * abs(count) > MAX_BITS:
            raise Refused("large numbers")
        value **= count
        return {ONE: value.numerator if value.denominator == 1 else value}

    def exp(self, p: Sum) -> Sum:
        """exp(p) of a polynomial. Refused for a p that has exponentials."""
        total: dict[tuple[Letters, int], Number] = {}
        for (letters, exponent, k), c in p.items():
            if exponent:
                raise Refused("an exponential under an exponential")
            total[letters, k] = c
        angle: Number = 0
        if _PI_I in total:
            angle = total[_PI_I] % _HALF
            if angle in _ANGLES:
                total[_PI_I] -= angle
        exponent, number, k = _reduced(total)
        made = turned({((), exponent, 0): number}, k)
        return self.times(made, _ANGLES[angle]) if angle in _ANGLES else made


def _letters(a: Letters, b: Letters) -> Letters:
    powers = dict(a)
    for name, power in b:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _reduced(total: dict[tuple[Letters, int], Number]) -> tuple[Exponent, Number, int]:
    """exp of the total as (exponent, number, k): whole multiples of log 2, log 3, ... become numbers, quarter turns become powers of i."""
    number: Number = 1
    turns = 0
    for key, c in total.items():
        letters, k = key
        if not c or len(letters) != 1 or letters[0][1] != 1 or not letters[0][0].startswith("#"):
            continue
        if key == _PI_I:
            turns = floor(2 * c)
            total[key] = c - Fraction(turns, 2)
        elif not k and letters[0][0] != "#pi":
            whole = floor(c)
            if abs(whole) > 400:
                raise Refused("large numbers")
            number *= Fraction(int(letters[0][0][5:])) ** whole
            total[key] = c - whole
    return tuple(sorted((key, c) for key, c in total.items() if c)), number, turns % 4


def turned(a: Sum, k: int) -> Sum:
    """a i^k."""
    return {(letters, exponent, (j + k) & 1): -c if (j + k) & 2 else c for (letters, exponent, j), c in a.items()} if k else a


def logarithm(value: Fraction) -> Sum:
    """log of a positive number by the primes in it. Refused where it is large."""
    made: Sum = {}
    for n, sign in ((value.numerator, 1), (value.denominator, -1)):
        if n > MAX_NUMBER:
            raise Refused("a large number under a logarithm")
        p = 2
        while n > 1:
            if p * p > n:
                p = n
            while n % p == 0:
                key: Key = (((f"#log {p}", 1),), (), 0)
                made[key] = made.get(key, 0) + sign
                n //= p
            p += 1
    return made


def _root(n: int) -> Exponent:
    return (((((f"#log {n}", 1),), 0), _HALF),)


_ANGLES: dict[Number, Sum] = {
    Fraction(1, 6): {((), _root(3), 0): _HALF, ((), (), 1): _HALF},
    Fraction(1, 4): {((), _root(2), 0): _HALF, ((), _root(2), 1): _HALF},
    Fraction(1, 3): {((), (), 0): _HALF, ((), _root(3), 1): _HALF},
}
"""exp(i pi q) by q."""


def is_number(a: Sum) -> bool:
    """Is the sum a rational number?"""
    return not a or len(a) == 1 and ONE in a


def exponents_of(a: Sum) -> bool:
    """Is there an exponential that depends on a symbol?"""
    return any(_parts(key)[1] for key in a)


def inverse(a: Sum) -> Sum | None:
    """1/a where that is such a sum for certain: a complex number times powers of constants times an exponential; else None."""
    (letters, exponent, _), *rest = a
    if any(key[:2] != (letters, exponent) for key in rest) or not all(name.startswith("#") for name, _ in letters):
        return None
    re, im = a.get((letters, exponent, 0), 0), a.get((letters, exponent, 1), 0)
    size = Fraction(re * re + im * im)
    flipped, number, k = _reduced({key: -c for key, c in exponent})
    back = tuple((name, -power) for name, power in letters)
    return turned({(back, flipped, j): c * number / size for j, c in ((0, re), (1, -im)) if c}, k)


def monic(a: Sum) -> Sum:
    """The sum times a number and an exponential, so that its first term (by exponents, then by letters) has neither: the same for sums that differ by
    such a factor."""
    powers = sorted({power for _, exponent, _ in a for power, _ in exponent})

    def place(key: Key) -> tuple[list[Number], Letters]:
        coefficients = dict(key[1])
        return [coefficients.get(power, 0) for power in powers], key[0]

    letters, exponent, _ = min(a, key=place)
    unit: Sum = {((), exponent, k): a[letters, exponent, k] for k in (0, 1) if (letters, exponent, k) in a}
    return Sums().times(a, inverse(unit) or UNIT)


def _parts(key: Key) -> tuple[Letters, Exponent, Letters, Exponent]:
    """Letters and exponent with symbols, and those of constants."""
    letters, exponent, _ = key
    moving = tuple(pair for pair in exponent if any(not name.startswith("#") for name, _ in pair[0][0]))
    return (tuple(p for p in letters if p[0][0] != "#"), moving, tuple(p for p in letters if p[0][0] == "#"),
            tuple(pair for pair in exponent if pair not in moving))


def not_zero(a: Sum) -> bool:
    """Is it seen that the sum is not the zero function of its symbols?

    Some coefficient is a number times one exponential of constants; and exponents differ where they look different, as pi, the logarithms of primes
    and 1 are linearly independent over the algebraic numbers (Baker's theorem). Of their powers and products less is known: those count as not seen.
    """
    groups: dict[tuple[Letters, Exponent], set[tuple[Letters, Exponent]]] = {}
    for key in a:
        letters, moving, fixed_letters, fixed = _parts(key)
        if any(sum(abs(power) for name, power in inside if name.startswith("#")) > 1 for (inside, _), _ in moving):
            return False
        groups.setdefault((letters, moving), set()).add((fixed_letters, fixed))
    return any(len(constants) == 1 for constants in groups.values())


def divides(a: Sum, b: Sum) -> bool:
    """Does the polynomial a divide the polynomial b? False where something complex or an exponential occurs, or where it takes too many steps."""
    if any(exponent or k for _, exponent, k in (*a, *b)):
        return False
    names = sorted({name for letters, _, _ in (*a, *b) for name, _ in letters})
    f, g = ({tuple(dict(letters).get(n, 0) for n in names): Fraction(c) for (letters, _, _), c in p.items()} for p in (a, b))
    if any(min(m, default=0) < 0 for m in (*f, *g)):
        return False
    lead, steps = max(f), MAX_PRODUCTS
    while g:
        top = max(g)
        shift = tuple(i - j for i, j in zip(top, lead))
        steps -= len(f) + len(g) // 8
        if min(shift, default=0) < 0 or steps < 0:
            return False
        factor = g[top] / f[lead]
        for m, c in f.items():
            at = tuple(i + j for i, j in zip(m, shift))
            total = g.get(at, Fraction(0)) - factor * c
            if total:
                g[at] = total
            else:
                del g[at]
    return True
