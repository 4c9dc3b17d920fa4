"""A number equal to the reference, exactly or within a tolerance.

What it checks
    Whether the answer is the number asked for: exactly, or within an absolute or relative tolerance, or to a number of significant figures or
    decimal places.

What learners may write
    Any constant: 0.75, 3/4, 75%, 7.5e-1, sqrt(2)/2, 2 pi, log(8, 2), (1 + 2i)(1 - 2i); with a name before it (p = 3/4) or in a sentence.

Definition used
    Without a tolerance the answer must be equal: 0.33 is not 1/3. With `tolerance` (absolute) or `relative`, |answer - reference| must be at most
    that (times |reference|); with `figures: k` at most half a unit of the k-th significant digit of the reference, with `places: k` of the k-th
    decimal place (`rounding` says whether cutting off counts too, `written` whether just that many digits must be written). Where both tolerances
    are given the wider one counts. 75% is 0.75; with `percent: bare` a number without the sign is read as a percentage where that fits.

Fails when
    The answer contains a symbol, or puts forward several numbers.

Example
    kind: number
    answer: pi/4
    tolerance: 0.001
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._equation import is_complex
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, full, person
from grader.answers._kind import mark as run
from grader.domain import Domain
from grader.model import Answer, AtMost, SpecError, Status
from grader.replay.enclosure import Complex
from grader.replay.evaluate import Evaluator
from grader.term import Term, apply, free_names, number, walk

TAGS = _compare.tags("number", "The number asked for.") | {
    "number.close": "Within the tolerance.", "number.decimal": "The right number as a decimal fraction; the exact value was asked for.",
    "number.rounded": "A rounded value of the right number, outside the tolerance.", "number.percent": "Right when read as a percentage.",
    "number.sign": "The right number with the wrong sign.", "number.digits": "The right number, written with more or fewer digits than asked for.",
}
MANNER = Manner("number", frozenset({"number", "infinite", "pair"}), "a number", "3/4")


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    tolerance: Fraction | None = field(default=None, metadata={"help": "largest absolute difference that counts as right"})
    relative: Fraction | None = field(default=None, metadata={"help": "largest difference that counts as right, as a share of the reference"})
    figures: int | None = field(default=None, metadata={"help": "significant figures of the reference to which the answer must be right"})
    places: int | None = field(default=None, metadata={"help": "decimal places to which the answer must be right"})
    rounding: Literal["nearest", "truncated", "either"] = field(default="nearest", metadata={
        "help": "with figures or places: rounded to the nearest, cut off after that digit, or either"})
    written: Literal["any", "stated"] = field(default="any", metadata={
        "help": "with figures or places: whether the answer must be written with just that many digits (1.50, not 1.5)"})
    digits_points: Fraction = field(default=Fraction(0), metadata={"help": "with written: stated, what the right number with other digits earns"})
    exact: bool = field(default=False, metadata={"help": "whether decimal fractions are refused (0.5 for 1/2 too)"})
    decimal_points: Fraction = field(default=Fraction(0), metadata={"help": "with exact: yes, what the right number as a decimal earns"})
    percent: Literal["written", "bare"] = field(default="written", metadata={"help": "whether a number without % may be meant as a percentage"})
    decimal_comma: bool = field(default=False, metadata={"help": "whether 3,5 is a number"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference is no number or the tolerances cannot be used."""
    _compare.check(part, MANNER)
    reference = _compare.of(part, part.answer, MANNER)
    if free_names(reference):
        raise SpecError(f"expected a number, found the symbols {', '.join(sorted(free_names(reference)))}", key="answer")
    options = part.options
    check_tolerances(options)
    if _tolerances(part) and is_complex(reference) and options.figures is not None:
        raise SpecError("significant figures of a complex number are not defined", key="figures")
    _allowance(part)


def check_tolerances(options: Any) -> None:
    """Fails with `SpecError` when a tolerance is negative or a number of digits absurd."""
    for key in ("tolerance", "relative"):
        if getattr(options, key) is not None and getattr(options, key) < 0:
            raise SpecError("expected a tolerance of at least 0", key=key)
    for key, least in (("figures", 1), ("places", 0)):
        value = getattr(options, key)
        if value is not None and not least <= value <= 50:
            raise SpecError(f"expected a number of digits from {least} to 50", key=key)


