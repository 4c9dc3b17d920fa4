"""Block matrices: sums, products and transposes of matrices whose entries are matrices, worked out block by block.

A product of block matrices is that of the blocks wherever the blocks' shapes fit (R. Horn, C. Johnson, Matrix Analysis, 2013, section 0.7); two block
matrices of the same blocking are equal exactly where their blocks are.
"""

from __future__ import annotations

from grader.replay.matrix_shapes import is_array
from grader.term import Term, apply, free_names, number, walk
from grader.theories._theory import Context

Grid = list[list[Term]]
MAX_BLOCKS = 16
ZERO = number(0)


def has_blocks(term: Term, context: Context) -> bool:
    """Does a matrix of matrices occur?"""
    return any(_is_block(n, context) for n in walk(term))


def _is_block(term: Term, context: Context) -> bool:
    return term.kind == "tuple" and term.name == "matrix" and any(is_array(context.domain(n)) and not _is_entry(e, n) for row in term.args for e in (
        row.args if row.kind == "tuple" else (row,)) for n in free_names(e))


def _is_entry(term: Term, name: str) -> bool:
    """Does the name occur with an index only, in something that is a number (a_{11}), or in an inner product?"""
    return term.is_apply("index") or term.kind == "apply" and term.name in ("norm", "inner", "trace", "det")


def _is_written(term: Term) -> bool:
    return term.kind == "tuple" and term.name == "matrix"


def grid(term: Term, context: Context | None) -> Grid | None:
    """The blocks of a term; None where it is no block matrix, or has operations on one other than sums, products, multiples and transposes. Without a
    context the entries of any matrix that is written out, and of what is made of such."""
    if _is_block(term, context) if context is not None else _is_written(term):
        rows = [list(r.args) if r.kind == "tuple" else [r] for r in term.args]
        return rows if len({len(r) for r in rows}) == 1 and sum(map(len, rows)) <= MAX_BLOCKS else None
    if term.is_apply("transpose", 1):
        inner = grid(term.args[0], context)
        return [[apply("transpose", row[j]) if row[j] != ZERO else ZERO for row in inner] for j in range(len(inner[0]))] if inner else None
    if term.is_apply("neg", 1):
        inner = grid(term.args[0], context)
        return [[apply("neg", e) for e in row] for row in inner] if inner else None
    if term.is_apply("add"):
        parts = [grid(a, context) for a in term.args]
        if any(p is None for p in parts) or len({(len(p), len(p[0])) for p in parts if p}) != 1:
            return None
        return [[_sum([p[i][j] for p in parts if p]) for j in range(len(parts[0][0]))] for i in range(len(parts[0]))]  # type: ignore[index, arg-type]
    if term.is_apply("mul"):
        return _product(term.args, context)
    return None


def _product(factors: tuple[Term, ...], context: Context | None) -> Grid | None:
    found: Grid | None = None
    scalars: list[Term] = []
    for factor in factors:
        made = grid(factor, context)
        if made is None:
            if found is not None or (any(_is_written(n) for n in walk(factor)) if context is None else any(is_array(context.domain(n)) for n in free_names(factor))):
                return None
            scalars.append(factor)
        elif found is None:
            found = made
        else:
            if len(found[0]) != len(made):
                return None
            found = [[_sum([_times(row[k], made[k][j]) for k in range(len(made))]) for j in range(len(made[0]))] for row in found]
    if found is None or not scalars:
        return found
    return [[_times(scalars[0] if len(scalars) == 1 else apply("mul", *scalars), e) for e in row] for row in found]


def _times(a: Term, b: Term) -> Term:
    return ZERO if ZERO in (a, b) else apply("mul", a, b)


def _sum(parts: list[Term]) -> Term:
    kept = [p for p in parts if p != ZERO]
    return ZERO if not kept else kept[0] if len(kept) == 1 else apply("add", *kept)
