"""What kinds share that ask for one thing equal to the reference: reading it out of a text, the claims, and the mark.

An answer is read as a whole; a name before an equality sign ("y = 3x", "f'(x) = 2x") is taken off where no equation is asked for; else the one
formula that the text puts forward counts (`reading.stated`). Of a chain of equalities the last side counts.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from grader import reading as reader
from grader.answers._equation import aligned, equation
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, agreed, full, known_wrong, mark_known_wrong, person
from grader.answers._points import shown
from grader.model import Answer, Note, Satisfies, SpecError, Status
from grader.reading import Vocabulary
from grader.reading.stated import stated
from grader.replay import natures
from grader.term import Term, free_names, walk

EQUAL = (Status.PROVED, Status.AGREES)
STEPS = ("only points with", "an operator with steps")
"""Beginnings of facts that say that agreement was not looked at everywhere."""


@dataclass(frozen=True)
class Manner:
    """How a kind reads: its name, the natures that it accepts, what the reader is to expect, and whether a name before "=" is taken off."""

    kind: str
    natures: frozenset[str]
    noun: str
    example: str
    expect: str = "any"
    label: bool = True


def tags(kind: str, right: str) -> dict[str, str]:
    """The tags that every such kind has."""
    return {f"{kind}.right": right, f"{kind}.accepted": "A variant that the problem accepts, under the convention that the text names.",
            f"{kind}.wrong": "Not equal to what is asked for; the text gives a counterexample.", f"{kind}.undecided": "A person decides.",
            f"{kind}.steps": "Equal at all points tried, but jumps or corners were not all looked at: a person decides.",
            "blank": "Nothing was written.", "unread": "It could not be read."}


# ---------------------------------------------------------------------------------------------------------------- reading


def read(answer: Answer, part: Part, manner: Manner) -> Reading:
    """The answer as a term of one of the accepted natures, or why not."""
    vocabulary = Vocabulary.of(part)
    whole = reader.read(answer.text, vocabulary, expect=manner.expect)
    found = _fitting(whole, manner)
    if isinstance(found, Read) or isinstance(whole, Unread) and whole.blank:
        return found
    candidates = stated(answer.text, vocabulary)
    if len(candidates) == 1 and candidates[0].text.strip() != answer.text.strip() and not _unfinished(answer.text, candidates[0].text):
        inner = _fitting(reader.read(candidates[0].text, vocabulary, expect=manner.expect), manner)
        if isinstance(inner, Read):
            return inner
    if len(candidates) > 1 and isinstance(whole, Unread):
        return Unread("it puts forward several formulas", whole.span, f"State one answer, such as {manner.example}.", found.notes)
    return found


def _unfinished(text: str, formula: str) -> bool:
    """Does nothing but a sign stand behind the formula ("x^2 + 2x +")? Then it is not all that was to be written."""
    _, found, rest = text.partition(formula.strip())
    return bool(found) and re.fullmatch(r"[\s$]*[-+−*/^·×][\s$.]*", rest) is not None


def _fitting(found: Reading, manner: Manner) -> Reading:
    if isinstance(found, Unread):
        return found
    term, notes = found.term, found.notes
    if manner.label:
        term, note = unlabelled(term)
        notes = (*notes, note) if note else notes
    others = tuple(unlabelled(t)[0] if manner.label else t for t in found.alternatives)
    kind = natures.nature(term)
    if kind not in manner.natures:
        return Unread(f"it reads as {natures.WORDS[kind]}, and {manner.noun} is asked for", term.span,
                      f"Write {manner.noun}, such as {manner.example}.", notes)
    return dataclasses.replace(found, term=term, notes=notes, alternatives=tuple(t for t in others if natures.nature(t) in manner.natures))


def unlabelled(term: Term) -> tuple[Term, Note | None]:
    """The last side of a chain of equalities, with a note where the first side is more than a name."""
    if term.kind != "relation" or not set(term.signs) <= {"=", ":=", "equiv"}:
        return term, None
    first, last = term.args[0], term.args[-1]
    name = first.kind == "symbol" and first.name not in free_names(last) or first.is_apply("call") or first.kind == "apply" and first.name in (
        "index", "prime", "derivative", "partial", "sup", "hat", "bar", "tilde", "star", "gradient", "det", "expectation", "variance") or first.kind == "binder"
    name = name or first.kind == "tuple" and all(a.kind == "symbol" for a in first.args) and last.kind == "tuple"
    if len(term.args) == 2 and name:
        return last, None
    if not name and not (first.kind == "apply" and len(term.args) > 1):
        return term, None
    if len(term.args) == 2:
        return last, Note("the right side of the equality is taken for the answer", None, "guess", "compare.side")
    return last, Note("the last side of the chain is taken for the answer", None, "info" if name else "guess", "compare.chain")


# ---------------------------------------------------------------------------------------------------------- the reference


@lru_cache(maxsize=2048)
def reference(text: str, vocabulary: Vocabulary, manner: Manner) -> Term:
    """A reference, variant or known wrong answer as a term. Fails with `SpecError`."""
    found = _fitting(reader.read(text, vocabulary, expect=manner.expect), manner)
    if isinstance(found, Unread):
        raise SpecError(f"expected {manner.noun}, found {text!r}: {found.reason}")
    return found.term


def of(part: Part, text: str, manner: Manner, key: str = "answer") -> Term:
    """That text of the part as a term. Fails with `SpecError` that names the key."""
    try:
        return reference(text, Vocabulary.of(part), manner)
    except SpecError as error:
        raise SpecError(error.message, key=key) from error


def check(part: Part, manner: Manner) -> None:
    """Fails with `SpecError` when the reference, a variant or a foreseen answer cannot be used."""
    of(part, part.answer, manner)
    for key, entries in (("accept", part.accept), ("wrong", part.wrong)):
        for number, entry in enumerate(entries):
            if entry.answer:
                of(part, entry.answer, manner, key)
            elif entry.pattern:
                raise SpecError(f"the kind {part.kind} knows no patterns, found {entry.pattern!r}; expected an answer", key=f"{key}[{number}].pattern")


# ------------------------------------------------------------------------------------------------------------------ claims


def claim(part: Part, answer: Term, other: Term, label: str) -> Claim:
    """"answer = other" under the part's domains."""
    left, right = aligned(Read(answer), other).term, aligned(Read(other), answer).term
    return equation(left, right, dict(part.domains()), label)


