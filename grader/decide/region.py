"""What follows from conditions: `Follows` claims over real numbers and integers.

In this order: pleasant points of the domains (a point that meets the premises and misses the conclusion refutes); in one variable, the roots of all
polynomials involved and points between them; proof by the signs of those polynomials (`algebra.region_signs`), complete in one variable; at last
z3, whose model is a point to be checked and whose "unsat" is an oracle's word. `replay.region` checks points and signs anew, and puts the claim to
z3 itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from grader.algebra import region_line, region_plain, region_signs, region_screen, regions
from grader.algebra.rational import NotRational
from grader.algebra.regions import NotACondition, Truth
from grader.decide.budget import Budget
from grader.domain import Domain
from grader.model import Claim, Evidence, Follows
from grader.term import Term, apply, to_data, walk

MAX_SIZE = 1500
MAX_RELATIONS = 8


def _parts(claim: Claim) -> tuple[list[Term], Term, dict[str, Domain]]:
    conclusion = claim.conclusion
    assert isinstance(conclusion, Follows)
    premises = [*claim.conditions, *conclusion.premises]
    return premises, conclusion.conclusion, {name: claim.domain(name) for name in regions.names_of([*premises, conclusion.conclusion])}


def _unfit(claim: Claim) -> str | None:
    premises, conclusion, domains = _parts(claim)
    if sum(t.size for t in (*premises, conclusion)) > MAX_SIZE:
        return "the conditions are too large"
    if any(domain.shape != "scalar" for domain in domains.values()):
        return "some symbol is no number"
    return None


def prove_by_logic(claim: Claim, budget: Budget) -> Evidence | str | None:
    """The conclusion, or a part of it that is enough, stands among the premises."""
    if _unfit(claim):
        return None
    premises, conclusion, _ = _parts(claim)
    try:
        given = [region_plain.plain(p) for p in premises]
        wanted = region_plain.plain(conclusion)
    except NotACondition as error:
        return str(error)
    relations = list(dict.fromkeys(node for f in (*given, wanted) for node in walk(f) if node.kind == "relation"))
    if len(relations) > MAX_RELATIONS:
        return "too many relations"
    for values in itertools.product((1, -1), repeat=len(relations)):
        truth = dict(zip(relations, values))
        if all(_true(p, truth) for p in given) and not _true(wanted, truth):
            return "it does not follow by logic alone"
    return Evidence("region", {"how": "logic"})


def _true(formula: Term, truth: dict[Term, int]) -> bool:
    if formula.kind == "relation":
        return truth[formula] > 0
    return region_signs.true_under(formula.name == "true" if formula.kind == "constant" else
                                   (formula.name, [_true(a, truth) for a in formula.args]), ())


def refute_by_a_point(claim: Claim, budget: Budget, most: int) -> Evidence | str | None:
    """At most so many pleasant points, and in one variable points at, beside and between the roots of the polynomials involved."""
    why = _unfit(claim)
    if why:
        return why
    premises, conclusion, domains = _parts(claim)
    try:
        screen = region_screen.Screen(premises, conclusion)
        for point in itertools.chain(regions.points([*premises, conclusion], domains, most), _special_points(claim)):
            budget.check()
            if screen.passes(point):
                continue
            truth = Truth(point, domains)
            if all(truth.holds(p) is True for p in premises) and truth.holds(conclusion) is False:
                return Evidence("region", {"how": "point", "point": {name: str(value) for name, value in point.items()}})
    except NotACondition as error:
        return str(error)
    return "no point found where the premises hold and the conclusion fails"


def _special_points(claim: Claim) -> Iterator[dict[str, Fraction]]:
    implication = _implication(claim) if len(_parts(claim)[2]) == 1 else None
    if implication is None or len(implication.names) != 1:
        return
    domain = claim.domain(implication.names[0])
    for value in region_line.landmarks(implication):
        if domain.admits(value):
            yield {implication.names[0]: value}


@lru_cache(maxsize=8)
def _signs(claim: Claim) -> region_signs.Implication | str:
    """The claim's tests of signs, or why it has none; kept, since several procedures begin with them."""
    try:
        return region_signs.Implication(*_parts(claim))
    except (NotRational, NotACondition) as error:
        return str(error)


