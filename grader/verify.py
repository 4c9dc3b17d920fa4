"""Is an answer equal to a reference? One call, one verdict, for expressions, numbers, equations, inequalities, sets, lists, matrices and the rest.

Symbols without a declared domain are real. Where something complex is written (i, re, im, arg, conj) functions have their principal values, and the
letters z and w are complex, with those that re, im, arg and conj are taken of, and all of an equation. A symbol that bounds a sum or product is an
integer,
and as its last index one for which there are terms. Equality means: wherever both sides are defined, and they must be
defined together somewhere; where the answer is undefined and the reference is not, the verdict's facts say so.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import isfinite, isnan
from types import ModuleType
from typing import Any

from grader import kernel
from grader.answers._doubts import doubts
from grader.answers._equation import aligned, equation
from grader.decide import Budget, decide
from grader.domain import Domain
from grader.model import Claim, Equal, GrowsLike, Read, Reading, Satisfies, Status, Unread, Verdict
from grader.reading import Vocabulary
from grader.reading import read as read_text
from grader.replay import natures
from grader.term import Term, apply, collection, constant, free_names, number, text, walk

MAX_READINGS = 4
"""Other readings of an answer that are looked at; with more it stays undecided."""


def verify(reference: Any, answer: Any, *, assume: Mapping[str, str] | None = None, kind: str | None = None,
           budget: Budget | float | None = None) -> Verdict:
    """The verdict on "answer = reference".

    Both are strings (LaTeX, plain, Unicode), numbers, SymPy objects (their assumptions count), terms, or lists, tuples and sets of these; a list of
    lists of one length is a matrix. `assume` declares domains in words ({"n": "integer > 0", "*": "real"}); "*" is for all others. `kind` is the
    answer kind to compare under ("set", "interval", "list", "quantity", ...); without it the reference's own type decides. `budget` may be seconds
    of processor time. Never raises because of what the strings say: an unread one gives an undecided verdict that says so.

    Fails with ValueError when `assume` has a word that is no domain, KeyError when there is no such kind, TypeError for things that are no
    mathematics.
    """
    if assume is not None and not (isinstance(assume, Mapping) and all(isinstance(w, str) for w in (*assume.keys(), *assume.values()))):
        raise TypeError('assume must map names to domains in words, such as {"n": "integer > 0"}')
    if kind is not None:
        _known(kind)
    budget = budget if isinstance(budget, Budget) else Budget() if budget is None else Budget(float(budget))
    assume = {**_assumed(reference), **_assumed(answer), **(assume or {})}
    domains = {name: Domain.parse(words) for name, words in assume.items()}
    vocabulary = Vocabulary.declared({name: words for name, words in assume.items() if name != "*"})
    sides = [_reading(side, vocabulary, kind) for side in (answer, reference)]
    amounts = _amounts(answer, reference, sides, vocabulary) if kind is None else None
    if amounts is not None:
        return _quantities(*amounts, domains, budget)
    for side, what in zip(sides, ("answer", "reference")):
        if isinstance(side, Unread) or side.proposed:
            why = side.reason if isinstance(side, Unread) else "it was read only after a repair that is a guess"
            return kernel.give_up(Claim(Equal(text(str(answer)[:200]), text(str(reference)[:200]))), [("unread", f"the {what}: {why}")])
    if kind == "quantity":
        return _quantities(sides[0].term, sides[1].term, domains, budget)  # type: ignore[union-attr]
    verdict = compare(sides[0], sides[1], domains, budget)  # type: ignore[arg-type]
    if verdict.status is Status.REFUTED and kind is None and not domains:
        return _as_written(answer, reference, sides, verdict, vocabulary, budget)  # type: ignore[arg-type]
    return verdict


def _as_written(answer: Any, reference: Any, sides: list[Read], verdict: Verdict, vocabulary: Vocabulary, budget: Budget) -> Verdict:
    """A refutation again in view of the texts: letters may be units, and `log` the logarithm to base ten."""
    if not (isinstance(answer, str) and isinstance(reference, str)):
        return verdict
    if _may_be_units(*sides):
        amounts = _amounts(answer, reference, None, vocabulary)
        found = None if amounts is None else _quantities(*amounts, {}, budget)
        if found is not None and found.equal:
            sure = any(_UNIT_WORD.search(t) for t in (answer, reference))
            return found if sure else kernel.give_up(verdict.claim, [("conventions", "the letters may be units, and then both sides are the same quantity")])
    tens = [_to_base_ten(side.term) if "log" in text and "ln" not in text else side.term for side, text in zip(sides, (answer, reference))]
    if tens != [s.term for s in sides] and compare(Read(tens[0]), Read(tens[1]), {}, budget).equal:
        return kernel.give_up(verdict.claim, [("conventions", "log is the natural logarithm here, and may be meant to base ten")])
    return verdict


_ORDERS = frozenset("bigO bigTheta bigOmega smallo smallomega".split())
_GROWING = frozenset("nmNMktT")
_UNIT_WORD = re.compile(r"\d\s*(?:\\[,;:! ]|~)*\s*\\(?:text|mathrm)\s*\{|\d\s+(?:mph|mL|kN|kJ|MJ|kW|MW|kWh|Pa|kPa|MPa|atm|Hz|kHz|MHz|GHz|eV|keV|MeV|mol|ohm|psi|lb|ft)\b")
"""A unit that is set upright behind a number, or one that nobody writes for a product of letters."""


def _to_base_ten(term: Term) -> Term:
    args = tuple(_to_base_ten(a) for a in term.args)
    return apply("log", args[0], number(10)) if term.is_apply("log", 1) else term.with_args(args) if args else term


def _known(kind: str) -> None:
    from grader.answers import load

    load(kind)


_TEMPERATURE = re.compile(r"(?:°|\\circ\}?)[\s{]*(?:\\(?:text|mathrm)\s*\{\s*)?[CF]\b|℃|℉")


def _amounts(answer: Any, reference: Any, sides: list[Reading] | None, vocabulary: Vocabulary) -> tuple[Term, Term] | None:
    """Both sides as quantities, where one of them has a unit that is no letter of algebra (cm, km/h, °C) and the other one has a unit, too. Without
    `sides`, whatever the letters are."""
    if not (isinstance(answer, str) and isinstance(reference, str)):
        return None
    if sides is not None and not any(map(_is_measured, sides)) and not _TEMPERATURE.search(answer + " " + reference):
        return None
    made = [_reading(side, vocabulary, "quantity") for side in (answer, reference)]
    if all(isinstance(m, Read) and not m.proposed and m.term.args[1] != number(1) for m in made):
        return made[0].term, made[1].term  # type: ignore[union-attr]
    return None


def _may_be_units(answer: Read, reference: Read) -> bool:
    names = [free_names(s.term) for s in (answer, reference)]
    return all(n and all(len(x) == 1 or x in ("Omega", "mu") for x in n) for n in names) and names[0] != names[1]


def _is_measured(side: Reading) -> bool:
    return isinstance(side, Unread) or any(n.is_apply("quantity") for n in walk(side.term))


def _quantities(answer: Term, reference: Term, domains: Mapping[str, Domain], budget: Budget) -> Verdict:
    """The units first; where they measure the same, the numbers in the reference's unit."""
    from grader.answers.quantity import converted

    (amount, unit), (wanted, other) = answer.args, reference.args
    if unit != other:
        units = decide(Claim(Satisfies((unit, other), "quantity.convertible")), budget)
        if units.status is not Status.PROVED:
            return units
        amount = converted(amount, units.evidence.data)
    return _decide(amount, wanted, domains, budget)


