"""Games and update maps for the checkers of iterations: moves, whole steps, matrices, and where the iterates from a start go.

What the parameters of a claim mean and why the tests below decide is written in `grader.algebra.dynamics` and `grader.algebra.stability`; nothing
of those is used here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.replay import exact_polynomials as ep
from grader.replay.exact_polynomials import Polynomial

MAX_ORBIT = 2000
RETURN_WITHIN = 30
"""An affine orbit in at most 6 variables that returns does so within this many steps: its polynomial is a product of different cyclotomic ones,
of degree 7 or less in all, and no orders n_1, n_2, ... with phi(n_1) + phi(n_2) + ... <= 7 have a least common multiple above 30."""


@dataclass(frozen=True)
class System:
    """`rules[v]` is the new value of v in the values just before it moves; `stays` vanish together exactly at the points that do not move."""

    order: tuple[str, ...]
    rules: Mapping[str, Polynomial]
    alternating: bool
    stays: tuple[Polynomial, ...]

    def move(self, name: str, state: Mapping[str, Fraction]) -> Fraction:
        """The new value of one variable."""
        return ep.value(self.rules[name], state)

    def step(self, state: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """All values after a step."""
        now = dict(state)
        for name in self.order:
            now[name] = self.move(name, now if self.alternating else state)
        return now

    def map(self) -> dict[str, Polynomial]:
        """New values after a whole step in the old ones."""
        now: dict[str, Polynomial] = {}
        for name in self.order:
            now[name] = ep.substitute(self.rules[name], now if self.alternating else {})
        return now

    def parameters(self) -> set[str]:
        """Names that are no variables."""
        return set().union(*[ep.names(p) for p in [*self.rules.values(), *self.stays]]) - set(self.order)

    def put(self, values: Mapping[str, Fraction]) -> System:
        """The system with numbers for some of its parameters."""
        change = {name: ep.constant(v) for name, v in values.items()}
        rules = {n: ep.substitute(p, change) for n, p in self.rules.items()}
        return System(self.order, rules, self.alternating, tuple(ep.substitute(p, change) for p in self.stays))


def system(parameters: Mapping[str, Any]) -> System:
    """The system that a claim's parameters describe. Refused when they describe none."""
    order = tuple(parameters["order"])
    if not 1 <= len(order) <= 6 or len(set(order)) != len(order) or parameters["mode"] not in ("alternating", "simultaneous"):
        raise Refused("the claim describes no system")
    if "update" in parameters:
        rules = {r.args[0].name: ep.polynomial(r.args[1]) for r in parameters["update"]}
        stays = tuple(ep.add(rules[n], ep.scale(ep.variable(n), -1)) for n in order if n in rules)
    else:
        if sorted([*parameters["min"], *parameters["max"]]) != sorted(order):
            raise Refused("each variable must either minimise or maximise")
        value, pace = ep.polynomial(parameters["value"]), ep.polynomial(parameters["step"])
        if not pace or (set(pace) == {()} and pace[()] < 0):
            raise Refused("a step size is positive")
        stays = tuple(ep.derivative(value, n) for n in order)
        rules = {n: ep.add(ep.variable(n), ep.scale(ep.multiply(pace, d), 1 if n in parameters["max"] else -1)) for n, d in zip(order, stays)}
    if sorted(rules) != sorted(order):
        raise Refused("a variable has no rule")
    return System(order, rules, parameters["mode"] == "alternating", stays)


def numbers(relations: Sequence[Any]) -> dict[str, Fraction]:
    """v = number relations as a mapping."""
    return {r.args[0].name: ep.number(ep.polynomial(r.args[1])) for r in relations}


def affine(made: System) -> tuple[list[list[Polynomial]], list[Polynomial]]:
    """The matrix and the constant of a whole step, in the parameters' names. Refused when the step is not affine."""
    matrix, constant = [], []
    for image in (made.map()[n] for n in made.order):
        row: dict[str, Polynomial] = {n: {} for n in made.order}
        rest: Polynomial = {}
        for monomial, coefficient in image.items():
            inside = [(n, e) for n, e in monomial if n in made.order]
            outside = tuple((n, e) for n, e in monomial if n not in made.order)
            if sum(e for _, e in inside) > 1:
                raise Refused("the step is not affine")
            (row[inside[0][0]] if inside else rest)[outside] = coefficient
        matrix.append([row[n] for n in made.order])
        constant.append(rest)
    return matrix, constant


def characteristic(matrix: Sequence[Sequence[Polynomial]]) -> list[Polynomial]:
    """Coefficients a_0, ..., a_n = 1 of det(z - M): sums of principal minors with signs."""
    from itertools import combinations

    size = len(matrix)
    made = []
    for k in range(size + 1):
        minors = [determinant([[matrix[i][j] for j in chosen] for i in chosen]) for chosen in combinations(range(size), size - k)]
        made.append(ep.scale(ep.add(*minors), (-1) ** (size - k)))
    return made


