"""Claims about attention weights: proofs by combining facts about score gaps, refutations by instances.

The mathematics. softmax(s) tends to weights w exactly when s_x - s_y -> log(w_x / w_y) for positive weights and s_x - s_y -> oo where w_y = 0 <
w_x. With orthogonal keys the scores of q = sum c_x k_x are c_x |k_x|^2, so everything is about the growth of differences of scales.

*Proof* of "G -> oo": G is, up to something bounded, a combination of facts with non-negative multipliers, at least one of them on a fact "E ->
oo". For facts and gaps that are linear in the letters this search is complete: by Motzkin's transposition theorem (Schrijver, Theory of Linear
and Integer Programming, 7.8) either such a combination exists or there is a direction d with E . d > 0 for all facts "E -> oo", E . d >= 0 for
those bounded below, = 0 for those bounded, and G . d <= 0; then x = t d + e satisfies the premises and G does not tend to infinity. Both sides
are exact linear programs. Products of letters count as letters of their own, with what is known of their growth as further facts.

*Refutation*: that ray; for products, a search over few rays (t, 2 t, t^2, ...) and constants; for conditions on vectors (q = k_j), a list of
small configurations. The number of keys is 10 unless the claim fixes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from grader.algebra.limits import constant_ball
from grader.algebra.scales import Modes, NoScale, Scale
from grader.algebra.vectors import EACH, Names, Orthogonal, Scored, Space
from grader.decide import attention_instances as instances
from grader.decide.attention_proofs import prove
from grader.decide.attention_statements import Fact, learn_modes, read_statement
from grader.decide.budget import Budget
from grader.model import Claim, Evidence, Satisfies
from grader.term import Term

EXAMPLE_KEYS = 10


class Question:
    """A claim taken apart."""

    def __init__(self, claim: Claim) -> None:
        assert isinstance(claim.conclusion, Satisfies)
        self.claim, self.subject = claim, claim.conclusion.subject
        self.parameters: Mapping[str, Any] = dict(claim.conclusion.parameters)
        p = self.parameters
        self.names = Names(p["keys"], p["query"], tuple(p["named"]), p["other"], p["count"])
        self.norms, self.constants = p["norms"], tuple(p["constants"])

    def space(self, premises: Sequence[Term]) -> Space:
        """The symbolic space, with what the premises say of single letters."""
        return self._space(learn_modes(self.claim.domains, self.constants, premises, self._space))

    def _space(self, modes: Modes) -> Space:
        return Scored(self.names, modes) if self.norms == "any" else Orthogonal(self.names, self.norms, modes)

    def keys(self) -> int:
        """How many keys an instance has."""
        domain = self.claim.domain(self.names.count)
        least = len(self.names.named) + 1
        for n in (EXAMPLE_KEYS, *range(least, EXAMPLE_KEYS), *range(EXAMPLE_KEYS + 1, 200)):
            if n >= least and domain.admits(Fraction(n)):
                return n
        raise NoScale("no number of keys is allowed")

    def targets(self) -> dict[str, Fraction]:
        """Weights asked for, by named key."""
        return dict(zip(self.names.named, (Fraction(w) for w in self.parameters["weights"])))


def settle_weights(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Evidence for or against `attention.weights`."""
    if claim.conclusion.property != "attention.weights":  # type: ignore[union-attr]
        return None
    ask = Question(claim)
    query, premises = ask.subject[0], ask.subject[1:]
    space = ask.space(premises)
    try:
        value = space.value(query)
        if isinstance(value, Scale) and value:
            return Evidence("attention_limit", {"verdict": "no vector"})
        forms = space.scores(value)  # type: ignore[union-attr]
        goals = instances.score_goals(forms, ask.targets())
        proofs = _proofs(goals, premises, space)
    except NoScale as why:
        return str(why)
    keys = ask.keys()
    for ray in instances.rays(ask, query, premises, space, goals, failing=proofs is None, keys=keys, budget=budget):
        instance = {"keys": keys, "letters": {n: instances.data(x) for n, x in ray.items()}}
        if proofs is None:
            return Evidence("attention_limit", {"verdict": "refuted", "instance": instance})
        return Evidence("attention_limit", {"verdict": "proved", "instance": instance, "gaps": proofs})
    return "no combination of facts shows it and no ray against it was found" if proofs is None else "no instance of the premises was found"


