"""Update rules: which names are iterated, and terms with the rules put in.

A rule gives the next value of a name: w_{t+1} = F(w_t), w^{(t+1)} = F(w^{(t)}). Terms are unrolled: w_{t+2} becomes F(F(w_t)), and with numbers w_2
becomes F(F(w_0)). In simultaneous rules the right sides hold old values; in alternating ones a right side may hold new values, which are unrolled too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.replay.derivative import derivative
from grader.replay.enclosure import Unsupported
from grader.term import Term, apply, collection, free_names, number, replace, symbol, walk

MAX_STEPS = 40
"""Rounds of putting in the rules."""
MAX_SIZE = 4000
MAX_UNFOLDED = 5
"""Times that recursive definitions are put in to make two sides speak of the same calls."""
MARKS = ("index", "sup")
HALF = Fraction(1, 2)
NOW = "now "
"""What stands before the name of a rule for the value at t from other values at t (r_t = p_t^2 + q_t^2)."""
HALFWAY = "halfway "
"""What stands before the name of a rule for the value at t + 1/2."""


@dataclass(frozen=True)
class Rule:
    """`name` marked `time` + 1 (as `mark`: "index" or "sup") is `body`."""

    name: str
    mark: str
    time: str
    body: Term

    def at(self, moment: Term) -> Term:
        """The iterate at a moment, as a term."""
        return apply(self.mark, symbol(self.name), moment)

    def step(self, moment: Term) -> Term:
        """The body for the value at `moment` + 1."""
        return _tidied(replace(self.body, {symbol(self.time): moment}))


def is_recursive(head: Term, body: Term) -> bool:
    """Does "head = body" say what a function is by its own values elsewhere, as T(n) = 2 T(n/2) + n?"""
    if not head.is_apply("call", 2) or not all(a.kind == "symbol" for a in head.args):
        return False
    calls = [n for n in walk(body) if n.is_apply("call", 2) and n.args[0] == head.args[0]]
    return bool(calls) and all(head.args[1].name in free_names(c) and c != head for c in calls)


def recursions_of(definitions: tuple[tuple[Term, Term], ...]) -> tuple[tuple[Term, Term], ...]:
    """The recursive definitions among definitions."""
    return tuple([(head, body) for head, body in definitions if is_recursive(head, body)])


def called(term: Term, recursions: tuple[tuple[Term, Term], ...], short: Callable[[Term], Term]) -> frozenset[Term]:
    """The calls of recursive functions in the term, their arguments in lowest terms."""
    names = {head.args[0] for head, _ in recursions}
    return frozenset([n.with_args((n.args[0], short(n.args[1]))) for n in walk(term) if n.is_apply("call", 2) and n.args[0] in names])


def unfolded(term: Term, calls: frozenset[Term], recursions: tuple[tuple[Term, Term], ...], short: Callable[[Term], Term]) -> Term:
    """The term with the definition put in for those calls, once, and arguments in lowest terms."""
    bodies = {head.args[0]: (head.args[1], body) for head, body in recursions}

    def visit(node: Term) -> Term:
        if node.is_apply("call", 2) and node.args[0] in bodies:
            plain = node.with_args((node.args[0], short(node.args[1])))
            if plain not in calls:
                return plain
            name, body = bodies[node.args[0]]
            return _shortened(replace(body, {name: plain.args[1]}), bodies.keys(), short)
        return node.with_args(tuple([visit(a) for a in node.args])) if node.args else node

    return visit(term)


def matched(left: Term, right: Term, recursions: tuple[tuple[Term, Term], ...], short: Callable[[Term], Term]) -> tuple[Term, Term] | None:
    """Both sides with definitions put in until they speak of the same calls; None where a few steps do not lead there."""
    for steps in range(MAX_UNFOLDED + 1):
        for ahead in range(steps + 1):
            a, b = left, right
            for _ in range(ahead):
                a = unfolded(a, called(a, recursions, short) - called(b, recursions, short), recursions, short)
            for _ in range(steps - ahead):
                b = unfolded(b, called(b, recursions, short) - called(a, recursions, short), recursions, short)
            if called(a, recursions, short) == called(b, recursions, short) and a.size + b.size <= MAX_SIZE:
                return a, b
    return None


def _shortened(term: Term, names: Collection[Term], short: Callable[[Term], Term]) -> Term:
    if term.is_apply("call", 2) and term.args[0] in names:
        return term.with_args((term.args[0], short(term.args[1])))
    return term.with_args(tuple([_shortened(a, names, short) for a in term.args])) if term.args else term


def is_next(head: Term) -> bool:
    """Is the term a name at time t + 1?"""
    if head.kind != "apply" or head.name not in MARKS or len(head.args) != 2 or not _is_name(head.args[0]):
        return False
    moment = head.args[1]
    return moment.is_apply("add", 2) and moment.args[0].kind == "symbol" and (moment.args[1] == number(1) or is_half(moment.args[1]))


def is_at(head: Term) -> bool:
    """Is the term a name at time t?"""
    return head.kind == "apply" and head.name in MARKS and len(head.args) == 2 and _is_name(head.args[0]) and head.args[1].kind == "symbol" and len(head.args[1].name) == 1


def is_half(term: Term) -> bool:
    """Is it 1/2?"""
    return term.kind == "number" and term.value == HALF or term.is_apply("div", 2) and term.args == (number(1), number(2))


def _count(term: Term) -> Fraction:
    """The value of a number or a half; 0 for other terms."""
    return HALF if is_half(term) else term.value if term.kind == "number" and term.value is not None else Fraction(0)


def _is_name(base: Term) -> bool:
    """A symbol; e is a name too where it has a mark (e_t is an error)."""
    return base.kind == "symbol" or base.kind == "constant" and base.name == "e"


def named(term: Term) -> Term:
    """The term with e under a mark as a name, not as the number."""
    args = tuple([named(a) for a in term.args])
    if term.kind == "apply" and term.name in MARKS and len(args) == 2 and args[0].kind == "constant" and args[0].name == "e":
        args = (symbol("e"), args[1])
    return term.with_args(args) if args else term


def rules_of(definitions: tuple[tuple[Term, Term], ...]) -> dict[str, Rule]:
    """The update rules among definitions, by name."""
    found: dict[str, Rule] = {}
    for head, body in definitions:
        if is_at(head) and iterate_names(body, head.args[1].name) - {head.args[0].name}:
            found.setdefault(NOW + head.args[0].name, Rule(head.args[0].name, head.name, head.args[1].name, named(body)))
        if is_next(head) and NOW + head.args[0].name not in found:
            name = head.args[0].name
            key = HALFWAY + name if is_half(head.args[1].args[1]) else name
            found.setdefault(key, Rule(name, head.name, head.args[1].args[0].name, named(body)))
    return solved(found)


def iterate_names(term: Term, time: str) -> set[str]:
    """Names that stand at moments of that time."""
    return {n.args[0].name for n in walk(term) if n.kind == "apply" and n.name in MARKS and len(n.args) == 2 and n.args[0].kind == "symbol" and time in free_names(n.args[1])}


def solved(rules: dict[str, Rule]) -> dict[str, Rule]:
    """Rules that need the values they make ("p_{t+1} = p_t - q_{t+1}, q_{t+1} = q_t + p_{t+1}") solved for them, where they are linear in these."""
    cyclic = [name for name in rules if not name.startswith((HALFWAY, NOW)) and name in _needed(name, rules)]
    if not cyclic or len(cyclic) > 3:
        return rules
    from grader.algebra.rational import NotRational, rational

    atoms: dict[str, Term] = {}

    def atom(node: Term) -> str | None:
        if node.kind == "apply" and node.name in MARKS and len(node.args) == 2:
            atoms[str(node)] = node
            return str(node)
        return None

    unknown = [str(apply(rules[n].mark, symbol(n), apply("add", symbol(rules[n].time), number(1)))) for n in cyclic]
    try:
        rows = []
        for name, own in zip(cyclic, unknown):
            body = rational(rules[name].body, atom=atom)
            parts = [body.derivative(u) for u in unknown]
            if any(u in p.used_names() for p in parts for u in unknown):
                return rules
            rest = body - sum([p * rational(symbol(u)) for p, u in zip(parts, unknown)], body * 0)
            rows.append([(1 if u == own else 0) - p for p, u in zip(parts, unknown)] + [rest])
        for k in range(len(rows)):
            pivot = next((r for r in range(k, len(rows)) if not rows[r][k].is_zero()), None)
            if pivot is None:
                return rules
            rows[k], rows[pivot] = rows[pivot], rows[k]
            rows[k] = [x / rows[k][k] for x in rows[k]]
            for r in range(len(rows)):
                if r != k:
                    rows[r] = [x - rows[r][k] * y for x, y in zip(rows[r], rows[k])]
        return {**rules, **{n: Rule(n, rules[n].mark, rules[n].time, row[-1].to_term(atoms)) for n, row in zip(cyclic, rows)}}
    except (NotRational, ZeroDivisionError, ValueError):
        return rules


def _needed(name: str, rules: Mapping[str, Rule]) -> set[str]:
    """Names whose next values are needed for that of the name, directly or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        rule = rules[waiting.pop()]
        for node in walk(rule.body):
            if node.kind == "apply" and node.name in MARKS and len(node.args) == 2 and node.args[0].kind == "symbol" and node.args[1].is_apply("add", 2):
                half = HALFWAY if is_half(node.args[1].args[1]) else ""
                other = half + node.args[0].name
                if (half or node.args[1].args[1] == number(1)) and other in rules and other not in found:
                    found.add(other)
                    waiting.append(other)
    return found


