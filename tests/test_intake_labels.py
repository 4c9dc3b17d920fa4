"""Labels at the head of a line, and what keys name."""

import pytest
from course import BOOK, FIELDS

from grader.intake.labels import find_label
from grader.intake.targets import resolve

LINES = {  # line: (problem, part, strong, rest); None: no label
    "1.": ("1", "", True, ""), "a) Given": ("", "a", True, "Given"), "- b). The time": ("", "b", True, "The time"), " - c) . Say": ("", "c", True, "Say"), "(c)": ("", "c", True, ""),
    "## Question 5": ("5", "", True, ""), "Q5 (c)": ("5", "c", True, ""), "Problem 2 part b": ("2", "b", True, ""), "**5c**": ("5", "c", True, ""), "5c:": ("5", "c", True, ""),
    "5c. $p=0$": ("5", "c", True, "$p=0$"), "**a)** First": ("", "a", True, "First"), "### a)": ("", "a", True, ""), "1. a) foo": ("1", "a", True, "foo"), "5.a) x": ("5", "a", True, "x"),
    "5 (a) foo": ("5", "a", True, "foo"), "Part a: foo": ("", "a", True, "foo"), "A) foo": ("", "a", True, "foo"), "Exercise 2(b)": ("2", "b", True, ""), "> b) x": ("", "b", True, "x"),
    "Answer 5a": ("5", "a", True, ""), "5(b)(ii) x": ("5", "b", True, "x"), "* b) x": ("", "b", True, "x"),
    "1. first then": ("1", "", False, "first then"), "a. foo": ("", "a", False, "foo"), "q: 1, 2": ("", "q", False, "1, 2"), "1) foo": ("1", "", False, "foo"),
    "1 = number of layers": None, "2x = 4": None, "2b = 3": None, "(a) = 3": None, "a = 3": None, "part of it": None, "1.5 is": None, "1, 2, 1": None, "I think": None, "p(x) = 3": None,
    "t exceeds n": None, "3 apples": None, "10 n l": None, "2 t n^2": None, "- a": None, "no, it": None, "5/6": None, "2a p = q": ("2", "a", False, "p = q"), "1b n < t": ("1", "b", False, "n < t"), "Solution to Problem 5 (c):": ("5", "c", True, ""), "Ans. 1 b) x": ("1", "b", True, "x"),
    "7. (a−b)² ≥ 0": ("7", "", False, "(a−b)² ≥ 0"), "7) (a+b)^2": ("7", "", False, "(a+b)^2"), "7. (a) x": ("7", "a", True, "x"), "**(b)** x": ("", "b", True, "x"),
    "(5c) x": ("5", "c", True, "x"), "5c – x": ("5", "c", True, "x"), "***5c***": ("5", "c", True, ""), "c.) x": ("", "c", True, "x"), "Answer to c: x": ("", "c", True, "x"), "Part 5c": ("5", "c", True, ""),
    "Step 1: x": None, "Iteration 1: q": None, "Eq 5 c": None, "Homework 5": None, "5.3": None, "": None, "q_0 = 1": None, "x) ^ 2": None,
}


@pytest.mark.parametrize("line,expected", LINES.items(), ids=[x or "empty" for x in LINES])
def test_labels(line, expected):
    label = find_label(line)
    assert (label and (label.problem, label.part, label.strong, line[label.rest:].strip())) == expected


KEYS = {  # key path: (problem, parts)
    ("minimax", "5c"): ("minimax", ["5c"]), ("5c",): ("minimax", ["5c"]), ("minimax/5c",): ("minimax", ["5c"]), ("Question 5 (c)",): ("minimax", ["5c"]), ("5", "c"): ("minimax", ["5c"]),
    ("Question 5", "(c)"): ("minimax", ["5c"]), ("GAN", "Part c"): ("minimax", ["5c"]), ("5a.rules",): ("minimax", ["5a.rules"]), ("minimax", "5a", "rules"): ("minimax", ["5a.rules"]),
    ("5a",): ("minimax", ["5a.rules", "5a.table"]), ("1a",): ("complexity", sorted(FIELDS)), ("1a.rnn-time-train",): ("complexity", ["1a.rnn-time-train"]),
    ("complexity", "1a", "RNN", "train time"): ("complexity", ["1a.rnn-time-train"]), ("1", "a", "Transformer", "memory", "inference"): ("complexity", ["1a.transformer-space-test"]),
    ("1a RNN test memory",): ("complexity", ["1a.rnn-space-test"]), ("1d",): ("complexity", ["1d", "1d.why"]),
    ("5e",): None, ("7a",): None, ("complexity", "1z"): None, ("c",): None, ("nonsense",): None, ("1a", "RNN"): None, ("",): None, ("minimax",): None,
}


@pytest.mark.parametrize("path,expected", KEYS.items(), ids=["/".join(p) or "empty" for p in KEYS])
def test_keys(path, expected):
    target = resolve(BOOK, path)
    if expected is None:
        assert target.unknown or target.group is None
    else:
        parts = [p.id for p in (target.parts or target.group.parts)]
        assert not target.unknown and (target.problem.id, sorted(parts)) == (expected[0], sorted(expected[1]))


def test_groups_share_a_label():
    group = BOOK.group(BOOK.problem("Question 1"), "d")
    assert [p.id for p in group.whole] == ["1d", "1d.why"] and not group.fields
    assert [p.id for p in BOOK.group(BOOK.problem("1"), "a").parts] == list(FIELDS)
    assert BOOK.problem("ELBO") is BOOK.problem("evidence lower bound") is BOOK.problem("Problem 4") is BOOK.problem("elbo")
