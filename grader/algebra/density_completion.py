"""What people leave unsaid about densities, said: so that a term means the same to everyone who decides about it.

    E_q[f], z ~ q, KL(q || p(z|x))   the bare q is the form of q that the problem names (`density`), else the only form of q in sight (never one
                                     that stands in the reference alone)
    E[f]                             over the problem's `density`
    L, L(q), L(theta, phi; x)        what the problem (or the learner's own first line) defines L to be
    q(z) under an alias              the density that the problem says it stands for
    p_theta(x|z) beside p(z)         one density: a letter with a single parameter, with and without it, is the letter
    P, Q, X, Z beside p, q, x, z     the same names in capitals
    int q(u|x) ... du                a dummy variable with another name than the problem's
    H(x), H(x|z), I(x; z)            of the density p of these variables

Every such choice is a note. Where two choices are possible, none is made: `Incomplete` says which question is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from grader.algebra.density_names import DENSITY_LETTERS, density_name, entries, key_of, speaks_of_densities, split_call, variable
from grader.domain import Domain
from grader.term import Term, apply, collection, symbol, walk

GREEK = frozenset("theta phi psi lambda eta omega vartheta varphi".split())
"""Letters that are taken for parameters of a density where they stand right of a bar and are never drawn."""

CAPITALS = {letter.upper(): letter for letter in "pqrxyzuvw"}


class Incomplete(ValueError):
    """Something is left unsaid, and there is more than one way to say it, or none."""


@dataclass(frozen=True)
class Definition:
    """head(args) := body. Arguments that are random variables are replaced in the body by those of a call."""

    head: str
    args: tuple[Term, ...]
    body: Term


@dataclass(frozen=True)
class Conventions:
    """What the problem says: declared domains, definitions, the default density, aliases, and the terms of the question and its reference
    (`known`), whose names are those that learners are expected to use."""

    domains: tuple[tuple[str, Domain], ...] = ()
    definitions: tuple[Definition, ...] = ()
    density: Term | None = None
    aliases: tuple[tuple[Term, Term], ...] = ()
    known: tuple[Term, ...] = ()


@dataclass
class Completion:
    """Completes the terms of one answer together: names are judged from all of them."""

    conventions: Conventions
    terms: tuple[Term, ...]
    notes: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shapes = {n: d.shape for n, d in self.conventions.domains}
        expected = [*self.conventions.known, *[d.body for d in self.conventions.definitions]]
        if self.conventions.density is not None:
            expected.append(self.conventions.density)
        self.expected = tuple(expected)
        self.letters = DENSITY_LETTERS if speaks_of_densities([d for _, d in self.conventions.domains], (*expected, *self.terms)) else frozenset()
        self.capitals = {} if not self.letters else {c: small for c, small in CAPITALS.items() if c not in self.shapes and self._is_name(small) and not self._names(c, expected)}
        self.renamed = self._dummies()
        every = [self._spelled(t) for t in (*self.expected, *self.terms)]
        self.indices = {m.name for t in every for m in _indices_of_variables(t, self.is_density)}
        self.parameters = self._single_parameters(every)
        said = [*self.terms, *[d.body for d in self.conventions.definitions], *([self.conventions.density] if self.conventions.density else [])]
        self.forms = self._forms([self._spelled(t) for t in said])

    # -- names

    def is_density(self, head: Term) -> bool:
        name = density_name(head)
        if name is None:
            return False
        shape = self.shapes.get(key_of(head)) or self.shapes.get(name[0])
        return shape == "density" if shape else name[0] in self.letters

    def _is_name(self, letter: str) -> bool:
        return self.shapes.get(letter) in ("density", "variable") or self._names(letter, self.expected)

    @staticmethod
    def _names(letter: str, terms: Iterable[Term]) -> bool:
        return any(n.kind == "symbol" and n.name == letter for t in terms for n in walk(t))

    def _spelled(self, term: Term) -> Term:
        """The term with capitals and dummy variables in the problem's letters."""
        return rename_symbols(term, {**self.capitals, **self.renamed})

    def _dummies(self) -> dict[str, str]:
        """A bound letter that the problem does not know, where just one of the problem's bound letters is not used."""
        known = {n for n, s in self.shapes.items() if s == "variable"} | {v for t in self.expected for v in _letters(t, self.is_density)}
        own = {self.capitals.get(v, v) for t in self.terms for v in _letters(t, self.is_density)}
        strange = sorted(own - known - set(GREEK))
        unused = sorted({v for t in self.expected for v in _bound_letters(t, self.is_density)} - own)
        bound = {self.capitals.get(v, v) for t in self.terms for v in _bound_letters(t, self.is_density)}
        if len(strange) == 1 and len(unused) == 1 and strange[0] in bound and strange[0] not in self.shapes:
            return {strange[0]: unused[0]}
        return {}

    def _single_parameters(self, terms: Iterable[Term]) -> dict[str, str]:
        """For each letter of a density: its only parameter, if there is just one."""
        found: dict[str, dict[str, None]] = {}
        drawn = {v for t in terms for v in _drawn_letters(t, self.is_density)}
        for term in terms:
            for head in self._heads(term):
                name = density_name(head)
                assert name is not None
                found.setdefault(name[0], {}).update({m: None for m in ["|".join(name[1])] if m and not m[0].isdigit() and m not in self.indices})
            for call in _calls(term, self.is_density):
                letter = density_name(call.args[0])
                assert letter is not None
                _, right, extra = split_call(call)
                marks = [key_of(p) for p in extra] + [key_of(a) for a in right if a.kind == "symbol" and a.name in GREEK and a.name not in drawn]
                found.setdefault(letter[0], {}).update({m: None for m in marks})
        self.drawn = drawn
        return {letter: next(iter(marks)) for letter, marks in found.items() if len(marks) == 1}

    def _heads(self, term: Term) -> Iterator[Term]:
        for node in walk(term):
            if node.is_apply("call") and self.is_density(node.args[0]):
                yield node.args[0]
            for place in _density_places(node):
                if not place.is_apply("call") and self.is_density(place):
                    yield place

    def _forms(self, terms: Iterable[Term]) -> dict[str, list[Term]]:
        """The calls of each density letter, without parameters and repetitions."""
        found: dict[str, dict[Term, None]] = {}
        for term in terms:
            for call in _calls(term, self.is_density):
                plain = self._plain_call(call)
                found.setdefault(density_name(plain.args[0])[0], {})[plain] = None  # type: ignore[index]
        return {letter: list(calls) for letter, calls in found.items()}

    def _plain_head(self, head: Term) -> Term:
        name = density_name(head)
        assert name is not None
        if name[1] and "|".join(name[1]) == self.parameters.get(name[0]):
            self.note(f"{head} is the density {name[0]}")
            return symbol(name[0])
        return head

    def _plain_call(self, call: Term) -> Term:
        """The call without the only parameter of its letter."""
        name = density_name(call.args[0])
        assert name is not None
        left, right, extra = split_call(call)
        only = self.parameters.get(name[0])
        keep = tuple([p for p in extra if key_of(p) != only])
        stay = tuple([a for a in right if not (a.kind == "symbol" and a.name == only and a.name in GREEK and a.name not in self.drawn)])
        head = self._plain_head(call.args[0])
        if len(keep) != len(extra) or len(stay) != len(right):
            self.note(f"{call.args[0]} with its parameter {only} is the density {name[0]}")
        return density_call(head, left, stay, keep)

    def note(self, text: str) -> None:
        self.notes.setdefault(text)

    # -- completing

    def complete(self, term: Term) -> Term:
        """The term with everything said. Fails with `Incomplete` where that is not possible."""
        spelled = self._spelled(term)
        if spelled != term:
            for old, new in sorted({**self.capitals, **self.renamed}.items()):
                if self._names(old, (term,)):
                    self.note(f"{old} is taken for {new}")
        return self._complete(spelled, 0)

    def _complete(self, term: Term, depth: int) -> Term:
        if depth > 8:
            raise Incomplete("a definition that uses itself")
        defined = self._defined(term)
        if defined is not None:
            return self._complete(self._spelled(defined), depth + 1)
        if term.is_apply("call") and self.is_density(term.args[0]):
            return self._aliased(self._plain_call(term))
        if term.is_apply("kl", 2):
            first = self._law(term.args[0], None, depth)
            return apply("kl", first, self._law(term.args[1], first, depth))
        if term.is_apply("entropy"):
            return self._entropy(term, depth)
        if term.is_apply("mutual_information", 2):
            return self._information(term)
        if term.kind == "apply" and term.name in ("expectation", "variance", "covariance"):
            return self._mean(term, depth)
        return term.with_args(tuple([self._complete(a, depth) for a in term.args]))

    def _defined(self, term: Term) -> Term | None:
        """What a defined name stands for."""
        head, args = (term.args[0], term.args[1:]) if term.is_apply("call") else (term, ())
        name = density_name(head) if head.kind == "symbol" or head.is_apply("index") else None
        for definition in self.conventions.definitions:
            if name is None or name[0] != definition.head:
                continue
            given = [e for a in args for p in ((a.args if a.is_apply("semicolon") or a.is_apply("given") else (a,))) for e in entries(p)]
            if len(given) == len(definition.args) and all(self.shapes.get(key_of(a)) == "variable" for a in definition.args):
                if all(variable(a) is not None for a in given):
                    return rename_terms(definition.body, dict(zip(definition.args, given)))
            for item in given:
                letter = density_name(item.args[0] if item.is_apply("call") else item)
                densities = [key_of(a) for a in definition.args if self.is_density(a)]
                if letter is None or self.is_density(symbol(letter[0])) and densities and letter[0] not in densities:
                    raise Incomplete(f"{term} is not the {definition.head} that was defined")
            return definition.body
        return None

    def _aliased(self, call: Term) -> Term:
        for short, full in self.conventions.aliases:
            if call == short:
                self.note(f"{short} stands for {full}")
                return full
        return call

    def _law(self, law: Term, beside: Term | None, depth: int, drawn: tuple[Term, ...] = ()) -> Term:
        """A density where one is expected: a bare name gets its arguments."""
        if not (law.kind == "symbol" or law.kind == "apply" and law.name in ("index", "sup", "prime")) or not self.is_density(law):
            return self._complete(law, depth)
        head = self._plain_head(law)
        name = density_name(head)
        assert name is not None
        wanted = {key_of(v) for v in drawn} if drawn else None
        if beside is not None and beside.is_apply("call"):
            wanted = {key_of(a) for a in split_call(beside)[0]}
        given = self.conventions.density
        if given is not None and density_name(given.args[0])[0] == name[0] and (wanted is None or _left(given) == wanted):  # type: ignore[index]
            forms = [given]
        else:
            forms = [f for f in self.forms.get(name[0], []) if wanted is None or _left(f) == wanted]
            forms = [f for k, f in enumerate(forms) if f not in forms[:k]]
        if not forms and drawn:
            return density_call(head, drawn, (), ())
        if len(forms) != 1:
            raise Incomplete(f"it is not clear which density {law} is: " + (" or ".join(map(str, forms[:3])) if forms else "none is in sight"))
        full = self._aliased(apply("call", head, *forms[0].args[1:]))
        self.note(f"{law} is taken for {full}")
        return full

    def _over(self, over: Term, depth: int) -> Term:
        if over.is_apply("mul") or over.kind == "tuple":
            return over.with_args(tuple([self._over(a, depth) for a in over.args]))
        if over.kind == "relation" and over.signs == ("~",):
            drawn = entries(over.args[0])
            law = self._law(over.args[1], None, depth, drawn)
            return law if law.is_apply("call") and _left(law) == {key_of(d) for d in drawn} else over.with_args((over.args[0], law))
        return self._law(over, None, depth)

    def _mean(self, term: Term, depth: int) -> Term:
        count = 2 if term.name == "covariance" else 1
        body = [self._complete(a, depth) for a in term.args[:count]]
        if len(term.args) > count:
            return apply(term.name, *body, self._over(term.args[count], depth))
        if self.conventions.density is None:
            raise Incomplete("an expectation does not say over which density")
        self.note(f"E without a subscript is taken over {self.conventions.density}")
        return apply(term.name, *body, self.conventions.density)

    def _entropy(self, term: Term, depth: int) -> Term:
        arg = term.args[0]
        if self._is_law(arg) or len(term.args) > 1:
            laws = [self._law(a, None, depth) for a in term.args]
            return apply("entropy", *laws)
        given = arg.is_apply("given", 2)
        left, right = (entries(arg.args[0]), entries(arg.args[1])) if given else (entries(arg), ())
        if any(variable(a) is None for a in (*left, *right)):
            raise Incomplete(f"{term}: the entropy of which density")
        p = symbol("p")
        self.note("entropies of variables are those of their density p")
        law = density_call(p, left, right, ())
        return apply("neg", apply("expectation", apply("log", law), density_call(p, (*left, *right), (), ()))) if right else apply("entropy", law)

    def _is_law(self, term: Term) -> bool:
        return self.is_density(term.args[0] if term.is_apply("call") else term)

    def _information(self, term: Term) -> Term:
        x, z = [entries(a) for a in term.args]
        p = symbol("p")
        self.note("a mutual information is that of the density p")
        return apply("kl", density_call(p, (*x, *z), (), ()), apply("mul", density_call(p, x, (), ()), density_call(p, z, (), ())))


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


