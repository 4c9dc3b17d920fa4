"""Labels before an equality sign: what is a name that a value is given to, and the value."""

from __future__ import annotations

from grader.term import Term, collection, free_names, walk

GIVING = frozenset(("=", ":=", "equiv", "approx"))
_NAMING = frozenset("index prime sup hat bar tilde vec dot star call derivative partial gradient expectation variance covariance probability "
                    "entropy kl norm det "
                    "trace rank bigO".split())


def is_name(term: Term) -> bool:
    """Is it a name, or something written that a value is given to: x, f(x), x_1, AB, NO/BO, |AB|, dy/dx, a limit, (x, y)?"""
    if term.kind in ("symbol", "binder") or any(n.kind == "text" and n.name == "..." for n in walk(term)):
        return True
    if term.kind == "tuple":
        return bool(term.args) and all(is_name(a) for a in term.args)
    if term.kind != "apply":
        return False
    if term.name in _NAMING:
        return True
    if term.name == "mul":
        return all(is_name(a) and a.kind in ("symbol", "apply") for a in term.args)
    if term.name == "div":
        return all(is_name(a) for a in term.args)
    return term.name == "abs" and (term.args[0].is_apply("mul") or term.args[0].kind == "symbol" and term.args[0].name.isupper())


def valued(term: Term) -> Term | None:
    """The value that a label is given: 5 of "x = 5", [1, 2] of "x = 1 or x = 2" and of "a = 1, 2", [3, 4] of "x = 3 and y = 4", S of "x in S"."""
    if term.kind == "relation":
        if set(term.signs) <= GIVING:
            first, last = term.args[0], term.args[-1]
            if first.kind != "symbol" and not free_names(first) and last.kind == "symbol":
                return first
            return last
        return term.args[1] if term.signs == ("in",) and is_name(term.args[0]) else None
    if term.is_apply("and") or term.is_apply("or") or term.kind == "tuple" and term.name in ("list", "tuple") and term.args:
        values = [valued(a) if a.kind == "relation" and set(a.signs) <= GIVING and is_name(a.args[0]) else None for a in term.args]
        if all(v is not None for v in values):
            return collection("list", *dict.fromkeys(v for v in values if v is not None))
    return None
