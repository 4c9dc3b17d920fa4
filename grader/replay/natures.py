"""What kind of thing a term is (a number, a condition, a list, a set, a function), and the pieces of which it is made.

Definitions, shared by those who compare and those who check: two things of kinds that exclude each other are not equal, whatever their symbols
stand for.
"""

from __future__ import annotations

from grader.kernel import Refused
from grader.term import Term, apply, collection, constant, free_names, number, relation, replace, symbol, walk

WORDS = {
    "number": "a number or formula", "condition": "a condition (an equation, an inequality, or a statement)", "list": "a list", "tuple": "a tuple",
    "set": "a set", "interval": "an interval", "matrix": "a matrix", "function": "a function", "pair": "a formula with +-",
    "antiderivative": "an antiderivative",
    "infinite": "an infinite value", "words": "words", "other": "something else",
}
COMPARING = frozenset("= != < <= > >= in notin equiv approx".split())
LOGIC = frozenset("and or not implies iff xor".split())
SETS = frozenset("union intersection setminus complement times".split())
SET_CONSTANTS = frozenset("emptyset RR ZZ NN QQ CC".split())
_UNBOUNDED = frozenset("limit sum product integral supremum infimum maximum minimum".split())
_EXCLUDING = {
    "number": {"condition", "list", "tuple", "set", "interval", "matrix", "function", "infinite"},
    "condition": {"list", "tuple", "set", "interval", "matrix", "function", "infinite"},
    "list": {"set", "function", "infinite"}, "tuple": {"set", "function", "infinite"}, "set": {"function", "matrix", "infinite"},
    "interval": {"function", "matrix", "infinite"}, "matrix": {"function", "infinite"},
}


def nature(term: Term) -> str:
    """One of the keys of `WORDS`."""
    if term.kind in ("number", "symbol"):
        return "number"
    inside = {node.name for node in walk(term) if node.kind in ("apply", "binder")}
    if "pm" in inside or "mp" in inside:
        return "pair"
    if term.kind == "binder":
        return {"lambda": "function", "set_of": "set", "antiderivative": "antiderivative", "forall": "condition",
                "exists": "condition"}.get(term.name, "number")
    if "antiderivative" in inside:
        return "antiderivative"
    if term.kind == "relation":
        if ":=" in term.signs:
            return "function" if term.args[0].is_apply("call") else "condition"
        return "condition"
    if term.kind == "tuple":
        return "number" if term.name == "cases" else term.name
    if term.kind == "constant":
        if term.name in ("true", "false"):
            return "condition"
        return "set" if term.name in SET_CONSTANTS else "infinite" if term.name == "oo" else "number"
    if term.kind == "text":
        return "words"
    if term.kind == "apply":
        if term.name in LOGIC:
            return "condition"
        if term.name in SETS:
            return "set"
        if term.name == "neg" and nature(term.args[0]) == "infinite":
            return "infinite"
        if term.name in ("semicolon", "given", "quantity", "where", "gradient"):
            return "other"
        return "number"
    return "number"


def incompatible(a: str, b: str) -> bool:
    """Can nothing of kind a equal anything of kind b?"""
    return b in _EXCLUDING.get(a, ()) or a in _EXCLUDING.get(b, ())


def may_be_infinite(term: Term) -> bool:
    """Is it a formula whose value may be infinite: a limit, a bound, a sum or integral, or something with oo in it?"""
    return any(node.kind == "binder" and node.name in _UNBOUNDED or node == constant("oo") for node in walk(term))


def must(term: Term, kind: str) -> None:
    """Fails with `Refused` when the term is of another kind."""
    if nature(term) != kind:
        raise Refused(f"not {WORDS[kind]}")


def entries(term: Term) -> tuple[Term, ...] | None:
    """Entries in order of a list, tuple, interval or matrix (row by row), else None."""
    if term.kind != "tuple" or term.name not in ("list", "tuple", "interval", "matrix"):
        return None
    if term.name == "matrix":
        return tuple(e for row in term.args for e in (row.args if row.kind == "tuple" else (row,)))
    return term.args


def same_shape(left: Term, right: Term) -> bool:
    """Do two matrices have rows of the same lengths? (True for other things.)"""
    if left.name != "matrix" and right.name != "matrix":
        return True
    return left.name == right.name and [len(r.args) for r in left.args] == [len(r.args) for r in right.args]


