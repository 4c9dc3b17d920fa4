"""Step sizes as an answer: the region of step sizes for which an iteration converges, however it is written.

The step sizes for which all starts tend to one and the same point are those for which all eigenvalues of the update lie inside the unit circle. Schur
and Cohn's conditions say that by polynomials > 0; that they are the right ones is a claim of its own ("conditions"). The learner's region is then
compared with them as a set, in both directions, over positive step sizes and the declared domains of the other symbols.
"""

from __future__ import annotations

import dataclasses
import re
from fractions import Fraction
from functools import lru_cache

from grader import reading as reader
from grader.answers import _game
from grader.answers._course_words import listen
from grader.answers._kind import Claim, Mark, Part, Read, Reading, Settled, Unread, full, mark_known_wrong, person
from grader.answers._points import shown
from grader.domain import Domain
from grader.model import Answer, Follows, Satisfies, SpecError, Status
from grader.reading.stated import stated
from grader.reading.vocabulary import Vocabulary
from grader.term import Span, Term, apply, constant, free_names, number, relation

TAGS = {"convergence.region": "The region is right.", "convergence.too_many": "The region contains step sizes that do not converge.",
        "convergence.too_few": "The region leaves out step sizes that converge.", "convergence.wrong_region": "The region is wrong on both sides.",
        "convergence.restated": "The region is right, and a further condition beside it is not seen to be the same."}


def _name(part: Part) -> str:
    """The open step size: the option `step`, under the name the part declares for it."""
    found = _game.expression(part.options.step, part, "step")
    if found.kind != "symbol":
        raise SpecError("expected the symbol of the step size, such as eta, where a region is asked", key="step")
    return found.name


@lru_cache(maxsize=64)
def _conditions(part: Part) -> Term:
    """Schur and Cohn's conditions as one formula. Fails with `SpecError` when the system is not affine or always keeps the eigenvalue 1."""
    from grader.algebra import dynamics, stability

    map_ = dynamics.affine(dynamics.system(dict(_game.parameters(part))))
    if map_ is None:
        raise SpecError("expected an iteration that is affine in its variables", key="game")
    at_one = map_.ring.constant(0)
    for coefficient in stability.characteristic(map_):
        at_one = at_one + coefficient
    if at_one.is_zero():
        raise SpecError("this iteration has a line of points that stay: it never tends to one and the same point", key="game")
    sides = [relation(">", map_.ring.term(c), number(0)) for c in stability.stability_conditions(map_)]
    return apply("and", *sides) if len(sides) > 1 else sides[0]


def check(part: Part) -> None:
    """Fails with `SpecError` when no region can be asked of the part."""
    _name(part)
    _conditions(part)
    foreseen = [("wrong", entry.answer) for entry in part.wrong if entry.answer]
    for key, written in [*([("answer", part.answer)] if part.answer else []), *foreseen]:
        if not isinstance(read(Answer("", written), part), Read):
            raise SpecError(f"expected a condition on {_name(part)}, found {written!r}", key=key)


def read(answer: Answer, part: Part) -> Reading:
    """The region as a formula; "never" and "any step size" in words."""
    said = listen(answer.text, None, answer.provenance.ocr)
    steps = said.of("step_helps", "converges")
    vocabulary = dataclasses.replace(_game.vocabulary(part), sequences=frozenset())
    formula = reader.read(answer.text, vocabulary)
    if not isinstance(formula, Read):
        candidates = stated(answer.text, vocabulary)  # "we need |1 - eta| < 1, i.e. 0 < eta < 2"
        if len(candidates) == 1 and isinstance(found := reader.read(candidates[0].text, vocabulary), Read):
            formula = found
    if isinstance(formula, Read) and formula.term.is_apply("iff", 2):
        formula = Read(formula.term.args[1], extra=(formula.term.args[0],))
    if not isinstance(formula, Read) and (several := _conditions_said(answer.text, part, vocabulary)):
        return Read(several[-1], extra=tuple(several[:-1]))
    if isinstance(formula, Read) and _is_formula(formula.term):
        unknown = sorted(free_names(formula.term) - {s.name for s in part.symbols} - {_name(part)})
        if not unknown:
            return formula
        formula = Unread(f"{unknown[0]} is not known here")
    if steps and not said.unclear and len({s.holds for s in steps}) == 1 and not steps[0].holds:
        return Read(constant("false"))
    if answer.text.strip().lower().strip(".!") in ("never", "none", "no step size", "for no step size"):
        return Read(constant("false"))
    reason = formula.reason if isinstance(formula, Unread) else "this is no condition on the step size"
    return Unread(reason, Span(0, len(answer.text)), f"Write a condition on {_name(part)}, such as 0 < {_name(part)} < 1.")


