"""Exact positive and negative constants as they occur in growth orders: 3/2, log 2, 1/log 3, k, pi, 2^(1/2).

A `Constant` is a Laurent polynomial with rational coefficients in generators that stand for positive reals:

    ("ln", n)              log of an integer n > 1 (a prime, or a cofactor that trial division leaves)
    ("sym", name)          a symbol that does not grow
    ("pi",), ("e",)
    ("log", constant)      log of a positive constant that is no rational number (its sign is looked at, not assumed)
    ("pow", constant, q)   a positive constant to a rational power

Equality is formal; two constants that are formally different may be the same number, and then their difference has no known sign. A sign is
known where it follows from rational arithmetic, from an enclosure in ball arithmetic, or from all coefficients having one sign. So nothing
that rests on a sign is ever guessed: an unknown sign ends the procedure that asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.domain import Domain

MAX_BITS = 4000
"""Longest numerator and denominator together, in bits."""
MAX_TERMS = 40


class Unfit(Exception):
    """An expression has no growth order that these methods can express; the text says why."""


class Constant:
    """See the module's docstring. `terms` maps a monomial, a sorted tuple of (generator, exponent), to its rational coefficient."""

    __slots__ = ("terms", "key", "_hash")

    def __init__(self, terms: Mapping[tuple, Fraction]) -> None:
        kept = [(m, q) for m, q in terms.items() if q]
        if len(kept) > MAX_TERMS or any(q.numerator.bit_length() + q.denominator.bit_length() > MAX_BITS for _, q in kept):
            raise Unfit("a constant is too large")
        if len(kept) > 1:
            kept.sort(key=lambda pair: repr(pair[0]))
        self.terms = dict(kept)
        self.key = tuple(kept)
        self._hash = hash(self.key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Constant) and self.key == other.key

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __repr__(self) -> str:
        return f"Constant({self.key!r})"

    def __add__(self, other: Constant) -> Constant:
        made = dict(self.terms)
        for mono, q in other.terms.items():
            made[mono] = made.get(mono, Fraction(0)) + q
        return Constant(made)

    def __neg__(self) -> Constant:
        return self.times(Fraction(-1))

    def __sub__(self, other: Constant) -> Constant:
        return self + -other

    def times(self, q: Fraction) -> Constant:
        """The constant times a rational number."""
        if q == 1:
            return self
        return Constant({m: c * q for m, c in self.terms.items()})

    def __mul__(self, other: Constant) -> Constant:
        if self.key == _ONE_KEY or other.key == _ONE_KEY:
            return other if self.key == _ONE_KEY else self
        made: dict[tuple, Fraction] = {}
        for m, c in self.terms.items():
            for n, d in other.terms.items():
                key = _join(m, n)
                made[key] = made.get(key, Fraction(0)) + c * d
        return Constant(made)

    @property
    def rational(self) -> Fraction | None:
        """The number itself where no generator occurs."""
        if not self.terms:
            return Fraction(0)
        return self.terms.get(()) if len(self.terms) == 1 else None

    def data(self) -> list[Any]:
        """JSON form: a list of [coefficient, [[generator..., exponent], ...]]."""
        return [[str(q), [[_gen_data(g), e] for g, e in m]] for m, q in self.key]


_ONE_KEY = (((), Fraction(1)),)


def _join(m: tuple, n: tuple) -> tuple:
    if not m or not n:
        return m or n
    made = dict(m)
    for gen, e in n:
        made[gen] = made.get(gen, 0) + e
    return tuple(sorted(((g, e) for g, e in made.items() if e), key=repr))


def _gen_data(gen: tuple) -> list[Any]:
    return [part.data() if isinstance(part, Constant) else str(part) for part in gen]


def number(value: int | Fraction) -> Constant:
    """A rational number as a constant."""
    return Constant({(): Fraction(value)})


def generator(*gen: Any) -> Constant:
    """One generator as a constant."""
    return Constant({((gen, 1),): Fraction(1)})


ONE = number(1)
ZERO = number(0)


@lru_cache(maxsize=4096)
def factors(n: int) -> tuple[tuple[int, int], ...]:
    """(factor, multiplicity) pairs of n >= 1 by trial division up to 10^4; what is left then counts as one factor."""
    found, p = [], 2
    while p * p <= n and p < 10_000:
        times = 0
        while n % p == 0:
            n, times = n // p, times + 1
        if times:
            found.append((p, times))
        p += 1 if p == 2 else 2
    return tuple(found + ([(n, 1)] if n > 1 else []))


def log(c: Constant, domains: Mapping[str, Domain]) -> Constant:
    """The logarithm of a constant. Fails with `Unfit` where it is not known to be positive."""
    if sign(c, domains) != 1:
        raise Unfit("the logarithm of a constant that is not known to be positive")
    if len(c.key) != 1:
        return generator("log", c)
    (mono, q), = c.key
    made = ZERO
    for n, side in ((q.numerator, 1), (q.denominator, -1)):
        for p, times in factors(n):
            made += generator("ln", p).times(Fraction(side * times))
    for gen, e in mono:
        made += _log_of_generator(gen, domains).times(Fraction(e))
    return made


def _log_of_generator(gen: tuple, domains: Mapping[str, Domain]) -> Constant:
    if gen[0] == "e":
        return ONE
    if gen[0] == "pow":
        return log(gen[1], domains).times(gen[2])
    return generator("log", generator(*gen))


