"""Derivations cut into lines: signs, sides, reasons, conditions, whatever they were typed as."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import Unread
from grader.reading.lines import lines
from grader.reading.splitting import levels, signs


def shape(text):
    """(connective, left, (sign, side)...) of every line that is no prose, as typed."""
    made = []
    for line in lines(text):
        if line.role != "prose":
            left = line.text[:line.steps[0].span.start - line.span.start] if line.steps and line.left_reading is not None else line.text if line.left_reading is not None else None
            made.append((line.connective, clean(left), *[(s.sign, clean(s.text)) for s in line.steps]))
    return made


def clean(text):
    if text is None:
        return None
    cut = signs(text)
    if cut and not text[cut[-1].end:].strip(" &"):
        text = text[:cut[-1].start]
    return " ".join(text.replace("&", " ").split())


SHAPES = {
    "align": (r"""\begin{align*}
a &= b + c \\
  &\le d \\
  &= e \geq f
\end{align*}""", [("", "a", ("=", "b + c")), ("", None, ("<=", "d")), ("", None, ("=", "e"), (">=", "f"))]),
    "eqnarray in dollars": (r"$$\begin{eqnarray} a &=& b \\ &=& c \end{eqnarray}$$", [("", "a", ("=", "b")), ("", None, ("=", "c"))]),
    "split in equation": (r"\begin{equation}\begin{split} a &= b \\ &= c \end{split}\end{equation}", [("", "a", ("=", "b")), ("", None, ("=", "c"))]),
    "rows without environment": (r"$$ a = b \\ = c \\ \geq d $$", [("", "a", ("=", "b")), ("", None, ("=", "c")), ("", None, (">=", "d"))]),
    "two equations on two lines of a display": ("$$\na = b\nc = d\n$$", [("", "a", ("=", "b")), ("", "c", ("=", "d"))]),
    "a chain on two lines of a display": ("$$\na\n= b\n= c\n$$", [("", "a", ("=", "b"), ("=", "c"))]),
    "a row that goes on": (r"\begin{align} a &= b \\ &\quad + c \\ &= d \end{align}", [("", "a", ("=", r"b \\ \quad + c")), ("", None, ("=", "d"))]),
    "a sign at the row's end": (r"\begin{align} a = \\ b \end{align}", [("", "a"), ("", None, ("=", "b"))]),
    "plain lines": ("4*x = 2\nx = 1/2", [("", "4*x", ("=", "2")), ("", "x", ("=", "1/2"))]),
    "lines without a left side": ("log(64,4)\n= log(4^3,4)\n= 3", [("", "log(64,4)"), ("", None, ("=", "log(4^3,4)")), ("", None, ("=", "3"))]),
    "several signs in a line": ("a = b <= c < d", [("", "a", ("=", "b"), ("<=", "c"), ("<", "d"))]),
    "all signs": (r"a \to b \sim c \ll d \propto e \equiv f \approx g := h \neq k", [("", "a", ("->", "b"), ("~", "c"), ("<<", "d"), ("propto", "e"), ("equiv", "f"), ("approx", "g"), (":=", "h"), ("!=", "k"))]),
    "signs of Unicode": ("a ≤ b ≪ c → d", [("", "a", ("<=", "b"), ("<<", "c"), ("->", "d"))]),
    "arrows between statements": ("x = 1 => x^2 = 1 <=> y = 2", [("", "x", ("=", "1")), ("=>", "x^2", ("=", "1")), ("<=>", "y", ("=", "2"))]),
    "an arrow at the head": ("x = 1\n<== x^2 = 1", [("", "x", ("=", "1")), ("<==", "x^2", ("=", "1"))]),
    "a statement with or": ("x = 7 or x = -1", [("", "x = 7 or x = -1")]),
    "words of logic": ("true", [("", "true")]),
    "several equations in a row": (r"$$a = b, \quad c = d \qquad e = f$$", [("", "a", ("=", "b")), ("", "c", ("=", "d")), ("", "e", ("=", "f"))]),
    "a list is no row of equations": ("q = 1, 2, 3", [("", "q", ("=", "1, 2, 3"))]),
    "cases stay whole": (r"k = \begin{cases} 1 & x>0 \\ 0 & x < 0\end{cases}", [("", "k", ("=", r"\begin{cases} 1 x>0 \\ 0 x < 0\end{cases}"))]),
    "bounds are no signs": (r"s = \sum_{i=1}^n f(i=1)", [("", "s", ("=", r"\sum_{i=1}^n f(i=1)"))]),
    "bullets": ("- a = b\n- = c", [("", "a", ("=", "b")), ("", None, ("=", "c"))]),
    "numbered": ("1. a = b\n2. = c\n(3) = d", [("", "a", ("=", "b")), ("", None, ("=", "c")), ("", None, ("=", "d"))]),
    "dollars a line": ("$a = b$, so\n$c = d$\n$= e$", [("", "a", ("=", "b")), ("=>", "c", ("=", "d")), ("", None, ("=", "e"))]),
    "a line that only joins": ("$$a = b$$\nand\n$$c = d$$", [("", "a", ("=", "b")), ("", "c", ("=", "d"))]),
    "words before": ("Therefore we get x = 2", [("=>", "x", ("=", "2"))]),
    "words between": ("a = b implies that $c = d$", [("", "a", ("=", "b")), ("=>", "c", ("=", "d"))]),
    "a factor to the left": ("2x = 4 \\iff x = 2", [("", "2x", ("=", "4")), ("<=>", "x", ("=", "2"))]),
    "or between formulas in dollars": ("$x = 2$ or $x = -2$", [("", "$x = 2$ or $x = -2$".strip("$"))]),
    "boxed rows": (r"$$\boxed{\begin{aligned} a &= b \\ &= c \end{aligned}}$$", [("", "a", ("=", "b")), ("", None, ("=", "c"))]),
    "a function before a blank": ("so log p(x) >= L", [("=>", "log p(x)", (">=", "L"))]),
    "operations beside equations": ("2x + 3 = 7 | -3\n2x = 4 | :2", [("", "2x + 3", ("=", "7")), ("", "2x", ("=", "4"))]),
    "marks at the end": ("x = 2 ✓\n= 3 QED", [("", "x", ("=", "2")), ("", None, ("=", "3"))]),
    "a fence around lines": ("```\na = b\n= c\n```", [("", "a", ("=", "b")), ("", None, ("=", "c"))]),
    "line breaks of HTML": ("a = b<br>= c", [("", "a", ("=", "b")), ("", None, ("=", "c"))]),
}


@pytest.mark.parametrize("text,expected", SHAPES.values(), ids=SHAPES.keys())
def test_shapes(text, expected):
    assert shape(text) == expected


REASONS = {
    "= 3   (by factoring)": "by factoring",
    "= b [by Jensen]": "by Jensen",
    "= b <= c  since f > 0": "since f > 0",
    "2x = 4 % divide by two": "divide by two",
    "= 4  # halve it": "halve it",
    r"$$a \le b \quad \text{(Jensen)}$$": "Jensen",
    r"$$a \le b \tag{3} \because \log \text{ is concave}$$": r"\log is concave",
    r"\begin{align} a &= b & \text{since } x > 0 \end{align}": "since x > 0",
    "By Jensen's inequality,\n$$a \\ge b$$": "By Jensen's inequality",
    "Since $x = 1$ and $y = 2$, we have $a = b$": "Since x = 1; and y = 2",
    "f = 3, where x > 0, by (2)": "by (2)",
    "$a = b$ by definition, so": "by definition",
    "By Jensen we have $a \\ge b$": "By Jensen we have",
    "$a = b$ because log is concave": "because log is concave",
    "$$a = b$$\nby linearity.": "by linearity",
}


@pytest.mark.parametrize("text,reason", REASONS.items(), ids=REASONS)
def test_reasons(text, reason):
    line = next(x for x in lines(text) if x.role != "prose")
    assert line.reason == reason


def test_a_reason_over_a_sign():
    first, second = lines(r"$$a \overset{(a)}{\leq} b \stackrel{\text{Jensen}}{=} c$$")[0].steps
    assert (first.sign, first.reason, second.sign, second.reason) == ("<=", "(a)", "=", "Jensen")


def test_definitions_and_premises():
    roles = [(x.role, x.text) for x in lines("Let $y := x^2$. Assume $x > 0$.\nWe know that KL >= 0\n$a = b$")]
    assert [r for r, _ in roles] == ["definition", "premise", "premise", "formula"]


@pytest.mark.parametrize("text", ["$a = b$ where $x > 0$.", "a = b, where x > 0", r"$$a = b \quad \text{for } x > 0$$", "$a = b$\nwhere $x > 0$."])
def test_conditions(text):
    found = [x for x in lines(text) if x.role != "prose"]
    assert len(found) == 1 and len(found[0].conditions) == 1 and found[0].signs == ("=",)


def test_an_unread_side_costs_only_itself():
    line, = lines("a = ) + b = c")
    assert line.signs == ("=", "=") and isinstance(line.steps[0].side, Unread) and line.unread is line.steps[0].side
    assert not isinstance(line.steps[1].side, Unread)


@pytest.mark.parametrize("text", ["so the log of x = 2", "the square of $x = 2$", "half of x = 2 is", "then x = 2 squared", "and minus x = 2"])
def test_a_formula_that_words_belong_to_is_unread(text):
    assert [x.unread is not None for x in lines(text) if x.role != "prose"] == [True]


def test_prose_is_kept():
    found = lines("Nothing to see.\n$a = b$\nThis was a long way.")
    assert [x.role for x in found] == ["prose", "formula", "prose"]


def test_places_and_numbers():
    text = "First\n\n$$\na = b \\\\\n= c\n$$\nso d = e"
    for line in lines(text):
        assert text[line.span.start:line.span.end] == line.text
        assert line.number == text.count("\n", 0, line.span.start)
        for step in line.steps:
            assert text[step.span.start:step.span.end] == step.text


@pytest.mark.parametrize("text,expected", {
    "a =< b": [("<=", 2)], "z ~ q": [("~", 2)], "B > > 0": [(">>", 2)], "<x, y> = 0": [("=", 7)], "lim x -> 0 f = 1": [("=", 13)],
    "[0, 1) = A": [("=", 7)], r"\left( a = b \right. = c": [("=", 21)], r"\top q \ne 0": [("!=", 7)], r"a \not= b": [("!=", 2)], "a <- b": [("<", 2)],
}.items())
def test_signs(text, expected):
    assert [(c.sign, c.start) for c in signs(text)] == expected


@given(st.text(alphabet="ab=<>&\\ (){}[]\n$~,.x:;|%", max_size=100))
def test_any_text_is_cut(text):
    for line in lines(text):
        assert 0 <= line.span.start <= line.span.end <= len(text)
        assert text[line.span.start:line.span.end] == line.text
    assert len(levels(text)) == len(text)


@pytest.mark.parametrize("unit", ["a = ", "a = b\n", "$a$ = ", "(", "\\\\", "\\text{a", "&=", "so ", "=> ", "$$", "\\begin{align} a \\\\ "])
def test_time_grows_with_the_length_only(unit):
    text = unit * (12_000 // len(unit))
    start = time.process_time()
    lines(text)
    assert time.process_time() - start < 6


@pytest.mark.parametrize("text, left, sign, reason", [
    ("Then 2 = p^2", "2", "=>", ""), ("i.e. x = 3", "x", "<=>", ""), ("since x > 0, x = 2", "x", "", "since x > 0"), ("Since $x > 0$, $x = 2$.", "x", "", "Since x > 0"),
    ("Dividing both sides by 2 gives x = 3", "x", "=>", "Dividing both sides by 2 gives"),
])
def test_a_claim_behind_its_reason_is_a_line_of_its_own(text, left, sign, reason):
    line = lines(f"2x = 4\n{text}")[-1]
    assert (str(line.left), line.connective, line.reason, len(line.steps)) == (left, sign, reason, 1)


def test_a_thin_space_between_factors_parts_no_statements():
    (line,) = lines("$E[y] = a E[m]\\,E[x] = E[x]$")
    assert len(line.steps) == 2 and str(line.steps[0].side) == "a*E[m]*E[x]"
