"""Hypotheses made on the way: what they add to what is known, and what words alone declare.

Bounds and fields of single names become part of their domains; everything else is a condition that claims carry.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from grader.domain import Domain
from grader.term import Term, constant, number, relation, symbol
from grader.theories._theory import AT_MOST, Context

_TURN = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


_DECLARES = re.compile(r"(?<![A-Za-z\\])(?P<names>\$?[A-Za-z](?:_\w)?\$?(?:\s*(?:,|and|,\s*and)\s*\$?[A-Za-z](?:_\w)?\$?)*)\s+(?:is|are|be|denotes?)\s+"
                       r"(?:an?\s+|any\s+|all\s+|both\s+|some\s+|fixed\s+|given\s+)*(?P<words>(?:(?:strictly|positive|negative|nonnegative|non-negative|nonzero|"
                       r"non-zero|real|integer|integers|natural|naturals|reals|numbers?|rational|complex|even|odd)\s*)+)(?=[\s.,;:]|$)")


def declared(text: str) -> list[Term]:
    """Hypotheses that words alone make: "where n is a positive integer", "let a and b be real numbers"."""
    made: list[Term] = []
    for found in _DECLARES.finditer(text):
        words = set(re.findall(r"[a-z]+(?:-[a-z]+)?", found["words"].lower()))
        zero = number(0)
        signs = [sign for word, sign in (("positive", ">"), ("negative", "<"), ("nonnegative", ">="), ("non-negative", ">="), ("nonzero", "!="), ("non-zero", "!="))
                 if word in words]
        fields = [name for some, name in (({"integer", "integers", "natural", "naturals", "even", "odd"}, "ZZ"), ({"real", "reals"}, "RR"),
                                          ({"rational"}, "QQ"), ({"complex"}, "CC")) if some & words]
        for name in re.findall(r"[A-Za-z](?:_\w)?", re.sub(r"\band\b", ",", found["names"])):
            made += [relation("in", symbol(name), constant(f)) for f in fields] + [relation(s, symbol(name), zero) for s in signs]
            made += [relation(">=", symbol(name), zero)] if {"natural", "naturals"} & words else []
    return made


_INDUCTION = re.compile(r"\binduct|\bbase\s+case\b|^\W*base\s*:|\bbasis\s+step\b", re.IGNORECASE | re.MULTILINE)
_COUNTED = re.compile(r"(?<![A-Za-z\\_^])(?P<name>[nkmN])\s*(?P<sign>=|>=|≥|>|\\geq?(?![a-z]))\s*(?P<bound>\d{1,4})(?![\d.]|\s*[-+*/^A-Za-z(])")


def counted_by_induction(text: str) -> dict[str, Domain]:
    """For a proof by induction: its counters (n, k, m) as whole numbers from where it begins (1 where it does not say)."""
    if not _INDUCTION.search(text):
        return {}
    bounds = [Fraction(int(m["bound"])) + (m["sign"] == ">") for m in _COUNTED.finditer(text)]
    used = set(re.findall(r"(?<![A-Za-z\\])[nkm](?![A-Za-z])", text))
    return {name: Domain("integer", min(bounds, default=Fraction(1))) for name in sorted(used)}


def assuming(context: Context, condition: Term) -> Context:
    """The context in which the condition holds as well: bounds and fields of single symbols become part of their domains."""
    if condition.is_apply("and"):
        for part in condition.args:
            context = assuming(context, part)
        return context
    smaller = narrowed(context, condition)
    if smaller is not None:
        return smaller
    if condition.kind == "relation" and condition.args[0].kind == "tuple" and condition.args[0].name in ("list", "tuple"):
        for name in condition.args[0].args:  # "a, b > 0"
            context = assuming(context, relation(condition.signs, name, *condition.args[1:]))
        return context
    return replace(context, conditions=(*context.conditions, condition))


def narrowed(context: Context, condition: Term) -> Context | None:
    """The context with a smaller domain for the one symbol of a condition such as x > 0, n in NN, x != 0; None for other conditions."""
    if condition.kind != "relation" or len(condition.signs) != 1:
        return None
    (left, right), sign = condition.args, condition.signs[0]
    if left.kind != "symbol" and right.kind == "symbol" and sign in _TURN:
        left, right, sign = right, left, _TURN[sign]
    if left.kind != "symbol":
        return None
    domain = context.domain(left.name)
    if sign == "in" and right.kind == "constant":
        fields = {"RR": "real", "ZZ": "integer", "QQ": "rational", "CC": "complex"}
        if right.name == "NN":
            domain = replace(domain, field="integer", lower=max(domain.lower or 0, 0))  # type: ignore[type-var]
        elif right.name in fields:
            domain = replace(domain, field=fields[right.name]) if domain.field in ("complex", "real") else domain
        else:
            return None
    else:
        value = -right.args[0].value if right.is_apply("neg") and right.args[0].kind == "number" else right.value if right.kind == "number" else None
        if value is None:
            return None
        real = replace(domain, field="real") if domain.field == "complex" else domain
        if sign == "!=" and value == 0:
            domain = replace(domain, nonzero=True)
        elif sign in (">", ">=") and (real.lower is None or value >= real.lower):
            domain = replace(real, lower=value, lower_strict=sign == ">" or real.lower_strict and value == real.lower)
        elif sign in ("<", "<=") and (real.upper is None or value <= real.upper):
            domain = replace(real, upper=value, upper_strict=sign == "<" or real.upper_strict and value == real.upper)
        elif sign not in AT_MOST:
            return None
    return replace(context, domains=tuple(sorted({**dict(context.domains), left.name: domain}.items())))
