"""Typed statements about densities as terms, for tests that do not want the reader in between.

E[q(z|x)](f(z) + 1), sum[z](...), int[z](...), sum[i,n](...), KL(q(z|x), p(z)), H(q(z)), Var[q(z)](f(z)), log, exp, sqrt, + - * / ^, z' for a
copy of z, x_i for an index, p_theta(x), p(x; theta), numbers. Other letters before a bracket are functions.
"""

from __future__ import annotations

import re
from fractions import Fraction

from grader.term import Term, apply, binder, collection, constant, number, relation, symbol

TOKENS = re.compile(r"\d+(?:\.\d+)?|[A-Za-z]+|<=|>=|[-+*/^()\[\],|;=<>~_']")


class Notation:
    def __init__(self, text: str) -> None:
        self.tokens = TOKENS.findall(text)
        self.k = 0

    def peek(self) -> str:
        return self.tokens[self.k] if self.k < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if wanted and token != wanted:
            raise ValueError(f"expected {wanted!r}, found {token!r} in {' '.join(self.tokens)}")
        self.k += 1
        return token

    def sum(self) -> Term:
        parts = [self.product()]
        while self.peek() in ("+", "-"):
            sign = self.take()
            part = self.product()
            parts.append(apply("neg", part) if sign == "-" else part)
        return parts[0] if len(parts) == 1 else apply("add", *parts)

    def product(self) -> Term:
        found = self.unary()
        while self.peek() in ("*", "/"):
            found = apply("mul" if self.take() == "*" else "div", found, self.unary())
        return found

    def unary(self) -> Term:
        if self.peek() == "-":
            self.take()
            return apply("neg", self.unary())
        base = self.atom()
        if self.peek() == "^":
            self.take()
            return apply("pow", base, self.unary())
        return base

    def name(self) -> Term:
        found = symbol(self.take())
        while self.peek() in ("_", "'"):
            if self.take() == "'":
                found = apply("prime", found, number(1))
            else:
                found = apply("index", found, number(int(self.take())) if self.peek().isdigit() else symbol(self.take()))
        return found

    def arguments(self) -> Term:
        """One side of a bar: a variable, `z = k`, or a tuple."""
        found = []
        while True:
            item = self.sum()
            if self.peek() == "=":
                self.take()
                item = relation("=", item, self.sum())
            found.append(item)
            if self.peek() != ",":
                return found[0] if len(found) == 1 else collection("tuple", *found)
            self.take()

    def call(self, head: Term) -> Term:
        self.take("(")
        first = self.arguments()
        args = first.args if first.kind == "tuple" else (first,)
        if self.peek() == "|":
            self.take()
            args = (apply("given", first, self.arguments()),)
        if self.peek() == ";":
            self.take()
            inside = args[0] if len(args) == 1 else collection("tuple", *args)
            args = (apply("semicolon", inside, self.arguments()),)
        self.take(")")
        return apply("call", head, *args)

    def bracket(self) -> list[Term]:
        self.take("[")
        found = []
        while self.peek() != "]":
            found.append(self.sum())
            if self.peek() == "~":
                self.take()
                found[-1] = relation("~", found[-1], self.sum())
            if self.peek() == ",":
                self.take()
        self.take("]")
        return found

    def body(self) -> Term:
        self.take("(")
        found = self.sum()
        self.take(")")
        return found

    def atom(self) -> Term:
        token = self.peek()
        if token == "(":
            return self.body()
        if token[0].isdigit():
            return number(Fraction(self.take()))
        nxt = self.tokens[self.k + 1] if self.k + 1 < len(self.tokens) else ""
        if token in ("E", "Var") and nxt == "[":
            self.take()
            over = self.bracket()
            law = over[0] if len(over) == 1 else collection("tuple", *over)
            return apply("expectation" if token == "E" else "variance", self.body(), law)
        if token in ("sum", "int") and nxt == "[":
            self.take()
            names = self.bracket()
            kind = "sum" if token == "sum" else "integral"
            if len(names) == 2 and names[1].name in "nmNM":
                return binder(kind, (names[0],), self.body(), number(1), names[1])
            return binder(kind, tuple(names), self.body())
        if token in ("KL", "H") and nxt == "(":
            self.take()
            self.take("(")
            args = [self.sum()]
            while self.peek() == ",":
                self.take()
                args.append(self.sum())
            self.take(")")
            return apply("kl" if token == "KL" else "entropy", *args)
        if token in ("log", "exp", "sqrt") and nxt == "(":
            self.take()
            return apply(token, self.body())
        if token == "pi":
            self.take()
            return constant("pi")
        head = self.name()
        return self.call(head) if self.peek() == "(" else head


def read_expression(text: str) -> Term:
    notation = Notation(text)
    found = notation.sum()
    if notation.peek():
        raise ValueError(f"{notation.peek()!r} is left over in {text!r}")
    return found


def read_statement(text: str) -> tuple[str, Term, Term]:
    """Sign (=, <=, <) and two sides; >= and > are turned round."""
    depth, cut = 0, None
    for found in re.finditer(r"<=|>=|[()\[\]=<>]", text):
        if found[0] in "([":
            depth += 1
        elif found[0] in ")]":
            depth -= 1
        elif depth == 0:
            cut = found
            break
    assert cut is not None, text
    left, right = read_expression(text[:cut.start()]), read_expression(text[cut.end():])
    sign = cut[0]
    return (sign.replace(">", "<"), right, left) if ">" in sign else (sign, left, right)
