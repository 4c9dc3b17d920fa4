"""A derivation as links: which side or statement each line goes on from, and what had been assumed by then.

Lines come from `grader.reading.lines`. A line that begins with a sign goes on from the side before it. A line that another goes on from in this way, a
line of several relations ("a = b <= c"), and a line alone hold a *chain of expressions*: each of its signs is a claim. A line without a sign goes
on from the line before it as if it began with "=" where both are expressions. All other lines with a relation are *statements*: each is compared with
the statement before it. Words such as "let" and "assume" add definitions and hypotheses, which hold from there on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.model import Unread
from grader.reading.lines import Line
from grader.term import Term, apply, constant, free_names, relation, symbol, walk
from grader.term import replace as put
from grader.theories import _rule_lines as rule_lines
from grader.theories import _turns as turns
from grader.theories._builder import LOGIC, ORDERS, STANDARD, ZERO, Builder, Layout, Placed, is_statement
from grader.theories._eigenvalues import characteristic, characteristics, is_matrix
from grader.theories._hypotheses import assuming, declared
from grader.theories._iterate_tables import takes_table
from grader.theories._line_kinds import (as_statement, begins_recursion, gives_values, is_apart, is_new_name, is_new_power, is_sandwich, is_solved_for, is_substitution,
                                          is_numbered_value, is_unknown_function, labelled, names_new, names_part, reckons_value,
                                          with_statement)
from grader.theories._recurrences import is_next, is_recursive, iterate_of, iterates_in, recursions_of, rules_of
from grader.theories._side_by_side import systems
from grader.theories._solving import roots_by_number
from grader.theories._said import is_of_densities, is_plain_name, without_logarithm
from grader.theories._theory import Context, Link

MAX_LINKS = 400
def _is_only(lines: Sequence[Line]) -> bool:
    """Is there one formula, or one relation beside names that words mention?"""
    formulas = [line for line in lines if line.role == "formula"]
    return len(formulas) == 1 or sum(bool(line.steps) for line in formulas) == 1 and all(line.steps or line.mention and line.left is not None and
                                                                                        isinstance(line.left, Term) and line.left.kind == "symbol" for line in formulas)


_ORDERS = frozenset(["<", ">", "<=", ">=", "!=", "in", "<<", ">>", "->"])
"""Signs of hypotheses that restrict names and are no line to go on from."""


_REMINDS = re.compile(r"(?:we |now |first |then )?(?:can )?(?:use|recall|remember|apply)\b", re.IGNORECASE)
"""Words before what is only called to mind."""
_TASK = re.compile(r"(?:\W*(?:we|want to|will|task|problem|question|exercise|claim|to|let us|now|\d+|[a-z]\b)\W+)*(?:show|prove|find|solve|compute|determine|verify)\b", re.IGNORECASE)
"""Words with which a task begins."""


def layout(lines: Sequence[Line], context: Context, numbers: Sequence[int] | None = None) -> Layout:
    """The links of these lines. `numbers` gives each line's place in the derivation (default: 0, 1, ...)."""
    builder = Builder(replace(context, options={**context.options, "lines": [k for k, line in enumerate(lines) if line.role != "prose"]}))
    lines = rule_lines.with_plain_functions(lines)
    sides = [t for line in lines for t in (line.left, *[s.side for s in line.steps]) if isinstance(t, Term)]
    builder.matrices = tuple([m for m, _ in characteristics(sides) if m.kind == "symbol"])
    rule_lines.begin(builder, lines, sides)
    lines, numbers = labelled(lines, list(range(len(lines))) if numbers is None else list(numbers), builder)
    lines, numbers = systems(lines, numbers, builder.context.options.get("differentiated", ()))
    heard: set[int] = set()
    for k, line in enumerate(lines):
        rows = builder.context.options.get("rows", ())
        if line.number not in heard and line.role != "prose" and line.number < len(rows) and not builder.given_only:
            heard.add(line.number)
            for condition in declared(rows[line.number]):  # "let a, b be positive with ab = 1"
                builder.context = assuming(builder.context, condition)
        if len(builder.placed) > MAX_LINKS:
            builder.placed.append(Placed(numbers[k], None, builder.context, f"it comes after more than {MAX_LINKS} steps"))
            continue
        following = next((other for other in lines[k + 1:] if other.role != "prose"), None)
        _take(builder, line, numbers[k], following, alone=_is_only([other for other in lines if not turns.is_claimed(builder, other)] or lines) and not any(turns.NO_ROOTS.fullmatch(other.text) for other in lines if other.role == "prose"))
        for term in (line.left, *[step.side for step in line.steps]):
            builder.seen |= free_names(term) if isinstance(term, Term) else frozenset()
            builder.values |= {n for n in walk(term) if is_numbered_value(n)} if isinstance(term, Term) else set()
    return Layout(tuple([*builder.placed, *builder.lone_statements()]), builder.context, tuple(builder.told))


