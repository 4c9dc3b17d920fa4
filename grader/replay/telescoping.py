"""Finite sums whose terms depend on the length: by a recurrence that telescopes (Zeilberger's method), replayed by induction.

Data: {"how": "telescoping", "side": 0 or 1, "name": n, "from": m, "coefficients": [c_0, ..., c_J], "certificate": G, "step": E, "close": E, "base":
[E, ...]}. One side is S(n), the sum
of F(n, k) over k = a .. U(n); the other, M(n), has no sum. Shown are, with evidence E for each,
    step:  c_0 F(n, k) + ... + c_J F(n + J, k) = G(n, k + 1) - G(n, k) for all whole n >= start and k >= a,
    close: c_0 M(n) + ... + c_J M(n + J) = G(n, U(n + J) + 1) - G(n, a) - what the sums over the longest range have too much,
    base:  S = M for n = start, ..., from + J - 1,
and c_J is not zero for n >= from. Then S(n + J) and M(n + J) come from those before by the same recurrence. With J = 0 (Gosper's method) there is no
base and `a` may be a symbol: S = (G(U + 1) - G(a)) / c_0 at once. F, G, c_j and M must have values for all such n and k (`valued`), but for
exceptions among
real parameters (x = 0 in x^k, a denominator, what is named "... != 0"): these are zeros of polynomials in the parameters, and beside them the sides
are equal; both
are continuous in the parameters where they have values, so they are equal there, too. A binomial coefficient whose upper number is made of real
parameters has
values but for exceptions of that kind, too.

Sources: D. Zeilberger, The method of creative telescoping (1991); M. Petkovsek, H. Wilf, D. Zeilberger, A = B (1996), chapters 5 and 6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace as changed
from fractions import Fraction
from math import ceil
from typing import Any

from grader import kernel
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Status
from grader.replay import natures
from grader.replay.analysis import is_nonnegative
from grader.replay.evaluate import Evaluator
from grader.replay.semantics import NoMeaning, integer_built, is_real
from grader.term import Term, apply, free_names, from_data, number, replace, symbol, walk

MAX_ORDER = 3
MAX_SLOPE = 2
MAX_START = 12
ZERO = number(0)


def first_value(domain: Domain) -> int:
    """The least whole number of a domain. Fails with `Refused` where there is none."""
    if domain.field != "integer" or domain.shape != "scalar" or domain.lower is None:
        raise Refused("not whole numbers from some number on")
    return int(domain.lower) + 1 if domain.lower_strict and domain.lower.denominator == 1 else ceil(domain.lower)


class Parts:
    """A claim S = M taken apart. Fails with `Refused` where it has not that form."""

    def __init__(self, claim: Claim, side: int, name: str) -> None:
        if not isinstance(claim.conclusion, Equal) or claim.conditions or side not in (0, 1):
            raise Refused("not an equation without conditions")
        sides = (claim.conclusion.left, claim.conclusion.right)
        self.claim, self.sum, self.other = claim, sides[side], sides[1 - side]
        natures.must(self.other, "number")
        if self.sum.kind != "binder" or self.sum.name != "sum" or len(self.sum.args) != 3 or self.sum.bound[0].kind != "symbol":
            raise Refused("no side that is a finite sum")
        self.term, self.low, self.high = self.sum.args
        self.k = self.sum.bound[0]
        if any(n.kind in ("binder", "tuple") for t in (self.term, self.low, self.high, self.other) for n in walk(t)):
            raise Refused("a sum within something else")
        if self.k.name in free_names(self.other) | free_names(self.low) | free_names(self.high) or self.k.name == name:
            raise Refused("an index with two meanings")
        try:
            if not is_real(claim):
                raise Refused("not over the real numbers")
        except NoMeaning as error:
            raise Refused(str(error)) from error
        self.n = symbol(name)
        if not integer_built(self.high, self.is_whole) or not integer_built(self.low, self.is_whole):
            raise Refused("ends that are no whole numbers")
        self.least = self._least(self.low)

    def is_whole(self, name: str) -> bool:
        """Is the symbol (or the index) a whole number?"""
        return name == self.k.name or self.claim.domain(name).field == "integer"

    def _least(self, low: Term) -> int:
        """A number that the lower end does not fall below."""
        if low.kind == "number":
            return int(low.value or 0)
        if low.kind == "symbol":
            return first_value(self.claim.domain(low.name))
        raise Refused("a lower end of another form")

    def at(self, term: Term, j: int) -> Term:
        """The term with n + j for n."""
        return replace(term, {self.n: apply("add", self.n, number(j))}) if j else term

    def slope(self) -> int:
        """By how much the upper end grows with n."""
        if self.n.name not in free_names(self.high):
            return 0
        parts = self.high.args if self.high.is_apply("add") else (self.high,)
        found = 0
        for p in parts:
            if p == self.n:
                found += 1
            elif p.is_apply("mul", 2) and p.args[0].kind == "number" and p.args[1] == self.n and p.args[0].value in (1, 2):
                found += int(p.args[0].value)  # type: ignore[arg-type]
            elif self.n.name in free_names(p):
                raise Refused("an upper end that does not grow evenly")
        if not 0 <= found <= MAX_SLOPE:
            raise Refused("an upper end that grows too fast")
        return found

    # ---- the claims

    def domains(self, whole_index: bool = True) -> tuple[tuple[str, Domain], ...]:
        """The claim's domains, with the index from the least lower end on."""
        rest = tuple((m, d) for m, d in self.claim.domains if m != self.k.name)
        return ((self.k.name, Domain("integer", Fraction(self.least))), *rest) if whole_index else rest

    def step(self, coefficients: list[Term], g: Term) -> Claim:
        """The recurrence of the terms."""
        left = _sum([_times(c, self.at(self.term, j)) for j, c in enumerate(coefficients)])
        right = _minus(replace(g, {self.k: apply("add", self.k, number(1))}), g)
        return changed(self.claim, conclusion=Equal(left, right), domains=self.domains(), label="")

    def close(self, coefficients: list[Term], g: Term) -> Claim:
        """The recurrence of the other side."""
        order, slope = len(coefficients) - 1, self.slope()
        last = self.at(self.high, order)
        right = [replace(g, {self.k: apply("add", last, number(1))}), apply("neg", replace(g, {self.k: self.low}))]
        for j, c in enumerate(coefficients):
            for i in range(1, slope * (order - j) + 1):
                k = apply("add", self.at(self.high, j), number(i))
                right.append(apply("neg", _times(c, replace(self.at(self.term, j), {self.k: k}))))
        left = _sum([_times(c, self.at(self.other, j)) for j, c in enumerate(coefficients)])
        return changed(self.claim, conclusion=Equal(left, _sum(right)), label="")

    def base(self, value: int) -> Claim:
        """The claim for one n, with the sum written out."""
        high = replace(self.high, {self.n: number(value)})
        last = _whole(high)
        if self.low.kind != "number" or last is None or last - self.least > 40:
            raise Refused("a base that cannot be written out")
        there = {self.n: number(value)}
        terms = [replace(replace(self.term, there), {self.k: number(k)}) for k in range(self.least, last + 1)]
        domains = tuple((m, d) for m, d in self.claim.domains if m != self.n.name)
        return changed(self.claim, conclusion=Equal(_sum(terms) if terms else ZERO, replace(self.other, there)), domains=domains, label="")

    # ---- values

    def valued(self, term: Term) -> bool:
        """Has the term a value for all n and k, or (see the module) for none with the parameters at hand?"""
        if term.kind in ("number", "symbol") or term.kind == "constant" and term.name in ("pi", "e"):
            return True
        if term.kind != "apply" or not all(self.valued(a) for a in term.args):
            return False
        op, args = term.name, term.args
        moving = {self.n.name, self.k.name}
        at = changed(self.claim, domains=self.domains())
        if op in ("add", "neg", "mul"):
            return True
        if op == "div":
            return self.is_at_least(args[1], True) or self.is_generic(args[1])
        if op == "binomial":
            top_fixed = not free_names(args[0]) & moving and all(self.claim.domain(m).field == "real" for m in free_names(args[0]))
            return integer_built(args[1], self.is_whole) and (top_fixed or self.is_at_least(args[0]) and integer_built(args[0], self.is_whole))
        if op == "factorial":
            return self.is_at_least(args[0]) and integer_built(args[0], self.is_whole)
        if op == "pow":
            base, exponent = args
            if is_nonnegative(at, base, True) or base.kind == "number" and base.value or base.is_apply("neg", 1) and base.args[0].kind == "number":
                return integer_built(exponent, self.is_whole) or is_nonnegative(at, base, True)
            if exponent.kind == "number" and exponent.value is not None and exponent.value.denominator == 1 and exponent.value > 0:
                return True
            return self.is_generic(base) and integer_built(exponent, self.is_whole)
        return False

    def is_at_least(self, term: Term, strict: bool = False, start: int | None = None) -> bool:
        """Is the term at least (above) zero for all n (from `start` on) and k: by the way it is built, or as a linear one that does not fall?"""
        domains = self.domains()
        if start is not None:
            domains = tuple((m, Domain("integer", Fraction(start)) if m == self.n.name else d) for m, d in domains)
        at = changed(self.claim, domains=domains)
        if is_nonnegative(at, term, strict):
            return True
        if term.is_apply("mul"):
            return all(self.is_at_least(a, strict, start) for a in term.args)
        linear = _linear(term)
        if linear is None:
            return False
        least = linear.pop("", Fraction(0))
        for name, factor in linear.items():
            own = at.domain(name)
            low = Fraction(first_value(own)) if own.field == "integer" and own.lower is not None else own.lower
            if factor < 0 or factor and low is None:
                return False
            least += factor * (low or 0)
        return least > 0 if strict else least >= 0

    def is_generic(self, term: Term) -> bool:
        """Is it a polynomial in real parameters (or a number) that is not zero everywhere?"""
        names = sorted(free_names(term))
        if set(names) & {self.n.name, self.k.name} or any(self.claim.domain(m).field != "real" or self.claim.domain(m).shape != "scalar" for m in names):
            return False
        if any(node.kind not in ("number", "symbol") and not (node.kind == "apply" and (node.name in ("add", "neg", "mul") or node.is_apply("pow") and node.args[
                1].kind == "number")) for node in walk(term)):
            return False
        for shift in (2, 5):
            try:
                value = Evaluator({m: Fraction(7 * j + shift, j + 3) for j, m in enumerate(names)}, real=True).value(term)
            except ArithmeticError:
                continue
            if isinstance(value, Fraction) and value:
                return True
        return False

    def leads(self, term: Term, start: int | None) -> bool:
        """Is the leading coefficient not zero for n >= start (for all n, where that is None), but for exceptions among real parameters?"""
        factors = term.args if term.is_apply("mul") else term.args if term.is_apply("neg", 1) else (term,)
        if len(factors) > 1 or factors[0] is not term:
            return all(self.leads(f, start) for f in factors)
        return self.is_at_least(term, True, start) or self.is_generic(term)

    def harmless(self, fact: str) -> bool:
        """Does the fact leave out zeros of a polynomial in real parameters only?"""
        names = set(re.findall(r"[A-Za-z_]\w*", fact))
        return set(re.sub(r"[A-Za-z_]\w*", "", fact)) <= set("0123456789+-*^()!= ") and bool(names) and all(
            m not in (self.n.name, self.k.name) and self.claim.domain(m).field == "real" for m in names)


