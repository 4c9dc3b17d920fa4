"""Nodes (`matrix_shapes`) as polynomials in entries: the product of two matrices is a sum over the index between them, a transpose swaps two labels, the
identity is the Kronecker symbol, diag v has the entries delta_ij v_i.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.domain import Domain
from grader.replay.matrix_derivatives import derivative
from grader.replay.matrix_forms import Forms
from grader.replay.matrix_shapes import ONE, Node, NoForm
from grader.replay.matrix_tensors import Head, Label, Poly

ROW, COLUMN = "<", ">"


class Nodes(Forms):
    """Polynomials of nodes."""

    def letter_head(self, name: str) -> Head:
        traits = self.domains.get(name, Domain()).traits
        return ("s", name, bool({"symmetric", "positive definite", "psd", "projection"} & set(traits)))

    def letter(self, node: Node, labels: Sequence[Label]) -> Poly:
        """An entry of a letter."""
        name, domain = node.extra[0], self.domains.get(node.extra[0], Domain())
        sizes = [s for s in node.shape if self.find(s) != ONE]
        if domain.shape == "matrix" and "diagonal" in domain.traits and len(labels) == 2:
            head = ("s", f"{name} diagonal", False)
            made = self.mul(self.delta(labels[0], labels[1], sizes[0]), self.atom(head, labels[:1], sizes[:1]))
        elif "skew" in domain.traits and len(labels) == 2:
            head = ("s", f"{name} half", False)
            made = self.minus(self.atom(head, labels, sizes), self.atom(head, labels[::-1], sizes))
        else:
            head = self.letter_head(name)
            made = self.atom(head, labels, sizes)
        if domain.is_positive:
            self.positive.add(head)
        if domain.is_nonnegative or "simplex" in domain.traits:
            self.nonnegative.add(head)
        return made

    def poly(self, node: Node) -> Poly:
        """The polynomial of a node in the labels "<" (row) and ">" (column), as far as it has them, reduced."""
        return self.reduce(self.of(node, ROW, COLUMN))

    def of(self, node: Node, row: Label, column: Label) -> Poly:
        """The entry of a node at these labels."""
        found = getattr(self, f"_of_{node.op}", None)
        if found is None:
            raise NoForm("a matrix that is written out")
        return found(node, row, column)

    def _spread(self, shape: tuple[str, str], row: Label, column: Label) -> list[tuple[Label, str]]:
        return [(x, self.find(s)) for x, s in zip((row, column), shape) if self.find(s) != ONE]

    def _of_number(self, node: Node, row: Label, column: Label) -> Poly:
        return self.const(node.extra[0])

    def _of_size(self, node: Node, row: Label, column: Label) -> Poly:
        return self.size(node.extra[0])

    def _of_letter(self, node: Node, row: Label, column: Label) -> Poly:
        return self.letter(node, [x for x, _ in self._spread(node.shape, row, column)])

    def _of_zero(self, node: Node, row: Label, column: Label) -> Poly:
        return {}

    def _of_eye(self, node: Node, row: Label, column: Label) -> Poly:
        return self.delta(row, column, node.shape[0]) if self.find(node.shape[0]) != ONE else self.const(1)

    def _of_ones(self, node: Node, row: Label, column: Label) -> Poly:
        return self.const(1)

    def _of_basis(self, node: Node, row: Label, column: Label) -> Poly:
        return self.delta(row, node.extra[0], node.shape[0])

    def _of_delta(self, node: Node, row: Label, column: Label) -> Poly:
        return self.delta(*node.extra)

    def _of_add(self, node: Node, row: Label, column: Label) -> Poly:
        return self.add(*[self.of(a, row, column) for a in node.args])

    def _of_scale(self, node: Node, row: Label, column: Label) -> Poly:
        return self.mul(self.of(node.args[0], row, column), self.of(node.args[1], row, column))

    def _of_prod(self, node: Node, row: Label, column: Label) -> Poly:
        a, b = node.args
        size = self.find(a.shape[1])
        if size == ONE:
            return self.mul(self.of(a, row, column), self.of(b, row, column))
        k = self.new()
        return self.total(self.mul(self.of(a, row, k), self.of(b, k, column)), k, size)

    def _of_T(self, node: Node, row: Label, column: Label) -> Poly:
        return self.of(node.args[0], column, row)

    def _of_inv(self, node: Node, row: Label, column: Label) -> Poly:
        p = self.reduce(self.of(node.args[0], "0", "1"))
        if not p:
            raise NoForm("the inverse of zero")
        return self.inverse(p, row, column)

    def _of_trace(self, node: Node, row: Label, column: Label) -> Poly:
        k = self.new()
        return self.total(self.of(node.args[0], k, k), k, node.args[0].shape[0])

    def _of_det(self, node: Node, row: Label, column: Label) -> Poly:
        return self.det(self.of(node.args[0], "0", "1"))

    def _of_diag(self, node: Node, row: Label, column: Label) -> Poly:
        return self.mul(self.delta(row, column, node.shape[0]), self.of(node.args[0], row, row))

    def _of_undiag(self, node: Node, row: Label, column: Label) -> Poly:
        return self.of(node.args[0], row, row)

    def _of_hadamard(self, node: Node, row: Label, column: Label) -> Poly:
        return self.mul(*[self.of(a, row, column) for a in node.args])

    def _of_entry(self, node: Node, row: Label, column: Label) -> Poly:
        labels = node.extra
        return self.of(node.args[0], labels[0], labels[-1])

    def _of_array(self, node: Node, row: Label, column: Label) -> Poly:
        made = self.of(node.args[0], row, column)
        return self.rename(made, dict(zip(node.extra, (row, column))))

    def _of_row(self, node: Node, row: Label, column: Label) -> Poly:
        return self.of(node.args[0], node.extra[0], row)

    def _of_sum(self, node: Node, row: Label, column: Label) -> Poly:
        return self.total(self.of(node.args[0], row, column), *node.extra)

    def _of_fn(self, node: Node, row: Label, column: Label) -> Poly:
        return self.function(node.extra[0], self.of(node.args[0], row, column))

    def _of_recip(self, node: Node, row: Label, column: Label) -> Poly:
        return self.rec(self.of(node.args[0], row, column))

    def _of_sizepow(self, node: Node, row: Label, column: Label) -> Poly:
        return self.power_of_size(self.reduce(self.of(node.args[0], row, column)), node.extra[0])

    def _of_grad(self, node: Node, row: Label, column: Label) -> Poly:
        return derivative(self, node, row, column)
