"""The sides of a derivation over abstract densities, with everything said that people leave unsaid."""

from __future__ import annotations

from dataclasses import replace

from grader.algebra.density_completion import Completion, Conventions, Definition, Incomplete
from grader.algebra.density_names import DENSITY_LETTERS, Setting, density_name, split_call, variable
from grader.algebra.density_syntax import rename_terms
from grader.domain import Domain
from grader.term import Term, apply, collection, free_names, relation, symbol, walk
from grader.theories._draws import drawn_sides
from grader.theories._random_names import entropic, rebuilt
from grader.theories._ranges import with_ends
from grader.theories._said import first_sides
from grader.theories._score import NoDerivative, Scores, has_gradient
from grader.theories._suppositions import Supposed
from grader.theories._theory import Context, Prepared


def density_sides(terms: tuple[Term, ...], context: Context, definitions: list[tuple[Term, Term]], told: Supposed) -> Prepared:
    """The sides with everything said that people leave unsaid about densities."""
    equations = [*definitions, *first_sides(context, definitions)]
    terms, definitions, told_conditions, counts = drawn_sides(terms, equations, told.conditions, context.vocabulary)
    terms = _with_points(tuple(with_ends(list(terms), context.words)))
    terms = _named_means(_one_case(_derived(tuple([rebuilt(t, entropic) for t in terms]))), context)
    made = []
    for head, body in definitions:
        name = head.args[0] if head.is_apply("call") else head
        if name.kind == "symbol" and name.name not in DENSITY_LETTERS - {"Q"}:
            made.append(Definition(name.name, head.args[1:] if head.is_apply("call") else (), rebuilt(body, entropic)))
    chosen = [relation("=", head, rebuilt(body, entropic)) for head, body in definitions if _is_chosen(head)]
    conventions = Conventions(context.domains, tuple(made), _default_density(context, definitions))
    completion = Completion(conventions, tuple([*[t for t in terms if isinstance(t, Term)], *chosen]))
    found: list[Term | str] = []
    for t in terms:
        if isinstance(t, str):
            found.append(t)
            continue
        try:
            found.append(completion.complete(t))
        except (Incomplete, ValueError) as open_question:
            found.append(str(open_question))
    said = [*[_as_densities(c, terms) for c in told_conditions], *[_completed(completion, c) for c in chosen]]
    conditions = tuple(dict.fromkeys([*context.conditions, *said]))
    understood = tuple([t for t in found if isinstance(t, Term)])
    domains = dict(context.domains)
    for name, domain in counts.items():
        domains.setdefault(name, domain)
    for t in understood:
        for call in walk(t):
            name = density_name(call.args[0]) if call.is_apply("call") else None
            if name is not None and name[0] in DENSITY_LETTERS:
                domains.setdefault(name[0], Domain(shape="density"))
    options = {**context.options, "proportional": _proportional_in(understood)}
    widened = replace(context, domains=tuple(sorted(domains.items())), conditions=conditions, options=options)
    return Prepared(tuple(found), tuple(completion.notes), widened)


def _is_chosen(head: Term) -> bool:
    """ "Let q(z) = p(z | x)": a density called at plain variables, set to be something."""
    name = density_name(head.args[0]) if head.is_apply("call") else None
    left, right, parameters = split_call(head) if name is not None else ((), (), ())
    return name is not None and name[0] in DENSITY_LETTERS - {"P", "Q"} and not parameters and all(variable(a) is not None for a in (*left, *right))


def chosen_law(condition: Term) -> str:
    """The letter of the density that a condition such as "q(z) = p(z | x)" chooses; "" for other conditions."""
    if condition.kind != "relation" or condition.signs != ("=",) or not _is_chosen(condition.args[0]):
        return ""
    letter = density_name(condition.args[0].args[0])[0]  # type: ignore[index]
    own = {name[0] for n in walk(condition.args[1]) if n.is_apply("call") and (name := density_name(n.args[0])) is not None}
    return "" if letter in own else letter


def _completed(completion: Completion, condition: Term) -> Term:
    try:
        return completion.complete(condition)
    except (Incomplete, ValueError):
        return condition


def _as_densities(condition: Term, terms: tuple[Term | str, ...]) -> Term:
    """Independence of x and z as p(x | z) = p(x), given y as p(x | z, y) = p(x | y), where the lines speak of one density p and of these variables.

    Any other condition stays as it is: no model shows that it holds, so that nothing is refuted under it.
    """
    heads = {n.args[0] for t in terms if isinstance(t, Term) for n in walk(t) if n.is_apply("call") and n.args[0].kind == "symbol"
             and n.args[0].name in DENSITY_LETTERS}
    perp = condition.kind == "relation" and condition.signs == ("perp",)
    if not (perp or condition.is_apply("call", 3) and condition.args[0] == symbol("independent")) or len(heads) != 1:
        return condition
    first, second = condition.args[-2:]
    bar = (second.args[1],) if second.is_apply("given", 2) else ()
    second = second.args[0] if bar else second
    names = [n if n.name in "xyzuvw" else symbol(n.name.lower()) for n in (first, second, *bar) if n.kind == "symbol"]
    if len(names) != 2 + len(bar):
        return condition
    head = next(iter(heads))
    right = names[1] if not bar else collection("tuple", *names[1:])
    plain = apply("call", head, names[0]) if not bar else apply("call", head, apply("given", names[0], names[2]))
    return relation("=", apply("call", head, apply("given", names[0], right)), plain)


