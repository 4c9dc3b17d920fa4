"""Which words of an answer keep its points back, by the kind of the part: a formula that is denied, called wrong or only guessed earns nothing by itself."""

from __future__ import annotations

import itertools
import re

from grader.model import Answer, Mark, Note, Part, Read
from grader.reading import Vocabulary, read
from grader.reading.bare import GREEK
from grader.reading.stance import FORMULA, doubt
from grader.term import Span, free_names, walk

_EXPLAINS = frozenset("prose derivation".split())
"""A person marks the words, or every line is judged by itself."""
AS_TYPED = _EXPLAINS | {"choice"}
"""These kinds get the words that lead to an answer as well."""
_STATES = frozenset("choice convergence condition limit_condition construction equilibrium logic".split())
"""These kinds read sentences and know what a "not" in them denies."""
_ANY_TONGUE = frozenset("choice convergence logic".split())
"""Here a word that denies may be the answer itself, in whatever language."""


def held_back(answer: Answer, reading: Read, part: Part, made: Mark) -> Note | None:
    """Why a person must confirm how the answer was read, by its words and letters; None where nothing speaks for it."""
    text, ocr = answer.text, answer.provenance.ocr
    return stance(text, reading, part, made) or strange_word(text, reading, part) or half_read(text, reading, part) \
        or strange_letter(reading, part, made, ocr) or (misread_word(text, made) if ocr else None)


def stance(text: str, reading: Read, part: Part, made: Mark) -> Note | None:
    """Why a person must confirm that the answer is put forward; None where nothing says otherwise.

    An answer that earns nothing anyhow is held back only where what it denies may be the very formula that was marked. What the author of the problem wrote as an
    answer is put forward as it stands, whatever its words.
    """
    if part.kind in _EXPLAINS or _plainly(text) in {_plainly(a) for a in (part.answer, *[known.answer for known in part.accept])}:
        return None
    region = part.kind == "convergence" and part.options.asks == "region"
    denials = "all" if region else "none" if part.kind in _ANY_TONGUE else "foreign" if part.kind in _STATES else "all"
    found = doubt(_beside_picks(text, reading, part), denials=denials, exceptions=part.kind != "choice", value=part.kind in _EXACT)
    if found is not None and found.sort == "hedged" and part.kind == "convergence" and not region:
        return None  # it weighs "maybe" and "probably" itself
    if found is not None and found.sort == "denied" and part.kind == "convergence" and not found.governs:
        return None
    if found is not None and found.sort == "changed" and part.kind == "number" and found.words.lower().startswith(_ROUNDED):
        return None  # its tolerances say what that is worth
    if found is None or not made.points and (made.needs_human or found.sort in ("hedged", "changed") or not found.governs):
        return None
    said = {"denied": "denies something", "rejected": "may take back what is written", "hedged": "says that this is not certain",
            "changed": "may change what the formula says"}[found.sort]
    return Note(f"\u201c{found.words}\u201d {said}", found.span, "guess", "stance." + found.sort)


def _plainly(text: str) -> str:
    return " ".join(text.split()).strip("$. ").casefold()


def _beside_picks(text: str, reading: Read, part: Part) -> str:
    """The text with what it picks covered: a choice may be called "wrong" or "false", and an iteration may fail to converge. Choices that it only speaks of stay."""
    if part.kind == "convergence":
        return _FAILS.sub(lambda found: FORMULA * len(found[0]), text)
    if part.kind != "choice":
        return text
    names = dict(part.options.choices)
    words = {word for picked in reading.term.args for word in (picked.name, *names.get(picked.name, ()))}
    for word in sorted(words, key=lambda w: (-len(w), w)):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda found: FORMULA * len(found[0]), text, flags=re.IGNORECASE)
    return text


_FAILS = re.compile(r"(?i)\bfail(?:s|ed|ing)?\s+to\s+(?:converge|settle)\b")


