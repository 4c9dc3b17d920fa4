"""An equation with the same solutions as the reference.

What it checks
    Whether the answer and the reference have the same solutions over the declared domains: one equation, several joined by "and" or "or", or
    "no solution".

What learners may write
    y = 1 - x, x + y = 1, 2x + 2y = 2; x = 1 or x = 2; x = 3 ± 2; (x - 1)(x - 2) = 0; "false" where nothing solves it.

Definition used
    An equation with an undefined side is not satisfied. Two equations are equal when each follows from the other. Where the numerators of both
    are multiples of each other, single points that only one of them loses to a vanishing denominator (1/x + 1/y = 2 at x = y = 0) do not count,
    and are named. A solution counts once, whatever its multiplicity. With `solved_for: y` the answer must have the form y = ..., without y on
    the right.

Fails when
    The answer is no equation, or it cannot be decided whether both have the same solutions.

Example
    kind: equation
    symbols: {x: real, y: real}
    answer: y = 1 - x
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread
from grader.answers._kind import mark as run
from grader.model import Answer, SpecError
from grader.replay import natures
from grader.term import Term, free_names, walk

TAGS = _compare.tags("equation", "The same solutions.") | {"equation.form": "Right, but not solved for the variable that is asked for."}
MANNER = Manner("equation", frozenset({"condition", "pair"}), "an equation", "y = 1 - x", label=False)


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
    """The answer as a condition that contains an equation."""
    found = _compare.read(answer, part, MANNER)
    if isinstance(found, Read) and natures.nature(found.term) == "condition" and not _is_equation(found.term):
        return Unread("it is no equation", found.term.span, f"Write an equation, such as {MANNER.example}.", found.notes)
    return found


def _is_equation(term: Term) -> bool:
    if term.kind == "constant":
        return term.name in ("true", "false")
    return any(node.kind == "relation" and "=" in node.signs for node in walk(term))


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """The same solutions as the reference; where not, as a variant or a foreseen wrong answer."""
    return _compare.claims(reading, part, settled, MANNER)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points where the solutions are the same and the form is the one asked for."""
    found = _compare.mark(reading, part, settled, "equation")
    name = part.options.solved_for
    if name and found.status in ("proved", "agrees") and not found.needs_human and not _is_solved(reading.term, name):
        said = Award("set", part.options.form_points, "equation.form", f"It is right, but {name} does not stand alone on one side.", "equal")
        return run(part, said, status=found.status)
    return found


def _is_solved(term: Term, name: str) -> bool:
    relations = [node for node in walk(term) if node.kind == "relation"]
    return all(sum(a.kind == "symbol" and a.name == name for a in r.args) == 1 and sum(name in free_names(a) for a in r.args) == 1 for r in relations)
