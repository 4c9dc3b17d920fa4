"""Equations that are being solved: what is no identity, roots numbered x_1 and x_2, coefficients compared."""

from __future__ import annotations

import re
from fractions import Fraction

from grader.replay.matrix_members import alone
from grader.term import Term, apply, free_names, number, relation, symbol, walk
from grader.term import replace as put
from grader.theories._theory import Link

MAX_DEGREE = 6
_ZERO = number(0)
_NUMBERED = re.compile(r"^(?P<base>[A-Za-z]+)_(?P<index>[1-4](?:_[1-4])*)$")
COMPARES = re.compile(r"(?i)\bcoefficients?\b")
"""Words that say that coefficients are compared."""


def is_condition(equation: Term) -> bool:
    """Do the sides of the equation certainly differ somewhere, so that it says something of its names?"""
    from grader.algebra.balls import Balls, Undefined, Unsupported, Unsure, precision

    names = sorted(free_names(equation))
    with precision(80):
        for shift in range(3):
            point = {n: Fraction(3 + 2 * k + shift, 2) for k, n in enumerate(names)}
            try:
                balls = Balls(point, real=True, is_integer=lambda n: False)
                one, two = [float(balls.value(t)) for t in equation.args[:2]]
            except (Undefined, Unsupported, Unsure, ZeroDivisionError, OverflowError, ValueError, TypeError):
                continue
            return abs(one - two) > 1e-9 * (1 + abs(one))
    return False


def roots_by_number(whole: Term, before: Term | None, seen: set[str]) -> Term:
    """x_{1,2} = ... as x = ..., and "x_1 = 3, x_2 = 1" as x = 3 or x = 1, where the line before speaks of x."""
    if before is None:
        return whole
    known = alone([before])  # a_n is no plain name a
    table: dict[Term, Term] = {}
    for node in walk(whole):
        found = _NUMBERED.match(node.name) if node.kind == "symbol" else None
        if found and found["base"] in known and node.name not in known:
            table[node] = symbol(found["base"])
        elif node.is_apply("index") and node.args[0].kind == "symbol" and node.args[0].name in known and all(a.kind == "number" and a.value for a in node.args[1:]) and \
                node not in set(walk(before)):
            table[node] = node.args[0]
    if not table or len(set(table.values())) != 1:
        return whole
    if whole.kind == "relation":
        return _renamed(whole, table) if len(table) == 1 else whole
    if whole.is_apply("and") and len(table) == len(whole.args) and all(p.kind == "relation" and p.signs == ("=",) and p.args[0] in table for p in whole.args):
        return apply("or", *[_renamed(p, table) for p in whole.args])
    return whole


def _renamed(term: Term, table: dict[Term, Term]) -> Term:
    if term in table:
        return table[term]
    return term.with_args(tuple([_renamed(a, table) for a in term.args])) if term.args else term


def coefficients(equation: Term, right: Term) -> Term | None:
    """The equation, meant for all x, as equations between the coefficients of the powers of x: x is the name that the new line lacks. None where both
    sides are no polynomials in one such name."""
    if equation.kind != "relation" or equation.signs != ("=",):
        return None
    gone = sorted(free_names(equation) - free_names(right))
    if len(gone) != 1 or not free_names(right) <= free_names(equation):
        return None
    from grader.algebra.calculus import NoDerivative, differentiate
    from grader.algebra.rational import NotRational, rational

    x = gone[0]
    term = apply("add", equation.args[0], apply("neg", equation.args[1]))
    if any(n.is_apply("div") and x in free_names(n.args[1]) or n.kind == "apply" and n.name not in ("add", "neg", "mul", "pow", "div") for n in walk(term)):
        return None
    parts = []
    try:
        for k in range(MAX_DEGREE + 2):
            term = rational(term).to_term({})
            if term == _ZERO:
                break
            parts.append(relation("=", put(term, {symbol(x): _ZERO}), _ZERO))
            term = differentiate(term, x)
        else:
            return None
    except (NotRational, NoDerivative, ValueError, ZeroDivisionError):
        return None
    return apply("and", *parts) if len(parts) > 1 else parts[0] if parts else None


def are_equations_of_several(link: Link) -> bool:
    """Are both statements of the link equations of two unknowns or more?"""
    return all(t.kind == "relation" and t.signs == ("=",) and len(free_names(t)) >= 2 for t in (link.left, link.right))


def is_system(link: Link) -> bool:
    """Do both equations say what number something of the same unknowns is, and something else each? Then nothing says that one comes from the other."""
    from grader.algebra.rational import NotRational, rational

    (a, c), (b, d) = link.left.args, link.right.args
    if free_names(c) or free_names(d) or free_names(a) != free_names(b) or c == d == _ZERO:
        return False
    try:
        one, two = rational(a), rational(b)
        return bool((one / two).used_names())  # two multiples of one side are one after the other
    except (NotRational, ZeroDivisionError):
        return False


__all__ = ["COMPARES", "are_equations_of_several", "coefficients", "is_condition", "is_system", "roots_by_number"]
