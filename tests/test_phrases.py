"""English comparisons as relations: right where they are certain, and never a wrong one."""

import pytest
from course import LENGTHS
from hypothesis import given
from hypothesis import strategies as st

from grader.model import Answer, Note, Part, Read, Unread
from grader.reading.declarations import adopted, declarations
from grader.reading.phrases import condition
from grader.reading.vocabulary import Vocabulary
from grader.term import apply, number, relation, symbol

COST = Vocabulary(LENGTHS)
ASK = "When is the RNN faster than the Transformer?"
n, t, l = symbol("n"), symbol("t"), symbol("l")

READ = {
    "n is smaller than the sequence length": ("<", n, t),
    "ratio n/t smaller than 1": ("<", apply("div", n, t), number(1)),
    "when the ratio n/t is below 1": ("<", apply("div", n, t), number(1)),
    "t>n i.e. long sequences": (">", t, n),
    "If the value of n is smaller than sequence length t, time taken by RNN will be less than time taken by transformer.": ("<", n, t),
    "when t exceeds n": (">", t, n),
    "the RNN is faster when t exceeds n": (">", t, n),
    "for t larger than n": (">", t, n),
    "as long as the width is less than the sequence length": ("<", n, t),
    "if t is at least twice n": (">=", t, apply("mul", number(2), n)),
    "t is at most half of n": ("<=", t, apply("div", n, number(2))),
    "n much smaller than t": ("<<", n, t),
    "n is not larger than t": ("<=", n, t),
    "n is no larger than t": ("<=", n, t),
    "n isn't smaller than t": (">=", n, t),
    "t does not exceed n": ("<=", t, n),
    "n is smaller than or equal to t": ("<=", n, t),
    "n is equal to t": ("=", n, t),
    "if the depth is below 5": ("<", l, number(5)),
    "The width n should be smaller than the sequence length t": ("<", n, t),
    "when the number of neurons per layer is less than the sequence length t": ("<", n, t),
    "the length of the sequence must be greater than the number of neurons": (">", t, n),
    "Whenever the sequence length (t) is more than the hidden size (n).": (">", t, n),
    "The RNN is faster when n < t": ("<", n, t),
    "The RNN is faster when $n<t$, i.e. when the sequence length is larger than the width.": ("<", n, t),
    "The RNN takes less time if t > n, as the Transformer compares all tokens": (">", t, n),
    "the Transformer is slower when t > n": (">", t, n),
    "The transformer is faster when n > t and the RNN is faster when n < t": ("<", n, t),
    "n smaller than T": ("<", n, t),
    "$n < t$. If $n = t$ they are equal.": ("<", n, t),
    "The RNN is faster when n < t, and when n = t both take the same time": ("<", n, t),
    "whenever sequence length > hidden size": (">", t, n),
    "the width ≤ the sequence length": ("<=", n, t),
    "Dividing t n < t t by t gives n < t": ("<", n, t),
    "$2n < 2t$, i.e. $n < t$": ("<", n, t),
    "Since $t l < n$ is not asked, $l n < l t$ which reduces to $n < t$": ("<", n, t),
}


@pytest.mark.parametrize("text,expected", READ.items(), ids=READ)
def test_read(text, expected):
    sign, left, right = expected
    found = condition(text, COST, ask=ASK)
    assert isinstance(found, Read), found
    assert found.term == relation(sign, left, right)


UNSURE = [
    "unless n is bigger than t", "the RNN is faster unless n > t", "The Transformer is faster when n < t", "The RNN is slower when n > t", "RNN is not faster when n < t",
    "n is not much smaller than t", "when n is smaller than t and l", "when n or l is smaller than t", "when the square of n is smaller than t", "n is smaller than t squared",
    "n is smaller than t times l", "n is smaller than t by a factor of 2", "when the product of n and l is smaller than t", "n is greater than t. No: n is smaller than t.",
    "when n is smaller, compared to t", "it is not the case that n is smaller than t", "n is neither smaller than t nor larger than l", "n is larger than t or n is smaller than l",
    "$n < t$ and so $t < l$", "2 n < t or equivalently n < t. Or l < n.",
    "n over t less than 1", "n over t is smaller than 1", "the ratio of n to t is smaller than 1",
    "if the logarithm of n is less than t", "n is smaller than the square root of t",
]


