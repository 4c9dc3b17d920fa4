"""Signs: what each operator, relation and bracket becomes, whether typed in ASCII, as a Unicode character, or as a LaTeX command."""

from __future__ import annotations

import re

Sign = tuple[str, str]
"""Token kind and text."""

_RELATIONS: dict[str, str] = {
    "=": "= == \\eq \\Equal",
    "!=": "≠ != <> =/= /= ≢ \\ne \\neq \\not= \\nequiv",
    "<=": "<= =< ≤ ⩽ ≦ \\le \\leq \\leqslant \\leqq \\lesseqgtr",
    ">=": ">= ≥ ⩾ ≧ \\ge \\geq \\geqslant \\geqq",
    "<": "< &lt; \\lt \\textless", ">": "> &gt; \\gt \\textgreater",
    "<<": "<< <<< ≪ ⋘ \\ll \\lll", ">>": ">> >>> ≫ ⋙ \\gg \\ggg",
    ":=": ":= ≔ ≝ ≜ ← ⟵ \\coloneqq \\triangleq \\leftarrow \\gets \\longleftarrow \\defeq \\doteq",
    "->": "-> --> → ⟶ \\to \\rightarrow \\longrightarrow \\tendsto",
    "approx": "~~ ≈ ≃ ≅ ≊ \\approx \\simeq \\cong \\approxeq \\thickapprox",
    "~": "∼ \\sim \\thicksim", "propto": "∝ \\propto \\varpropto", "equiv": "≡ === \\equiv",
    "in": "∈ \\in", "notin": "∉ \\notin", "subset": "⊂ ⊊ \\subset \\subsetneq", "subseteq": "⊆ \\subseteq", "supset": "⊃ ⊋ \\supset \\supsetneq",
    "supseteq": "⊇ \\supseteq", "perp": "⟂ ⊥ \\perp \\bot", "parallel": "\\shortparallel", "divides": "\\divides",
    "succeq": "⪰ ≽ ⪴ \\succeq \\succcurlyeq", "succ": "≻ \\succ", "preceq": "⪯ ≼ \\preceq \\preccurlyeq", "prec": "≺ \\prec",
}
_OTHERS: dict[Sign, str] = {
    ("implies", "implies"): "=> ==> ⇒ ⟹ ∴ \\implies \\Rightarrow \\Longrightarrow \\therefore \\rArr",
    ("impliedby", "impliedby"): "<== ⇐ ⟸ ∵ \\impliedby \\Leftarrow \\Longleftarrow \\because",
    ("iff", "iff"): "<=> <==> <-> ⇔ ⟺ ↔ \\iff \\Leftrightarrow \\Longleftrightarrow \\leftrightarrow",
    ("mapsto", "mapsto"): "↦ ⟼ \\mapsto \\longmapsto",
    ("and", "and"): "∧ && \\land \\wedge \\& \\And", ("or", "or"): "∨ \\lor \\vee \\/", ("or", "xor"): "⊻ ⊕ \\veebar \\oplus", ("not", "not"): "¬ \\neg \\lnot",
    ("+", "+"): "+", ("-", "-"): "- − ﹣ \\minus", ("pm", "pm"): "± \\pm", ("pm", "mp"): "∓ -+ \\mp",
    ("*", "*"): "* ∗ \\ast", ("*", "cdot"): "· ⋅ ∙ • ‧ \\cdot \\bullet \\cdotp", ("*", "times"): "× ⨯ ✕ \\times", ("*", "matmul"): "@",
    ("/", "//"): "//",
    ("/", "/"): "/ ÷ ∕ ⁄ \\div \\slash", ("^", "^"): "^ ** ˆ", ("_", "_"): "_ \\_", ("!", "!"): "!",
    ("*", "hadamard"): "⊙ \\odot", ("*", "outer"): "⊗ \\otimes", ("circ", "circ"): "∘ \\circ",
    ("cup", "union"): "∪ ⋃ \\cup \\bigcup", ("cap", "intersection"): "∩ ⋂ \\cap \\bigcap",
    ("+", "setminus"): "∖ \\setminus \\smallsetminus \\backslash",
    ("forall", "forall"): "∀ \\forall", ("exists", "exists"): "∃ \\exists", ("nabla", "nabla"): "∇ \\nabla \\grad",
    ("partial", "partial"): "∂ \\partial",
    ("const", "oo"): "∞ \\infty \\infin", ("const", "emptyset"): "∅ ∅ ⌀ \\emptyset \\varnothing \\empty", ("const", "RR"): "ℝ \\R \\Reals \\reals",
    ("const", "ZZ"): "ℤ \\Z", ("const", "NN"): "ℕ \\N", ("const", "QQ"): "ℚ \\Q", ("const", "CC"): "ℂ \\C",
    ("const", "e"): "ℯ \\exponentialE", ("const", "i"): "ⅈ \\imaginaryI \\imaginaryJ", ("d", "d"): "ⅆ \\differentialD \\dd",
    ("top", "top"): "⊤ ᵀ \\top \\intercal", ("mark", "dagger"): "† \\dagger \\dag", ("mark", "star"): "⋆ ★ \\star", ("mark", "odot"): "☉ \\sun",
    ("'", "'"): "' ′ ’ ʹ \\prime", ("'", "''"): "″ \\dprime", ("'", "'''"): "‴", ("degree", "degree"): "° º \\degree \\textdegree",
    ("percent", "%"): "% \\% ٪", ("angle", "angle"): "∠ \\angle", ("currency", "currency"): "\\$ € £ ¥ \\euro \\pounds",
    ("(", "("): "( \\lparen", (")", ")"): ") \\rparen", ("[", "["): "[ \\lbrack", ("]", "]"): "] \\rbrack", ("{", "{"): "{", ("}", "}"): "}",
    ("lset", "{"): "\\{ \\lbrace", ("rset", "}"): "\\} \\rbrace", ("lfloor", "floor"): "⌊ \\lfloor", ("rfloor", "floor"): "⌋ \\rfloor",
    ("lceil", "ceil"): "⌈ \\lceil", ("rceil", "ceil"): "⌉ \\rceil", ("langle", "<"): "⟨ 〈 \\langle", ("rangle", ">"): "⟩ 〉 \\rangle",
    ("|", "|"): "| ∣ ￨ \\vert \\lvert \\rvert", ("mid", "|"): "\\mid \\given", ("‖", "‖"): "‖ ∥ \\| \\Vert \\lVert \\rVert \\parallel",
    (",", ","): ", \\comma", (";", ";"): "; \\semicolon", (":", ":"): ": \\colon ∶", (".", "."): ".",
    ("dots", "..."): "... .. … ⋯ \\dots \\ldots \\cdots \\dotsc \\dotsb",
    ("root", "2"): "√", ("root", "3"): "∛", ("root", "4"): "∜", ("big", "sum"): "∑ \\sum", ("big", "product"): "∏ \\prod",
    ("big", "integral"): "∫ \\int \\smallint",
    ("big2", "integral"): "∬ \\iint", ("big3", "integral"): "∭ \\iiint", ("big", "closed"): "∮ \\oint", ("amp", "&"): "& &amp;",
    ("row", "\\"): "\\\\ \\cr \\newline",
    ("frac", "frac"): "\\frac \\dfrac \\tfrac \\cfrac \\nicefrac \\sfrac \\flatfrac", ("binom", "binom"): "\\binom \\dbinom \\tbinom",
    ("choose", "choose"): "\\choose",
    ("over", "over"): "\\over", ("sqrt", "sqrt"): "\\sqrt", ("middle", "middle"): "\\middle", ("left", "left"): "\\left \\mleft",
    ("right", "right"): "\\right \\mright",
    ("quad", "quad"): "\\quad \\qquad", ("not_", "not"): "\\not", ("under", "under"): "\\underset", ("over_", "over"): "\\overset \\stackrel",
    ("substack", "substack"): "\\substack", ("hat", "hat"): "\\hat \\widehat", ("hat", "bar"): "\\bar \\overline",
    ("hat", "tilde"): "\\tilde \\widetilde",
    ("hat", "vec"): "\\vec \\overrightarrow", ("hat", "dot"): "\\dot", ("hat", "ddot"): "\\ddot", ("hat", "underline"): "\\underline",
    ("brace", "brace"): "\\underbrace \\overbrace \\underbracket", ("norm", "norm"): "\\norm", ("absc", "abs"): "\\abs",
    ("mod", "bmod"): "\\bmod \\mod",
    ("pmod", "pmod"): "\\pmod", ("arrow", "->"): "\\xrightarrow \\xlongrightarrow", ("begin", "begin"): "\\begin", ("end", "end"): "\\end",
    ("set_", "set"): "\\set", ("cancel", "cancel"): "\\cancel \\bcancel \\xcancel \\sout", ("textcolor", "textcolor"): "\\textcolor",
    ("dollar", "$"): "$", ("question", "?"): "?",
    ("math", "("): "\\( \\[", ("math", ")"): "\\) \\]",
}

