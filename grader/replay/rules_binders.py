"""The rules for sums, products and definite integrals; see `rules`.

Sum over k from a to b (N = b - a + 1 terms; where the claim is defined N is an integer >= 0): with k = a + i the summand is a sum of parts c *
b(i), c free of i, and for each part either a closed form G with G(i + 1) - G(i) = b(i) is given, so that it adds up to c (G(N) - G(0)), or a
generator for b(0) + ... + b(N - m - 1) to which the last m terms are added. Short sums are written out. Product: H(i + 1) = H(i) b(i), so it is
H(N)/H(0).

Integral of f over [a, b]: parts c * F' with F' = f checked by the rules of calculus, so that it is c (F(b) - F(a)); F is made of smooth functions
and defined wherever f is, hence on the whole interval where the integral is; or a generator for an integral that stays.

What holds inside (for i < N, for x between the ends) is known inside only: a scope forgets it, and the generators made in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grader.kernel import Refused
from grader.replay import polynomial as P
from grader.replay.derivative import derivative
from grader.replay.enclosure import Unsupported
from grader.replay.generators import Frac
from grader.term import Term, apply, constant, free_names, from_data, number, replace, symbol, to_data, walk

if TYPE_CHECKING:
    from grader.replay.rules import Proof

MAX_TERMS = 60
SMOOTH = frozenset("add neg mul div pow sqrt root exp log sin cos tan cot sec csc sinh cosh tanh asin acos atan asinh acosh atanh abs erf".split())


def length(term: Term) -> Term:
    """The number of terms of a sum or product: upper - lower + 1."""
    return apply("add", term.args[2], apply("neg", term.args[1]), number(1))


class BinderRules:
    """Rules mixed into `Proof`."""

    def learn_length(self: Proof, term: Term) -> Frac:
        """The number of terms; where the claim is defined it is at least 0."""
        n = self.value(length(term))
        if not self.auxiliary and P.is_constant(n[1]) and self.table.is_real(n[0]):
            self.table.fact(P.scale(n[0], 1 / P.value(n[1])), False)
        return n

    @contextmanager
    def scope(self: Proof) -> Iterator[None]:
        """What is learned inside is forgotten afterwards; generators made inside may not be named outside."""
        t = self.table
        units, facts, memo, before = len(t.units), len(t.facts), dict(self.memo), len(t.generators)
        yield
        del t.units[units:]
        del t.facts[facts:]
        self.memo = memo
        t.hidden.update(j for j in range(before, len(t.generators)) if t.generators[j].kind not in ("bound", "variable"))

    def aside(self: Proof, term: Term) -> Frac:
        """The value of a formula of the proof, for whose definedness the claim does not vouch."""
        before, self.auxiliary = self.auxiliary, True
        try:
            return self.value(term)
        finally:
            self.auxiliary = before

    def _index(self: Proof, term: Term, prefix: str) -> tuple[dict[str, Any], Term, Term]:
        """The row, the bound symbol and its name in the proof."""
        if len(term.args) != 3 or len(term.bound) != 1 or term.bound[0].kind != "symbol":
            raise Refused(f"a {term.name} of that form")
        row = dict(self._row(term))
        name = row.get("index", prefix)
        if not isinstance(name, str) or not name.startswith(prefix) or name in free_names(term):
            raise Refused("a bound symbol of another name")
        return row, term.bound[0], symbol(name)

    def rule_binder(self: Proof, term: Term) -> Frac:
        """The value of a sum, product or integral."""
        rule = {"sum": self._sum, "product": self._product, "integral": self._integral}.get(term.name)
        if rule is None:
            raise Refused(f"no rule for a {term.name}")
        return rule(term)

    # ---- sums

    def _sum(self: Proof, term: Term) -> Frac:
        row, k, i = self._index(term, "#i")
        n = self.learn_length(term)
        if row.get("expand"):
            return self._written_out(term, n)
        t = self.table
        total, inside = t.number(Fraction(0)), []
        for coefficient, part in row["parts"]:
            c_term, b = from_data(coefficient), from_data(part[1])
            if i.name in free_names(c_term):
                raise Refused("a coefficient that depends on the index")
            c = self.aside(c_term)
            if part[0] == "closed":
                v = t.plus(self.aside(replace(b, {i: length(term)})), _minus(self.aside(replace(b, {i: number(0)}))))
            else:
                v = self._series(b, i, n, length(term), part[2], part[3])
            total = t.plus(total, t.times(c, v))
            inside.append((c, part[0], b))
        with self.scope():
            whole = self.value(replace(term.args[0], {k: apply("add", term.args[1], i)}))
            again = t.number(Fraction(0))
            for c, how, b in inside:
                step = self.aside(b)
                if how == "closed":
                    step = t.plus(self.aside(replace(b, {i: apply("add", i, number(1))})), _minus(step))
                again = t.plus(again, t.times(c, step))
            if not t.same(whole, again):
                raise Refused("the parts do not make the summand")
        return total

    def _written_out(self: Proof, term: Term, n: Frac) -> Frac:
        count = self.table.as_number(n)
        if count is None or count.denominator != 1 or not 0 <= count <= MAX_TERMS:
            raise Refused("a range that cannot be written out")
        is_sum = term.name == "sum"
        total = self.table.number(Fraction(0 if is_sum else 1))
        for j in range(int(count)):
            step = self.value(replace(term.args[0], {term.bound[0]: apply("add", term.args[1], number(j))}))
            total = self.table.plus(total, step) if is_sum else self.table.times(total, step)
        return total

    def _series(self: Proof, b: Term, i: Term, n: Frac, n_term: Term, index: Any, more: Any) -> Frac:
        """b(0) + ... + b(N - 1) by the generator for the first N - m terms."""
        t = self.table
        written, start = t.at(index, "series").parts
        if type(more) is not int or not 0 <= more <= MAX_TERMS or written != (to_data(b), i.name):
            raise Refused("a sum of something else")
        if not t.same(n, t.plus(start, t.number(Fraction(more)))):
            raise Refused("a sum over another range")
        total = t.whole(P.generator(index, t.count))
        for j in range(more):
            total = t.plus(total, self.aside(replace(b, {i: apply("add", n_term, number(j - more))})))
        return total

    def _product(self: Proof, term: Term) -> Frac:
        row, k, i = self._index(term, "#i")
        n = self.learn_length(term)
        if row.get("expand"):
            return self._written_out(term, n)
        t, h = self.table, from_data(row["closed"])
        end, start = self.aside(replace(h, {i: length(term)})), self.aside(replace(h, {i: number(0)}))
        with self.scope():
            step = self.value(replace(term.args[0], {k: apply("add", term.args[1], i)}))
            if not t.same(self.aside(replace(h, {i: apply("add", i, number(1))})), t.times(self.aside(h), step)):
                raise Refused("the closed form does not make the factor")
        t.require_unit(start[0])
        return t.times(end, (start[1], start[0]))

    # ---- integrals

    def _integral(self: Proof, term: Term) -> Frac:
        row, x, v = self._index(term, "#x")
        t, (body, low, high) = self.table, term.args
        for end in (low, high):
            if row.get("ends") and not self.auxiliary:
                self.value(replace(body, {x: end}))
        total, inside = t.number(Fraction(0)), []
        for coefficient, part in row["parts"]:
            c_term, f = from_data(coefficient), from_data(part[1])
            if v.name in free_names(c_term):
                raise Refused("a coefficient that depends on the variable")
            c = self.aside(c_term)
            if part[0] == "closed":
                if any(n.kind == "binder" or n.kind == "apply" and n.name not in SMOOTH for n in walk(f)):
                    raise Refused("an antiderivative that need not be continuous")
                value = t.plus(self.aside(replace(f, {v: high})), _minus(self.aside(replace(f, {v: low}))))
            else:
                value = self._standing(f, v, low, high, part[2])
            total = t.plus(total, t.times(c, value))
            inside.append((c, part[0], f))
        with self.scope():
            whole = self.value(replace(body, {x: v}))
            again = t.number(Fraction(0))
            for c, how, f in inside:
                value = self.aside(f)
                if how == "closed":
                    try:
                        value = self.aside(derivative(f, v.name))
                    except Unsupported as error:
                        raise Refused(str(error)) from error
                again = t.plus(again, t.times(c, value))
            if not t.same(whole, again):
                raise Refused("the parts do not make the integrand")
        return total

    def _standing(self: Proof, f: Term, v: Term, low: Term, high: Term, index: Any) -> Frac:
        t = self.table
        written, ends = t.at(index, "integral").parts
        for end, known in zip((low, high), ends):
            if isinstance(known, str):
                if end != endless(known):
                    raise Refused("an integral over another range")
            elif not t.same(self.value(end), known):
                raise Refused("an integral over another range")
        if written != (to_data(f), v.name):
            raise Refused("an integral of something else")
        return t.whole(P.generator(index, t.count))


def endless(name: str) -> Term:
    """oo or -oo."""
    return constant("oo") if name == "oo" else apply("neg", constant("oo"))


def _minus(q: Frac) -> Frac:
    return P.scale(q[0], -1), q[1]
