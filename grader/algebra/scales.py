"""Sums of scales: exact arithmetic of finite sums of rational multiples of products of powers, logarithms and exponentials of letters.

A `Scale` is such a sum. Atoms of its products are terms: a letter x, log(x), log(p) for a prime p, exp(M) for a product M, a prime under a root,
pi, and a sum that could not be multiplied out (as the base of a power). Products are kept in one order and like products are collected, so the
difference of two scales of the same form is 0. Scales that differ in form may still be equal as numbers; nothing concludes from a difference in
form. What grows, and which way, is told by `grader.algebra.limits`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from grader.term import Term, apply, constant, free_names, number, symbol, to_data

Product = tuple[tuple[Term, Fraction], ...]

MAX_PRODUCTS = 60
MAX_POWER = 12
MAX_BITS = 2000
MAX_FACTOR = 10**8


class NoScale(ValueError):
    """The term is no scale known here, or is too large, or a limit is not clear; the text says which."""


@dataclass(frozen=True, slots=True)
class Mode:
    """What is known of a letter: its sign (1, -1, or 0 for unknown) and its size: "grows", "vanishes", "constant", "bounded" or "any".

    A constant of known sign is not 0. `least` is a lower bound of a positive constant.
    """

    sign: int = 0
    size: str = "any"
    least: Fraction = Fraction(0)


Modes = Mapping[str, Mode]
FREE = Mode()


@lru_cache(maxsize=4096)
def _place(atom: Term) -> str:
    return f"{atom.kind} {json.dumps(to_data(atom))}"


@dataclass(frozen=True)
class Scale:
    """The sum; see the module. No coefficient is 0; the empty sum is 0."""

    parts: Mapping[Product, Fraction]

    @staticmethod
    def of(value: Fraction | int) -> Scale:
        """A rational number."""
        return Scale({(): Fraction(value)} if value else {})

    @staticmethod
    def letter(name: str) -> Scale:
        """A letter."""
        return Scale({((symbol(name), Fraction(1)),): Fraction(1)})

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def only(self) -> tuple[Product, Fraction] | None:
        """Product and coefficient where there is exactly one."""
        return next(iter(self.parts.items())) if len(self.parts) == 1 else None

    @property
    def rational(self) -> Fraction | None:
        """The value where it is a rational number by its form."""
        return Fraction(0) if not self.parts else self.parts.get(()) if len(self.parts) == 1 else None

    def letters(self) -> frozenset[str]:
        """Names of the letters that occur."""
        return frozenset().union(*[free_names(a) for p in self.parts for a, _ in p]) if self.parts else frozenset()

    def __add__(self, other: Scale) -> Scale:
        parts = dict(self.parts)
        for p, c in other.parts.items():
            parts[p] = parts.get(p, Fraction(0)) + c
        return _checked(parts)

    def __neg__(self) -> Scale:
        return self.times(Fraction(-1))

    def __sub__(self, other: Scale) -> Scale:
        return self + -other

    def times(self, c: Fraction | int) -> Scale:
        """A rational multiple."""
        return Scale({p: c * d for p, d in self.parts.items()}) if c else Scale({})

    def __mul__(self, other: Scale) -> Scale:
        if len(self.parts) * len(other.parts) > 20 * MAX_PRODUCTS:
            raise NoScale("a product of long sums")
        parts: dict[Product, Fraction] = {}
        for p, c in self.parts.items():
            for q, d in other.parts.items():
                product, factor = multiply(p, q)
                parts[product] = parts.get(product, Fraction(0)) + c * d * factor
        return _checked(parts)

    def term(self) -> Term:
        """The scale as a term."""
        addends = []
        for p, c in self.parts.items():
            factors = [a if e == 1 else apply("pow", a, number(e)) for a, e in p]
            if abs(c) != 1 or not factors:
                factors.insert(0, number(abs(c)))
            body = factors[0] if len(factors) == 1 else apply("mul", *factors)
            addends.append(body if c > 0 else apply("neg", body))
        return number(0) if not addends else addends[0] if len(addends) == 1 else apply("add", *addends)


def _checked(parts: dict[Product, Fraction]) -> Scale:
    kept = {p: c for p, c in parts.items() if c}
    if len(kept) > MAX_PRODUCTS or any(c.numerator.bit_length() + c.denominator.bit_length() > MAX_BITS for c in kept.values()):
        raise NoScale("a sum that is too long")
    return Scale(kept)


def multiply(p: Product, q: Product) -> tuple[Product, Fraction]:
    """The product of two products and the rational factor that leaves the roots."""
    powers = dict(p)
    for a, e in q:
        powers[a] = powers.get(a, Fraction(0)) + e
    return _ordered(powers)


def inverse(p: Product) -> Product:
    """One over the product (no roots of numbers inside)."""
    return tuple((a, -e) for a, e in p)


def _ordered(powers: Mapping[Term, Fraction]) -> tuple[Product, Fraction]:
    factor, kept = Fraction(1), []
    for a, e in powers.items():
        if a.kind == "number":
            whole = e.numerator // e.denominator
            if abs(whole) > MAX_BITS:
                raise NoScale("a number that is too long")
            factor *= a.value**whole
            e -= whole
        if e:
            kept.append((a, e))
    return tuple(sorted(kept, key=lambda pair: _place(pair[0]))), factor


# ------------------------------------------------------------------------------------------------------------- functions


def raise_to(base: Scale, e: Fraction, modes: Modes) -> Scale:
    """base ^ e. Fails (`NoScale`) where a sign that matters is not known."""
    if not base:
        if e <= 0:
            raise NoScale("zero to a power that is not positive")
        return base
    if e.denominator == 1 and 0 <= e <= MAX_POWER:
        made = Scale.of(1)
        for _ in range(int(e)):
            made = made * base
        return made
    if base.only is None:
        if not is_positive(base, modes) and (e.denominator != 1 or not is_positive(-base, modes)):
            raise NoScale("a power of a sum that may be zero or negative")
        return Scale({((base.term(), e),): Fraction(1)})
    product, c = base.only
    sign = sign_of(product, modes)
    fractional = e.denominator != 1 or any(f.denominator != 1 and a.kind == "symbol" for a, f in product)
    if fractional and (c * sign <= 0 or any(a.kind == "symbol" and sign_of(((a, Fraction(1)),), modes) <= 0 for a, _ in product)):
        raise NoScale("a root of something that may be negative")
    if e < 0 and sign == 0:
        raise NoScale("division by something that may be zero")
    whole, factor = _ordered({a: f * e for a, f in product})
    if e.denominator == 1:
        if abs(e) * (c.numerator.bit_length() + c.denominator.bit_length()) > MAX_BITS:
            raise NoScale("a number that is too long")
        return Scale({whole: factor * c ** int(e)})
    roots, more = _ordered({number(p): k * e for p, k in prime_powers(c).items()})
    return Scale({whole: factor}) * Scale({roots: more})


def prime_powers(c: Fraction) -> dict[int, int]:
    """Primes of a positive fraction with their powers. Fails (`NoScale`) on long ones."""
    found: dict[int, int] = {}
    for part, sign in ((c.numerator, 1), (c.denominator, -1)):
        if part.bit_length() > MAX_BITS:
            raise NoScale("a number that is too long")
        for p in range(2, 10**4 + 1):
            if p * p > part:
                break
            while part % p == 0:
                found[p] = found.get(p, 0) + sign
                part //= p
        if part > MAX_FACTOR:
            raise NoScale("a number that is too long to be factored")
        if part > 1:
            found[part] = found.get(part, 0) + sign
    return found


def exp(x: Scale) -> Scale:
    """e ^ x."""
    made = Scale.of(1)
    for p, c in x.parts.items():
        if len(p) == 1 and p[0][1] == 1 and p[0][0].is_apply("log", 1):
            inner = p[0][0].args[0]
            whole, factor = _ordered({inner: c})
            made = made * Scale({whole: factor})
        elif any(a.is_apply("exp") for a, _ in p):
            raise NoScale("an exponential of an exponential")
        else:
            made = made * Scale({((apply("exp", Scale({p: Fraction(1)}).term()), c),): Fraction(1)})
    return made


def log(x: Scale, modes: Modes) -> Scale:
    """Natural logarithm of a single positive product. Fails (`NoScale`) otherwise."""
    if x.only is None or x.only[1] <= 0:
        raise NoScale("the logarithm of a sum, or of something that may not be positive")
    product, c = x.only
    made = Scale({})
    for p, e in prime_powers(c).items():
        made = made + Scale({((apply("log", number(p)), Fraction(1)),): Fraction(e)})
    for a, e in product:
        if a.kind == "symbol" and sign_of(((a, Fraction(1)),), modes) > 0 or a.kind == "number":
            made = made + Scale({((apply("log", a), Fraction(1)),): e})
        elif a.is_apply("exp"):
            made = made + scale_of(a.args[0], modes).times(e)
        else:
            raise NoScale("a logarithm that is not known here")
    return made


def scale_of(term: Term, modes: Modes, leaf: Callable[[Term], Scale | None] = lambda term: None) -> Scale:
    """The scale that a term is; `leaf` gives values to subterms first. Fails (`NoScale`) on terms that are none."""
    known = leaf(term)
    if known is not None:
        return known
    if term.kind == "number":
        return Scale.of(term.value)
    if term.kind == "symbol":
        return Scale.letter(term.name)
    if term.kind == "constant" and term.name in ("e", "pi"):
        return exp(Scale.of(1)) if term.name == "e" else Scale({((constant("pi"), Fraction(1)),): Fraction(1)})
    if term.kind != "apply":
        raise NoScale(f"{term} is no scale")
    return apply_scale(term.name, [scale_of(a, modes, leaf) for a in term.args], modes)


def apply_scale(name: str, values: list[Scale], modes: Modes) -> Scale:
    """An elementary operator on scales. Fails (`NoScale`) on other operators."""
    if name in ("add", "mul"):
        made = values[0]
        for v in values[1:]:
            made = made + v if name == "add" else made * v
        return made
    if name == "neg":
        return -values[0]
    if name == "div":
        return values[0] * raise_to(values[1], Fraction(-1), modes)
    if name == "pow":
        e = values[1].rational
        return raise_to(values[0], e, modes) if e is not None else exp(values[1] * log(values[0], modes))
    if name == "sqrt":
        return raise_to(values[0], Fraction(1, 2), modes)
    if name == "exp":
        return exp(values[0])
    if name == "log" and len(values) == 1:
        return log(values[0], modes)
    if name == "abs":
        if is_positive(values[0], modes) or not values[0]:
            return values[0]
        if is_positive(-values[0], modes):
            return -values[0]
    raise NoScale(f"{name} is not known here")


# ----------------------------------------------------------------------------------------------------------------- signs


def sign_of(product: Product, modes: Modes) -> int:
    """The sign of a product (from some point on, for logarithms of growing letters), 0 where it is not known."""
    sign = 1
    for a, e in product:
        known = 1
        if a.kind == "symbol":
            known = modes.get(a.name, FREE).sign
            if known < 0 and e.denominator != 1:
                known = 0
        elif a.is_apply("log"):
            mode = modes.get(a.args[0].name, FREE) if a.args[0].kind == "symbol" else Mode(1, "grows")
            known = 1 if mode.sign > 0 and mode.size == "grows" else 0
        elif a.is_apply("add"):
            base = scale_of(a, modes)
            known = 1 if is_positive(base, modes) else -1 if is_positive(-base, modes) and e.denominator == 1 else 0
        if known == 0:
            return 0
        if known < 0 and e.numerator % 2:
            sign = -sign
    return sign


def is_positive(x: Scale, modes: Modes) -> bool:
    """Is the scale surely positive: all its products are, or it is c n - d with n >= least and c least > d."""
    if x and all(sign_of(p, modes) * c > 0 for p, c in x.parts.items()):
        return True
    rest = x.parts.get((), Fraction(0))
    (lead, c), = [(p, c) for p, c in x.parts.items() if p] if len(x.parts) == 2 and rest else [((), Fraction(0))]
    if rest < 0 < c and len(lead) == 1 and lead[0][0].kind == "symbol" and lead[0][1] == 1:
        mode = modes.get(lead[0][0].name, FREE)
        return mode.size == "constant" and c * mode.least + rest > 0
    return False
