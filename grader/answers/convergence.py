"""Does an iteration converge, and for which step sizes?

What it checks
    Statements in words about the course of an iteration (it converges, cycles, has period 6, oscillates, grows without bound; the determinant or the
    eigenvalues of its update) and about step sizes (another one would help, none does), each computed exactly. With `asks: region` the answer is a
    condition on the step size, compared as a set with the step sizes for which every start tends to one and the same point.

What learners may write
    "No, it cycles", "does not converge", "yes", "never reaches the optimum", "the step size is too large", "no constant step size works",
    "converges at infinite time"; for a region `0 < eta < 2/L`, "never". Slips of spelling are overlooked.

Definition used
    Converges: the iterates from `start` have a limit. Diverges: they have none and grow beyond every bound, so that of "it diverges" the verdict is
    right for a cycle and the description is not. "Another step size helps":
    for some constant step size > 0 the iterates from `start` (without a start: from every start) have a limit. `asks` says what counts:
    `converges` the course alone, `steps` what is said of step sizes alone, `both` half the points for the verdict and half for the rest, which is
    lost by a false further statement, or by giving no reason where the reference gives one.

Fails when
    The answer hedges, contradicts itself, or says nothing that the small grammar knows; the map is not affine and does not return: a person then.

Example
    kind: convergence
    game: {min: p, max: q, value: p*q}
    start: {p: 1, q: 1}
    answer: no, it cycles with period 6
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from grader.answers import _game, _region_answer
from grader.answers._course_words import Said, Statement, listen
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, nothing, person
from grader.answers._kind import mark as run
from grader.kernel import conjunction
from grader.model import Answer, Note, Satisfies, SpecError, Status
from grader.term import Span, number, text

TAGS = {
    "convergence.right": "Everything that counts is right.", "convergence.verdict": "The verdict is wrong.",
    "convergence.step_size": "It is claimed that another constant step size helps, or that none does, and that is false.",
    "convergence.reason": "The verdict is right and a further statement is false.",
    "convergence.no_reason": "The verdict is right and no reason is given.",
    "convergence.silent": "Nothing is said of step sizes.", "convergence.unclear": "What is said is hedged, conditional or contradictory.",
    "convergence.undecided": "A statement could not be decided.", **_region_answer.TAGS, "blank": "Nothing was written.",
    "unread": "Nothing that is known is said."}
_COURSE = {"converges": "dynamics.converges", "grows": "dynamics.bounded", "cycles": "dynamics.returns", "period": "dynamics.returns",
           "oscillates": "dynamics.oscillates", "determinant": "dynamics.determinant", "eigenvalues": "dynamics.eigenvalues"}
_DESCRIBES = ("cycles", "period", "oscillates", "grows")
_SAID = {
    "converges": ("converges", "does not converge"), "grows": ("grows without bound", "does not grow without bound"),
    "cycles": ("comes back to its start", "does not come back"), "oscillates": ("oscillates", "does not oscillate"),
    "period": ("repeats with period {}", ""), "determinant": ("the determinant is {}", ""), "eigenvalues": ("eigenvalues of size {}", ""),
    "step_helps": ("another step size makes it converge", "no step size makes it converge"),
    "at_step": ("converges with step size {}", "does not converge with step size {}"),
}


@dataclass(frozen=True)
class Options(_game.GameOptions):
    """The keys of a part of this kind."""

    asks: Literal["both", "converges", "steps", "region"] = field(
        default="both", metadata={
            "help": "what counts: the course, what is said of step sizes, both (half the points each), or a region of step sizes"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the options describe no iteration, or the reference says nothing that can be decided."""
    _game.check(part)
    if part.options.asks == "region":
        _region_answer.check(part)
        return
    _game.check_numbers(part)
    if not part.options.start:
        raise SpecError("expected where the iteration starts, such as {p: 1, q: 1}", key="start")
    for key, answer in [("answer", part.answer), *(("wrong", w.answer) for w in part.wrong)]:
        if answer and not _statements(_listen(answer, part), part):
            raise SpecError(f"{answer!r} says nothing of convergence that is known here", key=key)


def read(answer: Answer, part: Part) -> Reading:
    """The statements that the answer makes."""
    if not any(c.isalnum() for c in answer.text):
        return Unread("nothing is written", blank=True)
    if part.options.asks == "region":
        return _region_answer.read(answer, part)
    said = _listen(answer.text, part, answer.provenance.ocr)
    made = _statements(said, part)
    notes = tuple(Note(f"“{typed}” is taken for “{meant}”", None, "repair", "convergence.near") for typed, meant in dict.fromkeys(said.near))
    if not made:
        reason = "it is hedged: " + said.unclear[0] if said.unclear else "nothing is said of convergence in words that are known here"
        return Unread(reason, Span(0, len(answer.text)), "Say plainly whether it converges, and why.", notes)
    return Read(text("; ".join(map(_shown, made))), notes, extra=said)


