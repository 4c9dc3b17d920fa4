"""Replays evidence about expectations, variances and probabilities of random variables.

Forms of evidence (`data["form"]`):
- "identity": worked out (`moments_reduce`), both sides of an equality are the same polynomial in constants and moments;
- "worked": worked out, the claim is one about numbers, with a new real symbol for every moment that is left (and, for a bound, what the lemma book
  says of these moments as conditions); `inner` is the evidence for it. What holds for all numbers holds for moments. It refutes only where no
  moment is left;
- "model": a small probability space that satisfies the hypotheses and in which the claim fails, evaluated in intervals;
- "instance": the claim with a polynomial in place of every unknown function of one argument, and its derivative in place of f'; `inner` refutes that;
- "agreement": at least six such spaces in which the sides agree to thirty digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from grader import kernel
from grader.domain import Domain
from grader.kernel import Refused
from grader.lemmas import LEMMAS
from grader.model import AtMost, Claim, Equal, Evidence, Finding, Status
from grader.replay.moments_algebra import Poly, is_multiple, minus
from grader.replay.moments_bounds import instances
from grader.replay.moments_models import Evaluation, Space
from grader.replay.moments_reduce import Reduction
from grader.replay.moments_terms import Roles, law_at, roles
from grader.replay.moments_write import Writer
from grader.replay.moments_words import describe, number_words
from grader.replay.probability_models import Intervals
from grader.term import Term, relation, walk

OWN_LABELS = ("step", "own", "equal", "holds", "turned")
"""Labels of claims whose two sides are both the learner's own: their values may be shown."""


@dataclass(frozen=True)
class Worked:
    """A claim worked out: the gap of its sides, the claim about numbers, the lemmas used, and whether any moment is left."""

    gap: Poly
    claim: Claim
    lemmas: tuple[str, ...]
    left_over: bool
    helpful: tuple[int, ...] = ()
    """Instances of lemmas of which the gap is a multiple."""


def sides_of(claim: Claim) -> tuple[Term, Term]:
    """The two sides of a claim."""
    return claim.conclusion.left, claim.conclusion.right  # type: ignore[union-attr]


def understood(claim: Claim) -> tuple[Roles, Reduction]:
    """Names and hypotheses of a claim. Fails with `Refused`."""
    if not isinstance(claim.conclusion, (Equal, AtMost)):
        raise Refused("neither an equality nor a bound")
    sides = sides_of(claim)
    names = roles(claim.domains, sides, claim.conditions)
    return names, Reduction(names, (*sides, *claim.conditions))


def worked_out(claim: Claim, chosen: Sequence[int] | None = None) -> Worked:
    """The claim as one about numbers, with what the lemma book says of its moments: all instances, or those chosen by number. Fails with
    `Refused` on what is not in the language of expectations."""
    names, reduction = understood(claim)
    conclusion = claim.conclusion
    left, right = reduction.value(conclusion.left), reduction.value(conclusion.right)  # type: ignore[union-attr]
    plain = [(c.signs, [reduction.value(s) for s in c.args]) for c in names.plain if c.kind == "relation"]
    plain += [(("<=",), [low, high]) for low, high in reduction.implied()]
    known = [] if isinstance(conclusion, Equal) else list(instances(reduction, (left, right)))
    helpful = tuple([k for k, (_, low, high) in enumerate(known) if is_multiple(minus(right, left), minus(high, low))])
    if chosen is not None:
        known = [known[k] for k in chosen]
    writer = Writer(names)
    sides = [writer.term(p) for p in (left, right)]
    conditions = [relation(signs, *[writer.term(p) for p in parts]) for signs, parts in plain]
    conditions += [relation("<=", writer.term(low), writer.term(high)) for _, low, high in known]
    made = Equal(*sides) if isinstance(conclusion, Equal) else AtMost(*sides, conclusion.strict)  # type: ignore[union-attr]
    domains = tuple([(n, d if d.shape != "variable" else Domain("real")) for n, d in claim.domains if d.shape in ("scalar", "variable")])
    ends = {n.args[2].name for t in (*sides_of(claim), *claim.conditions) for n in walk(t)
            if n.kind == "binder" and n.name == "sum" and len(n.args) == 3 and n.args[2].kind == "symbol"}
    counted = tuple([(n, Domain("integer", lower=Fraction(1))) for n in sorted(ends - dict(claim.domains).keys())])
    domains = tuple([*domains, *counted, *[d for d in writer.domains if d[0] not in dict(domains)]])
    if "*" not in dict(domains):
        domains += (("*", Domain("real")),)
    inner = Claim(made, domains, tuple(dict.fromkeys(conditions)), claim.label)
    return Worked(minus(right, left), inner, (*reduction.lemmas, *dict.fromkeys([name for name, _, _ in known])), writer.left_over,
                  helpful)


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """What the evidence shows of the claim. Fails with `Refused` where it does not hold up."""
    form = {"identity": _identity, "worked": _worked, "model": _model, "agreement": _agreement, "instance": _instance}.get(data["form"])
    if form is None:
        raise Refused(f"no form of evidence is called {data['form']!r}")
    return form(claim, data)


