"""What must be positive for a claim about densities to be defined: the functions and letters whose logarithm is taken."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from grader.algebra.densities import Tree
from grader.algebra.density_polynomials import Atom


def assumed_positive(logs: Iterable[Tree], known: Iterable[Atom] = ()) -> list[Atom]:
    """Functions and letters that must be positive because the logarithm of them, times known positive factors, is taken somewhere.

    `logs` are the arguments of all logarithms that are written. Returned in the order in which they follow: each is the only factor of unknown
    sign, with an odd power, of some logarithm's argument.
    """
    positive = set(known)
    order: list[Atom] = []
    arguments = sorted(set(logs), key=repr)
    while True:
        for argument in arguments:
            unknown = [(t, e) for t, e in _factors(argument, Fraction(1)) if not _surely_positive(t, positive)]
            if len(unknown) == 1 and unknown[0][0][0] in ("fun", "scalar") and unknown[0][1].denominator == 1 and unknown[0][1] % 2:
                tree = unknown[0][0]
                order.append(tree[:2])
                positive.add(tree[:2])
                break
        else:
            return order


def _factors(tree: Tree, e: Fraction) -> list[tuple[Tree, Fraction]]:
    if tree[0] == "mul":
        merged: dict[Tree, Fraction] = {}
        for part in tree[1]:
            for t, k in _factors(part, e):
                merged[t] = merged.get(t, Fraction(0)) + k
        return [(t, k) for t, k in merged.items() if k]
    if tree[0] == "pow":
        return _factors(tree[1], e * tree[2])
    return [(tree, e)]


def _surely_positive(tree: Tree, positive: set[Atom]) -> bool:
    kind = tree[0]
    if kind in ("joint", "exp"):
        return True
    if kind == "num":
        return tree[1] > 0
    if kind in ("fun", "scalar"):
        return tree[:2] in positive
    if kind in ("add", "mul"):
        return all(_surely_positive(t, positive) for t in tree[1])
    if kind in ("sum", "isum"):
        return _surely_positive(tree[3], positive)
    return kind == "pow" and _surely_positive(tree[1], positive)
