"""The algebra of finite sums in which proofs about densities are replayed.

A value is a polynomial with rational coefficients and integer exponents in atoms: joint densities, functions, letters, outcomes, logarithms,
exponentials, reciprocals of sums ("over"), and sums of one monomial over bound names. Built in are the laws of a commutative ring, linearity
of sums, the exchange of nested sums, factors pulled out of a sum, and renaming of bound names. Everything else is a step of the certificate,
which `Proof.learn` checks on its own before it may be used:

- marginal: sum_z p(x, z) w = p(x) w, where z stands in no other factor; sum_z p(z) = 1;
- log_product: log of a product of positive factors is the sum of their logarithms; log exp t = t;
- exp_sum: exp of a sum is the product, exp log a = a;
- count: sum_{i=1}^n 1 = n.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import permutations
from typing import Any

from grader.kernel import Refused
from grader.replay.probability_terms import Name, Slots, Var

Atom = tuple[Any, ...]
Poly = dict[frozenset[tuple[Atom, int]], Fraction]
UNIT: frozenset[tuple[Atom, int]] = frozenset()
LIMIT = 3000


def single(atom: Atom, e: int = 1) -> Poly:
    """A power of one atom."""
    return {frozenset({(atom, e)}): Fraction(1)}


def frozen(poly: Poly) -> frozenset[Any]:
    """The polynomial as a frozen set of its terms."""
    return frozenset(poly.items())


def plus(a: Poly, b: Poly, factor: Fraction = Fraction(1)) -> Poly:
    """a + factor b."""
    found = dict(a)
    for mono, c in b.items():
        found[mono] = found.get(mono, Fraction(0)) + c * factor
        if not found[mono]:
            del found[mono]
    return found


def substitute(x: Any, change: Mapping[Any, Any]) -> Any:
    """Names replaced everywhere in an atom or monomial: variables (pairs) first, then index names (strings) that stand as marks."""
    if isinstance(x, frozenset):
        return frozenset([(substitute(a, change), e) for a, e in x])
    kind = x[0]
    if kind == "density":
        return kind, _renamed(x[1], change, True), tuple(sorted([(s, _renamed(v, change, False)) for s, v in x[2]]))
    if kind == "function":
        return kind, _renamed(x[1], change, True), tuple([_renamed(v, change, False) for v in x[2]])
    if kind == "outcome":
        return kind, _renamed(x[1], change, False)
    if kind in ("log", "exp", "over"):
        return kind, frozenset([(substitute(m, change), c) for m, c in x[1]])
    return (kind, x[1], substitute(x[2], change)) if kind == "sum" else x


def _renamed(name: Var, change: Mapping[Any, Any], head: bool) -> Var:
    if not head and name in change:
        return change[name]
    return name[0], tuple([change.get(m, m) for m in name[1]])


def names(x: Any) -> frozenset[Any]:
    """Free variables and marks of an atom or monomial (bound names are #1, #2, ...)."""
    if isinstance(x, frozenset):
        return frozenset().union(*[names(a) for a, _ in x])
    kind = x[0]
    if kind in ("density", "function"):
        args = [v for _, v in x[2]] if kind == "density" else list(x[2])
        return frozenset([*x[1][1], *args, *[m for v in args for m in v[1]]])
    if kind == "outcome":
        return frozenset([x[1], *x[1][1]])
    if kind in ("log", "exp", "over"):
        return frozenset().union(*[names(m) for m, _ in x[1]])
    return names(x[2]) - {b for b, _ in x[1]} if kind == "sum" else frozenset()


def depth(x: Any) -> int:
    """The largest number of a bound name inside."""
    if isinstance(x, frozenset):
        return max([depth(a) for a, _ in x], default=0)
    if x[0] in ("log", "exp", "over"):
        return max([depth(m) for m, _ in x[1]], default=0)
    if x[0] == "sum":
        return max([depth(x[2]), *[int((b[0] if isinstance(b, tuple) else b)[1:]) for b, _ in x[1]]])
    return 0


def spelled(x: Any) -> str:
    """A text that is the same for equal atoms and monomials, whatever the order of their parts."""
    if isinstance(x, frozenset):
        return ".".join(sorted([f"{spelled(a)}^{e}" for a, e in x]))
    if x[0] in ("log", "exp", "over"):
        return f"{x[0]}({spelled_poly(x[1])})"
    return f"sum{x[1]!r}({spelled(x[2])})" if x[0] == "sum" else repr(x)


def spelled_poly(poly: Iterable[Any]) -> str:
    """`spelled` for the terms of a polynomial."""
    return "+".join(sorted([f"{c} {spelled(m)}" for m, c in poly]))


class Proof:
    """Polynomials, with the lemma instances learnt so far. `positive` holds ("function", name) and ("letter", name) that may be taken as positive."""

    def __init__(self, positive: Iterable[Atom] = ()) -> None:
        self.positive = set(positive)
        self.learnt: dict[Atom, Poly] = {}
        self.hypotheses: list[tuple[Name, Slots, Slots, Poly]] = []
        """law(left | right) = polynomial, for all values of the variables."""
        self.spent = 0
        self.fresh = 0

    # -- the algebra of `probability_terms`

    def number(self, value: Fraction) -> Poly:
        return {UNIT: value} if value else {}

    def letter(self, name: str) -> Poly:
        return single(("letter", name))

    def outcome(self, var: Var, env: Mapping[Any, Any]) -> Poly:
        return single(("outcome", var))

    def density(self, name: Name, slots: Slots, env: Mapping[Any, Any]) -> Poly:
        filled = dict(slots)
        for law, left, right, meaning in self.hypotheses:
            own = dict((*left, *right))
            if law == name and own.keys() == filled.keys():
                change = {own[s]: filled[s] for s in own}
                rest = tuple(sorted([(s, filled[s]) for s, _ in right]))
                moved = {substitute(m, change): c for m, c in meaning.items()}
                return self.mul(moved, single(("density", name, rest))) if rest else moved
        return single(("density", name, slots))

    def function(self, name: Name, args: tuple[Var, ...], env: Mapping[Any, Any]) -> Poly:
        return single(("function", name, args))

    def add(self, a: Poly, b: Poly) -> Poly:
        return plus(a, b)

    def mul(self, a: Poly, b: Poly) -> Poly:
        self.spent += len(a) * len(b)
        if self.spent > 200 * LIMIT or len(a) * len(b) > LIMIT:
            raise Refused("the certificate is too long to replay")
        found: Poly = {}
        for m, c in a.items():
            for n, d in b.items():
                powers = dict(m)
                for atom, e in n:
                    powers[atom] = powers.get(atom, 0) + e
                mono = frozenset([(k, e) for k, e in powers.items() if e])
                found[mono] = found.get(mono, Fraction(0)) + c * d
        return {m: c for m, c in found.items() if c}

    def power(self, a: Poly, e: Fraction) -> Poly:
        if e.denominator != 1:
            return self.exp(self.mul(self.number(e), self.log(a)))
        base = self.reciprocal(a) if e < 0 else a
        found = self.number(Fraction(1))
        for _ in range(abs(int(e))):
            found = self.mul(found, base)
        return found

    def log(self, a: Poly) -> Poly:
        a = self.cancel(a)
        if not a:
            raise Refused("the logarithm of zero")
        return {} if a == self.number(Fraction(1)) else self.known(("log", frozen(a)))

    def exp(self, a: Poly) -> Poly:
        return self.known(("exp", frozen(a))) if a else self.number(Fraction(1))

    def over(self, var: Var, slot: str, body: Any, env: Mapping[Any, Any]) -> Poly:
        return self.total([(var, "over:" + slot)], body(env))

    def along(self, index: str, span: str, body: Any, env: Mapping[Any, Any]) -> Poly:
        return self.total([(index, span)], body(env))

    # -- reciprocals of sums

    def known(self, atom: Atom) -> Poly:
        return self.learnt.get(atom) or (single(atom) if atom not in self.learnt else {})

    def split(self, a: Poly) -> tuple[Fraction, frozenset[tuple[Atom, int]], Poly]:
        """Number, common monomial, and the rest with first coefficient one."""
        shared: dict[Atom, int] = {}
        powers = [dict(m) for m in a]
        for atom in {k for p in powers for k in p}:
            low = min([p.get(atom, 0) for p in powers])
            if low:
                shared[atom] = low
        down = frozenset([(k, -e) for k, e in shared.items()])
        rest = self.mul({down: Fraction(1)}, a)
        first = rest[min(rest, key=spelled)]
        return first, frozenset(shared.items()), {m: c / first for m, c in rest.items()}

    def reciprocal(self, a: Poly) -> Poly:
        a = self.cancel(a)
        if not a:
            raise Refused("a division by zero")
        c, shared, rest = self.split(a)
        down: Poly = {frozenset([(k, -e) for k, e in shared]): 1 / c}
        return down if rest == self.number(Fraction(1)) else self.mul(down, single(("over", frozen(rest))))

    def cancel(self, a: Poly) -> Poly:
        """Divide numerators by the sums that stand below them, where that comes out."""
        for atom in sorted({k for m in a for k, e in m if k[0] == "over" and e > 0}, key=spelled):
            base = dict(atom[1])
            for _ in range(6):
                high = max([dict(m).get(atom, 0) for m in a], default=0)
                part = {m: c for m, c in a.items() if dict(m).get(atom, 0) == high}
                quotient = self.quotient({m - {(atom, high)}: c for m, c in part.items()}, base) if high > 0 else None
                if quotient is None:
                    break
                raised = self.mul(quotient, single(atom, high - 1)) if high > 1 else quotient
                a = plus({m: c for m, c in a.items() if m not in part}, raised)
        return a

    def quotient(self, a: Poly, b: Poly) -> Poly | None:
        atoms = sorted({k for p in (a, b) for m in p for k, _ in m}, key=spelled)
        rank = lambda m: tuple([dict(m).get(k, 0) for k in atoms])  # noqa: E731 - a sort key
        top = max(b, key=rank)
        found: Poly = {}
        for _ in range(3 * len(a) + 3):
            if not a:
                return found
            lead = max(a, key=rank)
            term = self.mul({frozenset([(k, -e) for k, e in top]): 1 / b[top]}, {lead: a[lead]})
            found = plus(found, term)
            a = plus(a, self.mul(term, b), Fraction(-1))
        return None

    def is_zero(self, a: Poly) -> bool:
        """Is it zero once the sums below are multiplied out?"""
        for atom in sorted({k for m in a for k, e in m if k[0] == "over"}, key=spelled):
            high = max([dict(m).get(atom, 0) for m in a], default=0)
            found: Poly = {}
            for mono, c in a.items():
                own = dict(mono).get(atom, 0)
                cleared = self.mul({mono - {(atom, own)}: c}, self.power(dict(atom[1]), Fraction(high - own)))
                found = plus(found, cleared)
            a = found
        return not a

    # -- sums

    def total(self, binders: list[tuple[Any, str]], a: Poly) -> Poly:
        found: Poly = {}
        for mono, c in self.cancel(a).items():
            found = plus(found, self.of_monomial(binders, mono), c)
        return found

    def of_monomial(self, binders: list[tuple[Any, str]], mono: frozenset[tuple[Atom, int]]) -> Poly:
        binders = list(binders)
        while True:
            keys = {b for b, _ in binders}
            nested = sorted([k for k, e in mono if k[0] == "sum" and e == 1 and names(k) & keys], key=spelled)
            if not nested:
                break
            change: dict[Any, Any] = {}
            for bound, span in nested[0][1]:
                self.fresh += 1
                change[bound] = (f"*{self.fresh}", ()) if isinstance(bound, tuple) else f"*{self.fresh}"
                binders.append((change[bound], span))
            mono, = self.mul({mono - {(nested[0], 1)}: Fraction(1)}, {substitute(nested[0][2], change): Fraction(1)})
        if len(binders) > 6:
            raise Refused("too many nested sums")
        keys = {b for b, _ in binders}
        found: Poly = {frozenset([f for f in mono if not names(f[0]) & keys]): Fraction(1)}
        left = [f for f in mono if names(f[0]) & keys]
        for bound, span in binders:
            if not any(bound in names(f[0]) for f in left):
                found = self.mul(found, self.known(("count", span)))
        while left:
            group, touched = [left.pop()], set()
            while True:
                touched = set().union(*[names(f[0]) & keys for f in group])
                more = [f for f in left if names(f[0]) & touched]
                if not more:
                    break
                group += more
                left = [f for f in left if f not in more]
            found = self.mul(found, self.known(self.canonical([b for b in binders if b[0] in touched], frozenset(group))))
        return found

    def canonical(self, binders: list[tuple[Any, str]], mono: frozenset[tuple[Atom, int]]) -> Atom:
        """The sum with bound names #h+1, #h+2, ..., in the order that spells smallest."""
        height = depth(mono)
        found: list[Atom] = []
        for order in permutations(binders) if len(binders) <= 4 else [tuple(binders)]:
            change = {b: (f"#{height + k}", ()) if isinstance(b, tuple) else f"#{height + k}" for k, (b, _) in enumerate(order, 1)}
            spans = tuple([(change[b], "" if s.startswith("over:") else s) for b, s in order])
            found.append(("sum", spans, substitute(mono, change)))
        return found[0] if len(found) == 1 else min(found, key=spelled)

    # -- lemma instances

    def is_positive(self, atom: Atom) -> bool:
        kind = atom[0]
        if kind == "function" and atom[1][0].endswith("!"):  # a factorial
            return True
        if kind in ("function", "letter"):  # sigma_i, where sigma is positive
            return atom[:2] in self.positive or kind == "function" and not atom[2] and (kind, (atom[1][0], ())) in self.positive
        if kind == "sum":
            return all(self.is_positive(a) for a, _ in atom[2])
        if kind == "over":
            return self.all_positive(dict(atom[1]))
        return kind in ("density", "exp", "count")

    def all_positive(self, a: Poly) -> bool:
        return bool(a) and all(c > 0 and all(self.is_positive(k) for k, _ in m) for m, c in a.items())

    def learn(self, lemma: str, before: Poly, after: Poly) -> None:
        """Check one instance of a lemma and allow its use from here on. Fails with `Refused`."""
        if len(before) != 1 or next(iter(before.values())) != 1 or len(mono := next(iter(before))) != 1:
            raise Refused(f"{lemma}: the left side is no single logarithm, exponential or sum")
        (atom, e), = mono
        holds = {"marginal": self.marginal, "log_product": self.log_product, "exp_sum": self.exp_sum, "count": self.count}.get(lemma)
        if holds is None:
            raise Refused(f"no lemma is called {lemma!r}")
        if e != 1 or not holds(atom, after):
            raise Refused(f"not an instance of {lemma}")
        self.learnt[atom] = after

    def marginal(self, atom: Atom, after: Poly) -> bool:
        if atom[0] != "sum":
            return False
        for bound, _ in atom[1]:
            hit = [(k, e) for k, e in atom[2] if bound in names(k)]
            if isinstance(bound, tuple) and len(hit) == 1 and hit[0][0][0] == "density" and hit[0][1] == 1:
                _, name, slots = hit[0][0]
                rest = tuple([(s, v) for s, v in slots if v != bound])
                if len(rest) == len(slots) - 1:
                    smaller = self.mul({atom[2] - {hit[0]}: Fraction(1)}, single(("density", name, rest)) if rest else self.number(Fraction(1)))
                    others = [b for b in atom[1] if b[0] != bound]
                    if (self.total(others, smaller) if others else smaller) == after:
                        return True
        return False

    def log_product(self, atom: Atom, after: Poly) -> bool:
        if atom[0] != "log":
            return False
        target = dict(atom[1])
        _, shared, _ = self.split(target)
        for k, e in sorted(shared, key=lambda f: spelled(f[0])):
            if k[0] == "exp":
                target = self.mul(target, single(k, -e))
                after = plus(after, dict(k[1]), Fraction(-e))
        found, unknown = self.number(Fraction(1)), 0
        for mono, c in after.items():
            if len(mono) != 1 or c.denominator != 1 or abs(c) > 64:
                return False
            (inner, e), = mono
            if inner[0] != "log" or e != 1:
                return False
            factor = dict(inner[1])
            if not self.all_positive(factor):
                unknown += 1 if c == 1 else 2
            found = self.mul(found, self.power(factor, c))
        return unknown <= 1 and self.is_zero(plus(found, target, Fraction(-1)))

    def exp_sum(self, atom: Atom, after: Poly) -> bool:
        if atom[0] != "exp":
            return False
        found = self.number(Fraction(1))
        for mono, c in atom[1]:
            inner = next(iter(mono))[0] if len(mono) == 1 and next(iter(mono))[1] == 1 else ("",)
            whole = c.denominator == 1 and abs(c) <= 64
            if inner[0] == "log" and whole:
                found = self.mul(found, self.power(dict(inner[1]), c))
            else:
                found = self.mul(found, single(("exp", frozenset({(mono, Fraction(1) if whole else c)})), int(c) if whole else 1))
        return self.is_zero(plus(found, after, Fraction(-1)))

    def count(self, atom: Atom, after: Poly) -> bool:
        span = atom[1] if atom[0] == "count" else ""
        if not span.startswith("upto:"):
            return False
        return after == (self.number(Fraction(span[5:])) if span[5:].isdigit() else self.letter(span[5:]))
