"""Antiderivatives of terms by a table and a few rules; whoever uses one differentiates it again, so nothing here needs to be believed.

Rules: linearity, factors free of the variable, powers, 1/(a x + b), exponentials, waves and logarithms of linear functions, polynomials times these
by parts, products and powers of sine and cosine of one angle, 1/(x^2 + c), 1/sqrt(c - x^2), exp(-a x^2). Source: any table (NIST DLMF 4.10, 4.26,
4.40, 7.2).
"""

from __future__ import annotations

from fractions import Fraction
from math import comb

from grader.algebra.calculus import raised, times
from grader.algebra.calculus import total as plus
from grader.algebra.antiderivative_rules import further, named_integral
from grader.algebra.rational import NotRational, rational
from grader.term import Term, apply, constant, free_names, number, symbol

MAX_DEPTH = 12
FURTHER_DEPTH = 5
"""Substitutions and the like are tried no deeper than this."""
_E = constant("e")
__all__ = ["NoAntiderivative", "antiderivative", "named_integral"]


class NoAntiderivative(ValueError):
    """No rule."""


def antiderivative(term: Term, name: str) -> Term:
    """F with F' = term in the symbol of that name. Fails with `NoAntiderivative`."""
    return _integrate(term, name, 0)


def _free(term: Term, name: str) -> bool:
    return name not in free_names(term)


def _over(a: Term, b: Term) -> Term:
    return apply("div", a, b)


def _linear(term: Term, name: str) -> tuple[Term, Term] | None:
    """(a, b) with term = a x + b, both free of x, or None."""
    atoms: dict[str, Term] = {}

    def atom(node: Term) -> str | None:
        if node.kind in ("symbol", "number") or node.kind == "apply" and node.name in ("add", "mul", "neg", "div", "pow") and not (
                _free(node, name) and node.is_apply("pow") and node.args[1].kind != "number"):
            return None
        if not _free(node, name):
            raise NotRational("not linear")
        known = next((k for k, t in atoms.items() if t == node), f"#a{len(atoms)}")
        atoms[known] = node
        return known

    try:
        c = rational(term, atom=atom).coefficients(name)
    except NotRational:
        return None
    if len(c) != 2:
        return None
    return c[1].to_term(atoms), c[0].to_term(atoms)


def _integrate(t: Term, name: str, depth: int) -> Term:
    try:
        return _by_rules(t, name, depth)
    except NoAntiderivative:
        if depth > FURTHER_DEPTH:
            raise
    found = further(t, name, lambda u, v: _integrate(u, v, depth + 2))
    if found is None:
        raise NoAntiderivative("no rule")
    return found


def _by_rules(t: Term, name: str, depth: int) -> Term:
    if depth > MAX_DEPTH:
        raise NoAntiderivative("too deep")
    x = symbol(name)
    if _free(t, name):
        return times(t, x)
    if t == x:
        return _over(raised(x, 2), number(2))
    if t.kind != "apply":
        raise NoAntiderivative(f"a {t.name or t.kind}")
    if t.name == "add":
        return plus(*[_integrate(a, name, depth + 1) for a in t.args])
    if t.name == "neg":
        return apply("neg", _integrate(t.args[0], name, depth + 1))
    if t.name == "percent":
        return _over(_integrate(t.args[0], name, depth + 1), number(100))
    if t.name in ("mul", "div"):
        return _product(t, name, depth)
    return _single(t, name, depth)


def _factors(t: Term) -> tuple[list[Term], list[Term]]:
    if t.is_apply("mul"):
        parts = [_factors(a) for a in t.args]
        return [f for p in parts for f in p[0]], [f for p in parts for f in p[1]]
    if t.is_apply("div"):
        (a, b), (c, d) = _factors(t.args[0]), _factors(t.args[1])
        return a + d, b + c
    if t.is_apply("neg"):
        a, b = _factors(t.args[0])
        return [number(-1), *a], b
    return [t], []


