"""A table of iterates: gradient steps of a game, or an update map, worked out step by step.

What it checks
    Each cell, from the learner's own cells before it. A wrong cell is one slip: what follows from it is right. Tables that come from a misunderstood
    rule are recognised by running that rule: both moves from the old values (`simultaneous`), the other one first (`order`), one variable a column
    (`half_steps`), the derivative through the new value (`through`), `both_descend`, `both_ascend`, `wrong_sign`; and slips of writing: the rows
    `exchanged`, the columns off by one (`shift`), a wrong `start`.

What learners may write
    Tables with or without pipes, LaTeX arrays, a row a variable or a row a step, lists `q = 1, 2, 1`, pairs `(p, q): (1, 1), ...`, `q_1 = 2`,
    sums in a cell (`1 + 1`). The start may be left out.

Definition used
    A step moves the variables in their `order`; `alternating` moves see the new values of those before, `simultaneous` ones the old values. `credit:
    steps` gives each right step its share, `cells` each cell, `all_or_nothing` all or none. A slip costs its step (its cell). A table from a
    misunderstood rule earns nothing, one with a slip of writing loses one step; `wrong: [{pattern: NAME, points, feedback}]` says otherwise.
    A decimal is right when it rounds the rule's value to the decimals it shows, at least `digits` of them.
    A cell whose followers fit another value than it shows is a slip of the pen; in a scanned paper a person looks, because it may be the scanner's.

Fails when
    No table is found, a cell cannot be read or holds a formula, or two different tables stand there: a person sees those, the rest is judged.

Example
    kind: iteration
    game: {min: p, max: q, value: p*q}
    start: {p: 1, q: 1}
    steps: 6
    answer: "q: 1, 2, 1, -1, -2, -1, 1 (line) p: 1, -1, -2, -1, 1, 2, 1"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import permutations
from typing import Any, Literal

from grader.answers import _follow, _game, _iterates
from grader.answers._follow import Pattern, Plan
from grader.answers._iterates import Grid, Place
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, person
from grader.answers._kind import mark as run
from grader.model import Answer, Note, Satisfies, SpecError, Status
from grader.reading.passages import passages
from grader.term import Span, collection, number, relation, symbol, text

TAGS = {
    "iteration.right": "Every step is right.", "iteration.slip": "A cell does not follow from the ones before it; what comes after follows from it.",
    "iteration.pen": "A cell is wrong and its followers fit the right value.", "iteration.missing": "Steps are missing.",
    "iteration.unread": "A cell cannot be read.", "iteration.formula": "A cell holds a formula instead of a number.",
    "iteration.start": "The start is not the given one.", "iteration.simultaneous": "All moves use the old values.",
    "iteration.alternating": "A move uses new values.", "iteration.order": "The variables move in the wrong order.",
    "iteration.half_steps": "One variable a column.", "iteration.through": "The derivative was taken through the new value.",
    "iteration.both_descend": "Both move down.", "iteration.both_ascend": "Both move up.", "iteration.wrong_sign": "Every move goes the wrong way.",
    "iteration.exchanged": "The rows are exchanged.", "iteration.shift": "The columns are off by one.",
    "iteration.undecided": "It could not be decided.",
    "blank": "No table was filled in.", "unread": "No table could be found."}
PATTERNS = frozenset("simultaneous alternating order half_steps through both_descend both_ascend wrong_sign exchanged shift start".split())


@dataclass(frozen=True)
class Options(_game.GameOptions):
    """The keys of a part of this kind."""

    steps: int = field(default=1, metadata={"help": "how many steps are asked"})
    credit: Literal["steps", "cells", "all_or_nothing"] = field(default="steps", metadata={"help": "what the points are shared among"})
    digits: int = field(default=2, metadata={"help": "how many decimals a rounded value must show; fractions and whole numbers are exact"})
    reveal: bool = field(default=False, metadata={"help": "whether the feedback may show the right value of a wrong cell"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the options describe no iteration with a start, or a pattern is unknown."""
    _game.check(part)
    _game.check_numbers(part)
    if not part.options.start:
        raise SpecError("expected where the iteration starts, such as {p: 1, q: 1}", key="start")
    if not 1 <= part.options.steps <= 60:
        raise SpecError("expected 1 to 60 steps", key="steps")
    for entry in part.wrong:
        if entry.pattern and entry.pattern not in PATTERNS:
            raise SpecError(f"{entry.pattern!r} is none of the patterns {', '.join(sorted(PATTERNS))}", key="wrong")
    if part.answer and _grid(part.answer, part) is None:
        raise SpecError("expected a table with a row for each variable", key="answer")


