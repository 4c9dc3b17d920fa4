"""Notations that stand for something else, put in its place: the value at a point, a norm of a number, a bar over a complex number, an equation
of tuples, operations on matrices and vectors that are written out, gamma functions of halves.

Definitions, like `definitions` and `natures`, used by whoever looks for evidence and by whoever replays it. The rewritten claim says the same.
"""

from __future__ import annotations

from dataclasses import replace as changed
from fractions import Fraction

from grader.kernel import Refused
from grader.model import Claim, Equal
from grader.replay import matrices, natures
from grader.replay.semantics import NoMeaning, symbols_of
from grader.term import Term, apply, collection, constant, free_names, number, relation, replace, walk

_WORDS = frozenset("at norm bar star cross dotproduct inner gradient".split())
_SUMS = frozenset("add neg mul div abs".split())
MAX_HALVES = 60
"""Largest half of an odd number whose gamma function is written as a root of pi."""


def written_plainly(claim: Claim) -> Claim:
    """The claim without those notations; the very same claim where there is none. Fails with `Refused` where one has no meaning."""
    if not isinstance(claim.conclusion, Equal):
        return claim
    left, right = claim.conclusion.left, claim.conclusion.right
    plain = _Plain(claim)
    sides = [plain.term(t) if _has_notation(t) else t for t in (left, right)]
    for k in (0, 1):
        if sides[k].is_apply("inner", 2) and _is_vector(sides[1 - k]) and len(sides[1 - k].args) == 2:
            sides[k] = collection("tuple", *sides[k].args)  # <1 + t, 3> beside a vector is one
    if any(matrices.has_matrices(t) for t in sides):
        sides = [matrices.worked_out(t) for t in sides]
    if sides[0] == left and sides[1] == right:
        return claim
    return changed(claim, conclusion=Equal(*sides), label="")


def _has_notation(term: Term) -> bool:
    return any(node.kind == "apply" and (node.name in _WORDS or node.name in _SUMS and any(map(_is_vector, node.args)) or _half(node) is not None)
               or _is_tuple_equation(node) for node in walk(term))


def _is_vector(term: Term) -> bool:
    """Is it a tuple of numbers or formulas that is written out?"""
    return term.kind == "tuple" and term.name in ("tuple", "list") and len(term.args) > 1 and all(natures.nature(a) == "number" for a in term.args)


def _half(node: Term) -> int | None:
    """The odd number p of gamma(p/2), or of (p/2 - 1)!."""
    if node.kind != "apply" or node.name not in ("gamma", "factorial") or node.args[0].size > 4:
        return None
    u = node.args[0]
    sign, u = (-1, u.args[0]) if u.is_apply("neg", 1) else (1, u)
    value = u.value if u.kind == "number" else None
    if u.is_apply("div", 2) and all(a.kind == "number" for a in u.args) and u.args[1].value:
        value = u.args[0].value / u.args[1].value  # type: ignore[operator]
    if value is None or value.denominator != 2 or value > MAX_HALVES:
        return None
    return int(2 * sign * value) + (2 if node.name == "factorial" else 0)


def _root_of_pi(p: int) -> Term:
    """gamma(p/2) for an odd p, from gamma(1/2) = sqrt(pi) by gamma(x + 1) = x gamma(x)."""
    factor, at = Fraction(1), Fraction(1, 2)
    while at < Fraction(p, 2):
        factor, at = factor * at, at + 1
    while at > Fraction(p, 2):
        at -= 1
        factor /= at
    return apply("mul", number(factor), apply("sqrt", constant("pi")))


def _vectors(node: Term) -> Term | None:
    """The sum, multiple, product or length of vectors that are written out; None where it is none."""
    op, args = node.name, node.args
    vectors = [a for a in args if _is_vector(a)]
    size = len(vectors[0].args) if vectors else 0
    if not vectors or any(len(v.args) != size for v in vectors):
        return None
    if op in ("norm", "abs") and len(args) == 1:
        return apply("sqrt", apply("add", *[apply("pow", e, number(2)) for e in vectors[0].args]))
    if op in ("dotproduct", "inner", "mul") and len(vectors) == len(args) == 2:
        return apply("add", *[apply("mul", a, b) for a, b in zip(args[0].args, args[1].args)])
    if op == "cross" and len(vectors) == len(args) == 2 and size == 3:
        (a, b, c), (x, y, z) = args[0].args, args[1].args
        return collection("tuple", *[apply("add", apply("mul", p, q), apply("neg", apply("mul", r, t))) for p, q, r, t in (
            (b, z, c, y), (c, x, a, z), (a, y, b, x))])
    if op == "add" and len(vectors) == len(args):
        return collection("tuple", *[apply("add", *entries) for entries in zip(*(v.args for v in args))])
    if op == "neg":
        return collection("tuple", *[apply("neg", e) for e in vectors[0].args])
    others = [a for a in args if not _is_vector(a)]
    if len(vectors) != 1 or any(natures.nature(a) != "number" or a.kind == "tuple" for a in others):
        return None
    if op == "mul":
        return collection("tuple", *[apply("mul", *others, e) for e in vectors[0].args])
    if op == "div" and args[0] is vectors[0]:
        return collection("tuple", *[apply("div", e, args[1]) for e in vectors[0].args])
    return None


