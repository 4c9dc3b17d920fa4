"""Steps between statements with functions in them: `Follows` claims that are not about polynomials alone.

First whether a simple point refutes; then the claim is translated into one about polynomials (`replay.step` says how, and translates again when it
checks) and put to the procedures for those. Claims without functions are none of this module's business.
"""

from __future__ import annotations

from functools import partial

from grader.decide import region
from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.kernel import Refused, settle
from grader.model import Claim, Evidence, Follows, Status
from grader.term import walk

_BEYOND = frozenset("log exp sin cos tan cot sec csc sinh cosh tanh asin acos atan call derivative sigmoid softplus erf root".split())


def is_beyond_algebra(claim: Claim) -> bool:
    """Does a function occur that polynomials and square roots do not express?"""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Follows):
        return False
    return any(n.kind == "apply" and (n.name in _BEYOND or n.name == "pow" and not _is_natural(n.args[1])) or n.kind == "binder" or
               n.kind == "constant" and n.name in ("e", "pi") for t in (*claim.conditions, *conclusion.premises, conclusion.conclusion) for n in walk(t))


def _is_natural(exponent: object) -> bool:
    return exponent.kind == "number" and exponent.value.denominator == 1 and exponent.value <= 12  # type: ignore[attr-defined]


def refute_by_simple_point(claim: Claim, budget: Budget) -> Evidence | str | None:
    """A few pleasant points."""
    return region.refute_by_a_point(claim, budget, 100) if is_beyond_algebra(claim) else None


def prove_by_value(claim: Claim, budget: Budget) -> Evidence | str | None:
    """The premise names a number; the conclusion is an equation that it satisfies."""
    if not is_beyond_algebra(claim):
        return None
    from grader.replay.step import at_value

    try:
        inner = at_value(claim)
    except Refused as refused:
        return str(refused)
    verdict = decide(inner, Budget(min(1.0, budget.remaining), budget.seed, budget.oracles))
    if verdict.status is not Status.PROVED:
        return "the equation is not proved at the value"
    return Evidence("step", {"how": "value", "evidence": [verdict.evidence.method, dict(verdict.evidence.data)]})


def prove_by_translation(claim: Claim, budget: Budget, powers: bool, logs: bool = True) -> Evidence | str | None:
    """The translated claim, by the procedures for polynomials."""
    if not is_beyond_algebra(claim):
        return None
    from grader.replay.step import translated

    try:
        inner, _, free = translated(claim, powers, logs)
    except Refused as refused:
        return str(refused)
    if inner.conclusion == claim.conclusion:
        return "nothing in it can be translated"
    tried = []
    for name, procedure in (("logic", region.prove_by_logic), ("points", partial(region.refute_by_a_point, most=100)), ("signs", region.prove_by_signs),
                            ("z3", region.ask_z3)):
        budget.check()
        found = procedure(inner, budget)
        if not isinstance(found, Evidence):
            tried += [f"{name}: {found}"] if found else []
            continue
        if found.data["how"] in ("point", "exception") and not free:
            return "the translated claim fails where the functions are free"
        try:
            settle(inner, found, permitted=budget.oracles)
        except Refused as refused:
            tried.append(f"{name}: {refused}")
            continue
        return Evidence("step", {"how": "translated", "powers": powers, "logs": logs, "inner": [found.method, dict(found.data)]})
    return "; ".join(tried)


PROCEDURES = (("simple points", refute_by_simple_point), ("value", prove_by_value), ("translation", partial(prove_by_translation, powers=True)),
              ("translation with powers", partial(prove_by_translation, powers=False)),
              ("translation with logarithms", partial(prove_by_translation, powers=False, logs=False)))