def _system(part: Part) -> tuple[Any, dict[str, Fraction]]:
    from grader.algebra import dynamics

    parameters = dict(_game.parameters(part))
    return dynamics.system(parameters), dynamics.start_of(parameters)


def _grid(words: str, part: Part) -> Grid | None:
    """The table; where nothing says which row is whose, as the rows fit best."""
    system, start = _system(part)
    names = _game.order(part)
    found = _iterates.find_grid(words, names, start, part.options.steps, _game.vocabulary(part))
    if found is None or not found.free or len(names) > 3:
        return found
    every = [found.renamed(dict(zip(names, chosen))) for chosen in permutations(names)]
    best = min(every, key=lambda g: _follow.plan(g, system, start, part.options.steps, part.options.digits).slips)
    taken = f"; they are taken for {', '.join(dict.fromkeys(n for n, _ in best.cells))}"
    best.notes = [replace(n, text=n.text + taken) if n.code == "iteration.names" else n for n in found.notes]
    return best


# --------------------------------------------------------------------------------------------------------------- reading


def read(answer: Answer, part: Part) -> Reading:
    """A row of values a variable."""
    if not any(c.isalnum() for c in answer.text):
        return Unread("nothing is written", blank=True)
    vocabulary, names = _game.vocabulary(part), _game.order(part)
    grid = _grid(answer.text, part)
    if grid is None:
        if _iterates.is_template(answer.text, names, vocabulary) or _only_rules(answer.text, names, vocabulary):
            return Unread("no table is filled in", blank=True)
        return Unread("no table of values was found", Span(0, len(answer.text)), f"Write a row of values for each of {', '.join(names)}.")
    rows = []
    for name in names:
        places = sorted(k for n, k in grid.cells if n == name)
        values = [_shown(grid.cells[name, k]) for k in places]
        rows.append(relation("=", symbol(name), collection("tuple", *values)))
    scanned = Note("the text came through a recogniser", None, "info", "iteration.scanned")
    notes = (*grid.notes, scanned) if answer.provenance.ocr else tuple(grid.notes)
    return Read(collection("list", *rows), notes, extra=grid)


def _shown(entry: _iterates.Entry):
    return number(entry.value) if entry.value is not None else text(entry.text)


def _only_rules(words: str, names: tuple[str, ...], vocabulary: Any) -> bool:
    """Is there nothing but equations between the variables, and sentences without a number?"""
    formula = False
    for passage in passages(words, vocabulary):
        if passage.is_formula and not passage.mention:
            formula |= "=" in passage.text and any(re.search(rf"(?<![A-Za-z]){re.escape(n)}(?![A-Za-z])", passage.text) for n in names)
        elif re.search(r"\d", passage.text):
            return False
    return formula


# ---------------------------------------------------------------------------------------------------------------- claims


def _plan(reading: Read, part: Part) -> Plan:
    system, start = _system(part)
    return _follow.plan(reading.extra, system, start, part.options.steps, part.options.digits)


def _pattern(reading: Read, made: Plan, part: Part) -> Pattern | None:
    """The misunderstanding that explains the whole table, where the rule itself leaves two slips or more."""
    if made.slips < 2:
        return None
    _, start = _system(part)
    known = (p for p in _follow.patterns(_game.parameters(part)) if not (p.name == "exchanged" and reading.extra.free))
    return next((p for p in known if _follow.misses(reading.extra, p, start, _game.order(part), part.options.digits) == 0), None)


