"""Decides the form of a formula, apart from its value: factored, expanded, lowest terms, and so on. The rules are those of `RULES`, read off the
tree as written.

For a claim `Satisfies((answer[, reference]), "form.NAME", (("variable", term), ("words", names)))`. Data: {} or {"split": [index, factor, factor]}:
a factor of the answer is the product of two others, which shows that it is not factored.
PROVED and REFUTED follow from the rule. That a factor does not split over the rational numbers is shown by its degree, by rational roots, by a
discriminant that is no square, or modulo a prime; where none of these decides, the finding is AGREES.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import gcd
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Finding, Satisfies, Status
from grader.replay import irreducible
from grader.replay import polynomial as P
from grader.replay.arrangement import alike, over_and_under
from grader.replay.polynomial import Poly
from grader.term import Term, apply, free_names, from_data, replace, symbol, walk

VARIABLE = symbol("#v")
MAX_POWER = 30
ROOTS = frozenset({"sqrt", "root"})


class Lacks(Exception):
    """The form is not there; the text says what and where."""


class Open(Exception):
    """The form is there as far as can be seen."""


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED, REFUTED or AGREES. Fails with `Refused` for an unknown form."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or not conclusion.property.startswith("form."):
        raise Refused("not a claim about a form")
    name = conclusion.property.removeprefix("form.")
    rule = RULES.get(name)
    if rule is None:
        raise Refused(f"no form is called {name!r}")
    given = dict(conclusion.parameters)
    variable = given.get("variable")
    subject = conclusion.subject
    if isinstance(variable, Term):
        subject = tuple(replace(t, {variable: VARIABLE}) for t in subject)
    try:
        rule(subject, {"words": given.get("words", ()), "split": data.get("split"), "variable": variable})
    except Lacks as lack:
        return Finding(Status.REFUTED, words=(str(lack),))
    except Open as open_:
        return Finding(Status.AGREES, words=(str(open_),))
    return Finding(Status.PROVED, words=("It has the form asked for.",))


# ----------------------------------------------------------------------------- the same up to order, expanded


def _same_up_to_order(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    if len(subject) != 2:
        raise Refused("two formulas are compared up to order")
    if alike(subject[0]) != alike(subject[1]):
        raise Lacks("It is not written as asked for, even when the order of terms and factors does not matter.")


def _is_sum(term: Term) -> bool:
    return term.is_apply("add") or term.is_apply("neg") and _is_sum(term.args[0])


def _expanded(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    for node in walk(subject[0]):
        if node.is_apply("mul") and any(_is_sum(a) for a in node.args) or node.is_apply("neg") and node.args[0].is_apply("add"):
            raise Lacks(f"In {node} a bracket is not multiplied out.")
        if node.is_apply("div") and _is_sum(node.args[0]):
            raise Lacks(f"In {node} the sum above the line is not taken apart.")
        if node.is_apply("pow") and _is_sum(node.args[0]) and node.args[1].kind == "number" and node.args[1].value.denominator == 1:
            raise Lacks(f"The power {node} is not multiplied out.")


# --------------------------------------------------------------------------------------------------- polynomials of terms


class Atoms:
    """Polynomials of terms: whatever is no sum, product, whole power or number is an atom."""

    def __init__(self, *terms: Term) -> None:
        self.atoms: list[Term] = [VARIABLE]
        for t in terms:
            self._collect(t)
        self.count = len(self.atoms)

    def _collect(self, term: Term) -> None:
        if term.kind == "number":
            return
        if term.kind == "apply" and term.name in ("add", "mul", "neg", "div"):
            for a in term.args:
                self._collect(a)
        elif self._whole_power(term):
            self._collect(term.args[0])
        elif term not in self.atoms:
            self.atoms.append(term)

    @staticmethod
    def _whole_power(term: Term) -> bool:
        return term.is_apply("pow") and term.args[1].kind == "number" and term.args[1].value.denominator == 1 and 0 < term.args[1].value <= MAX_POWER

    def fraction(self, term: Term) -> tuple[Poly, Poly]:
        """Numerator and denominator, not reduced."""
        one = P.constant(1, self.count)
        if term.kind == "number":
            return P.constant(term.value, self.count), one
        if term.kind == "apply" and term.name in ("add", "mul"):
            total = self.fraction(term.args[0])
            for a in term.args[1:]:
                u, v = total, self.fraction(a)
                total = (P.add(P.multiply(u[0], v[1]), P.multiply(v[0], u[1])), P.multiply(u[1], v[1])) if term.name == "add" else (
                    P.multiply(u[0], v[0]), P.multiply(u[1], v[1]))
            return total
        if term.is_apply("neg"):
            u = self.fraction(term.args[0])
            return P.scale(u[0], -1), u[1]
        if term.is_apply("div"):
            u, v = self.fraction(term.args[0]), self.fraction(term.args[1])
            if not v[0]:
                raise Refused("division by zero")
            return P.multiply(u[0], v[1]), P.multiply(u[1], v[0])
        if self._whole_power(term):
            u, out = self.fraction(term.args[0]), (one, one)
            for _ in range(int(term.args[1].value)):
                out = P.multiply(out[0], u[0]), P.multiply(out[1], u[1])
            return out
        return P.generator(self.atoms.index(term), self.count), one

    def polynomial(self, term: Term) -> Poly | None:
        """The polynomial, or None where it divides by more than a number."""
        top, bottom = self.fraction(term)
        return P.scale(top, 1 / P.value(bottom)) if P.is_constant(bottom) and bottom else None

    def hidden(self, p: Poly) -> bool:
        """Does the variable occur inside an atom?"""
        return any(VARIABLE.name in free_names(self.atoms[k]) for k in P.used(p) if k)


# ------------------------------------------------------------------------------------------------------------- factored


def factors_of(term: Term) -> list[Term]:
    """Factors as written; powers count by their base."""
    if term.is_apply("neg"):
        return factors_of(term.args[0])
    if term.is_apply("mul"):
        return [f for a in term.args for f in factors_of(a)]
    if term.is_apply("div") and VARIABLE.name not in free_names(term.args[1]):
        return factors_of(term.args[0])
    if term.is_apply("pow") and term.args[1].kind == "number" and term.args[1].value.denominator == 1 and term.args[1].value > 0:
        return factors_of(term.args[0])
    return [term]


def _factored(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    term = subject[0]
    if term.kind in ("relation", "tuple"):
        raise Lacks("It is no formula.")
    for factor in filter(_is_sum, factors_of(term)):
        p = Atoms(factor).polynomial(factor)
        if p is not None and P.is_constant(p):
            raise Lacks(f"{_shown(factor, given)} is a number that can be worked out.")
    parts = [f for f in factors_of(term) if VARIABLE.name in free_names(f)] if given["variable"] is not None else factors_of(term)
    seen: list[str] = []
    for k, factor in enumerate(parts):
        atoms = Atoms(factor)
        p = atoms.polynomial(factor)
        if p is None:
            raise Lacks(f"{_shown(factor, given)} is no polynomial.")
        if not _is_sum(factor):
            continue
        _content(p, factor, given)
        split = given["split"]
        if split is not None and split[0] == k:
            _splits(p, atoms, split, factor, given)
        why = irreducible.why(p, 0 if given["variable"] is not None else None)
        if why == "splits":
            raise Lacks(f"{_shown(factor, given)} can still be factored.")
        if why == "open":
            seen.append(_shown(factor, given))
    if seen:
        raise Open(f"No further factor of {', '.join(seen)} was found.")


def _shown(term: Term, given: Mapping[str, Any]) -> str:
    variable = given["variable"]
    return str(replace(term, {VARIABLE: variable}) if isinstance(variable, Term) else term)


def _content(p: Poly, factor: Term, given: Mapping[str, Any]) -> None:
    values = list(p.values())
    if all(v.denominator == 1 for v in values) and gcd(*[v.numerator for v in values]) > 1:
        raise Lacks(f"A number can be taken out of {_shown(factor, given)}.")
    common = [min(m[k] for m in p) for k in range(len(next(iter(p))))]
    if any(common):
        raise Lacks(f"A factor can be taken out of {_shown(factor, given)}.")


def _splits(p: Poly, atoms: Atoms, split: Any, factor: Term, given: Mapping[str, Any]) -> None:
    """The factor is a product of two polynomials that are no numbers (in the variable, where there is one)."""
    parts = []
    for data in split[1:3]:
        written = from_data(data)
        more = Atoms(written)
        if any(a not in atoms.atoms for a in more.atoms):
            raise Refused("a factor with other symbols")
        q = atoms.polynomial(written)
        if q is None or P.is_constant(q):
            raise Refused("a factor that is a number")
        parts.append(q)
    if P.add(P.multiply(*parts), P.scale(p, -1)):
        raise Refused("the factors do not make the product")
    raise Lacks(f"{_shown(factor, given)} can still be factored.")


# ----------------------------------------------------------------------------------------- squares, fractions, lowest terms


def _summands(term: Term) -> list[Term]:
    if term.is_apply("add"):
        return [s for a in term.args for s in _summands(a)]
    if term.is_apply("neg"):
        return [apply("neg", s) for s in _summands(term.args[0])]
    return [term]


def _completed_square(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    term = subject[0]
    if term.kind in ("relation", "tuple"):
        raise Lacks("It is no formula.")
    own = [s for s in _summands(term) if VARIABLE.name in free_names(s)]
    if len(own) != 1:
        raise Lacks("The variable must stand in one square only." if own else "The variable does not occur.")
    parts = [f for f in _plain_factors(own[0]) if VARIABLE.name in free_names(f)]
    if len(parts) != 1 or not parts[0].is_apply("pow") or not (parts[0].args[1].kind == "number" and parts[0].args[1].value == 2):
        raise Lacks(f"{_shown(own[0], given)} is no multiple of a square.")
    base = parts[0].args[0]
    atoms = Atoms(base)
    p = atoms.polynomial(base)
    if p is None or P.degree(p, 0) != 1 or atoms.hidden(p):
        raise Lacks(f"Under the square, {_shown(base, given)} is not linear in the variable.")


def _plain_factors(term: Term) -> list[Term]:
    if term.is_apply("neg"):
        return _plain_factors(term.args[0])
    if term.is_apply("mul"):
        return [f for a in term.args for f in _plain_factors(a)]
    if term.is_apply("div") and VARIABLE.name not in free_names(term.args[1]):
        return _plain_factors(term.args[0])
    return [term]


def _has_division(term: Term) -> bool:
    return any(node.is_apply("div") or node.is_apply("pow") and node.args[1].is_apply("neg") for node in walk(term))


def _single_fraction(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    term = subject[0]
    while term.is_apply("neg"):
        term = term.args[0]
    parts = term.args if term.is_apply("div") else (term,)
    for part in parts:
        if _has_division(part):
            raise Lacks(f"There is another fraction in {part}.")


def _partial_fractions(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    term = subject[0]
    if term.kind in ("relation", "tuple"):
        raise Lacks("It is no formula.")
    seen = []
    for summand in _distributed(term):
        atoms = Atoms(summand)
        top, bottom = atoms.fraction(summand)
        if not P.degree(bottom, 0):
            continue
        if atoms.hidden(top) or atoms.hidden(bottom):
            raise Lacks(f"{_shown(summand, given)} is no fraction of polynomials.")
        bases = list(dict.fromkeys(b for b in _bases(summand) if VARIABLE.name in free_names(b)))
        if len(bases) != 1:
            raise Lacks(f"The denominator of {_shown(summand, given)} still has several factors.")
        q = Atoms(bases[0]).polynomial(bases[0])
        if q is None:
            raise Lacks(f"{_shown(summand, given)} is no fraction of polynomials.")
        if P.degree(top, 0) >= P.degree(q, 0):
            raise Lacks(f"In {_shown(summand, given)} the numerator is not of lower degree.")
        why = irreducible.why(q, 0)
        if why == "splits":
            raise Lacks(f"The denominator of {_shown(summand, given)} can still be factored.")
        if why == "open":
            seen.append(_shown(summand, given))
    if seen:
        raise Open(f"No further factor was found below {', '.join(seen)}.")


def _bases(term: Term) -> list[Term]:
    """Factors below the fraction line; powers by their base."""
    return [g for f in over_and_under(term)[1] for g in factors_of(f)]


def _distributed(term: Term) -> list[Term]:
    """Summands; a number times a sum is taken apart."""
    out = []
    for s in _summands(term):
        top, bottom, signs = over_and_under(s)
        sums = [f for f in top if _is_sum(f) and any(n.is_apply("div") for n in walk(f))]
        others = [f for f in (*top, *bottom) if f not in sums]
        if len(sums) == 1 and not any(VARIABLE.name in free_names(f) for f in others):
            out += _distributed(sums[0])
        else:
            out.append(s)
    return out


def _lowest_terms(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    for node in walk(subject[0]):
        if node.is_apply("neg") and node.args[0].is_apply("div") and over_and_under(node)[2] > 1:
            raise Lacks(f"The fraction {node} has more signs than it needs.")
        if node.is_apply("div"):
            top, bottom, signs = over_and_under(node)
            numbers = [Fraction(1), Fraction(1)]
            for k, side in enumerate((top, bottom)):
                for f in side:
                    if f.kind == "number":
                        numbers[k] *= f.value
            if all(v.denominator == 1 for v in numbers) and gcd(numbers[0].numerator, numbers[1].numerator) > 1 or signs > 1:
                raise Lacks(f"The fraction {node} is not in lowest terms.")
            _rational_denominator(node)


def _rational_denominator(node: Term) -> None:
    for inner in walk(node.args[1]):
        irrational = inner.kind == "apply" and inner.name in ROOTS or inner.kind == "constant" and inner.name == "i"
        power = inner.is_apply("pow") and not free_names(inner.args[0]) and not (inner.args[1].kind == "number"
            and inner.args[1].value.denominator == 1)
        if irrational or power and not free_names(inner):
            raise Lacks(f"The denominator of {node} is not rational.")


def _rationalised(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    for node in walk(subject[0]):
        if node.is_apply("div"):
            _rational_denominator(node)
        if node.is_apply("pow") and node.args[1].is_apply("neg") and not (node.args[1].args[0].kind == "number"
            and node.args[1].args[0].value.denominator == 1):
            raise Lacks(f"{node} hides a root below the fraction line.")


def _exact(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    for node in walk(subject[0]):
        if node.kind == "number" and ("." in node.text or "," in node.text or node.value.denominator != 1):
            raise Lacks(f"{node} is a decimal fraction.")


def _words_in(term: Term) -> set[str]:
    return {node.name for node in walk(term) if node.kind in ("apply", "binder", "constant")}


def _without(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    for name in given["words"]:
        if name in _words_in(subject[0]):
            raise Lacks(f"{name} must not occur.")


def _with(subject: tuple[Term, ...], given: Mapping[str, Any]) -> None:
    for name in given["words"]:
        if name not in _words_in(subject[0]):
            raise Lacks(f"{name} does not occur.")


RULES: Mapping[str, Callable[[tuple[Term, ...], Mapping[str, Any]], None]] = {
    "same_up_to_order": _same_up_to_order, "expanded": _expanded, "factored": _factored, "completed_square": _completed_square,
    "single_fraction": _single_fraction, "partial_fractions": _partial_fractions, "lowest_terms": _lowest_terms, "rationalised": _rationalised,
    "exact": _exact, "without": _without, "with": _with,
}
"""same_up_to_order: the reference but for the order of terms and factors. expanded: no bracket left to multiply out. factored: a product of factors
that do not split over the rational numbers, without numbers or letters to take out. completed_square: a (x + b)^2 + c. single_fraction: one
fraction line at most.
partial_fractions: a polynomial and proper fractions over powers of factors that do not split. lowest_terms: no common number above and below a
line, and no root or i below it. rationalised: no root or i below a line. exact: no decimal fraction. without, with: operators that must not, or
must, occur."""
