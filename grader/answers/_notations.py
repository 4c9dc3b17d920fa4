"""Notations of answers put in plain terms before they are compared: sums over a condition, dots, membership in the real numbers.

sums          `sum over 1 <= i < j <= n`, `over n >= 1`, `over d | 12`, `over k in {1, 3}` as sums with a first and a last index, or written out
dots          1 + 3 + ... + (2n - 1), 1 * 2 * ... * n, {1, 2, ..., 5}: the term behind the dots is a formula that gives the leading terms for
              whole numbers next to one another; of plain numbers, an arithmetic or geometric progression. Where two formulas fit, none is taken.
vec AB        from the point A to the point B, where it stands in sums: the difference of the two
Delta x       one name, where Delta stands directly before a name everywhere; y' beside dy/dx is that derivative
x in RR       says nothing of a symbol that is real, beside another condition on it

What is not understood stays as it was, and is then open.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor

from grader.domain import Domain
from grader.replay import natures
from grader.term import Term, apply, binder, collection, constant, free_names, number, replace, symbol, text, walk

MARKS = frozenset(("...", "sum", "product", "set_of", "where", "vec", "Delta", "delta", "derivative"))
"""Names of the nodes in these notations: a claim without any of them has none."""
MOST_WRITTEN = 200
"""Terms that dots between numbers may stand for."""
MOST_DIVIDED = 10**6
_DOTS = text("...")
_OO = constant("oo")
_STARTS = (1, 0, 2, -1, 3)
_PLACES = (Fraction(7, 3), Fraction(11, 5), Fraction(-13, 7))
"""Values of other symbols at which a formula is held against the leading terms."""


def plain(term: Term, domains: Mapping[str, Domain]) -> Term:
    """The term without these notations, as far as they are understood."""
    if not any(node == _DOTS or node.kind == "binder" and node.name in ("sum", "product", "set_of") and len(node.args) == 2 or node.is_apply("where")
               for node in walk(term)):
        return term
    node = term.with_args(tuple(plain(a, domains) for a in term.args)) if term.args else term
    if node.kind == "binder" and node.name in ("sum", "product") and len(node.args) == 2:
        return _over_condition(node) or node
    if _DOTS in node.args and node.kind == "apply" and node.name in ("add", "mul"):
        return _series(node) or node
    if _DOTS in node.args and node.kind == "tuple" and node.name in ("set", "list", "tuple"):
        return _entries(node) or node
    if node.kind == "binder" and node.name == "set_of" and len(node.args) == 2:
        return _whole_numbers(node) or node
    if node.is_apply("where") and natures.nature(node.args[0]) == "condition":
        return _conditions(node, domains)
    return node


def differences(declared: Mapping[str, Domain], *sides: Term) -> tuple[Term, ...]:
    """The sides with one name for Delta x, where Delta is not declared and stands directly before a name wherever it stands: it is no factor then."""
    for name in ("Delta", "delta"):
        if name in declared:
            continue
        mark, found = symbol(name), {}
        for node in (n for t in sides for n in walk(t) if n.is_apply("mul")):
            args, k = list(node.args), 0
            while k + 1 < len(args):
                if args[k] == mark and args[k + 1] != mark and (args[k + 1].kind == "symbol" or args[k + 1].is_apply("index")):
                    args[k:k + 2] = [symbol(f"{name}_{args[k + 1]}".replace("{", "").replace("}", ""))]
                k += 1
            if len(args) < len(node.args):
                found[node] = apply("mul", *args) if len(args) > 1 else args[0]
        made = tuple(_exchanged(t, found) for t in sides) if found else sides
        if found and not any(name in free_names(t) for t in made):
            sides = made
    return sides


def _exchanged(term: Term, found: Mapping[Term, Term]) -> Term:
    args = tuple(_exchanged(a, found) for a in term.args)
    if term in found:
        return found[term] if found[term].kind == "symbol" or not term.args else _inner(found[term], found)
    return term.with_args(args) if args else term


def _inner(term: Term, found: Mapping[Term, Term]) -> Term:
    return term.with_args(tuple(_exchanged(a, found) for a in term.args)) if term.args else term


def primes(*sides: Term) -> tuple[Term, ...]:
    """The sides with derivatives for primes, where y' stands beside dy/dx."""
    by: dict[str, set[Term]] = {}
    for node in (n for t in sides for n in walk(t) if n.is_apply("derivative", 3)):
        if node.args[0].kind == "symbol" and node.args[1].kind == "symbol":
            by.setdefault(node.args[0].name, set()).add(node.args[1])
    change = {n: apply("derivative", n.args[0], next(iter(by[n.args[0].name])), n.args[1]) for t in sides for n in walk(t)
              if n.is_apply("prime", 2) and n.args[0].kind == "symbol" and len(by.get(n.args[0].name, ())) == 1}
    return tuple(replace(t, change) for t in sides) if change else sides


