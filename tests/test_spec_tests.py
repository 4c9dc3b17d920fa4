"""The tests that stand inside problem files: what they expect is tried, and each failure names its row."""

from fractions import Fraction as Q

import pytest

from grader.intake.spec import load_problem
from grader.model import Answer, Award, Mark, PartReport, Unread
from grader.run.spec_tests import run_all_tests, run_tests
from spec_files import SHORT, kinds, load, write  # noqa: F401 (kinds is a fixture)

TESTED = """\
parts:
  a:
    kind: plain
    points: 2
    answer: right
    accept:
      - {answer: also right, convention: by custom}
    wrong:
      - {answer: left, feedback: The other way., points: 1/2}
      - {pattern: mirrored, feedback: not tried here}
    tests:
      - {answer: RIGHT, points: 2, status: proved, tag: plain.right}
      - {answer: "", points: 0, status: unread, needs_human: no}
      - {answer: "???", points: 0, needs_human: yes, feedback: cannot be read}
  b:
    kind: prose
    answer: a model text
    tests: [{answer: words, needs_human: yes}]
"""


def marker(**changed):
    """Marks by a table; `changed` overrides marks by answer."""
    table = {"right": (2, "proved", "plain.right", "", False), "also right": (2, "proved", "plain.right", "", False),
             "left": (Q(1, 2), "refuted", "plain.left", "The other way.", False), "RIGHT": (2, "proved", "plain.right", "", False),
             "": (0, "unread", "blank", "No answer.", False), "???": (0, "unread", "unread", "This cannot be read.", True),
             "words": (0, "undecided", "prose", "A person reads this.", True), **changed}

    def grade(problem, part, text):
        points, status, tag, said, human = table[text]
        mark = Mark((Award("set", Q(points), tag, said),), Q(points), part.points, human, status)
        return PartReport("", problem.id, part.id, Answer("x", text), Unread("stub"), (), mark, "", "")

    return grade


def test_a_sound_file_passes_its_own_tests(tmp_path):
    assert run_tests(load(tmp_path, TESTED), marker()) == []


@pytest.mark.parametrize("answer, mark, line, expected, got", [
    ("right", (0, "refuted", "plain.wrong", "No.", False), 2, "the reference to get 2 points", "0 of 2 (No.)"),
    ("right", (2, "agrees", "plain.right", "Look.", True), 2, "the reference to get no person asked", "a person asked (Look.)"),
    ("also right", (1, "proved", "", "", False), 7, "an accepted answer to get 2 points", "1 of 2"),
    ("left", (0, "refuted", "plain.left", "The other way.", False), 9, "a known wrong answer to get 1/2 points", "0 of 2 (The other way.)"),
    ("left", (Q(1, 2), "refuted", "plain.left", "No.", False), 9, "a known wrong answer to get the feedback 'The other way.'", "the feedback 'No.'"),
    ("RIGHT", (2, "agrees", "plain.right", "", False), 12, "status proved", "status agrees"),
    ("RIGHT", (2, "proved", "plain.other", "", False), 12, "tag plain.right", "tags plain.other"),
    ("", (0, "unread", "blank", "", True), 13, "no person asked", "a person asked"),
    ("???", (0, "unread", "unread", "This cannot be read.", False), 14, "a person asked", "no person asked"),
    ("???", (0, "unread", "unread", "What?", True), 14, "the feedback 'cannot be read'", "the feedback 'What?'"),
])
def test_each_expectation_is_tested(tmp_path, answer, mark, line, expected, got):
    path = write(tmp_path, TESTED)
    failure, = run_tests(load_problem(path), marker(**{answer: mark}))
    assert (failure.place, failure.answer, failure.expected, failure.got) == (f"{path.as_posix()}:{line}", answer, expected, got)
    assert str(failure) == f"{path.as_posix()}:{line}: p/a: {answer!r}: expected {expected}, got {got}"


@pytest.mark.parametrize("points, fails", [(0, False), (1, False), (2, True)])
def test_a_known_wrong_answer_that_names_no_points_gets_any_but_all(tmp_path, points, fails):
    problem = load(tmp_path, "parts: {a: {kind: plain, points: 2, wrong: [{answer: left}]}}")
    found = run_tests(problem, marker(left=(points, "refuted", "", "", False)))
    assert [f.expected for f in found] == (["a known wrong answer to get less than 2 points"] if fails else [])


def test_what_breaks_on_a_row_is_a_failure(tmp_path):
    def grade(problem, part, text):
        raise RuntimeError("deep inside")

    failures = run_tests(load(tmp_path, TESTED), grade)
    assert len(failures) == 7 and all(f.got == "RuntimeError: deep inside" for f in failures)


def test_all_tests_run_in_workers(tmp_path, monkeypatch):
    import os

    import grader.run.one

    def grade(problem, part, answer, **_):
        if answer.text == "left":
            os._exit(7)
        return marker(RIGHT=(0, "refuted", "plain.wrong", "", False))(problem, part, answer.text)

    monkeypatch.setattr(grader.run.one, "grade_answer", grade)
    first, second = run_all_tests([load(tmp_path, SHORT.replace("n log n", "right")), load(tmp_path, TESTED)], jobs=2)
    assert [f.answer for f in first] == ["right"] and "1 points" in first[0].expected
    assert [(f.answer, f.expected) for f in second] == [("left", "a known wrong answer to be decided"), ("RIGHT", "2 points, status proved, tag plain.right")]
    assert "crash" in second[0].got
