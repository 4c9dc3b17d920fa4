"""Bounds as sums of terms that are never negative: which terms to try, and with which factors.

Candidates come from what the sides are made of: squares of their vectors, of sums and differences of two, of numbers; quadratic forms of matrices that
are positive semidefinite by hypothesis; Cauchy-Schwarz and the triangle inequality for norms that occur; weighted squares about a weighted mean. The
factors are found by exact linear programming over the products of the normal form; the checker adds everything up again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import combinations
from typing import Any

from grader.algebra.simplex import maximize
from grader.kernel import Refused
from grader.model import AtMost, Claim
from grader.replay.linear_algebra import difference
from grader.replay.matrix_claims import Situation, forms_of, stated
from grader.replay.matrix_quantities import quantity
from grader.replay.matrix_shapes import NUMBER, NoForm, Unfit
from grader.term import Term, apply, free_names, from_data, number, symbol, to_data, walk

MAX_CANDIDATES, MAX_VECTORS = 90, 9


def combination(claim: Claim, s: Situation, check: Callable[[], None]) -> list[list[Any]] | None:
    """Terms (see `replay.linear_algebra.quantity`) that add up to right - left, or None. Fails with `NoForm`."""
    forms = forms_of(s)
    goal = forms.scaled(difference(s, forms), -1)
    if not s.sides[0].is_number:
        return None
    strict = isinstance(claim.conclusion, AtMost) and claim.conclusion.strict
    found: list[tuple[list[Any], dict[Any, Fraction], bool]] = []
    if not goal:
        return None if strict else []
    for item in candidates(claim, s):
        check()
        if not item:
            made = _factors(goal, found, strict, check)
            if made is not None:
                return made
            continue
        if len(found) >= MAX_CANDIDATES:
            continue
        try:
            q, positive = quantity(claim, s, forms, item, [])
        except (Refused, NoForm, Unfit, AttributeError):
            continue
        if q and all(q != other for _, other, _ in found):
            found.append((item, q, positive))
    return None


def _factors(goal: dict[Any, Fraction], found: list[tuple[list[Any], dict[Any, Fraction], bool]], strict: bool, check: Callable[[], None]) -> list[list[Any]] | None:
    useful = _relevant(goal, found)
    monos = sorted({m for _, q, _ in useful for m in q} | set(goal), key=str)
    rows = [[q.get(m, Fraction(0)) for _, q, _ in useful] for m in monos]
    best = maximize(rows, [goal.get(m, Fraction(0)) for m in monos], [Fraction(positive) for _, _, positive in useful], check) if useful else None
    if best is None or strict and not best.value:
        return None
    made = [[item[0], to_data(_times(c, item[1])), *item[2:]] for c, (item, _, _) in zip(best.point, useful) if c]
    return made


def _times(c: Fraction, weight: Any) -> Term:
    return from_data(weight) if c == 1 else apply("mul", number(c), from_data(weight))


def _relevant(goal: dict[Any, Fraction], found: list[Any]) -> list[Any]:
    """Candidates connected to the goal by shared products."""
    reached, kept = set(goal), []
    rest = list(found)
    again = True
    while again:
        again = False
        for entry in list(rest):
            if reached & set(entry[1]):
                reached |= set(entry[1])
                kept.append(entry)
                rest.remove(entry)
                again = True
    return kept


# ---- candidates


def candidates(claim: Claim, s: Situation) -> Iterable[list[Any]]:
    """Quantities that may occur, the likely ones first; an empty one after each group, where it is worth seeing whether they do."""
    terms = list(dict.fromkeys(n for t in (*stated(claim)[0], *s.defined.values()) for n in walk(t)))
    vectors, matrices, numbers = _by_shape(claim, s, terms)
    weights = [number(1), *[t for t in numbers if t.kind == "symbol" or t.kind == "apply" and t.name in ("div", "pow", "sqrt")][:6]]
    known = [t for t in matrices if t.kind == "symbol" or t.is_apply("inverse")] + _hypothetical(claim)
    spread = [a.args[0] for a in terms if a.is_apply("diag", 1)] + [a for a in terms if a.is_apply("softmax", 1)]
    spread += [symbol(n) for n, d in claim.domains if d.shape == "vector" and (d.is_nonnegative or "simplex" in d.traits)]
    spread += [apply("hadamard", symbol(n), _minus(number(d.upper), symbol(n))) for n, d in claim.domains
               if d.shape == "vector" and d.is_nonnegative and d.upper is not None]
    one = to_data(number(1))
    for v in vectors:
        for w in weights:
            yield ["square", to_data(w), to_data(v)]
            yield from (["form", to_data(w), to_data(a), to_data(v)] for a in known)
    yield []
    for v in vectors:
        for w in spread:
            yield ["square", to_data(w), to_data(v)]
            mean = apply("mul", apply("transpose", w), v)
            yield ["square", to_data(w), to_data(_minus(v, apply("mul", mean, symbol("ones"))))]
    yield from (["square", one, to_data(m)] for m in matrices[:6])
    for t in numbers[:10]:
        yield ["weight", to_data(t)]
        yield from (["square", to_data(w), to_data(t)] for w in weights)
    yield []
    norms = list(dict.fromkeys(n.args[0] for n in terms if n.is_apply("norm")))
    pairs = list(combinations(list(dict.fromkeys([*norms, *vectors]))[:7], 2))
    for u, v in pairs if norms else ():
        for turned in (v, apply("neg", v)):
            yield from ([kind, one, to_data(a), to_data(turned)] for kind, a in (("cauchy", u), ("triangle", u), ("triangle", _minus(u, turned))))
    for u, v in pairs:
        crossed = _minus(apply("mul", u, apply("transpose", v)), apply("mul", v, apply("transpose", u)))
        yield from (["square", one, to_data(t)] for t in (_minus(u, v), apply("add", u, v), crossed))
    yield []
    for a, b in combinations(numbers[:8], 2):
        yield from (["square", one, to_data(t)] for t in (_minus(a, b), apply("add", a, b)))
        yield ["weight", to_data(apply("mul", a, b))]
    yield from (["square", one, to_data(_minus(a, b))] for a, b in combinations(matrices[:4], 2))
    yield []


def _minus(a: Term, b: Term) -> Term:
    return apply("add", a, apply("neg", b))


def _hypothetical(claim: Claim) -> list[Term]:
    """Matrices that the hypotheses say to be positive semidefinite."""
    made = []
    for c in claim.conditions:
        if c.kind == "relation" and c.signs[0] in ("succeq", "succ", "preceq", "prec"):
            big, small = c.args[:2] if c.signs[0][0] == "s" else c.args[1::-1]
            made.append(big if small.kind == "number" else _minus(big, small))
    return made


def _by_shape(claim: Claim, s: Situation, terms: list[Term]) -> tuple[list[Term], list[Term], list[Term]]:
    vectors: dict[Term, None] = {}
    matrices: dict[Term, None] = {}
    numbers: dict[Term, None] = {}
    pieces: dict[Term, None] = {}
    for t in terms:
        if t.is_apply("mul"):
            for k in range(len(t.args)):
                pieces[apply("mul", *t.args[k:]) if len(t.args) - k > 1 else t.args[k]] = None
                for j in range(k + 1, len(t.args)):
                    pieces[apply("mul", *t.args[k:j]) if j - k > 1 else t.args[k]] = None
        if t.kind in ("apply", "symbol"):
            pieces[t] = None
    bound = {b.name for t in terms for b in t.bound}
    for t in pieces:
        if free_names(t) & bound or t.size > 60:
            continue
        try:
            node = s.language.node(t)
        except (NoForm, Unfit):
            continue
        shape = s.shape(node)
        if shape == NUMBER:
            numbers[t] = None
        elif shape[1] == "1":
            vectors[t] = None
        elif shape[0] != "1":
            matrices[t] = None
    for u in [t for t in vectors if t.kind == "symbol"]:
        for m in [t for t in matrices if t.kind == "symbol"]:
            for turned in (m, apply("transpose", m)):
                product = apply("mul", turned, u)
                try:
                    if s.shape(s.language.node(product))[1] == "1":
                        vectors[product] = None
                except (NoForm, Unfit):
                    continue
    size = lambda t: (t.size, str(t))  # noqa: E731 - a short name for a sort key
    return sorted(vectors, key=size)[:MAX_VECTORS], sorted(matrices, key=size), sorted(numbers, key=size)
