"""Iterations in exact arithmetic: games and update maps over the rationals, their iterates, matrices and stability.

A system is a list of variables in the order in which they move, and for each the polynomial that gives its new value from the values that stand
just before it moves. A game gives one: a variable that minimises f moves to v - s df/dv, one that maximises to v + s df/dv, with step s.
"alternating" means that a variable sees the new values of those that moved before it, "simultaneous" that all see the old values.

Where the iterates of an affine map go is decided in `grader.algebra.stability`.

Parameters of claims about a system ("*" marks those that always occur; names of variables are strings, expressions are terms):
`mode`* "alternating" or "simultaneous"; `order`* the variables as they move; a game has `value`, `min`, `max`, `step`; an update has `update`,
relations v := expression; `start`, relations v = number, where a start matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import Ordering, fmpq, fmpq_mat, fmpq_mpoly, fmpq_mpoly_ctx

from grader.term import Term, apply, free_names, number, symbol

MAX_VARIABLES = 6
MAX_TERMS = 1500
"""Terms of a polynomial."""
MAX_POWER = 24
"""Largest exponent that is multiplied out."""
MAX_STEPS = 2000
"""Iterates that are ever computed in one go."""
MAX_BITS = 20_000
"""Digits (in bits) of an iterate; a map of degree d multiplies them by d each step."""


class NotPolynomial(ValueError):
    """The term is no polynomial with rational coefficients in the allowed names, or a larger one than the limits allow."""


@dataclass(frozen=True)
class Ring:
    """Polynomials over the rationals in these names."""

    names: tuple[str, ...]

    @property
    def context(self) -> fmpq_mpoly_ctx:
        return _context(len(self.names))

    def variable(self, name: str) -> fmpq_mpoly:
        return self.context.gens()[self.names.index(name)]

    def constant(self, value: Fraction | int) -> fmpq_mpoly:
        return self.context.constant(to_flint(value))

    def read(self, term: Term) -> fmpq_mpoly:
        """The polynomial of a term; `v'` (prime of a symbol) is the name "v'". Fails with `NotPolynomial`."""
        made = self._read(term)
        if len(made) > MAX_TERMS:
            raise NotPolynomial("a polynomial with too many terms")
        return made

    def _read(self, term: Term) -> fmpq_mpoly:
        if term.kind == "number":
            return self.constant(term.value)
        name = name_of(term)
        if name is not None:
            if name not in self.names:
                raise NotPolynomial(f"{name} is none of {', '.join(self.names)}")
            return self.variable(name)
        parts = [self.read(a) for a in term.args] if term.kind == "apply" and term.name in ("add", "neg", "mul", "div", "pow") else []
        if term.is_apply("add"):
            return sum(parts[1:], parts[0])
        if term.is_apply("neg"):
            return -parts[0]
        if term.is_apply("mul"):
            made = parts[0]
            for part in parts[1:]:
                if len(made) * len(part) > 40 * MAX_TERMS:
                    raise NotPolynomial("a product with too many terms")
                made = made * part
            return made
        if term.is_apply("div", 2):
            if not parts[1].is_constant() or parts[1].is_zero():
                raise NotPolynomial("a division by something that is no number, or by zero")
            return parts[0] * self.constant(1 / constant_of(parts[1]))
        if term.is_apply("pow", 2):
            return _power(parts[0], parts[1])
        raise NotPolynomial(f"{term.name or term.kind} in a polynomial")

    def evaluate(self, polynomial: fmpq_mpoly, values: Mapping[str, Fraction]) -> Fraction:
        """Its value where every name has one. Fails with KeyError when a name that occurs has none."""
        used = polynomial.degrees()
        point = [to_flint(values[name]) if degree > 0 else fmpq(0) for name, degree in zip(self.names, used)]
        return to_fraction(polynomial(*point)) if point else constant_of(polynomial)

    def substitute(self, polynomial: fmpq_mpoly, values: Mapping[str, fmpq_mpoly]) -> fmpq_mpoly:
        """Polynomials put for names, all at once."""
        made = polynomial.compose(*[values.get(name, self.variable(name)) for name in self.names]) if self.names else polynomial
        if len(made) > MAX_TERMS:
            raise NotPolynomial("a substitution with too many terms")
        return made

    def term(self, polynomial: fmpq_mpoly) -> Term:
        """The polynomial as a term, in FLINT's order of monomials."""
        addends = []
        for exponents, coefficient in polynomial.terms():
            value = to_fraction(coefficient)
            factors = [symbol(n) if e == 1 else apply("pow", symbol(n), number(e)) for n, e in zip(self.names, map(int, exponents)) if e]
            if abs(value) != 1 or not factors:
                factors.insert(0, number(abs(value)))
            product = factors[0] if len(factors) == 1 else apply("mul", *factors)
            addends.append(apply("neg", product) if value < 0 else product)
        return number(0) if not addends else addends[0] if len(addends) == 1 else apply("add", *addends)


