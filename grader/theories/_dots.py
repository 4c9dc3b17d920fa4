"""Sums with dots, "1 + 2 + ... + n", as the sums that they stand for.

The last term says what the terms are: 1 + r + ... + r^n is the sum of r^k for k = 0 to n, since r^k gives the terms written at the beginning (at k = 0, 1, ...)
and those at the end (... n - 1, n). At least three terms must be written, and all of them must fit; the same backwards (n + (n - 1) + ... + 1). Dots
that do not fit stay dots.
"""

from __future__ import annotations

from fractions import Fraction

from grader.term import Term, apply, binder, free_names, number, symbol, walk
from grader.term import replace as put

COUNTERS = ("n", "N", "m", "k", "t", "T", "p", "r", "j", "i")
"""Names that a number of terms usually has, the likeliest first."""
BEGINNINGS = (1, 0, 2, 3)
MAX_TERMS = 12


def without_dots(term: Term) -> Term:
    """The term with sums for dots, where they fit."""
    args = tuple([without_dots(a) for a in term.args])
    term = term.with_args(args) if args else term
    if not term.is_apply("add") or sum(_is_dots(a) for a in term.args) != 1 or len(term.args) > MAX_TERMS:
        return term
    at = next(k for k, a in enumerate(term.args) if _is_dots(a))
    first, last = list(term.args[:at]), list(term.args[at + 1:])
    if not first or not last or len(first) + len(last) < 3:
        return term
    return _summed(first, last) or _summed(last[::-1], first[::-1]) or term


def _is_dots(term: Term) -> bool:
    return term.kind == "text" and term.name in ("...", "…")


def _summed(first: list[Term], last: list[Term]) -> Term | None:
    general = last[-1]
    names = [n for n in COUNTERS if n in free_names(general)]
    index = next(symbol(n) for n in ("k", "i", "j", "l", "q") if all(n not in free_names(t) for t in (*first, *last)))
    for name in names:
        for beginning in BEGINNINGS:
            try:
                wanted = [put(general, {symbol(name): number(beginning + k)}) for k in range(len(first))]
                wanted += [put(general, {symbol(name): apply("add", symbol(name), apply("neg", number(k)))}) for k in range(len(last) - 1, 0, -1)]
                if all(_same(a, b) for a, b in zip(first + last[:-1], wanted)):
                    return binder("sum", (index,), put(general, {symbol(name): index}), number(beginning), symbol(name))
            except ValueError:  # a bound name would be captured
                continue
    return None


def _same(a: Term, b: Term) -> bool:
    """Are the two terms equal, as far as a few points show?"""
    if a == b or _settled(a) == _settled(b):
        return True
    from grader.algebra.balls import Balls, Undefined, Unsupported, Unsure, precision

    names = sorted(free_names(a) | free_names(b))
    if any(n.kind == "apply" and n.name in ("index", "call") for t in (a, b) for n in walk(t)):
        return False
    with precision(120):
        for shift in range(3):
            balls = Balls({n: Fraction(7 + 3 * k + 2 * shift) for k, n in enumerate(names)}, real=True, is_integer=lambda n: True)
            try:
                if abs(float(balls.value(a) - balls.value(b))) > 1e-20 * (1 + abs(float(balls.value(a)))):
                    return False
            except (Undefined, Unsure, Unsupported, ZeroDivisionError, OverflowError, ValueError):
                return False
    return True


def _settled(term: Term) -> Term:
    """The term with indices such as n - 0 or 1 + 1 worked out."""
    if term.is_apply("index", 2):
        inner = term.args[1]
        if inner.is_apply("add") and all(a.kind == "number" or a.is_apply("neg") and a.args[0].kind == "number" for a in inner.args):
            total = sum((a.value if a.kind == "number" else -a.args[0].value) for a in inner.args)
            return term.with_args((term.args[0], number(total)))
    return term


__all__ = ["without_dots"]
