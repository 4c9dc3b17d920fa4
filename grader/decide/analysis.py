"""Procedures for equality of real functions that the normal form leaves open: one-to-one functions of both sides, inverse functions undone, slopes.

`replay.analysis` and `replay.slopes` say why they prove what they prove. Here the evidence for what is left is looked for; of slopes also the places
where a side stops
having a value, guessed from values at many points and named exactly.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from grader.algebra.balls import Balls, Undefined, Unsupported, Unsure, precision
from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Status
from grader.replay import analysis, natures, slopes
from grader.replay.semantics import NoMeaning, is_real, symbols_of
from grader.term import Term, apply, number, to_data, walk

SECONDS = 1.5
MAX_DEPTH = 2
RADICAL = frozenset({"sqrt", "root", "abs"})
ALGEBRAIC = RADICAL | {"add", "neg", "mul", "div", "pow"}
BOXES = (1, 4, 16, 64, 256)
_level = threading.local()


MAX_NODES = 150
"""Nodes of both sides together; each step makes the formulas longer."""


def _open(claim: Claim) -> bool:
    """Is it an equation of real numbers, and of a size for which steps of this kind are worth their time?"""
    if not isinstance(claim.conclusion, Equal):
        return False
    sides = (claim.conclusion.left, claim.conclusion.right)
    if sum(1 for t in sides for _ in walk(t)) > MAX_NODES:
        return False
    try:
        return all(natures.nature(t) == "number" for t in sides) and is_real(claim)
    except NoMeaning:
        return False


def _proof(claim: Claim, budget: Budget, deeper: int = 1) -> list[Any] | None:
    """Evidence that proves the claim. Procedures of this module are not tried deeper than `MAX_DEPTH`."""
    before = getattr(_level, "depth", 0)
    _level.depth = before + deeper
    try:
        verdict = decide(claim, Budget(min(SECONDS, budget.remaining), budget.seed, frozenset()))
    finally:
        _level.depth = before
    return [verdict.evidence.method, dict(verdict.evidence.data)] if verdict.status is Status.PROVED else None


def _deep() -> bool:
    return getattr(_level, "depth", 0) >= MAX_DEPTH


def _operators(claim: Claim) -> frozenset[str]:
    sides = (claim.conclusion.left, claim.conclusion.right)  # type: ignore[union-attr]
    return frozenset(n.name for t in sides for n in walk(t) if n.kind == "apply")


def prove_by_undoing(claim: Claim, budget: Budget) -> Evidence | str | None:
    """sin(asin u) and the like replaced by u."""
    if not _open(claim) or _deep():
        return None
    try:
        inner = analysis.undone(claim)
    except Refused:
        return None
    found = _proof(inner, budget)
    return "the claim without inverse functions is open" if found is None else Evidence("structure", {"how": "undone", "evidence": found})


def prove_by_exponentials(claim: Claim, budget: Budget) -> Evidence | str | None:
    """e^left = e^right, where logarithms go."""
    if not _open(claim) or _deep() or not _operators(claim) & (analysis.LOGARITHMIC | {"log"}):
        return None
    try:
        inner = analysis.exponentials(claim)
    except Refused as error:
        return str(error)
    found = _proof(inner, budget)
    if found is None:
        return "the claim for exponentials is open"
    return Evidence("structure", {"how": "injective", "by": "exponential", "evidence": found})


def prove_by_powers(claim: Claim, budget: Budget) -> Evidence | str | None:
    """left^2 = right^2 with sides that are not negative; cubes."""
    if not _open(claim) or _deep() or not _operators(claim) & RADICAL:
        return None
    algebraic = _operators(claim) <= ALGEBRAIC
    sides = (claim.conclusion.left, claim.conclusion.right)  # type: ignore[union-attr]
    cubic = any(n.is_apply("root") and n.args[1] == number(3) for t in sides for n in walk(t))
    for k in (3, 2) if cubic else (2,):
        signs: list[Any] = []
        for side in sides if k == 2 else ():
            if analysis.is_nonnegative(claim, side):
                signs.append(None)
                continue
            try:
                found = _proof(analysis.not_below(claim, side), budget, MAX_DEPTH) if algebraic else None
            except Refused:
                found = None
            if found is None:
                break
            signs.append(found)
        if k == 2 and len(signs) < 2:
            continue
        found = _proof(analysis.powers(claim, k), budget)
        if found is not None:
            return Evidence("structure", {"how": "injective", "by": "power", "k": k, "evidence": found, **({"signs": signs} if k == 2 else {})})
    return "the claim for powers is open"


def prove_by_waves(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Numbers made of inverse sines and cosines, by their sines or cosines."""
    if not _open(claim) or _deep() or not _operators(claim) & {"asin", "acos", "atan"}:
        return None
    for op in ("sin", "cos"):
        try:
            inner = analysis.waves(claim, op)
        except Refused:
            continue
        found = _proof(inner, budget)
        if found is not None:
            return Evidence("structure", {"how": "injective", "by": "wave", "op": op, "evidence": found})
    return None