def _listen(words: str, part: Part, ocr: bool = False) -> Said:
    return listen(words, _game.given_step(part), ocr)


def _statements(said: Said, part: Part) -> list[Statement]:
    """What is said, with a bare yes or no as the verdict that the part asks for (where nothing else gives it).

    Whoever says that the values cycle, oscillate or grow says that they do not converge.
    """
    made = list(said.statements)
    if said.particle is not None:
        if said.only_particle and part.options.asks == "steps":
            made.append(Statement("step_helps", said.particle))
        elif Statement("converges", said.particle).key not in [s.key for s in made] or said.particle not in [s.holds for s in said.of("converges")]:
            made.insert(0, Statement("converges", said.particle))
    described = next((s for s in made if s.name in _DESCRIBES and s.holds), None)
    if described is not None and not any(s.name == "converges" for s in made):
        made.insert(0, Statement("converges", False, None, described.quote))
    return made


def _shown(statement: Statement) -> str:
    return _SAID[statement.name][0 if statement.holds else 1].format(statement.value)


def _label(statement: Statement) -> str:
    return f"{'' if statement.holds else 'not '}{statement.name}" + (f" {statement.value}" if statement.value is not None else "")


def _steps(made: Sequence[Statement]) -> list[Statement]:
    return [s for s in made if s.name in ("step_helps", "at_step")]


def _course(made: Sequence[Statement]) -> list[Statement]:
    return [s for s in made if s.name in _COURSE]


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """One claim a statement."""
    if part.options.asks == "region":
        return _region_answer.claims(reading, part, settled)
    if not isinstance(reading, Read):
        return ()
    return tuple(c for c in (_claim(s, part) for s in _statements(reading.extra, part)) if c is not None)


def _claim(statement: Statement, part: Part) -> Claim | None:
    made, holds = _game.parameters(part), "yes" if statement.holds else "no"
    subject: tuple = ()
    if statement.name == "step_helps":
        opened = _game.open_step(part)
        if opened is None:
            return None
        property_, made = "dynamics.step_helps", opened
    elif statement.name == "at_step":
        property_, made = "dynamics.converges", _game.with_step(part, Fraction(statement.value))
    else:
        property_ = _COURSE[statement.name]
        if statement.name == "grows":
            holds = "no" if statement.holds else "yes"
        elif statement.name == "period":
            made = _game.changed(made, period=statement.value)
        elif statement.name == "determinant":
            made, subject = _game.without(made, "start"), (number(statement.value),)
        elif statement.name == "eigenvalues":
            made = _game.changed(_game.without(made, "start"), size=statement.value)
    return Claim(Satisfies(subject, property_, _game.changed(made, holds=holds)), label=_label(statement))


# ----------------------------------------------------------------------------------------------------------------- marks


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """The points for what `asks` names."""
    if part.options.asks == "region":
        return _region_answer.mark(reading, part, settled)
    said: Said = reading.extra
    made = _statements(said, part)
    opposed = [s for s in made if Statement(s.name, not s.holds, s.value) in [Statement(o.name, o.holds, o.value) for o in made]]
    counted = {"converges": _course(made), "steps": _steps(made) or _course(made), "both": made}[part.options.asks]
    if any(s in counted for s in opposed):
        return person(part, "convergence.unclear", f"It says that it {_shown(opposed[0])} and the opposite.")
    if part.options.asks == "steps":
        return _mark_steps(made, said, part, settled)
    if part.options.asks == "converges":
        return _mark_verdict(_course(made), said, part, settled)
    return _mark_both(made, said, part, settled)


def _status(statements: Sequence[Statement], settled: Settled) -> Status:
    found = [settled[_label(s)].status if _label(s) in settled else Status.UNDECIDED for s in statements]
    return conjunction(found) if found else Status.UNDECIDED


def _refuted(statements: Sequence[Statement], settled: Settled) -> list[Statement]:
    return [s for s in statements if _status([s], settled) is Status.REFUTED]


def _why(statement: Statement, settled: Settled) -> str:
    return " ".join((f"“{_sentence(statement)}”: this is not so.", *settled[_label(statement)].finding.words))


def _sentence(statement: Statement) -> str:
    return statement.quote or _shown(statement)


