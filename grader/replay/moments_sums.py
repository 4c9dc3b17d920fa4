"""Means of products of sums over indices, by the cases in which indices coincide.

    E sum_i sum_j f(i, j) = sum_{i, j distinct} E f(i, j) + sum_i E f(i, i)

Under distinct indices independent members part; a sum over distinct indices is written by sums over all indices with the Moebius function of the
lattice of partitions (G.-C. Rota, On the foundations of combinatorial theory I (1964)): for two indices, sum over i != j = sum over all - sum over
i = j.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import factorial
from typing import Any

from grader.kernel import Refused
from grader.replay.moments_algebra import (
    ONE, Atom, Mono, Poly, basics, indices, mul, plus, renamed, renamed_poly, settled, single, times_number, total)

MAX_INDICES = 4


def over_cases(means: Any, mono: Mono, given: frozenset[Atom]) -> Poly:
    """The mean of a monomial with sums in it."""
    binders: list[tuple[str, str]] = []
    flat = ONE
    for atom, e in sorted(mono, key=repr):
        if atom[0] != "sum" or e < 0:
            flat = mul(flat, single(atom, e))
            continue
        if e > MAX_INDICES:
            raise Refused("too high a power of a sum")
        for _ in range(e):
            change = {b: f"~{len(binders) + k}" for k, (b, _) in enumerate(atom[1])}
            binders += [(change[b], n) for b, n in atom[1]]
            flat = mul(flat, settled_renamed(atom[2], change))
    if len(binders) > MAX_INDICES:
        raise Refused("too many indices at once")
    found: Poly = {}
    for m, c in flat.items():
        found = plus(found, times_number(_cases(means, binders, m, given), c))
    return found


def split_again(means: Any, poly: Poly) -> Poly:
    """sum_{i,j} a_i a_j E[X_i X_j] as the mean of the sum: so that its cases are told apart."""
    found: Poly = {}
    for mono, c in poly.items():
        value = {mono - {f for f in mono if _has_joint_mean(f)}: c}
        for atom, _ in [f for f in mono if _has_joint_mean(f)]:
            (joint, e), = [f for f in atom[2] if f[0][0] == "E"]
            whole = mul({atom[2] - {(joint, e)}: Fraction(1)}, {joint[1]: Fraction(1)})
            parts = [times_number(_cases(means, list(atom[1]), m, frozenset()), k) for m, k in whole.items()]
            value = mul(value, plus(*parts))
        found = plus(found, value)
    return found


def _has_joint_mean(factor: tuple[Atom, int]) -> bool:
    """Is it a sum, to the first power, of one joint moment of members with different bound indices?"""
    atom, e = factor
    if atom[0] != "sum" or e != 1 or len(atom[1]) < 2:
        return False
    joint = [f for f in atom[2] if f[0][0] == "E"]
    return len(joint) == 1 and joint[0][1] == 1 and len(indices(joint[0][0]) & {b for b, _ in atom[1]}) > 1


def settled_renamed(mono: Mono, change: dict[str, str]) -> Poly:
    """The monomial with indices renamed; two that become one multiply."""
    powers: dict[Atom, int] = {}
    for atom, e in mono:
        atom = renamed(atom, change)
        powers[atom] = powers.get(atom, 0) + e
    return settled(powers)


def _cases(means: Any, binders: list[tuple[str, str]], mono: Mono, given: frozenset[Atom]) -> Poly:
    touched = frozenset().union(*[indices(a) for a in (*basics(mono), *given)])
    fixed = {i for a in (*basics(mono), *given) if a[0] == "rv" for i in a[2]} - {b for b, _ in binders}
    bound = [b for b in binders if b[0] in touched]
    names = {i for i in fixed if not i.isdigit()}
    simple = len(bound) + len(fixed) < 2 or not any(s.members for s in means.roles.independent)
    if simple or len(names) > 1 or names and len(fixed) > 1 or len({n for _, n in bound}) > 1:
        return total(binders, means.expect({mono: Fraction(1)}, given))
    rest = [b for b in binders if b not in bound]
    span = bound[0][1] if bound else ""
    found: Poly = {}
    for blocks in _partitions([*sorted(fixed), *[b for b, _ in bound]], fixed):
        heads = [block[0] for block in blocks]
        value = means.expect(settled_renamed(mono, {i: block[0] for block in blocks for i in block}), given, frozenset(heads))
        for merged, weight in _coarser(heads, fixed):
            change = {i: block[0] for block in merged for i in block}
            free = [(block[0], span) for block in merged if block[0] not in fixed]
            found = plus(found, times_number(total([*free, *rest], _collapsed(value, change)), weight))
    return found


def _collapsed(value: Poly, change: dict[str, str]) -> Poly:
    return renamed_poly(value, change) if any(k != v for k, v in change.items()) else value


def _partitions(items: Sequence[str], fixed: set[str]) -> Iterator[list[list[str]]]:
    """Partitions of the indices with at most one fixed index in a block (it comes first)."""
    if not items:
        yield []
        return
    *rest, last = items
    for blocks in _partitions(rest, fixed):
        yield [*blocks, [last]]
        if last not in fixed:
            for k, block in enumerate(blocks):
                yield [*blocks[:k], [*block, last], *blocks[k + 1:]]


def _coarser(heads: Sequence[str], fixed: set[str]) -> Iterator[tuple[list[list[str]], int]]:
    """Partitions of the blocks with the Moebius function: the sum over distinct values by sums over all values."""
    for blocks in _partitions(list(heads), fixed):
        weight = 1
        for block in blocks:
            weight *= (-1) ** (len(block) - 1) * factorial(len(block) - 1)
        yield blocks, weight
