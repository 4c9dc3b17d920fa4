"""Rigorous value of a term at a point, for the checkers: exact fractions where possible, else interval arithmetic (`enclosure`).

What the operators mean is `semantics`. Raises `Undefined` where the term certainly has no value, `Unsure` where more digits may help, `Unsupported`
where no enclosure is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from grader.replay import functions
from grader.replay.derivative import derivative
from grader.replay.enclosure import Complex, Enclosures, Undefined, Unsupported, Unsure, Value
from grader.replay.semantics import ATOMS, atom_name, function_name, integer_built
from grader.term import Term, free_names, replace, walk

_EULER = Term("constant", "e")
MAX_RANGE = 2000
"""Longest sum or product."""
MAX_STEPS = 60_000
"""Most operations for one evaluation."""

_COMPARE: dict[str, Callable[[int], bool]] = {"=": lambda s: s == 0, "!=": lambda s: s != 0, "<": lambda s: s < 0, "<=": lambda s: s <= 0,
                                              ">": lambda s: s > 0, ">=": lambda s: s >= 0}


class Evaluator:
    """Values of terms with `point` (name -> Fraction or Complex of Fractions) and `interpretations` (function name -> lambda term).

    `is_integer` says which symbols are integers by their domain; `real` which reading holds. `coarse`: integrals need not be narrow.
    """

    def __init__(self, point: Mapping[str, Value], *, real: bool = True, is_integer: Callable[[str], bool] = lambda name: False,
                 interpretations: Mapping[str, Term] | None = None, digits: int = 30, coarse: bool = False) -> None:
        self.point = dict(point)
        self.real = real
        self.is_integer = is_integer
        self.interpretations = dict(interpretations or {})
        self.e = Enclosures(digits, real)
        self.coarse = coarse
        self.steps = 0
        self.bound: dict[str, bool] = {}  # bound symbols in force -> are they integers
        self._memo: dict[Term, Value] = {}

    def value(self, term: Term) -> Value:
        """The value at the point (see the module)."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Unsupported("too many operations")
        if not self.bound and term in self._memo:
            return self._memo[term]
        found = self._value(term)
        if not self.bound:
            self._memo[term] = found
        return found

    def _value(self, term: Term) -> Value:
        if term.kind == "number":
            return self.e.known(term.value)
        if term.kind == "symbol":
            return self._symbol(term.name)
        if term.kind == "constant":
            return self._constant(term.name)
        if term.kind == "binder":
            return self._binder(term)
        if term.kind == "tuple" and term.name == "cases":
            return self._cases(term)
        if term.kind != "apply":
            raise Unsupported(f"a {term.name or term.kind} is no number")
        return self._apply(term)

    def _symbol(self, name: str) -> Value:
        if name not in self.point:
            raise Unsupported(f"{name} has no value")
        return self.point[name]

    def _constant(self, name: str) -> Value:
        if name == "pi":
            return self.e.pi()
        if name == "e":
            return self.e.known(self.e.iv.exp(self.e.iv.mpf(1)))
        if name == "i":
            return Complex(Fraction(0), Fraction(1))
        if name == "undefined":
            raise Undefined("undefined")
        raise Unsupported(f"{name} is no number")

    def _apply(self, term: Term) -> Value:
        op, e = term.name, self.e
        if op in ATOMS:
            return self._atom(term)
        if op == "call":
            return self._call(term)
        if op in ("derivative", "partial"):
            return self._derivative(term)
        if op == "where":
            return self._cases(term)
        if op == "pow":
            if term.args[0] == _EULER:
                return e.exp(self.value(term.args[1]))
            return functions.power(e, self.value(term.args[0]), self.value(term.args[1]), self._integer_built(term.args[1]))
        if op in ("gcd", "lcm") and not all(self._integer_built(a) or not free_names(a) for a in term.args):
            raise Unsupported(f"{op} of numbers that need not be integers")
        values = [self.value(a) for a in term.args]
        if op in ("add", "mul"):
            total = values[0]
            for v in values[1:]:
                total = e.add(total, v) if op == "add" else e.mul(total, v)
            return total
        function = functions.TABLE.get(op)
        if function is None:
            raise Unsupported(f"{op} has no value here")
        return function(e, *values)

    def _integer_built(self, term: Term) -> bool:
        return integer_built(term, lambda name: self.bound[name] if name in self.bound else self.is_integer(name))

    def _atom(self, term: Term) -> Value:
        name = atom_name(term)
        if name is None or free_names(term) & self.bound.keys():
            raise Unsupported("a subscript that is computed")
        return self._symbol(name)

    # ---- unknown functions, derivatives

    def _call(self, term: Term) -> Value:
        return self.value(self.unfold(term))

    def unfold(self, call: Term) -> Term:
        """The call with the function's interpretation put in; a primed function is the derivative of its interpretation."""
        name = function_name(call)
        if name is None or name not in self.interpretations:
            raise Unsupported("an unknown function")
        made = self.interpretations[name]
        body, head = made.args[0], call.args[0]
        if len(made.bound) != len(call.args) - 1:
            raise Unsupported("an unknown function of so many arguments")
        while head.is_apply("prime"):
            for _ in range(int(head.args[1].value)):
                body = derivative(body, made.bound[0].name)
            head = head.args[0]
        return replace(body, dict(zip(made.bound, call.args[1:])))

    def _without_calls(self, term: Term) -> Term:
        if term.is_apply("call"):
            return self._without_calls(self.unfold(term))
        return term.with_args(tuple(self._without_calls(a) for a in term.args)) if term.args else term

    def _derivative(self, term: Term) -> Value:
        body, variable = term.args[0], term.args[1]
        order = term.args[2].value if len(term.args) > 2 and term.args[2].kind == "number" else Fraction(len(term.args) == 2)
        if variable.kind != "symbol" or not 1 <= order <= 6 or order.denominator != 1:
            raise Unsupported("a derivative of that form")
        inner = self._inner_derivatives(self._without_calls(body))
        if variable.name not in free_names(inner) and free_names(inner):
            raise Unsupported(f"whether it depends on {variable.name} is not said")
        if not self.real and any(node.is_apply("abs") for node in walk(inner)):
            raise Unsupported("the derivative of a complex absolute value")
        if not any(node.kind == "binder" for node in walk(inner)):
            try:
                self.value(inner)  # without a value there is no derivative, whatever the rules make of it
            except (Unsure, Unsupported):
                pass
        for _ in range(int(order)):
            inner = derivative(inner, variable.name)
        return self.value(inner)

    def _inner_derivatives(self, term: Term) -> Term:
        """Nested derivatives carried out, so that the outer one can be."""
        if term.kind == "apply" and term.name in ("derivative", "partial"):
            inner = self._inner_derivatives(term.args[0])
            order = int(term.args[2].value) if len(term.args) > 2 else 1
            if term.args[1].kind != "symbol" or order > 6 or term.args[1].name not in free_names(inner):
                raise Unsupported("a derivative of that form")
            for _ in range(order):
                inner = derivative(inner, term.args[1].name)
            return inner
        return term.with_args(tuple(self._inner_derivatives(a) for a in term.args)) if term.args else term

    # ---- binders

    def _binder(self, term: Term) -> Value:
        if term.name in ("sum", "product") and len(term.args) == 3 and len(term.bound) == 1 and term.bound[0].kind == "symbol":
            return self._series(term)
        if term.name == "integral" and len(term.args) == 3 and len(term.bound) == 1 and term.bound[0].kind == "symbol":
            from grader.replay.quadrature import integral  # only integrals pay for it

            return integral(self, term)
        raise Unsupported(f"a {term.name} of that form")

    def _series(self, term: Term) -> Value:
        low, high = self.value(term.args[1]), self.value(term.args[2])
        if not all(isinstance(b, Fraction) for b in (low, high)):
            raise Unsure("the range of a sum")
        if low.denominator != 1 or high.denominator != 1 or high < low - 1:
            raise Undefined("the range of a sum")
        if high - low > MAX_RANGE:
            raise Unsupported("a sum of so many terms")
        name, is_sum = term.bound[0].name, term.name == "sum"
        total: Value = Fraction(0 if is_sum else 1)
        with self.binding(name, integer=True):
            for k in range(int(low), int(high) + 1):
                self.point[name] = Fraction(k)
                step = self.value(term.args[0])
                total = self.e.add(total, step) if is_sum else self.e.mul(total, step)
        return total

    def binding(self, name: str, *, integer: bool) -> _Binding:
        """While it is entered, `name` is a bound symbol whose value may be set in `point`."""
        return _Binding(self, name, integer)

    # ---- cases and conditions

    def _cases(self, term: Term) -> Value:
        """The first row whose condition holds; a row without condition holds otherwise."""
        rows = term.args if term.kind == "tuple" else (term,)
        for row in rows:
            if not row.is_apply("where"):
                return self.value(row)
            if all(self.holds(c) for c in row.args[1:]):
                return self.value(row.args[0])
        raise Undefined("no case applies")

    def holds(self, condition: Term) -> bool:
        """Does the condition hold at the point? One with undefined sides does not."""
        if condition.kind == "constant" and condition.name in ("true", "false"):
            return condition.name == "true"
        if condition.kind == "text" and condition.name.strip().lower() in ("otherwise", "else"):
            return True
        if condition.kind == "apply" and condition.name in ("and", "or", "not", "implies", "iff", "xor"):
            truths = [self.holds(a) for a in condition.args]
            return {"and": all(truths), "or": any(truths), "not": not truths[0], "implies": not truths[0] or truths[-1],
                    "iff": truths[0] == truths[-1], "xor": sum(truths) % 2 == 1}[condition.name]
        if condition.kind != "relation" or not all(s in _COMPARE for s in condition.signs):
            raise Unsupported("a condition of that form")
        try:
            values = [self.value(a) for a in condition.args]
        except Undefined:
            return False
        if condition.signs == ("=",) and condition.args[0] == condition.args[1]:
            return True  # t = t says that t has a value
        return all(self._compare(sign, a, b) for sign, a, b in zip(condition.signs, values, values[1:]))

    def _compare(self, sign: str, a: Value, b: Value) -> bool:
        if sign in ("=", "!=") and (isinstance(a, Complex) or isinstance(b, Complex)):
            if self.e.differ(a, b):
                return sign == "!="
            if all(isinstance(part, Fraction) for v in (a, b) for part in ((v.re, v.im) if isinstance(v, Complex) else (v,))):
                return sign == "="
            raise Unsure("perhaps equal")
        if isinstance(a, Complex) or isinstance(b, Complex):
            raise Undefined("complex numbers have no order")
        return _COMPARE[sign](self.e.sign(self.e.sub(a, b)))


class _Binding:
    def __init__(self, evaluator: Evaluator, name: str, integer: bool) -> None:
        self.evaluator, self.name, self.integer = evaluator, name, integer

    def __enter__(self) -> None:
        ev = self.evaluator
        self.before: tuple[Any, Any] = (ev.point.get(self.name), ev.bound.get(self.name))
        ev.bound[self.name] = self.integer

    def __exit__(self, *_: object) -> None:
        ev = self.evaluator
        for table, old in zip((ev.point, ev.bound), self.before):
            if old is None:
                table.pop(self.name, None)
            else:
                table[self.name] = old
