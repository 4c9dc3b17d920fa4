"""What kind of line a line is: a new name, an unknown function, bounds around something, a name introduced within a chain, given equations with numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.model import Read, Unread
from grader.reading.lines import Line
from grader.term import Term, apply, free_names, relation, walk
from grader.theories import _turns as turns
from grader.theories._builder import STANDARD, Builder
from grader.theories._said import name_given
from grader.theories._solving import is_condition


def as_statement(line: Line) -> Term | Unread:
    """The whole line as one term."""
    if line.unread is not None and line.unread not in line.conditions:
        return line.unread
    if line.left is None or not line.steps:
        return line.left if line.left is not None else line.steps[-1].side if line.steps else Unread("nothing stands here")
    return relation(tuple([s.sign for s in line.steps]), line.left, *[s.side for s in line.steps])  # type: ignore[arg-type, list-item]


def is_apart(builder: Builder, statement: Term | Unread) -> bool:
    """Is this a new statement beside a hypothesis, not one drawn from it? It is where it has names that the hypothesis lacks."""
    return builder.last is not None and isinstance(statement, Term) and not free_names(statement) <= free_names(builder.last)


def is_new_name(builder: Builder, head: Term | Unread, body: Term | Unread) -> bool:
    """Is this a name, or a name with names as arguments, that nothing has said anything of, and a body without it?"""
    if not isinstance(head, Term) or not isinstance(body, Term):
        return False
    if head.kind == "apply" and head.name in ("hat", "star", "index", "sup", "tilde") and body.kind == "binder" and body.name in ("argmax", "argmin"):
        return all(head != n for n in walk(body))  # the estimate is where something is greatest
    known = {n for n, _ in builder.context.domains} | builder.seen
    if letter := name_given(head, body):
        return letter not in known | free_names(body)
    if is_label(head):  # D_KL, L_K, L_VAE
        return head.args[0].name not in known | free_names(body)
    name = head.args[0] if head.is_apply("call") and all(a.kind == "symbol" for a in head.args) else head
    standard = name.kind == "symbol" and name.name in STANDARD and not (name.name == "I" and any(n.kind == "binder" and n.name in ("integral", "antiderivative") for n in walk(body)))
    if name.kind != "symbol" or standard or builder.context.vocabulary.is_density(name.name):
        return False
    return name.name not in known and name.name not in free_names(body)


def is_label(head: Term) -> bool:
    """Is it a capital with a mark of letters behind it?"""
    return head.is_apply("index", 2) and all(a.kind in ("symbol", "text") for a in head.args) and head.args[0].name[:1].isupper()


def is_new_power(builder: Builder, left: Term | Unread | None, body: Term | Unread) -> bool:
    """Is it I^2 or 2 S, where nothing has spoken of I or S?"""
    if not isinstance(left, Term) or not isinstance(body, Term):
        return False
    names = free_names(left)
    spoken = builder.seen | {n for n, _ in builder.context.domains} | {n for h, _ in builder.context.definitions for n in free_names(h)}
    if names and free_names(body) and not names & (free_names(body) | spoken) and left.kind == "apply" and left.name in ("mul", "pow", "abs", "conj", "bar"):
        return True  # z* z = (a - b i)(a + b i), where nothing says what z is
    if not (left.is_apply("pow", 2) or left.is_apply("mul", 2)):
        return False
    base, other = left.args if left.is_apply("pow") else left.args[::-1]
    known = builder.seen | {n for n, _ in builder.context.domains} | {n for h, _ in builder.context.definitions for n in free_names(h)}
    return base.kind == "symbol" and other.kind == "number" and base.name not in known | free_names(body)


def gives_values(builder: Builder, line: Line, whole: Term | Unread) -> bool:
    """Is it "a = 3, b = 4" behind one equation with further names, so that the values may be given?"""
    last = builder.last
    if not builder.statement or last is None or last.kind != "relation" or last.signs != ("=",) or line.connective or builder.given_only or not isinstance(whole, Term):
        return False
    parts = whole.args if whole.is_apply("and") else (whole,)
    if not all(p.kind == "relation" and p.signs == ("=",) and p.args[0].kind == "symbol" and not free_names(p.args[1]) for p in parts):
        return False
    names = {p.args[0].name for p in parts}
    return len(names) == len(parts) and names < free_names(last)


def is_numbered_value(term: Term) -> bool:
    """Is it w_1, x_{12}?"""
    return term.is_apply("index", 2) and term.args[0].kind == "symbol" and term.args[1].kind == "number"


def reckons_value(builder: Builder, line: Line) -> bool:
    """Is it "w_1 = 10 - 0.1 * 10 = 9" for a value of which neither a rule nor a line says anything, beside a line about another such value?"""
    head = line.left
    if not isinstance(head, Term) or not is_numbered_value(head) or head in builder.values or set(line.signs) != {"="} or line.unread is not None or line.connective:
        return False
    others = any(v.args[0] == head.args[0] for v in builder.values)
    ruled = any(h.kind == "apply" and h.args[0] == head.args[0] for h, _ in builder.context.definitions)
    return others and not ruled and not any(free_names(s.side) for s in line.steps)  # type: ignore[arg-type]


def is_unknown_function(builder: Builder, left: Term | Unread | None) -> bool:
    """Is it f'(x), or y', where nothing has spoken of f or y?"""
    if not isinstance(left, Term):
        return False
    head = left.args[0] if left.is_apply("call") and all(a.kind == "symbol" for a in left.args[1:]) else left
    if not head.is_apply("prime") or head.args[0].kind != "symbol":
        return False
    names = free_names(head)
    known = builder.seen | {n for n, _ in builder.context.domains} | {n for h, _ in builder.context.definitions for n in free_names(h)}
    return len(names) == 1 and not names & known


def names_part(builder: Builder, line: Line, condition: Term) -> bool:
    """Is it "where s = w x" behind a formula with s, of which nothing was said before?"""
    if condition.kind != "relation" or condition.signs != ("=",) or condition.args[0].kind != "symbol" or builder.given_only or not line.steps:
        return False
    own = frozenset().union(*[free_names(t) for t in (line.left, *[s.side for s in line.steps]) if isinstance(t, Term)])
    return condition.args[0].name in own and bool(free_names(condition.args[1])) and is_new_name(builder, *condition.args)


def names_new(builder: Builder, condition: Term) -> bool:
    """Is it "with u = cos x", u being new?"""
    return condition.kind == "relation" and condition.signs == ("=",) and condition.args[0].kind == "symbol" and not builder.given_only and \
        bool(free_names(condition.args[1]) & (builder.seen | _bound_in(builder.last))) and is_new_name(builder, *condition.args) and builder.started and not builder.statement


def _bound_in(term: Term | None) -> frozenset[str]:
    return frozenset() if term is None else frozenset(b.name for n in walk(term) for b in n.bound)


def is_sandwich(whole: Term | Unread) -> bool:
    """-3 < 2x + 1 <= 5: bounds that are numbers around something with a name."""
    if not isinstance(whole, Term) or whole.kind != "relation" or len(whole.signs) < 2:
        return False
    return (set(whole.signs) <= {"<", "<="} or set(whole.signs) <= {">", ">="}) and not free_names(whole.args[0]) and not free_names(whole.args[-1]) and \
        any(free_names(a) for a in whole.args[1:-1])


def begins_recursion(builder: Builder, whole: Term) -> bool:
    """Is it a_0 = 0 (or a_1 = 1) beside a rule for a_{n+1}, before anything else is said of values of a?"""
    if whole.kind != "relation" or whole.signs != ("=",) or builder.started:
        return False
    head, body = whole.args
    return head.is_apply("index", 2) and head.args[1].kind == "number" and head.args[1].value in (0, 1) and not free_names(body)


def with_statement(line: Line, whole: Term) -> Line:
    """The line with another statement in place of its own."""
    if whole.kind == "relation" and len(whole.args) == 2 and len(line.steps) == 1:
        return replace(line, left_reading=Read(whole.args[0]), steps=(replace(line.steps[0], reading=Read(whole.args[1])),))
    return replace(line, left_reading=Read(whole), steps=())


def is_substitution(builder: Builder, line: Line, following: Line | None) -> bool:
    """Is a name for something within the chain introduced ("let u = x^2" within an integral), with which the chain goes on?"""
    if builder.last is None or builder.statement or following is None or line.left is None or isinstance(line.left, Unread):
        return False
    later = {b for step in following.steps if isinstance(step.side, Term) for n in walk(step.side) for b in (n, *n.bound)}
    return line.left in later or following.role == "definition" or turns.differential(line.left) is not None or any(
        n.kind == "binder" and n.name in ("integral", "antiderivative") for n in walk(builder.last))


def is_solved_for(builder: Builder, line: Line, whole: Term | Unread) -> bool:
    """Is it "x = ..." drawn from a statement before it, whose right side the next line works out?"""
    if not (builder.statement and builder.last is not None and isinstance(line.left, Term) and set(line.signs) == {"="}) or not isinstance(whole, Term) or \
            builder.premised:
        return False
    if line.left.kind == "symbol":
        return line.left.name in free_names(builder.last) and line.left.name not in free_names(line.steps[-1].side)  # type: ignore[arg-type]
    return free_names(whole) <= free_names(builder.last) and is_condition(whole)


def labelled(lines: Sequence[Line], numbers: list[int], builder: Builder) -> tuple[list[Line], list[int]]:
    """Equations with numbers (1), (2) at the beginning as one statement, where later lines have no numbers: they are given together."""
    made = list(lines)
    formulas = [k for k, line in enumerate(made) if line.role != "prose"]
    count = 0
    while count < len(formulas) and (line := made[formulas[count]]).tagged and len(line.steps) == 1 and line.signs == ("=",) and line.left is not None and \
            not line.connective and line.unread is None:
        count += 1
    if count < 2 or all(made[k].tagged for k in formulas):
        return made, numbers
    last = formulas[count - 1]
    whole = apply("and", *[as_statement(made[k]) for k in formulas[:count]])  # type: ignore[arg-type]
    builder.told += [numbers[k] for k in formulas[:count - 1]]
    made[last] = replace(made[last], left_reading=Read(whole), steps=())
    kept = [k for k in range(len(made)) if k not in formulas[:count - 1]]
    return [made[k] for k in kept], [numbers[k] for k in kept]
