"""Equalities and inequalities with sums whose length grows: by induction over the length, after definite integrals were carried out.

The checker is `replay.induction`; the base and the step are claims of their own.
"""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Any

from grader.decide.budget import Budget
from grader.decide.parts import proved_part
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence
from grader.replay.induction import claims, integrals_in, put_in
from grader.replay.monotone import bounds
from grader.term import Term, apply, free_names, replace, to_data, walk

MAX_SIZE = 250
MAX_DEPTH = 3


def by_induction(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Over each symbol that is the length of a sum and a whole number from some number on."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, (Equal, AtMost)) or budget.depth >= MAX_DEPTH:
        return None
    sums = [n for t in (conclusion.left, conclusion.right) for n in walk(t) if n.kind == "binder" and n.name == "sum" and len(n.args) == 3]
    if not sums or conclusion.left.size + conclusion.right.size > MAX_SIZE:
        return None if not sums else "a large expression"
    names = [n for n in sorted(frozenset().union(*[free_names(s.args[2]) for s in sums]))
             if claim.domain(n).field == "integer" and bounds(claim.domain(n))[0] is not None]
    integrals = _carried_out(claim, conclusion, budget)
    if isinstance(integrals, str):
        return integrals
    plain = put_in(conclusion, {integral: value for integral, value, _ in integrals})
    why = "no sum whose length is a whole number from some number on"
    for name in names:
        start = int(bounds(claim.domain(name))[0] or 0)
        try:
            base, step = claims(plain, name, start)
        except Refused as refused:
            why = str(refused)
            continue
        first = proved_part(base, dict(claim.domains), claim.conditions, budget)
        if first is None:
            return f"it is not shown for {name} = {start}"
        domain = claim.domain(name)
        for real in (False, True):
            table = {**dict(claim.domains), name: changed(domain, field="real") if real else domain}
            second = proved_part(step, table, claim.conditions, budget)
            if second is not None:
                data = {"name": name, "start": start, "base": first, "step": second, "integrals": [[to_data(v), e] for _, v, e in integrals]}
                return Evidence("induction", {**data, "real": True} if real else data)
        why = "the step of the induction is not shown"
    return why


def _carried_out(claim: Claim, conclusion: Equal | AtMost, budget: Budget) -> list[tuple[Term, Term, Any]] | str:
    """A closed form for each definite integral, with evidence."""
    from grader.algebra.antiderivative import NoAntiderivative, antiderivative

    made = []
    for integral in integrals_in(conclusion):
        x, (body, lower, upper) = integral.bound[0], integral.args
        try:
            whole = antiderivative(body, x.name)
            value = apply("add", replace(whole, {x: upper}), apply("neg", replace(whole, {x: lower})))
        except (NoAntiderivative, ValueError) as why:
            return f"an integral that is not carried out: {why}"
        for candidate in dict.fromkeys((_without_bars(value), value)):
            found = proved_part(Equal(integral, candidate), dict(claim.domains), claim.conditions, budget)
            if found is not None:
                made.append((integral, candidate, found))
                break
        else:
            return "an integral whose value is not shown"
    return made


def _without_bars(term: Term) -> Term:
    """log u for log|u|, which is easier to follow; whether it is the value all the same is a claim."""
    args = tuple([_without_bars(a) for a in term.args])
    if term.is_apply("log", 1) and args[0].is_apply("abs", 1):
        args = args[0].args
    return term.with_args(args) if args else term


PROCEDURES = (("induction over a sum", by_induction),)
