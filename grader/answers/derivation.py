"""A derivation, line by line, from what was given to what was asked.

What it checks
    Each line from the one before, with its own sign (= or an inequality): the first line that does not follow is shown with a small example in
    numbers, and what comes after it is judged from the learner's own line, so that one slip costs once. That it begins with what was given and
    ends with what was asked, in that form; that there is something between the two.

What learners may write
    LaTeX displays (align, split), one line a step, lines that begin with their sign, several signs a line, prose and reasons between the lines,
    a premise first ("KL >= 0"), a chain from either end, the asked equation put together from two others, and `L = -E_q[...]` where L is meant
    as a loss.

Definition used
    A link is valid when it holds for all densities (and functions, and numbers of the declared domains). `start`, `goal` and `relation` say what
    is to be shown: the goal counts as reached when a chain of links leads from a side written like `start` to one written like `goal` (order, E
    or integral, KL or its definition, do not matter), or when two established relations add up to it. `credit: share` gives the points less a
    share for each broken link; where the goal is not reached, at most half, by the number of valid steps. `all_or_nothing` wants all of it
    right; `waypoints` gives the points of each expression named there that a valid line reaches.

    A part that says nothing of densities, or names a `theory`, is marked in that theory's language (docs/proofs.md): equations, inequalities and
    systems are lines as well; the goal is reached when it stands there up to order, signs and worked-out numbers (`end: equal`: anything equal).

Fails when
    A line cannot be read or decided: that line goes to a person, the rest is marked. The asked statement alone, without a step between, goes to
    a person.

Example
    kind: derivation
    define: {L(q): '\\int q(z|x) \\log \\frac{p(x,z)}{q(z|x)} dz'}
    start: L(q)
    goal: E_{q(z|x)}[\\log p(x|z)] - KL(q(z|x) || p(z))
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from grader.answers import _derivation_lines as theory_lines
from grader.answers import _derivation_marks as marks
from grader.answers import _derivation_verdicts as verdicts
from grader.answers._chains import MAX_LINKS, Derivation, build
from grader.answers._densities import DensityOptions, Question, author_term, formula_lines, question
from grader.answers._kind import Claim, Mark, Part, Read, Reading, Settled, Unread
from grader.model import Answer, Note, SpecError
from grader.reading.lines import Line
from grader.term import Term, collection, relation, text

TAGS = {
    "derivation.valid": "Every line follows and the goal is reached.",
    "derivation.break": "A line does not follow from the one before.",
    "derivation.direction": "An inequality stands the wrong way round.",
    "derivation.equality": "An equality stands where only an inequality holds.",
    "derivation.log_inside": "A logarithm was moved inside a sum.",
    "derivation.start": "It does not begin with what was given.",
    "derivation.goal": "It does not end with what was asked.",
    "derivation.form": "It ends with something equal to what was asked, written in another form.",
    "derivation.right_end": "The asked end was reached through a line that does not follow.",
    "derivation.jump": "The asked statement stands there without a step between.",
    "derivation.circular": "It begins with the asked statement and derives other things from it.",
    "derivation.no_progress": "Nothing but the first expression, rewritten.",
    "derivation.weaker": "An inequality stands where equality holds.",
    "derivation.strict": "A strict inequality stands where equality is possible.",
    "derivation.mixed_signs": "Inequalities in both directions stand in one chain.",
    "derivation.sign": "The learner's own definition has the other sign, and is used.",
    "derivation.healed": "A slip in one line is taken back in a later one.",
    "derivation.large": "Every line holds, and a person says whether the steps are small enough.",
    "derivation.roots": "A line follows, and more satisfies it than the line before.",
    "derivation.carried": "A line follows from an earlier wrong one.",
    "derivation.unread_line": "A line cannot be read.",
    "derivation.open_line": "A line could not be decided.",
    "derivation.agrees": "A line holds at everything tried, which is no proof.",
    "derivation.waypoint": "An expression that earns points of its own was reached.",
    "blank": "Nothing was written.", "unread": "No line of it can be read.",
}


PATTERNS = ("direction", "equality", "log_inside")
"""Names for `wrong: [{pattern: ...}]`; an entry with an answer names a false statement that is used in a step, such as
p(x,z) = p(x|z) p(x), or that a step comes to, such as log p(x) = L(q)."""


@dataclass(frozen=True)
class Waypoint:
    """An expression that a derivation passes, and what reaching it earns."""

    reach: str = field(metadata={"help": "the expression"})
    points: Fraction | None = field(default=None, metadata={"help": "its points (default: an equal share)"})


@dataclass(frozen=True)
class Options(DensityOptions):
    """The keys of a part of this kind."""

    start: str = field(default="", metadata={"help": "what was given (default: the first side of the answer)"})
    goal: str = field(default="", metadata={"help": "what was asked for (default: the last side of the answer)"})
    relation: Literal["=", "<=", ">="] = field(default="=", metadata={"help": "what is to be shown: start RELATION goal"})
    credit: Literal["share", "all_or_nothing", "waypoints"] = field(default="share", metadata={
        "help": "share: each broken link costs a share; all_or_nothing; waypoints: points for what is reached"})
    waypoints: tuple[Waypoint, ...] = field(default=(), metadata={"help": "expressions with points: [{reach: \"...\", points: 1}]"})
    between: int = field(default=1, metadata={"help": "how many steps must stand between start and goal at least"})
    theory: str = field(default="", metadata={"help": "the language: algebra, linear_algebra, probability, asymptotics, dynamics (default: densities "
                                                      "where the part speaks of them, else found from what is written)"})
    end: Literal["form", "equal"] = field(default="form", metadata={
        "help": "form: the goal as it stands, up to order (another form goes to a person); equal: anything equal to it (theories)"})
    steps: int = field(default=0, metadata={"help": "how many steps a full derivation has (default: those of the answer, else 3)"})


@dataclass(frozen=True)
class Lines:
    """What was read: the chains, and the definitions that the learner made."""

    derivation: Derivation
    definitions: tuple[object, ...]


def check(part: Part) -> None:
    """Fails with `SpecError` when start and goal are not given, or a term of the options cannot be read."""
    options: Options = part.options
    if theory_lines.wanted(part):
        theory_lines.check(part)
        return
    asked = asked_of(part)
    if asked is None:
        raise SpecError("expected `start` and `goal`, or a derivation under `answer`", key="goal")
    for waypoint in options.waypoints:
        _, open_question = marks.completed_alone(waypoint.reach, part, asked)
        if open_question:
            raise SpecError(f"{waypoint.reach!r}: {open_question}", key="waypoints")
    if options.credit == "waypoints" and not options.waypoints:
        raise SpecError("expected expressions under `waypoints`", key="waypoints")
    for entry in part.wrong:
        if entry.answer:
            author_term(entry.answer, part, "wrong")
        elif entry.pattern not in PATTERNS:
            raise SpecError(f"expected one of {', '.join(PATTERNS)}; found {entry.pattern!r}", key="wrong.pattern")
    if part.answer and not formula_lines(part.answer, asked.vocabulary):
        raise SpecError("no line of it can be read", key="answer")


def asked_of(part: Part) -> Question | None:
    """The question with `start` and `goal`, or None where they are not given."""
    options: Options = part.options
    names = tuple([n for n in ("start", "goal") if getattr(options, n)])
    asked = question(part, names)
    if len(names) == 2:
        return asked
    ends = marks.ends_of(part.answer, asked)
    if ends is None:
        return None
    found = {"start": asked["start"] or ends[0], "goal": asked["goal"] or ends[1]}
    return replace(asked, reference=tuple(found.items()))


def read(answer: Answer, part: Part) -> Reading:
    """The lines as chains of sides."""
    if not answer.text.strip():
        return Unread("nothing is written", blank=True)
    if theory_lines.wanted(part):
        return theory_lines.read_answer(answer.text, part)
    asked = asked_of(part)
    assert asked is not None
    found = formula_lines(answer.text, asked.vocabulary)
    definitions = _definitions(found, asked, part)
    named = {d.head for d in definitions}
    derivation = build([line for line in found if not (line.role == "definition" and _head(line) in named)])
    if len(derivation.links) > MAX_LINKS:
        return Unread(f"it has {len(derivation.links)} steps; at most {MAX_LINKS} are read")
    if not any(s.typed is not None for s in derivation.sides):
        why = next((s.why for s in derivation.sides if s.why), "no formula is found")
        near = next((s.proposed for s in derivation.sides if s.proposed is not None), None)
        return Unread(why, hint="Write one step a line, each beginning with its sign.", proposed=near)
    notes = tuple([n for line in found for n in line.notes if n.severity != "guess"])
    shown = [_shown(derivation, chain) for chain in derivation.chains]
    lines = Lines(derivation, definitions)
    judged = marks.Judged(part, asked, lines, {})
    if derivation.links and not judged.step_claims():
        near = next((s.proposed for s in derivation.sides if s.proposed is not None), None)
        reasons = [*[s.why for s in derivation.unread], *judged.why, "no line of it is a statement"]
        return Unread(next(w for w in reasons if w), hint="Write one step a line, each beginning with its sign.", proposed=near)
    open_notes = tuple([Note(n, None, "repair", "densities.taken") for n in judged.notes])
    return Read(collection("list", *shown) if len(shown) != 1 else shown[0], (*notes, *open_notes), extra=lines)


def _shown(derivation: Derivation, chain: tuple[int, ...]) -> Term:
    sides = [derivation.sides[k].typed or text(derivation.sides[k].text) for k in chain]
    signs = [link.sign for link in derivation.links if link.right in chain[1:]]
    return relation(tuple(signs), *sides) if signs else sides[0]


def _head(line: Line) -> str:
    left = line.left
    if not isinstance(left, Term):
        return ""
    head = left.args[0] if left.is_apply("call") else left
    return head.name if head.kind == "symbol" else ""


def _definitions(found: tuple[Line, ...], asked: Question, part: Part) -> tuple[object, ...]:
    """Names that the learner introduces ("let w = p(x,z)/q(z|x)") and that nobody else knows."""
    from grader.algebra.density_completion import Definition
    from grader.algebra.density_names import DENSITY_LETTERS

    known = {n for n, _ in part.domains()} | {d.head for d in asked.conventions.definitions} | DENSITY_LETTERS  # type: ignore[attr-defined]
    made: list[object] = []
    for line in found:
        left = line.left
        if line.role != "definition" or not isinstance(left, Term) or len(line.steps) != 1 or not isinstance(line.steps[0].side, Term):
            continue
        name = _head(line)
        if name and name not in known:
            made.append(Definition(name, left.args[1:] if left.is_apply("call") else (), line.steps[0].side))
            known.add(name)
    return tuple(made)


# ------------------------------------------------------------------------------------------------------------- claims


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """First whether L is used with the question's sign; then every link; then what explains those that fail."""
    if not isinstance(reading, Read):
        return ()
    if isinstance(reading.extra, theory_lines.Derived):
        return tuple(theory_lines.Judged(part, reading.extra, settled).claims())
    asked = asked_of(part)
    assert asked is not None
    judged = marks.Judged(part, asked, reading.extra, settled)
    fresh = [c for c in judged.sign_claims() if c.label not in settled]
    if fresh:
        return tuple(fresh)
    found = judged.step_claims()
    if all(c.label in settled for c in found):
        found += judged.follow_ups()
        if all(c.label in settled for c in found):
            found += judged.explanations()
    return tuple(found)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """The share of valid links, what is missing at the ends, and a word on every line that is not valid."""
    if isinstance(reading, Read) and isinstance(reading.extra, theory_lines.Derived):
        return verdicts.mark(part, theory_lines.Judged(part, reading.extra, settled))
    asked = asked_of(part)
    assert asked is not None and isinstance(reading, Read)
    return marks.mark(part, marks.Judged(part, asked, reading.extra, settled))
