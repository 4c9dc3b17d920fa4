"""One tree, many spellings: LaTeX, typed text and Unicode mixed sign by sign, with and without spaces and product signs. All of them
read as the tree."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.model import Read
from grader.printing import to_text
from grader.reading import read
from grader.term import Term, apply, constant, number, relation, symbol

GREEK = {"alpha": "α", "beta": "β", "theta": "θ", "lambda": "λ", "mu": "μ"}
RAISED = {"2": "²", "3": "³", "n": "ⁿ"}
SIGNS = {"=": ["="], "<=": ["<=", "≤", r"\le ", r"\leq "], ">=": [">=", "≥", r"\geq "], "<": ["<", r"\lt "], "!=": ["!=", "≠", r"\ne ", r"\neq "],
         "->": ["->", "→", r"\to "], ">>": [">>", "≫", r"\gg "], "approx": ["≈", r"\approx "]}

names = st.sampled_from([*"xyzabnmkpq", *GREEK]).map(symbol)
atoms = st.one_of(names, st.sampled_from("2 3 10 0.5".split()).map(number), st.just(constant("pi")))


def _above(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda xs: apply("add", *xs)),
        st.builds(lambda a, b: apply("add", a, apply("neg", b)), inner, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda xs: apply("mul", *xs)),
        st.builds(lambda a, b: apply("div", a, b), inner, inner),
        st.builds(lambda a, b: apply("pow", a, b), inner, inner),
        st.builds(lambda f, a: apply(f, a), st.sampled_from("sqrt sin cos tanh exp log abs floor".split()), inner),
        st.builds(lambda a, b: apply("index", a, b), names,
                  st.sampled_from([symbol("j"), symbol("t"), number(1), apply("add", symbol("t"), number(1))])),
    )


expressions = st.recursive(atoms, _above, max_leaves=8)
trees = st.one_of(expressions, st.builds(lambda s, a, b: relation(s, a, b), st.sampled_from(sorted(SIGNS)), expressions, expressions))


class Sloppy:
    """Writes a tree, choosing a notation for every node by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def one_of(self, *ways: str) -> str:
        return self.chance.choice(ways)

    def space(self) -> str:
        return self.one_of("", "", " ", "  ")

    def bracket(self, text: str) -> str:
        inner = self.space() + text + self.space()
        return self.one_of(f"({inner})", rf"\left({inner}\right)", rf"\bigl( {inner} \bigr)")

    def write(self, t: Term) -> str:
        if t.kind == "number":
            return to_text(t)
        if t.kind == "constant":
            return self.one_of("π", r"\pi ", " pi ")
        if t.kind == "symbol":
            return self.one_of(GREEK[t.name], "\\" + t.name + " ", f" {t.name} ") if t.name in GREEK else t.name
        if t.kind == "relation":
            sign = self.one_of(*SIGNS[t.signs[0]])
            return f"{self.write(t.args[0])} {sign}{self.space()}{self.write(t.args[1])}"
        return getattr(self, t.name)(*t.args)

    def add(self, *terms: Term) -> str:
        out = self.tight(terms[0], "add neg")
        for term in terms[1:]:
            minus = term.is_apply("neg")
            sign = self.one_of("-", "−") if minus else "+"
            out += f"{self.space()}{sign}{self.space()}" + self.tight(term.args[0] if minus else term, "add neg")
        return out

    def neg(self, x: Term) -> str:
        return self.bracket("-" + self.tight(x, "add neg"))

    def mul(self, *factors: Term) -> str:
        out = self.tight(factors[0], "add neg mul div")
        for before, after in zip(factors, factors[1:]):
            text = self.tight(after, "add neg mul div")
            plain = before.kind in ("number", "symbol") and after.kind == "symbol" and len(after.name) == 1
            sign = self.one_of("*", " * ", r"\cdot ", "·", r" \times ", "×", *([" "] if plain else []))
            out += sign + text
        return out

    def div(self, a: Term, b: Term) -> str:
        typed = f"{self.tight(a, 'add neg mul div')}{self.one_of('/', ' / ')}{self.tight(b, 'add neg mul div')}"
        return self.one_of(rf"\frac{{{self.write(a)}}}{{{self.write(b)}}}", rf"\dfrac {{{self.write(a)}}} {{{self.write(b)}}}", self.bracket(typed))

    def pow(self, a: Term, b: Term) -> str:
        base = to_text(a) if a.kind == "number" else self.write(a) if a.kind in ("symbol", "constant") else self.bracket(self.write(a))
        shown = to_text(b) if b.kind == "number" else b.name if b.kind == "symbol" and len(b.name) == 1 else ""
        if shown in RAISED and self.chance.random() < 0.4:
            return base + RAISED[shown]
        if self.chance.random() < 0.3 and b.kind != "symbol":
            return f"{base}{self.one_of('^', '**')}({self.write(b)})"
        return f"{base}^{{{self.write(b)}}}"

    def sqrt(self, x: Term) -> str:
        return self.one_of(rf"\sqrt{{{self.write(x)}}}", f"√({self.write(x)})", f" sqrt({self.write(x)})")

    def index(self, a: Term, b: Term) -> str:
        inside = self.write(b)
        tail = self.one_of("_{" + inside + "}", "_{ " + inside + " }") if b.kind == "apply" else self.one_of(f"_{inside}", f"_{{{inside}}}")
        return self.write(a).rstrip() + tail + " "

    def function(self, name: str, x: Term) -> str:
        return self.one_of(f" {name}", f"\\{name}", rf"\operatorname{{{name}}}", rf"\mathrm{{{name}}}") + self.bracket(self.write(x))

    def sin(self, x: Term) -> str:
        return self.function("sin", x)

    def cos(self, x: Term) -> str:
        return self.function("cos", x)

    def tanh(self, x: Term) -> str:
        return self.function("tanh", x)

    def log(self, x: Term) -> str:
        return self.function(self.one_of("log", "ln"), x)

    def exp(self, x: Term) -> str:
        return self.function("exp", x)

    def abs(self, x: Term) -> str:
        inside = self.write(x)
        if x.is_apply("abs"):  # two bars side by side are a norm
            return f" abs({inside})"
        return self.one_of(rf"\left|{inside}\right|", rf"\lvert {inside} \rvert", f" abs({inside})", rf"\abs{{{inside}}}")

    def floor(self, x: Term) -> str:
        return self.one_of(rf"\lfloor {self.write(x)} \rfloor", f"⌊{self.write(x)}⌋", f" floor({self.write(x)})")

    def tight(self, t: Term, loose: str) -> str:
        """The operand, in brackets where its sign binds no more tightly."""
        return self.bracket(self.write(t)) if t.kind == "apply" and t.name in loose.split() else self.write(t)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees, st.integers(0, 10**6))
def test_any_notation_reads_as_the_tree(term: Term, seed: int) -> None:
    text = Sloppy(seed).write(term)
    reading = read(text)
    assert isinstance(reading, Read), (text, reading)
    assert reading.term == term, (text, to_text(reading.term))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees, st.integers(0, 10**6), st.sampled_from(
    ["${}$", "$$ {} $$", r"\( {} \)", r"\[ {} \]", "  {}\n", "{}.", r"\boxed{{{}}}", r"\begin{{align*}} {} \end{{align*}}"]))
def test_what_stands_around_a_formula_changes_nothing(term: Term, seed: int, around: str) -> None:
    text = around.format(Sloppy(seed).write(term))
    reading = read(text)
    assert isinstance(reading, Read) and reading.term == term, text