@lru_cache(maxsize=32)
def _context(count: int) -> fmpq_mpoly_ctx:
    return fmpq_mpoly_ctx.get(tuple(f"v{k}" for k in range(count)), Ordering.lex)


def _power(base: fmpq_mpoly, exponent: fmpq_mpoly) -> fmpq_mpoly:
    power = constant_of(exponent) if exponent.is_constant() else None
    if power is None or power.denominator != 1 or not 0 <= power <= MAX_POWER:
        raise NotPolynomial("a power that is no small natural number")
    if len(base) > 60 and power > 2:
        raise NotPolynomial("a power of a long sum")
    made = base ** int(power)
    if len(made) > MAX_TERMS:
        raise NotPolynomial("a power with too many terms")
    return made


def to_flint(value: Fraction | int) -> fmpq:
    """The same number in FLINT's form."""
    value = Fraction(value)
    return fmpq(value.numerator, value.denominator)


def to_fraction(value: Any) -> Fraction:
    """The same number as a fraction."""
    return Fraction(int(value.p), int(value.q))


def constant_of(polynomial: fmpq_mpoly) -> Fraction:
    """The value of a constant polynomial."""
    return to_fraction(polynomial.leading_coefficient()) if not polynomial.is_zero() else Fraction(0)


def name_of(term: Term) -> str | None:
    """The name of a symbol, or "v'" for the prime of a symbol v; None for anything else."""
    if term.kind == "symbol":
        return term.name
    if term.is_apply("prime", 2) and term.args[0].kind == "symbol" and term.args[1] == number(1):
        return term.args[0].name + "'"
    return None


# -------------------------------------------------------------------------------------------------------------- systems


