"""Replays evidence about equalities and bounds between expressions over abstract densities.

Forms of evidence (`data["form"]`):
- "identity": a chain of lemma instances (`steps`: lemma, before, after); each is checked on its own, and with them both sides of an Equal claim
  become the same polynomial;
- "bound": the same, and a list of quantities that are never negative (`gap`), whose sum is right - left of an AtMost claim;
- "given": a bound l <= r is supposed; `inner` is a "bound" that shows left + r - l <= right (`condition` is its number among the conditions);
- "model": a finite model in which the claim fails, evaluated in intervals (or exactly where a strict bound fails by equality);
- "agreement": finite models in which the claim holds to the digits stated.

Densities are positive, sums and integrals exist and may be exchanged: these are stated as facts of every proof. `positive` lists functions and
letters that are taken as positive because a logarithm of them is taken; the checker follows each of these inferences itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

from grader.kernel import Refused
from grader.lemmas import LEMMAS
from grader.model import AtMost, Claim, Equal, Finding, Status
from grader.replay.probability_algebra import Poly, Proof, plus
from grader.replay.probability_models import Evaluator, Exact, Intervals, Model
from grader.replay.probability_syntax import marked, pieces
from grader.replay.probability_terms import Language, Var, evaluate
from grader.replay.probability_words import describe, number_words
from grader.term import Term, apply, free_names, from_data, walk

ASSUMED = ("every density is positive", "the sums and integrals exist and may be exchanged")
OWN_LABELS = ("step", "own")
"""Labels of claims whose two sides are both the learner's own: their values may be shown."""


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """What the evidence shows of the claim. Fails with `Refused` where it does not hold up."""
    if not isinstance(claim.conclusion, (Equal, AtMost)):
        raise Refused("neither an equality nor a bound")
    sides = (claim.conclusion.left, claim.conclusion.right)
    language = Language(claim.domains, [*sides, *claim.conditions])
    for term in (*sides, *claim.conditions):
        _plain_names(term)
    form = {"identity": _identity, "bound": _bound, "given": _from_given, "model": _model, "agreement": _agreement}.get(data["form"])
    if form is None:
        raise Refused(f"no form of evidence is called {data['form']!r}")
    return form(claim, sides, language, data)


def _plain_names(term: Term) -> None:
    if any(n.kind == "symbol" and n.name[:1] in "#*~" for n in walk(term)):
        raise Refused("a name that is kept for bound variables")


# ------------------------------------------------------------------------------------------------------------- proofs


def _replay(claim: Claim, sides: tuple[Term, Term], language: Language, data: Mapping[str, Any]) -> tuple[Proof, Poly, list[str], tuple[str, ...]]:
    """Learn the steps; right - left as a polynomial, the lemmas used, and the facts."""
    facts = list(ASSUMED)
    positive: set[tuple[Any, ...]] = {("letter", "pi")}
    for name, domain in claim.domains:
        if domain.is_positive:
            positive |= {("letter", name), ("function", (name, ()))}
            if name in set().union(*[free_names(s) for s in sides]):
                facts.append(f"{name} > 0")
    proof = Proof(positive)
    proof.hypotheses = [h for c in claim.conditions if (h := _hypothesis(c, language)) is not None]
    facts += [f"given: {c}" for c in claim.conditions]
    for kind, name in data.get("positive", []):
        atom = (kind, (name[0], tuple(name[1])) if kind == "function" else name)
        if not any(_only_unknown(proof, argument, atom, language) for argument in _logarithms(sides)):
            raise Refused(f"nothing says that {name} is positive")
        proof.positive.add(atom)
        facts.append(f"{name if kind == 'letter' else name[0]} > 0, since its logarithm is taken")
    lemmas = _definitions(sides)
    for lemma, before, after in data["steps"]:
        terms = [from_data(before), from_data(after)]
        for term in terms:
            _plain_names(term)
        proof.learn(lemma, evaluate(terms[0], language, proof), evaluate(terms[1], language, proof))
        lemmas.append(lemma)
    left, right = [evaluate(s, language, proof) for s in sides]
    if data.get("through") == "log":
        if not proof.all_positive(left) or not proof.all_positive(right):
            raise Refused("sides that are not known to be positive cannot be compared by their logarithms")
        left, right = proof.log(left), proof.log(right)
    return proof, plus(right, left, Fraction(-1)), lemmas, tuple(facts)


