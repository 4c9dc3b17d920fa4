"""The allow-list: every word, letter and sign that the reader knows, and what it becomes. Whatever is not here is a letter, or unread."""

from __future__ import annotations

import re

# ---------------------------------------------------------------------------------------------------------------- letters

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega Alpha Beta ell hbar".split())
"""Names of letters; a variant form (`\\varepsilon`) is the letter itself."""

VARIANTS = {"varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho", "varsigma": "sigma", "varpi": "pi",
            "varkappa": "kappa", "straightphi": "phi"}

LETTERS: dict[str, str] = {
    **dict(zip("αβγδεζηθικλμνξοπρστυφχψω", ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau "
                                            "upsilon phi chi psi omega").split())),
    **dict(zip("ΓΔΘΛΞΠΣΥΦΨΩ", "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split())),
    "ς": "sigma", "ϒ": "Upsilon", "ϵ": "epsilon", "ϑ": "theta", "ϕ": "phi", "ϱ": "rho", "ϰ": "kappa", "ϖ": "pi", "µ": "mu", "Ω": "Omega",
    "∆": "Delta",
    "ℓ": "ell", "ħ": "hbar", "ℏ": "hbar", "ı": "i", "ȷ": "j",
}
"""Unicode letters to names."""

FONTS = {"mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "bf": "bold", "pmb": "bold", "mathbfit": "bold", "textbf": "bold", "mathcal": "cal",
         "mathscr": "cal", "cal": "cal", "mathbb": "bb", "mathds": "bb", "Bbb": "bb", "mathfrak": "frak", "mathsf": "sf", "mathtt": "tt",
         "mathit": "", "mathnormal": "", "symbf": "bold", "symit": "", "bold": "bold", "mathbbm": "bb"}
"""Font commands to the style that a vocabulary may tell apart."""

UPRIGHT = frozenset("mathrm operatorname text textrm mbox textit textsf texttt rm mathop symrm textnormal hbox fbox textup emph textsc "
                    "mathord".split())
"""Commands whose letters form one word."""

TRANSPARENT = frozenset(
    "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag hline mathstrut strut left. right. big Big bigg Bigg "
    "noindent centering allowbreak nobreak relax protect ensuremath boxed mathclose mathopen mathrel mathbin mathinner mathpunct variable "
    "colorbox framebox smash ".split())
"""Commands that change nothing in what a formula says; a brace group after them stays a group."""

SWALLOW = {"label": 1, "tag": 1, "hspace": 1, "vspace": 1, "phantom": 1, "hphantom": 1, "vphantom": 1, "color": 1, "textcolor": 1, "ref": 1,
           "eqref": 1, "cite": 1, "kern": 0, "mkern": 0, "footnote": 1, "rule": 2, "raisebox": 1, "hskip": 0}
"""Commands that vanish with their first arguments."""

SPACES = frozenset(", ; : ! > thinspace medspace thickspace negthinspace negmedspace negthickspace enspace enskip nobreakspace space - "
                   "@".split()) | {" "}
"""Spacing commands (`\\,`); `quad` and `qquad` are separators."""

# ------------------------------------------------------------------------------------------------------------ applications

_TRIG = "sin cos tan cot sec csc sinh cosh tanh coth sech csch".split()
FUNCTIONS: dict[str, str] = {
    **{f: f for f in _TRIG},
    **{f"arc{f}": f"a{f}" for f in _TRIG}, **{f"a{f}": f"a{f}" for f in _TRIG},
    "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "cosec": "csc", "cosech": "csch", "arccosec": "acsc", "tg": "tan", "ctg": "cot",
    "cotan": "cot", "arctg": "atan", "arcctg": "acot", "atan2": "atan2", "arctan2": "atan2",
    "exp": "exp", "log": "log", "ln": "log", "lg": "log", "lb": "log", "log2": "log", "log10": "log",
    "sqrt": "sqrt", "root": "root", "cbrt": "root", "abs": "abs", "Abs": "abs", "floor": "floor", "ceil": "ceil", "ceiling": "ceil", "sign": "sign",
    "sgn": "sign", "round": "round", "max": "max", "min": "min", "Max": "max", "Min": "min", "maximum": "max", "minimum": "min", "gcd": "gcd",
    "lcm": "lcm", "mod": "mod", "Mod": "mod", "factorial": "factorial", "factorial2": "double_factorial", 
    "nCr": "binomial", "binomial": "binomial", "binom": "binomial", "betafunction": "beta_function", "erf": "erf", "sigmoid": "sigmoid", "logistic": "sigmoid",
    "softplus": "softplus", "softmax": "softmax", "relu": "relu", "ReLU": "relu", "re": "re", "Re": "re", "im": "im", "Im": "im", "arg": "arg",
    "Arg": "arg", "conj": "conj", "conjugate": "conj", "hat": "hat", "bar": "bar", "tilde": "tilde", "star": "star", "transpose": "transpose",
    "inverse": "inverse", "inv": "inverse", "norm": "norm", "inner": "inner", "det": "det", "tr": "trace", "Tr": "trace", "trace": "trace",
    "rank": "rank", "diag": "diag", "outer": "outer", "hadamard": "hadamard", "cross": "cross", "dotproduct": "dotproduct", "percent": "percent",
    "degree": "degree", "entropy": "entropy", "mutualinformation": "mutual_information", "complement": "complement", "quantity": "quantity",
    "gradient": "gradient", "grad": "gradient", "prime": "prime", "given": "given", "semicolon": "semicolon", "index": "index", "call": "call",
    "at": "at", "pow": "pow", "power": "pow", "multiply": "mul", "divide": "div", "vec": "vec", "dot": "dot", "frac": "div", "bigO": "bigO",
    "bigTheta": "bigTheta", "bigOmega": "bigOmega", "smallo": "smallo", "smallomega": "smallomega", "supmark": "sup",
    "Var": "variance", "var": "variance", "variance": "variance", "Cov": "covariance", "cov": "covariance", "covariance": "covariance",
    "Pr": "probability", "Prob": "probability", "probability": "probability", "expectation": "expectation", "KL": "kl", "KLD": "kl",
    "DKL": "kl", "Eq": "=", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">=", "And": "and", "Or": "or", "Not": "not",
    "Union": "union", "Intersection": "intersection", "FiniteSet": "set", "set": "set", "list": "list", "tuple": "tuple", "Tuple": "tuple",
    "Interval": "interval", "matrix": "matrix", "Matrix": "matrix", "array": "matrix", "mat": "matrix", "cases": "cases", "Piecewise": "cases",
    "diff": "derivative", "derivative": "derivative", "Derivative": "derivative", "partialderivative": "partial", "int": "integral",
    "integral": "integral", "integrate": "integral", "Integral": "integral", "sum": "sum", "Sum": "sum", "summation": "sum", "prod": "product",
    "product": "product", "Product": "product", "limit": "limit", "Limit": "limit", "Lambda": "lambda", "antiderivative": "antiderivative",
    "argmax": "argmax", "argmin": "argmin", "maximumover": "maximum", "minimumover": "minimum", "supremum": "supremum", "infimum": "infimum",
    "setof": "set_of", "forallof": "forall",
    "overline": "bar", "macron": "bar", "arrow": "vec", "widehat": "hat", "widetilde": "tilde", "existsof": "exists",
    "cis": "cis", "zeta": "zeta", "gamma": "gamma", "cartesian": "times", "addition": "add", "negative": "neg",
}
"""Words to operators; those of `BARE` need no brackets, the others are functions only directly before one."""

BARE = frozenset((*_TRIG, *("a" + f for f in _TRIG),
                  *"exp log sqrt det trace rank erf sigmoid softmax softplus relu re im arg sign entropy diag abs cis".split()))
"""Operators that may stand before their argument without brackets (`sin x`)."""

WEAK = frozenset("hat bar tilde star vec dot root round cross outer inner set list tuple at index call prime given norm mod grad degree percent "
                 "diff product "
                 "frac power array var inv cases matrix mat limit sum prod integral inverse rank sign zeta gamma set_of re im setof "
                 "quantity cross power call overline macron arrow widehat widetilde".split())
"""Function words that are function names only where a bracket (or for binders a bound) follows; elsewhere they are letters or English."""

EMBEDDED = sorted("arcsinh arccosh arctanh arcsin arccos arctan arcsec arccsc arccot arsinh arcosh artanh sinh cosh tanh coth sech csch sin "
                  "cos tan cot sec csc "
                  "ln log exp sqrt cosec".split(), key=len, reverse=True)
"""Functions recognised inside a run of letters (`nlogn`, `lnx`)."""

FUNCTION_LETTERS = frozenset("f g h F G H phi psi Phi Psi indicator".split())
"""Undeclared letters that are functions where they stand before a bracket."""

BIG: dict[str, str] = {
    "sum": "sum", "prod": "product", "product": "product", "int": "integral", "integral": "integral", "lim": "limit", "limit": "limit",
    "max": "maximum", "min": "minimum", "sup": "supremum", "inf": "infimum", "argmax": "argmax", "argmin": "argmin", "iint": "integral",
    "iiint": "integral", "oint": "integral", "limsup": "limsup", "liminf": "liminf", "maximize": "maximum",
    "minimize": "minimum", "summation": "sum", 
}
"""Words that bind where a bound follows (`sum_{i=1}^n`, `max_x`)."""

CONSTANT_WORDS: dict[str, str] = {
    "pi": "pi", "oo": "oo", "infty": "oo", "infinity": "oo", "Infinity": "oo", "inf": "oo", "true": "true", "True": "true",
    "false": "false", "False": "false", "emptyset": "emptyset", "EmptySet": "emptyset", "varnothing": "emptyset", "RR": "RR", "ZZ": "ZZ", "NN": "NN",
    "QQ": "QQ", "CC": "CC", "Reals": "RR", "Integers": "ZZ", "Naturals": "NN", "Rationals": "QQ", "Complexes": "CC", "undefined": "undefined",
    "minf": "-oo", "nan": "undefined", "NaN": "undefined", "NAN": "undefined", "exponentialE": "e", "imaginaryI": "i", "imaginaryJ": "i", "unendlich": "oo", "INF": "oo",
}

WORDS: dict[str, tuple[str, str]] = {
    "and": ("and", "and"), "or": ("or", "or"), "not": ("not", "not"), "xor": ("or", "xor"), "xnor": ("or", "xnor"), "implies": ("implies", "implies"),
    "iff": ("iff", "iff"), "where": ("where", "where"), "if": ("where", "if"), "when": ("where", "when"), "for": ("where", "for"),
    "with": ("where", "with"), "as": ("where", "as"), "whenever": ("where", "when"), "provided": ("where", "if"), "while": ("where", "when"),
    "otherwise": ("otherwise", "otherwise"), "else": ("else", "else"), "forall": ("forall", "forall"), "exists": ("exists", "exists"),
    "in": ("rel", "in"), "notin": ("rel", "notin"), "subset": ("rel", "subset"), "subseteq": ("rel", "subseteq"), "supset": ("rel", "supset"),
    "supseteq": ("rel", "supseteq"), "union": ("cup", "union"), "intersect": ("cap", "intersection"), "intersection": ("cap", "intersection"),
    "setminus": ("+", "setminus"), "approx": ("rel", "approx"), "propto": ("rel", "propto"), "equiv": ("rel", "equiv"), "perp": ("rel", "perp"),
    "parallel": ("rel", "parallel"), "succeq": ("rel", "succeq"), "preceq": ("rel", "preceq"), "succ": ("rel", "succ"), "prec": ("rel", "prec"),
    "divides": ("rel", "divides"), "mod": ("mod", "mod"), "all": ("all", "all"), "every": ("all", "all"),
    "each": ("all", "all"), "any": ("all", "all"), "then": ("then", "then"), "sim": ("rel", "~"), "therefore": ("implies", "implies"),
    "plus": ("+", "+"), "minus": ("-", "-"), "times": ("*", "times"),
    "equals": ("rel", "="), "degrees": ("degree", "degree"),
    "choose": ("choose_", "choose"),
    "hence": ("implies", "implies"), "because": ("impliedby", "because"), "since": ("where", "since"), "such": ("such", "such"),
    "that": ("such", "that"),
}
"""Connecting words, as (token kind, text)."""

TYPST: dict[str, str] = {
    "arrow.r": "→", "arrow.l": "←", "arrow.r.double": "⇒", "arrow.l.double": "⇐", "arrow.l.r.double": "⇔", "arrow.l.r": "⇔", "arrow.r.bar": "↦",
    "arrow.r.long": "→", "arrow.r.double.long": "⇒", "dot.c": "·", "dot.op": "·", "gt.double": "≫", "lt.double": "≪", "gt.eq": "≥", "lt.eq": "≤",
    "gt.eq.slant": "≥", "lt.eq.slant": "≤", "eq.not": "≠", "eq.triple": "≡", "in.not": "∉", "plus.minus": "±", "minus.plus": "∓", "dots.h": "…",
    "dots.c": "…", "dots.h.c": "…", "times.circle": "⊗", "times.o": "⊗", "dot.circle": "⊙", "dot.o": "⊙", "sect.big": "∩", "union.big": "∪",
    "subset.eq": "⊆",
    "supset.eq": "⊇", "bar.v": "|", "bar.v.double": "‖", "angle.l": "⟨", "angle.r": "⟩", "tilde.op": "∼", "approx.eq": "≈", "eq.def": "≔",
    "colon.eq": "≔", "partial.diff": "∂", "plus.circle": "+", "and.big": "∧", "or.big": "∨", "star.op": "⋆", "prime.double": "″",
}
"""Typst's names of signs that have a dot in them."""
TYPST_FONTS = {"bb": "bb", "cal": "cal", "frak": "frak", "bold": "bold", "scr": "cal", "upright": "rm", "italic": "", "sans": "sf", "mono": "tt",
               "serif": ""}
"""Typst's font functions, `bb(E)`, and their styles."""

MISSING_BACKSLASH = frozenset(
    "frac dfrac tfrac cdot times gg ll leq geq neq leqslant geqslant infty partial nabla top binom left right mathbb mathcal mathrm mathbf text to "
    "rightarrow Rightarrow quad pm mp div operatorname sim le ge ne forall exists langle rangle lfloor rfloor lceil rceil circ intercal boldsymbol "
    "overline odot otimes prod lim sum int cap cup".split())
"""Commands that are recognised without their backslash (two-letter ones only between spaces)."""

ENGLISH = frozenset(
    "ans soln feed lose loses ratio "
    "about above after again all also any are area base bases batch being below bias bits both but byte can case cell cost costs could count data "
    "deep depth does done each else epoch even ever every fact fast find first for form from full gain get gets give goal goes good grow half "
    "hand hard has have head heads heavy her here high his hold how huge idea index input into item its just keep kind know large last layer left "
    "less let light like line long look loop loops loss lots made main make many mean mode model more most move much must need new next nice node "
    "nodes none not now null odds okay once one only open other our out over pair part past path per plan plot plus poor pure query rank rare "
    "rate real rest rise risk role room rule safe same save second see seed seem self sent set sets she show side sign single size skip slip slow "
    "small soft some soon sort span stay step stop such sure tail take tank task tell tend tens term test text than that the their them then "
    "there these they thin this those thus ties till time tiny token told too tops tree trip true turn two type under unit until upon use used "
    "user using value vary vast very via vice view wait walk want warm was wave ways weak week well went were what when where which while who "
    "ker dim hom ord vol adj span curl whose why width will wins wise with word work would year yes you your zero".split())
"""Short English words that are not read as products of letters."""
REMARK_WORDS = frozenset(
    "attention self cross multi head heads feed forward feedforward ffn mlp rnn cnn lstm gru transformer transformers encoder decoder projection "
    "projections layer layers layernorm norm softmax embedding embeddings scores hidden recurrent network networks part term terms time space memory "
    "runtime training inference sublayer block blocks model units recurrence total overall the of and for".split())
"""Words that, in brackets behind a term, only say what the term belongs to."""
PREPOSITIONS = frozenset("at by an be it my us am up me he as".split())
"""Two-letter words that are English before another word, and letters elsewhere (`v = at`, `ax + by`)."""
PROSE_PAIRS = frozenset("vs cf eg ie is of we to so no on do go he ok it's".split())
"""Two-letter words that nobody means as a product."""

SUBSCRIPT_WORDS = frozenset("in min max out up low new old opt eff tot avg ref std var mid err obs gen dim seq enc dec lin rel abs mean".split())
INDEX_LETTERS = frozenset("ijklmnpqrstabcdxyzuvw")

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵅᵝᵞᵟᶿᵠᵡ⋆˙ᐟ", "0123456789+-=()niabcdefghjklmoprstuvwxyzαβγδθφχ*.'"))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥᵦᵧᵨᵩᵪ", "0123456789+-=()aeoxhklmnpstijruvβγρφχ"))
VULGAR = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6),
         "⅚": (5, 6), "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅑": (1, 9), "⅒": (1, 10)}
ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u20d7": "vec", "\u0307": "dot"}
"""Combining characters to operators."""

UNITS = frozenset("cm mm km kg mg ms ns Hz kHz MHz GHz mol cm2 kJ kW kWh MB GB KB GiB MiB FLOPs flops bits bytes rad deg".split())
"""Units that are recognised after a number and a space."""

_STYLED = re.compile(r"\\([A-Za-z]+)\s*(?:\{\s*\\?([A-Za-z]+)\s*\}|\\?([A-Za-z]+))$")


def canonical(spelling: str) -> str:
    """A spelling of one name as the lexer writes it: "\\theta", "θ", "theta" are "theta"; "\\mathcal{L}" is "cal L"; "\\mathrm{KL}" is "KL"."""
    text = spelling.strip().strip("$").strip()
    styled = _STYLED.match(text)
    if styled and styled[1] in FONTS:
        inner = styled[2] or styled[3]
        return f"{FONTS[styled[1]]} {VARIANTS.get(inner, inner)}".strip()
    if styled and styled[1] in UPRIGHT:
        return styled[2] or styled[3]
    text = text.removeprefix("\\")
    return VARIANTS.get(text, LETTERS.get(text, text))
