"""Linear forms over symbolic keys: q = c_a k_a + c_b k_b + (c_i k_i over all other keys), with scales as coefficients.

A `Form` maps a key's tag to its coefficient. Tags: the names of the keys that are told apart ("a", "b"); `EACH` for "on every other key, with
that key's own coefficient"; `ONE` for a single other key, whichever. A space says what keys, the query and dot products are:

- `Orthogonal`: k_x . k_y = 0 for x != y, |k_x|^2 given; so k_x . q is the coefficient at x times |k_x|^2, and the number of other keys is m -
  (named keys);
- `Scored`: nothing is known of the keys; the scores k_x . q are free letters ("score:x");
- `Concrete`: coordinates, as scales in t.

Values of terms are scales or forms; `NoScale` says why there is none. Dot products of two forms that lie on all other keys need coefficients that
are alike there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from grader.algebra.scales import Mode, Modes, NoScale, Scale, apply_scale, is_positive, raise_to, scale_of
from grader.term import Term

Form: TypeAlias = dict[str, Scale]
Value: TypeAlias = Scale | Form

EACH, ONE = "*", "!"
UNIT = Scale.of(1)
NOTHING = Scale({})


@dataclass(frozen=True)
class Names:
    """What the symbols of a claim are called: keys `k`, query `q`, the keys told apart, the index of any other key, the letter for their number."""

    keys: str
    query: str
    named: tuple[str, ...]
    other: str
    count: str


@dataclass
class Space:
    """Values of terms over keys; see the module. `letters` replaces letters by scales where it is given."""

    names: Names
    modes: Modes
    letters: Mapping[str, Scale] | None = None

    def key(self, tag: str) -> Form:
        """The key with that tag."""
        return {tag: UNIT}

    def query(self) -> Form:
        """The query, where it is a symbol."""
        raise NotImplementedError

    def dot(self, u: Form, v: Form) -> Scale:
        """Their dot product."""
        raise NotImplementedError

    def over_others(self, one: Value) -> Value:
        """The sum of a value over all other keys, given its value at one of them."""
        raise NotImplementedError

    # ---- names

    def letter(self, name: str) -> Scale:
        """A scalar letter's value."""
        if self.letters is None:
            return Scale.letter(name)
        if name not in self.letters:
            raise NoScale(f"{name} has no value")
        return self.letters[name]

    def tag(self, index: Term, at: Mapping[str, str]) -> str:
        """The key that an index stands for."""
        name = str(index.value) if index.kind == "number" else index.name if index.kind == "symbol" else ""
        found = at.get(name) or (name if name in self.names.named else ONE if name and name == self.names.other else "")
        if not found:
            raise NoScale("an index that names no key")
        return found

    # ---- values

    def value(self, term: Term, at: Mapping[str, str] = {}) -> Value:
        """The value of a term, bound indices standing for the keys that `at` names."""
        names = self.names
        if term.kind == "symbol":
            if term.name == names.query:
                return self.query()
            if term.name in (names.keys, names.other, *names.named) or term.name in at:
                raise NoScale(f"{term.name} alone has no value")
            return self.letter(term.name)
        if term.is_apply("index", 2) and term.args[0].kind == "symbol":
            tag, base = self.tag(term.args[1], at), term.args[0].name
            return self.key(tag) if base == names.keys else self.letter(f"{base}_{EACH if tag == ONE else tag}")
        if term.kind == "binder" and term.name == "sum" and len(term.bound) == 1:
            return self._sum(term, at)
        if term.kind == "apply":
            return self._apply(term.name, [self.value(a, at) for a in term.args])
        if term.kind == "constant" and term.name not in ("e", "pi") or term.kind not in ("number", "constant"):
            raise NoScale("a part without a value")
        return scale_of(term, self.modes)

    def _apply(self, name: str, values: list[Value]) -> Value:
        if name in ("transpose", "vec") and len(values) == 1:
            return values[0]
        if name == "norm" or name == "abs" and isinstance(values[0], dict):
            if len(values) == 2 and values[1] != Scale.of(2):
                raise NoScale("a norm that is not Euclidean")
            return self._norm(values[0])
        if all(isinstance(v, Scale) for v in values):
            return apply_scale("mul" if name in ("inner", "dotproduct") else name, values, self.modes)  # type: ignore[arg-type]
        if name == "add":
            return total_of(values)
        if name == "neg":
            return scaled(Scale.of(-1), values[0])
        if name == "div" and isinstance(values[1], Scale):
            return scaled(raise_to(values[1], Fraction(-1), self.modes), values[0])
        if name in ("mul", "inner", "dotproduct"):
            factor = UNIT
            for v in values:
                factor = factor * v if isinstance(v, Scale) else factor
            forms = [v for v in values if isinstance(v, dict)]
            if len(forms) <= 2:
                return scaled(factor, forms[0]) if len(forms) == 1 else factor * self.dot(*forms)
        raise NoScale(f"{name} of vectors")

    def _norm(self, v: Value) -> Scale:
        if isinstance(v, dict):
            return raise_to(self.dot(v, v), Fraction(1, 2), self.modes)
        if not v or is_positive(v, self.modes):
            return v
        if is_positive(-v, self.modes):
            return -v
        raise NoScale("an absolute value of unknown sign")

    def _sum(self, term: Term, at: Mapping[str, str]) -> Value:
        inside, others = self.places(term, at)
        parts = [self.value(term.args[0], {**at, term.bound[0].name: x}) for x in inside]
        if others:
            parts.append(self.over_others(self.value(term.args[0], {**at, term.bound[0].name: ONE})))
        return total_of(parts)

    def places(self, term: Term, at: Mapping[str, str]) -> tuple[list[str], bool]:
        """The named keys that a sum runs over, and whether it runs over the others."""
        if len(term.args) == 1:
            return list(self.names.named), True
        where = term.args[1]
        if len(term.args) > 2 or where.kind != "relation" or where.signs not in (("in",), ("notin",)) or where.args[0] != term.bound[0]:
            raise NoScale("a range that is not known here")
        listed = {self.tag(e, at) for e in where.args[1].args}
        without = where.signs == ("notin",)
        return [x for x in self.names.named if (x in listed) != without], without