def _hypothesis(condition: Term, language: Language) -> tuple[Any, Any, Any, Poly] | None:
    """A condition "density = expression" of the claim, in a form that can be used."""
    if condition.kind == "relation" and condition.signs == ("=",):
        for law, meaning in (condition.args, condition.args[::-1]):
            if law.is_apply("call") and language.is_density(law.args[0]):
                return *language.law(law), evaluate(meaning, language, Proof())
    return None


def _logarithms(sides: tuple[Term, Term]) -> Iterator[Term]:
    for side in sides:
        yield from (n.args[0] for n in walk(side) if n.is_apply("log"))


def _only_unknown(proof: Proof, argument: Term, atom: tuple[Any, ...], language: Language) -> bool:
    """Is the atom the only factor of the logarithm's argument that is not known to be positive, with an odd power?"""
    value = evaluate(argument, language, Proof(proof.positive))
    if len(value) != 1:
        return False
    (mono, c), = value.items()
    unknown = [(k, e) for k, e in mono if not proof.is_positive(k)]
    return c > 0 and len(unknown) == 1 and unknown[0][0][:2] == atom and unknown[0][1] % 2 == 1


_DEFINED = {"expectation": "expectation", "kl": "kl", "entropy": "entropy", "variance": "variance", "covariance": "variance", "given": "conditional"}


def _definitions(sides: tuple[Term, Term]) -> list[str]:
    """Names of the definitions that were unfolded."""
    seen = {n.name for s in sides for n in walk(s) if n.kind in ("apply", "binder")}
    found = [name for key, name in _DEFINED.items() if key in seen]
    return [*dict.fromkeys(found), *(["linearity"] if seen & {"expectation", "kl", "entropy", "sum", "integral", "antiderivative"} else [])]


def _identity(claim: Claim, sides: tuple[Term, Term], language: Language, data: Mapping[str, Any]) -> Finding:
    if not isinstance(claim.conclusion, Equal):
        raise Refused("an identity does not settle a bound")
    proof, gap, lemmas, facts = _replay(claim, sides, language, data)
    if not proof.is_zero(gap):
        raise Refused("the two sides do not come to the same")
    return _proved(lemmas, facts)


def _proved(lemmas: list[str], facts: tuple[str, ...]) -> Finding:
    names = tuple(dict.fromkeys(lemmas))
    titles = "; ".join(LEMMAS[n].title for n in names)
    return Finding(Status.PROVED, facts=facts, lemmas=names, words=(f"It follows by: {titles}.",) if titles else ())


def _bound(claim: Claim, sides: tuple[Term, Term], language: Language, data: Mapping[str, Any]) -> Finding:
    if not isinstance(claim.conclusion, AtMost):
        raise Refused("a bound does not settle an equality")
    proof, gap, lemmas, facts = _replay(claim, sides, language, data)
    strictly = False
    found: Poly = {}
    for factor, quantity in data["gap"]:
        coefficient = evaluate(from_data(factor), language, proof)
        if not proof.all_positive(coefficient):
            raise Refused("a factor that is not known to be positive")
        if quantity is None:
            strictly = True
            found = plus(found, coefficient)
            continue
        found = plus(found, proof.mul(coefficient, _quantity(quantity, language, proof, lemmas)))
    if not proof.is_zero(plus(gap, found, Fraction(-1))):
        raise Refused("the difference is another one")
    if claim.conclusion.strict and not strictly:
        raise Refused("the bound is not shown to be strict")
    return _proved(lemmas, facts)


def weakened(claim: Claim, number: int) -> Claim:
    """The claim left + r - l <= right, from which left <= right follows where the condition l <= r (the one with this number) holds.

    Fails with `Refused` where the claim is no bound or the condition is none.
    """
    conclusion, condition = claim.conclusion, claim.conditions[number]
    if not isinstance(conclusion, AtMost) or condition.kind != "relation" or condition.signs not in (("<=",), (">=",), ("<",), (">",)):
        raise Refused("no bound that follows from a bound")
    low, high = condition.args if condition.signs[0] in ("<", "<=") else condition.args[::-1]
    strict = conclusion.strict and condition.signs[0] not in ("<", ">")
    return replace(claim, conclusion=AtMost(apply("add", conclusion.left, high, apply("neg", low)), conclusion.right, strict))


def _from_given(claim: Claim, sides: tuple[Term, Term], language: Language, data: Mapping[str, Any]) -> Finding:
    number = data["condition"]
    if not isinstance(number, int) or not 0 <= number < len(claim.conditions) or data["inner"].get("form") != "bound":
        raise Refused("a bound and the number of a condition were expected")
    return check(weakened(claim, number), data["inner"])


