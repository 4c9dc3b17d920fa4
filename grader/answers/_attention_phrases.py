"""The grammar behind `_attention_prose`: phrases over typed markers and words, and the statements that they are.

Markers stand for formulas: ⟨K3⟩ a key, ⟨Q..⟩ the query, ⟨I..⟩ an index, ⟨S..⟩ a scalar, ⟨V..⟩ a vector, ⟨O..⟩ infinity, ⟨R..⟩ a relation, ⟨X..⟩ a
range of indices. A rule is a pattern and what becomes of it: another marker, or a statement that is noted and taken out of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from grader.answers._attention import OO, SCALE, Naming, is_vector, pairs
from grader.term import Term, apply, binder, number, relation, symbol

CLOSED = "\x00"
"""What stands in place of a phrase that was understood."""
_STATEMENTS = frozenset("and or where implies iff not".split())
MAX_USES = 8
"""How often a rule is used in one sentence."""


@dataclass
class Text:
    """The text with markers, while phrases are taken out of it."""

    naming: Naming
    words: str = ""
    terms: list[Term] = field(default_factory=list)
    found: list[tuple[int, Term]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)

    def marker(self, term: Term) -> str:
        """A marker for the term."""
        self.terms.append(term)
        return f"⟨{type_of(term, self.naming)}{len(self.terms) - 1}⟩"

    def of(self, mark: str) -> Term:
        """The term of a marker."""
        return self.terms[int(mark[2:-1])]

    def note(self, found: re.Match[str], sign: str, left: Term, right: Term) -> str:
        """Note a statement; what was found is closed."""
        self.found.append((found.start(), relation(sign, left, right)))
        return CLOSED


Handler = Callable[[Text, "re.Match[str]"], str]


def type_of(term: Term, naming: Naming) -> str:
    """The letter of a term's marker."""
    if term.kind == "relation" or term.kind == "binder" and term.name in ("forall", "exists") or term.kind == "apply" and term.name in _STATEMENTS:
        try:
            inner = pairs(term)
        except ValueError:
            return "R"
        return "X" if all(p.kind == "relation" and all(naming.is_index(s) or s.kind == "tuple" for s in p.args) for p in inner) else "R"
    if term == symbol(naming.query):
        return "Q"
    if term.is_apply("index") and term.args[0] == symbol(naming.keys):
        return "K"
    if term in (OO, apply("neg", OO)):
        return "O"
    if term.kind == "symbol" and naming.is_index(term) or term.kind == "tuple" and all(naming.is_index(a) for a in term.args):
        return "I"
    return "V" if is_vector(term, naming) else "S"


# -------------------------------------------------------------------------------------------------------------- handlers


def _score(text: Text, found: re.Match[str]) -> str:
    """A phrase for a score: the key or index among its markers."""
    for mark in found.groups():
        if mark and mark[1] in "KI":
            term = text.of(mark)
            index = term.args[1] if mark[1] == "K" else term
            if index.kind in ("symbol", "number"):
                return text.marker(apply("mul", apply("transpose", apply("index", symbol(text.naming.keys), index)), symbol(text.naming.query)))
    return found[0]


def _large_score(text: Text, found: re.Match[str]) -> str:
    index = text.of(found[1]).args[1]
    score = apply("mul", apply("transpose", apply("index", symbol(text.naming.keys), index)), symbol(text.naming.query))
    return text.note(found, "->", score, OO)


def _other_scores(text: Text, found: re.Match[str]) -> str:
    return text.marker(text.naming.score(text.naming.other))


def _say(sign: str, right: Term | None = None) -> Handler:
    """A statement `first marker SIGN right` (or the second marker)."""
    def handler(text: Text, found: re.Match[str]) -> str:
        marks = [g for g in found.groups() if g and g.startswith("⟨")]
        return text.note(found, sign, text.of(marks[0]), right if right is not None else text.of(marks[1]))
    return handler


def _largest(text: Text, found: re.Match[str]) -> str:
    return text.note(found, ">", text.of(found[1]), text.naming.score(text.naming.other))


