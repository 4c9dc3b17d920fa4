"""Finds a period and a grid for floors, ceilings and remainders of linear terms, and proves the cases; `replay.residues` says why that is enough."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Status
from grader.replay import residues
from grader.replay.semantics import NoMeaning, symbols_of
from grader.term import Term, number, walk

SECONDS = 2.0


def prove_by_residues(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Evidence case by case, for one symbol after the other."""
    if not isinstance(claim.conclusion, Equal):
        return None
    sides = (claim.conclusion.left, claim.conclusion.right)
    steps = [n for t in sides for n in walk(t) if n.kind == "apply" and n.name in residues.STEPS]
    if not steps:
        return None
    try:
        names = sorted(frozenset().union(*[symbols_of(s) for s in steps]))
    except NoMeaning as error:
        return str(error)
    reason = "no period"
    for name in names:
        whole = claim.domain(name).field == "integer"
        base, fine = _scales(sides)
        for period, grid in ((base, 1 if whole else fine), (2 * base, 1 if whole else fine), (1, 1 if whole else fine)):
            try:
                made = residues.cases(claim, name, period, grid)
            except Refused as error:
                reason = str(error)
                continue
            evidence = []
            for case in made:
                verdict = decide(case, Budget(min(SECONDS, budget.remaining), budget.seed, frozenset()))
                if verdict.status is not Status.PROVED:
                    reason = "a case is open"
                    break
                evidence.append([verdict.evidence.method, dict(verdict.evidence.data)])
            else:
                return Evidence("structure", {"how": "residues", "name": name, "period": period, "grid": grid, "cases": evidence})
    return reason


def _scales(sides: tuple[Term, Term]) -> tuple[int, int]:
    """A period, and into how many parts a unit is cut: products of the numbers in the steps."""
    bottoms, tops = 1, 1
    alternating = False
    for node in (n for t in sides for n in walk(t)):
        if node.kind == "apply" and node.name in residues.STEPS:
            for n in walk(node):
                value = n.value if n.kind == "number" else None
                if value:
                    bottoms = lcm(bottoms, value.denominator)
                    tops = lcm(tops, value.numerator if value.numerator <= 12 else 1)
                if n.kind == "apply" and n.name in ("div", "mod") and n.args[1].kind == "number" and n.args[1].value:
                    bottoms = bottoms * int(n.args[1].value.numerator) if n.args[1].value.numerator <= 12 else bottoms
        alternating = alternating or node.is_apply("pow") and node.args[0].is_apply("neg") and node.args[0].args[0] == number(1)
    period = min(_reduced(sides, bottoms), 60)
    return period * 2 if alternating and period % 2 else period, min(tops * _parts(sides), 24)


def _reduced(sides: tuple[Term, Term], most: int) -> int:
    """The period is made of the divisors in the steps, one within the other."""
    def depth(term: Term) -> Fraction:
        inside = [depth(a) for a in term.args] or [Fraction(1)]
        size = Fraction(1)
        for v in inside:
            size = Fraction(lcm(size.numerator, v.numerator))
        if term.kind == "number" and term.value:
            return Fraction(term.value.denominator)
        if term.kind == "apply" and term.name in ("div", "mod") and term.args[1].kind == "number" and term.args[1].value:
            return depth(term.args[0]) * term.args[1].value.numerator
        return size

    found = 1
    for t in sides:
        found = lcm(found, int(depth(t)))
    return found if 1 <= found <= 60 else most


def _parts(sides: tuple[Term, Term]) -> int:
    """The common denominator of the numbers added in the steps."""
    found = 1
    for node in (n for t in sides for n in walk(t) if n.kind == "apply" and n.name in residues.STEPS):
        for n in walk(node):
            if n.kind == "number" and n.value:
                found = lcm(found, n.value.denominator)
            if n.is_apply("div") and all(a.kind == "number" and a.value for a in n.args):
                found = lcm(found, (n.args[0].value / n.args[1].value).denominator)  # type: ignore[operator]
    return found


__all__ = ["prove_by_residues"]
