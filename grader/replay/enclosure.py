"""Numbers known exactly or between two bounds, and the elementary functions of them, for the checkers.

A real value is a `Fraction` (exact) or an interval of `mpmath`'s interval arithmetic; `Complex` is a pair of them. An operation on intervals encloses
all values; an exact operand stays exact as long as the operation allows (so that 0, signs, integers and perfect squares are known, not guessed).

- `Undefined`: certainly outside the function's domain.
- `Unsure`: the bounds are too wide to tell; more digits may help.
- `Unsupported`: no enclosure of this function is known here.

Sources: mpmath's documentation of `iv`; arctangent by its Taylor series with the alternating remainder after halving the argument twice
(atan x = 2 atan(x / (1 + sqrt(1 + x^2)))); complex functions by their principal logarithms (NIST DLMF 4.23, 4.37).
"""

from __future__ import annotations

import threading
from fractions import Fraction
from functools import cached_property
from math import isqrt
from typing import Any, NamedTuple

_LOCAL = threading.local()
MAX_EXACT_BITS = 4000
"""Exact numbers longer than this are enclosed instead."""


class Undefined(ArithmeticError):
    """The value does not exist."""


class Unsure(ArithmeticError):
    """Not known at this precision."""


class Unsupported(ArithmeticError):
    """No enclosure of this operation."""


class Complex(NamedTuple):
    """re + i im; both parts real values."""

    re: Any
    im: Any


Real = Any  # Fraction or an interval
Value = Any  # Real or Complex


