"""Values of nodes where the letters are matrices of numbers: exact fractions as long as that goes, else intervals that contain the value.

Derivatives are exact: dual numbers a + b eps with eps^2 = 0, one level for each derivative (A. Griewank, A. Walther, Evaluating Derivatives, 2nd ed.
(2008), chapter 3). No code is shared with the normal forms, so that a model speaks for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any, TypeAlias

from grader.replay.matrix_shapes import ONE, Node

Value: TypeAlias = Any
"""A Fraction, an interval, or a Dual over values of a lower level."""
Matrix: TypeAlias = "list[list[Value]]"
MAX_SIZE = 4
PRECISION = 120


class Undefined(Exception):
    """The expression has no value there (division by zero, a singular matrix, the logarithm of a negative number); the text says why."""


class Unsure(Exception):
    """Intervals do not tell."""


@dataclass(frozen=True)
class Dual:
    """value + slope * eps(level)."""

    level: int
    value: Value
    slope: Value


@lru_cache(maxsize=1)
def intervals() -> Any:
    """A context of interval arithmetic of our own."""
    from mpmath.ctx_iv import MPIntervalContext

    context = MPIntervalContext()
    context.prec = PRECISION
    return context


def _interval(x: Value) -> Value:
    if isinstance(x, Fraction):
        ctx = intervals()
        return ctx.mpf(x.numerator) / ctx.mpf(x.denominator)
    return x


def _level(x: Value) -> int:
    return x.level if isinstance(x, Dual) else 0


def _split(x: Value, level: int) -> tuple[Value, Value]:
    return (x.value, x.slope) if isinstance(x, Dual) and x.level == level else (x, Fraction(0))


def plus(a: Value, b: Value) -> Value:
    """a + b."""
    level = max(_level(a), _level(b))
    if level:
        (a0, a1), (b0, b1) = _split(a, level), _split(b, level)
        return Dual(level, plus(a0, b0), plus(a1, b1))
    return a + b if isinstance(a, Fraction) and isinstance(b, Fraction) else _interval(a) + _interval(b)


def times(a: Value, b: Value) -> Value:
    """a b."""
    level = max(_level(a), _level(b))
    if level:
        (a0, a1), (b0, b1) = _split(a, level), _split(b, level)
        return Dual(level, times(a0, b0), plus(times(a0, b1), times(a1, b0)))
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    if isinstance(a, Fraction) and a == 0 or isinstance(b, Fraction) and b == 0:
        return Fraction(0)
    return _interval(a) * _interval(b)


def minus(a: Value, b: Value) -> Value:
    """a - b."""
    return plus(a, times(Fraction(-1), b))


def main(x: Value) -> Value:
    """The value without slopes."""
    while isinstance(x, Dual):
        x = x.value
    return x


def sign(x: Value) -> int:
    """-1, 0 or 1. Fails with `Unsure` where an interval holds zero."""
    x = main(x)
    if isinstance(x, Fraction):
        return (x > 0) - (x < 0)
    if x.a > 0:
        return 1
    if x.b < 0:
        return -1
    raise Unsure("an interval around zero")


def reciprocal(x: Value) -> Value:
    """1 / x. Fails with `Undefined` at zero."""
    if isinstance(x, Dual):
        r = reciprocal(x.value)
        return Dual(x.level, r, times(Fraction(-1), times(times(r, r), x.slope)))
    if sign(x) == 0:
        raise Undefined("a division by zero")
    return 1 / x if isinstance(x, Fraction) else 1 / _interval(x)


def apply(name: str, x: Value) -> Value:
    """A function at a number."""
    if isinstance(x, Dual):
        at = apply(name, x.value)
        return Dual(x.level, at, times(_slope(name, x.value, at), x.slope))
    if name == "sigmoid":
        return reciprocal(plus(Fraction(1), apply("exp", times(Fraction(-1), x))))
    if name == "tanh":
        e = apply("exp", times(Fraction(2), x))
        return times(minus(e, Fraction(1)), reciprocal(plus(e, Fraction(1))))
    if name in ("abs", "relu"):
        s = sign(x)
        return x if s > 0 else Fraction(0) if s == 0 or name == "relu" else times(Fraction(-1), x)
    if name == "sqrt":
        return _root(x)
    if name == "log" and sign(x) <= 0:
        raise Undefined("the logarithm of a number that is not positive")
    if isinstance(x, Fraction) and x == (1 if name == "log" else 0) and name in ("exp", "log", "sin", "cos"):
        return Fraction(name in ("exp", "cos"))
    y = _interval(x)
    if name == "exp" and (y.b > 200 or y.a < -200):
        raise Unsure("an exponential out of range")
    return {"exp": intervals().exp, "log": intervals().log, "sin": intervals().sin, "cos": intervals().cos}[name](y)


def _root(x: Value) -> Value:
    if isinstance(x, Fraction):
        if x < 0:
            raise Undefined("the square root of a negative number")
        n, d = isqrt(x.numerator), isqrt(x.denominator)
        if n * n == x.numerator and d * d == x.denominator:
            return Fraction(n, d)
    elif sign(x) < 0:
        raise Undefined("the square root of a negative number")
    return intervals().sqrt(_interval(x))


def _slope(name: str, x: Value, at: Value) -> Value:
    one = Fraction(1)
    if name == "exp":
        return at
    if name == "log":
        return reciprocal(x)
    if name == "sqrt":
        return reciprocal(times(Fraction(2), at))
    if name == "sigmoid":
        return times(at, minus(one, at))
    if name == "tanh":
        return minus(one, times(at, at))
    if name in ("sin", "cos"):
        return apply("cos", x) if name == "sin" else times(Fraction(-1), apply("sin", x))
    s = sign(x)
    if s == 0:
        raise Undefined(f"the derivative of {name} at zero")
    return Fraction(s if name == "abs" else s > 0)


# ---- matrices


def product(a: Matrix, b: Matrix) -> Matrix:
    """The product of two matrices."""
    made = []
    for row in a:
        out = []
        for j in range(len(b[0])):
            total: Value = Fraction(0)
            for k, x in enumerate(row):
                total = plus(total, times(x, b[k][j]))
            out.append(total)
        made.append(out)
    return made


def determinant(a: Matrix) -> Value:
    """By expansion along the first row (sizes are small)."""
    if not a:
        return Fraction(1)
    total: Value = Fraction(0)
    for j, x in enumerate(a[0]):
        if isinstance(x, Fraction) and x == 0:
            continue
        minor = [row[:j] + row[j + 1:] for row in a[1:]]
        total = plus(total, times(Fraction((-1) ** j), times(x, determinant(minor))))
    return total


def inverted(a: Matrix) -> Matrix:
    """By Cramer's rule. Fails with `Undefined` for a singular matrix."""
    d = determinant(a)
    if sign(d) == 0:
        raise Undefined("the inverse of a matrix that is singular")
    r, n = reciprocal(d), len(a)
    return [[times(times(Fraction((-1) ** (i + j)), r), determinant([row[:i] + row[i + 1:] for k, row in enumerate(a) if k != j]))
             for j in range(n)] for i in range(n)]


