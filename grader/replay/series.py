"""What endless sums come to: the checker's book of series, and sums that telescope.

A sum of body(k) from an integer a to oo is given as parts: for k >= S (S >= a) body(k) = c_1 T_1(k + m_1) + ... with coefficients free of k, where
each T is a series of the book with its parameters, or a difference G(k + 1) - G(k). That equation is a claim of its own, proved by evidence of its
own. The value is the terms from a to S - 1, plus c_j times (what T_j comes to from its start, less the terms before S + m_j), plus
c (lim G - G(S)). All terms must have a value for every k >= a (`Terms`); what the parameters must obey are conditions.

Sources: NIST DLMF 4.6.1 (logarithm and binomial series), 4.2.19, 4.19.1-2, 4.33.1-2, 4.24.3, 25.2.1, 25.6.1-2; Stirling numbers of the second
kind for powers of k, 26.8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import replace as changed
from fractions import Fraction
from math import comb, factorial
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Follows, Status
from grader.replay import exact_polynomials as ep
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.limits import INFINITE, limit_of
from grader.replay.semantics import COMPLEX_WORDS
from grader.term import Term, apply, constant, free_names, from_data, number, relation, replace, symbol, walk

MAX_PARTS = 12
MAX_WRITTEN = 40
ONE, TWO = number(1), number(2)


def _plus(*parts: Term) -> Term:
    return parts[0] if len(parts) == 1 else apply("add", *parts)


def _neg(t: Term) -> Term:
    return apply("neg", t)


def _over(a: Term, b: Term) -> Term:
    return apply("div", a, b)


def _pow(a: Term, b: Term) -> Term:
    return apply("pow", a, b)


def _sign(k: Term) -> Term:
    return _pow(number(-1), k)


def _odd(k: Term) -> Term:
    return _plus(apply("mul", TWO, k), ONE)


def _fact(t: Term) -> Term:
    return apply("factorial", t)


def _inside(x: Term, low: str, high: str) -> tuple[Term, ...]:
    return (relation(low, number(-1), x), relation(high, x, ONE))


def _stirling(m: int, j: int) -> int:
    return sum((-1) ** (j - i) * comb(j, i) * i**m for i in range(j + 1)) // factorial(j)


def _geometric(x: Term, m: int) -> Term:
    """Sum of k^m x^k from 0: sum over j of S(m, j) j! x^j / (1 - x)^(j + 1)."""
    less = _plus(ONE, _neg(x))
    parts = [_over(apply("mul", number(_stirling(m, j) * factorial(j)), _power(x, j)), _power(less, j + 1)) for j in range(m + 1) if _stirling(m, j)]
    return _plus(*parts)


def _power(x: Term, j: int) -> Term:
    return ONE if j == 0 else x if j == 1 else _pow(x, number(j))


def _exponential(x: Term, m: int) -> Term:
    """Sum of k^m x^k / k! from 0: exp(x) times the sum over j of S(m, j) x^j."""
    return apply("mul", apply("exp", x), _plus(*[apply("mul", number(_stirling(m, j)), _power(x, j)) for j in range(m + 1) if _stirling(m, j)]))


def _zeta(s: int) -> Term:
    if s % 2:
        return apply("zeta", number(s))
    b = [Fraction(1)]
    for n in range(1, s + 1):
        b.append(-sum((comb(n + 1, j) * b[j] for j in range(n)), Fraction(0)) / (n + 1))
    return apply("mul", number(abs(b[s]) * 2 ** (s - 1) / factorial(s)), _pow(constant("pi"), number(s)))


@dataclass(frozen=True)
class Series:
    """`term(k, x, m)`, where the series starts, what it comes to, what x must obey, and whether it diverges or is undefined where x does not."""

    term: Callable[[Term, Term, int], Term]
    start: int
    value: Callable[[Term, int], Term]
    conditions: Callable[[Term], tuple[Term, ...]] = lambda x: ()
    necessary: bool = True
    orders: tuple[int, int] = (0, 0)


def _monomial(k: Term, m: int) -> Term:
    return _power(k, m)


BOOK: dict[str, Series] = {
    "geometric": Series(lambda k, x, m: apply("mul", _monomial(k, m), _pow(x, k)), 0, _geometric, lambda x: _inside(x, "<", "<"), orders=(0, 8)),
    "exponential": Series(lambda k, x, m: _over(apply("mul", _monomial(k, m), _pow(x, k)), _fact(k)), 0, _exponential, orders=(0, 8)),
    "cosh": Series(lambda k, x, m: _over(_pow(x, apply("mul", TWO, k)), _fact(apply("mul", TWO, k))), 0, lambda x, m: apply("cosh", x)),
    "sinh": Series(lambda k, x, m: _over(_pow(x, _odd(k)), _fact(_odd(k))), 0, lambda x, m: apply("sinh", x)),
    "cos": Series(lambda k, x, m: apply("mul", _sign(k), _over(_pow(x, apply("mul", TWO, k)), _fact(apply("mul", TWO, k)))), 0,
                  lambda x, m: apply("cos", x)),
    "sin": Series(lambda k, x, m: apply("mul", _sign(k), _over(_pow(x, _odd(k)), _fact(_odd(k)))), 0, lambda x, m: apply("sin", x)),
    "log": Series(lambda k, x, m: _over(_pow(x, k), k), 1, lambda x, m: _neg(apply("log", _plus(ONE, _neg(x)))), lambda x: _inside(x, "<=", "<")),
    "atan": Series(lambda k, x, m: apply("mul", _sign(k), _over(_pow(x, _odd(k)), _odd(k))), 0, lambda x, m: apply("atan", x),
                   lambda x: _inside(x, "<=", "<=")),
    "atanh": Series(lambda k, x, m: _over(_pow(x, _odd(k)), _odd(k)), 0,
                    lambda x, m: _over(_plus(apply("log", _plus(ONE, x)), _neg(apply("log", _plus(ONE, _neg(x))))), TWO),
                    lambda x: _inside(x, "<", "<")),
    "zeta": Series(lambda k, x, m: _over(ONE, _power(k, m)), 1, lambda x, m: _zeta(m), orders=(2, 40)),
    "eta": Series(lambda k, x, m: _over(_sign(k), _power(k, m)), 1,
                  lambda x, m: apply("mul", number(Fraction(2, 2**m) - 1), _zeta(m)), orders=(2, 40)),
    "lambda": Series(lambda k, x, m: _over(ONE, _power(_odd(k), m)), 0, lambda x, m: apply("mul", number(1 - Fraction(1, 2**m)), _zeta(m)),
                     orders=(2, 40)),
    "beta": Series(lambda k, x, m: _over(_sign(k), _pow(_odd(k), number(3))), 0, lambda x, m: _over(_pow(constant("pi"), number(3)), number(32))),
    "harmonic": Series(lambda k, x, m: _over(ONE, k), 1, lambda x, m: INFINITE),
    "binomial": Series(lambda k, x, m: ONE, 0, lambda x, m: ONE),  # replaced below: it has two parameters
}
"""The series by name; x is the parameter, m a small integer."""


# ---------------------------------------------------------------------------------------------------- the value of a sum


def sum_of(claim: Claim, node: Term, data: Mapping[str, Any], settle: Callable[[Claim, Any], Any]) -> tuple[Term, tuple[Term, ...]]:
    """What the endless sum comes to, and under which conditions. Fails with `Refused`."""
    if node.name != "sum" or len(node.args) != 3 or node.args[2] != INFINITE or len(node.bound) != 1 or node.bound[0].kind != "symbol":
        raise Refused("not an endless sum")
    body, k = node.args[0], node.bound[0]
    low = _whole(node.args[1])
    if any(n.kind == "constant" and n.name == "i" or n.kind == "apply" and n.name in COMPLEX_WORDS for n in walk(body)):
        raise Refused("a complex sum")
    if any(not claim.domain(n).is_real or claim.domain(n).shape != "scalar" for n in free_names(body) - {k.name}):
        raise Refused("symbols that are no real numbers")
    start = data["from"]
    if type(start) is not int or not low <= start <= low + MAX_WRITTEN or not 1 <= len(data["parts"]) <= MAX_PARTS:
        raise Refused("parts of another form")
    terms = Terms(k.name, low)
    terms.defined(body)
    conditions = dict.fromkeys(terms.conditions)
    again, total = [], [_term_at(body, k, j) for j in range(low, start)]
    for part in data["parts"]:
        made = _telescoping(claim, part, k, start, conditions) if "telescope" in part else _booked(claim, part, k, start, conditions, settle, data)
        again.append(made[0])
        total.append(made[1])
    domains = ((k.name, Domain("integer", lower=Fraction(start))), *((n, d) for n, d in claim.domains if n != k.name))
    inner = changed(claim, conclusion=Equal(body, _plus(*again)), domains=domains, conditions=(*claim.conditions, *conditions), label="")
    if settle(inner, data["equal"]).status is not Status.PROVED:
        raise Refused("the parts are not shown to make the summand")
    if any(t == INFINITE for t in total):
        if len(total) != 1:
            raise Refused("an infinite part beside others")
        return INFINITE, tuple(conditions)
    return _plus(*total) if total else number(0), tuple(conditions)


def _whole(term: Term) -> int:
    sign, t = (-1, term.args[0]) if term.is_apply("neg") else (1, term)
    if t.kind != "number" or t.value.denominator != 1 or t.value > 10**6:
        raise Refused("a sum that does not begin at a number")
    return sign * int(t.value)


def _term_at(body: Term, k: Term, j: int) -> Term:
    return replace(body, {k: number(j)})


def _booked(claim: Claim, part: Mapping[str, Any], k: Term, start: int, conditions: dict[Term, None], settle: Any,
            data: Mapping[str, Any]) -> tuple[Term, Term]:
    """The part as a term in k, and what it comes to from `start` on."""
    series = BOOK.get(part["series"])
    shift, m = part["shift"], part.get("order", 0)
    if series is None or type(shift) is not int or type(m) is not int or not series.orders[0] <= m <= series.orders[1] or part["series"] in (
            "zeta", "eta", "lambda") and m % 2 and part["series"] != "zeta":
        raise Refused("no such series")
    c, x = from_data(part["coefficient"]), from_data(part["x"])
    if k.name in free_names(c) | free_names(x):
        raise Refused("a parameter that depends on the index")
    first = start + shift
    if not series.start <= first <= series.start + MAX_WRITTEN:
        raise Refused("a part that begins before its series")
    if part["series"] == "binomial":
        exponent = from_data(part["exponent"])
        series = _binomial(exponent)
        if k.name in free_names(exponent):
            raise Refused("a parameter that depends on the index")
    for condition in series.conditions(x):
        if not free_names(condition):
            if not _holds(condition):
                raise Refused("a parameter outside of where the series converges")
        elif not series.necessary:
            if settle(changed(claim, conclusion=Follows((), condition), label=""), data["follows"][str(condition)]).status is not Status.PROVED:
                raise Refused("a parameter that may lie outside of where the series converges")
        else:
            conditions.setdefault(condition)
    term = apply("mul", c, series.term(_plus(k, number(shift)) if shift else k, x, m))
    needed = Terms(k.name, start)
    needed.defined(term)
    for condition in needed.conditions:
        if free_names(condition) and condition not in conditions:
            if not _leaves_out_little(claim, condition):
                raise Refused("a part may be undefined where the summand is not")
            conditions.setdefault(condition)  # reported, as the points that a denominator of a proof leaves out
    value = series.value(x, m)
    if value == INFINITE:
        if free_names(c) or not _holds(relation(">", c, number(0))):
            raise Refused("the sign of an infinite sum")
        return term, INFINITE
    before = [_neg(_unit_powers(series.term(number(j), x, m))) for j in range(series.start, first)]
    return term, apply("mul", c, _plus(value, *before))


def _leaves_out_little(claim: Claim, condition: Term) -> bool:
    """u != 0 for a u with a value everywhere that contains a symbol running over an interval."""
    if condition.signs != ("!=",) or not always_defined(condition.args[0]):
        return False
    domains = [claim.domain(n) for n in free_names(condition)]
    return not claim.conditions and any(d.field == "real" and (d.lower is None or d.upper is None or d.lower < d.upper) for d in domains)


def _unit_powers(term: Term) -> Term:
    """With 1 for powers whose exponent comes to 0."""
    if term.is_apply("pow") and not free_names(term.args[1]) and _holds(relation("=", term.args[1], number(0))):
        return ONE
    return term.with_args(tuple(_unit_powers(a) for a in term.args)) if term.args else term


def _binomial(a: Term) -> Series:
    """(1 + x)^a for |x| < 1."""
    return Series(lambda k, x, m: apply("mul", apply("binomial", a, k), _pow(x, k)), 0, lambda x, m: _pow(_plus(ONE, x), a),
                  lambda x: _inside(x, "<", "<"), necessary=False)


def _telescoping(claim: Claim, part: Mapping[str, Any], k: Term, start: int, conditions: dict[Term, None]) -> tuple[Term, Term]:
    g = from_data(part["telescope"])
    terms = Terms(k.name, start)
    terms.defined(g)
    limit, needed = limit_of(claim, g, k.name, INFINITE)
    if limit == INFINITE or limit.is_apply("neg") and limit.args[0] == INFINITE:
        raise Refused("a telescoping sum without limit")
    conditions.update(dict.fromkeys((*terms.conditions, *needed)))
    return _plus(replace(g, {k: _plus(k, ONE)}), _neg(g)), _plus(limit, _neg(_term_at(g, k, start)))


def _holds(condition: Term) -> bool:
    for digits in (30, 120):
        try:
            return Evaluator({}, digits=digits).holds(condition)
        except Unsure:
            continue
        except (Undefined, Unsupported):
            return False
    return False


# ------------------------------------------------------------------------------------------ terms with a value for every k


class Terms:
    """Shows that terms have a value for every integer k from `low` on; parts free of k must have one by a condition."""

    def __init__(self, name: str, low: int) -> None:
        self.name, self.low = name, low
        self.conditions: list[Term] = []

    def defined(self, term: Term) -> None:
        """Fails with `Refused` where it is not shown."""
        if self.name not in free_names(term):
            if any(n.kind == "binder" for n in walk(term)):
                raise Refused("a sum inside a sum")
            if not always_defined(term):
                if free_names(term) and term.kind == "apply" and term.name in ("add", "mul", "neg", "div"):
                    for a in term.args:
                        self.defined(a)
                    if term.name == "div":
                        self.nonzero(term.args[1])
                elif not free_names(term):
                    if not _holds(relation("=", term, term)) and not _valued(term):
                        raise Refused("a constant without value")
                else:
                    self.conditions.append(relation("=", term, term))
            return
        if term.kind == "symbol":
            return
        if term.kind != "apply":
            raise Refused(f"a {term.name or term.kind} in an endless sum")
        op, args = term.name, term.args
        if op in ("add", "neg", "mul", "sin", "cos", "exp", "abs", "atan"):
            for a in args:
                self.defined(a)
        elif op == "div":
            self.defined(args[0])
            self.defined(args[1])
            self.nonzero(args[1])
        elif op == "pow":
            self._pow(args[0], args[1])
        elif op in ("factorial", "gamma"):
            self._at_least(args[0], 0 if op == "factorial" else 1)
        elif op in ("sqrt", "log"):
            self._at_least(args[0], 0 if op == "sqrt" else 1)
        elif op == "binomial" and args[1] == symbol(self.name) and self.name not in free_names(args[0]):
            self.conditions.append(relation("=", apply("binomial", args[0], number(1)), apply("binomial", args[0], number(1))))
        else:
            raise Refused(f"{op} in an endless sum")

    def nonzero(self, term: Term) -> None:
        """Different from zero for every k."""
        if term.is_apply("mul") or term.is_apply("div") or term.is_apply("neg"):
            for a in term.args:
                self.nonzero(a)
            return
        if self.name not in free_names(term):
            if term.is_apply("exp") or term.is_apply("pow") and term.args[0] == constant("e"):
                return
            if term.is_apply("pow") and term.args[1].kind == "number" and term.args[1].value > 0:
                self.nonzero(term.args[0])
                return
            if free_names(term):
                self.conditions.append(relation("!=", term, number(0)))
            elif not _holds(relation("!=", term, number(0))):
                raise Refused("division by zero")
            return
        if term.kind == "apply" and term.name in ("factorial", "gamma", "exp"):
            return
        elif term.is_apply("pow") or term.is_apply("sqrt"):
            self.nonzero(term.args[0])
        else:
            self._no_root(term)

    def _pow(self, base: Term, exponent: Term) -> None:
        self.defined(base)
        if exponent.kind == "number" and exponent.value.denominator == 1 and exponent.value > 0:
            return
        if self.name in free_names(exponent):
            c = self._polynomial(exponent)
            if len(c) != 2 or any(v.denominator != 1 for v in c):
                raise Refused("an exponent that is not linear")
            if c[1] > 0 and c[0] + c[1] * self.low > 0:
                return
        self.nonzero(base)
        if self.name not in free_names(exponent) and not _is_integer(exponent):
            self._at_least(base, 0)

    def _polynomial(self, term: Term) -> list[Fraction]:
        p = ep.polynomial(term)
        if ep.names(p) - {self.name}:
            raise Refused("a polynomial in more than the index")
        out = [Fraction(0)] * (max((dict(m).get(self.name, 0) for m in p), default=0) + 1)
        for m, c in p.items():
            out[dict(m).get(self.name, 0)] += c
        return out

    def _no_root(self, term: Term) -> None:
        c = self._polynomial(term)
        if not c[-1]:
            raise Refused("division by zero")
        bound = 2 + int(max((abs(v / c[-1]) for v in c[:-1]), default=Fraction(0)))  # Cauchy's bound for the roots
        if bound - self.low > 5000 or any(ep.evaluate(c, Fraction(j)) == 0 for j in range(self.low, max(bound, self.low) + 1)):
            raise Refused("a denominator that may vanish")

    def _at_least(self, term: Term, least: int) -> None:
        """A linear function of k with whole coefficients that is at least that from `low` on."""
        c = self._polynomial(term)
        if len(c) != 2 or any(v.denominator != 1 for v in c) or c[1] < 0 or c[0] + c[1] * self.low < least:
            raise Refused("an operand that may lie outside of where the function is defined")


def always_defined(term: Term) -> bool:
    """Is it made of operations that have a value for all numbers?"""
    if term.kind in ("number", "symbol") or term.kind == "constant" and term.name in ("pi", "e"):
        return True
    if term.kind != "apply" or not all(always_defined(a) for a in term.args):
        return False
    if term.name == "pow":
        e = term.args[1]
        return term.args[0] == constant("e") or e.kind == "number" and e.value.denominator == 1 and e.value > 0
    if term.name in ("div", "sqrt"):
        d = term.args[-1]
        return d.kind == "number" and d.value > 0
    return term.name in ("add", "neg", "mul", "exp", "sin", "cos", "atan", "abs", "sinh", "cosh", "tanh", "asinh", "erf")


def _is_integer(term: Term) -> bool:
    t = term.args[0] if term.is_apply("neg") else term
    return t.kind == "number" and t.value.denominator == 1


def _valued(term: Term) -> bool:
    for digits in (30, 120):
        try:
            Evaluator({}, digits=digits).value(term)
            return True
        except Unsure:
            continue
        except (Undefined, Unsupported):
            return False
    return False
