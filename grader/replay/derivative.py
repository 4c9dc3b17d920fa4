"""Derivatives of terms by the rules of school calculus, for the checkers. Nothing is simplified beyond dropping zeros.

Unknown functions of one variable are taken to be differentiable: d f(u) = f'(u) du. d|u| = u/|u| du (of real u: whoever asks sees to that), d log u = du/u, d u^v by log u unless v is free of the variable. Fails with `Unsupported`
for operators without a rule.
"""

from __future__ import annotations

from collections.abc import Callable

from grader.replay.enclosure import Unsupported
from grader.term import Term, apply, fold, free_names, number, replace, walk

ZERO, ONE, TWO = number(0), number(1), number(2)
STEPS = frozenset("floor ceil round sign mod gcd lcm derivative partial".split())
ENTIRE = frozenset("add neg mul pow exp sin cos sinh cosh".split())


def _sq(t: Term) -> Term:
    return apply("pow", t, TWO)


def _plus(a: Term, b: Term) -> Term:
    return apply("add", a, b)


def _minus(a: Term, b: Term) -> Term:
    return apply("add", a, apply("neg", b))


def _over(a: Term, b: Term) -> Term:
    return apply("div", a, b)


OUTER: dict[str, Callable[[Term, Term], Term]] = {
    "exp": lambda u, f: f, "log": lambda u, f: _over(ONE, u), "sqrt": lambda u, f: _over(ONE, apply("mul", TWO, f)),
    "sin": lambda u, f: apply("cos", u), "cos": lambda u, f: apply("neg", apply("sin", u)), "tan": lambda u, f: _plus(ONE, _sq(f)),
    "cot": lambda u, f: apply("neg", _plus(ONE, _sq(f))), "sec": lambda u, f: apply("mul", f, apply("tan", u)),
    "csc": lambda u, f: apply("neg", apply("mul", f, apply("cot", u))), "sinh": lambda u, f: apply("cosh", u), "cosh": lambda u, f: apply("sinh", u),
    "tanh": lambda u, f: _minus(ONE, _sq(f)), "coth": lambda u, f: _minus(ONE, _sq(f)), "sech": lambda u, f: apply("neg", apply("mul", f,
        apply("tanh", u))),
    "csch": lambda u, f: apply("neg", apply("mul", f, apply("coth", u))), "asin": lambda u, f: _over(ONE, apply("sqrt", _minus(ONE, _sq(u)))),
    "acos": lambda u, f: apply("neg", _over(ONE, apply("sqrt", _minus(ONE, _sq(u))))), "atan": lambda u, f: _over(ONE, _plus(ONE, _sq(u))),
    "acot": lambda u, f: apply("neg", _over(ONE, _plus(ONE, _sq(u)))), "asinh": lambda u, f: _over(ONE, apply("sqrt", _plus(_sq(u), ONE))),
    "acosh": lambda u, f: _over(ONE, apply("mul", apply("sqrt", _minus(u, ONE)), apply("sqrt", _plus(u, ONE)))),
    "atanh": lambda u, f: _over(ONE, _minus(ONE, _sq(u))),
    "sigmoid": lambda u, f: apply("mul", f, _minus(ONE, f)), "softplus": lambda u, f: apply("sigmoid", u), "abs": lambda u, f: _over(u, f),
    "erf": lambda u, f: _over(apply("mul", TWO, apply("exp", apply("neg", _sq(u)))), apply("sqrt", Term("constant", "pi"))),
    "percent": lambda u, f: apply("percent", ONE), "neg": lambda u, f: number(-1),
}
"""f = op(u): its derivative in u."""


