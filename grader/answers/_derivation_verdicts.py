"""From the steps of a derivation in a theory's language to its mark: was what was asked reached, what did it cost, a word on every line."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from grader.answers._derivation_lines import Judged, asked_of, layout_of
from grader.answers._kind import Award, Mark, Part
from grader.answers._kind import mark as run
from grader.model import Read, Status
from grader.reading import read
from grader.term import RELATIONS, Term, apply, relation
from grader.theories import AT_MOST, Link
from grader.theories._alike import alike, skeleton
from grader.theories._derivation import Placed, is_statement
from grader.theories._theory import breaks

LEAST_COST = 4
"""A broken link never costs less than one part in this many (or in the number of steps of the author's own derivation)."""
DEFAULT_STEPS = 3
_TURN = {"=": "=", "<=": ">=", ">=": "<=", "<": ">", ">": "<"}



@dataclass(frozen=True)
class Reached:
    """How the goal was reached: "derived", "turned" (from the statement to be shown to something that always holds), "jump", "alike" (but for a number),
    "equal" (in another form), "circular", or "no"."""

    how: str
    starts: bool = True


def outcomes(judged: Judged) -> list[str]:
    """For each link: rewrite, holds, agrees, break, healed (it takes back an earlier slip), open or unread."""
    made = []
    for k, place in enumerate(judged.placed):
        step = judged.step(k)
        if place.link is not None and alike(place.link.left, place.link.right) and step is not None and step.relation in ("equal", "equivalent"):
            made.append("rewrite")
        elif step is not None and "condition" in step.tags:
            made.append("rewrite")  # "= 0" sets a derivative to zero and claims nothing
        elif step is None or step.relation is None and not {"does_not_follow"} & set(step.tags):
            made.append("unread" if step is not None and "unread" in step.tags else "open")
        elif breaks(step):
            healed = judged.settled.get(f"step {k + 1} healed")
            made.append("healed" if healed is not None and healed.equal else "break")
        else:
            made.append("agrees" if step.status is Status.AGREES else "holds")
    return made


def _composed(links: list[Link]) -> str | None:
    """What the signs of links in a row come to."""
    found = "="
    for link in links:
        sign = link.sign or "="
        if sign == "=":
            continue
        if sign not in AT_MOST:
            return sign if found == "=" and link is links[-1] else None
        if found != "=" and found[0] != sign[0]:
            return None
        found = sign if found in ("=", sign) else sign[0]
    return found


def _suits(sign: str | None, asked: str) -> bool:
    return sign is not None and (sign == asked or asked in ("<=", ">=") and sign in ("=", asked[0]))


def reached(judged: Judged, results: list[str]) -> Reached:
    """The best way in which the goal was reached."""
    goal, start, options = judged.asked.goal, judged.asked.start, judged.part.options
    assert goal is not None
    first, last = judged.first, judged.last
    if first is None or last is None:
        return Reached("no")
    progress = sum(r in ("holds", "agrees", "break") for r in results)
    starts = start is None or alike(first, start) or judged.holds("start")
    if is_statement(goal):
        return _reached_statement(judged, goal, first, last, starts, progress, results)
    best = Reached("no", starts)
    links = [(k, p.link) for k, p in enumerate(judged.placed) if p.link is not None and not p.link.statement]
    for i, (_, one) in enumerate(links):
        for j in range(i, len(links)):
            row = [link for _, link in links[i:j + 1]]
            if any(a.right != b.left for a, b in zip(row, row[1:])):
                break
            for a, b, turned in ((one.left, row[-1].right, False), (row[-1].right, one.left, True)):
                sign = _composed(row)
                if turned:
                    sign = _TURN.get(sign or "")
                if not (start is None or alike(a, start) or a == first and judged.holds("start") and not turned) or not _suits(sign, options.relation):
                    continue
                if alike(b, goal) or options.end == "equal" and b == last and judged.holds("goal"):
                    count = sum(results[k] != "rewrite" for k, _ in links[i:j + 1])
                    if count > options.between or count and options.between == 0:
                        return Reached("derived", True)
                    best = Reached("jump", True)
    if best.how == "no" and starts and progress:
        if alike(last, goal):
            return Reached("equal", starts)
        if judged.holds("goal"):
            return Reached("equal", starts)
        if skeleton(last) == skeleton(goal) and "break" in results:
            return Reached("alike", starts)
    return best


def _reached_statement(judged: Judged, goal: Term, first: Term, last: Term, starts: bool, progress: int, results: list[str]) -> Reached:
    options = judged.part.options
    links = [p.link for p in judged.placed if p.link is not None]
    if len(links) == 1 and not links[0].statement and links[0].sign in RELATIONS and alike(relation(links[0].sign, first, last), goal):
        return Reached("jump", True)
    theorem = judged.settled.get("goal always")
    if theorem is not None and theorem.equal and "break" not in results:
        return _reached_theorem(judged, goal, first, last, results)
    if alike(last, goal) and not alike(first, goal) and (starts or judged.asked.start is None):
        return Reached("derived" if progress > options.between or progress and options.between == 0 else "jump", starts)
    if alike(first, goal):
        return Reached("circular", starts)
    if starts and progress and judged.holds("goal"):
        return Reached("derived" if options.end == "equal" else "equal", starts)
    if starts and "break" in results and skeleton(last) == skeleton(goal):
        return Reached("alike", starts)
    return Reached("no", starts)


def _reached_theorem(judged: Judged, goal: Term, first: Term, last: Term, results: list[str]) -> Reached:
    """A statement that always holds follows from anything, so steps must be seen to be small: each moves terms or multiplies by a number, between the
    statement to be shown and one that plainly holds (a square is not negative); otherwise a person looks."""
    links = [p.link for p in judged.placed if p.link is not None]
    small = len(links) == len(judged.placed) and all(link.statement and plain_step(link) for link in links)
    for a, b, how in ((first, last, "derived"), (last, first, "turned")):
        if alike(b, goal) and small and evident(a) and "open" not in results and "unread" not in results:
            return Reached(how)
    if alike(first, goal) and not alike(last, goal):
        return Reached("large" if "holds" in results and evident(last) else "circular")
    return Reached("large") if alike(last, goal) else Reached("no", judged.holds("start"))


def plain_step(link: Link) -> bool:
    """Are the differences of the sides of two relations the same up to a number (which turns the sign where it is negative)?"""
    from grader.algebra.rational import NotRational, rational

    if any(t.kind != "relation" or len(t.signs) != 1 for t in (link.left, link.right)):
        return False
    names: dict[Term, str] = {}

    def atom(node: Term) -> str | None:
        if node.kind == "number" or node.kind == "symbol" or node.kind == "apply" and node.name in ("add", "neg", "mul", "div", "pow"):
            return None
        return names.setdefault(node, f"_{len(names)}")

    try:
        one, two = [rational(apply("add", t.args[0], apply("neg", t.args[1])), atom=atom) for t in (link.left, link.right)]
        factor = (one / two).as_fraction()
    except (NotRational, ZeroDivisionError):
        return False
    sign = link.right.signs[0]
    return factor is not None and factor != 0 and link.left.signs[0] == (sign if factor > 0 else _TURN.get(sign, sign))


def evident(statement: Term) -> bool:
    """Does the relation hold at a glance: a sum of even powers and the like is not negative, two sides are written alike?"""
    if statement.kind == "constant":
        return statement.name == "true"
    if statement.kind != "relation" or len(statement.signs) != 1:
        return False
    (a, b), sign = statement.args, statement.signs[0]
    if sign in ("<=", "<"):
        a, b, sign = b, a, _TURN[sign]
    if sign == "=" or sign == ">=" and alike(a, b):
        return alike(a, b)
    return sign == ">=" and b.kind == "number" and b.value == 0 and _not_negative(a)


def _not_negative(term: Term) -> bool:
    if term.kind == "number" or term.kind == "apply" and term.name in ("abs", "exp", "sqrt", "norm"):
        return True
    if term.is_apply("pow") and term.args[1].kind == "number" and term.args[1].value.denominator == 1 and term.args[1].value % 2 == 0:
        return True
    return term.kind == "apply" and term.name in ("add", "mul", "div") and all(_not_negative(a) for a in term.args)


VERDICTS = {
    "derived": ("derivation.valid", "Every line follows, from what was given to what was asked.", False),
    "turned": ("derivation.valid", "Every line says the same as the statement to be shown, and the last always holds.", False),
    "jump": ("derivation.jump", "What was to be shown is written down without a step between. A person looks at this.", True),
    "large": ("derivation.large", "Every line holds, but whether the steps are small enough to show it is for a person to say.", True),
    "circular": ("derivation.circular", "It begins with the statement to be shown, and not every line leads back to it. A person looks at this.", True),
    "alike": ("derivation.break", "One line does not follow; what comes after it was marked from your own line.", False),
    "equal": ("derivation.form", "The last line equals what was asked but is not written that way. A person looks at the end.", True),
}


def mark(part: Part, judged: Judged) -> Mark:
    """The whole mark."""
    results = outcomes(judged)
    how = reached(judged, results)
    broken, waiting = results.count("break"), [r for r in results if r in ("open", "unread")]
    awards = [a for k, place in enumerate(judged.placed) if (a := _said(judged, k, place, results[k])) is not None]
    tag, words, person = _verdict(how, broken, results)
    points = part.points * _share(part, judged, how, results)
    if part.options.credit == "waypoints":
        points, tag, words = _waypoints(part, judged, results, tag, words)
        person = person and how.how not in ("jump", "equal", "large")
    if part.agrees != "credit" and "agrees" in results:
        person = True
    if waiting:
        if tag == "derivation.valid":
            tag, words = "derivation.open_line", "What was asked is reached, but not every line on the way could be settled."
        person, words = True, words + " What could not be read or decided goes to a person."
    status = Status.REFUTED if broken else Status.UNDECIDED if waiting or not judged.placed else Status.AGREES if "agrees" in results else Status.PROVED
    return run(part, Award("set", points, tag, words), *awards, needs_human=person, status=status)


def _verdict(how: Reached, broken: int, results: list[str]) -> tuple[str, str, bool]:
    if how.how in ("derived", "turned") and broken:
        return "derivation.right_end", "The end is what was asked, but not every line on the way follows.", False
    if how.how == "equal" and broken:
        return "derivation.break", "One line does not follow; what comes after it was marked from your own line.", False
    if how.how in VERDICTS:
        return VERDICTS[how.how]
    if broken and how.starts:
        return "derivation.goal", "It does not end with what was asked, and not every line follows.", False
    if not any(r in ("holds", "agrees") for r in results):
        return "derivation.no_progress", "The lines only rewrite the first expression.", False
    if not how.starts:
        return "derivation.start", "It does not begin with what was given, or does not end with what was asked.", False
    return "derivation.goal", "It does not end with what was asked.", False


def _share(part: Part, judged: Judged, how: Reached, results: list[str]) -> Fraction:
    counted = [r for r in results if r not in ("rewrite", "healed")]
    valid = [r for r in counted if r in ("holds", "agrees")]
    missing = [r for r in counted if r in ("open", "unread")]
    broken = counted.count("break")
    steps = part.options.steps or _steps_of_answer(part)
    taken = max(len(counted), broken + ("healed" in results))
    cost = Fraction(1, max(1, min(taken, max(steps, LEAST_COST))))
    if not counted or how.how in ("jump", "circular", "large"):
        share = Fraction(0)
    elif how.how in ("derived", "turned", "alike") or how.how == "equal" and broken:
        share = 1 - cost * (broken + len(missing))
        share = min(share, 1 - cost) if how.how in ("alike", "equal") else share
    else:
        share = Fraction(1, 2) * min(Fraction(1), Fraction(len(valid), max(1, steps)))
    if part.options.credit == "all_or_nothing":
        share = Fraction(1) if how.how in ("derived", "turned") and share == 1 else Fraction(0)
    return max(Fraction(0), share) if valid or not missing else Fraction(0)


def _steps_of_answer(part: Part) -> int:
    """How many steps that are more than rewriting the author's derivation has."""
    if not part.answer:
        return DEFAULT_STEPS
    links = layout_of(part.answer, asked_of(part).context).links
    return sum(not alike(link.left, link.right) for link in links) or DEFAULT_STEPS


def _waypoints(part: Part, judged: Judged, results: list[str], tag: str, words: str) -> tuple[Fraction, str, str]:
    """The points of every waypoint that some valid line is written like."""
    options = part.options
    named = sum([w.points for w in options.waypoints if w.points is not None], Fraction(0))
    unnamed = [w for w in options.waypoints if w.points is None]
    each = (part.points - named) / len(unnamed) if unnamed else Fraction(0)
    good = [p.link.right for p, r in zip(judged.placed, results) if p.link is not None and r in ("holds", "agrees", "rewrite")]
    total, count = Fraction(0), 0
    for waypoint in options.waypoints:
        found = read(waypoint.reach, asked_of(part).context.vocabulary)
        if isinstance(found, Read) and any(alike(found.term, side) for side in good):
            total += each if waypoint.points is None else waypoint.points
            count += 1
    return total, "derivation.waypoint" if total else tag, words + f" {count} of {len(options.waypoints)} expressions that earn points are reached."


def _conditions(conditions: tuple[str, ...]) -> str:
    """What a step rests on, in sentences."""
    plain = [c for c in conditions if not c.startswith("up to ") and ", so " not in c]
    named = [f"This holds {c}." for c in conditions if c.startswith("up to ")] + ([f"Where {', '.join(plain)}."] if plain else [])
    return "".join(f" {said}" for said in [*named, *(f"{c[:1].upper()}{c[1:]}." for c in conditions if ", so " in c)])


def _said(judged: Judged, k: int, place: Placed, result: str) -> Award | None:
    """A word on one link, with the learner's own numbers where it fails."""
    step = judged.step(k)
    if result == "rewrite" or step is None:
        return None
    text = judged.derived.texts[place.line] if place.line < len(judged.derived.texts) else ""
    short = " ".join(text.replace("&", " ").split())
    where = f"Line {place.line + 1}, “{short if len(short) <= 60 else short[:57] + '...'}”: "
    conditions = _conditions(step.conditions) if result != "break" else ""
    none = Fraction(0)
    label = next((label for label in judged.settled if label.startswith(f"step {k + 1} ")), "")
    if result == "healed":
        return Award("none", none, "derivation.healed", f"{where}it takes back the slip of an earlier line, and does not count against you.", label)
    if result == "break":
        tag = "derivation.direction" if "direction" in step.tags else "derivation.break"
        return Award("none", none, tag, f"{where}{step.reason} {step.example}".strip(), label)
    if result in ("open", "unread"):
        return Award("none", none, f"derivation.{result}_line", f"{where}{step.reason}", label)
    tag = "derivation.agrees" if result == "agrees" else "derivation.roots" if "roots_gained" in step.tags else ""
    extra = f" {step.example}" if "roots_gained" in step.tags else ""
    return Award("none", none, tag, f"{where}{step.reason}{extra}{conditions}", label)
