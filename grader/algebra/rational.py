"""Exact rational functions of a term: numerator and denominator over the rationals, in lowest terms where that is cheap.

Why it is sound: every operation below is exact in the field Q(names) (FLINT's `fmpq_mpoly`), so two terms with equal values here are equal
wherever both are defined. What is lost is the domain: x/x becomes 1 although it is undefined at 0; `grader.algebra.definedness` looks after that.

Bounded before any algebra: the degrees, terms and bits of a value are checked before it is built; `NotRational` says why a term has none.
Variables of FLINT's contexts are called v0, v1, ... whatever the learner called them (contexts live as long as the process).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpz

from grader.term import Term, fold, number, symbol
from grader.term import apply as term_apply

MAX_TERMS = 4000
"""Most terms of a numerator or denominator."""
MAX_POWER = 60
"""Highest power of a sum that is multiplied out; powers of monomials may go to `MAX_DEGREE`."""
MAX_DEGREE = 20_000
"""Highest degree in one variable."""
MAX_BITS = 40_000
"""Largest coefficient that a power may produce."""
GCD_DEGREE = 300
"""Common factors are looked for up to this degree only; a fraction of higher degree stays as it is (still exact)."""


class NotRational(ValueError):
    """The term is no rational function of its atoms, is undefined everywhere, or is larger than the limits."""


@lru_cache(maxsize=64)
def _context(count: int) -> fmpq_mpoly_ctx:
    return fmpq_mpoly_ctx.get(tuple(f"v{k}" for k in range(count)), Ordering.degrevlex)


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _flint(value: Fraction | int) -> fmpq:
    value = Fraction(value)
    return fmpq(value.numerator, value.denominator)


@dataclass(frozen=True)
class Rational:
    """numerator / denominator in the variables `names` (sorted; the k-th is FLINT's v_k). The denominator is never zero.

    Operations accept other variables on the other side; numbers may stand for constants. Fails with `NotRational` beyond the limits and with
    `ZeroDivisionError` on division by the zero function.
    """

    names: tuple[str, ...]
    numerator: fmpq_mpoly
    denominator: fmpq_mpoly

    # ---- making

    @staticmethod
    def constant(value: Fraction | int, names: tuple[str, ...] = ()) -> Rational:
        """A constant function."""
        context = _context(len(names))
        return Rational(names, context.constant(_flint(value)), context.constant(1))

    @staticmethod
    def variable(name: str, names: tuple[str, ...] | None = None) -> Rational:
        """The function whose value is that variable."""
        names = (name,) if names is None else names
        context = _context(len(names))
        return Rational(names, context.gens()[names.index(name)], context.constant(1))

    def over(self, names: tuple[str, ...]) -> Rational:
        """The same function written over more variables; `names` must be sorted and contain its own."""
        if names == self.names:
            return self
        context, place = _context(len(names)), [names.index(n) for n in self.names]

        def lift(polynomial: fmpq_mpoly) -> fmpq_mpoly:
            made = {}
            for powers, coefficient in polynomial.to_dict().items():
                wide = [0] * len(names)
                for k, power in zip(place, powers):
                    wide[k] = int(power)
                made[tuple(wide)] = coefficient
            return context.from_dict(made)

        return Rational(names, lift(self.numerator), lift(self.denominator))

    def _pair(self, other: Rational | Fraction | int) -> tuple[Rational, Rational]:
        if not isinstance(other, Rational):
            other = Rational.constant(other, self.names)
        if self.names == other.names:
            return self, other
        names = tuple(sorted({*self.names, *other.names}))
        return self.over(names), other.over(names)

    # ---- arithmetic

    def __add__(self, other: Rational | Fraction | int) -> Rational:
        a, b = self._pair(other)
        if a.denominator == b.denominator:
            return _made(a.names, a.numerator + b.numerator, a.denominator)
        _check_product(a.numerator, b.denominator)
        _check_product(b.numerator, a.denominator)
        _check_product(a.denominator, b.denominator)
        return _made(a.names, a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)

    __radd__ = __add__

    def __neg__(self) -> Rational:
        return Rational(self.names, -self.numerator, self.denominator)

    def __sub__(self, other: Rational | Fraction | int) -> Rational:
        a, b = self._pair(other)
        return a + -b

    def __rsub__(self, other: Rational | Fraction | int) -> Rational:
        return -self + other

    def __mul__(self, other: Rational | Fraction | int) -> Rational:
        a, b = self._pair(other)
        _check_product(a.numerator, b.numerator)
        _check_product(a.denominator, b.denominator)
        return _made(a.names, a.numerator * b.numerator, a.denominator * b.denominator)

    __rmul__ = __mul__

    def __truediv__(self, other: Rational | Fraction | int) -> Rational:
        a, b = self._pair(other)
        return a * b.inverse()

    def __rtruediv__(self, other: Rational | Fraction | int) -> Rational:
        return self.inverse() * other

    def inverse(self) -> Rational:
        """1 / self. Fails when self is the zero function (`ZeroDivisionError`)."""
        if self.numerator.is_zero():
            raise ZeroDivisionError("division by zero")
        return _made(self.names, self.denominator, self.numerator)

    def __pow__(self, exponent: int) -> Rational:
        if exponent < 0:
            return self.inverse() ** -exponent
        for polynomial in (self.numerator, self.denominator):
            _check_power(polynomial, exponent)
        return _made(self.names, self.numerator**exponent, self.denominator**exponent)

    def __eq__(self, other: object) -> bool:
        """The same function (where both are defined)."""
        if not isinstance(other, (Rational, Fraction, int)):
            return NotImplemented
        return (self - other).is_zero()

    __hash__ = None  # type: ignore[assignment]  # equality looks past representations

    # ---- questions

    def is_zero(self) -> bool:
        """Is it the zero function?"""
        return self.numerator.is_zero()

    def is_polynomial(self) -> bool:
        """Is the denominator a constant?"""
        return self.denominator.is_constant()

    def as_fraction(self) -> Fraction | None:
        """Its value where it is constant, else None."""
        if self.numerator.is_zero():
            return Fraction(0)
        if not (self.numerator.is_constant() and self.denominator.is_constant()):
            return None
        return _fraction(self.numerator.leading_coefficient()) / _fraction(self.denominator.leading_coefficient())

    def used_names(self) -> tuple[str, ...]:
        """The variables that occur."""
        both = [a or b for a, b in zip(_degrees(self.numerator), _degrees(self.denominator))]
        return tuple(n for n, power in zip(self.names, both) if power)

    def degree(self, name: str) -> int:
        """Degree of the numerator in that variable (0 for one that does not occur, and for the zero function)."""
        return _degrees(self.numerator)[self.names.index(name)] if name in self.names else 0

    def terms(self) -> dict[tuple[int, ...], Fraction]:
        """Exponents (in the order of `names`) -> coefficient. Fails when the denominator is not constant (`NotRational`)."""
        if not self.is_polynomial():
            raise NotRational("not a polynomial")
        scale = _fraction(self.denominator.leading_coefficient())
        return {tuple(int(p) for p in powers): _fraction(c) / scale for powers, c in self.numerator.to_dict().items()}

    def coefficients(self, name: str) -> list[Rational]:
        """Coefficients c_0, c_1, ... of a polynomial in that variable, free of it; its denominator must be free of it too (`NotRational`)."""
        if name not in self.names:
            return [self]
        k = self.names.index(name)
        if _degrees(self.denominator)[k]:
            raise NotRational(f"not a polynomial in {name}")
        context, parts = _context(len(self.names)), {}
        for powers, c in self.numerator.to_dict().items():
            rest = tuple(0 if i == k else int(p) for i, p in enumerate(powers))
            parts.setdefault(int(powers[k]), {})[rest] = c
        top = max(parts, default=0)
        return [_made(self.names, context.from_dict(parts.get(j, {})), self.denominator) for j in range(top + 1)]

    # ---- calculus and values

    def derivative(self, name: str) -> Rational:
        """Partial derivative in that variable."""
        if name not in self.names:
            return Rational.constant(0, self.names)
        k = self.names.index(name)
        n, d = self.numerator, self.denominator
        if d.is_constant():
            return _made(self.names, n.derivative(k), d)
        for a, b in ((n, d), (d, d)):
            _check_product(a, b)
        return _made(self.names, n.derivative(k) * d - n * d.derivative(k), d * d)

    def substitute(self, change: Mapping[str, Rational | Fraction | int]) -> Rational:
        """Put functions or numbers for variables, all at once. Fails when the denominator becomes zero (`ZeroDivisionError`)."""
        images = {n: c if isinstance(c, Rational) else Rational.constant(c) for n, c in change.items() if n in self.names}
        names = tuple(sorted({n for n in self.names if n not in images}.union(*[i.names for i in images.values()])))
        values = [(images[n] if n in images else Rational.variable(n, names)).over(names) for n in self.names]

        def evaluate(polynomial: fmpq_mpoly) -> Rational:
            total, powers = Rational.constant(0, names), [{0: Rational.constant(1, names)} for _ in values]
            for exponents, coefficient in polynomial.to_dict().items():
                product = Rational.constant(_fraction(coefficient), names)
                for k, exponent in enumerate(map(int, exponents)):
                    if exponent:
                        if exponent not in powers[k]:
                            powers[k][exponent] = values[k] ** exponent
                        product = product * powers[k][exponent]
                total = total + product
            return total

        return evaluate(self.numerator) / evaluate(self.denominator)

    def value(self, point: Mapping[str, Fraction | int]) -> Fraction:
        """The value at exact numbers for all variables that occur. Fails at a pole (`ZeroDivisionError`); no limit is taken."""
        used = set(self.used_names())
        at = [_flint(point[n] if n in used else 0) for n in self.names]
        bottom = _evaluate(self.denominator, at)
        if bottom == 0:
            raise ZeroDivisionError("the denominator is zero there")
        return _evaluate(self.numerator, at) / bottom

    def to_term(self, atoms: Mapping[str, Term] | None = None) -> Term:
        """A term with this value; `atoms` says what stands for a name (a symbol where nothing is said)."""
        atoms = atoms or {}
        top, bottom = (_polynomial_term(p, [atoms.get(n) or symbol(n) for n in self.names]) for p in (self.numerator, self.denominator))
        return top if bottom == number(1) else term_apply("div", top, bottom)


def _evaluate(polynomial: fmpq_mpoly, at: list[fmpq]) -> Fraction:
    return _fraction(polynomial(*at)) if at else _fraction(polynomial.leading_coefficient()) if polynomial else Fraction(0)


def _degrees(polynomial: fmpq_mpoly) -> tuple[int, ...]:
    return tuple(max(int(d), 0) for d in polynomial.degrees())


def _polynomial_term(polynomial: fmpq_mpoly, atoms: list[Term]) -> Term:
    summands = []
    for powers, coefficient in polynomial.to_dict().items():
        value = _fraction(coefficient)
        factors = [a if p == 1 else term_apply("pow", a, number(int(p))) for a, p in zip(atoms, powers) if p]
        if abs(value) != 1 or not factors:
            factors.insert(0, number(abs(value)))
        product = factors[0] if len(factors) == 1 else term_apply("mul", *factors)
        summands.append(product if value > 0 else term_apply("neg", product))
    return number(0) if not summands else summands[0] if len(summands) == 1 else term_apply("add", *summands)


def _check_product(a: fmpq_mpoly, b: fmpq_mpoly) -> None:
    if len(a) * len(b) > 50 * MAX_TERMS:
        raise NotRational(f"more than {MAX_TERMS} terms")


def _check_power(polynomial: fmpq_mpoly, exponent: int) -> None:
    if len(polynomial) > 1 and (exponent > MAX_POWER or _count_of_power(len(polynomial), exponent) > MAX_TERMS):
        raise NotRational(f"the power {exponent} of a sum")
    if max(_degrees(polynomial), default=0) * exponent > MAX_DEGREE:
        raise NotRational(f"degree above {MAX_DEGREE}")
    bits = max((max(fmpz(c.p).height_bits(), fmpz(c.q).height_bits()) for c in polynomial.coeffs() if abs(c) != 1), default=0)
    if bits * exponent > MAX_BITS:
        raise NotRational("a number too large to write out")


def _count_of_power(terms: int, exponent: int) -> int:
    count = 1
    for k in range(1, min(terms - 1, exponent) + 1):
        count = count * (terms + exponent - k) // k
        if count > MAX_TERMS:
            break
    return count


def _made(names: tuple[str, ...], numerator: fmpq_mpoly, denominator: fmpq_mpoly) -> Rational:
    """Cancel common factors (within limits), make the denominator monic, check sizes."""
    if max(len(numerator), len(denominator)) > MAX_TERMS:
        raise NotRational(f"more than {MAX_TERMS} terms")
    if max(_degrees(numerator) + _degrees(denominator), default=0) > MAX_DEGREE:
        raise NotRational(f"degree above {MAX_DEGREE}")
    if numerator.is_zero():
        return Rational(names, numerator, _context(len(names)).constant(1))
    if not denominator.is_constant():
        small = max(_degrees(numerator) + _degrees(denominator)) <= GCD_DEGREE and len(numerator) * len(denominator) <= 40 * MAX_TERMS
        common = numerator.gcd(denominator) if small else numerator.term_content().gcd(denominator.term_content())
        if not common.is_constant():
            numerator, denominator = numerator / common, denominator / common
    lead = denominator.leading_coefficient()
    return Rational(names, numerator / lead, denominator / lead) if lead != 1 else Rational(names, numerator, denominator)


def rational(term: Term, names: tuple[str, ...] = (), *, atom: Callable[[Term], str | None] | None = None) -> Rational:
    """The rational function that a term writes: numbers, symbols, + - * / and powers with integer exponents, percent.

    `atom` may give a name to a subterm that is to count as a variable (an indexed symbol, a call); `names` are variables to have at any rate.
    Fails with `NotRational` for anything else, beyond the limits, and where a denominator is the zero function.
    """

    def combine(node: Term, values: tuple[Rational | None, ...]) -> Rational | None:
        name = atom(node) if atom is not None else None
        if name is not None:
            return Rational.variable(name)
        if node.kind == "number":
            return Rational.constant(node.value)
        if node.kind == "symbol":
            return Rational.variable(node.name)
        if node.kind != "apply" or any(v is None for v in values):
            return None  # perhaps inside something that `atom` names
        return _apply(node.name, values)

    try:
        found = fold(term, combine)
    except ZeroDivisionError as error:
        raise NotRational("a division by zero") from error
    if found is None:
        raise NotRational("not a rational function")
    return found.over(tuple(sorted({*names, *found.names})))


def _apply(operator: str, values: tuple[Rational, ...]) -> Rational | None:
    if operator == "add":
        return sum(values[1:], values[0])
    if operator == "neg":
        return -values[0]
    if operator == "mul":
        product = values[0]
        for v in values[1:]:
            product = product * v
        return product
    if operator == "div":
        return values[0] / values[1]
    if operator == "percent":
        return values[0] * Fraction(1, 100)
    if operator == "pow":
        exponent = values[1].as_fraction()
        if exponent is None or exponent.denominator != 1:
            return None
        if exponent == 0 and values[0].is_zero():
            raise ZeroDivisionError("0^0")
        return values[0] ** int(exponent)
    return None


__all__ = ["NotRational", "Rational", "rational"]
