"""Equations for some variables that an answer states, as one formula: equations joined by "and" and "or", points as equations for their coordinates.

Formulas are read one by one; time indices are taken off (p_t and p_{t+1} are both p: at a point that stays all times are alike). Sides of a chain
that are no expressions in the variables (a derivative, f itself) are left out, the equality of the others stands. Where a text comes to a conclusion
("hence ...", "so ..."), what stands before it is the way there and does not count; a sentence that denies its equation is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader import reading
from grader.answers import _words
from grader.model import Note, Read, Unread
from grader.reading.passages import passages
from grader.reading.vocabulary import Vocabulary
from grader.term import Span, Term, apply, constant, free_names, number, relation, symbol, walk

MAX_EQUATIONS = 40
MAX_FORMULA = 1000
"""Characters of a formula that is read; equations for a few values are short."""
_SENTENCE = re.compile(r"(?<=[^\d.])[.;!?](?=\s|$)|(?<=\d)\.(?=\s|$)|\n[ \t]*\n|\n(?=[ \t]*(?:[-*•·]|\(?\w[.)])[ \t])|[•·]")
_CONCLUDES = re.compile(r"(?i)\b(hence|therefore|thus|so|consequently|finally|conclusion|answer|we get|it follows|then|means)\b"
                        r"|∴|⇒|⟹|=>|\\(?:therefore|Rightarrow|implies)\b")
_DENIES = re.compile(r"(?i)\b(?:not|no|never|cannot|can't|isn't|doesn't|didn't|didnot|wasn't|without|unless|except|if we|suppose|assume)\b")
_NONE = re.compile(r"\bthere (?:is|are) (?:no\w*|none)\b|\bdoes(?: not|n't) exist\b|\bno (?:such )?(?:equilibrium|fixed|point)")
_IS = frozenset("is are = : be being becomes become equal equals both must should has have to of all simultaneously values value the".split())
_LOOKALIKES = {"9": "q", "g": "q", "ρ": "p"}
"""Signs that a recogniser writes for a letter."""
_MISREAD = re.compile(r"(?<![A-Za-z0-9_\\])([A-Za-z9ρ])_?\{?[tT](?:\s?\+\s?1|[tl+][l1I]|\+1)?\}?(?![A-Za-z0-9])")


_ARITHMETIC = ("add", "neg", "mul", "div", "pow")
_TIMED = ("index", "sup", "prime", "call")
_PASSED_OVER = frozenset("derivative partial gradient call vec norm index".split())
"""Sides of a chain that say where its values come from: `df/dp = q = 0`."""


@dataclass
class Equations:
    """The formula, or None; notes; and why there is none."""

    formula: Term | None = None
    notes: list[Note] = field(default_factory=list)
    reason: str = ""
    trivial: bool = False
    """Nothing but equations that always hold were stated."""


def stated(text: str, variables: Sequence[str], vocabulary: Vocabulary, *, ocr: bool = False) -> Equations:
    """The equations that the answer comes to."""
    made = Equations()
    whole = reading.read(text.strip(), vocabulary) if len(text) <= MAX_FORMULA else None
    if isinstance(whole, Read) and not whole.proposed and not re.search(r"[.;\n]\s*\S", text):
        items = _items(whole.term, variables, made)
        _note_alternatives(whole, items, variables, made)
        if items:
            _note_dropped(made.reason, made)
            made.notes += whole.notes
            made.formula = _joined(items, "or" if _are_points(whole.term, variables) else "and")
            return made
    found = [_sentence(text, span, variables, vocabulary, made) for span in _sentences(text)]
    kept = [f for f in found if f.items and not f.denied]
    concluding = [k for k, f in enumerate(found) if f.items and f.concludes and not f.denied]
    if concluding:
        kept = [f for f in found[concluding[-1]:] if f.items and not f.denied]
    if not kept and ocr:
        kept = _misread(text, variables, made)
    for sentence in kept:
        _note_dropped(sentence.dropped, made)
    if kept:
        made.formula = _joined([i for f in kept for i in f.items][:MAX_EQUATIONS], "and")
    elif not made.reason:
        made.reason = "no equation for " + " or ".join(variables) + " is stated"
    return made


@dataclass
class _Sentence:
    items: list[Term]
    concludes: bool = False
    denied: bool = False
    dropped: str = ""


def _sentences(text: str) -> list[Span]:
    ends = [(m.start(), m.end()) for m in _SENTENCE.finditer(text)]
    starts = [0, *(e for _, e in ends)]
    stops = [*(s for s, _ in ends), len(text)]
    return [Span(a, b) for a, b in zip(starts, stops) if text[a:b].strip()]


def _sentence(text: str, span: Span, variables: Sequence[str], vocabulary: Vocabulary, made: Equations) -> _Sentence:
    words = text[span.start:span.end]
    concludes, denied = bool(_CONCLUDES.search(words)), bool(_DENIES.search(words))
    items: list[Term] = []
    joins: list[str] = []
    before, held, made.reason = "", made.reason, ""
    for passage in passages(words, vocabulary):
        if not passage.is_formula or passage.mention and not passage.text.startswith("("):
            before += " " + passage.text
            continue
        found = reading.read(passage.text, vocabulary) if len(passage.text) <= MAX_FORMULA else Unread("a formula is too long")
        if not isinstance(found, Read):
            made.reason = found.reason
        else:
            more = _items(found.term, variables, made)
            _note_alternatives(found, more, variables, made)
            if more:
                joins += ["or" if re.search(r"\bor\b", before) else "and"] if items else []
                items.append(_joined(more, "or" if _are_points(found.term, variables) else "and"))
                made.notes += found.notes
        before = ""
    if not items and not made.reason:
        items, joins = _spoken(words, variables), []
        denied = denied and items != [constant("false")]
    if "or" in joins:
        items = [apply("or", *items)] if set(joins) == {"or"} else []
        made.reason = made.reason or ("" if items else "“and” and “or” are mixed")
    dropped, made.reason = made.reason, made.reason or held
    return _Sentence(items, concludes, denied, dropped)


# --------------------------------------------------------------------------------------------------------------- formulas


def _items(term: Term, variables: Sequence[str], made: Equations) -> list[Term]:
    """Formulas for the variables that the term states; none where it is something else."""
    if term.kind == "constant" and term.name == "emptyset":
        return [constant("false")]
    if term.is_apply("and") or term.kind == "tuple" and term.name in ("list", "set") and all(a.kind in ("relation", "tuple") for a in term.args):
        return [i for a in term.args for i in _items(a, variables, made)]
    if term.is_apply("or"):
        parts = [_items(a, variables, made) for a in term.args]
        return [apply("or", *[_joined(p, "and") for p in parts])] if all(parts) else []
    if term.is_apply("where"):
        return [i for a in term.args for i in _items(a, variables, made)]
    if term.kind == "tuple" and term.name in ("tuple", "list") and len(term.args) == len(variables):
        return _point(term, variables, made)
    if term.kind == "relation":
        return _relation(term, variables, made)
    return []


def _note_alternatives(found: Read, items: list[Term], variables: Sequence[str], made: Equations) -> None:
    """A formula that can be read in two ways is a guess where they state different equations."""
    for other in found.alternatives:
        if _items(other, variables, Equations()) != items:
            made.notes.append(Note(f"{found.term} could also be {other}", found.term.span, "guess", "equations.ambiguous"))
            return


def _note_dropped(reason: str, made: Equations) -> None:
    """An equation that had to be left out beside others leaves open what is meant."""
    if reason:
        made.notes.append(Note(f"not all of it could be used: {reason}", None, "guess", "equations.dropped"))


def _are_points(term: Term, variables: Sequence[str]) -> bool:
    """Several points side by side are alternatives, not conditions."""
    return term.kind == "tuple" and len(term.args) > 1 and all(a.kind == "tuple" and len(a.args) == len(variables) for a in term.args)


def _point(term: Term, variables: Sequence[str], made: Equations) -> list[Term]:
    """A bare point. In which order its coordinates stand is plain only where they are alike, or there is one."""
    values = [_plain(a, variables) for a in term.args]
    if any(v is None or free_names(v) for v in values):
        return []
    if len(set(values)) > 1:
        made.notes.append(Note(f"the coordinates of the point are taken in the order {', '.join(variables)}", term.span, "guess", "equations.order"))
    sides = [relation("=", symbol(n), v) for n, v in zip(variables, values)]
    return [_joined(sides, "and")]


def _relation(term: Term, variables: Sequence[str], made: Equations) -> list[Term]:
    """A chain of equations: sides that are no expressions in the variables are passed over; tuples are taken apart."""
    if set(term.signs) - {"=", ":=", "equiv", "->"} or "->" in term.signs and len(term.signs) > 1:
        if free_names(term) & set(variables):
            made.reason = "a relation between the variables is no equation"
        return []
    if all(s.kind == "tuple" and len(s.args) == len(term.args[0].args) for s in term.args) and term.args[0].kind == "tuple":
        pairs = [relation(term.signs, *sides) for sides in zip(*[s.args for s in term.args])]
        return [i for p in pairs for i in _relation(p, variables, made)]
    if term.args[0].kind == "tuple" and all(s.kind == "number" for s in term.args[1:]):
        return [i for a in term.args[0].args for i in _relation(relation(term.signs, a, *term.args[1:]), variables, made)]
    if _moves(term, variables):
        made.trivial = True
        return []
    sides: list[list[Term]] = []
    for side in term.args:
        plain = [p for p in (_plain(s, variables) for s in _signed(side)) if p is not None]
        if plain:
            sides.append(plain)
        elif not (side.kind == "apply" and side.name in _PASSED_OVER or side.kind == "symbol"):
            made.reason = "a side of an equation is more than arithmetic with the variables"
            return []
    if any(node.is_apply("mul") and number(0) in node.args for side in sides for p in side for node in walk(p)):
        made.reason = "a product with 0 stands in an equation"
        return []
    names = frozenset().union(*[free_names(p) for s in sides for p in s]) if sides else frozenset()
    if not names & set(variables):
        return []
    unknown = sorted(names - set(variables))
    if unknown:
        made.reason = f"{unknown[0]} stands in an equation for {' and '.join(variables)} and is none of them"
        return []
    if len(sides) < 2:
        return []
    if len({s for side in sides for s in side}) == 1:
        made.trivial = True
        return []
    if any(len(s) > 1 for s in sides):
        if len(sides) != 2:
            return []
        return [apply("or", *[relation("=", a, b) for a in sides[0] for b in sides[1]])]
    return [relation(tuple("=" for _ in sides[1:]), *[s[0] for s in sides])]


def _moves(term: Term, variables: Sequence[str]) -> bool:
    """Does the equation lead from one time to another (a rule, or the definition of staying), rather than name a value?

    A chain such as q_{t+1} = q_t = 0 names one; q = q + p is a rule whose times are left out.
    """
    times: dict[str, set[Term]] = {}
    sides = [s for s in term.args if s.kind in ("number", "symbol") or s.kind == "apply" and s.name in (*_ARITHMETIC, *_TIMED)]
    for side in sides:
        _times(side, variables, times)
    if all(side.kind == "number" or _offsets(side) for side in sides) and any(side.kind == "number" for side in sides):
        return False
    alone = {side.name for side in sides if side.kind == "symbol" and side.name in variables}
    again = any(not _offsets(side) and alone & free_names(side) for side in sides)
    return again or any(len(t) > 1 for t in times.values())


def _times(term: Term, variables: Sequence[str], times: dict[str, set[Term]]) -> None:
    """The forms in which each variable occurs: p, p_t, p_{t+1}, p'."""
    if term.kind == "symbol" and term.name in variables:
        times.setdefault(term.name, set()).add(term)
    elif _offsets(term) and term.args and term.args[0].kind == "symbol" and term.args[0].name in variables:
        times.setdefault(term.args[0].name, set()).add(term)
    else:
        for part in term.args:
            _times(part, variables, times)


