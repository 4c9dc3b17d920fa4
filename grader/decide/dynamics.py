"""Looks for evidence about iterations: moves, update rules, points that stay, and where the iterates go.

The mathematics is in `grader.algebra.dynamics` (systems) and `grader.algebra.stability` (long run); the properties are listed in
`grader.replay.dynamics`, whose checker replays what is found here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq_mat, fmpq_mpoly

from grader.algebra import dynamics, stability
from grader.algebra.dynamics import NotPolynomial, Ring, System
from grader.decide.budget import Budget
from grader.model import Claim, Evidence, Satisfies
from grader.term import Term, free_names

MAX_BRANCHES = 64
SOLVER_STEPS = 3_000_000
"""z3's own count of resources, so that its answer does not depend on the machine's speed (about a second)."""
GRID = (0, 1, -1, 2, -2, 3, Fraction(1, 2), Fraction(-1, 2))
"""Coordinates that are tried for a counterexample, simple ones first."""


def compute(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Claims that the checker settles by computing: cells and tables, a determinant, eigenvalues, stability conditions."""
    name = claim.conclusion.property if isinstance(claim.conclusion, Satisfies) else ""
    if name not in ("iterates.cell", "iterates.start", "iterates.table", "dynamics.determinant", "dynamics.eigenvalues", "dynamics.stability"):
        return None
    return Evidence("dynamics", {})