# ----------------------------------------------------------------------------------------------------------------- slopes


def prove_by_slopes(claim: Claim, budget: Budget) -> Evidence | str | None:
    """The same derivative, and the same value at a place of each piece."""
    if not _open(claim) or _deep():
        return None
    sides = (claim.conclusion.left, claim.conclusion.right)  # type: ignore[union-attr]
    names = symbols_of(sides[0]) | symbols_of(sides[1])
    if len(names) != 1 or claim.conditions:
        return None
    (name,) = names
    try:
        conditions = slopes.smooth(sides[0], name) + slopes.smooth(sides[1], name)
        rates = slopes.slopes(claim, name)
    except Refused as error:
        return str(error)
    found = _proof(rates, budget, 1)
    breaks = _breaks(claim, name, conditions, budget)
    try:
        cut = slopes.pieces(claim, name, breaks)
    except Refused as error:
        return str(error)
    made, lone = [], {}
    for low, high in cut:
        piece = _piece(claim, name, low, high, conditions, budget)
        if piece is None:
            return "a piece on which nothing is seen to hold"
        if piece["kind"] == "in" and found is None:
            piece["derivative"] = _proof(slopes.on_piece(rates, name, low, high, [c for c, _ in conditions]), budget, 1)
            if piece["derivative"] is None:
                return "the derivatives are not shown to be equal"
        made.append(piece)
    for b in dict.fromkeys(x for pair in cut for x in pair if x is not None):
        if not any(p["kind"] == "in" and b in pair for p, pair in zip(made, cut)):
            equal = _proof(slopes.at_place(claim, name, b), budget, MAX_DEPTH)
            if equal is not None:
                lone[str(b)] = equal
    data = {"how": "slope", "name": name, "derivative": found, "breaks": [to_data(b) for b in breaks], "pieces": made, "lone": lone}
    return Evidence("structure", data)


def _piece(claim: Claim, name: str, low: Term | None, high: Term | None, conditions: list[tuple[Term, Term | None]], budget: Budget) -> dict[str, Any] | None:
    budget.check()
    inside = _between(low, high)
    truths = [_truth(name, inside, c) for c, _ in conditions]
    if all(t is not False for t in truths):
        evidence = []
        for condition, _ in conditions:
            shown = _shown(claim, name, low, high, condition, budget)
            if shown is None:
                return None
            evidence.append(shown)
        for place in _places(low, high):
            budget.check()
            equal = _proof(slopes.at_place(claim, name, place), budget, MAX_DEPTH)
            if equal is not None:
                return {"kind": "in", "evidence": evidence, "place": to_data(place), "equal": equal}
        return None
    for k, (_, never) in enumerate(conditions):
        if truths[k] is False and never is not None:
            shown = _shown(claim, name, low, high, never, budget)
            if shown is not None:
                return {"kind": "out", "index": k, "evidence": shown}
    return None


