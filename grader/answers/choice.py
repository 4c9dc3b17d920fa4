"""A selection from named choices ("which of these ...").

What it checks
    Which of the choices the answer picks, each against the key.

What learners may write
    The names, or any of the author's synonyms, as a list or in a sentence: "FFN and layer norm", "the feed-forward network, not the attention layer",
    "everything except attention", "all of them", "none", ticked boxes, letters where the choices are called by letters. Slips of spelling are
    overlooked; the reading says what was taken for what.

Definition used
    A choice that belongs must be picked, one that does not must not be; choices named under `optional` may be either. `credit: share` gives for each
    choice that belongs its share of the points and takes the same for each wrong pick, never below nothing; `credit: all` wants all of it right.
    A sentence about a choice picks it when it says of it what is asked: whether the question denies its property ("which do not mix tokens?") is
    read from its words, or given by `says` (phrases that state the property: "mix", "look across") and `negated`.

Fails when
    No choice is named, a name is both picked and excluded, or what is said of one is neither what was asked nor its opposite: a person then.

Example
    kind: choice
    choices: {ffn: [feed-forward network, MLP], norm: [layer norm], attention: [attention layer]}
    answer: [ffn, norm]
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from grader.answers import _selection
from grader.answers._kind import Award, Claim, KnownAnswer, Mark, Part, Read, Reading, Settled, Unread, person
from grader.answers._kind import mark as run
from grader.answers._selection import Selection
from grader.kernel import conjunction
from grader.model import Answer, Note, Satisfies, SpecError, Status
from grader.term import Span, collection, text

TAGS = {"choice.right": "Everything that belongs is picked and nothing else.", "choice.missing": "Something that belongs was not picked.",
        "choice.extra": "Something was picked that does not belong.", "choice.wrong": "Nothing that belongs was picked.",
        "blank": "Nothing was written.", "unread": "No choice is named."}


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    choices: tuple[tuple[str, tuple[str, ...]], ...] = field(metadata={"help": "each choice with the other names that people use for it"})
    optional: tuple[str, ...] = field(default=(), metadata={"help": "choices that may be picked or not"})
    credit: Literal["share", "all"] = field(default="share", metadata={"help": "share: right picks earn, wrong ones cost; all: all or nothing"})
    says: tuple[str, ...] = field(default=(), metadata={"help": "phrases that state the property asked about, without denial (mix, look across)"})
    negated: bool | None = field(default=None, metadata={
        "help": "whether the choices are asked that lack the property; default: whether `ask` denies it"})


def _names(part: Part) -> dict[str, tuple[str, ...]]:
    return dict(part.options.choices)


def _select(words: str, part: Part, loose: bool = False) -> Selection:
    options: Options = part.options
    names = _names(part)
    return _selection.select(words, names, _selection.question(part.ask, options.says, options.negated, names), loose)


def _key(part: Part) -> tuple[str, ...]:
    picked = _select(part.answer, part).picked
    return tuple(n for n in _names(part) if n in picked and n not in part.options.optional)


def check(part: Part) -> None:
    """Fails with `SpecError` when there is no choice, the key names none or something else, or an optional choice is unknown."""
    names = _names(part)
    if not names:
        raise SpecError("expected at least one choice", key="choices")
    for name in part.options.optional:
        if name not in names:
            raise SpecError(f"{name!r} is none of the choices {', '.join(names)}", key="optional")
    for key, answer in [("answer", part.answer), *(("wrong", w.answer) for w in part.wrong if w.answer)]:
        found = _select(answer, part)
        if found.doubt or not (found.picked or found.nothing):
            raise SpecError(f"expected some of the choices {', '.join(names)}" + (f" ({found.doubt})" if found.doubt else ""), key=key)


def read(answer: Answer, part: Part) -> Reading:
    """The set of choices that are picked."""
    if not any(c.isalnum() or c in "✓✔☑☒" for c in answer.text):
        return Unread("nothing is written", blank=True)
    found = _select(answer.text, part, answer.provenance.ocr)
    names = _names(part)
    notes = [Note(f"“{typed}” is taken for {name}", None, "repair", "choice.near") for typed, name in found.near]
    if found.doubt:
        notes.append(Note(f"it is not clear: {found.doubt}", None, "guess", "choice.doubt"))
    if not found.picked and not found.nothing:
        if found.doubt:
            return Unread(f"it is not clear: {found.doubt}", hint="Name the choices that you pick, one after the other.")
        return Unread("none of the choices is named", Span(0, len(answer.text)), f"The choices are {', '.join(names)}.")
    picked = tuple(n for n in names if n in found.picked)
    return Read(collection("set", *[text(n) for n in picked]), tuple(notes))


def _picked(reading: Reading) -> tuple[str, ...]:
    return tuple(t.name for t in reading.term.args) if isinstance(reading, Read) else ()


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """For each choice: it is rightly picked, or rightly left out."""
    picked, names = _picked(reading), tuple(_names(part))
    fixed = (("choices", names), ("key", _key(part)), ("optional", part.options.optional))
    return tuple(Claim(Satisfies((text(n),), "choice.pick", (*fixed, ("picked", "yes" if n in picked else "no"))), label=n) for n in names)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """Right picks earn, wrong ones cost."""
    picked, key = _picked(reading), _key(part)
    status = conjunction(v.status for v in settled.values())
    if status is Status.UNDECIDED:
        return person(part, "choice.undecided", "The selection could not be decided.")
    wrong = [n for n in picked if settled[n].status is Status.REFUTED]
    missing = [n for n in key if settled[n].status is Status.REFUTED]
    if not wrong and not missing:
        return run(part, Award("set", part.points, "choice.right", "", key[0] if key else ""), status=status)
    right = len(key) - len(missing)
    share = Fraction(max(0, right - len(wrong)), len(key)) if key and part.options.credit == "share" else Fraction(0)
    tag = "choice.wrong" if not right else "choice.extra" if wrong else "choice.missing"
    awards = [Award("set", part.points * share, tag, "", (wrong or missing)[0])]
    awards += [Award("none", Fraction(0), "choice.extra", f"“{n}” does not belong to the answer.", n) for n in wrong]
    if missing:
        said = "Something that belongs is missing." if len(missing) == 1 else f"{len(missing)} that belong are missing."
        awards.append(Award("none", Fraction(0), "choice.missing", said, missing[0]))
    return run(part, *_foreseen(awards, picked, wrong, part), status=Status.REFUTED)


def _foreseen(awards: list[Award], picked: tuple[str, ...], wrong: list[str], part: Part) -> list[Award]:
    """The author's feedback where the wrong picks are those of a foreseen answer, and its points where the whole answer is."""
    for entry in part.wrong:
        own = tuple(n for n in _names(part) if n in _select(entry.answer, part).picked) if entry.answer else ()
        if own == picked:
            points = entry.points if entry.points is not None else awards[0].amount
            return [Award("set", points, entry.tag or awards[0].tag, entry.feedback, awards[0].claim), *awards[1:]]
        if _shares(entry, own, wrong, part):
            awards = [*awards, Award("none", Fraction(0), entry.tag, entry.feedback, wrong[0])]
    return awards


def _shares(entry: KnownAnswer, own: tuple[str, ...], wrong: list[str], part: Part) -> bool:
    key = _key(part)
    faults = [n for n in own if n not in key and n not in part.options.optional]
    return bool(faults) and set(faults) <= set(wrong)
