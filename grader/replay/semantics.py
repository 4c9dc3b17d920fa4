"""What a claim about formulas means: which numbers its symbols run over and what each operator is at a point.

Definition, used by whoever looks for evidence and by whoever replays it. It is a statement, not a method.

*Symbols* run over their declared domains (`Claim.domain`). A marked name (an index, a hat, a superscript in brackets: `atom_name`) is one more
symbol.
*A name applied to arguments* (`call`) is an unknown function: a claim is about every function that could stand for it.

*Real reading*: where every free symbol is real and nothing complex is written (`i`, re, im, arg, conj), all operators are real functions, defined
where school analysis defines them: sqrt, even roots and log of non-negative / positive numbers only, asin and acos on [-1, 1], odd roots everywhere,
x^y for x > 0, for x = 0 and y > 0, and for every x where the exponent is an integer by the way it is built (`integer_built`); 0^0 is undefined.
*Complex reading* otherwise: principal branches (log with imaginary part in (-pi, pi], z^w = exp(w log z), roots as powers).
Undefined parts make the whole undefined: 0 * (1/0) is not 0. Beyond that:
acot x = atan(1/x), asec x = acos(1/x), acsc x = asin(1/x); x! = gamma(x + 1); binomial(n, k) by gamma functions, 0 for integers k < 0 or k > n >= 0,
undefined for negative integers n; mod(a, n) = a - n floor(a/n); round is undefined half-way between integers; sign(0) = 0;
a sum or product over an empty range lower = upper + 1 is 0 or 1, over a still shorter one it is undefined.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from grader.model import AtMost, Claim, Equal
from grader.term import Term, free_names, walk

COMPLEX_WORDS = frozenset({"re", "im", "arg", "conj"})
ATOMS = frozenset("index sup prime hat bar tilde vec dot star".split())
"""Marks that make a new name of a name."""

_INTEGER_FROM_INTEGERS = frozenset("add neg mul abs max min gcd lcm factorial binomial double_factorial mod".split())
_ALWAYS_INTEGER = frozenset("floor ceil round sign".split())


class NoMeaning(ValueError):
    """The claim uses something that has no meaning as a number here."""


def sides(claim: Claim) -> tuple[Term, Term]:
    """The two sides of an equation or inequality claim. Fails with `NoMeaning` for other conclusions."""
    if not isinstance(claim.conclusion, (Equal, AtMost)):
        raise NoMeaning("not a claim about two formulas")
    return claim.conclusion.left, claim.conclusion.right


def atom_name(term: Term) -> str | None:
    """The name that a marked name stands for ("k_B", "x^(t)", "hat(x)", "f'"), or None for any other term. The base and the marks must be
    symbols, numbers, words, or marked names themselves: x_{t+1} is no name."""
    if term.kind == "symbol" or term.kind == "text":
        return term.name
    if term.kind == "number":
        return str(term.value)
    if term.kind != "apply" or term.name not in ATOMS:
        return None
    parts = [atom_name(a) for a in term.args]
    if not parts or any(p is None for p in parts) or term.args[0].kind in ("number", "text"):
        return None
    if term.name == "index":
        return "_".join(parts)  # type: ignore[arg-type]
    if term.name == "sup":
        return f"{parts[0]}^({parts[1]})"
    if term.name == "prime":
        return parts[0] + "'" * int(Fraction(parts[1]))  # type: ignore[operator]
    return f"{term.name}({parts[0]})"


def symbols_of(term: Term) -> frozenset[str]:
    """Names of the free symbols and marked names of a term; names of unknown functions are not among them.

    Fails with `NoMeaning` where a marked name contains a bound symbol (a sequence under a sum sign).
    """
    return _symbols(term, frozenset())


def _symbols(term: Term, bound: frozenset[str]) -> frozenset[str]:
    if term.kind == "symbol":
        return frozenset() if term.name in bound else frozenset((term.name,))
    if term.is_apply("call"):
        return frozenset().union(*[_symbols(a, bound) for a in term.args[1:]])
    if term.kind == "apply" and term.name in ATOMS:
        name = atom_name(term)
        if name is None or free_names(term) & bound:
            raise NoMeaning("a subscript that is computed")
        return frozenset((name,))
    if term.kind == "binder":
        inside = bound | {b.name for b in term.bound}
        ranges = [_symbols(a, bound) for a in term.args[1:]]
        return frozenset().union(_symbols(term.args[0], inside), *ranges)
    return frozenset().union(*[_symbols(a, bound) for a in term.args]) if term.args else frozenset()


def functions_of(term: Term) -> frozenset[tuple[str, int]]:
    """Names of the unknown functions of a term, each with its number of arguments."""
    found = set()
    for node in walk(term):
        if node.is_apply("call"):
            name = function_name(node)
            if name is None:
                raise NoMeaning("a function without a name")
            found.add((name, len(node.args) - 1))
    return frozenset(found)


def function_name(call: Term) -> str | None:
    """Name of the function that a call applies; a prime counts as a derivative and is not part of it."""
    head = call.args[0]
    while head.is_apply("prime"):
        head = head.args[0]
    return atom_name(head)


def is_real(claim: Claim) -> bool:
    """Is the claim read over the reals (see the module)?"""
    terms = [*sides(claim), *claim.conditions]
    for term in terms:
        for node in walk(term):
            if node.kind == "constant" and node.name == "i" or node.kind == "apply" and node.name in COMPLEX_WORDS:
                return False
    return all(claim.domain(name).is_real for term in terms for name in symbols_of(term))


def comparisons(claim: Claim) -> list[tuple[str, Term, Term]]:
    """The comparisons of two numbers that the claim's conditions are made of, joined by "and": (sign, left, right)."""
    found, stack = [], list(reversed(claim.conditions))
    while stack:
        node = stack.pop()
        if node.is_apply("and"):
            stack.extend(reversed(node.args))
        elif node.kind == "relation" and set(node.signs) <= {"!=", "<", ">", "<=", ">="}:
            found += list(zip(node.signs, node.args, node.args[1:]))
    return found


