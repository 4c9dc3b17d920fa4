"""Terms as asymptotic expansions in one symbol that tends to infinity; every other symbol is a fixed parameter.

Factorials and binomials go through Stirling's series, sums of powers and of logarithms through Euler and Maclaurin's formula, geometric sums through
their closed form. (NIST Digital Library of Mathematical Functions, 5.11, 2.10(i), 25.11(iii).)
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from grader.domain import Domain
from grader.replay import expansion_numbers as n
from grader.replay.expansion_numbers import Unknown
from grader.replay.expansion_series import ONE, Field, Series
from grader.term import Term, apply, free_names, number, replace, symbol

BERNOULLI = (Fraction(1, 6), Fraction(-1, 30), Fraction(1, 42), Fraction(-1, 30), Fraction(5, 66), Fraction(-691, 2730))
"""B_2, B_4, ..., B_12."""
MAX_SUMMAND_DEGREE = 12
INNER = "summation index"


class Expander:
    """Expansions in the symbol `name`, one for each term asked for. `given` are parameters with a value."""

    def __init__(self, name: str, field: Field, given: Mapping[str, Fraction] = {}) -> None:
        self.name, self.field, self.given = name, field, given
        self.made: dict[Term, Series] = {}

    def series(self, term: Term) -> Series:
        """The expansion of a term. Fails with `Unknown` where there is none that this checker knows."""
        if term not in self.made:
            self.made[term] = self._series(term)
        return self.made[term]

    def _series(self, term: Term) -> Series:
        field = self.field
        if term.kind == "number":
            return field.constant(n.fraction(term.value or Fraction(0)))
        if term.kind == "symbol" or term.is_apply("index"):
            return self._name(term)
        if term.kind == "constant":
            return field.constant(_constant(term.name))
        if term.kind == "binder" and term.name == "sum" and len(term.args) == 3 and len(term.bound) == 1:
            return self._sum(term)
        if term.kind != "apply":
            raise Unknown("something that is not expanded")
        if term.name == "log" and len(term.args) == 2:
            return field.multiply(field.log(self.series(term.args[0])), field.power(field.log(self.series(term.args[1])), Fraction(-1)))
        if term.name == "pow":
            return self._power(*term.args)
        if term.name == "root":
            return field.power(self.series(term.args[0]), 1 / _rational(term.args[1]))
        rule = getattr(self, f"_{term.name}", None) if term.name in RULES else None
        if rule is None:
            raise Unknown(f"{term.name} is not expanded")
        made: Series = rule(*[self.series(a) for a in term.args])
        return made

    def _name(self, term: Term) -> Series:
        name = term.name if term.kind == "symbol" else str(term)
        if name == self.name:
            return self.field.variable()
        if self.name in free_names(term):
            raise Unknown(f"{name} depends on {self.name}")
        if name in self.given:
            return self.field.constant(n.fraction(self.given[name]))
        domain = self.field.numbers.domains.get(name) or self.field.numbers.domains.get(name.partition("_")[0]) or Domain()
        if not domain.is_real or domain.shape not in ("scalar", "index"):
            raise Unknown(f"{name} is not known to be real")
        return self.field.constant(n.atom(("name", name)))

    # ----------------------------------------------------------------------------------------------------------- operators

    def _add(self, *items: Series) -> Series:
        return self.field.add(*items)

    def _neg(self, item: Series) -> Series:
        return self.field.scaled(item, n.fraction(-1))

    def _mul(self, *items: Series) -> Series:
        made = items[0]
        for item in items[1:]:
            made = self.field.multiply(made, item)
        return made

    def _div(self, a: Series, b: Series) -> Series:
        return self.field.multiply(a, self.field.power(b, Fraction(-1)))

    def _sqrt(self, item: Series) -> Series:
        return self.field.power(item, Fraction(1, 2)) if item.terms or item.error is not None else item

    def _exp(self, item: Series) -> Series:
        return self.field.exp(item)

    def _log(self, item: Series) -> Series:
        return self.field.log(item)

    def _sinh(self, item: Series) -> Series:
        up, down = self.field.exp(item), self.field.exp(self._neg(item))
        return self.field.scaled(self.field.add(up, self._neg(down)), n.fraction(Fraction(1, 2)))

    def _cosh(self, item: Series) -> Series:
        up, down = self.field.exp(item), self.field.exp(self._neg(item))
        return self.field.scaled(self.field.add(up, down), n.fraction(Fraction(1, 2)))

    def _tanh(self, item: Series) -> Series:
        return self._div(self._sinh(item), self._cosh(item))

    def _sigmoid(self, item: Series) -> Series:
        return self.field.power(self.field.add(self.field.constant(n.fraction(1)), self.field.exp(self._neg(item))), Fraction(-1))

    def _softplus(self, item: Series) -> Series:
        return self.field.log(self.field.add(self.field.constant(n.fraction(1)), self.field.exp(item)))

    def _sin(self, item: Series) -> Series:
        return self._odd_or_even(item, 1)

    def _cos(self, item: Series) -> Series:
        return self._odd_or_even(item, 0)

    def _tan(self, item: Series) -> Series:
        return self._div(self._sin(item), self._cos(item))

    def _odd_or_even(self, item: Series, first: int) -> Series:
        """Sine or cosine: a power series where the argument tends to 0, else only that it is bounded."""
        top = item.terms[0][0] if item.terms else item.error
        if top is not None and self.field.compare(top, ONE) >= 0:
            return self.field.made({}, ONE)
        coefficients, factorial = [], Fraction(1)
        for k in range(self.field.most):
            factorial = factorial / k if k else factorial
            coefficients.append(factorial * (-1) ** (k // 2) if k % 2 == first else Fraction(0))
        return self.field.compose(item, coefficients)

    def _atan(self, item: Series) -> Series:
        return self.field.compose(item, [Fraction((-1) ** (k // 2), k) if k % 2 else Fraction(0) for k in range(self.field.most)])

    def _abs(self, item: Series) -> Series:
        if not item.terms:
            return item
        return item if self.field.numbers.sign(self.field.leading(item)[1]) > 0 else self._neg(item)

    def _max(self, *items: Series) -> Series:
        return self._best(items, 1)

    def _min(self, *items: Series) -> Series:
        return self._best(items, -1)

    def _best(self, items: tuple[Series, ...], sign: int) -> Series:
        best = items[0]
        for item in items[1:]:
            difference = self.field.add(item, self._neg(best))
            if (difference.terms or difference.error is not None) and self.field.numbers.sign(self.field.leading(difference)[1]) == sign:
                best = item
        return best

    def _floor(self, item: Series) -> Series:
        return self.field.made({s: dict(c) for s, c in item.terms}, self.field.larger(item.error, ONE))

    _ceil = _round = _floor

    def _percent(self, item: Series) -> Series:
        return self.field.scaled(item, n.fraction(Fraction(1, 100)))

    def _power(self, base: Term, exponent: Term) -> Series:
        if base.kind == "constant" and base.name == "e":
            return self.field.exp(self.series(exponent))
        try:
            return self.field.power(self.series(base), _rational(exponent))
        except Unknown:
            if self.name not in free_names(base) | free_names(exponent) and not free_names(exponent):
                raise
        return self.field.exp(self.field.multiply(self.series(exponent), self.field.log(self.series(base))))

    # -------------------------------------------------------------------------------------------------- factorials and sums

    def _log_factorial(self, z: Series) -> Series:
        """log z! for z that tends to infinity."""
        field = self.field
        scale, number = field.leading(z)
        if field.compare(scale, ONE) <= 0 or field.numbers.sign(number) < 0:
            raise Unknown("a factorial of something that does not tend to infinity")
        log = field.log(z)
        two_pi = field.numbers.log(n.multiply(n.fraction(2), n.atom(("const", "pi"))))
        parts = [field.multiply(z, log), self._neg(z), field.scaled(log, n.fraction(Fraction(1, 2))),
                 field.constant(n.scale(two_pi, Fraction(1, 2)))]
        for k, b in enumerate(BERNOULLI[:-1], 1):
            parts.append(field.scaled(field.power(z, Fraction(1 - 2 * k)), n.fraction(b / (2 * k * (2 * k - 1)))))
        made = field.add(*parts)
        return field.made({s: dict(c) for s, c in made.terms}, field.larger(made.error, field.raised(scale, Fraction(1 - 2 * len(BERNOULLI)))))

    def _factorial(self, z: Series) -> Series:
        if not z.terms and z.error is None:
            return self.field.constant(n.fraction(1))
        if z.error is None and len(z.terms) == 1 and z.terms[0][0] == ONE:
            value = _plain(z.number(0))
            if value.denominator != 1 or not 0 <= value <= 60:
                raise Unknown("a factorial of a number that is no small natural one")
            made = Fraction(1)
            for k in range(2, int(value) + 1):
                made *= k
            return self.field.constant(n.fraction(made))
        return self.field.exp(self._log_factorial(z))

    def _binomial(self, top: Series, below: Series) -> Series:
        if below.error is None and (not below.terms or len(below.terms) == 1 and below.terms[0][0] == ONE):
            value = _plain(below.number(0)) if below.terms else Fraction(0)
            if value.denominator == 1 and 0 <= value <= MAX_SUMMAND_DEGREE:
                made = self.field.constant(n.fraction(1))
                for k in range(int(value)):
                    factor = self.field.add(top, self.field.constant(n.fraction(-k)))
                    made = self.field.multiply(made, self.field.scaled(factor, n.fraction(Fraction(1, k + 1))))
                return made
        rest = self.field.add(top, self._neg(below))
        parts = [self._log_factorial(top), self._neg(self._log_factorial(below)), self._neg(self._log_factorial(rest))]
        return self.field.exp(self.field.add(*parts))

    def _sum(self, term: Term) -> Series:
        """sum over k from a whole number to a bound that tends to infinity, of a polynomial, a power or a logarithm of k."""
        index, (body, first, last) = term.bound[0].name, term.args
        start = _rational(first)
        if start.denominator != 1 or index in free_names(last):
            raise Unknown("a sum over an unusual range")
        top = self.series(last)
        if self.field.compare(self.field.leading(top)[0], ONE) <= 0 or not _is_whole(last, self.name):
            raise Unknown("a sum whose range does not grow by whole numbers")
        body = replace(body, {symbol(index): symbol(INNER)})
        inner = Expander(self.name, self.field, self.given)
        special = self._special_sum(body, start, last)
        if special is not None:
            return special
        made = [self._sum_of(power, coefficient, start, top) for power, coefficient in _polynomial(body, inner).items()]
        return self.field.add(*made)

    def _special_sum(self, body: Term, start: Fraction, last: Term) -> Series | None:
        """c q^k and c log k, summed in closed form; None for other terms."""
        factors = body.args if body.is_apply("mul") else (body,)
        outside = [self.series(f) for f in factors if INNER not in free_names(f)]
        inside = [f for f in factors if INNER in free_names(f)]
        if len(inside) != 1:
            return None
        field, factor = self.field, inside[0]
        made: Series
        if factor == apply("log", symbol(INNER)) and start >= 1:
            before = [field.constant(field.numbers.log(n.fraction(k))) for k in range(2, int(start))]
            made = field.add(self._log_factorial(self.series(last)), *[self._neg(b) for b in before])
        elif factor.is_apply("pow", 2) and factor.args[1] == symbol(INNER) and INNER not in free_names(factor.args[0]):
            base = factor.args[0]
            above = self.series(apply("pow", base, apply("add", last, number(1))))
            below = field.power(self.series(base), start)
            gap = field.add(self.series(base), field.constant(n.fraction(-1)))
            made = field.multiply(field.add(above, self._neg(below)), field.power(gap, Fraction(-1)))
        else:
            return None
        return self._mul(made, *outside)

    def _sum_of(self, power: Fraction, coefficient: Series, start: Fraction, top: Series) -> Series:
        """coefficient * sum_{k=start}^{top} k^power."""
        field = self.field
        if start < 1 and (power < 0 or power.denominator != 1):
            raise Unknown("a sum that begins where its terms have no meaning")
        before = field.constant(n.fraction(sum((Fraction(k) ** int(power) for k in range(1, int(start))), Fraction(0)))) if power.denominator == 1 \
            else None
        if before is None and start != 1:
            raise Unknown("a sum of roots that does not begin at 1")
        if start < 1:
            before = field.constant(n.fraction(-sum((Fraction(k) ** int(power) for k in range(int(start), 1)), Fraction(0))))
        total = field.add(*self._power_sum(power, top), *([self._neg(before)] if before is not None else []))
        return field.multiply(coefficient, total)

    def _power_sum(self, r: Fraction, top: Series) -> list[Series]:
        """sum_{k=1}^{top} k^r by Euler and Maclaurin's formula; the constant is -H, zeta(-r) or Euler's constant."""
        field = self.field
        if r == 0:
            return [top]
        if r == -1:
            parts = [field.log(top), field.constant(n.atom(("const", "euler")))]
        else:
            parts = [field.scaled(field.power(top, r + 1), n.fraction(1 / (r + 1)))]
            if r < 0 or r.denominator != 1:
                parts.append(field.constant(_zeta(-r)))
        parts.append(field.scaled(field.power(top, r), n.fraction(Fraction(1, 2))))
        falling = r
        factorial = Fraction(2)
        for k, b in enumerate(BERNOULLI[:-1], 1):
            if falling == 0:
                return parts
            parts.append(field.scaled(field.power(top, r - 2 * k + 1), n.fraction(b * falling / factorial)) if r - 2 * k + 1 != 0 or r.denominator != 1
                         or r < 0 else field.constant({}))
            falling *= (r - 2 * k + 1) * (r - 2 * k)
            factorial *= (2 * k + 1) * (2 * k + 2)
        if falling:
            parts.append(field.made({}, field.raised(field.leading(top)[0], r + 1 - 2 * len(BERNOULLI))))
        return parts


RULES = frozenset("add neg mul div sqrt exp log sinh cosh tanh sigmoid softplus sin cos tan atan abs max min floor ceil round percent factorial "
                  "binomial".split())
"""Operators with a rule of their own."""


def _constant(name: str) -> n.Number:
    if name == "pi":
        return n.atom(("const", "pi"))
    if name == "e":
        return n.atom(("e", ()))
    raise Unknown(f"{name} is no real number")


def _rational(term: Term) -> Fraction:
    """The value of a term that is a fraction in figures."""
    if term.kind == "number" and term.value is not None:
        return term.value
    if term.is_apply("neg", 1):
        return -_rational(term.args[0])
    if term.is_apply("div", 2) and (below := _rational(term.args[1])):
        return _rational(term.args[0]) / below
    if term.is_apply("add"):
        return sum((_rational(a) for a in term.args), Fraction(0))
    raise Unknown("no number in figures")


def _plain(number: n.Number) -> Fraction:
    if set(number) - {()}:
        raise Unknown("no rational number")
    return number.get((), Fraction(0))


def _zeta(s: Fraction) -> n.Number:
    """zeta(s) for the constants that have a closed form."""
    if s.denominator == 1 and s > 1 and s % 2 == 0 and s // 2 <= len(BERNOULLI):
        half = int(s) // 2
        factorial = Fraction(1)
        for k in range(2, int(s) + 1):
            factorial *= k
        value = abs(BERNOULLI[half - 1]) * Fraction(2) ** int(s - 1) / factorial
        return n.multiply(n.fraction(value), n.atom(("const", "pi"), s))
    return n.atom(("zeta", s))


def _is_whole(term: Term, name: str) -> bool:
    """Is the term a whole number whenever the growing symbol is?"""
    if term.kind == "number":
        return term.value is not None and term.value.denominator == 1
    if term.kind == "symbol":
        return term.name == name
    return term.kind == "apply" and term.name in ("add", "neg", "mul") and all(_is_whole(a, name) for a in term.args)


def _polynomial(body: Term, expander: Expander) -> dict[Fraction, Series]:
    """The body as a sum of powers of the summation index with coefficients free of it."""
    field = expander.field
    if INNER not in free_names(body):
        return {Fraction(0): expander.series(body)}
    if body.kind == "symbol":
        return {Fraction(1): field.constant(n.fraction(1))}
    if body.is_apply("neg", 1):
        return {p: field.scaled(c, n.fraction(-1)) for p, c in _polynomial(body.args[0], expander).items()}
    if body.is_apply("add"):
        made: dict[Fraction, Series] = {}
        for part in body.args:
            for p, c in _polynomial(part, expander).items():
                made[p] = field.add(made[p], c) if p in made else c
        return made
    if body.is_apply("mul") or body.is_apply("div", 2):
        product: dict[Fraction, Series] = {Fraction(0): field.constant(n.fraction(1))}
        for k, part in enumerate(body.args):
            factor = _polynomial(part, expander)
            if body.name == "div" and k == 1:
                factor = _one_over(factor, field)
            product = _times(product, factor, field)
        return product
    if body.is_apply("sqrt", 1) or body.is_apply("pow", 2):
        exponent = Fraction(1, 2) if body.name == "sqrt" else _rational(body.args[1])
        inner = _polynomial(body.args[0], expander)
        if exponent.denominator == 1 and 0 <= exponent <= MAX_SUMMAND_DEGREE:
            power = {Fraction(0): field.constant(n.fraction(1))}
            for _ in range(int(exponent)):
                power = _times(power, inner, field)
            return power
        (p, c), = inner.items() if len(inner) == 1 else [(None, None)]
        if p is None or c is None:
            raise Unknown("a sum of terms that are not expanded")
        return {p * exponent: field.power(c, exponent)}
    raise Unknown("a sum of terms that are not expanded")


def _one_over(factor: dict[Fraction, Series], field: Field) -> dict[Fraction, Series]:
    if len(factor) != 1:
        raise Unknown("a sum of terms that are not expanded")
    (p, c), = factor.items()
    return {-p: field.power(c, Fraction(-1))}


def _times(a: dict[Fraction, Series], b: dict[Fraction, Series], field: Field) -> dict[Fraction, Series]:
    made: dict[Fraction, Series] = {}
    for p, c in a.items():
        for q, d in b.items():
            both = field.multiply(c, d)
            made[p + q] = field.add(made[p + q], both) if p + q in made else both
    if len(made) > MAX_SUMMAND_DEGREE + 1:
        raise Unknown("a summand of high degree")
    return made

