"""Derivatives of terms, as terms, for those who look for evidence: each operator's partial derivatives and the chain rule.

Rules are those of any calculus text (NIST DLMF 4.4, 4.20, 4.24, 4.34, 4.38). No simplification but dropping zeros and ones.
Fails with `NoDerivative` where there is no rule (floor, cases, unknown functions) or where it is not said that the body depends on the variable.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from grader.term import Term, apply, constant, free_names, number, replace, walk

MAX_ORDER = 8
MAX_SIZE = 20_000
"""Largest derivative, in nodes."""
_E = constant("e")


class NoDerivative(ValueError):
    """No rule."""


def total(*parts: Term) -> Term:
    """Sum without zeros."""
    kept = [p for p in parts if not (p.kind == "number" and p.value == 0)]
    return number(0) if not kept else kept[0] if len(kept) == 1 else apply("add", *kept)


def times(*parts: Term) -> Term:
    """Product without ones; zero where a factor is a literal zero."""
    if any(p.kind == "number" and p.value == 0 for p in parts):
        return number(0)
    kept = [p for p in parts if not (p.kind == "number" and p.value == 1)]
    return number(1) if not kept else kept[0] if len(kept) == 1 else apply("mul", *kept)


def raised(base: Term, exponent: int | Fraction) -> Term:
    """A power with a literal exponent, 1 and x written plainly."""
    return number(1) if exponent == 0 else base if exponent == 1 else apply("pow", base, number(exponent))


def _minus(t: Term) -> Term:
    return apply("neg", t)


def _recip(t: Term) -> Term:
    return apply("div", number(1), t)


def _one_minus_square(u: Term) -> Term:
    return total(number(1), _minus(raised(u, 2)))


def _one_plus_square(u: Term) -> Term:
    return total(number(1), raised(u, 2))


def _f(name: str, u: Term) -> Term:
    return apply(name, u)


_SLOPE: dict[str, Callable[[Term], Term]] = {
    "neg": lambda u: number(-1), "percent": lambda u: number(Fraction(1, 100)), "exp": lambda u: _f("exp", u), "log": _recip,
    "sqrt": lambda u: _recip(times(number(2), _f("sqrt", u))),
    "sin": lambda u: _f("cos", u), "cos": lambda u: _minus(_f("sin", u)), "tan": lambda u: raised(_f("sec", u), 2),
    "cot": lambda u: _minus(raised(_f("csc", u), 2)), "sec": lambda u: times(_f("sec", u), _f("tan", u)),
    "csc": lambda u: _minus(times(_f("csc", u), _f("cot", u))), "sinh": lambda u: _f("cosh", u), "cosh": lambda u: _f("sinh", u),
    "tanh": lambda u: raised(_f("sech", u), 2), "coth": lambda u: _minus(raised(_f("csch", u), 2)),
    "sech": lambda u: _minus(times(_f("sech", u), _f("tanh", u))), "csch": lambda u: _minus(times(_f("csch", u), _f("coth", u))),
    "asin": lambda u: _recip(_f("sqrt", _one_minus_square(u))), "acos": lambda u: _minus(_recip(_f("sqrt", _one_minus_square(u)))),
    "atan": lambda u: _recip(_one_plus_square(u)), "acot": lambda u: _minus(_recip(_one_plus_square(u))),
    "asinh": lambda u: _recip(_f("sqrt", _one_plus_square(u))),
    "acosh": lambda u: _recip(times(_f("sqrt", total(u, number(1))), _f("sqrt", total(u, number(-1))))),
    "atanh": lambda u: _recip(_one_minus_square(u)),
    "sigmoid": lambda u: times(_f("sigmoid", u), _f("sigmoid", _minus(u))), "softplus": lambda u: _f("sigmoid", u),
    "abs": lambda u: apply("div", u, _f("abs", u)),
    "erf": lambda u: times(number(2), apply("div", _f("exp", _minus(raised(u, 2))), _f("sqrt", constant("pi")))),
}


def differentiate(term: Term, name: str) -> Term:
    """The derivative in the symbol of that name (real arguments inside abs are the caller's care)."""
    memo: dict[Term, Term] = {}

    def d(t: Term) -> Term:
        if t not in memo:
            memo[t] = _step(t, name, d)
            if memo[t].size > MAX_SIZE:
                raise NoDerivative("a derivative too large")
        return memo[t]

    return d(term)


def _step(t: Term, name: str, d: Callable[[Term], Term]) -> Term:
    if t.kind == "symbol":
        return number(1 if t.name == name else 0)
    if name not in free_names(t):
        return number(0)
    args = t.args
    if t.kind == "binder" and t.name in ("sum",) and len(args) == 3 and all(name not in free_names(a) for a in args[1:]):
        return Term("binder", t.name, (d(args[0]), *args[1:]), bound=t.bound)
    if t.kind == "binder" and t.name == "integral" and len(args) == 3 and len(t.bound) == 1 and t.bound[0].kind == "symbol":
        return _integral(t, name, d)
    if t.kind != "apply":
        raise NoDerivative(f"no rule for a {t.name or t.kind}")
    if t.name == "call" and len(args) == 2:
        head = args[0]
        primes = head.args[1].value + 1 if head.is_apply("prime") and head.args[1].kind == "number" else 1
        return times(apply("call", apply("prime", head.args[0] if primes > 1 else head, number(primes)), args[1]), d(args[1]))
    if t.name == "add":
        return total(*[d(a) for a in args])
    if t.name == "mul":
        return total(*[times(*args[:k], d(a), *args[k + 1:]) for k, a in enumerate(args)])
    if t.name == "div":
        u, v = args
        return total(apply("div", d(u), v) if name in free_names(u) else number(0),
                     _minus(apply("div", times(u, d(v)), raised(v, 2))) if name in free_names(v) else number(0))
    if t.name == "pow":
        return _power(t, name, d)
    if t.name == "root" and name not in free_names(args[1]):
        return apply("div", times(t, d(args[0])), times(args[1], args[0]))
    if t.name == "log" and len(args) == 2 and name not in free_names(args[1]):
        return apply("div", d(args[0]), times(args[0], _f("log", args[1])))
    if t.name in _SLOPE and len(args) == 1:
        return times(_SLOPE[t.name](args[0]), d(args[0]))
    raise NoDerivative(f"no rule for {t.name}")


def _integral(t: Term, name: str, d: Callable[[Term], Term]) -> Term:
    """Leibniz' rule."""
    (body, low, high), v = t.args, t.bound[0]
    if v.name == name or any(n.kind in ("binder", "tuple") or n.kind == "constant" and n.name == "oo" for n in walk(t) if n is not t):
        raise NoDerivative("such an integral")
    ends = [times(replace(body, {v: end}), d(end)) if name in free_names(end) else number(0) for end in (high, low)]
    inner = d(body) if name in free_names(body) else None
    whole = total(ends[0], _minus(ends[1]) if ends[1] != number(0) else number(0))
    return whole if inner is None else total(whole, Term("binder", "integral", (inner, low, high), bound=t.bound))


def _power(t: Term, name: str, d: Callable[[Term], Term]) -> Term:
    base, exponent = t.args
    if name not in free_names(exponent):
        if exponent.kind == "number":
            return times(exponent, raised(base, exponent.value - 1), d(base))
        if exponent.is_apply("neg") and exponent.args[0].kind == "number":
            return times(exponent, apply("pow", base, number(-exponent.args[0].value - 1)), d(base))
        return times(exponent, apply("pow", base, total(exponent, number(-1))), d(base))
    rate = d(exponent) if base == _E else times(d(exponent), _f("log", base))
    if name in free_names(base):
        rate = total(rate, apply("div", times(exponent, d(base)), base))
    return times(t, rate)


def order_of(term: Term) -> int:
    """How often a derivative term differentiates. Fails when that is no small literal (`NoDerivative`)."""
    if len(term.args) == 2:
        return 1
    order = term.args[2]
    if order.kind != "number" or order.value.denominator != 1 or not 1 <= order.value <= MAX_ORDER:
        raise NoDerivative("an order that is no small number")
    return int(order.value)


def carry_out(term: Term) -> Term:
    """The same term with every derivative carried out, innermost first."""
    if not term.args:
        return term
    inner = term.with_args(tuple(carry_out(a) for a in term.args))
    if inner.kind != "apply" or inner.name not in ("derivative", "partial"):
        return inner
    body, variable, order = inner.args[0], inner.args[1], order_of(inner)
    if variable.kind != "symbol":
        raise NoDerivative("a derivative in something that is no symbol")
    if variable.name not in free_names(body) and free_names(body):
        raise NoDerivative(f"whether it depends on {variable.name} is not said")
    for _ in range(order):
        body = differentiate(body, variable.name)
    return body
