"""The parser: recursive descent over mended tokens. `statements`, `arithmetic`, `operands`, `applied`, `binders`, `calculus` and `layout` are its
parts.

Loosest to tightest: comma, where, iff, implies, or, and, not, relation chain, sum, product (written or implied), sign, power and other postfixes.
`a/bc` and `a/b*c` are read from the left; a product without a sign binds as tightly as one with a sign. Where a text has two sensible readings, the
parser takes the conventional one and records a *site*; parsing again with that site flipped gives the other reading (see `reader`).
"""

from __future__ import annotations

from grader.model import Note
from grader.reading.applied import Applied
from grader.reading.arithmetic import Arithmetic
from grader.reading.binders import Binders
from grader.reading.calculus import Calculus
from grader.reading.layout import Layout
from grader.reading.operands import Operands
from grader.reading.repair import CLOSERS, OPENERS, Mended
from grader.reading.statements import Statements
from grader.reading.tokens import ReadError, Token, is_latex
from grader.reading.vocabulary import Vocabulary
from grader.term import Span, Term

MAX_NEST = 50
"""Deepest nesting of brackets that is read."""


class Parser(Statements, Arithmetic, Operands, Applied, Binders, Calculus, Layout):
    """One pass over mended tokens. `flips` are the sites to read the other way; `sites` collects those that were met."""

    def __init__(self, mended: Mended, vocabulary: Vocabulary, text: str, expect: str, flips: frozenset[tuple[str, int]]) -> None:
        self.tokens, self.partner = mended.tokens, mended.partner
        self.vocabulary, self.text, self.expect = vocabulary, text, expect
        self.latex = is_latex(text)
        self.kinds = {t.kind for t in self.tokens}
        self.i = 0
        self.nest = 0
        self.subscripts = 0
        self.in_arguments = 0
        self.in_bounds = 0
        self.in_density = 0
        self.expects: bool | None = None
        self.indices: frozenset[str] | None = None
        self.marks: dict[str, set[str]] | None = None
        self.integrals: list[tuple[list[Term], int]] = []
        self.ended = False
        self.has_sets = False
        self.modulus: Term | None = None
        self.mod_end = -1
        self.halved: set[int] = set()
        self.called_bare: set[str] = set()
        self.relational = self.brackets_with_relations()
        self.unbound: set[str] = {"i"} if self.has_index_i() else set()
        self.notes: list[Note] = []
        self.noted: set[tuple[str, Span]] = set()
        self.raised_only: dict[str, bool] = {}
        self.flips = flips
        self.sites: dict[tuple[str, int], Note] = {}
        self.counts: dict[str, tuple[int, int, bool]] | None = None

    def brackets_with_relations(self) -> frozenset[int]:
        """The brackets that hold a relation directly."""
        found: set[int] = set()
        stack: list[int] = []
        if not self.kinds & {"rel", "forall"}:
            return frozenset()
        for k, t in enumerate(self.tokens):
            kind = t.kind
            if kind == "rel" or kind == "forall":
                if stack:
                    found.add(stack[-1])
            elif kind in OPENERS:
                if self.partner.get(k, -1) > k:
                    stack.append(k)
            elif kind in CLOSERS and k in self.partner:
                stack.pop()
        return frozenset(found)

    def has_index_i(self) -> bool:
        """Is i used as an index anywhere in the text? Then it is a name everywhere, not the imaginary unit."""
        tokens = self.tokens
        for k, t in enumerate(tokens if "const" in self.kinds else ()):
            if t.kind == "const" and t.text == "i":
                before = tokens[k - 1] if k else t
                if before.kind == "(" and k > 2 and tokens[k - 2].kind == "{" and tokens[k - 3].kind == "^" and tokens[k + 1].kind == ")":
                    return True
                if before.kind in ("_", "forall", "all", "exists") or before.kind == "{" and k > 1 and tokens[k - 2].kind == "_":
                    return True
                compared = tokens[k + 1].kind == "rel" and tokens[k + 1].text in ("!=", "in", "notin")
                if compared and before.kind not in ("+", "-", "*", "/", "^", "num"):
                    return True
        return False

    # ---------------------------------------------------------------------------------------------------------- small things

    @property
    def tok(self) -> Token:
        return self.tokens[self.i]

    def span(self, first: int) -> Span:
        """From the token `first` to the last one read."""
        return Span(self.tokens[first].start, self.tokens[max(first, self.i - 1)].end)

    def note(self, text: str, span: Span, code: str, severity: str = "info") -> None:
        if (code, span) not in self.noted:
            self.noted.add((code, span))
            self.notes.append(Note(text, span, severity, code))

    def site(self, code: str, at: int, text: str, span: Span) -> bool:
        """Record a place with two readings; True when this pass is to take the other one."""
        key = (code, at)
        if key not in self.sites:
            self.sites[key] = Note(text, span, "info", code)
        return key in self.flips

    def fail(self, reason: str, token: Token | None = None, hint: str = "") -> ReadError:
        token = token or self.tok
        if token.kind == "eof" and self.i:
            token = self.tokens[self.i - 1]
        return ReadError(reason, token.start, max(token.end, token.start), hint)

    def past(self, k: int) -> int:
        """The index behind the token at k, or behind the group that it opens; never beyond the end."""
        return min(max(self.partner.get(k, k), k) + 1, len(self.tokens) - 1)

    def typed(self, token: Token) -> str:
        return self.text[token.start:token.end] or token.text

    def enter(self, token: Token) -> None:
        self.nest += 1
        if self.nest > MAX_NEST:
            raise ReadError(f"brackets nested deeper than {MAX_NEST}", token.start, token.end)

    def expected(self, kind: str, what: str) -> None:
        """Step over the token that must come here."""
        if self.tok.kind != kind:
            raise self.stuck(what)
        self.i += 1

    def stuck(self, what: str) -> ReadError:
        """The complaint about a token that fits nowhere."""
        t = self.tok
        if t.kind == "eof":
            return self.fail(f"the text ends where {what} should follow")
        if t.kind == "unknown" or t.kind == "text":
            return self.fail(f"`{self.typed(t)}` is not mathematics that is known here", t, "Write the formula alone.")
        return self.fail(f"`{self.typed(t)}` stands where {what} should follow", t)


Parser.PREFIX = {
    "num": Parser.read_number, "name": Parser.read_name, "const": Parser.read_constant, "func": Parser.read_function, "unknown": Parser.read_unknown,
    "text": Parser.read_text, "(": Parser.read_group, "[": Parser.read_group, "{": Parser.read_braces, "lset": Parser.read_set,
    "lfloor": Parser.read_pair, "lceil": Parser.read_pair, "langle": Parser.read_pair, "lnull": Parser.read_invisible, "vulgar": Parser.read_vulgar,
    "root": Parser.read_root, "sqrt": Parser.read_sqrt, "frac": Parser.read_fraction, "binom": Parser.read_fraction, "hat": Parser.read_decorated,
    "big": Parser.read_big_sign, "big2": Parser.read_several_integrals, "big3": Parser.read_several_integrals, "partial": Parser.read_partial,
    "nabla": Parser.read_nabla, "begin": Parser.read_environment, "under": Parser.read_under, "over_": Parser.read_under,
    **{kind: Parser.read_wrapped for kind in ("norm", "absc", "brace", "cancel", "set_", "textcolor")},
    "abs(": Parser.read_bars, "norm(": Parser.read_bars, "dots": Parser.read_dots, "currency": Parser.read_currency, "choose": Parser.read_choose,
}
"""Token kinds that begin an operand, and who reads them."""
