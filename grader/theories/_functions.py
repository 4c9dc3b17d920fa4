"""Unknown functions in equations: y(x), y' and dy/dx.

An equation between functions of x holds at every x, so its derivative by x follows from it. dy/dx and y' are else names of their own, which obey
what differentiating the line before says of them: from F(x, y) = 0 follows F_x + F_y dy/dx = 0. A line in which derivatives are gone, and which has a new
constant or an integral, solves a differential equation: it does not follow point by point, and is no failure for that.

Where a line before says what y is (y = g(x), ln y = g(x), a quadratic equation in y), a line with dy/dx can be looked at along that function.
"""

from __future__ import annotations

from dataclasses import replace

from grader.model import Equal
from grader.term import Term, apply, free_names, number, relation, symbol, walk
from grader.term import replace as put
from grader.theories._theory import Link

ZERO = number(0)


def function_variables(term: Term) -> tuple[str, ...]:
    """Names by which unknown functions in the equation are called: y(x) gives x."""
    return tuple(sorted({n.args[1].name for n in walk(term) if n.is_apply("call", 2) and n.args[1].kind == "symbol"}))[:2]


def with_functions(link: Link) -> Link:
    """The link with y as y(x), where the line before has y and this one y' (a name with a prime) beside one other variable, or dy/dx."""
    slopes = {n for n in walk(link.right) if _is_slope(n)} - set(walk(link.left))
    marked = sorted(n for n in free_names(link.right) if n.endswith("'") and n.rstrip("'") in free_names(link.left) and n not in free_names(link.left))
    change: dict[Term, Term] = {}
    if slopes and not marked:
        variables = {n.args[1] for n in slopes}
        if len(variables) != 1 or any(_is_slope(n) for n in walk(link.left)):
            return link
        for slope in slopes:
            change[slope.args[0]] = apply("call", slope.args[0], slope.args[1])
    elif len(marked) == 1:
        y = marked[0].rstrip("'")
        others = [n for n in sorted((free_names(link.left) | free_names(link.right)) - {y, marked[0]})]
        name = others[0] if len(others) == 1 else next((n for n in ("x", "t") if n in others), "")
        if not name:
            return link
        of_x = apply("call", symbol(y), symbol(name))
        change = {symbol(y): of_x, symbol(marked[0]): apply("derivative", of_x, symbol(name), number(len(marked[0]) - len(y)))}
    try:
        return replace(link, left=put(link.left, change), right=put(link.right, change)) if change else link
    except ValueError:  # a name would be captured
        return link


def _is_slope(term: Term) -> bool:
    """Is it dy/dx of a mere name y?"""
    return term.is_apply("derivative") and term.args[0].kind == "symbol" and term.args[1].kind == "symbol" and term.args[0] != term.args[1]


def slopes_as_names(link: Link) -> Link:
    """The link with each dy/dx as a name of its own; where only the new line has them, the line before with its derivative beside it."""
    found = [{n for n in walk(t) if _is_slope(n)} for t in (link.left, link.right)]
    both = found[0] | found[1]
    marked = sorted(n for n in free_names(link.right) - free_names(link.left) if n.endswith("'") and not n.endswith("''") and n[:-1] in free_names(link.left))
    if not both and not marked:
        return link
    named = {n: symbol(_name_of(n)) for n in both}

    def renamed(term: Term) -> Term:
        if term in named:
            return named[term]
        return term.with_args(tuple([renamed(a) for a in term.args])) if term.args else term

    left = link.left
    first = [n for n in both if _order(n) == 1]
    if not found[0] and link.left.kind == "relation" and link.left.signs == ("=",):
        if len(both) == len(first) == 1:
            left = _differentiated(link.left, first[0].args[0].name, first[0].args[1].name, named[first[0]]) or left
        elif len(marked) == 1 and not both:
            others = sorted(free_names(link.left) - {marked[0][:-1]})
            name = others[0] if len(others) == 1 else next((n for n in ("x", "t") if n in others), "")
            left = (_differentiated(link.left, marked[0][:-1], name, symbol(marked[0])) if name else None) or left
    return replace(link, left=renamed(left), right=renamed(link.right))


def _differentiated(equation: Term, y: str, x: str, slope: Term) -> Term | None:
    """The equation and its derivative by x, as one statement."""
    from grader.algebra.calculus import NoDerivative, differentiate

    difference = apply("add", equation.args[0], apply("neg", equation.args[1]))
    try:
        total = apply("add", differentiate(difference, x), apply("mul", differentiate(difference, y), slope))
    except (NoDerivative, ValueError):
        return None
    return apply("and", equation, relation("=", total, ZERO))


