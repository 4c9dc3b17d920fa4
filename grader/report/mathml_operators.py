"""How each operator of `term.APPLY` is set in MathML; see `mathml` for boxes and brackets, `mathml_binders` for sums, integrals and limits."""

from __future__ import annotations

from collections.abc import Sequence

from grader.report import mathml as m
from grader.report.mathml import Box, applied, at, bracketed, identifier, listed, row, sign, subscripted, superscripted, words
from grader.report.mathml_binders import BINDER_RULES, THIN, Rule
from grader.term import Term

TIMES, COMMA, NORM = "\u2062", "\u2063", "‖"


def operator(node: Term, boxes: Sequence[Box]) -> Box:
    """The box of an application or a binder; one with operands that its rule does not know is written as a call of its name."""
    rule = (BINDER_RULES if node.kind == "binder" else APPLY_RULES).get(node.name)
    try:
        if rule is not None:
            return rule(node, boxes)
    except (IndexError, ValueError):
        pass
    return applied(identifier(node.name), *[m.box(b).code for b in node.bound], *[b.code for b in boxes])


# ------------------------------------------------------------------------------------------------------------ families


def _function(shown: str) -> Rule:
    """name(operands)"""
    return lambda node, boxes: applied(identifier(shown, upright=True), *[b.code for b in boxes])


def _fence(opening: str, closing: str) -> Rule:
    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        (inner,) = boxes
        return Box(bracketed(inner.code, opening, closing), m.ATOM, "bracket", "bracket")

    return rule


def _accent(mark: str, stretchy: str = "false") -> Rule:
    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        (inner,) = boxes
        return Box(f'<mover accent="true">{row(inner.code)}{sign(mark, stretchy=stretchy)}</mover>', m.SCRIPT)

    return rule


def _infix(shown: str, level: int, spoken: bool = False) -> Rule:
    """Operands with a sign (or a word) between them."""

    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        between = words(f" {shown} ") if spoken else sign(shown)
        if len(boxes) < 2:
            raise ValueError
        return Box(row(between.join(at(b, level + 1) for b in boxes)), level, boxes[0].first, boxes[-1].last)

    return rule


def _superscript(mark: str) -> Rule:
    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        (base,) = boxes
        return superscripted(base, mark)

    return rule


def _postfix(mark: str) -> Rule:
    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        (base,) = boxes
        return Box(row(at(base, m.SCRIPT), sign(mark, form="postfix")), m.POWER, base.first, "word")

    return rule


# ---------------------------------------------------------------------------------------------------------- arithmetic


def _add(node: Term, boxes: Sequence[Box]) -> Box:
    parts = [at(boxes[0], m.SUM) if _negated(node.args[0]) else at(boxes[0], m.SUM + 1)]
    for term, inner in zip(node.args[1:], boxes[1:]):
        if _negated(term):
            parts += [sign("−"), inner.bare]
        elif term.is_apply("pm", 1) or term.is_apply("mp", 1):
            parts += [inner.code]
        else:
            parts += [sign("+"), at(inner, m.SUM + 1)]
    return Box(row(*parts), m.SUM, boxes[0].first, boxes[-1].last)


def _negated(term: Term) -> bool:
    return term.is_apply("neg", 1)


def _neg(node: Term, boxes: Sequence[Box]) -> Box:
    (inner,) = boxes
    operand = at(inner, m.BIG)
    return Box(row(sign("−", form="prefix"), operand), m.SUM, "bracket", inner.last, operand)


def _plus_minus(shown: str) -> Rule:
    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        if len(boxes) == 1:
            return Box(row(sign(shown, form="prefix"), at(boxes[0], m.BIG)), m.SUM, "bracket", boxes[0].last)
        left, right = boxes
        return Box(row(at(left, m.SUM), sign(shown), at(right, m.SUM + 1)), m.SUM, left.first, right.last)

    return rule


