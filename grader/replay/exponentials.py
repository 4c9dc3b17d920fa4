"""Replays proofs that two quotients of exponential polynomials are the same: formulas made of numbers, symbols, sums, products, quotients and whole
powers, exp, sin, cos, sinh, cosh and their quotients, and positive numbers to any power.

Data: {}; there are no conditions.

1. Each side becomes n/d, n and d sums of c x^a exp(p) i^k: c rational, x^a a product of powers of symbols (and of pi and logarithms of primes), p a
   polynomial in these. sin u = (exp(iu) - exp(-iu))/2i, b^u = exp(u log b), exp(p) exp(q) = exp(p + q), exp(k log b) = b^k and exp(k pi i/2) = i^k
   hold for all complex numbers, so they hold in both readings (`semantics`).
2. Where a side is defined none of the formulas that it divides by is zero: there it is n/d and d is not zero. So n1 d2 = n2 d1 says that both sides
   are equal wherever both are defined.
3. They are defined together somewhere. No divisor is the zero function: x^a exp(p) and x^b exp(q) with other a or another p are linearly independent,
   constants aside (divide by one exponential and differentiate until its coefficient is gone: fewer are left), and some coefficient is one number
   other than zero times one exponential of a constant. A product of analytic functions that are not zero vanishes in no open box, one of polynomials
   on no grid of infinite sets.
4. Each divisor of the left side is one of the right side, or a polynomial that divides a power of the product of its divisors: so where the left
   side has no value, neither has the right one. (Where it is otherwise other procedures say at which point.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Status
from grader.replay import polynomial
from grader.replay.exponential_sums import ONE, UNIT, Sum, Sums, divides, exponents_of, inverse, is_number, logarithm, monic, not_zero, turned
from grader.replay.ring import is_empty
from grader.replay.semantics import atom_name
from grader.term import Term, walk

MAX_SIZE = 300
MAX_POWER = 24
Quotient = tuple[Sum, Sum]


class _Side:
    """One side as a quotient of sums, and what it divides by."""

    def __init__(self, term: Term, sums: Sums, claim: Claim) -> None:
        self.sums, self.claim = sums, claim
        self.divisors: list[Sum] = []
        self.top, self.bottom = self.read(term)

    def read(self, term: Term) -> Quotient:
        """The term as a quotient. Refused where it is none."""
        if term.kind == "number":
            value = term.value
            return ({ONE: int(value) if value.denominator == 1 else value} if value else {}), UNIT  # type: ignore[union-attr]
        if term.kind == "symbol" or term.is_apply("index", 2):
            return {((( _letter(self.claim, term), 1),), (), 0): 1}, UNIT
        if term.kind == "constant":
            return _constant(self.sums, term.name), UNIT
        rule = _RULES.get(term.name) if term.kind == "apply" else None
        if rule is None:
            raise Refused(f"{term.name or term.kind} in a quotient of exponential polynomials")
        return rule(self, *term.args)

    def add(self, *terms: Term) -> Quotient:
        top, bottom = self.read(terms[0])
        for term in terms[1:]:
            n, d = self.read(term)
            if d == bottom:
                top = polynomial.add(top, n)
            else:
                top = polynomial.add(self.sums.times(top, d), self.sums.times(n, bottom))
                bottom = self.sums.times(bottom, d)
        return top, bottom

    def negative(self, term: Term) -> Quotient:
        n, d = self.read(term)
        return {key: -c for key, c in n.items()}, d

    def multiply(self, *terms: Term) -> Quotient:
        made = self.read(terms[0])
        for term in terms[1:]:
            made = self.product(made, self.read(term))
        return made

    def product(self, a: Quotient, b: Quotient) -> Quotient:
        return self.sums.times(a[0], b[0]), self.sums.times(a[1], b[1])

    def over(self, quotient: Quotient) -> Quotient:
        """One over it; what is divided by is noted unless it is never zero."""
        n, d = quotient
        if not n:
            raise Refused("division by zero")
        flipped = inverse(n)
        if flipped is not None:
            return self.sums.times(d, flipped), UNIT
        if not self._is_never_zero(n):
            self.divisors.append(n)
        return d, n

    def _is_never_zero(self, n: Sum) -> bool:
        (letters, _, _), *more = n
        return not more and all(name.startswith("#") or not self.claim.domain(name).admits(Fraction(0)) for name, _ in letters)

    def divide(self, top: Term, bottom: Term) -> Quotient:
        return self.product(self.read(top), self.over(self.read(bottom)))

    def power(self, base: Term, exponent: Term) -> Quotient:
        """A whole power of a quotient, or a power of a positive number."""
        if base.kind == "constant" and base.name == "e":
            return self.exponential(exponent), UNIT
        sign, literal = (-1, exponent.args[0]) if exponent.is_apply("neg", 1) else (1, exponent)
        n, d = self.read(base)
        if literal.kind == "number" and literal.value.denominator == 1:  # type: ignore[union-attr]
            count = int(literal.value)  # type: ignore[arg-type]
            if not count:
                raise Refused("a power that has no value at zero")
            if is_number(n) and is_number(d):
                return self.sums.number_power(n, d, sign * count), UNIT
            if count > MAX_POWER:
                raise Refused("a large power")
            if sign < 0:
                n, d = self.over((n, d))
            return self.sums.power(n, count), self.sums.power(d, count)
        return self.sums.exp(self.sums.times(self._argument(exponent), self._logarithm((n, d)))), UNIT

    def _argument(self, term: Term) -> Sum:
        """A polynomial under an exponential."""
        n, d = self.read(term)
        if d != UNIT:
            raise Refused("a quotient under an exponential")
        return n

    def exponential(self, term: Term) -> Sum:
        return self.sums.exp(self._argument(term))

    def _logarithm(self, quotient: Quotient) -> Sum:
        """The logarithm of a positive number."""
        n, d = quotient
        if not n or not is_number(n) or not is_number(d) or n[ONE] * d[ONE] <= 0:
            raise Refused("a logarithm or a broken power of what is no positive number")
        return logarithm(Fraction(n[ONE]) / d[ONE])

    def log(self, term: Term, base: Term | None = None) -> Quotient:
        if base is not None:
            raise Refused("a logarithm with a base")
        return self._logarithm(self.read(term)), UNIT

    def root(self, term: Term, degree: Term | None = None) -> Quotient:
        n = Fraction(2) if degree is None else degree.value if degree.kind == "number" else None
        if n is None or n.denominator != 1 or not 2 <= n <= 64:
            raise Refused("a root of that degree")
        return self.sums.exp(polynomial.scale(self._logarithm(self.read(term)), 1 / n)), UNIT

    def wave(self, term: Term, even: bool, round_: bool) -> Sum:
        """cos and cosh (`even`), sin and sinh; `round_` for sin and cos."""
        p = self._argument(term)
        if round_:
            p = turned(p, 1)
        forth, back = self.sums.exp(p), self.sums.exp({key: -c for key, c in p.items()})
        if even:
            return polynomial.scale(polynomial.add(forth, back), Fraction(1, 2))
        made = polynomial.scale(polynomial.add(forth, {key: -c for key, c in back.items()}), Fraction(1, 2))
        return turned(made, 3) if round_ else made

    def scaled(self, term: Term, factor: Sum) -> Quotient:
        n, d = self.read(term)
        return self.sums.times(n, factor), d


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when both sides are the same quotient and the right side is undefined wherever the left one is. Fails with `Refused`."""
    if not isinstance(claim.conclusion, Equal) or claim.conditions or data:
        raise Refused("this shows equations without conditions only")
    if claim.conclusion.left.size + claim.conclusion.right.size > MAX_SIZE:
        raise Refused("too large")
    sums = Sums()
    left, right = (_Side(side, sums, claim) for side in (claim.conclusion.left, claim.conclusion.right))
    if sums.times(left.top, right.bottom) != sums.times(right.top, left.bottom):
        raise Refused("not the same quotient")
    _defined_somewhere(claim, left.divisors + right.divisors)
    for divisor in left.divisors:
        _is_shared(sums, divisor, right.divisors)
    return Finding(Status.PROVED, words=("It is equal wherever both are defined.",))


