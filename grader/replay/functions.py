"""Enclosures of the operators of `term.APPLY` that have a value at numbers; meanings as in `semantics`.

Sources: inverse functions by principal logarithms (NIST DLMF 4.23.19-26, 4.37.16-21); erf by DLMF 7.6.1 with the alternating remainder;
zeta(2k) by Bernoulli numbers (DLMF 25.6.2).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from math import comb, factorial, gcd, lcm

from grader.replay.enclosure import Complex, Enclosures, Undefined, Unsupported, Unsure, Value, _is_zero, _pair

ONE, HALF = Fraction(1), Fraction(1, 2)


def _real(*values: Value) -> None:
    if any(isinstance(v, Complex) for v in values):
        raise Undefined("a function of real numbers at a complex one")


def _integer(x: Value) -> int:
    if not isinstance(x, Fraction):
        raise Unsure("an integer is needed exactly")
    if x.denominator != 1:
        raise Undefined("an integer is needed")
    return x.numerator


# ---- trigonometric, hyperbolic and their inverses


def _quotient(top: str, bottom: str) -> Callable[[Enclosures, Value], Value]:
    return lambda e, x: e.div(TABLE[top](e, x), TABLE[bottom](e, x))


def _one_over(name: str) -> Callable[[Enclosures, Value], Value]:
    return lambda e, x: e.inverse(TABLE[name](e, x))


def _of_one_over(name: str) -> Callable[[Enclosures, Value], Value]:
    return lambda e, x: TABLE[name](e, e.inverse(x))


def _sinh(e: Enclosures, x: Value) -> Value:
    return e.mul(HALF, e.sub(e.exp(x), e.exp(e.neg(x))))


def _cosh(e: Enclosures, x: Value) -> Value:
    return e.mul(HALF, e.add(e.exp(x), e.exp(e.neg(x))))


def _asin(e: Enclosures, x: Value) -> Value:
    if not isinstance(x, Complex):
        inside = e.sub(ONE, e.square(x))
        s = e.sign(inside)
        if s >= 0:
            return e.atan2(x, e.sqrt(inside))
        if e.real:
            raise Undefined("arcsine of a number outside [-1, 1]")
    i = Complex(Fraction(0), ONE)
    return e.mul(e.neg(i), e.log(e.add(e.mul(i, x), e.sqrt(e.sub(ONE, e.mul(x, x))))))


def _acos(e: Enclosures, x: Value) -> Value:
    return e.sub(e.mul(HALF, e.pi()), _asin(e, x))


def _asinh(e: Enclosures, x: Value) -> Value:
    return e.log(e.add(x, e.sqrt(e.add(e.mul(x, x), ONE))))


def _acosh(e: Enclosures, x: Value) -> Value:
    return e.log(e.add(x, e.mul(e.sqrt(e.add(x, ONE)), e.sqrt(e.sub(x, ONE)))))


def _atanh(e: Enclosures, x: Value) -> Value:
    return e.mul(HALF, e.sub(e.log(e.add(ONE, x)), e.log(e.sub(ONE, x))))


def _acot(e: Enclosures, x: Value) -> Value:
    return e.mul(HALF, e.pi()) if _is_zero(x) else e.atan(e.inverse(x))


# ---- powers and logarithms


def power(e: Enclosures, base: Value, exponent: Value, integer: bool) -> Value:
    """base ^ exponent; `integer` says that the exponent is an integer by the way it is built."""
    if isinstance(exponent, Fraction) and exponent.denominator == 1 and (integer or not e.real):
        return e.power(base, exponent.numerator)
    if isinstance(base, Complex) or not e.real and e.sign(base) < 0:
        return e.exp(e.mul(exponent, e.log(base)))
    s = e.sign(base)
    if s == 0:
        if isinstance(exponent, Complex) or e.sign(exponent) <= 0:
            raise Undefined("0 to a power that is not positive")
        return Fraction(0)
    if s < 0:
        raise Undefined("a negative number to a power that need not be an integer")
    if isinstance(exponent, Fraction) and exponent.denominator <= 64 and abs(exponent.numerator) <= 10**6:
        return e.power(e.root(base, exponent.denominator), exponent.numerator)
    return e.exp(e.mul(exponent, e.log(base)))


def root(e: Enclosures, x: Value, n: Value) -> Value:
    """The n-th root: for a literal n >= 1 the real one (see `semantics`), else x^(1/n)."""
    if isinstance(n, Fraction) and n.denominator == 1 and 1 <= n <= 10**4:
        return e.root(x, n.numerator)
    return power(e, x, e.inverse(n), False)


def _log(e: Enclosures, x: Value, base: Value | None = None) -> Value:
    if base is None:
        return e.log(x)
    if isinstance(x, Fraction) and isinstance(base, Fraction) and x > 0 and base > 0 and base != 1:
        if base.numerator.bit_length() + base.denominator.bit_length() <= 2000:
            for k in range(-64, 65):  # log(8, 2) = 3 exactly
                if base**k == x:
                    return Fraction(k)
    return e.div(e.log(x), e.log(base))


# ---- gamma and what is made of it


def gamma(e: Enclosures, x: Value) -> Value:
    """The gamma function. Fails with `Undefined` at 0, -1, -2, ..."""
    if isinstance(x, Fraction) and x.denominator == 1:
        if x <= 0:
            raise Undefined("gamma at 0, -1, -2, ...")
        if x <= 1000:
            return e.known(Fraction(factorial(int(x) - 1)))
    re, im = _pair(x)
    if abs(e.interval(re)).b > 10**5 or abs(e.interval(im)).b > 10**5:
        raise Unsupported("gamma of a number too large")
    if not isinstance(x, Complex):
        return e.known(e.iv.gamma(e.interval(x)))
    made = e.iv.gamma(e.iv.mpc(e.interval(re), e.interval(im)))
    return Complex(e.known(made.real), e.known(made.imag))


def _one_over_gamma(e: Enclosures, x: Value) -> Value:
    if isinstance(x, Fraction) and x.denominator == 1 and x <= 0:
        return Fraction(0)
    return e.inverse(gamma(e, x))


def _factorial(e: Enclosures, x: Value) -> Value:
    return gamma(e, e.add(x, ONE))


def _double_factorial(e: Enclosures, x: Value) -> Value:
    n = _integer(x)
    if n < -1:
        raise Undefined("double factorial of a negative number")
    if n > 1000:
        raise Unsupported("a double factorial too large")
    return e.known(Fraction(reduce(lambda a, b: a * b, range(n, 0, -2), 1)))


def _binomial(e: Enclosures, n: Value, k: Value) -> Value:
    if isinstance(n, Fraction) and n.denominator == 1 and n < 0:
        raise Undefined("binomial of a negative integer")
    if isinstance(k, Fraction) and k.denominator == 1:
        if k < 0:
            return Fraction(0)
        if isinstance(n, Fraction) and n.denominator == 1 and n <= 20_000:
            return e.known(Fraction(comb(int(n), int(k))))
        if k <= 400:
            made: Value = ONE
            for j in range(int(k)):
                made = e.mul(made, e.mul(e.sub(n, Fraction(j)), Fraction(1, j + 1)))
            return made
    down = e.mul(_one_over_gamma(e, e.add(k, ONE)), _one_over_gamma(e, e.add(e.sub(n, k), ONE)))
    return e.mul(_factorial(e, n), down)


def _beta(e: Enclosures, a: Value, b: Value) -> Value:
    return e.mul(e.mul(gamma(e, a), gamma(e, b)), _one_over_gamma(e, e.add(a, b)))


def _erf(e: Enclosures, x: Value) -> Value:
    if isinstance(x, Complex):
        raise Unsupported("erf of a complex number")
    if _is_zero(x):
        return x
    t = e.interval(x)
    if abs(t).b > 25:
        raise Unsupported("erf of a number too large")
    square, term, total, n = t**2, t, e.iv.mpf(0), 0
    last = int(square.b) + 1
    while n < last or abs(term).b > e.iv.mpf(10) ** (-e.iv.dps):
        total = total + term / (2 * n + 1)
        n += 1
        term = -term * square / n
    rest = abs(term).b
    return e.known((total + e.iv.mpf([-rest, rest])) * 2 / e.iv.sqrt(e.iv.pi))


def _zeta(e: Enclosures, x: Value) -> Value:
    if x == ONE:
        raise Undefined("zeta at 1")
    if not (isinstance(x, Fraction) and x.denominator == 1 and 1 < x <= 60):
        raise Unsupported("zeta elsewhere than at 2, 3, 4, ...")
    n = int(x)
    if n % 2:
        return _zeta_by_summation(e, n)
    return e.mul(abs(_bernoulli(n)[n]) * 2 ** (n - 1) / factorial(n), e.power(e.pi(), n))


_BERNOULLI = [ONE]


def _bernoulli(n: int) -> list[Fraction]:
    """The Bernoulli numbers B_0 to B_n at least, kept from call to call."""
    for m in range(len(_BERNOULLI), n + 1):
        _BERNOULLI.append(Fraction(0) if m > 1 and m % 2 else -sum((comb(m + 1, j) * b for j, b in enumerate(_BERNOULLI) if b), Fraction(0)) / (m + 1))
    return _BERNOULLI


def _zeta_by_summation(e: Enclosures, s: int) -> Value:
    """By the Euler-Maclaurin formula; the rest is smaller than the first term left out (DLMF 25.2.9, H. M. Edwards, Riemann's Zeta Function, 6.4)."""
    iv, m = e.iv, e.iv.dps + 4
    total = sum((iv.mpf(1) / iv.mpf(k) ** s for k in range(1, m)), iv.mpf(0))
    n = iv.mpf(m)
    total += n ** (1 - s) / (s - 1) + n ** (-s) / 2
    bernoulli = _bernoulli(2 * m)
    rising, term = Fraction(s), iv.mpf(0)
    for j in range(1, m):
        c = bernoulli[2 * j] * rising / factorial(2 * j)
        term = e.interval(c) * n ** (1 - s - 2 * j)
        total += term
        rising *= (s + 2 * j - 1) * (s + 2 * j)
    rest = abs(term).b
    return e.known(total + iv.mpf([-rest, rest]))


# ---- steps, sizes, integers, parts


def _abs(e: Enclosures, x: Value) -> Value:
    if isinstance(x, Complex):
        return e.sqrt(e.add(e.square(x.re), e.square(x.im)))
    return abs(x)


def _sign(e: Enclosures, x: Value) -> Value:
    _real(x)
    return Fraction(e.sign(x))


def _floor(e: Enclosures, x: Value) -> Value:
    _real(x)
    return Fraction(e.floor_of(x))


def _ceil(e: Enclosures, x: Value) -> Value:
    _real(x)
    return Fraction(-e.floor_of(-x))


def _round(e: Enclosures, x: Value) -> Value:
    _real(x)
    doubled = e.mul(Fraction(2), x)
    if isinstance(doubled, Fraction) and doubled.denominator == 1 and doubled % 2 == 1:
        raise Undefined("rounding half-way between integers")
    return Fraction((e.floor_of(doubled) + 1) // 2)


def _mod(e: Enclosures, a: Value, n: Value) -> Value:
    _real(a, n)
    return e.sub(a, e.mul(n, Fraction(e.floor_of(e.div(a, n)))))


def _extreme(largest: bool) -> Callable[..., Value]:
    def extreme(e: Enclosures, *values: Value) -> Value:
        _real(*values)
        pick = max if largest else min
        if all(isinstance(v, Fraction) for v in values):
            return pick(values)
        found = values[0]
        for v in values[1:]:
            try:
                found = v if (e.sign(e.sub(v, found)) > 0) == largest else found
            except Unsure:
                a, b = e.interval(found), e.interval(v)
                found = e.iv.mpf([pick(a.a, b.a), pick(a.b, b.b)])
        return found

    return extreme


def _of_rationals(function: Callable[[int, int], int], other: Callable[[int, int], int]) -> Callable[..., Value]:
    """gcd or lcm of rational numbers: gcd(a/b, c/d) = gcd(a, c) / lcm(b, d) in lowest terms, and the other way about."""

    def combine(e: Enclosures, *values: Value) -> Value:
        if not all(isinstance(v, Fraction) for v in values):
            raise Unsupported("a common divisor of numbers that are not exact")
        return abs(reduce(lambda a, b: Fraction(function(a.numerator, b.numerator), other(a.denominator, b.denominator)), values))

    return combine


def _sigmoid(e: Enclosures, x: Value) -> Value:
    return e.inverse(e.add(ONE, e.exp(e.neg(x))))


def _relu(e: Enclosures, x: Value) -> Value:
    return TABLE["max"](e, Fraction(0), x)


TABLE: dict[str, Callable[..., Value]] = {
    "neg": lambda e, x: e.neg(x), "div": lambda e, x, y: e.div(x, y), "sqrt": lambda e, x: e.sqrt(x), "root": root, "exp": lambda e, x: e.exp(x),
    "log": _log, "sin": lambda e, x: e.sin(x), "cos": lambda e, x: e.cos(x), "tan": _quotient("sin", "cos"), "cot": _quotient("cos", "sin"),
    "sec": _one_over("cos"), "csc": _one_over("sin"), "asin": _asin, "acos": _acos, "atan": lambda e, x: e.atan(x), "acot": _acot,
    "asec": _of_one_over("acos"), "acsc": _of_one_over("asin"), "sinh": _sinh, "cosh": _cosh, "tanh": _quotient("sinh", "cosh"),
    "coth": _quotient("cosh", "sinh"), "sech": _one_over("cosh"), "csch": _one_over("sinh"), "asinh": _asinh, "acosh": _acosh, "atanh": _atanh,
    "atan2": lambda e, y, x: (_real(y, x), e.atan2(y, x))[1], "sigmoid": _sigmoid, "softplus": lambda e, x: e.log(e.add(ONE, e.exp(x))),
    "relu": _relu,
    "gamma": gamma, "factorial": _factorial, "double_factorial": _double_factorial, "binomial": _binomial, "beta_function": _beta, "erf": _erf,
    "zeta": _zeta, "abs": _abs, "sign": _sign, "floor": _floor, "ceil": _ceil, "round": _round, "mod": _mod, "max": _extreme(True),
    "min": _extreme(False), "gcd": _of_rationals(gcd, lcm), "lcm": _of_rationals(lcm, gcd), "percent": lambda e, x: e.mul(x, Fraction(1, 100)),
    "degree": lambda e, x: e.mul(x, e.mul(Fraction(1, 180), e.pi())), "re": lambda e, x: _pair(x)[0], "im": lambda e, x: _pair(x)[1],
    "conj": lambda e, x: Complex(x.re, -x.im) if isinstance(x, Complex) else x, "arg": lambda e, x: e.arg(x),
}
"""Operator -> enclosure of its value; `power` (of "pow") needs to know how its exponent is built."""
