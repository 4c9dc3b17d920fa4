"""Exact linear programming over the rationals.

The two-phase simplex method in a dense tableau of fractions with Bland's rule, which cannot cycle (Bland 1977; Schrijver, Theory of Linear and
Integer Programming, 11.3). Made for systems of some dozens of rows and columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from flint import fmpq

ZERO = fmpq(0)
ONE = fmpq(1)


class Optimum(NamedTuple):
    """`point` is feasible; `unbounded` says that the objective grows without bound from it (then the point need not be the best one)."""

    point: tuple[Fraction, ...]
    value: Fraction
    unbounded: bool


def maximize(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction], objective: Sequence[Fraction],
             check: Callable[[], None] = lambda: None) -> Optimum | None:
    """The largest objective . x with rows . x = right and x >= 0; None where no x is feasible. `check` is called once a pivot and may raise."""
    count = len(objective)
    table = []
    for row, b in zip(rows, right):
        table.append([_exact(v) for v in (*row, b)] if b >= 0 else [_exact(-v) for v in (*row, b)])
    height = len(table)
    for i, line in enumerate(table):
        line[-1:-1] = [ONE if k == i else ZERO for k in range(height)]
    basis = [count + i for i in range(height)]
    phase = [sum((line[j] for line in table), ZERO) for j in range(count)] + [ZERO] * height + [sum((line[-1] for line in table), ZERO)]
    _pivot_to_optimum(table, basis, phase, count, check)
    if phase[-1] != 0:
        return None
    _leave_artificials(table, basis, count)
    costs = [*map(_exact, objective), *[ZERO] * height, ZERO]
    for i, j in enumerate(basis):
        if j < count and costs[j]:
            _subtract(costs, costs[j], table[i])
    bounded = _pivot_to_optimum(table, basis, costs, count, check)
    point = [ZERO] * count
    for i, j in enumerate(basis):
        if j < count:
            point[j] = table[i][-1]
    exact = tuple(Fraction(int(v.p), int(v.q)) for v in point)
    return Optimum(exact, sum((c * x for c, x in zip(objective, exact)), Fraction(0)), not bounded)


def _exact(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator) if value else ZERO


def _subtract(line: list[fmpq], times: fmpq, other: Sequence[fmpq]) -> None:
    for j, v in enumerate(other):
        if v:
            line[j] -= times * v


def _enter(table: list[list[fmpq]], basis: list[int], row: int, column: int, costs: list[fmpq] | None) -> None:
    pivot = table[row][column]
    table[row] = [v / pivot if v else v for v in table[row]]
    for i, line in enumerate(table):
        if i != row and line[column]:
            _subtract(line, line[column], table[row])
    if costs is not None and costs[column]:
        _subtract(costs, costs[column], table[row])
    basis[row] = column


def _pivot_to_optimum(table: list[list[fmpq]], basis: list[int], costs: list[fmpq], count: int, check: Callable[[], None]) -> bool:
    """Pivot until no cost is positive; False where the objective is unbounded."""
    while True:
        check()
        column = next((j for j in range(count) if costs[j] > 0), None)
        if column is None:
            return True
        best: tuple[fmpq, int, int] | None = None
        for i, line in enumerate(table):
            if line[column] > 0:
                candidate = (line[-1] / line[column], basis[i], i)
                if best is None or candidate < best:
                    best = candidate
        if best is None:
            return False
        _enter(table, basis, best[2], column, costs)


def _leave_artificials(table: list[list[fmpq]], basis: list[int], count: int) -> None:
    """Bring structural columns into the basis for artificial ones at zero; rows where none can enter are redundant."""
    for i in range(len(table)):
        if basis[i] >= count:
            column = next((j for j in range(count) if table[i][j]), None)
            if column is not None:
                _enter(table, basis, i, column, None)
