"""Points where formulas with steps and corners change their branch, and between them: where floor(x) and floor(x + 10^-9) differ.

Of every floor, ceiling, rounding, absolute value, sign, maximum and case the expression on which the branch depends is followed along one variable,
the others being small numbers; where it is linear it meets its levels (integers for floor, zero for a sign) at exact rational points. Between two
neighbouring points of all expressions together nothing changes its branch, so that each point and each middle shows one branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import islice

from grader.algebra import sampling
from grader.algebra.rational import NotRational, rational
from grader.domain import Domain
from grader.term import Term, apply, walk

MAX_EXPRESSIONS = 8
MAX_NAMES = 4
LEVELS = {"floor": (0, 1, -1, 2), "ceil": (0, 1, -1, 2), "round": (Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2)), "mod": (0, 1, -1), "zero": (0,)}


def points(terms: Iterable[Term], names: Iterable[str], domain: Callable[[str], Domain]) -> Iterator[dict[str, sampling.Coordinate]]:
    """The points, for one variable after the other."""
    ordered = sorted(names)
    if any(not domain(n).is_real for n in ordered):
        return
    depends = list(dict.fromkeys(s for t in terms for s in _switches(t)))[:MAX_EXPRESSIONS]
    bases = list(islice(sampling.simple_points(ordered, domain), 2)) if depends else []
    for base in bases[:1 if len(ordered) == 1 else 2]:
        for name in ordered[:MAX_NAMES]:
            yield from ({**base, name: v} for v in _along(depends, name, base) if domain(name).admits(v))


def _along(depends: list[tuple[Term, str]], name: str, base: dict[str, sampling.Coordinate]) -> list[Fraction]:
    """Meeting points along one variable and middles between neighbours, those of close neighbours first."""
    met = set()
    for u, kind in depends:
        try:
            line = rational(u).substitute({n: v for n, v in base.items() if n != name and isinstance(v, Fraction)}).coefficients(name)
            values = [c.as_fraction() for c in line]
        except (NotRational, ZeroDivisionError, ValueError):
            continue
        if len(values) == 2 and None not in values:
            met.update((level - values[0]) / values[1] for level in LEVELS[kind])  # type: ignore[operator]
    found = sorted(v for v in met if v.numerator.bit_length() + v.denominator.bit_length() < 300)[:40]
    if not found:
        return []
    gaps = sorted(zip(found, found[1:]), key=lambda pair: pair[1] - pair[0])
    return list(dict.fromkeys([*((a + b) / 2 for a, b in gaps), *found, found[0] - 1, found[-1] + 1]))


def _switches(term: Term) -> Iterator[tuple[Term, str]]:
    """The expressions on which branches depend, with the name of their levels."""
    for node in walk(term):
        if node.kind == "apply" and node.name in ("floor", "ceil", "round"):
            yield node.args[0], node.name
        elif node.is_apply("mod", 2):
            yield apply("div", *node.args), "mod"
        elif node.kind == "apply" and node.name in ("abs", "sign", "relu"):
            yield node.args[0], "zero"
        elif node.kind == "apply" and node.name in ("max", "min"):
            for a, b in zip(node.args, node.args[1:]):
                yield apply("add", a, apply("neg", b)), "zero"
        elif node.kind == "relation" and len(node.args) == 2:
            yield apply("add", node.args[0], apply("neg", node.args[1])), "zero"
