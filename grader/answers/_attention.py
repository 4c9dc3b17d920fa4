"""What the two attention kinds share: the names of a part, statements in canonical form, and the claims made of them.

A *canonical statement* has one of the forms that attention claims know (`E -> oo`, `E -> c`, `=`, `>=`, `>`, bounded; see
`grader.replay.attention_statements`). The conventions that lead there, each said in the reading's notes or the kind's documentation:

- `E >> 0` and `E >> c` for a number c: E -> oo; `E << 0`: E -> -oo; `E << 1`: E is bounded above; `= oo`: -> oo;
- `E >> F` between quantities that are positive by their form (exponentials, norms, weights): E / F -> oo;
- `E >> F` between scores or coefficients: E - F -> oo (the difference reading), or E / F -> oo with F > 0 (the ratio reading);
- a free index that is no named key means every other key; max over the other keys on the smaller side means each of them;
- between vectors: `q _|_ u`: q . u = 0; `q ~ k_j`, `q = k_j` up to a factor: q = c k_j; `k_j >> k_i`: |k_j| / |k_i| -> oo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.domain import Domain
from grader.model import Claim, Part, Satisfies
from grader.term import Term, apply, binder, collection, constant, free_names, number, relation, replace, symbol, walk

OO = constant("oo")
SCALE = "scale"
"""Base of the names given to factors that a learner leaves without a name."""
_FLIPPED = {"<": ">", "<=": ">=", "<<": ">>", ">": "<", ">=": "<=", ">>": "<<"}
_MARKS = frozenset("star hat bar tilde vec prime".split())
MAX_STATEMENTS = 12
MAX_SIZE = 600
"""Largest answer that is decided, in nodes of its tree."""


class Unclear(ValueError):
    """A statement that has no canonical form here; the text says which, for the learner."""


@dataclass(frozen=True)
class Naming:
    """The names of a part: keys, query, number of keys; `named` keys; the index of any other key; symbols that stand for what is asked about."""

    keys: str
    query: str
    count: str
    named: tuple[str, ...]
    other: str
    outcomes: frozenset[str]
    domains: Mapping[str, Domain] = field(hash=False, default_factory=dict)

    @staticmethod
    def of(part: Part, named: Iterable[str]) -> Naming:
        """From the part's options `keys`, `query`, `count` and its declared symbols; other vectors are outcomes (z, v), as is alpha."""
        options, named = part.options, tuple(named)
        domains = {s.name: s.domain for s in part.symbols}
        count = options.count or next((n for n, d in domains.items() if d.field == "integer" and d.shape == "scalar"), "m")
        other = next(n for n in ("i", "l", "r", "s", "u", "w") if n not in named)
        inputs = {options.keys, options.query, count}
        outcomes = {n for n, d in domains.items() if n not in inputs and d.shape == "vector"} | ({"alpha", "z", "v"} - inputs)
        return Naming(options.keys, options.query, count, named, other, frozenset(outcomes), domains)

    def with_keys(self, extra: Iterable[str]) -> Naming:
        """The same with more named keys."""
        more = tuple(dict.fromkeys(x for x in extra if x not in self.named))
        other = next(n for n in (self.other, "l", "r", "s", "u", "w", "i") if n not in self.named + more)
        return Naming(self.keys, self.query, self.count, self.named + more, other, self.outcomes, self.domains)

    def key(self, index: str) -> Term:
        """The key of that index."""
        return apply("index", symbol(self.keys), symbol(index))

    def score(self, index: str) -> Term:
        """k_x^T q."""
        return apply("mul", apply("transpose", self.key(index)), symbol(self.query))

    def is_index(self, term: Term) -> bool:
        """Is it a symbol (or number) that can only be an index?"""
        if term.kind != "symbol":
            return term.kind == "number" and term.value.denominator == 1
        domain = self.domains.get(term.name)
        return term.name in (*self.named, self.other) or domain is not None and domain.shape == "index" or domain is None and term.name in "ijl"


# ---------------------------------------------------------------------------------------------------------------- shapes


def mentions(term: Term, *names: str) -> bool:
    """Does a symbol of one of these names occur freely?"""
    return not free_names(term).isdisjoint(names)


