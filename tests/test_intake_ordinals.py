"""Papers that number the parts in a way of their own, titles that stand alone, and what comments hide."""

import json
import time
from pathlib import Path

import pytest

from grader.intake.labels import Book, find_label
from grader.intake.spec import load_problems
from grader.intake.submissions import read_paper
from grader.run.one import find_answer

PROBLEMS = load_problems(Path(__file__).resolve().parent.parent / "problems")[0]


def placed(text, name="s001.md"):
    submission = read_paper(name, text.encode(), Book(PROBLEMS))[0]
    return {a.part: a for a in submission.answers if a.text.strip()}, submission


def texts(text, name="s001.md"):
    return {part: a.text for part, a in placed(text, name)[0].items()}


def severities(answers):
    return {part: max((n.severity for n in a.notes if n.code == "placing.ordinal"), default="") for part, a in answers.items()}


@pytest.mark.parametrize("marks", [("(i)", "(ii)", "(iii)", "(iv)"), ("1.", "2.", "3.", "4."), ("1)", "2)", "3)", "4)"), ("**i.**", "**ii.**", "**iii.**", "**iv.**"),
                                   ("### (i)", "### (ii)", "### (iii)", "### (iv)"), ("- i)", "- ii)", "- iii)", "- iv)")])
def test_numbers_stand_for_letters(marks):
    one, two, three, four = marks
    answers, _ = placed(f"## Question 6\n\n{one} $1 - \\eta\\lambda$\n\n{two} $0 < \\eta < 2/\\lambda$\n\n{three} $(1-\\eta\\lambda)^t w$\n\n{four} $\\log n$\n")
    assert {p: a.text for p, a in answers.items()} == {"descent/6a": "$1 - \\eta\\lambda$", "descent/6b": "$0 < \\eta < 2/\\lambda$", "descent/6c": "$(1-\\eta\\lambda)^t w$",
                                                      "descent/6d": "$\\log n$"}
    assert set(severities(answers).values()) == {"repair"}


def test_a_number_left_out_shows_that_parts_are_numbered():
    answers, _ = placed("## Question 17\n\n1. $2X^\\top(Xw-y)$\n\n4. $\\lambda = 2$\n")
    assert severities(answers) == {"ridge/17a": "repair", "ridge/17d": "repair"}


def test_one_or_two_numbers_are_a_guess_and_other_problems_settle_it():
    two = "## Question 2\n\n(i) $k_j^Tq \\gg k_i^Tq$\n\n(ii) $q = k_a + k_b$\n"
    assert severities(placed(two)[0]) == {"attention/2a": "guess", "attention/2b": "guess"}
    more = "## Question 8\n\n(i) $td^2$\n\n(ii) $t > 4d$\n\n(iii) 1\n\n"
    assert set(severities(placed(more + two)[0]).values()) == {"repair"}


@pytest.mark.parametrize("text", [
    "## Question 6\n\na) first\n1. $1 - \\eta\\lambda$\n2. $x$\n3. $y$\n",  # a list inside an answer
    "## Question 6\n\n3. $x$\n2. $y$\n1. $z$\n", "## Question 6\n\n1. $x$\n1. $y$\n1. $z$\n",  # no numbers of parts
    "## Question 6\n\n1. $a$\n2. $b$\n3. $c$\n4. $d$\n5. $e$\n6. $f$\n"])  # more than there are parts
def test_lists_stay_lists(text):
    answers, _ = placed(text)
    assert not any(severities(answers).values())
    assert set(answers) <= {"descent/6a"}


@pytest.mark.parametrize("marks", [("1.\n", "2.\n", "3.\n"), ("**1.**", "**2.**", "**3.**"), ("6.1", "6.2", "6.3"), ("6.1)", "6.2)", "6.3)"), ("Part 1:", "Part 2:", "Part 3:"),
                                   ("Part (i)", "Part (ii)", "Part (iii)"), ("Teil 1.", "Teil 2.", "Teil 3."), ("①", "②", "③"), ("Q6 (i)", "Q6 (ii)", "Q6 (iii)"),
                                   ("6-a", "6-b", "6-c"), ("6_a:", "6_b:", "6_c:"), ("P6.a", "P6.b", "P6.c")])
def test_more_ways_to_number(marks):
    answers, _ = placed("## Question 6\n\n" + "\n\n".join(f"{mark} $x = {k}$" for k, mark in enumerate(marks)) + "\n")
    assert {part: a.text.strip() for part, a in answers.items()} == {"descent/6a": "$x = 0$", "descent/6b": "$x = 1$", "descent/6c": "$x = 2$"}
    assert "guess" not in severities(answers).values()


def test_the_outer_list_numbers_the_parts():
    assert texts("## Question 5\n\n1. rules\n   1. first q\n   2. then p\n2. no\n3. $p=q=0$\n")["minimax/5c"] == "$p=q=0$"


def test_values_are_no_labels():
    assert texts("## Question 5\n\nc) the rows\n5.1 7.2\n5.2 8.3\n") == {"minimax/5c": "the rows\n5.1 7.2\n5.2 8.3"}
    assert texts("## Question 1\n\nb) $n < t$\n\n2.\n\na) $k_j^Tq$\n") == {"complexity/1b": "$n < t$", "attention/2a": "$k_j^Tq$"}


def test_a_list_that_a_sentence_leads_to_is_a_guess():
    steps = "".join(f"{k}. $x = {k}$\n" for k in range(1, 5))
    assert set(severities(placed(f"## Question 17\n\nMy derivation:\n\n{steps}")[0]).values()) == {"guess"}
    assert set(severities(placed(f"## Question 17\n\nMy derivation.\n\n{steps}")[0]).values()) == {"repair"}