def _quantity(form: Any, language: Language, proof: Proof, lemmas: list[str]) -> Poly:
    """The value of a quantity that is never negative. Fails with `Refused` where its conditions do not hold."""
    kind = form[0]
    value = lambda data: evaluate(from_data(data), language, proof)  # noqa: E731 - a short name for a long call
    if kind == "tangent":
        t = value(form[1])
        if not proof.all_positive(t):
            raise Refused("tangent: not known to be positive")
        lemmas.append("tangent")
        return plus(plus(t, proof.number(Fraction(-1))), proof.log(t), Fraction(-1))
    if kind == "index":
        return proof.total([(form[1], form[2])], _quantity(form[3], language, proof, lemmas))
    bound = [_bound_variable(from_data(v)) for v in form[1]]

    def total(a: Poly) -> Poly:
        for var in reversed(bound):
            a = proof.over(var, "", lambda env, a=a: a, {})
        return a

    weight = value(form[2])
    if not proof.all_positive(weight):
        raise Refused(f"{kind}: a weight that is not known to be positive")
    if kind == "average":
        return total(proof.mul(weight, _quantity(form[3], language, proof, lemmas)))
    if total(weight) != proof.number(Fraction(1)):
        raise Refused(f"{kind}: the weights do not sum to one")
    inner = value(form[3])
    mean = total(proof.mul(weight, inner))
    if kind == "jensen":
        if not proof.all_positive(inner):
            raise Refused("jensen: not known to be positive")
        lemmas.append("gibbs" if mean == proof.number(Fraction(1)) else "jensen")
        return plus(proof.log(mean), total(proof.mul(weight, proof.log(inner))), Fraction(-1))
    if kind == "variance":
        lemmas.append("variance_nonnegative")
        return plus(total(proof.mul(weight, proof.mul(inner, inner))), proof.mul(mean, mean), Fraction(-1))
    raise Refused(f"no quantity is called {kind!r}")


def _bound_variable(term: Term) -> Var:
    found = marked(term, variable=True)
    if found is None:
        raise Refused(f"{term} is not a variable")
    return found


# ------------------------------------------------------------------------------------------------------------- models


def _checked_model(claim: Claim, data: Mapping[str, Any], language: Language) -> Model:
    model = Model(data, language)
    if model.volumes:
        terms = [claim.conclusion.left, claim.conclusion.right, *claim.conditions]  # type: ignore[union-attr]
        kinds = {n.name for t in terms for n in walk(t) for b in n.bound if language.base(b) in language.random}
        if not kinds & {"integral", "antiderivative"} or "sum" in kinds:
            raise Refused("cell volumes are for integrals over continuous variables only")
        if any(a.kind == "relation" for c in language.calls() for n in walk(c) for a in n.args):
            raise Refused("cell volumes where one variable stands for another")
    for condition in claim.conditions:
        _holds(condition, language, model)
    return model


def _holds(condition: Term, language: Language, model: Model) -> None:
    """Fails with `Refused` unless the condition holds in the model, at all values of the variables in it."""
    if condition.kind != "relation" or set(condition.signs) - {"=", "<", "<=", ">", ">=", "!="}:
        raise Refused(f"a condition that cannot be checked in a model: {condition}")
    if set(condition.signs) <= {"<", "<=", ">", ">="} and at_hand(condition):
        _holds_clearly(condition, language, model)
        return
    names = sorted((free_names(condition) & language.random) - at_hand_names(condition, language))
    for values in product(range(model.size), repeat=len(names)):
        env = {(n, ()): k for n, k in zip(names, values)}
        exact = Exact()
        sides = [exact.rational(evaluate(s, language, Evaluator(model, exact), env)) for s in condition.args]
        for sign, a, b in zip(condition.signs, sides, sides[1:]):
            if not {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]:
                raise Refused("the model does not satisfy a condition of the claim")


def at_hand_names(condition: Term, language: Language) -> set[str]:
    """Variables that stand at the values at hand in "q(z) = p(z | x)", which says what the density q is: those that it is no density of, where they
    are not drawn anywhere. (In "p(x) = p(x | z)" all values are meant.)"""
    law, meaning = condition.args[0], condition.args[-1]
    if condition.signs != ("=",) or not law.is_apply("call") or not language.is_density(law.args[0]):
        return set()
    (letter, _), left, right = language.law(law)
    if any(n.is_apply("call") and language.is_density(n.args[0]) and language.law(n)[0][0] == letter for n in walk(meaning)):
        return set()
    drawn = {n.name for t in language.terms if t is not condition for n in walk(t) for b in _bound_places(n) for n in walk(b) if n.kind == "symbol"}
    return (free_names(meaning) & language.random) - {v[0] for _, v in (*left, *right)} - drawn


