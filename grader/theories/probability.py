"""Densities, expectations, variances, probabilities, entropies: a derivation about random quantities.

Its language. Densities as functions, with joint, conditional and marginal ones (p(x, z), p(x | z)), sums and integrals over their variables,
expectations over them, KL, entropy; random variables under E, Var, Cov and P with laws, moments and independence that words or lines before suppose
(`_suppositions`); entropies and mutual informations of variables. What is left unsaid is said first (`algebra.density_completion`, `_random_names`).

What proves and refutes. Claims over densities: normal forms by marginals and logarithms, bounds as sums of quantities that are never negative, small
tables (`decide.probability`). Claims over random variables: both sides worked out to moments, small probability spaces (`decide.moments`). Claims
over
entropies: linear programming over Shannon's elemental inequalities (`decide.entropies`). Sources are named there.

`left propto right` holds where the quotient does not depend on the variable left of the bar: left(t) right(t') = left(t') right(t) for all t, t'.
An equation that only moves the terms of the one before is equivalent to it; one that holds by itself follows from anything.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from grader.algebra.density_names import DENSITY_LETTERS, OPERATORS, Setting
from grader.algebra.density_syntax import rename_terms
from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, Status
from grader.reading.vocabulary import Vocabulary
from grader.replay.entropies import DIFFERENTIAL
from grader.replay.moments_terms import law_at, law_of
from grader.term import Term, apply, free_names, number, relation, symbol, walk
from grader.theories._density_sides import chosen_law, density_sides, releasing
from grader.theories._random_names import ACCENTS, MEANS, Spelling, accented, is_capital, rebuilt
from grader.theories._random_sides import meant, random_sides, stands_bare
from grader.theories._draws import indexed_definition
from grader.theories._letters import as_distributions, density_of_variable, law_put_in, listed_data, of_all_data, together_with_a_copy, laws_of_divergence, numbered_copies, under_divergences, valued
from grader.theories._optima import (CONSTANTS, constant_claims, constant_step, is_about_likelihoods, optima, optima_claims, optima_step, reaching,
                                     up_to_constant)
from grader.theories._said import is_density_law, is_named_density, names_of
from grader.theories._suppositions import Supposed, supposed
from grader.theories._theory import AT_MOST, Context, Link, Prepared, Settled, Step, expression_claims, expression_step

RANDOM_LETTERS = frozenset("XYZUVW")
SPEAKING = frozenset((*MEANS, *OPERATORS)) - {"given"}


def suits(terms: tuple[Term, ...], context: Context) -> bool:
    """Does anything speak of densities, means, probabilities or entropies?"""
    if any(d.shape in ("density", "variable") for _, d in context.domains):
        return True
    if any(_speaks(n) or is_named_density(n) for t in terms for n in walk(t)) or Spelling.of(terms).marked:
        return True
    if is_about_likelihoods(terms):
        return True
    moved = bool(context.words) or any(n.kind == "apply" and n.name in ("gradient", "partial", "derivative") for t in terms for n in walk(t))
    return next(Setting(((("p", Domain(shape="density")),) if moved else ()) + context.domains, terms).calls(), None) is not None


def owns(link: Link) -> bool:
    """Means, probabilities, entropies and densities with a capital index mean something else to every other theory, or nothing."""
    return any(_speaks(n) or is_named_density(n) for t in (link.left, link.right) for n in walk(t))


def _speaks(n: Term) -> bool:
    """Is the node a mean, a law, an entropy of variables, or E X without brackets?"""
    if n.kind == "apply" and n.name in SPEAKING or law_at(n) is not None:
        return True
    if n.is_apply("call") and n.args[0].kind == "symbol" and n.args[0].name in ("H", "I", "P", "Pr"):
        if any(m.is_apply("given") or m.is_apply("semicolon") for m in n.args[1:]):
            return True
        return n.args[0].name == "H" and all(is_capital(m) for m in n.args[1:])
    if n.is_apply("mul"):
        return any(a.kind == "symbol" and a.name == "E" and names_of(b) & RANDOM_LETTERS for a, b in zip(n.args, n.args[1:]))
    return False


@lru_cache(maxsize=64)
def _sentence(text: str, vocabulary: Vocabulary, reason: bool) -> Supposed | None:
    return supposed(text, vocabulary, reason=reason)


def _told(context: Context) -> Supposed:
    """Everything that the words suppose."""
    found = Supposed()
    for text in context.words:
        one = _sentence(text, context.vocabulary, False)
        if one is not None:
            found.conditions += [c for c in one.conditions if c not in found.conditions]
            found.definitions += [d for d in one.definitions if d not in found.definitions]
            found.random += [r for r in one.random if r not in found.random]
            found.members += [m for m in one.members if m not in found.members]
    return found


def _unheard(context: Context) -> bool:
    """Is there a sentence about random variables that was not understood?"""
    return any(_sentence(text, context.vocabulary, False) is None for text in context.words)


def prepare(terms: tuple[Term, ...], context: Context) -> Prepared:
    """Definitions put in, notation brought to one form, random variables declared, densities completed."""
    told = _told(context)
    terms, told.conditions, context = _by_letters(terms, told.conditions, context)
    known = {c.args[0].args[0].name if c.args[0].is_apply("call") else c.args[0].name
             for c in (*told.conditions, *terms, *context.conditions) if is_density_law(c)}
    definitions = [(h, b) for h, b in (*context.definitions, *told.definitions) if not stands_bare(h, b)
            and not is_density_law(relation("=", h, b))]
    drawn = [c for c in told.conditions if c.kind == "relation" and c.args[0].is_apply("index") and indexed_definition(*c.args[:2])]
    if _over_densities((*terms, *drawn), context, known):
        return density_sides(terms, context, definitions, told)
    return random_sides(terms, context, definitions, told)


def _by_letters(terms: tuple[Term, ...], conditions: list[Term], context: Context) -> tuple[tuple[Term, ...], list[Term], Context]:
    """The terms with what letters mean by custom said; suppositions and domains that follow from it."""
    terms, letters = as_distributions(listed_data(valued(tuple([rebuilt(t, reaching) for t in terms]))))
    letters |= {n for n in under_divergences(terms) if n not in dict(context.domains) and not any(is_density_law(c) and symbol(n) in walk(c) for c in (
        *conditions, *context.conditions)) and all(h != symbol(n) for h, _ in context.definitions)}
    domains = {**{n: Domain(shape="density") for n in letters}, **dict(context.domains)}
    context = replace(context, domains=tuple(sorted(domains.items()))) if letters else context
    terms, own = density_of_variable(terms, conditions)
    return numbered_copies(terms), [*conditions, *laws_of_divergence(terms), *own], context


def _over_densities(terms: tuple[Term, ...], context: Context, known: set[str]) -> bool:
    """Are there densities without a named law (or entropies beside densities)?"""
    moved = bool(context.words) or any(n.is_apply("gradient") for t in terms for n in walk(t))
    setting = Setting(((("p", Domain(shape="density")),) if moved else ()) + context.domains, terms)
    for call in setting.calls():
        name = next((n.name for n in walk(call.args[0]) if n.kind == "symbol"), "")
        if name not in known and law_at(call) is None and not (name in ("P", "Q") and Spelling.of(terms).events):
            return True
    bare = {a.name for t in terms for n in walk(t) if n.is_apply("kl") for a in n.args if a.kind == "symbol"}
    return bool(bare - known)


def _conditions(link: Link, context: Context) -> tuple[Context, tuple[str, ...]]:
    """The context with what the reason supposes and without what has nothing to do with the link; and the suppositions in words."""
    extra: list[Term] = []
    one = _sentence(link.reason, context.vocabulary, True) if link.reason and not context.options.get("given_only") else None
    if one is not None:
        bases = [symbol(n) for n, d in context.domains if d.shape == "variable" and n in _names(link)]
        indexed = {n.args[0].name for t in (link.left, link.right) for n in walk(t) if n.is_apply("index") and n.args[0].kind == "symbol"}
        for c in one.conditions:
            extra += meant(c, bases, indexed, dict(context.domains))
        taken = dict(context.domains)
        extra = [c for c in extra if c not in context.conditions and all(taken.get(n) is not None for n in free_names(c) & {b.name for b in bases})]
        if any(c.is_apply("call") for c in context.conditions):
            extra = [c for c in extra if not c.is_apply("call")]
    near = _names(link)
    random = {n for n, d in context.domains if d.shape in ("variable", "density")}
    if not near & random and not any(n.kind == "apply" and n.name in (*SPEAKING, "call") for t in (link.left, link.right) for n in walk(t)):
        fixed = tuple([c for c in context.conditions if not names_of(c) & random and c.kind == "relation" and "~" not in c.signs
                and not is_density_law(c)])
        return replace(context, conditions=fixed), ()
    kept: list[Term] = []
    rest = [c for c in dict.fromkeys([*context.conditions, *extra]) if not chosen_law(c) or chosen_law(c) in near]
    while True:
        more = [c for c in rest if names_of(c) & near]
        if not more:
            break
        kept += more
        rest = [c for c in rest if c not in more]
        near |= set().union(*[names_of(c) - {"i", "j"} for c in more])
    ordered = tuple([c for c in dict.fromkeys([*context.conditions, *extra]) if c in kept])
    return replace(context, conditions=ordered), tuple([f"supposing {c}" for c in extra])


def _names(link: Link) -> set[str]:
    return names_of(link.left) | names_of(link.right)


def _is_derivative(n: Term) -> bool:
    """l'(t), of a function that is no density"""
    head = n.args[0] if n.is_apply("call") else n
    if head.is_apply("prime") and head.args[0].kind == "symbol":
        return n is not head and head.args[0].name not in DENSITY_LETTERS
    return n is not head and head.kind == "symbol" and head.name.endswith(ACCENTS["prime"])


def claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """Equality and inequality as everywhere; proportionality; equations from equations."""
    context, _ = _conditions(link, context)
    if link.statement:
        return _statement_claims(link, context, settled)
    if not owns(link) and any(_is_derivative(n) for t in (link.left, link.right) for n in walk(t)):
        return ()  # a derivative, for others
    if (best := optima(link)) is not None:
        return optima_claims(best, context, settled)
    if (apart := up_to_constant(link, context)) is not None:
        return constant_claims(apart, context, settled)
    if link.sign == "propto":
        return _proportional(link, context, settled)
    found = [replace(c, conditions=context.conditions) for c in expression_claims(link, context, settled)]
    if all(c.label in settled for c in found) and expression_step(link, settled).relation in (None, "fails"):
        for k, other in enumerate(_other_readings(link)):
            inner = {label[len(f"as {k} "):]: v for label, v in settled.items() if label.startswith(f"as {k} ")}
            if inner and expression_step(other, inner).relation not in (None, "fails"):
                break
            found += [replace(c, conditions=context.conditions, label=f"as {k} {c.label}") for c in expression_claims(other, context, inner)]
    return tuple(found)


def _other_readings(link: Link) -> list[Link]:
    """The link where "log a/b c" is the logarithm of all that follows, on one side or on both."""
    made = []
    for change in (_absorbing, releasing):
        sides = [(t, rebuilt(t, change)) for t in (link.left, link.right)]
        made += [replace(link, left=a, right=b) for a, b in ((sides[0][1], sides[1][1]), (sides[0][0], sides[1][1]), (sides[0][1], sides[1][0]))]
    _, data = of_all_data(link.left, link.right)
    made += [replace(link, left=data[0], right=data[1])] if data is not None else []
    return [m for k, m in enumerate(made) if (m.left, m.right) != (link.left, link.right) and m not in made[:k]]