def _is_tuple_equation(node: Term) -> bool:
    """(x, y) = (3, 4) between tuples or lists of the same length."""
    return node.kind == "relation" and node.signs == ("=",) and all(a.kind == "tuple" and a.name in ("tuple", "list") for a in node.args) and (
        len(node.args[0].args) == len(node.args[1].args) > 0)


class _Plain:
    """Rewrites the terms of one claim."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        sides = (claim.conclusion.left, claim.conclusion.right)  # type: ignore[union-attr]
        self.bare = {node.name for side in sides for node in _outside_marks(side)}

    def term(self, term: Term) -> Term:
        """The term without the notations."""
        if not _has_notation(term):
            return term
        args = tuple(self.term(a) for a in term.args)
        if term.kind == "apply" and (term.name in _SUMS or term.name in ("cross", "dotproduct", "norm", "abs")):
            args = tuple(collection("tuple", *a.args) if a.is_apply("inner", 2) and not free_names(a) else a for a in args)  # <1, 2>
        node = term.with_args(args)
        half = _half(node)
        if half is not None:
            return _root_of_pi(half)
        if node.kind == "apply" and (node.name in _SUMS or node.name in _WORDS):
            made = _vectors(node)
            if made is not None:
                return made
        if node.is_apply("gradient", 1):
            return _gradient(node)
        if node.is_apply("at"):
            return _at(node)
        if _is_tuple_equation(node):
            parts = [relation("=", a, b) for a, b in zip(node.args[0].args, node.args[1].args)]
            return parts[0] if len(parts) == 1 else apply("and", *parts)
        if node.is_apply("norm", 1) and self._is_number(node.args[0]):
            return apply("abs", node.args[0])
        if node.kind == "apply" and node.name in ("bar", "star") and node.args[0].kind == "symbol" and node.args[0].name in self.bare:
            domain = self.claim.domain(node.args[0].name)
            if domain.field == "complex" and domain.shape == "scalar":
                return apply("conj", node.args[0])
        if node.is_apply("bar") and node.args[0].kind == "apply" and self._is_complex(node.args[0]):
            return apply("conj", node.args[0])
        return node

    def _is_complex(self, term: Term) -> bool:
        """A formula, not a name, in scalars of which one may be complex."""
        try:
            domains = [self.claim.domain(n) for n in symbols_of(term)]
        except NoMeaning:
            return False
        return natures.nature(term) == "number" and term.name in ("add", "neg", "mul", "div", "pow", "exp") and all(
            d.shape == "scalar" for d in domains) and (any(d.field == "complex" for d in domains) or any(n == constant("i") for n in walk(term)))

    def _is_number(self, term: Term) -> bool:
        try:
            names = symbols_of(term)
        except NoMeaning:
            return False
        return natures.nature(term) == "number" and all(self.claim.domain(n).shape == "scalar" for n in names) and not any(
            node.kind == "tuple" or node.kind == "apply" and node.name in ("vec", "gradient", "cross", "inverse", "transpose") for node in walk(term))


def _outside_marks(term: Term) -> list[Term]:
    """Symbols that do not stand under a bar or star."""
    if term.kind == "symbol":
        return [term]
    if term.kind == "apply" and term.name in ("bar", "star"):
        return []
    return [s for a in term.args for s in _outside_marks(a)]


def _gradient(node: Term) -> Term:
    """The derivatives by x, y (and z) of a formula in these alone; any other gradient stays as it is."""
    names = tuple(sorted(free_names(node.args[0])))
    if names not in (("x", "y"), ("x", "y", "z")) or natures.nature(node.args[0]) != "number" or any(n.is_apply("call") for n in walk(node)):
        return node
    return collection("tuple", *[apply("partial", node.args[0], Term("symbol", n), number(1)) for n in names])


def _at(node: Term) -> Term:
    """The body at the place; between two places the difference. The one symbol of the body is meant where none is named."""
    body, places = node.args[0], node.args[1:]
    values = []
    for place in places:
        if place.kind == "relation" and place.signs == ("=",) and place.args[0].kind == "symbol":
            name, value = place.args
        elif len(free_names(body)) == 1:
            name, value = Term("symbol", next(iter(free_names(body)))), place
        else:
            raise Refused("a place for which symbol is not said")
        try:
            values.append(replace(body, {name: value}))
        except ValueError as error:
            raise Refused(str(error)) from error
    if len(values) == 1:
        return values[0]
    if len(values) != 2:
        raise Refused("places of another form")
    return apply("add", values[1], apply("neg", values[0]))
