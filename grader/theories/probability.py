"""Densities, expectations, variances, probabilities, entropies: a derivation about random quantities.

Its language. Densities as functions, with joint, conditional and marginal ones (p(x, z), p(x | z)), sums and integrals over their variables,
expectations over them, KL, entropy; random variables under E, Var, Cov and P with laws, moments and independence that words or lines before suppose
(`_suppositions`); entropies and mutual informations of variables. What is left unsaid is said first (`algebra.density_completion`, `_random_names`).

What proves and refutes. Claims over densities: normal forms by marginals and logarithms, bounds as sums of quantities that are never negative, small
tables (`decide.probability`). Claims over random variables: both sides worked out to moments, small probability spaces (`decide.moments`). Claims over
entropies: linear programming over Shannon's elemental inequalities (`decide.entropies`). Sources are named there.

`left propto right` holds where the quotient does not depend on the variable left of the bar: left(t) right(t') = left(t') right(t) for all t, t'.
An equation that only moves the terms of the one before is equivalent to it; one that holds by itself follows from anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from grader.algebra.density_completion import Completion, Conventions, Definition, Incomplete
from grader.algebra.density_names import DENSITY_LETTERS, OPERATORS, Setting, split_call, variable
from grader.algebra.density_syntax import rename_terms
from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, Status
from grader.reading.vocabulary import Vocabulary
from grader.replay.moments_terms import law_at, law_of
from grader.term import Term, apply, free_names, number, relation, symbol, walk
from grader.theories._derivation import assuming
from grader.theories._random_names import MEANS, Spelling, accented, random_names, rebuilt
from grader.theories._suppositions import Supposed, families, supposed
from grader.theories._theory import AT_MOST, Context, Link, Prepared, Settled, Step, expression_claims, expression_step

SPEAKING = frozenset((*MEANS, *OPERATORS)) - {"given"}
WORDS = ("independent", "identical")
SCALES = frozenset("sigma tau nu s".split())


def suits(terms: tuple[Term, ...], context: Context) -> bool:
    """Does anything speak of densities, means, probabilities or entropies?"""
    if any(d.shape in ("density", "variable") for _, d in context.domains):
        return True
    for t in terms:
        for n in walk(t):
            if n.kind == "apply" and n.name in SPEAKING or law_at(n) is not None:
                return True
            if n.is_apply("call") and n.args[0].kind == "symbol" and n.args[0].name in ("H", "I", "P", "Pr") and any(
                    m.kind == "apply" and m.name in ("given", "semicolon", "union", "intersection", "complement", "setminus", "not") for m in n.args[1:]):
                return True
            if n.is_apply("mul") and any(a.kind == "symbol" and a.name == "E" for a in n.args[:-1]) and any(d.shape == "variable" for _, d in context.domains):
                return True
    return next(Setting(context.domains, terms).calls(), None) is not None


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
    return found


def _unheard(context: Context) -> bool:
    """Is there a sentence about random variables that was not understood?"""
    return any(_sentence(text, context.vocabulary, False) is None for text in context.words)


# ------------------------------------------------------------------------------------------------------------- preparing


def prepare(terms: tuple[Term, ...], context: Context) -> Prepared:
    """Definitions put in, notation brought to one form, random variables declared, densities completed."""
    told = _told(context)
    known = {c.args[0].args[0].name if c.args[0].is_apply("call") else c.args[0].name
             for c in (*told.conditions, *terms, *context.conditions) if _is_density_law(c)}
    definitions = [(h, b) for h, b in (*context.definitions, *told.definitions) if h not in {n for n in walk(b)} and not _is_density_law(relation("=", h, b))]
    if _over_densities(terms, context, known):
        return _densities(terms, context, definitions, told)
    conditions = [c for c in told.conditions if _is_hypothesis(c)]
    opened = [_unfolded(t, definitions) for t in (*terms, *conditions)]
    stated = {n.name for r in told.random for n in walk(r) if n.kind == "symbol"}
    spelling = Spelling.of(opened)
    spelling = replace(spelling, span=spelling.span or _dimension(opened), vectors=spelling.vectors | _vectors(opened))
    first = [spelling.term(t) for t in opened]
    stated = {(accented(r) or r).name for r in told.random if (accented(r) or r).kind == "symbol"} | _of_conditions(first)
    shapes = {n: d.shape for n, d in context.domains}
    random = random_names(first, stated, shapes)
    second = replace(spelling, random=random)
    made = [second.term(t) for t in first]
    sides, held = made[:len(terms)], made[len(terms):]
    bases = [symbol(n) for n in sorted(random)]
    indexed = {n.args[0].name for t in made for n in walk(t) if n.is_apply("index") and n.args[0].kind == "symbol"}
    domains = dict(context.domains)
    for name in sorted(random):
        old = domains.get(name) or Domain()
        domains[name] = Domain("complex" if old.lower is None and old.upper is None else old.field, old.lower, old.lower_strict, old.upper, old.upper_strict, "variable")
    full: list[Term] = []
    for c in held:
        narrowed = assuming(Context(tuple(domains.items())), c)
        if narrowed.conditions or c.args[0] in bases:
            full += _meant(c, bases, indexed, domains)
        else:
            domains = dict(narrowed.domains)
    for name in _scales(made, domains):
        domains[name] = Domain("real", lower=Fraction(0), lower_strict=True)
    alike = {a.name for c in full if c.is_apply("call") and c.args[0].name == "identical" for a in c.args[1:] if a.kind == "symbol"}
    sides = [(_meant(t, bases, indexed, domains) or [t])[0] if _is_hypothesis(t) else t for t in sides]
    sides = [_one_member(t, random & indexed, alike) for t in sides]
    for t in made:
        for n in walk(t):
            if n.kind == "binder" and n.name == "sum" and len(n.args) == 3 and n.args[2].kind == "symbol" and n.args[2].name not in domains:
                domains[n.args[2].name] = Domain("integer", lower=Fraction(1))
    domains.setdefault("*", Domain("real"))
    widened = replace(context, domains=tuple(sorted(domains.items())), conditions=tuple(dict.fromkeys([*context.conditions, *full])))
    notes = (f"{', '.join(sorted(random))} {'is' if len(random) == 1 else 'are'} taken for random",) if random else ()
    return Prepared(tuple(sides), notes, widened)


def _is_density_law(c: Term) -> bool:
    """p(x) = N(x; m, v), p = N(m, v)."""
    if c.kind != "relation" or c.signs != ("=",):
        return False
    name = c.args[0].args[0] if c.args[0].is_apply("call", 2) else c.args[0]
    return name.kind == "symbol" and (law_at(c.args[1]) is not None and c.args[0].is_apply("call") or law_of(c.args[1]) is not None)


def _is_hypothesis(c: Term) -> bool:
    """Is it a condition in the language of random variables, as a whole term?"""
    if c.is_apply("call") and c.args[0].kind == "symbol" and c.args[0].name in WORDS:
        return True
    return c.kind == "relation"


def _over_densities(terms: tuple[Term, ...], context: Context, known: set[str]) -> bool:
    """Are there densities without a named law (or entropies beside densities)?"""
    setting = Setting(context.domains, terms)
    for call in setting.calls():
        name = next((n.name for n in walk(call.args[0]) if n.kind == "symbol"), "")
        if name not in known and law_at(call) is None and not (name in ("P", "Q") and Spelling.of(terms).events):
            return True
    bare = {a.name for t in terms for n in walk(t) if n.is_apply("kl") for a in n.args if a.kind == "symbol"}
    return bool(bare - known)


def _unfolded(term: Term, definitions: Iterable[tuple[Term, Term]]) -> Term:
    """The term with defined names replaced, the later definitions first."""
    for head, body in reversed(tuple(definitions)):
        if head.is_apply("call"):
            continue
        if any(n == head for n in walk(term)):
            term = rebuilt(term, lambda n, h=head, b=body: b if n == h else None)
    return term


def _dimension(terms: list[Term]) -> Term | None:
    """d or n, where vectors are multiplied and no sum says how long they are."""
    names = {n.name for t in terms for n in walk(t) if n.kind == "symbol"}
    return next((symbol(n) for n in ("d", "d_k", "n") if n in names), None) if _vectors(terms) else None


def _vectors(terms: list[Term]) -> frozenset[str]:
    """Names under a transpose, a norm or an inner product, and beside one."""
    found: set[str] = set()
    for t in terms:
        for n in walk(t):
            if n.kind == "apply" and n.name in ("inner", "dotproduct", "norm", "transpose"):
                found |= {a.name for a in n.args if a.kind == "symbol"}
            if n.is_apply("mul"):
                found |= {b.name for a, b in zip(n.args, n.args[1:]) if a.is_apply("transpose") and b.kind == "symbol"}
    return frozenset(found)


def _of_conditions(terms: list[Term]) -> set[str]:
    """Names that a law or an independence among the terms speaks of."""
    found: set[str] = set()
    for t in terms:
        if t.kind == "relation" and (t.signs == ("~",) and law_of(t.args[1]) is not None or set(t.signs) == {"perp"}):
            sides = t.args[:1] if t.signs == ("~",) else t.args
            found |= {f.name for s in sides for f in families(s.args[0] if s.is_apply("given") else s) if f.kind == "symbol"}
        elif t.is_apply("call") and t.args[0].kind == "symbol" and t.args[0].name in WORDS:
            found |= {f.name for a in t.args[1:] for f in families(a) if f.kind == "symbol" and f.name != "entries"}
        for n in walk(t):
            if n.kind == "relation" and n.signs == ("~",) and law_of(n.args[1]) is not None and n is not t and n.args[0].kind == "symbol":
                found.discard("")
    return found


def _meant(c: Term, bases: list[Term], indexed: set[str], domains: dict[str, Domain]) -> list[Term]:
    """A hypothesis about "the entries" as one about each family; bounds of a variable go to its domain."""
    entries = [b for b in bases if b.name in indexed] or bases
    if c.kind == "relation" and c.signs in ((">=",), (">",)) and c.args[0] in bases and c.args[1] == number(0):
        old = domains[c.args[0].name]
        domains[c.args[0].name] = Domain("real", Fraction(0), c.signs == (">",), old.upper, old.upper_strict, "variable")
        return []
    if any(n == symbol("entries") for n in walk(c)):
        if c.is_apply("call"):
            return [apply("call", c.args[0], *entries)] if entries else []
        return [rename_terms(c, {symbol("entries"): _member(b, indexed)}) for b in entries]
    if c.kind == "relation" and c.signs == ("=",) and c.args[0].kind == "apply" and c.args[0].name in ("expectation", "variance"):
        subject = c.args[0].args[0]
        if subject.kind == "symbol" and subject.name in indexed:
            return [relation("=", apply(c.args[0].name, _member(subject, indexed)), c.args[1])]
    return [c]


def _member(base: Term, indexed: set[str]) -> Term:
    return apply("index", base, symbol("i")) if base.name in indexed else base


def _one_member(term: Term, families_: set[str] | frozenset[str], alike: set[str]) -> Term | str:
    """X beside X_i: any member, where all have one law; else it is not clear what it is."""
    if _is_hypothesis(term):
        return term

    def walk_up(t: Term) -> Term:
        if t.is_apply("index"):
            return t
        if t.kind == "symbol" and t.name in families_:
            if t.name not in alike:
                raise LookupError(t.name)
            return apply("index", t, number(1))
        if t.is_apply("call"):
            return t.with_args((t.args[0], *[walk_up(a) for a in t.args[1:]]))
        return t.with_args(tuple([walk_up(a) for a in t.args]))

    try:
        return walk_up(term)
    except LookupError as name:
        return f"{name.args[0]} stands with and without an index"


def _scales(terms: list[Term], domains: dict[str, Domain]) -> list[str]:
    """Letters that are the scale of a law or stand under a logarithm with its index: taken as positive where nothing is said."""
    found: dict[str, None] = {}
    for t in terms:
        for n in walk(t):
            law = law_of(n) or (at[1] if (at := law_at(n)) is not None else None)
            if law is not None and law.name == "Normal" and law.parameters[1].is_apply("pow", 2):
                base = law.parameters[1].args[0]
                name = base.name if base.kind == "symbol" else base.args[0].name if base.is_apply("index") and base.args[0].kind == "symbol" else ""
                found |= {name: None} if name else {}
            elif law is not None and law.parameters and law.parameters[-1].kind == "symbol" and law.name in ("Normal", "Exponential", "Poisson"):
                found |= {law.parameters[-1].name: None}
            if n.kind == "symbol" and n.name in SCALES:
                found[n.name] = None
    return [n for n in found if n not in domains or domains[n].shape == "scalar" and domains[n].lower is None]


# ------------------------------------------------------------------------------------------------------------- densities


def _densities(terms: tuple[Term, ...], context: Context, definitions: list[tuple[Term, Term]], told: Supposed) -> Prepared:
    """The sides with everything said that people leave unsaid about densities."""
    made = []
    for head, body in definitions:
        name = head.args[0] if head.is_apply("call") else head
        if name.kind == "symbol" and name.name not in DENSITY_LETTERS:
            made.append(Definition(name.name, head.args[1:] if head.is_apply("call") else (), body))
    conventions = Conventions(context.domains, tuple(made), _default_density(context, definitions))
    completion = Completion(conventions, tuple(terms))
    found: list[Term | str] = []
    for t in terms:
        try:
            found.append(completion.complete(t))
        except (Incomplete, ValueError) as open_question:
            found.append(str(open_question))
    conditions = tuple(dict.fromkeys([*context.conditions, *[c for c in told.conditions if c.kind == "relation"]]))
    drawn = _proportional_in(tuple([t for t in found if isinstance(t, Term)]))
    options = {**context.options, "proportional": drawn}
    return Prepared(tuple(found), tuple(completion.notes), replace(context, conditions=conditions, options=options))


def _proportional_in(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The variables of the density that a derivation speaks of: those left of the bar in the first side that is one call."""
    for t in terms:
        inner = t.args[0] if t.is_apply("log", 1) else t
        if inner.is_apply("call") and variable(split_call(inner)[0][0] if split_call(inner)[0] else inner.args[0]) is not None and any(
                a.is_apply("given") for a in inner.args[1:]):
            return tuple([a for a in split_call(inner)[0] if a.kind == "symbol"])
    return ()