def elements(term: Term) -> tuple[Term, ...] | None:
    """Elements of a finite set that is written out, else None."""
    if term.kind == "constant" and term.name == "emptyset":
        return ()
    if term.kind == "binder" and term.name == "set_of" and len(term.args) == 2 and len(term.bound) == 1:
        return _images(term)
    return term.args if term.kind == "tuple" and term.name == "set" else None


def _images(term: Term) -> tuple[Term, ...] | None:
    """{f(n) | n in {1, 2, 3}} written out."""
    body, condition = term.args
    if body.kind == "relation" or condition.kind != "relation" or condition.signs != ("in",) or condition.args[0] != term.bound[0]:
        return None
    over = elements(condition.args[1])
    if over is None or condition.args[1].kind == "binder" or any(nature(e) != "number" for e in over):
        return None
    try:
        return tuple(replace(body, {term.bound[0]: e}) for e in over)
    except ValueError:
        return None


def bundle(parts: tuple[Term, ...]) -> Term:
    """A sum in which all parts occur (to collect their symbols)."""
    return apply("add", number(0), *parts) if parts else number(0)


# ---- sets of real numbers as conditions


def fresh(*terms: Term) -> Term:
    """A symbol that does not occur."""
    names = frozenset().union(*[free_names(t) for t in terms])
    return symbol(next(n for n in ("t", "u", "w", *(f"t{k}" for k in range(1000))) if n not in names))


def membership(t: Term, term: Term) -> Term:
    """The condition that the real number t lies in the set. Fails with `Refused` for sets of other things."""
    if term.kind == "constant" and term.name in ("emptyset", "RR"):
        return constant("false" if term.name == "emptyset" else "true")
    if term.kind == "tuple" and term.name == "interval" and len(term.args) == 2:
        (low, high), (opening, closing) = term.args, term.signs
        parts = [relation("<=" if bracket in "[]" and bracket == shut else "<", a, b) for bracket, shut, a, b, end in (
            (opening, "[", low, t, low), (closing, "]", t, high, high)) if not _endless(end)]
        return constant("true") if not parts else parts[0] if len(parts) == 1 else apply("and", *parts)
    found = elements(term)
    if found is not None:
        parts = [relation("=", t, e) for e in found]
        return constant("false") if not parts else parts[0] if len(parts) == 1 else apply("or", *parts)
    if term.kind == "apply" and term.name in ("union", "intersection", "setminus"):
        inside = [membership(t, a) for a in term.args]
        if term.name == "setminus":
            return apply("and", inside[0], apply("not", inside[1]))
        return apply("or" if term.name == "union" else "and", *inside)
    if term.is_apply("complement"):
        return apply("not", membership(t, term.args[0]))
    if term.kind == "binder" and term.name == "set_of" and len(term.args) == 2 and term.args[0].kind == "symbol":
        return replace(term.args[1], {term.args[0]: t})
    if term.kind == "binder" and term.name == "set_of" and len(term.args) == 2 and term.args[0].kind == "relation" and term.args[0].signs == ("in",):
        x, where = term.args[0].args
        if (x,) == term.bound and x.kind == "symbol":
            return apply("and", membership(t, where), replace(term.args[1], {x: t}))
    raise Refused("a set that is not described by inequalities")


def _endless(end: Term) -> bool:
    return end == constant("oo") or end.is_apply("neg") and end.args[0] == constant("oo")


def named_sets(left: Term, right: Term) -> tuple[Term, Term]:
    """A u A', (A n B)': where capital letters are joined by u and n and one is primed, these are unions, intersections and complements of sets."""
    if not any(node.is_apply("prime") for side in (left, right) for node in walk(side)):
        return left, right
    made = _named_set(left), _named_set(right)
    return made if None not in made else (left, right)  # type: ignore[return-value]


def _named_set(term: Term) -> Term | None:
    if term.kind == "symbol":
        return term if len(term.name) == 1 and term.name.isupper() else None
    if term.is_apply("prime") and term.args[1] == number(1):
        inner = _named_set(term.args[0])
        return None if inner is None else apply("complement", inner)
    if term.is_apply("mul") and len(term.args) % 2 == 1:
        joints = {t.name if t.kind == "symbol" else "" for t in term.args[1::2]}
        parts = [_named_set(t) for t in term.args[::2]]
        if len(joints) == 1 and joints <= {"u", "n"} and None not in parts:
            return apply("union" if joints == {"u"} else "intersection", *parts)  # type: ignore[arg-type]
    return None


