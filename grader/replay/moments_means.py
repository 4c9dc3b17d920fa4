"""The mean of a polynomial in random quantities, given some of them, by the rules of any probability space.

Constants go outside; a sum over an index is split into the cases in which indices coincide (`moments_sums`); independent factors part; a conditional
mean absorbs what it is conditioned on and disappears under a mean (the tower rule); powers of a variable with a law become its moments,
exponentials of
it its moment generating function; hypotheses on moments are used. What is left is a moment by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.replay.moments_algebra import (
    ONE, Atom, Mono, Poly, basics, frozen, mul, plus, renamed, renamed_poly, settled, single, spelled, times_number)
from grader.replay.moments_laws import generating, moment
from grader.replay.moments_sums import over_cases
from grader.replay.moments_terms import Independence, Law, Roles
from grader.term import Term

NOTHING: frozenset[Atom] = frozenset()
MAX_STEPS = 20_000


class Means:
    """Expectations under the hypotheses of one claim. `lemmas` collects the names of what was used."""

    def __init__(self, roles: Roles) -> None:
        self.roles = roles
        self.lemmas: dict[str, None] = {}
        self.bound: dict[str, Law] = {}
        """Laws of the variables that a mean over a law brings with it: independent of everything else."""
        self.means: dict[str, tuple[tuple[str, ...], Poly]] = {}
        self.variances: dict[str, tuple[tuple[str, ...], Poly]] = {}
        self.seconds: dict[str, tuple[tuple[str, ...], Poly]] = {}
        self.products: dict[Mono, Poly] = {}
        self.gaps: dict[Atom, Poly] = {}
        """For the event a > b or a >= b: a - b."""
        self.squares: dict[Atom, tuple[Poly, Poly]] = {}
        """For such an event where a is a square: a and b."""
        self._memo: dict[Any, Poly] = {}
        self._spent = 0

    def value(self, term: Term) -> Poly:
        """A term as a polynomial."""
        raise NotImplementedError

    def log(self, inner: Poly) -> Poly:
        """The logarithm of a polynomial."""
        raise NotImplementedError

    def spend(self) -> None:
        self._spent += 1
        if self._spent > MAX_STEPS:
            raise Refused("too long to work out")

    def expect(self, poly: Poly, given: frozenset[Atom] = NOTHING, distinct: frozenset[str] = frozenset()) -> Poly:
        """E[poly | given]; indices in `distinct` are known to differ from each other."""
        found: Poly = {}
        for mono, c in poly.items():
            fixed = {a: e for a, e in mono if basics(a) <= given and a[0] != "ev" or not basics(a)}
            rest = frozenset([(a, e) for a, e in mono if a not in fixed])
            found = plus(found, times_number(mul(settled(fixed), self.mean(rest, given, distinct)), c))
        return found

    def mean(self, mono: Mono, given: frozenset[Atom], distinct: frozenset[str] = frozenset()) -> Poly:
        """E[monomial | given]."""
        if not basics(mono):
            return {mono: Fraction(1)}
        key = (mono, given, distinct)
        found = self._memo.get(key)
        if found is None:
            self.spend()
            found = self._memo[key] = self._mean(mono, given, distinct)
        return found

    def _mean(self, mono: Mono, given: frozenset[Atom], distinct: frozenset[str]) -> Poly:
        if any(a[0] == "sum" and e > 0 for a, e in mono):
            return over_cases(self, mono, given)
        mono = _parted(mono)
        fixed = {a: e for a, e in mono if not basics(a)}
        if fixed:
            return mul(settled(fixed), self.mean(frozenset([f for f in mono if f[0] not in fixed]), given, distinct))
        pieces = self._pieces(mono, given, distinct)
        if len(pieces) > 1 or pieces[0][1] != given:
            found = ONE
            for piece, bar in pieces:
                found = mul(found, self.mean(piece, bar, distinct))
            return found
        inner = self._tower(mono, given)
        if inner is not None:
            return self.expect(inner, given, distinct)
        return single(("C", mono, given)) if given else self._known(mono)

    def _pieces(self, mono: Mono, given: frozenset[Atom], distinct: frozenset[str]) -> list[tuple[Mono, frozenset[Atom]]]:
        """Factors in groups that are independent (given what is given); each with the part of `given` that it depends on."""
        factors = sorted(mono, key=lambda f: spelled(f[0]))
        for statement in self._statements():
            if statement.given and statement.given != frozenset([a[1] for a in given]):
                continue
            bar = NOTHING if statement.given else given
            places = [_places(statement, basics(a)) for a, _ in factors]
            over = {a: _places(statement, frozenset([a])) for a in sorted(bar, key=spelled)}
            if None in places or None in over.values():
                continue
            groups = _grouped([(p, [f]) for p, f in zip(places, factors) if p is not None], distinct)
            found = [(frozenset(g), given if statement.given else frozenset([a for a, q in over.items() if q and _touch(q, p, distinct)]))
                     for p, g in groups]
            for a in bar:  # groups that meet the same condition stay together
                meeting = [f for f in found if a in f[1]]
                if len(meeting) > 1:
                    found = [f for f in found if f not in meeting] + [(frozenset().union(*[f[0] for f in meeting]), frozenset().union(*[f[1]
                            for f in meeting]))]
            if len(found) > 1 or found[0][1] != given:
                self.lemmas.setdefault("independence")
                return found
        return [(mono, given)]

    def _statements(self) -> list[Independence]:
        if not self.bound:
            return self.roles.independent
        others = frozenset(self.roles.random | self.roles.events) - self.bound.keys()
        blocks = [frozenset({n}) for n in sorted(self.bound)] + ([others] if others else [])
        return [*self.roles.independent, Independence(tuple(blocks))]

    def _tower(self, mono: Mono, given: frozenset[Atom]) -> Poly | None:
        """E[E[a | Y] g(Y)] = E[a g(Y)], and E[b E[a | Y]] = E[E[b | Y] E[a | Y]]; None where neither applies."""
        inside = [(a, e) for a, e in sorted(mono, key=lambda f: spelled(f[0])) if a[0] == "C" and given <= a[2]]
        for atom, e in inside:
            outer = frozenset([(a, k) for a, k in mono if basics(a) <= atom[2]])
            free = mono - outer
            if free and not any(a[0] == "C" for a, _ in free):
                if given == atom[2]:
                    continue
                self.lemmas.setdefault("tower")
                return mul({outer: Fraction(1)}, self.mean(free, atom[2]))
            if not free and e == 1 and len(inside) == 1 and given != atom[2]:
                self.lemmas.setdefault("tower")
                return mul({mono - {(atom, e)}: Fraction(1)}, {atom[1]: Fraction(1)})
        return None

    def _known(self, mono: Mono) -> Poly:
        """The mean of a monomial in one variable with a law or known moments; else a moment by name."""
        if mono in self.products:
            return self.products[mono]
        own = basics(mono)
        if len(own) == 1:
            atom, = own
            powers = dict(mono)
            law = (self.bound.get(atom[1]) or self.roles.laws.get(atom[1])) if atom[0] == "rv" else None
            if law is not None:
                parameters = [renamed_poly(self.value(p), dict(zip(law.names, atom[2]))) for p in law.parameters]
                plain = powers.keys() == {atom}
                found = moment(law.name, parameters, powers[atom]) if plain else generating(law.name, parameters, atom, powers)
                if found is not None:
                    self.lemmas.setdefault("law_moments")
                    return found
            elif powers.keys() == {atom} and atom[0] == "rv" and powers[atom] in (1, 2):
                found = self._by_facts(atom, powers[atom])
                if found is not None:
                    return found
        places = {a[2] for a in own if a[0] == "rv"}
        if len(places) == 1 and all(a[0] == "rv" and a[1] in self.roles.identical for a in own) and not _constants_move(mono, next(iter(places))):
            mono = renamed(mono, {i: "1" for i in next(iter(places))})
        return single(("E", mono))

    def _by_facts(self, atom: Atom, e: int) -> Poly | None:
        known = {}
        for table, key in ((self.means, "mean"), (self.variances, "variance"), (self.seconds, "second")):
            if atom[1] in table:
                free, value = table[atom[1]]
                known[key] = renamed_poly(value, dict(zip(free, atom[2])))
        if e == 1:
            return known.get("mean")
        if "second" in known:
            return known["second"]
        if "variance" not in known:
            return None
        first = self.mean(frozenset({(atom, 1)}), NOTHING)
        return plus(known["variance"], mul(first, first))


def _parted(mono: Mono) -> Mono:
    """exp(a + b) as exp(a) exp(b) where a and b have no variable in common."""
    found: dict[Atom, int] = {}
    for atom, e in mono:
        if atom[:2] != ("f", "exp"):
            found[atom] = found.get(atom, 0) + e
            continue
        groups: list[tuple[frozenset[Atom], Poly]] = []
        for m, c in sorted(times_number(dict(atom[2][0]), e).items(), key=lambda f: spelled(f[0])):
            own, part = basics(m), {m: c}
            for g in [g for g in groups if g[0] & own or not own and not g[0]]:
                groups.remove(g)
                own, part = own | g[0], plus(part, g[1])
            groups.append((own, part))
        for _, part in groups:
            found[("f", "exp", (frozen(part),))] = 1
    return frozenset(found.items())


def _constants_move(mono: Mono, place: tuple[str, ...]) -> bool:
    """Does a constant with one of these indices stand inside (t_i in exp(t_i X_i))?"""
    def inner(x: Any) -> bool:
        if isinstance(x, frozenset):
            return any(inner(a) for a, _ in x)
        if isinstance(x, tuple) and x and x[0] in ("sym", "P"):
            marks = x[2] if len(x) == 3 and isinstance(x[2], tuple) else [m.lstrip("@") for m in x[2:]]  # inside an event's key
            return bool(set(marks) & set(place))
        return isinstance(x, tuple) and any(inner(p) for p in x if isinstance(p, (tuple, frozenset)))

    return inner(mono)


def separates(statement: Independence, names: frozenset[str], other: frozenset[str]) -> bool:
    """Do the two sets of names lie in different blocks?"""
    own = [k for k, b in enumerate(statement.blocks) if b & names]
    far = [k for k, b in enumerate(statement.blocks) if b & other]
    return bool(own) and bool(far) and not set(own) & set(far)


Places = frozenset[tuple[int, tuple[str, ...]]]


def _places(statement: Independence, own: Iterable[Atom]) -> Places | None:
    """The blocks in which the variables lie, each with the member's index where members are independent; None where one lies in none."""
    found = set()
    for atom in own:
        name, idx = (atom[1][0][1], tuple([i[1:] for i in atom[1][0][2:]])) if atom[0] == "ev" else (atom[1], atom[2])
        block = next((k for k, b in enumerate(statement.blocks) if name in b), None)
        if block is None:
            return None
        found.add((block, idx if statement.members else ()))
    return frozenset(found)


def _grouped(parts: list[tuple[Places, list[tuple[Atom, int]]]], distinct: frozenset[str]) -> list[tuple[Places, list[tuple[Atom, int]]]]:
    groups: list[tuple[Places, list[tuple[Atom, int]]]] = []
    for place, joined in parts:
        for g in [g for g in groups if _touch(g[0], place, distinct)]:
            groups.remove(g)
            place, joined = place | g[0], g[1] + joined
        groups.append((place, joined))
    return groups


def _touch(a: Places, b: Places, distinct: frozenset[str]) -> bool:
    """May two sets of places have a member in common?"""
    return any(k == j and not _differ(i, h, distinct) for k, i in a for j, h in b)


def _differ(a: tuple[str, ...], b: tuple[str, ...], distinct: frozenset[str]) -> bool:
    """Are the two index tuples certainly different?"""
    return len(a) == len(b) and any(x != y and (x.isdigit() and y.isdigit() or x in distinct and y in distinct) for x, y in zip(a, b))
