"""How each operator of `term.BINDERS` is set in MathML: sums, integrals, limits, extremes, quantifiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.report import mathml as m
from grader.report.mathml import Box, at, bracketed, identifier, listed, row, sign
from grader.term import Term

Rule = Callable[[Term, Sequence[Box]], Box]

THIN = '<mspace width="0.17em"></mspace>'


def _bound(node: Term) -> str:
    return listed(m.box(b).code for b in node.bound)


def _range(node: Term, boxes: Sequence[Box]) -> str:
    """What stands below: the condition, or the bound symbols and the domain they run over."""
    if len(boxes) < 2:
        return _bound(node)
    condition = node.args[1]
    says_itself = condition.kind == "relation" or condition.kind == "apply" and condition.name in ("and", "or", "not", "where", "implies", "iff")
    return boxes[1].code if says_itself else row(_bound(node), sign("∈"), boxes[1].code)


def _big(shown: str, body_level: int = m.BIG) -> Rule:
    """A large sign with the range below (and above)."""

    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        large = sign(shown, movablelimits="false", largeop="true")
        if len(boxes) == 3:
            head = f"<munderover>{large}{row(_bound(node), sign('='), boxes[1].code)}{row(boxes[2].code)}</munderover>"
        else:
            body, *_ = boxes
            head = f"<munder>{large}{row(_range(node, boxes))}</munder>"
        return Box(row(head, at(boxes[0], body_level)), m.BIG, "word", boxes[0].last)

    return rule


def _integral(node: Term, boxes: Sequence[Box]) -> Box:
    sign_ = sign("∫", largeop="true")
    if len(boxes) == 3:
        sign_ = f"<msubsup>{sign_}{row(boxes[1].code)}{row(boxes[2].code)}</msubsup>"
    elif len(boxes) == 2:
        sign_ = f"<msub>{sign_}{row(boxes[1].code)}</msub>"
    measure = "".join(row(THIN, identifier("d", upright=True), m.box(b).code) for b in node.bound)
    return Box(row(sign_, at(boxes[0], m.BIG), measure), m.BIG, "word")


def _limit(node: Term, boxes: Sequence[Box]) -> Box:
    body, point, *side = boxes
    target = f"<msup>{row(at(point, m.SCRIPT))}{row(side[0].code)}</msup>" if side else point.code
    below = row(_bound(node), sign("→"), target)
    return Box(row(f"<munder>{sign('lim', movablelimits='false')}{below}</munder>", sign("\u2061"), at(body, m.BIG)), m.BIG, "word", body.last)


def _extreme(shown: str) -> Rule:
    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        head = f"<munder>{sign(shown, movablelimits='false')}{row(_range(node, boxes))}</munder>"
        return Box(row(head, sign("\u2061"), at(boxes[0], m.BIG)), m.BIG, "word", boxes[0].last)

    return rule


def _quantifier(shown: str) -> Rule:
    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        return Box(row(sign(shown, form="prefix"), row(_range(node, boxes)), sign(":"), at(boxes[0], m.LOOSE + 1)), m.LOOSE, "word", boxes[0].last)

    return rule


def _set_of(node: Term, boxes: Sequence[Box]) -> Box:
    body, condition = boxes
    return Box(bracketed(row(body.code, sign("|", stretchy="false", lspace="0.28em", rspace="0.28em"), condition.code), "{", "}"), m.ATOM, "bracket", "bracket")


def _lambda(node: Term, boxes: Sequence[Box]) -> Box:
    (body,) = boxes
    bound = _bound(node) if len(node.bound) == 1 else bracketed(_bound(node))
    return Box(row(bound, sign("↦"), at(body, m.LOOSE + 1)), m.LOOSE)


def _antiderivative(node: Term, boxes: Sequence[Box]) -> Box:
    (_,) = boxes
    return _integral(node, boxes)


BINDER_RULES: dict[str, Rule] = {
    "sum": _big("∑", m.BIG), "product": _big("∏", m.BIG), "integral": _integral, "antiderivative": _antiderivative, "limit": _limit,
    "maximum": _extreme("max"), "minimum": _extreme("min"), "supremum": _extreme("sup"), "infimum": _extreme("inf"),
    "argmax": _extreme("arg max"), "argmin": _extreme("arg min"), "forall": _quantifier("∀"), "exists": _quantifier("∃"),
    "set_of": _set_of, "lambda": _lambda,
}
