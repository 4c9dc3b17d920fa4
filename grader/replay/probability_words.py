"""A finite model in plain words: which values the variables take, what the densities are, and where the free variables stand."""

from __future__ import annotations

from itertools import product
from typing import Any

from grader.replay.probability_models import Model
from grader.replay.probability_terms import Language, Name

MAX_ENTRIES = 9


def number_words(interval: Any) -> str:
    """Four significant digits of an interval's middle."""
    return f"{float(interval.mid.a):.4g}".replace("-", "−")


def _values(model: Model) -> str:
    return " or ".join([", ".join(map(str, range(model.size - 1))), str(model.size - 1)])


def describe(language: Language, model: Model) -> str:
    """One or two sentences that say what the model is."""
    slots = sorted({s for slots, _ in model.tables.values() for s in slots})
    parts = [f"Let {_listed([_slot(s) for s in slots])} take the values {_values(model)}" if slots else "Take"]
    tables: list[str] = [text for name in sorted(model.tables) for text in _table(name, language, model)]
    for (name, at), value in sorted(model.functions.items()):
        tables.append(f"{_head(name)}({', '.join(map(str, at))}) = {value}")
    for name, values in sorted(model.values.items()):
        tables.append(f"the values of {_slot(name)} as numbers being {', '.join(map(str, values))}")
    for name, value in sorted(model.letters.items()):
        tables.append(f"{_slot(name)} = {value}")
    if model.volumes:
        cells = "; ".join(f"{', '.join(map(str, vs))} ({_slot(s)})" for s, vs in sorted(model.volumes.items()))
        tables.append(f"each value standing for a cell of volume {cells}")
    where = [f"{_slot(base)}{''.join(marks)} = {k}" for (base, marks), k in sorted(model.point.items())]
    text = parts[0] + (" with " if slots else " ") + ", ".join(tables)
    return text + (f", and look at {', '.join(where)}." if where else ".")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _slot(key: str) -> str:
    if not key.startswith("["):
        return key
    import json

    from grader.term import from_data

    return str(from_data(json.loads(key)))


def _head(name: Name) -> str:
    marks = [("'" * len(m) if m.startswith("'") else "_" + _slot(m.lstrip("!"))) for m in name[1]]
    return name[0] + "".join(marks)


def _forms(name: Name, language: Language) -> set[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The slots left and right of the bar with which the claim uses the density."""
    found = set()
    for call in language.calls():
        (letter, marks), left, right = language.law(call)
        if letter == name[0] and len(marks) == len(name[1]):
            found.add((tuple([s for s, _ in left]), tuple([s for s, _ in right])))
    return found


def _table(name: Name, language: Language, model: Model) -> list[str]:
    """The entries of a density: the conditional that the claim uses where it uses just one, else the joint table."""
    slots, _ = model.tables[name]
    forms = _forms(name, language)
    if len(forms) == 1:
        left, right = next(iter(forms))
    else:
        left, right = slots, ()
    fixed = {s: k for (s, marks), k in model.point.items() if not marks and s in right}
    entries = []
    for cell in product(*[[fixed[s]] if s in fixed else range(model.size) for s in right], *[range(model.size) for _ in left]):
        at = dict(zip((*right, *left), cell))
        value = model.marginal(name, at) / (model.marginal(name, {s: at[s] for s in right}) if right else 1)
        bar = f" | {', '.join(f'{_slot(s)}={at[s]}' for s in right)}" if right else ""
        entries.append(f"{_head(name)}({', '.join(f'{_slot(s)}={at[s]}' for s in left)}{bar}) = {value}")
    if len(entries) > MAX_ENTRIES:
        return [*entries[:MAX_ENTRIES], f"and so on for {_head(name)}"]
    return entries
