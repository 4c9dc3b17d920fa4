"""A formula equal to the reference, whatever its form.

What it checks
    Whether the answer and the reference are equal for all values of the symbols in their domains, wherever both are defined. Where the answer is
    undefined and the reference is not, this is said beside the mark.

What learners may write
    Any formula, typed, in LaTeX or Unicode; with a name before it (y = 3x, f'(x) = 2x), in a sentence that puts one formula forward, or as a chain of
    equalities, of which the last side counts.

Definition used
    Symbols without a declared domain are real, except z, w and what re, im, arg, conj are taken of where something complex is written. Roots, logarithms
    and powers are the real functions, defined where school analysis defines them; beside complex numbers they have their principal values. 0/0, 0^0 and infinite differences equal
    nothing. An integral, sum, limit or derivative that is left standing is no answer where the reference has none (`unevaluated`). With
    `up_to_constant: x`, formulas with the same derivative in x count as equal; then `constant` says whether the constant must be written.
    Letters under `where` stand for what the question says they are. Letters under `constants` are arbitrary: the answer may name them otherwise.

Fails when
    The answer puts forward several formulas, or agreement can be seen at points only and the formula has jumps or corners: a person then.

Example
    kind: expression
    symbols: {x: real}
    answer: (x + 1)^2
    wrong: [{answer: x^2 + 1, feedback: "The mixed term 2x is missing."}]
"""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from grader.answers import _compare
from grader.answers._compare import Manner
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, agreed, full, person
from grader.answers._kind import mark as run
from grader.model import Answer, Note, SpecError, Status
from grader.term import Term, apply, free_names, number, replace, symbol, walk

