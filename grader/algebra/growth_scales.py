"""Growth scales: products of powers, logarithms and exponentials, and sums of them known exactly or up to constant factors.

An *atom* is a quantity in logarithms: ("L", k, x), the k-fold logarithm of the growing symbol x (k >= 1), or ("T", form), the value of another
scale. A *form* is a sum of constants times atoms; it stands for the scale exp(form). So n^2 log n is 2 L1(n) + L2(n), and 2^n is
(log 2) T(L1(n)). The empty form stands for 1.

A quantity is held in one of two ways:

- `Expansion`: sum of constants times scales, plus an error that is O(the sum of the `errors`); exact where there are none;
- `Order`: minimum over alternatives of sums of scales, each up to a constant factor. max is the sum, (a+b)^q is a^q + b^q (q > 0).

Facts about sizes ("a is o(b)") come from an `Oracle`, which proves them or says no; where an answer is needed and is no, the quantity is `Unfit`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, Protocol, TypeAlias

from grader.algebra import growth_constants as constants
from grader.algebra.growth_constants import ONE, Constant, Unfit
from grader.domain import Domain

Atom: TypeAlias = tuple
MAX_SCALES = 60
MAX_ALTERNATIVES = 12


class Form:
    """A linear form in atoms with constant coefficients; immutable, equal by value, ordered by its key."""

    __slots__ = ("terms", "key", "_hash", "_text")

    def __init__(self, terms: Mapping[Atom, Constant]) -> None:
        kept = [(a, c) for a, c in terms.items() if c]
        if len(kept) > 1:
            kept.sort(key=lambda pair: repr(pair[0]))
        self.terms: dict[Atom, Constant] = dict(kept)
        self.key = tuple(kept)
        self._hash = hash(self.key)
        self._text = ""

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Form) and self.key == other.key

    def __lt__(self, other: Form) -> bool:
        return repr(self) < repr(other)

    def __repr__(self) -> str:
        if not self._text:
            self._text = f"Form({self.key!r})"
        return self._text

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __add__(self, other: Form) -> Form:
        if not self.terms or not other.terms:
            return self if self.terms else other
        made = dict(self.terms)
        for atom, c in other.terms.items():
            made[atom] = made[atom] + c if atom in made else c
        return Form(made)

    def __sub__(self, other: Form) -> Form:
        return self + other.times(constants.number(-1))

    def times(self, c: Constant) -> Form:
        """Every coefficient times a constant."""
        return self if c == ONE else Form({a: v * c for a, v in self.terms.items()})

    def data(self) -> list[Any]:
        """JSON form: a list of [atom, constant]."""
        return [[atom_data(a), c.data()] for a, c in self.key]


UNIT = Form({})


def atom_data(atom: Atom) -> list[Any]:
    """JSON form of an atom."""
    return ["L", atom[1], atom[2]] if atom[0] == "L" else ["T", atom[1].data()]


def log_of(atom: Atom) -> Form:
    """The logarithm of an atom's value."""
    return Form({("L", atom[1] + 1, atom[2]): ONE}) if atom[0] == "L" else atom[1]


def atom_of(form: Form) -> Atom:
    """The atom whose value is exp(form)."""
    if len(form.key) == 1:
        (atom, c), = form.key
        if c == ONE and atom[0] == "L" and atom[1] >= 2:
            return ("L", atom[1] - 1, atom[2])
    return ("T", form)


def single(name: str) -> Form:
    """The scale of a growing symbol itself."""
    return Form({("L", 1, name): ONE})


class Oracle(Protocol):
    """Proves facts about sizes within the claim's conditions. False means only: not proven."""

    domains: Mapping[str, Domain]

    def small(self, scale: Form, others: tuple[Form, ...]) -> bool:
        """scale = o(sum of others)"""

    def bounded(self, scale: Form, others: tuple[Form, ...]) -> bool:
        """scale = O(sum of others)"""


class Expansion(NamedTuple):
    """Sum of constant * scale, plus O(sum of errors)."""

    terms: Mapping[Form, Constant]
    errors: frozenset[Form] = frozenset()


class Order(NamedTuple):
    """Minimum over the alternatives of the sum of scales, up to constant factors; each alternative is a sorted tuple."""

    alternatives: tuple[tuple[Form, ...], ...]


Quantity: TypeAlias = Expansion | Order


def constant(c: Constant) -> Expansion:
    """A constant."""
    return Expansion({UNIT: c} if c else {})


