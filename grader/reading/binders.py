"""What binds a variable: sums, integrals with their differentials, limits, extrema, quantifiers; and derivatives."""

from __future__ import annotations

from grader.printing import leading_names
from grader.reading.arguments import as_name
from grader.reading.lexer import Token
from grader.reading.names import BIG
from grader.reading.repair import STARTS
from grader.term import Span, Term, apply, binder, constant, free_names, number, relation, symbol, walk

_SIDES = {"plus": "+", "minus": "-"}


class Binders:
    """The part of the parser for binders."""

    def read_big_sign(self, t: Token) -> Term:
        first = self.i
        self.i += 1
        if t.text == "closed":
            raise self.fail("an integral along a closed curve is not read", t)
        return self.read_big(t.text, first, t)

    def read_several_integrals(self, t: Token) -> Term:
        r"""`\iint f \,dx\,dy`: integrals inside one another; the innermost takes the first differential."""
        first = self.i
        self.i += 1
        return self.nested_integral(int(t.kind[3:]), first)

    def nested_integral(self, count: int, first: int) -> Term:
        below = None
        if self.tok.kind == "_":
            self.i += 1
            below = self.single_script(statement=True)
        self.enter(self.tok)
        body, variables = self.integrand()
        self.nest -= 1
        if len(variables) != count:
            raise self.fail(f"{count} integral signs and {len(variables)} differentials", self.tokens[first])
        span = self.span(first)
        if below is not None:
            return binder("integral", tuple(variables), body, below, span=span)
        for variable in variables:
            body = self.integral_of(body, variable, [], span)
        return body

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
            if below and t.kind in ("name", "const") and self.tokens[self.i + 1].kind == "rel" and self.tokens[self.i + 1].text == "=" and not self.latex:
                self.i += 2
                start = self.single_script()
                return relation("=", symbol(t.text, Span(t.start, t.end)), start)
            if t.kind in ("name", "const") and self.tokens[self.i + 1].kind == ("^" if below else "_"):
                self.i += 1
                return symbol(t.text, Span(t.start, t.end)) if t.kind == "name" or below else constant(t.text, Span(t.start, t.end))
            return self.single_script(statement=True)
        finally:
            self.unbound -= shadowed

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
        return binder(name, bound, body, *values, span=self.span(first))

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
        start = below.args[0] if below.is_apply("and") else below
        if start.kind == "relation" and start.signs == ("=",) and above is not None and start.args[0].kind == "symbol":
            if start is below:
                return (below.args[0],), [below.args[1], above]
            between = relation(("<=", "<="), start.args[1], start.args[0], above)
            return (start.args[0],), [apply("and", between, *below.args[1:])]
        if above is not None:
            if name in ("sum", "product") and below.kind in ("symbol", "apply") and above.kind != "number":
                raise self.fail("the lower bound names no variable", t, "Write sum_{i=1}^{n}.")
            raise self.fail("these bounds do not name a variable", t)
        if below.kind == "tuple" and all(x.kind in ("symbol",) for x in below.args):
            return below.args, []
        if below.kind in ("symbol",) or below.is_apply("index") or below.is_apply("sup"):
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
            while self.tokens[end].kind not in ("rel", ",", ")", "]", "}", "eof", "amp", "row", "where", "and", "or") and end < len(self.tokens) - 1:
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

    # ------------------------------------------------------------------------------------------------------- limits, integrals

    def read_limit(self, below: Term | None, first: int, t: Token) -> Term:
        if below is None and self.tok.kind == "name" and self.tokens[self.i + 1].text == "->":
            name = as_symbol(self.tok)
            self.i += 2
            side = ""
            point = self.single_limit_point()
            below = (name, point)
        elif below is not None and below.kind == "relation" and below.signs == ("->",):
            below = below.args
        elif below is not None and below.kind == "apply" and below.name == "where":
            raise self.fail("this limit has more than one condition", t)
        else:
            raise self.fail("a limit needs a variable and its point", t, "Write lim_{x -> 0}.")
        name, point = below
        side = ""
        if point.is_apply("sup") and point.args[1].kind == "symbol" and point.args[1].name in _SIDES:
            point, side = point.args[0], _SIDES[point.args[1].name]
        if self.tok.kind not in self.PREFIX and self.tok.kind not in ("-", "+"):
            raise self.fail(f"`{self.typed(t)}` has nothing on its right", t)
        body = self.body_of((name,), "limit", first)
        return binder("limit", (name,), body, point, *((symbol(side),) if side else ()), span=self.span(first))

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

    def read_integral(self, below: Term | None, above: Term | None, first: int) -> Term:
        named = below is not None and below.kind == "relation" and below.signs == ("=",) and above is not None and below.args[0].kind == "symbol"
        self.enter(self.tok)
        body, variables = self.integrand()
        self.nest -= 1
        span = self.span(first)
        if named:
            variables, below = variables or [below.args[0]], below.args[1]
        if not variables:
            names = leading_names(below) if below is not None and above is None else ()
            if len(names) == 1:
                values = () if below.kind == "symbol" else (below,)
                return binder("integral", names, body, *values, span=span)
            raise self.fail("an integral without a differential", self.tokens[first], "Write dx after the integrand.")
        if above is not None and below is None:
            raise self.fail("an integral with an upper bound only", self.tokens[first])
        values = [v for v in (below, above) if v is not None]
        if len(variables) > 1:
            if len(values) == 2:
                raise self.fail("one integral sign and several differentials", self.tokens[first])
            return binder("integral", tuple(variables), body, *values, span=span)
        if len(values) == 1 and values[0] == variables[0]:
            values = []
            return binder("integral", tuple(variables), body, span=span)
        return self.integral_of(body, variables[0], values, span)

    def integral_of(self, body: Term, variable: Term, values: list[Term], span: Span) -> Term:
        """Without bounds an antiderivative; but where a density of the variable stands under the sign, the integral over the whole space."""
        if values:
            return binder("integral", (variable,), body, *values, span=span)
        return binder("integral" if self.has_density(body, variable) else "antiderivative", (variable,), body, span=span)

    def has_density(self, body: Term, variable: Term) -> bool:
        names = free_names(variable)
        for node in walk(body):
            if node.is_apply("call"):
                root = node.args[0]
                while root.kind == "apply" and root.args:
                    root = root.args[0]
                if root.kind == "symbol" and self.vocabulary.is_density(root.name) and names & free_names(node):
                    return True
        return False

    def integrand(self) -> tuple[Term, list[Term]]:
        """What stands between the sign and its differential, and the variables. A differential may come first, or in a numerator."""
        self.integrals.append(([], self.nest))
        outer, self.ended = self.ended, False
        if self.at_differential():
            self.take_differentials(ending=False)
            self.integrals[-1] = (self.integrals[-1][0], -1)
            if self.tok.kind == "/":
                self.i += 1
                return apply("div", number(1), self.signed()), self.close_integrand(outer)
            body = self.product() if self.tok.kind in STARTS | {"abs(", "norm("} and not self.outer_differential() else number(1)
        else:
            body = self.sum_()
        return body, self.close_integrand(outer)

    def close_integrand(self, outer: bool) -> list[Term]:
        variables, _ = self.integrals.pop()
        self.ended = outer
        return variables

    def outer_differential(self) -> bool:
        return len(self.integrals) > 1 and self.at_differential()

    def at_differential(self) -> bool:
        """Does `dx` stand here (with an upright or a plain d)?"""
        t = self.tok
        if t.kind == "d":
            return self.tokens[self.i + 1].kind == "name"
        if t.kind != "name" or t.text != "d":
            return False
        following = self.tokens[self.i + 1]
        if following.kind != "name" or (following.gap and not self.latex and t.mark != "rm"):
            return False
        return self.tokens[self.i + 2].kind not in ("(",) or following.gap == 0

    def take_differentials(self, ending: bool = True) -> None:
        """Step over the differentials at hand, for this integral and then for those around it."""
        variables, nest = self.integrals[-1]
        while self.at_differential() and not (variables and len(self.integrals) > 1 and ending):
            self.i += 1
            t = self.tok
            self.i += 1
            variable = symbol(t.text, Span(t.start, t.end))
            if self.tok.kind == "_":
                variable = self.lowered(variable, self.i - 1)
            variables.append(variable)
        if ending and self.nest == nest:
            self.ended = True

    def end_integrand(self) -> None:
        """A differential inside a fraction or bracket ends the integrand after that factor."""
        variables, nest = self.integrals[-1]
        if variables and self.nest == nest and self.tokens[self.i - 1].kind in ("}", ")", "]"):
            self.ended = True

    # ------------------------------------------------------------------------------------------------------------- quantifiers

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
                return condition
            return binder(word, bound, constant("true"), *domain, span=self.span(first))
        while self.tok.kind in (":", ",", "such", ".", "mid") and self.tokens[self.i + 1].kind != "eof":
            self.i += 1
        body = constant("true") if self.tok.kind in ("eof", ")", "]", "}") else self.logic(0)
        self.unbound -= shadowed
        return binder(word, bound, body, *domain, span=self.span(first))

    # ------------------------------------------------------------------------------------------------------------- derivatives

    def derivative_fraction(self, k: int) -> Term | None:
        r"""`\frac{d}{dx} f`, `\frac{\partial^2 f}{\partial x \partial y}`; None where the fraction is an ordinary one. k is the numerator's brace."""
        tokens = self.tokens
        if tokens[k].kind != "{" or tokens[self.partner[k] + 1].kind != "{":
            return None
        below = self.partner[k] + 1
        steps = self.differentials_below(below + 1, self.partner[below])
        if steps is None:
            return None
        first, head = self.i, tokens[k + 1]
        op = "partial" if head.kind == "partial" else "derivative"
        if not (head.kind in ("partial", "d") or head.kind == "name" and head.text == "d") or (head.kind == "partial") != (tokens[below + 1].kind == "partial"):
            return None
        self.i = k + 2
        if self.tok.kind == "^":
            self.i += 1
            self.single_script()
        body = None
        if self.i < self.partner[k]:
            body = self.sum_()
            if self.i != self.partner[k]:
                raise self.left_over()
        self.i = self.partner[below] + 1
        return self.differentiated(op, body, steps, first)

    def derivative_ratio(self, first: int) -> Term | None:
        """`d/dx f`, `dy/dx`, `∂f/∂x` in typed text; None where the letters are a quotient of products."""
        tokens = self.tokens
        head = tokens[first]
        k = first + 1
        while tokens[k].kind in ("name", "const", "_", "num", "^", "(") and (not tokens[k].gap or head.kind == "partial" and k == first + 1):
            k = self.partner.get(k, k) + 1
        if tokens[k].kind != "/" or k - first > 12:
            return None
        after = tokens[k + 1]
        if not (after.kind == head.kind and after.text == head.text) or tokens[k + 2].kind != "name" or (tokens[k + 2].gap and head.kind == "name"):
            return None
        if self.vocabulary.knows("d") and head.kind == "name":
            return None
        self.i = first + 1
        order = number(1)
        if self.tok.kind == "^":
            self.i += 1
            order = self.single_script()
        body = self.single_derived() if self.i < k else None
        if self.i != k:
            self.i = first + 1
            return None
        self.i = k + 2
        variable = symbol(self.tok.text, Span(self.tok.start, self.tok.end))
        self.i += 1
        if self.tok.kind == "_":
            variable = self.lowered(variable, self.i - 1)
        if self.tok.kind == "^":
            self.i += 1
            self.single_script()
        return self.differentiated("partial" if head.kind == "partial" else "derivative", body, [(variable, order)], first)

    def single_derived(self) -> Term:
        t = self.tok
        if t.kind == "(":
            return self.read_group(t)
        self.i += 1
        return self.after_base(symbol(t.text, Span(t.start, t.end)), self.i - 1, t) if t.kind == "name" else self.no_operand_here(t)

    def no_operand_here(self, t: Token) -> Term:
        raise self.fail(f"`{self.typed(t)}` cannot be differentiated", t)

    def differentials_below(self, k: int, end: int) -> list[tuple[Term, Term]] | None:
        """The steps in a denominator such as `dx^2` or `∂x ∂y`: (variable, order) each; None where it is no such thing."""
        steps: list[tuple[Term, Term]] = []
        here = self.i
        while k < end:
            t = self.tokens[k]
            if not (t.kind in ("partial", "d") or t.kind == "name" and t.text == "d") or self.tokens[k + 1].kind != "name" or k + 1 >= end:
                return None
            if t.kind == "name" and self.vocabulary.knows("d") and self.tokens[k + 1].gap:
                return None
            name = self.tokens[k + 1]
            variable: Term = symbol(name.text, Span(name.start, name.end))
            order = number(1)
            self.i = k + 2
            while self.tok.kind in ("_", "^") and self.i < end:
                if self.tok.kind == "_":
                    variable = self.lowered(variable, self.i - 1)
                else:
                    self.i += 1
                    order = self.single_script()
            k, self.i = self.i, here
            steps.append((variable, order))
        return steps or None

    def differentiated(self, op: str, body: Term | None, steps: list[tuple[Term, Term]], first: int) -> Term:
        if body is None:
            if self.tok.kind in ("=", "rel", "eof", ")", "]", "}", ",", "+"):
                raise self.fail("nothing stands after the derivative sign", self.tokens[first], "Write d/dx f(x).")
            body = self.product()
        for variable, order in reversed(steps):
            body = apply(op, body, variable, order, span=self.span(first))
        return body

    def read_partial(self, t: Token) -> Term:
        """`∂f/∂x` in one line, and `∂_x f`."""
        first = self.i
        found = self.derivative_ratio(first)
        if found is not None:
            return found
        if self.tokens[first + 1].kind == "_":
            self.i += 2
            variable = self.single_script()
            return apply("partial", self.product(), variable, number(1), span=self.span(first))
        raise self.fail("`∂` without a variable below it", t, "Write \\frac{\\partial f}{\\partial x}.")

    def read_nabla(self, t: Token) -> Term:
        """`∇f`, `∇_x f`."""
        first = self.i
        self.i += 1
        below = None
        if self.tok.kind == "_":
            self.i += 1
            below = self.single_script()
        if self.tok.kind == "^":
            raise self.fail("a power of ∇ is not read", t)
        if self.tok.kind not in self.PREFIX:
            raise self.fail("`∇` has nothing on its right", t)
        body = self.operand()
        return apply("gradient", body, *(() if below is None else (below,)), span=self.span(first))


def as_symbol(t: Token) -> Term:
    return symbol(t.text, Span(t.start, t.end))
