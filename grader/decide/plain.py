"""Which claims are plain: numbers, formulas, conditions, lists, sets and written-out matrices over scalar symbols, with nothing random and no vectors.

Procedures about densities, random variables, entropies, vectors and matrices have nothing to say about them, and are not even loaded: most answers
are plain, and looking costs more than deciding them. Of two formulas, those that compare other things have nothing to say either.
"""

from __future__ import annotations

from grader.model import AtMost, Claim, Equal
from grader.term import Term

SPECIAL = frozenset(("linear_algebra", "entropies", "draws", "moments", "probability"))
"""Modules of this room that are left out for plain claims."""
_FORMULA = frozenset(
    "add neg mul div pow sqrt root exp log abs floor ceil sign round max min gcd lcm mod factorial double_factorial binomial erf "
    "sin cos tan cot sec csc asin acos atan acot asec acsc sinh cosh tanh coth sech csch asinh acosh atanh acoth asech acsch atan2 "
    "re im arg conj percent degree".split())
_APPLY = _FORMULA | frozenset("gamma pm mp and or not implies iff xor union intersection setminus".split())
_COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
_BINDERS = frozenset("sum product integral limit set_of antiderivative".split())
_TUPLES = frozenset("tuple list set interval cases".split())


def is_plain(claim: Claim) -> bool:
    """Is the claim an equality or inequality of that kind, with no conditions but comparisons of such formulas?"""
    conclusion = claim.conclusion
    if not isinstance(conclusion, (Equal, AtMost)) or any(d.shape != "scalar" or d.unit for _, d in claim.domains):
        return False
    if not all(c.kind == "relation" and set(c.signs) <= _COMPARISONS and _plain(c) for c in claim.conditions):
        return False
    return all(_plain(t) or _is_plain_matrix(t) for t in (conclusion.left, conclusion.right))


def is_formula(claim: Claim) -> bool:
    """Are both sides of the plain claim formulas, each with a number as its value?"""
    conclusion = claim.conclusion
    return isinstance(conclusion, (Equal, AtMost)) and _formula(conclusion.left) and _formula(conclusion.right)


def _formula(term: Term) -> bool:
    kind = term.kind
    return kind in ("number", "symbol") or kind == "constant" and term.name in ("pi", "e", "i") or (
        kind == "apply" and term.name in _FORMULA and all([_formula(a) for a in term.args]))


def _is_plain_matrix(term: Term) -> bool:
    return term.kind == "tuple" and term.name == "matrix" and all([_plain(row) for row in term.args])


def _plain(term: Term) -> bool:
    kind = term.kind
    if kind in ("number", "symbol", "constant"):
        return True
    if kind == "apply" and term.name not in _APPLY or kind == "binder" and term.name not in _BINDERS or kind == "tuple" and term.name not in _TUPLES:
        return False
    if kind == "text" or kind == "relation" and "~" in term.signs:
        return False
    return all([_plain(a) for a in term.args])
