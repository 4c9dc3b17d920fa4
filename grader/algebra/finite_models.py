"""Small finite models of claims about densities: every variable takes two or three values, every density is a table of rational numbers.

A claim about all positive densities that fails in one such model is wrong. With unit volumes the tables are distributions of discrete variables,
and just as well densities that are constant on cells of volume one; other volumes give densities of continuous variables that may exceed one,
which refute what holds for discrete variables alone (that an entropy is never negative).

Tables are drawn when they are first asked for, each from its own generator seeded by the model's seed and the table's name, so that a model does
not depend on the order of evaluation.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from grader.algebra.densities import Tree, subtrees
from grader.algebra.density_names import Setting, Unsupported, Var
from grader.domain import Domain

STYLES = ("plain", "rough", "skewed", "same", "volumes")
"""How tables are drawn: tenths; any weights; a few cells hold nearly all; every density the same, all variables independent, functions constant;
rough with cell volumes."""

MAX_CELLS = 729
MAX_EVALUATIONS = 60_000


class Undefined(ArithmeticError):
    """The expression has no value in this model (a logarithm of a negative number, a division by zero)."""


class Model:
    """One finite model for some trees. `positive` are functions and letters that must be positive for the claim to be defined."""

    def __init__(self, setting: Setting, trees: Iterable[Tree], *, size: int, seed: int, style: str = "plain", positive: Iterable[Any] = (),
                 given: Iterable[tuple[Tree, Tree, Any]] = ()) -> None:
        self.setting, self.size, self.seed, self.style = setting, size, seed, style
        self.positive = set(positive)
        self.given = tuple(given)
        self.scope: dict[Any, tuple[str, ...]] = {}
        self.counters: set[str] = set()
        self.naturals: set[str] = set()
        self.forms = _forms(setting)
        for tree in trees:
            for node in subtrees(tree):
                if node[0] == "joint":
                    self.scope[node[1]] = tuple(sorted({*self.scope.get(node[1], ()), *[s for s, _ in node[2]]}))
                elif node[0] == "fun" and node[1][0].endswith("!"):
                    self.naturals.add(node[1][0][:-1])
                elif node[0] == "isum" and node[2].startswith("upto:"):
                    self.counters.add(node[2][5:])
        self.slots = tuple(sorted({s for slots in self.scope.values() for s in slots}))
        self.joints: dict[Any, dict[tuple[int, ...], Fraction]] = {}
        self.functions: dict[tuple[Any, tuple[int, ...]], Fraction] = {}
        self.scalars: dict[str, Fraction] = {}
        self.values: dict[str, tuple[Fraction, ...]] = {}
        self.point: dict[Var, int] = {}
        self._scopes: dict[Any, tuple[str, ...]] = {}
        self._marginals: dict[Any, Any] = {}
        self._spent = 0

    # -- drawing

    def _random(self, *what: object) -> random.Random:
        return random.Random(f"{self.seed}/{self.size}/{what!r}")

    def volumes(self, slot: str) -> tuple[Fraction, ...]:
        """Volumes of the cells of a variable."""
        if self.style != "volumes":
            return (Fraction(1),) * self.size
        r = self._random("volume", slot)
        return tuple([Fraction(r.choice((1, 2, 3, 6)), 12) for _ in range(self.size)])

    def _weights(self, r: random.Random, cells: int) -> list[int]:
        if self.style in ("plain", "same"):
            total = 10 if cells <= 6 else 20 if cells <= 12 else 4 * cells
            weights = [1] * cells
            for _ in range(total - cells):
                weights[r.randrange(cells)] += 1
            return weights
        if self.style == "skewed":
            return [r.choice((1, 1, 2, 40, 400)) for _ in range(cells)]
        return [r.randint(1, 97) for _ in range(cells)]

    def joint(self, name: Any, plain: Any) -> dict[tuple[int, ...], Fraction]:
        """The table of a density over its whole scope (`plain` is the name before indices got numbers)."""
        table = self.joints.get(name)
        if table is None:
            slots = self.scope[plain]
            if self.size ** len(slots) > MAX_CELLS:
                raise Unsupported("too many variables for a finite model")
            bar = self.forms.get(plain, ())
            if self.style == "plain" and bar and set(bar) < set(slots):
                table = self._conditional(name, slots, bar)
            else:
                table = self._draw("all" if self.style == "same" else name, slots)
            self.joints[name], self._scopes[name] = table, slots
            for law, meaning, place in self.given:
                if place[0] == plain:
                    self._impose(name, plain, law, meaning, place)
                    table = self.joints[name]
        return table

    def _draw(self, name: Any, slots: tuple[str, ...]) -> dict[tuple[int, ...], Fraction]:
        over = self.slots if self.style == "same" and self.size ** len(self.slots) <= MAX_CELLS else slots
        cells = list(product(range(self.size), repeat=len(over)))
        weights = self._weights(self._random("joint", name), len(cells))
        volume = {s: self.volumes(s) for s in over}
        if self.style == "same":
            single = {s: self._weights(self._random("single", s), self.size) for s in over}
            weights = [math.prod([single[s][k] for s, k in zip(over, cell)]) for cell in cells]
        total = sum([w * math.prod([volume[s][k] for s, k in zip(over, cell)]) for w, cell in zip(weights, cells)])
        table = {cell: w / Fraction(total) for w, cell in zip(weights, cells)}
        return table if over == slots else self._reduce(table, over, slots)

    def _conditional(self, name: Any, slots: tuple[str, ...], right: tuple[str, ...]) -> dict[tuple[int, ...], Fraction]:
        """A table whose conditional given the slots on the right is in tenths."""
        left = tuple([s for s in slots if s not in right])
        inner, outer = [list(product(range(self.size), repeat=len(part))) for part in (left, right)]
        table: dict[tuple[int, ...], Fraction] = {}
        for given in outer:
            weights = self._weights(self._random("conditional", name, given), len(inner))
            for cell, weight in zip(inner, weights):
                at = {**dict(zip(right, given)), **dict(zip(left, cell))}
                table[tuple([at[s] for s in slots])] = Fraction(weight, sum(weights) * len(outer))
        return table

    def _reduce(self, table: Mapping[tuple[int, ...], Fraction], over: tuple[str, ...], slots: tuple[str, ...]) -> dict[tuple[int, ...], Fraction]:
        places = [over.index(s) for s in slots]
        gone = [(k, self.volumes(s)) for k, s in enumerate(over) if s not in slots] if self.style == "volumes" else []
        small: dict[tuple[int, ...], Any] = {}
        for cell, value in table.items():
            key = tuple([cell[k] for k in places])
            for k, volume in gone:
                value = value * (volume[cell[k]] if isinstance(value, Fraction) else float(volume[cell[k]]))
            small[key] = small[key] + value if key in small else value
        return small

    def _impose(self, name: Any, plain: Any, law: Tree, meaning: Tree, place: Any) -> None:
        """Change a table so that law = meaning holds: the given conditional or joint is put in place of the drawn one."""
        slots = self.scope[plain]
        _, left, right = place
        old = self.joints[name]
        inner = tuple(sorted([s for s, _ in (*left, *right)]))
        outer = tuple(sorted([s for s, _ in right]))
        whole, part = self._reduce(old, slots, inner), self._reduce(old, slots, outer)
        made: dict[tuple[int, ...], Fraction] = {}
        for cell, value in old.items():
            at = dict(zip(slots, cell))
            env = {v: at[s] for s, v in (*left, *right)}
            wanted = self.evaluate(meaning, env, exact=True)
            kept = part[tuple([at[s] for s in outer])]
            made[cell] = value / whole[tuple([at[s] for s in inner])] * kept * wanted
        self.joints[name] = made
        self._marginals.clear()

    def marginal(self, name: Any, plain: Any, slots: tuple[str, ...], *, exact: bool) -> dict[tuple[int, ...], Any]:
        """The marginal over some slots, exact or as floats."""
        found = self._marginals.get((name, slots, exact))
        if found is None:
            table = self.joint(name, plain)
            if not exact:
                table = {k: float(v) for k, v in table.items()}  # type: ignore[misc]
            found = self._marginals[name, slots, exact] = self._reduce(table, self.scope[plain], slots)
        return found

    def number_in(self, domain: Domain | None, what: object, positive: bool) -> Fraction:
        """A rational number in a domain; positive where asked."""
        r = self._random("number", what)
        constant_style = self.style == "same"
        for attempt in range(200):
            small = Fraction(r.randint(1, 9), 10)
            value = small if (self.seed + attempt) % 2 else Fraction(r.randint(1, 12), r.choice((1, 2, 4)))
            if self.style == "skewed":
                value *= r.choice((1, 5, Fraction(1, 20)))
            if constant_style and attempt < 2:
                value = Fraction(1 + attempt)
            if not positive and self.seed % 3 == 1 and r.random() < 0.5:
                value = -value
            if domain is None or domain.admits(value) or attempt > 100 and domain.admits(value := Fraction(r.randint(-20, 40))):
                return value
        raise Unsupported("no number was found in a domain")

    def scalar(self, key: str) -> Fraction:
        if key not in self.scalars:
            counted = Fraction(key) if key[0].isdigit() else Fraction(2)
            domain = self.setting.domains.get(key)
            self.scalars[key] = counted if key in self.counters else self.number_in(domain, key, ("scalar", key) in self.positive)
        return self.scalars[key]

    def function(self, name: Any, plain: Any, at: tuple[int, ...]) -> Fraction:
        if name[0].endswith("!"):
            return Fraction(math.factorial(int(self.function((name[0][:-1], name[1]), (plain[0][:-1], plain[1]), at))))
        if (name, at) not in self.functions and plain[0] in self.naturals:
            self.functions[name, at] = Fraction(self._random("natural", name, at).randint(0, 4))
        if (name, at) not in self.functions:
            domain = self.setting.domains.get(plain[0])
            bounded = domain if domain is not None and domain.shape in ("scalar", "function") else None
            what = ("same",) if self.style == "same" else (name, at)
            self.functions[name, at] = self.number_in(bounded, what, ("fun", plain) in self.positive)
        return self.functions[name, at]

    def value(self, slot: str, k: int) -> Fraction:
        """The number that a variable is, at its k-th value."""
        if slot not in self.values:
            r = self._random("value", slot)
            start = r.randint(-2, 2) if self.seed % 2 else r.randint(1, 3)
            steps = [r.choice((Fraction(1), Fraction(1, 2), Fraction(2))) for _ in range(self.size)]
            self.values[slot] = tuple([start + sum(steps[:j], Fraction(0)) for j in range(self.size)])
        return self.values[slot][k]

    # -- evaluation

    def evaluate(self, tree: Tree, env: Mapping[Any, Any], *, exact: bool = False) -> Any:
        """The value as a float, or as a Fraction where `exact`. Fails with `Undefined` or `Unsupported`."""
        self._spent += 1
        if self._spent > MAX_EVALUATIONS:
            raise Unsupported("a finite model is too dear to evaluate")
        kind = tree[0]
        if kind == "num":
            return tree[1] if exact else float(tree[1])
        if kind == "add":
            return sum([self.evaluate(t, env, exact=exact) for t in tree[1]])
        if kind == "mul":
            return math.prod([self.evaluate(t, env, exact=exact) for t in tree[1]])
        if kind == "joint":
            name = self._named(tree[1], env)
            slots = tuple([s for s, _ in tree[2]])
            return self.marginal(name, tree[1], slots, exact=exact)[tuple([self._index(v, env) for _, v in tree[2]])]
        if kind == "sum":
            volumes = self.volumes(tree[2])
            return sum([self.evaluate(tree[3], {**env, tree[1]: k}, exact=exact) * (volumes[k] if exact else float(volumes[k])) for k in
            range(self.size)])
        if kind == "isum":
            return sum([self.evaluate(tree[3], {**env, tree[1]: str(k + 1)}, exact=exact) for k in range(self._length(tree[2]))])
        if kind == "exp" and tree[1][0] == "isum" and tree[1][3][0] == "log":  # a product
            _, index, span, (_, factor) = tree[1]
            return math.prod([self.evaluate(factor, {**env, index: str(k + 1)}, exact=exact) for k in range(self._length(span))])
        found = self._number(tree, env, exact)
        return found if exact else float(found)

    def _number(self, tree: Tree, env: Mapping[Any, Any], exact: bool) -> Any:
        kind = tree[0]
        if kind == "scalar":
            return Fraction(math.pi) if tree[1] == "pi" and not exact else self.scalar(tree[1])
        if kind == "value":
            return self.value(tree[1][0], self._index(tree[1], env))
        if kind == "fun":
            return self.function(self._named(tree[1], env), tree[1], tuple([self._index(v, env) for v in tree[2]]))
        inner = self.evaluate(tree[1], env, exact=exact)
        if exact and kind != "pow":
            raise Unsupported("not a rational number")
        try:
            if kind == "log":
                return math.log(inner)
            if kind == "exp":
                return math.exp(inner)
            if exact and tree[2].denominator != 1 or inner < 0 and tree[2].denominator != 1:
                raise Undefined("a root")
            return inner ** (int(tree[2]) if tree[2].denominator == 1 else float(tree[2]))
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            raise Undefined(str(error)) from error

    def _length(self, span: str) -> int:
        return int(self.scalar(span[5:])) if span.startswith("upto:") else 2

    def _named(self, name: Any, env: Mapping[Any, Any]) -> Any:
        return name if not name[1] else (name[0], tuple([env.get(m, m) for m in name[1]]))

    def _index(self, var: Var, env: Mapping[Any, Any]) -> int:
        if var in env:
            return env[var]
        place = (var[0], tuple([env.get(m, m) for m in var[1]])) if var[1] else var
        if place not in self.point:
            self.point[place] = self._random("point", place).randrange(self.size)
        return self.point[place]

    def data(self) -> dict[str, Any]:
        """What was drawn so far, as JSON values."""
        made: dict[str, Any] = {
            "size": self.size,
            "densities": [[[n[0], list(n[1])], list(self._scopes[n]), [str(v) for _, v in sorted(t.items())]]
                          for n, t in sorted(self.joints.items())],
            "functions": [[[n[0], list(n[1])], list(at), str(v)] for (n, at), v in sorted(self.functions.items())],
            "letters": {k: str(v) for k, v in sorted(self.scalars.items())},
            "values": {k: [str(v) for v in vs] for k, vs in sorted(self.values.items())},
            "point": [[v[0], list(v[1]), k] for v, k in sorted(self.point.items())],
        }
        if self.style == "volumes":
            made["volumes"] = {s: [str(v) for v in self.volumes(s)] for s in self.slots}
        return made


def _forms(setting: Setting) -> dict[Any, tuple[str, ...]]:
    """For each density that is only ever written with the same slots right of its bar: those slots."""
    found: dict[Any, set[tuple[str, ...]]] = {}
    for call in setting.calls():
        name, _, right = setting.called(call)
        found.setdefault(name, set()).add(tuple(sorted([s for s, _ in right])))
    return {name: next(iter(rights)) for name, rights in found.items() if len(rights) == 1}