def compare(answer: Read, reference: Read, domains: Mapping[str, Domain], budget: Budget) -> Verdict:
    """The verdict on two readings. The preferred readings decide; where they differ and another reading of either side would not, it stays
    undecided, and so it does where only a convention tells them apart, or where a reading is a guess."""
    guess = next((n for side in (answer, reference) for n in side.notes if n.severity == "guess" and n.code != "factorials"), None)
    answer, reference = _known_names(answer, reference.term), _known_names(reference, answer.term)
    for _ in range(2):  # what one is laid out as depends on the other
        answer, reference = aligned(answer, reference.term), aligned(reference, answer.term)
    verdict = _decide(answer.term, reference.term, domains, budget)
    if guess is not None:
        return kernel.give_up(verdict.claim, [("reading", f"a guess: {guess.text}")])
    if verdict.equal or answer.term == reference.term:
        return verdict
    others = [(t, reference.term) for t in answer.alternatives] + [(answer.term, t) for t in reference.alternatives]
    others += list(zip(answer.alternatives, reference.alternatives))
    for k, other in enumerate(others):
        if k >= MAX_READINGS or _decide(*other, domains, budget).equal:
            return kernel.give_up(verdict.claim, [("reading", "it can be read in two ways that are judged differently")])
    if verdict.status is Status.REFUTED:
        bare = all(any(n.code == "bare_list" for n in side.notes) for side in (answer, reference))
        for left, right, why in doubts(answer.term, reference.term, domains, bare):
            if _decide(left, right, domains, budget).equal:
                return kernel.give_up(verdict.claim, [("conventions", why)])
    return verdict