@pytest.mark.parametrize("text", UNSURE)
def test_an_unsure_phrase_is_unread(text):
    found = condition(text, COST, ask=ASK)
    assert isinstance(found, Unread), found


@pytest.mark.parametrize("text", ["", "It depends on the hardware.", "long sequences", "n", "the RNN is faster"])
def test_nothing_compared(text):
    assert not isinstance(condition(text, COST, ask=ASK), Read)


def test_the_contrary_is_proposed_negated():
    found = condition("The Transformer is faster when n < t", COST, ask=ASK)
    assert found.proposed == relation(">=", n, t)


def test_the_clause_that_was_taken_is_noted():
    found = condition("If n is smaller than the sequence length, the RNN needs less time.", COST, ask=ASK)
    assert {note.code for note in found.notes} == {"phrase", "phrase.consequence"}
    assert found.notes[0].span == (3, 40)


def test_two_conditions_joined_by_and():
    found = condition("when n is smaller than t and t is bigger than l", COST)
    assert found.term == apply("and", relation("<", n, t), relation(">", t, l))


LESS = ("less", "smaller", "lower", "fewer", "shorter")
MORE = ("more", "larger", "greater", "bigger", "longer", "higher")
NAMES = {"n": ("n", "the width", "the hidden size n", "$n$", "the value of n"), "t": ("t", "the sequence length", "the number of tokens", "T", "the sequence length t")}


@given(st.booleans(), st.sampled_from(("is", "must be", "gets", "will be")), st.sampled_from(("", "not ")), st.data())
def test_phrases_are_what_they_say(less, verb, negation, data):
    word = data.draw(st.sampled_from(LESS if less else MORE))
    first, second = data.draw(st.permutations(["n", "t"]))
    left, right = data.draw(st.sampled_from(NAMES[first])), data.draw(st.sampled_from(NAMES[second]))
    lead = data.draw(st.sampled_from(("", "if ", "The RNN is faster when ", "when ")))
    found = condition(f"{lead}{left} {verb} {negation}{word} than {right}", COST, ask=ASK)
    sign = {(True, ""): "<", (False, ""): ">", (True, "not "): ">=", (False, "not "): "<="}[less, negation]
    if isinstance(found, Read):
        assert found.term == relation(sign, symbol(first), symbol(second))
    else:
        assert verb == "gets" and negation


@given(st.lists(st.sampled_from("n t l the width is not smaller larger than unless if when and or twice < > , . RNN faster Transformer at least most equal to no much for".split()), max_size=14))
def test_any_words_are_answered(words):
    condition(" ".join(words), COST, ask=ASK)


def test_letters_that_the_learner_binds():
    def bound(text):
        return {d.letter: d.symbol for d in declarations(text, COST)}

    assert bound("T = sequence length, d is the width") == {"T": "t", "d": "n"}
    assert bound("Let d be the hidden size and L the number of layers") == {"d": "n", "L": "l"}
    assert bound("where the sequence length is $S$") == {"S": "t"}
    assert bound("the width d and depth L") == {"d": "n", "L": "l"}
    assert bound("the width is a problem") == {}
    assert bound("d is the width, d is the depth") == {}


def test_own_letters_are_taken_over_where_nothing_else_has_them():
    part = Part("1a", "growth_order", 1, symbols=LENGTHS)
    context = Note("Let T denote the sequence length and $d$ the hidden size.", code="context")
    made, notes = adopted(part, Answer("complexity/1a", "O(T d^2)", notes=(context,)))
    assert [s.spellings for s in made.symbols] == [("T",), ("N", "d"), ("L",)] and [n.code for n in notes] == ["letter.own"]
    made, notes = adopted(part, Answer("complexity/1a", "n is the sequence length: O(n)"))
    assert made is part and [(n.code, n.severity) for n in notes] == [("letter.other", "guess")]
    assert adopted(part, Answer("complexity/1a", "O(n)")) == (part, ())
