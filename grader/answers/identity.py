"""An identity or bound between expressions over densities, or the final form of one.

What it checks
    That what is stated is true for all densities, and that it is what was asked: not a true triviality, not the definition over again, not
    another relation.

What learners may write
    An equation, an inequality or (where the reference is an expression, or `left` says what it is equal to) an expression; terms in any order and on
    either side; E or an integral or a sum, KL or its definition; `L` where the question defines it; a chain of which the ends are taken.

Definition used
    Truth: the statement holds for every choice of positive densities, functions, and numbers of the declared domains; shown by lemmas, or
    refuted by a small example in numbers. What was asked: with `form: terms` the same terms as the reference once they are all brought to one side;
    `form: split` the same once logarithms are split and sums drawn apart; `form: value` anything true that contains `must_contain` and does more than
    rewrite a side. A true statement of another form goes to a person, a true triviality earns nothing.

Fails when
    The statement cannot be decided, or it is not clear which density is meant: a person then.

Example
    kind: identity
    define: {L(q): '\\int q(z|x) \\log \\frac{p(x,z)}{q(z|x)} dz'}
    answer: \\log p(x) = L(q) + KL(q(z|x) || p(z|x))
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from grader.answers._chains import Derivation, build
from grader.answers._densities import HOLDS, TURNED, DensityOptions, author_term, complete, conclusion, formula_lines, question, sensible
from grader.answers._identity_forms import (
    accepted, contains, ends_of, forms_of, has_left, how_wrong, links_of, reference_of, sides_of, sign_of, suits, trivial)
from grader.answers._kind import Award, Claim, KnownAnswer, Mark, Part, Read, Reading, Settled, Unread, agreed, full, nothing, person
from grader.answers._kind import mark as run
from grader.kernel import conjunction
from grader.model import Answer, AtMost, Equal, Note, SpecError, Status
from grader.reading import read as read_text
from grader.term import Term, apply, relation

TAGS = {
    "identity.right": "What was asked, and true.",
    "identity.wrong": "It does not hold for all densities.",
    "identity.missing_term": "A term is missing.",
    "identity.sign": "A term has the wrong sign.",
    "identity.swapped": "The two densities of a KL divergence have changed places.",
    "identity.log": "A logarithm is missing, or one too many.",
    "identity.direction": "The inequality holds the other way round.",
    "identity.equality": "An equation where only an inequality holds.",
    "identity.trivial": "True of anything: nothing but one side, rewritten.",
    "identity.weaker": "An inequality where an equation is asked.",
    "identity.other_form": "True, but another relation or another form than was asked.",
    "identity.undecided": "It could not be decided.",
    "identity.conditional": "It holds only under a condition that the learner adds.",
    "identity.several": "Several statements are made that are not all true.",
    "identity.ambiguous": "It can be read in two ways and holds in one of them.",
    "blank": "Nothing was written.", "unread": "It cannot be read.",
}

PATTERNS = {"missing_term": "identity.missing_term", "sign": "identity.sign", "swapped": "identity.swapped", "log": "identity.log",
            "direction": "identity.direction", "equality": "identity.equality"}
"""Names for `wrong: [{pattern: ...}]`, each the tag that it goes by."""

SAID = {
    "identity.wrong": "This does not hold.",
    "identity.missing_term": "This does not hold: something is missing.",
    "identity.sign": "This does not hold: look at the signs.",
    "identity.swapped": "This does not hold: KL is not symmetric, look at the order of the densities.",
    "identity.log": "This does not hold: look at where the logarithm is taken.",
    "identity.direction": "The inequality holds the other way round.",
    "identity.equality": "The two sides are not equal in general; only an inequality holds.",
}


MAX_SIDES = 12


@dataclass(frozen=True)
class Options(DensityOptions):
    """The keys of a part of this kind."""

    left: str = field(default="", metadata={"help": "what an answer that is only an expression is equal to (default: the reference's left side)"})
    form: Literal["terms", "split", "value"] = field(default="terms", metadata={
        "help": "terms: the reference's terms in any order; split: up to splitting logarithms; value: anything true and not trivial"})
    must_contain: tuple[str, ...] = field(default=(), metadata={"help": "with form: value, expressions that the answer must contain"})


def check(part: Part) -> None:
    """Fails with `SpecError` when the reference, an option or a foreseen answer cannot be read."""
    asked = question(part, ("answer",))
    reference = asked["answer"]
    if reference is None:
        raise SpecError("expected the reference", key="answer")
    if reference.kind == "relation" and (len(reference.signs) != 1 or sign_of(reference.signs[0]) not in TURNED):
        raise SpecError("expected one equation, one inequality, or an expression", key="answer")
    for entry in (*part.wrong, *part.accept):
        if entry.answer:
            author_term(entry.answer, part, "wrong" if entry in part.wrong else "accept")
        elif entry.pattern and entry.pattern not in PATTERNS:
            raise SpecError(f"expected one of {', '.join(PATTERNS)}; found {entry.pattern!r}", key="wrong.pattern")
    for text in (part.options.left, *part.options.must_contain):
        if text:
            author_term(text, part, "left" if text == part.options.left else "must_contain")


# ------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True)
class Beside:
    """What was read beside the answer's statement: other readings of it, and other statements (each has to hold as well)."""

    readings: tuple[Term, ...] = ()
    statements: tuple[Term, ...] = ()
    conditions: tuple[Term, ...] = ()
    """Conditions that the learner adds; a statement that needs them is for a person."""


