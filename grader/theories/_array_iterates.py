"""Lines about vectors that are iterated: equations between iterates with the rule put in, and formulas such as w_t = (I - eta A)^t w_0.

A formula is tried at t = 0, 1, 2, 3 with the rule put in and the powers as numbers: where it fails at one of them it is wrong. It is proved where it reads
B^t w_0 and the rule is w_{t+1} = B w_t (induction); otherwise it agrees as far as it was tried. Equations of earlier lines that speak of no iterates may be
used ("A w* = b").
"""

from __future__ import annotations

from grader.model import Claim, Equal, Status
from grader.term import Term, apply, constant, free_names, number, symbol
from grader.term import replace as put
from grader.theories import _recurrences as recurrences
from grader.theories._recurrences import Rule
from grader.theories._theory import Context, Link, Settled, Step, example_of

TRIED = 4


def speaks_of_iterates(link: Link, context: Context) -> bool:
    """Is it an equation claimed of update rules, with iterates in it?"""
    right = link.right
    if not link.statement or link.left != constant("true") or right.kind != "relation" or right.signs != ("=",):
        return False
    rules = recurrences.rules_of(context.definitions)
    return bool(rules) and bool(recurrences.iterates_in(right, rules))


def _time(right: Term, rules: dict[str, Rule]) -> str:
    """The name of the moment in a formula for iterates that speaks of first values; "" for other equations."""
    left, formula = right.args
    moments = {n.args[1] for n in recurrences.iterates_in(left, rules)}
    later = [n for n in recurrences.iterates_in(formula, rules) if n.args[1] != number(0)]
    if len(moments) != 1 or next(iter(moments)).kind != "symbol" or later:
        return ""
    time = next(iter(moments)).name
    return time if time in free_names(formula) else ""


def claims(link: Link, context: Context) -> tuple[Claim, ...]:
    """The equation at the first moments, or as it stands with the rule put in."""
    rules = recurrences.rules_of(context.definitions)
    given = (*context.conditions, *[t for t in context.earlier if t.kind == "relation" and t.signs == ("=",) and not recurrences.iterates_in(t, rules)])
    time = _time(link.right, rules)
    made: list[Claim] = []
    try:
        if not time:
            return (_claim([recurrences.unrolled(t, rules) for t in link.right.args], context, given, "identity"),)
        for k in range(TRIED):
            sides = [recurrences.unrolled(put(t, {symbol(time): number(k)}), rules) for t in link.right.args]
            made.append(_claim([_powers(t) for t in sides], context, given, f"moment {k}"))
    except ValueError:
        return ()
    power = _power(link.right, time, rules)
    if power is not None:
        rule, base = power
        made.append(_claim([rule.body, apply("mul", base, rule.at(symbol(rule.time)))], context, given, "step"))
    return tuple(made)


def _claim(sides: list[Term], context: Context, given: tuple[Term, ...], label: str) -> Claim:
    return Claim(Equal(*sides), context.domains, given, label)


def _powers(term: Term) -> Term:
    """x^0 dropped from products, x^1 as x."""
    args = tuple([_powers(a) for a in term.args])
    if term.is_apply("pow", 2) and args[1].kind == "apply" and not free_names(args[1]):
        args = (args[0], _worked_out(args[1]))
    if term.is_apply("mul"):
        args = tuple([a for a in args if not (a.is_apply("pow", 2) and a.args[1] == number(0))]) or (number(1),)
        return args[0] if len(args) == 1 else term.with_args(args)
    if term.is_apply("pow", 2) and args[1] == number(1):
        return args[0]
    return term.with_args(args) if args else term


def _worked_out(exponent: Term) -> Term:
    """A whole number that is written as 1 + 1 or 2 * 1."""
    from grader.algebra.rational import NotRational, rational

    try:
        value = rational(exponent).as_fraction()
    except NotRational:
        return exponent
    return number(value) if value is not None and value >= 0 else exponent


def _power(right: Term, time: str, rules: dict[str, Rule]) -> tuple[Rule, Term] | None:
    """(rule of w, B) for w_t = B^t w_0."""
    left, formula = right.args
    rule = recurrences.iterate_of(left, rules)
    if rule is None or not formula.is_apply("mul", 2) or formula.args[1] != rule.at(number(0)):
        return None
    first = formula.args[0]
    return (rule, first.args[0]) if first.is_apply("pow", 2) and first.args[1] == symbol(time) and time not in free_names(first.args[0]) else None


def conclude(link: Link, settled: Settled) -> Step:
    """What the claims came to."""
    verdicts = tuple(settled.values())
    wrong = next((v for v in verdicts if v.equal is False and v.claim.label != "step"), None)
    if wrong is not None and not (wrong.evidence.data.get("form") == "shapes"):
        return Step(link.line, "fails", Status.REFUTED, "it does not follow from the update rules.", verdicts, tags=("formula",), example=example_of(wrong))
    tried = [v for v in verdicts if v.claim.label != "step"]
    if not tried or not all(v.equal for v in tried):
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", verdicts)
    step = settled.get("step")
    proved = all(v.status is Status.PROVED for v in tried) and (len(tried) == 1 or step is not None and step.status is Status.PROVED)
    facts = tuple(dict.fromkeys([f for v in verdicts for f in v.finding.facts]))
    if len(tried) == 1:
        return Step(link.line, "equivalent", tried[0].status, "it holds whatever the values are.", verdicts, facts)
    words = "by induction: it gives the first value, and the rule takes it from each value to the next." if proved else "it holds at the first moments, which is no proof."
    return Step(link.line, "equivalent", Status.PROVED if proved else Status.AGREES, words, verdicts, facts)
