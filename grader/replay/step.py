"""Replays steps between statements with logarithms, exponentials and other functions: `Follows` claims over the reals beyond algebra.

Data, by `how`:

translated
    `inner` (method, data): evidence for the claim that `translated` makes of this one, in which functions are gone:
    1. a relation linear in logarithms to one base b > 1, sum c_i log A_i + C SIGN 0, becomes "all A_i > 0 and prod A_i^c_i SIGN b^(-C)" (the
       exponential increases), unless `logs` is false; where `powers` says so, b^A beside a positive number becomes a relation for A (the logarithm increases);
    2. tan, cot, sec, csc are quotients of sin and cos; powers with exponents m/2^k are square roots; the exponential of a sum is a product of
       powers of exponentials;
    3. what is left of functions becomes fresh real symbols, one for each different term, with what is known of their values (an exponential is
       positive, sin^2 + cos^2 = 1, a number lies between two fractions) as premises, and what its operands must satisfy beside the relation.
    The rewriting is exact at each point (a relation with an undefined side does not hold), so a proof for all values of the fresh symbols is a proof;
    where no fresh symbol was needed a refutation is one as well.
value
    `evidence`: the premise is x = c with a number c, and at c both sides of the conclusion, an equation in x, are defined and equal.
root
    `variable`, `low`, `high` (fractions), `point` (the other symbols): an equation among the premises has sides whose difference is continuous on
    [low, high] and has opposite signs at the ends, so it has a root between (intermediate value theorem); the other premises of its clause hold and
    the conclusion fails on the whole interval: REFUTED. Enclosures of the sides over the interval show that they are defined there.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader import kernel
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Finding, Follows, Status
from grader.replay.enclosure import Undefined, Unsupported, Unsure
from grader.replay.evaluate import Evaluator
from grader.replay.region import EXCEPTION, combine
from grader.replay.region_formula import plain
from grader.replay.step_terms import Translation
from grader.term import Term, apply, constant, free_names, from_data, replace, walk

MAX_CLAUSES = 60
CONTINUOUS = frozenset("add neg mul div pow sqrt exp log abs max min sin cos tan sinh cosh tanh atan asin acos sigmoid softplus relu root sec csc cot".split())
"""Operators that are continuous wherever they are defined."""
_FALSE, _TRUE = constant("false"), constant("true")


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """Replay the evidence. Fails with `Refused` at the first thing that does not hold."""
    if not isinstance(claim.conclusion, Follows):
        raise Refused("this checker decides what follows from conditions")
    if data["how"] == "translated":
        return _translated(claim, data)
    if data["how"] == "value":
        return _value(claim, data)
    if data["how"] == "root":
        return _root(claim, data)
    raise Refused(f"unknown kind of evidence: {data['how']!r}")


# ------------------------------------------------------------------------------------------------------------ translation


def translated(claim: Claim, powers: bool, logs: bool = True) -> tuple[Claim, dict[str, Term], bool]:
    """The claim in which functions have become fresh symbols, what these stand for, and whether they can take any values. Fails with `Refused`."""
    conclusion = claim.conclusion
    assert isinstance(conclusion, Follows)
    formulas = [plain(t) for t in (*claim.conditions, *conclusion.premises, conclusion.conclusion)]
    names = sorted(frozenset().union(*[free_names(f) for f in formulas]))
    for name in names:
        domain = claim.domain(name)
        if not (domain.is_real and domain.shape == "scalar" or domain.shape == "function" or _only_called(name, formulas)):
            raise Refused(f"{name} is not said to be a real number")
    work = Translation({n: claim.domain(n) for n in names}, formulas, powers, logs)
    made = [plain(work.formula(f)) for f in formulas]
    facts = [plain(f) for f in work.facts()]
    left = frozenset().union(*[free_names(f) for f in (*made, *facts)])
    domains = [(n, claim.domain(n)) for n in names if n in left]
    domains += [(atom.name, Domain("real")) for atom in work.atoms.values() if atom.name in left]
    inner = Claim(Follows((*facts, *made[:-1]), made[-1]), tuple(sorted(domains)))
    return inner, {atom.name: term for term, atom in work.atoms.items()}, _are_free(list(work.atoms))


def _are_free(atoms: list[Term]) -> bool:
    """Are they values and derivatives, each function's at one place x only, so that some functions give them any values?"""
    places: dict[Term, Term] = {}
    for atom in atoms:
        call = atom.args[0] if atom.is_apply("derivative") else atom
        if not call.is_apply("call", 2) or call.args[1].kind != "symbol" or places.setdefault(call.args[0], call.args[1]) != call.args[1]:
            return False
    return True


