"""How two final answers are laid out to be compared: labels before an equality sign, units, lists and sets, percents, letters, words.

A layout is a pair of readings with a doubt. The layouts of a pair are tried in order: the first whose sides are equal decides, "equal" where it is
without doubt and "open" with its doubt otherwise; where no sides are equal, the verdict on the first layout stands. So a convention that would accept
too much (28 for 28%, a missing unit, another order) never accepts; it only keeps an answer from being refused without a look.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.answers._equation import as_interval
from grader.answers._final import Thing
from grader.answers._labels import is_name, valued
from grader.kernel import Refused
from grader.model import Read
from grader.replay import natures
from grader.replay.units import CURRENCIES, Size, size
from grader.term import Term, apply, binder, collection, constant, free_names, number, relation, symbol, text, walk


@dataclass(frozen=True)
class Layout:
    """Two readings to compare, and why their equality would not be enough ("" where it is)."""

    reference: Read
    answer: Read
    doubt: str = ""
    unordered: bool = False
    """A label or separate boxes say that a list gives values whose order does not matter."""
    confirm: Term | None = None
    """Another side of the answer's equation: where it equals the reference too, the equation is an identity and the doubt is gone."""


def layouts(reference: Thing, answer: Thing, hedged: bool = False, restated: bool = False) -> list[Layout] | str:
    """Ways to compare, in the order in which they are tried; a text says why there is none. `hedged`: the answer's parts are joined by "or";
    `restated`: an answer may restate a question that the reference answers."""
    if reference.glued and reference.beside is not None and answer.unit is None and free_names(answer.term):
        reference = reference.beside
    if answer.glued and answer.beside is not None and reference.unit is None and free_names(reference.term):
        answer = answer.beside
    if reference.letters and answer.letters:
        return [Layout(Read(text(reference.letters)), Read(text(answer.letters)))]
    if reference.form == "letter" or answer.form == "letter":
        return _letters(reference, answer)
    if reference.form == "words" or answer.form == "words":
        return _worded(reference, answer)
    if "time" in (reference.form, answer.form):
        return _times(reference, answer)
    if "base" in (reference.form, answer.form):
        same = reference.form == answer.form and reference.words == answer.words
        doubt = "" if same else "they are written in different bases" if reference.form == answer.form else "only one side names its base"
        return [Layout(reference.read, answer.read, doubt), *([Layout(_digits(reference), _digits(answer), doubt)] if doubt else [])]
    made = _amounts(reference, answer)
    if isinstance(made, str):
        return made
    pair = [t.term for t in (reference, answer)]
    if reference.bracketed != answer.bracketed and {t.name for t in pair} == {"list", "tuple"} and all(len(t.args) == 2 for t in pair):
        return made
    found: list[Layout] = []
    for layout in made:
        found += _alike(replace(layout, unordered=reference.parted or answer.parted))
    if not restated:
        found = [replace(x, doubt=x.doubt or _restated(x.reference.term, x.answer.term)) for x in found]
    if hedged:
        found = [replace(x, doubt=x.doubt or "it puts forward several answers, joined by “or”") if _single(x.reference.term) else x for x in found]
    return found


def _digits(side: Thing) -> Read:
    """A number that names its base by the digits alone: 204 for 204 in base five."""
    if side.form != "base" or side.term.value is None or int(side.words) > 10:
        return side.read
    rest, base, digits = int(side.term.value), int(side.words), ""
    while rest:
        rest, last = divmod(rest, base)
        digits = str(last) + digits
    return Read(number(int(digits or "0")))


STANDING = frozenset("integral antiderivative sum product limit derivative partial maximum minimum supremum infimum argmax argmin".split())


def _restated(reference: Term, answer: Term) -> str:
    """Why the answer only restates a question that the reference answers: something is left standing, or not solved."""
    standing = [sorted({n.name for n in walk(t) if n.kind in ("apply", "binder")} & STANDING) for t in (answer, reference)]
    if set(standing[0]) - set(standing[1]):
        return f"the {standing[0][0]} is left standing"
    if any(n.kind == "text" and n.name == "..." for n in walk(answer)) and not any(n.kind == "text" for n in walk(reference)) and answer.kind == "apply":
        return "dots are left standing"
    relations = [[n for n in walk(t) if n.kind == "relation"] for t in (answer, reference)]
    if any(not _is_solved(r) for r in relations[0]) and all(_is_solved(r) for r in relations[1]) and natures.nature(reference) != "function":
        return "it is not solved"
    return ""


def _is_solved(relation: Term) -> bool:
    """Does each comparison have a name (or its absolute value) alone on one side and no names on the other?"""
    def is_value(term: Term) -> bool:
        return not free_names(term)

    def is_unknown(term: Term) -> bool:
        return is_name(term) or term.is_apply("abs") and term.args[0].kind == "symbol"

    pairs = zip(relation.args, relation.args[1:])
    return all(is_unknown(a) and is_value(b) or is_value(a) and is_unknown(b) or is_value(a) and is_value(b) for a, b in pairs)


