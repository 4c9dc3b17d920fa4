"""Eigenvalues of matrices that are written out: det(M - lambda I) as a polynomial, names of eigenvalues, and what statements say that they are.

lambda stands for any of the eigenvalues, lambda_{1,2} and lambda_± for each of them, lambda_1 and lambda_2 for single ones. A statement that lists values
("lambda_1 = 1 and lambda_2 = 3", "lambda = 1 ± i eta", "1 - lambda = ± i eta") becomes "lambda = e_1 or lambda = e_2". lambda ranges over the complex
numbers (unless it is compared with < or >), all other names without a domain over the real ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import permutations

from grader.term import Term, apply, free_names, number, relation, symbol, walk
from grader.term import replace as put

MAX_SIDE = 3
"""Rows of a matrix whose determinant is written out."""
MAX_CASES = 4
BASES = ("lambda", "mu")
"""Names that stand for eigenvalues where a matrix is written out, unless they stand in it."""
_SPEAK = re.compile(r"eigenvalue|characteristic (?:polynomial|equation)|spectral radius", re.IGNORECASE)
_EACH = frozenset("pm mp".split())
_SIGNED = frozenset("plus minus".split())


def characteristic(term: Term) -> tuple[Term, str] | None:
    """(M, "lambda") for det(M - lambda I) and det(lambda I - M); None for other terms."""
    if not term.is_apply("det", 1) or not term.args[0].is_apply("add", 2):
        return None
    for part, other in (term.args[0].args, term.args[0].args[::-1]):
        part, other = [t.args[0] if t.is_apply("neg", 1) else t for t in (part, other)]
        if part.is_apply("mul", 2) and any(_is_identity(a) for a in part.args) and (root := next((a for a in part.args if not _is_identity(a)), None)) is not None \
                and root.kind == "symbol" and (other.kind == "symbol" or _rows(other)):
            return other, root.name
    return None


def _is_identity(term: Term) -> bool:
    return term == symbol("I") or term.is_apply("index", 2) and term.args[0] == symbol("I")


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
    """The term with det(M - lambda I), det M and tr M as sums, for matrices M that are written out."""
    args = tuple([written_out(a, definitions) for a in term.args])
    term = term.with_args(args) if args else term
    if term.kind == "apply" and term.name in ("det", "trace", "abs") and len(term.args) == 1:
        rows = _rows(_defined(term.args[0], definitions))
        if rows and (term.name != "abs" or term.args[0].kind == "symbol"):
            return _sum([row[k] for k, row in enumerate(rows)]) if term.name == "trace" else _determinant(rows)
    found = characteristic(term)
    if found is None:
        return term
    matrix, root = found
    rows = _rows(_defined(matrix, definitions))
    if not rows or any(root in free_names(entry) for row in rows for entry in row):
        return term
    first = term.args[0].args[0]
    turned = first.is_apply("mul") or first.is_apply("neg") and not first.args[0].is_apply("mul")  # lambda I - M
    if _same_signs(term):
        return term
    return _determinant([tuple([_entry(entry, root, i == j, turned) for j, entry in enumerate(row)]) for i, row in enumerate(rows)])


def _defined(matrix: Term, definitions: tuple[tuple[Term, Term], ...]) -> Term:
    return next((body for head, body in reversed(definitions) if head == matrix), matrix)


def _determinant(entries: list[tuple[Term, ...]]) -> Term:
    """The sum over permutations."""
    parts = []
    for order in permutations(range(len(entries))):
        product: Term = entries[0][order[0]]
        for i in range(1, len(entries)):
            product = apply("mul", product, entries[i][order[i]])
        odd = sum(a > b for k, a in enumerate(order) for b in order[k + 1:]) % 2
        parts.append(apply("neg", product) if odd else product)
    return _sum(parts)


def _sum(parts: list[Term]) -> Term:
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


# --------------------------------------------------------------------------------------------------------------------- names


def names_each(term: Term, base: str) -> bool:
    """Is it lambda, lambda_{1,2}, or lambda_±: a name for each of the eigenvalues?"""
    if term == symbol(base):
        return True
    if not term.is_apply("index") or term.args[0] != symbol(base):
        return False
    marks = term.args[1:]
    return len(marks) >= 2 and all(m.kind == "number" for m in marks) or len(marks) == 1 and (
        marks[0].kind == "symbol" and marks[0].name in _EACH or marks[0].is_apply("div", 2) and all(a.kind == "number" for a in marks[0].args))


def names_one(term: Term, base: str) -> bool:
    """Is it lambda_1, lambda_2, lambda_+ or lambda_-: a name for one of the eigenvalues?"""
    if not term.is_apply("index", 2) or term.args[0] != symbol(base):
        return False
    mark = term.args[1]
    return mark.kind == "number" or mark.kind == "symbol" and mark.name in _SIGNED


def speaks_of(term: Term, base: str) -> bool:
    """Does an eigenvalue's name occur?"""
    return base in free_names(term)


