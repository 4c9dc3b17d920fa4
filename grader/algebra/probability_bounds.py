"""Why one expression over densities is at most another: the difference as a sum of quantities that are never negative.

The quantities are
- jensen: log sum_z w g - sum_z w log g >= 0 for w >= 0 with sum_z w = 1 and g > 0 (Jensen's inequality for the logarithm; with g = b / w for
  another density b it is
  KL(w || b) >= 0);
- tangent: t - 1 - log t >= 0 for t > 0;
- variance: sum_z w h^2 - (sum_z w h)^2 >= 0 for such a w;
- positive: an expression without a minus sign in positive atoms;
and their averages with weights that are not negative, and their multiples by positive numbers and letters.

`explain` looks for coefficients c >= 0 with right - left = sum c_k N_k, for one or two of the candidates that the claim's own densities, sums
and logarithms suggest. Nothing is claimed where none is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from grader.algebra.densities import Tree, joint, minus, product, subtrees
from grader.algebra.density_names import Setting, Unsupported, Var
from grader.algebra.density_polynomials import ONE, Mono, Poly, add, scale
from grader.algebra.probability_normal_form import NormalForm

MAX_CANDIDATES = 160
MAX_LAWS = 40
MAX_VARIABLES = 5
"""Densities of more variables give no candidates beyond the conditionals that are written."""

Bound = tuple[Var, str]


@dataclass(frozen=True)
class Quantity:
    """A quantity that is never negative: how it is made (`form`, with trees) and the tree of its value."""

    form: tuple[Any, ...]
    value: Tree


def _reciprocal(tree: Tree) -> Tree:
    return ("pow", tree, Fraction(-1))


def summed(bound: Iterable[Bound], tree: Tree) -> Tree:
    """The sum of a tree over some variables."""
    for var, slot in reversed(tuple(bound)):
        tree = ("sum", var, slot, tree)
    return tree


def jensen(bound: tuple[Bound, ...], weight: Tree, inner: Tree) -> Quantity:
    """log sum w g - sum w log g."""
    value = ("add", (("log", summed(bound, product(weight, inner))), minus(summed(bound, product(weight, ("log", inner))))))
    return Quantity(("jensen", bound, weight, inner), value)


def tangent(tree: Tree) -> Quantity:
    """t - 1 - log t."""
    return Quantity(("tangent", tree), ("add", (tree, ("num", Fraction(-1)), minus(("log", tree)))))


def variance(bound: tuple[Bound, ...], weight: Tree, inner: Tree) -> Quantity:
    """sum w h^2 - (sum w h)^2."""
    square = product(inner, inner)
    mean = summed(bound, product(weight, inner))
    return Quantity(("variance", bound, weight, inner), ("add", (summed(bound, product(weight, square)), minus(product(mean, mean)))))


def average(bound: tuple[Bound, ...], weight: Tree, quantity: Quantity) -> Quantity:
    """The weighted sum of a quantity over some variables."""
    return Quantity(("average", bound, weight, quantity.form), summed(bound, product(weight, quantity.value)))


def over_index(index: str, span: str, quantity: Quantity) -> Quantity:
    """The sum of a quantity over an index."""
    return Quantity(("index", index, span, quantity.form), ("isum", index, span, quantity.value))


@dataclass(frozen=True)
class Law:
    """A conditional density name(left | right) over variables of the claim."""

    name: Any
    left: tuple[tuple[str, Var], ...]
    right: tuple[tuple[str, Var], ...]

    @property
    def tree(self) -> Tree:
        whole = joint(self.name, (*self.left, *self.right))
        return product(whole, _reciprocal(joint(self.name, self.right))) if self.right else whole

    @property
    def bound(self) -> tuple[Bound, ...]:
        return tuple([(v, s) for s, v in self.left])


def laws(setting: Setting, trees: tuple[Tree, ...]) -> list[Law]:
    """The conditionals that the claim writes, then those that its joint densities have over the variables that it sums."""
    found: dict[Law, None] = {}
    for call in setting.calls():
        try:
            name, left, right = setting.called(call)
        except Unsupported:
            continue
        found[Law(name, tuple(sorted(left)), tuple(sorted(right)))] = None
    summed = {node[1] for tree in trees for node in subtrees(tree) if node[0] == "sum"}
    scope: dict[Any, set[tuple[str, Var]]] = {}
    for tree in trees:
        for node in subtrees(tree):
            if node[0] == "joint":
                scope.setdefault(node[1], set()).update(node[2])
    for name in sorted(scope):
        pairs = sorted(scope[name]) if len(scope[name]) <= MAX_VARIABLES else []
        for size in range(1, len(pairs) + 1):
            for left in combinations([p for p in pairs if p[1] in summed], size):
                rest = [p for p in pairs if p not in left and p[0] not in [s for s, _ in left]]
                for count in range(len(rest) + 1):
                    for right in combinations(rest, count):
                        found[Law(name, left, right)] = None
    return [law for law in found if len({s for s, _ in (*law.left, *law.right)}) == len(law.left) + len(law.right)][:MAX_LAWS]


def candidates(setting: Setting, trees: tuple[Tree, ...]) -> Iterator[Quantity]:
    """Quantities that may explain the difference, the likely ones first."""
    known = laws(setting, trees)
    logs = [node[1] for tree in trees for node in subtrees(tree) if node[0] == "log"]
    base: list[Quantity] = [quantity for argument in logs for quantity in _from_log(argument, known)]
    for first in known:
        for second in known:
            if first != second and first.left == second.left:
                base.append(jensen(first.bound, first.tree, product(second.tree, _reciprocal(first.tree))))
        base += _against_products(first, known)
    for tree in trees:
        for node in subtrees(tree):
            if node[0] == "pow" and node[2] == 2 or node[0] == "mul" and len(node[1]) == 2:
                base += list(_from_square(node[1] if node[0] == "pow" else node[1][0], known))
    base += [tangent(t) for argument in logs for t in (argument, _reciprocal(argument))]
    base = list(dict.fromkeys(base))[:MAX_CANDIDATES]
    yield from base
    summed = {node[1] for tree in trees for node in subtrees(tree) if node[0] == "sum"}
    spans = {(node[1], node[2]): None for tree in trees for node in subtrees(tree) if node[0] == "isum"}
    for quantity in base:
        free = _free(quantity.value)
        for law in known:
            if not law.right and law.left and all(v in summed and v in free for _, v in law.left):
                yield average(law.bound, law.tree, quantity)
        for index, span in spans:
            if any(index in v[1] for v in free):
                yield over_index(index, span, quantity)


def _against_products(law: Law, known: list[Law]) -> Iterator[Quantity]:
    """KL of a joint against a product of two densities that share out its variables."""
    if len(law.left) < 2:
        return
    for a, b in combinations(known, 2):
        if not a.right and not b.right and tuple(sorted((*a.left, *b.left))) == law.left:
            yield jensen(law.bound, law.tree, product(a.tree, b.tree, _reciprocal(law.tree)))


def _outer_sums(tree: Tree) -> Iterator[tuple[tuple[Bound, ...], Tree]]:
    """The tree as a sum over its outermost one, two, ... variables: their list and the body."""
    factors = [tree]
    if tree[0] == "mul":
        factors = list(tree[1])
    sums = [t for t in factors if t[0] == "sum"]
    if len(sums) != 1:
        return
    rest = [t for t in factors if t is not sums[0]]
    bound: tuple[Bound, ...] = ()
    inner = sums[0]
    while inner[0] == "sum":
        bound += ((inner[1], inner[2]),)
        inner = inner[3]
        yield bound, product(*rest, inner) if rest else inner


def _from_log(argument: Tree, known: list[Law]) -> Iterator[Quantity]:
    """Jensen gaps at a logarithm of a sum."""
    for bound, body in _sums_in(argument):
        for weight in _weights(bound, known):
            yield jensen(bound, weight, product(body, _reciprocal(weight)))


def _sums_in(tree: Tree) -> Iterator[tuple[tuple[Bound, ...], Tree]]:
    yield from _outer_sums(tree)
    if tree[0] == "add":
        parts = [next(_outer_sums(t), None) for t in tree[1]]
        if all(p is not None for p in parts) and len({p[0] for p in parts if p}) == 1:
            yield parts[0][0], ("add", tuple([p[1] for p in parts if p]))  # type: ignore[index]


def _from_square(base: Tree, known: list[Law]) -> Iterator[Quantity]:
    for bound, body in _sums_in(base):
        for weight in _weights(bound, known):
            yield variance(bound, weight, product(body, _reciprocal(weight)))


def _weights(bound: tuple[Bound, ...], known: list[Law]) -> Iterator[Tree]:
    """Densities, and products of two, of exactly these variables."""
    wanted = sorted([v for v, _ in bound])
    for law in known:
        if sorted([v for _, v in law.left]) == wanted:
            yield law.tree
    if len(wanted) > 1:
        for a, b in combinations(known, 2):
            if sorted([v for _, v in (*a.left, *b.left)]) == wanted:
                yield product(a.tree, b.tree)


def _free(tree: Tree) -> set[Var]:
    if tree[0] in ("add", "mul"):
        return set().union(*[_free(t) for t in tree[1]])
    if tree[0] in ("pow", "log", "exp"):
        return _free(tree[1])
    if tree[0] == "sum":
        return _free(tree[3]) - {tree[1]}
    if tree[0] == "isum":
        return _free(tree[3])
    if tree[0] == "joint":
        return {v for _, v in tree[2]}
    if tree[0] == "fun":
        return set(tree[2])
    return {tree[1]} if tree[0] == "value" else set()


def explain(setting: Setting, left: Tree, right: Tree, form: NormalForm) -> list[tuple[Poly, Quantity | None]] | None:
    """Coefficients and quantities that add up to right - left, or None. A coefficient without quantity is itself never negative."""
    gap = add(form.of(right), scale(form.of(left), Fraction(-1)))
    if form.is_zero(gap):
        return []
    if form.positive_poly(gap):
        return [(gap, None)]
    pool: list[tuple[Quantity, Poly]] = []
    for quantity in candidates(setting, (left, right)):
        form.check()
        try:
            value = form.of(quantity.value)
        except Unsupported:
            continue
        if not value or not value.keys() & gap.keys() and not _multiple(gap, value, form):
            continue
        factor = _multiple(gap, value, form)
        if factor is not None:
            return [(factor, quantity)]
        rest = _leftover(gap, value, form)
        if rest is not None:
            return [({ONE: rest[0]}, quantity), (rest[1], None)]
        pool.append((quantity, value))
    for (q1, v1), (q2, v2) in combinations(pool[:60], 2):
        form.check()
        pair = _combination(gap, v1, v2)
        if pair is not None:
            return [({ONE: pair[0]}, q1), ({ONE: pair[1]}, q2)]
    return None


def _multiple(gap: Poly, value: Poly, form: NormalForm) -> Poly | None:
    """A positive monomial c with gap = c value."""
    if len(gap) != len(value):
        return None
    lead = min(value, key=form.names.text_mono)
    inverse: Mono = frozenset([(a, -e) for a, e in lead])
    for mono in sorted(gap, key=form.names.text_mono):
        c = form.mul({inverse: 1 / value[lead]}, {mono: gap[mono]})
        if form.positive_poly(c) and form.mul(c, value) == gap:
            return c
    return None


def _leftover(gap: Poly, value: Poly, form: NormalForm) -> tuple[Fraction, Poly] | None:
    """c > 0 with gap - c value positive term by term."""
    shared = [m for m in value if m in gap]
    for c in sorted({gap[m] / value[m] for m in shared if gap[m] / value[m] > 0}):
        rest = add(gap, scale(value, -c))
        if rest and form.positive_poly(rest):
            return c, rest
    return None


def _combination(gap: Poly, first: Poly, second: Poly) -> tuple[Fraction, Fraction] | None:
    """a, b > 0 with gap = a first + b second."""
    own = [m for m in first if m not in second]
    if own:
        a = gap.get(own[0], Fraction(0)) / first[own[0]]
    else:
        return None
    rest = add(gap, scale(first, -a))
    if a <= 0 or not rest or len(rest) != len(second):
        return None
    mono = next(iter(second))
    b = rest.get(mono, Fraction(0)) / second[mono]
    return (a, b) if b > 0 and rest == scale(second, b) else None