def test_an_arrow_points_to_the_answer():
    assert texts("5c: At which point do the values stay the same? -> $p=q=0$\n\n2a: → $k_j^Tq$ large\n") == {"minimax/5c": "$p=q=0$", "attention/2a": "$k_j^Tq$ large"}


def test_weak_letters_count_under_a_problem_that_has_no_others():
    found = texts("### Question 6\n\n6a. $1-\\eta\\lambda$\n\n6b. $\\eta < 2/\\lambda$\n\n### Question 8\n\na. $td^2$\n\nb. $t > 4d$\n")
    assert found["regimes/8a"] == "$td^2$" and found["regimes/8b"] == "$t > 4d$" and found["descent/6b"] == "$\\eta < 2/\\lambda$"


def test_a_list_of_questions():
    found = texts("1. Question 7\n\n   1. $1+\\eta^2$\n   2. never\n   3. $1$\n\n2. Question 9\n\n   1. $\\ln n$\n   2. $1 + \\ln n$\n   4. $\\log n$\n")
    assert found["saddle/7a"] == "$1+\\eta^2$" and found["saddle/7c"] == "$1$" and found["sums/9b"] == "$1 + \\ln n$" and found["sums/9d"] == "$\\log n$"


def test_a_title_alone_is_a_heading():
    found = texts("Ridge regression\n\na) 2X^T(Xw - y)\n\nLogistic regression\n\na) X^T y\n", "s001.txt")
    assert found == {"ridge/17a": "2X^T(Xw - y)", "logistic/16a": "X^T y"}
    assert texts("## Question 16\n\nb) this is as in\nRidge regression\n")["logistic/16b"].endswith("Ridge regression")


@pytest.mark.parametrize("hidden", ["<!-- p = q = 0 -->", "%% p = q = 0 %%", "<!--\np = q = 0\n-->"])
def test_what_a_comment_hides_is_no_answer_and_is_not_lost(hidden):
    _, submission = placed(f"## Question 5\n\nb) No.\n\nc)\n{hidden}\n")
    assert [(a.part, a.text) for a in submission.unplaced] == [("minimax/5c", "p = q = 0")]
    problem = next(p for p in PROBLEMS if p.id == "minimax")
    waits = [part.id for part in problem.parts if any(n.code == "paper.unplaced" for n in find_answer(submission, problem, part).notes)]
    assert waits == ["5c"]
    assert texts(f"## Question 5\n\nb) No.\n\nc) $p = q = 1$\n{hidden}\n\nmore")["minimax/5c"].startswith("$p = q = 1$")


@pytest.mark.parametrize("hidden", ["<!--\n1b: n < t\n5c: p = q = 0\n-->", "<!-- 5c: $p < q$ -->", "<!-- p -> 0 -->\n", "%%5c: $p = q = 0$%%"])
def test_a_paper_that_stands_wholly_in_a_comment_waits(hidden):
    """Also where the comment holds signs and formulas: none of it is an answer, and no part is a silent zero."""
    _, submission = placed(hidden)
    assert not [a for a in submission.answers if a.text] and submission.unplaced
    for problem in PROBLEMS:
        assert all(any(n.code == "paper.unplaced" for n in find_answer(submission, problem, part).notes) for part in problem.parts)


def test_a_program_beside_an_answer_is_not_part_of_it():
    def notebook(*cells):
        made = [{"cell_type": kind, "metadata": {}, "source": source, "id": f"c{k}", **({"outputs": [], "execution_count": None} if kind == "code" else {})}
                for k, (kind, source) in enumerate(cells)]
        return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})

    head = ("markdown", "## Question 5")
    _, beside = placed(notebook(head, ("markdown", "c) $p = q = 0$"), ("code", "import numpy as np\nprint(np.zeros(2))")), "s001.ipynb")
    assert {a.part: a.text for a in beside.answers if a.text} == {"minimax/5c": "$p = q = 0$"} and "numpy" in beside.unplaced[0].text
    assert texts(notebook(head, ("markdown", "c)"), ("code", "import numpy as np\np = q = 0")), "s001.ipynb")["minimax/5c"].endswith("p = q = 0")
    assert "q = 1" in texts(notebook(head, ("markdown", "c) one of these:"), ("code", "p = 0\nq = 1")), "s001.ipynb")["minimax/5c"]


def test_comments_in_code_and_empty_ones_are_none():
    assert not placed("## Question 5\n\nc) $p = q = 0$\n\n<!-- -->\n<!-- your answer here -->\n")[1].unplaced
    assert "<!-- x = 1 -->" in texts("## Question 5\n\nc) see\n```\n<!-- x = 1 -->\n```\n")["minimax/5c"]


@pytest.mark.parametrize("line", ["{}5c) x", "5{}c) x", "5c){}x", "{}1.{}x", "Question 5{}(c){}x", "{}x"])
def test_wide_gaps_change_no_label_and_cost_nothing(line):
    narrow, wide = line.format(*[" " * 8] * 3), line.format(*[" " * 100_000] * 3)
    start = time.process_time()
    one, other = find_label(narrow), find_label(wide)
    assert time.process_time() - start < 0.5
    assert (one is None) == (other is None) and (one is None or (one.problem, one.part, one.strong) == (other.problem, other.part, other.strong))
    assert one is None or narrow[one.rest:].strip() == wide[other.rest:].strip()