def read(answer: Answer, part: Part) -> Reading:
    """The number as written; 0,75 alone, where a list could be no answer, has a decimal comma."""
    if not part.options.decimal_comma and _COMMA.fullmatch(answer.text):
        answer = dataclasses.replace(answer, text=answer.text.replace(",", "."))
    found = _compare.read(answer, part, MANNER)
    if isinstance(found, Read) and free_names(found.term):
        names = ", ".join(sorted(free_names(found.term)))
        return Unread(f"it contains {names}, and a number is asked for", found.term.span, "Write a number, such as 3/4.", found.notes)
    return found


def _tolerances(part: Part) -> bool:
    o = part.options
    return any(v is not None for v in (o.tolerance, o.relative, o.figures, o.places))


_COMMA = re.compile(r"[\s$]*[-+−]?(?:\d{1,9},(?=\d{1,2}(?!\d))|0,(?=\d))\d{1,9}[\s$.]*")
"""A number with a decimal comma: 1,000 is none, it may be a thousand."""


def _allowance(part: Part) -> tuple[Term, ...]:
    """The tolerances as terms."""
    return allowance(part.options, _compare.of(part, part.answer, MANNER))


def allowance(options: Any, reference: Term) -> tuple[Term, ...]:
    """The options `tolerance`, `relative`, `places` and `figures` as the largest differences that they allow. Fails with `SpecError`."""
    made = []
    if options.tolerance is not None:
        made.append(number(options.tolerance))
    if options.relative is not None:
        made.append(apply("mul", number(options.relative), apply("abs", reference)))
    if getattr(options, "rounding", "nearest") != "truncated":
        made += [number(last / 2) for last in _last_digits(options, reference)]
    return tuple(made)


def _last_digits(options: Any, reference: Term) -> list[Fraction]:
    """The size of one unit of the last digit that `places` and `figures` ask for."""
    made = [Fraction(1, 10**options.places)] if options.places is not None else []
    return made + ([Fraction(10) ** (_exponent(reference) - options.figures + 1)] if options.figures is not None else [])


def _cut(part: Part, answer: Term, reference: Term, difference: Term) -> list[Claim]:
    """Cut off after the last digit: nearer to 0 than the reference, by less than one unit of that digit."""
    if part.options.rounding == "nearest":
        return []
    real, made = (("*", Domain("real")),), []
    for k, last in enumerate(_last_digits(part.options, reference)):
        made.append(Claim(AtMost(difference, number(last), strict=True), real, label=f"cut {k}"))
        made.append(Claim(AtMost(apply("abs", answer), apply("abs", reference)), real, label=f"toward 0 {k}"))
    return made


