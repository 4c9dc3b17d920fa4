"""How an identity is written: its links, and whether it is the asked relation, a triviality, or the asked one but for a known kind of mistake."""

from __future__ import annotations

from typing import Any

from grader.algebra.density_forms import Forms, difference, negative, parts
from grader.answers._chains import composed
from grader.answers._densities import HOLDS, SAME_SIGN, TURNED, author_term, complete, question
from grader.answers._kind import Part, Settled
from grader.term import Term, apply, relation, walk


def sign_of(sign: str) -> str:
    """The sign, with := and the three-bar sign as equalities."""
    return SAME_SIGN.get(sign, sign)


def links_of(term: Term) -> list[tuple[Term, str, Term]]:
    """The links of a relation, one after the other."""
    if term.kind != "relation":
        return []
    return [(a, sign_of(s), b) for a, s, b in zip(term.args, term.signs, term.args[1:])]


def ends_of(term: Term) -> tuple[Term, str | None, Term]:
    """First side, what the signs come to, last side."""
    return term.args[0], composed([sign_of(s) for s in term.signs]), term.args[-1]


def reference_of(part: Part) -> tuple[Term | None, str, Term]:
    """Left side (None where the reference is an expression that nothing is said to be equal to), sign, right side."""
    asked = question(part, ("answer",))
    reference = asked["answer"]
    assert reference is not None
    if reference.kind == "relation":
        return reference.args[0], sign_of(reference.signs[0]), reference.args[1]
    left = part.options.left
    found = complete([author_term(left, part, "left")], asked)[0][0] if left else None
    return found if isinstance(found, Term) else None, "=", reference


def forms_of(part: Part, terms: list[Term]) -> Any:
    """Forms of terms judged together."""
    return Forms(part.domains(), terms)


def sides_of(term: Term) -> list[Term]:
    """The sides of a relation, or the expression alone."""
    return list(term.args) if term.kind == "relation" else [term]


def accepted(part: Part) -> list[tuple[Term | None, str, Term]]:
    """The reference and the accepted variants."""
    found = [reference_of(part)]
    for entry in part.accept:
        term = complete([author_term(entry.answer, part, "accept")], question(part, ("answer",)))[0][0] if entry.answer else None
        if isinstance(term, Term):
            found.append((*ends_of(term),) if term.kind == "relation" else (found[0][0], "=", term))  # type: ignore[arg-type]
    return found


def _difference(term: Term, left: Term | None, forms: Any) -> tuple[Any, str | None]:
    """The form of left - right and the sign; for an expression, left is what it is said to equal."""
    if term.kind == "relation":
        a, sign, b = ends_of(term)
        return difference(forms.form(a), forms.form(b)), sign
    return (difference(forms.form(left), forms.form(term)) if left is not None else forms.form(term)), "="


def suits(term: Term, wanted: tuple[Term | None, str, Term], forms: Any, how: str) -> str:
    """yes, weaker (an inequality for the asked equation), or no."""
    left, sign, right = wanted
    if term.kind == "relation" and left is None:
        return "yes" if any(forms.same(side, right) for side in term.args) and len(term.args) > 1 and not trivial(term, wanted, forms) else "no"
    pairs = _pairs(term) if term.kind == "relation" and len(term.args) > 2 else []
    if any(suits(pair, wanted, forms, how) == "yes" for pair in pairs):
        return "yes"
    own, own_sign = _difference(term, left, forms)
    target = difference(forms.form(left), forms.form(right)) if left is not None else forms.form(right)
    same, turned = own == target, own == negative(target) and left is not None
    if how == "split" and not (same or turned) and (term.kind != "relation" or left is not None):
        same, turned = _splits(term, left, right, forms)
    if sign == "=" and own_sign in ("<=", ">=", "<", ">"):
        return "weaker"
    if not (same or turned) or own_sign is None:
        return "no"
    effective = TURNED[own_sign] if turned and not same else own_sign
    return "yes" if effective == sign or effective == "=" or effective == sign[0] else "no"


def _pairs(term: Term) -> list[Term]:
    """Any two sides of a chain, with what the signs between them come to."""
    found = []
    for i in range(len(term.args)):
        for j in range(i + 1, len(term.args)):
            sign = composed([sign_of(s) for s in term.signs[i:j]])
            if sign is not None:
                found.append(relation(sign, term.args[i], term.args[j]))
    return found


