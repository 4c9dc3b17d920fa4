"""Formulas for iterates, shown by induction: "w_t = G(t)", "p_t^2 + q_t^2 = G(t)", where G speaks of first values only.

A formula is tried at t = 0, 1, 2 with the rules put in: where one of these fails it is wrong. Where it says what one iterate is (its left side is a w_t + b), it
is right if it gives w_0 at t = 0 and the rule takes it from t to t + 1. For other left sides L: if the rules make L_{t+1} = k L_t with a k free of
iterates, it is right if G(0) = L_0 and G(t+1) = k G(t). What was said of first values ("a_0 = 0") is put in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.domain import Domain
from grader.model import Claim, Equal, Status
from grader.term import Term, apply, free_names, number, symbol, walk
from grader.term import replace as put
from grader.theories import _recurrences as recurrences
from grader.theories._recurrences import Rule
from grader.theories._theory import Context, Link, Settled, Step, example_of

LATER = Domain.parse("integer >= 1")
TRIED = ("start", "first step", "second step")


@dataclass(frozen=True)
class Formula:
    """left = right at every moment, with `time` as the name of the moment."""

    left: Term
    right: Term
    time: str


def plain_names(given: Mapping[Term, Term]) -> dict[Term, Term]:
    """The same for the plain names that algebra makes of iterates."""
    return {symbol(f"{n.args[0].name}_0" if n.name == "index" else f"{n.args[0].name}^(0)"): v for n, v in given.items()}


def says_first(condition: Term, context: Context) -> bool:
    """Is it an equation that says what a first value is?"""
    return _first(context.options.get("typed", {}).get(condition, condition).args[0], context.options.get("rules", {})) is not None


def first_values(context: Context) -> dict[Term, Term]:
    """What hypotheses say of first values: {w_0: 1}."""
    if "first values" in context.options:
        return context.options["first values"]  # type: ignore[no-any-return]
    rules = context.options.get("rules", {})
    found: dict[Term, Term] = {}
    for condition in (*context.conditions, *context.earlier):
        for part in condition.args if condition.is_apply("and") else (condition,):
            if part.kind != "relation" or part.signs != ("=",):
                continue
            head, body = [context.options.get("typed", {}).get(a, a) for a in part.args]
            name = _first(head, rules)
            if name is not None and not recurrences.iterates_in(body, rules):
                found[name] = body
    return found


def _first(term: Term, rules: Mapping[str, Rule]) -> Term | None:
    """w_0, as a term or as the plain name that algebra makes of it."""
    if recurrences.iterate_of(term, rules) is not None and term.args[1] == number(0):
        return term
    for name, rule in rules.items():
        if term.kind == "symbol" and term.name in (f"{name}_0", f"{name}^(0)"):
            return rule.at(number(0))
    return None


def formula(link: Link, context: Context, typed: Term) -> Formula | None:
    """The line as a formula for iterates; None for other lines."""
    rules = context.options.get("rules", {})
    if not link.statement or typed.kind != "relation" or typed.signs != ("=",):
        return None
    left, right = typed.args
    inner = recurrences.iterates_in(left, rules)
    moments = {n.args[1] for n in inner}
    if len(moments) != 1 or next(iter(moments)).kind != "symbol" or any(t.args[1] != number(0) for t in recurrences.iterates_in(right, rules)):
        return None
    time = next(iter(moments)).name
    if any(_later(rule, rules) for name, rule in rules.items()) or not (time in free_names(right) or recurrences.iterates_in(right, rules)
                                                                       or first_values(context)):
        return None
    moment = rules[inner[0].args[0].name].time
    if moment != time:
        if moment in free_names(typed):
            return None
        left, right = [put(t, {symbol(time): symbol(moment)}) for t in (left, right)]
    return Formula(left, right, moment)


def _later(rule: Rule, rules: Mapping[str, Rule]) -> bool:
    """Does the rule speak of moments other than t and t + 1, or of time itself?"""
    moments = [n.args[1] for n in recurrences.iterates_in(rule.body, rules)]
    return any(m != symbol(rule.time) and m != apply("add", symbol(rule.time), number(1)) for m in moments) or rule.time in free_names(
        put(rule.body, {n: number(0) for n in recurrences.iterates_in(rule.body, rules)}))


def claims(found: Formula, context: Context, short: Callable[[Term], Term]) -> tuple[Claim, ...]:
    """The formula at the first moments, and from one moment to the next where that can be said."""
    rules = context.options.get("rules", {})
    given = first_values(context)
    made = []
    for k, label in enumerate(TRIED):
        here = put(put(found.left, {symbol(found.time): number(k)}), {})
        there = _powers(put(found.right, {symbol(found.time): number(k)}))
        try:
            here, there = [put(recurrences.unrolled(t, rules), given) for t in (here, there)]
        except ValueError:
            break
        made.append(Claim(Equal(here, there), context.domains, context.pointwise, label))
    later = tuple(sorted({**dict(context.domains), found.time: LATER}.items()))
    for label, conclusion in _step(found, rules, given, short):
        made.append(Claim(conclusion, later, context.pointwise, label))
    return tuple(made)


def _powers(term: Term) -> Term:
    """x^0 as 1 and x^1 as x, as iterates mean them also where x is 0."""
    args = tuple([_powers(a) for a in term.args])
    if term.is_apply("pow", 2) and args[1].kind == "number" and args[1].value in (0, 1):
        return args[0] if args[1].value else number(1)
    return term.with_args(args) if args else term


def _step(found: Formula, rules: Mapping[str, Rule], given: Mapping[Term, Term], short: Callable[[Term], Term]) -> list[tuple[str, Equal]]:
    """From t to t + 1."""
    moment, after = symbol(found.time), apply("add", symbol(found.time), number(1))
    iterates = recurrences.iterates_in(found.left, rules)
    following = put(found.right, {moment: after})
    if len(iterates) == 1:
        rule = rules[iterates[0].args[0].name]
        old = rule.at(moment)
        if recurrences.iterates_in(rule.body, rules) != [old]:
            return []
        parts = recurrences.affine(Rule(rule.name, rule.mark, rule.time, found.left)) if found.left != old else (number(1), number(0))
        if parts is None:
            return []
        slope, shift = parts
        here, there = [_solved(t, slope, shift, found.left == old) for t in (found.right, following)]
        affine = [] if found.left == old else [("affine", Equal(found.left, apply("add", apply("mul", slope, old), shift)))]
        return [*affine, ("step", Equal(put(put(rule.body, {old: here}), given), put(there, given)))]
    try:
        ahead = recurrences.unrolled(put(found.left, {moment: after}), rules)
    except ValueError:
        return []
    factor = _ratio(ahead, found.left, iterates)
    if factor is None:
        return []
    return [("factor", Equal(ahead, apply("mul", factor, found.left))), ("step", Equal(put(following, given), put(apply("mul", factor, found.right), given)))]


def _solved(term: Term, slope: Term, shift: Term, plain: bool) -> Term:
    return term if plain else apply("div", apply("add", term, apply("neg", shift)), slope)


def _ratio(ahead: Term, left: Term, iterates: list[Term]) -> Term | None:
    """ahead / left, where it is free of iterates."""
    from grader.algebra.rational import NotRational, rational

    names = {str(n): n for n in [*iterates, *[n for n in walk(ahead) if n.kind == "apply" and n.name in recurrences.MARKS and len(n.args) == 2]]}
    try:
        a, b = [rational(t, atom=lambda n: str(n) if n in names.values() else None) for t in (ahead, left)]
        quotient = a / b
    except (NotRational, ZeroDivisionError):
        return None
    return None if set(quotient.used_names()) & names.keys() else quotient.to_term()


def conclude(link: Link, settled: Settled) -> Step:
    """What the claims came to."""
    verdicts = tuple(settled.values())
    wrong = next((settled[label] for label in TRIED if label in settled and settled[label].equal is False), None)
    steps = [v for label, v in settled.items() if label not in TRIED]
    proved = bool(steps) and all(v.equal for v in steps) and all(label in settled and settled[label].equal for label in TRIED[:2])
    if wrong is None and settled.get("factor") is None and settled.get("affine") is None and "step" in settled and settled["step"].equal is False:
        wrong = settled["step"]
    if wrong is not None:
        words = "it does not give the first value." if wrong is settled.get("start") else "it does not go from one value to the next as the rule does."
        return Step(link.line, "fails", Status.REFUTED, words, verdicts, tags=("formula",), example=example_of(wrong))
    if not proved:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", verdicts)
    status = Status.PROVED if all(v.status is Status.PROVED for v in verdicts) else Status.AGREES
    facts = tuple(dict.fromkeys([f for v in verdicts for f in v.finding.facts]))
    return Step(link.line, "equivalent", status, "by induction: it gives the first value, and the rule takes it from each value to the next.", verdicts, facts)
