"""Vectors and matrices seen through numbers: unknown functions and their gradients as names, norms and inner products as unknown numbers.

- f(x) of a function of which nothing is said is a number, its gradient at x a vector; both get names of their own, so that lines such as the descent lemma are
  about letters only.
- An inequality between terms in which vectors occur only within norms and inner products holds if it holds for all numbers in their place, norms being
  nonnegative. The converse is not true (Cauchy-Schwarz), so such a claim proves and never refutes.
- From A <= B before, A <= C follows if B <= C.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.domain import Domain
from grader.model import AtMost, Claim, Equal
from grader.replay.matrix_language import CALLED, Language
from grader.replay.matrix_shapes import NoForm, Unfit, is_array
from grader.term import Term, apply, free_names, symbol, walk
from grader.theories._theory import AT_MOST, Context, Link

NONNEGATIVE = Domain.parse("real >= 0")
_ORDER = frozenset(AT_MOST)


# ------------------------------------------------------------------------------------------------------------------ functions


def unknown_functions(terms: Sequence[Term], context: Context) -> frozenset[str]:
    """Names that are called with one argument, whose gradient is taken, and of which nothing says what they are."""
    known = {h.args[0].name for h, _ in context.definitions if h.is_apply("call") and h.args[0].kind == "symbol"}
    for t in (*terms, *context.conditions, *context.earlier):
        if t.kind == "relation" and t.signs in (("=",), (":=",)) and t.args[0].is_apply("call") and t.args[0].args[0].kind == "symbol" \
                and all(a.kind == "symbol" for a in t.args[0].args):
            known.add(t.args[0].args[0].name)
    found = {inner.args[0].name for t in terms for n in walk(t) if n.kind == "apply" and n.name == "gradient" and (inner := _untransposed(n.args[0])).is_apply("call", 2)
             and inner.args[0].kind == "symbol"}
    found |= {n.args[0].name for t in terms for n in walk(t) if n.is_apply("gradient", 1) and n.args[0].kind == "symbol"}
    return frozenset(found - known - set(CALLED) - {h.name for h, _ in context.definitions if h.kind == "symbol"})


def _untransposed(term: Term) -> Term:
    return term.args[0] if term.is_apply("transpose", 1) else term


def named(term: Term, functions: frozenset[str]) -> Term:
    """The term with f(x) and the gradient of f at x as names; second derivatives stay."""
    if term.kind == "apply" and term.name == "gradient" and not term.args[0].is_apply("gradient"):
        inner = _untransposed(term.args[0])
        if inner is not term.args[0]:  # the gradient of f at x, transposed
            return apply("transpose", named(term.with_args((inner, *term.args[1:])), functions))
        if inner.is_apply("call", 2) and inner.args[0].kind == "symbol" and inner.args[0].name in functions and (len(term.args) == 1 or term.args[1] == inner.args[1]):
            return symbol(f"∇{inner}")
    if term.is_apply("call", 2):
        head = term.args[0]
        if head.is_apply("gradient", 1) and head.args[0].kind == "symbol" and head.args[0].name in functions:
            return symbol(f"∇{head.args[0]}({term.args[1]})")
        if head.kind == "symbol" and head.name in functions:
            return symbol(str(term))
    return term.with_args(tuple([named(a, functions) for a in term.args])) if term.args else term


def named_domains(terms: Sequence[Term], functions: frozenset[str]) -> dict[str, Domain]:
    """Domains of the names that `named` makes: gradients are vectors, values are real."""
    found: dict[str, Domain] = {}
    for name in sorted(frozenset().union(*[free_names(t) for t in terms])):
        bare = name.removeprefix("∇")
        if bare.partition("(")[0] in functions and "(" in bare:
            found[name] = Domain("real", shape="vector") if name.startswith("∇") else Domain("real")
    return found


# -------------------------------------------------------------------------------------------------------------------- numbers


class _Parts:
    """Numbers in place of norms and inner products."""

    def __init__(self, domains: tuple[tuple[str, Domain], ...], terms: Sequence[Term]) -> None:
        self.language = Language(domains, terms)
        self.domains = dict(domains)
        self.made: dict[Term, Term] = {}
        self.fresh: dict[str, Domain] = {}

    def name(self, term: Term, domain: Domain) -> Term:
        if term not in self.made:
            self.made[term] = symbol(f"part {len(self.made) + 1}")
            self.fresh[self.made[term].name] = domain
        return self.made[term]

    def is_number(self, term: Term) -> bool:
        return self.language.node(term).is_number

    def of(self, term: Term) -> Term:
        """The term with numbers for its parts. Fails with `NoForm` where vectors stay."""
        if term.kind == "apply" and term.name == "norm":
            return self.name(term, NONNEGATIVE)
        if not any(is_array(self.domains.get(n, Domain())) for n in free_names(term)):
            return term
        if term.kind == "apply" and term.name in ("inner", "trace", "det", "dotproduct") and self.is_number(term):
            return self.name(term, Domain("real"))
        if term.is_apply("mul"):
            return self.product(list(term.args))
        if term.kind == "apply" and term.name in ("add", "neg", "div", "pow", "sqrt", "abs", "max", "min") or term.kind == "relation":
            return term.with_args(tuple([self.of(a) for a in term.args]))
        raise NoForm("a vector outside of norms and products")

    def product(self, factors: list[Term]) -> Term:
        made: list[Term] = []
        waiting: list[Term] = []
        for factor in factors:
            if not waiting and (not any(is_array(self.domains.get(n, Domain())) for n in free_names(factor)) or self.is_number(factor)):
                made.append(self.of(factor))
                continue
            waiting.append(factor)
            if len(waiting) > 1:
                whole = apply("mul", *waiting)
                if self.is_number(whole):
                    made.append(self.name(whole, Domain("real")))
                    waiting = []
        if waiting:
            raise NoForm("a product that is no number")
        return made[0] if len(made) == 1 else apply("mul", *made)


def in_numbers(claim: Claim, label: str) -> Claim | None:
    """The claim with numbers for norms and inner products; None where that cannot be said."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, (AtMost, Equal)):
        return None
    try:
        parts = _Parts(claim.domains, [conclusion.left, conclusion.right, *claim.conditions])
        left, right = parts.of(conclusion.left), parts.of(conclusion.right)
        conditions = tuple([parts.of(c) for c in claim.conditions if c.kind == "relation"])
    except (NoForm, Unfit):
        return None
    if not parts.made:
        return None
    table = {n: d for n, d in claim.domains if not is_array(d)} | parts.fresh
    return replace(claim, conclusion=replace(conclusion, left=left, right=right), domains=tuple(sorted(table.items())), conditions=conditions, label=label)