def _with_points(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """KL(p || q), E_p[log p - log q] where no density has an argument anywhere: all of one variable x."""
    letters = ("p", "q", "r")
    nodes = [n for t in terms for n in walk(t)]
    if any(n.is_apply("call") and (m := density_name(n.args[0])) is not None and m[0] in letters for n in nodes):
        return terms
    if any(n.kind == "symbol" and n.name == "x" or n.is_apply("index") and n.args[0].kind == "symbol" and n.args[0].name in letters for n in nodes):
        return terms
    change = {symbol(n): apply("call", symbol(n), symbol("x")) for n in letters}
    return tuple([rename_terms(t, change) for t in terms])


def _derived(terms: tuple[Term, ...]) -> tuple[Term | str, ...]:
    """Derivatives with respect to a parameter of the densities, worked out."""
    parameters = [n.args[1] for t in terms for n in walk(t) if n.kind == "apply" and n.name in ("gradient", "partial", "derivative")
            and len(n.args) > 1]
    if not parameters:
        return terms
    terms = tuple([rebuilt(t, releasing) if has_gradient(t) else t for t in terms])
    scores = Scores.of(terms, parameters[0])
    found: list[Term | str] = []
    for t in terms:
        try:
            found.append(scores.rewritten(t))
        except NoDerivative as reason:
            found.append(str(reason))
    return tuple(found)


def releasing(t: Term) -> Term | None:
    """log(p(x) f) as (log p(x)) f, where a density is followed by what is none."""
    if not t.is_apply("log", 1) or not t.args[0].is_apply("mul"):
        return None
    first, *rest = t.args[0].args
    if not first.is_apply("call") or (name := density_name(first.args[0])) is None or name[0] not in DENSITY_LETTERS:
        return None
    if any(n.is_apply("call") and (m := density_name(n.args[0])) is not None and m[0] in DENSITY_LETTERS for r in rest for n in walk(r)):
        return None
    return apply("mul", apply("log", first), *rest)


def _one_case(terms: tuple[Term | str, ...]) -> tuple[Term | str, ...]:
    """X beside the x of a density is the same variable."""
    known = {a.name for t in terms if isinstance(t, Term) for n in walk(t) if n.is_apply("call") and n.args[0].kind == "symbol"
            and n.args[0].name in DENSITY_LETTERS
             for side in split_call(n)[:2] for a in side if a.kind == "symbol"}
    names = {n.name for t in terms if isinstance(t, Term) for n in walk(t) if n.kind == "symbol"}
    change = {symbol(c): symbol(c.lower()) for c in "XYZUVW" if c in names and c.lower() in known and c not in known}
    return tuple([rename_terms(t, change) if isinstance(t, Term) else t for t in terms]) if change else terms


def _named_means(terms: tuple[Term | str, ...], context: Context) -> tuple[Term | str, ...]:
    """E[f(X)], Var[X], E[X | Y] beside a single density p: over p of these variables."""
    calls = [n for t in terms if isinstance(t, Term) for n in Setting(context.domains, tuple([u for u in terms if isinstance(u,
            Term)])).calls()][:200]
    heads = list(dict.fromkeys([c.args[0] for c in calls]))
    if len(heads) != 1:
        return terms
    letters = {a.name for c in calls for side in split_call(c)[:2] for a in side if a.kind == "symbol"}

    def over(t: Term) -> Term | None:
        if t.kind != "apply" or t.name not in ("expectation", "variance") or len(t.args) != 1:
            return None
        body, bar = t.args[0].args if t.args[0].is_apply("given", 2) else (t.args[0], None)
        given = [a for a in (bar.args if bar is not None and bar.kind == "tuple" else (bar,)) if a is not None]
        drawn = sorted((free_names(body) - _bound_by_laws(body)) & letters - {g.name for g in given})
        if not drawn or any(g.kind != "symbol" or g.name not in letters for g in given):
            return None
        left = symbol(drawn[0]) if len(drawn) == 1 else collection("tuple", *map(symbol, drawn))
        if not given:
            return apply(t.name, body, apply("call", heads[0], *map(symbol, drawn)))
        right = given[0] if len(given) == 1 else collection("tuple", *given)
        return apply(t.name, body, apply("call", heads[0], apply("given", left, right)))

    return tuple([rebuilt(t, over) if isinstance(t, Term) else t for t in terms])


def _bound_by_laws(term: Term) -> set[str]:
    """Variables that an expectation inside already draws."""
    return {a.name for n in walk(term) if n.kind == "apply" and n.name in ("expectation", "variance") and len(n.args) == 2
            and n.args[1].is_apply("call")
            for a in split_call(n.args[1])[0] if a.kind == "symbol"}


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
