"""Statements: clauses between commas, conditions after them, connectives, and chains of relations."""

from __future__ import annotations

import re

from grader.reading.arguments import as_name
from grader.reading.repair import STARTS
from grader.reading.tokens import ReadError
from grader.term import Span, Term, apply, binder, collection, constant, relation, walk

LOGIC = {"iff": 1, "implies": 2, "impliedby": 2, "or": 3, "and": 4}
_CHAIN = frozenset("rel not mapsto mid not_ arrow over_".split())
_NAMED = frozenset("index prime call sup hat bar tilde complement".split())
_CONGRUENT = frozenset("≡ \\equiv ≢ \\nequiv ===".split())
_SET_RELATIONS = frozenset("in notin subset subseteq supset supseteq".split())


REMARK = re.compile(r"\(|by |using |from |since |because |due |def|as (?:required|desired)|q\.?e\.?d|jensen|bayes|kl", re.IGNORECASE)
"""How remarks begin: words behind a formula that say nothing about what it means."""


class Statements:
    """The part of the parser that joins formulas to statements."""

    # ------------------------------------------------------------------------------------------------------------ statements

    def whole(self) -> Term:
        """The whole text. Fails with `ReadError` where something is left over."""
        entries = self.entries("eof")
        if self.tok.kind in ("over", "choose") and not is_statement(entries) and entries.kind != "tuple":
            name = "div" if self.tok.kind == "over" else "binomial"
            self.i += 1
            below = self.clause()
            if is_statement(below):
                raise self.fail("a fraction without braces beside a relation", hint="Write {a \\over b}.")
            entries = apply(name, entries, below, span=self.span(0))
        if self.tok.kind != "eof":
            raise self.left_over()
        return entries

    def left_over(self) -> ReadError:
        t = self.tok
        if t.kind in ("unknown", "text", "where", "all", "such", "then", "else", "otherwise"):
            return self.fail(f"`{self.typed(t)}` is not mathematics that is known here", t, "Write the formula alone.")
        if t.kind == "rel":
            return self.fail(f"`{self.typed(t)}` has nothing on its left", t)
        return self.fail(f"`{self.typed(t)}` does not fit here", t)

    def entries(self, close: str) -> Term:
        """Clauses between commas, put together: conditions, systems, lists."""
        first = self.i
        found: list[Term] = []
        while True:
            if self.tok.kind == "text" and self.tokens[self.i + 1].kind in STARTS and self.tokens[self.i + 1].kind not in ("(", "[") and not found:
                self.words_left_out()
            found.append(self.clause())
            if self.tok.kind == "text" and self.tokens[self.i + 1].kind in ("eof", ",", ";"):
                self.words_left_out()
            if self.tok.kind not in (",", ";"):
                break
            self.i += 1
            if self.tok.kind in ("where", "otherwise"):
                found[-1] = self.conditioned(found[-1], first)
                if self.tok.kind not in (",", ";"):
                    break
                self.i += 1
            if self.tok.kind == "and" and self.tokens[self.i + 1].kind in STARTS:
                self.i += 1
            if self.tok.kind in (close, "eof"):
                break
        return found[0] if len(found) == 1 else self.together(found, first)

    def words_left_out(self) -> None:
        t = self.tok
        harmless = t.text == "" or REMARK.match(t.text) or self.i == 0
        self.note(f"the words \"{t.text}\" were not read", Span(t.start, t.end), "words", "info" if harmless else "guess")
        self.i += 1

    def together(self, found: list[Term], first: int) -> Term:
        """A list of clauses as one term: a system (and), a statement with conditions (where), or a bare list."""
        span = self.span(first)
        found = with_ranges(found)
        if len(found) == 1:
            return found[0].at(span)
        if found[0].is_apply("where") and all(is_statement(e) for e in found[1:]):
            return apply("where", *found[0].args, *found[1:], span=span)
        flat: list[Term] = []
        for entry in found:
            apart = entry.is_apply("where") and is_statement(entry.args[0]) and (not is_statement(found[0]) or is_equality(found[0]))
            flat += entry.args if apart else (entry,)
        kinds = [is_statement(e) for e in flat]
        if not any(kinds):
            if self.expect in ("set", "interval"):
                return collection("set", *flat, span=span)
            if not self.in_bounds:
                self.note("a list without brackets", span, "bare_list")
            return collection("list", *flat, span=span)
        if not kinds[0]:
            cut = kinds.index(True)
            if cut == len(flat) - 1 and flat[-1].kind == "relation" and any(x.kind == "text" and x.name == "..." for x in flat):
                names = collection("list", *flat[:-1], flat[-1].args[0], span=span)
                return relation(flat[-1].signs, names, *flat[-1].args[1:], span=span)
            if cut == len(flat) - 1 and self.shared_condition(flat):
                last = flat[-1]
                shared = [relation(last.signs, as_name(name), *last.args[1:], span=last.span) for name in (*flat[:-1], last.args[0])]
                return apply("and", *shared, span=span)
            if all(kinds[cut:]):
                body = flat[0] if cut == 1 else collection("list", *flat[:cut], span=span)
                return apply("where", body, *flat[cut:], span=span)
            raise ReadError("formulas and conditions in a row that do not belong together", span.start, span.end, "Write one formula.")
        if not any(kinds[1:]) and flat[0].kind == "relation":
            head = flat[0]
            if head.signs in (("!=",), ("notin",)):
                parts = [head, *[relation(head.signs, head.args[0], x, span=x.span) for x in flat[1:]]]
                return apply("and", *parts, span=span)
            values = collection("list", head.args[-1], *flat[1:], span=span)
            return relation(head.signs, *head.args[:-1], values, span=span)
        if not all(kinds):
            raise ReadError("formulas and conditions in a row that do not belong together", span.start, span.end, "Write one formula.")
        lead = 1
        if is_equality(flat[0]):
            lead = next((k for k, e in enumerate(flat) if not is_equality(e) or k and is_side_condition(e, flat[0])), len(flat))
        conditions = flat[lead:]
        if conditions and (is_equality(flat[0]) or any(is_side_condition(c, flat[0]) for c in conditions)):
            body = flat[0] if lead == 1 else apply("and", *flat[:lead], span=span)
            return apply("where", body, *conditions, span=span)
        return apply("and", *flat, span=span)

    def shared_condition(self, flat: list[Term]) -> bool:
        """`x, y > 0` and `i, j in S`: several names under one relation."""
        last = flat[-1]
        if last.kind != "relation" or not all(as_name(x).kind == "symbol" or x.is_apply("index") for x in (*flat[:-1], last.args[0])):
            return False
        return not any(name in walk(last) or last.args[0] in walk(name) for name in flat[:-1])

    def clause(self) -> Term:
        """A statement or expression, and the conditions after it: `where`, `for all`, `if`, `(i != j)`."""
        first = self.i
        term = self.conditioned(self.logic(0), first)
        if self.tok.kind == "and" and term.is_apply("where"):
            self.i += 1
            return apply("and", term, self.clause(), span=self.span(first))
        return term

    def conditioned(self, body: Term, first: int) -> Term:
        """The statement with the conditions that stand after it."""
        conditions: list[Term] = []
        while True:
            kind = self.tok.kind
            if kind == "where":
                word = self.tok.text
                self.i += 1
                self.skip_fillers()
                condition = self.quantified(False) if self.tok.kind in ("all", "forall") else self.ranged_condition()
                parted = word == "if" and self.tok.kind == "," and self.tokens[self.i + 1].kind == "else"
                if word == "if" and (self.tok.kind == "else" or parted):
                    self.i += 1 + parted
                    return self.cases_by_else(body, condition, self.clause(), first)
                conditions.append(condition)
            elif kind == "forall":
                conditions.append(self.quantified(False))
            elif kind == "otherwise" or kind == "else" and self.tokens[self.i + 1].kind in (")", "]", "}", ",", ";", "eof", "row", "end"):
                self.i += 1
                conditions.append(constant("true"))
            elif kind == "(" and is_statement(body) and self.holds_relation(self.i):
                self.i += 1
                conditions.append(self.clause())
                self.expected(")", "the end of the condition")
            elif kind == "such" and self.tokens[self.i + 1].kind == "such":
                self.i += 2
                conditions.append(self.logic(0))
            else:
                break
        if not conditions:
            return body
        if body.is_apply("where"):
            return apply("where", *body.args, *conditions, span=self.span(first))
        return apply("where", body, *conditions, span=self.span(first))

    def cases_by_else(self, body: Term, condition: Term, other: Term, first: int) -> Term:
        """`x if x > 0 else -x`; the left side of an equation (`f(x) = x if ...`) stays outside."""
        span = self.span(first)
        value = body.args[-1] if is_equality(body) else body
        rest = other.args if other.kind == "tuple" and other.name == "cases" else (apply("where", other, constant("true")),)
        cases = collection("cases", apply("where", value, condition), *rest, span=span)
        return relation(body.signs, *body.args[:-1], cases, span=span) if is_equality(body) else cases

    def skip_fillers(self) -> None:
        while self.tok.kind == "such" or self.tok.kind == ":" or self.tok.kind == "where" and self.tok.text in ("for", "with", "if"):
            self.i += 1

    def holds_relation(self, k: int) -> bool:
        """Does the bracket at k hold a relation of its own?"""
        end = self.partner[k]
        k += 1
        while k < end:
            if self.tokens[k].kind in ("rel", "forall"):
                return True
            k = self.partner[k] + 1 if self.tokens[k].kind in ("(", "[", "{", "lset") else k + 1
        return False

    # ------------------------------------------------------------------------------------------------------- logic, relations

    def logic(self, power: int) -> Term:
        """A relation, or relations joined by connectives that bind more tightly than `power`."""
        first = self.i
        left = self.relation()
        while True:
            kind = self.tok.kind
            level = LOGIC.get(kind)
            if level is None or level <= power:
                return left
            operands, words = [left], []
            group = ("implies", "impliedby") if level == 2 else (kind,)
            while self.tok.kind in group and (level != 3 or not words or words[-1] == self.tok.text):
                words.append(self.tok.text)
                self.i += 1
                operands.append(self.logic(level))
            left = self.connect(operands, words, first)

    def connect(self, operands: list[Term], words: list[str], first: int) -> Term:
        span = self.span(first)
        word = words[0]
        if word in ("implies", "impliedby", "because"):
            if len(operands) == 2 and word == "implies" and not any(is_statement(o) or o.kind == "symbol" and o.name.isupper() for o in operands) \
                    and self.tokens[first:self.i] and any(t.mark == "=>" for t in self.tokens[first:self.i]):
                self.note("`=>` between two expressions is read as >=", span, "arrow_as_relation", "guess")
                return relation(">=", *operands, span=span)
            pairs = [apply("implies", a, b, span=span) if w == "implies" else apply("implies", b, a, span=span)
                     for a, b, w in zip(operands, operands[1:], words)]
            return pairs[0] if len(pairs) == 1 else apply("and", *pairs, span=span)
        if word == "iff":
            pairs = [apply("iff", a, b, span=span) for a, b in zip(operands, operands[1:])]
            return pairs[0] if len(pairs) == 1 else apply("and", *pairs, span=span)
        if word == "xor" or word == "xnor":
            left = operands[0]
            for right in operands[1:]:
                left = apply("xor", left, right, span=span)
                left = apply("not", left, span=span) if word == "xnor" else left
            return left
        if operands[0].kind == "relation" and operands[0].signs in (("=",), ("!=",)):
            name = operands[0].args[0]
            sign = operands[0].signs
            operands = [o if is_statement(o) or o.kind == "symbol" and word == "and" else relation(sign, name, o, span=o.span) for o in operands]
        elif not any(is_statement(o) or o.kind == "symbol" for o in operands) or any(o.kind in ("number", "tuple") for o in operands):
            self.note(f"a list joined by \"{word}\"", span, "bare_list")
            return collection("set" if self.expect in ("set", "interval") else "list", *operands, span=span)
        formulas = [o for o in operands if not is_statement(o) and o.kind in ("number", "apply") and o.name not in _NAMED]
        if formulas and any(is_statement(o) for o in operands):
            raise self.fail(f"\"{word}\" between a statement and a formula", self.tokens[first], "Write a statement on either side.")
        return apply(word, *operands, span=span)

    def relation(self) -> Term:
        """A sum, or a chain of sums with relation signs between them; also "not ..." and quantified statements."""
        kind = self.tok.kind
        first = self.i
        if kind == "not":
            self.i += 1
            return apply("not", self.relation(), span=self.span(first))
        if kind in ("forall", "exists", "all") or kind == "where" and self.tok.text == "for" and self.tokens[first + 1].kind == "all":
            return self.quantified(True)
        if kind == "where" and self.tok.text in ("if", "for", "with", "when", "as", "where") and self.i == 0:
            self.i += 1
            return self.leading_condition(first)
        if kind == "lambda":
            return self.python_lambda(first)
        left = self.sum_()
        kind = self.tok.kind
        if kind not in _CHAIN:
            if self.modulus is not None:
                left, self.modulus = apply("mod", left, self.modulus, span=self.span(first)), None
            return left
        return self.chain(left, first)

    def leading_condition(self, first: int) -> Term:
        """`if n < t` and `for all i: ...` at the very start: the condition, or the statement that it belongs to."""
        if self.tok.kind in ("all", "forall"):
            return self.quantified(True)
        condition = self.ranged_condition()
        if self.tok.kind == "then" or self.tok.kind in (",", ":") and any(x.kind == "rel" for x in self.tokens[self.i:]):
            self.i += 1
            if self.tok.kind == "then":
                self.i += 1
            body = self.logic(0)
            if all(x.kind == "symbol" or x.kind == "apply" and x.name in ("and", "or", "not", "implies", "iff", "xor") for x in (body, condition)):
                return apply("implies", condition, body, span=self.span(first))
            return apply("where", body, condition, span=self.span(first))
        return condition

    def ranged_condition(self) -> Term:
        """A condition, with the range of an index behind it (`i = 1, ..., n`)."""
        first = self.i
        condition = self.logic(0)
        dots = [t.kind for t in self.tokens[self.i:self.i + 3]] == [",", "dots", ","]
        if not dots or condition.kind != "relation":
            return condition
        self.i += 1
        between = self.read_dots(self.tok)
        self.i += 1
        return with_ranges([condition, between, self.sum_()])[0].at(self.span(first))

    def chain(self, left: Term, first: int) -> Term:
        sides, signs = [left], []
        congruent = False
        while True:
            t = self.tok
            kind, sign = t.kind, t.text
            if kind == "rel":
                if self.i in self.halved:
                    sign = "="
            elif kind == "not" and self.tokens[self.i + 1].kind == "rel" and self.tokens[self.i + 1].text == "in":
                self.i += 1
                sign = "notin"
            elif kind == "not_":
                sign = self.negated()
            elif kind == "arrow":
                if self.tokens[self.i + 1].kind == "{":
                    self.i = self.partner[self.i + 1]
            elif kind == "mid" and t.mark in ("\\mid", "\\given") and not self.in_arguments:
                sign = "divides"
            elif kind == "mid" and left.kind in ("tuple", "constant") and len(sides) == 1 and not self.in_arguments:
                self.i += 1
                return apply("union", left, self.sum_(), span=self.span(first))
            elif kind == "over_" and (named := self.annotated_sign()):
                sign = named
            elif kind == "mapsto" and len(sides) == 1:
                return self.mapping(left, first)
            else:
                break
            if sign == "parallel" and self.text[t.start:t.start + 1] == "|":
                self.note("`||` between two formulas is read as \"parallel\"; it may mean \"or\"", Span(t.start, t.end), "double_bar", "guess")
            congruent = congruent or t.mark in _CONGRUENT
            self.i += 1
            signs.append(sign)
            if self.tok.kind in ("eof", ")", "]", "}"):
                raise self.fail(f"`{self.typed(t)}` has nothing on its right", t)
            sides.append(self.sum_())
        if not signs:
            return left
        if not _SET_RELATIONS.isdisjoint(signs):
            sides = [self.as_interval(s) if k else s for k, s in enumerate(sides)]
        span = self.span(first)
        if self.modulus is not None:
            sides, self.modulus = [apply("mod", s, self.modulus, span=s.span) for s in sides], None
        if congruent and sides[-1].is_apply("mod", 2) and not any(s.is_apply("mod") for s in sides[:-1]):
            sides[:-1] = [apply("mod", s, sides[-1].args[1], span=s.span) for s in sides[:-1]]
        return relation(tuple(signs), *sides, span=span)

    def python_lambda(self, first: int) -> Term:
        """`lambda x, y: x + y`."""
        self.i += 1
        names = [self.operand()]
        while self.tok.kind == ",":
            self.i += 1
            names.append(self.operand())
        self.expected(":", "a colon")
        bound = tuple(as_name(n) for n in names)
        if any(b.kind != "symbol" for b in bound):
            raise self.fail("a mapping needs names before its colon", self.tokens[first])
        return binder("lambda", bound, self.bound_in(self.clause(), bound), span=self.span(first))

    def mapping(self, left: Term, first: int) -> Term:
        r"""`x \mapsto x^2`."""
        self.i += 1
        bound = tuple(as_name(b) for b in (left.args if left.kind == "tuple" else (left,)))
        if any(b.kind != "symbol" for b in bound):
            raise self.fail("only names can stand before the arrow of a mapping", self.tokens[first])
        return binder("lambda", bound, self.bound_in(self.sum_(), bound), span=self.span(first))


