"""Where the iterates of an affine map x -> M x + c go, in exact arithmetic, also for a whole range of a parameter such as a step size.

The mathematics (n variables; A is M with c as a further column and the row 0 .. 0 1; y is x with a 1 appended):

- The iterates from x_0 satisfy the recurrence of the minimal polynomial m of y_0 under A (the monic polynomial of least degree with
  m(A) y_0 = 0), and of no shorter one. So every root of m, with its multiplicity, shows in the iterates: they converge exactly when m is
  (z - 1) times a polynomial with all roots inside the unit circle, and they stay bounded exactly when the roots of m lie in the closed
  disc and those on the circle are simple. (z - 1 divides m because the last entry of y is always 1.)
- All starts tend to one and the same point exactly when all roots of the characteristic polynomial of M lie inside the circle.
- A start whose differences d, M d, ..., M^(n-1) d (d = x_1 - x_0) are independent converges exactly when all roots of the characteristic
  polynomial lie inside: if M^t d tends to 0, so does M^t M^k d for every k, hence M^t on the whole space.
- Schur-Cohn: with p(z) = a_n z^n + ... + a_0, all roots lie inside exactly when |a_0| < |a_n| and the same holds for
  (a_n p(z) - a_0 z^n p(1/z)) / z. (E. I. Jury, Theory and Application of the z-Transform Method, 1964.)
- The steps s > 0 for which all roots lie inside form an open set, bounded by zeros of Schur-Cohn's polynomials in s. So one rational
  sample in each interval between those zeros decides for all s, the zeros themselves included.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from flint import fmpq, fmpq_mat, fmpq_mpoly, fmpq_poly

from grader.algebra.dynamics import MAX_TERMS, Affine, NotPolynomial, Ring, to_fraction


def characteristic(map_: Affine) -> tuple[fmpq_mpoly, ...]:
    """Coefficients a_0, ..., a_n = 1 of det(z - M), by Faddeev and Le Verrier's recursion."""
    size, ring, matrix = len(map_.order), map_.ring, map_.matrix
    one, zero = ring.constant(1), ring.constant(0)
    held = [[zero] * size for _ in range(size)]
    coefficients = [one]
    for k in range(1, size + 1):
        held = [[_sum(ring, (matrix[i][m] * held[m][j] for m in range(size))) + (coefficients[-1] if i == j else zero) for j in range(size)]
                for i in range(size)]
        trace = _sum(ring, (matrix[i][m] * held[m][i] for i in range(size) for m in range(size)))
        coefficients.append(trace * ring.constant(Fraction(-1, k)))
    return tuple(reversed(coefficients))


def _sum(ring: Ring, items: Iterable[fmpq_mpoly]) -> fmpq_mpoly:
    made = ring.constant(0)
    for item in items:
        made = made + item
        if len(made) > MAX_TERMS:
            raise NotPolynomial("a matrix product with too many terms")
    return made


def schur_cohn(ring: Ring, coefficients: Sequence[fmpq_mpoly]) -> tuple[fmpq_mpoly, ...]:
    """Polynomials in the coefficients' names that are all positive exactly where all roots lie inside the unit circle."""
    held, conditions = list(coefficients), []
    while len(held) > 1:
        first, last = held[0], held[-1]
        conditions.append(last * last - first * first)
        held = [last * a - first * b for a, b in zip(held, reversed(held))][1:]
        if any(len(c) > MAX_TERMS for c in held):
            raise NotPolynomial("stability conditions with too many terms")
    return tuple(conditions)


def stability_conditions(map_: Affine) -> tuple[fmpq_mpoly, ...]:
    """Polynomials that are all positive exactly where all starts tend to one and the same point.

    For one and two variables the usual short forms (1 - T + D, 1 + T + D, 1 - D with trace T and determinant D); beyond, Schur-Cohn's.
    """
    coefficients, one = characteristic(map_), map_.ring.constant(1)
    if len(coefficients) == 2:
        return (one + coefficients[0], one - coefficients[0])
    if len(coefficients) == 3:
        d, minus_t = coefficients[0], coefficients[1]
        return (one + minus_t + d, one - minus_t + d, one - d)
    return schur_cohn(map_.ring, coefficients)


def is_schur(coefficients: Sequence[Fraction]) -> bool:
    """Do all roots lie inside the unit circle (lowest coefficient first)? True for a constant. Exact, by Schur-Cohn."""
    held = list(coefficients)
    while len(held) > 1:
        if abs(held[0]) >= abs(held[-1]):
            return False
        first, last = held[0], held[-1]
        held = [last * a - first * b for a, b in zip(held, reversed(held))][1:]
    return True


