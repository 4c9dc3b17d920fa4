"""Statements about sequences, for the checker of attention claims.

Statements are about sequences of real numbers and of vectors. A premise or conclusion is one relation of these forms:

- `E -> oo`, `E -> -oo`, `E -> c`; `E = F`, `E >= F`, `E > F` (and `<=`, `<`), each from some point of the sequence on;
- `abs(E) < oo`: E stays bounded; `E < oo`, `E > -oo`: bounded on that side;
- `exists i: S` for "some other key"; a free index that is no named key stands for every other key.

`E -> oo` where E = A / B and B is a sum of positive exponentials says the same as log A - log b -> oo for each of its (finitely many) addends b.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim
from grader.replay import scales
from grader.replay.attention_scenes import TIME, AnyKeys, Model, Scene, Value, add, number_of, times
from grader.replay.scales import ANY, BOUNDED, CONSTANT, GROWS, VANISHES, Letter, Modes, Scales
from grader.term import Term

Fact = tuple[str, Scales]


def facts_of(statement: Term, scene: Scene, at: Mapping[str, str] = {}) -> list[Fact]:
    """The statement as facts about numbers: (kind, E) with kind inf (E -> oo), limit (E -> 0), zero, nonneg, pos, bounded, floor (bounded below)."""
    if statement.kind != "relation" or len(statement.signs) != 1:
        raise Refused(f"{statement} is no statement known here")
    left, right, sign = *statement.args, statement.signs[0]
    if sign in ("<", "<=") and _infinite(right) == 0:
        left, right, sign = right, left, {"<": ">", "<=": ">="}[sign]
    end = _infinite(right)
    if sign == "->" and end:
        return _diverges(left if end > 0 else Term("apply", "neg", (left,)), scene, at)
    if end and (sign, end) in (("<", 1), (">", -1)):
        if left.is_apply("abs", 1):
            return [("bounded", number_of(scene.value(left.args[0], at)))]
        return [("floor", times(scales.constant(-end), number_of(scene.value(left, at))))]  # type: ignore[list-item]
    kinds = {"->": "limit", "=": "zero", ">=": "nonneg", ">": "pos"}
    if end or sign not in kinds:
        raise Refused(f"{statement} is no statement known here")
    gap = add(scene.value(left, at), times(scales.constant(-1), scene.value(right, at)))
    if isinstance(gap, Scales):
        return [(kinds[sign], gap)]
    if kinds[sign] not in ("limit", "zero") or isinstance(scene, AnyKeys):
        raise Refused("vectors are compared")
    return [(kinds[sign], c) for c in gap.values()]


def _infinite(term: Term) -> int:
    if term.is_apply("neg", 1):
        return -_infinite(term.args[0])
    return 1 if term.kind == "constant" and term.name == "oo" else 0


def _diverges(left: Term, scene: Scene, at: Mapping[str, str]) -> list[Fact]:
    if left.is_apply("div", 2):
        top = scene.value(left.args[0], at)
        addends = list(_addends(left.args[1], scene, at))
        if any(a[0] == "exp" for x in (top, *addends) if isinstance(x, Scales) for p in x.terms for a, _ in p):
            return [("inf", scales.log(number_of(top), scene.modes) - scales.log(number_of(b), scene.modes)) for b in addends]
    return [("inf", number_of(scene.value(left, at)))]


def _addends(term: Term, scene: Scene, at: Mapping[str, str]) -> Iterable[Value]:
    """The terms of a sum, a sum over keys taken apart into its values at each key."""
    if term.is_apply("add"):
        for a in term.args:
            yield from _addends(a, scene, at)
    elif term.kind == "binder" and term.name == "sum" and len(term.bound) == 1:
        whole = term.args[1] if len(term.args) == 2 else None
        if len(term.args) > 2 or whole is not None and (whole.kind != "relation" or whole.signs not in (("in",), ("notin",))):
            raise Refused("a sum over a range that is not known here")
        listed = [scene.tag(e, at) for e in whole.args[1].args] if whole is not None else []
        others = whole is None or whole.signs == ("notin",)
        tags = [x for x in scene.named if (x in listed) != others]
        generic = list(scene.copies) if isinstance(scene, Model) else ["!"]
        for x in tags + (generic if others else []):
            yield from _split(scene.value(term.args[0], {**at, term.bound[0].name: x}))
    else:
        yield from _split(scene.value(term, at))


def _split(value: Value) -> Iterable[Value]:
    return [Scales({p: c}) for p, c in value.terms.items()] if isinstance(value, Scales) else [value]


def holds(fact: Fact) -> bool:
    """Is the fact true from some t on, for a sum in t alone? Fails (`Refused`) where that is not clear."""
    kind, x = fact
    if kind == "zero" or kind == "nonneg" and not x.terms:
        return not x.terms
    if kind in ("nonneg", "pos"):
        return bool(x.terms) and lead_sign(x) > 0
    where, value = scales.limit(x, TIME)
    if kind == "limit":
        return where == "to" and (not value.terms or scales.sign_of_constant(value, TIME) == 0)
    return where in {"inf": ("oo",), "bounded": ("to",), "floor": ("to", "oo")}[kind]


def lead_sign(x: Scales) -> int:
    """Sign of a sum in t that is not empty, for all large t."""
    for product in x.terms:
        over = Scales({tuple((a, -e) for a, e in product if not scales.is_steady(a, TIME)): Fraction(1)})
        where, value = scales.limit(x * over, TIME)
        if where == "to" and value.terms:
            return scales.sign_of_constant(value, TIME) * scales.sign_of(product_of(over), TIME)
    raise Refused("a sign that is not clear")


def product_of(x: Scales) -> tuple:
    """The product of a sum that has just one."""
    (product,) = x.terms
    return product


def modes_of(claim: Claim, premises: Sequence[Term], constants: Iterable[str], scene_of: Callable[[Modes], Scene]) -> dict[str, Letter]:
    """What the domains, the list of constants and the premises about single letters say of each letter. `scene_of(modes)` makes the scene."""
    modes: dict[str, Letter] = {}
    for name, domain in claim.domains:
        if name != "*" and domain.shape == "scalar":
            modes[name] = Letter(_domain_sign(domain), ANY)
    for name in constants:
        modes[name] = Letter(modes.get(name, Letter()).sign, CONSTANT)
    for _ in range(3):
        before = dict(modes)
        for statement in premises:
            try:
                found = facts_of(statement, scene_of(modes))
            except Refused:
                continue
            for kind, x in found:
                _learn(kind, x, modes)
        if modes == before:
            break
    return modes


def _domain_sign(domain: Domain) -> int:
    if domain.is_positive:
        return 1
    return -1 if domain.upper is not None and (domain.upper < 0 or domain.upper == 0 and domain.upper_strict) else 0


def _learn(kind: str, x: Scales, modes: dict[str, Letter]) -> None:
    """Take up a fact about one letter: c y -> oo, c y -> 0, c y > 0, c y - d >= 0 with d > 0, |y| bounded."""
    rest = x.terms.get((), Fraction(0))
    products = [(p, c) for p, c in x.terms.items() if p]
    if len(products) != 1 or len(products[0][0]) != 1 or products[0][0][0][0][0] != "x" or products[0][0][0][1] != 1:
        return
    (((_, name), _),), c = products[0]
    old, sign = modes.get(name, Letter()), 1 if c > 0 else -1
    if kind == "inf":
        modes[name] = Letter(sign, GROWS)
    elif kind == "limit" and not rest:
        modes[name] = Letter(old.sign, VANISHES)
    elif kind == "pos" and rest <= 0 or kind == "nonneg" and rest < 0:
        modes[name] = Letter(sign, old.size)
    elif kind == "bounded" and old.size == ANY:
        modes[name] = Letter(old.sign, BOUNDED)
