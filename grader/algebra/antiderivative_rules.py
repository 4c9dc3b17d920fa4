"""Further rules for antiderivatives: substitution, roots of quadratics, inverse functions, symbolic powers and Gaussians, products of waves; and the
named definite integrals of `replay.improper`. Sources: NIST DLMF 4.26, 4.40, 7.7.1; any table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from grader.algebra.calculus import NoDerivative, differentiate, raised, times, total
from grader.algebra.rational import NotRational, rational
from grader.term import Term, apply, constant, free_names, number, replace, symbol, to_data, walk

Integrate = Callable[[Term, str], Term]
_E, _PI, _OO = constant("e"), constant("pi"), constant("oo")
_INNER = frozenset("exp log sin cos tan sinh cosh tanh sqrt root atan asin acos pow abs".split())


def further(t: Term, name: str, integrate: Integrate) -> Term | None:
    """An antiderivative by these rules, or None. `integrate` finds those of simpler terms (and raises ValueError)."""
    for rule in (_table, _quadratic_root, _quadratic_below, _symbolic_power, _gaussian, _wave_products, _powers_together, _sum_apart,
                 _by_parts_with_inverse, _substituted):
        found = rule(t, name, integrate)
        if found is not None:
            return found
    return None


def _free(t: Term, name: str) -> bool:
    return name not in free_names(t)


def _linear(t: Term, name: str) -> tuple[Term, Term] | None:
    """(a, b) with t = a x + b."""
    try:
        c = rational(t, atom=_atoms(name)[0]).coefficients(name)
    except (NotRational, ValueError):
        return None
    return (c[1].to_term(_atoms_of(t, name)), c[0].to_term(_atoms_of(t, name))) if len(c) == 2 else None


def _atoms(name: str) -> tuple[Callable[[Term], str | None], dict[str, Term]]:
    """Names for the parts that are no rational operations (those with the variable too)."""
    known: dict[str, Term] = {}

    def atom(node: Term) -> str | None:
        plain = node.kind in ("symbol", "number") or node.kind == "apply" and (node.name in ("add", "mul", "neg", "div") or node.is_apply(
            "pow") and node.args[1].kind == "number" and node.args[1].value.denominator == 1 or node.is_apply("pow") and node.args[1].is_apply(
                "neg") and node.args[1].args[0].kind == "number" and node.args[1].args[0].value.denominator == 1)
        if plain:
            return None
        found = next((k for k, u in known.items() if u == node), f"#u{len(known)}")
        known[found] = node
        return found

    return atom, known


def _atoms_of(t: Term, name: str) -> dict[str, Term]:
    atom, known = _atoms(name)
    rational(t, atom=atom)
    return known


def _coefficients(t: Term, name: str) -> list[Term] | None:
    """Coefficients of a polynomial in x, lowest first, free of x."""
    atom, known = _atoms(name)
    try:
        c = rational(t, atom=atom).coefficients(name)
    except (NotRational, ValueError):
        return None
    made = [v.to_term(known) for v in c]
    return made if all(_free(v, name) for v in made) else None


def _table(t: Term, name: str, integrate: Integrate) -> Term | None:
    """sec^2, csc^2, tan^2, asin, acos, log^2 of a linear operand."""
    power, base = (2, t.args[0]) if t.is_apply("pow") and t.args[1] == number(2) else (1, t)
    inverse = t.is_apply("div") and t.args[0] == number(1)
    if inverse:
        below = t.args[1]
        power, base = (-2, below.args[0]) if below.is_apply("pow") and below.args[1] == number(2) else (-1, below)
    if base.kind != "apply" or len(base.args) != 1:
        return None
    line = _linear(base.args[0], name)
    if line is not None and base.name == "abs":
        return apply("div", times(base.args[0], base), times(number(2), line[0])) if power == 1 else None
    if line is None:
        return None
    u, one = base.args[0], number(1)

    def f(op: str) -> Term:
        return apply(op, u)

    table: dict[tuple[str, int], Callable[[], Term]] = {
        ("sec", 2): lambda: f("tan"), ("csc", 2): lambda: apply("neg", f("cot")), ("cos", -2): lambda: f("tan"),
        ("sin", -2): lambda: apply("neg", f("cot")), ("tan", 2): lambda: total(f("tan"), apply("neg", u)),
        ("cot", 1): lambda: apply("log", apply("abs", f("sin"))), ("cosh", -2): lambda: f("tanh"),
        ("sec", 1): lambda: apply("log", apply("abs", total(f("sec"), f("tan")))), ("cos", -1): lambda: apply("log", apply("abs", total(f("sec"),
                                                                                                                                    f("tan")))),
        ("csc", 1): lambda: apply("neg", apply("log", apply("abs", total(f("csc"), f("cot"))))),
        ("asin", 1): lambda: total(times(u, f("asin")), apply("sqrt", total(one, apply("neg", raised(u, 2))))),
        ("acos", 1): lambda: total(times(u, f("acos")), apply("neg", apply("sqrt", total(one, apply("neg", raised(u, 2)))))),
        ("log", 2): lambda: times(u, total(raised(f("log"), 2), apply("neg", times(number(2), f("log"))), number(2))),
        ("tanh", 1): lambda: apply("log", f("cosh")), ("sinh", 2): lambda: total(apply("div", apply("sinh", times(number(2), u)), number(4)),
                                                                               apply("neg", apply("div", u, number(2)))),
        ("cosh", 2): lambda: total(apply("div", apply("sinh", times(number(2), u)), number(4)), apply("div", u, number(2))),
    }
    rule = table.get((base.name, power))
    return apply("div", rule(), line[0]) if rule else None


def _quadratic_root(t: Term, name: str, integrate: Integrate) -> Term | None:
    """sqrt(q) and 1/sqrt(q) for q = a (x + b)^2 + d, with a = 1 or -1 up to a positive factor that is a number."""
    below = t.is_apply("div") and t.args[0] == number(1)
    root = t.args[1] if below else t
    if not root.is_apply("sqrt"):
        return None
    c = _coefficients(root.args[0], name)
    if c is None or len(c) != 3 or c[2].kind != "number" and not (c[2].is_apply("neg") and c[2].args[0].kind == "number"):
        return None
    lead = c[2].value if c[2].kind == "number" else -c[2].args[0].value
    scale = number(1) if abs(lead) == 1 else apply("sqrt", number(abs(lead)))
    y, d = symbol(name), c[0] if abs(lead) == 1 else apply("div", c[0], number(abs(lead)))
    if c[1] != number(0):
        shift = apply("div", c[1], number(2 * lead))
        y, d = total(y, shift), total(d, apply("neg", times(number(1 if lead > 0 else -1), raised(shift, 2))))
    if lead < 0:  # scale * sqrt(d - y^2)
        angle = apply("asin", y if d == number(1) else apply("div", y, apply("sqrt", d)))
        if below:
            return apply("div", angle, scale)
        return times(scale, apply("div", total(times(y, apply("sqrt", total(d, apply("neg", raised(y, 2))))), times(d, angle)), number(2)))
    inner = apply("sqrt", total(raised(y, 2), d))
    log = apply("log", apply("abs", total(y, inner)))
    return apply("div", log, scale) if below else times(scale, apply("div", total(times(y, inner), times(d, log)), number(2)))


def _quadratic_below(t: Term, name: str, integrate: Integrate) -> Term | None:
    """1/(a x^2 + b x + c) with symbols, by an arctangent."""
    if not t.is_apply("div") or t.args[0] != number(1):
        return None
    c = _coefficients(t.args[1], name)
    if c is None or len(c) != 3:
        return None
    x, (low, middle, lead) = symbol(name), c
    if middle == number(0):
        ratio = low if lead == number(1) else apply("div", low, lead)
        root = ratio.args[0] if ratio.is_apply("pow") and ratio.args[1] == number(2) else apply("sqrt", ratio)
        return apply("div", apply("atan", apply("div", x, root)), times(lead, root))
    root = apply("sqrt", total(times(number(4), lead, low), apply("neg", raised(middle, 2))))
    return apply("div", times(number(2), apply("atan", apply("div", total(times(number(2), lead, x), middle), root))), root)


def _powers_together(t: Term, name: str, integrate: Integrate) -> Term | None:
    """x * sqrt(x), x^2/sqrt(x): powers of the same base become one."""
    powers: dict[Term, Fraction] = {}
    for f, inverse in _factors(t):
        base, e = f, Fraction(1)
        if f.is_apply("sqrt"):
            base, e = f.args[0], Fraction(1, 2)
        elif f.is_apply("pow") and f.args[1].kind == "number" and f.args[0] != _E:
            base, e = f.args[0], f.args[1].value
        powers[base] = powers.get(base, Fraction(0)) + (-e if inverse else e)
    made = [raised(b, e) for b, e in powers.items() if e > 0]
    down = [raised(b, -e) for b, e in powers.items() if e < 0]
    if len(made) + len(down) == 1 and (made or down)[0].is_apply("pow"):
        (base, e), = [(b, e) for b, e in powers.items() if e]
        line = _linear(base, name)
        if line is None or e == -1:
            return None
        top = raised(base, e + 1) if e + 1 > 0 else apply("div", number(1), raised(base, -e - 1))
        return apply("div", top, times(number(e + 1), line[0]))
    if len(powers) >= len(_factors(t)):
        return None
    whole = times(*made) if made else number(1)
    return integrate(apply("div", whole, times(*down)) if down else whole, name)


def _sum_apart(t: Term, name: str, integrate: Integrate) -> Term | None:
    """(a + b)/c as a/c + b/c."""
    if not t.is_apply("div"):
        return None
    top = t.args[0].args[0] if t.args[0].is_apply("neg") else t.args[0]
    sums = [f for f in (top.args if top.is_apply("mul") else (top,)) if f.is_apply("add")]
    if len(sums) != 1:
        return None
    rest = [f for f in (top.args if top.is_apply("mul") else ()) if f is not sums[0]]
    parts = [integrate(apply("div", times(*rest, a) if rest else a, t.args[1]), name) for a in sums[0].args]
    return apply("neg", total(*parts)) if t.args[0].is_apply("neg") else total(*parts)


def _symbolic_power(t: Term, name: str, integrate: Integrate) -> Term | None:
    """(a x + b)^s with an s free of x: the power with s + 1."""
    if not t.is_apply("pow") or not _free(t.args[1], name) or t.args[1].kind == "number":
        return None
    line = _linear(t.args[0], name)
    if line is None:
        return None
    up = total(t.args[1], number(1))
    return apply("div", apply("pow", t.args[0], up), times(up, line[0]))


def _gaussian(t: Term, name: str, integrate: Integrate) -> Term | None:
    """exp(-a x^2 + b x + c) with a > 0."""
    if not (t.is_apply("exp") or t.is_apply("pow") and t.args[0] == _E):
        return None
    c = _coefficients(t.args[-1], name)
    if c is None or len(c) != 3:
        return None
    a = c[2].args[0] if c[2].is_apply("neg") else apply("neg", c[2]) if c[2].kind != "number" else None
    if a is None:
        return None
    x, root = symbol(name), apply("sqrt", a)
    half = apply("div", c[1], times(number(2), a))
    inside = times(root, total(x, apply("neg", half))) if c[1] != number(0) else times(root, x)
    front = apply("div", apply("sqrt", _PI), times(number(2), root))
    if c[1] != number(0) or c[0] != number(0):
        front = times(front, apply("exp", total(c[0], times(a, raised(half, 2)))))
    return times(front, apply("erf", inside))


def _wave_products(t: Term, name: str, integrate: Integrate) -> Term | None:
    """sin u cos v and the like by sums of angles."""
    if not t.is_apply("mul") or len(t.args) != 2 or any(a.kind != "apply" or a.name not in ("sin", "cos") for a in t.args):
        return None
    f, g = t.args
    plus, minus = total(f.args[0], g.args[0]), total(f.args[0], apply("neg", g.args[0]))
    if any(_linear(u, name) is None for u in (plus, minus)):
        return None
    half = number(Fraction(1, 2))
    if f.name == g.name:
        c = apply("cos", plus)
        inner = total(apply("cos", minus), apply("neg", c) if f.name == "sin" else c)
    else:
        s = apply("sin", minus)
        inner = total(apply("sin", plus), s if f.name == "sin" else apply("neg", s))
    return times(half, integrate(inner, name))


def _by_parts_with_inverse(t: Term, name: str, integrate: Integrate) -> Term | None:
    """x^n times an arctangent, arcsine or logarithm: the power is integrated."""
    factors = _factors(t)
    chosen = next((f for f, below in factors if not below and f.kind == "apply" and f.name in ("atan", "asin", "log", "acos") and not _free(f, name)),
                  None)
    if chosen is None or len(factors) < 2:
        return None
    top, down = [f for f, below in factors if not below and f is not chosen], [f for f, below in factors if below]
    rest = times(*top) if top else number(1)
    rest = apply("div", rest, times(*down)) if down else rest
    try:
        up = integrate(rest, name)
        return total(times(up, chosen), apply("neg", integrate(simplified(times(up, differentiate(chosen, name)), name), name)))
    except (ValueError, ArithmeticError):
        return None


def simplified(t: Term, name: str = "") -> Term:
    """The term as a fraction in lowest terms of what is no rational operation."""
    atom, known = _atoms(name)
    try:
        return rational(t, atom=atom).to_term(known)
    except (NotRational, ValueError):
        return t


def _candidates(t: Term, name: str) -> Iterator[Term]:
    seen = []
    for node in walk(t):
        if node.kind == "apply" and node.name in _INNER:
            for u in (node, *node.args[:1], *(node.args[1:] if node.is_apply("pow") else ())):
                if not _free(u, name) and u != symbol(name) and u not in seen:
                    seen.append(u)
                    yield u
        elif node.is_apply("div") and not _free(node.args[1], name) and node.args[1] not in seen:
            seen.append(node.args[1])
            yield node.args[1]


def _substituted(t: Term, name: str, integrate: Integrate) -> Term | None:
    """t = g(u) u' for a part u of t."""
    w = symbol(name + "~")
    for k, u in enumerate(_candidates(t, name)):
        if k > 8:
            return None
        try:
            slope = differentiate(u, name)
            atom, known = _atoms(name)
            quotient = rational(apply("div", t, slope), atom=atom).to_term(known)
            changed = replace(quotient, {u: w})
            if not _free(changed, name):
                changed = _polynomial_in(quotient, u, name, w)
            if changed is not None and _free(changed, name):
                return replace(integrate(changed, w.name), {w: u})
        except (NoDerivative, NotRational, ValueError, ArithmeticError):
            continue
    return None