def unrolled(term: Term, rules: Mapping[str, Rule]) -> Term:
    """The term with values after t in terms of those at t, and numbered ones in terms of the first. Fails with ValueError when it grows too large."""
    for _ in range(MAX_STEPS):
        made = _once(term, rules)
        if made == term:
            return term
        if made.size > MAX_SIZE:
            raise ValueError("too many steps to put in")
        term = made
    raise ValueError("too many steps to put in")


def forward(term: Term, rules: Mapping[str, Rule]) -> Term:
    """A statement about w_{t-1} as the same one a step later, so that the earliest iterate is w_t."""
    back: dict[str, Fraction] = {}
    for node in iterates_in(term, rules):
        moment = node.args[1]
        if moment.is_apply("add", 2) and moment.args[0].kind == "symbol" and moment.args[1].is_apply("neg", 1) and moment.args[1].args[0].kind == "number":
            name = moment.args[0].name
            back[name] = max(back.get(name, Fraction(0)), moment.args[1].args[0].value or Fraction(0))
    if not back or any(by.denominator != 1 or by > MAX_STEPS for by in back.values()):
        return term
    return _tidied(replace(term, {symbol(name): apply("add", symbol(name), number(by)) for name, by in back.items()}))


def _tidied(term: Term) -> Term:
    """Moments such as (t + 2) - 1 as t + 1."""
    args = tuple([_tidied(a) for a in term.args])
    if term.kind == "apply" and term.name in MARKS and len(args) == 2 and (moment := _moment(args[1])) is not None:
        name, by = moment
        return apply(term.name, args[0], symbol(name) if not by else apply("add", symbol(name), number(by)))
    return term.with_args(args) if args else term


