"""Replays a counterexample to an equation or an inequality: a point where both sides are computed and come out wrong.

Data: {"point": {name: "3/2" | ["1", "-1/2"]}, "functions"?: {name: a lambda term's data}}. A pair is a complex number.
The point must lie in the domains and satisfy every condition. Both sides are evaluated exactly or in interval arithmetic (`evaluate`; more digits
until they separate, at most `DIGITS`); REFUTED when they certainly differ (Equal) or are certainly in the wrong order (AtMost).
Unknown functions are read as the polynomials given: a claim about f holds for every f.

Left is taken to be the learner's side: `words` give its value and never that of the right side.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor, log10
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import AtMost, Claim, Finding, Status
from grader.replay.enclosure import Complex, Undefined, Unsupported, Unsure, Value
from grader.replay.evaluate import Evaluator
from grader.replay.semantics import NoMeaning, functions_of, is_real, sides, symbols_of
from grader.term import Term, from_data, walk

DIGITS = (30, 80, 250, 800, 6000)
"""Working precisions, tried in turn."""
MAX_LENGTH = 400
"""Longest coordinate of a point, in characters."""


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """REFUTED when the point contradicts the claim. Fails with `Refused` (the reason says at which step)."""
    point, interpretations = read_point(claim, data)
    reasons = []
    for digits in DIGITS:
        try:
            left, right = values_at(claim, point, interpretations, digits)
        except Unsure as error:
            reasons.append(str(error))
            continue
        except Undefined as error:
            raise Refused(f"at this point a side is undefined: {error}") from error
        except Unsupported as error:
            raise Refused(f"at this point a side cannot be evaluated: {error}") from error
        evaluator = Evaluator({}, digits=digits)
        if isinstance(claim.conclusion, AtMost):
            if _violated(claim.conclusion, left, right, evaluator):
                return _finding(claim, data, left, right)
        elif evaluator.e.differ(left, right):
            return _finding(claim, data, left, right)
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            raise Refused("at this point the claim holds")
        reasons.append("the two sides do not separate")
    raise Refused(f"{reasons[-1]} with {DIGITS[-1]} digits")


def read_point(claim: Claim, data: Mapping[str, Any]) -> tuple[dict[str, Value], dict[str, Term]]:
    """The point and the interpretations, checked against the claim's symbols and domains. Fails with `Refused`."""
    try:
        terms = [*sides(claim), *claim.conditions]
        names = frozenset().union(*[symbols_of(t) for t in terms])
        functions = frozenset().union(*[functions_of(t) for t in terms])
    except NoMeaning as error:
        raise Refused(str(error)) from error
    if set(data["point"]) != names:
        raise Refused(f"the point names {sorted(data['point'])}, the claim {sorted(names)}")
    point = {}
    for name in sorted(names):
        value = coordinate(data["point"][name])
        if not admits(claim.domain(name), value):
            raise Refused(f"{name} does not lie in its domain ({claim.domain(name)})")
        point[name] = value
    if any(name in names for name, _ in functions):
        raise Refused("a name is used as a symbol and as a function")
    if any(claim.domain(name).shape not in ("scalar", "function") for name, _ in functions):
        raise Refused("a function that is not any function: a density, a vector or a matrix")
    interpretations = {name: from_data(term) for name, term in data.get("functions", {}).items()}
    for name, made in interpretations.items():
        if made.kind != "binder" or made.name != "lambda" or len(made.args) != 1 or not _is_polynomial(made.args[0], {b.name for b in made.bound}):
            raise Refused(f"{name} is not read as a polynomial")
    return point, interpretations


def values_at(claim: Claim, point: Mapping[str, Value], interpretations: Mapping[str, Term], digits: int) -> tuple[Value, Value]:
    """Both sides at the point. Fails with `Refused` when a condition does not hold there; with the evaluator's errors otherwise."""
    evaluator = Evaluator(point, real=is_real(claim), is_integer=lambda name: claim.domain(name).field == "integer",
                          interpretations=interpretations, digits=digits)
    for condition in claim.conditions:
        if not evaluator.holds(condition):
            raise Refused("the point does not satisfy the conditions")
    left, right = sides(claim)
    return evaluator.value(left), evaluator.value(right)


def _violated(claimed: AtMost, left: Value, right: Value, evaluator: Evaluator) -> bool:
    if isinstance(left, Complex) or isinstance(right, Complex):
        raise Refused("complex numbers have no order")
    try:
        order = evaluator.e.sign(evaluator.e.sub(left, right))
    except Unsure:
        return False
    return order > 0 or claimed.strict and order == 0


def coordinate(written: Any) -> Value:
    """The number that a certificate writes as "3/2" or ["1", "-1/2"]. Fails with `Refused`."""
    parts = [written] if isinstance(written, str) else list(written)
    if not 1 <= len(parts) <= 2 or any(not isinstance(p, str) or len(p) > MAX_LENGTH for p in parts):
        raise Refused("a coordinate is not a number")
    exact = [Fraction(p) for p in parts]
    return Complex(*exact) if len(exact) == 2 and exact[1] else exact[0]