# ---- conditions


def finite(condition: Term) -> Term:
    """The condition without comparisons to infinity: every real number lies between -oo and oo."""
    if condition.kind == "apply" and condition.name in LOGIC:
        return condition.with_args(tuple(finite(a) for a in condition.args))
    if condition.kind != "relation" or not any(_endless(a) for a in condition.args):
        return condition
    parts = []
    for a, sign, b in zip(condition.args, condition.signs, condition.args[1:]):
        if not _endless(a) and not _endless(b):
            parts.append(relation(sign, a, b))
            continue
        if _endless(a) and _endless(b) or sign not in ("<", "<=", ">", ">="):
            raise Refused("a comparison of infinite values")
        number_side, end = (b, a) if _endless(a) else (a, b)
        above = (end == constant("oo")) == (sign in ("<", "<=")) if end is b else (end == constant("oo")) == (sign in (">", ">="))
        parts.append(relation("=", number_side, number_side) if above else constant("false"))
    return parts[0] if len(parts) == 1 else apply("and", *parts)


def assigned(left: Term, right: Term) -> tuple[Term, Term]:
    """The right sides of "D = ..." and "D = ..." where the same name is given something that is no number. Fails with `Refused` otherwise."""
    for side in (left, right):
        if side.kind != "relation" or side.signs not in (("=",), (":=",)) or side.args[0].kind != "symbol" or nature(side.args[1]) in ("number",
            "condition", "pair"):
            raise Refused("not a name that is given a set, a list or the like")
    if left.args[0] != right.args[0]:
        raise Refused("other names")
    return left.args[1], right.args[1]


# ---- functions, +- pairs, antiderivatives


def bodies(left: Term, right: Term) -> tuple[Term, Term]:
    """The bodies of two functions with the same argument names. Fails with `Refused` when the numbers of arguments or the names differ."""
    (name, args, body), (other, others, second) = _function(left), _function(right)
    if name and other and name != other:
        raise Refused("functions of different names")
    if len(args) != len(others):
        raise Refused("functions of different numbers of arguments")
    new = [symbol(f"_{k + 1}") for k in range(len(args))]
    return replace(body, dict(zip(args, new))), replace(second, dict(zip(others, new)))


def _function(term: Term) -> tuple[str, tuple[Term, ...], Term]:
    if term.kind == "binder" and term.name == "lambda":
        return "", term.bound, term.args[0]
    if term.kind == "relation" and term.signs in ((":=",), ("=",)) and term.args[0].is_apply("call"):
        head, *args = term.args[0].args
        plain = head.kind == "symbol" and all(a.kind == "symbol" for a in args) and len(set(args)) == len(args)
        if plain and head.name not in free_names(term.args[1]):
            return head.name, tuple(args), term.args[1]
    raise Refused("not a function")


def branches(term: Term) -> tuple[Term, Term]:
    """The term with the upper and with the lower signs."""
    return _branch(term, True), _branch(term, False)


def unfolded(term: Term) -> Term:
    """What a term with +- stands for: the set of its two values, or two conditions joined by "or" (by "and" where they say what is not equal)."""
    upper, lower = branches(term)
    kind = nature(upper)
    if kind == "condition":
        return apply(_joint(upper), upper, lower)
    if kind != "number":
        raise Refused("+- in something that is neither a number nor a condition")
    return collection("set", *dict.fromkeys((upper, lower)))


def _joint(condition: Term) -> str:
    """x = +-1 holds for either sign, x != +-1 says that neither is the value. Fails with `Refused` where both kinds of sign occur, or an order."""
    signs = {s for node in walk(condition) if node.kind == "relation" for s in node.signs}
    if signs & {"!=", "notin"}:
        if signs - {"!=", "notin"}:
            raise Refused("+- in several kinds of comparisons")
        return "and"
    return "or"


def signs_apart(term: Term) -> bool:
    """Do several +- stand in a term without -+, so that they may be meant to go together or apart?"""
    marks = [node.name for node in walk(term) if node.kind == "apply" and node.name in ("pm", "mp")]
    return len(marks) > 1 and "mp" not in marks