class Enclosures:
    """Arithmetic at a working precision of so many decimal digits. `real` says whether functions are real ones (see `semantics`)."""

    def __init__(self, digits: int, real: bool = True) -> None:
        self.digits, self.real = digits, real

    @cached_property
    def iv(self) -> Any:
        """The thread's interval arithmetic, set to the digits when this is first asked for."""
        if not hasattr(_LOCAL, "context"):
            from mpmath.ctx_iv import MPIntervalContext  # exact values do not pay for mpmath

            _LOCAL.context = MPIntervalContext()
        _LOCAL.context.dps = self.digits
        return _LOCAL.context

    # ---- conversions and questions

    def interval(self, x: Real) -> Any:
        """The value as an interval."""
        return self.iv.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else x

    def around(self, x: Value, radius: Fraction) -> Value:
        """A box around a value."""
        if isinstance(x, Complex):
            return Complex(self.around(x.re, radius), self.around(x.im, radius))
        low, high = self.interval(x - radius), self.interval(x + radius)
        return self.iv.mpf([low.a, high.b])

    def known(self, x: Real) -> Real:
        """Exact values beyond `MAX_EXACT_BITS` become intervals; infinite bounds are refused."""
        if isinstance(x, Fraction):
            return self.interval(x) if x.numerator.bit_length() + x.denominator.bit_length() > MAX_EXACT_BITS else x
        (_, a, e, _), (_, b, f, _) = x._mpi_
        if not a and e or not b and f:  # mpmath writes infinities with mantissa 0 and a non-zero exponent
            raise Unsure("unbounded")
        return x

    def sign(self, x: Real) -> int:
        """-1, 0 or 1. Fails with `Unsure`."""
        if isinstance(x, Fraction):
            return (x > 0) - (x < 0)
        low, high = _signs(x)
        if low > 0:
            return 1
        if high < 0:
            return -1
        if low == 0 == high:
            return 0
        raise Unsure("its sign is not known")

    def differ(self, x: Value, y: Value) -> bool:
        """Are the values certainly different?"""
        a, b = _pair(x), _pair(y)
        for p, q in zip(a, b):
            d = self.sub(p, q)
            if (d != 0) if isinstance(d, Fraction) else (_signs(d)[0] > 0 or _signs(d)[1] < 0):
                return True
        return False

    def floor_of(self, x: Real) -> int:
        """Greatest integer below. Fails with `Unsure`."""
        if isinstance(x, Fraction):
            return x.numerator // x.denominator
        low, high = _floor(x.a), _floor(x.b)
        if low != high:
            raise Unsure("an integer lies within the bounds")
        return low

    # ---- real arithmetic

    def add(self, x: Value, y: Value) -> Value:
        if isinstance(x, Complex) or isinstance(y, Complex):
            (a, b), (c, d) = _pair(x), _pair(y)
            return _complex(self.add(a, c), self.add(b, d))
        if isinstance(x, Fraction):
            if isinstance(y, Fraction):
                return self.known(x + y)
            if x == 0:
                return y
        elif _is_zero(y):
            return x
        return self.known(self.interval(x) + self.interval(y))

    def neg(self, x: Value) -> Value:
        return Complex(-x.re, -x.im) if isinstance(x, Complex) else -x

    def sub(self, x: Value, y: Value) -> Value:
        return self.add(x, self.neg(y))

    def mul(self, x: Value, y: Value) -> Value:
        if isinstance(x, Complex) or isinstance(y, Complex):
            (a, b), (c, d) = _pair(x), _pair(y)
            return _complex(self.sub(self.mul(a, c), self.mul(b, d)), self.add(self.mul(a, d), self.mul(b, c)))
        if isinstance(x, Fraction) and isinstance(y, Fraction):
            return self.known(x * y)
        return Fraction(0) if _is_zero(x) or _is_zero(y) else self.known(self.interval(x) * self.interval(y))

    def inverse(self, x: Value) -> Value:
        if isinstance(x, Complex):
            size = self.add(self.square(x.re), self.square(x.im))
            down = self.inverse(size)
            return _complex(self.mul(x.re, down), self.mul(self.neg(x.im), down))
        if self.sign(x) == 0:
            raise Undefined("division by zero")
        return 1 / x if isinstance(x, Fraction) else self.known(1 / x)

    def div(self, x: Value, y: Value) -> Value:
        return self.mul(x, self.inverse(y))

    def square(self, x: Real) -> Real:
        return self.known(x * x if isinstance(x, Fraction) else x**2)

    def power(self, x: Value, n: int) -> Value:
        """x^n for an integer n. Fails with `Undefined` for 0^0 and 0^-1, with `Unsupported` when it would be astronomically large."""
        if n < 0:
            return self.inverse(self.power(x, -n))
        if n == 0:
            if not isinstance(x, Complex) and self.sign(x) == 0:
                raise Undefined("0^0")
            if isinstance(x, Complex) and not self.differ(x, Fraction(0)):
                raise Unsure("perhaps 0^0")
            return Fraction(1)
        if isinstance(x, Fraction):
            bits = (abs(x.numerator) - 1).bit_length() + (x.denominator - 1).bit_length()
            if bits * n <= MAX_EXACT_BITS:
                return x**n
            x = self.interval(x)
        if n > 10**7:
            raise Unsupported("a power too high")
        if not isinstance(x, Complex):
            return self.known(x**n)
        result: Value = Fraction(1)
        while n:
            if n & 1:
                result = self.mul(result, x)
            n >>= 1
            x = self.mul(x, x) if n else x
        return result

    # ---- elementary functions

    def exp(self, x: Value) -> Value:
        if isinstance(x, Complex):
            size, (c, s) = self.exp(x.re), (self.cos(x.im), self.sin(x.im))
            return _complex(self.mul(size, c), self.mul(size, s))
        if _is_zero(x):
            return Fraction(1)
        t = self.interval(x)
        if abs(t).b > 10**6:
            raise Unsupported("an exponential too large")
        return self.known(self.iv.exp(t))

    def log(self, x: Value) -> Value:
        """Natural logarithm (principal where complex)."""
        if isinstance(x, Complex):
            return _complex(self.mul(Fraction(1, 2), self.log(self.add(self.square(x.re), self.square(x.im)))), self.arg(x))
        s = self.sign(x)
        if s == 0 or s < 0 and self.real:
            raise Undefined("logarithm of a number that is not positive")
        if s < 0:
            return Complex(self.log(-x), self.pi())
        return Fraction(0) if x == Fraction(1) else self.known(self.iv.log(self.interval(x)))

    def pi(self) -> Real:
        return +self.iv.pi

    def arg(self, z: Value) -> Real:
        """Angle in (-pi, pi]."""
        x, y = _pair(z)
        if isinstance(y, Fraction) and y == 0:
            s = self.sign(x)
            if s == 0:
                raise Undefined("angle of zero")
            return self.pi() if s < 0 else Fraction(0)
        return self.atan2(y, x)

    def atan2(self, y: Real, x: Real) -> Real:
        """Angle of the point (x, y), in (-pi, pi]."""
        try:
            sx = self.sign(x)
        except Unsure:
            sx = None
        if sx == 1:
            return self.atan(self.div(y, x))
        sy = self.sign(y)
        if sy != 0:  # the point is off the axis: go by the angle of x / y
            half = self.mul(Fraction(sy, 2), self.pi())
            return self.sub(half, self.atan(self.div(x, y)))
        if sx == 0:
            raise Undefined("angle of zero")
        if sx is None:
            raise Unsure("which side of zero")
        return self.pi()

    def atan(self, x: Value) -> Value:
        if isinstance(x, Complex):
            i = Complex(Fraction(0), Fraction(1))
            ix = self.mul(i, x)
            return self.mul(Complex(Fraction(0), Fraction(1, 2)), self.sub(self.log(self.sub(Fraction(1), ix)), self.log(self.add(Fraction(1), ix))))
        if isinstance(x, Fraction) and x in (0, 1, -1):
            return self.mul(x / 4, self.pi()) if x else x
        t, iv = self.interval(x), self.iv
        for _ in range(2):
            t = t / (1 + iv.sqrt(1 + t**2))
        total, power, k = iv.mpf(0), t, 0
        square = t**2  # at most 0.18: two halvings
        while k < 2 * iv.dps + 8:
            total = total + (power if k % 2 == 0 else -power) / (2 * k + 1)
            power, k = power * square, k + 1
        rest = abs(power / (2 * k + 1)).b
        return self.known(4 * (total + iv.mpf([-rest, rest])))

    def sin(self, x: Value) -> Value:
        return self._wave(x, self.iv.sin, sine=True)

    def cos(self, x: Value) -> Value:
        return self._wave(x, self.iv.cos, sine=False)

    def _wave(self, x: Value, function: Any, *, sine: bool) -> Value:
        if isinstance(x, Complex):
            i = Complex(Fraction(0), Fraction(1))
            up, down = self.exp(self.mul(i, x)), self.exp(self.neg(self.mul(i, x)))
            if sine:
                return self.mul(Complex(Fraction(0), Fraction(-1, 2)), self.sub(up, down))
            return self.mul(Fraction(1, 2), self.add(up, down))
        if _is_zero(x):
            return Fraction(0) if sine else Fraction(1)
        t = self.interval(x)
        if abs(t).b > self.iv.mpf(10) ** 400:
            raise Unsupported("an angle too large")
        return self.known(function(t))

    def sqrt(self, x: Value) -> Value:
        return self.root(x, 2)

    def root(self, x: Value, n: int) -> Value:
        """n-th root, n >= 1: the real one where the reading is real (odd roots of negative numbers are negative), else the principal one."""
        if not isinstance(x, Complex):
            s = 1 if not isinstance(x, Fraction) and _signs(x) == (0, 1) else self.sign(x)
            if s == 0:
                return Fraction(0)
            if s < 0 and self.real:
                if n % 2 == 0:
                    raise Undefined("even root of a negative number")
                return -self.root(-x, n)
            if s < 0 and n == 2:
                return _complex(Fraction(0), self.root(-x, 2))
            if s > 0:
                return self._positive_root(x, n)
        return self.exp(self.div(self.log(x), Fraction(n)))

    def _positive_root(self, x: Real, n: int) -> Real:
        if isinstance(x, Fraction):
            top, bottom = _exact_root(x.numerator, n), _exact_root(x.denominator, n)
            if top is not None and bottom is not None:
                return Fraction(top, bottom)
        t = self.interval(x)
        if n == 2:
            return self.known(self.iv.sqrt(t))
        if _signs(t)[0] <= 0:
            raise Unsure("a root next to zero")
        return self.known(self.iv.exp(self.iv.log(t) / n))