def _similar(text: Text, found: re.Match[str]) -> str:
    marks = {m[1]: text.of(m) for m in found.groups() if m and m.startswith("⟨")}
    text.flags.add("similarity")
    return text.note(found, "=", marks["Q"], marks["K"])


def _constant(text: Text, found: re.Match[str]) -> str:
    term = text.of(next(g for g in found.groups() if g and g.startswith("⟨")))
    if "positive" in found[0]:
        text.note(found, ">", term, number(0))
    return text.note(found, "<", apply("abs", term), OO)


def _blend(factor: Term | None) -> Handler:
    """The sum of two keys, over `factor`."""
    def handler(text: Text, found: re.Match[str]) -> str:
        both = apply("add", text.of(found[1]), text.of(found[2]))
        return text.marker(both if factor is None else apply("div", both, factor))
    return handler


def _apart(text: Text, found: re.Match[str]) -> str:
    return text.note(found, "=", text.naming.score(text.naming.other), number(0))


def _some(text: Text, found: re.Match[str]) -> str:
    text.flags.add("some")
    return " "


def _end(text: Text, found: re.Match[str]) -> str:
    """`S tends to O`."""
    down = re.search(r"negative|minus|- ?$", found[2] or "") or found[3] and text.of(found[3]) != OO
    return text.note(found, "->", text.of(found[1]), apply("neg", OO) if down else OO)


def _query(text: Text, found: re.Match[str]) -> str:
    return text.marker(symbol(text.naming.query))


def _key(text: Text, found: re.Match[str]) -> str:
    term = text.of(found[1])
    return text.marker(apply("index", symbol(text.naming.keys), term)) if term.kind in ("symbol", "number") else found[0]


def _large(text: Text, found: re.Match[str]) -> str:
    """`x in RR large`, `x > 0 large`: the letter grows."""
    term = text.of(found[1])
    if term.kind == "relation" and term.signs in (("in",), (">",), (">=",)) and term.args[0].kind == "symbol":
        return text.note(found, "->", term.args[0], OO)
    return found[0]


def _multiple(text: Text, found: re.Match[str]) -> str:
    """`q is a multiple of v`, `q is a large multiple of v`."""
    factor = symbol(SCALE)
    if found[2]:
        text.note(found, "->", factor, OO)
    return text.note(found, "=", text.of(found[1]), apply("mul", factor, text.of(found[3])))


def _taken(text: Text, found: re.Match[str]) -> str:
    return f" {CLOSED} "


# --------------------------------------------------------------------------------------------------------------- patterns

_K, _Q, _I, _S, _V, _O = (rf"(⟨{c}\d+⟩)" for c in ("K", "Q", "I", "S", "[VKQ]", "O"))
_IS = r"(?:is|are|be|equals?|being|must be|should be|to be)"
_MUST = r"(?:(?:must|should|has to|have to|needs? to|will|would|can|shall) )?"
_COP = rf"(?:,? ?(?:(?:which|that|it) )?{_MUST}(?:is|are|be|being|becomes?|gets?|to be|taken|chosen|as|=|:)? ?)"
_MUCH = r"(?:(?:very )?much|far|way|significantly|substantially|considerably|vastly|infinitely|a lot|lots|overwhelmingly|sufficiently|dramatically)"
_BIG, _LESS = r"(?:larger|greater|bigger|higher|more)", r"(?:smaller|less|lower)"
_NOUN = r"(?: (?:positive|real|scalar|constant|number|value|factor|scale|scaling|coefficient|multiplier|parameter|magnitude|scores?))*"
_VERY = (r"(?:(?:very|sufficiently|arbitrarily|extremely|really|infinitely|quite|so|as|super|fairly|a|an|some|any|all|taken|made|being|relatively|"
         r"exceedingly|suitably) )*")
_ANY = r"(?:(?:a|an|any|some|fixed|arbitrary|real|positive|finite|given|scalar) )*"
_ALL = r"(?:(?:all|any|every|each)(?: of)? )?(?:the )?(?:other|remaining)"
_PRODUCT = r"(?:dot|inner|scalar)[- ]?products?"
_DOT = rf"(?:the )?{_PRODUCT}"
_SIM = (r"(?:(?:very|most|highly|quite|extremely|nearly|almost|exactly|closely|strongly|really|more or less|perfectly|super|the) )*"
        r"(?:similar|close|closest|closer|nearest|near|aligned|aligns?|parallel|identical|equal|same|proportional|correlated|match(?:es|ing)?|"
        r"resembles?)")
