"""The update rules of an iteration, stated as equations.

What it checks
    For each variable that the stated equation holds in every step of the game (or update map), and fixes the variable's new value.

What learners may write
    `q_{t+1} = q_t + p_t`, `q_t+1 = q_t + p_t`, `q_t = q_{t-1} + p_{t-1}`, `q' = q + p`, `q_new = q + p`, `q <- q + p`, lines of Python; with the
    step size by a letter of its own; in any order, solved for anything, with another rule put in (`p_{t+1} = -q_t`).

Definition used
    The equations of a step are those of the `order` and `mode` of the game. An equation is right when it becomes an identity once every new value is
    replaced by what a step makes it. Assignments without time run one after the other. Each variable's rule has an equal share of the points.

Fails when
    No equation can be read, the gradient is not worked out, or only a listing order decides: a person then.

Example
    kind: update_rule
    game: {min: p, max: q, value: p*q}
    order: [q, p]
    answer: q_{t+1} = q_t + p_t, p_{t+1} = p_t - q_{t+1}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from grader.answers import _follow, _game, _rules
from grader.answers._kind import Award, Claim, Mark, Part, Read, Reading, Settled, Unread
from grader.answers._kind import mark as run
from grader.answers._rules import Rule, Rules
from grader.model import Answer, Satisfies, SpecError, Status
from grader.term import Span, apply, free_names

TAGS = {"update_rule.right": "Every rule is right.", "update_rule.wrong": "A rule is wrong.", "update_rule.missing": "A variable has no rule.",
        "update_rule.order_open": "Whether the rules are right depends on the order in which they are meant.",
        "update_rule.two": "Two rules for one variable, of which one is right.", "update_rule.undecided": "A rule could not be decided.",
        "update_rule.simultaneous": "All moves use the old values.", "update_rule.alternating": "A move uses new values.",
        "update_rule.order": "The variables move in the wrong order.", "update_rule.through": "The derivative was taken through the new value.",
        "update_rule.both_descend": "Both move down.", "update_rule.both_ascend": "Both move up.",
        "update_rule.wrong_sign": "Every move goes the wrong way.",
        "blank": "No rule was written.", "unread": "No rule could be read."}
PATTERNS = frozenset("simultaneous alternating order through both_descend both_ascend wrong_sign".split())


@dataclass(frozen=True)
class Options(_game.GameOptions):
    """The keys of a part of this kind."""


def check(part: Part) -> None:
    """Fails with `SpecError` when the options describe no iteration, the reference states no rules, or a pattern is unknown."""
    _game.check(part)
    for entry in part.wrong:
        if entry.pattern and entry.pattern not in PATTERNS:
            raise SpecError(f"{entry.pattern!r} is none of the patterns {', '.join(sorted(PATTERNS))}", key="wrong")
    if part.answer and not _find(part.answer, part).rules:
        raise SpecError(f"expected equations such as {_game.order(part)[0]}_{{t+1}} = ..., found {part.answer!r}", key="answer")


def _find(words: str, part: Part, ocr: bool = False) -> Rules:
    return _rules.find_rules(words, _setting(part), ocr=ocr)


@lru_cache(maxsize=256)
def _setting(part: Part) -> _rules.Setting:
    made, order = dict(_game.parameters(part)), _game.order(part)
    terms = [made["value"], made["step"]] if "value" in made else [r.args[1] for r in made["update"]]
    known = frozenset().union(*[free_names(t) for t in terms]) - set(order)
    return _rules.Setting(order, _game.vocabulary(part), made.get("step"), known)


def read(answer: Answer, part: Part) -> Reading:
    """The equations, with v' for the new value of v."""
    if not any(c.isalnum() for c in answer.text):
        return Unread("nothing is written", blank=True)
    found = _find(answer.text, part, answer.provenance.ocr)
    if not found.rules:
        if not any(c.isalnum() for c in found.rest) and not found.reason:
            return Unread("no rule is written", blank=True)
        reason = found.reason or "no equation for the next values was found"
        return Unread(reason, Span(0, len(answer.text)), f"Write {_game.order(part)[0]}_{{t+1}} = ...", tuple(found.notes))
    equations = tuple(dict.fromkeys(r.equation for r in found.rules))
    notes = tuple(n for n in dict.fromkeys(found.notes) if n.severity != "info" or n.code == "rules.step")
    return Read(equations[0] if len(equations) == 1 else apply("and", *equations), notes, extra=found)


