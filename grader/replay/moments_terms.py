"""What the names in a claim about expectations are: random variables with their laws, and what is supposed of them.

Random are the symbols whose domain has the shape "variable"; every other symbol is a constant. `X_i` with a random base is a member of a family.
Bare symbols in a probability (`P(A and B)`) that are not random variables are events. Hypotheses are the claim's conditions:

    X ~ N(m, v), X_i ~ Bernoulli(p)      laws (of the whole family); X_1, ..., X_n ~ law too
    p(x) = N(x; m, v), p = N(m, v)       the law of a named density
    independent(X, Y, ...)               the quantities are mutually independent; so are all members of a family that is named; tuples are blocks
    identical(X)                         all members of the family have one law
    partition(B, n)                      just one of the events B_1, ..., B_n occurs
    X perp Y, X perp (Y given Z)         (conditional) independence of two blocks
    E[X] = m, Var[X] = v, Cov[X, Y] = c  moments
    anything else without randomness     a condition on the constants
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grader.domain import Domain
from grader.kernel import Refused
from grader.term import Term, walk

LAWS = {
    "Normal": ("N", "Normal", "Gaussian", "Norm"), "Bernoulli": ("Bernoulli", "Bern", "Ber"), "Uniform": ("Uniform", "Unif", "U"),
    "Exponential": ("Exponential", "Exp", "Expo"), "Poisson": ("Poisson", "Pois", "Poi"), "Rademacher": ("Rademacher", "Rad"),
    "Binomial": ("Binomial", "Bin", "Binom"),
}
"""Names under which a law may be called."""

PARAMETERS = {"Normal": 2, "Bernoulli": 1, "Uniform": 2, "Exponential": 1, "Poisson": 1, "Rademacher": 0, "Binomial": 2}
WORDS = ("independent", "identical", "partition")

RandomName = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Law:
    """A named law with its parameters; `names` are the indices that the parameters speak of."""

    name: str
    parameters: tuple[Term, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Independence:
    """Mutually independent blocks of base names, given some others."""

    blocks: tuple[frozenset[str], ...]
    given: frozenset[str] = frozenset()
    members: bool = True
    """Are the members of a family in a block independent too?"""


@dataclass
class Roles:
    """The names of one claim. `facts` are the conditions on moments: (left, right) terms; `plain` those without randomness."""

    random: frozenset[str]
    events: frozenset[str]
    domains: dict[str, Domain]
    laws: dict[str, Law] = field(default_factory=dict)
    densities: dict[str, tuple[str, Law]] = field(default_factory=dict)
    independent: list[Independence] = field(default_factory=list)
    identical: set[str] = field(default_factory=set)
    partitions: dict[str, str] = field(default_factory=dict)
    """Families of events of which just one occurs, with the number of their members (a letter or digits)."""
    facts: list[tuple[Term, Term]] = field(default_factory=list)
    plain: list[Term] = field(default_factory=list)

    def domain(self, name: str, indices: tuple[str, ...] = ()) -> Domain | None:
        """What is declared of a constant: under its name with its indices (sigma_1), or under its base."""
        return (self.domains.get("_".join([name, *indices])) if indices else None) or self.domains.get(name)


def law_of(term: Term) -> Law | None:
    """N(m, v), Bernoulli(p), ... as a law; None where the term is none."""
    if not term.is_apply("call") or term.args[0].kind != "symbol":
        return None
    name = next((k for k, spellings in LAWS.items() if term.args[0].name in spellings), None)
    if name is None or len(term.args) - 1 != PARAMETERS[name] or any(a.is_apply("semicolon") or a.is_apply("given") for a in term.args[1:]):
        return None
    return Law(name, term.args[1:])


def law_at(term: Term) -> tuple[Term, Law] | None:
    """N(x; m, v) or N(x | m, v) as the point and the law; None where the term is no such call."""
    if not term.is_apply("call", 2) or not (term.args[1].is_apply("semicolon", 2) or term.args[1].is_apply("given", 2)):
        return None
    point, rest = term.args[1].args
    parameters = rest.args if rest.kind == "tuple" else (rest,)
    law = law_of(Term("apply", "call", (term.args[0], *parameters)))
    return None if law is None else (point, law)


def base_of(term: Term) -> RandomName | None:
    """Base and indices of X, X_i, X_{ij}; None where the term is no name."""
    if term.kind == "symbol":
        return term.name, ()
    if term.is_apply("index") and term.args[0].kind == "symbol" and all(a.kind in ("symbol", "number") for a in term.args[1:]):
        return term.args[0].name, tuple([a.name if a.kind == "symbol" else str(a.value) for a in term.args[1:]])
    return None


def members(term: Term) -> tuple[Term, ...]:
    """The entries of a tuple, list or set, words left out; or the term alone."""
    if term.kind == "tuple" and term.name in ("tuple", "list", "set"):
        return tuple([a for a in term.args if a.kind != "text"])
    return (term,)


def roles(domains: Iterable[tuple[str, Domain]], sides: Iterable[Term], conditions: Iterable[Term]) -> Roles:
    """The names of a claim, judged from its domains, sides and conditions. Fails with `Refused` on a hypothesis that is not understood."""
    table = dict(domains)
    random = frozenset([n for n, d in table.items() if d.shape == "variable"])
    terms = (*sides, *conditions)
    events = frozenset([e for t in terms for e in event_names(t)]) - random
    made = Roles(random, events, table)
    for condition in conditions:
        _learn(made, condition)
    return made


def event_names(term: Term) -> Iterator[str]:
    """Names that stand for events: bare symbols in the Boolean part of a probability or an indicator."""
    for node in walk(term):
        if node.is_apply("probability"):
            yield from _bare(node.args[0])
        elif node.is_apply("call") and node.args[0].kind == "symbol" and node.args[0].name == "indicator":
            yield from (e for a in node.args[1:] for e in _bare(a))


def _bare(term: Term) -> Iterator[str]:
    if term.kind == "apply" and term.name in ("union", "intersection", "complement", "setminus", "not", "and", "or", "given") or term.kind == "tuple":
        for a in term.args:
            yield from _bare(a)
    elif (name := base_of(term)) is not None:
        yield name[0]
    elif term.kind == "binder" and term.name in ("union", "intersection"):
        yield from _bare(term.args[0])


def speaks_of(made: Roles, term: Term) -> bool:
    """Does anything random stand in the term?"""
    return any(n.kind == "symbol" and (n.name in made.random or n.name in made.events) or n.kind == "apply" and n.name in
               ("expectation", "variance", "covariance", "probability", "kl", "entropy") for n in walk(term))


def _block(made: Roles, term: Term) -> frozenset[str]:
    names = [base_of(t) for t in members(term)]
    if any(n is None or n[0] not in made.random | made.events for n in names):
        raise Refused(f"{term} is no random quantity")
    return frozenset([n[0] for n in names if n is not None])


def _learn(made: Roles, condition: Term) -> None:
    """Take in one hypothesis."""
    if condition.is_apply("call", 3) and condition.args[0] == Term("symbol", "partition") and all(a.kind in ("symbol", "number") for a in condition.args):
        if condition.args[1].name in made.events:
            made.partitions[condition.args[1].name] = condition.args[2].name or str(condition.args[2].value)
        return
    if condition.is_apply("call") and condition.args[0].kind == "symbol" and condition.args[0].name in WORDS:
        blocks = tuple([_block(made, a) for a in condition.args[1:]])
        if condition.args[0].name == "partition":
            raise Refused("a partition of something that is no family of events")
        if condition.args[0].name == "identical":
            made.identical |= frozenset().union(*blocks)
        else:
            made.independent.append(Independence(blocks))
    elif condition.kind == "relation" and condition.signs == ("~",):
        _learn_law(made, condition.args[0], condition.args[1])
    elif condition.kind == "relation" and set(condition.signs) == {"perp"}:
        given = condition.args[-1].is_apply("given", 2)
        last = condition.args[-1].args if given else (condition.args[-1], None)
        blocks = tuple([_block(made, a) for a in (*condition.args[:-1], last[0])])
        made.independent.append(Independence(blocks, _block(made, last[1]) if last[1] is not None else frozenset(), False))
    elif condition.kind == "relation" and condition.signs == ("=",) and _density(made, *condition.args):
        pass
    elif not speaks_of(made, condition):
        made.plain.append(condition)
    elif condition.kind == "relation" and condition.signs == ("=",):
        made.facts.append((condition.args[0], condition.args[1]))
    else:
        raise Refused(f"a hypothesis that is not understood: {condition}")


def _learn_law(made: Roles, drawn: Term, term: Term) -> None:
    law = law_of(term)
    names = [base_of(t) for t in members(drawn)]
    if law is None or any(n is None or n[0] not in made.random for n in names):
        raise Refused(f"a law that is not understood: {drawn} ~ {term}")
    for name in names:
        assert name is not None
        free = tuple([i for i in name[1] if not i.isdigit()])
        if name[0] in made.laws and made.laws[name[0]].parameters != law.parameters:
            raise Refused(f"{name[0]} has two laws")
        made.laws[name[0]] = Law(law.name, law.parameters, free if len(members(drawn)) == 1 else ())


def _density(made: Roles, left: Term, right: Term) -> bool:
    """p(x) = N(x; m, v) or p = N(m, v)."""
    for law_side, name_side in ((right, left), (left, right)):
        at, whole = law_at(law_side), law_of(law_side)
        if at is not None and name_side.is_apply("call",
                2) and name_side.args[0].kind == "symbol" and name_side.args[1] == at[0] and at[0].kind == "symbol":
            made.densities[name_side.args[0].name] = (at[0].name, at[1])
            return True
        if whole is not None and name_side.kind == "symbol" and name_side.name not in made.random:
            made.densities[name_side.name] = ("", whole)
            return True
    return False
