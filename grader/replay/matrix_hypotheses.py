"""Models of claims about vectors and matrices: values of the letters, and whether they satisfy the hypotheses, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.replay.matrix_claims import Situation
from grader.replay.matrix_values import Matrix, Undefined, Unsure, Values, determinant, main, minus, product, read_matrix, sign


def model_of(s: Situation, values: dict[str, Any], sizes: dict[str, Any]) -> Values:
    """The values of a model. Fails with `Refused` where a letter has none, or matrices do not have the sizes that the letters have."""
    found: dict[str, int] = {}

    def note(token: str, n: int) -> None:
        root = s.size(token)
        if root.isdigit() and int(root) != n or found.setdefault(root, n) != n:
            raise Refused(f"the size {token} is {found.get(root, root)} and {n}")

    letters = {}
    for name, node in s.language.letters.items():
        if name not in values:
            raise Refused(f"{name} has no value")
        rows = read_matrix(values[name])
        if not rows or len({len(r) for r in rows}) != 1:
            raise Refused(f"{name} is no matrix")
        note(node.shape[0], len(rows))
        note(node.shape[1], len(rows[0]))
        letters[name] = rows
    for token, n in sizes.items():
        if not isinstance(n, int) or not 0 < n <= 4:
            raise Refused("a size that is no small whole number")
        note(token, n)

    def size(token: str) -> int:
        root = s.size(token)
        if root.isdigit():
            return int(root)
        if root not in found:
            raise Refused(f"the size {root} has no value")
        return found[root]

    return Values(letters, size, {})


def require_hypotheses(s: Situation, v: Values, *, exactly: bool = True) -> None:
    """Fails with `Refused` where the model does not satisfy the domains and conditions of the claim."""
    for name, domain in s.domains.items():
        _require_domain(name, domain, v.letters[name])
    for name, domain, node in s.narrow:
        try:
            made = v.of(node)
        except (Undefined, Unsure) as error:
            raise Refused(f"{name} has no certain value: {error}") from error
        if any(not isinstance(main(x), Fraction) for r in made for x in r):
            raise Refused(f"{name} is not known exactly")
        _require_domain(name, domain, made)
    for place in places(s, v):
        at = Values(v.letters, v.size, place)
        try:
            for a, b in s.equations:
                x, y = at.of(a), at.of(b)
                if not all(isinstance(main(p), Fraction) and main(p) == main(q) for r, t in zip(x, y) for p, q in zip(r, t)):
                    raise Refused("an equation among the hypotheses does not hold")
            for a, b, strict in s.orders:
                for r, t in zip(at.of(a), at.of(b)):
                    for p, q in zip(r, t):
                        gap = sign(minus(q, p))
                        if gap == 0 if strict is None else gap < (1 if strict else 0):
                            raise Refused("an inequality among the hypotheses does not hold")
            for a, strict in s.psd:
                if not is_definite(at.of(a), strict):
                    raise Refused("a matrix is not positive (semi)definite")
            for a in s.regular:
                if sign(determinant(at.of(a))) == 0:
                    raise Refused("a matrix is singular")
        except (Undefined, Unsure) as error:
            raise Refused(f"a hypothesis has no certain value: {error}") from error


def places(s: Situation, v: Values) -> list[dict[str, int]]:
    """All values of the free indices."""
    made: list[dict[str, int]] = [{}]
    for x in [x for x in s.language.labels if "'" not in x and x[0] != "="]:
        made = [{**p, x: k} for p in made for k in range(v.size(s.language.labels[x]))]
        made = [p for p in made if all(p.get(a) is None or p.get(a) != p.get(b) for a, b in s.apart)]
        if len(made) > 300:
            raise Refused("too many indices")
    return made


def _require_domain(name: str, d: Domain, a: Matrix) -> None:
    traits, n = set(d.traits), len(a)
    turned = [list(c) for c in zip(*a)]
    unit = [[Fraction(i == j) for j in range(len(a[0]))] for i in range(len(a[0]))]
    square = n == len(a[0])
    checks = {
        "symmetric": lambda: a == turned, "skew": lambda: a == [[-x for x in r] for r in turned],
        "orthogonal": lambda: square and product(turned, a) == unit, "orthonormal columns": lambda: product(turned, a) == unit,
        "positive definite": lambda: square and is_definite(a, True), "psd": lambda: square and is_definite(a, False),
        "invertible": lambda: square and determinant(a) != 0, "diagonal": lambda: all(x == 0 for i, r in enumerate(a) for j, x in enumerate(r) if i != j),
        "idempotent": lambda: square and product(a, a) == a, "projection": lambda: square and a == turned and product(a, a) == a,
        "square": lambda: square, "simplex": lambda: sum(x for r in a for x in r) == 1 and all(x >= 0 for r in a for x in r),
    }
    for t in sorted(traits):
        if not checks[t]():
            raise Refused(f"{name} is not {t}")
    entries = [a[i][i] for i in range(min(n, len(a[0])))] if "diagonal" in traits else [x for r in a for x in r]
    if any(not d.admits(x) for x in entries):
        raise Refused(f"{name} lies outside its domain")
    if d.unit and sum(x * x for r in a for x in r) != 1:
        raise Refused(f"{name} does not have norm 1")


def is_definite(a: Matrix, strict: bool) -> bool:
    """Is an exactly known symmetric matrix positive definite (or semidefinite)? By its principal minors."""
    n = len(a)
    if any(not isinstance(main(x), Fraction) for r in a for x in r):
        raise Unsure("a matrix that is not known exactly")
    if [list(c) for c in zip(*a)] != [list(r) for r in a]:
        return False
    if strict:
        return all(determinant([r[:k] for r in a[:k]]) > 0 for k in range(1, n + 1))
    subsets = [[i for i in range(n) if m >> i & 1] for m in range(1, 2 ** n)]
    return all(determinant([[a[i][j] for j in q] for i in q]) >= 0 for q in subsets)
