"""Claims about attention for the tests: keys k_a, k_b, ..., query q, any other key k_i, m keys."""

from fractions import Fraction

from grader.domain import Domain
from grader.model import Claim, Satisfies
from grader.term import Term, apply, binder, collection, constant, number, relation, symbol

OO = constant("oo")
HALVES = {"a": Fraction(1, 2), "b": Fraction(1, 2)}


def term(x) -> Term:
    return number(x) if isinstance(x, (int, Fraction)) else symbol(x) if isinstance(x, str) else x


def add(*parts):
    return apply("add", *map(term, parts))


def mul(*parts):
    return apply("mul", *map(term, parts))


def neg(x):
    return apply("neg", term(x))


def sub(x, y):
    return add(x, neg(y))


def power(x, e):
    return apply("pow", term(x), term(e))


def at(base, index):
    return apply("index", symbol(base), symbol(index))


def key(index):
    return at("k", index)


def dot(index, vector="q"):
    return mul(apply("transpose", key(index)), vector)


def up(x):
    return relation("->", term(x), OO)


def down(x):
    return relation("->", term(x), neg(OO))


def rel(x, sign, y):
    return relation(sign, term(x), term(y))


def bounded(x):
    return relation("<", apply("abs", term(x)), OO)


def others(body, *named, index="l"):
    """Sum over all keys but the named ones."""
    return binder("sum", (symbol(index),), body, relation("notin", symbol(index), collection("set", *map(symbol, named))))


def every(body, index="l"):
    return binder("sum", (symbol(index),), body)


def weights(query, *premises, target=None, norms="unit", constants=(), domains=(), **more):
    """q has these limit weights."""
    target = target or HALVES
    parameters = dict(keys="k", query="q", named=tuple(target), weights=tuple(target.values()), norms=norms, constants=tuple(constants), count="m",
                      other="i", **more)
    name = "attention.within" if "tolerance" in more else "attention.weights"
    return Claim(Satisfies((term(query), *premises), name, tuple(sorted(parameters.items()))), (*domains, ("m", Domain.parse("integer > 2"))))


def same(first, second):
    made = weights(first)
    return Claim(Satisfies((term(first), term(second)), "attention.same", made.conclusion.parameters), made.domains)


def condition(premises, conclusion, norms="any", constants=(), name="attention.condition"):
    parameters = dict(keys="k", query="q", named=("j",), norms=norms, constants=tuple(constants), count="m", other="i", conclusion=tuple(conclusion))
    return Claim(Satisfies(tuple(premises), name, tuple(sorted(parameters.items()))))
