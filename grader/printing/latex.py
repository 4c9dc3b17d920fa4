"""LaTeX, in the few commands that every renderer knows."""

from __future__ import annotations

from grader.printing.forms import decimal, is_name
from grader.printing.plain import Plain
from grader.term import Term, constant, number

GREEK = frozenset("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega "
                  "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar".split())
_OWN = frozenset("sin cos tan cot sec csc sinh cosh tanh coth exp log max min gcd det arg".split())
_OWN_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
_WORDS = frozenset("in notin subset subseteq supset supseteq approx propto equiv perp parallel succeq succ preceq prec".split())


class Latex(Plain):
    """The printer of LaTeX."""

    words = {"and": r" \land ", "or": r" \lor ", "xor": r" \veebar ", "not": r"\lnot ", "implies": r" \implies ", "iff": r" \iff ",
             "union": r" \cup ", "intersection": r" \cap ", "setminus": r" \setminus ", "pm": r" \pm ", "mp": r" \mp ",
             "where": r" \quad \text{where } ",
             "otherwise": r" \quad \text{otherwise}", "if": r" \quad \text{if } "}
    signs = {"!=": r"\ne", "<=": r"\le", ">=": r"\ge", "->": r"\to", "~": r"\sim", "<<": r"\ll", ">>": r"\gg", "divides": r"\mathrel{\divides}",
             "=>": r"\implies", "<=>": r"\iff", "<==": r"\impliedby", **{w: "\\" + w for w in _WORDS}}
    bigs = {"sum": r"\sum", "product": r"\prod", "maximum": r"\max", "minimum": r"\min", "supremum": r"\sup", "infimum": r"\inf",
            "argmax": r"\operatorname{argmax}", "argmin": r"\operatorname{argmin}", "limit": r"\lim", "integral": r"\int", "antiderivative": r"\int",
            "forall": r"\forall ", "exists": r"\exists "}
    constants = {"pi": r"\pi", "oo": r"\infty", "emptyset": r"\emptyset", "true": r"\mathrm{true}", "false": r"\mathrm{false}",
                 "undefined": r"\mathrm{undefined}", **{f"{c}{c}": rf"\mathbb{{{c}}}" for c in "RZNQC"}}
    round_, square, curly = (r"\left(", r"\right)"), (r"\left[", r"\right]"), (r"\left\{", r"\right\}")
    heads = Plain.heads | {"hat", "bar", "tilde"}
    arrow, bar, double_bar = r" \to ", r" \mid ", r" \,\|\, "

    def __init__(self) -> None:
        self.scripts = 0

    def level(self, term: Term) -> int:
        if term.kind == "apply" and term.name in ("div", "binomial"):
            return 11
        if term.kind == "number" and "/" in decimal(term.value):
            return 11
        if term.kind == "binder" and term.name == "lambda":
            return 6
        return super().level(term)

    def special_level(self, term: Term) -> int:
        return {"derivative": 8, "partial": 8, "hadamard": 8, "outer": 8, "gradient": 10}.get(term.name, 11)

    def show(self, term: Term) -> str:
        if term.kind == "number" and "/" in (digits := decimal(term.value, term.text)):
            return r"\frac{%s}{%s}" % tuple(digits.split("/"))
        return super().show(term)

    def name(self, name: str) -> str:
        root = name.rstrip("'")
        shown = root if len(root) == 1 else "\\" + root if root in GREEK else rf"\mathrm{{{root}}}"
        return shown + name[len(root):]

    def quoted(self, words: str) -> str:
        return rf"\text{{{words}}}"

    def word(self, name: str) -> str:
        return "\\" + name if name in _OWN else "\\" + _OWN_NAMES[name] if name in _OWN_NAMES else rf"\operatorname{{{name}}}"

    def show_mul(self, *factors: Term) -> str:
        if len(factors) < 2:
            return self.function("mul", factors)
        shown = [self.at(f, 9) for f in factors]
        out = shown[0]
        for before, after, text in zip(factors, factors[1:], shown[1:]):
            out += (" " if not self.scripts and _joins(before, after) else r" \cdot ") + text
        return out

    def show_div(self, a: Term, b: Term) -> str:
        return rf"\frac{{{self.at(a, 1)}}}{{{self.at(b, 1)}}}"

    def show_binomial(self, n: Term, k: Term) -> str:
        return rf"\binom{{{self.at(n, 1)}}}{{{self.at(k, 1)}}}"

    def show_pow(self, base: Term, exponent: Term) -> str:
        inside = self.at(exponent, 1)
        return f"{self.at(base, 11)}^{{{{T}}}}" if inside == "T" else f"{self.at(base, 11)}^{{{inside}}}"

    def show_sqrt(self, x: Term) -> str:
        return rf"\sqrt{{{self.at(x, 1)}}}"

    def show_root(self, x: Term, n: Term) -> str:
        return rf"\sqrt[{self.at(n, 7)}]{{{self.at(x, 1)}}}"

    def show_log(self, x: Term, base: Term | None = None) -> str:
        below = "" if base is None else f"_{{{self.at(base, 1)}}}"
        return rf"\log{below}{self.wrap(self.at(x, 1))}"

    def show_abs(self, x: Term) -> str:
        return rf"\left|{self.at(x, 1)}\right|"

    def show_norm(self, x: Term, p: Term | None = None) -> str:
        return rf"\left\|{self.at(x, 1)}\right\|" + ("" if p is None else f"_{{{self.at(p, 1)}}}")

    def show_floor(self, x: Term) -> str:
        return rf"\left\lfloor {self.at(x, 1)}\right\rfloor"

    def show_ceil(self, x: Term) -> str:
        return rf"\left\lceil {self.at(x, 1)}\right\rceil"

    def show_inner(self, x: Term, y: Term) -> str:
        return rf"\left\langle {self.at(x, 1)}, {self.at(y, 1)}\right\rangle"

    def show_percent(self, x: Term) -> str:
        return self.at(x, 11) + r"\%"

    def show_degree(self, x: Term) -> str:
        return self.at(x, 11) + r"^{\circ}"

    def show_transpose(self, x: Term) -> str:
        return f"{self.at(x, 11) if is_name(x) else self.wrap(self.show(x))}" + r"^{\top}"

    def show_star(self, x: Term) -> str:
        return f"{self.show(x) if is_name(x) else self.wrap(self.show(x))}^{{*}}"

    def show_hat(self, x: Term) -> str:
        return rf"\hat{{{self.at(x, 1)}}}"

    def show_bar(self, x: Term) -> str:
        return rf"\bar{{{self.at(x, 1)}}}"

    def show_tilde(self, x: Term) -> str:
        return rf"\tilde{{{self.at(x, 1)}}}"

    def show_vec(self, x: Term) -> str:
        return rf"\vec{{{self.at(x, 1)}}}"

    def show_dot(self, x: Term) -> str:
        return rf"\dot{{{self.at(x, 1)}}}"

    def show_hadamard(self, a: Term, b: Term) -> str:
        return rf"{self.at(a, 9)} \odot {self.at(b, 9)}"

    def show_outer(self, a: Term, b: Term) -> str:
        return rf"{self.at(a, 9)} \otimes {self.at(b, 9)}"

    def script_base(self, base: Term) -> str:
        return self.show(base) if is_name(base) and not base.is_apply("index") else self.wrap(self.show(base))

    def indices(self, indices: tuple[Term, ...]) -> str:
        self.scripts += 1
        inside = ",".join([self.at(x, 1) for x in indices])
        self.scripts -= 1
        return f"{{{inside}}}"

    def statistic(self, name: str, body: Term, over: Term | None) -> str:
        return super().statistic(r"\mathbb{E}" if name == "E" else name, body, over)

    def show_probability(self, event: Term) -> str:
        inside = self.arguments((event,)) if event.is_apply("given") else self.at(event, 1)
        return rf"\mathbb{{P}}{self.round_[0]}{inside}{self.round_[1]}"

    def show_entropy(self, p: Term) -> str:
        return rf"\mathbb{{H}}{self.square[0]}{self.at(p, 1)}{self.square[1]}"

    def relation(self, term: Term) -> str:
        return super().relation(term).replace(r"\mathrel{\divides}", r"\divides")

    def matrix(self, term: Term) -> str:
        return self.environment("pmatrix", [" & ".join([self.at(x, 1) for x in row.args]) for row in term.args])

    def cases(self, term: Term) -> str:
        rows = []
        for row in term.args:
            value, condition = row.args if row.is_apply("where", 2) else (row, constant("true"))
            said = r"\text{otherwise}" if condition == constant("true") else r"\text{if } " + self.at(condition, 1)
            rows.append(f"{self.at(value, 1)} & {said}")
        return self.environment("cases", rows)

    def environment(self, name: str, rows: list[str]) -> str:
        return rf"\begin{{{name}}} " + r" \\ ".join(rows) + rf" \end{{{name}}}"

    def mapping(self, bound: tuple[Term, ...], body: Term) -> str:
        head = self.show(bound[0]) if len(bound) == 1 else self.wrap(", ".join([self.show(b) for b in bound]))
        return rf"{head} \mapsto {self.at(body, 7)}"

    def differential(self, name: str) -> str:
        return r"\,d " + self.name(name)

    def has_differential(self, name: str) -> bool:
        return name != "d"

    def differentiated(self, name: str, body: Term, variable: Term, order: Term) -> str:
        if variable.kind != "symbol":
            return super().differentiated(name, body, variable, order)
        d = r"\partial " if name == "partial" else "d"
        power = "" if order == number(1) else f"^{{{self.at(order, 1)}}}"
        return rf"\frac{{{d.strip()}{power}}}{{{d}{' ' if name == 'derivative' else ''}{self.show(variable)}{power}}} {self.at(body, 8)}"

    def show_gradient(self, body: Term, variable: Term | None = None) -> str:
        below = "" if variable is None else f"_{{{self.at(variable, 1)}}}"
        inside = self.show(body) if is_name(body) or body.is_apply("call") else self.wrap(self.show(body))
        return rf"\nabla{below} {inside}"

    def show_at(self, body: Term, *places: Term) -> str:
        above = f"^{{{self.at(places[1], 1)}}}" if len(places) > 1 else ""
        return rf"\left.{self.at(body, 1)}\right|_{{{self.at(places[0], 1)}}}{above}"


def _joins(before: Term, after: Term) -> bool:
    """May two factors stand side by side without a sign, and still be read as the same product?"""
    if before.kind == "number" and after.kind == "symbol" and before.value.denominator == 1:
        return after.name not in ("d", "e", "E")
    left = before.kind == "symbol" or before.kind == "apply" and before.name in ("pow", "div", "sqrt", "index", "transpose", "inverse")
    head = after.args[0] if after.is_apply("pow") and after.args else after
    return left and head.kind == "symbol" and before.kind == "symbol" and before.name != "d" and head.name != "d" or \
        left and head.kind == "symbol" and before.kind != "symbol" and head.name not in ("d", "T")


def to_latex(term: Term) -> str:
    r"""The term as LaTeX without delimiters: `t n^{2} l`, `\mathbb{E}_{q}\left[\log\left(p\left(x \mid z\right)\right)\right]`."""
    return Latex().show(term)