def claims(reading: Reading, part: Part, settled: Settled, manner: Manner, domain: bool = False) -> tuple[Claim, ...]:
    """Equal to the reference; where not, to a variant or a foreseen wrong answer; where equal, whether it is defined where it should be
    (`domain`)."""
    if not isinstance(reading, Read):
        return ()
    made = [claim(part, reading.term, of(part, part.answer, manner), "equal")]
    first = settled.get("equal")
    if first is None:
        return tuple(made)
    if first.status not in EQUAL:
        for name, entries in (("accept", part.accept), ("wrong", part.wrong)):
            made += [claim(part, reading.term, of(part, e.answer, manner, name), f"{name} {k}") for k, e in enumerate(entries) if e.answer]
    elif domain:
        pair = made[0].conclusion
        made.append(dataclasses.replace(made[0], conclusion=Satisfies((pair.left, pair.right), "definedness"),
                                        label="defined"))  # type: ignore[union-attr]
    return tuple(made)


# -------------------------------------------------------------------------------------------------------------------- mark


def mark(reading: Reading, part: Part, settled: Settled, kind: str, *, remarks: tuple[Award, ...] = ()) -> Mark:
    """All points where the claim "equal" (or a variant) holds; else what the spec says of a foreseen wrong answer; a person where it is not
    decided."""
    verdict = settled["equal"]
    if verdict.status in EQUAL:
        return _credit(part, verdict, f"{kind}.right", "equal", settled, remarks, kind)
    for k, entry in enumerate(part.accept):
        other = settled.get(f"accept {k}")
        if other is not None and other.status in EQUAL:
            text = f"Accepted under this convention: {entry.convention}." if entry.convention else ""
            points = part.points if entry.points is None else entry.points
            made = _credit(part, other, f"{kind}.accepted", f"accept {k}", settled, (), kind, text)
            return made if points == part.points else dataclasses.replace(made, points=min(points, made.points))
    if verdict.status is Status.REFUTED:
        return mark_known_wrong(part, settled, f"{kind}.wrong", shown(verdict.finding.words, reading.term, part), "equal")
    foreseen = known_wrong(part, settled)
    if foreseen is not None:
        return mark_known_wrong(part, settled, f"{kind}.wrong", "", foreseen[1])
    return person(part, f"{kind}.undecided", "Whether this equals what is asked for could not be decided.", "equal")


def _credit(part: Part, verdict: object, tag: str, label: str, settled: Settled, remarks: tuple[Award, ...], kind: str, text: str = "") -> Mark:
    found = settled[label]
    if found.status is Status.AGREES:
        if any(fact.startswith(STEPS) for fact in found.finding.facts):
            return person(part, f"{kind}.steps",
                          "It agrees at every point tried, but it has jumps or corners that points may miss: a person decides.", label,
                          Status.AGREES)
        made = agreed(part, tag, text, label)
    else:
        made = full(part, tag, text, label)
    return dataclasses.replace(made, awards=(*made.awards, *remarks))


def remark(kind: str, reason: str, text: str, label: str = "") -> Award:
    """An award that only speaks."""
    return Award("none", Fraction(0), f"{kind}.{reason}", text, label)


def operators(term: Term) -> frozenset[str]:
    """Names of the operators and binders in a term."""
    return frozenset(node.name for node in walk(term) if node.kind in ("apply", "binder"))


