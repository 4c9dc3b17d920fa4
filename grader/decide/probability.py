"""Equalities and bounds between expressions over abstract densities: expectations, sums, integrals, logarithms, KL divergences.

Procedures, cheap ones first.
1. A finite model. The claim is for all positive densities, so one small table in which it fails refutes it (`algebra.finite_models`).
2. Normal form. Both sides become polynomials in joint densities, logarithms and sums by steps that are instances of lemmas
(`algebra.probability_normal_form`);
   equal polynomials prove an equality, and the steps are the certificate.
3. Bounds. The difference of the sides as a sum of KL divergences, Jensen gaps and their averages (`algebra.probability_bounds`); where both
   sides are positive, the logarithms are compared. A bound that is supposed (the M-step's) may be added to the smaller side.
4. More models: one that fails refutes; where all agree, AGREES with the number of models.
None of it looks at what the numbers are where a claim is proved, and none believes a model that the separate checker does not confirm.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

from grader.algebra.densities import Tree, Unfolder
from grader.algebra.density_names import OPERATORS, Setting, Unsupported, is_likelihood, variable, variable_term
from grader.algebra.density_polynomials import Atom, Hypothesis, Poly, add, scale
from grader.algebra.density_terms import poly_term
from grader.algebra.density_signs import assumed_positive
from grader.algebra.finite_models import Model, Undefined
from grader.algebra.probability_bounds import Quantity, explain, summed
from grader.algebra.probability_normal_form import NormalForm
from grader.decide.budget import Budget
from grader.model import AtMost, Claim, Equal, Evidence
from grader.replay.probability import at_hand, weakened
from grader.term import Term, free_names, to_data, walk

TOLERANCE = 1e-7


@dataclass(frozen=True)
class Understood:
    """A claim as core trees, with what may be taken as positive."""

    setting: Setting
    left: Tree
    right: Tree
    known: tuple[Atom, ...]
    assumed: tuple[Atom, ...]
    given: tuple[tuple[Tree, Tree, Any], ...]
    bounds: tuple[tuple[Tree, Tree, tuple[str, ...]], ...] = ()
    """What is supposed to be at most what, at all values of which variables."""


def is_probability(claim: Claim) -> bool:
    """Does the claim speak of densities at all?"""
    if not isinstance(claim.conclusion, (Equal, AtMost)):
        return False
    terms = (claim.conclusion.left, claim.conclusion.right)
    if any(n.kind == "apply" and n.name in OPERATORS for t in terms for n in walk(t)) or any(is_likelihood(t) for t in terms):
        return True
    return next(Setting(claim.domains, terms).calls(), None) is not None


@lru_cache(maxsize=64)
def understood(claim: Claim) -> Understood:
    """The claim unfolded. Fails with `Unsupported`."""
    sides = (claim.conclusion.left, claim.conclusion.right)  # type: ignore[union-attr]
    setting = Setting(claim.domains, (*sides, *claim.conditions))
    unfolder = Unfolder(setting)
    left, right = [unfolder.tree(s) for s in sides]
    logs = tuple(unfolder.logs)
    known: list[Atom] = [("scalar", "pi")]
    for name, domain in claim.domains:
        if domain.is_positive:
            known += [("scalar", name), ("fun", (name, ()))]
    given = tuple([_given(setting, unfolder, c) for c in claim.conditions])
    bounds = tuple([(*map(unfolder.tree, pair), () if at_hand(c) else tuple(sorted(free_names(c) & set(setting.variables))))
                    for c in claim.conditions if (pair := _bound_sides(c))])
    return Understood(setting, left, right, tuple(known), tuple(assumed_positive(logs, known)), tuple([g for g in given if g]), bounds)


def _bound_sides(condition: Term) -> tuple[Term, Term] | None:
    """A condition l <= r as (l, r)."""
    if condition.kind != "relation" or condition.signs not in (("<=",), (">=",), ("<",), (">",)):
        return None
    return condition.args if condition.signs[0] in ("<", "<=") else condition.args[::-1]  # type: ignore[return-value]


def _given(setting: Setting, unfolder: Unfolder, condition: Term) -> tuple[Tree, Tree, Any] | None:
    """A condition "density = expression" as (density, expression, its name and slots); None for conditions that are only checked."""
    if condition.kind != "relation" or condition.signs != ("=",):
        return None
    for law, meaning in (condition.args, condition.args[::-1]):
        if law.is_apply("call") and setting.is_density(law.args[0]):
            return unfolder.tree(law), unfolder.tree(meaning), setting.called(law)
    return None


def _models(seen: Understood, count: int, styles: tuple[str, ...], start: int = 0, *, sizes: tuple[int, ...] = (2, 2, 3)) -> Any:
    for k in range(start, start + count):
        trees = (seen.left, seen.right, *[t for g in seen.given for t in g[:2]], *[t for b in seen.bounds for t in b[:2]])
        yield Model(seen.setting, trees, size=sizes[k % len(sizes)], seed=k,
                    style=styles[k % len(styles)], positive=(*seen.known, *seen.assumed), given=seen.given)


def _failure(claim: Claim, seen: Understood, model: Model) -> float | None:
    """By how much the claim fails in the model, relative to its sides; 0 where it holds, None where a side is undefined there or
    something supposed does not hold."""
    try:
        for low, high, names in seen.bounds:
            for values in product(range(model.size), repeat=len(names)):
                env = {(n, ()): k for n, k in zip(names, values)}
                if model.evaluate(low, env) > model.evaluate(high, env):
                    return None
        left, right = model.evaluate(seen.left, {}), model.evaluate(seen.right, {})
    except (Undefined, OverflowError):
        return None
    scale = 1 + abs(left) + abs(right)
    apart = abs(left - right) if isinstance(claim.conclusion, Equal) else left - right
    if apart > TOLERANCE * scale:
        return apart / scale
    return 1e-12 if isinstance(claim.conclusion, AtMost) and claim.conclusion.strict and apart > -1e-12 else 0.0


def refute_by_model(claim: Claim, budget: Budget) -> Evidence | str | None:
    """A few small models, the plainest first."""
    if not is_probability(claim):
        return None
    try:
        seen = understood(claim)
        if seen.setting.ambiguous():
            return seen.setting.ambiguous()
        strict = isinstance(claim.conclusion, AtMost) and claim.conclusion.strict
        styles = ("plain", "same") if strict else ("plain",)
        if _search(claim, seen, budget, 2, styles, best=True) is None:
            return "the claim holds in small models"
        return _search(claim, seen, budget, 4, styles, best=True)
    except Unsupported as reason:
        return str(reason)


def _search(claim: Claim, seen: Understood, budget: Budget, count: int, styles: tuple[str, ...], start: int = 0, *,
            best: bool = False) -> Evidence | None:
    """A model in which the claim fails: the first, or with `best` the one in which the sides differ most."""
    found: tuple[float, Model] | None = None
    for model in _models(seen, count, styles, start + 100 * budget.seed, sizes=(2,) if best else (2, 2, 3)):
        budget.check()
        size = _failure(claim, seen, model)
        if size is not None and size > 0 and (found is None or size > found[0]):
            found = (size, model)
            if not best:
                break
    return Evidence("probability", {"form": "model", "model": found[1].data()}) if found else None


def _form(seen: Understood, budget: Budget) -> NormalForm:
    hypotheses = [Hypothesis(name, left, right, meaning) for _, meaning, (name, left, right) in seen.given]
    return NormalForm((*seen.known, *seen.assumed), hypotheses=hypotheses, check=budget.check)


def _certificate(seen: Understood, engine: NormalForm, **more: Any) -> dict[str, Any]:
    kinds = {"fun": "function", "scalar": "letter"}
    return {
        "positive": [[kinds[a[0]], [a[1][0], list(a[1][1])] if a[0] == "fun" else a[1]] for a in seen.assumed],
        "steps": [[s.lemma, to_data(poly_term(s.before, engine.names)), to_data(poly_term(s.after, engine.names))] for s in engine.steps],
        **more,
    }


def prove_equal(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Equal normal forms."""
    if not isinstance(claim.conclusion, Equal) or not is_probability(claim):
        return None
    try:
        seen = understood(claim)
        form = _form(seen, budget)
        gap = add(form.of(seen.right), scale(form.of(seen.left), Fraction(-1)))
        if form.is_zero(gap):
            return Evidence("probability", _certificate(seen, form, form="identity"))
    except Unsupported as reason:
        return str(reason)
    return "the normal forms differ"