_TO_KEY, _TO_QUERY = rf"(?: (?:to|with|as))?(?: (?:the )?key(?: vector)?)? {_K}", rf"(?: (?:to|with|as))?(?: (?:the )?query(?: vector)?)? {_Q}"
_MOST = r"(?:largest|highest|biggest|greatest|maximum|maximal|max)"
_AMONG = r"(?:of|among|out of) (?:them|all|(?:all )?(?:the )?(?:scores|keys|dot products))"
_GOES = (r"(?:tends?|tending|goes|going|approach(?:es|ing)?|converg(?:es|ing)|diverg(?:es|ing)|grows?|growing|increases?)(?: to(?:wards)?)? ?"
         r"((?:positive |negative |minus |plus |\+ ?|- ?)?)")
_BUT = r"(?:other than|different from|except(?: for)?|besides|not in|not equal to|that (?:is|are) not)"
_QUANTIFIED = (r"for (?:all|every|each|any)(?: of)?(?: the)?(?: other| remaining)?(?: keys?| indices| index| values of)?(?: ⟨[IK]\d+⟩)?,? ?"
               rf"(?:{_BUT} ⟨[IK]\d+⟩(?:,? (?:and|or) ⟨[IK]\d+⟩)*|(?:where |with |such that )?⟨X\d+⟩)?(?! ?⟨S)")

