"""Derivatives of polynomials in entries by the entries of a letter (heads are those of `matrix_forms`).

d exp(t) = exp(t) dt, d rec(p) = -rec(p)^2 dp, d inv(P) = -inv(P) dP inv(P), d det(P) = det(P) tr(inv(P) dP) (Jacobi's formula); J. R. Magnus, H. Neudecker,
Matrix Differential Calculus, 3rd ed. (2019), chapters 8 and 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from grader.replay.matrix_shapes import ONE, Node, NoForm
from grader.replay.matrix_tensors import Atom, Label, Poly


def derivative(forms: Any, node: Node, row: Label, column: Label) -> Poly:
    """The entry at (row, column) of a gradient node."""
    (body,), (name, labels) = node.args, node.extra
    plain = [k for k, s in enumerate(body.shape) if forms.find(s) != ONE]
    by = [x for x, s in zip((row, column), node.shape) if forms.find(s) != ONE]
    if labels is not None:
        return by_letter(forms, forms.reduce(forms.of(body, row, column)), name, labels)
    own = by[len(plain):] if plain else by
    return by_letter(forms, forms.reduce(forms.of(body, row, row) if len(plain) == 1 and own else forms.of(body, row, column)), name, own)


def by_letter(forms: Any, p: Poly, name: str, labels: Sequence[Label]) -> Poly:
    """dp / d(letter at these labels)."""
    made: Poly = {}
    for mono, c in p.items():
        names = {x: forms.new() for _, ls in mono for x in ls if isinstance(x, int)}
        sizes = {new: forms.size_of(mono, old) for old, new in names.items()}
        opened = [(h, tuple([names.get(x, x) for x in ls])) for h, ls in mono]
        for k, atom in enumerate(opened):
            found = _of_atom(forms, atom, name, labels)
            if not found:
                continue
            part = forms.mul(forms.collect([(opened[:k] + opened[k + 1:], c)]), found)
            for label in sorted(sizes):
                part = forms.total(part, label, sizes[label])
            made = forms.add(made, part)
    return made


def _of_atom(forms: Any, atom: Atom, name: str, labels: Sequence[Label]) -> Poly:
    head, ls = atom
    kind = head[0]
    if kind == "s":
        if head[1].split(" ")[0] == name and head[1] != name:
            raise NoForm("a derivative by a matrix that is not free")
        if head[1] != name:
            return {}
        if len(ls) != len(labels):
            raise NoForm("a derivative by a letter of another shape")
        return forms.mul(forms.const(1), *[forms.delta(a, b, s) for a, b, s in zip(ls, labels, forms.sizes[head])])
    if kind in ("d", "size", "pow"):
        if kind == "pow" and by_letter(forms, forms.made[head], name, labels):
            raise NoForm("a derivative of a power with a size")
        return {}
    inner = forms.made[head]
    if kind in ("inv", "det"):
        a, b = forms.new(), forms.new()
        change = by_letter(forms, forms.rename(inner, {"0": a, "1": b}), name, labels)
        if not change:
            return {}
        size = forms.size_of(inner, "0")
        if kind == "inv":
            left, right = forms.atom(head, (ls[0], a), (size, size)), forms.atom(head, (b, ls[1]), (size, size))
            made = forms.scaled(forms.mul(left, change, right), -1)
        else:
            made = forms.mul({(atom,): Fraction(1)}, forms.inverse(inner, b, a), change)
        return forms.total(forms.total(made, a, size), b, size)
    change = by_letter(forms, forms.rename(inner, {str(k): x for k, x in enumerate(ls)}), name, labels)
    return forms.mul(_outer(forms, atom), change) if change else {}


def _outer(forms: Any, atom: Atom) -> Poly:
    """The derivative of a head by what it is made of."""
    head, ls = atom
    own = {(atom,): Fraction(1)}
    if head[0] == "exp":
        return own
    if head[0] == "rexp":
        return forms.scaled(own, -1)
    if head[0] == "rec":
        return forms.scaled(forms.mul(own, own), -1)
    inner = forms.rename(forms.made[head], {str(k): x for k, x in enumerate(ls)})
    if head[0] == "fn:log":
        return forms.rec(inner)
    if head[0] == "fn:sqrt":
        return forms.scaled(forms.rec(own), Fraction(1, 2))
    if head[0] in ("fn:sin", "fn:cos"):
        other = forms.composed("fn:cos" if head[0] == "fn:sin" else "fn:sin", inner)
        return other if head[0] == "fn:sin" else forms.scaled(other, -1)
    raise NoForm(f"the derivative of {head[0].removeprefix('fn:')}")
