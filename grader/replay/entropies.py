"""Replays evidence about linear statements between entropies and mutual informations of named variables.

    H(X | Z) = H(X, Z) - H(Z)        I(X; Y | Z) = H(X, Z) + H(Y, Z) - H(X, Y, Z) - H(Z)

so that every side is a linear form in joint entropies, one for each set of variables. Forms of evidence (`data["form"]`):
- "linear": right - left is a combination of the hypotheses (conditional independences, functions of variables: forms that are zero, with any
  coefficients) and, for a bound, of elemental Shannon quantities with coefficients >= 0: H(X_i | all others) and I(X_i; X_j | some others)
  (R. W. Yeung, A framework for linear information inequalities, IEEE Trans. Inform. Theory 43 (1997)). Only the second kind for densities (h);
- "model": a table of probabilities that satisfies the hypotheses and in which the claim fails, in interval arithmetic.

Shannon's `entropy` is of discrete variables; `DIFFERENTIAL` is of densities. In one claim there is only one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from grader.kernel import Refused
from grader.lemmas import LEMMAS
from grader.model import AtMost, Claim, Equal, Finding, Status
from grader.replay.probability_models import Intervals
from grader.term import Term, walk

Form = dict[frozenset[str], Fraction]
MAX_VARIABLES = 5
DIFFERENTIAL = "differential entropy"
"""The name of the function h(X), which is not that of a problem."""
OWN_LABELS = ("step", "own", "equal", "holds", "turned")


@dataclass(frozen=True)
class Entropic:
    """A claim about entropies: right - left, the forms that hypotheses make zero, the variables, and whether they are discrete."""

    gap: Form
    zero: tuple[Form, ...]
    names: tuple[str, ...]
    discrete: bool


def key(term: Term) -> str | None:
    """The name of a variable: X, X_1, X'; None where the term is none."""
    if term.kind == "symbol":
        return term.name
    if term.kind == "apply" and term.name in ("index", "prime", "hat", "bar", "tilde", "sup") and term.args[0].kind == "symbol" and all(
            a.kind in ("symbol", "number") for a in term.args[1:]):
        return str(term)
    return None


def variables(term: Term) -> frozenset[str]:
    """A variable or a tuple of them. Fails with `Refused`."""
    parts = term.args if term.kind == "tuple" and term.name in ("tuple", "list") else (term,)
    names = [key(p) for p in parts]
    if not names or None in names:
        raise Refused(f"{term} is not a variable, nor several")
    return frozenset([n for n in names if n is not None])


def plus(*parts: tuple[Fraction | int, Form]) -> Form:
    """A linear combination of forms; the entropy of no variables is zero."""
    found: Form = {}
    for c, form in parts:
        for s, v in form.items():
            found[s] = found.get(s, Fraction(0)) + c * v
    return {s: v for s, v in found.items() if v and s}


def entropy(left: frozenset[str], given: frozenset[str] = frozenset()) -> Form:
    """H(left | given)."""
    return plus((1, {left | given: Fraction(1)}), (-1, {given: Fraction(1)}))


def information(a: frozenset[str], b: frozenset[str], given: frozenset[str] = frozenset()) -> Form:
    """I(a; b | given)."""
    return plus((1, entropy(a, given)), (-1, entropy(a, given | b)))


def heads(term: Term) -> Iterator[str]:
    """Letters of the entropies in a term."""
    for node in walk(term):
        if node.is_apply("entropy"):
            yield "H"
        elif node.is_apply("call") and node.args[0].kind == "symbol" and node.args[0].name == DIFFERENTIAL:
            yield "h"
        elif node.is_apply("mutual_information"):
            yield "I"


def form(term: Term) -> Form:
    """A term as a linear form. Fails with `Refused` on anything else."""
    if term.kind == "number" and not term.value:
        return {}
    if term.is_apply("add"):
        return plus(*[(1, form(a)) for a in term.args])
    if term.is_apply("neg"):
        return plus((-1, form(term.args[0])))
    if term.is_apply("mul") or term.is_apply("div", 2):
        return _scaled(term)
    args = term.args[1:] if term.is_apply("call") else term.args
    letter = next(heads(term.with_args(term.args[:1]) if term.is_apply("call") else term), "") if term.kind == "apply" else ""
    if letter in ("H", "h") and args:
        *first, last = args
        if last.is_apply("given", 2):
            return entropy(frozenset().union(*[variables(a) for a in (*first, last.args[0])]), variables(last.args[1]))
        return entropy(frozenset().union(*[variables(a) for a in args]))
    if letter == "I":
        if len(args) == 1 and args[0].is_apply("semicolon", 2):
            args = args[0].args
        if len(args) == 2 and not args[0].is_apply("given"):
            bar = args[1].is_apply("given", 2)
            return information(variables(args[0]), variables(args[1].args[0] if bar else args[1]), variables(args[1].args[1]) if bar else frozenset())
    raise Refused(f"{term} is not a linear expression in entropies")