def annihilator(matrix: fmpq_mat, constant: Sequence[fmpq], start: Sequence[fmpq]) -> list[Fraction]:
    """Coefficients (lowest first, monic) of the minimal polynomial of the start, with a 1 appended, under the map with its constant."""
    size = len(start)
    whole = fmpq_mat(size + 1, size + 1, [x for i in range(size) for x in [*matrix.tolist()[i], constant[i]]] + [0] * size + [1])
    vectors = [fmpq_mat(size + 1, 1, [*start, 1])]
    while True:
        following = whole * vectors[-1]
        joined = fmpq_mat(size + 1, len(vectors) + 1, [v[i, 0] for i in range(size + 1) for v in [*vectors, following]])
        reduced, rank = joined.rref()
        if rank == len(vectors):
            return [-to_fraction(reduced[i, len(vectors)]) for i in range(rank)] + [Fraction(1)]
        vectors.append(following)


def krylov(map_: Affine, start: Sequence[fmpq_mpoly]) -> fmpq_mpoly:
    """det(d, M d, ..., M^(n-1) d) with d = M x_0 + c - x_0, in the system's other names. It is zero where the start is special."""
    ring, size, matrix = map_.ring, len(map_.order), map_.matrix
    image = lambda v: [_sum(ring, (matrix[i][m] * v[m] for m in range(size))) for i in range(size)]  # noqa: E731
    first = [a + c - b for a, c, b in zip(image(start), map_.constant, start)]
    columns = [first]
    while len(columns) < size:
        columns.append(image(columns[-1]))
    return _determinant(ring, columns)


def _determinant(ring: Ring, rows: list[list[fmpq_mpoly]]) -> fmpq_mpoly:
    if len(rows) == 1:
        return rows[0][0]
    parts = []
    for k, entry in enumerate(rows[0]):
        if not entry.is_zero():
            minor = _determinant(ring, [row[:k] + row[k + 1:] for row in rows[1:]])
            parts.append(entry * minor if k % 2 == 0 else -(entry * minor))
    return _sum(ring, parts)


def univariate(ring: Ring, polynomial: fmpq_mpoly, name: str) -> fmpq_poly | None:
    """The polynomial in one name, or None when another occurs."""
    place = ring.names.index(name)
    made: dict[int, fmpq] = {}
    for exponents, coefficient in polynomial.terms():
        powers = [int(e) for e in exponents]
        if any(e for k, e in enumerate(powers) if k != place):
            return None
        made[powers[place]] = coefficient
    return fmpq_poly([made.get(k, fmpq(0)) for k in range(max(made, default=0) + 1)])


def positive_roots(polynomial: fmpq_poly) -> list[tuple[fmpq, fmpq]]:
    """Disjoint intervals (a, b], 0 < a, one around each distinct positive root, in order and with a gap between neighbours.

    By Sturm's theorem and bisection. Fails with ValueError for the zero polynomial.
    """
    if polynomial.is_zero():
        raise ValueError("the zero polynomial has every root")
    free = polynomial // polynomial.gcd(polynomial.derivative()) if polynomial.degree() > 0 else polynomial
    if free.degree() > 0 and free[0] == 0:
        free = free // fmpq_poly([0, 1])
    if free.degree() < 1:
        return []
    chain = [free, free.derivative()]
    while chain[-1].degree() > 0:
        chain.append(-(chain[-2] % chain[-1]))

    def count(low: fmpq, high: fmpq) -> int:
        return _changes(chain, low) - _changes(chain, high)

    highest = fmpq(1) + max(abs(c) for c in free.coeffs()) / abs(free.leading_coefficient())
    found: list[tuple[fmpq, fmpq]] = []
    stack = [(fmpq(0), highest)]
    while stack:
        low, high = stack.pop()
        roots = count(low, high)
        last = found[-1][1] if found else fmpq(0)
        if roots > 1 or roots == 1 and low <= last:
            middle = (low + high) / 2
            stack += [(middle, high), (low, middle)]
        elif roots == 1:
            found.append((low, high))
    return found


def _changes(chain: Sequence[fmpq_poly], x: fmpq) -> int:
    values = [v for v in (p(x) for p in chain) if v != 0]
    return sum((a > 0) != (b > 0) for a, b in zip(values, values[1:]))


def rational_roots(polynomial: fmpq_poly) -> list[Fraction]:
    """Its distinct positive rational roots, in order."""
    linear = [f for f, _ in polynomial.factor()[1] if f.degree() == 1] if polynomial.degree() > 0 else []
    return sorted(r for r in (to_fraction(-f[0] / f[1]) for f in linear) if r > 0)


def samples(polynomial: fmpq_poly) -> list[Fraction]:
    """A rational number in each open interval between 0, the positive roots and infinity."""
    around = positive_roots(polynomial)
    ends = [(fmpq(0), fmpq(0)), *around]
    inner = [(b + a) / 2 for (_, b), (a, _) in zip(ends, ends[1:])]
    return [to_fraction(x) for x in [*inner, ends[-1][1] + 1]]
