"""z3 as a finder of exceptions: a model of conditions over reals and integers, or its word that there is none.

Every relation carries what makes its sides defined; square roots are further unknowns. z3 works in a context of its own, under a limit in its own
measure of work and one in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import z3

from grader.algebra.regions import NotACondition
from grader.domain import Domain
from grader.term import Term, apply, literal

RLIMIT = 5_000_000


class _Encoder:
    def __init__(self, domains: Mapping[str, Domain]) -> None:
        self.context = z3.Context()
        self.domains = domains
        self.symbols = {name: (z3.Int if domain.field == "integer" else z3.Real)(name, self.context) for name, domain in domains.items()}
        self.sides: list[Any] = []
        self.roots: dict[Term, Any] = {}

    def rational(self, q: Fraction) -> Any:
        return z3.Q(q.numerator, q.denominator, self.context)

    def bounds(self) -> list[Any]:
        made = []
        for name, domain in self.domains.items():
            x = self.symbols[name]
            if domain.lower is not None:
                made.append(x > self.rational(domain.lower) if domain.lower_strict else x >= self.rational(domain.lower))
            if domain.upper is not None:
                made.append(x < self.rational(domain.upper) if domain.upper_strict else x <= self.rational(domain.upper))
            if domain.nonzero:
                made.append(x != 0)
        return made

    def encode(self, formula: Term) -> Any:
        if formula.kind == "constant":
            return z3.BoolVal(formula.name == "true", self.context)
        if formula.kind == "apply":
            parts = [self.encode(a) for a in formula.args]
            if formula.name == "xor":
                made = parts[0]
                for part in parts[1:]:
                    made = z3.Xor(made, part)
                return made
            return {"and": z3.And, "or": z3.Or, "not": z3.Not, "implies": z3.Implies, "iff": lambda a, b: a == b}[formula.name](*parts)
        conditions: list[Any] = []
        left, right = (self.number(side, conditions) for side in formula.args)
        sign = formula.signs[0]
        said = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "=": left == right, "!=": left != right}[sign]
        return z3.And(*conditions, said)

    def number(self, term: Term, conditions: list[Any]) -> Any:
        if term.kind == "number":
            return self.rational(term.value)
        if term.kind == "symbol":
            x = self.symbols[term.name]
            return z3.ToReal(x) if x.is_int() else x
        if term.kind != "apply" or term.name not in ("add", "mul", "neg", "div", "pow", "sqrt", "root", "floor", "ceil", "percent", "mod"):
            raise NotACondition(f"{term.name or term.kind} is nothing for z3")
        if term.name in ("pow", "root"):
            return self._power(term, conditions)
        parts = [self.number(a, conditions) for a in term.args]
        if term.name == "add":
            return z3.Sum(*parts)
        if term.name == "mul":
            return z3.Product(*parts)
        if term.name == "neg":
            return -parts[0]
        if term.name == "percent":
            return parts[0] / 100
        if term.name == "sqrt":
            return self._root(apply("sqrt", term.args[0]), parts[0], 2, conditions)
        if term.name == "floor":
            return z3.ToReal(z3.ToInt(parts[0]))
        if term.name == "ceil":
            return -z3.ToReal(z3.ToInt(-parts[0]))
        conditions.append(parts[1] != 0)
        quotient = parts[0] / parts[1]
        return quotient if term.name == "div" else parts[0] - parts[1] * z3.ToReal(z3.ToInt(quotient))

    def _root(self, key: Term, value: Any, degree: int, conditions: list[Any]) -> Any:
        if key not in self.roots:
            r = self.roots[key] = z3.Real(f"root {len(self.roots)}", self.context)
            power = z3.Product(*[r] * degree)
            self.sides.append(z3.Implies(value >= 0, z3.And(r >= 0, power == value)) if degree % 2 == 0 else power == value)
        if degree % 2 == 0:
            conditions.append(value >= 0)
        return self.roots[key]

    def _power(self, term: Term, conditions: list[Any]) -> Any:
        value, exponent = self.number(term.args[0], conditions), literal(term.args[1])
        if exponent is None or exponent == 0 and term.name == "root":
            raise NotACondition("such a power is nothing for z3")
        if term.name == "root":
            if exponent.denominator != 1 or not 2 <= exponent <= 9:
                raise NotACondition("such a root is nothing for z3")
            return self._root(term, value, int(exponent), conditions)
        if exponent.denominator == 2:
            value, exponent = self._root(apply("sqrt", term.args[0]), value, 2, conditions), exponent * 2
        if exponent.denominator != 1 or abs(exponent) > 12:
            raise NotACondition("such a power is nothing for z3")
        if exponent <= 0:
            conditions.append(value != 0)
        made = z3.Product(*[value] * abs(int(exponent))) if exponent else self.rational(Fraction(1))
        return 1 / made if exponent < 0 else made


def ask(formulas: list[Term], domains: Mapping[str, Domain], milliseconds: int) -> tuple[str, dict[str, Any]]:
    """"sat" with a model, "unsat", or "unknown". A model's values are fractions, trees (quadratic irrationals), or None.

    Fails with `NotACondition` on functions that z3 is not asked about.
    """
    encoder = _Encoder(domains)
    encoded = [encoder.encode(f) for f in formulas]
    solver = z3.Solver(ctx=encoder.context)
    solver.set("rlimit", RLIMIT)
    solver.set("timeout", max(50, min(milliseconds, 2000)))
    solver.add(*encoder.bounds(), *encoder.sides, *encoded)
    try:
        said = solver.check()
    except z3.Z3Exception:
        return "unknown", {}
    if said != z3.sat:
        return str(said), {}
    model = solver.model()
    return "sat", {name: _value(model.eval(x, model_completion=True)) for name, x in encoder.symbols.items()}


def _value(found: Any) -> Any:
    if z3.is_int_value(found) or z3.is_rational_value(found):
        return Fraction(str(found.as_fraction() if z3.is_rational_value(found) else found.as_long()))
    if not z3.is_algebraic_value(found):
        return None
    coefficients = [Fraction(str(c.as_fraction())) if z3.is_rational_value(c) else None for c in found.poly()]
    if len(coefficients) != 3 or None in coefficients:
        return None
    from grader.algebra.region_line import surd

    c, b, a = coefficients
    return surd(-b / (2 * a), (b * b - 4 * a * c) / (4 * a * a), found.index() == 2)


def rational_points(model: Mapping[str, Any], domains: Mapping[str, Domain]) -> Iterator[dict[str, Fraction]]:
    """The model, with simpler numbers in the place of its own as far as the caller's test lets them pass: coarse roundings first."""
    exact = {name: value for name, value in model.items() if isinstance(value, Fraction)}
    if len(exact) != len(model):
        return
    for most in (1, 2, 4, 10, 100):
        point = {name: value.limit_denominator(most) for name, value in exact.items()}
        if all(domains[name].admits(value) for name, value in point.items()):
            yield point
    yield exact