def _facts(claim: Claim) -> tuple[str, ...]:
    return ("the means exist", *[f"given: {c}" for c in claim.conditions])


def _titles(lemmas: tuple[str, ...]) -> tuple[str, ...]:
    titles = "; ".join(LEMMAS[n].title for n in lemmas)
    return (f"It follows by: {titles}.",) if titles else ()


def _identity(claim: Claim, data: Mapping[str, Any]) -> Finding:
    worked = worked_out(claim)
    if not isinstance(claim.conclusion, Equal) or worked.gap:
        raise Refused("the two sides do not come to the same")
    return Finding(Status.PROVED, _facts(claim), lemmas=worked.lemmas, words=_titles(worked.lemmas))


def _worked(claim: Claim, data: Mapping[str, Any]) -> Finding:
    worked = worked_out(claim, data.get("chosen"))
    method, inner = data["inner"]
    if method == "moments":
        raise Refused("evidence about numbers was expected")
    found = kernel.settle(worked.claim, Evidence(method, inner)).finding
    if found.status is Status.REFUTED:
        if worked.left_over:
            raise Refused("what fails for numbers may hold for moments")
        return replace(found, facts=_facts(claim), words=found.words, teacher_words=found.teacher_words or found.words)
    if found.status not in (Status.PROVED, Status.AGREES):
        raise Refused("the claim about numbers is not settled")
    words = _titles(worked.lemmas) if found.status is Status.PROVED else found.words
    return Finding(found.status, (*_facts(claim), *found.facts), found.oracles, worked.lemmas, words, found.teacher_words)


def unknown_functions(claim: Claim) -> list[str]:
    """Names that are called with one argument in the claim's sides and of which nothing is supposed."""
    calls = {n.args[0].name for t in sides_of(claim) for n in walk(t) if n.is_apply("call", 2) and n.args[0].kind == "symbol" and law_at(n) is None}
    supposed = {n.name for c in claim.conditions for n in walk(c) if n.kind == "symbol"} | {n for n, d in claim.domains if d.shape != "function"}
    return sorted({n.removesuffix(PRIME) for n in calls} - supposed - {"indicator", "N"})


PRIME = "\u2032"
"""Ends the name of a derivative."""


def instance(claim: Claim, name: str, polynomial: Sequence[int]) -> Claim:
    """The claim with f(t) = c_0 + c_1 t + ... for one unknown function. Fails with `Refused` where there is none of that name."""
    if name not in unknown_functions(claim) or not 1 < len(polynomial) <= 5 or not all(isinstance(c, int) and abs(c) < 100 for c in polynomial):
        raise Refused("no polynomial in place of an unknown function")
    slopes = [k * c for k, c in enumerate(polynomial)][1:]

    def put(t: Term) -> Term:
        if t.is_apply("call", 2) and t.args[0].kind == "symbol" and t.args[0].name in (name, name + PRIME):
            return _at(polynomial if t.args[0].name == name else slopes, put(t.args[1]))
        return t.with_args(tuple([put(a) for a in t.args])) if t.args else t

    left, right = [put(t) for t in sides_of(claim)]
    made = Equal(left, right) if isinstance(claim.conclusion, Equal) else AtMost(left, right, claim.conclusion.strict)  # type: ignore[union-attr]
    return replace(claim, conclusion=made)


