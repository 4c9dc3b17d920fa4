"""How an expression over densities is written, apart from what it comes to: its additive terms, each up to unfolded abbreviations.

Two expressions have the same form when their additive terms are the same, each compared by what it says after E, KL, H and integrals are
unfolded, logarithms split and constants pulled out, but with conditionals left whole and nothing integrated out. So `E_q[log p(x|z)] - KL(q ||
p(z))` has the same form as `int q log p(x|z) dz - int q log(q / p(z)) dz`, another form than `E_q[log p(x,z) - log q]`, and than `log p(x) -
KL(q || p(z|x))`, which equal it.

Forms are no verdicts: they say whether a line is the one that was asked for, or a mere rewriting of another, never whether it is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from grader.algebra.densities import Tree, Unfolder
from grader.algebra.density_names import OPERATORS, Setting, Unsupported
from grader.algebra.density_polynomials import Poly, add, scale
from grader.algebra.density_signs import assumed_positive
from grader.algebra.probability_normal_form import NormalForm
from grader.domain import Domain
from grader.term import Term, apply, binder, number, walk

Form = Mapping[str, Fraction]
"""Additive terms, each a text that stands for what it says, with its rational coefficient."""


class Forms:
    """Forms of terms that are judged together (their names are read from all of them)."""

    def __init__(self, domains: Iterable[tuple[str, Domain]], terms: Iterable[Term]) -> None:
        self.setting = Setting(domains, terms)
        self.unfolder = Unfolder(self.setting, whole=True)
        self._plain: dict[Term, Poly | None] = {}
        self._forms: dict[Term, Form] = {}

    def plain(self, term: Term) -> Poly | None:
        """What the whole term says, conditionals left whole; None where it does not speak of densities, or not in their language."""
        if term not in self._plain and not self._speaks(term):
            self._plain[term] = None
        if term not in self._plain:
            try:
                self.unfolder.logs.clear()
                tree = self.unfolder.tree(term)
                known = [("scalar", "pi")]
                self._plain[term] = NormalForm([*known, *assumed_positive(self.unfolder.logs, known)], light=True).of(tree)
            except Unsupported:
                self._plain[term] = None
        return self._plain[term]

    def _speaks(self, term: Term) -> bool:
        """Does a density, or a sum or mean over one, occur in the term?"""
        return any(n.is_apply("call") and self.setting.is_density(n.args[0]) or n.kind == "apply" and n.name in OPERATORS for n in walk(term))

    def form(self, term: Term) -> Form:
        """The additive terms with their coefficients."""
        found = self._forms.get(term)
        if found is None:
            made: dict[str, Fraction] = {}
            for c, part in parts(term):
                key, factor = self._key(part)
                if key:
                    made[key] = made.get(key, Fraction(0)) + c * factor
            found = self._forms[term] = {k: v for k, v in sorted(made.items()) if v}
        return found

    def _key(self, part: Term) -> tuple[str, Fraction]:
        """A text for one additive term, the same for what says the same, and the factor that was taken out of it."""
        poly = self.plain(part)
        if poly is None:
            return "term:" + ordered(part), Fraction(1)
        if not poly:
            return "", Fraction(0)
        names = NormalForm().names
        first = min(poly, key=names.text_mono)
        return names.text_poly(scale(poly, 1 / poly[first]).items()), poly[first]

    def alike(self, a: Term, b: Term) -> bool:
        """Are the two built alike: the same additive terms but for signs and the arguments of densities? So a slip carried along looks."""
        return self._bones(a) == self._bones(b)

    def _bones(self, term: Term) -> set[str]:
        found = set()
        for _, part in parts(term):
            try:
                poly = NormalForm([("scalar", "pi")], light=True).of(_bare(self.unfolder.tree(part)))
            except Unsupported:
                return {"term:" + ordered(term)}
            names = NormalForm().names
            found.add(names.text_poly(scale(poly, 1 / poly[min(poly, key=names.text_mono)]).items()) if poly else "")
        return found

    def same(self, a: Term, b: Term) -> bool:
        """Are the two written alike?"""
        return self.form(a) == self.form(b)

    def says_the_same(self, a: Term, b: Term) -> bool:
        """Do the two come to the same by unfolding, splitting logarithms and linearity alone?"""
        first, second = self.plain(a), self.plain(b)
        if first is None or second is None:
            return self.same(a, b)
        return not add(first, scale(second, Fraction(-1)))


def difference(a: Form, b: Form) -> Form:
    """The form of a - b."""
    keys = sorted({*a, *b})
    found = {k: a.get(k, Fraction(0)) - b.get(k, Fraction(0)) for k in keys}
    return {k: v for k, v in found.items() if v}


def negative(a: Form) -> Form:
    """The form of -a."""
    return {k: -v for k, v in a.items()}


def parts(term: Term, factor: Fraction = Fraction(1)) -> list[tuple[Fraction, Term]]:
    """The additive terms of a sum with rational coefficients; what is multiplied by a number is taken apart too."""
    if term.is_apply("add"):
        return [p for a in term.args for p in parts(a, factor)]
    if term.is_apply("neg"):
        return parts(term.args[0], -factor)
    if term.is_apply("div") and term.args[1].kind == "number" and term.args[1].value:
        return parts(term.args[0], factor / term.args[1].value)
    if term.is_apply("mul"):
        numbers = [a for a in term.args if a.kind == "number"]
        rest = [a for a in term.args if a.kind != "number"]
        for n in numbers:
            factor *= n.value
        if len(rest) == 1:
            return parts(rest[0], factor)
        return [(factor, apply("mul", *rest) if rest else number(1))]
    if term.kind == "number":
        return [(factor * term.value, number(1))] if term.value else []
    return [(factor, term)]


def ordered(term: Term) -> str:
    """A text that does not depend on the order of operands of sums and products, nor on how they are nested."""
    if term.is_apply("add") or term.is_apply("mul"):
        flat: list[Term] = []
        stack = list(term.args)
        while stack:
            node = stack.pop()
            if node.is_apply(term.name):
                stack.extend(node.args)
            else:
                flat.append(node)
        return f"{term.name}({','.join(sorted(map(ordered, flat)))})"
    head = f"{term.kind}:{term.name}:{term.value if term.value is not None else ''}:{' '.join(term.signs)}"
    return f"{head}[{','.join(map(ordered, term.bound))}]({','.join(map(ordered, term.args))})" if term.args else head


def shown(term: Term) -> str:
    """The term as a text in which means are integrals and sums integrals too, while KL and H keep their names: what a reader sees."""
    def integral(node: Term) -> Term:
        args = tuple([integral(a) for a in node.args])
        if node.is_apply("expectation", 2):
            laws = args[1].args if args[1].is_apply("mul") else (args[1],)
            laws = tuple([a.args[1] if a.kind == "relation" and a.signs == ("~",) else a for a in laws])
            return binder("integral", (), apply("mul", *laws, args[0]))
        if node.kind == "binder" and node.name in ("sum", "integral", "antiderivative"):
            return binder("integral", (), args[0])
        return node.with_args(args)

    return ordered(integral(term))


def shown_parts(term: Term) -> set[tuple[Fraction, str]]:
    """The additive terms as a reader sees them, each with its coefficient; means, sums and divergences that repeat are taken together."""
    found: dict[str, Fraction] = {}
    single: set[tuple[Fraction, str]] = set()
    for c, part in parts(term):
        if any(n.kind == "binder" or n.is_apply("call") or n.kind == "apply" and n.name in OPERATORS for n in walk(part)):
            found[shown(part)] = found.get(shown(part), Fraction(0)) + c
        else:
            single.add((c, shown(part)))
    return single | {(c, text) for text, c in found.items()}


def _bare(tree: Tree) -> Tree:
    """The tree with every density reduced to its letter."""
    if tree[0] == "joint":
        return ("joint", (tree[1][0], ()), ())
    if tree[0] in ("add", "mul"):
        return (tree[0], tuple([_bare(t) for t in tree[1]]))
    if tree[0] in ("pow", "log", "exp"):
        return (tree[0], _bare(tree[1]), *tree[2:])
    if tree[0] in ("sum", "isum"):
        return (*tree[:3], _bare(tree[3]))
    return tree
