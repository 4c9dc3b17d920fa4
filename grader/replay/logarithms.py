"""Replays proofs that two sums of multiples of logarithms are the same: each logarithm of a product of numbers and powers is taken apart.

Data: {}. Symbols are real without bounds, and there are no conditions. A side is a sum of rational multiples of log m and of rational numbers; each m is
a rational number times integer powers of symbols.

1. Where log m is defined m is positive, so m = |m|, and every symbol in m with an exponent other than 0 is not zero. So log m is the sum of the
   exponents times log p over the primes p of its number and times log |x| over its symbols. (log |x| is defined there for negative x too.)
2. Both sides have the same coefficients in front of log p, log |x| and 1: they are equal wherever both are defined.
3. Whether a side is defined depends on the signs of the symbols alone: m > 0 and no divisor zero. All signs are gone through. For some signs without
   a zero both sides must be defined, then they are around that point; signs for which only the right side is defined are named among the facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Status
from grader.replay.semantics import is_real
from grader.term import Term

MAX_SIZE, MAX_SYMBOLS, MAX_POWER, MAX_NUMBER = 200, 4, 24, 10**6
Sum = dict[tuple[str, int | str], Fraction]
"""Coefficients of ("log", a prime), ("log", a symbol) and ("one", 1)."""


class _Side:
    """One side: its coefficients, the numbers and exponents under its logarithms, and what it divides by."""

    def __init__(self, term: Term) -> None:
        self.operands: list[tuple[Fraction, dict[str, int]]] = []
        self.divisors: set[str] = set()
        self.total = {key: c for key, c in self._sum(term).items() if c}

    @property
    def names(self) -> set[str]:
        """Symbols that occur."""
        return self.divisors.union(*[powers for _, powers in self.operands])

    def _sum(self, term: Term) -> Sum:
        if term.kind == "number":
            return {("one", 1): Fraction(term.value)}  # type: ignore[arg-type]
        if term.is_apply("neg", 1):
            return _times(self._sum(term.args[0]), Fraction(-1))
        if term.is_apply("add"):
            made: Sum = {}
            for part in map(self._sum, term.args):
                for key, c in part.items():
                    made[key] = made.get(key, Fraction(0)) + c
            return made
        if term.is_apply("mul"):
            return self._multiple(term.args)
        if term.is_apply("div", 2):
            return _times(self._sum(term.args[0]), 1 / _rational(term.args[1]))
        if term.is_apply("log", 1):
            return self._logarithm(term.args[0])
        raise Refused(f"{term.name or term.kind} in a sum of logarithms")

    def _multiple(self, factors: Iterable[Term]) -> Sum:
        made: Sum = {("one", 1): Fraction(1)}
        for factor in map(self._sum, factors):
            if set(factor) <= {("one", 1)}:
                made = _times(made, factor.get(("one", 1), Fraction(0)))
            elif set(made) <= {("one", 1)}:
                made = _times(factor, made.get(("one", 1), Fraction(0)))
            else:
                raise Refused("a product of logarithms")
        return made

    def _logarithm(self, operand: Term) -> Sum:
        powers: dict[str, int] = {}
        c = self._monomial(operand, 1, powers)
        self.operands.append((c, powers))
        made: Sum = {("log", name): Fraction(e) for name, e in powers.items()}
        for n, sign in ((abs(c.numerator), 1), (c.denominator, -1)):
            for p in _primes(n):
                made[("log", p)] = made.get(("log", p), Fraction(0)) + sign
        return made

    def _monomial(self, term: Term, power: int, powers: dict[str, int]) -> Fraction:
        """The number in front of term^power; the exponents of its symbols are added to `powers`."""
        if abs(power) > MAX_POWER:
            raise Refused("a large power")
        if term.kind == "number":
            if not term.value:
                raise Refused("zero under a logarithm")
            return Fraction(term.value) ** power  # type: ignore[arg-type]
        if term.kind == "symbol":
            powers[term.name] = powers.get(term.name, 0) + power
            if power < 0:
                self.divisors.add(term.name)
            return Fraction(1)
        if term.is_apply("neg", 1):
            return (-1) ** (power % 2) * self._monomial(term.args[0], power, powers)
        if term.is_apply("mul"):
            made = Fraction(1)
            for factor in term.args:
                made *= self._monomial(factor, power, powers)
            return made
        if term.is_apply("div", 2):
            self.divisors |= _symbols(term.args[1])
            return self._monomial(term.args[0], power, powers) * self._monomial(term.args[1], -power, powers)
        if term.is_apply("pow", 2):
            exponent = _rational(term.args[1])
            if exponent.denominator != 1 or abs(exponent) > MAX_POWER:
                raise Refused("a power that is no small integer")
            if exponent < 0:
                self.divisors |= _symbols(term.args[0])
            return self._monomial(term.args[0], power * int(exponent), powers)
        raise Refused(f"{term.name or term.kind} under a logarithm")

    def has_value(self, signs: Mapping[str, int]) -> bool:
        """Is the side defined where the symbols have these signs?"""
        return all(signs[name] for name in self.divisors) and all(_sign(c, powers, signs) > 0 for c, powers in self.operands)


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when both sides are the same sum of logarithms. Fails with `Refused`."""
    if not isinstance(claim.conclusion, Equal) or claim.conditions or data:
        raise Refused("this shows equations of sums of logarithms without conditions only")
    if claim.conclusion.left.size + claim.conclusion.right.size > MAX_SIZE:
        raise Refused("too large")
    left, right = _Side(claim.conclusion.left), _Side(claim.conclusion.right)
    names = sorted(left.names | right.names)
    if not left.operands and not right.operands or len(names) > MAX_SYMBOLS:
        raise Refused("no logarithm, or too many symbols")
    if not is_real(claim) or any(claim.domain(name) != Domain("real") for name in names):
        raise Refused("a symbol that is not real without bounds")
    if left.total != right.total:
        raise Refused("not the same sum of logarithms")
    around = [dict(zip(names, signs)) for signs in product((1, -1), repeat=len(names))]
    if not any(left.has_value(s) and right.has_value(s) for s in around):
        raise Refused("nowhere are both sides defined")
    everywhere = (dict(zip(names, signs)) for signs in product((1, -1, 0), repeat=len(names)))
    lost = next((s for s in everywhere if right.has_value(s) and not left.has_value(s)), None)
    facts: tuple[str, ...] = ()
    if lost is not None:
        where = ", ".join(f"{name} = {value}" for name, value in lost.items())
        facts = (f"the left side has no value at {where} (a logarithm or a quotient is undefined) and the right side has one",)
    return Finding(Status.PROVED, facts=facts, words=("It is equal wherever both are defined" + "".join(f"; used {f}" for f in facts) + ".",))


def _times(item: Sum, factor: Fraction) -> Sum:
    return {key: c * factor for key, c in item.items()}


def _rational(term: Term) -> Fraction:
    """A number, its negative or a quotient of such, other than zero. Fails with `Refused`."""
    if term.kind == "number" and term.value:
        return Fraction(term.value)
    if term.is_apply("neg", 1):
        return -_rational(term.args[0])
    if term.is_apply("div", 2):
        return _rational(term.args[0]) / _rational(term.args[1])
    raise Refused("a factor or exponent that is no rational number")


def _symbols(term: Term) -> set[str]:
    return {term.name} if term.kind == "symbol" else set().union(*map(_symbols, term.args))


def _primes(n: int) -> list[int]:
    """The primes of n, each as often as it divides n. Refused where n is large."""
    if n > MAX_NUMBER:
        raise Refused("a large number under a logarithm")
    found, p = [], 2
    while p * p <= n:
        while n % p == 0:
            found.append(p)
            n //= p
        p += 1
    return [*found, n] if n > 1 else found


def _sign(c: Fraction, powers: Mapping[str, int], signs: Mapping[str, int]) -> int:
    made = 1 if c > 0 else -1
    for name, exponent in powers.items():
        made *= signs[name] ** abs(exponent)
    return made
