"""Conditions under which an order is claimed, as inequalities between quantities: `n <= t`, `t = o(n)`, `m << n`, `E = Theta(V^2)`, chains, and."""

from __future__ import annotations

from typing import NamedTuple

from grader.algebra.growth_constants import Unfit
from grader.algebra.growth_scales import UNIT, Expansion, Form
from grader.algebra.growth_terms import Converter
from grader.domain import Domain
from grader.term import Term, relation

_BOUNDS = {"bigO": ("O",), "smallo": ("o",), "bigTheta": ("O", "Omega"), "bigOmega": ("Omega",), "smallomega": ("omega",)}
_SIGNS = {"<=": ("<=",), "<": ("<",), ">=": (">=",), ">": (">",), "=": ("<=", ">="), "<<": ("o",), ">>": ("omega",), "~": ("O", "Omega"),
          "approx": ("O", "Omega"), "propto": ("O", "Omega")}
_TURNED = {"Omega": "O", "omega": "o", ">=": "<=", ">": "<"}


class Bound(NamedTuple):
    """small SIGN large, the sign one of "<=", "<", "O", "o"; `place` is (number of the condition, number of the bound in it)."""

    small: Term
    sign: str
    large: Term
    place: tuple[int, int]


def bounds(conditions: tuple[Term, ...]) -> tuple[Bound, ...]:
    """Every bound that the conditions state. Fails with `Unfit` on a condition of another form."""
    made = []
    for number, condition in enumerate(conditions):
        parts = [pair for piece in _conjuncts(condition) for pair in _pairs(piece)]
        made += [Bound(small, sign, large, (number, k)) for k, (small, sign, large) in enumerate(parts)]
    return tuple(made)


def _conjuncts(term: Term) -> list[Term]:
    if term.is_apply("and"):
        return [piece for part in term.args for piece in _conjuncts(part)]
    return [term]


def _pairs(term: Term) -> list[tuple[Term, str, Term]]:
    if term.kind != "relation":
        raise Unfit("a condition that is no relation")
    made = []
    for left, sign, right in zip(term.args, term.signs, term.args[1:]):
        if sign in ("=", "in") and right.kind == "apply" and right.name in _BOUNDS:
            signs, right = _BOUNDS[right.name], right.args[0]
        elif sign in _SIGNS:
            signs = _SIGNS[sign]
        else:
            raise Unfit(f"a condition with the sign {sign}")
        made += [(right, _TURNED[s], left) if s in _TURNED else (left, s, right) for s in signs]
    return made


class Never:
    """The oracle that proves nothing: conditions are read without leaning on other conditions."""

    def __init__(self, domains: dict[str, Domain]) -> None:
        self.domains = domains

    def small(self, scale: Form, others: tuple[Form, ...]) -> bool:
        return False

    def bounded(self, scale: Form, others: tuple[Form, ...]) -> bool:
        return scale in others


class Sides(NamedTuple):
    """A bound between sums of scales: each of `small` is at most a constant times the sum of each alternative in `large`.

    `exact` is the difference large - small where it is known exactly.
    """

    small: tuple[Form, ...]
    large: tuple[tuple[Form, ...], ...]
    exact: Expansion | None


def sides(bound: Bound, growing: tuple[str, ...], domains: dict[str, Domain]) -> Sides:
    """The bound in scales; what is subtracted on one side is added on the other. Fails with `Unfit`."""
    converter = Converter(Never(domains), growing)
    scales = converter.scales
    small, large = converter.quantity(bound.small), converter.quantity(bound.large)
    if isinstance(small, Expansion) and isinstance(large, Expansion) and not small.errors and not large.errors:
        exact = scales.subtract(large, small)
        assert isinstance(exact, Expansion)
        if bound.sign in ("<=", "<"):
            signs = {form: scales.sign(c) for form, c in exact.terms.items()}
            if None in signs.values():
                raise Unfit("a condition with a coefficient of unknown sign")
            below = tuple(sorted(f for f, s in signs.items() if s == -1 and f != UNIT))
            return Sides(below, (tuple(sorted(f for f, s in signs.items() if s == 1)),), exact)
        positive = tuple(sorted(f for f, c in large.terms.items() if scales.sign(c) == 1))
        return Sides(tuple(f for f in scales.order(small).alternatives[0] if f != UNIT), (positive,), None)
    low, high = scales.order(small), scales.order(large)
    if len(low.alternatives) != 1:
        raise Unfit("a condition with a minimum on its small side")
    return Sides(tuple(f for f in low.alternatives[0] if f != UNIT), high.alternatives, None)


def as_relation(bound: Bound) -> Term:
    """The bound as a relation, for words."""
    return relation({"O": "<=", "o": "<<"}.get(bound.sign, bound.sign), bound.small, bound.large)