def _offsets(side: Term) -> bool:
    """Is the side one variable at one time?"""
    return side.kind == "symbol" or side.kind == "apply" and side.name in _TIMED


def _signed(side: Term) -> list[Term]:
    """Both signs of a side with plus-minus before it."""
    if side.is_apply("pm", 1) or side.is_apply("mp", 1):
        return [side.args[0], apply("neg", side.args[0])]
    return [side]


def _plain(term: Term, variables: Sequence[str]) -> Term | None:
    """The expression without time indices, stars and the like on its variables; None where it is no arithmetic."""
    if term.kind in ("number", "symbol"):
        return term
    if term.kind != "apply":
        return None
    if term.name in ("index", "sup", "star", "prime", "hat", "bar", "call") and term.args[0].kind == "symbol" and term.args[0].name in variables:
        return None if term.name == "call" and len(term.args) != 2 else term.args[0]
    if term.name not in _ARITHMETIC:
        return None
    parts = [_plain(a, variables) for a in term.args]
    return None if any(p is None for p in parts) else apply(term.name, *parts)


def _joined(items: Sequence[Term], how: str) -> Term:
    return items[0] if len(items) == 1 else apply(how, *items)


# ------------------------------------------------------------------------------------------------------------------ words


def _spoken(words: str, variables: Sequence[str]) -> list[Term]:
    """"the origin", "both are zero", "p and q must be 0", "p is 0 and q is 0", "none"."""
    tokens = [w for w in _words.words(words) if w.text != "\n"]
    texts = [w.text for w in tokens]
    lower = {n.lower(): n for n in variables}
    zero = [relation("=", symbol(n), number(0)) for n in variables]
    if "origin" in texts:
        return [_joined(zero, "and")]
    if _NONE.search(" ".join(texts)) or texts == ["none"]:
        return [constant("false")]
    if {"both", "all"} & set(texts) and {"zero", "0"} & set(texts) and not set(texts) & set(lower) and len(texts) <= 14:
        return [_joined(zero, "and")]
    made: list[Term] = []
    held: list[str] = []
    for k, word in enumerate(texts):
        if word in lower and not (k and texts[k - 1] == "f"):
            held.append(lower[word])
        elif held and (word in ("zero",) or re.fullmatch(r"-?\d{1,200}", word)) and texts[k - 1] in _IS:
            value = number(0) if word == "zero" else number(int(word))
            made += [relation("=", symbol(n), value) for n in dict.fromkeys(held)]
            held = []
        elif word not in _IS and word not in ("and", ",", "&"):
            held = []
    return made


def _misread(text: str, variables: Sequence[str], made: Equations) -> list[_Sentence]:
    """Sentences of a scanned text with the signs mended that a recogniser confuses: `9t should be 0`, `Pttl = 0`. A person has to confirm it."""
    low: Mapping[str, str] = {**{n.lower(): n for n in variables}, **{a: b for a, b in _LOOKALIKES.items() if b in variables}}
    kept: list[_Sentence] = []
    for span in _sentences(text):
        words = text[span.start:span.end]
        if _DENIES.search(words):
            continue
        mended = _MISREAD.sub(lambda m: f" {low[m[1].lower()]} " if m[1].lower() in low else m[0], words)
        if mended == words:
            continue
        items = _spoken(mended, variables)
        if items:
            kept.append(_Sentence(items, bool(_CONCLUDES.search(words))))
            made.notes.append(Note(f"“{' '.join(words.split())}” is read as {', '.join(map(str, items))}", span, "guess", "equations.misread"))
    concluding = [k for k, s in enumerate(kept) if s.concludes]
    return kept[concluding[-1]:] if concluding else kept

