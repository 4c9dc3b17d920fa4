"""Integrals with their differentials, and derivatives in fractions, ratios and with signs."""

from __future__ import annotations

from grader.printing import leading_names
from grader.reading.arguments import bind
from grader.reading.repair import STARTS
from grader.reading.tokens import Token
from grader.term import Span, Term, apply, free_names, number, symbol, walk


class Calculus:
    """The part of the parser for integrals and derivatives."""

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
            return bind("integral", tuple(variables), body, below, span=span)
        for variable in variables:
            body = self.integral_of(body, variable, [], span)
        return body

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
                return bind("integral", names, body, *values, span=span)
            raise self.fail("an integral without a differential", self.tokens[first], "Write dx after the integrand.")
        if above is not None and below is None:
            raise self.fail("an integral with an upper bound only", self.tokens[first])
        values = [v for v in (below, above) if v is not None]
        if len(variables) > 1:
            if len(values) == 2:
                raise self.fail("one integral sign and several differentials", self.tokens[first])
            return bind("integral", tuple(variables), body, *values, span=span)
        if len(values) == 1 and values[0] == variables[0]:
            values = []
            return bind("integral", tuple(variables), body, span=span)
        return self.integral_of(body, variables[0], values, span)

    def integral_of(self, body: Term, variable: Term, values: list[Term], span: Span) -> Term:
        """Without bounds an antiderivative; but where a density of the variable stands under the sign, the integral over the whole space."""
        if values:
            return bind("integral", (variable,), body, *values, span=span)
        return bind("integral" if self.has_density(body, variable) else "antiderivative", (variable,), body, span=span)

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
            self.take_differentials(ending=len(self.integrals) > 1 and self.only_differentials())
            self.ended = False
            self.integrals[-1] = (self.integrals[-1][0], -1)
            if self.tok.kind == "/":
                self.i += 1
                return apply("div", number(1), self.signed()), self.close_integrand(outer)
            body = self.product() if self.tok.kind in STARTS | {"abs(", "norm("} and not self.outer_differential() else number(1)
        else:
            body = self.sum_()
        return body, self.close_integrand(outer)

    def only_differentials(self) -> bool:
        r"""Do differentials stand here and nothing behind them (`\int\int dy\,dx`)? The first belongs to this sign then, the others to those around."""
        k = self.i
        while self.tokens[k].kind in ("d", "name") and self.tokens[k].text == "d" and self.tokens[k + 1].kind == "name":
            k += 2
        return self.tokens[k].kind not in STARTS

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
            variables.append(self.with_primes(variable))
        if ending and self.nest == nest:
            self.ended = True

    def with_primes(self, variable: Term) -> Term:
        r"""The variable of a differential with the primes behind it (`dz'`, `dz^{\prime}`)."""
        start, count, k = self.i, 0, self.i
        if self.tok.kind == "^":
            k += 2 if self.tokens[k + 1].kind == "{" else 1
        while self.tokens[k].kind == "'":
            count += len(self.tokens[k].text)
            k += 1
        if not count:
            return variable
        self.i = k + (self.tok.kind == "^" and self.tokens[start + 1].kind == "{")
        span = Span(variable.span.start if variable.span else self.tokens[start].start, self.tokens[self.i - 1].end)
        return apply("prime", variable, number(count), span=span)

    def end_integrand(self) -> None:
        """A differential inside a fraction or bracket ends the integrand after that factor."""
        variables, nest = self.integrals[-1]
        if variables and self.nest == nest and self.tokens[self.i - 1].kind in ("}", ")", "]"):
            self.ended = True

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
        if not (head.kind in ("partial", "d") or head.kind == "name" and head.text == "d"):
            return None
        if (head.kind == "partial") != (tokens[below + 1].kind == "partial"):
            return None
        self.i = k + 2
        if self.tok.kind == "^":
            self.i += 1
            self.single_script()
        body = None
        if self.i < self.partner[k]:
            if not self.kinds_in(k).isdisjoint("+-"):
                raise self.fail("a sum behind the d of a derivative", tokens[k], "Write \\frac{d}{dx} (f + g).")
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
        loose = first + 1 if head.kind == "partial" else first
        raised = tokens[k].kind == "^"
        while tokens[k].kind in ("name", "const", "_", "num", "^", "(", "{", "'") and (not tokens[k].gap or k == loose or raised) and k - first <= 12:
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
        end = k + 1
        while tokens[end].kind == head.kind and tokens[end].text == head.text and tokens[end + 1].kind == "name" and (
                end == k + 1 or not tokens[end].gap):
            end += 2
            while tokens[end].kind in ("_", "^", "'"):
                end = self.past(end + 1) if tokens[end].kind != "'" else end + 1
        self.i = k + 1
        steps = self.differentials_below(k + 1, end)
        self.i = end
        if steps and len(steps) == 1:
            steps = [(steps[0][0], order)]
        return self.differentiated("partial" if head.kind == "partial" else "derivative", body, steps or [], first)

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
            name = self.tokens[k + 1]
            if not (t.kind in ("partial", "d") or t.kind == "name" and t.text == "d") or name.kind not in ("name", "hat") or k + 1 >= end:
                return None
            if t.kind == "name" and self.vocabulary.knows("d") and name.gap:
                return None
            variable: Term = symbol(name.text, Span(name.start, name.end))
            order = number(1)
            self.i = k + 2
            if name.kind == "hat":
                self.i = k + 1
                variable = self.read_decorated(name)
                variable, order = variable.args if variable.is_apply("pow") else (variable, order)
            while self.tok.kind in ("_", "^", "'") and self.i < end:
                if self.tok.kind == "_":
                    variable = self.lowered(variable, self.i - 1)
                elif (primed := self.with_primes(variable)) is not variable:
                    variable = primed
                elif (turned := self.is_turned(self.i)):
                    self.i, variable = turned, apply("transpose", variable)
                else:
                    self.i += 1
                    order = self.single_script()
            k, self.i = self.i, here
            steps.append((variable, order))
        return steps or None

    def is_turned(self, k: int) -> int:
        r"""The place behind `^\top`, `^{\top}` or `^T` at k, else 0."""
        inside = self.tokens[k + 1]
        if inside.kind == "{" and self.partner.get(k + 1) == k + 3:
            inside = self.tokens[k + 2]
            return k + 4 if inside.kind == "top" or inside.text == "T" else 0
        return k + 2 if inside.kind == "top" or inside.text == "T" else 0

    def differentiated(self, op: str, body: Term | None, steps: list[tuple[Term, Term]], first: int) -> Term:
        named = body is not None
        if body is None:
            if self.tok.kind in ("=", "rel", "eof", ")", "]", "}", ",", "+"):
                raise self.fail("nothing stands after the derivative sign", self.tokens[first], "Write d/dx f(x).")
            body = self.product()
        body, places = self.without_bar(body, {v for v, _ in steps})
        for variable, order in reversed(steps):
            body = apply(op, body, variable, order, span=self.span(first))
        if places:
            return apply("at", body, *places, span=self.span(first))
        return self.at_a_point(body, first) if named and self.tok.kind == "(" and not self.ended else body

    def without_bar(self, body: Term, variables: set[Term]) -> tuple[Term, tuple[Term, ...]]:
        r"""`\frac{d}{dx} f(x)|_{x=a}`: the bar behind what is differentiated belongs to the derivative; the body without it, and the places."""
        last = body.args[-1] if body.is_apply("mul") else body
        if not last.is_apply("at") or last.args[1].kind != "relation" or last.args[1].args[0] not in variables:
            return body, ()
        return (body.with_args((*body.args[:-1], last.args[0])) if body is not last else last.args[0]), last.args[1:]

    def at_a_point(self, body: Term, first: int) -> Term:
        r"""`\frac{\partial f}{\partial p}(p_t, q_t)`, `\frac{df}{dx}(x_0)`: the derivative as a function of its point; a lone bracket may
        be a factor."""
        k = self.i
        if "," in self.kinds_in(k):
            return apply("call", body, *self.listed_arguments(), span=self.span(first))
        derived = body.args[0]
        simple = derived.kind == "symbol" and self.is_one_name(k) and self.tokens[self.i].gap == 0
        if simple and not self.site("derivative_at", k, "the bracket behind the derivative is read as its point; it may be a factor",
                                    Span(self.tokens[k].start, self.tokens[self.partner[k]].end)):
            return apply("call", body, *self.listed_arguments(), span=self.span(first))
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
        twice = False
        while self.tok.kind in ("_", "^"):
            self.i += 1
            script = self.single_script()
            if script != number(2) and below is None:
                below = script
            elif script == number(2) and not twice:
                twice = True
            else:
                raise self.fail("a power of ∇ is not read", t)
        if self.tok.kind not in self.PREFIX:
            raise self.fail("`∇` has nothing on its right", t)
        body = self.operand()
        while not free_names(body) and self.tok.kind in STARTS | {"abs(", "norm("} and not (self.integrals and self.at_differential()) and body.kind in ("number", "apply", "constant"):
            body = apply("mul", *(body.args if body.is_apply("mul") else (body,)), self.operand(), span=self.span(first))
        if below is not None and self.is_only_begun(body, below):
            while self.tok.kind in STARTS | {"abs(", "norm("}:
                body = apply("mul", *(body.args if body.is_apply("mul") else (body,)), self.operand(), span=self.span(first))
        over = () if below is None else (below,)
        return apply("gradient", apply("gradient", body, *over) if twice else body, *over, span=self.span(first))

    def is_only_begun(self, body: Term, below: Term) -> bool:
        r"""Does `∇_x` reach over more than its first factor: `∇_x x^\top A x`, `∇_w \lambda w^\top w`? A row is no function to be differentiated alone,
        nor is a factor in which the variable does not occur, unless it is a name that may stand for a function of it."""
        if body.is_apply("transpose"):
            return body.args[0].kind == "symbol"
        free = free_names(body)
        if free & free_names(below) or any(n.is_apply("call") for n in walk(body)):
            return False
        base = body.args[0] if body.kind == "apply" and body.args and body.name in ("index", "hat", "bar", "tilde", "sup", "star") else body
        greek = base.kind == "symbol" and base.name in ("alpha", "beta", "lambda", "mu", "gamma", "eta", "tau")
        return greek or base.kind == "symbol" and self.vocabulary.shapes.get(base.name) in ("vector", "matrix") or base.kind == "apply" and base is body
