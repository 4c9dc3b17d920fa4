"""Products of atoms with labels, and where a pattern stands in one (see `matrix_tensors`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

Label: TypeAlias = "str | int"
Head: TypeAlias = tuple[str, str, bool]
"""(kind, name or key, may its two labels be swapped); kinds: s letter, d Kronecker, size, exp, rexp (reciprocal of exp), rec, fn:NAME, inv, det, pow."""
Atom: TypeAlias = tuple[Head, tuple[Label, ...]]
Mono: TypeAlias = tuple[Atom, ...]


def counts(pattern: Mono) -> dict[Head, int]:
    """How often each head stands in a product."""
    found: dict[Head, int] = {}
    for h, _ in pattern:
        found[h] = found.get(h, 0) + 1
    return found


def matches(pattern: Mono, mono: Mono) -> Iterator[tuple[frozenset[int], dict[Label, Label]]]:
    """Places of the pattern in the product: which atoms it takes, and what its labels are there. Bound labels of the pattern stand for different
    bound labels that occur in no other atom."""

    def search(k: int, used: tuple[int, ...], place: dict[Label, Label]) -> Iterator[tuple[frozenset[int], dict[Label, Label]]]:
        if k == len(pattern):
            inner = [x for s, x in place.items() if isinstance(s, int)]
            outer = {x for j, (_, ls) in enumerate(mono) if j not in used for x in ls} | {x for s, x in place.items() if isinstance(s, str)}
            if len(set(inner)) == len(inner) and not outer & set(inner):
                yield frozenset(used), place
            return
        head, ls = pattern[k]
        for j, (other, there) in enumerate(mono):
            if other != head or j in used:
                continue
            for turned in ((there, there[::-1]) if head[2] and len(there) == 2 and there[0] != there[1] else (there,)):
                found = _agree(place, ls, turned)
                if found is not None:
                    yield from search(k + 1, (*used, j), found)

    yield from search(0, (), {})


def _agree(place: dict[Label, Label], here: tuple[Label, ...], there: tuple[Label, ...]) -> dict[Label, Label] | None:
    found = dict(place)
    for s, x in zip(here, there):
        if isinstance(s, int) and not isinstance(x, int) or found.setdefault(s, x) != x:
            return None
    return found
