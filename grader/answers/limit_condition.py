"""A condition under which an attention weight tends to 1 ("what makes z = v_j?").

What it checks
    With alpha = softmax(k_i^T q): does alpha_j -> 1 follow from the condition for all keys and queries (is it sufficient), and does the condition
    follow from alpha_j -> 1 (is it necessary)? Both are decided from the growth of the gaps k_j^T q - k_i^T q, and refuted by keys and a query
    with numbers.

What learners may write
    `k_j^T q - k_i^T q -> oo for all i != j`, `k_j^T q >> k_i^T q`, `exp(k_j^T q) >> sum_{i != j} exp(k_i^T q)`, several conditions together
    ("k_j^T q -> oo and the others stay bounded"), or a sentence ("the dot product of k_j and q is much larger than that of the other keys"). The
    target key may have another name if the answer says so (`alpha_i -> 1`, `for all j != i`).

Definition used
    alpha_j -> 1 exactly when k_j^T q - k_i^T q -> oo for every i != j. A free index means every other key. `>>` between scores means that their
    difference tends to infinity (`much_greater: difference`), or that their ratio does with positive scores (`ratio`), or whichever of the two is
    right (`either`); between exponentials it is the ratio. "Similar", "close" are read as q = k_j, the most that they can mean: if that does not
    do, they do not. A condition that is sufficient and not necessary earns what `sufficient` says; one that only repeats alpha_j -> 1, what
    `restated` says. `orthonormal: yes` adds that the keys are orthonormal.

Fails when
    A condition has no clear meaning, words such as "not", "or", "some" stand beside it, or neither side can be shown: a person then.

Example
    kind: limit_condition
    target: {j: 1}
    answer: k_j^T q - k_i^T q -> oo for all i != j
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from grader.answers import _conditions as work
from grader.answers._attention import Naming, claim
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, full, known_wrong, nothing, person, unread
from grader.answers._kind import mark as run
from grader.model import Answer, SpecError, Status

TAGS = {
    "limit_condition.right": "The condition is necessary and sufficient.", "limit_condition.accepted": "A variant that the author accepts.",
    "limit_condition.sufficient_only": "The weight tends to 1 under the condition, but not only then.",
    "limit_condition.not_sufficient": "The condition can hold without the weight tending to 1.",
    "limit_condition.similarity": "Similarity of query and key instead of a growing gap.",
    "limit_condition.largest": "Only the largest score is asked for.",
    "limit_condition.fixed_score": "A score has a fixed value.", "limit_condition.own_score": "Only the target's own score is spoken of.",
    "limit_condition.keys": "Keys are compared, not their scores.", "limit_condition.some": "Only some other keys are spoken of.",
    "limit_condition.orthonormal_only": "Enough for orthonormal keys, which the question does not give.",
    "limit_condition.finite": "A fixed number for a score or a gap that may be large enough.",
    "limit_condition.restated": "The outcome itself, no condition on the scores.", "limit_condition.undecided": "Neither shown nor refuted.",
    "blank": "Nothing was written.", "unread": "The answer could not be read.",
}
ORTHONORMAL = "if the keys are orthonormal"
PATTERNS = ("similarity", "largest", "fixed_score", "own_score", "keys", "some", "restated")
"""Names for `wrong: [{pattern: ...}]`."""


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    target: tuple[tuple[str, Fraction], ...] = field(metadata={"help": "the index of the key whose weight tends to 1, as {j: 1}"})
    keys: str = field(default="k", metadata={"help": "the letter of the keys"})
    query: str = field(default="q", metadata={"help": "the letter of the query"})
    count: str = field(default="", metadata={"help": "the letter for the number of keys; default: the declared integer"})
    orthonormal: bool = field(default=False, metadata={"help": "whether the keys are known to be orthonormal"})
    much_greater: Literal["difference", "ratio", "either"] = field(default="difference", metadata={"help": "what >> between scores means"})
    sufficient: Literal["full", "partial", "person"] = field(default="person", metadata={
        "help": "what a condition earns that is sufficient and not necessary"})
    restated: Literal["full", "partial", "person", "none"] = field(default="person", metadata={"help": "what the outcome itself earns as an answer"})
    share: Fraction = field(default=Fraction(1, 2), metadata={"help": "the part of the points that `partial` means"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the target is not one index with weight 1, a pattern is unknown, or the reference cannot be read."""
    options: Options = part.options
    if len(options.target) != 1 or options.target[0][1] != 1:
        raise SpecError("expected one index with weight 1, such as {j: 1}", key="target")
    if not 0 <= options.share <= 1:
        raise SpecError("expected a share from 0 to 1", key="share")
    for entry in part.wrong:
        if entry.pattern and entry.pattern not in PATTERNS:
            raise SpecError(f"expected one of {', '.join(PATTERNS)}", key=f"wrong: {entry.pattern}")
    for key, text in [("answer", part.answer), *(("wrong", w.answer) for w in part.wrong), *(("accept", a.answer) for a in part.accept)]:
        if not text and key != "answer":
            continue
        found = read(Answer(part.id, text), part)
        if isinstance(found, Unread):
            raise SpecError(f"cannot be read as a condition: {found.reason}", key=key)


