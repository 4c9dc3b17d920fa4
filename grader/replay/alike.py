"""Two terms that are the same but for the names of bound variables and the order in sums, products and the like.

The canonical form renames bound symbols by the depth at which they are bound, flattens nested sums and products, takes minus signs out of products,
sorts operands that may be exchanged, and turns > into <. Each step keeps value and definedness, whatever the parts mean: nothing here needs
the parts to be evaluated. Products are sorted only where every factor is a number (no matrices, no vectors, no words).
"""

from __future__ import annotations

import json
from collections.abc import Callable

from grader.term import Term, apply, number, symbol, to_data

SORTED = frozenset("add max min gcd lcm and or xor union intersection iff beta_function hadamard".split())
TURNED = {">": "<", ">=": "<="}
EVEN_SIGNS = frozenset(("=", "!=", "equiv", "approx"))
NOT_NUMBERS = frozenset("vec gradient transpose inverse cross hadamard outer".split())
SUMMED = frozenset("sum product integral limit set_of forall exists lambda maximum minimum supremum infimum argmax argmin antiderivative".split())


def same(left: Term, right: Term, is_scalar: Callable[[str], bool]) -> bool:
    """Are both the same up to bound names and order? `is_scalar` says which symbols are numbers."""
    if left == right:
        return True
    form = _Canonical(is_scalar)
    return form.of(left, {}, 0) == form.of(right, {}, 0)


class _Canonical:
    def __init__(self, is_scalar: Callable[[str], bool]) -> None:
        self.is_scalar = is_scalar

    def of(self, term: Term, bound: dict[str, str], depth: int) -> Term:
        """The canonical form; `bound` maps bound names to canonical ones."""
        if term.kind == "symbol":
            return symbol(bound[term.name]) if term.name in bound else term
        if term.kind == "binder":
            return self._binder(term, bound, depth)
        if not term.args:
            return term
        if term.kind == "apply" and term.name in ("mul", "neg", "div"):
            return self._product(term, bound, depth)
        args = [self.of(a, bound, depth) for a in term.args]
        if term.kind == "relation":
            return self._relation(term, args)
        if term.kind == "apply" and term.name in SORTED:
            flat = [b for a in args for b in (a.args if a.is_apply(term.name) and term.name != "iff" else (a,))]
            return apply(term.name, *sorted(flat, key=_key))
        if term.kind == "tuple" and term.name == "set":
            return Term("tuple", "set", tuple(sorted(dict.fromkeys(args), key=_key)), signs=term.signs)
        return term.with_args(tuple(args))

    def _binder(self, term: Term, bound: dict[str, str], depth: int) -> Term:
        if term.name not in SUMMED or any(b.kind != "symbol" for b in term.bound):
            inside = bound if term.name in SUMMED else {k: v for k, v in bound.items() if k not in {b.name for b in term.bound}}
            return Term("binder", term.name, tuple(self.of(a, inside, depth + 1) for a in term.args), bound=term.bound)
        if term.name == "antiderivative":  # its variable stays free in what it stands for
            return Term("binder", term.name, tuple(self.of(a, bound, depth + 1) for a in term.args), bound=term.bound)
        names = {b.name: f"#{depth}.{k}" for k, b in enumerate(term.bound)}
        inside = {**bound, **names}
        over = term.name in ("sum", "product", "integral") and len(term.args) == 3 or term.name == "limit"
        args = [self.of(term.args[0], inside, depth + 1)]
        for k, a in enumerate(term.args[1:]):  # limits of a range lie outside; a condition on the bound symbols lies inside
            side = term.name == "limit" and k == 1
            args.append(a if side else self.of(a, bound if over else inside, depth + 1))
        return Term("binder", term.name, tuple(args), bound=tuple(symbol(n) for n in names.values()))

    def _relation(self, term: Term, args: list[Term]) -> Term:
        signs = list(term.signs)
        if all(s in TURNED for s in signs):
            args, signs = args[::-1], [TURNED[s] for s in reversed(signs)]
        elif len(signs) == 1 and signs[0] in EVEN_SIGNS:
            args = sorted(args, key=_key)
        return Term("relation", args=tuple(args), signs=tuple(signs))

    # ---- products and quotients

    def _product(self, term: Term, bound: dict[str, str], depth: int) -> Term:
        negative, top, bottom = self._factors(term, bound, depth)
        if not self._commutes(term):
            args = [self.of(a, bound, depth) for a in term.args]
            return term.with_args(tuple(args))
        made = _joined(sorted(top, key=_key))
        if bottom:
            made = apply("div", made, _joined(sorted(bottom, key=_key)))
        return apply("neg", made) if negative else made

    def _factors(self, term: Term, bound: dict[str, str], depth: int) -> tuple[bool, list[Term], list[Term]]:
        if term.is_apply("neg"):
            sign, top, bottom = self._factors(term.args[0], bound, depth)
            return not sign, top, bottom
        if term.is_apply("mul"):
            parts = [self._factors(a, bound, depth) for a in term.args]
            return sum(p[0] for p in parts) % 2 == 1, [f for p in parts for f in p[1]], [f for p in parts for f in p[2]]
        if term.is_apply("div"):
            (s, a, b), (t, c, d) = (self._factors(x, bound, depth) for x in term.args)
            if not d:  # (a/b)/(c/d) is undefined where d is 0: it stays
                return s != t, a, [*b, *c]
            return s != t, a, [*b, apply("div", _joined(sorted(c, key=_key)), _joined(sorted(d, key=_key)))]
        return False, [self.of(term, bound, depth)], []

    def _commutes(self, term: Term) -> bool:
        if term.kind == "symbol":
            return self.is_scalar(term.name)
        if term.kind == "tuple" and term.name != "cases" or term.kind == "text" or term.kind == "apply" and term.name in NOT_NUMBERS:
            return False
        return all(self._commutes(a) for a in term.args)


def _joined(factors: list[Term]) -> Term:
    kept = [f for f in factors if f != number(1)] or [number(1)]
    return kept[0] if len(kept) == 1 else apply("mul", *kept)


def _key(term: Term) -> str:
    return json.dumps(to_data(term))
