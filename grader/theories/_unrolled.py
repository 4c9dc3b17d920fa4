"""Recursions unrolled in general, and closed forms for them, shown by induction.

For T(n) = p(n) T(s(n)) + q(n):

- "T(n) = A(k) T(m(k)) + B(k)" for all k: m(0) = n, A(0) = 1, B(0) = 0, and from k to k + 1 by the rule at m(k): m(k+1) = s(m(k)), A(k+1) = A(k) p(m(k)),
  B(k+1) = A(k) q(m(k)) + B(k). Of the values of T nothing else is known, so that the form is the only one: where the arguments agree and the rest does not, it is wrong.
- "T(n) = A(n) T(c) + B(n)" for T(n) = p(n) T(n - 1) + q(n) and a number c, or "T(n) = B(n)" where T(c) is given: A(c) = 1, B(c) = 0 (B(c) is the value given), and
  the right side satisfies the rule for n > c. For T(n/b) it is shown for the powers of b from c on.

(R. Graham, D. Knuth, O. Patashnik, Concrete Mathematics, 1994, sections 1.1 and 2.2.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.domain import Domain
from grader.model import Claim, Equal, Status
from grader.term import Term, apply, free_names, number, symbol, walk
from grader.term import replace as put
from grader.theories._dots import without_dots
from grader.theories._theory import Context, Link, Settled, Step, example_of

ZERO, ONE = number(0), number(1)
Short = Callable[[Term], Term]


@dataclass(frozen=True)
class Rule:
    """T(n) = p T(s) + q"""

    name: Term
    variable: Term
    factor: Term
    place: Term
    rest: Term


@dataclass(frozen=True)
class Form:
    """factor T(place) + rest"""

    factor: Term
    place: Term | None
    rest: Term


def form_of(term: Term, name: Term) -> Form | None:
    """A term with at most one value of T, in which it is linear."""
    calls = {n for n in walk(term) if n.is_apply("call", 2) and n.args[0] == name}
    if not calls:
        return Form(ZERO, None, term)
    if len(calls) > 1:
        return None
    call = next(iter(calls))
    factors: list[Term] = []
    rest: list[Term] = []
    for part, negative in _summands(term):
        inside = [n for n in walk(part) if n == call]
        if not inside:
            rest.append(apply("neg", part) if negative else part)
            continue
        factor = _factor_of(part, call)
        if factor is None:
            return None
        factors.append(apply("neg", factor) if negative else factor)
    return Form(_sum(factors), call.args[1], _sum(rest))


def _summands(term: Term, negative: bool = False) -> list[tuple[Term, bool]]:
    if term.is_apply("add"):
        return [s for a in term.args for s in _summands(a, negative)]
    if term.is_apply("neg", 1):
        return _summands(term.args[0], not negative)
    return [(term, negative)]


def _factor_of(part: Term, call: Term) -> Term | None:
    """What stands before the call in a product."""
    if part == call:
        return ONE
    if part.is_apply("mul") and sum(call in list(walk(a)) for a in part.args) == 1:
        inner = [(_factor_of(a, call) if call in list(walk(a)) else a) for a in part.args]
        return None if None in inner else apply("mul", *inner)  # type: ignore[arg-type]
    if part.is_apply("div", 2) and call not in list(walk(part.args[1])):
        inner_ = _factor_of(part.args[0], call)
        return None if inner_ is None else apply("div", inner_, part.args[1])
    return None


def _sum(parts: list[Term]) -> Term:
    return ZERO if not parts else parts[0] if len(parts) == 1 else apply("add", *parts)


def rule_of(recursions: tuple[tuple[Term, Term], ...], link: Link) -> Rule | None:
    """The one rule that the link's values follow, if it has one value on its right side."""
    names = {n.args[0] for t in (link.left, link.right) for n in walk(t) if n.is_apply("call", 2)}
    found = [(h, b) for h, b in recursions if h.args[0] in names]
    if len(found) != 1:
        return None
    head, body = found[0]
    form = form_of(body, head.args[0])
    if form is None or form.place is None:
        return None
    return Rule(head.args[0], head.args[1], form.factor, form.place, form.rest)


def values_given(context: Context, name: Term) -> dict[Term, Term]:
    """What is given of T at numbers: T(1) = 1."""
    return {h.args[1]: b for h, b in context.options.get("values given", ()) if h.args[0] == name}