def _only_called(name: str, formulas: list[Term]) -> bool:
    """Is the name a function's name and nothing else?"""
    return not any(child.kind == "symbol" and child.name == name and not (node.is_apply("call") and k == 0)
                   for f in formulas for node in walk(f) for k, child in enumerate(node.args))


def _translated(claim: Claim, data: Mapping[str, Any]) -> Finding:
    inner, atoms, free = translated(claim, data["powers"] is True, data.get("logs", True) is True)
    method, evidence = data["inner"]
    if method != "region":
        raise Refused("a translated claim is about polynomials")
    found = kernel.settle(inner, Evidence(method, evidence)).finding
    if found.status is Status.PROVED:
        facts = tuple([f for f in found.facts if not f.startswith("_")])
        return Finding(Status.PROVED, facts, found.oracles, found.lemmas, ("The second condition follows from the first, by the laws of the functions in them.",))
    if found.status is Status.REFUTED and free:
        point = evidence.get("point", {})
        where = ", ".join(f"{atoms.get(n, n)} = {v if isinstance(v, str) else from_data(v)}" for n, v in sorted(point.items(), key=lambda p: p[0][0] == "_"))
        return Finding(Status.REFUTED, words=(f"Try {where}.", EXCEPTION) if atoms and where else found.words)
    raise Refused("the translated claim is not settled that way")


def at_value(claim: Claim) -> Claim:
    """The conclusion, an equation, at the number that the one premise names. Fails with `Refused`."""
    conclusion = claim.conclusion
    assert isinstance(conclusion, Follows)
    premises = [plain(t) for t in (*claim.conditions, *conclusion.premises)]
    wanted = plain(conclusion.conclusion)
    if len(premises) != 1 or premises[0].kind != "relation" or premises[0].signs != ("=",) or wanted.kind != "relation" or wanted.signs != ("=",):
        raise Refused("not a value and an equation")
    x, c = premises[0].args if premises[0].args[0].kind == "symbol" else premises[0].args[::-1]
    if x.kind != "symbol" or free_names(c) or not free_names(wanted) <= {x.name}:
        raise Refused("not a value and an equation")
    return Claim(Equal(*[replace(side, {x: c}) for side in wanted.args]), (("*", Domain("real")),))


def _value(claim: Claim, data: Mapping[str, Any]) -> Finding:
    inner = at_value(claim)
    assert isinstance(inner.conclusion, Equal)
    for side in (inner.conclusion.left, inner.conclusion.right):
        try:
            Evaluator({}, digits=40).value(side)
        except (Undefined, Unsure, Unsupported) as error:
            raise Refused(f"a side is not seen to be defined there: {error}") from error
    method, evidence = data["evidence"]
    found = kernel.settle(inner, Evidence(method, evidence)).finding
    if found.status is not Status.PROVED:
        raise Refused("the equation is not proved at the value")
    return Finding(Status.PROVED, found.facts, found.oracles, found.lemmas, ("The value satisfies the equation.",))


# ------------------------------------------------------------------------------------------------------------------- roots


def _root(claim: Claim, data: Mapping[str, Any]) -> Finding:
    conclusion = claim.conclusion
    assert isinstance(conclusion, Follows)
    premises = [plain(t) for t in (*claim.conditions, *conclusion.premises)]
    wanted = plain(conclusion.conclusion)
    variable, low, high = data["variable"], Fraction(data["low"]), Fraction(data["high"])
    point = {str(n): Fraction(v) for n, v in data["point"].items()}
    names = frozenset().union(*[free_names(f) for f in (*premises, wanted)])
    if {variable, *point} != names or variable in point or not low < high:
        raise Refused("the point does not name every symbol once")
    if any(max(len(str(v)), 0) > 400 for v in (low, high, *point.values())):
        raise Refused("a coordinate is too long")
    for name, value in point.items():
        if not (claim.domain(name).is_real and claim.domain(name).shape == "scalar" and claim.domain(name).admits(value)):
            raise Refused(f"{name} does not lie in its domain")
    domain = claim.domain(variable)
    if domain.field != "real" or domain.shape != "scalar" or not (domain.admits(low) and domain.admits(high)) or domain.nonzero and low <= 0 <= high:
        raise Refused(f"{variable} need not take all values of the interval")
    here = _Interval(point, variable, low, high, {n for n in point if claim.domain(n).field == "integer"})
    if not any(here.has_solution(clause) for clause in _clauses(premises)):
        raise Refused("no root is certain in the interval")
    if here.truth(wanted) is not False:
        raise Refused("the conclusion may hold in the interval")
    middle = (low + high) / 2
    where = ", ".join([*[f"{n} = {v}" for n, v in point.items()], f"{variable} = {float(middle):.6g} (about)"])
    return Finding(Status.REFUTED, words=(f"Try {where}.", EXCEPTION), teacher_words=(f"Try {where}. {EXCEPTION} The second reads {conclusion.conclusion}.",))


