"""Conditions on scores: from a learner's text to canonical statements about k_j^T q and k_i^T q."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.answers._attention import MAX_SIZE, MAX_STATEMENTS, OO, Naming, Unclear, canonical, is_vector, letters_of, mentions, pairs, subtract, tidy
from grader.answers._attention_prose import hear
from grader.model import Answer, Note, Part, Read, Reading, Unread
from grader.term import Term, apply, free_names, number, relation, symbol, walk
from grader.term import replace as put

LARGE = 10
"""A gap of 10 makes the odds against one other key 1 : 22026."""
_MUCH_GREATER = re.compile(r">\s*>(?:\s*>)*|≫|⋙|\\gg+\b")


@dataclass(frozen=True)
class Said:
    """Canonical statements; whether the outcome itself was all that was said; whether `>>` between scores occurred, so that its reading matters."""

    statements: tuple[Term, ...]
    restated: bool = False
    compares: bool = False


def read(answer: Answer, part: Part, naming: Naming) -> Reading:
    """The statements about scores as one term. `Unread` where there are none, or where a word may turn one around."""
    made = _read(answer, part, naming)
    empty = not made.blank if isinstance(made, Unread) else analyse(made.term, naming).restated
    if answer.provenance.ocr and empty and (proposal := _propose(answer.text, naming)) is not None:
        return Read(proposal, (Note("nearest reading of a garbled comparison of scores", severity="repair", code="nearest"),), proposed=True)
    return made


def _read(answer: Answer, part: Part, naming: Naming) -> Reading:
    heard = hear(answer.text, part, naming)
    if isinstance(heard, Unread):
        return heard
    try:
        term, swapped = _relevant(heard.parts, naming)
        analyse(term, naming)
    except ValueError as why:
        return Unread(str(why), hint="Write a condition on the scores k_j^T q and k_i^T q as a formula.", notes=heard.notes)
    mixed = heard.flags and len(pairs(term)) > 1 and any(mentions(p, naming.keys) and _compares_scores(p, naming) for p in pairs(term))
    unknown = [t for t in heard.loose if mentions(t, naming.keys)]
    if unknown and not heard.doubts:
        return Unread("something is said of a key or score that is not understood", hint="Write the condition as a formula.", notes=heard.notes,
                      proposed=term)
    if heard.doubts or mixed:
        said = ", ".join(f'"{d}"' for d in heard.doubts or sorted(heard.flags))
        return Unread(f"the word {said} could change what is meant", hint="Write the condition as a formula.", notes=heard.notes, proposed=term)
    others = []
    for parts in heard.others:
        try:
            others.append(_relevant(parts, naming)[0])
        except ValueError:
            continue
    if not swapped and (turned := _turned(term, naming)) is not None:
        others.append(turned)
    notes = heard.notes + ((Note(f"the target key is called {naming.named[0]} here", code="renamed"),) if swapped else ())
    if "similarity" in heard.flags:
        notes += (Note("\"similar\" and its like are read as \"equal\", the most that they can mean", code="strongest"),)
    return Read(term, notes, tuple(others), heard.proposed)


def _compares_scores(pair: Term, naming: Naming) -> bool:
    """Is it a comparison of scores, and not only the value of one?"""
    return pair.kind == "relation" and pair.signs[0] in (">>", "<<", "->", ">", "<", ">=", "<=") and mentions(pair, naming.query)


def _propose(text: str, naming: Naming) -> Term | None:
    """A garbled `k.. >> k..`: the score of the target against another's, for a person to confirm."""
    cut = _MUCH_GREATER.search(text)
    if cut is None:
        return None
    left = re.findall(r"[A-Za-z\\{}_^]+", text[:cut.start()])
    right = re.findall(r"[A-Za-z\\{}_^]+", text[cut.end():])
    key = naming.keys.lower()
    if not left or not right or not left[-1].lower().lstrip("\\{").startswith(key) or not right[0].lower().lstrip("\\{").startswith(key):
        return None
    return relation(">>", naming.score(naming.named[0]), naming.score(naming.other))


# ------------------------------------------------------------------------------------------------------------- statements


def _relevant(parts: tuple[Term, ...], naming: Naming) -> tuple[Term, bool]:
    """The statements that count, with the target under its usual name, and whether it had another."""
    every = [p for part in parts for p in _conditions_of(part, naming)]
    target = _target(every, naming)
    kept = [p for p in every if p.kind in ("relation", "binder") and not _is_range(p, naming)]
    if not kept:
        raise Unclear("no condition is stated")
    outcome = [p for p in kept if _is_outcome(p, naming)]
    rest = [p for p in kept if p not in outcome and not _is_definition(p, naming)]
    if len(kept) > MAX_STATEMENTS or sum(p.size for p in kept) > MAX_SIZE:
        raise Unclear("more statements than can be told apart")
    chosen = list(dict.fromkeys(rest or outcome))
    if target != naming.named[0]:
        chosen = [_exchange(p, target, naming) for p in chosen]
    return (chosen[0] if len(chosen) == 1 else apply("and", *chosen)), target != naming.named[0]


