"""Means over several independent draws, as people write them, brought to one form: expectation(f, product_{k=1}^K q(z_k | x)).

    E_{z_1, ..., z_K ~ q}, E_{z_{1:K} ~ q(z|x)}, E_{z_1, z_2 ~ q(z|x)}     draws of the density, which is q(z | x) where q(z_k | x) stands somewhere
    E_{z_k ~ q(z|x)}                                                       the mean over that draw alone
    E[f(w_1, ..., w_K)] after "z_1, ..., z_K iid ~ q(z|x)"                 over the draws supposed
    w_k after "w_k = p(x, z_k) / q(z_k|x)", L_{K+1} after "L_K = ..."      what the definition says for that index
    log (1/K) sum_k w_k                                                    the logarithm is of the whole mean
    sum_k w_k                                                              k runs over all the draws
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.domain import Domain
from grader.model import Read
from grader.reading import Vocabulary, read
from grader.replay.draws import block_of, put
from grader.term import Term, apply, binder, number, symbol, walk
from grader.theories._random_names import rebuilt

K = symbol("k")
_SPANNED = re.compile(r"^\s*\\?\(?\s*([A-Za-z])_\{?\s*1\s*:\s*([A-Za-z0-9])\s*\}?\s*(?:\\(?:overset|stackrel)\{[^{}]*\}\{\\sim\}|\\sim|~)\s*(.+?)\s*$")


class Draws:
    """The draws that a derivation speaks of. `terms` are all its sides, definitions and suppositions."""

    def __init__(self, terms: Iterable[Term], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.terms = tuple(terms)
        self.calls = [n for t in self.terms for n in walk(t) if n.is_apply("call")]
        self.block: Term | None = None
        """product_{k=1}^K q(z_k | x), as supposed in words."""

    def suppose(self, condition: Term) -> bool:
        """Take "z_1, ..., z_K ~ q(z | x)" as the draws that a bare E is over. Is the condition such a one?"""
        found = self.over(condition) if condition.kind == "relation" and condition.signs == ("~",) else None
        if found is None or block_of(found) is None:
            return False
        self.block = found
        return True

    def over(self, over: Term) -> Term | None:
        """The subscript of a mean in the one form; None for other subscripts."""
        if over.kind == "text":
            return self._spanned(over.name)
        last = over.args[-1] if over.kind == "tuple" and over.args else over
        if last.kind != "relation" or last.signs != ("~",):
            return None
        drawn, law = last.args
        if over is not last:  # z_1, ..., (z_K ~ q)
            drawn = over.with_args((*over.args[:-1], drawn))
        if (drawn.is_apply("index", 2) or drawn.is_apply("prime")) and drawn.args[0].kind == "symbol":
            return self.law(law, drawn.args[0].name, drawn)
        counted = _counted(drawn)
        if counted is None:
            return None
        base, count = counted
        if law.kind == "binder" and block_of(law) is not None:
            return law
        one = self.law(law, base, apply("index", symbol(base), K))
        return None if one is None else binder("product", (K,), one, number(1), count)

    def _spanned(self, text: str) -> Term | None:
        found = _SPANNED.match(text)
        if found is None:
            return None
        reading = read(found[3], self.vocabulary)
        if not isinstance(reading, Read):
            return None
        count = number(int(found[2])) if found[2].isdigit() else symbol(found[2])
        if reading.term.kind == "binder" and block_of(reading.term) is not None:
            return reading.term
        one = self.law(reading.term, found[1], apply("index", symbol(found[1]), K))
        return None if one is None else binder("product", (K,), one, number(1), count)

    def law(self, law: Term, base: str, draw: Term) -> Term | None:
        """The density called at a draw: q(z | x) and q at z_k are q(z_k | x)."""
        if law.is_apply("call"):
            left = law.args[1].args[0] if law.args[1].is_apply("given", 2) else law.args[1]
            if len(law.args) == 2 and (left == symbol(base) or left.is_apply("index", 2) and left.args[0] == symbol(base)
                                       or left.kind == "symbol" and left.name in ("cdot", "ast")):
                return put(law, {left: draw})
            return None
        if law.kind != "symbol" and not law.is_apply("index"):
            return None
        forms: dict[Term, None] = {}
        for call in self.calls:
            if call.args[0] == law and len(call.args) == 2:
                left = call.args[1].args[0] if call.args[1].is_apply("given", 2) else call.args[1]
                if left == symbol(base) or left.is_apply("index", 2) and left.args[0] == symbol(base):
                    forms[put(call, {left: draw})] = None
        if len(forms) > 1:
            return None
        return next(iter(forms), apply("call", law, draw))

    def term(self, term: Term) -> Term:
        """The term with its means over draws in the one form."""
        return rebuilt(term, self._node)

    def _node(self, t: Term) -> Term | None:
        if t.is_apply("expectation", 2):
            found = self.over(t.args[1])
            return None if found is None else _whole(t.args[0], found)
        if t.is_apply("expectation", 1) and self.block is not None:
            block = block_of(self.block)
            assert block is not None
            if block.touches(t.args[0]) and not t.args[0].is_apply("given"):
                return _whole(t.args[0], self.block)
        return None


def _whole(body: Term, over: Term) -> Term:
    """The mean, with sums in its body over all draws and logarithms of all that stands behind them."""
    block = block_of(over)
    if block is None:
        return apply("expectation", body, over)

    def node(t: Term) -> Term | None:
        if t.kind == "binder" and t.name in ("sum", "product") and len(t.args) == 1 and len(t.bound) == 1 and block.touches(t.args[0]):
            return Term("binder", t.name, (t.args[0], number(1), block.count), bound=t.bound)
        if t.is_apply("mul"):
            at = next((j for j, a in enumerate(t.args[:-1]) if a.is_apply("log", 1) and not block.touches(a) and t.args[j + 1].kind == "binder"), None)
            if at is not None and block.touches(t.args[at + 1]) and not any(n.is_apply("log") for n in walk(t.args[at + 1])):
                log = apply("log", apply("mul", t.args[at].args[0], *t.args[at + 1:]))
                return log if at == 0 else apply("mul", *t.args[:at], log)
        return None

    return apply("expectation", rebuilt(body, node), over)


def _counted(drawn: Term) -> tuple[str, Term] | None:
    """Base and number of the draws z_1, ..., z_K or z_1, z_2."""
    if drawn.kind != "tuple":
        return None
    named = [a for a in drawn.args if a.kind != "text"]
    if len(named) < 2 or not all(a.is_apply("index", 2) and a.args[0].kind == "symbol" and a.args[0] == named[0].args[0] for a in named):
        return None
    base, marks = named[0].args[0].name, [a.args[1] for a in named]
    if len(named) == len(drawn.args):
        return (base, number(len(named))) if marks == [number(k) for k in range(1, len(named) + 1)] else None
    return (base, marks[-1]) if marks[0] == number(1) and drawn.args[-1].kind != "text" else None


def indexed_definition(head: Term, body: Term) -> tuple[str, str, Term] | None:
    """w and k of a definition "w_k = ... k ...", with the body; None for other definitions."""
    if not head.is_apply("index", 2) or head.args[0].kind != "symbol" or head.args[1].kind != "symbol":
        return None
    mark = head.args[1]
    return (head.args[0].name, mark.name, body) if any(n == mark for n in walk(body)) and all(n != head.args[0] for n in walk(body)) else None


def put_in(term: Term, definitions: Iterable[tuple[str, str, Term]]) -> Term:
    """The term with w_j replaced by what "w_k = ..." says for j, later definitions first."""
    for base, mark, body in reversed(tuple(definitions)):
        def node(t: Term, base: str = base, mark: str = mark, body: Term = body) -> Term | None:
            return put(body, {symbol(mark): t.args[1]}) if t.is_apply("index", 2) and t.args[0] == symbol(base) else None

        term = rebuilt(term, node)
    return term


def drawn_sides(terms: tuple[Term, ...], definitions: list[tuple[Term, Term]], conditions: list[Term], vocabulary: Vocabulary) -> tuple[
        tuple[Term, ...], list[tuple[Term, Term]], list[Term], dict[str, Domain]]:
    """Sides, definitions and suppositions with means over draws in the one form and with indexed definitions put in; and the domains of the numbers
    of draws."""
    equations = [(c.args[0], c.args[1]) for c in conditions if c.kind == "relation" and c.signs == ("=",) and indexed_definition(*c.args)]
    draws = Draws([*terms, *[b for _, b in (*definitions, *equations)], *conditions], vocabulary)
    kept = [c for c in conditions if not draws.suppose(c) and not (c.is_apply("call") and draws.block is not None and _of_block(c, draws.block))
            and not (c.kind == "relation" and c.signs == ("=",) and indexed_definition(*c.args))]
    if draws.block is not None:
        kept = [c for c in kept if not (c.is_apply("call") and _of_block(c, draws.block))]
    named: list[tuple[str, str, Term]] = []
    plain = []
    for head, body in (*equations, *definitions):
        made = draws.term(put_in(body, named))
        found = indexed_definition(head, made)
        if found is not None:
            named.append(found)
        else:
            plain.append((head, made))
    sides = tuple([_in_sums(draws.term(put_in(t, named)), draws) for t in terms])
    blocks = [b for t in sides for n in walk(t) if n.is_apply("expectation", 2) and (b := block_of(n.args[1])) is not None]
    counts = {n.name: Domain("integer", lower=1) for b in blocks for n in walk(b.count) if n.kind == "symbol"}  # type: ignore[arg-type]
    if len({b.count for b in blocks}) == 1:
        block = blocks[0]
        sides = tuple([rebuilt(t, lambda n: _ranged(n, block)) for t in sides])
    return sides, plain, kept, counts


def _of_block(condition: Term, over: Term) -> bool:
    """Does "independent(z)" or "identical(z)" only say what draws are?"""
    block = block_of(over)
    return condition.args[0].kind == "symbol" and condition.args[0].name in ("independent", "identical") and block is not None and all(
        a == symbol(block.base) or not block.touches(a) for a in condition.args[1:])


def _ranged(n: Term, block: object) -> Term | None:
    """sum_k f(z_k) outside of a mean runs over all the draws too."""
    if n.kind != "binder" or n.name != "sum" or len(n.args) != 1 or len(n.bound) != 1 or not block.touches(n.args[0]):  # type: ignore[attr-defined]
        return None
    return Term("binder", "sum", (n.args[0], number(1), block.count), bound=n.bound)  # type: ignore[attr-defined]


def _in_sums(t: Term, draws: Draws) -> Term:
    """log (1/K) sum_k E_{z_k}[w_k] as the logarithm of all of it, where there are draws."""
    if draws.block is None and not any(n.is_apply("expectation", 2) and (block_of(n.args[1]) is not None or _is_one(n.args[1])) for n in walk(t)):
        return t

    def node(n: Term) -> Term | None:
        if not n.is_apply("mul"):
            return None
        at = next((j for j, a in enumerate(n.args[:-1]) if a.is_apply("log", 1) and n.args[j + 1].kind == "binder" and n.args[j + 1].name == "sum"
                   and all(m.kind in ("number", "symbol") or m.is_apply("div") for m in walk(a.args[0]))), None)
        if at is None or any(m.is_apply("log") for m in walk(n.args[at + 1])):
            return None
        log = apply("log", apply("mul", n.args[at].args[0], *n.args[at + 1:]))
        return log if at == 0 else apply("mul", *n.args[:at], log)

    return rebuilt(t, node)


def _is_one(over: Term) -> bool:
    return over.is_apply("call", 2) and any(n.is_apply("index", 2) and n.args[1].kind == "symbol" for n in walk(over.args[1]))
