"""Links with limits of quotients: what they come to is stated as claims of equality.

lim_{h -> a} B = V is shown by a function G with B = G (claim "near ...") that is a quotient of polynomials in h whose divisor does not vanish at a: such a
G is continuous there, so the limit is G at h = a, and V is compared with that (claim "value"). Two limits at the same place are equal where the
functions are. A limit of another form is a claim `TendsTo`; limits that this leaves open (two of them, as where l'Hopital's rule is used) are compared as
numbers (claim "equal"). The limit of an integral whose bound tends to where the integrand has no value is the improper integral, by definition.
"""

from __future__ import annotations

from grader.model import Claim, Equal, Status, TendsTo, Verdict
from grader.term import Term, free_names, walk
from grader.term import replace as put
from grader.theories._theory import Context, Link, Settled, Step, example_of


def has_limit(link: Link) -> bool:
    """Is one side a limit as a whole, and no limit inside anything else?"""
    sides = (link.left, link.right)
    whole = [t for t in sides if _is_limit(t)]
    inside = [n for t in sides for n in walk(t) if _is_limit(n)]
    return bool(whole) and len(inside) == len(whole) and (link.sign or "=") == "="


def _is_limit(term: Term) -> bool:
    return term.kind == "binder" and term.name == "limit"


def _cancelled(limit: Term) -> tuple[Term, Term] | None:
    """A quotient in lowest terms that equals the body, and its value at the point; None where there is none or its divisor vanishes."""
    from grader.algebra.rational import NotRational, rational

    body, point = limit.args[0], limit.args[1]
    name = limit.bound[0].name
    if point.kind == "constant" and point.name == "oo" or point.is_apply("neg") and point.args[0].kind == "constant":
        return None
    atoms: dict[str, Term] = {}

    def atom(node: Term) -> str | None:
        if node.kind in ("number", "symbol") or node.kind == "apply" and node.name in ("add", "neg", "mul", "div", "percent") or \
                node.is_apply("pow") and node.args[1].kind == "number" and node.args[1].value.denominator == 1:
            return None
        if name in free_names(node):
            raise NotRational("another function of the variable")
        label = f"_{len(atoms)}" if node not in atoms.values() else next(k for k, v in atoms.items() if v == node)
        atoms[label] = node
        return label

    try:
        found = rational(body, atom=atom).to_term(atoms)
        value = put(found, {limit.bound[0]: point})
        if rational(value, atom=atom) is None:
            return None
    except (NotRational, ValueError, ZeroDivisionError):
        return None
    return found, value


def _carried_out(value: Term) -> Term:
    """The value with its derivatives carried out, where there is a rule."""
    from grader.algebra.calculus import NoDerivative, carry_out

    try:
        return carry_out(value)
    except NoDerivative:
        return value


def claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """What must be settled next about a link with limits."""

    def stated(conclusion: object, label: str) -> Claim:
        return Claim(conclusion, context.domains, context.conditions, label)  # type: ignore[arg-type]

    left, right = link.left, link.right
    if _is_limit(left) and _is_limit(right) and left.bound == right.bound and left.args[1:] == right.args[1:]:
        bodies = stated(Equal(left.args[0], right.args[0]), "bodies")
        if "bodies" not in settled or settled["bodies"].equal:
            return (bodies,)
    made, values, open_ = [], [], []
    for side, name in ((left, "left"), (right, "right")):
        if not _is_limit(side):
            values.append(side)
            continue
        found = _improper(side) or _cancelled(side)
        if found is None:
            open_.append(side)
            continue
        made.append(stated(Equal(found[0], side.args[0]), f"near {name}"))
        values.append(found[1])
    if len(open_) == 1 and len(values) == 1:
        limit, target = open_[0], _carried_out(values[0])
        if target != values[0]:
            made.append(stated(Equal(values[0], target), "near other"))
        made.append(stated(TendsTo(limit.args[0], limit.bound[0].name, limit.args[1], target), "limit"))
    if len(values) == 2:
        made.append(stated(Equal(values[0], values[1]), "value"))
    if all(c.label in settled for c in made) and _decisive(settled) is None:
        made.append(stated(Equal(left, right), "equal"))
    return tuple(made)


def _decisive(settled: Settled) -> Verdict | None:
    """The verdict on the value, where the functions near the point are proved to be what they are taken for."""
    near, value, limit = [v for label, v in settled.items() if label.startswith("near")], settled.get("value"), settled.get("limit")
    found = (value if value is not None and near else limit) if all(v.status is Status.PROVED for v in near) else None
    return found if found is not None and found.equal is not None else None


def _improper(limit: Term) -> tuple[Term, Term] | None:
    """For the limit of an integral as its bound moves: the integral with the bound at its limit."""
    body = limit.args[0]
    if body.kind != "binder" or body.name != "integral" or len(body.args) != 3 or limit.bound[0].name in free_names(body.args[0]):
        return None
    moved = [k for k in (1, 2) if body.args[k] == limit.bound[0]]
    if len(moved) != 1 or limit.bound[0].name in free_names(body.args[3 - moved[0]]):
        return None
    return body, body.with_args(tuple([limit.args[1] if k == moved[0] else a for k, a in enumerate(body.args)]))


def conclude(link: Link, context: Context, settled: Settled) -> Step:
    """What holds, by the verdicts."""
    bodies = settled.get("bodies")
    if bodies is not None and bodies.equal:
        return Step(link.line, "equal", bodies.status, "the functions under the limits are equal.", (bodies,))
    evidence = tuple(v for label, v in settled.items() if label != "bodies")
    decisive = _decisive(settled) or settled.get("equal")
    if decisive is None or decisive.equal is None:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", evidence)
    if decisive.equal:
        return Step(link.line, "equal", decisive.status, "the two sides are equal.", evidence, decisive.finding.facts)
    return Step(link.line, "fails", Status.REFUTED, "the two sides are not equal.", evidence, example=example_of(decisive))


__all__ = ["claims", "conclude", "has_limit"]
