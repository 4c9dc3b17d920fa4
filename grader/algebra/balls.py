"""Values of terms at points in ball arithmetic (FLINT's `arb` and `acb`): fast enclosures, for those who look for evidence.

Every ball contains the true value (Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", 2017), so a difference whose
ball excludes 0 is a difference. Meanings are those of `grader.replay.semantics`; the code is not the checkers'. `Undefined`, `Unsure` and
`Unsupported` say why there is no value. FLINT keeps one working precision for the whole process, so evaluations hold a lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import flint
from flint import acb, arb, fmpq, fmpz

from grader.algebra.calculus import NoDerivative, carry_out, differentiate
from grader.replay.semantics import ATOMS, atom_name, function_name, integer_built
from grader.term import Term, free_names, replace, walk

_LOCK = threading.RLock()
MAX_RANGE = 2000
MAX_STEPS = 200_000

Ball = Any  # arb or acb
Point = Mapping[str, "Fraction | tuple[Fraction, Fraction]"]


class Undefined(ArithmeticError):
    """The value certainly does not exist."""


class Unsure(ArithmeticError):
    """Not known at this precision."""


class Unsupported(ArithmeticError):
    """No enclosure of this operation."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work with so many bits; restores the precision of before."""
    with _LOCK:
        before, flint.ctx.prec = flint.ctx.prec, bits
        try:
            yield
        finally:
            flint.ctx.prec = before


def exact(value: Fraction) -> arb:
    """A rational number as a ball at the working precision."""
    return arb(value.numerator) if value.denominator == 1 else arb(fmpq(value.numerator, value.denominator))


