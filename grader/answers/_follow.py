"""Follow-through in a table of iterates, and the wrong rules that a table may come from.

Each cell is to be judged from the learner's own cells before it, so that a slip counts once. A cell that is wrong itself raises the question what
its followers go on with: its own value (then they follow from the slip) or the value that the rule gives (then it is a slip of the pen, or of the
scanner). The followers decide, by majority; a cell that cannot be read goes on with the rule's value. What is planned here is only from which state
each cell is to be judged: the verdicts are the kernel's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from grader.answers import _game
from grader.answers._iterates import Entry, Grid, Place
from grader.model import Satisfies
from grader.term import apply, number, relation, symbol


MAX_BITS = 2000
"""Longest numbers that are followed up (numerator and denominator)."""


@dataclass
class Plan:
    """From which state each readable cell is judged; which cells do not follow; whose followers go on with the rule's value ("pen"); which wrong
    cells rest on a cell that cannot be read ("hanging")."""

    states: dict[Place, dict[str, Fraction]] = field(default_factory=dict)
    wrong: list[Place] = field(default_factory=list)
    pen: dict[Place, Fraction] = field(default_factory=dict)
    hanging: set[Place] = field(default_factory=set)

    @property
    def slips(self) -> int:
        """How many cells are wrong by themselves."""
        return len(self.wrong)


def plan(grid: Grid, system: Any, start: Mapping[str, Fraction], steps: int, digits: int = 2) -> Plan:
    """The plan for a table, under one system (`grader.algebra.dynamics.System`).

    Rounded cells are right when they round the rule's value from the cells as they stand, or from the values before rounding (a learner who works
    with more digits than the table shows). `digits` is how many decimals a rounded cell must show.
    """
    made, numbers = Plan(), grid.numbers()
    used: dict[Place, Fraction] = {(n, 0): numbers.get((n, 0), v) for n, v in start.items()}
    fine = dict(used)
    for k in range(1, steps + 1):
        for place, name in enumerate(system.order):
            cell = (name, k)
            state, precise = _state(system, used, place, k), _state(system, fine, place, k)
            right, exact = system.move(name, state), system.move(name, precise)
            if _bits(right) > MAX_BITS:
                return made
            if _bits(exact) > MAX_BITS:
                exact, precise = right, state
            own = grid.cells.get(cell)
            if own is None or own.value is None:
                used[cell], fine[cell] = right, exact
                continue
            used[cell] = own.value
            if own.agrees(right, digits):
                made.states[cell] = state
                fine[cell] = exact if own.agrees(exact, digits) else right
            elif own.agrees(exact, digits):
                made.states[cell], fine[cell] = precise, exact
            else:
                made.states[cell], fine[cell] = state, own.value
                made.wrong.append(cell)
                if any(p in grid.cells and grid.cells[p].kind == "unread" for p in _inputs(system, place, k)):
                    made.hanging.add(cell)
                if _votes(grid, system, used, place, k, right, digits) > 0:
                    made.pen[cell] = used[cell] = fine[cell] = right
    return made


def _bits(value: Fraction) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def _inputs(system: Any, place: int, k: int) -> list[Place]:
    """The cells that the move of the place-th variable at step k reads: new values of those before it, old values of the others."""
    return [(n, k if system.alternating and j < place else k - 1) for j, n in enumerate(system.order)]


def _state(system: Any, used: Mapping[Place, Fraction], place: int, k: int) -> dict[str, Fraction]:
    return {n: used[n, j] for n, j in _inputs(system, place, k)}


def _votes(grid: Grid, system: Any, used: Mapping[Place, Fraction], place: int, k: int, right: Fraction, digits: int) -> int:
    """How many more followers fit the rule's value than fit the cell's own."""
    numbers, name = grid.numbers(), system.order[place]
    votes = 0
    for later, follower in enumerate(system.order):
        step = k if system.alternating and later > place else k + 1
        said = grid.cells.get((follower, step))
        if said is None or said.value is None or follower == name and step == k:
            continue
        inputs = _inputs(system, later, step)
        if (name, k) not in inputs:
            continue
        known = {**{(n, j): numbers[n, j] for n, j in inputs if (n, j) in numbers}, **used}
        if any(p not in known for p in inputs):
            continue
        fits = [said.agrees(system.move(follower, {n: value if (n, j) == (name, k) else known[n, j] for n, j in inputs}), digits)
                for value in (right, used[name, k])]
        votes += fits[0] - fits[1]
    return votes


# ------------------------------------------------------------------------------------------------------------ wrong rules


@dataclass(frozen=True)
class Pattern:
    """A way in which tables go wrong: what is said of it, the changed system, how its columns count, which row stands for which variable, by how much
    the columns are shifted; `rule` tells a misunderstood rule from a slip of writing."""

    name: str
    words: str
    parameters: _game.Parameters
    columns: str = "steps"
    rows: tuple[tuple[str, str], ...] = ()
    shift: int = 0
    rule: bool = True


def patterns(parameters: _game.Parameters) -> Iterator[Pattern]:
    """The known ones for this system, the commonest first."""
    given = dict(parameters)
    order, names = given["order"], tuple(given["order"])
    changed: Callable[..., _game.Parameters] = lambda **k: _game.changed(parameters, **k)  # noqa: E731
    last, first = order[-1], order[0]
    if given["mode"] == "alternating" and len(order) > 1:
        yield Pattern("simultaneous", f"Both moves use the old values. Here {last} moves with the new {first}.", changed(mode="simultaneous"))
        yield Pattern("order", f"{last} was moved before {first}. Here {first} moves first.", changed(order=tuple(reversed(order))))
    elif len(order) > 1:
        yield Pattern("alternating", "A move uses a value that is already new. Here all moves use the old values.", changed(mode="alternating"))
    yield Pattern("half_steps", "Each column moves one variable only. A step moves every variable: write the values after all of them have moved.",
                  changed(mode="alternating"), columns="moves")
    if "value" in given:
        through = _through(parameters)
        if through is not None:
            said = f"The derivative was taken through the new {first}. Hold the new {first} fixed when you differentiate by {last}."
            yield Pattern("through", said, through)
        down, up = given["min"], given["max"]
        if up and down:
            yield Pattern("both_descend", f"{_list(up)} moves down the gradient as well. {_list(up)} maximises: it moves up.",
                          changed(min=tuple(sorted(names)), max=()))
            yield Pattern("both_ascend", f"{_list(down)} moves up the gradient as well. {_list(down)} minimises: it moves down.",
                          changed(min=(), max=tuple(sorted(names))))
        yield Pattern("wrong_sign", "Every move goes the wrong way: who minimises moves down the gradient, who maximises moves up.",
                      changed(min=up, max=down))
    if len(names) == 2:
        yield Pattern("exchanged", f"The rows of {names[0]} and {names[1]} are exchanged.", parameters,
                      rows=((names[0], names[1]), (names[1], names[0])), rule=False)
    for shift, where in ((1, "late"), (-1, "early")):
        yield Pattern("shift", f"The columns are shifted by one step: the values are right and stand one column too {where}.", parameters,
                      shift=shift, rule=False)


def _list(names: tuple[str, ...]) -> str:
    return " and ".join(names)


def _through(parameters: _game.Parameters) -> _game.Parameters | None:
    """Two players, the second differentiating through the first one's move: f(p, q + s f_q) by p."""
    from grader.algebra import dynamics

    given = dict(parameters)
    if len(given["order"]) != 2 or given["mode"] != "alternating":
        return None
    made = dynamics.system(given)
    first, last = made.order
    ring = made.ring
    value = ring.substitute(ring.read(given["value"]), {first: made.rules[0]})
    slope = value.derivative(ring.names.index(last)) * ring.read(given["step"])
    moved = ring.variable(last) + (slope if last in given["max"] else -slope)
    update = (relation(":=", symbol(first), ring.term(made.rules[0])), relation(":=", symbol(last), ring.term(moved)))
    rest = {k: v for k, v in given.items() if k not in ("value", "min", "max", "step")}
    return tuple(sorted({**rest, "update": update, "mode": "simultaneous"}.items()))


