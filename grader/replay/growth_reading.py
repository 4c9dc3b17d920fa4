"""The checker's own reading of trees as sums of scales. It shares no code with `grader.algebra`.

A scale is a *form*, a sorted tuple of (atom, constant) pairs, and stands for exp(sum of constant * atom). An atom is ("L", k, x), the k-fold
logarithm of a growing symbol, or ("T", form), the value of another scale. () is the scale 1.

`Reader.whole` gives an `Exact`: a mapping from scales to constants, known up to O(the sum of the scales in `slack`). `Reader.rough` gives the tree
up to constant factors: a tuple of alternatives, of which the minimum is meant, each a frozenset of scales, of which the sum is meant. Whatever holds
only if one scale is small beside others is asked of `ask(strict, scale, others)`: may scale = o(sum of others) (O, where not strict) be used?
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from fractions import Fraction
from math import factorial
from typing import NamedTuple

from grader.domain import Domain
from grader.replay import growth_numbers as n
from grader.replay.growth_numbers import Constant, Unknown
from grader.term import Term

Form = tuple
Ask = Callable[[bool, Form, frozenset], bool]
MOST = 60
_PLAIN = frozenset("mul max min abs floor ceil round div exp factorial gamma".split())


class Exact(NamedTuple):
    """Sum of constant * scale up to O(sum of slack)."""

    parts: dict[Form, Constant]
    slack: frozenset[Form] = frozenset()


Rough = tuple  # of frozensets of forms


def form(parts: dict[tuple, Constant]) -> Form:
    """The canonical tuple of a mapping from atoms to constants."""
    kept = [(a, c) for a, c in parts.items() if c]
    return tuple(sorted(kept, key=repr) if len(kept) > 1 else kept)


def join(f: Form, g: Form, weight: Constant = n.ONE) -> Form:
    """f + weight * g"""
    made = dict(f)
    for atom, c in g:
        part = n.times(c, weight)
        made[atom] = n.plus(made[atom], part) if atom in made else part
    return form(made)


def less(f: Form, g: Form) -> Form:
    """f - g"""
    return join(f, g, n.rational(-1))


def multiple(f: Form, c: Constant) -> Form:
    """c * f"""
    return join((), f, c)


def log_of(atom: tuple) -> Form:
    """The form whose scale is the atom's value."""
    return ((("L", atom[1] + 1, atom[2]), n.ONE),) if atom[0] == "L" else atom[1]


def atom_of(f: Form) -> tuple:
    """The atom whose value is the scale f."""
    if len(f) == 1 and f[0][1] == n.ONE and f[0][0][0] == "L" and f[0][0][1] > 1:
        return ("L", f[0][0][1] - 1, f[0][0][2])
    return ("T", f)


def name_form(name: str) -> Form:
    """The scale of a growing symbol."""
    return ((("L", 1, name), n.ONE),)


def exact(parts: dict[Form, Constant], slack: Iterable[Form] = ()) -> Exact:
    """An `Exact` without vanishing parts. Fails with `Unknown` where it is too long."""
    made = Exact({f: c for f, c in parts.items() if c}, frozenset(slack))
    if len(made.parts) + len(made.slack) > 4 * MOST:
        raise Unknown("too many terms")
    return made


def fixed(c: Constant) -> Exact:
    """A constant."""
    return exact({(): c})


def rough(alternatives: Iterable[Iterable[Form]]) -> Rough:
    """The canonical tuple of alternatives. Fails with `Unknown` where there are too many."""
    made = tuple(sorted({frozenset(a) for a in alternatives}, key=lambda a: sorted(map(repr, a))))
    if len(made) > 12 or any(len(a) > MOST for a in made):
        raise Unknown("too many terms")
    return made


