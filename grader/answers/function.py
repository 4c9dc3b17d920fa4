"""A function, given by a formula in its arguments.

What it checks
    Whether the answer is the same function as the reference: equal values for all arguments in their domains, wherever both are defined.

What learners may write
    f(x) := x^2, f(t) = t^2, x -> x^2, f(x, y) = x + y. Names of arguments do not matter; the name of the function does where both sides have
    one.

Definition used
    Formulas are compared after the arguments have got the same names, as for the kind `expression`.

Fails when
    The answer is no definition of a function, or has another number of arguments.

Example
    kind: function
    answer: f(x) = x^2
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Claim, Mark, Part, Read, Reading, Settled, Unread
from grader.kernel import Refused
from grader.model import Answer, SpecError
from grader.replay import natures
from grader.term import Term, relation

TAGS = _compare.tags("function", "The same function.")
MANNER = Manner("function", frozenset({"function", "condition"}), "a function", "f(x) = x^2", label=False)


@dataclass(frozen=True)
class Options:
    """This kind has no options of its own."""


def _definition(term: Term) -> Term | None:
    """The term as a definition of a function, or None."""
    if term.kind == "relation" and term.signs == ("=",):
        term = relation(":=", *term.args, span=term.span)
    try:
        natures.bodies(term, term)
    except Refused:
        return None
    return term


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference, a variant or a foreseen answer is no function."""
    _compare.check(part, MANNER)
    for key, text in (("answer", part.answer), *(("accept", e.answer) for e in part.accept), *(("wrong", e.answer) for e in part.wrong)):
        if text and _definition(_compare.of(part, text, MANNER, key)) is None:
            raise SpecError(f"expected a function such as {MANNER.example}, found {text!r}", key=key)


def read(answer: Answer, part: Part) -> Reading:
    """The answer as a definition of a function."""
    found = _compare.read(answer, part, MANNER)
    if not isinstance(found, Read):
        return found
    made = _definition(found.term)
    if made is None:
        return Unread("it defines no function", found.term.span, f"Write a function, such as {MANNER.example}.", found.notes)
    others = tuple(d for t in found.alternatives if (d := _definition(t)) is not None)
    return Read(made, found.notes, others, found.proposed)


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Equal to the reference; where not, to a variant or a foreseen wrong answer."""
    if not isinstance(reading, Read):
        return ()

    def against(text: str, label: str) -> Claim:
        other = _definition(_compare.of(part, text, MANNER))
        assert other is not None  # `check` saw to it
        return _compare.claim(part, reading.term, other, label)

    made = [against(part.answer, "equal")]
    first = settled.get("equal")
    if first is not None and first.status not in _compare.EQUAL:
        made += [against(e.answer, f"{name} {k}") for name, entries in (("accept", part.accept), ("wrong", part.wrong))
                 for k, e in enumerate(entries) if e.answer]
    return tuple(made)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points where they are equal."""
    return _compare.mark(reading, part, settled, "function")
