"""Polynomials in moments as terms again, with a new real symbol for every moment, sum and random quantity that is left."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.replay.moments_algebra import Atom, Mono, Poly, basics, spelled
from grader.replay.moments_terms import Roles
from grader.term import Term, apply, constant, number, symbol


class Writer:
    """Writes the polynomials of one claim; the same atom is the same symbol. `left_over` says whether any symbol stands for more than a constant."""

    def __init__(self, roles: Roles) -> None:
        self.roles = roles
        self.names: dict[Atom, Term] = {}
        self.domains: list[tuple[str, Domain]] = []
        self.left_over = False
        self._inside: dict[str, Term] = {}
        """Bound indices of the sums that are being written."""
        self._families: dict[str, set[bool]] = {}
        """Letters with indices, and whether they stand in a sum or alone."""

    def term(self, poly: Poly) -> Term:
        """The polynomial as a term."""
        parts = []
        for mono, c in sorted(poly.items(), key=lambda f: spelled(f[0])):
            body = self.product(mono, abs(c))
            parts.append(apply("neg", body) if c < 0 else body)
        return parts[0] if len(parts) == 1 else apply("add", *parts) if parts else number(0)

    def product(self, mono: Mono, c: Fraction) -> Term:
        above: list[Term] = [] if c.numerator == 1 else [number(c.numerator)]
        below: list[Term] = [] if c.denominator == 1 else [number(c.denominator)]
        for atom, e in sorted(mono, key=lambda f: spelled(f[0])):
            base = self.atom(atom)
            (above if e > 0 else below).append(base if abs(e) == 1 else apply("pow", base, number(abs(e))))
        top = _times(above)
        return apply("div", top, _times(below)) if below else top

    def atom(self, atom: Atom) -> Term:
        kind = atom[0]
        if kind == "sym" and not atom[2]:
            return constant("pi") if atom[1] == "pi" else symbol(atom[1])
        if kind == "f" and not basics(atom) and not atom[1].startswith("call "):
            args = [self.term(dict(p)) for p in atom[2]]
            if atom[1] == "recip":
                return apply("div", number(1), args[0])
            return apply(atom[1], *args)
        if kind == "sym" and all(i in self._inside or i.isdigit() for i in atom[2]) and self._inside:
            self._seen(atom[1], True)
            return apply("index", symbol(atom[1]), *[self._inside.get(i) or number(int(i)) for i in atom[2]])
        if kind == "sum" and _is_constant(atom):
            return self.total(atom)
        if kind == "ev":
            raise Refused("an event stands where a number is wanted")
        return self.fresh(atom)

    def total(self, atom: Atom) -> Term:
        """A sum of constants over its indices, written out; numbers that it is about are no moments."""
        change = {b: symbol(f"k{b[1:]}") for b, _ in atom[1]}
        self._inside |= change
        try:
            body = self.product(atom[2], Fraction(1))
        finally:
            for b in change:
                del self._inside[b]
        for b, span in reversed(atom[1]):
            body = Term("binder", "sum", (body, number(1), number(int(span)) if span.isdigit() else symbol(span)), bound=(change[b],))
        return body

    def _seen(self, name: str, summed: bool) -> None:
        self._families.setdefault(name, set()).add(summed)
        self.left_over = self.left_over or len(self._families[name]) > 1

    def fresh(self, atom: Atom) -> Term:
        """A new symbol for what is only known by name."""
        found = self.names.get(atom)
        if found is None:
            if atom[0] == "sym":
                self._seen(atom[1], False)
                name = atom[1] + "_" + "_".join(atom[2])
                domain = self.roles.domain(atom[1], atom[2]) or Domain("real")
            else:
                self.left_over = self.left_over or atom[0] != "f" or bool(basics(atom))
                name = f"moment {len(self.names) + 1}"
                domain = self._range(atom)
            found = self.names[atom] = symbol(name)
            self.domains.append((name, domain))
        return found

    def _range(self, atom: Atom) -> Domain:
        """What is known of the values of a moment: means of squares, of positive things, of indicators."""
        if atom[0] == "E" and all(a[0] == "ev" for a, _ in atom[1]):
            return Domain("real", lower=Fraction(0), upper=Fraction(1))
        if atom[0] in ("E", "C") and all(self._not_negative(a, e) for a, e in atom[1]):
            return Domain("real", lower=Fraction(0))
        if atom[0] == "sum" and all(self._not_negative(a, e) for a, e in atom[2]):
            return Domain("real", lower=Fraction(0))
        if atom[0] == "rv" and (d := self.roles.domains.get(atom[1])) is not None:
            return Domain("real", d.lower, d.lower_strict, d.upper, d.upper_strict)
        return Domain("real")

    def _not_negative(self, atom: Any, e: int) -> bool:
        if e % 2 == 0 or atom[0] == "ev" or atom[0] == "f" and atom[1] in ("exp", "sqrt", "abs"):
            return True
        if atom[0] in ("rv", "sym"):
            domain = self.roles.domain(atom[1], atom[2])
            return domain is not None and domain.is_nonnegative
        return atom[0] == "E" and all(self._not_negative(a, k) for a, k in atom[1])


def _is_constant(x: Any) -> bool:
    """Is it made of letters by sums, products and known functions alone?"""
    if isinstance(x, frozenset):
        return all(_is_constant(a) for a, _ in x)
    if x[0] == "f":
        return not x[1].startswith("call ") and all(_is_constant(m) for p in x[2] for m, _ in p)
    if x[0] == "sum":
        return all(span.isdigit() or span.isalnum() for _, span in x[1]) and _is_constant(x[2])
    return x[0] == "sym"


def _times(parts: list[Term]) -> Term:
    return number(1) if not parts else parts[0] if len(parts) == 1 else apply("mul", *parts)
