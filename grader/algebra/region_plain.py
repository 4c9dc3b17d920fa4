"""Conditions rewritten to relations of two sides without cases inside: abs, max, min, sign, +- and sets become alternatives.

Each rewriting keeps the rule that a relation with an undefined side does not hold: both alternatives of abs(u) ask for a sign of u.
"""

from __future__ import annotations

from grader.algebra.regions import CONNECTIVES, NotACondition, is_infinite
from grader.term import Term, apply, constant, number, relation, replace, walk

MAX_RELATIONS = 200
"""Most relations that come of one condition."""
RELATIONS = frozenset(("<", "<=", "=", ">=", ">", "!="))
_ONE, _ZERO = number(1), number(0)


def plain(term: Term) -> Term:
    """The condition over relations of two sides without abs, max, min, sign, +- and sets. Fails with `NotACondition`."""
    made = _plain(term, [MAX_RELATIONS])
    if made.size > 3000:
        raise NotACondition("it has too many cases")
    return made


def _plain(term: Term, room: list[int]) -> Term:
    if term.size > 3000:
        raise NotACondition("it has too many cases")
    if term.kind == "constant" and term.name in ("true", "false"):
        return term
    if term.kind == "apply" and (term.name in CONNECTIVES or term.name == "where"):
        return apply("and" if term.name == "where" else term.name, *[_plain(a, room) for a in term.args])
    if term.kind != "relation":
        raise NotACondition(f"{term.name or term.kind} is no condition")
    made = [_two(a, {"equiv": "=", ":=": "="}.get(sign, sign), b, room) for a, sign, b in zip(term.args, term.signs, term.args[1:])]
    return made[0] if len(made) == 1 else apply("and", *made)


def _two(left: Term, sign: str, right: Term, room: list[int]) -> Term:
    room[0] -= 1
    if room[0] < 0:
        raise NotACondition("it has too many cases")
    if sign == "in":
        return _plain(_in(left, right), room)
    if sign == "notin":
        return apply("and", _plain(relation("=", left, left), room), apply("not", _plain(_in(left, right), room)))
    if sign not in RELATIONS:
        raise NotACondition(f"a condition with the sign {sign}")
    simpler = _monotone(left, sign, right)
    if simpler is not None:
        return _plain(simpler, room)
    found = relation(sign, left, right)
    for node in walk(found):
        if node.kind == "apply" and node.name in ("pm", "mp"):
            return apply("or", *[_plain(_choose(found, s), room) for s in (False, True)])
    for node in walk(found):
        branches = _branches(node)
        if branches:
            return apply("or", *[apply("and", _plain(c, room), _plain(replace(found, {node: v}), room)) for c, v in branches])
    return found


def _choose(term: Term, lower: bool) -> Term:
    if term.kind == "apply" and term.name in ("pm", "mp"):
        *first, last = [_choose(a, lower) for a in term.args]
        last = apply("neg", last) if (term.name == "pm") == lower else last
        return apply("add", *first, last) if first else last
    return term.with_args(tuple([_choose(a, lower) for a in term.args]))


def _branches(node: Term) -> list[tuple[Term, Term]]:
    if node.kind != "apply":
        return []
    if node.name in ("abs", "relu"):
        u = node.args[0]
        return [(relation(">=", u, _ZERO), u), (relation("<", u, _ZERO), apply("neg", u) if node.name == "abs" else _ZERO)]
    if node.name == "sign":
        u = node.args[0]
        return [(relation(">", u, _ZERO), _ONE), (relation("=", u, _ZERO), _ZERO), (relation("<", u, _ZERO), apply("neg", _ONE))]
    if node.name in ("max", "min"):
        a, *others = node.args
        b = others[0] if len(others) == 1 else apply(node.name, *others)
        signs = (">=", "<") if node.name == "max" else ("<=", ">")
        return [(relation(signs[0], a, b), a), (relation(signs[1], a, b), b)]
    return []


def _in(x: Term, domain: Term) -> Term:
    if domain.kind == "constant" and domain.name in ("RR", "emptyset"):
        return relation("=", x, x) if domain.name == "RR" else constant("false")
    if domain.is_apply("union") or domain.is_apply("intersection"):
        return apply("or" if domain.name == "union" else "and", *[_in(x, part) for part in domain.args])
    if domain.is_apply("setminus", 2):
        return apply("and", _in(x, domain.args[0]), apply("not", _in(x, domain.args[1])))
    if domain.kind == "tuple" and domain.name == "set":
        options = [relation("=", x, entry) for entry in domain.args]
        return apply("or", *options) if len(options) > 1 else options[0] if options else constant("false")
    if domain.kind == "tuple" and domain.name == "interval" and len(domain.args) == 2:
        low, high = domain.args
        made = [relation("=", x, x)]
        made += [] if is_infinite(low) else [relation(">=" if domain.signs[0] == "[" else ">", x, low)]
        made += [] if is_infinite(high) else [relation("<=" if domain.signs[1] == "]" else "<", x, high)]
        return apply("and", *made) if len(made) > 1 else made[0]
    raise NotACondition("a set that is not understood")


def _monotone(left: Term, sign: str, right: Term) -> Term | None:
    """Logarithms or exponentials to the same base on both sides, or on one beside 0 or 1, are left out."""
    def shape(t: Term) -> tuple[str, Term | None, Term]:
        if t.is_apply("log"):
            return "log", t.args[1] if len(t.args) == 2 else None, t.args[0]
        if t.is_apply("exp"):
            return "exp", None, t.args[0]
        if t.is_apply("pow") and (t.args[0].kind == "number" or t.args[0] == constant("e")):
            return "exp", None if t.args[0] == constant("e") else t.args[0], t.args[1]
        return "", None, t

    (f, base, a), (g, under, b) = shape(left), shape(right)
    if any(x is not None and not (x.kind == "number" and x.value > 1) for x in (base, under)):
        return None
    if f and f == g and base == under:
        return relation(sign, a, b) if f == "exp" else apply("and", relation(">", a, _ZERO), relation(">", b, _ZERO), relation(sign, a, b))
    if f == "log" and right == _ZERO or g == "log" and left == _ZERO:
        x = a if f == "log" else b
        return apply("and", relation(">", x, _ZERO), relation(sign, x, _ONE) if f == "log" else relation(sign, _ONE, x))
    if f == "exp" and right == _ONE or g == "exp" and left == _ONE:
        return relation(sign, a, _ZERO) if f == "exp" else relation(sign, _ZERO, b)
    return None
