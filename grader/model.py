"""The frozen types that travel from a submission to a report. No behaviour beyond checking and (de)serialising themselves."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

from grader.domain import Domain
from grader.term import Span, Term

# ------------------------------------------------------------------------------------------------------------- problems


@dataclass(frozen=True, slots=True)
class Symbol:
    """A declared symbol: its domain, the words people use for it ("sequence length"), other spellings ("T", "N")."""

    name: str
    domain: Domain = Domain()
    words: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """An answer the author foresaw: a wrong one with its feedback and points, or a variant that is accepted under a convention."""

    answer: str = ""
    feedback: str = ""
    points: Fraction | None = None
    convention: str = ""
    pattern: str = ""
    """Name of a pattern that the kind recognises instead of an answer ("simultaneous"); see the kind's documentation."""
    tag: str = ""
    place: str = field(default="", compare=False)
    """file:line of the spec."""


@dataclass(frozen=True, slots=True)
class SpecTest:
    """A row of a part's `tests`: this answer must get these points (and this tag, status, feedback text, if given)."""

    answer: str
    points: Fraction | None = None
    tag: str = ""
    status: str = ""
    feedback: str = ""
    needs_human: bool | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Rubric:
    """A line of the rubric for a person: what to look for and what it is worth."""

    text: str
    points: Fraction


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked. `options` is the frozen Options value of the part's kind."""

    id: str
    kind: str
    points: Fraction
    ask: str = ""
    answer: str = ""
    options: Any = None
    symbols: tuple[Symbol, ...] = ()
    accept: tuple[KnownAnswer, ...] = ()
    wrong: tuple[KnownAnswer, ...] = ()
    tests: tuple[SpecTest, ...] = ()
    rubric: tuple[Rubric, ...] = ()
    labels: tuple[tuple[str, ...], ...] = ()
    """How the part is found in a paper: label paths such as ("1", "a", "RNN", "train time"); each label may be a "|" list."""
    agrees: str = "credit"
    """What AGREES earns: "credit" or "person" (the kind's default may be stricter for expressions with floor, max, abs, cases)."""
    place: str = ""
    """file:line of the spec."""
    self_check: str = "verdict"
    """What a learner who checks an answer before handing in is told: "verdict", or only the "reading"."""

    def domains(self) -> tuple[tuple[str, Domain], ...]:
        return tuple((s.name, s.domain) for s in self.symbols)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem file: its parts in order. `digest` is the SHA-256 of what it says (not of its layout)."""

    id: str
    title: str
    parts: tuple[Part, ...]
    digest: str
    place: str = ""
    labels: tuple[str, ...] = ()
    """Headings under which papers answer this problem ("1", "Question 1")."""
    sheet: str = ""
    """The assignment that the problem belongs to: a paper is marked on the problems of the sheets that it answers something of."""

    def part(self, id: str) -> Part:
        """The part of that name. Fails when there is none (`KeyError`)."""
        for part in self.parts:
            if part.id == id:
                return part
        raise KeyError(id)


# ---------------------------------------------------------------------------------------------------------- submissions


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
class Provenance:
    """Where an answer's text came from. `ocr` texts may be misread by the tool that typed them."""

    file: str = ""
    line: int = 0
    format: str = "text"
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a learner handed in for one part, as typed. `part` is "problem/part"."""

    part: str
    text: str
    provenance: Provenance = Provenance()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """One paper. What could not be placed is kept in `unplaced`, with where it stood, and never dropped."""

    learner: str
    answers: tuple[Answer, ...]
    unplaced: tuple[Answer, ...] = ()
    notes: tuple[Note, ...] = ()
    digest: str = ""
    file: str = ""
    problems: tuple[str, ...] = ()
    """Problems that the paper says it answers (its front matter); empty means all."""


# -------------------------------------------------------------------------------------------------------------- reading


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


# ----------------------------------------------------------------------------------------------------------------- marks


@dataclass(frozen=True, slots=True)
class Award:
    """One step of marking: an operation ("add", "set", "none"), its amount, a stable tag `kind.reason`, words for the learner, and the label of
    the claim whose verdict it rests on ("" where it rests on none)."""

    operation: str
    amount: Fraction
    tag: str
    text: str = ""
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Awards in order, and what they come to. `needs_human` says that a person must look, with the reason in an award's text."""

    awards: tuple[Award, ...]
    points: Fraction
    out_of: Fraction
    needs_human: bool = False
    status: str = "undecided"
    """proved, refuted, agrees, undecided or unread: the one word for the whole answer."""

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(a.tag for a in self.awards if a.tag))


@dataclass(frozen=True, slots=True)
class PartReport:
    """Everything about one learner's answer to one part."""

    learner: str
    problem: str
    part: str
    answer: Answer
    reading: Reading
    verdicts: tuple[Verdict, ...]
    mark: Mark
    spec: str
    version: str


@dataclass(frozen=True, slots=True)
class Report:
    """One paper, marked: a part report for each part, and what could not be placed."""

    learner: str
    parts: tuple[PartReport, ...]
    unplaced: tuple[Answer, ...] = ()
    notes: tuple[Note, ...] = ()


# --------------------------------------------------------------------------------------------------------------- errors


class SpecError(Exception):
    """An author's mistake in a problem file: `str` gives "file:line: key: what was expected"."""

    def __init__(self, message: str, *, file: str = "", line: int = 0, key: str = "") -> None:
        super().__init__(message)
        self.message, self.file, self.line, self.key = message, file, line, key

    def __str__(self) -> str:
        place = ":".join(str(p) for p in (self.file, self.line) if p)
        return ": ".join(p for p in (place, self.key, self.message) if p)