def _exponent(reference: Term) -> int:
    """The decimal exponent of a number that is not zero. Fails with `SpecError`."""
    ev = Evaluator({}, real=True)
    try:
        size = ev.value(apply("abs", reference))
        if isinstance(size, Complex) or ev.e.sign(size) == 0:
            raise SpecError("significant figures of 0 are not defined", key="figures")
        for e in range(-60, 61):
            if ev.e.sign(ev.e.sub(size, Fraction(10) ** (e + 1))) < 0:
                return e
    except ArithmeticError as error:
        raise SpecError(f"the size of the reference is not known: {error}", key="figures") from error
    raise SpecError("the reference is too large", key="figures")


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Equal; else within a tolerance, as a percentage, or with the other sign."""
    made = _compare.claims(reading, part, settled, MANNER)
    first = settled.get("equal")
    if not isinstance(reading, Read) or first is None or first.status in _compare.EQUAL or "pm" in _compare.operators(reading.term):
        return made
    reference = _compare.of(part, part.answer, MANNER)
    more = []
    if not any(n.kind == "constant" and n.name == "oo" for t in (reading.term, reference) for n in walk(t)):
        difference = apply("abs", apply("add", reading.term, apply("neg", reference)))
        domain = (("*", Domain("complex" if is_complex(reading.term) or is_complex(reference) else "real")),)
        if domain[0][1].is_real or part.options.figures is None:
            more += [Claim(AtMost(difference, limit), domain, label=f"close {k}") for k, limit in enumerate(_allowance(part))]
            more += _cut(part, reading.term, reference, difference)
            shown = _decimals(reading.term)
            if shown is not None and not _tolerances(part) and not part.options.exact:
                more.append(Claim(AtMost(difference, number(Fraction(1, 2 * 10**shown))), domain, label="rounded"))
    if part.options.percent == "bare" and "percent" not in _compare.operators(reading.term):
        more.append(_compare.claim(part, apply("percent", reading.term), reference, "percent"))
    more.append(_compare.claim(part, apply("neg", reading.term), reference, "sign"))
    return (*made, *more)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """Exactly equal, close enough, or neither."""
    verdict = settled["equal"]
    if verdict.status in _compare.EQUAL:
        if part.options.exact and _is_decimal(reading.term):
            said = Award("set", part.options.decimal_points, "number.decimal", "The number is right, but its exact form was asked for.", "equal")
            return run(part, said, status=verdict.status)
        return _as_written(_compare.mark(reading, part, settled, "number"), reading.term, part)
    close = next((label for label, v in settled.items() if label.startswith("close") and v.status is Status.PROVED), None)
    cut = [k for k in range(2) if all(label in settled and settled[label].status is Status.PROVED for label in (f"cut {k}", f"toward 0 {k}"))]
    close = close or (f"cut {cut[0]}" if cut else None)
    if close is not None and not (part.options.exact and _is_decimal(reading.term)):
        return _as_written(full(part, "number.close", "It is within the tolerance.", close), reading.term, part)
    percent = settled.get("percent")
    if percent is not None and percent.status in _compare.EQUAL:
        return full(part, "number.percent", "Read as a percentage.", "percent", percent.status)
    found = _compare.mark(reading, part, settled, "number")
    if found.status == "refuted" and any(v.status is Status.UNDECIDED for label, v in settled.items() if label.startswith(("close", "cut", "toward"))):
        return person(part, "number.undecided", "Whether it is within the tolerance could not be decided.", "equal")
    turned = settled.get("sign")
    if found.status == "refuted" and turned is not None and turned.status is Status.PROVED and found.tags == ("number.wrong",):
        said = _compare.remark("number", "sign", "Only the sign is wrong.", "sign")
        return dataclasses.replace(found, awards=(*found.awards, said))
    near = settled.get("rounded")
    if found.status == "refuted" and near is not None and near.status is Status.PROVED and found.tags == ("number.wrong",):
        said = _compare.remark("number", "rounded", "It is right as far as its digits go, but a rounded number is another number.", "rounded")
        return dataclasses.replace(found, awards=(*found.awards, said))
    return found


def _as_written(found: Mark, term: Term, part: Part) -> Mark:
    """The mark, or less where the number is not written with the digits that are asked for."""
    options = part.options
    if options.written == "any" or found.needs_human or options.places is None and options.figures is None:
        return found
    right = options.places is None or _decimals(term, True) == options.places
    if right and (options.figures is None or _figures(term) == options.figures):
        return found
    wanted = f"{options.figures} significant figures" if options.figures is not None else f"{options.places} decimal places"
    return run(part, Award("set", options.digits_points, "number.digits", f"The number is right, but {wanted} are asked for.", "equal"),
               status=found.status)


def _typed(term: Term) -> str:
    """The digits of a decimal number as they were typed, else ""."""
    while term.is_apply("neg", 1) or term.is_apply("percent", 1) or term.is_apply("mul", 2) and term.args[1].is_apply("pow", 2):
        term = term.args[0]
    return term.text.replace(",", ".") if term.kind == "number" and term.value is not None else ""


def _decimals(term: Term, whole: bool = False) -> int | None:
    """Decimal places as typed, of a plain number with at least one (or of any, with `whole`)."""
    if term.is_apply("neg", 1):
        term = term.args[0]
    typed = _typed(term) if term.kind == "number" else ""
    match = re.fullmatch(r"\d*\.(\d+)", typed)
    return len(match[1]) if match else 0 if whole and typed.isdigit() else None


def _figures(term: Term) -> int | None:
    """Significant figures as typed; None where that is not said by the digits (1500)."""
    typed = re.split(r"[eE]", _typed(term))[0]
    if "." in typed:
        return len(typed.replace(".", "").lstrip("0")) or None
    return len(typed.lstrip("0")) if typed.isdigit() and not typed.endswith("0") else None


def _is_decimal(term: Term) -> bool:
    return any(node.kind == "number" and ("." in node.text or "," in node.text or node.value.denominator != 1) for node in walk(term))
