"""The links of a derivation as each theory understands them: sides completed, hypotheses of the place where a link stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType

from grader.domain import Domain
from grader.model import Status
from grader.term import Term
from grader.theories._derivation import Layout, Placed
from grader.theories._theory import Context, Link, Step, load, names


@dataclass(frozen=True)
class View:
    """One theory's understanding of a derivation: `understood` gives each term completed, or why it is not; `context` is widened by what the theory added
    to `base`."""

    theory: ModuleType
    understood: Mapping[Term, Term | str]
    context: Context
    base: Context

    @property
    def name(self) -> str:
        """The theory's name."""
        return self.theory.__name__.rpartition(".")[2]

    def placed(self, place: Placed) -> tuple[Link, Context] | Step:
        """The link as the theory sees it, with what is known there; or the undecided step that says why there is none."""
        if place.link is None:
            return Step(place.line, None, Status.UNDECIDED, place.unread, tags=("unread",))
        sides = [self.understood[place.link.left], self.understood[place.link.right]]
        for side in sides:
            if isinstance(side, str):
                return Step(place.line, None, Status.UNDECIDED, f"it was not understood: {side}", tags=("unread",))
        link = replace(place.link, left=sides[0], right=sides[1])
        narrowed = dict(self.context.domains) | {n: self._field(n, d) for n, d in place.context.domains if dict(self.base.domains).get(n) != d}
        own = [t for c in place.context.conditions if isinstance(t := self.understood.get(c, c), Term)]
        added = [c for c in self.context.conditions if c not in self.base.conditions]
        earlier = tuple([t for c in place.context.earlier if isinstance(t := self.understood.get(c, c), Term)])
        return link, replace(self.context, domains=tuple(sorted(narrowed.items())), conditions=tuple(dict.fromkeys([*own, *added])), earlier=earlier)

    def _field(self, name: str, domain: Domain) -> Domain:
        """The domain that "a != 0" made of an undeclared name: real where names are. A bound makes no constant of a random variable."""
        if self.context.domain(name).shape == "variable":
            return replace(domain, shape="variable")
        undeclared = name not in dict(self.base.domains)
        return replace(domain, field="real") if undeclared and domain.nonzero and domain.field == "complex" and self.context.domain(name).is_real else domain


def terms_of(laid: Layout) -> tuple[Term, ...]:
    """Every term of the derivation once: sides, hypotheses, bodies of definitions."""
    found: dict[Term, None] = {}
    for link in laid.links:
        found |= {link.left: None, link.right: None}
    for context in [*[p.context for p in laid.placed], laid.context]:
        found |= dict.fromkeys(context.conditions) | dict.fromkeys(context.earlier) | {body: None for _, body in context.definitions}
    return tuple(found)


def views(laid: Layout, context: Context, theory: str | None = None, more: tuple[Term, ...] = ()) -> tuple[View, ...]:
    """A view for the theory named, or for every theory in whose language the derivation is, the first asked first. `more` are further terms to be
    understood with it. Fails with KeyError when there is no such theory."""
    terms = tuple(dict.fromkeys([*terms_of(laid), *more]))
    signs = frozenset(link.sign for link in laid.links)
    base = replace(context, definitions=laid.context.definitions, options={**context.options, **laid.context.options, "signs": signs, "links": laid.links})
    chosen = (load(theory),) if theory else tuple([m for n in names() if (m := load(n)).suits(terms, base)])
    if base.options.get("flows"):  # p(t) is no density where it moves in time
        chosen = tuple([m for m in chosen if m.__name__.rpartition(".")[2] not in ("probability", "algebra")]) or chosen
    if theory is None and any(hasattr(m, "alone") and m.alone(terms, base) for m in chosen):  # what looks like numbers there is none
        chosen = tuple([m for m in chosen if hasattr(m, "alone")])
    made = []
    for module in chosen:
        prepared = module.prepare(terms, base)
        made.append(View(module, dict(zip(terms, prepared.terms)), prepared.context or base, context))
    return tuple(made)


__all__ = ["View", "terms_of", "views"]
