"""Coefficients of asymptotic expansions: polynomials in positive powers of constants, and their signs.

A number is a dictionary from monomials to nonzero fractions; a monomial is a sorted tuple of (atom, exponent) pairs with rational exponents. Atoms:
("p", prime) with an exponent between 0 and 1 (the whole part is multiplied out), ("name", n) a parameter, ("const", "pi" | "euler"),
("log", prime), ("logname", n), ("e", monomial) for the exponential of that monomial, ("sum", key) for a sum that was divided by or taken a root of, ("logof", key), ("zeta", s) the Riemann zeta function at a rational s.
An empty dictionary is exactly zero. That two different dictionaries are different numbers is never assumed: a number counts as nonzero only when
its sign is known, from the signs of its atoms or from an interval that excludes zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.replay.exact_polynomials import add as combined

Monomial = tuple[tuple[tuple[Any, ...], Fraction], ...]
Number = dict[Monomial, Fraction]

MAX_TERMS = 60
MAX_BITS = 2000
DIGITS = 50


class Unknown(Refused):
    """Something that the expansion cannot decide."""


def fraction(value: Fraction | int) -> Number:
    """A rational number."""
    return {(): Fraction(value)} if value else {}


def atom(key: tuple[Any, ...], exponent: Fraction | int = 1) -> Number:
    """A power of one atom."""
    return {((key, Fraction(exponent)),): Fraction(1)} if exponent else fraction(1)


def key(number: Number) -> tuple[Any, ...]:
    """The number as something that can be compared and hashed."""
    return tuple(sorted(number.items(), key=repr))


def add(*items: Number) -> Number:
    """The sum."""
    return _bounded(combined(*items))  # type: ignore[arg-type]


def scale(number: Number, factor: Fraction | int) -> Number:
    """A rational multiple."""
    return _bounded({m: c * factor for m, c in number.items()}) if factor else {}


def multiply(a: Number, b: Number) -> Number:
    """The product."""
    made: list[Number] = []
    for m, c in a.items():
        for n, d in b.items():
            monomial, factor = _joined(m, n)
            made.append({monomial: c * d * factor})
            if len(made) > MAX_TERMS * 4:
                raise Unknown("a coefficient with too many terms")
    return add(*made)


def _joined(m: Monomial, n: Monomial) -> tuple[Monomial, Fraction]:
    """The product of two monomials, with whole powers of primes multiplied out."""
    powers = dict(m)
    for key_, exponent in n:
        powers[key_] = powers.get(key_, Fraction(0)) + exponent
    factor = Fraction(1)
    for key_, exponent in list(powers.items()):
        if key_[0] == "p":
            whole = exponent.numerator // exponent.denominator
            factor *= Fraction(key_[1]) ** whole
            powers[key_] = exponent - whole
    return tuple(sorted([(k, e) for k, e in powers.items() if e], key=repr)), factor


def _bounded(number: Number) -> Number:
    if len(number) > MAX_TERMS or any(max(c.numerator.bit_length(), c.denominator.bit_length()) > MAX_BITS for c in number.values()):
        raise Unknown("a coefficient that is too large")
    return number


def factors(value: int) -> dict[int, int]:
    """Prime factors of a positive integer. Fails with `Unknown` for those with a large prime factor."""
    found: dict[int, int] = {}
    divisor = 2
    while divisor * divisor <= value:
        while value % divisor == 0:
            found[divisor] = found.get(divisor, 0) + 1
            value //= divisor
        divisor += 1
        if divisor > 10_000:
            raise Unknown("a number with large prime factors")
    if value > 1:
        found[value] = found.get(value, 0) + 1
    return found


class Numbers:
    """Arithmetic that needs signs: roots, logarithms, exponentials, reciprocals. `domains` are those of the parameters."""

    def __init__(self, domains: Mapping[str, Domain], greater: tuple[tuple[str, Number], ...] = ()) -> None:
        self.domains = domains
        self.greater = greater
        """Pairs (name, number) with name > number, from the claim's conditions."""

    # ------------------------------------------------------------------------------------------------------------ signs

    def sign(self, number: Number) -> int:
        """-1, 0 or 1. Fails with `Unknown`."""
        if not number:
            return 0
        for form in self._forms(number):
            signs = {self._monomial_sign(m) * (1 if c > 0 else -1) for m, c in form.items()}
            if len(signs) == 1 and 0 not in signs:
                return signs.pop()
        by_value = self._sign_by_value(number)
        if not by_value:
            raise Unknown("a coefficient whose sign is not known")
        return by_value

    def _forms(self, number: Number) -> list[Number]:
        """The number, and the same with a parameter written as its lower bound and something positive."""
        forms = [number]
        for name, bound in self.greater:
            if any(k == ("name", name) and e.denominator == 1 and e > 0 for m in number for k, e in m):
                forms.append(self._shifted(forms[-1], name, bound))
        return forms

    def _shifted(self, number: Number, name: str, bound: Number) -> Number:
        more = add(bound, atom(("name", f"{name} above")))
        made: list[Number] = []
        for m, c in number.items():
            power = dict(m).get(("name", name), Fraction(0))
            if power.denominator != 1 or power < 0 or power > 8:
                return number
            term: Number = {tuple([(k, e) for k, e in m if k != ("name", name)]): c}
            for _ in range(int(power)):
                term = multiply(term, more)
            made.append(term)
        return add(*made)

    def _monomial_sign(self, monomial: Monomial) -> int:
        sign = 1
        for key_, exponent in monomial:
            one = self._atom_sign(key_)
            if one == 0 or one < 0 and exponent.denominator != 1:
                return 0
            sign *= one if exponent.numerator % 2 else 1
        return sign

    def _atom_sign(self, key_: tuple[Any, ...]) -> int:
        """The sign of an atom; 0 where it is not known."""
        kind = key_[0]
        if kind in ("p", "const", "log", "e"):
            return 1
        if kind == "zeta":
            return 1 if key_[1] > 1 else 0
        if kind == "name":
            if key_[1].endswith(" above"):
                return 1
            domain = self.domains.get(key_[1], Domain())
            if domain.is_positive or any(name == key_[1] and self._nonnegative(bound) for name, bound in self.greater):
                return 1
            return -1 if domain.upper is not None and (domain.upper < 0 or domain.upper == 0 and domain.upper_strict) else 0
        if kind == "logname":
            domain = self.domains.get(key_[1], Domain())
            return 1 if domain.lower is not None and (domain.lower > 1 or domain.lower == 1 and domain.lower_strict) else 0
        try:
            return self.sign(dict(key_[1])) if kind == "sum" else self._sign_by_value(atom(key_))
        except Unknown:
            return 0

    def _sign_by_value(self, number: Number) -> int:
        """The sign by an enclosure; 0 where it contains 0 or there is none."""
        if any(self._has_name(k) for m in number for k, _ in m):
            return 0
        low, high = self.enclosure(number)
        return 1 if low > 0 else -1 if high < 0 else 0

    def _nonnegative(self, bound: Number) -> bool:
        return all(c > 0 and self._plain(m) for m, c in bound.items())

    def _plain(self, monomial: Monomial) -> bool:
        return all(k[0] in ("p", "const", "log", "e") or k[0] == "name" and self.domains.get(k[1], Domain()).is_positive for k, _ in monomial)

    def _has_name(self, key_: tuple[Any, ...]) -> bool:
        if key_[0] in ("name", "logname"):
            return True
        return key_[0] in ("e", "sum", "logof") and any(self._has_name(k) for k in _atoms_within(key_))

    # ------------------------------------------------------------------------------------------------------- enclosures

    def enclosure(self, number: Number) -> tuple[Any, Any]:
        """Numbers below and above a number without parameters."""
        from mpmath import iv

        old, iv.dps = iv.dps, DIGITS
        try:
            total = _enclose(number)
            return total.a, total.b
        finally:
            iv.dps = old

    # ------------------------------------------------------------------------------------------------------- arithmetic

    def inverse(self, number: Number) -> Number:
        """1 / number; the number must be known to be nonzero."""
        self_sign = self.sign(number)
        if self_sign == 0:
            raise Unknown("a division by zero")
        if len(number) == 1:
            (monomial, c), = number.items()
            return multiply({(): 1 / c}, self._power_of(monomial, Fraction(-1)))
        return atom(("sum", key(number)), -1)

    def _power_of(self, monomial: Monomial, exponent: Fraction) -> Number:
        made = fraction(1)
        for k, e in monomial:
            made = multiply(made, {((k, e * exponent),): Fraction(1)})
        return made

    def power(self, number: Number, exponent: Fraction) -> Number:
        """A rational power of a positive number (of any number, for a whole exponent)."""
        if exponent.denominator == 1 and 0 <= exponent <= 12:
            made = fraction(1)
            for _ in range(int(exponent)):
                made = multiply(made, number)
            return made
        if exponent.denominator == 1 and -12 <= exponent < 0:
            return self.power(self.inverse(number), -exponent)
        if self.sign(number) <= 0:
            raise Unknown("a root of something that is not positive")
        if len(number) != 1:
            return atom(("sum", key(number)), exponent)
        (monomial, c), = number.items()
        for k, e in monomial:
            if self._atom_sign(k) <= 0:
                raise Unknown("a root of a product with factors that are not positive")
        made = self._power_of(monomial, exponent)
        for value, sign in ((c.numerator, 1), (c.denominator, -1)):
            for prime, count in factors(value).items():
                made = multiply(made, {((("p", prime), exponent * count * sign),): Fraction(1)})
        return made

    def log(self, number: Number) -> Number:
        """The natural logarithm of a positive number."""
        if self.sign(number) <= 0:
            raise Unknown("a logarithm of something that is not positive")
        if len(number) != 1:
            return atom(("logof", key(number)))
        (monomial, c), = number.items()
        made: Number = {}
        for value, sign in ((c.numerator, 1), (c.denominator, -1)):
            for prime, count in factors(value).items():
                made = add(made, scale(atom(("log", prime)), count * sign))
        for k, e in monomial:
            if k[0] == "p":
                made = add(made, scale(atom(("log", k[1])), e))
            elif k[0] == "e":
                made = add(made, scale({k[1]: Fraction(1)}, e))
            elif self._atom_sign(k) <= 0:
                raise Unknown("a logarithm of a product with factors that are not positive")
            elif k[0] == "name":
                made = add(made, scale(atom(("logname", k[1])), e))
            else:
                made = add(made, scale(atom(("logof", key({((k, Fraction(1)),): Fraction(1)}))), e))
        return made

    def exp(self, number: Number) -> Number:
        """The exponential."""
        made = fraction(1)
        for monomial, c in number.items():
            if len(monomial) == 1 and monomial[0][1] == 1 and monomial[0][0][0] in ("log", "logname"):
                kind, what = monomial[0][0]
                made = multiply(made, {((("p" if kind == "log" else "name", what), c),): Fraction(1)})
            elif len(monomial) == 1 and monomial[0][1] == 1 and monomial[0][0][0] == "logof":
                made = multiply(made, self.power(dict(monomial[0][0][1]), c))
            else:
                made = multiply(made, atom(("e", monomial), c))
        return made


