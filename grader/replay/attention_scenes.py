"""Vectors over symbolic keys, for the checker of attention claims: what keys, queries, sums over keys and indexed letters are worth.

*Scenes* give the symbols their values:

- `OrthogonalKeys`: keys that are orthogonal to each other with known norms; a query is a linear form over them. The keys that have no name of
  their own are treated alike as one generic key: "*" is the part of a form that lies on all of them, "!" one of them. Indexed letters have their
  own value at each key ("beta_a", "beta_*").
- `AnyKeys`: keys of which nothing is known; all that counts are the scores s_x = k_x . q, which can be any real numbers.
- `Model`: keys and query with coordinates that are scale sums in one growing letter t.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from grader.kernel import Refused
from grader.replay import scales
from grader.replay.scales import CONSTANT, GROWS, Letter, Modes, Scales
from grader.term import Term

Vector = dict  # basis -> Scales
Value = Scales | Vector

ONE = scales.constant(1)
ZERO = scales.constant(0)
TIME: Modes = {"t": Letter(1, GROWS)}


class Scene:
    """Values of terms; the subclasses say what keys, query and dot products are. `letters` gives values to letters; None leaves them letters."""

    def __init__(self, parameters: Mapping[str, object], modes: Modes, letters: Mapping[str, Scales] | None = None) -> None:
        self.keys_name, self.query_name = str(parameters["keys"]), str(parameters["query"])
        self.named: tuple[str, ...] = tuple(parameters["named"])  # type: ignore[arg-type]
        self.other, self.count = str(parameters["other"]), str(parameters["count"])
        self.modes, self.letters = modes, letters

    # ---- given by the kind of scene

    def key(self, tag: str) -> Vector:
        raise NotImplementedError

    def query(self) -> Vector:
        raise NotImplementedError

    def dot(self, u: Vector, v: Vector) -> Scales:
        raise NotImplementedError

    def total(self, body: Term, index: str, tags: Iterable[str], others: bool, at: Mapping[str, str]) -> Value:
        raise NotImplementedError

    # ---- values

    def letter(self, name: str) -> Scales:
        if self.letters is None:
            return scales.letter(name)
        if name not in self.letters:
            raise Refused(f"no value for {name}")
        return self.letters[name]

    def tag(self, term: Term, at: Mapping[str, str]) -> str:
        name = term.name if term.kind == "symbol" else str(term.value) if term.kind == "number" else ""
        if name in at:
            return at[name]
        if name in self.named:
            return name
        if name and name == self.other:
            return "!"
        raise Refused(f"no key {term}")

    def value(self, term: Term, at: Mapping[str, str] = {}) -> Value:
        """The value of a term; `at` says which keys the bound indices stand for. Fails (`Refused`) on anything without meaning here."""
        if term.kind == "number":
            return scales.constant(term.value)
        if term.kind == "constant" and term.name in ("pi", "e"):
            return scales.PI if term.name == "pi" else scales.exp(ONE)
        if term.kind == "symbol":
            if term.name == self.query_name:
                return self.query()
            if term.name in (self.keys_name, self.other, *self.named) or term.name in at:
                raise Refused(f"{term.name} alone is no value")
            return self.letter(term.name)
        if term.is_apply("index", 2) and term.args[0].kind == "symbol":
            tag = self.tag(term.args[1], at)
            return self.key(tag) if term.args[0].name == self.keys_name else self.letter(f"{term.args[0].name}_{'*' if tag == '!' else tag}")
        if term.kind == "binder" and term.name == "sum" and len(term.bound) == 1:
            return self._sum(term, at)
        if term.kind != "apply":
            raise Refused(f"{term} has no value here")
        return self._apply(term, [self.value(a, at) for a in term.args])

    def _sum(self, term: Term, at: Mapping[str, str]) -> Value:
        index, tags, others = term.bound[0].name, list(self.named), True
        if len(term.args) == 2:
            condition = term.args[1]
            if condition.kind != "relation" or condition.signs not in (("in",), ("notin",)) or condition.args[0] != term.bound[0]:
                raise Refused("a sum over a range that is not known here")
            listed = [self.tag(entry, at) for entry in condition.args[1].args]
            others = condition.signs == ("notin",)
            tags = [x for x in self.named if (x in listed) != others]
        elif len(term.args) != 1:
            raise Refused("a sum over a range that is not known here")
        return self.total(term.args[0], index, tags, others, at)

    def _apply(self, term: Term, values: list[Value]) -> Value:
        name = term.name
        if name == "add":
            made = values[0]
            for v in values[1:]:
                made = add(made, v)
            return made
        if name == "neg":
            return times(scales.constant(-1), values[0])
        if name in ("mul", "inner", "dotproduct", "div"):
            if name == "div":
                values = [values[0], scales.power(number_of(values[1]), Fraction(-1), self.modes)]
            return self._product(values)
        if name in ("transpose", "vec"):
            return values[0]
        if name == "pow" and isinstance(values[0], Scales):
            return self._power(values[0], number_of(values[1]))
        if name == "sqrt":
            return scales.power(number_of(values[0]), Fraction(1, 2), self.modes)
        if name == "exp":
            return scales.exp(number_of(values[0]))
        if name == "log" and len(values) == 1:
            return scales.log(number_of(values[0]), self.modes)
        if name in ("norm", "abs") and (len(values) == 1 or values[1] == scales.constant(2)):
            return self._norm(values[0])
        raise Refused(f"{name} has no meaning here")

    def _product(self, values: list[Value]) -> Value:
        made, vectors = ONE, [v for v in values if not isinstance(v, Scales)]
        for v in values:
            if isinstance(v, Scales):
                made = made * v
        if len(vectors) > 2:
            raise Refused("a product of three vectors")
        if len(vectors) == 2:
            return made * self.dot(*vectors)
        return times(made, vectors[0]) if vectors else made

    def _power(self, base: Scales, exponent: Scales) -> Scales:
        if not exponent.terms or exponent.single and exponent.single[0] == ():
            return scales.power(base, exponent.terms.get((), Fraction(0)), self.modes)
        return scales.exp(exponent * scales.log(base, self.modes))

    def _norm(self, v: Value) -> Scales:
        if isinstance(v, Scales):
            if v.single:
                sign = scales.sign_of(v.single[0], self.modes) * (1 if v.single[1] > 0 else -1)
                if sign:
                    return v if sign > 0 else -v
            return v if not v.terms else self._norm_of_constant(v)
        return scales.power(self.dot(v, v), Fraction(1, 2), self.modes)

    def _norm_of_constant(self, v: Scales) -> Scales:
        return v if scales.sign_of_constant(v, self.modes) >= 0 else -v


class OrthogonalKeys(Scene):
    """See the module. `norms` are squared norms by key, "*" for the others. With `keys`, their number is that; else it is the letter `count`."""

    def __init__(self, parameters: Mapping[str, object], modes: Modes, letters: Mapping[str, Scales] | None = None, keys: int | None = None) -> None:
        known = scales.Count(1, CONSTANT, len(tuple(parameters["named"])) + 1)  # type: ignore[arg-type]
        norms = {f"norm:{x}": Letter(1, CONSTANT) for x in (*parameters["named"], "*")}  # type: ignore[misc]
        super().__init__(parameters, {**modes, str(parameters["count"]): known, **norms}, letters)
        size = scales.letter(self.count) if keys is None else scales.constant(keys)
        if letters is not None:
            self.letters = {**letters, self.count: size}
        self.others = size - scales.constant(len(self.named))
        self.squares = {x: self._square(parameters["norms"], k, x) for k, x in enumerate((*self.named, "*"))}

    def _square(self, norms: object, k: int, tag: str) -> Scales:
        if norms == "unit":
            return ONE
        if norms == "unknown":
            norm = self.letter(f"norm:{tag}")
            return norm * norm
        return scales.constant(Fraction(norms[k]) ** 2)  # type: ignore[index]

    def key(self, tag: str) -> Vector:
        return {tag: ONE}

    def query(self) -> Vector:
        return {x: self.letter(f"query:{x}") for x in (*self.named, "*")}

    def dot(self, u: Vector, v: Vector) -> Scales:
        made = ZERO
        for x, c in u.items():
            for y, d in v.items():
                if x == y and x not in ("*", "!"):
                    made = made + c * d * self.squares[x]
                elif {x, y} in ({"!"}, {"!", "*"}):
                    made = made + c * d * self.squares["*"]
                elif x == y:
                    made = made + self.others * self._alike(c * d * self.squares["*"])
        return made

    def _alike(self, c: Scales) -> Scales:
        if self.letters is None and any(a[0] in ("x", "log") and a[1].endswith("*") or a[0] in ("exp", "sum") for p in c.terms for a, _ in p):
            raise Refused("a sum over keys whose coefficients may differ")
        return c

    def total(self, body: Term, index: str, tags: Iterable[str], others: bool, at: Mapping[str, str]) -> Value:
        parts = [self.value(body, {**at, index: x}) for x in tags]
        if others:
            one = self.value(body, {**at, index: "!"})
            if isinstance(one, Scales):
                parts.append(self.others * self._alike(one))
            elif "*" in one:
                raise Refused("a sum over keys inside a sum over keys")
            else:
                parts.append({x if x != "!" else "*": c if x == "!" else self.others * self._alike(c) for x, c in one.items()})
        if not parts:
            raise Refused("an empty sum")
        made = parts[0]
        for part in parts[1:]:
            made = add(made, part)
        return made

    def scores(self, q: Value) -> dict[str, Scales]:
        """Score of each named key and of a generic other one ("*")."""
        if isinstance(q, Scales):
            if q.terms:
                raise Refused("the query is a number and no vector")
            q = {}
        if "!" in q:
            raise Refused("the query uses a key that has no name")
        made = {x: self.dot(self.key(x), q) for x in self.named}
        return {**made, "*": self.dot(self.key("!"), q)}


class AnyKeys(Scene):
    """See the module: dot products of keys with the query are the letters score:x."""

    def key(self, tag: str) -> Vector:
        return {tag: ONE}

    def query(self) -> Vector:
        return {"query": ONE}

    def dot(self, u: Vector, v: Vector) -> Scales:
        made = ZERO
        for x, c in u.items():
            for y, d in v.items():
                if ("query" in (x, y)) != (x == y):
                    key = x if y == "query" else y
                    made = made + c * d * scales.letter(f"score:{'*' if key == '!' else key}")
                else:
                    raise Refused("a dot product that is no score")
        return made

    def total(self, body: Term, index: str, tags: Iterable[str], others: bool, at: Mapping[str, str]) -> Value:
        raise Refused("a sum over the keys")


class Model(Scene):
    """Concrete vectors in t: `keys` by tag ("j", and "1", "2", ... for the others, each standing for so many `copies`)."""

    def __init__(self, parameters: Mapping[str, object], letters: Mapping[str, Scales], keys: Mapping[str, Sequence[Scales]],
                 copies: Mapping[str, int], query: Sequence[Scales]) -> None:
        super().__init__(parameters, TIME, {**letters, str(parameters["count"]): scales.constant(len(keys) - len(copies) + sum(copies.values()))})
        self.vectors = {x: dict(enumerate(v)) for x, v in keys.items()}
        self.copies, self._query = copies, dict(enumerate(query))

    def key(self, tag: str) -> Vector:
        return dict(self.vectors[tag])

    def query(self) -> Vector:
        return dict(self._query)

    def dot(self, u: Vector, v: Vector) -> Scales:
        made = ZERO
        for x, c in u.items():
            made = made + c * v.get(x, ZERO)
        return made

    def total(self, body: Term, index: str, tags: Iterable[str], others: bool, at: Mapping[str, str]) -> Value:
        parts = [self.value(body, {**at, index: x}) for x in tags]
        parts += [times(scales.constant(n), self.value(body, {**at, index: x})) for x, n in self.copies.items() if others]
        if not parts:
            raise Refused("an empty sum")
        made = parts[0]
        for part in parts[1:]:
            made = add(made, part)
        return made


def add(u: Value, v: Value) -> Value:
    """Sum of two numbers or of two vectors."""
    if isinstance(u, Scales) and isinstance(v, Scales):
        return u + v
    if isinstance(u, Scales) or isinstance(v, Scales):
        if isinstance(u, Scales) and not u.terms:
            return v
        if isinstance(v, Scales) and not v.terms:
            return u
        raise Refused("a vector and a number are added")
    return {x: u.get(x, ZERO) + v.get(x, ZERO) for x in dict.fromkeys([*u, *v])}


def times(c: Scales, v: Value) -> Value:
    """A number times a number or a vector."""
    return c * v if isinstance(v, Scales) else {x: c * w for x, w in v.items()}


def number_of(v: Value) -> Scales:
    """The value, which must be a number."""
    if not isinstance(v, Scales):
        raise Refused("a vector where a number should stand")
    return v
