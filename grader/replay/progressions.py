"""Replays equality of solutions with a whole number in them: x = pi/6 + 2 k pi or x = 5 pi/6 + 2 k pi, beside x = (-1)^n pi/6 + n pi; {2k + 1 | k in ZZ}.

A side is a union of families {f(k) : k a whole number}, of which some may be single values; f holds no other symbol. Families stand in
`... where k in ZZ`, in set builders, and, where the other side says so, bare in one of the letters k, n, m, l, j that nothing declares.

Data for PROVED: {"how": "families", "modulus": M, "to_right": links, "to_left": links}. For each family f of a side and each r in 0, ..., M - 1 a link
[j, u, v, evidence] with evidence for f(M k + r) = g_j(u k + v) for all whole k: so every value of f is one of g_j, as M k + r runs through all whole
numbers. Both directions make the sets the same.

For REFUTED: {"how": "family lacks", "side", "index", "at": k0, "between": [w, ...]}: the value f(k0) of one side, and for each family c + d m of the
other one a whole number w with w < (f(k0) - c)/d < w + 1 in enclosures, so that no whole m gives it (None for a single value c, which must
differ). A family with (-1)^m is taken as two, for even and for odd m.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as changed
from fractions import Fraction
from typing import Any

from grader import kernel
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Status
from grader.replay import natures
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.term import Term, apply, constant, free_names, number, replace, symbol, walk

LETTERS = frozenset("knmlj")
MAX_MODULUS = 12
MAX_FAMILIES = 12
MAX_SHIFT = 10**6
K = symbol("k")
Family = Term
"""A formula in the symbol `K` alone."""


def sides(claim: Claim) -> tuple[tuple[Family, ...], tuple[Family, ...]]:
    """The families of both sides. Fails with `Refused` where a side is none, or where nothing says that a letter stands for every whole number."""
    left, right = claim.conclusion.left, claim.conclusion.right  # type: ignore[union-attr]
    if not any(says_whole(t) for t in (left, right)):
        raise Refused("nothing says that a letter stands for every whole number")
    (x, ours), (y, theirs) = (_side(t, claim) for t in (left, right))
    if x and y and x != y:
        raise Refused("other unknowns")
    if max(len(ours), len(theirs)) > MAX_FAMILIES:
        raise Refused("too many families")
    return ours, theirs


def says_whole(term: Term) -> bool:
    """Does a condition `k in ZZ` stand in the term?"""
    return any(_is_whole(node) for node in walk(term))


def _is_whole(node: Term) -> bool:
    return node.kind == "relation" and node.signs == ("in",) and node.args[0].kind == "symbol" and node.args[1] == constant("ZZ")


def _side(term: Term, claim: Claim) -> tuple[str, tuple[Family, ...]]:
    """The unknown ("" where none is named) and the families."""
    if term.kind == "apply" and term.name in ("where", "and"):
        said = [a for a in term.args if _is_whole(a)]
        rest = [a for a in term.args if not _is_whole(a)]
        if len(said) != 1 or len(rest) != 1:
            raise Refused("other conditions on a solution")
        return _values(rest[0], said[0].args[0])
    if term.kind == "binder" and term.name == "set_of" and len(term.args) == 2 and len(term.bound) == 1 and _is_whole(term.args[1]) and (
            term.args[1].args[0] == term.bound[0]):
        return _values(term.args[0], term.bound[0])
    if term.kind == "apply" and term.name in ("or", "union") or term.kind == "tuple" and term.name in ("list", "set") and says_whole(term):
        found = [_side(a, claim) for a in term.args]
        if len({x for x, _ in found}) > 1:
            raise Refused("solutions for several unknowns")
        return found[0][0], tuple(f for _, made in found for f in made)
    if not free_names(term) or term.kind == "relation" and not free_names(term.args[-1]):
        return _values(term, K)  # a single value
    letters = [n for n in sorted(free_names(term)) if n in LETTERS and claim.domain(n).field in ("real", "integer") and claim.domain(n).lower is None]
    if len(letters) != 1 or any(n == letters[0] and d.field != "integer" for n, d in claim.domains):
        raise Refused("no letter that stands for every whole number")
    return _values(term, symbol(letters[0]))


def _values(term: Term, k: Term) -> tuple[str, tuple[Family, ...]]:
    """The values that a solved equation, a formula, a list of these, or several joined by "or" give."""
    if term.kind == "apply" and term.name in ("or", "union") or term.kind == "tuple" and term.name in ("list", "set"):
        found = [_values(a, k) for a in term.args]
        names = {x for x, _ in found if x}
        if len(names) > 1:
            raise Refused("solutions for several unknowns")
        return next(iter(names), ""), tuple(f for _, made in found for f in made)
    unknown = ""
    if term.kind == "relation" and term.signs == ("=",) and term.args[0].kind == "symbol" and term.args[0] != k:
        unknown, term = term.args[0].name, term.args[1]
        if term.kind == "tuple" and term.name in ("list", "set"):
            return unknown, _values(term, k)[1]
    made = natures.branches(term) if any(n.kind == "apply" and n.name in ("pm", "mp") for n in walk(term)) else (term,)
    if natures.nature(made[0]) != "number" or any(not free_names(t) <= {k.name} for t in made):
        raise Refused("no values that depend on a whole number alone")
    return unknown, tuple(replace(t, {k: K}) if k != K else t for t in dict.fromkeys(made))


def at(family: Family, step: int, start: int) -> Term:
    """f(step k + start)."""
    inner = apply("add", apply("mul", _whole(step), K), _whole(start)) if step else _whole(start)
    return replace(family, {K: inner})


def _whole(value: int) -> Term:
    return number(value) if value >= 0 else apply("neg", number(-value))


def link(claim: Claim, own: Family, step: int, start: int, other: Family, u: int, v: int) -> Claim:
    """own(step k + start) = other(u k + v) for all whole k."""
    domains = (("*", Domain("real")), ("k", Domain("integer")))
    return changed(claim, conclusion=Equal(at(own, step, start), at(other, u, v)), domains=domains, conditions=(), label="")


def linear(family: Family) -> tuple[tuple[Term, Term], ...]:
    """(c, d) of c + d k; two of them, for even and odd k, where a power of -1 stands in it. Fails with `Refused`."""
    if any(n.is_apply("pow") and n.args[0] in (number(-1), apply("neg", number(1))) for n in walk(family)):
        return tuple(_linear(_signs_known(replace(family, {K: apply("add", apply("mul", number(2), K), number(r))}))) for r in (0, 1))
    return (_linear(family),)


def _signs_known(term: Term) -> Term:
    """(-1)^(2 a k + b) as its sign."""
    if term.is_apply("pow") and term.args[0] in (number(-1), apply("neg", number(1))):
        c, d = (_rational(t) for t in _linear(term.args[1]))
        if c is None or d is None or c.denominator != 1 or d.denominator != 1 or d % 2:
            raise Refused("a sign that is not known")
        return _whole(-1 if c % 2 else 1)
    return term.with_args(tuple(_signs_known(a) for a in term.args)) if term.args else term


def _rational(term: Term) -> Fraction | None:
    if term.kind == "number":
        return term.value
    if term.kind != "apply" or term.name not in ("add", "neg", "mul", "div"):
        return None
    values = [_rational(a) for a in term.args]
    if None in values or term.name == "div" and not values[1]:
        return None
    made = values[0]
    for v in values[1:]:
        made = made + v if term.name == "add" else made * v if term.name == "mul" else made / v  # type: ignore[operator]
    return -made if term.name == "neg" else made  # type: ignore[operator]


def _linear(term: Term) -> tuple[Term, Term]:
    """(c, d) of a term c + d k."""
    zero = number(0)
    if K.name not in free_names(term):
        return term, zero
    if term == K:
        return zero, number(1)
    if term.kind == "apply":
        if term.name in ("add", "neg", "degree"):
            parts = [_linear(a) for a in term.args]
            return apply(term.name, *[c for c, _ in parts]), apply(term.name, *[d for _, d in parts])
        if term.name == "div" and K.name not in free_names(term.args[1]):
            c, d = _linear(term.args[0])
            return apply("div", c, term.args[1]), apply("div", d, term.args[1])
        with_k = [a for a in term.args if K.name in free_names(a)]
        if term.name == "mul" and len(with_k) == 1:
            c, d = _linear(with_k[0])
            return tuple(apply("mul", *[e if a is with_k[0] else a for a in term.args]) for e in (c, d))  # type: ignore[return-value]
    raise Refused("no linear family")


# ------------------------------------------------------------------------------------------------------------------ rules


def check_families(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED: every value of either side is one of the other's."""
    ours, theirs = sides(claim)
    modulus = data["modulus"]
    if type(modulus) is not int or not 1 <= modulus <= MAX_MODULUS:
        raise Refused("no such modulus")
    for own, others, links in ((ours, theirs, data["to_right"]), (theirs, ours, data["to_left"])):
        wanted = [(f, r) for f in own for r in range(modulus)]
        for (f, r), (j, u, v, (method, inner)) in zip(wanted, links, strict=True):
            if any(type(n) is not int or abs(n) > MAX_SHIFT for n in (j, u, v)) or not 0 <= j < len(others):
                raise Refused("no such family")
            found = kernel.settle(link(claim, f, modulus, r, others[j], u, v), Evidence(method, inner), permitted=()).finding
            if found.status is not Status.PROVED:
                raise Refused("the values are not shown to be the same")
    return Finding(Status.PROVED, words=("Both sides have the same values for all whole numbers.",))