def unfolded_apart(term: Term) -> Term:
    """As `unfolded`, with each +- chosen by itself. Fails with `Refused` beyond four of them."""
    made = _apart(term)
    if len(made) > 16:
        raise Refused("too many signs")
    kind = nature(made[0])
    if kind == "condition":
        return apply(_joint(made[0]), *dict.fromkeys(made))
    if kind != "number":
        raise Refused("+- in something that is neither a number nor a condition")
    return collection("set", *dict.fromkeys(made))


def _apart(term: Term) -> list[Term]:
    made = [()]
    for a in term.args:
        made = [(*head, t) for head in made for t in _apart(a)]
        if len(made) > 16:
            raise Refused("too many signs")
    if not (term.kind == "apply" and term.name in ("pm", "mp")):
        return [term.with_args(args) for args in made] if term.args else [term]
    return [t if len(args) == 1 else apply("add", args[0], t) for args in made for t in (args[-1], apply("neg", args[-1]))]


def _branch(term: Term, upper: bool) -> Term:
    args = tuple(_branch(a, upper) for a in term.args)
    if term.kind == "apply" and term.name in ("pm", "mp"):
        plus = upper == (term.name == "pm")
        last = args[-1] if plus else apply("neg", args[-1])
        return last if len(args) == 1 else apply("add", args[0], last)
    return term.with_args(args) if args else term


def integrands(left: Term, right: Term) -> tuple[Term, Term]:
    """What has to be equal so that two sides are the same antiderivatives: an indefinite integral is all functions with that derivative."""
    variables = {node.bound[0] for side in (left, right) for node in walk(side) if node.kind == "binder" and node.name == "antiderivative"}
    if len(variables) != 1:
        raise Refused("antiderivatives in more than one variable")
    (x,) = variables
    if x.kind != "symbol":
        raise Refused("an antiderivative in something that is no symbol")
    for side in (left, right):  # every number is an antiderivative of 0: that says nothing about this one
        if not _has(side) and x.name not in free_names(side) and side not in (symbol("C"), symbol("c"), symbol("K")):
            raise Refused("an indefinite integral and a constant")
    return _slope(left, x), _slope(right, x)


def _slope(term: Term, x: Term) -> Term:
    if term.kind == "binder" and term.name == "antiderivative":
        return term.args[0]
    if term.kind == "apply" and term.name in ("add", "neg") and any(_has(a) for a in term.args):
        return apply(term.name, *[_slope(a, x) for a in term.args])
    if term.is_apply("mul") and sum(_has(a) for a in term.args) == 1 and not any(x.name in free_names(a) for a in term.args if not _has(a)):
        return apply("mul", *[_slope(a, x) if _has(a) else a for a in term.args])
    if _has(term):
        raise Refused("an antiderivative inside something else")
    return apply("derivative", term, x, number(1)) if x.name in free_names(term) else number(0)


def _has(term: Term) -> bool:
    return any(node.kind == "binder" and node.name == "antiderivative" for node in walk(term))


# ---- propositions


def propositions(term: Term) -> frozenset[str]:
    """Names of the propositions of a statement. Fails with `Refused` where it is made of anything else."""
    if term.kind == "symbol":
        return frozenset((term.name,))
    if term.kind == "constant" and term.name in ("true", "false", "emptyset"):
        return frozenset()
    if term.is_apply("prime", 2) or term.kind == "apply" and term.name in LOGIC | SETS - {"times"}:
        return frozenset().union(*[propositions(a) for a in (term.args[:1] if term.name == "prime" else term.args)])
    raise Refused("not a statement made of propositions")


def holds(term: Term, truth: dict[str, bool]) -> bool:
    """Truth of a statement; of a set, whether a thing belongs to it that belongs to the named sets as `truth` says."""
    if term.kind == "symbol":
        return truth[term.name]
    if term.kind == "constant":
        return term.name == "true"
    values = [holds(a, truth) for a in (term.args[:1] if term.name == "prime" else term.args)]
    name = {"union": "or", "intersection": "and", "complement": "not", "prime": "not"}.get(term.name, term.name)
    if name == "setminus":
        return values[0] and not values[1]
    return {"and": all(values), "or": any(values), "not": not values[0], "implies": not values[0] or values[-1], "iff": values[0] == values[-1],
            "xor": sum(values) % 2 == 1}[name]


