"""The engine where the machine is odd: nobody listens, few processes and files, folders inside one another, things planted where reports go."""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.cli._marking import Marker
from grader.cli._shared import usable_problems
from grader.intake.files import files
from grader.run import store, workers
from grader.run.decisions import Decision, Decisions, points_of, text_digest
from grader.run.workers import run_tasks

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from test_engine import mark, tree, write_class  # noqa: E402


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd") / "class"
    write_class(folder, papers=3)
    assert mark(folder, "whole") == 0
    return folder, tree(folder / "whole")


def run(folder, *more, cwd=None, **how):
    return CliRunner().invoke(main, ["run", str(folder), "--no-cache", "--jobs", "1", *map(str, more)])


# ------------------------------------------------------------------------------------------------------ nobody listens


@pytest.mark.parametrize("how", ["closed", "no reader and a full log"])
def test_marking_goes_on_where_nobody_listens(course, how):
    folder, expected = course
    out = folder / how.replace(" ", "-")
    words = [sys.executable, "-m", "grader", "papers", "--out", str(out), "--no-cache", "--jobs", "1"]
    (folder / "papers" / "picture.png").write_bytes(b"x")
    try:
        if how == "closed":
            code = subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *words], cwd=folder).returncode
        else:
            read, write = os.pipe()
            os.close(read)
            code = subprocess.run([*words, "--json-log", "/dev/full"], cwd=folder, stdout=write, stderr=write).returncode
            os.close(write)
    finally:
        (folder / "papers" / "picture.png").unlink()
    assert code == 1, "the picture is an input error"
    assert (out / "records.jsonl").read_bytes() == expected["records.jsonl"]


# -------------------------------------------------------------------------------------------------- few processes, few files


def test_fewer_workers_than_asked_for_do_the_work(monkeypatch):
    real, made = os.fork, []

    def fork():
        if len(made) >= 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        made.append(0)
        return real()

    monkeypatch.setattr(os, "fork", fork)
    before = len(os.listdir("/proc/self/fd"))
    assert [o.value for _, o in run_tasks(lambda k: k * k, range(50), jobs=4)] == [k * k for k in range(50)]
    assert len(os.listdir("/proc/self/fd")) == before


def test_no_worker_at_all_is_an_error_after_some_patience(monkeypatch):
    monkeypatch.setattr(workers, "_PATIENCE", (0.0, 0.0))
    monkeypatch.setattr(os, "fork", lambda: (_ for _ in ()).throw(BlockingIOError(11, "Resource temporarily unavailable")))
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError):
        list(run_tasks(str, range(3), jobs=2))
    assert len(os.listdir("/proc/self/fd")) == before


def test_work_goes_on_in_a_folder_that_is_gone(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(sys, "path", [*sys.path, "relative"])
    assert [o.value for _, o in run_tasks(lambda k: k + 1, [1])] == [2]
    assert CliRunner().invoke(main, ["doctor", "--no-cache"]).exit_code == 0


def test_no_paper_is_left_out_because_too_much_is_open(tmp_path):
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("5c. p")
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    reading = files(tmp_path, [])
    next(reading)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, limit[1]))
        with pytest.raises(OSError, match="Too many open files"):
            next(reading)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


@pytest.mark.parametrize("limit, most", [(resource.RLIMIT_FSIZE, 0)])
def test_what_the_system_refuses_is_told_in_words(course, limit, most):
    folder, _ = course
    done = subprocess.run([sys.executable, "-m", "grader", "papers", "--out", "refused", "--no-cache"], cwd=folder, capture_output=True, text=True,
                          preexec_fn=lambda: resource.setrlimit(limit, (most, most)))
    assert done.returncode == 1 and "Traceback" not in done.stderr and done.stderr.startswith("Error: ")


# ------------------------------------------------------------------------------------------------ folders inside one another


def test_reports_and_problem_files_among_the_papers_are_no_papers(course):
    folder, expected = course
    inside = folder / "papers" / "reports"
    (folder / "papers" / "problems").mkdir()
    (folder / "papers" / "problems" / "quick.yaml").write_bytes((folder / "problems" / "quick.yaml").read_bytes())
    try:
        for _ in range(2):
            done = run(folder / "papers", "--problems", folder / "papers" / "problems", "--out", inside)
            assert done.exit_code == 0 and "problems: it is not among the papers" in done.stderr, done.output
            assert tree(inside)["records.jsonl"] == expected["records.jsonl"]
        assert "reports: it is not among the papers" in done.stderr
    finally:
        subprocess.run(["rm", "-r", str(inside), str(folder / "papers" / "problems")], check=True)
    done = run(folder / "papers", "--problems", folder / "problems", "--out", folder / "papers")
    assert done.exit_code == 2 and "among the papers" in done.output
    assert not (folder / "papers" / "records.jsonl").exists()


