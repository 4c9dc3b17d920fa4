"""Two equations f = 0 and g = 0 that say the same because their numerators are multiples of each other by a number; and points at which one holds
alone.

For `scaled` there is no data: f and g are sums of exponential polynomials that divide by nothing (`exponentials`), and g = c f with a rational c
other than zero. For `multiple` the data is that of `equality` with "left" and "right": f = n_f/d_f and g = n_g/d_g in lowest terms. When n_f = c n_g with a c that
never vanishes, f and g vanish together wherever both are defined. A solution might be lost where a denominator vanishes; so each divisor that
occurs must either be nonzero whatever the values, or occur on both sides, or have no factor in common with n_f: then what is lost is a smaller part
of the solutions (none at all in one variable), and is reported.
Operators that are defined on one side of a bound only (roots, logarithms, gamma) must be the same on both sides.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Status
from grader.replay import exponentials, natures
from grader.replay import polynomial as P
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.point import admits, coordinate
from grader.replay.polynomial import Poly
from grader.replay.rules import Proof
from grader.replay.semantics import COMPLEX_WORDS, integer_built, symbols_of
from grader.replay.table import Table
from grader.term import Term, apply, free_names, walk

PARTIAL = frozenset("log sqrt root asin acos acosh atanh acot asec acsc gamma factorial double_factorial binomial beta_function zeta arg atan2 mod "
                    "floor ceil round sign cases derivative partial".split())
DIGITS = (30, 100)


def difference(term: Term) -> Term:
    """f of an equation "a = b": a - b. Fails with `Refused` for other conditions."""
    if term.kind != "relation" or term.signs != ("=",) or any(natures.nature(a) != "number" for a in term.args):
        raise Refused("not one equation between numbers")
    return apply("add", term.args[0], apply("neg", term.args[1]))


def is_real(claim: Claim) -> bool:
    """Are all symbols of two conditions real, and nothing complex written?"""
    sides = (claim.conclusion.left, claim.conclusion.right)  # type: ignore[union-attr]
    for side in sides:
        for node in walk(side):
            if node.kind == "constant" and node.name == "i" or node.kind == "apply" and node.name in COMPLEX_WORDS:
                return False
    return all(claim.domain(n).is_real for side in sides for n in symbols_of(side))


def check_scaled(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when one equation is the other one times a number. Fails with `Refused`."""
    if not isinstance(claim.conclusion, Equal) or claim.conclusion.left.size + claim.conclusion.right.size > exponentials.MAX_SIZE:
        raise Refused("not two small equations")
    f, g = (exponentials.without_divisors(claim, difference(t)) for t in (claim.conclusion.left, claim.conclusion.right))
    first = next(iter(f), None)
    if first is None or first not in g:
        raise Refused("the equations are no multiples of each other")
    c = Fraction(g[first]) / f[first]
    if {key: value * c for key, value in f.items()} != g:
        raise Refused("the equations are no multiples of each other")
    return Finding(Status.PROVED, words=("Both equations say the same.",))