def compare_rule(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Put a step's new values into the equation: an identity, or a point at which it fails."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or conclusion.property != "dynamics.rule":
        return None
    made = dynamics.system(dict(conclusion.parameters))
    equation = conclusion.subject[0]
    fresh = free_names(equation) - set(made.ring.names)
    ring = Ring(made.ring.names + tuple(n + "'" for n in made.order) + tuple(sorted(fresh)))
    whole = {n + "'": ring.read(made.ring.term(image)) for n, image in zip(made.order, made.map())}
    left_over = ring.substitute(ring.read(equation.args[0]) - ring.read(equation.args[1]), whole)
    if left_over.is_zero():
        return Evidence("dynamics", {"identity": True})
    names = [n for n in ring.names if not n.endswith("'")]
    for point in _grid(names, (1, 2, -1, 3, Fraction(1, 2), 0)):
        budget.check()
        if ring.evaluate(left_over, {**point, **{n: Fraction(0) for n in ring.names if n.endswith("'")}}):
            return Evidence("dynamics", {"point": {n: str(v) for n, v in point.items()}})
    return "no simple point tells the rule from the system's"


def _grid(names: Sequence[str], values: Sequence[Fraction | int]) -> Iterator[dict[str, Fraction]]:
    """Points with these coordinates, those whose coordinates come early in the list first; at most some thousands."""
    size = len(values)
    while size > 2 and size ** len(names) > 5000:
        size -= 1
    chosen = sorted(itertools.product(range(size), repeat=len(names)), key=lambda k: (max(k, default=0), sum(k), k))
    for indices in itertools.islice(chosen, 5000):
        yield {n: Fraction(values[i]) for n, i in zip(names, indices)}


# ------------------------------------------------------------------------------------------------------ points that stay


def place_points(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Points that stay against the answer's: combinations of equations, or a point on one side only; for the rest z3."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or conclusion.property not in ("dynamics.points_stay", "dynamics.points_complete"):
        return None
    ring, needed = dynamics.gradient_polynomials(dict(conclusion.parameters))
    order = tuple(dict(conclusion.parameters)["order"])
    said = _branches(ring, conclusion.subject[0])
    stay = conclusion.property.endswith("stay")
    if stay:
        tables = [_combinations(branch, needed) for branch in said]
        if all(t is not None for t in tables):
            return Evidence("dynamics", {"multipliers": tables})
        premise, wanted = said, [list(needed)]
    else:
        table = _combinations(needed, said[0]) if len(said) == 1 else None
        if table is not None:
            return Evidence("dynamics", {"multipliers": table})
        premise, wanted = [list(needed)], said
    if len(ring.names) > len(order):
        return "the system has parameters without a value"
    for point in _points(ring, order, premise):
        budget.check()
        if _holds(ring, premise, point) and not _holds(ring, wanted, point):
            return Evidence("dynamics", {"point": {n: str(v) for n, v in point.items()}})
    return _ask_z3(ring, premise, wanted, budget)


def _ask_z3(ring: Ring, premise: Sequence[Sequence[fmpq_mpoly]], wanted: Sequence[Sequence[fmpq_mpoly]], budget: Budget) -> Evidence | str:
    """Real points of the premise outside what is wanted: none, says the oracle, or a rational one."""
    if "z3" not in budget.oracles:
        return "no combination of the equations and no simple point decides"
    import z3

    names = [z3.Real(f"x{k}") for k in range(len(ring.names))]

    def expression(item: fmpq_mpoly) -> Any:
        total = z3.RealVal(0)
        for exponents, coefficient in item.terms():
            product = z3.RealVal(str(dynamics.to_fraction(coefficient)))
            for name, exponent in zip(names, exponents):
                for _ in range(int(exponent)):
                    product = product * name
            total = total + product
        return total

    def formula(alternatives: Sequence[Sequence[fmpq_mpoly]]) -> Any:
        return z3.Or(*[z3.And(*[expression(p) == 0 for p in branch]) for branch in alternatives])

    solver = z3.Solver()
    solver.set("rlimit", SOLVER_STEPS)
    solver.add(formula(premise), z3.Not(formula(wanted)))
    found = solver.check()
    if found == z3.unsat:
        return Evidence("dynamics", {"oracle": "z3"})
    if found == z3.sat:
        values = [solver.model().eval(n, model_completion=True) for n in names]
        if all(z3.is_rational_value(v) for v in values):
            return Evidence("dynamics", {"point": {n: str(v.as_fraction()) for n, v in zip(ring.names, values)}})
        return "z3 knows a point that decides, but no rational one"
    return "z3 does not decide it"


def same_points(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Two answers with the same points."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or conclusion.property != "dynamics.same_points":
        return None
    names = tuple(sorted(free_names(conclusion.subject[0]) | free_names(conclusion.subject[1])))
    ring = Ring(names)
    first, second = (_branches(ring, t) for t in conclusion.subject)
    if len(first) == 1 and len(second) == 1:
        forward, back = _combinations(first[0], second[0]), _combinations(second[0], first[0])
        if forward is not None and back is not None:
            return Evidence("dynamics", {"forward": forward, "back": back})
    for point in itertools.chain(_points(ring, names, first), _points(ring, names, second)):
        if _holds(ring, first, point) != _holds(ring, second, point):
            return Evidence("dynamics", {"point": {n: str(v) for n, v in point.items()}})
    return "neither a combination of the equations nor a simple point decides"


def _branches(ring: Ring, formula: Term) -> list[list[fmpq_mpoly]]:
    """Alternatives, each a list of polynomials that vanish together; see `grader.replay.points`."""
    if formula.kind == "constant":
        return [[]] if formula.name == "true" else []
    if formula.kind == "relation" and set(formula.signs) == {"="}:
        sides = [ring.read(s) for s in formula.args]
        return [[a - b for a, b in zip(sides, sides[1:])]]
    parts = [_branches(ring, a) for a in formula.args] if formula.is_apply("or") or formula.is_apply("and") else None
    if parts is None:
        raise NotPolynomial("no formula of equations")
    if formula.is_apply("or"):
        made = [b for p in parts for b in p]
    else:
        made = [sum(chosen, []) for chosen in itertools.islice(itertools.product(*parts), MAX_BRANCHES + 1)]
    if len(made) > MAX_BRANCHES:
        raise NotPolynomial("a formula with too many alternatives")
    return made


def _holds(ring: Ring, alternatives: Sequence[Sequence[fmpq_mpoly]], point: Mapping[str, Fraction]) -> bool:
    return any(all(ring.evaluate(p, point) == 0 for p in branch) for branch in alternatives)


def _combinations(given: Sequence[fmpq_mpoly], wanted: Sequence[fmpq_mpoly]) -> list[list[str]] | None:
    """Numbers c with sum c_k given_k = each wanted one, or None."""
    monomials = sorted({tuple(map(int, m)) for p in [*given, *wanted] for m in p.monoms()})
    columns = [_vector(p, monomials) for p in given]
    table = []
    for target in wanted:
        row = _combine(columns, _vector(target, monomials))
        if row is None:
            return None
        table.append([str(c) for c in row])
    return table


def _vector(polynomial: fmpq_mpoly, monomials: Sequence[tuple[int, ...]]) -> list[Any]:
    held = {tuple(map(int, m)): c for m, c in zip(polynomial.monoms(), polynomial.coeffs())}
    return [held.get(m, 0) for m in monomials]


def _combine(columns: Sequence[Sequence[Any]], target: Sequence[Any]) -> list[Fraction] | None:
    if not any(target):
        return [Fraction(0)] * len(columns)
    if not columns:
        return None
    width = len(columns) + 1
    reduced, rank = fmpq_mat(len(target), width, [x for i in range(len(target)) for x in [*(c[i] for c in columns), target[i]]]).rref()
    made = [Fraction(0)] * len(columns)
    for r in range(rank):
        pivot = next(c for c in range(width) if reduced[r, c] != 0)
        if pivot == width - 1:
            return None
        made[pivot] = dynamics.to_fraction(reduced[r, width - 1])
    return made


def _points(ring: Ring, order: Sequence[str], premise: Sequence[Sequence[fmpq_mpoly]]) -> Iterator[dict[str, Fraction]]:
    """Points that may satisfy the premise: solutions of its affine branches, then a grid."""
    for branch in premise:
        if all(p.total_degree() <= 1 for p in branch):
            yield from _affine_points(ring, order, branch)
    yield from _grid(order, GRID)


def _affine_points(ring: Ring, order: Sequence[str], branch: Sequence[fmpq_mpoly]) -> Iterator[dict[str, Fraction]]:
    size = len(order)
    unit = [tuple(int(n == v) for n in ring.names) for v in order]
    zero = tuple(0 for _ in ring.names)
    rows = [_vector(p, [*unit, zero]) for p in branch]
    reduced, rank = fmpq_mat(len(rows), size + 1, [x for row in rows for x in row]).rref() if rows else (None, 0)
    pivots = [next(c for c in range(size + 1) if reduced[r, c] != 0) for r in range(rank)]
    if size in pivots:
        return
    free = [k for k in range(size) if k not in pivots]
    for chosen in _grid([order[k] for k in free], (1, 0, -1, 2, -2)):
        point = dict(chosen)
        for r, pivot in enumerate(pivots):
            point[order[pivot]] = -dynamics.to_fraction(reduced[r, size]) - sum(
                (dynamics.to_fraction(reduced[r, k]) * chosen[order[k]] for k in free), Fraction(0))
        yield {n: point[n] for n in order}


# ----------------------------------------------------------------------------------------------------------- the long run


def follow(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Where the iterates from a start go: a step after which it recurs, or its minimal polynomial."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or conclusion.property not in (
            "dynamics.converges", "dynamics.bounded", "dynamics.oscillates", "dynamics.returns"):
        return None
    parameters = dict(conclusion.parameters)
    made, start = dynamics.system(parameters), dynamics.start_of(parameters)
    if made.others:
        return f"{', '.join(made.others)} has no value"
    data = course(made, start, {}, budget)
    return Evidence("dynamics", data) if isinstance(data, dict) else data


def course(made: System, start: Mapping[str, Fraction], values: Mapping[str, Fraction], budget: Budget) -> dict[str, Any] | str:
    """Evidence for where the iterates go, with `values` for the system's other names."""
    if not values:
        state = dict(start)
        for k in range(1, 61):
            budget.check()
            try:
                state = made.step(state)
            except ValueError:
                break
            if state == dict(start):
                return {"orbit": k}
    map_ = dynamics.affine(made)
    if map_ is None:
        return "the step is not affine and the start does not recur soon"
    matrix, constant = map_.at(values)
    polynomial = stability.annihilator(matrix, constant, [dynamics.to_flint(start[n]) for n in made.order])
    return {"annihilator": [str(c) for c in polynomial]}


def vary_step(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Is there a constant step size with which the values settle: one that does, or samples that show that none does."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or conclusion.property != "dynamics.step_helps":
        return None
    parameters = dict(conclusion.parameters)
    made = dynamics.system(parameters)
    map_ = dynamics.affine(made)
    if map_ is None:
        return "the step is not affine"
    name = parameters["step"].name
    if made.others != (name,):
        return "the system has other open names than the step size"
    start = dynamics.start_of(parameters) if "start" in parameters else None
    coefficients = stability.characteristic(map_)
    conditions = [stability.univariate(map_.ring, c, name) for c in stability.schur_cohn(map_.ring, coefficients)]
    taken = [] if any(c.is_zero() for c in conditions) else _samples(conditions)
    for sample in taken:
        budget.check()
        if stability.is_schur([map_.ring.evaluate(c, {name: sample}) for c in coefficients]):
            return Evidence("dynamics", _at(made, name, sample, start, budget))
    data: dict[str, Any] = {"samples": [str(s) for s in taken]}
    if start is not None:
        exceptions = _exceptions(made, map_, name, start, budget)
        if not isinstance(exceptions, list):
            return exceptions
        data["exceptions"] = exceptions
    return Evidence("dynamics", data)


def _samples(conditions: Sequence[Any]) -> list[Fraction]:
    product = conditions[0]
    for condition in conditions[1:]:
        product = product * condition
    return stability.samples(product)


def _at(made: System, name: str, size: Fraction, start: Mapping[str, Fraction] | None, budget: Budget) -> dict[str, Any]:
    data: dict[str, Any] = {"step": str(size)}
    if start is not None:
        found = course(made, start, {name: size}, budget)
        data |= found if isinstance(found, dict) else {}
    return data


def _exceptions(made: System, map_: dynamics.Affine, name: str, start: Mapping[str, Fraction],
                budget: Budget) -> list[dict[str, Any]] | str | Evidence:
    """The step sizes for which the start is special, each with its evidence; Evidence where one of them settles."""
    determinant = stability.univariate(map_.ring, stability.krylov(map_, [map_.ring.constant(start[n]) for n in made.order]), name)
    if determinant.is_zero():
        return "the start is special for every step size"
    special = stability.rational_roots(determinant)
    if len(special) != len(stability.positive_roots(determinant)):
        return "the start is special for a step size that is no rational number"
    found = []
    for size in special:
        data = _at(made, name, size, start, budget)
        if _settles([Fraction(c) for c in data["annihilator"]]):
            return Evidence("dynamics", data)
        found.append(data)
    return found


def _settles(polynomial: Sequence[Fraction]) -> bool:
    rest, carry = [], Fraction(0)
    for coefficient in reversed(polynomial):
        carry += coefficient
        rest.insert(0, carry)
    return stability.is_schur(rest[1:])


PROCEDURES = (
    ("compute", compute), ("put the step into the rule", compare_rule), ("place the points that stay", place_points),
    ("compare the points", same_points), ("follow the iterates", follow), ("vary the step size", vary_step),
)