def admits(domain: Domain, value: Value) -> bool:
    """Does the number lie in the domain?"""
    if domain.shape != "scalar":
        return False
    if isinstance(value, Complex):
        return domain.field == "complex"
    return domain.admits(value)


def _is_polynomial(body: Term, names: set[str]) -> bool:
    for node in walk(body):
        if node.kind == "symbol" and node.name in names or node.kind == "number":
            continue
        if node.kind != "apply" or node.name not in ("add", "mul", "neg", "pow"):
            return False
        if node.name == "pow" and not (node.args[1].kind == "number" and node.args[1].value.denominator == 1 and 1 <= node.args[1].value <= 12):
            return False
    return True


# ---- words


def _finding(claim: Claim, data: Mapping[str, Any], left: Value, right: Value) -> Finding:
    *rest, last = [f"{_spoken(name)} = {_number(value)}" for name, value in sorted(data["point"].items())] or [""]
    where = f"{', '.join(rest)} and {last}" if rest else last
    functions = ", ".join(f"with the example {name}({', '.join(b.name for b in term.bound)}) = {term.args[0]}"
                          for name, term in sorted((n, from_data(t)) for n, t in data.get("functions", {}).items()))
    start = ", ".join(filter(None, [f"For {where}" if where else "", functions]))
    start = start[:1].upper() + start[1:]
    mine, other = shown(left), shown(right)
    if isinstance(claim.conclusion, AtMost):
        sign = "below" if claim.conclusion.strict else "at most"
        said = f"{start} the left side is {mine}, which is not {sign} the right side."
    else:
        said = f"{start} this comes to {mine}, which is not the value asked for." if start else f"It comes to {mine}, which is not the value asked for."
    both = f"{start} the left side is {mine} and the right side {other}."
    said, both = (words.strip()[:1].upper() + words.strip()[1:] for words in (said, both))
    return Finding(Status.REFUTED, words=(said,), teacher_words=(both,))


def _spoken(name: str) -> str:
    """A name as it is said; places of arguments have none of their own."""
    return f"argument {name[1:]}" if name[:1] == "_" and name[1:].isdigit() else name


def _number(written: Any) -> str:
    value = coordinate(written)
    return shown(value)


def shown(value: Value) -> str:
    """A value for people: a short exact number, else six significant digits."""
    text, exact = _shown(value)
    return text if exact else f"about {text}"


def _shown(value: Value) -> tuple[str, bool]:
    if isinstance(value, Complex):
        (re, e), (im, f) = _shown(value.re), _shown(value.im)
        negative = im.startswith("-")
        size = "" if im.lstrip("-") == "1" else im.lstrip("-") + " "
        if re == "0":
            return f"{'-' if negative else ''}{size}i", e and f
        return f"{re} {'-' if negative else '+'} {size}i", e and f
    if isinstance(value, Fraction) and len(str(value)) <= 12:
        return str(value), True
    if isinstance(value, Fraction) and (decimal := _decimal(value)):
        return decimal, True
    if not isinstance(value, Fraction):
        (sign, man, exp, _), _ = value.mid._mpi_
        spare = max(int(man).bit_length() - 64, 0)
        man, exp = int(man) >> spare, int(exp) + spare
        if not -4000 < exp < 4000:
            return _powers_of_ten(-man if sign else man, exp), False
        value = Fraction(-man if sign else man) * Fraction(2) ** exp
    return _six_digits(value), False


def _decimal(value: Fraction) -> str:
    """The number as a decimal fraction, where that is short and ends."""
    for places in range(1, 11):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).zfill(places + 1)
            return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}" if len(digits) <= 14 else ""
    return ""


def _powers_of_ten(man: int, exp: int) -> str:
    """man * 2^exp with four digits, for numbers of astronomic size."""
    size = log10(abs(man)) + exp * log10(2)
    whole = floor(size)
    return f"{'-' if man < 0 else ''}{10 ** (size - whole):.3f} * 10^{whole}"


def _six_digits(value: Fraction) -> str:
    if value == 0:
        return "0"
    size = abs(value)
    exponent = len(str(size.numerator)) - len(str(size.denominator))  # within one of the decimal exponent
    size /= Fraction(10) ** exponent
    while size >= 10:
        size, exponent = size / 10, exponent + 1
    while size < 1:
        size, exponent = size * 10, exponent - 1
    digits = round(size * 10**5)
    if digits == 10**6:
        digits, exponent = 10**5, exponent + 1
    sign = "-" if value < 0 else ""
    text = str(digits)
    if -5 <= exponent <= 9:
        shift = exponent - 5
        plain = text + "0" * shift if shift >= 0 else (text.zfill(1 - shift)[:shift] + "." + text.zfill(1 - shift)[shift:]).rstrip("0").rstrip(".")
        return sign + plain
    return f"{sign}{text[0]}.{text[1:]}".rstrip("0").rstrip(".") + f" * 10^{exponent}"
