"""The checker's reading of conditions on real numbers: a formula as sign tests on polynomials.

`plain` rewrites a formula to `and`, `or`, `not`, `implies`, `iff`, `xor` over relations of two sides; "in an interval" becomes inequalities, and abs,
max, min, sign and +- become cases. Each rewriting keeps the rule that a relation with an undefined side does not hold.

`Compiler` turns such a relation into tests: polynomials in the symbols and in square roots, each with the signs it may have; the relation holds where
all of them have one of theirs. The first tests say that the sides are defined. `sign_of` reduces the sign of P + Q sqrt(N/D) to the signs of P, Q, N,
D and P^2 D - Q^2 N.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from grader.kernel import Refused
from grader.replay import exact_polynomials as ep
from grader.replay.exact_polynomials import Polynomial
from grader.term import Term, apply, constant, number, relation, replace, walk

LOGIC = frozenset("and or not implies iff xor".split())
SIGNS = {"<": frozenset({-1}), "<=": frozenset({-1, 0}), "=": frozenset({0}), ">=": frozenset({0, 1}), ">": frozenset({1}), "!=": frozenset({-1, 1})}
NONZERO = frozenset({-1, 1})
MOST_NODES = 4000
MOST_RELATIONS = 250
DEEPEST = 60
MOST_ROOTS = 4
MOST_PARTS = 400


def plain(term: Term) -> Term:
    """The formula over relations of two sides without cases inside them. Fails with `Refused` on anything that is no condition."""
    made = _plain(term, 0, [MOST_RELATIONS])
    if made.size > MOST_NODES:
        raise Refused("the condition is too large")
    return made


def _plain(term: Term, depth: int, room: list[int]) -> Term:
    if depth > DEEPEST or term.size > MOST_NODES:
        raise Refused("the condition is too large")
    if term.kind == "constant" and term.name in ("true", "false"):
        return term
    if term.kind == "apply" and term.name in LOGIC:
        return apply(term.name, *[_plain(a, depth + 1, room) for a in term.args])
    if term.is_apply("where"):
        return apply("and", *[_plain(a, depth + 1, room) for a in term.args])
    if term.kind != "relation":
        raise Refused(f"{term.name or term.kind} is no condition")
    pairs = [_pair(a, sign, b, depth, room) for a, sign, b in zip(term.args, term.signs, term.args[1:])]
    return pairs[0] if len(pairs) == 1 else apply("and", *pairs)


def _pair(left: Term, sign: str, right: Term, depth: int, room: list[int]) -> Term:
    room[0] -= 1
    if room[0] < 0:
        raise Refused("the condition has too many cases")
    if sign in ("in", "notin"):
        inside = _plain(_membership(left, right), depth + 1, room)
        return inside if sign == "in" else apply("and", _defined(left, depth, room), apply("not", inside))
    if sign in ("equiv", ":="):
        sign = "="
    if sign not in SIGNS:
        raise Refused(f"a condition with the sign {sign!r}")
    stripped = _without_logs(left, sign, right)
    if stripped is not None:
        return _plain(stripped, depth + 1, room)
    found = relation(sign, left, right)
    choices = [node for side in (left, right) for node in walk(side) if node.kind == "apply" and node.name in ("pm", "mp")]
    if choices:
        return apply("or", *[_plain(_with_signs(found, choices, s), depth + 1, room) for s in (1, -1)])
    for node in (n for side in (left, right) for n in walk(side)):
        cases = _cases(node) if node.kind == "apply" else None
        if cases:
            return apply("or", *[apply("and", _plain(condition, depth + 1, room), _plain(replace(found, {node: value}), depth + 1, room))
                                 for condition, value in cases])
    return found


def _without_logs(left: Term, sign: str, right: Term) -> Term | None:
    """log a < log b as a < b with a, b > 0, and c^a < c^b as a < b for a number c > 1: both functions increase."""
    zero, one = number(0), number(1)
    sides = []
    for side in (left, right):
        if side.is_apply("log") and (len(side.args) == 1 or side.args[1].kind == "number" and side.args[1].value > 1):
            sides.append(("log", side.args[1:], side.args[0]))
        elif side.is_apply("exp", 1):
            sides.append(("exp", (), side.args[0]))
        elif side.is_apply("pow") and (side.args[0].kind == "number" and side.args[0].value > 1 or side.args[0] == constant("e")):
            sides.append(("exp", side.args[:1] if side.args[0].kind == "number" else (), side.args[1]))
        elif side in (zero, one):
            sides.append(("number", (), side))
        else:
            return None
    (kind, base, a), (other, under, b) = sides
    if kind == other and base == under and kind in ("log", "exp"):
        positive = [relation(">", x, zero) for x in (a, b)] if kind == "log" else []
        return apply("and", *positive, relation(sign, a, b)) if positive else relation(sign, a, b)
    for function, x, fixed, turned in ((kind, a, right, False), (other, b, left, True)):
        if function == "log" and fixed == zero or function == "exp" and fixed == one:
            edge = one if function == "log" else zero
            made = relation(sign, edge, x) if turned else relation(sign, x, edge)
            return apply("and", relation(">", x, zero), made) if function == "log" else made
    return None


def _defined(term: Term, depth: int, room: list[int]) -> Term:
    return _plain(relation("=", term, term), depth + 1, room)


def _with_signs(found: Term, choices: list[Term], s: int) -> Term:
    change = {}
    for node in choices:
        minus = (node.name == "mp") == (s > 0)
        last = apply("neg", node.args[-1]) if minus else node.args[-1]
        change[node] = apply("add", node.args[0], last) if len(node.args) == 2 else last
    return replace(found, change)


def _cases(node: Term) -> list[tuple[Term, Term]] | None:
    zero = number(0)
    if node.name == "abs":
        u, = node.args
        return [(relation(">=", u, zero), u), (relation("<", u, zero), apply("neg", u))]
    if node.name == "relu":
        u, = node.args
        return [(relation(">=", u, zero), u), (relation("<", u, zero), zero)]
    if node.name == "sign":
        u, = node.args
        return [(relation(">", u, zero), number(1)), (relation("=", u, zero), zero), (relation("<", u, zero), number(-1))]
    if node.name in ("max", "min"):
        a, b = node.args[0], node.args[1] if len(node.args) == 2 else apply(node.name, *node.args[1:])
        first, second = (">=", "<") if node.name == "max" else ("<=", ">")
        return [(relation(first, a, b), a), (relation(second, a, b), b)]
    return None


def _membership(x: Term, domain: Term) -> Term:
    """x in a set, as a condition."""
    if domain.kind == "constant" and domain.name in ("RR", "emptyset"):
        return relation("=", x, x) if domain.name == "RR" else constant("false")
    if domain.is_apply("union") or domain.is_apply("intersection"):
        return apply("or" if domain.name == "union" else "and", *[_membership(x, part) for part in domain.args])
    if domain.is_apply("setminus", 2):
        return apply("and", _membership(x, domain.args[0]), apply("not", _membership(x, domain.args[1])))
    if domain.kind == "tuple" and domain.name == "set":
        found = [relation("=", x, entry) for entry in domain.args]
        return constant("false") if not found else found[0] if len(found) == 1 else apply("or", *found)
    if domain.kind == "tuple" and domain.name == "interval" and len(domain.args) == 2 and len(domain.signs) == 2:
        ends = [relation("=", x, x)]
        for end, bracket, sign in zip(domain.args, domain.signs, (">", "<")):
            if not _infinite(end):
                ends.append(relation(sign + ("=" if bracket in ("[", "]") and (bracket == "[") == (sign == ">") else ""), x, end))
        return apply("and", *ends) if len(ends) > 1 else ends[0]
    raise Refused("a set that is not understood")


def _infinite(end: Term) -> bool:
    return end.kind == "constant" and end.name == "oo" or end.is_apply("neg", 1) and _infinite(end.args[0])


class Test(NamedTuple):
    """A polynomial, and the signs that it may have."""

    polynomial: Polynomial
    allowed: frozenset[int]


class Surd(NamedTuple):
    """sqrt(top / bottom), used as a variable of that name."""

    name: str
    top: Polynomial
    bottom: Polynomial


Quotient = tuple[Polynomial, Polynomial]


class Compiler:
    """Relations as tests; `surds` lists the square roots met, inner ones first."""

    def __init__(self) -> None:
        self.surds: list[Surd] = []
        self._parts: dict[frozenset, tuple | None] = {}

    def tests(self, found: Term) -> list[Test]:
        """Tests of which all hold exactly where the relation does. Fails with `Refused` on what is not algebraic."""
        (left, right), made = found.args, []
        (a, b), (c, d) = self._quotient(left, made), self._quotient(right, made)
        difference = ep.add(ep.multiply(a, d), ep.scale(ep.multiply(c, b), -1))
        return [*made, Test(ep.multiply(difference, ep.multiply(b, d)), SIGNS[found.signs[0]])]

    def _quotient(self, term: Term, tests: list[Test]) -> Quotient:
        if term.kind == "number":
            return ep.constant(term.value), ep.constant(1)
        if term.kind == "symbol":
            return ep.variable(term.name), ep.constant(1)
        if term.kind != "apply":
            raise Refused(f"{term.name or term.kind} in a condition")
        if term.name == "pow":
            return self._power(*term.args, tests)
        parts = [self._quotient(a, tests) for a in term.args]
        if term.name == "add":
            made = parts[0]
            for a, b in parts[1:]:
                made = ep.add(ep.multiply(made[0], b), ep.multiply(a, made[1])), ep.multiply(made[1], b)
            return made
        if term.name == "mul":
            made = parts[0]
            for a, b in parts[1:]:
                made = ep.multiply(made[0], a), ep.multiply(made[1], b)
            return made
        if term.name == "neg":
            return ep.scale(parts[0][0], -1), parts[0][1]
        if term.name == "percent":
            return ep.scale(parts[0][0], Fraction(1, 100)), parts[0][1]
        if term.name == "div":
            return self._times(parts[0], self._inverse(parts[1], tests))
        if term.name == "sqrt" or term.name == "root" and term.args[1] == number(2):
            return self._root(parts[0], tests)
        raise Refused(f"{term.name} in a condition")

    @staticmethod
    def _times(x: Quotient, y: Quotient) -> Quotient:
        return ep.multiply(x[0], y[0]), ep.multiply(x[1], y[1])

    @staticmethod
    def _inverse(x: Quotient, tests: list[Test]) -> Quotient:
        tests.append(Test(x[0], NONZERO))
        return x[1], x[0]

    def _root(self, x: Quotient, tests: list[Test]) -> Quotient:
        tests.append(Test(ep.multiply(*x), frozenset({0, 1})))
        for surd in self.surds:
            if (surd.top, surd.bottom) == x:
                return ep.variable(surd.name), ep.constant(1)
        if len(self.surds) == MOST_ROOTS:
            raise Refused("too many square roots")
        self.surds.append(Surd(f"root {len(self.surds)}", *x))
        return ep.variable(self.surds[-1].name), ep.constant(1)

    def _power(self, base: Term, exponent: Term, tests: list[Test]) -> Quotient:
        made = self._quotient(base, tests)
        top, bottom = self._quotient(exponent, [])
        e = ep.number(top) / ep.number(bottom)
        if e.denominator == 2 and abs(e) <= 20:
            made, e = self._root(made, tests), e * 2
        if e.denominator != 1 or abs(e) > 24:
            raise Refused("a power that is not understood")
        if e <= 0:
            made = self._inverse(made, tests)  # 0^0 is undefined as well
        whole = ep.constant(1), ep.constant(1)
        for _ in range(abs(int(e))):
            whole = self._times(whole, made)
        return whole

    def sign_of(self, p: Polynomial, sign: Callable[[Polynomial], int]) -> int:
        """The sign of a polynomial in symbols and roots, where everything in it is defined; `sign` gives that of polynomials in symbols only."""
        parts = self._split(p)
        if parts is None:
            return sign(p)
        surd, halves, square, odd = parts
        bottom = self.sign_of(surd.bottom, sign)
        first = self.sign_of(halves[0], sign)
        second = self.sign_of(halves[1], sign) * abs(self.sign_of(surd.top, sign)) if halves[1] else 0
        if first == 0 or second == 0 or first == second:
            total = first or second
        else:
            total = first * self.sign_of(square, sign) * bottom
        return total * (bottom if odd else 1)

    def _split(self, p: Polynomial) -> tuple[Surd, list[Polynomial], Polynomial, bool] | None:
        """p = (P + Q s) / D^m for the last root s = sqrt(N/D) in it: the root, [P, Q], P^2 D - Q^2 N, and whether m is odd. None without roots."""
        key = frozenset(p.items())
        if key in self._parts:
            return self._parts[key]
        if len(self._parts) > MOST_PARTS:
            raise Refused("too many square roots")
        surd = next((s for s in reversed(self.surds) if s.name in ep.names(p)), None)
        if surd is None:
            self._parts[key] = None
            return None
        powers = ep.coefficients(p, surd.name)
        most = (len(powers) - 1) // 2
        halves: list[Polynomial] = [{}, {}]
        for k, c in enumerate(powers):
            part = ep.multiply(ep.power(surd.top, k // 2), ep.power(surd.bottom, most - k // 2))
            halves[k % 2] = ep.add(halves[k % 2], ep.multiply(c, part))
        squares = [ep.multiply(half, half) for half in halves]
        square = ep.add(ep.multiply(squares[0], surd.bottom), ep.scale(ep.multiply(squares[1], surd.top), -1))
        self._parts[key] = surd, halves, square, bool(most % 2)
        return self._parts[key]