def _product(t: Term, name: str, depth: int) -> Term:
    top, bottom = _factors(t)
    fixed = [f for f in top if _free(f, name) and f != number(1)]
    under = [f for f in bottom if _free(f, name) and f != number(1)]
    moving = [f for f in top if not _free(f, name)]
    below = [f for f in bottom if not _free(f, name)]
    scale = times(*fixed) if not under else _over(times(*fixed), times(*under))
    if fixed or under:
        if not moving and not below:
            return times(t, symbol(name))
        rest = times(*moving) if not below else _over(times(*moving), times(*below))
        return times(scale, _integrate(rest, name, depth + 1))
    if not below:
        return _no_fraction(moving, name, depth)
    if not moving and len(below) == 1:
        return _one_over(below[0], name, depth)
    return _rational_function(t, name, depth)


def _power_of_x(f: Term, name: str) -> int | None:
    if f.kind == "symbol" and f.name == name:
        return 1
    if f.is_apply("pow") and f.args[0] == symbol(name) and f.args[1].kind == "number" and f.args[1].value.denominator == 1:
        return int(f.args[1].value)
    return None


def _no_fraction(moving: list[Term], name: str, depth: int) -> Term:
    """A product: a power of x times one function of a linear operand, or waves of one angle; sums are multiplied out."""
    x = symbol(name)
    for k, f in enumerate(moving):
        if f.is_apply("add"):
            return plus(*[_integrate(times(*moving[:k], a, *moving[k + 1:]), name, depth + 1) for a in f.args])
        if len(moving) > 1 and f.is_apply("pow") and f.args[0].is_apply("add") and _small_whole(f.args[1]):
            opened = [f.args[0]] * int(f.args[1].value)
            return _integrate(times(*moving[:k], *opened, *moving[k + 1:]), name, depth + 1)
    powers = [_power_of_x(f, name) for f in moving]
    degree = sum(p for p in powers if p is not None)
    others = [f for f, p in zip(moving, powers) if p is None]
    if not others:
        return _single(raised(x, degree), name, depth) if degree != 1 else _over(raised(x, 2), number(2))
    if degree and len(others) == 1:
        return _by_parts(degree, others[0], name, depth)
    if not degree:
        exps = [f for f in others if _exponent(f) is not None]
        if len(exps) == len(others):
            return _integrate(apply("exp", plus(*[_exponent(f) for f in others])), name, depth + 1)  # type: ignore[list-item]
        return _waves(others, name, depth)
    raise NoAntiderivative("a product")


def _small_whole(t: Term) -> bool:
    return t.kind == "number" and t.value.denominator == 1 and 2 <= t.value <= 6


def _exponent(f: Term) -> Term | None:
    if f.is_apply("exp"):
        return f.args[0]
    if f.is_apply("pow") and f.args[0] == _E:
        return f.args[1]
    if f.is_apply("pow") and f.args[0].is_apply("exp") and f.args[1].kind == "number":
        return times(f.args[1], f.args[0].args[0])
    return None


def _by_parts(degree: int, f: Term, name: str, depth: int) -> Term:
    """x^n f: x^n F - n times the integral of x^(n-1) F; for a logarithm the power is integrated instead."""
    x = symbol(name)
    if f.is_apply("log"):
        line = _linear(f.args[0], name)
        if line is None or not (line[1].kind == "number" and line[1].value == 0):
            raise NoAntiderivative("a logarithm")
        power = raised(x, degree + 1)
        return plus(_over(times(power, f), number(degree + 1)), apply("neg", _over(power, number((degree + 1) ** 2))))
    if degree > 12 or not (_exponent(f) is not None or f.kind == "apply" and f.name in ("sin", "cos", "sinh", "cosh")):
        raise NoAntiderivative("a product")
    inner = _single(f, name, depth + 1)
    rest = _integrate(times(number(degree), raised(x, degree - 1), inner), name, depth + 1)
    return plus(times(raised(x, degree), inner), apply("neg", rest))


