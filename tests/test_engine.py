"""The engine as a whole: equal bytes whatever the order, the workers, the cache and the blows; limits that cost their own answer only."""

import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from grader.cli._marking import Marker
from grader.cli._progress import Progress
from grader.run.cache import Cache
from grader.run.folder import Journal
from grader.run.store import Store, secret

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
from kills import alive, children, command, disturbed, tree  # noqa: E402

PAPERS = 10
PROBLEM = """\
problem: quick
symbols: {x: real}
parts:
  1a: {kind: expression, points: 2, answer: "x^2 + 2 x + 1"}
  1b: {kind: number, points: 1, answer: "3/4"}
"""
TYPED = (("(x+1)^2", "x^2+2x+1", "x^2", "x^2 + 1 + 2 x", "x(x+2)+1", "x^ + )("), ("0.75", "3/4", "4/3", "6/8", "3:4"))


def write_class(folder, papers=PAPERS):
    (folder / "problems").mkdir(parents=True)
    (folder / "papers").mkdir()
    (folder / "problems" / "quick.yaml").write_text(PROBLEM)
    for s in range(papers):
        (folder / "papers" / f"s{s:02d}.yaml").write_text(f'learner: s{s:02d}\nquick: {{1a: "{TYPED[0][s % 6]}", 1b: "{TYPED[1][s % 5]}"}}\n')


