"""From the outcomes of a derivation's links to its mark: whether the goal was reached, what it cost, and a word on every line that is not valid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from grader.answers._chains import Link, build, composed
from grader.answers._densities import TURNED, Question, author_term, complete, formula_lines
from grader.answers._derivation_links import VALID, Judged
from grader.answers._kind import Award, Mark, Part
from grader.answers._kind import mark as run
from grader.kernel import conjunction
from grader.model import SpecError, Status
from grader.term import Term

DEFAULT_STEPS = 3
LEAST_COST = 4
"""A broken link never costs less than one part in this many (or in the number of steps of the author's own derivation)."""


def ends_of(text: str, asked: Question) -> tuple[Term, Term] | None:
    """First and last side of the author's derivation, completed."""
    derivation = build(formula_lines(text, asked.vocabulary)) if text else None
    if derivation is None or not derivation.links or derivation.unread:
        return None
    chain = max(derivation.chains, key=len)
    ends = [derivation.sides[k].typed for k in (chain[0], chain[-1])]
    found, _ = complete([e for e in ends if e is not None], asked)
    if len(found) != 2 or not all(isinstance(f, Term) for f in found):
        raise SpecError(f"the derivation's ends: {next((f for f in found if not isinstance(f, Term)), 'unread')}", key="answer")
    return found[0], found[1]  # type: ignore[return-value]


def completed_alone(typed: str, part: Part, asked: Question) -> tuple[Term | None, str]:
    """A term of the problem file completed, or the question that stays open."""
    found, _ = complete([author_term(typed, part, "waypoints")], asked)
    return (found[0], "") if isinstance(found[0], Term) else (None, found[0])


@dataclass(frozen=True)
class Reached:
    """How the goal was reached: "derived", "jump", "alike" (but for a slip), "equal" (in another form), or "no"; over which links."""

    how: str
    links: tuple[Link, ...] = ()
    mixed: bool = False


class Goal:
    """Looks for the asked relation among the sides of the chains."""

    def __init__(self, judged: Judged) -> None:
        from grader.algebra.density_forms import Forms, difference, negative

        self.judged, self.options = judged, judged.part.options
        terms = [t for t in judged.terms if t is not None]
        self.forms = Forms(judged.part.domains(), [*terms, judged.start, judged.goal])
        self.difference, self.negative = difference, negative
        self.start, self.goal = self.forms.form(judged.start), self.forms.form(judged.goal)

    def form(self, k: int) -> Any:
        """The form of a side, or None where it was not understood."""
        term = self.judged.terms[k]
        return None if term is None else self.forms.form(term)

    def rewrites(self, link: Link) -> bool:
        """Does the link only write the same once more?"""
        left = self.judged.left_of(link)
        return link.sign == "=" and left is not None and self.form(left) is not None and self.form(left) == self.form(link.right)

    def _pairs(self) -> Iterator[tuple[int, int, tuple[Link, ...], str | None]]:
        """Two sides of a chain, the links between them, and what their signs come to."""
        for number, chain in enumerate(self.judged.derivation.chains):
            links = [k for k in self.judged.links if k.chain == number]
            for i in range(len(links)):
                sign: str | None = "="
                for j in range(i, len(links)):
                    sign = composed([sign, self.judged.effective_sign(links[j])]) if sign is not None else None
                    yield chain[i], chain[j + 1], tuple(links[i:j + 1]), sign

    def substance(self, links: tuple[Link, ...]) -> int:
        """How many different sides strictly between the ends of these links are neither the start rewritten nor hold the goal as it stands."""
        from grader.algebra.density_forms import shown, shown_parts

        goal, seen = shown_parts(self.judged.goal), {shown(self.judged.start)}
        count = 0
        for k in links[:-1]:
            term = self.judged.terms[k.right]
            if term is None or self.form(k.right) == self.start or shown(term) in seen:
                continue
            seen.add(shown(term))
            count += not goal <= shown_parts(term)
        return count

    def suits(self, sign: str | None) -> bool:
        """Does start SIGN goal give what was asked?"""
        asked = self.options.relation
        return sign is not None and (sign == asked or asked != "=" and sign in ("=", asked[0]))

    def reached(self, broken: bool) -> Reached:
        """The best way in which the goal was reached; `broken` says that some link is, so that an end may be off by that."""
        target = self.difference(self.start, self.goal)
        found = Reached("no")
        for i, j, links, sign in self._pairs():
            left, right = self.form(i), self.form(j)
            if left is None or right is None:
                continue
            gap = self.difference(left, right)
            turned = gap == self.negative(target)
            if gap != target and not turned:
                continue
            if sign is None:
                found = Reached("no", links, True) if found.how == "no" else found
                continue
            if not self.suits(TURNED[sign] if turned else sign):
                continue
            if self.substance(links) >= self.options.between:
                return Reached("derived", links)
            found = Reached("jump", links)
        added = self._added(target)
        if found.how == "jump":
            return added if added is not None and added.how == "derived" else found
        return added or (found if found.mixed else self._nearly(found, broken))

    def _added(self, target: Any) -> Reached | None:
        """Two established relations that add up to the asked one, none of which is that one."""
        known = []
        for i, j, links, sign in self._pairs():
            left, right = self.form(i), self.form(j)
            if left is not None and right is not None and sign is not None:
                gap = self.difference(left, right)
                if gap not in (target, self.negative(target)):
                    known.append((gap, sign, links))
        for (a, s, first), (b, t, second) in combinations(known[:60], 2):
            for (v, x), (w, y) in ((p, q) for p in self._turns(a, s) for q in self._turns(b, t)):
                total = self.difference(v, self.negative(w))
                sign = composed([x, y])
                if total == target and self.suits(sign):
                    enough = self.substance(first) + self.substance(second) >= self.options.between
                    return Reached("derived" if enough else "jump", (*first, *second))
        return None

    def _turns(self, form: Any, sign: str) -> list[tuple[Any, str]]:
        return [(form, sign), (self.negative(form), TURNED[sign])]

    def _nearly(self, found: Reached, broken: bool) -> Reached:
        """From the start to an end that is the goal but for a slip, or that equals it in another form."""
        for chain in self.judged.derivation.chains:
            first, last = self.judged.terms[chain[0]], self.judged.terms[chain[-1]]
            links = tuple([k for k in self.judged.links if k.left in chain])
            if first is None or last is None or not links or self.form(chain[0]) != self.start or self.form(chain[-1]) == self.start:
                continue
            if self.forms.says_the_same(last, self.judged.goal):
                return Reached("equal", links)
            if broken and self.forms.alike(last, self.judged.goal):
                return Reached("alike", links)
        return found


def mark(part: Part, judged: Judged) -> Mark:
    """The whole mark of a derivation."""
    goal = Goal(judged)
    outcomes = {link.number: judged.outcome(link) for link in judged.links}
    reached = goal.reached("break" in outcomes.values())
    awards = [a for link in judged.links for a in _said(judged, goal, link, outcomes[link.number])]
    if judged.flipped:
        awards.insert(0, Award("none", Fraction(0), "derivation.sign", f"Here {judged.defined.head} has the other sign than in the question; "
                               "it is marked as you define it.", "own definition turned"))
    waiting = [o for o in outcomes.values() if o in ("open", "unread", "assumed")]
    awards += _unread_starts(judged)
    waiting += ["unread"] * len(_unread_starts(judged))
    points, tag, words, person = _amount(part, judged, goal, reached, outcomes, bool(waiting))
    first = next((k for k in judged.links if outcomes[k.number] == "break"), None)
    foreseen = judged.explained(first)[1] if first is not None else None
    if foreseen is not None and foreseen.points is not None:
        points = foreseen.points
    if waiting and tag == "derivation.valid":
        tag, words = "derivation.open_line", "What was asked is reached, but not every line on the way could be settled."
    if waiting:
        person = True
        words += " What could not be read or decided goes to a person."
    status = _status(judged, outcomes)
    return run(part, Award("set", points, tag, words), *awards, needs_human=person, status=status)


def _status(judged: Judged, outcomes: dict[int, str]) -> Status | str:
    if not outcomes:
        return Status.UNDECIDED
    as_status = {"holds": Status.PROVED, "agrees": Status.AGREES, "carried": Status.REFUTED, "healed": Status.REFUTED, "strict": Status.REFUTED,
                 "break": Status.REFUTED}
    return conjunction(as_status.get(o, Status.UNDECIDED) for o in outcomes.values())


def _amount(part: Part, judged: Judged, goal: Goal, reached: Reached, outcomes: dict[int, str], waiting: bool) -> tuple[Fraction, str, str, bool]:
    """Points that are certain, the tag and words of the whole, and whether a person must look."""
    options = part.options
    counted = [k for k in judged.links if not goal.rewrites(k) and outcomes[k.number] not in ("healed", "carried")]
    valid = [k for k in counted if outcomes[k.number] in VALID]
    broken = [k for k in counted if outcomes[k.number] == "break"]
    strict = [k for k in counted if outcomes[k.number] == "strict"]
    steps = options.steps or _steps_of_answer(part, judged)
    agreeing = part.agrees != "credit" and any(o == "agrees" for o in outcomes.values())
    tag, words, person = _verdict(judged, goal, reached, bool(broken or strict), bool(counted))
    if options.credit == "waypoints":
        return *_waypoints(part, judged, goal, outcomes, tag, words), person or agreeing
    taken = max(len(counted), len(broken) + ("healed" in outcomes.values()))
    cost = Fraction(1, max(1, min(taken, max(steps, LEAST_COST))))
    if not counted or reached.how == "jump":
        share = Fraction(0)
    elif reached.how in ("derived", "alike"):
        missing = [k for k in counted if outcomes[k.number] in ("open", "unread", "assumed")]
        share = 1 - cost * (len(broken) + Fraction(len(strict), 2) + len(missing))
        share = min(share, Fraction(1) if reached.how == "derived" else 1 - cost)
    else:
        share = Fraction(1, 2) * min(Fraction(1), Fraction(len(valid), max(1, steps)))
    if options.credit == "all_or_nothing":
        share = Fraction(1) if reached.how == "derived" and share == 1 else Fraction(0)
    if waiting and not valid:
        share = Fraction(0)
    return part.points * max(Fraction(0), share), tag, words, person or agreeing


def _verdict(judged: Judged, goal: Goal, reached: Reached, broken: bool, progress: bool) -> tuple[str, str, bool]:
    """Tag and words of the whole derivation; whether a person must look."""
    starts = any(goal.form(c[0]) == goal.start for c in judged.derivation.chains)
    if reached.how == "derived":
        if broken:
            return "derivation.right_end", "The end is what was asked, but not every line on the way follows.", False
        return "derivation.valid", "Every line follows, from what was given to what was asked.", False
    if reached.how == "jump":
        if any(not goal.rewrites(k) for k in judged.links if k.number > max(r.number for r in reached.links)):
            return "derivation.circular", "The statement to be shown is itself used, and no line leads to it. A person looks at this.", True
        return "derivation.jump", "What was to be shown is written down without a step between. A person looks at this.", True
    if reached.how == "alike":
        return "derivation.break", "One line does not follow; what comes after it was marked from your own line.", False
    if reached.mixed:
        return "derivation.mixed_signs", "The chain goes up in one place and down in another, so it does not compare its ends.", False
    if not progress:
        return "derivation.no_progress", "The lines only rewrite the first expression.", False
    if reached.how == "equal" and not broken:
        return "derivation.form", "The last line equals what was asked but is not written that way. A person looks at the end.", True
    if not starts:
        return "derivation.start", "It does not begin with what was given, or does not end with what was asked.", False
    return "derivation.goal", "It does not end with what was asked.", False


def _said(judged: Judged, goal: Goal, link: Link, outcome: str) -> list[Award]:
    """A word on one link, with the learner's own numbers where it fails."""
    side = judged.side(link.right)
    where = f"Line {side.line}, “{_short(side.text)}”: "
    none = Fraction(0)
    verdict = judged.settled.get(judged.label(link))
    if outcome in ("holds", "carried"):
        tag, words = ("derivation.carried", "it follows from your earlier line.") if outcome == "carried" else ("", "it follows.")
        made = [Award("none", none, tag, where + words, judged.label(link))]
        if judged.effective_sign(link) != link.sign:
            words = f"true, though = holds here, which says more than {link.sign}."
            made.append(Award("none", none, "derivation.weaker", where + words, f"{link.label} equal"))
        return made
    example = " ".join(verdict.finding.words) if verdict is not None else ""
    if outcome == "break":
        return [_broken(judged, link, where, example)]
    told = {
        "agrees": ("derivation.agrees", "it agrees at everything tried, which is no proof."),
        "healed": ("derivation.healed", "it takes back the slip of the line before, and does not count against you."),
        "strict": ("derivation.strict", f"the two can be equal, so the sign must allow it. {example}"),
        "assumed": ("derivation.open_line", "this does not hold in general; whether it may be assumed is for a person to say."),
        "unread": ("derivation.unread_line", f"it could not be read: {judged.why[link.right] or 'nothing stands before it'}." + _near(side)),
        "open": ("derivation.open_line", "it could not be decided" + (", the line before being unread." if judged.gap(link) else ".")),
    }[outcome]
    return [Award("none", none, told[0], where + told[1], judged.label(link) if verdict is not None else "")]


MISTAKES = {
    "direction": "the inequality holds the other way round.",
    "equality": "the two are not equal in general; only an inequality holds.",
    "log_inside": "the logarithm of a sum is not the sum of the logarithms.",
    "": "it does not follow from the line before.",
}


def _broken(judged: Judged, link: Link, where: str, example: str) -> Award:
    """A word on a link that fails: the author's own where the mistake was foreseen, and the example in numbers."""
    kind, entry = judged.explained(link)
    said = entry.feedback if entry is not None and entry.feedback else MISTAKES[kind]
    tag = entry.tag if entry is not None and entry.tag else f"derivation.{kind or 'break'}"
    return Award("none", Fraction(0), tag, f"{where}{said} {example}".strip(), judged.label(link))


def _unread_starts(judged: Judged) -> list[Award]:
    """First sides of chains that could not be read."""
    made = []
    for chain in judged.derivation.chains:
        if judged.terms[chain[0]] is None:
            side = judged.side(chain[0])
            made.append(Award("none", Fraction(0), "derivation.unread_line",
                              f"Line {side.line}, “{_short(side.text)}”: it could not be read: {judged.why[chain[0]]}." + _near(side)))
    return made


def _near(side: Any) -> str:
    return f" The nearest reading is {side.proposed}; it earns nothing until a person agrees." if side.proposed is not None else ""


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= 60 else words[:57] + "..."


def _steps_of_answer(part: Part, judged: Judged) -> int:
    """How many steps that are more than rewriting the author's derivation has."""
    if not part.answer:
        return DEFAULT_STEPS
    lines = build(formula_lines(part.answer, judged.asked.vocabulary))
    model = Judged(part, judged.asked, _Lines(lines), {})
    goal = Goal(model)
    return sum([not goal.rewrites(k) for k in model.links]) or DEFAULT_STEPS


@dataclass(frozen=True)
class _Lines:
    derivation: Any
    definitions: tuple[Any, ...] = ()


def _waypoints(part: Part, judged: Judged, goal: Goal, outcomes: dict[int, str], tag: str, words: str) -> tuple[Fraction, str, str]:
    """The points of every waypoint that some valid line is written like."""
    options = part.options
    named = sum([w.points for w in options.waypoints if w.points is not None], Fraction(0))
    unnamed = [w for w in options.waypoints if w.points is None]
    each = (part.points - named) / len(unnamed) if unnamed else Fraction(0)
    good = {k.right for k in judged.links if outcomes[k.number] in VALID} | {c[0] for c in judged.derivation.chains}
    total, reached = Fraction(0), 0
    for waypoint in options.waypoints:
        term, _ = completed_alone(waypoint.reach, part, judged.asked)
        if term is not None and any(judged.terms[k] is not None and goal.forms.says_the_same(judged.terms[k], term) for k in good):
            total += each if waypoint.points is None else waypoint.points
            reached += 1
    return total, "derivation.waypoint" if total else tag, words + f" {reached} of {len(options.waypoints)} expressions that earn points are reached."
