"""Endless products of rational functions by gamma functions.

Data: {"tops": [a_1, ...], "bottoms": [b_1, ...], "equal": [method, data]}. The factors are shown to be (k + a_1)...(k + a_n) / ((k + b_1)...(k +
b_n)) for every index k
>= m, with as many factors above as below, a_1 + ... + a_n = b_1 + ... + b_n, and no k + a_i or k + b_i that is zero. Then the product converges to
the quotient of all gamma(m + b_i) by
all gamma(m + a_i) (E. T. Whittaker, G. N. Watson, A Course of Modern Analysis, 4th ed., section 12.13).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace as changed
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Status
from grader.term import Term, apply, constant, free_names, number

MAX_FACTORS = 8


def product_of(claim: Claim, node: Term, data: Mapping[str, Any], settle: Callable[[Claim, Any], Any]) -> Term:
    """What the product comes to. Fails with `Refused`."""
    if node.kind != "binder" or node.name != "product" or len(node.args) != 3 or node.args[2] != constant("oo") or node.bound[0].kind != "symbol":
        raise Refused("not an endless product")
    (body, low, _), k = node.args, node.bound[0]
    if free_names(body) != {k.name} or low.kind != "number" or low.value is None or low.value.denominator != 1:
        raise Refused("a product of another form")
    tops, bottoms = ([Fraction(v) for v in data[key]] for key in ("tops", "bottoms"))
    if len(tops) != len(bottoms) or not 1 <= len(tops) <= MAX_FACTORS or sum(tops) != sum(bottoms):
        raise Refused("a product that need not converge")
    if any((v + low.value).denominator == 1 and v + low.value <= 0 for v in (*tops, *bottoms)):
        raise Refused("a factor that is zero or has no value")
    quotient = apply("div", *[_times([_shifted(k, v) for v in vs]) for vs in (tops, bottoms)])
    domains = ((k.name, Domain("integer", low.value)), *((n, d) for n, d in claim.domains if n != k.name))
    found = settle(changed(claim, conclusion=Equal(body, quotient), domains=domains, conditions=(), label=""), data["equal"])
    if found.status is not Status.PROVED or any("!=" in f for f in found.facts):
        raise Refused("the factors are not shown to be that quotient")
    return _gammas([low.value + v for v in bottoms], [low.value + v for v in tops])


def _gammas(above: list[Fraction], below: list[Fraction]) -> Term:
    """The quotient of gamma functions at these numbers, by gamma(x + 1) = x gamma(x), gamma(x) gamma(1 - x) = pi / sin(pi x), gamma(1/2)^2 = pi."""
    factor, powers = Fraction(1), dict.fromkeys(sorted({v % 1 for v in (*above, *below)}), 0)
    for values, sign in ((above, 1), (below, -1)):
        for v in values:
            powers[v % 1] += sign
            base = v % 1 or Fraction(1)
            while v > base:
                v -= 1
                factor *= v**sign
            while v < base:
                factor /= v**sign
                v += 1
    factors = [number(factor)]
    half = powers.pop(Fraction(1, 2), 0)
    if half // 2:
        factors.append(_power(constant("pi"), half // 2))
    if half % 2:
        factors.append(apply("gamma", number(Fraction(1, 2))))
    for f, e in powers.items():
        other = powers.get(1 - f, 0) if f else 0
        if f > Fraction(1, 2) and other == e or not f or not e:
            continue
        if other == e:
            sine = apply("sin", apply("div", apply("mul", number(f.numerator), constant("pi")), number(f.denominator)))
            factors.append(_power(apply("div", constant("pi"), sine), e))
        else:
            factors.append(_power(apply("gamma", number(f)), e))
    return _times(factors)


def _power(base: Term, e: int) -> Term:
    return base if e == 1 else apply("pow", base, number(e))


def _shifted(k: Term, v: Fraction) -> Term:
    return apply("add", k, number(v)) if v else k


def _times(factors: list[Term]) -> Term:
    return factors[0] if len(factors) == 1 else apply("mul", *factors)
