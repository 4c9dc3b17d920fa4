"""Terms as presentation MathML Core, for people who see them and for people who hear them.

The markup is built bottom-up from `Box`es: a piece of MathML with the strength of its outermost operator, so that an operand gets brackets exactly
where leaving them out would be read as another tree. Where juxtaposition could mislead, signs are written: a product before a bracket or a digit has
a dot (`f·(x+1)` is no call, `2·3` is no 23), applications carry the invisible "function application", other products the invisible "times", which is
what screen readers speak from. Every operator of `term.APPLY` and `term.BINDERS` has a rule (`mathml_operators`), and every name is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from grader.report.visible import visible
from grader.term import Term, fold

# How strongly the outermost operator of a box holds its operands together.
LOOSE, ARROW, OR, AND, NOT, RELATION, SETS, SUM, BIG, PRODUCT, FRACTION, POWER, SCRIPT, ATOM = range(14)

MAX_NODES = 4000
"""Larger terms are shown in linear form, cut short."""

SIGNS = {"!=": "≠", "<=": "≤", ">=": "≥", ":=": "≔", "->": "→", "~": "∼", "<<": "≪", ">>": "≫", "approx": "≈", "propto": "∝", "equiv": "≡",
         "in": "∈", "notin": "∉", "subset": "⊂", "subseteq": "⊆", "supset": "⊃", "supseteq": "⊇", "perp": "⟂", "parallel": "∥", "=>": "⇒",
         "<=>": "⇔", "<==": "⇐", "divides": "∣", "succeq": "⪰", "succ": "≻", "preceq": "⪯", "prec": "≺"}

CONSTANTS = {"pi": "π", "oo": "∞", "emptyset": "∅", "RR": "ℝ", "ZZ": "ℤ", "NN": "ℕ", "QQ": "ℚ", "CC": "ℂ"}

LETTERS = {
    **dict(zip("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega".split(),
               "αβγδεζηθικλμνξοπρστυφχψω")),
    **dict(zip("Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(), "ΓΔΘΛΞΠΣΥΦΨΩ")),
    "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "varrho": "ϱ", "varsigma": "ς", "ell": "ℓ", "hbar": "ℏ", "nabla": "∇",
}


_TALL = re.compile("<(?:mfrac|mtable|munder|mover|munderover|msqrt|mroot)")


@dataclass(frozen=True, slots=True)
class Box:
    """Markup of a term. `first` and `last` tell what stands at its ends ("digit", "letter", "word", "bracket"); `bare` is the markup without the
    outer brackets of a tuple, or without the minus of a negation; `cells` are the entries of what may be a row of a table; `script` is a base with
    its subscript, which a superscript joins instead of climbing on top."""

    code: str
    level: int = ATOM
    first: str = "letter"
    last: str = "letter"
    bare: str = ""
    cells: tuple[str, ...] = ()
    script: tuple[str, str] | None = None


def to_mathml(term: Term, *, block: bool = False, alt: str = "") -> str:
    """A `math` element. `block` sets it in full size, long chains of relations with a line a side, lists with a line an entry; `alt` is what programs say that
    do not know MathML."""
    attributes = ' displaystyle="true"' if block else ""
    attributes += f' alttext="{escape(visible(alt), quote=True)}"' if alt else ""
    if term.size > MAX_NODES:
        text = visible(str(term))
        return f"<math{attributes}>{words(text[:400] + '…' if len(text) > 400 else text)}</math>"
    if block and term.kind == "relation" and len(term.signs) > 1 and term.size > 12:
        return f"<math{attributes}>{_aligned(term)}</math>"
    if block and term.kind == "tuple" and term.name == "list" and len(term.args) > 1:
        return f"<math{attributes}>{_stacked(term)}</math>"
    return f"<math{attributes}>{box(term).code}</math>"


def box(term: Term) -> Box:
    """The box of a term."""
    return fold(term, combine)


def combine(node: Term, boxes: Sequence[Box]) -> Box:
    """The box of a node whose operands have these boxes."""
    from grader.report import mathml_operators

    if node.kind == "number":
        return _number(node)
    if node.kind == "symbol":
        return name(node.name)
    if node.kind == "constant":
        return _constant(node.name)
    if node.kind == "text":
        return Box(words(node.name), ATOM, "word", "word")
    if node.kind == "relation":
        return _relation(node, boxes)
    if node.kind == "tuple":
        return _collection(node, boxes)
    return mathml_operators.operator(node, boxes)


# ------------------------------------------------------------------------------------------------------------ elements


def identifier(text: str, upright: bool = False) -> str:
    """A name; one letter slants unless `upright`."""
    shown = visible(text)
    variant = ' mathvariant="normal"' if upright and len(shown) == 1 else ""
    return f"<mi{variant}>{escape(shown)}</mi>"


def sign(text: str, **attributes: str) -> str:
    """An operator sign."""
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<mo{more}>{escape(text)}</mo>"


def words(text: str) -> str:
    """Words among the mathematics."""
    shown = re.sub(r"^ | $", "\u00a0", visible(text))  # blanks at the ends of text elements collapse
    return f"<mtext>{escape(shown)}</mtext>"


def row(*parts: str) -> str:
    """Parts side by side, as one."""
    return f"<mrow>{''.join(parts)}</mrow>"


def bracketed(code: str, opening: str = "(", closing: str = ")") -> str:
    """The markup between brackets, which grow where it is more than a line high (small ones set tighter than grown ones)."""
    tall = "true" if _TALL.search(code) else "false"
    return row(sign(opening, form="prefix", stretchy=tall), code, sign(closing, form="postfix", stretchy=tall))


def at(inner: Box, level: int) -> str:
    """The markup of an operand that must hold together at least as `level`, bracketed where it does not."""
    return inner.code if inner.level >= level else bracketed(inner.code)


def subscripted(base: str, below: str, first: str = "letter") -> Box:
    """A base with a subscript."""
    return Box(f"<msub>{base}{below}</msub>", SCRIPT, first, script=(base, below))


def superscripted(base: Box, above: str, level: int = POWER) -> Box:
    """A base with a superscript, beside its subscript where it has one."""
    first = base.first if base.level >= SCRIPT else "bracket"
    if base.script:
        return Box(f"<msubsup>{base.script[0]}{base.script[1]}{above}</msubsup>", level, first)
    return Box(f"<msup>{row(at(base, SCRIPT))}{above}</msup>", level, first)


def listed(parts: Iterable[str]) -> str:
    """Parts with commas between them."""
    return sign(",").join(parts)


def applied(head: str, *arguments: str) -> Box:
    """head(arguments), with the invisible sign of application."""
    return Box(row(head, sign("\u2061"), bracketed(listed(arguments))), ATOM, "word", "bracket")


# --------------------------------------------------------------------------------------------------------- leaves, rows


def _number(node: Term) -> Box:
    value = node.value
    if value.denominator == 1:
        return Box(f"<mn>{escape(visible(node.text)) if node.text.isdigit() else value.numerator}</mn>", ATOM, "digit", "digit")
    if node.text and all(c.isdigit() or c in ".," for c in node.text):
        return Box(f"<mn>{escape(visible(node.text))}</mn>", ATOM, "digit", "digit")
    return Box(f"<mfrac><mn>{value.numerator}</mn><mn>{value.denominator}</mn></mfrac>", FRACTION, "digit", "digit")


def name(text: str) -> Box:
    """A symbol: Greek by its name, what follows an underscore as a subscript."""
    head, _, tail = text.partition("_")
    if head and tail:
        return subscripted(name(head).code, row(*[name(t).code for t in tail.split("_") if t]))
    shown = LETTERS.get(text, text) or "?"
    kind = "letter" if len(shown) == 1 else "word"
    return Box(identifier(shown), ATOM, kind, kind)


def _constant(text: str) -> Box:
    if text in ("true", "false", "undefined"):
        return Box(words(text), ATOM, "word", "word")
    return Box(identifier(CONSTANTS.get(text, text), upright=True))


def _relation(node: Term, boxes: Sequence[Box]) -> Box:
    parts = [at(boxes[0], RELATION + 1)]
    for each, side in zip(node.signs, boxes[1:]):
        parts += [sign(SIGNS.get(each, each)), at(side, RELATION + 1)]
    return Box(row(*parts), RELATION, boxes[0].first, boxes[-1].last)


def _aligned(node: Term) -> str:
    """A chain of relations with a line a side, the signs below each other."""
    boxes = [box(side) for side in node.args]
    lines = []
    for k, each in enumerate(node.signs):
        cells = (at(boxes[0], RELATION + 1) if k == 0 else "", row(sign(SIGNS.get(each, each)), at(boxes[k + 1], RELATION + 1)))
        lines.append("<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in cells) + "</mtr>")
    return f'<mtable class="chain" displaystyle="true">{"".join(lines)}</mtable>'


def _stacked(node: Term) -> str:
    """A list with a line an entry; values that are given as tuples stand below each other."""
    lines = []
    for entry in node.args:
        if entry.kind == "relation" and len(entry.args) == 2 and entry.args[1].kind == "tuple" and entry.args[1].name == "tuple":
            left, right = (box(side) for side in entry.args)
            lines.append([row(at(left, RELATION + 1), sign(SIGNS.get(entry.signs[0], entry.signs[0]))), *right.cells])
        else:
            lines.append([box(entry).code])
    return _table(lines, "grid" if any(len(line) > 1 for line in lines) else "chain")


def _collection(node: Term, boxes: Sequence[Box]) -> Box:
    inner = listed(at(b, LOOSE + 1) for b in boxes)
    if node.name == "list":
        return Box(row(inner), LOOSE, "bracket", "bracket", row(inner)) if boxes else Box(row(sign("["), sign("]")), ATOM, "bracket", "bracket")
    if node.name == "matrix":
        return Box(bracketed(_table([b.cells or (b.code,) for b in boxes]), "[", "]"), ATOM, "bracket", "bracket")
    if node.name == "cases":
        lines = [b.cells if b.cells and case.kind == "apply" else (b.code,) for case, b in zip(node.args, boxes)]
        return Box(row(sign("{", form="prefix", stretchy="true"), _table(lines, "cases")), BIG, "bracket", "bracket")
    opening, closing = {"set": ("{", "}"), "interval": node.signs if len(node.signs) == 2 else ("[", "]")}.get(node.name, ("(", ")"))
    cells = tuple(b.code for b in boxes) if node.name == "tuple" else ()
    return Box(bracketed(inner, visible(opening), visible(closing)), ATOM, "bracket", "bracket", row(inner), cells)


def _table(lines: Sequence[Sequence[str]], kind: str = "") -> str:
    attribute = f' class="{kind}"' if kind else ""
    return f"<mtable{attribute}>" + "".join("<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in line) + "</mtr>" for line in lines) + "</mtable>"
