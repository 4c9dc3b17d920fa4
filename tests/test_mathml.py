"""Terms as MathML: well formed whatever the term, bracketed so that different trees look different."""

import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings, strategies as st

from grader import term as T
from grader.report.mathml import MAX_NODES, to_mathml
from grader.report.mathml_binders import BINDER_RULES
from grader.report.mathml_operators import APPLY_RULES

A, B, N, R, S = T.apply, T.binder, T.number, T.relation, T.symbol
x, y, t, n, k, q, p, z = map(S, "x y t n k q p z".split())

CORE = frozenset("math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd".split())
"""Elements of MathML Core that are used; the format demands this many children of some."""
CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3}


def parsed(term, **how):
    return ET.fromstring(to_mathml(term, **how))


def check(root):
    for node in root.iter():
        assert node.tag in CORE
        assert len(node) == CHILDREN.get(node.tag, len(node)), ET.tostring(node)
        assert not any(name.startswith("on") or name in ("href", "src", "style") for name in node.attrib)
        if node.tag in ("mi", "mn", "mo", "mtext"):
            assert len(node) == 0 and (node.text or node.tag == "mtext")


def said(term):
    """The characters from left to right: scripts as ^{} and _{}, fractions as {}/{}."""
    def walk(node):
        inner = [walk(c) for c in node]
        if node.tag == "mfrac":
            return f"{{{inner[0]}}}/{{{inner[1]}}}"
        if node.tag in ("msup", "msub"):
            return f"{inner[0]}{'^' if node.tag == 'msup' else '_'}{{{inner[1]}}}"
        if node.tag == "msubsup":
            return f"{inner[0]}_{{{inner[1]}}}^{{{inner[2]}}}"
        if node.tag in ("munder", "munderover"):
            return f"{inner[0]}_{{{inner[1]}}}" + (f"^{{{inner[2]}}}" if len(inner) > 2 else "")
        if node.tag == "mover":
            return f"{inner[1]}{{{inner[0]}}}"
        if node.tag == "msqrt":
            return f"√{{{''.join(inner)}}}"
        if node.tag == "mtr":
            return " & ".join(inner) + "; "
        return (node.text or "").replace("\u2062", "").replace("\u2061", "").replace("\u2063", "").replace("\u00a0", " ") + "".join(inner)
    return walk(parsed(term))


def ix(base, *below):
    return A("index", base, *below)