def points(*sides: Term) -> tuple[Term, ...]:
    """The sides with B - A for the vector from A to B, where all of them are sums of numbers times such vectors: these are relations that hold for
    points of a line just when they hold in every space."""
    if not any(n.is_apply("vec") for t in sides for n in walk(t)) or not all(_is_combined(t) for t in sides):
        return sides
    change = {n: apply("add", symbol("point_" + n.args[0].name[1]), apply("neg", symbol("point_" + n.args[0].name[0])))
              for t in sides for n in walk(t) if n.is_apply("vec")}
    return tuple(replace(t, change) for t in sides)


def _is_combined(term: Term) -> bool:
    if term.is_apply("vec", 1):
        return term.args[0].kind == "symbol" and len(term.args[0].name) == 2 and term.args[0].name.isupper()
    if term.kind == "relation":
        return term.signs == ("=",) and all(map(_is_combined, term.args))
    if term.kind == "apply" and term.name in ("add", "neg"):
        return all(map(_is_combined, term.args))
    if term.is_apply("mul") or term.is_apply("div"):
        vectors = [a for a in term.args if free_names(a)]
        return len(vectors) == 1 and _is_combined(vectors[0]) and not (term.name == "div" and vectors[0] is term.args[1])
    return term == number(0)


def _conditions(node: Term, domains: Mapping[str, Domain]) -> Term:
    """Statements with conditions behind them hold together."""
    parts = [p for a in node.args for p in (a.args if a.is_apply("and") else (a,))]
    kept = [p for p in parts if not _is_real(p, domains, [q for q in parts if q is not p])]
    if any(p.kind == "relation" and p.signs == ("in",) and p.args[1].kind == "constant" for p in kept) or any(
            natures.nature(p) != "condition" for p in kept):
        return node
    return kept[0] if len(kept) == 1 else apply("and", *kept)


def _is_real(part: Term, domains: Mapping[str, Domain], others: list[Term]) -> bool:
    """Is it "x in RR" beside another condition on x, for an x that is real anyway?"""
    if part.kind != "relation" or part.signs != ("in",) or part.args[1] != constant("RR") or part.args[0].kind != "symbol":
        return False
    name = part.args[0].name
    domain = domains.get(name) or domains.get("*")
    return (domain is None or domain.is_real) and any(name in free_names(q) for q in others)


# ---- sums and products over a condition


def _over_condition(node: Term) -> Term | None:
    body, condition = node.args
    ranges = list(condition.args) if condition.is_apply("and") else [condition]
    for part in reversed(ranges):
        made = _over_one(node.name, body, part, {b.name for b in node.bound if b.kind == "symbol"})
        if made is None:
            return None
        body = made
    return body if not {b.name for b in node.bound} & free_names(body) else None


def _over_one(name: str, body: Term, part: Term, bound: set[str]) -> Term | None:
    """The sum or product over one chain of comparisons, one divisibility, or one finite set."""
    if part.kind != "relation":
        return None
    if part.signs in (("divides",), ("in",)):
        k, values = part.args[0], _divisors(part.args[1]) if part.signs == ("divides",) else natures.elements(part.args[1])
        if k.kind != "symbol" or k.name not in bound or not values or len(values) > MOST_WRITTEN:
            return None
        if len(set(values)) < len(values) or any(v.kind != "number" for v in values):
            return None
        parts = [replace(body, {k: v}) for v in values]
        return parts[0] if len(parts) == 1 else apply("add" if name == "sum" else "mul", *parts)
    args, signs = part.args, part.signs
    if all(s in (">", ">=") for s in signs):
        args, signs = args[::-1], tuple(s.replace(">", "<") for s in signs[::-1])
    if not all(s in ("<", "<=") for s in signs) or args[0].kind == "symbol" and args[0].name in bound:
        return None
    low, *names = args
    bound = bound | {x.name for x in names[:-1] if x.kind == "symbol"}  # what stands between two others is an index
    high = names.pop() if not (names[-1].kind == "symbol" and names[-1].name in bound) else _OO
    if not names or any(x.kind != "symbol" or x.name not in bound for x in names) or len(set(names)) != len(names):
        return None
    if not all(_is_whole(e) for e in (low, high)):
        return None
    steps = [int(s == "<") for s in signs]
    for j, x in enumerate(names):  # the first index is the innermost; the range of each begins where those before it find room
        end = names[j + 1] if j + 1 < len(names) else high
        last = end if end == _OO else _shifted(end, -steps[j + 1])
        body = binder(name, (x,), body, _shifted(low, sum(steps[:j + 1])), last)
    return body


