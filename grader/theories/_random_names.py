"""How random variables, events and their operators are written, brought to one form; and which names are random.

    E X^2, E|X|           the mean of the next factor        P(A^c), P(\\bar A)     complements        std(X), SD(X)   sqrt(Var X)
    1_A, 1[A]             the indicator                      q^T k, q . k, <q, k>   sum_i q_i k_i      |x|^2           sum_i x_i^2
    \\hat f, \\bar X       a name of its own                   sigma_X^2, mu_X        Var X, E X         H(X, Y | Z)     an entropy
    E_D[\\hat f]           over what is random in the body    E_{x,y}                both               H(p, q)         a cross-entropy

Which letters are random: those declared as variables or that a hypothesis speaks of; capital Latin letters under a mean, variance or probability;
where
there is no capital, the small Latin letters from the end of the alphabet, epsilon and xi that stand under a mean and nowhere outside of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from grader.algebra.density_names import DENSITY_LETTERS
from grader.replay.entropies import DIFFERENTIAL
from grader.replay.moments_terms import base_of, event_names, law_at, law_of, members
from grader.term import Term, apply, binder, collection, number, symbol, walk

MEANS = ("expectation", "variance", "covariance", "probability")
ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "prime": "\u2032", "star": "*", "vec": ""}
NOISE = frozenset("epsilon varepsilon xi eta zeta".split())
SMALL_RANDOM = frozenset("x y z u v w q k h s r m".split())
SETS = ("union", "intersection", "complement", "setminus", "not", "and", "or")


def rebuilt(term: Term, change: Callable[[Term], Term | None]) -> Term:
    """The term with nodes changed from the bottom up; bound names are changed as well."""
    if term.args:
        args = tuple([rebuilt(a, change) for a in term.args])
        bound = tuple([rebuilt(b, change) for b in term.bound])
        if any(a is not b for a, b in zip((*args, *bound), (*term.args, *term.bound))):
            term = Term(term.kind, term.name, args, bound=bound, signs=term.signs, value=term.value, text=term.text, span=term.span)
    new = change(term)
    return term if new is None else new


def accented(term: Term) -> Term | None:
    """hat f, bar X, tilde h_i as a name of its own; None for other terms."""
    if term.kind == "apply" and term.name in ACCENTS and term.args[0].kind == "symbol":
        return symbol(term.args[0].name + ACCENTS[term.name], term.span)
    return None


def is_name(term: Term, *names: str) -> bool:
    """Is it one of these symbols?"""
    return term.kind == "symbol" and term.name in names


@dataclass
class Spelling:
    """Brings the terms of one derivation to one form. `events`: are P(A), P(B) of events, not densities?"""

    events: bool
    marked: bool = False
    """Does a complement, a union or the like stand in a probability?"""
    span: Term | None = None
    """The number of entries of a vector."""
    vectors: frozenset[str] = frozenset()
    random: frozenset[str] = frozenset()
    notes: dict[str, None] = field(default_factory=dict)

    @staticmethod
    def of(terms: Iterable[Term]) -> Spelling:
        """Judged from all terms together."""
        terms = tuple(terms)
        nodes = [n for t in terms for n in walk(t)]
        calls = [n for n in nodes if n.is_apply("call") and is_name(n.args[0], "P", "Pr")]
        inside = [m for c in calls for a in c.args[1:] for m in walk(a)]
        marked = any(m.kind == "apply" and (m.name in SETS or m.name == "pow" and is_name(m.args[1], "c", "C")) for m in inside)
        marked = marked or any(is_name(a, "P", "Pr") and b.kind == "apply" and (b.name in SETS or b.name in ACCENTS or is_complement(b))
                               for n in nodes if n.is_apply("mul") for a, b in zip(n.args, n.args[1:]))
        subscripts = {id(a) for m in inside if m.is_apply("index") for a in m.args[1:]}
        letters = {m.name for m in inside if m.kind == "symbol" and id(m) not in subscripts}
        first = bool(letters) and letters <= set("ABCDEFGST") | {"A_1"}
        sums = {(n.args[2]) for n in nodes if n.kind == "binder" and n.name == "sum" and len(n.args) == 3 and n.args[2].kind == "symbol"}
        indexed = frozenset([n.args[0].name for n in nodes if n.is_apply("index", 2) and n.args[0].kind == "symbol"])
        return Spelling(bool(calls or marked) and (marked or first), marked, next(iter(sums)) if len(sums) == 1 else None, indexed)

    def term(self, term: Term) -> Term:
        """The term in the one form."""
        return rebuilt(term, self._node)

    def _node(self, t: Term) -> Term | None:
        if t.kind == "symbol":
            return None
        named = accented(t)
        if named is not None:
            return named
        if t.is_apply("call"):
            return self._call(t)
        if t.is_apply("mul"):
            return self._product(t)
        if t.is_apply("index") and is_name(t.args[0], "ones", "indicator") or t.is_apply("index") and t.args[0].kind == "number":
            return apply("call", symbol("indicator"), *t.args[1:])
        if t.is_apply("pow", 2):
            return self._power(t)
        if t.is_apply("inner", 2) or t.is_apply("dotproduct", 2):
            return self._dot(*t.args)
        if t.is_apply("index", 2) and t.args[1].kind == "symbol" and t.args[1].name in self.random - self.vectors and is_name(
                t.args[0], "mu", "sigma"):
            return apply("expectation", t.args[1]) if t.args[0].name == "mu" else apply("sqrt", apply("variance", t.args[1]))
        if t.is_apply("expectation", 2) or t.is_apply("variance", 2):
            return self._over(t)
        if t.is_apply("probability") and len(t.args) > 1:
            return apply("probability", collection("tuple", *t.args))
        if t.is_apply("probability"):
            return apply("probability", self._event(t.args[0]))
        return None

    def _call(self, t: Term) -> Term | None:
        head, args = t.args[0], t.args[1:]
        if self.events and is_name(head, "P", "Pr"):
            inner = args[0] if len(args) == 1 else collection("tuple", *args)
            if len(args) > 1 and args[-1].is_apply("given", 2):
                inner = apply("given", collection("tuple", *args[:-1], args[-1].args[0]), args[-1].args[1])
            return apply("probability", self._event(inner))
        if is_name(head, "std", "SD", "sd", "Std", "stdev") and len(args) == 1:
            return apply("sqrt", apply("variance", args[0]))
        if is_name(head, "Bias", "bias") and len(args) == 1 and args[0].kind == "symbol" and args[0].name[-1:] in (ACCENTS["hat"], ACCENTS["tilde"]):
            return apply("add", apply("expectation", args[0]), apply("neg", symbol(args[0].name[:-1])))
        if is_name(head, "Corr", "corr") and len(args) == 2:
            return apply("div", apply("covariance", *args), apply("sqrt", apply("mul", *[apply("variance", a) for a in args])))
        if is_name(head, "H") and args:
            return self._entropy("H", args)
        if is_name(head, "h") and args and all(a.is_apply("given") or is_capital(a) for a in args):
            return self._entropy("h", args)
        if is_name(head, "I") and len(args) == 1 and args[0].is_apply("semicolon", 2):
            return apply("mutual_information", *args[0].args)
        if is_name(head, "I") and len(args) == 2:
            return apply("mutual_information", *args)
        return None

    @staticmethod
    def _entropy(letter: str, args: tuple[Term, ...]) -> Term | None:
        last = args[-1]
        bar = last.is_apply("given", 2)
        every = [*args[:-1], last.args[0] if bar else last]
        flat = [m for a in every for m in (members(a) if a.kind == "tuple" else (a,))]
        if any(is_name(a, *DENSITY_LETTERS - {"P", "Q"}) or a.is_apply("call") for a in flat):
            if letter == "H" and len(flat) == 2 and not bar:  # the cross-entropy H(p, q) = - E_p log q
                return apply("entropy", *flat)
            return apply("entropy", *flat) if letter == "H" and not bar else None
        body = flat[0] if len(flat) == 1 else collection("tuple", *flat)
        whole = apply("given", body, last.args[1]) if bar else body
        return apply("entropy", whole) if letter == "H" else apply("call", symbol(DIFFERENTIAL), whole)

    def _product(self, t: Term) -> Term | None:
        """E X^2 Y as E[X^2] Y; P \\bar A as P(\\bar A); q^T k as a sum."""
        out: list[Term] = []
        k = 0
        changed = False
        while k < len(t.args):
            a = t.args[k]
            after = t.args[k + 1] if k + 1 < len(t.args) else None
            if after is not None and is_name(a, "P", "Pr") and (
                    after.kind == "apply" and (after.name in SETS or after.name in ACCENTS) or accent_of(after) or is_complement(after)):
                out.append(apply("probability", self._event(after)))
                k, changed = k + 2, True
            elif after is not None and (is_name(a, "E") or a.is_apply("index", 2) and is_name(a.args[0], "E")):
                over = a.args[1:] if a.is_apply("index", 2) else ()
                out.append(apply("expectation", after, *over))
                k, changed = k + 2, True
            elif after is not None and a.is_apply("transpose") and a.args[0].kind == "symbol" and after.kind == "symbol" and self.span is not None:
                out.append(self._dot(a.args[0], after) or a)
                k, changed = k + 2, True
            elif after is not None and self.span is not None and a.kind == after.kind == "symbol" and {a.name, after.name} <= self.vectors:
                out.append(self._dot(a, after) or a)
                k, changed = k + 2, True
            elif after is not None and is_name(a, "Bern", "Ber") and len(t.args) == 2:
                return apply("call", a, after)
            else:
                out.append(a)
                k += 1
        if not changed:
            return None
        return out[0] if len(out) == 1 else apply("mul", *out)

    def _dot(self, a: Term, b: Term) -> Term | None:
        if a.is_apply("transpose"):
            a = a.args[0]
        if self.span is None or not all(x.kind == "symbol" and x.name in self.vectors for x in (a, b)):
            return None
        i = symbol("i")
        return binder("sum", (i,), apply("mul", apply("index", a, i), apply("index", b, i)), number(1), self.span)

    def _power(self, t: Term) -> Term | None:
        base, exponent = t.args
        if base.is_apply("norm", 1) and exponent.kind == "number" and exponent.value == 2:
            return self._dot(base.args[0], base.args[0])
        if base.is_apply("sqrt") and exponent.kind == "number" and exponent.value == 2:
            return base.args[0]
        return None

    def _event(self, t: Term) -> Term:
        """An event with its complements written out."""
        if t.is_apply("pow", 2) and is_name(t.args[1], "c", "C", "complement"):
            return apply("complement", self._event(t.args[0]))
        if t.kind == "apply" and t.name in ACCENTS and t.name in ("bar", "prime", "tilde"):
            return apply("complement", self._event(t.args[0]))
        stripped = accent_of(t)
        if stripped is not None:
            return apply("complement", stripped)
        if t.kind == "apply" and (t.name in SETS or t.name == "given") or t.kind == "tuple":
            return t.with_args(tuple([self._event(a) for a in t.args]))
        return t

    def _over(self, t: Term) -> Term | None:
        """What a subscript leaves unsaid: E_D where D does not stand in the body."""
        body, over = t.args
        if over.is_apply("call") or over.kind == "relation":
            return None
        names = [base_of(m) for m in members(over)]
        inside = {n.name for n in walk(body) if n.kind == "symbol"}
        known = [n for n in names if n is not None and n[0] in inside]
        if None not in names and not known and not any(n is not None and n[0] in DENSITY_LETTERS for n in names):
            return apply(t.name, body)
        return None


def is_complement(term: Term) -> bool:
    """(A or B)^c"""
    return term.is_apply("pow", 2) and is_name(term.args[1], "c", "C") and term.args[0].kind == "apply" and term.args[0].name in SETS


def accent_of(term: Term) -> Term | None:
    """The event A where the term is the name of bar A (or A prime) made before."""
    if term.kind == "symbol" and len(term.name) > 1 and term.name[-1] in (ACCENTS["bar"], ACCENTS["prime"]):
        return symbol(term.name[:-1])
    return None


def entropic(t: Term) -> Term | None:
    """H(X, Y | Z) and I(X; Y | Z) beside densities as entropies of variables."""
    if t.is_apply("call", 2) and is_name(t.args[0], "H") and (t.args[1].is_apply("call") or t.args[1].is_apply("given") or is_capital(t.args[1])):
        return Spelling._entropy("H", t.args[1:])
    if t.is_apply("call") and is_name(t.args[0], "H") and len(t.args) > 2:
        return Spelling._entropy("H", t.args[1:])
    if t.is_apply("mutual_information", 2) and t.args[1].is_apply("given", 2):
        first, (second, bar) = t.args[0], t.args[1].args
        both = collection("tuple", *members(second), *members(bar))
        return apply("add", apply("entropy", apply("given", first, bar)), apply("neg", apply("entropy", apply("given", first, both))))
    return None


def is_capital(term: Term) -> bool:
    """Is it a capital Latin letter, perhaps with an index?"""
    name = base_of(term)
    return name is not None and len(name[0]) == 1 and name[0].isupper()


def random_names(terms: Iterable[Term], stated: Iterable[str], shapes: Mapping[str, str]) -> frozenset[str]:
    """Names that are random variables in these terms; `stated` are those that hypotheses speak of."""
    terms = tuple(terms)
    events = {e for t in terms for e in event_names(t)} - {n for n, s in shapes.items() if s == "variable"}
    found = (set(stated) | {n for n, s in shapes.items() if s == "variable"}) - events
    inside: dict[str, None] = {}
    outside: dict[str, None] = {}
    marks: set[str] = set()
    for t in terms:
        for node in walk(t):
            if node.is_apply("index"):
                marks |= {a.name for a in node.args[1:] if a.kind == "symbol"}
            if node.kind == "binder":
                marks |= {b.name for b in node.bound if b.kind == "symbol"}
                if node.name == "sum" and len(node.args) == 3:
                    marks |= {n.name for a in node.args[1:] for n in walk(a) if n.kind == "symbol"}
        _split(t, False, inside, outside)
    candidates = [n for n in inside if n not in marks and n not in found and n not in events]
    capitals = [n for n in candidates if is_latin(n) and n[0].isupper() and n not in ("E", "P", "N", "K", "T")]
    found |= set(capitals)
    accents = {n for n in candidates if len(n) > 1 and n[-1] in ACCENTS.values() and n[-1]}
    found |= accents | {n for n in candidates if n in NOISE}
    if not found & (set(inside) | {n for n in stated}):
        loose = [n for n in candidates if n not in outside]
        likely = [n for n in loose if n in SMALL_RANDOM]
        found |= set(likely or [n for n in candidates if n in SMALL_RANDOM][:1])
    return frozenset(found)


def is_latin(name: str) -> bool:
    """Is it a single Latin letter, perhaps with an accent?"""
    return name[:1].isascii() and (len(name) == 1 or len(name) == 2 and name[1] in ACCENTS.values())


def _split(term: Term, within: bool, inside: dict[str, None], outside: dict[str, None]) -> None:
    """Names under a mean and names outside of one."""
    if term.kind == "symbol":
        (inside if within else outside).setdefault(term.name)
        return
    if term.is_apply("call") and term.args[0].kind == "symbol":
        for a in term.args[1:]:
            _split(a, within, inside, outside)
        return
    if term.kind == "relation" and "~" in term.signs or law_of(term) is not None or law_at(term) is not None:
        return
    if term.is_apply("index"):
        _split(term.args[0], within, inside, outside)
        return
    if term.is_apply("expectation", 2) or term.is_apply("variance", 2):
        over = term.args[1]
        drawn = {n[0] for m in members(over.args[0]) if (n := base_of(m))} if over.kind == "relation" and over.signs == ("~",) else set()
        named = over.kind == "symbol" and over.name in DENSITY_LETTERS or over.is_apply("call")
        if drawn or named:  # what the subscript draws is bound there, the rest is held
            for name in sorted({n.name for n in walk(term.args[0]) if n.kind == "symbol"} - drawn if drawn else ()):
                outside.setdefault(name)
            return
    if term.kind == "apply" and term.name in MEANS:
        if term.name != "probability":
            for a in term.args[:2 if term.name == "covariance" else 1]:
                _split(a, True, inside, outside)
        else:
            for node in walk(term):
                if node.kind == "relation":
                    _split(node.args[0], True, inside, outside)
        return
    for a in term.args:
        _split(a, within, inside, outside)