def test_nothing_that_was_planted_counts_because_of_its_name(course, monkeypatch):
    folder, _ = course
    monkeypatch.chdir(folder / "papers")
    planted = Path("problems"), Path("reports")
    try:
        planted[0].mkdir()
        Path("problems/quick.yaml").write_bytes((folder / "problems" / "quick.yaml").read_bytes())
        done = run(".")
        assert done.exit_code == 2 and "--problems" in done.output
        planted[1].mkdir()
        Path("reports/decisions.jsonl").write_text("")
        done = run(".", "--problems", folder / "problems")
        assert done.exit_code == 2 and "--out" in done.output and not Path("reports/records.jsonl").exists()
    finally:
        subprocess.run(["rm", "-r", *map(str, planted)], check=True)


def test_problem_files_that_are_none_hold_nobody_up(course, tmp_path):
    folder, _ = course
    os.mkfifo(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").symlink_to("/dev/zero")
    with (tmp_path / "c.yaml").open("wb") as file:
        file.truncate(1 << 40)
    (tmp_path / "d.yaml").mkdir()
    (tmp_path / "e\x1b[31m\n.yaml").write_text("[")
    (tmp_path / "quick.yaml").write_bytes((folder / "problems" / "quick.yaml").read_bytes())
    signal.alarm(60)
    try:
        problems, errors = usable_problems(tmp_path, 1)
        done = run(folder / "papers", "--problems", tmp_path, "--out", tmp_path / "out")
    finally:
        signal.alarm(0)
    assert [p.id for p in problems] == ["quick"] and all(error.isprintable() for error in errors)
    assert [said in error for said, error in zip(("a.yaml: cannot be read (not a regular file)", "b.yaml: cannot be read (not", "c.yaml: more than 1048576 bytes", "d.yaml: cannot", "e\\u001b"),
                                                 errors)] == [True] * 5
    assert done.exit_code == 1 and "3 papers" in done.output


def test_a_file_that_is_gone_when_it_is_looked_at_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "b.md").write_text("5c. p")
    real = os.stat
    monkeypatch.setattr(os, "stat", lambda path, **how: real("/nowhere" if path == "a.png" else path, **({} if path == "a.png" else how)))
    skipped = []
    assert [name for name, _ in files(tmp_path, skipped)] == ["b.md"] and "cannot be looked at" in skipped[0].reason


def test_what_changes_while_a_run_goes_on_has_the_next_run_work(course, tmp_path, monkeypatch, capsys):
    folder, _ = course
    real = Marker._decide_and_write
    answer = json.loads((folder / "whole" / "records.jsonl").read_text().splitlines()[4])

    def meanwhile(self, *args):
        made = real(self, *args)
        Decisions(self.out / "decisions.jsonl").add(Decision(answer["learner"], "quick", answer["part"], text_digest(answer["answer"]), "1/2"))
        return made

    monkeypatch.setattr(Marker, "_decide_and_write", meanwhile)
    assert mark(folder, "meanwhile", cache=tmp_path / "cache") == 0
    monkeypatch.undo()
    for again in (False, True):
        assert mark(folder, "meanwhile", cache=tmp_path / "cache") == 0
        assert ("nothing has changed" in capsys.readouterr().err) == again
    made = [json.loads(line) for line in (folder / "meanwhile" / "records.jsonl").read_text().splitlines()]
    assert [r["points"] for r in made if (r["learner"], r["part"]) == (answer["learner"], answer["part"])] == ["1/2"]


# ---------------------------------------------------------------------------------------------- things where reports go


def test_nothing_is_written_through_links_that_stand_where_reports_go(course, tmp_path):
    folder, expected = course
    out, precious = folder / "linked", tmp_path / "precious"
    precious.write_text("precious")
    (out / "learners").mkdir(parents=True)
    for name in (".records.jsonl.new", ".papers.jsonl.new", ".index.html.new", "records.jsonl", "index.html", "grades.csv", "learners/s00.html", "learners/.s01.md.new"):
        (out / name).symlink_to(precious)
    assert mark(folder, "linked") == 0
    assert precious.read_text() == "precious" and tree(out) == expected


@pytest.mark.parametrize("name", ["decisions.jsonl", "journal.log", ".records.jsonl.new"])
def test_a_pipe_where_reports_go_holds_nobody_up(course, tmp_path, name):
    folder, expected = course
    os.mkfifo(tmp_path / name)
    signal.alarm(60)
    try:
        done = run(folder / "papers", "--problems", folder / "problems", "--out", tmp_path)
    finally:
        signal.alarm(0)
    if name.startswith("."):
        assert done.exit_code == 0 and (tmp_path / "records.jsonl").read_bytes() == expected["records.jsonl"]
    else:
        assert done.exit_code == 1 and done.stderr.startswith("Error: ") and str(tmp_path) in done.stderr