# --------------------------------------------------------------------------------------------------------------------- bounds


def through(link: Link, context: Context, domains: tuple[tuple[str, Domain], ...]) -> list[Claim]:
    """For "A <= C", the claims B <= C for earlier bounds A <= B."""
    made: list[Claim] = []
    sign = link.sign
    if sign not in _ORDER:
        return made
    turned, strict = AT_MOST[sign]
    for statement in reversed(context.earlier):
        if statement.kind != "relation" or statement.args[0] != link.left or not set(statement.signs) <= _ORDER | {"="} or len(made) > 2:
            continue
        ways = {AT_MOST[s][0] for s in statement.signs if s in _ORDER}
        if ways != {turned} or strict and not any(s in ("<", ">") for s in statement.signs):
            continue
        bound = statement.args[-1]
        low, high = (link.right, bound) if turned else (bound, link.right)
        made.append(Claim(AtMost(low, high, False), domains, context.conditions, f"through {len(made) + 1}"))
    return made


def same_left(link: Link) -> Link | None:
    """For statements "A <= B", then "A <= C": the expression link B <= C; None for others."""
    if not link.statement or link.left.kind != "relation" or link.right.kind != "relation" or link.sign not in ("", "=>"):
        return None
    (a, b), (c, d) = (link.left.args[0], link.left.args[-1]), (link.right.args[0], link.right.args[-1])
    signs, after = set(link.left.signs) - {"="}, set(link.right.signs) - {"="}
    if a != c or not signs or not after or not signs | after <= _ORDER or len({AT_MOST[s][0] for s in signs | after}) != 1 or len(link.right.args) != 2:
        return None
    sign = next(iter(after))
    weak = sign.rstrip("=") + "=" if signs & {"<", ">"} or sign not in ("<", ">") else sign
    return replace(link, left=b, sign=weak, right=d, statement=False)
