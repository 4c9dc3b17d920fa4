"""The checker's constants: exact sums of rational multiples of products of positive quantities, as plain tuples.

A constant is a tuple of (product, rational) pairs, sorted; a product a sorted tuple of (quantity, whole exponent) pairs; a quantity one of
("ln", "n"), ("sym", name), ("pi",), ("e",), ("log", constant), ("pow", constant, "p/q"). All but "log" are positive by construction.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused

Constant = tuple
LONGEST = 4000


class Unknown(Exception):
    """The checker cannot see what it would need; the evidence that leans on it is refused."""


def make(parts: dict[tuple, Fraction]) -> Constant:
    """Canonical tuple of a mapping from products to coefficients."""
    kept = [(p, q) for p, q in parts.items() if q]
    if len(kept) > 60 or any(q.numerator.bit_length() + q.denominator.bit_length() > LONGEST for _, q in kept):
        raise Unknown("a constant is too large")
    return tuple(sorted(kept, key=repr) if len(kept) > 1 else kept)


@lru_cache(maxsize=256)
def rational(q: Fraction | int) -> Constant:
    """A rational number."""
    return make({(): Fraction(q)})


ZERO, ONE = rational(0), rational(1)


def quantity(*parts: Any) -> Constant:
    """One quantity."""
    return make({((tuple(parts), 1),): Fraction(1)})


def value(c: Constant) -> Fraction | None:
    """The rational number that the constant is, if it is one."""
    if not c:
        return Fraction(0)
    return c[0][1] if len(c) == 1 and not c[0][0] else None


def plus(a: Constant, b: Constant) -> Constant:
    """a + b"""
    if not a or not b:
        return a or b
    made = dict(a)
    for product, q in b:
        made[product] = made[product] + q if product in made else q
    return make(made)


def scaled(a: Constant, q: Fraction | int) -> Constant:
    """q a for a rational number q"""
    return make({product: c * q for product, c in a})


def times(a: Constant, b: Constant) -> Constant:
    """a b"""
    if a is ONE or b is ONE:
        return b if a is ONE else a
    if len(a) == len(b) == 1 and not a[0][0] and not b[0][0]:
        return make({(): a[0][1] * b[0][1]})
    made: dict[tuple, Fraction] = {}
    for product, q in a:
        for other, r in b:
            exponents: dict[tuple, int] = {}
            for of, e in (*product, *other):
                exponents[of] = exponents.get(of, 0) + e
            key = tuple(sorted(((of, e) for of, e in exponents.items() if e), key=repr))
            made[key] = made.get(key, Fraction(0)) + q * r
    return make(made)


def to_power(a: Constant, q: Fraction) -> Constant:
    """a^q; the caller knows that a is positive unless q is a whole number and a a single product."""
    if a == ONE:
        return ONE
    if q.denominator != 1 or abs(q) > 64:
        return quantity("pow", a, str(q))
    if len(a) == 1:
        (product, c), = a
        return make({tuple((of, e * int(q)) for of, e in product) if q else (): c ** int(q)})
    if q < 0:
        return to_power(quantity("pow", a, "-1"), -q)
    made = ONE
    for _ in range(int(q)):
        made = times(made, a)
    return made


def logarithm(a: Constant, domains: dict[str, Domain]) -> Constant:
    """log a. Fails with `Unknown` where a is not seen to be positive."""
    if sign(a, domains) != 1:
        raise Unknown("the logarithm of a constant not seen to be positive")
    if len(a) != 1:
        return quantity("log", a)
    (product, c), = a
    made = plus(_log_of_whole(c.numerator), scaled(_log_of_whole(c.denominator), -1))
    for of, e in product:
        if of[0] == "e":
            part = ONE
        elif of[0] == "pow":
            part = scaled(logarithm(of[1], domains), Fraction(of[2]))
        else:
            part = quantity("log", quantity(*of))
        made = plus(made, scaled(part, e))
    return made


def _log_of_whole(n: int) -> Constant:
    made: dict[tuple, Fraction] = {}
    for p in (2, *range(3, 10_000, 2)):
        if p * p > n:
            break
        while n % p == 0:
            n //= p
            key = ((("ln", str(p)), 1),)
            made[key] = made.get(key, Fraction(0)) + 1
    if n > 1:
        key = ((("ln", str(n)), 1),)
        made[key] = made.get(key, Fraction(0)) + 1
    return make(made)


def exponential(a: Constant) -> Constant | None:
    """e^a where a is a rational number plus rational multiples of logs of whole numbers, else None."""
    made = ONE
    for product, q in a:
        if not product:
            made = times(made, to_power(quantity("e"), q))
        elif len(product) == 1 and product[0][0][0] == "ln" and product[0][1] == 1 and abs(q) <= 64:
            made = times(made, to_power(rational(int(product[0][0][1])), q))
        else:
            return None
    return made


def sign(a: Constant, domains: dict[str, Domain]) -> int | None:
    """-1, 0, 1, or None where it is not seen: by arithmetic, by interval arithmetic, or because all terms have one sign."""
    exact = value(a)
    if exact is not None:
        return (exact > 0) - (exact < 0)
    if not any(_symbolic(of) for product, _ in a for of, _ in product):
        return _interval_sign(a)
    seen = set()
    for product, q in a:
        here: int | None = 1 if q > 0 else -1
        for of, e in product:
            of_sign = _sign_of_quantity(of, domains)
            here = None if of_sign is None or here is None else here * (of_sign if e % 2 else abs(of_sign))
        seen.add(here)
    return seen.pop() if len(seen) == 1 else None


def _symbolic(of: tuple) -> bool:
    return of[0] == "sym" or of[0] in ("log", "pow") and any(_symbolic(o) for product, _ in of[1] for o, _ in product)


def _sign_of_quantity(of: tuple, domains: dict[str, Domain]) -> int | None:
    if of[0] != "log":
        return 1
    if not _symbolic(of):
        return _interval_sign(quantity(*of))
    inner, folds = of, 0
    while inner[0] == "log" and len(inner[1]) == 1 and inner[1][0][1] == 1 and len(inner[1][0][0]) == 1 and inner[1][0][0][0][1] == 1:
        inner, folds = inner[1][0][0][0][0], folds + 1
    if inner[0] != "sym" or folds > 4:
        return None
    domain = domains.get(inner[1], Domain())
    least = (1, 3, 16, 4_000_000)[folds - 1]  # above 1, e, e^e, e^(e^e)
    if domain.lower is not None and (domain.lower > least or domain.lower == least and (folds > 1 or domain.lower_strict)):
        return 1
    if folds == 1 and domain.upper is not None and (domain.upper < 1 or domain.upper == 1 and domain.upper_strict):
        return -1
    return None


def _interval_sign(a: Constant) -> int | None:
    from mpmath import iv

    before = iv.prec
    try:
        for bits in (64, 320, 1400):
            iv.prec = bits
            enclosed = _interval(a)
            if enclosed.a > 0:
                return 1
            if enclosed.b < 0:
                return -1
    finally:
        iv.prec = before
    return None


def _interval(a: Constant) -> Any:
    from mpmath import iv

    made = iv.mpf(0)
    for product, q in a:
        part = iv.mpf(q.numerator) / q.denominator
        for of, e in product:
            part = part * _interval_of(of) ** e
        made = made + part
    return made


def _interval_of(of: tuple) -> Any:
    from mpmath import iv

    if of[0] == "ln":
        return iv.log(iv.mpf(int(of[1])))
    if of[0] in ("pi", "e"):
        return +iv.pi if of[0] == "pi" else iv.exp(iv.mpf(1))
    inner = _interval(of[1])
    if not inner.a > 0:
        raise Unknown("a constant not seen to be positive")
    exponent = Fraction(of[2]) if of[0] == "pow" else Fraction(0)
    return iv.log(inner) if of[0] == "log" else iv.exp(iv.log(inner) * exponent.numerator / exponent.denominator)


def from_data(data: Any) -> Constant:
    """A constant from its JSON form. Fails with `Refused` on anything else, or where a quantity is not one that can be positive."""
    if not isinstance(data, list) or len(data) > 60:
        raise Refused("a constant is not a list")
    made: dict[tuple, Fraction] = {}
    for q, product in data:
        key = tuple(sorted(((_quantity_from(of), int(e)) for of, e in product), key=repr))
        made[key] = made.get(key, Fraction(0)) + Fraction(q)
    return make(made)


def _quantity_from(data: list[Any]) -> tuple:
    name = data[0]
    if name in ("pi", "e") and len(data) == 1:
        return (name,)
    if name == "sym" and len(data) == 2 and isinstance(data[1], str):
        return (name, data[1])
    if name == "ln" and len(data) == 2 and int(data[1]) > 1:
        return (name, str(int(data[1])))
    if name in ("log", "pow") and len(data) == (2 if name == "log" else 3):
        inner = from_data(data[1])
        if sign(inner, {}) != 1:
            raise Refused("the logarithm or power of a constant that is not seen to be positive")
        return (name, inner) if name == "log" else (name, inner, str(Fraction(data[2])))
    raise Refused(f"no such quantity: {name!r}")