def derivative(term: Term, name: str) -> Term:
    """The derivative of a term in the symbol of that name."""

    def combine(node: Term, below: tuple[Term, ...]) -> Term:
        if node.kind in ("number", "constant"):
            return ZERO
        if node.kind == "symbol":
            return ONE if node.name == name else ZERO
        if name not in free_names(node):
            return ZERO
        if node.kind != "apply":
            if node.kind == "binder" and node.name == "sum" and len(node.args) == 3 and all(name not in free_names(a) for a in node.args[1:]):
                return Term("binder", "sum", (derivative(node.args[0], name), *node.args[1:]), bound=node.bound)
            if node.kind == "binder" and node.name == "integral" and len(node.args) == 3 and len(node.bound) == 1:
                return _integral(node, name)
            raise Unsupported(f"no rule to differentiate a {node.name or node.kind}")
        return _apply(node, below)

    def _apply(node: Term, below: tuple[Term, ...]) -> Term:
        op, args = node.name, node.args
        if op == "add":
            return _sum([d for d in below if d != ZERO])
        if op == "mul":
            return _sum([_product([*args[:k], d, *args[k + 1:]]) for k, d in enumerate(below) if d != ZERO])
        if op == "div":
            (u, v), (du, dv) = args, below
            left = _over(du, v)
            return left if dv == ZERO else _minus(left, _over(_product([u, dv]), _sq(v)))
        if op == "pow":
            (u, v), (du, dv) = args, below
            if dv == ZERO:
                return _product([v, _one_less(u, v), du])
            rate = _product([dv, ONE if u == Term("constant", "e") else apply("log", u)])
            return _product([node, rate if du == ZERO else _plus(rate, _over(_product([v, du]), u))])
        if op == "root" and below[1] == ZERO:
            return _over(_product([node, below[0]]), _product([args[1], args[0]]))
        if op == "log" and len(args) == 2 and below[1] == ZERO:
            return _over(below[0], _product([args[0], apply("log", args[1])]))
        if op == "call" and len(args) == 2 and below[0] == ZERO:
            return _product([apply("call", _primed(args[0]), args[1]), below[1]])
        if op in OUTER and len(args) == 1:
            return _product([OUTER[op](args[0], node), below[0]])
        raise Unsupported(f"no rule to differentiate {op}")

    return fold(term, combine)


def _primed(head: Term) -> Term:
    """f', and one more prime on a function that has some."""
    if head.is_apply("prime") and head.args[1].kind == "number":
        return apply("prime", head.args[0], number(head.args[1].value + 1))
    return apply("prime", head, ONE)


def _integral(node: Term, name: str) -> Term:
    """Leibniz' rule for an integrand that is continuous where it has a value: f(b) b' - f(a) a' + integral of df/dx over [a, b]. An integrand that
    contains the variable must be smooth on the closed range."""
    (body, low, high), v = node.args, node.bound[0]
    ops = {n.name for n in walk(body) if n.kind == "apply"}
    if v.kind != "symbol" or v.name == name or any(n.kind == "binder" or n.kind == "tuple" for n in walk(body)) or ops & STEPS:
        raise Unsupported("such an integral")
    parts = []
    for end, sign in ((high, 1), (low, -1)):
        if name in free_names(end):
            if any(n == Term("constant", "oo") for n in walk(end)):
                raise Unsupported("an endless integral")
            part = _product([_put(body, v, end), derivative(end, name)])
            parts.append(part if sign > 0 else apply("neg", part))
    if name in free_names(body):
        if not ops <= ENTIRE or any(n == Term("constant", "oo") for n in (low, high)) or any(
                n.is_apply("pow") and not (n.args[1].kind == "number" and n.args[1].value.denominator == 1) and n.args[0] != Term("constant", "e")
                for n in walk(body)):
            raise Unsupported("an integrand that need not be smooth")
        parts.append(Term("binder", "integral", (derivative(body, name), low, high), bound=node.bound))
    return _sum(parts)


def _put(body: Term, v: Term, end: Term) -> Term:
    try:
        return replace(body, {v: end})
    except ValueError as error:
        raise Unsupported(str(error)) from error


def _one_less(u: Term, v: Term) -> Term:
    """u^(v - 1), without writing 0^0 where v is a literal 1."""
    if v.kind != "number":
        return apply("pow", u, _minus(v, ONE))
    return ONE if v.value == 1 else u if v.value == 2 else apply("pow", u, number(v.value - 1))


def _sum(parts: list[Term]) -> Term:
    return ZERO if not parts else parts[0] if len(parts) == 1 else apply("add", *parts)


def _product(parts: list[Term]) -> Term:
    parts = [p for p in parts if p != ONE]
    return ONE if not parts else parts[0] if len(parts) == 1 else apply("mul", *parts)
