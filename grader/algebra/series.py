"""Proposes how an endless sum is made of known series (`replay.series` has the book, and checks every part).

A summand is multiplied out and each product taken apart into c * k^m * R(k) * r^k / (a k + b)!, where r collects all powers with exponents linear in
k. Fractions in k are taken apart over their linear factors; residues that add up to zero telescope.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb, isqrt
from typing import Any

from grader.algebra.antiderivative_rules import simplified
from grader.algebra.calculus import raised, times, total
from grader.algebra.rational import NotRational, rational
from grader.term import Term, apply, constant, free_names, number, symbol, to_data

MAX_PRODUCTS = 12


class NoSeries(ValueError):
    """The sum is not made of known series."""


@dataclass
class Product:
    """c * r^k * (top / bottom)(k) / (product of factorials) with r as its bases: base -> slope of the exponent."""

    coefficient: list[Term] = field(default_factory=list)
    bases: dict[Term, int] = field(default_factory=dict)
    top: list[Term] = field(default_factory=list)
    bottom: list[Term] = field(default_factory=list)
    factorials: list[tuple[int, int]] = field(default_factory=list)
    binomial: Term | None = None


def parts_of(body: Term, name: str, low: int) -> tuple[int, list[dict[str, Any]]]:
    """From which index on, and the parts. Fails with `NoSeries`."""
    parts: list[dict[str, Any]] = []
    for product in _products(body, name):
        parts += _matched(product, name)
    parts = _merged(parts)
    if not parts:
        raise NoSeries("no part")
    start = low
    for part in parts:
        if "series" in part:
            start = max(start, _FIRST.get(part["series"], 0) - part["shift"])
    return start, parts


_FIRST = {"log": 1, "zeta": 1, "eta": 1, "harmonic": 1}


def _merged(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Harmonic parts that telescope: residues of one class of shifts that add up to zero."""
    poles = [p for p in parts if "pole" in p]
    out = [p for p in parts if "pole" not in p]
    classes: dict[Fraction, dict[Fraction, list[Term]]] = {}
    for p in poles:
        classes.setdefault(p["pole"] % 1, {}).setdefault(p["pole"], []).append(p["residue"])
    for offsets in classes.values():
        out += _telescoped({a: total(*r) for a, r in offsets.items()}, poles[0]["name"])
    return out


def _telescoped(residues: dict[Fraction, Term], name: str) -> list[dict[str, Any]]:
    """Sum of residue/(k + a): what telescopes, and what is left as a multiple of 1/(k + a) for the largest a."""
    k, last = symbol(name), max(residues)
    pieces, left = [], []
    for a, r in residues.items():
        left.append(r)
        pieces += [apply("neg", times(r, _reciprocal(k, a + j))) for j in range(int(last - a))]
    try:
        rest = rational(total(*left)).as_fraction()
    except NotRational:
        rest = None
    made: list[dict[str, Any]] = [{"telescope": to_data(total(*pieces))}] if pieces else []
    if rest is None:
        raise NoSeries("residues that need not cancel")
    if rest:
        if last.denominator != 1:
            raise NoSeries("it diverges")
        made.append({"series": "harmonic", "coefficient": to_data(number(rest)), "x": to_data(number(1)), "shift": int(last)})
    return made


def _reciprocal(k: Term, a: Fraction) -> Term:
    return apply("div", number(1), total(k, number(a)) if a else k)


# ---- taking a summand apart


def _products(body: Term, name: str) -> Iterator[Product]:
    for factors in _expanded(body, name):
        made = Product()
        for f, inverse in factors:
            _place(made, f, inverse, name)
        yield made


def _expanded(t: Term, name: str) -> list[list[tuple[Term, bool]]]:
    """The products of which a term is the sum: factors with whether they divide."""
    if name not in free_names(t):
        return [[(t, False)]]
    if t.is_apply("add"):
        made = [p for a in t.args for p in _expanded(a, name)]
    elif t.is_apply("neg"):
        made = [[(number(-1), False), *p] for p in _expanded(t.args[0], name)]
    elif t.is_apply("mul"):
        made = [[]]
        for a in t.args:
            made = [p + q for p in made for q in _expanded(a, name)]
            if len(made) > MAX_PRODUCTS:
                raise NoSeries("too many products")
    elif t.is_apply("div"):
        down = [(f, not inverse) for f, inverse in _one_product(t.args[1], name)]
        made = [p + down for p in _expanded(t.args[0], name)]
    else:
        made = [[(t, False)]]
    if len(made) > MAX_PRODUCTS:
        raise NoSeries("too many products")
    return made


