"""Instances for claims about attention: letters as functions of t, or keys and a query with coordinates, that satisfy the premises (and miss a goal).

Where everything is linear in the letters, x = d t + e is found by a linear program over (d, e), with small numbers; otherwise a few rays are tried.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grader.algebra.limits import constant_ball
from grader.algebra.scales import FREE, Mode, NoScale, Scale, log
from grader.algebra.simplex import maximize
from grader.algebra.vectors import EACH, Concrete, Coordinates, Orthogonal, Space
from grader.algebra.vectors import ONE as SINGLE
from grader.decide.attention_statements import TIME, Fact, is_true, letters_of, read_statement
from grader.decide.budget import Budget
from grader.term import Term, free_names, symbol, to_data

if TYPE_CHECKING:
    from grader.decide.attention import Question

FIRST_RAYS = 120
MAX_RAYS = 300
"""How many combinations of simple values are tried before and after the linear program."""
MAX_SIZE = 12
"""Most dimensions of an instance with orthonormal keys."""
T = Scale.letter("t")
ONE = Scale.of(1)
ROOT = Scale({((symbol("t"), Fraction(1, 2)),): Fraction(1)})
INVERSE = Scale({((symbol("t"), Fraction(-1)),): Fraction(1)})

Ray = dict[str, Scale]
Row = tuple[dict[tuple[str, str], Fraction], str, Fraction]
"""Linear condition on slopes ("d", x) and offsets ("e", x): coefficients, "=" or ">=", right side."""


def data(x: Scale) -> list[Any]:
    """A scale in t as JSON values."""
    return to_data(x.term())


def score_goals(scores: Mapping[str, Scale], targets: Mapping[str, Fraction]) -> list[Fact]:
    """What the gaps of scores from the heaviest key must do: tend to the logarithm of a ratio of weights, or to infinity."""
    first = max(targets, key=lambda x: (targets[x], -list(targets).index(x)))
    goals = []
    for x, score in scores.items():
        if x != first:
            gap, weight = scores[first] - score, targets.get(x, Fraction(0))
            goals.append(Fact("limit", gap - log(Scale.of(targets[first] / weight), {})) if weight else Fact("inf", gap))
    return goals


# ------------------------------------------------------------------------------------------------- rays of scalar letters


def rays(ask: Question, query: Term, premises: Sequence[Term], space: Space, goals: Sequence[Fact], *, failing: bool, keys: int,
         budget: Budget) -> Iterator[Ray]:
    """Values of the letters along which the premises hold and, if `failing`, some goal does not."""
    names = letters_of((query, *premises), ask.names)
    norms = tuple(f"norm:{x}" for x in (*ask.names.named, EACH)) if ask.norms == "unknown" else ()
    tried = _sampled(ask, (*names, *norms), space, failing, query, premises, keys)
    yield from _hits(itertools.islice(tried, FIRST_RAYS), budget)
    given = [f for p in premises for f in read_statement(p, space)]
    if not norms and _linear(fact.of for fact in (*given, *goals)):
        for missed in _failures(goals) if failing else [[]]:
            found = _line(ask, names, space, given, missed)
            if found is not None:
                yield found
                return
    yield from _hits(itertools.islice(tried, MAX_RAYS), budget)


def _hits(tried: Iterator[Ray | None], budget: Budget) -> Iterator[Ray]:
    for ray in tried:
        budget.check()
        if ray is not None:
            yield ray
            return


def _sampled(ask: Question, names: Sequence[str], space: Space, failing: bool, query: Term, premises: Sequence[Term],
             keys: int) -> Iterator[Ray | None]:
    """For one combination of values after the other, the ray if it does what is wanted, else None."""
    choices = [_choices(name, space.modes.get(name, FREE), ask) for name in names]
    for values in _by_weight(choices):
        ray = dict(zip(names, values))
        try:
            at = Orthogonal(ask.names, ask.norms, TIME, ray, keys)
            good = all(is_true(f) for p in premises for f in read_statement(p, at))
            if good:
                scores = at.scores(at.value(query))
                good = not failing or not all(is_true(g) for g in score_goals(scores, ask.targets()))
        except NoScale:
            good = False
        yield ray if good else None


def _by_weight(choices: Sequence[Sequence[Scale]]) -> Iterator[tuple[Scale, ...]]:
    """All combinations, those with early entries first."""
    deepest = sum(len(c) - 1 for c in choices)
    for weight in range(deepest + 1):
        yield from _of_weight(choices, weight)


def _of_weight(choices: Sequence[Sequence[Scale]], weight: int) -> Iterator[tuple[Scale, ...]]:
    if not choices:
        if weight == 0:
            yield ()
        return
    for k, first in enumerate(choices[0][:weight + 1]):
        for rest in _of_weight(choices[1:], weight - k):
            yield (first, *rest)


def _choices(name: str, mode: Mode, ask: Question) -> list[Scale]:
    """Functions of t that a letter may be, simple ones first."""
    domain = ask.claim.domain(name)
    two, half = Scale.of(2), Scale.of(Fraction(1, 2))
    if mode.size == "grows":
        found = [T.times(mode.sign), T.times(2 * mode.sign), (T * T).times(mode.sign), (T + ONE).times(mode.sign)]
        return found if domain.field == "integer" else [*found, ROOT.times(mode.sign)]
    if mode.size == "vanishes":
        return [INVERSE.times(s) for s in ((mode.sign,) if mode.sign else (1, -1))] + ([Scale({})] if not mode.sign else [])
    steady = [ONE, Scale({}), -ONE, two, half]
    if mode.sign or name.startswith("norm:"):
        steady = [-ONE, -two, -half] if mode.sign < 0 else [ONE, two, half, Scale.of(5)]
    moving: list[Scale] = []
    if mode.size == "any":
        moving = [x for x in (T, T.times(2), -T, T * T, INVERSE) if not mode.sign or next(iter(x.parts.values())) * mode.sign > 0]
    allowed = [x for x in steady if domain.admits(x.rational or Fraction(0))]
    if not allowed and domain.lower is not None:
        allowed = [Scale.of(domain.lower + 1)]
    return allowed + moving


# -------------------------------------------------------------------------------------------------------- linear programs


def _linear(scales: Any) -> bool:
    """Are all products single letters or numbers?"""
    return all(not p or len(p) == 1 and p[0][0].kind == "symbol" and p[0][1] == 1 or all(a.kind != "symbol" and not _has_letter(a) for a, _ in p)
               for x in scales for p in x.parts)


def _has_letter(atom: Term) -> bool:
    return bool(free_names(atom))


def _split(x: Scale) -> tuple[dict[str, Fraction], Fraction]:
    """Coefficients of the letters, and a rational number near the rest."""
    letters = {p[0][0].name: c for p, c in x.parts.items() if p and p[0][0].kind == "symbol"}
    rest = Scale({p: c for p, c in x.parts.items() if not p or p[0][0].kind != "symbol"})
    return letters, rest.rational if rest.rational is not None else Fraction(float(constant_ball(rest, 64))).limit_denominator(1000)


def _rows(kind: str, x: Scale) -> list[Row]:
    """What a fact says of slopes and offsets."""
    letters, c = _split(x)
    slope = {("d", n): v for n, v in letters.items()}
    offset = {("e", n): v for n, v in letters.items()}
    if kind == "inf":
        return [(slope, ">=", Fraction(1))]
    if kind == "floor":
        return [(slope, ">=", Fraction(0))]
    if kind == "bounded":
        return [(slope, "=", Fraction(0))]
    if kind in ("limit", "zero"):
        return [(slope, "=", Fraction(0)), (offset, "=", -c)]
    return [(slope, ">=", Fraction(0)), ({**slope, **offset}, ">=", -c + (1 if kind == "pos" else 0))]


def _failures(goals: Sequence[Fact]) -> Iterator[list[Row]]:
    """Ways to miss a goal, one after the other."""
    for kind, x in goals:
        letters, c = _split(x)
        slope = {("d", n): v for n, v in letters.items()}
        down = {k: -v for k, v in slope.items()}
        offset = {("e", n): v for n, v in letters.items()}
        below = {k: -v for k, v in offset.items()}
        flat: Row = (slope, "=", Fraction(0))
        if kind == "inf":
            yield [flat]
            yield [(down, ">=", Fraction(1))]
        if kind in ("limit", "zero", "bounded"):
            yield [(slope, ">=", Fraction(1))]
            yield [(down, ">=", Fraction(1))]
        if kind in ("limit", "zero"):
            yield [flat, (offset, ">=", 1 - c)]
        if kind in ("limit", "zero", "nonneg", "pos"):
            yield [flat, (below, ">=", 1 + c)]
        if kind in ("nonneg", "pos", "floor"):
            yield [(down, ">=", Fraction(1))]
        if kind == "pos":
            yield [flat, (offset, "=", -c)]


def _line(ask: Question, names: Sequence[str], space: Space, given: Sequence[Fact], missed: Sequence[Row]) -> Ray | None:
    """Slopes and offsets of least total size that obey the facts and the rows."""
    rows = [r for kind, x in given for r in _rows(kind, x)] + list(missed)
    for name in names:
        rows += _domain_rows(ask, name, space.modes.get(name, FREE))
    unknowns = [(part, n) for n in names for part in ("d", "e")]
    place = {u: k for k, u in enumerate(unknowns)}
    width = 2 * len(unknowns)
    slacks = [k for k, (_, sign, _) in enumerate(rows) if sign == ">="]
    table, right = [], []
    for k, (coefficients, _, value) in enumerate(rows):
        line = [Fraction(0)] * (width + len(slacks))
        for u, c in coefficients.items():
            if u not in place:
                return None
            line[2 * place[u]] += c
            line[2 * place[u] + 1] -= c
        if k in slacks:
            line[width + slacks.index(k)] = Fraction(-1)
        table.append(line)
        right.append(value)
    best = maximize(table, right, [Fraction(-1)] * width + [Fraction(0)] * len(slacks)) if table else None
    if table and best is None:
        return None
    point = best.point if best else [Fraction(0)] * width
    value = {u: point[2 * k] - point[2 * k + 1] for u, k in place.items()}
    return {n: T.times(value["d", n]) + Scale.of(value["e", n]) for n in names}


def _domain_rows(ask: Question, name: str, mode: Mode) -> Iterator[Row]:
    domain = ask.claim.domain(name)
    slope, offset = {("d", name): Fraction(1)}, {("e", name): Fraction(1)}
    if mode.size == "constant":
        yield slope, "=", Fraction(0)
    for bound, strict, side in ((domain.lower, domain.lower_strict, 1), (domain.upper, domain.upper_strict, -1)):
        if bound is not None:
            yield {k: side * v for k, v in slope.items()}, ">=", Fraction(0)
            yield {k: side * v for k, v in {**slope, **offset}.items()}, ">=", side * bound + (1 if strict else 0)


# -------------------------------------------------------------------------------------------------------- vector instances


def models(ask: Question, space: Space, conclusion: Sequence[Term] | None, budget: Budget) -> Iterator[dict[str, Any]]:
    """Keys and queries with coordinates that satisfy the premises and, where a conclusion is given, miss it."""
    for vectors, letters in itertools.chain(_scored(ask, space, conclusion), _listed(ask, conclusion)):
        budget.check()
        try:
            at = Concrete(ask.names, vectors, letters)
            if not all(_holds(p, at) for p in ask.subject) or conclusion is not None and all(_holds(c, at) for c in conclusion):
                continue
        except NoScale:
            continue
        yield {"letters": {n: data(x) for n, x in letters.items()}, "keys": {x: [data(c) for c in v] for x, v in vectors.named.items()},
               "others": [[n, [data(c) for c in v]] for n, v in vectors.others], "query": [data(c) for c in vectors.query]}


def _holds(statement: Term, at: Concrete) -> bool:
    if statement.kind == "binder" and statement.name == "exists":
        return any(all(is_true(f) for f in read_statement(statement.args[0], at, {statement.bound[0].name: x})) for x in at.tags)
    return all(is_true(f) for x in at.tags for f in read_statement(statement, at, {at.names.other: x}))


def _scored(ask: Question, space: Space, conclusion: Sequence[Term] | None) -> Iterator[tuple[Coordinates, Ray]]:
    """Models made from scores that a linear program finds: k_x = (slope, offset) and q = (t, 1); or unit keys, the scores being q's coordinates.

    A premise about some other key only is left to a second kind of other keys, which misses nothing.
    """
    score, unit = ("score", False) if ask.norms == "any" else ("query", True)
    letters = [n for n in letters_of((*ask.subject, *(conclusion or ())), ask.names) if ":" not in n]
    names = [f"{score}:{x}" for x in (*ask.names.named, EACH)] + letters
    partial = [p for p in ask.subject if p.kind == "binder" and p.name == "exists"]
    try:
        given = [f for p in ask.subject if p not in partial for f in read_statement(p, space)]
        goals = [g for c in conclusion or () for g in read_statement(c, space)]
        extra = [f for p in partial for f in read_statement(p.args[0], space, {p.bound[0].name: SINGLE})]
    except NoScale:
        return
    if not _linear(f.of for f in (*given, *goals, *extra)):
        return
    for missed in _failures(goals) if conclusion is not None else [[]]:
        found = _line(ask, names, space, given, missed)
        if found is None:
            continue
        first = _line(ask, names, space, [*given, *extra, *_fixed(found, score)], []) if extra else None
        if extra and first is None:
            continue
        yield _coordinates(ask, found, first, score, unit), {n: x for n, x in found.items() if ":" not in n}


def _fixed(found: Ray, score: str) -> list[Fact]:
    """The named keys' scores and the letters as already found."""
    facts = []
    for name, x in found.items():
        if not name.endswith(EACH):
            slope, offset = _slope(x)
            facts += [Fact("bounded", Scale.letter(name))] if not slope else []
            facts += [Fact("zero", Scale.letter(name) - Scale.of(offset))] if not slope else []
    return facts


