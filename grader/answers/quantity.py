"""A physical quantity: a number with a unit.

What it checks
    Whether the answer is the quantity asked for: the unit measures the same, and the number is right after conversion, exactly or within a tolerance.

What learners may write
    9.81 m/s^2, 9.81 m s^-2, $9.81\\,\\mathrm{m\\,s^{-2}}$, 90 km/h, 25 \\frac{\\text{m}}{\\text{s}}, 5 J/(kg K), 3 metres per second, 2.5 kΩ, 20
    °C, 75 %, v = 3 m/s; units of the International System with prefixes, and common others.

Definition used
    Both sides are converted by exact factors and compared in the reference's unit; tolerances are in that unit: `tolerance` absolute, `relative` as a
    share of the reference, `figures` and `places` half a unit of that digit of the reference. With `units: strict` the unit must be the reference's
    (its factors in any order). Temperatures in °C and °F are points of a scale (20 °C is 293.15 K); alone, never as a factor of a unit. A number
    without unit is right where the reference has none; angles in radians and shares are such numbers.

Fails when
    The unit is not known, the number contains a symbol, or several quantities are put forward.

Example
    kind: quantity
    answer: 25 m/s
    relative: 0.01
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

from grader.answers import number as numbers
from grader.answers._compare import EQUAL, claim, tags
from grader.answers._equation import is_complex
from grader.answers._final import Thing, is_answer, meaning
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, full, mark_known_wrong, person
from grader.answers._kind import mark as run
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Answer, AtMost, Satisfies, SpecError, Status
from grader.reading import Vocabulary
from grader.reading.final import finals
from grader.replay.units import size
from grader.term import Span, Term, apply, constant, free_names, number, walk

TAGS = tags("quantity", "The quantity asked for.") | {
    "quantity.close": "Within the tolerance.", "quantity.unit": "The right number with another unit.",
    "quantity.missing_unit": "The right number without its unit.",
    "quantity.dimension": "The unit measures something else.", "quantity.strict": "Right after conversion, but another unit is asked for.",
}
ONE = number(1)


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    tolerance: Fraction | None = field(default=None, metadata={"help": "largest absolute difference that counts as right, in the reference's unit"})
    relative: Fraction | None = field(default=None, metadata={"help": "largest difference that counts as right, as a share of the reference"})
    figures: int | None = field(default=None, metadata={"help": "significant figures of the reference to which the answer must be right"})
    places: int | None = field(default=None, metadata={"help": "decimal places, in the reference's unit, to which the answer must be right"})
    units: Literal["convert", "strict"] = field(default="convert", metadata={"help": "whether another unit of the same dimension is right"})
    unit_points: Fraction = field(default=Fraction(0), metadata={"help": "what the right number with a wrong unit earns"})
    missing_points: Fraction = field(default=Fraction(0), metadata={"help": "what the right number without its unit earns"})
    strict_points: Fraction = field(default=Fraction(0), metadata={"help": "with units: strict, what the right quantity in another unit earns"})
    decimal_comma: bool = field(default=False, metadata={"help": "whether 3,5 is a number"})


# ----------------------------------------------------------------------------------------------------------------- reading


def read_text(text: str, vocabulary: Vocabulary) -> Reading:
    """The one quantity that a text states, as `quantity(number, unit)`, or why not."""
    found = finals(text, lambda said: is_answer(said, vocabulary), vocabulary)
    if not found:
        return Unread("no quantity is stated", Span(0, len(text)),
                      "Write a number with its unit, such as 25 m/s.") if text.strip() else Unread("nothing was written", blank=True)
    made = [meaning(f, vocabulary) for f in found]
    if any(isinstance(m, str) or m.form != "term" for m in made) or len({m.term for m in made
                                                                         if isinstance(m, Thing)}) > 1 or len(found[0].parts) > 1:
        why = next((m for m in made if isinstance(m, str)), "it does not put forward one quantity")
        return Unread(why, Span(0, len(text)), "Write one number with its unit, such as 25 m/s.")
    thing = made[0]
    assert isinstance(thing, Thing)
    if thing.noun:
        return Unread(f"{thing.noun!r} is no unit that is known", Span(0, len(text)), "Write the unit by its symbol, such as m/s.", thing.read.notes)
    if thing.glued and thing.unit is not None:
        thing = replace(thing, glued=False)
    terms = [_amount(t, thing.unit) for t in (thing.term, *thing.read.alternatives)]
    if terms[0] is None or free_names(terms[0].args[0]):
        return Unread("it is no number with a unit", Span(0, len(text)), "Write a number with its unit, such as 25 m/s.", thing.read.notes)
    return Read(terms[0], thing.read.notes, tuple(t for t in terms[1:] if t is not None and not free_names(t.args[0])))


def _amount(term: Term, unit: Term | None) -> Term | None:
    """quantity(number, unit), a name before an equality sign left out."""
    if term.kind == "relation" and set(term.signs) <= {"=", "approx", ":="}:
        term = term.args[-1]
    return apply("quantity", term, unit or ONE) if term.kind in ("number", "apply", "constant") else None


def read(answer: Answer, part: Part) -> Reading:
    """The number and its unit."""
    return read_text(answer.text, Vocabulary.of(part))


@lru_cache(maxsize=1024)
def _reference(text: str, vocabulary: Vocabulary) -> Term:
    found = read_text(text, vocabulary)
    if isinstance(found, Unread):
        raise SpecError(f"expected a quantity such as 25 m/s, found {text!r}: {found.reason}")
    try:
        size(found.term.args[1])
    except Refused as error:
        raise SpecError(f"the unit of {text!r} cannot be used: {error}") from error
    return found.term


def _of(part: Part, text: str, key: str = "answer") -> Term:
    try:
        return _reference(text, Vocabulary.of(part))
    except SpecError as error:
        raise SpecError(error.message, key=key) from error


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference or a foreseen answer is no quantity, or a tolerance cannot be used."""
    amount = _of(part, part.answer).args[0]
    for key, entries in (("accept", part.accept), ("wrong", part.wrong)):
        for entry in entries:
            if entry.answer:
                _of(part, entry.answer, key)
    if is_complex(amount):
        raise SpecError("a quantity is a real number with a unit", key="answer")
    numbers.check_tolerances(part.options)
    numbers.allowance(part.options, amount)


