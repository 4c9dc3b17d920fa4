"""Proves that two algebraic numbers are equal: their difference is smaller than any difference of that shape that is not zero.

Data: {}, or {"angles": true} for sums of angles (`angles`). Both sides must be made of rational numbers, i, + - * /, roots, rational powers,
absolute values of real parts, and trigonometric functions of rational multiples of pi. Then left - right = N/M with algebraic integers N and M.
If u bounds all conjugates of N, v those of M, and D bounds the
degree of the field in which N lies, then N is zero or its norm is at least 1, so |N| >= u^(1-D) and |left - right| >= u^(1-D) / v. The difference
is enclosed with enough digits; below that bound it is zero.

Bounds for conjugates (Burnikel, Funke, Mehlhorn, Schirra, Schmitt, "A separation bound for real algebraic expressions", ESA 2001, in the form that
keeps numerators and denominators apart): sums add, products multiply, the k-th root of N/M is (N M^(k-1))^(1/k) / M, a root of unity has 1. The
degree is at most the product of the orders of the different roots and of phi(n) for the n-th roots of unity together.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd, lcm, log2
from typing import Any, NamedTuple

from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Status
from grader.replay.angles import check_angles
from grader.replay.enclosure import Complex, Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.semantics import functions_of, is_real, symbols_of
from grader.term import Term

MAX_BITS = 30_000
"""Most digits, in bits, that are spent on one constant."""
WAVES = frozenset("sin cos tan cot sec csc".split())


class Bound(NamedTuple):
    """log2 of bounds for all conjugates of the numerator and of the denominator (both at least 0)."""

    top: float
    bottom: float


class Shape:
    """The bounds of an expression, and the roots that it is made of."""

    def __init__(self, real: bool) -> None:
        self.real = real
        self.roots: dict[tuple[Term, int], None] = {}
        self.cycle = 1
        self.exact = Evaluator({}, real=real, digits=30)

    def bound(self, term: Term) -> Bound:
        """Bounds of a term. Fails with `Refused` for other than algebraic numbers."""
        rational = self.rational(term)
        if rational is not None:
            return Bound(_bits(rational.numerator), _bits(rational.denominator))
        if term.kind == "constant" and term.name == "i":
            self.cycle = lcm(self.cycle, 4)
            return Bound(0.0, 0.0)
        if term.kind != "apply":
            raise Refused("not an algebraic number")
        op, args = term.name, term.args
        if op in WAVES:
            return self._wave(op, args[0])
        if op == "exp" or op == "pow" and args[0] == Term("constant", "e"):
            return self._exponential(args[-1])
        if op == "neg" or op == "abs" and self.real:
            return self.bound(args[0])
        if op in ("sqrt", "root"):
            order = Fraction(2) if op == "sqrt" else self.rational(args[1])
            return self._root(args[0], order)
        if op == "pow":
            return self._power(args[0], self.rational(args[1]))
        parts = [self.bound(a) for a in args]
        if op == "add":
            return _sum(parts)
        if op == "mul":
            return Bound(sum(p.top for p in parts), sum(p.bottom for p in parts))
        if op == "div":
            return Bound(parts[0].top + parts[1].bottom, parts[0].bottom + parts[1].top)
        if op == "percent":
            return Bound(parts[0].top, parts[0].bottom + log2(100))
        raise Refused(f"{op} of constants that need not be algebraic")

    def rational(self, term: Term) -> Fraction | None:
        """The exact value where it is a rational number by exact arithmetic."""
        try:
            value = self.exact.value(term)
        except (Undefined, Unsure, Unsupported):
            return None
        return value if isinstance(value, Fraction) else None

    def degree(self) -> int:
        """A bound for the degree of the field."""
        total = _phi(self.cycle)
        for _, order in self.roots:
            total *= order
        return total

    def _root(self, base: Term, order: Fraction | None) -> Bound:
        if order is None or order.denominator != 1 or not 1 <= order <= 200:
            raise Refused("a root of another order")
        k, inside = int(order), self.bound(base)
        self.roots.setdefault((base, k))
        return Bound((inside.top + (k - 1) * inside.bottom) / k, inside.bottom)

    def _power(self, base: Term, exponent: Fraction | None) -> Bound:
        if exponent is None or abs(exponent.numerator) > 2000 or exponent.denominator > 200:
            raise Refused("a power that need not be algebraic")
        part = self.bound(base) if exponent.denominator == 1 else self._root(base, Fraction(exponent.denominator))
        n = abs(exponent.numerator)
        return Bound(part.top * n, part.bottom * n) if exponent > 0 else Bound(part.bottom * n, part.top * n)

    def _wave(self, op: str, angle: Term) -> Bound:
        turn = turns(angle, self)
        if turn is None:
            raise Refused(f"{op} of something that is no rational multiple of pi")
        self.cycle = lcm(self.cycle, 4, 2 * turn.denominator)
        # numerators and denominators are sums of two roots of unity; sin and cos have denominator 2
        return Bound(1.0, 1.0)

    def _exponential(self, exponent: Term) -> Bound:
        if exponent.is_apply("mul") and any(a == Term("constant", "i") for a in exponent.args):
            rest = [a for a in exponent.args]
            rest.remove(Term("constant", "i"))
            turn = turns(rest[0] if len(rest) == 1 else Term("apply", "mul", tuple(rest)), self) if rest else None
            if turn is not None:
                self.cycle = lcm(self.cycle, 2 * turn.denominator)
                return Bound(0.0, 0.0)
        raise Refused("an exponential that need not be algebraic")


def turns(angle: Term, shape: Shape) -> Fraction | None:
    """r where the angle is written as r pi with a rational r, else None."""
    if angle.kind == "constant" and angle.name == "pi":
        return Fraction(1)
    if angle.kind == "number" and angle.value == 0:
        return Fraction(0)
    if angle.kind != "apply":
        return None
    if angle.name == "neg":
        inner = turns(angle.args[0], shape)
        return None if inner is None else -inner
    if angle.name == "degree":
        value = shape.rational(angle.args[0])
        return None if value is None else value / 180
    if angle.name == "add":
        parts = [turns(a, shape) for a in angle.args]
        return None if any(p is None for p in parts) else sum(parts, Fraction(0))  # type: ignore[arg-type]
    if angle.name == "div":
        top, bottom = turns(angle.args[0], shape), shape.rational(angle.args[1])
        return None if top is None or not bottom else top / bottom
    if angle.name == "mul":
        total, seen = Fraction(1), 0
        for a in angle.args:
            value = shape.rational(a)
            if value is None:
                value, seen = turns(a, shape), seen + 1
            if value is None or seen > 1:
                return None
            total *= value
        return total if seen == 1 else None
    return None


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when both sides are the same algebraic number. Fails with `Refused`."""
    if not isinstance(claim.conclusion, Equal) or claim.conditions:
        raise Refused("this shows equations without conditions only")
    left, right = claim.conclusion.left, claim.conclusion.right
    if any(symbols_of(t) or functions_of(t) for t in (left, right)):
        raise Refused("a side that is no constant")
    real = is_real(claim)
    if data.get("angles"):
        check_angles(left, right, lambda a, b: _same(a, b, False))
        return Finding(Status.PROVED, words=("Both are the same angle: their difference is a multiple of pi, and too small for any but zero.",))
    _same(left, right, real)
    return Finding(Status.PROVED, words=("Both are the same number: their difference is smaller than any of that shape could be without being zero.",
                                         ))


