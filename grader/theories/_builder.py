"""The derivation as far as it has been read: links that are placed, and what the next line goes on from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from grader.model import Unread
from grader.reading.lines import Line
from grader.term import Term, free_names, number, relation, symbol, walk
from grader.theories._hypotheses import assuming, narrowed
from grader.theories._solving import COMPARES, coefficients
from grader.theories._theory import Context, Link

LOGIC = frozenset("and or not implies iff xor where".split())
"""Operators whose value is a truth value."""
ZERO = number(0)
ORDERS = frozenset("bigO bigTheta bigOmega smallo smallomega".split())
COMPARED = frozenset(["<", "<=", ">", ">="])
_AT = re.compile(r"(?i)(?:(?:only|exactly|precisely|just|both)\s+)?at(?: the points?)?")
_CLAIMED = frozenset(["=", "<", "<=", ">", ">="])
STANDARD = frozenset("E H I D KL P Q p q Var Cov Pr N".split())
"""Names that have a meaning before anybody defines them."""
_NAMING = frozenset("call hat bar tilde star index sup gradient partial derivative".split())
"""Decorations of a name that a chain may begin with."""


@dataclass(frozen=True)
class Placed:
    """A link with the context it stands in, or why there is none (`unread`): the line cannot be read, or nothing readable stands before it."""

    line: int
    link: Link | None
    context: Context
    unread: str = ""


@dataclass(frozen=True)
class Layout:
    """The links of a derivation in order, the context after its last line, and the lines that only say something (definitions, hypotheses, words)."""

    placed: tuple[Placed, ...]
    context: Context
    told: tuple[int, ...] = ()

    @property
    def links(self) -> tuple[Link, ...]:
        return tuple([p.link for p in self.placed if p.link is not None])


def is_statement(term: Term) -> bool:
    """Is the term true or false, and no value?"""
    if term.kind == "relation" or term.kind == "apply" and term.name in LOGIC:
        return True
    return term.kind == "constant" and term.name in ("true", "false", "emptyset") or term.kind == "binder" and term.name in ("forall", "exists")


@dataclass
class Builder:
    """The derivation so far: what the next line goes on from."""

    context: Context
    placed: list[Placed] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    last: Term | None = None
    """The last side of the chain, or the last statement; None where nothing readable stands there."""
    statement: bool = False
    started: bool = False
    premised: bool = False
    """Is the last statement a hypothesis ("suppose ...")?"""
    seen: set[str] = field(default_factory=set)
    """Names in the lines so far."""
    origin: Term | None = None
    """What the chain began with."""
    unheard: bool = False
    """Had nothing been said of any name that the chain began with?"""
    grounds: list[Term] = field(default_factory=list)
    """Statements that proofs of claims begin with."""
    at: int = -1
    """Number of the row in which places are named ("f'(x) = 0 at x = 1")."""
    begun: list[tuple[int, Term, Context]] = field(default_factory=list)
    """Statements that were begun with behind others."""
    unsaid: tuple[str, ...] = ()
    """Names that the chain began with and that nothing had been said of."""
    apart: int = -1
    """Number of the row in which a new part began ("base case: n = 1: ...")."""
    task: int = -1
    """Number of the row that says what is to be done."""
    zero: Term | None = None
    """The equation "side = 0" that the chain has just ended in."""
    stated: list[Term] = field(default_factory=list)
    """Statements so far, and equations that a name begins."""
    values: set[Term] = field(default_factory=set)
    """Numbered values (w_1) in the lines so far."""
    differentials: int = -1
    """Number of the row of the last differential."""
    parts: set[str] = field(default_factory=set)
    """Names whose differentials have been written."""
    row: int = -1
    """Number of the row of the last formula."""
    matrices: tuple[Term, ...] = ()
    """Names of matrices whose eigenvalues are sought."""
    reason: str = ""
    """A reason given ahead, for the next line."""
    under: Term | None = None
    """The statement that stood before the chain."""
    side: str = ""
    """LHS or RHS while the chain of that side goes on."""
    ends: dict[str, Term] = field(default_factory=dict)
    """What the chains of LHS and RHS have come to."""
    ground: Term | None = None
    """The statement that stood before the cases."""
    supposed: Term | None = None
    """The hypothesis of the case that the lines stand in."""
    cases: list[Term] = field(default_factory=list)
    """What the cases that are done came to."""
    values_into: Term | None = None
    """The statement that values were put into."""
    claimed: list[Term] = field(default_factory=list)
    """What is to be shown ("claim: ...", "prove that ...")."""
    subject: Term | None = None
    """x where a chain goes on behind "x = ...", drawn from a statement."""

    @property
    def given_only(self) -> bool:
        """Does nothing count that the learner supposes?"""
        return bool(self.context.options.get("given_only"))

    @property
    def here(self) -> Context:
        """What is known at this place: with the hypothesis of the case."""
        return self.context if self.supposed is None else assuming(self.context, self.supposed)

    def state(self, term: Term) -> None:
        """Keep what a line states, for the lines behind it."""
        if term not in self.stated:
            self.stated.append(term)

    def link(self, line: Line, number: int, sign: str, right: Term | Unread, reason: str, *, statement: bool = False,
             supposing: bool = False) -> None:
        """From what stood before to `right`."""
        reason, self.reason = reason or self.reason, ""
        if isinstance(right, Term) and right.kind == "text" and not right.name.strip(".… ") and not right.text.strip(".… "):
            return  # "= ... ="
        if isinstance(right, Unread):
            self.placed.append(Placed(number, None, self.context, f"it could not be read: {right.reason}"))
        elif self.last is None:
            self.placed.append(Placed(number, None, self.context, "the line before it could not be read" if self.started else
                                      "nothing stands before it"))
        else:
            before = self.placed[-1].link if self.placed else None
            if sign in COMPARED and not statement and self.last.kind == "apply" and self.last.name in ORDERS and before is not None and before.right == self.last and \
                    not (right.kind == "apply" and right.name in ORDERS):
                self.last = before.left  # "f = O(n^2)", and then why: "f <= 3 n^2"
            self.at = line.number if statement and _AT.fullmatch(line.words) else self.at
            made = Link(len(self.placed) + 1, self.last, sign, right, reason, number, statement, None if statement else self.origin,
                        loose=line.worded and (not sign or statement) or not statement and not sign and bool(line.words) or statement and (self.at == line.number or _puts_numbers(right)), supposing=supposing,
                        under=None if statement else self.under, fresh=self._fresh(right), unheard=self.unheard and not statement, claimed=tuple(self.claimed),
                        unsaid=() if statement else self.unsaid)
            if statement and isinstance(right, Term) and COMPARES.search(f"{line.words} {reason}") and (meant := coefficients(self.last, right)) is not None:
                made = replace(made, left=meant)
            if not statement and sign in ("", "=", ":=") and not is_statement(right) and any(_has_two_signs(t) for t in (self.last, right)):
                subject = self.subject or symbol("value")  # what +- stands for on one side and on the other
                made = replace(made, left=relation("=", subject, self.last), right=relation("=", subject, right), sign="", statement=True)
            if statement and (plain := _solved_for(self.last, right)) is not None:
                made = replace(made, right=plain)
            self.placed.append(Placed(number, made, replace(self.context if statement else self.here, earlier=tuple(self.stated))))
            if statement:
                self.state(right)
            elif sign in ("=", ":=") and not is_statement(right) and (self.last.kind == "symbol" or self.last.kind == "apply" and self.last.name in _NAMING):
                self.state(relation("=", self.last, right))
        self.zero = None
        if isinstance(right, Term) and isinstance(self.last, Term) and not statement and sign == "=" and right == ZERO != self.last:
            self.zero = relation("=", self.last, right)
            if self.origin is not None and self.origin.kind == "apply" and self.origin.name in ("partial", "gradient"):
                self.state(self.zero)  # one condition of several
        self.last = None if isinstance(right, Unread) else right
        self.statement, self.started, self.premised = statement, True, False
        if self.side and self.last is not None and not statement:
            self.ends[self.side] = self.last

    def bounds_beside(self, line: Line, whole: Term | Unread) -> bool:
        """Is it a bound of one name, beside an equation in the same row ("a x = b, a != 0")?"""
        row, self.row = self.row, line.number
        return row == line.number and isinstance(whole, Term) and whole.kind == "relation" and whole.signs != ("=",) and not line.connective and not self.given_only and \
            line.role == "formula" and self.statement and self.last is not None and self.last.kind == "relation" and self.last.signs == ("=",) and \
            re.fullmatch(r"(?i)(?:where|with|for|and|when|if)?", line.words) is not None and free_names(whole) <= free_names(self.last) and \
            narrowed(Context(), whole) is not None

    def _fresh(self, term: Term) -> tuple[str, ...]:
        """Names of the term that nothing before has said anything of."""
        known = self._said() | {n for n, _ in self.context.domains} | (free_names(self.last) if self.last is not None else set())
        return tuple(sorted(n for n in free_names(term) - known if n not in STANDARD))

    def _said(self) -> set[str]:
        """Names that lines, definitions or hypotheses so far have spoken of."""
        found = set(self.seen) | {size for _, d in self.context.domains for size in (d.rows, d.columns) if size}
        for said in (*self.context.conditions, *[t for pair in self.context.definitions for t in pair]):
            found |= free_names(said)
        return found

    def aside(self, number: int, link: Link) -> None:
        """A claim that leaves the chain as it is."""
        self.placed.append(Placed(number, replace(link, index=len(self.placed) + 1, line=number), replace(self.here, earlier=tuple(self.stated))))

    def lone_statements(self) -> list[Placed]:
        """Links for statements that were begun with behind others and that nothing goes on from: they claim what they say."""
        made = []
        for number, term, context in self.begun:
            if number in self.told:
                continue
            used = any(p.link is not None and (p.line == number or term in (p.link.left, p.link.under) or p.link.left.is_apply("and") and term in p.link.left.args) for p in self.placed)
            known = _is_of_one_density(term)
            if used and not known and term not in self.grounds:
                continue
            heads = {h.args[0] for h, _ in self.context.definitions if h.is_apply("call")}
            known = known or any(n.is_apply("call") and n.args[0] in heads for n in walk(term))
            for part in term.args if term.is_apply("and") else (term,):
                if part.kind != "relation" or not set(part.signs) <= _CLAIMED:
                    continue
                for a, sign, b in zip(part.args, part.signs, part.args[1:]):
                    if known or not any(_may_be_named(t) for t in (a, b)):
                        made.append(Placed(number, Link(len(self.placed) + 1, a, sign, b, "", number, lone=not known), context))
        return made

    def start(self, number: int, term: Term | Unread, *, statement: bool, keep: bool = True) -> None:
        """What a chain or a row of statements begins with; `keep` it for the lines behind."""
        self.subject, before = None, self.started or bool(self.context.definitions)
        self.unheard = isinstance(term, Term) and bool(free_names(term)) and not free_names(term) & self._said()
        self.unsaid = tuple(sorted(free_names(term) - self._said() - {n for n, _ in self.context.domains} - STANDARD)) if isinstance(term, Term) else ()
        self.under = None if statement or self.given_only else self.last if self.statement and self.last != term else self.under
        self.origin, self.zero = term if isinstance(term, Term) and not statement else None, None
        if isinstance(term, Unread):
            self.placed.append(Placed(number, None, self.context, f"it could not be read: {term.reason}"))
        begun, self.started = self.started, True
        self.last = None if isinstance(term, Unread) else term
        self.statement, self.premised = statement, False
        if statement and isinstance(term, Term) and keep:
            first = bool(self.claimed) and not begun  # what a proof begins with is not given
            if (before or first or _is_of_one_density(term)) and not self.given_only:
                self.begun.append((number, term, self.here))
                self.grounds += [term] if first else []
            self.state(term)
        if self.side and isinstance(term, Term) and not statement:
            self.ends[self.side] = term


def _may_be_named(term: Term) -> bool:
    """Is it a name, perhaps with marks or names as arguments, of which the other side may say what it is?"""
    return term.kind == "symbol" or term.kind == "apply" and term.name in _NAMING and all(a.kind in ("symbol", "number", "text", "tuple") or _may_be_named(a) for a in term.args)


def _is_of_one_density(term: Term) -> bool:
    """Is it "p(x) = sum_z p(x|z) p(z)": an equation between values of one density, which holds or does not?"""
    if term.kind != "relation" or term.signs != ("=",) or not term.args[0].is_apply("call") or term.args[0].args[0] not in (symbol("p"), symbol("P")):
        return False
    calls = [n for n in walk(term.args[1]) if n.is_apply("call")]
    several = len(term.args[0].args) > 2 or any(n.is_apply("given") for n in walk(term)) or any(len(c.args) > 2 for c in calls)
    return bool(calls) and several and all(c.args[0] == term.args[0].args[0] for c in calls)


def _solved_for(before: Term, right: Term) -> Term | None:
    """ "theta^ = ..." solves the line before for theta: the mark only says that this is the one. None for other lines."""
    if right.kind != "relation" or right.signs != ("=",) or not right.args[0].is_apply("hat", 1) or right.args[0].args[0].kind != "symbol":
        return None
    marked, name = right.args[0], right.args[0].args[0]
    if name.name not in free_names(before) or any(n.is_apply("hat") for n in walk(before)) or name.name in free_names(right.args[1]):
        return None
    return relation("=", name, right.args[1]) if marked not in walk(right.args[1]) else None


def _puts_numbers(term: Term | Unread) -> bool:
    """Is it t = d/v = 120/60: a formula, and then numbers in it of which nothing has been said?"""
    if not isinstance(term, Term) or term.kind != "relation" or len(term.signs) < 2 or set(term.signs) != {"="}:
        return False
    inner = [bool(free_names(a)) for a in term.args[1:]]
    return inner[0] and len(free_names(term.args[1])) > 1 and not inner[-1]


def _has_two_signs(term: Term) -> bool:
    return any(n.kind == "apply" and n.name in ("pm", "mp") for n in walk(term))
