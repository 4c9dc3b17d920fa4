"""Checker for claims about attention weights alpha = softmax(k_x . q): what a query or a condition on the scores makes them tend to.

Claims (`Satisfies`); the statements among the subjects and in `conclusion` have the forms of `attention_statements`:

- `attention.weights`, subject (q, premises...): keys orthogonal to each other with the given norms, any number of them above the named ones;
  along every sequence of values of the letters that satisfies the premises, the weights of the named keys tend to `weights` and all others to 0.
- `attention.condition`, subject (premises...), parameter `conclusion`: for all keys and queries (orthogonal keys where `norms` is given), along
  every sequence that satisfies the premises the conclusions hold.
- `attention.equivalent`: the same in both directions.
- `attention.same`, subject (q, r): two queries with the same scores for all values of their letters.
- `attention.within`, subject (q,): with any number of keys up to `most`, the weights differ from `weights` by at most `tolerance`.

A softmax tends to given weights exactly when the gaps of scores tend to the logarithms of the weights' ratios, and to +oo towards weights 0. So a
proof is: for each gap, a combination of facts (premises, or products that grow by the modes of their letters) with positive multipliers on
one-sided facts that is the gap up to something bounded and has a part that tends to infinity (Farkas' lemma, used in its trivial direction); and
one instance that satisfies the premises, so that nothing follows from a contradiction. A refutation is an instance: letters (or vectors) as
functions of t that satisfy the premises, with other limits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Finding, Satisfies, Status
from grader.replay import attention_words as words
from grader.replay import scales
from grader.replay.attention_scenes import TIME, AnyKeys, Model, OrthogonalKeys, Scene, number_of
from grader.replay.attention_statements import Fact, facts_of, holds, lead_sign, modes_of
from grader.replay.enclosure import Enclosures
from grader.replay.scales import BOUNDED, CONSTANT, GROWS, VANISHES, Scales
from grader.term import Term, from_data

MAX_KEYS = 10**6
ONE_SIDED = {"inf", "pos", "nonneg", "floor"}


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """Replay the evidence. Fails (`Refused`) where it does not show what it should."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies):
        raise Refused("no claim about attention")
    parameters = dict(conclusion.parameters)
    checks: dict[str, Callable[..., Finding]] = {
        "attention.weights": _weights, "attention.condition": _condition, "attention.equivalent": _equivalent, "attention.same": _same,
        "attention.within": _within,
    }
    if conclusion.property not in checks:
        raise Refused(f"no property {conclusion.property}")
    return checks[conclusion.property](claim, conclusion.subject, parameters, data)


# --------------------------------------------------------------------------------------------------------------- weights


