"""Replays equality of things that are no numbers: conditions, lists, sets, intervals, matrices, functions, +- pairs, and things of different kinds.

A claim `left = right` about them is cut into claims about their parts (`parts`), each settled by the evidence given for it. `how` says in which way:

=============  ==================================================================================================================
kinds          left and right are of kinds of which nothing can be equal (a condition and a number): REFUTED
lengths        lists, tuples or matrices with different numbers of entries: REFUTED
entries        entry by entry (lists, tuples, matrices, the ends of intervals with the same brackets): all parts hold
entry          one entry differs: REFUTED
set            every element equals one of the other side, by `to_right` and `to_left` (index, evidence)
set differs    at a point an element of one side is certainly none of the other: REFUTED
set lacks      a condition (or a thing without symbols) in one set differs from everything in the other: REFUTED
conditions     each follows from the other (`Follows` claims); REFUTED by either one
truth          propositions: by their truth table, PROVED or REFUTED
scaled         two equations of which one is the other times a number, where nothing is divided by (`multiples`)
multiple       two equations f = 0, g = 0 with numerators that are multiples of each other by a number (`multiples`)
line           conditions on one real number made of linear comparisons, tried at finitely many points (`line`): PROVED or REFUTED
exception      a point at which one condition holds and the other does not: REFUTED
membership     sets of real numbers: the conditions "t is in it" say the same (t is a new real symbol)
pair           +- on both sides: the upper and the lower readings are equal, or crosswise
rewritten      +- on a side: it stands for the set of its two values, or for two equations joined by "or"
body           functions: equal bodies when the arguments have the same names
assigned       the same name is given two things that are no numbers, which are equal
infinite       oo and -oo: REFUTED
identity       "left = right" holds at every point (a `Follows` claim without premises): absolute values, maxima, steps
antiderivative the derivative of one side is the integrand of the other (equal up to a constant)
meaning        notations put in plain terms (`meaning`): values at a place, operations on written-out matrices, bars over complex numbers
values         limits, endless sums and integrals and common divisors replaced by what they come to (`values`)
branches       formulas with cases, for each choice of rows (`branches`)
injective      real functions whose exponentials, or powers, are equal; `undone`: inverse functions undone (`analysis`)
slope          the same derivative, and the same value at a place of each interval (`slopes`)
inside         integrals within integrals, worked out for every value of the outer variables, or in the other order (`nested`)
residues       floors and remainders of linear terms, for each remainder (`residues`)
telescoping    a finite sum and a formula that obey the same recurrence (`telescoping`)
families       values for all whole numbers k: f(M k + r) is g(u k + v), both ways (`progressions`)
family lacks   a value for one whole number that no whole number gives on the other side: REFUTED
words          formulas in matrices that are only names, by their words (`noncommuting`)
instance       matrices put in for such names make the sides differ: REFUTED
=============  ==================================================================================================================
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader import kernel
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Follows, Status
from grader.replay import line, multiples, natures, progressions, rewritings
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.point import DIGITS, read_point
from grader.replay.semantics import is_real
from grader.term import Term, free_names, relation

MAX_PARTS = 400
MAX_PROPOSITIONS = 10


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """The finding that the parts support. Fails with `Refused`."""
    if not isinstance(claim.conclusion, Equal):
        raise Refused("this shows equations only")
    how = data["how"]
    rule = _RULES.get(how)
    if rule is None:
        raise Refused(f"no way of comparing is called {how!r}")
    return rule(claim, data)


# ------------------------------------------------------------------------------------------------------------------ parts


def parts(claim: Claim, how: str) -> list[Claim]:
    """The claims into which a claim is cut. Fails with `Refused` where it cannot be cut that way."""
    left, right = claim.conclusion.left, claim.conclusion.right
    if how == "entries":
        return _entries(claim, left, right)
    if how == "conditions":
        natures.must(left, "condition")
        natures.must(right, "condition")
        left, right = natures.finite(left), natures.finite(right)
        return [replace(claim, conclusion=Follows((a,), b), label="") for a, b in ((left, right), (right, left))]
    if how == "membership":
        t = natures.fresh(left, right)
        pair = Equal(natures.membership(t, left), natures.membership(t, right))
        return [replace(claim, conclusion=pair, domains=((t.name, Domain("real")), *claim.domains), label="")]
    if how == "body":
        a, b = natures.bodies(left, right)
        return [replace(claim, conclusion=Equal(a, b), label="")]
    if how in ("pair", "crosswise"):
        (u, v), (x, y) = natures.branches(left), natures.branches(right)
        if how == "crosswise":
            x, y = y, x
        return [replace(claim, conclusion=Equal(a, b), label="") for a, b in ((u, x), (v, y))]
    if how == "assigned":
        a, b = natures.assigned(left, right)
        return [replace(claim, conclusion=Equal(a, b), label="")]
    if how == "antiderivative":
        a, b = natures.integrands(left, right)
        return [replace(claim, conclusion=Equal(a, b), label="")]
    raise Refused(f"nothing is cut into parts by {how!r}")


def _entries(claim: Claim, left: Term, right: Term) -> list[Claim]:
    a, b = natures.entries(left), natures.entries(right)
    if a is None or b is None or len(a) != len(b) or len(a) > MAX_PARTS:
        raise Refused("the sides have no entries to compare one by one")
    if {left.name, right.name} == {"interval"} and left.signs != right.signs:
        raise Refused("the brackets differ")
    if len({left.name, right.name} - {"list", "tuple"}) > 1 or not natures.same_shape(left, right):
        raise Refused("the sides are of different kinds")
    return [replace(claim, conclusion=Equal(p, q), label="") for p, q in zip(a, b)]


def _settled(claim: Claim, evidence: Any) -> Finding:
    method, data = evidence
    return kernel.settle(claim, Evidence(method, data)).finding


def _together(findings: list[Finding]) -> Finding:
    status = kernel.conjunction(f.status for f in findings)
    if status not in (Status.PROVED, Status.AGREES):
        raise Refused("a part is not shown to be equal")

    def collected(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(v for f in findings for v in getattr(f, name)))

    return Finding(status, collected("facts"), collected("oracles"), collected("lemmas"), ("All parts are equal.",) if findings else ())


# ------------------------------------------------------------------------------------------------------------------ rules


def _kinds(claim: Claim, data: Mapping[str, Any]) -> Finding:
    a, b = natures.nature(claim.conclusion.left), natures.nature(claim.conclusion.right)
    if not natures.incompatible(a, b):
        raise Refused("the kinds may be equal")
    if "infinite" in (a, b) and any(natures.may_be_infinite(t) for t in (claim.conclusion.left, claim.conclusion.right)
                                    if natures.nature(t) == "number"):
        raise Refused("the value may be infinite")
    return Finding(Status.REFUTED, words=(f"This is {natures.WORDS[a]}, and {natures.WORDS[b]} is asked for.",))


def _lengths(claim: Claim, data: Mapping[str, Any]) -> Finding:
    left, right = claim.conclusion.left, claim.conclusion.right
    a, b = natures.entries(left), natures.entries(right)
    if a is None or b is None or "interval" in (left.name, right.name) or natures.nature(left) != natures.nature(right):
        raise Refused("the sides have no lengths to compare")
    if len(a) == len(b) and natures.same_shape(left, right):
        raise Refused("the sides have the same size")
    return Finding(Status.REFUTED, words=("It has another number of entries than it should have.",))


def _all_parts(claim: Claim, data: Mapping[str, Any]) -> Finding:
    cut = parts(claim, data["how"])
    found = _together([_settled(c, e) for c, e in zip(cut, data["parts"], strict=True)])
    return replace(found, facts=(*found.facts, "up to a constant")) if data["how"] == "antiderivative" else found


def _one_part(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """One part of a claim that needs them all is refuted."""
    cut, index = parts(claim, data["of"]), data["index"]
    if type(index) is not int or not 0 <= index < len(cut):
        raise Refused("no part of that number")
    found = _settled(cut[index], data["evidence"])
    if found.status is not Status.REFUTED:
        raise Refused("the part is not refuted")
    start = f"Entry {index + 1}: " if data["of"] == "entries" and len(cut) > 1 else ""
    if data["of"] == "conditions":
        start = ("It holds at a point where it should not. ", "It fails at a point where it should hold. ")[index]
        return Finding(Status.REFUTED, words=(start + " ".join(found.words),), teacher_words=found.teacher_words)
    return Finding(Status.REFUTED, words=tuple(start + w for w in found.words), teacher_words=tuple(start + w for w in found.teacher_words))


def _brackets(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """Two intervals of different ends, both with an interior, have different brackets at an end that is equal."""
    left, right, side = claim.conclusion.left, claim.conclusion.right, data["side"]
    if left.name != "interval" or right.name != "interval" or side not in (0, 1) or left.signs[side] == right.signs[side]:
        raise Refused("no brackets that differ")
    end = left.args[side]
    if end.kind == "constant" and end.name == "oo" or end.is_apply("neg") and end.args[0] == Term("constant", "oo"):
        raise Refused("an endless interval has no end that belongs to it")
    ends = Evaluator({}, real=True)
    if ends.e.sign(ends.e.sub(ends.value(right.args[1]), ends.value(right.args[0]))) <= 0:
        raise Refused("an interval without interior")
    found = _settled(replace(claim, conclusion=Equal(end, right.args[side]), label=""), data["evidence"])
    if found.status is not Status.PROVED:
        raise Refused("the ends are not shown to be equal")
    which = "lower" if side == 0 else "upper"
    return Finding(Status.REFUTED, words=(f"The {which} end is right, but whether it belongs to the interval is not.",))


def _set(claim: Claim, data: Mapping[str, Any]) -> Finding:
    a, b = natures.elements(claim.conclusion.left), natures.elements(claim.conclusion.right)
    if a is None or b is None or max(len(a), len(b)) > MAX_PARTS:
        raise Refused("the sides are no finite sets")
    findings = []
    for own, others, links, turned in ((a, b, data["to_right"], False), (b, a, data["to_left"], True)):
        for element, (index, evidence) in zip(own, links, strict=True):
            if type(index) is not int or not 0 <= index < len(others):
                raise Refused("no element of that number")
            pair = (others[index], element) if turned else (element, others[index])
            findings.append(_settled(replace(claim, conclusion=Equal(*pair), label=""), evidence))
    found = _together(findings)
    return replace(found, words=("Both sets have the same elements.",))


def _set_differs(claim: Claim, data: Mapping[str, Any]) -> Finding:
    a, b = natures.elements(claim.conclusion.left), natures.elements(claim.conclusion.right)
    if a is None or b is None:
        raise Refused("the sides are no finite sets")
    numeric = [t for t in (*a, *b) if natures.nature(t) != "number"]
    if numeric:
        raise Refused("elements that are no numbers")
    both = replace(claim, conclusion=Equal(natures.bundle(a), natures.bundle(b)), label="")
    point, interpretations = read_point(both, data)
    own, others = (a, b) if data["side"] == "left" else (b, a)
    element = own[data["index"]]
    reason = ""
    for digits in DIGITS[:3]:
        ev = Evaluator(point, real=is_real(both), is_integer=lambda n: claim.domain(n).field == "integer", interpretations=interpretations,
                       digits=digits)
        try:
            if not all(ev.holds(c) for c in claim.conditions):
                raise Refused("the point does not satisfy the conditions")
            value = ev.value(element)
            if all(ev.e.differ(value, ev.value(other)) for other in others):
                lacking = "An element is too many." if data["side"] == "left" else "An element is missing."
                return Finding(Status.REFUTED, words=(lacking,))
            reason = "the element may be one of the others"
        except Unsure as error:
            reason = str(error)
        except (Undefined, Unsupported) as error:
            raise Refused(f"an element has no value: {error}") from error
    raise Refused(reason)


def _set_lacks(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """An element that is a condition, or has no symbols, differs from every element of the other side."""
    a, b = natures.elements(claim.conclusion.left), natures.elements(claim.conclusion.right)
    if a is None or b is None:
        raise Refused("the sides are no finite sets")
    own, others = (a, b) if data["side"] == "left" else (b, a)
    element = own[data["index"]]
    for other, evidence in zip(others, data["evidence"], strict=True):
        closed = all(natures.nature(t) == "condition" or not free_names(t) for t in (element, other))
        pair = (element, other) if data["side"] == "left" else (other, element)
        if not closed or _settled(replace(claim, conclusion=Equal(*pair), label=""), evidence).status is not Status.REFUTED:
            raise Refused("an element may be one of the others")
    return Finding(Status.REFUTED, words=("An element is too many." if data["side"] == "left" else "An element is missing.",))


def _infinite(claim: Claim, data: Mapping[str, Any]) -> Finding:
    sides = (claim.conclusion.left, claim.conclusion.right)
    if any(natures.nature(t) != "infinite" for t in sides) or sides[0].is_apply("neg") == sides[1].is_apply("neg"):
        raise Refused("not infinities of different signs")
    return Finding(Status.REFUTED, words=("The sign of the infinite value is wrong.",))


def _identity(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """left = right holds (with both sides defined) at every point of the domains."""
    left, right = claim.conclusion.left, claim.conclusion.right
    natures.must(left, "number")
    natures.must(right, "number")
    found = _settled(replace(claim, conclusion=Follows((), relation("=", left, right)), label=""), data["evidence"])
    if found.status is not Status.PROVED:
        raise Refused("it does not hold everywhere")
    return found


def _truth(claim: Claim, data: Mapping[str, Any]) -> Finding:
    left, right = claim.conclusion.left, claim.conclusion.right
    names = sorted({*natures.propositions(left), *natures.propositions(right)})
    if len(names) > MAX_PROPOSITIONS:
        raise Refused("too many propositions")
    for values in itertools.product((True, False), repeat=len(names)):
        truth = dict(zip(names, values))
        if natures.holds(left, truth) != natures.holds(right, truth):
            at = ", ".join(f"{n} {'true' if v else 'false'}" for n, v in truth.items())
            mine = "true" if natures.holds(left, truth) else "false"
            return Finding(Status.REFUTED, words=(f"With {at} it is {mine}, and it should not be." if at else f"It is {mine}, and it should not be.",
                                                  ))
    return Finding(Status.PROVED, words=("The truth tables are the same.",))


def _rewritten(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """A side with +- stands for the set {upper, lower}, or for "upper or lower" where it is an equation."""
    left, right = claim.conclusion.left, claim.conclusion.right
    is_pair = [natures.nature(t) == "pair" for t in (left, right)]
    if not any(is_pair):
        raise Refused("no side with +-")
    found = []
    for unfold, key in ((natures.unfolded, "evidence"), (natures.unfolded_apart, "apart")):
        if key in data:
            sides = [unfold(t) if pair else t for t, pair in zip((left, right), is_pair)]
            found.append(_settled(replace(claim, conclusion=Equal(*sides), label=""), data[key]))
    several = any(natures.signs_apart(t) for t in (left, right))
    if not found or several and len(found) == 1 and found[0].status is Status.REFUTED:
        raise Refused("the signs may be meant to go together or apart")
    equal = [f for f in found if f.status is not Status.REFUTED]
    return equal[0] if equal else found[0]


_RULES = {
    "kinds": _kinds, "lengths": _lengths, "entries": _all_parts, "conditions": _all_parts, "membership": _all_parts, "pair": _all_parts,
    "crosswise": _all_parts, "body": _all_parts, "assigned": _all_parts, "antiderivative": _all_parts, "part": _one_part, "brackets": _brackets,
    "set": _set,
    "set differs": _set_differs, "set lacks": _set_lacks, "infinite": _infinite, "truth": _truth, "rewritten": _rewritten, "identity": _identity,
    "scaled": multiples.check_scaled, "multiple": multiples.check_multiple, "exception": multiples.check_exception, "line": line.check_line,
    **rewritings.RULES, **progressions.RULES,
}
