"""The checker's sums over a range: of i^a times what is free of i, of i^a (log i)^b, and of i^a c^i."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from grader.replay import growth_numbers as n
from grader.replay.growth_numbers import Constant, Unknown
from grader.replay.growth_reading import Exact, Form, Reader, Rough, exact, fixed, form, name_form, rough
from grader.term import Term, free_names


def sum_over_range(reader: Reader, term: Term) -> Exact | Rough:
    """A sum over i from a whole number to a growing bound, of a body that is known exactly. Fails with `Unknown`."""
    (index,), (body, low, high) = term.bound, term.args
    if index.kind != "symbol" or index.name in free_names(low) | free_names(high) | reader.growing:
        raise Unknown("a sum over something else than a whole range")
    first = reader.constant(reader.whole(low))
    start = None if first is None else n.value(first)
    last = reader.whole(high)
    if start is None or start.denominator != 1 or not 0 <= start <= 100 or not isinstance(last, Exact):
        raise Unknown("a sum whose range is not understood")
    below = Reader(reader.growing | {index.name}, reader.domains, reader.ask)
    below.ranges = {**reader.ranges, index.name: (int(start), last)}
    inner = below.whole(body)
    if not isinstance(inner, Exact) or inner.slack:
        raise Unknown("a sum whose body is not known exactly")
    made: Exact | Rough = fixed(n.ZERO)
    for f, c in inner.parts.items():
        part = range_sum(reader, f, index.name, int(start), last)
        if not isinstance(part, Exact) and reader.sign(c) != 1:
            raise Unknown("a sum with terms not seen to be positive")
        made = reader.plus(made, reader.times(fixed(c), part) if isinstance(part, Exact) else part)
    return made


def bernoulli(k: int) -> Fraction:
    """B_k with B_1 = +1/2, by the explicit double sum."""
    total = Fraction(0)
    for m in range(k + 1):
        total += Fraction(sum((-1) ** v * comb(m, v) * (v + 1) ** k for v in range(m + 1)), m + 1)
    return total


def range_sum(reader: Reader, f: Form, index: str, start: int, last: Exact) -> Exact | Rough:
    """The sum of the scale f, in which `index` may occur, over index = start..last. Fails with `Unknown`."""
    own = {a: c for a, c in f if occurs(a, index)}
    factor = exact({form({a: c for a, c in f if a not in own}): n.ONE})
    alpha = n.value(own.pop(("L", 1, index), n.ZERO))
    beta = n.value(own.pop(("L", 2, index), n.ZERO))
    rate = own.pop(("T", name_form(index)), n.ZERO)
    if own or alpha is None or beta is None:
        raise Unknown("a sum with such a body")
    if not rate and not beta and alpha.denominator == 1 and 0 <= alpha <= 8:
        if not reaches(reader, start, last):
            raise Unknown("a sum whose range may be empty")
        return reader.times(factor, powers(reader, int(alpha), start, last))
    end = reader.rough(last)
    if len(end) != 1 or not all(reader.ask(True, (), frozenset([g])) for g in end[0]):
        raise Unknown("a sum whose upper end is not seen to grow")
    if start < 1 and (alpha < 0 or beta) or start < 2 and beta < 0:
        raise Unknown("a sum whose first term is not defined")
    return reader.times(factor, estimate(reader, alpha, beta, rate, end, last))


def reaches(reader: Reader, start: int, last: Exact) -> bool:
    """Is last >= start - 1 in the end? Otherwise the closed form is not the sum, which is empty."""
    for name, (first, end) in reader.ranges.items():
        index = exact({name_form(name): n.ONE})
        after = reader.constant(reader.minus(last, index))  # last = index + after, and index >= first
        before = reader.constant(reader.minus(reader.plus(last, index), end))  # last = end - index + before, and index <= end
        for shift, least in ((after, first), (before, 0)):
            q = None if shift is None else n.value(shift)
            if q is not None and least + q >= start - 1:
                return True
    try:
        return all(reader.ask(True, (), alternative) for alternative in reader.rough(last))
    except Unknown:
        return False


def estimate(reader: Reader, alpha: Fraction, beta: Fraction, rate: Constant, end: Rough, last: Exact) -> Exact | Rough:
    """Comparison with the integral; a geometric factor leaves its last term, or its first."""
    if rate:
        s = reader.sign(rate)
        if s == -1:
            return rough([[()]])
        if s is None or beta:
            raise Unknown("a sum of powers of such a base")
        return reader.times(reader.power(end, n.rational(alpha)), reader.exponential(reader.times(fixed(rate), last)))
    if alpha < -1 or alpha == -1 and beta < -1:
        return rough([[()]])
    log = reader.logarithm(end)
    if alpha > -1:
        return reader.times(reader.power(end, n.rational(alpha + 1)), reader.power(log, n.rational(beta)))
    return reader.logarithm(log) if beta == -1 else reader.power(log, n.rational(beta + 1))


def powers(reader: Reader, k: int, start: int, last: Exact) -> Exact | Rough:
    """1^k + .. + last^k = sum over j of C(k+1, j) B_j last^(k+1-j) / (k+1), less the terms before `start` (Bernoulli)."""
    parts: Exact | Rough = fixed(n.rational((1 if k == 0 else 0) - sum(i ** k for i in range(start))))
    for j in range(k + 1):
        power: Exact | Rough = last
        for _ in range(k - j):
            power = reader.times(power, last)
        parts = reader.plus(parts, reader.times(fixed(n.rational(Fraction(comb(k + 1, j)) * bernoulli(j) / (k + 1))), power))
    if whole(last):
        return parts
    slack = reader.power(last, n.rational(k))
    if not isinstance(slack, Exact):
        raise Unknown("a sum whose upper end is no whole number")
    return reader.plus(parts, exact({}, {*slack.parts, *slack.slack}))


def whole(x: Exact) -> bool:
    """Is it a polynomial with whole coefficients in the symbols themselves?"""
    def is_whole(c: Constant, least: int) -> bool:
        q = n.value(c)
        return q is not None and q.denominator == 1 and q >= least

    return not x.slack and all(is_whole(c, -10 ** 9) and all(a[:2] == ("L", 1) and is_whole(e, 1) for a, e in f) for f, c in x.parts.items())


def occurs(atom: tuple, name: str) -> bool:
    """Does the symbol occur in the atom?"""
    return atom[2] == name if atom[0] == "L" else any(occurs(a, name) for a, _ in atom[1])
