"""A claim about vectors and matrices, understood: its sides as nodes, and what its hypotheses say.

Conditions "name = expression" are definitions: the name is replaced wherever it stands, unless something is differentiated by it. Other equations become
rules of the normal form; "det(A) != 0" says that A is invertible; "A succeq 0" (or ">=" between square matrices written so) that it is positive
semidefinite; x perp y that x^T y = 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replace_domain
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, Follows, Satisfies
from grader.replay.matrix_nodes import Nodes
from grader.replay.matrix_language import Language
from grader.replay.matrix_readings import languages
from grader.replay.matrix_shapes import ONE, Node, NoForm, Shape, Unfit, is_square
from grader.term import Term, constant, free_names, replace, walk

ORDERS = {"<=": -1, "<": -1, ">=": 1, ">": 1}
_I = constant("i")
_RESERVED = frozenset(("I", "ones", "indicator", "delta", "e"))
_MARKS = ("hat", "bar", "tilde", "star", "sup", "prime")
LOEWNER = {"succeq": (0, False), "succ": (0, True), "preceq": (1, False), "prec": (1, True)}


@dataclass
class Situation:
    """`sides` are the conclusion's; `equations` pairs of nodes that are equal; `orders` (left, right, strict) for left <= right (entry by entry);
    `psd` (node, strict) for positive (semi)definite ones; `regular` nodes with a determinant that is not zero."""

    language: Language
    sides: list[Node]
    equations: list[tuple[Node, Node]] = field(default_factory=list)
    orders: list[tuple[Node, Node, bool]] = field(default_factory=list)
    psd: list[tuple[Node, bool]] = field(default_factory=list)
    regular: list[Node] = field(default_factory=list)
    defined: dict[Term, Term] = field(default_factory=dict)
    apart: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of indices that are different."""
    narrow: list[tuple[str, Domain, Node]] = field(default_factory=list)
    """Names put in by their definitions that are said to have more than a shape: (name, domain, what it stands for)."""
    unused: int = 0
    """Equations among the hypotheses that the normal form cannot use."""

    @property
    def domains(self) -> dict[str, Domain]:
        return self.language.used

    def size(self, token: str) -> str:
        return self.language.make.sizes.find(token)

    def shape(self, node: Node) -> Shape:
        return self.language.make.sizes.shape(node.shape)


def stated(claim: Claim) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """The sides of the conclusion, and all hypotheses."""
    c = claim.conclusion
    if isinstance(c, (Equal, AtMost)):
        return (c.left, c.right), claim.conditions
    if isinstance(c, Follows):
        if c.conclusion.kind != "relation" or c.conclusion.signs != ("=",):
            raise NoForm("a conclusion that is no equation")
        return c.conclusion.args, (*claim.conditions, *c.premises)
    if isinstance(c, Satisfies):
        return c.subject, claim.conditions
    raise NoForm("a claim of another kind")


def situations(claim: Claim) -> Any:
    """The readings of a claim (see `matrix_readings.languages`), as functions that make them."""
    sides, conditions = stated(claim)
    sides, conditions, defined = substituted(sides, conditions)
    sides, conditions = _members(sides, conditions, claim)
    conditions, entries = _by_entries(sides, conditions, claim)
    for language in languages(claim.domains, [*sides, *conditions]):
        language.entries.update(entries)
        yield lambda language=language: _understood(language, sides, conditions, defined)