def _near_pattern(reading: Read, made: Plan, part: Part) -> Pattern | None:
    """One that explains it but for one slip, where the rule itself leaves three or more."""
    if made.slips < 3:
        return None
    _, start = _system(part)
    options = part.options
    return next((p for p in _follow.patterns(_game.parameters(part)) if _follow.nearly(reading.extra, p, start, options.steps, options.digits)), None)


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Each start value; each cell from its state; where a pattern explains the table, that it does."""
    if not isinstance(reading, Read):
        return ()
    made, parameters = _plan(reading, part), _game.parameters(part)
    fixed = _game.without(parameters, "start")
    claims_ = [Claim(Satisfies((number(value),), "iterates.start", _game.changed(parameters, variable=name)), label=f"{name} 0")
               for (name, k), value in reading.extra.numbers().items() if k == 0]
    for (name, k), state in made.states.items():
        given = tuple(relation("=", symbol(n), number(v)) for n, v in state.items())
        said = reading.extra.cells[name, k]
        rounded = {"digits": Fraction(said.digits)} if said.digits >= max(0, part.options.digits) else {}
        claimed = _game.changed(fixed, state=given, variable=name, **rounded)
        claims_.append(Claim(Satisfies((number(said.value),), "iterates.cell", claimed), label=f"{name} {k}"))
    pattern = _pattern(reading, made, part)
    if pattern is not None:
        cells = _follow.entries(reading.extra, pattern, _game.order(part))
        claims_.append(Claim(_follow.table_claim(cells, pattern, part.options.digits), label=f"pattern {pattern.name}"))
    return tuple(claims_)


# ----------------------------------------------------------------------------------------------------------------- marks


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """Points by steps or cells, with a sentence for each slip."""
    grid: Grid = reading.extra
    made = _plan(reading, part)
    found = _pattern(reading, made, part)
    if found is not None and settled[f"pattern {found.name}"].status is Status.PROVED:
        return _mark_pattern(found, grid, part, f"pattern {found.name}")
    near = _near_pattern(reading, made, part)
    if near is not None and all(settled[f"{n} {k}"].status is Status.REFUTED for n, k in made.wrong):
        return _mark_pattern(near, grid, part, "{} {}".format(*made.wrong[0]), " There is a slip as well.")
    scanned = any(n.code == "iteration.scanned" for n in reading.notes)
    states = {place: _judge(place, grid, made, settled, scanned) for k in range(1, part.options.steps + 1) for place in _places(part, k)}
    awards, pending = [], set(states.values()) & {"unread", "formula", "person", "undecided"}
    awards.append(Award("set", _points(states, part), _head(states), "", ""))
    wrong_start = [n for n in _game.order(part) if f"{n} 0" in settled and settled[f"{n} 0"].status is Status.REFUTED]
    if wrong_start:
        cost = min(part.points / part.options.steps, awards[0].amount) if part.options.credit != "all_or_nothing" else awards[0].amount
        said = f"The table starts at {', '.join(f'{n} = {grid.cells[n, 0].value}' for n in wrong_start)}, which is not the given start."
        awards.append(_own(part, "start", Award("add", -cost, "iteration.start", said, f"{wrong_start[0]} 0")))
    awards += _sentences(states, grid, made, part, settled)
    unread_start = [n for n in _game.order(part) if (n, 0) in grid.cells and grid.cells[n, 0].kind in ("unread", "formula")]
    awards += [Award("none", Fraction(0), "iteration.unread", f"{n}_0 cannot be read (“{grid.cells[n, 0].text}”).") for n in unread_start]
    refuted = wrong_start or "wrong" in states.values()
    status = Status.REFUTED if refuted else Status.UNDECIDED if pending or "blank" in states.values() else Status.PROVED
    if _all_blank(states) and not grid.numbers():
        return person(part, "iteration.undecided", "No value could be read.")
    awards = _foreseen(awards, grid, part) if refuted else awards
    return run(part, *awards, needs_human=bool(pending or unread_start), status=status)


def _foreseen(awards: list[Award], grid: Grid, part: Part) -> list[Award]:
    """With the author's points and feedback where the table has the values of a foreseen one."""
    own = {p: v for p, v in grid.numbers().items() if p[1] > 0}
    for entry in part.wrong:
        table = _grid(entry.answer, part) if entry.answer else None
        if table is not None and {p: v for p, v in table.numbers().items() if p[1] > 0} == own:
            points = sum((a.amount for a in awards if a.operation in ("set", "add")), Fraction(0)) if entry.points is None else entry.points
            said = Award("set", points, entry.tag or awards[0].tag, entry.feedback, awards[0].claim)
            return [said, *(Award("none", Fraction(0), a.tag, a.text, a.claim) for a in awards)]
    return awards


def _places(part: Part, k: int) -> list[Place]:
    return [(n, k) for n in _game.order(part)]


def _judge(place: Place, grid: Grid, made: Plan, settled: Settled, scanned: bool) -> str:
    """right, wrong, person (a slip of the pen or the scanner), unread, formula, blank, undecided."""
    entry = grid.cells.get(place)
    if entry is None or entry.kind == "blank":
        return "blank"
    if entry.kind in ("unread", "formula"):
        return entry.kind
    verdict = settled.get("{} {}".format(*place))
    if verdict is None or verdict.status not in (Status.PROVED, Status.REFUTED):
        return "undecided"
    if verdict.status is Status.PROVED:
        return "right"
    return "person" if scanned and place in made.pen or place in made.hanging else "wrong"


def _all_blank(states: Mapping[Place, str]) -> bool:
    return set(states.values()) <= {"blank"}


