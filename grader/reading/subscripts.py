"""Subscripts, with and without braces, and the single thing that stands above or below a sign."""

from __future__ import annotations

import re

from grader.reading.names import INDEX_LETTERS, SUBSCRIPT_WORDS
from grader.reading.tokens import Token
from grader.term import Span, Term, apply, number, symbol, text

SIGN_NAMES = {"*": "star", "hadamard": "odot", "+": "plus", "-": "minus", "cdot": "dot", "times": "times"}
"""Signs that stand alone in a script, as names."""


class Subscripts:
    """The part of the parser for indices."""

    def lowered(self, base: Term, first: int) -> Term:
        """After `_`: the base, which began at token `first`, with its indices."""
        closed = self.i > 0 and self.tokens[self.i - 1].kind == ")"
        self.i += 1
        indices = self.subscript(base)
        if not indices:
            return base
        if base.is_apply("index") and len(base.args) > 8:
            raise self.fail("a long row of indices")
        if base.is_apply("index") and not closed:
            return apply("index", *base.args, *indices, span=self.span(first))
        return apply("index", base, *indices, span=self.span(first))

    def subscript(self, base: Term) -> tuple[Term, ...]:
        t = self.tok
        self.subscripts += 1
        try:
            if t.kind == "{":
                return self.subscript_group(t)
            if t.kind == "(":
                close = self.partner[self.i]
                self.enter(t)
                self.i += 1
                entries, _ = self.listed(close)
                self.nest -= 1
                self.i = close + 1
                return tuple(entries)
            if t.kind in ("name", "const"):
                return self.subscript_letters(base, t)
            only = self.single_script()
            pair = self.second_digit() if only.kind == "number" else None
            return (only,) if pair is None else (only, pair)
        finally:
            self.subscripts -= 1

    def subscript_group(self, t: Token) -> tuple[Term, ...]:
        first, close = self.i, self.partner[self.i]
        inside = self.tokens[first + 1:close]
        typed = self.text[inside[0].start:inside[-1].end].strip() if inside else ""
        self.i = close + 1
        if not inside:
            return ()
        span = Span(inside[0].start, inside[-1].end)
        kinds = {x.kind for x in inside}
        if len(inside) == 1 and inside[0].kind not in ("name", "const", "num", "text"):
            mark = SIGN_NAMES.get(inside[0].text, inside[0].text)
            if not mark.isalnum():
                mark = re.sub(r"[^A-Za-z0-9]", "", typed) or mark
            return (symbol(mark, span),)
        if kinds <= {"name", "const", "num"} and len(inside) > 1:
            return self.side_by_side(inside, typed, span)
        if inside[0].kind == "rel" or inside[0].kind == ":" or ":" in kinds:
            return (text(typed, span),)
        self.i = first + 1
        self.enter(t)
        entries, _ = self.listed(close)
        self.nest -= 1
        self.i = close + 1
        return tuple(entries)

    def side_by_side(self, inside: list[Token], typed: str, span: Span) -> tuple[Term, ...]:
        """`A_{ij}`: two indices; `x_{max}`: a word; `a_{2n}`: a product."""
        if typed.isalpha() and typed.isascii() and (typed in SUBSCRIPT_WORDS or len(typed) > 3 or not INDEX_LETTERS.issuperset(typed.lower())):
            return (symbol(typed, span),)
        parts = [number(x.text, x.text, Span(x.start, x.end)) if x.kind == "num" else symbol(x.text, Span(x.start, x.end)) for x in inside]
        if len(inside) == 2 and inside[0].kind == "num" and inside[1].text not in ("i", "j", "a", "b"):
            return (apply("mul", *parts, span=span),)
        return tuple(parts)

    def subscript_letters(self, base: Term, t: Token) -> tuple[Term, ...]:
        """A subscript without braces: one letter in LaTeX; in typed text a run of letters; for sequences also `x_t+1`."""
        first = self.i
        run = [t]
        while not self.latex and self.tokens[first + len(run)].kind in ("name", "const") and not self.tokens[first + len(run)].gap \
                and self.tokens[first + len(run) - 1].end == self.tokens[first + len(run)].start and self.text[t.start].isascii():
            run.append(self.tokens[first + len(run)])
        upright = next((k for k, x in enumerate(run) if k and x.text == "T" and x.end == x.start + 1), 0)
        if upright and self.is_array(base) and not self.vocabulary.knows("T"):
            run[upright].kind, run = "top", run[:upright]  # `k_jTq`: a transpose without its caret
        typed = self.text[t.start:run[-1].end]
        if len(run) > 1 and self.is_short(typed) and self.tokens[first + len(run)].kind in ("_", "("):
            run, typed = run[:1], self.text[t.start:t.end]
        if len(run) > 1:
            span = Span(t.start, run[-1].end)
            if not self.is_short(typed) or not self.site("subscript_run", first, f"all of `{typed}` is read as index", span):
                self.i += len(run)
                return self.side_by_side(run, typed, span)
        self.i += 1
        index = symbol(t.text, Span(t.start, t.end))
        sign, step = self.tokens[self.i], self.tokens[self.i + 1] if self.i + 1 < len(self.tokens) else self.tokens[-1]
        if sign.kind in ("+", "-") and not sign.gap and step.kind == "num" and not step.gap and step.text.isdigit() \
                and self.tokens[self.i + 2].kind not in ("name", "const", "(", "^", "*", "/"):
            root = base.name if base.kind == "symbol" else ""
            declared = self.is_sequence(root)
            span = Span(t.start, step.end)
            if declared or not self.latex and t.text in "tnkijms" and self.site(
                    "index_reach", self.i, f"only `{t.text}` is read as index of {root}, not `{self.text[t.start:step.end]}`", span):
                self.i += 2
                shift = number(step.text, step.text, Span(step.start, step.end))
                return (apply("add", index, shift if sign.kind == "+" else apply("neg", shift), span=span),)
        return (index,)

    def is_short(self, typed: str) -> bool:
        """May a run of letters be several indices (`ij`), or an index with a factor behind it (`p_tq`)?"""
        return typed not in SUBSCRIPT_WORDS and len(typed) <= 3 and INDEX_LETTERS.issuperset(typed.lower())

    def single_script(self, statement: bool = False) -> Term:
        """The one thing after `_` or `^` where an index or bound is meant: a group, a number, a letter, a signed letter, a word."""
        t = self.tok
        if t.kind == "{":
            close = self.partner[self.i]
            self.enter(t)
            self.i += 1
            if self.i == close:
                raise self.fail("an empty script", t)
            term = self.entries("}") if statement else self.tupled(self.listed(close)[0])
            if self.i != close:
                raise self.left_over()
            self.nest -= 1
            self.i = close + 1
            return term
        if t.kind == "-":
            self.i += 1
            return apply("neg", self.single_script(), span=Span(t.start, self.tokens[self.i - 1].end))
        if t.kind in ("func", "unknown", "where", "and", "or", "rel", "all") and self.typed(t).isalpha():
            self.i += 1
            return symbol(self.typed(t), Span(t.start, t.end))
        if t.kind == "pm":
            self.i += 1
            return symbol("pm" if t.text in ("pm", "±", "\\pm", "+-") else "mp", Span(t.start, t.end))
        if t.kind in ("*", "+", "mark"):
            self.i += 1
            return symbol(SIGN_NAMES.get(t.text, t.text), Span(t.start, t.end))
        if t.kind in ("num", "name", "const"):
            return self.single_operand()
        if t.kind in self.PREFIX:
            return self.PREFIX[t.kind](self, t)
        raise self.stuck("an index or a bound")