@dataclass
class Values:
    """Values of nodes. `letters` are their matrices; `size` gives the number that a size is."""

    letters: dict[str, Matrix]
    size: Callable[[str], int]
    at: dict[str, int]
    level: int = 0

    def position(self, label: str, size: str) -> int:
        """The place that a label names, from 0."""
        k = int(label[1:]) - 1 if label[0] == "=" else self.at[label]
        if k >= self.size(size):
            raise Undefined("an index beyond the size")
        return k

    def of(self, node: Node) -> Matrix:
        """The matrix that the node comes to."""
        return getattr(self, f"_of_{node.op}")(node)

    def number(self, node: Node) -> Value:
        return self.of(node)[0][0]

    def _full(self, shape: Sequence[str], entry: Callable[[int, int], Value]) -> Matrix:
        rows, columns = [self.size(s) for s in shape]
        if max(rows, columns) > MAX_SIZE:
            raise Unsure("a large matrix")
        return [[entry(i, j) for j in range(columns)] for i in range(rows)]

    def _of_number(self, node: Node) -> Matrix:
        return [[node.extra[0]]]

    def _of_size(self, node: Node) -> Matrix:
        return [[Fraction(self.size(node.extra[0]))]]

    def _of_sizepow(self, node: Node) -> Matrix:
        x, made = self.number(node.args[0]), Fraction(1)
        for _ in range(self.size(node.extra[0])):
            made = times(made, x)
        return [[made]]

    def _of_letter(self, node: Node) -> Matrix:
        return self.letters[node.extra[0]]

    def _of_written(self, node: Node) -> Matrix:
        entries, columns = [self.number(a) for a in node.args], int(node.shape[1])
        return [entries[k:k + columns] for k in range(0, len(entries), columns)]

    def _of_zero(self, node: Node) -> Matrix:
        return self._full(node.shape, lambda i, j: Fraction(0))

    def _of_eye(self, node: Node) -> Matrix:
        return self._full(node.shape, lambda i, j: Fraction(i == j))

    def _of_ones(self, node: Node) -> Matrix:
        return self._full(node.shape, lambda i, j: Fraction(1))

    def _of_basis(self, node: Node) -> Matrix:
        k = self.position(node.extra[0], node.shape[0])
        return self._full(node.shape, lambda i, j: Fraction(i == k))

    def _of_delta(self, node: Node) -> Matrix:
        i, j, size = node.extra
        return [[Fraction(self.position(i, size) == self.position(j, size))]]

    def _of_add(self, node: Node) -> Matrix:
        made = self.of(node.args[0])
        for a in node.args[1:]:
            made = [[plus(x, y) for x, y in zip(r, s)] for r, s in zip(made, self.of(a))]
        return made

    def _of_scale(self, node: Node) -> Matrix:
        c = self.number(node.args[0])
        return [[times(c, x) for x in row] for row in self.of(node.args[1])]

    def _of_prod(self, node: Node) -> Matrix:
        return product(self.of(node.args[0]), self.of(node.args[1]))

    def _of_T(self, node: Node) -> Matrix:
        return [list(column) for column in zip(*self.of(node.args[0]))]

    def _of_inv(self, node: Node) -> Matrix:
        return inverted(self.of(node.args[0]))

    def _of_trace(self, node: Node) -> Matrix:
        a, total = self.of(node.args[0]), Fraction(0)
        for k, row in enumerate(a):
            total = plus(total, row[k])
        return [[total]]

    def _of_det(self, node: Node) -> Matrix:
        return [[determinant(self.of(node.args[0]))]]

    def _of_diag(self, node: Node) -> Matrix:
        v = self.of(node.args[0])
        return [[v[i][0] if i == j else Fraction(0) for j in range(len(v))] for i in range(len(v))]

    def _of_undiag(self, node: Node) -> Matrix:
        return [[row[k]] for k, row in enumerate(self.of(node.args[0]))]

    def _of_hadamard(self, node: Node) -> Matrix:
        return [[times(x, y) for x, y in zip(r, s)] for r, s in zip(self.of(node.args[0]), self.of(node.args[1]))]

    def _of_entry(self, node: Node) -> Matrix:
        a, shape, labels = self.of(node.args[0]), node.args[0].shape, node.extra
        if len(labels) == 2:
            return [[a[self.position(labels[0], shape[0])][self.position(labels[1], shape[1])]]]
        along = self.size(shape[0]) == 1 and shape[1] != ONE and len(a) == 1
        k = self.position(labels[0], shape[1] if along else shape[0])
        return [[a[0][k] if along else a[k][0]]]

    def _of_array(self, node: Node) -> Matrix:
        def entry(i: int, j: int) -> Value:
            return Values(self.letters, self.size, {**self.at, **dict(zip(node.extra, (i, j)))}, self.level).number(node.args[0])

        return self._full(node.shape, entry)

    def _of_row(self, node: Node) -> Matrix:
        letter = node.args[0]
        return [[x] for x in self.of(letter)[self.position(node.extra[0], letter.shape[0])]]

    def _of_sum(self, node: Node) -> Matrix:
        label, size = node.extra
        made = None
        for k in range(self.size(size)):
            inner = Values(self.letters, self.size, {**self.at, label: k}, self.level).of(node.args[0])
            made = inner if made is None else [[plus(x, y) for x, y in zip(r, s)] for r, s in zip(made, inner)]
        assert made is not None
        return made

    def _of_fn(self, node: Node) -> Matrix:
        return [[apply(node.extra[0], x) for x in row] for row in self.of(node.args[0])]

    def _of_recip(self, node: Node) -> Matrix:
        return [[reciprocal(self.number(node.args[0]))]]

    def _of_grad(self, node: Node) -> Matrix:
        (body,), (name, labels) = node.args, node.extra
        base = self.letters[name]
        level = self.level + 1

        def slopes(i: int, j: int) -> Matrix:
            moved = [list(row) for row in base]
            moved[i][j] = Dual(level, base[i][j], Fraction(1))
            found = Values({**self.letters, name: moved}, self.size, self.at, level).of(body)
            return [[x.slope if isinstance(x, Dual) and x.level == level else Fraction(0) for x in row] for row in found]

        if labels is not None:
            places = [int(x[1:]) - 1 if x[0] == "=" else self.at[x] for x in labels]
            if places[0] >= len(base) and len(base[0]) == 1:
                raise Undefined("an index beyond the size")
            return slopes(*places) if len(places) == 2 else slopes(places[0], 0) if len(base[0]) == 1 else slopes(0, places[0])
        if body.is_number:
            return [[slopes(i, j)[0][0] for j in range(len(base[0]))] for i in range(len(base))]
        if len(base) == len(base[0]) == 1:
            return slopes(0, 0)
        columns = [slopes(j, 0) for j in range(len(base))]
        return [[columns[j][i][0] for j in range(len(base))] for i in range(len(columns[0]))]


