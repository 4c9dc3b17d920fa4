"""Replays equality of real functions by one-to-one functions of both sides, and by undoing inverse functions.

exponential  left = right where e^(m left) = e^(m right), m a natural number: the exponential is one-to-one on the reals. Logarithms become factors:
             the
             exponential of (p/q) log u, with m = q, is u^p, and that of p log|u| is u^p for an even p. That u > 0 for each logarithm is added to the
             conditions.
wave         two numbers between -pi/2 and pi/2 (0 and pi) are equal where their sines (cosines) are.
power        left = right where left^k = right^k, with both sides at least zero for an even k.
undone       derivatives are carried out by the rules; sin(asin u), cos(acos u) and tan(atan u) are u, where -1 <= u <= 1 for the first two; cosh,
             sinh,
             tanh of their inverses likewise.

Each is a claim about what is left, settled by the evidence given for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as changed
from fractions import Fraction
from math import lcm
from typing import Any

from grader import kernel
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Follows, Status
from grader.replay import natures
from grader.replay.definitions import by_definition
from grader.replay.derivative import derivative
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.semantics import NoMeaning, is_real
from grader.term import Term, apply, constant, free_names, literal, number, relation, walk

MAX_TIMES = 12
ZERO, ONE = number(0), number(1)
LOGARITHMIC = frozenset("asinh acosh atanh softplus".split())


def _settled(claim: Claim, evidence: Any) -> Finding:
    method, data = evidence
    return kernel.settle(claim, Evidence(method, data), permitted=()).finding


def proved(claim: Claim, evidence: Any) -> Finding:
    """What the evidence finds, which must be PROVED. Fails with `Refused`."""
    found = _settled(claim, evidence)
    if found.status is not Status.PROVED:
        raise Refused("what is left is not proved")
    return found


def sides_of(claim: Claim) -> tuple[Term, Term]:
    """The sides of an equation of real numbers. Fails with `Refused` for another claim."""
    left, right = claim.conclusion.left, claim.conclusion.right  # type: ignore[union-attr]
    natures.must(left, "number")
    natures.must(right, "number")
    try:
        if not is_real(claim):
            raise Refused("not over the real numbers")
    except NoMeaning as error:
        raise Refused(str(error)) from error
    return left, right


# ------------------------------------------------------------------------------------------------------------- one-to-one


def exponentials(claim: Claim) -> Claim:
    """The claim for the exponentials of a multiple of both sides. Fails with `Refused` where no logarithm goes."""
    left, right = sides_of(claim)
    parts = [_logarithms(t, Fraction(1)) for t in (left, right)]
    factors = [f for logs, _ in parts for f, _ in logs]
    if not factors:
        raise Refused("no logarithms")
    times = lcm(*[f.denominator for f in factors])
    if any(u.is_apply("abs", 1) and f * times % 2 for logs, _ in parts for f, u in logs):
        times *= 2
    if times > MAX_TIMES or any(abs(f * times) > MAX_TIMES for f in factors):
        raise Refused("exponents that are too large")
    if any(not free_names(u) and not less(ZERO, u) for logs, _ in parts for _, u in logs):
        raise Refused("the logarithm of a number that is not positive")
    sides = [_product(logs, rest, times) for logs, rest in parts]
    conditions = [relation("!=", u.args[0], ZERO) if u.is_apply("abs", 1) else relation(">", u, ZERO)
                  for logs, _ in parts for _, u in logs if free_names(u)]
    return changed(claim, conclusion=Equal(*sides), conditions=tuple(dict.fromkeys((*claim.conditions, *conditions))), label="")


def _logarithms(term: Term, factor: Fraction) -> tuple[list[tuple[Fraction, Term]], list[tuple[Fraction, Term]]]:
    """Pairs (r, u) and (r, t): the term times the factor is the sum of all r log u and r t."""
    if term.is_apply("add"):
        both = [_logarithms(a, factor) for a in term.args]
        return [x for logs, _ in both for x in logs], [x for _, rest in both for x in rest]
    if term.is_apply("neg", 1):
        return _logarithms(term.args[0], -factor)
    if term.is_apply("div", 2) and literal(term.args[1]):
        return _logarithms(term.args[0], factor / literal(term.args[1]))  # type: ignore[operator]
    if term.is_apply("mul"):
        values = [literal(a) for a in term.args]
        others = [a for a, v in zip(term.args, values) if v is None]
        if len(others) == 1:
            for v in values:
                factor *= 1 if v is None else v
            return _logarithms(others[0], factor)
    if term.kind == "apply" and term.name in LOGARITHMIC:
        return _logarithms(by_definition(term) or term, factor)
    if term.is_apply("log", 1):
        return [(factor, term.args[0])], []
    return [], [(factor, term)]


def less(a: Term, b: Term, strict: bool = True) -> bool:
    """Is a below b (not above, without `strict`), for two terms without symbols? Fails with `Refused` where that is not seen."""
    if a == b:
        return not strict
    for digits in (30, 100):
        ev = Evaluator({}, real=True, digits=digits)
        try:
            return ev.e.sign(ev.e.sub(ev.value(b), ev.value(a))) > 0
        except Unsure:
            continue
        except (Undefined, Unsupported) as error:
            raise Refused(f"a break without value: {error}") from error
    raise Refused("breaks that are not told apart")


def _product(logs: list[tuple[Fraction, Term]], rest: list[tuple[Fraction, Term]], times: int) -> Term:
    factors = []
    for r, u in logs:
        n = int(r * times)
        if u.is_apply("abs", 1) and n % 2 == 0:
            u = u.args[0]
        if n:
            factors.append(u if n == 1 else apply("pow", u, number(n)))
    sums = [t if r * times == 1 else apply("mul", number(r * times), t) for r, t in rest]
    if sums:
        factors.append(apply("exp", sums[0] if len(sums) == 1 else apply("add", *sums)))
    return ONE if not factors else factors[0] if len(factors) == 1 else apply("mul", *factors)


def powers(claim: Claim, k: int) -> Claim:
    """The claim for the k-th powers of both sides."""
    left, right = sides_of(claim)
    return changed(claim, conclusion=Equal(apply("pow", left, number(k)), apply("pow", right, number(k))), label="")


def is_nonnegative(claim: Claim, term: Term, strict: bool = False) -> bool:
    """Is the term at least (above, with `strict`) zero wherever it has a value, by the way it is built?"""
    if term.kind == "number":
        return (term.value or 0) > 0 if strict else True
    if term.kind == "constant":
        return term.name in ("pi", "e")
    if term.kind == "symbol":
        domain = claim.domain(term.name)
        return domain.is_positive if strict else domain.is_nonnegative
    if term.kind != "apply":
        return False
    op, args = term.name, term.args
    if op in ("exp", "cosh", "sech"):
        return True
    if op == "abs" and not strict:
        return True
    if op in ("sqrt", "root"):
        return not strict and op == "sqrt" or is_nonnegative(claim, args[0], strict)
    if op == "add":
        return all(is_nonnegative(claim, a) for a in args) and (not strict or any(is_nonnegative(claim, a, True) for a in args))
    if op in ("mul", "div"):
        return all(is_nonnegative(claim, a, strict) for a in args)
    if op == "pow":
        even = args[1].kind == "number" and args[1].value is not None and args[1].value.denominator == 1 and args[1].value % 2 == 0
        return even and not strict or is_nonnegative(claim, args[0], strict) or args[0] == constant("e")
    if op == "max":
        return any(is_nonnegative(claim, a, strict) for a in args)
    return False


def existing(claim: Claim) -> tuple[Term, ...]:
    """Conditions that hold wherever both sides have values: under roots, logarithms and lines of fractions."""
    found: list[Term] = []
    for node in (n for side in sides_of(claim) for n in walk(side)):
        if node.kind in ("binder", "tuple"):
            raise Refused("a part that need not be looked at for a value")
        if node.is_apply("div", 2):
            found.append(relation("!=", node.args[1], ZERO))
        elif node.is_apply("sqrt") or node.is_apply("root", 2) and node.args[1].kind == "number" and (node.args[1].value or 1) % 2 == 0:
            found.append(relation(">=", node.args[0], ZERO))
        elif node.is_apply("log", 1):
            found.append(relation(">", node.args[0], ZERO))
    return tuple(c for c in dict.fromkeys(found) if free_names(c))


def not_below(claim: Claim, side: Term) -> Claim:
    """The claim that the side is at least zero wherever both sides have values."""
    return changed(claim, conclusion=Follows(existing(claim), relation(">=", side, ZERO)), label="")


def waves(claim: Claim, op: str) -> Claim:
    """The claim for the sines (cosines) of two numbers that lie between -pi/2 and pi/2 (0 and pi). Fails with `Refused` for others."""
    left, right = sides_of(claim)
    if op not in ("sin", "cos") or free_names(left) or free_names(right):
        raise Refused("not the sine or cosine of numbers")
    half = apply("div", constant("pi"), number(2))
    low, high = (apply("neg", half), half) if op == "sin" else (ZERO, constant("pi"))
    if not all(less(low, side) and less(side, high) for side in (left, right)):
        raise Refused("a number outside of the range")
    return changed(claim, conclusion=Equal(apply(op, left), apply(op, right)), label="")


def check_injective(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when the claim for the exponentials or powers is. Fails with `Refused`."""
    if data["by"] == "exponential":
        return proved(exponentials(claim), data["evidence"])
    if data["by"] == "wave":
        return proved(waves(claim, data["op"]), data["evidence"])
    k = data["k"]
    if data["by"] != "power" or type(k) is not int or not 2 <= k <= 6:
        raise Refused("no such one-to-one function")
    found = [proved(powers(claim, k), data["evidence"])]
    if k % 2 == 0:
        for side, evidence in zip(sides_of(claim), data["signs"], strict=True):
            if evidence is not None:
                found.append(proved(not_below(claim, side), evidence))
            elif not is_nonnegative(claim, side):
                raise Refused("a side that may be negative")
    facts = tuple(dict.fromkeys(f for x in found for f in x.facts))
    return changed(found[0], facts=facts)


