"""Conditions on real numbers and integers: their truth at points, and points worth trying.

Truth at a rational point is exact where only rational arithmetic, roots of perfect powers, abs, max, min, floor and the like occur; other values are
balls, and a relation that they leave open is neither true nor false. A relation with an undefined side is false.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any

from grader.algebra import balls
from grader.algebra.sampling import constants_of
from grader.domain import Domain
from grader.term import Term, apply, free_names, walk

MAX_BITS = 20_000
CONNECTIVES = frozenset("and or not implies iff xor".split())
COMPARE: Mapping[str, Callable[[int], bool]] = {"=": lambda s: s == 0, "!=": lambda s: s != 0, "<": lambda s: s < 0, "<=": lambda s: s <= 0,
                                                ">": lambda s: s > 0, ">=": lambda s: s >= 0, "equiv": lambda s: s == 0, ":=": lambda s: s == 0}


class NotACondition(ValueError):
    """Not a formula of relations that is understood here; the text says what."""


class Undefined(ArithmeticError):
    """The value does not exist at this point."""


class Open(ArithmeticError):
    """Not known at this precision."""


def names_of(formulas: Iterable[Term]) -> tuple[str, ...]:
    """Free symbols of the formulas, sorted."""
    return tuple(sorted(frozenset().union(*[free_names(f) for f in formulas])))


# ------------------------------------------------------------------------------------------------------------------- truth


class Truth:
    """Truth of conditions at one rational point."""

    def __init__(self, point: Mapping[str, Fraction], domains: Mapping[str, Domain]) -> None:
        self.point, self.domains = point, domains
        self.memo: dict[Term, Any] = {}

    def holds(self, formula: Term) -> bool | None:
        """True, False, or None where it is left open. Fails with `NotACondition`."""
        if formula.kind == "constant" and formula.name in ("true", "false"):
            return formula.name == "true"
        if formula.is_apply("where"):
            return self._connect("and", formula.args)
        if formula.kind == "apply" and formula.name in CONNECTIVES:
            return self._connect(formula.name, formula.args)
        if formula.kind != "relation":
            raise NotACondition(f"{formula.name or formula.kind} is no condition")
        signed = [1, -1] if any(n.name in ("pm", "mp") for n in walk(formula) if n.kind == "apply") else [0]
        found = [self._chain(_with_sign(formula, s) if s else formula) for s in signed]
        return _any(found)

    def _connect(self, name: str, parts: tuple[Term, ...]) -> bool | None:
        truths = [self.holds(p) for p in parts]
        if name == "and":
            return _not(_any([_not(t) for t in truths]))
        if name == "or":
            return _any(truths)
        if name == "not":
            return _not(truths[0])
        if name == "implies":
            return _any([_not(truths[0]), truths[1]])
        return None if None in truths else sum(map(bool, truths)) % 2 == (name == "xor")

    def _chain(self, found: Term) -> bool | None:
        answers = [self._pair(a, sign, b) for a, sign, b in zip(found.args, found.signs, found.args[1:])]
        return _not(_any([_not(a) for a in answers]))

    def _pair(self, left: Term, sign: str, right: Term) -> bool | None:
        try:
            if sign in ("in", "notin"):
                inside = self._member(self.value(left), right)
                return inside if sign == "in" else _not(inside)
            if sign not in COMPARE:
                raise NotACondition(f"a condition with the sign {sign}")
            return COMPARE[sign](self._sign(self.value(left), self.value(right)))
        except (Undefined, balls.Undefined):
            return False
        except (Open, balls.Unsure, balls.Unsupported):
            return None

    def _member(self, x: Any, domain: Term) -> bool | None:
        if domain.kind == "constant" and domain.name in ("RR", "emptyset"):
            return domain.name == "RR"
        if domain.is_apply("union") or domain.is_apply("intersection"):
            found = [self._member(x, part) for part in domain.args]
            return _any(found) if domain.name == "union" else _not(_any([_not(t) for t in found]))
        if domain.is_apply("setminus", 2):
            first, second = (self._member(x, part) for part in domain.args)
            return _not(_any([_not(first), second]))
        if domain.kind == "tuple" and domain.name == "set":
            return _any([self._sign(x, self.value(entry)) == 0 for entry in domain.args])
        if domain.kind == "tuple" and domain.name == "interval" and len(domain.args) == 2:
            for end, closed, side in zip(domain.args, (domain.signs[0] == "[", domain.signs[1] == "]"), (1, -1)):
                if not is_infinite(end):
                    s = self._sign(x, self.value(end)) * side
                    if s < 0 or s == 0 and not closed:
                        return False
            return True
        raise NotACondition("a set that is not understood")

    def _sign(self, x: Any, y: Any) -> int:
        if isinstance(x, Fraction) and isinstance(y, Fraction):
            return (x > y) - (x < y)
        with balls.precision(200):
            difference = _ball(x) - _ball(y)
            if difference > 0 or difference < 0:
                return 1 if difference > 0 else -1
        raise Open("the values are too close")

    # ---- values

    def value(self, term: Term) -> Any:
        """A fraction, or a ball. Fails with `Undefined`, `Open`, or the errors of `balls`."""
        if term not in self.memo:
            self.memo[term] = self._value(term)
        return self.memo[term]

    def _value(self, term: Term) -> Any:
        if term.kind == "number":
            return term.value
        if term.kind == "symbol" and term.name in self.point:
            return self.point[term.name]
        if term.kind == "apply" and term.name in _EXACT:
            parts = [self.value(a) for a in term.args]
            if all(isinstance(p, Fraction) for p in parts):
                found = _EXACT[term.name](parts)
                if found is not None:
                    if found.numerator.bit_length() + found.denominator.bit_length() > MAX_BITS:
                        raise Open("a number too large")
                    return found
        with balls.precision(200):
            evaluator = balls.Balls(self.point, real=True, is_integer=lambda n: self.domains.get(n, Domain()).field == "integer")
            return evaluator.value(term)


def _ball(x: Any) -> Any:
    return balls.exact(x) if isinstance(x, Fraction) else x


def _any(truths: Iterable[bool | None]) -> bool | None:
    found = list(truths)
    return True if True in found else None if None in found else False


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def is_infinite(end: Term) -> bool:
    """Is it oo or -oo?"""
    return end.kind == "constant" and end.name == "oo" or end.is_apply("neg", 1) and is_infinite(end.args[0])


def _with_sign(term: Term, s: int) -> Term:
    if term.kind == "apply" and term.name in ("pm", "mp"):
        args = [_with_sign(a, s) for a in term.args]
        last = apply("neg", args[-1]) if (term.name == "pm") == (s < 0) else args[-1]
        return last if len(args) == 1 else apply("add", args[0], last)
    return term.with_args(tuple([_with_sign(a, s) for a in term.args]))


def _product(parts: list[Fraction]) -> Fraction:
    made = Fraction(1)
    for p in parts:
        made *= p
    return made


def _divide(parts: list[Fraction]) -> Fraction:
    if not parts[1]:
        raise Undefined("a division by zero")
    return parts[0] / parts[1]


def _power(parts: list[Fraction]) -> Fraction | None:
    base, e = parts
    if not base and e <= 0:
        raise Undefined("a power of zero")
    if e.denominator != 1:
        root = _root([base]) if e.denominator == 2 and base >= 0 else None
        return root if root is None else _power([root, e * 2])
    if abs(e) * (abs(base.numerator).bit_length() + base.denominator.bit_length()) > MAX_BITS:
        raise Open("a number too large")
    return base ** int(e)


def _root(parts: list[Fraction]) -> Fraction | None:
    q = parts[0]
    if q < 0:
        raise Undefined("a root of a negative number")
    top, bottom = isqrt(q.numerator), isqrt(q.denominator)
    return Fraction(top, bottom) if top * top == q.numerator and bottom * bottom == q.denominator else None


_EXACT: Mapping[str, Callable[[list[Fraction]], Fraction | None]] = {
    "add": lambda p: sum(p, Fraction(0)), "neg": lambda p: -p[0], "mul": _product, "div": _divide, "pow": _power, "sqrt": _root,
    "abs": lambda p: abs(p[0]), "max": max, "min": min, "floor": lambda p: Fraction(p[0].__floor__()), "ceil": lambda p: Fraction(p[0].__ceil__()),
    "sign": lambda p: Fraction((p[0] > 0) - (p[0] < 0)), "percent": lambda p: p[0] / 100, "relu": lambda p: max(p[0], Fraction(0)),
}

# ------------------------------------------------------------------------------------------------------------------ points

_WHOLE = [Fraction(k) for k in (1, 2, 3, 5, 4, 10, 6, 7, 8, 9, 12, 20, 100, 0, -1, -2, -3, -5, -10)]
_PARTS = [Fraction(q) for q in ("1/2", "3/2", "1/10", "-1/2", "1/3", "9/10", "11/10", "1/100", "1000")]


@lru_cache(maxsize=64)
def values_for(domain: Domain, written: tuple[Fraction, ...]) -> list[Fraction]:
    """Values of one symbol, those first that are pleasant to compute with: small whole numbers, then fractions, then the numbers written nearby."""
    nearby = [v + d for v in written for d in (0, 1, -1)] + [v * f for v in written for f in (Fraction(1, 2), 2, -1)]
    own = [b + s * d for b, s in ((domain.lower, 1), (domain.upper, -1)) if b is not None for d in map(Fraction, ("0", "1", "1/2", "1/10", "2", "5"))]
    if domain.lower is not None and domain.upper is not None:
        own += [domain.lower + (domain.upper - domain.lower) * Fraction(k, 4) for k in (1, 2, 3)]
    return list(dict.fromkeys(v for v in (*_WHOLE, *nearby, *_PARTS, *own) if domain.admits(v)))


def points(formulas: list[Term], domains: Mapping[str, Domain], most: int) -> Iterator[dict[str, Fraction]]:
    """At most so many points of the domains, pleasant ones first."""
    names = names_of(formulas)
    written = tuple(dict.fromkeys([*constants_of(formulas), *_numbers(formulas)]))[:8]
    lists = [values_for(domains[name], written) for name in names]
    if not names:
        yield {}
        return
    width = {1: 60, 2: 30, 3: 13, 4: 7}.get(len(names), 4)
    sizes = tuple([min(width, len(options)) for options in lists])
    ordered = _near_first(sizes) if width ** len(names) <= 5000 else itertools.product(*map(range, sizes))
    for choice in itertools.islice(ordered, most):
        yield {name: options[k] for name, options, k in zip(names, lists, choice)}


@lru_cache(maxsize=32)
def _near_first(sizes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Places in a box of so many on each side, those with small numbers first."""
    return sorted(itertools.product(*map(range, sizes)), key=lambda c: (sum(c), max(c), c))


def _numbers(formulas: list[Term]) -> list[Fraction]:
    found = sorted({node.value for f in formulas for node in walk(f) if node.kind == "number" and node.value.numerator.bit_length() < 60})
    return found[:8]
