"""Names in terms about abstract densities: which are densities, which are random variables, and which slots of a density an argument fills.

`x_i`, `x^{(i)}` with a letter index, and `z'`, are further copies of the variable x, z: another value in the same slot. `x_1` with a number is a
variable of its own. A parameter after a semicolon or as a subscript of the density belongs to the density's name: p(x; theta) is p_theta(x).
A variable is (slot, marks) and a name (letter, parameters), all of them strings, so that both compare and hash by value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.term import Term, apply, from_data, number, symbol, to_data, walk

Var = tuple[str, tuple[str, ...]]

DENSITY_LETTERS = frozenset("p q r P Q".split())
"""Names taken for densities when they are called, the problem does not say otherwise, and something else speaks of probability."""

OPERATORS = frozenset("expectation kl entropy given mutual_information variance covariance".split())
"""Operators that speak of probability."""

COUNTS = frozenset("n N m M K T D d".split())
"""Letters for how many there are."""

MARKS = ("tilde", "hat", "bar", "star", "vec", "dot")


class Unsupported(ValueError):
    """Not an expression over abstract densities, or one that is not understood here; the text says what stands in the way."""


def key_of(term: Term) -> str:
    """A string that stands for a small term: its name where it is a symbol, else its JSON form."""
    if term.kind == "symbol":
        return term.name
    if term.kind == "number":
        return str(term.value)
    return json.dumps(to_data(term), separators=(",", ":"))


def term_of_key(key: str) -> Term:
    """The term whose `key_of` is the string."""
    if key.startswith("["):
        return from_data(json.loads(key))
    return number(Fraction(key)) if key[0].isdigit() else symbol(key)


def variable(term: Term) -> Var | None:
    """The variable that a term names (a copy of its slot), or None."""
    if term.kind == "symbol":
        return term.name, ()
    if term.kind != "apply" or not term.args:
        return None
    if term.name == "vec":
        return variable(term.args[0])
    base = variable(term.args[0])
    if base is None:
        return None
    if term.name == "prime":
        count = term.args[1].value if len(term.args) > 1 else Fraction(1)
        return base[0], base[1] + ("'" * int(count),) if count is not None and count <= 4 else ()
    if term.name in MARKS:
        return base[0], (*base[1], "!" + term.name)
    if term.name == "index" and all(a.kind == "number" for a in term.args[1:]) and not base[1]:
        return key_of(term), ()
    if term.name in ("index", "sup"):
        return base[0], (*base[1], *[key_of(a) for a in term.args[1:]])
    return None


def variable_term(var: Var) -> Term:
    """A term that `variable` reads as `var`."""
    term = term_of_key(var[0])
    for mark in var[1]:
        if mark.startswith("'"):
            term = apply("prime", term, number(len(mark)))
        elif mark.startswith("!"):
            term = apply(mark[1:], term)
        elif mark[0].isdigit():
            term = apply("sup", term, term_of_key(mark))
        else:
            term = apply("index", term, term_of_key(mark))
    return term


def density_name(head: Term) -> tuple[str, tuple[str, ...]] | None:
    """Letter and parameters of a density's or function's head: p, p_theta, q_i, p', tilde p."""
    if head.kind == "symbol":
        return head.name, ()
    if head.kind != "apply" or not head.args:
        return None
    base = density_name(head.args[0])
    if base is None:
        return None
    if head.name in ("index", "sup"):
        return base[0], (*base[1], *[key_of(a) for a in head.args[1:]])
    if head.name == "prime":
        return base[0], (*base[1], "'" * int(head.args[1].value or 1) if len(head.args) > 1 and (head.args[1].value or 0) <= 4 else "'")
    if head.name in MARKS:
        return base[0], (*base[1], "!" + head.name)
    return None


def name_term(name: tuple[str, tuple[str, ...]]) -> Term:
    """A head that `density_name` reads as that name."""
    term = symbol(name[0])
    for mark in name[1]:
        if mark.startswith("'"):
            term = apply("prime", term, number(len(mark)))
        elif mark.startswith("!"):
            term = apply(mark[1:], term)
        else:
            term = apply("index", term, term_of_key(mark))
    return term


