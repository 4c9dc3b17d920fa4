"""An order of growth: Theta, O, o, Omega or omega in one or more growing quantities.

What it checks
    Whether the answer has the order of the reference: as all growing symbols tend to infinity, within the regime, the quotient of the two stays
    bounded in the way that `relation` says. An answer that has it is right however it is written; whether it is also the simplest form is told
    apart from that.

What learners may write
    A formula with or without a bound around it (t n^2 l, O(t n^2 l), T(n) = Theta(n log n)), any base of logarithms, constants, lower-order terms,
    max, min, roots, floor, factorials, binomials, sums over a range; or words (quadratic in t, linear in n). A letter that the problem does not name
    is asked about and never taken for a constant. O(f) is read as the claim that f is the order.

Definition used
    f = O(g) when f <= C g for some C as soon as every growing symbol is large enough and the regime holds; symbols that do not grow are positive
    constants on which C may depend; o: the quotient tends to 0; Omega, omega: with the sides exchanged; Theta: O and Omega. With relation O a bound
    must be tight unless `tight: no`; then every true upper bound is right.

Fails when
    The answer uses functions whose growth is not known here, subtracts something that is not known to be of lower order, offers several orders, or
    is given under a condition: a person then.

Example
    kind: growth_order
    symbols: {t: integer > 0, n: integer > 0, l: integer > 0}
    answer: t^2 n l
    accept: [{answer: t^2 n l + t n^2 l, convention: the projections and the feed-forward layer counted as well}]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from grader import reading as reader
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, full, mark_known_wrong, person
from grader.answers._kind import mark as run
from grader.answers._orders import Bound, Unfitting, addends, blemishes, bound, in_prose, in_words, line_by_line, plainer, without_reason
from grader.model import Answer, GrowsLike, Note, SpecError, Status
from grader.reading import Vocabulary
from grader.term import Span, Term, apply, free_names, walk

TAGS = {
    "growth_order.right": "The order asked for.",
    "growth_order.accepted": "An order that the problem accepts under a convention, which the text names.",
    "growth_order.not_simplest": "The right order, with constants or terms of lower order that a simplest form would not have.",
    "growth_order.too_loose": "On the right side, but not tight: a larger upper bound (or smaller lower bound) than need be.",
    "growth_order.too_tight": "Too small for an upper bound (too large for a lower one): the bound does not hold.",
    "growth_order.wrong": "Neither bound holds.", "growth_order.sign": "The function is right and the sign around it is not the one asked for.",
    "growth_order.undecided": "A person decides.", "growth_order.several": "Several orders were offered.",
    "blank": "Nothing was written.", "unread": "No order could be read.",
}


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    relation: Literal["Theta", "O", "o", "Omega", "omega"] = field(default="Theta", metadata={"help": "which order is asked for"})
    growing: tuple[str, ...] = field(default=(), metadata={"help": "symbols that tend to infinity; default: those declared without upper bound"})
    regime: tuple[str, ...] = field(default=(), metadata={"help": "conditions under which the order is asked for, such as 'n <= t' or 't = o(n)'"})
    tight: bool = field(default=True, metadata={"help": "for O and Omega: whether the bound must be tight; no: every true one is right"})
    loose_points: Fraction = field(default=Fraction(0), metadata={"help": "what a true bound earns that is not tight, where it must be"})
    simplest: bool = field(default=False, metadata={"help": "whether the simplest form is asked for"})
    simplest_points: Fraction | None = field(default=None, metadata={
        "help": "what the right order earns that is not in simplest form, where that is asked for; default: half the points"})
    several: Literal["person", "zero"] = field(default="person", metadata={"help": "what becomes of an answer that offers several orders"})


# ----------------------------------------------------------------------------------------------------------------- the part


@lru_cache(maxsize=512)
def _read_spec(text: str, vocabulary: Vocabulary) -> Term:
    found = reader.read(text, vocabulary)
    if isinstance(found, Unread):
        raise SpecError(f"expected an order of growth, found {text!r}: {found.reason}")
    return found.term


def _function(text: str, part: Part, key: str) -> Term:
    """The function of a reference or variant. Fails with `SpecError`."""
    try:
        return bound(_read_spec(text, Vocabulary.of(part))).function
    except SpecError as error:
        raise SpecError(error.message, key=key) from error
    except Unfitting as error:
        raise SpecError(f"expected an order of growth, found {text!r}: {error}", key=key) from error


def _growing(part: Part) -> tuple[str, ...]:
    if part.options.growing:
        return part.options.growing
    declared = tuple(s.name for s in part.symbols if s.domain.shape == "scalar" and s.domain.upper is None
                     and (s.domain.is_nonnegative or s.domain.lower is None and s.domain.field == "complex"))
    return declared or tuple(sorted(free_names(_function(part.answer, part, "answer"))))


def _regime(part: Part) -> tuple[Term, ...]:
    return tuple(_read_spec(text, Vocabulary.of(part)) for text in part.options.regime)


def _vocabulary_names(part: Part) -> frozenset[str]:
    names = {s.name for s in part.symbols} | set(_growing(part)) | free_names(_function(part.answer, part, "answer"))
    return frozenset(names.union(*[free_names(c) for c in _regime(part)]))


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference, a variant or the regime cannot be used, or the regime leaves no room to grow."""
    from grader.algebra import growth_conditions, growth_curves
    from grader.algebra.growth_constants import Unfit
    from grader.algebra.growth_proof import Prover
    from grader.algebra.growth_terms import Converter

    growing = _growing(part)
    for name in part.options.growing:
        if any(s.name == name and s.domain.upper is not None for s in part.symbols):
            raise SpecError(f"{name} has an upper bound and cannot grow", key="growing")
    functions = {"answer": _function(part.answer, part, "answer")}
    functions |= {f"accept[{k}]": _function(entry.answer, part, "accept") for k, entry in enumerate(part.accept)}
    functions |= {f"wrong[{k}]": _function(entry.answer, part, "wrong") for k, entry in enumerate(part.wrong) if entry.answer}
    domains = dict(part.domains())
    fixed = tuple(sorted((frozenset().union(*[free_names(f) for f in functions.values()]) | _vocabulary_names(part)) - set(growing)))
    known = {name: domains.get(name, growth_curves.CONSTANT) for name in fixed}
    try:
        conditions = growth_conditions.bounds(_regime(part))
    except (SpecError, Unfit) as error:
        raise SpecError(f"expected conditions such as 'n <= t' or 't = o(n)': {error}", key="regime") from error
    if conditions and not growth_curves.admits_a_curve(conditions, growing, fixed, known):
        raise SpecError("these conditions leave no room for the growing symbols to grow", key="regime")
    for key, function in functions.items():
        try:
            Converter(Prover(growing, known, conditions, (), fixed, lambda: None), growing).order(function)
        except Unfit as unfit:
            raise SpecError(f"its order of growth is not known: {unfit}", key=key.split("[")[0]) from unfit


