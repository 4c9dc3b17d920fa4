"""What was written for an order of growth: the bound's sign and the function in it, out of formulas and of the usual words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader import reading
from grader.model import Note, Part, Read, Symbol
from grader.reading import Vocabulary
from grader.reading.passages import passages
from grader.reading.stated import candidates, stated
from grader.term import Term, apply, collection, free_names, number, symbol, walk

SIGNS = {"bigO": "O", "bigTheta": "Theta", "bigOmega": "Omega", "smallo": "o", "smallomega": "omega"}
MAX_LINES = 12
"""Of more lines none is taken for an order by itself."""
_LINKS = frozenset(("=", "in", ":=", "equiv", "~", "approx", "propto", "->"))


@dataclass(frozen=True)
class Bound:
    """`sign` is "" where none was written, else one of O, Theta, Omega, o, omega; `function` is what stands in it."""

    sign: str
    function: Term


class Unfitting(ValueError):
    """No single order: the text says why, `several` whether because more than one was offered."""

    def __init__(self, reason: str, several: bool = False) -> None:
        super().__init__(reason)
        self.several = several


def bound(term: Term) -> Bound:
    """The bound that a tree states: `T(n) = O(n^2)`, `O(n)`, `n log n + O(n)`, `n^2`. Fails with `Unfitting`."""
    if term.kind == "relation":
        return _of_relation(term)
    if term.kind == "tuple" and term.name in ("list", "tuple", "set") or term.kind == "apply" and term.name in ("or", "and", "xor"):
        if len(term.args) == 1:
            return bound(term.args[0])
        raise Unfitting("several orders stand here", several=True)
    if term.is_apply("where"):
        raise Unfitting("the order is given under a condition")
    if term.kind == "apply" and term.name in SIGNS:
        return Bound(SIGNS[term.name], _bare(term.args[0]))
    signs = {SIGNS[node.name] for node in walk(term) if node.kind == "apply" and node.name in SIGNS}
    if signs - {"O", "Theta"}:
        raise Unfitting("a lower bound or a small o inside a formula")
    return Bound(("O" if "O" in signs else "Theta") if signs else "", _bare(term))


def _of_relation(term: Term) -> Bound:
    if not _LINKS.issuperset(term.signs):
        raise Unfitting("this is a comparison, not an order of growth")
    *before, last = term.args
    found = bound(last)
    for side in before:
        if side.kind in ("text", "symbol") or side.is_apply("call") or side.is_apply("index") or found.sign:
            continue
        raise Unfitting("this is an equation, not an order of growth")
    if len(term.args) == 2 and before[0].kind == "symbol" and before[0].name in free_names(found.function):
        raise Unfitting("this relates the symbols to each other, and is no order of growth")
    return found


def _bare(term: Term) -> Term:
    """Without O and Theta inside."""
    if term.kind == "apply" and term.name in SIGNS:
        return _bare(term.args[0])
    if term.kind not in ("number", "symbol", "constant", "apply", "binder"):
        raise Unfitting("this is no order of growth")
    return term.with_args(tuple([_bare(a) for a in term.args]))


# ------------------------------------------------------------------------------------------------------------------- words

_SUBJECT = (r"(?:the |its |their )?(?:overall |total |worst[- ]case )?(?:(?:time|space|memory|computational) complexity|"
            r"running time|runtime|complexity|time|space|memory|cost|order|answer)|it|this|that")
_LEAD = re.compile(rf"^\s*(?:(?:{_SUBJECT})\s*(?:is|are|=|:|grows|scales)?\s*)?(?:(?:like|as|with|in|of)\s+)?"
                   r"(?:(?:the\s+)?(?:order|size)(?: of(?: magnitude)?)?\s*(?:of\s+)?)?(?=\S)", re.IGNORECASE)
_TAIL = re.compile(r"\s*(?:time|space|memory|operations?|steps|flops|in total|overall|complexity)?\s*(?:complexity)?\s*[.;?]?\s*$", re.IGNORECASE)
_SPELLED = re.compile(r"\bbig[- ]?(?:o|oh)\s*(?:of\s+)?(?=[\w(\\$])", re.IGNORECASE)
_DEGREES = {"constant": 0, "linear": 1, "quadratic": 2, "cubic": 3, "quartic": 4}
_IN = re.compile(r"(?P<kind>constant|linear(?:ly)?|quadratic(?:ally)?|cubic(?:ally)?|quartic|logarithmic(?:ally)?|linearithmic)"
                 r"\s+in\s+(?:both\s+)?(?P<what>.+?)\s*$", re.IGNORECASE)


def plainer(text: str) -> str:
    """The text without the usual words around a formula ("the time complexity is O(n) operations", "big O of n"), or as it was."""
    made = _TAIL.sub("", _LEAD.sub("", text.strip(), count=1), count=1)
    made = _SPELLED.sub("O ", made).strip()
    made = re.sub(r"^O\s+(?!\()(.+)$", r"O(\1)", made) if made != text.strip() and made.startswith("O ") else made
    return made or text


def without_reason(text: str) -> str:
    """The text before "since", "because", "due to" or "as each"."""
    return re.split(r"\s*[,.;:(]?\s+(?:since|because|due to|as (?:each|every|all|there|we|it))\b", text, maxsplit=1, flags=re.IGNORECASE)[0] or text


_CHANGES_CLAUSE = re.compile(
    r"\b(?:per|each|every|an?|one|single|for|of|times|plus|minus|multipl\w+|divid\w+|squared?|cubed?|roots?|log\w*|powers?|"
    r"exponential\w*|factorial\w*|half|between|than|less|more|greater|larger|smaller|bigger|above|below|beyond|exceed\w*|additional\w*|extra|further|"
    r"another|again|twice|both)\b", re.IGNORECASE)
"""Words that make another order of the formula in their clause: "O(n) per layer", "a step takes O(n)", "more than n"."""
_CHANGES_ALL = re.compile(
    r"\b(?:or|either|not|no|never|cannot|\w+n['’]t|neither|nor|wrong|incorrect|false|unless|except|but|however|although|though|if|when(?:ever)?|"
    r"where|assuming|suppos\w+|provided|depend\w*|without|whereas|while|versus|vs|compared|unlike|instead|rather|ignor\w+|also|"
    r"respectively)\b", re.IGNORECASE)
"""Words anywhere in the text with which one formula alone may not be what is meant."""


def in_prose(text: str, vocabulary: Vocabulary) -> Read | None:
    """The one order that sentences around it put forward ("we keep all states, so O(t n)"), several as a list, or None.

    None as well where a word or an operator outside of the formulas could make another order of it: a person reads those.
    """
    found = stated(text, vocabulary)
    read = [reading.read(c.text, vocabulary) for c in found]
    if not found or not all(isinstance(r, Read) for r in read):
        return None
    terms = [r.term for r in read]  # type: ignore[union-attr]
    if len(terms) > 1:
        return Read(collection("list", *reversed(terms)))
    place = found[0].span
    words = list(text)
    cut = passages(text, vocabulary)
    for span in [p.outer for p in cut if p.is_formula]:
        words[span.start:span.end] = " " * (span.end - span.start)
    outside = "".join(words)
    before, after = re.split(r"[.,;:\n]", outside[:place.start])[-1], re.split(r"[.,;:\n]", outside[place.end:])[0]
    concluded = any(c.role == "working" for c in candidates(text, vocabulary))
    if not concluded and any(p.is_formula and p.mention and p.span != place for p in cut):
        return None
    if _CHANGES_ALL.search(outside) or _CHANGES_CLAUSE.search(f"{before} {after}") or re.search(r"[+*/^_=<>\\×·÷√∑()\[\]{}|0-9]", outside):
        return None
    note = Note("the order was found in a sentence", place, "repair", "growth_order.sentence")
    return Read(terms[0], (*read[0].notes, note))  # type: ignore[union-attr]


def line_by_line(text: str, vocabulary: Vocabulary) -> Term | None:
    """The different orders of a text each of whose lines is one by itself; None for any other text. Lines are no factors of each other."""
    rows = [row.strip() for row in text.split("\n") if row.strip()]
    if not 2 <= len(rows) <= MAX_LINES or not all(re.match(r"[$\\(\s]*(?:[^\W_]|\\[A-Za-z])", row) for row in rows):
        return None
    read = [reading.read(row, vocabulary) for row in rows]
    if not all(isinstance(r, Read) and _is_order(r.term) for r in read):
        return None
    terms = list(dict.fromkeys(r.term for r in read if isinstance(r, Read)))
    return terms[0] if len(terms) == 1 else collection("list", *terms)


def _is_order(term: Term) -> bool:
    try:
        bound(term)
    except Unfitting:
        return False
    return term.kind != "text"


def in_words(text: str, part: Part, growing: tuple[str, ...]) -> Term | None:
    """"linear in n", "quadratic in t and linear in n", "constant", "quadratic" (with one growing symbol), or None."""
    made = _TAIL.sub("", _LEAD.sub("", text.strip().strip(".").lower(), count=1), count=1).strip()
    if made in ("constant", "a constant"):
        return number(1)
    if len(growing) == 1 and (alone := _power(made, symbol(growing[0]))) is not None:
        return alone
    factors: list[Term] = []
    named: set[str] = set()
    for piece in re.split(r",\s*(?:and\s+)?|\s+and\s+(?=\w+\s+in\b)|\s+but\s+", made):
        match = _IN.fullmatch(piece.strip())
        if match is None:
            return None
        for what in re.split(r"\s+and\s+(?:in\s+)?|\s*,\s*", match["what"]):
            name = _named(what, Vocabulary.of(part), part.symbols)
            factor = None if name is None or name in named else _power(match["kind"], symbol(name))
            if factor is None:
                return None
            named.add(name)  # type: ignore[arg-type]
            factors.append(factor)
    return factors[0] if len(factors) == 1 else apply("mul", *factors) if factors else None


def _power(word: str, x: Term) -> Term | None:
    word = re.sub(r"ally$", "", re.sub(r"(?<=r)ly$", "", word.strip()))
    if word in ("logarithmic", "log"):
        return apply("log", x)
    if word in ("linearithmic", "log-linear", "loglinear"):
        return apply("mul", x, apply("log", x))
    degree = _DEGREES.get(word)
    if degree is None:
        return None
    return number(1) if degree == 0 else x if degree == 1 else apply("pow", x, number(degree))


def _named(words: str, vocabulary: Vocabulary, symbols: tuple[Symbol, ...]) -> str | None:
    plain = re.sub(r"^(?:(?:the|its|our|number of)\s+)+", "", words.strip().strip("$`*"))
    for declared in symbols:
        spoken = {re.sub(r"^(?:(?:the|number of)\s+)+", "", w.lower()) for w in declared.words}
        if plain in spoken or plain in {declared.name.lower(), *(s.lower() for s in declared.spellings)}:
            return declared.name
    return vocabulary.spelled.get(plain)


# ----------------------------------------------------------------------------------------------------------------- simplest


def blemishes(function: Term, growing: tuple[str, ...]) -> tuple[str, ...]:
    """What a simplest form would not have, as words: constant factors, added constants, powers under a logarithm, arithmetic left over."""
    names = frozenset(growing)
    found: dict[str, None] = {}

    def free(t: Term) -> bool:
        return not (free_names(t) & names)

    def visit(t: Term, exponent: bool) -> None:
        over = t.is_apply("div", 2) and (free(t.args[1]) or free(t.args[0]) and t.args[0] != number(1))
        if not exponent and (over or t.is_apply("mul") and any(free(a) for a in t.args)):
            found["a constant factor"] = None
        if t.kind == "apply" and t.name in ("add", "neg") and any(free(a) for a in t.args):
            found["an added constant"] = None
        if t.is_apply("log") and t.args[0].is_apply("pow") and free(t.args[0].args[1]):
            found["a power inside a logarithm, which is a constant factor"] = None
        if t.kind == "apply" and t.name in ("floor", "ceil", "round"):
            found["rounding"] = None
        for k, a in enumerate(t.args):
            visit(a, exponent or t.is_apply("pow") and k == 1 or t.is_apply("log") and k == 1)

    if free(function):
        if function != number(1):
            found["a constant other than 1"] = None
    else:
        visit(function, False)
    return tuple(found)


def addends(function: Term) -> tuple[Term, ...]:
    """The terms of a sum of positive terms; () for anything else."""
    if function.is_apply("add") and not any(a.is_apply("neg") for a in function.args) and 2 <= len(function.args) <= 6:
        return function.args
    return ()