def read(answer: Answer, part: Part) -> Reading:
    """The statements about scores, joined by "and"."""
    return work.read(answer, part, _naming(part))


def _naming(part: Part) -> Naming:
    return Naming.of(part, (n for n, _ in part.options.target))


def _readings(part: Part) -> tuple[str, ...]:
    choice = part.options.much_greater
    return ("difference", "ratio") if choice == "either" else (choice,)


def _suffix(greater: str, part: Part) -> str:
    return " (ratio)" if greater == "ratio" and part.options.much_greater == "either" else ""


def _claim(part: Part, name: str, premises: tuple, conclusion: tuple, label: str, orthonormal: bool = False) -> Claim:
    norms = "unit" if part.options.orthonormal or orthonormal else "any"
    naming = _naming(part)
    letters = tuple(n for n in work.free_letters(work.Said((*premises, *conclusion)), naming))
    stated = {s.args[0].name for s in (*premises, *conclusion) if s.kind == "relation" and s.signs == ("->",) and s.args[0].kind == "symbol"}
    return claim(naming, name, premises, label, norms, tuple(n for n in letters if n not in stated), conclusion=conclusion)


def claims(reading: Read, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Sufficiency first, then necessity; where that is not all right, the variants and wrong answers that the author foresaw."""
    naming = _naming(part)
    goal = (work.goal(naming),)
    made: list[Claim] = []
    for greater in _readings(part):
        try:
            said = work.analyse(reading.term, naming, greater)
        except ValueError:
            return ()
        if said.restated:
            return ()
        tail = _suffix(greater, part)
        made.append(_claim(part, "condition", said.statements, goal, "sufficient" + tail))
        verdict = settled.get("sufficient" + tail)
        if verdict is None:
            return tuple(made)
        if verdict.status is Status.PROVED and not work.free_letters(said, naming):
            made.append(_claim(part, "condition", goal, said.statements, "necessary" + tail))
            if "necessary" + tail not in settled or settled["necessary" + tail].status is Status.PROVED:
                return tuple(made)
        if not said.compares:
            break
    if settled["sufficient"].status is Status.REFUTED and not part.options.orthonormal:
        made.append(_claim(part, "condition", work.analyse(reading.term, naming, _readings(part)[0]).statements, goal, ORTHONORMAL, orthonormal=True))
    return (*made, *_entry_claims(reading, part))


def _entry_claims(reading: Read, part: Part) -> tuple[Claim, ...]:
    naming, made = _naming(part), []
    mine = work.analyse(reading.term, naming, _readings(part)[0])
    for name, entries in (("accept", part.accept), ("wrong", part.wrong)):
        for k, entry in enumerate(entries):
            found = read(Answer(part.id, entry.answer), part) if entry.answer else None
            if isinstance(found, Read):
                theirs = work.analyse(found.term, naming, _readings(part)[0])
                if theirs.statements:
                    made.append(_claim(part, "equivalent", mine.statements, theirs.statements, f"{name} {k}"))
    return tuple(made)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """Full points for necessary and sufficient; the counterexample's numbers where it is neither."""
    if isinstance(reading, Unread):
        return unread(part, reading)
    naming, options = _naming(part), part.options
    try:
        said = work.analyse(reading.term, naming, _readings(part)[0])
    except ValueError as why:
        return person(part, "limit_condition.undecided", f"It is not clear what is meant: {why}.")
    if said.restated:
        return _restated(part, options)
    for greater in _readings(part):
        tail = _suffix(greater, part)
        if all(x + tail in settled and settled[x + tail].status is Status.PROVED for x in ("sufficient", "necessary")):
            words = " ".join(settled["sufficient" + tail].finding.teacher_words)
            return full(part, "limit_condition.right", _convention(said, greater) + words, "sufficient" + tail)
    for k, entry in enumerate(part.accept):
        if (v := settled.get(f"accept {k}")) is not None and v.status is Status.PROVED:
            return full(part, "limit_condition.accepted", entry.convention or entry.feedback, f"accept {k}")
    convention = _convention(said, _readings(part)[0])
    for greater in _readings(part):
        verdict = settled.get("sufficient" + _suffix(greater, part))
        if verdict is not None and verdict.status is Status.PROVED:
            return _sufficient(part, options, settled, _suffix(greater, part), convention)
    verdict = settled.get("sufficient")
    if verdict is None or verdict.status is not Status.REFUTED:
        text = "Whether the weight tends to 1 under this condition could not be decided: a person looks."
        return person(part, "limit_condition.undecided", text, "sufficient")
    if (v := settled.get(ORTHONORMAL)) is not None and v.status is Status.PROVED:
        text = f"This is not enough for keys of any length and direction. {convention}{' '.join(verdict.finding.words)}"
        return person(part, "limit_condition.orthonormal_only", f"{text} For orthonormal keys it is: a person decides.", "sufficient", Status.REFUTED)
    if work.is_nearly_enough(said):
        text = "With such numbers the weight may be close to 1, but it does not tend to 1: a person decides."
        return person(part, "limit_condition.finite", text, "sufficient", Status.REFUTED)
    found = known_wrong(part, settled)
    numbers = f"{convention}{' '.join(verdict.finding.words)}"
    if found is not None:
        entry, label = found
        tag = entry.tag or "limit_condition.not_sufficient"
        return run(part, Award("set", entry.points or Fraction(0), tag, f"{entry.feedback} {numbers}".strip(), label), status=Status.REFUTED)
    text = f"The condition can hold without α_{naming.named[0]} tending to 1. {numbers}"
    return _pattern(part, work.pattern(said, naming) or "not_sufficient", text, "sufficient")


def _convention(said: work.Said, greater: str) -> str:
    if not said.compares:
        return ""
    what = "difference of the scores" if greater == "difference" else "ratio of the (positive) scores"
    return f"Much greater is read as: the {what} grows without bound. "


def _restated(part: Part, options: Options) -> Mark:
    text = "This says what happens to the weights, not what the scores must do for it."
    for entry in part.wrong:
        if entry.pattern == "restated":
            return run(part, Award("set", entry.points or Fraction(0), entry.tag or "limit_condition.restated", entry.feedback or text))
    if options.restated == "person":
        return person(part, "limit_condition.restated", text + " A person decides.")
    share = {"full": Fraction(1), "partial": options.share, "none": Fraction(0)}[options.restated]
    return run(part, Award("set", part.points * share, "limit_condition.restated", text))


def _sufficient(part: Part, options: Options, settled: Settled, tail: str, convention: str) -> Mark:
    missed = settled.get("necessary" + tail)
    numbers = f" {' '.join(missed.finding.words)}" if missed is not None and missed.status is Status.REFUTED else ""
    text = f"{convention}Under this condition the weight tends to 1, but it can do so without it." + (f" Without it:{numbers}" if numbers else "")
    if options.sufficient == "full":
        return full(part, "limit_condition.sufficient_only", text, "sufficient" + tail)
    if options.sufficient == "person" or not numbers:
        return person(part, "limit_condition.sufficient_only", text + " A person decides.", "sufficient" + tail, Status.PROVED)
    return run(part, Award("set", part.points * options.share, "limit_condition.sufficient_only", text, "necessary" + tail), status=Status.REFUTED)


def _pattern(part: Part, name: str, text: str, label: str) -> Mark:
    """The mark of a way to be wrong, with what the author says of it."""
    for entry in part.wrong:
        if entry.pattern == name:
            said = Award("set", entry.points or Fraction(0), entry.tag or f"limit_condition.{name}", f"{entry.feedback} {text}".strip(), label)
            return run(part, said, status=Status.REFUTED)
    return nothing(part, f"limit_condition.{name}", text, label)