def _single(term: Term) -> bool:
    return natures.nature(term) in ("number", "interval", "matrix", "function")


def _worded(reference: Thing, answer: Thing) -> list[Layout] | str:
    """Words are compared as words, without articles and capital letters; other words are another answer unless they may be a shorter form."""
    if reference.form != answer.form:
        return "words and a formula are not compared"
    a, b = ([w for w in re.findall(r"[a-z0-9]+", t.words.lower()) if w not in ("a", "an", "the")] for t in (reference, answer))
    if a == b:
        return [Layout(Read(text(" ".join(a))), Read(text(" ".join(b))))]
    short, long = sorted((" ".join(a), " ".join(b)), key=len)
    initials = "".join(w[0] for w in max(a, b, key=len))
    counts = [sorted(w for w in words if w.isdigit()) for words in (a, b)]
    if all(counts) and counts[0] != counts[1]:  # June 20 is not June 21
        return [Layout(Read(text(" ".join(a))), Read(text(" ".join(b))))]
    if set(a) & set(b) or long.startswith(short[:3]) or short in long or short == initials or len(a) + len(b) > 6:
        return "whether these words mean the same is not decided"
    return [Layout(Read(text(" ".join(a))), Read(text(" ".join(b))))]


def _letters(reference: Thing, answer: Thing) -> list[Layout] | str:
    if reference.form == answer.form:
        return [Layout(Read(text(reference.words)), Read(text(answer.words)))]
    lettered, other = (reference, answer) if reference.form == "letter" else (answer, reference)
    if other.form == "term" and other.term.kind in ("symbol", "constant"):
        name = other.term.name
        doubt = "" if name == lettered.words else "a letter of another case"
        pair = [text(lettered.words), text(name if name == lettered.words else name.upper())]
        if lettered is answer:
            pair.reverse()
        return [Layout(Read(pair[0]), Read(pair[1]), doubt)]
    if lettered.beside is not None:
        pair = (lettered.beside, other) if lettered is reference else (other, lettered.beside)
        return layouts(*pair)
    return "a choice letter and something else are not compared"


def _times(reference: Thing, answer: Thing) -> list[Layout] | str:
    if reference.form == answer.form == "time":
        if reference.words == answer.words:
            return [Layout(Read(text(reference.words)), Read(text(answer.words)))]
        same = "as ratios they are equal, as times of day they are not"
        halves = [t.words.split()[-1] in ("am", "pm") for t in (reference, answer)]
        if halves[0] != halves[1] and reference.words.split()[0] == answer.words.split()[0]:
            return "only one of the times says whether it is before or after noon"
        if "text" in (reference.term.kind, answer.term.kind):
            return [Layout(Read(text(reference.words)), Read(text(answer.words)))]
        return [Layout(reference.read, answer.read, same)]
    if "text" in (reference.term.kind, answer.term.kind):
        return "a time of day and something else are not compared"
    return [Layout(reference.read, answer.read)]


def _amounts(reference: Thing, answer: Thing) -> list[Layout] | str:
    """Units: converted where both sides name one; left out where the reference names none, or only counts or names money."""
    a, b = reference.unit, answer.unit
    if reference.noun and answer.noun and _stem(reference.noun) != _stem(answer.noun):
        return [Layout(reference.read, answer.read, f"the nouns differ: {answer.noun}")]
    if a is None and b is None:
        return [Layout(reference.read, answer.read)]
    if a is not None and b is not None:
        return _converted(reference, answer, a, b)
    if a is None:
        doubt = "the last letter may be a unit or a factor" if answer.glued else ""
        return [Layout(reference.read, answer.read, doubt)]
    if a.kind == "symbol" and (a.name in CURRENCIES or a.name == "rad"):  # an angle in radians is a number
        return [Layout(reference.read, answer.read)]
    return [Layout(reference.read, answer.read, "the unit is missing")]


def _stem(noun: str) -> str:
    return " ".join(w.removesuffix("s") for w in noun.split())


def _converted(reference: Thing, answer: Thing, a: Term, b: Term) -> list[Layout] | str:
    if a == b:
        return [Layout(reference.read, answer.read)]
    try:
        wanted, given = size(a), size(b)
    except Refused as error:
        return str(error)
    if wanted.dimension != given.dimension:
        return [Layout(Read(text(dimension(wanted))), Read(text(dimension(given))))]
    return [Layout(Read(in_base(reference.term, wanted)), Read(in_base(answer.term, given)))]


def dimension(found: Size) -> str:
    """The dimension in words, such as `m s^-2`."""
    return "dimension " + (" ".join(base + ("" if power == 1 else f"^{power}") for base, power in found.dimension) or "one")


