"""Moments, generating functions and log densities of the laws that can be named.

Sources: N. L. Johnson, S. Kotz, N. Balakrishnan, Continuous Univariate Distributions (1994); normal moments by E X^k = m E X^{k-1} + (k-1) v E
X^{k-2}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import comb, factorial

from grader.kernel import Refused
from grader.replay.moments_algebra import ONE, Atom, Poly, basics, frozen, minus, mul, plus, power, reciprocal, settled, single, times_number

HALF = Fraction(1, 2)
MAX_MOMENT = 8


def moment(law: str, p: Sequence[Poly], k: int) -> Poly | None:
    """E X^k, or None where it is not known here."""
    if not 1 <= k <= MAX_MOMENT:
        return None
    if law == "Normal":
        before, now = ONE, p[0]
        for j in range(1, k):
            before, now = now, plus(mul(p[0], now), times_number(mul(p[1], before), j))
        return now
    if law == "Bernoulli":
        return p[0]
    if law == "Binomial" and k <= 2:
        mean = mul(p[0], p[1])
        return mean if k == 1 else plus(mul(mean, minus(ONE, p[1])), mul(mean, mean))
    if law == "Rademacher":
        return ONE if k % 2 == 0 else {}
    if law == "Uniform":
        parts = [mul(power(p[0], j), power(p[1], k - j)) for j in range(k + 1)]
        return times_number(plus(*parts), Fraction(1, k + 1))
    if law == "Exponential":
        return times_number(power(reciprocal(p[0]), k), factorial(k))
    if law == "Poisson":
        return plus(*[times_number(power(p[0], j), _stirling(k, j)) for j in range(1, k + 1)])
    return None


def _stirling(n: int, k: int) -> Fraction:
    return Fraction(sum([(-1) ** (k - j) * comb(k, j) * j**n for j in range(k + 1)]), factorial(k))


def generating(law: str, p: Sequence[Poly], atom: Atom, powers: Mapping[Atom, int]) -> Poly | None:
    """E exp(t X + c) X^k for k <= 1, or None where it is not known here."""
    exponentials = [a for a in powers if a[:2] == ("f", "exp")]
    k = powers.get(atom, 0)
    if len(exponentials) != 1 or len(powers) != 1 + (k != 0) or powers[exponentials[0]] != 1 or k not in (0, 1):
        return None
    slope: Poly = {}
    for mono, c in exponentials[0][2][0]:
        degree = dict(mono).get(atom, 0)
        rest = mono - {(atom, degree)}
        if degree != 1 or basics(rest):
            return None
        slope = plus(slope, {rest: c})
    if law == "Normal":
        mean, variance = p
        exponent = plus(mul(mean, slope), times_number(mul(variance, mul(slope, slope)), HALF))
        value = settled({("f", "exp", (frozen(exponent),)): 1}) if exponent else ONE
        return value if k == 0 else mul(plus(mean, mul(variance, slope)), value)
    up = settled({("f", "exp", (frozen(slope),)): 1})
    if law == "Bernoulli":
        return plus(minus(ONE, p[0]), mul(p[0], up)) if k == 0 else mul(p[0], up)
    if law == "Rademacher" and k == 0:
        down = settled({("f", "exp", (frozen(times_number(slope, -1)),)): 1})
        return times_number(plus(up, down), HALF)
    if law == "Poisson" and k == 0:
        return settled({("f", "exp", (frozen(mul(p[0], minus(up, ONE))),)): 1})
    return None


def density(law: str, p: Sequence[Poly], x: Poly, log: Callable[[Poly], Poly]) -> Poly:
    """log p(x). Fails with `Refused` for laws without a density of one formula."""
    if law == "Normal":
        mean, variance = p
        gap = minus(x, mean)
        scale = log(mul(times_number(single(("sym", "pi", ())), 2), variance))
        return plus(times_number(scale, -HALF), times_number(mul(mul(gap, gap), reciprocal(variance)), -HALF))
    if law == "Bernoulli":
        return plus(mul(x, log(p[0])), mul(minus(ONE, x), log(minus(ONE, p[0]))))
    if law == "Exponential":
        return minus(log(p[0]), mul(p[0], x))
    raise Refused(f"the density of a {law} variable is not written out")