def _split(course: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """The verdict and what is said beside it."""
    return [s for s in course if s.name == "converges"], [s for s in course if s.name != "converges"]


def _mark_verdict(course: Sequence[Statement], said: Said, part: Part, settled: Settled) -> Mark:
    verdict, further = _split(course)
    if not verdict:
        reason = f"it is not clear: {said.unclear[0]}" if said.unclear else "it does not say whether it converges"
        return person(part, "convergence.unclear", f"A person must look: {reason}.")
    wrong, beside = _refuted(verdict, settled), _refuted(further, settled)
    if wrong:
        return _foreseen(part, wrong, [Award("set", Fraction(0), "convergence.verdict", _why(wrong[0], settled), _label(wrong[0]))])
    if _status(verdict, settled) is Status.UNDECIDED:
        return person(part, "convergence.undecided", "Whether it converges could not be decided.")
    if beside:
        award = Award("set", part.points / 2, "convergence.reason", _why(beside[0], settled), _label(beside[0]))
        return _foreseen(part, beside, [award])
    return run(part, Award("set", part.points, "convergence.right", "", _label(verdict[0])), status=_status(verdict, settled))


def _mark_steps(made: Sequence[Statement], said: Said, part: Part, settled: Settled) -> Mark:
    steps, course = _steps(made), _course(made)
    wrong = _refuted(steps, settled)
    if wrong:
        return _foreseen(part, wrong, [Award("set", Fraction(0), "convergence.step_size", _why(wrong[0], settled), _label(wrong[0]))])
    if said.unclear:
        return person(part, "convergence.unclear", f"A person must look: it is not clear what “{said.unclear[0]}” says of step sizes.")
    if not steps:
        if _refuted(_split(course)[0], settled):
            return nothing(part, "convergence.silent", "Nothing is said of step sizes.", status=Status.REFUTED)
        return person(part, "convergence.silent", "The answer does not say whether it speaks of every step size or of the given one.")
    if _status(steps, settled) is Status.UNDECIDED:
        return person(part, "convergence.undecided", "What is said of step sizes could not be decided.")
    if {s.name for s in steps} == {"at_step"}:
        return person(part, "convergence.silent", "What is said of one step size is right; nothing is said of the others.")
    return run(part, Award("set", part.points, "convergence.right", "", _label(steps[0])), status=_status(steps, settled))


def _mark_both(made: Sequence[Statement], said: Said, part: Part, settled: Settled) -> Mark:
    verdict, further = _split(_course(made))
    further = [*further, *_steps(made)]
    wrong = _refuted(further, settled)
    if not verdict:
        if wrong:
            award = Award("set", Fraction(0), _tag(wrong[0]), _why(wrong[0], settled), _label(wrong[0]))
            return person(part, "convergence.unclear", "It does not say whether it converges. " + award.text)
        return person(part, "convergence.unclear", "A person must look: it does not say whether it converges.")
    awards, half = [], part.points / 2
    lost = _refuted(verdict, settled)
    if lost:
        awards.append(Award("set", Fraction(0), "convergence.verdict", _why(lost[0], settled), _label(lost[0])))
        return _foreseen(part, [*lost, *wrong], awards)
    if Status.UNDECIDED in (_status(verdict, settled), _status(further, settled) if further else Status.PROVED):
        return person(part, "convergence.undecided", "A statement could not be decided.")
    if wrong:
        awards = [Award("set", half, _tag(s), _why(s, settled), _label(s)) for s in wrong]
        return _foreseen(part, wrong, awards)
    reasons = [s for s in _course(made) if s.name != "converges"] + _steps(made)
    wanted = any(s.name != "converges" for s in _statements(_listen(part.answer, part), part)) if part.answer else False
    if wanted and not reasons:
        if said.unclear or _words_beyond(said, verdict):
            return run(part, Award("set", half, "convergence.unclear", "The verdict is right; a person looks at the reason.", _label(verdict[0])),
                       needs_human=True, status=Status.UNDECIDED)
        missing = Award("set", half, "convergence.no_reason", "The verdict is right; a reason is missing.", _label(verdict[0]))
        return run(part, missing, status=Status.PROVED)
    if said.steps_unclear and not _steps(made):
        text = f"The verdict is right; a person looks at what “{said.steps_unclear}” says of step sizes."
        return run(part, Award("set", half, "convergence.unclear", text, _label(verdict[0])), needs_human=True, status=Status.UNDECIDED)
    return run(part, Award("set", part.points, "convergence.right", "", _label(verdict[0])), status=_status([*verdict, *further], settled))


def _tag(statement: Statement) -> str:
    return "convergence.step_size" if statement.name in ("step_helps", "at_step") else "convergence.reason"


def _words_beyond(said: Said, verdict: Sequence[Statement]) -> bool:
    """Is there more in the answer than its verdict and a few small words?"""
    return said.words - sum(len(s.quote.split()) for s in verdict) > 3


def _foreseen(part: Part, wrong: Sequence[Statement], awards: list[Award]) -> Mark:
    """With the author's feedback where a foreseen answer makes one of the false statements or names it as its pattern; with the author's points
    where it makes all of them."""
    for entry in part.wrong:
        own = [(s.name, s.holds, s.value) for s in _statements(_listen(entry.answer, part), part)] if entry.answer else []
        shared = [(s.name, s.holds, s.value) in own or s.name == entry.pattern for s in wrong]
        if any(shared):
            first = awards[0]
            amount = entry.points if entry.points is not None and all(shared) else first.amount
            awards = [Award("set", amount, entry.tag or first.tag, entry.feedback or first.text, first.claim),
                      *(Award("none", Fraction(0), a.tag, a.text, a.claim) for a in awards if a.text != entry.feedback)]
            break
    return run(part, *awards, status=Status.REFUTED)