def read(answer: Answer, part: Part) -> Reading:
    """One relation or expression, completed. Of several lines that hang together the chain is read; other statements are kept to be checked."""
    if not answer.text.strip():
        return Unread("nothing is written", blank=True)
    asked = question(part, ("answer",))
    found = formula_lines(answer.text, asked.vocabulary)
    beside: tuple[Term, ...] = ()
    whole = read_text(answer.text, asked.vocabulary) if len(found) < 2 else None
    if isinstance(whole, Unread) or whole is None or whole.term.kind not in ("relation", "apply", "binder", "symbol"):
        several = _of_lines(build(found)) if found else None
        if several is not None:
            whole, beside = several
    if whole is None or isinstance(whole, Unread):
        return whole or Unread("no formula is found", hint="Write the relation as one formula.")
    conditions: tuple[Term, ...] = ()
    if whole.term.is_apply("where"):
        conditions = whole.term.args[1:]
        whole = replace(whole, term=whole.term.args[0], alternatives=())
    sides = max([len(t.args) for t in (whole.term, *beside) if t.kind == "relation"], default=0)
    if max(sides, len(beside)) > MAX_SIDES:
        return Unread(f"it has {max(sides, len(beside))} sides or statements; at most {MAX_SIDES} are read")
    others = tuple([a for a in whole.alternatives if sensible(a)])
    made, notes = complete([whole.term, *others, *beside], asked)
    good = [t for t in made[:1 + len(others)] if isinstance(t, Term)]
    if not good or not all(isinstance(t, Term) for t in made[1 + len(others):]):
        why = next(str(t) for t in made if not isinstance(t, Term))
        return Unread(why, hint="Say which density is meant, for example q(z|x).", notes=whole.notes)
    extra = Beside(tuple(dict.fromkeys(good[1:])), tuple(made[1 + len(others):]), conditions)  # type: ignore[arg-type]
    return Read(good[0], (*whole.notes, *[Note(n, None, "repair", "densities.taken") for n in notes]), proposed=whole.proposed, extra=extra)


