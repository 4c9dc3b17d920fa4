"""A condition on parameters: when something holds, as a region of their values.

What it checks
    Whether the answer describes the same region as the reference over the declared domains: every point of one is a point of the other.

What learners may write
    Relations in any form (n < t, t > n, n/t < 1), chains, "and", "or", "not", sets and intervals; or words ("n is smaller than the sequence
    length", "if t exceeds n"), with the words that the problem gives to its symbols; "always", "never".

Definition used
    The reference is a condition, or two costs: then it is the region where `cheaper` is less than `than`. A condition with an undefined side does not
    hold. "Much less" (n << t, n = o(t)) is read as ten times less, hence as a narrower region than n < t, unless `much_less: same`. Symbols without a
    declared domain are real numbers.

Fails when
    The answer states no condition, several that differ, or one for the contrary of what is asked; or uses other letters than the problem: a
    person then.

Example
    kind: condition
    symbols: {t: integer > 0, n: integer > 0, l: integer > 0}
    ask: When is the RNN faster than the Transformer?
    cheaper: t n^2 l
    than: t^2 n l
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from grader import reading as reader
from grader.answers import _regions
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, full, mark_known_wrong, person
from grader.answers._kind import mark as run
from grader.answers._orders import Unfitting, bound
from grader.answers._points import shown
from grader.answers._regions import NotARegion
from grader.domain import Domain
from grader.model import Answer, Follows, Note, SpecError, Status
from grader.reading import Vocabulary, phrases
from grader.term import Span, Term, apply, relation, walk

TAGS = {
    "condition.right": "The region asked for.",
    "condition.accepted": "A region that the problem accepts under a convention, which the text names.",
    "condition.sufficient_only": "A part of the region: where it holds, so does what is asked, but not the other way round.",
    "condition.necessary_only": "More than the region: it holds wherever what is asked does, and elsewhere.",
    "condition.boundary": "The region but for its boundary.", "condition.wrong": "Neither contains the other.",
    "condition.undecided": "A person decides.",
    "blank": "Nothing was written.", "unread": "No condition could be read.",
}
WEAK = ("closed sufficient", "closed necessary", "open sufficient", "open necessary")


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    cheaper: str = field(default="", metadata={"help": "the reference as two costs: the one that is to be less"})
    than: str = field(default="", metadata={"help": "the cost that it is compared with"})
    boundary: Literal["strict", "lenient"] = field(default="strict", metadata={"help": "lenient: a region wrong on its boundary only is right"})
    much_less: Literal["strict", "same"] = field(default="strict", metadata={"help": "same: 'much less' counts as 'less'; strict: as ten times less"})
    sufficient_points: Fraction = field(default=Fraction(0), metadata={"help": "what an answer earns that is a part of the region"})
    necessary_points: Fraction = field(default=Fraction(0), metadata={"help": "what an answer earns that contains the region"})


# ----------------------------------------------------------------------------------------------------------------- the part


def _vocabulary(part: Part) -> Vocabulary:
    return dataclasses.replace(Vocabulary.of(part), orders=True)  # t = omega(n) compares t and n


@lru_cache(maxsize=512)
def _formula(text: str, vocabulary: Vocabulary) -> Term:
    found = reader.read(text, vocabulary)
    if isinstance(found, Unread):
        raise SpecError(f"found {text!r}: {found.reason}")
    return found.term


def _spec_region(text: str, part: Part, key: str) -> Term:
    try:
        return _regions.in_words(text) or _regions.region(_formula(text, _vocabulary(part)), part.options.much_less)
    except (SpecError, NotARegion) as error:
        raise SpecError(f"expected a condition such as a < b; {getattr(error, 'message', error)}", key=key) from error


def _cost(text: str, part: Part, key: str) -> Term:
    try:
        return bound(_formula(text, _vocabulary(part))).function
    except (SpecError, Unfitting) as error:
        raise SpecError(f"expected a cost such as t n^2; {getattr(error, 'message', error)}", key=key) from error


def _reference(part: Part) -> Term:
    """The region asked for. Fails with `SpecError`."""
    options: Options = part.options
    if options.cheaper and options.than:
        return relation("<", _cost(options.cheaper, part, "cheaper"), _cost(options.than, part, "than"))
    return _spec_region(part.answer, part, "answer")


def _domains(part: Part) -> tuple[tuple[str, Domain], ...]:
    """Declared domains, all real; the default for other symbols is real."""
    made = [(name, dataclasses.replace(d, field="real") if d.field == "complex" else d) for name, d in part.domains()]
    return (*made, ("*", Domain("real")))


def _known_names(part: Part) -> frozenset[str]:
    return frozenset(s.name for s in part.symbols) | _regions.names(_reference(part))


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference or a variant is no condition that can be evaluated, or only one of two costs is given."""
    from grader.algebra.regions import NotACondition, Truth, points

    options: Options = part.options
    if bool(options.cheaper) != bool(options.than):
        raise SpecError("expected both `cheaper` and `than`, or neither", key="than" if options.cheaper else "cheaper")
    if not options.cheaper and not part.answer.strip():
        raise SpecError("this key is missing; expected a condition such as n < t, or the keys cheaper and than", key="answer")
    regions = {"answer": _reference(part)}
    if options.cheaper and part.answer.strip():
        regions["answer "] = _spec_region(part.answer, part, "answer")
    regions |= {f"accept {k}": _spec_region(entry.answer, part, "accept") for k, entry in enumerate(part.accept)}
    regions |= {f"wrong {k}": _spec_region(entry.answer, part, "wrong") for k, entry in enumerate(part.wrong) if entry.answer}
    table = dict(_domains(part))
    for key, found in regions.items():
        domains = {name: table.get(name, Domain("real")) for name in _regions.names(found)}
        if any(d.shape != "scalar" for d in domains.values()):
            raise SpecError("a condition compares numbers, and some symbol here is none", key="symbols")
        try:
            for point in points([found], domains, 3):
                Truth(point, domains).holds(found)
        except NotACondition as error:
            raise SpecError(f"expected a condition: {error}", key=key.split()[0]) from error


