"""Divergences, entropies and densities of named laws, and of vectors whose entries are independent with such laws.

A vector N(m, diag(s)) or N(m, I) has independent entries N(m_j, s_j), so that its density is their product: divergences and entropies are the sums over
the entries (Cover, Thomas, Elements of Information Theory, 2nd ed., theorems 2.5.3 and 2.6.6 (chain rules)).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction

from grader.kernel import Refused
from grader.replay.moments_algebra import Poly, minus, single, times_number, total
from grader.replay.moments_laws import density
from grader.replay.moments_means import Means
from grader.replay.moments_terms import Law, base_of, law_at
from grader.term import Term, to_data, walk

ENTRY = Term("symbol", "~e")
"""The index of an entry."""
_ONE = Term("number", value=Fraction(1))


class Divergences(Means):
    """The part that knows laws against each other."""

    def on_kl(self, first: Term, second: Term) -> Poly:
        p, q = self._law(first), self._law(second)
        if p is None or q is None:
            raise Refused("a divergence between laws that are not known")
        self.lemmas.setdefault("kl")
        if is_vector(p) or is_vector(q):
            return total([(ENTRY.name, self.dimension(p, q))], self.divergence(_entry(p), _entry(q)))
        return self.divergence(p, q)

    def divergence(self, p: Law, q: Law) -> Poly:
        """E_p[log p - log q]"""
        return self._over(p, lambda x: minus(self.log_density(p, x), self.log_density(q, x)))

    def on_entropy(self, law: Term) -> Poly:
        p = self._law(law)
        if p is None:
            raise Refused("the entropy of a law that is not known")
        self.lemmas.setdefault("entropy")
        if is_vector(p):
            return total([(ENTRY.name, self.dimension(p))], self.entropy(_entry(p)))
        return self.entropy(p)

    def entropy(self, p: Law) -> Poly:
        """- E_p[log p]"""
        return times_number(self._over(p, lambda x: self.log_density(p, x)), -1)

    def _over(self, p: Law, body: Callable[[Poly], Poly]) -> Poly:
        """The mean over a new variable with the law."""
        token = named(p, f"~{len(self.bound)}")
        self.bound[token] = p
        try:
            return self.expect(body(single(("rv", token, ()))))
        finally:
            del self.bound[token]
            self._memo.clear()

    def log_density(self, law: Law, x: Poly) -> Poly:
        """log p(x) for a law."""
        if is_vector(law):
            raise Refused("the density of a vector")
        return density(law.name, [self.value(a) for a in law.parameters], x, self.log)

    def dimension(self, *laws: Law) -> str:
        """How many entries the vectors have: the end of the sums over their entries, or d where there is none."""
        names = {n.name for law in laws for p in law.parameters for n in walk(p) if n.kind == "symbol"}
        ends = {end for name, end in self.entries if name in names}
        if len(ends) > 1:
            raise Refused("vectors of several sizes")
        return next(iter(ends), "d")


def named(law: Law, mark: str) -> str:
    """A name for a variable that a mean brings with it. It says the law, so that what is left of means under different laws is never the same."""
    return f"{mark} {law.name} " + " ".join([json.dumps(to_data(p), separators=(",", ":")) for p in law.parameters])


def standing(law: Law, mark: str, body: Term) -> tuple[str, Law, Term]:
    """Name and law of the variable over which a mean is taken, and what stands for the old one: a normal variable under an unknown function is
    m + s U with a standard normal U, so that E_{z ~ N(m, s^2)} f(z) and E_{u ~ N(0, 1)} f(m + s u) are the same."""
    opaque = any(n.is_apply("call") and law_at(n) is None and base_of(n.args[0]) not in (None, ("indicator", ())) for n in walk(body))
    if law.name != "Normal" or not opaque or is_vector(law):
        token = named(law, mark)
        return token, law, Term("symbol", token)
    mean, variance = law.parameters
    plain = Law("Normal", (Term("number", value=Fraction(0)), _ONE))
    token = named(plain, mark)
    square = variance.is_apply("pow", 2) and variance.args[1] == Term("number", value=Fraction(2))
    scale = variance.args[0] if square else Term("apply", "sqrt", (variance,))
    unit = Term("symbol", token)
    scaled = unit if variance == _ONE else Term("apply", "mul", (scale, unit))
    return token, plain, scaled if mean.kind == "number" and mean.value == 0 else Term("apply", "add", (mean, scaled))


def replaced(term: Term, name: str, place: Term) -> Term:
    """The term with the symbol replaced; an index of it stays where a symbol takes its place. Fails with `Refused` under a binder of that name."""
    if term.kind == "symbol":
        return place if term.name == name else term
    if any(b.kind == "symbol" and b.name == name for b in term.bound):
        raise Refused(f"{name} is bound twice")
    if term.is_apply("expectation", 2) and term.args[1].kind == "relation" and any(n == Term("symbol", name) for n in walk(term.args[1].args[0])):
        raise Refused(f"{name} is bound twice")
    if term.is_apply("call"):
        return term.with_args((term.args[0], *[replaced(a, name, place) for a in term.args[1:]]))
    if term.is_apply("index") and term.args[0] == Term("symbol", name) and place.kind != "symbol":
        return place
    return term.with_args(tuple([replaced(a, name, place) for a in term.args])) if term.args else term


def is_vector(law: Law) -> bool:
    """Is the second parameter a diagonal matrix?"""
    return law.name == "Normal" and _diagonal(law.parameters[1]) is not None


def _diagonal(term: Term) -> Term | None:
    """The entry of a diagonal matrix: s_j of diag(s), 1 of I, v of v I; None for other terms."""
    if term.kind == "symbol":
        return _ONE if term.name == "I" else None
    if term.is_apply("diag", 1):
        return _entry_of(term.args[0])
    if term.is_apply("mul"):
        found = [a for a in term.args if a == Term("symbol", "I")]
        rest = tuple([a for a in term.args if a not in found])
        if len(found) == 1 and rest:
            return rest[0] if len(rest) == 1 else Term("apply", "mul", rest)
    return None


def _entry_of(term: Term) -> Term:
    """The j-th entry of a vector that is written out of others entry by entry."""
    if term.kind == "number":
        return term
    if term.kind == "symbol":
        return Term("apply", "index", (term, ENTRY))
    if term.is_apply("pow", 2) and term.args[1].kind == "number":
        return term.with_args((_entry_of(term.args[0]), term.args[1]))
    raise Refused(f"the entries of {term}")


def _entry(law: Law) -> Law:
    """The law of one entry."""
    entry = _diagonal(law.parameters[1])
    if entry is None:
        raise Refused("a law of numbers against one of vectors")
    mean = law.parameters[0]
    return Law(law.name, (mean if mean.kind == "number" and mean.value == 0 else _entry_of(mean), entry), law.names)
