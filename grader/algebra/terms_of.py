"""Values over kernels as terms again: what each generator means, written out."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grader.algebra.kernels import Bail, Frac, rational
from grader.replay.rules_binders import endless
from grader.term import Term, apply, binder, constant, from_data, number, symbol

if TYPE_CHECKING:
    from flint import fmpq_mpoly

    from grader.algebra.kernels import Kernels


def product(parts: list[Term]) -> Term:
    """A product without ones."""
    kept = [p for p in parts if not (p.kind == "number" and p.value == 1)]
    return number(1) if not kept else kept[0] if len(kept) == 1 else apply("mul", *kept)


def total(parts: list[Term]) -> Term:
    """A sum without zeros."""
    kept = [p for p in parts if not (p.kind == "number" and p.value == 0)]
    return number(0) if not kept else kept[0] if len(kept) == 1 else apply("add", *kept)


class Writer:
    """Terms of values over one set of kernels."""

    def __init__(self, kernels: Kernels) -> None:
        self.k = kernels

    def term(self, q: Frac) -> Term:
        """A fraction as a term."""
        top = self.polynomial(q[0])
        return top if q[1].is_one() else apply("div", top, self.polynomial(q[1]))

    def polynomial(self, p: fmpq_mpoly) -> Term:
        """A polynomial as a term."""
        return total([self._product(tuple(int(e) for e in m), rational(c)) for m, c in p.to_dict().items()])

    def _product(self, m: tuple[int, ...], c: Fraction) -> Term:
        factors = [self._power(k, e) for k, e in enumerate(m) if e]
        if abs(c) != 1 or not factors:
            factors.insert(0, number(abs(c)))
        return product(factors) if c > 0 else apply("neg", product(factors))

    def _power(self, k: int, e: int) -> Term:
        kind, *parts = self.k.entries[k]
        if kind == "exp":
            return apply("exp", product([number(e), self._frac(parts[0])]))
        base = self.generator(k)
        return base if e == 1 else apply("pow", base, number(e))

    def _frac(self, data: Any) -> Term:
        return self.term((self._read(data[0]), self._read(data[1])))

    def _read(self, data: Any) -> fmpq_mpoly:
        from grader.algebra.kernels import fmpq_of

        made = {}
        for coefficient, powers in data:
            m = [0] * self.k.size
            for index, exponent in powers:
                m[index] = exponent
            made[tuple(m)] = fmpq_of(Fraction(coefficient))
        return self.k.context.from_dict(made)

    def _poly(self, data: Any) -> Term:
        return self.polynomial(self._read(data))

    def generator(self, k: int) -> Term:
        """What a generator means. Fails with `Bail` for one that has no term."""
        kind, *parts = self.k.entries[k]
        make: dict[str, Callable[[], Term]] = {
            "symbol": lambda: symbol(parts[0]), "bound": lambda: symbol(parts[0]), "variable": lambda: symbol(parts[0]),
            "pi": lambda: constant("pi"), "i": lambda: constant("i"), "cos": lambda: apply("cos", self._frac(parts[0])),
            "sin": lambda: apply("sin", self._frac(self.k.entries[parts[0]][1])), "root": lambda: self._root(parts[0], parts[1]),
            "oddroot": lambda: apply("root", self._poly(parts[0]), number(parts[1])), "abs": lambda: apply("abs", self._poly(parts[0])),
            "log": lambda: self._log(parts[0]), "power": lambda: apply("pow", self._poly(parts[0]), self._poly(parts[1])),
            "alternating": lambda: apply("pow", number(-1), self._poly(parts[0])), "bigpower": lambda: apply("pow", self._poly(parts[0]),
                number(parts[1])),
            "rgamma": lambda: apply("div", number(1), apply("gamma", self._frac(parts[0]))),
            "function": lambda: apply(parts[0], *[self._frac(q) for q in parts[1:]]),
            "call": lambda: apply("call", self._head(parts[0], parts[1]), *[self._frac(q) for q in parts[2:]]),
            "series": lambda: binder("sum", (symbol(parts[1]),), from_data(parts[0]), number(0), total([self._frac(parts[2]), number(-1)])),
            "integral": lambda: binder("integral", (symbol(parts[1]),), from_data(parts[0]), *[
                endless(e) if isinstance(e, str) else self._frac(e) for e in parts[2:]]),
        }
        if kind not in make:
            raise Bail(f"a {kind} has no term")
        return make[kind]()

    def _root(self, data: Any, order: int) -> Term:
        base = self._poly(data)
        return apply("sqrt", base) if order == 2 else apply("pow", base, number(Fraction(1, order)))

    def _log(self, data: Any) -> Term:
        p = self._read(data)
        base = self.polynomial(p)
        return apply("log", base if self.k.sign(p) == 1 else apply("abs", base))

    @staticmethod
    def _head(name: str, primes: int) -> Term:
        return apply("prime", symbol(name), number(primes)) if primes else symbol(name)
