"""Names with a meaning of their own before a bracket: expectation, variance, divergence, entropy, probability, order symbols, gamma and zeta."""

from __future__ import annotations

from grader.reading.tokens import Token
from grader.term import Span, Term, apply, collection, symbol

_ORDERS = {"O": "bigO", "o": "smallo", "Theta": "bigTheta", "Omega": "bigOmega", "omega": "smallomega", "theta": "bigTheta"}


class Special:
    """The part of the parser for the named operators of probability and growth."""

    def special_name(self, base: Term, exponent: Term | None, first: int, t: Token, kind: str) -> Term | None:
        """Expectation, divergence, entropy, probability and order symbols; None where the name is an ordinary one."""
        name, free = t.text, not self.vocabulary.knows(t.text)
        if name == "E" and (t.mark == "bb" or free):
            return self.expectation(base, exponent, first, t, kind)
        if kind not in ("(", "[", "lset"):
            return None
        divided = "dmid" in self.kinds_in(self.i) if name in ("D", "L", "KL", "d") or base.is_apply("index") else False
        if divided or base == apply("index", symbol("D"), symbol("KL")) or name == "KL":
            return self.divergence(first)
        if name in ("P", "V") and t.mark == "bb" or name == "H" and (t.mark == "bb" or kind == "[" and free):
            op = {"P": "probability", "V": "variance", "H": "entropy"}[name]
            if op == "entropy":
                arguments = self.listed_arguments()
                if len(arguments) != 1:
                    raise self.fail("an entropy has one argument", self.tokens[first])
                return apply("entropy", *arguments, span=self.span(first))
            return self.statistic(op, base.args[1] if base.is_apply("index") else None, first)
        if name == "P" and free and kind == "(" and self.i in self.relational:
            return self.statistic("probability", None, first)
        if name == "I" and free and ";" in self.kinds_in(self.i):
            parts = self.listed_arguments()
            if len(parts) != 1 or not parts[0].is_apply("semicolon", 2):
                raise self.fail("a mutual information has two variables", self.tokens[first], "Write I(X; Y).")
            return apply("mutual_information", *parts[0].args, span=self.span(first))
        if kind == "(" and exponent is None and base.kind == "symbol":
            return self.order_or_gamma(name, free, first)
        return None

    def order_or_gamma(self, name: str, free: bool, first: int) -> Term | None:
        """`O(n)`, `Θ(n)`; the functions gamma, zeta and B where nothing else is meant by the letter."""
        inside = self.tokens[self.i + 1:self.partner[self.i]]
        order = _ORDERS.get(name)
        if order and free and inside and not (name in ("theta", "omega") and not self.stands_alone(first)) \
                and not self.kinds_in(self.i) & {"mid", ";"}:
            arguments = self.listed_arguments()
            return apply(order, arguments[0] if len(arguments) == 1 else collection("tuple", *arguments), span=self.span(first))
        if name in ("gamma", "Gamma", "zeta") and free and "," not in self.kinds_in(self.i) and inside:
            total, called, _ = self.places_of(name)
            sure = name == "Gamma" or len(inside) == 1 and inside[0].kind == "num"
            span = Span(inside[0].start, inside[-1].end)
            if total == called and (sure or not self.site("gamma", self.i, f"`{name}` before a bracket is read as a function", span)):
                return apply("zeta" if name == "zeta" else "gamma", *self.listed_arguments(), span=self.span(first))
        return None

    def stands_alone(self, first: int) -> bool:
        """Is the call with its bracket a whole side of a relation (where `theta(n)` and `omega(n)` are order symbols)?"""
        after = self.tokens[self.partner[self.i] + 1].kind
        before = self.tokens[first - 1].kind if first else "eof"
        whole = after in ("eof", "rel", ",", ")", "]", "}", "where", "and", "or")
        return self.vocabulary.orders and whole and before in ("eof", "rel", ",", "+")

    def expectation(self, base: Term, exponent: Term | None, first: int, t: Token, kind: str) -> Term | None:
        """`E[...]`, `E_q[...]`, `E_{z ~ q} log p(x|z)`."""
        over = None
        if base.is_apply("index"):
            over = base.args[1] if len(base.args) == 2 else collection("tuple", *base.args[1:])
        elif base.kind != "symbol":
            return None
        if kind == "(" and over is not None and self.tokens[self.partner[self.i] + 1].kind in ("[", "lset"):
            over = apply("call", over, *self.listed_arguments(), span=self.span(first))
            kind = self.tok.kind
        if kind in ("[", "lset", "("):
            if kind == "(" and t.mark != "bb" and over is None and self.places_of("E")[0] > self.places_of("E")[1]:
                return None
            body = self.tupled(list(self.listed_arguments()))
        elif t.mark == "bb" or over is not None and self.tok.kind == "func" or kind == "{":
            if self.tok.kind not in self.PREFIX:
                return None
            body = self.product()
        else:
            return None
        term = apply("expectation", body, *(() if over is None else (over,)), span=self.span(first))
        return term if exponent is None else apply("pow", term, exponent, span=self.span(first))

    def bare_expectation(self, t: Token, following: Token, first: int) -> Term | None:
        """`E X` and `EX`: an expectation where E stands before brackets elsewhere in the text; else a product that may be one."""
        if self.vocabulary.knows("E") or len(following.text) != 1 or not following.text.isupper() or self.tokens[self.i + 1].kind in ("(", "["):
            return None
        if self.expects is None:
            self.expects = any(x.kind == "name" and x.text == "E" and self.tokens[k + 1].kind in ("[", "(", "lset")
                               for k, x in enumerate(self.tokens[:-1]))
        elsewhere = self.expects
        span = Span(t.start, following.end)
        typed = self.text[span.start:span.end]
        said = "an expectation" if elsewhere else "a product; it may be an expectation"
        if self.site("bare_expectation", self.i, f"`{typed}` is read as {said}", span) == elsewhere:
            return None
        body = self.operand()
        return apply("expectation", body, span=self.span(first))

    def statistic(self, op: str, over: Term | None, first: int) -> Term:
        """Var, Cov and Pr with their brackets and the density below them."""
        arguments = self.listed_arguments()
        if not arguments:
            raise self.fail("nothing stands in these brackets", self.tokens[first])
        if op in ("variance", "probability", "expectation") and len(arguments) > 1 and over is not None:
            arguments = (collection("tuple", *arguments),)
        if op == "covariance" and len(arguments) != 2:
            raise self.fail("a covariance has two arguments", self.tokens[first])
        if op == "probability" and len(arguments) > 1:
            arguments = (collection("tuple", *arguments),)
        return apply(op, *arguments, *(() if over is None else (over,)), span=self.span(first))

    def divergence(self, first: int) -> Term:
        """KL(q || p), with any of its bars."""
        while self.tok.kind in ("_", "^"):
            self.i += 1
            self.single_script()
        t = self.tok
        if t.kind not in ("(", "[", "{", "lset"):
            raise self.stuck("the two densities in brackets")
        close = self.partner[self.i]
        self.enter(t)
        self.in_arguments += 1
        self.i += 1
        left = self.clause()
        bar = self.tok
        if bar.kind not in ("dmid", ",", ";", ":", "mid") or self.i >= close:
            raise self.fail("a divergence needs two densities", t, "Write KL(q || p).")
        if bar.kind in ("mid", ":"):
            self.note(f"`{self.typed(bar)}` between the densities is read as ||", Span(bar.start, bar.end), "divergence_bar", "repair")
        self.i += 1
        right = self.clause()
        if self.i != close:
            raise self.left_over()
        self.in_arguments -= 1
        self.nest -= 1
        self.i = close + 1
        return apply("kl", left, right, span=self.span(first))