def _shown(claim: Claim, name: str, low: Term | None, high: Term | None, condition: Term, budget: Budget) -> Any:
    if slopes.is_built(claim, condition):
        return "built"
    found = _proof(slopes.within(claim, name, low, high, condition), budget, MAX_DEPTH)
    if found is not None:
        return found
    if low is not None and high is not None:
        return next((n for n in BOXES if slopes.in_boxes(name, low, high, condition, n)), None)
    return None


def _between(low: Term | None, high: Term | None) -> Fraction:
    ends = [None if e is None else Fraction(float(_float(e))).limit_denominator(10**6) for e in (low, high)]
    if ends[0] is None:
        return Fraction(1, 3) if ends[1] is None else ends[1] - Fraction(7, 5)
    return ends[0] + Fraction(7, 5) if ends[1] is None else (4 * ends[0] + 3 * ends[1]) / 7


def _float(term: Term) -> float:
    with precision(60):
        return float(Balls({}, real=True).value(term).mid())


def _places(low: Term | None, high: Term | None) -> Iterator[Term]:
    """Places where values are likely to be known exactly."""
    yield from (e for e in (low, high) if e is not None)
    for value in (0, 1, -1, Fraction(1, 2), 2, Fraction(-1, 2), -2):
        at = number(value)
        if (low is None or _float(low) < value) and (high is None or value < _float(high)):
            yield at
    middle = _between(low, high)
    yield number(middle)


def _truth(name: str, value: Fraction, condition: Term) -> bool | None:
    with precision(100):
        try:
            return Balls({name: value}, real=True).holds(condition)
        except Undefined:
            return False
        except (Unsure, Unsupported):
            return None


GRID = sorted({Fraction(s * n, 16) for n in (*range(0, 80), *range(80, 400, 16)) for s in (1, -1)})


def _breaks(claim: Claim, name: str, conditions: list[tuple[Term, Term | None]], budget: Budget) -> list[Term]:
    """Where the truth of a condition changes, or its sides meet, as numbers p/q or roots of them."""
    domain = claim.domain(name)
    low, high = domain.lower, domain.upper
    grid = [g for g in GRID if (low is None or g >= low) and (high is None or g <= high)]
    found: dict[Term, float] = {}
    for condition, never in conditions:
        budget.check()
        difference = apply("add", condition.args[0], apply("neg", condition.args[1]))
        values = [(g, _sign(name, g, difference)) for g in grid]
        for g, s in values:
            if s == 0:
                found[number(g)] = float(g)
        for (a, s), (b, t) in zip(values, values[1:]):
            if s is not None and t is not None and s * t < 0 or (s is None) != (t is None) and 0 not in (s, t):
                exact = _named(_bisect(name, a, b, s, difference))
                if exact is not None:
                    found[exact] = _float(exact)
    inner = {t: v for t, v in found.items() if (low is None or v > low) and (high is None or v < high)}
    return sorted(inner, key=inner.__getitem__)[:slopes.MAX_BREAKS + 1]


def _sign(name: str, value: Fraction, term: Term) -> int | None:
    with precision(100):
        try:
            found = Balls({name: value}, real=True).value(term)
            return 1 if found > 0 else -1 if found < 0 else 0
        except (Undefined, Unsure, Unsupported):
            return None


def _bisect(name: str, a: Fraction, b: Fraction, sign: int | None, term: Term) -> Fraction:
    for _ in range(60):
        middle = (a + b) / 2
        if _sign(name, middle, term) == sign:
            a = middle
        else:
            b = middle
    return (a + b) / 2


def _named(value: Fraction) -> Term | None:
    """p/q, or the root of such a number, near enough to the value."""
    close = Fraction(1, 2**50)
    near = value.limit_denominator(200)
    if abs(near - value) < close:
        return number(near)
    square = (value * value).limit_denominator(200)
    if abs(square - value * value) < close * (1 + abs(value)):
        root = apply("sqrt", number(square))
        return root if value > 0 else apply("neg", root)
    return None


PROCEDURES = (("inverse functions", prove_by_undoing), ("exponentials", prove_by_exponentials), ("powers", prove_by_powers), ("waves", prove_by_waves),
              ("slopes", prove_by_slopes))