# ------------------------------------------------------------------------------------------------------------------ reading


def read(answer: Answer, part: Part) -> Reading:
    """The answer as a formula; its letters must be those of the problem. On scanned papers what no one writes in an order is asked about."""
    found = _read(answer.text, part)
    odd = _ODD_ON_SCANS.search(answer.text) if answer.provenance.ocr else None
    if odd is None or not isinstance(found, Read):
        return found
    doubt = Note(f"\"{odd[0].strip()}\" may be a letter that the scan turned into it", Span(*odd.span()), "guess", "growth_order.scan")
    return replace(found, notes=(*found.notes, doubt))


_ODD_ON_SCANS = re.compile(r"^[\s$(\\]*\+|(?<=[^\W\d_]|[²³)}])\s*[1|](?![\d.,/^|])")
"""A sign at the head, where a t may have stood, and a 1 as the last factor, where an l may have stood."""


def _read(typed: str, part: Part) -> Reading:
    vocabulary = Vocabulary.of(part)
    spoken = in_words(typed, part, _growing(part)) or line_by_line(typed, vocabulary)
    if spoken is not None:
        return Read(spoken)
    found = reader.read(typed, vocabulary)
    fault = _fault(found, part)
    text = without_reason(typed)
    if fault is not None and (simpler := plainer(text)) != typed:
        again = reader.read(simpler, vocabulary)
        if _fault(again, part) is None:
            found, fault = again, None
    if fault is not None and not fault.blank:
        sentence = in_prose(text, vocabulary)
        if sentence is not None and _fault(sentence, part) is None:
            return sentence
    if fault is None or fault.blank:
        return fault or found
    near = reader.propose(plainer(text), vocabulary) or reader.propose(text, vocabulary)
    if near is not None and _fault(near, part) is None:
        return Unread(fault.reason, fault.span, fault.hint, fault.notes, proposed=near.term)
    return fault