def _implication(claim: Claim) -> region_signs.Implication | None:
    found = _signs(claim)
    return None if isinstance(found, str) else found


def refute_by_a_root(claim: Claim, budget: Budget) -> Evidence | str | None:
    """In one variable: at the irrational roots of quadratic factors, which no rational point meets."""
    implication = None if _unfit(claim) else _implication(claim)
    if implication is None or len(implication.names) != 1:
        return None
    domain = claim.domain(implication.names[0])
    if domain.field in ("integer", "rational"):
        return None
    for root, vector in region_line.quadratic_roots(implication):
        budget.check()
        if implication.refutes(vector):
            return Evidence("region", {"how": "point", "point": {implication.names[0]: to_data(root)}})
    return "no quadratic root is an exception"


def prove_by_signs(claim: Claim, budget: Budget) -> Evidence | str | None:
    """No combination of signs of the polynomials involved makes an exception."""
    why = _unfit(claim)
    if why:
        return why
    domains = _parts(claim)[2]
    if any(not domain.is_real for domain in domains.values()):
        return "some symbol is not said to be real"
    implication = _signs(claim)
    if isinstance(implication, str):
        return implication
    if len(implication.names) == 1 and set(domains) == set(implication.names):
        vectors = region_line.vectors_on_the_line(implication, domains[implication.names[0]].field == "integer")
        if vectors is None:
            return "the roots are not told apart"
        if any(implication.refutes(v) for v in vectors):
            return Evidence("region", {"how": "exception", "atoms": implication.atom_data()})
        return Evidence("region", {"how": "signs", "atoms": implication.atom_data(), "cuts": []})
    cuts = implication.cuts(budget.check)
    if cuts is None:
        return "a combination of signs is not excluded"
    return Evidence("region", {"how": "signs", "atoms": implication.atom_data(), "cuts": cuts})


def ask_z3(claim: Claim, budget: Budget) -> Evidence | str | None:
    """z3's model as a point, or its "unsat" as an oracle's word."""
    why = _unfit(claim)
    if why:
        return why
    if "z3" not in budget.oracles:
        return "z3 may not be asked"
    premises, conclusion, domains = _parts(claim)
    if any(not domain.is_real for domain in domains.values()):
        return "some symbol is not said to be real"
    from grader.algebra import region_z3  # z3 takes time to load

    try:
        formulas = [region_plain.plain(p) for p in (*premises, apply("not", conclusion))]
        said, model = region_z3.ask(formulas, domains, int(budget.remaining * 500))
    except NotACondition as error:
        return str(error)
    if said == "unsat":
        return Evidence("region", {"how": "z3"})
    if said != "sat":
        return "z3 does not know"
    for point in region_z3.rational_points(model, domains):
        truth = Truth(point, domains)
        if all(truth.holds(p) is True for p in premises) and truth.holds(conclusion) is False:
            return Evidence("region", {"how": "point", "point": {name: str(value) for name, value in point.items()}})
    exact: dict[str, Any] = {name: _written(value) for name, value in model.items()}
    if all(value is not None for value in exact.values()):
        return Evidence("region", {"how": "point", "point": exact})
    return "z3 has an exception that could not be written down"


def _written(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    return to_data(value) if isinstance(value, Term) else None


PROCEDURES = (("logic", prove_by_logic), ("simple points", partial(refute_by_a_point, most=100)), ("quadratic roots", refute_by_a_root),
              ("signs", prove_by_signs), ("points", partial(refute_by_a_point, most=2500)), ("z3", ask_z3))
"""Cheap ones first; see `strategy`."""

