"""What people leave unsaid about densities, said: so that a term means the same to everyone who decides about it.

    E_q[f], z ~ q, KL(q || p(z|x))   the bare q is the form of q that the problem names (`density`), else the only form of q in sight (never one
                                     that stands in the reference alone)
    E[f]                             over the problem's `density`
    int q log(p(z)/q) dz             a declared density without arguments, as a factor: as under E_q
    L, L(q), L(theta, phi; x)        what the problem (or the learner's own first line) defines L to be
    q(z) under an alias              the density that the problem says it stands for
    p_theta(x|z) beside p(z)         one density: a letter with a single parameter, with and without it, is the letter
    P, Q, X, Z beside p, q, x, z     the same names in capitals
    int q(u|x) ... du                a dummy variable with another name than the problem's
    H(x), H(x|z), I(x; z)            of the density p of these variables

Every such choice is a note. Where two choices are possible, none is made: `Incomplete` says which question is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grader.algebra.density_names import DENSITY_LETTERS, density_name, entries, key_of, speaks_of_densities, split_call, variable
from grader.algebra.density_syntax import (
    bound_letters, density_call, density_calls, density_places, drawn_letters, indices_of_variables, left_keys, letters_of, marks_for_powers,
    rename_symbols, rename_terms)
from grader.domain import Domain
from grader.term import Term, apply, symbol, walk

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
        wanted = {c: small for c, small in CAPITALS.items() if c not in self.shapes and self._is_name(small) and not self._names(c, expected)}
        self.capitals = wanted if self.letters else {}
        self.renamed = self._dummies()
        self.copies = self._only_copies()
        every = [self._spelled(t) for t in (*self.expected, *self.terms)]
        self.indices = {m.name for t in every for m in indices_of_variables(t, self.is_density)}
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
        return rename_terms(rename_symbols(marks_for_powers(term, self.is_density), {**self.capitals, **self.renamed}), self.copies)

    def _dummies(self) -> dict[str, str]:
        """A bound letter that the problem does not know, where just one of the problem's bound letters is not used."""
        known = {n for n, s in self.shapes.items() if s == "variable"} | {v for t in self.expected for v in letters_of(t, self.is_density)}
        own = {self.capitals.get(v, v) for t in self.terms for v in letters_of(t, self.is_density)}
        strange = sorted(own - known - set(GREEK))
        unused = sorted({v for t in self.expected for v in bound_letters(t, self.is_density)} - own)
        bound = {self.capitals.get(v, v) for t in self.terms for v in bound_letters(t, self.is_density)}
        if len(strange) == 1 and len(unused) == 1 and strange[0] in bound and strange[0] not in self.shapes:
            return {strange[0]: unused[0]}
        return {}

    def _only_copies(self) -> dict[Term, Term]:
        """Variables of the problem that the answer only ever writes with one and the same free index: x^{(i)} for x."""
        names = {**self.capitals, **self.renamed}
        own = [rename_symbols(marks_for_powers(t, self.is_density), names) for t in self.terms]
        bound = {b.name for t in own for n in walk(t) for b in n.bound if b.kind == "symbol"}
        expected = {v for t in self.expected for v in letters_of(t, self.is_density)}
        written: dict[str, set[Term]] = {}
        for term in own:
            for call in density_calls(term, self.is_density):
                left, right, _ = split_call(call)
                for arg in (*left, *right):
                    var = variable(arg)
                    if var is not None:
                        written.setdefault(var[0], set()).add(arg)
        made = {}
        for letter, forms in sorted(written.items()):
            form = next(iter(forms))
            if len(forms) == 1 and letter in expected and form.kind == "apply" and form.name in ("index", "sup") and len(form.args) == 2:
                if form.args[0].kind == "symbol" and form.args[1].kind == "symbol" and form.args[1].name not in bound:
                    made[form] = form.args[0]
        return made

    def _single_parameters(self, terms: Iterable[Term]) -> dict[str, str]:
        """For each letter of a density: its only parameter, if there is just one."""
        found: dict[str, dict[str, None]] = {}
        drawn = {v for t in terms for v in drawn_letters(t, self.is_density)}
        for term in terms:
            for head in self._heads(term):
                name = density_name(head)
                assert name is not None
                found.setdefault(name[0], {}).update({m: None for m in ["|".join(name[1])] if m and not m[0].isdigit() and m not in self.indices})
            for call in density_calls(term, self.is_density):
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
            for place in density_places(node):
                if not place.is_apply("call") and self.is_density(place):
                    yield place

    def _forms(self, terms: Iterable[Term]) -> dict[str, list[Term]]:
        """The calls of each density letter, without parameters and repetitions."""
        found: dict[str, dict[Term, None]] = {}
        for term in terms:
            for call in density_calls(term, self.is_density):
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
            for form, plain in self.copies.items():
                self.note(f"{form} is taken for {plain}")
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
            return self._information(*term.args)
        if self._is_capital(term):
            return self._capital(term, depth)
        if term.kind == "apply" and term.name in ("expectation", "variance", "covariance"):
            return self._mean(term, depth)
        if term.kind == "symbol" and self.shapes.get(term.name) == "density":
            return self._law(term, None, depth)
        inner = term.args[1:] if term.is_apply("call") else ()  # f(q) may be a function of the density
        return term.with_args(tuple([a if a in inner and a.kind == "symbol" else self._complete(a, depth) for a in term.args]))

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
            if args and args != definition.args and len(args) == len(definition.args):  # Q(theta, theta) where Q(theta', theta) was defined
                plain = all(a.kind == "symbol" or a.is_apply("prime") or a.is_apply("index") or a.is_apply("sup") for a in (*args, *definition.args))
                if plain and not any(self.is_density(a) or variable(a) and self.shapes.get(key_of(a)) == "variable" for a in definition.args):
                    return rename_terms(definition.body, dict(zip(definition.args, args)))
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
        if given is not None and density_name(given.args[0])[0] == name[0] and (wanted is None or left_keys(given) == wanted):  # type: ignore[index]
            forms = [given]
        else:
            forms = [f for f in self.forms.get(name[0], []) if wanted is None or left_keys(f) == wanted]
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
            return law if law.is_apply("call") and left_keys(law) == {key_of(d) for d in drawn} else over.with_args((over.args[0], law))
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

    def _is_capital(self, term: Term) -> bool:
        head = term.args[0] if term.is_apply("call") else None
        return bool(self.letters) and head is not None and head.kind == "symbol" and head.name in ("H", "I") and not self._is_name(head.name)

    def _capital(self, term: Term, depth: int) -> Term:
        """H(q), H(x | z), I(x; z) where H and I are no names of the problem."""
        args = term.args[1:]
        if term.args[0].name == "H":
            return self._entropy(apply("entropy", *args), depth)
        if len(args) == 1 and args[0].is_apply("semicolon", 2):
            args = args[0].args
        if len(args) != 2:
            raise Incomplete(f"{term}: the information between what")
        return self._information(*args)

    def _is_law(self, term: Term) -> bool:
        return self.is_density(term.args[0] if term.is_apply("call") else term)

    def _information(self, first: Term, second: Term) -> Term:
        x, z = entries(first), entries(second)
        p = symbol("p")
        self.note("a mutual information is that of the density p")
        return apply("kl", density_call(p, (*x, *z), (), ()), apply("mul", density_call(p, x, (), ()), density_call(p, z, (), ())))
