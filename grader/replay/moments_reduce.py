"""Terms about random variables as polynomials in constants and in moments of which nothing more is known.

    Var X = E X^2 - (E X)^2        Cov(X, Y) = E XY - E X E Y        P(A | B) = E 1_A 1_B / E 1_B        E[f | A] = E[f 1_A] / E 1_A
    KL(p || q) = E_p[log p - log q]           H(p) = - E_p log p     Var(X | Y) = E[X^2 | Y] - E[X | Y]^2
    int p(x) g(x) dx = E_p g                  E_X f: over X alone, the others held, where they are independent of X

The rules for means are those of any probability space (P. Billingsley, Probability and Measure, 3rd ed. (1995), sections 5, 21, 34); all means are
supposed to exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.replay.moments_algebra import (
    ONE, Atom, Poly, basics, frozen, indices, minus, mul, number, plus, power, reciprocal, settled, single, times_number, total)
from grader.replay.moments_divergence import Divergences, is_vector, replaced, standing
from grader.replay.moments_events import Events
from grader.replay.moments_means import separates
from grader.replay.moments_sums import settled_renamed, split_again
from grader.replay.moments_terms import Law, Roles, base_of, law_at, law_of, members
from grader.term import Term, walk

FUNCTIONS = frozenset("abs max min sign floor ceil sin cos tan tanh sigmoid relu softplus gamma factorial".split())
ANY = "|*|"
"""The upper end of a sum that names none, where no sum of the claim does."""


class Reduction(Events, Divergences):
    """Works out the terms of one claim; `terms` are all of them, for what they leave unsaid of each other."""

    def __init__(self, roles: Roles, terms: Iterable[Term] = ()) -> None:
        super().__init__(roles)
        terms = tuple(terms)
        ends = {n.args[2] for t in terms for n in walk(t) if n.kind == "binder" and n.name == "sum" and len(n.args) == 3}
        self.span = next(iter(ends)).name if len(ends) == 1 and next(iter(ends)).kind == "symbol" else ANY
        self.entries = {(m.args[0].name, n.args[2].name) for t in terms for n in walk(t) if n.kind == "binder" and n.name == "sum" and len(n.args) == 3
                        and n.args[2].kind == "symbol" for m in walk(n.args[0]) if m.is_apply("index", 2) and m.args[0].kind == "symbol" and m.args[1] in n.bound}
        for left, right in roles.facts:
            self._fact(left, right)

    # -- hypotheses on moments

    def _fact(self, left: Term, right: Term) -> None:
        """E[X] = m, Var[X] = v, Cov[X, Y] = c, E[X Y] = c, from either side."""
        for a, b in ((left, right), (right, left)):
            if a.kind == "apply" and a.name in ("expectation", "variance", "covariance") and len(a.args) == (2 if a.name == "covariance" else 1):
                names = [base_of(t) for t in a.args]
                if all(n is not None and n[0] in self.roles.random for n in names):
                    free = tuple(dict.fromkeys([i for n in names if n is not None for i in n[1] if not i.isdigit()]))
                    self._store(a.name, [("rv", *n) for n in names if n is not None], free, self.value(b))
                    return
                square = base_of(a.args[0].args[0]) if a.name == "expectation" and a.args[0].is_apply("pow",
                        2) and a.args[0].args[1] == _TWO else None
                if square is not None and square[0] in self.roles.random and square[0] not in self.roles.laws:
                    self._store("second", [("rv", *square)], tuple([i for i in square[1] if not i.isdigit()]), self.value(b))
                    return
                if a.name != "covariance":
                    (mono, c), *more = [(m, c) for m, c in self.value(a.args[0]).items()]
                    if a.name == "expectation" and not more and c == 1 and not indices(mono) and all(x[0] in ("rv", "ev", "f") for x, _ in mono):
                        self.products[mono] = self.value(b)
                        self._memo.clear()
                        return
        raise Refused(f"a hypothesis that is not understood: {left} = {right}")

    def _store(self, kind: str, atoms: list[Atom], free: tuple[str, ...], value: Poly) -> None:
        if kind == "covariance":
            mono = frozenset({(a, 1) for a in atoms})
            if len(mono) == 1 or free:
                raise Refused("a covariance of members of a family is not taken as a hypothesis")
            self.products[mono] = plus(value, mul(self.expect({frozenset({(atoms[0], 1)}): Fraction(1)}), self.expect({frozenset({(atoms[1],
                    1)}): Fraction(1)})))
        elif any(i.isdigit() for i in atoms[0][2]):
            raise Refused("a hypothesis on one member of a family")
        else:
            table = {"expectation": self.means, "variance": self.variances, "second": self.seconds}[kind]
            if kind != "expectation" and atoms[0][1] in {**self.variances, **self.seconds}:
                raise Refused(f"{atoms[0][1]} has two laws")
            if atoms[0][1] in table or atoms[0][1] in self.roles.laws:
                raise Refused(f"{atoms[0][1]} has two laws")
            table[atoms[0][1]] = (free, value)
        self._memo.clear()

    def implied(self) -> list[tuple[Poly, Poly]]:
        """(low, high) with low <= high for the parameters of laws and the variances that the hypotheses give."""
        zero: Poly = {}
        found = [(zero, v) for _, v in self.variances.values()]
        for law in [*self.roles.laws.values(), *[d[1] for d in self.roles.densities.values()]]:
            if is_vector(law):
                continue
            values = [self.value(p) for p in law.parameters]
            if law.name == "Bernoulli":
                found += [(zero, values[0]), (values[0], ONE)]
            elif law.name == "Uniform":
                found.append((values[0], values[1]))
            elif values:
                found.append((zero, values[-1]))
        return found

    # -- terms

    def value(self, term: Term) -> Poly:
        """A term as a polynomial. Fails with `Refused` on what is not in this language."""
        self.spend()
        if term.kind == "number":
            return number(term.value or 0)
        if term.kind == "constant" and term.name in ("pi", "e"):
            return single(("sym", term.name, ())) if term.name == "pi" else single(("f", "exp", (frozen(ONE),)))
        name = base_of(term)
        if name is not None:
            kind = "rv" if name[0] in self.roles.random or name[0] in self.bound else "ev" if name[0] in self.roles.events else "sym"
            if kind == "ev":
                raise Refused(f"the event {name[0]} stands where a number is wanted")
            return single((kind, *name))
        if term.kind == "binder":
            return self.binder(term)
        method = getattr(self, "on_" + term.name, None) if term.kind == "apply" else None
        if method is not None:
            return method(*term.args)
        if term.kind == "apply" and term.name in FUNCTIONS:
            return self.function(term.name, *[self.value(a) for a in term.args])
        raise Refused(f"{term.name or term.kind} is not in the language of expectations")

    def on_add(self, *args: Term) -> Poly:
        return plus(*[self.value(a) for a in args])

    def on_neg(self, a: Term) -> Poly:
        return times_number(self.value(a), -1)

    def on_mul(self, *args: Term) -> Poly:
        found = ONE
        for a in args:
            found = mul(found, self.value(a))
        return found

    def on_div(self, a: Term, b: Term) -> Poly:
        return mul(self.value(a), reciprocal(self.value(b)))

    def on_pow(self, base: Term, exponent: Term) -> Poly:
        size = exponent.args[0] if exponent.is_apply("neg", 1) else exponent
        if base.kind == "constant" and base.name == "e":
            return self.on_exp(exponent)
        if size.kind == "number" and size.value.denominator == 1:
            return power(self.value(base), int(size.value) * (-1 if size is not exponent else 1))
        if size.is_apply("div", 2) and [a.value for a in size.args] == [1, 2]:
            root = self.on_sqrt(base)
            return root if size is exponent else reciprocal(root)
        return self.function("pow", self.value(base), self.value(exponent))

    def on_sqrt(self, a: Term) -> Poly:
        return self.root(self.value(a))

    def root(self, inner: Poly) -> Poly:
        """The square root; that of a perfect square of positive factors is worked out."""
        if len(inner) == 1:
            (mono, c), = inner.items()
            top, low = _exact_root(c.numerator), _exact_root(c.denominator)
            if top and low and all(e % 2 == 0 and self.positive(a) for a, e in mono):
                return times_number(settled({a: e // 2 for a, e in mono}), Fraction(top, low))
        return self.function("sqrt", inner)

    def on_exp(self, a: Term) -> Poly:
        return self.exponential(self.value(a))

    def exponential(self, inner: Poly) -> Poly:
        """exp of a polynomial."""
        return settled({("f", "exp", (frozen(inner),)): 1}) if inner else ONE

    def on_log(self, a: Term, *base: Term) -> Poly:
        if base:
            raise Refused("a logarithm to another base")
        return self.log(self.value(a))

    def log(self, inner: Poly) -> Poly:
        """The logarithm; of a product, known positive factors are split off."""
        if inner == ONE:
            return {}
        if not inner:
            raise Refused("the logarithm of zero")
        if len(inner) == 1:
            (mono, c), = inner.items()
            parts, rest = [], {}
            for atom, e in mono:
                if atom[:2] == ("f", "exp"):
                    parts.append(times_number(dict(atom[2][0]), e))
                elif self.positive(atom):
                    parts.append(times_number(self._log_factor(atom), e))
                else:
                    rest[atom] = e
            parts += [times_number(single(("f", "log", (frozen(number(n)),))), s) for n, s in ((c.numerator, 1), (c.denominator, -1)) if n > 1]
            if c < 0 or rest:
                left = mul(number(1 if c > 0 else -1), {frozenset(rest.items()): Fraction(1)})
                parts.append(single(("f", "log", (frozen(left),))))
            return plus(*parts)
        return self.function("log", inner)

    def _log_factor(self, atom: Atom) -> Poly:
        if atom[0] == "f" and atom[1] in ("sqrt", "recip"):
            return times_number(self.log(dict(atom[2][0])), Fraction(1, 2) if atom[1] == "sqrt" else -1)
        return single(("f", "log", (frozen(single(atom)),)))

    def positive(self, atom: Atom) -> bool:
        """Is the atom known to be positive?"""
        if atom[0] in ("sym", "rv"):
            return atom[1] == "pi" or (d := self.roles.domain(atom[1], atom[2])) is not None and d.is_positive
        if atom[0] == "f" and atom[1] in ("sqrt", "recip"):
            return all(c > 0 and all(self.positive(a) or e % 2 == 0 for a, e in m) for m, c in atom[2][0])
        return atom[0] == "f" and atom[1] == "exp"

    def function(self, name: str, *args: Poly) -> Poly:
        return single(("f", name, tuple([frozen(a) for a in args])))

    def on_call(self, head: Term, *args: Term) -> Poly:
        """A named density at a point, an indicator, or a function of random quantities."""
        whole = Term("apply", "call", (head, *args))
        at = law_at(whole)
        if at is not None:
            return settled({("f", "exp", (frozen(self.log_density(at[1], self.value(at[0]))),)): 1})
        name = base_of(head)
        if name is None:
            raise Refused(f"{whole} is not a function of numbers")
        if name == ("indicator", ()) and len(args) == 1:
            return self.event(args[0])
        if name[0] in self.roles.densities and len(args) == 1:
            return settled({("f", "exp", (frozen(self.log_density(self.roles.densities[name[0]][1], self.value(args[0]))),)): 1})
        if name[0] in ("E", "Var", "Cov", "P", "Pr", "H", "KL") or any(a.kind == "apply" and a.name in ("given", "semicolon") for a in args):
            raise Refused(f"{whole} is not a function of numbers")
        return single(("f", "call " + name[0] + "".join(["@" + i for i in name[1]]), tuple([frozen(self.value(a)) for a in args])))

    def on_hat(self, a: Term) -> Poly:
        raise Refused(f"the estimate of {a} has no role")

    on_bar = on_tilde = on_prime = on_star = on_hat

    # -- sums over an index

    def binder(self, term: Term) -> Poly:
        """A sum over an index, or an integral against a density with a known law."""
        if term.name in ("integral", "antiderivative") and len(term.bound) == 1:
            return self.integral(term)
        if term.name != "sum" or any(b.kind != "symbol" for b in term.bound):
            raise Refused(f"a {term.name} is not in the language of expectations")
        found = self.value(term.args[0])
        if len(term.args) == 1 or len(term.args) == 2 and term.args[1].kind == "relation" and term.args[1].signs == ("!=",):
            spans = {b.name: self.span for b in term.bound}
        elif len(term.args) == 3 and term.args[1].kind == "number" and term.args[1].value == 1 and term.args[2].kind in ("symbol", "number"):
            spans = {b.name: term.args[2].name if term.args[2].kind == "symbol" else str(term.args[2].value) for b in term.bound}
        else:
            raise Refused("a sum that does not run from 1 to n")
        for name, span in spans.items():
            if span.isdigit() or len(term.args) == 1 and not any(name in indices(m) for m in found):
                raise Refused("a sum that does not run from 1 to n")
        whole = self.partitioned(split_again(self, total([(b.name, spans[b.name]) for b in term.bound], found)))
        return minus(whole, self._diagonal(term, found)) if len(term.args) == 2 else whole

    def _diagonal(self, term: Term, found: Poly) -> Poly:
        """The part of a sum over i != j that is left out."""
        names = [a.name for a in term.args[1].args if a.kind == "symbol"]
        bound = [b.name for b in term.bound]
        if len(names) != 2 or set(bound) - set(names):
            raise Refused("a sum that does not run over two different indices")
        gone, stays = (names[1], names[0]) if len(bound) == 2 else (bound[0], names[0] if bound[0] == names[1] else names[1])
        same = plus(*[times_number(settled_renamed(mono, {gone: stays}), c) for mono, c in found.items()])
        return total([(stays, self.span)], same) if len(bound) == 2 else same

    def integral(self, term: Term) -> Poly:
        """The integral of p(x) g(x) where p has a known law is the mean of g."""
        var, body = term.bound[0], term.args[0]
        if len(term.args) not in (1, 3) or var.kind != "symbol":
            raise Refused("an integral over a part of the line")
        if len(term.args) == 3 and not (term.args[2].kind == "constant" and term.args[2].name == "oo" and term.args[1].is_apply("neg", 1)):
            raise Refused("an integral over a part of the line")
        if body.is_apply("add") or body.is_apply("neg"):
            parts = [self.integral(Term("binder", "integral", (a, *term.args[1:]), bound=term.bound)) for a in body.args]
            return plus(*parts) if body.is_apply("add") else times_number(parts[0], -1)
        above, below = _factors(body)
        for k, factor in enumerate(above):
            law = self._weight(factor, var)
            if law is not None:
                rest = [a for j, a in enumerate(above) if j != k]
                inner = Term("apply", "div", (_product(rest), _product(below)))
                return self.under(var.name, law, inner)
        raise Refused("an integral against no known density")

    def _weight(self, factor: Term, var: Term) -> Law | None:
        at = law_at(factor)
        if at is not None:
            return at[1] if at[0] == var else None
        if factor.is_apply("call", 2) and factor.args[0].kind == "symbol" and factor.args[1] == var:
            known = self.roles.densities.get(factor.args[0].name)
            return known[1] if known else None
        return None

    def under(self, name: str, law: Law, body: Term) -> Poly:
        """The mean of `body` over a variable of that name with the law."""
        if name in self.bound:
            raise Refused(f"{name} is bound twice")
        if any(n.kind == "symbol" and n.name == name for p in law.parameters for n in walk(p)):
            raise Refused(f"{name} stands in its own law")
        token, law, place = standing(law, f"~{len(self.bound)}", body)
        body = replaced(body, name, place)
        self.bound[token] = law
        self._memo.clear()
        try:
            found = self.value(body)
            others = frozenset([a for m in found for a in basics(m) if a[1] != token])
            return self.expect(found, others)
        finally:
            del self.bound[token]
            self._memo.clear()

    # -- expectations

    def on_expectation(self, body: Term, over: Term | None = None) -> Poly:
        if over is None:
            return self.given(body, self.value)
        drawn = over.args[0] if over.kind == "relation" and over.signs == ("~",) else over
        law = self._law(over.args[1]) if over.kind == "relation" and over.signs == ("~",) else self._law(over)
        if over.is_apply("call", 2) and law is None:
            law = self._weight(over, over.args[1])
            drawn = over.args[1]
        if law is not None:
            name = self.roles.densities.get(over.name, ("",))[0] if drawn is over and over.kind == "symbol" else base_of(drawn)
            name = name[0] if isinstance(name, tuple) else name
            if not name or base_of(drawn) is None and drawn is not over:
                raise Refused(f"the mean over {over} does not say over which variable")
            if name in self.roles.random and self.roles.laws.get(name) == law:
                return self.expect(self.value(body))
            return self.under(name, law, body)
        names = [base_of(t) for t in members(over)]
        if any(n is None or n[0] not in self.roles.random for n in names) or body.is_apply("given"):
            raise Refused(f"the mean over {over}: which law is that")
        return self.over({n[0] for n in names if n is not None}, self.value(body))

    def over(self, names: set[str], body: Poly) -> Poly:
        """The mean over some variables alone, the others held: a conditional mean, where they are independent."""
        others = frozenset([a for m in body for a in basics(m) if a[1] not in names])
        if others and not all(self._apart([frozenset({a[1]}) for a in others], frozenset(names))):
            raise Refused("a mean over one variable while others depend on it")
        return self.expect(body, others)

    def _apart(self, others: list[frozenset[str]], names: frozenset[str]) -> list[bool]:
        return [any(separates(s, names, o) for s in self.roles.independent if not s.given) for o in others]

    def _law(self, term: Term) -> Law | None:
        law = law_of(term)
        if law is None and term.kind == "symbol" and term.name in self.roles.densities:
            law = self.roles.densities[term.name][1]
        if law is None and (name := base_of(term)) is not None and term.kind == "symbol":
            law = self.roles.laws.get(name[0])
        return law

    def given(self, body: Term, value: Any) -> Poly:
        """E[body], E[body | Y] or E[body | A]."""
        if not body.is_apply("given", 2):
            return self.expect(value(body))
        inner, conditions = value(body.args[0]), self.conditions(body.args[1])
        if isinstance(conditions, dict):
            return mul(self.expect(mul(inner, conditions)), reciprocal(self.expect(conditions)))
        return self.expect(inner, conditions)

    def conditions(self, term: Term) -> Poly | frozenset[Atom]:
        """What stands right of a bar: random variables, or an event (its indicator)."""
        names = [base_of(t) for t in members(term)]
        if all(n is not None and (n[0] in self.roles.random or n[0] in self.bound) for n in names):
            return frozenset([("rv", *n) for n in names if n is not None])
        return self.event(term)

    def on_variance(self, body: Term, over: Term | None = None) -> Poly:
        self.lemmas.setdefault("variance")
        if body.is_apply("given", 2):
            split = [self._under_bar(t, body.args[1]) for t in (Term("apply", "pow", (body.args[0], _TWO)), body.args[0])]
        else:
            more = () if over is None else (over,)
            split = [self.on_expectation(t, *more) for t in (Term("apply", "pow", (body, _TWO)), body)]
        return minus(split[0], mul(split[1], split[1]))

    def _under_bar(self, body: Term, bar: Term) -> Poly:
        return self.given(Term("apply", "given", (body, bar)), self.value)

    def on_covariance(self, a: Term, b: Term, over: Term | None = None) -> Poly:
        self.lemmas.setdefault("variance")
        bar = b.args[1] if b.is_apply("given", 2) else None
        b = b.args[0] if bar is not None else b
        if bar is not None:
            whole, first, second = [self._under_bar(t, bar) for t in (Term("apply", "mul", (a, b)), a, b)]
        else:
            more = () if over is None else (over,)
            whole, first, second = [self.on_expectation(t, *more) for t in (Term("apply", "mul", (a, b)), a, b)]
        return minus(whole, mul(first, second))

    def on_probability(self, event: Term) -> Poly:
        return self.given(event, self.event)


_TWO = Term("number", value=Fraction(2))


def _exact_root(n: int) -> int:
    from math import isqrt

    return isqrt(n) if isqrt(n) ** 2 == n else 0


def _factors(term: Term) -> tuple[list[Term], list[Term]]:
    """Factors above and below the line."""
    if term.is_apply("mul"):
        parts = [_factors(a) for a in term.args]
        return [t for p in parts for t in p[0]], [t for p in parts for t in p[1]]
    if term.is_apply("div", 2):
        (a, b), (c, d) = _factors(term.args[0]), _factors(term.args[1])
        return a + d, b + c
    return [term], []


def _product(parts: list[Term]) -> Term:
    return Term("number", value=Fraction(1)) if not parts else parts[0] if len(parts) == 1 else Term("apply", "mul", tuple(parts))
