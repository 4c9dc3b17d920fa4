"""Constructions of queries: from a learner's text to the query with its conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.answers._attention import MAX_SIZE, MAX_STATEMENTS, OO, Naming, Unclear, canonical, is_vector, letters_of, mentions, pairs, tidy
from grader.answers._attention_prose import Heard, hear, read_formulas
from grader.model import Answer, Note, Part, Read, Reading, Unread
from grader.term import Term, apply, binder, collection, free_names, number, relation, symbol, walk
from grader.term import replace as put

INFINITY = "infinity"
MAX_QUERIES = 4
_EQUALITIES = frozenset({"=", ":=", "equiv", "approx"})


@dataclass(frozen=True)
class Meant:
    """What an answer says: the queries it gives (mostly one), canonical conditions, letters of which nothing is said, and indexed coefficients of
    which nothing is said away from the wanted keys."""

    naming: Naming
    queries: tuple[Term, ...]
    conditions: tuple[Term, ...]
    unstated: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    open_families: tuple[str, ...] = ()
    still_families: tuple[str, ...] = ()
    """Indexed coefficients of which nothing is said that makes any of them grow."""
    has_number_bound: bool = False
    has_letters: bool = False


# --------------------------------------------------------------------------------------------------------------- reading


def read(answer: Answer, part: Part, naming: Naming) -> Reading:
    """The query and its conditions as one term. `Unread` where there is no query, or where a word may turn a condition around.

    Of a scanned answer that cannot be read, what can be read of it is proposed.
    """
    made = _read(answer, part, naming)
    if answer.provenance.ocr and isinstance(made, Unread) and not made.blank and (term := _salvaged(answer.text, part, naming)) is not None:
        return Read(term, (Note("put together from the formulas that could be read", severity="repair", code="nearest"),), proposed=True)
    return made


def _salvaged(text: str, part: Part, naming: Naming) -> Term | None:
    """The first readable query of a garbled text with the readable conditions on its coefficients."""
    found = [r.term for r in read_formulas(text, part) if isinstance(r, Read)]
    queries = [t for t in found if _defines(t, naming)]
    if not queries:
        return None
    letters = set().union(*letters_of(queries[:1], naming))
    rest = [t for t in found if t.kind == "relation" and t not in queries and (own := set().union(*letters_of([t], naming))) and own <= letters]
    term = apply("where", queries[0], *dict.fromkeys(rest)) if rest else queries[0]
    term = _mended(term, naming) or term
    try:
        analyse(term, naming)
    except ValueError:
        return None
    return term


def _read(answer: Answer, part: Part, naming: Naming) -> Reading:
    heard = hear(answer.text, part, naming)
    if isinstance(heard, Unread):
        return heard
    try:
        term = _relevant(heard.parts, naming)
        meant = analyse(term, naming)
    except ValueError as why:
        return Unread(str(why), hint="Write q = ... and, if needed, a condition such as beta -> oo.", notes=heard.notes)
    unknown = sorted(set(letters_of(heard.loose, naming)[0]) & {*meant.unstated, *meant.still_families})
    doubts = (*heard.doubts, *heard.flags)
    if unknown:
        return Unread(f"something is said of {', '.join(unknown)} that is not understood", notes=heard.notes, proposed=term,
                      hint="Write the condition as a formula, such as beta -> oo.")
    if doubts:
        said = ", ".join(f'"{d}"' for d in doubts)
        return Unread(f"the word {said} could change what is meant", hint="Write q = ... and the conditions as formulas.", notes=heard.notes,
                      proposed=term)
    notes = (*heard.notes, *_notes(meant))
    if answer.provenance.ocr and (mended := _mended(term, naming)) is not None:
        return Read(mended, (*notes, Note("an index 1 may be a misread i", severity="repair", code="ocr_index")), proposed=True)
    return Read(term, notes, (*_alternatives(heard, naming), *_summed(term, naming)), heard.proposed)


def _relevant(parts: tuple[Term, ...], naming: Naming) -> Term:
    """Definitions and conditions, without what is only a consequence. Fails with `Unclear` where nothing is left."""
    kept: list[Term] = []
    for part in parts:
        for piece in _pieces(part, naming):
            if piece.kind != "relation" and not is_vector(tidy(piece, naming), naming) and not _defines(piece, naming):
                if piece.kind == "binder" and piece.name == "exists":
                    raise Unclear("a condition for only some of the keys")
                if len(parts) > 1 or not letters_of([piece], naming)[0]:
                    continue
            kept.append(piece)
    kept = [p for p in kept if not _is_consequence(p, naming)]
    kept = list(dict.fromkeys(kept))
    queries = [p for p in kept if _defines(p, naming) or p.kind != "relation"]
    rest = [p for p in kept if p not in queries and not _is_given(p, naming)]
    if not queries and not any(mentions(p, naming.query) for p in rest):
        raise Unclear("no query is given")
    if len(queries) > MAX_QUERIES or len(rest) > MAX_STATEMENTS or sum(p.size for p in kept) > MAX_SIZE:
        raise Unclear("more statements than can be told apart")
    first = [p if p.kind == "relation" else relation("=", symbol(naming.query), p) for p in queries]
    whole = [*first, *rest]
    return whole[0] if len(whole) == 1 else apply("where", *whole)


def _pieces(term: Term, naming: Naming) -> Iterator[Term]:
    """Statements of a term, chains left whole."""
    if term.kind == "apply" and term.name in ("and", "where", "implies", "iff") or term.kind == "tuple" and term.name in ("list", "tuple"):
        for a in term.args:
            yield from _pieces(a, naming)
    elif term.kind == "binder" and term.name == "forall":
        for a in term.args:
            yield from _pieces(a, naming)
        for letter in term.bound:  # "for every beta": then beta is any constant
            if not naming.is_index(letter) and not any(s in ("->", ">>", "<<") for a in term.args[1:] if a.kind == "relation" for s in a.signs):
                yield relation("<", apply("abs", letter), OO)
    elif term.kind == "apply" and term.name in ("or", "not", "xor"):
        raise Unclear(f"\"{term.name}\" in the answer")
    elif term.kind not in ("constant", "text"):
        yield term


def _defines(term: Term, naming: Naming) -> bool:
    """Is it `q = ...` (or `q` proportional or parallel to something)?"""
    if term.kind != "relation" or symbol(naming.query) not in [tidy_side(a, naming) for a in term.args]:
        return False
    return set(term.signs) <= _EQUALITIES or term.signs in (("propto",), ("parallel",))


def tidy_side(term: Term, naming: Naming) -> Term:
    """One side in the words of the claims, as far as that goes."""
    try:
        return tidy(term, naming)
    except ValueError:
        return term


def _is_consequence(term: Term, naming: Naming) -> bool:
    """Does it speak of weights, values or the output?"""
    for node in walk(term):
        if node.kind == "symbol" and node.name in naming.outcomes and node.name != "alpha":
            return True
        if node.is_apply("index") and node.args[0].kind == "symbol" and node.args[0].name in naming.outcomes or node.is_apply("softmax"):
            return True
    return False


def _is_given(term: Term, naming: Naming) -> bool:
    """Does it only repeat what is known of the keys (k_i . k_j = 0, norm 1), or of their number?"""
    names = free_names(term) - {x for node in walk(term) if node.is_apply("index") for x in free_names(node.args[1])}
    given = {naming.keys, naming.count}
    return bool(names & given) and names <= given | {n for n in names if naming.is_index(symbol(n))}


def _notes(meant: Meant) -> tuple[Note, ...]:
    made = []
    if any(mentions(c, INFINITY) for c in meant.conditions):
        made.append(Note("infinity as a factor is read as a scale that tends to infinity", code="infinity"))
    if meant.unstated:
        made.append(Note(f"nothing is said of how large {', '.join(meant.unstated)} is", code="unstated_scale"))
    return tuple(made)


def _alternatives(heard: Heard, naming: Naming) -> tuple[Term, ...]:
    made = []
    for parts in heard.others:
        try:
            made.append(_relevant(parts, naming))
        except ValueError:
            continue
    return tuple(made)


def _summed(term: Term, naming: Naming) -> tuple[Term, ...]:
    """`- gamma k_i` without a sum may mean one other key or all of them: the reading with the sum."""
    free = _free_keys(term, naming)
    if len(free) != 1 or not naming.is_index(symbol(free[0])):
        return ()
    index = symbol(free[0])
    outside = relation("notin", index, collection("set", *map(symbol, naming.named)))

    def visit(node: Term) -> Term:
        if node.kind == "relation":
            return node.with_args(tuple(visit(a) for a in node.args))
        if node.is_apply("add"):
            return node.with_args(tuple(visit(a) for a in node.args))
        if node.is_apply("neg"):
            return node.with_args(tuple(visit(a) for a in node.args))
        return binder("sum", (index,), node, outside) if is_vector(node, naming) and mentions(node, free[0]) else node

    parts = term.args if term.is_apply("where") else (term,)
    changed = [visit(p) if _defines(p, naming) else p for p in parts]
    return (changed[0] if len(changed) == 1 else apply("where", *changed),)


def _free_keys(term: Term, naming: Naming) -> list[str]:
    """Indices of keys in the queries that are neither bound nor wanted."""
    found: dict[str, None] = {}
    for part in term.args if term.is_apply("where") else (term,):
        if _defines(part, naming):
            free = free_names(part)
            for node in walk(part):
                if node.is_apply("index", 2) and node.args[0] == symbol(naming.keys):
                    name = node.args[1].name if node.args[1].kind == "symbol" else str(node.args[1].value)
                    if name not in naming.named and (name in free or node.args[1].kind == "number"):
                        found[name] = None
    return list(found)


def _mended(term: Term, naming: Naming) -> Term | None:
    """The term with the index 1 of a coefficient read as the other index: on scanned papers i, l and 1 look alike."""
    families = letters_of([term], naming)[1]
    change = {apply("index", symbol(n), number(1)): apply("index", symbol(n), symbol(naming.other)) for n in families}
    made = put(term, change)
    return made if made != term else None


# -------------------------------------------------------------------------------------------------------------- analysis


def analyse(term: Term, naming: Naming) -> Meant:
    """The queries and canonical conditions of a reading. Fails with `Unclear`."""
    naming = naming.with_keys(_free_keys(term, naming))
    if len(naming.named) > 6:
        raise Unclear("too many different keys")
    parts = [p for p in (term.args if term.is_apply("where") else (term,))]
    parts = _vectors_put_in(_numbered_letters(_with_count(parts, naming), naming), naming)
    queries: list[Term] = []
    conditions: list[Term] = []
    for part in parts:
        if _defines(part, naming):
            sides = [tidy(a, naming) for a in part.args]
            if part.signs[0] in ("propto", "parallel"):
                conditions += [c for c in canonical(relation(part.signs[0], *sides), naming) if c.signs != ("=",)]
                sides = [apply("mul", symbol("scale"), s) if s != symbol(naming.query) else s for s in sides]
            for side in sides:
                if side.kind == "binder" and side.name == "limit" and len(side.args) == 2:
                    conditions += canonical(relation("->", side.bound[0], side.args[1]), naming)
                    side = side.args[0]
                queries += [side] if side != symbol(naming.query) else []
        else:
            for pair in pairs(part):
                conditions += canonical(pair, naming)
    queries, conditions = _with_infinity(queries, conditions)
    queries, conditions = _numbers_put_in(list(dict.fromkeys(queries)), conditions)
    nodes = [node for q in queries for node in walk(q)]
    if symbol(naming.keys) in nodes and not any(is_wanted(node, naming) for node in nodes):
        raise Unclear("none of the keys of the question occurs")
    strange = next((n for n in nodes if n.is_apply("index", 2) and n.args[0].kind == "symbol" and _is_like_keys(n.args[0].name, naming)), None)
    if strange is not None:
        raise Unclear(f"whether {strange} is a key of the question is not certain")
    if queries:
        kept = [c for c in conditions if not (mentions(c, naming.query) and c.kind == "relation" and c.signs == ("=",))]
        conditions = [put(c, {symbol(naming.query): queries[0]}) for c in kept]
        if any(mentions(q, naming.query) for q in queries):
            raise Unclear("a query that is defined by itself")
    return _sorted_out(naming, tuple(queries), tuple(dict.fromkeys(conditions)))


def _is_like_keys(name: str, naming: Naming) -> bool:
    """Is it the letter of the keys in another case, and nothing that the question names?"""
    return name != naming.keys and name.casefold() == naming.keys.casefold() and name not in naming.domains


def is_wanted(node: Term, naming: Naming) -> bool:
    """Is it a key of the question, or a sum that runs over it?"""
    if node.kind == "binder" and node.name == "sum":
        return True
    return node.is_apply("index", 2) and node.args[0] == symbol(naming.keys) and node.args[1].kind == "symbol" and node.args[1].name in naming.named


def _with_count(parts: list[Term], naming: Naming) -> list[Term]:
    """The learner's own letter for the number of keys (the upper end of a sum over keys) under the question's name."""
    tops = {node.args[2] for p in parts for node in walk(p) if node.kind == "binder" and node.name == "sum" and len(node.args) == 3}
    own = [t for t in tops if t.kind == "symbol" and t.name != naming.count]
    return [put(p, {own[0]: symbol(naming.count)}) for p in parts] if len(own) == 1 and len(tops) == 1 else parts


def _numbered_letters(parts: list[Term], naming: Naming) -> list[Term]:
    """`beta_1`, `beta_2` where no other index occurs with that letter: names of two scales, and not coefficients of keys 1 and 2."""
    uses: dict[str, set[Term]] = {}
    for part in parts:
        for node in walk(part):
            if node.is_apply("index", 2) and node.args[0].kind == "symbol" and node.args[0].name != naming.keys:
                uses.setdefault(node.args[0].name, set()).add(node.args[1])
    change = {apply("index", symbol(base), x): symbol(f"{base}_{x.value}") for base, found in sorted(uses.items())
              if all(x.kind == "number" for x in found) for x in sorted(found, key=lambda t: t.value)}
    return [put(p, change) for p in parts] if change else parts


def _vectors_put_in(parts: list[Term], naming: Naming) -> list[Term]:
    """Definitions of other vectors (`u = k_a + k_b`) put in where they are used."""
    for part in list(parts):
        if part.kind == "relation" and part.signs in (("=",), (":=",)) and part.args[0].kind == "symbol" and part.args[0].name != naming.query \
                and is_vector(tidy_side(part.args[1], naming), naming):
            parts = [put(p, {part.args[0]: part.args[1]}) for p in parts if p is not part]
    return parts


def _with_infinity(queries: list[Term], conditions: list[Term]) -> tuple[list[Term], list[Term]]:
    """Infinity as a factor: a scale that tends to infinity."""
    if not any(node == OO for q in queries for node in walk(q)):
        return queries, conditions
    return [put(q, {OO: symbol(INFINITY)}) for q in queries], [*conditions, relation("->", symbol(INFINITY), OO)]


def _numbers_put_in(queries: list[Term], conditions: list[Term]) -> tuple[list[Term], list[Term]]:
    """`beta = 1000`: the number in place of the letter."""
    for c in list(conditions):
        if c.kind == "relation" and c.signs == ("=",) and c.args[0].kind == "symbol" and not free_names(c.args[1]):
            queries = [put(q, {c.args[0]: c.args[1]}) for q in queries]
            conditions = [put(d, {c.args[0]: c.args[1]}) for d in conditions if d is not c]
    return queries, conditions


def _sorted_out(naming: Naming, queries: tuple[Term, ...], conditions: tuple[Term, ...]) -> Meant:
    """Which letters have something said of them that settles how large they are; the others are constants unless a condition ties them to more."""
    plain, families = letters_of(queries, naming)
    of = {c: letters_of([c], naming) for c in conditions}
    settled: set[str] = set()
    for _ in range(len(conditions) + 1):
        for c, (names, tied) in of.items():
            if c.signs == ("->",) or _is_bounded(c):
                settled.update(names)
            elif c.signs == ("=",) and not tied and len(set(names) - settled) == 1 and set(names) & settled:
                settled.update(names)
    unstated = tuple(n for n in plain if n not in settled)
    tied_letters = {n for c, (names, tied) in of.items() if c.signs != ("=",) and (len(names) > 1 or tied) for n in names}
    numbers = {n for c, (names, _) in of.items() if c.signs[0] in (">", ">=") and c.args[1].kind == "number" and c.args[1].value > 1 for n in names}
    return Meant(
        naming, queries, conditions, unstated, constants=tuple(n for n in unstated if n not in tied_letters),
        open_families=tuple(f for f in families if not any(_speaks_of(c, f, naming) for c in conditions)),
        still_families=tuple(f for f in families if not any(f in tied and c.signs == ("->",) for c, (_, tied) in of.items())),
        has_number_bound=not numbers.isdisjoint(unstated), has_letters=bool(plain or families or not queries))


def _is_bounded(condition: Term) -> bool:
    return condition.signs == ("<",) and condition.args[1] == OO and condition.args[0].is_apply("abs")


def _speaks_of(condition: Term, family: str, naming: Naming) -> bool:
    """Does the condition say something of the coefficients at the other keys?"""
    return any(node.is_apply("index", 2) and node.args[0] == symbol(family) and node.args[1] == symbol(naming.other) for node in walk(condition))
