"""Orders of growth: `GrowsLike` claims.

Along one growing symbol scales are totally ordered (`algebra.growth`): the claim is proved or refuted by comparing two of them. With several growing
symbols a refutation is a curve in them that meets the conditions and along which the ratio is unbounded (for o: does not tend to 0); a proof is a
certificate of `algebra.growth_proof`, where need be after distinguishing which of two scales is the larger. The checker in `replay.growth` reads the
trees again on its own, evaluates the curve, and verifies the certificate step by step.
"""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

from grader.algebra import growth_conditions
from grader.algebra.growth import Line, compare
from grader.algebra.growth_conditions import Bound
from grader.algebra.growth_constants import Unfit
from grader.algebra.growth_curves import Hopeless, constant_values, curves, fails_along, guided_curve
from grader.algebra.growth_proof import Prover
from grader.algebra.growth_scales import Form, single
from grader.algebra.growth_terms import Converter
from grader.decide.budget import Budget
from grader.domain import Domain
from grader.model import Claim, Evidence, GrowsLike
from grader.term import Term, free_names, to_data

MAX_SIZE = 2000
MAX_GROWING = 6
MAX_GOALS = 64
MAX_GUIDED = 40
MAX_PIVOTS = 1500
CASE_DEPTH = 3
CASES_TRIED = 6
DIRECTIONS = {"O": (("O", False),), "o": (("O", True),), "Omega": (("Omega", False),), "omega": (("Omega", True),),
              "Theta": (("O", False), ("Omega", False))}


def _sides(claim: Claim, direction: str) -> tuple[Term, Term]:
    conclusion = claim.conclusion
    assert isinstance(conclusion, GrowsLike)
    return (conclusion.left, conclusion.right) if direction == "O" else (conclusion.right, conclusion.left)


def _fits(claim: Claim) -> str | None:
    conclusion = claim.conclusion
    if not isinstance(conclusion, GrowsLike) or conclusion.order not in DIRECTIONS:
        return "no claim about an order of growth"
    if sum(t.size for t in (conclusion.left, conclusion.right, *claim.conditions)) > MAX_SIZE:
        return "the expressions are too large"
    if not 1 <= len(conclusion.growing) <= MAX_GROWING:
        return f"{len(conclusion.growing)} growing symbols"
    return None


def _names(claim: Claim) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, Domain]]:
    """Growing symbols, symbols that do not grow, domains."""
    conclusion = claim.conclusion
    assert isinstance(conclusion, GrowsLike)
    names = free_names(conclusion.left) | free_names(conclusion.right)
    for condition in claim.conditions:
        names |= free_names(condition)
    fixed = tuple(sorted(names - set(conclusion.growing)))
    return conclusion.growing, fixed, {name: claim.domain(name) for name in fixed}


# -------------------------------------------------------------------------------------------------------------- one symbol


def prove_along_a_line(claim: Claim, budget: Budget) -> Evidence | str | None:
    """One growing symbol: both sides come down to one scale each, and scales are totally ordered."""
    why = _fits(claim)
    if why or len(claim.conclusion.growing) != 1:  # type: ignore[union-attr]
        return why
    growing, _, domains = _names(claim)
    line = Line(growing[0], domains)
    for direction, strict in DIRECTIONS[claim.conclusion.order]:  # type: ignore[union-attr]
        left, right = _sides(claim, direction)
        try:
            limit = compare(left, right, line)
        except Unfit as unfit:
            return str(unfit)
        if limit > (-1 if strict else 0):
            return "the orders differ"
    return Evidence("growth", {"how": "line"})


# -------------------------------------------------------------------------------------------------------------- refutation


def refute_along_a_curve(claim: Claim, budget: Budget, start: int, stop: int) -> Evidence | str | None:
    """One of the curves from `start` to `stop` on which the conditions hold and the ratio is unbounded (for o: does not tend to 0)."""
    why = _fits(claim)
    if why:
        return why
    growing, constants, domains = _names(claim)
    try:
        conditions = growth_conditions.bounds(claim.conditions)
    except Unfit as unfit:
        return f"a condition is not understood: {unfit}"
    reason = "no curve found along which the order fails"
    for values in constant_values(constants, domains):
        for direction, strict in DIRECTIONS[claim.conclusion.order]:  # type: ignore[union-attr]
            left, right = _sides(claim, direction)
            hopeless = Hopeless(growing, left, right, strict)
            for curve in itertools.islice(curves(growing, stop), start, None):
                budget.check()
                if hopeless(curve):
                    continue
                try:
                    if fails_along(left, right, strict, conditions, curve, values):
                        return _curve_evidence(direction, curve, values)
                except Unfit as unfit:
                    reason = f"{reason} ({unfit})" if "(" not in reason else reason
    return reason


