"""What the lines of a derivation about vectors and matrices say of names: shapes, definitions, earlier equations, reasons, samples."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from grader.domain import Domain
from grader.model import Read
from grader.reading import read
from grader.term import Term, apply, free_names, relation, symbol, walk
from grader.term import replace as put
from grader.theories._theory import Context, Link

RESERVED = frozenset(("I", "ones", "indicator", "T", "F", "delta", "e"))
"""Names with a meaning of their own."""
_SINCE = re.compile(r"\b(?:since|because|as|using|with|by|where|for)\b", re.IGNORECASE)
_TRAIT = re.compile(r"(?:^|[\s,;])\$?\\?([A-Za-z]\w*)\$?\s*[;,]?\s*(?:is|are)\s+(?:a |an |also )?(symmetric|orthogonal|invertible|diagonal|idempotent|"
                    r"positive[\s-](?:semi)?-?definite|skew)", re.IGNORECASE)
MAX_EARLIER = 4
"""Earlier equations that a link may draw on."""


def placed(term: Term) -> dict[str, Domain] | None:
    """Domains from "X in R^{n x d}", "w in R^d", "A, B in R^{n x n}"."""
    if term.kind != "relation" or term.signs[-1] != "in":
        return None
    place = term.args[-1]
    if not place.is_apply("pow", 2) or place.args[0].kind != "constant" or place.args[0].name != "RR":
        return None
    size = place.args[1]
    sizes = size.args if size.kind == "apply" and size.name in ("mul", "times") and len(size.args) == 2 else (size,)
    if not all(s.kind in ("symbol", "number") for s in sizes):
        return None
    words = [s.name if s.kind == "symbol" else str(s.value) for s in sizes]
    domain = Domain("real", shape="matrix", rows=words[0], columns=words[1]) if len(words) == 2 else Domain("real", shape="vector", rows=words[0])
    names = [n for a in term.args[:-1] for n in (a.args if a.kind == "tuple" else (a,))]
    return {(n.name if n.kind == "symbol" else str(n)): domain for n in names}


def unfolded(term: Term, context: Context) -> Term:
    """The term with the learner's definitions put in, later ones first."""
    for head, body in reversed(context.definitions):
        try:
            term = _called(term, head, body) if head.is_apply("call") else put(term, {head: body})
        except ValueError:  # a name would be captured: the definition stays a name there
            continue
    return term


def _called(term: Term, head: Term, body: Term) -> Term:
    """The term with f(x) = body put in for calls of f, and for f alone; f'(x) is the derivative."""
    if term.is_apply("call", 2) and term.args[0].is_apply("prime", 2) and term.args[0].args[0] == head.args[0] and term.args[1].kind == "symbol" and len(head.args) == 2:
        order = term.args[0].args[1]
        return apply("derivative", put(body, {head.args[1]: term.args[1]}), term.args[1], order)
    if term.is_apply("gradient", 1) and (inner := _raised(term.args[0])) is not None:
        return apply("transpose", _called(apply("gradient", inner), head, body))
    if term.is_apply("call", len(head.args)) and term.args[0] == head.args[0]:
        return put(body, dict(zip(head.args[1:], [_called(a, head, body) for a in term.args[1:]])))
    if term == head.args[0]:
        return body
    args = tuple([a if term.is_apply("call") and a is term.args[0] else _called(a, head, body) for a in term.args])
    changed = term.with_args(args) if args else term
    if changed.is_apply("gradient", 1) and changed != term and len(head.args) == 2:
        return apply("gradient", changed.args[0], _variable(term.args[0], head))
    return changed


def _raised(term: Term) -> Term | None:
    """X of X^T, where T was read as an exponent."""
    return term.args[0] if term.is_apply("pow", 2) and term.args[1] == symbol("T") or term.is_apply("transpose", 1) else None


def _unmarked(link: Link) -> Link:
    """ "... => w^* = ..." solves for w: the mark only says that this is the one."""
    if not link.statement:
        return link
    plain = {n for n in free_names(link.left)}
    change = {n: n.args[0] for n in walk(link.right) if n.kind == "apply" and n.name in ("hat", "star") and n.args[0].kind == "symbol" and
              n.args[0].name in plain and n not in walk(link.left)}
    bare = [n for n in _bare(link.right) if n in change.values()]
    return replace(link, right=put(link.right, change)) if change and not bare else link


def _bare(term: Term) -> list[Term]:
    """Symbols that stand under no mark."""
    if term.kind == "symbol":
        return [term]
    if term.kind == "apply" and term.name in ("hat", "star"):
        return []
    return [s for a in term.args for s in _bare(a)]