def _of_lines(derivation: Derivation) -> tuple[Read | Unread, tuple[Term, ...]] | None:
    """The last statement of some lines (a chain, or a line that repeats its left side), and the others; None where there is none."""
    if derivation.unread:
        side = derivation.unread[0]
        return Unread(side.why, side.span, proposed=side.proposed), ()
    made: list[list[tuple[str, int]]] = []
    for link in derivation.links:
        first = link.again if link.again is not None else link.left
        if link.again is not None or not made or made[-1][-1][1] != link.left:
            made.append([("", first)])
        made[-1].append((link.sign, link.right))
    if not made:
        return (Read(derivation.sides[0].typed), ()) if len(derivation.sides) == 1 and derivation.sides[0].typed is not None else None
    sides = derivation.sides
    relations = [relation(tuple([s for s, _ in m[1:]]), *[t for _, k in m if (t := sides[k].typed) is not None]) for m in made]
    other = relation(relations[-1].signs, *[t for _, k in made[-1] if (t := (*sides[k].others, sides[k].typed)[0]) is not None])
    return Read(relations[-1], alternatives=(other,) if other != relations[-1] else ()), tuple(relations[:-1])


# -------------------------------------------------------------------------------------------------------------- claims


def claims(reading: Reading, part: Part, settled: Settled) -> tuple[Claim, ...]:
    """Every link of the answer; an expression against the reference; and, where it fails, the other direction and the foreseen wrong answers."""
    if not isinstance(reading, Read):
        return ()
    given = question(part, ("answer",)).given

    def state(what: Equal | AtMost, label: str) -> Claim:
        return Claim(what, part.domains(), given, label)

    links = links_of(reading.term)
    made = [state(c, label) for c, label in _statements(reading.term, part)]
    for j, other in enumerate(reading.extra.statements):
        made += [state(c, f"beside {j} {label}") for c, label in _statements(other, part)]
    if not any(v.status is Status.REFUTED for v in settled.values()):
        return tuple(made)
    if links:
        left, sign, right = ends_of(reading.term)
        if sign in ("<=", ">=", "<", ">"):
            made.append(state(conclusion(left, TURNED[sign][0] + "=", right), "turned"))
            if sign in "<>":
                made.append(state(conclusion(left, sign + "=", right), "weak"))
        if sign == "=":
            made += [state(conclusion(left, s, right), f"only {s}") for s in ("<=", ">=")]
    for j, other in enumerate(reading.extra.readings):
        made += [state(c, f"other {j} {label}") for c, label in _statements(other, part)]
    for k, entry in enumerate(part.wrong):
        made += [state(c, label) for c, label in _as_wrong(reading.term, entry, part, k)]
    return tuple(made)


def _statements(term: Term, part: Part) -> list[tuple[Equal | AtMost, str]]:
    """What a reading of the answer states, link by link."""
    links = links_of(term)
    if not links:
        return [(Equal(term, reference_of(part)[2]), "answer")]
    return [(conclusion(a, s, b), f"own {k}") for k, (a, s, b) in enumerate(links, 1) if s in TURNED]


def _as_wrong(term: Term, entry: KnownAnswer, part: Part, k: int) -> list[tuple[Equal, str]]:
    """The claims that the answer is the k-th foreseen wrong one: the differences of the sides are equal, as they stand or turned."""
    if not entry.answer:
        return []
    found = complete([author_term(entry.answer, part, "wrong")], question(part, ("answer",)))[0][0]
    if not isinstance(found, Term) or (found.kind == "relation") != (term.kind == "relation"):
        return []
    if found.kind != "relation":
        return [(Equal(term, found), f"wrong {k}")]
    (a, s, b), (c, t, d) = ends_of(term), ends_of(found)
    if s is None or t is None or (s == "=") != (t == "="):
        return []
    own, wrong = apply("add", a, apply("neg", b)), apply("add", c, apply("neg", d))
    same, turned = (Equal(own, wrong), f"wrong {k}"), (Equal(own, apply("neg", wrong)), f"wrong {k} turned")
    if s == "=":
        return [same, turned]
    return [same] if s[0] == t[0] else [turned]


# --------------------------------------------------------------------------------------------------------------- marks


