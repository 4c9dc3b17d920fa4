"""Normal forms of sums and products: closed forms where there is one, else one generator for each summand.

A summand is taken apart over the generators that contain the index: polynomials are summed by Bernoulli's formula, i^j r^i by the method of
undetermined coefficients, fractions with distinct linear denominators telescope (Gosper's case of rational summands with integer differences),
everything else stays as c b(i) with one generator for each b and the highest common range. Integrands are taken apart likewise and integrated by
`antiderivative`.
The parts found are tried in a normal form of their own; the checker sees only parts and closed forms, and verifies those.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING, Any

from grader.algebra.kernels import Bail, Frac, rational
from grader.algebra.normal_form_integrals import IntegralRules
from grader.algebra.terms_of import Writer, product, total
from grader.kernel import Refused
from grader.replay.rules_binders import length
from grader.term import Term, apply, free_names, number, replace, symbol, to_data

if TYPE_CHECKING:
    from grader.algebra.kernels import Kernels, Plan

Part = tuple[Term, str, Term]
"""(coefficient, "closed" or "opaque", closed form or summand)"""
MAX_DEGREE = 8
WRITTEN_OUT = 12


class BinderRules(IntegralRules):
    """The rules for binders; mixed into `NormalForm`."""

    k: Kernels
    plan: Plan
    real: bool
    depth: int
    sides: tuple[Term, ...]

    def learn_length(self, term: Term) -> Frac:
        """The number of terms of a sum, which is at least 0 where the claim is defined."""
        k, n = self.k, self.value(length(term))
        if not self.auxiliary and n[1].is_constant() and k.is_real(n):
            k.table.fact(k.plain(n[0] / n[1].leading_coefficient()), False)
        return n

    @contextmanager
    def scope(self) -> Iterator[None]:
        """As in the checker: facts, values and generators made inside are forgotten."""
        t, k = self.k.table, self.k
        units, facts, memo, index = len(t.units), len(t.facts), dict(self.memo), dict(k.index)
        before = len(t.generators)
        yield
        del t.units[units:]
        del t.facts[facts:]
        self.memo, kept, k.index = memo, k.index, index
        t.hidden.update(j for j in range(before, len(t.generators)) if t.generators[j].kind not in ("bound", "variable"))
        k.index.update((key, j) for key, j in kept.items() if j not in t.hidden)

    def aside(self, term: Term) -> Frac:
        """The value of a formula of the proof."""
        before, self.auxiliary = self.auxiliary, True
        try:
            return self.value(term)
        finally:
            self.auxiliary = before

    def rule_binder(self, term: Term) -> Frac:
        """The value of a sum, product or integral."""
        rule = {"sum": self._sum, "product": self._product, "integral": self._integral}.get(term.name)
        if rule is None or len(term.args) != 3 or len(term.bound) != 1 or term.bound[0].kind != "symbol":
            raise Bail(f"no rule for a {term.name} of that form")
        if self.depth >= 4:
            raise Bail("sums and integrals nested too deeply")
        self.depth += 1  # bound names go by the level, so that equal sums beside each other have equal parts
        try:
            return rule(term)
        finally:
            self.depth -= 1

    def _explore(self, body: Term, name: str) -> tuple[BinderRules, Frac]:
        """The value of a body in a normal form of its own."""
        own = type(self)(self.claim, self.real, type(self.plan)(), self.k.size, self.k.check)  # type: ignore[attr-defined, call-arg]
        own.depth = self.depth
        own.learn([*self.sides, body])
        return own, own.value(body)

    def _written_out(self, term: Term, n: Frac) -> Iterator[Frac] | None:
        """The values of a body over a range of known length, one after the other; None where the length n is not known."""
        count = self.k.constant_of(n)
        if count is None:
            return None
        if count.denominator != 1 or not 0 <= count <= 60:
            raise Bail("a range that cannot be written out")
        self.row(term)["expand"] = True
        return (self.value(replace(term.args[0], {term.bound[0]: apply("add", term.args[1], number(j))})) for j in range(int(count)))

    # ---- sums

    def _sum(self, term: Term) -> Frac:
        k, n = self.k, self.learn_length(term)
        written = self._written_out(term, n)
        if written is not None:
            out = k.number(0)
            for value in written:
                out = k.plus(out, value)
            return out
        i = symbol(f"#i{self.depth}")
        body = replace(term.args[0], {term.bound[0]: apply("add", term.args[1], i)})
        parts = self._summand_parts(body, i.name)
        row = self.row(term)
        row["index"], row["parts"] = i.name, []
        out, inside = k.number(0), []
        for coefficient, how, b in parts:
            c = self.aside(coefficient)
            if how == "closed":
                v = k.minus(self.aside(replace(b, {i: length(term)})), self.aside(replace(b, {i: number(0)})))
                row["parts"].append([to_data(coefficient), ["closed", to_data(b)]])
            else:
                v, index, more = self._series(b, i, n, length(term))
                row["parts"].append([to_data(coefficient), ["opaque", to_data(b), index, more]])
            out = k.plus(out, k.times(c, v))
            inside.append((c, how, b))
        with self.scope():
            whole, again = self.value(body), k.number(0)
            for c, how, b in inside:
                step = self.aside(b)
                if how == "closed":
                    step = k.minus(self.aside(replace(b, {i: apply("add", i, number(1))})), step)
                again = k.plus(again, k.times(c, step))
            if not k.minus(whole, again)[0].is_zero():
                raise Bail("a summand that is not taken apart")
        return out

    def _series(self, b: Term, i: Term, n: Frac, n_term: Term) -> tuple[Frac, int, int]:
        """Sum of b over the range by a generator for the shortest range that occurs."""
        k = self.k
        start, whole = self._without_integer(n)
        data = to_data(replace(b, {i: symbol("#i")}))
        key = ("series", str(data), str(start[0]), str(start[1]))
        lowest = -self.plan.shift(key, -whole)
        more = whole - lowest
        if more > 40:
            raise Bail("sums far apart")
        count = k.plus(start, k.number(lowest))
        g = k.generator((*key, i.name), ["series", to_data(b), i.name, k.write_frac(count)])
        out = k.at(g)
        for j in range(more):
            out = k.plus(out, self.aside(replace(b, {i: apply("add", n_term, number(j - more))})))
        return out, g, more

    def _summand_parts(self, body: Term, name: str) -> list[Part]:
        own, value = self._explore(body, name)
        k, write = own.k, Writer(own.k)
        dependent = own.depending(name)
        bottom_free, bottom = own.divided(value[1], dependent)
        index = k.index.get(("bound", name))
        groups: dict[tuple[int, ...], Any] = {}
        for m, c in value[0].to_dict().items():
            inside = tuple(int(e) if j in dependent else 0 for j, e in enumerate(m))
            free = k.context.from_dict({tuple(0 if j in dependent else e for j, e in enumerate(m)): c})
            groups[inside] = groups.get(inside, k.zero) + free
        i = symbol(name)
        if bottom.is_constant() and all(set(_used(m)) <= {index} for m in groups):
            return [(write.term(k.fraction(c, bottom_free)), "closed", _power_sum(i, m[index] if index is not None else 0)) for m,
                    c in groups.items()]
        telescoped = own.telescoped(groups, bottom, bottom_free, index, i, write) if index is not None else None
        if telescoped is not None:
            return telescoped
        made: list[Part] = []
        for m, c in groups.items():
            coefficient = write.term(k.fraction(c, bottom_free))
            power = m[index] if index is not None else 0
            plain = k.context.from_dict({tuple(0 if j == index else e for j, e in enumerate(m)): 1})
            if bottom.is_constant() and set(_used(m)) <= {index}:
                made.append((coefficient, "closed", _power_sum(i, power)))
                continue
            core = write.term(k.fraction(plain, bottom))
            closed = own.geometric(core, power, i) if power <= MAX_DEGREE else None
            made.append((coefficient, "closed", closed) if closed is not None else (coefficient, "opaque", product([_raised(i, power), core])))
        return made

    def depending(self, name: str) -> set[int]:
        """Generators that contain the bound name."""
        write = Writer(self.k)
        found = set()
        for j in range(len(self.k.entries)):
            try:
                if name in free_names(write.generator(j)):
                    found.add(j)
            except Bail:
                found.add(j)
        return found

    def divided(self, p: Any, dependent: set[int]) -> tuple[Any, Any]:
        """The factors of a denominator that are free of the bound name, and the others."""
        if p.is_constant():
            return p, self.k.one
        c, factors = self.k.factors(p)
        free, bound = self.k.number(c)[0], self.k.one
        for f, e in factors:
            if any(j in dependent for j in self.k.used(f)):
                bound = bound * f**e
            else:
                free = free * f**e
        return free, bound

    def geometric(self, core: Term, power: int, i: Term) -> Term | None:
        """G with G(i + 1) - G(i) = i^power g(i), where g(i + 1)/g(i) = r is free of i and not 1: G = g (q_0 + ... + q_power i^power)."""
        k, write = self.k, Writer(self.k)
        try:
            ratio = k.times(self.aside(replace(core, {i: apply("add", i, number(1))})), k.inverse(self.aside(core)))
        except (Bail, Refused, ValueError):
            return None
        dependent = self.depending(i.name)
        if any(j in dependent for p in ratio for j in k.used(p)) or k.constant_of(ratio) == 1:
            return None
        less = k.minus(ratio, k.number(1))
        if less[0].is_zero():
            return None
        down, q = k.inverse(less), [k.number(0)] * (power + 1)
        for m in range(power, -1, -1):
            above = k.number(1 if m == power else 0)
            for higher in range(m + 1, power + 1):
                above = k.minus(above, k.times(k.times(ratio, q[higher]), k.number(comb(higher, m))))
            q[m] = k.times(above, down)
        return product([core, total([product([write.term(c), _raised(i, m)]) for m, c in enumerate(q) if not c[0].is_zero()])])

    def telescoped(self, groups: dict[tuple[int, ...], Any], bottom: Any, bottom_free: Any, index: int, i: Term, write: Writer) -> list[Part] | None:
        """Fractions over distinct linear factors in the index with rational zeros: each class of zeros that differ by integers adds up to a closed
        form and a multiple of one fraction."""
        k = self.k
        if bottom.is_constant() or any(set(_used(m)) - {index} for m in groups) or set(k.used(bottom)) != {index}:
            return None
        c, factors = k.factors(bottom)
        roots = []
        for f, e in factors:
            line = {int(m[index]): rational(v) for m, v in f.to_dict().items()}
            if e != 1 or max(line) != 1:
                return None
            roots.append(-line.get(0, Fraction(0)) / line[1])
        slope = bottom.derivative(index)
        made: list[Part] = []
        classes: dict[Fraction, list[Fraction]] = {}
        for r in roots:
            classes.setdefault((-r) % 1, []).append(-r)
        degree = len(roots)
        if any(m[index] >= degree for m in groups):
            return None
        for offsets in classes.values():
            base = min(offsets)
            if base <= 0:
                return None
            left, closed = k.number(0), []
            for a in offsets:
                at = k.number(0)
                for m, coefficient in groups.items():
                    at = k.plus(at, k.times(k.fraction(coefficient, bottom_free), k.number((-a) ** m[index])))
                weight = k.times(at, k.inverse(k.number(_evaluate(slope, index, -a))))
                left = k.plus(left, weight)
                closed += [product([write.term(weight), apply("div", number(1), total([i, number(base + t)]))]) for t in range(int(a - base))]
            if closed:
                made.append((number(1), "closed", total(closed)))
            if not left[0].is_zero():
                made.append((write.term(left), "opaque", apply("div", number(1), total([i, number(base)]))))
        return made or None

    # ---- products

    def _product(self, term: Term) -> Frac:
        k, n = self.k, self.learn_length(term)
        written = self._written_out(term, n)
        if written is not None:
            out = k.number(1)
            for value in written:
                out = k.times(out, value)
            return out
        i = symbol(f"#i{self.depth}")
        body = replace(term.args[0], {term.bound[0]: apply("add", term.args[1], i)})
        h = self._factor_form(body, i)
        self.row(term).update(index=i.name, closed=to_data(h))
        end, start = self.aside(replace(h, {i: length(term)})), self.aside(replace(h, {i: number(0)}))
        with self.scope():
            step = self.value(body)
            if not k.minus(self.aside(replace(h, {i: apply("add", i, number(1))})), k.times(self.aside(h), step))[0].is_zero():
                raise Bail("a factor that is not taken apart")
        k.require_unit(start[0])
        return k.times(end, k.inverse(start))

    def _factor_form(self, body: Term, i: Term) -> Term:
        """H with H(i + 1) = H(i) body(i): c^i, gamma(i + a) for i + a, exp of a sum for exponentials."""
        own, value = self._explore(body, i.name)
        k, write, dependent = own.k, Writer(own.k), own.depending(i.name)
        index = k.index.get(("bound", i.name))
        parts: list[Term] = []
        for p, sign in ((value[0], 1), (value[1], -1)):
            c, factors = k.factors(p)
            if c != 1:
                parts.append(apply("pow", number(c), i if sign > 0 else apply("neg", i)))
            for f, e in factors:
                parts.append(own.one_factor(f, e * sign, i, index, dependent, write))
        return product(parts)

    def one_factor(self, f: Any, e: int, i: Term, index: int | None, dependent: set[int], write: Writer) -> Term:
        """The closed form of one factor of a product."""
        k, used = self.k, self.k.used(f)
        if not any(j in dependent for j in used):
            return apply("pow", write.polynomial(f), product([number(abs(e)), i]) if e > 0 else apply("neg", product([number(-e), i])))
        if index is not None and index in used and f.degrees()[index] == 1:
            a = k.context.from_dict({tuple(0 if j == index else x for j, x in enumerate(m)): c for m, c in f.to_dict().items() if m[index]})
            b = k.context.from_dict({m: c for m, c in f.to_dict().items() if not m[index]})
            if not any(j in dependent for p in (a, b) for j in k.used(p)):
                shifted = apply("gamma", total([i, write.term(k.fraction(b, a))]))
                scaled = product([apply("pow", write.polynomial(a), i), shifted]) if not a.is_one() else shifted
                return scaled if e == 1 else apply("pow", scaled, number(e))
        if len(f) == 1 and len(used) == 1 and k.entries[used[0]][0] == "exp":
            j = symbol(i.name + "'")
            exponent = replace(write.generator(used[0]), {i: j})
            inner = apply("log", exponent) if exponent.kind != "apply" or exponent.name != "exp" else exponent.args[0]
            return apply("exp", product([number(e), Term("binder", "sum", (inner, number(0), total([i, number(-1)])), bound=(j,))]))
        raise Bail("a product that has no closed form here")


def _used(m: tuple[int, ...]) -> list[int]:
    return [j for j, e in enumerate(m) if e]


def _raised(i: Term, power: int) -> Term:
    return number(1) if power == 0 else i if power == 1 else apply("pow", i, number(power))


def _evaluate(p: Any, index: int, at: Fraction) -> Fraction:
    return sum((rational(c) * at ** int(m[index]) for m, c in p.to_dict().items()), Fraction(0))


def _power_sum(i: Term, power: int) -> Term:
    """0^p + 1^p + ... + (i - 1)^p as a polynomial in i (Bernoulli): sum over j of C(p + 1, j) B_j i^(p + 1 - j) / (p + 1)."""
    bernoulli = [Fraction(1)]
    for m in range(1, power + 1):
        bernoulli.append(-sum((comb(m + 1, j) * bernoulli[j] for j in range(m)), Fraction(0)) / (m + 1))
    parts = []
    for j in range(power + 1):
        c = comb(power + 1, j) * bernoulli[j] / (power + 1)
        if c:
            parts.append(product([number(c), _raised(i, power + 1 - j)]))
    return total(parts)
