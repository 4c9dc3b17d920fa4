"""Asymptotic expansions in one variable x that tends to infinity, with l = log x.

A scale is l^b * exp(sum of c x^alpha l^beta), with (alpha, beta) beyond (0, 0) in the order of growth; x^c itself is exp(c l). A series is a finite
sum of numbers times scales, largest first, and an error: a scale such that what was left out is O of it (None: nothing was left out). The rules for
sums, products, reciprocals, powers, exponentials and logarithms are those for real functions in a neighbourhood of infinity: 1/(1+u), (1+u)^r,
exp(u) and log(1+u) are replaced by partial sums of their series where u tends to 0, and the rest is O of the first term left out.
(N. G. de Bruijn, Asymptotic Methods in Analysis, 1958, chapter 1; G. H. Hardy, Orders of Infinity, 1910.)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key

from grader.replay import expansion_numbers as n
from grader.replay.expansion_numbers import Number, Numbers, Unknown

Exponent = tuple[tuple[tuple[Fraction, Fraction], tuple], ...]  # type: ignore[type-arg]
Scale = tuple[Exponent, Fraction]
ONE: Scale = ((), Fraction(0))
LINE = (Fraction(0), Fraction(1))
"""The place of l among the exponents."""


@dataclass(frozen=True)
class Series:
    """Terms, largest scale first, and the error's scale."""

    terms: tuple[tuple[Scale, tuple], ...]  # type: ignore[type-arg]
    error: Scale | None = None

    def number(self, k: int) -> Number:
        """The coefficient of the k-th term."""
        return dict(self.terms[k][1])


def power_of_x(exponent: Fraction) -> Scale:
    """x^exponent."""
    return (((LINE, n.key(n.fraction(exponent))),), Fraction(0)) if exponent else ONE


