"""`grade review`: a person's decisions are kept, merged by later runs, bound to the text, and never lost."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from test_engine import PROBLEM, mark, tree, write_class  # noqa: E402


def review(folder, *more):
    return CliRunner().invoke(main, ["review", str(folder / "out"), *more])


def record(folder, learner, part):
    return next(r for r in map(json.loads, (folder / "out" / "records.jsonl").read_text().splitlines()) if (r["learner"], r["part"]) == (learner, part))


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review") / "class"
    write_class(folder, papers=8)
    (folder / "papers" / "s07.yaml").write_text('learner: s07\nquick: {1a: "x^ + )(", 1b: "x^ + )("}\n')
    assert mark(folder, "out") == 0
    return folder


@pytest.fixture
def course(marked, tmp_path):
    shutil.copytree(marked, tmp_path / "class")
    return tmp_path / "class"


def test_decisions_are_merged_by_the_next_run_and_kept(course):
    listed = review(course)
    assert listed.exit_code == 0 and "quick/1a  s05, s07" in listed.stdout and "0 decisions are kept" in listed.stdout
    assert record(course, "s05", "1a")["needs_human"]
    done = review(course, "s05", "quick/1a", "--points", "3/2", "--reason", "Meant well.", "--everyone")
    assert done.exit_code == 0 and "3/2 of 2 points for 2 answers" in done.stdout
    assert record(course, "s05", "1a")["needs_human"], "nothing moves before the next run"
    assert review(course, "s07", "quick/1b", "--points", "0").exit_code == 0
    for _ in range(2):
        assert mark(course, "out", resume=False) == 0
        for learner in ("s05", "s07"):
            made = record(course, learner, "1a")
            assert (made["points"], made["needs_human"], made["tags"][0]) == ("3/2", False, "person.decided") and "Meant well." in made["feedback"]
        assert record(course, "s07", "1b")["points"] == "0" and not record(course, "s07", "1b")["needs_human"]
    assert "Decided by a person" in (course / "out" / "learners" / "s05.html").read_text()
    assert "1 answer waits, 1 different" in review(course).stdout
    before = tree(course / "out")
    (course / "problems" / "quick.yaml").write_text(PROBLEM.replace('points: 1, answer: "3/4"', 'points: 2, answer: "3/4"'))
    done = CliRunner().invoke(main, ["regrade", str(course / "out"), "--problems", str(course / "problems"), "--no-cache", "--write"])
    assert done.exit_code == 0, done.output
    assert record(course, "s05", "1a")["points"] == "3/2" and tree(course / "out")["decisions.jsonl"] == before["decisions.jsonl"]


def test_a_decision_is_about_a_text(course):
    assert review(course, "s05", "quick/1a", "--points", "2").exit_code == 0
    (course / "papers" / "s05.yaml").write_text('learner: s05\nquick: {1a: "x^2 )", 1b: "3/4"}\n')
    assert mark(course, "out") == 0
    assert record(course, "s05", "1a")["points"] == "0"


@pytest.mark.parametrize("more, said", [
    (("s05", "quick/1a", "--points", "7"), "worth 2"), (("s05", "quick/1a", "--points", "much"), "no number of points"), (("s05", "quick/1a"), "either --points or --accept"),
    (("nobody", "quick/1a", "--points", "1"), "no record"), (("s00", "quick/1a", "--accept"), "nothing was withheld"),
])
def test_what_cannot_be_decided_is_said(course, more, said):
    done = review(course, *more)
    assert done.exit_code == 2 and said in done.output
    assert not (course / "out" / "decisions.jsonl").exists()


def test_a_twin_is_accepted_with_what_it_would_earn(course):
    (course / "papers" / "twin.yaml").write_text('learner: s00\nquick: {1a: "(x+1)^2", 1b: "1"}\n')
    assert mark(course, "out") == 0
    twin = record(course, "s00 (twin.yaml)", "1a")
    assert twin["points"] == "0" and twin["needs_human"] and "several papers" in twin["feedback"]
    assert review(course, "s00 (twin.yaml)", "quick/1a", "--accept").exit_code == 0
    assert mark(course, "out") == 0
    assert record(course, "s00 (twin.yaml)", "1a")["points"] == "2"


def test_a_line_that_is_no_decision_is_named_and_stops_the_run(course):
    (course / "out" / "decisions.jsonl").write_text('{"learner": "s05"}\n')
    done = CliRunner().invoke(main, ["run", str(course / "papers"), "--problems", str(course / "problems"), "--out", str(course / "out"), "--no-cache"])
    assert done.exit_code == 1 and "decisions.jsonl:1: not a decision" in done.output
