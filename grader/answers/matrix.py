"""A matrix or vector, entry by entry.

What it checks
    Whether the answer has the shape of the reference and equal entries.

What learners may write
    matrix([1, 2], [3, 4]), [[1, 2], [3, 4]], LaTeX pmatrix and bmatrix, a row or column written as a list where the reference has one row or
    column.

Definition used
    Entries are compared as formulas. A list of lists is a matrix by rows; a plain list is a column where the reference is one, else a row.

Fails when
    The rows have different lengths, or an entry cannot be decided.

Example
    kind: matrix
    answer: "[[1, 2], [3, 4]]"
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Claim, Mark, Part, Read, Reading, Settled, Unread
from grader.model import Answer, SpecError
from grader.term import Term, collection

TAGS = _compare.tags("matrix", "The same entries.")
MANNER = Manner("matrix", frozenset({"matrix", "list", "tuple"}), "a matrix", "[[1, 2], [3, 4]]", label=True)


@dataclass(frozen=True)
class Options:
    """This kind has no options of its own."""


def _as_matrix(term: Term, column: bool) -> Term | None:
    """Lists of lists, and plain lists as a row or column, as a matrix; None where rows differ in length."""
    if term.name != "matrix":
        if any(a.kind == "tuple" and a.name in ("list", "tuple") for a in term.args):
            rows = [a.args if a.kind == "tuple" else (a,) for a in term.args]
        else:
            rows = [(a,) for a in term.args] if column else [term.args]
        term = collection("matrix", *[collection("tuple", *row) for row in rows], span=term.span)
    rows = [r.args if r.kind == "tuple" else (r,) for r in term.args]
    if len({len(r) for r in rows}) > 1:
        return None
    return collection("matrix", *[collection("tuple", *row) for row in rows], span=term.span)


def _wanted(part: Part, text: str, key: str = "answer") -> Term:
    made = _as_matrix(_compare.of(part, text, MANNER, key), False)
    if made is None:
        raise SpecError("expected rows of one length", key=key)
    return made


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference, a variant or a foreseen answer is no matrix."""
    _compare.check(part, MANNER)
    for key, text in (("answer", part.answer), *(("accept", e.answer) for e in part.accept), *(("wrong", e.answer) for e in part.wrong)):
        if text:
            _wanted(part, text, key)


def read(answer: Answer, part: Part) -> Reading:
    """The answer as a matrix."""
    found = _compare.read(answer, part, MANNER)
    if not isinstance(found, Read):
        return found
    column = all(len(row.args) == 1 for row in _wanted(part, part.answer).args)
    made = _as_matrix(found.term, column)
    if made is None:
        return Unread("its rows have different lengths", found.term.span, f"Write {MANNER.noun}, such as {MANNER.example}.", found.notes)
    return Read(made, found.notes, tuple(m for t in found.alternatives if (m := _as_matrix(t, column)) is not None), found.proposed)


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Equal to the reference; where not, to a variant or a foreseen wrong answer."""
    if not isinstance(reading, Read):
        return ()
    made = [_compare.claim(part, reading.term, _wanted(part, part.answer), "equal")]
    first = settled.get("equal")
    if first is not None and first.status not in _compare.EQUAL:
        made += [_compare.claim(part, reading.term, _wanted(part, e.answer), f"{name} {k}") for name, entries in (("accept", part.accept), ("wrong",
            part.wrong))
                 for k, e in enumerate(entries) if e.answer]
    return tuple(made)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points where shape and entries are the same."""
    return _compare.mark(reading, part, settled, "matrix")