def mark(folder, out, papers="papers", jobs=2, cache=None, resume=True, problems=None, log=None):
    """`grade run` in this process; its exit code."""
    kept = Cache(cache)
    try:
        marker = Marker(folder / papers, problems or folder / "problems", folder / out, kept, Progress(log), jobs=jobs, resume=resume)
        found = marker.unchanged()
        return marker.mark() if found is None else found
    finally:
        kept.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A class, and what an undisturbed run with nothing to lean on makes of it."""
    folder = tmp_path_factory.mktemp("engine") / "class"
    write_class(folder)
    assert mark(folder, "whole", jobs=1) == 0
    return folder, tree(folder / "whole")


def same(folder, out, expected):
    made = tree(folder / out)
    assert sorted(made) == sorted(expected)
    assert [n for n in expected if made[n] != expected[n]] == []


@pytest.mark.parametrize("jobs", [2, 5])
def test_any_number_of_workers_gives_the_same_bytes(whole, jobs):
    folder, expected = whole
    assert mark(folder, f"by{jobs}", jobs=jobs) == 0
    same(folder, f"by{jobs}", expected)


def test_any_order_of_the_papers_gives_the_same_marks(whole):
    folder, expected = whole
    names = sorted(p.name for p in (folder / "papers").iterdir())
    others = names[:]
    random.Random(4).shuffle(others)
    (folder / "shuffled").mkdir()
    for name, other in zip(names, others):
        shutil.copy(folder / "papers" / name, folder / "shuffled" / f"{other[:-5]}-x.yaml")
    assert mark(folder, "other", "shuffled") == 0
    kept = [{**json.loads(line), "source": 0} for line in expected["records.jsonl"].splitlines()]
    made = [{**json.loads(line), "source": 0} for line in (folder / "other" / "records.jsonl").read_bytes().splitlines()]
    assert len(made) == len(kept) == 2 * PAPERS and sorted(map(json.dumps, made)) == sorted(map(json.dumps, kept))
    assert made != kept


def edited(cache, change):
    (path,) = cache.glob("evidence-*.log")
    path.write_bytes(b"".join(change(line) + b"\n" for line in path.read_bytes().splitlines()))


def swap(cache):
    (path,) = cache.glob("evidence-*.log")
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"".join(line[:33] + other[33:] + b"\n" for line, other in zip(lines, lines[1:] + lines[:1])))


TAMPERING = {
    "every text changed": lambda cache: edited(cache, lambda line: line[:66] + line[66:].replace(b'"', b"'").replace(b"1", b"2")),
    "texts under other keys": swap,
    "noise": lambda cache: next(cache.glob("evidence-*.log")).write_bytes(bytes(range(256)) * 80 + b"cut off"),
}


@pytest.fixture(scope="module")
def filled(whole, tmp_path_factory):
    """A cache that a run has filled; that run, and one that uses it, make the same bytes."""
    folder, expected = whole
    cache = tmp_path_factory.mktemp("cache") / "cache"
    for out in ("cold", "warm"):
        assert mark(folder, out, cache=cache) == 0
        same(folder, out, expected)
    return cache


@pytest.mark.parametrize("name", TAMPERING)
def test_the_cache_changes_no_byte_when_tampered_with(whole, filled, name, tmp_path):
    folder, expected = whole
    shutil.copytree(filled, tmp_path / "cache")
    TAMPERING[name](tmp_path / "cache")
    assert mark(folder, "tampered", cache=tmp_path / "cache") == 0
    same(folder, "tampered", expected)
    shutil.rmtree(folder / "tampered")


def test_evidence_under_a_valid_seal_is_replayed_all_the_same(whole, filled, tmp_path):
    """Whoever holds the key can at most make us work: what the kernel refuses is found again."""
    folder, expected = whole
    shutil.copytree(filled, tmp_path / "cache")
    (path,) = (tmp_path / "cache").glob("evidence-*.log")
    entries = [(line[:32].decode(), json.loads(line[66:])) for line in path.read_bytes().splitlines()]
    evidence = [(key, entry) for key, entry in entries if isinstance(entry, list) and len(entry) == 3 and isinstance(entry[1], dict) and entry[0] != "gap"]
    assert evidence
    path.unlink()
    forged = Store(path, secret())
    for k, (key, _) in enumerate(evidence):
        forged.add(key, json.dumps(evidence[(k + 1) % len(evidence)][1]))
    forged.close()
    assert mark(folder, "keyed", cache=tmp_path / "cache") == 0
    made = [json.loads(line) for line in (folder / "keyed" / "records.jsonl").read_bytes().splitlines()]
    kept = [json.loads(line) for line in expected["records.jsonl"].splitlines()]
    assert [(r["status"], r["points"]) for r in made] == [(r["status"], r["points"]) for r in kept]


def test_a_second_run_does_nothing_unless_something_was_touched(whole, tmp_path, capsys):
    folder, expected = whole

    def again():
        assert mark(folder, "twice", cache=tmp_path / "cache") == 0
        same(folder, "twice", expected)
        return "nothing has changed" in capsys.readouterr().err

    assert [again(), again()] == [False, True]
    (folder / "twice" / "records.jsonl").write_text("forged\n")
    assert [again(), again()] == [False, True]
    (folder / "twice" / "learners" / "s01.html").unlink()
    assert not again()
    os.utime(folder / "papers" / "s01.yaml")
    assert again(), "a file's time is not what it says"


def test_blows_at_random_moments_lose_nothing(whole):
    folder, expected = whole
    hits, worker_hits, left = disturbed(command(folder / "papers", folder / "problems", folder / "struck"), 3, 1.0, random.Random(1))
    assert hits + worker_hits == 3 and left == 0
    assert mark(folder, "struck") == 0
    same(folder, "struck", expected)


def test_a_request_to_end_keeps_what_is_done(whole):
    folder, expected = whole
    child = subprocess.Popen([sys.executable, "-m", "grader", "papers", "--out", "ended", "--no-cache", "--jobs", "1"], cwd=folder, stderr=subprocess.PIPE, text=True)
    journal = folder / "ended" / "journal.log"
    while child.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") > 2):
        time.sleep(0.002)
    workers = children(child.pid)
    child.send_signal(signal.SIGTERM)
    said = child.communicate(timeout=30)[1]
    assert child.returncode == 130 and "run again to go on" in said and "Traceback" not in said
    assert not any(alive(w) for w in workers)
    assert mark(folder, "ended") == 0
    same(folder, "ended", expected)


def test_a_full_disk_is_told_and_loses_nothing(whole, capsys):
    folder, expected = whole

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))

    done = subprocess.run([sys.executable, "-m", "grader", "papers", "--out", "full", "--no-cache"], cwd=folder, preexec_fn=little_room, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr and "run again" in done.stderr, done.stderr
    assert not (folder / "full" / "records.jsonl").exists()
    assert mark(folder, "full") == 0
    assert "going on after" in capsys.readouterr().err
    same(folder, "full", expected)


def test_an_output_folder_in_use_and_one_that_may_not_be_written(whole):
    folder, _ = whole
    (folder / "busy").mkdir()
    held = Journal(folder / "busy" / "journal.log")
    with pytest.raises(click.ClickException, match="another run"):
        mark(folder, "busy")
    held.close()
    with pytest.raises(click.ClickException, match="cannot write there"):
        mark(folder, Path("/proc/nowhere"))


def test_events_as_json_lines(whole):
    folder, _ = whole
    log = io.StringIO()
    assert mark(folder, "logged", log=log) == 0
    events = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [e["phase"] for e in events if e["event"] == "phase"] == ["testing", "reading", "marking", "reporting"]
    decided = next(e for e in events if e["event"] == "decided")
    assert decided["answers"] == 2 * PAPERS and decided["distinct"] == decided["decided"] == 11


def test_a_changed_part_is_decided_again_and_no_other(whole, tmp_path):
    folder, _ = whole
    assert mark(folder, "changed", cache=tmp_path / "cache") == 0
    (path,) = (tmp_path / "cache").glob("evidence-*.log")
    before = path.read_bytes().count(b"\n")
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "quick.yaml").write_text(PROBLEM.replace('points: 1, answer: "3/4"', 'points: 3, answer: "3/4"'))
    assert mark(folder, "changed", cache=tmp_path / "cache", problems=tmp_path / "problems") == 0
    records = [json.loads(line) for line in (folder / "changed" / "records.jsonl").read_text().splitlines()]
    assert {r["out_of"] for r in records if r["part"] == "1b"} == {"3"} and {r["out_of"] for r in records if r["part"] == "1a"} == {"2"}
    added = [json.loads(line[66:]) for line in path.read_bytes().splitlines()[before:]]
    assert not [entry for entry in added if isinstance(entry, list) and len(entry) == 3 and isinstance(entry[1], dict) and entry[0] != "gap"], "evidence serves again"