def prove_bound(claim: Claim, budget: Budget) -> Evidence | str | None:
    """The difference as a sum of quantities that are never negative."""
    if not isinstance(claim.conclusion, AtMost) or not is_probability(claim):
        return None
    try:
        seen = understood(claim)
        for through in ("", "log"):
            sides = [("log", t) if through else t for t in (seen.left, seen.right)]
            form = _form(seen, budget)
            if through and not all(form.positive_poly(form.of(t)) for t in (seen.left, seen.right)):
                break
            found = explain(seen.setting, sides[0], sides[1], form)
            if found is not None:
                return Evidence("probability", _bound_certificate(seen, sides, found, _form(seen, budget), through))
        return _from_given(claim, budget)
    except Unsupported as reason:
        return str(reason)


def _from_given(claim: Claim, budget: Budget) -> Evidence | str:
    """A bound that is supposed, added to the smaller side."""
    for number, condition in enumerate(claim.conditions):
        if _bound_sides(condition) is None or not is_probability(claim):
            continue
        budget.check()
        seen = understood(weakened(claim, number))
        sides: list[Tree] = [seen.left, seen.right]
        found = explain(seen.setting, *sides, _form(seen, budget))
        if found is not None:
            inner = _bound_certificate(seen, sides, found, _form(seen, budget), "")
            return Evidence("probability", {"form": "given", "condition": number, "inner": inner})
    return "the difference is no sum of the known quantities"