def _same(left: Term, right: Term, real: bool) -> None:
    """The difference is smaller than any of that shape that is not zero. Fails with `Refused`."""
    bits = bits_needed(left, right, real)
    evaluator = Evaluator({}, real=real, digits=int(bits * 0.30103) + 25)
    try:
        difference = evaluator.e.sub(evaluator.value(left), evaluator.value(right))
    except ArithmeticError as error:
        raise Refused(f"a side has no value: {error}") from error
    parts = (difference.re, difference.im) if isinstance(difference, Complex) else (difference,)
    limit = Fraction(1, 2 ** (bits + 2))
    for part in parts:
        try:
            small = part == 0 if isinstance(part, Fraction) else evaluator.e.sign(evaluator.e.sub(limit, abs(part))) > 0
        except Unsure:
            small = False
        if not small:
            raise Refused("the difference is not small enough to be zero")


def bits_needed(left: Term, right: Term, real: bool) -> int:
    """-log2 of the least size that left - right has unless it is zero, rounded up. Fails with `Refused` for other numbers and when it is too
    large."""
    shape = Shape(real)
    whole = _sum([shape.bound(left), shape.bound(right)])
    bits = (shape.degree() - 1) * (whole.top + 1e-6) + whole.bottom + 4
    if bits > MAX_BITS:
        raise Refused(f"it would take {bits:.3g} bits")
    return int(bits) + 1


def _sum(parts: list[Bound]) -> Bound:
    bottom = sum(p.bottom for p in parts)
    tops = [p.top + bottom - p.bottom for p in parts]
    largest = max(tops)
    return Bound(largest + log2(sum(2.0 ** max(t - largest, -60) for t in tops)), bottom)


def _bits(n: int) -> float:
    return 0.0 if abs(n) <= 1 else log2(abs(n)) + 1e-9


def _phi(n: int) -> int:
    return sum(1 for k in range(1, n + 1) if gcd(k, n) == 1)