def in_base(amount: Term, unit: Size) -> Term:
    """The amount in base units."""
    if amount.kind == "relation":
        amount = amount.args[-1]
    if unit.offset:
        amount = apply("add", amount, number(unit.offset))
    factors = [] if unit.factor == 1 else [number(unit.factor)]
    factors += [apply("pow", constant("pi"), number(unit.pi))] if unit.pi else []
    return apply("mul", *factors, amount) if factors else amount


# ---- the same layout on both sides


def _alike(layout: Layout) -> list[Layout]:
    """Labels off where the other side has none; lists, sets and tuples of one sort; percents and degrees."""
    both = _rounded(layout)
    if both:
        return [x for one in both for x in _alike(one)]
    r, a = layout.reference, layout.answer
    kinds = [_kind(t.term) for t in (r, a)]
    doubt, confirm = layout.doubt, None
    if kinds[0] == kinds[1] == "condition":
        return _both_conditions(layout)
    for k in (0, 1):
        if kinds[k] == "condition" and kinds[1 - k] != "condition":
            side, other = (r, a) if k == 0 else (a, r)
            if _is_range(side.term) and other.term.kind == "tuple" and other.term.name in ("list", "tuple") and len(other.term.args) == 2:
                other = Read(as_interval(other.term))
            stripped = _off(side, other)
            if stripped is not None:
                confirm = side.term.args[0] if stripped[1] and k == 1 and len(side.term.args) == 2 else None
                side, why = stripped
                r, a = (side, other) if k == 0 else (other, side)
                doubt = doubt or why
    unordered = layout.unordered or "condition" in kinds
    r, a = _unwrapped(r, a)
    found = _collections(Layout(r, a, doubt, unordered, confirm))
    return [x for layout in found for x in _shares(layout)]


def _is_range(term: Term) -> bool:
    """Is it a condition with an inequality?"""
    return any(n.kind == "relation" and {"<", "<=", ">", ">="} & set(n.signs) for n in walk(term))


def _rounded(layout: Layout) -> list[Layout]:
    """5/6 = 10/12 ≈ 0.833 puts forward the exact value and the rounded one: a layout for each."""
    made: list[Layout] = []
    for side in ("reference", "answer"):
        term = getattr(layout, side).term
        if term.kind == "relation" and term.signs[-1] == "approx" and set(term.signs) <= {"=",
            "approx"} and not is_name(term.args[-2]) and not free_names(term.args[-2]):
            made += [replace(layout, **{side: Read(t)}) for t in term.args[-2:]]
    return made


def _kind(term: Term) -> str:
    if term.kind == "relation" and ":=" not in term.signs or term.kind == "apply" and term.name in natures.LOGIC:
        return "condition"
    if term.kind == "tuple" and term.name in ("list", "tuple") and term.args and all(a.kind == "relation" for a in term.args):
        return "condition"
    return natures.nature(term)


def _off(side: Read, other: Read) -> tuple[Read, str] | None:
    """The side without its label, and the doubt; or as a set of numbers where the other side is one."""
    term, kind = side.term, _kind(other.term)
    same = _given_together(term)
    if kind in ("tuple", "list") and same is not None and len(same.args) == len(other.term.args):
        return Read(same), ""
    value = valued(term)
    if value is not None:
        sure = term.kind != "relation" or is_name(term.args[0]) or not free_names(term.args[0])
        return Read(value), "" if sure else "an equation is put forward, and something else is asked for"
    names = free_names(term)
    names = names - free_names(other.term) if len(names) > 1 else names
    if kind in ("interval", "set") and len(names) == 1 and natures.nature(term) == "condition":
        (name,) = names
        return Read(binder("set_of", (symbol(name),), symbol(name), term)), ""
    return None


def _given_together(term: Term) -> Term | None:
    """(0, 0, 0) of a = b = c = 0."""
    *names, value = term.args if term.kind == "relation" and set(term.signs) == {"="} and len(term.args) > 2 else (term,)
    if len(names) < 2 or any(n.kind != "symbol" for n in names) or len(set(names)) < len(names) or free_names(value):
        return None
    return collection("tuple", *[value] * len(names))


def _both_conditions(layout: Layout) -> list[Layout]:
    r, a = layout.reference.term, layout.answer.term
    heads = [t.args[0] for t in (r, a) if t.kind == "relation" and t.signs in (("=",), (":=",)) and t.args[0].is_apply("call")]
    if len(heads) == 2 and heads[0] != heads[1] and all(x.kind == "symbol" for h in heads for x in h.args):
        return [replace(layout, reference=Read(relation(":=", *r.args)), answer=Read(relation(":=", *a.args)))]
    values = valued(r), valued(a)
    if None in values or not (r.kind == a.kind == "relation" and is_name(r.args[0]) and is_name(a.args[0])):
        return [layout]
    if r.args[0] == a.args[0] and not any(isinstance(v, Term) and r.args[0] in set(walk(v)) for v in values):
        return _alike(Layout(Read(values[0]), Read(values[1]), layout.doubt, True))  # type: ignore[arg-type]
    return [layout, *_alike(Layout(Read(values[0]), Read(values[1]), layout.doubt or "another name is given to it", True))]  # type: ignore[arg-type]