def _absorbing(t: Term) -> Term | None:
    """log(a / b) c as log(a / b c)."""
    if not t.is_apply("mul"):
        return None
    at = next((k for k, a in enumerate(t.args[:-1]) if a.is_apply("log", 1) and a.args[0].is_apply("div", 2)), None)
    if at is None:
        return None
    inner = apply("log", apply("mul", t.args[at].args[0], *t.args[at + 1:]))
    return inner if at == 0 else apply("mul", *t.args[:at], inner)


def _proportional(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """left(t) right(t') = left(t') right(t)."""
    drawn = context.options.get("proportional", ())
    if not drawn:
        return ()
    change = {v: apply("prime", v, number(1)) for v in drawn}
    moved = [rename_terms(t, change) for t in (link.left, link.right)]
    conclusion = Equal(apply("mul", link.left, moved[1]), apply("mul", moved[0], link.right))
    made = [Claim(conclusion, context.domains, context.conditions, "proportional")]
    if "proportional" in settled and settled["proportional"].equal is False:
        apart = Equal(apply("add", link.left, apply("neg", link.right)), apply("add", moved[0], apply("neg", moved[1])))
        made.append(Claim(apart, context.domains, context.conditions, "up to a constant"))
    return tuple(made)


def _conclusion(statement: Term) -> Equal | AtMost | None:
    if statement.kind != "relation" or len(statement.signs) != 1:
        return None
    (a, b), sign = statement.args, statement.signs[0]
    if sign in ("=", ":=", "equiv"):
        return Equal(b, a)
    if sign not in AT_MOST:
        return None
    turned, strict = AT_MOST[sign]
    return AtMost(b, a, strict) if turned else AtMost(a, b, strict)


def _gap(conclusion: Equal | AtMost) -> Term:
    return apply("add", conclusion.right, apply("neg", conclusion.left))


def _statement_claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """Is the statement the one before with its terms moved? Does it hold by itself? Does the one before?"""
    before, after = _conclusion(link.left), _conclusion(link.right)
    if after is None:
        return ()

    def stated(conclusion: Equal | AtMost, label: str) -> Claim:
        return Claim(conclusion, context.domains, context.conditions, label)

    made = [stated(after, "own")]
    if "own" in settled:
        if before is not None:
            made.append(stated(before, "own before"))
        if before is not None and type(before) is type(after) and not settled["own"].equal:
            made.append(stated(Equal(_gap(before), _gap(after)), "own moved"))
            if isinstance(after, Equal):
                made.append(stated(Equal(apply("neg", _gap(before)), _gap(after)), "own turned"))
    return tuple(made)


def conclude(link: Link, context: Context, settled: Settled) -> Step:
    """What holds, by the verdicts; where a supposition was not understood, nothing is called wrong."""
    _, extra = _conditions(link, context)
    if link.statement:
        step = _statement_step(link, settled)
    elif optima(link) is not None:
        step = optima_step(link, settled)
    elif up_to_constant(link, context) is not None:
        step = constant_step(link, settled)
    elif link.sign == "propto":
        step = _proportional_step(link, settled)
    else:
        step = expression_step(link, settled)
        if step.relation in (None, "fails"):
            for k, other in enumerate(_other_readings(link)):
                inner = {label[len(f"as {k} "):]: v for label, v in settled.items() if label.startswith(f"as {k} ")}
                again = expression_step(other, inner) if inner else step
                if again.relation not in (None, "fails"):
                    said = "the observations are independent" if of_all_data(link.left, link.right)[1] == (other.left, other.right) else \
                        "the logarithm is of everything behind it"
                    step = replace(again, conditions=(*again.conditions, said))
                    break
    if step.relation == "fails" and not link.statement and of_all_data(link.left, link.right)[0]:
        step = _of_data(link, settled, step)
    new = "" if step.relation != "fails" or link.statement else _unsaid(link, context)
    if new:
        return Step(link.line, None, Status.UNDECIDED, f"it is not said what {new} is.", step.evidence, tags=("undefined",))
    if step.relation == "fails" and _unheard(context):
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided: something supposed in words was not understood.", step.evidence,
                tags=("hypothesis",))
    return replace(step, conditions=(*step.conditions, *extra)) if extra and step.relation is not None else step


