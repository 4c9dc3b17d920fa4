"""Growth in one symbol: scales in a single growing symbol are totally ordered, so that every question has an answer.

`Line` compares forms in one growing symbol exactly: of the atoms in a form the largest decides, and which atom is larger is decided by their
logarithms, whose towers are lower. (The scale of logarithmico-exponential functions: Hardy, Orders of Infinity, 1910, chapter III.) Along a
curve, where every growing symbol is given as a function of one parameter, this refutes; for one growing symbol it also proves.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.algebra import growth_constants as constants
from grader.algebra.growth_constants import Unfit
from grader.algebra.growth_scales import Atom, Form, Order, log_of
from grader.algebra.growth_terms import Converter
from grader.domain import Domain
from grader.term import Term

MAX_NESTING = 60


class Line:
    """The oracle in one growing symbol."""

    def __init__(self, name: str, domains: Mapping[str, Domain]) -> None:
        self.name, self.domains = name, domains

    def limit(self, form: Form, depth: int = 0) -> int:
        """1 where the form tends to infinity, -1 to minus infinity, 0 where it is empty. Fails where a sign is unknown."""
        if not form:
            return 0
        if depth > MAX_NESTING:
            raise Unfit("nested too deep")
        atoms = list(form.terms)
        for atom in atoms:
            if atom[0] == "L" and atom[2] != self.name:
                raise Unfit(f"{atom[2]} does not grow here")
            if atom[0] == "T":
                self.limit(atom[1], depth + 1)  # fails where a name in it does not grow
        largest = atoms[0]
        for atom in atoms[1:]:
            if self._compare(atom, largest, depth) > 0:
                largest = atom
        sign = constants.sign(form.terms[largest], self.domains)
        if sign is None:
            raise Unfit("an exponent of unknown sign")
        return sign

    def _compare(self, a: Atom, b: Atom, depth: int) -> int:
        if a[0] == "L" and b[0] == "L":
            return b[1] - a[1]
        return self.limit(log_of(a) - log_of(b), depth + 1)

    def small(self, scale: Form, others: tuple[Form, ...]) -> bool:
        return self._beside(scale, others, 1)

    def bounded(self, scale: Form, others: tuple[Form, ...]) -> bool:
        return self._beside(scale, others, 0)

    def _beside(self, scale: Form, others: tuple[Form, ...], least: int) -> bool:
        for other in others:
            try:
                if self.limit(other - scale) >= least:
                    return True
            except Unfit:
                continue
        return False

    def largest(self, order: Order) -> Form:
        """The one scale that the minimum of sums amounts to."""
        tops = []
        for alternative in order.alternatives:
            top = alternative[0]
            for form in alternative[1:]:
                if self.limit(form - top) > 0:
                    top = form
            tops.append(top)
        least = tops[0]
        for top in tops[1:]:
            if self.limit(top - least) < 0:
                least = top
        return least


def compare(left: Term, right: Term, line: Line) -> int:
    """The limit of log(left / right): 1, 0 (a bounded ratio, away from 0) or -1. Fails with `Unfit`."""
    converter = Converter(line, (line.name,))
    return line.limit(line.largest(converter.order(left)) - line.largest(converter.order(right)))
