"""Small random probability spaces for claims about random variables: tables of outcomes that satisfy the claim's hypotheses.

Independent variables come from sources of their own, members of a family from copies of one; everything else depends on all of them at random, so
that nothing holds by accident. Given moments are met by X = m + s U with a standard two-point U (values a and -1/a with probabilities 1/(1 + a^2)
and a^2/(1 + a^2)), whose numbers stay rational. Every draw is seeded, so that models reproduce.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

from grader.domain import Domain
from grader.replay.moments_terms import Roles, base_of
from grader.term import Term, walk

MAX_OUTCOMES = 256
Key = tuple[str, tuple[str, ...]]


class NoModel(ValueError):
    """No table can be drawn for these hypotheses."""


@dataclass
class Names:
    """The variables, events and constants that the terms of a claim name, and the ends of its sums."""

    random: dict[str, int] = field(default_factory=dict)
    """Base names with the number of their indices."""
    letters: dict[str, int] = field(default_factory=dict)
    ends: set[str] = field(default_factory=set)
    least: int = 1

    @staticmethod
    def of(roles: Roles, terms: Iterable[Term]) -> Names:
        """The names in some terms. Fails with `NoModel` where one has a changing number of indices."""
        found = Names()
        marks: set[str] = set()
        for term in terms:
            heads = {id(n.args[0]) for n in walk(term) if n.is_apply("call")}
            inside = {id(n.args[0]) for n in walk(term) if n.is_apply("index")}
            for node in walk(term):
                if node.kind == "binder" and node.name == "sum":
                    marks |= {b.name for b in node.bound if b.kind == "symbol"}
                    if len(node.args) == 3 and node.args[2].kind == "symbol":
                        found.ends.add(node.args[2].name)
                if node.is_apply("index"):
                    marks |= {a.name for a in node.args[1:] if a.kind == "symbol"}
                    found.least = max([found.least, *[int(a.value) for a in node.args[1:] if a.kind == "number" and a.value.denominator == 1]])
                name = base_of(node)
                if name is None or id(node) in heads or id(node) in inside:
                    continue
                table = found.random if name[0] in roles.random or name[0] in roles.events else found.letters
                if table.setdefault(name[0], len(name[1])) not in (len(name[1]),) and table is found.random:
                    if roles.independent or roles.identical or name[0] in roles.partitions:
                        table[name[0]] = max(table[name[0]], len(name[1]))
                        continue
                    raise NoModel(f"{name[0]} stands with and without an index")
        found.ends |= {end for end in roles.partitions.values() if not end.isdigit()}
        found.letters |= {end: 0 for end in roles.partitions.values() if not end.isdigit()}
        found.least = max([found.least, *[int(end) for end in roles.partitions.values() if end.isdigit()]])
        for word in [m for m in marks if found.letters.get(m) == 0]:
            del found.letters[word]
        return found


def draw(roles: Roles, terms: Iterable[Term], seed: int, style: int, facts: Any) -> dict[str, Any]:
    """A model as data. `facts(term, letters)` gives the exact number of a term of constants. Fails with `NoModel`."""
    terms = list(terms)
    names = Names.of(roles, terms)
    r = random.Random(f"moments/{seed}/{style}")
    size = max(names.least, 1 if style == 3 else 2)
    if size > 4:
        raise NoModel("too many members")
    for _ in range(40):
        letters = _letters(roles, names, terms, size, r)
        try:
            weights, table = _Table(roles, names, letters, size, r, style, facts).made()
        except _Again:
            continue
        return {
            "size": size, "weights": [str(w) for w in weights], "values": [[k[0], list(k[1]), [str(v) for v in vs]] for k,
                    vs in sorted(table.items())],
            "letters": [[k[0], list(k[1]), str(v)] for k, v in sorted(letters.items())], "functions": [], "outcome": r.randrange(len(weights)),
        }
    raise NoModel("no numbers fit the hypotheses")


class _Again(Exception):
    """These letters do not fit; others may."""


def _keys(name: str, count: int, size: int) -> list[Key]:
    return [(name, idx) for idx in product([str(k) for k in range(1, size + 1)], repeat=count)]


def _letters(roles: Roles, names: Names, terms: list[Term], size: int, r: random.Random) -> dict[Key, Fraction]:
    chances = {n.name for law in roles.laws.values() if law.name == "Bernoulli" for p in law.parameters for n in walk(p) if n.kind == "symbol"}
    found: dict[Key, Fraction] = {}
    for name, count in sorted(names.letters.items()):
        domain = roles.domains.get(name) or Domain("real")
        for key in _keys(name, count, size):
            if name in names.ends:
                found[key] = Fraction(size)
                continue
            for attempt in range(60):
                if name in chances:
                    value = Fraction(r.choice((1, 2, 3)), 4)
                else:
                    value = Fraction(r.choice((1, 2, 3, 4, 1, 2, 9, 5)), r.choice((1, 1, 1, 2, 4)))
                    value = -value if r.random() < 0.3 and not domain.is_nonnegative else value
                    value = value / 5 if attempt > 20 else value
                if domain.admits(value):
                    break
            else:
                raise NoModel(f"no number for {name}")
            found[key] = value
    return found


class _Table:
    """One attempt at a table."""

    def __init__(self, roles: Roles, names: Names, letters: dict[Key, Fraction], size: int, r: random.Random, style: int, facts: Any) -> None:
        self.roles, self.names, self.letters, self.size, self.r, self.style, self.facts = roles, names, letters, size, r, style, facts
        self.seconds: dict[str, Any] = {}
        self.means = {}
        self.spreads = {}
        self.common: Fraction | None = None
        for left, right in roles.facts:
            for a, b in ((left, right), (right, left)):
                if a.kind == "apply" and a.name in ("expectation",
                        "variance") and len(a.args) == 1 and (n := base_of(a.args[0])) and n[0] in roles.random:
                    (self.means if a.name == "expectation" else self.spreads)[n[0]] = (n[1], b)
                elif a.is_apply("expectation", 1) and a.args[0].is_apply("pow", 2) and (n := base_of(a.args[0].args[0])) and n[0] in roles.random:
                    self.seconds[n[0]] = (n[1], b)

    def made(self) -> tuple[list[Fraction], dict[Key, list[Fraction]]]:
        """Weights and values. Raises `_Again` where the letters do not fit."""
        every = [k for name, count in sorted(self.names.random.items()) for k in _keys(name, count, self.size)]
        pairwise = self._pairwise()
        if len(pairwise) >= 3 and self.style % 2 == 0:
            return self._only_pairwise(every, pairwise[:3])
        settled = frozenset().union(*[b for s in self.roles.independent for b in s.blocks if not s.given])
        apart = [s for s in self.roles.independent if s.given]
        blocks = self._blocks([k for k in every if k[0] in settled])
        sources = [self._source(block) for block in blocks]
        loose = [k for k in every if k[0] not in settled]
        cases = [(Fraction(1), {})]
        for source in sources:
            cases = [(w * v, {**at, **values}) for w, at in cases for v, values in source]
            if len(cases) > MAX_OUTCOMES:
                raise NoModel("too many outcomes")
        if loose:
            cases = self._depending(cases, loose, apart)
        if len(cases) > MAX_OUTCOMES:
            raise NoModel("too many outcomes")
        for name in sorted(self.roles.partitions):
            shift = self.r.randrange(self.size)
            for j, (_, at) in enumerate(cases):
                at.update({(name, (str(k),)): Fraction(k == (j + shift) % self.size + 1) for k in range(1, self.size + 1)})
        return [w for w, _ in cases], {k: [at[k] for _, at in cases] for k in every}

    def _pairwise(self) -> list[str]:
        """Names that are supposed independent in pairs, and not all together."""
        pairs = [s for s in self.roles.independent if not s.given and len(s.blocks) == 2 and not s.members and all(len(b) == 1 for b in s.blocks)]
        names = sorted({n for s in pairs for b in s.blocks for n in b})
        return names if len(pairs) == len(self.roles.independent) and all(self.names.random.get(n) == 0 for n in names) else []

    def _only_pairwise(self, every: list[Key], names: list[str]) -> tuple[list[Fraction], dict[Key, list[Fraction]]]:
        """Four even outcomes on which three variables are independent in pairs, the third being the product of two signs."""
        patterns = dict(zip(names, [(1, 1, -1, -1), (1, -1, 1, -1), (1, -1, -1, 1)]))
        table = {}
        for key in every:
            centre, width = (Fraction(1, 2), Fraction(1, 2)) if key[0] in self.roles.events else (self._plain(key), abs(self._plain(key))
                    or Fraction(1))
            table[key] = [centre + width * s for s in patterns[key[0]]] if key[0] in patterns else [centre] * 4
        return [Fraction(1, 4)] * 4, table

    def _blocks(self, keys: list[Key]) -> list[list[Key]]:
        """Variables that share a source: a block of several names at one index; single ones otherwise."""
        joined = [(b, s.members) for s in self.roles.independent for b in s.blocks]
        apart = {n for b, members in joined if members for n in b}
        found: list[list[Key]] = []
        for key in keys:
            block = next((b for b, _ in joined if key[0] in b and (len(b) > 1 or key[0] not in apart)), None)
            home = next((f for f in found if block and f[0][0] in block and (f[0][1] == key[1] or not apart & block)), None)
            if home is not None:
                home.append(key)
            else:
                found.append([key])
        return found

    def _source(self, block: list[Key]) -> list[tuple[Fraction, dict[Key, Fraction]]]:
        if len(block) == 1:
            return [(w, {block[0]: v}) for v, w in self._law(block[0])]
        coupled = self._coupled(block)
        if coupled is not None:
            return coupled
        weights = self._weights(3)
        return [(w, {k: self._plain(k) for k in block}) for w in weights]

    def _coupled(self, keys: list[Key]) -> list[tuple[Fraction, dict[Key, Fraction]]] | None:
        """Variables with given moments or laws that rise and fall together; None where nothing is given, or their probabilities differ."""
        if not any(k[0] in {**self.means, **self.spreads, **self.seconds, **self.roles.laws} for k in keys):
            return None
        self.common = self.r.choice((Fraction(1, 2), Fraction(1), Fraction(2)))
        laws = {k: self._law(k) for k in keys}
        self.common = None
        weights = [w for _, w in laws[keys[0]]]
        if any([w for _, w in law] != weights for law in laws.values()):
            return None
        return [(w, {k: laws[k][j][0] for k in keys}) for j, w in enumerate(weights)]

    def _depending(self, cases: list[Any], loose: list[Key], apart: list[Any]) -> list[Any]:
        """Variables that nothing is supposed of: their values in every outcome are drawn afresh, from two or three further outcomes."""
        pair = self._uncorrelated(loose)
        if pair is not None and self.style % 2 == 0:
            a, b = pair
            rest = [k for k in loose if k not in pair]
            c, d = self._plain(b), Fraction(self.r.choice((1, 2, 3)))
            return [(w / 3, {**at, a: Fraction(v), b: c + d * v * v, **{k: self._plain(k) for k in rest}}) for w, at in cases for v in (-1, 0, 1)]
        if pair is not None:
            return self._balanced(cases, loose)
        if any(k[0] in {**self.means, **self.spreads, **self.seconds, **self.roles.laws} for k in loose) or self.roles.identical & {k[0]
                for k in loose}:
            return self._balanced(cases, loose)
        if apart:
            return self._conditional(cases, loose, apart[0])
        branches = self._weights(3 if len(loose) > 1 or not cases[0][1] else 2)
        return [(w * b, {**at, **{k: self._plain(k) for k in loose}}) for w, at in cases for b in branches]

    def _uncorrelated(self, loose: list[Key]) -> tuple[Key, Key] | None:
        """Two variables whose covariance is supposed to be zero: one may be the square of the other."""
        for left, right in self.roles.facts:
            if left.is_apply("covariance", 2) and right.value == 0:
                names = [base_of(t) for t in left.args]
                if all(n in loose for n in names):
                    return names[0], names[1]  # type: ignore[return-value]
        return None

    def _balanced(self, cases: list[Any], loose: list[Key]) -> list[Any]:
        """Four even outcomes on which each loose variable takes two values twice each: any two are independent, equal or opposite."""
        coupled = self._coupled(loose) if self.style % 2 == 0 else None
        if coupled is not None:
            return [(w * v, {**at, **values}) for w, at in cases for v, values in coupled]
        found = []
        patterns = [(1, 1, -1, -1), (1, -1, 1, -1), (1, -1, -1, 1)]
        laws = {k: self._law(k) for k in loose}
        if all(len(law) == 2 and law[0][1] == Fraction(1, 2) for law in laws.values()):
            chosen = {k: self.r.choice(patterns) for k in loose}
            for w, at in cases:
                for j in range(4):
                    found.append((w / 4, {**at, **{k: laws[k][0 if chosen[k][j] > 0 else 1][0] for k in loose}}))
            return found
        for k in loose:
            cases = [(w * v, {**at, k: x}) for w, at in cases for x, v in laws[k]]
            if len(cases) > MAX_OUTCOMES:
                raise NoModel("too many outcomes")
        return cases

    def _conditional(self, cases: list[Any], loose: list[Key], statement: Any) -> list[Any]:
        given = [k for k in loose if k[0] in statement.given]
        sided = [[k for k in loose if k[0] in b] for b in statement.blocks]
        if {k for part in (given, *sided) for k in part} != set(loose):
            raise NoModel("hypotheses of several kinds")
        found = []
        for w, at in cases:
            for v in self._weights(2):
                base = {**at, **{k: self._plain(k) for k in given}}
                parts = [[(x, {k: self._plain(k) for k in part}) for x in self._weights(2)] for part in sided if part]
                for combo in product(*parts):
                    weight = w * v
                    values = dict(base)
                    for x, more in combo:
                        weight *= x
                        values |= more
                    found.append((weight, values))
        if len({tuple(a[k] for k in given) for _, a in found}) < 2 * len(cases):
            raise _Again
        return found

    def _weights(self, count: int) -> list[Fraction]:
        parts = [self.r.choice((1, 2, 3, 1, 4)) for _ in range(count)]
        return [Fraction(p, sum(parts)) for p in parts]

    def _plain(self, key: Key) -> Fraction:
        if key[0] in self.roles.events:
            return Fraction(self.r.randrange(2))
        domain = self.roles.domains.get(key[0]) or Domain()
        for _ in range(60):
            value = Fraction(self.r.choice((1, 2, 3, 4, 6) if self.style % 2 == 0 else (-2, -1, 0, 1, 2, 3)), self.r.choice((1, 1, 2)))
            if domain.admits(value):
                return value
        raise NoModel(f"no value for {key[0]}")

    def _number(self, table: dict[str, Any], key: Key) -> Fraction | None:
        if key[0] not in table:
            return None
        names, term = table[key[0]]
        return self.facts(term, self.letters, dict(zip(names, key[1])))

    def _law(self, key: Key) -> list[tuple[Fraction, Fraction]]:
        """Values and probabilities of one variable; members of a family with one law share it."""
        from grader.replay.moments_models import finite_law

        r = random.Random(f"{self.r.random() if key[0] not in self.roles.identical else 0}/{key[0]}/{self.style}/{sorted(self.letters.items())}")
        law = self.roles.laws.get(key[0])
        if law is not None:
            found = finite_law(law.name, [self.facts(p, self.letters, dict(zip(law.names, key[1]))) for p in law.parameters])
            if found is None:
                raise NoModel(f"a {law.name} variable has no finite table")
            return [(v, w) for v, w in found if w]
        if key[0] in self.roles.events:
            p = Fraction(r.choice((1, 2, 3)), 4)
            return [(Fraction(1), p), (Fraction(0), 1 - p)]
        mean, spread = self._number(self.means, key), self._number(self.spreads, key)
        second = self._number(self.seconds, key)
        if second is not None:  # E X^2 is given
            mean = mean if mean is not None else Fraction(0)
            spread = second - mean * mean
        if mean is None and spread is None:
            values = {self._plain_from(key, r) for _ in range(2)}
            if len(values) < 2:
                raise _Again
            p = Fraction(r.choice((1, 2, 3)), 4)
            return list(zip(sorted(values), (p, 1 - p)))
        scale = Fraction(1)
        if spread is not None:
            from math import isqrt

            top, low = isqrt(abs(spread.numerator)), isqrt(spread.denominator)
            if spread <= 0 or top * top != spread.numerator or low * low != spread.denominator:
                raise _Again
            scale = Fraction(top, low)
        a = self.common or r.choice((Fraction(1, 2), Fraction(2), Fraction(1), Fraction(3)))
        centre = mean if mean is not None else Fraction(r.choice((-1, 1, 2)))
        return [(centre + scale * a, 1 / (1 + a * a)), (centre - scale / a, a * a / (1 + a * a))]

    def _plain_from(self, key: Key, r: random.Random) -> Fraction:
        kept, self.r = self.r, r
        try:
            return self._plain(key)
        finally:
            self.r = kept