def claims(link: Link, context: Context, short: Short) -> tuple[Claim, ...]:
    """What shows that the right side is T(n), unrolled k times or in closed form; () where the link is of no such kind. The labels of what must agree first
    begin with "place"."""
    rule = rule_of(context.options.get("recursions", ()), link)
    left = None if rule is None else form_of(link.left, rule.name)
    right = None if rule is None else form_of(link.right, rule.name)
    right = right if right is None else replace(right, rest=without_dots(right.rest))
    if rule is None or left is None or right is None or left.place is None:
        return ()
    n = rule.variable
    counters = sorted((free_names(right.place) if right.place is not None else frozenset()) - free_names(left.place) - {n.name})
    if len(counters) == 1 and right.place is not None and n.name in free_names(right.place):
        return _unrolled(rule, left, right, symbol(counters[0]), context, short)
    if left.place == n and (right.place is None or not free_names(right.place)) and not free_names(left.factor) and (
            right.place is not None or values_given(context, rule.name)):
        return _closed(rule, right, context)
    return ()


def _at(term: Term, variable: Term, value: Term) -> Term:
    return put(term, {variable: value})


def _claim(left: Term, right: Term, label: str, context: Context, **domains: Domain) -> Claim:
    table = {**dict(context.domains), **domains}
    return Claim(Equal(left, right), tuple(sorted(table.items())), (), label)


def _unrolled(rule: Rule, left: Form, right: Form, k: Term, context: Context, short: Short) -> tuple[Claim, ...]:
    n, after = rule.variable, apply("add", k, ONE)
    counted = {k.name: Domain("integer", Fraction(0)), n.name: Domain("real", Fraction(0), lower_strict=True)}
    place, factor, rest = right.place, right.factor, right.rest
    assert place is not None and left.place is not None
    inner = {rule.variable: place}
    made = [("place start", _at(place, k, ZERO), n), ("place step", put(rule.place, inner), _at(place, k, after)),
            ("factor start", _at(factor, k, ZERO), ONE), ("rest start", _at(rest, k, ZERO), ZERO),
            ("factor step", apply("mul", factor, put(rule.factor, inner)), _at(factor, k, after)),
            ("rest step", apply("add", apply("mul", factor, put(rule.rest, inner)), rest), _at(rest, k, after))]
    if left.place != n:
        times = next((number(j) for j in range(1, 9) if short(_at(place, k, number(j))) == short(left.place)), None)
        if times is None:
            return ()
        made += [("factor before", _at(factor, k, times), left.factor), ("rest before", _at(rest, k, times), left.rest)]
    elif left.factor != ONE or left.rest != ZERO:
        return ()
    return tuple([_claim(a, b, label, context, **counted) for label, a, b in made])


def _closed(rule: Rule, right: Form, context: Context) -> tuple[Claim, ...]:
    n = rule.variable
    given = values_given(context, rule.name)
    first = right.place if right.place is not None else next(iter(given))
    if first.kind != "number" or first.value is None or first.value.denominator != 1 or rule.name in [m.args[0] for m in walk(right.rest) if m.is_apply("call", 2)]:
        return ()
    shifted = apply("add", n, apply("neg", ONE))
    later = {n.name: Domain("integer", first.value + 1)}
    if rule.place != shifted:
        if not (rule.place.is_apply("div", 2) and rule.place.args[0] == n and rule.place.args[1].kind == "number" and first == ONE):
            return ()
        later = {n.name: Domain("real", Fraction(0), lower_strict=True)}
    start = ZERO if right.place is not None else given[first]
    made = [("rest start", _at(right.rest, n, first), start),
            ("rest step", apply("add", apply("mul", rule.factor, _at(right.rest, n, rule.place)), rule.rest), right.rest)]
    if right.place is not None:
        made += [("factor start", _at(right.factor, n, first), ONE), ("factor step", apply("mul", rule.factor, _at(right.factor, n, rule.place)), right.factor)]
    return tuple([_claim(a, b, label, context, **(later if "step" in label else {})) for label, a, b in made])


def conclude(link: Link, settled: Settled) -> Step:
    """What `claims` came to."""
    verdicts = tuple(settled.values())
    places = [v for label, v in settled.items() if label.startswith("place")]
    if all(v.equal for v in verdicts):
        status = Status.PROVED if all(v.status is Status.PROVED for v in verdicts) else Status.AGREES
        facts = tuple(dict.fromkeys([f for v in verdicts for f in v.finding.facts]))
        return Step(link.line, "equal", status, "by induction: the rule takes it from each step to the next.", verdicts, facts)
    wrong = next((v for label, v in settled.items() if v.status is Status.REFUTED and not label.startswith("place")), None)
    if wrong is not None and all(v.equal for v in places):
        return Step(link.line, "fails", Status.REFUTED, "the rule does not lead from one step to the next as it says.", verdicts, example=example_of(wrong))
    return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", verdicts)


__all__ = ["claims", "conclude"]
