"""A derivation in the language of a theory (`grader.theories`): each link judged by the theory, the ends compared with what was given and asked.

What counts as reached: the asked end *as it stands*, up to order, signs and worked-out numbers (`theories._alike`), at the end of links that lead from what
was given; with `end: equal` anything equal to it. Equations and inequalities are asked for as statements: the last line must be alike, and where the
question is to *show* a statement, lines that are all equivalent to it and end in something that always holds show it as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from grader.answers._kind import Claim, Part, Settled
from grader.domain import Domain
from grader.model import Equal, Follows, Note, Read, Reading, SpecError, Status, Unread
from grader.reading import Vocabulary, read
from grader.reading.lines import lines
from grader.term import Term, collection
from grader.theories import Context, Step, load, owned
from grader.theories._alike import alike
from grader.theories._derivation import Layout, is_statement, layout
from grader.theories._doubt import doubted, set_aside, weighed
from grader.theories._suppositions import supposed, told
from grader.theories._theory import told_of
from grader.theories._views import View, views

MAX_LINKS = 80
DENSITY = frozenset("density variable".split())


def wanted(part: Part) -> bool:
    """Is the part marked by a theory? It is where `theory` names one, or where nothing in it is said of densities."""
    options = part.options
    if options.theory:
        return True
    said = options.define or options.density or options.aliases
    return not said and not any(s.domain.shape in DENSITY for s in part.symbols)


@dataclass(frozen=True)
class Asked:
    """What the part gives and asks for: `start` and `goal` as terms (None where not given), the context, and the author's steps."""

    start: Term | None
    goal: Term | None
    context: Context


@lru_cache(maxsize=64)
def asked_of(part: Part) -> Asked:
    """Start, goal and context of the part. Fails with `SpecError` that names the key where one cannot be read."""
    vocabulary = Vocabulary.of(part)

    def term(text: str, key: str) -> Term:
        found = read(text, vocabulary)
        if isinstance(found, Unread):
            raise SpecError(f"cannot be read: {found.reason}", key=key)
        return found.term

    options = part.options
    definitions = []
    for name, body in options.define:
        definitions.append((term(name, "define"), term(body, "define")))
    words = tuple([g for g in options.given if supposed(g, vocabulary) is not None])
    given = tuple([term(g, "given") for g in options.given if g not in words])
    domains = tuple(sorted((s.name, s.domain if s.domain.field != "complex" or s.domain.shape != "scalar" else replace(s.domain, field="real")
                            if s.domain == Domain() else s.domain) for s in part.symbols))
    context = Context(domains, given, tuple(definitions), vocabulary, {"given_only": True}, words)
    start, goal = [term(t, k) if t else None for t, k in ((options.start, "start"), (options.goal, "goal"))]
    if part.answer and (start is None or goal is None):
        laid = layout_of(part.answer, context)
        if laid.links:
            start = start or laid.links[0].left
            goal = goal or laid.links[-1].right
    return Asked(start, goal, context)


def layout_of(text: str, context: Context) -> Layout:
    """The links of an author's derivation."""
    return layout(tuple([line for line in lines(text, context.vocabulary)]), context)


def check(part: Part) -> None:
    """Fails with `SpecError` where the theory is unknown, or what is given or asked cannot be read."""
    options = part.options
    if options.theory:
        try:
            load(options.theory)
        except KeyError:
            from grader.theories import names

            raise SpecError(f"expected one of {', '.join(names())}; found {options.theory!r}", key="theory") from None
    asked = asked_of(part)
    if asked.goal is None:
        raise SpecError("expected `goal`, or a derivation under `answer`", key="goal")
    if part.answer and not layout_of(part.answer, asked.context).links:
        raise SpecError("no line of it can be read", key="answer")
    for waypoint in options.waypoints:
        if isinstance(found := read(waypoint.reach, asked.context.vocabulary), Unread):
            raise SpecError(f"{waypoint.reach!r} cannot be read: {found.reason}", key="waypoints")
    if options.credit == "waypoints" and not options.waypoints:
        raise SpecError("expected expressions under `waypoints`", key="waypoints")


# -------------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True)
class Derived:
    """What was read: the links, the lines' texts, and each theory's view."""

    laid: Layout
    texts: tuple[str, ...]
    seen: tuple[View, ...]
    begun: bool
    """Did the answer begin with a sign, so that what was given stands before it?"""


def read_answer(text: str, part: Part) -> Reading:
    """The lines as links. A first line that begins with its sign goes on from what was given."""
    asked = asked_of(part)
    kept, _ = told(tuple(text.split("\n")), asked.context.vocabulary)  # what a learner supposes in words is not given
    found = [line for line in lines("\n".join(set_aside(kept)), asked.context.vocabulary)]
    formulas = [line for line in found if line.role != "prose"]
    begun = bool(formulas) and formulas[0].left is None and bool(formulas[0].steps) and asked.start is not None and not is_statement(asked.start)
    if begun:
        formulas[0] = replace(formulas[0], left_reading=Read(asked.start))  # type: ignore[arg-type]
        found[found.index(next(line for line in found if line.role != "prose"))] = formulas[0]
    laid = doubted(layout(found, asked.context), "\n".join(kept), found)
    if len(laid.placed) > MAX_LINKS:
        return Unread(f"it has {len(laid.placed)} steps; at most {MAX_LINKS} are read")
    if not laid.links:
        why = next((p.unread for p in laid.placed if p.unread), "no step from one line to the next is found")
        return Unread(why, hint="Write one step a line, each beginning with its sign.")
    more = tuple([t for t in (asked.start, asked.goal, *asked.context.conditions) if t is not None])
    seen = views(laid, asked.context, part.options.theory or None, more)
    if not seen:
        return Unread("no theory is in the language of these lines", hint="Write one step a line, each beginning with its sign.")
    notes: tuple[Note, ...] = tuple([n for line in found for n in line.notes if n.severity != "guess"])
    shown = tuple(dict.fromkeys([t for link in laid.links for t in (link.left, link.right)]))
    return Read(collection("list", *shown), notes, extra=Derived(laid, tuple([line.text for line in found]), seen, begun))