def _of_data(link: Link, settled: Settled, step: Step) -> Step:
    """A density of all observations beside those of each: wrong only where it is wrong for independent observations too."""
    for k, other in enumerate(_other_readings(link)):
        if (other.left, other.right) == of_all_data(link.left, link.right)[1]:
            again = expression_step(other, {label[len(f"as {k} "):]: v for label, v in settled.items() if label.startswith(f"as {k} ")})
            if again.relation == "fails":
                return again
    return Step(link.line, None, Status.UNDECIDED, "it is not said how the observations hang together.", step.evidence, tags=("undefined",))


def _unsaid(link: Link, context: Context) -> str:
    """What would have to be said before a line that fails can be called wrong; "" where nothing is missing."""
    return (_undefined(link, context) or _strange_density(link, context) or _numbers_put_in(link) or law_put_in(link.left, link.right)
            or law_put_in(link.right, link.left) or together_with_a_copy(link.left, link.right))


def _strange_density(link: Link, context: Context) -> str:
    """A density other than p, q, r of which nothing is supposed, such as the m of KL(p || m); "" where there is none."""
    said = set().union(*[names_of(c) for c in context.conditions])
    return next((n for n, d in context.domains if d.shape == "density" and n not in (*DENSITY_LETTERS, *said)
                 and (n in names_of(link.left)) != (n in names_of(link.right))), "")


def _numbers_put_in(link: Link) -> str:
    """A probability of an event for which the other side has decimals or fractions that no line states; "" where that is not so."""
    for side, other in ((link.left, link.right), (link.right, link.left)):
        numbers = [n for n in walk(other) if n.kind == "number"]
        plain = all(n.kind == "number" or n.kind == "apply" and n.name in ("add", "mul", "div", "neg", "pow") for n in walk(other))
        event = next((n for n in walk(side) if n.is_apply("probability")), None)
        if plain and event is not None and len(numbers) > 1 and any(n.value.denominator > 1 for n in numbers):
            return str(event)
    return ""


