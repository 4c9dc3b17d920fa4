"""Unicode text: raised and lowered digits, Greek letters, √, ∑, ∫, ≤."""

from __future__ import annotations

from grader.printing.forms import is_name
from grader.printing.plain import Plain
from grader.term import Term

_GREEK = {**dict(zip(("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega").split(),
                     "αβγδεζηθικλμνξπρστυφχψω")),
          **dict(zip("Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(), "ΓΔΘΛΞΠΣϒΦΨΩ")), "ell": "ℓ", "hbar": "ħ"}
_RAISED = dict(zip("0123456789n", "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ"))
_LOWERED = dict(zip("0123456789ijklmnpstaeoruvx", "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₘₙₚₛₜₐₑₒᵣᵤᵥₓ"))


class Pretty(Plain):
    """The printer of Unicode text."""

    words = {**Plain.words, "and": " ∧ ", "or": " ∨ ", "not": "¬", "union": " ∪ ", "intersection": " ∩ ", "setminus": " ∖ ", "pm": " ± ", "mp": " ∓ ",
             "xor": " ⊻ "}
    signs = {"!=": "≠", "<=": "≤", ">=": "≥", "->": "→", "~": "∼", "<<": "≪", ">>": "≫", "in": "∈", "notin": "∉", "subset": "⊂", "subseteq": "⊆",
             "supset": "⊃", "supseteq": "⊇", "approx": "≈", "propto": "∝", "equiv": "≡", "perp": "⟂", "succeq": "⪰", "succ": "≻", "preceq": "⪯", "prec": "≺", "=>": "⇒", "<=>": "⇔", "<==": "⇐", ":=": "≔"}
    bigs = {**Plain.bigs, "sum": "∑", "product": "∏", "integral": "∫", "antiderivative": "∫", "forall": "∀", "exists": "∃"}
    constants = {"pi": "π", "oo": "∞", "emptyset": "∅", "RR": "ℝ", "ZZ": "ℤ", "NN": "ℕ", "QQ": "ℚ", "CC": "ℂ"}
    arrow, double_bar = " → ", " ‖ "

    def special_level(self, term: Term) -> int:
        return 8 if term.name in ("hadamard", "outer") else 11

    def name(self, name: str) -> str:
        root = name.rstrip("'")
        return _GREEK.get(root, root) + name[len(root):]

    def show_mul(self, *factors: Term) -> str:
        return super().show_mul(*factors).replace("*", "·") if len(factors) < 2 else "·".join(
            [self.show(factors[0]) if factors[0].is_apply("div") else self.at(factors[0], 9), *[self.at(f, 9) for f in factors[1:]]])

    def show_pow(self, base: Term, exponent: Term) -> str:
        sign, rest = ("⁻", exponent.args[0]) if exponent.is_apply("neg", 1) else ("", exponent)
        shown = self.show(rest)
        if rest.kind in ("number", "symbol") and all(c in _RAISED for c in shown):
            return self.at(base, 11) + sign + "".join(_RAISED[c] for c in shown)
        return super().show_pow(base, exponent)

    def indices(self, indices: tuple[Term, ...]) -> str:
        if len(indices) == 1:
            only = indices[0]
            if only.kind in ("number", "symbol") and all(c in _LOWERED for c in self.show(only)) and (only.kind == "number" or len(only.name) == 1):
                return "\0" + "".join(_LOWERED[c] for c in self.show(only))
            if only.is_apply("add", 2) and only.args[0].kind == "symbol" and only.args[0].name in _LOWERED:
                sign, shift = ("₋", only.args[1].args[0]) if only.args[1].is_apply("neg") else ("₊", only.args[1])
                if shift.kind == "number" and self.show(shift).isdigit():
                    return "\0" + _LOWERED[only.args[0].name] + sign + "".join(_LOWERED[c] for c in self.show(shift))
        return super().indices(indices)

    def show_index(self, base: Term, *indices: Term) -> str:
        shown = self.indices(indices)
        return self.script_base(base) + (shown[1:] if shown[:1] == "\0" else "_" + shown)

    def show_sqrt(self, x: Term) -> str:
        return "√" + (self.show(x) if x.kind == "symbol" or x.kind == "number" and "/" not in self.show(x) else self.wrap(self.show(x)))

    def show_transpose(self, x: Term) -> str:
        return (self.show(x) if is_name(x) else self.wrap(self.show(x))) + "ᵀ"

    def show_norm(self, x: Term, p: Term | None = None) -> str:
        return f"‖{self.at(x, 1)}‖" + ("" if p is None else f"_{{{self.at(p, 1)}}}")

    def show_abs(self, x: Term) -> str:
        return f"|{self.at(x, 1)}|" if x.kind in ("symbol", "number") else self.function("abs", (x,))

    def show_floor(self, x: Term) -> str:
        return f"⌊{self.at(x, 1)}⌋"

    def show_ceil(self, x: Term) -> str:
        return f"⌈{self.at(x, 1)}⌉"

    def show_inner(self, x: Term, y: Term) -> str:
        return f"⟨{self.at(x, 1)}, {self.at(y, 1)}⟩"

    def show_degree(self, x: Term) -> str:
        return self.at(x, 11) + "°"

    def show_hadamard(self, a: Term, b: Term) -> str:
        return f"{self.at(a, 9)} ⊙ {self.at(b, 9)}"

    def show_outer(self, a: Term, b: Term) -> str:
        return f"{self.at(a, 9)} ⊗ {self.at(b, 9)}"

    def statistic(self, name: str, body: Term, over: Term | None) -> str:
        return super().statistic("𝔼" if name == "E" else name, body, over)

    def has_differential(self, name: str) -> bool:
        name = name.rstrip("'")
        return (len(name) == 1 or name in _GREEK) and name != "d"


def to_unicode(term: Term) -> str:
    """The term as Unicode text: `t·n²·l`, `𝔼_{q}[log(p(x | z))]`, `kⱼᵀ·q`."""
    return Pretty().show(term)