def _linear(term: Term) -> dict[str, Fraction] | None:
    """Coefficients of a linear term, by name ("" for the number)."""
    if term.kind == "number":
        return {"": term.value or Fraction(0)}
    if term.kind == "symbol":
        return {term.name: Fraction(1)}
    if term.is_apply("add"):
        made: dict[str, Fraction] = {}
        for part in map(_linear, term.args):
            if part is None:
                return None
            for m, v in part.items():
                made[m] = made.get(m, Fraction(0)) + v
        return made
    if term.is_apply("neg", 1):
        part = _linear(term.args[0])
        return None if part is None else {m: -v for m, v in part.items()}
    if term.is_apply("mul", 2) and term.args[0].kind == "number":
        part = _linear(term.args[1])
        return None if part is None else {m: v * (term.args[0].value or 0) for m, v in part.items()}
    return None


def _whole(term: Term) -> int | None:
    """The whole number that a term of numbers is."""
    if term.kind == "number":
        return int(term.value) if term.value is not None and term.value.denominator == 1 else None
    if term.kind != "apply" or term.name not in ("add", "neg", "mul"):
        return None
    values = [_whole(a) for a in term.args]
    if None in values:
        return None
    if term.name == "neg":
        return -values[0]  # type: ignore[operator]
    total = values[0]
    for v in values[1:]:
        total = total + v if term.name == "add" else total * v  # type: ignore[operator]
    return total


