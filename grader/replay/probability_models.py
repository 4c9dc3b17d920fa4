"""Expressions over densities, evaluated in one small finite model given by tables of rational numbers.

A model says: how many values each variable takes (`size`), the joint table of each density, the values of functions, letters and numerical
variables, and at which values the free variables stand. `Model` checks that the tables are positive, sum to one, and respect the declared
domains; it then serves as the `Algebra` in which terms are evaluated, over intervals (`Intervals`, outward rounding by mpmath) or exactly
(`Exact`: a rational number plus rational multiples of logarithms of primes, which are linearly independent over the rationals together with one,
so that equality is decided by comparing coefficients).

With cell volumes other than one the tables are densities that are constant on cells: a model of continuous variables only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import factorial, prod
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.replay.probability_terms import Language, Name, Slots, Var

PRECISION = 160
"""Bits of the interval arithmetic."""


class Intervals:
    """Interval numbers with outward rounding."""

    def __init__(self) -> None:
        from mpmath.ctx_iv import MPIntervalContext

        self.ctx = MPIntervalContext()
        self.ctx.prec = PRECISION

    def of(self, value: Fraction) -> Any:
        return self.ctx.mpf(value.numerator) / self.ctx.mpf(value.denominator)

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def mul(self, a: Any, b: Any) -> Any:
        return a * b

    def power(self, a: Any, e: Fraction) -> Any:
        if e.denominator != 1:
            return self.exp(self.of(e) * self.log(a))
        if e < 0 and a.a <= 0 <= a.b:
            raise Refused("undefined in the model: a division by zero")
        return a ** int(e) if e >= 0 else self.of(Fraction(1)) / a ** int(-e)

    def log(self, a: Any) -> Any:
        if not a.a > 0:
            raise Refused("undefined in the model: the logarithm of a number that is not positive")
        return self.ctx.log(a)

    def exp(self, a: Any) -> Any:
        if a.b > 2000:
            raise Refused("a number that is too large")
        return self.ctx.exp(a)

    def pi(self) -> Any:
        return self.ctx.pi + 0


class Exact:
    """r + sum of c_p log p over primes p, as a dictionary from primes (and 1 for r) to rational numbers."""

    def of(self, value: Fraction) -> dict[int, Fraction]:
        return {1: value} if value else {}

    def add(self, a: dict[int, Fraction], b: dict[int, Fraction]) -> dict[int, Fraction]:
        found = {k: a.get(k, Fraction(0)) + b.get(k, Fraction(0)) for k in (*a, *b)}
        return {k: c for k, c in found.items() if c}

    def rational(self, a: dict[int, Fraction]) -> Fraction:
        if a.keys() - {1}:
            raise Refused("not a rational number in the model")
        return a.get(1, Fraction(0))

    def mul(self, a: dict[int, Fraction], b: dict[int, Fraction]) -> dict[int, Fraction]:
        if a.keys() - {1}:
            a, b = b, a
        factor = self.rational(a)
        return {k: c * factor for k, c in b.items()} if factor else {}

    def power(self, a: dict[int, Fraction], e: Fraction) -> dict[int, Fraction]:
        base = self.rational(a)
        if e.denominator != 1 or not base and e < 0:
            raise Refused("not a rational number in the model")
        return self.of(base ** int(e))

    def log(self, a: dict[int, Fraction]) -> dict[int, Fraction]:
        value = self.rational(a)
        if value <= 0:
            raise Refused("undefined in the model: the logarithm of a number that is not positive")
        found: dict[int, Fraction] = {}
        for part, sign in ((value.numerator, 1), (value.denominator, -1)):
            for prime in _primes(part):
                found[prime] = found.get(prime, Fraction(0)) + sign
        return {k: c for k, c in found.items() if c}

    def exp(self, a: dict[int, Fraction]) -> dict[int, Fraction]:
        if 1 in a or any(c.denominator != 1 or abs(c) > 64 for c in a.values()):
            raise Refused("not a rational number in the model")
        return self.of(prod([Fraction(p) ** int(c) for p, c in a.items()], start=Fraction(1)))

    def pi(self) -> Any:
        raise Refused("not a rational number in the model")


def _primes(n: int) -> Iterator[int]:
    divisor = 2
    while n > 1 and divisor * divisor <= n:
        if divisor > 20_000:
            raise Refused("a number that is too large to factor")
        while n % divisor == 0:
            yield divisor
            n //= divisor
        divisor += 1
    if n > 1:
        yield n


class Model:
    """The tables of one model, checked. Fails with `Refused` where they are no positive distributions or leave a declared domain."""

    def __init__(self, data: Mapping[str, Any], language: Language) -> None:
        self.language = language
        self.size = int(data["size"])
        if not 2 <= self.size <= 4:
            raise Refused("a model has two to four values a variable")
        self.volumes = {s: tuple([Fraction(v) for v in vs]) for s, vs in data.get("volumes", {}).items()}
        self.tables: dict[Name, tuple[tuple[str, ...], dict[tuple[int, ...], Fraction]]] = {}
        for (letter, marks), slots, values in data["densities"]:
            self._table((letter, tuple(marks)), tuple(slots), [Fraction(v) for v in values])
        self.functions = {((f[0], tuple(f[1])), tuple(at)): Fraction(v) for f, at, v in data["functions"]}
        self.letters = {k: Fraction(v) for k, v in data["letters"].items()}
        self.values = {k: tuple([Fraction(v) for v in vs]) for k, vs in data["values"].items()}
        self.point = {(base, tuple(marks)): int(k) for base, marks, k in data["point"]}
        if any(not 0 <= k < self.size for k in self.point.values()) or any(len(vs) != self.size for vs in self.values.values()):
            raise Refused("a value outside the model")
        for name, value in [*self.letters.items(), *[(f[0], v) for (f, _), v in self.functions.items()]]:
            domain = language.declared.get(name) or Domain("real")
            if domain.shape in ("scalar", "function") and not domain.admits(value):
                raise Refused(f"{name} = {value} lies outside its domain")

    def _table(self, name: Name, slots: tuple[str, ...], values: list[Fraction]) -> None:
        cells = list(product(range(self.size), repeat=len(slots)))
        if not slots or list(slots) != sorted(set(slots)) or len(values) != len(cells) or name in self.tables:
            raise Refused(f"the table of {name[0]} has another form")
        volumes = [self.volumes.get(s, (Fraction(1),) * self.size) for s in slots]
        if any(len(v) != self.size or min(v) <= 0 for v in volumes) or min(values) <= 0:
            raise Refused(f"the table of {name[0]} is not positive")
        if sum([v * prod([vol[k] for vol, k in zip(volumes, cell)]) for cell, v in zip(cells, values)]) != 1:
            raise Refused(f"the table of {name[0]} does not sum to one")
        self.tables[name] = (slots, dict(zip(cells, values)))

    def marginal(self, name: Name, filled: Mapping[str, int]) -> Fraction:
        """The density at these values of some slots, the others summed over."""
        slots, table = self.tables[name]
        if not filled.keys() <= set(slots):
            raise Refused(f"{name[0]} has no table over {sorted(filled)}")
        found = Fraction(0)
        for cell, value in table.items():
            if all(filled.get(s, k) == k for s, k in zip(slots, cell)):
                found += value * prod([self.volumes[s][k] for s, k in zip(slots, cell) if s not in filled and s in self.volumes])
        return found


class Evaluator:
    """The `Algebra` of numbers in a model, over `Intervals` or `Exact`."""

    def __init__(self, model: Model, numbers: Intervals | Exact) -> None:
        self.model, self.numbers = model, numbers
        self.add, self.mul, self.power = numbers.add, numbers.mul, numbers.power
        self.log, self.exp, self.number = numbers.log, numbers.exp, numbers.of
        self.spent = 0

    def index(self, var: Var, env: Mapping[Any, Any]) -> int:
        """Which of its values a variable has."""
        if var in env:
            return env[var]
        return self.model.point[var[0], tuple([env.get(m, m) for m in var[1]])]

    def head(self, name: Name, env: Mapping[Any, Any]) -> Name:
        return name[0], tuple([env.get(m, m) for m in name[1]])

    def letter(self, name: str) -> Any:
        return self.numbers.pi() if name == "pi" else self.numbers.of(self.model.letters[name])

    def outcome(self, var: Var, env: Mapping[Any, Any]) -> Any:
        return self.numbers.of(self.model.values[var[0]][self.index(var, env)])

    def density(self, name: Name, slots: Slots, env: Mapping[Any, Any]) -> Any:
        filled = {s: self.index(v, env) for s, v in slots}
        return self.numbers.of(self.model.marginal(self.head(name, env), filled))

    def function(self, name: Name, args: tuple[Var, ...], env: Mapping[Any, Any]) -> Any:
        if name[0].endswith("!"):
            base = self.model.functions[self.head((name[0][:-1], name[1]), env), ()]
            if base.denominator != 1 or not 0 <= base <= 20:
                raise Refused("a factorial of something that is no small natural number")
            return self.numbers.of(Fraction(factorial(int(base))))
        return self.numbers.of(self.model.functions[self.head(name, env), tuple([self.index(v, env) for v in args])])

    def over(self, var: Var, slot: str, body: Any, env: Mapping[Any, Any]) -> Any:
        volumes = self.model.volumes.get(slot)
        found = self.numbers.of(Fraction(0))
        for k in range(self.model.size):
            self.spent += 1
            if self.spent > 50_000:
                raise Refused("the model is too dear to evaluate")
            part = body({**env, var: k})
            found = self.numbers.add(found, part if volumes is None else self.numbers.mul(self.numbers.of(volumes[k]), part))
        return found

    def product_along(self, index: str, span: str, body: Any, env: Mapping[Any, Any]) -> Any:
        """The product of the body over the values of an index."""
        found = self.numbers.of(Fraction(1))
        for k in range(1, self._length(span) + 1):
            found = self.numbers.mul(found, body({**env, index: str(k)}))
        return found

    def _length(self, span: str) -> int:
        length = Fraction(2)
        if span.startswith("upto:"):
            length = Fraction(span[5:]) if span[5:].isdigit() else self.model.letters[span[5:]]
        if length.denominator != 1 or not 1 <= length <= 6:
            raise Refused("an index that does not run from 1 to a small number")
        return int(length)

    def along(self, index: str, span: str, body: Any, env: Mapping[Any, Any]) -> Any:
        found = self.numbers.of(Fraction(0))
        for k in range(1, self._length(span) + 1):
            found = self.numbers.add(found, body({**env, index: str(k)}))
        return found