# ------------------------------------------------------------------------------------------------------------------ reading


def read(answer: Answer, part: Part) -> Reading:
    """The condition, from a formula or from words; its letters must be those of the problem."""
    text, vocabulary = answer.text, _vocabulary(part)
    spoken = _regions.in_words(text)
    if spoken is not None:
        return Read(spoken)
    found = reader.read(text, vocabulary)
    fault = _fault(found, part)
    if fault is None or fault.blank:
        return fault or _last_of_working(found, part)
    said = phrases.condition(text, vocabulary, ask=part.ask)
    if isinstance(said, Unread):
        return said
    if said is not None:
        return _fault(said, part) or _with_doubt(said, text, part)
    near = reader.propose(text, vocabulary)
    if near is not None and _fault(near, part) is None:
        return dataclasses.replace(fault, proposed=near.term)
    return fault


def _last_of_working(found: Reading, part: Part) -> Reading:
    """Of `a < b => c < d` the conclusion, with the premise as the other reading: where both are the same region, it does not matter which is meant.

    Where the question itself is about an implication it stays one.
    """
    links = ("implies", "iff")
    if not isinstance(found, Read) or not (found.term.kind == "apply" and found.term.name in links and len(found.term.args) == 2):
        return found
    if any(node.kind == "apply" and node.name in links for node in walk(_reference(part))):
        return found
    premise, conclusion = found.term.args
    return dataclasses.replace(found, term=conclusion, alternatives=(premise, *found.alternatives))


def _with_doubt(said: Read, text: str, part: Part) -> Read:
    why = _regions.doubt(text, said.term.span, part.ask)
    return dataclasses.replace(said, notes=(*said.notes, Note(why, said.term.span, "guess", "condition.consequence"))) if why else said


def _fault(found: Reading, part: Part) -> Unread | None:
    """Why the reading is no condition on the problem's parameters, or None."""
    if isinstance(found, Unread):
        return found
    try:
        made = _regions.region(found.term, part.options.much_less)
    except NotARegion as error:
        return Unread(str(error), found.term.span or Span(0, 0), "Write the condition as a relation between two symbols, such as a < b.", found.notes)
    strange = sorted(_regions.names(made) - _known_names(part))
    if not strange:
        return None
    hint = f"Use the problem's own symbols: {', '.join(sorted(_known_names(part)))}."
    return Unread(f"it uses {', '.join(strange)}, which this problem does not name", found.term.span, hint, found.notes)