def _waves(others: list[Term], name: str, depth: int) -> Term:
    """cos^a sin^b of one linear angle; exp times a wave."""
    a = b = 0
    angle: Term | None = None
    for f in others:
        base, power = (f.args[0], f.args[1]) if f.is_apply("pow") else (f, number(1))
        if base.kind != "apply" or base.name not in ("sin", "cos") or power.kind != "number" or power.value.denominator != 1 or power.value < 1:
            break
        if angle is not None and base.args[0] != angle:
            break
        angle = base.args[0]
        a, b = (a + int(power.value), b) if base.name == "cos" else (a, b + int(power.value))
    else:
        return _wave_powers(a, b, angle, name)  # type: ignore[arg-type]
    if len(others) == 2:
        exponential = next((f for f in others if _exponent(f) is not None), None)
        wave = next((f for f in others if f.kind == "apply" and f.name in ("sin", "cos")), None)
        if exponential is not None and wave is not None:
            return _damped(exponential, wave, name)
    raise NoAntiderivative("a product of functions")


def _wave_powers(a: int, b: int, angle: Term, name: str) -> Term:
    line = _linear(angle, name)
    if line is None or a + b > 16:
        raise NoAntiderivative("an angle that is not linear")
    slope, c, s = line[0], apply("cos", angle), apply("sin", angle)
    if b % 2:  # sin^(2m+1) = (1 - cos^2)^m sin
        m = (b - 1) // 2
        return plus(*[_over(times(number((-1) ** (j + 1) * comb(m, j)), raised(c, a + 2 * j + 1)), times(number(a + 2 * j + 1),
            slope)) for j in range(m + 1)])
    if b:  # cos^a (1 - cos^2)^(b/2)
        m = b // 2
        return plus(*[times(number((-1) ** j * comb(m, j)), _wave_powers(a + 2 * j, 0, angle, name)) for j in range(m + 1)])
    if a == 0:
        return symbol(name)
    if a == 1:
        return _over(s, slope)
    return plus(_over(times(raised(c, a - 1), s), times(number(a), slope)), times(number(Fraction(a - 1, a)), _wave_powers(a - 2, 0, angle, name)))


def _damped(exponential: Term, wave: Term, name: str) -> Term:
    exponent = _exponent(exponential)
    first, second = _linear(exponent, name) if exponent is not None else None, _linear(wave.args[0], name)
    if first is None or second is None:
        raise NoAntiderivative("a product of functions")
    p, w, s, c = first[0], second[0], apply("sin", wave.args[0]), apply("cos", wave.args[0])
    down = plus(raised(p, 2), raised(w, 2))
    inner = plus(times(p, c), times(w, s)) if wave.name == "cos" else plus(times(p, s), apply("neg", times(w, c)))
    return _over(times(exponential, inner), down)


def _one_over(below: Term, name: str, depth: int) -> Term:
    """1/f for a linear f, its powers, roots, x^2 + c, exponentials."""
    line = _linear(below, name)
    if line is not None:
        return _over(apply("log", apply("abs", below)), line[0])
    exponent = _exponent(below)
    if exponent is not None:
        return _integrate(apply("exp", apply("neg", exponent)), name, depth + 1)
    if below.is_apply("sqrt"):
        return _one_over_root(below.args[0], name)
    if below.is_apply("pow") and below.args[1].kind == "number" and _linear(below.args[0], name) is not None:
        return _power(below.args[0], -below.args[1].value, name)
    if below.is_apply("pow") and below.args[0].is_apply("cos"):
        raise NoAntiderivative("a power of a cosine below")
    return _rational_function(_over(number(1), below), name, depth)