def _pair(x: Value) -> tuple[Real, Real]:
    return (x.re, x.im) if isinstance(x, Complex) else (x, Fraction(0))


def _complex(re: Real, im: Real) -> Value:
    return re if isinstance(im, Fraction) and im == 0 else Complex(re, im)


def _signs(x: Any) -> tuple[int, int]:
    """Signs of the two bounds of an interval."""
    (s, a, e, _), (t, b, f, _) = x._mpi_
    return (1 - 2 * s if a else (0 if not e else -1)), (1 - 2 * t if b else (0 if not f else 1))


def _is_zero(x: Real) -> bool:
    return isinstance(x, Fraction) and x == 0


def _floor(bound: Any) -> int:
    """Floor of an end point (a one-point interval) by its exact binary digits."""
    (sign, man, exp, _), _ = bound._mpi_
    if man == 0:
        if exp:
            raise Unsure("unbounded")
        return 0
    if exp > 20_000:
        raise Unsupported("the floor of a number too large")
    signed = -int(man) if sign else int(man)
    return signed << int(exp) if exp >= 0 else signed >> -int(exp)


def _exact_root(n: int, k: int) -> int | None:
    if k == 2:
        r = isqrt(n)
    else:
        if n.bit_length() > 2000 or k > 64:
            return None
        low, high = 0, 1 << (n.bit_length() // k + 1)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if middle**k <= n else (low, middle - 1)
        r = low
    return r if r**k == n else None