# ------------------------------------------------------------------------------------------------------------------ claims


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """The units first; then the numbers, converted where the units allow it, and as written."""
    if not isinstance(reading, Read):
        return ()
    (amount, unit), (wanted, other) = reading.term.args, _of(part, part.answer).args
    made: list[Claim] = []
    if unit != other:
        made.append(Claim(Satisfies((unit, other), "quantity.convertible"), label="unit"))
        verdict = settled.get("unit")
        if verdict is None:
            return tuple(made)
        if verdict.status is not Status.PROVED:
            return (*made, claim(part, amount, wanted, "bare"))
        same = converted(amount, verdict.evidence.data)
    else:
        same = amount
    made.append(claim(part, same, wanted, "equal"))
    first = settled.get("equal")
    if first is None or first.status in EQUAL:
        return tuple(made)
    if not any(n == constant("oo") for t in (same, wanted) for n in walk(t)):
        difference = apply("abs", apply("add", same, apply("neg", wanted)))
        made += [Claim(AtMost(difference, limit), (("*", Domain("real")),), label=f"close {k}") for k,
                 limit in enumerate(numbers.allowance(part.options, wanted))]
    if unit != other:
        made.append(claim(part, amount, wanted, "bare"))
    return (*made, *_variants(part, reading.term))


def converted(amount: Term, data: Mapping[str, Any]) -> Term:
    """The amount in another unit, by the evidence of a conversion (`replay.quantity`)."""
    return _converted(amount, data["factor"], data["pi"], data["offset"])


def _converted(amount: Term, factor: str, pi: int, offset: str) -> Term:
    factors = [number(Fraction(factor))] if factor != "1" else []
    factors += [apply("pow", constant("pi"), number(pi))] if pi else []
    made = apply("mul", *factors, amount) if factors else amount
    return apply("add", made, number(Fraction(offset))) if Fraction(offset) else made