def _is_operation(head: Term) -> bool:
    """Is it a derivative, or an entry of something that is no name? An equation for such defines nothing."""
    return head.kind == "apply" and (head.name in ("gradient", "partial", "derivative", "call") or head.name == "index" and head.args[0].kind != "symbol")


def _underived(left: Term, right: Term) -> tuple[Term, Term]:
    """ "ds/dx = d(...)/dx" for a bare name s says what s is."""
    if left.kind == right.kind == "apply" and left.name == right.name in ("partial", "derivative", "gradient") and left.args[1:] == right.args[1:]:
        name = left.args[0]
        bare = name.kind == "symbol" or name.is_apply("index") and all(a.kind in ("symbol", "constant") for a in name.args)
        if bare and not (free_names(name) & free_names(right.args[0]) - {n.name for n in name.args[1:]}):
            return name, right.args[0]
    return left, right


def _variable(term: Term, head: Term) -> Term:
    """What a gradient without a subscript is taken by: the argument of the function."""
    call = next((n for n in walk(term) if n.is_apply("call", 2) and n.args[0] == head.args[0]), head)
    return call.args[1]


def known_of(link: Link, context: Context) -> tuple[Link, tuple[Term, ...]]:
    """The link with the functions that earlier lines define put in, and the equations of earlier lines that may bear on it."""
    link = _unmarked(link)
    sides, rest = [link.left, link.right], []
    for statement in context.earlier:
        if statement.kind != "relation" or statement.signs != ("=",) or statement == link.left:
            continue
        head, body = _underived(*statement.args)
        if head.is_apply("call") and all(a.kind == "symbol" for a in head.args) and not any(n.is_apply("call") and n.args[0] == head.args[0] for n in walk(body)):
            if link.left != head:
                sides = [_called(t, head, body) for t in sides]
            rest = [_called(t, head, body) for t in rest]
        else:
            if not _is_operation(head):
                rest.append(relation("=", head, body))
    names = free_names(sides[0]) | free_names(sides[1])
    near = [t for t in rest if free_names(t) & names and not (link.statement and t == link.right)]
    return replace(link, left=sides[0], right=sides[1]), tuple(near[-MAX_EARLIER:])


def reasons(link: Link, context: Context) -> tuple[tuple[Term, ...], dict[str, str]]:
    """What the learner gives as reason: equations ("since Q^T Q = I"), and traits ("because Q is orthogonal")."""
    if not link.reason or not _SINCE.search(link.reason):
        return (), {}
    traits = {m[1]: re.sub(r"[\s-]+", " ", m[2].lower()) for m in _TRAIT.finditer(link.reason)}
    found: list[Term] = []
    for piece in re.split(r"\s+and\s+|;", _SINCE.split(link.reason)[-1]):
        heard = read(piece.strip(" ().,;$"), context.vocabulary) if piece.strip(" ().,;$") else None
        if isinstance(heard, Read) and heard.term.kind == "relation" and set(heard.term.signs) == {"="} and not heard.proposed:
            sides = heard.term.args
            found += [relation("=", a, sides[-1]) for a in sides[:-1]]
    return tuple(found), traits


def with_traits(context: Context, traits: Mapping[str, str]) -> tuple[tuple[str, Domain], ...]:
    """The domains with what is said of the matrices."""
    table = dict(context.domains)
    for name, words in traits.items():
        domain = table.get(name, Domain())
        if domain.shape == "matrix":
            table[name] = replace(domain, traits=tuple(sorted({*domain.traits, *Domain.parse(f"{words} matrix").traits})))
    return tuple(sorted(table.items()))


def samples(link: Link, context: Context) -> list[tuple[str, tuple[Term, ...]]]:
    """Where x_1, x_2, ... and X occur and nothing says how they belong together: that the x_i are the rows of X, or its columns."""
    nodes = [n for t in (link.left, link.right) for n in walk(t)]
    single = {n.args[0].name for n in nodes if n.is_apply("index", 2) and n.args[0].kind == "symbol" and n.args[1].kind in ("symbol", "constant")}
    whole = {n.name for n in nodes if n.kind == "symbol" and context.domain(n.name).shape == "matrix"}
    found = [x for x in sorted(single) if x.upper() in whole and x != x.upper() and context.domain(x).shape in ("vector", "scalar")]
    i = symbol("i")
    basis = apply("index", symbol("e"), i)
    rows = tuple(relation("=", apply("index", symbol(x), i), apply("mul", apply("transpose", symbol(x.upper())), basis)) for x in found)
    columns = tuple(relation("=", apply("index", symbol(x), i), apply("mul", symbol(x.upper()), basis)) for x in found)
    return [("rows", rows), ("columns", columns)] if found else []
