"""A few of the hostile texts of `benchmarks/hostile.py`, of every class and through every face: one status each, in time, in memory, without wrong credit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import hostile  # noqa: E402
import hostile_texts  # noqa: E402


@pytest.fixture(scope="module")
def outcomes():
    return list(hostile.run(seed=5, each=1, jobs=2))


def test_every_class_goes_through_every_face(outcomes):
    seen = {(task[0], task[1]) for task, _ in outcomes}
    assert {c for r, c in seen if r == "answer"} == {*hostile_texts.ANSWERS, *hostile_texts.PAIRS}
    assert {r for r, _ in seen} == {"answer", "reference", "extract", "kind", "reward", "proof"}


def test_one_status_in_time_and_in_memory(outcomes):
    for task, outcome in outcomes:
        assert not outcome.failed, (task[:2], str(task[3])[:100], outcome.why)
        assert outcome.value["status"] in hostile.STATUSES
        assert outcome.value["cpu"] < 5.0 and outcome.value["memory"] < 512, (task[:2], str(task[3])[:100])


def test_no_wrong_credit_and_no_silence(outcomes):
    for task, outcome in outcomes:
        assert not outcome.value["credit"], (task[:3], str(task[3])[:100])
        assert outcome.value["reason"] or outcome.value["status"] == "agrees", (task[:3], str(task[3])[:100])


def test_the_next_answer_is_untouched(outcomes):
    assert {outcome.value["sentinel"] for _, outcome in outcomes} == {"proved"}
    assert not Path(hostile_texts.MARK).exists()


@pytest.mark.parametrize("command", [[sys.executable, "-m", "grader"], [sys.executable, "-P", "-m", "grader"]])
def test_nothing_of_the_current_folder_is_loaded(command, tmp_path):
    marker = tmp_path / "marker"
    for name in ("click", "yaml", "sympy", "flint", "json", "mpmath", "jinja2", "z3", "sitecustomize", *(("grader",) if "-P" in command else ())):
        (tmp_path / f"{name}.py").write_text(f"open({str(marker)!r}, 'w').close()\n", encoding="utf-8")
    (tmp_path / "pairs.jsonl").write_text('{"id": 1, "reference": "sin(2x)", "answer": "2 sin(x) cos(x)"}\n', encoding="utf-8")
    done = subprocess.run([*command, "pairs", "pairs.jsonl"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert '"status":"proved"' in done.stdout, done.stderr
    assert not marker.exists()