@pytest.mark.parametrize("before", [b"a" * 700, b"a" * 5000 + b"\n" + b"b" * 300])
def test_a_store_survives_any_bytes_and_cuts(tmp_path, monkeypatch, before):
    monkeypatch.setattr(store, "LONGEST", 1000)
    path = tmp_path / "x.log"
    path.write_bytes(before)
    texts = {f"{k:032x}": "x" * k for k in range(6)}
    kept = store.Store(path, b"key")
    for key, text in texts.items():
        kept.add(key, text)
    kept.close()
    content = path.read_bytes()
    for cut in range(len(before), len(content) + 1, 3):
        path.write_bytes(content[:cut])
        kept = store.Store(path, b"key")
        found = {key: kept.get(key) for key in texts}
        assert {t for t in found.values() if t is not None} <= set(texts.values()) and all(t in (None, texts[key]) for key, t in found.items())
        assert sum(t is not None for t in found.values()) >= content[len(before) + 1:cut].count(b"\n") - 1
        kept.add("f" * 32, "more")
        assert kept.get("f" * 32) == "more"
        kept.close()
        again = store.Store(path, b"key")
        assert again.get("f" * 32) == "more" and all(again.get(key) == text for key, text in found.items() if text is not None)
        again.close()


# ------------------------------------------------------------------------------------------------------------ decisions


def test_decisions_survive_odd_words_and_full_disks(tmp_path):
    path = tmp_path / "decisions.jsonl"
    kept = Decisions(path)
    odd = Decision("a\u2028b\x85", "p", "1a", text_digest("x"), "3/2", "one\u2029two\udcff\x1c")
    kept.add(odd)
    assert Decisions(path).on("a\u2028b\x85", "p", "1a", "x") == odd
    before = path.read_bytes()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limit[1]))
        with pytest.raises(OSError):
            kept.add(Decision("s2", "p", "1a", text_digest("y"), "1"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert path.read_bytes() == before and len(Decisions(path)) == 1
    path.write_bytes(b"\xef\xbb\xbf" + before.rstrip(b"\n"))
    Decisions(path).add(Decision("s2", "p", "1a", text_digest("y"), "1"))
    assert len(Decisions(path)) == 2


@pytest.mark.parametrize("line", ["[]", "{}", "1", "\xff", json.dumps({"learner": "a", "problem": "p", "part": "1", "answer": "0", "points": "1e999999999"}), "[" * 100_000,
                                  json.dumps({"learner": 1, "problem": "p", "part": "1", "answer": "0", "points": "1"})])
def test_lines_that_are_no_decisions_are_named(tmp_path, line):
    path = tmp_path / "decisions.jsonl"
    path.write_bytes(b"\n" + line.encode("latin-1") + b"\n")
    with pytest.raises(ValueError, match=r"decisions\.jsonl:2: not a decision"):
        Decisions(path)


@pytest.mark.parametrize("text, points", [("2", "2"), (" 3/2 ", "3/2"), ("1.5", "3/2"), ("0", "0")])
def test_points_are_plain_numbers(text, points):
    assert str(points_of(text)) == points


@pytest.mark.parametrize("text", ["", "-1", "1e9", "1/0", "nan", "inf", "1_000", "٣", "9" * 30, "1e999999999", "1/2/3", "2 "[:0]])
def test_other_points_are_refused(text):
    with pytest.raises(ValueError, match="no number of points"):
        points_of(text)


# ---------------------------------------------------------------------------------------------------------------- audit


def test_an_audit_names_every_line_that_is_no_record_of_a_run(course, tmp_path):
    folder, expected = course
    good = json.loads(expected["records.jsonl"].splitlines()[0])
    entry = good["evidence"][0]
    odd = [b"\xff\xfe", b"[]", b"1", b"[" * 100_000, *(json.dumps({**good, **change}).encode() for change in (
        {"evidence": 5}, {"evidence": [5]}, {"evidence": [{}]}, {"evidence": [{**entry, "status": 7}]}, {"evidence": [{**entry, "claim": [[]]}]},
        {"evidence": [{**entry, "method": "../gap"}]}, {"evidence": [{**entry, "oracles": 5, "data": {}}]}, {"reading": {"notes": [1]}}, {"evidence": [{k: v for k, v in entry.items() if k != "status"}]}))]
    (tmp_path / "records.jsonl").write_bytes(b"\n".join([json.dumps(good).encode(), *odd]) + b"\n")
    done = CliRunner().invoke(main, ["audit", str(tmp_path / "records.jsonl")])
    assert done.exit_code == 1 and isinstance(done.exception, SystemExit) and f"refused: {len(odd)}" in done.output, done.output
    assert all(f"line {number}:" in done.output for number in range(2, len(odd) + 2))
