"""A formula in a certain form: factored, expanded, in lowest terms, as partial fractions, and so on.

What it checks
    First whether the answer is equal to the reference, if there is one; then whether it is written in the form asked for. Each is said apart, with
    the place where the form fails.

What learners may write
    Any formula, as for the kind `expression`; equations, sets and lists too where the form allows them.

Definition used
    same_up_to_order: the reference but for the order of terms and factors (nothing is computed: 1/2 is not 2/4, x^2 is not x x). expanded: no
    bracket left to multiply out. factored: a product of factors that do not split over the rational numbers, without numbers or letters to take
    out; factors free of `variable` do not count. completed_square: a (x + b)^2 + c. single_fraction: one fraction line at most. partial_fractions:
    a polynomial and proper fractions over powers of factors that do not split. lowest_terms: no common number above and below a line, and no root
    or i below it. rationalised: no root or i below a line. exact: no decimal fraction. without, with: the operators in `words` must not, or must,
    occur.

Fails when
    It cannot be decided whether a factor splits further.

Example
    kind: form
    form: factored
    variable: x
    answer: (x - 1)(x - 2)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from grader import reading as reader
from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, full, person
from grader.answers._kind import mark as run
from grader.model import Answer, Satisfies, SpecError, Status, Unread
from grader.reading import Vocabulary
from grader.replay import natures
from grader.term import Term

TAGS = _compare.tags("form", "Equal to the reference and in the form asked for.") | {
    "form.form": "Equal, but not in the form asked for; the text says where.", "form.open": "In that form as far as can be seen: a person decides."}
MANNER = Manner("form", frozenset(natures.WORDS) - {"words", "other"}, "a formula", "(x - 1)(x + 2)", label=False)
FORMS = ("same_up_to_order expanded factored completed_square single_fraction partial_fractions lowest_terms rationalised exact without with").split()


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    form: Literal["same_up_to_order", "expanded", "factored", "completed_square", "single_fraction", "partial_fractions", "lowest_terms",
                  "rationalised",
                  "exact", "without", "with"] = field(default="same_up_to_order", metadata={"help": "the form asked for"})
    variable: str = field(default="",
                          metadata={"help": "the variable, or formula, that the form is about (factored, completed_square, partial_fractions)"})
    words: tuple[str, ...] = field(default=(), metadata={"help": "for with and without: names of operators (sin, log, integral, abs)"})
    form_points: Fraction = field(default=Fraction(0), metadata={"help": "what an equal answer earns that is not in the form"})


@lru_cache(maxsize=256)
def _variable(text: str) -> Term | None:
    found = reader.read(text) if text else None
    return found.term if isinstance(found, Read) else None


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference cannot be read, the variable is none, or the form is not known."""
    options = part.options
    if options.form not in FORMS:
        raise SpecError(f"expected one of {', '.join(FORMS)}, found {options.form!r}", key="form")
    if part.answer:
        _compare.check(part, MANNER)
    elif options.form == "same_up_to_order":
        raise SpecError("this form needs a reference", key="answer")
    if options.variable and _variable(options.variable) is None:
        raise SpecError(f"expected a variable, found {options.variable!r}", key="variable")
    if options.form in ("with", "without") and not options.words:
        raise SpecError("expected the names of operators", key="words")


def read(answer: Answer, part: Part) -> Reading:
    """The answer as written."""
    whole = reader.read(answer.text, Vocabulary.of(part))
    return whole if isinstance(whole, Unread) and whole.blank else _compare.read(answer, part, MANNER)


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """The value, then the form."""
    if not isinstance(reading, Read):
        return ()
    made: tuple[Claim, ...] = ()
    if part.answer:
        made = _compare.claims(reading, part, settled, MANNER)
        first = settled.get("equal")
        if first is None or first.status is Status.REFUTED:
            return made
    options = part.options
    subject = (reading.term, _compare.of(part, part.answer, MANNER)) if options.form == "same_up_to_order" else (reading.term,)
    parameters: tuple[tuple[str, object], ...] = (("words", options.words),) if options.words else ()
    variable = _variable(options.variable)
    if variable is not None:
        parameters = (("variable", variable), *parameters)
    return (*made, Claim(Satisfies(subject, f"form.{options.form}", parameters), label="form"))


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points for value and form."""
    equal, form = settled.get("equal"), settled.get("form")
    same = part.options.form == "same_up_to_order" and form is not None and form.status is Status.PROVED
    if equal is not None and equal.status not in _compare.EQUAL and not same:
        if equal.status is Status.REFUTED or form is None or form.status is not Status.REFUTED:
            return _compare.mark(reading, part, settled, "form")
    assert form is not None
    if form.status is Status.PROVED:
        status = Status.AGREES if equal is not None and equal.status is Status.AGREES and not same else Status.PROVED
        return full(part, "form.right", "", "form", status)
    if form.status is Status.REFUTED:
        said = Award("set", part.options.form_points, "form.form", " ".join(form.finding.words), "form")
        return run(part, said, status=Status.REFUTED)
    if form.status is Status.AGREES:
        return full(part, "form.right", " ".join(form.finding.words), "form", Status.AGREES)
    return person(part, "form.open", "Whether it has the form asked for could not be decided.", "form")