def _take(builder: Builder, line: Line, number: int, following: Line | None, alone: bool) -> None:
    line = turns.with_partials(builder, line)
    if turns.says_no_roots(builder, line, number):
        return
    if line.role == "prose" and takes_table(builder, line, number):
        return
    if line.role == "prose":
        for condition in declared(line.text):
            builder.context = assuming(builder.context, condition)
        builder.told.append(number)
        return
    if turns.begins_case(builder, line, number) or turns.to_be_shown(builder, line, number, as_statement(line), alone):
        return
    if line.apart:
        builder.supposed = builder.ground = None
        builder.last, builder.statement, builder.started, builder.zero, builder.apart = None, False, False, None, line.number
    if turns.side_of_identity(builder, line, number):
        return
    if line.mention and not line.steps and isinstance(line.left, Term) and not is_statement(line.left):
        builder.told.append(number)  # "so it holds for n + 1"
        builder.reason = line.reason  # "since x > 0 we may divide by x:"
        return
    if turns.is_side_after_sign(builder, line, number) or turns.is_differential(builder, line, number):
        return
    if builder.differentials == line.number and not builder.statement and len(line.steps) == 1 and line.steps[0].sign == "=" and \
            (is_new_name(builder, line.left, line.steps[0].side) or isinstance(line.left, Term) and line.left.kind == "symbol" and line.left.name in builder.parts and
             all(h != line.left for h, _ in builder.context.definitions)) and _define(builder, line):
        builder.told.append(number)  # "u = ln x, dv = dx, v = x"
        return
    if turns.puts_value(builder, line, number, following):
        return
    for condition in line.conditions:
        if isinstance(condition, Term) and (names_new(builder, condition) or names_part(builder, line, condition)):
            builder.context = replace(builder.context, definitions=(*builder.context.definitions, condition.args[:2]))  # type: ignore[arg-type]
        elif isinstance(condition, Term) and is_statement(condition) and not rule_lines.defines(builder, condition):
            builder.context = assuming(builder.context, condition)
    goes_on = following is not None and following.left is None and bool(following.steps) and not following.connective
    if rule_lines.takes(builder, line, number, goes_on):
        return
    if _is_task(builder, line) and not goes_on and len(line.steps) > 1 and isinstance(whole := as_statement(line), Term):
        builder.start(number, whole, statement=True)  # "show that GD with 0 < eta < 2/L decreases f"
        builder.told.append(number)
        return
    if line.mention and line.steps and not line.connective and not goes_on and _REMINDS.match(line.words):
        builder.told.append(number)  # "use sin(x)^2 + cos(x)^2 = 1:" is no step
        return
    if line.role == "definition" and _define(builder, line):
        builder.told.append(number)
        if is_substitution(builder, line, following):
            return
        if goes_on and line.steps and isinstance(line.steps[0].side, Term):
            builder.start(number, line.steps[0].side, statement=False)
        return
    if line.role == "premise" and builder.started and not builder.statement and not goes_on and len(line.steps) == 1 and line.steps[0].sign == "=" and \
            isinstance(line.left, Term) and line.left.kind == "symbol" and is_new_name(builder, line.left, line.steps[0].side) and _define(builder, line):
        builder.told.append(number)  # "with u = x^2", within a chain
        return
    if line.role == "premise" and not goes_on and _suppose(builder, line):
        builder.told.append(number)
        return
    if _is_matrix(builder, line):
        builder.context = replace(builder.context, definitions=(*builder.context.definitions, (line.left, line.steps[0].side)))  # type: ignore[arg-type]
        builder.told.append(number)
        return
    if _is_first_value(builder, line):
        given = (*builder.context.options.get("values given", ()), (line.left, line.steps[0].side))
        builder.context = replace(builder.context, options={**builder.context.options, "values given": given})
        builder.told.append(number)
        return
    if _is_update(builder, line):
        _update(builder, line, number, goes_on)
        return
    whole = as_statement(line)
    if builder.statement and isinstance(whole, Term) and (renamed := roots_by_number(whole, builder.last, builder.seen)) != whole:
        line, whole = with_statement(line, renamed), renamed
    if turns.names_roots(builder, line, whole, number) or turns.set_to_zero(builder, line, whole, number):
        return
    if reckons_value(builder, line):
        builder.state(relation("=", line.left, line.steps[0].side))  # type: ignore[arg-type]
        builder.told.append(number)
        for one, two in zip(line.steps, line.steps[1:]):  # "w_1 = 10 - 0.1 * 10 = 9", of which nothing says what it is
            builder.aside(number, Link(0, one.side, "=", two.side))  # type: ignore[arg-type]
        return
    if gives_values(builder, line, whole):
        before = builder.last
        builder.link(line, number, "", whole, line.reason, statement=True, supposing=True)
        builder.last = apply("and", before, whole)  # type: ignore[arg-type]
        return
    if builder.bounds_beside(line, whole):
        builder.context = assuming(builder.context, whole)  # "a x^2 + b x + c = 0, a != 0"
        builder.told.append(number)
        return
    if builder.subject is not None and builder.last is not None and line.left is not None:
        builder.last, builder.statement, builder.subject = relation("=", builder.subject, builder.last), True, None
    turns.gathers_cases(builder, whole)
    if goes_on and is_solved_for(builder, line, whole):
        builder.link(line, number, line.connective, whole, line.reason, statement=True)
        builder.last, builder.statement, builder.subject = line.steps[-1].side, False, line.left  # type: ignore[assignment]
        return
    if builder.zero is not None and line.left is not None and isinstance(whole, Term) and is_statement(whole):
        if builder.placed and builder.placed[-1].link is not None:
            solved = replace(builder.placed[-1].link, solved=True)
            builder.placed[-1] = replace(builder.placed[-1], link=solved)
        builder.last, builder.statement, builder.zero = _starred(builder.zero, whole), True, None  # "f'(x) = 2x - 2 = 0", and then what follows from that
    if line.left is None:
        for step in line.steps:
            builder.link(line, number, step.sign, step.side, step.reason or line.reason)
    elif not builder.started and not goes_on and not alone and is_sandwich(whole):
        builder.start(number, whole, statement=True)
    elif line.steps and (goes_on or alone or len(line.steps) > 1 and any(s.sign not in ("<", "<=", "=") for s in line.steps) or
                         len(line.steps) > 1 and not builder.statement):
        _chain(builder, line, number)
    elif line.left is not None and len(line.steps) == 1 and not builder.started and line.steps[0].sign in ("=", ":=") and \
            isinstance(line.left, Term) and line.left.is_apply("call") and is_new_name(builder, line.left, line.steps[0].side):
        _define(builder, line)
        builder.told.append(number)
    elif line.steps and len(line.steps) == 1 and _is_of_order(line, whole) and not line.connective and (builder.last is None or _is_of_order(None, builder.last) or not builder.statement):
        _chain(builder, line, number)
        builder.last, builder.statement = whole, True
    elif line.steps and set(line.signs) == {"="} and not line.connective and _is_worked_out(builder, line.left):
        _chain(builder, line, number)
    elif isinstance(whole, Unread) or is_statement(whole):
        before = builder.last is not None or builder.started
        if (staying := _stays(builder, whole)) is not None and not line.connective:
            builder.last = staying
            builder.link(line, number, "=>", whole, line.reason, statement=True)
        elif isinstance(whole, Term) and begins_recursion(builder, whole) and _speaks_of_iterates(builder, whole):
            builder.start(number, whole, statement=True)
        elif _speaks_of_iterates(builder, whole) and (not line.connective or line.connective == "=>" and not builder.statement):
            if following is not None and following.connective in ("<=>", "<==") and following.number == line.number:
                builder.start(number, whole, statement=True)  # "w_t -> 0 iff ..." claims nothing before the arrow
            else:
                builder.last = constant("true")  # what the update rules say is all that it can follow from
                sides = line.steps if whole.kind == "relation" and len(whole.args) > 2 and set(whole.signs) == {"="} else ()  # type: ignore[union-attr]
                builder.link(line, number, "=>", relation("=", *whole.args[:2]) if sides else whole, line.reason, statement=True)  # type: ignore[union-attr]
                for one, two in zip(sides, sides[1:]):  # "x_1 = 1 - (-1)/2 = 3/2"
                    builder.aside(number, Link(0, one.side, "=", two.side))  # type: ignore[arg-type]
        elif (said := _of_a_named(builder, line, whole, following)) is not None:
            builder.start(number, said, statement=True)  # "r < 1 iff ..." claims nothing before the arrow
        elif builder.apart == line.number and not line.connective:
            builder.start(number, whole, statement=True)
        elif builder.statement and before and not line.connective and _introduces(builder, whole):
            builder.start(number, whole, statement=True)  # "s = u t": a new quantity follows from nothing
            builder.told.append(number)
        elif builder.statement and before and not (builder.premised and not line.connective and is_apart(builder, whole)):
            builder.link(line, number, line.connective, whole, line.reason, statement=True)
        elif isinstance(whole, Unread) and builder.started and not line.steps:
            builder.link(line, number, "", whole, line.reason)
        elif turns.claims_of_sum(builder, whole):
            builder.aside(number, Link(0, whole.args[0], "=", whole.args[1]))  # type: ignore[union-attr]
            builder.start(number, whole, statement=True)
        else:
            builder.start(number, whole, statement=not isinstance(whole, Unread) or builder.statement)
    elif builder.started and not builder.statement:
        builder.link(line, number, "", whole, line.reason)
    elif builder.statement and builder.last is not None and whole.kind == "symbol" and whole in _propositions(builder.last):
        builder.link(line, number, line.connective, whole, line.reason, statement=True)
    else:
        builder.start(number, whole, statement=False)