def strange_letter(reading: Read, part: Part, made: Mark, ocr: bool = False) -> Note | None:
    """A letter that the problem does not know in a refuted answer, where one of the reference's is missing: it may stand for that, so a person looks."""
    if part.kind in AS_TYPED or part.kind not in _LETTERS and not ocr or not part.symbols or made.points or made.status != "refuted" or any(a.claim.startswith("wrong ") for a in made.awards):
        return None
    found = next((n for n in reading.notes if n.code == "unknown_name"), None)
    wanted = read(part.answer, Vocabulary.of(part)) if found else None
    if found is not None and ocr:
        return Note(f"{found.text}; the scan may have turned another sign into it", found.span, "guess", "stance.letter")
    if found is None or not isinstance(wanted, Read) or free_names(wanted.term) <= free_names(reading.term):
        return None
    return Note(f"{found.text}; it may be another name for one that it has", found.span, "guess", "stance.letter")


_LETTERS = frozenset("expression number inequality function equation matrix form".split())


def misread_word(text: str, made: Mark) -> Note | None:
    """A word of a scan with a digit in it ("n0t"): what is said may be the contrary."""
    found = _DIGIT_IN_WORD.search(text) if not made.points and not made.needs_human else None
    return Note(f"\u201c{found[0]}\u201d may be a word that the scan misread", Span(*found.span()), "guess", "stance.scan") if found else None


_DIGIT_IN_WORD = re.compile(r"(?<![\w\\^{}])(?:[A-Za-z]+[01][A-Za-z]+|[Nn]0)(?![\w^])")


def half_read(text: str, reading: Read, part: Part) -> Note | None:
    """Words that make the formula one case of several ("x if x > 0, -x otherwise"), where the reading has no cases."""
    if part.kind not in _VALUES or any(n.name in ("cases", "piecewise") for n in walk(reading.term)):
        return None
    found = _OTHERWISE.search(text) or next(itertools.islice(_CASE.finditer(text), 1, None), None)
    return Note(f"\u201c{found[0]}\u201d says that this is one case of several", None, "guess", "stance.case") if found else None


_ROUNDED = ("roughly", "approx", "nearly", "almost", "about", "around", "circa", "ca.", "etwa", "ungefähr", "environ", "presque", "casi", "aproximadamente", "quasi", "大约")
_EXACT = frozenset("expression number function matrix set list form interval".split())
_VALUES = frozenset("expression number function growth_order matrix set list quantity form interval".split())
_OTHERWISE = re.compile(r"(?i)\b(?:otherwise|or else|else|elsewhere|in (?:all )?(?:other|the other|any other) cases?|sonst|sinon|autrement|altrimenti|"
                        r"de lo contrario|en otro caso|caso contrário)\b|否则|其他情况|その他")
_CASE = re.compile(r"(?i)\b(?:if|when|for|where|wenn|falls|für|si|pour|para|se|per)\b(?=[^,;.\n]{1,60}(?:[<>=≤≥≠]|\\(?:[lg]eq?|neq?|in)\b))")


def strange_word(text: str, reading: Read, part: Part) -> Note | None:
    """A word of the answer that was taken for a name ("Hence < 1", "So x") and that the problem does not know: nothing is marked by it."""
    if not part.symbols or part.kind in AS_TYPED:
        return None
    for note in reading.notes:
        word = _NAMED.match(note.text) if note.code == "unknown_name" else None
        if word and re.search(rf"(?<!\\){word[1]}", text) and word[1].lower() not in GREEK and word[1] not in _USUAL:
            return Note(f"\u201c{word[1]}\u201d was taken for a name, and the problem has none of that name", note.span, "guess", "stance.word")
    return None


_NAMED = re.compile(r"`?([A-Z][a-z]+|[a-z]{3,})\b")
_USUAL = frozenset("Re Im Pr Tr const sign sgn diag softmax sigmoid relu loss".split())


__all__ = ["AS_TYPED", "held_back"]