@pytest.mark.parametrize("term, shown", [
    (A("bigTheta", A("mul", t, A("pow", n, N(2)), S("l"))), "Θ(tn^{2}l)"),
    (A("mul", N(2), N(3)), "2⋅3"),
    (A("mul", N(2), x, N(3)), "2x⋅3"),
    (A("mul", x, A("add", y, N(1))), "x⋅(y+1)"),
    (A("call", x, A("add", y, N(1))), "x(y+1)"),
    (A("mul", N(2), A("add", y, N(1))), "2(y+1)"),
    (A("mul", N(2), A("div", N(1), N(2))), "2⋅{1}/{2}"),
    (A("mul", S("rate"), x), "rate⋅x"),
    (A("mul", A("neg", x), y), "(−x)y"),
    (A("mul", x, A("neg", y)), "x⋅(−y)"),
    (A("add", A("neg", x), y), "−x+y"),
    (A("neg", A("add", x, y)), "−(x+y)"),
    (A("neg", A("neg", x)), "−(−x)"),
    (A("add", x, A("neg", A("add", y, N(1)))), "x−(y+1)"),
    (A("add", x, A("add", y, z)), "x+(y+z)"),
    (A("add", x, A("pm", y)), "x±y"),
    (A("pow", A("neg", x), N(2)), "(−x)^{2}"),
    (A("neg", A("pow", x, N(2))), "−x^{2}"),
    (A("pow", A("pow", x, y), z), "(x^{y})^{z}"),
    (A("pow", x, A("pow", y, z)), "x^{y^{z}}"),
    (A("pow", A("div", x, y), N(2)), "({x}/{y})^{2}"),
    (A("pow", N("1/2"), x), "({1}/{2})^{x}"),
    (A("pow", ix(x, S("i")), N(2)), "x_{i}^{2}"),
    (A("pow", A("mul", x, y), N(2)), "(xy)^{2}"),
    (A("transpose", ix(k, S("j"))), "k_{j}^{⊤}"),
    (A("mul", A("transpose", ix(k, S("j"))), q), "k_{j}^{⊤}q"),
    (ix(q, A("add", t, N(1))), "q_{t+1}"),
    (ix(x, S("i"), S("j")), "x_{ij}"),
    (ix(x, N(1), N(2)), "x_{1,2}"),
    (A("sup", x, t), "x^{(t)}"),
    (A("div", A("add", x, y), A("mul", N(2), z)), "{x+y}/{2z}"),
    (A("factorial", A("add", n, N(1))), "(n+1)!"),
    (A("factorial", A("factorial", n)), "(n!)!"),
    (A("double_factorial", n), "n!!"),
    (A("mod", A("add", n, N(1)), N(2)), "(n+1) mod 2"),
    (A("call", p, A("given", x, z)), "p(x|z)"),
    (A("call", p, A("given", x, T.collection("tuple", y, z))), "p(x|y,z)"),
    (A("call", p, x, z), "p(x,z)"),
    (A("call", p, A("semicolon", x, S("theta"))), "p(x;θ)"),
    (A("kl", A("call", q, z), A("call", p, z)), "KL(q(z)∥p(z))"),
    (A("expectation", A("log", x), R("~", z, q)), "𝔼_{z∼q}[log(x)]"),
    (A("expectation", x), "𝔼[x]"),
    (A("log", x, N(2)), "log_{2}(x)"),
    (A("norm", x), "‖x‖"),
    (A("norm", x, N(1)), "‖x‖_{1}"),
    (A("inner", x, y), "⟨x,y⟩"),
    (A("abs", A("neg", x)), "|−x|"),
    (A("and", R("<", x, y), R(">", y, z)), "x<y and y>z"),
    (A("or", A("and", x, y), z), "x and y or z"),
    (A("and", A("or", x, y), z), "(x or y) and z"),
    (A("not", A("and", x, y)), "¬(x and y)"),
    (A("implies", A("implies", x, y), z), "(x⇒y)⇒z"),
    (R(("=", "<="), x, y, z), "x=y≤z"),
    (R("=", R("<", x, y), z), "(x<y)=z"),
    (T.collection("interval", N(0), T.constant("oo"), signs=("[", ")")), "[0,∞)"),
    (T.collection("set", x, y), "{x,y}"),
    (T.collection("tuple"), "()"),
    (T.collection("matrix", T.collection("tuple", x, y), T.collection("tuple", z, N(0))), "[x & y; z & 0; ]"),
    (T.collection("cases", A("where", x, R(">", x, N(0))), N(0)), "{x & if x>0; 0; "),
    (B("sum", (S("i"),), A("add", ix(x, S("i")), N(1)), N(1), n), "∑_{i=1}^{n}(x_{i}+1)"),
    (B("sum", (S("i"),), ix(x, S("i")), R("!=", S("i"), S("j"))), "∑_{i≠j}x_{i}"),
    (B("product", (S("i"),), x, T.constant("NN")), "∏_{i∈ℕ}x"),
    (A("mul", B("sum", (S("i"),), x), y), "(∑_{i}x)y"),
    (A("mul", y, B("sum", (S("i"),), x)), "y⋅∑_{i}x"),
    (A("neg", B("sum", (S("i"),), x)), "−∑_{i}x"),
    (B("integral", (z,), A("call", q, z)), "∫q(z)dz"),
    (B("integral", (z,), x, N(0), N(1)), "∫_{0}^{1}xdz"),
    (B("limit", (x,), A("div", N(1), x), N(0), S("+")), "lim_{x→0^{+}}{1}/{x}"),
    (B("forall", (S("i"),), R("->", ix(x, S("i")), N(0)), R("!=", S("i"), S("j"))), "∀i≠j:x_{i}→0"),
    (B("exists", (x,), R(">", x, N(0)), T.constant("RR")), "∃x∈ℝ:x>0"),
    (B("argmax", (x,), y, S("D")), "arg max_{x∈D}y"),
    (B("set_of", (x,), x, R(">", x, N(0))), "{x|x>0}"),
    (B("lambda", (x, y), x), "(x,y)↦x"),
    (A("derivative", A("call", S("f"), x), x, N(1)), "{df(x)}/{dx}"),
    (A("partial", A("mul", p, q), p, N(2)), "{∂^{2}}/{∂p^{2}}(pq)"),
    (A("prime", S("f"), N(2)), "f^{″}"),
    (A("hat", x), "^{x}"),
    (A("softmax", q, S("i")), "softmax(q)_{i}"),
    (A("binomial", n, N(2)), "({n}/{2})"),
    (A("at", A("call", S("f"), x), R("=", x, N(0))), "f(x)|_{x=0}"), (A("at", A("add", x, y), R("=", x, N(0))), "(x+y)|_{x=0}"),
    (A("at", A("add", x, y), N(0), N(1)), "[x+y]_{0}^{1}"),
    (A("quantity", N(3), T.text("m/s")), "3m/s"),
    (S("k_a"), "k_{a}"), (S("alpha"), "α"), (S("alpha_j"), "α_{j}"), (S("_"), "_"), (S("a_"), "a_"),
    (T.constant("e"), "e"), (T.constant("undefined"), "undefined"), (N("0.10", "0.10"), "0.10"), (N("3/2"), "{3}/{2}"),
])
def test_how_terms_are_set(term, shown):
    assert said(term) == shown
    check(parsed(term))
    check(parsed(term, block=True))


def test_every_operator_has_a_rule():
    assert set(APPLY_RULES) == set(T.APPLY)
    assert set(BINDER_RULES) == set(T.BINDERS)


def test_one_letter_names_slant_and_constants_do_not():
    assert '<mi mathvariant="normal">e</mi>' in to_mathml(T.constant("e"))
    assert "<mi>e</mi>" in to_mathml(S("e"))