def is_vector(term: Term, naming: Naming) -> bool:
    """Is the term a vector by its form (keys and the query are; a product is if exactly one factor is)?"""
    if term.kind == "symbol":
        return term.name == naming.query
    if term.is_apply("index"):
        return term.args[0] == symbol(naming.keys)
    if term.kind == "apply" and term.name in ("add", "neg", "transpose", "vec", "div"):
        return any(is_vector(a, naming) for a in (term.args[:1] if term.name == "div" else term.args))
    if term.is_apply("mul"):
        return sum(is_vector(a, naming) for a in term.args) == 1
    return term.kind == "binder" and term.name == "sum" and is_vector(term.args[0], naming)


def is_positive(term: Term) -> bool:
    """Is the term positive by its form: exponentials, norms, positive numbers, and sums, products and quotients of such?"""
    if term.kind == "number":
        return term.value > 0
    if term.kind == "binder":
        return term.name in ("sum", "maximum", "minimum") and is_positive(term.args[0])
    if term.kind != "apply":
        return False
    return term.name in ("exp", "norm") or term.name in ("add", "mul", "div") and all(is_positive(a) for a in term.args)


def subtract(left: Term, right: Term) -> Term:
    """left - right, without a needless zero."""
    return left if right == number(0) else apply("add", left, apply("neg", right))


def tidy(term: Term, naming: Naming) -> Term:
    """The term in the words of the claims: marks on the query dropped, scores as k_x^T q, sums over keys with a range in canonical form."""
    if term.kind == "apply" and term.name in _MARKS and term.args[0] == symbol(naming.query):
        return symbol(naming.query)
    if term.is_apply("sup", 2) and term.args[0] == symbol(naming.query):
        return symbol(naming.query)
    if term.kind == "binder" and term.name == "sum":
        return _sum(term, naming)
    if term.is_apply("pow", 2) and term.args[1] in (symbol("T"), symbol("top"), symbol("intercal")):
        return apply("transpose", tidy(term.args[0], naming))
    made = term.with_args(tuple(tidy(a, naming) for a in term.args)) if term.args else term
    if made.is_apply("mul", 2) and made.args[0].is_apply("div", 2) and is_vector(made.args[0].args[1], naming) and is_vector(made.args[1], naming):
        above, below = made.args[0].args  # `k_j^T q / k_i^T q`, read from the left, divides by a vector: the last factor belongs below
        return apply("div", above, _score_first(apply("mul", below, made.args[1]), naming))
    if made.kind == "apply" and made.name in ("mul", "inner", "dotproduct") and len(made.args) >= 2:
        return _score_first(made, naming)
    if made.is_apply("norm", 2) and made.args[1] == number(2):
        return apply("norm", made.args[0])
    if made.is_apply("pow", 2) and made.args[0] == constant("e"):
        return apply("exp", made.args[1])
    return made


def _score_first(product: Term, naming: Naming) -> Term:
    """A product in which a key meets the query, as its scalars times k^T q."""
    bare = [a.args[0] if a.is_apply("transpose", 1) else a for a in product.args]
    keys = [a for a in bare if a.is_apply("index") and a.args[0] == symbol(naming.keys)]
    queries = [a for a in bare if a == symbol(naming.query)]
    if len(keys) != 1 or len(queries) != 1:
        return product
    score = apply("mul", apply("transpose", keys[0]), queries[0])
    rest = [a for a, b in zip(product.args, bare) if b is not keys[0] and b is not queries[0]]
    return apply("mul", *rest, score) if rest else score


def _sum(term: Term, naming: Naming) -> Term:
    """A sum over keys with range "all", `notin {...}` or `in {...}`. Fails with `Unclear` on other ranges."""
    if len(term.bound) != 1:
        raise Unclear("a sum over two indices at once")
    index, body, where = term.bound[0], tidy(term.args[0], naming), term.args[1:]
    if len(where) == 2:
        low, high = where
        if low not in (number(1), number(0)) or not free_names(high) or free_names(high) & {index.name, *naming.named} or len(free_names(high)) > 1:
            raise Unclear("a sum whose range is not all the keys")
        return binder("sum", (index,), body)
    excluded, included = _listed(where[0], index, naming) if where else ((), ())
    if included:
        return binder("sum", (index,), body, relation("in", index, collection("set", *included)))
    return binder("sum", (index,), body, relation("notin", index, collection("set", *excluded))) if excluded else binder("sum", (index,), body)


