"""From a tree to a quantity of `growth_scales`: which functions are understood, and how.

Understood: numbers and constants, symbols, sums, differences (where what is taken away is of lower order or cancels exactly), products, quotients,
powers with constant or growing exponents, roots, exp, log with any constant or growing base, max, min, abs, floor, ceil, round, factorial, gamma,
binomial (Stirling's formula: log x! = x log x - x + log(x)/2 + O(1)), and sums over a range with a body i^a * (what is free of i), or i^a (log i)^b,
or c^i (Faulhaber's formula for whole a; comparison with the integral otherwise).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb

from grader.algebra import growth_constants as constants
from grader.algebra.growth_constants import ONE, Unfit
from grader.algebra.growth_scales import UNIT, Expansion, Form, Oracle, Order, Quantity, Scales, as_constant, constant, single
from grader.term import Term, free_names

MAX_SUM_POWER = 8
_ARITY = {"add": (2, 200), "neg": (1, 1), "mul": (2, 200), "div": (2, 2), "pow": (2, 2), "sqrt": (1, 1), "root": (2, 2), "exp": (1, 1), "log": (1, 2),
          "max": (1, 20), "min": (1, 20), "abs": (1, 1), "floor": (1, 1), "ceil": (1, 1), "round": (1, 1), "factorial": (1, 1), "gamma": (1, 1),
          "binomial": (2, 2)}
HALF = constants.number(Fraction(1, 2))


class Converter:
    """Trees to quantities. `growing` are the symbols that tend to infinity; every other symbol is a positive constant."""

    def __init__(self, oracle: Oracle, growing: tuple[str, ...], ranges: Mapping[str, tuple[int, Expansion]] | None = None) -> None:
        self.scales = Scales(oracle)
        self.ranges = dict(ranges or {})  # of the indices of the sums around: first value, last value
        self.oracle = oracle
        self.growing = frozenset(growing)
        self.memo: dict[Term, Quantity] = {}

    def quantity(self, term: Term) -> Quantity:
        """The quantity that the tree stands for. Fails with `Unfit`, which says what is not understood."""
        found = self.memo.get(term)
        if found is None:
            found = self.memo[term] = self._convert(term)
        return found

    def order(self, term: Term) -> Order:
        """The tree up to constant factors."""
        return self.scales.order(self.quantity(term))

    def _convert(self, term: Term) -> Quantity:
        if term.kind == "number":
            return constant(constants.number(term.value))
        if term.kind == "symbol":
            return Expansion({single(term.name): ONE}) if term.name in self.growing else constant(constants.generator("sym", term.name))
        if term.kind == "constant" and term.name in ("pi", "e"):
            return constant(constants.generator(term.name))
        if term.kind == "binder" and term.name == "sum" and len(term.args) == 3 and len(term.bound) == 1:
            return self._sum(term)
        if term.kind == "apply" and term.name in _ARITY:
            fewest, most = _ARITY[term.name]
            if fewest <= len(term.args) <= most:
                return getattr(self, f"_{term.name}")(*term.args)
        raise Unfit(f"no growth order is known for {term.name or term.kind}")

    # ------------------------------------------------------------------------------------------------------- arithmetic

    def _add(self, *parts: Term) -> Quantity:
        made: Quantity = constant(constants.ZERO)
        for part in parts:
            if part.is_apply("neg", 1):
                made = self.scales.subtract(made, self.quantity(part.args[0]))
            else:
                made = self.scales.add(made, self.quantity(part))
        return made

    def _neg(self, x: Term) -> Quantity:
        return self.scales.subtract(constant(constants.ZERO), self.quantity(x))

    def _mul(self, *parts: Term) -> Quantity:
        made = self.quantity(parts[0])
        for part in parts[1:]:
            made = self.scales.multiply(made, self.quantity(part))
        return made

    def _div(self, a: Term, b: Term) -> Quantity:
        return self.scales.multiply(self.quantity(a), self._invert(self.quantity(b)))

    def _invert(self, x: Quantity) -> Quantity:
        if isinstance(x, Expansion) and len(x.terms) == 1 and not x.errors:
            (form, c), = x.terms.items()
            return Expansion({form.times(constants.number(-1)): self.scales.inverse(c)})
        return self.scales.power(x, constants.number(-1))

    def _pow(self, base: Term, exponent: Term) -> Quantity:
        e = self.quantity(exponent)
        c = as_constant(e)
        if c is not None:
            return self._constant_power(self.quantity(base), c)
        if exponent.kind == "apply" and exponent.name in ("max", "min"):
            parts = [self._growing_power(base, self.quantity(a)) for a in exponent.args]
            fixed = as_constant(self.quantity(base))
            if fixed is not None and self.scales.sign(fixed - ONE) == 1:
                return self.scales.maximum(parts) if exponent.name == "max" else self.scales.minimum(parts)
        return self._growing_power(base, e)

    def _constant_power(self, x: Quantity, exponent: constants.Constant) -> Quantity:
        fixed, q = as_constant(x), exponent.rational
        if fixed is None:
            if isinstance(x, Expansion) and len(x.terms) == 1 and not x.errors and q == -1:
                return self._invert(x)
            return self.scales.power(x, exponent)
        if not fixed:
            raise Unfit("a power of zero")
        if q is not None and q.denominator == 1 and (q > 0 or len(fixed.key) == 1):
            return constant(constants.power(fixed, q))
        if q is not None and self.scales.sign(fixed) == 1:
            return constant(constants.power(fixed, q))
        factor = constants.exp(constants.log(fixed, self.oracle.domains) * exponent)
        return constant(factor) if factor is not None else Order(((UNIT,),))

    def _growing_power(self, base: Term, exponent: Quantity) -> Quantity:
        return self.scales.exponential(self.scales.multiply(exponent, self.scales.logarithm(self.quantity(base))))

    def _sqrt(self, x: Term) -> Quantity:
        return self._constant_power(self.quantity(x), HALF)

    def _root(self, x: Term, n: Term) -> Quantity:
        degree = as_constant(self.quantity(n))
        if degree is None or self.scales.sign(degree) != 1:
            raise Unfit("a root whose degree is no positive constant")
        return self._constant_power(self.quantity(x), self.scales.inverse(degree))

    # -------------------------------------------------------------------------------------------------------- functions

    def _exp(self, x: Term) -> Quantity:
        return self.scales.exponential(self.quantity(x))

    def _log(self, x: Term, base: Term | None = None) -> Quantity:
        made = self.scales.logarithm(self.quantity(x))
        if base is None:
            return made
        under = self.scales.logarithm(self.quantity(base))
        fixed = as_constant(under)
        if fixed is not None and self.scales.sign(fixed) != 1:
            if fixed.rational is None and base.kind == "symbol" and isinstance(made, Expansion):
                return self.scales.order(made)  # log base b of x, b an unknown constant: meant with b > 1
            raise Unfit("a logarithm whose base is not known to exceed 1")
        return self.scales.multiply(made, self._invert(under))

    def _max(self, *parts: Term) -> Quantity:
        return self.scales.maximum([self.quantity(p) for p in parts])

    def _min(self, *parts: Term) -> Quantity:
        return self.scales.minimum([self.quantity(p) for p in parts])

    def _abs(self, x: Term) -> Quantity:
        made = self.quantity(x)
        self.scales.order(made)  # fails unless it is positive in the end
        return made

    def _floor(self, x: Term) -> Quantity:
        made = self.quantity(x)
        if isinstance(made, Expansion):
            return Expansion(made.terms, made.errors | {UNIT})
        for alternative in made.alternatives:
            if not self.oracle.small(UNIT, alternative):
                raise Unfit("a whole part of something not known to grow")
        return made

    _ceil = _round = _floor

    def _factorial(self, x: Term) -> Quantity:
        return self.scales.exponential(self._log_factorial(self.quantity(x)))

    def _gamma(self, x: Term) -> Quantity:
        below = self.scales.subtract(self.quantity(x), constant(ONE))
        return self.scales.exponential(self._log_factorial(below))

    def _log_factorial(self, x: Quantity) -> Quantity:
        if isinstance(x, Order) or x.errors:
            raise Unfit("a factorial of something known only roughly")
        fixed = as_constant(x)
        if fixed is not None:
            q = fixed.rational
            if q is None or q.denominator != 1 or not 0 <= q <= 100:
                raise Unfit("a factorial of that constant")
            product = 1
            for k in range(2, int(q) + 1):
                product *= k
            return constant(constants.log(constants.number(product), self.oracle.domains))
        lead = self.scales.leading(x)
        if lead is None or not self.oracle.small(UNIT, (lead,)):
            raise Unfit("a factorial of something not known to grow")
        log = self.scales.logarithm(x)
        half_more = self.scales.add(x, constant(HALF))
        made = self.scales.subtract(self.scales.multiply(half_more, log), x)
        return self.scales.add(made, Expansion({}, frozenset({UNIT})))

    def _binomial(self, a: Term, b: Term) -> Quantity:
        top, bottom = self.quantity(a), self.quantity(b)
        fixed = as_constant(bottom)
        if fixed is not None:
            q = fixed.rational
            if q is not None and (q.denominator != 1 or not 0 <= q <= 60):
                raise Unfit("a binomial coefficient over that constant")
            order = self.scales.order(top)
            if not all(self.oracle.small(UNIT, alternative) for alternative in order.alternatives):
                raise Unfit("a binomial coefficient of something not known to grow")
            if q is not None and q <= 4:
                return self._falling(top, int(q))
            return self.scales.power(order, fixed)
        rest = self.scales.subtract(top, bottom)
        logs = [self._log_factorial(part) for part in (top, bottom, rest)]
        return self.scales.exponential(self.scales.subtract(self.scales.subtract(logs[0], logs[1]), logs[2]))

    def _falling(self, top: Quantity, k: int) -> Quantity:
        made: Quantity = constant(ONE)
        for j in range(k):
            factor = self.scales.multiply(self.scales.subtract(top, constant(constants.number(j))), constant(constants.number(Fraction(1, j + 1))))
            made = self.scales.multiply(made, factor)
        return made

    # ------------------------------------------------------------------------------------------------------------- sums

    def _sum(self, term: Term) -> Quantity:
        """sum over i from a constant to a growing bound, of an exact body."""
        (index,), (body, low, high) = term.bound, term.args
        if index.kind != "symbol" or index.name in free_names(low) | free_names(high) | self.growing:
            raise Unfit("a sum over something else than a whole range")
        first, last = as_constant(self.quantity(low)), self.quantity(high)
        start = first.rational if first is not None else None
        if start is None or start.denominator != 1 or not 0 <= start <= 100:
            raise Unfit("a sum whose lower end is no small whole number")
        if isinstance(last, Order):
            raise Unfit("a sum whose upper end is known only roughly")
        inner = Converter(self.oracle, (*sorted(self.growing), index.name), {**self.ranges, index.name: (int(start), last)})
        found = inner.quantity(body)
        if isinstance(found, Order) or found.errors:
            raise Unfit("a sum whose body is not known exactly")
        made: Quantity | None = None
        for form, c in found.terms.items():
            part = self._sum_of_scale(form, index.name, int(start), last)
            part = self.scales.multiply(constant(c), part) if isinstance(part, Expansion) else self._scaled(c, part)
            made = part if made is None else self.scales.add(made, part)
        return made if made is not None else constant(constants.ZERO)

    def _scaled(self, c: constants.Constant, part: Quantity) -> Quantity:
        if self.scales.sign(c) != 1:
            raise Unfit("a sum with terms that are not known to be positive")
        return part

    def _sum_of_scale(self, form: Form, index: str, start: int, last: Expansion) -> Quantity:
        mine = {a: c for a, c in form.terms.items() if _mentions(a, index)}
        outside = Form({a: c for a, c in form.terms.items() if a not in mine})
        alpha = mine.pop(("L", 1, index), constants.ZERO).rational
        beta = mine.pop(("L", 2, index), constants.ZERO).rational
        rate = mine.pop(("T", single(index)), constants.ZERO)
        if mine or alpha is None or beta is None or index in {a[2] for a in outside.terms if a[0] == "L"}:
            raise Unfit("a sum with such a body")
        factor = Expansion({outside: ONE})
        if not rate and not beta and alpha.denominator == 1 and 0 <= alpha <= MAX_SUM_POWER:
            if not self._reaches(start, last):
                raise Unfit("a sum whose range may be empty")
            return self.scales.multiply(factor, self._faulhaber(int(alpha), start, last))
        end = self.scales.order(last)
        if len(end.alternatives) != 1 or not all(self.oracle.small(UNIT, (f,)) for f in end.alternatives[0]):
            raise Unfit("a sum whose upper end is not known to grow")
        if start < 1 and (alpha < 0 or beta) or start < 2 and beta < 0:
            raise Unfit("a sum whose first term is not defined")
        return self.scales.multiply(factor, self._rough_sum(alpha, beta, rate, end, last))

    def _reaches(self, start: int, last: Expansion) -> bool:
        """Is last >= start - 1 in the end, so that the closed form holds? It grows, or follows the index of a sum around it."""
        for name, (first, end) in self.ranges.items():
            for rest, least in ((self.scales.subtract(last, Expansion({single(name): ONE})), first),
                                (self.scales.subtract(self.scales.add(last, Expansion({single(name): ONE})), end), 0)):
                shift = as_constant(rest)  # last = index + shift, or end - index + shift
                if shift is not None and shift.rational is not None and least + shift.rational >= start - 1:
                    return True
        try:
            return all(self.oracle.small(UNIT, alternative) for alternative in self.scales.order(last).alternatives)
        except Unfit:
            return False

    def _rough_sum(self, alpha: Fraction, beta: Fraction, rate: constants.Constant, end: Order, last: Expansion) -> Quantity:
        q = constants.number
        if rate:
            growth = self.scales.sign(rate)
            if growth == -1:
                return Order(((UNIT,),))
            if growth != 1 or beta:
                raise Unfit("a sum of powers with such a base")
            return self.scales.multiply(self.scales.power(end, q(alpha)), self.scales.exponential(self.scales.multiply(constant(rate), last)))
        log = self.scales.logarithm(end)
        if alpha > -1:
            return self.scales.multiply(self.scales.power(end, q(alpha + 1)), self.scales.power(log, q(beta)))
        if alpha < -1:
            return Order(((UNIT,),))
        if beta > -1:
            return self.scales.power(log, q(beta + 1))
        return self.scales.logarithm(log) if beta == -1 else Order(((UNIT,),))

    def _faulhaber(self, k: int, start: int, last: Expansion) -> Quantity:
        """sum of i^k from `start` to `last` as a polynomial in `last` (Knuth, Concrete Mathematics, 6.78)."""
        made: Quantity = constant(constants.number(-sum(i ** k for i in range(start))))
        bernoulli = _bernoulli(k)
        power: Quantity = constant(ONE)
        for j in range(1, k + 2):
            power = self.scales.multiply(power, last)
            weight = Fraction(comb(k + 1, j)) * bernoulli[k + 1 - j] / (k + 1)
            made = self.scales.add(made, self.scales.multiply(constant(constants.number(weight)), power))
        if k == 0:
            made = self.scales.add(made, constant(ONE))
        if _is_whole(last):
            return made
        error = self.scales.power(last, constants.number(k))
        if isinstance(error, Order):
            raise Unfit("a sum whose upper end is no whole number")
        return self.scales.add(made, Expansion({}, frozenset(error.terms) | error.errors))


def _is_whole(x: Expansion) -> bool:
    """A polynomial with whole coefficients in symbols; a range that ends in a symbol says that the symbol is a whole number."""
    return not x.errors and all(
        (c.rational is not None and c.rational.denominator == 1
         and all(a[:2] == ("L", 1) and e.rational is not None and e.rational.denominator == 1 and e.rational > 0 for a, e in f.terms.items()))
        for f, c in x.terms.items())


def _bernoulli(k: int) -> list[Fraction]:
    """Bernoulli numbers B_0..B_k with B_1 = +1/2."""
    made: list[Fraction] = []
    for m in range(k + 1):
        row = sum((Fraction(comb(m, j)) * made[j] / (m - j + 1) for j in range(m)), Fraction(0))
        made.append(1 - row)
    return made


def _mentions(atom: tuple, name: str) -> bool:
    return atom[2] == name if atom[0] == "L" else any(_mentions(a, name) for a in atom[1].terms)