def _conditions_of(term: Term, naming: Naming) -> list[Term]:
    """The statements of a term; of "A implies B", the one that is a condition for the outcome. Fails with `Unclear` where neither is the outcome."""
    if term.is_apply("and") or term.is_apply("where"):
        return [p for a in term.args for p in _conditions_of(a, naming)]
    if term.is_apply("implies", 2):
        first, second = ([p for p in pairs(a) if not _is_range(p, naming)] for a in term.args)
        if not all(_is_outcome(p, naming) for p in first) and not all(_is_outcome(p, naming) for p in second):
            raise Unclear("one condition is said to follow from another")
    return pairs(term)


def _is_range(term: Term, naming: Naming) -> bool:
    return term.kind == "relation" and all(naming.is_index(a) or a.kind == "tuple" or a == symbol(naming.count) for a in term.args)


def _is_outcome(term: Term, naming: Naming) -> bool:
    """Does it speak of weights, values or the output, or write a weight out as exp(k_j^T q) / sum_i exp(k_i^T q)?"""
    try:
        if any(_is_weight(node) for node in walk(tidy(term, naming))):
            return True
    except Unclear:
        return False
    return any(node.kind == "symbol" and node.name in naming.outcomes or node.kind == "apply" and node.name == "softmax" for node in walk(term))


def _is_weight(node: Term) -> bool:
    """An exponential over the sum of exponentials at all keys."""
    below = node.args[1] if node.is_apply("div", 2) and node.args[0].is_apply("exp") else node
    return below is not node and below.kind == "binder" and below.name == "sum" and len(below.args) == 1 and below.args[0].is_apply("exp")


def _is_definition(term: Term, naming: Naming) -> bool:
    """Is it about the number of keys or dimensions?"""
    sizes = ("d", naming.count)
    return term.kind == "relation" and term.signs in (("=",), (":=",)) and any(a.kind == "symbol" and a.name in sizes for a in term.args)


def _target(every: list[Term], naming: Naming) -> str:
    """The index whose weight tends to 1: as the outcome says (`alpha_i = 1`, `z = v_i`), else the range (`for all j != i`), else the question."""
    used = {x for p in every for x in _key_indices(p, naming)}
    for p in every:
        if p.kind == "relation" and p.signs[0] in ("=", "->", "approx", "~"):
            for own, value in (p.args, p.args[::-1]):
                if own.is_apply("index", 2) and own.args[0].kind == "symbol" and own.args[1].kind == "symbol" and own.args[0].name in naming.outcomes:
                    if value == number(1) or is_vector_name(value, naming):
                        return own.args[1].name
    for p in every:
        if p.kind == "relation" and p.signs == ("!=",) and all(a.kind == "symbol" and a.name in used for a in p.args):
            if naming.named[0] not in used or p.args[0].name == naming.named[0]:
                return p.args[1].name
    return naming.named[0]


def _key_indices(term: Term, naming: Naming) -> list[str]:
    """Indices of the keys in a term, in order."""
    found = [node for node in walk(term) if node.is_apply("index", 2) and node.args[0] == symbol(naming.keys)]
    return [node.args[1].name for node in found if node.args[1].kind == "symbol"]


def is_vector_name(term: Term, naming: Naming) -> bool:
    """Is it the output's name?"""
    return term.kind == "symbol" and term.name in naming.outcomes


def _exchange(term: Term, target: str, naming: Naming) -> Term:
    """The learner's target under the question's name; the question's name, where it was another key's, under the common name."""
    return put(term, {symbol(target): symbol(naming.named[0]), symbol(naming.named[0]): symbol(naming.other)})


def _turned(term: Term, naming: Naming) -> Term | None:
    """The statements with the two indices exchanged, where nothing in the answer fixes their roles and the target stands on the smaller side."""
    if any(node.kind == "binder" for node in walk(term)):
        return None
    first = term.args[0] if term.is_apply("and") else term
    if first.kind != "relation" or first.signs[0] not in (">>", ">", "<<", "<", "->", ">=", "<="):
        return None
    indices = _key_indices(first, naming)
    if len(set(indices)) != 2 or naming.named[0] not in indices:
        return None
    other = next(x for x in indices if x != naming.named[0])
    greater = first.signs[0] in (">>", ">", ">=", "->")
    if (indices[0] == naming.named[0]) == greater:
        return None
    return put(term, {symbol(other): symbol(naming.named[0]), symbol(naming.named[0]): symbol(other)})


