"""What binds a variable: sums, products, limits, extrema, quantifiers."""

from __future__ import annotations

from grader.printing import leading_names
from grader.printing.forms import is_primed
from grader.reading.arguments import as_name, bind
from grader.reading.names import BIG
from grader.reading.tokens import Token
from grader.term import Span, Term, apply, constant, relation, symbol

_END_OF_SUM = frozenset("rel , ) ] } eof amp row where and or".split())
_SIDES = {"plus": "+", "minus": "-"}


class Binders:
    """The part of the parser for binders."""

    def read_big_sign(self, t: Token) -> Term:
        first = self.i
        self.i += 1
        if t.text == "closed":
            raise self.fail("an integral along a closed curve is not read", t)
        return self.read_big(t.text, first, t)

    def read_big(self, name: str, first: int, t: Token) -> Term:
        r"""`\sum_{i=1}^n body` and its kin; bounds may stand under, over, or after the sign."""
        below: Term | None = None
        above: Term | None = None
        while self.tok.kind in ("_", "^"):
            sign = self.tok.kind
            self.i += 1
            if self.tok.kind == "{" and self.partner[self.i] == self.i + 1:
                self.i += 2
                continue
            value = self.bound_script(sign == "_")
            below, above = (value, above) if sign == "_" else (below, value)
        return self.with_bounds(name, below, above, first, t)

    def bound_script(self, below: bool) -> Term:
        """A bound: under the sign a statement in which i and e are names; typed text may leave out the braces (`sum_i=1^n`)."""
        shadowed = {"i"} - self.unbound if below else set()
        self.unbound |= shadowed
        self.in_bounds += 1
        try:
            t = self.tok
            if t.kind == "{" and self.tokens[self.i + 1].kind == "substack" and self.tokens[self.i + 2].kind == "{":
                close = self.partner[self.i]
                self.i += 2
                term = self.substack()
                self.i = close + 1
                return term
            if below and t.kind == "(" and self.i in self.relational:
                return self.operand_group()
            named = below and t.kind in ("name", "const") and not self.latex
            if named and self.tokens[self.i + 1].kind == "rel" and self.tokens[self.i + 1].text == "=":
                self.i += 2
                start = self.single_script()
                return relation("=", symbol(t.text, Span(t.start, t.end)), start)
            if t.kind in ("name", "const") and self.tokens[self.i + 1].kind == ("^" if below else "_"):
                self.i += 1
                return symbol(t.text, Span(t.start, t.end)) if t.kind == "name" or below else constant(t.text, Span(t.start, t.end))
            return self.single_script(statement=True)
        finally:
            self.unbound -= shadowed
            self.in_bounds -= 1

    def operand_group(self) -> Term:
        close = self.partner[self.i]
        self.enter(self.tok)
        self.i += 1
        term = self.entries(")")
        if self.i != close:
            raise self.left_over()
        self.nest -= 1
        self.i = close + 1
        return term

    def with_bounds(self, name: str, below: Term | None, above: Term | None, first: int, t: Token) -> Term:
        if name in ("limsup", "liminf"):
            raise self.fail(f"{name} is not read", t)
        if name == "integral":
            return self.read_integral(below, above, first)
        if name == "limit":
            return self.read_limit(below, first, t)
        if below is None and name in ("sum", "product") and self.tok.kind == "name" and self.tokens[self.i + 1].text == "=" and not self.latex:
            below, above = self.spoken_range()
        bound, values = self.bounds_of(below, above, name, t)
        if self.tok.kind not in self.PREFIX and self.tok.kind not in ("-", "+") and name not in ("sum", "product"):
            raise self.fail(f"`{self.typed(t)}` has nothing on its right", t)
        body = self.body_of(bound, name, first)
        return bind(name, bound, body, *values, span=self.span(first))

    def spoken_range(self) -> tuple[Term, Term | None]:
        """`sum i=1 to n of`."""
        name = as_symbol(self.tok)
        self.i += 2
        low = self.single_script()
        high = None
        if self.tok.kind == "rel" and self.tok.text == "->":
            self.i += 1
            high = self.single_script()
        return relation("=", name, low), high

    def bounds_of(self, below: Term | None, above: Term | None, name: str, t: Token) -> tuple[tuple[Term, ...], list[Term]]:
        """The bound names and the range that the scripts state."""
        if below is None:
            if above is not None:
                raise self.fail("an upper bound without a lower one", t)
            return (), []
        if below.kind == "relation":
            below = relation(below.signs, as_name(below.args[0]), *below.args[1:], span=below.span)
        below = as_name(below)
        shared = shared_range(below, above)
        if shared is not None:
            return tuple(r.args[1] for r in shared.args), [shared]
        start = below.args[0] if below.is_apply("and") else below
        if start.kind == "relation" and start.signs == ("=",) and above is not None and (
                start.args[0].kind == "symbol" or is_primed(start.args[0])):
            if start is below:
                return (below.args[0],), [below.args[1], above]
            between = relation(("<=", "<="), start.args[1], start.args[0], above)
            return (start.args[0],), [apply("and", between, *below.args[1:])]
        if above is not None:
            if name in ("sum", "product") and below.kind in ("symbol", "apply") and above.kind != "number":
                raise self.fail("the lower bound names no variable", t, "Write sum_{i=1}^{n}.")
            raise self.fail("these bounds do not name a variable", t)
        if below.kind == "tuple" and all(x.kind == "symbol" or is_primed(x) for x in below.args):
            return below.args, []
        if below.kind == "symbol" or below.is_apply("index") or below.is_apply("sup") or is_primed(below):
            return (below,), []
        names = leading_names(below)
        if not names:
            raise self.fail("these bounds do not name a variable", t)
        return names, [below]

    def body_of(self, bound: tuple[Term, ...], name: str, first: int) -> Term:
        """What the sign reaches over: a product; where a later term of the sum uses the bound name, the whole sum may be meant."""
        shadowed = {b.name for b in bound if b.kind == "symbol" and b.name in ("i", "e")} - self.unbound
        self.unbound |= shadowed
        body = self.product()
        if self.tok.kind in ("+", "-") and bound and not self.ended and not self.integrals:
            names = {b.name for b in bound if b.kind == "symbol"}
            here, end = self.i, self.i
            while self.tokens[end].kind not in _END_OF_SUM and end < min(len(self.tokens) - 1, here + 200):
                end = self.partner[end] + 1 if self.partner.get(end, -1) > end else end + 1
            uses = any(x.kind in ("name", "const") and x.text in names for x in self.tokens[here:end]) and not any(
                x.kind in ("big", "func") and x.text in BIG for x in self.tokens[here:end])
            if uses and self.site("sum_reach", here, f"the {name} reaches over the first term only", self.span(first)):
                terms = [body]
                while self.tok.kind in ("+", "-"):
                    minus = self.tok.kind == "-"
                    self.i += 1
                    term = self.product()
                    terms.append(apply("neg", term, span=term.span) if minus else term)
                body = apply("add", *terms)
        self.unbound -= shadowed
        return body

    def substack(self) -> Term:
        r"""`\substack{i=1 \\ i \ne j}`: conditions one below the other."""
        close = self.partner[self.i]
        self.i += 1
        parts = [self.clause()]
        while self.tok.kind in ("row", ",") and self.i < close:
            self.i += 1
            parts.append(self.clause())
        if self.i != close:
            raise self.left_over()
        self.i = close + 1
        return parts[0] if len(parts) == 1 else apply("and", *parts)

    # ------------------------------------------------------------------------------------------------------- limits

    def read_limit(self, below: Term | None, first: int, t: Token) -> Term:
        if below is None and self.tok.kind == "name" and self.tokens[self.i + 1].text == "->":
            name = as_symbol(self.tok)
            self.i += 2
            point = self.single_limit_point()
            below = (name, point)
        elif below is not None and below.kind == "relation" and below.signs == ("->",):
            below = below.args
        elif below is not None and below.kind == "apply" and below.name == "where":
            raise self.fail("this limit has more than one condition", t)
        else:
            raise self.fail("a limit needs a variable and its point", t, "Write lim_{x -> 0}.")
        name, point = below
        point, side = one_sided(point)
        if self.tok.kind not in self.PREFIX and self.tok.kind not in ("-", "+"):
            raise self.fail(f"`{self.typed(t)}` has nothing on its right", t)
        body = self.body_of((name,), "limit", first)
        return bind("limit", (name,), body, point, *((symbol(side),) if side else ()), span=self.span(first))

    def single_limit_point(self) -> Term:
        t = self.tok
        if t.kind in ("-", "+"):
            self.i += 1
            inner = self.single_limit_point()
            return apply("neg", inner) if t.kind == "-" else inner
        point = self.single_operand()
        if self.tok.kind in ("+", "-") and not self.tok.gap and self.tokens[self.i + 1].gap:
            point = apply("sup", point, symbol("plus" if self.tok.kind == "+" else "minus"))
            self.i += 1
        return point

    # ------------------------------------------------------------------------------------------------------------- quantifiers

    def is_index(self, name: Term) -> bool:
        """Does the name stand below another one in this text?"""
        if self.indices is None:
            tokens = self.tokens
            below = [k for k, t in enumerate(tokens[:-2]) if t.kind == "_"]
            self.indices = frozenset([tokens[k + 1].text for k in below] + [tokens[k + 2].text for k in below if tokens[k + 1].kind == "{"])
        return name.name in self.indices

    def quantified(self, prefix: bool) -> Term:
        """`for all i != j`, `∀x > 0: ...`, `∃ y`. In front of a statement it binds; after one it is a condition."""
        first = self.i
        word = "exists" if self.tok.kind == "exists" else "forall"
        if self.tok.kind == "where":
            self.i += 1
        while self.tok.kind in ("all", "forall", "exists"):
            self.i += 1
        shadowed = {"i"} - self.unbound
        self.unbound |= shadowed
        names = [self.sum_()]
        while self.tok.kind == "," and self.tokens[self.i + 1].kind in ("name", "const") and self.tokens[self.i + 2].kind in (",", "rel", ":", "eof"):
            self.i += 1
            names.append(self.sum_())
        condition = self.chain(names[-1], first)
        bound = tuple(names[:-1]) + leading_names(condition)
        if not bound or any(b.kind not in ("symbol", "apply") for b in bound):
            raise self.fail("a quantifier needs a name", self.tokens[first])
        domain = () if condition.kind != "relation" else (condition,)
        if prefix and first and self.tok.kind in ("eof", ")", "]", "}", "end", "row"):
            prefix = False
        if not prefix:
            self.unbound -= shadowed
            if domain and word == "forall" and len(names) == 1:
                if not self.is_index(bound[0]):
                    said = "\"for all\" behind a formula is read as the condition under which it is meant"
                    self.note(said, self.span(first), "for_all")
                return condition
            return bind(word, bound, constant("true"), *domain, span=self.span(first))
        while self.tok.kind in (":", ",", "such", ".", "mid") and self.tokens[self.i + 1].kind != "eof":
            self.i += 1
        body = constant("true") if self.tok.kind in ("eof", ")", "]", "}") else self.logic(0)
        self.unbound -= shadowed
        return bind(word, bound, body, *domain, span=self.span(first))