class Field:
    """The arithmetic of series that keep at most `most` terms."""

    def __init__(self, numbers: Numbers, most: int) -> None:
        self.numbers, self.most = numbers, most

    # ----------------------------------------------------------------------------------------------------------- scales

    def compare(self, a: Scale, b: Scale) -> int:
        """1 where a/b tends to infinity, -1 where it tends to 0, 0 where the scales are the same. Fails with `Unknown`."""
        left, right = dict(a[0]), dict(b[0])
        for place in sorted({*left, *right}, reverse=True):
            difference = n.add(dict(left.get(place, ())), n.scale(dict(right.get(place, ())), -1))
            if difference:
                return self.numbers.sign(difference)
        return (a[1] > b[1]) - (a[1] < b[1])

    def join(self, a: Scale, b: Scale) -> Scale:
        """The product of two scales."""
        made = {place: dict(c) for place, c in a[0]}
        for place, c in b[0]:
            made[place] = n.add(made.get(place, {}), dict(c))
        return tuple([(place, n.key(c)) for place, c in sorted(made.items()) if c]), a[1] + b[1]

    def raised(self, a: Scale, exponent: Fraction) -> Scale:
        """A rational power of a scale."""
        return tuple([(place, n.key(n.scale(dict(c), exponent))) for place, c in a[0]]) if exponent else (), a[1] * exponent

    def larger(self, a: Scale | None, b: Scale | None) -> Scale | None:
        """The larger of two errors."""
        if a is None or b is None:
            return b if a is None else a
        return a if self.compare(a, b) >= 0 else b

    # ----------------------------------------------------------------------------------------------------------- series

    def made(self, terms: dict[Scale, Number], error: Scale | None) -> Series:
        """In order, without what the error swallows, and with at most so many terms."""
        scales = sorted([s for s, c in terms.items() if c], key=cmp_to_key(self.compare), reverse=True)
        if error is not None:
            scales = [s for s in scales if self.compare(s, error) > 0]
        if len(scales) > self.most:
            error = self.larger(error, scales[self.most])
            scales = scales[:self.most]
        return Series(tuple([(s, n.key(terms[s])) for s in scales]), error)

    def constant(self, number: Number) -> Series:
        """A number as a series."""
        return self.made({ONE: number}, None)

    def variable(self) -> Series:
        """x."""
        return Series(((power_of_x(Fraction(1)), n.key(n.fraction(1))),))

    def add(self, *items: Series) -> Series:
        """The sum."""
        terms: dict[Scale, Number] = {}
        error: Scale | None = None
        for item in items:
            error = self.larger(error, item.error)
            for scale, c in item.terms:
                terms[scale] = n.add(terms.get(scale, {}), dict(c))
        return self.made(terms, error)

    def scaled(self, item: Series, number: Number, scale: Scale = ONE) -> Series:
        """The series times a number and a scale."""
        terms = {self.join(s, scale): n.multiply(dict(c), number) for s, c in item.terms}
        return self.made(terms, None if item.error is None else self.join(item.error, scale))

    def multiply(self, a: Series, b: Series) -> Series:
        """The product."""
        terms: dict[Scale, Number] = {}
        for s, c in a.terms:
            for t, d in b.terms:
                both = self.join(s, t)
                terms[both] = n.add(terms.get(both, {}), n.multiply(dict(c), dict(d)))
        error: Scale | None = None
        for one, other in ((a, b), (b, a)):
            if one.error is not None:
                top = other.terms[0][0] if other.terms else other.error
                if top is not None:
                    error = self.larger(error, self.join(one.error, top))
        return self.made(terms, error)

    def leading(self, item: Series) -> tuple[Scale, Number]:
        """The largest term. Fails where the series is zero as far as it is known, or its leading coefficient's sign is not known."""
        if not item.terms:
            raise Unknown("it vanishes as far as it was expanded")
        number = item.number(0)
        if self.numbers.sign(number) == 0:
            raise Unknown("it vanishes")
        return item.terms[0][0], number

    def _small_part(self, item: Series) -> tuple[Scale, Number, Series]:
        """(scale, number, u) with item = number * scale * (1 + u) and u tending to 0."""
        scale, number = self.leading(item)
        rest = Series(item.terms[1:], item.error)
        u = self.scaled(rest, self.numbers.inverse(number), self.raised(scale, Fraction(-1)))
        self._check_small(u)
        return scale, number, u

    def _check_small(self, u: Series) -> None:
        for top in ([u.terms[0][0]] if u.terms else []) + ([u.error] if u.error is not None else []):
            if self.compare(top, ONE) >= 0:
                raise Unknown("its error is as large as itself")

    def compose(self, u: Series, coefficients: list[Fraction | Number]) -> Series:
        """sum of coefficient_k u^k, with an error of the order of the first power left out; u tends to 0."""
        self._check_small(u)
        made = self.constant(_number(coefficients[0]))
        power = self.constant(n.fraction(1))
        for c in coefficients[1:]:
            power = self.multiply(power, u)
            made = self.add(made, self.scaled(power, _number(c)))
            if not power.terms and power.error is None:
                return made
        top = u.terms[0][0] if u.terms else u.error
        if top is None:
            return made
        return self.made({s: dict(c) for s, c in made.terms}, self.larger(made.error, self.raised(top, Fraction(len(coefficients)))))

    def power(self, item: Series, exponent: Fraction) -> Series:
        """A rational power; of a series that is positive in the end, unless the exponent is whole."""
        if exponent == 0:
            return self.constant(n.fraction(1))
        if exponent.denominator == 1 and 0 < exponent <= 6:
            made = item
            for _ in range(int(exponent) - 1):
                made = self.multiply(made, item)
            return made
        scale, number, u = self._small_part(item)
        coefficients, c = [], Fraction(1)
        for k in range(self.most):
            coefficients.append(c)
            c = c * (exponent - k) / (k + 1)
        return self.scaled(self.compose(u, coefficients), self.numbers.power(number, exponent), self.raised(scale, exponent))

    def log(self, item: Series) -> Series:
        """The logarithm of a series that is positive in the end."""
        scale, number, u = self._small_part(item)
        if scale[1]:
            raise Unknown("a logarithm of a logarithm")
        made = self.compose(u, [Fraction(0), *[Fraction((-1) ** (k + 1), k) for k in range(1, self.most)]])
        terms = {_scale_at(place): dict(c) for place, c in scale[0]}
        return self.add(self.made(terms, None), self.constant(self.numbers.log(number)), made)

    def exp(self, item: Series) -> Series:
        """The exponential: what tends to infinity becomes a scale, what is constant a number, what tends to 0 a series."""
        polar: dict[tuple[Fraction, Fraction], Number] = {}
        rest, constant = {}, n.fraction(0)
        for scale, c in item.terms:
            order = self.compare(scale, ONE)
            if order > 0:
                polar[_place_of(scale)] = dict(c)
            elif order == 0:
                constant = dict(c)
            else:
                rest[scale] = dict(c)
        u = self.made(rest, item.error)
        factorials = [Fraction(1)]
        for k in range(1, self.most):
            factorials.append(factorials[-1] / k)
        scale = (tuple([(place, n.key(c)) for place, c in sorted(polar.items())]), Fraction(0))
        return self.scaled(self.compose(u, factorials), self.numbers.exp(constant), scale)


def _number(value: Fraction | Number) -> Number:
    return value if isinstance(value, dict) else n.fraction(value)


def _scale_at(place: tuple[Fraction, Fraction]) -> Scale:
    """x^alpha l^beta as a scale."""
    alpha, beta = place
    return (((LINE, n.key(n.fraction(alpha))),) if alpha else (), beta)


def _place_of(scale: Scale) -> tuple[Fraction, Fraction]:
    """(alpha, beta) of a scale x^alpha l^beta that tends to infinity."""
    exponents = dict(scale[0])
    if set(exponents) - {LINE}:
        raise Unknown("an exponential of an exponential")
    number = dict(exponents.get(LINE, ()))
    if set(number) - {()}:
        raise Unknown("an exponential of a power with a symbolic exponent")
    return number.get((), Fraction(0)), scale[1]
