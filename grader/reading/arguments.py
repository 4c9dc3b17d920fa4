"""Arguments of known functions put together: how many there may be, and the forms that programs use (`diff(f, x)`, `sum(k^2, k, 1, n)`)."""

from __future__ import annotations

from grader.printing.forms import is_primed
from grader.reading.tokens import ReadError, Token
from grader.term import Span, Term, apply, binder, collection, constant, number, relation, replace, symbol

VARIADIC = frozenset("max min gcd lcm and or union intersection set list tuple matrix cases mul add xor times".split())
_ARITY = {
    **{op: (2, 2) for op in ("mod binomial beta_function atan2 inner outer hadamard cross dotproduct mutual_information quantity prime "
                             "given semicolon "
                             "pow div sup setminus").split()},
    **{op: (1, 2) for op in "log root softmax norm gradient variance expectation".split()},
    "covariance": (2, 3), "index": (2, 9), "call": (1, 20), "at": (2, 3),
}
"""How many arguments an operator takes, at least and at most; one where nothing is said."""
_TRIG = frozenset("sin cos tan cot sec csc".split())
_LOGIC = frozenset("and or not xor".split())
_SIGN_WORDS = frozenset("= != < <= > >=".split())


class Arguments:
    """The part of the parser that builds applications."""

    def build(self, op: str, word: str, arguments: tuple[Term, ...], base: Term | None, first: int, t: Token) -> Term:
        """The operator on its arguments. Fails with `ReadError` when there are too few or too many."""
        span = self.span(first)
        if op in _SIGN_WORDS:
            if len(arguments) < 2:
                raise self.fail(f"`{word}` needs two arguments", t)
            return relation((op,) * (len(arguments) - 1), *arguments, span=span)
        if op in VARIADIC:
            return self.build_many(op, word, arguments, span, t)
        if op == "interval":
            return self.build_interval(arguments, span, t)
        if op == "dot" and len(arguments) == 2:
            op = "dotproduct"
        if op == "vec" and len(arguments) > 1:
            return collection("matrix", *[collection("tuple", a, span=a.span) for a in arguments], span=span)
        low, high = _ARITY.get(op, (1, 1))
        if base is not None and op == "log":
            arguments = (*arguments[:1], base) if len(arguments) == 1 else arguments
        elif base is not None and op in ("norm", "softmax") and len(arguments) == 1:
            arguments = (arguments[0], base)
        elif base is not None and op == "atan" and word in ("atan", "arctan"):
            op, low, high = "atan2", 2, 2
        elif base is not None and op == "factorial":
            op = "double_factorial"
        elif base is not None and op == "gradient":
            arguments = (*arguments, base)
        elif base is not None:
            raise self.fail(f"`{word}` with a subscript is not known", t)
        if not low <= len(arguments) <= high:
            many = "one argument" if high == 1 else f"{low} to {high} arguments" if low != high else f"{low} arguments"
            raise self.fail(f"`{word}` takes {many}, not {len(arguments)}", t)
        if self.has_sets:
            arguments = tuple(self.plain(a) for a in arguments)
        if op == "log":
            return self.build_logarithm(word, arguments, base, span)
        if op == "root":
            return self.build_root(word, arguments, span)
        if op == "vec":
            return apply(op, between_points(arguments[0]), span=span)
        if op == "cis":
            return apply("add", apply("cos", *arguments), apply("mul", constant("i"), apply("sin", *arguments)), span=span)
        if op in _TRIG and self.vocabulary.degrees and not _has_angle(arguments[0]):
            arguments = (apply("degree", arguments[0]),)
        return apply(op, *arguments, span=span)

    def build_logarithm(self, word: str, arguments: tuple[Term, ...], base: Term | None, span: Span) -> Term:
        if len(arguments) == 1:
            computing = self.vocabulary.orders or self.vocabulary.log_base == 2
            own = {"lg": 2 if computing else 10, "lb": 2, "log2": 2, "log10": 10, "log": self.vocabulary.log_base}.get(word)
            if own is not None:
                arguments = (*arguments, number(own))
        if len(arguments) == 2 and arguments[1] in (constant("e"), symbol("e")):
            arguments = arguments[:1]
        return apply("log", *arguments, span=span)

    def build_root(self, word: str, arguments: tuple[Term, ...], span: Span) -> Term:
        if word == "cbrt":
            return apply("root", arguments[0], number(3), span=span)
        return apply("root" if len(arguments) == 2 else "sqrt", *arguments, span=span)

    def build_many(self, op: str, word: str, arguments: tuple[Term, ...], span: Span, t: Token) -> Term:
        if op == "matrix":
            return self.build_matrix(arguments, word, span, t)
        if op == "cases":
            rows = [apply("where", *a.args) if a.kind == "tuple" and len(a.args) == 2 else a for a in arguments]
            return collection("cases", *[r if r.is_apply("where") else apply("where", r, constant("true")) for r in rows], span=span)
        if op in ("set", "list", "tuple"):
            return collection(op, *arguments, span=span)
        if len(arguments) == 1 and arguments[0].kind == "tuple" and arguments[0].name in ("set", "list", "tuple"):
            arguments = arguments[0].args
        if not arguments:
            raise self.fail(f"`{word}` without arguments", t)
        if op in ("union", "intersection"):
            arguments = tuple(self.as_interval(a) for a in arguments)
        if op == "mul" and len(arguments) == 1 or op in _LOGIC and len(arguments) == 1:
            return arguments[0]
        return apply(op, *arguments, span=span)

    def build_matrix(self, arguments: tuple[Term, ...], word: str, span: Span, t: Token) -> Term:
        rows = arguments
        if len(rows) == 1 and rows[0].kind == "tuple" and (rows[0].name == "matrix" or rows[0].name == "list" and word != "matrix"):
            rows = rows[0].args
        if rows and all(r.kind == "tuple" and (r.name in ("list", "tuple") or r.signs == ("[", "]")) for r in rows):
            if len({len(r.args) for r in rows}) > 1:
                raise self.fail("the rows of a matrix have as many entries each", t)
            return collection("matrix", *[collection("tuple", *r.args, span=r.span) for r in rows], span=span)
        if rows and word == "mat" and all(r.kind != "tuple" for r in rows):
            return collection("matrix", collection("tuple", *rows, span=span), span=span)
        if rows and all(r.kind != "tuple" for r in rows):
            return collection("matrix", *[collection("tuple", r) for r in rows], span=span)
        raise self.fail("a matrix needs rows", t, "Write matrix([1, 2], [3, 4]).")

    def build_interval(self, arguments: tuple[Term, ...], span: Span, t: Token) -> Term:
        flags = [a.name == "true" for a in arguments[2:] if a.kind == "constant"]
        if len(arguments) < 2 or len(flags) != len(arguments) - 2:
            raise self.fail("an interval needs two ends", t)
        left, right = (flags + [False, False])[:2]
        return collection("interval", *arguments[:2], signs=("(" if left else "[", ")" if right else "]"), span=span)

    # ------------------------------------------------------------------------------------------------------------ programs' forms

    def program(self, op: str, word: str, first: int) -> Term:
        """Binders and derivatives as programs write them: body first, then the variable and its range."""
        arguments = list(self.listed_arguments())
        span = self.span(first)
        if op == "lambda" or op in ("forall", "exists"):
            if len(arguments) < 2:
                raise ReadError(f"`{word}` needs a variable and a body", *span)
            head, *rest = arguments
            bound = self.as_bound(head)
            return bind(op, bound, *[self.bound_in(r, bound) for r in rest[:2]], span=span)
        if not arguments:
            raise ReadError(f"`{word}` needs a body", *span)
        body, *rest = arguments
        if op in ("derivative", "partial"):
            return self.program_derivative(op, body, rest, span, word)
        if not rest and op in ("integral", "antiderivative"):
            raise ReadError(f"`{word}` needs its variable", *span, f"Write {word}(x^2, x).")
        if not rest and op != "limit":
            return binder(op, (), body, span=span)
        if not rest:
            raise ReadError(f"`{word}` needs a variable and a point", *span)
        if rest[0].kind == "tuple" and rest[0].name == "tuple":
            for group in rest:
                if group.kind != "tuple" or not 1 <= len(group.args) <= 3:
                    raise ReadError(f"the range of `{word}` is not (variable, from, to)", *span)
                body = self.ranged(op, body, list(group.args), span, word)
            return body
        return self.ranged(op, body, rest, span, word)

    def ranged(self, op: str, body: Term, rest: list[Term], span: Span, word: str) -> Term:
        bound = self.as_bound(rest[0])
        values = rest[1:]
        if op == "integral" and not values:
            op = "antiderivative"
        if op == "limit" and len(values) == 2:
            side = {"+": "plus", "-": "minus"}.get(values[1].name, values[1].name)
            values = [values[0], symbol({"plus": "+", "minus": "-", "right": "+", "left": "-"}.get(side, side))]
        most = {"limit": 2, "sum": 2, "product": 2, "integral": 2, "antiderivative": 0}.get(op, 1)
        if len(values) > most or op == "limit" and not values:
            raise ReadError(f"`{word}` has too many or too few arguments", *span)
        if op == "set_of" and values:
            values = [self.bound_in(values[0], bound)]
        elif len(values) == 1 and op in ("sum", "product", "integral") and values[0].kind == "relation":
            values = [self.bound_in(values[0], bound)]
        elif len(values) == 1 and op not in ("sum", "product", "integral", "limit"):
            values = [self.bound_in(values[0], bound)]
        return bind(op, bound, self.bound_in(body, bound), *values, span=span)

    def program_derivative(self, op: str, body: Term, rest: list[Term], span: Span, word: str) -> Term:
        steps: list[tuple[Term, Term]] = []
        while rest:
            variable = rest.pop(0)
            order = number(1)
            if variable.kind == "tuple" and len(variable.args) == 2:
                variable, order = variable.args
            elif rest and rest[0].kind == "number":
                order = rest.pop(0)
            steps.append((as_name(variable), order))
        if not steps:
            raise ReadError(f"`{word}` needs a variable", *span)
        for variable, order in reversed(steps):
            body = apply(op, body, variable, order, span=span)
        return body

    def as_bound(self, head: Term) -> tuple[Term, ...]:
        """The bound names in a term: one, or a tuple of them."""
        names = tuple(as_name(n) for n in (head.args if head.kind == "tuple" else (head,)))
        if not names:
            raise ReadError("nothing is bound here", *(head.span or Span(0, 0)))
        for name in names:
            decorated = name.kind == "apply" and name.name in ("index", "sup", "hat", "bar", "tilde", "vec")
            if name.kind != "symbol" and not is_primed(name) and not decorated:
                span = name.span or Span(0, 0)
                raise ReadError("this is no name that could be bound", span.start, span.end)
        return names

    def bound_in(self, body: Term, bound: tuple[Term, ...]) -> Term:
        """The body where a bound i or e is the name and not the constant."""
        change = {constant(b.name): b for b in bound if b.kind == "symbol" and b.name in ("i", "e", "pi")}
        return replace(body, change) if change else body


