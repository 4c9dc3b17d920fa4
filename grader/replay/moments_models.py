"""Claims about random variables, evaluated in one small probability space given as a table.

A model lists the outcomes with their probabilities (rational, positive, of sum one), the value of every random variable and every event in each of
them, and numbers for the constants. `Space` checks that the table satisfies every hypothesis of the claim, exactly: independence as products of
probabilities, laws, moments, conditions on constants, domains. Terms are then evaluated by definition: a mean is a sum over outcomes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from grader.kernel import Refused
from grader.replay.moments_means import separates
from grader.replay.moments_terms import Independence, Law, Roles, base_of, law_of, members
from grader.term import Term, free_names, walk

MAX_OUTCOMES = 512
MAX_STEPS = 60_000

Place = Mapping[str, int]
"""For each base name the outcome at which it is looked up; the key "" is for all others."""


class Rational:
    """Exact rational numbers; anything else is refused."""

    def of(self, value: Fraction) -> Fraction:
        return value

    def power(self, a: Fraction, e: Fraction) -> Fraction:
        if e.denominator == 2 and a >= 0:
            top, low = math.isqrt(a.numerator), math.isqrt(a.denominator)
            if top * top == a.numerator and low * low == a.denominator and (a or e > 0):
                return Fraction(top, low) ** int(2 * e)
        if e.denominator != 1 or not a and e < 0:
            raise Refused("not a rational number in the model")
        return a ** int(e)

    def log(self, a: Fraction) -> Fraction:
        if a != 1:
            raise Refused("not a rational number in the model")
        return Fraction(0)

    def exp(self, a: Fraction) -> Fraction:
        if a:
            raise Refused("not a rational number in the model")
        return Fraction(1)

    def pi(self) -> Fraction:
        raise Refused("not a rational number in the model")


class Floats:
    """Floating-point numbers, for a first look."""

    def of(self, value: Fraction) -> float:
        return float(value)

    def power(self, a: float, e: Fraction) -> float:
        if not a and e < 0 or a < 0 and e.denominator != 1:
            raise Refused("undefined in the model")
        return a ** (int(e) if e.denominator == 1 else float(e))

    def log(self, a: float) -> float:
        if a <= 0:
            raise Refused("undefined in the model: the logarithm of a number that is not positive")
        return math.log(a)

    def exp(self, a: float) -> float:
        return math.exp(min(a, 700.0))

    def pi(self) -> float:
        return math.pi


class Space:
    """The table of one model, checked against the hypotheses. Fails with `Refused` where it breaks one."""

    def __init__(self, model: Mapping[str, Any], roles: Roles, span: str) -> None:
        self.roles, self.span = roles, span
        self.size = int(model["size"])
        self.weights = [Fraction(w) for w in model["weights"]]
        self.table = {(name, tuple(idx)): [Fraction(v) for v in values] for name, idx, values in model["values"]}
        self.letters = {(name, tuple(idx)): Fraction(v) for name, idx, v in model["letters"]}
        self.functions = {(name, tuple([Fraction(a) for a in at])): Fraction(v) for name, at, v in model["functions"]}
        self.outcome = int(model.get("outcome", 0))
        if not 1 <= len(self.weights) <= MAX_OUTCOMES or min(self.weights) <= 0 or sum(self.weights) != 1 or not 1 <= self.size <= 4:
            raise Refused("the model is no probability space")
        if any(len(v) != len(self.weights) for v in self.table.values()) or not 0 <= self.outcome < len(self.weights):
            raise Refused("a variable without values")
        self._domains()
        for statement in roles.independent:
            self._independent(statement)
        for name in sorted(roles.identical):
            self._identical(name)
        for name, law in sorted(roles.laws.items()):
            self._law(name, law)
        for name, end in sorted(roles.partitions.items()):
            self._partition(name, end)
        exact = Evaluation(self, Rational())
        for left, right in roles.facts:
            for env in self.places((left, right)):
                if exact.value(left, {"": self.outcome}, env) != exact.value(right, {"": self.outcome}, env):
                    raise Refused("the model does not satisfy a hypothesis")
        for condition in roles.plain:
            for env in self.places((condition,)):
                self._holds(condition, exact, env)

    def places(self, terms: Iterable[Term]) -> Iterable[dict[str, str]]:
        """All values of the indices that occur free."""
        names = set()
        for term in terms:
            marks = {a.name for n in walk(term) if n.is_apply("index") for a in n.args[1:] if a.kind == "symbol"}
            names |= marks & free_names(term)
        for values in product(range(1, self.size + 1), repeat=len(names)):
            yield {n: str(v) for n, v in zip(sorted(names), values)}

    def _domains(self) -> None:
        for (name, _), values in [*self.table.items(), *[(k, [v]) for k, v in self.letters.items()]]:
            domain = self.roles.domains.get(name)
            if name in self.roles.events and any(v not in (0, 1) for v in values):
                raise Refused(f"{name} is no event")
            if domain is not None and not all(domain.admits(v) for v in values):
                raise Refused(f"{name} leaves its domain")

    def _of(self, name: str) -> list[tuple[str, tuple[str, ...]]]:
        return sorted([k for k in self.table if k[0] == name])

    def joint(self, keys: Iterable[tuple[str, tuple[str, ...]]]) -> dict[tuple[Fraction, ...], Fraction]:
        """The distribution of some variables together."""
        keys = list(keys)
        found: dict[tuple[Fraction, ...], Fraction] = {}
        for k, weight in enumerate(self.weights):
            at = tuple([self.table[key][k] for key in keys])
            found[at] = found.get(at, Fraction(0)) + weight
        return found

    def _independent(self, statement: Independence) -> None:
        blocks = []
        for block in statement.blocks:
            keys = [k for name in sorted(block) for k in self._of(name)]
            places = sorted({k[1] for k in keys}) if statement.members else []
            blocks += [[k for k in keys if k[1] == place] for place in places] if statement.members else [keys]
        blocks = [b for b in blocks if b]
        given = [k for name in sorted(statement.given) for k in self._of(name)]
        whole = [*given, *[k for b in blocks for k in b]]
        joint, bar = self.joint(whole), self.joint(given)
        parts = [self.joint([*given, *b]) for b in blocks]
        for values in product(*[sorted({v[len(given):] for v in p}) for p in parts]):
            for at, weight in bar.items():
                expected = math.prod([p.get((*at, *v), Fraction(0)) / weight for p, v in zip(parts, values)]) * weight
                if joint.get((*at, *[x for v in values for x in v]), Fraction(0)) != expected:
                    raise Refused("the model is not independent as supposed")

    def _identical(self, name: str) -> None:
        laws = [self.joint([k]) for k in self._of(name)]
        if any(law != laws[0] for law in laws):
            raise Refused(f"the members of {name} do not have one law")

    def _partition(self, name: str, end: str) -> None:
        keys = self._of(name)
        count = Fraction(end) if end.isdigit() else self.letters.get((end, ()), Fraction(len(keys)))
        if count != self.size or keys != [(name, (str(k),)) for k in range(1, self.size + 1)]:
            raise Refused(f"the members of {name} are not the {end} of the partition")
        if any(sum([self.table[k][outcome] for k in keys]) != 1 for outcome in range(len(self.weights))):
            raise Refused(f"not just one of the events {name} occurs")

    def _law(self, name: str, law: Law) -> None:
        for key in self._of(name):
            env = dict(zip(law.names, key[1]))
            parameters = [Evaluation(self, Rational()).value(p, {"": 0}, env) for p in law.parameters]
            wanted = finite_law(law.name, parameters)
            if wanted is None or self.joint([key]) != {(v,): w for v, w in wanted if w}:
                raise Refused(f"{name} does not have its law")

    def _holds(self, condition: Term, exact: Evaluation, env: Mapping[str, str]) -> None:
        if condition.kind != "relation" or set(condition.signs) - {"=", "<", "<=", ">", ">=", "!="}:
            raise Refused(f"a condition that cannot be checked: {condition}")
        sides = [exact.value(s, {"": self.outcome}, env) for s in condition.args]
        for sign, a, b in zip(condition.signs, sides, sides[1:]):
            if not {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]:
                raise Refused("the model does not satisfy a condition")


def finite_law(name: str, parameters: list[Fraction]) -> list[tuple[Fraction, Fraction]] | None:
    """Values and probabilities of a law with finitely many values; None for others."""
    if name == "Bernoulli" and 0 <= parameters[0] <= 1:
        return [(Fraction(0), 1 - parameters[0]), (Fraction(1), parameters[0])]
    if name == "Rademacher":
        return [(Fraction(-1), Fraction(1, 2)), (Fraction(1), Fraction(1, 2))]
    return None


class Evaluation:
    """Terms as numbers (`Rational`, `Floats` or intervals) in a space."""

    def __init__(self, space: Space, numbers: Any) -> None:
        self.space, self.numbers = space, numbers
        self.spent = 0

    def value(self, term: Term, place: Place, env: Mapping[str, str]) -> Any:
        """The value where each variable is looked up at its outcome. Fails with `Refused`."""
        self.spent += 1
        if self.spent > MAX_STEPS:
            raise Refused("the model is too dear to evaluate")
        n = self.numbers
        if term.kind == "number":
            return n.of(term.value)
        if term.kind == "constant" and term.name in ("pi", "e"):
            return n.pi() if term.name == "pi" else n.exp(n.of(Fraction(1)))
        name = base_of(term)
        if name is not None:
            return n.of(self.looked_up((name[0], tuple([env.get(i, i) for i in name[1]])), place))
        if term.kind == "binder" and term.name == "sum":
            return self.total(term, place, env)
        if term.kind != "apply":
            raise Refused(f"{term.name or term.kind} is not in the language of expectations")
        method = getattr(self, "on_" + term.name, None)
        if method is None:
            raise Refused(f"{term.name} is not in the language of expectations")
        return method(term.args, place, env)

    def looked_up(self, key: tuple[str, tuple[str, ...]], place: Place) -> Fraction:
        if key in self.space.table:
            return self.space.table[key][place.get(key[0], place[""])]
        if key not in self.space.letters:
            raise Refused(f"{key[0]} has no value in the model")
        return self.space.letters[key]

    def on_add(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        found = self.value(args[0], place, env)
        for a in args[1:]:
            found = found + self.value(a, place, env)
        return found

    def on_mul(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        found = self.value(args[0], place, env)
        for a in args[1:]:
            found = found * self.value(a, place, env)
        return found

    def on_neg(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        return -self.value(args[0], place, env)

    def on_div(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        return self.value(args[0], place, env) * self.numbers.power(self.value(args[1], place, env), Fraction(-1))

    def on_pow(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        base, exponent = args
        if base.kind == "constant" and base.name == "e":
            return self.numbers.exp(self.value(exponent, place, env))
        size = exponent.args[0] if exponent.is_apply("neg", 1) else exponent
        value = size.value if size.kind == "number" else None
        if size.is_apply("div", 2) and all(a.kind == "number" for a in size.args) and size.args[1].value:
            value = size.args[0].value / size.args[1].value
        if value is None or value > 12 or value.denominator > 2:
            raise Refused("an exponent that is no small number")
        return self.numbers.power(self.value(base, place, env), -value if size is not exponent else value)

    def on_sqrt(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        return self.numbers.power(self.value(args[0], place, env), Fraction(1, 2))

    def on_exp(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        return self.numbers.exp(self.value(args[0], place, env))

    def on_log(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        if len(args) > 1:
            raise Refused("a logarithm to another base")
        return self.numbers.log(self.value(args[0], place, env))

    def on_abs(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        return abs(self.value(args[0], place, env))

    def on_call(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        name = base_of(args[0])
        if name == ("indicator", ()) and len(args) == 2:
            return self.numbers.of(Fraction(self.happens(args[1], place, env)))
        if name is None or name[1] or name[0] in self.space.roles.densities or any(a.kind == "apply" and a.name in ("given", "semicolon")
                for a in args[1:]):
            raise Refused("a function that has no values in the model")
        exact = Evaluation(self.space, Rational())
        at = tuple([exact.value(a, place, env) for a in args[1:]])
        if (name[0], at) not in self.space.functions:
            raise Refused(f"{name[0]} has no value in the model at {at}")
        return self.numbers.of(self.space.functions[name[0], at])

    def total(self, term: Term, place: Place, env: Mapping[str, str]) -> Any:
        """A sum over an index from 1 to n."""
        if any(b.kind != "symbol" for b in term.bound) or len(term.args) == 3 and (term.args[1].value != 1 or term.args[2].kind != "symbol"):
            raise Refused("a sum that does not run from 1 to n")
        end = self.space.size if len(term.args) < 3 else self.looked_up((term.args[2].name, ()), place)
        differ = len(term.args) == 2
        if differ and not (term.args[1].kind == "relation" and term.args[1].signs == ("!=",) and all(a.kind == "symbol" for a in term.args[1].args)):
            raise Refused("a sum that does not run from 1 to n")
        found = self.numbers.of(Fraction(0))
        for values in product(range(1, int(end) + 1), repeat=len(term.bound)):
            inner = {**env, **{b.name: str(k) for b, k in zip(term.bound, values)}}
            if differ and len({inner.get(a.name, a.name) for a in term.args[1].args}) < 2:
                continue
            found = found + self.value(term.args[0], place, inner)
        return found

    # -- means

    def on_expectation(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        return self.mean(args[0], args[1] if len(args) > 1 else None, place, env, lambda body, at: self.value(body, at, env))

    def mean(self, body: Term, over: Term | None, place: Place, env: Mapping[str, str], value: Any) -> Any:
        """The mean of a value: over all, over some variables with the others held, or given a variable or an event."""
        space = self.space
        if over is not None:
            drawn = over.args[0] if over.kind == "relation" and over.signs == ("~",) else over
            names = [base_of(t) for t in members(drawn)]
            if any(n is None or n[0] not in space.roles.random for n in names) or body.is_apply("given"):
                raise Refused("a mean over a law that the table does not hold")
            law = law_of(over.args[1]) if drawn is not over else None
            if drawn is not over and (law is None or space.roles.laws.get(names[0][0] if names[0] else "") != law):
                raise Refused("a mean over another law")
            chosen = frozenset([n[0] for n in names if n is not None])
            others = {m.name for m in walk(body) if m.kind == "symbol" and m.name in space.roles.random} - chosen
            if not all(any(separates(s, chosen, frozenset({o})) for s in space.roles.independent if not s.given) for o in others):
                raise Refused("a mean over one variable while others depend on it")
            return self._weighted([(w, {**place, **{n[0]: k for n in names if n}}) for k, w in enumerate(space.weights)], body, value)
        kept = list(enumerate(space.weights))
        if body.is_apply("given", 2):
            body, bar = body.args
            names = [base_of(t) for t in members(bar)]
            if all(n is not None and n[0] in space.roles.random for n in names):
                keys = [(n[0], tuple([env.get(i, i) for i in n[1]])) for n in names if n is not None]
                kept = [(k, w) for k, w in kept if all(self.looked_up(key, {"": k}) == self.looked_up(key, place) for key in keys)]
            else:
                kept = [(k, w) for k, w in kept if self.happens(bar, {"": k}, env)]
        mass = sum([w for _, w in kept])
        if not mass:
            raise Refused("undefined in the model: conditioned on an event of probability zero")
        return self._weighted([(w / mass, {"": k}) for k, w in kept], body, value)

    def _weighted(self, cases: list[tuple[Fraction, Place]], body: Term, value: Any) -> Any:
        found = self.numbers.of(Fraction(0))
        for weight, at in cases:
            found = found + self.numbers.of(weight) * value(body, at)
        return found

    def on_variance(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        return self.on_covariance((args[0], args[0], *args[1:]), place, env)

    def on_covariance(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        first, second, bar = args[0], args[1], None
        if second.is_apply("given", 2):
            second, bar = second.args
            first = first.args[0] if first.is_apply("given", 2) else first

        def mean(body: Term, value: Any) -> Any:
            body = Term("apply", "given", (body, bar)) if bar is not None else body
            return self.mean(body, args[2] if len(args) > 2 else None, place, env, value)

        both = mean(first, lambda _, at: self.value(first, at, env) * self.value(second, at, env))
        return both - mean(first, lambda b, at: self.value(b, at, env)) * mean(second, lambda b, at: self.value(b, at, env))

    def on_probability(self, args: tuple[Term, ...], place: Place, env: Mapping[str, str]) -> Any:
        return self.mean(args[0], None, place, env, lambda body, at: self.numbers.of(Fraction(self.happens(body, at, env))))

    def happens(self, event: Term, place: Place, env: Mapping[str, str]) -> bool:
        """Does the event occur at that outcome?"""
        name = base_of(event)
        if name is not None and name[0] in self.space.roles.events:
            return self.looked_up((name[0], tuple([env.get(i, i) for i in name[1]])), place) == 1
        if event.kind == "tuple" or event.kind == "apply" and event.name in ("intersection", "and"):
            return all([self.happens(a, place, env) for a in event.args])
        if event.kind == "apply" and event.name in ("union", "or"):
            return any([self.happens(a, place, env) for a in event.args])
        if event.is_apply("complement", 1) or event.is_apply("not", 1):
            return not self.happens(event.args[0], place, env)
        if event.is_apply("setminus", 2):
            return self.happens(event.args[0], place, env) and not self.happens(event.args[1], place, env)
        if event.kind == "relation":
            exact = Evaluation(self.space, Rational())
            sides = [exact.value(s, place, env) for s in event.args]
            tests = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
                     ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
            if set(event.signs) - tests.keys():
                raise Refused(f"{event} is no event")
            return all([tests[s](a, b) for s, a, b in zip(event.signs, sides, sides[1:])])
        raise Refused(f"{event} is no event")
