"""The frozen types of a course: problem files, papers, marks and reports. `model` hands them out; what only decides claims does not load them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.model import Note, Reading, Symbol, Verdict

# ------------------------------------------------------------------------------------------------------------- problems


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