def _listed(where: Term, index: Term, naming: Naming) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Indices that a range leaves out, and those it consists of."""
    parts = where.args if where.is_apply("and") or where.is_apply("where") or where.kind == "tuple" else (where,)
    out: list[Term] = []
    for part in parts:
        if part == index or part.kind != "relation" and naming.is_index(part) and out:
            out += [] if part == index else [part]
            continue
        if part.kind != "relation":
            raise Unclear("a sum whose range is not clear")
        signs, sides = set(part.signs), [s for side in part.args for s in _members(side)]
        names = [s for s in sides if s != index]
        if signs <= {"!="} and all(naming.is_index(s) for s in names):
            out += names
        elif part.signs == ("notin",) and all(naming.is_index(s) for s in names):
            out += names
        elif part.signs == ("in",) and part.args[1].kind == "tuple" and part.args[1].name == "set" and all(s.name in naming.named for s in names):
            return (), tuple(names)
        else:
            raise Unclear("a sum whose range is not clear")
    return tuple(dict.fromkeys(out)), ()


def _members(side: Term) -> tuple[Term, ...]:
    return side.args if side.kind == "tuple" else (side,)


def rename(term: Term, old: str, new: str) -> Term:
    """The term with a free index under another name."""
    return replace(term, {symbol(old): symbol(new)}) if old != new else term


# ------------------------------------------------------------------------------------------------------------ statements


def pairs(term: Term) -> list[Term]:
    """The statements of a term, chains taken apart, in order. Fails with `Unclear` on "or", "not" and the like."""
    if term.kind == "relation":
        return [relation(s, a, b) for s, a, b in zip(term.signs, term.args, term.args[1:])]
    if term.kind == "apply" and term.name in ("and", "where", "implies", "iff") or term.kind == "tuple" and term.name in ("list", "tuple"):
        return [p for a in term.args for p in pairs(a)]
    if term.kind == "binder" and term.name == "forall":
        return [p for a in term.args for p in pairs(a)]
    if term.kind == "binder" and term.name == "exists":
        return [binder("exists", term.bound, p) for p in pairs(term.args[0])] + [p for a in term.args[1:] for p in pairs(a)]
    if term.kind == "apply" and term.name in ("or", "not", "xor"):
        raise Unclear(f"\"{term.name}\" in a condition")
    return [term]


def canonical(pair: Term, naming: Naming, greater: str = "difference") -> list[Term]:
    """The canonical statements of one relation; none where it only says over what an index runs. Fails with `Unclear`."""
    if pair.kind == "binder" and pair.name == "exists" and len(pair.bound) == 1:
        index = pair.bound[0].name
        return [binder("exists", (symbol(naming.other),), s) for s in canonical(rename(pair.args[0], index, naming.other), naming, greater)]
    if pair.kind != "relation":
        if naming.is_index(pair) or pair.kind in ("text", "constant"):
            return []
        raise Unclear(f"`{_typed(pair)}` says nothing that is true or false")
    (sign,), (left, right) = pair.signs, (tidy(a, naming) for a in pair.args)
    for own, best in ((left, right), (right, left)):
        if best.is_apply("arg", 1) and best.args[0].kind == "binder" and best.args[0].name == "maximum":
            best = binder("argmax", best.args[0].bound, *best.args[0].args)
        if sign in ("=", "in") and best.kind == "binder" and best.name == "argmax" and len(best.bound) == 1 and own.kind == "symbol":
            index = best.bound[0].name
            return [relation(">=", rename(best.args[0], index, own.name), rename(best.args[0], index, naming.other))]
    if sign in ("!=", "notin") and any(_only_indices(x, naming) for x in (left, right)) and {left.kind, right.kind} <= {"symbol", "tuple"}:
        return []
    if _only_indices(left, naming) and _only_indices(right, naming) and sign in ("!=", "in", "notin", "=", ">=", "<="):
        if sign == "=" and left != right and {left, right} & {symbol(x) for x in naming.named} and right.kind == "symbol":
            raise Unclear("two indices are set equal")
        return []
    left, right = _generic(left, naming), _generic(right, naming)
    if sign in ("<<", "<", "<="):
        left, right, sign = right, left, _FLIPPED[sign]
    return _canonical(left, sign, right, naming, greater)


def _typed(term: Term) -> str:
    try:
        return str(term)
    except Exception:  # pragma: no cover - printing is another room's; a message must not fail
        return term.kind


def _only_indices(term: Term, naming: Naming) -> bool:
    """Does the term speak of indices alone: an index, the number of keys, or a set made of them?"""
    if term.kind == "tuple" or term.kind == "apply" and term.name in ("setminus", "union"):
        return all(_only_indices(a, naming) for a in term.args)
    return naming.is_index(term) or term.kind == "text" or term == symbol(naming.count)


def _generic(term: Term, naming: Naming) -> Term:
    """The term with its one free index that is no named key called by the common name. Fails with `Unclear` where there are two."""
    bound = {b.name for node in walk(term) if node.kind == "binder" for b in node.bound}
    free: dict[str, None] = {}
    for node in walk(term):
        if node.is_apply("index", 2) and node.args[1].kind == "symbol" and node.args[1].name not in (*naming.named, *bound):
            free[node.args[1].name] = None
    if len(free) > 1:
        raise Unclear("two different indices for the other keys in one statement")
    for name in free:
        term = rename(term, name, naming.other)
    return term


def _canonical(left: Term, sign: str, right: Term, naming: Naming, greater: str) -> list[Term]:
    if sign in (":=", "equiv"):
        sign = "="
    if is_vector(left, naming) or is_vector(right, naming):
        return _of_vectors(left, sign, right, naming)
    if sign == "=" and "maximum" in (left.name, right.name):
        left, right, sign = (left, right, ">=") if right.name == "maximum" else (right, left, ">=")
    left, right = _without_extremes(left, right, sign, naming)
    if sign == ">>":
        return _much_greater(left, right, naming, greater)
    infinite = right == OO or right == apply("neg", OO)
    if sign in ("=", "approx", "->") and infinite:
        return [relation("->", left, right)]
    if right.is_apply("sup", 2) and right.args[1].kind == "symbol" and right.args[1].name in ("+", "plus", "-", "minus") and sign == "->":
        above = right.args[1].name in ("+", "plus")
        gap = subtract(left, right.args[0]) if above else subtract(right.args[0], left)
        return [relation("->", left, right.args[0]), relation(">", gap, number(0))]
    if sign == "->" or sign == "approx" and right.kind == "number":
        if right == number(0) and is_positive(left):
            return [relation("->", apply("div", *reversed(left.args)) if left.is_apply("div") else apply("div", number(1), left), OO)]
        return [relation("->", left, right)]
    if sign in ("=", ">", ">="):
        if left == OO:
            return [relation("<", right, OO)]
        return [relation(sign, left, right)]
    if sign == "in":
        return _membership(left, right)
    raise Unclear(f"the sign {sign} between these two")


def _membership(left: Term, right: Term) -> list[Term]:
    if right == constant("RR"):
        return []
    if right.kind == "tuple" and right.name == "interval" and right.args[1] == OO and right.args[0].kind == "number":
        return [relation(">" if right.signs[0] == "(" else ">=", left, right.args[0])]
    raise Unclear("a set that is not known here")


def _much_greater(left: Term, right: Term, naming: Naming, greater: str) -> list[Term]:
    if right.kind == "number":
        return [relation("->", left, OO)]
    if left.kind == "number":
        return [relation("->", right, apply("neg", OO))] if left.value == 0 else [relation("<", right, OO)]
    if is_positive(left) and is_positive(right):
        return [relation("->", apply("div", left, right), OO)]
    if greater == "ratio":
        twice = relation(">=", subtract(left, apply("mul", number(2), right)), number(0))
        return [relation("->", apply("div", left, right), OO), relation(">", right, number(0)), twice]  # the last follows from the first two
    return [relation("->", subtract(left, right), OO)]


def _without_extremes(left: Term, right: Term, sign: str, naming: Naming) -> tuple[Term, Term]:
    """max over the other keys on the smaller side, min on the larger: the same as every one of them. `= max` over all keys: >= each."""
    def opened(term: Term, name: str) -> Term:
        if term.kind == "binder" and term.name == name and len(term.bound) == 1:
            excluded = _listed(term.args[1], term.bound[0], naming)[0] if len(term.args) > 1 else ()
            if not {e.name for e in excluded} >= set(naming.named) and sign not in (">=", "="):
                raise Unclear("a largest value that runs over the named key too")
            return rename(term.args[0], term.bound[0].name, naming.other)
        if term.kind == "apply" and term.name == "add":
            return term.with_args(tuple(opened(a, name) for a in term.args))
        if term.is_apply("neg", 1):
            return apply("neg", opened(term.args[0], {"maximum": "minimum", "minimum": "maximum"}[name]))
        return term

    return opened(left, "minimum"), opened(right, "maximum")


def _of_vectors(left: Term, sign: str, right: Term, naming: Naming) -> list[Term]:
    query = symbol(naming.query)
    if sign == "perp":
        return [relation("=", apply("mul", apply("transpose", left), right), number(0))]
    if sign in ("propto", "parallel"):
        own, rest = (left, right) if left == query else (right, left)
        if own == query:
            factor = symbol(SCALE)
            return [relation("=", query, apply("mul", factor, rest)), *([relation(">", factor, number(0))] if sign == "propto" else [])]
    if sign in ("=", "approx", "~", "->") and query in (left, right):
        return [relation("=", query, right if left == query else left)]
    if sign == ">>" and is_vector(left, naming) and is_vector(right, naming):
        return [relation("->", apply("div", apply("norm", left), apply("norm", right)), OO)]
    if sign == "=" and is_vector(left, naming) and is_vector(right, naming):
        return [relation("=", left, right)]
    raise Unclear(f"the sign {sign} between vectors")


# ---------------------------------------------------------------------------------------------------------------- claims


def letters_of(terms: Iterable[Term], naming: Naming) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Free scalar letters of the terms, and the bases of indexed letters, in order of appearance."""
    plain: dict[str, None] = {}
    indexed: dict[str, None] = {}

    def visit(term: Term, bound: frozenset[str]) -> None:
        if term.kind == "symbol":
            if term.name not in bound | {naming.keys, naming.query, naming.count, naming.other, *naming.named}:
                plain[term.name] = None
        elif term.is_apply("index", 2) and term.args[0].kind == "symbol":
            if term.args[0].name != naming.keys:
                indexed[term.args[0].name] = None
        else:
            for a in term.args:
                visit(a, bound | {b.name for b in term.bound})

    for term in terms:
        visit(term, frozenset())
    return tuple(plain), tuple(indexed)


def claim(naming: Naming, name: str, subject: Iterable[Term], label: str, norms: Any, constants: Iterable[str] = (), **more: Any) -> Claim:
    """A claim `attention.NAME` about these terms."""
    subject = tuple(subject)
    parameters = dict(keys=naming.keys, query=naming.query, named=naming.named, other=naming.other, count=naming.count, norms=norms,
                      constants=tuple(constants), **more)
    plain, indexed = letters_of((*subject, *more.get("conclusion", ())), naming)
    scalars = {n: d for n, d in naming.domains.items() if d.shape == "scalar"}
    domains = [(n, scalars[n]) for n in plain if n in scalars]
    domains += [(f"{n}_{x}", scalars[n]) for n in indexed for x in (*naming.named, "*") if n in scalars]
    domains.append((naming.count, naming.domains.get(naming.count, Domain.parse(f"integer > {len(naming.named)}"))))
    return Claim(Satisfies(subject, f"attention.{name}", tuple(sorted(parameters.items()))), tuple(domains), label=label)
