"""Sums of rational multiples of pi and of arctangents, arcsines, arccosines and arguments of algebraic numbers that come to zero.

With a common denominator m of the coefficients, m (left - right) = sum of n_j A_j + n pi with integers n. If Z is the product of the n_j-th powers of
numbers with the angles A_j (1 + iu for atan u, sqrt(1 - u^2) + iu for asin u, u + i sqrt(1 - u^2) for acos u, z itself for arg z; conjugates for
negative n_j), then m (left - right) is a multiple of pi when Z is real, that is, when Z equals its conjugate: two algebraic numbers, compared by a
separation bound. An enclosure shows |m (left - right)| < pi, so it is zero.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm

from grader.kernel import Refused
from grader.replay.enclosure import Complex, Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.term import Term, apply, constant, number, walk

MAX_POWER = 24
MAX_ANGLES = 8
I = constant("i")  # noqa: E741 - the imaginary unit
_FIELD = frozenset("add neg mul div pow sqrt".split())


def check_angles(left: Term, right: Term, same: Callable[[Term, Term], None]) -> None:
    """Both sides are the same angle; `same` compares two algebraic numbers. Fails with `Refused`."""
    angles: dict[Term, Fraction] = {}
    _collect(apply("add", left, apply("neg", right)), Fraction(1), angles)
    angles = {t: c for t, c in angles.items() if c}
    if not angles or len(angles) > MAX_ANGLES:
        raise Refused("no sum of a few angles")
    m = lcm(*(c.denominator for c in angles.values()))
    _enclosed(left, right, m)
    up, down = [], []
    for term, c in angles.items():
        n = int(c * m)
        if abs(n) > MAX_POWER:
            raise Refused("angles with large multiples")
        if term.kind == "constant":
            continue
        z, conjugate = _number(term)
        for made, a in ((up, z if n > 0 else conjugate), (down, conjugate if n > 0 else z)):
            made.append(a if abs(n) == 1 else apply("pow", a, number(abs(n))))
    if up:
        same(*(parts[0] if len(parts) == 1 else apply("mul", *parts) for parts in (up, down)))


def _collect(term: Term, factor: Fraction, angles: dict[Term, Fraction]) -> None:
    if term.kind == "constant" and term.name == "pi" or term.kind == "apply" and term.name in ("atan", "asin", "acos", "arg"):
        angles[term] = angles.get(term, Fraction(0)) + factor
    elif term.is_apply("neg"):
        _collect(term.args[0], -factor, angles)
    elif term.is_apply("add"):
        for a in term.args:
            _collect(a, factor, angles)
    elif term.is_apply("degree"):
        _collect(constant("pi"), factor * _rational(term.args[0]) / 180, angles)
    elif term.is_apply("div"):
        below = _rational(term.args[1])
        if not below:
            raise Refused("division by zero")
        _collect(term.args[0], factor / below, angles)
    elif term.is_apply("mul"):
        rest = []
        for a in term.args:
            try:
                factor *= _rational(a)
            except Refused:
                rest.append(a)
        if len(rest) != 1:
            raise Refused("no multiple of an angle")
        _collect(rest[0], factor, angles)
    elif _rational(term):
        raise Refused("a number that is no angle")


def _rational(term: Term) -> Fraction:
    try:
        value = Evaluator({}).value(term)
    except (Undefined, Unsupported, Unsure) as error:
        raise Refused(str(error)) from error
    if not isinstance(value, Fraction):
        raise Refused("no rational number")
    return value


def _enclosed(left: Term, right: Term, m: int) -> None:
    for digits in (30, 60):
        ev = Evaluator({}, real=not any(n == I or n.is_apply("arg") for t in (left, right) for n in walk(t)), digits=digits)
        try:
            difference = ev.e.sub(ev.value(left), ev.value(right))
            if isinstance(difference, Complex):
                raise Refused("an angle that is not real")
            if ev.e.sign(ev.e.sub(ev.e.pi(), abs(ev.e.mul(Fraction(m), difference)))) > 0:
                return
        except Unsure:
            continue
        except (Undefined, Unsupported) as error:
            raise Refused(f"a side has no value: {error}") from error
    raise Refused("the sides are too far apart")


def _number(angle: Term) -> tuple[Term, Term]:
    """A number with that angle, and its conjugate."""
    u = angle.args[0]
    if angle.name == "arg":
        if any(n.kind == "apply" and n.name not in _FIELD or n.kind == "constant" and n != I or n.is_apply("sqrt") and n.args[0].kind != "number"
               or n.is_apply("pow") and n.args[1].kind != "number" for n in walk(u)):
            raise Refused("the argument of something else")
        return u, _conjugate(u)
    other = number(1) if angle.name == "atan" else apply("sqrt", apply("add", number(1), apply("neg", apply("pow", u, number(2)))))
    re, im = (u, other) if angle.name == "acos" else (other, u)
    return apply("add", re, apply("mul", I, im)), apply("add", re, apply("neg", apply("mul", I, im)))


def _conjugate(term: Term) -> Term:
    if term == I:
        return apply("neg", I)
    return term.with_args(tuple(_conjugate(a) for a in term.args)) if term.args else term