def is_statement(term: Term) -> bool:
    """Does the term say something that is true or false?"""
    if term.kind == "relation":
        return True
    if term.kind == "apply":
        if term.name == "where":
            return is_statement(term.args[0])
        return term.name in ("and", "or", "not", "implies", "iff", "xor")
    return term.kind == "binder" and term.name in ("forall", "exists") or term.kind == "constant" and term.name in ("true", "false")


def with_ranges(entries: list[Term]) -> list[Term]:
    """`i = 1, ..., n` is one condition: the relation with what stands before and behind the dots as a list."""
    made: list[Term] = []
    k = 0
    while k < len(entries):
        term = entries[k]
        last = term.args[-1] if term.is_apply("where") else term
        dotted = k + 2 < len(entries) and entries[k + 1].kind == "text" and entries[k + 1].name == "..." and not is_statement(entries[k + 2])
        if dotted and last.kind == "relation" and last.signs[-1] in ("=", "in") and last.args[-1].kind in ("number", "symbol", "apply"):
            values = collection("list", last.args[-1], entries[k + 1], entries[k + 2])
            last = relation(last.signs, *last.args[:-1], values)
            made.append(term.with_args((*term.args[:-1], last)) if term.is_apply("where") else last)
            k += 3
        else:
            made.append(term)
            k += 1
    return made


def is_equality(term: Term) -> bool:
    """Is every sign of the chain an equals sign (or a definition)?"""
    return term.kind == "relation" and all(s in ("=", ":=") for s in term.signs)


def is_side_condition(term: Term, main: Term) -> bool:
    """Does the statement only say for which indices the main one holds (`i != j`, `for all i`, `j in S`)?"""
    if term.kind == "binder" and term.name == "forall":
        return True
    if term.kind != "relation" or term.args[0].kind != "symbol" or main.kind != "relation":
        return False
    last = term.args[-1]
    return term.signs[0] in ("!=", "in", "notin") or last.kind == "tuple" and any(x.kind == "text" and x.name == "..." for x in last.args)


def is_set(term: Term) -> bool:
    """Is the term a set of numbers by its form (ℝ, an interval, braces, a product of sets)?"""
    return term.kind == "constant" and term.name in ("RR", "ZZ", "NN", "QQ", "CC") or term.kind == "tuple" and term.name in ("set", "interval") \
        or term.is_apply("times")
