"""Polynomials in constants and random quantities: the values with which expectations are worked out.

A value is a polynomial with rational coefficients and integer exponents of either sign. Its atoms are tuples of nested tuples and frozen sets:

    ("sym", name, idx)          a constant            ("rv", name, idx)         a random variable
    ("ev", key)                 the indicator of an event (its square is itself); key is (words, the quantities it depends on)
    ("f", operator, args)       any other function of values: log, sqrt, recip, pow, abs, or a named one
    ("sum", binders, mono)      a sum of one monomial over bound indices #1, #2, ..., each with its upper end
    ("E", mono)                 the mean of a monomial         ("C", mono, given)   its mean given some random quantities
    ("P", name, idx)            a moment that a hypothesis names but does not give

Indices are strings: digits, or a name. Built in are the laws of a commutative ring, exp(a) exp(b) = exp(a + b), sqrt(a)^2 = a, the idempotence of
indicators, linearity of sums, and renaming of bound indices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import permutations
from typing import Any

from grader.kernel import Refused

Atom = tuple[Any, ...]
Mono = frozenset[tuple[Atom, int]]
Poly = dict[Mono, Fraction]

UNIT: Mono = frozenset()
MAX_TERMS = 1500
MAX_POWER = 12


def number(value: Fraction | int) -> Poly:
    """A constant."""
    return {UNIT: Fraction(value)} if value else {}


ONE = number(1)


def single(atom: Atom, e: int = 1) -> Poly:
    """A power of one atom."""
    return {frozenset({(atom, e)}): Fraction(1)}


def plus(*polys: Poly) -> Poly:
    """The sum."""
    found: Poly = {}
    for poly in polys:
        for mono, c in poly.items():
            c = found.get(mono, Fraction(0)) + c
            if c:
                found[mono] = c
            else:
                found.pop(mono, None)
    return found


def times_number(poly: Poly, factor: Fraction | int) -> Poly:
    """The polynomial times a number."""
    return {m: c * factor for m, c in poly.items()} if factor else {}


def minus(a: Poly, b: Poly) -> Poly:
    """a - b."""
    return plus(a, times_number(b, -1))


def frozen(poly: Poly) -> frozenset[Any]:
    """The polynomial as a frozen set of its terms."""
    return frozenset(poly.items())


def is_multiple(a: Poly, b: Poly) -> bool:
    """Is a = c b for a number c > 0?"""
    if not a or a.keys() != b.keys():
        return False
    ratios = {a[m] / b[m] for m in a}
    return len(ratios) == 1 and min(ratios) > 0


def mul(a: Poly, b: Poly) -> Poly:
    """The product. Fails with `Refused` beyond `MAX_TERMS` terms."""
    if len(a) * len(b) > 4 * MAX_TERMS:
        raise Refused("too many terms")
    parts = [times_number(mono_mul(m, n), c * d) for m, c in a.items() for n, d in b.items()]
    found = parts[0] if len(parts) == 1 else plus(*parts)
    if len(found) > MAX_TERMS:
        raise Refused("too many terms")
    return found


def mono_mul(a: Mono, b: Mono) -> Poly:
    """The product of two monomials."""
    if not b:
        return {a: Fraction(1)}
    powers = dict(a)
    for atom, e in b:
        powers[atom] = powers.get(atom, 0) + e
    return settled(powers)


def settled(powers: Mapping[Atom, int]) -> Poly:
    """A product of powers under the laws of exp, sqrt, reciprocals and indicators."""
    plain: dict[Atom, int] = {}
    more: list[Poly] = []
    exponents: list[Poly] = []
    for atom, e in powers.items():
        if not e:
            continue
        if abs(e) > 4 * MAX_POWER:
            raise Refused("an exponent that is too large")
        if atom[0] == "ev":
            if e < 0:
                raise Refused("a division by an indicator")
            plain[atom] = 1
        elif atom[0] == "f" and atom[1] == "exp":
            exponents.append(times_number(dict(atom[2][0]), e))
        elif atom[0] == "f" and atom[1] == "sqrt" and abs(e) >= 2:
            inner, half = dict(atom[2][0]), abs(e) // 2
            more.append(power(inner, half if e > 0 else -half))
            if e % 2:
                plain[atom] = 1 if e > 0 else -1
        elif atom[:2] == ("f", "abs") and abs(e) >= 2:
            more.append(power(dict(atom[2][0]), e - e % 2 if e > 0 else e + (-e) % 2))
            if e % 2:
                plain[atom] = 1 if e > 0 else -1
        elif atom[0] == "f" and atom[1] == "recip" and e < 0:
            more.append(power(dict(atom[2][0]), -e))
        else:
            plain[atom] = e
    if exponents:
        total = plus(*exponents)
        if total:
            plain[("f", "exp", (frozen(total),))] = 1
    found: Poly = {frozenset(plain.items()): Fraction(1)}
    for part in more:
        found = mul(found, part)
    return found


def power(base: Poly, e: int) -> Poly:
    """A whole power."""
    if abs(e) > MAX_POWER:
        raise Refused("an exponent that is too large")
    if e < 0:
        return power(reciprocal(base), -e)
    found = ONE
    for _ in range(e):
        found = mul(found, base)
    return found


def reciprocal(base: Poly) -> Poly:
    """One over a polynomial; a sum is kept as an atom, without its common factor."""
    if not base:
        raise Refused("a division by zero")
    c, common, rest = content(base)
    down = times_number(settled({a: -e for a, e in common}), 1 / c)
    return down if rest == ONE else mul(down, single(("f", "recip", (frozen(rest),))))


def content(poly: Poly) -> tuple[Fraction, Mono, Poly]:
    """Number, common monomial, and the rest, whose first coefficient (in text order) is one."""
    monos = [dict(m) for m in poly]
    common: dict[Atom, int] = {}
    for atom in {a for m in monos for a in m}:
        low = min([m.get(atom, 0) for m in monos])
        if low and atom[0] != "ev":
            common[atom] = low
    rest: Poly = {}
    for mono, c in poly.items():
        rest[frozenset([(a, e - common.get(a, 0)) for a, e in {**{k: 0 for k in common}, **dict(mono)}.items() if e != common.get(a, 0)])] = c
    first = rest[min(rest, key=spelled)]
    return first, frozenset(common.items()), {m: c / first for m, c in rest.items()}


# ---------------------------------------------------------------------------------------------------------- texts and names


def spelled(x: Any) -> str:
    """A text that is the same for equal atoms, monomials and frozen polynomials, whatever the order of their parts."""
    if isinstance(x, frozenset):
        return "{" + " ".join(sorted([spelled(a) if isinstance(a[0], str) else f"{spelled(a[0])}^{spelled(a[1])}" for a in x])) + "}"
    return "(" + ",".join([spelled(p) for p in x]) + ")" if isinstance(x, tuple) else str(x)


def renamed(x: Any, change: Mapping[str, str]) -> Any:
    """Indices replaced in an atom, monomial or frozen polynomial (values of polynomials in dictionaries: see `renamed_poly`)."""
    if isinstance(x, frozenset):
        powers: dict[Atom, int] = {}
        for a, e in x:
            a = renamed(a, change)
            powers[a] = powers.get(a, 0) + e
        value = settled(powers)  # two indices that became one multiply
        return next(iter(value)) if len(value) == 1 and ONE.items() != value.items() and 1 in value.values() else frozenset(powers.items())
    kind = x[0]
    if kind in ("sym", "rv", "P"):
        return kind, x[1], tuple([change.get(i, i) for i in x[2]])
    if kind == "ev":
        return kind, (renamed_key(x[1][0], change), frozenset([renamed(a, change) for a in x[1][1]]))
    if kind == "f":
        return kind, x[1], tuple([frozenset(renamed_poly(dict(p), change).items()) for p in x[2]])
    if kind == "sum":
        inner = {k: v for k, v in change.items() if k not in {b for b, _ in x[1]}}
        return kind, tuple([(b, change.get(n, n)) for b, n in x[1]]), renamed(x[2], inner)
    if kind == "E":
        return kind, renamed(x[1], change)
    return kind, renamed(x[1], change), frozenset([renamed(a, change) for a in x[2]])


def renamed_key(key: Any, change: Mapping[str, str]) -> Any:
    """Indices replaced in the key of an event: nested tuples whose strings "@i" are indices."""
    if isinstance(key, tuple):
        return tuple([renamed_key(k, change) for k in key])
    return "@" + change[key[1:]] if isinstance(key, str) and key[:1] == "@" and key[1:] in change else key


def renamed_poly(poly: Poly, change: Mapping[str, str]) -> Poly:
    """`renamed` for a polynomial."""
    found: Poly = {}
    for mono, c in poly.items():
        found = plus(found, {renamed(mono, change): c})
    return found


def indices(x: Any) -> frozenset[str]:
    """Free index names in an atom, monomial or frozen polynomial."""
    if isinstance(x, frozenset):
        return frozenset().union(*[indices(a) for a, _ in x])
    kind = x[0]
    if kind in ("sym", "rv", "P"):
        return frozenset([i for i in x[2] if not i.isdigit()])
    if kind == "ev":
        return frozenset().union(_key_indices(x[1][0]), *[indices(a) for a in x[1][1]])
    if kind == "f":
        return frozenset().union(*[indices(m) for p in x[2] for m, _ in p])
    if kind == "sum":
        return indices(x[2]) - {b for b, _ in x[1]}
    return indices(x[1]) if kind == "E" else indices(x[1]).union(*[indices(a) for a in x[2]])


def _key_indices(key: Any) -> frozenset[str]:
    if isinstance(key, tuple):
        return frozenset().union(*[_key_indices(k) for k in key])
    return frozenset([key[1:]]) if isinstance(key, str) and key[:1] == "@" and not key[1:].isdigit() else frozenset()


def basics(x: Any) -> frozenset[Atom]:
    """The random variables and bare events on which an atom or monomial depends; none for a constant."""
    if isinstance(x, frozenset):
        return frozenset().union(*[basics(a) for a, _ in x])
    kind = x[0]
    if kind == "rv":
        return frozenset([x])
    if kind == "ev":
        return x[1][1] or frozenset([x])
    if kind == "f":
        return frozenset().union(*[basics(m) for p in x[2] for m, _ in p])
    if kind == "sum":
        return basics(x[2])
    return frozenset().union(*[basics(a) for a in x[2]]) if kind == "C" else frozenset()


# ------------------------------------------------------------------------------------------------------------------- sums


def height(x: Any) -> int:
    """The largest number of a bound index inside."""
    if isinstance(x, frozenset):
        return max([height(a) for a, _ in x], default=0)
    if x[0] == "sum":
        return max([height(x[2]), *[int(b[1:]) for b, _ in x[1]]])
    if x[0] == "f":
        return max([height(m) for p in x[2] for m, _ in p], default=0)
    return height(x[1]) if x[0] in ("E", "C") else 0


def length(span: str) -> Poly:
    """How many values an index up to `span` has."""
    return number(int(span)) if span.isdigit() else single(("sym", span, ()))


def total(binders: Iterable[tuple[str, str]], poly: Poly) -> Poly:
    """The sum over indices 1..span: factors that are free of an index go outside, and unconnected factors fall apart."""
    binders = tuple(binders)
    found: Poly = {}
    for mono, c in poly.items():
        found = plus(found, times_number(_total(binders, mono), c))
    return found


def _total(binders: tuple[tuple[str, str], ...], mono: Mono) -> Poly:
    names = {b for b, _ in binders}
    while True:  # nested sums are one sum over more indices
        inner = next((a for a, e in sorted(mono, key=lambda f: spelled(f[0])) if a[0] == "sum" and e == 1 and indices(a) & names), None)
        if inner is None:
            break
        change = {b: f"~{len(binders)}{k}" for k, (b, _) in enumerate(inner[1])}
        binders += tuple([(change[b], n) for b, n in inner[1]])
        names |= set(change.values())
        merged = mul({mono - {(inner, 1)}: Fraction(1)}, {renamed(inner[2], change): Fraction(1)})
        if len(merged) != 1:
            raise Refused("a nested sum of sums")
        mono, = merged
    found: Poly = {frozenset([f for f in mono if not indices(f[0]) & names]): Fraction(1)}
    left = sorted([f for f in mono if indices(f[0]) & names], key=lambda f: spelled(f[0]))
    for bound, span in binders:
        if not any(bound in indices(a) for a, _ in left):
            found = mul(found, length(span))
    while left:
        group = [left.pop(0)]
        while True:
            touched = frozenset().union(*[indices(a) for a, _ in group]) & names
            more = [f for f in left if indices(f[0]) & touched]
            if not more:
                break
            group += more
            left = [f for f in left if f not in more]
        found = mul(found, single(canonical([b for b in binders if b[0] in touched], frozenset(group))))
    return found


def canonical(binders: list[tuple[str, str]], mono: Mono) -> Atom:
    """The sum with bound indices #h+1, #h+2, ..., in the order that spells smallest."""
    if len(binders) > 4:
        raise Refused("too many nested sums")
    first = height(mono)
    made = []
    for order in permutations(binders):
        change = {b: f"#{first + k}" for k, (b, _) in enumerate(order, 1)}
        made.append(("sum", tuple([(change[b], n) for b, n in order]), renamed(mono, change)))
    return made[0] if len(made) == 1 else min(made, key=spelled)