def without_divisors(claim: Claim, term: Term) -> Sum:
    """The term as a sum that has a value everywhere. Fails with `Refused` where it is none."""
    side = _Side(term, Sums(), claim)
    if side.divisors or side.bottom != UNIT:
        raise Refused("it divides by what may be zero")
    return side.top


def _letter(claim: Claim, term: Term) -> str:
    """The name of a symbol that is a number (a letter with a fixed subscript, too). Fails with `Refused`."""
    name = atom_name(term)
    base = term.args[0].name if term.args else name
    if not name or not base or any(claim.domain(n).shape != "scalar" or n.startswith("#") for n in (name, base)) or is_empty(claim.domain(name)):
        raise Refused(f"{name or term.name} is no number")
    return name


def _constant(sums: Sums, name: str) -> Sum:
    if name == "pi":
        return {((("#pi", 1),), (), 0): 1}
    if name == "e":
        return sums.exp(UNIT)
    if name == "i":
        return {((), (), 1): 1}
    raise Refused(f"{name} is no number")


def _defined_somewhere(claim: Claim, divisors: list[Sum]) -> None:
    """No divisor is zero everywhere in the domains (step 3). Fails with `Refused`."""
    if not divisors:
        return
    if not all(map(not_zero, divisors)):
        raise Refused("a divisor that is not seen to be other than zero")
    domains = [claim.domain(name) for name in _names(claim)]
    if any(d.field == "integer" and None not in (d.lower, d.upper) for d in domains):
        raise Refused("a divisor over finitely many integers")
    if any(d.field == "integer" for d in domains) and any(exponents_of(d) for d in divisors):
        raise Refused("a divisor with exponentials over integers")


