"""grades.csv: exact, and safe to open in a spreadsheet."""

import csv
import io
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

import report_samples
from grader.report.table import amount, grades_csv, neutral, original
from grader.report.view import outline

FORMULAS = ["=1+1", "+1", "-x", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "|x", "%x", "\0=1", "'=1", "'", "''x", "1/3", "=HYPERLINK(\"http://x\")"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_are_text_and_come_back(cell):
    assert neutral(cell) == "'" + cell and original(neutral(cell)) == cell


@pytest.mark.parametrize("cell", ["s001", "", "x = 1", "2021-1234", "1.5", "0", "a/b", "ab'c", "O'Neil", "007"])
def test_plain_cells_stay_as_they_are(cell):
    assert neutral(cell) == cell == original(cell)


@given(st.text())
def test_every_cell_comes_back(cell):
    assert original(neutral(cell)) == cell


@pytest.mark.parametrize("value, cell", [("2", "2"), ("3/2", "1.5"), ("1/3", "1/3"), ("0", "0"), ("1/8", "0.125"), ("-1/4", "-0.25"), ("100", "100"), ("1/1000000000000", "0.000000000001"), ("22/7", "22/7")])
def test_points_are_exact(value, cell):
    assert amount(value) == cell and Fraction(cell) == Fraction(value)


def table():
    text = grades_csv(report_samples.records(), outline(report_samples.problems()), ["=HYPERLINK(\"http://x\")", "s001", "s003", "s004"])
    return text, [[original(cell) for cell in line] for line in csv.reader(io.StringIO(text))]


def test_a_row_a_learner_and_a_column_a_part():
    _, (head, formula, first, third, nobody) = table()
    parts = [f"{p.id}/{part.id}" for p in report_samples.problems() for part in p.parts]
    assert head == ["learner", *parts, "total", "out_of", "waiting", "waits_for_person"]
    assert formula[0] == "=HYPERLINK(\"http://x\")" and formula[head.index("total")] == "17.5"
    assert first == ["s001", "0", "0", "0", "2/3", "0", "0", "1", "0", "0", "5/3", "19.5", "5",
                     "complexity/1a.rnn-time-train complexity/1a.transformer-time-train complexity/1c elbo/4a minimax/5a.table"]
    assert third[-3:] == ["19.5", "0", ""]
    assert nobody == ["s004", *[""] * len(parts), "0", "0", "0", ""]


def test_no_cell_is_a_formula_and_every_cell_is_quoted():
    text, _ = table()
    for line in csv.reader(io.StringIO(text)):
        assert not any(cell.lstrip()[:1] in set("=+-@＝＋－＠") for cell in line if cell)
    assert all(line.startswith('"') and line.endswith('"') for line in text.splitlines())


def test_columns_of_problems_that_the_outline_does_not_know():
    head = csv.reader(io.StringIO(grades_csv(report_samples.records(), [], ["s001"])))
    assert "minimax/5c" in next(head)
