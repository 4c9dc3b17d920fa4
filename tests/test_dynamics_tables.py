"""Tables of iterates: follow-through, slips, wrong rules, on random games."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.algebra import dynamics
from grader.answers import _follow, _game, iteration
from grader.answers._kind import load
from grader.decide import decide
from grader.model import Answer, Mark, Part, Provenance, Read, Status

STEPS = 5


def part(value: str = "p*q", mode: str = "alternating", credit: str = "steps", start: tuple[tuple[str, str], ...] = (("p", "1"), ("q", "1")),
         **more: Any) -> Part:
    options = iteration.Options(game=_game.Game(value, ("p",), ("q",)), order=("q", "p"), mode=mode, start=start, steps=STEPS, credit=credit, **more)
    return Part("table", "iteration", Fraction(STEPS), options=options)


def run(made: Part) -> list[dict[str, Fraction]]:
    parameters = dict(_game.parameters(made))
    return dynamics.system(parameters).iterates(dynamics.start_of(parameters), STEPS)


def typed(states: list[dict[str, Fraction]], names: str = "qp") -> str:
    return "\n".join(f"{n}: " + ", ".join(str(s[n]) for s in states) for n in names)


def marked(made: Part, text: str, ocr: bool = False) -> Mark:
    kind = load("iteration")
    reading = kind.read(Answer("x/table", text, Provenance(ocr=ocr)), made)
    assert isinstance(reading, Read), reading
    settled: dict[str, Any] = {}
    while fresh := [c for c in kind.claims(reading, made, settled) if c.label not in settled]:
        settled |= {c.label: decide(c) for c in fresh}
    return kind.mark(reading, made, settled)


values = st.sampled_from(["p*q", "p*q + p^2/2", "p^2/2 - q^2/2 + 2*p*q", "p*q - q^2", "2*p*q", "p - q + p*q"])
starts = st.tuples(st.integers(-3, 3), st.integers(-3, 3)).map(lambda s: (("p", str(s[0])), ("q", str(s[1]))))
modes = st.sampled_from(["alternating", "simultaneous"])


@given(values, modes, starts)
@settings(max_examples=40, deadline=None)
def test_a_right_table_is_right(value: str, mode: str, start: tuple[tuple[str, str], ...]) -> None:
    made = part(value, mode, start=start)
    mark = marked(made, typed(run(made)))
    assert (mark.points, mark.status, mark.needs_human) == (made.points, "proved", False)


@given(values, modes, starts, st.integers(1, STEPS), st.sampled_from("pq"), st.integers(-4, 4))
@settings(max_examples=80, deadline=None)
def test_a_slip_that_is_followed_up_costs_one_step(value: str, mode: str, start: Any, step: int, name: str, off: int) -> None:
    """Change a cell, go on from it by the rule: one cell does not follow, whatever the slip is."""
    made = part(value, mode, start=start)
    system, states = dynamics.system(dict(_game.parameters(made))), run(made)[:step]
    before = states[-1]
    now = dict(before)
    for mover in system.order:
        now[mover] = system.move(mover, {**before, **now} if mode == "alternating" else before) + (off if mover == name else 0)
    states.append(now)
    while len(states) <= STEPS:
        states.append(system.step(states[-1]))
    assume(off)
    mark = marked(made, typed(states))
    assert (mark.points, mark.status, mark.needs_human) == (made.points - 1, "refuted", False)


@given(values, modes, starts, st.integers(1, STEPS - 1), st.sampled_from("pq"), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_slip_of_the_pen(value: str, mode: str, start: Any, step: int, name: str, ocr: bool) -> None:
    """One cell changed and nothing else: docked once on a typed paper, a person's on a scanned one. Nothing is docked that is right."""
    made = part(value, mode, start=start)
    states = run(made)
    states[step] = {**states[step], name: states[step][name] + 7}
    mark = marked(made, typed(states), ocr)
    tags = set(mark.tags)
    if "iteration.pen" in tags and not tags & {"iteration.slip"}:
        assert mark.points == made.points - 1
        assert mark.needs_human == ocr
        assert mark.status == ("undecided" if ocr else "refuted")
    assert mark.points < made.points


