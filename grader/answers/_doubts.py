"""Why two sides that differ may be meant to be the same: other conventions and arbitrary constants.

Each doubt is another pair of sides. Where those are equal, a refutation of the first pair rests on a convention and is not put forward: the verdict
stays
undecided, with the reason. Nothing is ever accepted by a doubt.

arccot        its values lie in (0, pi), or are those of atan(1/x)
constants     C, K, c_1 and the like, which nothing declares, stand for arbitrary numbers: they may be named otherwise; A e^x + B e^-x and a
              combination of
              cosh x and sinh x are one family where they span the same functions; x + C and x + 7 + C, e^(x + C) and K e^x are families of one slope
a condition   an interval or a set of numbers, and the condition on one number that describes it
a name        f(x) = 2x and y = 2x give the same formula another name; phi is the golden ratio
an integer    x = k pi names the solutions of sin x = 0 with a letter k that stands for every whole number
an order      (1, 2), (3, 4) and (3, 4), (1, 2) without brackets around them may be the same points
a curve       ln|y| = x + C and y = K e^x are the same curves where the second makes the first hold for some C
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from grader.domain import Domain
from grader.replay import natures
from grader.term import Term, apply, binder, collection, constant, free_names, number, replace, symbol, walk

_ARBITRARY = re.compile(r"[CKckABD](?:_\d)?$|const$")
MAX_CONSTANTS = 3
Pair = tuple[Term, Term, str]


def doubts(answer: Term, reference: Term, domains: Mapping[str, Domain], bare: bool = False) -> Iterator[Pair]:
    """Pairs that may be meant as well, each with the reason that holds a refutation back where they are equal. `bare`: both are lists without brackets."""
    yield from _arccot(answer, reference)
    yield from _golden(answer, reference, domains)
    yield from _known_functions(answer, reference, domains)
    yield from _parameters(answer, reference, domains)
    yield from _conditions(answer, reference)
    yield from _named(answer, reference)
    if bare and answer.kind == reference.kind == "tuple" and len(answer.args) == len(reference.args):
        yield collection("set", *answer.args), collection("set", *reference.args), "the order differs, and nothing says that it matters"
    for one, other in ((answer, reference), (reference, answer)):
        yield from _every_integer(one, other, domains)
        yield from _curves(one, other, domains)
    sides = _values(answer, reference)
    if sides is not None:
        yield from _families(*sides, domains)


def _arccot(answer: Term, reference: Term) -> Iterator[Pair]:
    change = {node: apply("add", apply("div", constant("pi"), number(2)), apply("neg", apply("atan", node.args[0])))
              for t in (answer, reference) for node in walk(t) if node.is_apply("acot", 1)}
    if change:
        try:
            yield replace(answer, change), replace(reference, change), "arccot has its values in (0, pi), or is arctan(1/x)"
        except ValueError:
            return


def _conditions(answer: Term, reference: Term) -> Iterator[Pair]:
    answer, reference = (natures.unfolded(t) if natures.nature(t) == "pair" and t.kind == "relation" else t for t in (answer, reference))
    kinds = natures.nature(answer), natures.nature(reference)
    for k, (side, other) in enumerate(((answer, reference), (reference, answer))):
        names = free_names(side)
        if kinds[k] == "condition" and kinds[1 - k] in ("set", "interval") and len(names) == 1 and not free_names(other):
            x = symbol(next(iter(names)))
            as_set = binder("set_of", (x,), x, side)
            yield *((as_set, other) if k == 0 else (other, as_set)), "one is a condition, the other the set of numbers that satisfy it"


def _named(answer: Term, reference: Term) -> Iterator[Pair]:
    """f(x) = ... beside y = ..."""
    if not all(t.kind == "relation" and t.signs == ("=",) for t in (answer, reference)):
        return
    heads = answer.args[0], reference.args[0]
    calls = [h.is_apply("call") and all(a.kind == "symbol" for a in h.args) for h in heads]
    if calls[0] != calls[1] and heads[calls[0]].kind == "symbol":
        yield answer.args[1], reference.args[1], "another name is given to it"


def _golden(answer: Term, reference: Term, domains: Mapping[str, Domain]) -> Iterator[Pair]:
    names = [free_names(t) for t in (answer, reference)]
    for name in ("phi", "varphi"):
        if name not in domains and (name in names[0]) != (name in names[1]):
            ratio = apply("div", apply("add", number(1), apply("sqrt", number(5))), number(2))
            yield *(replace(t, {symbol(name): ratio}) for t in (answer, reference)), "phi may be the golden ratio"


def _known_functions(answer: Term, reference: Term, domains: Mapping[str, Domain]) -> Iterator[Pair]:
    """C(n, k) for the binomial coefficient, B(a, b) for the beta function, phi(12) for the totient."""
    change = {n: n.with_args((apply("prime", *n.args[0].args), *n.args[1:])) for t in (answer, reference) for n in walk(t)
              if n.is_apply("call") and n.args[0].is_apply("sup", 2) and n.args[0].args[1].kind == "number"}  # f^(2)(x)
    for node in (n for t in (answer, reference) for n in walk(t) if n.is_apply("call") and n.args[0].kind == "symbol"):
        name, args = node.args[0].name, node.args[1:]
        if name not in domains and (name, len(args)) in (("C", 2), ("B", 2)):
            change[node] = apply("binomial" if name == "C" else "beta_function", *args)
        elif name == "phi" and name not in domains and len(args) == 1 and args[0].kind == "number" and args[0].value in range(1, 10**6):
            change[node] = number(_totient(int(args[0].value)))  # type: ignore[arg-type]
    if change:
        yield replace(answer, change), replace(reference, change), "a letter that is called may be a function of that name"


def _totient(n: int) -> int:
    made, rest, p = n, n, 2
    while p * p <= rest:
        if rest % p == 0:
            made -= made // p
            while rest % p == 0:
                rest //= p
        p += 1
    return made - made // rest if rest > 1 else made


def _parameters(answer: Term, reference: Term, domains: Mapping[str, Domain]) -> Iterator[Pair]:
    """(1 + 2t, 3 - t) beside (1 + 2s, 3 - s): points of a line whose parameter has another name."""
    names = [free_names(t) for t in (answer, reference)]
    natured = [natures.nature(t) for t in (answer, reference)]
    if natured[0] != natured[1] or natured[0] not in ("tuple", "list", "matrix") or any(len(n) != 1 for n in names) or names[0] == names[1]:
        return
    (one,), (other,) = names
    if not {one, other} & set(domains) and {one, other} <= _PARAMETERS:
        yield replace(answer, {symbol(one): symbol(other)}), reference, "the parameter may have another name"


_PARAMETERS = frozenset("t s u v r k m n a b c lambda mu alpha theta".split())


def _every_integer(solved: Term, equation: Term, domains: Mapping[str, Domain]) -> Iterator[Pair]:
    """x = f(k) with a letter for whole numbers that the equation in x does not have: does f(k) satisfy it for every whole number k?"""
    if not (solved.kind == equation.kind == "relation" and solved.signs == equation.signs == ("=",) and solved.args[0].kind == "symbol"):
        return
    x = solved.args[0].name
    others = free_names(solved.args[1]) - free_names(equation)
    if free_names(equation) != {x} or len(others) != 1 or not others <= {"k", "n", "m"} or others & set(domains):
        return
    (k,) = others
    whole = binder("sum", (symbol("_"),), number(0), number(1), symbol(k))  # the letter bounds a sum, and so is a whole number
    sides = [replace(t, {symbol(x): solved.args[1]}) for t in equation.args]
    yield apply("add", sides[0], whole), sides[1], f"{k} may stand for every whole number"


def _curves(solved: Term, equation: Term, domains: Mapping[str, Domain]) -> Iterator[Pair]:
    """y = g(x, K) put into an equation with a constant C leaves something that does not depend on x."""
    if not (solved.kind == equation.kind == "relation" and solved.signs == equation.signs == ("=",) and solved.args[0].kind == "symbol"):
        return
    y = solved.args[0]
    ours, theirs = ({n: t for n, t in _letters(t).items() if n not in domains} for t in (solved.args[1], equation))
    rest = _names(solved.args[1]) - set(ours)
    if len(ours) != 1 or len(theirs) != 1 or len(rest) != 1 or y.name not in free_names(equation) or equation.args[0] == y or "_" in next(iter(rest)):
        return
    g = replace(solved.args[1], {next(iter(ours.values())): symbol("other_1")})
    left, right = (replace(replace(t, {next(iter(theirs.values())): symbol("arbitrary_1")}), {y: g}) for t in equation.args)
    x = symbol(next(iter(rest)))
    yield (apply("derivative", apply("add", left, apply("neg", right)), x, number(1)), number(0),
           "the constants may be arbitrary, and then both sides are the same curves")


# ---- arbitrary constants


def _values(answer: Term, reference: Term) -> tuple[Term, Term] | None:
    """The two formulas, without a name that both sides give them."""
    if answer.kind == reference.kind == "relation" and answer.signs == reference.signs == ("=",) and answer.args[0] == reference.args[0]:
        answer, reference = answer.args[1], reference.args[1]
    return (answer, reference) if natures.nature(answer) == natures.nature(reference) == "number" else None


def _names(term: Term) -> frozenset[str]:
    """Free names, with c_1 for an index of c."""
    if term.kind == "symbol":
        return frozenset((term.name,))
    if term.is_apply("index", 2) and term.args[0].kind == "symbol" and term.args[1].kind == "number":
        return frozenset((f"{term.args[0].name}_{term.args[1].value}",))
    names = frozenset().union(*[_names(a) for a in term.args]) if term.args else frozenset()
    return names - frozenset(b.name for b in term.bound)


def _letters(term: Term) -> dict[str, Term]:
    """The arbitrary constants of a formula, by name."""
    found: dict[str, Term] = {}
    for node in walk(term):
        if node.kind == "symbol" or node.is_apply("index", 2):
            for name in _names(node):
                if _ARBITRARY.match(name) and (node.kind == "symbol") == ("_" not in name):
                    found[name] = node
    return {n: t for n, t in sorted(found.items()) if not (t.kind == "symbol" and any(m.startswith(n + "_") for m in found))}


def _families(answer: Term, reference: Term, domains: Mapping[str, Domain]) -> Iterator[Pair]:
    ours, theirs = ({n: t for n, t in _letters(side).items() if n not in domains} for side in (answer, reference))
    rest = (_names(answer) | _names(reference)) - set(ours) - set(theirs)
    if not ours or not theirs or not rest or max(len(ours), len(theirs)) > MAX_CONSTANTS:
        return
    why = f"{', '.join(dict.fromkeys((*ours, *theirs)))} may be arbitrary constants, and then both sides say the same"
    fresh = {n: symbol(f"arbitrary_{k + 1}") for k, n in enumerate(theirs)}
    plain = replace(reference, {theirs[n]: fresh[n] for n in theirs})
    if len(ours) == len(theirs):
        for order in itertools.permutations(fresh.values()):
            yield replace(answer, dict(zip(ours.values(), order))), plain, why
    own = {t: symbol(f"other_{k + 1}") for k, t in enumerate(ours.values())}
    other = replace(answer, own)
    if len(ours) == len(theirs) == 1 and len(rest) == 1:
        (x,) = rest
        if "_" not in x:
            slopes = [apply("derivative", t, symbol(x), number(1)) for t in (other, plain)]
            if any(a in own.values() for a in _summands(other)) and any(a in fresh.values() for a in _summands(plain)):
                yield *slopes, why
            elif _multiplied(other, own.values()) or _multiplied(plain, fresh.values()):
                yield apply("mul", slopes[0], plain), apply("mul", slopes[1], other), why
    yield from _spans(other, list(own.values()), plain, list(fresh.values()), why)


def _summands(term: Term) -> tuple[Term, ...]:
    return term.args if term.is_apply("add") else (term,)


def _multiplied(term: Term, letters: object) -> bool:
    """Is an arbitrary constant a factor of the whole?"""
    return term.is_apply("mul") and any(a in letters for a in term.args)  # type: ignore[operator]


def _spans(answer: Term, ours: list[Term], reference: Term, theirs: list[Term], why: str) -> Iterator[Pair]:
    """Families that are linear in two or three constants: each of the answer's functions is a combination of the reference's, with small rational factors."""
    if len(ours) != len(theirs) or len(ours) < 2:
        return
    mine, wanted = _basis(answer, ours), _basis(reference, theirs)
    if mine is None or wanted is None:
        return
    factors = [number(f) for f in (0, 1, -1)] + [apply("div", number(1), number(2)), apply("neg", apply("div", number(1), number(2)))]
    half = []
    for a in mine:
        sums = [apply("add", *[apply("mul", f, w) for f, w in zip(chosen, wanted)]) for chosen in itertools.product(factors, repeat=len(wanted))
                if len(wanted) == 2 and any(f != number(0) for f in chosen)]
        half.append((a, sums))
    yield from _combined(half, why)


def _combined(half: list[tuple[Term, list[Term]]], why: str) -> Iterator[Pair]:
    """One pair for all: tuples of the answer's functions and of combinations that agree with them at a point."""
    from grader.algebra.balls import Balls, Undefined, Unsupported, Unsure, precision

    chosen = []
    for own, sums in half:
        names = sorted(_names(own) | (_names(sums[0]) if sums else frozenset()))
        if any("_" in n for n in names):
            return
        with precision(120):
            at = [Balls({n: number(7 + 3 * k + j).value for k, n in enumerate(names)}, real=False) for j in (0, 1)]
            try:
                wanted = [b.value(own) for b in at]
                fitting = [s for s in sums if all((b.value(s) - w).contains(0) for b, w in zip(at, wanted))]
            except (Undefined, Unsure, Unsupported):
                return
        if not fitting:
            return
        chosen.append((own, fitting[0]))
    if len({str(f) for _, f in chosen}) < len(chosen):
        return
    yield collection("tuple", *[o for o, _ in chosen]), collection("tuple", *[f for _, f in chosen]), why


def _basis(term: Term, letters: list[Term]) -> list[Term] | None:
    """The functions that the constants are factors of, where the formula is a sum of such products."""
    found = []
    if len(_summands(term)) != len(letters):
        return None
    for letter in letters:
        for part in _summands(term):
            sign, product = (True, part.args[0]) if part.is_apply("neg", 1) else (False, part)
            factors = product.args if product.is_apply("mul") else (product,)
            if factors.count(letter) == 1 and not any(x in letters for f in factors if f != letter for x in walk(f)):
                rest = [f for f in factors if f != letter]
                body = number(1) if not rest else rest[0] if len(rest) == 1 else apply("mul", *rest)
                found.append(apply("neg", body) if sign else body)
                break
        else:
            return None
    return found


__all__ = ["doubts"]
