"""Floors, ceilings and remainders of linear terms (of polynomials in a whole number), case by case: x = p n + t with a whole number n.

Data: {"how": "residues", "name": x, "period": p, "grid": d, "cases": [[method, data], ...]}. Every real x is p n + t with n whole and 0 <= t < p; t
is a multiple of 1/d
or lies between two that follow each other (for an integer x, t is one of 0, ..., p - 1, and d is 1). In each case floor(P(n) + B t + C) with whole
coefficients of P is
P(n) + floor(B t + C), and floor(B t + C) must be one number throughout the case; ceil u = -floor(-u), a mod m = a - m floor(a/m), and (-1)^(P(n) +
C) is
(-1)^C for even coefficients of P. What is left, without such operators, is settled by the evidence for that case, for all whole numbers n and all t
of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as changed
from fractions import Fraction
from math import floor
from typing import Any

from grader import kernel
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Status
from grader.replay import natures
from grader.replay.semantics import NoMeaning, is_real
from grader.term import Term, apply, free_names, number, replace, symbol, walk

MAX_CASES = 128
STEPS = frozenset({"floor", "ceil", "mod"})
MAX_DEGREE = 8
Polynomial = tuple[dict[int, Fraction], Fraction]
"""Coefficients of the powers of n, and of t."""


class _Case:
    """One case: t is `low`, or lies between `low` and `high`."""

    def __init__(self, n: Term, t: Term, low: Fraction, high: Fraction | None) -> None:
        self.n, self.t, self.low, self.high = n, t, low, high

    def reduced(self, term: Term) -> Term:
        """The term without steps. Fails with `Refused`."""
        if term.kind in ("number", "symbol", "constant"):
            return term
        if term.kind != "apply":
            raise Refused(f"a {term.name or term.kind} among steps")
        args = tuple(self.reduced(a) for a in term.args)
        if term.name == "floor":
            return self._floor(args[0])
        if term.name == "ceil":
            return apply("neg", self._floor(apply("neg", args[0])))
        if term.name == "mod":
            a, m = args
            return apply("add", a, apply("neg", apply("mul", m, self._floor(apply("div", a, m)))))
        if term.name == "pow" and args[0] in (number(-1), apply("neg", number(1))):
            return self._alternating(args[0], args[1])
        return term.with_args(args)

    def _floor(self, term: Term) -> Term:
        powers, b = self.polynomial(term)
        c = powers.pop(0, Fraction(0))
        if any(v.denominator != 1 for v in powers.values()):
            raise Refused("a period that is too short")
        value = floor(b * self.low + c)
        if self.high is not None and b:
            low, high = sorted((b * self.low + c, b * self.high + c))
            value = floor(low)
            if high > value + 1:
                raise Refused("a jump within a case")
        parts = [apply("mul", number(v), apply("pow", self.n, number(k))) if k > 1 else apply("mul", number(v), self.n) for k, v in sorted(powers.items())]
        return apply("add", *parts, number(value)) if parts else number(value)

    def _alternating(self, base: Term, exponent: Term) -> Term:
        try:
            powers, b = self.polynomial(exponent)
        except Refused:
            return apply("pow", base, exponent)
        c = powers.pop(0, Fraction(0))
        if b or c.denominator != 1 or any(v.denominator != 1 or v % 2 for v in powers.values()):
            return apply("pow", base, exponent)
        return number(1) if c % 2 == 0 else apply("neg", number(1))

    def polynomial(self, term: Term) -> Polynomial:
        """The term as a polynomial in n and a multiple of t (which is a number where the case is one). Fails with `Refused`."""
        if term.kind == "number":
            return _clean({0: term.value or Fraction(0)}), Fraction(0)
        if term == self.n:
            return {1: Fraction(1)}, Fraction(0)
        if term == self.t:
            return (_clean({0: self.low}), Fraction(0)) if self.high is None else ({}, Fraction(1))
        if term.kind == "apply" and term.name in ("add", "neg", "mul", "div", "pow"):
            parts = [self.polynomial(a) for a in term.args]
            if term.name == "add":
                return _clean({k: sum((p.get(k, Fraction(0)) for p, _ in parts), Fraction(0)) for p, _ in parts for k in p}), sum(
                    (b for _, b in parts), Fraction(0))
            if term.name == "neg":
                return _times(parts[0], ({0: Fraction(-1)}, Fraction(0)))
            if term.name == "div" and not parts[1][1] and set(parts[1][0]) == {0}:
                return _times(parts[0], ({0: 1 / parts[1][0][0]}, Fraction(0)))
            if term.name == "pow" and term.args[1].kind == "number" and term.args[1].value in (1, 2, 3, 4):
                parts = [parts[0]] * int(term.args[1].value)
            if term.name == "mul" or term.name == "pow" and term.args[1].kind == "number" and term.args[1].value in (1, 2, 3, 4):
                out: Polynomial = ({0: Fraction(1)}, Fraction(0))
                for p in parts:
                    out = _times(out, p)
                return out
        raise Refused("a step of something that is not linear, or in whole numbers no polynomial")


def _clean(powers: dict[int, Fraction]) -> dict[int, Fraction]:
    return {k: v for k, v in powers.items() if v}


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    (p, b), (q, d) = left, right
    if b and set(q) - {0} or d and set(p) - {0} or b and d or max(p, default=0) + max(q, default=0) > MAX_DEGREE:
        raise Refused("a step of something that is not linear, or in whole numbers no polynomial")
    made: dict[int, Fraction] = {}
    for j, u in p.items():
        for k, v in q.items():
            made[j + k] = made.get(j + k, Fraction(0)) + u * v
    return _clean(made), b * q.get(0, Fraction(0)) + d * p.get(0, Fraction(0))


def cases(claim: Claim, name: str, period: int, grid: int) -> list[Claim]:
    """The claims for all cases. Fails with `Refused`."""
    left, right = claim.conclusion.left, claim.conclusion.right  # type: ignore[union-attr]
    natures.must(left, "number")
    natures.must(right, "number")
    domain = claim.domain(name)
    try:
        real = is_real(claim)
    except NoMeaning as error:
        raise Refused(str(error)) from error
    whole = domain.field == "integer"
    if not real or claim.conditions or domain.shape != "scalar" or period < 1 or grid < 1 or whole and grid != 1 or period * grid * 2 > MAX_CASES:
        raise Refused("cases of another form")
    used = free_names(left) | free_names(right)
    n, t = (symbol(next(c for c in (base, *(f"{base}_{k}" for k in range(99))) if c not in used)) for base in ("n", "t"))
    if name not in used or not any(node.kind == "apply" and node.name in STEPS for s in (left, right) for node in walk(s)):
        raise Refused("no steps")
    point = apply("add", apply("mul", number(period), n), t)
    sides = [replace(s, {symbol(name): point}) for s in (left, right)]
    others = tuple((k, d) for k, d in claim.domains if k not in (name, n.name, t.name))
    made = []
    for k in range(period * grid):
        low, high = Fraction(k, grid), Fraction(k + 1, grid)
        for end in (None,) if whole else (None, high):
            case = _Case(n, t, low, end)
            reduced = [case.reduced(s) for s in sides]
            domains = ((n.name, Domain("integer")), *others)
            if end is None:
                reduced = [replace(s, {t: number(low)}) for s in reduced]
            else:
                domains = ((t.name, Domain("real", low, True, high, True)), *domains)
            made.append(changed(claim, conclusion=Equal(*reduced), domains=domains, label=""))
    return made


def check_residues(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when every case is. Fails with `Refused`."""
    for key in ("period", "grid"):
        if type(data[key]) is not int:
            raise Refused("a period that is no number")
    for case, (method, inner) in zip(cases(claim, data["name"], data["period"], data["grid"]), data["cases"], strict=True):
        found = kernel.settle(case, Evidence(method, inner), permitted=()).finding
        if found.status is not Status.PROVED or any("!=" in f for f in found.facts):
            raise Refused("a case is not proved")
    return Finding(Status.PROVED, words=("It is equal in every case of the remainder.",))


RULES = {"residues": check_residues}
