"""The generators of a normal-form certificate: what each one means, the relation it obeys, and what is known about signs and zeros.

A certificate writes the value of every part of a claim as a fraction of polynomials in generators. Each generator has a meaning, a value at every
point at which both sides of the claim are defined; its relation and its sign follow from that meaning here, and are never taken from the certificate:

=====================  ==================================================  =========================================
entry                  meaning                                             what follows
=====================  ==================================================  =========================================
symbol NAME            the symbol                                          real, integer, sign from its domain
pi, i                  the constants                                       pi > 0; i^2 = -1
exp Q                  exp(Q), Q a fraction in earlier generators          never 0; > 0 where Q is real
cos Q, sin G           cos(Q), Q real; sin of the same Q                   real; sin^2 = 1 - cos^2
log P                  log |P|, P real and not 0                           real
root P k               k-th root of P >= 0                                 >= 0; g^k = P
oddroot P k            real k-th root of a real P, k odd                   real; the sign of P; g^k = P
abs P                  |P|, P real                                         >= 0; g^2 = P^2
modulus Q              |Q|, Q complex                                      >= 0; g^2 = Q conj(Q), where that is a polynomial
conj NAME              complex conjugate of a symbol
zeta N                 exp(2 pi i / N)                                     the cyclotomic relation
alternating M          (-1)^M, M a product of integers                     g^2 = 1
power P M              P^M, M a product of integers; P not 0, or M > 0     real where P is
bigpower P n           P^n for a number n too large to multiply out           real where P is
clog Q, croot Q k      principal logarithm, k-th root                      croot: g^k = Q, where Q is a polynomial
rgamma Q               1 / gamma(Q), an entire function
bound NAME             an index >= 0 of a sum or product; variable NAME: of   integer; real
                       an integral
series B i Q           B(0) + ... + B(Q - 1), Q >= 0; integral B x Q Q
function OP Q..., call NAME PRIMES Q...   the operator's value, an unknown function's value
=====================  ==================================================  =========================================

Everything known to be nonzero or signed comes from domains, from the claim's own definedness (`unit`, `fact`), or from positive sums of products.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from grader.kernel import Refused
from grader.replay import polynomial as P
from grader.replay.polynomial import Poly

if TYPE_CHECKING:
    from grader.replay.table import Table

Frac: TypeAlias = tuple[Poly, Poly]
MAX_GENERATORS = 70
ENTIRE = frozenset("atan floor ceil sign erf asinh".split())
"""Operators of one real argument that have a value everywhere."""


@dataclass
class Generator:
    """One generator: kind and parts as in the certificate, and what is known."""

    kind: str
    parts: tuple[Any, ...]
    real: bool = False
    sign: int = 0
    """1: positive, 2: at least zero, -1 and -2 likewise, 0: not known."""
    integer: bool = False
    nonzero: bool = False


class Builders:
    """How each kind of generator is made, and what follows from its meaning; mixed into `Table`."""

    def _build_symbol(self: Table, name: str) -> Generator:
        domain = self.claim.domain(name)
        if name.startswith("#"):
            raise Refused("a symbol of another name")
        index = len(self.generators)
        sign = 1 if domain.is_positive else 2 if domain.is_nonnegative else 0
        if domain.upper is not None and domain.upper <= 0:
            sign = -1 if domain.upper < 0 or domain.upper_strict or domain.nonzero else -2
        x = P.generator(index, self.count)
        if domain.field == "integer" and domain.lower is not None:  # n > 0 is n >= 1
            least = -(-domain.lower.numerator // domain.lower.denominator) + (1 if domain.lower_strict and domain.lower.denominator == 1 else 0)
            self.facts.append((P.add(x, P.constant(-least, self.count)), 2))
        for bound, strict, side in ((domain.lower, domain.lower_strict, 1), (domain.upper, domain.upper_strict, -1)):
            if bound is not None:
                self.facts.append((P.scale(P.add(x, P.constant(-bound, self.count)), side), 1 if strict else 2))
        return Generator("symbol", (name,), domain.is_real, sign, domain.field == "integer", domain.nonzero or abs(sign) == 1)

    def _build_bound(self: Table, name: str) -> Generator:
        """An index i >= 0 of a sum or product, known by a name that no symbol of the claim has."""
        if not name.startswith("#i"):
            raise Refused("an index of another name")
        return Generator("bound", (name,), True, 2, True)

    def _build_variable(self: Table, name: str) -> Generator:
        if not name.startswith("#x"):
            raise Refused("a variable of another name")
        return Generator("variable", (name,), self.real_reading)

    def _build_series(self: Table, b: Any, index: str, count: Any) -> Generator:
        n = self.frac(count, len(self.generators))
        if self.frac_sign(n) not in (1, 2):
            raise Refused("a sum of perhaps fewer than no terms")
        return Generator("series", ((b, index), n), self.real_reading)

    def _build_integral(self: Table, b: Any, variable: str, low: Any, high: Any) -> Generator:
        ends = tuple(e if e in ("oo", "-oo") else self.frac(e, len(self.generators)) for e in (low, high))
        return Generator("integral", ((b, variable), ends), self.real_reading)

    def _build_pi(self: Table) -> Generator:
        return Generator("pi", (), True, 1, False, True)

    def _build_i(self: Table) -> Generator:
        self.relations[len(self.generators)] = (2, P.constant(-1, self.count))
        return Generator("i", (), False, 0, False, True)

    def _build_exp(self: Table, q: Any) -> Generator:
        arg = self.frac(q, len(self.generators))
        real = self.is_real(arg[0]) and self.is_real(arg[1])
        return Generator("exp", (arg,), real, 1 if real else 0, False, True)

    def _build_cos(self: Table, q: Any) -> Generator:
        arg = self.frac(q, len(self.generators))
        if not self.is_real(arg[0]) or not self.is_real(arg[1]):
            raise Refused("the cosine of something that is not real")
        return Generator("cos", (arg,), True)

    def _build_sin(self: Table, g: int) -> Generator:
        if type(g) is not int or not 0 <= g < len(self.generators) or self.generators[g].kind != "cos":
            raise Refused("a sine without its cosine")
        square = tuple(2 if k == g else 0 for k in range(self.count))
        self.relations[len(self.generators)] = (2, {(0,) * self.count: Fraction(1), square: Fraction(-1)})
        return Generator("sin", (g,), True)

    def _build_log(self: Table, p: Any) -> Generator:
        arg = self.poly(p, len(self.generators))
        if not self.is_real(arg):
            raise Refused("the logarithm of a size that is not real")
        self.require_unit(arg)
        return Generator("log", (arg,), True, 1 if P.is_constant(arg) and P.value(arg) > 1 else 0)

    def _build_root(self: Table, p: Any, k: int) -> Generator:
        arg = self.poly(p, len(self.generators))
        if type(k) is not int or not 2 <= k <= 4000 or self.sign(arg) not in (1, 2):
            raise Refused("the root of something that is not known to be at least zero")
        self.relations[len(self.generators)] = (k, arg)
        return Generator("root", (arg, k), True, self.sign(arg), False, self.is_unit(arg))

    def _build_oddroot(self: Table, p: Any, k: int) -> Generator:
        arg = self.poly(p, len(self.generators))
        if type(k) is not int or not 3 <= k <= 60 or k % 2 == 0 or not self.is_real(arg):
            raise Refused("an odd root of something that is not real")
        self.relations[len(self.generators)] = (k, arg)
        return Generator("oddroot", (arg, k), True, self.sign(arg), False, self.is_unit(arg))

    def _build_abs(self: Table, p: Any) -> Generator:
        arg = self.poly(p, len(self.generators))
        if not self.is_real(arg):
            raise Refused("the absolute value of something that is not real")
        self.relations[len(self.generators)] = (2, P.multiply(arg, arg))
        unit = self.is_unit(arg)
        return Generator("abs", (arg,), True, 1 if unit else 2, False, unit)

    def _build_modulus(self: Table, p: Any) -> Generator:
        arg = self.poly(p, len(self.generators))
        square = self.times(self.whole(arg), self.conjugate(self.whole(arg)))
        if not P.is_constant(square[1]):
            raise Refused("a size that is a fraction")
        self.relations[len(self.generators)] = (2, P.scale(square[0], 1 / P.value(square[1])))
        return Generator("modulus", (arg,), True, 2)

    def _build_conj(self: Table, name: str) -> Generator:
        if self.claim.domain(name).is_real:
            raise Refused("the conjugate of no complex symbol")
        return Generator("conj", (name,))

    def _build_zeta(self: Table, n: int) -> Generator:
        if type(n) is not int or not 3 <= n <= 400:
            raise Refused("a root of unity of that order")
        index, polynomial = len(self.generators), cyclotomic(n)
        degree = len(polynomial) - 1
        image: Poly = {}
        for k, c in enumerate(polynomial[:-1]):
            if c:
                image[tuple(k if j == index else 0 for j in range(self.count))] = Fraction(-c)
        self.relations[index] = (degree, image)
        return Generator("zeta", (n,), False, 0, False, True)

    def _build_alternating(self: Table, m: Any) -> Generator:
        mono = self.poly(m, len(self.generators))
        if len(mono) != 1 or next(iter(mono.values())) != 1 or not self.is_integer(mono):
            raise Refused("(-1) to a power that is no product of integers")
        self.relations[len(self.generators)] = (2, P.constant(1, self.count))
        return Generator("alternating", (mono,), True, 0, True, True)

    def _build_power(self: Table, p: Any, m: Any) -> Generator:
        base, mono = self.poly(p, len(self.generators)), self.poly(m, len(self.generators))
        if len(mono) != 1 or next(iter(mono.values())) != 1 or not self.is_integer(mono):
            raise Refused("a power whose exponent is no product of integers")
        if self.sign(mono) != 1:
            self.require_unit(base)
        return Generator("power", (base, mono), self.is_real(base), 1 if self.sign(base) == 1 else 0, False, self.is_unit(base))

    def _build_bigpower(self: Table, p: Any, n: int) -> Generator:
        base = self.poly(p, len(self.generators))
        if type(n) is not int or not 2 <= n <= 10**12:
            raise Refused("a power of that height")
        real, unit = self.is_real(base), self.is_unit(base)
        even = 1 if unit else 2
        return Generator("bigpower", (base, n), real, (even if n % 2 == 0 else self.sign(base)) if real else 0, False, unit)

    def _build_clog(self: Table, q: Any) -> Generator:
        arg = self.frac(q, len(self.generators))
        self.require_unit(arg[0])
        return Generator("clog", (arg,))

    def _build_croot(self: Table, p: Any, k: int) -> Generator:
        arg = self.poly(p, len(self.generators))
        if type(k) is not int or not 2 <= k <= 60:
            raise Refused("a root of that order")
        self.relations[len(self.generators)] = (k, arg)
        return Generator("croot", (arg, k), False, 0, False, self.is_unit(arg))

    def _build_rgamma(self: Table, q: Any) -> Generator:
        arg = self.frac(q, len(self.generators))
        real = self.is_real(arg[0]) and self.is_real(arg[1])
        positive = self.frac_sign(arg) == 1
        return Generator("rgamma", (arg,), real, 1 if positive else 0, False, positive)

    def _build_function(self: Table, op: str, *args: Any) -> Generator:
        parts = tuple(self.frac(q, len(self.generators)) for q in args)
        real = self.real_reading and all(self.is_real(p) for q in parts for p in q)
        return Generator("function", (op, parts), real, 0, op in ("floor", "ceil", "sign", "round"))

    def _build_call(self: Table, name: str, primes: int, *args: Any) -> Generator:
        parts = tuple(self.frac(q, len(self.generators)) for q in args)
        real = self.real_reading and all(self.is_real(p) for q in parts for p in q)
        return Generator("call", (name, primes, parts), real)


def cyclotomic(n: int) -> list[int]:
    """Coefficients of the n-th cyclotomic polynomial, constant term first: x^n - 1 divided by those of the proper divisors of n."""
    whole = [-1] + [0] * (n - 1) + [1]
    for d in range(1, n):
        if n % d == 0:
            whole = _divided(whole, cyclotomic(d))
    return whole


def _divided(a: list[int], b: list[int]) -> list[int]:
    a, out = list(a), [0] * (len(a) - len(b) + 1)
    for k in reversed(range(len(out))):
        c = out[k] = a[k + len(b) - 1] // b[-1]
        for j, v in enumerate(b):
            a[k + j] -= c * v
    return out
