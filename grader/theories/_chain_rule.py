"""Derivatives of quantities that earlier lines define step by step: dL/dw for L = (y - s)^2, s = w x; and dL/ds, ds/dw in the chain rule.

dL/ds is the derivative of L as a function of s, so s is left as it stands there while all other names are put in; for dL/dw everything is put in that leads to w.
What comes out holds wherever the derivatives exist.
"""

from __future__ import annotations

from grader.term import Term, apply, free_names, number, symbol, walk
from grader.term import replace as put

MOST_ROUNDS, MOST_SIZE = 12, 1_500
Definitions = tuple[tuple[Term, Term], ...]


def chained(term: Term, definitions: Definitions) -> Term:
    """The term with derivatives of defined names by names carried out, and f'(z) for a function that is defined."""
    if not any(n.kind == "apply" and n.name in ("derivative", "partial", "prime") for n in walk(term)):
        return term
    bodies = {h: b for h, b in definitions if h.kind == "symbol" and h.name not in free_names(b)}
    functions = {h.args[0]: (h.args[1], b) for h, b in definitions if h.is_apply("call", 2) and h.args[0].kind == "symbol" and h.args[1].kind == "symbol"
                 and h.args[0].name not in free_names(b)}
    return _visited(term, bodies, functions) if bodies or functions else term


def _visited(term: Term, bodies: dict[Term, Term], functions: dict[Term, tuple[Term, Term]]) -> Term:
    if term.kind == "apply" and term.name in ("derivative", "partial") and len(term.args) == 3 and term.args[1].kind == "symbol" and term.args[2] == number(1) and \
            term.args[0] != term.args[1]:
        body = bodies.get(term.args[0]) or (functions[term.args[0]][1] if term.args[0] in functions and functions[term.args[0]][0] == term.args[1] else None)
        made = None if body is None else _derived(body, term.args[1], bodies)
        return term if made is None else made if made.is_apply("derivative") else _visited(made, bodies, functions)
    if term.is_apply("call", 2) and term.args[0].is_apply("prime", 2) and term.args[0].args[0] in functions and term.args[0].args[1] == number(1):
        return _slope_at(*functions[term.args[0].args[0]], term.args[1]) or term
    return term.with_args(tuple([_visited(a, bodies, functions) for a in term.args])) if term.args else term


def _slope_at(variable: Term, body: Term, place: Term) -> Term | None:
    """f'(place)"""
    from grader.algebra.calculus import NoDerivative, differentiate

    try:
        return put(differentiate(body, variable.name), {variable: place})
    except (NoDerivative, ValueError):
        return None


def _derived(body: Term, variable: Term, bodies: dict[Term, Term]) -> Term | None:
    """The derivative of the body by the variable, with other names put in that lead to it."""
    from grader.algebra.calculus import NoDerivative, differentiate

    for _ in range(MOST_ROUNDS):
        change = {h: b for h, b in bodies.items() if h != variable and h.name in free_names(body)}
        if not change:
            break
        try:
            body = put(body, change)
        except ValueError:
            return None
        if body.size > MOST_SIZE:
            return None
    if variable.name not in free_names(body):
        return None
    try:
        return differentiate(body, variable.name)
    except (NoDerivative, ValueError):
        return apply("derivative", body, symbol(variable.name), number(1))


__all__ = ["chained"]
