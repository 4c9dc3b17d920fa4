"""When two trees are the same formula but for the arrangement of their terms and factors."""

from __future__ import annotations

from typing import Any

from grader.term import Term, apply


def alike(term: Term) -> Any:
    """A key that is the same for trees that differ only in the order of sums, products, sets, "and" and "or", and in how a product of fractions is
    bracketed."""
    if term.kind == "number":
        return ("number", str(term.value), "." in term.text or "," in term.text)
    if term.kind == "apply":
        if term.name == "exp":
            return alike(apply("pow", Term("constant", "e"), term.args[0]))
        if term.name in ("mul", "div", "neg"):
            top, bottom, signs = over_and_under(term)
            return ("product", signs, tuple(sorted(map(alike, top), key=repr)), tuple(sorted(map(alike, bottom), key=repr)))
        if term.name == "add":
            return ("sum", tuple(sorted((alike(a) for a in _flat(term, "add")), key=repr)))
        if term.name in ("and", "or", "xor", "iff", "max", "min", "gcd", "lcm", "union", "intersection"):
            return (term.name, tuple(sorted((alike(a) for a in _flat(term, term.name)), key=repr)))
    args = tuple(alike(a) for a in term.args)
    if term.kind == "tuple" and term.name == "set":
        args = tuple(sorted(args, key=repr))
    return (term.kind, term.name, term.signs, args, tuple(alike(b) for b in term.bound))


def _flat(term: Term, name: str) -> list[Term]:
    return [b for a in term.args for b in (_flat(a, name) if a.is_apply(name) else [a])]


def over_and_under(term: Term) -> tuple[list[Term], list[Term], int]:
    """Factors above and below the fraction line, and the number of minus signs."""
    if term.is_apply("neg"):
        top, bottom, signs = over_and_under(term.args[0])
        return top, bottom, signs + 1
    if term.is_apply("mul"):
        parts = [over_and_under(a) for a in term.args]
        return [f for p in parts for f in p[0]], [f for p in parts for f in p[1]], sum(p[2] for p in parts)
    if term.is_apply("div"):
        (top, bottom, signs), (under, over, more) = over_and_under(term.args[0]), over_and_under(term.args[1])
        return top + over, bottom + under, signs + more
    return [term], [], 0