def _is_of_order(line: Line | None, whole: Term | Unread | None) -> bool:
    """Is it f = O(g) for formulas f and g, which claims something of its own?"""
    return isinstance(whole, Term) and whole.kind == "relation" and whole.signs in (("=",), ("in",)) and whole.args[1].kind == "apply" and whole.args[1].name in ORDERS and \
        not any(n.is_apply("call") or n.kind == "apply" and n.name in ORDERS for n in walk(whole.args[0])) and whole.args[0].kind == "apply"


def _is_worked_out(builder: Builder, left: Term | Unread | None) -> bool:
    """Is it a derivative of something that earlier lines say, so that "= ..." claims what it is?"""
    if not isinstance(left, Term):
        return False
    if (sought := characteristic(left)) is not None:
        return is_matrix(sought[0]) or any(h == sought[0] for h, _ in builder.context.definitions)
    if left.is_apply("call", 2) and not free_names(left.args[1]) and any(h.is_apply("call", 2) and h.args[0] == left.args[0] and free_names(b) <= free_names(h.args[1])
                                                                          for h, b in builder.context.definitions):
        return True  # f(2) = ..., where it is known what f is
    derived = left.kind == "apply" and left.name in ("gradient", "partial", "derivative") or left.is_apply("call") and left.args[0].is_apply("prime")
    said = [h for h, _ in builder.context.definitions] + [t.args[0] for t in builder.stated if t.kind == "relation" and t.signs == ("=",)]
    named = {h.name if h.kind == "symbol" else h.args[0].name for h in said if h.kind == "symbol" or h.kind == "apply" and h.args and h.args[0].kind == "symbol"}
    return derived and bool(named & free_names(left))


