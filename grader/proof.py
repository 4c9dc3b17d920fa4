"""Is a derivation right? Each line is judged from the line before it, so that one slip is found once and the rest is marked on its own.

`check_proof` reads the lines, lays them out as links (`theories._derivation`), asks the theories in whose language they are for claims, has the claims
decided, and returns a step for every line. Nothing here raises because of what the lines say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader import theories
from grader.decide import Budget, decide
from grader.domain import Domain
from grader.model import Claim, Follows, Status, Verdict
from grader.reading import Vocabulary
from grader.reading.lines import Line
from grader.reading.lines import lines as read_lines
from grader.term import Term, apply, constant, free_names, relation, symbol, walk
from grader.theories import Context, Link, Step, owned
from grader.theories._derivation import Layout, Placed, layout
from grader.theories._doubt import doubted, set_aside, weighed
from grader.theories._eliminating import put_in
from grader.theories._hypotheses import counted_by_induction
from grader.theories._other_readings import other_links, readings_of, sides_of
from grader.theories._reasons import chains_in, under_reason
from grader.theories._shape_words import shapes_in_words
from grader.theories._solving import are_equations_of_several, is_system
from grader.theories._customary import customary
from grader.theories._suppositions import told
from grader.theories._theory import breaks, told_of
from grader.theories._turns import claims_in
from grader.theories._views import View, views

CLAIM_SECONDS = 2.0
"""Processor time for one claim of a link."""
TOTAL_SECONDS = 4.0
"""Processor time for a derivation: when it is spent, the lines that are left stay undecided."""
MOST_DEFINITIONS, MOST_HYPOTHESES, MOST_NODES = 40, 60, 5_000
"""What is kept in force at a line, and how long definitions may become when they are put into one another."""
MAX_ROUNDS = 12
_NAMED_I = re.compile(r"(?m)(?:^|[\s$(&])I\s*&?\s*:?=")
"""I is given a value: it is a name, and no imaginary unit."""
MAX_CHARACTERS = 60_000


@dataclass(frozen=True)
class Proof:
    """A derivation, judged. `steps[k]` belongs to `lines[k]`: None where the line claims nothing (a start, words, a definition), else what holds; of
    several signs on a line the worst. `first_break` is the index of the first line that does not follow, or None. `theory` names the language."""

    lines: tuple[str, ...]
    steps: tuple[Step | None, ...]
    first_break: int | None
    theory: str
    notes: tuple[str, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """JSON: {"steps", "first_break"}; see `step_data`. Only the first line's step may be null: a later line that claims nothing says so."""
        silent = {"relation": None, "status": "none", "reason": "it claims nothing.", "evidence": [], "conditions": [], "tags": []}
        return {"steps": [step_data(s) if s else silent if k else None for k, s in enumerate(self.steps)], "first_break": self.first_break}


def step_data(step: Step) -> dict[str, Any]:
    """JSON of one step: relation, status, reason, evidence, conditions, tags."""
    reason = f"{step.reason} {step.example}".strip()
    evidence = [{"claim": v.claim.label, "status": str(v.status), "method": v.evidence.method, "data": v.evidence.data} for v in step.evidence]
    return {"relation": step.relation, "status": str(step.status), "reason": reason, "evidence": evidence, "conditions": list(step.conditions),
            "tags": list(step.tags)}


def check_proof(lines: str | Sequence[str], *, assume: Mapping[str, str] | None = None, theory: str | None = None, budget: Budget | None = None) -> Proof:
    """Judge each line of a derivation from the line before it.

    `lines` are texts (LaTeX, Markdown, plain), or one text whose lines they are. `assume` declares domains in words ({"n": "integer > 0", "*": "real"}).
    `theory` forces the language; by default the first in whose language all sides are. Fails with ValueError when `assume` has a word that is no domain,
    KeyError when there is no such theory.
    """
    typed = tuple(lines.split("\n")) if isinstance(lines, str) else tuple(lines)
    budget = budget or Budget(TOTAL_SECONDS)
    proof = _checked(typed, dict(assume or {}), theory, budget)
    return _where_shapes_fit(proof, dict(assume or {}), theory, budget) if proof.theory == "linear_algebra" else proof


MOST_PREFIXES = 8


