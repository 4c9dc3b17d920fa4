"""Workers: order, isolation, limits."""

import os
import time

from grader.run.workers import Limits, run_tasks

QUICK = Limits(cpu_seconds=0.5, wall_seconds=2.0, memory=300 << 20)


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
    got = dict(zip(map(str, tasks), [o for _, o in run_tasks(act, tasks, jobs=2, limits=QUICK)]))
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
