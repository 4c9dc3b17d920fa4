"""The sample papers are marked as a careful human marker marks them (tests/expected_marks.yaml), twice with the same bytes."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = yaml.load((ROOT / "tests" / "expected_marks.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def grade(out, *more):
    return subprocess.run([sys.executable, "-m", "grader", str(ROOT / "submissions"), "--problems", str(ROOT / "problems"), "--out", str(out), *more],
                          capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    out = tmp_path_factory.mktemp("reports")
    done = grade(out, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in (out / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    return out, records


def digests(out):
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(out.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("learner", sorted(EXPECTED))
def test_marks(learner, marked):
    expected = EXPECTED[learner]
    wrong = []
    for record in marked[1]:
        if record["learner"] != learner:
            continue
        want = expected.get(f"{record['problem']}/{record['part']}", "0")
        human, points = want.startswith("person"), want.removeprefix("person").strip() or "0"
        if (record["points"], record["needs_human"]) != (points, human):
            wrong.append(f"{record['problem']}/{record['part']}: expected {want}, got {record['points']}{' person' if record['needs_human'] else ''}"
                         f" {record['tags']} {record['answer']!r:.80} read {record['reading']!r:.120}")
    assert not wrong, "\n".join(wrong)


def test_every_learner_and_part_has_a_record(marked):
    """All parts of each problem that a paper was marked on, each once; and everything that the table of expected marks names."""
    parts, found = {}, {}
    for r in marked[1]:
        parts.setdefault(r["problem"], set()).add(r["part"])
        found.setdefault(r["learner"], []).append((r["problem"], r["part"]))
    assert set(found) == set(EXPECTED)
    for learner, records in found.items():
        assert sorted(records) == sorted((p, k) for p in {p for p, _ in records} for k in parts[p])
        assert {f"{p}/{k}" for p, k in records} >= set(EXPECTED[learner] or {})


def test_every_verdict_carries_evidence(marked):
    for record in marked[1]:
        for entry in record["evidence"]:
            assert entry["method"] and entry["claim"] and isinstance(entry["data"], dict)  # {}: the checker computes it from the claim alone
        if record["status"] in ("proved", "refuted", "agrees"):
            assert record["evidence"], record


def test_evidence_replays(marked):
    done = subprocess.run([sys.executable, "-m", "grader", "audit", str(marked[0] / "records.jsonl")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "refused: none" in done.stdout, done.stdout + done.stderr


def test_two_runs_give_the_same_bytes(marked, tmp_path):
    done = grade(tmp_path / "again", "--jobs", "1", "--fresh")
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "again") == digests(marked[0])


def test_no_learner_page_shows_a_reference(marked):
    """Learners that answered nothing see nothing of what was expected."""
    page = next(p for p in marked[0].rglob("*.md") if "s010" in p.name).read_text(encoding="utf-8")
    for secret in ("t^2 n l", "t**2", "n < t", "β", "beta"):
        assert secret not in page
