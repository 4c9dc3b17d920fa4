"""Equalities and bounds between expectations, variances, covariances and probabilities of random variables.

Procedures, cheap ones first.
1. A small probability space that satisfies the hypotheses and in which the claim fails refutes it (`algebra.moment_models`).
2. Both sides worked out to constants and moments (`replay.moments_reduce`): equal polynomials prove an equality.
3. What is left is a claim about numbers, with a symbol for every moment: it is decided as one, and its evidence is passed on. A point that refutes it
   refutes the claim where no moment is left (laws given by name have no finite table).
4. More spaces: one in which it fails refutes; where all agree and nothing is supposed, AGREES.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from grader.algebra.moment_models import NoModel, draw
from grader.decide.budget import Budget
from grader.decide.strategy import decide
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence, Status
from grader.replay.moments import check, instance, understood, unknown_functions, worked_out
from grader.replay.moments_models import Evaluation, Floats, Rational, Space
from grader.replay.moments_terms import WORDS, Roles, base_of, law_of
from grader.term import Term, walk

OPERATORS = frozenset("expectation variance covariance probability kl entropy".split())
TOLERANCE = 1e-9


def is_business(claim: Claim) -> bool:
    """Does the claim speak of random variables (declared as variables, or events in a probability), and of no abstract density?"""
    if not isinstance(claim.conclusion, (Equal, AtMost)):
        return False
    terms = (claim.conclusion.left, claim.conclusion.right)
    nodes = [n for t in terms for n in walk(t)]
    if any(n.kind == "symbol" and (d := dict(claim.domains).get(n.name)) is not None and d.shape == "density" for n in nodes):
        return False
    speaks = any(n.kind == "apply" and n.name in OPERATORS for n in nodes)
    declared = {name for name, d in claim.domains if d.shape == "variable"}
    laws = any(n.is_apply("probability") or n.kind == "relation" and n.signs == ("~",) or n.is_apply("call") and law_of(n) is not None
               for n in nodes) or bool(claim.conditions)
    if speaks:
        return bool(declared) or laws
    return any(n.kind == "symbol" and n.name in declared for n in nodes) and not any(n.is_apply("call") for n in nodes)


def _number(term: Term, letters: dict[Any, Fraction], env: dict[str, str]) -> Fraction:
    """The exact value of a term of constants."""
    roles = Roles(frozenset(), frozenset(), {})
    data = {"size": 1, "weights": ["1"], "values": [], "letters": [[k[0], list(k[1]), str(v)] for k, v in letters.items()], "functions": []}
    return Evaluation(Space(data, roles, ""), Rational()).value(term, {"": 0}, env)


def _models(claim: Claim, budget: Budget, count: int, start: int) -> Any:
    """Spaces that satisfy the hypotheses, with their data."""
    names, reduction = understood(claim)
    terms = (claim.conclusion.left, claim.conclusion.right, *claim.conditions)  # type: ignore[union-attr]
    for k in range(start, start + count):
        budget.check()
        data = draw(names, terms, k + 100 * budget.seed, k % 4, _number)
        try:
            _functions(terms, names, reduction.span, data, k)
            yield Space(data, names, reduction.span), data
        except Refused:
            continue


def _functions(terms: tuple[Term, ...], names: Roles, span: str, data: dict[str, Any], seed: int) -> None:
    """Values of unknown functions wherever they are asked for."""
    import random

    calls = sorted({n for t in terms for n in walk(t) if n.is_apply("call") and (b := base_of(n.args[0])) and not b[1] and b[0] != "indicator"
                    and b[0] not in (*WORDS, "N")}, key=lambda n: (n.depth, str(n.fingerprint)))
    known: dict[tuple[str, tuple[str, ...]], str] = {}
    for call in calls:
        space = Space({**data, "functions": [[n, list(at), v] for (n, at), v in known.items()]}, replace_facts(names), span)
        for outcome in range(len(space.weights)):
            for env in space.places((call,)):
                at = tuple([str(Evaluation(space, Rational()).value(a, {"": outcome}, env)) for a in call.args[1:]])
                name = call.args[0].name
                r = random.Random(f"{seed}/{name}/{at}")
                known.setdefault((name, at), str(Fraction(r.choice((1, 2, 3, 5)), r.choice((1, 2)))))
    data["functions"] = [[n, list(at), v] for (n, at), v in sorted(known.items())]


def replace_facts(names: Roles) -> Roles:
    """The same names without the hypotheses that cannot be checked before the functions have values."""
    return replace(names, facts=[], plain=[])


def _gap(claim: Claim, space: Space) -> float | None:
    """By how much the claim fails, 0 where it holds, None where it is undefined."""
    worst = 0.0
    for env in space.places((claim.conclusion.left, claim.conclusion.right)):  # type: ignore[union-attr]
        try:
            a, b = [Evaluation(space, Floats()).value(s, {"": space.outcome}, env) for s in (claim.conclusion.left, claim.conclusion.right)]  # type: ignore[union-attr]
        except (Refused, OverflowError):
            return None
        apart = (abs(a - b) if isinstance(claim.conclusion, Equal) else a - b) / (1 + abs(a) + abs(b))
        worst = max(worst, apart if apart > TOLERANCE else 0.0)
    return worst


def refute_by_space(claim: Claim, budget: Budget) -> Evidence | str | None:
    """A few small spaces; the one with the fewest outcomes in which the claim fails."""
    return _search(claim, budget, 8, 0) if is_business(claim) else None


def _search(claim: Claim, budget: Budget, count: int, start: int) -> Evidence | str:
    try:
        failing = []
        seen = 0
        for space, data in _models(claim, budget, count, start):
            gap = _gap(claim, space)
            seen += gap is not None
            if gap:
                failing.append((len(space.weights), -gap, len(failing), data))
                if len(failing) == 3:
                    break
        for _, _, _, data in sorted(failing):
            try:
                check(claim, {"form": "model", "model": data})
                return Evidence("moments", {"form": "model", "model": data})
            except Refused:
                continue
    except (Refused, NoModel) as reason:
        return str(reason)
    return f"the claim holds in {seen} small models" if seen else "it is defined in no small model"


def prove_same(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Both sides worked out to the same polynomial."""
    if not is_business(claim) or not isinstance(claim.conclusion, Equal):
        return None
    try:
        return Evidence("moments", {"form": "identity"}) if not worked_out(claim).gap else "worked out, the sides are written differently"
    except Refused as reason:
        return str(reason)


