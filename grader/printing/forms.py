"""Forms that printing and reading share: when a short notation stands for a tree without loss."""

from __future__ import annotations

from fractions import Fraction

from grader.term import Term, constant, free_names, symbol

FUNCTION_NAMES = {"double_factorial": "factorial2", "beta_function": "betafunction", "mutual_information": "mutualinformation", "sup": "supmark",
                  "maximum": "maximumover", "minimum": "minimumover", "partial": "partialderivative", "variance": "Var",
                  "covariance": "Cov", "probability": "Pr", "times": "cartesian",
                  "kl": "KL", "set_of": "setof", "forall": "forallof", "exists": "existsof", "lambda": "Lambda",
                  "add": "addition", "mul": "multiply", "neg": "negative"}
"""Words of function notation, where they differ from the operator's own name."""


def is_mark(term: Term) -> bool:
    """Can the term stand in a superscript in brackets as a mark (`x^{(t)}`, `x^{(t+1)}`, `W^{(2)}`)? Names, numbers, a name shifted by a number."""
    if term.kind in ("symbol", "number"):
        return True
    if not term.is_apply("add", 2) or term.args[0].kind != "symbol":
        return False
    shift = term.args[1].args[0] if term.args[1].is_apply("neg") else term.args[1]
    return shift.kind == "number"


def is_primed(term: Term) -> bool:
    """Is the term a name with primes (`z'`), which a binder binds as one name?"""
    return term.is_apply("prime", 2) and term.args[0].kind == "symbol" and term.args[1].kind == "number"


def is_name(term: Term) -> bool:
    """Is the term a name, perhaps decorated: what can carry subscripts, marks and arguments without brackets?"""
    decorated = term.kind == "apply" and term.name in ("index", "hat", "bar", "tilde", "vec", "dot", "prime", "sup")
    return term.kind == "symbol" or decorated and is_name(term.args[0])


def leading_names(condition: Term) -> tuple[Term, ...]:
    """The names that a condition is about: those before its first sign (`i, j in S`; `1 <= i <= n` is about i)."""
    if condition.kind == "symbol" or condition.is_apply("index") or condition.is_apply("sup") or is_primed(condition):
        return (condition,)
    if condition.kind == "tuple" and condition.name in ("tuple", "list"):
        return tuple(n for a in condition.args for n in leading_names(a))
    if condition.kind == "relation":
        for side in condition.args:
            names = leading_names(side) if side.kind in ("symbol", "tuple") or side.is_apply("index") or is_primed(side) else ()
            if names:
                return names
    if condition.is_apply("and"):
        return leading_names(condition.args[0])
    return ()


def bound_of_set(body: Term, condition: Term) -> tuple[Term, ...]:
    """The names bound in { body | condition }: those that the condition places in a set, else those of the body."""
    placed: list[Term] = []
    for part in condition.args if condition.is_apply("and") else (condition,):
        if part.kind == "relation" and part.signs[0] == "in":
            placed += leading_names(part.args[0])
    if placed:
        return tuple(dict.fromkeys(placed))
    if body.kind == "relation" and body.signs == ("in",):
        return leading_names(body.args[0])
    return tuple(symbol(name) for name in sorted(free_names(body)))


def has_infinity(entries: tuple[Term, ...]) -> bool:
    """Is one of the entries oo or -oo? A pair with one is an interval."""
    return any(e == constant("oo") or e.is_apply("neg") and e.args[0] == constant("oo") for e in entries)


def decimal(value: Fraction, text: str = "") -> str:
    """The digits of a number: as typed where they were plain digits, else the finite decimal, else p/q."""
    if text and text.replace(".", "", 1).isdigit() and text[-1] != "." and text[0] != "." and Fraction(text) == value:
        return text
    if value.denominator == 1:
        return str(value.numerator)
    below, places = value.denominator, 0
    for prime in (2, 5):
        count = 0
        while below % prime == 0:
            below //= prime
            count += 1
        places = max(places, count)
    if below != 1 or places > 400:
        return f"{value.numerator}/{value.denominator}"
    digits = str(value.numerator * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def calls_something(term: Term) -> bool:
    """Does a call occur in the term? A density under an integral sign makes it definite."""
    return term.is_apply("call") or any(calls_something(a) for a in term.args)