def _splits(term: Term, left: Term | None, right: Term, forms: Any) -> tuple[bool, bool]:
    a, b = (ends_of(term)[0], ends_of(term)[2]) if term.kind == "relation" else (left, term)
    if a is None or left is None:
        return forms.says_the_same(term, right), False
    own = apply("add", a, apply("neg", b))
    target = apply("add", left, apply("neg", right))
    if forms.says_the_same(a, b):
        return False, False
    return forms.says_the_same(own, target), forms.says_the_same(own, apply("neg", target))


def trivial(term: Term, wanted: tuple[Term | None, str, Term], forms: Any) -> bool:
    """Does it only rewrite one side: x = x, or the left side's definition over again?"""
    if term.kind == "relation":
        first, _, last = ends_of(term)
        return forms.says_the_same(first, last)
    left = wanted[0]
    return left is not None and forms.says_the_same(term, left)


def has_left(term: Term, wanted: list[tuple[Term | None, str, Term]], forms: Any) -> bool:
    """Does the answer begin with the asked left side and sign?"""
    return any(left is not None and sign == ends_of(term)[1] and forms.same(ends_of(term)[0], left) for left, sign, _ in wanted)


def contains(term: Term, text: str, part: Part) -> bool:
    """Is an expression among the additive terms of the answer?"""
    found = complete([author_term(text, part, "must_contain")], question(part, ("answer",)))[0][0]
    if not isinstance(found, Term):
        return False
    forms = forms_of(part, [*sides_of(term), found])
    return forms.form(found).keys() <= {k for side in sides_of(term) for k in forms.form(side)}


def how_wrong(term: Term, part: Part, settled: Settled) -> str:
    """In which of the known ways a refuted answer differs from what was asked."""
    if "turned" in settled and settled["turned"].status in HOLDS:
        return "identity.direction"
    wanted = reference_of(part)
    left, sign, right = wanted
    forms = forms_of(part, [*sides_of(term), *[t for t in (left, right) if t is not None]])
    own, own_sign = _difference(term, left, forms)
    target = difference(forms.form(left), forms.form(right)) if left is not None else forms.form(right)
    if sign != "=" and own_sign == "=" and own in (target, negative(target)):
        return "identity.equality"
    for form in (own, negative(own)):
        tag = _compared(form, target, _swapped_keys(forms, [*sides_of(term), right]), _log_keys(forms, [*sides_of(term), right, left]))
        if tag:
            return tag
    return "identity.wrong"


def _compared(own: Any, target: Any, swaps: dict[str, str], logs: dict[str, str]) -> str:
    """How two forms differ, where one change makes them the same."""
    keys = {*own, *target}
    different = [k for k in sorted(keys) if own.get(k, 0) != target.get(k, 0)]
    if len(different) == 1:
        key = different[0]
        if key not in own:
            return "identity.missing_term"
        return "identity.sign" if own[key] == -target.get(key, 0) else ""
    if len(different) == 2:
        lost = [k for k in different if k not in own]
        extra = [k for k in different if k not in target]
        if len(lost) == len(extra) == 1:
            if swaps.get(extra[0]) == lost[0]:
                return "identity.swapped"
            if logs.get(extra[0]) == lost[0] or logs.get(lost[0]) == extra[0]:
                return "identity.log"
    return ""


def _swapped_keys(forms: Any, terms: list[Term]) -> dict[str, str]:
    """The key of each KL divergence in the terms, with that of the divergence the other way round."""
    found = {}
    for term in terms:
        for node in walk(term):
            if node.is_apply("kl", 2):
                pair = [list(forms.form(t)) for t in (node, apply("kl", *reversed(node.args)))]
                if len(pair[0]) == len(pair[1]) == 1:
                    found[pair[0][0]], found[pair[1][0]] = pair[1][0], pair[0][0]
    return found


def _log_keys(forms: Any, terms: list[Term | None]) -> dict[str, str]:
    """The key of the argument of each logarithm that is a term by itself, with the key of the logarithm."""
    found = {}
    for term in terms:
        for _, part in parts(term) if term is not None else []:
            inner = part.args[0] if part.is_apply("log", 1) else part
            bare, logged = list(forms.form(inner)), list(forms.form(apply("log", inner)))
            if len(bare) == len(logged) == 1:
                found[bare[0]] = logged[0]
    return found
