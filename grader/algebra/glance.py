"""A glance at two formulas in floating point at one point: worth an exact proof that they are the same, or not.

It decides nothing: what looks the same is proved elsewhere or not at all, and what looks different is left to procedures that show where.
"""

from __future__ import annotations

import cmath
import math
import threading
from collections.abc import Callable
from typing import Any

from grader.replay.semantics import atom_name
from grader.term import Term

NEARLY, CLEARLY = 1e-9, 1e-3
"""How much of the largest number on the way two values may differ and still look the same; and must differ to look different."""


def _prod(*values: Any) -> Any:
    made = values[0]
    for v in values[1:]:
        made *= v
    return made


def _of(name: str) -> Callable[[Any], Any]:
    real, both = getattr(math, name), getattr(cmath, name)
    return lambda x: both(x) if type(x) is complex else real(x)


_TABLE: dict[str, Callable[..., Any]] = {
    "add": lambda *values: sum(values), "neg": lambda x: -x, "mul": _prod, "div": lambda x, y: x / y, "pow": lambda x, y: x**y,
    "sqrt": lambda x: x**0.5, "root": lambda x, n: x ** (1 / n), "percent": lambda x: x / 100, "degree": lambda x: x * math.pi / 180,
    "tan": _of("tan"), "cot": lambda x: 1 / _TABLE["tan"](x), "sec": lambda x: 1 / _TABLE["cos"](x), "csc": lambda x: 1 / _TABLE["sin"](x),
    "coth": lambda x: 1 / _TABLE["tanh"](x), "sech": lambda x: 1 / _TABLE["cosh"](x), "csch": lambda x: 1 / _TABLE["sinh"](x),
    **{name: _of(name) for name in ("exp", "log", "sin", "cos", "sinh", "cosh", "tanh")},
}
_CONSTANTS: dict[str, Any] = {"pi": math.pi, "e": math.e, "i": 1j}


class _Floats:
    """Values at a point that is chosen on the way; `most` is the largest size seen."""

    def __init__(self) -> None:
        self.point: dict[str, float] = {}
        self.most = 0.0

    def value(self, term: Term) -> Any:
        if term.kind == "number":
            made: Any = float(term.value)  # type: ignore[arg-type]
        elif term.kind == "symbol" or term.is_apply("index", 2):
            name = atom_name(term) or ""
            made = self.point.setdefault(name, 0.6180339 + 0.3819661 * len(self.point))
        elif term.kind == "constant":
            made = _CONSTANTS[term.name]
        else:
            made = _TABLE[term.name](*[self.value(a) for a in term.args])
        self.most = max(self.most, abs(made))
        return made


MAX_SIZE = 300
"""Nodes of both formulas that are looked at."""
_last = threading.local()
"""The two formulas that this thread looked at last: several procedures look at one claim in turn."""


def looks_same(left: Term, right: Term) -> bool | None:
    """Have both nearly the same value at a point, or clearly different ones? None where neither is seen: no value, too large, another operator."""
    if getattr(_last, "pair", None) is None or _last.pair[0] is not left or _last.pair[1] is not right:
        _last.pair, _last.same = (left, right), _looked(left, right)
    return _last.same


def _looked(left: Term, right: Term) -> bool | None:
    if left.size + right.size > MAX_SIZE:
        return None
    floats = _Floats()
    try:
        apart = abs(floats.value(left) - floats.value(right))
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    if not floats.most < math.inf:
        return None
    return True if apart <= NEARLY * floats.most else False if apart > CLEARLY * floats.most else None