def as_constant(x: Quantity) -> Constant | None:
    """The constant that an exact quantity is, if it is one."""
    if isinstance(x, Order) or x.errors or any(f for f in x.terms):
        return None
    return x.terms.get(UNIT, constants.ZERO)


def _order(alternatives: Iterable[Iterable[Form]]) -> Order:
    made = tuple(sorted({tuple(sorted(set(a))) for a in alternatives}, key=repr))
    if len(made) > MAX_ALTERNATIVES or any(len(a) > MAX_SCALES for a in made):
        raise Unfit("too many terms")
    return Order(made)


class Scales:
    """Arithmetic of quantities; `oracle` is asked where a step holds only if one scale is small beside others."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle

    def sign(self, c: Constant) -> int | None:
        return constants.sign(c, self.oracle.domains)

    def inverse(self, c: Constant) -> Constant:
        """1 / c. Fails where c may be zero."""
        sign = self.sign(c)
        if not c or sign is None and len(c.key) != 1:
            raise Unfit("a division by a constant that may be zero")
        return -constants.power(-c, Fraction(-1)) if sign == -1 else constants.power(c, Fraction(-1))

    def expansion(self, terms: Mapping[Form, Constant], errors: Iterable[Form] = ()) -> Expansion:
        kept = {f: c for f, c in terms.items() if c}
        rest = frozenset(errors)
        if len(kept) + len(rest) > MAX_SCALES * 4:
            raise Unfit("too many terms")
        return Expansion(kept, rest)

    # ------------------------------------------------------------------------------------------------ order of magnitude

    def order(self, x: Quantity) -> Order:
        """The quantity up to constant factors. Fails where it is not known to be positive in the end."""
        if isinstance(x, Order):
            return x
        positive, other = [], sorted(x.errors)
        for form, c in x.terms.items():
            sign = self.sign(c)
            if sign == 1:
                positive.append(form)
            elif sign == -1:
                other.append(form)
            else:
                raise Unfit("a coefficient of unknown sign")
        if not positive:
            raise Unfit("it is not known to be positive")
        sum_ = tuple(sorted(positive))
        for form in other:
            if not self.oracle.small(form, sum_):
                raise Unfit("something is subtracted that is not known to be of lower order")
        return _order([sum_])

    def leading(self, x: Expansion) -> Form | None:
        """The scale beside which all others are small, where there is one, with a positive coefficient."""
        rest = set(x.terms) | x.errors
        for form in sorted(x.terms):
            if form not in x.errors and self.sign(x.terms[form]) == 1:
                if all(self.oracle.small(other, (form,)) for other in sorted(rest - {form})):
                    return form
        return None

    def _relative(self, x: Expansion, lead: Form) -> list[Form]:
        return [f - lead for f in sorted((set(x.terms) | x.errors) - {lead})]

    # --------------------------------------------------------------------------------------------------------- arithmetic

    def add(self, x: Quantity, y: Quantity) -> Quantity:
        if isinstance(x, Expansion) and isinstance(y, Expansion):
            made = dict(x.terms)
            for form, c in y.terms.items():
                made[form] = made[form] + c if form in made else c
            return self.expansion(made, x.errors | y.errors)
        if isinstance(x, Order) and isinstance(y, Order):
            return self._sum(x, y)
        exact, rough = (x, y) if isinstance(x, Expansion) else (y, x)
        assert isinstance(exact, Expansion) and isinstance(rough, Order)
        positive = {f: c for f, c in exact.terms.items() if self.sign(c) == 1}
        taken = sorted((set(exact.terms) - set(positive)) | exact.errors)
        made = self._sum(rough, self.order(Expansion(positive))) if positive else rough
        return self._without(made, taken)

    def subtract(self, x: Quantity, y: Quantity) -> Quantity:
        if isinstance(y, Expansion):
            return self.add(x, self.expansion({f: -c for f, c in y.terms.items()}, y.errors))
        return self._without(self.order(x), sorted({f for alternative in y.alternatives for f in alternative}))

    def _without(self, x: Order, taken: Iterable[Form]) -> Order:
        for form in taken:
            if not all(self.oracle.small(form, alternative) for alternative in x.alternatives):
                raise Unfit("something is subtracted that is not known to be of lower order")
        return x

    def _sum(self, x: Order, y: Order) -> Order:
        return _order([a + b for a in x.alternatives for b in y.alternatives])

    def multiply(self, x: Quantity, y: Quantity) -> Quantity:
        if isinstance(x, Expansion) and isinstance(y, Expansion):
            made: dict[Form, Constant] = {}
            for (f, c), (g, d) in itertools.product(x.terms.items(), y.terms.items()):
                form = f + g
                made[form] = made[form] + c * d if form in made else c * d
            errors = {f + g for f in x.errors for g in (*y.terms, *y.errors)} | {f + g for f in x.terms for g in y.errors}
            return self.expansion(made, errors)
        a, b = self.order(x), self.order(y)
        return _order([[f + g for f in s for g in t] for s in a.alternatives for t in b.alternatives])

    def maximum(self, parts: list[Quantity]) -> Quantity:
        made = self.order(parts[0])
        for part in parts[1:]:
            made = self._sum(made, self.order(part))
        return made

    def minimum(self, parts: list[Quantity]) -> Quantity:
        return _order([a for part in parts for a in self.order(part).alternatives])

    def power(self, x: Quantity, exponent: Constant) -> Quantity:
        """x to a constant power; x must be positive in the end unless the power is a small whole number."""
        q = exponent.rational
        if q == 0:
            return constant(ONE)
        if isinstance(x, Expansion):
            if q is not None and q.denominator == 1 and 0 < q <= 8 and (len(x.terms) + len(x.errors)) ** q <= MAX_SCALES:
                made: Quantity = x
                for _ in range(int(q) - 1):
                    made = self.multiply(made, x)
                return made
            lead = self.leading(x)
            if lead is not None:
                form, c = lead.times(exponent), x.terms[lead]
                rest = self._relative(x, lead)
                if q is None and not (c == ONE and not rest):
                    return _order([[form]])
                coefficient = constants.power(c, q) if q is not None else ONE
                return self.expansion({form: coefficient}, [form + f for f in rest])
        return self._power_of_order(self.order(x), exponent)

    def _power_of_order(self, x: Order, exponent: Constant) -> Order:
        sign = self.sign(exponent)
        if sign == 1:
            return _order([[f.times(exponent) for f in a] for a in x.alternatives])
        if sign != -1:
            raise Unfit("a power whose exponent has no known sign")
        made = None  # 1 / min_i (sum S_i) = sum_i min over S_i of 1 / scale
        for alternative in x.alternatives:
            part = _order([[f.times(exponent)] for f in alternative])
            made = part if made is None else self._sum(made, part)
        assert made is not None
        return made

    # ----------------------------------------------------------------------------------------------- logarithm, exponential

    def logarithm(self, x: Quantity) -> Quantity:
        if isinstance(x, Expansion):
            lead = self.leading(x)
            if lead is not None:
                made = {log_of(atom): c for atom, c in lead.terms.items()}
                base = constants.log(x.terms[lead], self.oracle.domains)
                if base:
                    made[UNIT] = made[UNIT] + base if UNIT in made else base
                return self.expansion(made, self._relative(x, lead))
        return self._log_of_order(self.order(x))

    def _log_of_order(self, x: Order) -> Order:
        """log of a sum of scales that tend to infinity is the largest of their logs, up to a bounded term."""
        found = []
        for alternative in x.alternatives:
            kept = [f for f in alternative if self.oracle.small(UNIT, (f,))]
            for form in alternative:
                if form not in kept and not (kept and self.oracle.bounded(form, tuple(kept))):
                    raise Unfit("the logarithm of something not known to grow")
            sums: set[Form] = set()
            for form in kept:
                logs = self.order(Expansion({log_of(a): c for a, c in form.terms.items()}))
                sums.update(logs.alternatives[0])
            found.append(sums)
        return _order(found)

    def exponential(self, x: Quantity) -> Quantity:
        """e^x for an x that is known up to a bounded error."""
        if isinstance(x, Order):
            raise Unfit("an exponent that is known only up to a constant factor")
        form, rest = UNIT, []
        shift = x.terms.get(UNIT, constants.ZERO)
        for scale, c in x.terms.items():
            if not scale:
                continue
            if self.oracle.bounded(scale, (UNIT,)):
                rest.append(scale)
            else:
                form = form + Form({atom_of(scale): c})
        for error in sorted(x.errors):
            if not self.oracle.bounded(error, (UNIT,)):
                raise Unfit("an exponent that is not known exactly enough")
            rest.append(error)
        factor = constants.exp(shift)
        if factor is not None and all(self.oracle.small(f, (UNIT,)) for f in rest):
            return self.expansion({form: factor}, [form + f for f in rest])
        return _order([[form]])