def determinant(rows: Sequence[Sequence[Polynomial]]) -> Polynomial:
    """By expansion along the first row; 1 for no rows."""
    if not rows:
        return ep.constant(1)
    parts = [ep.scale(ep.multiply(entry, determinant([[*row[:k], *row[k + 1:]] for row in rows[1:]])), (-1) ** k) for k, entry in enumerate(rows[0])]
    return ep.add(*parts)


def krylov(made: System, start: Mapping[str, Fraction]) -> Polynomial:
    """det(d, M d, ...) with d the first step's difference."""
    matrix, constant = affine(made)
    image = lambda v: [ep.add(*[ep.multiply(m, x) for m, x in zip(row, v)]) for row in matrix]  # noqa: E731
    at = [ep.constant(start[n]) for n in made.order]
    vectors = [[ep.add(a, c, ep.scale(b, -1)) for a, c, b in zip(image(at), constant, at)]]
    while len(vectors) < len(made.order):
        vectors.append(image(vectors[-1]))
    return determinant(vectors)


@dataclass(frozen=True)
class LongRun:
    """Where the iterates go. `period` is the least k with x_k = x_0, 0 where they never return, None where this is not known."""

    converges: bool
    bounded: bool
    period: int | None
    wavers: bool = False
    """Each value that moves at all goes up and down without end: the differences' polynomial has no positive root (where they kept one sign from
    some point on, their generating function would have a positive singularity, by Pringsheim's theorem)."""


def long_run(made: System, start: Mapping[str, Fraction], data: Mapping[str, Any]) -> LongRun:
    """From "orbit" (a number of steps after which the start recurs) or "annihilator" (the start's minimal polynomial under an affine step)."""
    if sorted(start) != sorted(made.order):
        raise Refused("the start does not name each variable")
    if "orbit" in data:
        return _orbit(made, start, data["orbit"])
    polynomial = [Fraction(c) for c in data["annihilator"]]
    _check_annihilator(made, start, polynomial)
    if sum(polynomial) != 0:
        raise Refused("the polynomial does not vanish at 1")
    rest, carry = [], Fraction(0)
    for coefficient in reversed(polynomial):
        carry += coefficient
        rest.insert(0, carry)
    converges, bounded = ep.inside_disc(rest[1:]), ep.power_bounded(polynomial)
    period = _first_return(made, start) if bounded and all(c.denominator == 1 for c in polynomial) else 0
    signs = rest[1:]
    while len(signs) > 1 and not signs[0]:
        signs.pop(0)
    return LongRun(converges, bounded, period, len(signs) > 1 and ep.count_roots(signs, Fraction(0), None) == 0)


def _orbit(made: System, start: Mapping[str, Fraction], count: Any) -> LongRun:
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MAX_ORBIT:
        raise Refused("the length of the orbit is no number of steps")
    state = dict(start)
    for k in range(1, count + 1):
        state = made.step(state)
        if state == dict(start) and k < count:
            raise Refused("the start recurs earlier")
    if state != dict(start):
        raise Refused("the start does not recur there")
    return LongRun(count == 1, True, count)


def _first_return(made: System, start: Mapping[str, Fraction]) -> int:
    state = dict(start)
    for k in range(1, RETURN_WITHIN + 1):
        state = made.step(state)
        if state == dict(start):
            return k
    return 0


def _check_annihilator(made: System, start: Mapping[str, Fraction], polynomial: Sequence[Fraction]) -> None:
    degree = len(polynomial) - 1
    if not 1 <= degree <= len(made.order) + 1 or polynomial[-1] != 1:
        raise Refused("the polynomial is not monic of a possible degree")
    affine(made)  # refuses a step that is not affine
    states = [dict(start)]
    for _ in range(degree):
        states.append(made.step(states[-1]))
    vectors = [[*(s[n] for n in made.order), Fraction(1)] for s in states]
    if any(sum(c * v[i] for c, v in zip(polynomial, vectors)) for i in range(len(vectors[0]))):
        raise Refused("the polynomial does not annihilate the start")
    if rank(vectors[:-1]) != degree:
        raise Refused("a shorter polynomial annihilates the start")


def rank(rows: Sequence[Sequence[Fraction]]) -> int:
    """By elimination in exact fractions."""
    held, found = [list(r) for r in rows], 0
    for column in range(len(held[0]) if held else 0):
        pivot = next((r for r in range(found, len(held)) if held[r][column]), None)
        if pivot is None:
            continue
        held[found], held[pivot] = held[pivot], held[found]
        for r in range(found + 1, len(held)):
            factor = held[r][column] / held[found][column]
            held[r] = [a - factor * b for a, b in zip(held[r], held[found])]
        found += 1
    return found
