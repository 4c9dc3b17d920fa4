"""The reader against its fixtures, its limits, its places and its small functions."""

import time

import pytest

from grader.domain import Domain
from grader.model import Part, Read, Symbol, Unread
from grader.printing import to_latex, to_text, to_unicode
from grader.reading import OPEN, Vocabulary, echo, leading_sign, propose, read, read_macros, split_relations
from grader.term import MAX_DEPTH, apply, constant, number, relation, symbol, walk
from reading_fixtures import Row, rows, vocabulary_of

ROWS = rows()
ORDERS = Vocabulary.declared(t="integer > 0", n="integer > 0", l="integer > 0")


def _codes(notes) -> set[str]:
    return {n.code + ("" if n.severity == "info" else f"({n.severity})") for n in notes}


@pytest.mark.parametrize("row", ROWS, ids=[r.place for r in ROWS])
def test_fixture(row: Row) -> None:
    vocabulary, expect, macros = vocabulary_of(row.setup)
    reading = read(row.text, vocabulary, expect=expect, macros=macros)
    if row.unread is not None:
        assert isinstance(reading, Unread), to_text(reading.term)
        assert f"{reading.span.start}-{reading.span.end}: {reading.reason}" == row.unread
        return
    assert isinstance(reading, Read), reading
    assert to_text(reading.term) == row.reads
    assert [to_text(t) for t in reading.alternatives] == row.others
    assert _codes(reading.notes) == set(row.notes)


@pytest.mark.parametrize("row", [r for r in ROWS if r.reads is not None], ids=lambda r: r.place)
def test_every_node_has_its_place(row: Row) -> None:
    vocabulary, expect, macros = vocabulary_of(row.setup)
    for node in walk(read(row.text, vocabulary, expect=expect, macros=macros).term):
        assert node.span is not None and 0 <= node.span.start <= node.span.end <= len(row.text)


@pytest.mark.parametrize("row", [r for r in ROWS if r.reads is not None and not r.setup], ids=lambda r: r.place)
def test_printed_fixtures_read_back(row: Row) -> None:
    term = read(row.text).term
    if any(n.kind == "symbol" and n.name in ("i", "e", "I", "T") or n.kind == "text" for n in walk(term)):
        return  # names that mean something else when they stand alone
    assert read(to_text(term)).term == term
    assert read(to_latex(term)).term == term
    assert read(to_unicode(term)).term == term


def test_places_point_into_the_text() -> None:
    text = r"  \frac{a_1}{b} + \sin 2x "
    spans = {to_text(node): text[node.span.start:node.span.end] for node in walk(read(text).term)}
    assert spans["a_1"] == "a_1" and spans["b"] == "b" and spans["sin(2*x)"] == r"\sin 2x" and spans["a_1/b"] == r"\frac{a_1}{b}"


def test_places_survive_macros() -> None:
    macros = read_macros(r"\newcommand{\half}{\frac{1}{2}}")
    text = r"x + \half y"
    spans = {to_text(node): text[node.span.start:node.span.end] for node in walk(read(text, macros=macros).term)}
    assert spans["x"] == "x" and spans["y"] == "y" and spans["1/2"] == r"\half"


def test_blank() -> None:
    for text in ("", "   ", "\n\t"):
        reading = read(text)
        assert isinstance(reading, Unread) and reading.blank


@pytest.mark.parametrize("text", ["(" * 300 + "x" + ")" * 300, "{" * 500, "-" * 500 + "x", r"\frac{1}{" * 200 + "x" + "}" * 200,
    "x^" * 300 + "x", "x!" * 5 + "!" * 400,
                                  "2^{" * 120 + "x" + "}" * 120, "sin " * 400 + "x", "a/" * (MAX_DEPTH + 50) + "a", "not " * 500 + "A",
                                  r"\sqrt" * 300 + "x",
                                  "forall x " * 200 + "x>0", "|" * 400, "[" * 100 + "]" * 100, r"\int " * 150 + "x", "x_" * 300,
                                  "f(" * 200 + "x" + ")" * 200])