RULES: tuple[tuple[re.Pattern[str], Handler], ...] = tuple((re.compile(pattern), handler) for pattern, handler in (
    # names in words
    (rf"(?:the |a |our )?query(?: vector)? {_Q}", _query),
    (r"(?:the |a |our )?quer(?:y|ies)(?: vectors?)?\b(?! ⟨Q)", _query),
    (rf"(?:the )?keys?(?: vector)? {_I}", _key),
    # scores in words
    (rf"{_DOT} (?:of|between) (?:(?:the )?keys? )?{_K} (?:and|with|to) (?:(?:the )?query )?{_Q}", _score),
    (rf"{_DOT} (?:of|between) (?:(?:the )?query )?{_Q} (?:and|with|to) (?:(?:the )?keys? )?{_K}", _score),
    (rf"{_K} dot(?:ted)?(?: with| into)? {_Q}|{_Q} dot(?:ted)?(?: with| into)? {_K}", _score),
    (rf"(?:the )?(?:attention |similarity |raw )?(?:score|logit)s? (?:of|for|between {_Q} and) (?:the )?(?:key |token |index |position )?"
     rf"(?:{_K}|{_I})(?: (?:and|with) {_Q})?", _score),
    (rf"(?:that|those) (?:of|for|with|between {_Q} and) {_ALL} (?:keys?(?: vectors?)?|vectors?|ones|indices|⟨K\d+⟩)(?:'?s)?", _other_scores),
    (rf"{_DOT} (?:of|for|with|between) (?:{_Q} (?:and|with) )?{_ALL} keys?(?: vectors?)?(?: (?:and|with) {_Q})?", _other_scores),
    (rf"{_ALL} (?:keys?'?s? )?(?:attention |similarity )?(?:scores?|{_PRODUCT}|logits?|⟨S\d+⟩(?:'?s)?|terms?|ones|keys?)", _other_scores),
    (r"(?:all )?(?:the )?others\b|(?:all )?the rest(?: of (?:the|them)(?: keys| scores)?)?|(?:any|every|each) other(?: one)?(?![\w-]| ⟨)",
     _other_scores),
    # vectors in words
    (rf"(?:the )?(?:average|mean|midpoint) (?:of|between) {_K} and {_K}", _blend(number(2))),
    (rf"(?:the )?sum of {_K} and {_K}", _blend(None)),
    # over which keys
    (_QUANTIFIED, _taken),
    (r"(?:for|at|with) (?:(?:at least )?(?:some|one)|any one)(?: other)?(?: key| index)? (?:⟨[IKX]\d+⟩)", _some),
    # how scores and scales grow
    (rf"(?:has|have|having|with) (?:a )?{_VERY}(?:large|high|big|great) (?:{_PRODUCT}|scores?) (?:with|to|for) (?:the )?(?:key )?{_K}", _large_score),
    (rf"{_S} {_GOES}(?:infinity|∞|{_O})", _end),
    (rf"{_S} (?:grows?|increases?|growing|increasing) (?:without (?:bounds?|limits?)|indefinitely|arbitrarily(?: large)?)", _say("->", OO)),
    (rf"{_S}{_COP}{_VERY}{_MUCH} {_BIG} (?:than|compared to|in comparison to) {_S}", _say(">>")),
    (rf"{_S}{_COP}{_VERY}{_MUCH} {_LESS} (?:than|compared to) {_S}", _say("<<")),
    (rf"{_S}{_COP}(?:strictly |always )?{_BIG} (?:than) {_S}", _say(">")),
    (rf"{_S}{_COP}(?:strictly |always )?{_LESS} (?:than) {_S}", _say("<")),
    (rf"{_S} (?:strongly |completely |totally |heavily )?dominat(?:es?|ing) {_S}", _say(">>")),
    (rf"{_S}{_COP}(?:the )?(?:strictly )?{_MOST}(?: (?:scores?|one|values?|dot product|{_AMONG}))*", _largest),
    (rf"{_S}{_COP}(?:all )?(?:(?:very|extremely|highly|strongly|large|largely|hugely|big|sufficiently) )+negative", _say("->", apply("neg", OO))),
    (rf"{_S}{_COP}(?:all )?negative", _say("<", number(0))),
    (rf"{_S}{_COP}{_VERY}(?:large|big|huge|high|great|enormous)(?: enough)?{_NOUN}", _say("->", OO)),
    (rf"(?:for |with |where |and |is )?{_VERY}(?:large|big|huge|enormous)(?: enough)?{_NOUN} {_S}", _say("->", OO)),
    (rf"(⟨R\d+⟩){_COP}{_VERY}(?:large|big|huge|enormous)(?: enough)?{_NOUN}", _large),
    (rf"(?:for |with |where |and |is )?{_VERY}(?:large|big|huge|enormous)(?: enough)?{_NOUN} (⟨R\d+⟩)", _large),
    (rf"{_Q}{_COP}(?:equal to |set to )?{_VERY}(large|big|huge|enormous)?(?: enough)? ?(?:scalar |positive )*multiple of {_V}", _multiple),
    (rf"{_S}{_COP}{_VERY}(?:small|low|tiny)", _say("<", OO)),
    (rf"(?:for |with )?{_VERY}(?:small|tiny){_NOUN} {_S}", _say("<", OO)),
    (rf"{_S}{_COP}(?:(?:stays?|remains?|kept) )?(?:all )?(?:bounded|finite)", _constant),
    (rf"{_S}{_COP}{_ANY}(?:constant|fixed)", _constant),
    (rf"(?:for )?{_ANY}constant {_S}", _constant),
    (rf"{_S}{_COP}(?:strictly |always |a )?positive(?: (?:scalar|number|real|constant))*", _say(">", number(0))),
    (rf"{_S}{_COP}(?:all )?(?:zero|vanish(?:es)?)", _say("=", number(0))),
    (rf"{_S} {_IS}(?: equal to| exactly| always)* {_S}", _say("=")),
    # vectors
    (rf"{_Q}{_COP}(?:(?:perfectly|exactly) )?(?:orthogonal|perpendicular) to (?:the (?:vector|difference) )?{_V}", _say("perp")),
    (rf"{_Q}{_COP}{_SIM}(?: in direction| in value)?{_TO_KEY}", _similar),
    (rf"{_K}{_COP}{_SIM}{_TO_QUERY}", _similar),
    (rf"(?:{_Q} and {_K}|{_K} and {_Q}){_COP}{_SIM}(?: to each other)?", _similar),
    (rf"(?:high|large|strong|big|great) similarity (?:of|between) (?:{_Q} (?:and|with|to) {_K}|{_K} (?:and|with|to) {_Q})", _similar),
    (rf"{_Q}{_COP}(?:points?|pointing) in (?:the )?(?:same )?direction (?:of|as) {_K}", _similar),
    (r"(?:dissimilar|different|orthogonal|perpendicular|far)(?: away)?(?: to| from| with)? ⟨S\d+⟩", _apart),
    (rf"{_Q} {_IS}(?: equal to| given by| set to| just| simply)* {_V}", _say("=")),
))