def _slope(x: Scale) -> tuple[Fraction, Fraction]:
    return x.parts.get(((symbol("t"), Fraction(1)),), Fraction(0)), x.parts.get((), Fraction(0))


def _coordinates(ask: Question, found: Ray, first: Ray | None, score: str, unit: bool) -> Coordinates:
    named = list(ask.names.named)
    if unit:
        size = next(n for n in (*range(len(named) + 3, MAX_SIZE), ask.keys()) if ask.claim.domain(ask.names.count).admits(Fraction(n)))
        rows = [[ONE if k == j else Scale({}) for k in range(size)] for j in range(size)]
        query = [found[f"{score}:{x}"] for x in named] + [found[f"{score}:{EACH}"]] * (size - len(named))
        return Coordinates(dict(zip(named, rows)), [(1, r) for r in rows[len(named):]], query)
    lines = {x: _slope(found[f"{score}:{x}"]) for x in (*named, EACH)}
    others = [(ask.keys() - len(named), lines[EACH])]
    if first is not None:
        others = [(1, _slope(first[f"{score}:{EACH}"])), (ask.keys() - len(named) - 1, lines[EACH])]
    every = [*(lines[x] for x in named), *(v for _, v in others)]
    used = [k for k in (0, 1) if any(v[k] for v in every)] or [1]
    query = [(T, ONE)[k] for k in used]

    def row(v: tuple[Fraction, Fraction]) -> list[Scale]:
        return [Scale.of(v[k]) for k in used]

    return Coordinates({x: row(lines[x]) for x in named}, [(n, row(v)) for n, v in others], query)