def _is_matrix(builder: Builder, line: Line) -> bool:
    """ "M = (...)", a matrix written out whose eigenvalues are sought: a definition, the first time."""
    return line.left in builder.matrices and line.signs == ("=",) and isinstance(line.steps[0].side, Term) and is_matrix(line.steps[0].side) \
        and all(h != line.left for h, _ in builder.context.definitions)


def _introduces(builder: Builder, whole: Term | Unread) -> bool:
    """Is it an equation one side of which is a name that no line had before?"""
    if not isinstance(whole, Term) or whole.kind != "relation" or whole.signs != ("=",):
        return False
    known = builder.seen | {n for n, _ in builder.context.domains}
    a, b = whole.args
    if a.is_apply("call") and all(x.kind == "symbol" for x in a.args):  # "l(theta) = ...", of a function that nothing has spoken of
        return a.args[0].name not in known | free_names(b) | STANDARD and not builder.context.vocabulary.is_density(a.args[0].name)
    return any(t.kind == "symbol" and t.name not in known and t.name not in free_names(other) and free_names(other) for t, other in ((a, b), (b, a)))


def _propositions(term: Term) -> list[Term]:
    """Bare names that stand as operands of and, or, not."""
    return [a for n in walk(term) if n.kind == "apply" and n.name in LOGIC for a in n.args if a.kind == "symbol"]