def _names(claim: Claim) -> set[str]:
    sides = (claim.conclusion.left, claim.conclusion.right)  # type: ignore[union-attr]
    return {name for side in sides for node in walk(side) if (node.kind == "symbol" or node.is_apply("index")) and (name := atom_name(node))}


def _is_shared(sums: Sums, divisor: Sum, others: list[Sum]) -> None:
    """Where the divisor is zero one of the others is (step 4). Fails with `Refused`."""
    wanted = monic(divisor)
    if any(monic(other) == wanted for other in others):
        return
    product = UNIT
    for other in others:
        if not exponents_of(other):
            product = sums.times(product, other)
    for _ in range(2):
        if exponents_of(divisor):
            break
        if divides(divisor, product):
            return
        product = sums.times(product, product)  # for squares on the left
    raise Refused("a divisor of the left side alone")


def _waves(even: bool, round_: bool) -> Callable[..., Quotient]:
    return lambda side, term: (side.wave(term, even, round_), UNIT)


def _one_over(even: bool, round_: bool) -> Callable[..., Quotient]:
    return lambda side, term: side.over((side.wave(term, even, round_), UNIT))


def _ratio(even: bool, round_: bool) -> Callable[..., Quotient]:
    """tan, tanh (`even` divisor), cot and coth."""
    return lambda side, term: side.product((side.wave(term, not even, round_), UNIT), side.over((side.wave(term, even, round_), UNIT)))


_RULES: dict[str, Callable[..., Quotient]] = {
    "add": _Side.add, "neg": _Side.negative, "mul": _Side.multiply, "div": _Side.divide, "pow": _Side.power, "sqrt": _Side.root, "root": _Side.root,
    "log": _Side.log, "exp": lambda side, term: (side.exponential(term), UNIT),
    "sin": _waves(False, True), "cos": _waves(True, True), "sinh": _waves(False, False), "cosh": _waves(True, False),
    "tan": _ratio(True, True), "cot": _ratio(False, True), "tanh": _ratio(True, False), "coth": _ratio(False, False),
    "sec": _one_over(True, True), "csc": _one_over(False, True), "sech": _one_over(True, False), "csch": _one_over(False, False),
    "percent": lambda side, term: side.scaled(term, {ONE: Fraction(1, 100)}),
    "degree": lambda side, term: side.scaled(term, {((("#pi", 1),), (), 0): Fraction(1, 180)}),
}
