"""Exact normal forms of formulas, with a certificate that `grader.replay.equality` can replay.

Method. Every part of a formula gets a value: a fraction of polynomials over generators (`kernels`) that stand for its roots, exponentials,
logarithms and other functions. Two formulas with equal values are equal wherever both are defined. The generators are chosen so that the common
identities become identities of polynomials (Risch's structure theorem says which functions are algebraically independent; here only equality is
claimed, so a choice that misses a relation leaves a claim open and never proves a false one):

- exp(sum c m) is a product of powers of one generator for each product m, log u is split over the factors of u, x^y is exp(y log x);
- sine and cosine are made of exp(i u); roots of integers and of factors are generators with g^k = p; |u| has g^2 = u^2;
- gamma functions, factorials and binomials are 1/gamma at the highest integer shift that occurs.

Facts: the operand of a root or logarithm is >= 0 or > 0 wherever the claim is defined; they are learned from both sides first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from flint import fmpq_mpoly

from grader.algebra.kernels import Bail, Frac, Kernels, Plan, Restart
from grader.algebra.normal_form_binders import BinderRules
from grader.algebra.normal_form_exponentials import ExponentialRules
from grader.algebra.normal_form_functions import FunctionRules
from grader.algebra.normal_form_powers import PowerRules
from grader.kernel import Refused
from grader.model import Claim
from grader.replay.definitions import by_definition
from grader.replay.rules import certain_parts, kind_of
from grader.replay.semantics import ATOMS, atom_name, comparisons, integer_built
from grader.term import Term, constant

MAX_RESTARTS = 12
LEARNED = frozenset("sqrt root log pow".split())


class NormalForm(PowerRules, ExponentialRules, FunctionRules, BinderRules):
    """Values of terms over one set of generators, and the rows that a certificate needs to say how they came about."""

    def __init__(self, claim: Claim, real: bool, plan: Plan, count: int, check: Callable[[], None]) -> None:
        self.claim, self.real = claim, real
        self.k = Kernels(claim, real, plan, count, check)
        self.plan = plan
        self.rows: dict[str, dict[str, Any]] = {}
        self.learned: list[str] = []
        self.conditions: list[int] = []
        self.memo: dict[Term, Frac] = {}
        self.auxiliary = False
        self.depth = 0
        self.sides: tuple[Term, ...] = ()

    # ---- facts

    def learn(self, sides: Iterable[Term]) -> None:
        """Collect what definedness says about operands, wherever their values can be had without guessing."""
        sides = tuple(sides)
        self.sides = self.sides or sides
        self._learn_conditions()
        if not self.real:
            return
        nodes = list(dict.fromkeys(node for side in sides for node in certain_parts(side) if node.kind == "apply" and node.name in LEARNED
                                   or node.kind == "binder" and node.name in ("sum", "product") and len(node.args) == 3))
        for node in sorted(nodes, key=lambda t: t.size):
            if node.name == "pow" and (node.args[0] == constant("e") or integer_built(node.args[1], self.integer)):
                continue
            try:
                if node.kind == "binder":
                    self.learn_length(node)
                else:
                    self.learn_from(node, self.value(node.args[0]))
                self.learned.append(node.fingerprint)
            except (Bail, Refused):
                continue

    def _learn_conditions(self) -> None:
        """The same facts that the checker learns from the claim's conditions."""
        k, t = self.k, self.k.table
        for index, (sign, a, b) in enumerate(comparisons(self.claim)):
            try:
                u = k.minus(self.value(a), self.value(b))
                if sign in ("!=", "<", ">"):
                    t.unit(k.plain(u[0]))
                if sign != "!=":
                    inside = k.reduce(u[0] * u[1]) if not u[1].is_constant() else u[0] / u[1].leading_coefficient()
                    t.fact(k.plain(inside if sign in (">", ">=") else -inside), sign in ("<", ">"))
                self.conditions.append(index)
            except (Bail, Refused):
                continue

    def integer(self, name: str) -> bool:
        """Is that symbol an integer?"""
        return name.startswith("#i") or not name.startswith("#") and self.claim.domain(name).field == "integer"

    def learn_from(self, node: Term, u: Frac) -> None:
        """The same facts that the checker learns from this part (see `replay.rules`), with the factors that it needs."""
        if not self.real or self.auxiliary:
            return
        t, k = self.k.table, self.k
        strict = node.name == "log"
        even = node.name == "sqrt" or node.name == "root" and node.args[1].kind == "number" and node.args[1].value % 2 == 0
        power = node.name == "pow" and not integer_built(node.args[1], self.integer)
        if strict:
            t.unit(k.plain(u[0]))
        if not (strict or even or power) or u[0].is_zero():
            return
        if u[1].is_constant():
            inside = u[0] if k.constant_of((k.one, u[1])) > 0 else -u[0]  # type: ignore[operator]
        else:
            inside = k.reduce(u[0] * u[1])
        if not k.is_real((inside, k.one)):
            raise Bail("a condition on something that is not real")
        strict = strict or t.is_unit(k.plain(u[0]))
        if k.sign(inside) in ((1,) if strict else (1, 2)):
            return
        t.fact(k.plain(inside), strict)
        c, factors = k.factors(inside)
        if len(factors) > 1 or factors and factors[0][1] > 1 or factors and abs(c) != 1:
            self.row(node)["factors"] = [[k.write(f), e] for f, e in factors]
            self._learn_signs(c, factors, strict)

    def _learn_signs(self, c: Fraction, factors: list[tuple[Any, int]], strict: bool) -> None:
        k, t = self.k, self.k.table
        sign, open_ = (1 if c > 0 else -1), []
        for f, e in factors:
            p = k.plain(f)
            if strict:
                t.unit(p)
            s = t.sign(p)
            if e % 2 == 0:
                if not t.is_unit(p):
                    return
            elif abs(s) == 1:
                sign *= s
            else:
                open_.append(f)
        if len(open_) == 1:
            t.fact(k.plain(open_[0] * sign), strict)

    def row(self, term: Term) -> dict[str, Any]:
        """The certificate's row for a part."""
        return self.rows.setdefault(term.fingerprint, {})

    # ---- values

    def value(self, term: Term) -> Frac:
        """The value of a part. Fails with `Bail` where the normal form does not go that far."""
        found = self.memo.get(term)
        if found is None:
            found = self.memo[term] = self._value(term)
        return found

    def _value(self, term: Term) -> Frac:
        k = self.k
        if term.kind == "number":
            return k.number(term.value)
        name = atom_name(term) if term.kind == "symbol" or term.kind == "apply" and term.name in ATOMS else None
        if name is not None:
            kind = kind_of(name)
            return k.at(k.generator((kind, name), [kind, name]))
        if term.kind == "constant":
            if term.name == "e":
                return self.exponential_row(term, k.number(1))
            if term.name in ("pi", "i"):
                return k.at(k.pi() if term.name == "pi" else k.i())
        if term.kind == "binder":
            return self.rule_binder(term)
        if term.kind != "apply":
            raise Bail(f"no rule for a {term.name or term.kind}")
        rule = getattr(self, f"rule_{term.name}", None)
        if rule is not None:
            return rule(term)
        if term.name in self.OPAQUE:
            return self.opaque(term)
        defined = by_definition(term)
        if defined is None:
            raise Bail(f"no rule for {term.name}")
        return self.value(defined)

    def rule_add(self, term: Term) -> Frac:
        """Sum."""
        total = self.value(term.args[0])
        for a in term.args[1:]:
            total = self.k.plus(total, self.value(a))
        return self._shortened(term, total)

    def rule_mul(self, term: Term) -> Frac:
        """Product."""
        total = self.value(term.args[0])
        for a in term.args[1:]:
            total = self.k.times(total, self.value(a))
        return self._shortened(term, total)

    def rule_neg(self, term: Term) -> Frac:
        """Minus."""
        return self.k.negative(self.value(term.args[0]))

    def rule_div(self, term: Term) -> Frac:
        """Quotient; the divisor is not zero where the claim is defined."""
        top, bottom = self.value(term.args[0]), self.value(term.args[1])
        found = self._shortened(term, self.k.times(top, self.divide(bottom)))
        if found[1].is_constant() and not bottom[0].is_constant():
            self.row(term)["reduced"] = self.k.write_frac(found)
        return found

    def divide(self, u: Frac) -> Frac:
        """1/u, noting that u is not zero."""
        if u[0].is_zero():
            raise Bail("division by zero")
        if self.auxiliary:
            self.k.require_unit(u[0])
        else:
            self.k.table.unit(self.k.plain(u[0]))
        return self.k.inverse(u)

    def _shortened(self, term: Term, found: Frac) -> Frac:
        """Where denominators met, the checker gets the short fraction, so that its own does not grow."""
        if not found[1].is_constant() or any(not self.value(a)[1].is_constant() for a in term.args):
            if term.size > 12:
                self.row(term)["reduced"] = self.k.write_frac(found)
        return found


