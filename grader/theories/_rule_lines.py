"""Lines about eigenvalues and flows, where a derivation is laid out: what is given, what begins anew, and what a line goes on from.

- A matrix that is written out and whose determinant, trace or eigenvalues are spoken of is given where it first stands. "det(A - lambda I) = E" of a matrix of
  which nothing is said says what that determinant is.
- A statement about eigenvalues goes on from the polynomial that the chain before it ended in, else from the last equation about them, else from
  det(M - lambda I) = 0.
- "dp/dt = -q" is given where it first stands, if derivatives of other quantities are worked out from it.
- "We need |1 - eta| < 1" asks for something; the line before does not have to say it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.domain import Domain
from grader.model import Read, Reading, Unread
from grader.reading.lines import Line
from grader.term import Term, apply, free_names, number, relation, symbol, walk
from grader.theories import _blocks as blocks
from grader.theories import _eigenvalues as eigenvalues
from grader.theories import _flows as flows
from grader.theories._builder import Builder, is_statement
from grader.theories._recurrences import affine, is_at, is_next, rules_of

ZERO = number(0)
_ASKED = re.compile(r"\b(?:we|you|one|it|this|gd|convergence|stability|that) (?:only |then |now |also |thus |therefore )*(?:needs?|requires?|wants?|must have|demands?)\b|"
                    r"\b(?:suffices|is enough|converges?|stable|contracts?|contraction|decays?|vanish(?:es)?) (?:(?:iff|if|when|exactly|only|and|provided|that|to|have|require|"
                    r"for|zero|0)\W*)+$|\bcondition (?:is|for)\b|\bfor convergence\b", re.IGNORECASE)
_WITH = re.compile(r"\W*(?:with|where|setting|choosing|taking|for|using|put|let)\b\W*$", re.IGNORECASE)
_MARKED = frozenset("hat bar tilde star".split())
STEPS = frozenset("eta alpha gamma tau kappa".split())
"""Names of step sizes."""
_ORDER = frozenset(["<", ">", "<=", ">="])


def begin(builder: Builder, lines: Sequence[Line], sides: Sequence[Term]) -> None:
    """Find which names are eigenvalues, which matrices are spoken of, and which names flow."""
    roots, _ = eigenvalues.sought([*sides, *[t for line in lines for t in _wholes(line)]], " ".join(f"{line.words} {line.reason} {line.text if line.role == 'prose' else ''}" for line in lines))
    table = dict(builder.context.domains)
    for root in roots:
        if not any(eigenvalues.is_ordered(t, root) for line in lines for t in _wholes(line)):
            names = {str(n) for t in sides for n in walk(t) if n == symbol(root) or n.is_apply("index") and n.args[0] == symbol(root)} | {root}
            table = {**{name: Domain("complex") for name in names | {n.replace("{", "").replace("}", "") for n in names}}, "*": Domain("real"), **table}
    heads = [line.left for line in lines if line.left is not None and len(line.steps) >= 1 and isinstance(line.left, Term) and line.left.kind == "symbol"
             and isinstance(line.steps[0].side, Term) and eigenvalues.is_matrix(line.steps[0].side)]
    spoken = {a for t in sides for n in walk(t) if n.kind == "apply" and n.name in ("det", "trace", "call") for a in n.args}
    builder.matrices = tuple(dict.fromkeys([*builder.matrices, *[h for h in heads if roots or h in spoken]]))  # type: ignore[list-item]
    flowing = flows.wanted(lines)
    options = {**builder.context.options, "roots": roots, "flowing": flowing, "flows": (), "flow bodies": flows.bodies(lines, flowing)} if roots or flowing \
        else builder.context.options
    iterated = frozenset(t.args[0].name for t in [line.left for line in lines] if isinstance(t, Term) and is_next(t))
    derived = frozenset(n.args[0].name for t in sides for n in walk(t) if n.kind == "apply" and n.name in ("derivative", "partial", "gradient") and n.args[0].kind == "symbol")
    said = [c.args[0].name for line in lines for c in line.conditions if isinstance(c, Term) and c.kind == "relation" and c.signs == ("=",) and c.args[0].kind == "symbol"]
    once = frozenset(n for n in said if n in STEPS and said.count(n) == 1)
    options = {**options, **({"set once": once} if once else {})}
    options = {**options, **({"iterated": iterated} if iterated else {}), **({"differentiated": derived} if derived else {})}
    builder.context = replace(builder.context, domains=tuple(sorted(table.items())) if roots else builder.context.domains, options=options)


def with_plain_functions(lines: Sequence[Line]) -> list[Line]:
    """The lines with a plain name for u_1 where "u_1(x, y) = ..." says what it is, and for q_1 where that is what it is a function of."""
    arguments = {a for line in lines if isinstance(line.left, Term) and line.left.is_apply("call") and len(line.left.args) > 2 and line.steps and line.steps[0].sign in ("=", ":=")
                 for a in line.left.args[1:] if a.is_apply("index", 2) and a.args[0].kind == "symbol" and a.args[1].kind == "number"}
    if arguments:
        lines = _with_names(lines, arguments)
    heads = {line.left.args[0] for line in lines if isinstance(line.left, Term) and line.left.is_apply("call") and line.steps and line.steps[0].sign in ("=", ":=")
             and line.left.args[0].is_apply("index", 2) and line.left.args[0].args[0].kind == "symbol" and line.left.args[0].args[1].kind in ("number", "symbol", "text")
             and all(a.kind == "symbol" for a in line.left.args[1:]) and line.left.args[0].args[1] not in line.left.args[1:]}
    return _with_names(lines, heads) if heads else list(lines)


def _with_names(lines: Sequence[Line], heads: Collection[Term]) -> list[Line]:
    change = {h: symbol(str(h).replace("{", "").replace("}", "")) for h in sorted(heads, key=str)}

    def renamed(reading: Reading | None) -> Reading | None:
        return replace(reading, term=_renamed(reading.term, change)) if isinstance(reading, Read) else reading

    return [replace(line, left_reading=renamed(line.left_reading), steps=tuple([replace(s, reading=renamed(s.reading)) for s in line.steps]),  # type: ignore[arg-type]
                    conditions=tuple([_renamed(c, change) if isinstance(c, Term) else c for c in line.conditions])) for line in lines]


def _renamed(term: Term, change: Mapping[Term, Term]) -> Term:
    found = change.get(term)
    if found is not None:
        return found
    return term.with_args(tuple([_renamed(a, change) for a in term.args])) if term.args else term


def defines(builder: Builder, condition: Term) -> bool:
    """ "... where sigma(x) = 1/(1 + e^{-x})": a definition of a function of which nothing was said; "with eta = mu/L^2", the only thing that is said of a step
    size. True where it is taken as one."""
    if condition.kind != "relation" or condition.signs not in (("=",), (":=",)):
        return False
    head, body = condition.args
    if head.kind == "symbol" and head.name in builder.context.options.get("set once", ()) and head.name not in free_names(body):
        builder.context = replace(builder.context, definitions=(*builder.context.definitions, (head, body)))
        return True
    if not head.is_apply("call") or head.args[0].kind != "symbol" or not all(a.kind == "symbol" for a in head.args[1:]):
        return False
    name = head.args[0].name
    if name in free_names(body) or builder.context.vocabulary.is_density(name) or any(h.kind == "apply" and h.args[0] == head.args[0] for h, _ in builder.context.definitions):
        return False
    if not frozenset(a.name for a in head.args[1:]) & free_names(body):
        return False  # "where f(x) = c" may say what x is
    builder.context = replace(builder.context, definitions=(*builder.context.definitions, (head, body)))
    return True


def _wholes(line: Line) -> list[Term]:
    whole = whole_of(line)
    return [whole] if isinstance(whole, Term) else []


def whole_of(line: Line) -> Term | Unread | None:
    """The line as one statement; None where it has no left side."""
    if line.left is None or line.unread is not None:
        return line.unread
    if not line.steps:
        return line.left
    return relation(tuple([s.sign for s in line.steps]), line.left, *[s.side for s in line.steps])  # type: ignore[arg-type, list-item]


def is_rule(left: Term | Unread | None) -> bool:
    """Is it a value at t + 1, a derivative by time, a function of names, a determinant or trace, of which an equation says what it is?"""
    if not isinstance(left, Term):
        return False
    if left.kind == "apply" and left.name in ("det", "trace"):
        return True
    function = left.is_apply("call") and left.args[0].kind == "symbol" and all(a.kind == "symbol" for a in left.args)
    return function or is_next(left) or flows.head(left) is not None


def takes(builder: Builder, line: Line, number_: int, goes_on: bool = False) -> bool:
    """Take a line of one of these kinds; False for others."""
    whole = whole_of(line)
    if not isinstance(whole, Term):
        return False
    if _is_flow(builder, whole):
        name, _ = flows.head(whole.args[0])  # type: ignore[misc]
        given = (*builder.context.options["flows"], (name, flows.bared(whole.args[1])))
        builder.context = replace(builder.context, options={**builder.context.options, "flows": given})
        builder.told.append(number_)
        return True
    if whole.kind == "relation" and whole.signs[0] == "=" and isinstance(line.left, Term) and is_next(line.left) and any(
            is_at(h) and h.args[0] == line.left.args[0] for h, _ in builder.context.definitions):  # the next value of what was said to be r_t
        builder.start(number_, line.left, statement=False)
        for step in line.steps:
            builder.link(line, number_, step.sign, step.side, step.reason or line.reason)
        return True
    if _is_sequence(builder, whole) or _is_differentiated(builder, line, whole):
        builder.context = replace(builder.context, definitions=(*builder.context.definitions, whole.args))  # type: ignore[arg-type]
        builder.told.append(number_)
        if goes_on:
            builder.start(number_, whole.args[1], statement=False)
        return True
    if _is_update_of_columns(builder, whole):
        builder.told.append(number_)
        return True
    if line.role == "premise" and len(line.steps) == 1 and defines(builder, whole):  # "consider f(w) = ..."
        builder.told.append(number_)
        if goes_on:
            builder.start(number_, whole.args[1], statement=False)
        return True
    if line.role == "premise" and goes_on is False and _WITH.match(line.words) and _set(builder, line, whole):
        builder.told.append(number_)
        return True
    if not is_statement(whole) or line.role in ("definition", "premise"):
        return False
    if _is_chain(builder, line):
        builder.start(number_, line.left, statement=False)  # type: ignore[arg-type]
        for step in line.steps:
            builder.link(line, number_, step.sign, step.side, step.reason or line.reason)
        return True
    if _is_marked(builder, line, goes_on):
        builder.context = replace(builder.context, definitions=(*builder.context.definitions, (line.left, line.steps[0].side)))  # type: ignore[arg-type]
        builder.start(number_, line.steps[0].side, statement=False)  # type: ignore[arg-type]
        builder.told.append(number_)
        for step in line.steps[1:]:
            builder.link(line, number_, step.sign, step.side, step.reason or line.reason)
        return True
    if _is_equation_of_arrays(builder, line, whole):
        builder.start(number_, line.left, statement=False)  # type: ignore[arg-type]
        builder.link(line, number_, "=", line.steps[0].side, line.reason)
        last = builder.placed[-1]
        if last.link is not None and not goes_on:  # it may be a condition as well: nothing is called wrong
            builder.placed[-1] = replace(last, link=replace(last.link, loose=True))
        if not goes_on:
            builder.last, builder.statement = whole, True
            builder.state(whole)
        return True
    if _unknown_matrix(builder, line, number_, whole) or _about_roots(builder, line, number_, whole):
        return True
    if line.connective == "<=>" and _ASKED.search(line.words) and whole.kind == "relation" and set(whole.signs) <= _ORDER and not _ends_in_order(builder):
        if (limit := _converging(builder)) is None:  # "it converges iff ..."
            builder.start(number_, whole, statement=True)
            builder.told.append(number_)
        else:
            builder.start(number_, limit, statement=True, keep=False)
            builder.link(line, number_, "<=>", whole, line.reason, statement=True)
        return True
    if _ASKED.search(line.words) and not line.connective and whole.kind == "relation" and set(whole.signs) <= _ORDER and not _ends_in_order(builder):
        builder.start(number_, whole, statement=True)
        builder.told.append(number_)
        return True
    return False


def _converging(builder: Builder) -> Term | None:
    """w_t -> c, for the only rule, if it is a linear one; c is where it stays."""
    rules = rules_of(builder.context.definitions)
    if len(rules) != 1:
        return None
    (name, rule), = rules.items()
    parts = affine(rule) if name == rule.name else None
    if parts is None:
        return None
    slope, shift = parts
    plain = _rational(shift)
    stays = ZERO if plain is not None and plain.is_zero() else apply("div", shift, apply("add", number(1), apply("neg", slope)))
    return relation("->", rule.at(symbol(rule.time)), stays)


def _rational(term: Term) -> Any:
    """The term as a fraction, where it is one."""
    from grader.algebra.rational import NotRational, rational

    try:
        return rational(term)
    except (NotRational, ZeroDivisionError):
        return None


def _ends_in_order(builder: Builder) -> bool:
    return builder.statement and builder.last is not None and builder.last.kind == "relation" and bool(set(builder.last.signs) & _ORDER)


def _is_flow(builder: Builder, whole: Term) -> bool:
    if whole.kind != "relation" or whole.signs not in (("=",), (":=",)):
        return False
    found = flows.head(whole.args[0])
    if found is None or found[0] not in builder.context.options.get("flowing", ()):
        return False
    return all(name != found[0] for name, _ in builder.context.options["flows"])


def _is_chain(builder: Builder, line: Line) -> bool:
    """Is the left side something to be worked out: a determinant, trace or spectral radius of a matrix written out, or a derivative by time?"""
    left = line.left
    if not line.steps or not isinstance(left, Term) or line.steps[0].sign != "=" or line.connective == "<=>":
        return False
    if builder.context.options.get("flows") and flows.is_derivative(left):
        return True
    given = [h for h, body in builder.context.definitions if eigenvalues.is_matrix(body)]
    if (sought := eigenvalues.characteristic(left)) is not None:
        return sought[0] in given or eigenvalues.is_matrix(sought[0])
    if left.kind == "apply" and left.name in ("det", "trace") and len(left.args) == 1:
        return left.args[0] in given or eigenvalues.is_matrix(left.args[0])
    return left.is_apply("call", 2) and left.args[0] == symbol("rho") and left.args[1] in given


def _is_sequence(builder: Builder, whole: Term) -> bool:
    """ "r_t = p_t^2 + q_t^2", the first that is said of r_t, where some values are iterated: a definition."""
    if whole.kind != "relation" or whole.signs not in (("=",), (":=",)) or not builder.context.options.get("iterated"):
        return False
    head, body = whole.args
    if not is_at(head) or head.args[0].name in builder.seen or any(n.is_apply(head.name) and n.args[0] == head.args[0] for n in walk(body)):
        return False
    return any(n.is_apply(head.name, 2) and n.args[0].name in builder.context.options["iterated"] and head.args[1].name in free_names(n.args[1])
               for n in walk(body) if n.args and n.args[0].kind == "symbol")


def _is_differentiated(builder: Builder, line: Line, whole: Term) -> bool:
    """ "L = ..." where later lines have dL/dz: what L is."""
    if whole.kind != "relation" or whole.signs != ("=",) or line.connective or whole.args[0].kind != "symbol" or builder.started:
        return False
    name = whole.args[0].name
    inner = frozenset().union(*[free_names(b) for _, b in builder.context.definitions]) - {n for n, _ in builder.context.domains}  # "y = u^3", and then "u = 2x + 1"
    return name in builder.context.options.get("differentiated", ()) and name not in builder.seen - inner | free_names(whole.args[1]) and all(
        h != whole.args[0] for h, _ in builder.context.definitions)


def _is_update_of_columns(builder: Builder, whole: Term) -> bool:
    """ "(p_{t+1}, q_{t+1})^T = M (p_t, q_t)^T" with everything written out: the rule of each entry."""
    if whole.kind != "relation" or whole.signs not in (("=",), (":=",)):
        return False
    left = blocks.grid(whole.args[0], None)
    if not left or len(left[0]) != 1 or not all(is_next(row[0]) for row in left) or any(h == row[0] for h, _ in builder.context.definitions for row in left):
        return False
    matrices = {h: body for h, body in builder.context.definitions if eigenvalues.is_matrix(body)}
    right = blocks.grid(_renamed(whole.args[1], matrices), None)
    if not right or len(right) != len(left) or len(right[0]) != 1:
        return False
    made = tuple([(a[0], b[0]) for a, b in zip(left, right)])
    builder.context = replace(builder.context, definitions=(*builder.context.definitions, *made))
    return True


def _set(builder: Builder, line: Line, whole: Term) -> bool:
    """ "With eta = 2/(L + mu):" where nothing has spoken of eta: what it stands for."""
    parts = [whole, *[c for c in line.conditions if isinstance(c, Term)]]
    known = builder.seen | {n for n, _ in builder.context.domains}
    made: list[tuple[Term, Term]] = []
    for part in parts:
        if part.kind != "relation" or part.signs != ("=",) or part.args[0].kind != "symbol" or part.args[0].name in known | free_names(part.args[1]):
            return False
        if any(h.name in free_names(part.args[1]) for h, _ in made):
            return False
        made.append((part.args[0], part.args[1]))
    conditions = tuple([c for c in builder.context.conditions if c not in parts])
    builder.context = replace(builder.context, definitions=(*builder.context.definitions, *made), conditions=conditions)
    return True


def _is_marked(builder: Builder, line: Line, goes_on: bool) -> bool:
    """Does "w-hat = ..." stand for the first time, before more sides, and say what it is, whatever w is?"""
    left = line.left
    if not isinstance(left, Term) or not goes_on or left.kind != "apply" or left.name not in _MARKED or left.args[0].kind != "symbol" or line.signs[:1] != ("=",):
        return False
    before = [t for p in builder.placed if p.link is not None for t in (p.link.left, p.link.right)] + [*builder.stated, *[t for pair in builder.context.definitions for t in pair]]
    if any(n == left for t in before for n in walk(t)) or any(n == left for s in line.steps if isinstance(s.side, Term) for n in walk(s.side)):
        return False
    return isinstance(line.steps[0].side, Term) and (builder.premised or not builder.statement or builder.last is None or left.args[0].name not in free_names(builder.last))


def _is_equation_of_arrays(builder: Builder, line: Line, whole: Term) -> bool:
    """Does an equation about vectors and matrices follow a chain, with words or nothing between, so that it may claim something?"""
    if builder.statement or not builder.started or builder.zero is not None or line.connective or line.signs != ("=",) or builder.last is None:
        return False
    left = line.left
    if not isinstance(left, Term) or left.kind == "symbol" or left.kind == "apply" and left.name in (*_MARKED, "gradient", "partial", "derivative", "call", "index"):
        return False
    arrays = [n for n in walk(whole) if n.kind == "apply" and n.name in ("transpose", "inverse", "norm", "trace")]
    return bool(arrays) and line.steps[0].side != ZERO


def _unknown_matrix(builder: Builder, line: Line, number_: int, whole: Term) -> bool:
    """ "det(A - lambda I) = E" where nothing says what A is."""
    def unknown(term: Term) -> bool:
        found = eigenvalues.characteristic(term)
        return found is not None and found[0].kind == "symbol" and all(h != found[0] for h, _ in builder.context.definitions)

    if whole.kind == "relation" and set(whole.signs) == {"="} and isinstance(line.left, Term) and unknown(line.left):
        sides = [s.side for s in line.steps]
        if sides[0] == ZERO:
            builder.start(number_, whole, statement=True, keep=False)
        else:
            builder.start(number_, sides[0], statement=False)  # type: ignore[arg-type]
            for step in line.steps[1:]:
                builder.link(line, number_, step.sign, step.side, step.reason or line.reason)
        builder.told.append(number_)
        return True
    if builder.statement and builder.last is not None and builder.last.kind == "relation" and unknown(builder.last.args[0]) and len(builder.last.args) == 2:
        builder.start(number_, whole, statement=True)
        builder.told.append(number_)
        return True
    return False


def _about_roots(builder: Builder, line: Line, number_: int, whole: Term) -> bool:
    """A statement about eigenvalues that goes on from no statement about them."""
    roots: tuple[str, ...] = builder.context.options.get("roots", ())
    root = next((r for r in roots if eigenvalues.speaks_of(whole, r)), None)
    if root is None or line.connective in ("<=>", "<=="):
        return False
    if builder.statement and builder.last is not None and eigenvalues.speaks_of(builder.last, root):
        return False
    if not builder.statement and builder.last is not None and builder.zero is None and eigenvalues.degree(builder.last, root):
        listed = eigenvalues.canonical(whole, root)[0]
        if eigenvalues.cases(listed, root) or eigenvalues.is_equation(whole) and (eigenvalues.degree(eigenvalues.difference(whole), root) or 0) >= 2:
            builder.last, builder.statement = relation("=", builder.last, ZERO), True
            builder.state(builder.last)
            _link(builder, line, number_, whole)
            return True
    if not builder.statement and builder.zero is not None or eigenvalues.speaks_of(whole, root) and _is_sized(whole):
        return False
    before = next((t for t in reversed(builder.stated) if eigenvalues.speaks_of(t, root) and is_statement(t)), None)
    matrix = next((h for h, body in reversed(builder.context.definitions) if eigenvalues.is_matrix(body)), None)
    if before is None and matrix is not None:
        inner = apply("add", matrix, apply("neg", apply("mul", symbol(root), symbol("I"))))
        before = relation("=", apply("det", inner), ZERO)
    if before is None:
        return False
    builder.last, builder.statement = before, True
    builder.state(before)
    _link(builder, line, number_, whole)
    return True


def _link(builder: Builder, line: Line, number_: int, whole: Term) -> None:
    """A statement whose ground is known whatever words stand before it ("the eigenvalues are")."""
    builder.link(line, number_, line.connective, whole, line.reason, statement=True)
    last = builder.placed[-1]
    if last.link is not None:
        builder.placed[-1] = replace(last, link=replace(last.link, loose=False, fresh=()))


def _is_sized(whole: Term) -> bool:
    """Does it begin with a size such as |lambda|^2, which is worked out as a chain?"""
    return whole.kind == "relation" and any(n.is_apply("abs", 1) for n in walk(whole.args[0]))
