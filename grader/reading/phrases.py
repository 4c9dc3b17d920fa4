"""English comparisons and conditions as relations: "n is smaller than the sequence length" is n < t, by the vocabulary's own words.

A comparison is taken only when everything between its two operands is understood: a copula, a negation, an adverb, one comparative, a factor.
Around it nothing may stand that could change it ("times", "squared", a second operand). "unless", a negated sentence, two conditions that differ,
or a consequence that speaks of the other contestant make the phrase Unread, with the nearest relation proposed for a person: an unsure phrase is
never a relation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.model import Note, Read, Unread
from grader.reading.consequences import CONDITION_CUE, EVEN, Found, consequence, polarity_of
from grader.reading.passages import passages
from grader.reading.prose import LEADS_TO
from grader.reading.splitting import Names, shifted, signs
from grader.reading.vocabulary import OPEN, Vocabulary
from grader.term import Span, Term, apply, number, relation, symbol

_OPPOSITE = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "<<": ">>", ">>": "<<", "=": "=", "!=": "!="}
_NEGATED = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "=": "!="}

_LESS = r"smaller|less|lesser|fewer|lower|shorter|narrower|shallower"
_MORE = r"larger|greater|bigger|more|longer|higher|wider|deeper|taller"
_COPULA = (r"(?:itself )?(?:(?:must|should|has to|have to|needs? to|will|would|can|could|may|might) )?"
           r"(?:is|are|be|was|were|becomes?|gets?|grows?|being|remains?|stays?|has|have|'s)?")
_NEG = r"(?P<neg>not|never|no longer|n't)?"
_ADVERB = r"(?:(?:strictly|clearly|always|still|just|also|even|sufficiently|asymptotically) )*"
_MUCH = r"(?P<much>(?:(?:much|far|significantly|considerably|substantially|way|vastly|very much|a lot|lots|many times) )+)?"
_COMPARATOR = re.compile(
    rf"(?P<copula>{_COPULA}) ?{_NEG} ?{_ADVERB}{_MUCH}(?:"
    rf"(?P<less>{_LESS})(?: in (?:size|number|value|length))?(?P<less_eq> or equal| or the same)?(?: (?:than|to|as))(?P<less_eq2> or (?:equal(?:s|"
    rf"ed)?(?: to)?|the same as))?"
    rf"|(?P<more>{_MORE})(?: in (?:size|number|value|length))?(?P<more_eq> or equal| or the same)?(?: (?:than|to|"
    rf"as))(?P<more_eq2> or (?:equal(?:s|ed)?(?: to)?|the same as))?"
    rf"|(?P<least>at least|no (?:less|fewer|smaller|lower|shorter) than)|(?P<most>at most|no (?:more|greater|larger|bigger|longer|higher) than|"
    rf"bounded (?:above )?by)"
    r"|(?P<below>below|under|beneath)|(?P<above>above|over|beyond)"
    r"|(?P<exceeds>exceeds?|surpass(?:es)?|exceeding)|(?P<undercuts>falls? below|drops? below|goes below)|(?P<overtakes>rises? above|goes above|"
    r"goes beyond)"
    r"|(?P<equals>equals?(?: to)?|the same as|equal to)"
    r")(?P<right>(?: .*)?)")
_FILLERS = r"(?:the|a|an|our|your|its|their|this|that|current|value|values|size|of|number)"
_RIGHT = re.compile(rf"(?: ?(?:{_FILLERS}))*(?P<factor> ?(?:twice|double|thrice|half(?: of)?|(?:two|three|four|five|ten|\d+) times|(?:one |"
                    rf"a )?(?:half|third|quarter) of))?(?: ?(?:{_FILLERS}))*")
_FACTORS = {"twice": 2, "double": 2, "thrice": 3, "two times": 2, "three times": 3, "four times": 4, "five times": 5, "ten times": 10}
_CHANGES_AFTER = re.compile(r"\s*(?:times|multiplied|plus|minus|divided|over|squared|cubed|raised|to the|percent|%|per|by|of|added|factor|minus|"
                            r"log|[-+*/^]|unless|except|but)\b|\s*[-+*/^%]", re.IGNORECASE)
_DOUBTFUL = frozenset(("over", "under", "beneath", "beyond"))
_SECOND_OPERAND = re.compile(r"\s*(?:,\s*)?(?:and|or|&)\s*$", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:^|[.,;:!?()\n—–-]|\b(?:if|when|whenever|where|for|provided|that|given|as|so|long|then|hence|thus|therefore|means|"
                     rf"implies|need|needs|require|requires|have|iff|only|"
                     rf"case|condition|cases|unless|is|once|until|while|with|and|or|we|say|both|also|because|since|assuming|suppose|thing|i\.e\.|"
                     rf"compare|all))\s*(?:(?:{_FILLERS}|ratio(?!\s+of)|quotient(?!\s+of)|fraction(?!\s+of))\s+)*(?:[\"'(*_]\s*)*$", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:unless|except|until|isn't|not|never|cannot|can't|doesn't|don't|won't|neither|nor|false|untrue|without|wrong|incorrect|"
                     r"no longer)\b|\bonly if not\b", re.IGNORECASE)
_COMPARATIVE = re.compile(rf"\b(?:{_LESS}|{_MORE}|exceeds?|below|above|compared)\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r",|;|\bbecause\b|\bsince\b|\bso\b|\bas (?:it|the|then|each)\b|\bthen\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<!\bi\.e)(?<!\be\.g)(?<=[a-z0-9)$}])[.!?](?=\s|$)|;|\n(?:\s*[-*•·]|\s*\n)|\n(?=\s*[A-Z])")


@dataclass(frozen=True, slots=True)
class _Operand:
    """A term or relation in the sentence; `term` is None where it could not be read."""

    term: Term | None
    span: Span


def condition(text: str, vocabulary: Vocabulary = OPEN, *, ask: str = "") -> Read | Unread | None:
    """The condition that a text states, in symbols or in words; None where it compares nothing.

    Where the sentence has a condition clause ("if n is smaller than t, the RNN needs less time"), that clause is taken and not the consequence,
    with a note. With the question (`ask`: "When is the RNN faster than the Transformer?") the consequence is looked at as well: a condition for the
    contrary ("the Transformer is faster when n < t") is Unread, with its negation proposed.
    """
    names = Names.of(vocabulary)
    found: list[Found] = []
    unsure: list[Span] = []
    for sentence in _sentences(text):
        operands = _operands(text, sentence, vocabulary, names)
        made, bad = _comparisons(text, sentence, operands)
        for f in made:
            said = consequence(text, f, made)
            found.append(replace(f, polarity=polarity_of(said, ask), aside=f.conditional and EVEN.search(said) is not None))
        unsure += bad
        if not made and not bad and operands and _COMPARATIVE.search(text, sentence.start, sentence.end):
            unsure.append(sentence)
    if not found:
        if not unsure:
            return None
        return Unread("one side of this comparison is not understood", unsure[0], "Write the condition as a relation between two symbols, such as a < b.")
    return _chosen(text, found, unsure, ask)


def _chosen(text: str, found: list[Found], unsure: list[Span], ask: str) -> Read | Unread:
    found = [f for f in found if not f.aside] or found
    kept = [f for f in found if f.conditional and not f.denied] or [f for f in found if not f.denied]
    if not kept:
        near = _negation(found[0].term) if len(_distinct(found)) == 1 else None
        return Unread("the sentence denies something, and what remains is not certain", found[0].span,
                      "State the condition itself, without 'not' or 'unless'.", proposed=near)
    if ask and any(f.polarity < 0 for f in kept):
        right = [f for f in kept if f.polarity > 0]
        if not right:
            near = _negation(kept[0].term) if len(_distinct(kept)) == 1 else None
            return Unread("this says when the contrary of what is asked holds", kept[0].span, "State when the thing that is asked for holds.",
                          proposed=near)
        kept = right
    distinct = _distinct(_without_working(text, kept))
    if len(distinct) == 2 and _joined_by_and(text, distinct):
        whole = Span(distinct[0].span.start, distinct[1].span.end)
        return Read(apply("and", distinct[0].term, distinct[1].term, span=whole), _notes(text, distinct[0], found))
    if len(distinct) > 1:
        return Unread("several conditions stand here, and which one counts is not said", distinct[1].span, "Leave only the condition that you mean.")
    if unsure and any(not kept[0].span.start <= s.start < kept[0].span.end for s in unsure):
        return Unread("beside this condition stands another comparison that could not be read", unsure[0], "Leave only the condition that you mean.",
                      proposed=distinct[0].term)
    return Read(distinct[0].term, _notes(text, distinct[0], found))


def _notes(text: str, kept: Found, found: list[Found]) -> tuple[Note, ...]:
    notes = []
    if not signs(text[kept.span.start:kept.span.end].replace("$", " ")):
        notes.append(Note(f"\"{text[kept.span.start:kept.span.end]}\" is read as {_plain(kept.term)}", kept.span, "info", "phrase"))
    said = consequence(text, kept, found)
    if kept.conditional and len(said.split()) > 2:
        notes.append(Note("the condition is taken from its clause; what it is a condition for is not checked as a formula", kept.sentence, "info",
                          "phrase.consequence"))
    return tuple(notes)


def _plain(term: Term) -> str:
    return f" {term.signs[0]} ".join(t.name if t.kind == "symbol" else str(t.value) if t.kind == "number" else "..."
                                     for t in term.args) if term.kind == "relation" else "..."


def _negation(term: Term) -> Term | None:
    sign = _NEGATED.get(term.signs[0]) if term.kind == "relation" and len(term.signs) == 1 else None
    return relation(sign, *term.args, span=term.span) if sign else None


def _distinct(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for f in found:
        if not any(f.term in (k.term, _mirrored(k.term)) for k in kept):
            kept.append(f)
    return kept


def _without_working(text: str, found: list[Found]) -> list[Found]:
    """What is left of conditions that lead to one another in so many words ("a < b gives c < d", "a < b, i.e. c < d"): the last of them."""
    first = 0
    for k in range(1, len(found)):
        between = text[found[k - 1].span.end:found[k].span.start]
        if LEADS_TO.fullmatch(between):
            first = k
        elif first:
            return found
    return found[first:]


def _mirrored(term: Term) -> Term:
    if term.kind != "relation" or not all(s in _OPPOSITE for s in term.signs):
        return term
    return relation(tuple(_OPPOSITE[s] for s in reversed(term.signs)), *reversed(term.args))


def _joined_by_and(text: str, two: list[Found]) -> bool:
    between = text[two[0].span.end:two[1].span.start]
    return two[0].sentence == two[1].sentence and re.fullmatch(r"[\s,$]*and[\s$]*(?:also )?(?:if |when )?(?:the )?[\s$]*", between,
                                                               re.IGNORECASE) is not None


# ------------------------------------------------------------------------------------------------------------ sentences


def _sentences(text: str) -> list[Span]:
    spans, start = [], 0
    for found in [*_SENTENCE_END.finditer(text), None]:
        stop = found.start() if found else len(text)
        if text[start:stop].strip():
            spans.append(Span(start, stop))
        start = found.end() if found else stop
    return spans


def _operands(text: str, sentence: Span, vocabulary: Vocabulary, names: Names) -> list[_Operand]:
    """The symbols, formulas and vocabulary words of a sentence, in order; a word and its letter side by side ("sequence length t") are one."""
    from grader.reading.reader import read

    piece = text[sentence.start:sentence.end]
    made: list[_Operand] = []
    for passage in passages(piece, vocabulary):
        start = sentence.start + passage.span.start
        if passage.is_formula:
            reading = shifted(read(passage.text, vocabulary), start)
            outer = Span(sentence.start + passage.outer.start, sentence.start + passage.outer.end)
            sure = isinstance(reading, Read) and not reading.proposed and not reading.alternatives and not any(n.severity == "guess"
                for n in reading.notes)
            made.append(_Operand(reading.term if sure and isinstance(reading, Read) else None, outer))
        elif passage.kind == "prose":
            made += _words(text, Span(start, sentence.start + passage.span.end), names)
    return _in_apposition(text, made)


def _words(text: str, span: Span, names: Names) -> list[_Operand]:
    tokens = list(re.compile(r"[A-Za-z]+").finditer(text, span.start, span.end))
    lower = [t[0].lower() for t in tokens]
    made, k = [], 0
    longest = max((len(w) for w in names.words), default=0)
    while k < len(tokens):
        for size in range(min(longest, len(tokens) - k), 0, -1):
            group = tuple(lower[k:k + size])
            name = names.words.get(group) or names.words.get((*group[:-1], group[-1].removesuffix("s")))
            if name and re.fullmatch(r"[A-Za-z\s-]+", text[tokens[k].start():tokens[k + size - 1].end()]):
                size = _extended(lower, k, size, name, names, longest)
                where = Span(tokens[k].start(), tokens[k + size - 1].end())
                made.append(_Operand(symbol(name, where), where))
                k += size
                break
        else:
            k += 1
    return made


def _extended(words: list[str], k: int, size: int, name: str, names: Names, longest: int) -> int:
    """ "number of neurons per layer" is one phrase where "number of neurons" and "neurons per layer" both name the symbol. """
    for start in range(k + 1, k + size):
        for length in range(min(longest, len(words) - start), k + size - start, -1):
            if names.words.get(tuple(words[start:start + length])) == name:
                return start + length - k
    return size


def _in_apposition(text: str, operands: list[_Operand]) -> list[_Operand]:
    made: list[_Operand] = []
    for operand in operands:
        last = made[-1] if made else None
        if last and re.fullmatch(r"[\s,(]*", text[last.span.end:operand.span.start]) and _is_symbol(last) and _is_symbol(operand):
            same = last.term == operand.term
            closing = 1 if "(" in text[last.span.end:operand.span.start] and text[operand.span.end:operand.span.end + 1] == ")" else 0
            made[-1] = _Operand(last.term if same else None, Span(last.span.start, operand.span.end + closing))
        else:
            made.append(operand)
    return made


_SIGNS = {"<": "is less than", ">": "is greater than", "<=": "is at most", "≤": "is at most", ">=": "is at least", "≥": "is at least",
          "<<": "is much less than", "≪": "is much less than", ">>": "is much greater than", "≫": "is much greater than"}
"""Signs between names in words ("sequence length > width"), as words."""


def _signed(between: str) -> str:
    sign, blank, rest = between.partition(" ")
    return _SIGNS.get(sign, sign) + blank + rest


def _is_symbol(operand: _Operand) -> bool:
    return operand.term is not None and operand.term.kind == "symbol"


# ---------------------------------------------------------------------------------------------------------- comparisons


def _comparisons(text: str, sentence: Span, operands: list[_Operand]) -> tuple[list[Found], list[Span]]:
    """The comparisons that are certain, and the places of those that are not."""
    found: list[Found] = []
    unsure: list[Span] = []
    for k, operand in enumerate(operands):
        if operand.term is None:
            unsure.append(operand.span)
        elif operand.term.kind == "relation":
            made = _placed(text, sentence, operand.term, operand.span, False)
            if _is_parted(text, operand.span):
                found.append(made)
        if k + 1 == len(operands) or operand.term is None or operands[k + 1].term is None:
            continue
        between = " ".join(re.sub(r"n['’]t\b", " not", text[operand.span.end:operands[k + 1].span.start].lower()).split()).strip("$*_ ")
        between = re.sub(r"\b(?:do|does|did) not\b", "not", between).replace("cannot be", "not be").replace("can not be", "not be")
        match = _COMPARATOR.fullmatch(_signed(between))
        right = _RIGHT.fullmatch(match["right"]) if match else None
        whole = Span(operand.span.start, operands[k + 1].span.end)
        term = _relation(match, right, operand.term, operands[k + 1].term, whole) if match and right else None
        if match is None or term is None:
            if re.search(r"\bthan\b|\bexceed|\bat least\b|\bat most\b", between) and len(between.split()) <= 8:
                unsure.append(whole)
            continue
        if not _stands_alone(text, sentence, operands, k):
            unsure.append(whole)
            continue
        found.append(_placed(text, sentence, term, whole, False))
    return found, unsure


def _relation(match: re.Match[str], right: re.Match[str], left: Term, other: Term, span: Span) -> Term | None:
    if left.kind == "relation" or other.kind == "relation":
        return None
    if (match["below"] or match["above"]) in _DOUBTFUL and not match["copula"].strip():
        return None  # "n over t" is rather a quotient
    if match["less"]:
        sign = "<=" if match["less_eq"] or match["less_eq2"] else "<"
    elif match["more"]:
        sign = ">=" if match["more_eq"] or match["more_eq2"] else ">"
    else:
        sign = ">=" if match["least"] else "<=" if match["most"] else "<" if match["below"] or match["undercuts"] else "=" if match["equals"] else ">"
    if match["much"]:
        if match["neg"] or sign not in "<>":
            return None
        sign *= 2
    if match["neg"]:
        sign = _NEGATED[sign]
    factor = " ".join((right["factor"] or "").split())
    if factor:
        other = _scaled(factor, other)
    return relation(sign, left, other, span=span)


def _scaled(factor: str, term: Term) -> Term:
    value = _FACTORS.get(factor)
    if value is None:
        digits = re.match(r"\d{1,6}", factor)
        if digits:
            value = int(digits[0])
        else:
            return apply("div", term, number({"half": 2, "third": 3, "quarter": 4}[re.search(r"half|third|quarter",
                factor)[0]]))  # type: ignore[index]
    return apply("mul", number(Fraction(value)), term)


def _stands_alone(text: str, sentence: Span, operands: list[_Operand], k: int) -> bool:
    """Is nothing before the left operand or after the right one that belongs to it ("the square of n", "t times l", "t and l")?"""
    head = text[sentence.start:operands[k].span.start]
    if not _BEFORE.search(head.rstrip("$ \t") + " ") and head.strip("$ \t*_-•·") and not _BEFORE.search(head):
        return False
    if k and _SECOND_OPERAND.fullmatch(text[operands[k - 1].span.end:operands[k].span.start]):
        before = operands[k - 1]
        if before.term is None or before.term.kind != "relation":
            return k > 1 and _COMPARATOR.fullmatch(" ".join(text[operands[k - 2].span.end:before.span.start].lower().split())) is not None
    after = text[operands[k + 1].span.end:sentence.end]
    if _CHANGES_AFTER.match(after):
        return False
    if k + 2 < len(operands) and _SECOND_OPERAND.fullmatch(text[operands[k + 1].span.end:operands[k + 2].span.start]):
        third = operands[k + 2]
        if third.term is not None and third.term.kind == "relation":
            return True
        return k + 3 < len(operands) and _COMPARATOR.fullmatch(" ".join(text[third.span.end:operands[k + 3].span.start].lower().split())) is not None
    return True


def _is_parted(text: str, span: Span) -> bool:
    """Does a typed relation end where its clause ends, and not in words that would change it?"""
    return not _CHANGES_AFTER.match(text[span.end:span.end + 30])


def _placed(text: str, sentence: Span, term: Term, span: Span, denied: bool) -> Found:
    head = text[sentence.start:span.start]
    cue = max((m.start() for m in CONDITION_CUE.finditer(head)), default=-1)
    broken = re.search(r",|\bthen\b", head[cue:]) if cue >= 0 else None
    conditional = cue >= 0 and broken is None
    begin = max((m.end() for m in _CLAUSE_END.finditer(head)), default=0)
    end = _CLAUSE_END.search(text, span.end, sentence.end)
    outside = head[begin:] + " " + text[span.end:end.start() if end else sentence.end]
    return Found(term, span, conditional, denied or _DENIED.search(outside) is not None, sentence)


__all__ = ["condition"]
