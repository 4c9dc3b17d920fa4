"""An equation with the same solutions as the reference.

What it checks
    Whether the answer and the reference have the same solutions over the declared domains: one equation, several joined by "and" or "or", or
    "no solution".

What learners may write
    y = 1 - x, x + y = 1, 2x + 2y = 2; x = 1 or x = 2; x = 3 ± 2; (x - 1)(x - 2) = 0; "false" where nothing solves it.

Definition used
    An equation with an undefined side is not satisfied. Two equations are equal when each follows from the other. Where the numerators of both
    are multiples of each other, single points that only one of them loses to a vanishing denominator (1/x + 1/y = 2 at x = y = 0) do not count,
    and are named. A solution counts once, unless `multiplicity: counts`: then the two polynomials must be multiples of each
    other by a number. With `solved_for: y` the answer must have the form y = ..., without y on
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
from typing import Literal

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, person
from grader.answers._kind import mark as run
from grader.model import Answer, SpecError, Status
from grader.replay import natures
from grader.term import Term, apply, free_names, number, symbol, walk

TAGS = _compare.tags("equation", "The same solutions.") | {
    "equation.form": "Right, but not solved for the variable that is asked for.",
    "equation.multiplicity": "The same solutions, but not as often each; or whether as often could not be decided."}
MANNER = Manner("equation", frozenset({"condition", "pair"}), "an equation", "y = 1 - x", label=False)


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    solved_for: str = field(default="", metadata={"help": "a variable that must stand alone on one side of every relation of the answer"})
    multiplicity: Literal["ignored", "counts"] = field(default="ignored", metadata={
        "help": "whether polynomial equations must have the same solutions with the same multiplicities: (x - 1)^2 = 0 is then not x = 1"})
    multiplicity_points: Fraction = field(default=Fraction(0),
                                          metadata={"help": "with multiplicity: counts, what the right solutions with others earn"})
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
    """The same solutions as the reference; where not, as a variant or a foreseen wrong answer; where asked, with the same multiplicities."""
    made = _compare.claims(reading, part, settled, MANNER)
    first = settled.get("equal")
    if part.options.multiplicity == "ignored" or not isinstance(reading, Read) or first is None or first.status not in _compare.EQUAL:
        return made
    sides = _product(reading.term), _product(_compare.of(part, part.answer, MANNER))
    if None in sides:
        return made
    f, g = sides
    names = sorted(free_names(f) | free_names(g))  # type: ignore[arg-type]
    return (*made, *(_compare.claim(part, _wronskian(f, g, symbol(n)), number(0), f"multiplicity {n}") for n in names))  # type: ignore[arg-type]


def _product(term: Term) -> Term | None:
    """A polynomial whose zeros are the solutions: the difference of the sides, a product over "or"; None for anything else."""
    if term.is_apply("or"):
        factors = [_product(a) for a in term.args]
        return None if None in factors else apply("mul", *factors)  # type: ignore[arg-type]
    if term.kind != "relation" or term.signs != ("=",) or any(n.kind in ("binder", "tuple") for n in walk(term)):
        return None
    powers = [n for n in walk(term) if n.is_apply("pow", 2)]
    plain = _compare.operators(term) <= {"add", "neg", "mul", "pow", "div", "sqrt"} and all(p.args[1].kind == "number" for p in powers)
    below = [n.args[1] for n in walk(term) if n.is_apply("div", 2)] + [n.args[0] for n in walk(term) if n.is_apply("sqrt", 1)]
    if not plain or any(free_names(b) for b in below) or any(p.args[1].value.denominator != 1 for p in powers):  # type: ignore[union-attr]
        return None
    return apply("add", term.args[0], apply("neg", term.args[1]))


def _wronskian(f: Term, g: Term, x: Term) -> Term:
    """f g' - g f', which vanishes for polynomials just when one is a multiple of the other by something free of x."""
    def slope(term: Term) -> Term:
        return apply("derivative", term, x, number(1))

    return apply("add", apply("mul", f, slope(g)), apply("neg", apply("mul", g, slope(f))))


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points where the solutions are the same and the form is the one asked for."""
    found = _compare.mark(reading, part, settled, "equation")
    if part.options.multiplicity == "counts" and found.status in ("proved", "agrees") and not found.needs_human:
        often = [v for label, v in settled.items() if label.startswith("multiplicity")]
        if any(v.status is Status.REFUTED for v in often):
            said = Award("set", part.options.multiplicity_points, "equation.multiplicity",
                         "The solutions are right, but not as often each as asked for.", "equal")
            return run(part, said, status=Status.REFUTED)
        if not often or any(v.status is not Status.PROVED for v in often):
            return person(part, "equation.multiplicity", "Whether each solution counts as often as asked for could not be decided.", "equal",
                          Status(found.status))
    name = part.options.solved_for
    if name and found.status in ("proved", "agrees") and not found.needs_human and not _is_solved(reading.term, name):
        said = Award("set", part.options.form_points, "equation.form", f"It is right, but {name} does not stand alone on one side.", "equal")
        return run(part, said, status=found.status)
    return found


def _is_solved(term: Term, name: str) -> bool:
    relations = [node for node in walk(term) if node.kind == "relation"]
    return all(sum(a.kind == "symbol" and a.name == name for a in r.args) == 1 and sum(name in free_names(a) for a in r.args) == 1 for r in relations)
