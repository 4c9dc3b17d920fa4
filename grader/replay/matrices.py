"""Operations on matrices that are written out, worked out entry by entry: sums, products, powers, transposes, inverses, determinants, traces; of
columns and rows the inner and cross products and the length.

Entries stay terms; whole and rational entries are computed. The inverse is the adjugate over the determinant (Cramer's rule), so that it is defined
exactly where the determinant is not zero. A column times a column and other products whose sizes do not fit have no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.kernel import Refused
from grader.term import Term, apply, collection, number, walk

MAX_ENTRIES = 36
MAX_POWER = 8
MAX_EXACT_POWER = 400
"""Largest power of a matrix of numbers."""
MAX_BITS = 4000
MAX_SIZE = 4000
"""Largest entry that comes out, in nodes."""
Rows = list[list[Term]]


def has_matrices(term: Term) -> bool:
    """Does a written-out matrix stand inside an operation?"""
    return term.kind == "apply" and any(node.kind == "tuple" and node.name == "matrix" for node in walk(term))


def worked_out(term: Term) -> Term:
    """The term with operations on written-out matrices carried out. Fails with `Refused` where one is not defined or not known."""
    if not has_matrices(term):
        return term
    value = _value(term)
    return _written(value) if isinstance(value, list) else value


def _written(rows: Rows) -> Term:
    return collection("matrix", *[collection("tuple", *r) for r in rows])


def _value(term: Term) -> Rows | Term:
    if term.kind == "tuple" and term.name == "matrix":
        rows = [list(r.args) if r.kind == "tuple" else [r] for r in term.args]
        if not rows or len({len(r) for r in rows}) != 1 or len(rows) * len(rows[0]) > MAX_ENTRIES:
            raise Refused("rows of different lengths, or too many entries")
        return [[worked_out(e) for e in r] for r in rows]
    if not has_matrices(term):
        return term
    operation = _OPERATIONS.get(term.name)
    if operation is None or term.kind != "apply":
        raise Refused(f"{term.name} of a matrix that is written out")
    return operation([_value(a) for a in term.args])


# ---- entries


def _exact(term: Term) -> Fraction | None:
    if term.kind == "number":
        return term.value
    if term.is_apply("neg", 1) and term.args[0].kind == "number":
        return -term.args[0].value  # type: ignore[operator]
    if term.is_apply("div", 2):
        a, b = _exact(term.args[0]), _exact(term.args[1])
        return a / b if a is not None and b else None
    return None


def _plus(terms: Sequence[Term]) -> Term:
    exact, rest = Fraction(0), []
    for t in terms:
        value = _exact(t)
        if value is None:
            rest.append(t)
        else:
            exact += value
    parts = [*rest, *([number(exact)] if exact or not rest else [])]
    return _bounded(parts[0] if len(parts) == 1 else apply("add", *parts))


def _times(a: Term, b: Term) -> Term:
    x, y = _exact(a), _exact(b)
    if x is not None and y is not None:
        return number(x * y)
    if x == 1 or y == 1:
        return b if x == 1 else a
    return _bounded(apply("mul", a, b))


def _bounded(term: Term) -> Term:
    if term.size > MAX_SIZE:
        raise Refused("entries that become too long")
    return term


# ---- operations


def _square(x: Rows | Term) -> Rows:
    if not isinstance(x, list) or len(x) != len(x[0]):
        raise Refused("a matrix that is not square")
    return x


def _add(values: list[Rows | Term]) -> Rows:
    if any(not isinstance(v, list) for v in values):
        raise Refused("a sum of a matrix and a number")
    matrices: list[Rows] = values  # type: ignore[assignment]
    if len({(len(m), len(m[0])) for m in matrices}) != 1:
        raise Refused("a sum of matrices of different sizes")
    return [[_plus([m[i][j] for m in matrices]) for j in range(len(matrices[0][0]))] for i in range(len(matrices[0]))]


def _product(a: Rows | Term, b: Rows | Term) -> Rows | Term:
    if not isinstance(a, list) and not isinstance(b, list):
        return _times(a, b)
    if not isinstance(a, list) or not isinstance(b, list):
        factor, rows = (b, a) if isinstance(a, list) else (a, b)
        return [[_times(factor, e) for e in r] for r in rows]  # type: ignore[arg-type, union-attr]
    if len(a) == len(a[0]) == 1 and len(b) != 1:
        return _product(a[0][0], b)
    if len(a[0]) != len(b):
        raise Refused("a product of matrices whose sizes do not fit")
    made = [[_plus([_times(x, b[k][j]) for k, x in enumerate(r)]) for j in range(len(b[0]))] for r in a]
    return made[0][0] if len(made) == len(made[0]) == 1 and len(b) > 1 else made  # a row times a column is a number


def _mul(values: list[Rows | Term]) -> Rows | Term:
    made = values[0]
    for v in values[1:]:
        made = _product(made, v)
    return made


def _transpose(values: list[Rows | Term]) -> Rows | Term:
    x = values[0]
    return [list(c) for c in zip(*x)] if isinstance(x, list) else x


def _determinant(rows: Rows) -> Term:
    if len(rows) == 1:
        return rows[0][0]
    if len(rows) > 4:
        raise Refused("the determinant of a large matrix")
    parts = []
    for j, x in enumerate(rows[0]):
        minor = _times(x, _determinant([r[:j] + r[j + 1:] for r in rows[1:]]))
        parts.append(_times(number(-1), minor) if j % 2 else minor)
    return _plus(parts)


def _inverse(values: list[Rows | Term]) -> Rows | Term:
    if not isinstance(values[0], list):
        return apply("div", number(1), values[0])
    rows = _square(values[0])
    whole = _determinant(rows)
    exact = _exact(whole)
    if exact == 0:
        raise Refused("the inverse of a singular matrix")
    n = len(rows)
    if n == 1:
        cofactors = [[number(1)]]
    else:
        cofactors = [[_times(number((-1) ** (i + j)), _determinant([r[:i] + r[i + 1:] for k, r in enumerate(rows) if k != j])) for j in range(n)]
                     for i in range(n)]
    return [[_times(c, number(1 / exact)) if exact else apply("div", c, whole) for c in r] for r in cofactors]


def _pow(values: list[Rows | Term]) -> Rows | Term:
    base, exponent = values
    if not isinstance(base, list) or isinstance(exponent, list):
        raise Refused("a matrix in an exponent")
    power = _exact(exponent)
    rows = _square(base)
    entries = [_exact(e) for r in rows for e in r]
    most = MAX_POWER if None in entries else MAX_EXACT_POWER
    if power is None or power.denominator != 1 or abs(power) > most:
        raise Refused("a power of a matrix that is no small whole number")
    longest = max([e.numerator.bit_length() + e.denominator.bit_length() for e in entries if e is not None], default=0)
    if most == MAX_EXACT_POWER and abs(power) * longest > MAX_BITS:
        raise Refused("a power of a matrix with long entries")
    if power < 0:
        rows = _inverse([rows])  # type: ignore[assignment]
    made: Rows = [[number(i == j) for j in range(len(rows))] for i in range(len(rows))]
    for digit in f"{abs(int(power)):b}":
        made = _product(made, made)  # type: ignore[assignment]
        made = _product(made, rows) if digit == "1" else made  # type: ignore[assignment]
    return made


def _div(values: list[Rows | Term]) -> Rows | Term:
    a, b = values
    if isinstance(b, list):
        raise Refused("a division by a matrix")
    return _product(a, apply("div", number(1), b) if _exact(b) in (None, 0) else number(1 / _exact(b)))  # type: ignore[operator]


def _trace(values: list[Rows | Term]) -> Term:
    rows = _square(values[0])
    return _plus([rows[k][k] for k in range(len(rows))])


def _hadamard(values: list[Rows | Term]) -> Rows:
    a, b = values
    if not isinstance(a, list) or not isinstance(b, list) or (len(a), len(a[0])) != (len(b), len(b[0])):
        raise Refused("an entrywise product of different sizes")
    return [[_times(x, y) for x, y in zip(r, s)] for r, s in zip(a, b)]


def _inner(values: list[Rows | Term]) -> Term:
    rows = _hadamard(values)
    return _plus([e for r in rows for e in r])


def _dot(values: list[Rows | Term]) -> Rows | Term:
    a, b = values
    if isinstance(a, list) and isinstance(b, list) and len(a[0]) == len(b[0]) == 1 and len(a) == len(b):
        return _inner(values)
    return _product(a, b)


def _line(value: Rows | Term, size: int = 0) -> list[Term] | None:
    """The entries of a single column or row."""
    if not isinstance(value, list) or 1 not in (len(value), len(value[0])) or size and len(value) * len(value[0]) != size:
        return None
    return [e for r in value for e in r]


def _cross(values: list[Rows | Term]) -> Rows | Term:
    lines = [_line(v, 3) for v in values]
    if None in lines:
        return _mul(values)
    (a, b, c), (x, y, z) = lines  # type: ignore[misc]
    made = [_plus([_times(p, q), _times(number(-1), _times(r, t))]) for p, q, r, t in ((b, z, c, y), (c, x, a, z), (a, y, b, x))]
    return [[e] for e in made] if len(values[0]) == 3 else [made]  # type: ignore[arg-type]


def _length(values: list[Rows | Term]) -> Term:
    entries = _line(values[0]) if len(values) == 1 else None
    if entries is None:
        raise Refused("the norm of a matrix")
    squares = [number(x * x) if (x := _exact(e)) is not None else apply("pow", apply("abs", e), number(2)) for e in entries]
    return apply("sqrt", _plus(squares))


def _bars(values: list[Rows | Term]) -> Term:
    """|A| is a determinant, |v| of a column with more than one entry its length."""
    entries = _line(values[0])
    return _length(values) if entries is not None and len(entries) > 1 else _determinant(_square(values[0]))


_OPERATIONS = {
    "add": _add, "neg": lambda v: _product(number(-1), v[0]), "mul": _mul, "dotproduct": _dot, "transpose": _transpose, "inverse": _inverse, "pow": _pow,
    "div": _div, "det": lambda v: _determinant(_square(v[0])), "abs": _bars, "trace": _trace, "hadamard": _hadamard,
    "inner": _inner, "cross": _cross, "norm": _length,
}