class Reader:
    """Reads trees; see the module's docstring."""

    def __init__(self, growing: Iterable[str], domains: dict[str, Domain], ask: Ask) -> None:
        self.growing, self.domains, self.ask = frozenset(growing), domains, ask
        self.ranges: dict[str, tuple[int, Exact]] = {}  # of the indices of the sums around: first and last value
        self.bases: list[str] = []
        self.memo: dict[Term, Exact | Rough] = {}

    def sign(self, c: Constant) -> int | None:
        return n.sign(c, self.domains)

    def rough(self, x: Exact | Rough | Term) -> Rough:
        """Up to constant factors. Fails with `Unknown` where the quantity is not seen to be positive in the end."""
        if isinstance(x, Term):
            x = self.whole(x)
        if not isinstance(x, Exact):
            return x
        signs = {f: self.sign(c) for f, c in x.parts.items()}
        if None in signs.values():
            raise Unknown("a coefficient of unknown sign")
        top = frozenset(f for f, s in signs.items() if s == 1)
        if not top or not all(self.ask(True, f, top) for f in (*[f for f, s in signs.items() if s == -1], *x.slack)):
            raise Unknown("not seen to be positive")
        return rough([top])

    def lead(self, x: Exact) -> Form | None:
        """The scale beside which all the others are small."""
        for f in sorted(x.parts, key=repr):
            others = (set(x.parts) | x.slack) - {f}
            if f not in x.slack and self.sign(x.parts[f]) == 1 and all(self.ask(True, o, frozenset([f])) for o in others):
                return f
        return None

    # ---------------------------------------------------------------------------------------------------------- arithmetic

    def plus(self, x: Exact | Rough, y: Exact | Rough) -> Exact | Rough:
        if isinstance(x, Exact) and isinstance(y, Exact):
            made = dict(x.parts)
            for f, c in y.parts.items():
                made[f] = n.plus(made.get(f, n.ZERO), c)
            return exact(made, x.slack | y.slack)
        if not isinstance(x, Exact) and not isinstance(y, Exact):
            return rough(a | b for a in x for b in y)
        known, other = (x, y) if isinstance(x, Exact) else (y, x)
        up = {f: c for f, c in known.parts.items() if self.sign(c) == 1}
        made = rough(a | frozenset(up) for a in other)
        return self.without(made, (set(known.parts) - set(up)) | known.slack)

    def minus(self, x: Exact | Rough, y: Exact | Rough) -> Exact | Rough:
        if isinstance(y, Exact):
            return self.plus(x, exact({f: n.scaled(c, -1) for f, c in y.parts.items()}, y.slack))
        return self.without(self.rough(x), frozenset().union(*y))

    def without(self, x: Rough, taken: Iterable[Form]) -> Rough:
        if not all(self.ask(True, f, alternative) for f in taken for alternative in x):
            raise Unknown("something subtracted is not seen to be small")
        return x

    def times(self, x: Exact | Rough, y: Exact | Rough) -> Exact | Rough:
        if isinstance(x, Exact) and isinstance(y, Exact):
            made: dict[Form, Constant] = {}
            for (f, c), (g, d) in itertools.product(x.parts.items(), y.parts.items()):
                both = join(f, g)
                made[both] = n.plus(made.get(both, n.ZERO), n.times(c, d))
            slack = {join(f, g) for f in x.slack for g in {*y.parts, *y.slack}} | {join(f, g) for f in x.parts for g in y.slack}
            return exact(made, slack)
        return rough({join(f, g) for f in a for g in b} for a in self.rough(x) for b in self.rough(y))

    def inverse_constant(self, c: Constant) -> Constant:
        s = self.sign(c)
        if not c or s is None and len(c) != 1:
            raise Unknown("a division by what may be zero")
        return n.scaled(n.to_power(n.scaled(c, -1), Fraction(-1)), -1) if s == -1 else n.to_power(c, Fraction(-1))

    def inverse(self, x: Exact | Rough) -> Exact | Rough:
        if isinstance(x, Exact) and len(x.parts) == 1 and not x.slack:
            (f, c), = x.parts.items()
            return exact({multiple(f, n.rational(-1)): self.inverse_constant(c)})
        return self.power(x, n.rational(-1))

    def power(self, x: Exact | Rough, e: Constant) -> Exact | Rough:
        q = n.value(e)
        if q == 0:
            return fixed(n.ONE)
        if isinstance(x, Exact):
            if q is not None and q.denominator == 1 and 0 < q <= 8 and (len(x.parts) + len(x.slack)) ** q <= MOST:
                made: Exact | Rough = x
                for _ in range(int(q) - 1):
                    made = self.times(made, x)
                return made
            f = self.lead(x)
            if f is not None:
                if q is None and (x.parts[f] != n.ONE or x.slack or len(x.parts) > 1):
                    return rough([[multiple(f, e)]])
                c = n.ONE if q is None else n.to_power(x.parts[f], q)
                return exact({multiple(f, e): c}, [join(multiple(f, e), less(g, f)) for g in (set(x.parts) | x.slack) - {f}])
        s = self.sign(e)
        order = self.rough(x)
        if s == 1:
            return rough({multiple(f, e) for f in a} for a in order)
        if s is None:
            raise Unknown("an exponent of unknown sign")
        chosen = [rough([multiple(f, e)] for f in a) for a in order]  # one over a sum is the least of the terms' inverses
        made = chosen[0]
        for other in chosen[1:]:
            made = rough(a | b for a in made for b in other)
        return made

    def logarithm(self, x: Exact | Rough) -> Exact | Rough:
        f = self.lead(x) if isinstance(x, Exact) else None
        if isinstance(x, Exact) and f is not None:
            made = {log_of(atom): c for atom, c in f}
            made[()] = n.plus(made.get((), n.ZERO), n.logarithm(x.parts[f], self.domains))
            return exact(made, [less(g, f) for g in (set(x.parts) | x.slack) - {f}])
        found = []
        for a in self.rough(x):
            high = frozenset(f for f in a if self.ask(True, (), frozenset([f])))
            if not high or not all(self.ask(False, f, high) for f in a - high):
                raise Unknown("the logarithm of something not seen to grow")
            found.append(frozenset().union(*[self.rough(exact({log_of(atom): c for atom, c in f}))[0] for f in high]))
        return rough(found)

    def exponential(self, x: Exact | Rough) -> Exact | Rough:
        if not isinstance(x, Exact):
            raise Unknown("an exponent known only up to a factor")
        atoms: dict[tuple, Constant] = {}
        rest = set(x.slack)
        for f, c in x.parts.items():
            if f and self.ask(False, f, frozenset([()])):
                rest.add(f)
            elif f:
                atoms[atom_of(f)] = c
        if not all(self.ask(False, f, frozenset([()])) for f in x.slack):
            raise Unknown("an exponent with an unbounded error")
        factor = n.exponential(x.parts.get((), n.ZERO))
        if factor is not None and all(self.ask(True, f, frozenset([()])) for f in rest):
            return exact({form(atoms): factor}, [join(form(atoms), f) for f in rest])
        return rough([[form(atoms)]])

    # --------------------------------------------------------------------------------------------------------------- trees

    def whole(self, term: Term) -> Exact | Rough:
        """The quantity that a tree stands for. Fails with `Unknown` where it is not understood."""
        if term not in self.memo:
            self.memo[term] = self._whole(term)
        return self.memo[term]

    def _whole(self, term: Term) -> Exact | Rough:
        if term.kind == "number":
            return fixed(n.rational(term.value))
        if term.kind == "symbol":
            return exact({name_form(term.name): n.ONE}) if term.name in self.growing else fixed(n.quantity("sym", term.name))
        if term.kind == "constant" and term.name in ("pi", "e"):
            return fixed(n.quantity(term.name))
        if term.kind == "binder" and term.name == "sum" and len(term.args) == 3 and len(term.bound) == 1:
            from grader.replay.growth_sums import sum_over_range  # that module builds on this one

            return sum_over_range(self, term)
        if term.kind != "apply":
            raise Unknown(f"no size is known for {term.kind} {term.name}")
        return self._apply(term.name, term.args)

    def _apply(self, name: str, args: tuple[Term, ...]) -> Exact | Rough:
        many = [self.whole(a) for a in args] if name in _PLAIN else []
        if name == "add":
            made: Exact | Rough = fixed(n.ZERO)
            for a in args:
                made = self.minus(made, self.whole(a.args[0])) if a.is_apply("neg", 1) else self.plus(made, self.whole(a))
            return made
        if name == "neg" and len(args) == 1:
            return self.minus(fixed(n.ZERO), self.whole(args[0]))
        if name == "mul":
            made = many[0]
            for m in many[1:]:
                made = self.times(made, m)
            return made
        if name == "div":
            return self.times(many[0], self.inverse(many[1]))
        if name == "pow" and len(args) == 2:
            return self._power_of(*args)
        if name == "sqrt" and len(args) == 1:
            return self._to_constant(self.whole(args[0]), n.rational(Fraction(1, 2)))
        if name == "root" and len(args) == 2:
            degree = self.constant(self.whole(args[1]))
            if degree is None or self.sign(degree) != 1:
                raise Unknown("a root of no positive degree")
            return self._to_constant(self.whole(args[0]), self.inverse_constant(degree))
        if name == "log":
            return self._log(*args)
        if name == "max":
            made = self.rough(many[0])
            for m in many[1:]:
                made = rough(a | b for a in made for b in self.rough(m))
            return made
        if name == "min":
            return rough(a for m in many for a in self.rough(m))
        if len(many) == 1:
            return self._one(name, many[0])
        if name == "binomial" and len(args) == 2:
            return self._binomial(*args)
        raise Unknown(f"no size is known for {name}")

    def _one(self, name: str, x: Exact | Rough) -> Exact | Rough:
        if name == "exp":
            return self.exponential(x)
        if name in ("floor", "ceil", "round"):
            if isinstance(x, Exact):
                return exact(x.parts, x.slack | {()})
            return self.without(x, [()])
        if name == "abs":
            self.rough(x)
            return x
        return self.exponential(self._log_factorial(self.minus(x, fixed(n.ONE)) if name == "gamma" else x))

    @staticmethod
    def constant(x: Exact | Rough) -> Constant | None:
        return x.parts.get((), n.ZERO) if isinstance(x, Exact) and not x.slack and not any(x.parts) else None

    def _power_of(self, base: Term, exponent: Term) -> Exact | Rough:
        e = self.whole(exponent)
        c = self.constant(e)
        if c is not None:
            return self._to_constant(self.whole(base), c)
        if exponent.kind == "apply" and exponent.name in ("max", "min"):
            under = self.constant(self.whole(base))
            if under is not None and self.sign(n.plus(under, n.rational(-1))) == 1:
                powers = [self.rough(self._grown(base, self.whole(a))) for a in exponent.args]
                if exponent.name == "min":
                    return rough(a for p in powers for a in p)
                return rough(frozenset().union(*choice) for choice in itertools.product(*powers))
        return self._grown(base, e)

    def _grown(self, base: Term, exponent: Exact | Rough) -> Exact | Rough:
        return self.exponential(self.times(exponent, self.logarithm(self.whole(base))))

    def _to_constant(self, x: Exact | Rough, e: Constant) -> Exact | Rough:
        c, q = self.constant(x), n.value(e)
        if c is None:
            single = isinstance(x, Exact) and len(x.parts) == 1 and not x.slack
            return self.inverse(x) if q == -1 and single else self.power(x, e)
        if not c:
            raise Unknown("a power of zero")
        if q is not None and (q.denominator == 1 and (q > 0 or len(c) == 1) or self.sign(c) == 1):
            return fixed(n.to_power(c, q))
        factor = n.exponential(n.times(n.logarithm(c, self.domains), e))
        return fixed(factor) if factor is not None else rough([[()]])

    def _log(self, x: Term, base: Term | None = None) -> Exact | Rough:
        made = self.logarithm(self.whole(x))
        if base is None:
            return made
        under = self.logarithm(self.whole(base))
        c = self.constant(under)
        if c is not None and self.sign(c) != 1:
            if base.kind == "symbol" and isinstance(made, Exact):
                self.bases.append(base.name)
                return self.rough(made)
            raise Unknown("a logarithm whose base is not seen to exceed 1")
        return self.times(made, self.inverse(under))

    def _log_factorial(self, x: Exact | Rough) -> Exact | Rough:
        """Stirling: log x! = (x + 1/2) log x - x + O(1)."""
        if not isinstance(x, Exact) or x.slack:
            raise Unknown("a factorial of something known only roughly")
        c = self.constant(x)
        if c is not None:
            q = n.value(c)
            if q is None or q.denominator != 1 or not 0 <= q <= 100:
                raise Unknown("a factorial of that constant")
            return fixed(n.logarithm(n.rational(factorial(int(q))), self.domains))
        f = self.lead(x)
        if f is None or not self.ask(True, (), frozenset([f])):
            raise Unknown("a factorial of something not seen to grow")
        made = self.minus(self.times(self.plus(x, fixed(n.rational(Fraction(1, 2)))), self.logarithm(x)), x)
        return self.plus(made, exact({}, [()]))

    def _binomial(self, top: Term, bottom: Term) -> Exact | Rough:
        a, b = self.whole(top), self.whole(bottom)
        c = self.constant(b)
        if c is None:
            logs = [self._log_factorial(x) for x in (a, b, self.minus(a, b))]
            return self.exponential(self.minus(self.minus(logs[0], logs[1]), logs[2]))
        q = n.value(c)
        order = self.rough(a)
        if q is not None and (q.denominator != 1 or not 0 <= q <= 60) or not all(self.ask(True, (), alternative) for alternative in order):
            raise Unknown("a binomial coefficient that is not understood")
        if q is None or q > 4:
            return self.power(order, c)
        made: Exact | Rough = fixed(n.ONE)
        for j in range(int(q)):
            made = self.times(made, self.times(self.minus(a, fixed(n.rational(j))), fixed(n.rational(Fraction(1, j + 1)))))
        return made
