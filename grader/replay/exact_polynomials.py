"""Polynomials over the rationals as plain dictionaries, for checkers: reading a term, substitution, derivatives, roots on the line and in the disc.

A monomial is a sorted tuple of (name, exponent) pairs; a polynomial maps monomials to nonzero fractions. Lists of fractions, lowest coefficient
first, stand for polynomials in one variable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from grader.kernel import Refused
from grader.term import Term

Monomial = tuple[tuple[str, int], ...]
Polynomial = dict[Monomial, Fraction]

MAX_TERMS = 2000
MAX_POWER = 24
MAX_BITS = 40_000
MAX_PRODUCTS = 60_000
"""Products of two coefficients that multiplying a term out may take, all in all."""


def constant(value: Fraction | int) -> Polynomial:
    """A number as a polynomial."""
    return {(): Fraction(value)} if value else {}


def variable(name: str) -> Polynomial:
    """A name as a polynomial."""
    return {((name, 1),): Fraction(1)}


def add(*items: Polynomial) -> Polynomial:
    """The sum."""
    made: Polynomial = {}
    for item in items:
        if not made:
            made = {monomial: c for monomial, c in item.items() if c}
            continue
        for monomial, coefficient in item.items():
            before = made.get(monomial)
            total = coefficient if before is None else before + coefficient
            if total:
                made[monomial] = total
            else:
                made.pop(monomial, None)
    return made


def scale(item: Polynomial, factor: Fraction | int) -> Polynomial:
    """A polynomial times a number."""
    return {m: c * factor for m, c in item.items()} if factor else {}


def multiply(a: Polynomial, b: Polynomial) -> Polynomial:
    """The product. Refused when it has too many terms or digits."""
    if len(a) * len(b) > 10 * MAX_PRODUCTS or _digits(a) + _digits(b) > MAX_BITS:
        raise Refused("a polynomial with too many terms or digits")
    made: Polynomial = {}
    for m, c in a.items():
        for n, d in b.items():
            key = _times(m, n)
            before = made.get(key)
            total = c * d if before is None else before + c * d
            if total:
                made[key] = total
            else:
                del made[key]
        if len(made) > MAX_TERMS:
            raise Refused("a polynomial with too many terms")
    return made


def _times(m: Monomial, n: Monomial) -> Monomial:
    if not m or not n:
        return m or n
    powers = dict(m)
    for name, exponent in n:
        powers[name] = powers.get(name, 0) + exponent
    return tuple(sorted(powers.items()))


def _digits(a: Polynomial) -> int:
    """Bits of the longest numerator or denominator."""
    return max((max(c.numerator.bit_length(), c.denominator.bit_length()) for c in a.values()), default=0)


def power(a: Polynomial, exponent: int) -> Polynomial:
    """A small natural power. Refused for others."""
    return _power(a, exponent, [10 * MAX_PRODUCTS])


def _power(a: Polynomial, exponent: int, left: list[int]) -> Polynomial:
    if not 0 <= exponent <= MAX_POWER:
        raise Refused("a power that is no small natural number")
    made = constant(1)
    for _ in range(exponent):
        made = _counted(made, a, left)
    return made


def _counted(a: Polynomial, b: Polynomial, left: list[int]) -> Polynomial:
    """The product, paid for from the products that are left."""
    left[0] -= len(a) * len(b)
    if left[0] < 0:
        raise Refused("too many products")
    return multiply(a, b)


def polynomial(term: Term) -> Polynomial:
    """The polynomial that a term is; the prime of a symbol v is the name "v'". Refused where it is none, and where multiplying it out takes too long."""
    return _polynomial(term, [MAX_PRODUCTS])


def _polynomial(term: Term, left: list[int]) -> Polynomial:
    if term.kind == "number":
        return constant(term.value)
    if term.kind == "symbol":
        return variable(term.name)
    if term.is_apply("prime", 2) and term.args[0].kind == "symbol" and term.args[1].value == 1:
        return variable(term.args[0].name + "'")
    if term.kind != "apply" or term.name not in ("add", "neg", "mul", "div", "pow"):
        raise Refused(f"{term.name or term.kind} in a polynomial")
    parts = [_polynomial(a, left) for a in term.args]
    if term.name == "add":
        return add(*parts)
    if term.name == "neg":
        return scale(parts[0], -1)
    if term.name == "mul":
        made = parts[0]
        for part in parts[1:]:
            made = _counted(made, part, left)
        return made
    second = number(parts[1])
    if term.name == "div":
        if not second:
            raise Refused("division by zero")
        return scale(parts[0], 1 / second)
    if second.denominator != 1:
        raise Refused("a power that is no small natural number")
    return _power(parts[0], int(second), left)


def number(item: Polynomial) -> Fraction:
    """The value of a constant polynomial. Refused for another."""
    if any(item) and set(item) != {()}:
        raise Refused("a number was expected")
    return item.get((), Fraction(0))


def names(item: Polynomial) -> set[str]:
    """The names that occur."""
    return {name for monomial in item for name, _ in monomial}


def substitute(item: Polynomial, values: Mapping[str, Polynomial]) -> Polynomial:
    """Polynomials put for names, all at once."""
    parts = []
    for monomial, coefficient in item.items():
        made = constant(coefficient)
        for name, exponent in monomial:
            made = multiply(made, power(values.get(name, variable(name)), exponent))
        parts.append(made)
    return add(*parts)


def value(item: Polynomial, point: Mapping[str, Fraction]) -> Fraction:
    """Its value; every name needs one. Refused where one is missing or the digits grow too many."""
    total = Fraction(0)
    for monomial, coefficient in item.items():
        for name, exponent in monomial:
            if name not in point:
                raise Refused(f"no value for {name}")
            coefficient *= point[name] ** exponent
        total += coefficient
        if total.numerator.bit_length() + total.denominator.bit_length() > MAX_BITS:
            raise Refused("a number with too many digits")
    return total


def derivative(item: Polynomial, name: str) -> Polynomial:
    """The partial derivative by a name."""
    made: Polynomial = {}
    for monomial, coefficient in item.items():
        powers = dict(monomial)
        exponent = powers.pop(name, 0)
        if exponent:
            if exponent > 1:
                powers[name] = exponent - 1
            key = tuple(sorted(powers.items()))
            made[key] = made.get(key, Fraction(0)) + coefficient * exponent
    return made


def coefficients(item: Polynomial, name: str) -> list[Polynomial]:
    """Its coefficients as a polynomial in one name, lowest first (at least one)."""
    made: list[Polynomial] = [{}]
    for monomial, coefficient in item.items():
        powers = dict(monomial)
        exponent = powers.pop(name, 0)
        made += [{} for _ in range(exponent + 1 - len(made))]
        made[exponent][tuple(sorted(powers.items()))] = coefficient
    return made


# ------------------------------------------------------------------------------------------------------------ one variable


def _trim(items: Sequence[Fraction]) -> list[Fraction]:
    made = list(items)
    while made and not made[-1]:
        made.pop()
    return made


def _remainder(a: Sequence[Fraction], b: Sequence[Fraction]) -> list[Fraction]:
    made = _trim(a)
    while len(made) >= len(b):
        factor, shift = made[-1] / b[-1], len(made) - len(b)
        made = _trim([c - factor * b[k - shift] if k >= shift else c for k, c in enumerate(made)][:-1])
    return made


def evaluate(items: Sequence[Fraction], x: Fraction) -> Fraction:
    """The value at a number."""
    total = Fraction(0)
    for coefficient in reversed(items):
        total = total * x + coefficient
    return total


def count_roots(items: Sequence[Fraction], low: Fraction | None, high: Fraction | None) -> int:
    """Distinct real roots in (low, high]; None is an infinite end. By Sturm's theorem; Refused for the zero polynomial or a root at `low`."""
    first = _trim(items)
    if not first:
        raise Refused("the zero polynomial has every root")
    if low is not None and evaluate(first, low) == 0:
        raise Refused("an interval begins at a root")
    chain = [first, [k * c for k, c in enumerate(first)][1:]]
    while chain[-1]:
        chain.append([-c for c in _remainder(chain[-2], chain[-1])])
    chain.pop()

    def changes(x: Fraction | None, side: int) -> int:
        values = [evaluate(p, x) if x is not None else p[-1] * (side if len(p) % 2 == 0 else 1) for p in chain]
        signs = [v > 0 for v in values if v]
        return sum(a != b for a, b in zip(signs, signs[1:]))

    return changes(low, -1) - changes(high, 1)


