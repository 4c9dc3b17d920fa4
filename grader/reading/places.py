"""Places of trees in the text."""

from __future__ import annotations

from collections.abc import Callable

from grader.term import Span, Term


def complete(term: Term, around: Span) -> Term:
    """The tree with a place for every node: what was not typed by itself (an order of one, "otherwise") stands where its operands or its parent
    stand."""
    span, args, bound = term.span, term.args, term.bound
    if not args and not bound:
        return term if span is not None else term.at(around)
    changed = span is None
    if span is None:
        inner = [a.span for a in args if a.span is not None]
        span = Span(min(s.start for s in inner), max(s.end for s in inner)) if inner else around
    made: list[Term] = []
    for a in args + bound if bound else args:
        if a.args or a.bound or a.span is None:
            whole = complete(a, span)
            changed = changed or whole is not a
            made.append(whole)
        else:
            made.append(a)
    return _rebuilt(term, tuple(made[:len(args)]), tuple(made[len(args):]), span) if changed else term


def moved(term: Term, place: Callable[[Span], Span]) -> Term:
    """The tree with every place changed by the function."""
    span = place(term.span) if term.span is not None else None
    return _rebuilt(term, tuple([moved(a, place) for a in term.args]), tuple([moved(b, place) for b in term.bound]), span)


def _rebuilt(term: Term, args: tuple[Term, ...], bound: tuple[Term, ...], span: Span | None) -> Term:
    return Term(term.kind, term.name, args, bound=bound, signs=term.signs, value=term.value, text=term.text, span=span)
