"""Equalities and bounds between means over several independent draws of one density (importance-weighted bounds).

1. Worked out to means over single draws, with a new function for each E log sum_j w(z_j) (`replay.draws`): what is left is decided as a claim about
   densities. Functions whose weights are proved to be the same are named alike. For a bound, one or two instances of the lemmas about such means are
   tried (Y. Burda, R. Grosse, R. Salakhutdinov, Importance Weighted Autoencoders, ICLR 2016).
2. For two or three draws, all written out: a small model in which the claim fails refutes it.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence, Status
from grader.replay.draws import Worked, bound, is_about_draws, merged, same_weights, weakened, with_count, worked_out


def is_business(claim: Claim) -> bool:
    """Does the claim speak of means over several draws?"""
    conclusion = claim.conclusion
    return isinstance(conclusion, (Equal, AtMost)) and (is_about_draws(conclusion.left) or is_about_draws(conclusion.right))


def refute_by_few(claim: Claim, budget: Budget) -> Evidence | str | None:
    """The claim for two draws, then for three, then for one."""
    if not is_business(claim):
        return None
    said = ""
    for count in (2, 3, 1):
        try:
            few = with_count(claim, count)
        except Refused as reason:
            said = str(reason)
            continue
        verdict = decide(few, _part(budget, 0.5))
        if verdict.status is Status.REFUTED:
            return Evidence("draws", {"form": "few", "count": count, "inner": [verdict.evidence.method, dict(verdict.evidence.data)]})
        if verdict.status is Status.UNDECIDED:
            said = f"not decided for {count} draws"
        budget.check()
    return said or "the claim holds for a few draws"


def _part(budget: Budget, seconds: float) -> Budget:
    return Budget(min(seconds, budget.remaining), budget.seed, budget.oracles)


def prove_worked(claim: Claim, budget: Budget) -> Evidence | str | None:
    """The claim about single draws, with lemmas about the rest."""
    if not is_business(claim):
        return None
    try:
        worked = worked_out(claim)
        same = _same(worked, budget)
        worked = merged(worked, same)
        loose = isinstance(claim.conclusion, AtMost) and not claim.conclusion.strict
        for bounds, equal in product(_choices(worked), (True, False) if loose else (False,)):
            budget.check()
            verdict = decide(weakened(worked, bounds, equal), _part(budget, 0.6))
            if verdict.status is Status.PROVED or verdict.status is Status.REFUTED and not (worked.unknown or bounds or equal):
                inner = [verdict.evidence.method, dict(verdict.evidence.data)]
                return Evidence("draws", {"form": "worked", "same": same, "bounds": bounds, "equal": equal, "inner": inner})
    except Refused as reason:
        return str(reason)
    return "what is left is not proved"


def _same(worked: Worked, budget: Budget) -> list[list[Any]]:
    """Pairs of functions with the same weights, with evidence; each later one goes to the first that it equals."""
    found: list[list[Any]] = []
    for j in range(1, len(worked.unknown)):
        for i in range(j):
            if any(pair[1] == i for pair in found):
                continue
            try:
                verdict = decide(same_weights(worked, i, j), _part(budget, 0.3))
            except Refused:
                continue
            if verdict.status is Status.PROVED:
                found.append([i, j, [verdict.evidence.method, dict(verdict.evidence.data)]])
                break
    return found


def _choices(worked: Worked) -> list[list[list[Any]]]:
    """Instances of the lemmas that may help, few first."""
    if isinstance(worked.claim.conclusion, Equal):
        return [[]]
    several = range(len(worked.unknown))
    single: list[list[Any]] = []
    for i in several:
        single += [["draws_mean", i], ["draws_each", i]]
    for i in several:
        for j in several:
            try:
                bound(worked, ["draws_more", i, j])
            except Refused:
                continue
            if i != j:
                single.insert(0, ["draws_more", i, j])
    return [[], *[[s] for s in single], *[list(pair) for pair in combinations(single, 2)][:6]]


PROCEDURES = (("a few draws", refute_by_few), ("single draws", prove_worked))
