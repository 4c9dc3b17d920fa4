"""Small models of hypotheses about vectors and matrices: sizes 1 to 3, whole numbers and simple fractions, exactly as the hypotheses want them.

Orthogonal matrices are signed permutations or Cayley transforms (I - S)(I + S)^-1 of skew S (A. Cayley, 1846), unit vectors their columns; positive
(semi)definite ones are B^T B (+ I); projections B (B^T B)^-1 B^T. Equations among the hypotheses are solved for a letter in which they are affine, one
after the other; the free part of its value is random.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.replay.matrix_claims import Situation, nodes_of
from grader.replay.matrix_hypotheses import model_of, places, require_hypotheses
from grader.replay.matrix_values import Matrix, Undefined, Unsure, Values, determinant, inverted, main, minus, product

SIZES = ((2, 2, 2, 2), (3, 2, 2, 3), (2, 3, 2, 2), (2, 2, 3, 2), (1, 1, 1, 1), (1, 2, 2, 1), (2, 1, 2, 2), (3, 3, 3, 3), (2, 2, 1, 3), (3, 2, 1, 2))
"""Values of the sizes in the order of their names, tried in turn."""
SCALES = (Fraction(1), Fraction(1, 4), Fraction(1, 12), Fraction(1, 2), Fraction(3))
"""Factors of all entries that nothing restricts, for some of the tries: some bounds fail for small values only."""


def models(s: Situation, seed: str, count: int, check: Callable[[], None] = lambda: None) -> Iterator[dict[str, Any]]:
    """Models that satisfy the hypotheses, as records {"letters", "sizes"}; of `count` tries. `check` is called at each and may raise."""
    roots = sorted({r for node in s.language.letters.values() for t in node.shape if not (r := s.size(t)).isdigit()}
                   | {r for t in s.language.labels.values() if not (r := s.size(t)).isdigit()} | {r for t in s.language.sized if not (r := s.size(t)).isdigit()}
                   | set(_loose(s)))
    for k in range(count):
        check()
        rng = random.Random(f"{seed} {k}")
        sizes = {r: SIZES[k % len(SIZES)][i % 4] for i, r in enumerate(roots)}
        found = _model(s, sizes, rng, k % 3 == 2)
        if found is not None:
            yield {"letters": {name: [[str(x) for x in row] for row in a] for name, a in sorted(found.items())}, "sizes": sizes}


def _loose(s: Situation) -> Iterator[str]:
    """Sizes that belong to no letter."""
    for side in (*s.sides, *[n for pair in s.equations for n in pair], *[n for a, b, _ in s.orders for n in (a, b)], *[n for n, _ in s.psd], *s.regular):
        for node in nodes_of(side):
            for t in node.shape:
                if not (r := s.size(t)).isdigit():
                    yield r


def _model(s: Situation, sizes: dict[str, int], rng: random.Random, scaled: bool) -> dict[str, Matrix] | None:
    def size(token: str) -> int:
        root = s.size(token)
        return int(root) if root.isdigit() else sizes[root]

    letters: dict[str, Matrix] = {}
    for name, node in sorted(s.language.letters.items()):
        if max(size(t) for t in node.shape) > 4:
            return None
        made = letter(s.domains[name], size(node.shape[0]), size(node.shape[1]), rng)
        if made is None:
            return None
        free = not s.domains[name].traits and not s.domains[name].unit and s.domains[name].field not in ("integer",)
        scale = rng.choice(SCALES) if scaled else Fraction(1)
        if free and s.domains[name].upper is None and (s.domains[name].lower in (None, 0)) and max(map(size, node.shape)) >= 1:
            made = [[x * scale for x in row] for row in made]
        letters[name] = made
    values = Values(letters, size, {})
    if s.equations and not _solve(s, values, rng):
        return None
    record = {name: [[str(x) for x in row] for row in a] for name, a in letters.items()}
    try:
        v = model_of(s, record, dict(sizes))
        require_hypotheses(s, v)
    except (Refused, Undefined, Unsure, KeyError):
        return None
    return letters


# ---- single letters


def letter(d: Domain, rows: int, columns: int, rng: random.Random) -> Matrix | None:
    """A matrix of the domain, or None where a try fails."""
    traits = set(d.traits)
    if traits and rows != columns and not traits <= {"orthonormal columns", "simplex"}:
        return None
    if "orthogonal" in traits or "orthonormal columns" in traits or d.unit:
        if columns > rows:
            return None
        q = _orthogonal(rows, rng)
        return [r[:columns] for r in q]
    if "simplex" in traits:
        counts = [rng.randint(1, 3) for _ in range(rows)]
        return [[Fraction(c, sum(counts))] for c in counts]
    if traits & {"positive definite", "psd"}:
        b = _numbers(rows, rows, rng)
        made = product([list(c) for c in zip(*b)], b)
        if "positive definite" in traits:
            made = [[x + (i == j) for j, x in enumerate(r)] for i, r in enumerate(made)]
        return _kept_diagonal(made) if "diagonal" in traits else made
    if traits & {"projection", "idempotent"}:
        return _idempotent(rows, rng, "projection" in traits)
    made = [[_entry(d, rng) for _ in range(columns)] for _ in range(rows)]
    if "diagonal" in traits:
        made = [[x if i == j else Fraction(0) for j, x in enumerate(r)] for i, r in enumerate(made)]
    if "symmetric" in traits:
        made = [[made[max(i, j)][min(i, j)] for j in range(rows)] for i in range(rows)]
    if "skew" in traits:
        made = [[made[i][j] if i > j else -made[j][i] if i < j else Fraction(0) for j in range(rows)] for i in range(rows)]
    if "invertible" in traits and determinant(made) == 0:
        return None
    return made


def _entry(d: Domain, rng: random.Random) -> Fraction:
    for _ in range(40):
        x = Fraction(rng.choice((1, 2, 3, -1, -2, -3, 0, 1, 2, -1)))
        if d.lower is not None or d.upper is not None:
            low = d.lower if d.lower is not None else d.upper - 4  # type: ignore[operator]
            high = d.upper if d.upper is not None else low + 4
            x = low + (high - low) * Fraction(rng.randint(0, 4), 4)
        if d.admits(x):
            return x
    return Fraction(1)


def _numbers(rows: int, columns: int, rng: random.Random) -> Matrix:
    return [[Fraction(rng.randint(-2, 2)) for _ in range(columns)] for _ in range(rows)]


def _kept_diagonal(a: Matrix) -> Matrix:
    return [[x if i == j else Fraction(0) for j, x in enumerate(r)] for i, r in enumerate(a)]


def _orthogonal(n: int, rng: random.Random) -> Matrix:
    if rng.random() < 0.3:
        order = list(range(n))
        rng.shuffle(order)
        return [[Fraction(rng.choice((1, -1)) if j == order[i] else 0) for j in range(n)] for i in range(n)]
    s = [[Fraction(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i):
            s[i][j] = Fraction(rng.choice((1, 2, -1, -2, 3)), rng.choice((1, 2)))
            s[j][i] = -s[i][j]
    unit = [[Fraction(i == j) for j in range(n)] for i in range(n)]
    less = [[a - b for a, b in zip(r, t)] for r, t in zip(unit, s)]
    more = [[a + b for a, b in zip(r, t)] for r, t in zip(unit, s)]
    return product(less, inverted(more))


def _idempotent(n: int, rng: random.Random, symmetric: bool) -> Matrix | None:
    u = _numbers(n, 1, rng)
    v = u if symmetric else _numbers(n, 1, rng)
    dot = sum(a[0] * b[0] for a, b in zip(u, v))
    if dot == 0:
        return None
    return [[a[0] * b[0] / dot for b in v] for a in u]


# ---- equations among the hypotheses


def _solve(s: Situation, v: Values, rng: random.Random) -> bool:
    """Change letters so that the equations hold, one after the other. Letters of equations already solved stay as they are."""
    kept: set[str] = set()
    for a, b in s.equations:
        names = _letters(a) | _letters(b)
        if not _satisfied(s, v, a, b):
            free = [n for n in sorted(names - kept) if not set(s.domains[n].traits) - {"symmetric", "diagonal", "invertible", "square"} and not s.domains[n].unit]
            rng.shuffle(free)
            if not any(_solve_for(s, v, a, b, name, rng) for name in free) and not any(_vanish(s, v, a, b, name) for name in free):
                return False
        kept |= names
    return True


def _letters(node: Any) -> set[str]:
    own = {node.extra[0]} if node.op == "letter" else set()
    return own.union(*[_letters(a) for a in node.args])


def _residual(s: Situation, v: Values, a: Any, b: Any) -> list[Fraction] | None:
    found = []
    try:
        for place in places(s, v):
            at = Values(v.letters, v.size, place)
            for r, t in zip(at.of(a), at.of(b)):
                found += [main(minus(x, y)) for x, y in zip(r, t)]
    except (Undefined, Unsure, KeyError):
        return None
    return found if all(isinstance(x, Fraction) for x in found) else None


def _satisfied(s: Situation, v: Values, a: Any, b: Any) -> bool:
    found = _residual(s, v, a, b)
    return found is not None and not any(found)


def _solve_for(s: Situation, v: Values, a: Any, b: Any, name: str, rng: random.Random) -> bool:
    """Solve the equation for a letter in which it is affine."""
    old = v.letters[name]
    rows, columns = len(old), len(old[0])
    symmetric, diagonal = "symmetric" in s.domains[name].traits, "diagonal" in s.domains[name].traits
    places_ = [(i, j) for i in range(rows) for j in range(columns) if not (symmetric and j > i) and not (diagonal and i != j)]

    def at(coordinates: Sequence[Fraction]) -> list[Fraction] | None:
        made = [[Fraction(0)] * columns for _ in range(rows)]
        for (i, j), x in zip(places_, coordinates):
            made[i][j] = x
            if symmetric:
                made[j][i] = x
        v.letters[name] = made
        return _residual(s, v, a, b)

    n = len(places_)
    zero = at([Fraction(0)] * n)
    unit = [at([Fraction(k == j) for k in range(n)]) for j in range(n)]
    probe = [Fraction(rng.randint(-3, 3)) for _ in range(n)]
    seen = at(probe)
    v.letters[name] = old
    if zero is None or seen is None or any(u is None for u in unit):
        return False
    slopes = [[u[k] - zero[k] for u in unit] for k in range(len(zero))]  # type: ignore[index]
    if any(sum((c * x for c, x in zip(row, probe)), zero[k]) != seen[k] for k, row in enumerate(slopes)):
        return False
    solved = _linear(slopes, [-x for x in zero], [Fraction(rng.randint(-2, 2)) for _ in range(n)])
    if solved is None:
        return False
    at(solved)
    return True


def _vanish(s: Situation, v: Values, a: Any, b: Any, name: str) -> bool:
    """Is the equation satisfied once the letter is zero?"""
    old = v.letters[name]
    v.letters[name] = [[Fraction(0)] * len(r) for r in old]
    if _satisfied(s, v, a, b):
        return True
    v.letters[name] = old
    return False


def _linear(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction], free: Sequence[Fraction]) -> list[Fraction] | None:
    """A solution of rows x = right with the free coordinates as given; None where there is none (Gauss-Jordan)."""
    n = len(free)
    table = [list(r) + [b] for r, b in zip(rows, right)]
    pivots: list[int] = []
    for j in range(n):
        k = next((k for k in range(len(pivots), len(table)) if table[k][j]), None)
        if k is None:
            continue
        top = len(pivots)
        table[top], table[k] = table[k], table[top]
        table[top] = [x / table[top][j] for x in table[top]]
        for i, row in enumerate(table):
            if i != top and row[j]:
                table[i] = [x - row[j] * y for x, y in zip(row, table[top])]
        pivots.append(j)
    if any(row[-1] for row in table[len(pivots):]):
        return None
    made = [x if j not in pivots else Fraction(0) for j, x in enumerate(free)]
    for row, j in zip(table, pivots):
        made[j] = row[-1] - sum((row[k] * made[k] for k in range(n) if k not in pivots), Fraction(0))
    return made
