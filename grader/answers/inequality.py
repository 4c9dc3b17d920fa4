"""An inequality, or several, with the same solutions as the reference.

What it checks
    Whether the answer and the reference hold for the same values of the symbols over their domains.

What learners may write
    x > 1, 1 < x, -2x < -2; 1 < x < 5; x > 1 and x < 5; x < 0 or x >= 2; |x| <= 3; x != 1; x in [0, 1).

Definition used
    A relation with an undefined side does not hold. Symbols without a declared domain are real. With `solved_for: x` each relation must have x
    alone on one side.

Fails when
    The answer is no condition, or it cannot be decided where it holds.

Example
    kind: inequality
    symbols: {x: real}
    answer: x^2 < 4
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fractions import Fraction

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread
from grader.answers._kind import mark as run
from grader.model import Answer, SpecError
from grader.term import Term, free_names, walk

TAGS = _compare.tags("inequality", "The same solutions.") | {"inequality.form": "Right, but not solved for the variable that is asked for."}
MANNER = Manner("inequality", frozenset({"condition"}), "an inequality", "1 < x < 5", label=False)


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    solved_for: str = field(default="", metadata={"help": "a variable that must stand alone on one side of every relation of the answer"})
    form_points: Fraction = field(default=Fraction(0), metadata={"help": "with solved_for, what a right answer earns that is not in that form"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference, a variant or a foreseen answer is no condition, or `solved_for` is no name."""
    _compare.check(part, MANNER)
    if part.options.solved_for and not part.options.solved_for.isidentifier():
        raise SpecError(f"expected the name of a variable, found {part.options.solved_for!r}", key="solved_for")


def read(answer: Answer, part: Part) -> Reading:
    """The answer as a condition."""
    found = _compare.read(answer, part, MANNER)
    if isinstance(found, Read) and found.term.is_apply("iff", 2):  # either side must do: "x > 3 <=> x^2 - x > 6" is no right answer to the latter
        found = dataclasses.replace(found, term=found.term.args[1], alternatives=(found.term.args[0],))
    if isinstance(found, Read) and not any(n.kind == "relation" for n in walk(found.term)) and found.term.kind != "constant":
        return Unread("it is no inequality", found.term.span, f"Write an inequality, such as {MANNER.example}.", found.notes)
    return found


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """The same solutions as the reference; where not, as a variant or a foreseen wrong answer."""
    return _compare.claims(reading, part, settled, MANNER)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points where the solutions are the same and the form is the one asked for."""
    found = _compare.mark(reading, part, settled, "inequality")
    name = part.options.solved_for
    if name and found.status in ("proved", "agrees") and not found.needs_human and not _is_solved(reading.term, name):
        said = Award("set", part.options.form_points, "inequality.form", f"It is right, but {name} does not stand alone on one side.", "equal")
        return run(part, said, status=found.status)
    return found


def _is_solved(term: Term, name: str) -> bool:
    relations = [node for node in walk(term) if node.kind == "relation"]
    return all(sum(a.kind == "symbol" and a.name == name for a in r.args) == 1 and sum(name in free_names(a) for a in r.args) == 1 for r in relations)
