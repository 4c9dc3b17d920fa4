"""Functions of polynomials in entries: reciprocals, exponentials, logarithms, roots, inverses, determinants.

Heads made here, each with the polynomial it is made of, and the rules it brings along:
- rec(p) = 1 / p and inv(P) = P^-1: (heaviest product of p) rec(p) -> (1 - rest rec(p)) / c, and the same from both sides for matrices;
- exp(t): exp(s + t) = exp(s) exp(t), so that there is one head for each product t; sigmoid(t) = 1 - 1 / (1 + exp(t)), tanh(t) = 1 - 2 / (1 + exp(2 t));
- sqrt(p)^2 = p, abs(p)^2 = p^2; common squares are taken out as absolute values;
- log of a product of positive factors is the sum of their logarithms;
- det of a product of squares is the product of the determinants, det(c A) = c^n det A, det(A^T) = det A.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isqrt

from grader.domain import Domain
from grader.replay.matrix_shapes import ONE, NoForm
from grader.replay.matrix_tensors import Atom, Head, Label, Mono, Poly, Rule, Tensors, components, weight

MAX_EXPONENT = 12


class Forms(Tensors):
    """Polynomials with functions. `domains` are those of the letters."""

    def __init__(self, find: Callable[[str], str], domains: dict[str, Domain]) -> None:
        super().__init__(find)
        self.domains = domains
        self.positive: set[Head] = set()
        self.nonnegative: set[Head] = set()
        self.taken: dict[str, None] = {}

    # ---- composite heads

    def own_rules(self, head: Head) -> list[Rule]:
        if head not in self.own:
            self.own[head] = []
            if head in self.made and head[0] in ("rec", "inv"):
                self.own[head] = self._cancelling(head)
            elif head[0] == "det" and self._is_orthogonal(head):
                self.own[head] = [Rule(((head, ()), (head, ())), (((), Fraction(1)),))]
            elif head[0] in ("fn:sqrt", "fn:abs"):
                slots = tuple([str(k) for k in range(len(self.sizes[head]))])
                p = self.made[head]
                self.own[head] = [Rule(((head, slots), (head, slots)), tuple(sorted((p if head[0] == "fn:sqrt" else self.mul(p, p)).items(), key=str)))]
        return self.own[head]

    def _is_orthogonal(self, head: Head) -> bool:
        """Is it the determinant of an orthogonal letter?"""
        mono = next(iter(self.made[head]))
        return len(self.made[head]) == 1 and len(mono) == 1 and "orthogonal" in self.domains.get(mono[0][0][1], Domain()).traits

    def _cancelling(self, head: Head) -> list[Rule]:
        p = self.made[head]
        lead = max((m for m in p if m), key=lambda m: (all(h[0] != "d" for h, _ in m), weight(m), str(m)), default=None)
        if lead is None:
            return []
        rest = {m: c for m, c in p.items() if m != lead}
        rules = []
        sides = [()] if head[0] == "rec" else [("0", "+", "1"), ("+", "1", "0")]
        for side in sides:
            if not side:
                slots = tuple([str(k) for k in range(len(self.sizes[head]))])
                own, unit, change = self.atom(head, slots, self.sizes[head]), self.const(1), {}
                product = self.mul({lead: Fraction(1)}, own)
                others = self.mul(rest, own)
            else:
                first = side[0] == "0"
                own = self.atom(head, ("+", "1") if first else ("0", "+"), self.sizes[head])
                change = {"1": "+"} if first else {"0": "+"}
                size = self.sizes[head][0]
                unit = self.delta("0", "1", size)
                product = self.total(self.mul(self.rename({lead: Fraction(1)}, change), own), "+", size)
                others = self.total(self.mul(self.rename(rest, change), own), "+", size)
            if len(product) == 1:
                (mono, k), = product.items()
                found = self.scaled(self.minus(unit, others), 1 / (k * p[lead]))
                rules.append(Rule(mono, tuple(sorted(found.items(), key=str))))
        return rules

    # ---- content: factors common to all products

    def content(self, p: Poly) -> tuple[Fraction, list[Poly], Poly]:
        """p = c * (product of the factors) * q, where q has no common factor, leads with 1, and no reciprocal of exp without a bound label."""
        factors: list[Poly] = []
        again = True
        while again:
            again = False
            for mono in p:
                for atom in mono:
                    if atom[0][0] == "rexp" and len(p) > 1 and all(isinstance(x, str) for x in atom[1]):
                        factors.append({(atom,): Fraction(1)})
                        p = self.mul(p, {((("exp", *atom[0][1:]), atom[1]),): Fraction(1)})
                        again = True
                        break
                if again:
                    break
        for part in components(next(iter(p))) if p else ():
            while p and all(part in components(m) for m in p):
                factors.append({part: Fraction(1)})
                p = self.collect([(_without(m, part), c) for m, c in p.items()])
        if not p:
            raise NoForm("a division by zero")
        lead = max(p, key=lambda m: (weight(m), str(m)))
        c = p[lead]
        return c, factors, self.scaled(p, 1 / c)

    def plain(self, p: Poly) -> Poly:
        """p times its denominators and without common positive factors: it is zero where p is."""
        p = self.reduce(p)
        for _ in range(6):
            heads = [(h, ls) for m in p for h, ls in m if h[0] == "rec" and all(isinstance(x, str) for x in ls)]
            if not heads:
                break
            head, labels = min(heads, key=str)
            p = self.reduce(self.mul(p, self.rename(self.made[head], {str(k): x for k, x in enumerate(labels)})))
        for part in components(next(iter(p))) if p else ():
            while self.is_positive(part) and all(part in components(m) for m in p):
                p = self.collect([(_without(m, part), c) for m, c in p.items()])
        return p

    def rec(self, p: Poly) -> Poly:
        """1 / p."""
        p = self.reduce(p)
        if not p:
            raise NoForm("a division by zero")
        c, factors, q = self.content(p)
        made = self.const(1 / c)
        for f in factors:
            made = self.mul(made, self._rec_of_factor(f))
        return made if q == self.const(1) else self.mul(made, self.composed("rec", q))

    def _rec_of_factor(self, f: Poly) -> Poly:
        (mono, _), = f.items()
        if _is_single(mono):
            head, ls = mono[0]
            if head[0] in ("exp", "rexp"):
                turned = ("rexp" if head[0] == "exp" else "exp", *head[1:])
                return self.atom(turned, ls, self.sizes[head])
            if head[0] == "rec":
                return self.rename(self.made[head], {str(k): x for k, x in enumerate(ls)})
        return self.composed("rec", f)

    # ---- functions

    def exp(self, p: Poly) -> Poly:
        made = self.const(1)
        for mono, c in sorted(self.reduce(p).items(), key=lambda item: str(item[0])):
            if _is_single(mono) and mono[0][0][0] == "fn:log" and abs(c.numerator) <= MAX_EXPONENT and c.denominator == 1:
                inner = self.rename(self.made[mono[0][0]], {str(k): x for k, x in enumerate(mono[0][1])})
                part = inner if c > 0 else self.rec(inner)
            else:
                part = self.composed("exp", {mono: Fraction(1, c.denominator)})
                (m, _), = part.items()
                head = m[0][0]
                self.made.setdefault(("rexp", *head[1:]), self.made[head])
                self.sizes.setdefault(("rexp", *head[1:]), self.sizes[head])
                if c < 0:
                    part = {((("rexp", *head[1:]), m[0][1]),): Fraction(1)}
            if abs(c.numerator) > MAX_EXPONENT:
                raise NoForm("an exponential with a large factor")
            made = self.mul(made, *[part] * abs(c.numerator))
        return made

    def is_positive(self, part: Mono, strictly: bool = True) -> bool:
        """Is the product known to be positive (or not negative)?"""
        if _is_square(part) and (not strictly or self._is_length(part)):
            return True
        return all(self._positive_head(h, strictly) for h, _ in part)

    def _is_length(self, part: Mono) -> bool:
        """Is it v^T v of a column that is not zero, or the square of a number that is not?"""
        head = part[0][0]
        domain = self.domains.get(head[1], Domain())
        return len(part) == 2 and head[0] == "s" and len(part[0][1]) <= 1 and (domain.nonzero or domain.unit) and all(isinstance(x, int) for x in part[0][1])

    def _positive_head(self, h: Head, strictly: bool) -> bool:
        if h[0] in ("exp", "rexp", "size") or h in self.positive:
            return True
        if h[0] in ("fn:sqrt", "fn:abs") or h in self.nonnegative:
            return not strictly
        if h[0] == "rec":
            return self.all_positive(self.made[h], False)
        return False

    def all_positive(self, p: Poly, strictly: bool = True) -> bool:
        """Is a sum known to be positive, product by product?"""
        if not p or not all(c > 0 and self.is_positive(m, False) for m, c in p.items()):
            return False
        return not strictly or any(self.is_positive(m) for m in p)

    def log(self, p: Poly) -> Poly:
        p = self.reduce(p)
        if not p:
            raise NoForm("the logarithm of zero")
        heads = [(h, ls) for m in p for h, ls in m if h[0] == "rec" and len(p) > 1 and all(isinstance(x, str) for x in ls) and self.all_positive(self.made[h])]
        if heads:
            head, labels = min(heads, key=str)
            below = self.rename(self.made[head], {str(k): x for k, x in enumerate(labels)})
            return self.minus(self.log(self.mul(p, below)), self.log(below))
        c, factors, q = self.content(p)
        good = [f for f in factors if self.is_positive(next(iter(f)))]
        rest = [f for f in factors if f not in good]
        inner = self.mul(self.scaled(q, c), *rest)
        made = self.const(0)
        if c > 0 and not rest and c != 1 and (q == self.const(1) or self.all_positive(q)):
            made, inner = self.composed("fn:log", self.const(c)), q
        for f in good:
            made = self.add(made, self._log_of_factor(f))
        return made if inner == self.const(1) else self.add(made, self.composed("fn:log", inner))

    def _log_of_factor(self, f: Poly) -> Poly:
        (mono, _), = f.items()
        if _is_single(mono) and mono[0][0][0] in ("exp", "rexp", "rec"):
            head, ls = mono[0]
            inner = self.rename(self.made[head], {str(k): x for k, x in enumerate(ls)})
            return inner if head[0] == "exp" else self.scaled(inner if head[0] == "rexp" else self.log(inner), -1)
        return self.composed("fn:log", f)

    def sqrt(self, p: Poly) -> Poly:
        p = self.reduce(p)
        if not p:
            return p
        c, factors, q = self.content(p)
        if c < 0:
            c, q = -c, self.scaled(q, -1)
        made, odd, seen = self.const(1), self.const(1), list(factors)
        while seen:
            f = seen.pop(0)
            if f in seen:
                seen.remove(f)
                made = self.mul(made, self.abs(f))
            else:
                odd = self.mul(odd, f)
        n, d = c.numerator, c.denominator
        root = Fraction(isqrt(n), isqrt(d)) if isqrt(n) ** 2 == n and isqrt(d) ** 2 == d else None
        made = self.scaled(made, root) if root is not None else self.mul(made, self.composed("fn:sqrt", self.const(c)))
        inner = self.mul(odd, q)
        return made if inner == self.const(1) else self.mul(made, self.composed("fn:sqrt", inner))

    def abs(self, p: Poly) -> Poly:
        p = self.reduce(p)
        if not p or self.all_positive(p, False):
            return p
        c, factors, q = self.content(p)
        made = self.const(abs(c))
        for f in factors:
            made = self.mul(made, f if self.all_positive(f, False) else self.composed("fn:abs", f))
        return made if q == self.const(1) else self.mul(made, q if self.all_positive(q, False) else self.composed("fn:abs", q))

    def function(self, name: str, p: Poly) -> Poly:
        """A function of a number."""
        if name in ("exp", "log", "sqrt", "abs"):
            return getattr(self, name)(p)
        if name == "sigmoid":
            return self.minus(self.const(1), self.rec(self.add(self.const(1), self.exp(p))))
        if name == "tanh":
            return self.minus(self.const(1), self.scaled(self.rec(self.add(self.const(1), self.exp(self.scaled(p, 2)))), 2))
        return self.composed(f"fn:{name}", self.reduce(p))

    # ---- inverses and determinants

    def inverse(self, p: Poly, row: Label, column: Label) -> Poly:
        """The inverse of a matrix whose entries are p in the labels "0", "1"; its own labels are row and column."""
        p = self.reduce(p)
        size = self.size_of(p, "0") if p else ONE
        diagonal = self._diagonal(p)
        if diagonal is not None:
            return self.rename(self.mul(self.delta("0", "1", size), self.rec(diagonal)), {"0": row, "1": column})
        path = self._path(p)
        if path is None:
            return self._inverse_of_whole(p, row, column)
        scalar, steps = path
        made, at = self.rec(scalar), row
        for k, (atom, forward) in reversed(list(enumerate(steps))):
            following = column if k == 0 else self.new()
            part = self._inverse_of_letter(atom[0], *((at, following) if forward else (following, at)))
            made = self.mul(made, part)
            if at != row:
                made = self.total(made, at, size)  # type: ignore[arg-type]
            at = following
        return made

    def _inverse_of_letter(self, head: Head, row: Label, column: Label) -> Poly:
        sizes = self.sizes[head]
        if head[0] == "s" and "orthogonal" in self.domains.get(head[1], Domain()).traits:
            return self.atom(head, (column, row), sizes)
        if head[0] == "inv":
            return self.rename(self.made[head], {"0": row, "1": column})
        return self._inverse_of_whole(self.atom(head, ("0", "1"), sizes), row, column)

    def _inverse_of_whole(self, p: Poly, row: Label, column: Label) -> Poly:
        lead = max((m for m in p if m), key=lambda m: (weight(m), str(m)), default=None)
        c = p[lead] if lead is not None else Fraction(1)
        made = self.composed("inv", self.scaled(p, 1 / c), ("0", "1"))
        return self.scaled(self.rename(made, {"0": row, "1": column}), 1 / c)

    def _diagonal(self, p: Poly) -> Poly | None:
        """d with p = (diagonal matrix of d), in the label "0"."""
        found = []
        for m, c in p.items():
            deltas = [a for a in m if a[0][0] == "d" and set(a[1]) == {"0", "1"}]
            rest = [a for a in m if a not in deltas]
            if not deltas or any("1" in ls for _, ls in rest):
                return None
            found.append((rest, c))
        return self.collect(found) if found else None

    def _path(self, p: Poly) -> tuple[Poly, list[tuple[Atom, bool]]] | None:
        """One product that is a chain of square letters from "0" to "1": its other factors, and the chain (True: walked from first to second label)."""
        if len(p) != 1:
            return None
        (mono, c), = p.items()
        parts = components(mono)
        main = [q for q in parts if any("0" in ls or "1" in ls for _, ls in q)]
        if len(main) != 1:
            return None
        steps: list[tuple[Atom, bool]] = []
        at: Label = "0"
        left = list(main[0])
        while left:
            found = [(a, a[1][0] == at) for a in left if len(a[1]) == 2 and a[1][0] != a[1][1] and at in a[1]]
            if len(found) != 1 or len(set(self.sizes[found[0][0][0]])) != 1 or found[0][0][0][0] not in ("s", "inv"):
                return None
            atom, forward = found[0]
            steps.append((atom, forward))
            left.remove(atom)
            at = atom[1][1] if forward else atom[1][0]
        rest = [a for q in parts if q not in main for a in q]
        return (self.collect([(rest, c)]), steps) if at == "1" else None

    def det(self, p: Poly) -> Poly:
        """The determinant of the matrix whose entries are p in the labels "0", "1"."""
        p = self.reduce(p)
        if not p:
            return p
        size = self.size_of(p, "0")
        diagonal = self._diagonal(p)
        if diagonal is not None and not self.labels(diagonal):
            return self.power_of_size(diagonal, size)
        path = self._path(p)
        if path is None:
            return self._det_of_rank_one(p, size) or self._det_of_whole(p)
        made = self.power_of_size(path[0], size)
        for atom, _ in path[1]:
            made = self.mul(made, self.rec(self.det(self.made[atom[0]])) if atom[0][0] == "inv" else
                            self._det_of_whole(self.atom(atom[0], ("0", "1"), self.sizes[atom[0]])))
        return made

    def _det_of_rank_one(self, p: Poly, size: str) -> Poly | None:
        """det(I + u v^T) = 1 + v^T u (matrix determinant lemma)."""
        rest = self.minus(p, self.delta("0", "1", size))
        if len(rest) != 1 or any(h[0] == "d" and {"0", "1"} & set(ls) for m in rest for h, ls in m):
            return None
        if any({"0", "1"} <= {x for _, ls in part for x in ls} for part in components(next(iter(rest)))):
            return None
        return self.add(self.const(1), self.total(self.rename(rest, {"1": "0"}), "0", size))

    def _det_of_whole(self, p: Poly) -> Poly:
        (mono, _), = self.composed("inv", p, ("0", "1")).items()
        inverse = mono[0][0]
        head = ("det", inverse[1], False)
        self.made.setdefault(head, self.made[inverse])
        self.sizes.setdefault(head, ())
        return {((head, ()),): Fraction(1)}

    def power_of_size(self, p: Poly, size: str) -> Poly:
        """p^n for a size n."""
        root = self.find(size)
        if root.isdigit():
            if int(root) > 8:
                raise NoForm("a high power")
            return self.mul(self.const(1), *[p] * int(root))
        made = self.const(1)
        if p == made:
            return made
        c, factors, q = self.content(self.reduce(p))
        if q != self.const(1):
            factors = [*factors, q]
        for f in ([self.const(c)] if c != 1 else []) + factors:
            power = self.composed("pow", f)
            if self.labels(f):
                raise NoForm("a determinant of a diagonal matrix")
            (mono, _), = power.items()
            head = ("pow", f"{mono[0][0][1]}^{root}", False)
            self.made.setdefault(head, f)
            self.sizes.setdefault(head, ())
            made = self.mul(made, {((head, ()),): Fraction(1)})
        return made


def _without(mono: Mono, part: Mono) -> list[Atom]:
    parts = components(mono)
    parts.remove(part)
    top, made = 0, []
    for p in parts:
        made += [(h, tuple([x + top if isinstance(x, int) else x for x in ls])) for h, ls in p]
        top = 1 + max([x for _, ls in made for x in ls if isinstance(x, int)], default=-1)
    return made


def _is_single(mono: Mono) -> bool:
    """Is it one atom that is not summed over anything?"""
    return len(mono) == 1 and all(isinstance(x, str) for x in mono[0][1])


def _is_square(part: Mono) -> bool:
    """Is every atom there an even number of times, with the same labels?"""
    return bool(part) and all(part.count(a) % 2 == 0 for a in part)