def integer_built(term: Term, is_integer: Callable[[str], bool]) -> bool:
    """Is the term's value an integer by the way it is built, whatever the values of its symbols in their domains?

    Integers, integer symbols, their sums, products, powers with literal exponents >= 0, floor and the like; and a polynomial with integer
    coefficients over a literal number d <= 24 that d divides for all residues: n(n+1)/2.
    """
    name = atom_name(term)
    if term.kind == "number":
        return term.value.denominator == 1
    if name is not None:
        return is_integer(name)
    if term.kind != "apply":
        return False
    if term.name in _ALWAYS_INTEGER:
        return True
    if term.name in _INTEGER_FROM_INTEGERS:
        return all(integer_built(a, is_integer) for a in term.args)
    if term.name == "pow":
        base, exponent = term.args
        return exponent.kind == "number" and exponent.value.denominator == 1 and exponent.value <= 60 and integer_built(base, is_integer)
    if term.name == "div":
        top, bottom = term.args
        return bottom.kind == "number" and bottom.value.denominator == 1 and 1 <= bottom.value <= 24 and _divides(int(bottom.value), top, is_integer)
    return False


def _divides(d: int, top: Term, is_integer: Callable[[str], bool]) -> bool:
    """Does d divide the polynomial `top` at all integers? Enough to look at residues modulo d."""
    if not integer_built(top, is_integer):
        return False
    names = sorted(symbols_of(top))
    if d ** len(names) > 600:
        return False

    def residue(term: Term, at: dict[str, int]) -> int | None:
        name = atom_name(term)
        if term.kind == "number":
            return int(term.value) % d
        if name is not None:
            return at[name]
        values = [residue(a, at) for a in term.args]
        if term.name not in ("add", "neg", "mul", "pow") or any(v is None for v in values):
            return None
        if term.name == "pow":
            return pow(values[0], int(term.args[1].value), d)  # type: ignore[arg-type]
        if term.name == "neg":
            return -values[0] % d  # type: ignore[operator]
        total = values[0]
        for v in values[1:]:
            total = (total + v if term.name == "add" else total * v) % d  # type: ignore[operator]
        return total

    points: list[dict[str, int]] = [{}]
    for n in names:
        points = [p | {n: r} for p in points for r in range(d)]
    return all(residue(top, p) == 0 for p in points)