def _left(call: Term) -> set[str]:
    return {key_of(a) for a in split_call(call)[0]}


def _calls(term: Term, is_density: Callable[[Term], bool]) -> Iterator[Term]:
    return (n for n in walk(term) if n.is_apply("call") and is_density(n.args[0]))


def _density_places(node: Term) -> tuple[Term, ...]:
    """Operands that are densities by their place."""
    if node.is_apply("kl"):
        return node.args
    if node.kind == "relation" and node.signs == ("~",):
        return node.args[1:]
    if node.is_apply("expectation", 2) or node.is_apply("variance", 2) or node.is_apply("covariance", 3):
        return node.args[-1:]
    return node.args if node.is_apply("entropy") else ()


def _letters(term: Term, is_density: Callable[[Term], bool]) -> Iterator[str]:
    """Letters of the variables in density calls and under sums."""
    for call in _calls(term, is_density):
        left, right, _ = split_call(call)
        yield from (v[0] for a in (*left, *right) if (v := variable(a)) is not None)
    yield from _bound_letters(term, is_density)


def _drawn_letters(term: Term, is_density: Callable[[Term], bool]) -> Iterator[str]:
    for call in _calls(term, is_density):
        yield from (v[0] for a in split_call(call)[0] if (v := variable(a)) is not None)
    yield from _bound_letters(term, is_density)


def _bound_letters(term: Term, is_density: Callable[[Term], bool]) -> Iterator[str]:
    for node in walk(term):
        places: list[Term] = list(node.bound)
        for law in _density_places(node):
            if law.is_apply("call") and is_density(law.args[0]):
                places += split_call(law)[0]
        if node.kind == "relation" and node.signs == ("~",):
            places += entries(node.args[0])
        yield from (v[0] for p in places if (v := variable(p)) is not None)


def _indices_of_variables(term: Term, is_density: Callable[[Term], bool]) -> Iterator[Term]:
    for call in _calls(term, is_density):
        left, right, _ = split_call(call)
        for arg in (*left, *right):
            if arg.kind == "apply" and arg.name in ("index", "sup"):
                yield from (m for m in arg.args[1:] if m.kind == "symbol")


__all__ = ["Completion", "Conventions", "Definition", "Incomplete", "density_call", "rename_symbols", "rename_terms"]
