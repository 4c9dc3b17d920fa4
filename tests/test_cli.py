"""The command as people meet it: what it prints, what it writes, how it fails."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def grade(*args, cwd=ROOT, stdin=None):
    return subprocess.run([sys.executable, "-m", "grader", *map(str, args)], cwd=cwd, input=stdin, capture_output=True, text=True, timeout=120)


@pytest.fixture
def class_folder(tmp_path):
    (tmp_path / "problems").mkdir()
    (tmp_path / "papers").mkdir()
    (tmp_path / "problems" / "minimax.yaml").write_text(
        "problem: minimax\ntitle: Saddle\nlabels: ['5']\nsymbols: {p: real, q: real}\nparts:\n  5c:\n    ask: Where do the values stay?\n    kind: equilibrium\n"
        "    points: 2\n    game: {min: p, max: q, value: p*q}\n    answer: p = q = 0\n    tests:\n      - {answer: p = q, points: 0}\n", encoding="utf-8")
    (tmp_path / "papers" / "s001.yaml").write_text("learner: s001\nminimax:\n  5c: (p, q) = (0, 0)\n", encoding="utf-8")
    return tmp_path


def run(folder, *more):
    return grade("papers", "--out", "reports", *more, cwd=folder)


def records(folder):
    return [json.loads(line) for line in (folder / "reports" / "records.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_folder_is_marked_and_the_report_named(class_folder):
    done = run(class_folder)
    assert done.returncode == 0, done.stderr
    assert "report: reports/index.html" in done.stdout
    (record,) = records(class_folder)
    assert (record["learner"], record["problem"], record["part"], record["status"], record["points"], record["out_of"]) == ("s001", "minimax", "5c", "proved", "2", "2")
    assert (class_folder / "reports" / "index.html").exists() and (class_folder / "reports" / "grades.csv").exists()
    assert sorted(p.name for p in (class_folder / "reports").iterdir()) == ["grades.csv", "index.html", "index.md", "learners", "papers.jsonl", "records.jsonl"]
    assert list((class_folder / "reports").rglob("*s001*.html")) and list((class_folder / "reports").rglob("*s001*.md"))


def test_a_problem_file_with_an_error_is_named_and_the_rest_is_marked(class_folder):
    (class_folder / "problems" / "broken.yaml").write_text("problem: broken\ntitle: x\nparts:\n  1a:\n    knd: growth_order\n    points: 2\n", encoding="utf-8")
    done = run(class_folder)
    assert done.returncode == 1
    assert "broken.yaml:" in done.stderr and "knd" in done.stderr and "Traceback" not in done.stderr
    assert records(class_folder)[0]["points"] == "2"


def test_a_problem_that_fails_its_own_tests_is_not_used(class_folder):
    path = class_folder / "problems" / "minimax.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("{answer: p = q, points: 0}", "{answer: p = q, points: 2}"), encoding="utf-8")
    done = run(class_folder)
    assert done.returncode == 1
    assert "minimax.yaml:" in done.stderr and "is not used" in done.stderr


@pytest.mark.parametrize("name, content, said", [
    ("s002.yaml", b"\xff\xfe\x00\x01\x02", "s002.yaml"),
    ("s003.md", bytes(range(256)) * 20, "s003.md"),
    ("s004.yaml", b"learner: s004\nminimax: [unclosed\n", "s004.yaml"),
    ("photo.jpg", b"\xff\xd8\xff\xe0", "photo.jpg"),
])
def test_an_unusable_paper_is_named_and_the_rest_is_marked(class_folder, name, content, said):
    (class_folder / "papers" / name).write_bytes(content)
    done = run(class_folder)
    assert done.returncode == 1
    assert said in done.stderr and "Traceback" not in done.stderr
    assert [r["points"] for r in records(class_folder) if r["learner"] == "s001"] == ["2"]


def test_an_unknown_part_is_kept_and_named(class_folder):
    (class_folder / "papers" / "s002.yaml").write_text("learner: s002\nminimax:\n  5c: p = q = 0\n  9z: forty-two\n", encoding="utf-8")
    done = run(class_folder)
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr
    assert [r["points"] for r in records(class_folder) if r["learner"] == "s002"] == ["2"]
    page = next((class_folder / "reports").rglob("*s002*.md")).read_text(encoding="utf-8")
    assert "forty-two" in page and "9z" in page


@pytest.mark.parametrize("text", ["p = q = 0\n", "# Question 5\n\np = q = 0\n", "# Question 8\n\np = q = 0\n"])
def test_text_that_cannot_be_placed_is_no_silent_zero(class_folder, text):
    (class_folder / "papers" / "s002.md").write_text(text, encoding="utf-8")
    assert run(class_folder, "--problems", ROOT / "problems" / "minimax.yaml").returncode == 0
    mine = [r for r in records(class_folder) if r["learner"] == "s002"]
    assert len(mine) == 4 and all(r["needs_human"] and r["points"] == "0" for r in mine), [(r["part"], r["answer"], r["tags"]) for r in mine]


def test_links_and_fifos_are_not_followed(class_folder):
    (class_folder / "secret.txt").write_text("Name: s009\n5c) p = q = 0", encoding="utf-8")
    os.symlink(class_folder / "secret.txt", class_folder / "papers" / "s009.txt")
    os.mkfifo(class_folder / "papers" / "s010.txt")
    done = run(class_folder)
    assert done.returncode == 1 and "s009.txt" in done.stderr and "s010.txt" in done.stderr
    assert {r["learner"] for r in records(class_folder)} == {"s001"}


def test_an_empty_folder_and_a_missing_folder(class_folder):
    (class_folder / "nobody").mkdir()
    done = grade("nobody", cwd=class_folder)
    assert done.returncode == 1 and "no papers were found" in done.stderr
    done = grade("nowhere", cwd=class_folder)
    assert done.returncode == 2 and "nowhere" in done.stderr
    done = grade("papers", "--problems", "nowhere", cwd=class_folder)
    assert done.returncode == 2 and "nowhere" in done.stderr


def test_an_output_folder_that_cannot_be_written(class_folder):
    (class_folder / "reports").write_text("in the way", encoding="utf-8")
    done = run(class_folder)
    assert done.returncode != 0 and "Traceback" not in done.stderr and "reports" in done.stderr


def test_an_interrupted_run_goes_on_and_ends_in_the_same_bytes(class_folder):
    for k in range(2, 6):
        (class_folder / "papers" / f"s00{k}.yaml").write_text(f"learner: s00{k}\nminimax:\n  5c: p = q = {k - 2}\n", encoding="utf-8")
    assert run(class_folder).returncode == 0
    whole = (class_folder / "reports" / "records.jsonl").read_bytes()
    again = class_folder / "again"
    again.mkdir()
    killed = subprocess.Popen([sys.executable, "-m", "grader", "papers", "--out", "again", "--jobs", "1", "--no-cache"], cwd=class_folder, stderr=subprocess.DEVNULL)
    while killed.poll() is None and len((again / "journal.log").read_bytes().splitlines() if (again / "journal.log").exists() else ()) < 2:
        time.sleep(0.001)
    killed.kill()
    killed.wait()
    if (again / "journal.log").exists():
        with (again / "journal.log").open("ab") as file:
            file.write(b"0123 cut o")
    done = grade("papers", "--out", "again", cwd=class_folder)
    assert done.returncode == 0, done.stderr
    assert (again / "records.jsonl").read_bytes() == whole
    assert not (again / "journal.log").exists()


def test_check_shows_the_reading_first_and_never_the_reference(class_folder):
    done = grade("check", "minimax", "5c", "p = q", cwd=class_folder)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "read as  p = q"
    assert any(line.startswith("verdict:  ✗ refuted") for line in lines)
    assert "points:   0 of 2" in lines
    assert "p = q = 0" not in done.stdout


def test_check_reads_standard_input_and_draws_a_caret(class_folder):
    done = grade("check", "minimax", "5c", cwd=class_folder, stdin="(p, q) = (0, 0")
    assert done.returncode == 0
    done = grade("check", "minimax", "5c", cwd=class_folder, stdin="p = )q^2")
    assert "not read" in done.stdout and "^" in done.stdout


def test_check_names_what_exists(class_folder):
    done = grade("check", "minimax", "7", "x", cwd=class_folder)
    assert done.returncode == 2 and "5c" in done.stderr
    done = grade("check", "maximin", "5c", "x", cwd=class_folder)
    assert done.returncode == 2 and "minimax" in done.stderr


def test_help_and_kinds():
    done = grade("--help")
    assert done.returncode == 0 and "check" in done.stdout and "lint" in done.stdout
    done = grade("kinds")
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert {"growth_order", "condition", "limit_condition", "construction", "identity", "derivation", "iteration", "convergence", "equilibrium", "choice", "prose"} <= set(names)
    done = grade("kinds", "growth_order")
    assert "Fails when" in done.stdout and "relation" in done.stdout


def test_unknown_options_are_usage_errors():
    assert grade("--nonsense").returncode == 2
    assert grade("check").returncode == 2


def test_audit_refuses_a_forged_record(class_folder):
    run(class_folder)
    path = class_folder / "reports" / "records.jsonl"
    assert grade("audit", path).returncode == 0
    record = json.loads(path.read_text(encoding="utf-8"))
    for entry in record["evidence"]:
        entry["status"] = "refuted"
    path.write_text(json.dumps(record) + "\nnot json\n", encoding="utf-8")
    done = grade("audit", path)
    assert done.returncode == 1 and "recorded refuted" in done.stdout and "line 2: not a record" in done.stdout


def test_standard_input_that_is_no_text():
    done = subprocess.run([sys.executable, "-m", "grader", "check", "complexity", "1b"], cwd=ROOT, input=b"\xff\xfen < t", capture_output=True, timeout=120)
    assert done.returncode == 2 and b"UTF-8" in done.stderr and b"Traceback" not in done.stderr


def test_lint_notes_what_may_not_be_meant(tmp_path):
    (tmp_path / "demo.yaml").write_text("problem: demo\nsymbols: {x: real}\nparts:\n  a: {kind: expression, answer: 'x^2 + (2 y + 1'}\n  b: {kind: number, answer: 3}\n", encoding="utf-8")
    done = grade("lint", str(tmp_path), "--readings", "--no-cache")
    assert done.returncode == 0 and not done.stderr
    assert "demo: 2 parts; no tests (add a right and a wrong answer under `tests`)" in done.stdout and "  a: x^2 + (2*y + 1)" in done.stdout and "  b: 3" in done.stdout
    notes = [line for line in done.stdout.splitlines() if line.startswith("note: ")]
    assert len(notes) == 2 and all(f"{tmp_path}/demo.yaml:4: a: " in n for n in notes) and "uses y, which `symbols` does not name" in notes[1]