def _moment(term: Term) -> tuple[str, Fraction] | None:
    """(t, 2) for t + 2 however it is put together."""
    if term.kind == "symbol":
        return term.name, Fraction(0)
    if term.is_apply("add", 2) and (inner := _moment(term.args[0])) is not None:
        by = term.args[1]
        sign, by = (-1, by.args[0]) if by.is_apply("neg", 1) else (1, by)
        if by.kind == "number" and by.value is not None:
            return inner[0], inner[1] + sign * by.value
    return None


def _once(term: Term, rules: Mapping[str, Rule]) -> Term:
    rule = iterate_of(term, rules)
    now = rules.get(NOW + term.args[0].name) if term.kind == "apply" and term.name in MARKS and len(term.args) == 2 and term.args[0].kind == "symbol" else None
    if now is not None and now.mark == term.name:
        return now.step(term.args[1])
    halfway = _halfway(term, rules)
    if halfway is not None:
        moment, by = term.args[1].args[0], _count(term.args[1].args[1]) - HALF
        return halfway.step(moment if not by else apply("add", moment, number(by)))
    if rule is not None:
        moment = term.args[1]
        if moment.kind == "number" and moment.value is not None and moment.value >= 1 and moment.value.denominator == 1:
            return rule.step(number(moment.value - 1))
        if moment.is_apply("add", 2) and moment.args[0].kind == "symbol" and moment.args[1].kind == "number" and (by := moment.args[1].value or Fraction(0)) >= 1:
            return rule.step(moment.args[0] if by == 1 else apply("add", moment.args[0], number(by - 1)))
        return term
    return term.with_args(tuple([_once(a, rules) for a in term.args])) if term.args else term


def _halfway(term: Term, rules: Mapping[str, Rule]) -> Rule | None:
    """The rule for a value such as p_{t+1/2}; None for other terms."""
    if term.kind != "apply" or term.name not in MARKS or len(term.args) != 2 or not _is_name(term.args[0]) or not term.args[1].is_apply("add", 2):
        return None
    by = _count(term.args[1].args[1])
    rule = rules.get(HALFWAY + term.args[0].name)
    return rule if rule is not None and by > 0 and (by - HALF).denominator == 1 and rule.mark == term.name else None


def iterate_of(term: Term, rules: Mapping[str, Rule]) -> Rule | None:
    """The rule of an iterate such as w_t; None for other terms."""
    if term.kind == "apply" and term.name in MARKS and len(term.args) == 2 and _is_name(term.args[0]):
        rule = rules.get(term.args[0].name)
        return rule if rule is not None and rule.mark == term.name else None
    return None