def multiple(claim: Claim, f: Term, g: Term, real: bool, check: Callable[[], None] = lambda: None) -> dict[str, Any] | str:
    """Data for `replay.multiples`: f and g in lowest terms with numerators that are multiples of each other, or why there is none."""
    plan, count, reason = Plan(), 14, ""
    for _ in range(MAX_RESTARTS):
        form = NormalForm(claim, real, plan, count, check)
        try:
            u, v = form.value(f), form.value(g)
            if u[0].is_zero() or v[0].is_zero():
                return "an equation that always holds"
            c = _factor(form.k, u[0], v[0])
            if c is None:
                return "the numerators are no multiples of each other"
            return {"generators": form.k.entries, "rows": form.rows, "facts": [], "left": form.k.write_frac(u), "right": form.k.write_frac(v),
                    "factor": form.k.write_frac(c)}
        except Restart:
            continue
        except (Bail, Refused) as stopped:
            reason = str(stopped)
            if reason == "generators" and count < 60:
                count = 30 if count == 14 else 60
                continue
            return reason
    return reason or "no plan for the generators was found"


def signed(claim: Claim, left: Term, right: Term, strict: bool, check: Callable[[], None] = lambda: None) -> dict[str, Any] | str:
    """Data for `replay.order`: right - left with a sign that the checker's table grants, or why there is none."""
    plan, count, reason = Plan(), 14, ""
    for _ in range(MAX_RESTARTS):
        form = NormalForm(claim, True, plan, count, check)
        try:
            form.learn((left, right))
            u, v = form.value(left), form.value(right)
            difference = form.k.minus(v, u)
            if form.k.table.frac_sign((form.k.plain(difference[0]), form.k.plain(difference[1]))) not in ((1,) if strict else (1, 2)):
                return "the sign of the difference is not known"
            return {"generators": form.k.entries, "rows": form.rows, "facts": form.learned, "conditions": form.conditions,
                    "difference": form.k.write_frac(difference)}
        except Restart:
            continue
        except (Bail, Refused) as stopped:
            reason = str(stopped)
            if reason == "generators" and count < 60:
                count = 30 if count == 14 else 60
                continue
            return reason
    return reason or "no plan for the generators was found"


