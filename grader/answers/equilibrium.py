"""The points that an iteration leaves where they are.

What it checks
    The set of points that the answer states against the set of points that stay, in both directions: every stated point stays, and every point that
    stays is stated.

What learners may write
    `p = q = 0`, `(p, q) = (0, 0)`, "p = 0 and q = 0", "both are zero", "the origin", `p_t = 0` and `q_{t+1} = 0` (time indices do not matter),
    several points, equations for a line of points, "there is none". In a longer text the conclusion counts.

Definition used
    A point stays when one step leaves every variable as it is: for a game, where the gradient of its value is zero (also written: the only
    equilibrium). Stated points are those that satisfy the stated equations.

Fails when
    No equation can be read, one contains another unknown, or the equations contradict one another: a person then.

Example
    kind: equilibrium
    game: {min: p, max: q, value: p*q}
    answer: p = q = 0
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from grader.answers import _equations, _game
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, known_wrong, person
from grader.answers._kind import mark as run
from grader.kernel import conjunction
from grader.model import Answer, Note, Satisfies, SpecError, Status
from grader.term import Span, Term

TAGS = {"equilibrium.right": "The stated points are those that stay.", "equilibrium.moves": "A stated point does not stay.",
        "equilibrium.too_many": "Every point that stays is stated, and others that move.",
        "equilibrium.incomplete": "The stated points stay, others do too.",
        "equilibrium.undecided": "It could not be decided.", "equilibrium.contradiction": "The equations contradict one another.",
        "blank": "Nothing was written.", "unread": "No equation could be read."}


@dataclass(frozen=True)
class Options(_game.GameOptions):
    """The keys of a part of this kind."""

    too_many: Fraction = field(default=Fraction(0), metadata={
        "help": "share of the points (0 to 1) where the answer contains more than the points that stay"})
    incomplete: Fraction = field(default=Fraction(0), metadata={"help": "share of the points (0 to 1) where the answer names only some of them"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the options describe no iteration, or the reference or a foreseen answer is no equation."""
    _game.check(part)
    for key in ("too_many", "incomplete"):
        if not 0 <= getattr(part.options, key) <= 1:
            raise SpecError("expected a share from 0 to 1", key=key)
    for key, answer in [("answer", part.answer), *(("wrong", w.answer) for w in part.wrong)]:
        if answer and _stated(answer, part).formula is None:
            raise SpecError(f"expected equations for {', '.join(_game.order(part))}, found {answer!r}", key=key)


def _variables(part: Part) -> tuple[str, ...]:
    """The variables in the order in which a bare point names them: as declared, else as the game names them."""
    names = _game.order(part)
    declared = [s.name for s in part.symbols if s.name in names]
    game = part.options.game
    return tuple(dict.fromkeys([*declared, *((game.min + game.max) if game else ()), *names]))


_STARRED = re.compile(r"(?<![\w*\\])([A-Za-z])\*(?=\s*(?:[=,;)]|$))")
"""`p* = 0`: the star that marks a solution."""


def _stated(words: str, part: Part, ocr: bool = False) -> _equations.Equations:
    words = _STARRED.sub(r"\1", words)
    return _equations.stated(words, _variables(part), _game.vocabulary(part), ocr=ocr)


def read(answer: Answer, part: Part) -> Reading:
    """The equations as one formula."""
    if not any(c.isalnum() for c in answer.text):
        return Unread("nothing is written", blank=True)
    found = _stated(answer.text, part, answer.provenance.ocr)
    if found.formula is None:
        if found.trivial and not found.reason.startswith("“"):
            return Unread("it says what staying the same means, not where it happens", Span(0, len(answer.text)), "At which values does it happen?")
        return Unread(found.reason, Span(0, len(answer.text)), f"Write equations such as {_variables(part)[0]} = 2.", tuple(found.notes))
    notes = [n for n in found.notes if n.severity != "info"]
    if answer.text.strip(" $.()") in ("0", "zero"):
        notes.append(Note("a bare 0 is taken for every variable", None, "guess", "equations.bare"))
    return Read(found.formula, tuple(notes))


@lru_cache(maxsize=512)
def _foreseen(words: str, part: Part) -> Term | None:
    return _stated(words, part).formula


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Stated points stay; points that stay are stated; where one of these fails, whether the answer is a foreseen one."""
    if not isinstance(reading, Read):
        return ()
    parameters = _game.without(_game.parameters(part), "start")
    made = [Claim(Satisfies((reading.term,), "dynamics.points_stay", parameters), label="stays"),
            Claim(Satisfies((reading.term,), "dynamics.points_complete", parameters), label="complete")]
    if any(settled.get(label) and settled[label].status is Status.REFUTED for label in ("stays", "complete")):
        for k, entry in enumerate(part.wrong):
            own = _foreseen(entry.answer, part) if entry.answer else None
            if own is not None:
                made.append(Claim(Satisfies((reading.term, own), "dynamics.same_points"), label=f"wrong {k}"))
    return tuple(made)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points where both directions hold."""
    stays, complete = settled["stays"], settled["complete"]
    status = conjunction((stays.status, complete.status))
    if status is Status.PROVED:
        return run(part, Award("set", part.points, "equilibrium.right", "", "stays"), status=status)
    if status is not Status.REFUTED:
        return person(part, "equilibrium.undecided", "Whether these are the points that stay could not be decided.", status=status)
    if complete.status is Status.REFUTED and stays.status is Status.PROVED and not _consistent(reading.term, part):
        return person(part, "equilibrium.contradiction", "The equations contradict one another: a person must see which are meant.")
    if stays.status is Status.REFUTED:
        more = complete.status is Status.PROVED
        amount = part.points * part.options.too_many if more else Fraction(0)
        awards = [Award("set", amount, "equilibrium.moves", " ".join(stays.finding.words), "stays")]
        if more:
            awards.append(Award("none", Fraction(0), "equilibrium.too_many", "The answer contains more than the points that stay.", "complete"))
    else:
        sure = stays.status is Status.PROVED and reading.term.name != "false"
        amount = part.points * part.options.incomplete if sure else Fraction(0)
        awards = [Award("set", amount, "equilibrium.incomplete", _missing(reading.term), "complete")]
    return run(part, *_with_feedback(awards, part, settled), status=status)


def _missing(term: Term) -> str:
    if term.kind == "constant":
        return "There is a point that stays where it is."
    return "The answer does not contain every point that stays where it is."


def _with_feedback(awards: Sequence[Award], part: Part, settled: Settled) -> list[Award]:
    found = known_wrong(part, settled)
    if found is None:
        return list(awards)
    entry, label = found
    first = awards[0]
    amount = entry.points if entry.points is not None else first.amount
    own = Award("set", amount, entry.tag or first.tag, entry.feedback or first.text, label)
    return [own, *(Award("none", Fraction(0), a.tag, a.text, a.claim) for a in awards if a.text != own.text)]


def _consistent(formula: Term, part: Part) -> bool:
    """Is the set of stated points certainly not empty by a slip? (Affine equations without a common point are.) `false` is meant to be empty."""
    if formula.kind == "constant":
        return True
    from grader.algebra.dynamics import affine_points_exist

    return affine_points_exist(formula, _game.order(part))