def entries(term: Term) -> tuple[Term, ...]:
    """The entries of a tuple or list, or the term alone."""
    return term.args if term.kind == "tuple" and term.name in ("tuple", "list") else (term,)


def split_call(call: Term) -> tuple[tuple[Term, ...], tuple[Term, ...], tuple[Term, ...]]:
    """The arguments of p(a, b | c; theta): left of the bar, right of it, and the parameters."""
    left: list[Term] = []
    right: list[Term] = []
    parameters: list[Term] = []
    for arg in call.args[1:]:
        if arg.is_apply("semicolon", 2):
            parameters.extend(entries(arg.args[1]))
            arg = arg.args[0]
        if arg.is_apply("given", 2):
            left.extend(entries(arg.args[0]))
            for item in entries(arg.args[1]):
                if item.is_apply("semicolon", 2):
                    parameters.extend(entries(item.args[1]))
                    item = item.args[0]
                right.extend(entries(item))
        else:
            (right if right else left).extend(entries(arg))
    return tuple(left), tuple(right), tuple(parameters)


class Setting:
    """What the names of some terms mean: which are densities, which symbols are random variables, and what is declared of the rest.

    `terms` are all sides and conditions of a claim; names are judged from the whole of it.
    """

    def __init__(self, domains: Iterable[tuple[str, Domain]], terms: Iterable[Term]) -> None:
        self.domains = dict(domains)
        self.terms = tuple(terms)
        self.letters = DENSITY_LETTERS if speaks_of_densities(self.domains.values(), self.terms) else frozenset()
        self.variables: set[str] = {n for n, d in self.domains.items() if d.shape == "variable"}
        self.own_slots: set[str] = set()
        self._calls: list[Term] | None = None
        self._called: dict[Term, Any] = {}
        self.drawn = {v[0] for t in self.terms for v in _drawn(t)}
        for call in self.calls():
            left, right, _ = split_call(call)
            seen: list[str] = []
            for arg in (*left, *right):
                var = variable(arg.args[0] if arg.kind == "relation" and arg.signs == ("=",) else arg)
                if var is not None and not self.is_parameter(var):
                    self.variables.add(var[0])
                    if var[0] in seen:
                        self.own_slots.add(var[0])
                    seen.append(var[0])

    def is_density(self, head: Term) -> bool:
        name = density_name(head)
        if name is None:
            return False
        declared = self.domains.get(key_of(head)) or self.domains.get(name[0])
        return declared.shape == "density" if declared is not None else name[0] in self.letters

    def is_parameter(self, var: Var) -> bool:
        """Is the symbol declared as something that is no random variable (theta: real), and never drawn or summed over?"""
        declared = self.domains.get(var[0])
        return declared is not None and declared.shape != "variable" and var[0] not in self.drawn

    def calls(self) -> Iterator[Term]:
        """Calls of densities in the terms."""
        if self._calls is None:
            self._calls = [n for t in self.terms for n in walk(t) if n.is_apply("call") and self.is_density(n.args[0])]
        return iter(self._calls)

    def slot(self, var: Var) -> str:
        """The slot that a variable fills in a density: z' and z fill the same, unless some density holds both."""
        if var[0] in self.own_slots and var[1]:
            return key_of(variable_term(var))
        return var[0]

    def ambiguous(self) -> str:
        """Why a counterexample would not be fair: a name that may or may not mean the same as another; "" where there is none."""
        tails: dict[str, set[tuple[str, ...]]] = {}
        for call in self.calls():
            name = self.called(call)[0]
            tails.setdefault(name[0], set()).add(tuple(m for m in name[1] if not m[0].isdigit()))
        for letter in sorted(tails):
            if () in tails[letter] and len(tails[letter]) > 1:
                return f"{letter} stands with and without its parameter"
        marks: dict[str, set[bool]] = {}
        for node in (n for t in self.terms for n in walk(t) if n.is_apply("index") and n.args[0].kind == "symbol"):
            if node.args[0].name in self.variables or key_of(node) in self.variables:
                marks.setdefault(node.args[0].name, set()).update([a.kind == "number" for a in node.args[1:]])
        if any(len(kinds) > 1 for kinds in marks.values()):
            return "a variable stands with numbers and with letters as indices"
        return "it is not said how far a sum runs" if without_end(self.terms) else ""

    def called(self, call: Term) -> tuple[tuple[str, tuple[str, ...]], tuple[tuple[str, Var], ...], tuple[tuple[str, Var], ...]]:
        """Name, slots left of the bar, slots right of it. Fails with `Unsupported` on arguments that are no variables."""
        found = self._called.get(call)
        if found is None:
            found = self._called[call] = self._read_call(call)
        return found

    def _read_call(self, call: Term) -> Any:
        name = density_name(call.args[0])
        left, right, parameters = split_call(call)
        tail = [key_of(p) for p in parameters]
        sides: list[list[tuple[str, Var]]] = [[], []]
        for side, args in zip(sides, (left, right)):
            for arg in args:
                place, value = (arg.args if arg.kind == "relation" and arg.signs == ("=",) else (arg, arg))
                slot, var = variable(place), variable(value)
                if slot is None or var is None:
                    raise Unsupported(f"{arg} is not a variable of a density")
                if self.is_parameter(slot):
                    tail.append(key_of(arg))
                else:
                    side.append((self.slot(slot), var))
        slots = [s for s, _ in (*sides[0], *sides[1])]
        if name is None or not sides[0] or len(set(slots)) != len(slots):
            raise Unsupported(f"{call} is not a density of different variables")
        return (name[0], (*name[1], *tail)), tuple(sides[0]), tuple(sides[1])