def test_application_and_product_are_told_apart_for_the_ear():
    assert "\u2061" in to_mathml(A("call", S("f"), x)) and "\u2062" not in to_mathml(A("call", S("f"), x))
    assert "\u2062" in to_mathml(A("mul", S("f"), x)) and "\u2061" not in to_mathml(A("mul", S("f"), x))


def test_long_chains_have_a_line_a_side():
    chain = R(("=", "="), A("add", x, y, z), A("add", y, x, z, N(0)), A("add", z, y, x, N(1), N(2)))
    root = parsed(chain, block=True)
    assert len(root.findall(".//mtr")) == 2 and not parsed(chain).findall(".//mtr")
    check(root)


def test_lists_have_a_line_an_entry_and_tables_of_values_line_up():
    values = T.collection("list", R("=", q, T.collection("tuple", N(1), A("neg", N(2)))), R("=", p, T.collection("tuple", N(1), T.text("i"))))
    root = parsed(values, block=True)
    check(root)
    assert [["".join(cell.itertext()) for cell in line] for line in root.iter("mtr")] == [["q=", "1", "−2"], ["p=", "1", "i"]]
    equations = T.collection("list", R("=", x, N(0)), R("=", y, N(1)))
    assert [len(line) for line in parsed(equations, block=True).iter("mtr")] == [1, 1]
    assert not list(parsed(equations).iter("mtr"))


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "&lt;", '"x"', "a\x00b", "\u202ex", "\ud800", "]]>", "<!--", "", "__", "x" * 5000])
def test_names_are_only_names(name):
    for term in (S(name), T.text(name), ix(S(name), S(name)), A("call", S(name), x), B("sum", (S(name),), x), T.collection("interval", x, y, signs=(name, name))):
        root = parsed(term)
        assert {node.tag for node in root.iter()} <= CORE
        assert "\u202e" not in to_mathml(term) and "\x00" not in to_mathml(term)


names = st.sampled_from(["x", "t", "n", "k_a", "beta", "rate", "<b>", "\u202e"])
leaves = st.one_of(names.map(S), st.fractions(0, 100).map(N), st.sampled_from(sorted(T.CONSTANTS)).map(T.constant), st.text(max_size=4).map(T.text))


def grown(inner):
    some = st.lists(inner, max_size=4)
    return st.one_of(
        st.builds(lambda o, a: A(o, *a), st.sampled_from(sorted(T.APPLY)), some),
        st.builds(lambda o, b, a: B(o, tuple(b), *a), st.sampled_from(sorted(T.BINDERS)), st.lists(names.map(S), max_size=2), some),
        st.builds(lambda a, s: R(tuple(s[:len(a) - 1]), *a), st.lists(inner, min_size=1, max_size=4), st.lists(st.sampled_from(sorted(T.RELATIONS)), min_size=3, max_size=3)),
        st.builds(lambda o, a, s: T.collection(o, *a, signs=tuple(s)), st.sampled_from("tuple list set interval matrix cases".split()), some, st.lists(st.sampled_from("[]()<"), max_size=3)))


@settings(max_examples=400, deadline=None)
@given(st.recursive(leaves, grown, max_leaves=25))
def test_any_term_is_well_formed(term):
    check(parsed(term))
    check(parsed(term, block=True))


def flat(term):
    """The tree up to what juxtaposition cannot show: a product of products is one product."""
    args = tuple(flat(a) for a in term.args)
    if term.is_apply("mul"):
        args = tuple(b for a in args for b in (a[2:] if a[:2] == ("apply", "mul") else (a,)))
    return (term.kind, term.name or str(term.value), *args)


def test_different_trees_look_different():
    """All trees of two levels over the arithmetic operators: no two share their markup unless they differ in the bracketing of a product alone."""
    def level(below):
        yield from below
        for op in ("neg", "factorial", "sqrt", "abs", "transpose", "exp"):
            yield from (A(op, a) for a in below)
        for op in ("add", "mul", "div", "pow", "call", "index", "sup", "mod", "and", "or", "implies"):
            yield from (A(op, a, b) for a, b in itertools.product(below, repeat=2))
        yield from (B("sum", (x,), a) for a in below)
        yield from (R("=", a, b) for a, b in itertools.product(below, repeat=2))

    small = list(level([x, N(2)]))
    seen = {}
    for term in level(small):
        key = to_mathml(term)
        assert seen.setdefault(key, flat(term)) == flat(term), f"{term!r} and {seen[key]} look alike"
    assert len(seen) > 30_000


def test_deep_and_large_terms():
    deep = x
    for _ in range(T.MAX_DEPTH - 1):
        deep = A("neg", deep)
    check(parsed(deep))
    table = x
    for _ in range(90):
        table = T.collection("matrix", T.collection("tuple", table))
    check(parsed(table))
    wide = A("add", *[ix(x, N(j)) for j in range(MAX_NODES)])
    assert len(to_mathml(A("add", *[ix(x, N(j)) for j in range(1000)]))) > 10_000
    try:
        shown = to_mathml(wide)
    except ImportError:
        pytest.skip("no printer")
    assert len(shown) < 2000
