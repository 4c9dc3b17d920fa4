"""What letters mean in lines about densities, where only custom says it.

    sum_i p_i log p_i, H(p), KL(p || q)      p_i is the density p at i, where logarithms of it are taken
    KL(p || m)                               m is a density too
    E_{z_1 ~ q} log p(x, z_1) beside p(x, z) z_1 is another value of z, where no density holds both
    KL(N(m, v) || N(0, 1)) = E_q[log q - log p]   q and p are the two laws
    P(Y = y), E[X | Y = y]                   p(y), and the mean of x under p(x | y)
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.algebra.density_names import split_call
from grader.replay.moments_terms import law_of
from grader.term import Term, apply, collection, number, relation, symbol, walk
from grader.theories._random_names import rebuilt

DISTRIBUTIONS = frozenset("p q r".split())
COPIES = 3


def as_distributions(terms: tuple[Term, ...]) -> tuple[tuple[Term, ...], set[str]]:
    """The terms with p_i as the density p at i, and the letters for which that was done: where a logarithm of it is taken, and it is called nowhere."""
    nodes = [n for t in terms for n in walk(t)]
    if any(n.kind == "apply" and n.name in ("gradient", "partial", "derivative", "transpose", "norm") for n in nodes):
        return terms, set()
    called = {n.args[0].name for n in nodes if n.is_apply("call") and n.args[0].kind == "symbol"}
    marked = {n.args[0].name for n in nodes if n.is_apply("index") and n.args[0].kind == "symbol"} & DISTRIBUTIONS - called
    plain = {n for n in marked if all(m.args[1].kind == "symbol" for m in nodes if m.is_apply("index", 2) and m.args[0] == symbol(n))}
    logged = {m.args[0].name for n in nodes if n.is_apply("log") for m in walk(n) if m.is_apply("index", 2) and m.args[0].kind == "symbol"}
    bound = {b.name for n in nodes if n.kind == "binder" and n.name == "sum" for b in n.bound if b.kind == "symbol"}
    chosen = {n for n in plain if all(m.args[1].name in bound for m in nodes if m.is_apply("index", 2) and m.args[0] == symbol(n))}
    if not chosen & logged:
        return terms, set()

    def node(t: Term) -> Term | None:
        if t.is_apply("index", 2) and t.args[0].kind == "symbol" and t.args[0].name in chosen:
            return apply("call", *t.args)
        return None

    return tuple([rebuilt(t, node) for t in terms]), chosen


def under_divergences(terms: Iterable[Term]) -> set[str]:
    """Bare names in a KL divergence: densities by their place."""
    return {a.name for t in terms for n in walk(t) if n.is_apply("kl", 2) for a in n.args if a.kind == "symbol"}


def numbered_copies(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """z_1, z_2 as further values of z, where densities are called at z and at z_1, and none at several of them."""
    places: dict[str, set[Term]] = {}
    blocks = [n.args[0] for t in terms for n in walk(t) if n.kind == "relation" and n.signs == ("~",) and n.args[0].kind == "tuple"]
    blocks += [a for t in terms for n in walk(t) if n.kind == "tuple" and n.args and n.args[-1].kind == "relation" and n.args[-1].signs == ("~",) for a in n.args[:-1]]
    together = {m.name for n in blocks for m in walk(n) if m.kind == "symbol"}  # z_1, z_2 ~ q are draws
    for n in (n for t in terms for n in walk(t)):
        if not n.is_apply("call"):
            continue
        seen: dict[str, set[Term]] = {}
        for arg in (*split_call(n)[0], *split_call(n)[1]):
            base = arg.args[0] if arg.is_apply("index", 2) and arg.args[1].kind == "number" else arg
            if base.kind == "symbol":
                seen.setdefault(base.name, set()).add(arg)
        together |= {b for b, forms in seen.items() if len(forms) > 1}
        for b, forms in seen.items():
            places.setdefault(b, set()).update(forms)
    change = {}
    for base, forms in sorted(places.items()):
        marked = [f for f in forms if f.kind != "symbol"]
        if base in together or symbol(base) not in forms or any(not 1 <= f.args[1].value <= COPIES or f.args[1].value.denominator != 1 for f in marked):
            continue
        change |= {f: apply("prime", symbol(base), number(f.args[1].value)) for f in marked}
    return tuple([rebuilt(t, change.get) for t in terms]) if change else terms


def laws_of_divergence(terms: tuple[Term, ...]) -> list[Term]:
    """q(z) = N(z; m, v), p(z) = N(z; 0, 1) for lines that begin with KL(N(m, v) || N(0, 1)) and go on with q and p of one variable."""
    kl = [n for t in terms for n in walk(t) if n.is_apply("kl", 2) and all(law_of(a) is not None for a in n.args)]
    if len(set(kl)) != 1:
        return []
    calls = {n for t in terms for n in walk(t) if n.is_apply("call", 2) and n.args[0].kind == "symbol" and n.args[0].name in DISTRIBUTIONS}
    letters = sorted({c.args[0].name for c in calls})
    points = {c.args[1] for c in calls}
    over = {m.name for t in terms for n in walk(t) if n.is_apply("expectation", 2) for m in walk(n.args[1]) if m.kind == "symbol"} & DISTRIBUTIONS
    if len(letters) != 2 or len(points) != 1 or next(iter(points)).kind != "symbol" or len(over) != 1:
        return []
    point = next(iter(points))
    first = next(iter(over))
    second = next(n for n in letters if n != first)
    made = []
    for letter, law in zip((first, second), kl[0].args):
        at = apply("semicolon", point, collection("tuple", *law.args[1:]))
        made.append(relation("=", apply("call", symbol(letter), point), apply("call", law.args[0], at)))
    return made


DATA = ("D", "X", "Y")
"""Letters for all observations together."""


def listed_data(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """p(x_1, ..., x_n | t) as p(D | t): the density of all observations."""
    if any(n == symbol("D") for t in terms for n in walk(t)):
        return terms

    def node(t: Term) -> Term | None:
        if t.is_apply("given", 2):
            return t.with_args(tuple([_data(a) for a in t.args]))
        if t.is_apply("call") and len(t.args) > 2:
            last = t.args[-1]
            bar = last.args[1] if last.is_apply("given", 2) else None
            whole = _data(collection("tuple", *t.args[1:-1], last.args[0] if bar is not None else last))
            if whole == symbol("D"):
                return apply("call", t.args[0], whole if bar is None else apply("given", whole, bar))
        return None

    return tuple([rebuilt(t, node) for t in terms])


def _data(t: Term) -> Term:
    dots = t.kind == "tuple" and any(a.kind == "text" for a in t.args)
    named = [a for a in t.args if a.kind != "text"] if dots else []
    same = len(named) >= 2 and all(a.is_apply("index", 2) and a.args[0] == named[0].args[0] for a in named)
    return symbol("D") if same and named[0].args[1] == number(1) else t


def of_all_data(left: Term, right: Term) -> tuple[bool, tuple[Term, Term] | None]:
    """Does a density of all observations stand on one side alone, and x_i on the other; and the sides with the product of the densities of the x_i in
    its place, as for independent observations."""
    for side, other, turned in ((left, right, False), (right, left, True)):
        for name in DATA:
            calls = [n for n in walk(side) if n.is_apply("call") and symbol(name) in split_call(n)[0]]
            if not calls or any(n == symbol(name) for n in walk(other)):
                continue
            inner = [(b, n) for b in walk(other) if b.kind == "binder" and b.name in ("sum", "product") and len(b.bound) == 1 for n in walk(b.args[0])
                     if n.is_apply("call") and n.args[0] == calls[0].args[0] and any(a.is_apply("index", 2) and a.args[1] == b.bound[0] for a in split_call(n)[0])]
            if not inner:
                continue
            if len(set(calls)) != 1 or len({n for _, n in inner}) != 1 or split_call(calls[0])[1:] != split_call(inner[0][1])[1:]:
                return True, None
            span, one = inner[0]
            if len(split_call(calls[0])[0]) != 1 or any(n == symbol(name) and n not in walk(calls[0]) for n in walk(side)):
                return True, None
            whole = Term("binder", "product", (one, *span.args[1:]), bound=span.bound)
            made = rebuilt(side, {calls[0]: whole}.get)
            return True, (other, made) if turned else (made, other)
    return False, None


def law_put_in(side: Term, other: Term) -> str:
    """The density of which a law must be meant: called on one side, where the other has no density and the value of its variable in a formula; "" where
    there is none."""
    calls = [n for n in walk(side) if n.is_apply("call") and n.args[0].kind == "symbol" and n.args[0].name in DISTRIBUTIONS]
    if not calls or any(n.is_apply("call") or n.kind == "apply" and n.name in ("expectation", "entropy", "kl", "variance") for n in walk(other)):
        return ""
    drawn = {a for c in calls for part in split_call(c)[:2] for a in part}
    return f"the law {calls[0].args[0]} is" if any(n in drawn for n in walk(other)) else ""


def together_with_a_copy(left: Term, right: Term) -> str:
    """x' and x in one density, as in a posterior predictive distribution, where the other side has them in different ones: that they are independent
    given the rest goes without saying. "" where that is not so."""
    for side, other in ((left, right), (right, left)):
        for call in (n for n in walk(side) if n.is_apply("call")):
            args = [a for part in split_call(call)[:2] for a in part]
            marked = [a for a in args if a.kind == "apply" and a.name in ("prime", "star", "tilde", "hat") and a.args[0] in args]
            if marked and any(n.is_apply("call") and marked[0] in walk(n) and all(marked[0].args[0] not in part for part in split_call(n)[:2]) for n in walk(other)):
                return f"known of {marked[0]} and {marked[0].args[0]} together"
    return ""


def density_of_variable(terms: tuple[Term, ...], conditions: Iterable[Term]) -> tuple[tuple[Term, ...], list[Term]]:
    """The terms with p(X), p_X(x), f_X(x) called p, and "p(x) = N(x; m, v)" where "X ~ N(m, v)" is supposed of the only variable and p is called at it;
    its entropy h(X) as that of its law."""
    laws = [c for c in conditions if c.kind == "relation" and c.signs == ("~",) and c.args[0].kind == "symbol" and law_of(c.args[1]) is not None]
    if len(laws) != 1:
        return terms, []
    big, law = laws[0].args
    point = symbol(big.name.lower())
    named = {apply("index", symbol(f), big) for f in ("p", "f")}
    heads = {n.args[0] for t in terms for n in walk(t) if n.is_apply("call", 2) and n.args[1] in (big, point)}
    own = heads & ({symbol("p")} | named)
    if not own and not any(n.is_apply("call", 2) and n.args[0].kind == "symbol" and n.args[0].name in ("h", "H") and n.args[1] == big for t in terms for n in walk(t)):
        return terms, []
    if len(own) > 1 or any(n.is_apply("call") and n.args[0] in own and n.args[1:] not in ((big,), (point,)) for t in terms for n in walk(t)):
        return terms, []

    def node(t: Term) -> Term | None:
        if t in own:
            return symbol("p")
        if t.is_apply("call", 2) and t.args[1] == big and t.args[0].kind == "symbol" and t.args[0].name in ("h", "H"):
            return apply("entropy", big)
        return None

    if any(c.kind == "relation" and c.signs == ("=",) and c.args[0].is_apply("call") for c in conditions):
        return terms, []
    made = [relation("=", apply("call", symbol("p"), point), apply("call", law.args[0], apply("semicolon", point, collection("tuple", *law.args[1:]))))]
    return tuple([rebuilt(t, node) for t in terms]), made if own else []


def valued(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """P(Y = y) as p(y), P(X = x | Y = y) as p(x | y), E[X | Y = y] as the mean of x under p(x | y), E[X] as that under p(x)."""
    pairs = {n for t in terms for n in walk(t) if n.kind == "relation" and n.signs == ("=",) and _is_value(n)}
    if not pairs or not any(n.is_apply("given", 2) and any(m in pairs for m in walk(n.args[1])) for t in terms for n in walk(t)):
        return terms
    known = {p.args[0]: p.args[1] for p in pairs}
    if any(n.kind == "relation" and n not in pairs for t in terms for n in walk(t)):
        return terms

    def node(t: Term) -> Term | None:
        if t in pairs:
            return t.args[1]
        if t.is_apply("probability", 1) or t.is_apply("call", 2) and t.args[0].kind == "symbol" and t.args[0].name in ("P", "Pr"):
            inner = t.args[-1]
            return apply("call", symbol("p"), *(inner.args if inner.kind == "tuple" else (inner,)))
        return None

    def mean(t: Term) -> Term | None:
        if t.is_apply("expectation", 1):
            body, bar = t.args[0].args if t.args[0].is_apply("given", 2) else (t.args[0], None)
            if body.kind == "symbol" and body in lower and (bar is None or bar.kind == "symbol" and bar.name.islower()):
                x = lower[body]
                return apply("expectation", x, apply("call", symbol("p"), x if bar is None else apply("given", x, bar)))
        return None

    made = tuple([rebuilt(t, node) for t in terms])
    capitals = {n for t in made for n in walk(t) if n.kind == "symbol" and len(n.name) == 1 and n.name in "XYZUVW"}
    lower = {c: known.get(c, symbol(c.name.lower())) for c in capitals}
    return tuple([rebuilt(t, mean) for t in made])


def _is_value(n: Term) -> bool:
    """X = x"""
    a, b = n.args
    return a.kind == b.kind == "symbol" and len(a.name) == 1 and a.name in "XYZUVW" and b.name == a.name.lower()
