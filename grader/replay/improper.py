"""Definite integrals between numbers or infinite ends by the values that an antiderivative tends to at the ends.

Given F with F' = f on the open interval (a claim of its own, with evidence of its own), where F, f and (but for finitely many points) the derivative
as written have values on the whole open interval (`OnInterval`) and are made of continuous functions, the integral, proper or improper, is lim F at
the upper end - lim F at the lower end (fundamental theorem of calculus on [c, d] inside, then c and d to the ends). Two infinite parts of
different signs give nothing.

Or the integrand is c times one of a few named ones: x^s exp(-a x) on (0, oo) (gamma function, NIST DLMF 5.9.1), x^p (1 - x)^q on (0, 1) (beta
function, 5.12.1), sin(a x)/x on (0, oo) (1.14.2 and 6.2.9, limit pi/2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace as changed
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Status
from grader.replay import exact_polynomials as ep
from grader.replay.coefficients import Field
from grader.replay.derivative import derivative
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.limits import INFINITE, MINUS_INFINITE, limit_of
from grader.replay.semantics import COMPLEX_WORDS
from grader.replay.series import always_defined
from grader.term import Term, apply, constant, free_names, from_data, number, relation, symbol, walk

ANYWHERE = frozenset("add neg mul exp sin cos atan abs erf sinh cosh tanh asinh percent".split())
PIECES = 48


def integral_of(claim: Claim, node: Term, data: Mapping[str, Any], settle: Callable[[Claim, Any], Any]) -> tuple[Term, tuple[Term, ...]]:
    """What the integral comes to, and under which conditions. Fails with `Refused`."""
    if node.name != "integral" or len(node.args) != 3 or len(node.bound) != 1 or node.bound[0].kind != "symbol":
        raise Refused("not a definite integral")
    (body, low, high), x = node.args, node.bound[0]
    if any(n.kind == "constant" and n.name == "i" or n.kind == "apply" and n.name in COMPLEX_WORDS for n in walk(body)):
        raise Refused("a complex integral")
    if any(not claim.domain(n).is_real or claim.domain(n).shape != "scalar" for n in free_names(body) - {x.name}):
        raise Refused("symbols that are no real numbers")
    place = OnInterval(claim, x.name, low, high)
    if "named" in data:
        return _named(claim, body, x, place, data, settle)
    f = from_data(data["antiderivative"])
    try:
        slope = derivative(f, x.name)
    except Unsupported as error:
        raise Refused(str(error)) from error
    for part in (body, f, slope):
        place.loose = part is slope
        place.defined(part)
    place.loose = False
    _equal_inside(claim, place, slope, body, data, settle)
    ends = []
    for end, side in ((high, "-"), (low, "+")):
        value, needed = limit_of(changed(claim, domains=place.domains()), f, x.name, end, "" if end in (INFINITE, MINUS_INFINITE) else side)
        place.conditions.update(dict.fromkeys(needed))
        ends.append(value)
    return _difference(*ends), tuple(place.conditions)


def _difference(upper: Term, lower: Term) -> Term:
    infinite = [t in (INFINITE, MINUS_INFINITE) for t in (upper, lower)]
    if not any(infinite):
        return apply("add", upper, apply("neg", lower))
    if all(infinite) and upper == lower:
        raise Refused("two infinite parts of different signs")
    up = upper == INFINITE if infinite[0] else lower == MINUS_INFINITE
    return INFINITE if up else MINUS_INFINITE


def _equal_inside(claim: Claim, place: OnInterval, left: Term, right: Term, data: Mapping[str, Any], settle: Any) -> None:
    domains = place.domains()
    inner = changed(claim, conclusion=Equal(left, right), domains=domains, conditions=(*claim.conditions, *place.conditions, *place.inside), label="")
    if settle(inner, data["equal"]).status is not Status.PROVED:
        raise Refused("the derivative is not shown to be the integrand")


def _named(claim: Claim, body: Term, x: Term, place: OnInterval, data: Mapping[str, Any], settle: Any) -> tuple[Term, tuple[Term, ...]]:
    c, parameters = from_data(data["coefficient"]), [from_data(p) for p in data["parameters"]]
    if any(x.name in free_names(t) for t in (c, *parameters)):
        raise Refused("a parameter that depends on the variable")
    one, zero = number(1), number(0)
    if data["named"] == "gamma" and (place.low, place.high) == (zero, INFINITE):
        s, a = parameters
        core = apply("mul", apply("pow", x, s), apply("exp", apply("neg", apply("mul", a, x))))
        value = apply("div", apply("gamma", apply("add", s, one)), apply("pow", a, apply("add", s, one)))
        needed = [relation(">", s, number(-1)), relation(">", a, zero)]
    elif data["named"] == "beta" and (place.low, place.high) == (zero, one):
        p, q = parameters
        core = apply("mul", apply("pow", x, p), apply("pow", apply("add", one, apply("neg", x)), q))
        value = apply("beta_function", apply("add", p, one), apply("add", q, one))
        needed = [relation(">", p, number(-1)), relation(">", q, number(-1))]
    elif data["named"] == "sine" and (place.low, place.high) == (zero, INFINITE):
        (a,) = parameters
        core = apply("div", apply("sin", apply("mul", a, x)), x)
        value, needed = apply("div", constant("pi"), number(2)), [relation(">", a, zero)]
    else:
        raise Refused("no such integral")
    place.defined(body)
    for condition in needed:
        place.conditions.setdefault(condition)
        if not free_names(condition) and not _holds(condition):
            raise Refused("an integral that does not converge")
    _equal_inside(claim, place, apply("mul", c, core), body, data, settle)
    return apply("mul", c, value), tuple(place.conditions)


def _holds(condition: Term) -> bool:
    try:
        return Evaluator({}).holds(condition)
    except ArithmeticError:
        return False


class OnInterval:
    """Shows that terms have a value at every point of an open interval; what other symbols must obey is collected in `conditions`."""

    def __init__(self, claim: Claim, name: str, low: Term, high: Term) -> None:
        self.claim, self.name, self.low, self.high = claim, name, low, high
        self.conditions: dict[Term, None] = {}
        self.loose = False  # for a derivative, which may be undefined at finitely many points where its function is continuous
        self.inside: list[Term] = []  # what the variable obeys where its bounds are no rational numbers
        self.ends = [self._end(low, MINUS_INFINITE), self._end(high, INFINITE)]
        if None not in self.ends and not self._below(*self.ends):
            raise Refused("ends in the wrong order")
        self.field = Field(claim)

    def _end(self, end: Term, infinite: Term) -> Any:
        if end == infinite:
            return None
        if free_names(end) or any(n.kind == "constant" and n.name == "oo" for n in walk(end)):
            raise Refused("an end that is no number")
        try:
            return Evaluator({}, digits=40).value(end)
        except (Undefined, Unsure, Unsupported) as error:
            raise Refused(f"an end without value: {error}") from error

    def _below(self, a: Any, b: Any) -> bool:
        e = Evaluator({}, digits=40).e
        try:
            return e.sign(e.sub(b, a)) > 0
        except Unsure as error:
            raise Refused(str(error)) from error

    def domains(self) -> tuple[tuple[str, Domain], ...]:
        """The claim's domains with the variable inside the interval; irrational ends become conditions (`inside`)."""
        bounds = [v if isinstance(v, Fraction) else None for v in self.ends]
        self.inside = []
        if self.ends[0] is not None and bounds[0] is None:
            self.inside.append(relation("<", self.low, symbol(self.name)))
        if self.ends[1] is not None and bounds[1] is None:
            self.inside.append(relation("<", symbol(self.name), self.high))
        own = Domain("real", bounds[0], bounds[0] is not None, bounds[1], bounds[1] is not None)
        return ((self.name, own), *((n, d) for n, d in self.claim.domains if n != self.name))

    # ---- definedness

    def defined(self, term: Term) -> None:
        """Fails with `Refused` where it is not shown."""
        if self.name not in free_names(term):
            if any(n.kind == "binder" for n in walk(term)):
                raise Refused("a sum or integral inside")
            if not always_defined(term) and not self._is_positive_root(term) and not self._is_valued(term):
                self.conditions.setdefault(relation("=", term, term))
            return
        if term.kind == "symbol":
            return
        if term.kind != "apply":
            raise Refused(f"a {term.name or term.kind} in an integral")
        op, args = term.name, term.args
        for a in args:
            self.defined(a)
        if op in ANYWHERE:
            return
        if op == "div":
            self.nonzero(args[1])
        elif op == "log" and len(args) == 1:
            self.has_sign(args[0], strict=True)
        elif op == "sqrt":
            self.has_sign(args[0], strict=False)
        elif op == "pow":
            self._pow(*args)
        elif op == "root" and args[1].kind == "number" and args[1].value.denominator == 1:
            if args[1].value % 2 == 0:
                self.has_sign(args[0], strict=False)
        elif op in ("asin", "acos"):
            scaled = args[0].is_apply("div") and args[0].args[1].is_apply("sqrt")
            u, size = (args[0].args[0], args[0].args[1].args[0]) if scaled else (args[0], number(1))
            self.has_sign(apply("add", size, apply("neg", apply("pow", u, number(2)))), strict=False)  # u^2 <= d makes -1 <= u / sqrt(d) <= 1
        elif op in ("tan", "sec"):
            self.nonzero(apply("cos", args[0]))
        elif op in ("cot", "csc"):
            self.nonzero(apply("sin", args[0]))
        else:
            raise Refused(f"{op} in an integral")

    def _is_positive_root(self, term: Term) -> bool:
        """The root of something positive by its domain, or a quotient by it."""
        if term.kind == "apply" and term.name in ("add", "mul", "neg"):
            return all(always_defined(a) or self._is_positive_root(a) for a in term.args)
        if term.is_apply("div"):
            return all(always_defined(a) or self._is_positive_root(a) for a in term.args) and abs(self._by_structure(term.args[1])) == 1
        return term.is_apply("sqrt") and always_defined(term.args[0]) and self._by_structure(term.args[0]) == 1

    def _is_valued(self, term: Term) -> bool:
        if free_names(term):
            return False
        try:
            Evaluator({}, digits=40).value(term)
        except (Undefined, Unsupported) as error:
            raise Refused(f"a constant without value: {error}") from error
        except Unsure:
            return False
        return True

    def _pow(self, base: Term, exponent: Term) -> None:
        e = exponent.args[0] if exponent.is_apply("neg") else exponent
        if base == constant("e"):
            return
        if exponent.kind == "number" and exponent.value.denominator == 1 and exponent.value > 0:
            return
        if e.kind == "number" and e.value.denominator == 1:
            self.nonzero(base)
        elif exponent.kind == "number":
            self.has_sign(base, strict=False)
        else:
            self.has_sign(base, strict=True)

    def nonzero(self, term: Term) -> None:
        """Different from zero at every point inside."""
        if self.name not in free_names(term):
            if free_names(term):
                try:
                    self._sign(term)
                except Refused:
                    self.conditions.setdefault(relation("!=", term, number(0)))
            else:
                self._sign(term)
            return
        if self.loose and term.is_apply("abs") and self._has_few_zeros(term.args[0]):
            return
        if term.kind == "apply" and term.name in ("mul", "div", "neg", "sqrt", "abs") or term.is_apply("pow"):
            for a in term.args[:1] if term.name == "pow" else term.args:
                self.nonzero(a)
            return
        if self._sign(term) not in (1, -1):
            raise Refused("a denominator that may vanish inside the interval")

    def _has_few_zeros(self, term: Term) -> bool:
        """A polynomial with rational coefficients that is not zero."""
        try:
            p = ep.polynomial(term)
        except Refused:
            return False
        return bool(p) and ep.names(p) <= {self.name}

    def has_sign(self, term: Term, *, strict: bool) -> None:
        """Positive (at least zero where not strict) at every point inside."""
        if term.is_apply("abs"):
            if strict:
                self.nonzero(term.args[0])
            return
        s = self._sign(term)
        if s != 1 and (strict or s != 2):
            raise Refused("an operand that may be negative inside the interval")

    def _sign(self, term: Term) -> int:
        """1, -1: that sign everywhere inside; 2, -2: or zero. Fails with `Refused` where it is not known."""
        found = self._by_structure(term)
        if found in (1, -1):
            return found
        for attempt in (self._by_roots, self._by_pieces):
            other = attempt(term)
            if other:
                return other
        if not found:
            raise Refused("a sign that is not known inside the interval")
        return found

    def _by_structure(self, term: Term) -> int:
        if term.kind == "number":
            return 1 if term.value > 0 else 2
        if term.kind == "constant":
            return 1 if term.name in ("pi", "e") else 0
        if term.kind == "symbol":
            if term.name == self.name:
                low, high = self.ends
                if isinstance(low, Fraction) and low >= 0:
                    return 1
                return -1 if isinstance(high, Fraction) and high <= 0 else 0
            domain = self.claim.domain(term.name)
            return 1 if domain.is_positive else 2 if domain.is_nonnegative else 0
        if term.kind != "apply":
            return 0
        op = term.name
        if op in ("exp", "cosh") or op == "pow" and term.args[0] == constant("e"):
            return 1
        signs = [self._by_structure(a) for a in term.args]
        if op == "neg":
            return -signs[0]
        if op == "add":
            if all(s > 0 for s in signs) or all(s < 0 for s in signs):
                size = 1 if any(abs(s) == 1 for s in signs) else 2
                return size if signs[0] > 0 else -size
            return 0
        if op in ("mul", "div"):
            if not all(signs) or op == "div" and abs(signs[1]) != 1:
                return 0
            s = 1
            for t in signs:
                s *= 1 if t > 0 else -1
            return s * (1 if all(abs(t) == 1 for t in signs) else 2)
        if op in ("sqrt", "root", "abs", "atan", "sinh", "tanh"):
            return signs[0] if signs[0] > 0 or op in ("atan", "sinh", "tanh") else abs(signs[0]) if op == "abs" and signs[0] else 2 if op in (
                "abs", "sqrt") else 0
        if op == "pow" and term.args[1].kind == "number":
            e = term.args[1].value
            if e.denominator == 1 and e % 2 == 0:
                return 1 if abs(signs[0]) == 1 else 2
            return signs[0] if e.denominator == 1 or signs[0] > 0 else 0
        return 1 if op == "pow" and signs[0] == 1 else 0

    def _by_roots(self, term: Term) -> int:
        """A polynomial in the variable with rational coefficients: no root inside, and its sign at one point."""
        try:
            p = ep.polynomial(_squared_roots(term))
        except Refused:
            return 0
        if ep.names(p) - {self.name} or any(v is not None and not isinstance(v, Fraction) for v in self.ends):
            return 0
        items = [ep.number(c) for c in ep.coefficients(p, self.name)]
        while items and not items[-1]:
            items.pop()
        if not items:
            return 2
        low, high = self.ends
        while low is not None and len(items) > 1 and ep.evaluate(items, low) == 0:  # x - low is positive inside
            items = _without_root(items, low)
        at_high = high is not None and ep.evaluate(items, high) == 0
        inside = 0 if len(items) == 1 else ep.count_roots(items, low, high) - at_high  # counted are low < root <= high
        if low is not None and high is not None:
            middle = (low + high) / 2
        else:
            middle = low + 1 if low is not None else high - 1 if high is not None else Fraction(0)
        s = ep.evaluate(items, middle)
        return 0 if inside or not s else 1 if s > 0 else -1

    def _by_pieces(self, term: Term) -> int:
        """A formula without other symbols on a closed bounded interval, enclosed piece by piece."""
        if free_names(term) - {self.name}:
            return 0
        if self.name not in free_names(term):
            try:
                return Evaluator({}).e.sign(Evaluator({}).value(term))
            except ArithmeticError:
                return 0
        if None in self.ends:
            return 0
        ev = Evaluator({}, digits=20)
        e, found = ev.e, 0
        length = e.sub(self.ends[1], self.ends[0])
        for k in range(PIECES):
            piece = e.iv.mpf([e.interval(Fraction(k, PIECES)).a, e.interval(Fraction(k + 1, PIECES)).b])
            at = Evaluator({self.name: e.add(self.ends[0], e.mul(length, piece))}, digits=20)
            try:
                s = e.sign(at.value(term))
            except ArithmeticError:
                return 0
            if not s or found and s != found:
                return 0
            found = s
        return found


def _squared_roots(term: Term) -> Term:
    """(u / sqrt(d))^2 written as u^2 / d."""
    if term.is_apply("pow") and term.args[1] == number(2) and term.args[0].is_apply("div") and term.args[0].args[1].is_apply("sqrt"):
        u, root = term.args[0].args
        return apply("div", apply("pow", u, number(2)), root.args[0])
    return term.with_args(tuple(_squared_roots(a) for a in term.args)) if term.args else term


def _without_root(items: list[Fraction], root: Fraction) -> list[Fraction]:
    """The quotient by x - root."""
    out, carry = [], Fraction(0)
    for c in reversed(items):
        carry = c + carry * root
        out.append(carry)
    return out[-2::-1]