def inside_disc(items: Sequence[Fraction]) -> bool:
    """Do all roots lie inside the unit circle? (Schur and Cohn: |a_0| < |a_n|, and again for (a_n p - a_0 p*)/z.)"""
    held = _trim(items)
    if not held:
        raise Refused("the zero polynomial has every root")
    while len(held) > 1:
        if abs(held[0]) >= abs(held[-1]):
            return False
        held = _reduced(held)
    return True


def closed_disc(items: Sequence[Fraction]) -> bool:
    """Do all roots lie in the closed unit disc? (Miller 1971: von Neumann polynomials.)"""
    held = _trim(items)
    if not held:
        raise Refused("the zero polynomial has every root")
    while len(held) > 1:
        following = _trim(_reduced(held))
        if not following:
            following = [k * c for k, c in enumerate(held)][1:]
        elif abs(held[0]) >= abs(held[-1]):
            return False
        held = following
    return True


def power_bounded(items: Sequence[Fraction]) -> bool:
    """Do all roots lie in the closed unit disc, those on the circle being simple? (Miller 1971: simple von Neumann polynomials.)"""
    held = _trim(items)
    if not held:
        raise Refused("the zero polynomial has every root")
    while len(held) > 1:
        following = _trim(_reduced(held))
        if not following:
            return inside_disc([k * c for k, c in enumerate(held)][1:])
        if abs(held[0]) >= abs(held[-1]):
            return False
        held = following
    return True


def _reduced(held: Sequence[Fraction]) -> list[Fraction]:
    return [held[-1] * a - held[0] * b for a, b in zip(held, reversed(held))][1:]


def schur_cohn(items: Sequence[Polynomial]) -> list[Polynomial]:
    """Polynomials in the coefficients' names that are all positive exactly where all roots lie inside the unit circle."""
    held, conditions = list(items), []
    while len(held) > 1:
        first, last = held[0], held[-1]
        conditions.append(add(multiply(last, last), scale(multiply(first, first), -1)))
        held = [add(multiply(last, a), scale(multiply(first, b), -1)) for a, b in zip(held, reversed(held))][1:]
    return conditions