def canonical(term: Term, base: str) -> tuple[Term, tuple[tuple[Term, Term], ...]]:
    """The statement with "lambda = e_1 or lambda = e_2" for all ways to say so, and with lambda for lambda_{1,2}; and what single names were said to be."""
    parts = term.args if term.kind == "apply" and term.name in ("and", "or") else (term,)
    listed = [_listed(p, base) for p in parts]
    if all(found is not None for found in listed) and listed:
        pairs = [pair for found in listed for pair in found or ()]
        heads = [head for head, _ in pairs]
        each = all(names_each(h, base) for h in heads)
        if not term.is_apply("and") or not each or len(set(heads)) == 1:
            if each or len(set(heads)) == len(heads) > 1:
                values = tuple(dict.fromkeys([v for _, v in pairs]))
                equations = [relation("=", symbol(base), v) for v in values]
                said = tuple([(h, v) for h, v in pairs if names_one(h, base)])
                return (equations[0] if len(equations) == 1 else apply("or", *equations)), said
    return put_each(term, base), ()


def put_each(term: Term, base: str) -> Term:
    """The term with lambda for lambda_{1,2} and lambda_±."""
    if term.kind == "apply" and term.name == "index" and names_each(term, base):
        return symbol(base)
    return term.with_args(tuple([put_each(a, base) for a in term.args])) if term.args else term


def _listed(term: Term, base: str) -> list[tuple[Term, Term]] | None:
    """(name, value) pairs that a relation says; None where it says something else."""
    if term.kind != "relation":
        return None
    head, value = term.args[0], term.args[-1]
    if term.signs == ("in",) and (names_each(head, base)) and value.kind == "tuple" and value.name == "set":
        return [(symbol(base), v) for v in value.args]
    if set(term.signs) != {"="} or base in free_names(value):
        return None
    if len(term.args) > 2 and all(names_one(h, base) for h in term.args[:-1]):
        return [(h, value) for h in term.args[:-1]]
    if len(term.args) != 2:
        return None
    if head.kind == value.kind == "tuple" and len(head.args) == len(value.args) and all(names_one(h, base) for h in head.args):
        return list(zip(head.args, value.args))
    if names_each(head, base) and value.kind == "tuple" and value.name in ("list", "tuple", "set"):
        return [(symbol(base), v) for v in value.args]
    if names_each(head, base):
        return [(symbol(base), v) for v in _signs(value)]
    return [(head, value)] if names_one(head, base) and len(_signs(value)) == 1 else None


def _signs(value: Term) -> list[Term]:
    """The value, or both values where it has one sign ±."""
    if not any(n.kind == "apply" and n.name in _EACH for n in walk(value)):
        return [value]
    return [_signed(value, lower) for lower in (False, True)]


def _signed(term: Term, lower: bool) -> Term:
    args = tuple([_signed(a, lower) for a in term.args])
    if term.kind == "apply" and term.name in _EACH:
        last = apply("neg", args[-1]) if (term.name == "pm") == lower else args[-1]
        return apply("add", args[0], last) if len(args) == 2 else last
    return term.with_args(args) if args else term


def is_ordered(term: Term, base: str) -> bool:
    """Is an eigenvalue's name compared with < or > outside of a size |...|, so that it is real?"""
    def bare(node: Term) -> bool:
        if node.kind == "symbol":
            return node.name == base
        return not (node.kind == "apply" and node.name in ("abs", "re", "im", "norm")) and any(bare(a) for a in node.args)

    return any(n.kind == "relation" and set(n.signs) & {"<", "<=", ">", ">="} and any(bare(a) for a in n.args) for n in walk(term))


# --------------------------------------------------------------------------------------------------------------------- roots