def _factor(k: Kernels, u: fmpq_mpoly, v: fmpq_mpoly) -> Frac | None:
    """(a, b) without symbols and with u b = v a: by the common factor, else by the coefficients of the first product of symbols."""
    common = u.gcd(v)
    for c in ((u / common, v / common), (_leading(k, u), _leading(k, v))):
        plain = all(k.entries[j][0] not in ("symbol", "conj", "call", "bound", "cos", "sin", "function") for p in c for j in k.used(p))
        if plain and k.reduce(u * c[1] - v * c[0]).is_zero():
            return c
    return None


def _leading(k: Kernels, p: fmpq_mpoly) -> fmpq_mpoly:
    """The coefficient of the first product of symbols, as a polynomial in the other generators."""
    variables = [j for j, entry in enumerate(k.entries) if entry[0] in ("symbol", "conj", "call", "bound")]
    parts: dict[tuple[int, ...], dict[Any, Any]] = {}
    for m, c in p.to_dict().items():
        head = tuple(int(m[j]) for j in variables)
        parts.setdefault(head, {})[tuple(0 if j in variables else e for j, e in enumerate(m))] = c
    return k.context.from_dict(parts[max(parts)])


def certificate(claim: Claim, left: Term, right: Term, real: bool, check: Callable[[], None] = lambda: None) -> dict[str, Any] | str:
    """Data for `replay.equality` without its point, or why there is none ("the normal forms differ", "a limit"). `check` is called often and may
    raise."""
    plan, count, reason = Plan(), 14, ""
    for _ in range(MAX_RESTARTS):
        form = NormalForm(claim, real, plan, count, check)
        try:
            form.learn((left, right))
            difference = form.k.minus(form.value(left), form.value(right))
            if not difference[0].is_zero():
                return "the normal forms differ"
            return {"generators": form.k.entries, "rows": form.rows, "facts": form.learned, "conditions": form.conditions}
        except Restart:
            continue
        except Bail as bail:
            reason = str(bail)
            if reason == "generators" and count < 60:
                count = 30 if count == 14 else 60
                continue
            return reason
        except Refused as refused:
            return str(refused)
    return reason or "no plan for the generators was found"
