"""The rules for sine and cosine, gamma and its kin, functions that stay what they are, and derivatives; see `rules`."""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import TYPE_CHECKING, Any

from grader.kernel import Refused
from grader.replay import polynomial as P
from grader.replay.definitions import binomial_parts
from grader.replay.derivative import derivative
from grader.replay.enclosure import Unsupported
from grader.replay.generators import Frac
from grader.replay.semantics import function_name
from grader.term import Term, apply, free_names, walk

if TYPE_CHECKING:
    from grader.replay.rules import Proof

ODD = frozenset("asin atan erf sign".split())
OPAQUE = frozenset("asin atan erf sign floor round zeta atan2 arg double_factorial gcd lcm acot".split())


class FunctionRules:
    """Rules mixed into `Proof`."""

    def _wave(self: Proof, term: Term) -> tuple[Frac, Frac]:
        t, u = self.table, self.value(term.args[0])
        turned = t.times(t.whole(P.generator(t.find("i"), t.count)), u)
        steps = self._row(term)["steps"]
        back = [[*step[:-1], -step[-1]] for step in steps]
        return self.pairs.exponential(turned, steps), self.pairs.exponential((P.scale(turned[0], -1), turned[1]), back)

    def _rule_cos(self: Proof, term: Term) -> Frac:
        up, down = self._wave(term)
        total = self.table.plus(up, down)
        return P.scale(total[0], Fraction(1, 2)), total[1]

    def _rule_sin(self: Proof, term: Term) -> Frac:
        t, (up, down) = self.table, self._wave(term)
        total = t.times(t.plus(up, (P.scale(down[0], -1), down[1])), t.whole(P.generator(t.find("i"), t.count)))
        return P.scale(total[0], Fraction(-1, 2)), total[1]

    # ---- gamma

    def _rule_gamma(self: Proof, term: Term) -> Frac:
        return self._inverse(self._reciprocal_gamma(term))

    def _rule_binomial(self: Proof, term: Term) -> Frac:
        t, (n, k) = self.table, term.args
        if k.kind == "number" and k.value.denominator == 1 and k.value <= 60:
            u, out = self.value(n), t.number(Fraction(1, factorial(int(k.value))))
            for j in range(int(k.value)):
                out = t.times(out, t.plus(u, t.number(Fraction(-j))))
            return out
        u, v, w = (self._reciprocal_gamma(apply("gamma", part)) for part in binomial_parts(n, k))
        return t.times(t.times(v, w), self._inverse(u))

    def _rule_beta_function(self: Proof, term: Term) -> Frac:
        a, b = term.args
        t, whole = self.table, self._reciprocal_gamma(apply("gamma", apply("add", a, b)))
        for part in (a, b):
            whole = t.times(whole, self._inverse(self._reciprocal_gamma(apply("gamma", part))))
        return whole

    def _reciprocal_gamma(self: Proof, term: Term) -> Frac:
        """1/gamma(u), by a generator for 1/gamma(u + j) with an integer j >= 0; at integers by factorials."""
        t, u = self.table, self.value(term.args[0])
        c = t.as_number(u)
        if c is not None and c.denominator == 1 and c <= 300:
            return t.number(Fraction(1, factorial(int(c) - 1)) if c > 0 else Fraction(0))
        index = self._row(term)["gamma"]
        (arg,) = t.at(index, "rgamma").parts
        steps = self._row(term)["steps"]
        if type(steps) is not int or not 0 <= steps <= 200 or not t.same(arg, t.plus(u, t.number(Fraction(steps)))):
            raise Refused("a gamma function of something else")
        out = t.whole(P.generator(index, t.count))
        for j in range(steps):
            out = t.times(out, t.plus(u, t.number(Fraction(j))))
        return out

    # ---- opaque operators, unknown functions, derivatives

    def _opaque(self: Proof, term: Term) -> Frac:
        t, row = self.table, self._row(term)
        args = [self.value(a) for a in term.args]
        if "turn" in row:
            return self._known_angle(term.name, Fraction(row["turn"]), row["steps"], args[0])
        index, sign = row["generator"], row.get("sign", 1)
        if sign not in (1, -1):
            raise Refused("a sign of another form")
        op, parts = t.at(index, "function").parts
        shift: Frac = t.number(Fraction(0))
        if op == "floor" and "shift" in row:
            shift = t.whole(t.poly(row["shift"]))
            if not t.is_integer(shift[0]):
                raise Refused("floor is moved by something that is no integer")
        if op != term.name or len(parts) != len(args) or sign == -1 and op not in ODD:
            raise Refused(f"generator {index} is another function")
        first = t.plus((P.scale(parts[0][0], sign), parts[0][1]), shift)
        if not all(t.same(a, b) for a, b in zip(args, [first, *parts[1:]])):
            raise Refused(f"{op} of something else")
        if not self.auxiliary or op == "asin" and t.frac_sign(t.plus(t.number(Fraction(1)), (P.scale(t.times(parts[0], parts[0])[0], -1),
                                                                                             t.times(parts[0], parts[0])[1]))) in (1, 2):
            self.born.add(index)
        g = t.whole(P.scale(P.generator(index, t.count), sign))
        return t.plus(g, shift)

    def _known_angle(self: Proof, op: str, turn: Fraction, steps: Any, u: Frac) -> Frac:
        """arcsin u or arctan u = pi turn, where sin or tan of it is u and it lies in the right range."""
        t = self.table
        angle = P.scale(P.generator(t.find("pi"), t.count), turn)
        i = P.generator(t.find("i"), t.count)
        w = self.pairs.exponential(t.whole(P.multiply(i, angle)), steps)
        down = w[1], w[0]
        sine = t.times(t.plus(w, (P.scale(down[0], -1), down[1])), t.whole(P.scale(i, Fraction(-1, 2))))
        cosine = t.times(t.plus(w, down), t.number(Fraction(1, 2)))
        limit = Fraction(1, 2)
        if op == "asin" and abs(turn) <= limit and t.same(sine, u) or op == "atan" and abs(turn) < limit and t.same(sine, t.times(u, cosine)):
            return t.whole(angle)
        raise Refused("an angle of something else")

    def _rule_call(self: Proof, term: Term) -> Frac:
        t, index = self.table, self._row(term)["generator"]
        name, primes, parts = t.at(index, "call").parts
        head, count = term.args[0], 0
        while head.is_apply("prime"):
            head, count = head.args[0], count + int(head.args[1].value)
        args = [self.value(a) for a in term.args[1:]]
        if (name, primes) != (function_name(term), count) or len(args) != len(parts) or not all(t.same(a, b) for a, b in zip(args, parts)):
            raise Refused("an unknown function of something else")
        return t.whole(P.generator(index, t.count))

    def _rule_derivative(self: Proof, term: Term) -> Frac:
        body, variable = term.args[0], term.args[1]
        order = int(term.args[2].value) if len(term.args) == 3 and term.args[2].kind == "number" else 1
        if variable.kind != "symbol" or variable.name not in free_names(body) or not 1 <= order <= 6:
            raise Refused("a derivative of that form")
        if not self.real and any(node.is_apply("abs") for node in walk(body)):
            raise Refused("the derivative of a complex absolute value")
        try:
            for _ in range(order):
                body = derivative(body, variable.name)
        except Unsupported as error:
            raise Refused(str(error)) from error
        if "body" in self.rows.get(term.fingerprint, {}):
            self.value(term.args[0])  # where the derivative exists the body does: learn from it
        before, self.auxiliary = self.auxiliary, True
        try:
            return self.value(body)
        finally:
            self.auxiliary = before

    _rule_partial = _rule_derivative
