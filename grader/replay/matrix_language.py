"""Terms over vectors and matrices as nodes of `matrix_shapes`: what each notation means, and which shape each symbol has.

Columns: a vector is a column; a gradient by a column is a column. Everything is real. Conventions: `I` is the identity and `1` in bold (`ones`) the
column of ones, of whatever size fits, unless declared; `delta_{ij}` is the Kronecker symbol, `e_i` a column of the identity; sigma and its like apply
entry by entry; `||x||` is the Euclidean norm of a vector, `||A||_F` that of all entries; `|A|` of a square matrix is its determinant. A vector with one
index (`x_i`) is its entry, unless that does not fit: then x_1, x_2, ... is a family of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.domain import Domain
from grader.replay.matrix_members import alone, members
from grader.replay.matrix_shapes import NUMBER, ONE, Builder, Node, NoForm, Shape, is_array, neg, number, scale
from grader.term import Term, apply, replace, symbol, walk
from grader.term import number as one

FUNCTIONS = frozenset("exp log tanh sigmoid sqrt abs sin cos softplus relu".split())
CALLED = {"sigma": "sigmoid", "sigmoid": "sigmoid", "softmax": "softmax", "tr": "trace", "Tr": "trace", "trace": "trace", "diag": "diag", "Diag": "diag",
          "lse": "lse", "LSE": "lse", "logsumexp": "lse", "LogSumExp": "lse", "det": "det", "tanh": "tanh", "exp": "exp", "log": "log"}
_ONE = one(1)
DECORATED = frozenset("index sup hat bar tilde star prime vec dot".split())


class Language:
    """The symbols of some terms with their shapes; `node` gives a term's node. Fails with `Unfit` or `NoForm`."""

    def __init__(self, domains: Sequence[tuple[str, Domain]], terms: Sequence[Term], families: frozenset[str] = frozenset()) -> None:
        self.domains = dict(domains)
        held = members(self.domains, terms)
        self.families = families | held
        self.apart = held & alone(terms)
        """Names of families that are also names of single vectors."""
        self.make = Builder()
        self.letters: dict[str, Node] = {}
        self.labels: dict[str, str] = {}
        self.bound: dict[str, str] = {}
        self.used: dict[str, Domain] = {}
        self.count = 0
        self.entries: dict[str, tuple[tuple[str, ...], Term]] = {}
        """Names whose entries are given: (indices, entry)."""
        self.sized = {t for d in self.domains.values() for t in (d.rows, d.columns) if t and not t.isdigit()}
        self.sized |= {s.name for t in terms for n in walk(t) if n.is_apply("index", 2) and n.args[0].kind == "symbol" and n.args[0].name in (
            "I", "ones", "indicator") and n.args[0].name not in self.domains for s in n.args[1:] if s.kind == "symbol"}
        self.sized |= {n.args[2].name for t in terms for n in walk(t) if n.kind == "binder" and n.name == "sum" and len(n.args) == 3 and
                       n.args[1] == _ONE and n.args[2].kind == "symbol" and not is_array(self.domains.get(n.args[2].name, Domain()))}
        self.whole = self._whole_subscripts(terms)

    # ---- symbols

    def _whole_subscripts(self, terms: Sequence[Term]) -> frozenset[str]:
        """Bases whose subscripts are part of the name: w_{t+1}, w_0, w_new."""
        found = set()
        for term in terms:
            for node in walk(term):
                if node.is_apply("index", 2) and node.args[0].kind == "symbol":
                    base, sub = node.args
                    plain = sub.kind == "symbol" and len(sub.name) == 1 and sub.name.islower() or sub.kind == "number" and sub.value and sub.value >= 1
                    if (str(node) in self.domains or not plain and sub.kind != "constant") and base.name not in self.families:
                        found.add(base.name)
        return frozenset(found)

    def domain(self, term: Term) -> Domain:
        """The domain of a name, perhaps decorated: declared as it stands, or as its base."""
        while True:
            found = self.domains.get(term.name if term.kind == "symbol" else str(term))
            if found is not None:
                return found
            if term.kind != "apply" or term.name not in DECORATED:
                return self.domains.get("*") or Domain()
            term = term.args[0]

    def letter(self, term: Term, shape: Shape | None = None) -> Node:
        """The letter that a name stands for."""
        name = term.name if term.kind == "symbol" else str(term)
        found = self.letters.get(name)
        if found is not None:
            return found
        domain = self.domain(term)
        if domain.shape in ("function", "density", "variable"):
            raise NoForm(f"{name} is no vector or matrix")
        if shape is None:
            shape = NUMBER
            if domain.shape == "vector":
                shape = (domain.rows or self.make.sizes.fresh(), ONE)
            elif domain.shape == "matrix":
                rows = domain.rows or self.make.sizes.fresh()
                square = {"symmetric", "orthogonal", "positive definite", "psd", "invertible", "diagonal", "idempotent", "projection", "square", "skew"}
                shape = (rows, domain.columns or (rows if square & set(domain.traits) else self.make.sizes.fresh()))
        self.used[name] = domain
        self.letters[name] = Node("letter", (), shape, (name,))
        return self.letters[name]

    def label(self, term: Term, size: str) -> str:
        """An index that runs over a size: a name, or "=3"."""
        if term.kind == "number" and term.value is not None and term.value.denominator == 1 and term.value >= 1:
            return f"={term.value}"
        if term.kind == "symbol" or term.kind == "constant" and term.name in ("i", "e"):
            name = self.bound.get(term.name, term.name)
            if term.kind == "symbol" and term.name in self.domains and self.domains[term.name].shape in ("vector", "matrix", "function", "density"):
                raise NoForm(f"{term.name} as an index")
            if not self.make.sizes.join(self.labels.setdefault(name, size), size):
                raise self.make.unfit(f"the index {term.name} runs over sizes {{}} and {{}}", (self.labels[name], ONE), (size, ONE))
            return name
        raise NoForm("an index that is neither a name nor a number")

    # ---- terms

    def node(self, term: Term) -> Node:
        """The node of a term."""
        if term.kind == "number":
            return number(term.value or 0)
        if term.kind == "symbol":
            return self._symbol(term)
        if term.kind == "constant":
            if term.name == "e":
                return Node("fn", (number(1),), NUMBER, ("exp",))
            raise NoForm(f"the constant {term.name}")
        if term.kind == "tuple" and term.name == "matrix":
            return self._written(term)
        if term.kind == "binder" and term.name == "sum":
            return self._sum(term)
        if term.kind != "apply":
            raise NoForm(f"a {term.name or term.kind}")
        special = getattr(self, f"_on_{term.name}", None)
        if special is not None:
            return special(term)
        if term.name in DECORATED:
            return self.letter(term)
        if term.name in FUNCTIONS and len(term.args) == 1:
            x = self.node(term.args[0])
            return self._function(term.name, x)
        raise NoForm(f"{term.name} is not read as an operation on vectors and matrices")

    def _function(self, name: str, x: Node) -> Node:
        r, c = self.make.sizes.shape(x.shape)
        if name == "abs" and not x.is_number:
            if ONE in (r, c):
                raise NoForm("the absolute value of a vector")
            return self.make.det(x)
        if ONE not in (r, c) and name in ("exp", "log", "sqrt"):
            raise NoForm(f"{name} of a matrix")
        if name == "softplus":
            return self.make.fn("log", self.make.add([number(1), self.make.fn("exp", x)]) if x.is_number else
                                self.make.add([Node("ones", (), x.shape), self.make.fn("exp", x)]))
        return self.make.fn(name, x)

    def _symbol(self, term: Term) -> Node:
        sizes, name = self.make.sizes, term.name
        if name not in self.domains:
            if name == "I":
                token = sizes.fresh()
                return Node("eye", (), (token, token))
            if name in ("ones", "indicator"):
                return Node("ones", (), (sizes.fresh(), ONE))
            if name in self.sized:
                return Node("size", (), NUMBER, (name,))
            if name in self.labels or name in self.bound:
                raise NoForm("an index as a number")
        elif name in self.sized and self.domains[name].shape == "scalar":
            return Node("size", (), NUMBER, (name,))
        if name in self.families - self.apart:
            raise NoForm(f"{name} with and without an index")
        return self._from_entries(term) if name in self.entries else self.letter(term)

    def _from_entries(self, term: Term) -> Node:
        """The array whose entries are given."""
        domain, (names, body) = self.domain(term), self.entries[term.name]
        sizes = [domain.rows or self.make.sizes.fresh(), domain.columns or self.make.sizes.fresh()][:len(names)]
        kept, fresh = dict(self.bound), []
        for name, size in zip(names, sizes):
            self.count += 1
            fresh.append(f"{name}'{self.count}")
            self.bound[name] = fresh[-1]
            self.labels[fresh[-1]] = size
        made = self.node(body)
        self.bound = kept
        if not made.is_number:
            raise NoForm("an entry that is no number")
        return Node("array", (made,), (sizes[0], sizes[1] if len(sizes) == 2 else ONE), tuple(fresh))

    def _written(self, term: Term) -> Node:
        rows = [r.args if r.kind == "tuple" else (r,) for r in term.args]
        entries = [[self.node(e) for e in row] for row in rows]
        if not rows or len({len(r) for r in rows}) != 1 or any(not e.is_number for row in entries for e in row):
            raise NoForm("a matrix whose rows differ in length, or that is made of blocks")
        return Node("written", tuple(e for row in entries for e in row), (str(len(rows)), str(len(rows[0]))))

    def _sum(self, term: Term) -> Node:
        made, rest = term.args[0], term.args[1:]
        if len(rest) == 1:
            return self._sum_where(term, made, rest[0])
        for bound in term.bound[::-1]:
            if bound.kind != "symbol":
                raise NoForm("a sum over something that is no index")
        return self._sum_over([b.name for b in term.bound], made, rest)

    def _sum_where(self, term: Term, body: Term, condition: Term) -> Node:
        """sum over i != j: all of them less the one."""
        if condition.kind == "relation" and condition.signs == ("!=",) and len(term.bound) == 1 and term.bound[0] in condition.args:
            other = condition.args[condition.args[0] == term.bound[0]]
            if other.kind in ("symbol", "number"):
                whole = self._sum_over([term.bound[0].name], body, ())
                return self.make.add([whole, neg(self.node(replace(body, {term.bound[0]: other})))])
        raise NoForm("a sum under a condition")

    def _sum_over(self, names: list[str], body: Term, limits: Sequence[Term]) -> Node:
        kept, fresh = dict(self.bound), []
        size = self._limit(limits)
        for name in names:
            self.count += 1
            fresh.append(f"{name}'{self.count}")
            self.bound[name] = fresh[-1]
            self.labels[fresh[-1]] = size or self.make.sizes.fresh()
        made = self.node(body)
        self.bound = kept
        for name in fresh[::-1]:
            made = Node("sum", (made,), made.shape, (name, self.labels[name]))
        return made

    def _limit(self, limits: Sequence[Term]) -> str:
        """The size that the limits of a sum name."""
        if not limits:
            return ""
        low, high = limits[0], limits[-1]
        if len(limits) != 2 or low.kind != "number" or low.value != 1 or high.kind not in ("symbol", "number"):
            raise NoForm("a sum that does not run from 1 to a size")
        if high.kind == "number":
            return str(high.value) if high.value != 1 else ONE
        if high.name in self.domains and self.domains[high.name].shape != "scalar":
            raise NoForm("a sum up to something that is no size")
        self.sized.add(high.name)
        return high.name

    # ---- operators

    def _on_add(self, term: Term) -> Node:
        return self.make.add([self.node(a) for a in term.args])

    def _on_neg(self, term: Term) -> Node:
        return neg(self.node(term.args[0]))

    def _on_mul(self, term: Term) -> Node:
        return self.make.chain([self.node(a) for a in term.args])

    def _on_dotproduct(self, term: Term) -> Node:
        a, b = [self.node(x) for x in term.args]
        if a.is_number or b.is_number or self.make.sizes.find(a.shape[1]) != ONE or self.make.sizes.find(b.shape[1]) != ONE:
            return self.make.prod(a, b)
        return self.make.inner(a, b)

    def _on_inner(self, term: Term) -> Node:
        return self.make.inner(*[self.node(a) for a in term.args])

    def _on_outer(self, term: Term) -> Node:
        a, b = [self.node(x) for x in term.args]
        if self.make.sizes.find(a.shape[1]) != ONE or self.make.sizes.find(b.shape[1]) != ONE:
            raise NoForm("a Kronecker product")
        return self.make.prod(a, self.make.transpose(b))

    def _on_hadamard(self, term: Term) -> Node:
        return self.make.hadamard(*[self.node(a) for a in term.args])

    def _on_div(self, term: Term) -> Node:
        a, b = [self.node(x) for x in term.args]
        if not b.is_number:
            raise self.make.unfit("a division by {}", b.shape)
        return scale(Node("recip", (b,), NUMBER), a)

    def _on_pow(self, term: Term) -> Node:
        base, exponent = term.args
        if base.kind == "constant" and base.name == "e":
            return self.make.fn("exp", self._vector(self.node(exponent)))
        sign = -1 if exponent.is_apply("neg") else 1
        exponent = exponent.args[0] if sign < 0 else exponent
        if exponent.is_apply("div") and all(a.kind == "number" for a in exponent.args) and exponent.args[1].value:
            return self.make.power(self.node(base), sign * exponent.args[0].value / exponent.args[1].value)  # type: ignore[operator]
        if exponent.kind == "symbol" and sign > 0 and (exponent.name in self.sized or exponent.name == "T" not in self.domains):
            x = self.node(base)
            if not x.is_number and exponent.name == "T":
                return self.make.transpose(x)
            if exponent.name not in self.sized:
                raise NoForm("a power with letters in the exponent")
            if x.is_number:
                return Node("sizepow", (x,), NUMBER, (exponent.name,))
        if exponent.kind != "number":
            raise NoForm("a power with letters in the exponent")
        return self.make.power(self.node(base), sign * Fraction(exponent.value or 0))

    def _vector(self, x: Node) -> Node:
        if ONE not in self.make.sizes.shape(x.shape):
            raise NoForm("exp of a matrix")
        return x

    def _on_transpose(self, term: Term) -> Node:
        return self.make.transpose(self.node(term.args[0]))

    def _on_inverse(self, term: Term) -> Node:
        return self.make.inverse(self.node(term.args[0]))

    def _on_trace(self, term: Term) -> Node:
        return self.make.trace(self.node(term.args[0]))

    def _on_det(self, term: Term) -> Node:
        return self.make.det(self.node(term.args[0]))

    def _on_diag(self, term: Term) -> Node:
        return self.make.diag(self.node(term.args[0]))

    def _on_softmax(self, term: Term) -> Node:
        x = self.make.softmax(self.node(term.args[0]))
        return x if len(term.args) == 1 else self._entry(x, term.args[1:])

    def _on_exp(self, term: Term) -> Node:
        return self.make.fn("exp", self._vector(self.node(term.args[0])))

    def _on_log(self, term: Term) -> Node:
        if len(term.args) != 1:
            raise NoForm("a logarithm with a base")
        return self._function("log", self.node(term.args[0]))

    def _on_norm(self, term: Term) -> Node:
        x = self.node(term.args[0])
        p = str(term.args[1]) if len(term.args) == 2 else ""
        is_vector = ONE in self.make.sizes.shape(x.shape)
        if p == "F" or is_vector and p in ("", "2"):
            return self.make.norm(x, "2")
        if is_vector and p == "1":
            return self.make.norm(x, "1")
        raise NoForm("a norm of a matrix that does not say which" if not p else f"the norm with {p}")

    def _on_call(self, term: Term) -> Node:
        name = CALLED.get(term.args[0].name if term.args[0].kind == "symbol" else "")
        if name is None or len(term.args) != 2 or term.args[0].name in self.domains and is_array(self.domains[term.args[0].name]):
            if name is None and term.args[0].is_apply("transpose"):
                raise NoForm("a function's transpose")
            return self._indicator(term)
        if name == "lse":
            x = self.node(term.args[1])
            return self.make.fn("log", self.make.inner(Node("ones", (), x.shape), self.make.fn("exp", self._vector(x))))
        return self.node(apply(name, term.args[1]))

    def _indicator(self, term: Term) -> Node:
        """1[i = j]."""
        if term.args[0] == symbol("indicator") and len(term.args) == 2 and term.args[1].kind == "relation" and term.args[1].signs == ("=",):
            return self._delta(*term.args[1].args)
        raise NoForm(f"the function {term.args[0]}")

    def _delta(self, i: Term, j: Term) -> Node:
        size = self.make.sizes.fresh()
        return Node("delta", (), NUMBER, (self.label(i, size), self.label(j, size), size))

    def _on_index(self, term: Term) -> Node:
        base, subs = term.args[0], term.args[1:]
        if base.kind in ("symbol", "constant", "number") and base.name not in self.domains:
            if base.kind == "number" and base.value == 1 and len(subs) == 1 and subs[0].kind == "relation":
                return self._delta(*subs[0].args)
            if base.name in ("delta", "indicator") and len(subs) == 2:
                return self._delta(*subs)
            if base.name == "e" and len(subs) == 1:
                size = self.make.sizes.fresh()
                return Node("basis", (), (size, ONE), (self.label(subs[0], size),))
            if base.name in ("I", "ones", "indicator") and len(subs) == 1:
                token = ONE if subs[0].kind == "number" and subs[0].value == 1 else str(subs[0])
                self.sized.add(token)
                return Node("eye", (), (token, token)) if base.name == "I" else Node("ones", (), (token, ONE))
        if base.kind == "symbol":
            if base.name in self.whole and len(subs) == 1:
                return self.letter(term)
            domain = self.domain(base)
            if base.name in self.entries and len(subs) == len(self.entries[base.name][0]):
                return self._entry(self._from_entries(base), subs)
            if len(subs) == 1 and base.name in self.families:
                return self._member(base, domain, subs[0])
            if not is_array(domain) and len(subs) <= 2 and base.name != "I":
                if domain.shape != "scalar":
                    raise NoForm(f"an entry of {base.name}")
                return self._entry(self.letter(base, (self.make.sizes.fresh(), ONE if len(subs) == 1 else self.make.sizes.fresh())), subs)
        return self._entry(self.node(base), subs)

    def _member(self, base: Term, domain: Domain, sub: Term) -> Node:
        size = (domain.rows if domain.shape == "vector" else "") or self.domains.get(f"{base.name}_{sub}", Domain()).rows or self.make.sizes.fresh()
        letter = self.letter(symbol(f"{base.name}_") if base.name in self.apart else base, (self.make.sizes.fresh(), size))
        return Node("row", (letter,), (letter.shape[1], ONE), (self.label(sub, letter.shape[0]),))

    def _entry(self, x: Node, subs: Sequence[Term]) -> Node:
        r, c = self.make.sizes.shape(x.shape)
        if x.is_number:
            raise NoForm("an index on a number")
        if len(subs) == 1 and ONE in (r, c):
            return Node("entry", (x,), NUMBER, (self.label(subs[0], c if r == ONE else r),))
        if len(subs) == 2 and ONE not in (r, c):
            return Node("entry", (x,), NUMBER, (self.label(subs[0], r), self.label(subs[1], c)))
        raise NoForm("an index that picks no single entry")

    def _on_gradient(self, term: Term) -> Node:
        if len(term.args) != 2:
            raise NoForm("a gradient that does not say by what")
        return self._derivative(term.args[0], term.args[1], 1)

    def _on_partial(self, term: Term) -> Node:
        order = term.args[2].value if len(term.args) > 2 else 1
        if order not in (1, 2):
            raise NoForm("a derivative of that order")
        return self._derivative(term.args[0], term.args[1], int(order))

    _on_derivative = _on_partial

    def _derivative(self, body: Term, by: Term, order: int) -> Node:
        if by.is_apply("transpose", 1):
            return self.make.transpose(self._derivative(body, by.args[0], order))
        target, labels = self.node(by), None
        if target.op == "entry" and target.args[0].op == "letter":
            target, labels = target.args[0], target.extra
        if target.op == "row":
            raise NoForm("a derivative by a member of a family")
        if target.op != "letter":
            raise NoForm("a derivative by something that is no letter")
        traits = set(self.domain(by if labels is None else by.args[0]).traits)
        if traits - {"invertible", "square"}:
            raise NoForm("a derivative by a matrix that is not free")
        made = self.node(body)
        if made.op == "letter" or made.op in ("entry", "row") and made.args[0].op == "letter":
            letter = made if made.op == "letter" else made.args[0]
            if letter != target:
                raise NoForm(f"a derivative of {body}, of which nothing says how it depends on {by}")
        if body.is_apply("transpose", 1) and made.is_number and labels is None:
            return self.make.transpose(self.make.gradient(made, target))
        for _ in range(order):
            made = self.make.gradient(made, target, labels)
        return made
