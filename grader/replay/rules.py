"""The value of each part of a claim over the generators of a certificate, one rule an operator. See `equality` for the whole.

A value is a fraction whose denominator is not zero wherever both sides of the claim are defined. Rules (u is the operand's value):

- u^(a/b), sqrt, root in the real reading: V real, V >= 0 and V^b = u^a (odd roots: V^b = u, whatever the sign); else V a `croot` of u;
- |u|: V >= 0 and V^2 = u^2 (u real) or V^2 = u conj(u);
- exp u: put together from known pairs (`pairs`); sin u and cos u by W = exp(i u);
- log u: V with exp V = u, and V real (u > 0) or V real plus one principal logarithm or i pi;
- b^e otherwise: exp(e V) with V = log b; for an integer e and any b, as a product of powers;
- 1/gamma(u): u(u + 1)...(u + k - 1) / gamma(u + k);
- floor(u + m) = floor(u) + m for an integer m;
- odd functions: f(-u) = -f(u); arcsines and arctangents that are rational multiples of pi by the sine and tangent of that angle;
- derivatives by the rules of calculus, on terms (`derivative`);
- sums, products and integrals: see `rules_binders`;
- other operators and unknown functions: equal operands give equal values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Claim
from grader.replay import polynomial as P
from grader.replay.definitions import by_definition
from grader.replay.generators import ENTIRE, Frac
from grader.replay.pairs import Pairs
from grader.replay.rules_binders import BinderRules
from grader.replay.rules_functions import OPAQUE, FunctionRules
from grader.replay.semantics import ATOMS, atom_name, comparisons, integer_built
from grader.replay.table import Table
from grader.term import Term, apply, constant, number

CONDITIONAL = frozenset("where and or not implies iff xor".split())


class Proof(FunctionRules, BinderRules):
    """One certificate being replayed for one claim."""

    def __init__(self, claim: Claim, data: Mapping[str, Any], real: bool) -> None:
        self.claim, self.real = claim, real
        self.rows: Mapping[str, Any] = data["rows"]
        self.table = Table(claim, data["generators"], real)
        self.pairs = Pairs(self.table)
        self.memo: dict[Term, Frac] = {}
        self.auxiliary = False  # inside a formula of the proof, whose own definedness the claim does not vouch for
        self.born: set[int] = set()  # generators of partial functions that the claim itself contains

    # ---- facts from definedness

    def learn(self, names: Iterable[str], *sides: Term) -> None:
        """The operands of these roots, logarithms and powers are at least zero wherever both sides are defined."""
        nodes = {node.fingerprint: node for side in sides for node in certain_parts(side)}
        for name in names:
            if name not in nodes:
                raise Refused("a fact from a part that the claim does not have")
            node = nodes[name]
            if node.kind == "binder":
                self.learn_length(node)
            else:
                self._learn(node, self.value(node.args[0]))

    def learn_conditions(self, indices: Iterable[int]) -> None:
        """What these comparisons among the claim's conditions say of signs and zeros."""
        known, t = comparisons(self.claim), self.table
        for index in indices:
            if type(index) is not int or not 0 <= index < len(known):
                raise Refused("a condition that the claim does not have")
            sign, a, b = known[index]
            right = self.value(b)
            u = t.plus(self.value(a), (P.scale(right[0], -1), right[1]))
            if sign in ("!=", "<", ">"):
                t.unit(u[0])
            if sign != "!=":
                inside = t.reduced(P.multiply(*u)) if not P.is_constant(u[1]) else P.scale(u[0], 1 if P.value(u[1]) > 0 else -1)
                t.fact(inside if sign in (">", ">=") else P.scale(inside, -1), sign in ("<", ">"))

    def _learn(self, node: Term, u: Frac) -> None:
        if not self.real or self.auxiliary:
            return
        row = self.rows.get(node.fingerprint, {})
        strict = node.name == "log"
        if strict:
            self.table.unit(u[0])
        even = node.name == "sqrt" or node.name == "root" and node.args[1].kind == "number" and node.args[1].value % 2 == 0
        power = node.name == "pow" and not integer_built(node.args[1], self._integer)
        if strict or even or power:
            inside = self.table.reduced(P.multiply(*u)) if not P.is_constant(u[1]) else P.scale(u[0], 1 if P.value(u[1]) > 0 else -1)
            self._learn_sign(inside, strict or self.table.is_unit(u[0]), row.get("factors"))

    def _learn_sign(self, p: P.Poly, strict: bool, factors: Any) -> None:
        """p >= 0. With its factors, the one factor of odd multiplicity whose sign is not known gets its sign from the others."""
        t = self.table
        t.fact(p, strict)
        if not factors:
            return
        parts = [(t.poly(f), e) for f, e in factors]
        if any(type(e) is not int or not 0 < e < 100 for _, e in parts):
            raise Refused("factors of another form")
        c = P.same_up_to_factor(p, P.product((f for f, e in parts for _ in range(e)), t.count))
        if c is None:
            raise Refused("the factors do not make the product")
        sign, open_ = (1 if c > 0 else -1), []
        for f, e in parts:
            if strict:
                t.unit(f)
            s = t.sign(f)
            if e % 2 == 0:
                if not t.is_unit(f):
                    return  # where it vanishes nothing follows for the others
            elif abs(s) == 1:
                sign *= s
            else:
                open_.append(f)
        if len(open_) == 1:
            t.fact(P.scale(open_[0], sign), strict)

    # ---- values

    def value(self, term: Term) -> Frac:
        """The value of a part, by its rule. Fails with `Refused`."""
        found = self.memo.get(term)
        if found is None:
            found = self._value(term)
            row = self.rows.get(term.fingerprint)
            if row is not None and "reduced" in row:
                found = self._shorter(found, row["reduced"])
            if t_hidden := self.table.hidden.intersection(P.used(found[0]), P.used(found[1])):
                raise Refused(f"generator {min(t_hidden)} is known inside a sum or integral only")
            if len(found[0]) + len(found[1]) > P.MAX_TERMS:
                raise Refused("an expression too large to be replayed")
            self.memo[term] = found
        return found

    def _shorter(self, found: Frac, written: Any) -> Frac:
        t = self.table
        top, bottom = t.poly(written[0]), t.poly(written[1])
        if not bottom or not t.same(found, (top, bottom)):
            raise Refused("a fraction was shortened wrongly")
        return (top, bottom) if P.quotient(found[1], bottom) is not None or t.is_unit(bottom) else found

    def _value(self, term: Term) -> Frac:
        t = self.table
        if term.kind == "number":
            return t.number(term.value)
        name = atom_name(term) if term.kind == "symbol" or term.kind == "apply" and term.name in ATOMS else None
        if name is not None:
            return t.whole(P.generator(t.find(kind_of(name), name), t.count))
        if term.kind == "constant":
            if term.name == "e":
                return self._by_pairs(term, t.number(Fraction(1)))
            if term.name in ("pi", "i"):
                return t.whole(P.generator(t.find(term.name), t.count))
        if term.kind == "binder":
            return self.rule_binder(term)
        if term.kind != "apply":
            raise Refused(f"no rule for a {term.name or term.kind}")
        rule = getattr(self, f"_rule_{term.name}", None)
        if rule is not None:
            return rule(term)
        if term.name in OPAQUE:
            return self._opaque(term)
        defined = by_definition(term)
        if defined is None:
            raise Refused(f"no rule for {term.name}")
        return self.value(defined)

    def _rule_add(self, term: Term) -> Frac:
        total = self.value(term.args[0])
        for a in term.args[1:]:
            total = self.table.plus(total, self.value(a))
        return total

    def _rule_mul(self, term: Term) -> Frac:
        total = self.value(term.args[0])
        for a in term.args[1:]:
            total = self.table.times(total, self.value(a))
        return total

    def _rule_neg(self, term: Term) -> Frac:
        u = self.value(term.args[0])
        return P.scale(u[0], -1), u[1]

    def _rule_div(self, term: Term) -> Frac:
        top, bottom = self.value(term.args[0]), self.value(term.args[1])
        return self.table.times(top, self._inverse(bottom))

    def _inverse(self, u: Frac) -> Frac:
        """1/u: where the claim is defined u is not zero."""
        if not u[0]:
            raise Refused("division by zero")
        if self.auxiliary:
            self.table.require_unit(u[0])
        else:
            self.table.unit(u[0])
        return u[1], u[0]

    def _integer(self, name: str) -> bool:
        return name.startswith("#i") or not name.startswith("#") and self.claim.domain(name).field == "integer"

    def _rule_pow(self, term: Term) -> Frac:
        base, exponent = term.args
        if base == constant("e"):
            return self._by_pairs(term, self.value(exponent))
        e = self.table.as_number(self.value(exponent))
        u = self.value(base)
        if e is not None and e.denominator == 1:
            if e <= 0:
                u = self._inverse(u)
            return self._whole_power(term, u, abs(int(e)))
        if e is not None and e.denominator <= 4000 and abs(e) <= 5000:
            self._learn(term, u)
            v = self._root(term, u, e.denominator, odd=False)
            if e < 0:
                self._inverse(u)
                v = self._inverse(v)
            return self.table.power(v, abs(e.numerator))
        self._learn(term, u)
        row = self._row(term)
        if "integer" in row:
            if not integer_built(exponent, self._integer):
                raise Refused("an exponent that need not be an integer")
            return self._integer_power(row["integer"], u, self.value(exponent))
        log = self._logarithm(row["log"], row["log_steps"], u)
        return self.pairs.exponential(self.table.times(self.value(exponent), log), row["steps"])

    def _whole_power(self, term: Term, u: Frac, n: int) -> Frac:
        t, row = self.table, self.rows.get(term.fingerprint, {})
        if "big" not in row:
            if n > 20_000:
                raise Refused("a power too high to be multiplied out")
            return t.power(u, n)
        g, sign, upside_down = row["big"]
        base, order = t.at(g, "bigpower").parts
        v = (u[1], u[0]) if upside_down else u
        if order != n or sign not in (1, -1) or not t.same(v, t.whole(P.scale(base, sign))):
            raise Refused("a high power of something else")
        w = t.whole(P.scale(P.generator(g, t.count), sign if n % 2 else 1))
        return (w[1], w[0]) if upside_down else w

    def _row(self, term: Term) -> Mapping[str, Any]:
        row = self.rows.get(term.fingerprint)
        if row is None:
            raise Refused(f"no row for a part with {term.name or term.kind}")
        return row

    def _by_pairs(self, term: Term, argument: Frac) -> Frac:
        return self.pairs.exponential(argument, self._row(term)["steps"])

    def _rule_exp(self, term: Term) -> Frac:
        return self._by_pairs(term, self.value(term.args[0]))

    def _rule_sqrt(self, term: Term) -> Frac:
        u = self.value(term.args[0])
        self._learn(term, u)
        return self._root(term, u, 2, odd=False)

    def _rule_root(self, term: Term) -> Frac:
        order = term.args[1]
        if order.kind != "number" or order.value.denominator != 1 or not 1 <= order.value <= 60:
            return self.value(apply("pow", term.args[0], apply("div", number(1), order)))
        u = self.value(term.args[0])
        self._learn(term, u)
        return self._root(term, u, int(order.value), odd=order.value % 2 == 1)

    def _root(self, term: Term, u: Frac, k: int, *, odd: bool) -> Frac:
        """The k-th root of u: real and not negative (real where odd), or principal."""
        t, v = self.table, self.table.frac(self._row(term)["value"])
        if not t.same(t.power(v, k), u):
            raise Refused("a root whose power is something else")
        if t.is_real(v[0]) and t.is_real(v[1]) and (odd and self.real or t.frac_sign(v) in (1, 2)):
            return v
        if not self.real and P.is_constant(v[1]) and t.is_croot(v, k, u):
            return v
        raise Refused("a root whose sign is not known")

    def _rule_abs(self, term: Term) -> Frac:
        t, u, v = self.table, self.value(term.args[0]), self.table.frac(self._row(term)["value"])
        real = t.is_real(u[0]) and t.is_real(u[1])
        square = t.times(u, u if real else t.conjugate(u))
        if not t.same(t.times(v, v), square) or t.frac_sign(v) not in (1, 2):
            raise Refused("no absolute value")
        return v

    def _rule_conj(self, term: Term) -> Frac:
        return self.table.conjugate(self.value(term.args[0]))

    def _rule_log(self, term: Term) -> Frac:
        if len(term.args) == 2:
            return self.value(by_definition(term))  # type: ignore[arg-type]
        u = self.value(term.args[0])
        self._learn(term, u)
        if not self.auxiliary and not self.real:
            self.table.unit(u[0])
        row = self._row(term)
        return self._logarithm(row["log"], row["log_steps"], u)

    def _logarithm(self, written: Any, steps: Any, u: Frac) -> Frac:
        """V = log u: exp V = u, and V is real, or real plus one principal logarithm, or real plus i pi in the complex reading."""
        t, v = self.table, self.table.frac(written)
        if not t.same(self.pairs.exponential(v, steps), u):
            raise Refused("a logarithm of something else")
        rest, principal = dict(v[0]), 0
        if not self.real and P.is_constant(v[1]):
            for m in list(rest):
                used = [k for k, e in enumerate(m) if e]
                kinds = [t.generators[k].kind for k in used]
                turn = kinds in (["pi", "i"], ["i", "pi"]) and sum(m) == 2
                if (kinds == ["clog"] and sum(m) == 1 or turn) and rest[m] == P.value(v[1]):
                    principal += 1
                    self.born.update(used)
                    del rest[m]
        if principal > 1 or not (t.is_real(rest) and t.is_real(v[1])):
            raise Refused("a logarithm that is not principal")
        return v

    def _integer_power(self, row: Any, u: Frac, e: Frac) -> Frac:
        """u^e for an integer e: u = product of f_j^a_j; e = sum of c m over products m of integers; the value is the product of (f_j^m)^(a_j c)."""
        t = self.table
        factors = [(t.poly(f), a) for f, a in row["factors"]]
        top = P.product((f for f, a in factors for _ in range(max(a, 0))), t.count)
        bottom = P.product((f for f, a in factors for _ in range(max(-a, 0))), t.count)
        if not t.same(u, (top, bottom)):
            raise Refused("the factors do not make the base")
        out = t.number(Fraction(1))
        for (f, a), powers in zip(factors, row["powers"], strict=True):
            total = t.number(Fraction(0))
            for c, mono, index in powers:
                if type(c) is not int:
                    raise Refused("an exponent of another form")
                m = t.poly(mono)
                total = t.plus(total, t.whole(P.scale(m, c)))
                w = self._power_generator(f, m, index)
                step = t.power(w if c * a > 0 else self._known_inverse(w), abs(c * a))
                out = t.times(out, step)
            if not t.same(total, e):
                raise Refused("the parts do not make the exponent")
        return out

    def _known_inverse(self, w: Frac) -> Frac:
        self.table.require_unit(w[0])
        return w[1], w[0]

    def _power_generator(self, f: P.Poly, m: P.Poly, index: int | None) -> Frac:
        t = self.table
        if index is None:
            if m != P.constant(1, t.count):
                raise Refused("a power without generator")
            return t.whole(f)
        if isinstance(index, dict):  # f > 0: exp(m log f)
            log = self._logarithm(index["log"], index["log_steps"], t.whole(f))
            if t.sign(f) != 1:
                raise Refused("a base that need not be positive")
            return self.pairs.exponential(t.times(t.whole(m), log), index["steps"])
        if f == P.constant(-1, t.count) and t.at(index, "alternating").parts == (m,):
            return t.whole(P.generator(index, t.count))
        if t.at(index, "power").parts != (f, m):
            raise Refused("a power of something else")
        return t.whole(P.generator(index, t.count))

    def finish(self) -> None:
        """Generators of functions that are not defined everywhere must belong to parts of the claim."""
        for k, g in enumerate(self.table.generators):
            if g.kind == "clog" and k not in self.born or g.kind == "function" and g.parts[0] not in ENTIRE and k not in self.born:
                raise Refused("a function value that the claim does not contain")


def kind_of(name: str) -> str:
    """Kind of the generator for a name: "#i0" is a summation index, "#x0" a variable of integration."""
    return "bound" if name.startswith("#i") else "variable" if name.startswith("#x") else "symbol"


def certain_parts(term: Term) -> Iterable[Term]:
    """The parts that are evaluated whenever the whole is: not those under cases or a bound symbol."""
    stack = [term]
    while stack:
        node = stack.pop()
        yield node
        if node.kind in ("apply", "relation") and node.name not in CONDITIONAL or node.kind == "tuple" and node.name != "cases":
            stack.extend(node.args)