def _where_shapes_fit(proof: Proof, assume: dict[str, str], theory: str | None, budget: Budget) -> Proof:
    """The proof, its first break at the line from which on it is one: a line whose shapes do not fit spoils those before it, which were in order without it."""
    first, claiming = proof.first_break, [k for k, s in enumerate(proof.steps) if s is not None]
    if first is None or first == claiming[-1] or (before := _checked(proof.lines[:first + 1], assume, theory, budget)).first_break is not None or \
            (alone := before.steps[first]) is None or alone.relation is None:
        return proof
    for k in [k for k in claiming if k > first][:MOST_PREFIXES]:
        if not budget.remaining:
            break
        found = _checked(proof.lines[:k + 1], assume, theory, budget)
        if found.first_break is None:
            before = found
            continue
        own = found.steps[k]
        here = own if own is not None and breaks(own) else Step(k, None, Status.UNDECIDED, "its shapes do not fit those of the lines before.", tags=("shapes",))
        open_ = Step(k, None, Status.UNDECIDED, "it could not be decided.")
        rest = [replace(open_, line=j) if s is not None and breaks(s) else s for j, s in enumerate(proof.steps) if j > k]
        steps = (*before.steps, *[None] * (k - len(before.steps)), here, *rest)
        return replace(proof, steps=steps, first_break=k if breaks(here) else None)
    return proof


def _checked(typed: tuple[str, ...], assume: dict[str, str], theory: str | None, budget: Budget) -> Proof:
    """The derivation, judged once."""
    given = {name: Domain.parse(words) for name, words in assume.items()}
    text = "\n".join(typed)[:MAX_CHARACTERS]
    domains = tuple(sorted((counted_by_induction(text) | shapes_in_words(text, given) | given).items()))
    vocabulary = Vocabulary.declared({name: words for name, words in assume.items() if name != "*"})
    if _NAMED_I.search("\n".join(typed)[:MAX_CHARACTERS]):
        vocabulary = vocabulary.alongside(symbol("I"))
    kept, words = told(typed, vocabulary)
    context = Context(domains, vocabulary=vocabulary, words=words, options={"claims": claims_in("\n".join(kept)), "rows": tuple("\n".join(kept).split("\n"))})
    if theory is not None:
        theories.load(theory)
    if sum(map(len, typed)) > MAX_CHARACTERS:
        return Proof(typed, tuple([None] * len(typed)), None, "", (f"it has more than {MAX_CHARACTERS} characters and was not read",))
    found, numbers = _read(set_aside(kept), vocabulary)
    laid = doubted(layout(found, context, numbers), "\n".join(kept), found, numbers)
    why = _too_much(laid)
    seen = () if why else views(laid, context, theory)
    judged = _judge(laid, seen, budget, why or "no theory is in the language of these lines.")
    judged = _read_otherwise(laid, judged, readings_of(found), context, theory, budget) if seen else judged
    judged = _as_customary(laid, judged, context, theory, budget) if seen else judged
    judged = _with_reasons(laid, judged, context, theory, budget) if seen else judged
    by_line: dict[int, list[Step]] = {}
    for step in judged:
        if "condition" not in step.tags:  # "f'(x) = 2 x - 2 = 0" claims nothing by "= 0"
            by_line.setdefault(step.line, []).append(step)
    steps = tuple([_worst(by_line[k]) if k in by_line else None for k in range(len(typed))])
    broken = next((k for k, s in enumerate(steps) if s is not None and breaks(s)), None)
    return Proof(typed, steps, broken, seen[0].name if seen else "")


def _read(typed: Sequence[str], vocabulary: Vocabulary) -> tuple[tuple[Line, ...], list[int]]:
    """The lines as statements, and for each the index of the text it stands in. A name that is called anywhere is a function everywhere."""
    text = "\n".join(typed)
    found = read_lines(text, vocabulary)
    sure = [t for line in found if not line.guessed for t in _sides(line)]
    sure += [line.left for line in found if isinstance(line.left, Term) and line.steps and line.left.is_apply("call")
             and all(a.kind == "symbol" for a in line.left.args)]  # "T(n) = ..." is about a function
    if any(line.guessed for line in found) and sure:
        found = read_lines(text, vocabulary.alongside(*sure))
    starts, at = [], 0
    for piece in typed:
        at += len(piece) + 1
        starts.append(at)
    return found, [bisect_right(starts, line.span.start) for line in found]


def _sides(line: Line) -> list[Term]:
    return [t for t in (line.left, *[s.side for s in line.steps]) if isinstance(t, Term)]


