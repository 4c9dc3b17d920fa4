"""Replays evidence about vectors and matrices.

Forms of evidence (`data["form"]`):
- "identity": both sides have one normal form (`matrix_forms`), after the difference was multiplied by what `steps` name (an invertible matrix from the
  left or right, a denominator); and a model, worked out in numbers without normal forms, in which both sides are defined and equal;
- "bound": right - left is a sum of `terms`, each of which is never negative: weighted squares, v^T A v with A positive semidefinite, |u| |v| - u^T v
  (Cauchy-Schwarz), |u| + |v| - |u + v| (triangle inequality), products of positive factors; with a model as before;
- "definite": a matrix is symmetric ("identity"), and its quadratic form is nonnegative, or positive ("bound"); or one of these is refuted;
- "model": letters and sizes that satisfy the hypotheses and contradict the conclusion;
- "agreement": in at least `AGREEING` different models both sides are defined and equal;
- "shapes": in no reading do the shapes of the sides fit;
- "layouts": with a derivative as it stands the shapes do not fit, and once the other side is transposed a model contradicts the claim.

Identities hold wherever both sides are defined. A conclusion that follows from premises must also be defined: what it inverts must be inverted
or said to be invertible in the hypotheses, or be shown to be positive definite (`definite`, evidence by place).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Finding, Follows, Satisfies, Status
from grader.replay.matrix_claims import Situation, facts_of, forms_of, inverses, nodes_of, situations, stated, understood, vanishing
from grader.replay.matrix_hypotheses import model_of, places, require_hypotheses
from grader.replay.matrix_nodes import Nodes
from grader.replay.matrix_quantities import is_nonnegative, quantity
from grader.replay.matrix_shapes import Node, NoForm, Unfit
from grader.replay.matrix_tensors import Poly
from grader.replay.matrix_values import Undefined, Unsure, Values, close, differ, minus, sign
from grader.replay.matrix_words import at_model, shapes_words, sides_words
from grader.term import Term, apply, free_names, number, symbol, walk

MAX_STEPS = 8
AGREEING = 8
PROPERTIES = {"linear_algebra.semidefinite": False, "linear_algebra.definite": True}


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """What the evidence shows of the claim. Fails with `Refused` where it does not hold up."""
    form = {"identity": _identity, "bound": _bound, "definite": _definite, "model": _model, "shapes": _shapes, "layouts": _layouts, "agreement": _agreement}.get(data["form"])
    if form is None:
        raise Refused(f"no form of evidence is called {data['form']!r}")
    try:
        return form(claim, data)
    except (NoForm, Unfit, Unsure, Undefined) as error:
        raise Refused(str(error)) from error


# -------------------------------------------------------------------------------------------------------- identities


def multiplied(forms: Nodes, p: Poly, step: list[str], s: Situation) -> Poly:
    """p times an invertible matrix or a denominator that occurs in it: ["left" | "right" | "times", key]; or times a letter that the hypotheses say to
    be invertible: ["left letter" | "right letter", name]. Fails with `Refused`."""
    where, key = step
    if where in ("left letter", "right letter"):
        if key not in regular_letters(s) or not all(any(x == ("<" if where[0] == "l" else ">") for _, ls in m for x in ls) for m in p):
            raise Refused("a letter that is not known to be invertible, or that does not fit")
        node, new, place = s.language.letters[key], forms.new(), "<" if where[0] == "l" else ">"
        factor = forms.of(node, place, new) if where[0] == "l" else forms.of(node, new, place)
        if forms.size_of(p, place) != forms.find(node.shape[0]):
            raise Refused("a letter of another size")
        return forms.reduce(forms.total(forms.mul(forms.rename(p, {place: new}), factor), new, node.shape[0]))
    kind, place = {"left": ("inv", "<"), "right": ("inv", ">"), "times": ("rec", "")}[where]
    for mono in sorted(p, key=str):
        for head, labels in mono:
            if head[0] != kind or head[1] != key:
                continue
            if where == "times" and all(isinstance(x, str) for x in labels):
                return forms.reduce(forms.mul(p, forms.rename(forms.made[head], {str(k): x for k, x in enumerate(labels)})))
            if where != "times" and place in labels:
                turned = labels.index(place) == (1 if where == "left" else 0)
                inner = forms.made[head]
                new, size = forms.new(), forms.sizes[head][0]
                change = ({"0": place, "1": new} if where == "left" else {"0": new, "1": place})
                if turned:
                    change = {"0": change["1"], "1": change["0"]}
                return forms.reduce(forms.total(forms.mul(forms.rename(p, {place: new}), forms.rename(inner, change)), new, size))
    raise Refused("a multiplier that does not occur")


def regular_letters(s: Situation) -> list[str]:
    """Letters that the hypotheses say to be invertible."""
    regular = {n.extra[0] for n in s.regular if n.op == "letter"}
    return sorted(n for n, d in s.domains.items() if n in regular or {"invertible", "orthogonal", "positive definite"} & set(d.traits))


def steps_for(p: Poly, s: Situation) -> list[list[str]]:
    """Multipliers that fit a polynomial, in order."""
    found: dict[tuple[str, str], None] = {}
    for mono in sorted(p, key=str):
        for head, labels in mono:
            if head[0] == "inv":
                found.update({("left" if x == "<" else "right", head[1]): None for x in labels if x in ("<", ">")})
            elif head[0] == "rec" and all(isinstance(x, str) for x in labels):
                found["times", head[1]] = None
    letters = regular_letters(s) if s.equations else []
    return [*[list(f) for f in found], *[[f"{side} letter", n] for n in letters for side in ("left", "right")]]


def difference(s: Situation, forms: Nodes) -> Poly:
    """left - right of the two sides, reduced."""
    return forms.reduce(forms.minus(forms.poly(s.sides[0]), forms.poly(s.sides[1])))


def _identity(claim: Claim, data: Mapping[str, Any]) -> Finding:
    if not isinstance(claim.conclusion, (Equal, Follows)):
        raise Refused("an identity does not settle this")
    s = understood(claim)
    forms = forms_of(s)
    p = difference(s, forms)
    if len(data["steps"]) > MAX_STEPS:
        raise Refused("too many steps")
    for step in data["steps"]:
        p = multiplied(forms, p, step, s)
    if p:
        raise Refused("the two sides do not come to the same")
    v = _standing(s, data["model"])
    _agree(s, v)
    facts = facts_of(s, claim)
    if isinstance(claim.conclusion, Follows):
        facts += _require_defined(claim, s, forms, data.get("definite", {}))
    used = [f for f in facts if f != "*: real"]
    return Finding(Status.PROVED, facts=facts, words=("Both sides come to the same" + (f"; used: {'; '.join(used)}." if used else "."),))


def _standing(s: Situation, model: Mapping[str, Any]) -> Values:
    v = model_of(s, model["letters"], model.get("sizes", {}))
    require_hypotheses(s, v)
    return v


def _agree(s: Situation, v: Values) -> None:
    """Fails with `Refused` unless both sides have a value in the model, and the same."""
    for place in places(s, v):
        at = Values(v.letters, v.size, place)
        if not close(*[at.of(side) for side in s.sides]):
            raise Refused("in the model the two sides differ")


def telling(model: Mapping[str, Any]) -> bool:
    """Is nothing zero in the model, and no size 1? Equations among hypotheses have models in which they say nothing (A v = lambda v with v = 0), and a family
    of one member has i = j."""
    sized = all(int(size) > 1 for size in model.get("sizes", {}).values())
    return sized and all(any(x != "0" for row in rows for x in row) for rows in model["letters"].values())


def _agreement(claim: Claim, data: Mapping[str, Any]) -> Finding:
    if not isinstance(claim.conclusion, Equal):
        raise Refused("agreement does not settle this")
    s = understood(claim)
    models = list({str(sorted(m["letters"].items())): m for m in data["models"]}.values())
    if s.equations and not all(telling(m) for m in models):
        raise Refused("models in which something is zero, or of which there is only one, tell too little")
    if len(models) < AGREEING:
        raise Refused("too few models")
    for model in models:
        _agree(s, _standing(s, model))
    return Finding(Status.AGREES, facts=facts_of(s, claim), words=(f"It agrees in {len(models)} examples with numbers.",))


def _require_defined(claim: Claim, s: Situation, forms: Nodes, definite: Mapping[str, Any]) -> tuple[str, ...]:
    """Fails with `Refused` unless all that the conclusion divides by or inverts is known to be invertible where the hypotheses hold."""
    given = [forms.of(n, "0", "1") for n in s.regular]
    given += [forms.of(n, "0", "1") for pair in s.equations for side in pair for n in _inverted(side, "inv")]
    given += [forms.of(s.language.node(n.args[0]), "0", "1") for body in s.defined.values() for n in walk(body) if n.is_apply("inverse", 1)]
    known = [forms.reduce(p) for p in given]
    given_numbers = [forms.poly(n) for pair in s.equations for side in pair for n in _inverted(side, "recip")]
    given_numbers += [forms.poly(n) for a, b, strict in s.orders if strict is None for n in (a, b)]
    facts = []
    for side in s.sides:
        for n in _inverted(side, "inv"):
            p = forms.reduce(forms.of(n, "0", "1"))
            if n.op == "letter" and {"invertible", "orthogonal", "positive definite"} & set(s.domains[n.extra[0]].traits):
                continue
            if any(p == k or forms.rename(p, {"0": "1", "1": "0"}) == k for k in known) or p and not forms.minus(p, forms.delta("0", "1", n.shape[0])):
                continue
            facts.append(_definite_place(claim, forms, p, definite, s))
        for n in _inverted(side, "recip"):
            p = forms.poly(n)
            plain = n.op == "letter" and s.domains[n.extra[0]].nonzero
            if not plain and not any(p == k for k in given_numbers) and not is_nonnegative(forms, p, True):
                raise Refused("a division by something that may be zero")
        for m in nodes_of(side):
            if m.op == "fn" and m.extra[0] in ("log", "sqrt") and not (m.extra[0] == "sqrt" and vanishing(m.args[0])) and not is_nonnegative(
                    forms, forms.poly(m.args[0]), m.extra[0] == "log"):
                raise Refused("a logarithm or root that may not be defined")
    return tuple(dict.fromkeys(facts))


def _definite_place(claim: Claim, forms: Nodes, p: Poly, definite: Mapping[str, Any], s: Situation) -> str:
    for text in inverses(claim):
        if text not in definite:
            continue
        term = next(n.args[0] for side in stated(claim)[0] for n in walk(side) if n.is_apply("inverse", 1) and str(n.args[0]) == text)
        if forms.reduce(forms.of(s.language.node(term), "0", "1")) != p:
            continue
        shown = check(Claim(Satisfies((term,), "linear_algebra.definite"), claim.domains, claim.conditions), definite[text])
        if shown.status is Status.PROVED:
            return f"{text} is positive definite, so it is invertible"
    raise Refused("an inverse that may not exist")


def _inverted(node: Node, op: str) -> list[Node]:
    return [n.args[0] for n in nodes_of(node) if n.op == op]


# ------------------------------------------------------------------------------------------------------------ bounds


def _bound(claim: Claim, data: Mapping[str, Any]) -> Finding:
    if not isinstance(claim.conclusion, AtMost):
        raise Refused("a bound does not settle this")
    if "signs" in data:
        parts = [check(part, evidence) for part, evidence in zip(without_abs(claim), data["signs"], strict=True)]
        if any(f.status is not Status.PROVED for f in parts):
            raise Refused("not both signs are proved")
        return parts[0]
    s = understood(claim)
    if not s.sides[0].is_number:
        raise Refused("a bound between vectors or matrices")
    forms = forms_of(s)
    lemmas: list[str] = []
    total: Poly = {}
    strict = False
    for item in data["terms"]:
        found, positive = quantity(claim, s, forms, item, lemmas)
        total, strict = forms.add(total, found), strict or positive
    p = forms.reduce(forms.minus(forms.scaled(difference(s, forms), -1), total))
    for step in data.get("steps", []):
        p = multiplied(forms, p, step, s)
    if p:
        raise Refused("the difference is another one")
    if claim.conclusion.strict and not strict:
        raise Refused("the bound is not shown to be strict")
    v = _standing(s, data["model"])
    for place in places(s, v):
        at = Values(v.letters, v.size, place)
        if sign(minus(at.number(s.sides[1]), at.number(s.sides[0]))) < 0:
            raise Refused("in the model the bound fails")
    names = tuple(dict.fromkeys(lemmas))
    words = "The difference is a sum of terms that are never negative" + (f" ({', '.join(n.replace('_', ' ') for n in names)})." if names else ".")
    return Finding(Status.PROVED, facts=facts_of(s, claim), lemmas=names, words=(words,))


def without_abs(claim: Claim) -> tuple[Claim, Claim]:
    """|t| <= b as t <= b and -t <= b. Fails with `Refused` for other claims."""
    c = claim.conclusion
    if not isinstance(c, AtMost) or not c.left.is_apply("abs", 1):
        raise Refused("no absolute value on the left")
    t = c.left.args[0]
    return replace(claim, conclusion=replace(c, left=t)), replace(claim, conclusion=replace(c, left=apply("neg", t)))


# --------------------------------------------------------------------------------------------------------- definiteness


def definite_claims(claim: Claim) -> tuple[Claim, Claim, str]:
    """What it means that a matrix is positive (semi)definite: it is symmetric, and v^T M v >= 0 for all v (> 0 for v that is not zero)."""
    if not isinstance(claim.conclusion, Satisfies) or claim.conclusion.property not in PROPERTIES:
        raise Refused("not a claim about definiteness")
    matrix, = claim.conclusion.subject
    strict = PROPERTIES[claim.conclusion.property]
    taken = set().union(*[free_names(t) for t in (matrix, *claim.conditions)]) | {n for n, _ in claim.domains}
    name = next(n for n in ("v", "u", "z", "a", "b", *(f"v{k}" for k in range(99))) if n not in taken)
    v = symbol(name)
    form = apply("mul", apply("transpose", v), matrix, v)
    domains = (*claim.domains, (name, Domain(shape="vector", field="real", nonzero=strict)))
    return (Claim(Equal(matrix, apply("transpose", matrix)), claim.domains, claim.conditions),
            Claim(AtMost(number(0), form, strict), domains, claim.conditions), name)


def _definite(claim: Claim, data: Mapping[str, Any]) -> Finding:
    symmetric, bound, name = definite_claims(claim)
    if "refuted" in data:
        part = {"symmetric": symmetric, "bound": bound}[data["refuted"]]
        found = check(part, data["evidence"])
        if found.status is not Status.REFUTED:
            raise Refused("the counterexample is none")
        said = "It is not symmetric" if data["refuted"] == "symmetric" else f"{name}^T M {name} is not always {'positive' if bound.conclusion.strict else 'nonnegative'}"  # type: ignore[union-attr]
        words = (f"{said}: " + " ".join(found.words),)
        return Finding(Status.REFUTED, words=words, teacher_words=(f"{said}: " + " ".join(found.teacher_words or found.words),))
    first, second = check(symmetric, data["symmetric"]), check(bound, data["bound"])
    if not first.status is second.status is Status.PROVED:
        raise Refused("not both are proved")
    return Finding(Status.PROVED, facts=tuple(dict.fromkeys((*first.facts, *second.facts))), lemmas=second.lemmas,
                   words=("It is symmetric, and its quadratic form is a sum of terms that are never negative.",))


# ------------------------------------------------------------------------------------------------------ counterexamples


def _model(claim: Claim, data: Mapping[str, Any]) -> Finding:
    s = understood(claim)
    if claim.conclusion.__class__ not in (Equal, AtMost, Follows):
        raise Refused("a model does not settle this")
    if loose_sizes(s):
        raise Refused("nothing says of which size a column of ones or an identity is")
    v = _standing(s, data["model"])
    for place in places(s, v):
        at = Values(v.letters, v.size, place)
        try:
            left, right = [at.of(side) for side in s.sides]
        except Undefined as error:
            if isinstance(claim.conclusion, Follows):
                said = (at_model(s, v, place) + f" the hypotheses hold, but there is {error}.",)
                return Finding(Status.REFUTED, words=said, teacher_words=said)
            continue
        try:
            broken = _is_broken(claim, left, right)
        except Unsure:
            continue
        if broken:
            return Finding(Status.REFUTED, **sides_words(claim, s, v, place, left, right))
    raise Refused("in this model the claim holds")


def loose_sizes(s: Situation) -> set[str]:
    """Sizes of ones, identities and Kronecker symbols of the sides that belong to no letter, where other sizes are known: they may be meant to be those."""
    held = {s.size(t) for node in s.language.letters.values() for t in node.shape} | {s.size(t) for t in s.language.sized}
    found = {s.size(t) for side in s.sides for n in nodes_of(side) if n.op in ("ones", "eye", "delta", "basis") for t in (*n.shape, *n.extra[-1:])
             if isinstance(t, str) and t.startswith("#")}
    return {t for t in found - held if t.startswith("#")} if held - {"1"} else set()


def _is_broken(claim: Claim, left: Any, right: Any) -> bool:
    if isinstance(claim.conclusion, AtMost):
        for r, t in zip(left, right):
            for x, y in zip(r, t):
                gap = sign(minus(y, x))
                if gap < 0 or gap == 0 and claim.conclusion.strict:
                    return True
        return False
    return differ(left, right) is not None


def _shapes(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """In every reading of the symbols some operation does not fit. A conclusion without a value is not satisfied where the premises are."""
    if isinstance(claim.conclusion, Follows):
        held = claim.conclusion.premises[0]
        s = understood(replace(claim, conclusion=Follows(claim.conclusion.premises, held)))
        _standing(s, data["model"])
        left, right = claim.conclusion.conclusion.args
        return _shapes(replace(claim, conclusion=Equal(left, right), conditions=()), data)
    if not isinstance(claim.conclusion, Equal):
        raise Refused("shapes do not settle this")
    derived = [any(n.kind == "apply" and n.name in ("gradient", "partial", "derivative") for n in walk(t)) for t in stated(claim)[0]]
    if any(derived) and not _misfits(claim, derived):
        raise Refused("a derivative may be laid out as a row or as a column")
    first: Unfit | None = None
    for make in situations(replace(claim, conditions=())):
        try:
            make()
        except Unfit as error:
            first = first or error
            continue
        except NoForm:
            if first is None:
                raise
            continue  # a reading of x_1, x_2, ... as columns that cannot be meant
        raise Refused("the shapes fit")
    assert first is not None
    for k, side in enumerate(stated(claim)[0]):
        try:
            understood(replace(claim, conclusion=Equal(side, side)))
        except Unfit as error:
            return Finding(Status.REFUTED, **shapes_words(error, k, claim))
    return Finding(Status.REFUTED, **shapes_words(first, None, claim))


def _layouts(claim: Claim, data: Mapping[str, Any]) -> Finding:
    if not isinstance(claim.conclusion, Equal):
        raise Refused("layouts do not settle this")
    try:
        understood(claim)
    except Unfit as error:
        turned = check(turned_around(claim), {"form": "model", "model": data["model"]})
        if turned.status is not Status.REFUTED:
            raise Refused("transposed, it is not refuted") from error
        return turned
    raise Refused("the shapes fit")


def turned_around(claim: Claim) -> Claim:
    """The claim with its right side transposed."""
    return replace(claim, conclusion=Equal(claim.conclusion.left, apply("transpose", claim.conclusion.right)))  # type: ignore[union-attr]


def _misfits(claim: Claim, derived: list[bool]) -> bool:
    """Do the shapes not fit even if the sides' layouts may be exchanged: a side without a derivative has no shape, or the other one transposed neither?"""
    bodies = [n.args[0] for t in stated(claim)[0] for n in walk(t) if n.kind == "apply" and n.name in ("gradient", "partial", "derivative")]
    plain = [side for side, has in zip(stated(claim)[0], derived) if not has]
    if any(_is_unfit(t, claim) for t in [*plain, *bodies]):
        return True
    if any(_is_unfit(side, claim) for side in stated(claim)[0]):
        return False
    left, right = stated(claim)[0]
    try:
        understood(Claim(Equal(left, apply("transpose", right)), claim.domains))
    except Unfit:
        return True
    return False


def _is_unfit(side: Term, claim: Claim) -> bool:
    try:
        understood(Claim(Equal(side, side), claim.domains))
    except Unfit:
        return True
    return False


__all__ = ["check", "definite_claims", "difference", "multiplied", "steps_for", "without_abs"]
