"""Binders and derivatives in linear text: `sum_{i=1}^{n} i^2`, `int_{0}^{1} x dx`, `lim_{x -> 0} f(x)`, `{x | x > 0}`; and the form of programs
(`sum(body, x, from, to)`) for those that the short forms cannot say without loss."""

from __future__ import annotations

from grader.printing.forms import FUNCTION_NAMES, bound_of_set, calls_something, leading_names
from grader.term import Term, number


class Binding:
    """The part of the printers for what binds a variable."""

    def binder(self, term: Term) -> str:
        name, bound, (body, *values) = term.name, term.bound, term.args
        if name == "lambda":
            return self.mapping(bound, body)
        if name == "set_of":
            return self.set_of(term)
        if name in ("forall", "exists"):
            return self.quantified(term)
        if name in ("integral", "antiderivative"):
            return self.integral(term)
        if name == "limit":
            return self.limit(term)
        head = self.bigs[name]
        if len(values) == 2 and len(bound) == 1:
            low, high = values
            return f"{head}_{{{self.show(bound[0])}={self.at(low, 7)}}}^{{{self.at(high, 1)}}} {self.at(body, 8)}"
        stated = len(values) == 1 and values[0].kind == "relation" and leading_names(values[0]) == bound
        if stated or not values and (all(b.kind == "symbol" for b in bound) or len(bound) == 1 and bound[0].is_apply("index")):
            below = ", ".join([self.show(b) for b in bound]) if not values else self.show(values[0])
            return f"{head}_{{{below}}} {self.at(body, 8)}"
        return self.functional(term)

    def functional(self, term: Term) -> str:
        """A binder in the form that programs use: name(body, variable, from, to)."""
        bound = self.show(term.bound[0]) if len(term.bound) == 1 else self.wrap(", ".join([self.show(b) for b in term.bound]))
        parts = [self.at(term.args[0], 1), *([bound] if term.bound else []), *[self.at(v, 1) for v in term.args[1:]]]
        if term.name in ("forall", "exists", "lambda"):
            parts[:2] = parts[1], parts[0]
        return f"{self.word(FUNCTION_NAMES.get(term.name, term.name))}{self.round_[0]}{', '.join(parts)}{self.round_[1]}"

    def mapping(self, bound: tuple[Term, ...], body: Term) -> str:
        head = self.show(bound[0]) if len(bound) == 1 else self.wrap(", ".join([self.show(b) for b in bound]))
        return f"Lambda({head}, {self.at(body, 1)})"

    def set_of(self, term: Term) -> str:
        body, *conditions = term.args
        if len(conditions) != 1 or bound_of_set(body, conditions[0]) != term.bound:
            return self.functional(term)
        return f"{self.curly[0]}{self.at(body, 1)}{self.bar}{self.at(conditions[0], 1)}{self.curly[1]}"

    def quantified(self, term: Term) -> str:
        body, *domain = term.args
        if domain and (domain[0].kind != "relation" or leading_names(domain[0]) != term.bound[-1:]) or any(b.kind != "symbol" for b in term.bound):
            return self.functional(term)
        names = [self.show(b) for b in term.bound[:-1]] + [self.show(domain[0]) if domain else self.show(term.bound[-1])]
        return f"{self.bigs[term.name]}{', '.join(names)}: {self.at(body, 0)}"

    def integral(self, term: Term) -> str:
        body, *values = term.args
        if len(term.bound) > 1 and term.name == "integral" and len(values) < 2 and all(self.is_differential(b) for b in term.bound):
            region = f"_{{{self.at(values[0], 1)}}}" if values else ""
            return f"{self.bigs['integral']}{region} {self.at(body, 8)} " + " ".join([self.differential_of(b) for b in term.bound])
        variable = term.bound[0] if len(term.bound) == 1 else None
        if variable is None or variable.kind != "symbol" or not self.has_differential(variable.name):
            return self.functional(term)
        if term.name == "antiderivative" and calls_something(body) or len(values) == 1 and (values[0] == variable or values[0].kind == "text"):
            return self.functional(term)
        bounds = "" if term.name == "antiderivative" else f"_{{{self.show(variable)}}}" if not values else f"_{{{self.at(values[0], 1)}}}"
        if len(values) == 2:
            bounds += f"^{{{self.at(values[1], 1)}}}"
        return f"{self.bigs['integral']}{bounds} {self.at(body, 8)} {self.differential(variable.name)}"

    def has_differential(self, name: str) -> bool:
        name = name.rstrip("'")
        return len(name) == 1 and name != "d" or name in ("alpha", "beta", "gamma", "delta", "theta", "kappa", "sigma", "omega")

    def differential(self, name: str) -> str:
        return "d" + self.name(name)

    def is_differential(self, variable: Term) -> bool:
        """Can a `d` before the variable be read back?"""
        root = variable.args[0] if variable.is_apply("index") else variable
        return root.kind == "symbol" and self.has_differential(root.name)

    def differential_of(self, variable: Term) -> str:
        if variable.kind == "symbol":
            return self.differential(variable.name)
        root = variable.args[0]
        return self.differential(root.name) + self.show(variable).removeprefix(self.show(root))

    def limit(self, term: Term) -> str:
        body, point, *side = term.args
        shown = self.at(point, 7) if not side else f"{self.at(point, 11)}^{{{side[0].name}}}"
        return f"{self.bigs['limit']}_{{{self.show(term.bound[0])}{self.arrow}{shown}}} {self.at(body, 8)}"

    # ------------------------------------------------------------------------------------------------------------- derivatives

    def show_derivative(self, body: Term, variable: Term, order: Term = number(1)) -> str:
        return self.differentiated("derivative", body, variable, order)

    def show_partial(self, body: Term, variable: Term, order: Term = number(1)) -> str:
        return self.differentiated("partial", body, variable, order)

    def differentiated(self, name: str, body: Term, variable: Term, order: Term) -> str:
        steps = f"{self.at(variable, 1)}, {self.show(order)}" if order.kind == "number" else self.wrap(f"{self.at(variable, 1)}, {self.at(order, 1)}")
        return f"{self.word(FUNCTION_NAMES.get(name, name))}{self.round_[0]}{self.at(body, 1)}, {steps}{self.round_[1]}"