def _too_much(laid: Layout) -> str:
    """Why so much is defined or supposed that no line is judged; "" where it is not."""
    if len(laid.context.definitions) > MOST_DEFINITIONS:
        return f"more than {MOST_DEFINITIONS} definitions are in force."
    if len(laid.context.conditions) + len(laid.context.domains) > MOST_HYPOTHESES:
        return f"more than {MOST_HYPOTHESES} hypotheses are in force."
    sizes: list[tuple[Term, int]] = []
    for head, body in laid.context.definitions:
        found = [next((size for other, size in reversed(sizes) if other == node or node.is_apply("call") and other == node.args[0]), 1) for node in walk(body)]
        sizes.append((head.args[0] if head.is_apply("call") else head, sum(found)))
        if sizes[-1][1] > MOST_NODES:
            return "definitions that are put into one another become too long."
    return ""


def _judge(laid: Layout, seen: tuple[View, ...], budget: Budget, otherwise: str) -> list[Step]:
    """A step for each placed link: from the first theory that decides it; `otherwise` says why there is none."""
    if not seen:
        return [Step(p.line, None, Status.UNDECIDED, p.unread or otherwise) for p in laid.placed]
    steps: list[Step] = []
    for place in laid.placed:
        if not budget.remaining:
            steps.append(Step(place.line, None, Status.UNDECIDED, place.unread or f"{budget.cpu_seconds:g} s of processor time are spent."))
            continue
        steps.append(_placed_step(place, seen, budget))
    _take_givens(laid, seen, steps, budget)
    _take_system(laid, seen[0], steps, budget)
    return steps


def _placed_step(place: Placed, seen: tuple[View, ...], budget: Budget) -> Step:
    """What the first theory says that decides the link."""
    step = None
    for view in seen:
        found = view.placed(place)
        step = found if isinstance(found, Step) else judge_link(view.theory, *found, budget)
        if step.relation is not None or place.link is not None and owned(view.theory, place.link):
            break
    assert step is not None
    return step


def _read_otherwise(laid: Layout, steps: list[Step], table: Mapping[Term, tuple[Term, ...]], context: Context, theory: str | None, budget: Budget) -> list[Step]:
    """The steps, with lines that break as they were read judged as they may also be read, where they hold so."""
    others = {k: made for k, (place, step) in enumerate(zip(laid.placed, steps)) if breaks(step) and place.link is not None and (made := other_links(place.link, table))}
    if not others:
        return steps
    seen = views(laid, context, theory, more=sides_of([link for made in others.values() for link in made]))
    made = list(steps)
    for k, links in others.items():
        for link in links:
            better = _placed_step(replace(laid.placed[k], link=link), seen, budget) if budget.remaining else None
            if better is not None and better.relation is not None and not breaks(better):
                read = " and ".join([str(t) for t, old in ((link.left, laid.placed[k].link.left), (link.right, laid.placed[k].link.right)) if t != old])  # type: ignore[union-attr]
                made[k] = replace(better, conditions=(*better.conditions, f"read as {read}"))
                break
    return made


def _as_customary(laid: Layout, steps: list[Step], context: Context, theory: str | None, budget: Budget) -> list[Step]:
    """The steps, with those that are open or broken because nothing says what sigma is judged with the logistic function, where they hold so."""
    given = customary(laid)
    if given is None:
        return steps
    others = [k for k, (place, step) in enumerate(zip(laid.placed, steps)) if place.link is not None and (step.relation is None or breaks(step))]
    if not others:
        return steps
    named = replace(laid, context=replace(laid.context, definitions=(*laid.context.definitions, given)))
    seen, made = views(named, context, theory), list(steps)
    for k in others:
        better = _placed_step(laid.placed[k], seen, budget) if budget.remaining else None
        if better is not None and better.relation is not None and not breaks(better):
            made[k] = replace(better, conditions=(*better.conditions, f"{given[0]} = {given[1]}"))
    return made