def refute_along_a_guided_curve(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Powers of the parameter whose exponents a linear program finds; logarithms are then taken into account by evaluating the curve."""
    why = _fits(claim)
    if why:
        return why
    growing, constants, domains = _names(claim)
    conclusion = claim.conclusion
    assert isinstance(conclusion, GrowsLike)
    try:
        conditions = growth_conditions.bounds(claim.conditions)
        read = [(bound, growth_conditions.sides(bound, growing, domains)) for bound in conditions]
        prover = Prover(growing, domains, conditions, (), constants, budget.check)
        converter = Converter(prover, growing)
        for direction, strict in DIRECTIONS[conclusion.order]:
            left, right = _sides(claim, direction)
            tops, targets = converter.order(left), converter.order(right)
            limits = [(u, v, bound.sign == "o") for bound, found in read for u in found.small for large in found.large[:1] for v in large[:1]]
            for target, choice in itertools.islice(itertools.product(targets.alternatives, itertools.product(*tops.alternatives)), MAX_GUIDED):
                budget.check()
                for inside in (False, True) if limits else (False,):  # on the edge of the conditions, or well inside them
                    bounds = [(u, v, asymptotic or inside) for u, v, asymptotic in limits]
                    curve = guided_curve(tuple(sorted(set(choice))), target, bounds, growing)
                    for values in constant_values(constants, domains) if curve else ():
                        if fails_along(left, right, strict, conditions, curve, values):
                            return _curve_evidence(direction, curve, values)
    except Unfit as unfit:
        return str(unfit)
    return "no powers found along which the order fails"


def _curve_evidence(direction: str, curve: dict[str, Term | None], values: dict[str, Term]) -> Evidence:
    return Evidence("growth", {"how": "curve", "direction": direction, "constants": {n: to_data(v) for n, v in values.items()},
                               "curve": {n: None if v is None else to_data(v) for n, v in curve.items()}})


# ------------------------------------------------------------------------------------------------------------------ proof


def prove_by_certificate(claim: Claim, budget: Budget, leaves: int) -> Evidence | str | None:
    """Weights and facts from exact linear programs, with case distinctions as long as no more than `leaves` cases are looked at."""
    why = _fits(claim)
    if why:
        return why
    growing, constants, domains = _names(claim)
    try:
        conditions = growth_conditions.bounds(claim.conditions)
    except Unfit as unfit:
        return f"a condition is not understood: {unfit}"
    trees: dict[str, Any] = {}
    for direction, strict in DIRECTIONS[claim.conclusion.order]:  # type: ignore[union-attr]
        search = _Search(growing, constants, domains, conditions, *_sides(claim, direction), strict, budget, leaves)
        try:
            tree = search.tree((), CASE_DEPTH)
        except Unfit as unfit:
            return str(unfit)
        if tree is None:
            return search.reason
        trees[direction] = tree
    return Evidence("growth", {"how": "certificate", "trees": trees})


class _Search:
    """Looks for one direction's certificate."""

    def __init__(self, growing: tuple[str, ...], constants: tuple[str, ...], domains: dict[str, Domain], conditions: tuple[Bound, ...], left: Term,
                 right: Term, strict: bool, budget: Budget, leaves: int) -> None:
        self.growing, self.constants, self.domains, self.conditions = growing, constants, domains, conditions
        self.left, self.right, self.strict, self.budget = left, right, strict, budget
        self.reason = "no certificate found"
        self.scales: list[Form] = []
        self.leaves, self.pivots = leaves, 0

    def step(self) -> None:
        """Called once a pivot. The limit is a count and not a time, so that what is decided does not depend on the machine."""
        self.budget.check()
        self.pivots += 1
        if self.pivots > MAX_PIVOTS:
            raise Unfit("it takes too many steps")

    def tree(self, cases: tuple[tuple[Form, Form], ...], depth: int) -> dict[str, Any] | None:
        """A leaf, or a distinction between two cases with a tree for each."""
        if self.leaves <= 0:
            return None
        self.leaves -= 1
        prover = Prover(self.growing, self.domains, self.conditions, cases, self.constants, self.step)
        leaf = self._leaf(prover)
        if leaf is not None or depth == 0 or not self.leaves:
            return leaf
        for more, less in self._distinctions(prover, cases):
            first = self.tree((*cases, (more, less)), depth - 1)
            if first is None:
                continue
            second = self.tree((*cases, (less, more)), depth - 1)
            if second is not None:
                return {"case": [more.data(), less.data()], "then": first, "else": second}
        return None

    def _leaf(self, prover: Prover) -> dict[str, Any] | None:
        converter = Converter(prover, self.growing)
        try:
            left, right = converter.order(self.left), converter.order(self.right)
        except Unfit as unfit:
            self.reason = str(unfit)
            return None
        self.scales = sorted({f for side in (left, right) for alternative in side.alternatives for f in alternative})
        goals = []
        choices = 1
        for alternative in left.alternatives:
            choices *= len(alternative)
        if choices * len(right.alternatives) > MAX_GOALS:
            self.reason = "too many combinations of terms"
            return None
        for target in right.alternatives:
            for choice in itertools.product(*left.alternatives):
                goal = prover.prove(tuple(sorted(set(choice))), target, self.strict)
                if goal is None:
                    self.reason = "no certificate found"
                    return None
                goals.append(goal)
        asked = [inequality for inequality in prover.asked.values() if inequality is not None]
        return _leaf_data(prover, goals, asked)

    def _distinctions(self, prover: Prover, cases: tuple[tuple[Form, Form], ...]) -> list[tuple[Form, Form]]:
        """Pairs of scales of which nothing is known: symbols first, then terms of the two sides."""
        known = {frozenset(pair) for pair in cases}
        pairs = list(itertools.combinations([single(name) for name in self.growing], 2)) + list(itertools.combinations(self.scales[:6], 2))
        made = []
        for a, b in pairs:
            if frozenset((a, b)) in known:
                continue
            known.add(frozenset((a, b)))
            prover.prepare([a, b])
            if prover.combine(a - b, 0) is None and prover.combine(b - a, 0) is None:
                made.append((a, b))
        return made[:CASES_TRIED]


def _leaf_data(prover: Prover, goals: list[dict[str, Any]], asked: list[dict[str, Any]]) -> dict[str, Any]:
    """The facts in use, renumbered, and the inequalities that rest on them."""
    used: set[int] = set()
    stack = [k for inequality in (*goals, *asked) for k, _ in inequality["sum"]]
    while stack:
        k = stack.pop()
        if k not in used:
            used.add(k)
            stack += [j for need in prover.facts[k].needs for j, _ in need]
    place = {k: position for position, k in enumerate(sorted(used))}

    def combination(pairs: Any) -> list[Any]:
        return [[place[k], times.data()] for k, times in pairs]

    def inequality(found: dict[str, Any]) -> dict[str, Any]:
        return {"strict": found["strict"], "left": [f.data() for f in found["left"]], "right": [f.data() for f in found["right"]],
                "lambda": [str(q) for q in found["lambda"]], "theta": [str(q) for q in found["theta"]], "sum": combination(found["sum"])}

    facts = [{"rule": prover.facts[k].rule, "needs": [combination(need) for need in prover.facts[k].needs]} for k in sorted(used)]
    return {"facts": facts, "asked": [inequality(q) for q in asked], "goals": [inequality(g) for g in goals]}


PROCEDURES = (
    ("comparison along a line", prove_along_a_line), ("plain growth curves", partial(refute_along_a_curve, start=0, stop=16)),
    ("weighted means", partial(prove_by_certificate, leaves=1)), ("guided growth curves", refute_along_a_guided_curve),
    ("weighted means in a few cases", partial(prove_by_certificate, leaves=7)), ("growth curves", partial(refute_along_a_curve, start=16, stop=120)),
    ("weighted means in cases", partial(prove_by_certificate, leaves=20)), ("more growth curves", partial(refute_along_a_curve, start=120, stop=400)),
)
"""Cheap ones first; see `strategy`."""
