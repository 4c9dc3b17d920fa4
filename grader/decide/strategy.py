"""Which procedures are tried for a claim, in which order, and what becomes of what they find.

A module of this package that decides something has `PROCEDURES`: (name, procedure) pairs, cheap ones first. A procedure takes a claim and a budget
and returns `Evidence`, or a string that says why it has none ("no such kernel", "a limit it cannot take"), or None when the claim is none of its
business. Evidence goes through the kernel at once; the first that the kernel accepts is the verdict. (A procedure that has asked the kernel itself, to
choose between several pieces of evidence, returns the verdict.)
"""

from __future__ import annotations

import importlib

from grader import kernel
from grader.decide.budget import Budget, OutOfBudget
from grader.decide.plain import SPECIAL, is_formula, is_plain
from grader.model import Claim, Evidence, Satisfies, Verdict
from grader.term import walk

ROUTES: dict[str, tuple[str, ...]] = {
    "Equal": ("ring", "linear_algebra", "entropies", "draws", "moments", "probability", "structures", "equal", "opinion"),
    "AtMost": ("linear_algebra", "entropies", "draws", "moments", "probability", "inequality", "induction", "monotone"),
    "GrowsLike": ("growth", "limit"),
    "TendsTo": ("limit",),
    "Follows": ("linear_algebra", "steps", "region", "zeros", "roots"),
    "attention": ("attention",),
    "iterates": ("dynamics",),
    "dynamics": ("dynamics",),
    "choice": ("choice",),
    "linear_algebra": ("linear_algebra",),
    "definedness": ("definedness",),
    "form": ("form",),
    "quantity": ("quantity",),
}
"""Modules for a conclusion's type; for `Satisfies`, for the word of its property before the first dot ("dynamics.fixed_points")."""


SHORT = "ring"
"""The module whose procedures only propose to ask a checker: its refusal says nothing about the claim."""
RANDOM = frozenset({"entropies", "draws", "moments", "probability"})
"""The modules that know what a mean, a probability or an entropy is; no other is asked about one."""
_OF_PROBABILITY = frozenset("expectation variance covariance probability entropy kl mutual_information".split())


def _is_random(claim: Claim) -> bool:
    sides = (claim.conclusion.left, claim.conclusion.right)  # type: ignore[union-attr]
    return any(n.kind == "apply" and n.name in _OF_PROBABILITY for s in sides for n in walk(s))


def decide(claim: Claim, budget: Budget | None = None) -> Verdict:
    """The verdict on a claim: PROVED, REFUTED or AGREES where some procedure's evidence passes the kernel, else UNDECIDED with what was tried."""
    budget = budget or Budget()
    conclusion = claim.conclusion
    key = conclusion.property.split(".")[0] if isinstance(conclusion, Satisfies) else type(conclusion).__name__
    tried: list[tuple[str, str]] = []
    modules = ROUTES.get(key, ())
    if key in ("Equal", "AtMost") and is_plain(claim):
        left_out = SPECIAL | {"structures"} if is_formula(claim) else SPECIAL
        modules = tuple(m for m in modules if m not in left_out)
    elif key in ("Equal", "AtMost") and _is_random(claim):
        modules = tuple(m for m in modules if m in RANDOM)
    for module in modules:
        for name, procedure in importlib.import_module(f"grader.decide.{module}").PROCEDURES:
            try:
                budget.check()
                found = procedure(claim, budget)
                if isinstance(found, Verdict):
                    return found
                if isinstance(found, Evidence):
                    return kernel.settle(claim, found, permitted=budget.oracles)
                if found:
                    tried.append((name, found))
            except OutOfBudget as spent:
                return kernel.give_up(claim, [*tried, (name, str(spent))])
            except kernel.Refused as refused:
                if module != SHORT:
                    tried.append((name, f"its evidence was refused: {refused}"))
            except (ArithmeticError, ValueError, RecursionError, NotImplementedError, MemoryError) as error:
                tried.append((name, f"stopped by {type(error).__name__}: {error}"))
    return kernel.give_up(claim, tried or [("strategy", f"no procedure for {key}")])
