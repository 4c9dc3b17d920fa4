"""Known pairs (q, exp q), from which exponentials are put together: exp(n_1 q_1 + ... + n_k q_k) = exp(q_1)^n_1 ... exp(q_k)^n_k for integers n_j.

=============================  =======================================  ==========================================================
step                           q                                        exp q
=============================  =======================================  ==========================================================
exp g                          the operand of an `exp` generator        the generator
log g                          a `log` generator, of |P|                P or -P, by its sign
logabs g a                     the same                                 the `abs` generator of the same P
root g r                       a `log` generator over k                 the k-th `root` of the same P, or of |P|
turn c s                       i times the operand of a `cos` generator c  c + i s, with its `sin` generator s
ipi                            i pi                                     -1
zeta g                         2 pi i / N                               the `zeta` generator
unity c W                      i pi c                                   W, where W^N = 1 and W is the root of unity next to exp(i pi c)
alternating g                  i pi M                                   the generator (-1)^M
atan g C, asin g C             i times the `function` generator         (1 + i u) / C with C >= 0, C^2 = 1 + u^2;  C + i u with C^2 = 1 - u^2
clog g                         a `clog` generator                       its operand
croot g r                      a `clog` generator over k                the k-th `croot` of the same operand
=============================  =======================================  ==========================================================
"""

from __future__ import annotations

import cmath
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.replay import polynomial as P
from grader.replay.polynomial import Poly
from grader.replay.generators import Frac
from grader.replay.table import Table

MAX_MULTIPLE = 500