def entries(grid: Grid, pattern: Pattern, order: tuple[str, ...]) -> dict[Place, Entry] | None:
    """The cells where the pattern's run would have them; None where a row belongs to no variable."""
    rows = dict(pattern.rows) or {n: n for n in order}
    made: dict[Place, Entry] = {}
    for (name, k), entry in grid.cells.items():
        if name not in rows:
            return None
        if entry.value is not None and not (pattern.shift == 1 and k == 0):
            made[rows[name], k - pattern.shift] = entry
    return made


def misses(grid: Grid, pattern: Pattern, start: Mapping[str, Fraction], order: tuple[str, ...], digits: int) -> int | None:
    """In how many cells the table differs from the run of the pattern's system; None where the two cannot be compared."""
    from grader.algebra import dynamics

    wanted = entries(grid, pattern, order)
    if not wanted or min(k for _, k in wanted) < 0 or max(k for _, k in wanted) < 2:
        return None
    made = dynamics.system(dict(pattern.parameters))
    state, off = dict(start), 0
    last = max(k for _, k in wanted)
    for k in range(last + 1):
        off += sum((n, k) in wanted and not wanted[n, k].agrees(v, digits) for n, v in state.items())
        if off > 2 or any(_bits(v) > MAX_BITS for v in state.values()):
            return 3
        if k < last:
            mover = made.order[k % len(made.order)]
            state = made.step(state) if pattern.columns == "steps" else {**state, mover: made.move(mover, state)}
    return off


def nearly(grid: Grid, pattern: Pattern, start: Mapping[str, Fraction], steps: int, digits: int) -> bool:
    """Is the table one slip away from the pattern's run (a slip that is followed up, or one that is not)?"""
    from grader.algebra import dynamics

    off = misses(grid, pattern, start, tuple(start), digits) if pattern.rule else None
    if off is None or pattern.columns != "steps":
        return off is not None and off <= 1
    if off <= 1:
        return True
    made = plan(grid, dynamics.system(dict(pattern.parameters)), start, steps, digits)
    return len(made.states) > 3 and made.slips <= 1


def table_claim(cells: Mapping[Place, Entry], pattern: Pattern, digits: int) -> Satisfies:
    """That the cells are the run of the pattern's system: equations v_k = number in order, with the decimals of each that may be rounded."""
    ordered = sorted(cells.items(), key=lambda c: (c[0][1], c[0][0]))
    subject = tuple(relation("=", apply("index", symbol(n), number(k)), number(e.value)) for (n, k), e in ordered)
    shown = tuple(Fraction(e.digits if e.digits >= max(0, digits) else -1) for _, e in ordered)
    return Satisfies(subject, "iterates.table", _game.changed(pattern.parameters, columns=pattern.columns, digits=shown))
