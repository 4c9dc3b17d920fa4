"""Laws of the procedures for densities: a true statement rewritten stays true, a mutated one is never proved where a model refutes it."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from density_notation import read_statement
from grader import kernel
from grader.algebra.finite_models import Model as Drawn
from grader.algebra.finite_models import Undefined
from grader.decide import probability
from grader.decide.budget import Budget
from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, Evidence, Status
from grader.replay.probability_models import Evaluator, Intervals, Model
from grader.replay.probability_terms import Language, evaluate
from grader.term import Term, apply, binder, number, walk

TRUE = [line.split(" | ", 1)[1] for line in (Path(__file__).parent / "density_statements.txt").read_text().splitlines() if line.startswith("true")]
DENSITIES = (("p", Domain.parse("density")), ("q", Domain.parse("density")))
EQUALITIES = [s for s in TRUE if read_statement(s)[0] == "="]


def decide(claim: Claim):
    for _, procedure in probability.PROCEDURES:
        found = procedure(claim, Budget())
        if isinstance(found, Evidence):
            try:
                return kernel.settle(claim, found)
            except kernel.Refused:
                continue
    return kernel.give_up(claim, [])


def places(term: Term) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    if not (term.is_apply("call") or term.is_apply("index")):
        start = 1 if term.kind == "relation" else len(term.args) if term.name in ("kl", "entropy") else 0
        stop = 1 if term.kind == "binder" or term.is_apply("expectation") or term.is_apply("variance") else len(term.args)
        found += [(k, *rest) for k in range(start, stop) for rest in places(term.args[k])]
    return found


def at(term: Term, place: tuple[int, ...]) -> Term:
    return term if not place else at(term.args[place[0]], place[1:])


def put(term: Term, place: tuple[int, ...], new: Term) -> Term:
    if not place:
        return new
    args = list(term.args)
    args[place[0]] = put(args[place[0]], place[1:], new)
    return term.with_args(tuple(args))


def is_density(t: Term) -> bool:
    return t.is_apply("call") and t.args[0].name in ("p", "q") and not any(n.is_apply("semicolon") for n in walk(t))


def rewritten(t: Term, r: random.Random) -> Term | None:
    """One true rewriting at the root, or None."""
    if t.is_apply("expectation") and is_density(t.args[1]):
        law = t.args[1]
        left = law.args[1:]
        if left[0].is_apply("given"):
            left = left[0].args[0].args if left[0].args[0].kind == "tuple" else left[0].args[:1]
        return binder(r.choice(("sum", "integral")), tuple(left), apply("mul", law, t.args[0]))
    if t.is_apply("kl") and all(is_density(a) for a in t.args):
        return apply("expectation", apply("add", apply("log", t.args[0]), apply("neg", apply("log", t.args[1]))), t.args[0])
    if t.is_apply("log", 1) and t.args[0].is_apply("div"):
        return apply("add", apply("log", t.args[0].args[0]), apply("neg", apply("log", t.args[0].args[1])))
    if t.is_apply("log", 1) and t.args[0].is_apply("mul", 2):
        return apply("add", *[apply("log", a) for a in t.args[0].args])
    if is_density(t) and len(t.args) == 3 and all(a.kind == "symbol" for a in t.args):
        name, a, b = t.args
        first, second = (a, b) if r.random() < 0.5 else (b, a)
        return apply("mul", apply("call", name, apply("given", first, second)), apply("call", name, second))
    if is_density(t) and t.args[1].is_apply("given") and all(a.kind == "symbol" for a in t.args[1].args):
        name, (a, b) = t.args[0], t.args[1].args
        return apply("div", apply("call", name, a, b), apply("call", name, b))
    if t.is_apply("add"):
        return apply("add", *reversed(t.args))
    if t.is_apply("neg"):
        return apply("mul", apply("neg", number(1)), t.args[0])
    return apply("div", apply("mul", t, number(3)), number(3)) if r.random() < 0.3 else None


def mutated(t: Term, r: random.Random) -> Term | None:
    """One change at the root that a learner might make."""
    if t.is_apply("add") and r.random() < 0.6:
        k = r.randrange(len(t.args))
        flipped = t.args[k].args[0] if t.args[k].is_apply("neg") else apply("neg", t.args[k])
        return apply("add", *t.args[:k], flipped, *t.args[k + 1:]) if r.random() < 0.7 else t.args[k - 1]
    if t.is_apply("mul", 2) or t.is_apply("div"):
        return t.args[0] if r.random() < 0.5 else apply("div" if t.is_apply("mul") else "mul", *t.args)
    if t.is_apply("kl"):
        return apply("kl", *reversed(t.args))
    if is_density(t) and t.args[1].is_apply("given"):
        inner = t.args[1].args
        if inner[0].kind == "symbol" and inner[1].kind == "symbol":
            kept = inner[0] if r.random() < 0.5 else apply("given", inner[1], inner[0])
            return apply("call", t.args[0], kept)
    if t.is_apply("log") or t.is_apply("neg"):
        return t.args[0]
    return None


def changed(term: Term, r: random.Random, change) -> Term | None:
    spots = places(term)
    r.shuffle(spots)
    for place in spots[:12]:
        new = change(at(term, place), r)
        if new is not None and new != at(term, place):
            return put(term, place, new)
    return None


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.sampled_from(EQUALITIES), st.integers(0, 10**6))
def test_true_identities_stay_true_under_rewriting(statement, seed):
    r = random.Random(seed)
    _, left, right = read_statement(statement)
    for _ in range(r.randint(1, 4)):
        left, right = changed(left, r, rewritten) or left, changed(right, r, rewritten) or right
    verdict = decide(Claim(Equal(left, right), DENSITIES))
    assert verdict.status in (Status.PROVED, Status.AGREES), (statement, verdict.finding)


def holds_in_models(claim: Claim) -> bool:
    """Does the claim hold in eight random models, evaluated by the checker's own means?"""
    sides = (claim.conclusion.left, claim.conclusion.right)
    seen = probability.understood(claim)
    language = Language(claim.domains, sides)
    for seed in range(8):
        drawn = Drawn(seen.setting, (seen.left, seen.right), size=2 + seed % 2, seed=900 + seed, style="rough", positive=(*seen.known, *seen.assumed))
        try:
            drawn.evaluate(seen.left, {}), drawn.evaluate(seen.right, {})
        except Undefined:
            continue
        model = Model(drawn.data(), language)
        left, right = [evaluate(s, language, Evaluator(model, Intervals())) for s in sides]
        if left.a > right.b or isinstance(claim.conclusion, Equal) and left.b < right.a:
            return False
    return True


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.sampled_from(TRUE), st.integers(0, 10**6))
def test_what_is_proved_holds_in_models_and_what_fails_in_them_is_refuted(statement, seed):
    r = random.Random(seed)
    sign, left, right = read_statement(statement)
    left, right = (changed(left, r, mutated) or left, right) if r.random() < 0.5 else (left, changed(right, r, mutated) or right)
    claim = Claim(Equal(left, right) if sign == "=" else AtMost(left, right, sign == "<"), DENSITIES)
    try:
        probability.understood(claim)
    except ValueError:
        return
    verdict = decide(claim)
    if verdict.status in (Status.PROVED, Status.AGREES):
        assert holds_in_models(claim), (statement, str(verdict.status))


def test_places_reach_every_part():
    _, left, _ = read_statement("log(p(x)*q(x)) + 1 = 0")
    assert len(places(left)) >= 5 and len(list(walk(left))) > 5