def read_matrix(rows: Sequence[Sequence[str]]) -> Matrix:
    """A matrix from a record."""
    return [[Fraction(x) for x in row] for row in rows]


def differ(a: Matrix, b: Matrix) -> tuple[int, int] | None:
    """An entry at which the two certainly differ. Fails with `Unsure` where no entry is known to differ and some are not known to agree."""
    open_ = False
    for i, (r, s) in enumerate(zip(a, b)):
        for j, (x, y) in enumerate(zip(r, s)):
            gap = main(minus(x, y))
            if isinstance(gap, Fraction):
                if gap:
                    return i, j
            elif gap.a > 0 or gap.b < 0:
                return i, j
            else:
                open_ = True
    if open_:
        raise Unsure("no entry is known to differ")
    return None


def close(a: Matrix, b: Matrix) -> bool:
    """Do the two agree, exactly or up to intervals narrower than 2^-60?"""
    for r, s in zip(a, b):
        for x, y in zip(r, s):
            gap = main(minus(x, y))
            if isinstance(gap, Fraction):
                if gap:
                    return False
            elif gap.a > 0 or gap.b < 0 or gap.delta > 2.0 ** -60 * (1 + abs(float(_interval(main(x)).mid))):
                return False
    return True


__all__ = ["Dual", "Matrix", "Undefined", "Unsure", "Values", "close", "determinant", "differ", "read_matrix", "sign"]