# --------------------------------------------------------------------------------------------------------------------- claims


class Judged:
    """One derivation under the verdicts so far."""

    def __init__(self, part: Part, derived: Derived, settled: Settled) -> None:
        self.part, self.derived, self.settled = part, derived, settled
        self.asked = asked_of(part)
        self.placed = derived.laid.placed

    def _local(self, k: int, view: View) -> dict[str, Any]:
        prefix = f"step {k + 1} {view.name}: "
        return {label.removeprefix(prefix): v for label, v in self.settled.items() if label.startswith(prefix)}

    def step(self, k: int) -> Step | None:
        """What the k-th link came to; None while claims are open."""
        last: Step | None = None
        for view in self.derived.seen:
            found = view.placed(self.placed[k])
            if isinstance(found, Step):
                last = last or found
                continue
            local = self._local(k, view)
            if any(c.label not in local for c in view.theory.claims(*found, local)):
                return None
            last = weighed(told_of(view.theory.conclude(*found, local)), found[0])
            if last.relation is not None or owned(view.theory, found[0]):
                return last
        return last

    def claims(self) -> list[Claim]:
        """The next claims of every link whose step is open, then those about the ends."""
        made: list[Claim] = []
        for k in range(len(self.placed)):
            for view in self.derived.seen:
                found = view.placed(self.placed[k])
                if isinstance(found, Step):
                    continue
                local = self._local(k, view)
                fresh = [c for c in view.theory.claims(*found, local) if c.label not in local]
                if fresh:
                    made += [replace(c, label=f"step {k + 1} {view.name}: {c.label}") for c in fresh]
                    break
                if view.theory.conclude(*found, local).relation is not None or owned(view.theory, found[0]):
                    break
        return made or [*self._ends(), *self._healing()]

    def _healing(self) -> list[Claim]:
        """For a link that fails after one that failed: does it come back to what stood before that?"""
        made = []
        for k, place in enumerate(self.placed):
            slip = self.slip_before(k)
            if slip is not None and place.link is not None:
                found, before = [self.derived.seen[0].placed(self.placed[j]) for j in (k, slip)]
                if not isinstance(found, Step) and not isinstance(before, Step):
                    made.append(Claim(Equal(before[0].left, found[0].right), found[1].domains, found[1].conditions, f"step {k + 1} healed"))
        return made

    def slip_before(self, k: int) -> int | None:
        """The nearest earlier link of the same chain that fails, where this one fails as well (equalities only)."""
        place, step = self.placed[k], self.step(k)
        if step is None or step.relation != "fails" or place.link is None or place.link.statement or (place.link.sign or "=") != "=":
            return None
        for j in range(k - 1, -1, -1):
            link, later = self.placed[j].link, self.placed[j + 1].link
            if link is None or later is None or link.right != later.left or (link.sign or "=") != "=":
                return None
            before = self.step(j)
            if before is not None and before.relation == "fails":
                return j
        return None

    def _ends(self) -> list[Claim]:
        """Is the first side what was given; is the last what was asked, in another form; does the last statement always hold?"""
        view = self.derived.seen[0]
        table, made = view.understood, []

        def stated(what: Any, label: str) -> None:
            made.append(Claim(what, view.context.domains, view.context.conditions, label))

        first, last = self.first, self.last
        for term, own, label in ((self.asked.start, first, "start"), (self.asked.goal, last, "goal")):
            if term is None or own is None or alike(term, own) or is_statement(term) != is_statement(own):
                continue
            a, b = table.get(own, own), table.get(term, term)
            if isinstance(a, Term) and isinstance(b, Term):
                if is_statement(term):
                    stated(Follows((a,), b), f"{label} forward")
                    stated(Follows((b,), a), f"{label} back")
                else:
                    stated(Equal(a, b), label)
        for statement, label in ((last, "always"), (self.asked.goal, "goal always")):
            if statement is not None and is_statement(statement) and isinstance(known := table.get(statement, statement), Term):
                stated(Follows((), known), label)
        return made

    # ---- what stands where

    @property
    def first(self) -> Term | None:
        """The first side of all."""
        return next((p.link.left for p in self.placed if p.link is not None), None)

    @property
    def last(self) -> Term | None:
        """The last side of all."""
        return next((p.link.right for p in reversed(self.placed) if p.link is not None), None)

    def holds(self, label: str) -> bool:
        """Was the claim about an end proved (both directions, for statements)?"""
        if label in self.settled:
            return self.settled[label].status is Status.PROVED
        both = [self.settled.get(f"{label} {way}") for way in ("forward", "back")]
        return all(v is not None and v.status is Status.PROVED for v in both)


__all__ = ["Asked", "Derived", "Judged", "asked_of", "check", "layout_of", "read_answer", "wanted"]
