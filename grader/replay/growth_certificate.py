"""Checks a proof of min(f_1..f_a) = O(g_1 + .. + g_b) step by step, for every term of the left side and every alternative of the right.

A tree is `{"case": [u, v], "then": tree, "else": tree}` (u >= v, else v >= u, of two scales given as forms), or a leaf `{"facts", "asked", "goals"}`.

A fact is `{"rule": [...], "needs": [combination, ...]}`, a combination a list of [number of an earlier fact, positive constant]. Each rule yields a
form and its strength, 0: in the end at least some constant, 1: at least 0, 2: tends to infinity. A combination is as strong as 2 where
a part is 2, else as its weakest part. Rules (K, alpha, beta: positive constants):

    grows a             a is L(k, x): 2; a value T: 1, for it is positive
    value T(f)          needs f with strength 2; gives T(f) with 2
    ladder x k j al be  j > k: al L(k, x) - be L(j, x), 2
    ratio a b al be     needs log a - log b with 2, and log a with 2; gives al a - be b with 2
    order a b           needs log a - log b with 1; gives a - b with 1
    log a b K           needs K a - b (0) and a (2); gives log a - log b with 0, with 1 where K <= 1 and K a - b has 1
    damped a b K        a = L(k, x), b = L(k, y); needs a - b (0); gives a - K log a - b + K log b with 0 (s - K log s increases for s > K)
    condition i j u v   the j-th bound of the i-th condition has u among its small and v among its large terms; needs v - w (0) for every other
                        large term w; gives v - u
    linear i j          the bound's values: sum of large - sum of small
    case k              the k-th assumption on the way to this leaf

An inequality `{"strict", "left", "right", "lambda", "theta", "sum"}` holds where lambda, theta >= 0, each adding up to 1, and sum lambda_j G_j - sum
theta_i F_i is the combination, of strength 2 where strict: then min f <= prod f^theta <= C prod g^lambda <= C sum g.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.replay import growth_numbers as n
from grader.replay.growth_numbers import Unknown
from grader.replay.growth_reading import Exact, Form, Reader, atom_of, form, join, less, log_of, multiple
from grader.term import Term

MOST_FACTS, MOST_GOALS, DEEPEST = 600, 400, 8
_LANDAU = {"bigO": "O", "smallo": "o", "bigOmega": "Omega", "smallomega": "omega"}
_ORDER = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "<<": "o", ">>": "omega"}
_FLIP = {">": "<", ">=": "<=", "Omega": "O", "omega": "o"}


def bounds(conditions: tuple[Term, ...]) -> list[tuple[Term, str, Term, tuple[int, int]]]:
    """Conditions as bounds (small, sign, large, place) with a sign of "<", "<=", "O", "o". Fails with `Refused` on other conditions."""
    made = []
    for i, condition in enumerate(conditions):
        found: list[tuple[Term, str, Term]] = []
        stack = [condition]
        while stack:
            term = stack.pop()
            if term.is_apply("and"):
                stack += reversed(term.args)
                continue
            if term.kind != "relation":
                raise Refused("a condition that is no relation")
            for left, sign, right in zip(term.args, term.signs, term.args[1:]):
                found += _bound(left, sign, right)
        made += [(*bound, (i, j)) for j, bound in enumerate(found)]
    return made


def _bound(left: Term, sign: str, right: Term) -> list[tuple[Term, str, Term]]:
    if sign in ("=", "in") and right.kind == "apply" and right.name in (*_LANDAU, "bigTheta"):
        signs, right = (["O", "Omega"] if right.name == "bigTheta" else [_LANDAU[right.name]]), right.args[0]
    elif sign in _ORDER:
        signs = [_ORDER[sign]]
    elif sign in ("=", "~", "approx", "propto"):
        signs = ["<=", ">="] if sign == "=" else ["O", "Omega"]
    else:
        raise Refused(f"a condition with the sign {sign!r}")
    return [(right, _FLIP[s], left) if s in _FLIP else (left, s, right) for s in signs]


def read_form(data: Any, growing: tuple[str, ...], depth: int = 0) -> Form:
    """A form from its JSON data. Fails with `Refused` on anything else."""
    if not isinstance(data, list) or depth > DEEPEST or len(data) > 60:
        raise Refused("a form is malformed")
    return form({read_atom(atom, growing, depth): n.from_data(c) for atom, c in data})


def read_atom(data: Any, growing: tuple[str, ...], depth: int = 0) -> tuple:
    """An atom from its JSON data, in normal form. Fails with `Refused` on anything else."""
    if data[0] == "T" and len(data) == 2:
        inner = read_form(data[1], growing, depth + 1)
        if atom_of(inner) != ("T", inner) or not inner:
            raise Refused("an atom that is not in its normal form")
        return ("T", inner)
    if data[0] == "L" and len(data) == 3 and isinstance(data[1], int) and 1 <= data[1] <= 200 and isinstance(data[2], str):
        return ("L", data[1], data[2])
    raise Refused("an atom is malformed")


class Certificate:
    """One direction of a claim; `check_tree` raises `Refused` where the proof does not hold."""

    def __init__(self, growing: tuple[str, ...], domains: dict[str, Domain], stated: list[tuple[Term, str, Term, tuple[int, int]]], left: Term,
                 right: Term, strict: bool) -> None:
        self.growing, self.domains, self.left, self.right, self.strict = growing, domains, left, right, strict
        self.stated = {place: (small, sign, large) for small, sign, large, place in stated}
        self.used: set[tuple[int, int]] = set()
        self.readers: list[Reader] = []
        self.words: list[str] = []

    def check_tree(self, tree: dict[str, Any], cases: tuple[Form, ...]) -> None:
        """Every branch, with the assumptions that lead to it."""
        if len(cases) > DEEPEST:
            raise Refused("too many cases")
        if "case" in tree:
            more, fewer = (read_form(f, self.growing) for f in tree["case"])
            self.check_tree(tree["then"], (*cases, less(more, fewer)))
            self.check_tree(tree["else"], (*cases, less(fewer, more)))
            return
        leaf = _Leaf(self, cases)
        if len(tree["facts"]) > MOST_FACTS or len(tree["goals"]) + len(tree["asked"]) > MOST_GOALS:
            raise Refused("the certificate is too long")
        for fact in tree["facts"]:
            leaf.add(fact["rule"], fact["needs"])
        asked = {leaf.inequality(item) for item in tree["asked"]}
        proved = {leaf.inequality(item) for item in tree["goals"]}

        def ask(strict: bool, scale: Form, others: frozenset) -> bool:
            return (strict, frozenset([scale]), others) in asked

        reader = Reader(self.growing, self.domains, ask)
        self.readers.append(reader)
        left, right = reader.rough(self.left), reader.rough(self.right)
        combinations = 1
        for alternative in left:
            combinations *= len(alternative)
        if combinations * len(right) > MOST_GOALS:
            raise Refused("too many combinations of terms")
        for target in right:
            for choice in itertools.product(*left):
                if (self.strict, frozenset(choice), target) not in proved:
                    raise Refused("a term of the left side is not shown to be small enough")


class _Leaf:
    """Facts and inequalities under one set of assumptions."""

    def __init__(self, owner: Certificate, cases: tuple[Form, ...]) -> None:
        self.owner, self.cases = owner, cases
        self.facts: list[tuple[Form, int]] = []

    def positive(self, data: Any) -> n.Constant:
        c = n.from_data(data)
        if n.sign(c, self.owner.domains) != 1:
            raise Refused("a multiplier is not seen to be positive")
        return c

    def combine(self, pairs: Any) -> tuple[Form, int]:
        """The form that a combination of facts comes to, and its strength."""
        total: Form = ()
        strengths = []
        for k, times in pairs:
            if not isinstance(k, int) or not 0 <= k < len(self.facts):
                raise Refused("a combination names a fact that is not there")
            f, strength = self.facts[k]
            total = join(total, f, self.positive(times))
            strengths.append(strength)
        return total, 2 if 2 in strengths else min(strengths, default=1)

    def require(self, pairs: Any, wanted: Form, strength: int) -> int:
        found, has = self.combine(pairs)
        if found != wanted:
            raise Refused("a combination of facts does not come to what is needed")
        if has < strength:
            raise Refused("a combination of facts is weaker than what is needed")
        return has

    def add(self, rule: list[Any], needs: list[Any]) -> None:
        """Check one fact and keep it."""
        method = getattr(self, f"_rule_{rule[0]}", None) if isinstance(rule[0], str) and rule[0].isidentifier() else None
        if method is None:
            raise Refused(f"no rule is called {rule[0]!r}")
        self.facts.append(method(needs, *rule[1:]))

    def atom(self, data: Any, logs_only: bool = False) -> tuple:
        atom = read_atom(data, self.owner.growing)
        if atom[0] == "L" and atom[2] not in self.owner.growing or logs_only and atom[0] != "L":
            raise Refused("a fact about something that does not grow")
        return atom

    def _rule_grows(self, needs: list[Any], a: Any) -> tuple[Form, int]:
        atom = self.atom(a)
        return form({atom: n.ONE}), 2 if atom[0] == "L" else 1

    def _rule_value(self, needs: list[Any], a: Any) -> tuple[Form, int]:
        atom = self.atom(a)
        self.require(needs[0], log_of(atom), 2)
        return form({atom: n.ONE}), 2

    def _rule_ladder(self, needs: list[Any], name: str, k: int, j: int, alpha: Any, beta: Any) -> tuple[Form, int]:
        upper, lower = self.atom(["L", k, name]), self.atom(["L", j, name])
        if not k < j:
            raise Refused("a ladder that does not go down")
        return form({upper: self.positive(alpha), lower: n.scaled(self.positive(beta), -1)}), 2

    def _rule_ratio(self, needs: list[Any], a: Any, b: Any, alpha: Any, beta: Any) -> tuple[Form, int]:
        upper, lower = self.atom(a), self.atom(b)
        self.require(needs[0], less(log_of(upper), log_of(lower)), 2)
        self.require(needs[1], log_of(upper), 2)
        return join(multiple(((upper, n.ONE),), self.positive(alpha)), ((lower, n.ONE),), n.scaled(self.positive(beta), -1)), 2

    def _rule_order(self, needs: list[Any], a: Any, b: Any) -> tuple[Form, int]:
        upper, lower = self.atom(a), self.atom(b)
        self.require(needs[0], less(log_of(upper), log_of(lower)), 1)
        return less(((upper, n.ONE),), ((lower, n.ONE),)), 1

    def _rule_log(self, needs: list[Any], a: Any, b: Any, k: Any) -> tuple[Form, int]:
        upper, lower, factor = self.atom(a), self.atom(b), self.positive(k)
        has = self.require(needs[0], less(multiple(((upper, n.ONE),), factor), ((lower, n.ONE),)), 0)
        self.require(needs[1], ((upper, n.ONE),), 2)
        at_most_one = n.sign(n.plus(n.ONE, n.scaled(factor, -1)), self.owner.domains) in (0, 1)
        return less(log_of(upper), log_of(lower)), 1 if has >= 1 and at_most_one else 0

    def _rule_damped(self, needs: list[Any], a: Any, b: Any, k: Any) -> tuple[Form, int]:
        upper, lower, factor = self.atom(a, True), self.atom(b, True), self.positive(k)
        difference = less(((upper, n.ONE),), ((lower, n.ONE),))
        self.require(needs[0], difference, 0)
        return join(difference, less(log_of(upper), log_of(lower)), n.scaled(factor, -1)), 0

    def _rule_case(self, needs: list[Any], k: int) -> tuple[Form, int]:
        if not isinstance(k, int) or not 0 <= k < len(self.cases):
            raise Refused("no such case")
        return self.cases[k], 1

    def _bound(self, i: int, j: int) -> tuple[str, tuple[Form, ...], list[frozenset[Form]], Exact | None]:
        """A stated bound: its sign, small terms, alternatives of large terms, and large - small where that is known exactly."""
        small, sign, large = self.owner.stated[i, j]
        self.owner.used.add((i, j))
        reader = Reader(self.owner.growing, self.owner.domains, lambda strict, scale, others: not strict and scale in others)
        low, high = reader.whole(small), reader.whole(large)
        if isinstance(low, Exact) and isinstance(high, Exact) and not low.slack and not high.slack:
            difference = reader.minus(high, low)
            assert isinstance(difference, Exact)
            signs = {f: reader.sign(c) for f, c in (difference if sign in ("<", "<=") else high).parts.items()}
            if None in signs.values():
                raise Unknown("a coefficient of unknown sign")
            above = [frozenset(f for f, s in signs.items() if s == 1)]
            if sign in ("<", "<="):
                return sign, tuple(f for f, s in signs.items() if s == -1), above, difference
            return sign, tuple(reader.rough(low)[0]), above, None
        below = reader.rough(low)
        if len(below) != 1:
            raise Refused("a condition with a minimum on its small side")
        return sign, tuple(below[0]), list(reader.rough(high)), None

    def _rule_condition(self, needs: list[Any], i: int, j: int, u: Any, v: Any) -> tuple[Form, int]:
        sign, small, large, difference = self._bound(i, j)
        low, high = read_form(u, self.owner.growing), read_form(v, self.owner.growing)
        if low not in small:
            raise Refused("the condition has no such small term")
        for alternative in large:
            if high not in alternative or len(needs) != len(alternative) - 1:
                continue
            shown = {self.combine(pairs)[0] for pairs in needs}
            if shown == {less(high, other) for other in alternative - {high}}:
                break
        else:
            raise Refused("the condition does not bound by that term")
        if sign == "o":
            return less(high, low), 2
        if difference is not None and large == [frozenset([high])]:
            surplus = n.plus(difference.parts[high], difference.parts[low])  # the second is negative
            return less(high, low), 1 if n.sign(surplus, self.owner.domains) in (-1, 0) else 0
        return less(high, low), 0

    def _rule_linear(self, needs: list[Any], i: int, j: int) -> tuple[Form, int]:
        sign, _, _, difference = self._bound(i, j)
        if difference is None or sign not in ("<", "<="):
            raise Refused("the condition's values are not known exactly")
        constant = n.sign(difference.parts.get((), n.ZERO), self.owner.domains)
        return form({atom_of(f): c for f, c in difference.parts.items() if f}), 1 if constant in (-1, 0) else 0

    def inequality(self, data: dict[str, Any]) -> tuple[bool, frozenset, frozenset]:
        """A proved inequality as (strict, terms whose minimum is bounded, terms whose sum bounds it)."""
        left, right = ([read_form(f, self.owner.growing) for f in data[side]] for side in ("left", "right"))
        weights = {}
        for name, forms in (("theta", left), ("lambda", right)):
            weights[name] = [Fraction(q) for q in data[name]]
            if len(weights[name]) != len(forms) or any(q < 0 for q in weights[name]) or sum(weights[name]) != 1:
                raise Refused("weights that are negative or do not add up to 1")
        wanted: Form = ()
        for f, q in zip(right, weights["lambda"]):
            wanted = join(wanted, f, n.rational(q))
        for f, q in zip(left, weights["theta"]):
            wanted = join(wanted, f, n.rational(-q))
        strict = data["strict"]
        self.require(data["sum"], wanted, 2 if strict else 0)
        return bool(strict), frozenset(left), frozenset(right)
