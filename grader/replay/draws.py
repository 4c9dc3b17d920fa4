"""Replays evidence about means over several independent draws of one density, as in importance-weighted bounds: E_{z_1, ..., z_K iid ~ q} f.

Such a mean is written expectation(f, product_{k=1}^K q(z_k | x)). It is worked out (`worked_out`) to means over single draws, which
`replay.probability` knows:

- linearity, and a factor without draws stands outside; a part without draws is its own mean, since the densities integrate to one;
- a part that depends on one draw z_j has the mean E_{q(z_j)} of it (the other draws integrate to one);
- E log (c sum_j w(z_j)) = log c + A, c > 0 without draws, where A = E log sum_{j=1}^K w(z_j) is a new function of what is free in it.

Forms of evidence (`data["form"]`):
- "worked": `inner` is evidence for the claim worked out, with A as any function: what holds for any function holds for this one. `same` lists pairs
  of such functions shown to be the same ([i, j, evidence that w_i = w_j]); `bounds` lists instances of the lemmas below ([lemma, i, ...]), whose
  right side minus left side, which is never negative, is added to the smaller side of an AtMost claim. It refutes only where no A is left.
  draws_mean:   A <= log K + log E_q w                        (Jensen for the mean of log over all draws)
  draws_each:   log K + E_q log w <= A                        (Jensen for the mean of the K logarithms)
  draws_more:   A_K - log K <= A_M - log M   for K <= M       (Burda, Grosse, Salakhutdinov 2016, theorem 1)
- "few": the claim with `count` in place of K, all draws written out as z', z'', ...; `inner` refutes that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from grader import kernel
from grader.kernel import Refused
from grader.lemmas import LEMMAS
from grader.model import AtMost, Claim, Equal, Evidence, Finding, Status
from grader.term import Term, apply, free_names, number, symbol, walk

MAX_DRAWS = 4
ONE = number(1)


@dataclass(frozen=True)
class Block:
    """Draws z_k, k = 1, ..., `count`, from `law` (in which the variable is z_k); `base` is z and `index` is k."""

    base: str
    index: str
    count: Term
    law: Term

    def one(self, draw: Term) -> Term:
        """The law of one draw."""
        return put(self.law, {apply("index", symbol(self.base), symbol(self.index)): draw})

    def touches(self, term: Term) -> bool:
        """Does the term depend on a draw?"""
        return any(is_draw(n, self.base) for n in walk(term))


@dataclass(frozen=True)
class Unknown:
    """A = E log sum_j w(z_j) over the block: w with z_j written as the bare z, and the term that stands for A."""

    block: Block
    weight: Term
    term: Term


@dataclass
class Worked:
    """What a claim came to."""

    claim: Claim
    unknown: list[Unknown] = field(default_factory=list)


def put(term: Term, change: Mapping[Term, Term]) -> Term:
    """The term with subterms replaced, under binders too."""
    if term in change:
        return change[term]
    if not term.args:
        return term
    bound = tuple([put(b, change) for b in term.bound])
    return Term(term.kind, term.name, tuple([put(a, change) for a in term.args]), bound=bound, signs=term.signs, value=term.value, text=term.text)


def is_draw(term: Term, base: str) -> bool:
    """z_k, for the z of a block."""
    return term.is_apply("index", 2) and term.args[0] == symbol(base)


def block_of(over: Term) -> Block | None:
    """The block that product_{k=1}^K q(z_k | x) says, or None."""
    if over.kind != "binder" or over.name != "product" or len(over.args) != 3 or len(over.bound) != 1 or over.args[1] != ONE:
        return None
    law, index, count = over.args[0], over.bound[0], over.args[2]
    if index.kind != "symbol" or not law.is_apply("call", 2):
        return None
    drawn = law.args[1].args[0] if law.args[1].is_apply("given", 2) else law.args[1]
    if not drawn.is_apply("index", 2) or drawn.args[0].kind != "symbol" or drawn.args[1] != index:
        return None
    if sum(n == drawn for n in walk(law)) != 1 or sum(n == index for n in walk(law)) != 1 or index.name in free_names(count):
        return None
    base = drawn.args[0].name
    if sum(n == symbol(base) for n in walk(law)) != 1:
        return None
    return Block(base, index.name, count, law)


def is_about_draws(term: Term) -> bool:
    """Is there a mean over several draws in it?"""
    return any(n.is_apply("expectation", 2) and block_of(n.args[1]) is not None for n in walk(term))


class Reduction:
    """Works claims out; `positive` are letters known to be positive."""

    def __init__(self, claim: Claim) -> None:
        self.positive = {n for n, d in claim.domains if d.is_positive}
        self.names = set().union(*[{n.name for n in walk(t) if n.kind == "symbol"} for t in (*sides_of(claim), *claim.conditions)])
        self.found: list[Unknown] = []

    def term(self, t: Term) -> Term:
        """The term with all means over blocks worked out."""
        if t.is_apply("expectation", 2) and (block := block_of(t.args[1])) is not None:
            if is_about_draws(t.args[0]):
                raise Refused("a mean over draws inside another")
            if block.count.kind == "symbol":
                self.positive.add(block.count.name)
            if any(n == symbol(block.base) for n in walk(put_draws(t.args[0], block.base))):
                raise Refused(f"{block.base} stands with and without an index")
            return self.mean(t.args[0], block)
        if not t.args:
            return t
        return t.with_args(tuple([self.term(a) for a in t.args]))

    def mean(self, t: Term, block: Block) -> Term:
        """E t over the draws."""
        if not block.touches(t):
            return t
        if t.is_apply("add") or t.is_apply("neg"):
            return t.with_args(tuple([self.mean(a, block) for a in t.args]))
        single = one_draw(t, block)
        if single is not None and single.args[1].kind == "number":
            z = symbol(block.base)
            return apply("expectation", put(t, {single: z}), block.one(z))
        if single is not None:
            return apply("expectation", t, block.one(single))
        if t.is_apply("mul"):
            outside = [a for a in t.args if not block.touches(a)]
            inside = [a for a in t.args if block.touches(a)]
            if len(inside) == 1:
                return apply("mul", *outside, self.mean(inside[0], block))
        if t.is_apply("div", 2) and not block.touches(t.args[1]):
            return apply("div", self.mean(t.args[0], block), t.args[1])
        if t.kind == "binder" and t.name == "sum" and len(t.bound) == 1 and t.bound[0].kind == "symbol" and not block.touches(
                Term("tuple", "tuple", t.args[1:])) and t.bound[0].name not in free_names(block.law) - {block.index}:
            return Term("binder", "sum", (self.mean(t.args[0], block), *t.args[1:]), bound=t.bound)
        if t.is_apply("log", 1):
            return self.logarithm(t.args[0], block)
        raise Refused(f"the mean of {t} over several draws")

    def logarithm(self, inside: Term, block: Block) -> Term:
        """E log (c sum_j w(z_j)) = log c + A."""
        scale, total = self.scaled(inside, block)
        total = _as_sum(total, block)
        if total.kind != "binder" or total.name != "sum" or len(total.bound) != 1 or len(total.args) != 3 or total.args[1:] != (ONE, block.count):
            raise Refused(f"the logarithm of {inside} over several draws")
        j = total.bound[0]
        more, body = self.scaled(total.args[0], block)
        if any(j.name in free_names(s) for s in more):
            more, body = [], total.args[0]
        single = one_draw(body, block)
        if single is None or single.args[1] != j or j.name in free_names(put(body, {single: symbol(block.base)})):
            raise Refused(f"{body} is no weight of one draw")
        known = self.unknown(block, put(body, {single: symbol(block.base)}))
        logs = [apply("neg", apply("log", s.args[1])) if s.is_apply("div", 2) and s.args[0] == ONE else apply("log", s) for s in (*scale, *more)]
        return apply("add", *logs, known.term) if logs else known.term

    def scaled(self, t: Term, block: Block) -> tuple[list[Term], Term]:
        """Positive factors without draws, and the rest."""
        if t.is_apply("mul"):
            outside = [a for a in t.args if not block.touches(a) and self.is_positive(a)]
            rest = [a for a in t.args if a not in outside]
            if not rest:
                return [], t
            inner = rest[0] if len(rest) == 1 else apply("mul", *rest)
            if len(rest) == 1:
                more, inner = self.scaled(inner, block)
                return [*outside, *more], inner
            return outside, inner
        if t.is_apply("div", 2) and not block.touches(t.args[1]) and self.is_positive(t.args[1]):
            more, inner = self.scaled(t.args[0], block)
            return [*more, apply("div", ONE, t.args[1])], inner
        return [], t

    def is_positive(self, t: Term) -> bool:
        """Is it positive by its form and the declared domains?"""
        if t.kind == "number":
            return t.value > 0  # type: ignore[operator]
        if t.kind == "symbol":
            return t.name in self.positive
        return t.kind == "apply" and t.name in ("mul", "div", "add") and all(self.is_positive(a) for a in t.args)

    def unknown(self, block: Block, weight: Term) -> Unknown:
        """The function that stands for E log sum_j w(z_j)."""
        plain = Block(block.base, "k", block.count, put(block.law, {symbol(block.index): symbol("k")}))
        for old in self.found:
            if (old.block, old.weight) == (plain, weight):
                return old
        heads = {n.args[0] for t in (weight, block.law) for n in walk(t) if n.is_apply("call")}
        skip = {block.base, block.index} | {n.name for h in heads for n in walk(h) if n.kind == "symbol"}
        free = sorted((free_names(weight) | free_names(block.law)) - skip)
        name = next(n for n in (f"V{k}" for k in range(1, 1000)) if n not in self.names)
        self.names.add(name)
        term = apply("call", symbol(name), *map(symbol, free)) if free else symbol(name)
        self.found.append(Unknown(plain, weight, term))
        return self.found[-1]


def _as_sum(t: Term, block: Block) -> Term:
    """w(z_1) + w(z_2) over two draws as sum_{j=1}^2 w(z_j); other terms as they are."""
    if not t.is_apply("add") or block.count.kind != "number" or len(t.args) != block.count.value:
        return t
    singles = [one_draw(a, block) for a in t.args]
    marks = {s.args[1].value for s in singles if s is not None and s.args[1].kind == "number"}
    if len(marks) != len(t.args) or any(not 1 <= m <= len(t.args) for m in marks):  # type: ignore[operator]
        return t
    j = symbol("j")
    bodies = {put(a, {s: apply("index", symbol(block.base), j)}) for a, s in zip(t.args, singles) if s is not None}
    if len(bodies) != 1 or "j" in free_names(t):
        return t
    return Term("binder", "sum", (next(iter(bodies)), ONE, block.count), bound=(j,))


def put_draws(term: Term, base: str) -> Term:
    """The term with every draw of the base as a number, so that what is left of the base stands bare."""
    return put(term, {n: ONE for n in walk(term) if is_draw(n, base)})


def one_draw(term: Term, block: Block) -> Term | None:
    """The only draw on which the term depends, where its index is free in the term; None where there are several."""
    draws = list(dict.fromkeys([n for n in walk(term) if is_draw(n, block.base)]))
    if len(draws) != 1 or draws[0].args[1].kind not in ("symbol", "number"):
        return None
    mark = draws[0].args[1]
    if mark.kind == "symbol" and mark.name not in free_names(term):
        return None
    if mark.kind == "number" and not (block.count.kind == "number" and 1 <= mark.value <= block.count.value or mark == ONE):  # type: ignore[operator]
        return None
    return draws[0]


def sides_of(claim: Claim) -> tuple[Term, Term]:
    """The two sides of a claim. Fails with `Refused` where it has none."""
    if not isinstance(claim.conclusion, (Equal, AtMost)):
        raise Refused("neither an equality nor a bound")
    return claim.conclusion.left, claim.conclusion.right


def worked_out(claim: Claim) -> Worked:
    """The claim with its means over draws worked out. Fails with `Refused`."""
    sides = sides_of(claim)
    if not any(is_about_draws(t) for t in sides) or any(is_about_draws(c) for c in claim.conditions):
        raise Refused("no mean over several draws, or one in a condition")
    reduction = Reduction(claim)
    left, right = [reduction.term(t) for t in sides]
    return Worked(_with_sides(claim, left, right), reduction.found)


def _with_sides(claim: Claim, left: Term, right: Term) -> Claim:
    made = Equal(left, right) if isinstance(claim.conclusion, Equal) else AtMost(left, right, claim.conclusion.strict)  # type: ignore[union-attr]
    return replace(claim, conclusion=made)


def same_weights(worked: Worked, i: int, j: int) -> Claim:
    """That the weights of two unknown functions over the same draws are the same. Fails with `Refused` where the draws are not."""
    a, b = worked.unknown[i], worked.unknown[j]
    if (a.block.count, a.block.one(symbol(a.block.base))) != (b.block.count, b.block.one(symbol(a.block.base))) or a.block.base != b.block.base:
        raise Refused("two means over different draws")
    return replace(worked.claim, conclusion=Equal(a.weight, b.weight))


def merged(worked: Worked, same: list[list[Any]]) -> Worked:
    """The claim with functions that were shown to be the same named alike."""
    for i, j, (method, data) in same:
        if kernel.settle(same_weights(worked, i, j), Evidence(method, data)).status is not Status.PROVED:
            raise Refused("the weights are not shown to be the same")
    change = {worked.unknown[j].term: worked.unknown[i].term for i, j, _ in same}
    left, right = [put(put(t, change), change) for t in sides_of(worked.claim)]
    return Worked(_with_sides(worked.claim, left, right), worked.unknown)


def bound(worked: Worked, instance: list[Any]) -> tuple[Term, Term]:
    """(low, high) with low <= high, by a lemma about the unknown functions. Fails with `Refused` where it is no instance."""
    lemma, at = instance[0], worked.unknown[instance[1]]
    z = symbol(at.block.base)
    size = apply("log", at.block.count)
    law = at.block.one(z)
    if lemma == "draws_mean":
        return at.term, apply("add", size, apply("log", apply("expectation", at.weight, law)))
    if lemma == "draws_each":
        return apply("add", size, apply("expectation", apply("log", at.weight), law)), at.term
    if lemma == "draws_more":
        other = worked.unknown[instance[2]]
        if other.block.one(z) != law or other.weight != at.weight or other.block.base != at.block.base or not _at_most(at.block.count, other.block.count):
            raise Refused("not more draws of the same weights")
        more = apply("log", other.block.count)
        return apply("add", at.term, apply("neg", size)), apply("add", other.term, apply("neg", more))
    raise Refused(f"no lemma about draws is called {lemma!r}")


def _at_most(a: Term, b: Term) -> bool:
    """Is a <= b for certain: numbers, or b = a + a natural number?"""
    if a.kind == b.kind == "number":
        return a.value <= b.value  # type: ignore[operator]
    if b.is_apply("add", 2) and a in b.args:
        other = b.args[1] if b.args[0] == a else b.args[0]
        return other.kind == "number"
    if a.is_apply("add", 2) and a.args[1].is_apply("neg", 1) and a.args[1].args[0].kind == "number":
        return a.args[0] == b  # K - 1 and K
    return a == b


def weakened(worked: Worked, instances: list[list[Any]], equal: bool = False) -> Claim:
    """left + (high - low) + ... <= right, from which left <= right follows; with `equal`, that the two are equal, from which it follows too."""
    left, right = sides_of(worked.claim)
    conclusion = worked.claim.conclusion
    if instances and not isinstance(conclusion, AtMost) or equal and not (isinstance(conclusion, AtMost) and not conclusion.strict):
        raise Refused("a bound does not settle an equality, nor an equality a strict bound")
    for instance in instances:
        low, high = bound(worked, instance)
        left = apply("add", left, high, apply("neg", low))
    return replace(worked.claim, conclusion=Equal(left, right)) if equal else _with_sides(worked.claim, left, right)


# ------------------------------------------------------------------------------------------------- a few draws


def with_count(claim: Claim, count: int) -> Claim:
    """The claim for `count` draws, all written out. Fails with `Refused` where the number of draws is no letter, or not free to be that."""
    sides = sides_of(claim)
    blocks = [b for t in sides for n in walk(t) if n.is_apply("expectation", 2) and (b := block_of(n.args[1])) is not None]
    letters = {n for b in blocks for n in free_names(b.count)}
    bases = {b.base for b in blocks}
    if not blocks or len(letters) > 1 or len(bases) != 1 or not 1 <= count <= 3:
        raise Refused("no mean over several draws, or several kinds of them")
    letter, base = next(iter(letters), ""), next(iter(bases))
    declared = dict(claim.domains).get(letter)
    if letter and (declared is not None and not declared.admits(Fraction(count)) or any(letter in free_names(c) for c in claim.conditions)):
        raise Refused(f"{letter} = {count} is not permitted")
    made = [_expanded(put(t, {symbol(letter): number(count)}) if letter else t, base) for t in sides]
    if any(is_about_draws(t) or any(is_draw(n, base) for m in walk(t) for n in (m, *m.bound)) for t in made):
        raise Refused("not all draws could be written out")
    left = tuple([d for d in claim.domains if d[0] != letter])
    return replace(_with_sides(claim, *made), domains=left)


def _copy(base: str, k: int) -> Term:
    return apply("prime", symbol(base), number(k))


def _size(t: Term) -> int:
    """A whole number worked out: 2, 2 + 1."""
    if t.kind == "number" and t.value.denominator == 1:  # type: ignore[union-attr]
        return int(t.value)  # type: ignore[arg-type]
    if t.is_apply("add"):
        return sum([_size(a) for a in t.args])
    if t.is_apply("neg", 1):
        return -_size(t.args[0])
    raise Refused(f"{t} draws")


def _expanded(t: Term, base: str) -> Term:
    """Sums and products over draws, and means over blocks, written out."""
    if t.is_apply("expectation", 2) and (block := block_of(t.args[1])) is not None:
        size = _size(block.count)
        if not 1 <= size <= MAX_DRAWS:
            raise Refused(f"{size} draws")
        laws = [block.one(_copy(base, k)) for k in range(1, size + 1)]
        return apply("expectation", _expanded(t.args[0], base), laws[0] if size == 1 else apply("mul", *laws))
    if t.kind == "binder" and t.name in ("sum", "product") and len(t.args) == 3 and len(t.bound) == 1 and any(is_draw(n, base) for n in walk(t.args[0])):
        if t.args[1] != ONE:
            raise Refused("a sum that does not begin at 1")
        size = _size(_expanded(t.args[2], base))
        if not 1 <= size <= MAX_DRAWS:
            raise Refused(f"a sum of {size} terms")
        parts = [_expanded(put(t.args[0], {t.bound[0]: number(k)}), base) for k in range(1, size + 1)]
        return parts[0] if size == 1 else apply("add" if t.name == "sum" else "mul", *parts)
    if is_draw(t, base):
        return _copy(base, _drawn(t.args[1]))
    if t.kind == "binder":
        bound = tuple([_expanded(b, base) for b in t.bound])
        return Term("binder", t.name, tuple([_expanded(a, base) for a in t.args]), bound=bound, signs=t.signs)
    return t.with_args(tuple([_expanded(a, base) for a in t.args])) if t.args else t


def _drawn(mark: Term) -> int:
    size = _size(mark)
    if not 1 <= size <= MAX_DRAWS:
        raise Refused(f"draw {size}")
    return size


# ------------------------------------------------------------------------------------------------- evidence


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """What the evidence shows of the claim. Fails with `Refused` where it does not hold up."""
    form = data["form"]
    method, inner = data["inner"]
    if method == "draws":
        raise Refused("evidence about single draws was expected")
    if form == "few":
        return _few(claim, data["count"], Evidence(method, inner))
    if form != "worked":
        raise Refused(f"no form of evidence is called {form!r}")
    worked = merged(worked_out(claim), data["same"])
    found = kernel.settle(weakened(worked, data["bounds"], data.get("equal", False) is True), Evidence(method, inner)).finding
    lemmas = ("linearity", *[instance[0] for instance in data["bounds"]])
    if found.status is Status.REFUTED:
        if worked.unknown or data["bounds"] or data.get("equal"):
            raise Refused("what fails for some function may hold for this mean")
        return found
    if found.status is not Status.PROVED:
        raise Refused("the claim about single draws is not proved")
    names = tuple(dict.fromkeys([*lemmas, *found.lemmas]))
    words = (f"It follows by: {'; '.join(LEMMAS[n].title for n in names)}.",)
    return Finding(Status.PROVED, (*found.facts, "the draws are independent"), found.oracles, names, words)


def _few(claim: Claim, count: Any, inner: Evidence) -> Finding:
    if not isinstance(count, int):
        raise Refused("a number of draws was expected")
    found = kernel.settle(with_count(claim, count), inner).finding
    if found.status is not Status.REFUTED:
        raise Refused("the claim for a few draws is not refuted")
    letters = {n for t in sides_of(claim) for m in walk(t) if m.is_apply("expectation", 2) and (b := block_of(m.args[1])) for n in free_names(b.count)}
    said = tuple([f"Take {n} = {count}." for n in sorted(letters)])
    joined = lambda words: ((" ".join([*said, words[0]]), *words[1:]) if words else said)  # noqa: E731 - used twice, and only here
    return replace(found, words=joined(found.words), teacher_words=joined(found.teacher_words or found.words))


__all__ = ["Block", "Worked", "block_of", "bound", "check", "is_about_draws", "merged", "same_weights", "weakened", "with_count", "worked_out"]
