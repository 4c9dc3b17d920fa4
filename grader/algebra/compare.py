"""Two formulas of a claim side by side at many points, in exact fractions or ball arithmetic: where they differ, agree, or are undefined.

Nothing here decides anything: a point found is evidence that a checker looks at with other arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from grader.algebra import exact_values, sampling
from grader.algebra.exact_values import NotExact
from grader.algebra.magnitudes import MOST, bits_of
from grader.domain import Domain
from grader.model import Claim
from grader.replay.semantics import functions_of, is_real, sides, symbols_of
from grader.term import Term, apply, binder, number, symbol, to_data, walk

if TYPE_CHECKING:
    from grader.algebra.balls import Balls

STEPPED = frozenset("floor ceil round mod sign max min abs relu gcd lcm".split())
"""Operators that are not analytic: agreement at generic points says little about them."""
BRANCHED = frozenset("sqrt root log asin acos atan acot asec acsc asinh acosh atanh arg atan2".split())
NEIGHBOURHOOD = Fraction(1, 2**40)
"""Radius of the ball in which a side must be defined to count as defined around a point."""


POSITIVE = frozenset({"p", "q", "P", "Q", "pi"})
"""Names that mostly stand for densities when they are applied: their examples are positive, so that nothing true of densities is refuted."""


class Comparison:
    """The two sides of a claim with everything needed to evaluate them. Fails with `NoMeaning` where a side has no meaning as a number."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.left, self.right = sides(claim)
        terms = (self.left, self.right, *claim.conditions)
        self.names = tuple(sorted(frozenset().union(*[symbols_of(t) for t in terms])))
        self.functions = tuple(sorted(frozenset().union(*[functions_of(t) for t in terms])))
        self.real = is_real(claim)
        self.terms = terms
        self.extra = min(bits_of(self.left, self.right), MOST + 1)
        """Bits by which precision grows for numbers far from one."""
        self._seen: dict[tuple[int, int], tuple[list[dict[str, Any]], Iterator[dict[str, Any]]]] = {}

    def domain(self, name: str) -> Domain:
        """The domain of a symbol of the claim."""
        return self.claim.domain(name)

    @cached_property
    def is_numeric(self) -> bool:
        """Do all symbols have a shape that a number can have?"""
        return all(self.domain(n).shape == "scalar" for n in self.names)

    @cached_property
    def is_branched(self) -> bool:
        """Does a root, a logarithm or an inverse function occur, whose branches need looking at on both sides of zero?"""
        return any(node.kind == "apply" and (node.name in BRANCHED or node.name == "pow" and not (
            node.args[1].kind == "number" and node.args[1].value.denominator == 1)) for t in (self.left, self.right) for node in walk(t))

    @cached_property
    def is_stepped(self) -> bool:
        """Does an operator occur that is not analytic?"""
        return any(node.kind == "apply" and node.name in STEPPED or node.kind == "tuple" and node.name == "cases"
                   for t in (self.left, self.right) for node in walk(t))

    @cached_property
    def is_rational(self) -> bool:
        """Can both sides be worked out in exact fractions?"""
        return not self.claim.conditions and exact_values.is_rational(self.left) and exact_values.is_rational(self.right)

    # ---- points

    def points(self, seed: int, generic: int = 4) -> Iterator[dict[str, Any]]:
        """Points in the order of trying: simple, around the numbers written, generic. They are made once, as far as somebody asks."""
        made, more = self._seen.setdefault((seed, generic), ([], self._points(seed, generic)))
        k = 0
        while True:
            if k == len(made):
                point = next(more, None)
                if point is None:
                    return
                made.append(point)
            yield made[k]
            k += 1

    def _points(self, seed: int, generic: int) -> Iterator[dict[str, Any]]:
        if not self.names:
            yield {}
            return
        simple = sampling.simple_points(self.names, self.domain)
        first = list(islice(simple, 5))
        far = sampling.around(sampling.constants_of(self.terms), self.names, self.domain) if self.is_stepped else iter(())
        yield from chain(first, islice(sampling.generic_points(self.names, self.domain, seed), 1), self._breaks(), far, simple)
        yield from islice(sampling.generic_points(self.names, self.domain, seed + 1), generic)

    def _breaks(self) -> Iterator[dict[str, Any]]:
        if self.is_stepped:
            from grader.algebra import breakpoints  # only steps pay for it

            yield from islice(breakpoints.points(self.terms, self.names, self.domain), 60)

    def sample_points(self, seed: int) -> Iterator[dict[str, Any]]:
        """Generic points, mixed with points around the numbers written where an operator is not analytic."""
        if not self.names:
            yield {}
            if self.functions:
                yield from ({} for _ in range(11))
            return
        yield from islice(sampling.generic_points(self.names, self.domain, seed + 2), 24)
        if self.is_stepped or self.is_branched:
            yield from sampling.around(sampling.constants_of(self.terms), self.names, self.domain)
        yield from sampling.generic_points(self.names, self.domain, seed + 3)

    def sign(self, point: dict[str, Any], term: Term) -> int:
        """Sign of a real term at a point; 0 where it is not known."""
        from grader.algebra import balls as b

        with b.precision(80):
            try:
                found = b.Balls(point, real=self.real, is_integer=lambda n: self.domain(n).field == "integer",
                                interpretations=self.interpretations(1) if self.functions else None).value(term)
            except (b.Undefined, b.Unsure, b.Unsupported):
                return 0
            if not self.real:
                return 0
            return 1 if found > 0 else -1 if found < 0 else 0

    def interpretations(self, level: int) -> dict[str, Term]:
        """A polynomial for each unknown function: f(x) = x^2 + k for people (level 0), generic cubics (level 1 and up)."""
        return {name: _polynomial(name, count, level, k) for k, (name, count) in enumerate(self.functions)}

    # ---- looking

    def look(self, point: dict[str, Any], bits: int, level: int = 0, radius: Fraction = Fraction(0)) -> Look:
        """Both sides at the point (around it, where a radius is given)."""
        if self.is_rational and not radius:
            try:
                return self._exact_look(point)
            except NotExact:
                pass
        from grader.algebra import balls as b  # rational formulas do not pay for it

        with b.precision(bits):
            balls = b.Balls(point, real=self.real, is_integer=lambda n: self.domain(n).field == "integer",
                            interpretations=self.interpretations(level) if self.functions else None, radius=radius)
            try:
                if not all(balls.holds(c) for c in self.claim.conditions):
                    return Look("outside", "outside", None, None)
            except (b.Undefined, b.Unsure, b.Unsupported) as error:
                return Look("outside", str(error), None, None)
            (left, x), (right, y) = (_side(balls, t) for t in (self.left, self.right))
            if left == right == "defined":
                differ, same = b.separate(x, y), b.close(x, y, 200 + self.extra) if bits > 220 + self.extra else False
                nothing = bool(x.contains(0) and y.contains(0))
                return Look(left, right, differ, same, nothing, (1 if x > y else -1 if x < y else 0) if self.real else 0, bool((x - y).is_zero()))
            return Look(left, right, None, None)

    def _exact_look(self, point: dict[str, Any]) -> Look:
        """`look` at a rational formula and a rational point. Fails with `NotExact` for others."""
        values: list[Fraction | None] = []
        for term in (self.left, self.right):
            try:
                values.append(exact_values.value(term, point))
            except ZeroDivisionError:
                values.append(None)
        x, y = values
        if x is None or y is None:
            return Look(*("undefined" if v is None else "defined" for v in values), None, None)
        return Look("defined", "defined", x != y, x == y, not x and not y, (x > y) - (x < y) if self.real else 0, x == y)

    def has_value(self, point: dict[str, Any], bits: int) -> bool:
        """Is the left side seen to be defined at the point, or the point outside of the conditions?"""
        from grader.algebra import balls as b

        with b.precision(bits):
            balls = b.Balls(point, real=self.real, is_integer=lambda n: self.domain(n).field == "integer",
                            interpretations=self.interpretations(0) if self.functions else None)
            try:
                return not all(balls.holds(c) for c in self.claim.conditions) or _side(balls, self.left)[0] == "defined"
            except (b.Undefined, b.Unsure, b.Unsupported):
                return True

    def lone(self, point: dict[str, Any], element: Term, others: Iterable[Term]) -> bool:
        """At the point, is the element certainly none of the others?"""
        from grader.algebra import balls as b

        with b.precision(120):
            balls = b.Balls(point, real=self.real, is_integer=lambda n: self.domain(n).field == "integer",
                            interpretations=self.interpretations(0) if self.functions else None)
            try:
                value = balls.value(element)
                return all(b.separate(value, balls.value(other)) for other in others)
            except (b.Undefined, b.Unsure, b.Unsupported):
                return False

    def evidence_point(self, point: dict[str, Any], level: int) -> dict[str, Any]:
        """The point as JSON data for the checkers."""
        data: dict[str, Any] = {"point": {n: [str(p) for p in v] if isinstance(v, tuple) else str(v) for n, v in point.items()}}
        if self.functions:
            data["functions"] = {n: to_data(t) for n, t in self.interpretations(level).items()}
        return data