def _clauses(premises: list[Term]) -> list[list[Term]]:
    """The premises as alternatives, each a list of relations of which all hold."""

    def clauses(f: Term) -> list[list[Term]]:
        if f.is_apply("and"):
            made = [list(itertools.chain(*pick)) for pick in itertools.islice(itertools.product(*[clauses(a) for a in f.args]), MAX_CLAUSES + 1)]
        elif f.is_apply("or"):
            made = [c for a in f.args for c in clauses(a)]
        else:
            made = [] if f == _FALSE else [[]] if f == _TRUE else [[f]]
        if len(made) > MAX_CLAUSES:
            raise Refused("too many alternatives")
        return made

    return clauses(premises[0] if len(premises) == 1 else apply("and", *premises) if premises else _TRUE)


class _Interval:
    """Truth of relations on a whole interval of one variable, the others being fixed."""

    def __init__(self, point: dict[str, Fraction], variable: str, low: Fraction, high: Fraction, integers: set[str]) -> None:
        self.point, self.variable, self.ends, self.integers = point, variable, (low, high), integers

    def _evaluator(self, value: Any, digits: int) -> Evaluator:
        made = Evaluator(self.point, is_integer=lambda name: name in self.integers, digits=digits)
        low, high = self.ends
        made.point[self.variable] = made.e.around((low + high) / 2, (high - low) / 2) if value is None else value
        return made

    def sign(self, relation: Term, value: Fraction | None) -> int | None:
        """Sign of left - right at the value, or on the whole interval (None); None where it is not one sign or not defined."""
        for digits in (30, 80):
            ev = self._evaluator(value, digits)
            try:
                return ev.e.sign(ev.e.sub(ev.value(relation.args[0]), ev.value(relation.args[1])))
            except Unsure:
                continue
            except (Undefined, Unsupported):
                return None
        return None

    def defined(self, relation: Term) -> bool:
        """Are both sides certainly defined on the whole interval?"""
        try:
            ev = self._evaluator(None, 30)
            for side in relation.args:
                ev.value(side)
            return True
        except (Undefined, Unsure, Unsupported):
            return False

    def undefined(self, relation: Term) -> bool:
        """Is a side certainly undefined on the whole interval?"""
        ev = self._evaluator(None, 30)
        for side in relation.args:
            try:
                ev.value(side)
            except Undefined:
                return True
            except (Unsure, Unsupported):
                continue
        return False

    def truth(self, formula: Term) -> bool | None:
        """True or False where that is so on the whole interval, else None."""
        if formula.kind == "constant":
            return formula.name == "true"
        if formula.kind == "relation":
            if self.undefined(formula):
                return False
            sign = self.sign(formula, None)
            if sign is None:
                return None
            return {"=": sign == 0, "!=": sign != 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[formula.signs[0]]
        truths = [self.truth(a) for a in formula.args]
        if formula.name == "and" and False in truths:
            return False
        if formula.name == "or" and True in truths:
            return True
        return None if None in truths else combine(formula.name, [bool(t) for t in truths])

    def has_solution(self, clause: list[Term]) -> bool:
        """Is there a point of the interval at which all relations of the clause hold? One equation may have its root inside."""
        for k, relation in enumerate(clause):
            if relation.kind == "relation" and relation.signs == ("=",) and self._crosses(relation):
                return all(self.truth(other) is True for j, other in enumerate(clause) if j != k)
        return bool(clause) and all(self.truth(other) is True for other in clause)

    def _crosses(self, relation: Term) -> bool:
        if any(n.kind in ("binder", "tuple", "relation") or n.kind == "apply" and n.name not in CONTINUOUS for side in relation.args for n in walk(side)):
            return False
        first, last = [self.sign(relation, end) for end in self.ends]
        return first is not None and last is not None and first * last < 0 and self.defined(relation)