def _labelled(reading: Read) -> Iterator[tuple[str, Rule]]:
    count: dict[str, int] = {}
    for rule in dict.fromkeys(reading.extra.rules):
        count[rule.variable] = count.get(rule.variable, 0) + 1
        yield rule.variable + (f" {count[rule.variable]}" if count[rule.variable] > 1 else ""), rule


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Each rule holds in a step; where one does not, whether the rules are those of a known misunderstanding."""
    if not isinstance(reading, Read):
        return ()
    parameters = _game.without(_game.parameters(part), "start")
    made = [_claim(rule, label, parameters) for label, rule in _labelled(reading)]
    if any(settled.get(label) and settled[label].status is Status.REFUTED for label, _ in _labelled(reading)):
        for label, rule in _labelled(reading):
            if rule.other is not None:
                made.append(_claim(Rule(rule.variable, rule.other, rule.typed), f"{label} old", parameters))
            for pattern in _patterns(part):
                made.append(_claim(rule, f"{pattern.name}: {label}", _game.without(pattern.parameters, "start")))
    return tuple(made)


def _patterns(part: Part) -> list[_follow.Pattern]:
    return [p for p in _follow.patterns(_game.parameters(part)) if p.name in PATTERNS]


def _claim(rule: Rule, label: str, parameters: _game.Parameters) -> Claim:
    return Claim(Satisfies((rule.equation,), "dynamics.rule", _game.changed(parameters, variable=rule.variable)), label=label)


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """An equal share for each variable's rule."""
    order = _game.order(part)
    share = part.points / len(order)
    states = {name: _state(name, reading, settled) for name in order}
    points = share * sum(s == "right" for s in states.values())
    found = set(states.values())
    pattern = _pattern(reading, part, settled) if "wrong" in found else None
    head = next((s for s in ("wrong", "missing", "order_open", "two", "undecided") if s in found), "right")
    awards = [Award("set", points, f"update_rule.{pattern.name if pattern and head == 'wrong' else head}", pattern.words if pattern else "", "")]
    if pattern:
        awards[0] = _own(part, pattern.name, awards[0])
    awards += [a for name in order if (a := _sentence(name, states[name], reading, settled)) is not None]
    if pattern is None:
        awards = _foreseen(awards, reading, part) if "wrong" in found else awards
    human = bool(found & {"order_open", "two", "undecided"})
    status = Status.REFUTED if "wrong" in found else Status.UNDECIDED if found - {"right"} else Status.PROVED
    return run(part, *awards, needs_human=human, status=status)


def _state(name: str, reading: Read, settled: Settled) -> str:
    """right, wrong, missing, undecided; "two" where one of two is right; "order_open" where it is right with old values only."""
    own = [(label, settled[label].status) for label, rule in _labelled(reading) if rule.variable == name and label in settled]
    statuses = {s for _, s in own}
    if not own:
        return "missing"
    if statuses == {Status.PROVED}:
        return "right"
    if statuses == {Status.REFUTED}:
        olds = [settled[f"{label} old"].status for label, _ in own if f"{label} old" in settled]
        return "order_open" if olds and all(s is Status.PROVED for s in olds) else "wrong"
    return "two" if Status.PROVED in statuses and Status.REFUTED in statuses else "undecided"


def _pattern(reading: Read, part: Part, settled: Settled) -> _follow.Pattern | None:
    """The misunderstanding under which every stated rule holds."""
    labels = [label for label, _ in _labelled(reading)]
    for pattern in _patterns(part):
        verdicts = [settled.get(f"{pattern.name}: {label}") for label in labels]
        if all(v is not None and v.status is Status.PROVED for v in verdicts):
            return pattern
    return None


def _sentence(name: str, state: str, reading: Read, settled: Settled) -> Award | None:
    label = next((l for l, rule in _labelled(reading) if rule.variable == name and l in settled and settled[l].status is not Status.PROVED), name)
    texts = {
        "wrong": " ".join(settled[label].finding.words) if label in settled else "", "missing": f"There is no rule for {name}.",
        "order_open": f"The rule for {name} is right if all values in it are old ones: a person must see what is meant.",
        "two": f"There are two rules for {name}, and only one is right: a person must see which counts.",
        "undecided": f"The rule for {name} could not be decided."}
    return Award("none", Fraction(0), f"update_rule.{state}", texts[state], label if label in settled else "") if state in texts else None


def _own(part: Part, pattern: str, award: Award) -> Award:
    for entry in part.wrong:
        if entry.pattern == pattern:
            amount = award.amount if entry.points is None else entry.points
            return Award("set", amount, entry.tag or award.tag, entry.feedback or award.text, award.claim)
    return award


def _foreseen(awards: list[Award], reading: Read, part: Part) -> list[Award]:
    """The author's feedback where the rules are those of a foreseen wrong answer."""
    own = {(r.variable, r.equation) for r in reading.extra.rules}
    for entry in part.wrong:
        if entry.answer and {(r.variable, r.equation) for r in _find(entry.answer, part).rules} == own:
            amount = awards[0].amount if entry.points is None else entry.points
            return [Award("set", amount, entry.tag or awards[0].tag, entry.feedback or awards[0].text, awards[0].claim), *awards[1:]]
    return awards