def _bound_certificate(seen: Understood, sides: list[Tree], found: list[tuple[Poly, Quantity | None]], form: NormalForm,
                       through: str) -> dict[str, Any]:
    """The steps that bring the sides and the quantities into normal form, afresh, so that no step of the search is left in."""
    for side in sides:
        form.of(side)
    gap = []
    for factor, quantity in found:
        gap.append([_poly_data(factor, form), None if quantity is None else _quantity_data(quantity.form, form)])
        if quantity is not None:
            form.of(quantity.value)
    return _certificate(seen, form, form="bound", through=through, gap=gap)


def _poly_data(poly: Poly, form: NormalForm) -> Any:
    return to_data(poly_term(poly, form.names))


def _quantity_data(shape: tuple[Any, ...], form: NormalForm) -> list[Any]:
    """A quantity as JSON values."""
    kind = shape[0]
    if kind == "tangent":
        return [kind, _poly_data(form.of(shape[1]), form)]
    if kind == "index":
        return [kind, shape[1], shape[2], _quantity_data(shape[3], form)]
    bound = [to_data(variable_term(v)) for v, _ in shape[1]]
    form.of(summed(shape[1], shape[2]))
    inner = _quantity_data(shape[3], form) if kind == "average" else _poly_data(form.of(shape[3]), form)
    return [kind, bound, _poly_data(form.of(shape[2]), form), inner]


def compare_models(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Many models of every style: one that fails refutes, else they agree."""
    if not is_probability(claim):
        return None
    try:
        seen = understood(claim)
        if seen.setting.ambiguous():
            return seen.setting.ambiguous()
        strict = isinstance(claim.conclusion, AtMost) and claim.conclusion.strict
        found = _search(claim, seen, budget, 24, ("rough", "skewed", "same") if strict else ("rough", "skewed", "plain"), start=4)
        if found:
            return found
        failing = _continuous(claim, seen, budget)
        if failing:
            return failing
        agreeing = [m for m in _models(seen, 12, ("rough", "plain"), 40 + 100 * budget.seed) if _failure(claim, seen, m) == 0.0][:6]
        if len(agreeing) < 6:
            return "it is undefined in most models"
        return Evidence("probability", {"form": "agreement", "models": [m.data() for m in agreeing]})
    except Unsupported as reason:
        return str(reason)


def _continuous(claim: Claim, seen: Understood, budget: Budget) -> Evidence | str | None:
    """Densities of continuous variables may exceed one: what fails for them is refuted where integrals are written, and left open elsewhere."""
    kinds = {n.name for t in seen.setting.terms for n in walk(t) for b in n.bound if (var := variable(b)) and var[0] in seen.setting.variables}
    if "sum" in kinds:
        return None
    found = _search(claim, seen, budget, 4, ("volumes",), start=70)
    if found and kinds & {"integral", "antiderivative"}:
        return found
    return "it holds for discrete variables only" if found else None


PROCEDURES = (("finite model", refute_by_model), ("normal form", prove_equal), ("bounds", prove_bound), ("more models", compare_models))
