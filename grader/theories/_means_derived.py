"""Derivatives of means with respect to a parameter, worked out: the reparametrisation trick.

    d/dm E_{u ~ N(0, 1)} g(m, u) = E_{u ~ N(0, 1)} dg/dm           (differentiation under the mean; supposed to be permitted)
    E_{z ~ N(m, s^2)} f(z) = E_{u ~ N(0, 1)} f(m + s u)            where the law has the parameter (D. Kingma, M. Welling 2014, section 2.4)
    d/dm f(g) = f'(g) dg/dm
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.algebra.density_names import is_likelihood
from grader.replay.moments_divergence import replaced
from grader.replay.moments_terms import law_of
from grader.term import Term, apply, free_names, number, symbol, walk
from grader.theories._random_names import rebuilt

ZERO, ONE, TWO = number(0), number(1), number(2)
DERIVATIVES = ("gradient", "partial", "derivative")


class NoRule(ValueError):
    """There is no rule for this derivative here."""


def derived(terms: list[Term]) -> list[Term]:
    """The terms with derivatives by a symbol worked out where a mean under a law, or a sum over observations, stands in one of them; else as they are."""
    def node(t: Term) -> Term | None:
        if t.kind != "apply" or t.name not in DERIVATIVES or len(t.args) < 2 or t.args[1].kind != "symbol" or len(t.args) > 2 and t.args[2] != ONE:
            return None
        try:
            return _derivative(t.args[0], t.args[1].name)
        except NoRule:
            return None

    if not any(n.is_apply("expectation", 2) and n.args[1].kind == "relation" or is_likelihood(n) for t in terms for n in walk(t)):
        return terms
    return [rebuilt(t, node) for t in terms]


def primed(term: Term, definitions: Iterable[tuple[Term, Term]]) -> Term:
    """l'(t) as the derivative of what "l(t) = ..." says."""
    known = {h.args[0]: (h.args[1], b) for h, b in definitions if h.is_apply("call", 2) and h.args[1].kind == "symbol"}

    def node(t: Term) -> Term | None:
        if t.is_apply("call", 2) and t.args[0].is_apply("prime") and t.args[0].args[0] in known and (len(t.args[0].args) < 2 or t.args[0].args[1] == ONE):
            point, body = known[t.args[0].args[0]]
            return apply("derivative", body, point, ONE) if t.args[1] == point else None
        return None

    return rebuilt(term, node) if known else term


def _derivative(t: Term, v: str) -> Term:
    if v not in free_names(t):
        return ZERO
    if t.kind == "binder" and t.name == "sum" and len(t.bound) == 1 and not any(v in free_names(a) for a in t.args[1:]):
        return Term("binder", "sum", (_derivative(t.args[0], v), *t.args[1:]), bound=t.bound)
    if t.kind == "symbol":
        return ONE
    if t.kind != "apply":
        raise NoRule(t.kind)
    rule = _RULES.get(t.name)
    if rule is None:
        raise NoRule(t.name)
    return rule(t, v)


def _sum(*parts: Term) -> Term:
    kept = [p for p in parts if p != ZERO]
    return ZERO if not kept else kept[0] if len(kept) == 1 else apply("add", *kept)


def _times(*parts: Term) -> Term:
    if ZERO in parts:
        return ZERO
    kept = [p for p in parts if p != ONE]
    return ONE if not kept else kept[0] if len(kept) == 1 else apply("mul", *kept)


def _of_product(t: Term, v: str) -> Term:
    return _sum(*[_times(*[_derivative(a, v) if j == k else a for j, a in enumerate(t.args)]) for k in range(len(t.args))])


def _of_quotient(t: Term, v: str) -> Term:
    a, b = t.args
    if v not in free_names(b):
        return apply("div", _derivative(a, v), b)
    above = _sum(_times(_derivative(a, v), b), apply("neg", _times(a, _derivative(b, v))))
    return apply("div", above, apply("pow", b, TWO))


def _of_power(t: Term, v: str) -> Term:
    base, exponent = t.args
    if base.kind == "constant" and base.name == "e":
        return _times(t, _derivative(exponent, v))
    if v not in free_names(exponent) and exponent.kind != "number":
        return _times(exponent, apply("pow", base, apply("add", exponent, apply("neg", ONE))), _derivative(base, v))
    if v not in free_names(base):
        return _times(t, apply("log", base), _derivative(exponent, v))
    if exponent.kind != "number":
        raise NoRule("power")
    return _times(exponent, apply("pow", base, number(exponent.value - 1)), _derivative(base, v)) if exponent.value > 1 else _derivative(base, v)


def _of_call(t: Term, v: str) -> Term:
    if len(t.args) != 2 or t.args[0].kind != "symbol":
        raise NoRule("call")
    return _times(apply("call", apply("prime", t.args[0], ONE), t.args[1]), _derivative(t.args[1], v))


def _of_mean(t: Term, v: str) -> Term:
    if len(t.args) != 2 or t.args[1].kind != "relation" or t.args[1].signs != ("~",):
        raise NoRule("mean")
    drawn, law = t.args[1].args
    known = law_of(law)
    if known is None or drawn.kind != "symbol" or drawn.name == v:
        raise NoRule("law")
    if v not in free_names(law):
        return apply("expectation", _derivative(t.args[0], v), t.args[1])
    if known.name != "Normal":
        raise NoRule("law")
    mean, variance = known.parameters
    scale = variance.args[0] if variance.is_apply("pow", 2) and variance.args[1] == TWO else apply("sqrt", variance)
    place = apply("add", mean, _times(scale, drawn))
    body = replaced(replaced(t.args[0], drawn.name, symbol("~drawn")), "~drawn", place)
    over = t.args[1].with_args((drawn, law.with_args((law.args[0], ZERO, ONE))))
    return apply("expectation", _derivative(body, v), over)


_RULES = {
    "add": lambda t, v: _sum(*[_derivative(a, v) for a in t.args]),
    "neg": lambda t, v: apply("neg", _derivative(t.args[0], v)),
    "mul": _of_product, "div": _of_quotient, "pow": _of_power, "call": _of_call, "expectation": _of_mean,
    "exp": lambda t, v: _times(t, _derivative(t.args[0], v)),
    "log": lambda t, v: apply("div", _derivative(t.args[0], v), t.args[0]),
}