def _mul(node: Term, boxes: Sequence[Box]) -> Box:
    parts = []
    before = ""
    for k, inner in enumerate(boxes):
        final = k == len(boxes) - 1
        closed = inner.level >= (m.BIG if final else m.PRODUCT)
        first, last = (inner.first, inner.last) if closed else ("bracket", "bracket")
        if before:
            parts.append(sign(_between(before, first)))
        parts.append(at(inner, m.BIG if final else m.PRODUCT))
        before = last
    return Box(row(*parts), m.PRODUCT, boxes[0].first if boxes[0].level >= m.PRODUCT else "bracket", before)


def _between(left: str, right: str) -> str:
    """A dot where nothing between two factors would mislead, else the invisible times."""
    if right == "digit" or left == "word" or right == "word" and left != "digit" or right == "bracket" and left == "letter":
        return "⋅"
    return TIMES


def _div(node: Term, boxes: Sequence[Box]) -> Box:
    above, below = boxes
    return Box(f"<mfrac>{row(above.code)}{row(below.code)}</mfrac>", m.FRACTION, "digit", "digit")


def _pow(node: Term, boxes: Sequence[Box]) -> Box:
    base, exponent = boxes
    return superscripted(base, row(exponent.code))


def _sqrt(node: Term, boxes: Sequence[Box]) -> Box:
    (inner,) = boxes
    return Box(f"<msqrt>{inner.code}</msqrt>")


def _root(node: Term, boxes: Sequence[Box]) -> Box:
    inner, degree = boxes
    return Box(f"<mroot>{row(inner.code)}{row(degree.code)}</mroot>")


def _log(node: Term, boxes: Sequence[Box]) -> Box:
    if len(boxes) == 1:
        return applied(identifier("log"), boxes[0].code)
    inner, base = boxes
    return applied(f"<msub>{identifier('log')}{row(base.code)}</msub>", inner.code)


def _binomial(node: Term, boxes: Sequence[Box]) -> Box:
    above, below = boxes
    return Box(bracketed(f'<mfrac linethickness="0">{row(above.code)}{row(below.code)}</mfrac>'), m.ATOM, "bracket", "bracket")


def _softmax(node: Term, boxes: Sequence[Box]) -> Box:
    whole = applied(identifier("softmax"), boxes[0].code)
    if len(boxes) == 1:
        return whole
    _, index = boxes
    return subscripted(whole.code, row(index.code), "word")


# ------------------------------------------------------------------------------------------- scripts, calls, derivatives


def _index(node: Term, boxes: Sequence[Box]) -> Box:
    base, *below = boxes
    close = all(t.kind == "symbol" and len(t.name) == 1 for t in node.args[1:])
    return subscripted(at(base, m.SCRIPT), row(sign(COMMA if close else ",").join(_open(a, b) for a, b in zip(node.args[1:], below))), base.first)


def _sup(node: Term, boxes: Sequence[Box]) -> Box:
    base, mark = boxes
    above = mark.code if node.args[1].kind == "text" else bracketed(_open(node.args[1], mark))
    return superscripted(base, row(above))


def _prime(node: Term, boxes: Sequence[Box]) -> Box:
    count = int(node.args[1].value or 0) if len(node.args) > 1 and node.args[1].kind == "number" else 1
    mark = sign("′″‴"[count - 1]) if 1 <= count <= 3 else row(bracketed(boxes[1].code))
    return superscripted(boxes[0], mark, m.SCRIPT)


def _call(node: Term, boxes: Sequence[Box]) -> Box:
    head, *arguments = boxes
    inner = listed(b.code for b in arguments)
    return Box(row(at(head, m.SCRIPT), sign("\u2061"), bracketed(inner)), m.ATOM, head.first, "bracket")


def _given(node: Term, boxes: Sequence[Box]) -> Box:
    left, right = boxes
    code = row(_open(node.args[0], left), sign("|", stretchy="false", lspace="0.2em", rspace="0.2em"), _open(node.args[1], right))
    return Box(code, m.LOOSE, "letter", "letter", code)


