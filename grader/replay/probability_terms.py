"""What terms about densities mean, once for proofs and once for tables: one reading of the definitions, over any `Algebra`.

    p(x | z) = p(x, z) / p(z)            E_{q(z|x)} f = sum_z q(z|x) f           Var f = E f^2 - (E f)^2
    KL(a || b) = sum_z a log(a / b)      H(a) = - sum_z a log a                  log(x, b) = log x / log b

A density's name is its letter with its parameters (subscripts, and what stands after a semicolon); its arguments fill slots: `x_i`, `x^{(i)}`,
`z'` fill the slot of x and z with another value, `z = k` fills z with k, and `x_1` is a variable of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Protocol

from grader.domain import Domain
from grader.kernel import Refused
from grader.replay.probability_syntax import ACCENTS, filled, marked, members, pieces, span_of, stands_alone, subscripts, word
from grader.term import Term, symbol, walk

LETTERS_FOR_DENSITIES = "pqrPQ"
WORDS_OF_PROBABILITY = ("expectation", "kl", "entropy", "given", "mutual_information", "variance", "covariance")
LETTERS_FOR_COUNTS = ("n", "N", "m", "M", "K", "T", "D", "d")

Var = tuple[str, tuple[str, ...]]
Name = tuple[str, tuple[str, ...]]
Slots = tuple[tuple[str, Var], ...]


class Algebra(Protocol):
    """Where terms take their values: polynomials in atoms, or numbers in a table."""

    def number(self, value: Fraction) -> Any: ...
    def letter(self, name: str) -> Any: ...
    def outcome(self, var: Var, env: Mapping[Any, Any]) -> Any: ...
    def density(self, name: Name, slots: Slots, env: Mapping[Any, Any]) -> Any: ...
    def function(self, name: Name, args: tuple[Var, ...], env: Mapping[Any, Any]) -> Any: ...
    def add(self, a: Any, b: Any) -> Any: ...
    def mul(self, a: Any, b: Any) -> Any: ...
    def power(self, a: Any, e: Fraction) -> Any: ...
    def log(self, a: Any) -> Any: ...
    def exp(self, a: Any) -> Any: ...
    def over(self, var: Var, slot: str, body: Any, env: Mapping[Any, Any]) -> Any: ...
    def along(self, index: str, span: str, body: Any, env: Mapping[Any, Any]) -> Any: ...


class Language:
    """What the names in a claim are, judged from all its terms and its declared domains."""

    def __init__(self, domains: Iterable[tuple[str, Domain]], terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)
        self.declared = dict(domains)
        self.letters = LETTERS_FOR_DENSITIES if self.speaks() else ""
        drawn = {self.base(t) for term in self.terms for t in _drawn(term)}
        self.fixed = {n for n, d in self.declared.items() if d.shape != "variable"} - drawn
        self.random = {n for n, d in self.declared.items() if d.shape == "variable"}
        self.apart: set[str] = set()
        self._calls: list[Term] | None = None
        self._laws: dict[Term, tuple[Name, Slots, Slots]] = {}
        for call in self.calls():
            left, right, _ = pieces(call)
            names = [n for n in (self.base(filled(a)[0]) for a in (*left, *right)) if n not in self.fixed]
            self.random.update(names)
            self.apart.update(n for n in names if names.count(n) > 1)

    @staticmethod
    def base(term: Term) -> str:
        found = marked(term, variable=True)
        return found[0] if found else ""

    def is_density(self, head: Term) -> bool:
        name = marked(head, variable=False)
        if name is None:
            return False
        domain = self.declared.get(word(head)) or self.declared.get(name[0])
        return name[0] in self.letters if domain is None else domain.shape == "density"

    def speaks(self) -> bool:
        """Does anything show that densities are meant, so that an undeclared p may be one?"""
        nodes = [n for term in self.terms for n in walk(term)]
        if any(d.shape in ("density", "variable") for d in self.declared.values()):
            return True
        if any(n.kind == "apply" and n.name in WORDS_OF_PROBABILITY for n in nodes):
            return True
        if any(n.is_apply("call") and n.args[0].kind == "symbol" and n.args[0].name in LETTERS_FOR_DENSITIES and any(
                a.kind == "relation" and a.signs == ("=",) and a.args[0].kind == "symbol" for a in n.args[1:]) for n in nodes):
            return True  # p(x, z = k)
        totals = [n for n in nodes if n.kind == "binder" and n.name in ("sum", "integral", "antiderivative") and len(n.args) == 1]
        calls = [(t, c) for t in totals for c in walk(t.args[0]) if c.is_apply("call") and c.args[0].kind == "symbol"]
        return any(c.args[0].name in LETTERS_FOR_DENSITIES and any(a in t.bound for a in c.args[1:]) for t, c in calls)

    def calls(self) -> Iterator[Term]:
        if self._calls is None:
            self._calls = [n for term in self.terms for n in walk(term) if n.is_apply("call") and self.is_density(n.args[0])]
        return iter(self._calls)

    def slot(self, var: Var, term: Term) -> str:
        return word(term) if var[0] in self.apart and var[1] else var[0]

    def law(self, call: Term) -> tuple[Name, Slots, Slots]:
        """Name, slots left and right of the bar. Fails with `Refused` where the arguments are no variables."""
        found = self._laws.get(call)
        if found is None:
            found = self._laws[call] = self._law(call)
        return found

    def _law(self, call: Term) -> tuple[Name, Slots, Slots]:
        name = marked(call.args[0], variable=False)
        left, right, extra = pieces(call)
        marks = [word(e) for e in extra]
        sides: tuple[list[tuple[str, Var]], list[tuple[str, Var]]] = ([], [])
        for side, args in zip(sides, (left, right)):
            for arg in args:
                place, value = filled(arg)
                at, var = marked(place, variable=True), marked(value, variable=True)
                if at is None or var is None:
                    raise Refused(f"{arg} is not a variable")
                if at[0] in self.fixed:
                    marks.append(word(arg))
                else:
                    side.append((self.slot(at, place), var))
        used = [s for s, _ in sides[0] + sides[1]]
        if name is None or not sides[0] or len(used) != len(set(used)):
            raise Refused(f"{call} is not a density of different variables")
        return (name[0], (*name[1], *marks)), tuple(sides[0]), tuple(sides[1])

    def endless(self) -> bool:
        """Does a sum or product over an index say no range, while a letter for a number stands beside it, or a variable stand with numbers and letters?"""
        nodes = [n for t in self.terms for n in walk(t)]
        marks: dict[str, set[bool]] = {}
        for n in nodes:
            if n.is_apply("index") and n.args[0].kind == "symbol" and {n.args[0].name, word(n)} & self.random:
                marks.setdefault(n.args[0].name, set()).update([a.kind == "number" for a in n.args[1:]])
        if any(len(kinds) > 1 for kinds in marks.values()):
            return True  # x_i beside x_1, which is a variable of its own
        sums = [n for n in nodes if n.kind == "binder" and n.name in ("sum", "product") and len(n.args) == 1]
        return any(subscripts(b.name, n) for n in sums for b in n.bound if b.kind == "symbol") and any(
            n.kind == "symbol" and n.name in LETTERS_FOR_COUNTS for n in nodes)

    def double_names(self) -> str:
        """A letter that stands both with and without parameters, so that a counterexample would not be fair; "" where there is none."""
        tails: dict[str, set[tuple[str, ...]]] = {}
        for call in self.calls():
            (letter, marks), _, _ = self.law(call)
            tails.setdefault(letter, set()).add(tuple(m for m in marks if not m[0].isdigit()))
        return next((letter for letter in sorted(tails) if () in tails[letter] and len(tails[letter]) > 1), "")


def _drawn(term: Term) -> Iterator[Term]:
    for node in walk(term):
        yield from node.bound
        if node.is_apply("call"):
            yield from pieces(node)[0]
        elif node.kind == "relation" and node.signs == ("~",):
            yield from members(node.args[0])


def evaluate(term: Term, language: Language, algebra: Algebra, env: Mapping[Any, Any] | None = None) -> Any:
    """The value of a term in an algebra. Fails with `Refused` on anything that is not in the language of densities."""
    return _Evaluation(language, algebra).value(term, env or {})


class _Evaluation:
    def __init__(self, language: Language, algebra: Algebra) -> None:
        self.language, self.algebra = language, algebra

    def value(self, term: Term, env: Mapping[Any, Any]) -> Any:
        a = self.algebra
        if term.kind == "number":
            return a.number(term.value)
        if term.kind == "symbol" or term.kind == "apply" and term.name in ("index", "sup", "prime", *ACCENTS):
            return self.name(term, env)
        if term.kind == "constant" and term.name in ("e", "pi"):
            return a.exp(a.number(Fraction(1))) if term.name == "e" else a.letter("pi")
        if term.kind == "binder" and term.name in ("sum", "integral", "antiderivative"):
            return self.total(term, 0, env)
        if term.kind == "binder" and term.name == "product":
            return self.product(term, env)
        if term.kind != "apply":
            raise Refused(f"{term.name or term.kind} is not in the language of densities")
        operands = term.args
        if term.name in ("add", "mul"):
            combine = a.add if term.name == "add" else a.mul
            found = self.value(operands[0], env)
            for operand in operands[1:]:
                found = combine(found, self.value(operand, env))
            return found
        if term.name == "neg":
            return self.minus(self.value(operands[0], env))
        if term.name == "div":
            return self.quotient(self.value(operands[0], env), self.value(operands[1], env))
        if term.name == "sqrt":
            return a.power(self.value(operands[0], env), Fraction(1, 2))
        if term.name == "pow":
            return self.power(operands[0], operands[1], env)
        if term.name == "log":
            log = a.log(self.value(operands[0], env))
            return log if len(operands) == 1 else self.quotient(log, a.log(self.value(operands[1], env)))
        if term.name == "exp":
            return a.exp(self.value(operands[0], env))
        return self.named(term, env)

    def product(self, term: Term, env: Mapping[Any, Any]) -> Any:
        """A product over an index: in numbers as it is, else (of factors other than zero) the exponential of the sum of their logarithms."""
        logs = Term("binder", "sum", (Term("apply", "log", term.args[:1]), *term.args[1:]), bound=term.bound)
        factors = getattr(self.algebra, "product_along", None)
        if factors is None:
            return self.algebra.exp(self.total(logs, 0, env))
        if len(term.bound) != 1 or term.bound[0].kind != "symbol" or stands_alone(term.bound[0], term.args[0]):
            raise Refused("a product over something that is no index")
        return factors(term.bound[0].name, span_of(term), lambda inner: self.value(term.args[0], inner), env)

    def minus(self, x: Any) -> Any:
        return self.algebra.mul(self.algebra.number(Fraction(-1)), x)

    def quotient(self, x: Any, y: Any) -> Any:
        return self.algebra.mul(x, self.algebra.power(y, Fraction(-1)))

    def power(self, base: Term, exponent: Term, env: Mapping[Any, Any]) -> Any:
        negative = exponent.is_apply("neg", 1)
        size = exponent.args[0] if negative else exponent
        value = size.value
        if size.is_apply("div", 2) and size.args[0].kind == size.args[1].kind == "number":
            value = size.args[0].value / size.args[1].value
        if base.kind == "constant" and base.name == "e":
            return self.algebra.exp(self.value(exponent, env))
        if value is None:
            return self.algebra.exp(self.algebra.mul(self.value(exponent, env), self.algebra.log(self.value(base, env))))
        if value > 12 or value.denominator > 12:
            raise Refused("an exponent that is too large")
        return self.algebra.power(self.value(base, env), -value if negative else value)

    def name(self, term: Term, env: Mapping[Any, Any]) -> Any:
        found = marked(term, variable=True)
        if found is None:
            raise Refused(f"{term} is no name")
        if found[0] in self.language.random:
            return self.algebra.outcome(found, env)
        if term.is_apply("index") and term.args[0].kind == "symbol" and not found[1]:
            found = (term.args[0].name, tuple(map(word, term.args[1:])))  # x_1
        if any(m[0] not in "'!" for m in found[1]):
            return self.algebra.function(found, (), env)  # x_i, a number for each i
        return self.algebra.letter(word(term))

    def named(self, term: Term, env: Mapping[Any, Any]) -> Any:
        """Calls of densities and functions, and the abbreviations."""
        if term.is_apply("call") and self.language.is_density(term.args[0]):
            return self.density(term, env)
        if term.is_apply("call"):
            name = marked(term.args[0], variable=False)
            left, right, extra = pieces(term)
            args = [(t, marked(t, variable=True)) for t in (*left, *right)]
            if name is None or any(v is None for _, v in args):
                raise Refused(f"{term} is not a function of variables")
            marks = [word(e) for e in extra] + [word(t) for t, v in args if v[0] in self.language.fixed]
            return self.algebra.function((name[0], (*name[1], *marks)), tuple([v for _, v in args if v[0] not in self.language.fixed]), env)
        if term.is_apply("factorial", 1):
            name = marked(term.args[0], variable=True)
            if name is None or not name[1] or name[0] in self.language.random:
                raise Refused(f"{term} is no factorial of an observation")
            return self.algebra.function((name[0] + "!", name[1]), (), env)
        if term.is_apply("expectation", 2):
            return self.mean(lambda inner: self.value(term.args[0], inner), term, env)
        if term.is_apply("variance", 2) or term.is_apply("covariance", 3):
            first, second = term.args[0], term.args[-2]
            both = self.mean(lambda inner: self.algebra.mul(self.value(first, inner), self.value(second, inner)), term, env)
            means = [self.mean(lambda inner, t=t: self.value(t, inner), term, env) for t in (first, second)]
            return self.algebra.add(both, self.minus(self.algebra.mul(*means)))
        if term.is_apply("kl", 2):
            return self.divergence(term, env)
        if (term.is_apply("entropy", 1) or term.is_apply("entropy", 2)) and all(self.is_call(t) for t in term.args):
            return self.minus(self.mean(lambda inner: self.algebra.log(self.value(term.args[-1], inner)), term, env, term.args[0]))
        raise Refused(f"{term.name} is not in the language of densities")

    def is_call(self, term: Term) -> bool:
        return term.is_apply("call") and self.language.is_density(term.args[0])

    def density(self, call: Term, env: Mapping[Any, Any]) -> Any:
        name, left, right = self.language.law(call)
        both = self.algebra.density(name, tuple(sorted((*left, *right))), env)
        return self.quotient(both, self.algebra.density(name, tuple(sorted(right)), env)) if right else both

    def divergence(self, term: Term, env: Mapping[Any, Any]) -> Any:
        drawn, other = [[v for n in walk(t) if self.is_call(n) for _, v in self.language.law(n)[1]] for t in term.args]
        if not drawn or not self.is_call(term.args[0]) and set(other) != set(drawn):
            raise Refused(f"{term} does not say over which variables")

        def body(inner: Mapping[Any, Any]) -> Any:
            first, second = self.value(term.args[0], inner), self.value(term.args[1], inner)
            return self.algebra.mul(first, self.algebra.log(self.quotient(first, second)))

        return self.over(list(dict.fromkeys(drawn)), body, term, env)

    def drawn(self, law: Term) -> tuple[list[Term], list[Var]]:
        """The density calls of a subscript and the variables that they draw."""
        if law.is_apply("mul") or law.kind == "tuple":
            found = [self.drawn(part) for part in law.args]
            return [c for calls, _ in found for c in calls], [v for _, names in found for v in names]
        if law.kind == "relation" and law.signs == ("~",) and self.is_call(law.args[1]):
            calls, names = self.drawn(law.args[1])
            if sorted(names) != sorted([marked(t, variable=True) for t in members(law.args[0])], key=repr):
                raise Refused(f"{law} draws other variables than its density has")
            return calls, names
        if not self.is_call(law):
            raise Refused(f"{law} is not a density of named variables")
        return [law], [v for _, v in self.language.law(law)[1]]

    def mean(self, body: Any, term: Term, env: Mapping[Any, Any], law: Term | None = None) -> Any:
        """The mean of `body` over a density (the term's last operand where none is given)."""
        calls, names = self.drawn(law or term.args[-1])

        def weighted(inner: Mapping[Any, Any]) -> Any:
            found = body(inner)
            for call in reversed(calls):
                found = self.algebra.mul(self.density(call, inner), found)
            return found

        return self.over(names, weighted, term, env)

    def over(self, names: list[Var], body: Any, where: Term, env: Mapping[Any, Any]) -> Any:
        if not names:
            return body(env)
        var, rest = names[0], names[1:]
        if not var[1] and subscripts(var[0], where):
            raise Refused(f"{var[0]} is both a variable and an index")
        return self.algebra.over(var, self.slot_of(var), lambda inner: self.over(rest, body, where, inner), env)

    def slot_of(self, var: Var) -> str:
        """The slot that the bound variable fills (its own letter where no density holds it)."""
        slots = sorted({s for c in self.language.calls() for side in self.language.law(c)[1:] for s, v in side if v == var})
        return slots[0] if slots else var[0]

    def total(self, term: Term, k: int, env: Mapping[Any, Any]) -> Any:
        if k == len(term.bound):
            return self.value(term.args[0], env)
        var = marked(term.bound[k], variable=True)
        if var is None:
            raise Refused(f"a sum over {term.bound[k]}")
        body = term.args[0]
        counts = len(term.args) == 3 and not subscripts(var[0], body) and var[0] not in self.language.random
        if not var[1] and (subscripts(var[0], body) or counts) and not stands_alone(symbol(var[0]), body):
            if any(a.kind not in ("symbol", "number") for a in subscripts(var[0], body)):
                raise Refused(f"{var[0]} stands in a compound index")
            return self.algebra.along(var[0], span_of(term), lambda inner: self.total(term, k + 1, inner), env)
        self.whole_range(term)
        return self.over([var], lambda inner: self.total(term, k + 1, inner), term.args[0], env)

    def whole_range(self, term: Term) -> None:
        """Fails with `Refused` unless the sum runs over all values of its variable."""
        ends = term.args[1:]
        if not ends:
            return
        if len(ends) == 1 and (ends[0].kind == "symbol" or ends[0].kind == "relation" and ends[0].signs == ("in",)):
            return
        infinite = len(ends) == 2 and ends[1].kind == "constant" and ends[1].name == "oo"
        if infinite and (ends[0].kind == "number" or ends[0].is_apply("neg", 1) and ends[0].args[0] == ends[1]):
            return
        if len(ends) == 2 and ends[0].kind == "number" and ends[1].kind == "symbol":
            if not any(stands_alone(ends[1], t, ranges=False) for t in self.language.terms):
                return
        raise Refused("a sum over a part of a variable's values")
