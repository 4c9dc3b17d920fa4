"""Operators that are defined by others: tan x = sin x / cos x. One step at a time, as terms; meanings as in `semantics`.

The defining term is defined at the same points and has the same value (in the reading asked for).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from grader.term import Term, apply, constant, number

MAX_SIZE = 5_000
"""Nodes, written out, of a defining term: the maximum of n numbers takes about 2^n."""
ONE, TWO = number(1), number(2)
I = constant("i")  # noqa: E741 - the imaginary unit


def _plus(*parts: Term) -> Term:
    return apply("add", *parts)


def _minus(a: Term, b: Term) -> Term:
    return apply("add", a, apply("neg", b))


def _over(a: Term, b: Term) -> Term:
    return apply("div", a, b)


def _e(u: Term) -> Term:
    return apply("exp", u)


def _neg(u: Term) -> Term:
    return apply("neg", u)


def _sq(u: Term) -> Term:
    return apply("pow", u, TWO)


def _half(u: Term) -> Term:
    return _over(u, TWO)


def _extreme(args: tuple[Term, ...], sign: int) -> Term:
    found = args[0]
    for b in args[1:]:
        size = apply("abs", _minus(found, b))
        found = _half(_plus(found, b, size if sign > 0 else _neg(size)))
    return found


_ANY: dict[str, Callable[..., Term]] = {
    "tan": lambda u: _over(apply("sin", u), apply("cos", u)), "cot": lambda u: _over(apply("cos", u), apply("sin", u)),
    "sec": lambda u: _over(ONE, apply("cos", u)), "csc": lambda u: _over(ONE, apply("sin", u)),
    "sinh": lambda u: _half(_minus(_e(u), _e(_neg(u)))), "cosh": lambda u: _half(_plus(_e(u), _e(_neg(u)))),
    "tanh": lambda u: _over(_minus(_e(u), _e(_neg(u))), _plus(_e(u), _e(_neg(u)))),
    "coth": lambda u: _over(_plus(_e(u), _e(_neg(u))), _minus(_e(u), _e(_neg(u)))),
    "sech": lambda u: _over(TWO, _plus(_e(u), _e(_neg(u)))), "csch": lambda u: _over(TWO, _minus(_e(u), _e(_neg(u)))),
    "asec": lambda u: apply("acos", _over(ONE, u)), "acsc": lambda u: apply("asin", _over(ONE, u)),
    "acos": lambda u: _minus(_half(constant("pi")), apply("asin", u)),
    "asinh": lambda u: apply("log", _plus(u, apply("sqrt", _plus(_sq(u), ONE)))),
    "acosh": lambda u: apply("log", _plus(u, apply("mul", apply("sqrt", _plus(u, ONE)), apply("sqrt", _minus(u, ONE))))),
    "atanh": lambda u: _half(_minus(apply("log", _plus(ONE, u)), apply("log", _minus(ONE, u)))),
    "sigmoid": lambda u: _over(ONE, _plus(ONE, _e(_neg(u)))), "softplus": lambda u: apply("log", _plus(ONE, _e(u))),
    "relu": lambda u: _extreme((number(0), u), 1), "max": lambda *a: _extreme(a, 1), "min": lambda *a: _extreme(a, -1),
    "percent": lambda u: apply("mul", u, number(Fraction(1, 100))), "degree": lambda u: _over(apply("mul", u, constant("pi")), number(180)),
    "factorial": lambda u: apply("gamma", _plus(u, ONE)),
    "mod": lambda a, n: _minus(a, apply("mul", n, apply("floor", _over(a, n)))), "ceil": lambda u: _neg(apply("floor", _neg(u))),
    "re": lambda u: _half(_plus(u, apply("conj", u))), "im": lambda u: _over(_minus(u, apply("conj", u)), apply("mul", TWO, I)),
}


def by_definition(term: Term) -> Term | None:
    """The defining term, or None for an operator that is not defined by others here, or only by too long a term."""
    if term.kind != "apply":
        return None
    if term.name == "log" and len(term.args) == 2:
        return _over(apply("log", term.args[0]), apply("log", term.args[1]))
    define = _ANY.get(term.name)
    if define is None or len(term.args) < 1 or term.name not in ("max", "min", "mod") and len(term.args) != 1:
        return None
    if term.name in ("max", "min") and len(term.args) > 12:
        return None
    made = define(*term.args)
    return made if made.size <= MAX_SIZE else None


def binomial_parts(n: Term, k: Term) -> tuple[Term, Term, Term]:
    """u, v, w with binomial(n, k) = gamma(u) / (gamma(v) gamma(w)), where 1/gamma is 0 at the poles of gamma."""
    return _plus(n, ONE), _plus(k, ONE), _plus(_minus(n, k), ONE)
