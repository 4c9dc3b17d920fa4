"""A small probability space in plain words: the outcomes with their probabilities, and what the letters are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.replay.moments_models import Space
from grader.term import Term

MAX_SHOWN = 8


def number_words(interval: Any) -> str:
    """Four significant digits of an interval's middle."""
    return f"{float(interval.mid.a):.4g}".replace("-", "−")


def describe(space: Space, env: Mapping[str, str], sides: tuple[Term, ...]) -> str:
    """One or two sentences that say what the model is."""
    keys = sorted(space.table)
    names = [_name(k) for k in keys]
    rows = []
    for k, weight in enumerate(space.weights):
        values = [_value(space, key, k) for key in keys]
        rows.append(f"{values[0] if len(values) == 1 else '(' + ', '.join(values) + ')'} with probability {weight}")
    parts = []
    if keys:
        head = names[0] if len(names) == 1 else "(" + ", ".join(names) + ")"
        shown = rows if len(rows) <= MAX_SHOWN else _marginals(space)
        parts.append(f"Let {head} be {', '.join(shown)}" if len(rows) <= MAX_SHOWN
                else f"Let, independently where that is supposed, {'; '.join(shown)}")
    letters = [f"{_name(k)} = {v}" for k, v in sorted(space.letters.items())]
    letters += [f"{name}({', '.join(map(str, at))}) = {v}" for (name, at), v in sorted(space.functions.items())]
    letters += [f"{i} = {v}" for i, v in sorted(env.items())]
    outside = [k for k in keys if any(n.kind == "symbol" and n.name == k[0] for s in sides for n in _outside(s))]
    text = (parts[0] if parts else "Take") + (f"{', and' if parts else ''} {', '.join(letters)}" if letters else "")
    if outside and len(space.weights) > 1:
        text += f", and look at {', '.join(f'{_name(k)} = {_value(space, k, space.outcome)}' for k in outside)}"
    return text + "."


def _marginals(space: Space) -> list[str]:
    found = []
    for key in sorted(space.table):
        law = sorted(space.joint([key]).items())
        found.append(f"{_name(key)} be " + " or ".join(f"{v[0]} with probability {w}" for v, w in law))
    return found


def _value(space: Space, key: tuple[str, tuple[str, ...]], k: int) -> str:
    value = space.table[key][k]
    return ("yes" if value else "no") if key[0] in space.roles.events else str(value)


def _name(key: tuple[str, tuple[str, ...]]) -> str:
    return key[0] + ("_" + "".join(key[1]) if key[1] else "")


def _outside(term: Term) -> Any:
    """Nodes outside every mean."""
    if term.kind == "apply" and term.name in ("expectation", "variance", "covariance", "probability") and not term.args[0].is_apply("given"):
        return
    yield term
    for a in term.args:
        yield from _outside(a)


