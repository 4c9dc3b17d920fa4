"""Equations of polynomials over the complex numbers: does every zero of one statement satisfy the other? SymPy proposes cofactors; the identities that
make them a proof are decided like any other equality, and `replay.zeros` checks the whole."""

from __future__ import annotations

from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Follows, Status
from grader.term import Term, apply, free_names, number, replace, symbol, to_data

MAX_SIZE = 400


def _equations(claim: Claim) -> tuple[Term, list[Term]] | str | None:
    conclusion = claim.conclusion
    if not isinstance(conclusion, Follows) or claim.conditions:
        return None
    names = frozenset().union(*[free_names(t) for t in (*conclusion.premises, conclusion.conclusion)])
    if not names or all(claim.domain(n).is_real for n in names) or sum(t.size for t in (*conclusion.premises, conclusion.conclusion)) > MAX_SIZE:
        return None
    from grader.replay.zeros import equations

    try:
        return equations(claim)
    except Refused as refused:
        return str(refused)


def _identity(left: Term, right: Term, claim: Claim, budget: Budget) -> list[object] | None:
    verdict = decide(Claim(Equal(left, right), claim.domains), Budget(min(1.5, budget.remaining), budget.seed, budget.oracles))
    return [verdict.evidence.method, dict(verdict.evidence.data)] if verdict.status is Status.PROVED else None


def prove_by_cofactors(claim: Claim, budget: Budget) -> Evidence | str | None:
    """A power of each part of the conclusion is a multiple of the premise."""
    found = _equations(claim)
    if not isinstance(found, tuple):
        return found
    from grader.algebra.zeros import NoBridge, cofactor

    p, parts = found
    made = []
    for q in parts:
        budget.check()
        try:
            multiple = cofactor(p, q, 6)
        except (NoBridge, ValueError, ArithmeticError, NotImplementedError) as error:
            return f"no cofactor: {error}"
        if multiple is None:
            return "some zero of the first is none of the second, or a higher power is needed"
        power, c = multiple
        evidence = _identity(q if power == 1 else apply("pow", q, number(power)), apply("mul", p, c), claim, budget)
        if evidence is None:
            return "the identity with the cofactor is not proved"
        made.append({"power": power, "cofactor": to_data(c), "evidence": evidence})
    return Evidence("zeros", {"how": "divides", "parts": made})


def refute_by_a_factor(claim: Claim, budget: Budget) -> Evidence | str | None:
    """A factor of the premise that has no zero in common with a part of the conclusion."""
    found = _equations(claim)
    if not isinstance(found, tuple):
        return found
    from grader.algebra.zeros import NoBridge, apart, values

    p, parts = found
    names = sorted(free_names(p) | frozenset().union(*[free_names(q) for q in parts]))
    for k, variable in enumerate(sorted(free_names(p))):
        point = values([n for n in names if n != variable], k)
        change = {symbol(n): number(v) for n, v in point.items()}
        there = replace(p, change)
        for part, q in enumerate(parts):
            budget.check()
            at = replace(q, change)
            try:
                bezout = apart(there, at, variable)
            except (NoBridge, ValueError, ArithmeticError, NotImplementedError) as error:
                return f"no factor: {error}"
            if bezout is None:
                continue
            coefficients, c, u, v = bezout
            x = symbol(variable)
            g = apply("add", *[t if j == 0 else apply("mul", t, apply("pow", x, number(j))) for j, t in enumerate(coefficients)])
            line = Claim(claim.conclusion, (("*", Domain()), (variable, Domain())))
            evidence = [_identity(there, apply("mul", g, c), line, budget),
                        _identity(apply("add", apply("mul", u, g), apply("mul", v, at)), number(1), line, budget)]
            if None not in evidence:
                return Evidence("zeros", {"how": "apart", "part": part, "variable": variable, "point": {n: str(w) for n, w in point.items()},
                                          "roots": [to_data(t) for t in coefficients], "cofactor": to_data(c), "u": to_data(u), "v": to_data(v),
                                          "evidence": evidence})
    return "no factor makes an exception"


PROCEDURES = (("cofactors", prove_by_cofactors), ("factors", refute_by_a_factor))