def _order(slope: Term) -> int:
    return int(slope.args[2].value) if len(slope.args) > 2 and slope.args[2].kind == "number" else 1


def _name_of(slope: Term) -> str:
    k = _order(slope)
    return f"d{slope.args[0].name}/d{slope.args[1].name}" if k == 1 else f"d^{k} {slope.args[0].name}/d{slope.args[1].name}^{k}"


def along(link: Link, earlier: tuple[Term, ...]) -> tuple[Equal | None, Equal] | None:
    """What the two lines (None for the one that says what y is) claim along the function y of x that a line before says; None where there is none."""
    slopes = {n for n in walk(link.right) if _is_slope(n)}
    marked = sorted(n for n in free_names(link.right) if n.endswith("'") and not n.endswith("''"))
    if len(slopes) == 1 and not marked and _order(slope := next(iter(slopes))) == 1:
        y, x = slope.args[0].name, slope.args[1].name
    elif len(marked) == 1 and not slopes:
        y, slope = marked[0][:-1], symbol(marked[0])
        x = ""
    else:
        return None
    for source in (link.left, *earlier):
        if source.kind != "relation" or source.signs != ("=",) or slope in set(walk(source)) or y not in free_names(source):
            continue
        others = sorted(free_names(source) - {y})
        name = x or (others[0] if len(others) == 1 else next((n for n in ("x", "t") if n in others), ""))
        body = _explicit(source, y)
        if body is None or name not in free_names(body):
            continue
        change = {slope: apply("derivative", body, symbol(name), number(1)), symbol(y): body}
        try:
            made = [Equal(*[put(a, change) for a in t.args]) if t.kind == "relation" and t.signs == ("=",) else None for t in (link.left, link.right)]
        except ValueError:  # a name would be captured
            return None
        return None if made[1] is None or made[0] is None else (None if source == link.left else made[0], made[1])
    return None


def _explicit(equation: Term, y: str) -> Term | None:
    """What y is, by the equation: one function that satisfies it."""
    from grader.algebra.calculus import NoDerivative, differentiate

    for side, other in (equation.args, equation.args[::-1]):
        if y in free_names(other):
            continue
        if side == symbol(y):
            return other
        if side.is_apply("log", 1) and side.args[0] == symbol(y):
            return apply("exp", other)
        if side.is_apply("exp", 1) and side.args[0] == symbol(y):
            return apply("log", other)
    difference = apply("add", equation.args[0], apply("neg", equation.args[1]))
    if not all(n.kind in ("number", "symbol", "constant") or n.kind == "apply" and n.name in ("add", "neg", "mul", "div", "pow") for n in walk(difference)):
        return None
    try:
        once = differentiate(difference, y)
        twice = differentiate(once, y)
        if y in free_names(twice) and y in free_names(put(twice, {symbol(y): ZERO})):
            return None
        c, b = put(difference, {symbol(y): ZERO}), put(once, {symbol(y): ZERO})
    except (NoDerivative, ValueError):
        return None
    if twice == ZERO:
        return apply("div", apply("neg", c), b)
    if y in free_names(twice):
        return None
    root = apply("sqrt", apply("add", apply("pow", b, number(2)), apply("neg", apply("mul", number(2), twice, c))))
    return apply("div", apply("add", apply("neg", b), root), twice)


def solves(link: Link) -> bool:
    """Are derivatives of the line before gone, and is a constant or an integral new? Then it may solve a differential equation."""
    def marks(term: Term) -> set[Term]:
        primes = {symbol(n) for n in free_names(term) if n.endswith("'")}
        return primes | {n for n in walk(term) if n.is_apply("derivative") or n.is_apply("prime")}

    if not marks(link.left) - marks(link.right):
        return False
    new = free_names(link.right) - free_names(link.left)
    return bool(new) or any(n.kind == "binder" and n.name in ("integral", "antiderivative") for n in walk(link.right))


def derivatives(link: Link, name: str) -> tuple[Term, Term]:
    """The derivative by `name` of the difference of the first equation's sides, and the difference of the second's."""
    (a, b), (c, d) = link.left.args, link.right.args
    first = apply("add", apply("derivative", a, symbol(name), number(1)), apply("neg", apply("derivative", b, symbol(name), number(1))))
    return apply("add", c, apply("neg", d)), first


__all__ = ["along", "derivatives", "function_variables", "slopes_as_names", "solves", "with_functions"]