def _polynomial_in(quotient: Term, u: Term, name: str, w: Term) -> Term | None:
    """With u = a x^n + b: powers of x^n are written by u."""
    c = _coefficients(u, name)
    if c is None or len(c) < 2 or any(v != number(0) for v in c[1:-1]):
        return None
    n = len(c) - 1
    inner = apply("div", total(w, apply("neg", c[0])), c[-1])
    change = {raised(symbol(name), n): inner}
    opened = replace(replace(quotient, {u: w}), change)
    return opened if _free(opened, name) else None


# ---- named definite integrals


def named_integral(body: Term, name: str, low: Term, high: Term) -> list[dict[str, Any]]:
    """Proposals for the integrals that `replay.improper` knows by name."""
    x, zero, one = symbol(name), number(0), number(1)
    if low != zero or high not in (_OO, one):
        return []
    c: list[Term] = []
    power: list[Term] = []
    other: list[Term] = []
    rate: list[Term] = []
    for f, inverse in _factors(body):
        base, e = (f.args[0], f.args[1]) if f.is_apply("pow") and f.args[0] != _E else (f, one)
        if f.is_apply("sqrt"):
            base, e = f.args[0], number(Fraction(1, 2))
        e = apply("neg", e) if inverse else e
        exponent = f.args[-1] if f.is_apply("exp") or f.is_apply("pow") and f.args[0] == _E else None
        if _free(f, name):
            c.append(apply("div", one, f) if inverse else f)
        elif base == x and _free(e, name):
            power.append(e)
        elif exponent is not None and high == _OO:
            line = _linear(exponent, name)
            if line is None:
                return []
            rate.append(line[0] if inverse else apply("neg", line[0]))
            c.append(apply("exp", apply("neg", line[1]) if inverse else line[1]))
        elif high == one and _linear(base, name) == (number(-1), one) or high == one and _linear(base, name) == (apply("neg", one), one):
            other.append(e)
        elif f.is_apply("sin") and high == _OO and not inverse:
            other.append(f.args[0])
        else:
            return []
    s = total(*power) if power else zero
    front = times(*c) if c else one
    if high == one:
        return [{"named": "beta", "coefficient": to_data(front), "parameters": [to_data(s), to_data(total(*other) if other else zero)]}]
    if rate and not other:
        return [{"named": "gamma", "coefficient": to_data(front), "parameters": [to_data(s), to_data(total(*rate))]}]
    if len(other) == 1 and not rate and len(power) == 1:
        line = _linear(other[0], name)
        if line is not None:
            return [{"named": "sine", "coefficient": to_data(front), "parameters": [to_data(line[0])]}]
    return []


def _factors(t: Term) -> list[tuple[Term, bool]]:
    if t.is_apply("mul"):
        return [f for a in t.args for f in _factors(a)]
    if t.is_apply("div"):
        return _factors(t.args[0]) + [(f, not inverse) for f, inverse in _factors(t.args[1])]
    if t.is_apply("neg"):
        return [(number(-1), False), *_factors(t.args[0])]
    return [(t, False)]
