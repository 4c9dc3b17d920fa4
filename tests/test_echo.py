"""What `grade read` shows: readings, carets under the right column, lines, tables, and an answer as its kind reads it."""

import json
import unicodedata

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cli.read import read as command
from grader.model import Unread
from grader.reading import echo, read
from grader.reading.echo import WIDTH, echo_lines, is_mixed
from grader.term import Span


def columns(text):
    return sum(0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shown(*arguments, stdin=None):
    done = CliRunner().invoke(command, list(arguments), input=stdin)
    return done.exit_code, done.output


def test_a_stray_bracket_is_pointed_at():
    assert shown("x)^2") == (0, "x)^2\n ^\nnot read: `)` closes nothing\nOpen the bracket, or leave this one out.\n")


@pytest.mark.parametrize("before, width", [("数", 2), ("a\u0301", 1), ("\t", 1), ("😀", 2), ("\u202e", 6), ("\u0915\u093f", 2), ("", 0)])
def test_the_caret_stands_under_its_place(before, width):
    text = before + ")x"
    line, carets, *_ = echo(text, Unread("r", Span(len(before), len(before) + 1))).split("\n")
    assert carets == " " * width + "^" and line.endswith(")x")


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("ax数字é\u0301😀\t\u200b)( +"), max_size=300), st.integers(0, 310), st.integers(0, 40))
def test_carets_stay_within_the_width(text, start, length):
    told = echo(text, Unread("r", Span(start, start + length))).split("\n")
    assert columns(told[0]) <= WIDTH + 6 and set(told[1].strip()) == {"^"} and columns(told[1]) <= columns(told[0]) + 1


def test_a_place_in_a_long_text_of_several_lines_is_named():
    text = "x = 1\n" + "y + " * 200 + "2)^2\nz"
    at = text.index(")^2")
    told = echo(text, Unread("r", Span(at, at + 1))).split("\n")
    assert told[0].startswith("… ") and told[0].index(")") == told[1].index("^") and told[2] == f"not read: r (line 2, column {at - 5})"


def test_lines_are_shown_one_by_one():
    told = echo_lines("First some words of mine\n$a = b$ by Jensen\n$= c)^2$\n| t | 0 | 1 |\n|---|---|---|\n| p | 3 |  |").split("\n")
    assert told[0] == "line 1: words  First some words of mine" and told[1] == "line 2: read as  a = b" and told[2].strip() == "said with it: by Jensen"
    assert told[3] == "line 3:" and told[5].index("^") == told[4].index(")") and "closes nothing (line 3, column 5)" in told[6]
    assert told[-2:] == ["line 4: a table", "  p: 3, ·"]


def test_one_formula_is_no_mixture_and_a_table_is():
    assert not any(map(is_mixed, ["x)^2", "sin 2x = 1 or 2", "$x$", "banana"])) and all(map(is_mixed, ["| q | 1 | 2 |", "we need $x > 2$", "a = b\n= c"]))


def test_a_formula_over_several_lines_is_one_reading():
    assert shown("\\begin{align} a &= b \\\\\n &= c \\end{align}")[1] == "read as  a = b = c\n"


def test_a_text_that_begins_with_a_minus_is_no_option():
    assert shown("-x")[1] == "read as  -x\n" and shown("--nope")[0] == 2 and shown("--part", "5c", "x")[0] == 2


def test_standard_input_is_read_and_nothing_is_said_to_be_nothing():
    assert shown(stdin="x^2\n")[1] == "read as  x^2\n" and shown(" ")[1] == "nothing is written here\n"


def test_the_reading_as_json():
    record = json.loads(shown("--json", "1/2x")[1])
    assert record["state"] == "read" and record["mathml"].startswith("<math") and record["alternatives"] == ["1/(2*x)"]
    assert json.loads(shown("--json", "x)^2")[1])["span"] == [1, 2]


@pytest.mark.parametrize("problem, part, text, told", [
    ("minimax", "5a.table", "q: 1 2 1 -1 -2 -1 1\np: 1 -1 -2 -1 1 2 1", "q = (1, 2, 1, -1, -2, -1, 1)"),
    ("minimax", "5b", "No, it cycles.", "does not converge"),
    ("complexity", "1d.names", "the MLP and the layer norm", "layer norm"),
    ("elbo", "4a", "L(q) = \\int q(z|x) \\log p(x) dz\n= 3", "= 3"),
])
def test_answers_are_read_the_way_their_kind_reads_them(problem, part, text, told):
    code, output = shown("--problem", problem, "--part", part, text)
    assert code == 0 and output.startswith("read as") and told in output


def test_what_no_kind_can_read_names_what_is_wanted():
    assert "not read: no table of values was found" in shown("--problem", "minimax", "--part", "5a.table", "No")[1]
    assert "its parts: 5a.rules" in shown("--problem", "minimax", "--part", "zz", "x")[1]


def test_readings_of_single_formulas_keep_their_notes():
    told = echo("f(x", read("f(x")).split("\n")
    assert told[0] == "read as  f(x)" and told[1].startswith("mended:") and told[1].endswith("(column 2)")