def speaks_of_densities(domains: Iterable[Domain], terms: Iterable[Term]) -> bool:
    """Is a density or variable declared, a conditional or a mean written, or a letter such as p summed over all values of its argument?"""
    if any(d.shape in ("density", "variable") for d in domains):
        return True
    for term in terms:
        for node in walk(term):
            if node.kind == "apply" and node.name in OPERATORS:
                return True
            if node.is_apply("call") and node.args[0].kind == "symbol" and node.args[0].name in DENSITY_LETTERS and any(
                    a.kind == "relation" and a.signs == ("=",) and a.args[0].kind == "symbol" for a in node.args[1:]):
                return True  # p(x, z = k)
            if node.kind == "binder" and node.name in ("sum", "integral", "antiderivative") and len(node.args) == 1:
                calls = [c for c in walk(node.args[0]) if c.is_apply("call") and c.args[0].kind == "symbol" and c.args[0].name in DENSITY_LETTERS]
                if any(set(c.args[1:]) & set(node.bound) for c in calls):
                    return True
    return False


def without_end(terms: Iterable[Term]) -> bool:
    """Does a sum or product over an index say no range, while a letter for a number stands beside it?"""
    nodes = [n for t in terms for n in walk(t)]
    open_sums = any(n.kind == "binder" and n.name in ("sum", "product") and len(n.args) == 1 and any(
        m.kind == "apply" and m.name in ("index", "sup") and b in m.args[1:] for b in n.bound for m in walk(n)) for n in nodes)
    return open_sums and any(n.kind == "symbol" and n.name in COUNTS for n in nodes)


def is_likelihood(term: Term) -> bool:
    """Is there a sum or product over the index of observations, of x_i for i from 1 to n?"""
    return any(node.kind == "binder" and node.name in ("sum", "product") and len(node.bound) == 1 and len(node.args) in (1, 3) and any(
        n.is_apply("index", 2) and n.args[1] == node.bound[0] for n in walk(node.args[0])) for node in walk(term))


def _drawn(term: Term) -> Iterator[Var]:
    """Variables that some sum, integral or sampling sign binds, or that stand left of the bar in a call."""
    for node in walk(term):
        places: tuple[Term, ...] = node.bound
        if node.is_apply("call"):
            places = split_call(node)[0]
        elif node.kind == "relation" and node.signs == ("~",):
            places = entries(node.args[0])
        for place in places:
            var = variable(place)
            if var is not None:
                yield var
