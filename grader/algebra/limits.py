"""Growth of scalar scales: limits along a ray, and what grows along every path.

Why it is right. For one letter x -> oo the germs exp(x^k), x, log x form a chain in which each beats every power of the next (G. H. Hardy, Orders
of Infinity, 1910, ch. III), so a product's behaviour is that of its highest atom, and a sum's that of its leading product with the sum of its
coefficients. For several letters that move independently of each other a product grows along every path exactly when no letter pulls it down and
one pulls it up. Not decided here: logarithms of sums, exponentials of exponentials, oscillating functions; `limit_of` then says None.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from grader.algebra.scales import FREE, Mode, Modes, NoScale, Product, Scale, inverse, is_positive, multiply, scale_of, sign_of
from grader.term import Term, apply, constant


def size_of(product: Product, modes: Modes) -> str:
    """"grows", "vanishes" (along every path), "constant" (between positive bounds), "bounded" or "any"."""
    kinds: set[str] = set()
    by_letter: dict[str, dict[tuple, list[Fraction]]] = {}
    for a, e in product:
        kind, owner, rank = _height(a, modes)
        if owner:
            by_letter.setdefault(owner, {}).setdefault(rank, []).append(e if kind == "grows" else -e)
        else:
            kinds.add(kind if e > 0 or kind == "constant" else "any")
    for heights in by_letter.values():
        top = heights[max(heights)]
        kinds.add("grows" if min(top) > 0 else "vanishes" if max(top) < 0 else "any")
    if "any" in kinds or "grows" in kinds and kinds & {"vanishes", "bounded"}:
        return "any"
    return "grows" if "grows" in kinds else "vanishes" if "vanishes" in kinds else "bounded" if "bounded" in kinds else "constant"


def _height(atom: Term, modes: Modes) -> tuple[str, str, tuple]:
    """Behaviour of an atom, the letter it moves with, and its place in the chain exp(x^k), x, log x."""
    if atom.kind in ("number", "constant"):
        return "constant", "", ()
    if atom.kind == "symbol":
        mode = modes.get(atom.name, FREE)
        if mode.size in ("grows", "vanishes"):
            return (mode.size, atom.name, (1, Fraction(0))) if mode.sign else ("any" if mode.size == "grows" else "bounded", "", ())
        return ("constant" if mode.sign else "bounded") if mode.size == "constant" else mode.size, "", ()
    if atom.is_apply("log"):
        inner = atom.args[0]
        if inner.kind == "number":
            return "constant", "", ()
        mode = modes.get(inner.name, FREE)
        if mode.sign > 0 and mode.size in ("grows", "constant"):
            return ("grows", inner.name, (0, Fraction(0))) if mode.size == "grows" else ("bounded", "", ())
        return "any", "", ()
    if atom.is_apply("exp"):
        only = scale_of(atom.args[0], modes).only
        inside = size_of(only[0], modes) if only else "constant"
        if inside in ("constant", "bounded", "vanishes"):
            return "constant", "", ()
        moving = [(a, e) for a, e in only[0] if not is_constant(a, modes)]  # type: ignore[index]
        sign = sign_of(only[0], modes)  # type: ignore[index]
        if inside != "grows" or not sign or len(moving) != 1 or moving[0][0].kind != "symbol":
            return "any", "", ()
        return "grows" if sign > 0 else "vanishes", moving[0][0].name, (2, abs(moving[0][1]))
    return ("constant" if is_constant(atom, modes) else "any"), "", ()


def is_constant(atom: Term, modes: Modes) -> bool:
    """Is the atom a constant other than 0?"""
    if atom.kind == "symbol":
        mode = modes.get(atom.name, FREE)
        return mode.size == "constant" and mode.sign != 0
    if atom.is_apply("log"):
        return atom.args[0].kind == "number"
    if atom.is_apply("exp") or atom.is_apply("add"):
        base = scale_of(atom.args[0] if atom.name == "exp" else atom, modes)
        steady = all(is_constant(a, modes) for p in base.parts for a, _ in p)
        return steady and (atom.name == "exp" or is_positive(base, modes) or is_positive(-base, modes))
    return atom.kind in ("number", "constant")


def limit(x: Scale, modes: Modes) -> tuple[str, Scale]:
    """("oo", _), ("-oo", _) or ("to", the constant), for letters of which at most one moves. Fails (`NoScale`) where that is not clear."""
    groups: dict[Product, Scale] = {}
    for p, c in x.parts.items():
        steady = tuple((a, e) for a, e in p if is_constant(a, modes))
        moving = tuple((a, e) for a, e in p if not is_constant(a, modes))
        groups[moving] = groups.get(moving, Scale({})) + Scale({steady: c})
    live = {m: c for m, c in groups.items() if c and size_of(m, modes) != "vanishes"}
    if set(live) <= {()}:
        return "to", live.get((), Scale({}))
    for lead, c in live.items():
        if size_of(lead, modes) == "grows" and all(m == lead or size_of(multiply(m, inverse(lead))[0], modes) == "vanishes" for m in live):
            sign = sign_of(lead, modes) * constant_sign(c)
            if sign:
                return "oo" if sign > 0 else "-oo", c
    raise NoScale("a limit that is not clear")


def leading_sign(x: Scale, modes: Modes) -> int:
    """Sign of the scale from some point on; 0 only for the empty sum. Fails (`NoScale`) where that is not clear."""
    for p in x.parts:
        moving = tuple((a, e) for a, e in p if not is_constant(a, modes))
        try:
            where, value = limit(x * Scale({inverse(moving): Fraction(1)}), modes)
        except NoScale:
            continue
        if where == "to" and value:
            return constant_sign(value) * sign_of(moving, modes)
    if x:
        raise NoScale("a sign that is not clear")
    return 0


def constant_sign(x: Scale) -> int:
    """Sign of a sum of constants, by Arb balls; 0 only for the empty sum. Fails (`NoScale`) where 200 bits do not tell."""
    if not x:
        return 0
    value = constant_ball(x, 200)
    if value > 0:
        return 1
    if value < 0:
        return -1
    raise NoScale("a sign that is not clear")


def constant_ball(x: Scale, bits: int):
    """An Arb ball around a scale without letters. Fails (`NoScale`) on letters."""
    import flint

    old, flint.ctx.prec = flint.ctx.prec, bits
    try:
        return sum((flint.arb(flint.fmpq(c.numerator, c.denominator)) * _ball(p, flint) for p, c in x.parts.items()), flint.arb(0))
    finally:
        flint.ctx.prec = old


def _ball(product: Iterable[tuple[Term, Fraction]], flint):
    value = flint.arb(1)
    for a, e in product:
        if a.kind == "number":
            base = flint.arb(flint.fmpq(a.value.numerator, a.value.denominator))
        elif a.kind == "constant":
            base = flint.arb.pi()
        elif a.is_apply("log") and a.args[0].kind == "number":
            base = flint.arb(int(a.args[0].value)).log()
        elif a.is_apply("exp"):
            base = constant_ball(scale_of(a.args[0], {}), flint.ctx.prec).exp()
        elif a.is_apply("add"):
            base = constant_ball(scale_of(a, {}), flint.ctx.prec)
        else:
            raise NoScale(f"{a} has no number")
        value = value * base ** flint.arb(flint.fmpq(e.numerator, e.denominator))
    return value


def limit_of(term: Term, variable: str, others: Modes | None = None) -> Term | None:
    """The limit of a term as `variable` -> +oo, as a term (oo, -oo or a constant); None where it is not decided here.

    `others` are modes of the other letters; a letter without mode may be anything, so that a limit which depends on it is not decided.
    """
    modes = {**(others or {}), variable: Mode(1, "grows")}
    try:
        where, value = limit(scale_of(term, modes), modes)
    except NoScale:
        return None
    if where == "to":
        return value.term()
    return constant("oo") if where == "oo" else apply("neg", constant("oo"))
