"""The tree of mathematics as it was written: numbers, symbols, applications, binders, relations, tuples.

A `Term` is data. Building one evaluates nothing (`1 + 1` stays an addition of two ones), so a term says what a person
wrote and not what a program made of it. Equality and fingerprint ignore where in the text a term stood and how a number
was spelt; both are kept beside it (`span`, `text`).

Kinds, and what their fields hold:

=========  ==========================  =====================  ============================================
kind       name                        args                   extra
=========  ==========================  =====================  ============================================
number     ""                          ()                     value: Fraction >= 0; text: digits as typed
symbol     the name ("n", "beta")      ()
constant   "pi" "e" "i" "oo" "true"    ()
           "false" "emptyset" "RR"
           "ZZ" "NN" "QQ" "CC"
text       the words                   ()
apply      operator (see APPLY)        operands
binder     operator (see BINDERS)      body, then range       bound: the bound symbols
relation   ""                          n sides                signs: n - 1 of RELATIONS
tuple      "tuple" "list" "set"        entries                signs: ("[", ")") for an interval
           "interval" "matrix" "cases"
=========  ==========================  =====================  ============================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

MAX_DEPTH = 200
"""Deepest tree that can be built; deeper nesting raises `TooDeep` (hostile input; no mathematics needs it)."""

RELATIONS = frozenset(
    "= != < <= > >= := -> ~ << >> approx propto equiv in notin subset subseteq supset supseteq perp parallel "
    "=> <=> <== divides succeq succ preceq prec".split()
)
"""Signs of relation terms. `<==` is "is implied by"; `equiv` is the three-bar sign; `succeq` and its kin compare
symmetric matrices (the difference is positive semidefinite); `~` is "distributed as" or "asymptotic to"."""

APPLY: Mapping[str, str] = {
    "add": "sum of n >= 2 operands; a - b is add(a, neg(b))", "neg": "minus x", "mul": "product of n >= 2 operands",
    "div": "a / b, however the fraction was written", "pow": "base ^ exponent", "pm": "a +- b, or +- a", "mp": "a -+ b, or -+ a",
    "sqrt": "square root", "root": "(x, n): n-th root", "exp": "", "log": "(x) natural logarithm, or (x, base)", "abs": "", "floor": "",
    "ceil": "", "sign": "", "round": "", "max": "n-ary", "min": "n-ary", "gcd": "n-ary", "lcm": "n-ary", "mod": "(a, n)",
    "factorial": "", "double_factorial": "", "binomial": "(n, k)", "gamma": "", "beta_function": "(a, b)", "erf": "", "zeta": "",
    **{f: "" for f in "sin cos tan cot sec csc asin acos atan acot asec acsc sinh cosh tanh coth sech csch asinh acosh atanh acoth asech acsch".split()},
    "atan2": "(y, x)", "sigmoid": "", "softplus": "", "softmax": "vector, or (entry, index)", "relu": "",
    "re": "", "im": "", "arg": "", "conj": "", "percent": "x %", "degree": "x degrees",
    "index": "(base, subscript, ...): k_i, x_{t+1}, A_{ij}", "sup": "(base, mark): x^{(t)}, a superscript that is no power",
    "prime": "(base, number of primes)", "hat": "", "bar": "", "tilde": "", "vec": "", "dot": "", "star": "",
    "call": "(f, arg, ...): a function that is only a name; p(x, z) is call(p, x, z)",
    "given": "(a, b): a | b, a tuple where there are several; p(x|z) is call(p, given(x, z))",
    "semicolon": "(a, parameters): p(x; theta)",
    "derivative": "(body, x, order): d/dx or total derivative", "partial": "(body, x, order)", "gradient": "(body) or (body, x)",
    "transpose": "", "inverse": "", "norm": "(x) or (x, p)", "inner": "(x, y)", "det": "", "trace": "", "rank": "", "diag": "",
    "outer": "(x, y)", "hadamard": "(a, b)", "cross": "(a, b)", "dotproduct": "(a, b)",
    "expectation": "(body) or (body, over): over is a density, or a relation z ~ q", "variance": "like expectation", "covariance": "(x, y[, over])",
    "probability": "(event)", "entropy": "(density)", "kl": "(p, q): KL(p || q)", "mutual_information": "(x, y)",
    "bigO": "", "bigTheta": "", "bigOmega": "", "smallo": "", "smallomega": "",
    "and": "n-ary", "or": "n-ary", "not": "", "implies": "(a, b)", "iff": "(a, b)", "xor": "(a, b)",
    "where": "(body, condition, ...)", "union": "n-ary", "intersection": "n-ary", "setminus": "(a, b)", "complement": "", "times": "n-ary product of sets",
    "quantity": "(number, unit)", "at": "(body, place) value of the body where `place` (x = a) holds, or (body, from, to): [F]_a^b",
}
"""Operators of apply terms and what their operands are (one operand where nothing is said)."""

BINDERS: Mapping[str, str] = {
    "sum": "(body), (body, condition or domain), or (body, lower, upper)", "product": "like sum", "integral": "like sum",
    "limit": "(body, point) or (body, point, side); side is the symbol + or -",
    "maximum": "(body) or (body, domain)", "minimum": "like maximum", "supremum": "like maximum", "infimum": "like maximum",
    "argmax": "like maximum", "argmin": "like maximum", "forall": "(body) or (body, domain)", "exists": "like forall",
    "set_of": "(body, condition): { body | condition }", "lambda": "(body): x -> body", "antiderivative": "(body): indefinite integral",
}
"""Operators of binder terms; `bound` holds the bound symbols, args the body and then the range."""

CONSTANTS = frozenset("pi e i oo true false emptyset RR ZZ NN QQ CC undefined".split())


class TooDeep(ValueError):
    """A tree deeper than `MAX_DEPTH` was asked for."""


class Span(NamedTuple):
    """Characters start..end (end not included) of the text that a node was read from."""

    start: int
    end: int


class _Fields:
    """The fields of a term while it is being made (plain attributes, which is twice as fast as going around `Term.__setattr__`)."""

    __slots__ = ("kind", "name", "args", "bound", "signs", "value", "text", "span", "size", "depth", "_hash", "_key")


class Term(_Fields):
    """One node; see the module's table. Build terms by the functions below, not by this constructor."""

    __slots__ = ()

    def __new__(cls, kind: str, name: str = "", args: tuple[Term, ...] = (), *, bound: tuple[Term, ...] = (), signs: tuple[str, ...] = (),
                value: Fraction | None = None, text: str = "", span: Span | None = None) -> Term:
        self: Any = object.__new__(_Fields)
        self.kind, self.name, self.args, self.bound, self.signs = kind, name, args, bound, signs
        self.value, self.text, self.span, self._key = value, text, span, None
        if args or bound:
            size, depth, hashes = 1, 0, [kind, name, signs, value]
            for t in args + bound if bound else args:
                size += t.size
                if t.depth > depth:
                    depth = t.depth
                hashes.append(t._hash)
            if depth >= MAX_DEPTH:
                raise TooDeep(f"nested deeper than {MAX_DEPTH}")
            self.size, self.depth, self._hash = size, depth + 1, hash(tuple(hashes))
        else:
            self.size = self.depth = 1
            self._hash = hash((kind, name, signs, value))
        self.__class__ = Term
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("terms do not change")

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Term) or self._hash != other._hash:
            return False
        return (self.kind, self.name, self.signs, self.value, self.args, self.bound) == (
            other.kind, other.name, other.signs, other.value, other.args, other.bound)

    def __repr__(self) -> str:
        return f"Term({to_data(self)!r})"

    def __str__(self) -> str:
        from grader.printing import to_text  # printing imports this module

        return to_text(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return from_data, (to_data(self),)

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits, the same on every machine and run (unlike `hash`)."""
        if self._key is None:
            import hashlib  # few terms are asked for their fingerprints
            import json

            text = json.dumps(to_data(self), separators=(",", ":"), ensure_ascii=True)
            object.__setattr__(self, "_key", hashlib.sha256(text.encode()).hexdigest()[:32])
        return self._key

    def is_apply(self, name: str, count: int | None = None) -> bool:
        """Is this an application of the operator, with `count` operands where that is said?"""
        return self.kind == "apply" and self.name == name and (count is None or len(self.args) == count)

    def at(self, span: Span | None) -> Term:
        """The same tree, said to stand at `span`."""
        return Term(self.kind, self.name, self.args, bound=self.bound, signs=self.signs, value=self.value, text=self.text, span=span)

    def with_args(self, args: tuple[Term, ...]) -> Term:
        """The same node over other operands."""
        if len(args) == len(self.args) and all(a is b for a, b in zip(args, self.args)):
            return self
        return Term(self.kind, self.name, args, bound=self.bound, signs=self.signs, value=self.value, text=self.text, span=self.span)


def number(value: int | Fraction | str, text: str = "", span: Span | None = None) -> Term:
    """A number without sign; `text` keeps the digits as typed ("0.10"). A negative value gives neg(number)."""
    exact = Fraction(value)
    if exact < 0:
        return apply("neg", number(-exact, text, span), span=span)
    return Term("number", value=exact, text=text, span=span)


def symbol(name: str, span: Span | None = None) -> Term:
    """A name that stands for something the problem or the learner declares."""
    return Term("symbol", name, span=span)


def constant(name: str, span: Span | None = None) -> Term:
    """One of `CONSTANTS`."""
    if name not in CONSTANTS:
        raise ValueError(f"{name!r} is not a constant")
    return Term("constant", name, span=span)


def text(words: str, span: Span | None = None) -> Term:
    """Words inside mathematics that are not read any further."""
    return Term("text", words, span=span)


def apply(name: str, *args: Term, span: Span | None = None) -> Term:
    """An operator of `APPLY` on its operands."""
    if name not in APPLY:
        raise ValueError(f"{name!r} is not an operator")
    return Term("apply", name, args, span=span)


def binder(name: str, bound: tuple[Term, ...], *args: Term, span: Span | None = None) -> Term:
    """An operator of `BINDERS`; args are the body and then the range."""
    if name not in BINDERS:
        raise ValueError(f"{name!r} is not a binder")
    return Term("binder", name, args, bound=bound, span=span)


def relation(signs: tuple[str, ...] | str, *sides: Term, span: Span | None = None) -> Term:
    """`relation("=", a, b)`, or a chain: `relation(("=", "<="), a, b, c)`."""
    signs = (signs,) if isinstance(signs, str) else tuple(signs)
    if len(sides) != len(signs) + 1 or not RELATIONS.issuperset(signs):
        raise ValueError(f"a relation with signs {signs} and {len(sides)} sides")
    return Term("relation", args=sides, signs=signs, span=span)


def collection(name: str, *entries: Term, signs: tuple[str, ...] = (), span: Span | None = None) -> Term:
    """A tuple term: "tuple", "list", "set", "interval" (signs are its brackets), "matrix" (of row tuples), "cases" (of where terms)."""
    return Term("tuple", name, entries, signs=signs, span=span)


A = TypeVar("A")


def fold(term: Term, combine: Callable[[Term, tuple[A, ...]], A]) -> A:
    """Bottom-up: `combine(node, values of its args)`; equal subterms are visited once."""
    memo: dict[Term, A] = {}

    def visit(node: Term) -> A:
        found = memo.get(node)
        if found is None and node not in memo:
            found = memo[node] = combine(node, tuple([visit(a) for a in node.args]))
        return found  # type: ignore[return-value]

    return visit(term)


def walk(term: Term) -> Iterator[Term]:
    """Every node, a parent before its operands, left to right."""
    stack = [term]
    while stack:
        node = stack.pop()
        yield node
        if node.args:
            stack.extend(node.args[::-1])


def free_names(term: Term) -> frozenset[str]:
    """Names of the symbols that occur outside the binder that binds them."""
    if term.kind == "symbol":
        return frozenset((term.name,))
    names = frozenset().union(*[free_names(a) for a in term.args]) if term.args else frozenset()
    if term.bound:
        names -= frozenset().union(*[free_names(b) for b in term.bound])
    return names


def replace(term: Term, change: Mapping[Term, Term]) -> Term:
    """Put `change[t]` for each subterm t, all at once, from the top. Bound symbols are left alone inside their binder.

    Fails when a replacement would bring a free symbol under a binder of the same name (`ValueError`): rename the binder first.
    """
    hit = change.get(term)
    if hit is not None:
        return hit
    if not term.args:
        return term
    if term.bound:
        bound = frozenset().union(*[free_names(b) for b in term.bound])
        change = {k: v for k, v in change.items() if not (free_names(k) & bound)}
        inside = free_names(term)
        for old, new in change.items():
            if free_names(new) & bound and free_names(old) & inside:
                raise ValueError(f"{sorted(free_names(new) & bound)} would be captured")
    return term.with_args(tuple([replace(a, change) for a in term.args]))


def literal(term: Term) -> Fraction | None:
    """The value of a number, of its negative, or of a quotient of such; None for other terms and for a quotient by zero."""
    if term.kind == "number":
        return term.value
    if term.is_apply("neg", 1):
        inner = literal(term.args[0])
        return None if inner is None else -inner
    if term.is_apply("div", 2):
        top, bottom = literal(term.args[0]), literal(term.args[1])
        return None if top is None or not bottom else top / bottom
    return None


def to_data(term: Term) -> list[Any]:
    """Nested lists of strings for JSON; `from_data` is its inverse. Spans and spellings are left out."""
    if term.kind == "number":
        return ["number", str(term.value)]
    if term.kind in ("symbol", "constant", "text"):
        return [term.kind, term.name]
    args = [to_data(a) for a in term.args]
    if term.kind == "relation":
        return ["relation", list(term.signs), *args]
    if term.kind == "binder":
        return ["binder", term.name, [to_data(b) for b in term.bound], *args]
    if term.kind == "tuple":
        return ["tuple", term.name, list(term.signs), *args]
    return ["apply", term.name, *args]


def from_data(data: list[Any]) -> Term:
    """The term that `to_data` wrote. Fails when the lists are of another form (`ValueError`)."""
    try:
        kind = data[0]
        if kind == "number":
            return number(Fraction(data[1]))
        if kind == "symbol":
            return symbol(data[1])
        if kind == "constant":
            return constant(data[1])
        if kind == "text":
            return text(data[1])
        if kind == "relation":
            return relation(tuple(data[1]), *[from_data(a) for a in data[2:]])
        if kind == "binder":
            return binder(data[1], tuple(from_data(b) for b in data[2]), *[from_data(a) for a in data[3:]])
        if kind == "tuple":
            return collection(data[1], *[from_data(a) for a in data[3:]], signs=tuple(data[2]))
        if kind == "apply":
            return apply(data[1], *[from_data(a) for a in data[2:]])
    except (IndexError, TypeError, KeyError, AttributeError, ZeroDivisionError) as error:
        raise ValueError(f"not a term: {error}") from error
    raise ValueError(f"not a term: kind {kind!r}")