def _members(sides: Sequence[Term], conditions: Sequence[Term], claim: Claim) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Conditions "x_i = X^T e_i" that give each member of a family of columns, put in its place."""
    terms, rest = tuple(sides), list(conditions)
    for c in list(rest):
        head, body = (c.args[0], c.args[-1]) if c.kind == "relation" and c.signs in (("=",), (":=",)) else (c, c)
        if not head.is_apply("index", 2) or head.args[0].kind != "symbol" or head.args[0].name in _RESERVED or is_narrow(claim.domain(head.args[0].name)) or not (head.args[1].kind == "symbol" and len(head.args[1].name) == 1 or head.args[1] == _I):
            continue
        try:
            if Language(claim.domains, [body]).node(body).is_number:
                continue
        except (NoForm, Unfit):
            continue
        rest.remove(c)
        terms = tuple(_with_members(t, head, body) for t in terms)
        rest = [_with_members(t, head, body) for t in rest]
    return terms, tuple(rest)


def _with_members(term: Term, head: Term, body: Term) -> Term:
    if term.is_apply("index", 2) and term.args[0] == head.args[0]:
        return replace(body, {head.args[1]: term.args[1]})
    args = tuple(_with_members(a, head, body) for a in term.args)
    return term.with_args(args) if args else term


def _by_entries(sides: Sequence[Term], conditions: Sequence[Term], claim: Claim) -> tuple[tuple[Term, ...], dict[str, tuple[tuple[str, ...], Term]]]:
    """Conditions "s_i = ..." that give every entry of a vector or matrix, taken out; the entries by name."""
    fixed, found, rest = _varied((*sides, *conditions)), {}, []
    for c in conditions:
        head, body = (c.args[0], c.args[-1]) if c.kind == "relation" and c.signs in (("=",), (":=",)) else (c, c)
        whole = head.is_apply("index") and all(a.kind == "symbol" and len(a.name) == 1 or a == _I for a in head.args) and len(set(head.args)) == len(head.args) > 1
        name = head.args[0].name if whole else ""
        if name and name not in fixed | _RESERVED and name not in found and name not in free_names(body) and not is_narrow(claim.domain(name)) and not any(
                set(free_names(body)) & {n} for n in found):
            found[name] = (tuple(a.name for a in head.args[1:]), body)
        else:
            rest.append(c)
    return tuple(rest), found


def understood(claim: Claim) -> Situation:
    """The claim in the plainest reading whose shapes fit. Fails with `Unfit` or `NoForm` of the plainest reading."""
    first: Exception | None = None
    for make in situations(claim):
        try:
            return make()
        except (Unfit, NoForm) as error:
            first = first or error
    assert first is not None
    raise first


def substituted(sides: Sequence[Term], conditions: Sequence[Term]) -> tuple[tuple[Term, ...], tuple[Term, ...], dict[Term, Term]]:
    """Definitions put in place: sides and conditions without the defined names, and what each stood for."""
    fixed = _varied((*sides, *conditions))
    terms, rest, defined = tuple(sides), [c for c in conditions if c.kind == "relation" or c.is_apply("and")], {}
    if len(rest) != len(conditions):
        raise NoForm("a condition that is no equation or inequality")
    flat: list[Term] = []
    for c in rest:
        flat += list(c.args) if c.is_apply("and") else [c]
    pending = True
    while pending:
        pending = False
        for k, c in enumerate(flat):
            head = next((h for h, body in ((c.args[0], c.args[-1]), (c.args[-1], c.args[0])) if c.signs in (("=",), (":=",)) and _is_name(h) and
                         not free_names(h) & fixed and h not in defined and h not in walk(body) and not _occurs_decorated(h, terms, flat)), None)
            if head is None:
                continue
            body = c.args[-1] if head == c.args[0] else c.args[0]
            flat.pop(k)
            terms = tuple([replace(t, {head: body}) for t in terms])
            flat = [replace(t, {head: body}) for t in flat]
            defined = {n: replace(t, {head: body}) for n, t in defined.items()} | {head: body}
            pending = True
            break
    return terms, tuple(flat), defined


def _varied(terms: Sequence[Term]) -> set[str]:
    """Names by which something is differentiated."""
    return {n for t in terms for d in walk(t) if d.kind == "apply" and d.name in ("gradient", "partial", "derivative") and len(d.args) > 1
            for n in free_names(d.args[1])}


def is_narrow(domain: Domain) -> bool:
    """Does the domain say more than a shape and a field of numbers?"""
    return bool(domain.traits or domain.unit or domain.nonzero or domain.lower is not None or domain.upper is not None or domain.field == "integer")


def _is_name(term: Term) -> bool:
    """Is it a symbol, or one with a mark or a subscript that is no index? Names with a meaning of their own are none that could be defined."""
    if term.kind == "symbol":
        return term.name not in _RESERVED
    if term.kind != "apply" or not term.args or term.args[0].kind != "symbol" or term.args[0].name in _RESERVED:
        return False
    if term.name == "index":
        sub = term.args[1]
        return len(term.args) == 2 and not (sub.kind == "symbol" and len(sub.name) == 1 and sub.name.islower() or sub.kind in ("number", "constant", "text"))
    return term.name in _MARKS


def _occurs_decorated(head: Term, *groups: Sequence[Term]) -> bool:
    """Does the name also occur with a subscript or mark that makes another name of it?"""
    return any(n.kind == "apply" and n.name in _MARKS and n.args and n.args[0] == head
               for group in groups for t in group for n in walk(t))


def _understood(language: Language, sides: Sequence[Term], conditions: Sequence[Term], defined: dict[Term, Term]) -> Situation:
    nodes = [language.node(s) for s in sides]
    made = Situation(language, nodes, defined=defined)
    if len(nodes) == 2:
        made.sides = list(matched(language, *nodes))
    for c in conditions:
        _condition(made, c)
    for head, body in defined.items():
        domain = language.domain(head)
        if is_narrow(domain):
            made.narrow.append((str(head), domain, language.node(body)))
    for a, b in made.equations:
        for x, y in ((a, b), (b, a)):
            _characterise(made, x, y)
    return made


def _characterise(s: Situation, a: Node, b: Node) -> None:
    """Equations that define a trait: Q^T Q = I, |u| = 1, A = A^T, P P = P."""
    unit = b.op == "number" and b.extra[0] == 1
    inside = a.args[0] if a.op == "fn" and a.extra[0] == "sqrt" or a.op == "trace" else a
    inside = inside.args[0] if inside.op == "trace" else inside
    if inside.op == "prod":
        first, second = inside.args
        turned = first.op == "T" and first.args[0] == second and second.op == "letter"
        if turned and b.op == "eye":
            square = s.shape(second)[0] == s.shape(second)[1]
            _give(s, second, "orthogonal" if square else "orthonormal columns")
        elif turned and unit and a.is_number and s.shape(second)[1] == ONE and (a.op == "fn" or a.op in ("trace", "prod")):
            s.domains[second.extra[0]] = replace_domain(s.domains[second.extra[0]], unit=True)
        elif first == second == b and b.op == "letter":
            _give(s, b, "idempotent")
    if a.op == "letter" and b.op == "T" and b.args[0] == a and not a.is_number:
        _give(s, a, "symmetric")


def _give(s: Situation, letter: Node, trait: str) -> None:
    domain = s.domains[letter.extra[0]]
    s.domains[letter.extra[0]] = replace_domain(domain, traits=tuple(sorted({*domain.traits, trait})))


def matched(language: Language, a: Node, b: Node) -> tuple[Node, Node]:
    """Two sides of a relation in one shape; the number 0 stands for zero of any shape. Fails with `Unfit`."""
    for x, y in ((a, b), (b, a)):
        if x.op == "number" and x.extra[0] == 0 and not y.is_number:
            zero = Node("zero", (), y.shape)
            return (zero, y) if x is a else (y, zero)
    if not language.make.sizes.same(a.shape, b.shape):
        raise language.make.unfit("{} and {} are compared", a.shape, b.shape)
    return a, b


def _condition(s: Situation, c: Term) -> None:
    language = s.language
    if c.signs == ("perp",):
        a, b = [language.node(x) for x in c.args]
        s.equations.append((language.make.inner(a, b), Node("number", (), (ONE, ONE), (Fraction(0),))))
        return
    if c.signs == ("!=",) and all(a.kind in ("symbol", "constant") and a.name in language.labels for a in c.args):
        s.apart.append((c.args[0].name, c.args[1].name))
        return
    if c.signs == ("!=",) and c.args[0].is_apply("det"):
        s.regular.append(language.node(c.args[0].args[0]))
        return
    nodes = [language.node(a) for a in c.args]
    for sign_, a, b in zip(c.signs, nodes, nodes[1:]):
        a, b = matched(language, a, b)
        if sign_ in ("=", ":="):
            s.equations.append((a, b))
        elif sign_ in ORDERS:
            low, high = (a, b) if ORDERS[sign_] < 0 else (b, a)
            s.orders.append((low, high, sign_ in "<>"))
        elif sign_ in LOEWNER:
            turned, strict = LOEWNER[sign_]
            big, small = (b, a) if turned else (a, b)
            s.psd.append((big if small.op == "zero" else language.make.add([big, Node("scale", (Node("number", (), (ONE, ONE), (Fraction(-1),)), small),
                                                                                         small.shape)]), strict))
        elif sign_ == "!=" and a.is_number:
            s.orders.append((a, b, None))  # type: ignore[arg-type]
        else:
            raise NoForm(f"a condition with {sign_}")


# ------------------------------------------------------------------------------------------------------------- proofs


def forms_of(s: Situation) -> Nodes:
    """Polynomials that know the hypotheses: traits of the letters and the equations, as rules."""
    forms = Nodes(s.size, s.domains)
    forms.apart = {frozenset(pair) for pair in s.apart}
    for name, domain in sorted(s.domains.items()):
        node = s.language.letters[name]
        _traits(forms, node, domain)
    for a, b in s.equations:
        for node in vanishing(a) if _is_zero(b) else vanishing(b) if _is_zero(a) else ():
            forms.learn(forms.poly(node))
        difference = forms.plain(forms.minus(forms.poly(a), forms.poly(b)))
        if not forms.learn(difference) and forms.reduce(difference):
            s.unused += 1
    return forms


def _is_zero(node: Node) -> bool:
    return node.op == "zero" or node.op == "number" and node.extra[0] == 0


def vanishing(node: Node) -> list[Node]:
    """What is zero where a number is zero: a sum of squares vanishes only where each of them does."""
    if node.op == "scale":
        factor, x = node.args
        return vanishing(factor) if factor == x else vanishing(x) if factor.op == "number" and factor.extra[0] > 0 else []
    if node.op == "fn" and node.extra[0] in ("sqrt", "abs"):
        return vanishing(node.args[0]) or [node.args[0]]
    if node.op == "add":
        parts = [vanishing(a) for a in node.args]
        return [n for p in parts for n in p] if all(parts) else []
    if is_square(node):
        a, b = (node.args[0] if node.op == "trace" else node).args
        return [b if a.op == "T" else a]
    return []


def _traits(forms: Nodes, node: Node, domain: Domain) -> None:
    r, c = [forms.find(x) for x in node.shape]
    def at(a: str, b: str) -> Any:
        return forms.of(node, a, b)

    def product_(first: tuple[str, str], second: tuple[str, str], size: str) -> Any:
        return forms.total(forms.mul(at(*first), at(*second)), "+", size)

    traits = set(domain.traits)
    if traits & {"orthogonal", "orthonormal columns"}:
        forms.learn(forms.minus(product_(("+", "0"), ("+", "1"), r), forms.delta("0", "1", c)))
    if "orthogonal" in traits:
        forms.learn(forms.minus(product_(("0", "+"), ("1", "+"), r), forms.delta("0", "1", c)))
    if traits & {"idempotent", "projection"}:
        forms.learn(forms.minus(product_(("0", "+"), ("+", "1"), r), at("0", "1")))
    if domain.unit and c == ONE:
        forms.learn(forms.minus(forms.total(forms.mul(at("+", ""), at("+", "")), "+", r), forms.const(1)))
    if "simplex" in traits and c == ONE:
        forms.learn(forms.minus(forms.total(at("+", ""), "+", r), forms.const(1)))


def facts_of(s: Situation, claim: Claim) -> tuple[str, ...]:
    """The hypotheses a proof had at hand, in words."""
    facts = ["*: real"]
    for name, d in sorted(s.domains.items()):
        if d.traits or d.unit or d.lower is not None or d.upper is not None:
            facts.append(f"{name}: {d}")
    facts += [f"given: {c}" for c in stated(claim)[1]]
    facts += [f"{x} is invertible" for x in inverses(claim)]
    return tuple(facts)


def nodes_of(node: Node) -> list[Node]:
    """The node and all below it."""
    return [node, *[m for a in node.args for m in nodes_of(a)]]


def inverses(claim: Claim) -> list[str]:
    """What is inverted in the conclusion, as written."""
    found: dict[str, None] = {}
    for side in stated(claim)[0]:
        for n in walk(side):
            if n.is_apply("inverse", 1):
                found[str(n.args[0])] = None
    return list(found)


__all__ = ["Situation", "facts_of", "forms_of", "nodes_of", "stated", "understood"]