def _undefined(link: Link, context: Context) -> str:
    """A constant or function that one side brings in and of which nothing was said before; "" where there is none."""
    declared = {n for n, _ in context.domains}
    known = declared | set().union(*[names_of(c) for c in context.conditions]) | {"E", "P", "pi", "e"}
    for other in context.options.get("links", ()):
        if other.index < link.index:
            known |= _plain_names(other.left) | _plain_names(other.right)
    known |= set().union(*[names_of(t) for h, b in context.definitions for t in (h, b)]) if context.definitions else set()
    new = [n for n in sorted((_constants(link.right) | _functions(link.right)) - names_of(link.left)) if n not in known]
    return next((n for n in new if n not in CONSTANTS), "") or _given_name(link, known)


def _given_name(link: Link, known: set[str]) -> str:
    """The name at the beginning of "gamma_k = ...", "log L(t) = ...", "JS(p, q) = ...", of which nothing was said before."""
    left = link.left.args[0] if link.left.is_apply("log", 1) else link.left
    head = left.args[0] if left.is_apply("call") else left
    head = head.args[0] if head.is_apply("index") else head
    if link.sign not in ("=", ":=") or head.kind != "symbol" or left.is_apply("call") and head.name not in _functions(left):
        return ""
    return head.name if head.name not in known | names_of(link.right) else ""


def _functions(term: Term) -> set[str]:
    """Names that are called and are neither densities nor laws nor operators."""
    heads = {n.args[0].name for n in walk(term) if n.is_apply("call") and n.args[0].kind == "symbol" and law_of(n) is None and law_at(n) is None}
    return heads - DENSITY_LETTERS - {"indicator", "N", "E", "Var", "Cov", "Pr", DIFFERENTIAL}


def _plain_names(term: Term) -> set[str]:
    """Names in a side as written, those under an accent left out: the g of hat g is another."""
    if term.kind == "symbol":
        return {term.name}
    if accented(term) is not None:
        return set()
    return set().union(*[_plain_names(a) for a in (*term.args, *term.bound)])


def _constants(term: Term) -> set[str]:
    """Letters that stand for numbers: not indices, bound names, functions, or arguments of densities and functions."""
    found: set[str] = set()
    stack = [term]
    bound: set[str] = set()
    while stack:
        t = stack.pop()
        if t.kind == "symbol":
            found.add(t.name)
        elif t.is_apply("index"):
            stack.append(t.args[0])
        elif t.kind == "binder":
            bound |= {b.name for b in t.bound if b.kind == "symbol"}
            stack.append(t.args[0])  # how far a sum runs is no constant of the line
        elif not t.is_apply("call") and not t.is_apply("probability") and not (t.kind == "relation" and "~" in t.signs):
            stack.extend(t.args)
    return found - bound


def _proportional_step(link: Link, settled: Settled) -> Step:
    verdict = settled.get("proportional")
    if verdict is None or verdict.equal is None:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", (verdict,) if verdict else ())
    constant = settled.get("up to a constant")
    if constant is not None and constant.equal:
        return Step(link.line, None, Status.UNDECIDED, "the two sides differ by a constant; proportional would mean a constant factor.", (verdict,
                constant))
    if not verdict.equal:
        return Step(link.line, "fails", Status.REFUTED, "the quotient of the two sides is not constant. " + " ".join(verdict.finding.words),
                (verdict,))
    return Step(link.line, "implies", verdict.status, "the two sides are proportional.", (verdict,), verdict.finding.facts)


def _statement_step(link: Link, settled: Settled) -> Step:
    own, before = settled.get("own"), settled.get("own before")
    moved = next((settled[k] for k in ("own moved", "own turned") if k in settled and settled[k].equal), None)
    if own is None:
        return Step(link.line, None, Status.UNDECIDED, "it is no statement that can be decided here.")
    if moved is not None:
        return Step(link.line, "equivalent", moved.status, "it is the statement before with its terms moved.", (moved,), moved.finding.facts)
    if own.equal:
        both = before is not None and before.equal
        words = "it holds, as the statement before does." if both else "it holds by itself."
        return Step(link.line, "equivalent" if both else "implies", own.status, words, (own,), own.finding.facts)
    if own.equal is False and before is not None and before.status is Status.PROVED:
        return Step(link.line, "fails", Status.REFUTED, "it does not follow. " + " ".join(own.finding.words), (own, before))
    return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", (own,))
