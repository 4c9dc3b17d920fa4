"""What stands above and behind an operand: powers and other superscripts, primes, factorials, evaluation bars."""

from __future__ import annotations

from grader.domain import Domain
from grader.printing import is_mark
from grader.reading.arguments import bind
from grader.reading.repair import STARTS
from grader.reading.statements import is_set
from grader.reading.subscripts import SIGN_NAMES, Subscripts
from grader.reading.tokens import Token
from grader.term import Span, Term, apply, collection, free_names, number, relation, symbol, text, walk

_OPERAND = STARTS | {"abs(", "norm(", "-"}


class Scripts(Subscripts):
    """The part of the parser for postfixes."""

    def name_and_more(self, t: Token, following: Token) -> Term:
        """A name with what follows it: subscripts, powers, primes, a digit, arguments, or the `d/dx` that it begins."""
        first = self.i - 1
        kind = following.kind
        if t.text == "E" and kind == "name" and (found := self.bare_expectation(t, following, first)) is not None:
            return found
        if kind == "name" or kind == "/" or kind == "(" and t.text == "d" and self.tokens[self.partner[self.i] + 1].kind == "/":
            found = self.derivative_ratio(first) if t.text == "d" else None
            if found is not None or kind != "(":
                return found if found is not None else symbol(t.text, Span(t.start, t.end))
        if kind == "^" and t.text == "d" and (found := self.derivative_ratio(first)) is not None:
            return found
        base = symbol(t.text, Span(t.start, t.end))
        if kind == "num":
            if following.gap or not following.text.isdigit():
                return base
            base = self.letter_and_digit(base, t, following)
            if self.tok is following:
                return base
        return self.after_base(base, first, t)

    def letter_and_digit(self, base: Term, t: Token, digit: Token) -> Term:
        """`x2`: x with the index 2; it may mean a product, or a power whose superscript was lost."""
        span = Span(t.start, digit.end)
        at = self.i
        typed = self.text[t.start:digit.end]
        if self.is_sequence(t.text):
            self.i += 1
            return apply("index", base, number(digit.text, digit.text, Span(digit.start, digit.end)), span=span)
        exponent = number(digit.text, digit.text, Span(digit.start, digit.end))
        self.i += 1
        pair = self.second_digit()
        if pair is not None:
            return apply("index", base, exponent, pair, span=self.span(at - 1))
        if self.site("letter_digit", at, f"`{typed}` is read as {t.text} with index {digit.text}; it may be a product", span):
            self.i -= 1
            return base
        if self.site("letter_digit_power", at, f"`{typed}` is read as {t.text} with index {digit.text}; it may be a power", span):
            return apply("pow", base, exponent, span=span)
        return apply("index", base, exponent, span=span)

    def second_digit(self) -> Term | None:
        """`x1,2 = ...`: the 2 of two roots in one formula; None where the comma parts entries."""
        digit = self.tokens[self.i + 1] if self.tok.kind == "," and not self.tok.gap and not self.nest else self.tok
        if digit is self.tok or digit.kind != "num" or digit.gap or not digit.text.isdigit() or self.tokens[self.i + 2].kind != "rel":
            return None
        self.i += 2
        return number(digit.text, digit.text, Span(digit.start, digit.end))

    def after_base(self, base: Term, first: int, t: Token) -> Term:
        """Scripts after a name, in any order, and the arguments after them."""
        exponent = None
        while True:
            kind = self.tok.kind
            if kind == "_":
                base = self.lowered(base, first)
            elif kind == "'":
                base = self.primed(base, first)
            elif kind == "accent":
                base = apply(self.tok.text, base)
                self.i += 1
            elif kind == "^" and exponent is None:
                raised, is_power = self.raised(base)
                if is_power:
                    exponent = raised
                else:
                    base = raised.at(self.span(first))
            else:
                break
        if kind == "lset" and len(t.text) > 1 and (t.mark in ("rm", "text", "word") or t.text == "indicator") and exponent is None:
            return apply("call", base, self.operand(), span=self.span(first))
        if kind == "(" or kind == "[" or kind == "lset" or t.text in ("E", "V", "P") and t.mark == "bb" or t.text == "E" and base.kind != "symbol":
            called = self.applied_name(base, exponent, first, t)
            if called is not None:
                return called
        return base if exponent is None else self.power(base, exponent, first)

    def power(self, base: Term, exponent: Term, first: int) -> Term:
        if self.has_sets:
            base, exponent = self.plain(base), self.plain(exponent)
        if base.is_apply("index", 2) and base.args[0].kind == "symbol" and base.args[0].name == "C" and not self.vocabulary.knows("C"):
            span = self.span(first)
            if self.site("combination", first, f"`{self.text[span.start:span.end]}` is read as a power; it may be a binomial coefficient", span):
                return apply("binomial", base.args[1], exponent, span=span)
        if base.is_apply("index", 2) and base.args[1].kind == "relation" and base.args[1].signs == ("=",):
            return self.family(base, exponent, first)
        if self.is_array(base) and exponent == apply("neg", number(1)):
            return apply("inverse", base, span=self.span(first))
        return apply("pow", base, exponent, span=self.span(first))

    def family(self, base: Term, last: Term, first: int) -> Term:
        r"""`\{x_i\}_{i=1}^n`: the set of the x_i with i from 1 to n; other brackets than braces are not read."""
        inside, (name, start) = base.args[0], base.args[1].args
        if name.kind != "symbol" or inside.kind != "tuple" or inside.name != "set" or len(inside.args) != 1:
            raise self.fail("a range below and above this is not read", self.tokens[first], "Write { x_i | 1 <= i <= n }.")
        span = self.span(first)
        return bind("set_of", (name,), inside.args[0], relation(("<=", "<="), start, name, last, span=base.args[1].span), span=span)

    def postfix(self, term: Term, start: int) -> Term | None:
        """One postfix after any operand; None where the sign is no postfix here (`a % b`)."""
        t = self.tok
        kind = t.kind
        if kind == "^":
            raised, is_power = self.raised(term)
            return self.power(term, raised, start) if is_power else raised.at(self.span(start))
        if kind == "_":
            if self.tokens[start].kind == "[" and term.kind != "tuple":
                return self.evaluated(term, start)
            return self.lowered(term, start)
        if kind == "!":
            return self.factorial(term, start)
        if kind == "'":
            primed = self.primed(term, start)
            called = primed.is_apply("prime") and self.tok.kind == "(" and not self.tok.gap and self.is_one_name(self.i)
            if called and not self.site("call", self.i, "the bracket behind the prime is read as an argument", Span(t.start, self.tok.end)):
                return apply("call", primed, *self.listed_arguments(), span=self.span(start))
            return primed
        if kind == "percent":
            following = self.tokens[self.i + 1]
            if following.kind in _OPERAND and following.kind != "-" and (t.gap == following.gap or term.kind != "number"):
                return None
            self.i += 1
            return apply("percent", term, span=self.span(start))
        if kind == "evalbar":
            self.i += 1
            return self.evaluated(term, start)
        self.i += 1
        return apply({"accent": t.text, "top": "transpose"}.get(kind, "degree"), term, span=self.span(start))

    def factorial(self, term: Term, start: int) -> Term:
        count = 0
        first = self.tok
        while self.tok.kind == "!" and (not count or self.tok.gap == 0):
            count += 1
            self.i += 1
        if count > 20:
            raise self.fail("a long row of factorials", first)
        span = self.span(start)
        if count == 2:
            return apply("double_factorial", term, span=span)
        if count > 2:
            self.note("several ! in a row are read as factorials of factorials", span, "factorials", "guess")
        for _ in range(count):
            term = apply("factorial", term, span=span)
        return term

    def primed(self, term: Term, start: int) -> Term:
        count = 0
        while self.tok.kind == "'":
            count += len(self.tok.text)
            self.i += 1
        span = self.span(start)
        if count == 1 and self.is_array(term):
            return apply("transpose", term, span=span)
        capital = count == 1 and term.kind == "symbol" and term.name.isupper() and not self.vocabulary.knows(term.name)
        if capital and self.tok.kind in ("name", "hat") and self.site(
                "prime", self.i, f"`{term.name}'` is read with a prime; it may be a transpose", span):
            return apply("transpose", term, span=span)
        if count > 20:
            raise self.fail("a long row of primes")
        return apply("prime", term, number(count), span=span)

    def evaluated(self, term: Term, start: int) -> Term:
        """`f |_{x=0}`, `[F]_a^b`: the value at a place, or the difference between two."""
        lower = upper = None
        while self.tok.kind in ("_", "^"):
            sign = self.tok.kind
            self.i += 1
            value = self.single_script(statement=True)
            lower, upper = (value, upper) if sign == "_" else (lower, value)
        places = [p for p in (lower, upper) if p is not None]
        if not places:
            raise self.stuck("the place where it is evaluated")
        if lower is None:
            raise self.fail("this bar names no place below it", hint="Write f|_{x=a}.")
        return apply("at", term, *places, span=self.span(start))

    # ---------------------------------------------------------------------------------------------------------- superscripts

    def raised(self, base: Term) -> tuple[Term, bool]:
        """After `^`: (exponent, True), or (the base with a mark that is no power, False)."""
        caret = self.tok
        self.i += 1
        t = self.tok
        if t.kind == "{":
            return self.raised_group(base, t)
        mark = self.superscript_mark(base, t, self.tokens[min(self.i + 1, len(self.tokens) - 1)], False)
        if mark is not None:
            self.i += 1
            while t.kind == "'" and self.tok.kind == "'":
                self.i += 1
            return mark, False
        if t.kind not in _OPERAND and t.kind != "+":
            raise self.fail(f"`{self.typed(caret)}` has nothing on its right", caret)
        return self.exponent(base), True

    def raised_group(self, base: Term, t: Token) -> tuple[Term, bool]:
        first, close = self.i, self.partner[self.i]
        inside = self.tokens[first + 1:close]
        if not inside:
            self.i = close + 1
            return base, False
        if len(inside) == 1:
            mark = self.superscript_mark(base, inside[0], self.tokens[close + 1], True)
            if mark is not None:
                self.i = close + 1
                return mark, False
        if all(x.kind == "'" for x in inside):
            self.i = close + 1
            return apply("prime", base, number(sum(len(x.text) for x in inside))), False
        if len(inside) == 2 and inside[0].kind == "-" and (inside[1].kind == "top" or inside[1].text == "T" and not self.vocabulary.knows("T")):
            self.i = close + 1
            return apply("transpose", apply("inverse", base)), False
        named = base.kind == "symbol" or base.kind == "apply" and base.name in ("index", "hat", "bar", "tilde", "vec", "star", "prime")
        wrapped = inside[0].kind in ("(", "[") and self.partner.get(first + 1) == close - 1 and named
        self.enter(t)
        self.subscripts += wrapped
        self.i += 1
        entries, _ = self.listed(close)
        self.subscripts -= wrapped
        self.nest -= 1
        self.i = close + 1
        if len(entries) > 1:
            return apply("sup", base, collection("tuple", *entries)), False
        if named and self.is_row_of_indices(base, inside) and self.site(
                "superscript_indices", first, "letters above are read as a power; they may be indices", Span(inside[0].start, inside[-1].end)):
            return apply("sup", base, entries[0]), False
        if wrapped and is_mark(entries[0]):
            span = Span(inside[0].start, inside[-1].end)
            if inside[0].kind == "[" or self.is_surely_mark(base, inside) or not self.site(
                    "superscript", first, "a superscript in brackets is read as a mark; it may be a power", span):
                return apply("sup", base, entries[0]), False
        return entries[0], True

    def is_surely_mark(self, base: Term, inside: list[Token]) -> bool:
        """Is `x^{(1)}` no power beyond doubt: a usual index, a name that stands for several things, an argument of a density, other marks on it?"""
        if inside[1].text in ("i", "j", "k", "l", "t", "s") or self.in_density or self.is_array(base):
            return True
        while base.kind == "apply":
            base = base.args[0]
        if self.marks is None:
            self.marks = {}
            for k, t in enumerate(self.tokens[:-4]):
                if t.kind == "^" and self.tokens[k + 1].kind == "{" and self.tokens[k + 2].kind == "(" and k:
                    before = self.tokens[k - 1]
                    self.marks.setdefault(before.text, set()).add(self.tokens[k + 3].text)
        return self.is_sequence(base.name) or len(self.marks.get(base.name, ())) > 1

    def is_row_of_indices(self, base: Term, inside: list[Token]) -> bool:
        """`U^{ijk}`, `U_{ijk}^{123}`: may what stands above be a row of indices?"""
        if base.is_apply("index") and len(base.args) > 2:
            return len(inside) > 1 or inside[0].kind == "num" and len(inside[0].text) == len(base.args) - 1
        letters = [t.text for t in inside if t.kind in ("name", "const")]
        return len(letters) == len(inside) > 1 and set("ijklmn").issuperset(letters) and not {"i", "j"}.isdisjoint(letters)

    def superscript_mark(self, base: Term, t: Token, following: Token, alone: bool) -> Term | None:
        """The base with the mark t on it (transpose, prime, star, degree), or None where t is an exponent."""
        kind = t.kind
        if kind == "top":
            return apply("transpose", base)
        if kind == "'":
            return apply("prime", base, number(len(t.text)))
        if kind == "mark":
            return apply("star", base) if t.text == "star" else apply("sup", base, symbol(t.text))
        if kind == "*":
            return apply("star", base)
        if kind == "circ" or kind == "degree":
            return apply("degree", base)
        if kind in ("+", "-"):
            return apply("sup", base, symbol(SIGN_NAMES[kind])) if alone or following.kind not in _OPERAND else None
        if kind in ("text", "unknown") or kind == "name" and t.mark in ("rm", "text") and len(t.text) > 1:
            return apply("sup", base, symbol(t.text) if t.text.isalnum() else text(t.text))
        if kind == "name" and t.text in ("c", "C") and (alone or following.kind not in _OPERAND) and self.is_set_of_things(base):
            return apply("complement", base)
        if kind == "name" and t.text == "T":
            return apply("transpose", base) if self.is_transpose(base, t, following) else None
        return None

    def is_set_of_things(self, base: Term) -> bool:
        """Is it a union, an interval and the like, or a capital letter in a text with unions or intersections?"""
        capital = base.kind == "symbol" and len(base.name) == 1 and base.name.isupper() and not self.vocabulary.knows("c")
        joined = base.kind == "apply" and base.name in ("union", "intersection", "setminus", "complement")
        return joined or is_set(base) or capital and bool(self.kinds & {"cup", "cap"})

    def is_transpose(self, base: Term, t: Token, following: Token) -> bool:
        """Is `^T` a transpose?

        Declared shapes decide; then T must be no other name of the text, and a capital, an index, or a factor behind it says so. A small letter
        alone (`x^T`) is read as a power, with a site.
        """
        if self.is_array(base) or t.mark == "rm" or base.kind == "tuple" and base.name in ("matrix", "tuple", "list"):
            return True
        if base.kind in ("number", "constant") or self.vocabulary.knows("T") or not self.only_raised("T"):
            return False
        root = base
        while root.kind == "apply" and root.args and root.name in ("index", "hat", "bar", "tilde", "vec", "sup", "inverse", "prime"):
            root = root.args[0]
        while root.is_apply("pow", 2) and root.args[1] == apply("neg", number(1)):
            root = base = root.args[0]  # ((X^T X)^{-1})^T
        factor = following.kind in ("name", "(", "hat", "[", "{") and not (following.kind == "(" and not following.gap and root.kind != "symbol")
        if root.kind == "symbol":
            if self.vocabulary.knows(root.name) and any(d.name == root.name and d.domain != Domain() for d in self.vocabulary.symbols):
                return False
            if root.name[:1].isupper() or root is not base or factor:
                return True
        elif factor or all(n[:1].isupper() for n in free_names(base)) and not any(x.kind == "number" for x in walk(base)):
            return True
        elif any(x.kind == "number" for x in walk(base)):
            return False
        elif any(x.is_apply("mul") and x.args[0].kind == "symbol" and x.args[0].name[:1].isupper() and x.args[-1].kind == "symbol" for x in walk(base)):
            return True  # (y - Xw)^T(y - Xw)
        return self.site("transpose", t.start, "`^T` is read as a power; it may be a transpose", Span(t.start, t.end))

    def only_raised(self, name: str) -> bool:
        """Does the name stand only in superscripts in this text?"""
        if name not in self.raised_only:
            places = [k for k, x in enumerate(self.tokens) if x.kind == "name" and x.text == name and k]
            self.raised_only[name] = all(self.tokens[k - 1].kind in ("^", "{") for k in places)
        return self.raised_only[name]

    def exponent(self, base: Term) -> Term:
        """The exponent without braces: signs, one operand, and a further `^` to its right."""
        t = self.tok
        if t.kind in ("-", "+"):
            self.i += 1
            self.enter(t)
            inner = self.exponent(base)
            self.nest -= 1
            return inner if t.kind == "+" else apply("neg", inner, span=Span(t.start, self.tokens[self.i - 1].end))
        first = self.i
        term = self.exponent_operand(base)
        if self.tok.kind == "!" and self.tok.gap == 0 and not self.latex and not self.site(
                "exponent_factorial", self.i, "the factorial is read as part of the exponent", self.span(first)):
            term = self.factorial(term, first)
        below = self.tokens[self.i + 1] if self.tok.kind == "/" else t
        tight = below is not t and not self.latex and not self.tok.gap and not below.gap and self.tok.text == "/"
        if tight and t.kind == "num" and t.text == "1" and below.kind == "num":
            said = f"only `{t.text}` is read as exponent, not `{t.text}/{below.text}`"
            if self.site("exponent_slash", self.i, said, Span(t.start, below.end)):
                self.i += 2
                return apply("div", term, number(below.text, below.text, Span(below.start, below.end)), span=Span(t.start, below.end))
        if self.tok.kind == "^" and t.kind != "{":
            self.enter(t)
            raised, is_power = self.raised(term)
            self.nest -= 1
            term = apply("pow", term, raised, span=self.span(first)) if is_power else raised
        return term

    def exponent_operand(self, base: Term) -> Term:
        t = self.tok
        plain_base = base.kind in ("number", "constant")
        if t.kind == "name":
            self.i += 1
            term = symbol(t.text, Span(t.start, t.end))
            if self.tok.kind == "(" and self.tok.gap == 0 and self.vocabulary.is_function(t.text):
                return self.after_base(term, self.i - 1, t)
            while self.tok.kind == "_" and plain_base or self.tok.kind == "'" and plain_base:
                term = self.lowered(term, self.i - 1) if self.tok.kind == "_" else self.primed(term, self.i - 1)
        elif t.kind in ("num", "const"):
            term = self.PREFIX[t.kind](self, t)
        elif t.kind in self.PREFIX:
            return self.PREFIX[t.kind](self, t)
        else:
            raise self.stuck("an exponent")
        return self.reaching_exponent(base, term, t)

    def reaching_exponent(self, base: Term, term: Term, t: Token) -> Term:
        """`e^2x`, `2^nk`: in typed text the exponent may go on."""
        following = self.tok
        doubtful = base.kind in ("number", "constant") or t.kind != "num"
        if self.latex or following.gap or following.kind not in ("name", "const", "num") or not doubtful:
            return term
        if self.integrals and self.at_differential():
            return term
        span = Span(t.start, following.end)
        if not self.site("exponent_reach", self.i, f"only `{self.typed(t)}` is read as exponent", span):
            return term
        factors = [term]
        while self.tok.kind in ("name", "const", "num") and not self.tok.gap:
            factors.append(self.single_operand())
        return apply("mul", *factors, span=span)