class Balls:
    """Evaluates terms at a point; make one for each point and precision, inside `precision(bits)`.

    `real`: the reading (see `semantics`); `is_integer`: symbols that are integers by domain; `interpretations`: unknown functions as lambda terms;
    `radius`: when positive, every coordinate that is no integer by domain becomes a ball of that radius (to see whether a term is defined around a
    point).
    """

    def __init__(self, point: Point, *, real: bool, is_integer: Callable[[str], bool] = lambda name: False,
                 interpretations: Mapping[str, Term] | None = None, radius: Fraction = Fraction(0)) -> None:
        self.real = real
        self.is_integer = is_integer
        self.interpretations = interpretations or {}
        self.exact_point = dict(point)
        self.point: dict[str, Ball] = {n: self._coordinate(n, v, radius) for n, v in point.items()}
        self.bound: dict[str, bool] = {}
        self.analytic = False  # set inside integrals: FLINT asks whether the integrand is analytic on a box
        self.in_integral = False
        self.memo: dict[Term, Ball] = {}
        self.steps = 0

    def _coordinate(self, name: str, value: Any, radius: Fraction) -> Ball:
        parts = value if isinstance(value, tuple) else (value,)
        balls = [exact(p) for p in parts]
        if radius and not self.is_integer(name):
            balls = [arb(b, exact(radius)) for b in balls]
        if self.real:
            return balls[0]
        return acb(*balls)

    def lift(self, x: Any) -> Ball:
        """A real ball as a value of this reading."""
        return x if self.real else acb(x)

    # ---- evaluation

    def value(self, term: Term) -> Ball:
        """The enclosure of the term's value; always finite. Fails with `Undefined`, `Unsure`, `Unsupported`."""
        known = self.memo.get(term) if not self.bound else None
        if known is not None:
            return known
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Unsupported("too many operations")
        found = self._value(term)
        if not found.is_finite():
            raise Unsure("not finite")
        if not self.bound:
            self.memo[term] = found
        return found

    def _value(self, term: Term) -> Ball:
        kind = term.kind
        if kind == "number":
            return self.lift(exact(term.value))
        if kind == "symbol":
            return self._symbol(term.name)
        if kind == "constant":
            return self._constant(term.name)
        if kind == "binder":
            return self._binder(term)
        if kind == "tuple" and term.name == "cases":
            return self._cases(term.args)
        if kind != "apply":
            raise Unsupported(f"a {term.name or kind} is no number")
        return self._apply(term)

    def _symbol(self, name: str) -> Ball:
        if name not in self.point:
            raise Unsupported(f"{name} has no value")
        return self.point[name]

    def _constant(self, name: str) -> Ball:
        if name == "pi":
            return self.lift(arb.pi())
        if name == "e":
            return self.lift(arb.const_e())
        if name == "i" and not self.real:
            return acb(0, 1)
        if name == "undefined":
            raise Undefined("undefined")
        raise Unsupported(f"{name} is no number")

    def _apply(self, term: Term) -> Ball:
        op, args = term.name, term.args
        if op in ATOMS:
            name = atom_name(term)
            if name is None or free_names(term) & self.bound.keys():
                raise Unsupported("a subscript that is computed")
            return self._symbol(name)
        if op == "call":
            return self.value(self._unfold(term))
        if op in ("derivative", "partial"):
            slope = self._differentiated(term)
            if not any(n.kind == "binder" or n.is_apply("call") for n in walk(term.args[0])):
                try:
                    self.value(term.args[0])  # without a value there is no derivative, whatever the rules make of it
                except (Unsure, Unsupported):
                    pass
            return self.value(slope)
        if op == "where":
            return self._cases((term,))
        if op == "pow":
            return ball_functions.power(self, term)
        if op in ("gcd", "lcm") and not all(self.integer_built(a) or not free_names(a) for a in args):
            raise Unsupported(f"{op} of numbers that need not be integers")
        if op in ("gcd", "lcm"):
            return ball_functions.common(self, term)
        values = [self.value(a) for a in args]
        if op == "add":
            return sum(values[1:], values[0])
        if op == "mul":
            product = values[0]
            for v in values[1:]:
                product = product * v
            return product
        function = ball_functions.TABLE.get(op)
        if function is None:
            raise Unsupported(f"{op} has no value here")
        return function(self, *values)

    def integer_built(self, term: Term) -> bool:
        """Is the term an integer by the way it is built?"""
        return integer_built(term, lambda name: self.bound[name] if name in self.bound else self.is_integer(name))

    # ---- unknown functions and derivatives

    def _unfold(self, call: Term) -> Term:
        made = self.interpretations.get(function_name(call) or "")
        if made is None or len(made.bound) != len(call.args) - 1:
            raise Unsupported("an unknown function")
        body, head = made.args[0], call.args[0]
        while head.is_apply("prime"):
            for _ in range(int(head.args[1].value)):
                body = differentiate(body, made.bound[0].name)
            head = head.args[0]
        return replace(body, dict(zip(made.bound, call.args[1:])))

    def _differentiated(self, term: Term) -> Term:
        def known(node: Term) -> Term:
            if node.is_apply("call"):
                return known(self._unfold(node))
            return node.with_args(tuple(known(a) for a in node.args)) if node.args else node

        if not self.real and any(node.is_apply("abs") for node in walk(term)):
            raise Unsupported("the derivative of a complex absolute value")
        try:
            return carry_out(known(term))
        except NoDerivative as error:
            raise Unsupported(str(error)) from error

    # ---- binders

    def _binder(self, term: Term) -> Ball:
        if len(term.args) != 3 or len(term.bound) != 1 or term.bound[0].kind != "symbol":
            raise Unsupported(f"a {term.name} of that form")
        if term.name in ("sum", "product"):
            return self._series(term)
        if term.name == "integral":
            return self._integral(term)
        raise Unsupported(f"a {term.name} of that form")

    def whole(self, ball: Ball) -> int:
        """The integer that a ball is known to be. Fails with `Undefined` or `Unsure`."""
        re = ball if self.real else ball.real
        if not self.real and not ball.imag.is_zero() or re.is_exact() and not re.is_integer():
            raise Undefined("not an integer")
        found = re.unique_fmpz()
        if found is None or not re.is_exact():
            raise Unsure("perhaps an integer")
        return int(found)

    def _series(self, term: Term) -> Ball:
        low, high = self.whole(self.value(term.args[1])), self.whole(self.value(term.args[2]))
        if high < low - 1:
            raise Undefined("the range of a sum")
        if high - low > MAX_RANGE:
            raise Unsupported("a sum of so many terms")
        is_sum = term.name == "sum"
        total = self.lift(arb(0 if is_sum else 1))
        with self._binding(term.bound[0].name, True):
            for k in range(low, high + 1):
                self.point[term.bound[0].name] = self.lift(arb(k))
                step = self.value(term.args[0])
                total = total + step if is_sum else total * step
        return total

    def _integral(self, term: Term) -> Ball:
        if self.in_integral:
            raise Unsupported("an integral within an integral")
        low, high = self.value(term.args[1]), self.value(term.args[2])
        name, was_real = term.bound[0].name, self.real
        before = dict(self.point)
        self.real, self.in_integral = False, True
        self.point = {n: acb(v) for n, v in self.point.items()}
        stopped: list[Unsupported] = []
        try:
            with self._binding(name, False):
                def integrand(z: acb, analytic: bool) -> acb:
                    self.analytic = bool(analytic)
                    self.point[name] = z
                    try:
                        return acb("nan") if stopped else acb(self.value(term.args[0]))
                    except (Undefined, Unsure):
                        return acb("nan")
                    except Unsupported as error:  # an exception must not cross FLINT
                        stopped.append(error)
                        return acb("nan")

                found = acb.integral(integrand, acb(low), acb(high), eval_limit=1500 if flint.ctx.prec <= 100 else 4000)
        finally:
            self.real, self.in_integral, self.analytic = was_real, False, False
            self.point = before
        if stopped:
            raise stopped[0]
        if not found.is_finite():
            raise Unsure("an integral")
        if was_real:
            if not found.imag.contains(0):
                raise Undefined("the integrand is not real")
            return found.real
        return found

    @contextmanager
    def _binding(self, name: str, integer: bool) -> Iterator[None]:
        before = self.point.get(name), self.bound.get(name)
        self.bound[name] = integer
        try:
            yield
        finally:
            for table, old in zip((self.point, self.bound), before):
                if old is None:
                    table.pop(name, None)
                else:
                    table[name] = old

    # ---- cases and conditions

    def _cases(self, rows: tuple[Term, ...]) -> Ball:
        if self.in_integral:
            raise Unsupported("cases inside an integral")
        for row in rows:
            if not row.is_apply("where"):
                return self.value(row)
            if all(self.holds(c) for c in row.args[1:]):
                return self.value(row.args[0])
        raise Undefined("no case applies")

    def holds(self, condition: Term) -> bool:
        """Does the condition hold at the point? One with undefined sides does not. Fails with `Unsure`, `Unsupported`."""
        if condition.kind == "constant" and condition.name in ("true", "false"):
            return condition.name == "true"
        if condition.kind == "text" and condition.name.strip().lower() in ("otherwise", "else"):
            return True
        if condition.kind == "apply" and condition.name in ("and", "or", "not", "implies", "iff", "xor"):
            truths = [self.holds(a) for a in condition.args]
            return {"and": all(truths), "or": any(truths), "not": not truths[0], "implies": not truths[0] or truths[-1],
                    "iff": truths[0] == truths[-1], "xor": sum(truths) % 2 == 1}[condition.name]
        if condition.kind != "relation":
            raise Unsupported("a condition of that form")
        try:
            values = [self.value(a) for a in condition.args]
        except Undefined:
            return False
        if condition.signs == ("=",) and condition.args[0] == condition.args[1]:
            return True  # t = t says that t has a value
        return all(self._compare(sign, a - b) for sign, a, b in zip(condition.signs, values, values[1:]))

    def _compare(self, sign: str, difference: Ball) -> bool:
        if sign in ("=", "!="):
            if not difference.contains(0):
                return sign == "!="
            if difference.is_zero():
                return sign == "="
            raise Unsure("perhaps equal")
        d = difference if self.real else difference.real
        if not self.real and not difference.imag.is_zero():
            raise Undefined("complex numbers have no order")
        if sign not in ("<", "<=", ">", ">="):
            raise Unsupported(f"the relation {sign}")
        if d.is_zero():
            return sign in ("<=", ">=")
        if d.contains(0):
            raise Unsure("perhaps equal")
        return (d > 0) == (sign in (">", ">="))


def separate(a: Ball, b: Ball) -> bool:
    """Are the values certainly different?"""
    return not (a - b).contains(0)


def close(a: Ball, b: Ball, bits: int) -> bool:
    """Is |a - b| certainly below 2^-bits (1 + |a|)?"""
    return bool(abs(a - b).upper() < (1 + abs(a).lower()) * arb(fmpz(2)) ** -bits)


from grader.algebra import ball_functions  # noqa: E402 - it needs the errors above
