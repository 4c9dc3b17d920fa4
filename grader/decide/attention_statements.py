"""Statements about sequences of scores and letters as facts about scales, for whoever looks for evidence about attention.

A fact is (kind, E): "inf" E -> oo; "limit" E -> 0; "zero", "nonneg", "pos" from some point on; "bounded" |E|; "floor" E bounded below. What the
statements mean is written down in `grader.replay.attention_statements`; this is the finder's own reading of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from grader.algebra.limits import leading_sign, limit
from grader.algebra.scales import FREE, Mode, Modes, NoScale, Scale, log
from grader.algebra.vectors import EACH, ONE, Concrete, Names, Scored, Space, Value, plus, scaled
from grader.domain import Domain
from grader.term import Term, apply, walk

TIME: Modes = {"t": Mode(1, "grows")}


class Fact(NamedTuple):
    """See the module."""

    kind: str
    of: Scale


def read_statement(statement: Term, space: Space, at: Mapping[str, str] = {}) -> list[Fact]:
    """The facts that a statement says in a space. Fails (`NoScale`) where it has no meaning there."""
    if statement.kind != "relation" or len(statement.signs) != 1:
        raise NoScale("not one relation")
    (left, right), (sign,) = statement.args, statement.signs
    if sign in ("<", "<=") and not _end(right):
        left, right, sign = right, left, ">" if sign == "<" else ">="
    end = _end(right)
    if sign == "->" and end:
        return list(_diverging(left if end > 0 else apply("neg", left), space, at))
    if sign == "<" and end > 0 and left.is_apply("abs", 1):
        return [Fact("bounded", _scale(space.value(left.args[0], at)))]
    if (sign, end) in (("<", 1), (">", -1)):
        return [Fact("floor", _scale(space.value(left, at)).times(-end))]
    kind = {"->": "limit", "=": "zero", ">=": "nonneg", ">": "pos"}.get(sign)
    if end or kind is None:
        raise NoScale(f"the relation {sign}")
    gap = plus(space.value(left, at), scaled(Scale.of(-1), space.value(right, at)))
    if isinstance(gap, Scale):
        return [Fact(kind, gap)]
    if kind in ("nonneg", "pos") or isinstance(space, Scored):
        raise NoScale("vectors are compared")
    return [Fact(kind, c) for c in gap.values()]


def _end(term: Term) -> int:
    sign = 1
    while term.is_apply("neg", 1):
        term, sign = term.args[0], -sign
    return sign if term.kind == "constant" and term.name == "oo" else 0


def _scale(value: Value) -> Scale:
    if not isinstance(value, Scale):
        raise NoScale("a vector where a number should stand")
    return value


def _diverging(left: Term, space: Space, at: Mapping[str, str]) -> Iterator[Fact]:
    """left -> oo. A quotient over a sum of exponentials falls apart into one fact for each addend."""
    if left.is_apply("div", 2) and any(n.is_apply("exp") for n in walk(left)):
        top = log(_scale(space.value(left.args[0], at)), space.modes)
        for product in _addends(left.args[1], space, at):
            yield Fact("inf", top - log(product, space.modes))
    else:
        yield Fact("inf", _scale(space.value(left, at)))


def _addends(term: Term, space: Space, at: Mapping[str, str]) -> Iterator[Scale]:
    if term.is_apply("add"):
        for a in term.args:
            yield from _addends(a, space, at)
        return
    if term.kind == "binder" and term.name == "sum" and len(term.bound) == 1:
        inside, others = space.places(term, at)
        generic = (space.tags if isinstance(space, Concrete) else [ONE]) if others else []
        values = [space.value(term.args[0], {**at, term.bound[0].name: x}) for x in (*inside, *generic)]
    else:
        values = [space.value(term, at)]
    for value in values:
        for product, c in _scale(value).parts.items():
            yield Scale({product: c})


def is_true(fact: Fact) -> bool:
    """Is a fact about a scale in t alone true from some t on? Fails (`NoScale`) where that is not clear."""
    kind, x = fact
    if kind == "zero":
        return not x
    if kind in ("nonneg", "pos"):
        return leading_sign(x, TIME) > 0 or kind == "nonneg" and not x
    where, value = limit(x, TIME)
    if kind == "limit":
        return where == "to" and not value
    return where == "oo" or kind != "inf" and where == "to" if kind != "bounded" else where == "to"


def learn_modes(domains: Iterable[tuple[str, Domain]], constants: Iterable[str], premises: Iterable[Term],
                space_of: Callable[[Modes], Space]) -> dict[str, Mode]:
    """What domains, the list of constants and premises about single letters say of each letter."""
    modes: dict[str, Mode] = {}
    for name, domain in domains:
        if name != "*" and domain.shape == "scalar":
            negative = domain.upper is not None and (domain.upper < 0 or domain.upper == 0 and domain.upper_strict)
            modes[name] = Mode(1 if domain.is_positive else -1 if negative else 0)
    for name in constants:
        modes[name] = Mode(modes.get(name, FREE).sign, "constant")
    statements = tuple(premises)
    for _ in range(3):
        before = dict(modes)
        for statement in statements:
            try:
                for kind, x in read_statement(statement, space_of(modes)):
                    _learn(kind, x, modes)
            except NoScale:
                continue
        if modes == before:
            break
    return modes


def _learn(kind: str, x: Scale, modes: dict[str, Mode]) -> None:
    rest = x.parts.get((), 0)
    lone = [(p, c) for p, c in x.parts.items() if p]
    if len(lone) != 1 or len(lone[0][0]) != 1:
        return
    (((atom, e),), c), = lone
    if atom.kind != "symbol" or e != 1:
        return
    old, sign = modes.get(atom.name, FREE), 1 if c > 0 else -1
    if kind == "inf":
        modes[atom.name] = Mode(sign, "grows")
    elif kind == "limit" and rest == 0:
        modes[atom.name] = Mode(old.sign, "vanishes")
    elif kind == "pos" and rest <= 0 or kind == "nonneg" and rest < 0:
        modes[atom.name] = Mode(sign, old.size, old.least)
    elif kind == "bounded" and old.size == "any":
        modes[atom.name] = Mode(old.sign, "bounded")


def letters_of(terms: Iterable[Term], names: Names) -> tuple[str, ...]:
    """The scalar letters of the terms, indexed ones at every key, in order of appearance; without the number of keys."""
    found: dict[str, None] = {}

    def visit(term: Term, bound: frozenset[str]) -> None:
        if term.kind == "symbol" and term.name not in bound | {names.keys, names.query, names.count, names.other, *names.named}:
            found[term.name] = None
        elif term.is_apply("index", 2) and term.args[0].kind == "symbol":
            if term.args[0].name != names.keys:
                found.update(dict.fromkeys(f"{term.args[0].name}_{x}" for x in (*names.named, EACH)))
        elif term.kind == "symbol" and term.name == names.query:
            found.update(dict.fromkeys(f"query:{x}" for x in (*names.named, EACH)))
        else:
            inside = bound | {b.name for b in term.bound}
            for a in term.args:
                visit(a, inside)

    for term in terms:
        visit(term, frozenset())
    return tuple(found)
