"""A query with wanted attention weights ("give a q with z = (v_a + v_b)/2").

What it checks
    With z = sum_i alpha_i v_i, alpha = softmax(k_i^T q) and keys that are orthogonal to each other: do the weights tend to the wanted ones, and
    to 0 on all other keys, for every number of keys and along every way in which the letters may move?

What learners may write
    Any query: `q = beta (k_a + k_b), beta -> oo`; another letter or another scale (t^2, exp(t), log t, /2, / |k_a + k_b|); `- gamma sum_{i !=
    a,b} k_i`; sums over indexed coefficients with conditions (`q = sum_j beta_j k_j`, `beta_a = beta_b >> 0`, `beta_i << 0` otherwise); a fixed
    large number; infinity as a number. Conditions in signs or in words ("where beta is a large scalar").

Definition used
    The answer is right when the property follows from what is written. `beta >> 0`, "large" and "infinite" mean beta -> oo. A letter of which
    nothing is said is a constant that may have any value in its domain; coefficients of which nothing is said may be anything. So `q = beta (k_a
    + k_b)` alone is not right for every beta; where it becomes right for beta -> oo it goes to a person, or earns what `scale_stated` says. With
    several scales the property must hold for every relative speed. A query without letters never has the limit; it is taken as approximately
    right where all weights are within `tolerance` for up to `most_keys` keys (`finite_scale` says what that earns). Factors inside q refer to the
    keys' norms: 1 where `orthonormal`, else those of `norms`, else any.

Fails when
    No query is given (a description by its scores alone goes to a person if it is right), a condition has no clear meaning, or words such as
    "not", "or", "unless" stand beside a condition: a person then.

Example
    kind: construction
    weights: {a: 1/2, b: 1/2}
    answer: q = beta (k_a + k_b), beta -> oo
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from grader.answers import _construction as work
from grader.answers import _construction_claims as ask
from grader.answers._attention import Naming
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, full, known_wrong, nothing, person, unread
from grader.answers._kind import mark as run
from grader.model import Answer, SpecError, Status

TAGS = {
    "construction.right": "The weights tend to what was asked for.", "construction.finite": "A fixed query whose weights are close enough.",
    "construction.scale_unstated": "Right if the scale grows, but nothing is said of it.",
    "construction.condition_missing": "Right under a condition that is not stated.",
    "construction.not_explicit": "The scores are described, no query is given.", "construction.no_growth": "The right direction at a fixed length.",
    "construction.unequal": "The weights on the wanted keys do not stand in the wanted ratio.", "construction.other_keys": "Other keys keep weight.",
    "construction.orthogonal": "Equal scores are asked for, and nothing more.", "construction.scalar": "A number and no vector.",
    "construction.wrong": "The weights tend to something else.", "construction.undecided": "Neither shown nor refuted.",
    "construction.mixed": "Several queries, of which only some are right.", "blank": "Nothing was written.",
    "unread": "The answer could not be read.",
}
PATTERNS = ("no_growth", "unequal", "other_keys", "orthogonal", "scalar", "scale_unstated")
"""Names for `wrong: [{pattern: ...}]`: the tag's last word."""


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    weights: tuple[tuple[str, Fraction], ...] = field(metadata={"help": "the wanted weight of each key that gets one, by its index; they sum to 1"})
    keys: str = field(default="k", metadata={"help": "the letter of the keys"})
    query: str = field(default="q", metadata={"help": "the letter of the query"})
    count: str = field(default="", metadata={"help": "the letter for the number of keys; default: the declared integer"})
    orthonormal: bool = field(default=True, metadata={"help": "whether the orthogonal keys have norm 1"})
    norms: tuple[tuple[str, Fraction], ...] = field(default=(), metadata={
        "help": "norms of the keys by index, with `other` for all the rest; default: any norms"})
    scale_stated: Literal["person", "partial", "assumed", "required"] = field(default="person", metadata={
        "help": "a query that is right if its scale grows, of which nothing is said: to a person, `share` of the points, all of them, or none"})
    finite_scale: Literal["full", "partial", "person"] = field(default="full", metadata={"help": "what a fixed query within the tolerance earns"})
    tolerance: Fraction = field(default=Fraction(1, 10**6), metadata={"help": "the largest error of a weight for a fixed query"})
    most_keys: int = field(default=10**6, metadata={"help": "for how many keys a fixed query must be within the tolerance"})
    share: Fraction = field(default=Fraction(1, 2), metadata={"help": "the part of the points for what is right but for its scale"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the weights do not sum to 1, a norm or number is out of range, or the reference cannot be read."""
    options: Options = part.options
    total = sum((w for _, w in options.weights), Fraction(0))
    if total != 1 or any(w <= 0 for _, w in options.weights):
        raise SpecError(f"expected positive weights that sum to 1, they sum to {total}", key="weights")
    if options.norms and ({n for n, _ in options.norms} != {*dict(options.weights), "other"} or any(v <= 0 for _, v in options.norms)):
        raise SpecError(f"expected a positive norm for each of {', '.join([*dict(options.weights), 'other'])}", key="norms")
    if options.norms and options.orthonormal:
        raise SpecError("norms are given, so say `orthonormal: no`", key="orthonormal")
    if not 0 <= options.share <= 1 or options.tolerance <= 0 or not len(options.weights) < options.most_keys <= 10**6:
        raise SpecError("expected a share from 0 to 1, a positive tolerance and at most 1000000 keys", key="share")
    for entry in part.wrong:
        if entry.pattern and entry.pattern not in PATTERNS:
            raise SpecError(f"expected one of {', '.join(PATTERNS)}", key=f"wrong: {entry.pattern}")
    for key, text in [("answer", part.answer), *(("wrong", w.answer) for w in part.wrong), *(("accept", a.answer) for a in part.accept)]:
        if not text and key != "answer":
            continue
        found = read(Answer(part.id, text), part)
        if isinstance(found, Unread):
            raise SpecError(f"cannot be read as a query: {found.reason}", key=key)


def read(answer: Answer, part: Part) -> Reading:
    """The query and the conditions stated with it, as `q = ... where ...`."""
    return work.read(answer, part, _naming(part))


def _naming(part: Part) -> Naming:
    return Naming.of(part, (n for n, _ in part.options.weights))


def _norms(part: Part) -> Any:
    options: Options = part.options
    if options.orthonormal:
        return "unit"
    return tuple(dict(options.norms)[n] for n in (*dict(options.weights), "other")) if options.norms else "unknown"


def claims(reading: Read, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """First the property as written; where it fails, the property under what may have been meant, and the foreseen answers."""
    try:
        meant = work.analyse(reading.term, _naming(part))
    except ValueError:
        return ()
    stated = ask.stated_claims(meant, part, _norms(part))
    if not all(c.label in settled for c in stated):
        return stated
    if all(settled[c.label].status is Status.PROVED for c in stated):
        return ()
    return (*ask.supposed_claims(meant, part, _norms(part), settled), *_entry_claims(meant, part))


def _entry_claims(meant: work.Meant, part: Part) -> tuple[Claim, ...]:
    """Is the learner's query one that the author foresaw?"""
    made = []
    for name, entries in (("accept", part.accept), ("wrong", part.wrong)):
        for k, entry in enumerate(entries):
            if entry.answer and meant.queries:
                found = read(Answer(part.id, entry.answer), part)
                if isinstance(found, Read):
                    made += ask.same_claim(meant, work.analyse(found.term, _naming(part)), _norms(part), f"{name} {k}")
    return tuple(made)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """Points for what is proved; the numbers of the counterexample for what is not."""
    if isinstance(reading, Unread):
        return unread(part, reading)
    options: Options = part.options
    try:
        meant = work.analyse(reading.term, _naming(part))
    except ValueError as why:
        return person(part, "construction.undecided", f"It is not clear what is meant: {why}.")
    labels = [c.label for c in ask.stated_claims(meant, part, _norms(part)) if c.label.startswith("weights")]
    statuses = {settled[x].status for x in labels if x in settled}
    if statuses == {Status.PROVED}:
        if not meant.queries:
            text = "Any query with these scores has the wanted weights, but none is given: a person decides."
            return person(part, "construction.not_explicit", text, labels[0], Status.PROVED)
        return full(part, "construction.right", " ".join(settled[labels[0]].finding.teacher_words), labels[0])
    if len(labels) > 1 and Status.PROVED in statuses:
        return person(part, "construction.mixed", "Several queries are given, not all with the wanted weights: a person decides which one counts.")
    near = settled.get("within")
    if near is not None and near.status is Status.PROVED:
        return _finite(part, options, near.finding.words)
    few = settled.get("within few")
    if few is not None and few.status is Status.PROVED:
        text = f"This fixed query does for few keys. {' '.join(few.finding.words)} With more keys it does not: a person decides."
        return person(part, "construction.finite", text, "within few", Status.PROVED)
    for k, entry in enumerate(part.accept):
        if (v := settled.get(f"accept {k}")) is not None and v.status is Status.PROVED:
            return full(part, "construction.right", entry.convention or entry.feedback, f"accept {k}")
    found = known_wrong(part, settled)
    if found is not None:
        entry, label = found
        text = f"{entry.feedback} {_numbers(settled, labels)}".strip()
        return run(part, Award("set", entry.points or Fraction(0), entry.tag or "construction.wrong", text, label), status=Status.REFUTED)
    return _supposed(part, options, meant, settled, labels)


def _finite(part: Part, options: Options, words: tuple[str, ...]) -> Mark:
    text = f"This fixed query has the wanted weights approximately. {' '.join(words)}"
    if options.finite_scale == "full":
        return full(part, "construction.finite", text, "within")
    if options.finite_scale == "partial":
        return run(part, Award("set", part.points * options.share, "construction.finite", text, "within"), status=Status.PROVED)
    return person(part, "construction.finite", text + " A person decides.", "within", Status.PROVED)


def _numbers(settled: Settled, labels: list[str]) -> str:
    for label in ("growing", *labels):
        if label in settled and settled[label].status is Status.REFUTED:
            return " ".join(settled[label].finding.words)
    return ""


def _supposed(part: Part, options: Options, meant: work.Meant, settled: Settled, labels: list[str]) -> Mark:
    """Not right as written: perhaps right under something that was not said."""
    main = settled.get(labels[0]) if labels else None
    growing = settled.get("growing")
    if growing is not None and growing.status is Status.PROVED:
        names = ", ".join((*meant.unstated, *meant.still_families))
        text = f"Nothing is said of {names}, and not every value will do. {_numbers_of(main)}"
        if options.scale_stated == "assumed":
            return full(part, "construction.right", f"Read with {names} arbitrarily large. {' '.join(growing.finding.teacher_words)}", "growing")
        if meant.has_number_bound:
            return person(part, "construction.scale_unstated", f"Only a bound is stated for {names}: a person decides.", "growing")
        if options.scale_stated == "person" and not any(w.pattern == "scale_unstated" for w in part.wrong):
            return person(part, "construction.scale_unstated", f"{text} A person decides.", labels[0], Status.REFUTED)
        return _pattern(part, "scale_unstated", text, labels[0], part.points * options.share if options.scale_stated == "partial" else Fraction(0))
    others = [k for k, v in settled.items() if k.startswith("if ") and v.status is Status.PROVED]
    if others:
        text = f"This is right under a condition that the answer does not state; as stated it is not. {_numbers_of(main)}"
        return person(part, "construction.condition_missing", text, others[0], main.status if main else Status.UNDECIDED)
    decided = growing if growing is not None and growing.status is Status.REFUTED else main
    if decided is None or decided.status is not Status.REFUTED or main is None or main.status is not Status.REFUTED:
        return person(part, "construction.undecided", "The limit of the weights could not be decided: a person looks.", labels[0] if labels else "")
    return _pattern(part, ask.failure(meant, decided), _numbers_of(decided), decided.claim.label)


def _numbers_of(verdict: Any) -> str:
    return " ".join(verdict.finding.words) if verdict is not None and verdict.status is Status.REFUTED else ""


def _pattern(part: Part, name: str, text: str, label: str, points: Fraction = Fraction(0)) -> Mark:
    """The mark of a way to be wrong, with what the author says of it."""
    for entry in part.wrong:
        if entry.pattern == name:
            amount = entry.points if entry.points is not None else points
            said = Award("set", amount, entry.tag or f"construction.{name}", f"{entry.feedback} {text}".strip(), label)
            return run(part, said, status=Status.REFUTED)
    if points:
        return run(part, Award("set", points, f"construction.{name}", text, label), status=Status.REFUTED)
    return nothing(part, f"construction.{name}", text, label)