def check_lacks(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """REFUTED: a value of one side is none of the other's."""
    ours, theirs = sides(claim)
    if data["side"] not in ("left", "right"):
        raise Refused("no such side")
    own, others = (ours, theirs) if data["side"] == "left" else (theirs, ours)
    index, k0 = data["index"], data["at"]
    if type(index) is not int or not 0 <= index < len(own) or type(k0) is not int or abs(k0) > MAX_SHIFT:
        raise Refused("no such value")
    value = at(own[index], 0, k0)
    lines = [pair for f in others for pair in linear(f)]
    ev = Evaluator({}, real=True, digits=40)
    try:
        for (c, d), w in zip(lines, data["between"], strict=True):
            if w is None and d == number(0):  # a single value
                if ev.e.sign(ev.value(apply("add", value, apply("neg", c)))) == 0:
                    raise Refused("it may be the value")
                continue
            if type(w) is not int:
                raise Refused("no whole number")
            place = apply("div", apply("add", value, apply("neg", c)), d)
            above, below = apply("add", place, _whole(-w)), apply("add", _whole(w + 1), apply("neg", place))
            if ev.e.sign(ev.value(above)) <= 0 or ev.e.sign(ev.value(below)) <= 0:
                raise Refused("a whole number may give the value")
    except (Unsure, Undefined, Unsupported) as error:
        raise Refused(str(error)) from error
    if data["side"] == "left":
        return Finding(Status.REFUTED, words=(f"With {k0} for the whole number it gives a value that is none of those asked for.",))
    return Finding(Status.REFUTED, words=("A value is missing.",))


RULES = {"families": check_families, "family lacks": check_lacks}
