"""Rules of `structure` that put something else in the place of a side: plain notations, words of matrices, matrices with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as changed
from fractions import Fraction
from typing import Any

from grader import kernel
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Status
from grader.replay import analysis, branches, matrices, natures, nested, noncommuting, residues, slopes, telescoping, values
from grader.replay.meaning import written_plainly
from grader.term import Term, collection, free_names, number, replace, symbol

MAX_ROWS = 4


def _settled(claim: Claim, evidence: Any) -> Finding:
    method, data = evidence
    return kernel.settle(claim, Evidence(method, data)).finding


def _meaning(claim: Claim, data: Mapping[str, Any]) -> Finding:
    plain = written_plainly(claim)
    if plain is claim:
        raise Refused("nothing to be put plainly")
    return _settled(plain, data["evidence"])


def _words(claim: Claim, data: Mapping[str, Any]) -> Finding:
    left, right = claim.conclusion.left, claim.conclusion.right  # type: ignore[union-attr]
    if not noncommuting.is_matrix_claim(claim, left, right):
        raise Refused("no matrices")
    if noncommuting.words(left, claim) != noncommuting.words(right, claim):
        raise Refused("the sums of words differ")
    return Finding(Status.PROVED, words=("Both sides are the same sum of products of matrices.",))


def _instance(claim: Claim, data: Mapping[str, Any]) -> Finding:
    found = _settled(instance(claim, data["matrices"]), data["evidence"])
    if found.status is not Status.REFUTED:
        raise Refused("the matrices do not make the sides differ")
    shown = "; ".join(f"{n} = [{', '.join('[' + ', '.join(r) + ']' for r in rows)}]" for n, rows in sorted(data["matrices"].items()))
    said = f"Try {shown}: this comes to another matrix than it should."
    return Finding(Status.REFUTED, words=(said,), teacher_words=(" ".join((f"With {shown}:", *(found.teacher_words or found.words))),))


def instance(claim: Claim, rows: Mapping[str, list[list[str]]]) -> Claim:
    """The claim with square matrices (columns for vectors) of one size put in for its names. Fails with `Refused` where they do not fit."""
    left, right = claim.conclusion.left, claim.conclusion.right  # type: ignore[union-attr]
    names = {n for t in (left, right) for n in free_names(t) if claim.domain(n).shape in ("matrix", "vector")}
    if not names or set(rows) != names or claim.conditions:
        raise Refused("not one matrix for each name")
    sizes = {len(r) for r in rows.values()}
    if len(sizes) != 1 or not 1 <= max(sizes) <= MAX_ROWS:
        raise Refused("matrices of different sizes")
    (size,) = sizes
    change: dict[Term, Term] = {}
    for name, entries in rows.items():
        width = size if claim.domain(name).shape == "matrix" else 1
        if any(len(r) != width for r in entries) or claim.domain(name).unit:
            raise Refused("a matrix of another form")
        exact = [[Fraction(e) for e in r] for r in entries]
        if name == "I" and width == size and exact != [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]:
            raise Refused("I is the identity")
        change[symbol(name)] = collection("matrix", *[collection("tuple", *[number(e) for e in r]) for r in exact])
    sides = [matrices.worked_out(replace(t, change)) for t in (left, right)]
    for k in (0, 1):
        if sides[k] == number(0) and natures.nature(sides[1 - k]) == "matrix":
            other = sides[1 - k]
            sides[k] = other.with_args(tuple(r.with_args(tuple(number(0) for _ in r.args)) for r in other.args))
    kept = tuple((n, d) for n, d in claim.domains if n not in names)
    return changed(claim, conclusion=Equal(*sides), domains=kept, label="")


RULES = {"meaning": _meaning, "words": _words, "instance": _instance, "values": values.check_values,
         "branches": branches.check_branches, **analysis.RULES, **nested.RULES, **residues.RULES, **slopes.RULES, **telescoping.RULES}
