"""Operands: numbers, names, words, fractions, roots. Brackets are in `groups`, what stands above, below and behind in `scripts`."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar

from grader.reading.arguments import between_points
from grader.reading.groups import Groups
from grader.reading.names import VULGAR
from grader.reading.scripts import Scripts
from grader.reading.tokens import Token
from grader.term import Span, Term, apply, collection, constant, number, symbol, text

POSTFIX = frozenset(("_", "^", "'", "!", "percent", "degree", "accent", "evalbar", "top"))
_NAME_NEXT = frozenset(("(", "[", "_", "^", "'", "accent", "num", "lset"))
_OPERAND_AFTER = frozenset("num name const func ( [ { abs( lset frac sqrt".split())


_POINTS_IN_GROUPS = re.compile(r"[1-9]\d{0,2}\.\d{3},\d+")
"""One thousand two hundred and a fraction, as most of Europe writes it."""


MAX_REPEATED = 60
"""Most digits under the bar of a repeating decimal."""


@lru_cache(maxsize=2048)
def _value(digits: str) -> Fraction:
    return Fraction(digits if digits[-1] != "." else digits[:-1])


class Operands(Groups, Scripts):
    """The part of the parser for the smallest pieces."""

    PREFIX: ClassVar[dict]

    # ---------------------------------------------------------------------------------------------------------------- atoms

    def read_number(self, t: Token) -> Term:
        self.i += 1
        raw = t.text
        if "." in raw and self.tok.kind in ("hat", "dots", "("):
            repeated = self.repeating(t) if self.tok.kind == "hat" else self.going_on(t)
            if repeated is not None:
                return repeated
        listed = self.nest or self.in_arguments or self.subscripts or self.i > 1 and self.tokens[self.i - 2].kind == ","
        if self.tok.kind == "," and not listed:
            joined = self.joined_by_comma(t)
            if joined is not None:
                return joined
        return Term("number", value=_value(raw), text=raw, span=Span(t.start, t.end))

    def going_on(self, t: Token) -> Term | None:
        """`0.333...`, `0.1666...`, `0.142857142857...`: what the last digits repeat at least twice (a single digit three times); `0.(3)`."""
        digits = t.text.partition(".")[2]
        if self.tok.kind == "(":
            inner, end = self.tokens[self.i + 1], self.tokens[min(self.i + 2, len(self.tokens) - 1)]
            if digits or self.tok.gap or inner.kind != "num" or not inner.text.isdigit() or len(inner.text) > MAX_REPEATED or end.kind != ")":
                return None
            head, block = "", inner.text
            self.i += 3
        else:
            found = re.fullmatch(r"(\d*?)(?:(\d)\2{2,}|(\d{2,}?)\3+)", digits)
            if self.tok.gap or not found or len(digits) > 4 * MAX_REPEATED:
                return None
            head, block = found[1], found[2] or found[3]
            self.i += 1
        whole = Fraction(int(t.text.partition(".")[0] or "0")) + (Fraction(int(head), 10 ** len(head)) if head else 0)
        return self.quotient(whole + Fraction(int(block), 10 ** len(head) * (10 ** len(block) - 1)), t)

    def quotient(self, value: Fraction, t: Token) -> Term:
        """The number as a fraction, standing from the token to here."""
        span = Span(t.start, self.tokens[self.i - 1].end)
        return apply("div", number(value.numerator), number(value.denominator), span=span) if value.denominator > 1 else number(value, span=span)

    def repeating(self, t: Token) -> Term | None:
        r"""`0.1\overline{6}`, `0.\bar 3`, `0.\dot3`: the digits under the bar again and again."""
        first = self.i
        self.i += 1
        braced = self.tok.kind == "{"
        at = self.i + braced
        digits = self.tokens[at]
        if digits.kind != "num" or not digits.text.isdigit() or len(digits.text) > MAX_REPEATED or braced and self.tokens[at + 1].kind != "}":
            self.i = first
            return None
        typed = digits.text
        if not braced and len(typed) > 1:  # a bar without braces covers one digit, and which digits are meant is not clear
            self.i = first
            return None
        self.i = at + 1 + braced
        places = len(t.text.partition(".")[2])
        return self.quotient(_value(t.text) + Fraction(int(typed), 10**places * (10 ** len(typed) - 1)), t)

    def joined_by_comma(self, t: Token) -> Term | None:
        """`1,234` and `3,5` outside brackets: groups of digits, a decimal comma, or a list."""
        first = self.i - 1
        parts, k = [t], self.i
        while self.tokens[k].kind == "," and not self.tokens[k].gap and self.tokens[k + 1].kind == "num" and not self.tokens[k + 1].gap:
            parts.append(self.tokens[k + 1])
            k += 2
        typed = self.text[t.start:parts[-1].end]
        span = Span(t.start, parts[-1].end)
        if len(parts) == 2 and _POINTS_IN_GROUPS.fullmatch(typed):
            if self.site("decimal_comma", first, f"`{typed}` is read as one number with a decimal comma", span):
                return None
            self.i = k
            digits = typed.replace(".", "").replace(",", ".")
            return number(Fraction(digits), digits, span)
        if len(parts) < 2 or not all(p.text.isdigit() for p in parts[:-1]):
            return None
        grouped = len(parts[0].text) <= 3 and all(len(p.text.partition(".")[0]) == 3 for p in parts[1:]) and parts[0].text[0] != "0"
        if grouped and not self.site("digit_groups", first, f"`{typed}` is read as one number", span) or not grouped and len(parts) == 2 \
                and parts[1].text.isdigit() and self.site("decimal_comma", first, f"`{typed}` is read as two numbers", span):
            digits = ("" if grouped else ".").join(p.text for p in parts)
            self.i = k
            return number(Fraction(digits), digits, span)
        return None

    def read_name(self, t: Token) -> Term:
        self.i += 1
        following = self.tokens[self.i]
        if following.kind in _NAME_NEXT or t.text in ("d", "E") and following.kind in ("name", "/"):
            return self.name_and_more(t, following)
        return Term("symbol", t.text, span=Span(t.start, t.end))

    def read_constant(self, t: Token) -> Term:
        self.i += 1
        span = Span(t.start, t.end)
        if t.text == "-oo":
            return apply("neg", constant("oo", span), span=span)
        if t.text in ("i", "e") and (self.subscripts or t.text in self.unbound):
            return symbol(t.text, span)
        if t.text in ("pi", "e", "i") and self.tok.kind == "_" or t.text == "pi" and self.tok.kind == "(" and self.is_policy():
            return self.name_and_more(Token("name", t.text, t.start, t.end), self.tok)
        return constant(t.text, span)

    def is_policy(self) -> bool:
        """`pi(a|s)`: the letter is a function there."""
        return any(t.kind in ("mid", ";") for t in self.tokens[self.i:self.partner[self.i]])

    def read_unknown(self, t: Token) -> Term:
        """A word that is no product of letters: the name of a function before a bracket, one name between operators, otherwise prose."""
        self.i += 1
        following = self.tok
        span = Span(t.start, t.end)
        before = self.tokens[self.i - 2].kind if self.i >= 2 else ""
        beside_words = following.kind in ("unknown", "text", "all", "such") or before in ("unknown", "text", "all", "such")
        lone = not before and following.kind == "eof"
        if beside_words or lone or following.kind in ("name", "const", "num", "func") and following.gap:
            raise self.fail(f"`{self.typed(t)}` is not mathematics that is known here", t, "Write the formula alone.")
        self.note(f"`{t.text}` is taken as one name", span, "word_as_name")
        if following.kind in ("(", "_", "^", "'", "["):
            return self.name_and_more(Token("name", t.text, t.start, t.end, 0, "word"), following)
        return symbol(t.text, span)

    def read_text(self, t: Token) -> Term:
        self.i += 1
        if self.tok.kind in ("(", "["):
            return self.name_and_more(Token("name", t.text.replace(" ", "_"), t.start, t.end, 0, "word"), self.tok)
        return text(t.text, Span(t.start, t.end))

    def read_dots(self, t: Token) -> Term:
        self.i += 1
        return text("...", Span(t.start, t.end))

    def read_vulgar(self, t: Token) -> Term:
        self.i += 1
        above, below = VULGAR[t.text]
        span = Span(t.start, t.end)
        return apply("div", number(above, span=span), number(below, span=span), span=span)

    def read_currency(self, t: Token) -> Term:
        self.i += 1
        if self.tok.kind != "num":
            raise self.stuck("an amount")
        amount = self.operand()
        return apply("quantity", amount, text("$" if t.mark.startswith("\\") else t.mark), span=Span(t.start, self.tokens[self.i - 1].end))

    # ---------------------------------------------------------------------------------------------------- fractions and roots

    def argument_of(self, command: str) -> Term:
        """The next argument of a TeX command: a group in braces, or a single token."""
        t = self.tok
        if t.kind == "{":
            close = self.partner[self.i]
            if close == self.i + 1:
                raise self.fail(f"an empty argument of {command}", t)
            self.enter(t)
            self.i += 1
            term = self.entries("}")
            if self.tok.kind in ("over", "choose"):
                name = "div" if self.tok.kind == "over" else "binomial"
                self.i += 1
                term = apply(name, term, self.clause())
            if self.i != close:
                raise self.left_over()
            self.nest -= 1
            self.i = close + 1
            return term
        if t.kind in ("num", "const"):
            return self.PREFIX[t.kind](self, t)
        if t.kind == "name":
            self.i += 1
            return symbol(t.text, Span(t.start, t.end))
        if t.kind in ("frac", "binom", "sqrt", "hat", "(", "func", "abs(", "[") :
            return self.PREFIX[t.kind](self, t)
        raise self.fail(f"{command} needs an argument in braces", t, "Write \\frac{a}{b}.")

    def read_fraction(self, t: Token) -> Term:
        first = self.i
        found = self.derivative_fraction(first + 1)
        if found is not None:
            return found
        self.i += 1
        above = self.argument_of(self.typed(t))
        if self.tok.kind == "/":
            self.i += 1
        below = self.argument_of(self.typed(t))
        name = "div" if t.kind == "frac" else "binomial"
        return apply(name, self.plain(above), self.plain(below), span=self.span(first))

    def read_choose(self, t: Token) -> Term:
        r"""`\choose{n}{k}`, as some editors write it."""
        first = self.i
        self.i += 1
        return apply("binomial", self.argument_of("\\choose"), self.argument_of("\\choose"), span=self.span(first))

    def read_sqrt(self, t: Token) -> Term:
        first = self.i
        self.i += 1
        degree = None
        if self.tok.kind == "[":
            close = self.partner[self.i]
            self.i += 1
            degree = self.sum_()
            self.i = close + 1
        inner = self.plain(self.argument_of("\\sqrt"))
        return apply("root", inner, degree, span=self.span(first)) if degree is not None else apply("sqrt", inner, span=self.span(first))

    def read_root(self, t: Token) -> Term:
        """√x, √(x + 1), ∛8: the one operand after the sign."""
        first = self.i
        self.i += 1
        if self.tok.kind not in _OPERAND_AFTER and self.tok.kind != "root":
            raise self.stuck("what the root is taken of")
        inner = self.plain(self.single_operand())
        return apply("sqrt", inner, span=self.span(first)) if t.text == "2" else apply("root", inner, number(t.text), span=self.span(first))

    def single_operand(self) -> Term:
        """One operand without superscripts that reach over it."""
        t = self.tok
        if t.kind in ("num", "const"):
            return self.PREFIX[t.kind](self, t)
        if t.kind == "name":
            self.i += 1
            term = symbol(t.text, Span(t.start, t.end))
            while self.tok.kind in ("_", "'"):
                term = self.postfix(term, self.i - 1)
            return term
        if t.kind not in self.PREFIX:
            raise self.no_operand(t)
        return self.PREFIX[t.kind](self, t)

    def read_decorated(self, t: Token) -> Term:
        r"""`\hat{x}`, `\bar z`, `\overline{AB}`."""
        first = self.i
        self.i += 1
        inner = self.argument_of(self.typed(t))
        if t.text == "underline":
            return inner
        inner = between_points(inner) if t.text == "vec" else inner
        term = apply("hat", inner) if t.text == "hat" else apply("dot", apply("dot", inner)) if t.text == "ddot" else apply(t.text, inner)
        name = inner.name if inner.kind == "symbol" else ""
        return self.after_base(term.at(self.span(first)), first, Token("name", name, t.start, t.end))

    def read_wrapped(self, t: Token) -> Term:
        r"""`\underbrace{a}_{b}`, `\abs{x}`, `\norm{x}`, `\textcolor{red}{x}`: the argument counts, the decoration does not."""
        first = self.i
        self.i += 1
        if t.kind == "textcolor":
            self.i = self.partner[self.i] + 1 if self.tok.kind == "{" else self.i
            return self.argument_of("\\textcolor")
        if t.kind in ("absc", "norm"):
            inner = self.argument_of(self.typed(t))
            return apply("abs" if t.kind == "absc" else "norm", inner, span=self.span(first))
        if t.kind == "set_":
            self.has_sets = True
            inner = self.argument_of("\\set")
            return collection("set", *(inner.args if inner.kind == "tuple" and inner.name == "list" else (inner,)), span=self.span(first))
        if t.kind == "cancel":
            self.note("struck-out terms are read as they stand", Span(t.start, t.end), "struck_out", "guess")
            return self.argument_of("\\cancel")
        inner = self.argument_of(self.typed(t))
        if self.tok.kind in ("_", "^"):
            self.i += 1
            label = self.tok
            if label.kind == "eof":
                raise self.stuck("the words at the brace")
            self.i = self.past(self.i)
            self.note("the words at a brace were not read", Span(label.start, label.end), "words")
        return inner
