"""Quantities that are never negative, of which bounds are put together: weighted squares, quadratic forms of positive semidefinite matrices, what the
Cauchy-Schwarz and triangle inequalities leave over, and products of positive factors.
"""

from __future__ import annotations

from typing import Any

from grader.kernel import Refused
from grader.model import Claim
from grader.replay.matrix_claims import Situation
from grader.replay.matrix_nodes import Nodes
from grader.replay.matrix_shapes import Node, neg
from grader.replay.matrix_tensors import Poly
from grader.term import from_data

LEMMAS = {"cauchy": "cauchy_schwarz", "triangle": "triangle_inequality"}
"""Kinds of quantities and the lemmas that say that they are not negative."""


def is_nonnegative(forms: Nodes, p: Poly, strictly: bool = False) -> bool:
    """Is p nonnegative (positive) product by product, perhaps after multiplying by positive denominators?"""
    p = forms.reduce(p)
    for _ in range(4):
        if forms.all_positive(p, strictly) or not p and not strictly:
            return True
        heads = [(h, ls) for m in p for h, ls in m if h[0] == "rec" and forms.all_positive(forms.made[h]) and all(isinstance(x, str) for x in ls)]
        if not heads:
            return False
        head, labels = min(heads, key=str)
        p = forms.reduce(forms.mul(p, forms.rename(forms.made[head], {str(k): x for k, x in enumerate(labels)})))
    return False


def quantity(claim: Claim, s: Situation, forms: Nodes, item: list[Any], lemmas: list[str]) -> tuple[Poly, bool]:
    """A quantity that is never negative, and whether it is positive. Fails with `Refused` where that is not known."""
    kind, weight = item[0], s.language.node(from_data(item[1]))
    w = forms.poly(weight)
    if not is_nonnegative(forms, w) and not _is_nonnegative_node(s, forms, weight):
        raise Refused("a factor that is not known to be nonnegative")
    strict_weight = is_nonnegative(forms, w, True)
    nodes = [s.language.node(from_data(t)) for t in item[2:]]
    make = s.language.make
    if kind == "weight":
        return w, strict_weight
    if kind == "square":
        v = nodes[0]
        value = forms.of(v, "<", ">")
        square = forms.mul(w, value, value)
        for label, size in zip(("<", ">"), v.shape):
            if forms.find(size) != "1":
                square = forms.total(square, label, size)
        return forms.reduce(square), strict_weight and _is_nonzero(s, v)
    if not weight.is_number:
        raise Refused("a factor that is no number")
    if kind == "form":
        a, v = nodes
        definite = _definite_hypothesis(s, forms, a)
        made = make.prod(make.transpose(v), make.prod(a, v))
        return forms.reduce(forms.mul(w, forms.poly(made))), definite and strict_weight and _is_nonzero(s, v)
    if kind not in LEMMAS:
        raise Refused(f"no quantity is called {kind!r}")
    lemmas.append(LEMMAS[kind])
    u, v = nodes
    if kind == "cauchy":
        made = make.add([make.prod(make.norm(u, "2"), make.norm(v, "2")), neg(make.inner(u, v))])
    else:
        whole = make.norm(make.add([u, v]), "2")
        made = make.add([make.norm(u, "2"), make.norm(v, "2"), neg(whole)])
    return forms.reduce(forms.mul(w, forms.poly(made))), False


def _is_nonnegative_node(s: Situation, forms: Nodes, node: Node) -> bool:
    """Is a node nonnegative entry by entry: a product of such, or 1 - p with p at most 1?"""
    if node.op in ("hadamard", "scale"):
        return all(_is_nonnegative_node(s, forms, a) for a in node.args)
    if node.op == "add" and len(node.args) == 2:
        for first, second in (node.args, node.args[::-1]):
            if second.op == "scale" and second.args[0].op == "number" and second.args[0].extra[0] == -1 and second.args[1].op in ("letter", "entry"):
                letter = second.args[1] if second.args[1].op == "letter" else second.args[1].args[0]
                upper = s.domains[letter.extra[0]].upper if letter.op == "letter" else None
                if upper is not None and is_nonnegative(forms, forms.minus(forms.poly(first), forms.const(upper))):
                    return True
    return is_nonnegative(forms, forms.poly(node))


def _is_nonzero(s: Situation, v: Node) -> bool:
    """Is it a letter (perhaps transposed) that is not zero?"""
    v = v.args[0] if v.op == "T" else v
    return v.op == "letter" and (s.domains[v.extra[0]].nonzero or s.domains[v.extra[0]].unit or s.domains[v.extra[0]].is_positive)


def _definite_hypothesis(s: Situation, forms: Nodes, a: Node) -> bool:
    """True for positive definite, False for semidefinite, by hypothesis. Fails with `Refused` where nothing is said."""
    if a.op == "letter":
        traits, domain = set(s.domains[a.extra[0]].traits), s.domains[a.extra[0]]
        if "positive definite" in traits:
            return True
        if traits & {"psd", "projection"} or "diagonal" in traits and domain.is_nonnegative:
            return "diagonal" in traits and domain.is_positive
    if a.op == "inv" and a.args[0].op == "letter" and "positive definite" in s.domains[a.args[0].extra[0]].traits:
        return True
    p = forms.poly(a)
    for node, strict in s.psd:
        if forms.poly(node) == p:
            return strict
    raise Refused("a matrix that is not known to be positive semidefinite")
