"""What kinds about iterations share: the options that describe a game or an update map, and the claim parameters they become."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

from grader import reading
from grader.domain import Domain
from grader.model import Part, Read, SpecError, Symbol
from grader.term import Term, free_names, number, relation, symbol

STEP_NAME = "s"
"""The name of the open step size in claims about all step sizes (another letter where a variable has this one)."""


@dataclass(frozen=True)
class Game:
    """Who minimises and who maximises which value."""

    value: str = field(metadata={"help": "the value, a polynomial in the variables: p*q"})
    min: tuple[str, ...] = field(default=(), metadata={"help": "variables that move to make the value small"})
    max: tuple[str, ...] = field(default=(), metadata={"help": "variables that move to make the value large"})


@dataclass(frozen=True)
class GameOptions:
    """The keys by which a part describes its iteration."""

    game: Game | None = field(default=None, metadata={"help": "a game {min: p, max: q, value: p*q}: gradient steps on the value"})
    update: tuple[tuple[str, str], ...] = field(default=(), metadata={"help": "instead of a game: the new value of each variable, {x: x - s*x}"})
    order: tuple[str, ...] = field(default=(), metadata={"help": "who moves first; default: max before min, or the order of `update`"})
    mode: Literal["alternating", "simultaneous"] = field(
        default="alternating", metadata={
            "help": "alternating: later variables use the new values of earlier ones; simultaneous: all use the old ones"})
    step: str = field(default="1", metadata={"help": "the step size: a number, or a symbol such as eta"})
    start: tuple[tuple[str, str], ...] = field(default=(), metadata={"help": "where the iteration starts, {p: 1, q: 1}"})


Parameters = tuple[tuple[str, Any], ...]


def order(part: Part) -> tuple[str, ...]:
    """The variables as they move."""
    options: GameOptions = part.options
    if options.order:
        return options.order
    return options.game.max + options.game.min if options.game else tuple(name for name, _ in options.update)


def vocabulary(part: Part) -> reading.Vocabulary:
    """The part's vocabulary with the variables declared and free to carry a time index."""
    made = reading.Vocabulary.of(part)
    known = {s.name for s in part.symbols}
    spelled = {w for s in part.symbols for w in s.spellings}
    extra = tuple(Symbol(n, Domain("real")) for n in order(part) if n not in known | spelled)
    return dataclasses.replace(made, symbols=made.symbols + extra, sequences=made.sequences | frozenset(order(part)))


def expression(text: str, part: Part, key: str) -> Term:
    """An option's expression as a term. Fails with `SpecError` when it cannot be read."""
    found = reading.read(text, dataclasses.replace(vocabulary(part), sequences=frozenset()))
    if not isinstance(found, Read) or found.proposed:
        raise SpecError(f"expected an expression, found {text!r}", key=key)
    return found.term


@lru_cache(maxsize=256)
def parameters(part: Part) -> Parameters:
    """The system of a part as parameters of claims, sorted by name. Fails with `SpecError` when the options describe none."""
    options: GameOptions = part.options
    names = order(part)
    if bool(options.game) == bool(options.update):
        raise SpecError("expected either a game or an update", key="game")
    made: dict[str, Any] = {"mode": options.mode, "order": names}
    if options.game:
        if not names or sorted(names) != sorted(options.game.min + options.game.max):
            raise SpecError(f"expected each of {', '.join(sorted(options.game.min + options.game.max))} once", key="order")
        made |= {"value": expression(options.game.value, part, "game.value"), "min": options.game.min, "max": options.game.max,
                 "step": expression(options.step, part, "step")}
    else:
        if sorted(names) != sorted(n for n, _ in options.update):
            raise SpecError(f"expected each of {', '.join(n for n, _ in options.update)} once", key="order")
        made["update"] = tuple(relation(":=", symbol(n), expression(e, part, f"update.{n}")) for n, e in options.update)
    if options.start:
        if sorted(n for n, _ in options.start) != sorted(names):
            raise SpecError(f"expected a value for each of {', '.join(names)}", key="start")
        values = dict(options.start)
        made["start"] = tuple(relation("=", symbol(n), expression(values[n], part, f"start.{n}")) for n in names)
    return tuple(sorted(made.items()))


def check(part: Part) -> None:
    """Fails with `SpecError` when the options describe no system that can be computed with."""
    from grader.algebra import dynamics

    made = dict(parameters(part))
    try:
        dynamics.system(made)
        if "start" in made:
            dynamics.start_of(made)
    except (ValueError, KeyError) as error:
        raise SpecError(f"expected polynomials with rational coefficients: {error}", key="game" if part.options.game else "update") from None


def check_numbers(part: Part) -> None:
    """Fails with `SpecError` when the system has a name without a value, so that nothing can be worked out."""
    from grader.algebra import dynamics

    others = dynamics.system(dict(parameters(part))).others
    if others:
        raise SpecError(f"expected numbers: {', '.join(others)} has no value", key="step" if part.options.step in others else "game")


def without(made: Parameters, *names: str) -> Parameters:
    """The parameters without some."""
    return tuple((k, v) for k, v in made if k not in names)


def changed(made: Parameters, **values: Any) -> Parameters:
    """The parameters with some put or replaced, sorted."""
    return tuple(sorted({**dict(made), **values}.items()))


def given_step(part: Part) -> Fraction | None:
    """The step size as a number, None where it is a symbol or the system is an update."""
    made = dict(parameters(part)).get("step")
    if made is None or free_names(made):
        return None
    from grader.algebra.dynamics import Ring, constant_of

    return constant_of(Ring(()).read(made))


def open_step(part: Part) -> Parameters | None:
    """The system with an open step size, for claims about all of them; None where the system is an update without one."""
    made = parameters(part)
    if "step" not in dict(made):
        return None
    taken = frozenset(order(part)).union(*[free_names(v) for v in dict(made).values() if isinstance(v, Term)])
    name = STEP_NAME
    while name in taken:
        name += STEP_NAME
    return changed(made, step=symbol(name))


def with_step(part: Part, size: Fraction) -> Parameters:
    """The system with another step size."""
    return changed(parameters(part), step=number(size))