class Orthogonal(Space):
    """Orthogonal keys; `norms` is "unit", "unknown", or the norms by key with the others' last. `keys` is their number, None for the letter."""

    def __init__(self, names: Names, norms: str | Sequence[Fraction], modes: Modes, letters: Mapping[str, Scale] | None = None,
                 keys: int | None = None) -> None:
        steady = {f"norm:{x}": Mode(1, "constant") for x in (*names.named, EACH)}
        super().__init__(names, {**modes, **steady, names.count: Mode(1, "constant", Fraction(len(names.named) + 1))}, letters)
        size = Scale.letter(names.count) if keys is None else Scale.of(keys)
        if letters is not None:
            self.letters = {**letters, names.count: size}
        self.rest = size - Scale.of(len(names.named))
        self.norms = norms

    def square(self, tag: str) -> Scale:
        """|k|^2."""
        if self.norms == "unit":
            return UNIT
        if self.norms == "unknown":
            return self.letter(f"norm:{tag}") * self.letter(f"norm:{tag}")
        place = self.names.named.index(tag) if tag != EACH else len(self.names.named)
        return Scale.of(Fraction(self.norms[place]) ** 2)

    def query(self) -> Form:
        return {x: self.letter(f"query:{x}") for x in (*self.names.named, EACH)}

    def dot(self, u: Form, v: Form) -> Scale:
        total = NOTHING
        for x in u:
            if x in self.names.named and x in v:
                total = total + u[x] * v[x] * self.square(x)
        own, each = (u.get(ONE, NOTHING), v.get(ONE, NOTHING)), (u.get(EACH, NOTHING), v.get(EACH, NOTHING))
        mixed = own[0] * own[1] + own[0] * each[1] + own[1] * each[0]
        if mixed:
            total = total + mixed * self.square(EACH)
        if each[0] and each[1]:
            total = total + self.rest * self._alike(each[0] * each[1] * self.square(EACH))
        return total

    def _alike(self, x: Scale) -> Scale:
        """The scale, if it has the same value at every other key."""
        if self.letters is None and any(n.endswith(EACH) for n in x.letters()):
            raise NoScale("a sum over coefficients that may differ from key to key")
        return x

    def over_others(self, one: Value) -> Value:
        if isinstance(one, Scale):
            return self.rest * self._alike(one)
        if EACH in one:
            raise NoScale("a sum over keys in a sum over keys")
        return {EACH if x == ONE else x: c if x == ONE else self.rest * self._alike(c) for x, c in one.items()}

    def scores(self, q: Value) -> Form:
        """k_x . q for the named keys and for any other one (`EACH`). Fails where q is a number or rests on a key without a name."""
        if isinstance(q, Scale):
            if q:
                raise NoScale("a query that is a number")
            q = {}
        if ONE in q:
            raise NoScale("a query with a key that has no name")
        return {**{x: self.dot({x: UNIT}, q) for x in self.names.named}, EACH: self.dot({ONE: UNIT}, q)}


