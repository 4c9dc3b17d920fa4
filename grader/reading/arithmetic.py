"""Sums, products and signs."""

from __future__ import annotations

import re

from grader.reading.operands import POSTFIX
from grader.reading.repair import STARTS
from grader.reading.statements import is_set
from grader.reading.tokens import ReadError, Token
from grader.term import Span, Term, apply, number, symbol, text

SUMS = frozenset(("+", "-", "pm", "cup"))
PRODUCTS = frozenset(("*", "/", "mod", "pmod", "cap", "percent", "choose_"))
FACTORS = (STARTS | {"abs(", "norm("}) - {"forall", "exists", "not", "dots"}
"""Kinds that can begin a factor of a product without a sign."""
_UNIT = re.compile(r"[^\W\d_]{1,20}(?: [^\W\d_]{1,20})?(?:[/·*^ ]?[^\W_]{1,12}){0,4}")
"""Words that can be a unit: one or two, perhaps with signs between units (m/s^2)."""
_NO_UNITS = frozenset("for if when where with and or all such".split())
"""Words that begin a clause."""
_SET_STARTS = frozenset(("lset", "set_"))
_ORDERS = frozenset("bigO bigTheta bigOmega smallo smallomega".split())
_END_OF_POINT = frozenset("eof ) } ,".split())
"""What may follow the side of a limit (`x -> 0+`)."""
_NAMED_PRODUCTS = {"outer": "outer", "hadamard": "hadamard", "times": "cross", "cdot": "dotproduct"}