def _one_product(t: Term, name: str) -> list[tuple[Term, bool]]:
    if t.is_apply("mul"):
        return [f for a in t.args for f in _one_product(a, name)]
    if t.is_apply("div"):
        return _one_product(t.args[0], name) + [(f, not inverse) for f, inverse in _one_product(t.args[1], name)]
    return [(t, False)]


def _place(made: Product, f: Term, inverse: bool, name: str) -> None:
    if name not in free_names(f):
        made.coefficient.append(apply("div", number(1), f) if inverse else f)
        return
    if f.is_apply("exp") or f.is_apply("pow") and f.args[0] == constant("e"):
        _exponential(made, constant("e"), f.args[-1], inverse, name)
    elif f.is_apply("pow") and name not in free_names(f.args[0]):
        _exponential(made, f.args[0], f.args[1], inverse, name)
    elif f.is_apply("pow") and f.args[0].kind == "apply" and f.args[0].name in ("mul", "div") and name in free_names(f.args[1]):
        for g, turned in _one_product(f.args[0], name):
            _place(made, apply("pow", g, f.args[1]), inverse != turned, name)
    elif f.is_apply("pow") and f.args[1].is_apply("neg"):
        _place(made, apply("pow", f.args[0], f.args[1].args[0]), not inverse, name)
    elif f.is_apply("pow") and f.args[1].kind == "number" and f.args[0].kind == "apply" and f.args[0].name in ("mul", "div"):
        for g, turned in _one_product(f.args[0], name):
            _place(made, apply("pow", g, f.args[1]), inverse != turned, name)
    elif f.is_apply("factorial") and inverse:
        a, b = _line(f.args[0], name)
        made.factorials.append((_whole(a), _whole(b)))
    elif f.is_apply("binomial") and f.args[1] == symbol(name) and made.binomial is None and not inverse:
        made.binomial = f.args[0]
    else:
        (made.bottom if inverse else made.top).append(f)


def _exponential(made: Product, base: Term, exponent: Term, inverse: bool, name: str) -> None:
    """base^(a k + b): base^b joins the coefficient. The a of a symbolic exponent (exp(a k)) joins the base."""
    try:
        c = rational(exponent).coefficients(name)
    except NotRational:
        raise NoSeries("an exponent that is not linear") from None
    if len(c) != 2:
        raise NoSeries("an exponent that is not linear")
    slope, rest = c[1].as_fraction(), c[0].to_term()
    if base.is_apply("pow") and base.args[1].kind == "number" and base.args[1].value.denominator == 1 and slope is not None:
        slope, rest, base = slope * base.args[1].value, times(base.args[1], rest), base.args[0]
    if base.is_apply("neg"):
        _exponential(made, number(-1), exponent, inverse, name) if base != number(-1) else None
        if base != number(-1):
            base = base.args[0]
    if slope is None or slope.denominator != 1:
        base, slope = apply("pow", base, c[1].to_term()), Fraction(1)
    if rest != number(0):
        power = apply("pow", base if slope != 1 or not base.is_apply("pow") else base.args[0], rest)
        made.coefficient.append(apply("div", number(1), power) if inverse else power)
    made.bases[base] = made.bases.get(base, 0) + int(-slope if inverse else slope)


def _line(t: Term, name: str) -> tuple[Fraction, Fraction]:
    try:
        c = [v.as_fraction() for v in rational(t).coefficients(name)]
    except NotRational:
        raise NoSeries("not linear") from None
    if len(c) != 2 or None in c:
        raise NoSeries("not linear")
    return c[1], c[0]  # type: ignore[return-value]


def _whole(v: Fraction) -> int:
    if v.denominator != 1:
        raise NoSeries("fractions in a factorial")
    return int(v)


# ---- matching the series of the book


