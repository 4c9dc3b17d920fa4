"""Workers: order, isolation, limits."""

import os
import re
import time
from pathlib import Path

from grader.run.workers import Limits, run_tasks


def above(megabytes):
    """A limit so much above what this process holds, which counts for its forks too."""
    held = re.search(r"VmData:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return (int(held[1]) << 10) + (megabytes << 20)


def quick():
    return Limits(cpu_seconds=0.5, wall_seconds=2.0, memory=above(60))


def act(task):
    if task == "spin":
        while True:
            pass
    if task == "hog":
        return len([bytearray(1 << 20) for _ in range(2000)])
    if task == "die":
        os._exit(3)
    if task == "sleep":
        time.sleep(60)
    if task == "raise":
        raise ZeroDivisionError("by zero")
    return task * 2


def test_outcomes_come_in_order_of_the_tasks():
    got = list(run_tasks(act, range(500), jobs=3))
    assert [task for task, _ in got] == list(range(500))
    assert [outcome.value for _, outcome in got] == [2 * k for k in range(500)]


def test_a_bad_task_costs_only_itself():
    tasks = [1, "spin", 2, "die", 3, "raise", 4, "hog", 5, "sleep", 6]
    got = dict(zip(map(str, tasks), [o for _, o in run_tasks(act, tasks, jobs=2, limits=quick())]))
    assert [got[str(k)].value for k in (1, 2, 3, 4, 5, 6)] == [2, 4, 6, 8, 10, 12]
    assert got["spin"].failed == "processor time"
    assert got["die"].failed == "crash" and "exit status 3" in got["die"].why
    assert got["raise"].failed == "crash" and "ZeroDivisionError: by zero" in got["raise"].why
    assert got["hog"].failed == "memory"
    assert got["sleep"].failed == "wall time"


def test_tasks_are_drawn_as_needed():
    drawn = []

    def tasks():
        for k in range(100_000):
            drawn.append(k)
            yield k

    stream = run_tasks(act, tasks(), jobs=1)
    for _ in range(10):
        next(stream)
    stream.close()
    assert len(drawn) < 5_000


def test_no_tasks_no_workers():
    assert list(run_tasks(act, [], jobs=4)) == []


def test_large_tasks_and_large_outcomes_do_not_block_each_other():
    tasks = ["x" * 3_000_000 for _ in range(6)]
    assert [len(o.value) for _, o in run_tasks(act, tasks, jobs=2)] == [6_000_000] * 6


def test_work_that_computes_slowly_is_no_sleep():
    def nap(task):
        end = time.process_time() + 0.5
        while time.process_time() < end:
            time.sleep(0.002)
            sum(range(20_000))
        return task

    (_, outcome), = run_tasks(nap, [7], limits=Limits(cpu_seconds=5.0, wall_seconds=0.4))
    assert outcome.value == 7


def test_a_failure_from_others_work_is_tried_again_in_a_fresh_worker():
    held = []
    def hoard(task):
        held.append(bytearray(120 << 20))
        return len(held)

    got = [o for _, o in run_tasks(hoard, range(6), limits=Limits(memory=above(300)))]
    assert all(o.value for o in got), "each alone fits, six together do not"


def test_a_worker_wears_the_belts_that_the_machine_offers(tmp_path):
    from grader.run import sandbox

    def attempt(task):
        made = []
        for name, act in (("landlock", lambda: open("/etc/hostname").close()), ("landlock", lambda: open(task, "w").close()), ("seccomp", os.fork)):
            try:
                act()
                made.append("done")
            except OSError:
                made.append("refused")
            if made[-1] == "done" and name == "seccomp" and os.getpid() != me:
                os._exit(0)
        return made

    me = None
    offered = sandbox.abilities()
    if not all(offered.values()):
        import pytest

        pytest.skip("this kernel offers no belts")
    (_, outcome), = run_tasks(attempt, [str(tmp_path / "x")])
    assert outcome.value == ["refused"] * 3 and not (tmp_path / "x").exists()
    (_, outcome), = run_tasks(lambda task: open(task, "w").write("y"), [str(tmp_path / "x")], limits=Limits(writes=(str(tmp_path),)))
    assert outcome.value == 1


def test_everything_a_worker_started_goes_with_it():
    def start(task):
        if os.fork() == 0:
            time.sleep(60)
        print(end="")
        return os.getpgid(0)

    (_, outcome), = run_tasks(start, [0], limits=Limits(sandbox=False))
    time.sleep(0.1)
    try:
        os.killpg(outcome.value, 0)
        left = [p for p in os.listdir("/proc") if p.isdigit() and _group(p) == outcome.value]
    except ProcessLookupError:
        left = []
    assert not left


def _group(pid):
    try:
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        return 0 if fields[0] == "Z" else int(fields[2])
    except OSError:
        return 0
