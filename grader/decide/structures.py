"""Procedures for `left = right` where the sides are no numbers: conditions, lists, sets, intervals, matrices, functions, +- pairs.

The claim is cut into claims about the parts (`replay.structure.parts`), these are decided, and their evidence is put together. Conditions are equal
when each follows from the other; sets of real numbers when the conditions for belonging to them are; functions when their bodies are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from grader import kernel
from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Status, Verdict
from grader.replay import multiples, natures, noncommuting, progressions
from grader.replay.meaning import written_plainly
from grader.replay.rewritings import instance
from grader.replay.semantics import NoMeaning
from grader.replay.structure import parts
from grader.term import Term, constant, free_names, walk

MOST_SETS = 4
"""Sets within sets that are compared; evidence doubles with each."""
LOOKED_AT = 40_000
"""Nodes evaluated at most in the search for a point at which one condition holds and the other does not."""

def compare(claim: Claim, budget: Budget) -> Evidence | Verdict | str | None:
    """Evidence by the kinds of the sides; None for two numbers, which are not compared here."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Equal):
        return None
    found = _rewritten(claim, budget)
    if found is not None:
        return found
    found = None
    if any(progressions.says_whole(t) for t in (conclusion.left, conclusion.right)):
        from grader.decide.families import by_families

        found = by_families(claim, budget)
    a, b = natures.nature(conclusion.left), natures.nature(conclusion.right)
    if isinstance(found, Evidence) or found is not None and not a == b == "set":
        return found
    if a == b == "number" or a == b == "infinite" and conclusion.left == conclusion.right:
        return None
    if a == b == "infinite":
        return Evidence("structure", {"how": "infinite"})
    try:
        return _compare(claim, conclusion.left, conclusion.right, a, b, budget)
    except Refused as error:
        return str(error)


def _rewritten(claim: Claim, budget: Budget) -> Evidence | str | None:
    """By plain notations, or by the words of matrices that are names."""
    left, right = claim.conclusion.left, claim.conclusion.right
    try:
        plain = written_plainly(claim)
    except Refused as error:
        return str(error)
    if plain is not claim:
        verdict = decide(plain, budget)
        if verdict.status is Status.UNDECIDED:
            return "; ".join(verdict.finding.words)
        return Evidence("structure", {"how": "meaning", "evidence": _data(verdict)})
    if not noncommuting.is_matrix_claim(claim, left, right) or natures.nature(left) != "number" or natures.nature(right) != "number":
        return None
    try:
        if noncommuting.words(left, claim) == noncommuting.words(right, claim):
            return Evidence("structure", {"how": "words"})
    except Refused:
        pass
    return _instance(claim, budget)


