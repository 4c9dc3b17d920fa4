"""Polynomials in entries: sums of products of atoms with indices, and their normal form.

A matrix expression is written out in entries: (A B)_ij = sum_k A_ik B_kj, tr A = sum_k A_kk, A^T swaps two indices, the identity is the Kronecker
symbol. An atom is (head, labels); a label is a string (free: "<" and ">" are the row and column, others the learner's indices) or a whole number (bound:
summed over). A monomial is a product of atoms, a polynomial maps monomials to rational coefficients. Two monomials are the same exactly when bound labels
can be renamed so that they agree; `canonical` renames them by colour refinement and, where colours tie, by trying each choice (B. McKay, "Practical
graph isomorphism", 1981), so that equal expressions in free letters get one form: cyclic traces, transposed scalars and reversed products come out alike.

Rules rewrite a pattern (some atoms; its bound labels occur nowhere else) by a polynomial equal to it. They are equations, so that every rewriting is
sound; they need not be confluent, and a difference that does not vanish means nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import TypeAlias

from grader.replay.matrix_matching import Atom, Head, Label, Mono, counts, matches
from grader.replay.matrix_shapes import ONE, NoForm

Poly: TypeAlias = dict[Mono, Fraction]

MAX_TERMS, MAX_ATOMS, MAX_REWRITES, MAX_TIES = 600, 40, 3000, 720


@dataclass(frozen=True)
class Rule:
    """pattern = poly, for all values of the free labels of the pattern."""

    pattern: Mono
    poly: tuple[tuple[Mono, Fraction], ...]


def _text(label: Label) -> str:
    return f"{label:05d}" if isinstance(label, int) else f"~{label}"


class Tensors:
    """Arithmetic of polynomials. `find` gives the token that stands for a size; `sizes[head]` the sizes of a head's labels."""

    def __init__(self, find: Callable[[str], str]) -> None:
        self.find = find
        self.sizes: dict[Head, tuple[str, ...]] = {}
        self.made: dict[Head, Poly] = {}
        self.rules: list[Rule] = []
        self.own: dict[Head, list[Rule]] = {}
        self.seen: dict[Mono, tuple[Poly, Mono] | None] = {}
        self.fresh = 0
        self.rewrites = 0
        self.apart: set[frozenset[str]] = set()
        """Pairs of free labels that are different."""

    # ---- making

    def new(self) -> str:
        """A fresh free label."""
        self.fresh += 1
        return f"@{self.fresh}"

    def const(self, value: Fraction | int) -> Poly:
        return {(): Fraction(value)} if value else {}

    def atom(self, head: Head, labels: Sequence[Label], sizes: Sequence[str]) -> Poly:
        self.sizes.setdefault(head, tuple([self.find(s) for s in sizes]))
        return self.collect([(((head, tuple(labels)),), Fraction(1))])

    def delta(self, a: Label, b: Label, size: str) -> Poly:
        root = self.find(size)
        return self.atom(("d", root, True), (a, b), (root, root))

    def size(self, token: str) -> Poly:
        root = self.find(token)
        return self.const(int(root)) if root.isdigit() else self.atom(("size", root, False), (), ())

    def collect(self, terms: Sequence[tuple[Sequence[Atom], Fraction]]) -> Poly:
        """The polynomial of these products."""
        total: Poly = {}
        for atoms, c in terms:
            written = tuple(atoms)
            done = self.seen[written] if written in self.seen else self.seen.setdefault(written, self.canonical(list(atoms)))
            if done is None or not c:
                continue
            factor, mono = done
            for m, k in factor.items():
                key = mono if not m else self._merged(mono, m)
                value = total.get(key, Fraction(0)) + c * k
                if value:
                    total[key] = value
                else:
                    total.pop(key, None)
        if len(total) > MAX_TERMS:
            raise NoForm("an expression that becomes too long")
        return total

    def _merged(self, a: Mono, b: Mono) -> Mono:
        done = self.canonical([*a, *b])
        assert done is not None
        return done[1]

    # ---- arithmetic

    def add(self, *polys: Poly) -> Poly:
        total: Poly = {}
        for p in polys:
            for m, c in p.items():
                value = total.get(m, Fraction(0)) + c
                if value:
                    total[m] = value
                else:
                    total.pop(m, None)
        return total

    def scaled(self, p: Poly, c: Fraction | int) -> Poly:
        return {m: v * c for m, v in p.items()} if c else {}

    def minus(self, p: Poly, q: Poly) -> Poly:
        return self.add(p, self.scaled(q, -1))

    def mul(self, *polys: Poly) -> Poly:
        made: Poly = self.const(1)
        for q in polys:
            if len(made) * len(q) > 4 * MAX_TERMS:
                raise NoForm("an expression that becomes too long")
            made = self.collect([((*m, *_shifted(n, m)), c * d) for m, c in made.items() for n, d in q.items()])
        return made

    def rename(self, p: Poly, change: Mapping[str, Label]) -> Poly:
        """Free labels renamed."""
        return self.collect([([(h, tuple([change.get(x, x) if isinstance(x, str) else x for x in ls])) for h, ls in m], c) for m, c in p.items()])

    def total(self, p: Poly, label: str, size: str) -> Poly:
        """The sum over a free label."""
        found: list[tuple[Sequence[Atom], Fraction]] = []
        for m, c in p.items():
            if any(label in ls for _, ls in m):
                top = 1 + max([x for _, ls in m for x in ls if isinstance(x, int)], default=-1)
                found.append(([(h, tuple([top if x == label else x for x in ls])) for h, ls in m], c))
            else:
                found += [((*m, *n), c * d) for n, d in self.size(size).items()]
        return self.collect(found)

    def labels(self, p: Poly) -> list[str]:
        """Free labels, sorted."""
        return sorted({x for m in p for _, ls in m for x in ls if isinstance(x, str)})

    def size_of(self, p: Poly | Mono, label: Label) -> str:
        """The size that a label runs over."""
        for m in (p if isinstance(p, dict) else (p,)):
            for h, ls in m:
                if label in ls:
                    return self.sizes[h][ls.index(label)]
        raise NoForm("an index without a size")

    # ---- normal form of a product

    def canonical(self, atoms: list[Atom]) -> tuple[Poly, Mono] | None:
        """(a factor made of sizes, the product with bound labels renamed); None where it is zero."""
        if len(atoms) > MAX_ATOMS:
            raise NoForm("a product that becomes too long")
        factor: Poly = {(): Fraction(1)}
        again = True
        while again:
            again = False
            for k, (head, ls) in enumerate(atoms):
                if head[0] != "d":
                    continue
                a, b = ls
                if a == b:
                    rest = atoms[:k] + atoms[k + 1:]
                    if isinstance(a, int) and not any(a in other for _, other in rest):
                        factor = self._times(factor, self.size(head[1]))
                    atoms, again = rest, True
                    break
                if isinstance(a, str) and isinstance(b, str):
                    if a[0] == b[0] == "=" or frozenset((a, b)) in self.apart:
                        return None
                    keep, drop = sorted((a, b), key=lambda x: (x[0] != "=", x))
                    if not any(drop in other for j, (_, other) in enumerate(atoms) if j != k):
                        continue
                    atoms = [(h, other) if j == k else (h, _put(other, drop, keep)) for j, (h, other) in enumerate(atoms)]
                else:
                    drop, keep = (a, b) if isinstance(a, int) else (b, a)
                    atoms = [(h, _put(other, drop, keep)) for j, (h, other) in enumerate(atoms) if j != k]
                again = True
                break
        return factor, self._ordered(_cancelled(atoms))

    def _times(self, p: Poly, q: Poly) -> Poly:
        return {tuple(sorted((*m, *n), key=str)): c * d for m, c in p.items() for n, d in q.items()}

    def _ordered(self, atoms: list[Atom]) -> Mono:
        parts = sorted([self._component(part) for part in _components(atoms)], key=_mono_text)
        made: list[Atom] = []
        top = 0
        for part in parts:
            made += [(h, tuple([x + top if isinstance(x, int) else x for x in ls])) for h, ls in part]
            top = 1 + max([x for _, ls in made for x in ls if isinstance(x, int)], default=-1)
        return tuple(made)

    def _component(self, atoms: Sequence[Atom]) -> Mono:
        bound = sorted({x for _, ls in atoms for x in ls if isinstance(x, int)})
        if not bound:
            return tuple(sorted([_straight(a) for a in atoms], key=_atom_text))
        self.ties = 0
        best = self._labelled(atoms, {x: 0 for x in bound})
        return best

    def _labelled(self, atoms: Sequence[Atom], colour: dict[int, int]) -> Mono:
        colour = _refined(atoms, colour)
        groups: dict[int, list[int]] = {}
        for x, c in sorted(colour.items()):
            groups.setdefault(c, []).append(x)
        tied = next((groups[c] for c in sorted(groups) if len(groups[c]) > 1), None)
        if tied is None:
            names = {x: k for k, x in enumerate(sorted(colour, key=lambda x: colour[x]))}
            moved = [_straight((h, tuple([names[x] if isinstance(x, int) else x for x in ls]))) for h, ls in atoms]
            return tuple(sorted(moved, key=_atom_text))
        found = []
        for x in tied:
            self.ties += 1
            if self.ties > MAX_TIES:
                raise NoForm("an expression with too many like indices")
            found.append(self._labelled(atoms, {y: 2 * c + (y != x) for y, c in colour.items()}))
        return min(found, key=_mono_text)

    # ---- keys of composite heads

    def key(self, p: Poly) -> str:
        text = ";".join(sorted(f"{c}*{_mono_text(m)}" for m, c in p.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    def composed(self, kind: str, p: Poly, order: Sequence[str] | None = None) -> Poly:
        """The atom kind(p); its labels are the free labels of p, in an order that does not depend on their names (or in `order`)."""
        free = self.labels(p) if order is None else list(order)
        if len(free) > 3 or order is not None and set(self.labels(p)) - set(order):
            raise NoForm("a function of too many indices")
        best: tuple[str, tuple[str, ...], Poly] | None = None
        alike = False
        for chosen in permutations(free) if order is None else [tuple(free), tuple(free[::-1])]:
            q = self.rename(p, {x: f"{k}" for k, x in enumerate(chosen)})
            key = self.key(q)
            alike = alike or best is not None and key == best[0] and len(free) == 2
            if best is None or key < best[0]:
                best, alike = (key, chosen, q), False
        assert best is not None
        head = (kind, best[0], alike)
        self.made.setdefault(head, best[2])
        return self.atom(head, best[1], [self.size_of(p, x) if any(x in ls for m in p for _, ls in m) else ONE for x in best[1]])

    # ---- rewriting

    def reduce(self, p: Poly) -> Poly:
        """The polynomial with all rules applied as far as they go."""
        done: Poly = {}
        work = dict(p)
        while work:
            mono = max(work, key=lambda m: (weight(m), _mono_text(m)))
            c = work.pop(mono)
            new = self._rewritten(mono)
            if new is None:
                done = self.add(done, {mono: c})
                continue
            self.rewrites += 1
            if self.rewrites > MAX_REWRITES:
                raise NoForm("a rewriting that does not end")
            work = self.add(work, self.scaled(new, c))
            for m in [m for m in work if m in done]:
                done[m] += work.pop(m)
                if not done[m]:
                    del done[m]
            if len(work) + len(done) > MAX_TERMS:
                raise NoForm("an expression that becomes too long")
        return done

    def _rewritten(self, mono: Mono) -> Poly | None:
        heads = [h for h, _ in mono]
        own = [r for h in dict.fromkeys(heads) for r in self.own_rules(h)]
        for rule in [*own, *self.rules]:
            if all(heads.count(h) >= n for h, n in counts(rule.pattern).items()):
                for used, place in matches(rule.pattern, mono):
                    return self._replaced(mono, used, place, rule)
        return None

    def own_rules(self, head: Head) -> list[Rule]:
        """Rules that a composite head brings along."""
        return self.own.get(head, [])

    def _replaced(self, mono: Mono, used: frozenset[int], place: Mapping[Label, Label], rule: Rule) -> Poly:
        rest = [a for k, a in enumerate(mono) if k not in used]
        slots = {s: x for s, x in place.items() if isinstance(s, str)}
        top = 1 + max([x for _, ls in mono for x in ls if isinstance(x, int)], default=-1)
        made: Poly = {}
        for m, c in rule.poly:
            new = [(h, tuple([slots[x] if isinstance(x, str) and x in slots else x + top if isinstance(x, int) else x for x in ls])) for h, ls in m]
            left = {x for _, ls in (*rest, *new) for x in ls}
            part = self.collect([([*rest, *new], c)])
            for x in sorted({x for x in slots.values() if isinstance(x, int) and x not in left}):
                part = self.mul(part, self.size(self.size_of(mono, x)))
            made = self.add(made, part)
        return made

    def learn(self, difference: Poly) -> bool:
        """Make a rule of "difference = 0": its heaviest product, by the others. False where it says nothing that can be used."""
        p = self.reduce(difference)
        for mono in sorted(p, key=lambda m: (weight(m), _mono_text(m)), reverse=True):
            free = {x for _, ls in mono for x in ls if isinstance(x, str)}
            if not mono or any(x[0] == "=" for x in free):
                return False
            if not all({x for _, ls in m for x in ls if isinstance(x, str)} <= free for m in p):
                continue
            if any(h[0] == "d" for h, _ in mono):
                return False
            c = p[mono]
            self.rules.append(Rule(mono, tuple(sorted([(m, -v / c) for m, v in p.items() if m != mono], key=str))))
            return True
        return False


def weight(mono: Mono) -> int:
    """How heavy a product is: rules replace the heaviest."""
    return sum({"d": 0, "size": 1, "exp": 4, "rexp": 4}.get(h[0], 2) for h, _ in mono)


def _shifted(n: Mono, m: Mono) -> Mono:
    top = 1 + max([x for _, ls in m for x in ls if isinstance(x, int)], default=-1)
    return tuple([(h, tuple([x + top if isinstance(x, int) else x for x in ls])) for h, ls in n]) if top else n


def _put(labels: tuple[Label, ...], old: Label, new: Label) -> tuple[Label, ...]:
    return tuple([new if x == old else x for x in labels]) if old in labels else labels


def _straight(atom: Atom) -> Atom:
    head, labels = atom
    return (head, tuple(sorted(labels, key=_text))) if head[2] and len(labels) == 2 else atom


def _atom_text(atom: Atom) -> str:
    return f"{atom[0][0]} {atom[0][1]} {','.join([_text(x) for x in atom[1]])}"


def _mono_text(mono: Sequence[Atom]) -> str:
    return "|".join([_atom_text(a) for a in mono])


def _cancelled(atoms: list[Atom]) -> list[Atom]:
    """exp(t) and its reciprocal, with the same labels, taken away together."""
    for k, (head, ls) in enumerate(atoms):
        if head[0] == "rexp":
            for j, (other, others) in enumerate(atoms):
                if other[0] == "exp" and other[1] == head[1] and (others == ls or head[2] and others == ls[::-1]):
                    return _cancelled([a for i, a in enumerate(atoms) if i not in (j, k)])
    return atoms


def _components(atoms: Sequence[Atom]) -> list[list[Atom]]:
    """Products that share bound labels, together."""
    parts: list[tuple[set[int], list[Atom]]] = []
    for atom in atoms:
        bound = {x for x in atom[1] if isinstance(x, int)}
        joined = [p for p in parts if p[0] & bound]
        merged = (bound.union(*[p[0] for p in joined]), [a for p in joined for a in p[1]] + [atom])
        parts = [p for p in parts if not p[0] & bound or not bound] + [merged] if bound else [*parts, (set(), [atom])]
    return [p[1] for p in parts]


def components(mono: Mono) -> list[Mono]:
    """The factors of a product that share no bound label."""
    return [tuple(p) for p in _components(mono)]


def _refined(atoms: Sequence[Atom], colour: dict[int, int]) -> dict[int, int]:
    while True:
        seen: dict[int, list[str]] = {x: [] for x in colour}
        for head, ls in atoms:
            shades = [f"{colour[x]:04d}" if isinstance(x, int) else f"~{x}" for x in ls]
            sign = f"{head[0]} {head[1]} {','.join(sorted(shades) if head[2] else shades)} {[ls.index(x) for x in ls] if not head[2] else len(set(ls))}"
            for k, x in enumerate(ls):
                if isinstance(x, int):
                    seen[x].append(f"{sign}@{'*' if head[2] else k}")
        signs = {x: (colour[x], tuple(sorted(s))) for x, s in seen.items()}
        ranks = {s: k for k, s in enumerate(sorted(set(signs.values())))}
        new = {x: ranks[signs[x]] for x in colour}
        if len(ranks) == len(set(colour.values())):
            return new
        colour = new


__all__ = ["Atom", "Head", "Label", "Mono", "Poly", "Rule", "Tensors", "components", "weight"]
