"""Greatest common divisors and least common multiples of formulas.

Of formulas in symbols that are not declared integers they are those of polynomials with integer coefficients: g is one of u and v where u = g a,
v = g b and a, b have no common factor (as polynomials over the rationals, and no common integer); it is
determined up to its sign, and written with either. lcm(u, v) = u v / g, up to its sign. pi and square roots of symbols are letters of
their own. Square roots of integers with coprime squares have 1 in the ring that they generate. With other rational coefficients only a constant
is left open: then g counts without its content (leading coefficient 1).

Of integers (all symbols declared integers): g = |w| for a w that divides both and is s u + t v with integer polynomials s, t (Bezout).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd
from typing import Any

from grader.kernel import Refused
from grader.model import Claim
from grader.replay import exact_polynomials as ep
from grader.replay.region_signs import divide
from grader.replay.semantics import integer_built
from grader.term import Term, apply, constant, free_names, from_data, number, symbol, walk

PI = "#pi"


def divisor_of(claim: Claim, node: Term, data: Mapping[str, Any]) -> tuple[tuple[Term, ...], bool]:
    """The values that the node may be written as (one, or two of opposite signs), and whether it is no other. Fails with `Refused`."""
    if node.kind != "apply" or node.name not in ("gcd", "lcm") or len(node.args) < 2:
        raise Refused("no common divisor or multiple")
    integers = all(integer_built(a, lambda n: claim.domain(n).field == "integer") for a in node.args)
    if not any(free_names(a) or any(n == constant("pi") for n in walk(a)) for a in node.args):
        value = _of_surds(node)
        return (value, apply("neg", value)), True
    letters = _Letters(node)
    parts = [letters.polynomial(a) for a in node.args]
    if any(not p for p in parts):
        raise Refused("zero among the operands")
    if integers:
        return (_bezout(node, parts, letters, data),), True
    if any(claim.domain(n).field == "integer" for a in node.args for n in free_names(a)):
        raise Refused("integers and other symbols together")
    whole = all(c.denominator == 1 for p in parts for c in p.values())
    steps = [letters.polynomial(from_data(g)) for g in data["steps"]]
    found = parts[0]
    for part, g in zip(parts[1:], steps, strict=True):
        _is_common_divisor(g, found, part, whole)
        if node.name == "gcd":
            found = g
        else:
            quotient = divide(ep.multiply(found, part), g)
            if quotient is None:
                raise Refused("no common divisor")
            found = quotient
    if not whole:
        found = ep.scale(found, 1 / found[max(found)])
    term = letters.term(found)
    return (term, apply("neg", term)), whole


def _of_surds(node: Term) -> Term:
    """Integers and square roots of integers whose squares have no common factor: 1 = sum of u a^2 = sum of (u a) a, so they have none either."""
    squares = []
    for a in node.args:
        inside = a.args[0] if a.is_apply("sqrt") else a
        if inside.kind != "number" or inside.value.denominator != 1 or not inside.value:
            raise Refused("numbers are worked out by themselves")
        squares.append(int(inside.value) if a.is_apply("sqrt") else int(inside.value) ** 2)
    if gcd(*squares) != 1 or all(a.kind == "number" for a in node.args) or node.name == "lcm" and len(node.args) != 2:
        raise Refused("roots that may have a common factor")
    return number(1) if node.name == "gcd" else apply("mul", *node.args)


def _is_common_divisor(g: ep.Polynomial, u: ep.Polynomial, v: ep.Polynomial, whole: bool) -> None:
    a, b = divide(u, g), divide(v, g)
    if a is None or b is None:
        raise Refused("no common divisor")
    if whole and any(c.denominator != 1 for p in (g, a, b) for c in p.values()):
        raise Refused("not a divisor with integer coefficients")
    if whole and gcd(*(int(c) for p in (a, b) for c in p.values())) != 1:
        raise Refused("a common integer is left")
    for name in ep.names(a) & ep.names(b):
        if not _coprime_in(a, b, name):
            raise Refused("a common factor may be left")


def _coprime_in(a: ep.Polynomial, b: ep.Polynomial, name: str) -> bool:
    """No common factor that contains the name: shown with small integers for the other letters, at which the degrees stay."""
    others = sorted((ep.names(a) | ep.names(b)) - {name})
    for shift in range(12):
        at = {other: ep.constant((3, 7, 2, -5, 11)[(k + shift) % 5] + shift // 5) for k, other in enumerate(others)}
        p, q = (_line(ep.substitute(x, at), name) for x in (a, b))
        if len(p) - 1 == _degree(a, name) and len(q) - 1 == _degree(b, name) and len(_euclid(p, q)) == 1:
            return True
    return False


def _degree(p: ep.Polynomial, name: str) -> int:
    return max((dict(m).get(name, 0) for m in p), default=0)


def _line(p: ep.Polynomial, name: str) -> list[Fraction]:
    out = [Fraction(0)] * (_degree(p, name) + 1)
    for m, c in p.items():
        out[dict(m).get(name, 0)] += c
    while len(out) > 1 and not out[-1]:
        out.pop()
    return out


def _euclid(a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
    while any(b):
        while len(a) >= len(b) and any(a):
            q = a[-1] / b[-1]
            for j, c in enumerate(b):
                a[len(a) - len(b) + j] -= q * c
            while a and not a[-1]:
                a.pop()
        a, b = b, a
        while b and not b[-1]:
            b.pop()
    return a


def _bezout(node: Term, parts: list[ep.Polynomial], letters: _Letters, data: Mapping[str, Any]) -> Term:
    if node.name != "gcd" or len(parts) != 2:
        raise Refused("only the greatest common divisor of two integers")
    w = letters.polynomial(from_data(data["divisor"]))
    factors = [letters.polynomial(from_data(f)) for f in data["factors"]]
    if len(factors) != 2 or ep.add(*(ep.multiply(f, p) for f, p in zip(factors, parts))) != w:
        raise Refused("the combination is something else")
    for p in (w, *factors, *parts, *(divide(p, w) or {(): Fraction(1, 2)} for p in parts)):
        if any(c.denominator != 1 for c in p.values()):
            raise Refused("not in integers")
    return apply("abs", letters.term(w))


class _Letters:
    """Terms as polynomials; pi and square roots of symbols are letters."""

    def __init__(self, node: Term) -> None:
        self.roots = {n.args[0].name for n in walk(node) if n.is_apply("sqrt") and n.args[0].kind == "symbol"}

    def polynomial(self, term: Term) -> ep.Polynomial:
        """The polynomial in the letters. Fails with `Refused`."""
        return ep.polynomial(self._lettered(term))

    def _lettered(self, term: Term) -> Term:
        if term == constant("pi"):
            return symbol(PI)
        if term.is_apply("sqrt") and term.args[0].kind == "symbol":
            return symbol("#r" + term.args[0].name)
        if term.kind == "symbol" and term.name in self.roots:
            return apply("pow", symbol("#r" + term.name), number(2))
        return term.with_args(tuple(self._lettered(a) for a in term.args)) if term.args else term

    def term(self, p: ep.Polynomial) -> Term:
        """A polynomial in letters as a term."""
        parts = []
        for m, c in sorted(p.items()):
            factors = [] if abs(c) == 1 and m else [number(abs(c))]
            for name, e in m:
                base = constant("pi") if name == PI else apply("sqrt", symbol(name[2:])) if name.startswith("#r") else symbol(name)
                factors.append(base if e == 1 else apply("pow", base, number(e)))
            made = factors[0] if len(factors) == 1 else apply("mul", *factors)
            parts.append(made if c > 0 else apply("neg", made))
        return parts[0] if len(parts) == 1 else apply("add", *parts)