# ------------------------------------------------------------------------------------------------------------------- claims


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Both inclusions; for an answer that is not right, the same with and without the boundary, then variants and known wrong answers."""
    if not isinstance(reading, Read):
        return ()
    domains, reference = _domains(part), _reference(part)
    try:
        mine = _regions.region(reading.term, part.options.much_less)
    except NotARegion:
        return ()

    def claim(label: str, premise: Term, conclusion: Term) -> Claim:
        return Claim(Follows((premise,), conclusion), domains, (), label)

    def same(label: str, other: Term) -> Claim:
        return Claim(Follows((), apply("iff", mine, other)), domains, (), label)

    first = [claim("sufficient", mine, reference), claim("necessary", reference, mine)]
    if not all(c.label in settled for c in first) or _is_right(settled):
        return tuple(first)
    sets = [(_regions.edged(mine, closed), _regions.edged(reference, closed)) for closed in (True, False)]
    later = [claim(label, *pair) for label, pair in zip(WEAK, (sets[0], sets[0][::-1], sets[1], sets[1][::-1]))]
    later += [same(f"accept {k}", _spec_region(entry.answer, part, "accept")) for k, entry in enumerate(part.accept)]
    later += [same(f"wrong {k}", _spec_region(entry.answer, part, "wrong")) for k, entry in enumerate(part.wrong) if entry.answer]
    return tuple(later)


def _status(settled: Settled, label: str) -> Status:
    return settled[label].status if label in settled else Status.UNDECIDED


def _is_right(settled: Settled) -> bool:
    return _status(settled, "sufficient") is _status(settled, "necessary") is Status.PROVED


# ------------------------------------------------------------------------------------------------------------------ marking


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """Right, accepted, right but for the boundary, too narrow, too wide, or wrong, as the verdicts say."""
    options: Options = part.options
    if _is_right(settled):
        return full(part, "condition.right", "This is the region asked for.", "sufficient")
    for k, entry in enumerate(part.accept):
        if _status(settled, f"accept {k}") is Status.PROVED:
            text = f"Right under this convention: {entry.convention}." if entry.convention else "Right."
            return full(part, "condition.accepted", text, f"accept {k}")
    sufficient, necessary = _status(settled, "sufficient"), _status(settled, "necessary")
    refuted = [label for label in ("sufficient", "necessary") if _status(settled, label) is Status.REFUTED]
    if not refuted or any(_status(settled, f"accept {k}") is Status.UNDECIDED for k in range(len(part.accept))):
        return person(part, "condition.undecided", "Whether this is the region asked for could not be decided.", next(iter(settled), ""))
    if all(_status(settled, label) is Status.PROVED for label in WEAK):
        text = f"This is right but for the boundary. {_where(settled, refuted[0], reading.term, part)}"
        if options.boundary == "lenient":
            return full(part, "condition.boundary", text, refuted[0])
        return mark_known_wrong(part, settled, "condition.boundary", text, refuted[0])
    if sufficient is Status.PROVED:
        text = f"Your condition is enough, but more than is needed. {_where(settled, 'necessary', reading.term, part)}"
        return _partial(part, settled, "condition.sufficient_only", text, "necessary", options.sufficient_points)
    if necessary is Status.PROVED:
        text = f"Your condition is needed, but not enough. {_where(settled, 'sufficient', reading.term, part)}"
        return _partial(part, settled, "condition.necessary_only", text, "sufficient", options.necessary_points)
    first = next((r for r in refuted if shown(settled[r].finding.words[:1], reading.term, part)), refuted[0])
    return mark_known_wrong(part, settled, "condition.wrong", f"This is another region. {_where(settled, first, reading.term, part)}", first)


def _partial(part: Part, settled: Settled, tag: str, text: str, label: str, points: Fraction) -> Mark:
    made = mark_known_wrong(part, settled, tag, text, label)
    if not points or any(a.claim.startswith("wrong ") for a in made.awards):
        return made
    return run(part, Award("set", points, tag, text, label), status=Status.REFUTED)


def _where(settled: Settled, label: str, own: Term, part: Part) -> str:
    """A point where the regions differ, and what is so there."""
    point = shown(settled[label].finding.words[:1], own, part)
    if not point:
        return {"sufficient": "There are cases in which your condition holds, and what is asked for does not.",
                "necessary": "There are cases in which your condition does not hold, and what is asked for does."}[label]
    if label == "sufficient":
        return f"{point} There your condition holds, and what is asked for does not."
    return f"{point} There your condition does not hold, and what is asked for does."
