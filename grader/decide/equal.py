"""Procedures for `left = right`: a counterexample, the same tree, the exact normal form, agreement at many points.

Order: refuting is cheaper than proving, and a wrong answer then has a concrete point to show; a proof comes next; agreement last.
Nothing here is believed: points are evaluated again, and proofs replayed, by checkers with other arithmetic (`grader.replay`).
"""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import islice

from grader.algebra.compare import NEIGHBOURHOOD, Comparison
from grader.algebra.glance import looks_same
from grader.algebra.magnitudes import MOST
from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.model import Claim, Equal, Evidence, Follows, Status
from grader.replay import alike
from grader.replay.semantics import NoMeaning
from grader.term import Term, free_names, relation, walk


_last = threading.local()
"""The claim that this thread compared last: the procedures look at one claim in turn."""


def _comparison(claim: Claim) -> Comparison | str | None:
    if getattr(_last, "claim", None) is not claim:
        _last.claim, _last.comparison = None, None
        _last.comparison = _compared(claim)
        _last.claim = claim
    return _last.comparison


def _compared(claim: Claim) -> Comparison | str | None:
    if not isinstance(claim.conclusion, Equal):
        return None
    try:
        comparison = Comparison(claim)
    except NoMeaning as error:
        return str(error)
    return comparison if comparison.is_numeric else "a symbol that is no number"