def _matched(p: Product, name: str) -> list[dict[str, Any]]:
    c = times(*p.coefficient) if p.coefficient else number(1)
    quotient = _quotient(p, name)
    if p.binomial is not None:
        if p.factorials or quotient is not None:
            raise NoSeries("a binomial series with more")
        return [{"series": "binomial", "coefficient": to_data(c), "x": to_data(_ratio(p.bases)), "exponent": to_data(p.binomial), "shift": 0}]
    if p.factorials:
        return _with_factorial(p, c, quotient, name)
    if quotient is None:
        return [_part("geometric", c, _ratio(p.bases), 0, 0)]
    top, bottom = quotient
    if len(bottom) == 1:
        return [_part("geometric", times(c, number(v / bottom[0])), _ratio(p.bases), 0, m) for m, v in enumerate(top) if v]
    return _fractions(c, top, bottom, p.bases, name)


def _part(series: str, c: Term, x: Term, shift: int, order: int = 0) -> dict[str, Any]:
    return {"series": series, "coefficient": to_data(simplified(c)), "x": to_data(x), "shift": shift, "order": order}


def _ratio(bases: dict[Term, int]) -> Term:
    """The product of base^slope."""
    up = [raised(b, e) for b, e in bases.items() if e > 0]
    down = [raised(b, -e) for b, e in bases.items() if e < 0]
    made = times(*up) if up else number(1)
    return apply("div", made, times(*down)) if down else made


def _quotient(p: Product, name: str) -> tuple[list[Fraction], list[Fraction]] | None:
    """Numerator and denominator in k, lowest first; None where there are none."""
    if not p.top and not p.bottom:
        return None
    try:
        r = rational(apply("div", times(*p.top) if p.top else number(1), times(*p.bottom) if p.bottom else number(1)))
    except NotRational:
        raise NoSeries("a summand of another form") from None
    if set(r.names) - {name}:
        raise NoSeries("a fraction with other symbols")
    out = []
    for poly in (r.numerator, r.denominator):
        items: dict[int, Fraction] = {}
        for m, v in poly.to_dict().items():
            items[int(m[0]) if m else 0] = Fraction(int(v.p), int(v.q))
        out.append([items.get(j, Fraction(0)) for j in range(max(items) + 1)])
    return out[0], out[1]


def _shifted(items: list[Fraction], by: Fraction) -> list[Fraction]:
    """The polynomial in k + by: p(k) = q(k + by)."""
    out = [Fraction(0)] * len(items)
    for j, v in enumerate(items):
        for i in range(j + 1):
            out[i] += v * comb(j, i) * (-by) ** (j - i)
    return out


def _with_factorial(p: Product, c: Term, quotient: Any, name: str) -> list[dict[str, Any]]:
    if len(p.factorials) != 1 or quotient is not None and len(quotient[1]) != 1:
        raise NoSeries("several factorials")
    (a, b), top = p.factorials[0], [v / quotient[1][0] for v in quotient[0]] if quotient else [Fraction(1)]
    if a == 1:
        x = _ratio(p.bases)
        scale = c if b == 0 else times(c, raised(x, -b)) if b < 0 else apply("div", c, raised(x, b))
        return [_part("exponential", times(scale, number(v)), x, b, m) for m, v in enumerate(_shifted(top, Fraction(b))) if v]
    if a != 2 or len(top) != 1:
        raise NoSeries("such a factorial")
    sign, root = _square_root(p.bases)
    odd, shift = b % 2, (b - b % 2) // 2
    scale = times(c, number(top[0]), number((-1) ** shift if sign < 0 else 1))
    scale = scale if b == 0 else apply("div", scale, raised(root, b)) if b > 0 else times(scale, raised(root, -b))
    series = {(1, 0): "cosh", (1, 1): "sinh", (-1, 0): "cos", (-1, 1): "sin"}[sign, odd]
    return [_part(series, scale, root, shift)]