def _unwrapped(r: Read, a: Read) -> tuple[Read, Read]:
    """A list or set with one element counts as the element where the other side is none."""
    def off(side: Read, other: Read) -> Read:
        term = side.term
        if term.kind == "tuple" and term.name in ("list", "set", "tuple") and len(term.args) == 1 and _kind(other.term) == "number":
            return Read(term.args[0])
        return side

    return off(r, a), off(a, r)


def _collections(layout: Layout) -> list[Layout]:
    r, a = layout.reference.term, layout.answer.term
    kinds = natures.nature(r), natures.nature(a)
    plain = {"list", "set", "tuple"}
    if "pair" in kinds and kinds[0] != kinds[1]:
        r, a = (collection("set", *t.args) if k in ("list", "tuple") else t for t, k in zip((r, a), kinds))
        return [Layout(Read(r), Read(a), layout.doubt)]
    if not set(kinds) <= plain or r.kind != "tuple" or a.kind != "tuple":
        return [_of_length(layout)]
    r, a = _values(r), _values(a)
    doubt = layout.doubt
    if kinds == ("tuple", "tuple"):
        return [Layout(Read(r), Read(a), doubt)]
    as_sets = Read(collection("set", *r.args)), Read(collection("set", *a.args))
    if "tuple" not in kinds:
        if kinds == ("list", "list") and _may_be_ordered(layout) and len(r.args) == len(a.args):
            in_order = Read(collection("tuple", *r.args)), Read(collection("tuple", *a.args))
            return [Layout(*in_order, doubt), Layout(*as_sets, doubt or "the order differs, and nothing says that it does not matter")]
        return [Layout(*as_sets, doubt)]
    as_tuples = Read(collection("tuple", *r.args)), Read(collection("tuple", *a.args))
    if "set" in kinds:
        return [Layout(Read(r), Read(a), doubt), Layout(*as_tuples, doubt or "a set is put beside a tuple")]
    return [Layout(*as_tuples, doubt), Layout(*as_sets, doubt or "the order differs, and only one side is in parentheses")]


def _may_be_ordered(layout: Layout) -> bool:
    """Three or more plain numbers without labels: their order may be what was asked for."""
    sides = layout.reference.term.args, layout.answer.term.args
    return not layout.unordered and all(len(s) > 2 and all(not a.args or a.is_apply("neg") or a.is_apply("div") for a in s) for s in sides)


def _values(term: Term) -> Term:
    """Entries without labels where all have them."""
    values: Sequence[Term | None] = [valued(a) for a in term.args]
    return term if not values or None in values else collection(term.name, *values)  # type: ignore[arg-type]


def _of_length(layout: Layout) -> Layout:
    """1,234 is the list 1, 234 where the other side is a list of two."""
    r, a = layout.reference, layout.answer

    def fitting(side: Read, other: Read) -> Read:
        if other.term.kind != "tuple" or side.term.kind == "tuple":
            return side
        better = next((t for t in side.alternatives if t.kind == "tuple" and len(t.args) == len(other.term.args)), None)
        return side if better is None else Read(better)

    made = fitting(r, a), fitting(a, r)
    if made == (r, a):
        return layout
    kinds = made[0].term, made[1].term
    return Layout(Read(collection("set", *kinds[0].args)), Read(collection("set", *kinds[1].args)), layout.doubt) if all(
        k.kind == "tuple" and k.name == "list" for k in kinds) else Layout(*made, layout.doubt)


def _shares(layout: Layout) -> list[Layout]:
    """28 beside 28%: open. 90 beside 90 degrees: equal."""
    r, a = layout.reference.term, layout.answer.term
    made = [layout]
    for operator in ("percent", "degree"):
        inside = [t.args[0] if t.is_apply(operator) else t.with_args((t.args[0].args[0],)) if t.is_apply("neg") and t.args[0].is_apply(operator)
                  else None for t in (r, a)]
        if (inside[0] is None) == (inside[1] is None):
            continue
        bare = Read(inside[0] if inside[0] is not None else r), Read(inside[1] if inside[1] is not None else a)
        if operator == "percent":
            made.append(Layout(*bare, layout.doubt or "one side has a percent sign and the other has none"))
        elif not any(n.kind == "constant" and n.name == "pi" for t in (r, a) for n in walk(t)):
            made.append(Layout(*bare, layout.doubt))
    return made


__all__ = ["Layout", "layouts"]
