"""Procedures for claims about vectors and matrices: random small models refute, normal forms and sums of squares prove.

A claim that holds in many models and has no proof "agrees". The checker is `replay.linear_algebra`, where the normal forms are; what is looked for
here are models, multipliers, and the terms of a bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from grader.algebra.matrix_bounds import combination
from grader.algebra.matrix_models import models
from grader.decide.budget import Budget
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence, Follows, Satisfies, Status
from grader.replay import linear_algebra as replay
from grader.replay.matrix_claims import Situation, forms_of, inverses, stated, understood
from grader.replay.matrix_hypotheses import places
from grader.replay.matrix_readings import speaks_of_arrays
from grader.replay.matrix_shapes import NoForm, Unfit
from grader.replay.matrix_values import Undefined, Unsure, Values, close, differ, minus, read_matrix, sign
from grader.term import walk

TRIES = 40
ENOUGH = 12
"""Models in which both sides have been worked out before a claim is taken to agree."""
FIRST = 3
"""Models looked at before a proof is sought."""
LONG = 150
"""Models tried for a bound that has no proof."""
DEPTH = 5
"""Multipliers that are tried one after the other."""


def settle(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Evidence for or against a claim about vectors and matrices; None where the claim is about something else."""
    if isinstance(claim.conclusion, Satisfies):
        return _definite(claim, budget) if claim.conclusion.property in replay.PROPERTIES else None
    if not isinstance(claim.conclusion, (Equal, AtMost, Follows)):
        return None
    try:
        sides, conditions = stated(claim)
    except NoForm as error:
        conclusion = claim.conclusion
        terms = (*conclusion.premises, conclusion.conclusion) if isinstance(conclusion, Follows) else ()
        return str(error) if speaks_of_arrays(claim.domains, terms) else None
    if not speaks_of_arrays(claim.domains, (*sides, *conditions)):
        return None
    try:
        s = understood(claim)
    except Unfit as error:
        return _unfit(claim, error, budget)
    except NoForm as error:
        return f"not read: {error}"
    if isinstance(claim.conclusion, AtMost):
        return _bound(claim, s, budget)
    return _equal(claim, s, budget)


def _other_layout(claim: Claim, budget: Budget) -> Evidence | None:
    """A model against the claim with one side transposed."""
    try:
        s = understood(turned := replay.turned_around(claim))
        against, _ = _tried(turned, s, budget, _differ)
    except (NoForm, Unfit):
        return None
    return Evidence("linear_algebra", {"form": "layouts", "model": against}) if against is not None else None


def _unfit(claim: Claim, error: Unfit, budget: Budget) -> Evidence | str:
    if isinstance(claim.conclusion, Equal):
        try:
            replay.check(claim, {"form": "shapes"})
            return Evidence("linear_algebra", {"form": "shapes"})
        except Refused as refused:
            return _other_layout(claim, budget) or f"the shapes do not fit: {error}; {refused}"
    if isinstance(claim.conclusion, Follows):
        held = replace(claim, conclusion=Follows(claim.conclusion.premises, claim.conclusion.premises[0]))
        try:
            for model in models(understood(held), claim.fingerprint, TRIES):
                replay.check(claim, {"form": "shapes", "model": model})
                return Evidence("linear_algebra", {"form": "shapes", "model": model})
        except (Refused, NoForm, Unfit) as refused:
            return f"the shapes do not fit: {error}; {refused}"
    return f"the shapes do not fit: {error}"


# ---- models


def _tried(claim: Claim, s: Situation, budget: Budget, broken: Callable[[Any, Any], bool], tries: int = TRIES, enough: int = ENOUGH) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """A model that contradicts the claim, and models in which it stands."""
    standing: list[dict[str, Any]] = []
    for model in models(s, f"{budget.seed} {claim.fingerprint}", tries, budget.check):
        verdict = _in_model(claim, s, model, broken)
        if verdict is False:
            return model, standing
        if verdict:
            standing.append(model)
        if len(standing) >= enough:
            break
    return None, standing


def _in_model(claim: Claim, s: Situation, model: dict[str, Any], broken: Callable[[Any, Any], bool]) -> bool | None:
    letters = {name: read_matrix(rows) for name, rows in model["letters"].items()}

    def size(token: str) -> int:
        root = s.size(token)
        return int(root) if root.isdigit() else model["sizes"][root]

    open_, seen = False, False
    for place in places(s, Values(letters, size, {})):
        try:
            left, right = [Values(letters, size, place).of(side) for side in s.sides]
            if broken(left, right):
                return False
            seen = True
            if isinstance(claim.conclusion, (Equal, Follows)) and not close(left, right):
                open_ = True
        except Undefined:
            if isinstance(claim.conclusion, Follows):
                return False
            open_ = True
        except Unsure:
            open_ = True
    return True if seen and not open_ else None


def _differ(left: Any, right: Any) -> bool:
    return differ(left, right) is not None if not close(left, right) else False


# ---- equalities