def as_symbol(t: Token) -> Term:
    """The token as a name."""
    return symbol(t.text, Span(t.start, t.end))


def shared_range(below: Term, above: Term | None) -> Term | None:
    r"""`\\sum_{i,j=1}^n` and `\\sum_{1 <= i,j <= n}`: each of the names runs over the whole range; None for other scripts."""
    if not below.is_apply("and"):
        return None
    first, *middle, last = below.args
    if first.kind != "relation" or last.kind != "relation" or len(first.args) != 2 or len(last.args) != 2:
        return None
    if above is not None:
        names, low, high, signs = [r.args[0] for r in below.args if r.kind == "relation"], first.args[1], above, ("<=", "<=")
        alike = len(names) == len(below.args) and all(r.signs == ("=",) and r.args[1] == low for r in below.args)
    else:
        names, low, high, signs = [first.args[1], *middle, last.args[0]], first.args[0], last.args[1], (first.signs[0], last.signs[0])
        alike = all(s in ("<", "<=") for s in signs)
    if not alike or any(n.kind != "symbol" for n in names) or len(set(names)) != len(names) or any(n in names for n in (low, high)):
        return None
    return apply("and", *[relation(signs, low, n, high) for n in names])


def one_sided(point: Term) -> tuple[Term, str]:
    """`a^-` is (a, "-"), `2 pi^+` is (2 pi, "+"), anything else has no side."""
    if point.is_apply("sup") and point.args[1].kind == "symbol" and point.args[1].name in _SIDES:
        return point.args[0], _SIDES[point.args[1].name]
    if point.is_apply("mul") or point.is_apply("neg"):
        last, side = one_sided(point.args[-1])
        return (apply(point.name, *point.args[:-1], last, span=point.span), side) if side else (point, "")
    return point, ""