@dataclass(frozen=True)
class System:
    """Variables in the order in which they move; `rules[k]` is the new value of the k-th in the values just before it moves."""

    ring: Ring
    order: tuple[str, ...]
    rules: tuple[fmpq_mpoly, ...]
    alternating: bool

    def move(self, name: str, values: Mapping[str, Fraction]) -> Fraction:
        """The new value of one variable, from the values that stand just before it moves."""
        return self.ring.evaluate(self.rules[self.order.index(name)], values)

    def step(self, state: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """All variables after a step. Fails with ValueError when the numbers grow beyond `MAX_BITS`."""
        now = dict(state)
        for name in self.order:
            now[name] = self.move(name, {**state, **now} if self.alternating else state)
            if now[name].numerator.bit_length() + now[name].denominator.bit_length() > MAX_BITS:
                raise ValueError("the iterates have too many digits")
        return now

    def iterates(self, start: Mapping[str, Fraction], count: int) -> list[dict[str, Fraction]]:
        """The start and `count` steps from it."""
        states = [dict(start)]
        for _ in range(min(count, MAX_STEPS)):
            states.append(self.step(states[-1]))
        return states

    def map(self) -> tuple[fmpq_mpoly, ...]:
        """The new values after a whole step, as polynomials in the old values."""
        now: dict[str, fmpq_mpoly] = {}
        for name, rule in zip(self.order, self.rules):
            now[name] = self.ring.substitute(rule, now) if self.alternating else rule
        return tuple(now[name] for name in self.order)

    def stays(self) -> tuple[fmpq_mpoly, ...]:
        """Polynomials whose common zeros are the points that a step leaves alone (alternating or not: the first move to change nothing leaves
        the second the old values)."""
        return tuple(rule - self.ring.variable(name) for name, rule in zip(self.order, self.rules))

    @property
    def others(self) -> tuple[str, ...]:
        """Names that are no variables: a step size, parameters."""
        return tuple(n for n in self.ring.names if n not in self.order)


def system(parameters: Mapping[str, Any]) -> System:
    """The system that a claim's parameters describe (see the module). Fails with `NotPolynomial`, and with ValueError when a parameter is
    missing or at odds with another."""
    needed = ("order", "mode", "update") if "update" in parameters else ("order", "mode", "value", "min", "max", "step")
    if any(k not in parameters for k in needed):
        raise ValueError("a parameter of the system is missing")
    order = tuple(parameters["order"])
    if not 0 < len(order) <= MAX_VARIABLES or len(set(order)) != len(order):
        raise ValueError("the order must name each variable once")
    if parameters["mode"] not in ("alternating", "simultaneous"):
        raise ValueError("mode is alternating or simultaneous")
    if "update" in parameters:
        given = {r.args[0].name: r.args[1] for r in parameters["update"]}
        used = frozenset().union(*[free_names(e) for e in given.values()])
        ring = Ring(tuple(order) + tuple(sorted(used - set(order))))
        rules = tuple(ring.read(given[name]) for name in order)
    else:
        down, up = tuple(parameters["min"]), tuple(parameters["max"])
        if sorted(down + up) != sorted(order):
            raise ValueError("each variable must either minimise or maximise")
        used = free_names(parameters["value"]) | free_names(parameters["step"])
        ring = Ring(tuple(order) + tuple(sorted(used - set(order))))
        value, pace = ring.read(parameters["value"]), ring.read(parameters["step"])
        rules = tuple(ring.variable(n) + (pace if n in up else -pace) * value.derivative(ring.names.index(n)) for n in order)
    return System(ring, order, rules, parameters["mode"] == "alternating")


def gradient_polynomials(parameters: Mapping[str, Any]) -> tuple[Ring, tuple[fmpq_mpoly, ...]]:
    """Polynomials whose common zeros are the points that stay: the partial derivatives of a game's value (its step is not zero), or
    new minus old value for an update."""
    made = system(parameters)
    if "update" in parameters:
        return made.ring, made.stays()
    value = made.ring.read(parameters["value"])
    return made.ring, tuple(value.derivative(made.ring.names.index(n)) for n in made.order)


def start_of(parameters: Mapping[str, Any]) -> dict[str, Fraction]:
    """The start as numbers. Fails with `NotPolynomial` when there is none or it is not numbers."""
    if "start" not in parameters:
        raise NotPolynomial("there is no start")
    blank = Ring(())
    return {r.args[0].name: constant_of(blank.read(r.args[1])) for r in parameters["start"]}


# ---------------------------------------------------------------------------------------------------------- affine maps


@dataclass(frozen=True)
class Affine:
    """x -> M x + c with entries that are polynomials in the system's other names."""

    ring: Ring
    order: tuple[str, ...]
    matrix: tuple[tuple[fmpq_mpoly, ...], ...]
    constant: tuple[fmpq_mpoly, ...]

    def at(self, values: Mapping[str, Fraction]) -> tuple[fmpq_mat, list[fmpq]]:
        """The matrix and the constant with numbers for the other names."""
        number_at = lambda p: to_flint(self.ring.evaluate(p, values))  # noqa: E731
        size = len(self.order)
        return fmpq_mat(size, size, [number_at(e) for row in self.matrix for e in row]), [number_at(e) for e in self.constant]


def affine(made: System) -> Affine | None:
    """The map as a matrix and a constant, or None when it is not affine in its variables."""
    ring, size = made.ring, len(made.order)
    places = [ring.names.index(n) for n in made.order]
    zero = ring.constant(0)
    matrix, constant = [], []
    for image in made.map():
        row, rest = [zero] * size, zero
        for exponents, coefficient in image.terms():
            powers = [int(e) for e in exponents]
            inside = [powers[p] for p in places]
            if sum(inside) > 1:
                return None
            for p in places:
                powers[p] = 0
            monomial = ring.context.from_dict({tuple(powers): coefficient})
            if sum(inside) == 0:
                rest = rest + monomial
            else:
                row[inside.index(1)] = row[inside.index(1)] + monomial
        matrix.append(tuple(row))
        constant.append(rest)
    return Affine(ring, made.order, tuple(matrix), tuple(constant))


def affine_points_exist(formula: Term, names: Sequence[str]) -> bool:
    """False only where each alternative of the formula ("and", "or", equations) is affine and without a point; True otherwise."""
    ring = Ring(tuple(names))
    if formula.is_apply("or"):
        return any(affine_points_exist(a, names) for a in formula.args)
    relations = formula.args if formula.is_apply("and") else (formula,)
    if any(r.kind != "relation" for r in relations):
        return any(affine_points_exist(r, names) for r in relations if r.kind != "relation")
    rows = []
    for r in relations:
        for a, b in zip(r.args, r.args[1:]):
            difference = ring.read(a) - ring.read(b)
            if difference.total_degree() > 1:
                return True
            held = {tuple(map(int, m)): c for m, c in zip(difference.monoms(), difference.coeffs())}
            zero = (0,) * len(names)
            rows.append([held.get(tuple(int(i == k) for i in range(len(names))), 0) for k in range(len(names))] + [held.get(zero, 0)])
    reduced, rank = fmpq_mat(len(rows), len(names) + 1, [x for row in rows for x in row]).rref()
    return not any(all(reduced[r, c] == 0 for c in range(len(names))) for r in range(rank))