class Scored(Space):
    """Keys of which nothing is known."""

    def query(self) -> Form:
        return {"query": UNIT}

    def dot(self, u: Form, v: Form) -> Scale:
        total = NOTHING
        for x, c in u.items():
            for y, d in v.items():
                if (x == "query") == (y == "query"):
                    raise NoScale("a dot product that is no score")
                key = y if x == "query" else x
                total = total + c * d * Scale.letter(f"score:{EACH if key == ONE else key}")
        return total

    def over_others(self, one: Value) -> Value:
        raise NoScale("a sum over the other keys")


@dataclass(frozen=True)
class Coordinates:
    """Vectors as rows of scales in t: the named keys, the other keys with their copies, the query."""

    named: Mapping[str, Sequence[Scale]]
    others: Sequence[tuple[int, Sequence[Scale]]]
    query: Sequence[Scale]


class Concrete(Space):
    """Keys and query with coordinates; the other keys have the tags "1", "2", ..."""

    def __init__(self, names: Names, vectors: Coordinates, letters: Mapping[str, Scale]) -> None:
        count = len(names.named) + sum(n for n, _ in vectors.others)
        super().__init__(names, {"t": Mode(1, "grows")}, {**letters, names.count: Scale.of(count)})
        self.vectors = vectors
        self.tags = [str(k + 1) for k in range(len(vectors.others))]

    def key(self, tag: str) -> Form:
        if tag not in self.vectors.named and tag not in self.tags:
            raise NoScale("an index that names no key")
        row = self.vectors.named[tag] if tag in self.vectors.named else self.vectors.others[int(tag) - 1][1]
        return {f"x{k}": c for k, c in enumerate(row)}

    def query(self) -> Form:
        return {f"x{k}": c for k, c in enumerate(self.vectors.query)}

    def dot(self, u: Form, v: Form) -> Scale:
        total = NOTHING
        for x, c in u.items():
            total = total + c * v[x]
        return total

    def _sum(self, term: Term, at: Mapping[str, str]) -> Value:
        inside, others = self.places(term, at)
        bound, parts = term.bound[0].name, []
        for x in inside:
            parts.append(self.value(term.args[0], {**at, bound: x}))
        for x, (n, _) in zip(self.tags, self.vectors.others):
            if others:
                parts.append(scaled(Scale.of(n), self.value(term.args[0], {**at, bound: x})))
        return total_of(parts)


def plus(u: Value, v: Value) -> Value:
    """Sum of two scales or two forms; the number 0 is also the zero vector."""
    if isinstance(u, Scale) and isinstance(v, Scale):
        return u + v
    if isinstance(u, Scale) or isinstance(v, Scale):
        number, form = (u, v) if isinstance(u, Scale) else (v, u)
        if number:
            raise NoScale("a vector plus a number")
        return form
    return {x: u.get(x, NOTHING) + v.get(x, NOTHING) for x in dict.fromkeys((*u, *v))}


def scaled(c: Scale, v: Value) -> Value:
    """A scale times a scale or a form."""
    return c * v if isinstance(v, Scale) else {x: c * d for x, d in v.items()}


def total_of(parts: Iterable[Value]) -> Value:
    """Sum of several values. Fails for none."""
    total: Value | None = None
    for part in parts:
        total = part if total is None else plus(total, part)
    if total is None:
        raise NoScale("an empty sum")
    return total
