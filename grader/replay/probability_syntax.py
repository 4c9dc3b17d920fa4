"""The syntax of terms about densities: marks of names, the parts of a call, and where a letter stands as a subscript. Nothing here knows values."""

from __future__ import annotations

import json

from grader.kernel import Refused
from grader.term import Term, number, symbol, to_data, walk

ACCENTS = ("tilde", "hat", "bar", "star", "vec", "dot")


def word(term: Term) -> str:
    """A name for a symbol, a number, or a compound mark."""
    if term.kind == "symbol":
        return term.name
    return str(term.value) if term.kind == "number" else json.dumps(to_data(term), separators=(",", ":"))


def members(term: Term) -> tuple[Term, ...]:
    """The entries of a tuple or list, or the term alone."""
    return term.args if term.kind == "tuple" and term.name in ("tuple", "list") else (term,)


def marked(term: Term, *, variable: bool) -> tuple[str, tuple[str, ...]] | None:
    """Letter and marks of a variable or of a density's head; None where it is neither."""
    if term.kind == "symbol":
        return term.name, ()
    if term.kind != "apply" or not term.args:
        return None
    inner = marked(term.args[0], variable=variable)
    if inner is None:
        return None
    letter, marks = inner
    rest = term.args[1:]
    if term.name == "vec" and variable:
        return inner
    if term.name == "prime":
        count = 1 if not rest else int(rest[0].value or 0)
        return (letter, (*marks, "'" * count)) if 1 <= count <= 4 else None
    if term.name in ACCENTS:
        return letter, (*marks, "!" + term.name)
    if term.name == "index" and variable and not marks and all(a.kind == "number" for a in rest):
        return word(term), ()
    return (letter, (*marks, *map(word, rest))) if term.name in ("index", "sup") else None


def pieces(call: Term) -> tuple[list[Term], list[Term], list[Term]]:
    """Left of the bar, right of it, parameters."""
    left: list[Term] = []
    right: list[Term] = []
    extra: list[Term] = []

    def put(term: Term, side: list[Term]) -> None:
        if term.is_apply("semicolon", 2):
            extra.extend(members(term.args[1]))
            put(term.args[0], side)
        elif term.is_apply("given", 2):
            put(term.args[0], left)
            put(term.args[1], right)
        elif term.kind == "tuple":
            for entry in members(term):
                put(entry, side)
        else:
            side.append(term)

    for arg in call.args[1:]:
        put(arg, right if right else left)
    return left, right, extra


def filled(term: Term) -> tuple[Term, Term]:
    """The place and the value of a density's argument: z, or z = k."""
    return (term.args[0], term.args[1]) if term.kind == "relation" and term.signs == ("=",) else (term, term)


def subscripts(letter: str, term: Term) -> list[Term]:
    """Subscripts, superscripts and parameters in which the letter occurs."""
    marks = [a for n in walk(term) if n.kind == "apply" and n.name in ("index", "sup", "semicolon") for a in n.args[1:]]
    return [m for mark in marks for m in members(mark) if symbol(letter) in walk(m)]


def span_of(term: Term) -> str:
    """The range of an index: "" where none is written, "upto:n" for 1..n, "set:S"."""
    ends = term.args[1:]
    if not ends:
        return ""
    if len(ends) == 1:
        return "set:" + word(ends[0].args[1] if ends[0].kind == "relation" and len(ends[0].args) == 2 else ends[0])
    if ends[0] != number(1) or ends[1].kind not in ("symbol", "number") or (ends[1].value or 0) > 6:
        raise Refused("an index that does not run from 1 to n")
    return "upto:" + word(ends[1])


def stands_alone(letter: Term, term: Term, *, ranges: bool = True) -> bool:
    """Does the letter occur other than as a subscript (and, without `ranges`, other than as the end of a sum)?"""
    if term == letter:
        return True
    if term.kind == "apply" and term.name in ("index", "sup", "semicolon"):
        return stands_alone(letter, term.args[0], ranges=ranges)
    args = term.args if ranges or term.kind != "binder" else term.args[:1]
    return any(stands_alone(letter, a, ranges=ranges) for a in args)