def _scaled(term: Term) -> Form:
    factor = Fraction(1)
    rest = []
    above = term.args if term.name == "mul" else term.args[:1]
    for a in above:
        if a.kind == "number":
            factor *= a.value
        elif a.is_apply("div", 2) and all(b.kind == "number" for b in a.args) and a.args[1].value:
            factor *= a.args[0].value / a.args[1].value
        else:
            rest.append(a)
    if term.name == "div":
        if term.args[1].kind != "number" or not term.args[1].value:
            raise Refused(f"{term} is not a linear expression in entropies")
        factor /= term.args[1].value
    if len(rest) > 1 or not rest:
        raise Refused(f"{term} is not a linear expression in entropies")
    return plus((factor, form(rest[0])))


def understood(claim: Claim) -> Entropic:
    """The claim as linear forms. Fails with `Refused`."""
    if not isinstance(claim.conclusion, (Equal, AtMost)):
        raise Refused("neither an equality nor a bound")
    left, right = claim.conclusion.left, claim.conclusion.right
    letters = {h for t in (left, right) for h in heads(t)}
    if not letters or {"H", "h"} <= letters:
        raise Refused("entropies of one kind are wanted")
    gap = plus((1, form(right)), (-1, form(left)))
    zero = tuple([z for c in claim.conditions for z in _zero(c)])
    names = tuple(sorted(frozenset().union(*[s for f in (gap, *zero) for s in f])))
    if len(names) > MAX_VARIABLES:
        raise Refused("too many variables")
    return Entropic(gap, zero, names, "h" not in letters)


def _zero(condition: Term) -> Iterator[Form]:
    """Forms that a hypothesis makes zero. Fails with `Refused` where it is not understood."""
    if condition.kind == "relation" and set(condition.signs) == {"perp"}:
        given = condition.args[-1].is_apply("given", 2)
        parts = [*condition.args[:-1], condition.args[-1].args[0] if given else condition.args[-1]]
        bar = variables(condition.args[-1].args[1]) if given else frozenset()
        yield from _mutually([variables(p) for p in parts], bar)
    elif condition.is_apply("call") and condition.args[0].kind == "symbol" and condition.args[0].name == "independent":
        yield from _mutually([variables(a) for a in condition.args[1:]], frozenset())
    elif condition.kind == "relation" and set(condition.signs) == {"->"} and len(condition.args) > 2:
        chain = [variables(a) for a in condition.args]
        for k in range(1, len(chain) - 1):
            yield information(frozenset().union(*chain[:k]), frozenset().union(*chain[k + 1:]), chain[k])
    elif condition.kind == "relation" and condition.signs == ("=",) and condition.args[1].is_apply("call") and key(condition.args[0]):
        yield entropy(variables(condition.args[0]), frozenset().union(*[variables(a) for a in condition.args[1].args[1:]]))
    elif condition.kind == "relation" and condition.signs == ("=",) and all(any(heads(s)) or s.kind == "number" for s in condition.args):
        yield plus((1, form(condition.args[0])), (-1, form(condition.args[1])))
    else:
        raise Refused(f"a hypothesis that is not understood: {condition}")


def _mutually(blocks: list[frozenset[str]], given: frozenset[str]) -> Iterator[Form]:
    for k in range(1, len(blocks)):
        yield information(frozenset().union(*blocks[:k]), blocks[k], given)


def elemental(names: Iterable[str], discrete: bool) -> list[tuple[list[Any], Form]]:
    """The elemental Shannon quantities: a description, and the form that is never negative."""
    names = sorted(names)
    found: list[tuple[list[Any], Form]] = []
    if discrete:
        found += [(["H", [n], [m for m in names if m != n]], entropy(frozenset({n}), frozenset(names) - {n})) for n in names]
    for a, b in combinations(names, 2):
        rest = [m for m in names if m not in (a, b)]
        for size in range(len(rest) + 1):
            for given in combinations(rest, size):
                found.append((["I", [a], [b], list(given)], information(frozenset({a}), frozenset({b}), frozenset(given))))
    return found


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """What the evidence shows of the claim. Fails with `Refused` where it does not hold up."""
    seen = understood(claim)
    if data["form"] == "linear":
        return _linear(claim, seen, data)
    if data["form"] == "model":
        return _model(claim, seen, data)
    raise Refused(f"no form of evidence is called {data['form']!r}")


def _facts(claim: Claim) -> tuple[str, ...]:
    return ("the entropies are finite", *[f"given: {c}" for c in claim.conditions])