class Pairs:
    """The pairs that a table of generators knows."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def exponential(self, argument: Frac, steps: Any) -> Frac:
        """exp(argument) by the steps, each [kind, ..., integer]. Fails with `Refused` when they do not add up to the argument."""
        t = self.table
        total: Frac = ({}, P.constant(1, t.count))
        top, bottom = P.constant(1, t.count), P.constant(1, t.count)
        for kind, *parts, times in steps:
            if type(times) is not int or abs(times) > MAX_MULTIPLE or kind not in _KINDS:
                raise Refused("a step of another form")
            q, w = getattr(self, f"_pair_{kind}")(*parts)
            total = t.plus(total, (P.scale(q[0], times), q[1]))
            if times < 0:  # an exponential is never zero
                w = self._turned_back(*parts) if kind == "turn" else (w[1], w[0])
            for _ in range(abs(times)):
                top, bottom = t.reduced(P.multiply(top, w[0])), t.reduced(P.multiply(bottom, w[1]))
        if not t.same(total, argument):
            raise Refused("the steps do not add up to the exponent")
        return top, bottom

    def _whole(self, p: Poly) -> Frac:
        return p, P.constant(1, self.table.count)

    def _one(self, index: int) -> Poly:
        return P.generator(index, self.table.count)

    def _ipi_times(self, c: Fraction | int = 1) -> Poly:
        """i pi c."""
        t = self.table
        return P.scale(P.multiply(self._one(t.find("i")), self._one(t.find("pi"))), c)

    def _pair_exp(self, g: int) -> tuple[Frac, Frac]:
        return self.table.at(g, "exp").parts[0], self._whole(self._one(g))

    def _pair_log(self, g: int) -> tuple[Frac, Frac]:
        p = self.table.at(g, "log").parts[0]
        sign = self.table.sign(p)
        if not sign:
            raise Refused("the sign under a logarithm is not known")
        return self._whole(self._one(g)), self._whole(P.scale(p, 1 if sign > 0 else -1))

    def _pair_logabs(self, g: int, a: int) -> tuple[Frac, Frac]:
        if self.table.at(g, "log").parts[0] != self.table.at(a, "abs").parts[0]:
            raise Refused("two sizes of different things")
        return self._whole(self._one(g)), self._whole(self._one(a))

    def _pair_root(self, g: int, r: int) -> tuple[Frac, Frac]:
        t = self.table
        p, (base, k) = t.at(g, "log").parts[0], t.at(r, "root").parts
        used = P.used(base)
        is_size = len(used) == 1 and base == self._one(used[0]) and t.generators[used[0]].kind == "abs" and t.generators[used[0]].parts[0] == p
        if base != p and not is_size:
            raise Refused("a root and a logarithm of different things")
        return (P.scale(self._one(g), Fraction(1, k)), P.constant(1, t.count)), self._whole(self._one(r))

    def _turn_of(self, c: int, s: int, sign: int) -> Frac:
        t = self.table
        if t.at(s, "sin").parts != (c,):
            raise Refused("a cosine and a sine of different things")
        return self._whole(P.add(self._one(c), P.scale(P.multiply(self._one(t.find("i")), self._one(s)), sign)))

    def _pair_turn(self, c: int, s: int) -> tuple[Frac, Frac]:
        q = self.table.at(c, "cos").parts[0]
        return (P.multiply(self._one(self.table.find("i")), q[0]), q[1]), self._turn_of(c, s, 1)

    def _turned_back(self, c: int, s: int) -> Frac:
        return self._turn_of(c, s, -1)

    def _pair_ipi(self) -> tuple[Frac, Frac]:
        return self._whole(self._ipi_times()), self._whole(P.constant(-1, self.table.count))

    def _pair_zeta(self, g: int) -> tuple[Frac, Frac]:
        (n,) = self.table.at(g, "zeta").parts
        return self._whole(self._ipi_times(Fraction(2, n))), self._whole(self._one(g))

    def _pair_unity(self, turn: str, w: Any) -> tuple[Frac, Frac]:
        t, c = self.table, Fraction(turn)
        value = t.frac(w)
        order = 2 * c.denominator
        if order > 48 or abs(c) > 10**6 or not P.is_constant(value[1]):
            raise Refused("a root of unity of that form")
        power = P.constant(1, t.count)
        for _ in range(order):
            power = t.reduced(P.multiply(power, value[0]))
        if power != P.constant(P.value(value[1]) ** order, t.count):
            raise Refused("no root of unity")
        near = self._float(value[0]) / complex(P.value(value[1]))
        if abs(near - cmath.exp(1j * cmath.pi * float(c % 2))) > 1 / order:  # distinct ones are more than 4 / order apart
            raise Refused("another root of unity")
        return self._whole(self._ipi_times(c)), value

    def _float(self, p: Poly) -> complex:
        total = 0j
        for m, c in p.items():
            term = complex(c)
            for k, e in enumerate(m):
                if e:
                    g = self.table.generators[k]
                    if g.kind == "root" and P.is_constant(g.parts[0]):
                        term *= float(P.value(g.parts[0])) ** (e / g.parts[1])
                    elif g.kind == "i":
                        term *= 1j**e
                    else:
                        raise Refused("a root of unity of that form")
            total += term
        return total

    def _pair_alternating(self, g: int) -> tuple[Frac, Frac]:
        (mono,) = self.table.at(g, "alternating").parts
        return self._whole(P.multiply(self._ipi_times(), mono)), self._whole(self._one(g))

    def _angle(self, g: int, name: str, c: Any) -> tuple[Frac, Frac, Frac]:
        """The operand u, the checked side C, and i times the angle."""
        t = self.table
        op, args = t.at(g, "function").parts
        if op != name or not t.generators[g].real:
            raise Refused(f"generator {g} is no real {name}")
        side = t.frac(c)
        u = args[0]
        square = t.plus((P.constant(1, t.count),) * 2, t.times(u, u) if name == "atan" else (P.scale(t.times(u, u)[0], -1), t.times(u, u)[1]))
        if t.frac_sign(side) not in (1, 2) or not t.same(t.times(side, side), square):
            raise Refused("the side of a triangle is not what it should be")
        return u, side, self._whole(P.multiply(self._one(t.find("i")), self._one(g)))

    def _pair_atan(self, g: int, c: Any) -> tuple[Frac, Frac]:
        t = self.table
        u, side, angle = self._angle(g, "atan", c)
        return angle, t.times(t.plus((P.constant(1, t.count),) * 2, t.times(self._whole(self._one(t.find("i"))), u)), (side[1], side[0]))

    def _pair_asin(self, g: int, c: Any) -> tuple[Frac, Frac]:
        t = self.table
        u, side, angle = self._angle(g, "asin", c)
        return angle, t.plus(side, t.times(self._whole(self._one(t.find("i"))), u))

    def _pair_clog(self, g: int) -> tuple[Frac, Frac]:
        return self._whole(self._one(g)), self.table.at(g, "clog").parts[0]

    def _pair_croot(self, g: int, r: int) -> tuple[Frac, Frac]:
        t = self.table
        (base, k) = t.at(r, "croot").parts
        if not t.same(t.at(g, "clog").parts[0], self._whole(base)):
            raise Refused("a root and a logarithm of different things")
        return (P.scale(self._one(g), Fraction(1, k)), P.constant(1, t.count)), self._whole(self._one(r))


_KINDS = frozenset("exp turn log logabs root ipi zeta unity alternating atan asin clog croot".split())
