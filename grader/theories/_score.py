"""Derivatives of expressions over densities with respect to a parameter of the densities: the score function.

A density p_theta(x) moves within the densities, so that its derivative integrates to zero: grad p = p (s - E_p[s]) for a function s of its variables,
and every derivative has this form (s is the score, up to a constant). With one s for the joint density of all variables that p_theta is ever given,
derivatives of marginals and conditionals follow by linearity and the quotient rule. Sums, integrals and derivatives are exchanged, as
S. Mohamed et al., Monte Carlo gradient estimation in machine learning, JMLR 21 (2020), section 4, supposes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.algebra.density_names import density_name, entries, key_of, split_call, variable
from grader.term import Term, apply, binder, collection, number, symbol, walk
from grader.theories._random_names import rebuilt

ZERO, ONE = number(0), number(1)


class NoDerivative(ValueError):
    """A derivative that is not worked out here."""


def has_gradient(term: Term) -> bool:
    """Does a derivative stand in the term?"""
    return any(n.is_apply("gradient") or n.is_apply("partial") or n.is_apply("derivative") for n in walk(term))


@dataclass
class Scores:
    """The densities of one derivation that depend on a parameter."""

    parameter: Term
    scopes: dict[tuple[str, tuple[str, ...]], tuple[Term, dict[str, Term]]] = field(default_factory=dict)
    """For the name of each density: its head, and its variables by key."""
    continuous: bool = True

    @staticmethod
    def of(terms: Iterable[Term], parameter: Term) -> Scores:
        """Which densities depend on the parameter, and over which variables they are joint."""
        terms = tuple(terms)
        found = Scores(parameter, continuous=any(n.kind == "binder" and n.name in ("integral", "antiderivative") for t in terms for n in walk(t)))
        for t in terms:
            for call in walk(t):
                if call.is_apply("call") and found.depends(call):
                    name = density_name(call.args[0])
                    assert name is not None
                    left, right, _ = split_call(call)
                    variables = found.scopes.setdefault(name, (call.args[0], {}))[1]
                    variables |= {key_of(a): a for a in (*left, *right) if a != parameter and variable(a) is not None}
        return found

    def depends(self, call: Term) -> bool:
        """Is it a density with the parameter: p_theta(x), p(x; theta), p(x | theta)?"""
        name = density_name(call.args[0])
        return name is not None and name[0] in ("p", "q", "r", "pi") and any(n == self.parameter
                for n in walk(call)) and self.parameter not in split_call(call)[0]

    def rewritten(self, term: Term) -> Term:
        """The term with its derivatives worked out. Fails with `NoDerivative`."""
        return rebuilt(self.spelled(term), self._node)

    def spelled(self, term: Term) -> Term:
        """x ~ p_theta and a bare p_theta below E as calls."""
        return rebuilt(term, self._over)

    def _over(self, t: Term) -> Term | None:
        if not t.is_apply("expectation", 2):
            return None
        over = t.args[1]
        if over.kind == "relation" and over.signs == ("~",) and not over.args[1].is_apply("call"):
            return apply("expectation", t.args[0], apply("call", over.args[1], *entries(over.args[0])))
        name = density_name(over)
        if not over.is_apply("call") and name in self.scopes:
            return apply("expectation", t.args[0], apply("call", over, *self.scopes[name][1].values()))
        return None

    def _node(self, t: Term) -> Term | None:
        if t.is_apply("gradient", 2) and t.args[1] == self.parameter:
            return self.of_term(t.args[0])
        if (t.is_apply("partial", 3) or t.is_apply("derivative", 3)) and t.args[1] == self.parameter and t.args[2] == ONE:
            return self.of_term(t.args[0])
        if t.is_apply("gradient") or t.is_apply("partial") or t.is_apply("derivative"):
            raise NoDerivative(f"a derivative with respect to something else than {self.parameter}")
        return None

    def of_term(self, t: Term) -> Term:
        """The derivative of a term."""
        if t.kind in ("number", "constant") or self.parameter not in set(walk(t)):
            return ZERO
        if t.is_apply("add") or t.is_apply("neg"):
            return t.with_args(tuple([self.of_term(a) for a in t.args]))
        if t.is_apply("mul"):
            parts = [apply("mul", *t.args[:k], d, *t.args[k + 1:]) for k, a in enumerate(t.args) if (d := self.of_term(a)) != ZERO]
            return parts[0] if len(parts) == 1 else apply("add", *parts) if parts else ZERO
        if t.is_apply("div", 2):
            a, b = t.args
            return apply("add", apply("div", self.of_term(a), b), apply("neg", apply("div", apply("mul", a, self.of_term(b)), apply("mul", b, b))))
        if t.is_apply("log", 1):
            return apply("div", self.of_term(t.args[0]), t.args[0])
        if t.is_apply("exp", 1):
            return apply("mul", t, self.of_term(t.args[0]))
        if t.kind == "binder" and t.name in ("sum", "integral", "antiderivative"):
            return Term("binder", t.name, (self.of_term(t.args[0]), *t.args[1:]), bound=t.bound)
        if t.is_apply("expectation", 2):
            return self.of_mean(*t.args)
        if t.is_apply("kl", 2) and t.args[0].is_apply("call"):
            inner = apply("add", apply("log", t.args[0]), apply("neg", apply("log", t.args[1])))
            left, right, extra = split_call(t.args[0])
            return self.of_mean(inner, t.args[0])
        if t.is_apply("call") and self.depends(t):
            return self.of_density(t)
        raise NoDerivative(f"the derivative of {t}")

    def of_mean(self, body: Term, law: Term) -> Term:
        """grad E_p[f] = E_p[f grad log p] + E_p[grad f]."""
        if not law.is_apply("call"):
            raise NoDerivative(f"the derivative of a mean over {law}")
        parts = [apply("expectation", apply("mul", body, apply("div", d, law)), law)] if (d := self.of_term(law)) != ZERO else []
        inner = self.of_term(body)
        parts += [apply("expectation", inner, law)] if inner != ZERO else []
        return parts[0] if len(parts) == 1 else apply("add", *parts) if parts else ZERO

    def of_density(self, call: Term) -> Term:
        """Of a joint, a marginal or a conditional density."""
        name = density_name(call.args[0])
        assert name is not None
        left, right, extra = split_call(call)
        given = tuple([a for a in right if a != self.parameter])
        if not given:
            return self.of_marginal(name, call, left)
        parts = [*left, *given]
        both, alone = [self._call(call, tuple(v)) for v in (parts, given)]
        first = apply("div", self.of_marginal(name, both, tuple(parts)), alone)
        second = apply("div", apply("mul", both, self.of_marginal(name, alone, given)), apply("mul", alone, alone))
        return apply("add", first, apply("neg", second))

    def _call(self, like: Term, variables: tuple[Term, ...]) -> Term:
        _, right, extra = split_call(like)
        side = variables[0] if len(variables) == 1 else collection("tuple", *variables)
        if self.parameter in right:
            return apply("call", like.args[0], apply("given", side, self.parameter))
        if extra:
            return apply("call", like.args[0], apply("semicolon", side, extra[0] if len(extra) == 1 else collection("tuple", *extra)))
        return apply("call", like.args[0], *variables)

    def of_marginal(self, name: tuple[str, tuple[str, ...]], call: Term, variables: tuple[Term, ...]) -> Term:
        head, scope = self.scopes[name]
        if any(key_of(v) not in scope for v in variables):
            raise NoDerivative(f"the derivative of {call}")
        every = tuple(scope.values())
        joint = self._call(call, every)
        score = apply("call", symbol("s"), *every)
        moved = apply("mul", joint, apply("add", score, apply("neg", apply("expectation", score, joint))))
        rest = tuple([v for v in every if v not in variables])
        for v in rest:
            moved = binder("integral" if self.continuous else "sum", (v,), moved)
        return moved