def _with_reasons(laid: Layout, steps: list[Step], context: Context, theory: str | None, budget: Budget) -> list[Step]:
    """The steps, with those broken whose reason is a chain of which a link fails where the line before holds."""
    chains = {k: made for k, (place, step) in enumerate(zip(laid.placed, steps)) if place.link is not None and place.link.reason and not breaks(step)
              and (made := chains_in(place.link, place.context))}
    if not chains:
        return steps
    claimed = [link for made in chains.values() for link in made]
    seen = views(laid, context, theory, more=(*sides_of(claimed), *[relation(link.sign, link.left, link.right) for link in claimed]))
    made = list(steps)
    for k, links in chains.items():
        place = laid.placed[k]
        assert place.link is not None
        for link in links:
            asked = replace(place.link, sign="", right=relation(link.sign, link.left, link.right)) if place.link.statement else link
            asked = replace(asked, reason="", fresh=place.link.fresh, doubt=place.link.doubt)
            found = _placed_step(replace(place, link=asked), seen, budget) if budget.remaining else None
            if found is not None and breaks(found):
                made[k] = replace(found, relation="fails", status=Status.REFUTED, reason=f"the reason given does not hold: {link.left} {link.sign} {link.right} fails.", tags=("reason",))
                break
    return made


MOST_GIVENS = 3


def _take_system(laid: Layout, view: View, steps: list[Step], budget: Budget) -> None:
    """A second equation of several unknowns at the beginning is given beside the first, where both are equal to numbers, or a later line is drawn from what
    came of it together with the first, and the lines between hold."""
    place = laid.placed[0] if laid.placed else None
    link = place.link if place else None
    if link is None or not link.statement or link.sign or link.reason or not breaks(steps[0]) or not are_equations_of_several(link):
        return
    first = view.understood.get(link.left)
    for later in range(1, len(steps)):
        after = laid.placed[later].link
        if is_system(link) and after is not None and after.statement and free_names(after.right) < free_names(link.left):
            break  # an unknown has gone
        if not is_system(link) and (breaks(steps[later]) or steps[later].relation is None or after is None):
            return
        drawn = next((v for v in steps[later].evidence if v.claim.label.startswith("with earlier") and v.equal), None)
        if drawn is not None and isinstance(drawn.claim.conclusion, Follows) and drawn.claim.conclusion.premises[0] == first:
            break
    else:
        return
    steps[0] = Step(steps[0].line, None, Status.UNDECIDED, "a further equation, given beside the first.", steps[0].evidence, tags=("given",))
    if len(steps) > 1 and (breaks(steps[1]) or steps[1].relation is None) and (after := laid.placed[1].link) is not None and after.statement and after.left == link.right:
        found = view.placed(laid.placed[1])
        if not isinstance(found, Step):
            steps[1] = judge_link(view.theory, replace(found[0], left=_together(view, [link.left, link.right])), replace(found[1], earlier=()), budget)


def _together(view: View, statements: Sequence[Term]) -> Term:
    """The statements as the theory sees them, all at once."""
    made = [t for s in statements if isinstance(t := view.understood[s], Term)]
    return made[0] if len(made) == 1 else apply("and", *made)


def _take_givens(laid: Layout, seen: tuple[View, ...], steps: list[Step], budget: Budget) -> None:
    """Equations that stand one below another at the beginning, none drawn from the one before, are given together where the line after them follows
    from all of them and not from the last alone."""
    first = next((k for k, p in enumerate(laid.placed) if p.link is not None and p.link.statement), None)
    if first is None:
        return
    together = [laid.placed[first].link.left]  # type: ignore[union-attr]
    for k in range(first, min(first + MOST_GIVENS, len(steps) - 1)):
        link, after = laid.placed[k].link, laid.placed[k + 1].link
        if link is None or after is None or not (link.statement and after.statement) or link.sign or link.left != together[-1] or after.left != link.right or \
                not breaks(steps[k]) or link.right.kind != "relation" or link.right.signs != ("=",):
            return
        together.append(link.right)
        if not breaks(steps[k + 1]) and steps[k + 1].relation is not None and "with_earlier" not in steps[k + 1].tags:
            return
        view = seen[0]
        found = view.placed(laid.placed[k + 1])
        if isinstance(found, Step):
            return
        both = _together(view, together)
        contradiction = decide(Claim(Follows((both,), constant("false")), found[1].domains, found[1].conditions), Budget(min(CLAIM_SECONDS, budget.remaining)))
        if contradiction.equal is not False:
            return
        joint = judge_link(view.theory, replace(found[0], left=both), replace(found[1], earlier=()), budget)
        first_alone = _together(view, together[:-1])
        without = judge_link(view.theory, replace(found[0], left=first_alone), replace(found[1], earlier=()), budget)
        if joint.relation in ("equivalent", "implies") and without.relation not in (None, "equal", "equivalent", "implies"):
            for j in range(first, k + 1):
                steps[j] = Step(steps[j].line, None, Status.UNDECIDED, "a further equation, which the lines after it use.", steps[j].evidence, tags=("given",))
            steps[k + 1] = joint
            return


