"""Proof of orders in several growing symbols by exact linear programming.

To prove min(f_1..f_a) = O(g_1 + .. + g_b) for scales f_i = exp(F_i), g_j = exp(G_j), find weights theta and lambda >= 0, each summing to 1, with

    sum lambda_j G_j - sum theta_i F_i  =  sum mu_k C_k,      mu_k >= 0,

where each C_k is a *fact*: a form that in the end is at least some constant ("below"), at least 0 ("exact"), or tends to infinity ("grows").
Then min f_i <= prod f_i^theta_i <= C prod g_j^lambda_j <= C sum g_j, the last by the inequality of weighted arithmetic and geometric means; and with
a growing fact among them the ratio tends to 0. (Farkas' lemma; Schrijver, Theory of Linear and Integer Programming, 7.3.)

Facts, each with the rule by which a checker can see it:

    grows a              the logarithm L(k, x) of a growing symbol tends to infinity; a value T is positive
    ladder x k j         L(k, x) - K L(j, x) tends to infinity for j > k and every constant K
    value a              T(form) tends to infinity where its form does
    ratio a b            alpha a - beta b tends to infinity where log a - log b and a do
    order a b            a - b >= 0 where log a - log b >= 0
    log a b K            log a - log b is bounded below where K a - b is and a tends to infinity (>= 0 where K <= 1 and K a - b >= 0)
    damped a b K         a - K log a is, up to a constant, nondecreasing: so a - K log a - b + K log b is bounded below where a - b is
    condition, linear    what a condition says of the logarithms, or of the values, of its terms
    case                 a case distinction's assumption
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from grader.algebra import growth_constants as constants
from grader.algebra.growth_conditions import Bound, Sides, sides
from grader.algebra.growth_constants import ONE, Constant, Unfit
from grader.algebra.growth_scales import UNIT, Atom, Form, atom_data, atom_of, log_of
from grader.algebra.simplex import maximize
from grader.domain import Domain

BELOW, EXACT, GROWS = 0, 1, 2
LARGE = constants.number(10 ** 12)
DAMPING = constants.number(10 ** 6)
MAX_FACTS = 400

Combination = list[tuple[int, Constant]]


class Fact(NamedTuple):
    """A form that is bounded below (or better), and the rule that shows it, with the combinations of earlier facts that the rule needs."""

    form: Form
    strength: int
    rule: list[Any]
    needs: tuple[Combination, ...] = ()


class Column(NamedTuple):
    """A fact times a positive constant, as a column of a linear program."""

    form: Form
    strength: int
    fact: int
    times: Constant


class Prover:
    """Facts within the conditions and the cases assumed, and the questions asked so far. It is the `Oracle` for several growing symbols."""

    def __init__(self, growing: tuple[str, ...], domains: Mapping[str, Domain], conditions: tuple[Bound, ...], cases: tuple[tuple[Form, Form], ...],
                 symbolic: tuple[str, ...], check: Callable[[], None]) -> None:
        self.growing, self.domains, self.check = growing, dict(domains), check
        self._coefficients = [ONE, *[constants.generator("sym", name) for name in symbolic[:3]]]
        self.facts: list[Fact] = []
        self.atoms: dict[Atom, None] = {}
        self.asked: dict[tuple[bool, Form, tuple[Form, ...]], dict[str, Any] | None] = {}
        self._done: set[tuple] = set()
        self.related = bool(cases or conditions)
        self._assume(cases)
        self._read(conditions)

    # ---------------------------------------------------------------------------------------------------------- questions

    def small(self, scale: Form, others: tuple[Form, ...]) -> bool:
        return self._ask(True, scale, others)

    def bounded(self, scale: Form, others: tuple[Form, ...]) -> bool:
        return self._ask(False, scale, others)

    def _ask(self, strict: bool, scale: Form, others: tuple[Form, ...]) -> bool:
        key = (strict, scale, tuple(sorted(others)))
        if key not in self.asked:
            self.asked[key] = self.prove((scale,), key[2], strict)
        return self.asked[key] is not None

    def prove(self, left: tuple[Form, ...], right: tuple[Form, ...], strict: bool) -> dict[str, Any] | None:
        """A certificate that min(left) is O (o where strict) of sum(right), or None."""
        self.check()
        self.prepare([*left, *right])
        columns = self._columns([*left, *right], BELOW)
        free = [(form, 1) for form in right] + [(form, -1) for form in left]
        found = self._solve([f.times(constants.number(s)) for f, s in free], UNIT, columns, strict, (len(right), len(left)))
        if found is None:
            return None
        weights, combination = found
        return {"strict": strict, "left": left, "right": right, "lambda": weights[:len(right)], "theta": weights[len(right):], "sum": combination}

    def combine(self, target: Form, strength: int) -> Combination | None:
        """The form as a combination of facts that shows it at least that strong, or None."""
        self.check()
        columns = self._columns([target], EXACT if strength == EXACT else BELOW)
        found = self._solve([], target, columns, strength == GROWS, ())
        return None if found is None else found[1]

    def _solve(self, free: list[Form], target: Form, columns: list[Column], strict: bool,
               groups: tuple[int, ...]) -> tuple[list[Fraction], Combination] | None:
        """Weights >= 0 of the free forms (each group sums to 1) and multipliers >= 0 with sum of free + target = sum of columns."""
        vectors = [_coordinates(form, 1) for form in free] + [_coordinates(c.form, -1) for c in columns]
        right = _coordinates(target, -1)
        kept = _presolve(vectors, right, len(free))
        if kept is None or strict and not any(columns[k - len(free)].strength == GROWS for k in kept[len(free):]):
            return None
        columns = [columns[k - len(free)] for k in kept[len(free):]]
        width = len(kept)
        places = {key: i for i, key in enumerate(dict.fromkeys(key for k in kept for key in vectors[k]))}
        lines = [[_NONE] * width for _ in places]
        for column, k in enumerate(kept):
            for key, q in vectors[k].items():
                lines[places[key]][column] = q
        sums = [right.get(key, _NONE) for key in places]
        start = 0
        for size in groups:
            lines.append([_UNIT if start <= k < start + size else _NONE for k in range(width)])
            sums.append(_UNIT)
            start += size
        objective = [_NONE] * width
        if strict:  # one more unknown: at most 1, and at most what the growing facts come to
            growing = [_UNIT if c.strength == GROWS else _NONE for c in columns]
            lines = [line + [_NONE] * 3 for line in lines]
            lines.append([_NONE] * len(free) + growing + [-_UNIT, -_UNIT, _NONE])
            lines.append([_NONE] * width + [_UNIT, _NONE, _UNIT])
            sums += [_NONE, _UNIT]
            objective += [_UNIT, _NONE, _NONE]
        best = maximize(lines, sums, objective, self.check)
        if best is None or strict and best.value <= 0:
            return None
        merged: dict[int, Constant] = {}
        for v, c in zip(best.point[len(free):width], columns):
            if v:
                times = c.times.times(v)
                merged[c.fact] = merged[c.fact] + times if c.fact in merged else times
        return list(best.point[:len(free)]), sorted(merged.items())

    def _columns(self, forms: list[Form], least: int) -> list[Column]:
        scalers = self._scalers(forms)
        present = self.atoms
        made = []
        for k, fact in enumerate(self.facts):
            if fact.strength < least or not all(a in present for a in fact.form.terms):
                continue
            times = scalers if fact.rule[0] in ("grows", "value") else [c for c in scalers if len(c.terms) == 1]
            made += [Column(fact.form.times(c), fact.strength, k, c) for c in times]
        return made

    def _scalers(self, forms: list[Form]) -> list[Constant]:
        """Positive constants by which facts are multiplied: those that occur as coefficients, and differences of two with one nearly cancelled."""
        monos = {mono: None for form in forms for c in form.terms.values() for mono in c.terms}
        found = [ONE]
        for mono in sorted(monos, key=repr)[:6]:
            c = Constant({mono: Fraction(1)})
            sign = constants.sign(c, self.domains)
            if sign and mono:
                found.append(c.times(Fraction(sign)))
        bounds = [(c, constants.enclosure(c)) for c in found]
        for a, of_a in bounds:
            for b, of_b in bounds:
                if a is not b and of_a and of_b and of_a[0] > 0 and of_b[0] > 0:
                    difference = a - b.times(of_a[0] / of_b[1])
                    if constants.sign(difference, self.domains) == 1:
                        found.append(difference)
        return found

    # -------------------------------------------------------------------------------------------------------------- facts

    def _add(self, form: Form, strength: int, rule: list[Any], *needs: Combination) -> None:
        if len(self.facts) >= MAX_FACTS:
            raise Unfit("too many facts about sizes")
        self.facts.append(Fact(form, strength, rule, needs))

    def _assume(self, cases: tuple[tuple[Form, Form], ...]) -> None:
        for number, (more, less) in enumerate(cases):
            self._enlarge([more, less])
            self._add(more - less, EXACT, ["case", number])

    def _read(self, conditions: tuple[Bound, ...]) -> None:
        several = []
        for bound in conditions:
            try:
                found = sides(bound, self.growing, self.domains)
            except Unfit:
                continue
            self._enlarge([*found.small, *[form for large in found.large for form in large]])
            for large in found.large:
                for less in found.small:
                    if len(large) == 1:
                        self._read_logs(bound, found, less, large)
                    else:
                        several.append((bound, found, less, large))
            if found.exact is not None and bound.sign in ("<=", "<"):
                self._read_values(bound, found)
        if several:
            self.prepare([])
            for item in several:
                self._read_logs(*item)
            self._done = {key for key in self._done if key[0] not in ("logs", "pair", "prepared")}

    def _read_logs(self, bound: Bound, found: Sides, less: Form, large: tuple[Form, ...]) -> None:
        for more in large:
            others = [self.combine(more - other, BELOW) for other in large if other != more]
            if not more or None in others:
                continue
            strength = GROWS if bound.sign == "o" else BELOW
            if bound.sign in ("<=", "<") and len(large) == 1 and found.exact is not None:
                surplus = found.exact.terms[less] + found.exact.terms[more]  # the first is negative
                if constants.sign(surplus, self.domains) in (-1, 0):
                    strength = EXACT
            self._add(more - less, strength, ["condition", *bound.place, less.data(), more.data()], *[c for c in others if c is not None])

    def _read_values(self, bound: Bound, found: Sides) -> None:
        assert found.exact is not None
        form = Form({atom_of(scale): c for scale, c in found.exact.terms.items() if scale})
        constant = found.exact.terms.get(UNIT, constants.ZERO)
        if form:
            strength = EXACT if constants.sign(constant, self.domains) in (-1, 0) else BELOW
            self._add(form, strength, ["linear", *bound.place])

    def _enlarge(self, forms: list[Form]) -> list[Atom]:
        """Atoms of the forms, of the forms in those, and the logarithms between which they are compared."""
        fresh: list[Atom] = []
        names: dict[str, None] = {}

        def visit(form: Form) -> None:
            for atom in form.terms:
                if atom[0] == "T":
                    visit(atom[1])
                elif atom[2] in self.growing:
                    names[atom[2]] = None
                if atom not in self.atoms:
                    self.atoms[atom] = None
                    fresh.append(atom)

        for form in forms:
            visit(form)
        for atom in self.atoms:
            if atom[0] == "L" and atom[2] in self.growing:
                names[atom[2]] = None
        height = max((a[1] for a in self.atoms if a[0] == "L"), default=1) + (1 if any(a[0] == "T" for a in self.atoms) else 0)
        for name in names:
            for level in range(1, min(height, 6) + 1):
                if ("L", level, name) not in self.atoms:
                    self.atoms["L", level, name] = None
                    fresh.append(("L", level, name))
        return fresh

    def prepare(self, forms: list[Form]) -> None:
        """Find the facts about the atoms of these forms."""
        if not self._enlarge(forms) and not self._once("prepared"):
            return
        self._done.add(("prepared",))
        logs = sorted((a for a in self.atoms if a[0] == "L" and a[2] in self.growing), key=lambda a: (a[1], a[2]))
        for atom in logs:
            if self._once("grows", atom):
                self._add(Form({atom: ONE}), GROWS, ["grows", atom_data(atom)])
            for other in logs:
                if other[2] == atom[2] and other[1] > atom[1] and self._once("ladder", atom, other):
                    for alpha, beta in self._weights():
                        self._add(Form({atom: alpha, other: -beta}), GROWS, ["ladder", atom[2], atom[1], other[1], alpha.data(), beta.data()])
        if self.related:
            for atom in logs:
                for other in logs:
                    if atom[1] == other[1] and atom != other:
                        self._relate_logs(atom, other)
        values = sorted((a for a in self.atoms if a[0] == "T"), key=lambda a: (_nesting(a), repr(a)))
        for k, atom in enumerate(values):
            self._describe_value(atom, [*logs, *values[:k]])

    def _once(self, *key: Any) -> bool:
        if key in self._done:
            return False
        self._done.add(key)
        return True

    def _relate_logs(self, a: Atom, b: Atom) -> None:
        """Facts about log a - log b, and about a and b damped, from K a - b being bounded below."""
        upper, lower = log_of(a), log_of(b)
        wanted = [x in self.atoms for x in (*upper.terms, *lower.terms)]
        if not all(wanted) or not self._once("logs", a, b):
            return
        one = self.combine(Form({a: ONE, b: -ONE}), EXACT)
        grows = [(self._index("grows", a), ONE)]
        if one is not None:
            self._add(upper - lower, EXACT, ["log", atom_data(a), atom_data(b), ONE.data()], one, grows)
        else:
            for factor in (1, 2, 10, 1000):
                found = self.combine(Form({a: constants.number(factor), b: -ONE}), BELOW)
                if found is not None:
                    self._add(upper - lower, BELOW, ["log", atom_data(a), atom_data(b), constants.number(factor).data()], found, grows)
                    break
        below = one or self.combine(Form({a: ONE, b: -ONE}), BELOW)
        if below is not None:
            form = Form({a: ONE, b: -ONE}) - (upper - lower).times(DAMPING)
            self._add(form, BELOW, ["damped", atom_data(a), atom_data(b), DAMPING.data()], below)

    def _index(self, rule: str, atom: Atom) -> int:
        data = [rule, atom_data(atom)]
        return next(k for k, fact in enumerate(self.facts) if fact.rule == data)

    def _describe_value(self, atom: Atom, others: list[Atom]) -> None:
        if self._once("grows", atom):
            self._add(Form({atom: ONE}), EXACT, ["grows", atom_data(atom)])
            found = self.combine(atom[1], GROWS)
            if found is not None:
                self._add(Form({atom: ONE}), GROWS, ["value", atom_data(atom)], found)
        for other in others:
            if self._once("pair", atom, other) and (self.related or _names(atom) & _names(other)):
                if not self._compare(atom, other):
                    self._compare(other, atom)

    def _compare(self, a: Atom, b: Atom) -> bool:
        difference = log_of(a) - log_of(b)
        found = self.combine(difference, GROWS)
        if found is not None:
            grows = self.combine(log_of(a), GROWS)
            if grows is not None:
                self._add_ratios(a, b, found, grows)
                return True
        found = self.combine(difference, EXACT)
        if found is not None:
            self._add(Form({a: ONE, b: -ONE}), EXACT, ["order", atom_data(a), atom_data(b)], found)
        return found is not None

    def _add_ratios(self, a: Atom, b: Atom, found: Combination, grows: Combination) -> None:
        for alpha, beta in self._weights():
            rule = ["ratio", atom_data(a), atom_data(b), alpha.data(), beta.data()]
            self._add(Form({a: alpha, b: -beta}), GROWS, rule, found, grows)

    def _weights(self) -> list[tuple[Constant, Constant]]:
        """Coefficients alpha, beta with which alpha a - beta b is stated: 1 and each symbolic constant, for nothing compares those with numbers."""
        return [(alpha, beta * LARGE) for alpha in self._coefficients for beta in self._coefficients]


_NONE, _UNIT = Fraction(0), Fraction(1)


def _coordinates(form: Form, sign: int) -> dict[tuple, Fraction]:
    """The form's rational coordinates: by atom and by product of constants."""
    return {(atom, mono): q if sign > 0 else -q for atom, c in form.terms.items() for mono, q in c.terms.items()}


def _presolve(vectors: list[dict[tuple, Fraction]], right: dict[tuple, Fraction], free: int) -> list[int] | None:
    """Numbers of the vectors that can have a positive weight in sum of weight * vector = right; None where there is no solution.

    A coordinate in which all vectors have one sign, and the right side is zero, leaves them no weight. The first `free` vectors stay.
    """
    kept = list(range(len(vectors)))
    while True:
        ups, downs = set(), set()
        for k in kept:
            for key, q in vectors[k].items():
                (ups if q > 0 else downs).add(key)
        if any(key not in (ups if q > 0 else downs) for key, q in right.items()):
            return None
        lone = {key for key in ups ^ downs if key not in right}
        left = [k for k in kept if k < free or lone.isdisjoint(vectors[k])]
        if len(left) == len(kept):
            return kept
        kept = left


def _nesting(atom: Atom) -> int:
    return 0 if atom[0] == "L" else 1 + max((_nesting(a) for a in atom[1].terms), default=0)


def _names(atom: Atom) -> frozenset[str]:
    return frozenset((atom[2],)) if atom[0] == "L" else frozenset().union(*[_names(a) for a in atom[1].terms])