class Arithmetic:
    """The part of the parser between relations and operands."""

    def sum_(self) -> Term:
        """Products with + and - between them."""
        first = self.i
        left = self.product()
        if self.tok.kind not in SUMS or self.ended:
            return left
        terms = [left]
        while True:
            t = self.tok
            kind = t.kind
            if kind not in SUMS or self.ended:
                break
            self.i += 1
            if kind in ("+", "-") and terms[-1].kind == "number" and not t.gap and self.tok.kind in _END_OF_POINT:
                terms[-1] = apply("sup", terms[-1], symbol("plus" if kind == "+" else "minus"), span=self.span(first))
            elif kind == "+" and t.text == "+":
                terms.append(self.product())
            elif kind == "-":
                at = t.start
                right = self.product()
                if len(terms) == 1 and is_set(terms[0]) and is_set(right):
                    terms = [apply("setminus", terms[0], right, span=self.span(first))]
                    continue
                terms.append(apply("neg", right, span=Span(at, self.tokens[self.i - 1].end)))
            elif kind == "pm" and t.text == "+-" and t.gap == 0 and self.tok.gap == 0 and not self.site(
                    "plus_minus", self.i, "`+-` is read as plus minus one sign each; it may mean ±", Span(t.start, t.end)):
                terms.append(apply("neg", self.product(), span=Span(t.start + 1, self.tokens[self.i - 1].end)))
            elif kind == "cup" or t.text == "setminus":
                terms = [self.united(self.joined_sum(terms, first), t, first)]
            else:
                left = self.joined_sum(terms, first)
                terms = [apply("mp" if t.text == "mp" else "pm", left, self.product(), span=self.span(first))]
        return self.joined_sum(terms, first)

    def joined_sum(self, terms: list[Term], first: int) -> Term:
        if len(terms) == 1:
            return terms[0]
        last, minus = (terms[-1].args[0], True) if terms[-1].is_apply("neg") else (terms[-1], False)
        if self.mod_end == self.i and last.is_apply("mod", 2) and self.site(
                "mod_reach", self.i, "mod is read as that of the last term; it may be that of the whole sum", self.span(first)):
            whole = apply("add", *terms[:-1], apply("neg", last.args[0]) if minus else last.args[0], span=self.span(first))
            return apply("mod", whole, last.args[1], span=self.span(first))
        return apply("add", *[self.plain(x) for x in terms] if self.has_sets else terms, span=self.span(first))

    def united(self, left: Term, t: Token, first: int) -> Term:
        """Unions side by side, or one set difference; pairs in them are intervals."""
        if t.kind == "cup":
            parts = [left, self.product()]
            while self.tok.kind == "cup":
                self.i += 1
                parts.append(self.product())
            return apply("union", *[self.as_interval(p) for p in parts], span=self.span(first))
        return apply("setminus", self.as_interval(left), self.as_interval(self.product()), span=self.span(first))

    def product(self) -> Term:
        """Factors with * and / between them, or side by side; a leading sign takes the whole product."""
        first = self.i
        kind = self.tok.kind
        if kind == "-" or kind == "+" or kind == "pm":
            return self.signed_product(first)
        if self.integrals and self.at_differential() and not (self.integrals[-1][0] and len(self.integrals) > 1):
            self.take_differentials()
            if self.ended or self.tok.kind not in FACTORS:
                return number(1)
        left = self.operand()
        kind = self.tok.kind
        if kind not in PRODUCTS and kind not in FACTORS and not self.integrals:
            return left
        factors = [left]
        while True:
            if self.integrals:
                self.end_integrand()
            if self.ended:
                break
            t = self.tok
            kind = t.kind
            if kind == "*":
                self.times(factors, t, first)
            elif kind == "/":
                self.i += 1
                right = self.signed()
                left = apply("div", self.joined(factors, first), self.plain(right), span=self.span(first))
                left = apply("floor", left, span=left.span) if t.text == "//" else left
                factors = [self.reaching_fraction(left, t)]
            elif kind in FACTORS:
                if not self.juxtaposed(factors, t, first):
                    break
            elif kind in PRODUCTS:
                if not self.rare_product(factors, t, first):
                    break
            else:
                break
        return self.joined(factors, first)

    def signed_product(self, first: int) -> Term:
        signs: list[Token] = []
        dash = self.tokens[1] if first == 0 and self.tok.kind == "-" else self.tok
        if dash is not self.tok and dash.gap and not self.latex and dash.kind in FACTORS and self.site(
                "bullet", 0, "the dash in front is read as a minus sign; it may be a bullet", Span(self.tok.start, self.tok.end)):
            self.i += 1
            return self.product()
        while self.tok.kind in ("-", "+", "pm"):
            signs.append(self.tok)
            self.i += 1
        if len(signs) > 20:
            raise self.fail("a long row of signs", signs[0])
        if self.tok.kind not in FACTORS:
            raise self.fail(f"`{self.typed(signs[-1])}` has nothing on its right", signs[-1])
        term = self.product()
        if term.is_apply("mod", 2) and self.mod_end == self.i and sum(t.kind == "-" for t in signs) % 2 and all(t.kind != "pm" for t in signs):
            left = apply("neg", term.args[0], span=Span(signs[0].start, term.args[0].span.end if term.args[0].span else self.tok.start))
            return apply("mod", left, term.args[1], span=self.span(first))  # -7 mod 3 is (-7) mod 3
        for t in reversed(signs):
            if t.kind == "-":
                term = apply("neg", term, span=Span(t.start, self.tokens[self.i - 1].end))
            elif t.kind == "pm":
                term = apply("mp" if t.text == "mp" else "pm", term, span=Span(t.start, self.tokens[self.i - 1].end))
        return term

    def signed(self) -> Term:
        """An operand, with signs of its own (`2 * -x`, `1/-2`)."""
        t = self.tok
        if t.kind not in ("-", "+", "pm"):
            return self.operand()
        self.i += 1
        self.enter(t)
        inner = self.signed()
        self.nest -= 1
        if t.kind == "+":
            return inner
        return apply("neg" if t.kind == "-" else t.text if t.text == "mp" else "pm", inner, span=Span(t.start, self.tokens[self.i - 1].end))

    def times(self, factors: list[Term], t: Token, first: int) -> None:
        """A written product sign and the factor after it."""
        self.i += 1
        if self.integrals and self.at_differential() and not (self.integrals[-1][0] and len(self.integrals) > 1):
            self.take_differentials()
            return
        if self.tok.kind in ("eof", ")", "]", "}", ",", "rel"):
            raise self.fail(f"`{self.typed(t)}` has nothing on its right", t)
        right = self.signed()
        name = _NAMED_PRODUCTS.get(t.text)
        if name is None or name in ("cross", "dotproduct"):
            if name and (all(self.is_array(x) or x.kind == "tuple" and x.name in ("tuple", "list") for x in (factors[-1], right)) or all(
                    x.kind == "tuple" and x.name == "matrix" and all(len(r.args) == 1 for r in x.args) for x in (factors[-1], right))):
                right = apply(name, factors.pop(), right, span=self.span(first))
            elif t.text == "times" and is_set(factors[-1]) and is_set(right):
                left = factors.pop()
                right = apply("times", *(left.args if left.is_apply("times") else (left,)), right, span=self.span(first))
            factors.append(right)
            return
        factors[:] = [apply(name, self.joined(factors, first), right, span=self.span(first))]

    def juxtaposed(self, factors: list[Term], t: Token, first: int) -> bool:
        """A factor side by side with the one before it. False where what follows is no factor (a condition, a unit at the end, other words)."""
        kind = t.kind
        if factors[-1].kind == "text" and factors[-1].name != "...":
            self.i -= 1
            raise self.left_over()
        if self.integrals and self.at_differential():
            here = self.i
            self.take_differentials()
            return self.i > here
        if kind == "num":
            if self.number_after(factors, t, first):
                return True
        elif kind == "name" and t.gap and not self.latex and factors[-1].kind == "number" and self.tokens[self.i + 1].text == "=" and first and (
                self.tokens[first - 1].text == "="):
            self.note("a number before a name with its own equals sign is read as a factor", Span(t.start, t.end), "missing_comma", "guess")
        elif kind == "[" and self.i in self.relational:
            span = Span(t.start, self.tokens[self.partner[self.i]].end)
            factors.append(apply("call", symbol("indicator", Span(t.start, t.end)), self.operand(), span=span))
            return True
        elif kind == "(" and t.gap and factors[-1].kind in ("number", "apply") and self.is_restated():
            said = "the number in brackets at the end is read as a factor; it may say the same again"
            if self.site("restated", self.i, said, Span(t.start, t.end)):
                self.i = self.partner[self.i] + 1
                return True
        elif kind == "(" and (self.i in self.relational or self.tokens[self.i + 1].kind == "mod"):
            if self.tokens[self.i + 1].kind != "mod":
                return False
            close = self.partner[self.i]
            self.i += 2
            self.modulus = self.sum_()
            self.i = close + 1
            return True
        elif kind == "text" or kind == "name" and t.mark == "text":
            if factors[-1].kind != "number" and not factors[-1].is_apply("percent") or not _UNIT.fullmatch(t.text) or t.text.split()[0] in _NO_UNITS:
                return False
            self.i += 1
            unit = t.text
            while self.tok.kind == "^" and self.tokens[self.i + 1].kind == "num":
                unit += "^" + self.tokens[self.i + 1].text
                self.i += 2
            factors[-1] = apply("quantity", factors[-1], text(unit, Span(t.start, t.end)), span=self.span(self.i - 2))
            return True
        elif kind in _SET_STARTS and is_set(factors[-1]):
            raise self.fail("two sets side by side without a sign", t, "Write a sign such as ∪, ∩ or × between them.")
        elif kind == "unknown" or kind == "over_" and self.stands_over_relation():
            return False
        elif kind == "{" and self.partner[self.i] == self.i + 1:
            self.i += 2
            return True
        elif kind in ("frac", "vulgar") and factors[-1].kind == "number" and self.mixed_number(factors, t, first):
            return True
        if kind == "(" and not t.gap and factors[-1].kind == "number" and factors[-1].value == 0 and len(factors) == 1:
            said = "`0(` is read as zero times the bracket; the letter O may be meant"
            self.note(said, Span(self.tokens[self.i - 1].start, t.end), "zero_times", "guess")
        if kind == "(" and t.gap and factors[-1].kind == "apply" and factors[-1].name in _ORDERS:
            self.note("a bracket behind an order is read as a factor", Span(t.start, t.end), "order_times", "guess")
        factors.append(self.operand())
        return True

    def is_restated(self) -> bool:
        """Does the bracket at hand hold only a decimal number, with nothing behind it and only numbers before it?"""
        k, close = self.i, self.partner[self.i]
        inside = self.tokens[k + 1:close]
        decimal = len(inside) == 1 and inside[0].kind == "num" and "." in inside[0].text
        if not decimal or self.tokens[close + 1].kind != "eof" or self.tokens[k - 1].kind not in ("num", "}"):
            return False
        return all(t.kind in ("num", "/", "-", "rel", "name", "sqrt", "root", "{", "}", "frac") for t in self.tokens[:k])

    def stands_over_relation(self) -> bool:
        """Is this `\\overset` or `\\stackrel` a relation with a remark above it?"""
        here = self.i
        notes = len(self.notes)
        found = self.annotated_sign() is not None
        self.i = here
        del self.notes[notes:]
        return found

    def number_after(self, factors: list[Term], t: Token, first: int) -> bool:
        """A number after a factor: groups of digits (`10 000`), a mixed number (`1 1/2`), or a product that is only a guess (`2 3`)."""
        before = self.tokens[self.i - 1]
        if before.kind != "num":
            return False
        slash, below = self.tokens[self.i + 1], self.tokens[self.i + 2] if self.i + 2 < len(self.tokens) else t
        span = Span(before.start, t.end)
        whole = factors[-1].kind == "number" and before.text.isdigit()
        last = self.i
        while self.tokens[last].kind == "num" and self.tokens[last].text.find(".") in (-1, 3) and len(self.tokens[last].text.partition(".")[0]) == 3 \
                and self.tokens[last].gap == 1 and self.tokens[last - 1].text.isdigit():
            last += 1
        if whole and last > self.i and len(before.text) <= 3 and before.text[0] != "0":
            span = Span(before.start, self.tokens[last - 1].end)
            if not self.site("digit_groups", self.i, f"`{self.text[span.start:span.end]}` is read as one number", span):
                digits = before.text + "".join([u.text for u in self.tokens[self.i:last]])
                self.i = last
                factors[-1] = number(digits, digits, span)
                return True
        if whole and slash.kind == "/" and not slash.gap and below.kind == "num" and not below.gap and factors[-1].value >= 1:
            span = Span(before.start, below.end)
            if not self.site("mixed_number", self.i, f"`{self.text[span.start:span.end]}` is read as a mixed number", span):
                self.i += 3
                part = apply("div", number(t.text, t.text), number(below.text, below.text), span=span)
                factors[-1] = apply("add", factors[-1], part, span=span)
                return True
            return False
        fraction = factors[-1].is_apply("div")  # two fractions, or a fraction and a number, are nothing else than factors
        self.note("two numbers side by side are read as a product", span, "numbers_side_by_side", "info" if fraction else "guess")
        return False

    def mixed_number(self, factors: list[Term], t: Token, first: int) -> bool:
        r"""`2\frac{1}{3}` and `2½`: a whole number and a fraction of plain numbers."""
        whole = self.tokens[self.i - 1]
        if whole.kind != "num" or not whole.text.isdigit() or factors[-1].value == 0:
            return False
        start = self.i
        right = self.operand()
        plain = right.is_apply("div") and all(a.kind == "number" for a in right.args)
        span = Span(whole.start, self.tokens[self.i - 1].end)
        typed = self.text[span.start:span.end]
        if plain and (t.kind == "vulgar" or not self.site("mixed_number", start, f"`{typed}` is read as a mixed number", span)):
            factors[-1] = apply("add", factors[-1], right, span=span)
        else:
            factors.append(right)
        return True

    def reaching_fraction(self, left: Term, t: Token) -> Term:
        """`a/bc`: from the left, (a/b)c, unless this pass is to read a/(bc)."""
        following = self.tok
        if following.kind not in FACTORS or following.gap or following.kind in ("text", "unknown", "{") or left.name != "div" or self.ended:
            return left
        if self.integrals and self.at_differential():
            return left
        span = Span(t.start, following.end)
        if not self.site("fraction_reach", self.i, "a product after / is read from the left, (a/b)*c; it may belong below, a/(b*c)", span):
            return left
        below = [left.args[1]]
        while self.tok.kind in FACTORS and not self.tok.gap and self.tok.kind not in ("text", "unknown"):
            if self.integrals and self.at_differential():
                break
            below.append(self.operand())
        return apply("div", left.args[0], apply("mul", *below), span=left.span)

    def rare_product(self, factors: list[Term], t: Token, first: int) -> bool:
        """`mod`, `%` between two operands, `\\pmod`, and intersections."""
        kind = t.kind
        self.i += 1
        if kind == "pmod":
            self.modulus = self.argument_of("\\pmod")
            return True
        if kind == "cap":
            parts = [self.joined(factors, first), self.operand()]
            while self.tok.kind == "cap":
                self.i += 1
                parts.append(self.operand())
            factors[:] = [apply("intersection", *[self.as_interval(p) for p in parts], span=self.span(first))]
            return True
        if kind == "choose_":
            factors.append(apply("binomial", factors.pop(), self.operand(), span=self.span(first)))
            return True
        left = self.joined(factors, first)
        factors[:] = [apply("mod", left, self.signed(), span=self.span(first))]
        self.mod_end = self.i
        return True

    def joined(self, factors: list[Term], first: int) -> Term:
        if len(factors) == 1:
            return factors[0]
        if self.has_sets:
            factors = [self.plain(f) for f in factors]
        return apply("mul", *factors, span=self.span(first))

    def operand(self) -> Term:
        """A prefix and its postfixes."""
        t = self.tokens[self.i]
        handler = self.PREFIX.get(t.kind)
        if handler is None:
            raise self.no_operand(t)
        start = self.i
        term = handler(self, t)
        while self.tokens[self.i].kind in POSTFIX:
            longer = self.postfix(term, start)
            if longer is None:
                break
            term = longer
        t = self.tokens[self.i]
        if t.mark == "!=" and t.kind == "rel" and not t.gap and self.is_factorial_of(t):
            term = apply("factorial", term, span=Span(self.tokens[start].start, t.start + 1))
            self.halved.add(self.i)
        return term

    def is_factorial_of(self, t: Token) -> bool:
        """`n!=n(n-1)!` and `3!=6`: a factorial and an equals sign, or "not equal"?

        Other factorials in the text decide; between bare numbers both are possible.
        """
        others = "!" in self.kinds
        if not others and (self.tokens[self.i - 1].kind != "num" or self.i > 1 and self.tokens[self.i - 2].kind not in ("(", "rel", ",")
                           or self.kinds & {"name", "const"}):
            return False
        said = "a factorial and an equals sign" if others else "not equal"
        return self.site("factorial_equals", self.i, f"`!=` is read as {said}", Span(t.start, t.end)) != others

    def no_operand(self, t: Token) -> ReadError:
        before = self.tokens[self.i - 1] if self.i else None
        if before is not None and before.kind in ("+", "-", "*", "/", "pm", "cup", "cap", "rel", "^", "_"):
            return self.fail(f"`{self.typed(before)}` has nothing on its right", before)
        if t.kind in (")", "]", "}", "rset") and before is not None and before.kind in ("(", "[", "{", "lset"):
            return self.fail("nothing stands in these brackets", before)
        if t.kind in ("*", "/", "rel", "^", "_", "and", "or", "implies", "iff", "cap", "cup", "!", "'", "percent"):
            return self.fail(f"`{self.typed(t)}` has nothing on its left", t)
        return self.stuck("a formula")

    def is_array(self, term: Term) -> bool:
        """Is the term a vector or matrix by the declared shapes?"""
        if term.kind == "symbol":
            return self.vocabulary.is_array(term.name)
        if term.kind == "apply":
            if term.name == "index":
                return len(term.args) == 2 and self.is_array(term.args[0])
            if term.name == "vec":
                return True
            if term.name in ("hat", "bar", "tilde", "neg", "transpose", "inverse", "sup", "star"):
                return self.is_array(term.args[0])
            if term.name in ("add", "mul"):
                return any(self.is_array(a) for a in term.args)
        return False