SIGNS: dict[str, Sign] = {
    **{form: ("rel", sign) for sign, forms in _RELATIONS.items() for form in forms.split()},
    **{form: sign for sign, forms in _OTHERS.items() for form in forms.split()},
    "&le;": ("rel", "<="), "&ge;": ("rel", ">="), "&ne;": ("rel", "!="), "&times;": ("*", "times"), "&nbsp;": ("space", " "),
    "&infin;": ("const", "oo"),
    "~": ("tilde", "~"), "+-": ("pm", "+-"), "\\ ": ("space", " "),
}
"""Every sign by its spelling."""

DIRECTED = {"\\lvert": "L", "\\rvert": "R", "\\lVert": "L", "\\rVert": "R"}
"""Bars that say on which side they stand."""

SIZES = frozenset("\\bigl \\Bigl \\biggl \\Biggl".split()), frozenset("\\bigr \\Bigr \\biggr \\Biggr".split())
"""Size commands that say which side the next bracket is on."""

NEGATED = {"=": "!=", "in": "notin", "equiv": "!=", "!=": "!="}

ASCII = "|".join(re.escape(s) for s in sorted((s for s in SIGNS if s.isascii() and s[0] != "\\" and s[-1] != ";" and len(s) > 1),
                                               key=len, reverse=True))
"""Regular expression for the ASCII signs of two characters or more, longest first."""
