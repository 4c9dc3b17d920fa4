"""Brackets: grouping, tuples, lists, sets, intervals, matrices, absolute values, norms, floors, inner products."""

from __future__ import annotations

from grader.printing.forms import bound_of_set, has_infinity
from grader.reading.arguments import bind
from grader.reading.statements import is_statement
from grader.reading.tokens import ReadError, Token
from grader.term import Span, Term, apply, collection, constant, number, symbol, text


_AFTER_ENTRY = frozenset((",", "mid", ")", "]", "}"))


class Groups:
    """The part of the parser for brackets of every kind."""

    def read_group(self, t: Token) -> Term:
        """Round or square brackets: grouping, tuple, list, interval, matrix."""
        first = self.i
        close = self.partner[first]
        if self.tokens[min(first + 2, close)].kind == "circ" and (composed := self.composed(first, close)) is not None:
            return composed
        self.enter(t)
        self.in_arguments += 1
        self.i += 1
        entries, rows = self.listed(close, False)
        self.in_arguments -= 1
        self.nest -= 1
        shut = self.tokens[close]
        self.i = close + 1
        span = Span(t.start, shut.end)
        ends = [row[0] for row in rows if len(row) == 1]
        if len(ends) == len(rows) == 2 and (t.mark == "]" or shut.mark == "[" or t.kind != ("(" if shut.kind == ")" else "[") or has_infinity(tuple(ends))):
            entries, rows = ends, []  # ]1; 3], as intervals are written beside decimal commas
        signs = ("(" if t.kind == "(" or t.mark == "]" else "[", ")" if shut.kind == ")" or shut.mark == "[" else "]")
        if rows:
            if len({len(row) for row in rows}) > 1:
                raise ReadError("the rows of a matrix have as many entries each", t.start, shut.end)
            return collection("matrix", *[collection("tuple", *row) for row in rows], span=span)
        if len(entries) == 2 and (signs not in (("(", ")"), ("[", "]")) or t.mark == "]" or shut.mark == "[" or has_infinity(tuple(entries))
                                  or self.expect in ("set", "interval")):
            return collection("interval", *entries, signs=signs, span=span)
        if len(entries) == 1 and self.tokens[close - 1].kind != ",":
            if signs[0] != signs[1] and signs not in (("(", ")"), ("[", "]")):
                raise ReadError("an interval needs two ends", t.start, shut.end)
            before = self.tokens[first - 1] if first else t
            if signs == ("[", "]") and before.kind == "rel" and before.text in ("in", "notin") and entries[0].kind in ("symbol", "number"):
                self.note(f"`{self.typed(t)}{self.text[t.end:shut.end]}` is read as the numbers from 1 on", span, "index_range")
                return collection("set", number(1, span=span), text("...", span), entries[0], span=span)
            if signs == ("[", "]") and self.expect == "list":
                return collection("list", *entries, span=span)
            return entries[0]
        if signs == ("[", "]") and len(entries) > 0 and all(e.kind == "tuple" and (e.name == "list" or e.signs == ("[", "]")) for e in entries) \
                and len({len(e.args) for e in entries}) == 1 and entries[0].args:
            return collection("matrix", *[collection("tuple", *e.args, span=e.span) for e in entries], span=span)
        return collection("tuple" if signs == ("(", ")") else "list", *entries, span=span)

    def composed(self, first: int, close: int) -> Term | None:
        r"""`(f \circ g)(x)`: the functions one after the other; None where no bracket follows."""
        inside = self.tokens[first + 1:close]
        if self.tokens[close + 1].kind != "(" or any(x.kind != ("circ" if k % 2 else "name") for k, x in enumerate(inside)) or not len(inside) % 2:
            return None
        self.i = close + 1
        arguments = self.listed_arguments()
        for x in reversed(inside[::2]):
            arguments = (apply("call", symbol(x.text, Span(x.start, x.end)), *arguments, span=self.span(first)),)
        return arguments[0]

    def listed(self, close: int, called: bool | None = True) -> tuple[list[Term], list[list[Term]]]:
        """Entries up to the bracket at `close`; rows where semicolons part them (`[1, 2; 3, 4]`). In the arguments of a call a semicolon comes before
        the parameters, elsewhere in round brackets it parts entries, or rows where `called` is None."""
        first = self.i
        entries: list[Term] = []
        rows: list[list[Term]] = []
        while self.i < close:
            entries.append(self.entry(close))
            if self.i == close:
                break
            t = self.tok
            if t.kind == "mid":
                self.i += 1
                after = self.listed(close)[0]
                left = self.tupled(entries)
                if rows and self.tokens[close].kind in (")", "]"):  # I(X; Y | Z)
                    head = self.tupled([x for row in rows for x in row])
                    return [apply("semicolon", head, apply("given", left, self.tupled(after)), span=self.span(first))], []
                if len(after) == 1 and after[0].is_apply("semicolon"):
                    before = apply("given", left, after[0].args[0], span=self.span(first))
                    return [apply("semicolon", before, after[0].args[1], span=self.span(first))], rows
                return [apply("given", left, self.tupled(after), span=self.span(first))], rows
            if t.kind == ";" and not self.vocabulary.decimal_comma:
                rows.append(entries)
                entries = []
            elif t.kind != "," and t.kind != ";":
                raise self.left_over()
            self.i += 1
        if rows:
            if entries:
                rows.append(entries)
            if self.tokens[close].kind not in (")", "]"):
                return [x for row in rows for x in row], []
            if self.tokens[close].kind == ")" and called is False and all(len(r) == 1 for r in rows):
                return [r[0] for r in rows], []
            if called is False and self.tokens[close].kind == ")":
                raise ReadError("semicolons and commas in one bracket", self.tokens[first].start, self.tokens[close - 1].end,
                                "Write 0.5 with a point, and commas between the entries.")
            if self.tokens[close].kind == ")" and called is not None:
                parts = [self.tupled(r) for r in rows]
                return [apply("semicolon", parts[0], parts[1] if len(parts) == 2 else collection("tuple", *parts[1:]))], []
        return entries, rows

    def entry(self, close: int) -> Term:
        """One entry in brackets; `{a \\over b}` and `{n \\choose k}` split the group."""
        first = self.i
        if self.tokens[first].kind in ("name", "num") and self.tokens[first + 1].kind in _AFTER_ENTRY:
            return self.operand()  # a single name or number, the most common entry
        term = self.clause()
        kind = self.tok.kind
        if kind == "over" or kind == "choose":
            self.i += 1
            term = apply("div" if kind == "over" else "binomial", term, self.clause(), span=self.span(first))
        return term

    def tupled(self, entries: list[Term]) -> Term:
        if len(entries) == 1:
            return entries[0]
        places = [e.span for e in entries if e.span is not None]
        span = Span(places[0].start, places[-1].end) if places else None
        return collection("tuple", *entries, span=span)

    def as_interval(self, term: Term) -> Term:
        """In a place for sets, a pair in brackets is an interval."""
        if term.kind == "tuple" and term.name in ("tuple", "list") and len(term.args) == 2:
            signs = ("(", ")") if term.name == "tuple" else ("[", "]")
            return collection("interval", *term.args, signs=signs, span=term.span)
        return term

    def plain(self, term: Term) -> Term:
        """Braces around one formula are grouping where a number is wanted."""
        if term.kind == "tuple" and term.name == "set" and len(term.args) == 1:
            if term.span:
                self.note("braces around one formula are read as brackets", term.span, "braces")
            return term.args[0]
        return term

    def read_braces(self, t: Token) -> Term:
        """`{...}`: TeX's grouping, or a set where a comma, a bar, or typed text says so."""
        first, close = self.i, self.partner[self.i]
        if close == first + 1:
            self.i = close + 1
            if self.tok.kind in ("_", "^"):
                return self.combination(first)
            if self.latex and self.tok.kind != "eof":
                return self.operand()
            return constant("emptyset", Span(t.start, self.tokens[close].end))
        if not self.latex:
            return self.read_set(t)
        self.enter(t)
        self.i += 1
        entries, _ = self.listed(close)
        self.nest -= 1
        self.i = close + 1
        if len(entries) > 1:
            self.note("braces around a list are read as a set", self.span(first), "braces")
            return collection("set", *entries, span=self.span(first))
        return entries[0]

    def combination(self, first: int) -> Term:
        r"""`{}_n C_k`, `{}^nC_k`: the binomial coefficient; any other script before its letter is not read."""
        self.i += 1
        above = self.single_script()
        letter, sign = self.tok, self.tokens[min(self.i + 1, len(self.tokens) - 1)]
        if letter.kind != "name" or letter.text != "C" or sign.kind not in ("_", "^"):
            raise ReadError("a script that stands before its letter", self.tokens[first].start, letter.end)
        self.i += 2
        return apply("binomial", above, self.single_script(), span=self.span(first))

    def read_set(self, t: Token) -> Term:
        """A set by its elements, or by a condition."""
        first, close = self.i, self.partner[self.i]
        self.enter(t)
        self.in_arguments += 1
        self.i += 1
        entries: list[Term] = []
        term = None
        while self.i < close:
            entries.append(self.entry(close))
            kind = self.tok.kind
            if kind in ("mid", ":") or kind == "such":
                while self.tok.kind in ("mid", ":", "such"):
                    self.i += 1
                term = self.set_by_condition(self.tupled(entries), close)
                break
            if self.i < close:
                if kind not in (",", ";"):
                    raise self.left_over()
                self.i += 1
        if self.i != close:
            raise self.left_over()
        self.in_arguments -= 1
        self.nest -= 1
        self.i = close + 1
        span = self.span(first)
        if term is not None:
            return term.at(span)
        if not entries:
            return constant("emptyset", span)
        if len(entries) == 1:
            if self.tokens[close].kind == "rnull":
                rows = entries[0].args if entries[0].kind == "tuple" and entries[0].name == "matrix" else ()
                return self.cases_of([list(row.args) for row in rows], span) if rows else entries[0]
            self.has_sets = True
        rows = self.rows_of_cases(entries)
        if rows:
            return self.cases_of(rows, span)
        return collection("set", *entries, span=span)

    def rows_of_cases(self, entries: list[Term]) -> list[list[Term]]:
        """`{x if x > 0, -x if x <= 0}` and `{x, x > 0; -x, x <= 0}` are values with conditions and no set; else nothing."""
        if len(entries) > 1 and all(e.is_apply("where") and not is_statement(e.args[0]) for e in entries):
            return [[e] for e in entries]
        values, conditions = entries[::2], entries[1::2]
        if len(values) == len(conditions) and not any(is_statement(v) or v.is_apply("where") for v in values) and all(is_statement(c) for c in conditions):
            return [[v, c] for v, c in zip(values, conditions)]
        return []

    def set_by_condition(self, body: Term, close: int) -> Term:
        """{ body | condition }, the bar already read."""
        conditions = [self.clause()]
        while self.tok.kind in (",", ";") and self.i < close:
            self.i += 1
            conditions.append(self.clause())
        condition = conditions[0] if len(conditions) == 1 else apply("and", *conditions)
        bound = bound_of_set(body, condition)
        return bind("set_of", bound, body, condition, span=None)

    def read_bars(self, t: Token) -> Term:
        """|x| and ||x||, with the index of a norm."""
        first = self.i
        self.enter(t)
        self.i += 1
        inner = self.clause()
        if t.kind == "abs(":
            self.expected("abs)", "the closing bar")
            self.nest -= 1
            return apply("abs", self.plain(inner), span=self.span(first))
        self.expected("norm)", "the closing double bar")
        self.nest -= 1
        if self.tok.kind == "_":
            self.i += 1
            return apply("norm", inner, self.single_script(), span=self.span(first))
        return apply("norm", inner, span=self.span(first))

    def read_pair(self, t: Token) -> Term:
        """Floor, ceiling and angle brackets."""
        first, close = self.i, self.partner[self.i]
        self.enter(t)
        self.i += 1
        entries, _ = self.listed(close)
        self.nest -= 1
        self.i = close + 1
        span = self.span(first)
        if t.kind == "langle":
            if len(entries) == 2:
                return apply("inner", *entries, span=span)
            if len(entries) == 1 and entries[0].is_apply("given"):
                return apply("inner", *entries[0].args, span=span)
            if len(entries) == 1:
                raise ReadError("angle brackets around one formula", t.start, self.tokens[close].end, "Write what they mean.")
            return collection("tuple", *entries, span=span)
        if len(entries) != 1:
            raise ReadError("these brackets hold one formula", t.start, self.tokens[close].end)
        return apply(t.text, *entries, span=span)

    def read_invisible(self, t: Token) -> Term:
        r"""`\left. ... \right|_{x=0}` and `\left. ... \right)`."""
        close = self.partner.get(self.i)
        self.i += 1
        if close is None:
            return self.clause()
        term = self.clause()
        if self.i != close:
            raise self.left_over()
        self.i = close + 1
        return term
