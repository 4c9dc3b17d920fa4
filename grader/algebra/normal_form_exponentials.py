"""Normal forms of exponentials and logarithms. See `normal_form` for the method and `replay.pairs` for the steps."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grader.algebra.kernels import Bail, Frac, fmpq_of, rational
from grader.algebra.normal_form_powers import prime_factors
from grader.replay.definitions import by_definition
from grader.term import Term

if TYPE_CHECKING:
    from flint import fmpq_mpoly

    from grader.algebra.kernels import Kernels, Plan

_ANGLES = {Fraction(1, 12): ("r6+r2", "r6-r2"), Fraction(1, 6): ("2r3", "2"), Fraction(1, 4): ("2r2", "2r2"), Fraction(1, 3): ("2", "2r3"),
           Fraction(5, 12): ("r6-r2", "r6+r2")}
"""Four times cosine and sine of pi times the key, in square roots."""


class ExponentialRules:
    """The rules for exp and log; mixed into `NormalForm`."""

    k: Kernels
    plan: Plan
    real: bool

    # ---- exponentials

    def rule_exp(self, term: Term) -> Frac:
        """Exponential."""
        return self.exponential_row(term, self.value(term.args[0]))

    def exponential_row(self, term: Term, q: Frac) -> Frac:
        """exp(q), noted in the certificate."""
        found, steps = self.exponential(q)
        self.row(term)["steps"] = steps
        return found

    def exponential(self, q: Frac) -> tuple[Frac, list[Any]]:
        """exp(q) and the steps that put it together."""
        k = self.k
        out, steps = k.number(1), []
        n, d = q
        if not d.is_constant():
            whole, rest = divmod(n, d)
            if not whole.is_zero():
                out, steps = self.exponential(k.whole(whole))
                n = rest
        scale = Fraction(1)
        if d.is_constant():
            scale, d = rational(d.leading_coefficient()), k.one
        for m, v in n.to_dict().items():
            c = rational(v) / scale
            if abs(c.numerator) > 400 or c.denominator > 60:
                raise Bail("an exponent too large")
            step, w = self._exponential_of(k.context.from_dict({m: 1}), d, c)
            steps.append(step)
            out = k.times(out, w)
        return out, steps

    def _exponential_of(self, mono: fmpq_mpoly, d: fmpq_mpoly, c: Fraction) -> tuple[list[Any], Frac]:
        """One step for exp(c mono / d)."""
        k = self.k
        used = k.used(mono)
        kinds = [k.entries[j][0] for j in used]
        plain = d.is_one() and int(mono.total_degree()) == len(used)
        if plain and kinds == ["log"]:
            found = self._exponential_of_log(used[0], c)
            if found is not None:
                return found
        if plain and kinds == ["clog"] and c.denominator == 1:
            arg = self._back(k.table.generators[used[0]].parts[0])
            return ["clog", used[0], int(c)], self._integer_power(arg, int(c))
        if plain and "i" in kinds and "pi" in kinds and all(k.table.generators[j].integer for j in used if k.entries[j][0] not in ("i", "pi")):
            rest = [j for j in used if k.entries[j][0] not in ("i", "pi")]
            if not rest:
                return self._unity(c)
            if c.denominator == 1:
                product = k.one
                for j in rest:
                    product = product * k.gens[j]
                g = k.generator(("alternating", "-1", str(product)), ["alternating", k.write(product)])
                return ["alternating", g, int(c)], self._integer_power(k.at(g), int(c) % 2)
        if plain and len(used) == 2 and "i" in kinds and "function" in kinds and c.denominator == 1:
            g = next(j for j in used if k.entries[j][0] == "function")
            if k.entries[g][1] in ("atan", "asin") and k.table.generators[g].real:
                return self._angle_step(g, int(c))
        if "i" in kinds and self.k.table.generators[used[kinds.index("i")]].kind == "i":
            rest = mono / k.gens[used[kinds.index("i")]]
            if k.is_real((rest, d)):
                return self._turn_step(rest, d, c)
        key = ("exp", str(mono), str(d))
        unit = self.plan.order(key, c.denominator)
        arg = (mono / unit, d)
        g = k.generator(key, ["exp", k.write_frac(arg)])
        return ["exp", g, int(c * unit)], self._integer_power(k.at(g), int(c * unit))

    def _turn_step(self, mono: fmpq_mpoly, d: fmpq_mpoly, c: Fraction) -> tuple[list[Any], Frac]:
        """exp(i q) = cos q + i sin q for a real q, with generators for the cosine and sine of a unit of q."""
        k = self.k
        key = ("cos", str(mono), str(d))
        unit = self.plan.order(key, c.denominator)
        cosine = k.generator(key, ["cos", k.write_frac((mono / unit, d))])
        sine = k.generator(("sin", cosine), ["sin", cosine])
        times = int(c * unit)
        i = k.gens[k.i()]
        w = k.whole(k.gens[cosine] + i * k.gens[sine] * (1 if times > 0 else -1))
        return ["turn", cosine, sine, times], k.power(w, abs(times))

    def _exponential_of_log(self, g: int, c: Fraction) -> tuple[list[Any], Frac] | None:
        """exp(c log|p|) = |p|^c."""
        k = self.k
        p = self._back((k.table.generators[g].parts[0], {(0,) * k.size: Fraction(1)}))[0]
        sign = k.sign(p)
        if c.denominator == 1:
            if sign:
                return ["log", g, int(c)], self._integer_power(k.whole(p if sign > 0 else -p), int(c))
            a = self._abs_generator(p)
            return ["logabs", g, a, int(c)], self._integer_power(k.at(a), int(c))
        if sign < 0:
            return None
        base = self._sized(p, sign)
        order = self.plan.order(("root", str(base)), c.denominator)
        r = k.generator(("root", str(base)), ["root", k.write(base), order])
        return ["root", g, r, int(c * order)], self._integer_power(k.at(r), int(c * order))

    def _unity(self, c: Fraction) -> tuple[list[Any], Frac]:
        """exp(i pi c)."""
        k = self.k
        if c.denominator == 1:
            return ["ipi", int(c)], k.number(1 if c % 2 == 0 else -1)
        if 12 % c.denominator == 0:
            w = self._radical_unity(c % 2)
            return ["unity", str(c), k.write_frac(w), 1], w
        order = 2 * c.denominator
        if order > 120:
            raise Bail("a root of unity of high order")
        g = k.generator(("zeta", order), ["zeta", order])
        turns = int(c * c.denominator) % order
        # the step must add up to c itself: whole turns are added as pairs (i pi, -1)
        return ["zeta", g, int(c * c.denominator)], k.power(k.at(g), turns) if turns else k.number(1)

    def _radical_unity(self, c: Fraction) -> Frac:
        """exp(i pi c) for a multiple of 1/12, in square roots."""
        k = self.k
        quarter, rest = divmod(c, Fraction(1, 2))
        cosine, sine = k.number(1), k.number(0)
        if rest:
            cosine, sine = (self._radical(text) for text in _ANGLES[rest])
        for _ in range(int(quarter)):
            cosine, sine = k.negative(sine), cosine
        return k.plus(cosine, k.times(k.at(k.i()), sine))

    def _radical(self, text: str) -> Frac:
        k = self.k
        half = Fraction(1, 2)
        two = self._rooted(k.context.constant(2), half) if "r2" in text or "r6" in text else k.number(0)
        three = self._rooted(k.context.constant(3), half) if "r3" in text or "r6" in text else k.number(0)
        value = {"2": lambda: k.number(2), "2r2": lambda: self._scaled(two, 2), "2r3": lambda: self._scaled(three, 2),
                 "r6+r2": lambda: k.plus(k.times(two, three), two), "r6-r2": lambda: k.minus(k.times(two, three), two)}[text]()
        return self._scaled(value, Fraction(1, 4))

    def _angle_step(self, g: int, times: int) -> tuple[list[Any], Frac]:
        """exp(i n atan u) and exp(i n asin u)."""
        k = self.k
        op, parts = k.table.generators[g].parts
        u = self._back(parts[0])
        square = k.times(u, u)
        side = self._root(k.plus(k.number(1), square if op == "atan" else k.negative(square)), 2, odd=False)
        iu = k.times(k.at(k.i()), u)
        if op == "atan":
            w = k.times(k.plus(k.number(1), iu), k.inverse(side))
        else:
            w = k.plus(side, iu)
        return [op, g, k.write_frac(side), times], self._integer_power(w, times) if times > 0 else self._integer_power(k.inverse(w), -times)

    # ---- logarithms

    def rule_log(self, term: Term) -> Frac:
        """Logarithm."""
        if len(term.args) == 2:
            return self.value(by_definition(term))
        u = self.value(term.args[0])
        self.learn_from(term, u)
        if not self.auxiliary and not self.real:
            self.k.table.unit(self.k.plain(u[0]))
        log, steps = self.logarithm(u)
        self.row(term).update(log=self.k.write_frac(log), log_steps=steps)
        return log

    def logarithm(self, u: Frac) -> tuple[Frac, list[Any]]:
        """log u and the steps that show exp of it to be u."""
        k = self.k
        if u[0].is_zero():
            raise Bail("the logarithm of zero")
        sign = k.table.frac_sign((k.plain(u[0]), k.plain(u[1]))) if k.is_real(u) else 0
        if not self.real and abs(sign) != 1:
            return self._principal_logarithm(u)
        total, steps = k.number(0), []
        if sign == -1:
            if self.real:
                raise Bail("the logarithm of a negative number")
            total, steps, u = k.times(k.at(k.i()), k.at(k.pi())), [["ipi", 1]], k.negative(u)
        c, factors = self._merged(*self.factored(u))
        for f, e in factors:
            total, steps = self._add_logarithm(total, steps, f, e)
        for n, s in ((abs(c.numerator), 1), (c.denominator, -1)):
            for p, e in prime_factors(n):
                g = k.generator(("log", str(p)), ["log", k.write(k.context.constant(p))])
                total = k.plus(total, self._scaled(k.at(g), e * s))
                steps.append(["log", g, e * s])
        return total, steps

    def _add_logarithm(self, total: Frac, steps: list[Any], f: fmpq_mpoly, e: Fraction) -> tuple[Frac, list[Any]]:
        k = self.k
        kind, parts = self._single(f)
        if kind == "exp":
            return k.plus(total, self._scaled(parts[1], e)), [*steps, ["exp", parts[0], int(e)]]
        if kind in ("root", "abs"):
            base, order = parts[1], parts[2]
            if self._single(base)[0] in ("root", "abs", "exp"):
                raise Bail("the logarithm of a nested root")
            g = k.generator(("log", str(base)), ["log", k.write(base)])
            step = ["root", g, parts[0], int(e)] if kind == "root" else ["logabs", g, parts[0], int(e)]
            return k.plus(total, self._scaled(k.at(g), e / order)), [*steps, step]
        g = k.generator(("log", str(f)), ["log", k.write(f)])
        if k.sign(f):
            return k.plus(total, self._scaled(k.at(g), e)), [*steps, ["log", g, int(e)]]
        return k.plus(total, self._scaled(k.at(g), e)), [*steps, ["logabs", g, self._abs_generator(f), int(e)]]

    def _principal_logarithm(self, u: Frac) -> tuple[Frac, list[Any]]:
        k = self.k
        scale = abs(rational(u[0].leading_coefficient()))
        w = u[0] / fmpq_of(scale), u[1]
        total, steps = k.number(0), []
        for n, s in ((scale.numerator, 1), (scale.denominator, -1)):
            for p, e in prime_factors(n):
                g = k.generator(("log", str(p)), ["log", k.write(k.context.constant(p))])
                total = k.plus(total, self._scaled(k.at(g), e * s))
                steps.append(["log", g, e * s])
        g = k.generator(("clog", str(w[0]), str(w[1])), ["clog", k.write_frac(w)])
        return k.plus(total, k.at(g)), [*steps, ["clog", g, 1]]
