"""Statements side by side in one row: systems, listed values, and conditions of single names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from grader.model import Read, Unread
from grader.reading.lines import Line
from grader.term import Term, apply, free_names
from grader.theories import _rule_lines as rule_lines
from grader.theories._hypotheses import narrowed
from grader.theories._line_kinds import as_statement
from grader.theories._theory import Context


def systems(lines: Sequence[Line], numbers: list[int], derived: Collection[str] = ()) -> tuple[list[Line], list[int]]:
    """Equations side by side in one row ("x + y = 3, x - y = 1") as one statement, where nothing goes on from the last of them by its sign."""
    made: list[Line] = []
    kept: list[int] = []
    k = 0
    while k < len(lines):
        row = [lines[k]]
        while k + len(row) < len(lines) and _is_beside(lines[k + len(row)]):
            row.append(lines[k + len(row)])
        after = lines[k + len(row)] if k + len(row) < len(lines) else None
        if len(row) > 1 and all(r.role == "formula" and (r.steps or isinstance(r.left, Term) and r.left.is_apply("or")) and r.left is not None for r in row) and not (after is not None and after.left is None and after.steps):
            whole = [as_statement(r) for r in row]
            if not any(isinstance(w, Unread) for w in whole) and not any(rule_lines.is_rule(r.left) or isinstance(r.left, Term) and r.left.name in derived and r.left.kind == "symbol" for r in row):
                first = row[0]
                if (values := _listed_values(row, whole)) is not None:  # type: ignore[arg-type]
                    made, kept, k = [*made, replace(first, left_reading=Read(values), steps=())], [*kept, numbers[k]], k + len(whole)
                    continue
                bounds = [w for w in whole[1:] if narrowed(Context(), w) is not None and w.signs != ("=",)]  # type: ignore[arg-type, union-attr]
                if len(bounds) == len(whole) - 1 and whole[0].signs == ("=",):  # type: ignore[union-attr] # "f(x) = 1/x, x > 0": the bound is a condition
                    made.append(replace(first, conditions=(*first.conditions, *bounds)))  # type: ignore[arg-type]
                    kept.append(numbers[k])
                    k += len(whole)
                    continue
                joined = apply("and", *whole)  # type: ignore[arg-type]
                conditions = tuple([c for r in row for c in r.conditions])
                row = [replace(first, left_reading=Read(joined), steps=(), conditions=conditions, reason="; ".join(r.reason for r in row if r.reason))]
                made, kept, k = [*made, row[0]], [*kept, numbers[k]], k + len(whole)
                continue
        made.append(lines[k])
        kept.append(numbers[k])
        k += 1
    return made, kept


def _listed_values(row: list[Line], whole: list[Term]) -> Term | None:
    """ "x = 0, x = 1 or x = -1" and "x = 1, x = 2": different values of one name, of which one or the other is meant."""
    if any(line.words.lower() == "and" for line in row[1:]):
        return None
    parts = [p for w in whole for p in (w.args if w.is_apply("or") else (w,))]
    if not all(p.kind == "relation" and p.signs == ("=",) and p.args[0].kind == "symbol" for p in parts) or len({p.args[0] for p in parts}) != 1:
        return None
    values = [p.args[1] for p in parts]
    return apply("or", *parts) if len(set(values)) == len(values) and not any(free_names(v) for v in values) else None


def _is_beside(other: Line) -> bool:
    """Does the statement stand in the same row as the one before, with no arrow between?"""
    return other.beside and not other.connective and other.left is not None and (bool(other.steps) or isinstance(other.left, Term) and other.left.is_apply("or"))
