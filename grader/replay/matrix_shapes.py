"""Vectors and matrices with shapes: the few operations to which linear algebra comes down, and which shapes fit.

A `Node` is an expression in these operations, with its shape (rows, columns). A column is n x 1, a row 1 x n, a number 1 x 1. Sizes are tokens: 1, a
literal size ("3"), a declared size ("n"), or an unknown ("#4") that is found by unification (J. A. Robinson, "A machine-oriented logic based on the
resolution principle", 1965, without function symbols): a product needs equal inner sizes, a sum equal shapes, an inverse a square. Declared
sizes are different unless they have the same name, and no size of a vector or matrix is taken to be 1: what fits only by such a coincidence does not fit.

Operations (args; extra):
number (; value), size (; token), letter (; name), zero, eye, ones, basis (; label), delta (; two labels), add (n), scale (number, x), prod (a, b),
T, inv, trace, det, diag (column to diagonal matrix), undiag (its diagonal), hadamard (a, b), entry (x; labels), row (letter; label: a member of a
family of columns), sum (body; label, size), fn (x; name: a function of numbers, entry by entry), recip (number),
grad (body; letter, labels or None): derivative by a letter, or by one of its entries; sizepow (number; size); written (entries, row by row); array (entry; labels).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from grader.domain import Domain

Shape: TypeAlias = tuple[str, str]
ONE = "1"
NUMBER: Shape = (ONE, ONE)
MAX_POWER = 8


def is_array(domain: Domain) -> bool:
    """Is it the domain of vectors or matrices?"""
    return domain.shape in ("vector", "matrix")


class Unfit(Exception):
    """An operation between shapes that do not fit; the text says which. `shapes` are those of its operands."""

    def __init__(self, words: str, *shapes: Shape) -> None:
        super().__init__(words)
        self.words, self.shapes = words, shapes


class NoForm(Exception):
    """Something outside this language; the text says what."""


@dataclass(frozen=True)
class Node:
    """An operation; see the module's table."""

    op: str
    args: tuple[Node, ...]
    shape: Shape
    extra: tuple[Any, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.shape == NUMBER


class Sizes:
    """Which sizes are the same (union-find)."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}
        self.count = 0

    def fresh(self) -> str:
        """A new unknown size."""
        self.count += 1
        return f"#{self.count}"

    def find(self, token: str) -> str:
        """What stands for all sizes equal to this one."""
        while token in self.parent:
            token = self.parent[token]
        return token

    def join(self, a: str, b: str) -> bool:
        """Make two sizes equal; False where they cannot be."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return True
        if ONE in (a, b):
            return False
        if a.startswith("#") and (not b.startswith("#") or int(b[1:]) < int(a[1:])):
            self.parent[a] = b
        elif b.startswith("#"):
            self.parent[b] = a
        else:
            return False
        return True

    def same(self, a: Shape, b: Shape) -> bool:
        """Make two shapes equal; False where they cannot be. Nothing changes then."""
        kept = dict(self.parent)
        if self.join(a[0], b[0]) and self.join(a[1], b[1]):
            return True
        self.parent = kept
        return False

    def shape(self, s: Shape) -> Shape:
        return self.find(s[0]), self.find(s[1])


def is_square(node: Node) -> bool:
    """Is it a sum of squares by its form, v^T v or tr(A^T A)?"""
    inside = node.args[0] if node.op == "trace" else node
    if inside.op != "prod" or not node.is_number:
        return False
    a, b = inside.args
    return a.op == "T" and a.args[0] == b or b.op == "T" and b.args[0] == a


def number(value: Fraction | int) -> Node:
    """A rational number."""
    return Node("number", (), NUMBER, (Fraction(value),))


def scale(factor: Node, x: Node) -> Node:
    """factor * x, the factor a number."""
    if factor.op == "number" and factor.extra[0] == 1:
        return x
    return Node("scale", (factor, x), x.shape)


def neg(x: Node) -> Node:
    """-x."""
    return scale(number(-1), x)


class Builder:
    """Makes nodes, unifying sizes on the way. Each method fails with `Unfit` where shapes do not fit."""

    def __init__(self) -> None:
        self.sizes = Sizes()

    def words(self, shape: Shape) -> str:
        r, c = self.sizes.shape(shape)
        if (r, c) == NUMBER:
            return "a number"
        return f"{r if r[0] != '#' else '?'} x {c if c[0] != '#' else '?'}"

    def unfit(self, what: str, *shapes: Shape) -> Unfit:
        return Unfit(what.format(*[self.words(s) for s in shapes]), *[self.sizes.shape(s) for s in shapes])

    def square(self, x: Node, what: str) -> None:
        if not self.sizes.join(*x.shape):
            raise self.unfit(f"{what} of a matrix that is {{}}, not square", x.shape)

    def transpose(self, x: Node) -> Node:
        if x.op == "T":
            return x.args[0]
        return x if x.is_number else Node("T", (x,), x.shape[::-1])

    def prod(self, a: Node, b: Node) -> Node:
        """a b: a product of matrices, or a number times anything."""
        if a.is_number:
            return scale(a, b)
        if b.is_number:
            return scale(b, a)
        if not self.sizes.join(a.shape[1], b.shape[0]):
            raise self.unfit("{} times {}", a.shape, b.shape)
        return Node("prod", (a, b), (a.shape[0], b.shape[1]))

    def chain(self, factors: list[Node]) -> Node:
        """A product of several factors, from the left; where that does not fit, from the right."""
        kept = dict(self.sizes.parent)
        try:
            made = factors[0]
            for f in factors[1:]:
                made = self.prod(made, f)
            return made
        except Unfit as first:
            self.sizes.parent = kept
            try:
                made = factors[-1]
                for f in factors[-2::-1]:
                    made = self.prod(f, made)
                return made
            except Unfit:
                self.sizes.parent = kept
                raise first from None

    def add(self, terms: list[Node]) -> Node:
        """A sum. The number 0 fits anything, and a number beside columns (or rows) is added to each entry."""
        arrays = [t for t in terms if not t.is_number and t.op != "zero"]
        if not arrays:
            rest = [t for t in terms if t.op != "zero"]
            return rest[0] if len(rest) == 1 else Node("add", tuple(terms), NUMBER)
        shape = next((t.shape for t in arrays), NUMBER)
        made = []
        for t in terms:
            if t.is_number and not t.op == "zero":
                if t.op == "number" and t.extra[0] == 0:
                    continue
                if ONE not in self.sizes.shape(shape):
                    raise self.unfit("{} plus {}", shape, t.shape)
                made.append(scale(t, Node("ones", (), shape)))
            elif t.op != "zero":
                if not self.sizes.same(shape, t.shape):
                    raise self.unfit("{} plus {}", shape, t.shape)
                made.append(t)
        return made[0] if len(made) == 1 else Node("add", tuple(made), shape)

    def inverse(self, x: Node) -> Node:
        if x.is_number:
            return Node("recip", (x,), NUMBER)
        if ONE in self.sizes.shape(x.shape):
            raise self.unfit("the inverse of {}", x.shape)
        self.square(x, "the inverse")
        return Node("inv", (x,), x.shape)

    def power(self, x: Node, exponent: Fraction) -> Node:
        """x^k for whole k, and half-integer powers of numbers. Fails with `NoForm` for others."""
        if exponent.denominator == 2 and x.is_number:
            root = Node("fn", (x,), NUMBER, ("sqrt",))
            return self.power(root, Fraction(exponent.numerator))
        if exponent.denominator != 1 or abs(exponent) > MAX_POWER:
            raise NoForm("a power that is not a small whole number")
        k = int(exponent)
        if x.is_number and k > 0 and k % 2 == 0 and x.op == "fn" and (x.extra[0] == "abs" or x.extra[0] == "sqrt" and is_square(x.args[0])):
            return self.power(x.args[0], Fraction(k if x.extra[0] == "abs" else k // 2))
        if not x.is_number:
            if ONE in self.sizes.shape(x.shape):
                raise NoForm("a power of a vector")
            self.square(x, "a power")
        if k == 0:
            return number(1) if x.is_number else Node("eye", (), x.shape)
        base = self.inverse(x) if k < 0 else x
        made = base
        for _ in range(abs(k) - 1):
            made = self.prod(made, base)
        return made

    def trace(self, x: Node) -> Node:
        if x.is_number:
            return x
        self.square(x, "the trace")
        return Node("trace", (x,), NUMBER)

    def det(self, x: Node) -> Node:
        if x.is_number:
            return x
        self.square(x, "the determinant")
        return Node("det", (x,), NUMBER)

    def diag(self, x: Node) -> Node:
        r, c = self.sizes.shape(x.shape)
        if c == ONE and r != ONE:
            return Node("diag", (x,), (r, r))
        if r == ONE and c != ONE:
            return Node("diag", (self.transpose(x),), (c, c))
        if x.is_number:
            raise NoForm("diag of a number")
        self.square(x, "the diagonal")
        return Node("undiag", (x,), (r, ONE))

    def hadamard(self, a: Node, b: Node) -> Node:
        if a.is_number and b.is_number:
            return scale(a, b)
        if not self.sizes.same(a.shape, b.shape):
            raise self.unfit("the entrywise product of {} and {}", a.shape, b.shape)
        return Node("hadamard", (a, b), a.shape)

    def inner(self, a: Node, b: Node) -> Node:
        """<a, b>: sum of the products of entries."""
        if a.is_number and b.is_number:
            return scale(a, b)
        if self.sizes.shape(a.shape)[0] == ONE:
            a = self.transpose(a)
        if self.sizes.shape(b.shape)[0] == ONE:
            b = self.transpose(b)
        if not self.sizes.same(a.shape, b.shape):
            raise self.unfit("the inner product of {} and {}", a.shape, b.shape)
        return self.trace(self.prod(self.transpose(a), b))

    def fn(self, name: str, x: Node) -> Node:
        """A function of numbers, entry by entry."""
        return Node("fn", (x,), x.shape, (name,))

    def norm(self, x: Node, p: str) -> Node:
        """p: "2" Euclidean (of entries), "1" sum of absolute values."""
        if x.is_number:
            return Node("fn", (x,), NUMBER, ("abs",))
        if p == "2":
            return Node("fn", (self.inner(x, x),), NUMBER, ("sqrt",))
        return self.inner(Node("ones", (), x.shape), Node("fn", (x,), x.shape, ("abs",)))

    def softmax(self, x: Node) -> Node:
        r, c = self.sizes.shape(x.shape)
        if x.is_number or ONE not in (r, c):
            raise NoForm("softmax of something that is no vector")
        e = Node("fn", (x,), x.shape, ("exp",))
        total = self.inner(Node("ones", (), x.shape), e)
        return scale(Node("recip", (total,), NUMBER), e)

    def gradient(self, body: Node, letter: Node, labels: tuple[str, ...] | None = None) -> Node:
        """The derivative by a letter: of a number in the letter's shape; of a column by a column, entry ij the derivative of body i by letter j; by
        a number (or an entry), in the body's shape."""
        by = NUMBER if labels is not None else letter.shape
        if body.op == "zero":
            return Node("zero", (), by)
        shape = self.sizes.shape(body.shape)
        if by == NUMBER:
            made = shape
        elif shape == NUMBER:
            made = by
        elif shape[1] == ONE and self.sizes.shape(by)[1] == ONE:
            made = (shape[0], by[0])
        elif shape[0] == ONE and self.sizes.shape(by)[1] == ONE:
            return self.gradient(self.transpose(body), letter, labels)
        else:
            raise NoForm("a derivative of a matrix by a vector or matrix")
        return Node("grad", (body,), made, (letter.extra[0] if letter.op == "letter" else letter, labels))