def analyse(term: Term, naming: Naming, greater: str = "difference") -> Said:
    """The canonical statements of a reading. Fails with `Unclear`."""
    every = [p for p in pairs(term)]
    every = _scores_put_in(every, naming)
    if all(_is_outcome(p, naming) for p in every):
        return Said((), restated=True)
    made: list[Term] = []
    for p in every:
        if not _is_outcome(p, naming):
            made += canonical(p, naming, greater)
    if not made:
        raise Unclear("no condition on the scores is stated")
    for s in made:
        if not mentions(s, naming.keys) and not mentions(s, naming.query) and len(made) == 1:
            raise Unclear("a condition that speaks neither of keys nor of the query")
    compares = any(p.kind == "relation" and p.signs[0] in (">>", "<<") for p in every)
    return Said(tuple(dict.fromkeys(_without_bounds(made, naming))), compares=compares)


def _scores_put_in(every: list[Term], naming: Naming) -> list[Term]:
    """`s_i = k_i^T q`: the score in place of its name, at every index."""
    for p in list(every):
        if p.kind != "relation" or p.signs not in (("=",), (":=",)):
            continue
        left, right = p.args
        if not left.is_apply("index", 2) or any(a.kind != "symbol" for a in left.args) or left.args[0].name in (naming.keys, *naming.outcomes):
            continue
        if mentions(right, naming.query) and mentions(right, left.args[1].name):
            base, index = left.args

            def at(node: Term, base: Term = base, index: Term = index, right: Term = right) -> Term:
                if node.is_apply("index", 2) and node.args[0] == base:
                    return put(right, {index: node.args[1]})
                return node.with_args(tuple(at(a) for a in node.args)) if node.args else node

            every = [at(e) for e in every if e is not p]
    return every


def _without_bounds(statements: list[Term], naming: Naming) -> list[Term]:
    """`E >= M` with `M -> oo` and nothing else about M says that E -> oo; as a statement about scores it is that."""
    for c in list(statements):
        if c.kind == "relation" and c.signs == ("->",) and c.args[0].kind == "symbol" and c.args[1] == OO:
            letter = c.args[0]
            uses = [s for s in statements if s is not c and mentions(s, letter.name)]
            if len(uses) == 1 and uses[0].kind == "relation" and uses[0].signs[0] in (">", ">="):
                own, bound = uses[0].args
                rest = [a for a in bound.args if a != letter] if bound.is_apply("add") else []
                linear = bound == letter or len(rest) == len(bound.args) - 1 and not any(mentions(a, letter.name) for a in rest)
                if linear and not mentions(own, letter.name):
                    gap = own
                    for a in rest:
                        gap = subtract(gap, a)
                    statements = [s for s in statements if s is not c and s is not uses[0]] + [relation("->", gap, OO)]
    return statements


def free_letters(said: Said, naming: Naming) -> tuple[str, ...]:
    """Letters other than keys, query and scores."""
    plain, families = letters_of(said.statements, naming)
    return (*plain, *families)


def pattern(said: Said, naming: Naming) -> str:
    """What kind of wrong condition it is, by its form; "" where none of the known ones."""
    own, other, query = naming.score(naming.named[0]), naming.score(naming.other), symbol(naming.query)
    forms = set(said.statements)
    if any(s.kind == "binder" for s in forms):
        return "some"
    if any(s.signs == ("=",) and query in s.args and any(is_vector(a, naming) for a in s.args if a != query) for s in forms):
        return "" if any(s.signs == ("->",) for s in forms) else "similarity"
    gap = subtract(own, other)
    if forms in [{relation(s, *sides)} for s in (">", ">=") for sides in ((own, other), (gap, number(0)))]:
        return "largest"
    if any(s.signs == ("=",) and own in s.args and any(a.kind == "number" for a in s.args) for s in forms):
        return "fixed_score"
    if forms == {relation("->", own, OO)}:
        return "own_score"
    if any(node.is_apply("norm") for s in forms for node in walk(s)) and not any(query.name in free_names(s) for s in forms):
        return "keys"
    return ""


def is_nearly_enough(said: Said) -> bool:
    """Is a score or a gap compared with a number so large that the weight is near 1 although it does not tend to it?"""
    return any(node.kind == "number" and node.value >= LARGE for s in said.statements for node in walk(s))


def goal(naming: Naming) -> Term:
    """What alpha_j -> 1 says of the scores: the gap to every other key tends to infinity."""
    return relation("->", subtract(naming.score(naming.named[0]), naming.score(naming.other)), OO)