def _instance(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Small whole matrices for which the sides differ."""
    sides = (claim.conclusion.left, claim.conclusion.right)
    names = sorted({n for t in sides for n in free_names(t) if claim.domain(n).shape in ("matrix", "vector")})
    reason = "no matrices"
    for k, size in enumerate((2, 2, 3)):
        budget.check()
        rows = {n: _matrix(n, j, k, size, claim.domain(n).shape == "matrix") for j, n in enumerate(names)}
        try:
            verdict = decide(instance(claim, rows), budget)
        except Refused as error:
            return str(error)
        if verdict.status is Status.REFUTED:
            return Evidence("structure", {"how": "instance", "matrices": rows, "evidence": _data(verdict)})
        reason = "no difference for a few matrices"
    return reason


def _matrix(name: str, j: int, k: int, size: int, square: bool) -> list[list[str]]:
    """A fixed matrix with small entries and determinant other than 0: a unit triangular one times its transpose with a turn."""
    if name == "I" and square:
        return [[str(int(r == c)) for c in range(size)] for r in range(size)]
    low = [[1 if r == c else (r + 2 * c + j + k) % 4 - 1 if r > c else 0 for c in range(size)] for r in range(size)]
    up = [[(2 + j) if r == c else (2 * r + c + 2 * j + k) % 3 if r < c else 0 for c in range(size)] for r in range(size)]
    full = [[sum(low[r][t] * up[t][c] for t in range(size)) for c in range(size)] for r in range(size)]
    return [[str(v) for v in (row if square else row[:1])] for row in full]


def _compare(claim: Claim, left: Term, right: Term, a: str, b: str, budget: Budget) -> Evidence | Verdict | str | None:
    if "antiderivative" in (a, b):
        return _by_parts(claim, "antiderivative", budget)
    if "pair" in (a, b):
        return _pairs(claim, left, right, a, b, budget)
    if _is_statement(left) and _is_statement(right) and ("condition" in (a, b) or "set" in (a, b)):
        return Evidence("structure", {"how": "truth"})
    if natures.incompatible(a, b):
        return Evidence("structure", {"how": "kinds"})
    if a == b == "condition":
        return _conditions(claim, budget)
    if a == b == "function":
        return _by_parts(claim, "body", budget)
    if natures.elements(left) is not None and natures.elements(right) is not None:
        return _sets(claim, left, right, budget)
    if a == b == "interval" and len(left.args) == len(right.args) == 2:
        return _intervals(claim, left, right, budget)
    if {a, b} <= {"set", "interval"}:
        return _by_parts(claim, "membership", budget)
    if natures.entries(left) is not None and natures.entries(right) is not None:
        if a == b and (len(natures.entries(left) or ()) != len(natures.entries(right) or ()) or not natures.same_shape(left, right)):
            return Evidence("structure", {"how": "lengths"})
        if {a, b} == {"list", "tuple"} and len(left.args) == 2:
            return "[a, b] and (a, b) may be intervals or pairs"
        return _by_parts(claim, "entries", budget)
    return f"{natures.WORDS[a]} and {natures.WORDS[b]} are not compared"


def _is_statement(term: Term) -> bool:
    try:
        natures.propositions(term)
    except Refused:
        return False
    return term.kind != "constant" or term.name != "emptyset"


def _data(verdict: Verdict) -> list[Any]:
    return [verdict.evidence.method, dict(verdict.evidence.data)]


def _by_parts(claim: Claim, how: str, budget: Budget) -> Evidence | str:
    cut, found = parts(claim, how), []
    open_: str = ""
    for index, part in enumerate(cut):
        verdict = decide(part, budget)
        if verdict.status is Status.REFUTED and how not in ("pair", "crosswise"):
            return Evidence("structure", {"how": "part", "of": how, "index": index, "evidence": _data(verdict)})
        if verdict.status in (Status.UNDECIDED, Status.REFUTED):
            open_ = open_ or f"part {index + 1}: {'; '.join(verdict.finding.words)}"
        found.append(_data(verdict))
    return open_ or Evidence("structure", {"how": how, "parts": found})


# ---- conditions


def _conditions(claim: Claim, budget: Budget) -> Evidence | Verdict | str:
    try:
        parts(claim, "assigned")
        return _by_parts(claim, "assigned", budget)
    except Refused:
        pass
    sides = (claim.conclusion.left, claim.conclusion.right)
    if all(t.kind == "relation" and t.args[0].is_apply("call") for t in sides) and sides[0].args[0] != sides[1].args[0]:
        try:  # f(x) = x^2 and f(t) = t^2 are one definition
            return _by_parts(claim, "body", budget)
        except Refused:
            pass
    for attempt in (_scaled, _line, _multiple, _exception):
        found = attempt(claim, budget)
        if isinstance(found, Evidence):
            try:
                return kernel.settle(claim, found, permitted=budget.oracles)
            except Refused:
                continue
    return _by_parts(claim, "conditions", budget)


def _scaled(claim: Claim, budget: Budget) -> Evidence | str:
    return Evidence("structure", {"how": "scaled"})


def _line(claim: Claim, budget: Budget) -> Evidence | str:
    return Evidence("structure", {"how": "line"})


def _multiple(claim: Claim, budget: Budget) -> Evidence | str:
    try:
        f, g = multiples.difference(claim.conclusion.left), multiples.difference(claim.conclusion.right)
        real = multiples.is_real(claim)
    except (Refused, NoMeaning) as error:
        return str(error)
    from grader.algebra.normal_form import multiple

    found = multiple(claim, f, g, real, budget.check)
    return Evidence("structure", {"how": "multiple", **found}) if isinstance(found, dict) else found


def _exception(claim: Claim, budget: Budget) -> Evidence | str:
    """A point at which one condition holds exactly and the other does not."""
    from grader.algebra.solutions import exceptions

    conclusion = claim.conclusion
    if conclusion.left == conclusion.right:
        return "both are written alike"
    first: dict[str, Any] | None = None
    most = max(3, min(24, LOOKED_AT // (conclusion.left.size + conclusion.right.size)))
    try:
        for data in exceptions(claim, multiples.is_real(claim), budget.check, most):
            first = first or data
            if data["holds"] == "left":  # a point of the answer's own says more, and shows nothing of the reference
                return Evidence("structure", {"how": "exception", **data})
    except NoMeaning as error:
        return str(error)
    return Evidence("structure", {"how": "exception", **first}) if first else "no exception found"


# ---- pairs


def _pairs(claim: Claim, left: Term, right: Term, a: str, b: str, budget: Budget) -> Evidence | str:
    """+- on both sides: sign by sign; else, or where that fails, as the set of two values or as two equations."""
    if a == b == "pair":
        for how in ("pair", "crosswise"):
            found = _by_parts(claim, how, budget)
            if isinstance(found, Evidence):
                return found
    several = any(natures.signs_apart(t) for t in (left, right))
    found: dict[str, Any] = {}
    for key, unfold in (("evidence", natures.unfolded), ("apart", natures.unfolded_apart))[:2 if several else 1]:
        sides = [unfold(t) if kind == "pair" else t for t, kind in ((left, a), (right, b))]
        verdict = decide(replace(claim, conclusion=Equal(*sides)), budget)
        if verdict.status is not Status.UNDECIDED and not (a == b == "pair" and verdict.status is not Status.REFUTED):
            found[key] = _data(verdict)
            if verdict.status is not Status.REFUTED:
                return Evidence("structure", {"how": "rewritten", key: _data(verdict)})
    if len(found) < 1 + several:
        return "the two signs are not told apart"
    return Evidence("structure", {"how": "rewritten", **found})


# ---- sets and intervals


def _sets(claim: Claim, left: Term, right: Term, budget: Budget) -> Evidence | str:
    if max(_sets_within(left), _sets_within(right)) > MOST_SETS:
        return f"sets within sets, more than {MOST_SETS} deep"
    a, b = natures.elements(left) or (), natures.elements(right) or ()
    links: dict[str, list[Any]] = {}
    for name, own, others, turned in (("to_right", a, b, False), ("to_left", b, a, True)):
        links[name] = []
        for index, element in enumerate(own):
            link = _partner(claim, element, others, turned, budget)
            if link is None:
                return _lone_element(claim, a, b, "right" if turned else "left", index, budget) or "an element has no certain partner"
            links[name].append(link)
    return Evidence("structure", {"how": "set", **links})


def _sets_within(term: Term) -> int:
    """How many sets deep the braces stand."""
    deepest, todo = 0, [(term, 0)]
    while todo:
        node, depth = todo.pop()
        depth += node.kind == "tuple" and node.name == "set"
        deepest = max(deepest, depth)
        todo += [(a, depth) for a in node.args]
    return deepest


def _partner(claim: Claim, element: Term, others: Sequence[Term], turned: bool, budget: Budget) -> list[Any] | None:
    for index in sorted(range(len(others)), key=lambda k: others[k] != element):
        pair = (others[index], element) if turned else (element, others[index])
        budget.check()
        if _plainly_different(claim, *pair):
            continue
        verdict = decide(replace(claim, conclusion=Equal(*pair)), budget)
        if verdict.status in (Status.PROVED, Status.AGREES):
            return [index, _data(verdict)]
    return None


def _plainly_different(claim: Claim, a: Term, b: Term) -> bool:
    """A quick look at one point, so that large sets do not take a decision for every pair."""
    if natures.nature(a) != "number" or natures.nature(b) != "number":
        return False
    from grader.algebra import exact_values
    from grader.algebra.compare import Comparison

    if not free_names(a) and not free_names(b) and exact_values.is_rational(a) and exact_values.is_rational(b):
        try:
            return exact_values.value(a, {}) != exact_values.value(b, {})
        except (ZeroDivisionError, exact_values.NotExact):
            return False
    try:
        comparison = Comparison(replace(claim, conclusion=Equal(a, b)))
        return comparison.is_numeric and comparison.look(next(iter(comparison.points(0)), {}), 64).differ
    except NoMeaning:
        return False


def _lone_element(claim: Claim, a: tuple[Term, ...], b: tuple[Term, ...], side: str, index: int, budget: Budget) -> Evidence | None:
    """A point at which the element is certainly none of the other side."""
    own, others = (a, b) if side == "left" else (b, a)
    if any(natures.nature(t) != "number" for t in (*a, *b)):
        pairs = [Equal(own[index], o) if side == "left" else Equal(o, own[index]) for o in others]
        verdicts = [decide(replace(claim, conclusion=pair), budget) for pair in pairs]
        if all(v.status is Status.REFUTED for v in verdicts):
            return Evidence("structure", {"how": "set lacks", "side": side, "index": index, "evidence": [_data(v) for v in verdicts]})
        return None
    from grader.algebra.compare import Comparison

    whole = Comparison(replace(claim, conclusion=Equal(natures.bundle(a), natures.bundle(b))))
    for k, point in enumerate(whole.points(budget.seed)):
        budget.check()
        if k > 20:
            return None
        if whole.lone(point, own[index], others):
            return Evidence("structure", {"how": "set differs", "side": side, "index": index, **whole.evidence_point(point, 0)})
    return None


def _intervals(claim: Claim, left: Term, right: Term, budget: Budget) -> Evidence | str:
    if left.signs == right.signs or any(free_names(t) for t in (left, right)):
        return _by_parts(claim, "entries", budget) if left.signs == right.signs else _by_parts(claim, "membership", budget)
    for side in (0, 1):
        if left.signs[side] != right.signs[side] and not any(n == constant("oo") for n in walk(left.args[side])):
            verdict = decide(replace(claim, conclusion=Equal(left.args[side], right.args[side])), budget)
            if verdict.status is Status.PROVED:
                return Evidence("structure", {"how": "brackets", "side": side, "evidence": _data(verdict)})
    return _by_parts(claim, "membership", budget)


PROCEDURES = (("by kind and parts", compare),)
