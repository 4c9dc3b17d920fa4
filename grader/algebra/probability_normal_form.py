"""Normal form of expressions over abstract densities, with the list of lemma applications that lead to it.

Method. An unfolded tree (`densities`) becomes a polynomial with rational coefficients and integer exponents of either sign in atoms: joint
densities, logarithms, exponentials, functions, numbers with a name, reciprocals of sums, and sums over bound variables of one monomial each.
Sums are linear, nested sums are merged (Fubini-Tonelli), factors without the bound variable go outside, and sums over unconnected factors fall
apart into a product. Beyond that algebra of finite sums three kinds of step are taken, and each is recorded as a `Step` that a separate checker
can verify on its own:

- marginal: sum_z p(x, z) w = p(x) w where w is free of z, and sum_z p(z) = 1;
- log_product: log (a^k b) = k log a + log b for a > 0; log exp t = t;
- exp_sum: exp (s + k log a) = a^k exp s;
- count: sum_{i=1}^n 1 = n.

Two expressions whose difference comes to the empty polynomial are equal wherever both are defined. A difference that does not vanish means
nothing: the form is not complete (products of sums, reciprocals of sums).

With `light=True` conditionals stay whole and no marginal is taken: what vanishes then is equal by unfolding abbreviations, splitting logarithms
and linearity alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import permutations
from typing import Any

from grader.algebra.densities import Tree
from grader.algebra.density_names import Unsupported
from grader.algebra.density_polynomials import (
    ONE, Atom, Hypothesis, Mono, Names, Poly, Step, add, atom_poly, freeze, log_of_number, number_poly, rename_mono, scale)

MAX_TERMS = 400
MAX_STEPS = 400
MAX_BINDERS = 6


class NormalForm:
    """The engine: trees to polynomials. `positive` holds what may be taken as positive: ("fun", name) and ("scalar", name)."""

    def __init__(self, positive: Iterable[Atom] = (), *, light: bool = False, hypotheses: Iterable[Hypothesis] = (),
                 check: Callable[[], None] = lambda: None) -> None:
        self.positive_names = set(positive)
        self.light = light
        self.check = check
        self.names = Names()
        self.steps: list[Step] = []
        self._known: dict[Atom, Poly] = {}
        self._fresh = 0
        self._trees: dict[Tree, Poly] = {}
        self._hypotheses: list[tuple[Hypothesis, Poly]] = []
        self._hypotheses = [(h, self.of(h.meaning)) for h in hypotheses]
        self._trees.clear()

    # -- trees

    def of(self, tree: Tree) -> Poly:
        """The normal form of a core tree. Fails with `Unsupported` where it is too large or undefined."""
        found = self._trees.get(tree)
        if found is None:
            self.check()
            found = self._trees[tree] = self._of(tree)
        return found

    def _of(self, tree: Tree) -> Poly:
        kind = tree[0]
        if kind == "num":
            return number_poly(tree[1])
        if kind == "add":
            return add(*[self.of(t) for t in tree[1]])
        if kind == "mul":
            total = number_poly(Fraction(1))
            for t in tree[1]:
                total = self.mul(total, self.of(t))
            return total
        if kind == "pow":
            return self.power(self.of(tree[1]), tree[2])
        if kind == "log":
            return self.log(self.of(tree[1]))
        if kind == "exp":
            return self.exp(self.of(tree[1]))
        if kind == "sum":
            return self.total([(tree[1], "over:" + tree[2])], self.of(tree[3]))
        if kind == "isum":
            return self.total([(tree[1], tree[2])], self.of(tree[3]))
        return self._given(tree) if kind == "joint" else atom_poly(tree)

    def _given(self, tree: Tree) -> Poly:
        """A joint density, or what a hypothesis says of it."""
        at = dict(tree[2])
        for law, meaning in self._hypotheses:
            place = {s: v for s, v in (*law.left, *law.right)}
            if law.name == tree[1] and place.keys() == at.keys():
                change = {place[s]: at[s] for s in at}
                rest = tuple(sorted([(s, at[s]) for s, _ in law.right]))
                moved = {rename_mono(m, change): c for m, c in meaning.items()}
                return self.mul(moved, atom_poly(("joint", tree[1], rest))) if rest else moved
        return atom_poly(tree)

    # -- ring

    def mul(self, a: Poly, b: Poly) -> Poly:
        """The product. Fails with `Unsupported` beyond `MAX_TERMS` terms."""
        if len(a) * len(b) > MAX_TERMS * 4:
            raise Unsupported("too many terms")
        total: Poly = {}
        for m1, c1 in a.items():
            for m2, c2 in b.items():
                for mono, c in self._mono_mul(m1, m2).items():
                    value = total.get(mono, 0) + c * c1 * c2
                    if value:
                        total[mono] = value
                    else:
                        total.pop(mono, None)
        if len(total) > MAX_TERMS:
            raise Unsupported("too many terms")
        return total

    def _mono_mul(self, a: Mono, b: Mono) -> Poly:
        if not b:
            return {a: Fraction(1)}
        powers = dict(a)
        whole: list[tuple[Atom, Fraction]] = []
        for atom, e in b:
            value = powers.get(atom, 0) + e
            powers.pop(atom, None)
            if value and atom[0] == "poly" and value > 0:
                whole.append((atom, value))
            elif value:
                powers[atom] = value
        total: Poly = {frozenset(powers.items()): Fraction(1)}
        for atom, e in whole:
            total = self.mul(total, self.power(dict(atom[1]), e))
        return total

    def _log_inside(self, atom: Atom) -> Poly | None:
        """The a of an atom exp(log a)."""
        if len(atom[1]) == 1:
            (mono, c), = atom[1]
            if c == 1 and len(mono) == 1:
                (inner, e), = mono
                if e == 1 and inner[0] == "log":
                    return dict(inner[1])
        return None

    def power(self, base: Poly, e: Fraction) -> Poly:
        if e.denominator != 1:
            return self.exp(scale(self.log(base), e))
        if e < 0:
            return self.power(self.inverse(base), -e)
        total = number_poly(Fraction(1))
        for _ in range(int(e)):
            total = self.mul(total, base)
        return total

    def inverse(self, base: Poly) -> Poly:
        """One over the polynomial; a sum is kept as an atom without content."""
        if not base:
            raise Unsupported("a division by zero")
        c, content, rest = self.content(self.tidy(base))
        flipped = {frozenset([(a, -e) for a, e in content]): 1 / c}
        return flipped if rest == {ONE: Fraction(1)} else self.mul(flipped, atom_poly(("poly", freeze(rest)), Fraction(-1)))

    def content(self, poly: Poly) -> tuple[Fraction, Mono, Poly]:
        """Number, monomial and the rest, which has no common factor and whose first coefficient (in text order) is one."""
        first = min(poly, key=self.names.text_mono) if len(poly) > 1 else next(iter(poly))
        c = poly[first]
        common = dict(first)
        for mono in poly:
            powers = dict(mono)
            for atom in list(common):
                e = min(common[atom], powers.get(atom, Fraction(0)))
                if e:
                    common[atom] = e
                else:
                    del common[atom]
            for atom, e in powers.items():
                if e < 0 and atom not in common:
                    common[atom] = e
        content = frozenset(common.items())
        inverse = frozenset([(a, -e) for a, e in content])
        rest = self.mul({inverse: 1 / c}, poly) if content or c != 1 else poly
        return c, content, rest

    def tidy(self, poly: Poly) -> Poly:
        """Cancel reciprocals of sums against numerators that they divide."""
        atoms = {a for m in poly for a, e in m if a[0] == "poly" and e < 0}
        for atom in sorted(atoms, key=self.names.text):
            for _ in range(6):
                low = min([dict(m).get(atom, Fraction(0)) for m in poly], default=Fraction(0))
                if low >= 0 or low.denominator != 1:
                    break
                part = {m: c for m, c in poly.items() if dict(m).get(atom) == low}
                bare = {m - {(atom, low)}: c for m, c in part.items()}
                quotient = self.divide(bare, dict(atom[1]))
                if quotient is None:
                    break
                rest = {m: c for m, c in poly.items() if m not in part}
                raised = quotient if low == -1 else self.mul(quotient, atom_poly(atom, low + 1))
                poly = add(rest, raised)
        return poly

    def divide(self, poly: Poly, by: Poly) -> Poly | None:
        """The exact quotient where there is one within a bounded number of steps (monomials in text order of their atoms)."""
        atoms = sorted({a for p in (poly, by) for m in p for a, _ in m}, key=self.names.text)

        def order(mono: Mono) -> tuple[Fraction, ...]:
            powers = dict(mono)
            return tuple([powers.get(a, Fraction(0)) for a in atoms])

        lead = max(by, key=order)
        down = frozenset([(a, -e) for a, e in lead])
        quotient: Poly = {}
        for _ in range(3 * len(poly) + 3):
            if not poly:
                return quotient
            top = max(poly, key=order)
            term = self.mul({down: 1 / by[lead]}, {top: poly[top]})
            quotient = add(quotient, term)
            poly = add(poly, scale(self.mul(term, by), Fraction(-1)))
        return None if poly else quotient

    def is_zero(self, poly: Poly) -> bool:
        """Is it the zero polynomial once reciprocals of sums are multiplied out?"""
        poly = self.tidy(poly)
        for atom in sorted({a for m in poly for a, e in m if a[0] == "poly"}, key=self.names.text):
            low = min([dict(m).get(atom, Fraction(0)) for m in poly], default=Fraction(0))
            if low < 0 and low.denominator == 1:
                poly = self.mul(poly, atom_poly(atom, -low))
        return not poly

    # -- logarithm and exponential

    def positive(self, atom: Atom) -> bool:
        """Is the atom known to be positive?"""
        kind = atom[0]
        if kind in ("joint", "exp", "count"):
            return True
        if kind == "fun":
            alike = not atom[2] and ("fun", (atom[1][0], ())) in self.positive_names
            return alike or ("fun", atom[1]) in self.positive_names or atom[1][0].endswith("!")
        if kind == "scalar":
            return atom in self.positive_names
        if kind == "sums":
            return all(self.positive(a) for a, _ in atom[2])
        return kind == "poly" and self.positive_poly(dict(atom[1]))

    def positive_poly(self, poly: Poly) -> bool:
        return bool(poly) and all(c > 0 and all(self.positive(a) for a, _ in m) for m, c in poly.items())

    def log(self, poly: Poly) -> Poly:
        """The logarithm with known positive factors split off."""
        poly = self.tidy(poly)
        if not poly:
            raise Unsupported("the logarithm of zero")
        if poly == {ONE: Fraction(1)}:
            return {}
        c, content, rest = self.content(poly)
        if c < 0:
            c, rest = -c, scale(rest, Fraction(-1))
        stay = frozenset([(a, e) for a, e in content if not self.positive(a)])
        rest = self.mul(rest, {stay: Fraction(1)})
        total = add(*[scale(self._log_atom(a), e) for a, e in sorted(content - stay, key=lambda x: self.names.text(x[0]))], *log_of_number(c))
        if rest != {ONE: Fraction(1)}:
            if len(rest) == 1 and ONE in rest:
                raise Unsupported("the logarithm of a negative number")
            total = add(total, atom_poly(("log", freeze(rest))))
        self.record("log_product", ("log", freeze(poly)), total)
        return total

    def _log_atom(self, atom: Atom) -> Poly:
        if atom[0] == "exp":
            return dict(atom[1])
        return atom_poly(("log", atom[1] if atom[0] == "poly" else freeze(atom_poly(atom))))

    def exp(self, poly: Poly) -> Poly:
        """The exponential, one factor a term."""
        total = number_poly(Fraction(1))
        for mono in sorted(poly, key=self.names.text_mono):
            c = poly[mono]
            whole = c.denominator == 1
            atom: Atom = ("exp", freeze({mono: Fraction(1) if whole else c}))
            inner = self._log_inside(atom)
            factor = self.power(inner, c) if inner is not None else atom_poly(atom, c if whole else Fraction(1))
            total = self.mul(total, factor)
        if poly:
            self.record("exp_sum", ("exp", freeze(poly)), total)
        return total

    # -- sums

    def total(self, binders: list[tuple[Any, str]], poly: Poly) -> Poly:
        """The sum over variables (pairs) and indices (strings), each with its range."""
        poly = self.tidy(poly)
        return add(*[scale(self._total(binders, mono), poly[mono]) for mono in sorted(poly, key=self.names.text_mono)])

    def _total(self, binders: list[tuple[Any, str]], mono: Mono) -> Poly:
        binders, mono = self._merge(list(binders), mono)
        if len(binders) > MAX_BINDERS:
            raise Unsupported("too many nested sums")
        keys = {b for b, _ in binders}
        outside = frozenset([(a, e) for a, e in mono if not self.names.free(a) & keys])
        groups: list[tuple[set[Any], list[tuple[Atom, Fraction]]]] = []
        for factor in sorted(mono - outside, key=lambda f: self.names.text(f[0])):
            touched = set(self.names.free(factor[0]) & keys)
            factors = [factor]
            for group in [g for g in groups if g[0] & touched]:
                groups.remove(group)
                touched |= group[0]
                factors += group[1]
            groups.append((touched, factors))
        total: Poly = {outside: Fraction(1)}
        for binder, span in binders:
            if not any(binder in g[0] for g in groups):
                total = self.mul(total, self._count(span))
        for touched, factors in groups:
            total = self.mul(total, self._component([b for b in binders if b[0] in touched], frozenset(factors)))
        return total

    def _merge(self, binders: list[tuple[Any, str]], mono: Mono) -> tuple[list[tuple[Any, str]], Mono]:
        """Nested sums that touch the bound names become one sum over more names."""
        keys = {b for b, _ in binders}
        while True:
            nested = [a for a, e in mono if a[0] == "sums" and e == 1 and self.names.free(a) & keys]
            if not nested:
                return binders, mono
            atom = min(nested, key=self.names.text)
            change: dict[Any, Any] = {}
            for name, span in atom[1]:
                self._fresh += 1
                change[name] = (f"~{self._fresh}", ()) if isinstance(name, tuple) else f"~{self._fresh}"
                binders.append((change[name], span))
                keys.add(change[name])
            product = self._mono_mul(mono - {(atom, Fraction(1))}, rename_mono(atom[2], change))
            if len(product) != 1:
                raise Unsupported("a nested sum of sums")
            mono, = product

    def _count(self, span: str) -> Poly:
        """A sum over nothing but ones."""
        if not span.startswith("upto:"):
            return atom_poly(("count", span))
        upper = span[5:]
        after = number_poly(Fraction(upper)) if upper[0].isdigit() else atom_poly(("scalar", upper))
        self.record("count", ("count", span), after)
        return after

    def _component(self, binders: list[tuple[Any, str]], mono: Mono) -> Poly:
        atom, order = self._canonical(binders, mono)
        known = self._known.get(atom)
        if known is not None:
            return known
        after: Poly | None = None
        for binder, span in order:
            touched = [(a, e) for a, e in mono if binder in self.names.free(a)]
            if self.light or not isinstance(binder, tuple) or len(touched) != 1:
                continue
            (law, e), = touched
            if law[0] != "joint" or e != 1 or len([v for _, v in law[2] if v == binder]) != 1:
                continue
            slots = tuple([(s, v) for s, v in law[2] if v != binder])
            smaller = self._mono_mul(mono - {(law, e)}, frozenset([(("joint", law[1], slots), Fraction(1))]) if slots else ONE)
            rest = [b for b in binders if b[0] != binder]
            after = self.total(rest, smaller) if rest else smaller
            break
        if after is None:
            return atom_poly(atom)
        self.record("marginal", atom, after)
        self._known[atom] = after
        return after

    def _canonical(self, binders: list[tuple[Any, str]], mono: Mono) -> tuple[Atom, list[tuple[Any, str]]]:
        """The sum as an atom with binders #h+1, #h+2, ... in the order of smallest text, and the binders in that order."""
        height = self.names.height(mono)
        best: tuple[str, Atom, list[tuple[Any, str]]] | None = None
        orders = permutations(binders) if 1 < len(binders) <= 4 else [tuple(binders)]
        for order in orders:
            change = {b: (f"#{height + k}", ()) if isinstance(b, tuple) else f"#{height + k}" for k, (b, _) in enumerate(order, 1)}
            spans = tuple([(change[b], "" if span.startswith("over:") else span) for b, span in order])
            atom: Atom = ("sums", spans, rename_mono(mono, change))
            if len(binders) == 1:
                return atom, list(order)
            text = self.names.text(atom)
            if best is None or text < best[0]:
                best = (text, atom, list(order))
        assert best is not None
        return best[1], best[2]

    def record(self, lemma: str, before: Atom, after: Poly) -> None:
        """Note a step once; one that changes nothing is none."""
        if before in self._known or after == atom_poly(before):
            return
        if len(self.steps) >= MAX_STEPS:
            raise Unsupported("too many steps")
        self._known[before] = after
        self.steps.append(Step(lemma, atom_poly(before), after))
