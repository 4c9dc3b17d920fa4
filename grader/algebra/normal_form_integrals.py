"""Normal forms of definite integrals: the difference of an antiderivative at the ends, or one generator for each integrand and range.

Integrands are integrated by `antiderivative` as a whole, else taken apart over the generators that contain the variable. The checker
differentiates every antiderivative again (`replay.rules_binders`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.algebra.antiderivative import NoAntiderivative, antiderivative
from grader.algebra.kernels import Bail, Frac
from grader.algebra.terms_of import Writer
from grader.replay.derivative import derivative
from grader.replay.enclosure import Unsupported
from grader.term import Term, constant, number, replace, symbol, to_data

if TYPE_CHECKING:
    from grader.algebra.kernels import Kernels

Part = tuple[Term, str, Term]
"""(coefficient, "closed" or "opaque", antiderivative or integrand)"""


class IntegralRules:
    """The rule for definite integrals; mixed into `NormalForm`."""

    k: Kernels
    depth: int

    def _integral(self, term: Term) -> Frac:
        k, (body, low, high) = self.k, term.args
        v = symbol(f"#x{self.depth}")
        inside_body = replace(body, {term.bound[0]: v})
        row = self.row(term)
        row.update(index=v.name, parts=[])
        finite = not any(n.kind == "constant" and n.name == "oo" for t in (low, high) for n in (t, *t.args))
        if finite and not self.auxiliary:
            try:
                for end in (low, high):
                    self.value(replace(body, {term.bound[0]: end}))
                row["ends"] = True
            except Bail:
                row.pop("ends", None)
        out, inside = k.number(0), []
        for coefficient, how, f in self._integrand_parts(inside_body, v, finite):
            c = self.aside(coefficient)
            if how == "closed":
                value = k.minus(self.aside(replace(f, {v: high})), self.aside(replace(f, {v: low})))
                row["parts"].append([to_data(coefficient), ["closed", to_data(f)]])
            else:
                value, index = self._standing(f, v, low, high)
                row["parts"].append([to_data(coefficient), ["opaque", to_data(f), index]])
            out = k.plus(out, k.times(c, value))
            inside.append((c, how, f))
        with self.scope():
            whole, again = self.value(inside_body), k.number(0)
            for c, how, f in inside:
                value = self.aside(f)
                if how == "closed":
                    try:
                        value = self.aside(derivative(f, v.name))
                    except Unsupported as error:
                        raise Bail(str(error)) from error
                again = k.plus(again, k.times(c, value))
            if not k.minus(whole, again)[0].is_zero():
                raise Bail("an integrand that is not taken apart")
        return out

    def _integrand_parts(self, body: Term, v: Term, finite: bool) -> list[Part]:
        if finite:
            try:
                return [(number(1), "closed", antiderivative(body, v.name))]
            except NoAntiderivative:
                pass
        own, value = self._explore(body, v.name)
        k, write, dependent = own.k, Writer(own.k), own.depending(v.name)
        bottom_free, bottom = own.divided(value[1], dependent)
        groups: dict[tuple[int, ...], Any] = {}
        for m, c in value[0].to_dict().items():
            inside = tuple(int(e) if j in dependent else 0 for j, e in enumerate(m))
            groups[inside] = groups.get(inside, k.zero) + k.context.from_dict({tuple(0 if j in dependent else e for j, e in enumerate(m)): c})
        made: list[Part] = []
        for m, c in groups.items():
            f = write.term(k.fraction(k.context.from_dict({m: 1}), bottom))
            coefficient = write.term(k.fraction(c, bottom_free))
            try:
                if not finite:
                    raise NoAntiderivative("an endless range")
                made.append((coefficient, "closed", antiderivative(f, v.name)))
            except NoAntiderivative:
                made.append((coefficient, "opaque", f))
        return made

    def _standing(self, f: Term, v: Term, low: Term, high: Term) -> tuple[Frac, int]:
        k, ends = self.k, []
        for end in (low, high):
            if end == constant("oo") or end.is_apply("neg") and end.args[0] == constant("oo"):
                ends.append("oo" if end.kind == "constant" else "-oo")
            else:
                ends.append(k.write_frac(self.value(end)))
        key = ("integral", str(to_data(replace(f, {v: symbol("#x")}))), str(ends))
        g = k.generator(key, ["integral", to_data(f), v.name, *ends])
        return k.at(g), g