def degree(term: Term, root: str) -> int | None:
    """The highest power of the name as the term is written; None where it is no polynomial in it."""
    if root not in free_names(term):
        return 0
    if term.kind == "symbol":
        return 1
    if term.kind != "apply":
        return None
    if term.is_apply("pow", 2):
        inner, power = degree(term.args[0], root), term.args[1]
        return inner * int(power.value) if inner is not None and power.kind == "number" and power.value in (1, 2, 3, 4) else None  # type: ignore[operator]
    found = [degree(a, root) for a in term.args]
    if any(f is None for f in found):
        return None
    if term.name in ("add", "neg"):
        return max(found)  # type: ignore[type-var]
    if term.name == "mul":
        return sum(found)  # type: ignore[arg-type]
    return found[0] if term.name == "div" and len(term.args) == 2 and not found[1] else None


def difference(equation: Term) -> Term:
    """The left side minus the right."""
    left, right = equation.args
    return left if right == number(0) else apply("add", left, apply("neg", right))


def is_equation(term: Term) -> bool:
    """Is it one equation?"""
    return term.kind == "relation" and term.signs == ("=",)


def cases(statement: Term, root: str, short: object = None) -> tuple[Term, ...]:
    """(e_1, e_2) of "lambda = e_1 or lambda = e_2", and of "1 - lambda = a or 1 - lambda = b" where `short` puts fractions in lowest terms; empty for
    other statements."""
    parts = statement.args if statement.is_apply("or") else (statement,)
    found = [_solved(p, root, short) for p in parts]
    if any(f is None for f in found) or not len(parts) <= MAX_CASES:
        return ()
    return tuple(dict.fromkeys(found))  # type: ignore[arg-type]


def _solved(part: Term, root: str, short) -> Term | None:
    if not is_equation(part):
        return None
    if part.args[0] == symbol(root) and root not in free_names(part.args[1]):
        return part.args[1]
    whole = difference(part)
    if short is None or degree(whole, root) != 1:
        return None
    nothing, one = [put(whole, {symbol(root): number(k)}) for k in (0, 1)]
    slope = short(apply("add", one, apply("neg", nothing)))
    value = numeric(slope)
    if value is None or value == 0:
        return None
    rest = apply("neg", nothing) if value > 0 else nothing
    return rest if abs(value) == 1 else apply("div", rest, number(abs(value)))


def numeric(term: Term):
    """The value of a number, perhaps with a sign; None for other terms."""
    bare = term.args[0] if term.is_apply("neg", 1) else term
    if bare.kind == "number" and bare.value is not None:
        return -bare.value if bare is not term else bare.value
    if bare.is_apply("div", 2) and all(a.kind == "number" and a.value for a in bare.args):
        return (-1 if bare is not term else 1) * bare.args[0].value / bare.args[1].value
    return None


def relations_in(statement: Term) -> Iterator[tuple[Term, str, Term]]:
    """(left, sign, right) for each relation of a statement made of equations and inequalities with "and". Fails with ValueError for others."""
    if statement.is_apply("and"):
        for part in statement.args:
            yield from relations_in(part)
    elif statement.kind == "relation" and set(statement.signs) <= {"=", "<", "<=", ">", ">="}:
        yield from zip(statement.args, statement.signs, statement.args[1:])
    else:
        raise ValueError("not made of equations and inequalities")


# ------------------------------------------------------------------------------------------------------------- which names


def sought(sides: Iterable[Term], words: str) -> tuple[tuple[str, ...], bool]:
    """Names that stand for eigenvalues in a derivation with these sides, and whether a matrix is written out.

    They are those in det(M - lambda I), and lambda or mu where lambda_± or lambda_{1,2} is written; where a matrix is written out or words speak of eigenvalues,
    also with an equation of degree two or more, or as lambda_1.
    """
    sides = list(sides)
    found = [root for _, root in characteristics(sides)]
    matrices = [n for t in sides for n in walk(t) if is_matrix(n)]
    spoken = bool(matrices) or _SPEAK.search(words) is not None
    for base in BASES:
        entries = any(base in free_names(m) for m in matrices)
        each = any(n.is_apply("index") and names_each(n, base) for t in sides for n in walk(t))
        if not entries and (each or spoken and any(_is_sought(n, base) for t in sides for n in walk(t))):
            found.append(base)
    return tuple(dict.fromkeys(found)), bool(matrices)


def _is_sought(node: Term, base: str) -> bool:
    if node.kind == "apply" and node.name == "index":
        return names_each(node, base) or names_one(node, base)
    return node.kind == "relation" and node.signs == ("=",) and (degree(difference(node), base) or 0) >= 2