def _is_task(builder: Builder, line: Line) -> bool:
    """Does the line stand in a row that says what is to be done?"""
    if line.mention and _TASK.match(line.words):
        builder.task = line.number
    return line.mention and not line.connective and builder.task == line.number


def _chain(builder: Builder, line: Line, number: int) -> None:
    """A line of several sides whose signs are claims of their own. A left side that repeats the chain's last side goes on from it; one that is a new
    name ("f(x) = ...", followed by more) is defined by it."""
    assert line.left is not None
    head, body = without_logarithm(line.left, line.steps[0].side)
    if line.steps[0].sign in ("=", ":=") and is_new_name(builder, head, body):
        builder.context = replace(builder.context, definitions=(*builder.context.definitions, (head, body)))  # type: ignore[arg-type]
        builder.start(number, line.steps[0].side, statement=False)
        for step in line.steps[1:]:
            builder.link(line, number, step.sign, step.side, step.reason or line.reason)
        return
    if (is_unknown_function(builder, line.left) or is_new_power(builder, line.left, line.steps[0].side)) and line.steps[0].sign == "=" and isinstance(line.steps[0].side, Term):
        builder.start(number, line.steps[0].side, statement=False)  # "f'(x) = lim ...", where nothing says what f is
        for step in line.steps[1:]:
            builder.link(line, number, step.sign, step.side, step.reason or line.reason)
        return
    if isinstance(line.left, Unread) or line.left != builder.last or builder.statement:
        builder.start(number, line.left, statement=False)
    for step in line.steps:
        builder.link(line, number, step.sign, step.side, step.reason or line.reason)


def _is_update(builder: Builder, line: Line) -> bool:
    """Does the line say how the next value of a name is made (w_{t+1} = ...), or a function's by other values of its own (T(n) = 2 T(n/2) + n), the
    first time that anything does?"""
    head = line.left
    if not isinstance(head, Term) or not line.steps or line.steps[0].sign not in ("=", ":=") or isinstance(line.steps[0].side, Unread):
        return False
    if not is_next(head) and (not is_recursive(head, line.steps[0].side) or builder.context.vocabulary.is_density(head.args[0].name)):
        return False
    return all(h != head for h, _ in builder.context.definitions)


def _is_first_value(builder: Builder, line: Line) -> bool:
    """Is it T(1) = 1, the first that is said of that value, beside a recursion of T or a rule for it further down?"""
    head = line.left
    if not isinstance(head, Term) or not head.is_apply("call", 2) or head.args[1].kind != "number" or len(line.steps) != 1 or line.steps[0].sign not in ("=", ":=") or \
            not isinstance(line.steps[0].side, Term) or line.connective or any(n.is_apply("call") for n in walk(line.steps[0].side)):
        return False
    recursive = {h.args[0] for h, _ in recursions_of(builder.context.definitions)}
    return head.args[0] in recursive and not free_names(line.steps[0].side) and not builder.placed and all(h != head for h, _ in builder.context.options.get("values given", ()))


def _update(builder: Builder, line: Line, number: int, goes_on: bool) -> None:
    """Take an update rule as given; further sides go on from its right side."""
    body = line.steps[0].side
    assert isinstance(line.left, Term) and isinstance(body, Term)
    builder.context = replace(builder.context, definitions=(*builder.context.definitions, (line.left, body)))
    if len(line.steps) == 1 and not goes_on:
        builder.told.append(number)
        return
    builder.start(number, body, statement=False)
    for step in line.steps[1:]:
        builder.link(line, number, step.sign, step.side, step.reason or line.reason)


def _speaks_of_iterates(builder: Builder, statement: Term | Unread) -> bool:
    rules = rules_of(builder.context.definitions)
    recursive = {head.args[0] for head, _ in recursions_of(builder.context.definitions)}
    if not isinstance(statement, Term) or not rules and not recursive:
        return False
    return any(iterate_of(n, rules) is not None or n.is_apply("call", 2) and n.args[0] in recursive for n in walk(statement))