def _listed(ask: Question, conclusion: Sequence[Term] | None) -> Iterator[tuple[Coordinates, Ray]]:
    """Small configurations in the plane for one named key: orthogonal, equal, opposite, longer and shorter, growing keys."""
    if len(ask.names.named) != 1:
        return
    (j,), zero = ask.names.named, Scale({})
    copies = ask.keys() - 1
    two = Scale.of(2)
    pairs = [((ONE, zero), (zero, ONE)), ((ONE, zero), (two, zero)), ((two, zero), (ONE, zero)), ((ONE, zero), (-ONE, zero)),
             ((ONE, zero), (ONE, zero)), ((T, zero), (zero, ONE)), ((T, zero), (ONE, zero)), ((ONE, zero), (INVERSE, zero)),
             ((ONE, zero), (zero, INVERSE))]
    if ask.norms == "unit":
        pairs, copies = pairs[:1], 1
    letters = [n for n in letters_of((*ask.subject, *(conclusion or ())), ask.names) if ":" not in n]
    queries = [(ONE, zero), (zero, zero), (zero, ONE), (T, zero), (-ONE, zero), (zero, T), (-T, zero), (INVERSE, zero)]
    space = ask.space(ask.subject)
    choices = [_choices(n, space.modes.get(n, FREE), ask)[:3] for n in letters]
    for own, other in pairs:
        for values in itertools.islice(itertools.product(*choices), 30):
            ray = dict(zip(letters, values))
            named = {j: list(own)}
            for query in _queries(ask, named, [(copies, list(other))], ray) or queries:
                yield Coordinates(named, [(copies, list(other))], list(query)), ray


def _queries(ask: Question, named: Mapping[str, list[Scale]], others: list[tuple[int, list[Scale]]], ray: Ray) -> list[Sequence[Scale]]:
    """The query that a premise q = ... names, if one does."""
    at = Concrete(ask.names, Coordinates(named, others, [Scale({})] * 2), ray)
    for premise in ask.subject:
        if premise.kind == "relation" and premise.signs == ("=",):
            for side, value in (premise.args, premise.args[::-1]):
                if side == symbol(ask.names.query):
                    try:
                        made = at.value(value)
                    except NoScale:
                        return []
                    return [list(made.values())] if isinstance(made, dict) else []
    return []
