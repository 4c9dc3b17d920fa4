"""What a theory is: the language of a derivation, what its lines leave unsaid, and which claims tell what holds between two sides.

A theory is a module `grader/theories/NAME.py` (the folder listing is the registry) with

- a docstring: its language, what proves and what refutes in it, and the sources;
- `suits(terms, context) -> bool`: is a derivation with these sides in its language? (`ORDER` says who is asked first; `algebra` comes last);
- `prepare(terms, context) -> Prepared`: the sides completed (densities get their arguments, symbols their shapes), one for one; a text in place of a
  term says why that side is not understood;
- `claims(link, context, settled) -> tuple[Claim, ...]`: what must be settled to know what holds between the two sides, given the verdicts so far (by
  label); asked again until it returns nothing new, so that a dear claim is stated only when a cheap one has left the question open;
- `conclude(link, context, settled) -> Step`: verdicts to what holds.

A theory settles nothing itself: claims go to `grader.decide` and come back as verdicts. Labels are local to a link.

Two kinds of link. An *expression* link relates two values ("a = b", "a <= b", "a ~ b"): it holds or fails. A *statement* link relates two conditions
(equations, inequalities, systems): the second is equivalent to the first, is implied by it, implies it, or neither.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType, ModuleType
from typing import Any, Protocol

from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, Status, Verdict
from grader.reading.vocabulary import OPEN, Vocabulary
from grader.term import Term, walk
from grader.theories._eigenvalues import characteristic

Settled = Mapping[str, Verdict]

RELATIONS = ("equal", "equivalent", "implies", "implied_by", "fails")
"""What a step can come to; None where it is not decided. An inequality (or `~`, `->`, `<<`) that holds "implies": what was true of the left side
("start <= left") is true of the right side, and not the other way round; where its two sides are equal it is "equal"."""

ORDER = ("probability", "dynamics", "linear_algebra", "asymptotics", "algebra")
"""Theories are asked in this order whether a derivation is in their language; others come before `algebra`, by name."""

LIMIT_SIGNS = frozenset(["->", "<<", ">>", "~"])
"""Signs that speak of limits."""
AT_MOST = {"<=": (False, False), "<": (False, True), ">=": (True, False), ">": (True, True)}
"""Sign to (are the sides turned, is it strict) for an `AtMost` claim."""


@dataclass(frozen=True)
class Context:
    """What is known where a link stands.

    `domains`: of the symbols, "*" for those not named. `conditions`: hypotheses given, assumed on the way, or glued to the line. `definitions`: (head,
    body) pairs in the order in which they were made; a head is a symbol or a call with symbols as arguments. `options` are the theory's own.
    """

    domains: tuple[tuple[str, Domain], ...] = ()
    conditions: tuple[Term, ...] = ()
    definitions: tuple[tuple[Term, Term], ...] = ()
    vocabulary: Vocabulary = OPEN
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    words: tuple[str, ...] = ()
    """Sentences that suppose something of random variables, as written."""
    earlier: tuple[Term, ...] = ()
    """What earlier lines stated, in order: statements, and equations that a name begins ("P = X^T X"). A theory may draw on them beside the line before."""

    def domain(self, name: str) -> Domain:
        """The domain of a symbol."""
        table = dict(self.domains)
        return table.get(name) or table.get("*") or Domain()

    @property
    def pointwise(self) -> tuple[Term, ...]:
        """The conditions that hold or fail at a point; "n -> oo" and "n << t" speak of limits."""
        return tuple([c for c in self.conditions if not any(n.kind == "relation" and LIMIT_SIGNS & set(n.signs) for n in walk(c))])


@dataclass(frozen=True)
class Prepared:
    """The sides as the theory understands them, one for one with those given (a text says why a side is not understood); notes for the reader;
    and the context with what the theory has added to it (None: unchanged)."""

    terms: tuple[Term | str, ...]
    notes: tuple[str, ...] = ()
    context: Context | None = None


@dataclass(frozen=True)
class Link:
    """left SIGN right, as claimed.

    `sign` is one of `term.RELATIONS`; between statements "=>", "<==", "<=>" or "" where no arrow was written; between expressions "" where a line
    has no sign (it is then meant as "="). `reason` is what the learner gave as one. `line` counts the lines of the derivation from 0.
    """

    index: int
    left: Term
    sign: str
    right: Term
    reason: str = ""
    line: int = 0
    statement: bool = False
    origin: Term | None = None
    """What the chain began with."""
    solved: bool = False
    """Does the next line go on from "left = 0" as an equation?"""
    supposing: bool = False
    """Are the values in it perhaps given ("a = 3, b = 4")?"""
    under: Term | None = None
    """A statement that stands before the chain, which it may use."""
    loose: bool = False
    """Do the words before the right side not say that it goes on from the left ("the length is ...")?"""
    fresh: tuple[str, ...] = ()
    """Names that the right side brings and that nothing before has said anything of."""
    unheard: bool = False
    """Had nothing been said of any name on the left side before its chain began?"""
    lone: bool = False
    """Does the statement stand alone, drawn from nothing and with nothing drawn from it?"""
    unsaid: tuple[str, ...] = ()
    """Names of what the chain began with that nothing had been said of."""
    claimed: tuple[Term, ...] = ()
    """What lines above say is to be shown: no ground to stand on."""
    doubt: str = ""
    """Words at or above its line that may suppose more than was understood (`_doubt`)."""


@dataclass(frozen=True)
class Step:
    """What holds between the two sides of a link.

    `relation` is one of `RELATIONS` or None; `status` says how well it is known; `reason` in words a learner may read; `example` is the counterexample
    worked out; `evidence` are the verdicts it rests on; `conditions` are side conditions in words ("x != 1"): what the step needs beyond what was
    given; `tags` are stable names of what is remarkable ("direction", "roots_lost").
    """

    line: int
    relation: str | None
    status: Status
    reason: str = ""
    evidence: tuple[Verdict, ...] = ()
    conditions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    example: str = ""


def breaks(step: Step) -> bool:
    """Does the line not follow from the one before? Where it only says nothing at points at which its sides are undefined, it is no break."""
    if step.relation == "implied_by":
        return not {"undefined_only", "as_claimed"} & set(step.tags)
    return step.relation == "fails" or bool({"arrow", "does_not_follow"} & set(step.tags))


_A_DOMAIN = re.compile(r"^[^\s:]+: ")


def told_of(step: Step) -> Step:
    """The step without the conditions that only repeat declared domains ("x: real > 0")."""
    kept = tuple([c for c in step.conditions if not _A_DOMAIN.match(c)])
    return step if kept == step.conditions else replace(step, conditions=kept)


class Theory(Protocol):
    """The functions of a theory module."""

    def suits(self, terms: tuple[Term, ...], context: Context) -> bool:
        """Is a derivation with these sides in its language?"""

    def prepare(self, terms: tuple[Term, ...], context: Context) -> Prepared:
        """The sides completed."""

    def claims(self, link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
        """What must be settled next."""

    def conclude(self, link: Link, context: Context, settled: Settled) -> Step:
        """What holds, by the verdicts."""


def owned(theory: Any, link: Link) -> bool:
    """Is a link for this theory alone, so that no other is asked where it leaves it open? A theory says so in `owns(link)`, if it has one."""
    owns = getattr(theory, "owns", None)
    return owns is not None and owns(link)


def names() -> tuple[str, ...]:
    """Names of the theories, in the order in which they are asked."""
    import grader.theories

    found = {m.name for m in pkgutil.iter_modules(grader.theories.__path__) if not m.name.startswith("_")}
    others = sorted(found - set(ORDER))
    return tuple([*[n for n in ORDER[:-1] if n in found], *others, *[n for n in ORDER[-1:] if n in found]])


def load(name: str) -> ModuleType:
    """The theory of that name. Fails when there is none (`KeyError`)."""
    if name not in names():
        raise KeyError(name)
    return importlib.import_module(f"grader.theories.{name}")


# ------------------------------------------------------------------------------------------------- links between expressions


def expression_claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """The claims for `=` and the four inequalities: equality first (an inequality may be an equality); then the inequality as claimed; where that is
    refuted, whether it holds the other way round ("turned"), for the words."""
    sign = link.sign or "="

    def stated(conclusion: Any, label: str) -> Claim:
        return Claim(conclusion, context.domains, context.pointwise, label)

    equal = stated(Equal(link.left, link.right), "equal")
    if sign == "=":
        return (equal,)
    if sign not in AT_MOST:
        return ()
    turned, strict = AT_MOST[sign]
    low, high = (link.right, link.left) if turned else (link.left, link.right)
    made = [equal]
    if "equal" in settled and (strict or not settled["equal"].equal):
        made.append(stated(AtMost(low, high, strict), "holds"))
        if "holds" in settled and settled["holds"].status is Status.REFUTED:
            made.append(stated(AtMost(high, low, strict), "turned"))
    return tuple(made)


def expression_step(link: Link, settled: Settled) -> Step:
    """What `expression_claims` came to."""
    sign = link.sign or "="
    equal, holds, turned = settled.get("equal"), settled.get("holds"), settled.get("turned")
    verdicts = tuple([v for v in (equal, holds, turned) if v is not None])
    if sign == "=" or equal is not None and equal.equal and holds is None:
        assert equal is not None or not verdicts
        return _step(link, equal, "equal", "the two sides are equal.", "the two sides are not equal.", verdicts[:1])
    strict_only = equal is not None and equal.equal and holds is not None and holds.status is Status.REFUTED
    wrong = "the two sides are equal, so the sign must allow it." if strict_only else "the inequality does not hold."
    tags = ()
    if turned is not None and turned.equal and not strict_only:
        wrong, tags = "the inequality holds the other way round.", ("direction",)
    return _step(link, holds, "implies", "the inequality holds.", wrong, verdicts, tags)


_VALUES = re.compile(r"the left side is (.+) and the right side (.+)\.$")


def sets_to_zero(link: Link) -> bool:
    """Does "= 0" end a chain that began with a derivative, or that the next line solves? It says where the chain vanishes, not that it does
    everywhere."""
    if link.solved:
        return True
    if link.statement or (link.sign or "=") != "=" or link.right.kind != "number" or link.right.value != 0 or link.origin is None:
        return False
    return any(n.kind == "apply" and (n.name in ("gradient", "partial", "derivative") or n.name == "call" and n.args[0].is_apply("prime") or characteristic(n))
               for n in walk(link.origin))


def condition_step(link: Link, evidence: tuple[Verdict, ...] = ()) -> Step:
    """A side set to zero: a condition, and nothing that could fail."""
    return Step(link.line, None, Status.UNDECIDED, "it sets the side before to zero; that is a condition, and no identity.", evidence, tags=("condition",))


def example_of(verdict: Verdict, turned: bool = False) -> str:
    """The counterexample of a refuted claim in words. Both sides of a link are the learner's own, so the values of both are said; `turned` where the
    claim has the link's right side on its left."""
    said = " ".join(verdict.finding.teacher_words or verdict.finding.words)
    values = _VALUES.search(said)
    if values is None:
        return said
    before, this = (values[2], values[1]) if turned else (values[1], values[2])
    return f"{said[:values.start()]}the side before is {before} and this one is {this}."


def _is_turned(link: Link, verdict: Verdict) -> bool:
    conclusion = verdict.claim.conclusion
    return isinstance(conclusion, AtMost) and conclusion.left == link.right


def _step(link: Link, verdict: Verdict | None, relation: str, right: str, wrong: str, evidence: tuple[Verdict, ...], tags: tuple[str, ...] = ()) -> Step:
    if verdict is None or verdict.equal is None:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", evidence, tags=tags)
    if not verdict.equal:
        return Step(link.line, "fails", Status.REFUTED, wrong, evidence, tags=tags,
                    example=example_of(verdict, _is_turned(link, verdict)))
    words = right if verdict.status is Status.PROVED else f"{right[:-1]} at everything tried, which is no proof."
    return Step(link.line, relation, verdict.status, words, evidence, verdict.finding.facts, tags)
