"""Checker for "every point that satisfies the premises satisfies the conclusion" over real numbers and integers. Evidence data, by `how`:

point
    `point` (symbol -> fraction as text, or the tree of a number written with square roots): it lies in the domains, satisfies every premise and
    condition, and not the conclusion. Fractions are exact; other values are enclosed in interval arithmetic, or told from zero by a separation bound.
logic
    Nothing: the claim holds whatever the truth of the relations in it.
signs
    `atoms` (polynomials as [[coefficient, [[name, exponent], ...]], ...]) and `cuts`: see `region_signs`; one variable needs no cuts.
exception
    `atoms` as above: somewhere on the line of one variable the signs make the premises true and the conclusion false.
z3
    Nothing: the claim is put to z3 here, anew, and its "unsat" believed.

A relation with an undefined side does not hold. Symbols must be declared real (or integers, rationals) for a proof; a point refutes in any case where
everything it touches is real and defined.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Finding, Follows, Status
from grader.replay import exact_polynomials as ep
from grader.replay import radicals
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.region_formula import NONZERO, SIGNS, Compiler, Test, plain
from grader.replay.region_signs import Atoms, Vector, check_cuts, occurring
from grader.term import Term, apply, free_names, from_data, number, replace, symbol, walk

DIGITS = (30, 80, 250)
MOST_RELATIONS = 9
EXCEPTION = "There the first condition holds and the second does not."


def check(claim: Claim, data: dict[str, Any]) -> Finding:
    """Replay the evidence. Fails with `Refused` at the first thing that does not hold."""
    if not isinstance(claim.conclusion, Follows):
        raise Refused("this checker decides what follows from conditions")
    how = data["how"]
    if how == "point":
        return _check_point(claim, data)
    if how == "logic":
        return _check_logic(claim)
    if how in ("signs", "exception"):
        return _check_signs(claim, data, how == "exception")
    if how == "z3":
        from grader.replay.region_z3 import contradicts

        premises, conclusion = _parts(claim)
        if not contradicts([*premises, apply("not", conclusion)], _domains(claim)):
            raise Refused("z3 finds no contradiction")
        return Finding(Status.PROVED, facts=_facts(claim), oracles=("z3",), words=("A solver found no exception.",))
    raise Refused(f"unknown kind of evidence: {how!r}")


@lru_cache(maxsize=8)
def _parts(claim: Claim) -> tuple[tuple[Term, ...], Term]:
    """Premises (with the claim's conditions) and conclusion, in plain form."""
    conclusion = claim.conclusion
    assert isinstance(conclusion, Follows)
    return tuple([plain(t) for t in (*claim.conditions, *conclusion.premises)]), plain(conclusion.conclusion)


def _names(claim: Claim) -> tuple[str, ...]:
    premises, conclusion = _parts(claim)
    return tuple(sorted(free_names(conclusion).union(*[free_names(p) for p in premises])))


def _domains(claim: Claim) -> dict[str, Domain]:
    """Domains of the symbols, all real. Fails with `Refused` where one is not."""
    made = {name: claim.domain(name) for name in _names(claim)}
    for name, domain in made.items():
        if not domain.is_real or domain.shape != "scalar":
            raise Refused(f"{name} is not said to be a real number")
    return made


def _facts(claim: Claim) -> tuple[str, ...]:
    return tuple(f"{name}: {domain}" for name, domain in _domains(claim).items() if str(domain) != "real")


# ------------------------------------------------------------------------------------------------------------------ points


def _check_point(claim: Claim, data: dict[str, Any]) -> Finding:
    premises, conclusion = _parts(claim)
    names = _names(claim)
    if set(data["point"]) != set(names):
        raise Refused("the point does not name every symbol")
    point = {name: _coordinate(data["point"][name]) for name in names}
    for name, value in point.items():
        if not _lies_in(claim.domain(name), value):
            raise Refused(f"{name} does not lie in its domain")
    truth = _Truth(point, claim)
    for premise in premises:
        if not truth.holds(premise):
            raise Refused("the point does not satisfy a premise")
    if truth.holds(conclusion):
        raise Refused("the point satisfies the conclusion")
    if truth.undefined and not all(claim.domain(name).is_real for name in names):
        raise Refused("something is undefined there over the reals, and the symbols need not be real")
    where = ", ".join(f"{name} = {value}" for name, value in point.items())
    sides = _sides(conclusion, point) if point else ""
    words = (f"Try {where}." if point else "It fails as it stands.", EXCEPTION)
    return Finding(Status.REFUTED, words=words, teacher_words=(f"{words[0]} {EXCEPTION} The second reads {conclusion}{sides}.",))


def _coordinate(written: Any) -> Term:
    if isinstance(written, str):
        if len(written) > 400:
            raise Refused("a coordinate is too long")
        return number(Fraction(written))
    term = from_data(written)
    if not radicals.is_radical(term) or term.size > 60:
        raise Refused("a coordinate is no number written with square roots")
    return term


def _lies_in(domain: Domain, value: Term) -> bool:
    if domain.shape != "scalar":
        return False
    exact = _fraction(value)
    if exact is not None:
        return domain.admits(exact)
    if domain.field in ("integer", "rational"):
        return False
    for bound, strict, side in ((domain.lower, domain.lower_strict, 1), (domain.upper, domain.upper_strict, -1)):
        if bound is not None:
            s = radicals.sign(apply("add", value, apply("neg", number(bound)) if bound >= 0 else number(-bound))) * side
            if s < 0 or strict and s == 0:
                return False
    return not (domain.nonzero and radicals.sign(value) == 0)


def _fraction(value: Term) -> Fraction | None:
    if value.kind == "number":
        return value.value
    if value.is_apply("neg", 1) and value.args[0].kind == "number":
        return -value.args[0].value
    return None


class _Truth:
    """Truth of plain formulas at a point; `undefined` says whether some relation had an undefined side."""

    def __init__(self, point: dict[str, Term], claim: Claim) -> None:
        self.change = {symbol(name): value for name, value in point.items()}
        self.exact = {name: _fraction(value) for name, value in point.items()}
        self.integers = {name for name in point if claim.domain(name).field == "integer"}
        self.undefined = False

    def holds(self, formula: Term) -> bool:
        if formula.kind == "constant":
            return formula.name == "true"
        if formula.kind == "relation":
            try:
                return self._sign(*formula.args) in SIGNS[formula.signs[0]]
            except (Undefined, radicals.Undefined):
                self.undefined = True
                return False
        return combine(formula.name, [self.holds(a) for a in formula.args])

    def _sign(self, left: Term, right: Term) -> int:
        """The sign of left - right there. Fails with the modules' `Undefined`, or with `Refused` where it is not known."""
        there = [replace(side, self.change) for side in (left, right)]
        if all(radicals.is_radical(side) for side in there):
            return radicals.sign(apply("add", there[0], apply("neg", there[1])))
        irrational = any(value is None for value in self.exact.values())
        if irrational:
            left, right = there
        point = {} if irrational else self.exact
        reason = ""
        for digits in DIGITS:
            evaluator = Evaluator(point, is_integer=lambda name: name in self.integers, digits=digits)
            try:
                return evaluator.e.sign(evaluator.e.sub(evaluator.value(left), evaluator.value(right)))
            except Unsure as error:
                reason = str(error)
            except Unsupported as error:
                raise Refused(f"a side cannot be evaluated: {error}") from error
        raise Refused(f"not known at this point: {reason}")


def combine(name: str, truths: list[bool]) -> bool:
    """The connective of that name."""
    if name == "and":
        return all(truths)
    if name == "or":
        return any(truths)
    if name == "not":
        return not truths[0]
    if name == "implies":
        return not truths[0] or truths[1]
    if name == "iff":
        return truths[0] == truths[1]
    return sum(truths) % 2 == 1


def _sides(conclusion: Term, point: dict[str, Term]) -> str:
    if conclusion.kind != "relation" or any(_fraction(v) is None for v in point.values()):
        return ""
    try:
        values = [Evaluator({k: _fraction(v) for k, v in point.items()}).value(side) for side in conclusion.args]
    except ArithmeticError:
        return ""
    return f", that is {values[0]} {conclusion.signs[0]} {values[1]}" if all(isinstance(v, Fraction) for v in values) else ""


# ------------------------------------------------------------------------------------------------------------------- logic


def _check_logic(claim: Claim) -> Finding:
    premises, conclusion = _parts(claim)
    relations = list(dict.fromkeys(node for f in (*premises, conclusion) for node in walk(f) if node.kind == "relation"))
    if len(relations) > MOST_RELATIONS:
        raise Refused("too many relations")

    def truth(formula: Term, given: dict[Term, bool]) -> bool:
        if formula.kind == "constant":
            return formula.name == "true"
        return given[formula] if formula.kind == "relation" else combine(formula.name, [truth(a, given) for a in formula.args])

    for values in itertools.product((True, False), repeat=len(relations)):
        given = dict(zip(relations, values))
        if all(truth(p, given) for p in premises) and not truth(conclusion, given):
            raise Refused("it does not follow by logic alone")
    return Finding(Status.PROVED, words=("The second condition follows from the first by logic alone.",))


# ------------------------------------------------------------------------------------------------------------------- signs


def _check_signs(claim: Claim, data: dict[str, Any], exception: bool) -> Finding:
    domains = _domains(claim)
    premises, conclusion = _parts(claim)
    compiler = Compiler()
    bounds = [test for name, domain in domains.items() for test in _domain_tests(name, domain)]
    given = [_compile(p, compiler) for p in premises]
    wanted = _compile(conclusion, compiler)
    atoms = Atoms([_polynomial(p) for p in data["atoms"]])

    def refutes(vector: Vector) -> bool:
        def sign(p: ep.Polynomial) -> int:
            return compiler.sign_of(p, lambda q: atoms.sign(q, vector))

        if not all(sign(t.polynomial) in t.allowed for t in bounds):
            return False
        return all(_true(p, sign) for p in given) and not _true(wanted, sign)

    if exception:
        return _exception(domains, atoms, refutes)
    integers = frozenset(name for name, domain in domains.items() if domain.field == "integer")
    if data.get("cuts"):
        check_cuts(atoms, data["cuts"], refutes, integers, bounds)
        how = "Every combination of signs that would make an exception contradicts itself."
    elif len(domains) == 1 and atoms.items:
        (name, domain), = domains.items()
        if any(refutes(place.vector) for place in occurring(atoms, name, domain.field == "integer")):
            raise Refused("the claim fails somewhere on the line")
        how = "Both conditions were compared on every interval between the points where one of them changes."
    else:
        check_cuts(atoms, [], refutes, integers, bounds)
        how = "No combination of signs makes an exception."
    return Finding(Status.PROVED, facts=_facts(claim), words=(how,))


def _exception(domains: dict[str, Domain], atoms: Atoms, refutes: Callable[[Vector], bool]) -> Finding:
    if len(domains) != 1 or not atoms.items:
        raise Refused("more than one variable")
    (name, domain), = domains.items()
    if domain.field == "rational":
        raise Refused(f"{name} need not take that value")
    for place in occurring(atoms, name, domain.field == "integer"):
        if refutes(place.vector):
            value = str(place.high) if place.low == place.high else f"{float(place.high):.6g} (about)"
            return Finding(Status.REFUTED, words=(f"Try {name} = {value}.", EXCEPTION))
    raise Refused("no exception on the line")


def _domain_tests(name: str, domain: Domain) -> list[Test]:
    made = []
    for bound, strict, side in ((domain.lower, domain.lower_strict, 1), (domain.upper, domain.upper_strict, -1)):
        if bound is not None:
            made.append(Test(ep.add(ep.variable(name), ep.constant(-bound)), frozenset({side} if strict else {0, side})))
    if domain.nonzero:
        made.append(Test(ep.variable(name), NONZERO))
    return made


def _compile(formula: Term, compiler: Compiler) -> Any:
    if formula.kind == "constant":
        return formula.name == "true"
    if formula.kind == "relation":
        return compiler.tests(formula)
    return (formula.name, [_compile(a, compiler) for a in formula.args])


def _true(node: Any, sign: Callable[[ep.Polynomial], int]) -> bool:
    if isinstance(node, bool):
        return node
    if isinstance(node, list):
        return all(sign(t.polynomial) in t.allowed for t in node)
    return combine(node[0], [_true(part, sign) for part in node[1]])


def _polynomial(data: Any) -> ep.Polynomial:
    made: ep.Polynomial = {}
    for coefficient, powers in data:
        key = tuple(sorted((str(name), int(e)) for name, e in powers))
        if any(e < 1 for _, e in key) or len({name for name, _ in key}) != len(key):
            raise Refused("a factor is malformed")
        made = ep.add(made, {key: Fraction(coefficient)} if Fraction(coefficient) else {})
    return made