def _weights(claim: Claim, subject: Sequence[Term], parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    query, premises, targets = subject[0], subject[1:], _targets(parameters)
    if data["verdict"] == "no vector":
        scene = _symbolic(claim, premises, parameters)
        number = scene.value(query)
        if not isinstance(number, Scales) or not number.terms:
            raise Refused("the query is a vector")
        return Finding(Status.REFUTED, words=("The right-hand side is a number, and a query is a vector.",))
    scene, letters = _ray(claim, premises, parameters, data["instance"])
    keys = int(data["instance"]["keys"])
    scores = scene.scores(scene.value(query))
    copies = {**{x: 1 for x in scene.named}, "*": keys - len(scene.named)}
    limits = _limit_weights(scores, copies)
    shown = words.Example(scene.named, letters, scores, copies, limits, keys)
    if data["verdict"] == "refuted":
        if not any(_excludes(limits[x], targets[x]) for x in scene.named):
            raise Refused("the limits agree with the weights asked for")
        return Finding(Status.REFUTED, words=shown.against(targets))
    if any(_excludes(limits[x], targets[x]) for x in scene.named):
        raise Refused("the instance has other limits")
    symbolic = _symbolic(claim, premises, parameters)
    forms = symbolic.scores(symbolic.value(query))
    goals = _goals(forms, targets, symbolic)
    _prove_all(goals, data["gaps"], premises, symbolic)
    named, example = words.forms_of(forms), shown.example()
    said = example if example[0].endswith(named[0]) else (*named, *example)  # no setting of letters: the same scores
    return Finding(Status.PROVED, facts=_facts(symbolic), words=(words.HOLDS,), teacher_words=said)


def _targets(parameters: Mapping[str, Any]) -> dict[str, Fraction]:
    targets = {x: Fraction(w) for x, w in zip(parameters["named"], parameters["weights"], strict=True)}
    if sum(targets.values()) != 1 or min(targets.values()) < 0:
        raise Refused("weights that do not sum to 1")
    return targets


def _goals(forms: Mapping[str, Scales], targets: Mapping[str, Fraction], scene: Scene) -> list[Fact]:
    """The gaps that must tend to the logarithm of a ratio of weights, and those that must tend to infinity."""
    first = max(targets, key=lambda x: (targets[x], -list(targets).index(x)))
    goals: list[Fact] = []
    for x in forms:
        weight = targets.get(x, Fraction(0))
        if x == first:
            continue
        gap = forms[first] - forms[x]
        goals.append(("limit", gap - scales.log(scales.constant(targets[first] / weight), {})) if weight else ("inf", gap))
    return goals


def _limit_weights(scores: Mapping[str, Scales], copies: Mapping[str, int]) -> dict[str, Any]:
    """Enclosures of the limits of one key's weight, by tag."""
    for leader in scores:
        ends = {}
        for x, s in scores.items():
            ends[x] = scales.limit(s - scores[leader], TIME)
        if all(where != "oo" for where, _ in ends.values()):
            break
    else:
        raise Refused("no largest score")
    arithmetic = Enclosures(30)
    parts = {x: words.part_of(scales.enclose(gap, {}, arithmetic), arithmetic) if where == "to" else Fraction(0) for x, (where, gap) in ends.items()}
    total = Fraction(0)
    for x, part in parts.items():
        total = arithmetic.add(total, arithmetic.mul(Fraction(copies[x]), part))
    return {x: arithmetic.div(part, total) for x, part in parts.items()}


def _excludes(value: Any, target: Fraction) -> bool:
    return Enclosures(30).differ(value, target)


def _within(claim: Claim, subject: Sequence[Term], parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    """With fixed scores each weight falls as keys are added and the weight of the others grows, so both ends of the range decide."""
    targets, tolerance, most = _targets(parameters), Fraction(parameters["tolerance"]), int(parameters["most"])
    if most > MAX_KEYS:
        raise Refused("too many keys")
    scene = OrthogonalKeys(parameters, {}, None)
    scores = scene.scores(scene.value(subject[0]))
    if any(a[0] in ("x", "log", "sum") for s in scores.values() for p in s.terms for a, _ in p):
        raise Refused("scores that are not fixed")
    least = len(scene.named)
    sizes = (least, most) if data["verdict"] == "proved" else (int(data["keys"]),)
    if not all(least <= n <= most for n in sizes):
        raise Refused("a number of keys out of range")
    worst = [_error(scores, targets, {**{x: 1 for x in scene.named}, "*": n - least}) for n in sizes]
    arithmetic = Enclosures(30)
    bound = arithmetic.interval(tolerance)
    if data["verdict"] == "proved":
        if not all(arithmetic.interval(e).b <= bound.a for pair in worst for e in pair):
            raise Refused("the error is not below the tolerance")
        return Finding(Status.PROVED, words=words.within(most, tolerance))
    if not any(arithmetic.interval(e).a > bound.b for e in worst[0]):
        raise Refused("the error is not above the tolerance")
    copies = {**{x: 1 for x in scene.named}, "*": sizes[0] - least}
    shown = words.Example(scene.named, {}, scores, copies, _limit_weights(scores, copies), sizes[0])
    return Finding(Status.REFUTED, words=shown.against(targets))


def _error(scores: Mapping[str, Scales], targets: Mapping[str, Fraction], copies: Mapping[str, int]) -> list[Any]:
    """Distances of the named weights from their targets, and the weight of all others together."""
    arithmetic, found = Enclosures(30), _limit_weights(scores, copies)
    distances = [abs(arithmetic.interval(arithmetic.sub(found[x], w))) for x, w in targets.items()]
    return [*distances, arithmetic.mul(Fraction(copies["*"]), found["*"])]


def _same(claim: Claim, subject: Sequence[Term], parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    scene = OrthogonalKeys(parameters, modes_of(claim, (), parameters["constants"], lambda m: OrthogonalKeys(parameters, m)))
    first, second = (scene.scores(scene.value(q)) for q in subject)
    if any((first[x] - second[x]).terms for x in first):
        raise Refused("the scores differ")
    return Finding(Status.PROVED)


# ------------------------------------------------------------------------------------------------------------ conditions


def _condition(claim: Claim, premises: Sequence[Term], parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    conclusion = parameters["conclusion"]
    model, others, letters = _model(claim, parameters, data["instance"])
    for premise in premises:
        if not _true_in(premise, model, others):
            raise Refused("the instance does not satisfy the premises")
    if data["verdict"] == "refuted":
        if all(_true_in(c, model, others) for c in conclusion):
            raise Refused("the instance satisfies the conclusion")
        return Finding(Status.REFUTED, words=_model_words(model, letters))
    symbolic = _symbolic(claim, premises, parameters)
    goals = [g for c in conclusion for g in facts_of(c, symbolic)]
    _prove_all(goals, data["gaps"], premises, symbolic)
    return Finding(Status.PROVED, facts=_facts(symbolic), words=_model_words(model, letters), teacher_words=words.condition(goals))


def _equivalent(claim: Claim, premises: Sequence[Term], parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    conclusion = parameters["conclusion"]
    if set(premises) == set(conclusion):
        return Finding(Status.PROVED)
    for given, wanted, gaps in ((premises, conclusion, data["forward"]), (conclusion, premises, data["backward"])):
        symbolic = _symbolic(claim, given, parameters)
        _prove_all([g for c in wanted for g in facts_of(c, symbolic)], gaps, given, symbolic)
    return Finding(Status.PROVED)


def _model(claim: Claim, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[Model, list[str], dict[str, Scales]]:
    letters = _letters(claim, parameters, data["letters"])
    named = {x: [_in_time(c) for c in data["keys"][x]] for x in parameters["named"]}
    others = {str(k + 1): [_in_time(c) for c in vector] for k, (_, vector) in enumerate(data["others"])}
    copies = {str(k + 1): int(n) for k, (n, _) in enumerate(data["others"])}
    query = [_in_time(c) for c in data["query"]]
    keys = {**named, **others}
    size = len(query)
    if not others or not all(0 < n <= MAX_KEYS for n in copies.values()) or not 0 < size <= 12 or any(len(v) != size for v in keys.values()):
        raise Refused("an instance of the wrong shape")
    if not claim.domain(parameters["count"]).admits(Fraction(len(named) + sum(copies.values()))):
        raise Refused("a number of keys that is not allowed")
    model = Model(parameters, letters, keys, copies, query)
    if parameters["norms"] != "any":
        if any(n > 1 for n in copies.values()):
            raise Refused("a key that is not orthogonal to its copy")
        for x in keys:
            for y in keys:
                wanted = scales.constant(1 if x == y else 0)
                if (x != y or parameters["norms"] == "unit") and (model.dot(model.key(x), model.key(y)) - wanted).terms:
                    raise Refused("keys that are not orthogonal unit vectors")
    return model, list(others), letters


def _true_in(statement: Term, model: Model, others: Sequence[str]) -> bool:
    """Does the statement hold in the model? A free index that is no named key stands for every other key."""
    if statement.kind == "binder" and statement.name == "exists" and len(statement.args) == 1:
        return any(all(holds(f) for f in facts_of(statement.args[0], model, {statement.bound[0].name: x})) for x in others)
    return all(holds(f) for x in others for f in facts_of(statement, model, {model.other: x}))


def _model_words(model: Model, letters: Mapping[str, Scales]) -> tuple[str, ...]:
    query = model.query()
    scores = {x: model.dot(model.key(x), query) for x in model.vectors}
    copies = {x: model.copies.get(x, 1) for x in scores}
    others = [x for x in scores if x in model.copies]
    if all(n == 1 for n in model.copies.values()) and all(scores[x] == scores[others[0]] for x in others):  # orthogonal keys: their scores say it all
        scores = {**{x: scores[x] for x in model.named}, "*": scores[others[0]]}
        copies = {**{x: 1 for x in model.named}, "*": len(others)}
        return words.Example(model.named, letters, scores, copies, _limit_weights(scores, copies), sum(copies.values())).example()
    shown = words.Example(model.named, letters, scores, copies, _limit_weights(scores, copies), sum(copies.values()))
    return shown.in_coordinates({x: list(v.values()) for x, v in model.vectors.items()}, list(query.values()))


# ---------------------------------------------------------------------------------------------------------------- proofs


def _symbolic(claim: Claim, premises: Sequence[Term], parameters: Mapping[str, Any]) -> Scene:
    def scene_of(modes: scales.Modes) -> Scene:
        return AnyKeys(parameters, modes) if parameters["norms"] == "any" else OrthogonalKeys(parameters, modes)

    return scene_of(modes_of(claim, premises, parameters["constants"], scene_of))


def _prove_all(goals: Sequence[Fact], proofs: Sequence[Any], premises: Sequence[Term], scene: Scene) -> None:
    if len(goals) != len(proofs):
        raise Refused("not one proof for each gap")
    for goal, proof in zip(goals, proofs):
        _prove(goal, [(_fact(entry, premises, scene), Fraction(multiplier)) for entry, multiplier in proof], scene)


def _fact(entry: Sequence[Any], premises: Sequence[Term], scene: Scene) -> Fact:
    """A fact that a proof names: a premise, a product that grows or keeps its sign, or a product that leaves another behind."""
    if entry[0] == "given":
        return facts_of(premises[entry[1]], scene)[entry[2]]
    if entry[0] == "product":
        x = number_of(scene.value(from_data(entry[1])))
        return _kind_of(x, scene), x
    if entry[0] == "dominates":
        lead, rest = (number_of(scene.value(from_data(e))) for e in entry[1:3])
        if lead.single is None or rest.single is None:
            raise Refused("a comparison of sums")
        ratio, _ = scales.join(rest.single[0], tuple((a, -e) for a, e in lead.single[0]))
        if scales.size_of(ratio, scene.modes) != VANISHES:
            raise Refused("one product does not leave the other behind")
        return _kind_of(lead, scene), lead + rest
    raise Refused(f"no fact {entry[0]}")


def _kind_of(x: Scales, scene: Scene) -> str:
    if x.single is None:
        raise Refused("not a single product")
    product, c = x.single
    if scales.sign_of(product, scene.modes) * c <= 0:
        raise Refused("a product that may be negative")
    return "inf" if scales.size_of(product, scene.modes) == GROWS else "nonneg"


def _prove(goal: Fact, parts: Sequence[tuple[Fact, Fraction]], scene: Scene) -> None:
    """Does the combination give the goal? Fails (`Refused`) where it does not."""
    kind, wanted = goal
    rest, used = wanted, set()
    for (fact, x), c in parts:
        if fact in ONE_SIDED and c <= 0:
            raise Refused("an inequality was multiplied by a number that is not positive")
        rest = rest - scales.constant(c) * x
        used.add(fact)
    steady = {scales.size_of(p, scene.modes) for p in rest.terms} <= {BOUNDED, CONSTANT, VANISHES}
    grows, signed = "inf" in used and steady, used <= {"nonneg", "pos", "zero"}
    number = rest.terms.get((), Fraction(0)) if set(rest.terms) <= {()} else None
    shown = {
        "inf": grows,
        "floor": steady,
        "bounded": not used & ONE_SIDED and steady,
        "limit": used <= {"limit", "zero"} and all(scales.size_of(p, scene.modes) == VANISHES for p in rest.terms),
        "zero": used <= {"zero"} and not rest.terms,
        "nonneg": grows or signed and number is not None and number >= 0,
        "pos": grows or signed and number is not None and (number > 0 or number == 0 and "pos" in used),
    }
    if not shown[kind]:
        raise Refused("the combination does not show what it should")


def _facts(scene: Scene) -> tuple[str, ...]:
    return tuple(f"{name} > 0" if mode.sign > 0 else f"{name} < 0" for name, mode in sorted(scene.modes.items())
                 if mode.sign and mode.size != GROWS and ":" not in name and name != scene.count)


# ------------------------------------------------------------------------------------------------------------- instances


def _ray(claim: Claim, premises: Sequence[Term], parameters: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[OrthogonalKeys, dict[str, Scales]]:
    """The scene in which the letters are the given functions of t, after a look at domains and premises."""
    keys = int(data["keys"])
    if not len(parameters["named"]) < keys <= MAX_KEYS or not claim.domain(parameters["count"]).admits(Fraction(keys)):
        raise Refused("a number of keys that is not allowed")
    letters = _letters(claim, parameters, data["letters"])
    scene = OrthogonalKeys(parameters, TIME, letters, keys)
    for premise in premises:
        if premise.kind == "binder" and premise.name == "exists":
            raise Refused("a statement about some of the keys")
        if not all(holds(f) for f in facts_of(premise, scene)):
            raise Refused("the instance does not satisfy the premises")
    return scene, letters


def _letters(claim: Claim, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Scales]:
    made = {}
    for name, term in data.items():
        x = made[str(name)] = _in_time(term)
        steady = all(scales.is_steady(a, TIME) for p in x.terms for a, _ in p)
        if name in parameters["constants"] and not steady:
            raise Refused(f"{name} is a constant")
        _in_domain(claim, str(name), x)
        if str(name).startswith("norm:") and (not x.terms or lead_sign(x) < 0 or not steady):
            raise Refused("a norm is positive")
    return made


def _in_domain(claim: Claim, name: str, x: Scales) -> None:
    domain = claim.domain(name)
    for bound, strict, side in ((domain.lower, domain.lower_strict, 1), (domain.upper, domain.upper_strict, -1)):
        if bound is not None:
            over = scales.constant(side) * (x - scales.constant(bound))
            if not (lead_sign(over) > 0 if over.terms else not strict):
                raise Refused(f"{name} leaves its domain")
    if domain.nonzero and not x.terms:
        raise Refused(f"{name} leaves its domain")
    whole = all(c.denominator == 1 and all(a == ("x", "t") and e > 0 and e.denominator == 1 for a, e in p) for p, c in x.terms.items())
    if domain.field == "integer" and not whole:
        raise Refused(f"{name} leaves the integers")


class _Time(Scene):
    """The letter t and numbers only."""

    def __init__(self) -> None:
        super().__init__({"keys": "", "query": "", "named": (), "other": "", "count": ""}, TIME, {"t": scales.letter("t")})


def _in_time(data: Any) -> Scales:
    return number_of(_Time().value(from_data(data)))