@pytest.mark.parametrize("pattern", "simultaneous order half_steps through both_descend both_ascend wrong_sign exchanged shift".split())
@given(starts)
@settings(max_examples=12, deadline=None)
def test_wrong_rules_are_recognised(pattern: str, start: Any) -> None:
    """A table made by a wrong rule is either marked as that rule's, or is a right table all the same, or within a slip of one."""
    made = part("p*q", start=start)
    found = next(p for p in _follow.patterns(_game.parameters(made)) if p.name == pattern)
    system, state = dynamics.system(dict(found.parameters)), dynamics.start_of(dict(_game.parameters(made)))
    columns = [state]
    for k in range(STEPS + 1):
        mover = system.order[k % 2]
        columns.append(system.step(columns[-1]) if found.columns == "steps" else {**columns[-1], mover: system.move(mover, columns[-1])})
    if found.shift == 1:
        columns = [columns[0], *columns]
    rows = dict(found.rows)
    table = [{rows.get(n, n): v for n, v in c.items()} for c in columns[:STEPS + 1]]
    mark = marked(made, typed(table))
    assert "iteration.right" in mark.tags or any(t.split(".")[1] in iteration.PATTERNS for t in mark.tags) or mark.points >= made.points - 2
    if f"iteration.{pattern}" in mark.tags and pattern not in ("exchanged", "shift"):
        assert mark.points == 0


def test_follow_through_uses_the_learners_own_cells() -> None:
    made = part()
    claims = iteration.claims(iteration.read(Answer("", "q: 1, 9, 4\np: 1, -8, 4"), made), made, {})
    states = {c.label: dict((r.args[0].name, r.args[1]) for r in dict(c.conclusion.parameters)["state"]) for c in claims if c.label[-1] != "0"}
    assert {k: str(v.value) for k, v in states["p 1"].items()} == {"q": "9", "p": "1"}
    assert [c.label for c in claims] == ["q 0", "p 0", "q 1", "p 1", "q 2", "p 2"]


def test_nothing_right_is_revealed() -> None:
    """The words about a wrong last cell contain its own value and those before it, and not the right one."""
    made = part("p*q")
    states = run(made)
    states[-1] = {**states[-1], "p": Fraction(77)}
    said = " ".join(a.text for a in marked(made, typed(states)).awards)
    assert "77" in said and f"p_{STEPS} = {run(made)[-1]['p']}" not in said
    shown = " ".join(a.text for a in marked(part("p*q", reveal=True), typed(states)).awards)
    assert f"gives {run(made)[-1]['p']}" in shown


@pytest.mark.parametrize("text", ["q: " + ", ".join(["9" * 300] * 6) + "\np: " + ", ".join(["1"] * 6), "q: 1/0, 2/0, 3/0\np: 1, 2, 3",
                                  "| q |" + " 1 |" * 3000,
                                  "q_1 = 2, q_2 = 3, q_999 = 4, p_1 = 1", "q: 1, 2^(9^9^9), 3\np: 1, 2, 3", "q = [" + "[" * 500 + "1, 2, 3"])
def test_hostile_tables(text: str) -> None:
    made = part()
    reading = iteration.read(Answer("x/table", text), made)
    if isinstance(reading, Read):
        marked(made, text)


def test_a_scanned_cell_that_is_followed_up_is_a_slip() -> None:
    """Later cells that go on with a wrong value show that it was written so: no person is needed, also on a scanned paper."""
    made = part()
    mark = marked(made, "q: 1, 2, 1, -1, -2, -3\np: 1, -1, -2, -1, 1, 4", ocr=True)
    assert (mark.points, mark.needs_human, mark.status) == (Fraction(4), False, "refuted")
    assert Status.REFUTED == mark.status