def refute_by_point(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Look for a point where both sides are defined and certainly differ: many points where an operator is not analytic, more on complex branches."""
    comparison = _comparison(claim)
    if not isinstance(comparison, Comparison):
        return comparison
    return _differing(comparison, budget, 60 if comparison.is_stepped else 10 if comparison.is_branched and not comparison.real else 3)


def refute_on_branches(claim: Claim, budget: Budget) -> Evidence | str | None:
    """More points for real roots and logarithms that no proof was found for."""
    comparison = _comparison(claim)
    if not isinstance(comparison, Comparison) or comparison.is_stepped or not comparison.is_branched or not comparison.real:
        return None
    return _differing(comparison, budget, 10)


def _differing(comparison: Comparison, budget: Budget, enough: int) -> Evidence | str:
    """A point at which they differ, among as many as that where both are defined."""
    seen, missing, integrals = 0, "", _has_integral(comparison)
    for k, point in enumerate(comparison.points(budget.seed)):
        budget.check()
        level = 0 if k < 5 else 1
        look = comparison.look(point, 64, level)
        unsure = "unsure" in (look.left, look.right) and not integrals  # more digits do not help next to a singular end
        if look.both and not look.differ and (not seen or not comparison.names) and not integrals or unsure:
            look = comparison.look(point, 400 + comparison.extra, level)
        if look.differ:
            return Evidence("point", comparison.evidence_point(point, level))
        for side in (look.left, look.right):
            if side.startswith("unsupported"):
                return side
        missing = missing or (look.left if look.left != "defined" else look.right)
        seen += look.both
        if seen >= enough or integrals and not seen and k >= 4:
            break
    return f"no difference at {seen} points" if seen else f"no point where both sides are defined ({missing})"



def _inhabitant(comparison: Comparison, budget: Budget) -> dict[str, object] | None:
    """A point around which both sides are defined, as certificate data."""
    most = 4 if _has_integral(comparison) else 40
    for point in islice(comparison.points(budget.seed), most):
        budget.check()
        look = comparison.look(point, 80, radius=NEIGHBOURHOOD)
        if look.both:
            return comparison.evidence_point(point, 0)
    return None


def _has_integral(comparison: Comparison) -> bool:
    return any(n.kind == "binder" and n.name == "integral" for t in comparison.terms for n in walk(t))


def prove_same(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Two sides that are written alike, up to order and the names of bound variables."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Equal) or looks_same(conclusion.left, conclusion.right) is False:
        return None  # what has clearly different values is not written alike
    if not alike.same(conclusion.left, conclusion.right, lambda name: claim.domain(name).shape in ("scalar", "function")):
        return None
    comparison = _comparison(claim)
    point = _inhabitant(comparison, budget) if isinstance(comparison, Comparison) else None
    why = None if point or not any(n.kind == "binder" for n in walk(conclusion.left)) else _without_value(claim, budget)
    if why:
        return why
    return Evidence("equality", {"same": True} | (point or {}))  # where it has a value as a number, the checker insists on a point


def _without_value(claim: Claim, budget: Budget) -> str | None:
    """Why a limit, endless sum or improper integral of numbers alone, which is written on both sides, is not seen to have a value."""
    from grader.decide.values import by_values, outermost

    for node in outermost(claim.conclusion.left):  # type: ignore[union-attr]
        if not free_names(node) and not any(n.is_apply("call") for n in walk(node)):
            found = by_values(replace(claim, conclusion=Equal(node, node)), budget)
            if not isinstance(found, Evidence):
                return f"it is not seen to have a value: {found}"
    return None


def prove_by_normal_form(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Bring both sides to an exact normal form; the certificate says how."""
    comparison = _comparison(claim)
    if not isinstance(comparison, Comparison):
        return comparison
    from grader.algebra.normal_form import certificate

    found = certificate(claim, comparison.left, comparison.right, comparison.real, budget.check)
    if isinstance(found, str):
        return found
    point = _inhabitant(comparison, budget)
    if point is None:
        return "no point around which both sides are defined"
    return Evidence("equality", found | point | _lost(claim, comparison, budget))


def _lost(claim: Claim, comparison: Comparison, budget: Budget) -> dict[str, object]:
    """A point where only the left side is undefined, if one is found that the checker will see to be one."""
    from grader.algebra.definedness import lost_points
    from grader.kernel import Refused
    from grader.replay.definedness import undefined_at

    for point in lost_points(comparison, budget.seed, most=16):
        budget.check()
        try:
            undefined_at(claim, point)
        except Refused:
            continue
        return {"lost": point}
    return {}


def prove_constant(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Two algebraic numbers, by a separation bound; the checker finds the bound and the digits itself."""
    comparison = _comparison(claim)
    if not isinstance(comparison, Comparison):
        return comparison
    if comparison.names or comparison.functions or claim.conditions:
        return None
    angles = any(n.kind == "apply" and n.name in ("atan", "asin", "acos", "arg") for t in comparison.terms for n in walk(t))
    return Evidence("constant", {"angles": True} if angles else {})


def prove_as_consequence(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Absolute values, maxima and steps: that the equation holds at every point is a claim about what follows from the domains."""
    comparison = _comparison(claim)
    if not isinstance(comparison, Comparison) or not comparison.is_stepped or not comparison.real or comparison.functions or not comparison.names:
        return None
    wanted = relation("=", comparison.left, comparison.right)
    verdict = decide(replace(claim, conclusion=Follows((), wanted)), Budget(min(1.0, budget.remaining), budget.seed, budget.oracles))
    if verdict.status is not Status.PROVED:
        return "; ".join(verdict.finding.words)
    return Evidence("structure", {"how": "identity", "evidence": [verdict.evidence.method, dict(verdict.evidence.data)]})


SAMPLE_BITS = 200
INTEGRAL_BITS = 60
"""Integrals are enclosed by quadrature, which does not go as far."""
SAMPLES = 8


def agree_by_samples(claim: Claim, budget: Budget) -> Evidence | str | None:
    """The same value at generic points, and on both sides of every branch that can be reached."""
    comparison = _comparison(claim)
    if not isinstance(comparison, Comparison):
        return comparison
    from grader.replay.samples import branch_terms

    if comparison.extra > MOST:
        return "numbers so large or small that agreement at points says nothing"
    bits = INTEGRAL_BITS if _has_integral(comparison) else SAMPLE_BITS + comparison.extra
    if bits == INTEGRAL_BITS and comparison.extra:
        return "an integral beside numbers so large or small that agreement at points says nothing"
    branches = {b: {1, -1} for b in branch_terms(comparison.left, comparison.right)}
    chosen: list[dict[str, object]] = []
    spare: list[dict[str, object]] = []
    tried: set[str] = set()
    for k, point in enumerate(comparison.sample_points(budget.seed)):
        budget.check()
        if k > 400:
            break
        if point and str(point) in tried:
            continue
        tried.add(str(point))
        look = comparison.look(point, 420 + comparison.extra, 1 + k % 3)
        if look.differ:
            return Evidence("point", comparison.evidence_point(point, 1 + k % 3))
        for side in (look.left, look.right):
            if side.startswith("unsupported"):
                return side
        if look.both and not look.same:
            return "the sides neither separate nor agree to the last digits"
        if look.same:
            new = [b for b, open_ in branches.items() if comparison.sign(point, b) in open_]
            for b in new:
                branches[b].discard(comparison.sign(point, b))
            plenty = len(chosen) >= SAMPLES
            if not plenty and not look.nothing or new:
                chosen.append(comparison.evidence_point(point, 1 + k % 3))
            elif not plenty:
                spare.append(comparison.evidence_point(point, 1 + k % 3))
        if bits == INTEGRAL_BITS and k >= 4 and not chosen:
            break
        if len(chosen) >= SAMPLES and not any(branches.values()) or len(chosen) >= 30 or k >= 200 or not comparison.names and k >= 3 * SAMPLES:
            break
    chosen += spare[:max(0, SAMPLES - len(chosen))]
    if len(chosen) < (SAMPLES if comparison.names else 1):
        return f"only {len(chosen)} points where both sides are defined"
    return Evidence("samples", {"points": chosen, "bits": bits})


def prove_by_branches(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Formulas with cases: each choice of rows by itself."""
    if not isinstance(claim.conclusion, Equal) or not any(
            n.kind == "tuple" and n.name == "cases" for t in (claim.conclusion.left, claim.conclusion.right) for n in walk(t)):
        return None
    from grader.kernel import Refused
    from grader.replay.branches import as_consequence, branches, impossible

    try:
        cut = branches(claim)
    except Refused as error:
        return str(error)
    found = []
    for part in cut:
        inner = Budget(min(1.0, budget.remaining), budget.seed, budget.oracles)
        never = decide(impossible(part), inner)
        if never.status is Status.PROVED:
            found.append(["never", [never.evidence.method, dict(never.evidence.data)]])
            continue
        for how, stated in (("equal", part), ("follows", as_consequence(part))):
            verdict = decide(stated, Budget(min(1.0, budget.remaining), budget.seed, budget.oracles))
            if verdict.status is Status.PROVED:
                found.append([how, [verdict.evidence.method, dict(verdict.evidence.data)]])
                break
        else:
            return f"a branch: {'; '.join(verdict.finding.words)}"
    return Evidence("structure", {"how": "branches", "parts": found})


def work_out(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Limits, endless sums, integrals with an antiderivative and common divisors of formulas: at points there is little to be said before they are
    worked out; integrals within integrals from the inside."""
    bound = _bound(claim)
    if not bound and not _occurs(claim, "gcd", "lcm"):
        return None
    if any(n.name == "integral" and any(m.kind == "binder" and m.name == "integral" for m in walk(n.args[0])) for n in bound):
        from grader.decide.nested import by_nested_integrals

        found = by_nested_integrals(claim, budget)
        if isinstance(found, Evidence):
            return found
    from grader.decide.values import by_values  # most formulas have nothing of the kind

    return by_values(claim, budget)


def prove_over_sums(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Sums whose length grows: by induction."""
    if not _bound(claim):
        return None
    from grader.decide.induction import by_induction  # most formulas have no sum

    return by_induction(claim, budget)


def _bound(claim: Claim) -> list[Term]:
    """The sums, integrals, limits and the like in an equation."""
    conclusion = claim.conclusion
    return [n for t in (conclusion.left, conclusion.right) for n in walk(t) if n.kind == "binder"] if isinstance(conclusion, Equal) else []


def _occurs(claim: Claim, *names: str) -> bool:
    conclusion = claim.conclusion
    return isinstance(conclusion, Equal) and any(n.kind == "apply" and n.name in names for t in (conclusion.left, conclusion.right) for n in walk(t))


def prove_by_analysis(claim: Claim, budget: Budget) -> Evidence | str | None:
    """One-to-one functions of both sides, inverse functions undone, slopes: where the algebra of formulas alone does not see that they are equal."""
    from grader.decide import analysis

    reasons = []
    comparison = _comparison(claim)
    if isinstance(comparison, Comparison) and comparison.is_stepped:
        from grader.decide.residues import prove_by_residues

        found = prove_by_residues(claim, budget)
        if isinstance(found, Evidence):
            return found
        reasons += [found] if found else []
    if isinstance(claim.conclusion, Equal) and any(t.kind == "binder" and t.name == "sum" for t in (claim.conclusion.left, claim.conclusion.right)):
        from grader.decide.telescoping import prove_by_recurrence

        found = prove_by_recurrence(claim, budget)
        if isinstance(found, Evidence):
            return found
        reasons += [found] if found else []
    for _, procedure in analysis.PROCEDURES:
        found = procedure(claim, budget)
        if isinstance(found, Evidence):
            return found
        reasons += [found] if found else []
    return "; ".join(reasons) or None


PROCEDURES = (("same", prove_same), ("values", work_out), ("counterexample", refute_by_point), ("normal form", prove_by_normal_form),
              ("counterexample on branches", refute_on_branches), ("algebraic number", prove_constant), ("branches", prove_by_branches),
              ("consequence", prove_as_consequence), ("induction over a sum", prove_over_sums), ("analysis", prove_by_analysis),
              ("samples", agree_by_samples))