def _semicolon(node: Term, boxes: Sequence[Box]) -> Box:
    left, right = boxes
    code = row(_open(node.args[0], left), sign(";"), _open(node.args[1], right))
    return Box(code, m.LOOSE, "letter", "letter", code)


def _open(term: Term, inner: Box) -> str:
    """The markup of an operand, a tuple of several without its brackets."""
    return inner.bare if term.kind == "tuple" and inner.bare else inner.code


def _derivative(letter: str) -> Rule:
    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        body, variable, *order = boxes
        d = identifier(letter, upright=True)
        once = not order or node.args[2].kind == "number" and node.args[2].value == 1
        top = d if once else f"<msup>{d}{row(order[0].code)}</msup>"
        below = row(d, at(variable, m.SCRIPT)) if once else row(d, f"<msup>{at(variable, m.SCRIPT)}{row(order[0].code)}</msup>")
        if body.level >= m.SCRIPT:
            return Box(f"<mfrac>{row(top, body.code)}{below}</mfrac>", m.FRACTION, "digit", "digit")
        return Box(row(f"<mfrac>{row(top)}{below}</mfrac>", THIN, at(body, m.FRACTION)), m.BIG, "digit", body.last)

    return rule


def _gradient(node: Term, boxes: Sequence[Box]) -> Box:
    nabla = sign("∇", form="prefix")
    if len(boxes) > 1:
        nabla = f"<msub>{nabla}{row(boxes[1].code)}</msub>"
    return Box(row(nabla, at(boxes[0], m.SCRIPT)), m.PRODUCT)


def _norm(node: Term, boxes: Sequence[Box]) -> Box:
    code = bracketed(boxes[0].code, NORM, NORM)
    if len(boxes) == 1:
        return Box(code, m.ATOM, "bracket", "bracket")
    _, p = boxes
    return subscripted(code, row(p.code), "bracket")


def _inner(node: Term, boxes: Sequence[Box]) -> Box:
    left, right = boxes
    return Box(bracketed(listed((left.code, right.code)), "⟨", "⟩"), m.ATOM, "bracket", "bracket")


# ------------------------------------------------------------------------------------------------ probability, logic, sets


def _moment(shown: str) -> Rule:
    """E_over[body], Var_over[body]"""

    def rule(node: Term, boxes: Sequence[Box]) -> Box:
        body, *over = boxes
        head = identifier(shown, upright=True)
        if over:
            (density,) = over
            head = f"<msub>{head}{row(density.code)}</msub>"
        return Box(row(head, sign("\u2061"), bracketed(body.code, "[", "]")), m.ATOM, "word", "bracket")

    return rule


def _covariance(node: Term, boxes: Sequence[Box]) -> Box:
    left, right, *over = boxes
    head = identifier("Cov")
    return applied(f"<msub>{head}{row(over[0].code)}</msub>" if over else head, left.code, right.code)


def _kl(node: Term, boxes: Sequence[Box]) -> Box:
    left, right = boxes
    return applied(identifier("KL"), row(at(left, m.LOOSE + 1), sign("∥", form="infix", stretchy="false", lspace="0.28em", rspace="0.28em"), at(right, m.LOOSE + 1)))


def _mutual_information(node: Term, boxes: Sequence[Box]) -> Box:
    left, right = boxes
    return applied(identifier("I"), row(left.code, sign(";"), right.code))


def _not(node: Term, boxes: Sequence[Box]) -> Box:
    (inner,) = boxes
    return Box(row(sign("¬", form="prefix"), at(inner, m.SCRIPT)), m.NOT, "bracket", inner.last)


def _where(node: Term, boxes: Sequence[Box]) -> Box:
    body, *conditions = boxes
    if not conditions:
        raise ValueError
    code = row(at(body, m.LOOSE + 1), words(", where "), listed(at(c, m.LOOSE + 1) for c in conditions))
    return Box(code, m.LOOSE, body.first, "word", cells=(body.code, row(words("if "), listed(c.code for c in conditions))))


