"""Polynomials in atoms of expressions about densities: rational coefficients, integer exponents of either sign.

An atom is a nested tuple: ("joint", name, slots), ("fun", name, vars), ("value", var), ("scalar", name), ("log", poly), ("exp", poly),
("poly", poly) for the reciprocal of a sum, ("sums", binders, monomial), ("count", range). Polynomials inside atoms are frozen sets of their
terms; bound names are #1, #2, ... from the inside out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.algebra.density_names import Unsupported, Var

Atom = tuple[Any, ...]
Mono = frozenset[tuple[Atom, Fraction]]
Poly = dict[Mono, Fraction]

ONE: Mono = frozenset()


@dataclass(frozen=True)
class Hypothesis:
    """law(left | right) = meaning, for all values of the variables."""

    name: Any
    left: tuple[tuple[str, Any], ...]
    right: tuple[tuple[str, Any], ...]
    meaning: tuple[Any, ...]


@dataclass(frozen=True)
class Step:
    """A lemma applied: `before` (one atom) equals `after`."""

    lemma: str
    before: Poly
    after: Poly


def freeze(poly: Poly) -> frozenset[tuple[Mono, Fraction]]:
    """The polynomial as a frozen set of its terms, to stand inside an atom."""
    return frozenset(poly.items())


def number_poly(value: Fraction) -> Poly:
    """A constant polynomial."""
    return {ONE: value} if value else {}


def atom_poly(atom: Atom, exponent: Fraction = Fraction(1)) -> Poly:
    """A power of one atom."""
    return {frozenset(((atom, exponent),)): Fraction(1)}


def add(*polys: Poly) -> Poly:
    """The sum of polynomials."""
    total: Poly = {}
    for poly in polys:
        for mono, c in poly.items():
            value = total.get(mono, 0) + c
            if value:
                total[mono] = value
            else:
                total.pop(mono, None)
    return total


def scale(poly: Poly, factor: Fraction) -> Poly:
    """The polynomial times a number."""
    return {m: c * factor for m, c in poly.items()} if factor else {}


# ------------------------------------------------------------------------------------------------- names inside atoms


def _rename_var(var: Var, change: dict[Any, Any]) -> Var:
    if var in change:
        return change[var]
    return var[0], tuple([change.get(m, m) for m in var[1]])


def rename(atom: Atom, change: dict[Any, Any]) -> Atom:
    """The atom with free variables (pairs) and index names (strings) replaced."""
    kind = atom[0]
    if kind == "joint":
        name = (atom[1][0], tuple([change.get(m, m) for m in atom[1][1]]))
        return (kind, name, tuple(sorted([(s, _rename_var(v, change)) for s, v in atom[2]])), *atom[3:])
    if kind == "fun":
        return (kind, (atom[1][0], tuple([change.get(m, m) for m in atom[1][1]])), tuple([_rename_var(v, change) for v in atom[2]]))
    if kind == "value":
        return (kind, _rename_var(atom[1], change))
    if kind in ("log", "exp", "poly"):
        return (kind, frozenset([(rename_mono(m, change), c) for m, c in atom[1]]))
    if kind == "sums":
        return (kind, atom[1], rename_mono(atom[2], change))
    return atom


def rename_mono(mono: Mono, change: dict[Any, Any]) -> Mono:
    """`rename` for every atom of a monomial."""
    return frozenset([(rename(a, change), e) for a, e in mono])


class Names:
    """Free names, binder heights and canonical texts of atoms, remembered."""

    def __init__(self) -> None:
        self._free: dict[Atom, frozenset[Any]] = {}
        self._text: dict[Atom, str] = {}

    def free(self, atom: Atom) -> frozenset[Any]:
        """Variables and index names that occur, those bound inside left out (they are called #1, #2, ...)."""
        found = self._free.get(atom)
        if found is None:
            found = self._free[atom] = frozenset(self._list(atom))
        return found

    def _list(self, atom: Atom) -> Iterator[Any]:
        kind = atom[0]
        if kind in ("joint", "fun"):
            yield from atom[1][1]
            for var in ([v for _, v in atom[2]] if kind == "joint" else atom[2]):
                yield var
                yield from var[1]
        elif kind == "value":
            yield atom[1]
            yield from atom[1][1]
        elif kind in ("log", "exp", "poly"):
            for mono, _ in atom[1]:
                yield from self.free_mono(mono)
        elif kind == "sums":
            yield from self.free_mono(atom[2]) - frozenset([b for b, _ in atom[1]])

    def free_mono(self, mono: Mono) -> frozenset[Any]:
        return frozenset().union(*[self.free(a) for a, _ in mono])

    def height(self, mono: Mono) -> int:
        """The largest number of a binder inside."""
        return max([int(h) for a, _ in mono for h in self._heights(a)], default=0)

    def _heights(self, atom: Atom) -> Iterator[int]:
        if atom[0] == "sums":
            yield from [int((b[0] if isinstance(b, tuple) else b)[1:]) for b, _ in atom[1]]
            yield self.height(atom[2])
        elif atom[0] in ("log", "exp", "poly"):
            yield from [self.height(m) for m, _ in atom[1]]

    def text(self, atom: Atom) -> str:
        """A string that is the same in every run."""
        found = self._text.get(atom)
        if found is None:
            if atom[0] in ("log", "exp", "poly"):
                found = atom[0] + "{" + self.text_poly(atom[1]) + "}"
            elif atom[0] == "sums":
                found = f"sums{atom[1]!r}{{{self.text_mono(atom[2])}}}"
            else:
                found = repr(atom)
            self._text[atom] = found
        return found

    def text_mono(self, mono: Mono) -> str:
        return "*".join(sorted([f"{self.text(a)}^{e}" for a, e in mono]))

    def text_poly(self, poly: Iterable[tuple[Mono, Fraction]]) -> str:
        return "+".join(sorted([f"{self.text_mono(m)}:{c}" for m, c in poly]))


def log_of_number(value: Fraction) -> list[Poly]:
    """Logarithms of the primes of a positive number, with their exponents."""
    total: list[Poly] = []
    for part, sign in ((value.numerator, 1), (value.denominator, -1)):
        if part > 10**12:
            raise Unsupported("a large number under the logarithm")
        divisor = 2
        while part > 1 and divisor * divisor <= part and divisor < 1000:
            count = 0
            while part % divisor == 0:
                part, count = part // divisor, count + 1
            if count:
                total.append({frozenset(((("log", freeze(number_poly(Fraction(divisor)))), Fraction(1)),)): Fraction(sign * count)})
            divisor += 1
        if part > 1:
            total.append({frozenset(((("log", freeze(number_poly(Fraction(part)))), Fraction(1)),)): Fraction(sign)})
    return total
