"""Looks for evidence that two unions of families {f(k) : k whole} are the same set; `replay.progressions` says what is shown.

Values are compared as numbers of double precision first: f(r) and f(M + r) must be values g(v) and g(v + u) of one family of the other side.
"""

from __future__ import annotations

from math import floor, isfinite
from typing import Any

from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.kernel import Refused
from grader.model import Claim, Evidence, Status
from grader.replay import progressions
from grader.term import Term, apply, number

MODULI = (1, 2, 3, 4, 6, 8, 12)
REACH = 40
"""Whole numbers up to this size are tried in the other family."""
SAME = 1e-9


def by_families(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Evidence, or why there is none; None where no side says that a letter stands for every whole number."""
    left, right = claim.conclusion.left, claim.conclusion.right  # type: ignore[union-attr]
    if not any(progressions.says_whole(t) for t in (left, right)):
        return None
    try:
        ours, theirs = progressions.sides(claim)
        tables = [[_table(f) for f in side] for side in (ours, theirs)]
    except (Refused, ValueError, ArithmeticError) as error:
        return str(error)
    lacking = _lacking(claim, (ours, theirs), tables)
    if lacking is not None:
        return lacking
    reason = "no way found in which one family gives the other"
    for modulus in MODULI:
        budget.check()
        links = [_links(tables[a], tables[1 - a], modulus) for a in (0, 1)]
        if None in links:
            continue
        made: dict[str, Any] = {"how": "families", "modulus": modulus}
        for name, own, others, found in (("to_right", ours, theirs, links[0]), ("to_left", theirs, ours, links[1])):
            made[name] = _proved(claim, own, others, modulus, found, budget)  # type: ignore[arg-type]
        if made["to_right"] is not None and made["to_left"] is not None:
            return Evidence("structure", made)
        reason = "the values seem to be the same, and that is not proved"
    return reason


def _table(family: Term) -> dict[int, float]:
    """f(k) for whole k near 0, in floating point. Fails with ValueError where a value is not real."""
    from grader.algebra.balls import Balls, precision

    with precision(80):
        found = {k: float(Balls({}, real=True).value(progressions.at(family, 0, k)).mid()) for k in range(-REACH, REACH + 1)}
    if not all(map(isfinite, found.values())):
        raise ValueError("a value that is not finite")
    return found


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= SAME * (1 + abs(a) + abs(b))


def _place(value: float, table: dict[int, float]) -> int | None:
    return next((k for k in sorted(table, key=abs) if _near(table[k], value)), None)


def _links(own: list[dict[int, float]], others: list[dict[int, float]], modulus: int) -> list[tuple[int, int, int]] | None:
    made = []
    for table in own:
        for r in range(modulus):
            found = None
            for j, other in enumerate(others):
                v, w = _place(table[r], other), _place(table[r + modulus], other)
                third = None if v is None or w is None else other.get(2 * w - v)
                if third is not None and _near(third, table.get(r + 2 * modulus, third)):
                    found = (j, w - v, v)  # type: ignore[operator]
                    break
            if found is None:
                return None
            made.append(found)
    return made


def _proved(claim: Claim, own: tuple[Term, ...], others: tuple[Term, ...], modulus: int, links: list[tuple[int, int, int]], budget: Budget) -> Any:
    made = []
    for (f, r), (j, u, v) in zip([(f, r) for f in own for r in range(modulus)], links):
        verdict = decide(progressions.link(claim, f, modulus, r, others[j], u, v), Budget(min(1.0, budget.remaining), budget.seed, frozenset()))
        if verdict.status is not Status.PROVED:
            return None
        made.append([j, u, v, [verdict.evidence.method, dict(verdict.evidence.data)]])
    return made


def _lacking(claim: Claim, families: tuple[tuple[Term, ...], tuple[Term, ...]], tables: list[list[dict[int, float]]]) -> Evidence | None:
    """A value of one side that is none of the other's; the answer's own first."""
    from grader.algebra.balls import Balls, precision

    for side, name in ((0, "left"), (1, "right")):
        try:
            lines = [pair for f in families[1 - side] for pair in progressions.linear(f)]
        except Refused:
            continue
        for index, table in enumerate(tables[side]):
            for k in sorted(range(-6, 7), key=abs):
                value = progressions.at(families[side][index], 0, k)
                between: list[int | None] = []
                for c, d in lines:
                    away = apply("add", value, apply("neg", c))
                    with precision(120):
                        try:
                            middle = float(Balls({}, real=True).value(away if d == number(0) else apply("div", away, d)).mid())
                        except (ArithmeticError, ValueError):
                            break
                    if not isfinite(middle) or abs(middle - (0 if d == number(0) else round(middle))) < 1e-6:
                        break
                    between.append(None if d == number(0) else floor(middle))
                else:
                    return Evidence("structure", {"how": "family lacks", "side": name, "index": index, "at": k, "between": between})
    return None


