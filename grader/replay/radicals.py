"""Exact signs of numbers written with + - * / and square roots, for the checkers.

Enclosures by rational intervals tell a nonzero number from zero, given enough digits. How many are enough is known (Burnikel, Fleischer, Mehlhorn,
Schirra, "A strong and easily computable separation bound for arithmetic expressions involving radicals", Algorithmica 27, 2000, theorem 1): with u,
l from the rules below and D = 2^(number of square roots), a value that is not zero is at least 1 / (l u^(D^2 - 1)) in size.

    whole number a: u = |a|, l = 1;   x +- y: u = u_x l_y + l_x u_y, l = l_x l_y;   x y: u_x u_y, l_x l_y;   x / y: u_x l_y, l_x u_y;
    sqrt x: sqrt(u_x), sqrt(l_x), rounded up
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from grader.kernel import Refused
from grader.term import Term, walk

MOST_ROOTS = 3
MOST_BITS = 12_000
Interval = tuple[Fraction, Fraction]


class Undefined(ArithmeticError):
    """The number does not exist."""


class _TooWide(ArithmeticError):
    """A divisor is not yet told from zero: more digits will do it."""


def is_radical(term: Term) -> bool:
    """Is it a number of this form?"""
    return all(node.kind == "number" or node.kind == "apply" and (node.name in ("add", "neg", "mul", "div", "sqrt") or _is_small_power(node))
               for node in walk(term))


def _is_small_power(node: Term) -> bool:
    if node.name != "pow" or node.args[1].kind != "number":
        return False
    return node.args[1].value.denominator == 1 and 1 <= node.args[1].value <= 12


def sign(term: Term) -> int:
    """-1, 0 or 1. Fails with `Undefined` where the number does not exist, with `Refused` where it takes too many digits."""
    roots = {node for node in walk(term) if node.is_apply("sqrt")}
    if len(roots) > MOST_ROOTS:
        raise Refused("too many square roots")
    upper, lower = _bound(term)
    enough = lower.bit_length() + upper.bit_length() * (4 ** len(roots) - 1) + 2
    if enough > MOST_BITS:
        raise Refused("a number that takes too many digits")
    bits = 64
    while True:
        try:
            low, high = _enclose(term, bits, {})
        except _TooWide:
            low, high = Fraction(-1), Fraction(1)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
        if low == high == 0 or max(-low, high) < Fraction(1, 1 << enough):
            return 0
        if bits > 8 * enough + 4096:
            raise Refused("a number that takes too many digits")
        bits *= 2


def _bound(term: Term) -> tuple[int, int]:
    if term.kind == "number":
        return max(1, term.value.numerator), term.value.denominator
    parts = [_bound(a) for a in term.args]
    if term.name == "sqrt":
        return tuple(isqrt(v - 1) + 1 for v in parts[0])  # type: ignore[return-value]
    if term.name == "div":
        return parts[0][0] * parts[1][1], parts[0][1] * parts[1][0]
    if term.name == "pow":
        e = int(term.args[1].value)
        return parts[0][0] ** e, parts[0][1] ** e
    u, low = parts[0]
    for v, other in parts[1:]:
        u, low = (u * other + low * v, low * other) if term.name == "add" else (u * v, low * other)
        if u.bit_length() + low.bit_length() > MOST_BITS:
            raise Refused("a number that takes too many digits")
    return u, low


def _enclose(term: Term, bits: int, memo: dict[Term, Interval]) -> Interval:
    """Rational bounds with about so many bits. Fails with `Undefined`."""
    if term in memo:
        return memo[term]
    if term.kind == "number":
        found = (term.value, term.value)
    else:
        parts = [_enclose(a, bits, memo) for a in (term.args[:1] if term.name == "pow" else term.args)]
        found = _rounded(_operate(term, parts, bits), bits)
    memo[term] = found
    return found


def _operate(term: Term, parts: list[Interval], bits: int) -> Interval:
    if term.name == "neg":
        return -parts[0][1], -parts[0][0]
    if term.name == "add":
        return sum((p[0] for p in parts), Fraction(0)), sum((p[1] for p in parts), Fraction(0))
    if term.name == "sqrt":
        if sign(term.args[0]) < 0:
            raise Undefined("a square root of a negative number")
        return _root(max(parts[0][0], Fraction(0)), bits)[0], _root(max(parts[0][1], Fraction(0)), bits)[1]
    if term.name == "div":
        if sign(term.args[1]) == 0:
            raise Undefined("a division by zero")
        low, high = parts[1]
        if low <= 0 <= high:
            raise _TooWide
        parts = [parts[0], (1 / high, 1 / low)]
    made = parts[0]
    for other in parts[1:] if term.name != "pow" else [parts[0]] * (int(term.args[1].value) - 1):
        ends = [a * b for a in made for b in other]
        made = min(ends), max(ends)
    return made


def _root(q: Fraction, bits: int) -> Interval:
    scaled = (q.numerator << (2 * bits)) // q.denominator
    low = isqrt(scaled)
    exact = low * low == scaled and scaled * q.denominator == q.numerator << (2 * bits)
    return Fraction(low, 1 << bits), Fraction(low if exact else low + 1, 1 << bits)


def _rounded(interval: Interval, bits: int) -> Interval:
    low, high = interval
    unit = 1 << (2 * bits)
    return Fraction((low * unit).__floor__(), unit), Fraction((high * unit).__ceil__(), unit)
