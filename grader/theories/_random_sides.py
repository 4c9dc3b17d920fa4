"""The sides of a derivation about random variables: one notation, the names that are random, and what is supposed of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from grader.algebra.density_syntax import rename_terms
from grader.domain import Domain
from grader.replay.moments_terms import law_at, law_of
from grader.term import Term, apply, constant, number, relation, symbol, walk
from grader.theories._derivation import assuming
from grader.theories._means_derived import derived, primed
from grader.theories._random_names import Spelling, accented, random_names, rebuilt
from grader.theories._ranges import counted, thresholds, with_ends
from grader.theories._said import WORDS, first_sides, is_hypothesis, is_named_density, names_of
from grader.theories._suppositions import Supposed, families
from grader.theories._theory import Context, Prepared

SCALES = frozenset("sigma tau nu s".split())


def random_sides(terms: tuple[Term, ...], context: Context, definitions: list[tuple[Term, Term]], told: Supposed) -> Prepared:
    """The sides in one notation, with the names that are random declared as variables, and the hypotheses."""
    conditions = [c for c in told.conditions if is_hypothesis(c)]
    definitions = [*definitions, *first_sides(context, definitions)]
    opened = with_ends(derived([_unfolded(primed(t, definitions), definitions) if not _is_word(t) else t for t in (*terms, *conditions)]), context.words)
    stated = {n.name for r in told.random for n in walk(r) if n.kind == "symbol"}
    opened, told = _apart_members(opened, told)
    spelling = Spelling.of(opened)
    spelling = replace(spelling, span=spelling.span or _dimension(opened, spelling.vectors), vectors=spelling.vectors | _vectors(opened))
    first = [spelling.term(t) for t in opened]
    stated = {(accented(r) or r).name for r in told.random if (accented(r) or r).kind == "symbol"} | _of_conditions(first)
    shapes = {n: d.shape for n, d in context.domains}
    random = random_names(first, stated, shapes)
    second = replace(spelling, random=random)
    made = [second.term(t) for t in first]
    sides, held = made[:len(terms)], made[len(terms):]
    bases = [symbol(n) for n in sorted(random)]
    indexed = {n.args[0].name for t in made for n in walk(t) if n.is_apply("index") and n.args[0].kind == "symbol"}
    domains = {n: d for n, d in context.domains if d.shape != "density"}  # a density with a named law is a function that is known
    for name in sorted(random):
        old = domains.get(name) or Domain()
        domains[name] = Domain("complex" if old.lower is None and old.upper is None else old.field, old.lower, old.lower_strict, old.upper,
                old.upper_strict, "variable")
    full: list[Term] = []
    for c in held:
        narrowed = assuming(Context(tuple(domains.items())), c)
        if c.is_apply("call") and c.args[0].name == "independent" and any(a.kind == "symbol" and a.name in indexed - set(told.members)
                for a in c.args[1:]):
            full += [relation("perp", a, b) for k, a in enumerate(c.args[1:], 1) for b in c.args[k + 1:]]  # vectors, not their entries
        elif narrowed.conditions or not c.args or c.args[0] in bases:
            full += meant(c, bases, indexed, domains)
        else:
            domains = dict(narrowed.domains)
    full += _by_custom(sides, full, random, indexed)
    for name in (*_scales(made, domains), *thresholds(made, domains)):
        domains[name] = Domain("real", lower=Fraction(0), lower_strict=True)
    for name in sorted({p.name for t in made for n in walk(t) if (law := law_of(n)) is not None and law.name == "Bernoulli" for p in law.parameters if p.kind == "symbol"}):
        if name not in domains or domains[name].shape == "scalar" and domains[name].lower is None and domains[name].upper is None:
            domains[name] = Domain("real", Fraction(0), True, Fraction(1), True)  # a chance
    alike = {a.name for c in full if c.is_apply("call") and c.args[0].name == "identical" for a in c.args[1:] if a.kind == "symbol"}
    sides = [(meant(t, bases, indexed, domains) or [t])[0] if is_hypothesis(t) else t for t in sides]
    constant = {n for c in full if c.kind == "relation" and c.signs == ("=",) for n in names_of(c.args[1])} & random & indexed
    change = {symbol(n): symbol(n + "\u2080") for n in sorted(constant)}  # g_i with mean g: the bare g is a number
    sides = [_outside_indices(t, change) for t in sides]
    full = [c.with_args((c.args[0], _outside_indices(c.args[1], change))) if c.kind == "relation" and c.signs == ("=",) else c for c in full]
    sides = [_one_member(t, random & indexed, alike) for t in sides]
    sides = [rebuilt(t, _over_the_line) if isinstance(t, Term) else t for t in sides]
    sides = [_operators_applied(t) if isinstance(t, Term) else t for t in sides]
    for name in counted(made, context.words):
        domains.setdefault(name, Domain("integer", lower=Fraction(1)))
    domains.setdefault("*", Domain("real"))
    widened = replace(context, domains=tuple(sorted(domains.items())), conditions=tuple(dict.fromkeys([*context.conditions, *full])))
    notes = (f"{', '.join(sorted(random))} {'is' if len(random) == 1 else 'are'} taken for random",) if random else ()
    return Prepared(tuple(sides), notes, widened)


def _unfolded(term: Term, definitions: Iterable[tuple[Term, Term]]) -> Term:
    """The term with defined names replaced, the later definitions first."""
    for head, body in reversed(tuple(definitions)):
        if any(n == head for n in walk(term)):
            term = _put_where_free(term, head, body)
    return term


def _is_word(t: Term) -> bool:
    return t.is_apply("call") and t.args[0].kind == "symbol" and t.args[0].name in WORDS


def stands_bare(head: Term, term: Term) -> bool:
    """Does the name stand in the term other than with an index, as X does not in sum_i X_i?"""
    if term == head:
        return True
    args = term.args[1:] if term.is_apply("index") and term.args[0] == head else term.args
    return any(stands_bare(head, a) for a in args)


def _put_where_free(t: Term, head: Term, body: Term) -> Term:
    """The body of a definition in place of its head, but not under a mean that draws a variable of that name."""
    if t == head:
        return body
    if t.is_apply("index") and t.args[0] == head:
        return t  # X = sum_i X_i
    over = t.args[1] if t.is_apply("expectation", 2) else None
    if not t.args or over is not None and over.kind == "relation" and over.signs == ("~",) and head in walk(over.args[0]):
        return t
    bound = tuple([_put_where_free(b, head, body) for b in t.bound])
    return Term(t.kind, t.name, tuple([_put_where_free(a, head, body) for a in t.args]), bound=bound, signs=t.signs, value=t.value, text=t.text, span=t.span)


def _dimension(terms: list[Term], families_: frozenset[str]) -> Term | None:
    """d or n, where vectors are multiplied and no sum says how long they are."""
    names = {n.name for t in terms for n in walk(t) if n.kind == "symbol"}
    return next((symbol(n) for n in ("d", "d_k", "n") if n in names), symbol("d")) if _vectors(terms) or _multiplied(terms, families_) else None


def _multiplied(terms: list[Term], families_: frozenset[str]) -> bool:
    """Do two names with entries stand side by side without indices?"""
    pairs = [(a, b) for t in terms for n in walk(t) if n.is_apply("mul") for a, b in zip(n.args, n.args[1:])]
    return any(a.kind == b.kind == "symbol" and {a.name, b.name} <= families_ for a, b in pairs)


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
        elif t.is_apply("call") and t.args[0].kind == "symbol" and t.args[0].name in WORDS[:2]:
            found |= {f.name for a in t.args[1:] for f in families(a) if f.kind == "symbol" and f.name != "entries"}
        for n in walk(t):
            if n.kind == "relation" and n.signs == ("~",) and law_of(n.args[1]) is not None and n is not t and n.args[0].kind == "symbol":
                found.discard("")
    return found


def meant(c: Term, bases: list[Term], indexed: set[str], domains: dict[str, Domain]) -> list[Term]:
    """A hypothesis about "the entries" as one about each family; bounds of a variable go to its domain."""
    entries = [b for b in bases if b.name in indexed] or bases
    subject = c.args[0].args[0] if c.args and c.args[0].is_apply("index") else c.args[0] if c.args else c
    if c.kind == "relation" and c.signs in ((">=",), (">",)) and subject in bases and c.args[1] == number(0):
        old = domains[subject.name]
        domains[subject.name] = Domain("real", Fraction(0), c.signs == (">",), old.upper, old.upper_strict, "variable")
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


def _apart_members(terms: list[Term], told: Supposed) -> tuple[list[Term], Supposed]:
    """X_1 and X_2 as variables of their own, where no X_i and no bare X stands beside them."""
    bare: set[str] = set()
    marks: dict[str, set[Term]] = {}
    loose: set[str] = set()
    for t in terms:
        words = is_hypothesis(t) and t.is_apply("call")
        inside = {id(n.args[0]) for n in walk(t) if n.is_apply("index")}
        for n in walk(t):
            if n.is_apply("index") and n.args[0].kind == "symbol":
                marks.setdefault(n.args[0].name, set()).add(n)
                if any(a.kind != "number" for a in n.args[1:]):
                    loose.add(n.args[0].name)
            elif n.kind == "symbol" and id(n) not in inside and not words:
                bare.add(n.name)
    random = {n for r in told.random for n in names_of(r)}
    chosen = {n: sorted(m, key=str) for n, m in marks.items() if n in random and n not in bare | loose}
    if not chosen:
        return terms, told
    change = {t: symbol(str(t)) for members in chosen.values() for t in members}

    def moved(t: Term) -> Term:
        if t.is_apply("call") and t.args[0].kind == "symbol" and t.args[0].name in WORDS:
            args = [m for a in t.args[1:] for m in ([change[x] for x in chosen[a.name]] if a.kind == "symbol" and a.name in chosen else [a])]
            return t.with_args((t.args[0], *args))
        return rebuilt(t, change.get)

    return [moved(t) for t in terms], replace(told, random=[m for r in told.random for m in (
        [change[x] for x in chosen[r.name]] if r.kind == "symbol" and r.name in chosen else [r])])


def _outside_indices(term: Term, change: dict[Term, Term]) -> Term:
    """Bare names replaced, not those that carry an index."""
    if not change or term.is_apply("index"):
        return term
    if term in change:
        return change[term]
    return term.with_args(tuple([_outside_indices(a, change) for a in term.args])) if term.args else term


def _over_the_line(t: Term) -> Term | None:
    """An integral without ends is over all values of its variable."""
    if t.kind == "binder" and t.name in ("antiderivative", "integral") and len(t.args) == 1:
        return Term("binder", "integral", (t.args[0], apply("neg", constant("oo")), constant("oo")), bound=t.bound)
    return None


def _operators_applied(term: Term) -> Term | str:
    """The term; or a text where the E of a mean stands as a letter, because the line was cut or read otherwise than it was meant."""
    loose = next((n.name for n in walk(term) if n.kind == "symbol" and n.name in ("E", "Var", "Cov", "Pr")), "")
    if any(is_named_density(n) for n in walk(term)):
        return "densities named by their variables, such as f_X, are not understood"
    return f"it is not clear what {loose} is applied to" if loose else term


def _by_custom(sides: list[Term], held: list[Term], random: frozenset[str], indexed: set[str]) -> list[Term]:
    """mu and sigma are the mean and the standard deviation of the only random variable there is, where nothing is said of them."""
    names = set().union(*[names_of(t) for t in sides]) if sides else set()
    said = set().union(*[names_of(c) for c in held]) if held else set()
    plain = [t for t in sides if not t.is_apply("call")]
    used = {n for n in random if any(n in names_of(t) for t in plain)}
    if len(used) != 1 or used & said:
        return []
    subject = _member(symbol(next(iter(used))), indexed)
    made = [relation("=", apply("expectation", subject), symbol("mu"))] if "mu" in names else []
    return made + ([relation("=", apply("variance", subject), apply("pow", symbol("sigma"), number(2)))] if "sigma" in names else [])


def _one_member(term: Term, families_: set[str] | frozenset[str], alike: set[str]) -> Term | str:
    """X beside X_i: any member, where all have one law; else it is not clear what it is."""
    if is_hypothesis(term):
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
            spread = law.parameters[1] if law is not None and law.name == "Normal" else None
            spread = spread.args[0] if spread is not None and spread.is_apply("diag", 1) else spread
            if spread is not None and spread.is_apply("pow", 2):
                base = spread.args[0]
                name = base.name if base.kind == "symbol" else base.args[0].name if base.is_apply("index") and base.args[0].kind == "symbol" else ""
                found |= {name: None} if name else {}
            elif law is not None and law.parameters and law.parameters[-1].kind == "symbol" and law.name in ("Normal", "Exponential", "Poisson"):
                found |= {law.parameters[-1].name: None}
            if n.kind == "symbol" and n.name in SCALES:
                found[n.name] = None
    return [n for n in found if n not in domains or domains[n].shape == "scalar" and domains[n].lower is None]
