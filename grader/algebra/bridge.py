"""Terms to SymPy and back, without evaluating on the way: 1 + 1 stays a sum of two ones.

`to_sympy(t)` keeps the tree (`evaluate=False`); `from_sympy(to_sympy(t))` is t again for terms made of what both know, up to how each writes
differences and quotients (SymPy has neither: a - b is a + (-1) b, a/b is a b^-1; both come back as differences and quotients). What SymPy has no
name for becomes an undefined function of that name, and comes back. SymPy is imported at the first use.
Fails with `NoBridge` for objects that are no mathematics known here.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.term import APPLY, Term, apply, binder, collection, constant, number, relation, symbol


class NoBridge(ValueError):
    """The object has no counterpart on the other side."""


_FUNCTIONS = {
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc", "asin": "asin", "acos": "acos",
    "atan": "atan",
    "acot": "acot", "asec": "asec", "acsc": "acsc", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "coth": "coth", "sech": "sech", "csch": "csch",
    "asinh": "asinh",
    "acosh": "acosh", "atanh": "atanh", "atan2": "atan2", "abs": "Abs", "floor": "floor", "ceil": "ceiling", "sign": "sign", "max": "Max",
    "min": "Min", "mod": "Mod",
    "factorial": "factorial", "double_factorial": "factorial2", "binomial": "binomial", "gamma": "gamma", "beta_function": "beta", "erf": "erf",
    "zeta": "zeta",
    "re": "re", "im": "im", "arg": "arg", "conj": "conjugate", "and": "And", "or": "Or", "not": "Not", "implies": "Implies", "xor": "Xor",
    "iff": "Equivalent",
    "union": "Union", "intersection": "Intersection", "setminus": "Complement",
}
_BACK = {v: k for k, v in _FUNCTIONS.items()}
_RELATIONS = {"=": "Eq", "!=": "Ne", "<": "Lt", "<=": "Le", ">": "Gt", ">=": "Ge"}
_RELATIONS_BACK = {"Equality": "=", "Unequality": "!=", "StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">", "GreaterThan": ">="}
_CONSTANTS = {"pi": "pi", "e": "E", "i": "I", "oo": "oo", "true": "true", "false": "false", "undefined": "nan", "emptyset": "EmptySet",
              "RR": "Reals", "ZZ": "Integers",
              "NN": "Naturals0", "QQ": "Rationals", "CC": "Complexes"}
_BINDERS = {"sum": "Sum", "product": "Product", "integral": "Integral", "antiderivative": "Integral", "limit": "Limit"}


@lru_cache(maxsize=1)
def _sympy() -> Any:
    import sympy

    return sympy


# ------------------------------------------------------------------------------------------------------------------ to SymPy


def to_sympy(term: Term) -> Any:
    """The SymPy object that a term writes, unevaluated. Fails with `NoBridge`."""
    s = _sympy()
    if term.kind == "number":
        return s.Rational(term.value.numerator, term.value.denominator)
    if term.kind == "symbol":
        return s.Symbol(term.name)
    if term.kind == "constant":
        return getattr(s.S, _CONSTANTS[term.name]) if term.name in ("emptyset", "RR", "ZZ", "NN", "QQ", "CC") else getattr(s, _CONSTANTS[term.name])
    if term.kind == "relation":
        if len(term.args) != 2 or term.signs[0] not in _RELATIONS:
            raise NoBridge("a chain of relations")
        return getattr(s, _RELATIONS[term.signs[0]])(*[to_sympy(a) for a in term.args], evaluate=False)
    if term.kind == "tuple":
        return _collection(term, s)
    if term.kind == "binder":
        return _binder(term, s)
    if term.kind == "apply":
        return _apply(term, s)
    raise NoBridge(f"a {term.kind}")


def _apply(term: Term, s: Any) -> Any:
    if term.name == "call" and term.args[0].kind == "symbol":
        return s.Function(term.args[0].name)(*[to_sympy(a) for a in term.args[1:]])
    args = [to_sympy(a) for a in term.args]
    if term.name == "add":
        return s.Add(*args, evaluate=False)
    if term.name == "mul":
        return s.Mul(*args, evaluate=False)
    if term.name == "neg":
        return s.Mul(s.Integer(-1), args[0], evaluate=False)
    if term.name == "div":
        return s.Mul(args[0], s.Pow(args[1], s.Integer(-1), evaluate=False), evaluate=False)
    if term.name == "pow":
        return s.Pow(*args, evaluate=False)
    if term.name == "sqrt":
        return s.Pow(args[0], s.Rational(1, 2), evaluate=False)
    if term.name == "log" and len(args) == 2:
        return s.Mul(s.log(args[0], evaluate=False), s.Pow(s.log(args[1], evaluate=False), s.Integer(-1), evaluate=False), evaluate=False)
    if term.name in ("derivative", "partial") and term.args[1].kind == "symbol":
        order = int(term.args[2].value) if len(term.args) == 3 and term.args[2].kind == "number" else 1
        return s.Derivative(args[0], (args[1], order), evaluate=False)
    name = _FUNCTIONS.get(term.name)
    if name is None:
        return s.Function(term.name)(*args)
    return getattr(s, name)(*args, evaluate=False)


def _collection(term: Term, s: Any) -> Any:
    if term.name == "cases":
        return s.Piecewise(*[(to_sympy(r.args[0]), to_sympy(r.args[1])) if r.is_apply("where") else (to_sympy(r), True) for r in term.args],
                           evaluate=False)
    if term.name == "matrix":
        return s.Matrix([[to_sympy(e) for e in (row.args if row.kind == "tuple" else (row,))] for row in term.args])
    args = [to_sympy(a) for a in term.args]
    if term.name == "interval":
        return s.Interval(*args, left_open=term.signs[0] in "(]", right_open=term.signs[1] in ")[")
    return s.FiniteSet(*args) if term.name == "set" else s.Tuple(*args)


def _binder(term: Term, s: Any) -> Any:
    name = _BINDERS.get(term.name)
    if name is None or len(term.bound) != 1 or term.bound[0].kind != "symbol":
        raise NoBridge(f"a {term.name}")
    x, args = s.Symbol(term.bound[0].name), [to_sympy(a) for a in term.args]
    if term.name == "limit":
        return s.Limit(args[0], x, args[1], str(term.args[2].name) if len(args) > 2 else "+-")
    return getattr(s, name)(args[0], (x, *args[1:]))


# ---------------------------------------------------------------------------------------------------------------- from SymPy


def from_sympy(value: Any) -> Term:
    """The term of a SymPy object (or a Python number, list, tuple, set of them). Fails with `NoBridge`."""
    if isinstance(value, bool):
        return constant("true" if value else "false")
    if isinstance(value, (int, Fraction)):
        return number(Fraction(value))
    if isinstance(value, float):
        return number(Fraction(repr(value))) if value == value and abs(value) != float("inf") else constant("undefined")
    if isinstance(value, complex):
        return apply("add", from_sympy(value.real), apply("mul", from_sympy(value.imag), constant("i")))
    if isinstance(value, (list, tuple)):
        return collection("list" if isinstance(value, list) else "tuple", *[from_sympy(v) for v in value])
    if isinstance(value, (set, frozenset)):
        return collection("set", *sorted((from_sympy(v) for v in value), key=str))
    s = _sympy()
    if not isinstance(value, s.Basic) and not isinstance(value, s.MatrixBase):
        raise NoBridge(f"{type(value).__name__} is no formula")
    return _from(value, s)


def _from(v: Any, s: Any) -> Term:
    if isinstance(v, s.MatrixBase):
        return collection("matrix", *[collection("tuple", *[_from(e, s) for e in v.row(k)]) for k in range(v.rows)])
    if v.is_Symbol:
        return symbol(v.name)
    if v.is_Rational:
        return number(Fraction(int(v.p), int(v.q)))
    if v.is_Float:
        return number(Fraction(str(v)))
    for name, other in _CONSTANTS.items():
        if v == (getattr(s, other, None) if hasattr(s, other) else getattr(s.S, other, None)):
            return constant(name)
    if v == s.zoo:
        return constant("undefined")
    if v == -s.oo:
        return apply("neg", constant("oo"))
    return _composed(v, s)


def _composed(v: Any, s: Any) -> Term:
    kind = type(v).__name__
    if v.is_Add:
        return apply("add", *[_from(a, s) for a in v.args])
    if v.is_Mul:
        return _from_mul(v, s)
    if v.is_Pow:
        if v.exp == s.Rational(1, 2):
            return apply("sqrt", _from(v.base, s))
        if v.exp.is_Rational and v.exp < 0:
            below = v.base if v.exp == -1 else s.Pow(v.base, -v.exp, evaluate=False)
            return apply("div", number(1), _from(below, s))
        return apply("pow", _from(v.base, s), _from(v.exp, s))
    if kind in _RELATIONS_BACK:
        return relation(_RELATIONS_BACK[kind], *[_from(a, s) for a in v.args])
    if kind == "FiniteSet":
        return collection("set", *[_from(a, s) for a in v.args])
    if kind == "Interval":
        return collection("interval", _from(v.start, s), _from(v.end, s), signs=("(" if v.left_open else "[", ")" if v.right_open else "]"))
    if kind == "Tuple":
        return collection("tuple", *[_from(a, s) for a in v.args])
    if kind == "Piecewise":
        return collection("cases", *[_from(e, s) if c == s.true else apply("where", _from(e, s), _from(c, s)) for e, c in v.args])
    if kind in ("Sum", "Product", "Integral"):
        return _from_binder(v, kind, s)
    if kind == "Derivative":
        made = _from(v.expr, s)
        for x, order in v.variable_count:
            made = apply("derivative", made, _from(x, s), _from(order, s))
        return made
    if kind == "Limit":
        body, x, point, side = v.args
        sides = (symbol(str(side)),) if str(side) in "+-" else ()
        return binder("limit", (_from(x, s),), _from(body, s), _from(point, s), *sides)
    if kind == "Lambda":
        return binder("lambda", tuple(_from(a, s) for a in v.signature), _from(v.expr, s))
    name = _BACK.get(kind)
    if name is not None:
        return apply(name, *[_from(a, s) for a in v.args])
    if isinstance(v, s.core.function.AppliedUndef):
        args = [_from(a, s) for a in v.args]
        return apply(v.func.__name__, *args) if v.func.__name__ in APPLY else apply("call", symbol(v.func.__name__), *args)
    raise NoBridge(f"{kind} is not known here")


def _from_mul(v: Any, s: Any) -> Term:
    top, bottom, negative = [], [], False
    for a in v.args:
        if a == -1:
            negative = not negative
        elif a.is_Pow and a.exp.is_Rational and a.exp < 0:
            bottom.append(a.base if a.exp == -1 else s.Pow(a.base, -a.exp, evaluate=False))
        elif a.is_Rational and a < 0:
            negative = not negative
            top.append(-a)
        else:
            top.append(a)

    def product(parts: list[Any]) -> Term:
        terms = [_from(p, s) for p in parts]
        return number(1) if not terms else terms[0] if len(terms) == 1 else apply("mul", *terms)

    made = apply("div", product(top), product(bottom)) if bottom else product(top)
    return apply("neg", made) if negative else made


def _from_binder(v: Any, kind: str, s: Any) -> Term:
    made = _from(v.function, s)
    for limits in v.limits:
        x, *ends = limits
        if kind == "Integral" and not ends:
            made = binder("antiderivative", (_from(x, s),), made)
        elif len(ends) == 2:
            made = binder({"Sum": "sum", "Product": "product", "Integral": "integral"}[kind], (_from(x, s),), made, *[_from(e, s) for e in ends])
        else:
            raise NoBridge("a range with one end")
    return made


def domains_of(value: Any) -> dict[str, str]:
    """Domains in words from the assumptions that SymPy symbols carry."""
    s, found = _sympy(), {}
    for x in sorted(getattr(value, "free_symbols", ()), key=str):
        words = [w for w, holds in (("integer", x.is_integer), ("rational", x.is_rational and not x.is_integer), ("real",
            x.is_real and not x.is_rational)) if holds]
        words += [w for w, holds in (("positive", x.is_positive), ("negative", x.is_negative), ("nonnegative",
            x.is_nonnegative and not x.is_positive),
                                     ("nonpositive", x.is_nonpositive and not x.is_negative), ("nonzero",
                                         x.is_nonzero and not (x.is_positive or x.is_negative))) if holds]
        if x.is_complex and not words and isinstance(x, s.Symbol):
            words = ["complex"]
        if words:
            found[x.name] = " ".join(words)
    return found