def mark(reading: Reading, part: Part, settled: Settled) -> Mark:
    """Right, wrong with a tag that says how, trivial, or true in another form."""
    assert isinstance(reading, Read)
    term = reading.term
    own = {label: v for label, v in settled.items() if label.startswith("own ") or label == "answer"}
    links = links_of(term)
    if any(s not in TURNED for _, s, _ in links) or not own:
        return person(part, "identity.undecided", "A sign in it is none that can be checked.")
    status = conjunction(v.status for v in own.values())
    failing = next((label for label, v in own.items() if v.status is Status.REFUTED), "")
    for j, other in enumerate(reading.extra.readings):
        labels = [f"other {j} {label}" for _, label in _statements(other, part)]
        if failing and labels and all(label in settled and settled[label].status in HOLDS for label in labels):
            return person(part, "identity.ambiguous", f"This can be read in two ways; read as {other} it holds. A person decides.", labels[0])
    beside = next((label for label, v in settled.items() if label.startswith("beside ") and v.status is not Status.PROVED), "")
    if beside:
        return person(part, "identity.several", "Several statements are made, and not all of them hold or could be decided. A person looks.", beside)
    if failing and reading.extra.conditions:
        return person(part, "identity.conditional", "Without the condition that you add this does not hold. A person looks at it.", failing)
    if failing:
        return _mark_wrong(term, part, settled, failing)
    if status is Status.UNDECIDED:
        label = next(label for label, v in own.items() if v.status is Status.UNDECIDED)
        return person(part, "identity.undecided", "It could not be decided whether this holds.", label)
    bound_only = status is Status.AGREES and any(isinstance(v.claim.conclusion, AtMost) and v.status is Status.AGREES for v in own.values())
    if bound_only:
        return person(part, "identity.undecided", "It holds in every example tried, which does not prove a bound.", status=Status.AGREES)
    return _mark_true(term, reading.extra.statements, part, status, next(iter(own)))


def _mark_true(term: Term, beside: tuple[Term, ...], part: Part, status: Status, label: str) -> Mark:
    """The answer holds, and so does what stands beside it: is any of it what was asked?"""
    wanted = accepted(part)
    asked = [t for left, _, right in wanted for t in (left, right) if t is not None]
    forms = forms_of(part, [*[s for t in (term, *beside) for s in sides_of(t)], *asked])
    found = [suits(t, w, forms, part.options.form) for w in wanted for t in (term, *beside)]
    text = "This holds, and it is what was asked."
    if "yes" in found:
        return agreed(part, "identity.right", text, label) if status is Status.AGREES else full(part, "identity.right", text, label)
    if trivial(term, wanted[0], forms):
        return nothing(part, "identity.trivial", "This is true, but it only writes one side again.", label, status)
    if "weaker" in found:
        return person(part, "identity.weaker", "This is true, but says less than the equation that was asked. A person looks at it.", label, status)
    if part.options.form == "value" and term.kind != "relation" or part.options.form == "value" and has_left(term, wanted, forms):
        missing = [m for m in part.options.must_contain if not contains(term, m, part)]
        if not missing:
            return agreed(part, "identity.right", text, label) if status is Status.AGREES else full(part, "identity.right", text, label)
    return person(part, "identity.other_form", "This is true, but it is not written as what was asked. A person looks at it.", label, status)


def _mark_wrong(term: Term, part: Part, settled: Settled, label: str) -> Mark:
    """Refuted: a foreseen wrong answer, or the tag that says how it is wrong; always with the example."""
    example = " ".join(settled[label].finding.words)
    for k, entry in enumerate(part.wrong):
        for name in (f"wrong {k}", f"wrong {k} turned"):
            if name in settled and settled[name].status in HOLDS:
                return _said(part, entry, entry.tag or "identity.wrong", example, name)
    tag = how_wrong(term, part, settled)
    entry = next((e for e in part.wrong if not e.answer and PATTERNS.get(e.pattern) == tag), None)
    if entry is not None:
        return _said(part, entry, entry.tag or tag, example, label)
    return nothing(part, tag, f"{SAID[tag]} {example}".strip(), label)


def _said(part: Part, entry: KnownAnswer, tag: str, example: str, label: str) -> Mark:
    points = entry.points if entry.points is not None else part.points * 0
    return run(part, Award("set", points, tag, f"{entry.feedback} {example}".strip(), label), status=Status.REFUTED)
