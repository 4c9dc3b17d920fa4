"""Limits of real functions of one variable, by expansions (`transseries`): the checker finds the limit itself.

With x = 1/t, -1/t, a + t or a - t the function is expanded for t -> 0 from above. A limit from both sides needs both expansions; a side on which a
root or logarithm has no value does not count (the function lives on the other side only). The operators are expanded by their Taylor series at the
limit of their operand; the arctangent and the error function also where it grows, gamma functions by Stirling's series (NIST DLMF 5.11.1) where
it tends to +oo; sine and cosine of something that grows are bounded. What a coefficient needs to be different from zero is a condition.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from grader.kernel import Refused
from grader.model import Claim
from grader.replay.coefficients import ONE, ZERO, Coefficient, Field
from grader.replay.definitions import by_definition
from grader.replay.derivative import derivative
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.transseries import Expansion, Expansions, Level
from grader.replay.semantics import ATOMS, COMPLEX_WORDS
from grader.term import Term, apply, constant, free_names, number, replace, symbol, walk

INFINITE = constant("oo")
MINUS_INFINITE = apply("neg", INFINITE)
DEPTHS = (4, 9, 16)
"""Powers of t kept, in turn."""
MAX_LOGARITHMS = 3
"""Logarithms of logarithms in one another that are undone."""
ANALYTIC = frozenset("sin cos atan asin acos erf tan".split())
HALF = Fraction(1, 2)


class OffSide(Exception):
    """The function has no value on this side of the point."""


def limit_of(claim: Claim, body: Term, name: str, point: Term, side: str = "") -> tuple[Term, tuple[Term, ...]]:
    """The limit (a term, oo or -oo) and the conditions under which it was found. Fails with `Refused`."""
    if any(node.kind == "constant" and node.name == "i" or node.kind == "apply" and node.name in COMPLEX_WORDS for node in walk(body)):
        raise Refused("a complex function")
    if any(not claim.domain(n).is_real or claim.domain(n).shape != "scalar" for n in free_names(body) | free_names(point) if n != name):
        raise Refused("symbols that are no real numbers")
    for _ in range(MAX_LOGARITHMS):
        try:
            return _deeper(claim, body, name, point, side)
        except Refused as refused:
            faster = _by_exponentials(body, name, point, side) if "logarithm" in str(refused) else None
            if faster is None:
                raise
            body, point, side = faster, INFINITE, ""
    return _deeper(claim, body, name, point, side)


def _by_exponentials(body: Term, name: str, point: Term, side: str) -> Term | None:
    """The function of u with x = exp(u), or exp(-u), where x tends to +oo or to 0 from above as u tends to +oo."""
    x = symbol(name)
    if any(name in {b.name for b in node.bound} for node in walk(body) if node.bound):
        return None
    if point == INFINITE:
        return replace(body, {x: apply("exp", x)})
    if point == number(0) and side == "+":
        return replace(body, {x: apply("exp", apply("neg", x))})
    return None


def _deeper(claim: Claim, body: Term, name: str, point: Term, side: str) -> tuple[Term, tuple[Term, ...]]:
    """The limit with as many powers of t as it takes."""
    reason = "no expansion"
    for depth in DEPTHS:
        try:
            return _limit(claim, body, name, point, side, depth)
        except Refused as refused:
            reason = str(refused)
            if "leading term" not in reason and "not known" not in reason:
                break
    raise Refused(reason)


def _limit(claim: Claim, body: Term, name: str, point: Term, side: str, depth: int) -> tuple[Term, tuple[Term, ...]]:
    field = Field(claim)
    if point in (INFINITE, MINUS_INFINITE):
        try:
            value = _one_side(field, body, name, point, 1 if point == INFINITE else -1, depth)
        except OffSide:
            raise Refused("it has no value there") from None
        return value, tuple(field.conditions)
    if name in free_names(point):
        raise Refused("a point that moves")
    found = []
    for direction in {"+": (1,), "-": (-1,), "": (1, -1)}[side]:
        try:
            found.append(_one_side(field, body, name, point, direction, depth))
        except OffSide:
            continue
    if not found or len(found) == 2 and found[0] != found[1]:
        raise Refused("the limits from the two sides differ" if found else "no value on either side")
    return found[0], tuple(field.conditions)


def _one_side(field: Field, body: Term, name: str, point: Term, direction: int, depth: int) -> Term:
    germ = _Germ(field, name, point, direction, depth)
    return germ.limit(germ.of(body))


class _Germ:
    """Expands terms in x as x tends to the point from one side."""

    def __init__(self, field: Field, name: str, point: Term, direction: int, depth: int) -> None:
        self.k, self.name, self.direction = field, name, direction
        self.x = Expansions(field, depth)
        c = field.rational(direction)
        if point in (INFINITE, MINUS_INFINITE):
            self.variable = self.x.monomial(c, Fraction(-1))
        else:
            self.variable = self.x.add(self.x.constant(self.coefficient(point)), self.x.monomial(c, Fraction(1)))
        self.memo: dict[Term, Expansion] = {}

    def limit(self, found: Expansion) -> Term:
        """The limit of an expansion."""
        if not found:
            return number(0)
        level = found[0]
        if level.exponent:
            m = max(level.exponent, key=lambda e: (-e[0], e[1]))
            grows = self.k.sign(level.exponent[m]) > 0
            if not level.terms and not grows and (m[0] < 0 or m[1] > 1):
                return number(0)
            _, first, c = self.x.leading(found)
            if m[0] == 0 and m[1] <= 1 and first != (0, 0):
                raise Refused("powers of t with exponents that are not numbers")
            if not grows:
                return number(0)
            return INFINITE if self.k.sign(c) > 0 else MINUS_INFINITE
        growing = [m for m in level.terms if m[0] < 0 or m[0] == 0 and m[1] > 0]
        if growing:
            _, _, c = self.x.leading(found)
            return INFINITE if self.k.sign(c) > 0 else MINUS_INFINITE
        if level.error is not None and level.error <= 0:
            raise Refused("the constant term is not known")
        return self.k.term(level.terms.get((Fraction(0), Fraction(0)), ZERO))

    # ---- terms

    def coefficient(self, term: Term) -> Coefficient:
        """The value of a term without the variable."""
        k = self.k
        if term.kind == "number":
            return k.rational(term.value)
        if term.kind == "symbol" or term.kind == "constant" and term.name in ("pi", "e"):
            return k.letter(term)
        if term.kind == "apply":
            if term.name == "neg":
                return k.neg(self.coefficient(term.args[0]))
            if term.name in ("add", "mul"):
                out = self.coefficient(term.args[0])
                for a in term.args[1:]:
                    out = (k.add if term.name == "add" else k.mul)(out, self.coefficient(a))
                return out
            if term.name == "div":
                return k.mul(self.coefficient(term.args[0]), k.inverse(self.coefficient(term.args[1])))
            if term.name == "pow" and term.args[1].kind == "number" and term.args[1].value.denominator == 1 and term.args[1].value <= 20:
                out, base = ONE, self.coefficient(term.args[0])
                for _ in range(int(term.args[1].value)):
                    out = k.mul(out, base)
                return out
            if term.name == "log" and len(term.args) == 1:
                inner = self.coefficient(term.args[0])
                if k.sign(inner) > 0:
                    return k.log(inner)
            if term.name == "exp" or term.name == "pow" and term.args[0] == constant("e"):
                return k.exp(self.coefficient(term.args[-1]))
            if term.name in ("sqrt", "pow", "root"):
                q = _exponent(term)
                inner = self.coefficient(term.args[0])
                if q is not None and not inner[0] and q > 0:
                    return inner
                if q is not None and k.sign(inner) > 0:
                    return k.power(inner, q)
        if term.kind not in ("apply", "symbol") or term.kind == "apply" and term.name in ATOMS:
            raise Refused(f"a {term.name or term.kind} in a limit")
        if not free_names(term):
            for digits in (30, 120):
                evaluator = Evaluator({}, digits=digits)
                try:
                    evaluator.value(term)
                    return k.letter(term)
                except Unsure:
                    continue
                except (Undefined, Unsupported) as error:
                    raise Refused(f"a constant without value: {error}") from error
        if term.kind == "apply" and term.name in ("sin", "cos", "atan", "sinh", "cosh", "tanh", "asinh") and len(term.args) == 1:
            return k.letter(term)
        raise Refused(f"{term.name} of something that need not have a value")

    def of(self, term: Term) -> Expansion:
        """The expansion of a term."""
        found = self.memo.get(term)
        if found is None:
            found = self.memo[term] = self._of(term)
        return found

    def _of(self, term: Term) -> Expansion:
        x = self.x
        if term == symbol(self.name):
            return self.variable
        if self.name not in free_names(term):
            return x.constant(self.coefficient(term))
        if term.kind != "apply":
            raise Refused(f"a {term.name or term.kind} in a limit")
        op, args = term.name, term.args
        if op == "add":
            return x.add(*[self.of(a) for a in args])
        if op == "mul":
            out = self.of(args[0])
            for a in args[1:]:
                out = x.mul(out, self.of(a))
            return out
        if op == "neg":
            return x.neg(self.of(args[0]))
        if op == "div":
            return x.mul(self.of(args[0]), x.inverse(self.of(args[1])))
        if op in ("sqrt", "root", "pow"):
            return self._power(term)
        if op == "exp":
            return x.exp(self.of(args[0]))
        if op == "log" and len(args) == 1:
            return x.log(self._positive(self.of(args[0])))
        if op == "abs":
            inner = self.of(args[0])
            return inner if self.k.sign(x.leading(inner)[2]) > 0 else x.neg(inner)
        if op == "sign":
            return x.constant(self.k.rational(self.k.sign(x.leading(self.of(args[0]))[2])))
        if op in ("max", "min"):
            best = self.of(args[0])
            for a in args[1:]:
                difference = x.add(self.of(a), x.neg(best))
                if difference and (self.k.sign(x.leading(difference)[2]) > 0) == (op == "max"):
                    best = self.of(a)
            return best
        if op in ("gamma", "factorial"):
            return self._gamma(self.of(args[0] if op == "gamma" else apply("add", args[0], number(1))))
        if op in ANALYTIC and op != "tan":
            return self._analytic(op, self.of(args[0]))
        defined = by_definition(term)
        if defined is None or op in ("mod", "ceil", "re", "im"):
            raise Refused(f"{op} in a limit")
        return self.of(defined)

    def _positive(self, inner: Expansion) -> Expansion:
        """The operand of a logarithm or an even root. Fails with `OffSide` where it is negative."""
        if inner and inner[0].terms and self.k.sign(self.x.leading(inner)[2]) < 0:
            raise OffSide
        return inner

    def _power(self, term: Term) -> Expansion:
        q, base = _exponent(term), self.of(term.args[0])
        if q is None:
            if term.args[0] == constant("e"):
                return self.x.exp(self.of(term.args[1]))
            exponent = self.of(term.args[1])
            if term.name == "root":
                exponent = self.x.inverse(exponent)
            return self.x.exp(self.x.mul(exponent, self.x.log(self._positive(base))))
        if q.denominator == 1:
            return self.x.power(base, q)
        if term.name == "root" and q.denominator % 2 == 1 and base and self.k.sign(self.x.leading(base)[2]) < 0:
            return self.x.neg(self.x.power(self.x.neg(base), q))
        if not base:
            return base
        return self.x.power(self._positive(base), q)

    def _analytic(self, op: str, inner: Expansion) -> Expansion:
        large = self.x.split(inner)[0] if not _vague(inner) else {(-1, 0): ONE}
        if large:
            if op in ("sin", "cos"):
                return self.x.bounded()
            sign = self.k.sign(self.x.leading(inner)[2])
            if op == "erf":
                if not self._is_power(inner):
                    self._no(op)
                return [Level({}, {(Fraction(0), Fraction(0)): self.k.rational(sign)}, Fraction(self.x.depth))]
            if op == "atan":
                quarter = self.x.constant(self.k.mul(self.k.rational(HALF * sign), self.k.letter(constant("pi"))))
                return self.x.add(quarter, self.x.neg(self._analytic("atan", self.x.inverse(inner))))
            self._no(op)
        if op in ("asin", "acos"):
            edge = self._at_edge(op, inner)
            if edge is not None:
                return edge
        return self.x.at_constant(inner, lambda c, j: self._taylor(op, c, j))

    def _at_edge(self, op: str, inner: Expansion) -> Expansion | None:
        """Arcsine and arccosine next to 1 and -1: continuous, and no nearer than the root of the distance."""
        _, at, small = self.x.split(inner)
        c = self.k.as_number(at)
        low = [m[0] for v in small for m in v.terms] + [v.error for v in small if v.error is not None]
        if c not in (1, -1) or not low:
            return None
        if self.k.sign(self.x.leading(small)[2]) == c:
            raise OffSide
        value = self.k.mul(self.k.rational(HALF * c if op == "asin" else (0 if c == 1 else 1)), self.k.letter(constant("pi")))
        return [Level({}, {(Fraction(0), Fraction(0)): value} if value[0] else {}, min(low) / 2)]

    def _is_power(self, inner: Expansion) -> bool:
        """Does it grow at least like a power of 1/t? (exp(-x^2) is then smaller than every power.)"""
        return self.x.leading(inner)[1][0] < 0

    def _no(self, op: str) -> Expansion:
        raise Refused(f"{op} of something that grows")

    def _taylor(self, op: str, at: Coefficient, j: int) -> Coefficient:
        """The j-th Taylor coefficient of op at a constant."""
        y = symbol("#y")
        body: Term = apply(op, y)
        if not at[0]:
            known = _AT_ZERO[op](j)
            if op == "acos" and j == 0:
                return self.k.mul(self.k.rational(HALF), self.k.letter(constant("pi")))
            if op == "erf":
                return self.k.mul(self.k.rational(known), self.k.inverse(self.k.letter(apply("sqrt", constant("pi"))))) if known else ZERO
            return self.k.rational(known)
        if op in ("sin", "cos"):
            turn = j % 4 if op == "sin" else (j + 1) % 4
            value = self._wave(at, "cos" if turn % 2 else "sin")
            return self.k.mul(self.k.rational(Fraction(-1 if turn >= 2 else 1, factorial(j))), value)
        for _ in range(j):
            body = derivative(body, "#y")
        return self.k.mul(self.k.rational(Fraction(1, factorial(j))), self.coefficient(replace(body, {y: self.k.term(at)})))

    def _wave(self, at: Coefficient, op: str) -> Coefficient:
        """Sine or cosine of a constant; exact at multiples of pi/2."""
        turns = self.k.as_number(self.k.mul(at, self.k.inverse(self.k.letter(constant("pi")))))
        if turns is not None and (2 * turns).denominator == 1:
            quarter = int(2 * turns) % 4
            return self.k.rational([0, 1, 0, -1][quarter] if op == "sin" else [1, 0, -1, 0][quarter])
        return self.coefficient(apply(op, self.k.term(at)))

    def _gamma(self, z: Expansion) -> Expansion:
        """gamma of something that tends to +oo like a power of 1/t; at other points only where it is a constant."""
        x, k = self.x, self.k
        _, m, c = x.leading(z)
        if m[0] >= 0 or k.sign(c) < 0 or z[0].exponent:
            raise Refused("gamma of something that does not grow")
        bernoulli = [Fraction(1, 6), Fraction(-1, 30), Fraction(1, 42), Fraction(-1, 30), Fraction(5, 66), Fraction(-691, 2730), Fraction(7, 6)]
        twice_pi = k.mul(k.rational(2), k.letter(constant("pi")))
        parts = [x.mul(x.add(z, x.constant(k.rational(-HALF))), x.log(z)), x.neg(z), x.constant(k.mul(k.rational(HALF), k.log(twice_pi)))]
        down = x.inverse(z)
        for j, b in enumerate(bernoulli, 1):
            parts.append(x.scale(x.power(down, Fraction(2 * j - 1)), k.rational(b / (2 * j * (2 * j - 1)))))
        parts.append([Level({}, {}, -m[0] * (2 * len(bernoulli) + 1))])
        return x.exp(x.add(*parts))


def _vague(inner: Expansion) -> bool:
    """Does the expansion leave open what does not vanish?"""
    return bool(inner) and not inner[0].terms and inner[0].error is not None and inner[0].error <= 0


def _exponent(term: Term) -> Fraction | None:
    """The rational exponent of a root or power, or None."""
    if term.name == "sqrt":
        return HALF
    e = term.args[1]
    sign, e = (-1, e.args[0]) if e.is_apply("neg") else (1, e)
    value = e.value if e.kind == "number" else None
    if e.is_apply("div") and all(a.kind == "number" for a in e.args) and e.args[1].value:
        value = e.args[0].value / e.args[1].value
    if value is None:
        return None
    return Fraction(1) / value if term.name == "root" and value else sign * value


def _odd_factorial(j: int) -> Fraction:
    """(2m)! / (4^m m!^2 (2m + 1)) for j = 2m + 1: coefficients of the arcsine."""
    m = (j - 1) // 2
    return Fraction(factorial(2 * m), 4**m * factorial(m) ** 2 * (2 * m + 1))


_AT_ZERO = {
    "sin": lambda j: Fraction((-1) ** (j // 2), factorial(j)) if j % 2 else Fraction(0),
    "cos": lambda j: Fraction(0) if j % 2 else Fraction((-1) ** (j // 2), factorial(j)),
    "atan": lambda j: Fraction((-1) ** (j // 2), j) if j % 2 else Fraction(0),
    "asin": lambda j: _odd_factorial(j) if j % 2 else Fraction(0),
    "acos": lambda j: -_odd_factorial(j) if j % 2 else Fraction(0),
    "erf": lambda j: 2 * Fraction((-1) ** (j // 2), factorial(j // 2) * j) if j % 2 else Fraction(0),
}
"""Taylor coefficients at 0 (of erf: times sqrt(pi))."""
