"""Replays what follows from polynomial equations over the complex numbers: `Follows` claims whose statements are equations joined by and, or.

A product is zero where a factor is, so alternatives of single equations are one equation p = 0 (p: the product of the differences of sides), and each
part of the conclusion is one equation q = 0. Data, by `how`:

divides
    `parts`: for each part of the conclusion `power` k, `cofactor` c (a polynomial) and `evidence` for q^k = p c: then q = 0 wherever p = 0: PROVED.
apart
    `part`, `variable`, `point` (fractions for the other symbols), `roots` (coefficients of a monic polynomial g of degree >= 1, constant first), polynomials
    `cofactor`, `u`, `v`, and `evidence` for p = g * cofactor and for u g + v q = 1 at the point: g has a root (fundamental theorem of algebra), p vanishes
    there and q does not: REFUTED.

Only polynomials are admitted, so that both sides are defined everywhere. Hilbert's Nullstellensatz says that `divides` is no restriction for one p
without several equations at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader import kernel
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Follows, Status
from grader.replay.region import EXCEPTION
from grader.term import Term, apply, constant, free_names, from_data, number, replace, symbol, walk

MAX_POWER = 12
MAX_PARTS = 12
_POLYNOMIAL = frozenset("add neg mul".split())


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """Replay the evidence. Fails with `Refused`."""
    if not isinstance(claim.conclusion, Follows) or claim.conditions:
        raise Refused("this checker decides what follows from polynomial equations")
    p, parts = equations(claim)
    if data["how"] == "divides":
        return _divides(claim, p, parts, data)
    if data["how"] == "apart":
        return _apart(claim, p, parts, data)
    raise Refused(f"unknown kind of evidence: {data['how']!r}")


def equations(claim: Claim) -> tuple[Term, list[Term]]:
    """p of the premises, and q for each part of the conclusion. Fails with `Refused` where the claim is of another form."""
    conclusion = claim.conclusion
    assert isinstance(conclusion, Follows)
    if len(conclusion.premises) != 1:
        raise Refused("not one premise")
    p = _one(conclusion.premises[0])
    wanted = conclusion.conclusion
    parts = [_one(part) for part in (wanted.args if wanted.is_apply("and") else (wanted,))]
    for name in sorted(frozenset().union(*[free_names(t) for t in (p, *parts)])):
        domain = claim.domain(name)
        if domain.field != "complex" or domain.shape != "scalar" or domain.nonzero:
            raise Refused(f"{name} is not any complex number")
    return p, parts[:MAX_PARTS + 1]


def _one(statement: Term) -> Term:
    """The polynomial that vanishes exactly where the statement holds."""
    if statement.kind == "constant" and statement.name in ("true", "false"):
        return number(int(statement.name == "false"))
    if statement.is_apply("or"):
        return apply("mul", *[_one(a) for a in statement.args])
    if statement.kind != "relation" or statement.signs != ("=",) or any(not is_polynomial(side) for side in statement.args):
        raise Refused("not an equation of polynomials")
    return apply("add", statement.args[0], apply("neg", statement.args[1]))


def is_polynomial(term: Term) -> bool:
    """Is the term defined for all complex values of its symbols: sums, products, natural powers, numbers, roots of numbers, i?"""
    for node in walk(term):
        if node.kind in ("number", "symbol") or node == constant("i") or node.kind == "apply" and node.name in _POLYNOMIAL:
            continue
        if node.is_apply("pow") and node.args[1].kind == "number" and node.args[1].value.denominator == 1 and 0 < node.args[1].value <= 40:
            continue
        if node.is_apply("div") and node.args[1].kind == "number" and node.args[1].value:
            continue
        if node.is_apply("sqrt") and not free_names(node) and is_polynomial(node.args[0]):
            continue
        return False
    return True


def _divides(claim: Claim, p: Term, parts: list[Term], data: Mapping[str, Any]) -> Finding:
    if len(data["parts"]) != len(parts):
        raise Refused("not every part of the conclusion is shown")
    for q, shown in zip(parts, data["parts"]):
        power, cofactor = int(shown["power"]), from_data(shown["cofactor"])
        if not 1 <= power <= MAX_POWER or not is_polynomial(cofactor) or not free_names(cofactor) <= free_names(p) | free_names(q):
            raise Refused("not a polynomial cofactor")
        wanted = Equal(q if power == 1 else apply("pow", q, number(power)), apply("mul", p, cofactor))
        _proved(Claim(wanted, claim.domains), shown["evidence"])
    return Finding(Status.PROVED, words=("Over the complex numbers every zero of the first is one of the second.",))


def _apart(claim: Claim, p: Term, parts: list[Term], data: Mapping[str, Any]) -> Finding:
    variable, point = str(data["variable"]), {str(n): Fraction(v) for n, v in data["point"].items()}
    q = parts[int(data["part"])]
    if {variable, *point} != free_names(p) | frozenset().union(*[free_names(t) for t in parts]) or variable in point:
        raise Refused("the point does not name every symbol once")
    change = {symbol(n): number(v) for n, v in point.items()}
    coefficients = [from_data(c) for c in data["roots"]]
    if not 2 <= len(coefficients) <= 60 or coefficients[-1] != number(1) or any(free_names(c) or not is_polynomial(c) for c in coefficients):
        raise Refused("not a monic polynomial that has a root")
    x = symbol(variable)
    g = apply("add", *[c if k == 0 else apply("mul", c, apply("pow", x, number(k))) for k, c in enumerate(coefficients)])
    cofactor, u, v = [from_data(data[k]) for k in ("cofactor", "u", "v")]
    if any(not is_polynomial(t) or not free_names(t) <= {variable} for t in (cofactor, u, v)):
        raise Refused("not a polynomial in the variable")
    there = (("*", Domain()), (variable, Domain()))
    first, second = data["evidence"]
    _proved(Claim(Equal(replace(p, change), apply("mul", g, cofactor)), there), first)
    _proved(Claim(Equal(apply("add", apply("mul", u, g), apply("mul", v, replace(q, change))), number(1)), there), second)
    where = ", ".join(f"{n} = {value}" for n, value in point.items())
    shown = f"-({coefficients[0]})" if len(coefficients) == 2 else f"a complex root of {_shown(coefficients, x)}"
    said = f"Try {where + ', ' if where else ''}{variable} = {shown}."
    return Finding(Status.REFUTED, words=(said, EXCEPTION))


def _shown(coefficients: list[Term], x: Term) -> Term:
    """The polynomial as people write it."""
    made = []
    for k, c in reversed(list(enumerate(coefficients))):
        power = x if k == 1 else apply("pow", x, number(k))
        if c != number(0):
            made.append(c if k == 0 else power if c == number(1) else apply("mul", c, power))
    return apply("add", *made) if len(made) > 1 else made[0]


def _proved(claim: Claim, evidence: Any) -> None:
    method, data = evidence
    if kernel.settle(claim, Evidence(method, data)).status is not Status.PROVED:
        raise Refused("an identity is not proved")
