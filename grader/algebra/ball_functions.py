"""Balls of the operators of `term.APPLY`: FLINT's functions, with the domains of the real reading checked first. See `balls`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from flint import acb, arb, fmpq, fmpz

from grader.algebra.balls import Undefined, Unsupported, Unsure
from grader.algebra.rational import NotRational, rational
from grader.term import Term

if TYPE_CHECKING:
    from grader.algebra.balls import Ball, Balls

_EULER = Term("constant", "e")


def _sign(x: arb) -> int:
    if x > 0:
        return 1
    if x < 0:
        return -1
    if x.is_zero():
        return 0
    raise Unsure("its sign is not known")


def _real(b: Balls, x: Ball) -> arb:
    """The value as a real ball, for functions of real numbers."""
    if b.real:
        return x
    if x.imag.is_zero():
        return x.real
    if not x.imag.contains(0):
        raise Undefined("a function of real numbers at a complex one")
    raise Unsure("perhaps real")


def inverse(b: Balls, x: Ball) -> Ball:
    """1 / x."""
    if x.is_zero():
        raise Undefined("division by zero")
    if x.contains(0):
        raise Unsure("perhaps zero")
    return 1 / x


def _divide(b: Balls, x: Ball, y: Ball) -> Ball:
    if y.is_zero():
        raise Undefined("division by zero")
    if y.contains(0):
        raise Unsure("perhaps zero")
    return x / y  # and not x * (1 / y): 6 / 3 is exact


def log(b: Balls, x: Ball, base: Ball | None = None) -> Ball:
    """Logarithm, principal where complex."""
    if base is not None:
        return log(b, x) * inverse(b, log(b, base))
    if b.real:
        if _sign(x) <= 0:
            raise Undefined("logarithm of a number that is not positive")
        return x.log()
    if x.is_zero():
        raise Undefined("logarithm of zero")
    return x.log(analytic=b.analytic)


def sqrt(b: Balls, x: Ball) -> Ball:
    """Square root, principal where complex."""
    if not b.real:
        return x.sqrt(analytic=b.analytic)
    if x < 0:
        raise Undefined("square root of a negative number")
    if x.contains(0) and not x.is_zero():
        raise Unsure("a root next to zero")
    return x.sqrt()


def root(b: Balls, x: Ball, n: Ball) -> Ball:
    """The n-th root (see `semantics`)."""
    order = n if b.real else n.real
    k = order.unique_fmpz() if order.is_exact() and (b.real or n.imag.is_zero()) else None
    if k is None or not 1 <= k <= 10**4:
        return _general_power(b, x, inverse(b, n))
    k = int(k)
    if not b.real:
        return sqrt(b, x) if k == 2 else x if k == 1 else acb(0) if x.is_zero() else (log(b, x) / k).exp()
    s = _sign(x)
    if s < 0 and k % 2 == 0:
        raise Undefined("even root of a negative number")
    return arb(0) if s == 0 else x.root(k) if s > 0 else -((-x).root(k))


def power(b: Balls, term: Term) -> Ball:
    """The value of base ^ exponent."""
    base, exponent = term.args
    if base == _EULER:
        return b.value(exponent).exp()
    x = b.value(base)
    if exponent.kind == "number" and exponent.value == Fraction(1, 2):
        return sqrt(b, x)
    y = b.value(exponent)
    re = y if b.real else y.real
    if re.is_exact() and re.is_integer() and (b.real or y.imag.is_zero()) and (not b.real or b.integer_built(exponent)):
        return _integer_power(b, x, int(re.unique_fmpz()))
    if b.real and not re.is_exact() and b.integer_built(exponent):
        raise Unsure("an integer exponent")
    return _general_power(b, x, y)


def _integer_power(b: Balls, x: Ball, k: int) -> Ball:
    if abs(k) > 10**9:
        raise Unsupported("a power too high")
    if k <= 0 and x.contains(0):
        if x.is_zero():
            raise Undefined("0 to a power that is not positive")
        raise Unsure("perhaps zero")
    return x ** fmpz(k)


def _general_power(b: Balls, x: Ball, y: Ball) -> Ball:
    if b.real:
        s = _sign(x)
        if s < 0:
            raise Undefined("a negative number to a power that need not be an integer")
        if s == 0:
            if _sign(y) <= 0:
                raise Undefined("0 to a power that is not positive")
            return arb(0)
        return (y * x.log()).exp()
    if x.is_zero():
        if y.imag.is_zero() and y.real > 0:
            return acb(0)
        raise Undefined("0 to a power that is not positive")
    return (y * x.log(analytic=b.analytic)).exp()


def _method(name: str) -> Callable[[Balls, Ball], Ball]:
    return lambda b, x: getattr(x, name)()


def _cut(name: str, low: int | None, high: int | None) -> Callable[[Balls, Ball], Ball]:
    """Functions with branch cuts; in the real reading defined between the bounds only."""

    def function(b: Balls, x: Ball) -> Ball:
        if b.in_integral:
            raise Unsupported(f"{name} inside an integral")
        if b.real and (low is not None and x < low or high is not None and x > high):
            raise Undefined(f"{name} outside its domain")
        return getattr(x, name)()

    return function


def _of_inverse(name: str) -> Callable[[Balls, Ball], Ball]:
    return lambda b, x: TABLE[name](b, inverse(b, x))


def _acot(b: Balls, x: Ball) -> Ball:
    return b.lift(arb.pi() / 2) if x.is_zero() else TABLE["atan"](b, inverse(b, x))


# ---- gamma and what is made of it


def gamma(b: Balls, x: Ball) -> Ball:
    """The gamma function."""
    re = x if b.real else x.real
    if re.is_exact() and re.is_integer() and re <= 0 and (b.real or x.imag.is_zero()):
        raise Undefined("gamma at 0, -1, -2, ...")
    if abs(re) > 10**6:
        raise Unsupported("gamma of a number too large")
    return x.gamma()


def _binomial(b: Balls, n: Ball, k: Ball) -> Ball:
    re = n if b.real else n.real
    if re.is_exact() and re.is_integer() and re < 0 and (b.real or n.imag.is_zero()):
        raise Undefined("binomial of a negative integer")
    kr = k if b.real else k.real
    if kr.is_exact() and kr.is_integer() and (b.real or k.imag.is_zero()):
        count = int(kr.unique_fmpz())
        if count < 0:
            return b.lift(arb(0))
        if count <= 400:
            made = b.lift(arb(1))
            for j in range(count):
                made = made * (n - j) / (j + 1)
            return made
    return gamma(b, n + 1) * (k + 1).rgamma() * (n - k + 1).rgamma()


def _double_factorial(b: Balls, x: Ball) -> Ball:
    n = b.whole(x)
    if n < -1:
        raise Undefined("double factorial of a negative number")
    if n > 1000:
        raise Unsupported("a double factorial too large")
    return b.lift(arb(reduce(lambda a, c: a * c, range(n, 0, -2), 1)))


def _zeta(b: Balls, x: Ball) -> Ball:
    if x == 1:
        raise Undefined("zeta at 1")
    if not (abs(x) <= 10**4 and (b.real or abs(x.imag) <= 100)):  # FLINT takes minutes far out, or aborts the process
        raise Unsupported("zeta of a number too large")
    return x.zeta()


# ---- steps, sizes, integers, parts


def _abs(b: Balls, x: Ball) -> Ball:
    if b.in_integral:
        return x.real_abs(analytic=b.analytic)
    return abs(x) if b.real else acb(abs(x))


def _step(real: Callable[[arb], arb], inside: str) -> Callable[[Balls, Ball], Ball]:
    def function(b: Balls, x: Ball) -> Ball:
        if b.in_integral:
            return getattr(x, inside)(analytic=b.analytic)
        return b.lift(real(_real(b, x)))

    return function


def _floor(x: arb) -> arb:
    low = x.floor()
    if not low.is_exact():
        raise Unsure("an integer lies within the ball")
    return low


def _round(x: arb) -> arb:
    doubled = 2 * x
    if doubled.is_exact() and doubled.is_integer() and int(doubled.unique_fmpz()) % 2:
        raise Undefined("rounding half-way between integers")
    return _floor(x + arb(fmpq(1, 2)))


def _mod(b: Balls, a: Ball, n: Ball) -> Ball:
    x, y = _real(b, a), _real(b, n)
    if y.is_zero():
        raise Undefined("division by zero")
    return b.lift(x - y * _floor(x / y))


def _extreme(name: str) -> Callable[..., Ball]:
    def extreme(b: Balls, *values: Ball) -> Ball:
        found = values[0]
        for v in values[1:]:
            found = getattr(found, f"real_{name}")(v, analytic=b.analytic) if b.in_integral else b.lift(getattr(_real(b, found), name)(_real(b, v)))
        return found

    return extreme


def common(b: Balls, term: Term) -> Ball:
    """gcd or lcm of rational numbers: gcd(a/b, c/d) = gcd(a, c) / lcm(b, d) in lowest terms, and the other way about."""
    point = {n: v for n, v in b.exact_point.items() if isinstance(v, Fraction)}
    try:
        found = [rational(a).value(point) for a in term.args]
    except (NotRational, KeyError) as error:
        raise Unsupported("a common divisor of numbers that are not exact") from error
    first, second = (gcd, lcm) if term.name == "gcd" else (lcm, gcd)
    whole = reduce(lambda p, q: Fraction(first(p.numerator, q.numerator), second(p.denominator, q.denominator)), found)
    return b.lift(arb(fmpq(abs(whole.numerator), whole.denominator)))


def _part(name: str) -> Callable[[Balls, Ball], Ball]:
    def part(b: Balls, x: Ball) -> Ball:
        if b.in_integral:
            raise Unsupported(f"{name} inside an integral")
        if b.real:
            x = acb(x)
        if name == "arg" and x.is_zero():
            raise Undefined("angle of zero")
        found = {"re": lambda: acb(x.real), "im": lambda: acb(x.imag), "conj": x.conjugate, "arg": lambda: acb(x.arg())}[name]()
        return found.real if b.real else found

    return part


def _atan2(b: Balls, y: Ball, x: Ball) -> Ball:
    y, x = _real(b, y), _real(b, x)
    if x.is_zero() and y.is_zero():
        raise Undefined("angle of zero")
    return b.lift(arb.atan2(y, x))


def _relu(b: Balls, x: Ball) -> Ball:
    return TABLE["max"](b, b.lift(arb(0)), x)


TABLE: dict[str, Callable[..., Any]] = {
    "neg": lambda b, x: -x, "div": _divide, "sqrt": sqrt, "root": root, "exp": _method("exp"), "log": log,
    **{n: _method(n) for n in "sin cos tan cot sec csc sinh cosh tanh coth sech csch".split()},
    "asin": _cut("asin", -1, 1), "acos": _cut("acos", -1, 1), "atan": _cut("atan", None, None), "asinh": _cut("asinh", None, None),
    "acosh": _cut("acosh", 1, None), "atanh": _cut("atanh", -1, 1), "acot": _acot, "asec": _of_inverse("acos"), "acsc": _of_inverse("asin"),
    "atan2": _atan2,
    "sigmoid": lambda b, x: 1 / (1 + (-x).exp()), "softplus": lambda b, x: (1 + x.exp()).log(), "relu": _relu,
    "gamma": gamma, "factorial": lambda b, x: gamma(b, x + 1), "double_factorial": _double_factorial, "binomial": _binomial,
    "beta_function": lambda b, p, q: gamma(b, p) * gamma(b, q) * (p + q).rgamma(), "erf": _method("erf"), "zeta": _zeta,
    "abs": _abs, "sign": _step(lambda x: arb(_sign(x)), "real_sgn"), "floor": _step(_floor, "real_floor"),
    "ceil": _step(lambda x: -_floor(-x), "real_ceil"), "round": lambda b, x: b.lift(_round(_real(b, x))), "mod": _mod, "max": _extreme("max"),
    "min": _extreme("min"), "percent": lambda b, x: x / 100,
    "degree": lambda b, x: x * arb.pi() / 180, **{n: _part(n) for n in ("re", "im", "conj", "arg")},
}
"""Operator -> ball of its value, given the evaluator and the balls of the operands."""