_JOINS = re.compile(r"[\s,;:.$]*(?:\bi\.\s?e\.|\bthat is(?: to say)?\b|\b(?:or )?equivalently\b|\bif and only if\b|\biff\b|\bsince (?:then|this means)\b|\bbecause\b|\bwhich (?:is|means|gives|is the same as)\b|"
                    r"\bmeaning\b|\b(?:and )?(?:so|hence|thus|therefore)\b|\\(?:iff|Leftrightarrow|Rightarrow|implies|Longleftrightarrow)(?![A-Za-z])|<=>|=>|⇔|⟺|⇒)[\s,;:$]*", re.IGNORECASE)
"""Words and signs between two ways to say one condition."""
_LEADS = re.compile(r"^[\s$,;:.]*(?:(?:(?:so|then|thus|hence|therefore|now|for|this|that|it|gd|gradient descent|the (?:iteration|method|update|algorithm|iterates?)|we|you|one|step size|"
                    r"convergence|stability|is|are|to|have|holds?|only|exactly|precisely|and|with)\s+)*(?:needs?|requires?|wants?|must have|converges?|stable|contracts?|convergent|if|when|whenever|for|"
                    r"provided(?: that)?|as long as|exactly|choose|take|pick|with)\s+)*[\s$:,]*", re.IGNORECASE)
"""Words that lead to a condition."""
MOST_SAID = 4


def _conditions_said(words: str, part: Part, vocabulary: Vocabulary) -> list[Term]:
    """The conditions of "we need |1 - eta| < 1, i.e. 0 < eta < 2", in order; empty where some piece is no condition on the step size."""
    pieces = [p for p in _JOINS.split(words) if p.strip(" .,;:$")]
    if not 1 <= len(pieces) <= MOST_SAID:
        return []
    found = []
    for piece in pieces:
        content = _LEADS.sub("", f"{piece} ", count=1).strip(" .,;:$")
        if not content:
            continue
        heard = reader.read(content, vocabulary)
        known = {s.name for s in part.symbols} | {_name(part)}
        if not isinstance(heard, Read) or heard.proposed or not _is_formula(heard.term) or not free_names(heard.term) <= known or _name(part) not in free_names(heard.term):
            return []
        found.append(heard.term)
    return found


def _is_formula(term: Term) -> bool:
    return term.kind == "relation" or term.is_apply("and") or term.is_apply("or") or term.is_apply("not") or term.kind == "constant"


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """The conditions are the right ones; each good step size is in the region; each one in the region is good; for a region that is not right,
    whether it is a foreseen one."""
    if not isinstance(reading, Read):
        return ()
    conditions = _conditions(part)
    known = dict(part.domains())
    old = known.get(_name(part), Domain("real"))
    low = old.lower if old.lower is not None and old.lower > 0 else Fraction(0)
    known[_name(part)] = dataclasses.replace(old, field="real" if old.field == "complex" else old.field, lower=low,
                                             lower_strict=old.lower_strict if low else True)
    domains = tuple(sorted(known.items()))
    parameters = _game.without(_game.parameters(part), "start")
    made = (Claim(Satisfies((conditions,), "dynamics.stability", parameters), domains, label="conditions"),
            Claim(Follows((conditions,), reading.term), domains, label="complete"),
            Claim(Follows((reading.term,), conditions), domains, label="sound"))
    made += tuple([Claim(Follows((), apply("iff", other, reading.term)), domains, label=f"restated {k}") for k, other in enumerate(reading.extra or ())])
    if not any(label in settled and settled[label].status is Status.REFUTED for label in ("complete", "sound")):
        return made
    foreseen = [(k, read(Answer("", entry.answer), part)) for k, entry in enumerate(part.wrong) if entry.answer]
    return made + tuple([Claim(Follows((), apply("iff", reading.term, other.term)), domains, label=f"wrong {k}") for k, other in foreseen
                         if isinstance(other, Read)])


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """All points for the same region."""
    statuses = {label: settled[label].status for label in ("conditions", "complete", "sound")}
    refuted = [label for label in ("sound", "complete") if statuses[label] is Status.REFUTED]
    if statuses["conditions"] is Status.PROVED and refuted:
        tag = "convergence.wrong_region" if len(refuted) == 2 else "convergence.too_many" if refuted == ["sound"] else "convergence.too_few"
        said = {"sound": "It contains step sizes with which the values do not settle.",
                "complete": "It leaves out step sizes with which they settle."}
        words = [shown(settled["sound"].finding.words[:1], reading.term, part)] if "sound" in refuted else []
        return mark_known_wrong(part, settled, tag, " ".join([*(said[r] for r in refuted), *words]).strip(), refuted[0])
    apart = [v for label, v in settled.items() if label.startswith("restated") and v.equal is not True]
    if apart and all(s in (Status.PROVED, Status.AGREES) for s in statuses.values()):
        return person(part, "convergence.restated", "Two conditions are given that are not seen to say the same.")
    if all(s in (Status.PROVED, Status.AGREES) for s in statuses.values()):
        return full(part, "convergence.region", "", "sound", Status.PROVED)
    return person(part, "convergence.undecided", "Whether the region is the right one could not be decided.")