class Look:
    """What was seen at one point. `left`, `right`: "defined", "undefined", "unsure", "unsupported", or "outside" where a condition fails.
    `differ`: certainly different; `same`: certainly within 2^-200 (less where numbers are far from one); `nothing`: both may be zero there; `order`: 1 where left > right, -1 where left
    < right, 0 where that is not known; `touching`: exactly equal."""

    __slots__ = ("left", "right", "differ", "same", "nothing", "order", "touching")

    def __init__(self, left: str, right: str, differ: bool | None, same: bool | None, nothing: bool = False, order: int = 0,
                 touching: bool = False) -> None:
        self.left, self.right, self.differ, self.same, self.nothing = left, right, bool(differ), bool(same), nothing
        self.order, self.touching = order, touching

    @property
    def both(self) -> bool:
        """Are both sides defined?"""
        return self.left == self.right == "defined"


def _side(balls: Balls, term: Term) -> tuple[str, Any]:
    from grader.algebra import balls as b

    try:
        return "defined", balls.value(term)
    except b.Undefined:
        return "undefined", None
    except b.Unsure:
        return "unsure", None
    except b.Unsupported as error:
        return f"unsupported: {error}", None


def _polynomial(name: str, count: int, level: int, k: int) -> Term:
    bound = tuple(symbol(f"x{j + 1}" if count > 1 else "x") for j in range(count))
    if level == 0:
        squares = [apply("pow", b, number(2)) if j % 2 == 0 or name in POSITIVE else apply("mul", number(j + 2), b) for j, b in enumerate(bound)]
        return binder("lambda", bound, apply("add", *squares, number(k + 1)))
    import hashlib  # only unknown functions pay for it

    digits = hashlib.sha256(f"{name}/{count}/{level}".encode()).digest()
    parts: list[Term] = [number(Fraction(digits[0] + 1, 7))]
    for j, b in enumerate(bound):
        for power in (2, 4) if name in POSITIVE else (1, 2, 3):
            parts.append(apply("mul", number(Fraction(digits[(3 * j + power) % 32] + 1, 11)), apply("pow", b, number(power))))
        if j:
            mixed = apply("mul", bound[0], b)
            power_of_mixed = apply("pow", mixed, number(2)) if name in POSITIVE else mixed
            parts.append(apply("mul", number(Fraction(digits[(7 * j + 5) % 32] + 1, 13)), power_of_mixed))
    return binder("lambda", bound, apply("add", *parts))


