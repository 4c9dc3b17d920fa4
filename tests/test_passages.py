"""Texts cut into passages, and the answers they state."""

import time

import pytest
from course import LENGTHS
from hypothesis import given
from hypothesis import strategies as st

from grader.reading.passages import formulas, passages
from grader.reading.stated import candidates, stated
from grader.reading.vocabulary import Vocabulary

COST = Vocabulary(LENGTHS)

STATED = {  # text: what it states, best first
    "Train time = tn²l": ["tn²l"],
    "tnl": ["tnl"],
    "It is O(t n^2 l).": ["O(t n^2 l)"],
    "the order is $\\Theta(tn^2l)$ because each of the t steps costs n^2": ["\\Theta(tn^2l)"],
    "O(t n^2 l) since n is the width and t is the length": ["O(t n^2 l)"],
    "The time complexity is given by $O(n)$.": ["O(n)"],
    "For the RNN it is O(t n^2 l)": ["O(t n^2 l)"],
    "Time: $\\mathcal{O}(l\\,t\\,n^2)$": ["\\mathcal{O}(l\\,t\\,n^2)"],
    "`t * n**2 * l`": ["t * n**2 * l"],
    "complexity is t*n**2*l (RNN)": ["t*n**2*l"],
    "per step n^2, so in total t n^2 l": ["t n^2 l"],
    "n^2 per step.\nTherefore $t n^2 l$.": ["t n^2 l"],
    "$O(n)$ per step → $O(tn)$": ["O(tn)"],
    "T(n) = t \\cdot n^2 \\cdot l": ["T(n) = t \\cdot n^2 \\cdot l"],
    "max(t, n) t n l": ["max(t, n) t n l"],
    "It takes t^2 n l + t n^2 l, i.e. the projections are counted": ["t^2 n l + t n^2 l"],
    "state-of-the-art cost is l t² n": ["l t² n"],
    "Test time = trnl": ["trnl"],
    "not O(n^2), it is O(n^3)": ["O(n^3)"],
    "~~t n^2~~ t n^2 l": ["t n^2 l"],
    "the answer is \\boxed{t n} and not 3": ["t n"],
    "either O(n) or O(n^2)": ["O(n^2)", "O(n)"],
    "O(n) or O(t n l)": ["O(t n l)", "O(n)"],
    "1 or 2": ["2", "1"],
    "$t n^2 l$\n$t^2 n l$": ["t^2 n l", "t n^2 l"],
    "tnl\ntnl": ["tnl"],
    "It is n.": ["n"],
    "linear in t": [],
    "I do not know": [],
    "": [],
    "RNN is faster when n < t": [],
    "Let $q = k_a + k_b$": ["q = k_a + k_b"],
    "n/a": [],
}


@pytest.mark.parametrize("text,expected", STATED.items(), ids=[t[:40] for t in STATED])
def test_stated(text, expected):
    found = stated(text, COST)
    assert [c.text for c in found] == expected
    assert all(text[c.span.start:c.span.end] == c.text for c in found)


@pytest.mark.parametrize("text,expected", {"The answer is 4": ["4"], "185": ["185"], "It is 90 degrees or 3": ["3"], "2, 3, 4": ["2, 3, 4"], "x = 3": ["x = 3"], "the 3 layers": []}.items())
def test_numbers_are_stated_without_a_vocabulary(text, expected):
    assert [c.text for c in stated(text)] == expected


def test_labels_roles_and_links_are_said():
    assert stated("Train time = tn²l", COST)[0].label == "Train time"
    assert [c.link for c in stated("O(n) or O(n^2)", COST)] == ["or", ""]
    roles = {c.text: c.role for c in candidates("O(tn) if n < t, since a step costs n^2", COST)}
    assert roles == {"O(tn)": "answer", "n < t": "condition", "n^2": "reason"}


def test_last_side_of_a_chain():
    assert stated("cost = n \\cdot t \\cdot l = tnl", COST)[0].last_side.text == "tnl"


KINDS = {
    "a $x$ b": [("prose", "a"), ("inline", "x"), ("prose", "b")],
    "$$a\n= b$$": [("display", "a\n= b")],
    "so \\(x^2\\) and \\[y\\]": [("prose", "so"), ("inline", "x^2"), ("prose", "and"), ("display", "y")],
    "```math\nx = 1\n```": [("display", "x = 1")],
    "```python\nx = 1\n```": [("code", "x = 1")],
    "\\begin{align*}a&=b\\\\&=c\\end{align*} done": [("display", "\\begin{align*}a&=b\\\\&=c\\end{align*}"), ("prose", "done")],
    "it costs $5 and $6": None,
    "we have \\frac{n}{t} < 1 here": [("prose", "we have"), ("bare", "\\frac{n}{t} < 1"), ("prose", "here")],
    "then x_1 = 2, not a word": [("prose", "then"), ("bare", "x_1 = 2"), ("prose", ", not a word")],
    "| q | 1 | 2 |\n|---|---|---|\n| p | 1 | 2 |": [("table", "| q | 1 | 2 |\n|---|---|---|\n| p | 1 | 2 |")],
}


@pytest.mark.parametrize("text,expected", KINDS.items(), ids=[t[:30] for t in KINDS])
def test_kinds_of_passages(text, expected):
    found = [(p.kind, p.text) for p in passages(text)]
    if expected is None:
        assert all(kind in ("prose", "bare") for kind, _ in found)
    else:
        assert found == expected


def test_an_unclosed_dollar_is_said():
    found = [p for p in passages("so $n < t") if p.is_formula]
    assert [(p.text, p.closed) for p in found] == [("n < t", False)]


def test_mentions_are_no_formulas():
    assert formulas("the RNN with n neurons is slower than t", COST) == ()


@given(st.text(alphabet="ab $\\(){}[]_^=+-.,`|\n\té²∑<>01%&~", max_size=150))
def test_passages_cover_the_text(text):
    found = passages(text, COST)
    position = 0
    for passage in found:
        assert passage.outer.start >= position
        assert not text[position:passage.outer.start].strip()
        assert text[passage.span.start:passage.span.end] == passage.text
        assert passage.outer.start <= passage.span.start <= passage.span.end <= passage.outer.end
        position = passage.outer.end
    assert not text[position:].strip()
    stated(text, COST)


@pytest.mark.parametrize("unit", ["$", "\\[", "`", "\\begin{align}", "$a", "(", "{", "n<", "~~", "```\n", "| 1 ", "$5 ", "\\boxed{", "1 or ", "x_{"])
def test_time_grows_with_the_length_only(unit):
    text = unit * (40_000 // len(unit))
    start = time.process_time()
    stated(text, COST)
    assert time.process_time() - start < 4