TAGS = _compare.tags("expression", "Equal to the reference.") | {
    "expression.unevaluated": "Right, but an integral, sum, limit or derivative is left standing.",
    "expression.undefined": "Equal, but undefined where the reference is defined.",
    "expression.constant": "Right but for the constant of integration, which is not written.",
    "expression.renamed": "Equal when the arbitrary constants have got the reference's names.",
    "expression.narrow": "Undefined on more than the reference; the part asks for the same domain.",
}
STANDING = frozenset("integral antiderivative sum product limit derivative partial gradient maximum minimum supremum infimum argmax argmin".split())
MANNER = Manner("expression", frozenset({"number", "pair", "infinite", "antiderivative"}), "a formula", "(x + 1)^2")


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    unevaluated: Literal["person", "zero", "allow"] = field(default="person", metadata={
        "help": "what becomes of a right answer with an integral, sum, limit or derivative that the reference does not have"})
    domain: Literal["remark", "person", "zero"] = field(default="remark", metadata={
        "help": "what becomes of an equal answer that is undefined where the reference is defined"})
    up_to_constant: str = field(default="", metadata={"help": "a variable: formulas with the same derivative in it count as equal"})
    constant: Literal["optional", "required"] = field(default="optional", metadata={
        "help": "with up_to_constant: whether the answer must contain a constant of its own (C)"})
    constant_points: Fraction | None = field(default=None,
                                             metadata={"help": "with constant: required, what an answer without it earns; default: half the points"})
    constants: tuple[str, ...] = field(default=(), metadata={
        "help": "symbols of the reference that are arbitrary constants: the answer may name them otherwise"})
    where: tuple[tuple[str, str], ...] = field(default=(), metadata={
        "help": "what letters stand for that the answer may use in place of it, as {s: softmax(x)}; the reference does without them"})
    log_base: int | None = field(default=None, metadata={"help": "what log without a base means; default: natural"})
    decimal_comma: bool = field(default=False, metadata={"help": "whether 3,5 is a number"})
    degrees: bool = field(default=False, metadata={"help": "whether the arguments of sin, cos, tan are in degrees"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference, a variant or a foreseen answer is no formula, or the variable of `up_to_constant` is no name."""
    _compare.check(part, MANNER)
    name = part.options.up_to_constant
    if name and not name.isidentifier():
        raise SpecError(f"expected the name of a variable, found {name!r}", key="up_to_constant")
    for letter, text in part.options.where:
        if letter in free_names(_compare.of(part, text, MANNER, "where")) | free_names(_compare.of(part, part.answer, MANNER)):
            raise SpecError(f"expected a reference and meanings without {letter}, which stands for something", key="where")
    if part.options.constant == "required" and not name:
        raise SpecError("constant: required needs up_to_constant", key="constant")


def read(answer: Answer, part: Part) -> Reading:
    """The formula; letters that the problem does not name are a guess, except the constant of integration."""
    found = _compare.read(answer, part, MANNER)
    if not isinstance(found, Read) or not part.symbols:
        return found
    known = {s.name for s in part.symbols} | free_names(_compare.of(part, part.answer, MANNER)) | ({part.options.up_to_constant} - {""})
    strange = sorted(free_names(found.term) - known)
    if part.options.up_to_constant and len(strange) == 1:
        return Read(found.term, tuple(n for n in found.notes if n.code != "unknown_name"), found.alternatives, found.proposed)
    if strange and not any(n.severity == "guess" for n in found.notes):
        return Read(found.term, (*found.notes, Note(f"{', '.join(strange)} is not named in the problem", None, "info", "unknown_name")),
                    found.alternatives,
                    found.proposed)
    return found


MAX_CONSTANTS = 3
"""Arbitrary constants whose names are tried in every order."""


def _renamed(term: Term, part: Part) -> list[Term]:
    """The answer with its own constants (letters that neither the problem nor the reference names) under the reference's names, in
    every order."""
    wanted = [c for c in part.options.constants if c in free_names(_compare.of(part, part.answer, MANNER))]
    known = ({s.name for s in part.symbols} | free_names(_compare.of(part, part.answer, MANNER))) - set(wanted)
    own = sorted(free_names(term) - known)
    if not wanted or len(own) != len(wanted) or len(own) > MAX_CONSTANTS:
        return []
    return [replace(term, {symbol(a): symbol(b) for a, b in zip(own, order)}) for order in itertools.permutations(wanted)]


def _in_full(term: Term, part: Part) -> Term:
    """The term with the letters under `where` written out."""
    return replace(term, {symbol(name): _compare.of(part, text, MANNER, "where") for name, text in part.options.where})


def _slope(term: Term, part: Part) -> Term:
    x = symbol(part.options.up_to_constant)
    return apply("derivative", term, x, number(1)) if x.name in free_names(term) else number(0)


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Equal to the reference (its derivative, up to a constant), and defined where the reference is."""
    if part.options.where and isinstance(reading, Read):
        reading = dataclasses.replace(reading, term=_in_full(reading.term, part))
    if not part.options.up_to_constant or not isinstance(reading, Read):
        made = _compare.claims(reading, part, settled, MANNER, domain=True)
        first = settled.get("equal")
        if not part.options.constants or not isinstance(reading, Read) or first is None or first.status in _compare.EQUAL:
            return made
        reference = _compare.of(part, part.answer, MANNER)
        return (*made, *(_compare.claim(part, term, reference, f"renamed {k}") for k, term in enumerate(_renamed(reading.term, part))))
    entries = [("equal", part.answer), *((f"accept {k}", e.answer) for k, e in enumerate(part.accept)), *((f"wrong {k}", e.answer) for k,
        e in enumerate(part.wrong))]
    first = settled.get("equal")
    wanted = entries[:1] if first is None or first.status in _compare.EQUAL else [e for e in entries if e[1]]
    return tuple(_compare.claim(part, _slope(reading.term, part), _slope(_compare.of(part, text, MANNER), part), label) for label, text in wanted)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """Equality first, then the form and the domain as the options say."""
    renamed = next((label for label, v in settled.items() if label.startswith("renamed") and v.status in _compare.EQUAL), None)
    if renamed is not None and settled["equal"].status not in _compare.EQUAL:
        if settled[renamed].status is Status.AGREES:
            return agreed(part, "expression.renamed", "With the constants renamed:", renamed)
        return full(part, "expression.renamed", "", renamed)
    found = _compare.mark(reading, part, settled, "expression", remarks=_remarks(settled))
    if found.status not in ("proved", "agrees") or found.needs_human:
        return found
    options, term = part.options, reading.term
    reference = _compare.of(part, part.answer, MANNER)
    standing = sorted(_compare.operators(term) & STANDING - _compare.operators(reference))
    if standing and options.unevaluated != "allow":
        text = f"It is equal, but the {standing[0]} is left standing: that restates the question."
        if options.unevaluated == "zero":
            return run(part, Award("set", Fraction(0), "expression.unevaluated", text, "equal"), status=found.status)
        return person(part, "expression.unevaluated", text, "equal", Status(found.status))
    lost = settled.get("defined")
    if lost is not None and lost.status is Status.REFUTED and options.domain != "remark":
        text = " ".join(lost.finding.words)
        if options.domain == "zero":
            return run(part, Award("set", Fraction(0), "expression.narrow", text, "defined"), status=Status.REFUTED)
        return person(part, "expression.narrow", text, "defined", Status(found.status))
    if options.constant == "required" and not _has_constant(term, part):
        points = part.points / 2 if options.constant_points is None else options.constant_points
        return run(part, Award("set", points, "expression.constant", "The constant of integration is missing.", "equal"), status=found.status)
    return found


def _has_constant(term: Term, part: Part) -> bool:
    """Is a symbol added that the problem does not name (C)?"""
    known = {s.name for s in part.symbols} | {part.options.up_to_constant}
    sums = term.args if term.is_apply("add") else (term,)
    own = free_names(_compare.of(part, part.answer, MANNER)) & known
    return any(free_names(t) and not free_names(t) & (known | own) for t in sums) or any(n.is_apply("pm") for n in walk(term))


def _remarks(settled: Settled) -> tuple[Award, ...]:
    lost = settled.get("defined")
    if lost is None or lost.status is not Status.REFUTED:
        return ()
    return (_compare.remark("expression", "undefined", " ".join(lost.finding.words), "defined"),)


