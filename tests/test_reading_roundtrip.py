"""Print then read gives the same tree: in linear text, in LaTeX and in Unicode, for random trees of the whole table."""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from grader.model import Read
from grader.printing import to_latex, to_text, to_unicode
from grader.reading import read
from grader.term import Term, apply, binder, collection, constant, number, relation, symbol, walk

names = st.sampled_from("x y z a b c n m k s alpha beta theta".split()).map(symbol)
functions = st.sampled_from("f g h F".split()).map(symbol)
numbers = st.sampled_from(["0", "1", "2", "3", "12", "0.5", "2.25"]).map(number)
constants = st.sampled_from("pi e oo".split()).map(constant)
atoms = st.one_of(names, numbers, constants)
marks = st.one_of(names, st.sampled_from([number(1), number(2)]), st.builds(lambda s: apply("add", s, number(1)), names))

_ONE = ("sqrt exp log floor ceil sign round gamma erf zeta sin cos tan cot sec csc asin acos atan acot asec acsc sinh cosh tanh coth sech "
        "csch asinh acosh "
        "atanh sigmoid softplus softmax relu re im arg conj percent degree hat bar tilde vec dot star transpose inverse norm det trace rank "
        "diag entropy "
        "abs factorial double_factorial complement bigO bigTheta bigOmega smallo smallomega neg pm mp variance expectation probability").split()
_TWO = ("pow div root mod binomial beta_function atan2 norm inner outer hadamard cross dotproduct gradient pm mp log softmax "
        "mutual_information kl quantity at "
        "expectation variance").split()
_MANY = "max min gcd lcm".split()


def _numeric(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    def over(name: str) -> st.SearchStrategy[Term]:
        return st.one_of(names, st.builds(lambda z, q: relation("~", z, q), names, names))

    pairs = st.tuples(inner, inner)
    return st.one_of(
        st.builds(lambda name, x: apply(name, x), st.sampled_from([n for n in _ONE if n not in ("gamma", "zeta")]), inner),
        st.builds(lambda name, p: apply(name, *p), st.sampled_from([n for n in _TWO if n not in ("quantity", "expectation", "variance", "at")]),
                  pairs).filter(lambda t: t.name != "log" or t.args[1] != constant("e")),
        st.builds(lambda name, body, below: apply(name, body, below), st.sampled_from(["expectation", "variance"]), inner, over("q")),
        st.builds(lambda name, xs: apply(name, *xs), st.sampled_from(_MANY), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda name, xs: apply(name, *xs), st.sampled_from(["add", "mul", "mul", "add"]), st.lists(inner, min_size=2, max_size=4)),
        st.builds(lambda base, sub: apply("index", base, *sub), st.one_of(names, inner), st.lists(marks, min_size=1, max_size=2)),
        st.builds(lambda base, mark: apply("sup", base, mark), names, marks),
        st.builds(lambda base, count: apply("prime", base, number(count)), st.one_of(names, functions), st.integers(1, 3)),
        st.builds(lambda f, xs: apply("call", f, *xs), functions, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda f, x, z: apply("call", f, apply("given", x, z)), functions, inner, inner),
        st.builds(lambda f, x, z: apply("call", f, apply("semicolon", x, z)), functions, inner, inner),
        st.builds(lambda name, x, v, k: apply(name, x, v, number(k)), st.sampled_from(["derivative", "partial"]), inner, names, st.integers(1, 3)),
        st.builds(lambda name, v, x, p: binder(name, (v,), x, *p), st.sampled_from(["sum", "product", "integral"]), names, inner, pairs),
        st.builds(lambda name, v, x: binder(name, (v,), x),
                  st.sampled_from("sum product maximum minimum supremum infimum argmax argmin integral antiderivative".split()), names, inner),
        st.builds(lambda name, v, x, d: binder(name, (v,), x, relation("in", v, d)),
                  st.sampled_from("sum product maximum supremum infimum argmax".split()), names, inner, names),
        st.builds(lambda v, x, p, s: binder("limit", (v,), x, p, *s), names, inner, inner, st.sampled_from([(), (symbol("+"),), (symbol("-"),)])),
    )


expressions = st.recursive(atoms, _numeric, max_leaves=10)
signs = st.sampled_from("= != < <= > >= := -> ~ << >> approx propto equiv perp parallel divides".split())
relations = st.builds(lambda a, tail: relation(tuple(s for s, _ in tail), a, *[x for _, x in tail]), expressions,
                      st.lists(st.tuples(signs, expressions), min_size=1, max_size=2))


def _logical(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.one_of(
        st.builds(lambda name, xs: apply(name, *xs), st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda name, a, b: apply(name, a, b), st.sampled_from(["implies", "iff", "xor"]), inner, inner),
        st.builds(lambda a: apply("not", a), inner),
        st.builds(lambda name, v, a: binder(name, (v,), a), st.sampled_from(["forall", "exists"]), names, inner),
        st.builds(lambda v, d, a: binder("forall", (v,), a, relation("in", v, d)), names, st.sampled_from([constant("RR"), symbol("S")]), inner),
    )


statements = st.recursive(relations, _logical, max_leaves=4)
sets = st.one_of(
    st.lists(expressions, min_size=1, max_size=3).map(lambda xs: collection("set", *xs)),
    st.builds(lambda a, b, s: collection("interval", a, b, signs=s), expressions, expressions,
              st.sampled_from([("(", ")"), ("[", ")"), ("(", "]"), ("[", "]")])),
    st.sampled_from([constant(c) for c in ("RR", "ZZ", "NN", "QQ", "CC", "emptyset")]),
    st.builds(lambda x, r: binder("set_of", (x,), x, relation(">", x, r)), names, numbers),
)
wholes = st.one_of(
    expressions, statements, sets,
    st.builds(lambda a, s: relation("in", a, s), expressions, sets),
    st.builds(lambda name, a, b: apply(name, a, b), st.sampled_from(["union", "intersection", "setminus", "times"]), sets, sets),
    st.builds(lambda name, xs: collection(name, *xs), st.sampled_from(["tuple", "list"]), st.lists(expressions, max_size=3)),
    st.lists(st.lists(expressions, min_size=2, max_size=2), min_size=1, max_size=2).map(
        lambda rows: collection("matrix", *[collection("tuple", *row) for row in rows])),
    st.builds(lambda a, c, b: collection("cases", apply("where", a, c), apply("where", b, constant("true"))), expressions, relations, expressions),
    st.builds(lambda body, cs: apply("where", body, *cs), st.one_of(expressions, statements), st.lists(relations, min_size=1, max_size=2)),
    st.builds(lambda v, x: binder("lambda", (v,), x), names, expressions),
    st.builds(lambda x, v, a: apply("at", x, relation("=", v, a)), expressions, names, expressions),
)


def _letters_arrow(term: Term) -> bool:
    """An arrow between two letters, which reads as an implication beside other connectives."""
    return any(t.kind == "relation" and "->" in t.signs and all(a.kind == "symbol" for a in t.args) for t in walk(term))


def _same(term: Term, text: str) -> None:
    assume(not _letters_arrow(term))
    reading = read(text)
    assert isinstance(reading, Read), (text, reading)
    assert reading.term == term, (text, to_text(reading.term))


_settings = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@_settings
@given(wholes)
def test_text(term: Term) -> None:
    _same(term, to_text(term))


@_settings
@given(wholes)
def test_latex(term: Term) -> None:
    _same(term, to_latex(term))


@_settings
@given(wholes)
def test_unicode(term: Term) -> None:
    _same(term, to_unicode(term))