def _fault(found: Reading, part: Part) -> Unread | None:
    """Why the reading is none of an order of growth, or None. Several orders are a reading."""
    if isinstance(found, Unread):
        return found
    try:
        function = bound(found.term).function
    except Unfitting as error:
        if error.several:
            return None
        return Unread(str(error), found.term.span, "Write one order of growth, such as n log n or O(n^2).", found.notes)
    names = _vocabulary_names(part)
    strange = sorted(free_names(function) - names)
    strange += [n.name for n in walk(function) if n.kind in ("text", "constant") and n.name not in ("pi", "e") or n.is_apply("call")]
    if not strange:
        return None
    shown = ", ".join(dict.fromkeys(name or "a function" for name in strange))
    span = next((node.span for node in walk(function) if node.kind == "symbol" and node.name in strange), None)
    hint = f"Use the problem's own symbols: {', '.join(sorted(names))}."
    return Unread(f"it uses {shown}, which this problem does not name", span, hint, found.notes)


# ------------------------------------------------------------------------------------------------------------------- claims


def _bound_of(reading: Reading) -> Bound | None:
    if not isinstance(reading, Read):
        return None
    try:
        return bound(reading.term)
    except Unfitting:
        return None


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Both bounds; then the terms of a right answer one by one, or the variants and known wrong answers for one that is not right."""
    written = _bound_of(reading)
    if written is None:
        return ()
    growing, domains, regime = _growing(part), part.domains(), _regime(part)
    mine, reference = written.function, _function(part.answer, part, "answer")

    def claim(left: Term, right: Term, order: str, label: str) -> Claim:
        return Claim(GrowsLike(left, right, order, growing), domains, regime, label)

    if part.options.relation in ("o", "omega"):
        first = [claim(mine, reference, "omega" if part.options.relation == "o" else "o", "strict")]
    else:
        first = [claim(mine, reference, "O", "upper"), claim(mine, reference, "Omega", "lower")]
    if not all(c.label in settled for c in first):
        return tuple(first)
    if _is_right(part, settled):
        parts = addends(mine)
        return tuple(claim(a, _sum([b for b in parts if b is not a]), "O", f"addend {k}") for k, a in enumerate(parts))
    later = [claim(mine, _function(entry.answer, part, "accept"), "Theta", f"accept {k}") for k, entry in enumerate(part.accept)]
    if any(settled[c.label].status is Status.PROVED for c in later if c.label in settled):
        return tuple(later)
    if all(c.label in settled for c in later):
        later += [claim(mine, _function(entry.answer, part, "wrong"), "Theta", f"wrong {k}") for k, entry in enumerate(part.wrong) if entry.answer]
    return tuple(later)


def _sum(parts: list[Term]) -> Term:
    return parts[0] if len(parts) == 1 else apply("add", *parts)


def _status(settled: Settled, label: str) -> Status:
    return settled[label].status if label in settled else Status.UNDECIDED


def _needed(part: Part) -> tuple[str, ...]:
    """Labels of the claims that make an answer right."""
    options: Options = part.options
    if options.relation in ("o", "omega"):
        return ("strict",)
    if options.relation == "Theta" or options.tight:
        return ("upper", "lower")
    return ("lower",) if options.relation == "O" else ("upper",)


def _is_right(part: Part, settled: Settled) -> bool:
    return all(_status(settled, label) is Status.PROVED for label in _needed(part))


# ------------------------------------------------------------------------------------------------------------------ marking


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """Right, accepted, loose, tight or wrong, as the verdicts say."""
    written = _bound_of(reading)
    if written is None:
        text = "Several orders are offered, and only one can be the answer."
        if part.options.several == "zero":
            return run(part, Award("set", Fraction(0), "growth_order.several", text), status=Status.UNDECIDED)
        return person(part, "growth_order.several", text)
    small = written.sign in ("o", "omega") and part.options.relation not in ("o", "omega")
    if _is_right(part, settled):
        if not small:
            return _mark_right(written, part, settled)
        means = "smaller" if written.sign == "o" else "larger"
        text = f"The function is right, but a small {written.sign} says strictly {means}: a person looks whether the capital letter was meant."
        return person(part, "growth_order.sign", text, _needed(part)[0], Status.REFUTED)
    for k, entry in enumerate(part.accept):
        if _status(settled, f"accept {k}") is Status.PROVED:
            if small:
                text = "The function is one that is accepted; a person looks whether a capital letter was meant."
                return person(part, "growth_order.sign", text, f"accept {k}")
            text = f"Right under this convention: {entry.convention}." if entry.convention else "Right."
            return full(part, "growth_order.accepted", text, f"accept {k}")
    return _mark_not_right(part, settled)


def _mark_right(written: Bound, part: Part, settled: Settled) -> Mark:
    options: Options = part.options
    rests = _needed(part)[0]
    notes = list(blemishes(written.function, _growing(part)))
    if any(_status(settled, f"addend {k}") is Status.PROVED for k in range(len(addends(written.function)))):
        notes.append("a term that does not count beside the others")
    if not notes:
        return full(part, "growth_order.right", "The right order.", rests)
    text = f"The right order. It could be written more simply: it has {' and '.join(notes)}."
    if not options.simplest:
        return run(part, Award("set", part.points, "growth_order.right", "", rests),
                   Award("none", Fraction(0), "growth_order.not_simplest", text, rests), status=Status.PROVED)
    points = options.simplest_points if options.simplest_points is not None else part.points / 2
    return run(part, Award("set", points, "growth_order.not_simplest", f"{text} The simplest form was asked for.", rests), status=Status.PROVED)


def _mark_not_right(part: Part, settled: Settled) -> Mark:
    refuted = [label for label in _needed(part) if _status(settled, label) is Status.REFUTED]
    open_variants = any(_status(settled, f"accept {k}") is Status.UNDECIDED for k in range(len(part.accept)))
    if not refuted or open_variants:
        known = mark_known_wrong(part, settled, "growth_order.wrong")
        if any(a.claim.startswith("wrong ") for a in known.awards):
            return known
        return person(part, "growth_order.undecided", "Whether this is the order could not be decided.", next(iter(settled), ""))
    upper, lower, relation = _status(settled, "upper"), _status(settled, "lower"), part.options.relation
    if relation in ("o", "omega"):
        text = f"This is not strictly {'above' if relation == 'o' else 'below'} what is asked about. {_ray(settled, 'strict')}".strip()
        return mark_known_wrong(part, settled, "growth_order.wrong", text, "strict")
    if upper is Status.REFUTED and lower is Status.PROVED:
        loose = relation in ("Theta", "O")
        text = "Your order is too large: it is an upper bound, but not a tight one." if loose else "Your bound is too large to be a lower bound."
        return _mark_one_side(part, settled, "upper", f"{text} {_ray(settled, 'upper', 'grows too fast')}", loose)
    if lower is Status.REFUTED and upper is Status.PROVED:
        loose = relation == "Omega"
        text = "Your bound is too small: it is a lower bound, but not a tight one." if loose else "Your order is too small."
        return _mark_one_side(part, settled, "lower", f"{text} {_ray(settled, 'lower', 'grows too slowly')}", loose)
    ways = [_ray(settled, label, way) for label, way in (("upper", "grows too fast"), ("lower", "grows too slowly"))
            if _status(settled, label) is Status.REFUTED]
    return mark_known_wrong(part, settled, "growth_order.wrong", " ".join(["This is another order.", *ways]), refuted[0])


def _mark_one_side(part: Part, settled: Settled, label: str, text: str, loose: bool) -> Mark:
    tag = "growth_order.too_loose" if loose else "growth_order.too_tight"
    made = mark_known_wrong(part, settled, tag, text, label)
    if not loose or not part.options.loose_points or any(a.claim.startswith("wrong ") for a in made.awards):
        return made
    return run(part, Award("set", part.options.loose_points, tag, text, label), status=Status.REFUTED)


def _ray(settled: Settled, label: str, way: str = "") -> str:
    """The curve along which the bound fails, in plain words."""
    words = settled[label].finding.words
    return f"{words[0]} Then yours {way}." if words and way else words[0] if words else ""
