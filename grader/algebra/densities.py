"""Terms about abstract densities, unfolded to sums over joint densities.

Meaning. Every density name stands for one positive joint density over all the variables that the claim ever gives it; `p(x)` is its marginal over
the slot `x`, and `p(x | z)` is `p(x, z) / p(z)`. Sums and integrals over a variable run over all its values and are written the same way here.
An expectation, a KL divergence, an entropy and a variance are abbreviations:

    E_{q(z|x)} f = sum_z q(z|x) f        KL(a || b) = sum_z a log(a / b)        H(a) = - sum_z a log a        Var f = E f^2 - (E f)^2

A core tree is nested tuples: ("num", Fraction), ("scalar", name), ("value", var), ("joint", name, ((slot, var), ...)), ("fun", name, vars),
("add", trees), ("mul", trees), ("pow", tree, Fraction), ("log", tree), ("exp", tree), ("sum", var, slot, tree), ("isum", index, range, tree).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from grader.algebra.density_names import Setting, Unsupported, Var, density_name, entries, key_of, split_call, variable
from grader.term import Term, apply, from_data, number, walk

Tree = tuple[Any, ...]

MAX_EXPONENT = 12


def joint(name: Any, slots: Iterable[tuple[str, Var]]) -> Tree:
    """The joint density over these slots; one where there are none."""
    slots = tuple(sorted(slots))
    return ("joint", name, slots) if slots else ("num", Fraction(1))


def product(*trees: Tree) -> Tree:
    """A product of trees."""
    return ("mul", trees)


def minus(tree: Tree) -> Tree:
    """Minus a tree."""
    return ("mul", (("num", Fraction(-1)), tree))


class Unfolder:
    """Terms to core trees under one `Setting`. With `whole`, a conditional is not split: p(x|z) is a density called p|z over x and z."""

    def __init__(self, setting: Setting, *, whole: bool = False) -> None:
        self.setting = setting
        self.whole = whole
        self.logs: list[Tree] = []
        """Arguments of the logarithms that are written."""

    def tree(self, term: Term) -> Tree:
        """The core tree of a term. Fails with `Unsupported`."""
        if term.kind == "number":
            return ("num", term.value)
        if term.kind == "symbol":
            return self.letter(term)
        if term.kind == "constant" and term.name == "e":
            return ("exp", ("num", Fraction(1)))
        if term.kind == "constant" and term.name == "pi":
            return ("scalar", "pi")
        if term.kind == "binder" and term.name in ("sum", "integral", "antiderivative"):
            return self.total(term)
        if term.kind == "binder" and term.name == "product":  # of factors other than zero
            return ("exp", self.total(Term("binder", "sum", (apply("log", term.args[0]), *term.args[1:]), bound=term.bound)))
        method = getattr(self, "on_" + term.name, None) if term.kind == "apply" else None
        if method is None:
            raise Unsupported(f"{term.name or term.kind} is not part of the language of densities")
        return method(term)

    def letter(self, term: Term) -> Tree:
        var = variable(term)
        if var is None:
            raise Unsupported(f"{term} is not a variable or a number")
        if var[0] in self.setting.variables:
            return ("value", var)
        if term.is_apply("index") and term.args[0].kind == "symbol" and all(a.kind == "number" for a in term.args[1:]):
            var = (term.args[0].name, tuple([key_of(a) for a in term.args[1:]]))
        if any(m[0] not in "'!" for m in var[1]):
            return ("fun", var, ())  # x_i, a number for each i
        return ("scalar", key_of(term))

    on_index = on_sup = on_prime = on_hat = on_tilde = on_bar = on_star = on_vec = letter

    def on_factorial(self, term: Term) -> Tree:
        inner = self.tree(term.args[0])
        if inner[0] != "fun" or inner[2]:
            raise Unsupported(f"{term} is no factorial of an observation")
        return ("fun", (inner[1][0] + "!", inner[1][1]), ())

    def on_add(self, term: Term) -> Tree:
        return ("add", tuple([self.tree(a) for a in term.args]))

    def on_mul(self, term: Term) -> Tree:
        return ("mul", tuple([self.tree(a) for a in term.args]))

    def on_neg(self, term: Term) -> Tree:
        return minus(self.tree(term.args[0]))

    def on_div(self, term: Term) -> Tree:
        return product(self.tree(term.args[0]), ("pow", self.tree(term.args[1]), Fraction(-1)))

    def on_sqrt(self, term: Term) -> Tree:
        return ("pow", self.tree(term.args[0]), Fraction(1, 2))

    def on_pow(self, term: Term) -> Tree:
        base, exponent = term.args
        sign = -1 if exponent.is_apply("neg", 1) else 1
        inner = exponent.args[0] if sign < 0 else exponent
        if inner.is_apply("div", 2) and all(a.kind == "number" for a in inner.args) and inner.args[1].value:
            value: Fraction | None = inner.args[0].value / inner.args[1].value
        else:
            value = inner.value
        if base.kind == "constant" and base.name == "e":
            return ("exp", self.tree(exponent))
        if value is None:
            return ("exp", product(self.tree(exponent), ("log", self.tree(base))))
        if abs(value) > MAX_EXPONENT or value.denominator > MAX_EXPONENT:
            raise Unsupported("the exponent is too large")
        return ("pow", self.tree(base), sign * value)

    def on_log(self, term: Term) -> Tree:
        log = ("log", self.tree(term.args[0]))
        self.logs.append(log[1])
        return log if len(term.args) == 1 else product(log, ("pow", ("log", self.tree(term.args[1])), Fraction(-1)))

    def on_exp(self, term: Term) -> Tree:
        return ("exp", self.tree(term.args[0]))

    def on_call(self, term: Term) -> Tree:
        if self.setting.is_density(term.args[0]):
            name, left, right = self.setting.called(term)
            if self.whole:
                return joint((name[0], (*name[1], *sorted(["|" + s for s, _ in right]))), (*left, *right))
            both = joint(name, (*left, *right))
            return product(both, ("pow", joint(name, right), Fraction(-1))) if right else both
        name = density_name(term.args[0])
        left, right, parameters = split_call(term)
        variables = [variable(a) for a in (*left, *right)]
        if name is None or None in variables:
            raise Unsupported(f"{term} is a function of something that is no variable")
        tail = [key_of(p) for p in parameters] + [key_of(a) for a, v in zip((*left, *right), variables) if self.setting.is_parameter(v)]
        return ("fun", (name[0], (*name[1], *tail)), tuple([v for v in variables if not self.setting.is_parameter(v)]))

    def total(self, term: Term) -> Tree:
        """A sum or integral: over all values of a variable, or over an index."""
        tree = self.tree(term.args[0])
        for bound in reversed(term.bound):
            var = variable(bound)
            if var is None:
                raise Unsupported(f"a sum over {bound}")
            used = indices(tree)
            counts = len(term.args) == 3 and var[0] not in used and var[0] not in self.setting.variables
            if not var[1] and (var[0] in used or counts) and var not in variables_of(tree) and ("scalar", var[0]) not in subtrees(tree):
                if var[0] in inside_compounds(tree):
                    raise Unsupported(f"{var[0]} stands in a compound index")
                tree = ("isum", var[0], self.span(term), tree)
            else:
                self.check_range(term)
                tree = self.over_variable(var, tree)
        return tree

    def over_variable(self, var: Var, tree: Tree) -> Tree:
        if not var[1] and (var[0] in indices(tree) or ("scalar", var[0]) in subtrees(tree)):
            raise Unsupported(f"{var[0]} is both a variable and an index")
        if var[0] in inside_compounds(tree):
            raise Unsupported(f"{var[0]} stands in a compound index")
        slots = sorted({s for s, v in slots_of(tree) if v == var})
        return ("sum", var, slots[0] if slots else self.setting.slot(var), tree)

    def check_range(self, term: Term) -> None:
        """All values are meant: no range, `z in Z`, 1..K with a letter K that stands nowhere else, or the whole line."""
        if len(term.args) == 3:
            low, high = term.args[1:]
            line = low.is_apply("neg", 1) and low.args[0].kind == "constant" and high.kind == "constant" and high.name == "oo"
            letter = low.kind == "number" and (high.kind == "symbol" or high.kind == "constant" and high.name == "oo")
            if not line and not letter:
                raise Unsupported("a sum over a part of a variable's values")
            if high.kind == "symbol" and any(_uses_outside_ranges(t, high) for t in self.setting.terms):
                raise Unsupported(f"{high} is a number of values and stands elsewhere too")
        elif len(term.args) == 2 and not (term.args[1].kind == "symbol" or term.args[1].kind == "relation" and term.args[1].signs == ("in",)):
            raise Unsupported("a sum over a part of a variable's values")

    def span(self, term: Term) -> str:
        """The range of an index as a string: "" where none is written, the upper end of 1..n, or the set."""
        if len(term.args) == 1:
            return ""
        if len(term.args) == 2:
            inner = term.args[1]
            return "set:" + key_of(inner.args[1] if inner.kind == "relation" and len(inner.args) == 2 else inner)
        if term.args[1] != number(1) or term.args[2].kind not in ("symbol", "number") or (term.args[2].value or 0) > 6:
            raise Unsupported("an index that does not run from 1 to n")
        return "upto:" + key_of(term.args[2])

    def weights(self, over: Term) -> tuple[list[Tree], list[Var]]:
        """The densities of an expectation's subscript, and the variables that they draw."""
        if over.is_apply("mul") or over.kind == "tuple":
            parts = [self.weights(a) for a in over.args]
            return [t for w, _ in parts for t in w], [v for _, vs in parts for v in vs]
        if over.kind == "relation" and over.signs == ("~",):
            drawn, law = over.args
            if not law.is_apply("call"):
                raise Unsupported(f"E over {over}: which density of {law} is meant")
            weights, variables = self.weights(law)
            if sorted(variables) != sorted([v for v in map(variable, entries(drawn)) if v is not None]):
                raise Unsupported(f"{over} draws other variables than its density has")
            return weights, variables
        if over.is_apply("call") and self.setting.is_density(over.args[0]):
            return [self.on_call(over)], [v for _, v in self.setting.called(over)[1]]
        raise Unsupported(f"E over {over}: not a density of named variables")

    def mean(self, body: Tree, over: Term) -> Tree:
        weights, variables = self.weights(over)
        tree = product(*weights, body)
        for var in reversed(variables):
            tree = self.over_variable(var, tree)
        return tree

    def on_expectation(self, term: Term) -> Tree:
        if len(term.args) != 2:
            raise Unsupported("an expectation that does not say over which density")
        return self.mean(self.tree(term.args[0]), term.args[1])

    def on_variance(self, term: Term) -> Tree:
        if len(term.args) != 2:
            raise Unsupported("a variance that does not say over which density")
        return self.covariance(term.args[0], term.args[0], term.args[1])

    def on_covariance(self, term: Term) -> Tree:
        if len(term.args) != 3:
            raise Unsupported("a covariance that does not say over which density")
        return self.covariance(*term.args)

    def covariance(self, a: Term, b: Term, over: Term) -> Tree:
        first, second = self.tree(a), self.tree(b)
        return ("add", (self.mean(product(first, second), over), minus(product(self.mean(first, over), self.mean(second, over)))))

    def on_kl(self, term: Term) -> Tree:
        drawn, other = [list(dict.fromkeys(v for c in self.densities(a) for _, v in self.setting.called(c)[1])) for a in term.args]
        whole = term.args[0].is_apply("call") and len(self.densities(term.args[0])) == 1
        if not drawn or not whole and set(drawn) != set(other):
            raise Unsupported(f"{term}: over which variables")
        first, second = [self.tree(a) for a in term.args]
        tree = product(first, ("log", product(first, ("pow", second, Fraction(-1)))))
        for var in reversed(drawn):
            tree = self.over_variable(var, tree)
        return tree

    def densities(self, term: Term) -> list[Term]:
        """Calls of densities inside a term."""
        return [n for n in walk(term) if n.is_apply("call") and self.setting.is_density(n.args[0])]

    def on_entropy(self, term: Term) -> Tree:
        law = term.args[-1]
        if len(term.args) > 2 or not law.is_apply("call") or not self.setting.is_density(term.args[0].args[0] if term.args[0].args else law):
            raise Unsupported("an entropy of something that is no density")
        return minus(self.mean(("log", self.tree(law)), term.args[0]))