def _quantity(node: Term, boxes: Sequence[Box]) -> Box:
    amount, unit = boxes
    return Box(row(at(amount, m.FRACTION), THIN, unit.code), m.PRODUCT, amount.first, "word")


def _at(node: Term, boxes: Sequence[Box]) -> Box:
    """F|_{x = a}, or [F]_a^b"""
    body, *places = boxes
    if len(places) == 1:
        bar = sign("|", form="postfix", stretchy="true", fence="true")
        return subscripted(row(at(body, m.PRODUCT), bar), row(places[0].code), "bracket")
    below, above = places
    return Box(f"<msubsup>{bracketed(body.code, '[', ']')}{row(below.code)}{row(above.code)}</msubsup>", m.SCRIPT, "bracket")


# ---------------------------------------------------------------------------------------------------------------- rules

FUNCTIONS = {
    **{f: f for f in "exp max min gcd lcm erf sin cos tan cot sec csc sinh cosh tanh coth sech csch softplus arg det diag sign round conj".split()},
    **{f"a{f}": f"arc{f}" for f in "sin cos tan cot sec csc".split()},
    **{f"a{f}": f"ar{f}" for f in "sinh cosh tanh coth sech csch".split()},
    "gamma": "Γ", "beta_function": "B", "zeta": "ζ", "sigmoid": "σ", "relu": "ReLU", "re": "Re", "im": "Im", "atan2": "atan2", "trace": "tr", "rank": "rank",
    "probability": "P", "entropy": "H", "bigO": "O", "bigTheta": "Θ", "bigOmega": "Ω", "smallo": "o", "smallomega": "ω",
}

APPLY_RULES: dict[str, Rule] = {
    **{name: _function(shown) for name, shown in FUNCTIONS.items()},
    "add": _add, "neg": _neg, "pm": _plus_minus("±"), "mp": _plus_minus("∓"), "mul": _mul, "div": _div, "pow": _pow, "sqrt": _sqrt, "root": _root,
    "log": _log, "abs": _fence("|", "|"), "floor": _fence("⌊", "⌋"), "ceil": _fence("⌈", "⌉"), "mod": _infix("mod", m.PRODUCT, spoken=True),
    "factorial": _postfix("!"), "double_factorial": _postfix("!!"), "percent": _postfix("%"), "degree": _postfix("°"), "binomial": _binomial,
    "softmax": _softmax, "index": _index, "sup": _sup, "prime": _prime, "call": _call, "given": _given, "semicolon": _semicolon,
    "hat": _accent("^", "true"), "bar": _accent("¯", "true"), "tilde": _accent("~", "true"), "vec": _accent("→"), "dot": _accent("˙"),
    "star": _superscript(sign("*")), "transpose": _superscript(sign("⊤")), "inverse": _superscript(row(sign("−", form="prefix"), "<mn>1</mn>")),
    "complement": _superscript(identifier("c", upright=True)),
    "derivative": _derivative("d"), "partial": _derivative("∂"), "gradient": _gradient, "norm": _norm, "inner": _inner,
    "outer": _infix("⊗", m.PRODUCT), "hadamard": _infix("⊙", m.PRODUCT), "cross": _infix("×", m.PRODUCT), "dotproduct": _infix("⋅", m.PRODUCT),
    "expectation": _moment("𝔼"), "variance": _moment("Var"), "covariance": _covariance, "kl": _kl, "mutual_information": _mutual_information,
    "and": _infix("and", m.AND, spoken=True), "or": _infix("or", m.OR, spoken=True), "xor": _infix("⊕", m.OR), "not": _not,
    "implies": _infix("⇒", m.ARROW), "iff": _infix("⇔", m.ARROW), "where": _where,
    "union": _infix("∪", m.SETS), "intersection": _infix("∩", m.SETS), "setminus": _infix("∖", m.SETS), "times": _infix("×", m.SETS),
    "quantity": _quantity, "at": _at,
}