def judge_link(theory: Any, link: Link, context: Context, budget: Budget) -> Step:
    """What the theory finds; where that is a break or open, what it finds under what the link's reason says, if that makes it right."""
    step = _found(theory, link, context, budget)
    if step.relation is None and not is_vacuous(step) and (known := put_in(link, context)) is not None:
        plainer = _found(theory, *known, budget)
        step = plainer if plainer.relation is not None else step
    if (step.relation is None or breaks(step)) and link.under is not None and _says(link, link.under):
        return Step(step.line, None, Status.UNDECIDED, "it only says what was supposed, so that it shows nothing.", step.evidence, tags=("supposed",))
    if (step.relation is None or breaks(step)) and link.under is not None and not is_vacuous(step):
        better = _found(theory, link, replace(context, conditions=(*context.conditions, link.under)), budget)
        if better.relation is not None and not breaks(better):
            return replace(better, conditions=tuple(dict.fromkeys([*better.conditions, f"{link.under} (the statement before it)"])))
        if better.relation is None and step.relation is not None and {v.claim.label for v in step.evidence} <= PLAIN and any(
                n.kind == "apply" and n.name in ("or", "pm", "mp") for n in walk(link.under)) and any(
                n.kind == "relation" and free_names(n.args[0]) & (free_names(link.left) | free_names(link.right)) for n in walk(link.under)):
            return Step(step.line, None, Status.UNDECIDED, "it could not be decided with the statement before it.", step.evidence)
    if (step.relation is None or breaks(step)) and link.reason and (under := under_reason(link, context)) is not None:
        better = _found(theory, link, under[0], budget)
        if better.relation is not None and not breaks(better):
            return replace(better, conditions=tuple(dict.fromkeys([*better.conditions, *under[1]])))
    if (step.relation is None or breaks(step)) and link.claimed and not is_vacuous(step):
        better = _found(theory, link, replace(context, conditions=(*context.conditions, *link.claimed)), budget)
        if better.relation is not None and not breaks(better):
            return Step(step.line, None, Status.UNDECIDED, "it follows from what is to be shown, and that is no ground.", step.evidence, tags=("circular",))
    if step.relation in ("equivalent", "implies") and context.definitions and link.left.kind == "relation" and not free_names(link.left) and \
            decide(Claim(Follows((link.left,), constant("false")), context.domains), Budget(min(CLAIM_SECONDS, budget.remaining))).equal:
        why = "with what was defined the line before is false, so anything follows from it; a person decides whether the step is meant."
        return Step(step.line, None, Status.UNDECIDED, why, step.evidence, tags=("vacuous",))
    return weighed(step, link)


def _says(link: Link, supposed: Term) -> bool:
    """Is the step the very relation that was supposed?"""
    return supposed.kind == "relation" and supposed.signs == (link.sign or "=",) and (
        supposed.args == (link.left, link.right) or supposed.signs == ("=",) and supposed.args == (link.right, link.left))


def is_vacuous(step: Step) -> bool:
    """Was it left open because nothing satisfies what was supposed?"""
    return "vacuous" in step.tags


def _found(theory: Any, link: Link, context: Context, budget: Budget) -> Step:
    """Ask the theory for claims until it has no new ones, decide each, and let it conclude."""
    settled: dict[str, Verdict] = {}
    for _ in range(MAX_ROUNDS):
        fresh = [c for c in theory.claims(link, context, settled) if c.label not in settled]
        if not fresh:
            break
        for claim in fresh:
            settled[claim.label] = decide(claim, Budget(min(CLAIM_SECONDS, budget.remaining), budget.seed, budget.oracles))
    return told_of(theory.conclude(link, context, settled))


PLAIN = frozenset(["equal", "holds", "turned"])
"""Labels of claims in which nothing is known of what a name stands for."""
RANK = {"equal": 0, "equivalent": 1, "implies": 2, "implied_by": 3, None: 4, "fails": 5}


def _worst(steps: Iterable[Step]) -> Step:
    """Of several steps on a line the one that says least for it; side conditions are those of all."""
    every = list(steps)
    worst = max(every, key=lambda s: RANK[s.relation])
    conditions = tuple(dict.fromkeys([c for s in every for c in s.conditions]))
    return replace(worst, conditions=conditions, evidence=tuple([v for s in every for v in s.evidence]))