def _default_density(context: Context, definitions: list[tuple[Term, Term]]) -> Term | None:
    option = context.options.get("density")
    return option if isinstance(option, Term) else None


# ------------------------------------------------------------------------------------------------------------- claims


def _conditions(link: Link, context: Context) -> tuple[Context, tuple[str, ...]]:
    """The context with what the reason supposes and without what has nothing to do with the link; and the suppositions in words."""
    extra: list[Term] = []
    one = _sentence(link.reason, context.vocabulary, True) if link.reason else None
    if one is not None:
        bases = [symbol(n) for n, d in context.domains if d.shape == "variable" and n in _names(link)]
        indexed = {n.args[0].name for t in (link.left, link.right) for n in walk(t) if n.is_apply("index") and n.args[0].kind == "symbol"}
        for c in one.conditions:
            extra += _meant(c, bases, indexed, dict(context.domains))
        taken = dict(context.domains)
        extra = [c for c in extra if c not in context.conditions and all(taken.get(n) is not None for n in free_names(c) & {b.name for b in bases})]
        if any(c.is_apply("call") for c in context.conditions):
            extra = [c for c in extra if not c.is_apply("call")]
    near = _names(link)
    random = {n for n, d in context.domains if d.shape in ("variable", "density")}
    if not near & random and not any(n.kind == "apply" and n.name in (*SPEAKING, "call") for t in (link.left, link.right) for n in walk(t)):
        fixed = tuple([c for c in context.conditions if not _names_of(c) & random and c.kind == "relation" and "~" not in c.signs and not _is_density_law(c)])
        return replace(context, conditions=fixed), ()
    kept: list[Term] = []
    rest = list(dict.fromkeys([*context.conditions, *extra]))
    while True:
        more = [c for c in rest if _names_of(c) & near]
        if not more:
            break
        kept += more
        rest = [c for c in rest if c not in more]
        near |= set().union(*[_names_of(c) - {"i", "j"} for c in more])
    ordered = tuple([c for c in dict.fromkeys([*context.conditions, *extra]) if c in kept])
    return replace(context, conditions=ordered), tuple([f"supposed: {c}" for c in extra])