def check_multiple(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when the numerators are multiples. Fails with `Refused`."""
    assert isinstance(claim.conclusion, Equal)
    f, g = difference(claim.conclusion.left), difference(claim.conclusion.right)
    real = is_real(claim)
    if partial_parts(f, claim, real) != partial_parts(g, claim, real):
        raise Refused("one equation may be defined on one side of a bound only")
    proof = Proof(claim, data, is_real(claim))
    t = proof.table
    first = proof.value(f)
    divisors, t.units = t.units, []  # what f divides by, and what g divides by
    proof.memo.clear()
    values = [first, proof.value(g)]
    others, t.units = t.units, [*divisors, *t.units]
    short = []
    for value, written in zip(values, (data["left"], data["right"])):
        n, d = t.poly(written[0]), t.poly(written[1])
        if not d or not t.same(value, (n, d)):
            raise Refused("a numerator of something else")
        if not t.is_unit(d):
            raise Refused("a denominator that may vanish")
        short.append(t.reduced(n))
    c = t.poly(data["factor"][0]), t.poly(data["factor"][1])
    if t.reduced(P.add(P.multiply(short[0], c[1]), P.scale(P.multiply(short[1], c[0]), -1))):
        raise Refused("the numerators are no multiples of each other")
    proof.finish()
    t.units = []
    if not all(_never_zero(t, p) for p in c):
        raise Refused("the factor may vanish")
    lost = []
    for own, other in ((divisors, others), (others, divisors)):
        t.units = other
        lost += [u for u in own if not _never_zero(t, u)]
    t.units = []
    for u in lost:
        if not coprime(t, u, short[0]):
            raise Refused("a solution may be lost where a denominator vanishes")
    facts = tuple(dict.fromkeys(f"{t.show(u)} != 0" for u in lost if all(t.generators[k].kind == "symbol" for k in P.used(u))))
    return Finding(Status.PROVED, facts=facts, words=("Both equations say the same.",))


def partial_parts(term: Term, claim: Claim, real: bool) -> frozenset[Term]:
    """The parts that are defined on one side of a bound only, or have steps."""
    found = set()
    for node in walk(term):
        if node.is_apply("pow"):
            base = node.args[0]
            positive = base == Term("constant", "e") or not free_names(base) and _positive(base)
            if real and not positive and not integer_built(node.args[1], lambda n: claim.domain(n).field == "integer"):
                found.add(node)
        elif node.kind in ("apply", "tuple") and node.name in PARTIAL and not (not real and node.name in ("sqrt", "root")):
            found.add(node)
    return frozenset(found)


def _positive(base: Term) -> bool:
    try:
        ev = Evaluator({}, real=True)
        return ev.e.sign(ev.value(base)) > 0
    except ArithmeticError:
        return False


def _never_zero(t: Table, u: Poly) -> bool:
    if t.is_unit(u):
        return True
    try:
        norm = t.times(t.whole(u), t.conjugate(t.whole(u)))
    except Refused:
        return False
    return t.as_number(norm) not in (None, 0)


def coprime(t: Table, u: Poly, n: Poly) -> bool:
    """Have two polynomials in symbols no common factor? Shown variable by variable, with small integers for the other ones."""
    if not n or any(t.generators[k].kind != "symbol" for p in (u, n) for k in P.used(p)):
        return False
    names = sorted({*P.used(u), *P.used(n)})
    return all(_coprime_in(u, n, k, [j for j in names if j != k]) for k in P.used(u))


def _coprime_in(u: Poly, n: Poly, k: int, others: list[int]) -> bool:
    for values in itertools.islice(itertools.product((2, 3, 5, -7), repeat=len(others)), 24):
        at = dict(zip(others, values))
        a, b = _line(u, k, at), _line(n, k, at)
        if len(a) - 1 == P.degree(u, k) and len(b) - 1 == P.degree(n, k) and len(_gcd(a, b)) == 1:
            return True
    return False


def _line(p: Poly, k: int, at: Mapping[int, int]) -> list[Fraction]:
    """Coefficients in generator k, highest last, with integers for the others; no zeros at the end."""
    out = [Fraction(0)] * (P.degree(p, k) + 1)
    for m, c in p.items():
        for j, e in enumerate(m):
            if e and j != k:
                c = c * at[j] ** e
        out[m[k]] += c
    while out and not out[-1]:
        out.pop()
    return out


def _gcd(a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
    while b:
        while len(a) >= len(b):
            q = a[-1] / b[-1]
            for j, c in enumerate(b):
                a[len(a) - len(b) + j] -= q * c
            while a and not a[-1]:
                a.pop()
        a, b = b, a
    return a


# ---- a point at which one condition holds and the other does not


def check_exception(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """REFUTED: at the point one condition holds and the other one, whose sides have values there, does not. Fails with `Refused`."""
    assert isinstance(claim.conclusion, Equal)
    sides = (claim.conclusion.left, claim.conclusion.right)
    names = frozenset().union(*[symbols_of(s) for s in sides])
    if set(data["point"]) != names or claim.conditions or data["holds"] not in ("left", "right"):
        raise Refused("a point of another form")
    point = {n: coordinate(v) for n, v in data["point"].items()}
    for n, v in point.items():
        if not admits(claim.domain(n), v):
            raise Refused(f"{n} does not lie in its domain")
    holding, failing = sides if data["holds"] == "left" else sides[::-1]
    for digits in DIGITS:
        ev = Evaluator(point, real=is_real(claim), is_integer=lambda n: claim.domain(n).field == "integer", digits=digits)
        try:
            for node in walk(failing):
                if node.kind == "relation":
                    for side in node.args:
                        ev.value(side)
            if not ev.holds(holding) or ev.holds(failing):
                raise Refused("the conditions do not differ there")
        except Unsure:
            continue
        except (Undefined, Unsupported) as error:
            raise Refused(f"a side has no value there: {error}") from error
        at = ", ".join(f"{n} = {v if isinstance(v, str) else ' + '.join(v) + ' i'}" for n, v in sorted(data["point"].items()))
        said = "it holds, and should not" if data["holds"] == "left" else "it does not hold, and should"
        if data["holds"] == "right" and any(n.kind == "relation" and "=" in n.signs for n in walk(sides[1])):  # the point may be what was asked for
            return Finding(Status.REFUTED, words=("Something that satisfies it is missing.",), teacher_words=(f"At {at} {said}.",))
        return Finding(Status.REFUTED, words=(f"At {at} {said}.",))
    raise Refused("not decided with so many digits")
