"""Flows in continuous time: dp/dt = -q, q' = p as given, and derivatives of other quantities worked out from them.

The derivative by time of a term is the sum of its partial derivatives times what the names' derivatives were said to be (chain rule); names that do not
flow are constant in time. p(t) is written p.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace as changed

from grader.reading.lines import Line
from grader.replay.derivative import derivative
from grader.replay.enclosure import Unsupported
from grader.term import Term, apply, free_names, number, replace, symbol, walk
from grader.theories._theory import Link

TIMES = frozenset("t tau s".split())
"""Names of time."""
MAX_ORDER = 3


def head(term: Term) -> tuple[str, Term] | None:
    """("p", p) for dp/dt, p-dot and p'(t) of a name or of p(t); None for other terms."""
    inner: Term | None = None
    if term.is_apply("dot", 1):
        inner = term.args[0]
    elif term.kind == "apply" and term.name in ("derivative", "partial") and len(term.args) == 3 and term.args[1].kind == "symbol" and term.args[1].name in TIMES \
            and term.args[2] == number(1) and term.name == "derivative":
        inner = term.args[0]
    elif term.is_apply("call", 2) and term.args[1].kind == "symbol" and term.args[1].name in TIMES:
        called = term.args[0]
        inner = called.args[0] if called.is_apply("dot", 1) or called.is_apply("prime", 2) and called.args[1] == number(1) else None
    if inner is None:
        return None
    inner = _bare(inner)
    return (inner.name, inner) if inner.kind == "symbol" else None


def _bare(term: Term) -> Term:
    """p for p(t)."""
    timed = term.is_apply("call", 2) and term.args[0].kind == "symbol" and term.args[1].kind == "symbol" and term.args[1].name in TIMES
    return term.args[0] if timed else term


def bared(term: Term) -> Term:
    """The term with p for every p(t)."""
    bare = _bare(term)
    return bare if bare is not term else term.with_args(tuple([bared(a) for a in term.args])) if term.args else term


def is_derivative(term: Term) -> bool:
    """Is it a derivative by time?"""
    if head(term) is not None:
        return True
    return term.is_apply("derivative", 3) and term.args[1].kind == "symbol" and term.args[1].name in TIMES


def wanted(lines: Sequence[Line]) -> tuple[str, ...]:
    """Names whose derivatives are given by equations, where some other quantity is differentiated by time as well; else none."""
    given: dict[str, None] = {}
    bodies: set[str] = set()
    for line in lines:
        if isinstance(line.left, Term) and line.steps and line.steps[0].sign in ("=", ":=") and isinstance(line.steps[0].side, Term):
            found = head(line.left)
            if found is not None:
                given[found[0]] = None
            elif (bare := _bare(line.left)).kind == "symbol":
                bodies.add(bare.name)
    flowing = [name for name in given if name not in bodies]
    sides = [t for line in lines for t in (line.left, *[s.side for s in line.steps]) if isinstance(t, Term)]
    sides = [a for t in sides for a in (t.args if t.kind == "relation" or t.is_apply("and") else (t,))]
    others = any(is_derivative(n) and ((found := head(n)) is None and not _bare(n.args[0]).kind == "symbol" or found is not None and found[0] in bodies)
                 for t in sides for n in walk(t))
    return tuple(flowing) if flowing and others else ()


def bodies(lines: Sequence[Line], flowing: Sequence[str]) -> tuple[tuple[Term, Term], ...]:
    """What lines say that other quantities are, where flows are given: (V, w^2/2)."""
    found: dict[Term, Term] = {}
    for line in lines if flowing else ():
        if isinstance(line.left, Term) and line.steps and line.steps[0].sign in ("=", ":=") and isinstance(line.steps[0].side, Term):
            bare = _bare(line.left)
            if bare.kind == "symbol" and bare.name not in flowing and head(line.left) is None and bare.name not in free_names(line.steps[0].side):
                found.setdefault(bare, line.steps[0].side)
    return tuple(found.items())


def put_in(term: Term, flows: Mapping[str, Term], definitions: Sequence[tuple[Term, Term]]) -> Term:
    """The term with derivatives by time worked out, and with p for p(t). Fails with ValueError where one cannot be."""
    bodies = {_bare(h).name: body for h, body in definitions if _bare(h).kind == "symbol" and _bare(h).name not in flows}
    others = [found[0] for n in walk(term) if (found := head(n)) is not None and found[0] not in bodies]
    flows = {**{name: apply("dot", symbol(name)) for name in others}, **flows}  # of which nothing is said
    return _put_in(term, flows, bodies)


def _put_in(term: Term, flows: Mapping[str, Term], bodies: Mapping[str, Term]) -> Term:
    bare = _bare(term)
    if bare is not term and (bare.name in flows or bare.name in bodies):
        return bare
    found = head(term)
    if found is not None:
        name = found[0]
        if name in flows:
            return flows[name] if flows[name] == apply("dot", symbol(name)) else _put_in(flows[name], flows, bodies)
        if name in bodies:
            return _derived(_put_in(bodies[name], flows, bodies), flows, bodies)
        return term
    if is_derivative(term) and term.args[2].kind == "number" and term.args[2].value in range(1, MAX_ORDER + 1):
        made = _put_in(term.args[0], flows, bodies)
        for _ in range(int(term.args[2].value or 0)):
            made = _derived(made, flows, bodies)
        return made
    return term.with_args(tuple([_put_in(a, flows, bodies) for a in term.args])) if term.args else term


def _derived(term: Term, flows: Mapping[str, Term], bodies: Mapping[str, Term]) -> Term:
    """The total derivative by time."""
    for name, body in bodies.items():
        if name in free_names(term):
            term = replace(term, {symbol(name): _put_in(body, flows, bodies)})
    total: Term = number(0)
    for name in sorted(free_names(term) & flows.keys()):
        try:
            part = apply("mul", derivative(term, name), _put_in(apply("dot", symbol(name)), flows, bodies))
        except Unsupported as error:
            raise ValueError("a derivative that cannot be worked out") from error
        total = part if total == number(0) else apply("add", total, part)
    return total


# ----------------------------------------------------------------------------------------------------------------------- links


def left_open(given: Sequence[tuple[str, Term]]) -> dict[str, Term]:
    """Each flow as a name of its own, p-dot."""
    return {name: apply("dot", symbol(name)) for name, _ in given}


def dotted(term: Term) -> set[str]:
    """Names whose derivatives by time are written."""
    return {n.args[0].name for n in walk(term) if n.is_apply("dot", 1) and n.args[0].kind == "symbol"} | {
        n.name[4:-1] for n in walk(term) if n.kind == "symbol" and n.name.startswith("dot(")}


def _with(term: Term, change: Mapping[str, Term]) -> Term:
    return replace(term, {t: body for name, body in change.items() for t in (apply("dot", symbol(name)), symbol(f"dot({name})"))})


def matched(link: Link, given: Mapping[str, Term]) -> Link:
    """The link with the flows put in where only one side writes the derivative; a derivative on both sides is compared as it stands. All are put in
    between statements."""
    if not given:
        return link
    left, right = dotted(link.left), dotted(link.right)
    both = left & right if not link.statement else set()
    change = {name: body for name, body in given.items() if name not in both}
    return changed(link, left=_with(link.left, change), right=_with(link.right, change))


def put_all(link: Link, given: Mapping[str, Term]) -> Link:
    """The link with all flows put in."""
    return changed(link, left=_with(link.left, given), right=_with(link.right, given))