def _starred(condition: Term, whole: Term) -> Term:
    """The condition for x* where the next line speaks of x* and not of x."""
    marked = {n.args[0]: n for n in walk(whole) if n.is_apply("star", 1) and n.args[0].kind == "symbol"}
    if not marked or any(n.is_apply("star") for n in walk(condition)):
        return condition
    plain = free_names(put(whole, {n: ZERO for n in marked.values()}))
    return put(condition, {x: n for x, n in marked.items() if x.name not in plain})


def _of_a_named(builder: Builder, line: Line, whole: Term | Unread, following: Line | None) -> Term | None:
    """ "r < 1" before an "iff" in the same row, behind "r = ...": the inequality about what r is. None for other lines."""
    last = builder.last
    if line.connective or following is None or following.connective not in ("<=>", "=>") or following.number != line.number or not isinstance(whole, Term):
        return None
    if last is not None and last.kind == "relation" and last.signs == ("=",) and whole.kind == "relation" and whole.signs == ("=",) and \
            whole.args[0] == last.args[0] and whole.args[1].kind == "number" and last.args[0].kind in ("symbol", "apply") and last.args[1].kind != "number":
        return relation("=", last.args[1], whole.args[1])  # "y' = 2x - 2", and then "y' = 0 => ..."
    if following.connective != "<=>":
        return None
    if last is None or last.kind != "relation" or last.signs != ("=",) or whole.kind != "relation" or not set(whole.signs) <= {"<", "<=", ">", ">="}:
        return None
    name, body = last.args
    return put(whole, {name: body}) if name.kind == "symbol" and name.name in free_names(whole) and name.name not in free_names(body) else None


def _stays(builder: Builder, statement: Term | Unread) -> Term | None:
    """For a line such as "p = p - eta q" behind update rules, what it is that p stays (and every other name that the line says so of); None for lines that
    are not of this form. What it is follows from the rules: each iterate without its mark."""
    rules = rules_of(builder.context.definitions)
    parts = statement.args if isinstance(statement, Term) and statement.is_apply("and") else (statement,)
    found = []
    for part in parts:
        if not isinstance(part, Term) or part.kind != "relation" or part.signs != ("=",) or part.args[0].kind != "symbol":
            return None
        rule = rules.get(part.args[0].name)
        if rule is None or rule.name not in free_names(part.args[1]) or iterates_in(part, rules):
            return None
        body = put(rule.body, {node: symbol(node.args[0].name) for node in iterates_in(rule.body, rules)})
        if rule.time in free_names(body):
            return None
        found.append(relation("=", symbol(rule.name), body))
    return found[0] if len(found) == 1 else apply("and", *found)


def _define(builder: Builder, line: Line) -> bool:
    """ "let f(x) = ..." and "f(x) := ...": a definition, where the left side is a name or a name with names as arguments."""
    head = line.left
    if not isinstance(head, Term) or len(line.steps) != 1 or not isinstance(line.steps[0].side, Term) or line.steps[0].sign not in ("=", ":=", "equiv"):
        whole = as_statement(line)
        if isinstance(whole, Term) and is_statement(whole):  # "let x > 0"
            builder.context = assuming(builder.context, whole)
            return True
        return False
    marked = head.kind == "apply" and head.name in ("bar", "hat", "tilde", "star") and head.args[0].kind == "symbol"
    if head.kind != "symbol" and not marked and not (head.is_apply("call") and all(is_plain_name(a) for a in head.args)) and not is_of_densities(head, line.steps[0].side):
        return False
    builder.context = replace(builder.context, definitions=(*builder.context.definitions, (head, line.steps[0].side)))
    return True


def _suppose(builder: Builder, line: Line) -> bool:
    """A hypothesis: an equation (or system) that nothing stands before is also the statement that the next line may go on from."""
    whole = as_statement(line)
    if not isinstance(whole, Term) or not is_statement(whole):
        return False
    parts = whole.args if whole.is_apply("and") else (whole,)
    plain = all(part.kind == "relation" and set(part.signs) <= _ORDERS for part in parts)
    if not plain and not builder.started:
        builder.start(0, whole, statement=True)
        builder.premised = True
        return True
    builder.context = assuming(builder.context, whole)
    return True


__all__ = ["Layout", "Placed", "assuming", "is_statement", "layout"]
