"""Events: their indicators as polynomials in bare indicators, so that probabilities are means."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.replay.moments_algebra import ONE, Atom, Poly, basics, indices, minus, mul, number, plus, single, spelled, times_number
from grader.replay.moments_means import NOTHING, Means
from grader.replay.moments_terms import base_of
from grader.term import Term


class Events(Means):
    """The part that reads events: a union is 1 - (1 - a)(1 - b), a complement 1 - a, an intersection a product."""

    def event(self, term: Term) -> Poly:
        """The indicator of an event as a polynomial in bare indicators."""
        name = base_of(term)
        if name is not None and name[0] in self.roles.events:
            return single(("ev", (("event", name[0], *["@" + i for i in name[1]]), NOTHING)))
        if term.kind == "tuple" or term.kind == "apply" and term.name in ("intersection", "and"):
            found = ONE
            for a in term.args:
                found = mul(found, self.event(a))
            return found
        if term.kind == "apply" and term.name in ("union", "or"):
            none = ONE
            for a in term.args:
                none = mul(none, minus(ONE, self.event(a)))
            return minus(ONE, none)
        if term.is_apply("complement", 1) or term.is_apply("not", 1):
            return minus(ONE, self.event(term.args[0]))
        if term.is_apply("setminus", 2):
            return mul(self.event(term.args[0]), minus(ONE, self.event(term.args[1])))
        if term.kind == "relation" and len(term.signs) >= 1:
            found = ONE
            for sign, a, b in zip(term.signs, term.args, term.args[1:]):
                found = mul(found, self._compared(sign, a, b))
            return found
        raise Refused(f"{term} is no event")

    def _compared(self, sign: str, a: Term, b: Term) -> Poly:
        """The indicator of a SIGN b; |u| > c is u^2 > c^2 where c is positive. What is not negative by its form is remembered for Markov's
        inequality."""
        if sign in ("<=", "<") and (b.is_apply("abs", 1) or b.is_apply("pow", 2)) or sign in ("<=", "<") and not _is_square(a) and _is_square(b):
            a, b, sign = b, a, ">=" if sign == "<=" else ">"
        level = self.value(b)
        if a.is_apply("abs", 1) and sign in (">", ">=", "<", "<=", "=") and level and all(c > 0 and all(self.positive(x) for x, _ in m) for m,
                c in level.items()):
            inner = self.value(a.args[0])
            value, level = mul(inner, inner), mul(level, level)
        else:
            value = self.value(a)
        found = self.comparison(sign, value, level)
        if _is_square(a):
            for atom in [x for m in found for x, _ in m]:
                self.squares[atom] = (value, level)
        return found

    def comparison(self, sign: str, a: Poly, b: Poly) -> Poly:
        """The indicator of a SIGN b; a < b is not b <= a, and = and != belong together."""
        if sign in ("<", "!="):
            return minus(ONE, self.comparison(">=" if sign == "<" else "=", a, b))
        if sign == "<=":
            return minus(ONE, self.comparison(">", a, b))
        if sign not in ("=", ">", ">="):
            raise Refused(f"no event is made with {sign}")
        gap = minus(a, b)
        depends = frozenset().union(*[basics(m) for m in gap])
        if not depends:
            raise Refused("an event without randomness")
        if sign == "=" and min(gap.items(), key=lambda f: spelled(f[0]))[1] < 0:
            gap = times_number(gap, -1)
        atom = ("ev", ((sign, _keyed(gap)), depends))
        self.gaps[atom] = gap
        return single(atom)

    def partitioned(self, poly: Poly) -> Poly:
        """sum_i E[f 1_{B_i}] = E[f] over all members of a partition, where f does not depend on i."""
        if not self.roles.partitions:
            return poly
        found: Poly = {}
        for mono, c in poly.items():
            value = number(c)
            for atom, e in mono:
                whole = self._over_partition(atom) if e == 1 and atom[0] == "sum" else None
                value = mul(value, single(atom, e) if whole is None else whole)
            found = plus(found, value)
        return found

    def _over_partition(self, atom: Atom) -> Poly | None:
        if len(atom[1]) != 1 or len(atom[2]) != 1:
            return None
        (index, span), = atom[1]
        (mean, e), = atom[2]
        if mean[0] != "E" or e != 1:
            return None
        for event, power in mean[1]:
            rest = mean[1] - {(event, power)}
            key = event[1][0] if event[0] == "ev" else ()
            if power == 1 and len(key) == 3 and key[0] == "event" and key[2] == "@" + index and self.roles.partitions.get(key[1]) == span \
                    and index not in indices(rest):
                self.lemmas.setdefault("partition")
                return self.expect({rest: Fraction(1)}) if rest else ONE
        return None


def _is_square(term: Term) -> bool:
    """Is the value of the term never negative, by its form?"""
    return term.is_apply("abs", 1) or term.is_apply("pow", 2) and term.args[1].kind == "number" and term.args[1].value % 2 == 0


def _keyed(poly: Poly) -> tuple[Any, ...]:
    """A polynomial as nested tuples with "@" before its indices, to stand in the key of an event."""
    def key(x: Any) -> Any:
        if isinstance(x, frozenset):
            return tuple(sorted([(key(a), str(e)) for a, e in x], key=spelled))
        if isinstance(x, tuple):
            return (x[0], x[1], *["@" + i for i in x[2]]) if x[:1] in (("sym",), ("rv",)) else tuple([key(p) for p in x])
        return x

    return tuple(sorted([(key(m), str(c)) for m, c in poly.items()], key=spelled))