def _square_root(bases: dict[Term, int]) -> tuple[int, Term]:
    """(sign, y) with r = sign y^2."""
    sign, made = 1, []
    for b, e in bases.items():
        if b.is_apply("neg") and b.args[0].kind == "number":
            sign, b = sign * (-1) ** e, b.args[0]
        if b == number(1):
            continue
        if e % 2 == 0:
            made.append(apply("pow", b, number(e // 2)) if e != 2 else b)
        elif b.kind == "number" or b.is_apply("div") and all(a.kind == "number" for a in b.args):
            made.append(raised(_root(b), e))
        else:
            made.append(apply("pow", b, number(Fraction(e, 2))))
    return sign, times(*made) if made else number(1)


def _root(b: Term) -> Term:
    v = b.value if b.kind == "number" else b.args[0].value / b.args[1].value
    tops = isqrt(v.numerator), isqrt(v.denominator)
    return number(Fraction(*tops)) if tops[0] ** 2 == v.numerator and tops[1] ** 2 == v.denominator else apply("sqrt", b)


def _fractions(c: Term, top: list[Fraction], bottom: list[Fraction], bases: dict[Term, int], name: str) -> list[dict[str, Any]]:
    """Partial fractions over rational linear factors."""
    poles = _rational_roots(bottom)
    if sum(poles.values()) != len(bottom) - 1:
        raise NoSeries("a denominator without rational roots")
    made: list[dict[str, Any]] = []
    if len(top) >= len(bottom):
        whole, top = _divided(top, bottom)
        made += [_part("geometric", times(c, number(v)), _ratio(bases), 0, m) for m, v in enumerate(whole) if v]
    for root, order in poles.items():
        for j, v in enumerate(_principal(top, bottom, root, order)):
            if v:
                made += _one_pole(times(c, number(v)), -root, order - j, bases, name)
    return made


def _one_pole(c: Term, a: Fraction, order: int, bases: dict[Term, int], name: str) -> list[dict[str, Any]]:
    """c r^k / (k + a)^order."""
    x = _ratio(bases)
    sign = {number(1): 1, number(-1): -1}.get(x, 0) if bases else 1
    if sign == 0 and x.kind == "apply" and not free_names(x):
        try:
            value = rational(x).as_fraction()
            sign = int(value) if value in (1, -1) else 0
        except NotRational:
            pass
    if sign == 1 and order == 1:
        try:
            rational(c)
        except NotRational:
            raise NoSeries("a residue of another form") from None
        return [{"pole": a, "residue": c, "name": name}]
    if a.denominator == 1:
        shift = int(a)
        if order == 1:
            scale = apply("div", c, raised(x, shift)) if shift > 0 else times(c, raised(x, -shift))
            return [_part("log", scale, x, shift)]
        if sign:
            return [_part("zeta" if sign > 0 else "eta", times(c, number((-1) ** shift)) if sign < 0 else c, number(1), shift, order)]
    if a.denominator == 2:
        shift = int(a - Fraction(1, 2))
        c = times(c, number(2**order))
        if order == 1:
            turn, root = _square_root(bases)
            scale = times(c, number((-1) ** shift if turn < 0 else 1))
            scale = apply("div", scale, raised(root, 2 * shift + 1)) if 2 * shift + 1 > 0 else times(scale, raised(root, -2 * shift - 1))
            return [_part("atan" if turn < 0 else "atanh", scale, root, shift)]
        if sign == 1 and order % 2 == 0:
            return [_part("lambda", c, number(1), shift, order)]
        if sign == -1 and order == 3:
            return [_part("beta", times(c, number((-1) ** shift)), number(1), shift)]
    raise NoSeries("a pole of another form")


def _rational_roots(items: list[Fraction]) -> dict[Fraction, int]:
    import flint

    poly = flint.fmpq_poly([flint.fmpq(v.numerator, v.denominator) for v in items])
    found: dict[Fraction, int] = {}
    for f, e in poly.numer().factor()[1]:
        if f.degree() == 1:
            found[Fraction(-int(f[0]), int(f[1]))] = int(e)
    return found


def _divided(a: list[Fraction], b: list[Fraction]) -> tuple[list[Fraction], list[Fraction]]:
    a, out = list(a), [Fraction(0)] * (len(a) - len(b) + 1)
    for j in reversed(range(len(out))):
        out[j] = a[j + len(b) - 1] / b[-1]
        for i, v in enumerate(b):
            a[i + j] -= out[j] * v
    return out, a[:len(b) - 1] or [Fraction(0)]


def _principal(top: list[Fraction], bottom: list[Fraction], root: Fraction, order: int) -> list[Fraction]:
    """Coefficients of (k - root)^-order, ..., (k - root)^-1 in top/bottom."""
    u, v = _shifted(top, -root), _shifted(bottom, -root)[order:]
    out: list[Fraction] = []
    for j in range(order):
        value = u[j] if j < len(u) else Fraction(0)
        value -= sum((v[i] * out[j - i] for i in range(1, j + 1) if i < len(v)), Fraction(0))
        out.append(value / v[0])
    return out
