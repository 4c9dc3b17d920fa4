"""Links between statements: equations, inequalities, systems, and what they come to.

Two statements are compared as sets of points: equivalent where each follows from the other. Where a line follows but has more points, roots were gained;
where points of the line before are missing, roots were lost. Further:

- a statement that holds at every point (an identity, as in the lines of an induction) and one that does not are no matter of lost roots: the second
  fails;
- two equations that are both identities say the same, wherever their sides are defined;
- "A or B" before "A and B" with nothing that satisfies both is no loss of roots but a wrong word, and fails;
- where nothing (or, of an equation that only touches zero, next to nothing) satisfies the line before, anything follows from it: see `_vacuous`;
- an equation between functions of x holds at every x, so its derivative by x follows from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from grader.model import Claim, Equal, Follows, Status, Verdict
from grader.replay.semantics import atom_name
from grader.term import Term, apply, constant, free_names, number, relation, symbol, walk
from grader.theories import _logarithm as logarithm
from grader.theories import _vacuous as vacuous
from grader.theories._functions import along, derivatives, function_variables, slopes_as_names, solves, with_functions
from grader.theories._theory import Context, Link, Settled, Step, example_of

TRUE, FALSE = constant("true"), constant("false")
_LOGIC = frozenset("and or not implies iff xor where".split())
_HEAVY = frozenset("sum product integral antiderivative limit".split())
ARROWS = {"=>": ("equivalent", "implies"), "<==": ("equivalent", "implied_by"), "<=>": ("equivalent",), "": ("equivalent", "implies")}
"""What each arrow (or none) claims, as the relations under which it is right."""

WORDS = {
    "equivalent": "it says the same as the line before.",
    "implies": "it follows from the line before, but more satisfies it.",
    "implied_by": "it does not follow: something that satisfies the line before is lost.",
    "fails": "it does not follow from the line before.",
}


def understood(term: Term) -> Term:
    """The statement in the language of conditions: no solution is `false`, a bare name among and/or is a proposition, a marked name is a symbol."""
    if term.kind == "constant" and term.name == "emptyset":
        return FALSE
    if term.kind == "tuple" and term.name == "set" and not term.args:
        return FALSE
    if term.kind == "apply" and term.name in _LOGIC:
        return term.with_args(tuple([_proposition(a) if a.kind == "symbol" else understood(a) for a in term.args]))
    if term.kind == "relation" and any(n.kind == "apply" and n.name in ("pm", "mp") for n in walk(term)):
        return apply("or", *[_unmarked(_signed(term, s)) for s in (False, True)])
    return _unmarked(term)


def _signed(term: Term, lower: bool) -> Term:
    """The upper or the lower signs of every +- and -+."""
    args = tuple([_signed(a, lower) for a in term.args])
    if term.kind == "apply" and term.name in ("pm", "mp"):
        last = apply("neg", args[-1]) if (term.name == "pm") == lower else args[-1]
        return apply("add", args[0], last) if len(args) == 2 else last
    return term.with_args(args) if args else term


def _proposition(name: Term) -> Term:
    return relation("=", name, number(1))


def as_proposition(term: Term) -> Term:
    """A bare name as a statement beside others made with and, or, not."""
    return _proposition(term) if term.kind == "symbol" else term


def _unmarked(term: Term, bound: frozenset[str] = frozenset()) -> Term:
    name = atom_name(term) if term.kind == "apply" else None
    if name is not None and not free_names(term) & bound:
        return symbol(name)
    inner = bound | frozenset(b.name for b in term.bound) if term.bound else bound
    return term.with_args(tuple([_unmarked(a, inner) for a in term.args])) if term.args else term


# ------------------------------------------------------------------------------------------------------------------ claims


def claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """What must be settled next about two statements."""
    left, right = link.left, link.right

    def stated(conclusion: object, label: str) -> Claim:
        return Claim(conclusion, context.domains, context.conditions, label)  # type: ignore[arg-type]

    made: list[Claim] = []
    equations = _is_equation(left) and _is_equation(right)
    identities = [stated(Equal(right.args[0], right.args[1]), "right identity"), stated(Equal(left.args[0], left.args[1]), "left identity")] \
        if equations else []
    heavy = equations and any(n.kind == "binder" and n.name in _HEAVY or n.kind == "apply" and n.name in ("factorial", "binomial")
                              for t in (left, right) for n in walk(t))
    if heavy:
        made += identities
        if not {"left identity", "right identity"} <= settled.keys() or settled["left identity"].equal:
            return tuple(made)
    spelled = with_functions(link) if equations else link
    if equations and (variables := function_variables(spelled.left)):
        made += [stated(Equal(*derivatives(spelled, x)), f"derivative by {x}") for x in variables]
        if any(c.label not in settled for c in made) or any(settled[c.label].equal for c in made if c.label.startswith("derivative")):
            return tuple(made)
    typed, link = link, slopes_as_names(link)
    left, right = link.left, link.right
    made += [stated(Follows((left,), right), "forward"), stated(Follows((right,), left), "back")]
    if not {"forward", "back"} <= settled.keys():
        return tuple(made)
    ways = settled["forward"].equal, settled["back"].equal
    if None in ways and equations and left.args[0] == right.args[0] and _is_name_apart(left, right):
        made.append(stated(Equal(left.args[1], right.args[1]), "same subject"))
    if ways[0] and ways[1] is not None:
        made += vacuous.claims(link, context, settled, stated)
    if not ways[0] and ways[1] and (asked := _asks_for(right)):
        made.append(stated(Follows((left, *asked), right), "where defined"))
    zeros = _zeros(settled["forward"], settled["back"]) if ways == (True, False) and link.sign == "<=>" and _is_order(left) and _is_order(right) \
        else ()
    if zeros:
        nonzero = tuple([relation("!=", symbol(n), number(0)) for n in zeros])
        made += [stated(Follows((left, *nonzero), right), "generic forward"), stated(Follows((right, *nonzero), left), "generic back")]
    if ways == (False, True) and free_names(right):
        made.append(stated(Follows((), left), "always"))
        if _swapped(left, right):
            made.append(stated(Follows((right,), FALSE), "never"))
    if None in ways and equations:
        made += [] if heavy else identities
        factor = _factor(left, right, context)
        if factor is not None:
            a, b = [apply("add", t.args[0], apply("neg", t.args[1])) for t in (left, right)]
            made.append(stated(Equal(a, _times(factor, b)), "same difference"))
        elif not heavy:
            made += logarithm.claims(left, right, context, stated, _factor, _times, "taken")
    if ways[0] is not True and equations and (claimed := along(typed, context.earlier)) is not None:
        made += [stated(c, f"along {side}") for c, side in zip(claimed, ("left", "right")) if c is not None]
    if ways[0] is not True and not ("where defined" in settled and settled["where defined"].equal):
        made += _with_earlier(link, context, settled, stated)
    return tuple(made)


def _is_name_apart(left: Term, right: Term) -> bool:
    """Do both equations say what one name (s, s_n) is, which stands nowhere else in them?"""
    head = left.args[0]
    named = head.kind == "symbol" or head.is_apply("index") and head.args[0].kind == "symbol"
    name = head.name if head.kind == "symbol" else head.args[0].name if named else ""
    return named and name not in free_names(left.args[1]) | free_names(right.args[1])


def _is_order(statement: Term) -> bool:
    """Is it made of inequalities only?"""
    signs = {s for n in walk(statement) if n.kind == "relation" for s in n.signs}
    return bool(signs) and signs <= {"<", ">", "<=", ">="}


def _zeros(*verdicts: Verdict) -> tuple[str, ...]:
    """Names that are zero where a direction fails: two inequalities joined by <=> may say the same but there."""
    found: list[set[str]] = []
    for v in verdicts:
        point = v.evidence.data.get("point") if v.equal is False else None
        if v.equal is False:
            found.append({n for n, value in point.items() if value == "0"} if isinstance(point, dict) else set())
    return tuple(sorted(set().union(*found))) if found and all(found) else ()


MOST_EARLIER = 4


def _with_earlier(link: Link, context: Context, settled: Settled, stated: Callable[[object, str], Claim]) -> list[Claim]:
    """Does the line follow from the one before together with an earlier one, the two being consistent, and not from that alone?"""
    made: list[Claim] = []
    names = free_names(link.right) | free_names(link.left)
    useful = [t for t in context.earlier if t not in (link.left, link.right) and free_names(t) & names and t.kind != "constant"]
    chosen = useful[::-1] if len(useful) <= MOST_EARLIER else [*useful[:-MOST_EARLIER:-1], useful[0]]
    for k, other in enumerate(chosen):
        made.append(stated(Follows((other, link.left), link.right), f"with earlier {k + 1}"))
        if (found := settled.get(f"with earlier {k + 1}")) is None:
            break
        if found.equal is None:
            made.append(stated(Follows((link.left,), other), f"known {k + 1}"))
            if _is_equation(other) and _is_equation(link.left) and f"known {k + 1}" in settled and settled[f"known {k + 1}"].equal is None:
                made += logarithm.claims(other, link.left, context, stated, _factor, _times, f"known {k + 1}")
            if f"known {k + 1}" not in settled:
                break
        if found.equal:
            made.append(stated(Follows((other, link.left), FALSE), f"contradiction {k + 1}"))
            if not other.is_apply("and"):
                made.append(stated(Follows((other,), link.right), f"alone {k + 1}"))
            if any(c.label not in settled for c in made[-2:]) or _both_needed(link, settled, k + 1):
                break
    return made


def _both_needed(link: Link, settled: Settled, k: int) -> bool:
    """Are the line before and the k-th earlier one consistent, and is the earlier one no repetition: does it not say the line alone, or is it a system, or
    does the line speak of names of which the line before does not?"""
    whole = f"alone {k}" not in settled or bool(free_names(link.right) - free_names(link.left))
    names = ("contradiction",) if whole else ("contradiction", "alone")
    return all((v := settled.get(f"{name} {k}")) is not None and v.equal is False for name in names)


def _drawn(link: Link, settled: Settled) -> tuple[Verdict, Verdict] | None:
    """The verdicts that the line follows from the one before together with a consistent earlier one."""
    for k in range(1, MOST_EARLIER + 1):
        verdict = settled.get(f"with earlier {k}")
        if verdict is not None and verdict.equal and _both_needed(link, settled, k):
            return verdict, settled[f"contradiction {k}"]
    return None


def _ruled_out(settled: Settled) -> Verdict | None:
    """The verdict that a consistent earlier line alone says what this one does: roots that were gained on the way are dropped."""
    for k in range(1, MOST_EARLIER + 1):
        alone, conflict = settled.get(f"alone {k}"), settled.get(f"contradiction {k}")
        if alone is not None and alone.equal and conflict is not None and conflict.equal is False:
            return alone
    return None


def _left_open(settled: Settled) -> bool:
    """Is there an earlier line that says more than the line before, with which the claim is open?"""
    return any((v := settled.get(f"with earlier {k}")) is not None and v.equal is None and not ((w := settled.get(f"known {k}")) is not None and w.equal) and not logarithm.holds(settled, f"known {k}")
               for k in range(1, MOST_EARLIER + 1))


def _times(factor: Fraction, term: Term) -> Term:
    size = term if abs(factor) == 1 else apply("mul", number(abs(factor)), term)
    return size if factor > 0 else apply("neg", size)


def _factor(left: Term, right: Term, context: Context) -> Fraction | None:
    """The number by which the difference of the second equation's sides must be multiplied to give the first's, guessed at one point."""
    from grader.algebra.balls import Balls, Undefined, Unsupported, Unsure, precision

    names = sorted(free_names(left) | free_names(right))
    if any(not context.domain(n).is_real or context.domain(n).shape != "scalar" for n in names):
        return None
    for shift in range(3):
        point = {n: Fraction(v) for k, n in enumerate(names) if context.domain(n).admits(Fraction(v := (2, 3, 5, 7, 4, 9)[(k + shift) % 6]))}
        if len(point) < len(names):
            continue
        with precision(80):
            balls = Balls(point, real=True, is_integer=lambda n: context.domain(n).field == "integer")
            try:
                one, two = [balls.value(t.args[0]) - balls.value(t.args[1]) for t in (left, right)]
                if one != 0 and two != 0:
                    ratio = Fraction(float(one) / float(two)).limit_denominator(60)
                    return ratio if ratio and abs(float(one) / float(two) - float(ratio)) < 1e-9 else None
            except (Undefined, Unsure, Unsupported, ZeroDivisionError, OverflowError):
                continue
    return None


def _is_equation(term: Term) -> bool:
    return term.kind == "relation" and term.signs == ("=",)


def _asks_for(statement: Term) -> tuple[Term, ...]:
    """What the statement asks for to have its sides defined: divisors that are not zero, operands of roots and logarithms."""
    return tuple([n for n in requirements(statement) if free_names(n)])


def _swapped(left: Term, right: Term) -> bool:
    """The same alternatives, first with "or", then with "and"."""
    return left.is_apply("or") and right.is_apply("and") and frozenset(left.args) == frozenset(right.args)


# ------------------------------------------------------------------------------------------------------------------ the step


def conclude(link: Link, context: Context, settled: Settled) -> Step:
    """What holds between two statements, by the verdicts; the tag "arrow" says that the arrow written claims something else."""
    step = vacuous.noticed(_found(link, settled), settled)
    if step.relation in ("fails", "implied_by") and solves(link):
        return Step(link.line, None, Status.UNDECIDED, "it does not follow point by point; whether it does for functions could not be decided.", step.evidence)
    if step.relation in ("implies", "implied_by") and step.relation not in ARROWS.get(link.sign, ()) and "undefined_only" not in step.tags:
        said = {"<=>": "the arrow claims both directions, and only one holds:", "<==": "the arrow points the wrong way:"}.get(link.sign)
        if said:
            return replace(step, reason=f"{said} {step.reason}", tags=(*[t for t in step.tags if t != "as_claimed"], "arrow"))
    if link.sign == "<==" and step.relation == "implied_by":
        return replace(step, reason="the line before follows from it, as the arrow says.", tags=("as_claimed",))
    return step


def _found(link: Link, settled: Settled) -> Step:
    derived = next((v for label, v in settled.items() if label.startswith("derivative") and v.equal), None)
    if derived is not None:
        name = derived.claim.label.rpartition(" ")[2]
        return Step(link.line, "implies", derived.status, f"it is the line before, differentiated by {name}.", (derived,),
                    (f"the line before holds for every {name}",), ("differentiated",))
    one, two = settled.get("left identity"), settled.get("right identity")
    if one is not None and two is not None and one.equal:
        if two.equal:
            status = Status.PROVED if one.status is two.status is Status.PROVED else Status.AGREES
            facts = tuple(dict.fromkeys([*one.finding.facts, *two.finding.facts]))
            return Step(link.line, "equivalent", status, "both lines hold wherever their sides are defined.", (one, two), facts)
        if two.equal is False:
            return Step(link.line, "fails", Status.REFUTED, "the line before always holds, and this one does not.", (one, two), example=example_of(two))
    forward, back = settled.get("forward"), settled.get("back")
    if forward is None or back is None:
        return _open(link, tuple(settled.values()))
    ways, evidence = (forward.equal, back.equal), (forward, back)
    where = settled.get("where defined")
    if ways == (None, True) and where is not None and where.equal:
        needs = tuple([str(n) for n in _asks_for(link.right)])
        return Step(link.line, "equivalent", _status("equivalent", (where, back)), "it says the same as the line before, where its sides are defined.",
                    (*evidence, where), needs)
    same = settled.get("same difference")
    if None in ways and same is not None and same.equal:
        needs = [str(n) for n in dict.fromkeys([*requirements(link.left), *requirements(link.right)])
                 if n not in requirements(link.left) or n not in requirements(link.right)]
        return Step(link.line, "equivalent", same.status, "it says the same as the line before.", (same,), (*same.finding.facts, *needs))
    if "along right" in settled and ("along left" not in settled or settled["along left"].equal):
        found = settled["along right"]
        if found.status is Status.REFUTED:
            return Step(link.line, "fails", Status.REFUTED, "it does not hold for the function that satisfies the lines before.", (found,), example=example_of(found))
    subject = settled.get("same subject")
    if None in ways and subject is not None and subject.equal is not None:
        if subject.equal:
            return Step(link.line, "equivalent", subject.status, "it says the same as the line before.", (subject,), subject.finding.facts)
        return Step(link.line, "fails", Status.REFUTED, WORDS["fails"], (subject,), example=example_of(subject))
    if None in ways and logarithm.holds(settled, "taken"):
        taken = settled["taken logarithm"]
        return Step(link.line, "equivalent", taken.status, "it says the same as the line before: logarithms of both sides.", (taken,), taken.finding.facts)
    drawn = _drawn(link, settled)
    if drawn is not None and not (where is not None and where.equal):
        return Step(link.line, "implies", _status("implies", (drawn[0], drawn[0])), "it follows from the line before together with an earlier one.",
                    (*evidence, *drawn), (), ("with_earlier",))
    if None in ways:
        return _half(link, forward, back)
    if (ways == (False, False) or ways[0] is False and free_names(link.right) - free_names(link.left)) and _left_open(settled) and \
            not (where is not None and where.equal):
        return Step(link.line, None, Status.UNDECIDED, "it does not follow from the line before alone; whether it does with an earlier one could not be decided.",
                    evidence, tags=("not_alone",))
    found = {(True, True): "equivalent", (True, False): "implies", (False, True): "implied_by", (False, False): "fails"}[ways]  # type: ignore[index]
    generic = settled.get("generic forward"), settled.get("generic back")
    if all(v is not None and v.equal for v in generic):
        needs = tuple([f"{n} != 0" for n in _zeros(forward, back)])
        return Step(link.line, "equivalent", Status.PROVED, "it says the same as the line before, but where something is zero.", (*evidence, *generic), needs)  # type: ignore[arg-type]
    always, never = settled.get("always"), settled.get("never")
    if never is not None and never.equal:
        return Step(link.line, "fails", Status.REFUTED, "“and” stands where “or” is meant: nothing satisfies all of it.", (*evidence, never),
                    tags=("and_or",), example=example_of(forward))
    if where is not None and where.equal:
        needs = tuple([str(n) for n in _asks_for(link.right)])
        return Step(link.line, "implied_by", _status(found, (where, back)), "it follows where its sides are defined, and says nothing elsewhere.",
                    (*evidence, where), needs, ("undefined_only",), _example(found, evidence))
    if always is not None and always.equal:
        return Step(link.line, "fails", Status.REFUTED, "the line before always holds, and this one does not.", (*evidence, always),
                    example=example_of(forward))
    if found == "implied_by" and (ruled := _ruled_out(settled)) is not None:
        return Step(link.line, found, _status(found, (ruled, back)), "it follows from an earlier line, which rules out what is dropped here.", (*evidence, ruled), (),
                    ("as_claimed", "ruled_out"), _example(found, evidence))
    tags = {"implies": ("roots_gained",), "implied_by": ("roots_lost",)}.get(found, ())
    conditions = tuple(dict.fromkeys([f for v in evidence if v.equal for f in v.finding.facts]))
    return Step(link.line, found, _status(found, evidence), WORDS[found], evidence, conditions, tags, _example(found, evidence))


def _half(link: Link, forward: Verdict, back: Verdict) -> Step:
    """One direction, or none, is known: that much is said, and the rest left to a person."""
    evidence = (forward, back)
    words = "it could not be decided."
    if forward.equal:
        words = "it follows from the line before; whether something was gained could not be decided."
    elif forward.equal is False:
        words = "something that satisfies the line before does not satisfy it; the other direction could not be decided."
    elif back.equal is not None:
        words = "whether it follows from the line before could not be decided."
    tags = ("follows",) if forward.equal else ("does_not_follow",) if forward.equal is False else ()
    return Step(link.line, None, Status.UNDECIDED, words, evidence, tags=tags, example=example_of(forward) if forward.equal is False else "")


def _open(link: Link, evidence: tuple[Verdict, ...]) -> Step:
    return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", evidence)


def _status(found: str, evidence: tuple[Verdict, Verdict]) -> Status:
    if found == "fails":
        return Status.REFUTED
    return Status.AGREES if any(v.status is Status.AGREES for v in evidence) else Status.PROVED


def _example(found: str, evidence: tuple[Verdict, Verdict]) -> str:
    """A point at which one of the lines holds and the other does not."""
    if found == "equivalent":
        return ""
    verdict = evidence[1 if found == "implies" else 0]
    point = next((w for w in (*verdict.finding.words, *verdict.finding.teacher_words) if w.startswith("Try ")), "")
    where = point.removeprefix("Try ").split(". ")[0].removesuffix(".")
    if not where:
        return example_of(verdict)
    holds, other = ("this line", "the line before") if found == "implies" else ("the line before", "this one")
    return f"For {where}, {holds} holds and {other} does not."


def requirements(term: Term) -> list[Term]:
    """What the term asks for to be defined, part by part: divisors that are not zero, operands of roots and logarithms."""
    found: dict[Term, None] = {}
    zero = number(0)
    for node in walk(term):
        if node.kind == "binder":
            return []  # parts under a binder are not at one point
        if node.is_apply("div") and free_names(node.args[1]):
            found[relation("!=", node.args[1], zero)] = None
        elif node.is_apply("pow") and node.args[1].is_apply("neg") and free_names(node.args[0]):
            found[relation("!=", node.args[0], zero)] = None
        elif node.is_apply("log") and free_names(node.args[0]):
            found[relation(">", node.args[0], zero)] = None
        elif node.is_apply("sqrt") and free_names(node.args[0]):
            found[relation(">=", node.args[0], zero)] = None
    return list(found)


__all__ = ["ARROWS", "as_proposition", "claims", "conclude", "requirements", "understood"]