def bind(name: str, bound: tuple[Term, ...], *args: Term, span: Span | None) -> Term:
    """The binder term. A bound name with primes (`dz'`, `max_{a'}`) is one name of its own, "z'", everywhere under the binder: what it is bound to
    has nothing to do with z."""
    primed = {b: symbol(b.args[0].name + "'" * int(b.args[1].value), b.span) for b in bound if is_primed(b)}
    if primed:
        bound = tuple([primed.get(b, b) for b in bound])
        args = tuple([_renamed(a, primed) for a in args])
    return binder(name, bound, *args, span=span)


def _renamed(term: Term, names: dict[Term, Term]) -> Term:
    found = names.get(term)
    if found is not None:
        return found.at(term.span)
    return term.with_args(tuple([_renamed(a, names) for a in term.args])) if term.args else term


def between_points(inner: Term) -> Term:
    r"""`\\vec{AB}`, from A to B, is one name and no product: \\vec{BA} is another one."""
    capitals = inner.is_apply("mul", 2) and all(a.kind == "symbol" and len(a.name) == 1 and a.name.isupper() for a in inner.args)
    return symbol("".join(a.name for a in inner.args), inner.span) if capitals else inner


def as_name(term: Term) -> Term:
    """A constant's letter in the place of a variable is a name."""
    return symbol(term.name, term.span) if term.kind == "constant" and term.name in ("i", "e", "pi") else term


def _has_angle(term: Term) -> bool:
    return term == constant("pi") or term.is_apply("degree") or any(_has_angle(a) for a in term.args)