def _linear(claim: Claim, seen: Entropic, data: Mapping[str, Any]) -> Finding:
    parts: list[tuple[Fraction, Form]] = [(Fraction(c), seen.zero[k]) for k, c in data["zero"]]
    for c, what in data["shannon"]:
        if isinstance(claim.conclusion, Equal) or Fraction(c) < 0:
            raise Refused("a Shannon quantity where none may stand")
        sets = [frozenset(s) for s in what[1:]]
        if what[0] == "H" and not seen.discrete or what[0] not in ("H", "I"):
            raise Refused("not a quantity that is never negative")
        parts.append((Fraction(c), (entropy if what[0] == "H" else information)(*sets)))
    if plus((1, seen.gap), *[(-c, f) for c, f in parts]):
        raise Refused("the difference is another one")
    if isinstance(claim.conclusion, AtMost) and claim.conclusion.strict:
        raise Refused("the bound is not shown to be strict")
    lemmas = ("entropy_chain", *(("shannon",) if data["shannon"] else ()))
    return Finding(Status.PROVED, _facts(claim), lemmas=lemmas, words=(f"It follows by: {'; '.join(LEMMAS[n].title for n in lemmas)}.",))


def _model(claim: Claim, seen: Entropic, data: Mapping[str, Any]) -> Finding:
    names = list(data["names"])
    cells = [(tuple(values), Fraction(w)) for values, w in data["table"]]
    if names != sorted(set(names)) or not set(seen.names) <= set(names) or len(cells) > 256 or len({v for v, _ in cells}) != len(cells):
        raise Refused("a table of another form")
    if min(w for _, w in cells) <= 0 or sum(w for _, w in cells) != 1 or any(len(v) != len(names) for v, _ in cells):
        raise Refused("no table of probabilities")
    if not seen.discrete and any(sum([c for s, c in seen.gap.items() if n in s]) for n in names):
        raise Refused("a discrete table says nothing of densities here")
    numbers = Intervals()
    for zero in seen.zero:
        if not _vanishes(zero, names, cells):
            raise Refused("the table does not satisfy a hypothesis")
    gap = _value(seen.gap, names, cells, numbers)
    fails = gap.b < 0 or isinstance(claim.conclusion, Equal) and gap.a > 0
    if not fails:
        raise Refused("the claim holds in the table, or cannot be told from holding")
    scene = describe(names, cells)
    own = claim.label.startswith(OWN_LABELS)
    left, right = [_value(form(s), names, cells, numbers) for s in (claim.conclusion.left, claim.conclusion.right)]  # type: ignore[union-attr]
    values = f"Then the left side is {_words(left)} and the right side {_words(right)} (natural logarithms)."
    return Finding(Status.REFUTED, _facts(claim), words=(scene, values if own else "There it does not hold."), teacher_words=(scene, values))


Cells = list[tuple[tuple[Any, ...], Fraction]]


def marginal(names: list[str], cells: Cells, over: frozenset[str]) -> dict[tuple[Any, ...], Fraction]:
    """The distribution of some of the variables."""
    found: dict[tuple[Any, ...], Fraction] = {}
    places = [k for k, n in enumerate(names) if n in over]
    for values, w in cells:
        at = tuple([values[k] for k in places])
        found[at] = found.get(at, Fraction(0)) + w
    return found


def _vanishes(zero: Form, names: list[str], cells: Cells) -> bool:
    """Is a combination of entropies exactly zero in the table? Decided by the product of powers w^(c w), which must be one."""
    powers: dict[int, Fraction] = {}
    for s, c in zero.items():
        for w in marginal(names, cells, s).values():
            for part, sign in ((w.numerator, 1), (w.denominator, -1)):
                for prime in _primes(part):
                    powers[prime] = powers.get(prime, Fraction(0)) + sign * c * w
    return not any(powers.values())


def _primes(n: int) -> Iterator[int]:
    divisor = 2
    while divisor * divisor <= n:
        while n % divisor == 0:
            yield divisor
            n //= divisor
        divisor += 1
        if divisor > 20_000:
            raise Refused("a number that is too large to factor")
    if n > 1:
        yield n


def _value(gap: Form, names: list[str], cells: Cells, numbers: Intervals) -> Any:
    total = numbers.of(Fraction(0))
    for s, c in gap.items():
        for w in marginal(names, cells, s).values():
            total = total - numbers.of(c * w) * numbers.log(numbers.of(w))
    return total


def _words(value: Any) -> str:
    return f"{float(value.mid.a):.4g}".replace("-", "−")


def describe(names: list[str], cells: Cells) -> str:
    """The table in words."""
    head = names[0] if len(names) == 1 else f"({', '.join(names)})"
    rows = [f"{v[0] if len(v) == 1 else '(' + ', '.join(map(str, v)) + ')'} with probability {w}" for v, w in cells]
    return f"Let {head} be {', '.join(rows[:10])}{', and so on' if len(rows) > 10 else ''}."
