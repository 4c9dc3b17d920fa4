"""What a final answer means: a choice letter, words, a ratio, a time, digits in a base, an amount with a unit, or a formula."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from grader import reading as reader
from grader.answers._labels import valued
from grader.model import Read
from grader.reading import Vocabulary, units
from grader.reading.final import Final, snippet
from grader.replay import natures
from grader.replay.units import named
from grader.term import Term, apply, collection, constant, free_names, number, symbol, text, walk

MAX_WORDS = 6
"""Words of an answer in words."""
_FONT = r"\\(?:text|textbf|mathrm|mathbf|textrm|textit|mbox|operatorname|textnormal|mathit)"
_LETTER = re.compile(rf"^(?:{_FONT}\s*\{{\s*)?(?:\(\s*([A-J])\s*\)|([A-J])(?=\s*\}}?\s*(?:[.):](?!\d)|$)))\s*\}}?[.):]?\s*\}}?(.*)$", re.DOTALL)
_FONTS = re.compile(rf"{_FONT}\s*\{{([^{{}}]*)\}}")
_LETTERS = re.compile(r"^\(?[A-J]\)?(?:\s*(?:,|&|\band\b|,\s*and\b)\s*\(?[A-J]\)?)+$")
_POWERS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_MULTIPLE = re.compile(r"(\d)\s*(?:\\text\{\s*)?(hundred|thousand|million|billion|trillion)\b(?:\s*\})?", re.IGNORECASE)
_ANGLES = re.compile(r"^(?:\\left\s*)?\\langle([^|]*,[^|]*?)(?:\\right\s*)?\\rangle$")
_COUNTED = {word: k for k, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}
_COUNTED |= {"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20}
_PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
_FRACTION = re.compile(r"(?i)^(?:(an?|[a-z]{3,5})[\s-]+)(" + "|".join(_PARTS) + r")s?$")
_AFTER_BOX = re.compile(r"(\\(?:text|mathrm|textrm)\s*\{\s*)?(\\?%|°|\\circ|[A-Za-z]+(?:\s*/\s*[A-Za-z]+)?)(?:\s*\})?(?:\s*\^\s*\{?([23])\}?)?")
_BEHIND = frozenset("cm mm km kg mg ml mL ft km/h kW kJ kN Hz Pa".split())
"""Short units that are no English words."""
_FOR_ALL = re.compile(r"(?:[\s,~]|\\(?:quad|qquad|[,;: ]))*(?:(?:\\(?:text|textrm|mathrm|mbox)\s*\{\s*|(?<=\s))for\s+(?:all|every|any|each)\b|\\forall(?![a-zA-Z])|∀)"
                      r"(?:(?!\\(?:leq?|geq?|neq?|lt|gt|mid)(?![a-zA-Z])|[<>=≤≥≠|]|even|odd|prime|positive|negative|except|such).)*$")
"""What quantifies the variable of a definition over all its values."""
_TIME = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp])?\.?\s*(?:[Mm]\.?)?$")
_BASE = re.compile(r"^\(?([0-9A-Za-z]{1,200})\)?_\{?\s*(?:\\text\{)?(\d{1,2})\}?\}?$")
_NOUN = re.compile(r"^(.*?(?:[\d}\])]|\\pi|π))(?:\s|~|\\[,;:! ])*(?:\\(?:text|mathrm|textrm|mbox)\s*\{[\s~]*([A-Za-z][A-Za-z .\-]*)\}"
                   r"|(?<=[\s~])([A-Za-z]{3,}[A-Za-z .\-]*))$", re.DOTALL)
_WORDS = re.compile(r"^[A-Za-z0-9][A-Za-z0-9\s'’,.\-/]*$")
_NOTHING = re.compile(r"(?i)^no(?: real| valid| possible| integer)? (?:solutions?|roots?|real solutions?)(?: exists?)?$|^there (?:is|are) no(?: "
                      r"real)? solutions?$")
_EVERYTHING = re.compile(r"(?i)^all real(?:s| numbers)(?: \w)?$|^any real number$|^all \w in the reals$")
_MEASURED = re.compile(r"(?i)^(?:square|cubic)?\s*units?(?:\s*(?:squared|cubed|\^?[23]))?$")
_STOP = frozenset("a an the in of is are it this that total only altogether each per because since as which correct right wrong below above "
                  "follows so then thus hence we i you not and or but if cannot can't "
                  "may might could unable".split())


@dataclass(frozen=True)
class Thing:
    """What an answer is: its form (term, letter, words, time, base), its reading, and the unit or noun behind it."""

    form: str
    read: Read
    words: str = ""
    unit: Term | None = None
    noun: str = ""
    glued: bool = False
    """The unit stands right behind the number and may be a letter of algebra: 5m."""
    beside: Thing | None = None
    """With a choice letter: what stands behind the letter; with a unit that is `glued`: the same as algebra."""
    parted: bool = False
    """Put forward in several boxes."""
    letters: str = ""
    """Several choice letters, sorted."""
    bracketed: bool = False
    """A list in square brackets, which may be an interval."""

    @property
    def term(self) -> Term:
        return self.read.term


# ----------------------------------------------------------------------------------------------------------------- reading


def is_answer(said: str, vocabulary: Vocabulary) -> bool:
    """Can the snippet stand as an answer: mathematics, an amount, a letter, or a few words that are no sentence?"""
    if not said or len(said) > 4000:
        return False
    found = thing(said, vocabulary)
    if isinstance(found, str):
        return False
    if found.form == "words":
        tokens = found.words.split()
        return len(tokens) <= 3 and not _STOP & set(t.lower() for t in tokens)
    return found.form == "time" or found.term.kind != "text"


def meaning(final: Final, vocabulary: Vocabulary) -> Thing | str:
    """What is put forward, or why it is not read. Several parts make a list."""
    if len(final.parts) == 1:
        found = thing(final.parts[0], vocabulary)
        if final.after and not isinstance(found, str) and found.form == "term" and found.unit is None and not found.noun:
            behind = _AFTER_BOX.match(final.after)
            unit = behind and units.read_unit(behind[2] + (f"^{behind[3]}" if behind[3] else ""), named)
            sure = behind is not None and (behind[1] is not None and "}" in behind[0] or behind[2] in _BEHIND or len(behind[2]) > 2 and behind[2] not in ("and", "mol", "min", "day"))
            if unit and (unit.name in ("percent", "deg") or sure):
                return _with_unit(found, unit)
        return found
    made = [thing(p, vocabulary) for p in final.parts]
    for item in made:
        if isinstance(item, str):
            return item
    items = [m for m in made if isinstance(m, Thing)]
    if {i.form for i in items} == {"letter"}:
        return Thing("words", Read(text(" ".join(i.words for i in items))), " ".join(i.words for i in items))
    terms = [v if (v := valued(i.term)) is not None else i.term for i in items]
    return Thing("term", Read(collection("list", *terms)), parted=True)


@lru_cache(maxsize=1024)
def thing(said: str, vocabulary: Vocabulary) -> Thing | str:
    """One answer."""
    said = re.sub(r"(?<=\d)(?:,|\{,\})?\\[,!]\s*(?=\d{3}(?:\D|$))", lambda m: "," if "," in m[0] else "", snippet(said))
    said = re.sub(r"^m?\s*(?:\\angle|∠)\s*\w{1,3}\s*=\s*", "", said)
    said = re.sub(r"(?i)^(?:answer\s+)?(?:option|choice|letter)\s+(?=\(?[A-J]\b)", "", said)
    angles = _ANGLES.match(said)
    if angles:
        said = f"({angles[1]})"
    if "=" in said and (every := _FOR_ALL.search(said)) is not None and "=" in said[:every.start()]:
        said = said[:every.start()]
    counted = _COUNTED.get(_FONTS.sub(r"\1", said).strip().lower())
    if counted is not None:
        return Thing("term", Read(number(counted)))
    part = _FRACTION.match(" ".join(_FONTS.sub(r" \1 ", said).split()))
    if part is not None and (part[1].lower() in ("a", "an") or part[1].lower() in _COUNTED):
        return Thing("term", Read(apply("div", number(_COUNTED.get(part[1].lower(), 1)), number(_PARTS[part[2].lower()]))))
    said = _MULTIPLE.sub(lambda m: f"{m[1]} \\times 10^{{{_POWERS[m[2].lower()]}}}", said)
    said = re.sub(r"^(\d+) to (\d+)$", r"\1:\2", said)
    letter = _LETTER.match(said)
    if letter:
        return _choice(letter, vocabulary)
    for special in (_time, _base):
        found = special(said)
        if found is not None:
            return found
    if ":" in said:
        ratio = _ratio(said, vocabulary)
        if ratio is not None:
            return ratio
    plain = " ".join(_FONTS.sub(r" \1 ", said).replace("~", " ").split())
    if _NOTHING.match(plain):
        return Thing("term", Read(constant("emptyset")))
    if _EVERYTHING.match(plain):
        return Thing("term", Read(constant("RR")))
    amount = _amount(said, vocabulary)
    if amount is not None:
        return amount
    return _plain_thing(said, plain, vocabulary)


def _plain_thing(said: str, plain: str, vocabulary: Vocabulary) -> Thing | str:
    found = reader.read(said, vocabulary)
    wordy = _WORDS.match(plain) is not None and re.search(r"[A-Za-z]{2}", plain) is not None
    if wordy:
        upright = _FONTS.search(said) is not None
        whole = isinstance(found, Read) and found.term.kind in ("symbol", "constant") and found.term.name not in (plain, plain.replace(" ", ""))
        declared = plain in free_names(found.term) if isinstance(found, Read) else False
        product = isinstance(found, Read) and found.term.is_apply("mul") and all(a.kind == "symbol" for a in found.term.args)
        single = re.fullmatch(r"[A-Za-z]{3,}", plain) is not None
        if not isinstance(found, Read) or found.term.kind == "text" or upright and (whole is False and single or declared) or single and product:
            if len(plain.split()) <= MAX_WORDS:
                return Thing("words", Read(text(plain)), plain)
    if not isinstance(found, Read):
        return found.reason
    if found.proposed:
        return "it was read only after a repair that is a guess"
    if "[" not in said and found.term.kind in ("tuple", "relation"):
        found = replace(found, term=_flat(found.term))
    if _braced(found):
        found = replace(found, term=collection("list", *found.term.args))
    letters = " ".join(sorted(set(re.findall(r"\b[A-J]\b", plain)))) if _LETTERS.match(plain) else ""
    return Thing("term", found, letters=letters, bracketed=said.startswith(("[", "\\left[")))


def _flat(term: Term) -> Term:
    """6, 8 and 10 is one list."""
    if term.kind == "relation":
        return term.with_args(tuple(_flat(a) for a in term.args))
    if term.kind == "tuple" and term.name == "list" and len(term.args) > 1:
        *first, last = term.args
        if last.kind == "tuple" and last.name == "list" and not any(a.kind == "tuple" and a.name == "list" for a in first):
            return term.with_args((*first, *last.args))
    return term


def _braced(found: Read) -> bool:
    """Braces of LaTeX that print nothing: {1, 3} between dollars is the bare list 1, 3."""
    return found.term.kind == "tuple" and found.term.name == "set" and any(n.code == "braces" for n in found.notes)


def _choice(letter: re.Match[str], vocabulary: Vocabulary) -> Thing | str:
    name, rest = letter[1] or letter[2], re.sub(r"^(?:\\[,;:! ]|\\quad|~|\s|[.):])+", "", letter[3] or "").strip()
    if rest and (letter[1] and rest[0] in "^_=+-*/(<>" or re.match(r"\s*[=^_]", letter[3])):
        found = reader.read(letter[0], vocabulary)
        return Thing("term", found) if isinstance(found, Read) else found.reason
    beside = thing(rest, vocabulary) if rest else None
    return Thing("letter", Read(symbol(name)), name, beside=beside if isinstance(beside, Thing) else None)


def _time(said: str) -> Thing | None:
    found = _TIME.match(_FONTS.sub(r" \1 ", said).strip())
    if found is None or int(found[2]) > 59:
        return None
    words = f"{int(found[1])}:{found[2]}" + (f":{found[3]}" if found[3] else "") + (f" {found[4].lower()}m" if found[4] else "")
    nonzero = not found[4] and not found[3] and int(found[1]) and int(found[2])
    ratio = apply("div", number(int(found[1])), number(int(found[2]))) if nonzero else text(words)
    return Thing("time", Read(ratio), words)


def _base(said: str) -> Thing | None:
    found = _BASE.match(said.replace(" ", ""))
    if found is None or not re.match(r"[0-9]", found[1]) or not 2 <= int(found[2]) <= 36:
        return None
    try:
        return Thing("base", Read(number(int(found[1], int(found[2])))), found[2])
    except ValueError:
        return None


def _ratio(said: str, vocabulary: Vocabulary) -> Thing | None:
    """a : b and a : b : c as quotients by the last part; a label made of ratios before "=" is left out."""
    if re.search(r"[{}]", re.sub(r"\\[dt]?frac\s*\{[^{}]*\}\s*\{[^{}]*\}|[_^]\{[^{}]*\}|\\sqrt\{[^{}]*\}|\\colon", "", said)):
        return None
    if "=" in said and ":=" not in said:
        label, _, said = said.rpartition("=")
        if ":" not in said:
            found = reader.read(said, vocabulary) if ":" in label else None
            return Thing("term", found) if isinstance(found, Read) else None
    pieces = re.split(r"\s*(?<!:)(?:\\colon|:)(?!=)\s*", said)
    if not 2 <= len(pieces) <= 6 or any(p.count("{") != p.count("}") or p.count("(") != p.count(")") for p in pieces):
        return None
    found = [reader.read(p, vocabulary) for p in pieces]
    if not all(isinstance(f, Read) and natures.nature(f.term) == "number" and f.term != number(0) for f in found):
        return None
    *parts, last = [f.term for f in found if isinstance(f, Read)]
    quotients = [apply("div", p, last) for p in parts]
    return Thing("ratio", Read(quotients[0] if len(quotients) == 1 else collection("tuple", *quotients)))


def _amount(said: str, vocabulary: Vocabulary) -> Thing | None:
    """A number with a unit or a noun."""
    cut = units.split(said, named)
    if cut is not None:
        before = thing(cut[0], vocabulary) if len(cut[0]) < len(said) else "nothing"
        if isinstance(before, Thing) and before.form == "term" and before.unit is None and not before.noun:
            unit, rest = cut[1], said[len(cut[0]):]
            whole = reader.read(said, vocabulary) if unit in (symbol("percent"), symbol("deg")) else None
            if isinstance(whole, Read) and any(n.is_apply("percent") or n.is_apply("degree") for n in walk(whole.term)):
                return None  # the reader knows these signs, and to what they belong: \\sin 60^\\circ
            amount = valued(before.term) or before.term
            if free_names(amount) and re.match(r"\s*[A-Za-z]\b", rest):
                return None  # (x + 1) m and 3x + 2t are algebra
            glued = unit.kind == "symbol" and re.match(r"[A-Za-z]$", rest) is not None
            algebra = _plain_thing(said, said, vocabulary) if glued else None
            return replace(_with_unit(before, unit), glued=glued, beside=algebra if isinstance(algebra, Thing) else None)
    noun = _NOUN.match(said)
    if noun:
        before = thing(noun[1], vocabulary)
        if isinstance(before, Thing) and before.form == "term" and before.unit is None and not before.noun and not free_names(before.term):
            words = " ".join((noun[2] or noun[3]).split()).lower()
            if len(words.split()) <= 3 and not _STOP & set(words.split()) and words.split()[0] not in ("or", "and", "if", "for", "where", "when",
                "with", "to", "sin", "cos", "tan", "log", "ln", "exp", "mod",
                                        "choose"):
                return replace(before, noun="" if _MEASURED.match(words) else words)
    return None


def _with_unit(found: Thing, unit: Term) -> Thing:
    if unit == symbol("percent"):
        return replace(found, read=_mapped(found.read, "percent"))
    if unit == symbol("deg"):
        return replace(found, read=_mapped(found.read, "degree"))
    return replace(found, unit=unit)


def _mapped(found: Read, operator: str) -> Read:
    def put(term: Term) -> Term:
        if term.kind == "relation" and term.signs[-1] in ("=", "approx"):
            return term.with_args((*term.args[:-1], put(term.args[-1])))
        return apply("neg", put(term.args[0])) if term.is_apply("neg") else apply(operator, term)

    return replace(found, term=put(found.term), alternatives=tuple(put(t) for t in found.alternatives))


__all__ = ["Thing", "is_answer", "meaning", "thing"]
