"""The checker's comparison of scales in one growing symbol, which is a total order (Hardy, Orders of Infinity, chapter III)."""

from __future__ import annotations

from functools import cmp_to_key

from grader.domain import Domain
from grader.replay import growth_numbers as n
from grader.replay.growth_numbers import Unknown
from grader.replay.growth_reading import Form, Rough, less, log_of

DEEPEST = 60


class Line:
    """Compares scales as `name` tends to infinity."""

    def __init__(self, name: str, domains: dict[str, Domain]) -> None:
        self.name, self.domains = name, domains

    def limit(self, f: Form, depth: int = 0) -> int:
        """1: the form tends to infinity; -1: to minus infinity; 0: it is empty."""
        if not f:
            return 0
        if depth > DEEPEST:
            raise Unknown("nested too deep")

        for name in _names(f):
            if name != self.name:
                raise Unknown(f"{name} does not grow here")

        def compare(x: tuple, y: tuple) -> int:
            if x[0][0] == "L" == y[0][0]:
                return y[0][1] - x[0][1]
            return self.limit(less(log_of(x[0]), log_of(y[0])), depth + 1)

        sign = n.sign(max(f, key=cmp_to_key(compare))[1], self.domains)
        if sign is None:
            raise Unknown("an exponent of unknown sign")
        return sign

    def ask(self, strict: bool, scale: Form, others: frozenset) -> bool:
        """scale = o(sum of others), or O where not strict."""
        for other in others:
            try:
                if self.limit(less(other, scale)) >= (1 if strict else 0):
                    return True
            except Unknown:
                pass
        return False

    def _top(self, order: Rough) -> Form:
        tops = [max(alternative, key=cmp_to_key(lambda f, g: self.limit(less(f, g)))) for alternative in order]
        return min(tops, key=cmp_to_key(lambda f, g: self.limit(less(f, g))))

    def limit_of_ratio(self, left: Rough, right: Rough) -> int:
        """The sign of the limit of log(left / right)."""
        return self.limit(less(self._top(left), self._top(right)))

    def describe(self, order: Rough) -> str:
        """The scale that the quantity amounts to in the parameter s, for a teacher's eyes."""
        return _scale(self._top(order))


def _names(f: Form) -> frozenset[str]:
    return frozenset().union(*[{a[2]} if a[0] == "L" else _names(a[1]) for a, _ in f])


def _scale(f: Form) -> str:
    parts = [_power(atom, c) for atom, c in f]
    return " * ".join(parts) or "a constant"


def _power(atom: tuple, c: n.Constant) -> str:
    """exp(c * atom) in figures."""
    q = n.value(c)
    if atom[0] == "L":
        base = f"{'log ' * (atom[1] - 1)}s"
        return base if q == 1 else f"({base})^({'a constant' if q is None else q})"
    exponent = _scale(log_of(atom))
    if len(c) == 1 and len(c[0][0]) == 1 and c[0][0][0][0][0] == "ln" and c[0][0][0][1] == 1:
        return f"{c[0][0][0][0][1]}^({exponent if c[0][1] == 1 else f'{c[0][1]} * {exponent}'})"
    return f"exp({exponent if q == 1 else f'{q} * {exponent}' if q is not None else f'a constant * {exponent}'})"
