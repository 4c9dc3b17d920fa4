"""`grade regrade`: the list before anything is written, nothing lowered unasked, and the records that a fresh run would make."""

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

EASIER = PROBLEM.replace('answer: "3/4"}', 'answer: "3/4", wrong: [{answer: "4/3", points: 1/2, feedback: "The other way round."}]}').replace("points: 1,", "points: 2,")
HARDER = PROBLEM.replace("points: 2", "points: 1")
OTHER = PROBLEM.replace('"3/4"', '"4/3"')


class Done:
    def __init__(self, found):
        self.returncode, self.stdout, self.stderr = found.exit_code, found.stdout, found.stderr


def regrade(folder, *more):
    found = CliRunner().invoke(main, ["regrade", str(folder / "out"), "--problems", str(folder / "problems"), "--no-cache", *more])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return Done(found)


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("regrade") / "class"
    write_class(folder)
    assert mark(folder, "out") == 0
    return folder


@pytest.fixture
def course(marked, tmp_path):
    shutil.copytree(marked, tmp_path / "class")
    return tmp_path / "class"


def rewritten(folder, text):
    (folder / "problems" / "quick.yaml").write_text(text)
    return tree(folder / "out")


def points(folder, part):
    return {r["learner"]: r["points"] for r in map(json.loads, (folder / "out" / "records.jsonl").read_text().splitlines()) if r["part"] == part}


def test_nothing_changed_nothing_moves(course):
    before = tree(course / "out")
    done = regrade(course, "--write")
    assert done.returncode == 0 and "20 answers: 0 move" in done.stdout
    assert tree(course / "out") == before


def test_the_list_comes_first_and_the_records_are_those_of_a_fresh_run(course):
    before = rewritten(course, EASIER)
    done = regrade(course)
    assert done.returncode == 0 and "nothing is written" in done.stdout
    assert tree(course / "out") == before
    assert "s02  quick/1b  0 of 1 → 1/2 of 2" in done.stdout and "out of 2 instead of 1" in done.stdout
    assert regrade(course, "--write").returncode == 0
    assert points(course, "1b")["s02"] == "1/2"
    assert mark(course, "fresh") == 0
    assert tree(course / "fresh") == tree(course / "out")


def test_no_mark_falls_unless_told_to(course):
    rewritten(course, OTHER)
    done = regrade(course, "--write")
    assert "(kept as it was)" in done.stdout and "would fall and are kept" in done.stdout
    kept = points(course, "1b")
    assert kept["s00"] == "1" and kept["s02"] == "1", "the right answer of old keeps its mark, that of now gets one"
    assert regrade(course, "--write", "--lower").returncode == 0
    assert points(course, "1b")["s00"] == "0"
    assert mark(course, "fresh") == 0
    assert tree(course / "fresh") == tree(course / "out")


def test_points_that_fall_for_all_are_falls(course):
    rewritten(course, HARDER)
    done = regrade(course)
    assert "3 move, 7 would fall" in done.stdout


def test_forged_evidence_moves_nothing(course):
    path = course / "out" / "records.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    good = next(r for r in lines if r["part"] == "1b" and r["status"] == "proved")
    bad = next(r for r in lines if r["part"] == "1b" and r["status"] == "refuted")
    for entry in bad["evidence"]:
        entry["method"], entry["data"], entry["status"] = good["evidence"][0]["method"], good["evidence"][0]["data"], "proved"
    path.write_text("".join(json.dumps(r) + "\n" for r in lines))
    rewritten(course, PROBLEM.replace("points: 1,", "points: 3,"))
    assert regrade(course, "--write").returncode == 0
    assert points(course, "1b")[bad["learner"]] == "0" and points(course, "1b")[good["learner"]] == "3"


def test_a_folder_that_is_none(course):
    (course / "out" / "records.jsonl").write_text("not a record\n")
    done = regrade(course)
    assert done.returncode == 1 and "records.jsonl:1" in done.stderr