def _uses_outside_ranges(term: Term, letter: Term) -> bool:
    if term == letter:
        return True
    args = term.args[:1] if term.kind == "binder" else term.args
    return any(_uses_outside_ranges(a, letter) for a in args)


def subtrees(tree: Tree) -> Iterator[Tree]:
    """Every node of a core tree, parents first."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        if node[0] in ("add", "mul"):
            stack.extend(node[1])
        elif node[0] in ("pow", "log", "exp"):
            stack.append(node[1])
        elif node[0] in ("sum", "isum"):
            stack.append(node[3])


def slots_of(tree: Tree) -> Iterator[tuple[str, Var]]:
    """(slot, variable) pairs of the joint densities."""
    for node in subtrees(tree):
        if node[0] == "joint":
            yield from node[2]


def variables_of(tree: Tree) -> set[Var]:
    """Variables that occur, bound ones included."""
    found: set[Var] = set()
    for node in subtrees(tree):
        if node[0] == "joint":
            found.update(v for _, v in node[2])
        elif node[0] == "fun":
            found.update(node[2])
        elif node[0] == "value":
            found.add(node[1])
    return found


def indices(tree: Tree) -> set[str]:
    """Names that stand as an index of a variable, a density or a function, and those inside compound ones."""
    found = {m for var in variables_of(tree) for m in var[1]}
    for node in subtrees(tree):
        if node[0] in ("joint", "fun"):
            found.update(node[1][1])
    return found


def inside_compounds(tree: Tree) -> set[str]:
    """Names inside compound indices such as the i of x_{i+1}."""
    return {n.name for m in indices(tree) if m.startswith("[") for n in walk(from_data(json.loads(m))) if n.kind == "symbol"}