def _equal(claim: Claim, s: Situation, budget: Budget) -> Evidence | str:
    against, standing = _tried(claim, s, budget, _differ, enough=FIRST)
    if against is None:
        steps = _steps(s, budget)
        if not isinstance(steps, list) or not standing:
            against, standing = _tried(claim, s, budget, _differ)
    if against is not None and replay.loose_sizes(s):
        return "nothing says of which size a column of ones or an identity is"
    if against is not None:
        if _only_laid_out_differently(claim):
            return "it differs, but perhaps only in how a derivative is laid out"
        return Evidence("linear_algebra", {"form": "model", "model": against})
    if isinstance(steps, list) and standing:
        found: dict[str, Any] = {"form": "identity", "steps": steps, "model": standing[0]}
        if isinstance(claim.conclusion, Follows):
            found["definite"] = _definite_inverses(claim, budget)
            try:
                replay.check(claim, found)
            except Refused as error:
                return str(error)
        return Evidence("linear_algebra", found)
    if s.equations:
        _, standing = _tried(claim, s, budget, _differ, LONG, LONG)
        standing = [m for m in standing if replay.telling(m)]
    if isinstance(claim.conclusion, Equal) and len(standing) >= ENOUGH:
        return Evidence("linear_algebra", {"form": "agreement", "models": standing})
    return steps if isinstance(steps, str) else "no model of the hypotheses was found"


def _only_laid_out_differently(claim: Claim) -> bool:
    """Does the claim hold once one side is transposed, where a derivative occurs? (Gradients as rows are a convention too.)"""
    if not isinstance(claim.conclusion, Equal) or not any(n.kind == "apply" and n.name in ("partial", "derivative", "gradient") for t in stated(claim)[0] for n in
                                                          walk(t)):
        return False
    turned = replay.turned_around(claim)
    try:
        s = understood(turned)
    except (Unfit, NoForm):
        return False
    if all(side.is_number for side in s.sides):
        return False
    return all(_in_model(turned, s, m, _differ) is not False for m in models(s, claim.fingerprint, 8))


def _steps(s: Situation, budget: Budget) -> list[list[str]] | str:
    """Multipliers after which the difference of the sides vanishes."""
    try:
        forms = forms_of(s)
        start = replay.difference(s, forms)
    except NoForm as error:
        return f"no normal form: {error}"
    level: list[tuple[list[list[str]], Any]] = [([], start)]
    for _ in range(DEPTH + 1):
        for steps, p in level:
            if not p:
                return steps
        following = []
        for steps, p in level[:6]:
            for step in replay.steps_for(p, s)[:8]:
                budget.check()
                try:
                    following.append(([*steps, step], replay.multiplied(forms, p, step, s)))
                except (NoForm, Refused):
                    continue
        level = sorted(following, key=lambda pair: len(pair[1]))
    return "the normal forms differ"


def _definite_inverses(claim: Claim, budget: Budget) -> dict[str, Any]:
    """Evidence that what the conclusion inverts is positive definite, as far as it is found."""
    found = {}
    for text in inverses(claim):
        term = next(n.args[0] for side in stated(claim)[0] for n in walk(side) if n.is_apply("inverse", 1) and str(n.args[0]) == text)
        evidence = _definite(Claim(Satisfies((term,), "linear_algebra.definite"), claim.domains, claim.conditions), budget)
        if isinstance(evidence, Evidence) and "refuted" not in evidence.data:
            found[text] = dict(evidence.data)
    return found


# ---- bounds


def _bound(claim: Claim, s: Situation, budget: Budget) -> Evidence | str:
    strict = claim.conclusion.strict  # type: ignore[union-attr]

    def broken(left: Any, right: Any) -> bool:
        gaps = [sign(minus(y, x)) for r, t in zip(left, right) for x, y in zip(r, t)]
        return any(g < 0 or g == 0 and strict for g in gaps)

    against, standing = _tried(claim, s, budget, broken)
    if against is not None:
        return Evidence("linear_algebra", {"form": "model", "model": against})
    if not standing:
        return "no model of the hypotheses was found"
    if claim.conclusion.left.is_apply("abs", 1) and s.sides[0].op == "fn":  # type: ignore[union-attr]
        parts = [settle(part, budget) for part in replay.without_abs(claim)]
        if all(isinstance(p, Evidence) and p.data["form"] == "bound" for p in parts):
            return Evidence("linear_algebra", {"form": "bound", "signs": [dict(p.data) for p in parts]})  # type: ignore[union-attr]
    try:
        terms = combination(claim, s, budget.check)
    except NoForm:
        terms = None
    if terms is not None:
        return Evidence("linear_algebra", {"form": "bound", "terms": terms, "model": standing[0]})
    against, _ = _tried(claim, s, budget, broken, LONG, LONG)
    return Evidence("linear_algebra", {"form": "model", "model": against}) if against is not None else "no sum of squares was found"


def _definite(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Symmetric, and a quadratic form that is a sum of squares; or a counterexample to either."""
    parts = dict(zip(("symmetric", "bound"), replay.definite_claims(claim)))
    found: dict[str, Any] = {"form": "definite"}
    for name, part in parts.items():
        evidence = settle(part, budget)
        if not isinstance(evidence, Evidence):
            return evidence or "not a claim about matrices"
        try:
            status = replay.check(part, evidence.data).status
        except Refused as error:
            return f"{name}: {error}"
        if status is Status.REFUTED and evidence.data["form"] == "model":
            return Evidence("linear_algebra", {"form": "definite", "refuted": name, "evidence": dict(evidence.data)})
        if status is not Status.PROVED:
            return f"{name}: not proved"
        found[name] = dict(evidence.data)
    return Evidence("linear_algebra", found)


PROCEDURES = (("vectors and matrices", settle),)
