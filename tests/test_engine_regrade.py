"""`grade regrade`: the list before anything is written, nothing lowered unasked, and the records that a fresh run would make."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.run.folder import Journal

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


def decide(folder, learner, points, part="1b"):
    done = CliRunner().invoke(main, ["review", str(folder / "out"), learner, f"quick/{part}", "--points", points])
    assert done.exit_code == 0, done.output


def test_what_a_person_decided_holds_is_changed_and_taken_back(course):
    fresh = tree(course / "out")
    for given in ("1/2", "0", "1/3"):  # the second and third on records that hold the one before
        decide(course, "s00", given)
        assert regrade(course, "--write").returncode == 0
        assert points(course, "1b")["s00"] == given, "a person may lower a mark"
    regraded = tree(course / "out")
    assert mark(course, "out", resume=False) == 0
    assert tree(course / "out") == regraded, "as a run would write it"
    rewritten(course, PROBLEM.replace("points: 1,", "points: 3,"))
    done = regrade(course, "--write")
    assert points(course, "1b")["s00"] == "1/3" and "s00  quick/1b  1/3 of 1 → 1/3 of 3" in done.stdout
    rewritten(course, PROBLEM)
    assert regrade(course, "--write", "--lower").returncode == 0
    (course / "out" / "decisions.jsonl").unlink()
    assert "s00  quick/1b  1/3 of 1 → 1 of 1" in regrade(course, "--write").stdout
    assert tree(course / "out") == fresh


PARTS = {
    "a part is gone": PROBLEM[:PROBLEM.index("  1b")], "a part is new": PROBLEM + '  1c: {kind: number, points: 1, answer: "1"}\n', "renamed": PROBLEM.replace("1b:", "1z:"),
    "another kind": PROBLEM.replace("kind: number", "kind: expression"), "another title": PROBLEM.replace("problem: quick", "problem: quick\ntitle: Other"),
    "another order": PROBLEM[:PROBLEM.index("  1a")] + PROBLEM[PROBLEM.index("  1b"):] + PROBLEM[PROBLEM.index("  1a"):PROBLEM.index("  1b")],
}


@pytest.mark.parametrize("what", PARTS)
def test_changed_parts_move_nobody_else_and_twice_is_once(course, what):
    before = points(course, "1a"), points(course, "1b")
    rewritten(course, PARTS[what])
    assert "Traceback" not in regrade(course, "--write").stderr
    assert (points(course, "1a"), points(course, "1b")) == before
    once = tree(course / "out")
    done = regrade(course, "--write")
    assert done.returncode == 0 and ": 0 move" in done.stdout and tree(course / "out") == once


@pytest.mark.parametrize("text, said", [(PROBLEM.replace("problem: quick", "problem: other"), "no usable quick"), (PROBLEM.replace('answer: "3/4"', 'answer: "("'), "no usable quick"), ("[", "no usable quick")])
def test_nothing_is_written_where_the_problem_is_gone_or_fails(course, text, said):
    before = rewritten(course, text)
    done = regrade(course, "--write")
    assert done.returncode == 1 and said in done.stderr and tree(course / "out") == before


def test_a_run_and_another_regrade_wait_their_turn(course):
    before = rewritten(course, EASIER)
    journal = Journal(course / "out" / "journal.log")
    assert "at work" in regrade(course, "--write").stderr
    journal.close()
    assert regrade(course).returncode == 0, "an empty one is no run to go on with"
    journal = Journal(course / "out" / "journal.log")
    journal.add("0" * 32, "{}")
    journal.close()
    done = regrade(course, "--write")
    assert done.returncode == 1 and "finish it first" in done.stderr and (course / "out" / "journal.log").exists()
    (course / "out" / "journal.log").unlink()
    assert tree(course / "out") == before


def test_a_blow_while_it_is_written_loses_nothing(course):
    rewritten(course, EASIER)
    words = [sys.executable, "-m", "grader", "regrade", "out", "--no-cache", "--write", "--jobs", "1"]
    child = subprocess.Popen(words, cwd=course, stdout=subprocess.DEVNULL)
    while child.poll() is None and not (course / "out" / "journal.log").exists():
        time.sleep(0.001)
    child.kill()
    child.wait()
    assert regrade(course, "--write").returncode == 0
    assert mark(course, "fresh") == 0
    assert tree(course / "fresh") == tree(course / "out")


@pytest.mark.parametrize("change", [{"points": "much"}, {"points": 1}, {"out_of": "1/0"}, {"tags": 1}, {"awards": ["x"]}, {"evidence": {}}, {"evidence": [1]}, {"source": {}}, {"learner": 5},
                                    {"answer": None}, {"needs_human": "no"}, {"reading": []}, {"status": 1}])
def test_records_that_no_run_writes_are_named(course, change):
    path = course / "out" / "records.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], json.dumps({**json.loads(lines[1]), **change}), *lines[2:]]) + "\n")
    rewritten(course, EASIER)
    done = regrade(course)
    assert done.returncode == 1 and "records.jsonl:2: not a record" in done.stderr
    done = CliRunner().invoke(main, ["review", str(course / "out")])
    assert done.exit_code == 1 and "records.jsonl:2: not a record" in done.output
