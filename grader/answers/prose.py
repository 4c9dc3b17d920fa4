"""An explanation in words, marked by a person with a rubric.

What it checks
    Nothing by itself: an explanation always goes to a person, with what the learner wrote beside the rubric. A blank answer is blank. Phrases that
    the author watches for are pointed out to whoever marks, with the author's remark; they never earn or cost points.

What learners may write
    Anything.

Definition used
    A watched phrase occurs where its words stand in one sentence in their order, at most three other words between two of them, and no word of
    denial ("not", "never", "no") before or among them. Endings and slips of spelling are overlooked.

Fails when
    Never; an answer without a letter or digit is blank.

Example
    kind: prose
    rubric: [{text: "KL keeps q close to the prior", points: 1}]
    watch: [{phrase: "KL measures similarity", remark: "KL measures dissimilarity."}]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from grader.answers import _words
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread, person
from grader.answers._kind import mark as run
from grader.model import Answer, SpecError
from grader.term import Span, text

TAGS = {"prose.person": "A person marks the explanation by its rubric.", "prose.watch": "A phrase that the author watches for occurs.",
        "blank": "Nothing was written."}
MAX_GAP = 3
_DENIALS = frozenset("not no never cannot neither nor without n't dont doesnt isnt hardly".split())


@dataclass(frozen=True)
class Watch:
    """A phrase to point out, and what to say of it."""

    phrase: str = field(metadata={"help": "words of the phrase, in their order"})
    remark: str = field(metadata={"help": "what whoever marks should know about it"})


@dataclass(frozen=True)
class Options:
    """The keys of a part of this kind."""

    watch: tuple[Watch, ...] = field(default=(), metadata={"help": "phrases that are pointed out with a remark; they never change the points"})


def check(part: Part) -> None:
    """Fails with `SpecError` when a watched phrase has no word, or the rubric is worth more than the part."""
    for watch in part.options.watch:
        if not any(w.is_word for w in _words.words(watch.phrase)):
            raise SpecError("expected a phrase with at least one word", key="watch")
    if sum((line.points for line in part.rubric), Fraction(0)) > part.points:
        raise SpecError(f"the rubric is worth more than the part's {part.points} points", key="rubric")


def read(answer: Answer, part: Part) -> Reading:
    """The words as they stand."""
    if not any(c.isalnum() for c in answer.text):
        return Unread("nothing is written", blank=True)
    start = len(answer.text) - len(answer.text.lstrip())
    return Read(text(answer.text.strip(), Span(start, start + len(answer.text.strip()))))


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """None: a person decides."""
    return ()


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """To a person, with what the author watches for."""
    said = reading.term.name if isinstance(reading, Read) else ""
    tokens = _words.words(said)
    remarks = [Award("none", Fraction(0), "prose.watch", f"The answer says “{quoted}”. {watch.remark}")
               for watch in part.options.watch if (quoted := _occurs(said, tokens, watch.phrase))]
    made = person(part, "prose.person", "An explanation is marked by a person.")
    return run(part, *made.awards, *remarks, needs_human=True, status=made.status)


def _occurs(said: str, tokens: Sequence[_words.Word], phrase: str) -> str:
    """What the answer says where the phrase occurs, or ""."""
    wanted = [w.text for w in _words.words(phrase) if w.is_word]
    for sentence in _words.sentences(tokens):
        for first in range(len(sentence)):
            last = _match(sentence, first, wanted)
            if last and not any(_denies(w.text) for w in sentence[max(0, first - MAX_GAP):last]):
                return " ".join(said[sentence[first].span.start:sentence[last - 1].span.end].split())
    return ""


def _match(sentence: Sequence[_words.Word], first: int, wanted: Sequence[str]) -> int:
    """One past the last word of the phrase when it starts at `first`, else 0."""
    at = first
    for k, word in enumerate(wanted):
        reach = range(at, min(len(sentence), at + 1 + (MAX_GAP if k else 0)))
        at = next((j + 1 for j in reach if _same(sentence[j].text, word)), 0)
        if not at:
            return 0
    return at


def _same(word: str, wanted: str) -> bool:
    """The same word but for its ending or a slip: "measures" and "measured", "KLD" and "KL"."""
    stem = wanted[:-1] if len(wanted) > 4 and wanted[-1] in "sde" else wanted
    return word.startswith(stem) and len(word) <= len(stem) + 3 or _words.alike(word, wanted) is not None


def _denies(word: str) -> bool:
    return word in _DENIALS or word.endswith("n't")