def _known_names(side: Read, other: Term) -> Read:
    """n2^(n-1) is n times a power of two where the other side knows n and no n_2; the first reading stays as another one."""
    known = free_names(other)
    if not side.alternatives or free_names(side.term) <= known and not any(n.is_apply("index") for n in walk(side.term)):
        return side
    for k, term in enumerate(side.alternatives):
        power = any(n.is_apply("pow") and n.args[0].kind == "number" and free_names(n.args[1]) for n in walk(term))
        if power and free_names(term) <= known and not any(n.is_apply("index") for n in walk(term)):
            others = (side.term, *side.alternatives[:k], *side.alternatives[k + 1:])
            return dataclasses.replace(side, term=term, alternatives=others)
    return side


def _decide(answer: Term, reference: Term, domains: Mapping[str, Domain], budget: Budget) -> Verdict:
    if answer.kind == "apply" and answer.name in _ORDERS and reference.is_apply(answer.name, 1) and len(answer.args) == 1:
        names = free_names(answer) | free_names(reference)
        if len(names) == 1 and names <= _GROWING and not any(d.upper is not None for d in domains.values()):  # O(f) = O(g) where f and g grow alike
            declared = tuple(sorted((n, d) for n, d in domains.items() if n in names))
            return decide(Claim(GrowsLike(answer.args[0], reference.args[0], "Theta", tuple(names)), declared), budget)
    return decide(equation(answer, reference, domains), budget)


def _assumed(side: Any) -> Mapping[str, str]:
    """What the symbols of a SymPy object are assumed to be."""
    if isinstance(side, (str, Term)) or not hasattr(side, "free_symbols"):
        return {}
    from grader.algebra.bridge import domains_of

    return domains_of(side)


def _reading(side: Any, vocabulary: Vocabulary, kind: str | None) -> Reading:
    """A side as a reading. Fails with TypeError for things that are no mathematics."""
    if isinstance(side, Term):
        return Read(side)
    if isinstance(side, str):
        if kind == "quantity":
            from grader.answers.quantity import read_text as read_quantity

            return read_quantity(side, vocabulary)
        found = read_text(side, vocabulary, expect=kind if kind in ("set", "interval", "list") else "any")
        return _as_kind(found, kind) if isinstance(found, Read) else found
    if isinstance(side, (list, tuple, set, frozenset)):
        return _as_kind(_collected(side, vocabulary), kind)
    if isinstance(side, (bool, int, float, Decimal, Fraction, complex)):
        return Read(_number(side))
    if not hasattr(side, "free_symbols"):
        raise TypeError(f"expected a text, a number, a SymPy object, a term, or a list of these, found {type(side).__name__}")
    from grader.algebra.bridge import from_sympy

    try:
        return Read(from_sympy(side))
    except ValueError as error:
        return Unread(str(error))


def _as_kind(found: Reading, kind: str | None) -> Reading:
    """A single number is a set of one where sets are compared; lists and tuples are the same where lists are."""
    if not isinstance(found, Read) or kind not in ("set", "list"):
        return found
    term = found.term
    if kind == "set" and natures.nature(term) in ("list", "tuple", "number"):
        return Read(collection("set", *(term.args if term.kind == "tuple" else (term,))), found.notes)
    return Read(collection("tuple", *term.args), found.notes) if natures.nature(term) in ("list", "tuple") else found


def _collected(side: Any, vocabulary: Vocabulary) -> Reading:
    entries = [_reading(e, vocabulary, None) for e in (sorted(side, key=str) if isinstance(side, (set, frozenset)) else side)]
    for entry in entries:
        if isinstance(entry, Unread):
            return entry
    terms = [e.term for e in entries if isinstance(e, Read)]
    if isinstance(side, list) and terms and all(isinstance(e, list) and len(e) == len(side[0]) > 0 for e in side):
        return Read(collection("matrix", *[collection("tuple", *t.args) for t in terms]))
    name = "set" if isinstance(side, (set, frozenset)) else "tuple" if isinstance(side, tuple) else "list"
    return Read(collection(name, *terms) if terms or name != "set" else constant("emptyset"))


def _number(side: Any) -> Term:
    """An exact number; a float is the decimal number that it prints as."""
    if isinstance(side, bool):
        return constant("true" if side else "false")
    if isinstance(side, complex):
        return apply("add", _number(side.real), apply("mul", _number(side.imag), constant("i")))
    if isinstance(side, (float, Decimal)) and not isfinite(side):
        return constant("undefined") if isnan(side) else constant("oo") if side > 0 else apply("neg", constant("oo"))
    return number(Fraction(str(side)))


class _Face(ModuleType):
    """`grader.verify` names this module once it is imported, and the function before: so the module can be called like the function."""

    def __call__(self, *args: Any, **named: Any) -> Verdict:
        return verify(*args, **named)


sys.modules[__name__].__class__ = _Face
