"""The checker's translation of conditions to z3. A relation with an undefined side is false: each subterm adds what its definedness needs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.term import Term

RLIMIT = 6_000_000
"""z3's own measure of work, so that the same claim ends the same way everywhere."""
MILLISECONDS = 4000


def contradicts(formulas: list[Term], domains: dict[str, Domain]) -> bool:
    """Does z3 say that no point of the domains satisfies all the formulas (in `region_formula.plain` form)?"""
    import z3

    translation = _Translation(domains)
    solver = z3.Solver(ctx=translation.context)
    solver.set("rlimit", RLIMIT)
    solver.set("timeout", MILLISECONDS)
    parts = [translation.formula(f) for f in formulas]
    solver.add(*translation.axioms, *parts)
    return solver.check() == z3.unsat


class _Translation:
    def __init__(self, domains: dict[str, Domain]) -> None:
        import z3

        self.z3, self.context = z3, z3.Context()
        self.axioms: list[Any] = []
        self.symbols: dict[str, Any] = {}
        self.roots: dict[tuple[Term, int], Any] = {}
        for name, domain in domains.items():
            made = z3.ToReal(z3.Int(name, self.context)) if domain.field == "integer" else z3.Real(name, self.context)
            self.symbols[name] = made
            if domain.lower is not None:
                self.axioms.append(made > self._number(domain.lower) if domain.lower_strict else made >= self._number(domain.lower))
            if domain.upper is not None:
                self.axioms.append(made < self._number(domain.upper) if domain.upper_strict else made <= self._number(domain.upper))
            if domain.nonzero:
                self.axioms.append(made != 0)

    def _number(self, q: Fraction) -> Any:
        return self.z3.RealVal(str(q), self.context)

    def _bool(self, value: bool) -> Any:
        return self.z3.BoolVal(value, self.context)

    def formula(self, term: Term) -> Any:
        z3 = self.z3
        if term.kind == "constant":
            return self._bool(term.name == "true")
        if term.kind == "relation":
            needs: list[Any] = []
            a, b = (self.value(side, needs) for side in term.args)
            sign = term.signs[0]
            said = {"<": a < b, "<=": a <= b, "=": a == b, ">=": a >= b, ">": a > b, "!=": a != b}[sign]
            return z3.And(*needs, said) if needs else said
        parts = [self.formula(a) for a in term.args]
        if term.name in ("and", "or"):
            return z3.And(*parts) if term.name == "and" else z3.Or(*parts)
        if term.name == "not":
            return z3.Not(parts[0])
        if term.name == "implies":
            return z3.Implies(*parts)
        if term.name == "iff":
            return parts[0] == parts[1]
        made = parts[0]
        for part in parts[1:]:
            made = z3.Xor(made, part)
        return made

    def value(self, term: Term, needs: list[Any]) -> Any:
        """The term's value; what it needs to be defined is added to `needs`. Fails with `Refused` on other functions."""
        if term.kind == "number":
            return self._number(term.value)
        if term.kind == "symbol":
            return self.symbols[term.name]
        if term.kind != "apply":
            raise Refused(f"z3 is not asked about {term.name or term.kind}")
        if term.name == "pow":
            return self._power(*term.args, needs)
        parts = [self.value(a, needs) for a in (term.args[:1] if term.name == "root" else term.args)]
        if term.name in ("add", "mul"):
            made = parts[0]
            for part in parts[1:]:
                made = made + part if term.name == "add" else made * part
            return made
        if term.name == "neg":
            return -parts[0]
        if term.name == "percent":
            return parts[0] * self._number(Fraction(1, 100))
        if term.name == "div":
            needs.append(parts[1] != 0)
            return parts[0] / parts[1]
        if term.name == "sqrt":
            return self._root(term.args[0], parts[0], 2, needs)
        if term.name == "root" and term.args[1].kind == "number" and term.args[1].value.denominator == 1 and 2 <= term.args[1].value <= 9:
            return self._root(term.args[0], parts[0], int(term.args[1].value), needs)
        if term.name in ("floor", "ceil"):
            down = self.z3.ToReal(self.z3.ToInt(parts[0] if term.name == "floor" else -parts[0]))
            return down if term.name == "floor" else -down
        if term.name == "mod":
            needs.append(parts[1] != 0)
            return parts[0] - parts[1] * self.z3.ToReal(self.z3.ToInt(parts[0] / parts[1]))
        raise Refused(f"z3 is not asked about {term.name}")

    def _root(self, inner: Term, value: Any, degree: int, needs: list[Any]) -> Any:
        if degree % 2 == 0:
            needs.append(value >= 0)
        if (inner, degree) not in self.roots:
            made = self.z3.Real(f"root {degree} {len(self.roots)}", self.context)
            power = made
            for _ in range(degree - 1):
                power = power * made
            said = self.z3.And(made >= 0, power == value)
            self.axioms.append(self.z3.Implies(value >= 0, said) if degree % 2 == 0 else power == value)
            self.roots[inner, degree] = made
        return self.roots[inner, degree]

    def _power(self, base: Term, exponent: Term, needs: list[Any]) -> Any:
        negative = exponent.is_apply("neg", 1)
        plain = exponent.args[0] if negative else exponent
        if plain.is_apply("div", 2) and all(a.kind == "number" and a.value for a in plain.args):
            e = plain.args[0].value / plain.args[1].value
        elif plain.kind == "number":
            e = plain.value
        else:
            raise Refused("z3 is not asked about powers with such exponents")
        value = self.value(base, needs)
        if e.denominator == 2:
            value, e = self._root(base, value, 2, needs), e * 2
        if e.denominator != 1 or e > 12:
            raise Refused("z3 is not asked about powers with such exponents")
        made = self._number(Fraction(1))
        for _ in range(int(e)):
            made = made * value
        if negative or e == 0:
            needs.append(value != 0)
        return 1 / made if negative else made
