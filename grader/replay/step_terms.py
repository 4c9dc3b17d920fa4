"""The rewriting behind `step`: relations between terms with functions become relations between terms without them.

Every rule is exact at each point of the domains, with the convention that a relation with an undefined side does not hold; `step` says which rules there
are. What is a function of nothing but numbers is a number between two fractions that are computed here.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from grader.domain import Domain
from grader.kernel import Refused
from grader.replay.evaluate import Evaluator
from grader.replay.semantics import integer_built
from grader.term import Term, apply, constant, free_names, literal, number, relation, symbol, walk

ALGEBRAIC = frozenset("add neg mul div sqrt".split())
TOTAL = frozenset("exp sin cos sinh cosh tanh atan asinh erf sigmoid softplus call".split())
"""Functions that have a value for every real operand."""
MAX_ATOMS = 24
MAX_POWER = 60
_ZERO, _ONE, _E = number(0), number(1), constant("e")
_QUOTIENTS = {"tan": ("sin", "cos"), "cot": ("cos", "sin"), "sec": ("", "cos"), "csc": ("", "sin")}


class Translation:
    """One claim's rewriting. `atoms` maps terms to the fresh symbols that stand for them. `powers`: is b^A beside a number turned into a relation
    for A? `logs`: are relations linear in logarithms turned into relations of products?"""

    def __init__(self, domains: dict[str, Domain], formulas: list[Term], powers: bool, logs: bool) -> None:
        self.domains, self.powers, self.logs = domains, powers, logs
        self.atoms: dict[Term, Term] = {}
        self.taken = frozenset().union(*[free_names(f) for f in formulas])
        self.parts: dict[Term, int] = {}
        for f in formulas:
            for node in walk(f):
                exponent = _exponent(node)
                for factor, part in _summands(exponent) if exponent is not None else ():
                    self.parts[part] = lcm(self.parts.get(part, 1), factor.denominator)

    # ---- formulas

    def formula(self, f: Term) -> Term:
        """The formula without functions."""
        if f.kind == "relation":
            return self._relation(*f.args, f.signs[0])
        return f.with_args(tuple([self.formula(a) for a in f.args])) if f.args else f

    def _relation(self, left: Term, right: Term, sign: str) -> Term:
        if self.logs and any(n.is_apply("log") and free_names(n.args[0]) for side in (left, right) for n in walk(side)):
            made = self._without_logs(left, right, sign)
            if made is not None:
                return made
        made = self._without_power(left, right, sign) if self.powers else None
        made = made or self._without_product(left, right, sign)
        if made is not None:
            return made
        guards: list[Term] = []
        found = relation(sign, self._value(left, guards), self._value(right, guards))
        return apply("and", *dict.fromkeys(guards), found) if guards else found

    def _without_logs(self, left: Term, right: Term, sign: str) -> Term | None:
        """A relation linear in logarithms to one base greater than 1; None where it is another."""
        logs: list[tuple[Fraction, Term, Term]] = []
        rest: list[Term] = []
        for side, factor in ((left, Fraction(1)), (right, Fraction(-1))):
            if not _linear(side, factor, logs, rest):
                return None
        bases = {base for _, base, _ in logs}
        if len(bases) != 1 or any(n.is_apply("log") and free_names(n.args[0]) for t in rest for n in walk(t)):
            return None
        base = bases.pop()
        if base != _E and not base.value > 1:
            return None
        scale = lcm(*[c.denominator for c, _, _ in logs])
        if any(abs(c * scale) > MAX_POWER for c, _, _ in logs):
            return None
        guards = [self._relation(a, _ZERO, ">") for _, _, a in logs]
        up, down = [[apply("pow", a, number(abs(c * scale))) for c, _, a in logs if (c > 0) == side] for side in (True, False)]
        if rest:  # prod A^c SIGN base^(-C)
            total = _scaled(apply("add", *rest) if len(rest) > 1 else rest[0], Fraction(-scale))
            value = literal(total)
            if value is not None and base != _E:
                down.append(_power(base, value))
            else:
                down.append(apply("exp", total) if base == _E else apply("pow", base, total))
        return apply("and", *guards, self._relation(_product(up), _product(down), sign))

    def _without_power(self, left: Term, right: Term, sign: str) -> Term | None:
        """b^A SIGN q for numbers b > 1 (or e) and q as a relation for A."""
        for power, other, turned in ((left, right, False), (right, left, True)):
            exponent, q = _exponent(power), _positive_number(other)
            if exponent is None or q is None or not free_names(exponent):
                continue
            base = _E if power.name == "exp" else power.args[0]
            if base != _E and base.value <= 1:
                continue
            edge = _logarithm(q, base)
            return self._relation(edge, exponent, sign) if turned else self._relation(exponent, edge, sign)
        return None

    def _without_product(self, left: Term, right: Term, sign: str) -> Term | None:
        """A product or power with a high exponent that is zero: one factor is, and all are defined."""
        if sign != "=" or right != _ZERO or not any(_is_natural_power(n) and n.args[1].value > 12 for n in walk(left)):
            return None
        factors: list[Term] = []
        if not _factors(left, factors):
            return None
        defined = [self._relation(f, f, "=") for f in factors]
        zero = [self._relation(f, _ZERO, "=") for f in factors]
        return apply("and", *defined, zero[0] if len(zero) == 1 else apply("or", *zero))

    # ---- values

    def _value(self, term: Term, guards: list[Term]) -> Term:
        if term.kind in ("number", "symbol"):
            return term
        if term.kind == "constant":
            return self._atom(term)
        if term.kind == "apply" and term.name in ALGEBRAIC:
            return term.with_args(tuple([self._value(a, guards) for a in term.args]))
        if term.kind == "apply" and term.name in _QUOTIENTS:
            top, bottom = [apply(f, term.args[0]) if f else _ONE for f in _QUOTIENTS[term.name]]
            return apply("div", self._value(top, guards), self._value(bottom, guards))
        exponent = _exponent(term)
        if exponent is not None:
            return self._exponential(_E if term.name == "exp" else term.args[0], exponent, guards)
        if term.is_apply("pow"):
            return self._power(term, guards)
        return self._function(term, guards)

    def _power(self, term: Term, guards: list[Term]) -> Term:
        base, exponent = term.args
        value = literal(exponent)
        if value is None:
            raise Refused("a power with such an exponent")
        inner = self._value(base, guards)
        roots = value.denominator.bit_length() - 1
        if value.denominator != 1 << roots or roots > 4 or abs(value.numerator) > MAX_POWER:
            raise Refused("a power with such an exponent")
        for _ in range(roots):
            inner = apply("sqrt", inner)
        power = inner if abs(value.numerator) == 1 else apply("pow", inner, number(abs(value.numerator)))
        return apply("div", _ONE, power) if value < 0 else power

    def _exponential(self, base: Term, exponent: Term, guards: list[Term]) -> Term:
        """base^(sum of q m) as a product of powers of base^(m / d)."""
        up: list[Term] = []
        down: list[Term] = []
        for factor, part in _summands(exponent):
            if part == _ONE and factor.denominator == 1 and base == _E and abs(factor) <= MAX_POWER:
                e = self._atom(_E)
                (up if factor > 0 else down).append(e if abs(factor) == 1 else apply("pow", e, number(abs(factor))))
                continue
            if part == _ONE and base != _E and factor.denominator == 1 and abs(factor) <= MAX_POWER:
                (up if factor > 0 else down).append(_power(base, abs(factor)))
                continue
            share = self.parts.get(part, factor.denominator)
            count = factor * share
            if count.denominator != 1 or abs(count) > MAX_POWER:
                raise Refused("an exponential of such a multiple")
            self._demand(part, guards)
            atom = self._atom(apply("pow", base, _scaled(part, Fraction(1, share))))
            (up if count > 0 else down).append(atom if abs(count) == 1 else apply("pow", atom, number(abs(count))))
        return _product(up) if not down else apply("div", _product(up), _product(down))

    def _function(self, term: Term, guards: list[Term]) -> Term:
        if term.is_apply("log") and (q := _positive_number(term.args[0])) is not None:
            return self._log_of_number(term, q)
        if not free_names(term) and term.kind == "apply":
            return self._atom(term)  # its value is computed in `facts`
        if term.kind == "apply" and term.name in ("asin", "acos", "log"):
            if term.name == "log":
                if len(term.args) == 2 and not (term.args[1].kind == "number" and term.args[1].value > 0 and term.args[1].value != 1):
                    raise Refused("a logarithm to such a base")
                guards.append(self._relation(term.args[0], _ZERO, ">"))
            else:
                guards += [self._relation(term.args[0], number(s), sign) for s, sign in ((1, "<="), (-1, ">="))]
            return self._atom(term)
        if term.kind == "apply" and term.name in TOTAL:
            for a in term.args[1 if term.name == "call" else 0:]:
                self._demand(a, guards)
            return self._atom(term)
        if term.is_apply("derivative") and term.args[0].is_apply("call") and term.args[0].args[1:] == term.args[1:2]:
            return self._atom(term)
        if term.kind == "binder" and term.name in ("sum", "product") and len(term.args) == 3 and len(term.bound) == 1:
            body, low, high = term.args
            if not all(integer_built(t, lambda n: self.domains[n].field == "integer" if n in self.domains else False) for t in (low, high)):
                raise Refused("the ends of a sum need not be integers")
            if any(n.kind not in ("number", "symbol") and not (n.kind == "apply" and n.name in ("add", "neg", "mul") or _is_natural_power(n)) for n in walk(body)):
                raise Refused("a sum of such terms")
            guards.append(self._relation(apply("add", high, _ONE), low, ">="))
            return self._atom(term)
        raise Refused(f"{term.name or term.kind} in a condition")

    def _log_of_number(self, term: Term, q: Fraction) -> Term:
        """The logarithm of a fraction by those of the primes in it."""
        if len(term.args) == 2:
            base = _positive_number(term.args[1])
            if base is None or base == 1:
                raise Refused("a logarithm to such a base")
            return apply("div", self._log_of_number(apply("log", term.args[0]), q), self._log_of_number(apply("log", term.args[1]), base))
        made = [_scaled(self._atom(apply("log", number(p))), Fraction(e)) for p, e in _primes(q)]
        return _ZERO if not made else made[0] if len(made) == 1 else apply("add", *made)

    def _demand(self, operand: Term, guards: list[Term]) -> None:
        """The operand must be defined."""
        if any(n.kind in ("apply", "binder") and not (n.name in ("add", "neg", "mul") or _is_natural_power(n)) for n in walk(operand)):
            guards.append(self._relation(operand, operand, "="))

    def _atom(self, term: Term) -> Term:
        if term.kind == "constant" and term.name not in ("e", "pi"):
            raise Refused(f"{term.name} in a condition")
        if term not in self.atoms:
            if len(self.atoms) >= MAX_ATOMS:
                raise Refused("too many functions")
            self.atoms[term] = symbol(next(n for k in range(10_000) if (n := f"_{len(self.atoms) + k + 1}") not in self.taken))
        return self.atoms[term]

    def _edges(self, power: Term, atom: Term) -> list[Term]:
        """The exponential is 1 where its exponent is 0, and the number p where its exponent is log p (for atoms log p): both directions."""
        base, exponent = power.args
        guards: list[Term] = []
        if any(n.kind not in ("number", "symbol") and not (n.kind == "apply" and n.name in ("add", "neg", "mul")) for n in walk(exponent)):
            if not (exponent.is_apply("div") and not free_names(exponent.args[1])):
                return []
        if base != _E and base.value == 1:
            return []
        operand = self._value(exponent, guards)
        made = [apply("iff", relation("=", atom, _ONE), relation("=", operand, _ZERO))]
        if base == _E:
            made += [apply("iff", relation("=", atom, number(p)), relation("=", operand, self.atoms[apply("log", number(p))]))
                     for p in _edge_numbers(list(self.atoms))[:3]]
        return made

    # ---- what is known of the fresh symbols

    def facts(self) -> list[Term]:
        """Relations that hold for the values of the atoms wherever these are defined."""
        made: list[Term] = []
        for term, atom in list(self.atoms.items()):
            if not free_names(term):
                value = Evaluator({}, digits=40).value(apply("exp", term.args[1]) if term.is_apply("pow") and term.args[0] == _E else term)
                if isinstance(value, Fraction):
                    made.append(relation("=", atom, _written(value)))
                    continue
                low, high = _outside(value)
                made += [relation(">", atom, _written(low)), relation("<", atom, _written(high))]
            elif term.is_apply("pow"):
                made += [relation(">", atom, _ZERO), *self._edges(term, atom)]
            elif term.name in ("exp", "cosh", "sigmoid", "softplus"):
                made.append(relation(">", atom, _ZERO))
            elif term.name in ("sin", "cos"):
                other = apply("cos" if term.name == "sin" else "sin", *term.args)
                if other in self.atoms and term.name == "sin":
                    two = number(2)
                    made.append(relation("=", apply("add", apply("pow", atom, two), apply("pow", self.atoms[other], two)), _ONE))
                made += [relation("<=", atom, _ONE), relation(">=", atom, apply("neg", _ONE))]
        return made


def _edge_numbers(atoms: list[Term]) -> list[int]:
    """Numbers whose logarithm is among the atoms."""
    return [int(t.args[0].value) for t in atoms if t.is_apply("log", 1) and t.args[0].kind == "number" and t.args[0].value.denominator == 1]


def _factors(term: Term, found: list[Term]) -> bool:
    """The factors of a product, without exponents; False where there is but the term itself."""
    if term.is_apply("mul"):
        for a in term.args:
            _factors(a, found)
        return True
    if _is_natural_power(term) and term.args[1].value > 0:
        _factors(term.args[0], found)
        return True
    found.append(term)
    return False


def _is_natural_power(node: Term) -> bool:
    return node.is_apply("pow") and node.args[1].kind == "number" and node.args[1].value.denominator == 1


def _exponent(term: Term) -> Term | None:
    """The exponent of an exponential: exp(A), e^A, or b^A for a positive number b and an A that is no number."""
    if term.is_apply("exp", 1):
        return term.args[0]
    if term.is_apply("pow") and (term.args[0] == _E or term.args[0].kind == "number" and term.args[0].value > 0 and literal(term.args[1]) is None):
        return term.args[1]
    return None


def _positive_number(term: Term) -> Fraction | None:
    value = literal(term)
    if value is None and _is_natural_power(term) and 0 < term.args[1].value <= MAX_POWER:
        base = literal(term.args[0])
        value = base ** int(term.args[1].value) if base is not None else None
    return value if value is not None and value > 0 else None


def _logarithm(q: Fraction, base: Term) -> Term:
    """log q to the base, a number where it is one."""
    if q == 1:
        return _ZERO
    if base == _E:
        return apply("log", _written(q))
    power, steps = Fraction(1), 0
    while max(power.numerator, power.denominator) <= max(q.numerator, q.denominator) and steps < 400:
        if power in (q, 1 / q):
            return _written(Fraction(steps if power == q else -steps))
        power, steps = power * base.value, steps + 1
    return apply("div", apply("log", _written(q)), apply("log", base))


def _primes(q: Fraction) -> list[tuple[int, int]]:
    """Factors with exponents whose product is q: primes below 1000, and what is left."""
    made: list[tuple[int, int]] = []
    for part, side in ((q.numerator, 1), (q.denominator, -1)):
        for p in range(2, 1000):
            count = 0
            while part % p == 0:
                part, count = part // p, count + 1
            if count:
                made.append((p, side * count))
        if part > 1:
            made.append((part, side))
    return made


def _power(base: Term, exponent: Fraction) -> Term:
    if exponent.denominator == 1 and abs(exponent) <= MAX_POWER:
        return _written(base.value ** int(exponent))
    return apply("pow", base, _written(exponent))


def _written(value: Fraction) -> Term:
    return number(value) if value >= 0 else apply("neg", number(-value))


def _scaled(term: Term, factor: Fraction) -> Term:
    value = literal(term)
    if value is not None:
        return _written(value * factor)
    return term if factor == 1 else apply("mul", _written(factor), term)


def _product(factors: list[Term]) -> Term:
    return _ONE if not factors else factors[0] if len(factors) == 1 else apply("mul", *factors)


def _summands(term: Term) -> list[tuple[Fraction, Term]]:
    """The term as a sum of rational multiples, equal ones put together."""
    table: dict[Term, Fraction] = {}

    def visit(t: Term, factor: Fraction) -> None:
        value = literal(t)
        if value is not None:
            table[_ONE] = table.get(_ONE, Fraction(0)) + factor * value
        elif t.is_apply("add"):
            for a in t.args:
                visit(a, factor)
        elif t.is_apply("neg"):
            visit(t.args[0], -factor)
        elif t.is_apply("mul") and any(literal(a) is not None for a in t.args):
            rest = [a for a in t.args if literal(a) is None]
            for value in [v for a in t.args if (v := literal(a)) is not None]:
                factor *= value
            visit(_product(rest), factor)
        elif t.is_apply("div") and literal(t.args[1]):
            visit(t.args[0], factor / literal(t.args[1]))  # type: ignore[operator]
        else:
            key = apply("mul", *sorted(t.args, key=lambda a: (a.size, str(a)))) if t.is_apply("mul") else t
            table[key] = table.get(key, Fraction(0)) + factor

    visit(term, Fraction(1))
    return [(c, t) for t, c in table.items() if c]


def _linear(term: Term, factor: Fraction, logs: list[tuple[Fraction, Term, Term]], rest: list[Term]) -> bool:
    """Split into rational multiples of logarithms and a rest without them; False where a logarithm stands elsewhere."""
    if term.is_apply("log"):
        base = term.args[1] if len(term.args) == 2 else _E
        if base != _E and base.kind != "number":
            return False
        logs.append((factor, base, term.args[0]))
        return True
    if not any(n.is_apply("log") for n in walk(term)):
        rest.append(_scaled(term, factor))
        return True
    if term.is_apply("add"):
        return all([_linear(a, factor, logs, rest) for a in term.args])
    if term.is_apply("neg"):
        return _linear(term.args[0], -factor, logs, rest)
    if term.is_apply("div"):
        under = literal(term.args[1])
        return bool(under) and _linear(term.args[0], factor / under, logs, rest)  # type: ignore[operator]
    if term.is_apply("mul"):
        numbers = [literal(a) for a in term.args]
        others = [a for a, v in zip(term.args, numbers) if v is None]
        for v in numbers:
            factor *= 1 if v is None else v
        return len(others) == 1 and factor != 0 and _linear(others[0], factor, logs, rest)
    return False


def _outside(value: object) -> tuple[Fraction, Fraction]:
    """Fractions just outside the bounds of an interval, to about 30 digits."""
    from mpmath.libmp import to_rational

    ends = []
    for end, side in zip((value.a, value.b), (-1, 1)):  # type: ignore[attr-defined]
        p, q = to_rational(end._mpi_[0] if side < 0 else end._mpi_[1])
        exact, unit = Fraction(int(p), int(q)), Fraction(1, 10**30)
        ends.append((exact // unit + (0 if side < 0 else 1)) * unit + (Fraction(-1, 10**30) if side < 0 else 0))
    return ends[0], ends[1]
