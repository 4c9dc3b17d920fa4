"""Conditions as sign tests on polynomials, and proofs that no combination of signs makes an exception.

A relation between rational functions and square roots holds or fails by the signs of finitely many polynomials; these are products of irreducible
ones, the *atoms*. For each vector of signs of the atoms that would make every premise true and the conclusion false, a *cut* is looked for:
products of atoms that are at least 0 under these signs, one of them above 0, with positive weights that add up to the zero polynomial. Weights are
found by linear programming over the coefficients (Farkas' lemma for linear atoms; Handelman's and Krivine's theorems say how far products reach).
In one variable no cuts are needed: there the atoms' roots decide, and the checker looks at them itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any, NamedTuple

from grader.algebra.rational import NotRational, Rational
from grader.algebra.region_plain import plain
from grader.algebra.regions import NotACondition
from grader.algebra.simplex import maximize
from grader.domain import Domain
from grader.term import Term

MAX_ATOMS = 10
MAX_ROOTS = 4
MAX_WORK = 300
MAX_TERMS = 200
MAX_DEGREE = 40
MAX_CUTS = 200
MAX_VECTORS = 2500
ALLOWED = {"<": frozenset({-1}), "<=": frozenset({-1, 0}), "=": frozenset({0}), ">=": frozenset({0, 1}), ">": frozenset({1}),
           "!=": frozenset({-1, 1})}


class Root(NamedTuple):
    """A square root used as a variable."""

    name: str
    inside: Rational


# ------------------------------------------------------------------------------------------------------------------- tests


class Signs:
    """Formulas as trees of sign tests, over common atoms."""

    def __init__(self) -> None:
        self.roots: list[Root] = []
        self.atoms: list[Rational] = []
        self.work = 0

    def formula(self, term: Term) -> Any:
        """A plain formula: a truth value, a list of (signed quantity, allowed signs), or (connective, parts)."""
        if term.kind == "constant":
            return term.name == "true"
        if term.kind == "relation":
            made: list[tuple[Any, frozenset[int]]] = []
            left, right = (self._value(side, made) for side in term.args)
            return [*made, (self._signed(left - right), ALLOWED[term.signs[0]])]
        return term.name, [self.formula(a) for a in term.args]

    def bound(self, name: str, bound: Fraction, allowed: frozenset[int]) -> tuple[Any, frozenset[int]]:
        """The test that name - bound has one of these signs."""
        return self._signed(Rational.variable(name) - bound), allowed

    def _value(self, term: Term, tests: list[tuple[Any, frozenset[int]]]) -> Rational:
        if term.kind == "number":
            return Rational.constant(term.value)
        if term.kind == "symbol":
            return Rational.variable(term.name)
        if term.kind != "apply" or term.name not in ("add", "mul", "neg", "div", "pow", "sqrt", "root", "percent"):
            raise NotRational(f"{term.name or term.kind} in a condition")
        if term.name == "pow":
            return self._power(self._value(term.args[0], tests), self._value(term.args[1], []).as_fraction(), tests)
        parts = [self._value(a, tests) for a in term.args]
        if term.name in ("add", "mul"):
            made = parts[0]
            for part in parts[1:]:
                made = made + part if term.name == "add" else made * part
            return made
        if term.name in ("neg", "percent"):
            return -parts[0] if term.name == "neg" else parts[0] * Fraction(1, 100)
        if term.name == "div":
            return parts[0] * self._inverse(parts[1], tests)
        if term.name == "root" and parts[1].as_fraction() != 2:
            raise NotRational("a root of higher degree")
        return self._root(parts[0], tests)

    def _inverse(self, x: Rational, tests: list[tuple[Any, frozenset[int]]]) -> Rational:
        tests.append((self._signed(x), frozenset({-1, 1})))
        if x.is_zero():
            return x  # the test before fails in any case
        return x.inverse()

    def _root(self, x: Rational, tests: list[tuple[Any, frozenset[int]]]) -> Rational:
        tests.append((self._signed(x), frozenset({0, 1})))
        for root in self.roots:
            if root.inside == x:
                return Rational.variable(root.name)
        if len(self.roots) == MAX_ROOTS:
            raise NotRational("too many square roots")
        self.roots.append(Root(f"root {len(self.roots)}", x))
        return Rational.variable(self.roots[-1].name)

    def _power(self, base: Rational, e: Fraction | None, tests: list[tuple[Any, frozenset[int]]]) -> Rational:
        if e is not None and e.denominator == 2 and abs(e) <= 20:
            base, e = self._root(base, tests), e * 2
        if e is None or e.denominator != 1 or abs(e) > 24:
            raise NotRational("such a power")
        if e <= 0:
            base = self._inverse(base, tests)
        return base ** abs(int(e))

    # ---- signs of quantities

    def _signed(self, x: Rational) -> Any:
        """How the sign of x follows from those of the atoms: a sign with powers of atoms, or ("root", ...) with the parts of P + Q sqrt(u)."""
        root = next((r for r in reversed(self.roots) if r.name in x.used_names()), None)
        if root is None:
            return self._product(x)
        top = Rational(x.names, x.numerator, Rational.constant(1, x.names).denominator)
        bottom = Rational(x.names, x.denominator, Rational.constant(1, x.names).denominator)
        parts = [self._split(p, root) for p in (top, bottom)]
        return ("quotient", parts[0], parts[1])

    def _split(self, p: Rational, root: Root) -> Any:
        halves = [Rational.constant(0), Rational.constant(0)]
        for k, c in enumerate(p.coefficients(root.name)):
            halves[k % 2] = halves[k % 2] + c * root.inside ** (k // 2)
        if halves[1].is_zero():
            return self._signed(halves[0])
        norm = halves[0] * halves[0] - halves[1] * halves[1] * root.inside
        return ("root", self._signed(halves[0]), self._signed(halves[1]), self._signed(root.inside), self._signed(norm))

    def _product(self, x: Rational) -> tuple[int, list[tuple[int, int]]]:
        total, powers = 1, []
        for polynomial in (x.numerator, x.denominator):
            if polynomial.is_zero():
                return 0, []
            self.work += 1
            if self.work > MAX_WORK or len(polynomial) > MAX_TERMS or max(map(int, polynomial.degrees()), default=0) > MAX_DEGREE:
                raise NotRational("polynomials that are too large")
            lead, factors = polynomial.factor()
            total *= 1 if lead > 0 else -1
            for factor, e in factors:
                atom = Rational(x.names, factor, Rational.constant(1, x.names).denominator)
                k = next((j for j, a in enumerate(self.atoms) if a == atom), None)
                flip = 1
                if k is None:
                    k = next((j for j, a in enumerate(self.atoms) if a == -atom), None)
                    flip = 1 if k is None else -1
                if k is None:
                    self.atoms.append(atom)
                    k = len(self.atoms) - 1
                total *= flip ** int(e)
                powers.append((k, int(e)))
        return total, powers


def sign_of(node: Any, vector: Sequence[int]) -> int:
    """The sign of a quantity where the atoms have these signs."""
    if node[0] == "quotient":
        return sign_of(node[1], vector) * sign_of(node[2], vector)
    if node[0] == "root":
        first = sign_of(node[1], vector)
        second = sign_of(node[2], vector) * abs(sign_of(node[3], vector))
        if first == 0 or second == 0 or first == second:
            return first or second
        return first * sign_of(node[4], vector)
    total = node[0]
    for k, e in node[1]:
        total *= vector[k] if e % 2 else vector[k] ** 2
    return total


def true_under(node: Any, vector: Sequence[int]) -> bool:
    """The truth of a formula where the atoms have these signs."""
    if isinstance(node, bool):
        return node
    if isinstance(node, list):
        return all(sign_of(quantity, vector) in allowed for quantity, allowed in node)
    name, parts = node
    truths = [true_under(p, vector) for p in parts]
    return {"and": all(truths), "or": any(truths), "not": not truths[0], "implies": not truths[0] or truths[-1], "iff": truths[0] == truths[-1],
            "xor": sum(truths) % 2 == 1}[name]


# -------------------------------------------------------------------------------------------------------------------- cuts


class Implication:
    """Premises, conclusion and domain bounds over common atoms."""

    def __init__(self, premises: Sequence[Term], conclusion: Term, domains: Mapping[str, Domain]) -> None:
        self.signs = Signs()
        self.bounds = [test for name, domain in sorted(domains.items()) for test in self._bounds(name, domain)]
        self.premises = [self.signs.formula(plain(p)) for p in premises]
        self.conclusion = self.signs.formula(plain(conclusion))
        if len(self.signs.atoms) > MAX_ATOMS:
            raise NotACondition("too many different factors")
        self.names = tuple(sorted({n for a in self.signs.atoms for n in a.used_names()}))
        self.atoms = [self._over_names(a) for a in self.signs.atoms]
        self.integral = self._integer_valued(domains)

    def _over_names(self, atom: Rational) -> dict[tuple[int, ...], Fraction]:
        """The atom as exponents of `names` -> coefficient, with whole coefficients without a common factor."""
        terms = atom.terms()
        common = Fraction(lcm(*[c.denominator for c in terms.values()]), gcd(*[c.numerator for c in terms.values()]))
        made = {}
        for powers, c in terms.items():
            at = dict(zip(atom.names, powers))
            made[tuple(at.get(n, 0) for n in self.names)] = c * common
        return made

    def _integer_valued(self, domains: Mapping[str, Domain]) -> list[bool]:
        """Which atoms take whole values only: then above 0 means at least 1."""
        return [all(domains.get(n, Domain()).field == "integer" for n, e in zip(self.names, map(max, zip(*atom))) if e) for atom in self.atoms]

    def _bounds(self, name: str, domain: Domain) -> list[tuple[Any, frozenset[int]]]:
        made = []
        for bound, strict, side in ((domain.lower, domain.lower_strict, 1), (domain.upper, domain.upper_strict, -1)):
            if bound is not None:
                made.append(self.signs.bound(name, bound, frozenset({side} if strict else {0, side})))
        if domain.nonzero:
            made.append(self.signs.bound(name, Fraction(0), frozenset({-1, 1})))
        return made

    def refutes(self, vector: Sequence[int]) -> bool:
        """Would these signs make an exception?"""
        return true_under(self.bounds, vector) and all(true_under(p, vector) for p in self.premises) and not true_under(self.conclusion, vector)

    def atom_data(self) -> list[Any]:
        """The atoms in JSON form."""
        return [[[str(c), [[n, e] for n, e in zip(self.names, powers) if e]] for powers, c in atom.items()] for atom in self.atoms]

    def cuts(self, check: Callable[[], None]) -> list[dict[str, Any]] | None:
        """Cuts that exclude every vector that would make an exception, or None where one is not found."""
        found: list[dict[str, Any]] = []
        order = range(len(self.atoms))
        options, looked = self._options(), 0

        def excluded(vector: Sequence[int]) -> bool:
            return any(all(int(k) < len(vector) and vector[int(k)] == s for k, s in cut["signs"].items()) for cut in found)

        def visit(vector: tuple[int, ...]) -> bool:
            nonlocal looked
            check()
            if excluded(vector):
                return True
            if len(vector) < len(order):
                return all(visit((*vector, s)) for s in options[len(vector)])
            looked += 1
            if looked > MAX_VECTORS:
                return False
            if not self.refutes(vector):
                return True
            cut = self._cut(vector, check)
            if cut is None or len(found) >= MAX_CUTS:
                return False
            found.append(cut)
            return True

        return found if visit(()) else None

    def _options(self) -> list[tuple[int, ...]]:
        """For each atom the signs that the bounds of the domains leave it."""
        made = [(1, 0, -1) for _ in self.atoms]
        for (total, powers), allowed in self.bounds:
            if len(powers) == 1 and powers[0][1] == 1:
                k = powers[0][0]
                made[k] = tuple(s for s in made[k] if total * s in allowed)
        return made

    def _cut(self, vector: tuple[int, ...], check: Callable[[], None]) -> dict[str, Any] | None:
        """Products of one or two atoms, with signs under the vector, that add up to a contradiction."""
        singles = [((k, 1),) for k in range(len(vector))] + [()]
        beyond = [((k, 0),) for k, whole in enumerate(self.integral) if whole and vector[k]]
        pairs = [((j, 1), (k, 1)) if j != k else ((j, 2),) for j, k in itertools.combinations_with_replacement(range(len(vector)), 2)]
        for products in ([*singles, *beyond], [*singles, *beyond, *pairs[:60]]):
            columns = []
            for powers in products:
                if powers and not powers[0][1]:  # |atom| - 1 >= 0
                    k = powers[0][0]
                    polynomial = {m: vector[k] * c for m, c in self.atoms[k].items()}
                    origin = (0,) * len(self.names)
                    polynomial[origin] = polynomial.get(origin, Fraction(0)) - 1
                    columns.append((powers, 1, polynomial, False))
                    continue
                sign = 1
                for k, e in powers:
                    sign *= vector[k] ** e
                polynomial = self._multiply(powers)
                for weight in ((1, -1) if sign == 0 else (sign,)):
                    columns.append((powers, weight, {m: weight * c for m, c in polynomial.items()}, sign != 0))
            made = self._solve(columns, check)
            if made is not None:
                used = sorted({k for _, powers in made for k, _ in powers})
                return {"signs": {str(k): vector[k] for k in used}, "sum": [[str(w), [list(p) for p in powers]] for w, powers in made]}
        return None

    def _multiply(self, powers: Sequence[tuple[int, int]]) -> dict[tuple[int, ...], Fraction]:
        made = {(0,) * len(self.names): Fraction(1)}
        for k, e in powers:
            for _ in range(e):
                step: dict[tuple[int, ...], Fraction] = {}
                for m, c in made.items():
                    for n, d in self.atoms[k].items():
                        key = tuple(a + b for a, b in zip(m, n))
                        step[key] = step.get(key, Fraction(0)) + c * d
                made = step
        return made

    @staticmethod
    def _solve(columns: list[tuple[Any, int, dict, bool]], check: Callable[[], None]) -> list[tuple[Fraction, Any]] | None:
        monomials = sorted({m for _, _, p, _ in columns for m in p})
        rows = [[p.get(m, Fraction(0)) for _, _, p, _ in columns] for m in monomials]
        rows.append([Fraction(1 if strict else 0) for *_, strict in columns])
        best = maximize(rows, [*[Fraction(0)] * len(monomials), Fraction(1)], [Fraction(0)] * len(columns), check)
        if best is None:
            return None
        return [(v * weight, powers) for v, (powers, weight, _, _) in zip(best.point, columns) if v]