def _points(states: Mapping[Place, str], part: Part) -> Fraction:
    """What is sure: right cells, or steps without a wrong or unread cell (one that is partly filled in has the share of its cells)."""
    right = {place for place, state in states.items() if state == "right"}
    if part.options.credit == "cells":
        return part.points * Fraction(len(right), len(states))
    if part.options.credit == "all_or_nothing":
        return part.points if len(right) == len(states) else Fraction(0)
    total = Fraction(0)
    for k in range(1, part.options.steps + 1):
        cells = [states[p] for p in _places(part, k)]
        if set(cells) <= {"right", "blank"}:
            total += Fraction(cells.count("right"), len(cells))
    return part.points * total / part.options.steps


def _head(states: Mapping[Place, str]) -> str:
    found = set(states.values())
    for state, tag in (("wrong", "slip"), ("person", "pen"), ("unread", "unread"), ("formula", "formula"), ("blank", "missing"),
                       ("undecided", "undecided")):
        if state in found:
            return f"iteration.{tag}"
    return "iteration.right"


def _sentences(states: Mapping[Place, str], grid: Grid, made: Plan, part: Part, settled: Settled) -> list[Award]:
    awards = []
    for place, state in states.items():
        name, k = place
        label, entry = f"{name} {k}", grid.cells.get(place)
        if state == "person" and place in made.pen:
            value = made.pen[place]
            said = (f"{name}_{k} reads {entry.value}: the later entries fit {value} and do not follow from {entry.value}: "
                    "a slip of the pen or of the scanner. A person looks at the paper.")
            awards.append(Award("none", Fraction(0), "iteration.pen", said, label))
        elif state == "person":
            said = f"{name}_{k} = {entry.value} does not follow from the rule's value of a cell that cannot be read: a person looks."
            awards.append(Award("none", Fraction(0), "iteration.unread", said, label))
        elif state == "wrong":
            tag = "iteration.pen" if place in made.pen else "iteration.slip"
            awards.append(Award("none", Fraction(0), tag, _slip(place, entry.value, made, part, settled), label))
        elif state == "unread":
            awards.append(Award("none", Fraction(0), "iteration.unread", f"{name}_{k} cannot be read (“{entry.text}”): a person looks."))
        elif state == "formula":
            awards.append(Award("none", Fraction(0), "iteration.formula", f"{name}_{k} holds a formula (“{entry.text}”); a number is asked."))
    blank = [f"{n}_{k}" for (n, k), state in states.items() if state == "blank"]
    if blank:
        awards.append(Award("none", Fraction(0), "iteration.missing", "Not filled in: " + ", ".join(blank) + "."))
    return awards


def _slip(place: Place, value: Fraction, made: Plan, part: Part, settled: Settled) -> str:
    """In which step the table breaks and how to work it out again, without the right value (unless `reveal` is set)."""
    name, k = place
    order = _game.order(part)
    here = order.index(name)
    times = {n: k if part.options.mode == "alternating" and order.index(n) < here else k - 1 for n in order}
    from_ = ", ".join(f"{n}_{times[n]} = {v}" for n, v in made.states[place].items())
    said = f"Step {k}: from your {from_} the rule for {name} does not give {name}_{k} = {value}."
    if part.options.reveal:
        said += " " + " ".join(settled[f"{name} {k}"].finding.teacher_words)
    if place in made.pen:
        return said + " The later entries go on with another value."
    follows = k < part.options.steps or here < len(order) - 1
    return said + (" What comes after it is judged from your value." if follows else "")


def _mark_pattern(pattern: Pattern, grid: Grid, part: Part, claim: str, more: str = "") -> Mark:
    kept = Fraction(0) if pattern.rule else part.points * Fraction(part.options.steps - 1, part.options.steps)
    filled = Fraction(min(part.options.steps, max((k for _, k in grid.numbers()), default=0)), part.options.steps)
    kept = kept * filled if part.options.credit != "all_or_nothing" else Fraction(0)
    award = Award("set", kept, f"iteration.{pattern.name}", pattern.words + more, claim)
    return run(part, _own(part, pattern.name, award), status=Status.REFUTED)


def _own(part: Part, pattern: str, award: Award) -> Award:
    """The award with the author's points and feedback for the pattern."""
    for entry in part.wrong:
        if entry.pattern == pattern:
            amount = award.amount if entry.points is None or award.operation != "set" else entry.points
            return Award(award.operation, amount, entry.tag or award.tag, entry.feedback or award.text, award.claim)
    return award