def _at(polynomial: Sequence[int], x: Term) -> Term:
    terms = [_power(c, x, k) for k, c in enumerate(polynomial) if c]
    return Term("number", value=Fraction(0)) if not terms else terms[0] if len(terms) == 1 else Term("apply", "add", tuple(terms))


def _power(c: int, x: Term, k: int) -> Term:
    number = Term("number", value=Fraction(abs(c)))
    body = number if not k else Term("apply", "mul", (number, x if k == 1 else Term("apply", "pow", (x, Term("number", value=Fraction(k))))))
    return Term("apply", "neg", (body,)) if c < 0 else body


def _instance(claim: Claim, data: Mapping[str, Any]) -> Finding:
    name, polynomial = data["function"], data["polynomial"]
    method, inner = data["inner"]
    if method == "moments" and inner.get("form") == "instance":
        raise Refused("one unknown function at a time")
    found = kernel.settle(instance(claim, name, polynomial), Evidence(method, inner)).finding
    if found.status is not Status.REFUTED:
        raise Refused("the claim for this function is not refuted")
    said = f"Take {name}(t) = " + " + ".join([f"{c} t^{k}" if k else str(c) for k, c in enumerate(polynomial) if c]).replace("t^1", "t").replace("1 t", "t") + "."
    return replace(found, words=(said, *found.words), teacher_words=(said, *(found.teacher_words or found.words)))


# ------------------------------------------------------------------------------------------------------------- models


def _model(claim: Claim, data: Mapping[str, Any]) -> Finding:
    names, reduction = understood(claim)
    space = Space(data["model"], names, reduction.span)
    conclusion = claim.conclusion
    numbers = Intervals()
    for env in space.places((conclusion.left, conclusion.right)):  # type: ignore[union-attr]
        left, right = [_enclosed(space, numbers, s, env) for s in (conclusion.left, conclusion.right)]  # type: ignore[union-attr]
        apart = left.b < right.a or left.a > right.b
        fails = apart if isinstance(conclusion, Equal) else left.a > right.b
        if fails:
            values = f"the left side is {number_words(left)} and the right side {number_words(right)}"
            scene = describe(space, env, (conclusion.left, conclusion.right))  # type: ignore[union-attr]
            own = claim.label.startswith(OWN_LABELS)
            return Finding(Status.REFUTED, _facts(claim), words=(scene, f"Then {values}." if own else "There it does not hold."),
                           teacher_words=(scene, f"Then {values}."))
    raise Refused("the claim holds in the model, or cannot be told from holding")


def _enclosed(space: Space, numbers: Intervals, side: Term, env: Mapping[str, str]) -> Any:
    return numbers.of(Fraction(0)) + Evaluation(space, numbers).value(side, {"": space.outcome}, env)


def _agreement(claim: Claim, data: Mapping[str, Any]) -> Finding:
    if not isinstance(claim.conclusion, Equal) or len(data["models"]) < 6:
        raise Refused("too few models, or no equality")
    names, reduction = understood(claim)
    numbers = Intervals()
    for model in data["models"]:
        space = Space(model, names, reduction.span)
        for env in space.places((claim.conclusion.left, claim.conclusion.right)):
            left, right = [_enclosed(space, numbers, s, env) for s in (claim.conclusion.left, claim.conclusion.right)]
            if not (abs(left - right) / (numbers.of(Fraction(1)) + abs(left))).b < 1e-30:
                raise Refused("the claim fails in one of the models, or cannot be told from failing")
    text = f"It holds to 30 digits in {len(data['models'])} small random models, which is no proof."
    return Finding(Status.AGREES, _facts(claim), words=(text,), teacher_words=(text,))


__all__ = ["Worked", "check", "understood", "worked_out"]