def exp(c: Constant) -> Constant | None:
    """e^c where that is a constant of this form (c is a combination of logs and a rational number), else None."""
    made = ONE
    for mono, q in c.key:
        if not mono:
            made = made * (power(generator("e"), q))
        elif len(mono) == 1 and mono[0][1] == 1 and mono[0][0][0] == "ln" and abs(q) <= 64:
            made = made * power(number(mono[0][0][1]), q)
        else:
            return None
    return made


def power(c: Constant, q: Fraction) -> Constant:
    """A positive constant to a rational power."""
    if q.denominator == 1 and abs(q) <= 64:
        n = int(q)
        if n < 0 and len(c.key) != 1:
            return power(generator("pow", c, Fraction(-1)), Fraction(-n))
        if len(c.key) == 1:
            (mono, coefficient), = c.key
            if n < 0 and not coefficient:
                raise Unfit("division by zero")
            return Constant({tuple((g, e * n) for g, e in mono): coefficient ** n} if n else {(): Fraction(1)})
        made = ONE
        for _ in range(n):
            made = made * c
        return made
    if c == ONE:
        return ONE
    return generator("pow", c, q)


# ------------------------------------------------------------------------------------------------------------------ sign


def sign(c: Constant, domains: Mapping[str, Domain]) -> int | None:
    """-1, 0 or 1, or None where it is not known. `domains` tells more about symbols that do not grow; they are positive in any case."""
    if not c.terms:
        return 0
    q = c.rational
    if q is not None:
        return 1 if q > 0 else -1
    if not any(_is_symbolic(g) for m in c.terms for g, _ in m):
        return _numeric_sign(c)
    signs = {_monomial_sign(m, q, domains) for m, q in c.key}
    return signs.pop() if len(signs) == 1 else None


def _monomial_sign(mono: tuple, q: Fraction, domains: Mapping[str, Domain]) -> int | None:
    known = 1 if q > 0 else -1
    for gen, e in mono:
        of = _generator_sign(gen, domains)
        if of is None:
            return None
        known *= of if e % 2 else abs(of)
    return known


_TOWERS = (Fraction(1), Fraction(3), Fraction(16), Fraction(4_000_000))
"""A number above the k-th (at least it, but for the first) has a positive k-fold logarithm: 1, e, e^e, e^(e^e), rounded up."""


def _generator_sign(gen: tuple, domains: Mapping[str, Domain]) -> int | None:
    if gen[0] != "log":
        return 1
    inner, folds = gen, 0
    while inner[0] == "log" and len(inner[1].key) == 1 and inner[1].key[0][1] == 1 and len(inner[1].key[0][0]) == 1 and inner[1].key[0][0][0][1] == 1:
        inner, folds = inner[1].key[0][0][0][0], folds + 1
    if inner[0] == "sym" and folds <= len(_TOWERS):
        domain = domains.get(inner[1], Domain())
        least = _TOWERS[folds - 1]
        if domain.lower is not None and (domain.lower > least or domain.lower == least and (folds > 1 or domain.lower_strict)):
            return 1
        if folds == 1 and domain.upper is not None and (domain.upper < 1 or domain.upper == 1 and domain.upper_strict):
            return -1
        return None
    return None if _is_symbolic(gen) else _numeric_sign(generator(*gen))


def _is_symbolic(gen: tuple) -> bool:
    if gen[0] == "sym":
        return True
    return gen[0] in ("log", "pow") and any(_is_symbolic(g) for m in gen[1].terms for g, _ in m)


@lru_cache(maxsize=4096)
def _numeric_sign(c: Constant) -> int | None:
    import flint

    before = flint.ctx.prec
    try:
        for bits in (64, 256, 1024):
            flint.ctx.prec = bits
            ball = _ball(c)
            if ball > 0:
                return 1
            if ball < 0:
                return -1
    finally:
        flint.ctx.prec = before
    return None


def enclosure(c: Constant) -> tuple[Fraction, Fraction] | None:
    """Rational bounds of a constant without symbols, some 40 bits long; None with symbols."""
    if any(_is_symbolic(g) for m in c.terms for g, _ in m):
        return None
    q = c.rational
    if q is not None:
        return q, q
    import flint

    before = flint.ctx.prec
    try:
        flint.ctx.prec = 128
        ball = _ball(c)
        low, high = (Fraction(int(v.p), int(v.q)) for v in (ball.lower().fmpq(), ball.upper().fmpq()))
    finally:
        flint.ctx.prec = before
    unit = Fraction(2) ** (max(abs(low), abs(high)).__ceil__().bit_length() - 44)
    return (low / unit).__floor__() * unit, (high / unit).__ceil__() * unit


def _ball(c: Constant) -> Any:
    import flint

    made = flint.arb(0)
    for mono, q in c.key:
        term = flint.arb(flint.fmpq(q.numerator, q.denominator))
        for gen, e in mono:
            term *= _generator_ball(gen) ** e
        made += term
    return made


def _generator_ball(gen: tuple) -> Any:
    import flint

    if gen[0] == "ln":
        return flint.arb(flint.fmpz(gen[1])).log()
    if gen[0] == "pi":
        return flint.arb.pi()
    if gen[0] == "e":
        return flint.arb(1).exp()
    if gen[0] == "log":
        return _ball(gen[1]).log()
    return _ball(gen[1]) ** flint.arb(flint.fmpq(gen[2].numerator, gen[2].denominator))