def _atoms_within(key_: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    if key_[0] == "e":
        return [k for k, _ in key_[1]]
    return [k for monomial, _ in key_[1] for k, _ in monomial]


def _enclose(number: Number) -> Any:
    from mpmath import iv

    total = iv.mpf(0)
    for monomial, c in number.items():
        product = iv.mpf(c.numerator) / c.denominator
        for key_, exponent in monomial:
            product *= _enclose_atom(key_) ** (iv.mpf(exponent.numerator) / exponent.denominator) if exponent != 1 else _enclose_atom(key_)
        total += product
    return total


def _enclose_atom(key_: tuple[Any, ...]) -> Any:
    from mpmath import iv

    kind = key_[0]
    if kind == "p":
        return iv.mpf(key_[1])
    if kind == "log":
        return iv.log(key_[1])
    if kind == "const":
        return iv.pi if key_[1] == "pi" else iv.mpf(["0.5772156649015328606065120900824024310421593359399235", "0.5772156649015328606065120900824024310421593359399236"])
    if kind == "e":
        return iv.exp(_enclose({key_[1]: Fraction(1)}))
    if kind == "sum":
        return _enclose(dict(key_[1]))
    if kind == "logof":
        return iv.log(_enclose(dict(key_[1])))
    if kind == "zeta" and key_[1] > 1:  # the sum of the first terms, and integrals below and above the rest
        s, count = iv.mpf(key_[1].numerator) / key_[1].denominator, 200
        head = sum((iv.mpf(k) ** -s for k in range(1, count)), iv.mpf(0))
        rest = [iv.mpf(k) ** (1 - s) / (s - 1) for k in (count, count - 1)]
        return head + iv.mpf([rest[0].a, rest[1].b])
    raise Unknown("a constant without an enclosure")
