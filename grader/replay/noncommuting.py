"""Formulas in matrices that are only names: sums of words in a free algebra with inverses and transposes.

A word is a sequence of letters, each a name with marks (transposed, inverted); its coefficient is a polynomial in the scalar symbols. The rules are
those that hold for matrices of every size: (AB)^T = B^T A^T, (A + B)^T = A^T + B^T, (AB)^-1 = B^-1 A^-1, A A^-1 = 1, trace and determinant are not
taken apart. Two formulas with the same words are equal wherever both are defined.
"""

from __future__ import annotations

from fractions import Fraction

from grader.kernel import Refused
from grader.model import Claim
from grader.replay import exact_polynomials as ep
from grader.replay.semantics import atom_name
from grader.term import Term, free_names

Letter = tuple[str, bool, bool]
"""(name, transposed, inverted)"""
Words = dict[tuple[Letter, ...], ep.Polynomial]
MAX_WORDS = 600
MAX_POWER = 12


def is_matrix_claim(claim: Claim, *terms: Term) -> bool:
    """Does a symbol declared a matrix or vector occur?"""
    return any(claim.domain(name).shape in ("matrix", "vector") for term in terms for name in free_names(term))


def words(term: Term, claim: Claim) -> Words:
    """The sum of words. Fails with `Refused` for operations of another kind."""
    name = atom_name(term) if term.kind != "number" else None
    if name is not None:
        shape = claim.domain(name).shape
        if shape in ("matrix", "vector"):
            return {() if name == "I" and shape == "matrix" else ((name, False, False),): ep.constant(1)}
        if shape != "scalar" or term.kind != "symbol":
            raise Refused("a symbol that is neither a matrix nor a number")
        return {(): ep.variable(name)}
    if term.kind == "number":
        return {(): ep.constant(term.value)} if term.value else {}
    if term.kind != "apply":
        raise Refused(f"a {term.name or term.kind} among matrices")
    if term.name == "add":
        found = words(term.args[0], claim)
        for a in term.args[1:]:
            found = _plus(found, words(a, claim))
        return found
    if term.name == "neg":
        return _scaled(words(term.args[0], claim), Fraction(-1))
    if term.name == "mul":
        found = words(term.args[0], claim)
        for a in term.args[1:]:
            found = _times(found, words(a, claim))
        return found
    if term.name == "div":
        down = words(term.args[1], claim)
        if set(down) != {()} or set(down[()]) != {()}:
            raise Refused("division by something that is no number")
        return _scaled(words(term.args[0], claim), 1 / down[()][()])
    if term.name == "transpose" or term.is_apply("pow") and term.args[1] in (Term("symbol", "T"), Term("constant", "T")):
        return {tuple((n, not t, i) for n, t, i in reversed(w)): c for w, c in words(term.args[0], claim).items()}
    if term.name == "inverse":
        return _inverted(words(term.args[0], claim))
    if term.name == "pow":
        return _power(term, claim)
    raise Refused(f"{term.name} of matrices")


def _power(term: Term, claim: Claim) -> Words:
    exponent = term.args[1]
    sign, size = (-1, exponent.args[0]) if exponent.is_apply("neg") else (1, exponent)
    if size.kind != "number" or size.value.denominator != 1 or not 1 <= size.value <= MAX_POWER:
        raise Refused("such a power of a matrix")
    base = words(term.args[0], claim)
    base = base if sign > 0 else _inverted(base)
    found = base
    for _ in range(int(size.value) - 1):
        found = _times(found, base)
    return found


def _inverted(found: Words) -> Words:
    if len(found) != 1:
        raise Refused("the inverse of a sum")
    (word, c), = found.items()
    if set(c) != {()}:
        raise Refused("the inverse of a multiple by a symbol")
    return {tuple((n, t, not i) for n, t, i in reversed(word)): ep.constant(1 / c[()])}


def _plus(a: Words, b: Words) -> Words:
    made = dict(a)
    for w, c in b.items():
        total = ep.add(made[w], c) if w in made else c
        if total:
            made[w] = total
        else:
            made.pop(w, None)
    return made


def _scaled(a: Words, c: Fraction) -> Words:
    return {w: ep.scale(p, c) for w, p in a.items()} if c else {}


def _times(a: Words, b: Words) -> Words:
    if len(a) * len(b) > MAX_WORDS:
        raise Refused("too many words")
    made: Words = {}
    for v, c in a.items():
        for w, d in b.items():
            made = _plus(made, {_joined(v, w): ep.multiply(c, d)})
    return made


def _joined(v: tuple[Letter, ...], w: tuple[Letter, ...]) -> tuple[Letter, ...]:
    left, right = list(v), list(w)
    while left and right and left[-1][0] == right[0][0] and left[-1][1] == right[0][1] and left[-1][2] != right[0][2]:
        left.pop()
        right.pop(0)
    return (*left, *right)