def _sum(terms: list[Term]) -> Term:
    return terms[0] if len(terms) == 1 else apply("add", *terms)


def _minus(a: Term, b: Term) -> Term:
    return apply("add", a, apply("neg", b))


def _times(c: Term, t: Term) -> Term:
    return t if c == number(1) else apply("mul", c, t)


def _proved(parts: Parts, claim: Claim, evidence: Any) -> tuple[str, ...]:
    method, data = evidence
    found = kernel.settle(claim, Evidence(method, data), permitted=()).finding
    if found.status is not Status.PROVED or any("!=" in f and not parts.harmless(f) for f in found.facts):
        raise Refused("a step of the induction is not proved")
    return tuple(f for f in found.facts if "!=" not in f)


def check_telescoping(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when all parts are. Fails with `Refused`."""
    parts = Parts(claim, data["side"], data["name"])
    coefficients, g = [from_data(c) for c in data["coefficients"]], from_data(data["certificate"])
    order = len(coefficients) - 1
    known = free_names(claim.conclusion.left) | free_names(claim.conclusion.right) | {parts.n.name}  # type: ignore[union-attr]
    if not 0 <= order <= MAX_ORDER or any(free_names(c) - known for c in coefficients) or free_names(g) - known - {parts.k.name}:
        raise Refused("a recurrence of another form")
    if not all(parts.valued(t) for t in (parts.term, g, parts.other, *coefficients)):
        raise Refused("a part that need not have a value")
    begin = data["from"] if order else None
    if order and type(begin) is not int or not parts.leads(coefficients[-1], begin):
        raise Refused("a leading coefficient that may be zero")
    facts = list(_proved(parts, parts.step(coefficients, g), data["step"]))
    facts += _proved(parts, parts.close(coefficients, g), data["close"])
    if order:
        start = first_value(claim.domain(parts.n.name))
        if not -MAX_START <= start <= begin <= start + MAX_START or len(data["base"]) != order + begin - start:
            raise Refused("no base for each case")
        if parts.low.kind != "number" or _whole(replace(parts.high, {parts.n: number(start)})) is None:
            raise Refused("a base that cannot be written out")
        if _whole(replace(parts.high, {parts.n: number(start)})) < parts.least - 1:  # type: ignore[operator]
            raise Refused("a sum that runs backwards")
        for value, evidence in zip(range(start, begin + order), data["base"], strict=True):
            facts += _proved(parts, parts.base(value), evidence)
    words = "Both sides obey the same recurrence, and they agree at its beginning." if order else "The terms are differences that cancel."
    return Finding(Status.PROVED, facts=tuple(f for f in dict.fromkeys(facts) if parts.k.name not in f), words=(words,))


RULES = {"telescoping": check_telescoping}