def _is_whole(end: Term) -> bool:
    """Is it no number with a fraction, and no product that may have one?"""
    return end == _OO or all(n.value.denominator == 1 for n in walk(end) if n.kind == "number") and not any(n.is_apply("div") for n in walk(end))


def _shifted(term: Term, by: int) -> Term:
    if not by:
        return term
    if term.kind == "number":
        return _signed(term.value + by)  # type: ignore[operator]
    return apply("add", term, _signed(Fraction(by)))


def _signed(value: Fraction) -> Term:
    return number(value) if value >= 0 else apply("neg", number(-value))


def _divisors(term: Term) -> tuple[Term, ...] | None:
    if term.kind != "number" or term.value.denominator != 1 or not 0 < term.value <= MOST_DIVIDED:  # type: ignore[union-attr, operator]
        return None
    n = int(term.value)  # type: ignore[arg-type]
    small = [d for d in range(1, int(n**0.5) + 1) if n % d == 0]
    return tuple(number(d) for d in sorted({*small, *(n // d for d in small)}))


def _whole_numbers(node: Term) -> Term | None:
    """{x in ZZ | 0 < x <= 3} written out, for a chain with numbers at both ends."""
    (within, chain), ends = node.args, ("<", "<=")
    if within.kind != "relation" or within.signs != ("in",) or within.args[1] != constant("ZZ") or chain.kind != "relation":
        return None
    args, signs = chain.args, chain.signs
    if all(s in (">", ">=") for s in signs):
        args, signs = args[::-1], tuple(s.replace(">", "<") for s in signs[::-1])
    if len(args) != 3 or args[1] != within.args[0] or not all(s in ends for s in signs):
        return None
    try:
        low, high = _value(args[0], {}), _value(args[2], {})
    except (_NoValue, ZeroDivisionError):
        return None
    first = ceil(low) if signs[0] == "<=" else floor(low) + 1
    last = floor(high) if signs[1] == "<=" else ceil(high) - 1
    if not -1 <= last - first < MOST_WRITTEN:
        return None
    return collection("set", *[_signed(Fraction(k)) for k in range(first, last + 1)]) if last >= first else constant("emptyset")


# ---- dots


def _series(node: Term) -> Term | None:
    """The sum or product that the dots leave out."""
    at = node.args.index(_DOTS)
    leading, rest = node.args[:at], node.args[at + 1:]
    if 1 <= len(leading) <= 4 and 1 <= len(rest) <= 2 and not free_names(rest[-1]) and free_names(leading[0]):
        leading, rest = rest[::-1], leading[::-1]  # n (n - 1) ... 1
    if _DOTS in rest or not 1 <= len(rest) <= 4 or len(leading) < 3 - len(rest) or len(leading) > 8:
        return None
    return _by_formula(node.name, leading, rest) or (_by_numbers(node.name, leading, rest[0]) if len(rest) == 1 else None)


def _by_formula(op: str, leading: tuple[Term, ...], rest: tuple[Term, ...]) -> Term | None:
    """The last term as a formula in one of its letters that gives the leading ones."""
    last, found = rest[-1], []
    for name in sorted(free_names(last)):
        v = symbol(name)
        for start in _STARTS:
            if all(_agree(replace(last, {v: _signed(Fraction(start + j))}), t) for j, t in enumerate(leading)) and (
                    all(_agree(replace(last, {v: apply("add", v, apply("neg", number(j)))}), t) for j, t in enumerate(rest[-2::-1], 1))):
                found.append((v, start))
                break
    if len(found) != 1:
        return None
    v, start = found[0]
    k = natures.fresh(last, *leading)
    return binder("sum" if op == "add" else "product", (k,), replace(last, {v: k}), _signed(Fraction(start)), v)


def _agree(a: Term, b: Term) -> bool:
    """The same values at a few places of the letters, in fractions."""
    names = sorted(free_names(a) | free_names(b))
    for place in _PLACES if names else _PLACES[:1]:
        try:
            point = {n: place + j for j, n in enumerate(names)}
            if _value(a, point) != _value(b, point):
                return False
        except (_NoValue, ZeroDivisionError):
            return False
    return True


class _NoValue(ValueError):
    """Not made of fractions by the four operations and small whole powers."""


def _value(term: Term, point: Mapping[str, Fraction]) -> Fraction:
    if term.kind == "number":
        return term.value  # type: ignore[return-value]
    if term.kind == "symbol" and term.name in point:
        return point[term.name]
    if term.kind != "apply" or term.name not in ("add", "neg", "mul", "div", "pow", "factorial"):
        raise _NoValue
    values = [_value(a, point) for a in term.args]
    if term.name == "add":
        return sum(values, Fraction(0))
    if term.name == "neg":
        return -values[0]
    if term.name == "div":
        return values[0] / values[1]
    if term.name == "mul":
        made = Fraction(1)
        for v in values:
            made *= v
    elif term.name == "pow" and values[1].denominator == 1 and abs(values[1]) <= 12:
        made = values[0] ** int(values[1])
    elif term.name == "factorial" and values[0].denominator == 1 and 0 <= values[0] <= 12:
        made = Fraction(1)
        for j in range(2, int(values[0]) + 1):
            made *= j
    else:
        raise _NoValue
    if max(made.numerator.bit_length(), made.denominator.bit_length()) > 400:
        raise _NoValue
    return made


def _by_numbers(op: str, leading: tuple[Term, ...], last: Term) -> Term | None:
    """Numbers with the same difference, or the same quotient, all written out."""
    values = _progression(leading, last)
    return apply(op, *[_written(v) for v in values]) if values is not None else None


def _progression(leading: tuple[Term, ...], last: Term) -> list[Fraction] | None:
    try:
        head, end = [_value(t, {}) for t in leading], _value(last, {})
    except (_NoValue, ZeroDivisionError):
        return None
    if len(head) < 2:
        return None
    steps = {b - a for a, b in zip(head, head[1:])}
    if len(steps) == 1 and (d := steps.pop()):
        count = (end - head[0]) / d
        if count.denominator == 1 and len(head) <= count < MOST_WRITTEN and (len(head) > 2 or abs(d) == 1 or _is_usual(head, d)):
            return [head[0] + d * k for k in range(int(count) + 1)]
        return None
    if len(head) < 3 or 0 in head or len(ratios := {b / a for a, b in zip(head, head[1:])}) != 1:
        return None
    q, made = ratios.pop(), list(head)
    while len(made) < MOST_WRITTEN and made[-1] != end and abs(made[-1]) < 10**60:
        made.append(made[-1] * q)
    return made if made[-1] == end and q not in (1, -1) else None


def _is_usual(head: list[Fraction], step: Fraction) -> bool:
    """Two terms tell a progression where nothing else is usual: odd or even numbers, multiples of the first."""
    return head[0] in (0, 1, 2) and step == 2 or head[0] == step and step > 2


def _written(value: Fraction) -> Term:
    sized = abs(value)
    made = number(sized.numerator) if sized.denominator == 1 else apply("div", number(sized.numerator), number(sized.denominator))
    return made if value >= 0 else apply("neg", made)


def _entries(node: Term) -> Term | None:
    """{1, 2, ..., 5}."""
    at = node.args.index(_DOTS)
    leading, rest = node.args[:at], node.args[at + 1:]
    if _DOTS in rest or len(rest) != 1 or not leading:
        return None
    if len(leading) == 1:
        first = leading[0]
        if first.kind != "number" or rest[0].kind != "number" or first.value not in (0, 1):
            return None
        leading = (first, number(first.value + 1))  # type: ignore[operator]
    values = _progression(leading, rest[0])
    return collection(node.name, *[_written(v) for v in values], span=node.span) if values is not None else None