def _names(link: Link) -> set[str]:
    return _names_of(link.left) | _names_of(link.right)


def _names_of(term: Term) -> set[str]:
    return {n.name for n in walk(term) if n.kind == "symbol"}


def claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """Equality and inequality as everywhere; proportionality; equations from equations."""
    context, _ = _conditions(link, context)
    if link.statement:
        return _statement_claims(link, context, settled)
    if link.sign == "propto":
        return _proportional(link, context)
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
    sides = [(t, rebuilt(t, _absorbing)) for t in (link.left, link.right)]
    made = [replace(link, left=a, right=b) for a, b in ((sides[0][1], sides[1][1]), (sides[0][0], sides[1][1]), (sides[0][1], sides[1][0]))]
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


def _proportional(link: Link, context: Context) -> tuple[Claim, ...]:
    """left(t) right(t') = left(t') right(t)."""
    drawn = context.options.get("proportional", ())
    if not drawn:
        return ()
    change = {v: apply("prime", v, number(1)) for v in drawn}
    moved = [rename_terms(t, change) for t in (link.left, link.right)]
    conclusion = Equal(apply("mul", link.left, moved[1]), apply("mul", moved[0], link.right))
    return (Claim(conclusion, context.domains, context.conditions, "proportional"),)


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
    elif link.sign == "propto":
        step = _proportional_step(link, settled)
    else:
        step = expression_step(link, settled)
        if step.relation in (None, "fails"):
            for k, other in enumerate(_other_readings(link)):
                inner = {label[len(f"as {k} "):]: v for label, v in settled.items() if label.startswith(f"as {k} ")}
                again = expression_step(other, inner) if inner else step
                if again.relation not in (None, "fails"):
                    step = replace(again, conditions=(*again.conditions, "the logarithm is of everything behind it"))
                    break
    if step.relation == "fails" and _unheard(context):
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided: something supposed in words was not understood.", step.evidence, tags=("hypothesis",))
    return replace(step, conditions=(*step.conditions, *extra)) if extra and step.relation is not None else step


def _proportional_step(link: Link, settled: Settled) -> Step:
    verdict = settled.get("proportional")
    if verdict is None or verdict.equal is None:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", (verdict,) if verdict else ())
    if not verdict.equal:
        return Step(link.line, "fails", Status.REFUTED, "the quotient of the two sides is not constant. " + " ".join(verdict.finding.words), (verdict,))
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