def _variants(part: Part, given: Term) -> list[Claim]:
    """The variants and foreseen wrong answers whose unit measures the same, in base units."""
    made = []
    for name, entries in (("accept", part.accept), ("wrong", part.wrong)):
        for k, entry in enumerate(entries):
            if not entry.answer:
                continue
            other = _of(part, entry.answer, name)
            sizes = size(given.args[1]), size(other.args[1])
            if sizes[0].dimension == sizes[1].dimension:
                left, right = (_converted(t.args[0], str(s.factor), s.pi, str(s.offset * s.factor)) for t, s in zip((given, other), sizes))
                made.append(claim(part, left, right, f"{name} {k}"))
    return made


# -------------------------------------------------------------------------------------------------------------------- mark


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """Number and unit right; else which of the two fails."""
    options, (_, unit), other = part.options, reading.term.args, _of(part, part.answer).args[1]
    units, bare = settled.get("unit"), settled.get("bare")
    same_number = bare is not None and bare.status in EQUAL
    if units is not None and units.status is Status.REFUTED:
        if same_number and unit == ONE:
            return run(part, Award("set", options.missing_points, "quantity.missing_unit", "The number is right, but its unit is missing.", "bare"),
                       status=Status.REFUTED)
        if same_number:
            return run(part, Award("set", options.unit_points, "quantity.unit", f"The number is right, but the unit is not. {units.finding.words[0]}",
                                   "unit"), status=Status.REFUTED)
        said = "It has no unit." if unit == ONE else units.finding.words[0]
        return run(part, Award("set", Fraction(0), "quantity.dimension", said, "unit"), status=Status.REFUTED)
    if units is not None and units.status is not Status.PROVED:
        return person(part, "quantity.undecided", f"Whether {unit} measures what is asked for could not be decided.", "unit")
    right = next((label for label, v in settled.items() if label == "equal" and v.status in EQUAL or label.startswith("close")
                  and v.status is Status.PROVED), None)
    if right is not None:
        return _credit(part, settled, right, unit, other)
    for k, entry in enumerate(part.accept):
        found = settled.get(f"accept {k}")
        if found is not None and found.status in EQUAL:
            points = part.points if entry.points is None else entry.points
            text = f"Accepted under this convention: {entry.convention}." if entry.convention else ""
            return run(part, Award("set", points, "quantity.accepted", text, f"accept {k}"), status=found.status)
    if settled["equal"].status is not Status.REFUTED or any(v.status is Status.UNDECIDED for label,
                                                            v in settled.items() if label.startswith("close")):
        return person(part, "quantity.undecided", "Whether this is the quantity asked for could not be decided.", "equal")
    if same_number:
        said = Award("set", options.unit_points, "quantity.unit", f"The number is right, but the unit {unit} is not.", "equal")
        return run(part, said, status=Status.REFUTED)
    return mark_known_wrong(part, settled, "quantity.wrong", "The number is not right.", "equal")


def _credit(part: Part, settled: Settled, label: str, unit: Term, other: Term) -> Mark:
    if part.options.units == "strict" and _factors(unit) != _factors(other):
        said = Award("set", part.options.strict_points, "quantity.strict", "It is right after conversion, but another unit is asked for.", label)
        return run(part, said, status=Status.PROVED)
    if settled[label].status is Status.AGREES:
        return person(part, "quantity.right", "It agrees to many digits, which is not a proof: a person decides.", label, Status.AGREES)
    return full(part, "quantity.right" if label == "equal" else "quantity.close", "" if label == "equal" else "It is within the tolerance.", label)


def _factors(unit: Term) -> dict[str, Fraction]:
    """The unit as exponents of the unit names in it."""
    if unit.kind == "symbol":
        return {unit.name: Fraction(1)}
    if unit.kind != "apply":
        return {}
    if unit.is_apply("pow", 2):
        exponent = unit.args[1]
        sign = -1 if exponent.is_apply("neg") else 1
        inner = exponent.args[0] if exponent.is_apply("neg") else exponent
        value = sign * (inner.value if inner.value is not None else inner.args[0].value / inner.args[1].value)  # type: ignore[operator]
        return {name: power * value for name, power in _factors(unit.args[0]).items()}
    made: dict[str, Fraction] = {}
    for k, part in enumerate(unit.args):
        for name, power in _factors(part).items():
            made[name] = made.get(name, Fraction(0)) + (power if k == 0 or unit.name == "mul" else -power)
    return {name: power for name, power in made.items() if power}