def _proofs(goals: Sequence[Fact], premises: Sequence[Term], space: Space) -> list[Any] | None:
    """A combination for each goal, or None where one has none."""
    given = list(_given(premises, space))
    found = []
    for goal in goals:
        combination = prove(goal, given, space)
        if combination is None:
            return None
        found.append(combination)
    return found


def _given(premises: Sequence[Term], space: Space) -> Iterator[tuple[list[Any], Fact]]:
    for k, premise in enumerate(premises):
        try:
            for r, fact in enumerate(read_statement(premise, space)):
                yield ["given", k, r], fact
        except NoScale:
            continue


def settle_condition(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Evidence for or against `attention.condition`."""
    if claim.conclusion.property != "attention.condition":  # type: ignore[union-attr]
        return None
    ask = Question(claim)
    conclusion = ask.parameters["conclusion"]
    space = ask.space(ask.subject)
    proofs, goals, why = None, None, "no combination of facts shows it"
    try:
        goals = [g for c in conclusion for g in read_statement(c, space)]
        proofs = _proofs(goals, ask.subject, space)
    except NoScale as stopped:
        why = str(stopped)
    if proofs is not None:
        for instance in instances.models(ask, space, None, budget):
            return Evidence("attention_limit", {"verdict": "proved", "instance": instance, "gaps": proofs})
        return "nothing satisfies the premises, as far as was found"
    for instance in instances.models(ask, space, conclusion, budget):
        return Evidence("attention_limit", {"verdict": "refuted", "instance": instance})
    return f"{why}; no instance against it was found"


def settle_equivalent(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Evidence for `attention.equivalent`; it is never refuted."""
    if claim.conclusion.property != "attention.equivalent":  # type: ignore[union-attr]
        return None
    ask = Question(claim)
    sides = (ask.subject, ask.parameters["conclusion"])
    if set(sides[0]) == set(sides[1]):
        return Evidence("attention_limit", {"forward": [], "backward": []})
    found = {}
    for name, given, wanted in (("forward", *sides), ("backward", *reversed(sides))):
        budget.check()
        space = ask.space(given)
        try:
            proofs = _proofs([g for c in wanted for g in read_statement(c, space)], given, space)
        except NoScale as why:
            return str(why)
        if proofs is None:
            return f"not shown: {name}"
        found[name] = proofs
    return Evidence("attention_limit", found)


def settle_same(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Evidence for `attention.same`."""
    if claim.conclusion.property != "attention.same":  # type: ignore[union-attr]
        return None
    ask = Question(claim)
    space = ask.space(())
    try:
        first, second = (space.scores(space.value(q)) for q in ask.subject)  # type: ignore[union-attr]
    except NoScale as why:
        return str(why)
    return Evidence("attention_limit", {}) if all(not first[x] - second[x] for x in first) else "the scores differ in form"


def settle_within(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Evidence for or against `attention.within`: the errors at the ends of the range of the number of keys."""
    if claim.conclusion.property != "attention.within":  # type: ignore[union-attr]
        return None
    ask = Question(claim)
    space = ask.space(())
    try:
        scores = space.scores(space.value(ask.subject[0]))  # type: ignore[union-attr]
        tolerance, most, least = Fraction(ask.parameters["tolerance"]), int(ask.parameters["most"]), len(ask.names.named)
        errors = {n: _error(scores, ask.targets(), n - least) for n in (least, min(EXAMPLE_KEYS, most), most)}
    except NoScale as why:
        return str(why)
    if max(errors.values()) <= tolerance:
        return Evidence("attention_limit", {"verdict": "proved"})
    return Evidence("attention_limit", {"verdict": "refuted", "keys": max(errors, key=lambda n: (errors[n], n == min(EXAMPLE_KEYS, most)))})


def _error(scores: Mapping[str, Scale], targets: Mapping[str, Fraction], others: int) -> Fraction:
    """The largest error of a weight, rounded up; scores must be numbers. Fails (`NoScale`) otherwise."""
    first = max(scores, key=lambda x: float(constant_ball(scores[x], 80)))
    parts = {x: constant_ball(s - scores[first], 120).exp() for x, s in scores.items()}
    total = sum((p for x, p in parts.items() if x != EACH), parts[EACH] * others)
    errors = [abs(parts[x] / total - constant_ball(Scale.of(w), 120)) for x, w in targets.items()] + [parts[EACH] * others / total]
    return max(Fraction(float(e.upper())) for e in errors)


PROCEDURES = (("weights", settle_weights), ("condition", settle_condition), ("equivalent", settle_equivalent), ("same", settle_same),
              ("within", settle_within))
