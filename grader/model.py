"""The frozen types that travel from a submission to a report. No behaviour beyond checking and (de)serialising themselves.

Those of readings, claims and verdicts stand here, those of a course (problems, papers, marks, reports) in `papers`; all are had from here.
"""

from __future__ import annotations

import dataclasses
import enum
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from grader.domain import Domain
from grader.term import Span, Term

if TYPE_CHECKING:
    from grader.papers import (Answer, Award, KnownAnswer, Mark, Part, PartReport, Problem, Provenance, Report, Rubric, SpecTest,  # noqa: F401
                               Submission)

_OF_PAPERS = frozenset("Answer Award KnownAnswer Mark Part PartReport Problem Provenance Report Rubric SpecTest Submission".split())


def __getattr__(name: str) -> Any:
    """The types of a course load at first use: deciding a claim needs none of them."""
    if name in _OF_PAPERS:
        return getattr(importlib.import_module("grader.papers"), name)
    raise AttributeError(f"module 'grader.model' has no attribute {name!r}")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A declared symbol: its domain, the words people use for it ("sequence length"), other spellings ("T", "N")."""

    name: str
    domain: Domain = Domain()
    words: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()


# -------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader of the report should know about how a text was read: a repair, a guess, an odd character.

    `severity`: "info" (harmless), "repair" (a slip mended beyond doubt), "guess" (a choice between readings: a person looks before it counts).
    """

    text: str
    span: Span | None = None
    severity: str = "info"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A text as understood. `alternatives` are other readings that nothing rules out; `proposed` marks a reading that is only a proposal
    (a repaired OCR slip): it earns nothing until a person agrees. `lines` holds a derivation's or table's further terms."""

    term: Term
    notes: tuple[Note, ...] = ()
    alternatives: tuple[Term, ...] = ()
    proposed: bool = False
    extra: Any = None
    """What a kind read beside the term (a table, a list of lines, chosen options); the kind that made it knows its type."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that could not be understood: why, where, and what to write instead. `blank` says that nothing was there."""

    reason: str
    span: Span | None = None
    hint: str = ""
    notes: tuple[Note, ...] = ()
    blank: bool = False
    proposed: Term | None = None
    """The nearest reading inside the problem's vocabulary, where one was found: for a person, never for credit."""


Reading: TypeAlias = Read | Unread

# --------------------------------------------------------------------------------------------------------------- claims


@dataclass(frozen=True, slots=True)
class Equal:
    """left = right wherever both are defined, for every value of the free symbols in their domains."""

    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class AtMost:
    """left <= right (or < where strict) for every value of the free symbols in their domains."""

    left: Term
    right: Term
    strict: bool = False


@dataclass(frozen=True, slots=True)
class GrowsLike:
    """left = order(right) as all `growing` symbols tend to infinity within the claim's conditions; order is "O", "o", "Theta", "Omega" or "omega".

    Definition: for O, there are C and N with left <= C * right whenever every growing symbol is >= N and the conditions hold; symbols that do not
    grow are positive constants.
    """

    left: Term
    right: Term
    order: str
    growing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TendsTo:
    """expression -> target as `variable` -> `point` within the claim's conditions."""

    expression: Term
    variable: str
    point: Term
    target: Term


@dataclass(frozen=True, slots=True)
class Follows:
    """Every point of the domains that satisfies all premises satisfies the conclusion (undefined counts as not satisfied)."""

    premises: tuple[Term, ...]
    conclusion: Term


@dataclass(frozen=True, slots=True)
class Satisfies:
    """The subject has a named property. `parameters` are (name, value) pairs, sorted; values are terms, strings, fractions, or tuples of them."""

    subject: tuple[Term, ...]
    property: str
    parameters: tuple[tuple[str, Any], ...] = ()

    def parameter(self, name: str) -> Any:
        """The value of that parameter. Fails when there is none (`KeyError`)."""
        return dict(self.parameters)[name]


Conclusion: TypeAlias = Equal | AtMost | GrowsLike | TendsTo | Follows | Satisfies


@dataclass(frozen=True, slots=True)
class Claim:
    """hypotheses |- conclusion. `label` names the claim within its answer ("upper", "step 3") and is not part of what is claimed."""

    conclusion: Conclusion
    domains: tuple[tuple[str, Domain], ...] = ()
    conditions: tuple[Term, ...] = ()
    label: str = field(default="", compare=False)
    span: Span | None = field(default=None, compare=False)

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits of what is claimed; label and span do not count."""
        from grader.encoding import digest, encode  # encoding imports this module

        return digest(encode(dataclasses.replace(self, label="", span=None)))

    def domain(self, name: str) -> Domain:
        """The domain of a symbol; "*" in the domains is the default for symbols not named."""
        table = dict(self.domains)
        return table.get(name) or table.get("*") or Domain()


# -------------------------------------------------------------------------------------------------------------- verdicts


class Status(enum.StrEnum):
    """What is known about a claim (see DESIGN: status rules)."""

    PROVED = "proved"
    REFUTED = "refuted"
    AGREES = "agrees"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a procedure offers for a claim: the name of the checker that can replay it, and its data (JSON values only).

    A `gap` (method "gap") says what was tried and why each try stopped: data {"tried": [[procedure, why], ...]}.
    """

    method: str
    data: Mapping[str, Any]

    def __hash__(self) -> int:
        import json  # evidence is rarely hashed

        return hash((self.method, json.dumps(self.data, sort_keys=True)))


@dataclass(frozen=True, slots=True)
class Finding:
    """What a checker concluded from evidence, after replaying it.

    `facts`: domain facts used ("x > 0"). `oracles`: steps believed and not replayed ("z3"). `lemmas`: names from the lemma book.
    `words`: the evidence in plain words, for anyone (never showing the reference); `teacher_words`: the same with the reference in view.
    """

    status: Status
    facts: tuple[str, ...] = ()
    oracles: tuple[str, ...] = ()
    lemmas: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    teacher_words: tuple[str, ...] = ()


_SEAL = object()
"""Held by the kernel alone (a test reads the sources): nobody else can make a Verdict."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the kernel says of a claim, with the evidence that it replayed. Made by `grader.kernel` only."""

    claim: Claim
    finding: Finding
    evidence: Evidence
    seal: object = field(repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise TypeError("only the kernel makes verdicts")

    @property
    def status(self) -> Status:
        return self.finding.status

    @property
    def equal(self) -> bool | None:
        """True where the claim is proved or agrees, False where refuted, None where undecided."""
        return {Status.PROVED: True, Status.AGREES: True, Status.REFUTED: False, Status.UNDECIDED: None}[self.status]


# --------------------------------------------------------------------------------------------------------------- errors


class SpecError(Exception):
    """An author's mistake in a problem file: `str` gives "file:line: key: what was expected"."""

    def __init__(self, message: str, *, file: str = "", line: int = 0, key: str = "") -> None:
        super().__init__(message)
        self.message, self.file, self.line, self.key = message, file, line, key

    def __str__(self) -> str:
        place = ":".join(str(p) for p in (self.file, self.line) if p)
        return ": ".join(p for p in (place, self.key, self.message) if p)