def test_deep_nesting_is_refused(text: str) -> None:
    assert isinstance(read(text), (Read, Unread))
    assert isinstance(read("(" * 80 + "x" + ")" * 80), Unread)


def test_limits_on_length_and_digits() -> None:
    assert "longer" in read("x+" * 20_000).reason
    assert "digits" in read("1" * 2000).reason
    assert "too large" in read("1e5000").reason
    assert read("1e500").term.value == 10**500


@pytest.mark.parametrize("unit", ["(", "|", "||", "a", "f(x)", "x_1", "x'", "-", "x!=", "a<b,", r"\frac{", r"\sum_i ", r"\int x dx+", "E[",
    "KL(", "~=", r"\text{", "&", r"a&b\\",
                                  "x, ", "1/2x+", "x2+", "1,", "$", "²", "n u ", "T(n) = ", "(a||b)", r"\left.", r"\underset", "lambda, ", ")", "E X ", "i=1 to n, ",
                                  "x>0 for all y ", "Σ_i a_i ", "1 234 ", "(1,2) U ", "x^{(1)} "])
def test_time_is_linear(unit: str) -> None:
    def spent(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        start = time.process_time()
        read(text)
        return time.process_time() - start

    spent(1000)
    short, long = min(spent(2000) for _ in range(3)), min(spent(16000) for _ in range(3))
    assert long < 0.1 + 30 * short, (unit, short, long)  # eight times the text; a quadratic reader would need sixty-four times as long


def test_lists_are_marked_by_a_note() -> None:
    assert "bare_list" in _codes(read("1, 2").notes) and "bare_list" not in _codes(read("[1, 2]").notes)


def test_many_doubtful_places_make_a_guess() -> None:
    reading = read("1/2x + " * 100 + "1")
    assert not reading.alternatives and any(n.severity == "guess" for n in reading.notes)


def test_vocabulary_of_a_part() -> None:
    from fractions import Fraction

    part = Part("1a", "growth_order", Fraction(1), symbols=(Symbol("t", Domain.parse("integer > 0"), ("sequence length",), ("T",)),))
    vocabulary = Vocabulary.of(part)
    assert vocabulary.closed and vocabulary.orders
    assert read("T^2", vocabulary).term == apply("pow", symbol("t"), number(2))
    assert "unknown_name" in _codes(read("t n", vocabulary).notes)
    assert Vocabulary.of(Part("5a", "iteration", Fraction(1), symbols=part.symbols)).sequences == frozenset("*")


def test_vocabulary_alongside_a_reference() -> None:
    f_is_a_factor, f_is_a_function = OPEN.alongside(read("-f*x + 1").term), OPEN.alongside(read("y(x) + 1").term)
    assert to_text(read("1-f(x)", f_is_a_factor).term) == "1 - f*x"
    assert to_text(read("y(x+1)", f_is_a_function).term) == "y(x + 1)" and not read("y(x)", f_is_a_function).alternatives


def test_indices_and_bound_names_need_no_declaration() -> None:
    vocabulary = Vocabulary((Symbol("x"),), closed=True)
    assert not read(r"\sum_{i=1}^3 x_i^{(t)} i", vocabulary).notes
    assert [n.text for n in read("x + y_1", vocabulary).notes] == ["`y` is not a name of this problem"]


def test_macros_of_a_preamble() -> None:
    preamble = r"\newcommand{\R}{\mathbb{R}}\renewcommand*\v[1]{\mathbf{#1}} \def\T{^\top} \DeclareMathOperator*{\argm}{argmax} \newcommand{\bad}{"
    macros = read_macros(preamble)
    assert macros == {"R": (0, r"\mathbb{R}"), "v": (1, r"\mathbf{#1}"), "T": (0, r"^\top"), "argm": (0, r"\operatorname{argmax}")}


def test_macros_with_defaults_aliases_and_delimiters() -> None:
    preamble = (r"\newcommand{\opt}[2][x]{#1 + #2} \let\eps\varepsilon \DeclarePairedDelimiter{\nrm}{\lVert}{\rVert} "
                r"\providecommand{\Zed}{\mathbb{Z}}")
    macros = read_macros(preamble)
    shown = [to_text(read(t, macros=macros).term) for t in (r"\opt{y}", r"\opt[z]{y}", r"\eps", r"\nrm{x}", r"\nrm*{x}_2", r"n \in \Zed")]
    assert shown == ["x + y", "z + y", "epsilon", "norm(x)", "norm(x, 2)", "n in ZZ"]


@pytest.mark.parametrize(("text", "near"), [("trnl", "t^2*n*l"), ("tril", "t*n^2*l"), ("O(trnl)", "O(t^2*n*l)"), ("tn?l", "t*n^2*l"),
    ("t n^2 I", "t*n^2*l"),
                                            ("$trnl$", "t^2*n*l")])
def test_nearest_reading(text: str, near: str) -> None:
    proposal = propose(text, ORDERS)
    assert proposal is not None and proposal.proposed and to_text(proposal.term) == near
    assert [n.severity for n in proposal.notes] == ["guess"]
    assert all(0 <= node.span.start <= node.span.end <= len(text) for node in walk(proposal.term) if node.span)


@pytest.mark.parametrize("text", ["tn^2l", "tnl", "i", ",", "layers", "hello world", "", "x", "n1", "x" * 5000])
def test_no_proposal_where_it_reads_or_nothing_is_near(text: str) -> None:
    assert propose(text, ORDERS) is None
    assert propose(text) is None


def test_sides_of_a_chain() -> None:
    def cut(text: str) -> list[tuple[str, str]]:
        return [(sign, text[span.start:span.end]) for sign, span in split_relations(text)]

    assert cut("a = b <= c") == [("", "a"), ("=", "b"), ("<=", "c")]
    assert cut(r"$&\le \frac{a}{b} = c$") == [("<=", r"\frac{a}{b}"), ("=", "c")]
    assert cut("f(x=1) = 3") == [("", "f(x=1)"), ("=", "3")]
    assert cut(r"x = 1 \implies y = 2") == [("", "x"), ("=", "1"), ("=>", "y"), ("=", "2")]
    assert cut("不") == [("", "不")]


@pytest.mark.parametrize(("text", "sign", "rest"), [("= x", "=", "x"), (r"$\geq$ x", ">=", "x"), ("x = 1", "", "x = 1"),
    (r"&\le x", "<=", "x"), ("=> x", "=>", "x"), ("", "", "")])
def test_leading_sign(text: str, sign: str, rest: str) -> None:
    found, place = leading_sign(text)
    assert (found, text[place:].strip("$ ")) == (sign, rest)


def test_echo_points_at_the_place() -> None:
    assert echo("x)^2", read("x)^2")).splitlines()[:3] == ["x)^2", " ^", "not read: `)` closes nothing"]
    wide = "不 + x"
    assert echo(wide, read(wide)).splitlines()[1] == "^^"
    far = "x + " * 100 + r"\foo"
    line, carets, *_ = echo(far, read(far)).splitlines()
    assert len(line) <= 80 and line[carets.index("^"):].startswith(r"\foo")
    assert echo("a\x1b[31m", read("a\x1b[31m")).isprintable() is False or "\x1b" not in echo("a\x1b[31m", read("a\x1b[31m"))


def test_echo_of_a_reading() -> None:
    lines = echo("1/2x", read("1/2x")).splitlines()
    assert lines[0] == "read as  1/2*x" and lines[1] == "     or  1/(2*x)" and lines[2].startswith("note: ")


def test_imaginary_unit_and_index() -> None:
    assert read("3 + 4i").term.args[1].args[1] == constant("i")
    assert symbol("i") in set(walk(read(r"\alpha_i \to 0, i \ne j").term))
    assert symbol("i") in set(walk(read("sum_{i=1}^n i").term))
    assert constant("i") not in set(walk(read(r"x^{(i)} + i").term))


def test_as_written_nothing_is_evaluated() -> None:
    assert read("1 + 1").term == apply("add", number(1), number(1))
    assert read("x = x").term == relation("=", symbol("x"), symbol("x"))
    assert to_text(read("2*3/3").term) == "2*3/3"
