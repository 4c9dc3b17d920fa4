"""Shapes of symbols of which nothing is said: by the conventions of the field, as far as all sides then fit.

A capital letter is a matrix, a small Latin letter a vector, a Greek letter a number; where the sides do not fit so, other choices are tried, the usual
ones first. A shape that was found this way is a guess: shapes that do not fit are then no fault of the learner's, and a counterexample counts only
where the letter is used as no number can be (transposed, multiplied by such a one, differentiated by).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from grader.domain import Domain
from grader.replay.matrix_claims import matched
from grader.replay.matrix_language import CALLED, Language
from grader.replay.matrix_members import alone
from grader.replay.matrix_shapes import NoForm, Unfit
from grader.term import Term, walk

NUMBERS = frozenset("n d m k N M D K L J E T e i j t p q r alpha beta gamma delta epsilon eta lambda tau kappa zeta rho".split())
"""Names that are sizes, indices, losses or step sizes unless it does not fit."""
RESERVED = frozenset("I ones indicator delta F T".split())
MAX_TRIES = 160
_OPERATIONS = frozenset("transpose inverse trace det diag hadamard outer softmax".split())


def spoken_for(terms: Iterable[Term]) -> set[str]:
    """Names of symbols that stand directly under an operation on vectors and matrices."""
    found = set()
    for term in terms:
        for node in walk(term):
            if node.kind == "apply" and node.name in _OPERATIONS:
                found |= {n.name for a in node.args for n in walk(a) if n.kind == "symbol"}
            if node.is_apply("norm"):
                found |= {n.name for n in walk(node.args[0]) if n.kind == "symbol"}
            if node.kind == "apply" and node.name in ("gradient",) and len(node.args) == 2:
                found |= {n.name for n in walk(node.args[1]) if n.kind == "symbol"}
    return found


def indexed(terms: Iterable[Term]) -> tuple[set[str], set[str]]:
    """Names that occur with one index (x_i), and those of them that never occur without."""
    terms = tuple(terms)
    found = {n.args[0].name for t in terms for n in walk(t) if n.is_apply("index", 2) and n.args[0].kind == "symbol"}
    return found, found - alone(terms)


def certain(terms: Iterable[Term], groups: Sequence[tuple[Term, ...]], domains: tuple[tuple[str, Domain], ...], names: Iterable[str]) -> set[str]:
    """Names whose guessed shape is beyond doubt: they are transposed or the like, occur with indices only, or nothing would fit if they were numbers."""
    terms = tuple(terms)
    found = spoken_for(terms) | indexed(terms)[1]
    table = dict(domains)
    fits = _fitting(groups, domains)
    for name in names:
        if name not in found and table[name].shape in ("vector", "matrix"):
            tried = tuple(sorted({**table, name: Domain(field="real")}.items()))
            if _fitting(groups, tried) < fits:
                found.add(name)
    return found


def _names(terms: Iterable[Term]) -> list[str]:
    """Undeclared names that may have a shape: not indices, functions or bound names."""
    found: dict[str, None] = {}
    for term in terms:
        skip = {b.name for node in walk(term) for b in node.bound}
        subs = {n.name for node in walk(term) if node.is_apply("index") for s in node.args[1:] for n in walk(s) if n.kind == "symbol"}
        heads = {node.args[0].name for node in walk(term) if node.is_apply("call") and node.args[0].kind == "symbol"}
        for node in walk(term):
            if node.kind == "symbol" and node.name not in skip | subs | heads | RESERVED | set(CALLED):
                found[node.name] = None
    marked = {n.args[0].name for t in terms for n in walk(t) if n.kind == "apply" and n.name in ("hat", "bar", "tilde", "star") and n.args[0].kind == "symbol"}
    bare = {n.name for t in terms for n in _unmarked(t) if n.kind == "symbol"}
    return [n for n in found if n not in marked - bare]


def _unmarked(term: Term) -> Iterable[Term]:
    """The parts of a term that do not stand under a mark."""
    yield term
    for a in term.args:
        if not (term.kind == "apply" and term.name in ("hat", "bar", "tilde", "star") and a is term.args[0]):
            yield from _unmarked(a)


def options(name: str, spoken: set[str]) -> list[Domain]:
    """Shapes a name may have, the usual one first."""
    vector, matrix, scalar = Domain(shape="vector", field="real"), Domain(shape="matrix", field="real"), Domain(field="real")
    if name in NUMBERS:
        return [scalar, vector, matrix] if name in spoken else [scalar]
    base = name.partition("_")[0]
    if len(base) == 1 and base.isupper() or base in ("Sigma", "Lambda", "Phi", "Psi", "Omega", "Gamma"):
        return [matrix, scalar, vector]
    if len(base) == 1 and base.islower() or base in ("theta", "beta", "mu", "phi", "xi", "nu", "pi", "omega", "epsilon", "delta"):
        return [vector, scalar, matrix] if len(base) == 1 else [scalar, vector, matrix]
    return [scalar, vector]


def completed(pairs: Sequence[tuple[Term, ...]], domains: tuple[tuple[str, Domain], ...]) -> tuple[tuple[tuple[str, Domain], ...], tuple[str, ...]]:
    """The domains with shapes for the names that have none, so that in as many groups of terms as possible all have one shape and fit; the names guessed."""
    terms = [t for group in pairs for t in group]
    declared = dict(domains)
    names = [n for n in _names(terms) if n not in declared]
    spoken = spoken_for(terms)
    if not names:
        return domains, ()
    marked = indexed(terms)[0]
    held = {n.args[0].name for t in terms for n in walk(t) if n.is_apply("transpose", 1) and n.args[0].kind == "symbol"}
    held |= {b.name for t in terms for n in walk(t) if n.is_apply("mul") for a, b in zip(n.args, n.args[1:])  # X v: numbers are written in front
             if a.kind == b.kind == "symbol" and len(a.name) == len(b.name) == 1 and a.name.isupper() and a.name not in NUMBERS and b.name.islower() and b.name not in NUMBERS}
    choices = [[d for d in options(n, spoken) if (n not in marked or d.shape != "matrix" or n[:1].isupper()) and (n not in held or d.shape != "scalar")] for n in names]
    ordered = sorted(product(*[range(len(c)) for c in choices]), key=lambda ks: (sum(ks), ks)) if len(names) <= 6 else _single(choices)
    best: tuple[int, tuple[tuple[str, Domain], ...]] | None = None
    for ks in ordered[:MAX_TRIES]:
        tried = tuple(sorted({**declared, **{n: c[k] for n, c, k in zip(names, choices, ks)}}.items()))
        count = _fitting(pairs, tried)
        if best is None or count > best[0]:
            best = (count, tried)
        if count == 2 * len(pairs):
            break
    assert best is not None
    sizes = {token for _, d in domains for token in (d.rows, d.columns)}
    return best[1], tuple(n for n, c in zip(names, choices) if len(c) > 1 and n not in sizes)


def _single(choices: Sequence[Sequence[Domain]]) -> list[tuple[int, ...]]:
    """All usual, or up to two of them otherwise."""
    n = len(choices)
    made = [tuple([0] * n)]
    made += [tuple([k if i == j else 0 for i in range(n)]) for j in range(n) for k in range(1, len(choices[j]))]
    made += [tuple([1 if i in (a, b) else 0 for i in range(n)]) for a in range(n) for b in range(a) if len(choices[a]) > 1 and len(choices[b]) > 1]
    return made


def fits(groups: Sequence[tuple[Term, ...]], domains: tuple[tuple[str, Domain], ...]) -> bool:
    """Does every group fit that is in the language?"""
    return all(_fitting([g], domains) for g in groups)


def _fitting(pairs: Sequence[tuple[Term, ...]], domains: tuple[tuple[str, Domain], ...]) -> int:
    """How well do the terms of the groups fit: two for each group that does, one where it is not read? Sizes are those of one reading of them all."""
    language = Language(domains, [t for group in pairs for t in group])
    count = 0
    for group in pairs:
        kept = dict(language.make.sizes.parent)
        try:
            nodes = [language.node(t) for t in group]
            for a, b in zip(nodes, nodes[1:]):
                matched(language, a, b)
            count += 2
        except Unfit:
            language.make.sizes.parent = kept
        except NoForm:
            count += 1
    return count
