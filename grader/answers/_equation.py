"""The claim that an answer equals a reference: what the letters mean, which domains they have, and how both sides are laid out to be compared.

Symbols without a declared domain are real. Where something complex is written (i, re, im, arg, conj) functions have their principal values, and some
letters are complex (`complex_names`). A symbol that bounds a sum or product, or stands in the exponent of a negative number, is an integer; as a last
index it is one for which there are terms.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from grader.answers._notations import MARKS, differences, plain, points, primes
from grader.domain import Domain
from grader.model import Claim, Equal, Read
from grader.replay import natures
from grader.replay.semantics import COMPLEX_WORDS
from grader.term import Term, apply, collection, constant, free_names, number, relation, replace, symbol, walk


def equation(answer: Term, reference: Term, domains: Mapping[str, Domain], label: str = "") -> Claim:
    """The claim "answer = reference", the answer on the left, with a domain for every symbol ("*" in `domains` is for those not named)."""
    if not MARKS.isdisjoint(node.name for side in (answer, reference) for node in walk(side)):
        answer, reference = primes(*differences(domains, *points(plain(answer, domains), plain(reference, domains))))
    answer, reference = _dependent(*_settled_letters(answer, reference, domains))
    answer, reference = natures.named_sets(*_implications(answer, reference))
    table = dict(domains)
    table.setdefault("*", Domain("real"))
    for name in sorted(complex_names(answer, reference)):
        table.setdefault(name, domains.get("*", Domain("complex")))
    lengths = _lengths(answer, reference)
    for name in sorted(bounding(answer) | bounding(reference)):
        table.setdefault(name, Domain("integer", lengths.get(name)))
    for name in sorted(_doubled(answer) | _doubled(reference)):
        table.setdefault(name, Domain("integer", Fraction(0)))
    return Claim(Equal(answer, reference), tuple(sorted(table.items(), key=lambda item: item[0])), label=label)


def aligned(side: Read, other: Term) -> Read:
    """The side laid out as the other one is: (1, 3) and [1, 3] are intervals where the other side is made of intervals or is a set given by a condition;
    (1, 2), <1, 2> and i + 2 j are columns or rows beside such matrices, and vectors beside each other; 2, -2 without brackets is a set beside a set or a
    formula with +-; f(x) = 2x defines f where the other side does."""
    term = side.term
    if term.kind == other.kind == "relation" and term.signs == other.signs == ("=",) and term.args[0] == other.args[0]:
        value = aligned(Read(term.args[1], side.notes), other.args[1]).term  # the value that both give the same name
        return side if value is term.args[1] else dataclasses.replace(side, term=relation("=", term.args[0], value))
    kind = natures.nature(other)
    if term == symbol("R") and kind in ("set", "interval"):
        return dataclasses.replace(side, term=constant("RR", term.span))
    if term.kind == "tuple" and term.name == "list" and (other.kind == "apply" and kind == "pair" or natures.elements(other) is not None and any(
            n.code == "bare_list" for n in side.notes)):
        return dataclasses.replace(side, term=collection("set", *term.args, span=term.span))
    if _is_definition(other, ":=") and _is_definition(term, "="):
        return dataclasses.replace(side, term=relation(":=", *term.args, span=term.span))
    numeric = other.is_apply("inner", 2) and not free_names(other)
    if other.kind == "tuple" and other.name in ("matrix", "tuple", "list") or numeric and (term.kind == "apply" and term.name != "inner" or not free_names(term)):
        return dataclasses.replace(side, term=_as_vector(term, other))
    if not any(node.kind == "tuple" and node.name == "interval" for node in walk(other)) and not _is_described(other) or kind not in ("set", "interval"):
        return side
    return dataclasses.replace(side, term=as_interval(term), alternatives=tuple(as_interval(t) for t in side.alternatives))


def _is_definition(term: Term, sign: str) -> bool:
    return term.kind == "relation" and term.signs == (sign,) and term.args[0].is_apply("call") and all(a.kind == "symbol" for a in term.args[0].args)


def _is_described(term: Term) -> bool:
    """Is it a set of numbers given by a condition, or by taking numbers out of one of the known sets?"""
    return any(n.kind == "binder" and n.name == "set_of" and n.args[0].kind == "symbol" or n.kind == "constant" and n.name == "RR" for n in walk(term))


UNITS = {"i": 0, "j": 1, "k": 2}
"""The letters of unit vectors."""


def _as_vector(term: Term, other: Term) -> Term:
    """A tuple as the row or column that the other side is; <1, 2> and i + 2j as tuples."""
    size = len(other.args)
    if other.name == "matrix":
        rows = [len(r.args) if r.kind == "tuple" else 1 for r in other.args]
        size = rows[0] if len(rows) == 1 else len(rows) if set(rows) == {1} else 0
    entries = term.args if term.kind == "tuple" and term.name in ("tuple", "list") or term.is_apply("inner", 2) else None
    if entries is None and 2 <= size <= 3:
        entries = _by_unit_vectors(term, size)
    if not size or entries is None or any(e.kind in ("tuple", "relation") for e in entries):
        return term
    if other.name != "matrix":
        return term if term.kind == "tuple" else collection("tuple", *entries)
    if len(other.args) == 1:
        return collection("matrix", collection("tuple", *entries))
    return collection("matrix", *[collection("tuple", e) for e in entries])


def _by_unit_vectors(term: Term, size: int) -> tuple[Term, ...] | None:
    """(a, b) of a i + b j, or (a, b, c) with c k; None for other terms."""
    found: list[list[Term]] = [[] for _ in range(size)]
    for part in term.args if term.is_apply("add") else (term,):
        sign, product = (True, part.args[0]) if part.is_apply("neg", 1) else (False, part)
        factors = list(product.args) if product.is_apply("mul") else [product]
        units = [f for f in factors if _unit(f) is not None and _unit(f) < size]  # type: ignore[operator]
        if len(units) != 1 or any(_unit(x) is not None for f in factors if f is not units[0] for x in walk(f)):
            return None
        rest = [f for f in factors if f is not units[0]]
        value = number(1) if not rest else rest[0] if len(rest) == 1 else apply("mul", *rest)
        found[_unit(units[0])].append(apply("neg", value) if sign else value)  # type: ignore[index]
    if not any(found[1:]):
        return None
    return tuple(number(0) if not f else f[0] if len(f) == 1 else apply("add", *f) for f in found)


def _unit(term: Term) -> int | None:
    if term.kind == "apply" and term.name in ("hat", "vec") and term.args[0].kind in ("symbol", "constant"):
        term = term.args[0]
    return UNITS.get(term.name) if term.kind == "symbol" or term == constant("i") else None


def as_interval(term: Term) -> Term:
    """The term with pairs read as intervals, also inside unions and intersections."""
    if term.kind == "tuple" and term.name in ("tuple", "list") and len(term.args) == 2:
        return collection("interval", *term.args, signs=("(", ")") if term.name == "tuple" else ("[", "]"), span=term.span)
    if term.kind == "apply" and term.name in natures.SETS:
        return term.with_args(tuple(as_interval(a) for a in term.args))
    return term


def is_complex(term: Term) -> bool:
    """Is something complex written in the term?"""
    return any(node.kind == "constant" and node.name == "i" or node.kind == "apply" and node.name in COMPLEX_WORDS for node in walk(term))


def complex_names(*terms: Term) -> frozenset[str]:
    """The letters that stand for complex numbers although nothing says so: where something complex is written, z and w, and whatever `re`, `im`, `arg`
    and `conj` are taken of without an i in it, also z and w under a bar; all letters of an equation. In |a + b i|, e^(i x) and Re(x + i y) the letters are real: else people
    would not write the i."""
    barred = {n.args[0].name for t in terms for n in walk(t) if n.is_apply("bar") and n.args[0].kind == "symbol"} & COMPLEX_LETTERS
    if not any(is_complex(t) for t in terms):
        return frozenset(barred)
    names = frozenset().union(*[free_names(t) for t in terms])
    if any(natures.nature(t) == "condition" for t in terms):
        return names
    found = {n for n in names if n.split("_")[0] in COMPLEX_LETTERS}
    for node in (n for t in terms for n in walk(t)):
        if node.kind == "apply" and node.name in COMPLEX_WORDS and not any(n.kind == "constant" and n.name == "i" for n in walk(node)):
            found |= free_names(node)
    return frozenset(found)


COMPLEX_LETTERS = frozenset({"z", "w", "zeta"})


def bounding(term: Term) -> frozenset[str]:
    """Names of the symbols in the ranges of sums and products and in the exponents of negative numbers: they are integers."""
    found: list[Term] = []
    for node in walk(term):
        if node.kind == "binder" and node.name in ("sum", "product"):
            found += node.args[1:]
        elif node.kind == "apply" and node.name == "pow" and node.args[0].is_apply("neg") and not free_names(node.args[0]):
            found.append(node.args[1])
    return frozenset().union(*[free_names(t) for t in found])


def _doubled(term: Term) -> frozenset[str]:
    """Letters under a double factorial: whole numbers."""
    return frozenset().union(*[free_names(n) for n in walk(term) if n.is_apply("double_factorial")])


def _implications(answer: Term, reference: Term) -> tuple[Term, Term]:
    """p -> q between propositions is "p implies q"."""
    if not any(n.kind == "relation" and n.signs == ("->",) for t in (answer, reference) for n in walk(t)):
        return answer, reference
    made = _statement(answer), _statement(reference)
    return made if None not in made else (answer, reference)  # type: ignore[return-value]


def _statement(term: Term) -> Term | None:
    """The statement with its arrows as implications; None where it is not made of propositions."""
    if term.kind == "symbol" or term in (constant("true"), constant("false")):
        return term
    arrow = term.kind == "relation" and set(term.signs) == {"->"} and len(term.args) == 2
    if not arrow and not (term.kind == "apply" and term.name in natures.LOGIC):
        return None
    parts = [_statement(a) for a in term.args]
    if None in parts:
        return None
    return apply("implies", *parts) if arrow else term.with_args(tuple(parts))  # type: ignore[arg-type]


def _lengths(*terms: Term) -> dict[str, Fraction]:
    """Least values of the letters that are last indices of sums and products which begin at a number: there, one of them has a term. For n = -1 nobody
    means anything by a sum from 0 to n."""
    least: dict[str, Fraction] = {}
    for node in (n for t in terms for n in walk(t)):
        if node.kind != "binder" or node.name not in ("sum", "product") or len(node.args) != 3:
            continue
        last, times = node.args[2], 1
        if last.is_apply("mul", 2) and last.args[0].kind == "number" and last.args[0].value in (2, 3, 4):
            last, times = last.args[1], int(last.args[0].value)  # type: ignore[arg-type]
        start, end = _shifted(node.args[1]), _shifted(last)
        if start is not None and end is not None and not start[0] and end[0]:
            first = Fraction(ceil(start[1] / times)) - end[1]
            least[end[0]] = min(least.get(end[0], first), first)
    return least


def _shifted(term: Term) -> tuple[str, Fraction] | None:
    """(name, b) of a term `name + b`, `name - b`, or a number (with the name "")."""
    if term.kind == "number":
        return "", term.value or Fraction(0)
    if term.kind == "symbol":
        return term.name, Fraction(0)
    if term.is_apply("neg", 1) and term.args[0].kind == "number":
        return "", -(term.args[0].value or Fraction(0))
    if term.is_apply("add", 2):
        parts = [_shifted(a) for a in term.args]
        if None not in parts and "" in (parts[0][0], parts[1][0]):  # type: ignore[index]
            return parts[0][0] or parts[1][0], parts[0][1] + parts[1][1]  # type: ignore[index]
    return None


def _settled_letters(answer: Term, reference: Term, domains: Mapping[str, Domain]) -> tuple[Term, Term]:
    """E and I that are not declared and stand on one side only mean the constants, as computer algebra writes them; I also beside re, im, arg,
    conj. Among vectors and matrices they do not: there I is the identity."""
    names = free_names(answer) | free_names(reference)
    if "E" not in names and "I" not in names or any(d.shape in ("vector", "matrix") for d in domains.values()):
        return answer, reference
    for letter, name in (("E", "e"), ("I", "i")):
        beside = name == "i" and any(is_complex(t) for t in (answer, reference))
        if letter in domains or (letter in free_names(answer)) == (letter in free_names(reference)) and not beside:
            continue
        change = {symbol(letter): constant(name)}
        answer, reference = replace(answer, change), replace(reference, change)
    return answer, reference


def _dependent(answer: Term, reference: Term) -> tuple[Term, Term]:
    """A bare symbol that both sides differentiate by others is a function of them: dy/dx is dy(x)/dx."""
    per_side = [_differentiated(t) for t in (answer, reference)]
    if not per_side[0] or not per_side[1]:
        return answer, reference
    for name in sorted(per_side[0].keys() & per_side[1].keys()):
        variables = sorted(per_side[0][name] | per_side[1][name])
        change = {symbol(name): apply("call", symbol(name), *[symbol(v) for v in variables])}
        answer, reference = replace(answer, change), replace(reference, change)
    return answer, reference


def _differentiated(term: Term) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for node in walk(term):
        if node.kind != "apply" or node.name not in ("derivative", "partial"):
            continue
        variables, base = set(), node
        while base.kind == "apply" and base.name in ("derivative", "partial") and base.args[1].kind == "symbol":
            variables.add(base.args[1].name)
            base = base.args[0]
        if variables and base.kind == "symbol" and base.name not in variables:
            found[base.name] = found.get(base.name, frozenset()) | variables
    return found
