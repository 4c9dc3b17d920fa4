"""A real scheduler and real workers, as processes on this machine: the same bytes as here, also when a worker is killed in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("distributed")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
sys.path.insert(0, str(ROOT / "tests"))
from kills import alive, children, tree  # noqa: E402
from test_engine import write_class  # noqa: E402

DASK = [sys.executable, "-m", "distributed.cli.dask_worker"]


def quiet(command, folder):
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("ab"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    scheduler = quiet([sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", "where.json"], folder)
    while not (folder / "where.json").exists() and scheduler.poll() is None:
        time.sleep(0.02)
    workers = [quiet([*DASK, "--scheduler-file", "where.json", "--no-nanny", "--no-dashboard", "--nthreads", "1", "--name", name], folder) for name in ("a", "b")]
    from distributed import Client

    address = json.loads((folder / "where.json").read_text())["address"]
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    yield folder, address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def run(folder, out, *more):
    return [sys.executable, "-m", "grader", "papers", "--out", out, "--no-cache", "--jobs", "1", *more]


def test_a_cluster_gives_the_bytes_of_one_machine_also_when_a_worker_is_lost(cluster, tmp_path):
    _, address, workers = cluster
    folder = tmp_path / "class"
    write_class(folder)
    for s in range(60):
        (folder / "papers" / f"t{s:02d}.yaml").write_text(f'learner: t{s:02d}\nquick: {{1a: "x^2 + {s} x + 1", 1b: "{s}/7"}}\n')
    assert subprocess.run(run(folder, "here"), cwd=folder, capture_output=True).returncode == 0
    whole = tree(folder / "here")
    child = subprocess.Popen(run(folder, "struck", "--cluster", address), cwd=folder, stderr=subprocess.PIPE, text=True)
    journal = folder / "struck" / "journal.log"
    while child.poll() is None and not (journal.exists() and b"\n" in journal.read_bytes()):
        time.sleep(0.005)
    assert child.poll() is None, "it was over before the blow"
    helpers = [children(w.pid) for w in workers]
    assert any(helpers), "nothing was decided by the cluster"
    os.kill(workers[0].pid, signal.SIGKILL)
    said = child.communicate(timeout=120)[1]
    assert child.returncode == 0, said
    assert tree(folder / "struck") == whole
    workers[0].wait()
    assert not any(alive(h) for h in helpers[0]), "a helper outlived its worker"


def without_times(path):
    return [{**json.loads(line), "ms": 0} for line in path.read_text().splitlines()]


def test_lines_on_a_cluster_are_those_of_one_machine_also_when_a_worker_is_lost(cluster, tmp_path):
    home, address, _ = cluster
    pairs = [{"id": k, "reference": f"x^{k % 5} + {k % 7}", "answer": f"{k % 7} + x^{k % 4}"} for k in range(100)] + [{"id": "\ud800", "reference": "x", "answer": "x +* 2"}]
    (tmp_path / "pairs.jsonl").write_text("\n\n".join(map(json.dumps, pairs)) + "\nnothing\n")
    (tmp_path / "proofs.jsonl").write_text("".join(json.dumps({"id": k, "lines": ["(x + 1)^2", f"= x^2 + 2 x + {k}"]}) + "\n" for k in range(6)))
    lost = quiet([*DASK, "--scheduler-file", "where.json", "--no-nanny", "--no-dashboard", "--nthreads", "1", "--name", "c"], home)
    for name in ("pairs", "proof"):
        source = "proofs.jsonl" if name == "proof" else "pairs.jsonl"
        command = [sys.executable, "-m", "grader", name, source, "--jobs", "1"]
        assert subprocess.run([*command, "--out", "here.jsonl"], cwd=tmp_path, capture_output=True).returncode == 0
        child = subprocess.Popen([*command, "--out", "there.jsonl", "--cluster", address], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        if name == "pairs":
            while child.poll() is None and not any(children(helper) for helper in children(lost.pid)):
                time.sleep(0.005)
            assert child.poll() is None, "it was over before the blow"
            lost.kill()
            lost.wait()
        said = child.communicate(timeout=120)[1]
        assert child.returncode == 0 and not said, said
        here, there = (without_times(tmp_path / f"{where}.jsonl") for where in ("here", "there"))
        assert here == there and len(here) == (6 if name == "proof" else 102)
    assert here[1]["steps"][1]["relation"] == "equal"


def test_a_cluster_that_is_not_there_is_named(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from grader.cli import main
    from grader.run import cluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    write_class(tmp_path / "class", papers=1)
    monkeypatch.chdir(tmp_path / "class")
    done = CliRunner().invoke(main, run(tmp_path / "class", "out", "--cluster", "tcp://127.0.0.1:1")[3:])
    assert done.exit_code == 1 and "no scheduler answers at tcp://127.0.0.1:1" in done.output and "Traceback" not in done.output