def decide_by_numbers(claim: Claim, budget: Budget) -> Evidence | str | None:
    """The claim about constants and moments, decided as one about numbers."""
    if not is_business(claim):
        return None
    try:
        worked = worked_out(claim)
    except Refused as reason:
        return str(reason)
    more: dict[str, Any] = {}
    if worked.helpful:  # one lemma says it all
        more = {"chosen": [worked.helpful[0]]}
        worked = worked_out(claim, more["chosen"])
    verdict = decide(worked.claim, Budget(min(1.5, budget.remaining), budget.seed, budget.oracles))
    if verdict.status is Status.UNDECIDED:
        return "; ".join(verdict.finding.words)
    if verdict.status is Status.REFUTED and worked.left_over:
        return "it fails for numbers, which need not be moments"
    return Evidence("moments", {"form": "worked", "inner": [verdict.evidence.method, dict(verdict.evidence.data)], **more})


def refute_by_function(claim: Claim, budget: Budget) -> Evidence | str | None:
    """A polynomial in place of an unknown function, and what then is refuted as a claim about numbers."""
    if not is_business(claim):
        return None
    functions = unknown_functions(claim)
    if len(functions) != 1:
        return "not one unknown function"
    for polynomial in ([0, 0, 1], [0, 1, 0, 1], [1, 2]):
        verdict = decide(instance(claim, functions[0], polynomial), Budget(min(0.7, budget.remaining), budget.seed, budget.oracles))
        if verdict.status is Status.REFUTED:
            inner = [verdict.evidence.method, dict(verdict.evidence.data)]
            return Evidence("moments", {"form": "instance", "function": functions[0], "polynomial": polynomial, "inner": inner})
    return "it is not refuted for simple functions"


def compare_spaces(claim: Claim, budget: Budget) -> Evidence | str | None:
    """More spaces: one that fails refutes, else they agree."""
    if not is_business(claim):
        return None
    found = _search(claim, budget, 24, 8)
    if isinstance(found, Evidence) or not isinstance(claim.conclusion, Equal) or claim.conditions:
        return found  # spaces drawn for hypotheses are too special for their agreement to mean much
    try:
        models = [data for space, data in _models(claim, budget, 14, 40) if _gap(claim, space) == 0.0][:6]
    except (Refused, NoModel) as reason:
        return str(reason)
    return Evidence("moments", {"form": "agreement", "models": models}) if len(models) == 6 else found


PROCEDURES = (("small model", refute_by_space), ("worked out", prove_same), ("numbers", decide_by_numbers), ("a function", refute_by_function), ("more models", compare_spaces))
