"""What LaTeX sets in rows and columns, and above and below a sign: matrices, cases, alignments, `\\underset`, `\\stackrel`."""

from __future__ import annotations

from grader.reading.names import BIG
from grader.reading.signs import NEGATED
from grader.reading.statements import is_statement
from grader.reading.tokens import ReadError, Token
from grader.term import Span, Term, apply, collection, constant, relation, symbol, text

MATRICES = frozenset("matrix pmatrix bmatrix vmatrix Vmatrix Bmatrix smallmatrix array tabular".split())
CASES = frozenset("cases dcases rcases".split())
ROWS = frozenset("align aligned alignat alignedat gather gathered split multline eqnarray flalign".split())
WRAPPERS = frozenset("equation math displaymath center small document answer".split())
_DEFINITIONS = frozenset("def defn Δ △ Delta triangle ! :".split())


class Layout:
    """The part of the parser for environments and stacked signs."""

    def read_environment(self, t: Token) -> Term:
        first, close = self.i, self.partner[self.i]
        self.enter(t)
        self.i += 1
        name = t.text
        if name in MATRICES:
            rows = self.cells(close)
            term = self.matrix_of(rows, name, Span(t.start, self.tokens[close].end))
        elif name in CASES:
            term = self.cases_of(self.cells(close), Span(t.start, self.tokens[close].end))
        elif name in ROWS or name in WRAPPERS:
            term = self.aligned(close)
        else:
            raise self.fail(f"the environment {name} is not read", t)
        self.nest -= 1
        if self.i != close:
            raise self.left_over()
        self.i = close + 1
        return term.at(self.span(first))

    def cells(self, close: int) -> list[list[Term]]:
        """Rows of cells up to `close`; an empty cell is an empty text."""
        rows: list[list[Term]] = [[]]
        while self.i < close:
            kind = self.tok.kind
            if kind == "row":
                self.i += 1
                if self.i < close:
                    rows.append([])
            elif kind == "amp":
                if len(rows[-1]) == 0:
                    rows[-1].append(text(""))
                self.i += 1
                if self.tok.kind in ("amp", "row") or self.i == close:
                    rows[-1].append(text(""))
            else:
                rows[-1].append(self.cell())
                if self.i < close and self.tok.kind not in ("amp", "row"):
                    raise self.left_over()
        return [r for r in rows if r]

    def cell(self) -> Term:
        """One cell; a condition may begin with "if", and "otherwise" is true."""
        words = False
        while self.tok.kind in ("where", "such", "all") and not (self.tok.kind == "all" and self.tokens[self.i - 1].kind == "where"):
            self.i += 1
            words = True
        if self.tok.kind in ("otherwise", "else"):
            self.i += 1
            return constant("true")
        if self.tok.kind == "all" or words and self.tok.kind == "forall":
            return self.quantified(False)
        term = self.clause()
        if self.tok.kind == ",":
            self.i += 1
            if self.tok.kind in ("amp", "row", "end"):
                return term
            return apply("where", term, self.cell())
        if self.tok.kind == "text":
            raise self.left_over()
        return term

    def matrix_of(self, rows: list[list[Term]], name: str, span: Span) -> Term:
        if not rows:
            raise ReadError("an empty matrix", span.start, span.end)
        if name == "array" and len(rows) > 1 and all(len(row) == 1 and is_statement(row[0]) for row in rows):
            return apply("and", *[row[0] for row in rows], span=span)
        matrix = collection("matrix", *[collection("tuple", *row) for row in rows], span=span)
        return apply("det", matrix, span=span) if name == "vmatrix" else apply("norm", matrix, span=span) if name == "Vmatrix" else matrix

    def cases_of(self, rows: list[list[Term]], span: Span) -> Term:
        """Values with conditions; a system where every row is one statement."""
        if not rows:
            raise ReadError("empty cases", span.start, span.end)
        lone = [row[0] for row in rows if len(row) == 1]
        if len(lone) == len(rows) and all(is_statement(x) for x in lone) and not any(x.is_apply("where") for x in lone):
            return lone[0] if len(lone) == 1 else apply("and", *lone, span=span)
        made = []
        for row in rows:
            row = [x for x in row if not (x.kind == "text" and x.name == "")]
            if len(row) == 1:
                made.append(row[0] if row[0].is_apply("where") else apply("where", row[0], constant("true")))
            elif len(row) == 2:
                made.append(apply("where", *row))
            else:
                raise ReadError("a row of cases has a value and a condition", span.start, span.end)
        return collection("cases", *made, span=span)

    def aligned(self, close: int) -> Term:
        """Rows of an alignment: one that begins with a relation goes on with the chain before it, one that begins with a sign with the sum."""
        rows: list[Term] = []
        first = self.i
        while self.i < close:
            kind = self.tok.kind
            if kind in ("row", ",", "."):
                self.i += 1
            elif kind == "rel" and rows:
                rows[-1] = self.continued(rows[-1], first)
            elif kind in ("+", "-") and rows:
                rows[-1] = self.summed_on(rows[-1], first)
            elif kind == "rel" and self.tok.text == "=":
                self.i += 1
            elif kind == "text":
                self.words_left_out()
            else:
                rows.append(self.clause())
                if self.tok.kind not in ("row", ",", ".", "text") and self.i < close:
                    raise self.left_over()
        if not rows:
            raise self.fail("an empty environment", self.tokens[first - 1])
        return rows[0] if len(rows) == 1 else self.together(rows, first)

    def continued(self, before: Term, first: int) -> Term:
        if before.kind == "relation":
            after = self.chain(before.args[-1], first)
            return relation((*before.signs, *after.signs), *before.args[:-1], *after.args, span=self.span(first))
        return self.chain(before, first)

    def summed_on(self, before: Term, first: int) -> Term:
        last = before.args[-1] if before.kind == "relation" else before
        terms = list(last.args) if last.is_apply("add") else [last]
        while self.tok.kind in ("+", "-"):
            minus = self.tok.kind == "-"
            self.i += 1
            term = self.product()
            terms.append(apply("neg", term, span=term.span) if minus else term)
        total = apply("add", *terms, span=self.span(first))
        after = relation(before.signs, *before.args[:-1], total, span=self.span(first)) if before.kind == "relation" else total
        return self.continued(after, first) if self.tok.kind == "rel" else after

    # ----------------------------------------------------------------------------------------------------------- stacked signs

    def negated(self) -> str:
        r"""`\not=` and `\not\in`: the sign; the place is moved to it."""
        t = self.tok
        self.i += 1
        sign = NEGATED.get(self.tok.text) if self.tok.kind == "rel" else None
        if sign is None:
            raise self.fail("this negated sign is not read", t)
        return sign

    def annotated_sign(self) -> str | None:
        r"""`\overset{def}{=}`, `\stackrel{(a)}{\le}`: the sign, with the place moved to its brace; None where it is no relation."""
        k = self.i
        if self.tokens[k + 1].kind != "{":
            return None
        middle = self.partner[k + 1] + 1
        if self.tokens[middle].kind != "{" or self.partner[middle] != middle + 2 or self.tokens[middle + 1].kind != "rel":
            return None
        words = self.text[self.tokens[k + 1].end:self.tokens[middle - 1].start].strip()
        self.i = middle + 2
        sign = self.tokens[middle + 1].text
        if words.strip("\\{} ").removeprefix("text{").removeprefix("mathrm{").strip("}") in _DEFINITIONS and sign == "=":
            return ":="
        if words:
            self.note(f"\"{words}\" above the sign was not read", Span(self.tokens[k].start, self.tokens[middle].start), "words")
        return sign

    def read_under(self, t: Token) -> Term:
        r"""`\underset{i=1}{\overset{n}{\sum}}`, `\underset{x}{\max}`, `\underset{z \sim q}{\mathbb{E}}`."""
        first = self.i
        below: Term | None = None
        above: Term | None = None
        depth = 0
        while self.tok.kind in ("under", "over_"):
            kind = self.tok.kind
            self.i += 1
            value = self.bound_script(kind == "under")
            below, above = (value, above) if kind == "under" else (below, value)
            if self.tok.kind == "{":
                self.i += 1
                depth += 1
        inner = self.tok
        if inner.kind == "eof":
            raise self.fail("nothing stands under or over this", t)
        self.i += 1
        scripts_inside = self.tok.kind in ("_", "^")
        for _ in range(depth):
            if self.tok.kind != "}":
                raise self.fail("what stands above or below here is not read", t)
            self.i += 1
        if scripts_inside:
            raise self.fail("what stands above or below here is not read", t)
        if inner.kind == "big":
            return self.with_bounds(inner.text, below, above, first, inner)
        if inner.kind == "func" and inner.text in BIG:
            return self.with_bounds(BIG[inner.text], below, above, first, inner)
        if inner.kind == "name" and inner.text == "E" and below is not None:
            base = apply("index", symbol("E", Span(inner.start, inner.end)), below)
            return self.after_base(base, first, Token("name", "E", inner.start, inner.end, 0, "bb"))
        raise self.fail("what stands above or below here is not read", t)