def _bound_places(node: Term) -> tuple[Term, ...]:
    """What a sum, a mean, a divergence or an entropy draws."""
    if node.kind == "binder":
        return node.bound
    if node.kind == "apply" and node.name in ("expectation", "variance", "covariance", "kl", "entropy"):
        laws = node.args if node.name in ("kl", "entropy") else node.args[-1:]
        return tuple([a for law in laws for n in walk(law) if n.is_apply("call") for a in pieces(n)[0]])
    return ()


def at_hand(condition: Term) -> bool:
    """Is it a bound between means of logarithms, as of the expected log likelihoods before and after an M-step?

    Such a bound is supposed for the x that was observed. (For all x at once it would make the two densities equal.)
    """
    return all(any(n.is_apply("expectation") and any(m.is_apply("log") for m in walk(n)) for n in walk(side)) for side in condition.args)


def _holds_clearly(condition: Term, language: Language, model: Model) -> None:
    """An inequality at the values at hand, in intervals that do not meet."""
    sides = [evaluate(s, language, Evaluator(model, Intervals())) for s in condition.args]
    for sign, a, b in zip(condition.signs, sides, sides[1:]):
        if not (a.b < b.a if sign in ("<", "<=") else a.a > b.b):
            raise Refused("the model does not satisfy a condition of the claim, or cannot be told from breaking it")


def _model(claim: Claim, sides: tuple[Term, Term], language: Language, data: Mapping[str, Any]) -> Finding:
    letter = language.double_names()
    if letter:
        raise Refused(f"{letter} stands with and without parameters: a model would not be fair")
    if language.endless():
        raise Refused("it is not said how far a sum runs, or x_1 stands beside x_i: a model would not be fair")
    model = _checked_model(claim, data["model"], language)
    numbers = Intervals()
    left, right = [evaluate(s, language, Evaluator(model, numbers)) for s in sides]
    conclusion = claim.conclusion
    apart = left.b < right.a or left.a > right.b
    if isinstance(conclusion, Equal):
        fails = apart
    else:
        fails = left.a > right.b or conclusion.strict and _same(sides, language, model)
    if not fails:
        raise Refused("the claim holds in the model, or cannot be told from holding")
    scene = describe(language, model)
    values = f"the left side is {number_words(left)} and the right side {number_words(right)}"
    if not apart:
        values = f"both sides are {number_words(left)}, so the one is not smaller than the other"
    own = claim.label.startswith(OWN_LABELS)
    words = (scene, f"Then {values}.") if own else (scene, "There it does not hold.")
    return Finding(Status.REFUTED, words=words, teacher_words=(scene, f"Then {values}."))


def _same(sides: tuple[Term, Term], language: Language, model: Model) -> bool:
    exact = Exact()
    left, right = [evaluate(s, language, Evaluator(model, exact)) for s in sides]
    return left == right


def _agreement(claim: Claim, sides: tuple[Term, Term], language: Language, data: Mapping[str, Any]) -> Finding:
    if language.double_names() or len(data["models"]) < 6:
        raise Refused("too few models, or a name with two meanings")
    numbers = Intervals()
    vacuous = 0
    for model_data in data["models"]:
        model = _checked_model(claim, model_data, language)
        left, right = [evaluate(s, language, Evaluator(model, numbers)) for s in sides]
        size = numbers.of(Fraction(1)) + abs(left)
        near = bool((abs(left - right) / size).b < 1e-30)
        vacuous += bool(abs(left).b < 1e-30 and abs(right).b < 1e-30)
        below = not isinstance(claim.conclusion, Equal) and bool(left.b < right.a)
        if not below and (not near or isinstance(claim.conclusion, AtMost) and claim.conclusion.strict):
            raise Refused("the claim fails in one of the models, or cannot be told from failing")
    if vacuous > 1:
        raise Refused("both sides vanish in the models")
    text = f"It holds to 30 digits in {len(data['models'])} random finite models, which is no proof."
    return Finding(Status.AGREES, words=(text,), teacher_words=(text,))


__all__ = ["ASSUMED", "at_hand", "check", "weakened"]