def iterates_in(term: Term, rules: Mapping[str, Rule]) -> list[Term]:
    """Every iterate in the term, in the order of a walk, once."""
    return list(dict.fromkeys([n for n in walk(term) if iterate_of(n, rules) is not None]))


def differentiated(term: Term, definitions: tuple[tuple[Term, Term], ...]) -> Term:
    """f'(a) and the gradient of f(a) as what they are, for defined functions f of one variable."""
    args = tuple([differentiated(a, definitions) for a in term.args])
    term = term.with_args(args) if args else term
    order, called = 0, term
    if term.is_apply("call", 2) and term.args[0].is_apply("prime", 2) and term.args[0].args[1].kind == "number":
        order, called = int(term.args[0].args[1].value or 0), apply("call", term.args[0].args[0], term.args[1])
    elif term.is_apply("gradient", 1) and term.args[0].is_apply("call", 2):
        order, called = 1, term.args[0]
    for head, body in definitions if 1 <= order <= 3 else ():
        if head.is_apply("call", 2) and head.args[0] == called.args[0] and head.args[1].kind == "symbol":
            try:
                for _ in range(order):
                    body = derivative(body, head.args[1].name)
            except Unsupported:
                return term
            return replace(body, {head.args[1]: called.args[1]})
    return term


def partials(term: Term, definitions: tuple[tuple[Term, Term], ...]) -> Term:
    """The derivatives of a defined function of several variables, as the function f and at a point f(a, b), by what the function is."""
    apart = term.args[:1] if term.is_apply("call") and term.args[0].kind == "apply" else ()  # the derivative as a function, which stands at a point
    args = (*apart, *[partials(a, definitions) for a in term.args[len(apart):]])
    term = term.with_args(args) if args else term
    at, point = (term.args[0], term.args[1:]) if term.is_apply("call") else (term, ())
    if at.kind != "apply" or at.name not in ("partial", "derivative") or len(at.args) != 3 or at.args[1].kind != "symbol" or at.args[2] != number(1):
        return term
    called, x = at.args[:2]
    for head, body in reversed(definitions):
        names = head.args[1:]
        if not head.is_apply("call") or len(names) < 2 or x not in names or (called != head.args[0] and not called.is_apply("call", len(head.args))):
            continue
        if called.is_apply("call"):
            if called.args[0] != head.args[0] or point or called.args[1:] != names and any(x.name in free_names(a) and a.kind == "symbol" for a in called.args[1:]):
                continue
            point = called.args[1:]
        if point and len(point) != len(names):
            continue
        try:
            made = derivative(body, x.name)
            return replace(made, dict(zip(names, point))) if point and point != names else made
        except (Unsupported, ValueError):
            return term
    return term


def gradients(term: Term, definitions: tuple[tuple[Term, Term], ...], column: bool) -> Term:
    """The gradient of a defined function of several variables as the tuple (or column) of its derivatives, the gradient of that as their matrix."""
    if term.is_apply("gradient", 1):
        order, called = 1, term.args[0]
        if called.is_apply("gradient", 1):
            order, called = 2, called.args[0]
        for head, body in reversed(definitions):
            names = head.args[1:]
            if not head.is_apply("call") or len(names) < 2 or called not in (head, head.args[0]) or not all(n.kind == "symbol" for n in names):
                continue
            try:
                first = [derivative(body, n.name) for n in names]
                if order == 2:
                    return collection("matrix", *[collection("tuple", *[derivative(d, n.name) for n in names]) for d in first])
                return collection("matrix", *[collection("tuple", d) for d in first]) if column else collection("tuple", *first)
            except Unsupported:
                return term
    return term.with_args(tuple([gradients(a, definitions, column) for a in term.args])) if term.args else term


def writes_columns(terms: Iterable[Term]) -> bool:
    """Is a matrix of one column written anywhere?"""
    return any(n.kind == "tuple" and n.name == "matrix" and n.args and all(r.kind == "tuple" and len(r.args) == 1 for r in n.args) for t in terms for n in walk(t))


def affine(rule: Rule) -> tuple[Term, Term] | None:
    """(a, b) with body = a w_t + b and both free of iterates, by putting in 0 and 1; the caller proves that it is so."""
    old = rule.at(symbol(rule.time))
    if not any(n == old for n in walk(rule.body)):
        return None
    b = replace(rule.body, {old: number(0)})
    a = apply("add", replace(rule.body, {old: number(1)}), apply("neg", b))
    if any(n.kind == "apply" and n.name in MARKS and n.args[0] == symbol(rule.name) for t in (a, b) for n in walk(t)) or rule.time in free_names(a) | free_names(b):
        return None
    return a, b