_HARMLESS = re.compile(r"\b(?:or equivalently|or in other words|or,? in short|not only|no matter what|without loss of generality)\b")
_DOUBT = re.compile(
    r"\b(?:not|no|never|cannot|unless|except|without|or|either|neither|nor|some|any|exists?|least|than|compared|relative|only if|instead|rather|"
    r"opposite|minus|fails?|wrong|false|incorrect|maybe|perhaps|probably|guess|unsure|negative|unequal|differ\w*|twice|similar\w*|"
    r"regardless|irrespective|whatever|arbitrary|too|long\w*|norm|length|magnitude|large|big|huge|infinit\w*|grow\w*|tends?|small|zero)\b|n't\b|\?")
_QUANTIFIER_WORDS = frozenset("for where with when whenever and all every each other others if the keys key indices index such that over in of values "
                              "as so".split())
_VERDICT = re.compile(r"\b(?:this|that|it|which) (?:is|was|does|would|will|can)(?:n't| not| wrong| false| incorrect| never)|"
                      r"\b(?:wrong|mistake|ignore|scratch that|crossed out)\b")
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n")


class Parsed(NamedTuple):
    """Relations and lone vectors in order; words in doubt (in a sentence that states something, words that could turn it around); keys and scalars of
    such sentences of which something is said that no rule knows."""

    parts: tuple[Term, ...]
    doubts: tuple[str, ...]
    loose: tuple[Term, ...]


def parse(text: Text) -> Parsed:
    """What a text with markers says."""
    parts: list[Term] = []
    doubts: list[str] = []
    loose: list[Term] = []
    for sentence in _SENTENCE.split(text.words):
        found, left = _sentence(sentence, text)
        parts += [term for _, term in sorted(found, key=lambda p: p[0])]
        loose += [text.terms[int(n)] for n in re.findall(r"⟨[KS](\d+)⟩", left) if found or len(left.split()) > 1]
        words = _HARMLESS.sub(" ", re.sub(r"⟨[A-Z]\d+⟩", " ", left))
        risky = _DOUBT.search(words) if found else _VERDICT.search(words)
        if risky:
            doubts.append(risky[0])
        doubts += _odd_quantifiers(left) if found else []
    return Parsed(tuple(parts), tuple(doubts), tuple(loose))


def _odd_quantifiers(left: str) -> list[str]:
    """Words before a range of indices ("fsome i != j") that no quantifier is made of."""
    before = [re.split(r"[⟩\x00,]", left[:mark.start()])[-1].split() for mark in re.finditer(r"⟨X\d+⟩", left)]
    return [word for words in before for word in words[-3:] if word.isalpha() and word not in _QUANTIFIER_WORDS]


def _sentence(sentence: str, text: Text) -> tuple[list[tuple[int, Term]], str]:
    """The statements of a sentence with their places, and the words and markers that no rule took."""
    text.found, left = [], sentence
    for pattern, handler in RULES:
        for _ in range(MAX_USES):
            found = pattern.search(left)
            if found is None:
                break
            made = handler(text, found)
            left = left[:found.start()] + made + left[found.end():]
            if made == found[0]:
                break
    text.found += list(_formulas(left, text))
    if "some" in text.flags:
        text.flags.discard("some")
        text.found = [(at, binder("exists", (symbol(text.naming.other),), term)) for at, term in text.found]
    return text.found, left


def _formulas(left: str, text: Text) -> Iterator[tuple[int, Term]]:
    """Relations and vectors that stand for themselves."""
    for mark in re.finditer(r"⟨([RV])(\d+)⟩", left):
        yield mark.start(), text.terms[int(mark[2])]
