"""Eigenvalues of matrices that are written out: det(M - lambda I) as a polynomial, its roots, and what is said of them.

A line "lambda = e_1 or lambda = e_2" says the same as P(lambda) = 0 exactly where P = c (lambda - e_1)(lambda - e_2) with a number c other than 0; where
P(e_1) P(e_2) is not zero, P still has a root (a polynomial that is not constant), and no e_k is one: then neither line follows from the other. What is
said of lambda after that is judged with each e_k put in, so that it follows exactly where it holds of each. lambda ranges over the complex numbers, all
other names without a domain over the real ones. (R. Horn, C. Johnson, Matrix Analysis, 2013, section 1.2.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import permutations

from grader.term import Term, apply, free_names, number, symbol, walk
from grader.term import replace as put

MAX_SIDE = 3
"""Rows of a matrix whose determinant is written out."""
MAX_CASES = 4


def characteristic(term: Term) -> tuple[Term, str] | None:
    """(M, "lambda") for det(M - lambda I) and det(lambda I - M); None for other terms."""
    if not term.is_apply("det", 1) or not term.args[0].is_apply("add", 2):
        return None
    for part, other in (term.args[0].args, term.args[0].args[::-1]):
        part, other = [t.args[0] if t.is_apply("neg", 1) else t for t in (part, other)]
        if part.is_apply("mul", 2) and symbol("I") in part.args and (root := next((a for a in part.args if a != symbol("I")), None)) is not None \
                and root.kind == "symbol" and (other.kind == "symbol" or _rows(other)):
            return other, root.name
    return None


def characteristics(terms: Iterable[Term]) -> list[tuple[Term, str]]:
    """Every (M, "lambda") of the terms, in order, once."""
    return list(dict.fromkeys([found for t in terms for n in walk(t) if (found := characteristic(n)) is not None]))


def _rows(term: Term) -> list[tuple[Term, ...]]:
    """The rows of a square matrix that is written out; empty for other terms."""
    if term.kind != "tuple" or term.name != "matrix" or not all(r.kind == "tuple" and len(r.args) == len(term.args) for r in term.args):
        return []
    return [r.args for r in term.args] if 1 <= len(term.args) <= MAX_SIDE else []


def is_matrix(term: Term) -> bool:
    """Is it a square matrix that is written out, small enough for its determinant to be?"""
    return bool(_rows(term))


def written_out(term: Term, definitions: tuple[tuple[Term, Term], ...]) -> Term:
    """The term with det(M - lambda I) as the sum over permutations, for matrices M that are written out."""
    args = tuple([written_out(a, definitions) for a in term.args])
    term = term.with_args(args) if args else term
    found = characteristic(term)
    if found is None:
        return term
    matrix, root = found
    rows = _rows(next((body for head, body in reversed(definitions) if head == matrix), matrix))
    if not rows or any(root in free_names(entry) for row in rows for entry in row):
        return term
    first = term.args[0].args[0]
    turned = first.is_apply("mul") or first.is_apply("neg") and not first.args[0].is_apply("mul")  # lambda I - M
    if _same_signs(term):
        return term
    entries = [[_entry(entry, root, i == j, turned) for j, entry in enumerate(row)] for i, row in enumerate(rows)]
    parts = []
    for order in permutations(range(len(rows))):
        product: Term = entries[0][order[0]]
        for i in range(1, len(rows)):
            product = apply("mul", product, entries[i][order[i]])
        odd = sum(a > b for k, a in enumerate(order) for b in order[k + 1:]) % 2
        parts.append(apply("neg", product) if odd else product)
    total = parts[0]
    for part in parts[1:]:
        total = apply("add", total, part)
    return total


def _same_signs(term: Term) -> bool:
    """M + lambda I and -M - lambda I are left alone."""
    return len({t.is_apply("neg", 1) for t in term.args[0].args}) == 1


def _entry(entry: Term, root: str, diagonal: bool, turned: bool) -> Term:
    here = apply("neg", entry) if turned else entry
    return apply("add", here, symbol(root) if turned else apply("neg", symbol(root))) if diagonal else here


# --------------------------------------------------------------------------------------------------------------------- roots


def cases(statement: Term, root: str) -> tuple[Term, ...]:
    """(e_1, e_2) of "lambda = e_1 or lambda = e_2"; empty for other statements."""
    parts = statement.args if statement.is_apply("or") else (statement,)
    found = [p.args[1] for p in parts if p.kind == "relation" and p.signs == ("=",) and p.args[0] == symbol(root) and root not in free_names(p.args[1])]
    return tuple(dict.fromkeys(found)) if len(found) == len(parts) <= MAX_CASES else ()


def _is_polynomial(term: Term, root: str) -> bool:
    if root not in free_names(term) or term.kind == "symbol":
        return True
    if term.is_apply("pow", 2):
        power = term.args[1]
        return _is_polynomial(term.args[0], root) and power.kind == "number" and power.value is not None and power.value in (1, 2, 3, 4)
    return term.kind == "apply" and term.name in ("add", "mul", "neg") and all(_is_polynomial(a, root) for a in term.args)


def factored(left: Term, roots: tuple[Term, ...], root: str, short: Callable[[Term], Term]) -> tuple[Term, Term, Term] | None:
    """(P, c times the product of lambda - e_k, the product of the P(e_k)) for an equation of degree two in lambda, P its difference; None for others."""
    if left.kind != "relation" or left.signs != ("=",) or not 1 <= len(roots) <= 2 or not all(_is_polynomial(a, root) for a in left.args):
        return None
    whole = apply("add", left.args[0], apply("neg", left.args[1]))
    at = [put(whole, {symbol(root): number(k)}) for k in (0, 1, 2)]
    leading = short(apply("mul", apply("div", number(1), number(2)),
                          apply("add", apply("add", at[2], at[0]), apply("neg", apply("mul", number(2), at[1])))))
    bare = leading.args[0] if leading.is_apply("neg", 1) else leading
    if bare.kind != "number" or not bare.value:
        return None
    differences = [apply("add", symbol(root), apply("neg", e)) for e in (roots * 2)[:2]]
    values = [put(whole, {symbol(root): e}) for e in roots]
    return whole, apply("mul", leading, apply("mul", *differences)), values[0] if len(values) == 1 else apply("mul", *values)


def relations_in(statement: Term) -> Iterator[tuple[Term, str, Term]]:
    """(left, sign, right) for each relation of a statement made of equations and inequalities with "and". Fails with ValueError for others."""
    if statement.is_apply("and"):
        for part in statement.args:
            yield from relations_in(part)
    elif statement.kind == "relation" and set(statement.signs) <= {"=", "<", "<=", ">", ">="}:
        yield from zip(statement.args, statement.signs, statement.args[1:])
    else:
        raise ValueError("not made of equations and inequalities")
