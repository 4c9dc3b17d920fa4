"""Small tools for terms with density calls in them: what is called, what is drawn, and renaming that reaches bound names too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from grader.algebra.density_names import entries, key_of, split_call, variable
from grader.term import Term, apply, collection, symbol, walk


def marks_for_powers(term: Term, is_density: Callable[[Term], bool]) -> Term:
    """What looks like a power of a variable in a density's arguments is a mark: p(x^{(i)}) is p of the i-th x, wherever that x stands."""
    change: dict[Term, Term] = {}
    for call in density_calls(term, is_density):
        left, right, _ = split_call(call)
        for arg in (*left, *right):
            if arg.is_apply("pow", 2) and variable(arg.args[0]) is not None and arg.args[1].kind in ("symbol", "constant"):
                change[arg] = apply("sup", arg.args[0], symbol(arg.args[1].name))
    return rename_terms(term, change) if change else term


def density_call(head: Term, left: tuple[Term, ...], right: tuple[Term, ...], parameters: tuple[Term, ...]) -> Term:
    """The call head(left | right; parameters) in its standard form."""
    def side(terms: tuple[Term, ...]) -> Term:
        return terms[0] if len(terms) == 1 else collection("tuple", *terms)

    args: tuple[Term, ...] = (apply("given", side(left), side(right)),) if right else left
    if parameters:
        args = (apply("semicolon", side(args), side(parameters)),)
    return apply("call", head, *args)


def rename_symbols(term: Term, names: Mapping[str, str]) -> Term:
    """The term with symbols renamed everywhere, bound ones too."""
    return _rebuilt(term, lambda t: symbol(names[t.name], t.span) if t.kind == "symbol" and t.name in names else None) if names else term


def rename_terms(term: Term, change: Mapping[Term, Term]) -> Term:
    """The term with subterms replaced everywhere, bound ones too."""
    return _rebuilt(term, change.get)


def _rebuilt(term: Term, change: Callable[[Term], Term | None]) -> Term:
    new = change(term)
    if new is not None:
        return new
    if not term.args:
        return term
    return Term(term.kind, term.name, tuple([_rebuilt(a, change) for a in term.args]), bound=tuple([_rebuilt(b, change) for b in term.bound]),
                signs=term.signs, value=term.value, text=term.text, span=term.span)


def left_keys(call: Term) -> set[str]:
    """Keys of the variables left of the bar."""
    return {key_of(a) for a in split_call(call)[0]}


def density_calls(term: Term, is_density: Callable[[Term], bool]) -> Iterator[Term]:
    """Calls of densities in a term."""
    return (n for n in walk(term) if n.is_apply("call") and is_density(n.args[0]))


def density_places(node: Term) -> tuple[Term, ...]:
    """Operands that are densities by their place."""
    if node.is_apply("kl"):
        return node.args
    if node.kind == "relation" and node.signs == ("~",):
        return node.args[1:]
    if node.is_apply("expectation", 2) or node.is_apply("variance", 2) or node.is_apply("covariance", 3):
        return node.args[-1:]
    return node.args if node.is_apply("entropy") else ()


def letters_of(term: Term, is_density: Callable[[Term], bool]) -> Iterator[str]:
    """Letters of the variables in density calls and under sums."""
    for call in density_calls(term, is_density):
        left, right, _ = split_call(call)
        yield from (v[0] for a in (*left, *right) if (v := variable(a)) is not None)
    yield from bound_letters(term, is_density)


def drawn_letters(term: Term, is_density: Callable[[Term], bool]) -> Iterator[str]:
    """Letters of variables left of a bar, and under sums."""
    for call in density_calls(term, is_density):
        yield from (v[0] for a in split_call(call)[0] if (v := variable(a)) is not None)
    yield from bound_letters(term, is_density)


def bound_letters(term: Term, is_density: Callable[[Term], bool]) -> Iterator[str]:
    """Letters of variables that a sum, a mean or a divergence runs over."""
    for node in walk(term):
        places: list[Term] = list(node.bound)
        for law in density_places(node):
            if law.is_apply("call") and is_density(law.args[0]):
                places += split_call(law)[0]
        if node.kind == "relation" and node.signs == ("~",):
            places += entries(node.args[0])
        yield from (v[0] for p in places if (v := variable(p)) is not None)


def indices_of_variables(term: Term, is_density: Callable[[Term], bool]) -> Iterator[Term]:
    """Symbols that stand as an index of a variable in a density."""
    for call in density_calls(term, is_density):
        left, right, _ = split_call(call)
        for arg in (*left, *right):
            if arg.kind == "apply" and arg.name in ("index", "sup"):
                yield from (m for m in arg.args[1:] if m.kind == "symbol")