def _one_over_root(inside: Term, name: str) -> Term:
    line = _linear(inside, name)
    if line is not None:
        return _over(times(number(2), apply("sqrt", inside)), line[0])
    try:
        c = [q.as_fraction() for q in rational(inside).coefficients(name)]
    except NotRational:
        raise NoAntiderivative("a root below") from None
    if len(c) == 3 and None not in c and c[1] == 0 and c[2] == -1 and c[0] > 0:  # type: ignore[operator]
        return apply("asin", symbol(name) if c[0] == 1 else _over(symbol(name), apply("sqrt", number(c[0]))))  # type: ignore[arg-type]
    raise NoAntiderivative("a root below")


def _power(base: Term, exponent: Fraction, name: str) -> Term:
    line = _linear(base, name)
    if line is None:
        raise NoAntiderivative("a power of something that is not linear")
    if exponent == -1:
        return _over(apply("log", apply("abs", base)), line[0])
    lifted = exponent + 1
    top = raised(base, lifted) if lifted > 0 else _over(number(1), raised(base, -lifted))
    return _over(top, times(number(lifted), line[0]))


def _rational_function(t: Term, name: str, depth: int) -> Term:
    """Rational functions with rational coefficients, by partial fractions."""
    try:
        f = rational(t)
    except NotRational:
        raise NoAntiderivative("a fraction") from None
    if f.used_names() != (name,):
        raise NoAntiderivative("a fraction with other symbols")
    from grader.algebra.antiderivative_fractions import partial_fractions

    found = partial_fractions(f, name)
    if found is None:
        raise NoAntiderivative("a factor below of higher degree")
    return found


def _single(t: Term, name: str, depth: int) -> Term:
    """One function."""
    exponent = _exponent(t)
    if exponent is not None:
        line = _linear(exponent, name)
        return _over(t, line[0]) if line is not None else _gauss(exponent, name)
    if t.is_apply("pow"):
        base, power = t.args
        if power.kind == "number" or power.is_apply("neg") and power.args[0].kind == "number":
            value = power.value if power.kind == "number" else -power.args[0].value
            if base.kind == "apply" and base.name in ("sin", "cos") and value.denominator == 1 and value > 0:
                return _waves([t], name, depth)
            if base.is_apply("add") and value.denominator == 1 and 2 <= value <= 6 and _linear(base, name) is None:
                return _integrate(times(*[base] * int(value)), name, depth + 1)
            return _power(base, value, name)
        if _free(base, name):
            line = _linear(power, name)
            if line is not None:
                return _over(t, times(line[0], apply("log", base)))
        raise NoAntiderivative("a power")
    if t.is_apply("sqrt"):
        return _power(t.args[0], Fraction(1, 2), name)
    if len(t.args) != 1:
        raise NoAntiderivative(t.name)
    u, line = t.args[0], _linear(t.args[0], name)
    if line is None:
        raise NoAntiderivative(f"{t.name} of something that is not linear")
    table = {
        "sin": lambda: apply("neg", apply("cos", u)), "cos": lambda: apply("sin", u), "tan": lambda: apply("neg", apply("log", apply("abs",
            apply("cos", u)))),
        "sinh": lambda: apply("cosh", u), "cosh": lambda: apply("sinh", u), "log": lambda: plus(times(u, t), apply("neg", u)),
        "atan": lambda: plus(times(u, t), apply("neg", _over(apply("log", plus(number(1), raised(u, 2))), number(2)))),
    }
    if t.name not in table:
        raise NoAntiderivative(t.name)
    return _over(table[t.name](), line[0])


def _gauss(exponent: Term, name: str) -> Term:
    """exp(-a x^2) with a rational a > 0."""
    try:
        c = [q.as_fraction() for q in rational(exponent).coefficients(name)]
    except NotRational:
        raise NoAntiderivative("an exponential") from None
    if len(c) != 3 or None in c or c[0] or c[1] or c[2] >= 0:  # type: ignore[operator]
        raise NoAntiderivative("an exponential")
    root = apply("sqrt", number(-c[2]))  # type: ignore[operator]
    return _over(times(apply("sqrt", constant("pi")), apply("erf", times(root, symbol(name)))), times(number(2), root))
