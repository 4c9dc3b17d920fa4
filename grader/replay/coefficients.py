"""Exact coefficients of expansions: fractions of polynomials over the rationals in symbols and constants such as pi, log 2, sin a.

Constants other than numbers are letters of their own ("#1"), without relations between them. A fraction that is formally zero is zero; one that is
not is only taken to be different from zero when its enclosure says so, when its sign is known from the domains, or as a condition that is reported.
"""

from __future__ import annotations

from fractions import Fraction

from grader.kernel import Refused
from grader.model import Claim
from grader.replay import exact_polynomials as ep
from grader.replay.enclosure import Undefined, Unsupported, Unsure, _exact_root
from grader.replay.evaluate import Evaluator
from grader.replay.region_signs import divide
from grader.term import Term, apply, constant, free_names, number, relation, symbol

Coefficient = tuple[ep.Polynomial, ep.Polynomial]
ZERO: Coefficient = ({}, ep.constant(1))
ONE: Coefficient = (ep.constant(1), ep.constant(1))
MAX_TERMS = 150


class Field:
    """The coefficients of one expansion; `conditions` collects what has to be different from zero."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.letters: dict[str, Term] = {}
        self.conditions: dict[Term, None] = {}

    # ---- making

    def rational(self, value: Fraction | int) -> Coefficient:
        """A number."""
        return ep.constant(value), ep.constant(1)

    def letter(self, term: Term) -> Coefficient:
        """A symbol, or a constant that is kept as it is written."""
        if term.kind == "symbol":
            return ep.variable(term.name), ep.constant(1)
        name = next((n for n, t in self.letters.items() if t == term), None)
        if name is None:
            name = f"#{len(self.letters)}"
            self.letters[name] = term
        return ep.variable(name), ep.constant(1)

    # ---- arithmetic

    def add(self, a: Coefficient, b: Coefficient) -> Coefficient:
        """Sum."""
        if a[1] == b[1]:
            return self._short(ep.add(a[0], b[0]), a[1])
        return self._short(ep.add(ep.multiply(a[0], b[1]), ep.multiply(b[0], a[1])), ep.multiply(a[1], b[1]))

    def mul(self, a: Coefficient, b: Coefficient) -> Coefficient:
        """Product."""
        if not a[0] or not b[0]:
            return ZERO
        return self._short(ep.multiply(a[0], b[0]), ep.multiply(a[1], b[1]))

    def neg(self, a: Coefficient) -> Coefficient:
        """Minus."""
        return ep.scale(a[0], -1), a[1]

    def inverse(self, a: Coefficient) -> Coefficient:
        """1/a, where a is not zero (see `nonzero`)."""
        self.nonzero(a)
        return self._short(a[1], a[0])

    def _short(self, top: ep.Polynomial, bottom: ep.Polynomial) -> Coefficient:
        if not top:
            return ZERO
        if len(top) > MAX_TERMS or len(bottom) > MAX_TERMS:
            raise Refused("coefficients too large")
        common = {n: min(dict(m).get(n, 0) for p in (top, bottom) for m in p) for n in ep.names(top) & ep.names(bottom)}
        if any(common.values()):
            top, bottom = (_lowered(p, common) for p in (top, bottom))
        if set(bottom) == {()}:
            return ep.scale(top, 1 / bottom[()]), ep.constant(1)
        whole = divide(top, bottom)
        if whole is not None:
            return whole, ep.constant(1)
        rest = divide(bottom, top) if set(top) != {()} else None
        if rest is not None:
            return ep.constant(1), rest
        scale = 1 / next(iter(sorted(bottom.items())))[1]
        return ep.scale(top, scale), ep.scale(bottom, scale)

    # ---- what is known

    def as_number(self, a: Coefficient) -> Fraction | None:
        """The rational number that it is, or None."""
        if not a[0]:
            return Fraction(0)
        if set(a[0]) == {()} and set(a[1]) == {()}:
            return a[0][()] / a[1][()]
        return None

    def sign(self, a: Coefficient) -> int:
        """1 or -1. Fails with `Refused` where it is not known."""
        value = self.as_number(a)
        if value:
            return 1 if value > 0 else -1
        term = self.term(a)
        if not free_names(term):
            return self._enclosed_sign(term)
        s, t = self._sign_of(a[0]), self._sign_of(a[1])
        if not s or not t:
            raise Refused("a sign that is not known")
        return s * t

    def _enclosed_sign(self, term: Term) -> int:
        for digits in (30, 120):
            evaluator = Evaluator({}, digits=digits)
            try:
                found = evaluator.e.sign(evaluator.value(term))
            except Unsure:
                continue
            except (Undefined, Unsupported) as error:
                raise Refused(f"a coefficient without value: {error}") from error
            if found:
                return found
        raise Refused("a coefficient that may be zero")

    def _sign_of(self, p: ep.Polynomial) -> int:
        """By the signs of the monomials, once every symbol with a bound is measured from there."""
        change = {}
        for name in ep.names(p):
            domain = self.claim.domain(name) if name not in self.letters else None
            if domain is not None and domain.lower is not None and domain.lower > 0:
                change[name] = ep.add(ep.variable(name), ep.constant(domain.lower))  # from here on the letter is its distance, >= 0
        return self._sign_by_monomials(p) or (self._sign_by_monomials(ep.substitute(p, change), frozenset(change)) if change else 0)

    def _sign_by_monomials(self, p: ep.Polynomial, shifted: frozenset[str] = frozenset()) -> int:
        if shifted:
            low = p.get((), Fraction(0))
            rest = {m: c for m, c in p.items() if m}
            strict = all(self.claim.domain(n).lower_strict for n in shifted)
            if any(n not in shifted and self._sign_of_letter(n) != 1 for m in rest for n, _ in m):
                return 0
            signs = {1 if c > 0 else -1 for c in rest.values()} | ({1 if low > 0 else -1} if low else set())
            return signs.pop() if len(signs) == 1 and (low or strict) else 0
        signs = set()
        for monomial, c in p.items():
            s = 1 if c > 0 else -1
            for name, power in monomial:
                known = self._sign_of_letter(name)
                if not known:
                    return 0
                s *= known if power % 2 else 1
            signs.add(s)
        return signs.pop() if len(signs) == 1 else 0

    def _sign_of_letter(self, name: str) -> int:
        """1, -1, or 0 where it is not known."""
        term = self.letters.get(name)
        if term is None:
            domain = self.claim.domain(name)
            if domain.is_positive:
                return 1
            return -1 if domain.upper is not None and (domain.upper < 0 or domain.upper == 0 and (domain.upper_strict or domain.nonzero)) else 0
        if not free_names(term):
            try:
                return self._enclosed_sign(term)
            except Refused:
                return 0
        if term.is_apply("exp") or term.kind == "apply" and term.name in ("pow", "sqrt", "root"):
            return 1  # made of positive bases only
        if term.is_apply("log") and term.args[0].kind == "symbol":
            domain = self.claim.domain(term.args[0].name)
            if domain.upper is not None and (domain.upper < 1 or domain.upper == 1 and domain.upper_strict):
                return -1
            if domain.lower is not None and (domain.lower > 1 or domain.lower == 1 and domain.lower_strict):
                return 1
        return 0

    def nonzero(self, a: Coefficient) -> None:
        """Different from zero: known, or noted as a condition. Fails with `Refused` for a constant that may be zero."""
        if not a[0]:
            raise Refused("division by zero")
        if self.as_number(a) is not None:
            return
        try:
            self.sign(a)
        except Refused:
            term = self.term((a[0], ep.constant(1)))
            if not free_names(term):
                raise
            self.conditions.setdefault(relation("!=", term, number(0)))

    # ---- powers and logarithms of positive coefficients

    def power(self, a: Coefficient, q: Fraction) -> Coefficient:
        """a^q for a > 0."""
        value = self.as_number(a)
        if value is not None and abs(q) < 20:
            tops = [_exact_root(n, q.denominator) for n in (value.numerator, value.denominator)]
            if None not in tops:
                return self.rational(Fraction(*tops) ** q.numerator)  # type: ignore[arg-type]
        if len(a[0]) == len(a[1]) == 1 and value is None:  # letter by letter, so that (a^2)^(1/2) is a
            (m, c), (n, d) = next(iter(a[0].items())), next(iter(a[1].items()))
            powers = {**dict(m), **{k: -v for k, v in n}}
            if c / d > 0 and all(self._sign_of_letter(k) == 1 for k in powers):
                out = self.power(self.rational(c / d), q)
                for k, v in powers.items():
                    out = self.mul(out, self._letter_power(k, v * q))
                return out
        return self.letter(apply("pow", self.term(a), _signed(q)))

    def _letter_power(self, name: str, q: Fraction) -> Coefficient:
        if q.denominator == 1:
            base = (ep.variable(name), ep.constant(1))
            base = base if q > 0 else (base[1], base[0])
            return ep.power(base[0], abs(int(q))), ep.power(base[1], abs(int(q)))
        return self.letter(apply("pow", self.letters.get(name, symbol(name)), _signed(q)))

    def log(self, a: Coefficient) -> Coefficient:
        """log a for a > 0, split over products so that equal logarithms have one name."""
        value = self.as_number(a)
        if value is not None:
            return self._log_of_number(value)
        if len(a[0]) == len(a[1]) == 1:
            (m, c), (n, d) = next(iter(a[0].items())), next(iter(a[1].items()))
            powers = [*m, *((k, -v) for k, v in n)]
            if c / d > 0 and all(self._sign_of_letter(k) == 1 for k, _ in powers):
                out = self._log_of_number(c / d)
                for k, v in powers:
                    out = self.add(out, self.mul(self.rational(v), self._log_of_letter(k)))
                return out
        return self.letter(apply("log", self.term(a)))

    def _log_of_letter(self, name: str) -> Coefficient:
        term = self.letters.get(name, symbol(name))
        if term.is_apply("exp"):
            raise Refused("a logarithm of an exponential constant")
        if term == constant("e"):
            return ONE
        return self.letter(apply("log", term))

    def _log_of_number(self, value: Fraction) -> Coefficient:
        out = ZERO
        for n, sign in ((value.numerator, 1), (value.denominator, -1)):
            for p, e in _factors(n):
                out = self.add(out, self.mul(self.rational(sign * e), self.letter(apply("log", number(p)))))
        return out

    def exp(self, a: Coefficient) -> Coefficient:
        """exp a: e^q for the rational part, powers for multiples of logarithms, letters for the rest."""
        if not a[0]:
            return ONE
        if set(a[1]) != {()}:
            return self.letter(apply("exp", self.term(a)))
        out = ONE
        for monomial, c in sorted(a[0].items()):
            c = c / a[1][()]
            inner = self.letters.get(monomial[0][0]) if len(monomial) == 1 and monomial[0][1] == 1 else None
            if not monomial:
                step = self.letter(constant("e")) if c.denominator == 1 and abs(c) <= ep.MAX_POWER else None
                if step is not None:
                    step = step if c > 0 else (step[1], step[0])
                    out = self.mul(out, (ep.power(step[0], abs(int(c))), ep.power(step[1], abs(int(c)))))
                    continue
                out = self.mul(out, self.letter(apply("exp", _signed(c))))
            elif inner is not None and inner.is_apply("log") and inner.args[0].kind in ("number", "symbol", "constant"):
                base = inner.args[0]
                at = self.rational(base.value) if base.kind == "number" else self.letter(base)
                if c.denominator == 1 and abs(c) <= ep.MAX_POWER:
                    at = at if c > 0 else self.inverse(at)
                    out = self.mul(out, (ep.power(at[0], abs(int(c))), ep.power(at[1], abs(int(c)))))
                else:
                    out = self.mul(out, self.power(at, c))
            else:
                out = self.mul(out, self.letter(apply("exp", self.term(({monomial: c}, ep.constant(1))))))
        return out

    # ---- writing

    def term(self, a: Coefficient) -> Term:
        """The coefficient as a term."""
        top = self._written(a[0])
        return top if a[1] == ep.constant(1) else apply("div", top, self._written(a[1]))

    def _written(self, p: ep.Polynomial) -> Term:
        parts = []
        for monomial, c in sorted(p.items()):
            factors = [] if abs(c) == 1 and monomial else [number(abs(c))]
            for name, power in monomial:
                base = self.letters.get(name, symbol(name))
                factors.append(base if power == 1 else apply("pow", base, number(power)))
            whole = factors[0] if len(factors) == 1 else apply("mul", *factors)
            parts.append(whole if c > 0 else apply("neg", whole))
        return number(0) if not parts else parts[0] if len(parts) == 1 else apply("add", *parts)


def _signed(q: Fraction) -> Term:
    return number(q)


def _lowered(p: ep.Polynomial, common: dict[str, int]) -> ep.Polynomial:
    return {tuple((n, e - common.get(n, 0)) for n, e in m if e != common.get(n, 0)): c for m, c in p.items()}


def _factors(n: int) -> list[tuple[int, int]]:
    """Small prime factors; what is left beyond 10^4 counts as one factor."""
    found, p = [], 2
    while p * p <= n and p < 10_000:
        e = 0
        while n % p == 0:
            n, e = n // p, e + 1
        if e:
            found.append((p, e))
        p += 1
    return [*found, (n, 1)] if n > 1 else found