# ----------------------------------------------------------------------------------------------------------------- undone


def undone(claim: Claim) -> Claim:
    """The claim with inverse functions undone. Fails with `Refused` where there are none."""
    left, right = sides_of(claim)
    conditions: list[Term] = []
    sides = [_undo(t, conditions) for t in (left, right)]
    if sides == [left, right]:
        raise Refused("nothing to undo")
    return changed(claim, conclusion=Equal(*sides), conditions=tuple(dict.fromkeys((*claim.conditions, *conditions))), label="")


_INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan", "sinh": "asinh", "cosh": "acosh", "tanh": "atanh"}


def _undo(term: Term, conditions: list[Term]) -> Term:
    if term.kind != "apply" or not term.args:
        return term
    node = term.with_args(tuple(_undo(a, conditions) for a in term.args))
    inner = node.args[0]
    if node.name in ("derivative", "partial") and len(node.args) == 3 and node.args[1].kind == "symbol" and node.args[2].kind == "number":
        return _carried_out(node, conditions)
    if node.name not in _INVERSES or not inner.is_apply(_INVERSES[node.name], 1):
        return node
    u = inner.args[0]
    bounds = {"sin": ((">=", -1), ("<=", 1)), "cos": ((">=", -1), ("<=", 1)), "cosh": ((">=", 1),), "tanh": ((">", -1), ("<", 1))}.get(node.name, ())
    if free_names(u):
        conditions += [relation(sign, u, number(bound)) for sign, bound in bounds]
    elif not all(less(number(bound), u, sign == ">") if sign[0] == ">" else less(u, number(bound), sign == "<") for sign, bound in bounds):
        return node
    return u


def _carried_out(node: Term, conditions: list[Term]) -> Term:
    """The derivative by the rules, where the function itself has a value."""
    body, x, order = node.args
    if order.value not in (1, 2, 3) or x.name not in free_names(body) or any(n.kind != "apply" and n.args for n in walk(body)):
        return node
    conditions.append(relation("=", body, body))
    try:
        for _ in range(int(order.value)):
            body = derivative(body, x.name)
    except Unsupported as error:
        raise Refused(str(error)) from error
    return body


def check_undone(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED when the claim without the inverse functions is. Fails with `Refused`."""
    return proved(undone(claim), data["evidence"])


RULES = {"injective": check_injective, "undone": check_undone}
